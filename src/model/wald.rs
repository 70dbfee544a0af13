//! Coefficients and their covariance in, one test of several at once out.

use nalgebra::{DMatrix, DVector};

use super::Test;
use crate::stats::f_sf;

/// Correlations of coefficients this near to a plane leave nothing to test.
const SINGULAR: f64 = 1e-12;

/// Wald test that some coefficients are all zero.
///
/// # Formula
/// `F = β′ V⁻¹ β / q` with `q` and `df` degrees of freedom
/// # Units
/// `which` are positions of `q` coefficients; `df` of the residuals.
/// # Not estimable
/// A covariance without inverse or `df ≤ 0` is a reason in words.
/// # Source
/// `regTermTest` of R `survey` 4.1; values in `tests/reference/model/regression.R`.
pub(crate) fn wald(coefficients: &[f64], covariance: &DMatrix<f64>, which: &[usize], df: f64) -> Result<Test, String> {
    let statistic = distance(coefficients, covariance, which)? / which.len() as f64;
    let size = which.len() as f64;
    if df <= 0.0 {
        return Err("no degrees of freedom are left for a test".to_owned());
    }
    Ok(Test { statistic: Some(statistic), df: Some(size), df2: Some(df), p_value: f_sf(statistic, size, df), ..Test::default() })
}

/// `β′ V⁻¹ β` over the chosen coefficients, by way of their correlations.
fn distance(coefficients: &[f64], covariance: &DMatrix<f64>, which: &[usize]) -> Result<f64, String> {
    let without = || "the coefficients vary together, so they cannot be tested together".to_owned();
    let errors: Vec<f64> = which.iter().map(|place| covariance[(*place, *place)].sqrt()).collect();
    if errors.iter().any(|error| *error <= 0.0 || !error.is_finite()) {
        return Err("a coefficient has no standard error".to_owned());
    }
    let correlation = DMatrix::from_fn(which.len(), which.len(), |row, column| covariance[(which[row], which[column])] / (errors[row] * errors[column]));
    let scaled = DVector::from_fn(which.len(), |row, _| coefficients[which[row]] / errors[row]);
    let factor = correlation.cholesky().ok_or_else(without)?;
    if factor.l_dirty().diagonal().iter().any(|value| value * value < SINGULAR) {
        return Err(without());
    }
    Ok(scaled.dot(&factor.solve(&scaled)))
}
