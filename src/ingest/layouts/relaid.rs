//! Records of a reader in, the same records out without the rows that describe the columns, under the names and with the meaning that a layout gives.

use super::super::readers::{Records, RejectedRecord};
use super::Peeked;
use crate::error::{Error, Problem, Severity};
use crate::frame::{Described, Places, RawBatch};

/// Distinct values of a column that are looked at.
const VALUES: usize = 2_000;

/// What a layout makes of a file.
pub(super) struct Relaid {
    records: Peeked,
    header: Vec<String>,
    described: Vec<Described>,
    unnamed: Vec<usize>,
    note: Problem,
}

impl Relaid {
    /// Takes the first `rows` records away and describes the columns; `note` says as what the file was read.
    pub(super) fn new(mut records: Peeked, rows: usize, mut described: Vec<Described>, note: &str) -> Self {
        described.iter_mut().zip(records.described()).for_each(|(described, own)| described.complete(own));
        let header = records.header().to_vec();
        let unnamed = records.unnamed().to_vec();
        records.first = records.first.take().and_then(|batch| without_first(batch, rows));
        let place = records.path.display().to_string();
        let note = Problem::new("input::layout", note).at(place).severity(Severity::Note);
        Self { records, header, described, unnamed, note: note.help("say --reader delimited to read the rows as they stand") }
    }

    /// Gives the columns other names, of which none is missing.
    pub(super) fn renamed(self, header: Vec<String>) -> Self {
        Self { header, unnamed: Vec::new(), ..self }
    }
}

impl Records for Relaid {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        self.records.next_batch()
    }

    fn rejected(&self) -> &[RejectedRecord] {
        self.records.rejected()
    }

    fn notes(&self) -> Vec<Problem> {
        let mut notes = self.records.notes();
        // Columns that have other names now were not left without one.
        notes.retain(|note| note.code != "input::unnamed_column" || !self.unnamed.is_empty());
        notes.insert(0, self.note.clone());
        notes
    }

    fn sha256(&self) -> Option<&str> {
        self.records.sha256()
    }

    fn described(&self) -> &[Described] {
        &self.described
    }

    fn places(&self) -> Places {
        self.records.places()
    }

    fn unnamed(&self) -> &[usize] {
        &self.unnamed
    }

    fn tables(&self) -> &[String] {
        self.records.tables()
    }
}

/// The records of a batch after the first ones; `None` where there are none.
fn without_first(batch: RawBatch, rows: usize) -> Option<RawBatch> {
    if rows == 0 || rows >= batch.rows() {
        return (rows == 0).then_some(batch);
    }
    let fields = rows * batch.width;
    let start = fields.checked_sub(1).and_then(|last| batch.ends.get(last)).copied().unwrap_or_default();
    let ends = batch.ends.get(fields..)?.iter().map(|end| end - start).collect();
    Some(RawBatch { width: batch.width, text: batch.text.get(start..)?.to_vec(), ends, lines: batch.lines.get(rows..)?.to_vec() })
}

/// What the first records hold in a column.
#[derive(Debug, Default)]
pub(super) struct Seen<'a> {
    /// Distinct texts without blanks around them in the order of their first record, with how often each is there.
    pub(super) values: Vec<(&'a str, usize)>,
    /// Cells that are not empty.
    pub(super) filled: usize,
    /// Whether there are more distinct texts than are listed.
    pub(super) more: bool,
}

impl<'a> Seen<'a> {
    /// Looks at the records from row `from` on.
    pub(super) fn of(first: Option<&'a RawBatch>, column: usize, from: usize) -> Self {
        let mut seen = Self::default();
        let Some(batch) = first.filter(|batch| column < batch.width) else { return seen };
        let mut places = std::collections::HashMap::new();
        for text in (from..batch.rows()).map(|row| batch.field_str(row, column).trim()).filter(|text| !text.is_empty()) {
            seen.filled += 1;
            if let Some(place) = places.get(text) {
                let (_, count): &mut (&str, usize) = &mut seen.values[*place];
                *count += 1;
            } else if seen.values.len() < VALUES {
                places.insert(text, seen.values.len());
                seen.values.push((text, 1));
            } else {
                seen.more = true;
            }
        }
        seen
    }

    /// The only text in the column besides those left out; `None` where there is none or several.
    pub(super) fn only(&self, without: &[&str]) -> Option<&'a str> {
        let mut values = self.values.iter().map(|(text, _)| *text).filter(|text| !without.contains(text));
        let only = values.next()?;
        (values.next().is_none() && !self.more).then_some(only)
    }
}
