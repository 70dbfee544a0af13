//! People seen in two waves in, their mean change with its test and effect sizes out.
//!
//! A pair stands at its later row: that row's weight and units count, and pairs are a domain of the
//! later wave. Without units, pairs are the sample, so that this is the paired t test.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::context::Context;
use super::domain::{Place, add_test};
use super::reduce::{Split, Table};
use super::request::{Estimate, Kind, Request};
use crate::design::{Coded, LeafCode, Sampling};
use crate::frame::{Batch, Levels, NO_LEVEL};
use crate::stats::{Spread, Sum, hedges_j};

/// The rows of two waves that can make pairs, as they come.
#[derive(Debug, Default)]
pub(crate) struct PairRows {
    variable: String,
    from: String,
    to: String,
    /// First answer of each person in the earlier wave.
    before: FxHashMap<u32, f64>,
    /// Rows of the later wave, in file order.
    after: Vec<Later>,
}

#[derive(Debug, Clone, Copy)]
struct Later {
    domain: u32,
    person: u32,
    leaf: LeafCode,
    weight: f64,
    value: f64,
}

/// One pair: the bag it lies in, its weight and both answers.
#[derive(Debug, Clone, Copy)]
struct Pair {
    bag: u32,
    weight: f64,
    before: f64,
    after: f64,
}

impl PairRows {
    pub(crate) fn new(variable: String, from: String, to: String) -> Self {
        Self { variable, from, to, ..Self::default() }
    }

    /// Adds the rows of a batch.
    pub(crate) fn add(&mut self, batch: &Batch, domain: &[u32], coded: &Coded, waves: Option<&Levels>) {
        let Some(values) = batch.numbers(&self.variable) else { return };
        let wave = |name: &str| waves.and_then(|waves| waves.position(name)).unwrap_or(NO_LEVEL);
        let (from, to) = (wave(&self.from), wave(&self.to));
        for (row, value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let (weight, leaf) = (coded.weight[row], coded.leaf[row]);
            let Some(person) = coded.person.get(row).copied().filter(|person| *person != NO_LEVEL) else { continue };
            if leaf == NO_LEVEL || weight <= 0.0 {
                continue;
            }
            if coded.wave[row] == from {
                self.before.entry(person).or_insert(*value);
            }
            if coded.wave[row] == to && domain[row] != NO_LEVEL {
                self.after.push(Later { domain: domain[row], person, leaf, weight, value: *value });
            }
        }
    }

    /// The pairs of each domain; a person makes one.
    fn pairs(&self, context: &Context<'_>) -> BTreeMap<u32, Vec<Pair>> {
        let mut used = rustc_hash::FxHashSet::default();
        let mut pairs: BTreeMap<u32, Vec<Pair>> = BTreeMap::new();
        for later in &self.after {
            let Some(before) = self.before.get(&later.person).filter(|_| used.insert(later.person)) else { continue };
            let bag = context.reduced.units.bag(later.leaf);
            pairs.entry(later.domain).or_default().push(Pair { bag, weight: later.weight, before: *before, after: later.value });
        }
        pairs
    }
}

/// Mean change and effect sizes of the pairs of each group.
pub(crate) fn paired(context: &Context<'_>, request: &Request, from: &str, to: &str) -> Vec<Estimate> {
    let table = context.table(&Split { by: request.by.clone(), filter: request.filter.clone() });
    let rows = table.pairs.iter().find(|rows| (rows.variable.as_str(), rows.from.as_str(), rows.to.as_str()) == (&request.variable, from, to));
    let Some(rows) = rows else { unreachable!("pairs are gathered for every request") };
    let mut pairs = rows.pairs(context);
    let sampling = sampling(context, &pairs, context.wave(to));
    let mut known: BTreeMap<Vec<u32>, Vec<Pair>> = context.listed(request).into_iter().map(|codes| (codes, Vec::new())).collect();
    for (id, codes) in domains(table) {
        known.insert(codes.clone(), pairs.remove(&id).unwrap_or_default());
    }
    known.into_iter().flat_map(|(codes, pairs)| of_group(context, context.groups(request, &codes), &pairs, &sampling)).collect()
}

fn domains(table: &Table) -> impl Iterator<Item = (u32, &Vec<u32>)> {
    (0..).zip(&table.domains)
}

/// Units were taken for the whole wave: pairs are a domain of it. Without units, pairs are the sample.
fn sampling(context: &Context<'_>, pairs: &BTreeMap<u32, Vec<Pair>>, wave: u32) -> Sampling {
    let units = &context.reduced.units;
    if !context.design.clusters.is_empty() {
        return Sampling::new(units, &[wave]);
    }
    let mut taken = vec![0; units.strata];
    pairs.values().flatten().for_each(|pair| taken[pair.bag as usize] += 1);
    Sampling::of_rows(units, wave, taken)
}

/// Weighted mean and standard deviation.
fn moments(pairs: &[Pair], value: impl Fn(&Pair) -> f64) -> (f64, Option<f64>) {
    let weight = crate::stats::sum(pairs.iter().map(|pair| pair.weight));
    let shift = pairs.first().map_or(0.0, &value);
    let mean = shift + crate::stats::sum(pairs.iter().map(|pair| pair.weight * (value(pair) - shift))) / weight;
    let n = pairs.len() as f64;
    let squares = crate::stats::sum(pairs.iter().map(|pair| pair.weight * (value(pair) - mean) * (value(pair) - mean)));
    (mean, (pairs.len() > 1).then(|| (n / (n - 1.0) * squares / weight).max(0.0).sqrt()))
}

fn of_group(context: &Context<'_>, groups: Vec<(String, String)>, pairs: &[Pair], sampling: &Sampling) -> Vec<Estimate> {
    let mut bags: BTreeMap<u32, f64> = BTreeMap::new();
    for pair in pairs {
        *bags.entry(pair.bag).or_default() += 1.0;
    }
    let bags: Vec<(u32, f64)> = bags.into_iter().collect();
    let place = Place::new(context, groups, sampling, &bags);
    let kinds = [Kind::MeanChange, Kind::CohenDz, Kind::CohenDav, Kind::HedgesGz];
    if pairs.is_empty() {
        return kinds.map(|kind| place.none(kind, "nobody is known to have answered in both waves")).to_vec();
    }
    let weight: Sum = pairs.iter().fold(Sum::default(), |mut sum, pair| {
        sum.add(pair.weight);
        sum
    });
    let weight = weight.value();
    let n = pairs.len() as u64;
    let start = |kind: Kind, value: f64| place.start(kind, value, n, weight * context.reduced.weight_unit, n);
    let (change, sd) = moments(pairs, |pair| pair.after - pair.before);
    let mut mean = start(Kind::MeanChange, change);
    mean.method = place.method(&format!("{} change of people seen twice, paired t", place.weighted("mean")));
    if let Some(reason) = &place.blocked {
        mean.note = Some(format!("no interval: {reason}"));
    } else {
        let influences = || {
            let mut spreads = vec![Spread::default(); bags.len()];
            for pair in pairs {
                let Ok(bag) = bags.binary_search_by_key(&pair.bag, |bag| bag.0) else { unreachable!("the bags are those of the pairs") };
                spreads[bag].join(Spread::one(pair.weight / weight * (pair.after - pair.before - change)));
            }
            spreads
        };
        place.add_error(&mut mean, influences, 1.0);
        place.add_t_interval(&mut mean);
        add_test(&mut mean);
    }
    mean.cv = None;
    let spread = |sd: Option<f64>| sd.filter(|sd| *sd > 0.0);
    let dz = spread(sd).map(|sd| change / sd);
    let (sd_before, sd_after) = (moments(pairs, |pair| pair.before).1, moments(pairs, |pair| pair.after).1);
    let average = spread(sd_before.zip(sd_after).map(|(before, after)| f64::midpoint(before, after)));
    let gz = dz.zip(hedges_j(n as f64 - 1.0)).map(|(dz, j)| dz * j);
    let effect = |kind: Kind, value: Option<f64>, method: &str| match value {
        Some(value) => Estimate { method: place.method(method), ..start(kind, value) },
        None => place.none(kind, "the change has no spread"),
    };
    vec![
        mean,
        effect(Kind::CohenDz, dz, "mean change over the standard deviation of the change"),
        effect(Kind::CohenDav, average.map(|sd| change / sd), "mean change over the average standard deviation of the two waves"),
        effect(Kind::HedgesGz, gz, "Cohen's d_z with Hedges' correction"),
    ]
}
