//! Cells of one sheet in, the same cells by row out: only those that hold something, whatever the sheet claims to be.

use std::collections::HashMap;
use std::io::Write as _;

use super::dates;
use crate::frame::letters;

/// What a cell holds; texts lie in the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    /// Text, by its number in the grid.
    Text(u32),
    /// A number.
    Number(f64),
    /// Days since the workbook's first day, shown as a date or a time.
    Serial(f64),
    /// Days, shown as a length of time.
    Elapsed(f64),
    /// A date that the file writes as text in ISO 8601, by its number in the grid.
    Iso(u32),
    /// True or false.
    Flag(bool),
    /// An error such as `#DIV/0!`, by its number in the grid.
    Error(u32),
}

/// A cell that holds something; rows and columns are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) value: Value,
}

/// Cells that are merged into one, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) first: (u32, u32),
    pub(super) last: (u32, u32),
}

impl Region {
    pub(super) fn holds(&self, row: u32, column: u32) -> bool {
        (self.first.0..=self.last.0).contains(&row) && (self.first.1..=self.last.1).contains(&column)
    }

    /// Whether it covers several columns.
    pub(super) fn is_wide(&self) -> bool {
        self.last.1 > self.first.1
    }
}

/// The cells of a sheet.
#[derive(Debug, Default)]
pub(super) struct Grid {
    cells: Vec<Cell>,
    /// Where the cells of each row that holds something start.
    starts: Vec<usize>,
    text: String,
    ends: Vec<usize>,
    /// Numbers of the texts that cells share, by where the workbook keeps them.
    shared: HashMap<(usize, usize), u32>,
    /// Merged cells.
    pub(super) regions: Vec<Region>,
    /// Whether days are counted from 1904.
    pub(super) is_1904: bool,
    /// Errors of cells whose place is not known.
    pub(super) placeless_errors: usize,
}

impl Grid {
    /// Adds a cell.
    pub(super) fn push(&mut self, row: u32, column: u32, value: Value) {
        self.cells.push(Cell { row, column, value });
    }

    /// Keeps a text; `None` where it says nothing.
    pub(super) fn keep(&mut self, text: &str) -> Option<u32> {
        if text.trim().is_empty() {
            return None;
        }
        let number = u32::try_from(self.ends.len()).ok()?;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        Some(number)
    }

    /// Keeps a text that many cells share once.
    pub(super) fn keep_shared(&mut self, text: &str) -> Option<u32> {
        let place = (text.as_ptr() as usize, text.len());
        if let Some(number) = self.shared.get(&place) {
            return Some(*number);
        }
        let number = self.keep(text)?;
        self.shared.insert(place, number);
        Some(number)
    }

    /// Puts the cells in order, once all are there. Of two cells in one place the first counts.
    pub(super) fn finish(&mut self) {
        self.shared = HashMap::new();
        self.regions.sort_by_key(|region| region.first);
        if !self.cells.is_sorted_by_key(|cell| (cell.row, cell.column)) {
            self.cells.sort_by_key(|cell| (cell.row, cell.column));
        }
        self.cells.dedup_by_key(|cell| (cell.row, cell.column));
        let mut before = None;
        for (place, cell) in self.cells.iter().enumerate() {
            if before != Some(cell.row) {
                self.starts.push(place);
                before = Some(cell.row);
            }
        }
    }

    /// Number of rows that hold something.
    pub(super) fn rows(&self) -> usize {
        self.starts.len()
    }

    /// The cells of a row that holds something, counted from 0 among those; empty where there is no such row.
    pub(super) fn row(&self, position: usize) -> &[Cell] {
        let Some(start) = self.starts.get(position) else { return &[] };
        let end = self.starts.get(position + 1).copied().unwrap_or(self.cells.len());
        self.cells.get(*start..end).unwrap_or_default()
    }

    /// The sheet's number of a row, counted from 0.
    pub(super) fn number(&self, position: usize) -> u32 {
        self.row(position).first().map_or(u32::MAX, |cell| cell.row)
    }

    /// The row with this number, or `None` where it holds nothing.
    pub(super) fn position(&self, number: u32) -> Option<usize> {
        self.starts.binary_search_by_key(&number, |start| self.cells.get(*start).map_or(u32::MAX, |cell| cell.row)).ok()
    }

    /// The cell in a place.
    pub(super) fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        let place = self.cells.binary_search_by_key(&(row, column), |cell| (cell.row, cell.column)).ok()?;
        self.cells.get(place)
    }

    /// A text by its number.
    pub(super) fn text(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.ends.get(number).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    /// Writes a value as the text of a field; errors are written as they are shown.
    pub(super) fn write(&self, value: Value, style: dates::Style, out: &mut Vec<u8>) {
        match value {
            Value::Text(text) | Value::Error(text) => out.extend_from_slice(self.text(text).as_bytes()),
            Value::Iso(text) => out.extend_from_slice(dates::tidy_iso(self.text(text), style).as_bytes()),
            Value::Flag(flag) => out.extend_from_slice(if flag { b"TRUE" } else { b"FALSE" }),
            Value::Number(number) => write_number(number, out),
            Value::Serial(days) => match dates::from_serial(days, self.is_1904, style) {
                Some(date) => out.extend_from_slice(date.as_bytes()),
                None => write_number(days, out),
            },
            Value::Elapsed(days) => match dates::elapsed(days) {
                Some(time) => out.extend_from_slice(time.as_bytes()),
                None => write_number(days, out),
            },
        }
    }

    /// A value as text, for names and messages.
    pub(super) fn shown(&self, value: Value) -> String {
        let mut out = Vec::new();
        self.write(value, dates::Style::default(), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// A number in its shortest form.
fn write_number(number: f64, out: &mut Vec<u8>) {
    // The sign of a zero says nothing.
    let number = if number == 0.0 { 0.0 } else { number };
    let Ok(()) = write!(out, "{number}") else { unreachable!("writing to memory cannot fail") };
}

/// The place of a cell as the sheet shows it, such as `B12`.
pub(super) fn place(row: u32, column: u32) -> String {
    format!("{}{}", letters(column as usize + 1), u64::from(row) + 1)
}

#[cfg(test)]
mod tests {
    use super::{Grid, Value, place};

    #[test]
    fn cells_come_back_by_row_in_any_order_of_writing() {
        let mut grid = Grid::default();
        grid.push(7, 1, Value::Number(2.0));
        grid.push(2, 3, Value::Flag(true));
        grid.push(7, 0, Value::Number(-0.0));
        grid.finish();
        assert_eq!((grid.rows(), grid.number(0), grid.number(1), grid.position(7), grid.position(3)), (2, 2, 7, Some(1), None));
        let shown: Vec<String> = grid.row(1).iter().map(|cell| grid.shown(cell.value)).collect();
        assert_eq!(shown, ["0", "2"]);
        assert_eq!((place(0, 0), place(11, 27), place(1_048_575, 16_383)), ("A1".into(), "AB12".into(), "XFD1048576".into()));
    }
}
