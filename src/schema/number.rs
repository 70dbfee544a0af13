//! How numbers are written in a file and which of them a field lets in.

use super::codebook::Field;

/// What stands before the fraction of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Decimal {
    #[default]
    Point,
    Comma,
}

impl Field {
    /// The range where it has both ends.
    pub(crate) fn closed_range(&self) -> Option<(f64, f64)> {
        self.range.filter(|(low, high)| low.is_finite() && high.is_finite())
    }

    /// A stretch of the range to draw numbers from.
    pub(crate) fn drawn_range(&self) -> (f64, f64) {
        match self.range.unwrap_or((0.0, 100.0)) {
            (low, high) if low.is_finite() && high.is_finite() => (low, high),
            (low, _) if low.is_finite() => (low, low + 100.0),
            (_, high) if high.is_finite() => (high - 100.0, high),
            _ => (0.0, 100.0),
        }
    }
}

/// A number with a decimal point. Where fractions stand after a comma, a point could only group digits, so it is none.
pub(super) fn decimal_point(text: &str, decimal: Decimal) -> Option<std::borrow::Cow<'_, str>> {
    match decimal {
        Decimal::Point => Some(text.into()),
        Decimal::Comma if text.contains('.') || text.matches(',').count() > 1 => None,
        Decimal::Comma => Some(text.replace(',', ".").into()),
    }
}

/// A range in words.
pub(crate) fn range_words(low: f64, high: f64) -> String {
    match (low.is_finite(), high.is_finite()) {
        (true, false) => format!("{} or more", short(low)),
        (false, true) => format!("{} or less", short(high)),
        _ => format!("{} to {}", short(low), short(high)),
    }
}

/// A number with few digits, however large it is.
fn short(number: f64) -> String {
    let is_plain = number == 0.0 || (1e-5..1e17).contains(&number.abs()) || !number.is_finite();
    if is_plain { number.to_string() } else { format!("{number:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_short_however_large_their_ends_are() {
        let ranges = [(f64::NEG_INFINITY, -1.0), (90.0, f64::INFINITY), (-f64::MAX, 1.5), (0.0, 99.0)];
        let told = ranges.map(|(low, high)| range_words(low, high));
        assert_eq!(told, ["-1 or less", "90 or more", "-1.7976931348623157e308 to 1.5", "0 to 99"]);
    }

    #[test]
    fn a_decimal_comma_is_read_where_it_is_declared() {
        let read = |text| decimal_point(text, Decimal::Comma).map(std::borrow::Cow::into_owned);
        assert_eq!(["1,54", "52", "-0,5", "1.54", "1,2,3"].map(read), [Some("1.54".into()), Some("52".into()), Some("-0.5".into()), None, None]);
        assert_eq!([range_words(0.0, f64::INFINITY), range_words(1.0, 6.0)], ["0 or more", "1 to 6"]);
    }
}
