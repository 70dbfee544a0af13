//! One table in, one sheet out: caption, chart and base on top, heads that stay in view, numbers, marks, notes.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::columns::{self, Held, SheetColumn};
use super::look::{Look, height, kept};
use super::{CONTENTS, link, name_of, prepare};
use crate::display::cells::Cell;
use crate::display::charts::Mark;
use crate::display::parts::{Row, Table};
use crate::report::{Document, Numbered};

/// The row of heads; the units stand below it.
const HEADS: u32 = 5;
/// Width of the column of marks.
const MARKS: f64 = 34.0;

/// Writes the sheet.
pub(super) fn write(sheet: &mut Worksheet, document: &Document, numbered: &Numbered<'_>, look: &Look) -> Result<(), XlsxError> {
    let table = numbered.table;
    prepare(sheet, &name_of(numbered))?;
    sheet.set_row_height(0, 24.0)?;
    sheet.write_string_with_format(0, 0, &table.caption, &look.title)?;
    let about = match numbered.figure {
        Some(figure) => format!("Chart {}: {}", figure.code, figure.words.title),
        None => document.sections.get(numbered.place.0).map(|section| section.question.clone()).unwrap_or_default(),
    };
    sheet.write_string_with_format(1, 0, about, &look.soft)?;
    if !table.base.is_empty() {
        sheet.write_string_with_format(2, 0, format!("Base: {}", table.base), &look.soft)?;
    }
    link(sheet, (3, 0), CONTENTS, look)?;
    let grid = Grid::of(table);
    grid.heads(sheet, look)?;
    let end = grid.rows(sheet, look)?;
    grid.notes(sheet, numbered, look, end + 1)?;
    sheet.set_freeze_panes(HEADS + 2, if grid.grouped { 2 } else { 1 })?;
    sheet.set_repeat_rows(HEADS, HEADS + 1)?;
    Ok(())
}

/// The columns of a sheet: heads of groups where there are any, those of the table, marks.
struct Grid<'a> {
    table: &'a Table,
    grouped: bool,
    columns: Vec<SheetColumn>,
    marked: bool,
}

impl<'a> Grid<'a> {
    fn of(table: &'a Table) -> Self {
        let grouped = table.rows.iter().any(|row| matches!(row, Row::Group(_)));
        let marked = table.rows.iter().any(|row| matches!(row, Row::Cells(cells) | Row::Total(cells) if !columns::marks(table, cells).is_empty()));
        Self { table, grouped, columns: columns::of(table), marked }
    }

    fn first(&self) -> u16 {
        u16::from(self.grouped)
    }

    fn heads(&self, sheet: &mut Worksheet, look: &Look) -> Result<(), XlsxError> {
        if self.grouped {
            sheet.set_column_width(0, self.group_width())?;
            sheet.write_string_with_format(HEADS, 0, "Heading", &look.head)?;
            sheet.write_string_with_format(HEADS + 1, 0, "", &look.unit)?;
        }
        let mut place = self.first();
        for column in &self.columns {
            sheet.set_column_width(place, self.width(column))?;
            let (head, unit) = match (column.numeric, column.place) {
                (true, _) => (&look.head_right, &look.unit_right),
                (false, 0) => (&look.head, &look.unit),
                (false, _) => (&look.head_aside, &look.unit_aside),
            };
            sheet.write_string_with_format(HEADS, place, &column.head, head)?;
            sheet.write_string_with_format(HEADS + 1, place, &column.unit, unit)?;
            place += 1;
        }
        if self.marked {
            sheet.set_column_width(place, MARKS)?;
            sheet.write_string_with_format(HEADS, place, "Marks", &look.head_aside)?;
            sheet.write_string_with_format(HEADS + 1, place, "see below", &look.unit_aside)?;
        }
        sheet.set_row_height(HEADS, height(self.columns.iter().map(|column| (column.head.as_str(), self.width(column)))))?;
        sheet.set_row_height(HEADS + 1, height(self.columns.iter().map(|column| (column.unit.as_str(), self.width(column) * 1.1))))?;
        Ok(())
    }

    /// The rows; returns the row after the last one.
    fn rows(&self, sheet: &mut Worksheet, look: &Look) -> Result<u32, XlsxError> {
        let mut row = HEADS + 2;
        let mut group = "";
        for content in &self.table.rows {
            match content {
                Row::Group(head) => group = head,
                Row::Cells(cells) | Row::Total(cells) => {
                    let total = matches!(content, Row::Total(_));
                    self.row(sheet, look, row, (group, cells, total))?;
                    row += 1;
                }
            }
        }
        Ok(row)
    }

    fn row(&self, sheet: &mut Worksheet, look: &Look, row: u32, (group, cells, total): (&str, &[Cell], bool)) -> Result<(), XlsxError> {
        if self.grouped {
            sheet.write_string_with_format(row, 0, group, &look.text)?;
        }
        let texts =
            self.columns.iter().filter(|column| !column.numeric).filter_map(|column| Some((cells.get(column.place)?.text.as_str(), self.width(column))));
        let marks = columns::marks(self.table, cells);
        sheet.set_row_height(row, height(texts.chain([(marks.as_str(), MARKS), (group, self.group_width())])))?;
        let mut place = self.first();
        for column in &self.columns {
            match cells.get(column.place).and_then(|cell| column.of(cell)) {
                Some(Held::Number(value, format)) => {
                    sheet.write_number_with_format(row, place, kept(value, format), &look.number(format, total))?;
                }
                Some(Held::Word(word)) => {
                    let text = if column.place == 0 { &look.text } else { &look.aside };
                    sheet.write_string_with_format(row, place, word, if total { &look.total } else { text })?;
                }
                // truly empty: neither a mark nor a format
                None => {}
            }
            place += 1;
        }
        if !marks.is_empty() {
            sheet.write_string_with_format(row, place, marks, &look.aside)?;
        }
        Ok(())
    }

    /// Notes below the table, and what the marks mean.
    fn notes(&self, sheet: &mut Worksheet, numbered: &Numbered<'_>, look: &Look, first: u32) -> Result<(), XlsxError> {
        let has = |mark: Mark| (0..self.table.columns.len()).any(|place| columns::cells(self.table, place).any(|cell| cell.mark == mark));
        let mut notes: Vec<String> = Vec::new();
        if has(Mark::Suppressed) {
            notes.push("hidden: too few people stand behind the figure, or another hidden figure could be computed from it; the cells are empty".into());
        }
        if has(Mark::Unstable) {
            notes.push("unstable: few answers stand behind the figure; read it with care".into());
        }
        if has(Mark::NotEstimable) {
            notes.push("Other empty cells: the figure does not apply, or could not be estimated".into());
        }
        let own = numbered.figure.map(|figure| figure.notes.as_slice()).unwrap_or_default().iter().chain(&self.table.notes);
        notes.extend(own.filter(|note| !note.starts_with(['†', '*', '—'])).cloned());
        for (row, note) in (first..).zip(&notes) {
            sheet.write_string_with_format(row, 0, note, &look.soft)?;
        }
        Ok(())
    }

    fn group_width(&self) -> f64 {
        let longest = self.table.rows.iter().filter_map(|row| if let Row::Group(head) = row { Some(head.chars().count()) } else { None }).max();
        (longest.unwrap_or_default() as f64 + 2.0).clamp(10.0, 52.0)
    }

    /// Wide enough for the longest text, within bounds; numbers need little.
    fn width(&self, column: &SheetColumn) -> f64 {
        let head = column.head.split(' ').map(|word| word.chars().count()).max().unwrap_or_default().max(column.head.chars().count() / 2);
        if column.numeric {
            return (head as f64 + 3.0).clamp(9.0, 18.0);
        }
        let longest = columns::cells(self.table, column.place).map(|cell| cell.text.chars().count()).max().unwrap_or_default();
        (longest.max(head) as f64 + if column.place == 0 { 2.0 } else { 4.5 }).clamp(9.0, 56.0)
    }
}
