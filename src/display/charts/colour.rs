//! Two colours in, how far they stand apart out: contrast of lightness, and distance as people see it, with full colour vision and without.

use std::fmt;

/// A colour of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Rgb(pub(super) [u8; 3]);

impl fmt::Display for Rgb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// How a reader sees colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vision {
    /// With all three kinds of cones.
    Full,
    /// Without cones for red light.
    Protan,
    /// Without cones for green light.
    Deutan,
    /// Without cones for blue light.
    Tritan,
}

impl Vision {
    /// Every kind, with its name in a message.
    pub(super) const ALL: [(Self, &'static str); 4] = [
        (Self::Full, "full colour vision"),
        (Self::Protan, "eyes without red cones"),
        (Self::Deutan, "eyes without green cones"),
        (Self::Tritan, "eyes without blue cones"),
    ];

    /// What linear light becomes: Machado, Oliveira and Fernandes 2009, severity 1, doi:10.1109/TVCG.2009.113.
    fn matrix(self) -> [[f64; 3]; 3] {
        match self {
            Self::Full => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            Self::Protan => [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
            Self::Deutan => [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
            Self::Tritan => [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
        }
    }
}

fn through(matrix: [[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(weight, value)| weight * value).sum())
}

impl Rgb {
    /// A colour as it is written in a theme: `#2a78b8`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        let channel = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        Some(Self([channel(0)?, channel(2)?, channel(4)?]))
    }

    /// This colour with so much opacity over another.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of two bytes is a byte")]
    pub(super) fn over(self, behind: Self, opacity: f64) -> Self {
        let mut mixed = self.0;
        for (channel, other) in mixed.iter_mut().zip(behind.0) {
            *channel = (f64::from(*channel) * opacity + f64::from(other) * (1.0 - opacity)).round() as u8;
        }
        Self(mixed)
    }

    /// Light of each channel (IEC 61966-2-1).
    fn linear(self) -> [f64; 3] {
        self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Contrast ratio of two colours, from 1 to 21 (WCAG 2.2).
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Distance of two colours as readers see them (CIEDE2000; 1 is just noticeable).
    pub(super) fn distance(self, other: Self, vision: Vision) -> f64 {
        ciede2000(self.lab(vision), other.lab(vision))
    }

    /// CIE L\*a\*b\* under D65.
    fn lab(self, vision: Vision) -> [f64; 3] {
        const XYZ: [[f64; 3]; 3] = [[0.412_456_4, 0.357_576_1, 0.180_437_5], [0.212_672_9, 0.715_152_2, 0.072_175], [0.019_333_9, 0.119_192, 0.950_304_1]];
        const WHITE: [f64; 3] = [0.950_47, 1.0, 1.088_83];
        let seen = through(vision.matrix(), self.linear()).map(|light| light.clamp(0.0, 1.0));
        let mut scaled = through(XYZ, seen);
        for (value, white) in scaled.iter_mut().zip(WHITE) {
            let share = *value / white;
            *value = if share > 216.0 / 24_389.0 { share.cbrt() } else { (24_389.0 / 27.0 * share + 16.0) / 116.0 };
        }
        let [x, y, z] = scaled;
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }
}

/// The colour difference of CIE 142-2001, as Sharma, Wu and Dalal 2005 write it out, doi:10.1002/col.20070.
#[allow(clippy::similar_names, reason = "the names of the formula")]
fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let mean_chroma = f64::midpoint(a1.hypot(b1), a2.hypot(b2));
    let strong = |chroma: f64| (chroma.powi(7) / (chroma.powi(7) + 25_f64.powi(7))).sqrt();
    let stretch = 1.0 + 0.5 * (1.0 - strong(mean_chroma));
    let (a1, a2) = (a1 * stretch, a2 * stretch);
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let grey = c1 * c2 == 0.0;
    let turn = match h2 - h1 {
        _ if grey => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let (dl, dc, dh) = (l2 - l1, c2 - c1, 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin());
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let h = match h1 + h2 {
        sum if grey => sum,
        sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => f64::midpoint(sum, 360.0),
        sum => f64::midpoint(sum, -360.0),
    };
    let wave = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * wave(h - 30.0) + 0.24 * wave(2.0 * h) + 0.32 * wave(3.0 * h + 6.0) - 0.2 * wave(4.0 * h - 63.0);
    let blue = 30.0 * (-((h - 275.0) / 25.0).powi(2)).exp();
    let turned = -(2.0 * blue).to_radians().sin() * 2.0 * strong(c);
    let away = (l - 50.0).powi(2);
    let (dl, dc, dh) = (dl / (1.0 + 0.015 * away / (20.0 + away).sqrt()), dc / (1.0 + 0.045 * c), dh / (1.0 + 0.015 * c * t));
    (dl * dl + dc * dc + dh * dh + turned * dc * dh).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of the supplementary test data of Sharma, Wu and Dalal 2005.
    #[test]
    fn the_distance_is_that_of_the_published_pairs() {
        let pairs = [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
            ([50.0, 3.1571, -77.2803], [50.0, 0.0, -82.7485], 2.8615),
            ([50.0, 2.8361, -74.0200], [50.0, 0.0, -82.7485], 3.4412),
            ([50.0, -1.3802, -84.2814], [50.0, 0.0, -82.7485], 1.0),
            ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
            ([50.0, 2.5, 0.0], [50.0, 0.0, -2.5], 4.3065),
            ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
            ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
            ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
        ];
        for (a, b, wanted) in pairs {
            assert!((ciede2000(a, b) - wanted).abs() < 5e-5, "{a:?} {b:?}: {} wants {wanted}", ciede2000(a, b));
            assert!((ciede2000(b, a) - wanted).abs() < 5e-5);
        }
    }

    #[test]
    fn contrast_is_that_of_the_guideline() {
        let colour = |text| Rgb::parse(text).unwrap();
        assert!((colour("#000000").contrast(colour("#ffffff")) - 21.0).abs() < 1e-9);
        // the lightest grey for words on white that passes at 4.5 to 1, as the guideline's own examples have it
        assert!(colour("#767676").contrast(colour("#ffffff")) >= 4.5 && colour("#777777").contrast(colour("#ffffff")) < 4.5);
        assert_eq!(Rgb::parse("#12345"), None);
        assert_eq!(Rgb::parse("#12345ä"), None);
        assert_eq!(colour("#2A78b8").to_string(), "#2a78b8");
    }

    /// Grey has no hue to lose, and red and green grow alike without red or green cones.
    #[test]
    fn missing_cones_bring_red_and_green_together() {
        let (red, green) = (Rgb::parse("#c23b22").unwrap(), Rgb::parse("#4a7a1e").unwrap());
        for vision in [Vision::Protan, Vision::Deutan] {
            assert!(red.distance(green, vision) < red.distance(green, Vision::Full) / 2.0);
        }
        for (vision, _) in Vision::ALL {
            let grey = Rgb::parse("#8c8c8c").unwrap().lab(vision);
            assert!(grey[1].abs() < 0.1 && grey[2].abs() < 0.1, "{grey:?}");
        }
    }
}
