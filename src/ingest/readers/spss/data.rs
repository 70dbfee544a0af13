//! Slots of eight bytes in, cells out, row by row.

use super::super::shared::{Bytes, Cells, Look, Order, Rows, Text};
use super::describe::Column;
use super::dictionary::Dictionary;
use super::slots::Slots;
use crate::error::{Error, Problem};

/// Bytes of a very long string that each of its parts holds.
const PART: usize = 255;

/// The rows of a system file.
pub(super) struct Data {
    slots: Slots,
    order: Order,
    sysmis: f64,
    columns: Vec<Column>,
    rows: Option<u64>,
    row: Vec<u8>,
    text: Text,
}

impl Data {
    /// Starts where the dictionary ends.
    pub(super) fn new(bytes: Bytes, dictionary: &Dictionary, columns: Vec<Column>, text: Text) -> Result<Self, Error> {
        let row = vec![0; dictionary.slots * 8];
        let slots = Slots::new(bytes, dictionary)?;
        Ok(Self { slots, order: dictionary.order, sysmis: dictionary.sysmis, columns, rows: dictionary.rows, row, text })
    }

    /// Reads the slots of one row; `false` at the end of the file.
    fn read_row(&mut self, row: u64) -> Result<bool, Error> {
        for position in 0..self.row.len() / 8 {
            match self.slots.next()? {
                Some(slot) => self.row[position * 8..position * 8 + 8].copy_from_slice(&slot),
                None if position == 0 && self.rows.is_none() => return Ok(false),
                None => {
                    let said = self.rows.map_or_else(String::new, |rows| format!(" of {rows}"));
                    return Err(self.slots.bytes.fail_in(format!("the file ends before row {row}{said} is complete"), &format!("row {row}")));
                }
            }
        }
        Ok(true)
    }

    fn cell(&mut self, column: usize, row: u64, cells: &mut Cells) -> Result<(), Error> {
        let column_of = &self.columns[column];
        let slot = |slot: usize| self.row.get(slot * 8..).and_then(|rest| rest.first_chunk::<8>()).copied().unwrap_or_default();
        if !column_of.is_text {
            let value = column_of.parts.first().map_or(f64::NAN, |(first, _)| self.order.f64(slot(*first)));
            if value.is_nan() || value.to_bits() == self.sysmis.to_bits() {
                cells.empty();
            } else {
                let in_range = column_of.range.is_some_and(|(low, high)| (low..=high).contains(&value));
                cells.number(value, if in_range { Look::Number } else { column_of.look });
            }
            return Ok(());
        }
        let part = |(slot, width): &(usize, usize)| self.row.get(slot * 8..slot * 8 + (*width).min(PART)).unwrap_or_default();
        if let [only] = column_of.parts.as_slice() {
            cells.text(&self.text.cell(part(only), row, column)?);
        } else {
            let whole: Vec<u8> = column_of.parts.iter().flat_map(part).copied().collect();
            cells.text(&self.text.cell(&whole, row, column)?);
        }
        Ok(())
    }
}

impl Rows for Data {
    fn fill(&mut self, cells: &mut Cells) -> Result<(), Error> {
        while !cells.is_full() && self.rows.is_none_or(|rows| cells.row() < rows) {
            let row = cells.row() + 1;
            if !self.read_row(row)? {
                break;
            }
            for column in 0..self.columns.len() {
                self.cell(column, row, cells)?;
            }
            cells.end_row();
        }
        Ok(())
    }

    fn notes(&self) -> Vec<Problem> {
        self.text.notes()
    }
}
