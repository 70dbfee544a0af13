//! The one place for colours and type: roles in, light and dark values out.
//!
//! A drawing names a role (`Role::Accent`), never a colour. Each role is a CSS variable with its light value as fallback, so that a page can
//! restyle every chart at once. The hues are blue, orange and greys: apart for the three common kinds of colour blindness and in grey print.

use plotters::style::RGBColor;

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The sheet.
    Paper,
    /// Text and whiskers.
    Ink,
    /// Secondary text.
    Soft,
    /// Grid lines.
    Grid,
    /// The zero line, outlines and hatching.
    Axis,
    /// The one thing to look at: marks.
    Accent,
    /// The one thing to look at: words.
    AccentText,
    /// Everything else that is drawn.
    Grey,
    /// Lines behind the one that matters.
    Behind,
    /// A surface behind marks.
    Pale,
    /// Strong negative answers.
    NegativeStrong,
    /// Weaker negative answers.
    Negative,
    /// Answers in the middle.
    Neutral,
    /// Weaker positive answers.
    Positive,
    /// Strong positive answers.
    PositiveStrong,
    /// Words on the two strong colours.
    OnStrong,
    /// Words on the two weaker colours and on the middle one.
    OnSoft,
    /// Heat, lowest.
    Heat1,
    /// Heat.
    Heat2,
    /// Heat.
    Heat3,
    /// Heat.
    Heat4,
    /// Heat, highest.
    Heat5,
    /// Words on the three lower heats.
    OnHeatLow,
    /// Words on the two upper heats.
    OnHeatHigh,
}

/// One role with its variable and its two values.
pub(crate) struct Colour {
    /// The role.
    pub(crate) role: Role,
    /// The variable without its dashes: `rv-ink`.
    pub(crate) name: &'static str,
    /// Value on a light sheet.
    pub(crate) light: &'static str,
    /// Value on a dark sheet.
    pub(crate) dark: &'static str,
}

const fn colour(role: Role, name: &'static str, light: &'static str, dark: &'static str) -> Colour {
    Colour { role, name, light, dark }
}

/// All roles, in the order of `Role`.
pub(crate) const COLOURS: [Colour; 24] = [
    colour(Role::Paper, "rv-paper", "#ffffff", "#14171a"),
    colour(Role::Ink, "rv-ink", "#1b1b1b", "#ececec"),
    colour(Role::Soft, "rv-soft", "#595959", "#a9b0b7"),
    colour(Role::Grid, "rv-grid", "#e6e6e6", "#2e3338"),
    colour(Role::Axis, "rv-axis", "#858585", "#7f868d"),
    colour(Role::Accent, "rv-accent", "#2a78b8", "#3a8acb"),
    colour(Role::AccentText, "rv-accent-text", "#1f659f", "#6db3f2"),
    colour(Role::Grey, "rv-grey", "#8c8c8c", "#7b838b"),
    colour(Role::Behind, "rv-behind", "#939393", "#6a7076"),
    colour(Role::Pale, "rv-pale", "#c9d9e8", "#274560"),
    colour(Role::NegativeStrong, "rv-negative-strong", "#9c3f12", "#f0a57c"),
    colour(Role::Negative, "rv-negative", "#d37a4a", "#a9572a"),
    colour(Role::Neutral, "rv-neutral", "#8c8c8c", "#666d74"),
    colour(Role::Positive, "rv-positive", "#5a98cd", "#2f6ea6"),
    colour(Role::PositiveStrong, "rv-positive-strong", "#0b4f8a", "#93c6f2"),
    colour(Role::OnStrong, "rv-on-strong", "#ffffff", "#14171a"),
    colour(Role::OnSoft, "rv-on-soft", "#111111", "#ffffff"),
    colour(Role::Heat1, "rv-heat-1", "#e6eff7", "#1c2f42"),
    colour(Role::Heat2, "rv-heat-2", "#c3d9ec", "#25496b"),
    colour(Role::Heat3, "rv-heat-3", "#8fb9dd", "#2f6595"),
    colour(Role::Heat4, "rv-heat-4", "#2a6fac", "#7db8ea"),
    colour(Role::Heat5, "rv-heat-5", "#0c3f70", "#c3e0fa"),
    colour(Role::OnHeatLow, "rv-on-heat-low", "#111111", "#f4f4f4"),
    colour(Role::OnHeatHigh, "rv-on-heat-high", "#ffffff", "#10202e"),
];

/// The five heats from lowest to highest.
pub(crate) const HEATS: [Role; 5] = [Role::Heat1, Role::Heat2, Role::Heat3, Role::Heat4, Role::Heat5];

impl Role {
    /// A colour that stands for the role in plotters' output until `super::svg` puts the variable in its place.
    pub(super) fn stand_in(self) -> RGBColor {
        let position = COLOURS.iter().position(|colour| colour.role == self).unwrap_or_default();
        RGBColor(0xF0, 0x0F, u8::try_from(position).unwrap_or_default())
    }

    /// The colour behind a stand-in such as `#F00F02`.
    pub(super) fn behind(stand_in: &str) -> Option<&'static Colour> {
        let position = usize::from_str_radix(stand_in.strip_prefix("#F00F")?, 16).ok()?;
        COLOURS.get(position)
    }

    /// Words on a heat.
    pub(super) fn on_heat(step: usize) -> Self {
        if step < 3 { Self::OnHeatLow } else { Self::OnHeatHigh }
    }
}

/// The font of every word in a chart.
pub(crate) const FONT: &str = "DejaVu Sans";

/// The variables for a page: light values, and dark ones where the reader prefers a dark sheet.
pub(crate) fn css() -> String {
    let list = |pick: fn(&Colour) -> &'static str| COLOURS.iter().map(|colour| ["--", colour.name, ":", pick(colour), ";"].concat()).collect::<String>();
    let (light, dark) = (list(|colour| colour.light), list(|colour| colour.dark));
    format!(":root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n@media print{{:root{{{light}}}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(hex: &str) -> f64 {
        let channel = |from: usize| {
            let value = f64::from(u8::from_str_radix(&hex[from..from + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn check(front: Role, back: Role, least: f64) {
        let find = |role| COLOURS.iter().find(|colour| colour.role == role).unwrap();
        let (front, back) = (find(front), find(back));
        for (theme, a, b) in [("light", front.light, back.light), ("dark", front.dark, back.dark)] {
            let ratio = contrast(a, b);
            assert!(ratio >= least, "{theme}: {} on {} has {ratio:.2}, wants {least}", front.name, back.name);
        }
    }

    #[test]
    fn words_and_marks_stand_out() {
        use Role::{
            Accent, AccentText, Axis, Behind, Grey, Heat1, Heat2, Heat3, Heat4, Heat5, Ink, Negative, NegativeStrong, Neutral, OnHeatHigh, OnHeatLow, OnSoft,
            OnStrong, Paper, Positive, PositiveStrong, Soft,
        };
        for text in [Ink, Soft, AccentText] {
            check(text, Paper, 4.5);
        }
        for mark in [Accent, Axis, Grey, Behind, NegativeStrong, Negative, Neutral, Positive, PositiveStrong] {
            check(mark, Paper, 3.0);
        }
        for (text, back) in [(OnStrong, NegativeStrong), (OnStrong, PositiveStrong), (OnSoft, Negative), (OnSoft, Neutral), (OnSoft, Positive)] {
            check(text, back, 4.5);
        }
        for back in [Heat1, Heat2, Heat3] {
            check(OnHeatLow, back, 4.5);
        }
        for back in [Heat4, Heat5] {
            check(OnHeatHigh, back, 4.5);
        }
        for mark in [Accent, Grey] {
            check(Ink, mark, 2.9); // whiskers on bars
        }
    }

    #[test]
    fn heats_rise_in_grey_too() {
        for pick in [|colour: &Colour| colour.light, |colour: &Colour| colour.dark] {
            let steps: Vec<f64> =
                HEATS.iter().map(|heat| contrast(pick(COLOURS.iter().find(|colour| colour.role == *heat).unwrap()), pick(&COLOURS[0]))).collect();
            assert!(steps.windows(2).all(|pair| pair[1] / pair[0] > 1.15), "{steps:?}");
        }
    }

    #[test]
    fn every_role_has_its_own_stand_in() {
        for colour in &COLOURS {
            let RGBColor(red, green, blue) = colour.role.stand_in();
            assert_eq!(Role::behind(&format!("#{red:02X}{green:02X}{blue:02X}")).unwrap().name, colour.name);
        }
    }
}
