//! A ledger of corrections and batches of text in, the same batches with the corrected values out.
//!
//! The data stay as they were exported; every run applies the ledger again. An entry holds only as long as the file
//! says what the entry says that it says: an old value that differs, a key that is not there, two entries for one
//! value are errors, each with the line of the ledger.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::error::{Problem, closest, some_of};
use crate::frame::{RawBatch, shortest};
use crate::rejects::Corrected;

/// Columns of a ledger, in the order of `Entry`; `wave` may be absent.
pub(crate) const COLUMNS: [&str; 7] = ["key", "field", "old", "new", "who", "why", "wave"];

/// One line of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Entry {
    pub line: u64,
    /// The parts of the row's key, joined by ` + ` where there are several.
    pub key: String,
    /// A field of the codebook, or a column of the file.
    pub field: String,
    pub old: String,
    pub new: String,
    pub who: String,
    pub why: String,
    /// Empty where the ledger belongs to one file.
    pub wave: String,
}

/// The entries of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Corrections {
    /// The ledger as the pipeline names it.
    pub file: String,
    pub entries: Vec<Entry>,
}

impl Corrections {
    /// The entries of a ledger that are meant for a wave, and what is wrong with them. `of_one_file` says that the ledger is named by the wave itself.
    pub(crate) fn of_wave(file: &str, entries: &[Entry], wave: &str, of_one_file: bool) -> (Arc<Self>, Vec<Problem>) {
        let mut problems = Vec::new();
        for entry in entries {
            let at = |problem: Problem| problem.at(format!("{file}:{}", entry.line));
            if !of_one_file && entry.wave.is_empty() {
                problems.push(at(Problem::new("corrections::no_wave", "a correction does not say which wave it is for")
                    .expected("the id of a wave in the column `wave`, because the dataset has several")));
            }
            if of_one_file && !entry.wave.is_empty() && entry.wave != wave {
                let problem = Problem::new("corrections::other_wave", format!("a correction is for the wave `{}`", entry.wave));
                problems.push(at(problem.expected(format!("`{wave}`, or nothing"))));
            }
            if entry.who.is_empty() || entry.why.is_empty() {
                problems.push(at(Problem::new("corrections::no_reason", "a correction does not say who made it and why").expected("a name and a reason")));
            }
        }
        let meant: Vec<Entry> = entries.iter().filter(|entry| of_one_file || entry.wave == wave).cloned().collect();
        let mut first: HashMap<(&str, &str), &Entry> = HashMap::new();
        for entry in &meant {
            match first.get(&(entry.key.as_str(), entry.field.as_str())) {
                None => drop(first.insert((&entry.key, &entry.field), entry)),
                Some(earlier) => {
                    let message = format!("`{}` of {} is corrected twice", entry.field, entry.key);
                    let problem = Problem::new("corrections::contradiction", message).at(format!("{file}:{}", entry.line));
                    let found = format!("`{}`, and `{}` on line {}", entry.new, earlier.new, earlier.line);
                    problems.push(problem.found(found).expected("one entry for a value"));
                }
            }
        }
        (Arc::new(Self { file: file.to_owned(), entries: meant }), problems)
    }
}

/// A ledger while its file is read.
#[derive(Debug)]
pub(super) struct Correcting {
    list: Arc<Corrections>,
    /// Column of each entry.
    columns: Vec<usize>,
    by_key: HashMap<String, Vec<usize>>,
    met: Vec<bool>,
    problems: Vec<Problem>,
}

/// Where the rows are, as corrections are reported.
pub(super) struct Site<'a> {
    pub dataset: &'a str,
    pub wave: &'a str,
    /// The place of a line and a column.
    pub place: &'a dyn Fn(u64, usize) -> String,
}

impl Correcting {
    /// Finds the column of each entry; `column_of` knows those of the codebook's fields.
    pub(super) fn new(list: Arc<Corrections>, header: &[String], column_of: impl Fn(&str) -> Option<usize>) -> Result<Self, Vec<Problem>> {
        let (mut columns, mut problems) = (Vec::new(), Vec::new());
        let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, entry) in list.entries.iter().enumerate() {
            let column = column_of(&entry.field).or_else(|| header.iter().position(|name| *name == entry.field));
            if let Some(column) = column {
                columns.push(column);
                by_key.entry(entry.key.clone()).or_default().push(position);
                continue;
            }
            let known = || header.iter().map(String::as_str);
            let mut problem = Problem::new("corrections::no_such_field", format!("the correction of `{}` names no field or column", entry.field))
                .at(format!("{}:{}", list.file, entry.line))
                .expected(some_of(known()));
            problem.help = closest(&entry.field, known()).map(|near| format!("did you mean `{near}`?"));
            problems.push(problem);
        }
        let met = vec![false; list.entries.len()];
        if problems.is_empty() { Ok(Self { list, columns, by_key, met, problems }) } else { Err(problems) }
    }

    /// The batch with its corrections; none where nothing changes.
    pub(super) fn apply(&mut self, raw: &RawBatch, key: &[usize], site: &Site<'_>, corrected: &mut Vec<Corrected>) -> Option<RawBatch> {
        let mut changes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for row in 0..raw.rows() {
            let parts: Vec<&str> = key.iter().map(|column| raw.field_str(row, *column).trim()).collect();
            let Some(entries) = self.by_key.get(&parts.join(" + ")) else { continue };
            for &position in entries {
                let (Some(entry), Some(&column)) = (self.list.entries.get(position), self.columns.get(position)) else { continue };
                // A key that occurs again is refused, and the first row is the one that is kept.
                if std::mem::replace(&mut self.met[position], true) {
                    continue;
                }
                let found = raw.field_str(row, column).trim();
                let place = (site.place)(raw.lines[row], column + 1);
                if short(found) != short(entry.old.trim()) {
                    let message = format!("the old value of `{}` of {} is not what the file holds", entry.field, entry.key);
                    let problem = Problem::new("corrections::old_value", message).at(format!("{}:{}", self.list.file, entry.line));
                    let help = if short(found) == short(entry.new.trim()) {
                        "the export holds the new value now: take the entry out"
                    } else {
                        "look at the export again, then change the entry or take it out"
                    };
                    self.problems.push(problem.found(format!("`{found}` at {place}")).expected(format!("`{}`", entry.old)).help(help));
                    continue;
                }
                changes.insert((row, column), position);
                corrected.push(Corrected {
                    dataset: site.dataset.to_owned(),
                    wave: site.wave.to_owned(),
                    place,
                    key: entry.key.clone(),
                    field: entry.field.clone(),
                    old: entry.old.clone(),
                    new: entry.new.clone(),
                    who: entry.who.clone(),
                    why: entry.why.clone(),
                });
            }
        }
        (!changes.is_empty()).then(|| self.rebuilt(raw, &changes))
    }

    fn rebuilt(&self, raw: &RawBatch, changes: &BTreeMap<(usize, usize), usize>) -> RawBatch {
        let mut batch =
            RawBatch { width: raw.width, text: Vec::with_capacity(raw.text.len()), ends: Vec::with_capacity(raw.ends.len()), lines: raw.lines.clone() };
        for row in 0..raw.rows() {
            for column in 0..raw.width {
                let new = changes.get(&(row, column)).and_then(|position| self.list.entries.get(*position)).map(|entry| entry.new.as_bytes());
                batch.text.extend_from_slice(new.unwrap_or_else(|| raw.field(row, column)));
                batch.ends.push(batch.text.len());
            }
        }
        batch
    }

    /// Everything that did not hold, once the file has been read.
    pub(super) fn finish(self, file: &str) -> Vec<Problem> {
        let mut problems = self.problems;
        for (entry, _) in self.list.entries.iter().zip(&self.met).filter(|(_, met)| !**met) {
            let problem = Problem::new("corrections::no_such_key", format!("no row of {file} has the key {}", entry.key));
            let problem = problem.at(format!("{}:{}", self.list.file, entry.line)).expected("the key of a row, its parts joined by ` + `");
            problems.push(problem.help("if the row has left the export, take the entry out"));
        }
        problems
    }
}

/// A number without the zeros that say nothing.
fn short(text: &str) -> &[u8] {
    shortest(text.as_bytes())
}
