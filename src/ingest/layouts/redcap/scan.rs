//! All records of an export in, its tables out: which rows belong together, which columns they fill, and whether a key names each row once.
//!
//! This is the first of two passes. It keeps a fingerprint of each key and a flag for each table and column, so that
//! its memory does not depend on the width of the file.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::super::super::readers::Records;
use super::columns::{MISSING_CODES, Project, Role};
use crate::error::{Error, Problem};
use crate::frame::{RawBatch, Stored, fingerprint, parse_iso};

/// Tables in one export; more repeating instruments are no export.
const MAX_TABLES: usize = 1000;
/// Events in one project.
const MAX_EVENTS: usize = 10_000;

/// Which rows belong to a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grain {
    /// What is asked once for each record, or once at each event.
    Base,
    /// Events that repeat as a whole.
    Events,
    /// One repeating instrument, as the file calls it.
    Instrument(String),
}

/// What the rows of one table have.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) rows: u64,
    /// Columns with an answer: not blank, not an unticked box, not a state of 0.
    pub(super) answered: Vec<bool>,
    /// Columns that are not blank.
    pub(super) filled: Vec<bool>,
    keys: HashSet<u128>,
    /// Rows whose key another row or nobody has.
    pub(super) repeated: u64,
    /// Lines of the first of them.
    pub(super) repeated_lines: Vec<u64>,
}

/// What the first pass found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) tables: BTreeMap<Grain, Seen>,
    /// Whether cells hold labels where REDCap has codes.
    pub(super) labelled: bool,
    /// Names of events as they stand in the file.
    pub(super) events: BTreeSet<String>,
    /// Missing-data codes that REDCap proposes, seen where only numbers, dates or choices can stand, with the column.
    pub(super) missing: BTreeSet<(usize, &'static str)>,
}

/// The text of a cell; R writes `NA` for what is blank.
pub(super) fn cell(batch: &RawBatch, row: usize, column: usize) -> &str {
    let text = batch.field_str(row, column).trim();
    if text == "NA" { "" } else { text }
}

/// The table that a row belongs to.
pub(super) fn grain(project: &Project, batch: &RawBatch, row: usize) -> Grain {
    let text = |column: Option<usize>| column.map_or("", |column| cell(batch, row, column));
    match (text(project.instrument), text(project.instance)) {
        ("", "") => Grain::Base,
        ("", _) => Grain::Events,
        (instrument, _) => Grain::Instrument(instrument.to_owned()),
    }
}

/// Votes for labels and for codes.
#[derive(Default)]
struct Votes {
    labels: u64,
    codes: u64,
}

/// Goes through all records.
pub(super) fn scan(project: &Project, records: &mut dyn Records, place: &str) -> Result<Scan, Error> {
    let (mut scan, mut votes) = (Scan::default(), Votes::default());
    let width = project.columns.len();
    let mut plain: Vec<Plain> = project.columns.iter().map(|_| Plain::default()).collect();
    while let Some(batch) = records.next_batch()? {
        for row in 0..batch.rows() {
            let grain = grain(project, &batch, row);
            if !scan.tables.contains_key(&grain) && scan.tables.len() >= MAX_TABLES {
                let problem = Problem::new("input::too_many_tables", format!("`redcap_repeat_instrument` names more than {MAX_TABLES} instruments"));
                return Err(Error::input(problem.at(place).help("is this a REDCap export? read it as it stands with --reader delimited")));
            }
            let seen = scan.tables.entry(grain).or_default();
            seen.answered.resize(width, false);
            seen.filled.resize(width, false);
            seen.add(project, &batch, row, &mut votes);
            let event = project.event.map_or("", |column| cell(&batch, row, column));
            if !event.is_empty() && scan.events.len() < MAX_EVENTS && !scan.events.contains(event) {
                scan.events.insert(event.to_owned());
            }
            find_missing(project, &batch, row, &mut scan.missing, &mut plain);
        }
    }
    for (column, plain) in plain.into_iter().enumerate().filter(|(_, plain)| plain.values > 0 && !plain.words) {
        scan.missing.extend(plain.codes.into_iter().map(|code| (column, code)));
    }
    scan.tables.values_mut().for_each(|seen| seen.keys = HashSet::new());
    if scan.tables.is_empty() {
        let seen = Seen { answered: vec![false; width], filled: vec![false; width], ..Seen::default() };
        scan.tables.insert(Grain::Base, seen);
    }
    scan.labelled = votes.labels > votes.codes;
    Ok(scan)
}

impl Seen {
    fn add(&mut self, project: &Project, batch: &RawBatch, row: usize, votes: &mut Votes) {
        self.rows += 1;
        for (column, about) in project.columns.iter().enumerate() {
            let text = cell(batch, row, column);
            if text.is_empty() {
                continue;
            }
            let nothing = match about.role {
                Role::Complete => matches!(text, "0" | "Incomplete"),
                Role::Checkbox | Role::CheckboxMissing => matches!(text, "0" | "Unchecked" | "FALSE"),
                _ => false,
            };
            self.filled[column] = true;
            self.answered[column] |= !nothing;
            let (mut code, mut label) = (false, false);
            if !about.described.levels.is_empty() {
                for (known, name) in &about.described.levels {
                    code |= known == text;
                    label |= name == text;
                }
            }
            votes.codes += u64::from(code && !label);
            votes.labels += u64::from(label && !code);
        }
        let key = [Some(project.record), project.event, project.instance];
        let parts = key.map(|column| column.map_or("", |column| cell(batch, row, column)));
        let line = batch.lines.get(row).copied().unwrap_or_default();
        if parts[0].is_empty() || !self.keys.insert(fingerprint(parts)) {
            self.repeated += 1;
            if self.repeated_lines.len() < 5 {
                self.repeated_lines.push(line);
            }
        }
    }
}

/// A column that no dictionary has.
#[derive(Default)]
struct Plain {
    /// Cells with a number or a day.
    values: u64,
    /// Whether any other text stands there, missing-data codes aside.
    words: bool,
    codes: BTreeSet<&'static str>,
}

impl Plain {
    fn see(&mut self, text: &str) {
        let is_value = || text.parse::<f64>().is_ok_and(f64::is_finite) || parse_iso(text.as_bytes()).is_some();
        match missing_code(text) {
            _ if self.words || text.is_empty() || text == "NA" => {}
            Some(code) => {
                self.codes.insert(code);
            }
            None if is_value() => self.values += 1,
            None => self.words = true,
        }
    }
}

/// The missing-data code that a text is, or is the label of; `NA` is what R writes for a blank.
fn missing_code(text: &str) -> Option<&'static str> {
    let known = MISSING_CODES.iter().find(|(code, label)| *code != "NA" && (*code == text || *label == text));
    known.filter(|_| text.starts_with(|letter: char| letter.is_ascii_uppercase())).map(|(code, _)| *code)
}

/// Notes codes such as `UNK` (or their labels) in columns of numbers, dates and choices.
fn find_missing(project: &Project, batch: &RawBatch, row: usize, found: &mut BTreeSet<(usize, &'static str)>, plain: &mut [Plain]) {
    for (column, about) in project.columns.iter().enumerate().filter(|(_, about)| about.role == Role::Answer) {
        let text = batch.field_str(row, column).trim();
        if !about.known {
            plain.iter_mut().skip(column).take(1).for_each(|plain| plain.see(text));
            continue;
        }
        let closed = project.is_coded(column) || matches!(about.described.stored, Stored::Number | Stored::CommaNumber | Stored::Date | Stored::Datetime);
        if !closed {
            continue;
        }
        let is_level = about.described.levels.iter().any(|(code, label)| code == text || label == text);
        if let Some(code) = missing_code(text).filter(|_| !is_level) {
            found.insert((column, code));
        }
    }
}
