//! People seen in two waves in, their mean change with its test, effect sizes and Wilcoxon's signed ranks out.
//!
//! A pair stands at its later row: that row's weight and units count, and pairs are a domain of the
//! later wave. Without units, pairs are the sample, so that this is the paired t test.

use std::collections::BTreeMap;

use super::context::Context;
use super::domain::{Place, add_note, add_test};
use super::reduce::{Split, Table};
use super::request::{Estimate, Kind, Request};
use super::tally::Pair;
use crate::design::Sampling;
use crate::stats::{Spread, Sum, hedges_j, skewness_note, wilcoxon};

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
    let kinds = [Kind::MeanChange, Kind::CohenDz, Kind::CohenDav, Kind::HedgesGz, Kind::WilcoxonV, Kind::RankBiserial];
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
    let changes: Vec<f64> = pairs.iter().map(|pair| pair.after - pair.before).collect();
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
        if mean.conf_low.is_some()
            && let Some(note) = skewness_note(&changes)
        {
            add_note(&mut mean, note);
        }
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
    let mut estimates = vec![
        mean,
        effect(Kind::CohenDz, dz, "mean change over the standard deviation of the change"),
        effect(Kind::CohenDav, average.map(|sd| change / sd), "mean change over the average standard deviation of the two waves"),
        effect(Kind::HedgesGz, gz, "Cohen's d_z with Hedges' correction"),
    ];
    estimates.extend(signed_ranks(&place, changes));
    estimates
}

/// Changes that differ by nothing but rounding made alike: a sum with a filled-in answer carries some, and ranks would see it.
fn without_rounding(changes: Vec<f64>) -> Vec<f64> {
    let unit = changes.iter().fold(0.0_f64, |largest, change| largest.max(change.abs())) * 1e-10;
    if unit.is_normal() { changes.into_iter().map(|change| (change / unit).round()).collect() } else { changes }
}

/// Wilcoxon's test of the same pairs, in which every person counts alike.
///
/// Statistic, p-value and correlation together tell how many people did not change, and an extreme statistic tells how
/// few rose or fell: the fewest of those who rose, fell or stayed are behind both.
fn signed_ranks(place: &Place<'_>, changes: Vec<f64>) -> Vec<Estimate> {
    let changes = without_rounding(changes);
    let of = |is: fn(&f64) -> bool| changes.iter().filter(|change| is(change)).count() as u64;
    let [rose, fell] = [of(|change| *change > 0.0), of(|change| *change < 0.0)];
    let n = changes.len() as u64;
    let fewest = [rose, fell, n - rose - fell].into_iter().filter(|people| *people > 0).min().unwrap_or(0);
    let Some(signed) = wilcoxon(&changes) else {
        return [Kind::WilcoxonV, Kind::RankBiserial].map(|kind| Estimate { n, people: fewest, ..place.none(kind, "nobody's score changed") }).to_vec();
    };
    let design = place.context.design;
    let is_plain = place.context.reduced.equal_weights && design.clusters.is_empty() && design.strata.is_none();
    let estimate = |kind: Kind, value: f64, method: &str| {
        let mut estimate = Estimate { n_weighted: None, method: method.to_owned(), ..place.start(kind, value, n, 0.0, fewest) };
        if !is_plain {
            estimate.method.push_str(", unweighted");
            add_note(&mut estimate, "every person counts alike: weights, strata and clusters are left out");
        }
        estimate
    };
    let mut test = estimate(Kind::WilcoxonV, signed.v, signed.method());
    if place.census {
        add_note(&mut test, "no test: everybody was asked, so there is no sampling error");
    } else {
        (test.test_statistic, test.p_value) = (Some(signed.v), Some(signed.p_value));
    }
    vec![test, estimate(Kind::RankBiserial, signed.rank_biserial, "matched-pairs rank-biserial correlation")]
}
