//! The figures of a published table, each with its place: what every check reads.

use std::collections::BTreeMap;

use super::decimal::Decimal;
use crate::frame::Places;

/// What a printed number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// People in a row.
    Count,
    /// Their share, in percent.
    Percent,
    /// People whom the table says it is about.
    Base,
    Mean,
    Sd,
    Median,
    /// Smallest and largest value met.
    Min,
    Max,
    /// Ends of the scale.
    ScaleLow,
    ScaleHigh,
    /// Whole-number items behind one value.
    Items,
    /// Ends of an interval around the mean or the share.
    Low,
    High,
    Before,
    After,
    /// Relative change in percent.
    Change,
}

/// A printed number and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    pub role: Role,
    pub number: Decimal,
    pub raw: String,
    pub line: u64,
    /// Column of the file from 1; 0 where the number does not stand in the row itself.
    pub column: usize,
}

/// One row of the table, in one group of its columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Entry {
    pub table: String,
    pub block: String,
    /// Group of columns, such as `Female`; empty in a table of one.
    pub group: String,
    pub label: String,
    pub line: u64,
    pub figures: Vec<Figure>,
}

impl Entry {
    pub(super) fn figure(&self, role: Role) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.role == role)
    }

    pub(super) fn number(&self, role: Role) -> Option<Decimal> {
        self.figure(role).map(|figure| figure.number)
    }

    /// A number as people print it.
    pub(super) fn raw(&self, role: Role) -> &str {
        self.figure(role).map_or("", |figure| figure.raw.as_str())
    }

    pub(super) fn count(&self, role: Role) -> Option<u64> {
        self.number(role).and_then(Decimal::count)
    }

    /// How many people a mean is about: the count of its own row, else the stated base.
    pub(super) fn cases(&self) -> Option<u64> {
        let own = if self.number(Role::Percent).is_some() { None } else { self.count(Role::Count) };
        own.or_else(|| self.count(Role::Base))
    }

    /// Adds a figure unless the entry has one of its role.
    pub(super) fn add(&mut self, figure: Figure) -> bool {
        let is_new = self.figure(figure.role).is_none();
        if is_new {
            self.figures.push(figure);
        }
        is_new
    }

    /// Whether the row is the sum of the others.
    pub(super) fn is_total(&self) -> bool {
        is_total(&self.label)
    }

    /// The row in words.
    pub(super) fn name(&self) -> String {
        let parts = [self.table.as_str(), self.block.as_str(), self.group.as_str(), self.label.as_str()];
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" / ")
    }
}

/// Whether a label names the sum of others.
pub(super) fn is_total(label: &str) -> bool {
    let label = label.trim().trim_matches(['*', ':']).to_lowercase();
    let first = label.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    matches!(label.as_str(), "all" | "overall" | "sum" | "grand total" | "everyone" | "all respondents" | "all participants" | "all people") || first == "total"
}

/// A whole published table.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// Name of the file, for places.
    pub file: String,
    pub places: Places,
    pub entries: Vec<Entry>,
    /// Cells of figure columns that hold no number, such as `<5`.
    pub unread: u64,
}

impl Sheet {
    /// Entries that share table, block and group, in the order of the file.
    pub(super) fn blocks(&self) -> Vec<Vec<&Entry>> {
        gathered(&self.entries, |entry| (entry.table.as_str(), entry.block.as_str(), entry.group.as_str()))
    }

    /// Entries that share table and group.
    pub(super) fn tables(&self) -> Vec<Vec<&Entry>> {
        gathered(&self.entries, |entry| (entry.table.as_str(), "", entry.group.as_str()))
    }

    /// The same row in every group of columns.
    pub(super) fn rows(&self) -> Vec<Vec<&Entry>> {
        let mut rows: Vec<Vec<&Entry>> = Vec::new();
        for entry in &self.entries {
            match rows.last_mut() {
                Some(row) if row.first().is_some_and(|first| first.line == entry.line) => row.push(entry),
                _ => rows.push(vec![entry]),
            }
        }
        rows
    }

    /// The place of a figure as people write it.
    pub(super) fn place(&self, figure: &Figure) -> String {
        self.places.tell(&self.file, figure.line, figure.column)
    }
}

/// Entries of one key together, in the order of their first ones.
fn gathered<'a, K: Ord>(entries: &'a [Entry], key: impl Fn(&'a Entry) -> K) -> Vec<Vec<&'a Entry>> {
    let (mut places, mut groups) = (BTreeMap::new(), Vec::<Vec<&Entry>>::new());
    for entry in entries {
        let place = *places.entry(key(entry)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    groups
}
