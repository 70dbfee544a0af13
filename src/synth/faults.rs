//! A clean table in, the same table with faults as real exports have them out, and a list of where they are.

use super::broken::{self, RULES};
use super::chance::Dice;
use crate::error::{Error, Problem};
use crate::schema::{Codebook, Kind};

/// A file before it is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// A fault and its exact place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// Line in the file, counted from 1.
    pub line: usize,
    /// Column as the file names it; empty when the whole row is refused.
    pub column: String,
    /// What stands there; for a repeated person the key.
    pub raw: String,
    /// Rule that the value breaks, in the words of the rejects ledger.
    pub rule: &'static str,
}

/// Kinds of faults that every codebook knows; the rules of its checks are further ones.
const KINDS: [&str; 5] = ["out_of_range", "bad_code", "typed_text", "duplicate_key", "blank"];

/// How many faults of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Faults(Vec<(&'static str, usize)>);

impl Faults {
    /// Reads `out_of_range=3,bad_code=2`.
    pub(super) fn parse(spec: &str) -> Result<Self, Error> {
        let mut faults = Vec::new();
        for part in spec.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, count) = part.split_once('=').unwrap_or((part, "1"));
            let kind = KINDS.iter().chain(&RULES).find(|kind| **kind == name.trim());
            let (Some(kind), Ok(count)) = (kind, count.trim().parse()) else {
                let problem = Problem::new("synth::unknown_fault", format!("`{part}` names no fault and number")).found(part.to_owned());
                return Err(Error::usage(problem.expected(format!(
                    "{}, or a rule of checks ({}), with a number, such as bad_code=2",
                    KINDS.join(", "),
                    RULES.join(", ")
                ))));
            };
            faults.push((*kind, count));
        }
        Ok(Self(faults))
    }

    /// Whether there is nothing to plant.
    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// How many faults there are to plant.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// Whether a rule of checks is among them.
    pub(super) fn breaks_checks(&self) -> bool {
        self.0.iter().any(|(kind, _)| RULES.contains(kind))
    }

    /// Plants the faults, each in a row of its own, and says where.
    pub(super) fn plant(&self, table: &mut Table, book: &Codebook, dice: &mut Dice) -> Vec<Planted> {
        if self.breaks_checks() {
            broken::mend(table, book);
        }
        let mut planted = Vec::new();
        let mut touched = Vec::new();
        for (kind, count) in &self.0 {
            for _ in 0..*count {
                planted.extend(if RULES.contains(kind) {
                    broken::plant(kind, table, book, &mut touched, dice)
                } else {
                    plant_one(kind, table, book, &mut touched, dice)
                });
            }
        }
        planted.sort_by(|a, b| (a.line, &a.column).cmp(&(b.line, &b.column)));
        planted
    }
}

fn plant_one(kind: &str, table: &mut Table, book: &Codebook, touched: &mut Vec<usize>, dice: &mut Dice) -> Option<Planted> {
    for _ in 0..500 {
        if table.rows.is_empty() {
            return None;
        }
        let row = dice.below(table.rows.len());
        if touched.contains(&row) {
            continue;
        }
        if kind == "duplicate_key" {
            touched.push(row);
            return duplicate(table, book, row);
        }
        let (field, column) = column_of(book, dice.below(book.fields.len()));
        let found = &table.rows[row][column];
        let missing = found.is_empty() || book.missing.iter().chain(&field.missing).any(|(code, _)| code == found);
        let gate = book.fields.iter().any(|other| other.ask_if.as_ref().is_some_and(|ask_if| ask_if.field == field.name));
        if missing || gate || book.key.contains(&field.name) {
            continue;
        }
        let numeric = matches!(field.kind, Kind::Integer | Kind::Number);
        let fault = match (kind, field.closed_range(), &field.kind) {
            ("out_of_range", Some((_, high)), _) if numeric => Some((beyond(high, dice), "range")),
            ("bad_code", _, Kind::Category { levels, .. }) if levels.len() > 1 => Some((["99", "11", "x"][dice.below(3)].to_owned(), "levels")),
            ("typed_text", _, _) if numeric => Some((["about five", "see notes", "dont know", "3 or 4"][dice.below(4)].to_owned(), "type")),
            ("blank", _, _) if field.required => Some((String::new(), "required")),
            _ => None,
        };
        if let Some((raw, rule)) = fault {
            touched.push(row);
            table.rows[row][column].clone_from(&raw);
            return Some(Planted { line: row + 2, column: table.header[column].clone(), raw, rule });
        }
    }
    None
}

/// A number above the highest that is allowed, as a slip of the finger gives it.
fn beyond(high: f64, dice: &mut Dice) -> String {
    let slips = [high + 1.0, high * 11.0, high + 3.0];
    slips[dice.below(slips.len())].to_string()
}

/// The row once more at the end of the file.
fn duplicate(table: &mut Table, book: &Codebook, row: usize) -> Option<Planted> {
    let copy = table.rows.get(row)?.clone();
    let keys = (0..book.fields.len()).filter(|field| book.key.contains(&book.fields[*field].name));
    let raw: Vec<String> = keys.map(|field| copy[column_of(book, field).1].clone()).collect();
    if raw.is_empty() {
        return None;
    }
    table.rows.push(copy);
    Some(Planted { line: table.rows.len() + 1, column: String::new(), raw: raw.join(" + "), rule: "duplicate_row" })
}

/// A field and its first column in the file.
pub(super) fn column_of(book: &Codebook, position: usize) -> (&crate::schema::Field, usize) {
    let width = |field: &crate::schema::Field| if let Kind::Checkboxes { options } = &field.kind { options.len() } else { 1 };
    (&book.fields[position], book.fields[..position].iter().map(width).sum())
}

impl Table {
    /// The table as comma-separated text.
    pub(super) fn to_csv(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for record in std::iter::once(&self.header).chain(&self.rows) {
            push_record(&mut text, record);
        }
        text
    }
}

/// Adds one line of comma-separated text.
pub(super) fn push_record(text: &mut Vec<u8>, cells: &[String]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            text.push(b',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            text.push(b'"');
            text.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
            text.push(b'"');
        } else {
            text.extend_from_slice(cell.as_bytes());
        }
    }
    text.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_faults_are_named() {
        let error = Faults::parse("bad_code=2,sunspots=1").err().map(|error| error.problems[0].code);
        assert_eq!(error, Some("synth::unknown_fault"));
        assert_eq!(Faults::parse("blank=2, bad_code=1"), Ok(Faults(vec![("blank", 2), ("bad_code", 1)])));
    }

    #[test]
    fn cells_with_commas_and_quotation_marks_are_quoted() {
        let table = Table { header: vec!["a".into()], rows: vec![vec!["x, \"y\"".into()]] };
        assert_eq!(table.to_csv(), b"a\n\"x, \"\"y\"\"\"\n");
    }
}
