//! Batches of text in, batches of typed values out, and a ledger of everything refused on the way.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::codebook::{Codebook, Field, Kind};
use super::crosswalk::{Crosswalk, Recode};
use super::values::{Cells, Refusal};
use crate::error::{Problem, closest, some_of};
use crate::frame::{Batch, Column, Described, Levels, NO_LEVEL, Places, RawBatch, Values, missing};
use crate::rejects::{Ledger, Refused, Reject};

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
    /// What the file says about its columns.
    described: &'a [Described],
    /// Columns of the file for each field; empty where the wave did not ask.
    columns: Vec<Vec<usize>>,
    recodes: Vec<Option<HashMap<String, Option<String>>>>,
    /// Codes of each field that its recode does not name, with their count.
    pub unmapped: BTreeMap<String, BTreeMap<String, u64>>,
    /// Fingerprints of the keys met so far, with the one of their record: memory that does not grow with the width of a file.
    seen: HashMap<u128, u128>,
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
        let columns: Vec<Vec<usize>> = book.fields.iter().map(|field| find_columns(field, crosswalk, header, &origin, &mut problems)).collect();
        let recodes = book.fields.iter().map(|field| crosswalk.recode(&field.name).map(Recode::table)).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let unmapped = BTreeMap::new();
        Ok(Self { book, crosswalk, origin, header: header.to_vec(), described, columns, recodes, unmapped, seen: HashMap::new(), ledger: Ledger::default() })
    }

    /// The file's column of a field, counted from 0; the first of them where it has several.
    pub(crate) fn column_of(&self, field: usize) -> Option<usize> {
        self.columns.get(field).and_then(|columns| columns.first().copied())
    }

    /// Columns that the codebook does not know.
    pub(crate) fn unknown_columns(&self) -> Vec<&str> {
        let used: Vec<usize> = self.columns.iter().flatten().copied().collect();
        (0..self.header.len()).filter(|column| !used.contains(column)).map(|column| self.header[column].as_str()).collect()
    }

    /// Notes that a reader of the wave should have.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = self.crosswalk.notes();
        let unknown = self.unknown_columns();
        if !unknown.is_empty() {
            notes.push(format!("{} of {} columns are not in the codebook and were left out: {}", unknown.len(), self.header.len(), some_of(unknown)));
        }
        notes
    }

    /// Types one batch. Rows with a broken or repeated key are refused first.
    pub(crate) fn batch(&mut self, raw: &RawBatch, levels: &mut BTreeMap<String, Levels>) -> Batch {
        let rows = self.keep_rows(raw);
        let mut batch = Batch::new(rows.len());
        for (position, field) in self.book.fields.iter().enumerate() {
            let columns = &self.columns[position];
            let known = levels.entry(field.name.clone()).or_insert_with(|| declared_levels(field));
            if columns.is_empty() {
                batch.push(not_asked(field, rows.len()));
                continue;
            }
            let mut unmapped = BTreeMap::new();
            let mut cells = Cells {
                book: self.book,
                field,
                raw,
                rows: &rows,
                columns,
                described: columns.first().and_then(|column| self.described.get(*column)),
                recode: self.recodes[position].as_ref(),
                unmapped: &mut unmapped,
                refusals: Vec::new(),
            };
            batch.push(cells.read(known));
            let refusals = cells.refusals;
            for (code, count) in unmapped {
                *self.unmapped.entry(field.name.clone()).or_default().entry(code).or_default() += count;
            }
            self.refuse_values(raw, refusals);
        }
        self.ledger.values_in += (rows.len() * self.columns.iter().filter(|columns| !columns.is_empty()).count()) as u64;
        self.skip_logic(raw, &rows, &mut batch, levels);
        self.ledger.rows_in += raw.rows() as u64;
        self.ledger.rows_kept += rows.len() as u64;
        batch
    }

    /// Refuses a row that the reader could not make a record of.
    pub(crate) fn refuse_record(&mut self, line: u64, raw: &str, rule: &'static str, expected: &str) {
        self.ledger.rows_in += 1;
        self.refuse_row(line, raw.to_owned(), rule, expected.to_owned());
    }

    fn keep_rows(&mut self, raw: &RawBatch) -> Vec<usize> {
        let key: Vec<usize> = self
            .book
            .key
            .iter()
            .filter_map(|name| self.book.fields.iter().position(|field| field.name == *name))
            .filter_map(|position| self.columns[position].first().copied())
            .collect();
        if key.is_empty() {
            return (0..raw.rows()).collect();
        }
        let names = self.book.key.join(" + ");
        let mut kept = Vec::with_capacity(raw.rows());
        for row in 0..raw.rows() {
            let parts: Vec<&str> = key.iter().map(|column| raw.field_str(row, *column).trim()).collect();
            let record = || fingerprint((0..raw.width).map(|column| raw.field(row, column)));
            let print = fingerprint(parts.iter().map(|part| part.as_bytes()));
            if parts.iter().any(|part| self.book.missing.iter().any(|(code, _)| code == part)) {
                self.refuse_row(raw.lines[row], parts.join(" + "), "key_missing", format!("a value in {names}"));
            } else if let Some(first) = self.seen.get(&print) {
                let rule = if *first == record() { "duplicate_row" } else { "duplicate_key" };
                self.refuse_row(raw.lines[row], parts.join(" + "), rule, format!("{names} once in a file"));
            } else {
                self.seen.insert(print, record());
                kept.push(row);
            }
        }
        kept
    }

    /// A question that was not put to a person is not asked, and an answer to it is refused.
    fn skip_logic(&mut self, raw: &RawBatch, rows: &[usize], batch: &mut Batch, levels: &BTreeMap<String, Levels>) {
        for (position, field) in self.book.fields.iter().enumerate() {
            let Some(ask_if) = &field.ask_if else { continue };
            let Some(asked) = batch.column(&ask_if.field).map(|gate| asked(gate, &ask_if.is, levels.get(&ask_if.field))) else { continue };
            let Some(mut column) = batch.column(&field.name).cloned() else { continue };
            let mut refusals = Vec::new();
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
            batch.push(column);
            self.refuse_values(raw, refusals);
        }
    }

    fn refuse_values(&mut self, raw: &RawBatch, refusals: Vec<Refusal>) {
        for refusal in refusals {
            self.ledger.entries.push(Reject {
                dataset: self.origin.dataset.clone(),
                wave: self.origin.wave.clone(),
                file: self.origin.file.clone(),
                line: raw.lines[refusal.row],
                place: self.origin.places.tell(&self.origin.file, raw.lines[refusal.row], refusal.column + 1),
                column: self.header[refusal.column].clone(),
                column_number: refusal.column + 1,
                refused: Refused::Value,
                rule: refusal.rule,
                raw: refusal.raw,
                expected: refusal.expected,
            });
        }
    }

    fn refuse_row(&mut self, line: u64, raw: String, rule: &'static str, expected: String) {
        self.ledger.entries.push(Reject {
            dataset: self.origin.dataset.clone(),
            wave: self.origin.wave.clone(),
            file: self.origin.file.clone(),
            line,
            place: self.origin.places.tell(&self.origin.file, line, 0),
            column: String::new(),
            column_number: 0,
            refused: Refused::Row,
            rule,
            raw,
            expected,
        });
    }
}

/// 128 bits that two lists of texts share by accident with a chance far below that of a broken disk.
fn fingerprint<'a>(parts: impl Iterator<Item = &'a [u8]>) -> u128 {
    let (mut first, mut second) = (DefaultHasher::new(), DefaultHasher::new());
    second.write_u8(1);
    for part in parts {
        part.hash(&mut first);
        part.hash(&mut second);
    }
    u128::from(first.finish()) << 64 | u128::from(second.finish())
}

/// Levels in declared order; none for fields that are not coded.
fn declared_levels(field: &Field) -> Levels {
    match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } | Kind::Checkboxes { options: levels } => {
            Levels::new(levels.iter().map(|level| level.label.as_str()))
        }
        _ => Levels::default(),
    }
}

fn not_asked(field: &Field, rows: usize) -> Column {
    let values = match field.kind {
        Kind::Integer | Kind::Number => Values::Number(vec![f64::NAN; rows]),
        Kind::Date | Kind::Datetime => Values::Time(vec![i64::MIN; rows]),
        Kind::Text => Values::Text(vec![String::new(); rows]),
        Kind::Id | Kind::Category { .. } => Values::Level(vec![NO_LEVEL; rows]),
        Kind::Split { .. } | Kind::Checkboxes { .. } => Values::Flags(vec![0; rows]),
    };
    Column { name: field.name.clone(), values, missing: vec![missing::NOT_ASKED; rows] }
}

fn clear(values: &mut Values, place: usize) {
    match values {
        Values::Number(values) => values[place] = f64::NAN,
        Values::Level(values) => values[place] = NO_LEVEL,
        Values::Flags(values) => values[place] = 0,
        Values::Time(values) => values[place] = i64::MIN,
        Values::Text(values) => values[place].clear(),
    }
}

/// For each row whether the gate's answer opens the question; `None` where the gate itself is missing.
fn asked(gate: &Column, is: &[String], levels: Option<&Levels>) -> Vec<Option<bool>> {
    let open = |name: &str| is.iter().any(|wanted| wanted == name);
    match &gate.values {
        Values::Level(values) => values.iter().map(|position| levels.and_then(|levels| levels.name(*position)).map(open)).collect(),
        Values::Number(values) => values.iter().map(|value| (!value.is_nan()).then(|| open(&value.to_string()))).collect(),
        Values::Flags(values) => {
            let wanted = levels.map_or(0, |levels| is.iter().filter_map(|name| levels.position(name)).fold(0_u64, |bits, position| bits | 1 << position));
            values.iter().zip(&gate.missing).map(|(bits, reason)| (*reason == missing::PRESENT).then_some(bits & wanted != 0)).collect()
        }
        Values::Time(values) => vec![None; values.len()],
        Values::Text(values) => values.iter().map(|text| (!text.is_empty()).then(|| open(text))).collect(),
    }
}

/// The columns of one field, by this wave's name, the codebook's name or an alias.
fn find_columns(field: &Field, crosswalk: &Crosswalk, header: &[String], origin: &Origin, problems: &mut Vec<Problem>) -> Vec<usize> {
    let place = |name: &str| header.iter().position(|column| column == name);
    if let Kind::Checkboxes { options } = &field.kind {
        let old = |option: &str| crosswalk.old_name(option).and_then(place);
        let found: Vec<Option<usize>> = options.iter().map(|option| old(&option.code).or_else(|| place(&option.code))).collect();
        if found.iter().all(Option::is_none) && field.optional {
            return Vec::new();
        }
        for (option, _) in options.iter().zip(&found).filter(|(_, found)| found.is_none()) {
            problems.push(missing_column(&option.code, field, header, origin));
        }
        return found.into_iter().flatten().collect();
    }
    let names = crosswalk.old_name(&field.name).into_iter().chain(field.columns.iter().map(String::as_str));
    let found = names.into_iter().find_map(place);
    if found.is_none() && !field.optional {
        problems.push(missing_column(&field.columns[0], field, header, origin));
    }
    found.into_iter().collect()
}

fn missing_column(column: &str, field: &Field, header: &[String], origin: &Origin) -> Problem {
    let mut problem = Problem::new("schema::missing_column", format!("column `{column}` is not in {}", origin.file))
        .at(format!("{}:1", origin.file))
        .found(some_of(header.iter().map(String::as_str)))
        .expected(format!("a column for the field `{}`", field.name));
    problem.help = Some(match closest(column, header.iter().map(String::as_str)) {
        Some(near) => format!("is `{near}` the same field? add it under `aliases`, or as a [[rename]] in the wave's crosswalk"),
        None => format!("if this wave did not ask `{}`, mark the field `optional = true`", field.name),
    });
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: &str = r#"
id = "t"
title = "T"
unit = "people"
key = ["id"]
missing = { "-7" = "refused" }
field = [
  { name = "id", type = "id" },
  { name = "age", type = "integer", range = [0, 110] },
  { name = "sex", type = "category", levels = [{ code = "1", label = "Female" }, { code = "2", label = "Male" }] },
  { name = "visits", type = "integer", ask_if = { field = "sex", is = ["Female"] } },
  { name = "race", type = "multi", options = [{ column = "r1", label = "White" }, { column = "r2", label = "Black" }] },
]
"#;

    fn raw(rows: &[&[&str]]) -> RawBatch {
        let mut batch = RawBatch { width: rows[0].len(), ..RawBatch::default() };
        for (line, row) in rows.iter().enumerate() {
            for field in *row {
                batch.text.extend_from_slice(field.as_bytes());
                batch.ends.push(batch.text.len());
            }
            batch.lines.push(line as u64 + 2);
        }
        batch
    }

    #[test]
    fn bad_values_are_named_and_rows_add_up() {
        let (book, problems) = Codebook::parse("t.toml", BOOK);
        assert!(problems.is_empty(), "{problems:?}");
        let header: Vec<String> = ["id", "age", "sex", "visits", "r1", "r2"].map(String::from).to_vec();
        let origin = Origin { dataset: "d".into(), wave: "w".into(), file: "f.csv".into(), places: Places::Lines };
        let crosswalk = Crosswalk::default();
        let mut typist = Typist::new(&book, &crosswalk, &header, &[], origin).expect("all columns are there");
        let mut levels = BTreeMap::new();
        let batch = typist.batch(
            &raw(&[
                &["a", "41", "1", "3", "1", "0"],
                &["b", "forty", "2.0", "", "0", "0"],
                &["c", "150", "9", "2", "x", ""],
                &["a", "41", "1", "3", "1", "0"],
                &["", "30", "1", "1", "1", "1"],
                &["d", "-7", "2", "5", "1", "1"],
            ]),
            &mut levels,
        );
        let refused: Vec<_> = typist.ledger.entries.iter().map(|entry| (entry.line, entry.column.as_str(), entry.rule)).collect();
        let expected = [
            (5, "", "duplicate_row"),
            (6, "", "key_missing"),
            (3, "age", "type"),
            (4, "age", "range"),
            (4, "sex", "levels"),
            (4, "r1", "levels"),
            (7, "visits", "skip_logic"),
        ];
        assert_eq!(refused, expected);
        assert_eq!(typist.ledger.rows_in, typist.ledger.rows_kept + typist.ledger.rows_rejected());
        assert_eq!(batch.column("age").map(|column| column.missing.clone()), Some(vec![0, missing::INVALID, missing::INVALID, missing::REFUSED]));
        assert_eq!(batch.levels("sex"), Some(&[0, 1, NO_LEVEL, 1][..]));
        assert_eq!(batch.column("visits").map(|column| column.missing.clone()), Some(vec![0, missing::NOT_ASKED, 0, missing::INVALID]));
        assert_eq!(batch.flags("race"), Some(&[1, 0, 0, 3][..]));
    }

    #[test]
    fn a_missing_column_suggests_the_near_one() {
        let (book, _) = Codebook::parse("t.toml", BOOK);
        let header: Vec<String> = ["id", "agee", "sex", "visits", "r1", "r2"].map(String::from).to_vec();
        let origin = Origin { dataset: "d".into(), wave: "w".into(), file: "f.csv".into(), places: Places::Lines };
        let Err(problems) = Typist::new(&book, &Crosswalk::default(), &header, &[], origin) else { panic!("`age` is not there") };
        assert_eq!(problems.len(), 1);
        assert!(problems[0].help.as_deref().is_some_and(|help| help.contains("`agee`")));
    }
}
