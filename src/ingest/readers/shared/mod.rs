//! What the readers of statistical files have in common: bytes with places, text in a code page, cells as text, dates.
//!
//! A format gives a `Head` (what the file says of itself) and `Rows` (what fills cells, batch by batch); `table` makes records of both.

mod bytes;
mod cells;
mod looks;
mod text;

pub(super) use self::bytes::{Bytes, Order};
pub(super) use self::cells::{Cells, number};
pub(super) use self::looks::{EPOCH_1582, EPOCH_1960, Look};
pub(super) use self::text::{Text, trimmed};
use super::super::header;
use super::{About, Records, RejectedRecord};
use crate::error::{Error, Problem};
use crate::frame::{Described, Places, RawBatch};

/// The reason of a code that the file calls missing without saying why.
pub(super) const MISSING: &str = "missing";

/// Value labels that a file may give to its columns, those of a set counted for each column that has it.
pub(super) const MAX_LABELS: usize = 5_000_000;

/// What a file says before its rows.
#[derive(Default)]
pub(super) struct Head {
    /// Name of each column as it stands in the file.
    pub(super) names: Vec<String>,
    /// What the file says of each column.
    pub(super) described: Vec<Described>,
    /// Names of the tables, where the file holds several.
    pub(super) tables: Vec<String>,
    /// What is worth knowing of how it is read.
    pub(super) notes: Vec<Problem>,
    /// Hash of the file.
    pub(super) sha256: Option<String>,
}

/// The rows of an open file.
pub(super) trait Rows: Send {
    /// Adds rows until the batch is full or the file ends.
    fn fill(&mut self, cells: &mut Cells) -> Result<(), Error>;
    /// What was worth knowing about the rows so far.
    fn notes(&self) -> Vec<Problem>;
}

/// Which special missing values the cells of each column hold, a bit for each letter: only these and the labelled ones are declared.
pub(super) struct Met(Vec<u32>);

impl Met {
    /// None yet in so many columns.
    pub(super) fn new(columns: usize) -> Self {
        Self(vec![0; columns])
    }

    /// A cell holds the missing value of this letter, a number below 32.
    pub(super) fn add(&mut self, column: usize, letter: u8) {
        if let Some(letters) = self.0.get_mut(column) {
            *letters |= 1 << (letter & 31);
        }
    }

    /// Declares those without a label, each with a reason of its own: whoever keyed them told them apart.
    pub(super) fn describe(&self, described: &mut [Described], code: impl Fn(u8) -> String) {
        for (described, letters) in described.iter_mut().zip(&self.0) {
            for code in (0..32).filter(|letter| letters >> letter & 1 == 1).map(&code) {
                if !described.missing.iter().any(|(known, _)| *known == code) {
                    let reason = format!("{MISSING} {code}");
                    described.missing.push((code, reason));
                }
            }
        }
    }
}

/// The records of a file whose head is read.
pub(super) fn table(path: &std::path::Path, head: Head, rows: impl Rows + 'static) -> Result<Box<dyn Records>, Error> {
    let place = path.display().to_string();
    let names = header::names(head.names.iter().map(String::as_str), &place)?;
    let Head { described, tables, mut notes, sha256, .. } = head;
    notes.extend(names.repeated_note(&place));
    let about = About { header: names.names, unnamed: names.unnamed, described, tables, places: Places::Rows, key: Vec::new() };
    Ok(Box::new(Table { about, notes, sha256, rows, row: 0, ended: false }))
}

struct Table<R> {
    about: About,
    notes: Vec<Problem>,
    sha256: Option<String>,
    rows: R,
    row: u64,
    ended: bool,
}

impl<R: Rows> Records for Table<R> {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        if self.ended {
            return Ok(None);
        }
        let mut cells = Cells::new(self.about.header.len(), self.row);
        self.rows.fill(&mut cells)?;
        self.row = cells.row();
        let batch = cells.finish();
        self.ended = batch.is_none();
        Ok(batch)
    }

    fn rejected(&self) -> &[RejectedRecord] {
        &[]
    }

    fn notes(&self) -> Vec<Problem> {
        self.notes.iter().cloned().chain(self.rows.notes()).collect()
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref().filter(|_| self.ended)
    }
}
