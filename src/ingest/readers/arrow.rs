//! Arrow IPC in (files, which Feather 2 is, and streams), records out as text, the row's number as its line.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};

use super::super::ReadOptions;
use super::super::header;
use super::super::source::{Input, damaged, sha256_of};
use super::{Format, Records, RejectedRecord, columnar};
use crate::error::{Error, Problem};
use crate::frame::{BATCH_ROWS, Places, RawBatch};

const FILE: &[u8] = b"ARROW1";
/// A stream starts with a marker and the length of its schema, which is below 16 MiB.
const STREAM: &[u8] = &[0xff, 0xff, 0xff, 0xff];

/// The entry in the table of readers.
pub(crate) struct Arrow;

impl Format for Arrow {
    fn id(&self) -> &'static str {
        "arrow"
    }

    fn summary(&self) -> &'static str {
        "Arrow files and streams of plain columns (Feather 2)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["arrow", "arrows", "feather", "ipc"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        head.starts_with(FILE) || head.starts_with(STREAM) && head.get(7) == Some(&0)
    }

    fn is_fragile(&self) -> bool {
        true
    }

    fn open(&self, input: Input, _options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let path = input.path.clone();
        if !self.recognizes(&input.head) {
            return Err(damaged(&path, "Arrow", "first bytes that no Arrow file has"));
        }
        let (hashed, is_file) = (input.hashed, input.head.starts_with(FILE));
        let mut file = input.into_file()?;
        let sha256 = hashed.then(|| sha256_of(&path, &mut file)).transpose()?;
        std::io::Seek::rewind(&mut file).map_err(|error| Error::io("read", &path, &error))?;
        let opened = if is_file { open_file(file) } else { open_stream(file) };
        let (schema, source) = opened.map_err(|error| damaged(&path, "Arrow", &error.to_string()))?;
        columnar::check(&schema, &path)?;
        let names = header::names(schema.fields().iter().map(|field| field.name().as_str()), &path.display().to_string())?;
        let note = names.repeated_note(&path.display().to_string());
        Ok(Box::new(Table { path, source, group: None, taken: 0, header: names.names, unnamed: names.unnamed, note, sha256, read: 0, ended: false }))
    }
}

type Groups = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

fn open_file(file: File) -> Result<(SchemaRef, Groups), ArrowError> {
    let source = FileReader::try_new(BufReader::new(file), None)?;
    Ok((source.schema(), Box::new(source)))
}

fn open_stream(file: File) -> Result<(SchemaRef, Groups), ArrowError> {
    let source = StreamReader::try_new(BufReader::new(file), None)?;
    Ok((source.schema(), Box::new(source)))
}

struct Table {
    path: PathBuf,
    source: Groups,
    group: Option<RecordBatch>,
    /// Rows of the group that were taken.
    taken: usize,
    header: Vec<String>,
    unnamed: Vec<usize>,
    note: Option<Problem>,
    sha256: Option<String>,
    read: u64,
    ended: bool,
}

impl Table {
    /// The next rows of a group, at most one batch of them.
    fn next_rows(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        loop {
            if let Some(group) = self.group.as_ref().filter(|group| self.taken < group.num_rows()) {
                let rows = group.slice(self.taken, (group.num_rows() - self.taken).min(BATCH_ROWS));
                self.taken += rows.num_rows();
                return Ok(Some(rows));
            }
            self.taken = 0;
            self.group = self.source.next().transpose()?;
            if self.group.is_none() {
                return Ok(None);
            }
        }
    }
}

impl Records for Table {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let Some(rows) = self.next_rows().map_err(|error| damaged(&self.path, "Arrow", &error.to_string()))? else {
            self.ended = true;
            return Ok(None);
        };
        let mut batch = RawBatch::default();
        columnar::add(&rows, self.read, &mut batch).map_err(|found| damaged(&self.path, "Arrow", &found))?;
        self.read += u64::try_from(rows.num_rows()).unwrap_or_default();
        Ok(Some(batch))
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
