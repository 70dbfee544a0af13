//! The cells of a sheet in, the table on it out: which rows name the columns, which are records, and what lies around them.
//!
//! People write titles above a table, merge the cells of its header and add notes below it. What is taken for such is
//! listed, so that nothing that was written is lost; the user's own header row always wins.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::grid::{Cell, Grid, Region, Value};

/// Rows that are looked at for the header.
const LOOKED_AT: usize = 200;
/// Rows that name columns, one below the other.
const HEADER_ROWS: usize = 4;

/// A table on a sheet; rows are positions among the rows that hold something, columns are the sheet's.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Table {
    /// Rows with the names of the columns.
    pub(super) header: Range<usize>,
    /// Rows above the header.
    pub(super) titles: Range<usize>,
    /// Rows with records.
    pub(super) records: Range<usize>,
    /// Rows below the records that are none.
    pub(super) below: Range<usize>,
    /// First and last column.
    pub(super) columns: (u32, u32),
    /// Names of the columns as they stand in the header; empty where there is none.
    pub(super) names: Vec<String>,
}

impl Table {
    /// Whether a column belongs to the table.
    pub(super) fn holds(&self, column: u32) -> bool {
        (self.columns.0..=self.columns.1).contains(&column)
    }
}

/// Finds the table; the sheet holds something. `wanted` is the position of the row that the user names as header.
pub(super) fn table(grid: &Grid, wanted: Option<usize>) -> Table {
    let header = wanted.or_else(|| survey_row(grid)).map_or_else(|| header_rows(grid, header_row(grid)), |row| row..row + 1);
    let titles = 0..header.start;
    let below = below(grid, header.end);
    let records = header.end..below.start;
    let columns = columns(grid, &header, &records);
    let rows = grid.number(header.start)..=grid.number(header.end - 1);
    let joined = header.len() > 1;
    let merged: Vec<Region> = grid.regions.iter().filter(|region| joined && rows.contains(&region.first.0)).copied().collect();
    let names = (columns.0..=columns.1).map(|column| name(grid, &header, &merged, column)).collect();
    Table { header, titles, records, below, columns, names }
}

fn is_text(cell: &Cell) -> bool {
    matches!(cell.value, Value::Text(_))
}

fn all_text(row: &[Cell]) -> bool {
    row.iter().all(is_text)
}

/// The row of questions of a `SurveyMonkey` export: `Respondent ID` in it, and nothing below that in the row of options, which is
/// the fuller one. The layout reads both.
fn survey_row(grid: &Grid) -> Option<usize> {
    let is_id = |cell: &&Cell| {
        let name = grid.shown(cell.value).to_lowercase();
        is_text(cell) && matches!(name.trim(), "respondent id" | "respondentid" | "respondent_id")
    };
    let row = (0..grid.rows().min(HEADER_ROWS)).find(|row| grid.row(*row).iter().any(|cell| is_id(&cell)))?;
    let id = grid.row(row).iter().find(is_id)?.column;
    let options = (row + 1 < grid.rows() && follows(grid, row)).then(|| grid.row(row + 1))?;
    (all_text(options) && options.iter().all(|cell| cell.column > id)).then_some(row)
}

/// The fullest of the first rows of text that are half full, down to the first full row that is none; else the first row that is more than half full.
fn header_row(grid: &Grid) -> usize {
    let looked_at = grid.rows().min(LOOKED_AT);
    let width = (0..looked_at).map(|row| grid.row(row).len()).max().unwrap_or_default();
    let is_record = |row: &usize| !all_text(grid.row(*row)) && 4 * grid.row(*row).len() >= 3 * width;
    let end = (0..looked_at).find(is_record).unwrap_or(looked_at);
    let filled = |row: usize| grid.row(row).len();
    let mut best = None;
    for row in (0..end).filter(|row| all_text(grid.row(*row)) && 2 * filled(*row) >= width) {
        if best.is_none_or(|best| filled(row) > filled(best)) {
            best = Some(row);
        }
    }
    best.or_else(|| (0..looked_at).find(|row| 2 * filled(*row) > width)).unwrap_or_default()
}

/// The rows that name the columns together: rows above whose cells are merged over several columns, and a row below such cells.
fn header_rows(grid: &Grid, main: usize) -> Range<usize> {
    let (mut first, mut end) = (main, main + 1);
    while first > 0 && end - first < HEADER_ROWS && follows(grid, first - 1) && groups(grid, first - 1) {
        first -= 1;
    }
    while end < grid.rows() && end - first < HEADER_ROWS && follows(grid, end - 1) && is_under(grid, end - 1, end) {
        end += 1;
    }
    first..end
}

/// Whether the row after this one is the next row of the sheet.
fn follows(grid: &Grid, row: usize) -> bool {
    grid.number(row).checked_add(1) == Some(grid.number(row + 1))
}

/// The merged cells that a cell which holds something stands for.
fn region(grid: &Grid, cell: &Cell) -> Option<Region> {
    let found = grid.regions.binary_search_by_key(&(cell.row, cell.column), |region| region.first).ok()?;
    grid.regions.get(found).copied()
}

/// Whether a row names groups of the columns below it: every cell is merged over some of them, or down into the next row.
fn groups(grid: &Grid, row: usize) -> bool {
    let below = grid.row(row + 1);
    let Some((first, last)) = below.first().zip(below.last()) else { return false };
    let covers_all = |region: &Region| region.first.1 <= first.column && region.last.1 >= last.column;
    let mut wide = 0;
    for cell in grid.row(row) {
        match region(grid, cell) {
            Some(region) if region.is_wide() && !covers_all(&region) => wide += 1,
            Some(region) if !region.is_wide() && region.last.0 > cell.row => {}
            _ => return false,
        }
    }
    wide > 0
}

/// Whether the row below holds only text under cells that are merged over several columns.
fn is_under(grid: &Grid, row: usize, below: usize) -> bool {
    let (above, cells) = (grid.row(row), grid.row(below));
    let wide: Vec<Region> = above.iter().filter_map(|cell| region(grid, cell)).filter(Region::is_wide).collect();
    let covered = |cell: &Cell| wide.iter().any(|region| (region.first.1..=region.last.1).contains(&cell.column) && region.last.0 < cell.row);
    !wide.is_empty() && !cells.is_empty() && cells.iter().all(|cell| is_text(cell) && covered(cell))
}

/// The name of a column: what stands above it, row by row, each text once.
fn name(grid: &Grid, header: &Range<usize>, merged: &[Region], column: u32) -> String {
    let mut parts: Vec<String> = Vec::new();
    for row in header.clone() {
        let number = grid.number(row);
        let origin = merged.iter().find(|region| region.holds(number, column)).map_or((number, column), |region| region.first);
        let Some(cell) = grid.cell(origin.0, origin.1) else { continue };
        let part = grid.shown(cell.value).trim().to_owned();
        if parts.last() != Some(&part) {
            parts.push(part);
        }
    }
    parts.join(" / ")
}

/// The columns of the table: those with a name, and those beside them that hold something in some record, without a gap.
fn columns(grid: &Grid, header: &Range<usize>, records: &Range<usize>) -> (u32, u32) {
    let mut filled = BTreeSet::new();
    for row in records.clone() {
        filled.extend(grid.row(row).iter().map(|cell| cell.column));
    }
    let named = || header.clone().flat_map(|row| grid.row(row)).map(|cell| cell.column);
    let (mut first, mut last) = (named().min().unwrap_or_default(), named().max().unwrap_or_default());
    while first > 0 && filled.contains(&(first - 1)) {
        first -= 1;
    }
    while last < u32::MAX && filled.contains(&(last + 1)) {
        last += 1;
    }
    (first, last)
}

/// What the records hold in a column, to tell notes from records.
#[derive(Default)]
struct Held {
    texts: usize,
    others: usize,
    longest: usize,
}

/// The last rows, where they are notes: sparse rows of text that stand apart, lie in columns of numbers or dates, or are sentences.
fn below(grid: &Grid, first: usize) -> Range<usize> {
    let end = grid.rows();
    let width = (first..end).map(|row| grid.row(row).len()).max().unwrap_or_default();
    let sparse = |row: usize| width >= 3 && all_text(grid.row(row)) && 2 * grid.row(row).len() <= width;
    let tail = (first..end).rev().take_while(|row| sparse(*row)).count();
    let start = end - tail;
    if tail == 0 || start == first {
        return end..end;
    }
    let held = held(grid, first..start);
    let stands_apart = |row: usize| row > first && !follows(grid, row - 1) && 3 * grid.row(row).len() <= width;
    let is_out_of_place =
        |row: usize| grid.row(row).iter().any(|cell| held.get(&cell.column).is_some_and(|held| held.others >= 3 && held.others >= 4 * held.texts));
    let is_merged = |row: usize| grid.row(row).iter().any(|cell| region(grid, cell).is_some_and(|region| region.is_wide()));
    let is_sentence = |row: usize| {
        let [cell] = grid.row(row) else { return false };
        let text = grid.shown(cell.value);
        let longest = held.get(&cell.column).map_or(0, |held| held.longest);
        text.split_whitespace().count() >= 3 && text.chars().count() > 2 * longest
    };
    let is_note = |row: usize| is_out_of_place(row) || is_merged(row) || is_sentence(row);
    // What lies below a row that stands apart is no record either, and what lies directly above a note belongs to it.
    let mut notes = (start..end).find(|row| stands_apart(*row) || is_note(*row)).unwrap_or(end);
    while notes > start && notes < end && follows(grid, notes - 1) && 3 * grid.row(notes - 1).len() <= width {
        notes -= 1;
    }
    notes..end
}

fn held(grid: &Grid, rows: Range<usize>) -> BTreeMap<u32, Held> {
    let mut columns: BTreeMap<u32, Held> = BTreeMap::new();
    for cell in rows.flat_map(|row| grid.row(row)) {
        let held = columns.entry(cell.column).or_default();
        match cell.value {
            Value::Text(text) => {
                held.texts += 1;
                held.longest = held.longest.max(grid.text(text).chars().count());
            }
            Value::Error(_) => {}
            _ => held.others += 1,
        }
    }
    columns
}
