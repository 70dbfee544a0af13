//! The numbers of a column in, what their commas are out: marks before a fraction, or between thousands.
//!
//! One cell cannot tell: `1,234` may be either. The whole column decides, and where it does not, nobody guesses.

/// Largest number that two answers joined by a comma may be.
const MOST_CODES: f64 = 20.0;

/// What was seen of the commas and points in the numbers of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Commas {
    /// Numbers such as `3,5`, where the comma can only stand before a fraction.
    fractions: u64,
    /// Those of them that may be two codes in rising order, such as `1,2`.
    pairs: u64,
    /// Numbers such as `1,234`, where the comma may be either.
    either: u64,
    /// Numbers such as `1,234,567` or `1,234.5`, where it stands between thousands.
    thousands: u64,
    /// Numbers with a point, and several codes such as `1,2,3`: beside them no comma stands before a fraction.
    others: u64,
    /// The first number with a comma.
    pub(crate) example: String,
}

/// What the commas of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// There are none.
    None,
    /// Marks before a fraction.
    Fraction,
    /// Marks between thousands.
    Thousands,
    /// They may be several things.
    Unclear,
}

impl Commas {
    /// Looks at a cell without blanks around it; the number that it is where commas stand before fractions.
    pub(crate) fn see(&mut self, text: &str) -> Option<f64> {
        if !text.contains(',') {
            self.others += u64::from(text.contains('.') && text.parse::<f64>().is_ok());
            return None;
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = digits.split_once(',').unwrap_or((digits, ""));
        let groups_well = (1..=3).contains(&whole.len()) && !whole.starts_with('0');
        let value = comma_number(text);
        if let Some(value) = value {
            if groups_well && fraction.len() == 3 && all_digits(fraction) {
                self.either += 1;
            } else {
                self.fractions += 1;
                let parts = [whole, fraction].map(|part| part.parse::<f64>().unwrap_or(f64::NAN));
                self.pairs += u64::from(value > 0.0 && parts[0] < parts[1] && parts[1] <= MOST_CODES && !fraction.starts_with('0'));
            }
        } else {
            let (groups, rest) = digits.split_once('.').unwrap_or((digits, ""));
            let mut groups = groups.split(',');
            let is_grouped = groups.next().is_some_and(all_digits) && groups_well && groups.all(|part| part.len() == 3 && all_digits(part));
            if is_grouped && all_digits(rest) {
                self.thousands += 1;
            } else if digits.split([',', '.']).all(|part| !part.is_empty() && all_digits(part)) {
                self.others += 1;
            } else {
                return None;
            }
        }
        if self.example.is_empty() {
            text.clone_into(&mut self.example);
        }
        value
    }

    /// Adds what was seen elsewhere in the column.
    pub(crate) fn merge(&mut self, other: Self) {
        self.fractions += other.fractions;
        self.pairs += other.pairs;
        self.either += other.either;
        self.thousands += other.thousands;
        self.others += other.others;
        if self.example.is_empty() {
            self.example = other.example;
        }
    }

    /// Adds numbers with a point.
    pub(crate) fn with_points(mut self, points: bool) -> Self {
        self.others += u64::from(points);
        self
    }

    /// Numbers with commas.
    pub(crate) fn count(&self) -> u64 {
        self.fractions + self.either + self.thousands
    }

    /// What the commas of the column are.
    pub(crate) fn meaning(&self) -> Meaning {
        match (self.fractions, self.either, self.thousands) {
            (0, 0, 0) => Meaning::None,
            (1.., _, 0) if self.others == 0 && self.fractions > self.pairs => Meaning::Fraction,
            (0, _, 1..) => Meaning::Thousands,
            _ => Meaning::Unclear,
        }
    }
}

/// A number with a decimal comma, at least one digit after it, and no point.
pub(crate) fn comma_number(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once(',')?;
    let ends_well = fraction.starts_with(|letter: char| letter.is_ascii_digit()) && !fraction.contains([',', '.']) && !whole.contains('.');
    let starts_well = whole.is_empty() || whole.ends_with(|letter: char| letter.is_ascii_digit()) || matches!(whole, "-" | "+");
    if !ends_well || !starts_well {
        return None;
    }
    text.replacen(',', ".", 1).parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(cells: &[&str]) -> Meaning {
        let mut commas = Commas::default();
        for cell in cells {
            commas.see(cell);
        }
        commas.meaning()
    }

    #[test]
    fn the_whole_column_decides() {
        assert_eq!(meaning(&["5,3", "4", "1,234"]), Meaning::Fraction);
        assert_eq!(meaning(&["0,125", "7,250"]), Meaning::Fraction);
        assert_eq!(meaning(&["-1,5E+03"]), Meaning::Fraction);
        assert_eq!(meaning(&["1,234", "12,345"]), Meaning::Unclear);
        assert_eq!(meaning(&["1,234", "12,345,678"]), Meaning::Thousands);
        assert_eq!(meaning(&["1,234.50", "1,234"]), Meaning::Thousands);
        assert_eq!(meaning(&["3,5", "3.5"]), Meaning::Unclear);
        assert_eq!(meaning(&["3,5", "1.234,5"]), Meaning::Unclear);
        assert_eq!(meaning(&["1", "2.5", "soon, I hope"]), Meaning::None);
    }

    #[test]
    fn codes_side_by_side_are_no_fractions() {
        assert_eq!(meaning(&["1,2", "2,3", "1", "1,4"]), Meaning::Unclear);
        assert_eq!(meaning(&["1,2", "2,1", "1,2,3"]), Meaning::Unclear);
        assert_eq!(meaning(&["1,3", "2,0", "3,7"]), Meaning::Fraction);
    }

    #[test]
    fn numbers_keep_their_value() {
        assert_eq!(
            ["3,5", "-0,25", ",5", "-,5", "1,5e3", "1,", "1,2,3", "1.2,3", "a,5", "1,e5"].map(comma_number),
            [Some(3.5), Some(-0.25), Some(0.5), Some(-0.5), Some(1500.0), None, None, None, None, None]
        );
    }
}
