//! One file in, what was observed in each of its columns out: codes with counts, numbers, blanks, and the code of each row.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use crate::error::Error;
use crate::frame::{Described, RawBatch, shortest};
use crate::ingest::{self, ReadOptions};
use crate::schema::{Codebook, Kind};

/// Distinct values up to which a column is kept code by code.
const MAX_CODES: usize = 400;

/// Rows whose values are kept to compare the answers of people who are in both files.
const MAX_ROWS: usize = 200_000;

/// Values of all columns that are kept for that: fewer rows of a file with thousands of columns.
const MAX_VALUES: usize = 50_000_000;

/// Codes up to which a column is a question with levels.
const MAX_LEVELS: usize = 24;

/// Share of answers that a code needs to be more than a slip of the keyboard.
const ESTABLISHED: f64 = 0.002;

/// What kind of values a column mostly holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Nothing,
    Number,
    Date,
    Text,
}

impl Holds {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Number => "numbers",
            Self::Date => "dates",
            Self::Text => "text",
        }
    }
}

/// What was observed in one column.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    pub name: String,
    /// Names that the file used before they were translated.
    pub written: String,
    pub described: Described,
    /// Answers: neither empty nor a missing code.
    pub answers: u64,
    /// Count of each answer; empty where there are too many to be levels.
    pub codes: BTreeMap<String, u64>,
    /// Codes that mean no answer, with their count.
    pub missing: BTreeMap<String, u64>,
    numbers: u64,
    dates: u64,
    too_many: bool,
    /// A fingerprint of the value of each of the first rows; 0 where there is no answer.
    prints: Vec<u64>,
    /// The codes behind the fingerprints.
    names: HashMap<u64, String>,
}

/// What was observed in one file.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    pub file: String,
    pub rows: u64,
    pub columns: Vec<Column>,
}

/// A fingerprint that is never 0.
fn print_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish().max(1)
}

/// Whether a code of a file without a codebook most likely means no answer.
fn looks_missing(text: &str) -> bool {
    matches!(text, "NA" | "N/A" | "n/a" | "NULL" | "null" | "." | "-1" | "-2" | "-3" | "-4" | "-5" | "-6" | "-7" | "-8" | "-9" | "-77" | "-88" | "-99" | "-999")
}

impl Profile {
    /// Reads a whole file.
    pub(super) fn read(path: &Path, options: &ReadOptions, book: Option<&Codebook>) -> Result<Self, Error> {
        let mut reader = ingest::open(path, options)?;
        let described = reader.described().to_vec();
        let columns = reader.header().iter().enumerate().map(|(place, name)| {
            let own = described.get(place).cloned().unwrap_or_default();
            Column { name: name.clone(), written: name.clone(), described: own, ..Column::default() }
        });
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut profile = Self { file, rows: 0, columns: columns.collect() };
        let rules: Vec<Rules<'_>> = profile.columns.iter().map(|column| Rules::of(book, &column.name)).collect();
        let rows_kept = MAX_ROWS.min(MAX_VALUES / rules.len().max(1));
        while let Some(batch) = reader.next_batch()? {
            profile.rows += batch.rows() as u64;
            for (place, (column, rules)) in profile.columns.iter_mut().zip(&rules).enumerate() {
                column.add(&batch, place, rules, rows_kept);
            }
        }
        for (column, rules) in profile.columns.iter_mut().zip(&rules) {
            if let Some(field) = rules.field {
                column.name.clone_from(field);
            }
        }
        Ok(profile)
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Rows of this file and of a later one that are of one person, by the values of a column.
    pub(super) fn people(&self, later: &Self, id: &str) -> Vec<(usize, usize)> {
        let (Some(before), Some(after)) = (self.column(id), later.column(id)) else { return Vec::new() };
        let mut known: HashMap<u64, usize> = HashMap::new();
        for (row, print) in before.prints.iter().enumerate().filter(|(_, print)| **print != 0) {
            known.entry(*print).or_insert(row);
        }
        after.prints.iter().enumerate().filter_map(|(row, print)| known.remove(print).map(|earlier| (earlier, row))).collect()
    }

    /// A column of both files whose values name a row: the codebook's person or key, else the first that is nearly unique.
    pub(super) fn id(&self, later: &Self, book: Option<&Codebook>) -> Option<String> {
        let declared = book.and_then(|book| book.person.clone().or_else(|| (book.key.len() == 1).then(|| book.key.first().cloned()).flatten()));
        if declared.is_some() {
            return declared;
        }
        let unique = |column: &Column| column.prints.len() > 20 && column.distinct() * 20 >= column.prints.len() * 19;
        let both = self.columns.iter().filter(|column| unique(column) && later.column(&column.name).is_some_and(unique));
        both.map(|column| column.name.clone()).next()
    }
}

/// What a codebook says about a column of the file.
struct Rules<'a> {
    field: Option<&'a String>,
    missing: Vec<&'a str>,
    /// Label to code, for exports that hold labels.
    labels: HashMap<&'a str, &'a str>,
    has_book: bool,
}

impl<'a> Rules<'a> {
    fn of(book: Option<&'a Codebook>, column: &str) -> Self {
        let mut rules = Self { field: None, missing: Vec::new(), labels: HashMap::new(), has_book: book.is_some() };
        let Some(book) = book else { return rules };
        rules.missing = book.missing.iter().map(|(code, _)| code.as_str()).collect();
        if let Some(field) = book.fields.iter().find(|field| field.columns.iter().any(|name| name == column)) {
            rules.field = Some(&field.name);
            rules.missing.extend(field.missing.iter().map(|(code, _)| code.as_str()));
            if let Kind::Category { levels, .. } = &field.kind {
                rules.labels = levels.iter().map(|level| (level.label.as_str(), level.code.as_str())).collect();
            }
        }
        rules
    }
}

impl Column {
    fn add(&mut self, batch: &RawBatch, place: usize, rules: &Rules<'_>, rows_kept: usize) {
        for row in 0..batch.rows() {
            let text = batch.field_str(row, place).trim();
            let text = std::str::from_utf8(shortest(text.as_bytes())).unwrap_or(text);
            let text = rules.labels.get(text).copied().unwrap_or(text);
            let is_missing =
                !text.is_empty() && (rules.missing.contains(&text) || self.described.missing_reason(text).is_some() || !rules.has_book && looks_missing(text));
            if is_missing {
                *self.missing.entry(text.to_owned()).or_default() += 1;
            }
            let keep = self.prints.len() < rows_kept;
            if text.is_empty() || is_missing {
                if keep {
                    self.prints.push(0);
                }
                continue;
            }
            let print = print_of(text);
            if keep {
                self.prints.push(print);
            }
            self.count(text, print);
        }
    }

    fn count(&mut self, text: &str, print: u64) {
        self.answers += 1;
        self.numbers += u64::from(text.parse::<f64>().is_ok_and(f64::is_finite));
        self.dates += u64::from(crate::frame::parse_iso(text.as_bytes()).is_some());
        if self.too_many {
            return;
        }
        if let Some(count) = self.codes.get_mut(text) {
            *count += 1;
        } else if self.codes.len() < MAX_CODES {
            self.codes.insert(text.to_owned(), 1);
            self.names.insert(print, text.to_owned());
        } else {
            self.too_many = true;
            self.codes.clear();
            self.names.clear();
        }
    }

    /// A column without answers, for tests without a file.
    #[cfg(test)]
    pub(super) fn named(name: &str, described: Described) -> Self {
        Self { name: name.to_owned(), written: name.to_owned(), described, ..Self::default() }
    }

    /// One more answer, for tests without a file.
    #[cfg(test)]
    pub(super) fn answer(&mut self, text: &str) {
        let print = print_of(text);
        self.prints.push(print);
        self.count(text, print);
    }

    fn distinct(&self) -> usize {
        let mut prints: Vec<u64> = self.prints.iter().copied().filter(|print| *print != 0).collect();
        prints.sort_unstable();
        prints.dedup();
        prints.len()
    }

    /// The code of one of the first rows.
    pub(super) fn code(&self, row: usize) -> Option<&str> {
        self.names.get(self.prints.get(row)?).map(String::as_str)
    }

    /// Whether two rows of two files hold the same answer, where both hold one.
    pub(super) fn same(&self, row: usize, other: &Self, other_row: usize) -> Option<bool> {
        let (one, two) = (*self.prints.get(row)?, *other.prints.get(other_row)?);
        (one != 0 && two != 0).then_some(one == two)
    }

    /// What nearly every answer is.
    pub(super) fn holds(&self) -> Holds {
        let most = |count: u64| count * 20 >= self.answers * 19;
        match self.answers {
            0 => Holds::Nothing,
            _ if most(self.numbers) => Holds::Number,
            _ if most(self.dates) => Holds::Date,
            _ => Holds::Text,
        }
    }

    /// Codes that more than a slip of the keyboard put there, with their shares; `None` where the column is no question with levels.
    pub(super) fn levels(&self) -> Option<BTreeMap<&str, f64>> {
        let total = self.answers as f64;
        let frequent = |count: u64| count as f64 >= total * ESTABLISHED;
        let found: BTreeMap<&str, f64> =
            self.codes.iter().filter(|(_, count)| frequent(**count)).map(|(code, count)| (code.as_str(), *count as f64 / total)).collect();
        let repeated = self.answers >= 2 * found.len() as u64;
        (!found.is_empty() && found.len() <= MAX_LEVELS && repeated).then_some(found)
    }

    /// The label that the file gives a code.
    pub(super) fn label(&self, code: &str) -> Option<&str> {
        self.described.levels.iter().find(|(known, _)| known == code).map(|(_, label)| label.as_str())
    }

    /// Changes every code as a crosswalk says; codes without an entry stay.
    pub(super) fn translate(&mut self, map: &[(String, String)], dropped: &[String]) {
        let to: HashMap<&str, &str> = map.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let mut codes = BTreeMap::new();
        for (code, count) in std::mem::take(&mut self.codes) {
            if dropped.contains(&code) {
                self.answers -= count;
                continue;
            }
            *codes.entry(to.get(code.as_str()).map_or(code, |code| (*code).to_owned())).or_default() += count;
        }
        self.codes = codes;
        for (code, _) in &mut self.described.levels {
            if let Some(new) = to.get(code.as_str()) {
                (*new).clone_into(code);
            }
        }
        self.described.levels.retain(|(code, _)| !dropped.contains(code));
        let prints: HashMap<u64, u64> = map.iter().map(|(from, to)| (print_of(from), print_of(to))).collect();
        let gone: Vec<u64> = dropped.iter().map(|code| print_of(code)).collect();
        for print in &mut self.prints {
            *print = if gone.contains(print) { 0 } else { prints.get(print).copied().unwrap_or(*print) };
        }
        self.names = self.codes.keys().map(|code| (print_of(code), code.clone())).collect();
    }
}
