//! A file that says what columns mean in, the text of a codebook out.
//!
//! What kind of file it is shows in its content: a REDCap data dictionary, an XLSForm, a Frictionless Table Schema, or a
//! data file with labels of its own (SPSS, Stata, SAS, exports of survey platforms). Nothing is guessed from values.

mod frictionless;
mod logic;
mod redcap;
mod xlsform;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Codebook, Comments, field_name, from_described, write};
use crate::error::{Error, Problem, Severity};
use crate::ingest::{self, Dictionary, ReadOptions};

/// What is imported and how.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The file that says what columns mean.
    pub file: PathBuf,
    /// Id of the codebook; made of the file's name where absent.
    pub id: Option<String>,
    /// An export that the codebook is for: only fields that it has are taken, and its key. `read.sheet` chooses its table.
    pub data: Option<PathBuf>,
    /// How files are read.
    pub read: ReadOptions,
}

/// The codebook that a file describes.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The codebook as commented TOML.
    pub text: String,
    /// What kind of file it was.
    pub kind: &'static str,
    /// Number of fields.
    pub fields: usize,
    /// What is worth knowing.
    pub notes: Vec<Problem>,
}

/// A codebook with remarks, and the kind of file that it comes from.
type Draft = (Codebook, Comments, &'static str);

/// Turns what a file says about columns into a codebook.
///
/// # Errors
/// The file cannot be read, or says nothing about columns.
pub fn import_codebook(options: &ImportOptions) -> Result<Imported, Error> {
    let path = &options.file;
    let (mut book, mut comments, kind) = read(path, options)?;
    let stem = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let stem = stem.split('.').next().unwrap_or_default();
    let first = |texts: [Option<String>; 2], fallback: String| texts.into_iter().flatten().find(|text| !text.is_empty()).unwrap_or(fallback);
    book.id = first([options.id.clone(), Some(std::mem::take(&mut book.id))], field_name(stem).to_lowercase());
    book.title = first([Some(std::mem::take(&mut book.title)), None], stem.replace(['_', '-'], " "));
    let notes = match &options.data {
        Some(data) => {
            let file = data.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            comments.head = vec![format!("For {file}: only what it has, with its key.")];
            keep_columns(&mut book, data, path, options)?
        }
        None => Vec::new(),
    };
    if book.unit.is_empty() {
        "people".clone_into(&mut book.unit);
        comments.head.push("`unit` says what one row is: people is assumed.".to_owned());
    }
    comments.head.insert(0, format!("Imported from {}, {kind}.", path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()));
    let text = write(&book, &comments);
    let (_, problems) = Codebook::parse("the imported codebook", &text);
    let doubts = problems.into_iter().map(|problem| problem.severity(Severity::Warning));
    Ok(Imported { text, kind, fields: book.fields.len(), notes: notes.into_iter().chain(doubts).collect() })
}

fn read(path: &Path, options: &ImportOptions) -> Result<Draft, Error> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("qsf")) {
        let problem = Problem::new("schema::needs_export", format!("{} is a survey definition, whose columns stand in its export", path.display()));
        return Err(Error::usage(problem.help(format!("recovista schema infer EXPORT --dictionary {}", path.display()))));
    }
    if frictionless::looks_like(path)? {
        return frictionless::import(path, options.read.sheet.as_deref());
    }
    let plain = ReadOptions { sheet: None, dictionary: None, ..options.read.clone() };
    if let Ok((survey, choices)) = ingest::sheets(path)
        && xlsform::is_form(&survey)
    {
        return Ok(xlsform::import(&survey, &choices));
    }
    let own = if options.data.is_some() { &plain } else { &options.read };
    let reader = ingest::open(path, own)?;
    if Dictionary::is_one(reader.header()) {
        return Ok(redcap::import(&Dictionary::open(path)?));
    }
    if reader.described().iter().all(|described| *described == crate::frame::Described::default()) {
        let problem = Problem::new("schema::nothing_described", format!("{} does not say what its columns mean", path.display()));
        let problem = problem.expected("a REDCap data dictionary, an XLSForm, a Frictionless Table Schema, or data with labels, such as .sav and .dta");
        return Err(Error::usage(problem.help("`recovista schema infer` proposes a codebook from the values")));
    }
    let (mut book, comments) = from_described(reader.header(), reader.described());
    let name_of = |column: &String| book.fields.iter().find(|field| field.columns.first() == Some(column)).map(|field| field.name.clone());
    book.key = reader.key().iter().filter_map(name_of).collect();
    Ok((book, comments, "labels of the file itself"))
}

/// Leaves the fields that a data file has; its key becomes the codebook's.
fn keep_columns(book: &mut Codebook, data: &Path, dictionary: &Path, options: &ImportOptions) -> Result<Vec<Problem>, Error> {
    let read = ReadOptions { dictionary: Some(dictionary.to_path_buf()), ..options.read.clone() };
    let reader = ingest::open(data, &read)?;
    let header = reader.header();
    let has = |name: &String| header.contains(name);
    book.fields.retain(|field| match &field.kind {
        super::Kind::Checkboxes { options } => options.iter().any(|option| has(&option.code)),
        _ => field.columns.iter().any(has),
    });
    let names: BTreeMap<&str, &str> = book.fields.iter().flat_map(|field| field.columns.iter().map(|column| (column.as_str(), field.name.as_str()))).collect();
    if !reader.key().is_empty() {
        book.key = reader.key().iter().filter_map(|column| names.get(column.as_str())).map(|name| (*name).to_owned()).collect();
    }
    let kept: Vec<String> = book.fields.iter().map(|field| field.name.clone()).collect();
    book.key.retain(|name| kept.contains(name));
    for field in &mut book.fields {
        field.optional = false;
        field.ask_if = field.ask_if.take().filter(|ask_if| kept.contains(&ask_if.field));
    }
    Ok(reader.notes())
}
