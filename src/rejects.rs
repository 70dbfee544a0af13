//! The ledger of refused values and rows: what was refused, where exactly, by which rule.
//!
//! Ingest and schema write to it, quality figures count it, and `restricted/rejects.csv` shows it to
//! the person who holds the data. A refused value leaves its row; a refused row leaves with a reason. What a check
//! only warns of stands in it too, and is kept. Corrections and texts that wait for a code travel with it.

use crate::error::{Problem, Severity};

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refused {
    /// One value; the row stays and the cell is missing as invalid.
    Value,
    /// The whole row.
    Row,
    /// Nothing: a check of lower severity names the value, which stays.
    Nothing,
}

impl Refused {
    /// The word in lists.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Row => "row",
            Self::Nothing => "nothing",
        }
    }
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
    /// Id of the declared check, empty for rules that every field has.
    pub(crate) check: String,
    /// The text that was found.
    pub(crate) raw: String,
    /// What the codebook allows.
    pub(crate) expected: String,
}

/// How many faults a check may find before they are a finding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum AtMost {
    /// Part of the rows that it could judge.
    Share(f64),
    /// Number of rows.
    Count(f64),
}

/// What one declared check found in one file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tally {
    pub(crate) dataset: String,
    pub(crate) wave: String,
    pub(crate) file: String,
    pub(crate) check: String,
    pub(crate) rule: &'static str,
    pub(crate) severity: Severity,
    pub(crate) at_most: Option<AtMost>,
    pub(crate) expected: String,
    /// Rows that it could judge.
    pub(crate) judged: u64,
    /// Rows that break it.
    pub(crate) faults: u64,
}

impl Tally {
    /// Whether there are more faults than are allowed.
    pub(crate) fn is_over(&self) -> bool {
        match self.at_most {
            Some(AtMost::Share(share)) => self.faults as f64 > share * self.judged as f64,
            Some(AtMost::Count(count)) => self.faults as f64 > count,
            // What an error refuses counts against the pipeline's own limit.
            None => self.severity == Severity::Warning && self.faults > 0,
        }
    }

    /// What the person who holds the data reads; nothing without faults.
    pub(crate) fn problem(&self) -> Option<Problem> {
        if self.faults == 0 {
            return None;
        }
        let rows = match (self.judged, self.faults) {
            (1, _) => "row breaks",
            (_, 1) => "rows breaks",
            _ => "rows break",
        };
        let mut problem = Problem::new("check::faults", format!("{} of {} {rows} the check `{}`", self.faults, self.judged, self.check))
            .at(self.file.clone())
            .expected(self.expected.clone());
        let limit = self.at_most.map(|limit| match limit {
            AtMost::Share(share) => format!("at most {}%", share * 100.0),
            AtMost::Count(count) => format!("at most {count}"),
        });
        problem.help = limit.map(|limit| format!("{limit} may break it (at_most)"));
        Some(problem.severity(if self.is_over() { Severity::Warning } else { Severity::Note }))
    }
}

/// A value that the ledger of corrections changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Corrected {
    pub(crate) dataset: String,
    pub(crate) wave: String,
    pub(crate) place: String,
    pub(crate) key: String,
    pub(crate) field: String,
    pub(crate) old: String,
    pub(crate) new: String,
    pub(crate) who: String,
    pub(crate) why: String,
}

/// A text beside a question with set answers that no coding table knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uncoded {
    pub(crate) dataset: String,
    pub(crate) wave: String,
    pub(crate) field: String,
    /// As it stands where it is met first.
    pub(crate) text: String,
    pub(crate) rows: u64,
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
    /// What each declared check found.
    pub(crate) tallies: Vec<Tally>,
    /// Values that were corrected.
    pub(crate) corrected: Vec<Corrected>,
    /// Answers that were coded from their text.
    pub(crate) coded: u64,
    /// Texts that wait for a code.
    pub(crate) uncoded: Vec<Uncoded>,
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

    /// What the person who holds the data reads about checks, corrections and codings.
    pub(crate) fn findings(&self) -> Vec<Problem> {
        let mut findings: Vec<Problem> = self.tallies.iter().filter_map(Tally::problem).collect();
        let note = |code, message: String, help: &str| Problem::new(code, message).help(help).severity(Severity::Note);
        if !self.corrected.is_empty() {
            let message = format!("{} {} corrected", self.corrected.len(), if self.corrected.len() == 1 { "value was" } else { "values were" });
            findings.push(note("corrections::applied", message, "restricted/corrections.csv says which, by whom and why"));
        }
        if self.coded > 0 {
            let message = format!("{} {} a level by what was written", self.coded, if self.coded == 1 { "answer was given" } else { "answers were given" });
            findings.push(Problem::new("coding::applied", message).severity(Severity::Note));
        }
        if !self.uncoded.is_empty() {
            let rows: u64 = self.uncoded.iter().map(|text| text.rows).sum();
            let message = format!(
                "{} {} in {rows} {}",
                self.uncoded.len(),
                if self.uncoded.len() == 1 { "text" } else { "different texts" },
                if self.uncoded.len() == 1 { "rows waits for a code" } else { "rows wait for a code" }
            );
            findings.push(note("coding::uncoded", message, "restricted/uncoded.csv lists them: add each with its level to the coding table"));
        }
        findings
    }

    /// Adds another file's ledger.
    pub(crate) fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.rows_in += other.rows_in;
        self.rows_kept += other.rows_kept;
        self.values_in += other.values_in;
        self.tallies.extend(other.tallies);
        self.corrected.extend(other.corrected);
        self.coded += other.coded;
        self.uncoded.extend(other.uncoded);
    }
}
