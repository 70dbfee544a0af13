//! A form of ODK or `KoBoToolbox` (`XLSForm`) in, its questions and choices out.
//!
//! A workbook has a sheet `survey` and a sheet `choices`; as CSV, both stand below each other, each with its name alone in
//! the first column above its rows (as `pyxform` reads and writes it), or each lies in a file of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::readers;
use super::super::source::Input;
use super::super::{ReadOptions, Reader, open};
use super::kobo::BETWEEN;
use super::wording::cleaned;
use crate::error::{Error, Problem};
use crate::frame::Stored;

/// What a question holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// One choice of a list.
    One(String),
    /// Several choices of a list.
    Several(String),
    Plain(Stored),
}

#[derive(Debug)]
pub(super) struct Question {
    /// Names of the groups and of the question.
    path: Vec<String>,
    pub(super) label: String,
    pub(super) kind: Type,
    /// Whether the device fills it.
    pub(super) meta: bool,
}

/// A form.
#[derive(Debug, Default)]
pub(super) struct Form {
    questions: Vec<Question>,
    choices: BTreeMap<String, Vec<(String, String)>>,
}

/// A sheet as records of names and texts.
pub(crate) type Sheet = Vec<BTreeMap<String, String>>;

impl Form {
    /// Reads the file.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let (survey, choices) = sheets(path)?;
        let mut form = Self::default();
        for row in &choices {
            let list = cell(row, &["list_name", "list name"]);
            let code = cell(row, &["name", "value"]);
            if !list.is_empty() && !code.is_empty() {
                form.choices.entry(list.to_owned()).or_default().push((code.to_owned(), label(row, "label", code)));
            }
        }
        let mut groups: Vec<String> = Vec::new();
        for row in &survey {
            let (kind, name) = (cell(row, &["type"]).to_lowercase().replace('_', " "), cell(row, &["name"]));
            match kind.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["begin", "group" | "repeat" | "kobo", ..] => groups.push(name.to_owned()),
                ["end", "group" | "repeat" | "kobo", ..] => drop(groups.pop()),
                [] => {}
                words => {
                    if let (Some((kind, meta)), false) = (type_of(words, list_of(cell(row, &["type"]))), name.is_empty()) {
                        let path = groups.iter().cloned().chain([name.to_owned()]).collect();
                        form.questions.push(Question { path, label: label(row, "label", ""), kind, meta });
                    }
                }
            }
        }
        if form.questions.is_empty() {
            let problem = Problem::new("input::bad_dictionary", format!("{} is no XLSForm", path.display()));
            return Err(Error::input(problem.found("no question with a type and a name").expected("a sheet `survey` with the columns type, name and label")));
        }
        Ok(form)
    }

    /// The question of a column: named with all its groups, or alone, or by its label.
    pub(super) fn question(&self, column: &str) -> Option<&Question> {
        let parts: Vec<&str> = column.split(['/', '.', ':']).collect();
        let is_path = |question: &&Question| {
            let path = &question.path;
            // Joined only where the last name fits: a form may have thousands of questions, an export as many columns.
            let ends = path.last().is_some_and(|name| column.ends_with(name.as_str()));
            let is_same = || path.iter().map(String::as_str).eq(parts.iter().copied());
            ends && (is_same() || BETWEEN.iter().any(|between| path.join(&between.to_string()) == column))
        };
        let alone = || only(self.questions.iter().filter(|question| question.path.last().is_some_and(|name| name == column)));
        let wording = cleaned(column);
        let labelled = || only(self.questions.iter().filter(|question| !question.label.is_empty() && question.label == wording));
        self.questions.iter().find(is_path).or_else(alone).or_else(labelled)
    }

    /// Codes and labels of a list of choices.
    pub(super) fn choices(&self, list: &str) -> &[(String, String)] {
        self.choices.get(list).map_or(&[], Vec::as_slice)
    }
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// The list of choices of `select_one list`, also as `select one list`.
pub(crate) fn list_of(kind: &str) -> &str {
    let mut words = kind.split_whitespace();
    if words.next().is_some_and(|first| first.eq_ignore_ascii_case("select")) {
        words.next();
    }
    words.next().unwrap_or_default()
}

/// What a type holds and whether the device fills it; `None` for notes and calculated layout.
fn type_of(words: &[&str], list: &str) -> Option<(Type, bool)> {
    let list = list.to_owned();
    Some(match words {
        ["select", "one", ..] | ["select1", ..] => (Type::One(list), false),
        ["select", "multiple", ..] | ["rank", ..] => (Type::Several(list), false),
        ["integer" | "int" | "decimal" | "range", ..] => (Type::Plain(Stored::Number), false),
        ["date", ..] => (Type::Plain(Stored::Date), false),
        ["datetime", ..] => (Type::Plain(Stored::Datetime), false),
        ["text" | "string" | "barcode", ..] => (Type::Plain(Stored::Text), false),
        ["start" | "end", ..] => (Type::Plain(Stored::Datetime), true),
        ["today", ..] => (Type::Plain(Stored::Date), true),
        ["deviceid" | "username" | "simserial" | "subscriberid" | "phonenumber" | "email" | "audit", ..] => (Type::Plain(Stored::Text), true),
        ["note", ..] => return None,
        _ => (Type::Plain(Stored::Unknown), false),
    })
}

fn cell<'a>(row: &'a BTreeMap<String, String>, names: &[&str]) -> &'a str {
    names.iter().find_map(|name| row.get(*name)).map_or("", String::as_str)
}

/// The text of `key` without a language, else the first of those with one, else what is given.
pub(crate) fn label(row: &BTreeMap<String, String>, key: &str, otherwise: &str) -> String {
    let of_language = || {
        let translated = |name: &String| name.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
        row.iter().find(|(name, text)| translated(name) && !text.is_empty()).map(|(_, text)| text.as_str())
    };
    let text = row.get(key).map(String::as_str).filter(|text| !text.is_empty()).or_else(of_language);
    cleaned(text.unwrap_or(otherwise))
}

/// The sheets `survey` and `choices`; empty where a text is no form.
pub(crate) fn sheets(path: &Path) -> Result<(Sheet, Sheet), Error> {
    if readers::choose(&Input::open(path)?, None)?.id() == "delimited" {
        return below_each_other(path);
    }
    let sheet = |name: &str| flat(open(path, &ReadOptions { sheet: Some(name.to_owned()), ..ReadOptions::default() })?);
    let survey = sheet("survey")?;
    match sheet("choices") {
        Ok(choices) => Ok((survey, choices)),
        // A form of texts and numbers needs none.
        Err(error) if error.problems.iter().all(|problem| matches!(problem.code, "input::unknown_sheet" | "input::empty_sheet")) => Ok((survey, Sheet::new())),
        Err(error) => Err(error),
    }
}

/// All rows of an open sheet.
fn flat(mut reader: Reader) -> Result<Sheet, Error> {
    let header: Vec<String> = reader.header().iter().map(|name| name.trim().to_lowercase()).collect();
    let mut rows = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        let cell = |row, column| batch.field_str(row, column).trim().to_owned();
        rows.extend((0..batch.rows()).map(|row| header.iter().enumerate().map(|(column, name)| (name.clone(), cell(row, column))).collect()));
    }
    Ok(rows)
}

/// The file of the choices beside the one of the survey.
fn choices_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let beside = path.with_file_name(name.replace("survey", "choices").replace("Survey", "Choices"));
    (beside.file_name() != path.file_name() && beside.exists()).then_some(beside)
}

/// The sheets of a CSV, each below a row with its name alone in the first column; or the sheet that the whole text is, with the one beside it.
fn below_each_other(path: &Path) -> Result<(Sheet, Sheet), Error> {
    let options =
        ReadOptions { reader: Some("delimited".to_owned()), header_row: Some(1), short_records: super::super::ShortRecords::Fill, ..ReadOptions::default() };
    let mut reader = open(path, &options)?;
    let is = |known: &str| reader.header().iter().any(|name| name.trim().eq_ignore_ascii_case(known));
    if is("type") && is("name") {
        let choices = choices_beside(path).map(|beside| open(&beside, &options)).transpose()?;
        return Ok((flat(reader)?, choices.map(flat).transpose()?.unwrap_or_default()));
    }
    // Data can be large, and only the first name tells that it is no form.
    if !["survey", "choices", "settings"].iter().any(|sheet| reader.header().first().is_some_and(|name| name.trim().eq_ignore_ascii_case(sheet))) {
        return Ok(Default::default());
    }
    let mut rows: Vec<Vec<String>> =
        vec![reader.header().iter().enumerate().map(|(column, name)| if reader.unnamed(column) { String::new() } else { name.clone() }).collect()];
    while let Some(batch) = reader.next_batch()? {
        rows.extend((0..batch.rows()).map(|row| (0..batch.width).map(|column| batch.field_str(row, column).trim().to_owned()).collect::<Vec<_>>()));
    }
    let mut sheets: BTreeMap<String, Sheet> = BTreeMap::new();
    let (mut sheet, mut header) = (String::new(), None);
    for row in rows {
        match (row.first().filter(|name| !name.is_empty()), &header) {
            (Some(name), _) => (sheet, header) = (name.to_lowercase(), None),
            (None, None) => header = Some(row.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>()),
            (None, Some(header)) => {
                let record = header.iter().cloned().zip(row).filter(|(name, _)| !name.is_empty()).collect();
                sheets.entry(sheet.clone()).or_default().push(record);
            }
        }
    }
    Ok((sheets.remove("survey").unwrap_or_default(), sheets.remove("choices").unwrap_or_default()))
}
