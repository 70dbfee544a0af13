//! Columns, an outcome and weights in; coefficients with the influence of each row out.
//!
//! Weighted maximum (pseudo-)likelihood by iteratively reweighted least squares, each step by QR.

use nalgebra::{DMatrix, DVector};

/// Steps before a fit is given up.
const MAX_STEPS: usize = 100;
/// Relative change of the deviance that ends a fit (R `glm.control`).
const SETTLED: f64 = 1e-8;
/// Change of the linear predictor that shows that extreme means are no separation.
const TOLERANCE: f64 = 1e-10;
/// Part of a column that must be left when the columns before it are taken out (R `glm`: epsilon / 1000).
const ALIASED: f64 = 1e-11;
/// Fitted shares and counts this near to their end mean that the data are separated.
const EXTREME: f64 = 1e-6;

/// The law of the outcome, with its canonical link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Family {
    /// Any number; identity link.
    #[default]
    Gaussian,
    /// Yes or no; logit link.
    Binomial,
    /// Counts; log link.
    Poisson,
}

impl Family {
    /// The name in commands and methods.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gaussian => "gaussian",
            Self::Binomial => "binomial",
            Self::Poisson => "poisson",
        }
    }

    /// Mean of a linear predictor.
    pub(crate) fn mean(self, predictor: f64) -> f64 {
        match self {
            Self::Gaussian => predictor,
            Self::Binomial => 1.0 / (1.0 + (-predictor).exp()),
            Self::Poisson => predictor.exp(),
        }
    }

    /// Variance of an outcome, which with a canonical link is also the slope of the mean.
    pub(crate) fn variance(self, mean: f64) -> f64 {
        match self {
            Self::Gaussian => 1.0,
            Self::Binomial => mean * (1.0 - mean),
            Self::Poisson => mean,
        }
    }

    /// Linear predictor with which the fit starts.
    fn start(self, outcome: f64, weight: f64) -> f64 {
        match self {
            Self::Gaussian => outcome,
            Self::Binomial => {
                let share = (weight * outcome + 0.5) / (weight + 1.0);
                (share / (1.0 - share)).ln()
            }
            Self::Poisson => (outcome + 0.1).ln(),
        }
    }

    /// Part of one outcome in the deviance.
    fn deviance(self, outcome: f64, mean: f64) -> f64 {
        let part = |observed: f64, expected: f64| if observed > 0.0 { observed * (observed / expected).ln() } else { 0.0 };
        match self {
            Self::Gaussian => (outcome - mean).powi(2),
            Self::Binomial => 2.0 * (part(outcome, mean) + part(1.0 - outcome, 1.0 - mean)),
            Self::Poisson => 2.0 * (part(outcome, mean) - (outcome - mean)),
        }
    }

    fn is_extreme(self, mean: f64) -> bool {
        match self {
            Self::Gaussian => false,
            Self::Binomial => !(EXTREME..=1.0 - EXTREME).contains(&mean),
            Self::Poisson => mean < EXTREME,
        }
    }
}

/// A fitted model.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    /// Coefficient of each column.
    pub(crate) coefficients: Vec<f64>,
    /// Linear predictor of each row.
    pub(crate) predictor: Vec<f64>,
    /// Slope of each row's mean in the last step, of which the information is made (as R `glm`).
    slope: Vec<f64>,
    /// Inverse of the weighted information.
    inverse: DMatrix<f64>,
    family: Family,
}

/// Fits a model by weighted maximum likelihood.
///
/// # Formula
/// Solves `Σ w·x·(y − μ) = 0`, `μ` the mean under the canonical link.
/// # Units
/// `weights` at or above 0, of any scale; `names` of the columns for messages.
/// # Not estimable
/// Fewer rows than columns, a column that follows from those before it, and outcomes that the columns
/// separate are reasons in words.
/// # Source
/// `McCullagh` and Nelder 1989; `glm` of R 4.2.
pub(crate) fn fit(columns: &[Vec<f64>], names: &[String], outcome: &[f64], weights: &[f64], family: Family) -> Result<Fit, String> {
    let rows: Vec<usize> = (0..outcome.len()).filter(|row| weights[*row] > 0.0).collect();
    if rows.len() < columns.len() || rows.is_empty() {
        return Err(format!("{} complete rows for {} coefficients", rows.len(), columns.len()));
    }
    let scale = rows.len() as f64 / rows.iter().map(|row| weights[*row]).sum::<f64>();
    let mut predictor: Vec<f64> = rows.iter().map(|row| family.start(outcome[*row], weights[*row] * scale)).collect();
    let deviance = |predictor: &[f64]| {
        let terms = rows.iter().zip(predictor).map(|(row, value)| weights[*row] * scale * family.deviance(outcome[*row], family.mean(*value)));
        crate::stats::sum(terms)
    };
    let mut last = deviance(&predictor);
    let mut fitted: Option<Step> = None;
    for _ in 0..MAX_STEPS {
        let step = step(columns, names, outcome, (&rows, weights, scale), &predictor, family)?;
        let before = std::mem::replace(&mut predictor, step.predictor.clone());
        let now = deviance(&predictor);
        let settled = (now - last).abs() / (now.abs() + 0.1) < SETTLED || family == Family::Gaussian;
        last = now;
        if fitted.is_none() && settled {
            fitted = Some(step);
        }
        let extreme = predictor.iter().any(|value| family.is_extreme(family.mean(*value)));
        let moved = predictor.iter().zip(&before).map(|(now, then)| (now - then).abs() / (1.0 + now.abs())).fold(0.0_f64, f64::max);
        if let Some(step) = fitted.take_if(|_| !extreme || moved < TOLERANCE) {
            return finish(columns, names, step, (weights, scale), family);
        }
        if predictor.iter().any(|value| !value.is_finite()) || is_separated(&predictor, &before, family) {
            break;
        }
    }
    let extreme = predictor.iter().any(|value| !value.is_finite() || family.is_extreme(family.mean(*value)));
    Err(if extreme {
        "the terms separate the outcome perfectly, so a coefficient has no finite value".to_owned()
    } else {
        format!("the fit did not converge in {MAX_STEPS} steps")
    })
}

/// Positions of the columns that do not follow from those before them, over the rows with a weight (as R `glm` keeps them).
pub(crate) fn independent(columns: &[Vec<f64>], weights: &[f64]) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    let mut basis: Vec<DVector<f64>> = Vec::new();
    for (position, column) in columns.iter().enumerate() {
        let mut left = DVector::from_iterator(weights.len(), column.iter().zip(weights).map(|(value, weight)| value * weight.sqrt()));
        let whole = left.norm();
        // Twice, because the first time leaves the rounding of what it took away.
        for unit in basis.iter().chain(&basis) {
            left.axpy(-unit.dot(&left), unit, 1.0);
        }
        if left.norm() > ALIASED * whole {
            kept.push(position);
            basis.push(left.normalize());
        }
    }
    kept
}

/// Why a column has no coefficient.
pub(crate) fn aliased_reason(name: &str) -> String {
    format!("the term `{name}` follows from the terms before it (collinear), so its coefficient has no value")
}

/// Whether a fit has gone far beyond any share that data can tell from 0 or 1, and still moves.
fn is_separated(predictor: &[f64], before: &[f64], family: Family) -> bool {
    let gone = |(now, then): (&f64, &f64)| family != Family::Gaussian && now.abs() > 25.0 && (now - then).abs() > 0.5 && now.abs() > then.abs();
    let ends = |now: &f64| family == Family::Binomial || *now < 0.0;
    predictor.iter().zip(before).any(|(now, then)| ends(now) && gone((now, then)))
}

struct Step {
    coefficients: Vec<f64>,
    predictor: Vec<f64>,
    /// Linear predictor from which the step was made.
    from: Vec<f64>,
}

/// One weighted least-squares step.
fn step(
    columns: &[Vec<f64>],
    names: &[String],
    outcome: &[f64],
    (rows, weights, scale): (&[usize], &[f64], f64),
    predictor: &[f64],
    family: Family,
) -> Result<Step, String> {
    let mut root = Vec::with_capacity(rows.len());
    let mut working = DVector::zeros(rows.len());
    for (position, row) in rows.iter().enumerate() {
        let mean = family.mean(predictor[position]);
        let variance = family.variance(mean).max(f64::MIN_POSITIVE);
        let response = predictor[position] + (outcome[*row] - mean) / variance;
        root.push((weights[*row] * scale * variance).sqrt());
        working[position] = root[position] * response;
    }
    let design = DMatrix::from_fn(rows.len(), columns.len(), |position, column| root[position] * columns[column][rows[position]]);
    let norms: Vec<f64> = design.column_iter().map(|column| column.norm()).collect();
    let qr = design.qr();
    let r = qr.r();
    if let Some(aliased) = (0..columns.len()).find(|column| r[(*column, *column)].abs() <= ALIASED * norms[*column]) {
        return Err(aliased_reason(&names[aliased]));
    }
    qr.q_tr_mul(&mut working);
    let right = working.rows(0, columns.len()).into_owned();
    let solved = r.solve_upper_triangular(&right).ok_or_else(|| aliased_reason(&names[columns.len() - 1]))?;
    let coefficients: Vec<f64> = solved.iter().copied().collect();
    let next = rows.iter().map(|row| predict(columns, &coefficients, *row)).collect();
    Ok(Step { coefficients, predictor: next, from: predictor.to_vec() })
}

fn predict(columns: &[Vec<f64>], coefficients: &[f64], row: usize) -> f64 {
    columns.iter().zip(coefficients).map(|(column, coefficient)| column[row] * coefficient).sum()
}

fn finish(columns: &[Vec<f64>], names: &[String], step: Step, (weights, scale): (&[f64], f64), family: Family) -> Result<Fit, String> {
    let coefficients = step.coefficients;
    let predictor: Vec<f64> = (0..weights.len()).map(|row| predict(columns, &coefficients, row)).collect();
    // Rows without weight have no part in the step; their slope does not count.
    let mut from = step.from.into_iter();
    let slope: Vec<f64> =
        weights.iter().map(|weight| if *weight > 0.0 { from.next().map_or(0.0, |value| family.variance(family.mean(value))) } else { 0.0 }).collect();
    let roots: Vec<f64> = weights.iter().zip(&slope).map(|(weight, slope)| (weight * scale * slope).sqrt()).collect();
    let r = DMatrix::from_fn(weights.len(), columns.len(), |row, column| roots[row] * columns[column][row]).qr().r();
    let size = columns.len();
    let identity = DMatrix::identity(size, size);
    let inverse = r.solve_upper_triangular(&identity).ok_or_else(|| aliased_reason(&names[size - 1]))?;
    let inverse = &inverse * inverse.transpose() * scale;
    if coefficients.iter().chain(inverse.iter()).any(|value| !value.is_finite()) {
        return Err("the fit has no finite coefficients".to_owned());
    }
    Ok(Fit { coefficients, predictor, slope, inverse, family })
}

impl Fit {
    /// Influence of each row on each coefficient, weights included: the rows' weighted scores times
    /// the inverse information (as R `svyglm`).
    pub(crate) fn influence(&self, columns: &[Vec<f64>], outcome: &[f64], weights: &[f64]) -> Vec<Vec<f64>> {
        let working = |row: usize| {
            let mean = self.family.mean(self.predictor[row]);
            weights[row] * self.slope[row] * (outcome[row] - mean) / self.family.variance(mean).max(f64::MIN_POSITIVE)
        };
        let residual: Vec<f64> = (0..outcome.len()).map(working).collect();
        let of_coefficient = |coefficient: usize| {
            let sum = |row: usize| columns.iter().enumerate().map(|(other, column)| column[row] * self.inverse[(other, coefficient)]).sum::<f64>();
            (0..outcome.len()).map(|row| if weights[row] > 0.0 { residual[row] * sum(row) } else { 0.0 }).collect()
        };
        (0..columns.len()).map(of_coefficient).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_follow_from_others_are_found_over_rows_with_weight() {
        let columns = [vec![1.0; 4], vec![1.0, 2.0, 3.0, 9.0], vec![2.0, 3.0, 4.0, 0.0], vec![0.0; 4], vec![1.0, 0.0, 1.0, 0.0]];
        assert_eq!(independent(&columns, &[1.0, 2.0, 0.5, 0.0]), [0, 1, 4]);
        assert_eq!(independent(&columns, &[1.0; 4]), [0, 1, 2, 4]);
    }
}
