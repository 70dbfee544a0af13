//! An open sheet in, notes out: everything on it that is no plain record is told here, with its place.

use super::grid::{Cell, Value};
use super::{Workbook, row_in_words};
use crate::error::{Problem, Severity, some_of};
use crate::ingest::totals::{self, Sums};

/// Rows of one kind whose words are told.
const TOLD: usize = 5;
/// Characters of a row that are told.
const CHARS: usize = 80;

/// Everything worth knowing about how the sheet was read.
pub(super) fn of(workbook: &Workbook, file: &str) -> Vec<Problem> {
    let sheet = format!("{file}, {}", workbook.chosen.name);
    let mut notes = Notes { workbook, sheet, found: Vec::new() };
    notes.other_sheets();
    notes.around();
    notes.header();
    notes.cells();
    notes.total();
    notes.found
}

struct Notes<'a> {
    workbook: &'a Workbook,
    sheet: String,
    found: Vec<Problem>,
}

impl Notes<'_> {
    fn add(&mut self, code: &'static str, message: String) -> &mut Problem {
        self.found.push(Problem::new(code, message).at(self.sheet.clone()).severity(Severity::Note));
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn other_sheets(&mut self) {
        if !self.workbook.chosen.by_user && self.workbook.chosen.others().next().is_some() {
            let others = some_of(self.workbook.chosen.others());
            let message = format!("the workbook has several sheets with data; `{}` was read", self.workbook.chosen.name);
            let note = self.add("input::other_sheets", message);
            (note.found, note.help) = (Some(format!("also {others}")), Some("choose one with --sheet".to_owned()));
        }
    }

    fn around(&mut self) {
        let table = &self.workbook.table;
        if !table.titles.is_empty() {
            let message = format!("{} above the column names {} not read as records", rows(table.titles.len()), were(table.titles.len()));
            let found = self.in_words(&table.titles);
            let note = self.add("input::title_rows", message);
            (note.found, note.help) = (Some(found), Some("if the column names are there, say --header-row".to_owned()));
        }
        if !table.below.is_empty() {
            let message = format!("{} below the table {} taken as notes, not as records", rows(table.below.len()), were(table.below.len()));
            let found = self.in_words(&table.below);
            self.add("input::below_table", message).found = Some(found);
        }
        let content = &self.workbook.content;
        if content.beside.count > 0 {
            let message = format!("{} beside the table {} left out: {}", cells(content.beside.count), were(content.beside.count), content.beside.in_words());
            let found = content.beside_texts.iter().map(|text| short(text)).collect::<Vec<_>>().join(", ");
            self.add("input::beside_table", message).found = Some(found);
        }
    }

    fn header(&mut self) {
        let (table, header) = (&self.workbook.table, &self.workbook.about.header);
        if table.header.len() > 1 {
            let joined: Vec<&str> = header.iter().filter(|name| name.contains(" / ")).map(String::as_str).collect();
            self.add("input::joined_header", format!("{} of column names were joined: {}", rows(table.header.len()), some_of(joined)));
        }
        if !self.workbook.about.unnamed.is_empty() {
            let names = self.workbook.about.unnamed.iter().filter_map(|column| header.get(column - 1)).map(String::as_str);
            self.add("input::unnamed_column", format!("columns without a name were named {}", some_of(names)));
        }
    }

    fn cells(&mut self) {
        let content = &self.workbook.content;
        for (shown, places) in &content.errors {
            let means = if shown == "#N/A" { "missing" } else { "empty" };
            self.add("input::error_cells", format!("{} with {shown} {} read as {means}: {}", cells(places.count), were(places.count), places.in_words()));
        }
        let lost = self.workbook.grid.placeless_errors;
        if lost > 0 {
            self.add("input::error_cells", format!("{} with an error of a new kind {} read as empty", cells(lost), were(lost)));
        }
        if content.typed.count > 0 {
            let (count, places) = (content.typed.count, content.typed.in_words());
            self.add("input::typed_dates", format!("{} beside dates {} a date typed as text: {places}", cells(count), if count == 1 { "is" } else { "are" }));
        }
        if content.ambiguous.count > 0 {
            let places = content.ambiguous.in_words();
            let message = format!("{} beside dates may mean two days and stayed text: {places}", cells(content.ambiguous.count));
            self.add("input::ambiguous_dates", message).severity = Severity::Warning;
        }
        if content.merged.count > 0 {
            let places = content.merged.in_words();
            self.add(
                "input::merged_cells",
                format!("{} in the records are merged; only the first of each holds its value: {places}", cells(content.merged.count)),
            );
        }
    }

    /// A last record that holds the sums of the others.
    fn total(&mut self) {
        let (grid, records) = (&self.workbook.grid, &self.workbook.table.records);
        let numbers = |row: usize| {
            let number = |cell: &Cell| if let Value::Number(number) = cell.value { Some((usize::try_from(cell.column).ok()?, number)) } else { None };
            grid.row(row).iter().filter_map(number).collect::<Vec<_>>()
        };
        let Some(last) = records.clone().next_back() else { return };
        let Some(first) = grid.row(last).iter().find(|cell| matches!(cell.value, Value::Text(_))).map(|cell| grid.shown(cell.value)) else { return };
        let mut sums = Sums::default();
        (records.start..last).for_each(|row| sums.add(numbers(row)));
        if sums.are_those_of(&first, numbers(last)) {
            self.found.push(totals::warning(format!("{}!{}", self.sheet, u64::from(grid.number(last)) + 1), &first));
        }
    }

    /// The words of some rows with their numbers.
    fn in_words(&self, rows: &std::ops::Range<usize>) -> String {
        let grid = &self.workbook.grid;
        let told = rows.clone().take(TOLD).map(|row| format!("row {}: {}", u64::from(grid.number(row)) + 1, short(&row_in_words(grid, row))));
        let told = told.collect::<Vec<_>>().join("; ");
        if rows.len() > TOLD { format!("{told} and {} more", rows.len() - TOLD) } else { told }
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= CHARS { text.to_owned() } else { text.chars().take(CHARS).chain("…".chars()).collect() }
}

fn rows(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

fn were(count: usize) -> &'static str {
    if count == 1 { "was" } else { "were" }
}
