//! Stored rows of two runs in, the split of each changed mean into people changed, joiners, leavers, and mix out.

use std::collections::{BTreeMap, BTreeSet};
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
    /// Whether nobody stayed, joined or left, or as many as a published cell needs.
    pub(super) fn is_large_enough(&self, fewest: u64) -> bool {
        let (stayed, joined, left) = self.counts;
        [stayed, joined, left].iter().all(|count| *count == 0 || *count >= fewest)
    }
}

/// One row of a dataset: who, value and weight, levels of the groupings.
struct Person {
    key: String,
    answer: Weighted,
    groups: Vec<String>,
}

/// What a mean is made of: columns of a stored dataset, and the rows that count.
struct Wanted<'a> {
    key: Vec<&'a str>,
    weight: Option<&'a str>,
    groups: Vec<&'a str>,
    variable: &'a str,
    /// Columns beside the wave and what stands in them in each row that counts.
    only: Vec<(&'a str, &'a str)>,
}

/// Columns of a stored dataset by name, as text.
type Stored = BTreeMap<String, Vec<String>>;

/// The split of each mean that can be made again from the stored rows of both runs.
pub(super) fn splits(old: &Run, new: &Run, pairs: &[(ResultRow, &ResultRow)]) -> Result<Vec<Split>, Error> {
    let mut by_dataset: BTreeMap<&str, Vec<(&ResultRow, &ResultRow, Wanted<'_>)>> = BTreeMap::new();
    for (was, row) in pairs {
        by_dataset.entry(&row.dataset).or_default().push((was, row, wanted(new, row)));
    }
    let mut splits = Vec::new();
    for (dataset, asked) in by_dataset {
        let names: BTreeSet<&str> = asked.iter().flat_map(|(_, _, wanted)| wanted.columns()).collect();
        let read = |run: &Run| run.restricted.as_ref().map(|folder| stored(&folder.join(format!("{dataset}.parquet")), &names)).transpose();
        let (Some(Some(before)), Some(Some(after))) = (read(old)?, read(new)?) else { continue };
        for (was, row, wanted) in asked.iter().filter(|(_, _, wanted)| !wanted.key.is_empty()) {
            let (Some(before), Some(after)) = (people(&before, wanted, was.wave.as_deref()), people(&after, wanted, row.wave.as_deref())) else { continue };
            // A mean that its rows do not give is not a plain mean of people.
            if makes(&before, was.estimate) && makes(&after, row.estimate) {
                splits.push(split(was, row, &before, &after, wanted));
            }
        }
    }
    Ok(splits)
}

fn wanted<'a>(run: &'a Run, row: &'a ResultRow) -> Wanted<'a> {
    let about = run.dataset(&row.dataset);
    let fixed: BTreeMap<&str, &str> = row.groups.iter().map(|(group, level)| (group.as_str(), level.as_str())).collect();
    Wanted {
        key: texts(&about["key"]),
        weight: about["design"]["weight"].as_str(),
        groups: texts(&run.provenance["analyses"][row.analysis.as_str()]["by"]).into_iter().filter(|by| *by != "wave" && !fixed.contains_key(by)).collect(),
        variable: &row.variable,
        only: fixed.into_iter().filter(|(group, _)| *group != "wave").collect(),
    }
}

impl<'a> Wanted<'a> {
    /// The columns to read; weights and waves where the file has them.
    fn columns(&self) -> impl Iterator<Item = &'a str> {
        let named = self.key.iter().chain(&self.groups).copied().chain(self.only.iter().map(|(group, _)| *group));
        named.chain(self.weight).chain([self.variable, DESIGN_WEIGHT, "wave"]).collect::<Vec<_>>().into_iter()
    }
}

/// Weights that follow from the design.
const DESIGN_WEIGHT: &str = "design_weight";

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

/// Columns of a stored dataset; nothing where it is not there.
fn stored(path: &Path, names: &BTreeSet<&str>) -> Result<Option<Stored>, Error> {
    if !path.is_file() {
        return Ok(None);
    }
    let mut reader = ingest::open(path, &ReadOptions::default())?;
    let places: Vec<(usize, String)> = reader.header().iter().cloned().enumerate().filter(|(_, name)| names.contains(name.as_str())).collect();
    let mut columns: Stored = places.iter().map(|(_, name)| (name.clone(), Vec::new())).collect();
    while let Some(batch) = reader.next_batch()? {
        for (place, name) in &places {
            let cells = (0..batch.rows()).map(|row| batch.field_str(row, *place).to_owned());
            columns.entry(name.clone()).or_default().extend(cells);
        }
    }
    Ok(Some(columns))
}

/// The rows of a wave that count and have an answer; nothing where a column is missing.
fn people(stored: &Stored, wanted: &Wanted<'_>, wave: Option<&str>) -> Option<Vec<Person>> {
    let column = |name: &str| stored.get(name).map(Vec::as_slice);
    let keys: Vec<&[String]> = wanted.key.iter().map(|name| column(name)).collect::<Option<_>>()?;
    let groups: Vec<&[String]> = wanted.groups.iter().map(|name| column(name)).collect::<Option<_>>()?;
    let mut only: Vec<(&[String], &str)> = wanted.only.iter().map(|(name, level)| Some((column(name)?, *level))).collect::<Option<_>>()?;
    // A dataset of one wave may have no column for it.
    only.extend(column("wave").zip(wave));
    let (values, weights) = (column(wanted.variable)?, wanted.weight.and_then(column).or_else(|| column(DESIGN_WEIGHT)));
    let one = |row: usize| {
        let counts = only.iter().all(|(column, level)| column[row] == *level);
        let weight = weights.map_or(Some(1.0), |column| column[row].parse().ok()).filter(|weight| *weight > 0.0 && counts)?;
        let key = keys.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join("\u{1f}");
        let answer = Weighted { value: values[row].parse().ok()?, weight };
        Some(Person { key, answer, groups: groups.iter().map(|column| column[row].clone()).collect() })
    };
    Some((0..values.len()).filter_map(one).collect())
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
    let levels: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let change = |level: &String| {
        let mean = |sums: &BTreeMap<String, (f64, f64)>| sums.get(level).map(|(sum, weight)| sum / weight);
        let share = |sums: &BTreeMap<String, (f64, f64)>, all: f64| sums.get(level).map_or(0.0, |(_, weight)| weight / all);
        let (mean_before, mean_after) = (mean(&was).or_else(|| mean(&is))?, mean(&is).or_else(|| mean(&was))?);
        Some(GroupChange { share_before: share(&was, all_before), mean_before, share_after: share(&is, all_after), mean_after })
    };
    levels.into_iter().filter_map(change).collect()
}
