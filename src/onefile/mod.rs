//! One file and one question in, result rows out: the commands that need no pipeline.
//!
//! Each command is one options struct and one function, as [`crate::score::score_file`]. Only the columns
//! that the question names are read, and a condition makes a domain, never a filtered copy.

mod answer;
mod condition;
mod design;
mod estimate;
mod expression;
mod fit;
mod load;
mod source;
mod study;
mod test;
mod totals;

use std::path::PathBuf;

pub use answer::Answer;
pub use design::{CalibrationFiles, DesignOptions};
pub use estimate::{EstimateOptions, ScoreRequest, estimate_file};
pub use fit::{
    LowessOptions, MixedOptions, PathOptions, RegressionOptions, ReliabilityOptions, fit_lowess, fit_mixed, fit_path, fit_regression, fit_reliability,
};
pub use test::{TEST_KINDS, TestKind, TestOptions, test_file};

use crate::ingest::ReadOptions;
pub use crate::model::{Adjust, Family};

/// Which file, how to read it, and which of its rows are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataOptions {
    /// The file.
    pub data: PathBuf,
    /// How to read it.
    pub read: ReadOptions,
    /// Codes that mean no answer, beside an empty field and `NA`.
    pub missing: Vec<String>,
    /// The domain, such as `stype = 'H' and enroll > 500`.
    pub condition: Option<String>,
    /// Columns whose levels make domains of their own.
    pub by: Vec<String>,
}
