//! Result table in, released table out: the only place where a figure becomes public.
//!
//! `release` hides every figure that stands on too few people and, after it, those from which a
//! hidden one could be computed. `ReleasedTable` has no other maker, and everything that writes to
//! `public/` takes a `ReleasedTable` or what was made from one, so a figure that did not pass here
//! cannot be published.
//!
//! ```compile_fail
//! // A result table is not a released table, and there is no way to say that it is.
//! let table = recovista::results::ResultTable::new(Vec::new()).unwrap();
//! let released: recovista::ReleasedTable = recovista::ReleasedTable { rows: Vec::new() };
//! ```

mod complementary;
mod structure;

use std::path::Path;

pub(crate) use structure::{Nesting, Part, Structure};

use sha2::{Digest, Sha256};

use crate::error::{Error, Exit, Problem};
use crate::results::{ResultRow, ResultTable, Rows, Stat, Status, Support, read_parquet};

/// Version of the method: raised whenever the same input could give other figures, so that a lock tells it.
pub(crate) const METHOD_VERSION: u32 = 1;

/// The rules of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Fewest people that a published cell may stand on; 11 hides counts of 1 to 10.
    pub minimum_cell: u64,
    /// Whether counts of missing answers are hidden like those of answers.
    pub protect_missing: bool,
}

impl Default for Policy {
    /// The threshold of the CMS cell size suppression policy (`ResDAC`, version of 26 January 2024).
    fn default() -> Self {
        Self { minimum_cell: 11, protect_missing: false }
    }
}

/// Fewest establishments whose own attribute may be shown as range, quartiles and unlabelled dots.
const MINIMUM_ESTABLISHMENTS: u64 = 10;

/// Rows that passed disclosure control. Hidden rows are still there, without any number.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleasedTable {
    rows: Vec<ResultRow>,
}

impl ReleasedTable {
    /// The rows in reading order.
    pub fn rows(&self) -> &[ResultRow] {
        &self.rows
    }

    /// Opens the results of a public folder.
    ///
    /// # Errors
    /// The manifest or the results are not there, or their bytes are not the ones that were released.
    pub fn open(public: &Path) -> Result<Self, Error> {
        let read = |name: &str| {
            let path = public.join(name);
            std::fs::read(&path).map_err(|error| Error::io("read", &path, &error))
        };
        let manifest: serde_json::Value = serde_json::from_slice(&read("manifest.json")?).map_err(|error| damaged(public, &error.to_string()))?;
        let bytes = read("results.parquet")?;
        if manifest["files"]["results.parquet"].as_str() != Some(sha256(&bytes).as_str()) {
            return Err(damaged(public, "the bytes of results.parquet are not the ones that were released"));
        }
        let rows = read_parquet(&bytes).map_err(|error| damaged(public, &error))?;
        Ok(Self { rows })
    }

    /// The same rows with a label and a sentence each; numbers cannot be touched.
    pub(crate) fn worded(mut self, words: impl Fn(&ResultRow) -> (Option<String>, Option<String>)) -> Self {
        for row in &mut self.rows {
            (row.label, row.sentence) = words(row);
        }
        self
    }

    /// The rows that a reader chose, in the order of choice.
    pub(crate) fn select(&self, chosen: &[usize]) -> Self {
        Self { rows: chosen.iter().filter_map(|position| self.rows.get(*position).cloned()).collect() }
    }
}

impl Rows for ReleasedTable {
    fn rows(&self) -> &[ResultRow] {
        &self.rows
    }
}

fn damaged(public: &Path, found: &str) -> Error {
    let problem = Problem::new("release::damaged", format!("{} does not hold a release", public.display()))
        .found(found)
        .help("run the pipeline again; files in a release are not to be edited");
    Error::new(Exit::Input, problem)
}

/// Hexadecimal SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = Sha256::digest(bytes).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Hides what stands on too few people and what would give it away.
pub(crate) fn release(table: ResultTable, policy: Policy, structure: &Structure) -> ReleasedTable {
    let mut rows = table.into_rows();
    let mut hidden: Vec<Option<Status>> = rows.iter().map(|row| is_too_small(row, policy).then_some(Status::Suppressed)).collect();
    complementary::hide(&rows, &mut hidden, policy, structure);
    for (row, status) in rows.iter_mut().zip(hidden) {
        if let Some(status) = status {
            blank(row, status);
        }
    }
    ReleasedTable { rows }
}

fn is_too_small(row: &ResultRow, policy: Policy) -> bool {
    if row.status == Status::NotEstimable {
        return false;
    }
    let small = |people: u64| people > 0 && people < policy.minimum_cell;
    match row.support {
        Support::People { .. } if matches!(row.stat, Stat::Min | Stat::Max) => true,
        Support::People { behind, outside } => small(behind) || outside.is_some_and(small),
        Support::Establishments(units) => units < MINIMUM_ESTABLISHMENTS,
        Support::Quality => false,
    }
}

/// A hidden row keeps its key and loses every number, and every word that a number could stand in.
fn blank(row: &mut ResultRow, status: Status) {
    let kept = ResultRow::new(&row.dataset, &row.analysis, &row.variable, row.stat, row.unit);
    *row = ResultRow {
        wave: row.wave.take(),
        groups: std::mem::take(&mut row.groups),
        level: row.level.take(),
        method: std::mem::take(&mut row.method),
        status,
        support: row.support,
        ..kept
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Unit;

    fn share(level: &str, behind: u64, base: u64) -> ResultRow {
        let mut row = ResultRow::new("members", "who", "gender", Stat::Proportion, Unit::Percent);
        row.level = Some(level.into());
        row.estimate = Some(behind as f64 / base as f64);
        row.n = Some(behind as f64);
        row.denominator = Some(base as f64);
        row.support = Support::People { behind, outside: Some(base - behind) };
        row
    }

    fn statuses(rows: Vec<ResultRow>) -> Vec<Status> {
        let table = ResultTable::new(rows).expect("ids are unique");
        release(table, Policy::default(), &Structure::default()).rows().iter().map(|row| row.status).collect()
    }

    #[test]
    fn a_small_level_hides_itself_and_the_next_smallest() {
        let found = statuses(vec![share("a", 60, 100), share("b", 37, 100), share("c", 3, 100)]);
        assert_eq!(found, [Status::Ok, Status::SuppressedComplementary, Status::Suppressed]);
    }

    #[test]
    fn zero_may_be_shown() {
        assert_eq!(statuses(vec![share("a", 60, 120), share("b", 60, 120), share("c", 0, 120)]), [Status::Ok; 3]);
    }

    #[test]
    fn a_small_complement_hides_too() {
        assert_eq!(statuses(vec![share("a", 95, 100)]), [Status::Suppressed]);
    }

    #[test]
    fn a_hidden_row_has_no_number() {
        let table = ResultTable::new(vec![share("a", 3, 100)]).expect("one row");
        let released = release(table, Policy::default(), &Structure::default());
        let row = &released.rows()[0];
        assert_eq!((row.estimate, row.n, row.denominator, row.level.as_deref()), (None, None, None, Some("a")));
    }

    #[test]
    fn ten_teams_may_show_their_range_and_people_never_do() {
        let mut range = ResultRow::new("teams", "work", "fte", Stat::Min, Unit::Fte);
        range.support = Support::Establishments(10);
        let mut age = ResultRow::new("members", "who", "age", Stat::Max, Unit::None);
        age.support = Support::People { behind: 900, outside: None };
        assert_eq!(statuses(vec![range, age]), [Status::Ok, Status::Suppressed]);
    }
}
