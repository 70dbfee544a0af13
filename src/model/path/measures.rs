//! A fitted path model in, how well it fits out.

use nalgebra::{Cholesky, DMatrix};

use super::PathModel;
use super::fit::{PathFit, moments};
use crate::stats::{chi2_sf, noncentral_chi2_cdf};

/// Confidence level of the interval of the RMSEA, by custom.
pub(crate) const RMSEA_LEVEL: f64 = 0.90;

/// Measures of fit, as `lavaan` defines them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measures {
    /// Likelihood ratio statistic against the covariances of the file.
    pub(crate) chisq: f64,
    /// Its degrees of freedom; zero where the model says all covariances.
    pub(crate) df: usize,
    /// Its p-value; none without degrees of freedom.
    pub(crate) p_value: Option<f64>,
    /// Comparative fit index.
    pub(crate) cfi: f64,
    /// Root mean square error of approximation.
    pub(crate) rmsea: f64,
    /// Its interval at the level [`RMSEA_LEVEL`]; none without degrees of freedom.
    pub(crate) rmsea_limits: Option<(f64, f64)>,
    /// Standardized root mean square residual.
    pub(crate) srmr: f64,
}

/// How much larger χ² is than in rows that were drawn one by one from a normal population: `tr(UΓ)/df`, with Γ the covariances of
/// the sample's covariances times n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scaling {
    /// Of the model.
    pub(crate) model: f64,
    /// Of the model in which no outcome goes with anything.
    pub(crate) without_paths: f64,
}

impl Scaling {
    /// Of rows that were drawn one by one from a normal population.
    pub(crate) const NONE: Self = Self { model: 1.0, without_paths: 1.0 };
}

/// How well a path model fits.
///
/// # Formula
/// With `c` and `c₀` of the scaling, 1 without one: `χ² = nF/c`;
/// `CFI = 1 − max(nF − c·df, 0) / max(nF − c·df, nF₀ − c₀·df₀, 0)`, F₀ of the model in which predictors vary as in
/// the file and nothing else goes together; `RMSEA = √(max(nF − c·df, 0) / (n · df))`, limits `√(cλ/(n · df))` where the noncentral
/// distribution of λ has χ² at its 95th and 5th percentile; `SRMR = √mean(((s_ij − σ_ij)/√(s_ii s_jj))²)` over `i ≥ j`.
/// # Units
/// All without unit.
/// # Not estimable
/// Without degrees of freedom there is neither p-value nor interval.
/// # Source
/// Bentler 1990, doi:10.1037/0033-2909.107.2.238; Steiger 1990, <doi:10.1207/s15327906mbr2502_4>; `lavaan::fitMeasures` of R;
/// with a scaling Satorra and Bentler 1994, Brosseau-Liard and Savalei 2014, doi:10.1080/00273171.2014.933697 (`cfi.robust`), and
/// Brosseau-Liard, Savalei and Li 2012, doi:10.1080/00273171.2012.715252 (`rmsea.robust`).
pub(crate) fn measures(model: &PathModel, fit: &PathFit, scaling: Scaling) -> Measures {
    let df = moments(model).saturating_sub(model.parameters);
    // A model that says all covariances fits them; what is left is rounding.
    let unscaled = if df == 0 && fit.discrepancy < 1e-9 { 0.0 } else { fit.n * fit.discrepancy };
    let chisq = unscaled / scaling.model;
    let excess = (unscaled - scaling.model * df as f64).max(0.0);
    let (chisq_without, df_without) = without_paths(model, fit);
    let worst = excess.max(chisq_without - scaling.without_paths * df_without as f64);
    let rmsea = |noncentrality: f64| (noncentrality / (fit.n * df as f64)).sqrt();
    Measures {
        chisq,
        df,
        p_value: if df > 0 { chi2_sf(chisq, df as f64) } else { None },
        cfi: if excess > 0.0 { 1.0 - excess / worst } else { 1.0 },
        rmsea: if df > 0 { rmsea(excess) } else { 0.0 },
        rmsea_limits: (df > 0).then(|| {
            let tail = (1.0 - RMSEA_LEVEL) / 2.0;
            let limit = |quantile: f64| rmsea(scaling.model * noncentrality(chisq, df as f64, quantile));
            (limit(1.0 - tail), limit(tail))
        }),
        srmr: srmr(&fit.sample, &fit.sigma),
    }
}

/// χ² and degrees of freedom of the model in which no outcome goes with anything.
fn without_paths(model: &PathModel, fit: &PathFit) -> (f64, usize) {
    let outcomes: Vec<usize> = (0..model.variables.len()).filter(|variable| model.is_outcome[*variable]).collect();
    let predictors: Vec<usize> = (0..model.variables.len()).filter(|variable| !model.is_outcome[*variable]).collect();
    let among = DMatrix::from_fn(predictors.len(), predictors.len(), |i, j| fit.sample[(predictors[i], predictors[j])]);
    let alone: f64 = outcomes.iter().map(|outcome| fit.sample[(*outcome, *outcome)].ln()).sum();
    (fit.n * (alone + log_determinant(among) - log_determinant(fit.sample.clone())), moments(model) - outcomes.len())
}

fn log_determinant(matrix: DMatrix<f64>) -> f64 {
    Cholesky::new(matrix).map_or(f64::NAN, |root| 2.0 * root.l_dirty().diagonal().iter().map(|entry| entry.ln()).sum::<f64>())
}

fn srmr(sample: &DMatrix<f64>, sigma: &DMatrix<f64>) -> f64 {
    let size = sample.nrows();
    let residual = |i: usize, j: usize| (sample[(i, j)] - sigma[(i, j)]) / (sample[(i, i)] * sample[(j, j)]).sqrt();
    let squares: f64 = (0..size).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| residual(i, j) * residual(i, j)).sum();
    (squares / (size * (size + 1) / 2) as f64).sqrt()
}

/// The noncentrality at which χ² lies at a quantile; zero where it lies below that even without any.
fn noncentrality(chisq: f64, df: f64, quantile: f64) -> f64 {
    let is_below = |noncentrality: f64| noncentral_chi2_cdf(chisq, df, noncentrality) > quantile;
    if !is_below(0.0) {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, chisq.max(df) + 1.0);
    while is_below(high) {
        low = high;
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if is_below(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}
