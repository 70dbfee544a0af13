//! Rows in memory with their design in; weights, degrees of freedom and covariances of estimates out.
//!
//! Tests and regressions know their influence on every row and nothing of strata and units: this is
//! the one place where they meet the design.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use super::tree::Lone;
use super::{Columns, Design, Leaf, LeafCode, Prepared, Rule, Sampling, Tree, leaf, prepare};
use crate::error::Error;
use crate::frame::{Frame, Levels, NO_LEVEL, Source as _};
use crate::stats::{Spread, Sum};

/// The rows of a file with the design that they came by.
#[derive(Debug)]
pub(crate) struct Sample {
    design: Design,
    prepared: Prepared,
    sampling: Sampling,
    levels: BTreeMap<String, Levels>,
    weights: Vec<f64>,
    leaves: Vec<LeafCode>,
    /// Replicate weights, one column each, and how they make a covariance.
    replicates: Option<(Rule, Vec<Vec<f64>>)>,
}

impl Sample {
    /// Codes the design columns of a frame and settles its weights.
    ///
    /// # Errors
    /// Columns that are absent or of the wrong type, negative weights, a calibration that does not reach its totals.
    pub(crate) fn new(frame: &Frame, design: &Design) -> Result<Self, Error> {
        let columns = Columns::of(&frame);
        columns.check_design(design)?;
        let (names, rule) = columns.replicates(design)?.unzip();
        let mut source = frame;
        let mut prepared = prepare(&mut source, design, &names.unwrap_or_default())?;
        let (mut weights, mut leaves, mut replicates): (Vec<f64>, Vec<LeafCode>, Vec<Vec<f64>>) = Default::default();
        source.round(&mut |batches, _| {
            for coded in batches.iter().map(|batch| prepared.code(batch)) {
                weights.extend(coded.weight);
                leaves.extend(coded.leaf);
                replicates.resize(coded.replicates.len(), Vec::new());
                replicates.iter_mut().zip(coded.replicates).for_each(|(all, own)| all.extend(own));
            }
            Ok(())
        })?;
        prepared.units.settle()?;
        for (weight, _) in weights.iter_mut().zip(&leaves).filter(|(_, leaf)| **leaf == NO_LEVEL) {
            *weight = 0.0;
        }
        let sampling = Sampling::new(&prepared.units, &[]);
        let replicates = rule.map(|rule| (rule, replicates));
        Ok(Self { design: design.clone(), prepared, sampling, levels: frame.levels.clone(), weights, leaves, replicates })
    }

    /// Final weight of each row; 0 for rows that the design cannot place.
    pub(crate) fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Whether covariances come from replicates.
    pub(crate) fn has_replicates(&self) -> bool {
        self.replicates.is_some()
    }

    /// Confidence level of every interval.
    pub(crate) fn conf_level(&self) -> f64 {
        self.design.conf_level
    }

    /// What a reader should know of all estimates.
    pub(crate) fn notes(&self) -> Vec<String> {
        let calibrated = self.prepared.calibrated.iter().map(|calibrated| calibrated.note.clone());
        self.prepared.units.notes().into_iter().chain(calibrated).chain(self.sampling.notes.iter().cloned()).collect()
    }

    /// Degrees of freedom among the rows inside: first-stage units less strata, or those of the replicates.
    pub(crate) fn df(&self, inside: &[bool]) -> f64 {
        match &self.replicates {
            Some((_, weights)) => super::replicates::degrees(weights, inside),
            None => self.tree(&self.bags(&self.rows(inside), |_| 0.0).0).df,
        }
    }

    /// Covariance of estimates: by linearization from one influence column over all rows for each of them,
    /// or from the estimates with each replicate weight, which `refit` makes.
    ///
    /// # Errors
    /// The reason why the design allows no variance, such as a stratum with one unit.
    pub(crate) fn covariance(
        &self,
        inside: &[bool],
        full: &[f64],
        influence: &[Vec<f64>],
        refit: &dyn Fn(&[f64]) -> Option<Vec<f64>>,
    ) -> Result<DMatrix<f64>, String> {
        if let Some((rule, weights)) = &self.replicates {
            let of = |weights: &Vec<f64>| refit(weights).unwrap_or_else(|| vec![f64::NAN; full.len()]);
            let replicates: Vec<Vec<f64>> = weights.iter().map(of).collect();
            return rule.covariance(full, &replicates).map(|covariance| covariance.matrix).ok_or_else(|| "no replicate has an answer".to_owned());
        }
        self.linearized(&self.rows(inside), influence).map_err(|lone| lone.0)
    }

    fn linearized(&self, rows: &[usize], influence: &[Vec<f64>]) -> Result<DMatrix<f64>, Lone> {
        let (bags, _) = self.bags(rows, |_| 0.0);
        let tree = self.tree(&bags);
        if let Some(lone) = tree.lone_unit() {
            return Err(lone);
        }
        let calibration = self.design.calibration.as_ref().zip(self.prepared.calibrated.as_ref());
        let auxiliaries = calibration.and_then(|(spec, calibrated)| calibrated.auxiliaries(spec, &self.levels).ok());
        let strata = self.prepared.units.strata_names(&self.levels);
        let whole = self.prepared.calibrated.as_ref().zip(auxiliaries.as_ref());
        let whole = whole.map(|(calibrated, auxiliaries)| calibrated.whole_sample(auxiliaries, &self.prepared.units, &self.design, &strata));
        let error = |of: &dyn Fn(usize) -> f64| match &whole {
            Some(whole) => whole.std_error(rows.iter().filter_map(|row| match leaf(self.leaves[*row]) {
                Leaf::Single(single) => Some((single, of(*row))),
                Leaf::Bag(_) => None,
            })),
            None => tree.std_error(&self.bags(rows, of).1),
        };
        covariances(influence, &error)
    }

    /// The bags of some rows with their numbers of last-stage units, and the spread of the influences in each.
    fn bags(&self, rows: &[usize], influence: impl Fn(usize) -> f64) -> (Vec<(u32, f64)>, Vec<Spread>) {
        let mut bags: BTreeMap<u32, Spread> = BTreeMap::new();
        let mut singles: BTreeMap<u32, Sum> = BTreeMap::new();
        for row in rows {
            match leaf(self.leaves[*row]) {
                Leaf::Bag(bag) => bags.entry(bag).or_default().join(Spread::one(influence(*row))),
                Leaf::Single(single) => singles.entry(single).or_default().add(influence(*row)),
            }
        }
        for (single, total) in singles {
            bags.entry(self.prepared.units.last.parent[single as usize]).or_default().join(Spread::one(total.value()));
        }
        bags.into_iter().map(|(bag, spread)| ((bag, spread.n), spread)).unzip()
    }

    fn tree(&self, bags: &[(u32, f64)]) -> Tree {
        Tree::new(&self.prepared.units, &self.sampling, &self.design, &self.prepared.units.strata_names(&self.levels), bags)
    }

    /// Rows inside that the design places and that have a weight.
    fn rows(&self, inside: &[bool]) -> Vec<usize> {
        (0..self.weights.len()).filter(|row| inside[*row] && self.weights[*row] > 0.0).collect()
    }
}

/// The standard error of the sum of an influence over the rows.
type StdError<'a> = dyn Fn(&dyn Fn(usize) -> f64) -> Result<f64, Lone> + 'a;

/// Covariances by polarization of standard errors: `2 cov(a, b) = var(a + b) − var(a) − var(b)`.
fn covariances(influence: &[Vec<f64>], error: &StdError<'_>) -> Result<DMatrix<f64>, Lone> {
    let size = influence.len();
    let own = influence.iter().map(|column| error(&|row| column[row])).collect::<Result<Vec<f64>, Lone>>()?;
    let mut covariance = DMatrix::from_diagonal(&nalgebra::DVector::from_iterator(size, own.iter().map(|error| error * error)));
    for first in 0..size {
        for second in first + 1..size {
            if own[first] == 0.0 || own[second] == 0.0 {
                continue;
            }
            // Scaled to unit variance, so that columns of unlike size keep their digits.
            let both = error(&|row| influence[first][row] / own[first] + influence[second][row] / own[second])?;
            let value = f64::midpoint(both * both, -2.0) * own[first] * own[second];
            covariance[(first, second)] = value;
            covariance[(second, first)] = value;
        }
    }
    Ok(covariance)
}
