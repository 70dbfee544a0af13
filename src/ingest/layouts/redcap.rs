//! REDCap exports: raw or with labels, classic or longitudinal, with arms, repeating instruments and repeating events.
//!
//! One file holds rows of several grains: a record, a record at an event, the third repetition of an instrument. Each
//! grain becomes a table of its own with a key that is proved on all rows; `--sheet` chooses one. A first pass finds
//! the tables, a second one hands over the records. Tables are named `records`, `repeating_events`, and after the
//! repeating instruments.

mod columns;
mod dictionary;
mod nothing;
mod records;
mod scan;
mod tables;

use std::path::Path;

pub(crate) use self::columns::about;
use self::columns::{Project, is_checkbox, is_complete, system_role};
pub(crate) use self::dictionary::{Dictionary, Question};
use self::nothing::NoRecords;
use self::records::RedcapRecords;
use super::super::ReadOptions;
use super::super::readers::{self, Records};
use super::super::source::Input;
use super::super::worker;
use super::{Layout, Peeked};
use crate::error::Error;

/// The entry in the table of layouts.
pub(crate) struct Redcap;

impl Layout for Redcap {
    fn id(&self) -> &'static str {
        "redcap"
    }

    fn summary(&self) -> &'static str {
        "REDCap export, raw or with labels; --sheet names one of its tables, --dictionary the data dictionary"
    }

    fn may_be(&self, header: &[String]) -> bool {
        let marked = |name: &String| system_role(name).is_some() || is_checkbox(name) || is_complete(name);
        header.first().is_some_and(|name| name == "record_id") || header.iter().any(marked)
    }

    fn recognizes(&self, opened: &Peeked, options: &ReadOptions) -> bool {
        let header = opened.header();
        let raw_name = |name: &String| system_role(name).is_some_and(|(known, _)| known == name);
        if header.iter().any(raw_name) || of_dictionary(header, options) {
            return true;
        }
        let states: Vec<usize> = (0..header.len()).filter(|column| is_complete(&header[*column])).collect();
        let boxes: Vec<usize> = (0..header.len()).filter(|column| is_checkbox(&header[*column])).collect();
        let last_is_state = states.last().is_some_and(|column| column + 1 == header.len());
        let all = |columns: &[usize], allowed: &[&str]| {
            let Some(batch) = &opened.first else { return true };
            columns.iter().all(|column| (0..batch.rows()).all(|row| allowed.contains(&batch.field_str(row, *column).trim())))
        };
        (last_is_state || !boxes.is_empty())
            && all(&states, &["", "NA", "0", "1", "2", "Incomplete", "Unverified", "Complete"])
            && all(&boxes, &["", "NA", "0", "1", "Unchecked", "Checked", "TRUE", "FALSE", "True", "False"])
    }

    fn open(&self, opened: Peeked, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let dictionary = options.dictionary.as_deref().map(Dictionary::open).transpose()?;
        let project = Project::of(opened.header(), dictionary.as_ref());
        let place = opened.path.display().to_string();
        let mut input = Input::open(&opened.path)?;
        input.hashed = false;
        let mut again = worker::open(readers::choose(&input, options.reader.as_deref())?, input, options)?;
        let scan = scan::scan(&project, again.as_mut(), &place)?;
        let (table, others) = tables::choose(tables::tables(&project, &scan), options.sheet.as_deref(), &place)?;
        Ok(Box::new(RedcapRecords::new(opened, project, &scan, table, &others)))
    }

    fn of_nothing(&self, path: &Path, options: &ReadOptions) -> Option<Box<dyn Records>> {
        let dictionary = Dictionary::open(options.dictionary.as_deref()?).ok()?;
        Some(Box::new(NoRecords::of(&dictionary, path)))
    }
}

/// Whether the dictionary that the user names is one of REDCap's and has most of the columns.
fn of_dictionary(header: &[String], options: &ReadOptions) -> bool {
    let dictionary = options.dictionary.as_deref().and_then(|path| Dictionary::open(path).ok());
    dictionary.is_some_and(|dictionary| {
        let project = Project::of(header, Some(&dictionary));
        project.columns.iter().filter(|column| column.known).count() * 2 >= header.len()
    })
}
