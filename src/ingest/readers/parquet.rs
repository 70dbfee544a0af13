//! Parquet in, records out as text, some rows at a time, the row's number as its line.

use std::fs::File;
use std::path::PathBuf;

use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::super::ReadOptions;
use super::super::header;
use super::super::source::{Input, damaged, sha256_of};
use super::{Format, Records, RejectedRecord, columnar};
use crate::error::{Error, Problem};
use crate::frame::{BATCH_ROWS, Places, RawBatch};

/// Bytes of text after which a batch ends.
const BATCH_BYTES: usize = 64 << 20;
/// Rows that are unpacked at once: what the file says of its sizes is before its dictionaries are unfolded.
const AT_ONCE: usize = 512;

/// The entry in the table of readers.
pub(crate) struct Parquet;

impl Format for Parquet {
    fn id(&self) -> &'static str {
        "parquet"
    }

    fn summary(&self) -> &'static str {
        "Parquet files of plain columns"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["parquet", "pq"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        head.starts_with(b"PAR1")
    }

    fn is_fragile(&self) -> bool {
        true
    }

    fn open(&self, input: Input, _options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let path = input.path.clone();
        if !self.recognizes(&input.head) {
            return Err(damaged(&path, "Parquet", "other first bytes than PAR1"));
        }
        let hashed = input.hashed;
        let mut file = input.into_file()?;
        let sha256 = hashed.then(|| sha256_of(&path, &mut file)).transpose()?;
        let (rows, source) = open(file).map_err(|found| damaged(&path, "Parquet", &found))?;
        columnar::check(source.schema(), &path)?;
        let names = source.schema().fields().iter().map(|field| field.name().as_str());
        let names = header::names(names, &path.display().to_string())?;
        let note = names.repeated_note(&path.display().to_string());
        let source = source.build().map_err(|error| damaged(&path, "Parquet", &error.to_string()))?;
        Ok(Box::new(Table { path, source, header: names.names, unnamed: names.unnamed, note, sha256, rows, read: 0, ended: false }))
    }
}

/// Reads the names, the types and the sizes; no values.
fn open(file: File) -> Result<(u64, ParquetRecordBatchReaderBuilder<File>), String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    let metadata = builder.metadata();
    let rows = u64::try_from(metadata.file_metadata().num_rows()).map_err(|_| "a negative number of rows".to_owned())?;
    Ok((rows, builder.with_batch_size(AT_ONCE)))
}

struct Table {
    path: PathBuf,
    source: ParquetRecordBatchReader,
    header: Vec<String>,
    unnamed: Vec<usize>,
    note: Option<Problem>,
    sha256: Option<String>,
    /// Rows that the file says it has.
    rows: u64,
    read: u64,
    ended: bool,
}

impl Records for Table {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let damaged = |found: &str| damaged(&self.path, "Parquet", found);
        let mut batch = RawBatch::default();
        while batch.rows() + AT_ONCE <= BATCH_ROWS && batch.text.len() < BATCH_BYTES {
            let Some(rows) = self.source.next() else { break };
            let rows = rows.map_err(|error| damaged(&error.to_string()))?;
            columnar::add(&rows, self.read, &mut batch).map_err(|found| damaged(&found))?;
            self.read += u64::try_from(rows.num_rows()).unwrap_or_default();
        }
        if batch.rows() > 0 {
            return Ok(Some(batch));
        }
        if self.read != self.rows {
            return Err(damaged(&format!("{} rows where {} are announced", self.read, self.rows)));
        }
        self.ended = true;
        Ok(None)
    }

    fn rejected(&self) -> &[RejectedRecord] {
        &[]
    }

    fn notes(&self) -> Vec<Problem> {
        self.note.iter().cloned().collect()
    }

    fn places(&self) -> Places {
        Places::Rows
    }

    fn unnamed(&self) -> &[usize] {
        &self.unnamed
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref().filter(|_| self.ended)
    }
}
