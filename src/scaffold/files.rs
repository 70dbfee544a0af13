//! Files in, what they are to a project out: exports, dictionaries that belong to them, waves of one survey.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::infer::stem;
use crate::ingest::{ReadOptions, open};

/// What a file is to a project.
pub(super) enum Role {
    Export,
    /// Tells how a study is laid out, such as the arms and events of REDCap; no answers of people.
    Design,
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
pub(super) fn role(path: &Path, encoding: Option<&str>) -> Result<Role, Error> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "qsf" => return Ok(Role::Dictionary("qualtrics")),
        "sas7bcat" => return Ok(Role::Dictionary("sas")),
        _ => {}
    }
    let reader = open(path, &reading(path, encoding))?;
    let has = |name: &str| reader.header().iter().any(|known| known.eq_ignore_ascii_case(name));
    let redcap = has("Variable / Field Name") && has("Field Type") || has("field_name") && has("field_type") && has("form_name");
    let tables: Vec<&str> = reader.tables().iter().map(String::as_str).collect();
    let xlsform = tables.contains(&"survey") && tables.contains(&"choices") || has("type") && has("name") && has("label") && ending.starts_with("xls");
    let is_design = has("arm_num") && reader.header().len() <= 8 && (has("name") || has("unique_event_name"));
    Ok(if is_design {
        Role::Design
    } else if redcap {
        Role::Dictionary("redcap")
    } else if xlsform {
        Role::Dictionary("kobo")
    } else {
        Role::Export
    })
}

/// How a file is read: an encoding is said of text only.
pub(super) fn reading(path: &Path, encoding: Option<&str>) -> ReadOptions {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let is_text = matches!(ending.as_str(), "csv" | "tsv" | "tab" | "txt" | "gz" | "zst" | "");
    ReadOptions { encoding: encoding.filter(|_| is_text).map(str::to_owned), ..ReadOptions::default() }
}

/// How many columns of an export a REDCap dictionary names: its first column holds the names of the fields.
pub(super) fn covered(dictionary: &Path, header: &[String]) -> usize {
    let Ok(mut reader) = open(dictionary, &ReadOptions::default()) else { return 0 };
    let mut names = BTreeSet::new();
    while let Ok(Some(batch)) = reader.next_batch() {
        names.extend((0..batch.rows()).map(|row| batch.field_str(row, 0).trim().to_lowercase()));
    }
    header.iter().filter(|name| names.contains(&name.split("___").next().unwrap_or(name).trim().to_lowercase())).count()
}

/// The dictionary that belongs to an export: of its kind, and of its name, the only one beside it, or of several the one that names most of its columns.
pub(super) fn dictionary_of(path: &Path, reader: &str, header: &[String], dictionaries: &[(PathBuf, &'static str)]) -> Option<PathBuf> {
    let fits = |kind: &str| reader.starts_with(kind) || kind == "redcap" && reader == "delimited";
    let of_kind: Vec<&PathBuf> = dictionaries.iter().filter(|(_, kind)| fits(kind)).map(|(path, _)| path).collect();
    let same_name = of_kind.iter().find(|known| stem(known) == stem(path));
    let beside: Vec<&&PathBuf> = of_kind.iter().filter(|known| known.parent() == path.parent()).collect();
    match (same_name, &beside[..]) {
        (Some(dictionary), _) => Some((**dictionary).clone()),
        (None, [only]) if !reader.starts_with("delimited") => Some((**only).clone()),
        (None, [_, _, ..]) if reader == "redcap" => {
            let best = beside.iter().map(|dictionary| (covered(dictionary, header), dictionary)).max_by_key(|(covered, _)| *covered);
            best.filter(|(covered, _)| *covered * 2 >= header.len()).map(|(_, dictionary)| (**dictionary).clone())
        }
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
    let bare = name.strip_suffix(&wave).filter(|bare| wave.len() == 4 || bare.ends_with("wave")).unwrap_or(&name);
    let bare = if bare.len() < name.len() { bare.trim_end_matches(['_', '-', ' ']) } else { bare };
    let bare = bare.strip_suffix("wave").filter(|_| bare.len() < name.len()).map_or(bare, |bare| bare.trim_end_matches(['_', '-', ' ']));
    let path = std::path::absolute(&export.path).unwrap_or_else(|_| export.path.clone());
    let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let says_nothing = matches!(bare, "" | "data" | "export" | "records" | "responses" | "answers" | "survey" | "raw");
    let called = folder.filter(|_| says_nothing).unwrap_or_else(|| bare.to_owned());
    match &export.table {
        Some(table) => format!("{called} {table}"),
        None => called,
    }
}
