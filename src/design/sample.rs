//! Rows in memory with their design in; weights, degrees of freedom and covariances of estimates out.
//!
//! Tests and regressions know their influence on every row and nothing of strata and units: this is
//! the one place where they meet the design.

use nalgebra::DMatrix;

use super::{Design, Index, Sampling, Tree};
use crate::error::Error;
use crate::frame::Frame;

/// The rows of a file with the design that they came by.
#[derive(Debug)]
pub(crate) struct Sample {
    design: Design,
    index: Index,
    sampling: Sampling,
}

impl Sample {
    /// Codes the design columns of a frame and fills in weights that follow from population counts.
    ///
    /// # Errors
    /// Columns that are absent or of the wrong type, and negative weights.
    pub(crate) fn new(frame: &Frame, design: &Design) -> Result<Self, Error> {
        let mut index = Index::new(frame, design)?;
        let sampling = Sampling::new(&index, |_| true);
        if index.weight_from_fpc {
            index.weight = (0..index.rows).map(|row| if index.placed[row] { sampling.weight(&index, row) } else { 0.0 }).collect();
        }
        Ok(Self { design: design.clone(), index, sampling })
    }

    /// Final weight of each row; 0 for rows that the design cannot place.
    pub(crate) fn weights(&self) -> &[f64] {
        &self.index.weight
    }

    /// Confidence level of every interval.
    pub(crate) fn conf_level(&self) -> f64 {
        self.design.conf_level
    }

    /// What a reader should know of all estimates.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.index.notes.iter().chain(&self.sampling.notes).cloned().collect()
    }

    /// First-stage units less strata among the rows inside that have a weight.
    pub(crate) fn df(&self, inside: &[bool]) -> f64 {
        let Some(stage) = self.index.stages.first() else { return 0.0 };
        let (mut units, mut strata) = (vec![false; stage.parent.len()], vec![false; stage.parents]);
        for row in self.rows(inside) {
            let unit = stage.unit[row as usize] as usize;
            units[unit] = true;
            strata[stage.parent[unit] as usize] = true;
        }
        let count = |seen: &[bool]| seen.iter().filter(|seen| **seen).count() as f64;
        count(&units) - count(&strata)
    }

    /// Covariance of estimates by linearization: one influence column over all rows for each of them.
    ///
    /// # Errors
    /// The reason why the design allows no variance, such as a stratum with one unit.
    pub(crate) fn covariance(&self, inside: &[bool], influence: &[Vec<f64>]) -> Result<DMatrix<f64>, String> {
        let rows = self.rows(inside);
        let tree = Tree::new(&self.index, &self.sampling, &self.design, &rows);
        if let Some(lone) = tree.lone_unit() {
            return Err(lone.0);
        }
        let size = influence.len();
        let error = |of: &dyn Fn(usize) -> f64| tree.std_error(rows.iter().map(|row| of(*row as usize))).map_err(|lone| lone.0);
        let own = influence.iter().map(|column| error(&|row| column[row])).collect::<Result<Vec<f64>, String>>()?;
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

    /// Rows inside that the design places and that have a weight.
    fn rows(&self, inside: &[bool]) -> Vec<u32> {
        let kept = |row: &u32| {
            let row = *row as usize;
            inside[row] && self.index.placed[row] && self.index.weight[row] > 0.0
        };
        (0..u32::try_from(self.index.rows).unwrap_or(u32::MAX)).filter(kept).collect()
    }
}
