//! Comma-, semicolon-, tab- or pipe-separated text in, records out, also from inside gzip and zstd.
//!
//! `csv-core` splits decoded blocks straight into the batch's text. This file adds what it leaves open:
//! the line of each record, quotes that never close, records of the wrong length, and limits on size.

use std::path::Path;

use super::super::decode::{BLOCK, TextBlocks};
use super::super::doubts::Doubts;
use super::super::header::{self, MAX_COLUMNS};
use super::super::preamble;
use super::super::quoting::Quoting;
use super::super::records::{Buffers, RAW_BYTES, Rest, Splitter};
use super::super::sniff::{self, looks_like};
use super::super::source::{GZIP, Input, Source, ZSTD, empty_file};
use super::super::{ReadOptions, ShortRecords};
use super::{About, Format, Records, RejectedRecord};
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

const RAGGED_HELP: &str = "do the column names stand on the right line, and is the delimiter right? name them with --header-row and --delimiter";

/// The entry in the table of readers.
pub(crate) struct Delimited;

impl Format for Delimited {
    fn id(&self) -> &'static str {
        "delimited"
    }

    fn summary(&self) -> &'static str {
        "text with one record per line (CSV, TSV), also inside .gz, .zst and .zip"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv", "tab", "txt", "gz", "zst", "zip"]
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
    about: About,
    /// What is worth knowing about the column names.
    repeated: Option<Problem>,
    /// Line of the column names, and what stands above it where anything does.
    header: (u64, Option<String>),
    quoting: Quoting,
    fill: bool,
    /// What the sample showed beside the records.
    doubts: Doubts,
    rejected: Vec<RejectedRecord>,
    counts: Counts,
    delimiter: u8,
    /// Bytes and fields of the batch before, with room for a block: most batches of a file are of one size.
    last_size: (usize, usize),
    ended: bool,
}

/// Records of each kind so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Kept.
    pub(crate) kept: u64,
    /// Kept though they have empty fields after the last column.
    pub(crate) with_empty_ends: u64,
    /// Kept though they have fewer fields than the header.
    pub(crate) filled: u64,
    /// Kept though they have nothing in any field.
    pub(crate) empty: u64,
    /// Rejected because they have fewer fields than the header.
    pub(crate) short: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.with_empty_ends += other.with_empty_ends;
        self.filled += other.filled;
        self.empty += other.empty;
        self.short += other.short;
    }
}

/// The error of a packed file of another kind: such files are read from any place, which a packed one does not allow.
fn packed(path: &Path, kind: &str) -> Error {
    let problem = Problem::new("input::packed", format!("{} is a packed file of the kind `{kind}`", path.display()));
    Error::input(problem.expected("delimited text, or the file as it was before it was packed").help("unpack it first, with `gunzip` or `unzstd`"))
}

impl DelimitedText {
    fn open(input: Input, options: &ReadOptions) -> Result<Self, Error> {
        let (path, is_packed) = (input.path.clone(), Delimited.recognizes(&input.head));
        let blocks = TextBlocks::new(Source::new(input)?, options.encoding.as_deref())?;
        if let Some(format) = super::ALL.iter().find(|format| is_packed && format.recognizes(blocks.first_bytes())) {
            return Err(packed(&path, format.id()));
        }
        if let Some(kind) = looks_like(blocks.first_bytes()) {
            return Err(kind.error(&path));
        }
        let mut splitter = Splitter::new(blocks)?;
        let sample = splitter.first_block();
        let whole = sample.len() <= SAMPLE;
        let declared = sniff::declared_delimiter(sample);
        let mut start = 0;
        if declared.is_some() {
            start = memchr::memchr2(b'\n', b'\r', sample).map_or(0, |end| end + if sample[end..].starts_with(b"\r\n") { 2 } else { 1 });
        }
        let sample = &sample[start..sample.len().min(start + SAMPLE)];
        let delimiter = options.delimiter.or(declared).unwrap_or_else(|| sniff::delimiter(sample, whole));
        let quoting = Quoting::of(sample, delimiter);
        let shift = u64::from(declared.is_some());
        let found = preamble::line_of_names(sample, delimiter, quoting).map(|line| line + shift);
        let mut doubts = Doubts::of(sample, whole, delimiter, quoting, shift);
        let above = match (options.header_row, found, declared) {
            // An odd quote above it means that the line lies inside a record.
            (Some(line), ..) => {
                let above = splitter.skip_to_line(line)?.filter(|(_, quotes)| quotes.is_multiple_of(2));
                Some(above.ok_or_else(|| no_names_there(&path, line))?)
            }
            (None, Some(line), _) => splitter.skip_to_line(line)?,
            (None, None, Some(_)) => splitter.skip_to_line(2)?.and(None),
            (None, None, None) => None,
        };
        splitter.set_dialect(delimiter, quoting);
        let mut buffers = Buffers::default();
        let Some(line) = splitter.next_record(&mut buffers)? else {
            return Err(options.header_row.map_or_else(|| empty_file(&path), |line| no_names_there(&path, line)));
        };
        if let Some(wanted) = options.header_row.filter(|wanted| *wanted != line) {
            return Err(no_names_there(&path, wanted));
        }
        let fields = buffers.into_batch(0, vec![line]);
        let fields = RawBatch { width: fields.ends.len(), ..fields };
        let own_names: Vec<&str> = (0..fields.width).map(|column| fields.field_str(0, column)).collect();
        let row_names = doubts.names_of_rows(line, &own_names);
        let names = header::names(row_names.into_iter().chain(own_names), &format!("{}:{line}", path.display()))?;
        doubts.look_at(line, &names.names, delimiter);
        Ok(Self {
            splitter,
            repeated: names.repeated_note(&format!("{}:{line}", path.display())),
            about: About { header: names.names, unnamed: names.unnamed, ..About::default() },
            header: (line, above.filter(|(above, _)| !above.is_empty()).map(|(above, _)| preamble::shown(&above))),
            quoting,
            fill: options.short_records == ShortRecords::Fill,
            doubts,
            rejected: Vec::new(),
            counts: Counts::default(),
            delimiter,
            last_size: (0, 0),
            ended: false,
        })
    }

    /// Makes a record of another length fit, or rejects it; `true` when it is kept.
    fn mend(&mut self, buffers: &mut Buffers, line: u64) -> bool {
        let (width, fields) = (self.about.header.len(), buffers.fields());
        if fields > width && buffers.only_empty_after(width) {
            buffers.keep_fields(width);
            self.counts.with_empty_ends += 1;
            return true;
        }
        if let Some(rejected) = rejected(&self.splitter.raw(), line, width, fields) {
            if fields < width && self.fill {
                buffers.fill_fields(width);
                self.counts.filled += 1;
                return true;
            }
            self.counts.short += u64::from(fields < width);
            self.rejected.push(rejected);
        }
        buffers.undo();
        false
    }
}

/// The error of a line that is named as the one of the column names and starts no record.
fn no_names_there(path: &Path, line: u64) -> Error {
    let problem = Problem::new("input::no_header_row", format!("line {line} of {} has no column names", path.display()));
    Error::input(
        problem.found("nothing, or a line inside a record").expected("the line on which the column names start").help("count lines from 1, empty ones too"),
    )
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
    /// Records of each kind.
    pub(crate) counts: Counts,
    /// Records of another length.
    pub(crate) rejected: Vec<RejectedRecord>,
}

/// The way round `next_batch`: take the bytes, tell what they held, give back what is too hard.
impl DelimitedText {
    /// The byte between fields.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The bytes after the header; `None` where the plain way is needed: other encodings, odd quotes, short records to fill. More come from `source`.
    pub(crate) fn take_rest(&mut self) -> Option<Rest> {
        if self.fill { None } else { self.splitter.take_rest() }
    }

    /// Where the bytes come from.
    pub(crate) fn source(&mut self) -> &mut Source {
        self.splitter.blocks_mut().source_mut()
    }

    /// Adds what was read outside.
    pub(crate) fn add(&mut self, part: Part) -> Result<(), Error> {
        self.counts.add(part.counts);
        self.rejected.extend(part.rejected);
        if self.fits() { Ok(()) } else { Err(self.nothing_fits()) }
    }

    /// Goes on with `next_batch` from here.
    pub(crate) fn resume(&mut self, rest: Rest) {
        self.splitter.resume(rest);
    }
}

impl DelimitedText {
    fn n_rejected(&self) -> u64 {
        u64::try_from(self.rejected.len()).unwrap_or(u64::MAX)
    }

    /// Whether the list of rejected records is short, or at least shorter than that of the kept ones.
    fn fits(&self) -> bool {
        self.rejected.len() < BATCH_ROWS || self.n_rejected() <= self.counts.kept
    }

    fn ragged_in_words(&self) -> String {
        let read = self.counts.kept.saturating_add(self.n_rejected());
        format!("{} of {read} records do not have the {} fields of the header", self.rejected.len(), self.about.header.len())
    }

    fn nothing_fits(&self) -> Error {
        let place = self.splitter.blocks().source().path().display().to_string();
        Error::input(Problem::new("input::mostly_ragged", self.ragged_in_words()).at(place).help(RAGGED_HELP))
    }

    /// The notes on the header.
    fn header_notes(&self, path: &str, notes: &mut Vec<Problem>) {
        let (line, above) = &self.header;
        let note = |code, message: String| Problem::new(code, message).at(format!("{path}:{line}")).severity(Severity::Note);
        if let Some(above) = above {
            let message = format!("the column names stand on line {line}, and what stands above them was left out");
            notes.push(note("input::preamble", message).found(above.clone()).help("name another line with --header-row if that is wrong"));
        }
        if !self.about.unnamed.is_empty() {
            let names: Vec<&str> = self.about.unnamed.iter().filter_map(|column| self.about.header.get(column - 1)).map(String::as_str).collect();
            let problem = Problem::new("input::unnamed_column", format!("columns without a name were named {}", crate::error::some_of(names)));
            notes.push(problem.at(path).severity(Severity::Note));
        }
        notes.extend(self.repeated.clone());
    }
}

impl Records for DelimitedText {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let width = self.about.header.len();
        let (mut buffers, mut lines) = (Buffers::with_capacity(self.last_size.0, self.last_size.1), Vec::new());
        while !self.ended && lines.len() < BATCH_ROWS && buffers.bytes() < BATCH_BYTES && lines.len().saturating_mul(width) < BATCH_FIELDS {
            match self.splitter.next_record(&mut buffers)? {
                Some(line) if buffers.fields() == width || self.mend(&mut buffers, line) => {
                    self.counts.empty += u64::from(buffers.is_empty_record());
                    lines.push(line);
                }
                Some(_) if !self.fits() => return Err(self.nothing_fits()),
                Some(_) => {}
                None => self.ended = true,
            }
        }
        self.counts.kept += u64::try_from(lines.len()).unwrap_or_default();
        self.last_size = (buffers.bytes() + ROOM, lines.len() * width + ROOM);
        Ok((!lines.is_empty()).then(|| buffers.into_batch(width, lines)))
    }

    fn rejected(&self) -> &[RejectedRecord] {
        &self.rejected
    }

    fn notes(&self) -> Vec<Problem> {
        let blocks = self.splitter.blocks();
        let path = blocks.source().path().display().to_string();
        let note = |code, message: String| Problem::new(code, message).at(path.clone()).severity(Severity::Note);
        let mut notes = Vec::new();
        if let Some((member, others)) = blocks.source().member() {
            let problem = note("input::archive", format!("`{member}` in the archive was read"));
            let also = || format!("also {}", crate::error::some_of(others.iter().map(String::as_str)));
            notes.push(if others.is_empty() { problem } else { problem.found(also()) });
        }
        self.header_notes(&path, &mut notes);
        let Counts { kept, with_empty_ends, filled, empty, short } = self.counts;
        let have = |count: u64| if count == 1 { "1 record has".to_owned() } else { format!("{count} records have") };
        if with_empty_ends > 0 {
            notes.push(note("input::empty_extra_fields", format!("{} empty fields after the last column", have(with_empty_ends))));
        }
        if filled > 0 {
            notes.push(note("input::filled_records", format!("{} fewer fields than the header; what is lacking is empty", have(filled))));
        }
        if empty > 0 {
            notes.push(note("input::empty_records", format!("{} nothing in any field", have(empty))));
        }
        if short > 0 {
            let message = format!("{} fewer fields than the header and cannot be read", have(short));
            notes.push(note("input::short_records", message).help("say --fill-short if what is lacking at the end is empty"));
        }
        if self.n_rejected() > kept {
            notes.push(note("input::mostly_ragged", self.ragged_in_words()).severity(Severity::Warning).help(RAGGED_HELP));
        }
        notes.extend(self.doubts.notes(&path, self.header.0, self.delimiter));
        if !self.quoting.is_plain() {
            notes.push(note("input::quoting", self.quoting.in_words().to_owned()));
        }
        if blocks.encoding() != "UTF-8" {
            notes.push(note("input::decoded", format!("the text was decoded from {}", blocks.encoding())));
        }
        notes
    }

    fn delimited(&mut self) -> Option<&mut DelimitedText> {
        Some(self)
    }

    fn sha256(&self) -> Option<&str> {
        if self.ended { self.splitter.blocks().source().sha256() } else { None }
    }
}

const _: () = assert!(MAX_COLUMNS < BATCH_FIELDS, "one record always fits into a batch");
