//! The checks of a published table, one file each; none knows another.

mod attainable;
mod base;
mod change;
mod closing;
mod grim;
mod range;
mod spread;
mod subgroups;

use super::Finding;
use super::decimal::Decimal;
use super::table::{Entry, Figure, Sheet};
use crate::error::Severity;

/// A rule that every published table keeps.
pub(super) trait Check: Sync {
    /// Its id; findings have the code `audit::` and this.
    fn id(&self) -> &'static str;
    /// What it checks, in half a sentence.
    fn summary(&self) -> &'static str;
    /// Looks at the whole table.
    fn run(&self, sheet: &Sheet, tally: &mut Tally);
}

/// Every check, in the order in which findings are told.
pub(super) static ALL: &[&dyn Check] =
    &[&base::Base, &attainable::Attainable, &closing::Closing, &subgroups::Subgroups, &range::Range, &spread::Spread, &grim::Grim, &change::Change];

/// What a check found and how much it looked at.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub findings: Vec<Finding>,
    pub looked_at: u64,
    pub consistent: u64,
    pub not_checked: Vec<(String, u64)>,
}

impl Tally {
    /// Places that were looked at and are consistent.
    fn agree(&mut self, places: usize) {
        self.looked_at += places as u64;
        self.consistent += places as u64;
    }

    /// Places that could not be looked at, and why.
    fn skip(&mut self, why: &str, places: usize) {
        match self.not_checked.iter_mut().find(|(known, _)| known == why) {
            Some((_, count)) => *count += places as u64,
            None if places > 0 => self.not_checked.push((why.to_owned(), places as u64)),
            None => {}
        }
    }

    /// A finding about so many places.
    fn find(&mut self, places: usize, finding: Finding) {
        self.looked_at += places as u64;
        self.findings.push(finding);
    }

    /// A note: no fault, and not one more place looked at.
    fn note(&mut self, finding: Finding) {
        self.findings.push(Finding { severity: Severity::Note, ..finding });
    }
}

/// A finding at a figure of an entry.
fn at(code: &'static str, severity: Severity, sheet: &Sheet, entry: &Entry, figure: &Figure) -> Finding {
    Finding { severity, code, place: sheet.place(figure), row: entry.name(), printed: String::new(), possible: String::new(), arithmetic: String::new() }
}

/// Whether `count` of `base` people may print as the percentage.
fn fits(count: u64, base: u64, percent: Decimal) -> bool {
    let (count, base) = (i128::from(count), i128::from(base));
    base > 0 && (200 * percent.scale() * count - 2 * percent.units * base).abs() <= base
}

/// The smallest and largest base of which `count` people may print as the percentage; no largest where nobody counts for 0%.
fn bases(count: u64, percent: Decimal) -> Option<(u64, u64)> {
    let numerator = 200 * percent.scale() * i128::from(count);
    let (more, less) = (2 * percent.units + 1, 2 * percent.units - 1);
    if more <= 0 {
        return None;
    }
    let low = numerator.div_euclid(more) + i128::from(numerator.rem_euclid(more) > 0);
    let high = if less > 0 { numerator / less } else { i128::from(u64::MAX) };
    let low = low.max(i128::from(count)).max(1);
    (low <= high).then(|| (u64::try_from(low).unwrap_or(u64::MAX), u64::try_from(high).unwrap_or(u64::MAX)))
}

/// `336`, `335 to 336`, `331 or more`.
fn told((low, high): (u64, u64)) -> String {
    match (low, high) {
        _ if low == high => low.to_string(),
        (_, u64::MAX) => format!("{low} or more"),
        _ => format!("{low} to {high}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bases_of_a_percentage_are_those_of_a_search() {
        for (text, count) in [("44.0", 148), ("14.6", 49), ("5.4", 18), ("8.9", 30), ("0", 0), ("100", 7), ("12", 3), ("0.0", 0), ("33.33", 1)] {
            let percent = Decimal::parse(text).expect("a number");
            let searched: Vec<u64> = (1..=4000).filter(|base| *base >= count && fits(count, *base, percent)).collect();
            let (low, high) = bases(count, percent).expect("some base");
            assert_eq!((searched.first().copied(), searched.last().copied()), (Some(low), Some(high.min(4000))), "{count} {text}");
        }
        assert_eq!(bases(49, Decimal::parse("14.6").expect("a number")), Some((335, 336)));
        assert_eq!(bases(3, Decimal::parse("200").expect("a number")), None);
    }

    #[test]
    fn every_check_has_an_id_of_its_own() {
        let mut ids: Vec<&str> = ALL.iter().map(|check| check.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
        assert!(ALL.iter().all(|check| !check.summary().is_empty()));
    }
}
