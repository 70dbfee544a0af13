//! Comma-, semicolon-, tab- or pipe-separated text in, records out, also from inside gzip and zstd.
//!
//! `csv-core` splits decoded blocks straight into the batch's text. This file adds what it leaves open:
//! the line of each record, quotes that never close, records of the wrong length, and limits on size.

use super::super::ReadOptions;
use super::super::decode::{BLOCK, TextBlocks};
use super::super::header::{self, MAX_COLUMNS};
use super::super::records::{Buffers, RAW_BYTES, Rest, Splitter};
use super::super::sniff::{self, looks_like};
use super::super::source::{GZIP, Input, Source, ZSTD, empty_file};
use super::{Format, Records, RejectedRecord};
use crate::error::{Error, Problem, Severity};
use crate::frame::{BATCH_ROWS, RawBatch};

/// A batch of wide or long records ends early, so that memory stays bounded.
const BATCH_BYTES: usize = 256 << 20;
const BATCH_FIELDS: usize = 32 << 20;
/// Characters of a rejected record that are kept.
const RAW_CHARS: usize = 200;
/// Bytes that are enough to guess the delimiter.
const SAMPLE: usize = 64 * 1024;

const ROOM: usize = 2 * BLOCK;

const RAGGED_HELP: &str = "is the first line the one with the column names, and is the delimiter right? name it with --delimiter";

/// The entry in the table of readers.
pub(crate) struct Delimited;

impl Format for Delimited {
    fn id(&self) -> &'static str {
        "delimited"
    }

    fn summary(&self) -> &'static str {
        "text with one record per line (CSV, TSV), also inside .gz and .zst"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv", "tab", "txt", "gz", "zst"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        head.starts_with(GZIP) || head.starts_with(ZSTD)
    }

    fn open(&self, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        if let Some(delimiter) = options.delimiter.filter(|byte| !byte.is_ascii() || b"\"\r\n\0".contains(byte)) {
            let problem = Problem::new("input::bad_delimiter", format!("byte {delimiter} cannot separate fields"));
            return Err(Error::usage(problem.expected("one ASCII character other than a quote or a line end")));
        }
        Ok(Box::new(DelimitedText::open(input, options)?))
    }
}

/// An open file of delimited text.
pub(crate) struct DelimitedText {
    splitter: Splitter,
    header: Vec<String>,
    unnamed: Vec<usize>,
    rejected: Vec<RejectedRecord>,
    with_empty_ends: u64,
    delimiter: u8,
    /// Bytes and fields of the batch before, with room for a block: most batches of a file are of one size.
    last_size: (usize, usize),
    kept: u64,
    ended: bool,
}

impl DelimitedText {
    fn open(input: Input, options: &ReadOptions) -> Result<Self, Error> {
        let path = input.path.clone();
        let blocks = TextBlocks::new(Source::new(input)?, options.encoding.as_deref())?;
        if let Some(kind) = looks_like(blocks.first_bytes()) {
            return Err(kind.error(&path));
        }
        let mut splitter = Splitter::new(blocks)?;
        let sample = splitter.first_block();
        let declared = sniff::declared_delimiter(sample);
        let guess = || sniff::delimiter(&sample[..sample.len().min(SAMPLE)], sample.len() <= SAMPLE);
        let delimiter = options.delimiter.or(declared).unwrap_or_else(guess);
        splitter.set_delimiter(delimiter);
        let mut buffers = Buffers::default();
        if declared.is_some() {
            splitter.next_record(&mut buffers)?;
            buffers.undo();
        }
        let Some(line) = splitter.next_record(&mut buffers)? else { return Err(empty_file(&path)) };
        let fields = buffers.into_batch(0, vec![line]);
        let fields = RawBatch { width: fields.ends.len(), ..fields };
        let names = header::names((0..fields.width).map(|column| fields.field_str(0, column)), &format!("{}:{line}", path.display()))?;
        let table = Self {
            splitter,
            header: names.names,
            unnamed: names.unnamed,
            rejected: Vec::new(),
            with_empty_ends: 0,
            delimiter,
            last_size: (0, 0),
            kept: 0,
            ended: false,
        };
        Ok(table)
    }

    /// Makes a record of another length fit, or rejects it; `true` when it is kept.
    fn mend(&mut self, buffers: &mut Buffers, line: u64) -> bool {
        let (width, fields) = (self.header.len(), buffers.fields());
        if fields > width && buffers.only_empty_after(width) {
            buffers.keep_fields(width);
            self.with_empty_ends += 1;
            return true;
        }
        self.rejected.extend(rejected(&self.splitter.raw(), line, width, fields));
        buffers.undo();
        false
    }
}

/// The entry of a record of another length; none for a line of blanks.
pub(crate) fn rejected(raw: &[u8], line: u64, width: usize, fields: usize) -> Option<RejectedRecord> {
    let raw = String::from_utf8_lossy(&raw[..raw.len().min(RAW_BYTES)]);
    let raw = raw.trim_end_matches(['\r', '\n']);
    let rejected = || RejectedRecord { line, raw: raw.chars().take(RAW_CHARS).collect(), rule: "ragged", expected: format!("{width} fields, found {fields}") };
    (!raw.trim().is_empty()).then(rejected)
}

/// What another way of reading the records made of a part of the text.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// Records kept.
    pub(crate) kept: u64,
    /// Records kept that have empty fields after the last column.
    pub(crate) with_empty_ends: u64,
    /// Records of another length.
    pub(crate) rejected: Vec<RejectedRecord>,
}

/// The way round `next_batch`: take the bytes, tell what they held, give back what is too hard.
impl DelimitedText {
    /// The byte between fields.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The bytes after the header; `None` where they are not UTF-8. More come from `source`.
    pub(crate) fn take_rest(&mut self) -> Option<Rest> {
        self.splitter.take_rest()
    }

    /// Where the bytes come from.
    pub(crate) fn source(&mut self) -> &mut Source {
        self.splitter.blocks_mut().source_mut()
    }

    /// Adds what was read outside.
    pub(crate) fn add(&mut self, part: Part) -> Result<(), Error> {
        self.kept += part.kept;
        self.with_empty_ends += part.with_empty_ends;
        self.rejected.extend(part.rejected);
        if self.kept == 0 && self.rejected.len() >= BATCH_ROWS { Err(self.nothing_fits()) } else { Ok(()) }
    }

    /// Goes on with `next_batch` from here.
    pub(crate) fn resume(&mut self, rest: Rest) {
        self.splitter.resume(rest);
    }
}

impl DelimitedText {
    fn ragged_in_words(&self) -> String {
        let read = self.kept.saturating_add(u64::try_from(self.rejected.len()).unwrap_or(u64::MAX));
        format!("{} of {read} records do not have the {} fields of the header", self.rejected.len(), self.header.len())
    }

    fn nothing_fits(&self) -> Error {
        let place = self.splitter.blocks().source().path().display().to_string();
        Error::input(Problem::new("input::mostly_ragged", self.ragged_in_words()).at(place).help(RAGGED_HELP))
    }
}

impl Records for DelimitedText {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let width = self.header.len();
        let (mut buffers, mut lines) = (Buffers::with_capacity(self.last_size.0, self.last_size.1), Vec::new());
        while !self.ended && lines.len() < BATCH_ROWS && buffers.bytes() < BATCH_BYTES && lines.len().saturating_mul(width) < BATCH_FIELDS {
            match self.splitter.next_record(&mut buffers)? {
                Some(line) if buffers.fields() == width || self.mend(&mut buffers, line) => lines.push(line),
                Some(_) if lines.is_empty() && self.kept == 0 && self.rejected.len() >= BATCH_ROWS => return Err(self.nothing_fits()),
                Some(_) => {}
                None => self.ended = true,
            }
        }
        self.kept += u64::try_from(lines.len()).unwrap_or_default();
        self.last_size = (buffers.bytes() + ROOM, lines.len() * width + ROOM);
        Ok((!lines.is_empty()).then(|| buffers.into_batch(width, lines)))
    }

    fn rejected(&self) -> &[RejectedRecord] {
        &self.rejected
    }

    fn notes(&self) -> Vec<Problem> {
        let blocks = self.splitter.blocks();
        let path = blocks.source().path().display();
        let note = |code, message: String| Problem::new(code, message).at(path.to_string()).severity(Severity::Note);
        let mut notes = Vec::new();
        if !self.unnamed.is_empty() {
            let names: Vec<&str> = self.unnamed.iter().filter_map(|column| self.header.get(column - 1)).map(String::as_str).collect();
            notes.push(note("input::unnamed_column", format!("columns without a name were named {}", crate::error::some_of(names))));
        }
        if self.with_empty_ends > 0 {
            notes.push(note("input::empty_extra_fields", format!("{} records have empty fields after the last column", self.with_empty_ends)));
        }
        if u64::try_from(self.rejected.len()).unwrap_or(u64::MAX) > self.kept {
            notes.push(note("input::mostly_ragged", self.ragged_in_words()).severity(Severity::Warning).help(RAGGED_HELP));
        }
        if self.header.len() == 1 {
            let delimiter = char::from(self.delimiter);
            notes.push(note("input::one_column", format!("the file has one column when it is split at `{}`", delimiter.escape_default())));
        }
        if blocks.encoding() != "UTF-8" {
            notes.push(note("input::decoded", format!("the text was decoded from {}", blocks.encoding())));
        }
        notes
    }

    fn unnamed(&self) -> &[usize] {
        &self.unnamed
    }

    fn delimited(&mut self) -> Option<&mut DelimitedText> {
        Some(self)
    }

    fn sha256(&self) -> Option<&str> {
        if self.ended { self.splitter.blocks().source().sha256() } else { None }
    }
}

const _: () = assert!(MAX_COLUMNS < BATCH_FIELDS, "one record always fits into a batch");
