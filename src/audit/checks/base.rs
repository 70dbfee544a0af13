//! Counts and percentages of one table have one base: the people stated, those counted, or those of the row.
//!
//! From each count and its percentage follows which bases are possible; what all rows allow is the base
//! that the percentages imply. Where that is not the stated one, the table is about other people than it says.

use std::collections::BTreeMap;

use super::{Check, Tally, at, bases, fits, told};
use crate::audit::Finding;
use crate::audit::decimal::{Decimal, shown};
use crate::audit::table::{Entry, Figure, Role, Sheet, is_total};
use crate::error::Severity;

/// Percent against count and base.
pub(super) struct Base;

const CODE: &str = "audit::base";

impl Check for Base {
    fn id(&self) -> &'static str {
        "base"
    }

    fn summary(&self) -> &'static str {
        "percentages agree with their counts and with the stated number of people"
    }

    fn run(&self, sheet: &Sheet, tally: &mut Tally) {
        let (blocks, rows) = (sheet.blocks(), Rows::of(sheet));
        for table in sheet.tables() {
            let mut failing: Vec<Vec<Pair<'_>>> = Vec::new();
            for block in blocks.iter().filter(|block| same_table(block, &table)) {
                let pairs: Vec<Pair<'_>> = block.iter().filter_map(|entry| Pair::of(entry)).collect();
                if !pairs.is_empty() && !settled(sheet, &rows, block, &pairs, tally) {
                    failing.push(pairs);
                }
            }
            let all: Vec<Pair<'_>> = failing.iter().flatten().copied().collect();
            match (common(&all), one_stated(&all)) {
                (Some(range), Some(stated)) if all.len() > 1 => other_base(sheet, &all, range, stated, tally),
                _ => failing.iter().for_each(|pairs| block_alone(sheet, pairs, tally)),
            }
        }
    }
}

/// A row with a count and a percentage.
#[derive(Clone, Copy)]
struct Pair<'a> {
    entry: &'a Entry,
    count: u64,
    percent: Decimal,
    /// Where the percentage stands.
    figure: &'a Figure,
}

impl<'a> Pair<'a> {
    fn of(entry: &'a Entry) -> Option<Self> {
        let figure = entry.figure(Role::Percent)?;
        Some(Self { entry, count: entry.count(Role::Count)?, percent: figure.number, figure })
    }

    fn fits(&self, base: u64) -> bool {
        fits(self.count, base, self.percent)
    }

    fn stated(&self) -> Option<u64> {
        self.entry.count(Role::Base)
    }

    /// `148/366 = 40.4%`.
    fn share(&self, base: u64) -> String {
        let decimals = self.percent.decimals as usize;
        let value = if base == 0 { 0.0 } else { 100.0 * self.count as f64 / base as f64 };
        format!("{}/{base} = {value:.*}%", self.count, decimals + 1)
    }
}

/// The base of a row under one convention.
type BaseOf<'a> = &'a dyn Fn(&Pair<'_>) -> Option<u64>;

fn same_table(block: &[&Entry], table: &[&Entry]) -> bool {
    block.first().zip(table.first()).is_some_and(|(one, other)| (&one.table, &one.group) == (&other.table, &other.group))
}

/// Whether every percentage of a block follows from its count under one convention; says so where it is not the stated base.
fn settled(sheet: &Sheet, rows: &Rows<'_>, block: &[&Entry], pairs: &[Pair<'_>], tally: &mut Tally) -> bool {
    let total = block.iter().find(|entry| entry.is_total()).and_then(|entry| entry.count(Role::Count));
    let parts = pairs.iter().filter(|pair| !pair.entry.is_total());
    let counted: u64 = parts.map(|pair| pair.count).fold(0, u64::saturating_add);
    let stated = |pair: &Pair<'_>| pair.stated().or(total);
    let all = |base: BaseOf<'_>| pairs.iter().all(|pair| base(pair).is_some_and(|base| pair.fits(base)));
    let is_stated = pairs.iter().any(|pair| pair.stated().is_some());
    let conventions: [(&str, BaseOf<'_>); 4] = [
        ("", &stated),
        ("the people counted here", &|_| Some(counted)),
        ("the row", &|pair| rows.total(pair.entry, Role::Count)),
        ("the whole table", &|pair| rows.total(pair.entry, Role::Base)),
    ];
    let Some((words, base)) = conventions.iter().find(|(_, base)| all(base)) else { return false };
    tally.agree(pairs.len());
    if let (Some(first), false, true) = (pairs.first(), words.is_empty(), is_stated) {
        let bases: Vec<u64> = pairs.iter().filter_map(base).collect();
        let one = bases.first().filter(|first| bases.iter().all(|base| base == *first));
        let words = one.map_or_else(|| (*words).to_owned(), |base| format!("{base}: {words}"));
        tally.note(Finding {
            printed: format!("N = {}", first.stated().unwrap_or_default()),
            possible: format!("percentages are of {words}"),
            arithmetic: bases.first().map(|base| first.share(*base)).unwrap_or_default(),
            ..finding(sheet, first, Severity::Note)
        });
    }
    true
}

/// The groups of each row, for tables whose percentages run along the row.
struct Rows<'a>(BTreeMap<u64, Vec<&'a Entry>>);

impl<'a> Rows<'a> {
    fn of(sheet: &'a Sheet) -> Self {
        Self(sheet.rows().into_iter().filter_map(|row| Some((row.first()?.line, row))).rev().collect())
    }

    /// What the groups of a row add up to, or what the group of all says.
    fn total(&self, entry: &Entry, role: Role) -> Option<u64> {
        let row = self.0.get(&entry.line).filter(|row| row.len() > 1)?;
        match row.iter().find(|other| is_total(&other.group)) {
            Some(total) => total.count(role),
            None => row.iter().map(|other| other.count(role)).try_fold(0_u64, |sum, count| sum.checked_add(count?)),
        }
    }
}

/// The bases that every pair allows.
fn common(pairs: &[Pair<'_>]) -> Option<(u64, u64)> {
    let ranges = pairs.iter().map(|pair| bases(pair.count, pair.percent));
    ranges.reduce(|known, next| Some((known?.0.max(next?.0), known?.1.min(next?.1))).filter(|(low, high)| low <= high)).flatten()
}

/// The base that all pairs state alike.
fn one_stated(pairs: &[Pair<'_>]) -> Option<u64> {
    let first = pairs.first()?.stated()?;
    pairs.iter().all(|pair| pair.stated() == Some(first)).then_some(first)
}

fn finding(sheet: &Sheet, pair: &Pair<'_>, severity: Severity) -> Finding {
    at(CODE, severity, sheet, pair.entry, pair.figure)
}

/// The table and group of a row in words.
fn table_name(entry: &Entry) -> String {
    let name = [entry.table.as_str(), entry.group.as_str()].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" / ");
    if name.is_empty() { "the whole table".to_owned() } else { name }
}

/// All rows agree with one base, and it is not the stated one.
fn other_base(sheet: &Sheet, pairs: &[Pair<'_>], range: (u64, u64), stated: u64, tally: &mut Tally) {
    let Some(sharpest) = pairs.iter().max_by_key(|pair| pair.count) else { return };
    let fitting = pairs.iter().filter(|pair| pair.fits(stated)).count();
    let place = sharpest.entry.figure(Role::Base).filter(|figure| figure.column > 0);
    let arithmetic = format!(
        "{}, and {}% is printed; {}; {fitting} of {} percentages agree with {stated}, all with {}",
        sharpest.share(stated),
        sharpest.entry.raw(Role::Percent).trim_end_matches('%'),
        sharpest.share(range.0),
        pairs.len(),
        told(range)
    );
    let mut first = finding(sheet, sharpest, Severity::Error);
    if pairs.len() > 1 {
        first.row = table_name(sharpest.entry);
    }
    tally.find(
        pairs.len(),
        Finding {
            place: place.map_or(first.place.clone(), |figure| sheet.place(figure)),
            printed: format!("N = {stated}"),
            possible: format!("N = {}", told(range)),
            arithmetic,
            ..first
        },
    );
}

/// A block whose rows agree with no one base of the table: the base that most agree with, and the rows that do not.
fn block_alone(sheet: &Sheet, pairs: &[Pair<'_>], tally: &mut Tally) {
    let stated = one_stated(pairs).filter(|stated| pairs.iter().filter(|pair| pair.fits(*stated)).count() * 2 >= pairs.len().max(2));
    if let (None, Some(range), Some(stated)) = (stated, common(pairs), one_stated(pairs)) {
        return other_base(sheet, pairs, range, stated, tally);
    }
    if let (None, Some(_)) = (stated, common(pairs)) {
        // Nothing is stated, and one base fits every row.
        return tally.agree(pairs.len());
    }
    let base = stated.or_else(|| most_common(pairs));
    let is_sure = pairs.iter().any(|pair| pair.stated().is_some()) || closes(pairs);
    for pair in pairs {
        match (base.or(pair.stated()), is_sure) {
            (Some(base), _) if pair.fits(base) => tally.agree(1),
            (Some(base), true) => one_row(sheet, pair, base, tally),
            _ => tally.skip("no base is stated and no one base fits all rows: each may have its own", 1),
        }
    }
}

/// One percentage that its count cannot give.
fn one_row(sheet: &Sheet, pair: &Pair<'_>, base: u64, tally: &mut Tally) {
    let range = bases(pair.count, pair.percent);
    let decimals = pair.percent.decimals as usize + 1;
    let expected = if base == 0 { 0.0 } else { 100.0 * pair.count as f64 / base as f64 };
    let counts = super::attainable::counts(pair.percent, base);
    let other = counts.map_or_else(
        || "no count gives the printed percentage".to_owned(),
        |range| format!("{} people give {}%", told(range), pair.entry.raw(Role::Percent).trim_end_matches('%')),
    );
    let possible = match range {
        Some(range) => format!("{}%, or a base of {}", shown(expected, decimals), told(range)),
        None => format!("{}%", shown(expected, decimals)),
    };
    let printed = format!("{} ({}%)", pair.count, pair.percent_text());
    tally.find(1, Finding { printed, possible, arithmetic: format!("{}; of {base}, {other}", pair.share(base)), ..finding(sheet, pair, Severity::Error) });
}

impl Pair<'_> {
    /// The percentage with the decimals that are printed.
    fn percent_text(&self) -> String {
        format!("{:.*}", self.percent.decimals as usize, self.percent.value())
    }
}

/// Whether the percentages are those of people who gave one answer each.
fn closes(pairs: &[Pair<'_>]) -> bool {
    let sum: f64 = pairs.iter().filter(|pair| !pair.entry.is_total()).map(|pair| pair.percent.value()).sum();
    pairs.len() >= 3 && (95.0..=105.0).contains(&sum)
}

/// The base that most rows allow, where at least two thirds of them do.
fn most_common(pairs: &[Pair<'_>]) -> Option<u64> {
    let ranges: Vec<(u64, u64)> = pairs.iter().filter_map(|pair| bases(pair.count, pair.percent)).collect();
    let support = |base: u64| ranges.iter().filter(|(low, high)| (*low..=*high).contains(&base)).count();
    let best = ranges.iter().flat_map(|(low, high)| [*low, *high]).max_by_key(|base| (support(*base), std::cmp::Reverse(*base)))?;
    (support(best) * 3 >= pairs.len() * 2).then_some(best)
}
