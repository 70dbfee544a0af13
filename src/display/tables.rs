//! Released rows in, tables out: estimate, interval, n, base and code of every row, and the `Mean/% (SD/n)` form.

use super::{labels, words};
use crate::results::{ResultRow, Status, short_code};

/// The mark of a row's status: `†` suppressed, `*` unstable, `—` not estimable.
pub(crate) fn cell(row: &ResultRow) -> String {
    match (row.status, row.estimate) {
        (Status::Suppressed | Status::SuppressedComplementary, _) => "†".into(),
        (Status::NotEstimable, _) | (_, None) => "—".into(),
        (Status::Unstable, Some(estimate)) => format!("{}*", labels::bare(row, estimate)),
        (Status::Ok, Some(estimate)) => labels::bare(row, estimate),
    }
}

/// `54.1–61.8`, with `to` where a limit is negative.
pub(crate) fn interval(row: &ResultRow) -> String {
    match (row.conf_low, row.conf_high) {
        _ if row.is_suppressed() => "†".into(),
        (Some(low), Some(high)) => {
            let (low, high) = (labels::bare(row, low), labels::bare(row, high));
            if low.starts_with('−') { format!("{low} to {high}") } else { format!("{low}–{high}") }
        }
        _ => "—".into(),
    }
}

/// A count of people behind a row.
pub(crate) fn people(row: &ResultRow, value: Option<f64>) -> String {
    if row.is_suppressed() { "†".into() } else { value.map_or_else(|| "—".into(), words::count) }
}

/// The short code of a row.
pub(crate) fn code(row: &ResultRow) -> String {
    short_code(&row.id())
}

/// `62.1 (742)`: percent and unweighted number.
pub(crate) fn percent_n(row: &ResultRow) -> String {
    match (row.is_suppressed(), row.n) {
        (false, Some(n)) if row.estimate.is_some() => format!("{} ({})", cell(row), words::count(n)),
        _ => cell(row),
    }
}
