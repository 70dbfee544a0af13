//! The records of a table in, what each column needs to be written, and what must be told about its cells.

use std::collections::BTreeMap;

use super::dates::{Style, Typed, has_time, is_day, typed};
use super::find::Table;
use super::grid::{Cell, Grid, Value, place};
use crate::error::some_of;

/// Places of one kind that are told.
const TOLD: usize = 5;

/// A number of cells and the first of them.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) count: usize,
    first: Vec<String>,
}

impl Places {
    pub(super) fn add(&mut self, cell: &Cell) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push(place(cell.row, cell.column));
        }
    }

    /// The first places in words, and how many more there are.
    pub(super) fn in_words(&self) -> String {
        let more = self.count.saturating_sub(self.first.len());
        let first = some_of(self.first.iter().map(String::as_str));
        if more == 0 { first } else { format!("{first} and {more} more") }
    }
}

/// How a column is written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Column {
    /// How its dates are written.
    pub(super) style: Style,
    /// Whether some cells are dates, so that texts may be typed dates.
    pub(super) has_dates: bool,
}

/// What the cells of the records are like.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// One entry for each column of the table.
    pub(super) columns: Vec<Column>,
    /// Cells with an error such as `#DIV/0!`, by what they show.
    pub(super) errors: BTreeMap<String, Places>,
    /// Texts beside dates that can mean only one day.
    pub(super) typed: Places,
    /// Texts beside dates that may mean two days.
    pub(super) ambiguous: Places,
    /// Cells beside the table.
    pub(super) beside: Places,
    /// Texts of the first cells beside the table.
    pub(super) beside_texts: Vec<String>,
    /// Merged cells in the records.
    pub(super) merged: Places,
    /// Records; rows that hold something in the table.
    pub(super) records: u64,
    /// Bytes of all fields.
    pub(super) bytes: u64,
}

impl Content {
    /// Looks through all records.
    pub(super) fn of(grid: &Grid, table: &Table) -> Self {
        let width = usize::try_from(table.columns.1 - table.columns.0).unwrap_or_default() + 1;
        let mut content = Self { columns: vec![Column::default(); width], ..Self::default() };
        for cell in table.records.clone().flat_map(|row| grid.row(row)) {
            if let Some(column) = content.column(table, cell) {
                column.look_at(grid, cell.value);
                continue;
            }
            content.beside.add(cell);
            if content.beside_texts.len() < TOLD {
                content.beside_texts.push(grid.shown(cell.value));
            }
        }
        for row in table.records.clone() {
            content.add_row(grid, table, grid.row(row));
        }
        for region in grid.regions.iter().filter(|region| region.first != region.last) {
            if let Some(cell) = grid.cell(region.first.0, region.first.1).filter(|cell| is_record(grid, table, cell)) {
                content.merged.add(cell);
            }
        }
        content
    }

    fn column(&mut self, table: &Table, cell: &Cell) -> Option<&mut Column> {
        let position = cell.column.checked_sub(table.columns.0)?;
        self.columns.get_mut(usize::try_from(position).ok()?)
    }

    fn add_row(&mut self, grid: &Grid, table: &Table, row: &[Cell]) {
        let mut is_record = false;
        for cell in row.iter().filter(|cell| table.holds(cell.column)) {
            is_record = true;
            let column = self.column(table, cell).copied().unwrap_or_default();
            match cell.value {
                Value::Error(text) => self.errors.entry(grid.text(text).to_owned()).or_default().add(cell),
                Value::Text(text) => {
                    let text = grid.text(text);
                    self.bytes = self.bytes.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
                    match column.has_dates.then(|| typed(text, column.style)) {
                        Some(Typed::Date(_)) => self.typed.add(cell),
                        Some(Typed::Ambiguous) => self.ambiguous.add(cell),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        self.records += u64::from(is_record);
    }
}

fn is_record(grid: &Grid, table: &Table, cell: &Cell) -> bool {
    table.holds(cell.column) && grid.position(cell.row).is_some_and(|row| table.records.contains(&row))
}

impl Column {
    fn look_at(&mut self, grid: &Grid, value: Value) {
        match value {
            Value::Serial(days) if days >= 1.0 => {
                self.has_dates = true;
                // Half a millisecond is less than any clock of a workbook shows.
                if (days - days.round()).abs() * 86_400_000.0 >= 0.5 {
                    self.style = Style::Moments;
                }
            }
            Value::Iso(text) if is_day(grid.text(text)) => {
                self.has_dates = true;
                if has_time(grid.text(text)) {
                    self.style = Style::Moments;
                }
            }
            _ => {}
        }
    }
}

/// Writes the field of a cell; errors say nothing, and typed dates are dates.
pub(super) fn write(grid: &Grid, column: Column, value: Value, out: &mut Vec<u8>) {
    match value {
        Value::Error(_) => {}
        Value::Text(text) if column.has_dates => match typed(grid.text(text), column.style) {
            Typed::Date(date) => out.extend_from_slice(date.as_bytes()),
            Typed::Ambiguous | Typed::Other => grid.write(value, column.style, out),
        },
        _ => grid.write(value, column.style, out),
    }
}
