//! People seen in two waves in, their mean change with its test and effect sizes out.
//!
//! A pair stands at its later row: that row's weight and units count, and pairs are a domain of the
//! later wave. Without units, pairs are the sample, so that this is the paired t test.

use std::collections::BTreeMap;

use super::context::Context;
use super::domain::{Place, add_test};
use super::reduce::{Split, Table};
use super::request::{Estimate, Kind, Request};
use super::tally::Pair;
use crate::design::Sampling;
use crate::stats::{Spread, Sum, hedges_j};

/// Mean change and effect sizes of the pairs of each group.
pub(crate) fn paired(context: &Context<'_>, request: &Request, from: &str, to: &str) -> Vec<Estimate> {
    let table = context.table(&Split { by: request.by.clone(), filter: request.filter.clone() });
    let rows = table.pairs.iter().find(|rows| rows.answers(&request.variable, from, to));
    let Some(rows) = rows else { unreachable!("pairs are gathered for every request") };
    let mut pairs = rows.pairs();
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
    pairs.values().flatten().for_each(|pair| taken[units.bag(pair.leaf) as usize] += 1);
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
    let units = &context.reduced.units;
    let mut bags: BTreeMap<u32, f64> = BTreeMap::new();
    for pair in pairs {
        *bags.entry(units.bag(pair.leaf)).or_default() += 1.0;
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
                let Ok(bag) = bags.binary_search_by_key(&units.bag(pair.leaf), |bag| bag.0) else { unreachable!("the bags are those of the pairs") };
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
