//! Rows of a run with unique ids, and the wrapper that lets the data's holder see them unreleased.

use rayon::prelude::*;

use super::{ResultRow, encode::Rows, short_code};
use crate::error::{Error, Exit, Problem};

/// All rows of a run, before disclosure control.
#[derive(Debug, Clone, Default)]
pub struct ResultTable {
    rows: Vec<ResultRow>,
}

impl ResultTable {
    /// Takes rows in reading order and checks that ids and short codes are unique.
    ///
    /// # Errors
    /// Two rows with one id, or two ids with one short code: our own fault, so the run stops.
    pub fn new(rows: Vec<ResultRow>) -> Result<Self, Error> {
        let mut codes: Vec<(String, usize)> = rows.par_iter().zip(0..rows.len()).map(|(row, place)| (short_code(&row.id()), place)).collect();
        codes.par_sort_unstable();
        if let Some(pair) = codes.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (known, id) = (rows[pair[0].1].id(), rows[pair[1].1].id());
            let message = if known == id { format!("two figures have the id `{id}`") } else { format!("`{known}` and `{id}` have one short code") };
            return Err(Error::new(Exit::Internal, Problem::new("results::not_unique", message)));
        }
        Ok(Self { rows })
    }

    /// The rows.
    pub fn rows(&self) -> &[ResultRow] {
        &self.rows
    }

    /// The rows, for disclosure control to change.
    pub(crate) fn into_rows(self) -> Vec<ResultRow> {
        self.rows
    }
}

/// Rows for the person who holds the data: standard output and `restricted/` only.
pub struct Restricted<'a>(pub &'a ResultTable);

impl Rows for Restricted<'_> {
    fn rows(&self) -> &[ResultRow] {
        self.0.rows()
    }
}
