//! The first bytes of a SAS data set or catalog in, its layout out.

use super::super::shared::{Bytes, Order};
use crate::error::Error;

/// End of the first 32 bytes, the same in data sets and catalogs.
const MAGIC_END: [u8; 4] = [0x18, 0x1f, 0x10, 0x11];
/// What stands before it in a data set, from byte 12 on; the last byte differs in a catalog.
const DATA_SET: [u8; 4] = [0xc2, 0xea, 0x81, 0x60];
const CATALOG: [u8; 4] = [0xc2, 0xea, 0x81, 0x63];
/// Bytes of a header or of a page.
const SIZES: std::ops::RangeInclusive<u32> = 1024..=1 << 24;

fn has_magic(head: &[u8], kind: [u8; 4]) -> bool {
    head.get(..12) == Some(&[0; 12]) && head.get(12..16) == Some(&kind) && head.get(28..32) == Some(&MAGIC_END)
}

/// Whether these first bytes are a data set's.
pub(super) fn is_data_set(head: &[u8]) -> bool {
    has_magic(head, DATA_SET) || (has_magic(head, [0; 4]) && head.get(16..28) == Some(&[0; 12]))
}

/// Whether these first bytes are a catalog's.
pub(super) fn is_catalog(head: &[u8]) -> bool {
    has_magic(head, CATALOG)
}

/// How a data set or a catalog is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) is_catalog: bool,
    /// Whether places and counts have eight bytes instead of four.
    pub(super) wide: bool,
    /// Four bytes that stand in some places of some files.
    pub(super) padding: usize,
    pub(super) order: Order,
    pub(super) encoding: &'static str,
    /// Bytes before the first page.
    pub(super) size: u64,
    pub(super) page_size: usize,
    pub(super) pages: u64,
    /// Whether it was written by a program other than SAS that aligns rows in another way.
    pub(super) foreign: bool,
}

impl Header {
    /// Reads a page; pages are counted from 0.
    pub(super) fn page(&self, bytes: &mut Bytes, page: u64) -> Result<Vec<u8>, Error> {
        bytes.seek(self.size + page * self.page_size as u64);
        bytes.take(self.page_size)
    }

    /// A number of four or eight bytes in a slice.
    pub(super) fn long(&self, bytes: &[u8], at: usize) -> Option<u64> {
        if self.wide { self.order.u64_in(bytes, at) } else { self.order.u32_in(bytes, at).map(u64::from) }
    }
}

/// Reads the header.
pub(super) fn read(bytes: &mut Bytes) -> Result<Header, Error> {
    let head = bytes.array::<164>()?;
    if !is_data_set(&head) && !is_catalog(&head) {
        return Err(bytes.fail_at("other first bytes than those of a SAS file", 0));
    }
    let (wide, padding) = (head[32] == 0x33, if head[35] == 0x33 { 4 } else { 0 });
    let order = match head[37] {
        0 => Order::Big,
        1 => Order::Little,
        other => return Err(bytes.fail_at(format!("the unknown byte order {other}"), 37)),
    };
    let Some(encoding) = encoding(head[70]) else { return Err(bytes.fail_at(format!("the unknown encoding {}", head[70]), 70)) };
    bytes.skip(padding as u64 + 32)?;
    let (header_size, page_size) = (bytes.u32(order)?, bytes.u32(order)?);
    if !SIZES.contains(&header_size) || !SIZES.contains(&page_size) {
        return Err(bytes.fail(format!("a header of {header_size} bytes and pages of {page_size}")));
    }
    let pages = if wide { bytes.u64(order)? } else { u64::from(bytes.u32(order)?) };
    let room = bytes.length().saturating_sub(u64::from(header_size)) / u64::from(page_size);
    if pages > room {
        return Err(bytes.fail_at(format!("the file ends in page {} of {pages}", room + 1), bytes.length()));
    }
    bytes.skip(8)?;
    let release = bytes.array::<8>()?;
    let foreign = release.starts_with(b"9.0000M0") || release.starts_with(b"8.0000M0");
    let (size, page_size) = (u64::from(header_size), page_size as usize);
    Ok(Header { is_catalog: is_catalog(&head), wide, padding, order, encoding, size, page_size, pages, foreign })
}

/// The encoding of a number, after the tables in SAS 9.4 National Language Support.
fn encoding(number: u8) -> Option<&'static str> {
    Some(match number {
        0 | 62 | 204 => "windows-1252",
        20 => "utf-8",
        28 => "us-ascii",
        29 => "iso-8859-1",
        30 => "iso-8859-2",
        31 => "iso-8859-3",
        32 => "iso-8859-4",
        33 => "iso-8859-5",
        34 => "iso-8859-6",
        35 => "iso-8859-7",
        36 => "iso-8859-8",
        37 => "iso-8859-9",
        38 => "iso-8859-10",
        39 => "iso-8859-11",
        40 => "iso-8859-15",
        41 => "cp437",
        42 => "cp850",
        43 => "cp852",
        44 => "cp857",
        45 => "cp858",
        46..=48 | 50 | 52..=59 | 70..=73 | 75 | 119 | 128 | 163 | 168 | 169 | 172 | 245 | 247 => "a code page of SAS without a decoder",
        49 => "cp866",
        51 => "cp874",
        60 => "windows-1250",
        61 => "windows-1251",
        63 => "windows-1253",
        64 => "windows-1254",
        65 => "windows-1255",
        66 => "windows-1256",
        67 => "windows-1257",
        68 => "windows-1258",
        69 => "macroman",
        76 | 246 => "x-mac-cyrillic",
        118 | 123 => "big5",
        125 | 126 | 205 => "gb18030",
        134 => "euc-jp",
        136..=138 | 248 => "shift_jis",
        140..=142 => "euc-kr",
        167 => "iso-2022-jp",
        227 => "iso-8859-14",
        242 => "iso-8859-13",
        _ => return None,
    })
}
