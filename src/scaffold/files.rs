//! Files in, what they are to a project out: exports, dictionaries that belong to them, waves of one survey.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::infer::stem;
use crate::ingest::{ReadOptions, open};

/// What a file is to a project.
pub(super) enum Role {
    Export,
    /// Says what the codes of an export mean; the kind of export it belongs to.
    Dictionary(&'static str),
}

/// One table of answers.
#[derive(Debug, Clone)]
pub(super) struct Export {
    pub path: PathBuf,
    pub read: ReadOptions,
    pub header: Vec<String>,
    /// Which of its file's tables, where there are several.
    pub table: Option<String>,
}

impl Export {
    /// The file's name, and the table's.
    pub(super) fn name(&self) -> String {
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.table.as_ref().map_or_else(|| name.clone(), |table| format!("{name} [{table}]"))
    }
}

/// What a file is, by its ending and its column names.
///
/// # Errors
/// The file cannot be read.
pub(super) fn role(path: &Path) -> Result<Role, Error> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "qsf" => return Ok(Role::Dictionary("qualtrics")),
        "sas7bcat" => return Ok(Role::Dictionary("sas")),
        _ => {}
    }
    let reader = open(path, &ReadOptions::default())?;
    let has = |name: &str| reader.header().iter().any(|known| known.eq_ignore_ascii_case(name));
    let redcap = has("Variable / Field Name") && has("Field Type") || has("field_name") && has("field_type") && has("form_name");
    let tables: Vec<&str> = reader.tables().iter().map(String::as_str).collect();
    let xlsform = tables.contains(&"survey") && tables.contains(&"choices") || has("type") && has("name") && has("label") && ending.starts_with("xls");
    Ok(if redcap {
        Role::Dictionary("redcap")
    } else if xlsform {
        Role::Dictionary("kobo")
    } else {
        Role::Export
    })
}

/// The dictionary that belongs to an export: of its kind, and of its name or the only one beside it.
pub(super) fn dictionary_of(path: &Path, reader: &str, dictionaries: &[(PathBuf, &'static str)]) -> Option<PathBuf> {
    let fits = |kind: &str| reader.starts_with(kind) || kind == "redcap" && reader == "delimited";
    let of_kind: Vec<&PathBuf> = dictionaries.iter().filter(|(_, kind)| fits(kind)).map(|(path, _)| path).collect();
    let same_name = of_kind.iter().find(|known| stem(known) == stem(path));
    let beside: Vec<&&PathBuf> = of_kind.iter().filter(|known| known.parent() == path.parent()).collect();
    match (same_name, &beside[..]) {
        (Some(dictionary), _) => Some((**dictionary).clone()),
        (None, [only]) if !reader.starts_with("delimited") => Some((**only).clone()),
        _ => None,
    }
}

/// Whether two exports ask the same and differ in their name by a number only.
pub(super) fn are_waves(one: &Export, other: &Export) -> bool {
    let shared = one.header.iter().filter(|name| other.header.contains(name)).count();
    let most = one.header.len().max(other.header.len());
    let is_same_name = one.table == other.table && without_numbers(&one.path) == without_numbers(&other.path);
    is_same_name && stem(&one.path) != stem(&other.path) && shared * 5 >= most * 3
}

/// The wave's number in a file's name: its year, else its last number.
pub(super) fn wave_of(path: &Path) -> Option<u32> {
    let name = stem(path);
    let numbers: Vec<u32> = name.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    numbers.iter().copied().find(|number| (1990..2100).contains(number)).or_else(|| numbers.last().copied())
}

fn without_numbers(path: &Path) -> String {
    stem(path).chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

/// What a dataset is called: the file's name without its wave, or its folder's where the name says nothing.
pub(super) fn base_name(export: &Export) -> String {
    let name = stem(&export.path);
    let wave = wave_of(&export.path).map(|wave| wave.to_string()).unwrap_or_default();
    let bare = name.strip_suffix(&wave).filter(|_| wave.len() == 4).map_or(name.as_str(), |bare| bare.trim_end_matches(['_', '-', ' ']));
    let folder = export.path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let says_nothing = matches!(bare, "" | "data" | "export" | "records" | "responses" | "answers" | "survey" | "raw");
    let called = folder.filter(|_| says_nothing).unwrap_or_else(|| bare.to_owned());
    match &export.table {
        Some(table) => format!("{called} {table}"),
        None => called,
    }
}
