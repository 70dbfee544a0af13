//! The first records of a text in, what is doubtful about them out: none of it is mended without a word, and most of it is only named.

use super::preamble::{self, Row};
use super::quoting::Quoting;
use super::sniff;
use super::totals::{self, Sums};
use crate::error::{Problem, Severity};

/// The name of a first column that has none, as R writes the names of rows.
const ROW_NAMES: &str = "row_names";

/// What the first records of a text show beside what they hold.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    /// The first records, as long as the header is not known.
    rows: Vec<Row>,
    /// The first column has no name: the header is one field shorter than every record.
    row_names: bool,
    /// What one column may be split at.
    overlooked: Option<u8>,
    /// The file has one column.
    one_column: bool,
    /// Line and first field of a last record that holds the sums of the others.
    total: Option<(u64, String)>,
    /// Line of a first record of words above numbers, and some of the words.
    second_header: Option<(u64, String)>,
    /// Line and text of a first cell such as `="00123"`.
    formula: Option<(u64, String)>,
}

impl Doubts {
    /// Looks at a sample, which may be the whole text; `shift` lines stand above it.
    pub(crate) fn of(sample: &[u8], whole: bool, delimiter: u8, quoting: Quoting, shift: u64) -> Self {
        let mut rows = preamble::whole_rows(sample, delimiter, quoting);
        let total = whole.then(|| total_row(&preamble::all_rows(sample, delimiter, quoting))).flatten();
        for row in &mut rows {
            row.line += shift;
        }
        Self { rows, overlooked: sniff::overlooked(sample, delimiter), total: total.map(|(line, first)| (line + shift, first)), ..Self::default() }
    }

    /// The name of a first column that has none, where every record below the column names has one field more than they
    /// are: as R writes a table. An empty field at the end of every record is none that lacks a name, and R names all others.
    pub(crate) fn names_of_rows(&mut self, header: u64, own: &[&str]) -> Option<&'static str> {
        let records: Vec<&Row> = self.rows.iter().filter(|row| row.line > header).collect();
        let mut names: Vec<&str> = records.iter().filter_map(|row| row.fields.first()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        self.row_names = !records.is_empty()
            && own.iter().all(|name| !name.trim().is_empty())
            && records.iter().all(|row| row.fields.len() == own.len() + 1)
            && records.iter().any(|row| row.fields.last().is_some_and(|last| !last.is_empty()))
            && names.len() == records.len()
            && !names.contains(&"");
        self.row_names.then_some(ROW_NAMES)
    }

    /// Looks at the records below the column names.
    pub(crate) fn look_at(&mut self, header: u64, names: &[String], delimiter: u8) {
        let rows = std::mem::take(&mut self.rows);
        let records: Vec<&Row> = rows.iter().filter(|row| row.line > header).collect();
        self.second_header = second_header(&records, names.len());
        let is_formula = |field: &&String| field.len() > 3 && field.starts_with("=\"") && field.ends_with('"');
        self.formula = records.iter().find_map(|row| Some((row.line, row.fields.iter().find(is_formula)?.clone())));
        self.one_column = names.len() == 1;
        let in_quotes = names.first().filter(|name| self.one_column && name.as_bytes().contains(&delimiter));
        self.overlooked = in_quotes.map(|_| delimiter).or(self.overlooked).filter(|_| self.one_column);
    }

    /// What is told of the file.
    pub(crate) fn notes(&self, path: &str, header: u64, delimiter: u8) -> Vec<Problem> {
        let warning = |code, line: &u64, message: &str| Problem::new(code, message).at(format!("{path}:{line}")).severity(Severity::Warning);
        let mut notes = Vec::new();
        if self.row_names {
            let message = format!("every record has one field more than there are column names: the first column is named `{ROW_NAMES}`");
            let problem = warning("input::row_names", &header, &message).severity(Severity::Note);
            notes.push(problem.help("as R writes tables; if another column lacks a name, add it in the file"));
        }
        if let Some((line, words)) = &self.second_header {
            let problem = warning("input::second_header", line, "the first record holds words where all others hold numbers, and is counted as a record");
            notes.push(problem.found(words.clone()).help("if these are column names, say --header-row; if they are units, delete the line from the file"));
        }
        if let Some((line, text)) = &self.formula {
            let problem = warning("input::formula_text", line, "cells are written as formulas and are read with their signs");
            notes.push(problem.found(format!("`{text}`")).help("take `=` and the quotes out of the file, or export it again"));
        }
        notes.extend(self.total.iter().map(|(line, first)| totals::warning(format!("{path}:{line}"), first)));
        notes.extend(self.one_column.then(|| self.note_on_one_column(path, delimiter)));
        notes
    }

    /// The note on a file of one column; a warning where its lines hold another delimiter.
    fn note_on_one_column(&self, path: &str, delimiter: u8) -> Problem {
        let shown = |byte: u8| char::from(byte).escape_default().to_string();
        let problem = Problem::new("input::one_column", format!("the file has one column when it is split at `{}`", shown(delimiter))).at(path);
        let (found, help) = match self.overlooked {
            None => return problem.severity(Severity::Note),
            Some(byte) if byte == delimiter => {
                ("lines that stand in quotes as a whole".to_owned(), "take the quotes around the lines away, or export the file again".to_owned())
            }
            Some(b' ') => ("columns aligned with blanks".to_owned(), "export the file with a delimiter, such as a tab".to_owned()),
            Some(b'\t') => ("a tab in most lines".to_owned(), "say --delimiter tab if that is what separates the fields".to_owned()),
            Some(byte) => (format!("`{}` in most lines", shown(byte)), format!("say --delimiter '{}' if that is what separates the fields", shown(byte))),
        };
        problem.severity(Severity::Warning).found(found).help(help)
    }
}

/// The line of a first record that has words in all columns that hold only numbers below it, in at least two, and those words.
fn second_header(records: &[&Row], width: usize) -> Option<(u64, String)> {
    let (first, others) = records.split_first()?;
    let is_number = |text: &&String| text.replace(',', "").parse::<f64>().is_ok();
    let holds_numbers = |column: usize| {
        let mut cells = others.iter().filter_map(|row| row.fields.get(column)).filter(|field| !field.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|field| is_number(&field))
    };
    let above: Vec<&String> = (0..width).filter(|column| holds_numbers(*column)).filter_map(|column| first.fields.get(column)).collect();
    let mut words: Vec<&str> = above.iter().filter(|field| !field.is_empty()).map(|field| field.as_str()).collect();
    let all_words = words.len() > 1 && 2 * words.len() > above.len() && !above.iter().any(is_number);
    let shown = crate::error::some_of(words.iter().copied());
    words.sort_unstable();
    words.dedup();
    (others.len() > 1 && all_words && words.len() > 1).then_some((first.line, shown))
}

/// The line and the first field of a last record that holds the sums of the others.
fn total_row(rows: &[Row]) -> Option<(u64, String)> {
    let last = rows.iter().rposition(|row| row.fields.iter().filter(|field| !field.is_empty()).count() > 1)?;
    let numbers = |row: &Row| totals::numbers(row.fields.iter().map(String::as_str));
    let mut sums = Sums::default();
    rows.get(..last)?.iter().for_each(|row| sums.add(numbers(row)));
    let (last, first) = rows.get(last).and_then(|row| Some((row, row.fields.iter().find(|field| !field.is_empty())?)))?;
    sums.are_those_of(first, numbers(last)).then(|| (last.line, first.clone()))
}
