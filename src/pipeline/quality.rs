//! Ledgers in, figures about the data themselves out, and the list of refusals for the data's holder.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::plan::{DatasetPlan, Plan};
use super::run::Prepared;
use crate::analysis::{Settings, Subject};
use crate::disclosure::Policy;
use crate::error::{Problem, Severity};
use crate::frame::{Frame, NO_LEVEL};
use crate::rejects::{Corrected, Ledger, Refused, Uncoded};
use crate::results::{ResultRow, Stat, Support, Unit};

/// Analysis id of figures about the data.
pub(super) const ANALYSIS: &str = "data-quality";

/// Rows read, kept and refused, and values refused by rule, of every dataset. Counts are of values
/// and rows; a rule that refused fewer rows of people than the threshold is counted with the others.
pub(super) fn rows(prepared: &[Prepared<'_>], minimum_cell: u64) -> Vec<ResultRow> {
    let mut rows = Vec::new();
    for one in prepared {
        let ledger = &one.loaded.ledger;
        // Where a row is a person, both counts of rows tell how many people there are, one with the rows refused.
        let is_person = one.dataset.codebook.unit == "people";
        let mut count = |variable: &str, level: Option<&str>, count: u64| {
            let mut row = ResultRow::new(&one.dataset.id, ANALYSIS, variable, Stat::Count, Unit::None);
            row.level = level.map(str::to_owned);
            row.estimate = Some(count as f64);
            row.n = row.estimate;
            if is_person && matches!(variable, "rows_in" | "rows_kept") {
                row.support = Support::People { behind: ledger.rows_kept, outside: None };
            }
            "unweighted count".clone_into(&mut row.method);
            rows.push(row);
        };
        count("rows_in", None, ledger.rows_in);
        count("rows_kept", None, ledger.rows_kept);
        count("rows_rejected", None, ledger.rows_rejected());
        count("values_rejected", None, ledger.values_rejected());
        let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
        for entry in ledger.entries.iter().filter(|entry| entry.refused == Refused::Value) {
            *by_rule.entry(entry.rule).or_default() += 1;
        }
        let rare: u64 = by_rule.values().filter(|refused| **refused < minimum_cell).sum();
        for (rule, refused) in by_rule.iter().filter(|(_, refused)| **refused >= minimum_cell) {
            count("values_rejected", Some(rule), *refused);
        }
        if rare > 0 && rare < ledger.values_rejected() {
            count("values_rejected", Some("other rules"), rare);
        }
        rows.extend(one.loaded.links.iter().flat_map(|links| links.rows(&one.dataset.id)));
    }
    rows
}

/// People with more than one row in a wave, by wave, where an analysis compares people over waves.
pub(super) fn repeated(plan: &Plan, dataset: &DatasetPlan, subject: &Subject, frame: &Frame) -> Vec<(String, u64)> {
    let compares = |settings: &Settings| ["outcomes", "trend"].contains(&settings.kind.as_str()) && settings.dataset == dataset.id && settings.each.is_none();
    let (Some(person), true) = (&subject.person, plan.analyses.iter().any(compares)) else { return Vec::new() };
    let in_wave = |wave: &String| {
        let position = frame.levels.get("wave").and_then(|levels| levels.position(wave));
        let mut rows: BTreeMap<u32, u64> = BTreeMap::new();
        for batch in &frame.batches {
            let (Some(people), Some(waves)) = (batch.levels(person), batch.levels("wave")) else { continue };
            for (person, _) in people.iter().zip(waves).filter(|(person, wave)| Some(**wave) == position && **person != NO_LEVEL) {
                *rows.entry(*person).or_default() += 1;
            }
        }
        (wave.clone(), rows.values().filter(|rows| **rows > 1).count() as u64)
    };
    subject.waves.iter().map(in_wave).filter(|(_, people)| *people > 0).collect()
}

/// What a reader of the report must know of them; a number that few people are behind is not said, nor any where counts are rounded.
pub(super) fn repeated_note(people: u64, policy: &Policy) -> String {
    let who = match policy.minimum_cell {
        _ if policy.rounding.is_some() => "some people have".to_owned(),
        minimum if people < minimum => format!("fewer than {minimum} people have"),
        _ if people == 1 => "1 person has".to_owned(),
        _ => format!("{people} people have"),
    };
    format!("{who} more than one row; {FIRST_ROW}")
}

/// What the holder of the data must know of them.
pub(super) fn repeated_finding(dataset: &str, wave: &str, people: u64) -> Problem {
    Problem::new("wave::repeated_person", format!("people with more than one row in wave {wave} of `{dataset}`"))
        .found(format!("{people}"))
        .expected("one row for each person in a wave")
        .help(format!("{FIRST_ROW}; take the others out of the file if another one should count"))
        .severity(Severity::Note)
}

/// The rule for people with several rows in a wave.
const FIRST_ROW: &str = "where people are compared over waves the first answer in the order of the file counts, and every other figure counts all rows";

/// Columns of the list of refusals.
pub(super) const REJECTS: [&str; 12] = ["dataset", "wave", "file", "line", "place", "column", "column_number", "refused", "rule", "raw", "expected", "check"];

/// Every refusal with its place, in the columns of `REJECTS`.
pub(super) fn rejects<'a>(ledgers: &'a [&Ledger]) -> impl Iterator<Item = [String; 12]> + 'a {
    ledgers.iter().flat_map(|ledger| &ledger.entries).map(|entry| {
        [
            entry.dataset.clone(),
            entry.wave.clone(),
            entry.file.clone(),
            entry.line.to_string(),
            entry.place.clone(),
            entry.column.clone(),
            if entry.column_number == 0 { String::new() } else { entry.column_number.to_string() },
            entry.refused.word().to_owned(),
            entry.rule.to_owned(),
            entry.raw.clone(),
            entry.expected.clone(),
            entry.check.clone(),
        ]
    })
}

/// Every refusal with its place, as comma-separated text.
pub(super) fn rejects_csv(ledgers: &[&Ledger]) -> String {
    csv(&REJECTS, rejects(ledgers))
}

/// Every correction that was applied.
pub(super) fn corrections_csv(ledgers: &[&Ledger]) -> String {
    let row = |one: &Corrected| [&one.dataset, &one.wave, &one.place, &one.key, &one.field, &one.old, &one.new, &one.who, &one.why].map(Clone::clone);
    csv(&["dataset", "wave", "place", "key", "field", "old", "new", "who", "why"], ledgers.iter().flat_map(|ledger| &ledger.corrected).map(row))
}

/// Every text that waits for a code, once, with the rows that hold it.
pub(super) fn uncoded_csv(ledgers: &[&Ledger]) -> String {
    let row = |one: &Uncoded| [one.dataset.clone(), one.wave.clone(), one.field.clone(), one.text.clone(), one.rows.to_string()];
    csv(&["dataset", "wave", "field", "text", "rows"], ledgers.iter().flat_map(|ledger| &ledger.uncoded).map(row))
}

/// A table as CSV.
pub(super) fn csv<const N: usize>(header: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let quoted = |text: &String| if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() };
    let mut csv = header.join(",") + "\n";
    for row in rows {
        let cells: Vec<String> = row.iter().map(quoted).collect();
        let _ = writeln!(csv, "{}", cells.join(","));
    }
    csv
}
