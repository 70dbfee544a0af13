//! The table of layouts: how survey platforms lay an export out in rows and columns, whatever kind of file holds it.
//!
//! A reader makes records of bytes; a layout looks at the first of them, takes header rows out of the data, and says
//! what the platform's columns mean. To add a platform, add one file, one `mod` line and one line in `ALL`.

mod alchemer;
mod google_forms;
mod kobo;
mod qsf;
mod qualtrics;
mod redcap;
mod relaid;
mod surveymonkey;
mod wording;
mod xlsform;

use std::path::Path;

pub(crate) use self::redcap::{Dictionary, Question, about};
pub(crate) use self::xlsform::{Sheet, label, list_of, sheets};
use super::ReadOptions;
use super::readers::{self, About, Records, RejectedRecord};
use super::source::Input;
use super::worker;
use crate::error::{Error, Problem, closest, some_of};
use crate::frame::RawBatch;

/// An export of some platform.
pub(crate) trait Layout: Sync {
    /// Id, as in `--reader`.
    fn id(&self) -> &'static str;
    /// One line for help.
    fn summary(&self) -> &'static str;
    /// Whether a file with these column names may be such an export; only then are its first records looked at.
    fn may_be(&self, header: &[String]) -> bool;
    /// Whether it is one: `first` holds the first records below the column names.
    fn recognizes(&self, opened: &Peeked, options: &ReadOptions) -> bool;
    /// Takes header rows out of the records and describes the columns. Named by the user, it may meet other files: an error says what is not as expected.
    fn open(&self, opened: Peeked, options: &ReadOptions) -> Result<Box<dyn Records>, Error>;
    /// The table without rows that a file with nothing in it is, where the dictionary tells its columns.
    fn of_nothing(&self, _path: &Path, _options: &ReadOptions) -> Option<Box<dyn Records>> {
        None
    }
}

/// All layouts; a file that none recognizes has one row of names and records below it.
pub(crate) static ALL: &[&dyn Layout] =
    &[&redcap::Redcap, &qualtrics::Qualtrics, &surveymonkey::SurveyMonkey, &google_forms::GoogleForms, &kobo::Kobo, &alchemer::Alchemer];

/// Id, summary and file endings of every reader and layout, for help and docs.
#[must_use]
pub fn formats() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    let layouts = ALL.iter().map(|layout| (layout.id(), layout.summary(), &[][..]));
    readers::ALL.iter().map(|format| (format.id(), format.summary(), format.extensions())).chain(layouts).collect()
}

/// An open file of some layout.
pub(crate) struct Opened {
    /// Id of the layout, or of the reader where the file has no layout of its own.
    pub(crate) name: &'static str,
    /// The records.
    pub(crate) records: Box<dyn Records>,
}

/// Opens a file. A sheet that is asked of a file without tables is an error: nothing that the user says is passed over.
pub(crate) fn open(input: Input, options: &ReadOptions) -> Result<Opened, Error> {
    let path = input.path.clone();
    let has_sheets = readers::choose(&input, options.reader.as_deref()).is_ok_and(|format| matches!(format.id(), "excel" | "sas-transport"));
    let opened = open_any(input, options)?;
    match &options.sheet {
        Some(sheet) if !has_sheets && opened.name != "redcap" && opened.records.about().tables.is_empty() => {
            let problem = Problem::new("input::no_tables", format!("{} has no sheets or tables to choose from", path.display()));
            Err(Error::usage(problem.found(format!("sheet `{sheet}`")).help("leave the sheet out")))
        }
        _ => Ok(opened),
    }
}

/// Opens a file by its reader and finds its layout. `--reader` may name either: a reader alone means that no layout is looked for.
fn open_any(input: Input, options: &ReadOptions) -> Result<Opened, Error> {
    let wanted = options.reader.as_deref();
    let layout = wanted.and_then(|id| ALL.iter().find(|layout| layout.id() == id));
    let is_reader = wanted.is_some_and(|id| readers::ALL.iter().any(|format| format.id() == id));
    if let Some(id) = wanted.filter(|_| layout.is_none() && !is_reader) {
        return Err(unknown(id));
    }
    let format = readers::choose(&input, wanted)?;
    let (path, hashed) = (input.path.clone(), input.hashed);
    let records = match worker::open(format, input, options) {
        Ok(records) => records,
        Err(error) => return of_nothing(&path, options, error),
    };
    if let Some(layout) = layout {
        return Ok(Opened { name: layout.id(), records: layout.open(Peeked::new(path, records)?, options)? });
    }
    let candidates: Vec<_> = ALL.iter().filter(|layout| !is_reader && layout.may_be(records.header())).collect();
    if candidates.is_empty() {
        return Ok(Opened { name: format.id(), records });
    }
    let mut peeked = Peeked::new(path.clone(), records)?;
    match candidates.iter().find(|layout| layout.recognizes(&peeked, options)) {
        Some(layout) => Ok(Opened { name: layout.id(), records: layout.open(peeked, options)? }),
        // Text whose first records are taken can no longer be read in the fast way: it is opened again.
        None if peeked.records.delimited().is_some() && path.is_file() => {
            let mut again = Input::open(&path)?;
            again.hashed = hashed;
            Ok(Opened { name: format.id(), records: format.open(again, options)? })
        }
        None => Ok(Opened { name: format.id(), records: Box::new(peeked) }),
    }
}

/// A platform exports nothing at all where a project has no records yet: with its dictionary that is a table without rows.
fn of_nothing(path: &Path, options: &ReadOptions, error: Error) -> Result<Opened, Error> {
    let is_empty = error.problems.iter().any(|problem| problem.code == "input::empty_file") && options.dictionary.is_some();
    let found = ALL.iter().filter(|_| is_empty).find_map(|layout| Some(Opened { name: layout.id(), records: layout.of_nothing(path, options)? }));
    found.ok_or(error)
}

fn unknown(id: &str) -> Error {
    let ids = || readers::ALL.iter().map(|format| format.id()).chain(ALL.iter().map(|layout| layout.id()));
    let problem = Problem::new("input::unknown_reader", format!("there is no reader `{id}`")).expected(some_of(ids()));
    Error::usage(match closest(id, ids()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    })
}

/// An open file whose first batch has been looked at.
pub(crate) struct Peeked {
    /// Path as the user gave it, for a second reading and for messages.
    pub(crate) path: std::path::PathBuf,
    /// The first batch; `None` where the file has no records.
    pub(crate) first: Option<RawBatch>,
    records: Box<dyn Records>,
}

impl Peeked {
    fn new(path: std::path::PathBuf, mut records: Box<dyn Records>) -> Result<Self, Error> {
        let first = records.next_batch()?;
        Ok(Self { path, first, records })
    }
}

impl Records for Peeked {
    fn about(&self) -> &About {
        self.records.about()
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        match self.first.take() {
            Some(batch) => Ok(Some(batch)),
            None => self.records.next_batch(),
        }
    }

    fn rejected(&self) -> &[RejectedRecord] {
        self.records.rejected()
    }

    fn notes(&self) -> Vec<Problem> {
        self.records.notes()
    }

    fn sha256(&self) -> Option<&str> {
        self.records.sha256()
    }
}
