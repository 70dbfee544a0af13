//! People seen in two waves in, their mean change with its test and effect sizes out.
//!
//! A pair stands at its later row: that row's weight and units count, and pairs are a domain of the
//! later wave. Without units, pairs are the sample, so that this is the paired t test.

use std::collections::HashMap;

use super::change::Waves;
use super::context::{Answers, Context, Group};
use super::domain::{Domain, add_test};
use super::request::{Estimate, Kind};
use crate::design::Sampling;
use crate::stats::hedges_j;

/// The pairs of a request: the later row of each, and what it was before.
pub(crate) struct Pairs {
    before: HashMap<u32, f64>,
    sampling: Sampling,
}

impl Pairs {
    /// Pairs the valid rows of two waves by person; the first row of a person in a wave counts.
    pub(crate) fn new(context: &Context<'_>, answers: &Answers, groups: &[Group], waves: Waves) -> Self {
        let index = &context.index;
        let usable = |row: u32| index.placed[row as usize] && index.weight[row as usize] > 0.0 && answers.valid(row);
        let mut early: HashMap<u32, f64> = HashMap::new();
        for row in 0..u32::try_from(index.rows).unwrap_or(u32::MAX) {
            if index.wave[row as usize] == waves.from && usable(row) {
                early.entry(index.person[row as usize]).or_insert_with(|| answers.value(row, 0));
            }
        }
        let mut later: Vec<u32> = groups.iter().flat_map(|group| group.rows.iter().copied()).collect();
        later.sort_unstable();
        let mut before = HashMap::new();
        for row in later {
            let late = index.wave[row as usize] == waves.to && usable(row);
            if let Some(value) = late.then(|| early.remove(&index.person[row as usize])).flatten() {
                before.insert(row, value);
            }
        }
        // Units were taken for the whole wave: pairs are a domain of it. Without units, pairs are the sample.
        let is_pair = |row: usize| u32::try_from(row).is_ok_and(|row| before.contains_key(&row));
        let has_units = !context.design.clusters.is_empty();
        let sampling = Sampling::new(index, |row| if has_units { index.wave[row] == waves.to } else { is_pair(row) });
        Self { before, sampling }
    }
}

/// Mean change and effect sizes of the pairs in one group.
pub(crate) fn paired(context: &Context<'_>, answers: &Answers, pairs: &Pairs, group: Group) -> Vec<Estimate> {
    let rows: Vec<u32> = group.rows.into_iter().filter(|row| pairs.before.contains_key(row)).collect();
    let domain = Domain::of(context, group.names, rows, &pairs.sampling);
    let kinds = [Kind::MeanChange, Kind::CohenDz, Kind::CohenDav, Kind::HedgesGz];
    if domain.rows.is_empty() {
        return kinds.map(|kind| domain.none(kind, "nobody is known to have answered in both waves")).to_vec();
    }
    let after = |row: u32| answers.value(row, 0);
    let before = |row: u32| pairs.before[&row];
    let moments = |value: &dyn Fn(u32) -> f64| domain.moments(domain.rows.iter().copied(), value);
    let change = moments(&|row| after(row) - before(row));
    let mut mean = domain.start(Kind::MeanChange, change.mean, domain.rows.iter().copied(), 0);
    mean.method = domain.method(&format!("{} change of people seen twice, paired t", domain.weighted("mean")));
    if let Some(reason) = &domain.blocked {
        mean.note = Some(format!("no interval: {reason}"));
    } else {
        let influence = |row: &u32| domain.weight(*row) / change.weight * (after(*row) - before(*row) - change.mean);
        domain.add_error(&mut mean, domain.rows.iter().map(influence));
        domain.add_t_interval(&mut mean);
        add_test(&mut mean);
    }
    mean.cv = None;
    let spread = |sd: Option<f64>| sd.filter(|sd| *sd > 0.0);
    let dz = spread(change.sd).map(|sd| change.mean / sd);
    let (sd_before, sd_after) = (moments(&before).sd, moments(&after).sd);
    let average = spread(sd_before.zip(sd_after).map(|(before, after)| f64::midpoint(before, after)));
    let gz = dz.zip(hedges_j(change.n as f64 - 1.0)).map(|(dz, j)| dz * j);
    let effect = |kind: Kind, value: Option<f64>, method: &str| match value {
        Some(value) => Estimate { method: domain.method(method), ..domain.start(kind, value, domain.rows.iter().copied(), 0) },
        None => domain.none(kind, "the change has no spread"),
    };
    vec![
        mean,
        effect(Kind::CohenDz, dz, "mean change over the standard deviation of the change"),
        effect(Kind::CohenDav, average.map(|sd| change.mean / sd), "mean change over the average standard deviation of the two waves"),
        effect(Kind::HedgesGz, gz, "Cohen's d_z with Hedges' correction"),
    ]
}
