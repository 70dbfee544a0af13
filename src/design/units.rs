//! Batches and a design in; the stratum, unit, wave and weight of every row, coded as rows come, out.
//!
//! Units are nested: a center's name in two strata is two units, while the same name in two waves is
//! one. Codes follow the order of rows, so the same file gives the same codes. The last stage are rows,
//! or people where the design names them. Rows of a unit of the stage above are a *bag*, of which
//! sums are enough; only people with several rows are coded one by one, and all rows where weights are
//! calibrated, because residuals are made row by row.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Design, Sampling};
use crate::error::{Error, Problem};
use crate::frame::{Batch, Levels, NO_LEVEL, Values};

/// Marks the code of one person of the last stage; without it the code is that of a bag.
const SINGLE: u32 = 1 << 31;
/// Waves in one dataset.
const MAX_WAVES: u32 = 64;

/// Where a row lies at the last stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// Among the rows of a unit of the stage above, each a unit of its own.
    Bag(u32),
    /// A unit of its own: a person with several rows, or a row where weights are calibrated.
    Single(u32),
}

/// Code of a leaf: `Leaf` in four bytes; `NO_LEVEL` where the design cannot place the row.
pub(crate) type LeafCode = u32;

/// What a leaf code says.
pub(crate) fn leaf(code: LeafCode) -> Leaf {
    if code & SINGLE == 0 { Leaf::Bag(code) } else { Leaf::Single(code & !SINGLE) }
}

/// The units of one stage of clusters.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    known: FxHashMap<(u32, u32), u32>,
    /// Unit of the stage above (stratum for the first) of each unit.
    pub(crate) parent: Vec<u32>,
    /// Waves in which each unit was met, one bit each.
    pub(crate) waves: Vec<u64>,
}

/// Rows or people: the units of the last stage.
#[derive(Debug, Default)]
pub(crate) struct Last {
    /// Rows of each bag, by wave.
    pub(crate) rows: Vec<Vec<u32>>,
    singles: FxHashMap<(u32, u32), u32>,
    /// Bag in which each single lies.
    pub(crate) parent: Vec<u32>,
    /// Waves in which each single was met, one bit each.
    pub(crate) waves: Vec<u64>,
    /// Person whom each single is; `NO_LEVEL` for a row without a name.
    pub(crate) person: Vec<u32>,
    /// What tells each single from others of its bag: its person, or its row where rows are coded one by one.
    pub(crate) key: Vec<u32>,
}

/// The design of the rows met so far.
#[derive(Debug, Default)]
pub(crate) struct Units {
    design: Design,
    /// Stages of clusters, the first first.
    pub(crate) stages: Vec<Stage>,
    /// The stage after them.
    pub(crate) last: Last,
    /// Population count or fraction of each stage, the last among them, by parent and wave; NaN where not known.
    pub(crate) population: Vec<Vec<Vec<f64>>>,
    /// Strata met: one more than the highest code.
    pub(crate) strata: usize,
    /// How many stages the design says something about; the others add no variance by themselves.
    pub(crate) described: usize,
    /// Waves met, by position.
    pub(crate) waves: u32,
    /// Rows that the design cannot place.
    lost: u64,
    /// Rows with a weight below zero.
    negative: u64,
    /// Rows that the design places and that lack a replicate weight, or have one below zero.
    not_replicated: u64,
    people: Levels,
    rows_of_person: Vec<u32>,
    /// Columns of the replicate weights.
    replicates: Vec<String>,
    /// Whether every row is coded one by one, and the rows of this round so far.
    apart: bool,
    rows: u32,
    /// Whether every row has been met, so that codes are looked up and nothing is counted again.
    settled: bool,
    /// Samplings of single waves, for weights that follow from population counts.
    by_wave: Vec<Sampling>,
}

/// One batch as the design sees it.
#[derive(Debug, Default)]
pub(crate) struct Coded {
    /// Weight of each row.
    pub(crate) weight: Vec<f64>,
    /// Leaf of each row; `NO_LEVEL` where the design cannot place it.
    pub(crate) leaf: Vec<LeafCode>,
    /// Wave of each row; 0 without waves.
    pub(crate) wave: Vec<u32>,
    /// Person behind each row, `NO_LEVEL` for rows without a name; empty where the design names no people.
    pub(crate) person: Vec<u32>,
    /// Each replicate weight of each row.
    pub(crate) replicates: Vec<Vec<f64>>,
}

impl Units {
    /// Knows no row yet; `replicates` are the columns of the replicate weights.
    pub(crate) fn new(design: &Design, replicates: &[String]) -> Self {
        let stages = design.clusters.len();
        let described = (stages + usize::from(design.fpc.len() > stages)).max(1);
        let population = vec![Vec::new(); design.fpc.len()];
        let apart = design.calibration.is_some();
        Self {
            design: design.clone(),
            replicates: replicates.to_vec(),
            apart,
            stages: (0..stages).map(|_| Stage::default()).collect(),
            population,
            described,
            ..Self::default()
        }
    }

    /// Rows of the round so far.
    pub(crate) fn rows(&self) -> usize {
        self.rows as usize
    }

    /// Begins a round over all rows.
    pub(crate) fn begin_round(&mut self) {
        self.rows = 0;
    }

    /// Whether weights follow from the population counts.
    pub(crate) fn weighs(&self) -> bool {
        self.design.weight.is_none() && !self.design.fpc.is_empty()
    }

    /// Counts the rows of each person; the first round of a design that names people.
    pub(crate) fn count_people(&mut self, batch: &Batch) {
        for person in self.people_of(batch).into_iter().filter(|person| *person != NO_LEVEL) {
            let place = person as usize;
            if self.rows_of_person.len() <= place {
                self.rows_of_person.resize(place + 1, 0);
            }
            self.rows_of_person[place] += 1;
        }
    }

    /// All rows have been met: from here on codes are looked up.
    ///
    /// # Errors
    /// Weights below zero, missing replicate weights, more waves than fit.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        self.settled = true;
        if self.negative > 0 {
            let name = self.design.weight.clone().unwrap_or_default();
            let problem = Problem::new("estimate::negative_weight", format!("weights in `{name}` are below zero"));
            return Err(Error::input(
                problem.found(format!("{} {}", self.negative, if self.negative == 1 { "row" } else { "rows" })).expected("weights of zero and above"),
            ));
        }
        if self.not_replicated > 0 {
            let problem = Problem::new("estimate::replicate_weight", "replicate weights are missing or below zero");
            return Err(Error::input(problem.found(format!("{} rows", self.not_replicated)).expected("weights of zero and above in every row with a weight")));
        }
        if self.waves > MAX_WAVES {
            let problem = Problem::new("estimate::too_many_waves", "a dataset has more waves than can be compared");
            return Err(Error::usage(problem.found(self.waves.to_string()).expected(format!("at most {MAX_WAVES}"))));
        }
        if self.weighs() {
            self.by_wave = (0..self.waves).map(|wave| Sampling::new(self, &[wave])).collect();
        }
        Ok(())
    }

    /// Names of the strata, by code.
    pub(crate) fn strata_names(&self, levels: &BTreeMap<String, Levels>) -> Arc<[String]> {
        match &self.design.strata {
            Some(name) => levels.get(name).map(|levels| levels.names().into()).unwrap_or_default(),
            None => ["all".to_owned()].into(),
        }
    }

    /// What a reader should know of all estimates.
    pub(crate) fn notes(&self) -> Vec<String> {
        let rows = if self.lost == 1 { "row" } else { "rows" };
        (self.lost > 0).then(|| format!("{} {rows} without weight, stratum or unit left out", self.lost)).into_iter().collect()
    }

    /// Codes a batch.
    pub(crate) fn code(&mut self, batch: &Batch) -> Coded {
        let wave = match &self.design.wave {
            Some(name) => levels_of(batch, name),
            None => vec![0; batch.rows()],
        };
        let mut unit = match &self.design.strata {
            Some(name) => levels_of(batch, name),
            None => vec![0; batch.rows()],
        };
        let mut weight = self.design.weight.as_ref().map(|name| numbers_of(batch, name));
        for (row, weight) in weight.iter_mut().flatten().enumerate() {
            self.negative += u64::from(*weight < 0.0 && !self.settled);
            if !weight.is_finite() {
                *weight = 0.0;
                unit[row] = NO_LEVEL;
            }
        }
        if !self.settled {
            self.meet_strata(&unit, &wave);
        }
        for stage in 0..self.stages.len() {
            self.take_population(batch, stage, &unit, &wave);
            let Some(name) = self.design.clusters.get(stage) else { unreachable!("there is a stage for each cluster column") };
            let code = levels_of(batch, name);
            self.nest(stage, &mut unit, &code, &wave);
        }
        self.take_population(batch, self.stages.len(), &unit, &wave);
        let person = self.people_of(batch);
        self.place_rows(&person, &mut unit, &wave);
        let weight = weight.unwrap_or_else(|| self.weights(&unit, &wave));
        let replicates: Vec<Vec<f64>> = self.replicates.iter().map(|name| numbers_of(batch, name)).collect();
        if !self.settled {
            let counts = |weight: f64| weight.is_finite() && weight >= 0.0;
            let placed = (0..unit.len()).filter(|row| unit[*row] != NO_LEVEL);
            self.not_replicated += placed.filter(|row| !replicates.iter().all(|weights| counts(weights[*row]))).count() as u64;
        }
        Coded { weight, leaf: unit, wave, person, replicates }
    }

    fn meet_strata(&mut self, unit: &[u32], wave: &[u32]) {
        let highest = |codes: &[u32]| codes.iter().filter(|code| **code != NO_LEVEL).max().map_or(0, |code| code + 1);
        self.strata = self.strata.max(highest(unit) as usize);
        self.waves = self.waves.max(highest(wave));
    }

    /// Replaces the unit above each row by the unit of this stage.
    fn nest(&mut self, stage: usize, unit: &mut [u32], code: &[u32], wave: &[u32]) {
        let stage = &mut self.stages[stage];
        // Rows of one unit often follow each other.
        let mut latest = ((NO_LEVEL, NO_LEVEL), NO_LEVEL);
        for ((unit, code), wave) in unit.iter_mut().zip(code).zip(wave) {
            if *unit == NO_LEVEL || *code == NO_LEVEL {
                *unit = NO_LEVEL;
                continue;
            }
            let key = (*unit, *code);
            if latest.0 != key {
                latest = (key, stage.unit(key));
            }
            *unit = latest.1;
            if !self.settled {
                stage.waves[*unit as usize] |= bit(*wave);
            }
        }
    }

    /// Keeps the first population count of each parent and wave.
    fn take_population(&mut self, batch: &Batch, stage: usize, parent: &[u32], wave: &[u32]) {
        let Some(name) = self.design.fpc.get(stage).filter(|_| !self.settled) else { return };
        let Some(numbers) = batch.numbers(name) else { return };
        for ((parent, wave), number) in parent.iter().zip(wave).zip(numbers) {
            if *parent != NO_LEVEL && *wave != NO_LEVEL && *number > 0.0 {
                let known = cell(&mut self.population[stage], *parent, *wave, f64::NAN);
                if known.is_nan() {
                    *known = *number;
                }
            }
        }
    }

    /// Replaces the deepest unit of each row by its leaf.
    fn place_rows(&mut self, people: &[u32], unit: &mut [u32], wave: &[u32]) {
        let before = self.rows;
        self.rows += size(unit.len());
        for (row, unit) in unit.iter_mut().enumerate() {
            if *unit == NO_LEVEL {
                self.lost += u64::from(!self.settled);
                continue;
            }
            let person = people.get(row).copied().unwrap_or(NO_LEVEL);
            let several = self.rows_of_person.get(person as usize).is_some_and(|rows| *rows > 1);
            if self.apart || several {
                let own = if self.apart { before + size(row) } else { person };
                let single = self.last.single((*unit, own), person);
                if !self.settled {
                    self.last.waves[single as usize] |= bit(wave[row]);
                }
                *unit = single | SINGLE;
            } else if !self.settled && wave[row] != NO_LEVEL {
                *cell(&mut self.last.rows, *unit, wave[row], 0) += 1;
            }
        }
    }

    /// The bag in which a leaf lies, or which it is.
    pub(crate) fn bag(&self, code: LeafCode) -> u32 {
        match leaf(code) {
            Leaf::Bag(bag) => bag,
            Leaf::Single(single) => self.last.parent[single as usize],
        }
    }

    /// The unit of a stage above a unit of the deepest one: `stage` 0 are the first clusters.
    pub(crate) fn unit_above(&self, stage: usize, mut bag: u32) -> u32 {
        for deeper in (stage + 1..self.stages.len()).rev() {
            bag = self.stages[deeper].parent[bag as usize];
        }
        bag
    }

    fn weights(&self, leaves: &[LeafCode], wave: &[u32]) -> Vec<f64> {
        let one = |(leaf, wave): (&LeafCode, &u32)| match self.by_wave.get(*wave as usize) {
            _ if *leaf == NO_LEVEL => 0.0,
            Some(sampling) => sampling.weight(self, self.bag(*leaf)),
            None => 1.0,
        };
        leaves.iter().zip(wave).map(one).collect()
    }

    /// The person behind each row; `NO_LEVEL` for rows without a name, which are people of their own.
    fn people_of(&mut self, batch: &Batch) -> Vec<u32> {
        let Some(name) = &self.design.person else { return Vec::new() };
        match batch.column(name).map(|column| &column.values) {
            Some(Values::Level(codes)) => codes.clone(),
            Some(Values::Text(texts)) => texts.iter().map(|text| if text.is_empty() { NO_LEVEL } else { self.people.intern(text) }).collect(),
            _ => vec![NO_LEVEL; batch.rows()],
        }
    }
}

impl Stage {
    fn unit(&mut self, key: (u32, u32)) -> u32 {
        let next = size(self.parent.len());
        let unit = *self.known.entry(key).or_insert(next);
        if unit == next {
            self.parent.push(key.0);
            self.waves.push(0);
        }
        unit
    }
}

impl Last {
    fn single(&mut self, key: (u32, u32), person: u32) -> u32 {
        let next = size(self.parent.len());
        let single = *self.singles.entry(key).or_insert(next);
        if single == next {
            self.parent.push(key.0);
            self.person.push(person);
            self.key.push(key.1);
            self.waves.push(0);
        }
        single
    }
}

/// The bit of a wave.
fn bit(wave: u32) -> u64 {
    if wave < MAX_WAVES { 1 << wave } else { 0 }
}

/// The bits of some waves; all bits for none.
pub(crate) fn bits(waves: &[u32]) -> u64 {
    if waves.is_empty() { u64::MAX } else { waves.iter().fold(0, |bits, wave| bits | bit(*wave)) }
}

/// A place in a table that grows with what is met.
fn cell<T: Clone>(table: &mut Vec<Vec<T>>, row: u32, column: u32, blank: T) -> &mut T {
    let (row, column) = (row as usize, column as usize);
    if table.len() <= row {
        table.resize(row + 1, Vec::new());
    }
    if table[row].len() <= column {
        table[row].resize(column + 1, blank);
    }
    &mut table[row][column]
}

/// A number of units; there are fewer than 2³¹.
fn size(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(SINGLE - 1)
}

/// A level column of a batch; nothing where another wave has not asked.
pub(crate) fn levels_of(batch: &Batch, name: &str) -> Vec<u32> {
    batch.levels(name).map_or_else(|| vec![NO_LEVEL; batch.rows()], <[u32]>::to_vec)
}

/// A number column of a batch; nothing where another wave has not asked.
fn numbers_of(batch: &Batch, name: &str) -> Vec<f64> {
    batch.numbers(name).map_or_else(|| vec![f64::NAN; batch.rows()], <[f64]>::to_vec)
}
