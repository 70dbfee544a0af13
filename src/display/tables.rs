//! Released rows in, cells of tables out: estimate, interval, n, base and code of every row, and the `Mean/% (SD/n)` form.

use super::cells::{Cell, Format};
use super::charts::Mark;
use super::labels;
use crate::results::{ResultRow, Status, short_code};

/// The estimate, or the mark of a row's status: `†` suppressed, `*` unstable, `—` not estimable.
pub(crate) fn cell(row: &ResultRow) -> Cell {
    match (row.status, row.estimate) {
        (Status::Suppressed | Status::SuppressedComplementary, _) => Cell::hidden(),
        (Status::NotEstimable, _) | (_, None) => Cell::absent(),
        (status, Some(estimate)) => {
            let cell = Cell::number(estimate, labels::format(row));
            if status == Status::Unstable { Cell { mark: Mark::Unstable, text: format!("{cell}*"), ..cell } } else { cell }
        }
    }
}

/// The estimate of a row that may not be there.
pub(crate) fn cell_of(row: Option<&ResultRow>) -> Cell {
    row.map_or_else(Cell::absent, cell)
}

/// `54.1–61.8`, with `to` where a limit is negative.
pub(crate) fn interval(row: &ResultRow) -> Cell {
    match (row.conf_low, row.conf_high) {
        _ if row.is_suppressed() => Cell::hidden(),
        (Some(low), Some(high)) => {
            let format = labels::format(row);
            range(Cell::number(low, format), Cell::number(high, format))
        }
        _ => Cell::absent(),
    }
}

/// Two ends as one cell: `54.1–61.8`.
pub(crate) fn range(low: Cell, high: Cell) -> Cell {
    let text = if low.text.starts_with('−') { format!("{low} to {high}") } else { format!("{low}–{high}") };
    low.named("low").joined(high.named("high"), text)
}

/// `5.1 (4.9–5.2)`; the estimate alone where there is no interval.
pub(crate) fn with_interval(row: &ResultRow) -> Cell {
    let (cell, interval) = (cell(row), interval(row));
    if interval.parts.is_empty() {
        return cell;
    }
    let text = format!("{cell} ({interval})");
    cell.joined(interval, text)
}

/// A count of people behind a row.
pub(crate) fn people(row: &ResultRow, value: Option<f64>) -> Cell {
    if row.is_suppressed() { Cell::hidden() } else { value.map_or_else(Cell::absent, |people| Cell::number(people, Format::Count)) }
}

/// The short code of a row.
pub(crate) fn code(row: &ResultRow) -> Cell {
    short_code(&row.id()).into()
}

/// `62.1 (742)`: percent and unweighted number.
pub(crate) fn percent_n(row: &ResultRow) -> Cell {
    match (row.is_suppressed(), row.n) {
        (false, Some(n)) if row.estimate.is_some() => {
            let (share, n) = (cell(row), Cell::number(n, Format::Count));
            let text = format!("{share} ({n})");
            share.joined(n.named("n"), text)
        }
        _ => cell(row),
    }
}
