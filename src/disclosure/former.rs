//! The last public release in, what it tells about this one out.
//!
//! A count that was public and has not changed is known: hiding it now hides nothing, and it may not be
//! one that the rules hide. A count that differs from the public one by few people tells about those who
//! joined or left, so the new one is hidden, and every small difference must stay possible. Where the former release
//! is rounded, a count in it stands for all that are rounded to it: it makes nothing known, and tells of a small
//! difference where the nearest of them is near.

use std::collections::BTreeMap;

use super::cells::{Draft, whole};
use super::system::{Bounds, Demand, System};
use super::{Policy, ReleasedTable, rounding};
use crate::results::ResultRow;

/// What the former release tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Figures with the same id in both, cells that are known from it, and cells hidden for their difference.
    pub figures: usize,
    pub known: usize,
    pub differing: usize,
    /// Cells that the rules hide and that it already shows.
    pub shown: Vec<usize>,
}

/// Marks in the system what is known from the former release and what it would tell about joiners.
pub(super) fn compare(system: &mut System, draft: &Draft, rows: &[ResultRow], former: &ReleasedTable, policy: &Policy) -> Told {
    let known: BTreeMap<String, &ResultRow> = former.rows().iter().filter(|row| !row.is_suppressed()).map(|row| (row.id(), row)).collect();
    let mut told = Told::default();
    let mut before: BTreeMap<usize, u64> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate().filter(|(place, _)| !draft.rows[*place].is_empty()) {
        let Some(old) = known.get(&row.id()) else { continue };
        told.figures += 1;
        for (cell, now, then) in draft.rows[place].iter().flat_map(|cell| numbers(draft, *cell, row, old)) {
            if now == draft.cells[cell].value {
                before.entry(cell).or_insert(then);
            }
        }
    }
    for (cell, then) in before {
        let now = draft.cells[cell].value;
        let (least, most) = rounding::before(then, former.rounding);
        let difference = least.saturating_sub(now).max(now.saturating_sub(most));
        if difference == 0 && former.rounding > 1 {
            continue;
        }
        if difference == 0 {
            told.known += 1;
            if system.cells[cell].primary {
                told.shown.push(cell);
            }
            system.know(cell);
        } else if policy.is_small(difference) && !system.cells[cell].primary {
            told.differing += 1;
            let (low, high) = policy.range();
            let range = if now > then { (least as f64 + low, most as f64 + high) } else { (least as f64 - high, most as f64 - low) };
            let range = (range.0.max(0.0), range.1);
            let hidden = &mut system.cells[cell];
            (hidden.primary, hidden.fixed, hidden.demands) = (true, false, vec![Demand::Range(range.0, range.1)]);
            // Whoever has the former release sees that the count is not small, and so why it is hidden.
            hidden.bounds = Bounds { low: range.0, high: range.1, rest: (0.0, f64::INFINITY), width: 0.0 };
            hidden.told = hidden.bounds;
        }
    }
    told
}

/// Counts of a cell and of its base as the row of this release and that of the former print them.
fn numbers(draft: &Draft, cell: usize, row: &ResultRow, old: &ResultRow) -> Vec<(usize, u64, u64)> {
    let mut numbers = Vec::new();
    if let (Some(now), Some(then)) = (whole(row.n), whole(old.n)) {
        numbers.push((cell, now, then));
    }
    for base in draft.cells[cell]
        .bases
        .iter()
        .filter(|base| draft.cells[**base].places.iter().any(|(groups, variable, _)| *groups == row.groups && *variable == row.variable))
    {
        if let (Some(now), Some(then)) = (whole(row.denominator), whole(old.denominator)) {
            numbers.push((*base, now, then));
        }
    }
    numbers
}
