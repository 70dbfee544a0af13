//! Batches of Arrow arrays in, records of text out; Parquet and Arrow files both come this way.
//!
//! A `Plan` says which columns are read: one that is no plain list of values is left out with a warning that names it.
//! `table` makes records of the plan and of whatever gives the batches.

mod moment;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};

use super::super::header;
use super::super::source::damaged;
use super::{About, Records, RejectedRecord};
use crate::error::{Error, Exit, Problem, Severity, some_of};
use crate::frame::{BATCH_ROWS, Places, RawBatch};

/// Bytes of text after which a batch ends.
const BATCH_BYTES: usize = 64 << 20;
/// Rows that are unpacked at once: what a file says of its sizes is before its dictionaries are unfolded.
pub(super) const AT_ONCE: usize = 512;

/// Rows as they come from a file, with the columns that the plan keeps.
pub(super) type Groups = Box<dyn Iterator<Item = Result<RecordBatch, String>> + Send>;

/// What a file says before its rows.
pub(super) struct Plan {
    /// Places of the columns that are read.
    pub(super) kept: Vec<usize>,
    path: PathBuf,
    kind: &'static str,
    about: About,
    notes: Vec<Problem>,
}

impl Plan {
    /// Looks at the columns of a file of some kind; a file without any plain column is an error.
    pub(super) fn new(schema: &Schema, path: &Path, kind: &'static str) -> Result<Self, Error> {
        let place = path.display().to_string();
        let (mut kept, mut notes, mut zones) = (Vec::new(), Vec::new(), BTreeMap::<&str, Vec<&str>>::new());
        for (position, field) in schema.fields().iter().enumerate() {
            match nested(field.data_type()) {
                Some(kind) => notes.push(unreadable(field.name(), kind, &place)),
                None => kept.push(position),
            }
            if let DataType::Timestamp(_, Some(zone)) = field.data_type() {
                zones.entry(zone).or_default().push(field.name());
            }
        }
        if kept.is_empty() && !notes.is_empty() {
            return Err(Error { exit: Exit::Input, problems: notes });
        }
        for note in &mut notes {
            note.message.push_str(" and is left out");
            note.severity = Severity::Warning;
        }
        notes.extend(zones.into_iter().map(|(zone, columns)| moment::note(zone, &columns, &place)));
        let names = kept.iter().filter_map(|position| schema.fields().get(*position)).map(|field| field.name().as_str());
        let header = header::names(names, &place)?;
        notes.extend(header.repeated_note(&place));
        let about = About { header: header.names, unnamed: header.unnamed, places: Places::Rows, ..About::default() };
        Ok(Self { kept, path: path.to_owned(), kind, about, notes })
    }

    /// The records of the file; `rows` is how many it says that it has.
    pub(super) fn table(self, groups: Groups, rows: Option<u64>, sha256: Option<String>) -> Box<dyn Records> {
        let not_text = vec![0; self.kept.len()];
        Box::new(Table { plan: self, groups, group: None, not_text, rows, sha256, read: 0, ended: false })
    }
}

/// What is wrong with a column that holds no plain values.
fn unreadable(name: &str, kind: &str, place: &str) -> Problem {
    let problem = Problem::new("input::unreadable_column", format!("column `{name}` holds {kind} values"));
    let problem = problem.at(place).expected("text, numbers, dates, times or true/false");
    problem.help("where it is needed, write it as text or as columns of its own when the file is written")
}

/// What a column holds that cannot be a field; `None` for plain values.
fn nested(kind: &DataType) -> Option<&'static str> {
    match kind {
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) | DataType::ListView(_) | DataType::LargeListView(_) => Some("list"),
        DataType::Struct(_) => Some("nested"),
        DataType::Map(..) => Some("map"),
        DataType::Union(..) => Some("union"),
        DataType::Interval(_) => Some("interval"),
        DataType::RunEndEncoded(..) => Some("run-end encoded"),
        DataType::Dictionary(_, values) => nested(values),
        _ => None,
    }
}

/// An open file.
struct Table {
    plan: Plan,
    groups: Groups,
    /// Rows that were taken from the file and not yet written.
    group: Option<RecordBatch>,
    /// Values of each column that are bytes and no text.
    not_text: Vec<u64>,
    rows: Option<u64>,
    sha256: Option<String>,
    read: u64,
    ended: bool,
}

impl Table {
    /// The next few rows.
    fn some_rows(&mut self) -> Result<Option<RecordBatch>, String> {
        loop {
            let group = match self.group.take() {
                Some(group) => group,
                None => match self.groups.next().transpose()? {
                    Some(group) => group,
                    None => return Ok(None),
                },
            };
            let count = group.num_rows().min(AT_ONCE);
            if count < group.num_rows() {
                self.group = Some(group.slice(count, group.num_rows() - count));
            }
            if count > 0 {
                return Ok(Some(group.slice(0, count)));
            }
        }
    }

    fn batch(&mut self) -> Result<Option<RawBatch>, String> {
        let mut batch = RawBatch::default();
        while batch.rows() + AT_ONCE <= BATCH_ROWS && batch.text.len() < BATCH_BYTES {
            let Some(rows) = self.some_rows()? else { break };
            text::add(&rows, self.read, &mut batch, &mut self.not_text)?;
            self.read += u64::try_from(rows.num_rows()).unwrap_or_default();
        }
        if batch.rows() > 0 {
            return Ok(Some(batch));
        }
        match self.rows.filter(|rows| *rows != self.read) {
            Some(rows) => Err(format!("{} rows where {rows} are announced", self.read)),
            None => Ok(None),
        }
    }
}

impl Records for Table {
    fn about(&self) -> &About {
        &self.plan.about
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let batch = self.batch().map_err(|found| damaged(&self.plan.path, self.plan.kind, &found))?;
        self.ended = batch.is_none();
        Ok(batch)
    }

    fn rejected(&self) -> &[RejectedRecord] {
        &[]
    }

    fn notes(&self) -> Vec<Problem> {
        let mut notes = self.plan.notes.clone();
        let bytes: Vec<String> =
            self.plan.about.header.iter().zip(&self.not_text).filter(|(_, count)| **count > 0).map(|(name, _)| format!("`{name}`")).collect();
        if !bytes.is_empty() {
            let count: u64 = self.not_text.iter().sum();
            let message =
                format!("values that are bytes and no UTF-8 text are written as hexadecimal digits: {count} of {}", some_of(bytes.iter().map(String::as_str)));
            notes.push(Problem::new("input::binary", message).at(self.plan.path.display().to_string()).severity(Severity::Warning));
        }
        notes
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref().filter(|_| self.ended)
    }
}
