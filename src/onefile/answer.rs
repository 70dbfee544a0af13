//! What a command on one file answers, and the shapes in which it is printed.

use crate::error::{Error, Problem};
use crate::results::{Restricted, ResultRow, ResultTable, Status, to_csv, to_json, to_markdown};

/// Result rows with what is worth knowing about the file.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The rows.
    pub table: ResultTable,
    /// Notes and warnings; none stops the work.
    pub notes: Vec<Problem>,
}

impl Answer {
    /// Takes the rows, from which no NaN leaves: a figure that is none makes its row not estimable.
    pub(crate) fn new(mut rows: Vec<ResultRow>, notes: Vec<Problem>) -> Result<Self, Error> {
        let is_none = |number: &Option<f64>| number.is_some_and(|value| !value.is_finite());
        for row in &mut rows {
            if [row.estimate, row.std_error, row.test_statistic, row.p_value].iter().any(is_none) {
                (row.estimate, row.std_error, row.conf_low, row.conf_high, row.conf_level) = (None, None, None, None, None);
                (row.test_statistic, row.df, row.df2, row.p_value) = (None, None, None, None);
                row.status = Status::NotEstimable;
                row.add_note("the numbers are too large or too small to be computed with");
            }
            for number in [&mut row.conf_low, &mut row.conf_high, &mut row.df, &mut row.df2] {
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
