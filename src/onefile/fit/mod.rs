//! `fit KIND`: one file and a model in, result rows out; one file for each kind, with its options and its function.
//!
//! A kind that follows the design of the survey takes [`DesignOptions`](super::DesignOptions); the others
//! take only the level of their intervals.

mod lowess;
mod mixed;
mod path;
mod regression;
mod reliability;

pub use lowess::{LowessOptions, fit_lowess};
pub use mixed::{MixedOptions, fit_mixed};
pub use path::{PathOptions, fit_path};
pub use regression::{RegressionOptions, fit_regression};
pub use reliability::{ReliabilityOptions, fit_reliability};

use super::study::Study;
use crate::error::{Error, Exit};
use crate::model::{Category, Column, Variable};

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

/// The levels against which categories are coded, for the method of a row.
fn references(named: &[Variable], data: &[Column]) -> String {
    let first = |(variable, column): (&Variable, &Column)| match column {
        Column::Category(category) => category.names.first().map(|level| format!("{} = {level}", variable.label())),
        Column::Number(_) => None,
    };
    let levels: Vec<String> = named.iter().zip(data).filter_map(first).collect();
    if levels.is_empty() { String::new() } else { format!("; reference {}", levels.join(", ")) }
}

/// Whether each category has levels to compare; the reason where one has not.
fn several_levels(named: &[Variable], data: &[Column]) -> Result<(), String> {
    for (variable, column) in named.iter().zip(data) {
        if let Column::Category(Category { names, .. }) = column
            && let [only] = names.as_slice()
        {
            return Err(format!("`{}` has only one level here, {only}", variable.label()));
        }
    }
    Ok(())
}
