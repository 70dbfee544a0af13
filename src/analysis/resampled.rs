//! Rows of a frame in, the units and strata that a bootstrap draws them in out.
//!
//! What the design drew is drawn again: clusters within strata, and people within clusters where all clusters of a stratum answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::design::Design;
use crate::frame::Frame;

/// The units and strata of some rows.
#[derive(Debug, Default)]
pub(super) struct Resampled {
    /// Unit of each row.
    pub(super) units: Vec<u32>,
    /// Stratum of each row.
    pub(super) strata: Vec<u32>,
    has_clusters: bool,
    /// Whether all clusters of a stratum answered somewhere.
    is_census: bool,
    /// Whether a stratum has a single cluster that was drawn: nobody knows how much others would differ.
    pub(super) has_lone: bool,
}

impl Resampled {
    /// The units of rows that are given by batch and row.
    pub(super) fn new(design: &Design, frame: &Frame, rows: &[(usize, usize)]) -> Self {
        let cluster = design.clusters.first();
        let mut resampled = Self { has_clusters: cluster.is_some(), ..Self::default() };
        let mut fpc = Vec::new();
        for (position, (batch, row)) in rows.iter().copied().enumerate() {
            let batch = &frame.batches[batch];
            let levels = |name: Option<&String>| name.and_then(|name| batch.levels(name)).map(|levels| levels[row]);
            let unit = levels(cluster);
            let population = design.fpc.first().and_then(|name| batch.numbers(name)).filter(|_| unit.is_some());
            resampled.units.push(unit.unwrap_or_else(|| u32::try_from(position).unwrap_or(u32::MAX)));
            resampled.strata.push(levels(design.strata.as_ref()).unwrap_or(0));
            fpc.extend(population.map(|population| population[row]));
        }
        resampled.people_of_censuses(&fpc);
        resampled
    }

    /// Degrees of freedom: units less strata.
    pub(super) fn df(&self) -> f64 {
        let units: BTreeSet<(u32, u32)> = self.strata.iter().copied().zip(self.units.iter().copied()).collect();
        let strata: BTreeSet<u32> = self.strata.iter().copied().collect();
        units.len() as f64 - strata.len() as f64
    }

    /// What is drawn, in words.
    pub(super) fn words(&self) -> &'static str {
        match (self.has_clusters, self.is_census) {
            (true, false) => "clusters within strata",
            (true, true) => "people within clusters, where all clusters of a stratum answered, else of clusters",
            (false, _) => "people within strata",
        }
    }

    /// Where every cluster of a stratum answered, clusters were not drawn but people within each: the cluster is their stratum.
    fn people_of_censuses(&mut self, clusters_in_population: &[f64]) {
        let mut strata: BTreeMap<u32, (BTreeSet<u32>, f64)> = BTreeMap::new();
        for (row, (stratum, unit)) in self.strata.iter().zip(&self.units).enumerate() {
            let known = strata.entry(*stratum).or_default();
            known.0.insert(*unit);
            known.1 = clusters_in_population.get(row).copied().unwrap_or_default().max(known.1);
        }
        // a number below 1 is the share that was drawn
        let is_census = |stratum: &u32| strata.get(stratum).is_some_and(|(units, population)| *population >= 1.0 && units.len() as f64 >= *population);
        let is_lone = |stratum: &u32, units: &BTreeSet<u32>| units.len() == 1 && !is_census(stratum);
        self.has_lone = self.has_clusters && strata.iter().any(|(stratum, (units, _))| is_lone(stratum, units));
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
        let mut drawn = Resampled { units: vec![1, 1, 2, 3, 4], strata: vec![0, 0, 0, 5, 5], ..Resampled::default() };
        drawn.people_of_censuses(&[2.0, 2.0, 2.0, 3.0, 3.0]);
        assert!((drawn.df() - 2.0).abs() < 1e-12 && drawn.is_census);
        assert_eq!((drawn.strata, drawn.units), (vec![0, 0, 1, 2, 2], vec![0, 1, 2, 3, 4]));
        let mut clusters = Resampled { units: vec![1, 1, 2], strata: vec![0, 0, 0], has_clusters: true, ..Resampled::default() };
        clusters.people_of_censuses(&[]);
        assert_eq!((clusters.units, clusters.is_census, clusters.has_lone), (vec![1, 1, 2], false, false));
        let lone = |clusters_there_are: &[f64]| {
            let mut lone = Resampled { units: vec![1, 1, 2], strata: vec![0, 0, 7], has_clusters: true, ..Resampled::default() };
            lone.people_of_censuses(clusters_there_are);
            lone.has_lone
        };
        assert!(lone(&[]) && lone(&[1.0, 1.0, 4.0]) && !lone(&[1.0, 1.0, 1.0]), "one of four centers, and all of one");
        let mut shares = Resampled { units: vec![1, 1, 2], strata: vec![0, 0, 0], ..Resampled::default() };
        shares.people_of_censuses(&[0.3, 0.3, 0.3]);
        assert!(!shares.is_census);
    }
}
