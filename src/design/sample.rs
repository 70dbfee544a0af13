//! Rows in memory with their design in; weights, degrees of freedom and covariances of estimates out.
//!
//! Tests and regressions know their influence on every row and nothing of strata and units: this is
//! the one place where they meet the design.

use nalgebra::{DMatrix, DVector};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Design, Sampling, Tree, Units};
use crate::error::Error;
use crate::frame::{Frame, NO_LEVEL};
use crate::stats::Spread;

/// The rows of a file with the design that they came by.
#[derive(Debug)]
pub(crate) struct Sample {
    design: Design,
    units: Units,
    sampling: Sampling,
    strata: Vec<String>,
    /// Weight of each row; 0 for rows that the design cannot place.
    weights: Vec<f64>,
    /// Unit of the deepest stage of each row, a stratum where rows are the units.
    bags: Vec<u32>,
}

impl Sample {
    /// Codes the design columns of a frame and fills in weights that follow from population counts.
    ///
    /// # Errors
    /// Negative weights.
    pub(crate) fn new(frame: &Frame, design: &Design) -> Result<Self, Error> {
        let mut units = Units::new(design, &[]);
        let mut coded: Vec<_> = frame.batches.iter().map(|batch| units.code(batch)).collect();
        units.settle()?;
        if units.weighs() {
            units.begin_round();
            coded = frame.batches.iter().map(|batch| units.code(batch)).collect();
        }
        let (mut weights, mut bags) = (Vec::new(), Vec::new());
        for (leaf, weight) in coded.iter().flat_map(|coded| coded.leaf.iter().zip(&coded.weight)) {
            let placed = *leaf != NO_LEVEL;
            weights.push(if placed { *weight } else { 0.0 });
            bags.push(if placed { units.bag(*leaf) } else { NO_LEVEL });
        }
        let sampling = Sampling::new(&units, &[]);
        let strata = design.strata.as_ref().and_then(|name| frame.levels.get(name)).map(|levels| levels.names().to_vec()).unwrap_or_default();
        Ok(Self { design: design.clone(), units, sampling, strata, weights, bags })
    }

    /// Final weight of each row; 0 for rows that the design cannot place.
    pub(crate) fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Confidence level of every interval.
    pub(crate) fn conf_level(&self) -> f64 {
        self.design.conf_level
    }

    /// What a reader should know of all estimates.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.units.notes().into_iter().chain(self.sampling.notes.iter().cloned()).collect()
    }

    /// First-stage units less strata among the rows inside that have a weight.
    pub(crate) fn df(&self, inside: &[bool]) -> f64 {
        let (mut units, mut strata, mut rows) = (FxHashSet::default(), FxHashSet::default(), 0.0);
        for row in self.rows(inside) {
            let bag = self.bags[row];
            if let Some(first) = self.units.stages.first() {
                let unit = self.units.unit_above(0, bag);
                units.insert(unit);
                strata.insert(first.parent[unit as usize]);
            } else {
                rows += 1.0;
                strata.insert(bag);
            }
        }
        units.len() as f64 + rows - strata.len() as f64
    }

    /// Covariance of estimates by linearization: one influence column over all rows for each of them.
    ///
    /// # Errors
    /// The reason why the design allows no variance, such as a stratum with one unit.
    pub(crate) fn covariance(&self, inside: &[bool], influence: &[Vec<f64>]) -> Result<DMatrix<f64>, String> {
        let rows: Vec<usize> = self.rows(inside).collect();
        let mut positions: FxHashMap<u32, usize> = FxHashMap::default();
        let mut bags: Vec<(u32, f64)> = Vec::new();
        let mut place = Vec::with_capacity(rows.len());
        for row in &rows {
            let position = *positions.entry(self.bags[*row]).or_insert(bags.len());
            if position == bags.len() {
                bags.push((self.bags[*row], 0.0));
            }
            bags[position].1 += 1.0;
            place.push(position);
        }
        let tree = Tree::new(&self.units, &self.sampling, &self.design, &self.strata, &bags);
        if let Some(lone) = tree.lone_unit() {
            return Err(lone.0);
        }
        let error = |of: &dyn Fn(usize) -> f64| {
            let mut spreads = vec![Spread::default(); bags.len()];
            rows.iter().zip(&place).for_each(|(row, position)| spreads[*position].join(Spread::one(of(*row))));
            tree.std_error(&spreads).map_err(|lone| lone.0)
        };
        let own = influence.iter().map(|column| error(&|row| column[row])).collect::<Result<Vec<f64>, String>>()?;
        let mut covariance = DMatrix::from_diagonal(&DVector::from_iterator(own.len(), own.iter().map(|error| error * error)));
        for first in 0..own.len() {
            for second in first + 1..own.len() {
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

    /// Rows inside that the design places and that have a weight.
    fn rows<'a>(&'a self, inside: &'a [bool]) -> impl Iterator<Item = usize> + 'a {
        (0..self.bags.len()).filter(|row| inside[*row] && self.bags[*row] != NO_LEVEL && self.weights[*row] > 0.0)
    }
}
