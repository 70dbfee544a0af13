//! A row in, the names that a draft must say to mean its people out; and a text in, which of those that are no single word it says.
//!
//! People met twice have many names (`seen twice`, `the same people`, `who answered both times`). A figure of
//! them is meant only where one of these names is said, for mostly there is the same figure of everybody.

use std::collections::{BTreeMap, BTreeSet};

use super::index::spoken;
use super::tokens::Token;
use crate::results::{ResultRow, Stat};

/// People met twice, a figure weighted or imputed for those lost: names that hold a blank, so that no word is one of them.
const TWICE: &str = "met twice";
const WEIGHTED: &str = "weighted for others";
const IMPUTED: &str = "imputed for others";

/// Groups whose levels are no names of people.
const NO_NAMES: [&str; 7] = ["wave", "compared_with", "who", "also", "split_by", "followup_window", "followup_seen"];

/// The words of a follow-up for those whom a row is of.
fn followed(row: &ResultRow) -> Option<&'static str> {
    let level = |group: &str| row.groups.get(group).map(String::as_str);
    match (level("who"), level("followup_seen"), level("followup_window")) {
        (Some("joiners"), _, _) => Some("joiners"),
        (Some("leavers"), _, _) => Some("leavers"),
        // those with an answer in time are meant where nobody is named
        (Some(_), _, _) | (None, Some("followed"), _) | (None, None, None) => None,
        (None, Some(_), _) => Some("without an answer in time"),
        (None, None, Some("closed")) => Some("due"),
        (None, None, Some("not closed")) => Some("not over"),
        (None, None, Some(_)) => Some("care ended"),
    }
}

/// Whether a row tells of one wave, though it names another: a mean or a share of those met in both.
pub(super) fn is_of_one_wave(row: &ResultRow) -> bool {
    let moved = row.variable.contains("_change") || row.variable.contains("_crossing_");
    row.groups.contains_key("compared_with") && (row.stat == Stat::Mean || row.stat == Stat::Proportion && !moved)
}

/// The name for those of whom a figure is that mostly stands beside the same figure of everybody.
fn variant(row: &ResultRow) -> Option<&'static str> {
    match row.groups.get("who").map(String::as_str)? {
        "people seen twice" if is_of_one_wave(row) || matches!(row.stat, Stat::MeanChange | Stat::Difference) => Some(TWICE),
        "weighted for those lost" => Some(WEIGHTED),
        "imputed for those lost" => Some(IMPUTED),
        _ => None,
    }
}

/// The names that say which part of the people a row is of; months by their names, regions without their state.
pub(super) fn domain(row: &ResultRow) -> Vec<Vec<String>> {
    const MONTHS: [&str; 12] = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let mut names: Vec<Vec<String>> = followed(row).map(spoken).into_iter().collect();
    names.extend(variant(row).map(|name| vec![name.to_owned()]));
    for (group, level) in row.groups.iter().filter(|(group, _)| !NO_NAMES.contains(&group.as_str())) {
        let month = level.split('-').nth(1).and_then(|month| month.parse::<usize>().ok()).and_then(|month| MONTHS.get(month.wrapping_sub(1)));
        let state = level.rsplit_once(' ').filter(|(_, last)| last.len() == 2 && last.bytes().all(|byte| byte.is_ascii_uppercase()));
        names.push(match month.filter(|_| group == "month") {
            Some(month) => vec![(*month).to_owned()],
            None => spoken(state.map_or(level.as_str(), |(name, _)| name)),
        });
    }
    names
}

/// Whether a name of a domain is one of those that `said` finds.
pub(super) fn is_variant(name: &[String]) -> bool {
    matches!(name, [one] if [TWICE, WEIGHTED, IMPUTED].contains(&one.as_str()))
}

/// What two rows have in common of which one is of everybody and the other of a variant.
type Kin<'a> = (&'a str, &'a str, Option<&'a str>, Stat, Option<&'a str>, BTreeMap<&'a String, &'a String>);

fn kin(row: &ResultRow) -> Kin<'_> {
    const OF_PEOPLE: [&str; 3] = ["who", "followup_seen", "followup_window"];
    let one_wave = matches!(row.stat, Stat::Mean | Stat::Proportion);
    let stat = if row.stat == Stat::MeanChange { Stat::Difference } else { row.stat };
    let groups = row.groups.iter().filter(|(group, _)| !(OF_PEOPLE.contains(&group.as_str()) || one_wave && *group == "compared_with"));
    (&row.dataset, &row.variable, row.level.as_deref(), stat, row.wave.as_deref(), groups.collect())
}

/// For each row of everybody the variants of which the same figure is released: where these are named, it is not meant.
pub(super) fn others(rows: &[ResultRow]) -> Vec<BTreeSet<Vec<String>>> {
    let mut variants: BTreeMap<Kin<'_>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (row, name) in rows.iter().filter_map(|row| Some((row, variant(row)?))) {
        variants.entry(kin(row)).or_default().insert(vec![name.to_owned()]);
    }
    let of = |row: &ResultRow| variants.get(&kin(row)).filter(|_| variant(row).is_none()).cloned().unwrap_or_default();
    rows.iter().map(of).collect()
}

/// The variants that a text names, with the place of a word of the name.
pub(super) fn said(text: &[Token]) -> Vec<(usize, Vec<String>)> {
    const MET: [&str; 12] = ["seen", "met", "answered", "asked", "surveyed", "interviewed", "took", "there", "measured", "reached", "followed", "found"];
    const PEOPLE: [&str; 9] = ["people", "member", "adult", "client", "coach", "group", "female", "male", "one"];
    const ALONE: [&str; 6] = ["paired", "matched", "panel", "returning", "longitudinal", "stayer"];
    let word = |place: usize| text.get(place).map(|token| token.text.as_str()).unwrap_or_default();
    let met = |place: usize| (1..=4).any(|back| place.checked_sub(back).is_some_and(|before| MET.contains(&word(before))));
    let after = |place: usize, words: &[&str]| (1..=2).any(|step| words.contains(&word(place + step)));
    let name = |place: usize| match word(place) {
        "twice" | "both" if met(place) => Some(TWICE),
        "again" if met(place) && !(1..=4).any(|back| place.checked_sub(back).is_some_and(|before| word(before) == "not")) => Some(TWICE),
        "same" if after(place, &PEOPLE) => Some(TWICE),
        alone if ALONE.contains(&alone) => Some(TWICE),
        "weighted" if after(place, &["for"]) => Some(WEIGHTED),
        "imputed" | "imputation" => Some(IMPUTED),
        _ => None,
    };
    (0..text.len()).filter_map(|place| Some((place, vec![name(place)?.to_owned()]))).collect()
}

/// Whether a sentence speaks of people who were named before it.
pub(super) fn refers_back(text: &[Token]) -> bool {
    text.iter().any(|token| ["their", "they", "them", "these", "those", "same"].contains(&token.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn people_met_twice_have_many_names() {
        let names = |text: &str| said(&tokens(text)).into_iter().flat_map(|(_, name)| name).collect::<Vec<_>>();
        for text in [
            "Among 322 people seen twice",
            "of those who answered both times",
            "in the same people",
            "mean age among members seen both then and in 2024",
            "the same 322 members",
            "members who took part both in 2023 and in 2024",
            "the paired sample",
        ] {
            assert_eq!(names(text), [TWICE], "{text}");
        }
        for text in ["came twice a week", "in both years, mean age was 42", "people not seen again", "at the same time", "39.0% (weighted)"] {
            assert!(names(text).is_empty(), "{text}");
        }
        assert_eq!(names("Weighted for those lost, the change was"), [WEIGHTED]);
        assert_eq!(names("With answers imputed for those lost"), [IMPUTED]);
    }
}
