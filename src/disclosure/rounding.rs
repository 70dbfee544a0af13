//! A released row in, the same row with its counts rounded out, for house rules that ask for it.
//!
//! Hiding is what protects people, and the attack is made on exact numbers; a rounded release is made from one that
//! passed and so tells no more than that. Counts of people and of visits are rounded to the nearest multiple of the base, halves up;
//! shares to a tenth of a point, other numbers to three significant digits, p-values to two. Standard errors, design effects, degrees of
//! freedom and test statistics, from which a count follows, are left out. Figures of establishments and of data quality stay.

use crate::results::{ResultRow, Stat, Support, Unit};

/// Rounds what a row shows of people.
pub(super) fn round(row: &mut ResultRow, base: u64) {
    if row.is_suppressed() || !matches!(row.support, Support::People { .. }) {
        return;
    }
    let to_base = |value: f64| nearest(value, base as f64);
    for count in [&mut row.n, &mut row.n_weighted, &mut row.n_missing, &mut row.denominator] {
        *count = count.map(to_base);
    }
    let of_figure = |value: f64| match (row.stat, row.unit) {
        (Stat::Count | Stat::Distinct, _) => to_base(value),
        (_, Unit::Percent) => (value * 1000.0).round() / 1000.0,
        _ => significant(value, 3),
    };
    let rounded = [row.estimate, row.conf_low, row.conf_high].map(|value| value.map(of_figure));
    [row.estimate, row.conf_low, row.conf_high] = rounded;
    row.p_value = row.p_value.map(|value| significant(value, 2));
    let is_of_others = row.groups.get("who").is_some_and(|who| ["joiners", "leavers"].contains(&who.as_str()));
    if is_of_others || matches!(row.stat, Stat::NeededAnswers | Stat::NeededInvites | Stat::NeededCenters | Stat::DetectableChange) {
        // What a plan assumes, and who joined or left, is told with counts.
        row.note = None;
    }
    for telling in [&mut row.std_error, &mut row.df, &mut row.df2, &mut row.deff, &mut row.cv, &mut row.test_statistic] {
        *telling = None;
    }
}

/// The nearest multiple of the base, halves up.
pub(super) fn nearest(value: f64, base: f64) -> f64 {
    (value / base).round() * base
}

/// What a count that is printed as this was: the least and the most.
pub(super) fn before(printed: u64, base: u64) -> (u64, u64) {
    (printed.saturating_sub(base / 2), printed + (base - 1) / 2)
}

/// So many significant digits, by way of the decimal digits themselves.
fn significant(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_count_was_one_that_is_rounded_to_it() {
        for base in 1..=10_u64 {
            for value in 0..200_u64 {
                let printed = (value + base / 2) / base * base;
                assert!((nearest(value as f64, base as f64) - printed as f64).abs() < 1e-9, "{value} to {base}");
                let (low, high) = before(printed, base);
                assert!((low..=high).contains(&value), "{value} to {base}");
                assert!([low, high].iter().all(|other| (other + base / 2) / base * base == printed), "{low} to {high} to {base}");
            }
        }
    }

    /// Exact numbers of answers without an id would undo the rounding of the counts beside them.
    #[test]
    fn a_note_gives_no_rounded_count_away() {
        for who in ["joiners", "leavers", "people seen twice"] {
            let mut row = ResultRow::new("d", "a", "k6_sum", Stat::Mean, Unit::Points);
            row.groups.insert("who".to_owned(), who.to_owned());
            row.support = Support::People { behind: 30, outside: None };
            row.add_note("answers without an id among them: 23");
            round(&mut row, 5);
            assert_eq!(row.note.is_some(), who == "people seen twice", "{who}");
        }
    }

    #[test]
    fn digits_that_count() {
        for (value, expected) in [(38.4712, 38.5), (0.012_345, 0.0123), (-1234.5, -1230.0), (0.0, 0.0)] {
            assert!((significant(value, 3) - expected).abs() < 1e-12, "{value}");
        }
    }
}
