//! Parquet in, records out as text: numbers in shortest form, missing values empty, the row's number as its line.

use super::super::ReadOptions;
use super::super::header;
use super::super::source::{Input, damaged, sha256_of};
use super::{Format, Records, RejectedRecord};
use crate::error::{Error, Problem};
use crate::frame::{ParquetSource, Places, RawBatch};

/// The entry in the table of readers.
pub(crate) struct Parquet;

impl Format for Parquet {
    fn id(&self) -> &'static str {
        "parquet"
    }

    fn summary(&self) -> &'static str {
        "Parquet files of plain columns"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["parquet", "pq"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        head.starts_with(b"PAR1")
    }

    fn open(&self, input: Input, _options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let path = input.path.clone();
        if !self.recognizes(&input.head) {
            return Err(damaged(&path, "Parquet", "other first bytes than PAR1"));
        }
        let hashed = input.hashed;
        let mut file = input.into_file()?;
        let sha256 = hashed.then(|| sha256_of(&path, &mut file)).transpose()?;
        let source = ParquetSource::open(file).map_err(|found| damaged(&path, "Parquet", &found))?;
        let unreadable = source.unreadable();
        if !unreadable.is_empty() {
            let problem = |(name, kind): &(String, String)| {
                Problem::new("input::unreadable_column", format!("column `{name}` holds {kind} values"))
                    .at(path.display().to_string())
                    .expected("text, numbers, dates, times or true/false")
                    .help("leave the column away when the file is written, or write it as text")
            };
            return Err(Error { exit: crate::error::Exit::Input, problems: unreadable.iter().map(problem).collect() });
        }
        let names = header::names(source.names(), &path.display().to_string())?;
        let note = names.repeated_note(&path.display().to_string());
        Ok(Box::new(Table { path, source, header: names.names, note, sha256, ended: false }))
    }
}

struct Table {
    path: std::path::PathBuf,
    source: ParquetSource,
    header: Vec<String>,
    note: Option<Problem>,
    sha256: Option<String>,
    ended: bool,
}

impl Records for Table {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let batch = self.source.next_batch().map_err(|found| damaged(&self.path, "Parquet", &found))?;
        self.ended = batch.is_none();
        Ok(batch)
    }

    fn rejected(&self) -> &[RejectedRecord] {
        &[]
    }

    fn notes(&self) -> Vec<Problem> {
        self.note.iter().cloned().collect()
    }

    fn places(&self) -> Places {
        Places::Rows
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref().filter(|_| self.ended)
    }
}
