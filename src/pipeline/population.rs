//! Frame and registry in, weights and population sizes of both stages added as columns.
//!
//! Units are drawn from the registry within a stratum, people from the roll of their unit; both
//! within a wave. A row whose unit is not in the registry has no weight and counts for nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{DatasetPlan, Registry};
use super::subject::{STAGES, WEIGHT};
use crate::frame::{Batch, Column, Frame, Values};

/// Adds the design columns. Returns how many rows have no weight.
pub(super) fn add_design(dataset: &DatasetPlan, frame: &mut Frame) -> u64 {
    if dataset.design.frame.is_some() || dataset.design.census {
        from_frame(dataset.design.frame, frame);
    }
    dataset.population.as_ref().map_or(0, |registry| from_registry(registry, frame))
}

/// Rows drawn from a frame of so many units, or in a census from those that answered; every wave anew.
fn from_frame(units: Option<f64>, frame: &mut Frame) {
    let wave = |batch: &Batch, row: usize| batch.levels("wave").map_or(0, |waves| waves[row]);
    let mut answering: BTreeMap<u32, f64> = BTreeMap::new();
    for batch in &frame.batches {
        (0..batch.rows()).for_each(|row| *answering.entry(wave(batch, row)).or_default() += 1.0);
    }
    for batch in &mut frame.batches {
        let answered: Vec<f64> = (0..batch.rows()).map(|row| answering.get(&wave(batch, row)).copied().unwrap_or(1.0)).collect();
        push(batch, WEIGHT, answered.iter().map(|answered| units.unwrap_or(*answered) / answered).collect());
        push(batch, STAGES[0], answered.iter().map(|answered| units.unwrap_or(*answered)).collect());
    }
}

fn push(batch: &mut Batch, name: &str, values: Vec<f64>) {
    batch.push(Column { name: name.to_owned(), values: Values::Number(values), missing: Vec::new() });
}

/// Stratum and unit of a wave.
type Place = (u32, String);

fn from_registry(registry: &Registry, frame: &mut Frame) -> u64 {
    let names = frame.levels.get(&registry.unit).cloned().unwrap_or_default();
    let unit_of = |position: u32| names.name(position).and_then(|name| registry.units.get(name));
    let mut in_population: BTreeMap<&str, f64> = BTreeMap::new();
    let mut strata: Vec<&str> = registry.units.values().map(|(stratum, _)| stratum.as_str()).collect();
    strata.sort_unstable();
    for stratum in strata {
        *in_population.entry(stratum).or_default() += 1.0;
    }
    let mut answering: BTreeMap<Place, BTreeSet<u32>> = BTreeMap::new();
    let mut people: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for batch in &frame.batches {
        let Some(units) = batch.levels(&registry.unit) else { continue };
        for (row, unit) in units.iter().enumerate() {
            let wave = batch.levels("wave").map_or(0, |waves| waves[row]);
            if let Some((stratum, _)) = unit_of(*unit) {
                answering.entry((wave, stratum.clone())).or_default().insert(*unit);
                *people.entry((wave, *unit)).or_default() += 1.0;
            }
        }
    }
    let mut unplaced = 0;
    for batch in &mut frame.batches {
        let Some(units) = batch.levels(&registry.unit).map(<[u32]>::to_vec) else { continue };
        let waves = batch.levels("wave").map(<[u32]>::to_vec);
        let (mut weights, mut first, mut second) = (Vec::new(), Vec::new(), Vec::new());
        for (row, unit) in units.iter().enumerate() {
            let wave = waves.as_ref().map_or(0, |waves| waves[row]);
            let Some((stratum, roll)) = unit_of(*unit) else {
                unplaced += 1;
                weights.push(0.0);
                first.push(1.0);
                second.push(1.0);
                continue;
            };
            let sampled = answering.get(&(wave, stratum.clone())).map_or(1.0, |units| units.len() as f64);
            let answered = people.get(&(wave, *unit)).copied().unwrap_or(1.0);
            // More answers than names on the roll mean that the roll is short: everybody answered.
            let on_roll = roll.map_or(answered, |roll| roll.max(answered));
            let all_units = in_population.get(stratum.as_str()).copied().unwrap_or(sampled);
            weights.push(all_units / sampled * on_roll / answered);
            first.push(all_units);
            second.push(on_roll);
        }
        push(batch, WEIGHT, weights);
        push(batch, STAGES[0], first);
        push(batch, STAGES[1], second);
    }
    unplaced
}
