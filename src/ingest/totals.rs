//! The records of a small table in, whether the last of them is no record but the sums of the others.

use crate::error::{Problem, Severity};

/// What people call such a row, in lowercase.
const WORDS: [&str; 14] =
    ["total", "totals", "grand total", "sum", "sums", "subtotal", "overall total", "all", "summe", "gesamt", "somme", "totale", "totaal", "suma"];

/// Sums of the columns so far.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    /// Sum and number of the numbers of each column.
    columns: Vec<(f64, u64)>,
}

impl Sums {
    /// Adds the numbers of a record, each with its column.
    pub(crate) fn add(&mut self, numbers: impl IntoIterator<Item = (usize, f64)>) {
        for (column, number) in numbers {
            if self.columns.len() <= column {
                self.columns.resize(column + 1, (0.0, 0));
            }
            self.columns[column].0 += number;
            self.columns[column].1 += 1;
        }
    }

    /// Whether a record that begins with these words holds the sums of those before it: in most of its numbers.
    pub(crate) fn are_those_of(&self, first: &str, numbers: impl IntoIterator<Item = (usize, f64)>) -> bool {
        let word = first.trim().trim_end_matches([':', '.']).trim_end().to_lowercase();
        if !WORDS.contains(&word.as_str()) {
            return false;
        }
        let (mut all, mut same) = (0, 0);
        for (column, number) in numbers {
            let (sum, count) = self.columns.get(column).copied().unwrap_or_default();
            all += 1;
            same += u64::from(count > 1 && number != 0.0 && (sum - number).abs() <= 1e-9 * sum.abs().max(1.0));
        }
        same > 0 && 2 * same >= all
    }
}

/// The numbers of a record of text, with their columns; commas between thousands are passed over.
pub(crate) fn numbers<'a>(fields: impl IntoIterator<Item = &'a str>) -> Vec<(usize, f64)> {
    let number = |text: &str| text.trim().replace(',', "").parse().ok().filter(|number: &f64| number.is_finite());
    fields.into_iter().enumerate().filter_map(|(column, text)| Some((column, number(text)?))).collect()
}

/// The warning on such a record.
pub(crate) fn warning(place: String, first: &str) -> Problem {
    let problem = Problem::new("input::total_row", "the last record holds the sums of the others, and is counted as a record").at(place);
    problem.found(format!("`{}`", first.trim())).help("delete it from the file, or leave it out with a condition").severity(Severity::Warning)
}

#[cfg(test)]
mod tests {
    use super::{Sums, numbers};

    fn last_is_total(rows: &[&str]) -> bool {
        let (last, others) = rows.split_last().expect("a last row");
        let mut sums = Sums::default();
        for row in others {
            sums.add(numbers(row.split(';')));
        }
        sums.are_those_of(last.split(';').next().unwrap_or_default(), numbers(last.split(';')))
    }

    #[test]
    fn a_total_is_named_and_adds_up() {
        assert!(last_is_total(&["Lynn;10;1,000", "Boston;5;2,500", "Total:;15;3,500"]));
        assert!(last_is_total(&["1;10;0.1", "2;5;0.2", "Grand Total;15;0.3"]));
        assert!(!last_is_total(&["Lynn;10", "Boston;5", "Total;16"]));
        assert!(!last_is_total(&["Lynn;10", "Boston;5", "Salem;15"]));
        assert!(!last_is_total(&["Lynn;10", "Total;10"]));
        assert!(!last_is_total(&["Lynn;0", "Boston;0", "Total;0"]));
    }
}
