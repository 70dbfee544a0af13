//! Numbers the way people write them, and the ticks of a scale.

use super::spec::{Estimate, Mark, Scale};
use crate::results::thousands;

/// The sign of a hidden figure.
pub(super) const SUPPRESSED: &str = "†";
/// The sign of a figure that does not exist.
pub(super) const ABSENT: &str = "–";

impl Scale {
    /// One number: `62%`, `1,234`, `$12`, `0.5`.
    pub(super) fn write(self, value: f64) -> String {
        match self {
            Self::Percent if value > 0.0 && value < 0.005 => "<1%".to_owned(),
            Self::Percent if value < 1.0 && value > 0.995 => ">99%".to_owned(),
            Self::Percent => format!("{}%", fixed(value * 100.0, 0)),
            Self::Number { decimals } => fixed(value, decimals),
            Self::Dollars => {
                let text = fixed(value.abs(), if is_whole(value) { 0 } else { 2 });
                if value < 0.0 { format!("−${text}") } else { format!("${text}") }
            }
            Self::Fte => short(value, 2),
        }
    }

    /// A tick: as short as it can be.
    pub(super) fn tick(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{}%", short(value * 100.0, 1)),
            Self::Number { .. } | Self::Fte => short(value, 2),
            Self::Dollars => self.write(value),
        }
    }

    /// Two numbers that belong together: `58–66%`, `$12–14`.
    pub(super) fn span(self, low: f64, high: f64) -> String {
        if self == Self::Percent {
            return format!("{}–{}%", fixed(low * 100.0, 0), fixed(high * 100.0, 0));
        }
        let (from, to) = (self.write(low), self.write(high));
        match self {
            Self::Dollars if low >= 0.0 => format!("{from}–{}", to.trim_start_matches('$')),
            _ if low < 0.0 || high < 0.0 => format!("{from} to {to}"),
            _ => format!("{from}–{to}"),
        }
    }

    /// The figure with its mark: `62%`, `62%*`, `†`, `–`.
    pub(super) fn figure(self, estimate: &Estimate) -> String {
        match (estimate.mark, estimate.seen()) {
            (Mark::Suppressed, _) => SUPPRESSED.to_owned(),
            (Mark::Unstable, Some(value)) => format!("{}*", self.write(value)),
            (_, Some(value)) => self.write(value),
            (_, None) => ABSENT.to_owned(),
        }
    }

    /// The interval in words, empty where there is none.
    pub(super) fn interval(self, estimate: &Estimate) -> String {
        estimate.interval().map(|(low, high)| self.span(low, high)).unwrap_or_default()
    }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 0.005
}

/// A whole count: `1,234`.
pub(super) fn count(value: f64) -> String {
    fixed(value, 0)
}

/// `n = 1,234`, empty where there is no n.
pub(super) fn base(n: Option<f64>) -> String {
    n.map(|n| format!("n = {}", count(n))).unwrap_or_default()
}

/// So many decimals, thousands apart, a true minus.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.chars().any(|digit| ('1'..='9').contains(&digit)) {
        out.push('−');
    }
    out.push_str(&thousands(whole));
    if !rest.is_empty() {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// At most so many decimals, zeros at the end dropped.
fn short(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A scale from value to place.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// Value at `start`.
    low: f64,
    /// Value at `end`.
    high: f64,
    /// Place of the lowest value.
    pub(super) start: f64,
    /// Place of the highest value.
    pub(super) end: f64,
    /// At most five values to write.
    pub(super) ticks: Vec<f64>,
}

impl Axis {
    /// A scale that holds `values`. A `range` is taken as it is; without one, both ends are round numbers, and zero is one of them when `zero` asks for it.
    pub(super) fn new(scale: Scale, range: Option<(f64, f64)>, values: impl IntoIterator<Item = f64>, zero: bool, (start, end): (f64, f64)) -> Self {
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            least = least.min(value);
            most = most.max(value);
        }
        let empty = least > most;
        if zero || scale == Scale::Percent {
            least = least.min(0.0);
            most = most.max(0.0);
        }
        let (low, high, ticks) = if let Some((low, high)) = range.filter(|(low, high)| low < high && low.is_finite() && high.is_finite()) {
            // A range never cuts a mark off.
            let (low, high) = (low.min(least), high.max(most));
            (low, high, round_ticks(scale, low, high, true))
        } else if empty {
            (0.0, 1.0, Vec::new())
        } else {
            let (low, high) = room(scale, least, most);
            outward(scale, low, high)
        };
        Self { low, high, start, end, ticks }
    }

    /// The place of a value; values beyond the ends stand at the ends.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.start + (self.end - self.start) * share
    }

    /// The place of zero, or of the end nearest to it.
    pub(super) fn zero(&self) -> f64 {
        self.at(0.0)
    }

    /// The values at both ends.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// The same scale at other places.
    pub(super) fn moved(&self, start: f64, end: f64) -> Self {
        Self { start, end, ..self.clone() }
    }
}

/// Ends that are apart, for values that may be all the same.
fn room(scale: Scale, least: f64, most: f64) -> (f64, f64) {
    if scale == Scale::Percent {
        return (least, most.max(0.05));
    }
    let apart = most - least;
    if apart > 0.0 {
        (least, most)
    } else if most == 0.0 {
        (0.0, 1.0)
    } else {
        (least - least.abs() * 0.1, most + most.abs() * 0.1)
    }
}

/// Round ticks that reach over all values: a mark never ends beyond the last number of its scale.
fn outward(scale: Scale, low: f64, high: f64) -> (f64, f64, Vec<f64>) {
    let ticks = round_ticks(scale, low, high, false);
    let (first, last) = (ticks.first().copied().unwrap_or(low), ticks.last().copied().unwrap_or(high));
    (first.min(low), last.max(high), ticks)
}

/// Two to five round values. `inside` keeps them within the ends; otherwise they reach over both.
fn round_ticks(scale: Scale, low: f64, high: f64, inside: bool) -> Vec<f64> {
    let magnitude = 10f64.powf(((high - low) / 5.0).log10().floor());
    let choices = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0].map(|step| step * magnitude);
    // Money and counts have no half steps.
    let whole = |step: f64| !matches!(scale, Scale::Dollars | Scale::Number { decimals: 0 }) || step < 1.0 || is_whole(step);
    let list = |step: f64| -> Vec<f64> {
        let (first, last) =
            if inside { ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor()) } else { ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil()) };
        let mut values = Vec::new();
        let mut position = first;
        while position <= last && values.len() < 7 {
            values.push((position * step * 1e9).round() / 1e9);
            position += 1.0;
        }
        values
    };
    // A whole range such as 10–60 is best told by ticks that stand at both of its ends.
    if inside {
        let at_ends = [4.0, 3.0, 2.0].into_iter().map(|parts| (high - low) / parts).find(|step| {
            let leading = step / 10f64.powf(step.log10().floor());
            [1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 10.0].iter().any(|round| (leading - round).abs() < 1e-9) && whole(*step)
        });
        if let Some(step) = at_ends {
            let parts = ((high - low) / step).round();
            return (0..=4).map(f64::from).take_while(|part| *part <= parts).map(|part| ((low + part * step) * 1e9).round() / 1e9).collect();
        }
    }
    choices.into_iter().filter(|step| whole(*step)).map(list).find(|values| (2..=5).contains(&values.len())).unwrap_or_else(|| vec![low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_the_way_people_do() {
        let number = Scale::Number { decimals: 1 };
        assert_eq!(Scale::Percent.write(0.616), "62%");
        assert_eq!(Scale::Percent.write(0.001), "<1%");
        assert_eq!(Scale::Percent.span(0.58, 0.66), "58–66%");
        assert_eq!(Scale::Percent.write(0.9999), ">99%");
        assert_eq!(number.write(1234.56), "1,234.6");
        assert_eq!(number.write(-0.01), "0.0");
        assert_eq!(number.span(-1.2, 0.4), "−1.2 to 0.4");
        assert_eq!(Scale::Dollars.span(12.0, 14.0), "$12–14");
        assert_eq!(Scale::Dollars.write(12.5), "$12.50");
        assert_eq!(Scale::Fte.write(0.5), "0.5");
        assert_eq!(Scale::Fte.write(2.0), "2");
        assert_eq!(Scale::Percent.figure(&Estimate::blank(Mark::Suppressed)), "†");
    }

    #[test]
    fn at_most_five_round_ticks() {
        for (low, high) in [(0.0, 1.0), (0.0, 0.62), (0.0, 0.05), (41.2, 48.9), (0.0, 12_345.0), (-3.0, 4.0), (2020.0, 2024.0), (0.0, 0.011)] {
            for inside in [true, false] {
                let ticks = round_ticks(Scale::Percent, low, high, inside);
                assert!((2..=5).contains(&ticks.len()), "{low} {high} {inside} {ticks:?}");
                if inside {
                    assert!(ticks.iter().all(|tick| *tick >= low - 1e-9 && *tick <= high + 1e-9));
                }
            }
        }
        assert_eq!(round_ticks(Scale::Fte, 10.0, 60.0, true), [10.0, 35.0, 60.0]);
        assert_eq!(round_ticks(Scale::Fte, 1.0, 10.0, true), [1.0, 4.0, 7.0, 10.0]);
        assert_eq!(round_ticks(Scale::Percent, 0.0, 1.0, true), [0.0, 0.25, 0.5, 0.75, 1.0]);
    }
}
