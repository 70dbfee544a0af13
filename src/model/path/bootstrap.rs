//! Rows drawn with replacement again and again in, percentile intervals of paths and effects out.

use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::PathModel;
use super::expression::Dual;
use super::fit::{Figures, PathFit, centred, estimates};
use crate::stats::{Resampling, Strata, quantile_hf7};

/// Limits of one estimate.
pub(crate) type Limits = (f64, f64);

/// Percentile intervals of a path model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intervals {
    /// Each cell, and standardized.
    pub(crate) cells: Vec<(Limits, Limits)>,
    /// Each definition, and of standardized paths.
    pub(crate) definitions: Vec<(Limits, Limits)>,
    /// Draws to which the model could be fitted.
    pub(crate) draws: usize,
}

/// All estimates of one draw: cells, standardized cells, definitions, standardized definitions.
type Draw = [Vec<f64>; 4];

/// What a bootstrap draws.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Draws<'a> {
    /// So many sets of rows, drawn one by one, with this seed.
    Rows(u32, u64),
    /// Sets of the units of a design, with the weight of each row.
    Units(Resampling<'a>, &'a [f64]),
}

impl Draws<'_> {
    /// How many sets are drawn.
    fn count(&self) -> u32 {
        match self {
            Self::Rows(count, _) => *count,
            Self::Units(how, _) => how.replicates,
        }
    }
}

/// Percentile bootstrap of a fitted path model.
///
/// # Formula
/// The model is fitted to sets of `n` rows drawn with replacement; limits are the quantiles (type 7) of the estimates at
/// `(1 − conf_level)/2` and `(1 + conf_level)/2`. Of a design, `n − 1` of the `n` units of each stratum are drawn and the weights
/// of their rows are multiplied by `n/(n − 1)`.
/// # Units
/// Columns as for the fit; the same seed gives the same draws on every machine and number of threads.
/// # Not estimable
/// `None` when the model can be fitted to fewer than half of the draws.
/// # Source
/// Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3; Rao and Wu 1988, doi:10.1080/01621459.1988.10478591.
pub(crate) fn bootstrap(model: &PathModel, fit: &PathFit, columns: &[Vec<f64>], draws: Draws<'_>, conf_level: f64) -> Option<Intervals> {
    let centred: Vec<Vec<f64>> = columns.iter().map(|column| centred(column, None)).collect();
    let rows = columns.first().map_or(0, Vec::len);
    let strata = match &draws {
        Draws::Rows(..) => Strata::default(),
        Draws::Units(how, _) => Strata::new(how.strata.iter().copied().zip(how.units.iter().copied())),
    };
    let sample = |draw: u32| match &draws {
        Draws::Rows(_, seed) => covariances(&centred, &rows_drawn(rows, *seed, draw)),
        Draws::Units(how, weights) => {
            let units = strata.draw(how.seed, draw);
            let times = |row: usize| units.get(&(how.strata[row], how.units[row])).map_or(0.0, |(times, weight)| *times as f64 * weight * weights[row]);
            covariances(&centred, &(0..rows).map(times).collect::<Vec<f64>>())
        }
    };
    let all: Vec<Draw> = (0..draws.count()).into_par_iter().filter_map(|draw| one(model, fit, &sample(draw))).collect();
    if all.is_empty() || all.len() < (draws.count() as usize).div_ceil(2) {
        return None;
    }
    let limits = |kind: usize, place: usize| {
        let mut values: Vec<f64> = all.iter().map(|draw| draw[kind][place]).filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |p: f64| quantile_hf7(&values, p).unwrap_or(f64::NAN);
        (at((1.0 - conf_level) / 2.0), at(f64::midpoint(1.0, conf_level)))
    };
    let pairs = |count: usize, kind: usize| (0..count).map(|place| (limits(kind, place), limits(kind + 1, place))).collect();
    Some(Intervals { cells: pairs(model.cells.len(), 0), definitions: pairs(model.definitions.len(), 2), draws: all.len() })
}

/// How often each row is drawn in a set of as many.
fn rows_drawn(n: usize, seed: u64, draw: u32) -> Vec<f64> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut dice = ChaCha8Rng::from_seed(bytes);
    dice.set_stream(u64::from(draw));
    let mut times = vec![0.0; n];
    for _ in 0..n {
        // The high half of the product is a row without favour for any, up to one part in 2⁶⁴.
        let row = (u128::from(dice.next_u64()) * n as u128) >> 64;
        times[usize::try_from(row).unwrap_or_default()] += 1.0;
    }
    times
}

/// The covariances of rows that count so many times.
fn covariances(centred: &[Vec<f64>], times: &[f64]) -> DMatrix<f64> {
    let n = times.iter().sum::<f64>();
    let mean = |column: &Vec<f64>| column.iter().zip(times).map(|(value, times)| value * times).sum::<f64>() / n;
    let means: Vec<f64> = centred.iter().map(mean).collect();
    let product = |i: usize, j: usize| {
        let both = centred[i].iter().zip(&centred[j]).zip(times);
        both.map(|((a, b), times)| (a - means[i]) * (b - means[j]) * times).sum::<f64>() / n
    };
    let mut sample = DMatrix::from_fn(centred.len(), centred.len(), |i, j| if i <= j { product(i, j) } else { 0.0 });
    sample.fill_lower_triangle_with_upper_triangle();
    sample
}

fn one(model: &PathModel, fit: &PathFit, sample: &DMatrix<f64>) -> Option<Draw> {
    let estimates = estimates(model, sample, Some(&fit.parameters)).ok()?;
    let figures = Figures::new(model, &estimates.parameters, &estimates.implied);
    let values = |duals: &[Dual]| duals.iter().map(|dual| dual.value).collect();
    let defined = |duals: &[Dual]| values(&figures.defined(model, duals));
    Some([values(&figures.raw), values(&figures.standardized), defined(&figures.raw), defined(&figures.standardized)])
}
