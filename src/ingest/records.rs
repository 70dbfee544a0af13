//! Blocks of text in, records out: fields unescaped into the batch's buffers, each record with the line on which it starts.
//!
//! A record without quotes is copied here in one branchless pass, which is three times as fast; `csv-core` takes all others.

use csv_core::{ReadRecordResult, Reader as CsvCore};

use super::decode::TextBlocks;
use super::header::{MAX_COLUMNS, too_many_columns};
use super::quoting::{Quoting, Unblanked};
use crate::error::{Error, Problem};
use crate::frame::RawBatch;

/// Bytes of one record.
const MAX_RECORD: usize = 16 << 20;
/// Bytes above the column names that are kept.
const ABOVE_BYTES: usize = 16 << 10;
/// Bytes of an unfinished record that are kept when its block goes, enough for 200 characters.
pub(crate) const RAW_BYTES: usize = 800;

/// The fields of a batch while it is filled.
#[derive(Default)]
pub(crate) struct Buffers {
    text: Vec<u8>,
    used: usize,
    ends: Vec<usize>,
    filled: usize,
    /// `used` and `filled` where the last record starts.
    start: (usize, usize),
}

impl Buffers {
    /// Buffers as large as the ones before.
    pub(crate) fn with_capacity(text: usize, fields: usize) -> Self {
        Self { text: Vec::with_capacity(text), ends: Vec::with_capacity(fields), ..Self::default() }
    }

    /// Makes room for the fields of `bytes` bytes.
    fn reserve(&mut self, bytes: usize) {
        if self.text.len() < self.used + bytes + 1 {
            self.text.resize(self.used + bytes + 1, 0);
        }
        if self.ends.len() < self.filled + bytes + 1 {
            self.ends.resize(self.filled + bytes + 1, 0);
        }
    }

    /// Turns the ends of the last record's fields from places in the record to places in the batch.
    fn finish(&mut self) {
        let (start, first) = self.start;
        for end in &mut self.ends[first..self.filled] {
            *end += start;
        }
    }

    /// Line of the field that the last record is in: line breaks within a record lie in its quoted fields.
    fn quote_line(&self, line: u64) -> u64 {
        let start = self.start.0;
        let finished = self.ends[self.start.1..self.filled].last().copied().unwrap_or_default();
        line + line_ends(&self.text[start..start + finished])
    }

    /// Bytes of all fields.
    pub(crate) fn bytes(&self) -> usize {
        self.used
    }

    /// Fields of the last record.
    pub(crate) fn fields(&self) -> usize {
        self.filled - self.start.1
    }

    /// Whether the last record has nothing in the fields from `width` on.
    pub(crate) fn only_empty_after(&self, width: usize) -> bool {
        self.ends.get(self.start.1 + width - 1) == Some(&self.used)
    }

    /// Takes away the fields of the last record from `width` on; they are empty.
    pub(crate) fn keep_fields(&mut self, width: usize) {
        self.filled = self.start.1 + width;
    }

    /// Adds empty fields to the last record until it has `width`.
    pub(crate) fn fill_fields(&mut self, width: usize) {
        let end = self.start.1 + width;
        if self.ends.len() < end {
            self.ends.resize(end, 0);
        }
        // What lies behind stays: to make it anew for each record would cost a block each.
        self.ends[self.filled..end].fill(self.used);
        self.filled = end;
    }

    /// Whether the last record has nothing in any field.
    pub(crate) fn is_empty_record(&self) -> bool {
        self.used == self.start.0
    }

    /// Takes the last record away.
    pub(crate) fn undo(&mut self) {
        (self.used, self.filled) = self.start;
    }

    /// The batch.
    pub(crate) fn into_batch(mut self, width: usize, lines: Vec<u64>) -> RawBatch {
        self.text.truncate(self.used);
        self.ends.truncate(self.filled);
        RawBatch { width, text: self.text, ends: self.ends, lines }
    }
}

/// Text that is not yet split.
pub(crate) struct Rest {
    pub(crate) bytes: Vec<u8>,
    /// Place of the first byte in the file, unpacked.
    pub(crate) offset: u64,
    /// Line of the first byte, counted from 1.
    pub(crate) line: u64,
}

/// Splits the text of a file into records.
pub(crate) struct Splitter {
    blocks: TextBlocks,
    csv: CsvCore,
    delimiter: u8,
    quoting: Quoting,
    unblanked: Option<Unblanked>,
    block: Vec<u8>,
    at: usize,
    /// Where the part of the current record in this block starts.
    piece: usize,
    /// First bytes of the current record when it began in an earlier block.
    before: Vec<u8>,
    line: u64,
    after_return: bool,
}

impl Splitter {
    /// Reads the first block.
    pub(crate) fn new(mut blocks: TextBlocks) -> Result<Self, Error> {
        let mut block = Vec::new();
        blocks.next_block(&mut block)?;
        let (csv, quoting) = (CsvCore::new(), Quoting::default());
        Ok(Self { blocks, csv, delimiter: b',', quoting, unblanked: None, block, at: 0, piece: 0, before: Vec::new(), line: 1, after_return: false })
    }

    /// The first block of text, before the first record is taken.
    pub(crate) fn first_block(&self) -> &[u8] {
        &self.block
    }

    /// Sets the delimiter and the manner of quotes, before the first record is taken.
    pub(crate) fn set_dialect(&mut self, delimiter: u8, quoting: Quoting) {
        self.csv = quoting.splitter(delimiter);
        (self.delimiter, self.quoting) = (delimiter, quoting);
        // An empty line uses up the byte-order mark that csv-core would take off the first record that it sees.
        self.csv.read_record(b"\n", &mut [0], &mut [0]);
        if quoting.blanks {
            let mut filter = Unblanked::new(delimiter, quoting);
            let mut rest = self.block.split_off(self.at);
            filter.take(&mut rest);
            self.block = rest;
            (self.at, self.piece) = (0, 0);
            self.unblanked = Some(filter);
        }
    }

    /// Moves to the start of a line and returns the first bytes of what stands above it and the number of quotes
    /// in all of it; `None` where the file ends before.
    pub(crate) fn skip_to_line(&mut self, line: u64) -> Result<Option<(Vec<u8>, usize)>, Error> {
        let (mut above, mut quotes) = (Vec::new(), 0);
        while self.line < line {
            let rest = &self.block[self.at..];
            let count = memchr::memchr2(b'\n', b'\r', rest).map_or(rest.len(), |end| end + 1);
            quotes += memchr::memchr_iter(b'"', &rest[..count]).count();
            above.extend_from_slice(&rest[..count.min(ABOVE_BYTES.saturating_sub(above.len()))]);
            self.count_lines(count);
            self.at += count;
            self.piece = self.at;
            if self.at == self.block.len() && !self.refill()? {
                return Ok((self.line == line).then_some((above, quotes)));
            }
        }
        Ok(Some((above, quotes)))
    }

    /// Where the text comes from.
    pub(crate) fn blocks(&self) -> &TextBlocks {
        &self.blocks
    }

    /// The bytes after the last record; `None` where they are not to be taken as UTF-8 or their quotes are not plain.
    /// The caller reads on from `blocks_mut`.
    pub(crate) fn take_rest(&mut self) -> Option<Rest> {
        if !self.quoting.is_plain() {
            return None;
        }
        let (undecoded, after) = self.blocks.take_bytes()?;
        let mut bytes = self.block.split_off(self.at);
        let mut offset = after - u64::try_from(bytes.len()).unwrap_or_default();
        bytes.extend_from_slice(&undecoded);
        if self.after_return && bytes.first() == Some(&b'\n') {
            bytes.remove(0);
            offset += 1;
        }
        self.block.clear();
        (self.at, self.piece) = (0, 0);
        Some(Rest { bytes, offset, line: self.line })
    }

    /// Goes on where a caller of `take_rest` stopped, at the start of a line.
    pub(crate) fn resume(&mut self, rest: Rest) {
        self.blocks.resume(rest.bytes, rest.offset);
        (self.line, self.after_return) = (rest.line, false);
    }

    /// Where the text comes from, to be read directly.
    pub(crate) fn blocks_mut(&mut self) -> &mut TextBlocks {
        &mut self.blocks
    }

    /// First bytes of the last record as they stand in the file.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let mut raw = self.before.clone();
        let piece = &self.block[self.piece..self.at];
        raw.extend_from_slice(&piece[..piece.len().min(RAW_BYTES.saturating_sub(raw.len()))]);
        raw
    }

    /// Adds the next record to the buffers and returns the line on which it starts; `None` at the end of the file.
    pub(crate) fn next_record(&mut self, buffers: &mut Buffers) -> Result<Option<u64>, Error> {
        buffers.start = (buffers.used, buffers.filled);
        self.before.clear();
        if !self.skip_line_ends()? {
            return Ok(None);
        }
        let (line, mut size) = (self.line, 0);
        self.piece = self.at;
        let plain = self.plain_record(buffers);
        loop {
            if buffers.fields() > MAX_COLUMNS {
                return Err(too_many_columns(&self.place(line)));
            }
            if plain {
                return Ok(Some(line));
            }
            if self.at == self.block.len() && !self.refill()? {
                return self.last_record(buffers, line).map(Some);
            }
            let input = &self.block[self.at..];
            buffers.reserve(input.len());
            let (result, read, wrote, fields) = self.csv.read_record(input, &mut buffers.text[buffers.used..], &mut buffers.ends[buffers.filled..]);
            self.count_lines(read);
            self.at += read;
            size += read;
            buffers.used += wrote;
            buffers.filled += fields;
            if size > MAX_RECORD {
                return Err(self.too_long(buffers, line));
            }
            if result == ReadRecordResult::Record && buffers.fields() <= MAX_COLUMNS {
                buffers.finish();
                return Ok(Some(line));
            }
        }
    }

    /// Takes a record that has no quote and ends in this block; `false` leaves everything as it was.
    fn plain_record(&mut self, buffers: &mut Buffers) -> bool {
        let input = &self.block[self.at..];
        buffers.reserve(input.len());
        let (used, delimiter, quote) = (buffers.used, self.delimiter, self.quoting.mark());
        let (text, ends) = (&mut buffers.text[used..], &mut buffers.ends[buffers.filled..]);
        let (mut wrote, mut fields) = (0, 0);
        for (read, byte) in input.iter().copied().enumerate() {
            if matches!(byte, b'\n' | b'\r') || byte == quote {
                if byte == quote {
                    return false;
                }
                ends[fields] = used + wrote;
                self.at += read + 1;
                self.line += 1;
                self.after_return = byte == b'\r';
                buffers.used += wrote;
                buffers.filled += fields + 1;
                return true;
            }
            // Each byte is written, and what a delimiter wrote is overwritten by what follows it.
            text[wrote] = byte;
            ends[fields] = used + wrote;
            wrote += usize::from(byte != delimiter);
            fields += usize::from(byte == delimiter);
        }
        false
    }

    /// Moves past empty lines; `false` at the end of the file.
    fn skip_line_ends(&mut self) -> Result<bool, Error> {
        loop {
            let rest = &self.block[self.at..];
            let count = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            let more = count < rest.len();
            self.count_lines(count);
            self.at += count;
            if more {
                return Ok(true);
            }
            self.piece = self.at;
            if !self.refill()? {
                return Ok(false);
            }
        }
    }

    /// Takes the next block, keeping the first bytes of an unfinished record.
    fn refill(&mut self) -> Result<bool, Error> {
        self.before = self.raw();
        (self.at, self.piece) = (0, 0);
        let line = self.line;
        let path = self.blocks.source().path().display().to_string();
        let more = self.blocks.next_block(&mut self.block).map_err(|mut error| {
            for problem in error.problems.iter_mut().filter(|problem| problem.code == "input::encoding" || problem.code == "input::not_text") {
                problem.place = Some(format!("{path}:{line}"));
            }
            error
        })?;
        if let Some(filter) = &mut self.unblanked {
            filter.take(&mut self.block);
        }
        Ok(more)
    }

    /// Ends the record that the end of the file ends, unless it is inside a quote.
    fn last_record(&mut self, buffers: &mut Buffers, line: u64) -> Result<u64, Error> {
        buffers.text.resize(buffers.used + 2, 0);
        buffers.ends.resize(buffers.filled + 2, 0);
        let (result, _, wrote, fields) = self.csv.read_record(b"\n", &mut buffers.text[buffers.used..], &mut buffers.ends[buffers.filled..]);
        buffers.used += wrote;
        buffers.filled += fields;
        if result == ReadRecordResult::Record {
            buffers.finish();
            return Ok(line);
        }
        let problem = Problem::new("input::unclosed_quote", "a quote is opened and never closed").at(self.place(buffers.quote_line(line)));
        Err(Error::input(problem.found("the end of the file").expected("a closing quote").help("close the quote, or double it where it belongs to the text")))
    }

    fn too_long(&self, buffers: &Buffers, line: u64) -> Error {
        let problem = Problem::new("input::record_too_long", format!("a record is longer than {} MiB", MAX_RECORD >> 20));
        let help = format!("a quote may be opened on line {} and never closed", buffers.quote_line(line));
        Error::input(problem.at(self.place(line)).help(help))
    }

    fn place(&self, line: u64) -> String {
        format!("{}:{line}", self.blocks.source().path().display())
    }

    /// Counts the line ends in the next `count` bytes: LF, CR and CR LF each end one line.
    fn count_lines(&mut self, count: usize) {
        let bytes = &self.block[self.at..self.at + count];
        let Some((first, last)) = bytes.first().zip(bytes.last()) else { return };
        let mut lines = line_ends(bytes);
        if self.after_return && *first == b'\n' {
            lines -= 1;
        }
        self.after_return = *last == b'\r';
        self.line += lines;
    }
}

/// Line ends in a text, CR LF counted once.
#[expect(clippy::naive_bytecount, reason = "the plain count is vectorized, and records with quotes are short")]
pub(crate) fn line_ends(bytes: &[u8]) -> u64 {
    let count = |wanted: u8| bytes.iter().filter(|byte| **byte == wanted).count();
    let returns = count(b'\r');
    let pairs = if returns == 0 { 0 } else { bytes.windows(2).filter(|pair| *pair == b"\r\n").count() };
    u64::try_from(count(b'\n') + returns - pairs).unwrap_or_default()
}
