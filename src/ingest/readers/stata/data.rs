//! The rows of a Stata file in, cells out.

use super::super::shared::{Bytes, Cells, Met, Order, Rows, Text};
use super::dictionary::{Dictionary, Kind, until_zero};
use super::strings::{Strings, name};
use crate::error::{Error, Problem};

/// First missing value of a byte, an int and a long since format 113: the system's, then `.a` to `.z`.
const FIRST_MISSING: [i32; 3] = [101, 32_741, 2_147_483_621];

/// The missing value that a labelled number is: 0 for the system's, 1 to 26 for `.a` to `.z`; `None` for a number.
pub(super) fn missing_letter(value: i32, format: u16) -> Option<u8> {
    if format < 113 { (value == i32::MAX).then_some(0) } else { value.checked_sub(FIRST_MISSING[2]).and_then(letter) }
}

fn letter(distance: i32) -> Option<u8> {
    u8::try_from(distance).ok().filter(|letter| *letter <= 26)
}

/// The text of the missing value of this letter.
pub(super) fn missing_code(letter: u8) -> String {
    format!(".{}", char::from(b'`' + letter))
}

/// The rows of a file.
pub(super) struct Data {
    bytes: Bytes,
    dictionary: Dictionary,
    strings: Strings,
    text: Text,
    width: usize,
    /// Rows that are read together.
    block: Vec<u8>,
    /// Place of the next row in the block.
    next: usize,
}

/// Bytes of rows that are read together.
const BLOCK: usize = 1 << 20;

enum Cell {
    Number(f64),
    Missing(u8),
}

impl Data {
    /// Starts at the first row.
    pub(super) fn new(bytes: Bytes, dictionary: Dictionary, strings: Strings, text: Text) -> Self {
        let width = dictionary.row_width();
        Self { bytes, dictionary, strings, text, width, block: Vec::new(), next: 0 }
    }

    /// Reads the next rows, which were found to lie in the file.
    fn read_block(&mut self, row: u64) -> Result<(), Error> {
        let some = ((BLOCK / self.width.max(1)).max(1) as u64).min(self.dictionary.layout.rows - row);
        self.bytes.seek(self.dictionary.start + row * self.width as u64);
        self.block = self.bytes.take(usize::try_from(some).unwrap_or_default() * self.width)?;
        Ok(())
    }

    /// Looks through all rows for missing values with a letter; the next row is the first one then.
    pub(super) fn met(&mut self) -> Result<Met, Error> {
        let layout = self.dictionary.layout;
        let mut met = Met::new(self.dictionary.columns.len());
        let mut row = 0;
        // Before format 113 no missing value has a letter.
        while layout.format >= 113 && row < layout.rows {
            self.read_block(row)?;
            for content in self.block.chunks_exact(self.width.max(1)) {
                let mut at = 0;
                for (column, (kind, _)) in self.dictionary.columns.iter().enumerate() {
                    let field = content.get(at..at + kind.width()).unwrap_or_default();
                    at += kind.width();
                    if !kind.is_text()
                        && let Cell::Missing(letter @ 1..) = number(*kind, field, layout.order, layout.format)
                    {
                        met.add(column, letter);
                    }
                }
                row += 1;
            }
        }
        self.block.clear();
        Ok(met)
    }

    fn cell(&mut self, column: usize, at: usize, row: u64, cells: &mut Cells) -> Result<usize, Error> {
        let (kind, look) = self.dictionary.columns[column];
        let field = self.block.get(at..at + kind.width()).unwrap_or_default();
        match kind {
            Kind::Text(width) => {
                // The zero byte that ends a text is not there where the text fills its width. Blanks at the end belong to it.
                let text = until_zero(field);
                cells.text(&self.text.whole_cell(text, text.len() == width, row, column)?);
            }
            Kind::LongText => {
                let name = name(field.try_into().unwrap_or_default(), self.dictionary.layout);
                let Some(text) = self.strings.get(name, &mut self.bytes)? else {
                    return Err(self.bytes.fail_in("a long text that the file does not hold", &format!("row {row}, column {}", column + 1)));
                };
                cells.text(&self.text.whole_cell(&text, false, row, column)?);
            }
            _ => match number(kind, field, self.dictionary.layout.order, self.dictionary.layout.format) {
                Cell::Number(value) => cells.number(value, look),
                Cell::Missing(0) => cells.empty(),
                Cell::Missing(letter) => cells.text(&missing_code(letter)),
            },
        }
        Ok(at + kind.width())
    }
}

/// The number of a field, or which missing value it is.
fn number(kind: Kind, field: &[u8], order: Order, format: u16) -> Cell {
    let (tagged, whole) = (format >= 113, |value: i32, place: usize, old: i32| whole(value, place, old, format));
    match kind {
        Kind::Byte => whole(i32::from(field.first().copied().unwrap_or_default().cast_signed()), 0, i32::from(i8::MAX)),
        Kind::Int => whole(i32::from(order.u16_in(field, 0).unwrap_or_default().cast_signed()), 1, i32::from(i16::MAX)),
        Kind::Long => whole(order.u32_in(field, 0).unwrap_or_default().cast_signed(), 2, i32::MAX),
        Kind::Float => {
            let bits = order.u32_in(field, 0).unwrap_or_default();
            // From 2 to the power of 127 on there are only missing values, at distances of 2048 steps.
            match bits.checked_sub(0x7f00_0000).filter(|_| bits < 0x8000_0000) {
                None => Cell::Number(f64::from(f32::from_bits(bits))),
                Some(distance) => Cell::Missing(if tagged { u8::try_from(distance >> 11).unwrap_or_default().min(26) } else { 0 }),
            }
        }
        _ => {
            let bits = order.u64_in(field, 0).unwrap_or_default();
            match bits.checked_sub(0x7fe0 << 48).filter(|_| bits >> 63 == 0) {
                None => Cell::Number(f64::from_bits(bits)),
                Some(distance) => Cell::Missing(if tagged { u8::try_from(distance >> 40).unwrap_or_default().min(26) } else { 0 }),
            }
        }
    }
}

fn whole(value: i32, place: usize, old: i32, format: u16) -> Cell {
    let missing = if format < 113 { (value == old).then_some(0) } else { value.checked_sub(FIRST_MISSING[place]).and_then(letter) };
    missing.map_or(Cell::Number(f64::from(value)), Cell::Missing)
}

impl Rows for Data {
    fn fill(&mut self, cells: &mut Cells) -> Result<(), Error> {
        let mut at = self.next;
        while !cells.is_full() && cells.row() < self.dictionary.layout.rows {
            if at == self.block.len() {
                self.read_block(cells.row())?;
                at = 0;
            }
            let row = cells.row() + 1;
            for column in 0..self.dictionary.columns.len() {
                at = self.cell(column, at, row, cells)?;
            }
            cells.end_row();
        }
        self.next = at;
        Ok(())
    }

    fn notes(&self) -> Vec<Problem> {
        self.text.notes()
    }
}
