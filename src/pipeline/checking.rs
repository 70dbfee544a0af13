//! Plan in, every fault of the data out, without an estimate and without a release.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::load::{Keep, load};
use super::plan::plan;
use super::quality;
use super::run::{over_limit, without_rows};
use crate::error::{Error, Exit, Problem, Severity};
use crate::rejects::Ledger;

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// The pipeline file.
    pub pipeline: PathBuf,
    /// Threads; as many as the machine has when absent. Results do not depend on it.
    pub jobs: Option<usize>,
}

/// What one rule found in one wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    /// Dataset id.
    pub dataset: String,
    /// Wave id, empty where a dataset has none.
    pub wave: String,
    /// The rule, such as `range` or `if_then`.
    pub rule: String,
    /// Id of the declared check, empty for the rules that every field has.
    pub check: String,
    /// `error`, `warning` or `note`.
    pub severity: &'static str,
    /// Rows or values that break it.
    pub faults: u64,
    /// Rows that a declared check could judge.
    pub judged: Option<u64>,
}

/// What the data hold against the codebooks.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What the person should look at.
    pub findings: Vec<Problem>,
    /// Faults by dataset, wave and rule.
    pub counts: Vec<RuleCount>,
    /// Names of the columns of `faults`.
    pub columns: Vec<&'static str>,
    /// Every fault with its place, rule and what is expected.
    pub faults: Vec<Vec<String>>,
    /// Rows read.
    pub rows_in: u64,
    /// Rows refused.
    pub rows_rejected: u64,
    /// Values refused.
    pub values_rejected: u64,
}

impl Checked {
    /// Whether any finding asks for an exit code of 1.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity >= Severity::Warning)
    }
}

/// Checks a pipeline and reads all of its data: every row is typed, checked and scored, nothing is kept or written.
///
/// # Errors
/// Everything that is wrong with the pipeline, at once; an input that cannot be read; corrections that do not hold.
pub fn check_data(options: &CheckOptions) -> Result<Checked, Error> {
    let (plan, notes) = plan(&options.pipeline)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.jobs.unwrap_or(0)).build();
    let pool = pool.map_err(|error| Error::new(Exit::Internal, Problem::new("run::threads", error.to_string())))?;
    let mut checked = Checked { findings: notes, columns: quality::REJECTS.to_vec(), ..Checked::default() };
    for dataset in &plan.datasets {
        let loaded = pool.install(|| load(&plan, dataset, Keep::Nothing))?;
        let ledger = &loaded.ledger;
        checked.findings.extend(loaded.findings.iter().cloned());
        checked.findings.extend(ledger.findings());
        checked.findings.extend(loaded.links.iter().flat_map(|links| links.notes(&dataset.id)));
        checked.findings.extend(over_limit(&plan, dataset, ledger));
        checked.findings.extend(without_rows(dataset, &loaded));
        checked.counts.extend(counts(ledger));
        checked.faults.extend(quality::rejects(&[ledger]).map(Vec::from));
        checked.rows_in += ledger.rows_in;
        checked.rows_rejected += ledger.rows_rejected();
        checked.values_rejected += ledger.values_rejected();
    }
    Ok(checked)
}

/// Faults of the rules that every field has, then of each declared check.
fn counts(ledger: &Ledger) -> Vec<RuleCount> {
    let mut of_fields: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for entry in ledger.entries.iter().filter(|entry| entry.check.is_empty()) {
        *of_fields.entry((&entry.dataset, &entry.wave, entry.rule)).or_default() += 1;
    }
    let of_fields = of_fields.into_iter().map(|((dataset, wave, rule), faults)| RuleCount {
        dataset: dataset.to_owned(),
        wave: wave.to_owned(),
        rule: rule.to_owned(),
        check: String::new(),
        severity: Severity::Error.word(),
        faults,
        judged: None,
    });
    let of_checks = ledger.tallies.iter().map(|tally| RuleCount {
        dataset: tally.dataset.clone(),
        wave: tally.wave.clone(),
        rule: tally.rule.to_owned(),
        check: tally.check.clone(),
        severity: tally.severity.word(),
        faults: tally.faults,
        judged: Some(tally.judged),
    });
    of_fields.chain(of_checks).collect()
}
