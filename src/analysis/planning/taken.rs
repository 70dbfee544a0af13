//! The rows of the latest wave in; the centers that took part and those there are, and the people who could have answered, out.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Context;
use crate::frame::{Frame, NO_LEVEL};
use crate::stats::Weighted;

/// A stratum, and a cluster where units of the second stage are counted.
type Place = (Option<u32>, Option<u32>);

/// What took part in the latest wave.
pub(super) struct TookPart<'a> {
    context: &'a Context<'a>,
    frame: &'a Frame,
    /// Batch, row and weight of each row that counts.
    rows: Vec<(usize, usize, f64)>,
}

impl<'a> TookPart<'a> {
    pub(super) fn new(context: &'a Context<'a>, frame: &'a Frame) -> Self {
        let wave = context.subject.waves.last().and_then(|wave| frame.levels.get("wave")?.position(wave));
        let mut rows = Vec::new();
        for (place, batch) in frame.batches.iter().enumerate() {
            let waves = batch.levels("wave");
            let weights = context.subject.design.weight.as_ref().map(|name| batch.numbers(name));
            let weight = |row: usize| weights.map_or(1.0, |weights| weights.map_or(0.0, |weights| weights[row]));
            let inside = |row: &usize| wave.is_none_or(|wave| waves.is_some_and(|waves| waves[*row] == wave)) && weight(*row) > 0.0;
            rows.extend((0..batch.rows()).filter(inside).map(|row| (place, row, weight(row))));
        }
        Self { context, frame, rows }
    }

    /// The level of a row in a column; none where the column is not there.
    fn level(&self, column: Option<&String>, (batch, row, _): (usize, usize, f64)) -> Option<u32> {
        let levels = self.frame.batches[batch].levels(column?)?;
        Some(levels[row]).filter(|level| *level != NO_LEVEL)
    }

    /// Answers of each center, in the order of the centers' names.
    pub(super) fn centers(&self, score: &str) -> Vec<Vec<Weighted>> {
        let mut centers: BTreeMap<u32, Vec<Weighted>> = BTreeMap::new();
        for row in &self.rows {
            let value = self.frame.batches[row.0].numbers(score).map_or(f64::NAN, |values| values[row.1]);
            if let Some(center) = self.level(self.context.settings.center.as_ref(), *row).filter(|_| !value.is_nan()) {
                centers.entry(center).or_default().push(Weighted { value, weight: row.2 });
            }
        }
        centers.into_values().collect()
    }

    /// The centers of the population, where they are the clusters of the design and it knows how many there are.
    pub(super) fn centers_there_are(&self) -> Option<f64> {
        let subject = &self.context.subject;
        let (mut clusters, mut centers) = (BTreeMap::new(), BTreeMap::new());
        for row in &self.rows {
            let (center, cluster) = (self.level(self.context.settings.center.as_ref(), *row)?, self.level(subject.design.clusters.first(), *row)?);
            if *clusters.entry(center).or_insert(cluster) != cluster || *centers.entry(cluster).or_insert(center) != center {
                return None;
            }
        }
        self.units(0)
    }

    /// The people who could have answered where the survey was made: everybody, or everybody in the clusters that took part.
    pub(super) fn could(&self) -> Option<f64> {
        let stages = 1 + usize::from(!self.context.subject.design.clusters.is_empty());
        (self.context.subject.design.fpc.len() == stages).then(|| self.units(stages - 1)).flatten()
    }

    /// How many units of a stage there are in the strata, or in the clusters, that took part.
    fn units(&self, stage: usize) -> Option<f64> {
        let subject = &self.context.subject;
        let population = subject.design.fpc.get(stage)?;
        let mut found: BTreeMap<Place, (BTreeSet<(usize, usize)>, f64)> = BTreeMap::new();
        for row in &self.rows {
            let (stratum, cluster) = (self.level(subject.design.strata.as_ref(), *row), self.level(subject.design.clusters.first(), *row));
            let unit = cluster.filter(|_| stage == 0).map_or((row.0, row.1), |cluster| (usize::MAX, cluster as usize));
            let known = found.entry((stratum, cluster.filter(|_| stage > 0))).or_default();
            known.0.insert(unit);
            known.1 = self.frame.batches[row.0].numbers(population)?[row.1].max(known.1);
        }
        // a number below 1 is the share that was drawn
        let all = found.values().map(|(units, of)| if *of >= 1.0 { *of } else { units.len() as f64 / of }).sum::<f64>();
        (all.is_finite() && all > 0.0).then_some(all)
    }
}
