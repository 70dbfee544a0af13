//! A printed number in, the digits it shows and the values it may stand for out.
//!
//! Everything is whole numbers, so that a verdict never hangs on the last bit of a float. A printed
//! number stands for every value within half a unit of its last digit, both ends included: that
//! allows rounding half up, half to even and half away from zero alike.

/// Decimals beyond this many are not kept: nobody prints them to be checked.
const MOST_DECIMALS: u32 = 9;
/// Digits of a number; with them a percentage of `MOST_PEOPLE` people is far from what a whole number here can hold.
const MOST_DIGITS: usize = 22;

/// A number as printed: `units / 10^decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub units: i128,
    pub decimals: u32,
}

impl Decimal {
    /// A whole number.
    pub(super) fn whole(value: u64) -> Self {
        Self { units: i128::from(value), decimals: 0 }
    }

    /// Reads a number as tables print it: `44.0`, `44,0`, `1,234`, `44.0%`, `(148)`, `$12`, `−73`, `44.0*`.
    /// What is no plain number (`<5`, `n/a`, `–`) gives `None`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(|letter: char| letter.is_whitespace() || "()[]%*†‡§$£€\u{a0}\u{202f}".contains(letter));
        let (negative, digits) = match text.strip_prefix(['-', '−', '–']) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = split(digits)?;
        let kept = fraction.len().min(MOST_DECIMALS as usize);
        let rounds_up = fraction.as_bytes().get(kept).is_some_and(|digit| *digit >= b'5');
        let digits = format!("{whole}{}", &fraction[..kept]);
        let units = (digits.len() <= MOST_DIGITS).then(|| digits.parse::<i128>().ok()).flatten()? + i128::from(rounds_up);
        Some(Self { units: if negative { -units } else { units }, decimals: u32::try_from(kept).unwrap_or(MOST_DECIMALS) })
    }

    /// A share of one as a percentage.
    pub(super) fn times_100(self) -> Self {
        match self.decimals {
            0 => Self { units: self.units * 100, decimals: 0 },
            1 => Self { units: self.units * 10, decimals: 0 },
            more => Self { units: self.units, decimals: more - 2 },
        }
    }

    /// The power of ten under the units.
    pub(super) fn scale(self) -> i128 {
        10_i128.pow(self.decimals)
    }

    /// The number itself.
    pub(super) fn value(self) -> f64 {
        self.units as f64 / self.scale() as f64
    }

    /// Half a unit of the last digit.
    pub(super) fn half(self) -> f64 {
        0.5 / self.scale() as f64
    }

    /// The least and the greatest value that may have been rounded to it.
    pub(super) fn interval(self) -> (f64, f64) {
        (self.value() - self.half(), self.value() + self.half())
    }

    /// The number where it is whole and not negative.
    pub(super) fn count(self) -> Option<u64> {
        (self.units >= 0 && self.units % self.scale() == 0)
            .then(|| u64::try_from(self.units / self.scale()).ok())
            .flatten()
            .filter(|count| *count <= MOST_PEOPLE)
    }
}

/// More people than any table counts; keeps the whole-number arithmetic within bounds.
const MOST_PEOPLE: u64 = 10_000_000_000_000;

/// Digits before and after the decimal mark, without marks of thousands.
fn split(text: &str) -> Option<(String, String)> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let thousands = |part: &str| {
        let mut groups = part.split([',', ' ', '\u{a0}', '\u{202f}', '\'', '’']);
        let first = groups.next().filter(|group| is_digits(group) && group.len() <= 3)?;
        let rest: Vec<&str> = groups.collect();
        (!rest.is_empty() && rest.iter().all(|group| is_digits(group) && group.len() == 3)).then(|| format!("{first}{}", rest.concat()))
    };
    let whole = |part: &str| if is_digits(part) { Some(part.to_owned()) } else { thousands(part) };
    if let Some(number) = whole(text) {
        return Some((number, String::new()));
    }
    let (before, after) = text.rsplit_once('.').or_else(|| text.rsplit_once(','))?;
    let before = if before.is_empty() { "0".to_owned() } else { whole(before)? };
    is_digits(after).then(|| (before, after.to_owned()))
}

/// A number in the shortest form with at most so many decimals.
pub(super) fn shown(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_tables_print_them() {
        let read = |text: &str| Decimal::parse(text).map(|number| (number.units, number.decimals));
        assert_eq!(read("44.0%"), Some((440, 1)));
        assert_eq!(read("44,0"), Some((440, 1)));
        assert_eq!(read(" (1,234) "), Some((1234, 0)));
        assert_eq!(read("1 234,5"), Some((12345, 1)));
        assert_eq!(read("−73"), Some((-73, 0)));
        assert_eq!(read(".5"), Some((5, 1)));
        assert_eq!(read("0.33333333333333"), Some((333_333_333, 9)));
        assert_eq!(read("0.66666666666666"), Some((666_666_667, 9)));
        assert_eq!(["<5", "n/a", "–", "", "1-6", "1e5", "12.3.4", "1,23,4"].map(read), [None; 8]);
    }
}
