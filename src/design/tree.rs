//! The units that a domain touches in, a standard error for what a statistic adds up to in them out.
//!
//! A statistic is a sum of what each row adds to it, its influence `z`. For every unit of the deepest
//! stage of clusters the tree is told the number, mean and spread of `z` over the domain's rows in it.
//! The variance is the sum over stages and parents of
//! `Π fractions above · (1 − f) · n/(n − 1) · Σ (z_u − z̄)²`, units outside the domain counting as zero
//! (Taylor linearization over several stages, as R `survey::svyrecvar`).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::sampling::{CENSUS, Sampling};
use super::units::Units;
use super::{Design, LonelyPsu};
use crate::stats::{Spread, Sum};

/// Relative size of squared deviations that is rounding and nothing else.
const ROUNDING: f64 = 1e-26;

/// A stratum or unit of which only one unit was taken, while the design says to fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lone(pub(crate) String);

/// The parents of the units of one stage that the domain touches.
#[derive(Debug, Default)]
struct Level {
    /// For each parent: units taken, fraction, product of fractions above, and what it is in all data.
    taken: Vec<f64>,
    fraction: Vec<f64>,
    above: Vec<f64>,
    names: Vec<u32>,
    /// Units of the domain.
    units: f64,
    /// Parent of the parent of each parent: where it lies in the level above.
    up: Vec<usize>,
    /// Parent of each bag.
    of_bag: Vec<usize>,
    /// Unit of each bag, and the parent of each unit; empty where rows are the units.
    unit_of_bag: Vec<usize>,
    of_unit: Vec<usize>,
}

impl Level {
    /// Whether a parent's units add variance.
    fn counts(&self, parent: usize) -> bool {
        self.above[parent] > 0.0 && self.fraction[parent] < CENSUS
    }

    /// The spread of the units of each parent.
    fn spreads(&self, bags: &[Spread], factor: f64) -> Vec<Spread> {
        let mut spreads = vec![Spread::default(); self.taken.len()];
        if self.of_unit.is_empty() {
            self.of_bag.iter().zip(bags).for_each(|(parent, bag)| spreads[*parent].join(bag.scaled(factor)));
            return spreads;
        }
        let mut totals = vec![Sum::default(); self.of_unit.len()];
        self.unit_of_bag.iter().zip(bags).for_each(|(unit, bag)| totals[*unit].add(bag.total() * factor));
        self.of_unit.iter().zip(totals).for_each(|(parent, total)| spreads[*parent].join(Spread::one(total.value())));
        spreads
    }
}

/// The units of a domain.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    lonely: LonelyPsu,
    /// Names of the strata, for messages.
    strata: Arc<[String]>,
    levels: Vec<Level>,
    /// Degrees of freedom.
    pub(crate) df: f64,
    /// Whether every unit was taken, so that there is no sampling error to state.
    pub(crate) census: bool,
    /// Whether the domain is one first-stage unit, taken apart into the units of the next stage.
    pub(crate) within_unit: bool,
    /// What a reader should know.
    pub(crate) notes: Vec<String>,
}

impl Tree {
    /// Builds the tree over the bags that a domain touches, each with its number of last-stage units.
    pub(crate) fn new(units: &Units, sampling: &Sampling, design: &Design, strata: &Arc<[String]>, bags: &[(u32, f64)]) -> Self {
        let clusters = units.stages.len();
        let mut first = 0;
        while first < clusters && !bags.is_empty() && is_one_unit(units, first, bags) {
            first += 1;
        }
        let described = units.described.max(first + 1);
        let mut tree = Self { lonely: design.lonely_psu, strata: Arc::clone(strata), within_unit: first > 0, ..Self::default() };
        tree.grow(units, sampling, bags, first, described);
        tree.look_for_census(design, first, described);
        tree.df = tree.degrees();
        tree
    }

    fn grow(&mut self, units: &Units, sampling: &Sampling, bags: &[(u32, f64)], first: usize, described: usize) {
        for stage in first..described {
            let level = self.level(units, sampling, bags, stage);
            let goes_on = level.fraction.iter().any(|fraction| *fraction > 0.0);
            self.levels.push(level);
            if !goes_on {
                break;
            }
        }
    }

    /// The level of a stage.
    fn level(&self, units: &Units, sampling: &Sampling, bags: &[(u32, f64)], stage: usize) -> Level {
        let clusters = units.stages.len();
        let before = self.levels.last();
        let mut level = Level::default();
        let (mut parents, mut met): (FxHashMap<u32, usize>, FxHashMap<u32, usize>) = Default::default();
        for (position, (bag, rows)) in bags.iter().enumerate() {
            let name = parent_of(units, stage, *bag);
            let next = level.names.len();
            let parent = *parents.entry(name).or_insert(next);
            if parent == next {
                level.names.push(name);
                level.taken.push(f64::from(sampling.taken[stage][name as usize]));
                level.fraction.push(sampling.fraction[stage][name as usize]);
                let up = before.map_or(0, |before| before.of_bag[position]);
                level.above.push(before.map_or(1.0, |before| before.above[up] * before.fraction[up]));
                level.up.push(up);
            }
            level.of_bag.push(parent);
            if stage == clusters {
                level.units += rows;
                continue;
            }
            let next = level.of_unit.len();
            let unit = *met.entry(units.unit_above(stage, *bag)).or_insert(next);
            if unit == next {
                level.of_unit.push(parent);
                level.units += 1.0;
            }
            level.unit_of_bag.push(unit);
        }
        level
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
        open.map_or(0.0, |level| level.units - level.names.len() as f64)
    }

    /// Standard error of the sum of the influences whose spread each bag has, in the order of the bags.
    pub(crate) fn std_error(&self, bags: &[Spread]) -> Result<f64, Lone> {
        let largest = bags.iter().fold(0.0_f64, |largest, bag| largest.max(bag.mean.abs()).max(bag.squares.sqrt()));
        let Some(last) = self.levels.last().filter(|_| largest > 0.0) else { return Ok(0.0) };
        let mut spreads = last.spreads(bags, 1.0 / largest);
        let mut variance = Sum::default();
        for (depth, level) in self.levels.iter().enumerate().rev() {
            variance.add(self.level_variance(level, depth, &spreads)?);
            if depth > 0 {
                let mut above = vec![Spread::default(); self.levels[depth - 1].taken.len()];
                for (spread, up) in spreads.iter().zip(&level.up) {
                    above[*up].join(Spread::one(spread.total()));
                }
                spreads = above;
            }
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

    fn level_variance(&self, level: &Level, depth: usize, spreads: &[Spread]) -> Result<f64, Lone> {
        let parents = level.taken.len();
        let size: f64 = spreads.iter().map(|spread| spread.squares + spread.n * spread.mean * spread.mean).sum();
        let (mut sum, mut alone, mut settled) = (Sum::default(), 0_usize, 0_usize);
        for (parent, spread) in spreads.iter().enumerate() {
            let (taken, open) = (level.taken[parent], 1.0 - level.fraction[parent]);
            if !level.counts(parent) {
                settled += 1;
                continue;
            }
            let mut all = *spread;
            all.join(Spread { n: (taken - spread.n).max(0.0), ..Spread::default() });
            let value = match (taken > 1.0, self.lonely) {
                (true, _) if all.squares <= ROUNDING * size => 0.0,
                (true, _) => all.squares * taken / (taken - 1.0),
                (false, LonelyPsu::Fail) => return Err(self.lone(level, depth, parent)),
                (false, LonelyPsu::Certainty) => 0.0,
                (false, LonelyPsu::Adjust) => spread.total() * spread.total(),
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
        let name = self.strata.get(level.names[parent] as usize);
        Lone(match name {
            Some(name) if depth == 0 && !self.within_unit => format!("stratum {name} has only one unit"),
            _ => {
                let stage = depth + usize::from(self.within_unit);
                format!("a unit of stage {stage} has only one unit of stage {}", stage + 1)
            }
        })
    }
}

/// Whether the bags touch one unit of a stage only.
fn is_one_unit(units: &Units, stage: usize, bags: &[(u32, f64)]) -> bool {
    let unit = |bag: &(u32, f64)| units.unit_above(stage, bag.0);
    bags.windows(2).all(|pair| unit(&pair[0]) == unit(&pair[1]))
}

/// The unit above the stage (the stratum for the first) in which a bag lies.
fn parent_of(units: &Units, stage: usize, bag: u32) -> u32 {
    match (stage, units.stages.first()) {
        (0, None) => bag,
        (0, Some(first)) => first.parent[units.unit_above(0, bag) as usize],
        _ => units.unit_above(stage - 1, bag),
    }
}
