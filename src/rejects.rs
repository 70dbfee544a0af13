//! The ledger of refused values and rows: what was refused, where exactly, by which rule.
//!
//! Ingest and schema write to it, quality figures count it, and `restricted/rejects.csv` shows it to
//! the person who holds the data. A refused value leaves its row; a refused row leaves with a reason.

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refused {
    /// One value; the row stays and the cell is missing as invalid.
    Value,
    /// The whole row.
    Row,
}

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reject {
    /// Dataset id.
    pub(crate) dataset: String,
    /// Wave id, empty where a dataset has none.
    pub(crate) wave: String,
    /// File as the pipeline names it.
    pub(crate) file: String,
    /// Line or row in the file, counted from 1.
    pub(crate) line: u64,
    /// The place as people write it.
    pub(crate) place: String,
    /// Column name as the file has it; empty for a row.
    pub(crate) column: String,
    /// Place of the column, counted from 1; 0 for a row.
    pub(crate) column_number: usize,
    /// What was refused.
    pub(crate) refused: Refused,
    /// Rule that was broken, such as `range` or `levels`.
    pub(crate) rule: &'static str,
    /// The text that was found.
    pub(crate) raw: String,
    /// What the codebook allows.
    pub(crate) expected: String,
}

/// All refusals of a run, in the order in which they were met, with what came in and what stayed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    /// The refusals.
    pub(crate) entries: Vec<Reject>,
    /// Rows read.
    pub(crate) rows_in: u64,
    /// Rows kept.
    pub(crate) rows_kept: u64,
    /// Values read in typed fields, the base of the reject limit.
    pub(crate) values_in: u64,
}

impl Ledger {
    /// Rows refused.
    pub(crate) fn rows_rejected(&self) -> u64 {
        self.count(Refused::Row)
    }

    /// Values refused.
    pub(crate) fn values_rejected(&self) -> u64 {
        self.count(Refused::Value)
    }

    fn count(&self, refused: Refused) -> u64 {
        self.entries.iter().filter(|entry| entry.refused == refused).count() as u64
    }

    /// Adds another file's ledger.
    pub(crate) fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.rows_in += other.rows_in;
        self.rows_kept += other.rows_kept;
        self.values_in += other.values_in;
    }
}
