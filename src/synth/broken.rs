//! A table and the checks of its codebook in, the same table with values that break one of them out.
//!
//! Values are tried until the checks themselves refuse exactly one thing more than before, so that what is planted is what
//! `check --data --faults` finds, whatever a rule looks at.

use std::collections::BTreeMap;
use std::path::Path;

use super::chance::Dice;
use super::faults::{Planted, Table, column_of};
use crate::error::{Error, Problem};
use crate::frame::{Places, RawBatch};
use crate::ingest::{ReadOptions, open};
use crate::schema::{Codebook, Crosswalk, Field, Kind, Origin, Typist};

/// Rules of checks that can be broken on request.
pub(super) const RULES: [&str; 8] = ["if_then", "order", "pattern", "range", "reference", "set", "sum", "unique"];

/// Rows that are tried for one fault.
const TRIES: usize = 40;

/// Line, column, raw text, rule and check of everything that the codebook refuses.
type Refusals = Vec<(u64, String, String, &'static str, String)>;

/// Reads the files that the checks of a codebook compare with, from its folder.
///
/// # Errors
/// A file that cannot be read or lacks the column.
pub(super) fn fill_lists(book: &Codebook, folder: &Path) -> Result<(), Error> {
    for known in book.checks.iter().filter_map(|check| check.check.list()) {
        let path = folder.join(&known.file);
        let mut reader = open(&path, &ReadOptions::default())?;
        let Some(column) = reader.header().iter().position(|name| *name == known.column) else {
            let problem = Problem::new("schema::missing_column", format!("column `{}` is not in {}", known.column, path.display()));
            return Err(Error::usage(problem));
        };
        let mut values = Vec::new();
        while let Some(batch) = reader.next_batch()? {
            values.extend((0..batch.rows()).map(|row| batch.field_str(row, column).to_owned()));
        }
        known.fill(values);
    }
    Ok(())
}

/// Rows that break a check by chance take the answers of one that breaks none, so that only what is planted is found.
pub(super) fn mend(table: &mut Table, book: &Codebook) {
    for (parts, total) in book.checks.iter().filter_map(|check| check.check.addends()) {
        add_up(table, book, parts, total);
    }
    for _ in 0..3 {
        let found: Vec<usize> = refusals(table, book).into_iter().filter(|refusal| !refusal.4.is_empty()).map(|refusal| row_of(refusal.0)).collect();
        let Some(clean) = (0..table.rows.len()).find(|row| !found.contains(row)).filter(|_| !found.is_empty()) else { return };
        let answers = table.rows[clean].clone();
        let keeps =
            |name: &str| book.key.iter().any(|key| key == name) || book.checks.iter().any(|check| check.rule == "unique" && check.check.field() == name);
        for row in found {
            for position in 0..book.fields.len() {
                let (field, column) = column_of(book, position);
                let width = if let Kind::Checkboxes { options } = &field.kind { options.len() } else { 1 };
                if !keeps(&field.name) {
                    table.rows[row][column..column + width].clone_from_slice(&answers[column..column + width]);
                }
            }
        }
    }
}

/// Writes the sum of the parts as their total, where all of them are there: numbers drawn apart hardly ever add up.
fn add_up(table: &mut Table, book: &Codebook, parts: &[String], total: &str) {
    let column = |name: &str| (0..book.fields.len()).map(|position| column_of(book, position)).find(|(field, _)| field.name == name).map(|(_, column)| column);
    let (Some(parts), Some(total)) = (parts.iter().map(|name| column(name)).collect::<Option<Vec<_>>>(), column(total)) else { return };
    for row in &mut table.rows {
        let sum: Option<f64> = parts.iter().map(|part| row[*part].parse::<f64>().ok()).sum();
        if let Some(sum) = sum.filter(|_| !row[total].is_empty()) {
            row[total] = sum.to_string();
        }
    }
}

/// Breaks a check of a rule once, in a row that has no fault yet.
pub(super) fn plant(rule: &str, table: &mut Table, book: &Codebook, touched: &mut Vec<usize>, dice: &mut Dice) -> Option<Planted> {
    let checks: Vec<&str> = book.checks.iter().filter(|check| check.rule == rule).map(|check| check.check.field()).collect();
    if checks.is_empty() || table.rows.is_empty() {
        return None;
    }
    let before = refusals(table, book);
    for _ in 0..TRIES {
        let (row, wanted) = (dice.below(table.rows.len()), checks[dice.below(checks.len())]);
        if touched.contains(&row) {
            continue;
        }
        // The field at fault is tried first; a condition may hang on another one.
        let mut fields: Vec<usize> = (0..book.fields.len()).filter(|position| !book.key.contains(&book.fields[*position].name)).collect();
        fields.sort_by_key(|position| book.fields[*position].name != wanted);
        for position in fields {
            let (field, column) = column_of(book, position);
            let found = table.rows[row][column].clone();
            for value in values(field, &found, column, table, dice) {
                table.rows[row][column] = value;
                let after = refusals(table, book);
                let mut new = after.iter().filter(|refusal| !before.contains(refusal));
                if let (Some((line, column, raw, broken, check)), None, true) = (new.next(), new.next(), after.len() == before.len() + 1)
                    && book.checks.iter().any(|known| known.id == *check && known.check.field() == wanted && known.rule == rule)
                    && !touched.contains(&row_of(*line))
                {
                    touched.extend([row, row_of(*line)]);
                    let line = usize::try_from(*line).unwrap_or_default();
                    return Some(Planted { line, column: column.clone(), raw: raw.clone(), rule: broken });
                }
            }
            table.rows[row][column] = found;
        }
    }
    None
}

/// The row of the table on a line of its file.
fn row_of(line: u64) -> usize {
    usize::try_from(line).unwrap_or_default().saturating_sub(2)
}

/// What could stand in a cell instead: another level, a number nearby or far away, a text that is nearly the same, another row's.
fn values(field: &Field, found: &str, column: usize, table: &Table, dice: &mut Dice) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    match &field.kind {
        Kind::Category { levels, .. } => values.extend(levels.iter().map(|level| level.code.clone())),
        Kind::Integer | Kind::Number => {
            let number = found.parse::<f64>().unwrap_or_default();
            values.extend([number + 1.0, number - 1.0, number + 10.0, number - 10.0, number + 1000.0, number - 1000.0].map(|number| number.to_string()));
            values.extend(field.closed_range().into_iter().flat_map(|(low, high)| [low, high]).map(|number| number.to_string()));
        }
        Kind::Date => values.extend(["1901-01-01", "2099-12-31"].map(str::to_owned)),
        Kind::Datetime => values.extend(["1901-01-01T00:00:00", "2099-12-31T00:00:00"].map(str::to_owned)),
        Kind::Id | Kind::Text => values.extend([format!("{found}~"), format!("{found}0")]),
        Kind::Split { .. } | Kind::Checkboxes { .. } => {}
    }
    values.extend((0..3).filter_map(|_| table.rows.get(dice.below(table.rows.len()))?.get(column).cloned()));
    values.retain(|value| value != found && !value.is_empty());
    values
}

/// Everything that the codebook refuses in a table.
fn refusals(table: &Table, book: &Codebook) -> Refusals {
    let mut raw = RawBatch { width: table.header.len(), ..RawBatch::default() };
    for (row, cells) in table.rows.iter().enumerate() {
        for cell in cells {
            raw.text.extend_from_slice(cell.as_bytes());
            raw.ends.push(raw.text.len());
        }
        raw.lines.push(row as u64 + 2);
    }
    let origin = Origin { dataset: String::new(), wave: String::new(), file: String::new(), places: Places::Lines };
    let crosswalk = Crosswalk::default();
    let Ok(mut typist) = Typist::new(book, &crosswalk, &table.header, &[], origin) else { return Vec::new() };
    typist.batch(&raw, &mut BTreeMap::new());
    typist.ledger.entries.into_iter().map(|entry| (entry.line, entry.column, entry.raw, entry.rule, entry.check)).collect()
}
