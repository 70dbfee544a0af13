//! Stored rows of two runs in, the split of each changed mean into people changed, joiners, leavers, and mix out.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::ingest::{self, ReadOptions};
use crate::results::ResultRow;
use crate::runs::Run;
use crate::stats::{ChangeOfPeople, GroupChange, Weighted, change_of_people, within_and_mix};

/// A changed mean, split.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Id of the figure.
    pub id: String,
    /// Its name.
    pub label: String,
    /// The parts; none where nobody is in both runs.
    pub people: Option<ChangeOfPeople>,
    /// People in both runs, only in the later, only in the earlier.
    pub counts: (u64, u64, u64),
    /// Change within groups and by another mix of them, for each grouping of the analysis.
    pub groups: Vec<GroupSplit>,
}

/// The two parts of a change by one grouping.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSplit {
    /// The grouping variable.
    pub by: String,
    /// Change within groups.
    pub within: f64,
    /// Change because groups have other shares.
    pub mix: f64,
}

impl Split {
    /// Whether nobody joined or left, or as many as a published cell needs.
    pub(super) fn is_large_enough(&self, fewest: u64) -> bool {
        let (_, joined, left) = self.counts;
        [joined, left].iter().all(|count| *count == 0 || *count >= fewest)
    }
}

/// One row of a dataset: who, value and weight, levels of the groupings.
struct Person {
    key: String,
    answer: Weighted,
    groups: Vec<String>,
}

/// What to read of a stored dataset.
struct Wanted<'a> {
    key: Vec<&'a str>,
    weight: Option<&'a str>,
    groups: Vec<&'a str>,
    variable: &'a str,
}

/// The split of each mean that can be made again from the stored rows of both runs.
pub(super) fn splits(old: &Run, new: &Run, pairs: &[(ResultRow, &ResultRow)]) -> Result<Vec<Split>, Error> {
    let mut splits = Vec::new();
    for (was, row) in pairs {
        let about = new.dataset(&row.dataset);
        let wanted = Wanted {
            key: texts(&about["key"]),
            weight: about["design"]["weight"].as_str(),
            groups: texts(&new.provenance["analyses"][row.analysis.as_str()]["by"]).into_iter().filter(|by| *by != "wave").collect(),
            variable: &row.variable,
        };
        if wanted.key.is_empty() {
            continue;
        }
        let read = |run: &Run, wave: Option<&str>| {
            let file = |folder: &std::path::PathBuf| folder.join(format!("{}.parquet", row.dataset));
            run.restricted.as_ref().map(|folder| people(&file(folder), &wanted, wave)).transpose()
        };
        let (Some(Some(before)), Some(Some(after))) = (read(old, was.wave.as_deref())?, read(new, row.wave.as_deref())?) else { continue };
        // A mean that its rows do not give is not a plain mean of people.
        if makes(&before, was.estimate) && makes(&after, row.estimate) {
            splits.push(split(was, row, &before, &after, &wanted));
        }
    }
    Ok(splits)
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn mean(people: &[Person]) -> Option<f64> {
    let (sum, weight) = people.iter().fold((0.0, 0.0), |(sum, weight), one| (sum + one.answer.value * one.answer.weight, weight + one.answer.weight));
    (weight > 0.0).then(|| sum / weight)
}

/// Whether rows give a released mean.
fn makes(people: &[Person], released: Option<f64>) -> bool {
    mean(people).zip(released).is_some_and(|(own, released)| (own - released).abs() <= 1e-9 * released.abs().max(1.0))
}

/// The rows with an answer; nothing where the file is not there or lacks a column.
fn people(path: &Path, wanted: &Wanted<'_>, wave: Option<&str>) -> Result<Option<Vec<Person>>, Error> {
    if !path.is_file() {
        return Ok(None);
    }
    let mut reader = ingest::open(path, &ReadOptions::default())?;
    let place = |name: &str| reader.header().iter().position(|column| column == name);
    let keys: Option<Vec<usize>> = wanted.key.iter().map(|name| place(name)).collect();
    let groups: Option<Vec<usize>> = wanted.groups.iter().map(|name| place(name)).collect();
    let (Some(keys), Some(groups), Some(variable)) = (keys, groups, place(wanted.variable)) else { return Ok(None) };
    let weight = wanted.weight.and_then(place).or_else(|| place("design_weight"));
    let wave = place("wave").zip(wave);
    let mut people = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        for row in 0..batch.rows() {
            let cell = |column: usize| batch.field_str(row, column);
            let weight = weight.map_or(Some(1.0), |column| cell(column).parse().ok());
            let (Ok(value), Some(weight)) = (cell(variable).parse::<f64>(), weight.filter(|weight| *weight > 0.0)) else { continue };
            if wave.is_none_or(|(column, wave)| cell(column) == wave) {
                let key = keys.iter().map(|column| cell(*column)).collect::<Vec<_>>().join("\u{1f}");
                people.push(Person { key, answer: Weighted { value, weight }, groups: groups.iter().map(|column| cell(*column).to_owned()).collect() });
            }
        }
    }
    Ok(Some(people))
}

fn split(was: &ResultRow, row: &ResultRow, before: &[Person], after: &[Person], wanted: &Wanted<'_>) -> Split {
    let known: BTreeMap<&str, Weighted> = before.iter().map(|one| (one.key.as_str(), one.answer)).collect();
    let now: BTreeMap<&str, Weighted> = after.iter().map(|one| (one.key.as_str(), one.answer)).collect();
    let stayed: Vec<(Weighted, Weighted)> = now.iter().filter_map(|(key, answer)| Some((*known.get(key)?, *answer))).collect();
    let joined: Vec<Weighted> = now.iter().filter(|(key, _)| !known.contains_key(*key)).map(|(_, answer)| *answer).collect();
    let left: Vec<Weighted> = known.iter().filter(|(key, _)| !now.contains_key(*key)).map(|(_, answer)| *answer).collect();
    let groups = wanted.groups.iter().enumerate().map(|(place, by)| {
        let (within, mix) = within_and_mix(&groups(before, after, place));
        GroupSplit { by: (*by).to_owned(), within, mix }
    });
    let count = |all: usize| u64::try_from(all).unwrap_or(u64::MAX);
    Split {
        id: row.id(),
        label: match (&was.wave, row.label.clone().unwrap_or_default()) {
            (Some(wave), label) if was.wave != row.wave => format!("{label} (was {wave})"),
            (_, label) => label,
        },
        people: change_of_people(&stayed, &joined, &left),
        counts: (count(stayed.len()), count(joined.len()), count(left.len())),
        groups: groups.collect(),
    }
}

/// Shares and means of the levels of one grouping in both runs. A level that one run lacks has the other's mean there.
fn groups(before: &[Person], after: &[Person], place: usize) -> Vec<GroupChange> {
    let sums = |people: &[Person]| {
        let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        for one in people {
            let sum = sums.entry(one.groups.get(place).cloned().unwrap_or_default()).or_default();
            sum.0 += one.answer.value * one.answer.weight;
            sum.1 += one.answer.weight;
        }
        sums
    };
    let (was, is) = (sums(before), sums(after));
    let all = |sums: &BTreeMap<String, (f64, f64)>| sums.values().map(|(_, weight)| weight).sum::<f64>();
    let (all_before, all_after) = (all(&was), all(&is));
    let levels: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let change = |level: &String| {
        let mean = |sums: &BTreeMap<String, (f64, f64)>| sums.get(level).map(|(sum, weight)| sum / weight);
        let share = |sums: &BTreeMap<String, (f64, f64)>, all: f64| sums.get(level).map_or(0.0, |(_, weight)| weight / all);
        let (mean_before, mean_after) = (mean(&was).or_else(|| mean(&is))?, mean(&is).or_else(|| mean(&was))?);
        Some(GroupChange { share_before: share(&was, all_before), mean_before, share_after: share(&is, all_after), mean_after })
    };
    levels.into_iter().filter_map(change).collect()
}
