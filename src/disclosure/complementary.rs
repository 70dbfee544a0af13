//! Hidden cells in, further hidden cells out, so that no hidden one is the only unknown of a sum.
//!
//! A line is a set of cells that add up to a total a reader may know: the levels of one variable in
//! one domain, or one level over the values of one grouping variable. While a line has hidden cells
//! that a subtraction would give away, its next smallest cell is hidden too. A hidden domain hides
//! everything said about it, and a hidden cell hides itself wherever else it is printed.

use std::collections::{BTreeMap, BTreeSet};

use super::Policy;
use crate::results::{ResultRow, Stat, Status, Support};

type Groups = BTreeMap<String, String>;
/// A cell wherever it is printed: dataset, domain, variable, level.
type Cell<'a> = (&'a str, Groups, &'a str, Option<&'a str>);

/// Marks complementary cells in `hidden`.
pub(super) fn hide(rows: &[ResultRow], hidden: &mut [Option<Status>], policy: Policy) {
    let lines = lines(rows);
    loop {
        let before = hidden.iter().flatten().count();
        for line in &lines {
            protect(rows, line, hidden, policy);
        }
        spread(rows, hidden);
        if hidden.iter().flatten().count() == before {
            return;
        }
    }
}

fn behind(row: &ResultRow) -> u64 {
    match row.support {
        Support::People { behind, .. } => behind,
        Support::Establishments(_) | Support::Quality => 0,
    }
}

fn is_additive(row: &ResultRow) -> bool {
    matches!(row.stat, Stat::Count | Stat::Proportion) && matches!(row.support, Support::People { .. })
}

/// Positions of the rows of each line, in a fixed order.
fn lines(rows: &[ResultRow]) -> Vec<Vec<usize>> {
    let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (position, row) in rows.iter().enumerate().filter(|(_, row)| is_additive(row)) {
        let key = |what: &str, level: Option<&str>, groups: &Groups| {
            format!("{what}\u{1}{}\u{1}{}\u{1}{}\u{1}{}\u{1}{level:?}\u{1}{groups:?}", row.dataset, row.analysis, row.variable, row.stat)
        };
        lines.entry(key("level", None, &row.groups)).or_default().push(position);
        for group in row.groups.keys().filter(|group| *group != "wave") {
            let mut others = row.groups.clone();
            others.remove(group);
            lines.entry(key(group, row.level.as_deref(), &others)).or_default().push(position);
        }
    }
    lines.into_values().filter(|line| line.len() > 1).collect()
}

/// Hides the next smallest cells of a line until what is hidden sums to at least two thresholds' worth.
fn protect(rows: &[ResultRow], line: &[usize], hidden: &mut [Option<Status>], policy: Policy) {
    let is_hidden = |hidden: &[Option<Status>], position: usize| hidden[position].is_some();
    loop {
        let unknown: Vec<u64> = line.iter().filter(|position| is_hidden(hidden, **position)).map(|position| behind(&rows[*position])).collect();
        let enough = unknown.is_empty() || (unknown.len() > 1 && unknown.iter().sum::<u64>() >= policy.minimum_cell);
        if enough {
            return;
        }
        let next = line
            .iter()
            .filter(|position| !is_hidden(hidden, **position) && behind(&rows[**position]) > 0)
            .min_by_key(|position| (behind(&rows[**position]), rows[**position].id()));
        let Some(next) = next else { return };
        hidden[*next] = Some(Status::SuppressedComplementary);
    }
}

/// Carries what is hidden to every other row that prints the same cell or speaks of a hidden domain.
fn spread(rows: &[ResultRow], hidden: &mut [Option<Status>]) {
    let mut cells: BTreeSet<Cell<'_>> = BTreeSet::new();
    let mut domains: BTreeSet<(&str, Groups)> = BTreeSet::new();
    for (row, _) in rows.iter().zip(hidden.iter()).filter(|(row, status)| status.is_some() && is_additive(row)) {
        if row.stat == Stat::Count && row.level.is_none() {
            domains.insert((&row.dataset, row.groups.clone()));
        } else {
            cells.insert((&row.dataset, row.groups.clone(), &row.variable, row.level.as_deref()));
        }
    }
    for (row, status) in rows.iter().zip(hidden.iter_mut()) {
        if status.is_some() || row.status == Status::NotEstimable || !matches!(row.support, Support::People { .. }) {
            continue;
        }
        let in_cell = |groups: &Groups| cells.contains(&(row.dataset.as_str(), groups.clone(), row.variable.as_str(), row.level.as_deref()));
        let in_domain = domains.contains(&(row.dataset.as_str(), row.groups.clone()));
        if in_domain || in_cell(&row.groups) || compared(&row.groups).is_some_and(|waves| waves.iter().any(in_cell)) {
            *status = Some(Status::SuppressedComplementary);
        }
    }
}

/// The two one-wave domains that a comparison speaks of.
fn compared(groups: &Groups) -> Option<[Groups; 2]> {
    let mut later = groups.clone();
    let from = later.remove("compared_with")?;
    let mut earlier = later.clone();
    earlier.insert("wave".to_owned(), from);
    Some([later, earlier])
}
