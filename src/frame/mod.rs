//! Columnar data between the stages: batches of at most 65,536 rows in file order.
//!
//! What comes in is made by `ingest` (raw text), `schema` (typed values) and `score` (typed values
//! with scores); what goes out is slices that `estimate` sums and Parquet that people keep. A batch
//! holds plain vectors because the arithmetic wants slices; Polars is used where frames are stored.

mod comma;
mod described;
mod dictionary;
mod fingerprint;
mod lists;
mod moment;
mod source;
mod store;
mod written;

pub(crate) use comma::{Commas, Meaning, comma_number};
pub(crate) use described::letters;
pub use described::{Described, OptionOf, Places, Stored};
pub(crate) use dictionary::{KEYS, Key, shortest};
pub use dictionary::{Levels, NO_LEVEL};
pub(crate) use fingerprint::fingerprint;
pub(crate) use lists::{Lists, answers, known_answers};
pub(crate) use moment::{civil_seconds, offset_seconds, parse_iso};
pub(crate) use source::{Each, Shape, Source};
pub(crate) use store::ParquetSink;
pub(crate) use written::{DateOrder, WrittenDates, parse_written};

/// Rows in one batch: small files are one batch, large files are many, and there is no second path.
pub const BATCH_ROWS: usize = 65_536;

/// Why a value is not there. Codes from `DECLARED` up are a codebook's own reasons.
pub mod missing {
    /// The value is there.
    pub const PRESENT: u8 = 0;
    /// The question was not put to this person.
    pub const NOT_ASKED: u8 = 1;
    /// The person declined to answer.
    pub const REFUSED: u8 = 2;
    /// The person passed over the question.
    pub const SKIPPED: u8 = 3;
    /// Something was written that the codebook does not allow.
    pub const INVALID: u8 = 4;
    /// First of a codebook's own reasons.
    pub const DECLARED: u8 = 5;
}

/// Text of a block of records, each field an unescaped slice, each record with its line.
#[derive(Debug, Clone, Default)]
pub struct RawBatch {
    /// Fields in a record; every record has as many.
    pub width: usize,
    /// The bytes of all fields, one after the other; valid UTF-8.
    pub text: Vec<u8>,
    /// End of each field in `text`, record by record.
    pub ends: Vec<usize>,
    /// Line of each record in the file, counted from 1.
    pub lines: Vec<u64>,
}

impl RawBatch {
    /// Number of records.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The bytes of one field.
    pub fn field(&self, row: usize, column: usize) -> &[u8] {
        let position = row * self.width + column;
        let start = if position == 0 { 0 } else { self.ends[position - 1] };
        &self.text[start..self.ends[position]]
    }

    /// One field as text; records hold valid UTF-8 only.
    pub fn field_str(&self, row: usize, column: usize) -> &str {
        std::str::from_utf8(self.field(row, column)).unwrap_or_default()
    }
}

/// The values of one column in one batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers; NaN where there is none.
    Number(Vec<f64>),
    /// Positions in the column's `Levels`; `NO_LEVEL` where there is none.
    Level(Vec<u32>),
    /// One bit per option of a multi-select question, in the order of the column's `Levels`.
    Flags(Vec<u64>),
    /// Seconds since 1970-01-01T00:00:00 in the file's own clock; `i64::MIN` where there is none.
    Time(Vec<i64>),
    /// Free text; empty where there is none.
    Text(Vec<String>),
}

/// A named column of one batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name in the codebook.
    pub name: String,
    /// The values.
    pub values: Values,
    /// Reason for each missing value, `missing::PRESENT` where there is one; empty when nothing can be missing.
    pub missing: Vec<u8>,
}

/// Typed columns of up to `BATCH_ROWS` rows.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    rows: usize,
    columns: Vec<Column>,
}

impl Batch {
    /// An empty batch of so many rows.
    pub fn new(rows: usize) -> Self {
        Self { rows, columns: Vec::new() }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// All columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Adds a column; one of the same name is replaced.
    pub fn push(&mut self, column: Column) {
        match self.columns.iter_mut().find(|known| known.name == column.name) {
            Some(known) => *known = column,
            None => self.columns.push(column),
        }
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// A column by name, to be changed.
    pub(crate) fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    /// The numbers of a column; `None` when there is no such column or it holds something else.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        match &self.column(name)?.values {
            Values::Number(values) => Some(values),
            _ => None,
        }
    }

    /// The level positions of a column.
    pub fn levels(&self, name: &str) -> Option<&[u32]> {
        match &self.column(name)?.values {
            Values::Level(values) => Some(values),
            _ => None,
        }
    }

    /// The option bits of a multi-select column.
    pub fn flags(&self, name: &str) -> Option<&[u64]> {
        match &self.column(name)?.values {
            Values::Flags(values) => Some(values),
            _ => None,
        }
    }

    /// The moments of a date or time column.
    pub fn times(&self, name: &str) -> Option<&[i64]> {
        match &self.column(name)?.values {
            Values::Time(values) => Some(values),
            _ => None,
        }
    }
}

/// All batches of one dataset with the levels of its coded columns.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The batches in file order, waves one after the other.
    pub batches: Vec<Batch>,
    /// Levels of the coded and multi-select columns, by column name.
    pub levels: std::collections::BTreeMap<String, Levels>,
}

impl Frame {
    /// Number of rows in all batches.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(Batch::rows).sum()
    }
}
