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

mod attack;
mod cells;
mod certificate;
mod choose;
mod curves;
mod former;
mod hitting;
mod identifying;
mod names;
mod policy;
mod quotes;
mod relations;
mod rounding;
mod shift;
mod stays;
mod structure;
mod system;
mod weights;

use std::path::Path;

pub(crate) use certificate::Certificate;
pub(crate) use identifying::{identifying, masked, reaching};
pub use policy::Policy;
pub(crate) use policy::{Rules, builtin_policy, policies};
pub(crate) use quotes::Excerpt;
pub use quotes::Quote;
pub(crate) use structure::{Moved, Nesting, Part, Regrouped, Split, Structure};

use sha2::{Digest, Sha256};

use attack::Attacker;
use cells::Draft;
use system::System;

use crate::error::{Error, Exit, Problem};
use crate::results::{ResultRow, ResultTable, Rows, Stat, Status, Support, read_parquet};

/// Version of the method: raised whenever the same input could give other figures, so that a lock tells it.
pub(crate) const METHOD_VERSION: u32 = 5;

/// Fewest establishments whose own attribute may be shown as range, quartiles and unlabelled dots.
const MINIMUM_ESTABLISHMENTS: u64 = 10;

/// Rows that passed disclosure control. Hidden rows are still there, without any number.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleasedTable {
    rows: Vec<ResultRow>,
    /// The multiple to which counts were rounded; 1 where they are exact.
    rounding: u64,
    /// What people said, where it may be quoted; only in the run that released them.
    quotes: Vec<Quote>,
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
        Ok(Self { rows, rounding: manifest["privacy"]["rounding"].as_u64().unwrap_or(1).max(1), quotes: Vec::new() })
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
        Self { rows: chosen.iter().filter_map(|position| self.rows.get(*position).cloned()).collect(), rounding: self.rounding, quotes: Vec::new() }
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

/// Hides what stands on too few people and what would give it away, and proves by an attack that nothing does.
///
/// What a former release shows is known to the attacker too.
///
/// # Errors
/// A hidden figure could be told from what would be public, whatever else is hidden: exit 4.
pub(crate) fn release(
    table: ResultTable,
    policy: &Policy,
    structure: &Structure,
    former: Option<&ReleasedTable>,
) -> Result<(ReleasedTable, Certificate), Error> {
    let mut rows = table.into_rows();
    let draft = cells::draft(&rows, policy);
    let mut system = relations::system(&draft, policy, structure);
    let told = former.map(|former| former::compare(&mut system, &draft, &rows, former, policy));
    if let Some(told) = told.as_ref().filter(|told| !told.shown.is_empty()) {
        return Err(published_before(&draft, &told.shown));
    }
    let choice = choose::choose(&system).map_err(|failures| broken(&draft, failures.iter().map(|failure| failure.cell)))?;
    tell(&mut system, &choice.hidden);
    let mut hidden: Vec<Option<Status>> = rows
        .iter()
        .zip(&draft.rows)
        .map(|(row, cells)| if is_hidden_alone(row, policy) { Some(Status::Suppressed) } else { why_hidden(&system, &choice.hidden, cells) })
        .collect();
    curves::close(&rows, &mut hidden, policy);
    let mut certificate = Certificate::new(policy, &system, &draft, &choice);
    certificate.former = told.map(|told| (told.figures, told.known, told.differing));
    attack(&hidden, &draft, &system, &choice.hidden, &mut certificate)?;
    for (row, status) in rows.iter_mut().zip(hidden) {
        if let Some(status) = status {
            blank(row, status);
        }
    }
    names::forget(&mut rows, structure, policy);
    if let Some(base) = policy.rounding {
        for row in &mut rows {
            rounding::round(row, base);
        }
    }
    certificate.figures(&rows);
    Ok((ReleasedTable { rows, rounding: policy.rounding.unwrap_or(1), quotes: Vec::new() }, certificate))
}

/// The last attack: from what the rows will show, not from what was chosen.
fn attack(hidden: &[Option<Status>], draft: &Draft, system: &System, chosen: &[bool], certificate: &mut Certificate) -> Result<(), Error> {
    let mut unknown: Vec<bool> = chosen.to_vec();
    for (place, cells) in draft.rows.iter().enumerate() {
        for cell in cells.iter().filter(|_| hidden[place].is_none()) {
            unknown[*cell] = false;
        }
    }
    let shown = (0..unknown.len()).filter(|cell| system.cells[*cell].primary && !unknown[*cell]);
    let shown: Vec<usize> = shown.collect();
    let mut attacker = Attacker::new(system);
    let failures = attacker.failures(&unknown, 0..unknown.len());
    certificate.attacked(&attacker);
    if shown.is_empty() && failures.is_empty() { Ok(()) } else { Err(broken(draft, shown.into_iter().chain(failures.into_iter().map(|failure| failure.cell)))) }
}

/// What a run says when the former release shows what this one must hide.
fn published_before(draft: &Draft, cells: &[usize]) -> Error {
    let names: Vec<String> = cells.iter().map(|cell| draft.cells[*cell].name()).collect();
    let problem = Problem::new("disclosure::published_before", "the former release shows counts that may not be shown")
        .found(crate::error::some_of(names.iter().map(String::as_str)))
        .expected("counts that are hidden now were hidden then")
        .help("withdraw that release, or leave these figures as they are under the former rules; hiding them now hides nothing");
    Error::new(Exit::Disclosure, problem)
}

/// What a run says when a hidden figure could be told.
fn broken(draft: &Draft, cells: impl Iterator<Item = usize>) -> Error {
    let mut names: Vec<String> =
        cells.map(|cell| draft.cells.get(cell).map_or_else(|| "people whom no figure counts".to_owned(), cells::Drafted::name)).collect();
    names.sort();
    names.dedup();
    let problem = Problem::new("disclosure::attack", "hidden figures could be computed from those that would be public, whatever else is hidden")
        .found(crate::error::some_of(names.iter().map(String::as_str)))
        .expected("every value below the threshold stays possible for a hidden count")
        .help("take breakdowns out of the pipeline, or join small levels or groups; nothing public was written");
    Error::new(Exit::Disclosure, problem)
}

/// Lets the status of hidden cells say why they are hidden, wherever nobody can use that.
fn tell(system: &mut System, hidden: &[bool]) {
    let mut seen = vec![false; hidden.len()];
    for cell in 0..hidden.len() {
        if hidden[cell] && !seen[cell] {
            let group = system.component(cell, &|other| hidden[other], &mut seen);
            system.tell(&group, true);
            let is_safe = Attacker::new(system).failures(hidden, group.iter().copied()).is_empty();
            system.tell(&group, is_safe);
        }
    }
}

/// The status of a row of these cells, if it is hidden.
fn why_hidden(system: &System, hidden: &[bool], cells: &[usize]) -> Option<Status> {
    let mut covered = cells.iter().filter(|cell| system.is_covered(hidden, **cell)).peekable();
    covered.peek()?;
    Some(if covered.all(|cell| system.is_for_others(hidden, *cell)) { Status::SuppressedComplementary } else { Status::Suppressed })
}

/// Whether a row is hidden whatever else is public.
fn is_hidden_alone(row: &ResultRow, policy: &Policy) -> bool {
    let hides = match row.support {
        Support::People { .. } if matches!(row.stat, Stat::Min | Stat::Max) => row.status != Status::NotEstimable,
        Support::Establishments(units) => row.status != Status::NotEstimable && units < MINIMUM_ESTABLISHMENTS,
        Support::People { .. } | Support::Quality => false,
    };
    hides || (row.status == Status::Unstable && !policy.show_unstable)
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
mod tests;
