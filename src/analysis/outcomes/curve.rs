//! Scored frame in, the points of a vital-signs curve out: a local smooth with its interval on a fixed grid.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{CONF_LEVEL, Context, ScoredScale, add_t_interval};
use crate::frame::Frame;
use crate::results::{ResultRow, Stat, Support, Unit};
use crate::stats;

/// Years at which the curve is evaluated; nobody's own value is a point of it.
const GRID: [f64; 15] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0];
/// Share of people in each local fit.
const SPAN: f64 = 0.5;

/// Samples of the bootstrap, and its seed unless the pipeline says another.
const REPLICATES: u32 = 400;
const SEED: u64 = 1;

/// The points of a curve with the units and strata that they were drawn in.
#[derive(Default)]
struct Drawn {
    x: Vec<f64>,
    y: Vec<f64>,
    units: Vec<u32>,
    strata: Vec<u32>,
    /// Whether all clusters of a stratum answered somewhere.
    is_census: bool,
}

/// The curve of a scale's headline in the latest wave. It ends where fewer people than the threshold remain.
pub(super) fn rows(context: &Context<'_>, frame: &Frame, scale: &ScoredScale, years: &str) -> Vec<ResultRow> {
    let Some(score) = scale.scores.first() else { return Vec::new() };
    let wave = context.subject.waves.last().map(String::as_str).unwrap_or_default();
    let drawn = points(context, frame, score, years, wave);
    let weights = vec![1.0; drawn.x.len()];
    let beyond = |at: f64| drawn.x.iter().filter(|value| **value >= at).count() as u64;
    let seed = context.settings.seed.unwrap_or(SEED);
    let how = stats::Resampling { units: &drawn.units, strata: &drawn.strata, replicates: REPLICATES, seed };
    let errors = stats::smooth_bootstrap(&drawn.x, &drawn.y, &GRID, SPAN, how);
    let units: BTreeSet<(u32, u32)> = drawn.strata.iter().copied().zip(drawn.units.iter().copied()).collect();
    let strata: BTreeSet<u32> = drawn.strata.iter().copied().collect();
    let df = (units.len() - strata.len()) as f64;
    let resampled = match (context.subject.cluster.is_some(), drawn.is_census) {
        (true, false) => "clusters within strata",
        (true, true) => "people within clusters, where all clusters of a stratum answered, else of clusters",
        (false, _) => "people within strata",
    };
    let mut rows = Vec::new();
    for point in stats::smooth_on_grid(&drawn.x, &drawn.y, &weights, &GRID, SPAN) {
        if point.x > 0.0 && beyond(point.x) < context.subject.minimum_cell {
            break;
        }
        let error = GRID.iter().position(|place| place.total_cmp(&point.x).is_eq()).and_then(|place| errors[place]);
        let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, score, Stat::Smooth, Unit::Points);
        row.level = Some(point.x.to_string());
        row.estimate = Some(point.fit);
        if let Some(error) = error.filter(|_| df > 0.0) {
            (row.std_error, row.df) = (Some(error), Some(df));
            add_t_interval(&mut row, CONF_LEVEL);
        }
        row.n = Some(point.n_near as f64);
        row.method = format!(
            "local linear smooth over {years}, span {SPAN}, unweighted, pointwise t interval with the error of {REPLICATES} bootstrap samples of {resampled}, \
             seed {seed}"
        );
        row.support = Support::People { behind: point.n_near, outside: None };
        rows.push(context.in_wave(row, wave));
    }
    rows
}

fn points(context: &Context<'_>, frame: &Frame, score: &str, years: &str, wave: &str) -> Drawn {
    let position = frame.levels.get("wave").and_then(|levels| levels.position(wave));
    let (mut drawn, mut fpc) = (Drawn::default(), Vec::new());
    for batch in &frame.batches {
        let (Some(at), Some(values)) = (batch.numbers(years), batch.numbers(score)) else { continue };
        let waves = batch.levels("wave").filter(|_| !wave.is_empty());
        let levels = |name: &Option<String>| name.as_ref().and_then(|name| batch.levels(name));
        let (units, strata) = (levels(&context.subject.cluster), levels(&context.subject.strata));
        let population = context.subject.fpc.first().and_then(|name| batch.numbers(name)).filter(|_| units.is_some());
        for row in (0..batch.rows()).filter(|row| waves.is_none_or(|waves| Some(waves[*row]) == position)) {
            if !at[row].is_nan() && !values[row].is_nan() {
                drawn.units.push(units.map_or_else(|| u32::try_from(drawn.x.len()).unwrap_or(u32::MAX), |units| units[row]));
                drawn.strata.push(strata.map_or(0, |strata| strata[row]));
                fpc.extend(population.map(|population| population[row]));
                drawn.x.push(at[row]);
                drawn.y.push(values[row]);
            }
        }
    }
    drawn.people_of_censuses(&fpc);
    drawn
}

impl Drawn {
    /// Where every cluster of a stratum answered, clusters were not drawn but people within each: the cluster is their stratum.
    fn people_of_censuses(&mut self, clusters_in_population: &[f64]) {
        let mut strata: BTreeMap<u32, (BTreeSet<u32>, f64)> = BTreeMap::new();
        for ((stratum, unit), population) in self.strata.iter().zip(&self.units).zip(clusters_in_population) {
            let known = strata.entry(*stratum).or_default();
            known.0.insert(*unit);
            known.1 = population.max(known.1);
        }
        // a number below 1 is the share that was drawn
        let is_census = |stratum: &u32| strata.get(stratum).is_some_and(|(units, population)| *population >= 1.0 && units.len() as f64 >= *population);
        let mut places: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let strata_before = self.strata.clone();
        for (row, stratum) in strata_before.iter().enumerate() {
            let within = is_census(stratum).then_some(self.units[row]);
            let next = u32::try_from(places.len()).unwrap_or(u32::MAX);
            self.strata[row] = *places.entry((*stratum, within.unwrap_or(u32::MAX))).or_insert(next);
            if within.is_some() {
                (self.units[row], self.is_census) = (u32::try_from(row).unwrap_or(u32::MAX), true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_drawn_where_all_clusters_answered() {
        let mut drawn = Drawn { units: vec![1, 1, 2, 3, 4], strata: vec![0, 0, 0, 5, 5], ..Drawn::default() };
        drawn.people_of_censuses(&[2.0, 2.0, 2.0, 3.0, 3.0]);
        assert_eq!((drawn.strata, drawn.units, drawn.is_census), (vec![0, 0, 1, 2, 2], vec![0, 1, 2, 3, 4], true));
        let mut clusters = Drawn { units: vec![1, 1, 2], strata: vec![0, 0, 0], ..Drawn::default() };
        clusters.people_of_censuses(&[]);
        assert_eq!((clusters.units, clusters.is_census), (vec![1, 1, 2], false));
        let mut shares = Drawn { units: vec![1, 1, 2], strata: vec![0, 0, 0], ..Drawn::default() };
        shares.people_of_censuses(&[0.3, 0.3, 0.3]);
        assert!(!shares.is_census);
    }
}
