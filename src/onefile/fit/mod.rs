//! `fit KIND`: one file and a model in, result rows out; one file for each kind, with its options and its function.
//!
//! A kind that follows the design of the survey takes [`DesignOptions`](super::DesignOptions); the others
//! take only the level of their intervals.

mod lowess;
mod path;
mod regression;
mod reliability;

pub use lowess::{LowessOptions, fit_lowess};
pub use path::{PathOptions, fit_path};
pub use regression::{RegressionOptions, fit_regression};
pub use reliability::{ReliabilityOptions, fit_reliability};

use super::study::Study;
use crate::error::{Error, Exit};
use crate::model::{Column, Variable};

/// The columns of the right side of a formula: numbers, or categories.
///
/// # Errors
/// Text among many numbers, for all columns at once.
fn variables(study: &Study, named: &[Variable]) -> Result<Vec<Column>, Error> {
    let mut problems = Vec::new();
    let mut columns = Vec::new();
    for variable in named {
        let column = if variable.factor { Ok(Column::Category(study.table.category(&variable.column))) } else { study.table.variable(&variable.column) };
        match column {
            Ok(column) => columns.push(column),
            Err(error) => problems.extend(error.problems),
        }
    }
    Error::gather(Exit::Input, problems)?;
    Ok(columns)
}
