//! The bytes of a file in, groups of blocks out: each block holds whole records, as far as the quotes say.

use std::ops::Range;

use crate::error::Error;
use crate::ingest::source::Source;

/// How much is read and typed at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Bytes of a group: what is read while the group before is typed.
    pub(super) group: usize,
    /// Bytes of a block: what one thread types at a time, small enough for its cache.
    pub(super) block: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { group: 8 << 20, block: 256 << 10 }
    }
}

/// Some text of a file and the blocks in it.
pub(super) struct Group {
    buffer: Vec<u8>,
    /// Bytes of the text.
    length: usize,
    /// Blocks of whole records; none where no record ends in the text.
    pub(super) blocks: Vec<Range<usize>>,
    /// Whether the file ends here.
    pub(super) is_last: bool,
}

impl Group {
    /// Reads the next group: what the group before left over, then what the source gives, into a buffer that is used again.
    pub(super) fn read(source: &mut Source, mut buffer: Vec<u8>, left_over: &[u8], sizes: Sizes) -> Result<Self, Error> {
        let room = left_over.len() + sizes.group;
        if buffer.len() < room {
            buffer.resize(room, 0);
        }
        buffer[..left_over.len()].copy_from_slice(left_over);
        let count = source.fill(&mut buffer[left_over.len()..room])?;
        let (length, is_last) = (left_over.len() + count, count < sizes.group);
        let blocks = blocks(&buffer[..length], is_last, sizes.block);
        Ok(Self { buffer, length, blocks, is_last })
    }

    /// The text.
    pub(super) fn text(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    /// The start of a record that ends in the next group.
    pub(super) fn left_over(&self) -> &[u8] {
        let end = self.blocks.last().map_or(0, |block| block.end);
        &self.text()[end..]
    }

    /// The buffer, to be used again.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

/// Cuts a text at line feeds outside quotes into blocks of about `size` bytes.
fn blocks(text: &[u8], is_last: bool, size: usize) -> Vec<Range<usize>> {
    let quoted = memchr::memchr(b'"', text).is_some();
    let end = if is_last { text.len() } else { last_cut(text, quoted) };
    let (mut blocks, mut start) = (Vec::with_capacity(end / size + 1), 0);
    while start < end {
        let cut = if end - start <= size { end } else { next_cut(&text[..end], start, start + size, quoted) };
        blocks.push(start..cut);
        start = cut;
    }
    blocks
}

/// The place after the last line feed outside quotes; 0 where there is none. The text starts outside quotes.
fn last_cut(text: &[u8], quoted: bool) -> usize {
    let mut inside = quoted && memchr::memchr_iter(b'"', text).count() % 2 == 1;
    memchr::memrchr2_iter(b'\n', b'"', text)
        .find(|place| {
            let is_quote = text[*place] == b'"';
            inside ^= is_quote;
            !is_quote && !inside
        })
        .map_or(0, |place| place + 1)
}

/// The place after the first line feed outside quotes from `target` on, else the end. At `start` the text is outside quotes.
fn next_cut(text: &[u8], start: usize, target: usize, quoted: bool) -> usize {
    let mut inside = quoted && memchr::memchr_iter(b'"', &text[start..target]).count() % 2 == 1;
    memchr::memchr2_iter(b'\n', b'"', &text[target..])
        .map(|place| target + place)
        .find(|place| {
            let is_quote = text[*place] == b'"';
            inside ^= is_quote;
            !is_quote && !inside
        })
        .map_or(text.len(), |place| place + 1)
}
