//! What a command on one file answers, and the shapes in which it is printed.

use crate::error::{Error, Problem};
use crate::results::{Restricted, ResultRow, ResultTable, to_csv, to_json, to_markdown};

/// Result rows with what is worth knowing about the file.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The rows.
    pub table: ResultTable,
    /// Notes and warnings; none stops the work.
    pub notes: Vec<Problem>,
}

impl Answer {
    /// Takes the rows, from which no NaN leaves.
    pub(crate) fn new(mut rows: Vec<ResultRow>, notes: Vec<Problem>) -> Result<Self, Error> {
        for row in &mut rows {
            for number in [
                &mut row.estimate,
                &mut row.std_error,
                &mut row.conf_low,
                &mut row.conf_high,
                &mut row.test_statistic,
                &mut row.df,
                &mut row.df2,
                &mut row.p_value,
            ] {
                *number = number.filter(|value| value.is_finite());
            }
        }
        Ok(Self { table: ResultTable::new(rows)?, notes })
    }

    /// The rows as an array of objects.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(&Restricted(&self.table))
    }

    /// The rows as comma-separated text.
    #[must_use]
    pub fn to_csv(&self) -> String {
        to_csv(&Restricted(&self.table))
    }

    /// The rows as a Markdown table.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        to_markdown(&Restricted(&self.table))
    }
}
