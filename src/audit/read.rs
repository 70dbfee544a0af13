//! A published table's file in, its figures with their places out.
//!
//! Two shapes are read. The long form has a row for each figure, with columns `statistic` and `value`.
//! The wide form has a row for each level and columns such as `n`, `%`, `Mean (SD)`, `Female n (%)`;
//! a row without figures is the heading of those under it.

use super::decimal::Decimal;
use super::header::{ColumnName, Holds, column_name, is_share, role_of, without_base};
use super::table::{Entry, Figure, Role, Sheet};
use super::wide;
use crate::error::{Error, Problem, some_of};
use crate::frame::Places;
use crate::ingest::Reader;

/// Rows beyond this are data, not a published table.
const MOST_ROWS: usize = 100_000;

/// One record of the file.
pub(super) struct Record {
    pub line: u64,
    pub cells: Vec<String>,
}

/// The whole file as text, and what its columns hold.
pub(super) struct Raw {
    pub file: String,
    pub places: Places,
    pub columns: Vec<ColumnName>,
    pub records: Vec<Record>,
}

/// Reads a table.
///
/// # Errors
/// A file that cannot be read, has records that do not fit its header, too many rows, or no column of figures.
pub(super) fn read(file: &str, mut reader: Reader) -> Result<Sheet, Error> {
    let header = reader.header().to_vec();
    let mut records = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        for row in 0..batch.rows() {
            let cells = (0..header.len()).map(|column| batch.field_str(row, column).trim().to_owned()).collect();
            records.push(Record { line: batch.lines.get(row).copied().unwrap_or_default(), cells });
        }
        if records.len() > MOST_ROWS {
            let problem =
                Problem::new("audit::not_a_table", format!("{file} has more than {MOST_ROWS} rows")).expected("a published table, not the data behind it");
            return Err(Error::input(problem));
        }
    }
    if let Some(refused) = reader.rejected().first() {
        let problem = Problem::new("audit::broken_record", "a record does not fit the header").at(reader.places().tell(file, refused.line, 0));
        return Err(Error::input(problem.found(refused.raw.clone()).help("give every row as many cells as the header, or add --fill-short")));
    }
    let raw = Raw { file: file.to_owned(), places: reader.places(), columns: header.iter().map(|name| column_name(name)).collect(), records };
    let has = |holds: &Holds| raw.columns.iter().any(|column| column.holds == *holds);
    let sheet = if has(&Holds::Statistic) && has(&Holds::Value) { long(&raw) } else { wide::read(&raw) };
    if sheet.entries.iter().all(|entry| entry.figures.is_empty()) {
        let problem = Problem::new("audit::no_figures", format!("no column of {file} is one of figures")).found(some_of(header.iter().map(String::as_str)));
        return Err(Error::input(problem.expected("columns such as `n`, `%`, `N`, `mean`, `sd`, or the long form with `statistic` and `value`")));
    }
    Ok(sheet)
}

/// The long form: rows of one label become one entry.
fn long(raw: &Raw) -> Sheet {
    let mut sheet = Sheet { file: raw.file.clone(), places: raw.places.clone(), ..Sheet::default() };
    for record in &raw.records {
        let text = |wanted: &Holds| joined(raw, record, wanted);
        let label = text(&Holds::Label);
        let mut entry = Entry {
            table: text(&Holds::Table),
            block: text(&Holds::Block),
            group: text(&Holds::Group),
            label: bare(&label),
            line: record.line,
            figures: Vec::new(),
        };
        for (position, (column, cell)) in raw.columns.iter().zip(&record.cells).enumerate() {
            match &column.holds {
                Holds::Value => value(&mut entry, &text(&Holds::Statistic), cell, position + 1, &mut sheet.unread),
                Holds::One(role) => one(&mut entry, *role, cell, record.line, position + 1, &mut sheet.unread),
                Holds::Range => range(&mut entry, cell, position + 1),
                Holds::Note if entry.figure(Role::ScaleLow).is_none() => range(&mut entry, cell, position + 1),
                _ => {}
            }
        }
        // A mean's count is its base; a count of its own row is none of another's.
        let same = |known: &&mut Entry| (&known.table, &known.block, &known.group, &known.label) == (&entry.table, &entry.block, &entry.group, &entry.label);
        match sheet.entries.iter_mut().rev().take(40).find(same).filter(|known| !label.is_empty() && !clash(known, &entry)) {
            Some(known) => entry.figures.into_iter().for_each(|figure| {
                known.add(figure);
            }),
            None => sheet.entries.push(entry),
        }
    }
    sheet
}

/// Whether two rows give different numbers for the same thing.
fn clash(known: &Entry, new: &Entry) -> bool {
    new.figures.iter().any(|figure| known.number(figure.role).is_some_and(|number| number != figure.number))
}

fn joined(raw: &Raw, record: &Record, wanted: &Holds) -> String {
    let parts = raw.columns.iter().zip(&record.cells).filter(|(column, cell)| column.holds == *wanted && !cell.is_empty());
    parts.map(|(_, cell)| cell.as_str()).collect::<Vec<_>>().join(" / ")
}

/// A label without the words that name its statistic: `FTE per team, minimum` and `FTE per team, median` are one row.
fn bare(label: &str) -> String {
    let words: Vec<&str> = label.split_whitespace().collect();
    let is_statistic = |word: &&str| matches!(word.trim_matches(',').to_lowercase().as_str(), "minimum" | "maximum" | "median" | "min" | "max");
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() && is_statistic(last) => rest.join(" ").trim_end_matches(',').to_owned(),
        _ => label.to_owned(),
    }
}

/// The value of a long row, by the word of its statistic.
fn value(entry: &mut Entry, statistic: &str, cell: &str, column: usize, unread: &mut u64) {
    let line = entry.line;
    if is_share(statistic) {
        if let Some(number) = Decimal::parse(cell) {
            entry.add(Figure { role: Role::Percent, number: number.times_100(), raw: cell.to_owned(), line, column });
        }
    } else if let Some(role) = role_of(statistic) {
        one(entry, role, cell, line, column, unread);
    }
}

/// A cell of one number.
pub(super) fn one(entry: &mut Entry, role: Role, cell: &str, line: u64, column: usize, unread: &mut u64) {
    match Decimal::parse(cell) {
        Some(number) => {
            entry.add(Figure { role, number, raw: cell.to_owned(), line, column });
        }
        None => *unread += u64::from(!cell.is_empty()),
    }
}

/// A cell such as `1-6`, `1 to 6` or `0–4 as printed`: the ends of a scale.
pub(super) fn range(entry: &mut Entry, cell: &str, column: usize) {
    let Some(start) = cell.find(|letter: char| letter.is_ascii_digit()).filter(|start| cell[..*start].trim_matches(['(', '[', ' ']).is_empty()) else { return };
    let text = cell[start..].replace(['–', '—'], "-").replace(" to ", "-");
    let is_number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let length = text.find(|letter| !is_number(letter)).unwrap_or(text.len());
    let Some(rest) = text[length..].trim_start().strip_prefix('-').map(str::trim_start) else { return };
    let end = rest.find(|letter| !is_number(letter)).unwrap_or(rest.len());
    let (Some(low), Some(high)) = (Decimal::parse(&text[..length]), Decimal::parse(&rest[..end])) else { return };
    if low.value() < high.value() {
        for (role, number) in [(Role::ScaleLow, low), (Role::ScaleHigh, high)] {
            entry.add(Figure { role, number, raw: cell.to_owned(), line: entry.line, column });
        }
    }
}

/// The base that a heading states, and the heading without it.
pub(super) fn heading(text: &str, line: u64, column: usize) -> (String, Option<Figure>) {
    let (rest, base) = without_base(text);
    (rest, base.map(|number| Figure { role: Role::Base, number, raw: number.units.to_string(), line, column }))
}
