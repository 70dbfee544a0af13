//! SPSS system files (`.sav`, `.zsav`) and portable files (`.por`) in, records and what the file says of its columns out.

mod data;
mod describe;
mod dictionary;
mod extras;
mod portable;
mod slots;
mod symbols;

use super::super::ReadOptions;
use super::super::source::Input;
use super::shared::{Bytes, EPOCH_1582, Look, Text, table};
use super::{Format, Records};
use crate::error::{Error, Problem, Severity};

/// The entry of system files in the table of readers.
pub(crate) struct System;

impl Format for System {
    fn id(&self) -> &'static str {
        "spss"
    }

    fn summary(&self) -> &'static str {
        "SPSS system files, plain or packed"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["sav", "zsav"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        head.starts_with(b"$FL2") || head.starts_with(b"$FL3")
    }

    fn open(&self, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let mut bytes = Bytes::open(input, "SPSS")?;
        let dictionary = dictionary::read(&mut bytes)?;
        let mut text = Text::new(bytes.path(), options.encoding.as_deref(), dictionary.encoding().as_deref())?;
        let mut columns = describe::columns(&dictionary, &mut text, &bytes)?;
        let path = bytes.path().to_owned();
        let head = columns.head(bytes.sha256(), &path);
        let rows = data::Data::new(bytes, &dictionary, columns.cells, text)?;
        table(&path, head, rows)
    }
}

/// The entry of portable files in the table of readers.
pub(crate) struct Portable;

impl Format for Portable {
    fn id(&self) -> &'static str {
        "spss-portable"
    }

    fn summary(&self) -> &'static str {
        "SPSS portable files"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["por"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        symbols::is_portable(head)
    }

    fn open(&self, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        portable::open(Bytes::open(input, "SPSS portable")?, options)
    }
}

/// How a column with this display format shows its numbers, and whether that needs a note.
fn look(format: u32) -> (Look, Option<&'static str>) {
    let clock = Look::Clock { per_second: 1.0 };
    match format {
        20 | 23 | 24 | 28 | 29 | 30 | 38 | 39 => (Look::Date { per_day: 86_400.0, epoch: EPOCH_1582 }, None),
        22 | 41 => (Look::Moment { per_second: 1.0, epoch: EPOCH_1582 }, None),
        21 | 40 => (clock, None),
        25 => (Look::Number, Some("lengths of time, which stay numbers of seconds")),
        _ => (Look::Number, None),
    }
}

/// A range of missing values: LO and HI are the numbers next to the ends of what a double can hold.
fn open_range(low: f64, high: f64) -> (f64, f64) {
    (if low < -1.797e308 { f64::NEG_INFINITY } else { low }, if high > 1.797e308 { f64::INFINITY } else { high })
}

/// The note on columns whose numbers a statistical program shows otherwise.
fn shown_otherwise(file: &std::path::Path, columns: &[&str], what: &str) -> Option<Problem> {
    let message = format!("{} shows {} as {what}", file.display(), crate::error::some_of(columns.iter().copied()));
    (!columns.is_empty()).then(|| Problem::new("input::shown_otherwise", message).severity(Severity::Note))
}
