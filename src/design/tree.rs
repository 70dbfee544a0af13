//! The rows of one domain in, a standard error for each influence function out.
//!
//! The tree holds the units of the domain at every stage that adds variance. The influence of a row
//! is summed to its units; the variance is the sum over stages and parents of
//! `Π fractions above · (1 − f) · n/(n − 1) · Σ (z_u − z̄)²`, units outside the domain counting as zero
//! (Taylor linearization over several stages, as R `survey::svyrecvar`).

use std::collections::HashMap;

use super::index::Index;
use super::sampling::{CENSUS, Sampling};
use super::{Design, LonelyPsu};

/// Relative size of squared deviations that is rounding and nothing else.
const ROUNDING: f64 = 1e-26;

/// A stratum or unit of which only one unit was taken, while the design says to fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lone(pub(crate) String);

/// Units of one stage that the domain touches.
#[derive(Debug, Default)]
struct Level {
    /// Local parent of each unit.
    parent: Vec<u32>,
    /// For each parent: units taken, fraction, product of fractions above.
    taken: Vec<f64>,
    fraction: Vec<f64>,
    above: Vec<f64>,
    /// Global parents, for messages.
    names: Vec<u32>,
}

impl Level {
    /// Whether a parent's units add variance.
    fn counts(&self, parent: usize) -> bool {
        self.above[parent] > 0.0 && self.fraction[parent] < CENSUS
    }
}

/// The units of a domain.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    index: &'a Index,
    lonely: LonelyPsu,
    levels: Vec<Level>,
    /// Unit of the last level of each row of the domain.
    leaf: Vec<u32>,
    /// Degrees of freedom.
    pub(crate) df: f64,
    /// Whether every unit was taken, so that there is no sampling error to state.
    pub(crate) census: bool,
    /// Whether the domain is one first-stage unit, taken apart into the units of the next stage.
    pub(crate) within_unit: bool,
    /// What a reader should know.
    pub(crate) notes: Vec<String>,
}

impl<'a> Tree<'a> {
    /// Builds the tree over the rows of a domain.
    pub(crate) fn new(index: &'a Index, sampling: &Sampling, design: &Design, rows: &[u32]) -> Self {
        let mut first = 0;
        while first + 1 < index.stages.len() && !rows.is_empty() && is_one_unit(index, first, rows) {
            first += 1;
        }
        let described = index.described.max(first + 1);
        let mut tree =
            Self { index, lonely: design.lonely_psu, levels: Vec::new(), leaf: Vec::new(), df: 0.0, census: false, within_unit: first > 0, notes: Vec::new() };
        tree.grow(sampling, rows, first, described);
        tree.look_for_census(design, first, described);
        tree.df = tree.degrees();
        tree
    }

    fn grow(&mut self, sampling: &Sampling, rows: &[u32], first: usize, described: usize) {
        let mut above: Vec<u32> = Vec::new();
        for stage in first..described {
            let (level, units) = self.level(sampling, rows, stage, &above);
            let goes_on = level.fraction.iter().any(|fraction| *fraction > 0.0);
            self.leaf.clone_from(&units);
            above = units;
            self.levels.push(level);
            if !goes_on {
                break;
            }
        }
    }

    /// The level of a stage and each row's local unit; `above` is each row's local unit of the stage before.
    fn level(&self, sampling: &Sampling, rows: &[u32], stage: usize, above: &[u32]) -> (Level, Vec<u32>) {
        let units = &self.index.stages[stage];
        let mut level = Level::default();
        let mut local_unit: HashMap<u32, u32> = HashMap::new();
        let mut local_parent: HashMap<u32, u32> = HashMap::new();
        let mut of_row = Vec::with_capacity(rows.len());
        for (position, row) in rows.iter().enumerate() {
            let unit = units.unit[*row as usize];
            let known = size(level.parent.len());
            let local = if units.rows_are_units { known } else { *local_unit.entry(unit).or_insert(known) };
            of_row.push(local);
            if local < known {
                continue;
            }
            let global = units.parent[unit as usize];
            let parents = size(level.names.len());
            let parent = match above.get(position) {
                Some(parent) => *parent,
                None => *local_parent.entry(global).or_insert(parents),
            };
            if parent == parents {
                level.names.push(global);
                level.taken.push(f64::from(sampling.taken[stage][global as usize]));
                level.fraction.push(sampling.fraction[stage][global as usize]);
                level.above.push(self.scale(parent));
            }
            level.parent.push(parent);
        }
        (level, of_row)
    }

    /// Product of the fractions above a unit of the last level so far.
    fn scale(&self, unit: u32) -> f64 {
        self.levels.last().map_or(1.0, |level| {
            let parent = level.parent[unit as usize] as usize;
            level.above[parent] * level.fraction[parent]
        })
    }

    /// Where everything was taken there is nothing to estimate the error from; units that hold people
    /// of whom nobody knows the number are then taken as a sample of such units.
    fn look_for_census(&mut self, design: &Design, first: usize, described: usize) {
        let all = |level: &Level| !level.fraction.is_empty() && level.fraction.iter().all(|fraction| *fraction >= CENSUS);
        if !self.levels.iter().all(all) {
            return;
        }
        if described > design.clusters.len() || first > 0 || self.levels.is_empty() {
            self.census = !self.levels.is_empty();
            return;
        }
        self.levels.truncate(1);
        self.levels[0].fraction.fill(0.0);
        self.notes.push("every unit answered and the number of people in them is not known: no finite population correction".to_owned());
    }

    /// Units minus parents of the first level that is not a census.
    fn degrees(&self) -> f64 {
        let open = self.levels.iter().find(|level| level.fraction.iter().any(|fraction| *fraction < CENSUS)).or(self.levels.last());
        open.map_or(0.0, |level| level.parent.len() as f64 - level.names.len() as f64)
    }

    /// Standard error of the sum of `influence` over the domain's rows.
    pub(crate) fn std_error(&self, influence: impl Iterator<Item = f64>) -> Result<f64, Lone> {
        let Some(last) = self.levels.last() else { return Ok(0.0) };
        let mut sums = vec![crate::stats::Sum::default(); last.parent.len()];
        for (leaf, value) in self.leaf.iter().zip(influence) {
            sums[*leaf as usize].add(value);
        }
        let mut totals: Vec<f64> = sums.into_iter().map(crate::stats::Sum::value).collect();
        let largest = totals.iter().fold(0.0_f64, |largest, total| largest.max(total.abs()));
        if largest == 0.0 {
            return Ok(0.0);
        }
        for total in &mut totals {
            *total /= largest;
        }
        let mut variance = crate::stats::Sum::default();
        for (depth, level) in self.levels.iter().enumerate().rev() {
            variance.add(self.level_variance(level, depth, &totals)?);
            totals = fold(level, &totals);
        }
        Ok(variance.value().max(0.0).sqrt() * largest)
    }

    /// The first lone unit, when the design fails on one.
    pub(crate) fn lone_unit(&self) -> Option<Lone> {
        if self.lonely != LonelyPsu::Fail {
            return None;
        }
        self.levels.iter().enumerate().find_map(|(depth, level)| {
            let alone = |parent: &usize| level.taken[*parent] <= 1.0 && level.counts(*parent);
            (0..level.taken.len()).find(alone).map(|parent| self.lone(level, depth, parent))
        })
    }

    fn level_variance(&self, level: &Level, depth: usize, totals: &[f64]) -> Result<f64, Lone> {
        let parents = level.taken.len();
        let (mut count, mut squares) = (vec![0.0; parents], vec![0.0; parents]);
        let sums = fold(level, totals);
        for (parent, total) in level.parent.iter().zip(totals) {
            let parent = *parent as usize;
            let deviation = total - sums[parent] / level.taken[parent];
            count[parent] += 1.0;
            squares[parent] += deviation * deviation;
        }
        let size: f64 = totals.iter().map(|total| total * total).sum();
        let (mut sum, mut alone, mut settled) = (crate::stats::Sum::default(), 0_usize, 0_usize);
        for parent in 0..parents {
            let (taken, open) = (level.taken[parent], 1.0 - level.fraction[parent]);
            if !level.counts(parent) {
                settled += 1;
                continue;
            }
            let mean = sums[parent] / taken;
            let outside = (taken - count[parent]) * mean * mean;
            let deviations = squares[parent] + outside;
            let value = match (taken > 1.0, self.lonely) {
                (true, _) if deviations <= ROUNDING * size => 0.0,
                (true, _) => deviations * taken / (taken - 1.0),
                (false, LonelyPsu::Fail) => return Err(self.lone(level, depth, parent)),
                (false, LonelyPsu::Certainty) => 0.0,
                (false, LonelyPsu::Adjust) => sums[parent] * sums[parent],
                (false, LonelyPsu::Average) => {
                    alone += 1;
                    continue;
                }
            };
            sum.add(level.above[parent] * open * value);
        }
        // R counts certain strata among the others at the first stage; below it only units with variance are like a lone one.
        let like = if depth == 0 { parents } else { parents - settled };
        match (alone, parents - alone - settled) {
            (0, _) => Ok(sum.value()),
            (_, 0) => Err(self.lone(level, depth, 0)),
            _ => Ok(sum.value() * like as f64 / (like - alone) as f64),
        }
    }

    fn lone(&self, level: &Level, depth: usize, parent: usize) -> Lone {
        let name = self.index.strata.get(level.names[parent] as usize);
        Lone(match name {
            Some(name) if depth == 0 && !self.within_unit => format!("stratum {name} has only one unit"),
            _ => {
                let stage = depth + usize::from(self.within_unit);
                format!("a unit of stage {stage} has only one unit of stage {}", stage + 1)
            }
        })
    }
}

/// Totals of the units of a level, summed to their parents.
fn fold(level: &Level, totals: &[f64]) -> Vec<f64> {
    let mut sums = vec![crate::stats::Sum::default(); level.taken.len()];
    for (parent, total) in level.parent.iter().zip(totals) {
        sums[*parent as usize].add(*total);
    }
    sums.into_iter().map(crate::stats::Sum::value).collect()
}

/// Whether the rows touch one unit of a stage only.
fn is_one_unit(index: &Index, stage: usize, rows: &[u32]) -> bool {
    let units = &index.stages[stage].unit;
    rows.windows(2).all(|pair| units[pair[0] as usize] == units[pair[1] as usize])
}

/// A number of units; there are fewer than 2³² rows.
fn size(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
