//! Mean changes of paired answers (1 or 0) in, an interval that holds where all of them changed alike out.
//!
//! Where everybody's answer changed alike, or nobody's did, changes have no spread. That is want of information and
//! no certainty, so no such row keeps an interval of no width.

use super::CONF_LEVEL;
use crate::results::ResultRow;

/// How `McNemar`'s test is made, in the words of a method: those of a hidden row must not tell how many changed.
pub(super) const MCNEMAR: &str = "McNemar's test, exact where fewer than 25 changed, else with continuity correction";

/// A standard error of changes, which lie between −1 and 1, that is none but for rounding.
const NO_SPREAD: f64 = 1e-12;

/// Whether people are a sample without weights and clusters, so that the changes are alike and `McNemar`'s test holds.
pub(super) fn is_simple(row: &ResultRow) -> bool {
    let n = row.n.unwrap_or_default();
    row.estimate.is_none() || (row.df.is_some_and(|df| (df + 1.0 - n).abs() < 0.5) && row.n_weighted.is_none_or(|weighted| (weighted - n).abs() < 1e-6))
}

/// Puts another interval, or none, in the place of that of a mean change without any spread.
///
/// It says so in the note, not in the method: the words of a method stay where a row is hidden.
/// Of a simple sample of `n` people the share who changed as all did is at least `l = 0.025^(1/n)` (Clopper–Pearson). So
/// a change of 1 is at least `l − (1 − l)`, a change of −1 at most `(1 − l) − l`, and where nobody changed the
/// change lies within `1 − l` of zero. With weights or clusters there is no such limit, and no interval.
pub(super) fn settle(row: &mut ResultRow, is_simple: bool) {
    let Some(change) = row.estimate.filter(|_| row.std_error.is_some_and(|error| error <= NO_SPREAD)) else { return };
    (row.std_error, row.cv) = (None, None);
    (row.conf_low, row.conf_high, row.conf_level) = (None, None, None);
    let alike = if change.abs() < 0.5 { "nobody's answer changed" } else { "everybody's answer changed alike" };
    let limits = row.n.filter(|n| is_simple && *n > 0.0).map(|n| limits(change, n));
    let Some((low, high)) = limits else {
        row.add_note(&format!("{alike}, so there is no error and no interval"));
        return;
    };
    (row.conf_low, row.conf_high, row.conf_level) = (Some(low), Some(high), Some(CONF_LEVEL));
    row.add_note(&format!("{alike}, so there is no standard error; the interval is exact"));
}

/// Limits of a change of `n` people that all changed by 1, by −1 or not at all.
fn limits(change: f64, n: f64) -> (f64, f64) {
    let least = ((1.0 - CONF_LEVEL) / 2.0).powf(1.0 / n);
    let gap = 2.0 * least - 1.0;
    match change {
        up if up > 0.5 => (gap, 1.0),
        down if down < -0.5 => (-1.0, -gap),
        _ => (least - 1.0, 1.0 - least),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Stat, Status, Unit};

    fn row(estimate: f64, error: f64, n: f64) -> ResultRow {
        let mut row = ResultRow::new("d", "a", "v", Stat::Difference, Unit::Percent);
        (row.estimate, row.std_error, row.n, row.df) = (Some(estimate), Some(error), Some(n), Some(n - 1.0));
        (row.conf_low, row.conf_high) = (Some(estimate), Some(estimate));
        row
    }

    /// `binom.test(14, 14)$conf.int[1]` of R is 0.7683642.
    #[test]
    fn those_who_all_changed_alike_have_an_interval_that_is_not_empty() {
        let told = |change: f64| {
            let mut row = row(change, 0.0, 14.0);
            settle(&mut row, true);
            assert!(row.note.is_some() && row.status == Status::Ok && row.std_error.is_none());
            [row.conf_low, row.conf_high].map(|limit| format!("{:.6}", limit.unwrap()))
        };
        assert_eq!(told(1.0), ["0.536728", "1.000000"]);
        assert_eq!(told(-1.0), ["-1.000000", "-0.536728"]);
        assert_eq!(told(0.0), ["-0.231636", "0.231636"]);
    }

    #[test]
    fn with_weights_or_clusters_there_is_none_and_with_a_spread_it_stays() {
        let mut weighted = row(1.0, 1e-17, 14.0);
        settle(&mut weighted, false);
        assert_eq!((weighted.conf_low, weighted.conf_high, weighted.std_error), (None, None, None));
        assert!(weighted.note.is_some_and(|note| note.contains("everybody's answer changed alike")));
        let mut spread = row(0.5, 0.1, 14.0);
        settle(&mut spread, true);
        assert_eq!((spread.conf_low, spread.std_error, spread.note), (Some(0.5), Some(0.1), None));
    }

    #[test]
    fn one_person_says_nearly_nothing() {
        let mut one = row(1.0, 0.0, 1.0);
        settle(&mut one, true);
        assert!((one.conf_low.unwrap() + 0.95).abs() < 1e-12, "{:?}", one.conf_low);
    }
}
