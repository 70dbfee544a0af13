//! Records of a reader in, the same records out without the rows that describe the columns, under the names and with the meaning that a layout gives.

use super::super::readers::{About, Records, RejectedRecord};
use super::Peeked;
use crate::error::{Error, Problem, Severity};
use crate::frame::{Described, Lists, RawBatch};

/// Distinct values of a column that are looked at.
const VALUES: usize = 2_000;
/// Options of a question with several answers, at most.
const OPTIONS: usize = 40;

/// What a layout makes of a file.
pub(super) struct Relaid {
    records: Peeked,
    about: About,
    note: Problem,
    /// For each column, the code by which the platform ticks it, where that is not 1.
    ticks: Vec<Option<String>>,
}

impl Relaid {
    /// Takes the first `rows` records away and describes the columns; `note` says as what the file was read.
    pub(super) fn new(mut records: Peeked, rows: usize, mut described: Vec<Described>, note: &str) -> Self {
        described.iter_mut().zip(&records.about().described).for_each(|(described, own)| described.complete(own));
        let About { header, places, unnamed, tables, key, .. } = records.about().clone();
        let about = About { header, described, places, unnamed, tables, key };
        records.first = records.first.take().and_then(|batch| without_first(batch, rows));
        let place = records.path.display().to_string();
        let note = Problem::new("input::layout", note).at(place).severity(Severity::Note);
        let note = note.help("say --reader delimited to read the rows as they stand");
        Self { records, about, note, ticks: Vec::new() }
    }

    /// Gives the columns other names, of which none is missing.
    pub(super) fn renamed(self, header: Vec<String>) -> Self {
        Self { about: About { header, unnamed: Vec::new(), ..self.about }, ..self }
    }

    /// Hands over 1 where a column holds the code by which it is ticked.
    pub(super) fn ticked_by(self, ticks: Vec<Option<String>>) -> Self {
        Self { ticks, ..self }
    }
}

impl Records for Relaid {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let batch = self.records.next_batch()?;
        Ok(if self.ticks.iter().any(Option::is_some) { batch.map(|batch| ticked(&batch, &self.ticks)) } else { batch })
    }

    fn rejected(&self) -> &[RejectedRecord] {
        self.records.rejected()
    }

    fn notes(&self) -> Vec<Problem> {
        let mut notes = self.records.notes();
        // Columns that have other names now were not left without one.
        notes.retain(|note| note.code != "input::unnamed_column" || !self.about.unnamed.is_empty());
        // A second row of names is one that the layout knows.
        notes.retain(|note| note.code != "input::second_header");
        notes.insert(0, self.note.clone());
        notes
    }

    fn sha256(&self) -> Option<&str> {
        self.records.sha256()
    }
}

/// The batch with 1 where a cell holds the code that ticks its column.
fn ticked(batch: &RawBatch, ticks: &[Option<String>]) -> RawBatch {
    let mut changed = RawBatch { width: batch.width, lines: batch.lines.clone(), ..RawBatch::default() };
    for row in 0..batch.rows() {
        for column in 0..batch.width {
            let is_tick = ticks.get(column).and_then(Option::as_deref).is_some_and(|code| batch.field_str(row, column).trim() == code);
            changed.text.extend_from_slice(if is_tick { b"1" } else { batch.field(row, column) });
            changed.ends.push(changed.text.len());
        }
    }
    changed
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

    /// The answers of a column whose cells hold several with one of the separators between them, where its texts leave no doubt: few
    /// answers that come again and again in other company. Codes of `without` are no answers.
    pub(super) fn list(&self, separators: &[&str], without: &[&str]) -> Option<Described> {
        let texts = || self.values.iter().filter(|(text, _)| !without.contains(text)).map(|(text, count)| (*text, *count as u64));
        separators.iter().find_map(|separator| {
            let Lists { options, order, split_texts, .. } = Lists::of(texts(), separator);
            let sum: u64 = options.values().sum();
            let repeated: u64 = options.values().filter(|count| **count > 1).sum();
            let is_short = options.keys().all(|answer| answer.chars().count() <= 120);
            // `Yes, often` and `No, never` are two answers of which each has a comma in it.
            let combined = !separator.starts_with(',') || texts().count() > options.len();
            let few = options.len() <= OPTIONS && sum >= 3 * options.len() as u64 && repeated * 20 >= sum * 19;
            let levels = || order.iter().map(|answer| (answer.clone(), answer.clone())).collect();
            let sure = combined && split_texts >= 2 && !self.more && few && is_short;
            sure.then(|| Described { separator: Some((*separator).to_owned()), levels: levels(), ..Described::default() })
        })
    }
}
