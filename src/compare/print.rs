//! Compared runs in, lines for a table out.

use std::collections::BTreeMap;

use super::{GroupSplit, RunDiff, Split};
use crate::results::{ResultRow, Unit};

/// A number with as many digits as tell it apart.
fn number(value: f64) -> String {
    let text = if value.abs() >= 1000.0 { format!("{value:.1}") } else { format!("{value:.4}") };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Value, interval, base and status of a row in a few characters; no number of a hidden one.
pub(super) fn value(row: &ResultRow) -> String {
    let shown = |value: f64| if row.unit == Unit::Percent { format!("{}%", number(value * 100.0)) } else { number(value) };
    let Some(estimate) = row.estimate else { return row.status.word().to_owned() };
    let interval = row.conf_low.zip(row.conf_high).map(|(low, high)| format!(" ({} to {})", shown(low), shown(high))).unwrap_or_default();
    let base = row.denominator.or(row.n).map(|base| format!(" of {}", number(base))).unwrap_or_default();
    let status = if row.status.word() == "ok" { String::new() } else { format!(", {}", row.status) };
    format!("{}{interval}{base}{status}", shown(estimate))
}

impl RunDiff {
    /// Columns of the table.
    pub const HEADING: [&'static str; 7] = ["cause", "figure", "code", "became", "before", "after", "id"];

    /// Columns of the table of splits.
    pub const SPLIT_HEADING: [&'static str; 7] = ["figure", "change", "people changed", "joiners", "leavers", "people in both, joined, left", "within and mix"];

    /// How many figures became what by each cause: `new wave: 1637 appeared, 910 vanished`.
    #[must_use]
    pub fn summary(&self) -> Vec<String> {
        let mut counts: BTreeMap<&str, BTreeMap<super::Became, usize>> = BTreeMap::new();
        for one in &self.figures {
            *counts.entry(&one.cause).or_default().entry(one.became).or_default() += 1;
        }
        let told = |(cause, counts): (&str, BTreeMap<super::Became, usize>)| {
            let counts: Vec<String> = counts.into_iter().map(|(became, count)| format!("{count} {}", became.word())).collect();
            format!("{cause}: {}", counts.join(", "))
        };
        counts.into_iter().map(told).collect()
    }

    /// A line for each figure that differs.
    #[must_use]
    pub fn lines(&self) -> Vec<Vec<String>> {
        let line = |one: &super::FigureChange| {
            let became = one.became.word().to_owned();
            vec![one.cause.clone(), one.label.clone(), one.code.clone(), became, one.before.clone(), one.after.clone(), one.id.clone()]
        };
        self.figures.iter().map(line).collect()
    }

    /// A line for each split of a changed mean.
    #[must_use]
    pub fn split_lines(&self) -> Vec<Vec<String>> {
        let signed = |value: f64| format!("{}{}", if value < 0.0 { "−" } else { "+" }, number(value.abs()));
        let part = |split: &Split, of: fn(&crate::stats::ChangeOfPeople) -> f64| split.people.as_ref().map(|parts| signed(of(parts))).unwrap_or_default();
        let groups = |split: &Split| {
            let words = |group: &GroupSplit| format!("{}: within {}, mix {}", group.by, signed(group.within), signed(group.mix));
            split.groups.iter().map(words).collect::<Vec<_>>().join("; ")
        };
        let line = |split: &Split| {
            let (both, joined, left) = split.counts;
            vec![
                split.label.clone(),
                part(split, |parts| parts.change),
                part(split, |parts| parts.changed),
                part(split, |parts| parts.joined),
                part(split, |parts| parts.left),
                format!("{both}, {joined}, {left}"),
                groups(split),
            ]
        };
        self.splits.iter().map(line).collect()
    }
}
