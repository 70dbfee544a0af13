//! The values of one column in, counts that fit in little memory out: what the guesses of a codebook rest on.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::frame::{Commas, WrittenDates, parse_iso, shortest};

/// Distinct values that are kept of a column; beyond them only numbers and dates are counted.
const MOST_DISTINCT: usize = 500;
/// Bytes of distinct values that are kept of a column.
const MOST_BYTES: usize = 64 * 1024;
/// Values whose fingerprints are kept to see whether all differ.
const MOST_PRINTS: usize = 2_000_000;

/// What was seen of one column.
#[derive(Debug, Default)]
pub(super) struct Profile {
    /// Cells that are not empty.
    pub filled: u64,
    /// Distinct values with their counts, sorted; `None` where there were too many.
    pub distinct: Option<BTreeMap<String, u64>>,
    bytes: usize,
    prints: Option<HashSet<u64>>,
    pub repeated: bool,
    pub whole: u64,
    pub numbers: u64,
    pub days: u64,
    pub moments: u64,
    /// Dates with other marks or in another order.
    pub written: WrittenDates,
    /// Cells that look like a date whose century or month is not told.
    pub other_days: u64,
    /// Numbers with commas.
    pub commas: Commas,
    pub emails: u64,
    pub low: f64,
    pub high: f64,
    pub longest: usize,
    pub example_day: String,
    /// The last day that a date or moment names.
    pub last_day: String,
}

impl Profile {
    pub(super) fn new() -> Self {
        Self { distinct: Some(BTreeMap::new()), prints: Some(HashSet::new()), low: f64::INFINITY, high: f64::NEG_INFINITY, ..Self::default() }
    }

    /// Looks at one cell.
    pub(super) fn see(&mut self, cell: &str) {
        let cell = cell.trim();
        if cell.is_empty() {
            return;
        }
        self.filled += 1;
        self.longest = self.longest.max(cell.chars().count());
        self.see_kind(cell);
        self.see_print(cell);
        if let Some(distinct) = &mut self.distinct {
            let code = code(cell);
            if let Some(count) = distinct.get_mut(code) {
                *count += 1;
            } else if distinct.len() >= MOST_DISTINCT || self.bytes + code.len() > MOST_BYTES {
                self.distinct = None;
            } else {
                self.bytes += code.len();
                distinct.insert(code.to_owned(), 1);
            }
        }
    }

    fn see_kind(&mut self, cell: &str) {
        if let Some(number) = cell.parse::<f64>().ok().filter(|number| number.is_finite()) {
            self.numbers += 1;
            self.whole += u64::from(number.fract() == 0.0);
            self.low = self.low.min(number);
            self.high = self.high.max(number);
            self.commas.see(cell);
        } else if self.commas.see(cell).is_some() {
        } else if parse_iso(cell.as_bytes()).is_some() {
            let day = cell.get(..10).unwrap_or_default();
            if day > self.last_day.as_str() {
                day.clone_into(&mut self.last_day);
            }
            self.days += u64::from(cell.len() <= 10);
            self.moments += u64::from(cell.len() > 10);
        } else if self.written.see(cell) {
        } else if looks_like_day(cell) {
            self.other_days += 1;
            if self.example_day.is_empty() {
                cell.clone_into(&mut self.example_day);
            }
        } else if cell.split_once('@').is_some_and(|(_, host)| host.contains('.')) && !cell.contains(' ') {
            self.emails += 1;
        }
    }

    fn see_print(&mut self, cell: &str) {
        if let Some(prints) = &mut self.prints {
            let mut hasher = DefaultHasher::new();
            cell.hash(&mut hasher);
            self.repeated |= !prints.insert(hasher.finish());
            if self.repeated || prints.len() > MOST_PRINTS {
                self.prints = None;
            }
        }
    }

    /// Whether every one of so many rows has a value of its own, as far as memory allowed to see.
    pub(super) fn names_every_row(&self, rows: u64) -> bool {
        rows > 0 && self.filled == rows && !self.repeated && self.prints.is_some()
    }
}

/// A value as codes are written: `1` for `1.0`.
pub(super) fn code(cell: &str) -> &str {
    cell.get(..shortest(cell.as_bytes()).len()).unwrap_or(cell)
}

/// Days as people write them: `14.03.24 09:12`, `14-Mar-24`.
fn looks_like_day(cell: &str) -> bool {
    let day = cell.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['/', '.', '-']).collect();
    let is_number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |part: &str| {
        const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let part = part.to_lowercase();
        MONTHS.iter().any(|month| part.starts_with(month)) && part.len() <= 9
    };
    matches!(parts[..], [first, second, third] if is_number(first) && (is_number(second) || is_month(second)) && is_number(third) && (third.len() == 4 || first.len() == 4 || third.len() == 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_stays_bounded_and_kinds_are_counted() {
        let mut profile = Profile::new();
        for number in 0..10_000 {
            profile.see(&number.to_string());
        }
        assert!(profile.distinct.is_none() && profile.names_every_row(10_000));
        assert_eq!((profile.whole, profile.low, profile.high), (10_000, 0.0, 9_999.0));
        let mut dates = Profile::new();
        for cell in ["2024-03-05", "2024-03-05T09:12", "3/14/2024", "14.03.24 09:12", "14-Mar-2024", "1.2.3", "a@b.org", "3,5"] {
            dates.see(cell);
        }
        assert_eq!((dates.days, dates.moments, dates.written.count, dates.other_days, dates.emails, dates.commas.count()), (1, 1, 2, 1, 1, 1));
    }
}
