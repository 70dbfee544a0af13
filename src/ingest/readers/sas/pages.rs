//! A page of a SAS data set in, its parts out: subheaders of the columns, packed rows, plain rows.

use super::super::shared::Order;
use super::header::Header;

/// Marks of subheaders.
pub(super) const ROW_SIZE: u32 = 0xf7f7_f7f7;
pub(super) const COLUMN_SIZE: u32 = 0xf6f6_f6f6;
const COUNTS: u32 = 0xffff_fc00;
pub(super) const COLUMN_FORMAT: u32 = 0xffff_fbfe;
pub(super) const COLUMN_ATTRIBUTES: u32 = 0xffff_fffc;
pub(super) const COLUMN_TEXT: u32 = 0xffff_fffd;
pub(super) const COLUMN_NAMES: u32 = 0xffff_ffff;

/// Kinds of page.
const DATA: u16 = 0x0100;
const MIX: u16 = 0x0200;
const KIND: u16 = 0x0f00;
const WITHOUT_PARTS: u16 = 0x9000;
const HAS_DELETED: u16 = 0x0080;

/// What a part of a page is, as its pointer says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// About the columns.
    Subheader,
    /// A plain row.
    Row,
    /// A packed row.
    Packed,
    /// A row that now stands elsewhere: page and part, counted from 0.
    Elsewhere(u64, u64),
    /// A row that was deleted.
    Deleted,
    /// A row that another place refers to: plain or packed.
    Moved { packed: bool },
    /// Nothing.
    Empty,
}

/// A pointer of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pointer {
    pub(super) part: Part,
    pub(super) at: usize,
    pub(super) length: usize,
}

/// Plain rows of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    pub(super) at: usize,
    /// As many as the page says; `None` where the number stands in the columns' subheaders.
    pub(super) count: Option<u64>,
    pub(super) has_deleted: bool,
}

/// A page taken apart.
pub(super) struct Parts {
    pub(super) pointers: Vec<Pointer>,
    pub(super) rows: Option<Rows>,
}

impl Header {
    /// Bytes before the pointers of a page.
    pub(super) fn page_header(&self) -> usize {
        if self.wide { 40 } else { 24 }
    }

    /// Bytes of a subheader's mark.
    pub(super) fn mark(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    /// Takes a page apart; the words say what is wrong with it.
    pub(super) fn parts(&self, page: &[u8]) -> Result<Parts, String> {
        let (start, cut) = (self.page_header(), || "a page without its header".to_owned());
        let kind = self.order.u16_in(page, start - 8).ok_or_else(cut)?;
        let has_deleted = kind & HAS_DELETED != 0;
        if kind & KIND == DATA {
            let count = self.order.u16_in(page, start - 6).map(u64::from);
            return Ok(Parts { pointers: Vec::new(), rows: Some(Rows { at: start, count, has_deleted }) });
        }
        if kind & WITHOUT_PARTS != 0 {
            return Ok(Parts { pointers: Vec::new(), rows: None });
        }
        let count = usize::from(self.order.u16_in(page, start - 4).ok_or_else(cut)?);
        let size = if self.wide { 24 } else { 12 };
        let end = start + count * size;
        let Some(list) = page.get(start..end) else { return Err(format!("a page with {count} parts, which it has no room for")) };
        let pointers = list.chunks_exact(size).map(|pointer| self.pointer(page, pointer, end)).collect::<Result<_, String>>()?;
        let rows = (kind & KIND == MIX).then(|| {
            let blank = page.get(end..end + 4).is_some_and(|next| next == [0; 4] || next == *b"    ");
            let aligned = end % 8 == 4 && (blank || !self.foreign);
            Rows { at: end + if aligned { 4 } else { 0 }, count: None, has_deleted }
        });
        Ok(Parts { pointers, rows })
    }

    fn pointer(&self, page: &[u8], pointer: &[u8], end: usize) -> Result<Pointer, String> {
        let cut = || "a pointer that is cut short".to_owned();
        let at = self.long(pointer, 0).ok_or_else(cut)?;
        let length = self.long(pointer, self.mark()).ok_or_else(cut)?;
        let (packing, holds_row) = (pointer.get(2 * self.mark()).copied().ok_or_else(cut)?, pointer.get(2 * self.mark() + 1).copied().unwrap_or_default() != 0);
        let empty = Pointer { part: Part::Empty, at: 0, length: 0 };
        if length == 0 || packing == 1 {
            return Ok(empty);
        }
        if packing == 3 {
            let (Some(page), Some(part)) = (at.checked_sub(1), length.checked_sub(1)) else { return Err("a reference to no page".to_owned()) };
            return Ok(Pointer { part: Part::Elsewhere(page, part), ..empty });
        }
        let place = usize::try_from(at).ok().zip(usize::try_from(length).ok());
        let inside = place.filter(|(at, length)| *at >= end && at.checked_add(*length).is_some_and(|end| end <= page.len()));
        let Some((at, length)) = inside else { return Err(format!("a part of {length} bytes from {at} on, which is outside of its page")) };
        let part = match packing {
            0 if holds_row && self.mark_of(&page[at..]).is_none() => Part::Row,
            0 => Part::Subheader,
            4 => Part::Packed,
            5 => Part::Deleted,
            2 => Part::Moved { packed: false },
            6 => Part::Moved { packed: true },
            9 | 13 => Part::Empty,
            other => return Err(format!("a part of the unknown packing {other}")),
        };
        Ok(Pointer { part, at, length })
    }

    /// The mark of a subheader; `None` where the part starts with none, so that it is a row.
    pub(super) fn mark_of(&self, part: &[u8]) -> Option<u32> {
        let first = self.order.u32_in(part, 0)?;
        if first == ROW_SIZE || first == COLUMN_SIZE {
            return Some(first);
        }
        // Wide files with the highest byte first put the mark behind four bytes of ones.
        let mark = if self.wide && self.order == Order::Big && first == u32::MAX { self.order.u32_in(part, 4)? } else { first };
        (mark >= 0xffff_fff8 || mark == COUNTS || mark == COLUMN_FORMAT).then_some(mark)
    }
}
