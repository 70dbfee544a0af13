//! A fitted model in, the mean outcome if everybody had one level of a factor out.

use nalgebra::DMatrix;

use super::column::{Category, Column};
use super::formula::Formula;
use super::regression::{Family, Fit};
use super::terms::matrix;

/// The mean prediction with a factor set to one level.
#[derive(Debug, Clone)]
pub(crate) struct Margin {
    /// Name of the level.
    pub(crate) level: String,
    /// Mean prediction, on the scale of the outcome.
    pub(crate) mean: f64,
    /// Slope of the mean by each coefficient.
    pub(crate) gradient: Vec<f64>,
    /// Influence of each row on the mean by way of who is in the sample.
    pub(crate) influence: Vec<f64>,
}

/// Predictive margins of a factor.
///
/// # Formula
/// `m_l = Σ w·μ(x with level l) / Σ w`, gradient `Σ w·μ′·x / Σ w`
/// # Units
/// Those of the outcome (shares for `binomial`).
/// # Not estimable
/// Weights that sum to zero give means that are not finite; the caller has fitted the model with them.
/// # Source
/// Graubard and Korn 1999, doi:10.1111/j.0006-341X.1999.00652.x; `svypredmeans` of R `survey` 4.1.
pub(crate) fn margins(formula: &Formula, data: &[Column], factor: usize, fit: &Fit, family: Family, weights: &[f64]) -> Vec<Margin> {
    let Column::Category(category) = &data[factor] else { return Vec::new() };
    let total: f64 = weights.iter().sum();
    let of_level = |(code, level): (u32, &String)| {
        let mut changed = data.to_vec();
        changed[factor] = Column::Category(Category { codes: vec![code; weights.len()], names: category.names.clone() });
        let columns = matrix(formula, &changed, weights.len()).columns;
        let predictor = |row: usize| columns.iter().zip(&fit.coefficients).map(|(column, coefficient)| column[row] * coefficient).sum::<f64>();
        let means: Vec<f64> = (0..weights.len()).map(|row| family.mean(predictor(row))).collect();
        let mean = means.iter().zip(weights).map(|(mean, weight)| mean * weight).sum::<f64>() / total;
        let slope =
            |column: &Vec<f64>| column.iter().zip(&means).zip(weights).map(|((x, mean), weight)| x * family.variance(*mean) * weight).sum::<f64>() / total;
        let influence = means.iter().zip(weights).map(|(value, weight)| weight * (value - mean) / total).collect();
        Margin { level: level.clone(), mean, gradient: columns.iter().map(slope).collect(), influence }
    };
    (0..).zip(&category.names).map(of_level).collect()
}

/// Variance of a margin: of the coefficients by the delta method, and of who is in the sample.
pub(crate) fn variance(margin: &Margin, coefficients: &DMatrix<f64>, sample: f64) -> f64 {
    let mut sum = sample;
    for (row, first) in margin.gradient.iter().enumerate() {
        for (column, second) in margin.gradient.iter().enumerate() {
            sum += first * second * coefficients[(row, column)];
        }
    }
    sum
}
