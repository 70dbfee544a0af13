//! A dictionary in, the table without rows out that an export of a project without records is.

use std::path::Path;

use super::super::super::readers::{About, Records, RejectedRecord};
use super::super::super::source::hash_of_file;
use super::columns::all_columns;
use super::dictionary::Dictionary;
use crate::error::{Error, Problem, Severity};
use crate::frame::RawBatch;

/// The columns of an export without records.
pub(super) struct NoRecords {
    about: About,
    place: String,
    sha256: Option<String>,
}

impl NoRecords {
    /// The columns of the project.
    pub(super) fn of(dictionary: &Dictionary, path: &Path) -> Self {
        let (header, described) = all_columns(dictionary).into_iter().unzip();
        let sha256 = hash_of_file(path).ok();
        Self { about: About { header, described, ..About::default() }, place: path.display().to_string(), sha256 }
    }
}

impl Records for NoRecords {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        Ok(None)
    }

    fn rejected(&self) -> &[RejectedRecord] {
        &[]
    }

    fn notes(&self) -> Vec<Problem> {
        let problem = Problem::new("input::no_records", "the export has no records; its columns are those of the dictionary");
        vec![problem.at(self.place.clone()).severity(Severity::Note)]
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }
}
