//! A block of text in, the places of its fields out: 64 bytes at a time are compared with the delimiter, line ends and
//! quotes, and what stands inside quotes is masked out.
//!
//! A block starts at the start of a record and ends at the end of one, and a quote opens only where a field starts and
//! closes only where one ends; where that does not hold, the block is left to the plain reader.

use wide::u8x16;

use super::cells::Records;
use crate::ingest::readers::{Part, rejected};
use crate::ingest::records::line_ends;

/// Bytes that are compared at once.
const LANES: usize = 64;

/// Where the fields of a block lie. It is used again for the next block, so that its memory stays.
#[derive(Default)]
pub(super) struct Index {
    /// For each record the place before its first byte (`u32::MAX` for the start of the block), then the end of each field.
    ends: Vec<u32>,
    used: usize,
    /// Place in `ends` where the current record starts.
    first: usize,
    width: usize,
    rows: usize,
    /// Line ends so far, and before the current record.
    lines: u64,
    record_line: u64,
    quoted: bool,
    part: Part,
}

/// The fields of a block.
pub(super) struct Fields<'a> {
    text: &'a [u8],
    index: &'a Index,
}

impl Records for Fields<'_> {
    fn rows(&self) -> usize {
        self.index.rows
    }

    fn for_each(&self, column: usize, mut each: impl FnMut(&[u8])) {
        let field = |record: &[u32]| &self.text[record[column].wrapping_add(1) as usize..record[column + 1] as usize];
        if !self.index.quoted {
            return self.records().for_each(|record| each(field(record)));
        }
        let mut unescaped = Vec::new();
        for record in self.records() {
            each(match field(record) {
                [b'"', inner @ .., b'"'] => unescape(inner, &mut unescaped),
                plain => plain,
            });
        }
    }

    fn line(&self, row: usize) -> u64 {
        let start = self.records().nth(row).map_or(0, |record| record[0].wrapping_add(1) as usize);
        line_ends(&self.text[..start])
    }
}

impl Fields<'_> {
    /// The places of each record.
    fn records(&self) -> std::slice::ChunksExact<'_, u32> {
        let stride = self.index.width + 1;
        self.index.ends[..self.index.rows * stride].chunks_exact(stride)
    }
}

/// The text between quotes with every doubled quote once.
fn unescape<'a>(inner: &'a [u8], unescaped: &'a mut Vec<u8>) -> &'a [u8] {
    if memchr::memchr(b'"', inner).is_none() {
        return inner;
    }
    unescaped.clear();
    let mut second = false;
    for byte in inner {
        second = *byte == b'"' && !second;
        if !second {
            unescaped.push(*byte);
        }
    }
    unescaped
}

/// One bit for each of 64 bytes.
struct Masks {
    delimiters: u64,
    line_ends: u64,
    quotes: u64,
    /// Bytes that belong to the text.
    valid: u64,
}

/// What is carried from 64 bytes to the next.
struct Quotes {
    /// All ones inside a quote.
    inside: u64,
    /// Whether a quote may open at the next byte.
    may_open: u64,
    /// Whether a quote closed at the last byte.
    closed: u64,
}

impl Index {
    /// Finds the fields of a block; `None` where it must be read in the plain way.
    pub(super) fn of<'a>(&'a mut self, text: &'a [u8], delimiter: u8, width: usize) -> Option<Fields<'a>> {
        (self.used, self.first, self.width, self.rows, self.part) = (0, 0, width, 0, Part::default());
        (self.lines, self.record_line) = (0, 0);
        self.quoted = memchr::memchr(b'"', text).is_some();
        if memchr::memchr(0, text).is_some() || std::str::from_utf8(text).is_err() {
            return None;
        }
        self.reserve();
        self.push(u32::MAX);
        let mut quotes = Quotes { inside: 0, may_open: 1, closed: 0 };
        let (chunks, rest) = text.as_chunks::<LANES>();
        let mut base = 0;
        for chunk in chunks {
            self.take(text, base, &Masks::of(chunk, delimiter, u64::MAX), &mut quotes)?;
            base += 64;
        }
        if !rest.is_empty() {
            let mut chunk = [0; LANES];
            chunk[..rest.len()].copy_from_slice(rest);
            self.take(text, base, &Masks::of(&chunk, delimiter, u64::MAX >> (LANES - rest.len())), &mut quotes)?;
        }
        if quotes.inside != 0 {
            return None;
        }
        self.end_of_text(text)?;
        Some(Fields { text, index: self })
    }

    /// The records that do not fit, with lines counted from 0, and counts.
    pub(super) fn take_part(&mut self) -> Part {
        self.part.counts.kept = u64::try_from(self.rows).unwrap_or_default();
        std::mem::take(&mut self.part)
    }

    /// Line ends in the block.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// Makes room for what 64 bytes can hold.
    fn reserve(&mut self) {
        if self.ends.len() < self.used + 2 * LANES + 2 {
            self.ends.resize(2 * self.ends.len().max(8 * LANES), 0);
        }
    }

    fn push(&mut self, place: u32) {
        self.ends[self.used] = place;
        self.used += 1;
    }

    /// Takes the fields that end in 64 bytes; `None` where the quotes are not in their places.
    fn take(&mut self, text: &[u8], base: u32, masks: &Masks, quotes: &mut Quotes) -> Option<()> {
        self.reserve();
        let inside = if self.quoted { quotes.take(masks)? } else { 0 };
        let (mut delimiters, mut line_ends) = (masks.delimiters & !inside, masks.line_ends);
        while line_ends != 0 {
            let bit = line_ends.trailing_zeros();
            let place = base + bit;
            line_ends &= line_ends - 1;
            self.lines += u64::from(!is_second(text, place));
            if inside >> bit & 1 == 1 {
                continue;
            }
            let before = (1_u64 << bit) - 1;
            self.push_all(base, delimiters & before);
            delimiters &= !before;
            self.end_record(text, place)?;
        }
        self.push_all(base, delimiters);
        Some(())
    }

    fn push_all(&mut self, base: u32, mut places: u64) {
        while places != 0 {
            self.push(base + places.trailing_zeros());
            places &= places - 1;
        }
    }

    /// Ends the record before a line end and starts the next one.
    fn end_record(&mut self, text: &[u8], place: u32) -> Option<()> {
        let before = self.ends[self.first];
        if place == before.wrapping_add(1) {
            // An empty line is no record.
            self.used = self.first;
        } else {
            self.push(place);
            let fields = self.used - self.first - 1;
            if fields == self.width {
                self.rows += 1;
                self.count_empty(text);
            } else {
                self.mend(text, fields)?;
            }
        }
        (self.first, self.record_line) = (self.used, self.lines);
        self.push(place);
        Some(())
    }

    /// Makes a record of another length fit, or rejects it.
    fn mend(&mut self, text: &[u8], fields: usize) -> Option<()> {
        if fields > super::super::header::MAX_COLUMNS {
            return None;
        }
        let (start, end) = (self.ends[self.first].wrapping_add(1) as usize, self.ends[self.used - 1] as usize);
        let extra = &self.ends[self.first + 1..self.used];
        let is_empty = |ends: &[u32]| matches!(&text[ends[0] as usize + 1..ends[1] as usize], b"" | b"\"\"");
        if fields > self.width && extra[self.width - 1..].windows(2).all(is_empty) {
            self.used = self.first + 1 + self.width;
            self.rows += 1;
            self.part.counts.with_empty_ends += 1;
            self.count_empty(text);
        } else {
            let rejected = rejected(&text[start..end], self.record_line, self.width, fields);
            self.part.counts.short += u64::from(rejected.is_some() && fields < self.width);
            self.part.rejected.extend(rejected);
            self.used = self.first;
        }
        Some(())
    }

    /// Counts the last record where it has nothing in any field: then it has no byte but delimiters and paired quotes.
    fn count_empty(&mut self, text: &[u8]) {
        let ends = &self.ends[self.first..self.used];
        let length = ends.last().map_or(0, |end| end.wrapping_sub(ends[0].wrapping_add(1)) as usize);
        let is_empty = |ends: &[u32]| matches!(&text[ends[0].wrapping_add(1) as usize..ends[1] as usize], b"" | b"\"\"");
        let is_bare = length + 1 == self.width;
        if is_bare || (self.quoted && length < 3 * self.width && ends.windows(2).all(is_empty)) {
            self.part.counts.empty += 1;
        }
    }

    /// Ends the last record where the text ends without a line end.
    fn end_of_text(&mut self, text: &[u8]) -> Option<()> {
        let end = u32::try_from(text.len()).ok()?;
        if !matches!(text.last(), None | Some(b'\n' | b'\r')) {
            self.reserve();
            self.end_record(text, end)?;
        }
        Some(())
    }
}

/// Whether the line end at a place is the second byte of a CR LF.
fn is_second(text: &[u8], place: u32) -> bool {
    let place = place as usize;
    text[place] == b'\n' && place > 0 && text[place - 1] == b'\r'
}

impl Masks {
    /// Compares 64 bytes, of which those in `valid` belong to the text.
    fn of(chunk: &[u8; LANES], delimiter: u8, valid: u64) -> Self {
        let mut masks = Self { delimiters: 0, line_ends: 0, quotes: 0, valid };
        let (delimiter, feed, back, quote) = (u8x16::splat(delimiter), u8x16::splat(b'\n'), u8x16::splat(b'\r'), u8x16::splat(b'"'));
        for (part, bytes) in chunk.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*bytes);
            let place = |mask: u8x16| u64::from(mask.to_bitmask()) << (16 * part);
            masks.delimiters |= place(bytes.simd_eq(delimiter));
            masks.line_ends |= place(bytes.simd_eq(feed) | bytes.simd_eq(back));
            masks.quotes |= place(bytes.simd_eq(quote));
        }
        Self { delimiters: masks.delimiters & valid, line_ends: masks.line_ends & valid, quotes: masks.quotes & valid, valid }
    }
}

impl Quotes {
    /// The bytes inside quotes, the opening quote with them; `None` where a quote opens inside a field or closes before its end.
    fn take(&mut self, masks: &Masks) -> Option<u64> {
        let mut inside = masks.quotes;
        for step in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << step;
        }
        inside ^= self.inside;
        let borders = (masks.delimiters | masks.line_ends) & !inside | masks.quotes;
        let (opening, closing) = (masks.quotes & inside, masks.quotes & !inside);
        let wrong = opening & !(borders << 1 | self.may_open) | (closing << 1 | self.closed) & !borders;
        self.inside = if inside >> 63 == 1 { u64::MAX } else { 0 };
        (self.may_open, self.closed) = (borders >> 63, closing >> 63);
        (wrong & masks.valid == 0).then_some(inside)
    }
}
