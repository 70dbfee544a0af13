//! A file in, batches of raw text out: every kind of file that users have becomes the same `RawBatch`.
//!
//! `open` looks at the first bytes, picks a reader from the table in `readers` and reads the header.
//! `Columns` gives typed columns of the same records without a codebook, in parallel.
//! A reader hands over records with their lines, lists the records that it could not read, and never
//! changes a byte: what cannot be decoded is an error with its place, not a replacement character.

mod archive;
mod columns;
mod decode;
mod doubts;
mod header;
mod layouts;
mod likely;
mod preamble;
mod quoting;
mod readers;
mod records;
mod sniff;
mod source;
mod totals;
mod worker;

use std::path::{Path, PathBuf};

pub use self::columns::{Columns, Role, Unreadable, Wanted};
pub use self::layouts::formats;
pub(crate) use self::layouts::{Dictionary, Question, Sheet, about, label, list_of, sheets};
pub use self::readers::RejectedRecord;
pub(crate) use self::source::hash_of_file;
pub use self::worker::{WORKER_COMMAND, register_worker, work};
use crate::error::{Error, Problem};
use crate::frame::{Described, Places, RawBatch};

/// Version of the method: raised whenever the same input could give other figures, so that a lock tells it.
pub(crate) const METHOD_VERSION: u32 = 2;

/// What the user says about a file where guessing is not enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Id of the reader.
    pub reader: Option<String>,
    /// Label of the encoding, such as `windows-1252`.
    pub encoding: Option<String>,
    /// Byte between the fields of delimited text.
    pub delimiter: Option<u8>,
    /// Sheet of a workbook, or one of the tables that an export holds.
    pub sheet: Option<String>,
    /// File that says what the codes mean: a data dictionary, a survey definition, a SAS catalog.
    pub dictionary: Option<PathBuf>,
    /// Line or row of the column names, counted from 1.
    pub header_row: Option<u64>,
    /// What becomes of records with fewer fields than the header.
    pub short_records: ShortRecords,
}

/// What becomes of records with fewer fields than the header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ShortRecords {
    /// They are refused.
    #[default]
    Refuse,
    /// What they lack is empty.
    Fill,
}

/// An open file: its column names, then its records in batches.
pub struct Reader {
    name: &'static str,
    records: Box<dyn readers::Records>,
    rows_kept: u64,
}

/// Opens a file and reads its header.
///
/// # Errors
/// The file is missing, cannot be read, is empty, is not what it is said to be, or has column names that clash.
///
/// # Example
/// ```
/// let dir = tempfile::tempdir().unwrap();
/// let path = dir.path().join("members.csv");
/// std::fs::write(&path, "id;notes\n1;\"two\nlines\"\n2;one\n3\n").unwrap();
/// let mut reader = recovista::ingest::open(&path, &Default::default()).unwrap();
/// assert_eq!(reader.header(), ["id", "notes"]);
/// let batch = reader.next_batch().unwrap().unwrap();
/// assert_eq!((batch.rows(), batch.field_str(0, 1), batch.lines[1]), (2, "two\nlines", 4));
/// assert!(reader.next_batch().unwrap().is_none());
/// assert_eq!((reader.rejected()[0].line, reader.rejected()[0].rule), (5, "ragged"));
/// ```
pub fn open(path: &Path, options: &ReadOptions) -> Result<Reader, Error> {
    let opened = layouts::open(source::Input::open(path)?, options)?;
    Ok(Reader { name: opened.name, records: opened.records, rows_kept: 0 })
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("name", &self.name).field("rows_kept", &self.rows_kept).finish_non_exhaustive()
    }
}

impl Reader {
    /// Id of the reader in use.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name
    }

    /// Column names in file order, unique and never empty.
    #[must_use]
    pub fn header(&self) -> &[String] {
        self.records.header()
    }

    /// Whether a column, counted from 0, has no name of its own in the file.
    #[must_use]
    pub fn unnamed(&self, column: usize) -> bool {
        self.records.about().unnamed.contains(&(column + 1))
    }

    /// What the file says about its columns, in the order of the header; empty where it says nothing.
    #[must_use]
    pub fn described(&self) -> &[Described] {
        &self.records.about().described
    }

    /// How places in the file are told.
    #[must_use]
    pub fn places(&self) -> Places {
        self.records.about().places.clone()
    }

    /// The tables that the file holds, where there are several: the names that `sheet` takes.
    #[must_use]
    pub fn tables(&self) -> &[String] {
        &self.records.about().tables
    }

    /// Columns whose values together name each row once, where the file's layout has such a key and all rows were found to keep it.
    #[must_use]
    pub fn key(&self) -> &[String] {
        &self.records.about().key
    }

    /// The next records in file order, at most `BATCH_ROWS`; `None` at the end of the file. A batch is never empty.
    ///
    /// # Errors
    /// Bytes that cannot be decoded, a quote that is never closed, a record beyond the limits, a damaged file.
    pub fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let batch = self.records.next_batch()?;
        self.rows_kept += batch.as_ref().map_or(0, |batch| u64::try_from(batch.rows()).unwrap_or(u64::MAX));
        Ok(batch)
    }

    /// Records that could not be read so far; together with the kept ones they are all records of the file.
    #[must_use]
    pub fn rejected(&self) -> &[RejectedRecord] {
        self.records.rejected()
    }

    /// Records met so far, kept or rejected.
    #[must_use]
    pub fn rows_in(&self) -> u64 {
        self.rows_kept + u64::try_from(self.rejected().len()).unwrap_or(u64::MAX)
    }

    /// What is worth knowing about how the file was read so far (severity `Note`, or `Warning` where it is doubtful).
    #[must_use]
    pub fn notes(&self) -> Vec<Problem> {
        self.records.notes()
    }

    /// SHA-256 of the file's bytes as 64 hexadecimal digits; known once `next_batch` has returned `None`.
    #[must_use]
    pub fn sha256(&self) -> Option<&str> {
        self.records.sha256()
    }
}
