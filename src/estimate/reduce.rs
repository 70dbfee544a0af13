//! Batches in, tables of sums for everything that is asked out: one round over the data for all requests.
//!
//! Requests that look at the same rows in the same groups share a split, and requests about the same
//! variable share its sums, so cost grows with rows and columns, not with rows times results. Rows of a
//! split are added in file order by one thread, splits and variables in parallel: sums do not depend on
//! the number of threads or on how the file was cut into batches.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::tally::{Ask, Cells, Seen, SeenTwice, Tally, power_of_two};
use crate::design::{Calibrated, Coded, Design, InnerProducts, Prepared, Units, levels_of, prepare};
use crate::error::Error;
use crate::frame::{Batch, Levels, NO_LEVEL, Source};

/// Rows in groups: what several requests have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Split {
    /// Level columns whose combinations are the domains.
    pub(crate) by: Vec<String>,
    /// Level columns and the levels that rows must have.
    pub(crate) filter: Vec<(String, Vec<String>)>,
}

/// The sums of one split.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) split: Split,
    /// Codes of each domain, in the order of `by`.
    pub(crate) domains: Vec<Vec<u32>>,
    known: Vec<FxHashMap<(u32, u32), u32>>,
    pub(crate) main: Sums,
    /// The same sums with each replicate weight; there the leaf of every cell is 0.
    pub(crate) replicates: Vec<Sums>,
    /// Inner products of the replicate weights in each domain.
    pub(crate) products: Vec<InnerProducts>,
    /// Pairs of two waves, for each variable that asks for them.
    pub(crate) pairs: Vec<SeenTwice>,
}

/// Cells and the sums of each variable in them, with one set of weights.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) cells: Cells,
    asks: Vec<Ask>,
    tallies: Vec<Tally>,
    /// Cells of each domain; made when all rows are in.
    pub(crate) of_domain: Vec<Vec<u32>>,
}

/// All sums of a dataset, with the design that they were made under.
#[derive(Debug)]
pub(crate) struct Reduced {
    pub(crate) units: Units,
    pub(crate) tables: Vec<Table>,
    pub(crate) calibrated: Option<Calibrated>,
    /// What weights were divided by: a power of two near the first of them.
    pub(crate) weight_unit: f64,
    /// Whether all weights are the same.
    pub(crate) equal_weights: bool,
}

/// What is summed for the requests of one split.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) asks: Vec<Ask>,
    /// Variable, earlier and later wave.
    pub(crate) pairs: Vec<(String, String, String)>,
}

/// Makes all sums in one round over the data, after those that the design needs by itself.
pub(crate) fn reduce(source: &mut dyn Source, design: &Design, replicates: &[String], wanted: BTreeMap<Split, Wanted>) -> Result<Reduced, Error> {
    let mut prepared = prepare(source, design, replicates)?;
    let mut weights = Weights::default();
    let mut tables: Vec<Table> = wanted.into_iter().map(|(split, wanted)| Table::new(split, wanted, replicates.len())).collect();
    source.round(&mut |batches, levels| {
        let coded: Vec<Coded> = batches.iter().map(|batch| weights.scaled(prepared.code(batch))).collect();
        tables.par_iter_mut().for_each(|table| table.add(batches, &coded, levels, design));
        Ok(())
    })?;
    let Prepared { mut units, calibrated } = prepared;
    units.settle()?;
    tables.par_iter_mut().for_each(Table::close);
    Ok(Reduced { units, tables, calibrated, weight_unit: weights.unit.unwrap_or(1.0), equal_weights: weights.equal() })
}

/// Brings weights near 1, so that their squares neither vanish nor overflow, and sees whether they differ.
#[derive(Debug, Default)]
struct Weights {
    unit: Option<f64>,
    ends: Option<(f64, f64)>,
}

impl Weights {
    fn scaled(&mut self, mut coded: Coded) -> Coded {
        for weight in coded.weight.iter_mut().filter(|weight| **weight > 0.0) {
            *weight /= *self.unit.get_or_insert_with(|| power_of_two(*weight));
            let (low, high) = self.ends.get_or_insert((*weight, *weight));
            (*low, *high) = (low.min(*weight), high.max(*weight));
        }
        let unit = self.unit.unwrap_or(1.0);
        coded.replicates.iter_mut().flatten().for_each(|weight| *weight /= unit);
        coded
    }

    fn equal(&self) -> bool {
        self.ends.is_none_or(|(low, high)| high - low <= 1e-12 * low)
    }
}

impl Table {
    fn new(split: Split, wanted: Wanted, replicates: usize) -> Self {
        let replicates = (0..replicates).map(|_| Sums::new(wanted.asks.clone())).collect();
        let pairs = wanted.pairs.into_iter().map(|(variable, from, to)| SeenTwice::new(variable, from, to)).collect();
        let known = vec![FxHashMap::default(); split.by.len()];
        Self { main: Sums::new(wanted.asks), replicates, pairs, known, split, ..Self::default() }
    }

    fn add(&mut self, batches: &[Batch], coded: &[Coded], levels: &BTreeMap<String, Levels>, design: &Design) {
        let domains: Vec<Vec<u32>> = batches.iter().map(|batch| self.domains_of(batch, levels)).collect();
        self.main.add(batches, &domains, |position| (&coded[position].leaf, &coded[position].weight));
        self.replicates.par_iter_mut().enumerate().for_each(|(replicate, sums)| {
            let one = |leaf: &u32| if *leaf == NO_LEVEL { NO_LEVEL } else { 0 };
            let blank: Vec<Vec<u32>> = coded.iter().map(|coded| coded.leaf.iter().map(one).collect()).collect();
            sums.add(batches, &domains, |position| (&blank[position], &coded[position].replicates[replicate]));
        });
        if !self.replicates.is_empty() {
            self.add_products(&domains, coded);
        }
        for pairs in &mut self.pairs {
            for ((batch, domain), coded) in batches.iter().zip(&domains).zip(coded) {
                pairs.add(batch, domain, coded, design.wave.as_ref().and_then(|wave| levels.get(wave)));
            }
        }
    }

    /// Adds the inner products of the replicate weights by domain.
    fn add_products(&mut self, domains: &[Vec<u32>], coded: &[Coded]) {
        for (domain, coded) in domains.iter().zip(coded) {
            let mut rows: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
            for (row, domain) in domain.iter().enumerate().filter(|(row, domain)| **domain != NO_LEVEL && coded.leaf[*row] != NO_LEVEL) {
                rows.entry(*domain).or_default().push(row);
            }
            for (domain, rows) in rows {
                let domain = domain as usize;
                if self.products.len() <= domain {
                    self.products.resize(domain + 1, InnerProducts::default());
                }
                self.products[domain].add(&coded.replicates, &rows);
            }
        }
    }

    /// The domain of each row; `NO_LEVEL` where it has none.
    fn domains_of(&mut self, batch: &Batch, levels: &BTreeMap<String, Levels>) -> Vec<u32> {
        let mut domain = vec![0; batch.rows()];
        for (column, wanted) in &self.split.filter {
            let known = levels.get(column);
            let wanted: Vec<u32> = wanted.iter().filter_map(|name| known?.position(name)).collect();
            for (domain, code) in domain.iter_mut().zip(levels_of(batch, column)) {
                if !wanted.contains(&code) {
                    *domain = NO_LEVEL;
                }
            }
        }
        if self.split.by.is_empty() && self.domains.is_empty() {
            self.domains.push(Vec::new());
        }
        // Codes of the combinations of the columns so far; those of the last column are the domains.
        for (depth, column) in self.split.by.iter().enumerate() {
            let known = &mut self.known[depth];
            let mut latest = ((NO_LEVEL, NO_LEVEL), NO_LEVEL);
            for (domain, code) in domain.iter_mut().zip(levels_of(batch, column)) {
                if *domain == NO_LEVEL || code == NO_LEVEL {
                    *domain = NO_LEVEL;
                    continue;
                }
                let key = (*domain, code);
                if latest.0 != key {
                    let next = u32::try_from(known.len()).unwrap_or(NO_LEVEL);
                    latest = (key, *known.entry(key).or_insert(next));
                }
                *domain = latest.1;
            }
        }
        domain
    }

    /// Lists the codes of each domain and its cells.
    fn close(&mut self) {
        if !self.split.by.is_empty() {
            let mut codes: Vec<Vec<u32>> = vec![Vec::new()];
            for known in &self.known {
                let mut next = vec![Vec::new(); known.len()];
                let mut pairs: Vec<((u32, u32), u32)> = known.iter().map(|(key, place)| (*key, *place)).collect();
                pairs.sort_unstable();
                for ((before, code), place) in pairs {
                    next[place as usize] = codes[before as usize].iter().copied().chain([code]).collect();
                }
                codes = next;
            }
            self.domains = codes;
        }
        let domains = self.domains.len();
        self.products.resize(if self.replicates.is_empty() { 0 } else { domains }, InnerProducts::default());
        self.main.close(domains);
        self.replicates.iter_mut().for_each(|sums| sums.close(domains));
    }
}

impl Sums {
    fn new(asks: Vec<Ask>) -> Self {
        Self { tallies: asks.iter().map(Tally::new).collect(), asks, ..Self::default() }
    }

    fn add<'a>(&mut self, batches: &[Batch], domains: &[Vec<u32>], design: impl Fn(usize) -> (&'a [u32], &'a [f64]) + Sync) {
        let cell_of_rows: Vec<Vec<u32>> = (0..batches.len())
            .map(|position| {
                let (leaf, weight) = design(position);
                self.cells.of(&domains[position], leaf, weight)
            })
            .collect();
        let cells = &self.cells;
        self.tallies.par_iter_mut().for_each(|tally| {
            for (position, batch) in batches.iter().enumerate() {
                let seen = Seen { batch, weight: design(position).1, cell: &cell_of_rows[position], first: &cells.first, cells: cells.key.len() };
                tally.add(&seen, &cells.key);
            }
        });
    }

    fn close(&mut self, domains: usize) {
        self.tallies.par_iter_mut().for_each(|tally| tally.close(self.cells.key.len()));
        self.of_domain = vec![Vec::new(); domains];
        for (cell, (domain, _)) in (0..).zip(&self.cells.key) {
            self.of_domain[*domain as usize].push(cell);
        }
    }

    /// The sums that were asked for.
    pub(crate) fn tally(&self, ask: &Ask) -> &Tally {
        let position = self.asks.iter().position(|known| known == ask);
        let Some(tally) = position.and_then(|position| self.tallies.get(position)) else { unreachable!("sums are made for all requests") };
        tally
    }
}
