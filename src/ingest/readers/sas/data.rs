//! The pages of a SAS data set in, cells out.

use super::super::shared::{Bytes, Cells, Met, Order, Rows, Text};
use super::columns::Columns;
use super::header::Header;
use super::pages::{Part, Pointer};
use super::{labels, pages, unpack};
use crate::error::{Error, Problem};

/// The rows of a data set.
pub(super) struct Data {
    bytes: Bytes,
    header: Header,
    columns: Columns,
    text: Text,
    page: Vec<u8>,
    next_page: u64,
    /// Rows of the page that are still to come, the next one last.
    rest: Vec<Pointer>,
}

impl Data {
    /// Starts at the first page.
    pub(super) fn new(bytes: Bytes, header: Header, columns: Columns, text: Text) -> Self {
        Self { bytes, header, columns, text, page: Vec::new(), next_page: 0, rest: Vec::new() }
    }

    /// Looks through all rows for special missing values; the next row is the first one then. Damage is told when the rows are read.
    pub(super) fn met(&mut self) -> Met {
        let mut met = Met::new(self.columns.cells.len());
        let mut row = 1;
        while row <= self.columns.rows
            && let Ok(Some(content)) = self.next_row(row)
        {
            for (position, column) in self.columns.cells.iter().enumerate().filter(|(_, column)| !column.is_text) {
                let field = content.get(column.at..column.at + column.width).unwrap_or_default();
                if let Some(tag) = missing_tag(double(field, self.header.order)) {
                    labels::meet(&mut met, position, tag);
                }
            }
            row += 1;
        }
        (self.next_page, self.rest) = (0, Vec::new());
        met
    }

    /// The next row, unpacked; `None` behind the last page.
    fn next_row(&mut self, row: u64) -> Result<Option<Vec<u8>>, Error> {
        loop {
            if let Some(pointer) = self.rest.pop() {
                if let Part::Elsewhere(page, part) = pointer.part {
                    return self.moved(page, part, row).map(Some);
                }
                return self.unpack(&self.page, pointer, row).map(Some);
            }
            if self.next_page == self.header.pages {
                return Ok(None);
            }
            self.next_page(row)?;
        }
    }

    /// Reads a page and finds its rows.
    fn next_page(&mut self, row: u64) -> Result<(), Error> {
        let start = self.header.size + self.next_page * self.header.page_size as u64;
        self.page = self.header.page(&mut self.bytes, self.next_page)?;
        self.next_page += 1;
        let parts = self.header.parts(&self.page).map_err(|found| self.bytes.fail_at(found, start))?;
        let is_row = |pointer: &Pointer| matches!(pointer.part, Part::Row | Part::Packed | Part::Elsewhere(..));
        self.rest = parts.pointers.into_iter().filter(is_row).collect();
        if let Some(rows) = parts.rows {
            let left = self.columns.rows.saturating_sub(row - 1);
            let found = self.plain_rows(rows, left).ok_or_else(|| self.bytes.fail_at("a page with more rows than it has room for", start))?;
            self.rest.extend(found);
        }
        self.rest.reverse();
        Ok(())
    }

    /// The plain rows of a page, without the deleted ones.
    fn plain_rows(&self, rows: pages::Rows, left: u64) -> Option<Vec<Pointer>> {
        let width = self.columns.row_width;
        // A page of columns and rows holds as many as one page can, or all there are; a page of rows says how many.
        let count = rows.count.unwrap_or(self.columns.mixed_rows).min(self.columns.all_rows);
        let count = usize::try_from(if rows.has_deleted { count } else { count.min(left) }).ok()?;
        let end = count.checked_mul(width)?.checked_add(rows.at).filter(|end| *end <= self.page.len())?;
        let flags = if rows.has_deleted { Some(self.deleted(end, count)?) } else { None };
        let is_there = |row: &usize| flags.is_none_or(|flags| flags[row / 8] >> (7 - row % 8) & 1 == 0);
        Some((0..count).filter(is_there).map(|row| Pointer { part: Part::Row, at: rows.at + row * width, length: width }).collect())
    }

    /// One bit for each row of a page, set where the row was deleted.
    fn deleted(&self, end: usize, count: usize) -> Option<&[u8]> {
        let unused = self.header.long(&self.page, if self.header.wide { 24 } else { 12 })?;
        let at = end.checked_add(usize::try_from(unused).ok()?)?;
        self.page.get(at..at.checked_add(count.div_ceil(8))?)
    }

    fn moved(&mut self, page: u64, part: u64, row: u64) -> Result<Vec<u8>, Error> {
        let wrong = |bytes: &Bytes| bytes.fail_in("a reference to a row that is not there", &format!("row {row}"));
        if page >= self.header.pages {
            return Err(wrong(&self.bytes));
        }
        let content = self.header.page(&mut self.bytes, page)?;
        let parts = self.header.parts(&content).map_err(|found| self.bytes.fail_in(found, &format!("row {row}")))?;
        let pointer = usize::try_from(part).ok().and_then(|part| parts.pointers.get(part));
        match pointer {
            Some(pointer @ Pointer { part: Part::Moved { .. }, .. }) => self.unpack(&content, *pointer, row),
            _ => Err(wrong(&self.bytes)),
        }
    }

    fn unpack(&self, page: &[u8], pointer: Pointer, row: u64) -> Result<Vec<u8>, Error> {
        let (packed, width) = (page.get(pointer.at..pointer.at + pointer.length).unwrap_or_default(), self.columns.row_width);
        let plain = match pointer.part {
            Part::Row | Part::Moved { packed: false } => Some(packed.to_vec()).filter(|row| row.len() == width),
            _ if self.columns.is_rdc => unpack::ross(packed, width),
            // Rows that packing would not make shorter are stored as they are.
            _ if packed.len() == width => unpack::runs(packed, width).or_else(|| Some(packed.to_vec())),
            _ => unpack::runs(packed, width),
        };
        plain.ok_or_else(|| self.bytes.fail_in(format!("a row that does not unpack to {width} bytes"), &format!("row {row}")))
    }
}

/// A number of up to eight bytes, of which the lowest may be left out.
pub(super) fn double(field: &[u8], order: Order) -> f64 {
    let mut bytes = [0; 8];
    let count = field.len().min(8);
    let start = if order == Order::Big { 0 } else { 8 - count };
    bytes[start..start + count].copy_from_slice(&field[..count]);
    order.f64(bytes)
}

/// The letter of a special missing value.
fn missing_tag(value: f64) -> Option<u8> {
    #[expect(clippy::cast_possible_truncation, reason = "the third byte from the top, inverted, is the letter")]
    let third = !(value.to_bits() >> 40) as u8;
    labels::special(third).filter(|_| value.is_nan())
}

impl Rows for Data {
    fn fill(&mut self, cells: &mut Cells) -> Result<(), Error> {
        while !cells.is_full() && cells.row() < self.columns.rows {
            let row = cells.row() + 1;
            let Some(content) = self.next_row(row)? else {
                return Err(self.bytes.fail_in(format!("the pages end before row {row} of {}", self.columns.rows), &format!("row {row}")));
            };
            for (position, column) in self.columns.cells.iter().enumerate() {
                let field = content.get(column.at..column.at + column.width).unwrap_or_default();
                if column.is_text {
                    cells.text(&self.text.cell(field, row, position)?);
                    continue;
                }
                let value = double(field, self.header.order);
                match missing_tag(value) {
                    Some(tag) => cells.text(&labels::missing_code(tag)),
                    None => cells.number(value, column.look),
                }
            }
            cells.end_row();
        }
        Ok(())
    }

    fn notes(&self) -> Vec<Problem> {
        self.text.notes()
    }
}
