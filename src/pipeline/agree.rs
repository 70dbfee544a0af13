//! What was observed in the waves of one dataset in, everything out for which one code would stand for two answers.
//!
//! A trend says that something changed among people. It must not say so because a form changed: a
//! code that the crosswalk forgets, a label that stands at another code, a scale that begins at 0 in
//! one wave and at 1 in another stop the run until a person has declared what they mean.

use std::collections::BTreeMap;

use super::plan::{DatasetPlan, WavePlan};
use crate::error::{Problem, Severity, some_of};
use crate::frame::{Described, Frame, Values};
use crate::rejects::{Ledger, Refused};
use crate::schema::{Codebook, Field, Kind};
use crate::waves::{Meaning, meaning};

/// Rows from which on, and share of the wave's rows from which on, a refused code is no slip of the keyboard.
const SYSTEMATIC: (u64, f64) = (5, 0.01);

/// What one wave's file holds, as far as codes are concerned.
pub(super) struct WaveFacts {
    /// The name of each field's column, and what the file says about it.
    pub fields: BTreeMap<String, (String, Described)>,
    /// Codes of recoded fields that the crosswalk does not name, with their count.
    pub unmapped: BTreeMap<String, BTreeMap<String, u64>>,
    pub rows: u64,
}

/// Whether only the data can tell that the waves agree.
pub(super) fn needs_data(dataset: &DatasetPlan) -> bool {
    dataset.waves.len() > 1 || dataset.waves.iter().any(|wave| !wave.crosswalk.recodes.is_empty())
}

/// Every code whose meaning is not settled.
pub(super) fn problems(dataset: &DatasetPlan, facts: &[WaveFacts], ledger: &Ledger, frame: &Frame) -> Vec<Problem> {
    let waves: Vec<(&WavePlan, &WaveFacts)> = dataset.waves.iter().zip(facts).collect();
    let mut found: Vec<Problem> = waves.iter().flat_map(|(wave, facts)| uncovered(wave, facts)).collect();
    if waves.len() < 2 {
        return found;
    }
    let refused = refused(ledger);
    for field in &dataset.codebook.fields {
        found.extend(other_labels(field, &dataset.codebook, &waves));
        found.extend(strange_codes(field, dataset, &waves, &refused, frame));
    }
    found
}

/// Codes that were observed in a recoded field and that the crosswalk neither translates nor drops.
fn uncovered(wave: &WavePlan, facts: &WaveFacts) -> Vec<Problem> {
    let problem = |(field, codes): (&String, &BTreeMap<String, u64>)| {
        let recode = wave.crosswalk.recode(field)?;
        let named: Vec<String> = codes.keys().map(|code| format!("`{code}`")).collect();
        let counted: Vec<String> = codes.iter().map(|(code, count)| format!("`{code}` {}", times(*count))).collect();
        let noun = if codes.len() == 1 { "code" } else { "codes" };
        let message = format!("{noun} {} of `{field}` in wave {} has no translation", some_of(named.iter().map(String::as_str)), wave.id);
        let first = codes.keys().next().map(String::as_str).unwrap_or_default();
        let problem = Problem::new("wave::unmapped_code", if codes.len() == 1 { message } else { message.replace(" has no ", " have no ") })
            .found(format!("{} in {}", some_of(counted.iter().map(String::as_str)), wave.name))
            .expected("every observed code in `map`, or in `drop`")
            .help(format!("add \"{first}\" = \"…\" to `map` if you know what it means today, or drop = [\"{first}\"] to count it as missing"));
        Some(recode.place(problem))
    };
    facts.unmapped.iter().filter_map(problem).collect()
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Labels of the files that give one code two meanings, and labels that the codebook has at another code.
fn other_labels(field: &Field, book: &Codebook, waves: &[(&WavePlan, &WaveFacts)]) -> Vec<Problem> {
    if !matches!(field.kind, Kind::Category { .. } | Kind::Split { .. } | Kind::Integer) {
        return Vec::new();
    }
    let is_answer = |code: &str| !field.missing.iter().chain(&book.missing).any(|(known, _)| known == code);
    let labelled: Vec<(&WavePlan, &Described)> = waves
        .iter()
        .filter(|(wave, _)| !wave.crosswalk.declares(&field.name))
        .filter_map(|(wave, facts)| Some((*wave, &facts.fields.get(&field.name)?.1)))
        .filter(|(_, described)| !described.levels.is_empty())
        .collect();
    let mut found = Vec::new();
    for (wave, described) in &labelled {
        for (code, label) in described.levels.iter().filter(|(code, _)| is_answer(code) && described.missing_reason(code).is_none()) {
            let earlier = labelled.iter().take_while(|(other, _)| other.id != wave.id);
            let mut known = earlier.filter_map(|(other, described)| {
                let (_, before) = described.levels.iter().find(|(known, _)| known == code)?;
                (described.missing_reason(code).is_none() && meaning(before, label) == Meaning::Other).then_some((other.name.as_str(), before.as_str()))
            });
            let clash = known.next().or_else(|| swapped(field, code, label).map(|label| ("the codebook", label)));
            found.extend(clash.map(|(place, other)| changed(field, code, (place, other), (&wave.name, label))));
        }
    }
    found
}

/// The codebook's label of a code, where the file's label is that of another code.
fn swapped<'a>(field: &'a Field, code: &str, label: &str) -> Option<&'a str> {
    let (Kind::Category { levels, .. } | Kind::Split { levels, .. }) = &field.kind else { return None };
    // Mostly the labels are the same, so that the others need no look.
    let own = levels.iter().find(|level| level.code == code).filter(|own| meaning(&own.label, label) == Meaning::Other)?;
    let elsewhere = levels.iter().any(|level| level.code != code && level.label != own.label && meaning(&level.label, label) == Meaning::Same);
    elsewhere.then_some(own.label.as_str())
}

fn changed(field: &Field, code: &str, before: (&str, &str), after: (&str, &str)) -> Problem {
    let name = &field.name;
    Problem::new("wave::meaning_changed", format!("code `{code}` of `{name}` has two meanings"))
        .at(after.0)
        .found(format!("“{}” in {}, “{}” in {}", before.1, before.0, after.1, after.0))
        .expected("one meaning for a code in all waves")
        .help(format!(
            "in the wave's crosswalk, translate the codes ([[recode]] field = \"{name}\"), end the trend ([[break]]), or say that it is the same ([[same]])"
        ))
}

type RefusedCodes<'a> = BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, u64>>;

/// Refused values by wave and column, with their count.
fn refused(ledger: &Ledger) -> RefusedCodes<'_> {
    let mut refused = RefusedCodes::new();
    for entry in ledger.entries.iter().filter(|entry| entry.refused == Refused::Value && matches!(entry.rule, "levels" | "range")) {
        *refused.entry((entry.wave.as_str(), entry.column.as_str())).or_default().entry(entry.raw.trim()).or_default() += 1;
    }
    refused
}

/// Codes that one wave holds again and again although the codebook does not have them: a scale that begins elsewhere, or a new level.
fn strange_codes(field: &Field, dataset: &DatasetPlan, waves: &[(&WavePlan, &WaveFacts)], refused: &RefusedCodes<'_>, frame: &Frame) -> Vec<Problem> {
    let Some((low, high)) = ends(field) else { return Vec::new() };
    let systematic = |(wave, facts): &(&WavePlan, &WaveFacts)| -> Vec<(String, u64)> {
        let Some((column, _)) = facts.fields.get(&field.name) else { return Vec::new() };
        let codes = refused.get(&(wave.id.as_str(), column.as_str()));
        let often = |count: u64| count >= SYSTEMATIC.0 && count as f64 >= SYSTEMATIC.1 * facts.rows as f64;
        codes.into_iter().flatten().filter(|(_, count)| often(**count)).map(|(code, count)| ((*code).to_owned(), *count)).collect()
    };
    let strange: Vec<Vec<(String, u64)>> = waves.iter().map(systematic).collect();
    let mut found = Vec::new();
    for ((wave, _), codes) in waves.iter().zip(&strange).filter(|((wave, _), _)| wave.crosswalk.recode(&field.name).is_none()) {
        let shift = |(code, _): &&(String, u64)| {
            let Ok(code) = code.parse::<i64>() else { return false };
            let beyond = |end: Option<i64>, other: i64| end == Some(code) && !observed(field, other, wave, frame);
            beyond(low.checked_sub(1), high) || beyond(high.checked_add(1), low)
        };
        let problem = if let Some((code, count)) = codes.iter().find(shift) {
            shifted(field, (low, high), wave, code, *count)
        } else {
            let is_new = |code: &&(String, u64)| strange.iter().any(|other| !other.iter().any(|(known, _)| *known == code.0));
            let levels = matches!(field.kind, Kind::Category { .. } | Kind::Split { .. });
            let Some((code, count)) = codes.iter().find(is_new).filter(|_| levels) else { continue };
            unknown(field, dataset, wave, code, *count)
        };
        let settled = wave.crosswalk.breaks(&field.name).is_some();
        found.push(if settled { problem.severity(Severity::Warning) } else { problem });
    }
    found
}

/// Lowest and highest code of a question whose codes are whole numbers one after the other.
fn ends(field: &Field) -> Option<(i64, i64)> {
    let whole = |number: f64| format!("{number}").parse::<i64>().ok();
    match (&field.kind, field.range) {
        (Kind::Integer, Some((low, high))) => Some((whole(low)?, whole(high)?)),
        (Kind::Category { levels, .. }, _) => {
            let codes: Option<Vec<i64>> = levels.iter().map(|level| level.code.parse().ok()).collect();
            let codes = codes.filter(|codes| !codes.is_empty()).unwrap_or_else(|| vec![i64::MIN, i64::MAX]);
            Some((codes.iter().copied().min()?, codes.iter().copied().max()?))
        }
        (Kind::Split { .. }, _) => Some((i64::MIN, i64::MAX)),
        _ => None,
    }
}

/// Whether anybody in the wave has a code.
fn observed(field: &Field, code: i64, wave: &WavePlan, frame: &Frame) -> bool {
    let position = |name: &str, level: &str| frame.levels.get(name).and_then(|levels| levels.position(level));
    let own = position("wave", &wave.id);
    let wanted = match &field.kind {
        Kind::Category { levels, .. } => levels.iter().find(|level| level.code.parse() == Ok(code)).and_then(|level| position(&field.name, &level.label)),
        _ => None,
    };
    let batches = frame.batches.iter().filter(|batch| batch.levels("wave").and_then(|waves| waves.first().copied()) == own);
    batches.filter_map(|batch| batch.column(&field.name)).any(|column| match &column.values {
        Values::Number(values) => values.iter().any(|value| (*value - code as f64).abs() < 0.5),
        Values::Level(values) => wanted.is_some_and(|wanted| values.contains(&wanted)),
        _ => true,
    })
}

fn shifted(field: &Field, (low, high): (i64, i64), wave: &WavePlan, code: &str, count: u64) -> Problem {
    let name = &field.name;
    let step = if code.parse::<i64>().is_ok_and(|code| code < low) { -1 } else { 1 };
    let (from, to) = (low.saturating_add(step), high.saturating_add(step));
    let pairs: Vec<String> = (from..=to).take(12).map(|code| format!("\"{code}\" = \"{}\"", code.saturating_sub(step))).collect();
    let map = if to.saturating_sub(from) > 11 { "…".to_owned() } else { pairs.join(", ") };
    Problem::new("wave::range_shifted", format!("`{name}` runs from {from} to {to} in wave {}, not from {low} to {high}", wave.id))
        .at(wave.name.clone())
        .found(format!("`{code}` {}, and `{}` never", times(count), if step < 0 { high } else { low }))
        .expected(format!("{low} to {high}, as the codebook has it"))
        .help(format!(
            "if every code moved by one, say so in the wave's crosswalk: [[recode]] field = \"{name}\", map = {{ {map} }}; if the trend ends here: [[break]]"
        ))
}

fn unknown(field: &Field, dataset: &DatasetPlan, wave: &WavePlan, code: &str, count: u64) -> Problem {
    let name = &field.name;
    let known: Vec<&str> = match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => levels.iter().map(|level| level.code.as_str()).collect(),
        _ => Vec::new(),
    };
    Problem::new(
        "wave::unknown_code",
        // The message stands in public notes too, and the code is what people typed.
        format!("`{name}` has a code in wave {} that the codebook `{}` does not have", wave.id, dataset.codebook.id),
    )
    .at(wave.name.clone())
    .found(format!("`{code}` {}", times(count)))
    .expected(some_of(known))
    .help(format!(
        "add the level to the codebook, or translate or drop the code in the wave's crosswalk: [[recode]] field = \"{name}\"; if the trend ends here: [[break]]"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::ReadOptions;
    use crate::schema::Crosswalk;

    const BOOK: &str = "id = 't'\ntitle = 'T'\nunit = 'people'\nmissing = { '9' = 'refused' }\n[[field]]\nname = 'seen'\ntype = 'category'\nlevels = [{ code = '1', label = 'Yes' }, { code = '2', label = 'No' }]\n[[field]]\nname = 'mood'\ntype = 'integer'\nrange = [1, 3]\n";

    fn wave(id: &str, crosswalk: &str) -> WavePlan {
        let (crosswalk, problems) = Crosswalk::parse("c.toml", crosswalk);
        assert!(problems.is_empty(), "{problems:?}");
        WavePlan { id: id.to_owned(), date: None, path: id.into(), name: format!("{id}.sav"), crosswalk, corrections: None, options: ReadOptions::default() }
    }

    fn facts(field: &str, levels: &[(&str, &str)]) -> WaveFacts {
        let levels = levels.iter().map(|(code, label)| ((*code).to_owned(), (*label).to_owned())).collect();
        let described = Described { levels, ..Described::default() };
        WaveFacts { fields: [(field.to_owned(), (field.to_owned(), described))].into(), unmapped: BTreeMap::new(), rows: 100 }
    }

    /// What is wrong with a field whose files have these labels in two waves; the later has the crosswalk.
    fn told(field: &str, before: &[(&str, &str)], after: &[(&str, &str)], crosswalk: &str) -> Vec<(&'static str, String)> {
        let (book, problems) = Codebook::parse("t.toml", BOOK);
        assert!(problems.is_empty(), "{problems:?}");
        let (one, two) = (wave("1", "title = 'none'"), wave("2", &format!("title = 'W'\n{crosswalk}")));
        let (first, second) = (facts(field, before), facts(field, after));
        let field = book.field(field).expect("a field of the book");
        let found = other_labels(field, &book, &[(&one, &first), (&two, &second)]);
        found.into_iter().map(|problem| (problem.code, problem.found.unwrap_or_default())).collect()
    }

    #[test]
    fn one_code_with_two_labels_stops_the_run_until_somebody_declares_it() {
        let (low, high) = ([("1", "Never"), ("2", "Often")], [("1", "Often"), ("2", "Never")]);
        let found = told("mood", &low, &high, "");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], ("wave::meaning_changed", "“Never” in 1.sav, “Often” in 2.sav".to_owned()));
        for declared in ["[[recode]]\nfield = 'mood'\nmap = { '1' = '2', '2' = '1' }", "[[break]]\nfield = 'mood'", "[[same]]\nfield = 'mood'"] {
            assert!(told("mood", &low, &high, &format!("{declared}\nreason = 'r'")).is_empty(), "{declared}");
        }
    }

    #[test]
    fn spellings_missing_codes_and_words_of_ones_own_are_no_other_meaning() {
        assert!(told("mood", &[("1", "Never"), ("9", "Refused")], &[("1", "never "), ("9", "Declined to say")], "").is_empty());
        // The codebook may name a level in its own words, but not another level's.
        assert!(told("seen", &[("1", "I have"), ("2", "I have not")], &[], "").is_empty());
        let found = told("seen", &[("1", "No"), ("2", "Yes")], &[], "");
        assert_eq!(found.len(), 2);
        assert!(found[0].1.contains("“Yes” in the codebook"), "{found:?}");
    }
}
