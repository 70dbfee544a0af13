//! Batches of text in, batches of typed values out, and a ledger of everything refused on the way.
//!
//! The order within a batch: corrections, keys, fields, coded texts, skip logic, checks. Fields are read in parallel;
//! the ledger is in the order of the codebook whatever the number of threads.

mod cells;
mod locate;
mod prints;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use self::cells::{asked, clear, declared_levels, interns, not_asked, set_level};
use self::locate::{find_columns, find_others};
use self::prints::record_print;
use super::checks::{Declared, Rows, Seen};
use super::codebook::{Codebook, Field};
use super::coding::fold;
use super::corrections::{Correcting, Corrections, Site};
use super::crosswalk::{Crosswalk, Recode};
use super::values::{FieldReader, MissingTable, Output, Refusal, trimmed};
use crate::error::{Problem, Severity};
use crate::frame::{Batch, Described, Levels, Places, RawBatch, fingerprint, missing};
use crate::rejects::{Ledger, Refused, Reject, Tally, Uncoded};

/// Fields that one thread reads together: in the file they mostly lie beside each other.
const FIELDS: usize = 8;
/// Rows of these fields that stay near while they are read.
const BLOCK: usize = 1024;
/// Rows whose keys one thread looks at.
const KEYS: usize = 4096;

/// Where the rows come from, as the ledger names it.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub dataset: String,
    pub wave: String,
    pub file: String,
    /// How places in the file are told.
    pub places: Places,
}

/// Types one file against its codebook; the state of the stage between batches.
pub(crate) struct Typist<'a> {
    book: &'a Codebook,
    crosswalk: &'a Crosswalk,
    origin: Origin,
    header: Vec<String>,
    /// Columns of the file for each field; empty where the wave did not ask.
    columns: Vec<Vec<usize>>,
    /// How each field is read; none where the wave did not ask.
    readers: Vec<Option<FieldReader<'a>>>,
    /// Fields that the file has.
    here: Vec<bool>,
    /// Columns of the key.
    key: Vec<usize>,
    /// Fields with a column of texts to be coded: field, column.
    others: Vec<(usize, usize)>,
    correcting: Option<Correcting>,
    /// Codes of each field that its recode does not name, with their count.
    pub unmapped: BTreeMap<String, BTreeMap<String, u64>>,
    /// Fingerprints of the keys met so far, with the one of their record: memory that does not grow with the width of a file.
    seen: HashMap<u128, u64, FxBuildHasher>,
    /// What each check remembers, and what it found.
    checks: Vec<(Seen, Tally)>,
    /// Texts without a code: field and folded text, with the text as first met.
    uncoded: BTreeMap<(usize, String), (String, u64)>,
    pub ledger: Ledger,
}

impl<'a> Typist<'a> {
    /// Finds each field's columns in the header.
    pub(crate) fn new(
        book: &'a Codebook,
        crosswalk: &'a Crosswalk,
        header: &[String],
        described: &'a [Described],
        origin: Origin,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let columns: Vec<Vec<usize>> = book.fields.iter().map(|field| find_columns(book, field, crosswalk, header, &origin, &mut problems)).collect();
        let others = find_others(book, header, &columns, &origin, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let reader = |(field, columns): (&'a Field, &Vec<usize>)| {
            let described = columns.first().and_then(|column| described.get(*column));
            let recode = crosswalk.recode(&field.name).map(Recode::table);
            (!columns.is_empty()).then(|| FieldReader::new(book, field, columns, described, recode))
        };
        let position = |name: &String| book.fields.iter().position(|field| field.name == *name);
        Ok(Self {
            readers: book.fields.iter().zip(&columns).map(reader).collect(),
            here: columns.iter().map(|columns| !columns.is_empty()).collect(),
            key: book.key.iter().filter_map(position).filter_map(|position| columns[position].first().copied()).collect(),
            checks: book.checks.iter().map(|check| (Seen::default(), tally(check, &origin))).collect(),
            book,
            crosswalk,
            origin,
            header: header.to_vec(),
            columns,
            others,
            correcting: None,
            unmapped: BTreeMap::new(),
            seen: HashMap::default(),
            uncoded: BTreeMap::new(),
            ledger: Ledger::default(),
        })
    }

    /// Applies a ledger of corrections to every batch.
    pub(crate) fn correct(&mut self, list: Arc<Corrections>) -> Result<(), Vec<Problem>> {
        let column_of = |name: &str| {
            let position = self.book.fields.iter().position(|field| field.name == name)?;
            if let [column] = self.columns.get(position)?[..] { Some(column) } else { None }
        };
        self.correcting = Some(Correcting::new(list, &self.header, column_of)?);
        Ok(())
    }

    /// The file's column of a field, counted from 0; the first of them where it has several.
    pub(crate) fn column_of(&self, field: usize) -> Option<usize> {
        self.columns.get(field).and_then(|columns| columns.first().copied())
    }

    /// Columns that the codebook does not know.
    pub(crate) fn unknown_columns(&self) -> Vec<&str> {
        let used: Vec<usize> = self.columns.iter().flatten().copied().chain(self.others.iter().map(|(_, column)| *column)).collect();
        (0..self.header.len()).filter(|column| !used.contains(column)).map(|column| self.header[column].as_str()).collect()
    }

    /// Notes that a reader of the wave should have.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = self.crosswalk.notes();
        let unknown = self.unknown_columns();
        if !unknown.is_empty() {
            // Their names stay with the holder of the data: a file without a header has people's answers there.
            notes.push(format!("{} of {} columns are not in the codebook and were left out", unknown.len(), self.header.len()));
        }
        if self.correcting.is_some() {
            notes.push("values were corrected by a ledger that is applied on every run".to_owned());
        }
        notes.extend(self.others.iter().map(|(field, _)| {
            let label = self.book.fields.get(*field).map_or("", |field| &field.label);
            format!("answers to `{label}` in people's own words were given a level by a coding table")
        }));
        notes
    }

    /// The texts of a field that were refused because no such code or number is allowed.
    pub(crate) fn refused_codes(&self, field: &str) -> impl Iterator<Item = &str> {
        let position = self.book.fields.iter().position(|known| known.name == field);
        let column = position.and_then(|position| self.columns.get(position)?.first()).map(|column| column + 1);
        let is_code = |rule: &str| matches!(rule, "range" | "levels");
        self.ledger.entries.iter().filter(move |entry| Some(entry.column_number) == column && is_code(entry.rule)).map(|entry| entry.raw.trim())
    }

    /// Types one batch. Rows with a broken or repeated key are refused first.
    pub(crate) fn batch(&mut self, raw: &RawBatch, levels: &mut BTreeMap<String, Levels>) -> Batch {
        let raw = &*self.corrected(raw);
        let mut rows = self.keep_rows(raw);
        let known: Vec<usize> = self.book.fields.iter().map(|field| levels.get(&field.name).map_or(0, Levels::len)).collect();
        let (mut batch, refusals, unmapped) = self.typed(raw, &rows, levels);
        for (field, code, count) in unmapped {
            *self.unmapped.entry(field).or_default().entry(code).or_default() += count;
        }
        self.refuse_values(raw, refusals);
        self.ledger.values_in += (rows.len() * self.here.iter().filter(|here| **here).count()) as u64;
        self.code_texts(raw, &rows, &mut batch, levels, true);
        let refusals = self.skip_logic(raw, &rows, &mut batch, levels);
        self.refuse_values(raw, refusals);
        let (refused_rows, cells) = self.check(raw, &rows, &batch, levels);
        if !refused_rows.is_empty() {
            // Levels that only refused rows have are none.
            for (field, known) in self.book.fields.iter().zip(known).filter(|(field, _)| interns(field)) {
                levels.entry(field.name.clone()).and_modify(|levels| levels.truncate(known));
            }
            rows.retain(|row| !refused_rows.contains(row));
            batch = self.typed(raw, &rows, levels).0;
            self.code_texts(raw, &rows, &mut batch, levels, false);
            self.skip_logic(raw, &rows, &mut batch, levels);
        }
        for (row, field) in cells {
            if let (Ok(place), Some(column)) = (rows.binary_search(&row), self.book.fields.get(field).and_then(|field| batch.column_mut(&field.name))) {
                column.missing[place] = missing::INVALID;
                clear(&mut column.values, place);
            }
        }
        self.ledger.rows_in += raw.rows() as u64;
        self.ledger.rows_kept += rows.len() as u64;
        batch
    }

    /// What was found in the whole file.
    ///
    /// # Errors
    /// Corrections that do not hold.
    pub(crate) fn finish(mut self) -> Result<Ledger, Vec<Problem>> {
        let problems = self.correcting.take().map(|correcting| correcting.finish(&self.origin.file)).unwrap_or_default();
        if !problems.is_empty() {
            return Err(problems);
        }
        self.ledger.tallies.extend(self.checks.into_iter().map(|(_, tally)| tally));
        for ((field, _), (text, rows)) in self.uncoded {
            let field = self.book.fields.get(field).map(|field| field.name.clone()).unwrap_or_default();
            self.ledger.uncoded.push(Uncoded { dataset: self.origin.dataset.clone(), wave: self.origin.wave.clone(), field, text, rows });
        }
        Ok(self.ledger)
    }

    /// Refuses a row that the reader could not make a record of.
    pub(crate) fn refuse_record(&mut self, line: u64, raw: &str, rule: &'static str, expected: &str) {
        self.ledger.rows_in += 1;
        self.refuse_row(line, raw.to_owned(), rule, expected.to_owned());
    }

    fn corrected<'b>(&mut self, raw: &'b RawBatch) -> Cow<'b, RawBatch> {
        let Some(correcting) = &mut self.correcting else { return Cow::Borrowed(raw) };
        let place = |line: u64, column: usize| self.origin.places.tell(&self.origin.file, line, column);
        let site = Site { dataset: &self.origin.dataset, wave: &self.origin.wave, place: &place };
        correcting.apply(raw, &self.key, &site, &mut self.ledger.corrected).map_or(Cow::Borrowed(raw), Cow::Owned)
    }

    /// The rows whose key is there and new.
    fn keep_rows(&mut self, raw: &RawBatch) -> Vec<usize> {
        if self.key.is_empty() {
            return (0..raw.rows()).collect();
        }
        let names = self.book.key.join(" + ");
        let no_field = Field::default();
        let missing = MissingTable::new(self.book, &no_field, None);
        let prints: Vec<(Option<u128>, u64)> = (0..raw.rows())
            .into_par_iter()
            .with_min_len(KEYS)
            .map(|row| {
                let parts = || self.key.iter().map(|column| trimmed(raw.field(row, *column)));
                let is_there = parts().all(|part| missing.reason(part).is_none());
                (is_there.then(|| fingerprint(parts())), record_print(raw, row))
            })
            .collect();
        let mut kept = Vec::with_capacity(raw.rows());
        for (row, (key, record)) in prints.into_iter().enumerate() {
            let parts = || self.key.iter().map(|column| raw.field_str(row, *column).trim()).collect::<Vec<_>>().join(" + ");
            let Some(key) = key else {
                let parts = parts();
                self.refuse_row(raw.lines[row], parts, "key_missing", format!("a value in {names}"));
                continue;
            };
            match self.seen.get(&key) {
                None => {
                    self.seen.insert(key, record);
                    kept.push(row);
                }
                Some(first) => {
                    let rule = if *first == record { "duplicate_row" } else { "duplicate_key" };
                    let parts = parts();
                    self.refuse_row(raw.lines[row], parts, rule, format!("{names} once in a file"));
                }
            }
        }
        kept
    }

    /// The fields of some rows, what was refused of them, and codes that a recode does not name, field by field.
    fn typed(&self, raw: &RawBatch, rows: &[usize], levels: &mut BTreeMap<String, Levels>) -> (Batch, Vec<Refusal>, Vec<(String, String, u64)>) {
        let mut tasks: Vec<(&FieldReader<'_>, Levels, Output)> = Vec::new();
        for (field, reader) in self.book.fields.iter().zip(&self.readers) {
            let known = levels.entry(field.name.clone()).or_insert_with(|| declared_levels(field));
            if let Some(reader) = reader {
                tasks.push((reader, std::mem::take(known), reader.output(rows.len())));
            }
        }
        tasks.par_chunks_mut(FIELDS).for_each(|tasks| {
            for block in rows.chunks(BLOCK) {
                for (reader, levels, output) in tasks.iter_mut() {
                    reader.read(raw, block, levels, output);
                }
            }
        });
        let (mut batch, mut refusals, mut unmapped) = (Batch::new(rows.len()), Vec::new(), Vec::new());
        let mut tasks = tasks.into_iter();
        for (field, reader) in self.book.fields.iter().zip(&self.readers) {
            let task = if reader.is_some() { tasks.next() } else { None };
            let Some((reader, known, output)) = task else {
                batch.push(not_asked(field, rows.len()));
                continue;
            };
            levels.insert(field.name.clone(), known);
            unmapped.extend(output.unmapped.iter().map(|(code, count)| (reader.name().to_owned(), code.clone(), *count)));
            let (column, refused) = reader.column(output);
            batch.push(column);
            refusals.extend(refused);
        }
        (batch, refusals, unmapped)
    }

    /// Gives a level to answers that were written beside "other"; `counts` is whether this is the first time.
    fn code_texts(&mut self, raw: &RawBatch, rows: &[usize], batch: &mut Batch, levels: &BTreeMap<String, Levels>, counts: bool) {
        for &(position, source) in &self.others {
            let Some(field) = self.book.fields.get(position) else { continue };
            let (Some(other), Some(levels), Some(column)) = (&field.other, levels.get(&field.name), batch.column_mut(&field.name)) else { continue };
            let open = levels.position(&other.level);
            let missing = MissingTable::new(self.book, field, None);
            for (place, &row) in rows.iter().enumerate() {
                let text = raw.field_str(row, source).trim();
                if missing.reason(text.as_bytes()).is_some() {
                    continue;
                }
                let folded = fold(text);
                let level = other.level_of(&folded).and_then(|label| levels.position(label));
                if let Some(level) = level {
                    let is_coded = set_level(column, place, open, level);
                    self.ledger.coded += u64::from(is_coded && counts);
                } else if counts {
                    self.uncoded.entry((position, folded)).or_insert_with(|| (text.to_owned(), 0)).1 += 1;
                }
            }
        }
    }

    /// A question that was not put to a person is not asked, and an answer to it is refused.
    fn skip_logic(&self, raw: &RawBatch, rows: &[usize], batch: &mut Batch, levels: &BTreeMap<String, Levels>) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for (position, field) in self.book.fields.iter().enumerate() {
            let Some(ask_if) = &field.ask_if else { continue };
            let Some(asked) = batch.column(&ask_if.field).map(|gate| asked(gate, &ask_if.is, levels.get(&ask_if.field))) else { continue };
            let Some(column) = batch.column_mut(&field.name) else { continue };
            for (place, &row) in rows.iter().enumerate().filter(|(place, _)| asked[*place] == Some(false)) {
                if column.missing[place] == missing::PRESENT {
                    let source = self.columns[position].first().copied().unwrap_or_default();
                    let expected = format!("no answer, because `{}` is not {}", ask_if.field, ask_if.is.join(" or "));
                    refusals.push(Refusal { row, column: source, rule: "skip_logic", raw: raw.field_str(row, source).to_owned(), expected });
                    column.missing[place] = missing::INVALID;
                    clear(&mut column.values, place);
                } else if column.missing[place] == missing::SKIPPED {
                    column.missing[place] = missing::NOT_ASKED;
                }
            }
        }
        refusals
    }

    /// Puts the faults of every check into the ledger; gives back the rows and the cells that they refuse.
    fn check(&mut self, raw: &RawBatch, rows: &[usize], batch: &Batch, levels: &BTreeMap<String, Levels>) -> (BTreeSet<usize>, Vec<(usize, usize)>) {
        let lines: Vec<u64> = rows.iter().map(|row| raw.lines[*row]).collect();
        let view = Rows::new(self.book, batch, levels, &lines, &self.here);
        let judged = self.checks.par_iter_mut().zip(&self.book.checks).map(|((seen, _), check)| check.judge(view.clone(), seen));
        let verdicts: Vec<_> = judged.collect();
        let (mut refused_rows, mut cells) = (BTreeSet::new(), Vec::new());
        for ((check, verdict), (_, tally)) in self.book.checks.iter().zip(verdicts).zip(&mut self.checks) {
            tally.judged += verdict.judged;
            tally.faults += verdict.faults.len() as u64;
            let expected = check.expected();
            for fault in verdict.faults {
                let name = check.blame.as_deref().or(fault.field.as_deref()).unwrap_or_else(|| check.check.field());
                let field = self.book.fields.iter().position(|field| field.name == name);
                // A field that the file lacks cannot be at fault; the row is.
                let cell = field.and_then(|field| Some((field, *self.columns[field].first()?)));
                let row = rows[fault.row];
                let refused = match check.severity {
                    // A row leaves once, whatever else is wrong with it.
                    Severity::Error if check.refuses_row && refused_rows.insert(row) => Refused::Row,
                    Severity::Error if !check.refuses_row && cell.is_some() => Refused::Value,
                    _ => Refused::Nothing,
                };
                if refused == Refused::Value {
                    cells.extend(cell.map(|(field, _)| (row, field)));
                }
                let mut entry = self.origin.reject(raw.lines[row], cell.map(|(_, column)| (column, self.header[column].as_str())));
                (entry.refused, entry.rule, entry.check) = (refused, check.rule, check.id.clone());
                entry.raw = cell.map(|(_, column)| raw.field_str(row, column).to_owned()).unwrap_or_default();
                entry.expected = fault.expected.filter(|_| check.message.is_none()).unwrap_or_else(|| expected.clone());
                self.ledger.entries.push(entry);
            }
        }
        (refused_rows, cells)
    }

    fn refuse_values(&mut self, raw: &RawBatch, refusals: Vec<Refusal>) {
        for refusal in refusals {
            let entry = self.origin.reject(raw.lines[refusal.row], Some((refusal.column, &self.header[refusal.column])));
            self.ledger.entries.push(Reject { rule: refusal.rule, raw: refusal.raw, expected: refusal.expected, ..entry });
        }
    }

    fn refuse_row(&mut self, line: u64, raw: String, rule: &'static str, expected: String) {
        let entry = self.origin.reject(line, None);
        self.ledger.entries.push(Reject { refused: Refused::Row, rule, raw, expected, ..entry });
    }
}

impl Origin {
    /// An entry of the ledger for a cell, or for a whole row.
    fn reject(&self, line: u64, cell: Option<(usize, &str)>) -> Reject {
        let column_number = cell.map_or(0, |(column, _)| column + 1);
        Reject {
            dataset: self.dataset.clone(),
            wave: self.wave.clone(),
            file: self.file.clone(),
            line,
            place: self.places.tell(&self.file, line, column_number),
            column: cell.map(|(_, name)| name.to_owned()).unwrap_or_default(),
            column_number,
            refused: Refused::Value,
            rule: "",
            check: String::new(),
            raw: String::new(),
            expected: String::new(),
        }
    }
}

fn tally(check: &Declared, origin: &Origin) -> Tally {
    Tally {
        dataset: origin.dataset.clone(),
        wave: origin.wave.clone(),
        file: origin.file.clone(),
        check: check.id.clone(),
        rule: check.rule,
        severity: check.severity,
        at_most: check.at_most,
        expected: check.expected(),
        judged: 0,
        faults: 0,
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod twins_tests;
