//! The subheaders of a SAS data set in, its columns out: names, labels and formats are places in blocks of text.

use super::super::shared::{Bytes, Head, Look, MAX_LABELS, Text};
use super::catalog::Catalog;
use super::header::Header;
use super::pages::{COLUMN_ATTRIBUTES, COLUMN_FORMAT, COLUMN_NAMES, COLUMN_SIZE, COLUMN_TEXT, Part, ROW_SIZE};
use super::{formats, labels};
use crate::error::Error;

/// Bytes of a row that SAS can write.
const MAX_ROW: u64 = 1 << 26;

/// A column of a data set.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) format: String,
    pub(super) at: usize,
    pub(super) width: usize,
    pub(super) is_text: bool,
    pub(super) look: Look,
}

/// The columns, and how rows are packed.
pub(super) struct Columns {
    pub(super) cells: Vec<Column>,
    pub(super) row_width: usize,
    /// Rows that are not deleted.
    pub(super) rows: u64,
    /// All rows, deleted ones as well.
    pub(super) all_rows: u64,
    /// Plain rows on a page that holds columns too.
    pub(super) mixed_rows: u64,
    /// Whether packed rows use the second method, RDC.
    pub(super) is_rdc: bool,
}

/// A place in the blocks of text.
#[derive(Debug, Clone, Copy, Default)]
struct Reference {
    block: usize,
    at: usize,
    length: usize,
}

/// What was found in the subheaders, before it is put together.
#[derive(Default)]
struct Found {
    blocks: Vec<Vec<u8>>,
    others: Vec<(u32, Vec<u8>, u64)>,
}

/// Reads the columns from all pages that hold any.
pub(super) fn read(bytes: &mut Bytes, header: &Header, text: &mut Text) -> Result<Columns, Error> {
    let mut found = Found::default();
    let mut page = 0;
    while page < header.pages && found.add(bytes, header, page)? {
        page += 1;
    }
    // Columns that were changed later stand at the end, behind the rows.
    let mut late = header.pages;
    let mut seen = false;
    while late > page + 1 && (is_about_columns(bytes, header, late - 1)? || !seen) {
        seen |= is_about_columns(bytes, header, late - 1)?;
        late -= 1;
    }
    for page in if seen { late } else { header.pages }..header.pages {
        found.add(bytes, header, page)?;
    }
    found.columns(bytes, header, text)
}

fn is_about_columns(bytes: &mut Bytes, header: &Header, page: u64) -> Result<bool, Error> {
    bytes.seek(header.size + page * header.page_size as u64 + header.page_header() as u64 - 8);
    let kind = bytes.u16(header.order)?;
    Ok(kind & 0x0f00 != 0x0100 && kind & 0x9000 == 0)
}

impl Found {
    /// Adds the subheaders of a page; `false` where the page holds rows only.
    fn add(&mut self, bytes: &mut Bytes, header: &Header, page: u64) -> Result<bool, Error> {
        let start = header.size + page * header.page_size as u64;
        if !is_about_columns(bytes, header, page)? {
            bytes.seek(start + header.page_header() as u64 - 8);
            return Ok(bytes.u16(header.order)? & 0x0f00 != 0x0100);
        }
        let content = header.page(bytes, page)?;
        let parts = header.parts(&content).map_err(|found| bytes.fail_at(found, start))?;
        for pointer in parts.pointers.iter().filter(|pointer| pointer.part == Part::Subheader) {
            let part = &content[pointer.at..pointer.at + pointer.length];
            match header.mark_of(part) {
                Some(COLUMN_TEXT) => self.blocks.push(part.get(header.mark()..).unwrap_or_default().to_vec()),
                Some(mark) => self.others.push((mark, part.to_vec(), start + pointer.at as u64)),
                None => {}
            }
        }
        Ok(true)
    }

    fn columns(&self, bytes: &Bytes, header: &Header, text: &mut Text) -> Result<Columns, Error> {
        let mut columns = Columns { cells: Vec::new(), row_width: 0, rows: 0, all_rows: 0, mixed_rows: 0, is_rdc: false };
        let (mut count, mut names, mut places, mut looks) = (None, Vec::new(), Vec::new(), Vec::new());
        for (mark, part, at) in &self.others {
            let done = match *mark {
                ROW_SIZE => self.row_size(header, part, &mut columns),
                COLUMN_SIZE => header.long(part, header.mark()).map(|columns| count = Some(columns)),
                COLUMN_NAMES => references(header, part).map(|found| names.extend(found)),
                COLUMN_ATTRIBUTES => attributes(header, part).map(|found| places.extend(found)),
                COLUMN_FORMAT => format(header, part).map(|found| looks.push(found)),
                _ => Some(()),
            };
            done.ok_or_else(|| bytes.fail_at("a subheader that is cut short", *at))?;
        }
        let Some(count) = count.and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0) else {
            return Err(bytes.fail_at("no column", header.size));
        };
        if names.len() < count || places.len() < count || columns.row_width == 0 {
            let found = format!("{count} columns, {} names, {} places and rows of {} bytes", names.len(), places.len(), columns.row_width);
            return Err(bytes.fail_at(found, header.size));
        }
        looks.resize(names.len(), (Reference::default(), Reference::default()));
        for ((name, (place, width, is_text)), (format, label)) in names.into_iter().zip(places).zip(looks).take(count) {
            let name = self.text(name, bytes, header, text)?;
            let (format, label) = (self.text(format, bytes, header, text)?, self.text(label, bytes, header, text)?);
            let inside = place.checked_add(width).is_some_and(|end| end <= columns.row_width) && (is_text || (1..=8).contains(&width));
            if !inside {
                return Err(bytes.fail_at(format!("column `{name}` of {width} bytes from byte {place} of rows of {} on", columns.row_width), header.size));
            }
            let look = if is_text { Look::Number } else { formats::look(&format) };
            columns.cells.push(Column { name, label, format, at: place, width, is_text, look });
        }
        Ok(columns)
    }

    fn row_size(&self, header: &Header, part: &[u8], columns: &mut Columns) -> Option<()> {
        let word = header.mark();
        let width = header.long(part, 5 * word)?;
        columns.all_rows = header.long(part, 6 * word)?;
        columns.rows = columns.all_rows.checked_sub(header.long(part, 7 * word)?)?;
        columns.mixed_rows = header.long(part, 15 * word)?;
        columns.row_width = usize::try_from(width).ok().filter(|_| width <= MAX_ROW)?;
        let packing = reference(header, part, part.len().checked_sub(118)?)?;
        columns.is_rdc = self.slice(packing).is_some_and(|name| name.starts_with(b"SASYZCR2"));
        Some(())
    }

    fn slice(&self, place: Reference) -> Option<&[u8]> {
        self.blocks.get(place.block)?.get(place.at..place.at.checked_add(place.length)?)
    }

    fn text(&self, place: Reference, bytes: &Bytes, header: &Header, text: &mut Text) -> Result<String, Error> {
        if place.length == 0 {
            return Ok(String::new());
        }
        let slice = self.slice(place).ok_or_else(|| bytes.fail_at("a name or a label outside of the blocks of text", header.size))?;
        text.label(slice, header.size)
    }
}

fn reference(header: &Header, part: &[u8], at: usize) -> Option<Reference> {
    let number = |at| header.order.u16_in(part, at).map(usize::from);
    Some(Reference { block: number(at)?, at: number(at + 2)?, length: number(at + 4)? })
}

/// The names of a subheader.
fn references(header: &Header, part: &[u8]) -> Option<Vec<Reference>> {
    let start = header.mark() + 8;
    let count = part.len().checked_sub(start + header.mark() + 4)? / 8;
    (0..count).map(|position| reference(header, part, start + 8 * position)).collect()
}

/// Place, width and type of each column of a subheader.
fn attributes(header: &Header, part: &[u8]) -> Option<Vec<(usize, usize, bool)>> {
    let (word, start) = (header.mark(), header.mark() + 8);
    let size = word + 8;
    let count = part.len().checked_sub(start + header.mark() + 4)? / size;
    (0..count)
        .map(|position| {
            let at = start + size * position;
            let place = usize::try_from(header.long(part, at)?).ok()?;
            let width = header.order.u32_in(part, at + word)? as usize;
            match part.get(at + word + 6)? {
                1 => Some((place, width, false)),
                2 => Some((place, width, true)),
                _ => None,
            }
        })
        .collect()
}

/// Format and label of one column.
fn format(header: &Header, part: &[u8]) -> Option<(Reference, Reference)> {
    let at = if header.wide { 46 } else { 34 };
    Some((reference(header, part, at)?, reference(header, part, at + 6)?))
}

impl Columns {
    /// What the file says before its rows, with the labels of a catalog.
    pub(super) fn head(&mut self, path: &std::path::Path, catalog: Option<&Catalog>) -> Head {
        // Labels that no memory can hold for every column are left to the catalog.
        let (mut head, mut left) = (Head::default(), MAX_LABELS);
        for column in &self.cells {
            head.names.push(column.name.clone());
            let labels = catalog.and_then(|catalog| catalog.labels(&column.format)).filter(|labels| labels.len() <= left);
            left -= labels.map_or(0, <[_]>::len);
            head.described.push(labels::described(&column.label, column.is_text, column.look, labels));
        }
        head.notes.extend(labels::without_catalog(path, self.cells.iter().map(|column| column.format.as_str()), catalog));
        head
    }
}
