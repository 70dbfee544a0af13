//! A sample covariance matrix and a structure for it in, maximum likelihood estimates out.
//!
//! Path models and the factor model differ only in how their parameters make a covariance matrix; the fit
//! is the same: Fisher scoring with shortened steps, which needs the expected information anyway.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// Steps after which a fit that still moves is given up.
const MOST_STEPS: usize = 2_000;

/// Squared length of a step, in units of the standard error at one observation, that changes no digit any more.
const STILL: f64 = 1e-22;

/// Squared length of a step below which rounding may hide the gain of it.
const NEARLY_STILL: f64 = 1e-13;

/// Smallest eigenvalue of the information, scaled to a unit diagonal, of a model that the data can tell apart.
const LEAST_INFORMATION: f64 = 1e-9;

/// Share of its variance that a column must have for itself, given the columns before it.
const LEAST_OWN: f64 = 1e-10;

/// One part of the derivative of the implied matrix by one parameter: `u vᵀ + v uᵀ`.
#[derive(Debug, Clone)]
pub(crate) struct Slope {
    /// Position of the parameter.
    pub(crate) parameter: usize,
    /// First vector.
    pub(crate) u: DVector<f64>,
    /// Second vector.
    pub(crate) v: DVector<f64>,
}

/// What parameters say of the covariances.
#[derive(Debug, Clone)]
pub(crate) struct Implied {
    /// The covariance matrix.
    pub(crate) sigma: DMatrix<f64>,
    /// Its derivatives.
    pub(crate) slopes: Vec<Slope>,
}

/// A way from parameters to a covariance matrix.
pub(crate) trait Structure {
    /// The matrix and its derivatives; `None` where parameters make none.
    fn implied(&self, parameters: &DVector<f64>) -> Option<Implied>;
}

/// A fitted structure.
#[derive(Debug, Clone)]
pub(crate) struct Estimates {
    /// The parameters.
    pub(crate) parameters: DVector<f64>,
    /// Their covariance matrix times the number of observations, from the expected information.
    pub(crate) covariance: DMatrix<f64>,
    /// `ln|Σ| − ln|S| + tr(SΣ⁻¹) − p`, zero or more.
    pub(crate) discrepancy: f64,
    /// What the parameters imply.
    pub(crate) implied: Implied,
}

/// Why a structure has no estimates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The sample matrix has no inverse.
    Singular,
    /// These parameters cannot be told apart.
    Unidentified(Vec<usize>),
    /// No maximum was found.
    NoMaximum,
}

/// Maximum likelihood estimates of a structure.
///
/// # Formula
/// Least `F = ln|Σ| − ln|S| + tr(SΣ⁻¹) − p`; information of a and b per observation `½ tr(Σ⁻¹ ∂Σ/∂a Σ⁻¹ ∂Σ/∂b)`.
/// # Units
/// `sample` is the covariance matrix with the number of observations as divisor; `start` must make a proper matrix.
/// # Not estimable
/// See [`Trouble`].
/// # Source
/// Jöreskog 1969, doi:10.1007/BF02289343; `lavaan` of R with `likelihood = "normal"` and expected information.
pub(crate) fn maximum_likelihood(sample: &DMatrix<f64>, structure: &impl Structure, start: DVector<f64>) -> Result<Estimates, Trouble> {
    let root = Cholesky::new(sample.clone()).ok_or(Trouble::Singular)?;
    let target = Target { sample, log_determinant: log_determinant(&root) };
    let mut now = target.look(structure, start).ok_or(Trouble::NoMaximum)?;
    let mut last = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let (step, squared) = now.step();
        if !squared.is_finite() {
            return Err(Trouble::NoMaximum);
        }
        // Once rounding rules the steps they no longer get shorter.
        if squared < STILL || squared < NEARLY_STILL && squared >= last {
            return now.finish();
        }
        last = squared;
        let Some(next) = target.better(structure, &now, &step, squared) else {
            return if squared < 1e-8 { now.finish() } else { Err(Trouble::NoMaximum) };
        };
        now = next;
    }
    Err(Trouble::NoMaximum)
}

/// The first column that is a sum of multiples of those before it, with them.
pub(crate) fn dependent(sample: &DMatrix<f64>) -> Option<(usize, Vec<usize>)> {
    for column in 0..sample.nrows() {
        let before = sample.view((0, 0), (column, column)).into_owned();
        let with = sample.view((0, column), (column, 1)).into_owned();
        let Some(root) = Cholesky::new(before) else { return Some((column, Vec::new())) };
        let weights = root.solve(&with);
        let own = sample[(column, column)] - weights.dot(&with);
        if own <= LEAST_OWN * sample[(column, column)] {
            let part = |other: &usize| weights[*other] * weights[*other] * sample[(*other, *other)];
            let largest = (0..column).map(|other| part(&other)).fold(0.0, f64::max);
            return Some((column, (0..column).filter(|other| part(other) > 1e-8 * largest).collect()));
        }
    }
    None
}

fn log_determinant(root: &Cholesky<f64, Dyn>) -> f64 {
    2.0 * root.l_dirty().diagonal().iter().map(|entry| entry.ln()).sum::<f64>()
}

struct Target<'a> {
    sample: &'a DMatrix<f64>,
    log_determinant: f64,
}

/// Parameters with all that the next step needs.
struct Place {
    parameters: DVector<f64>,
    implied: Implied,
    discrepancy: f64,
    /// Half the derivative of the discrepancy.
    gradient: DVector<f64>,
    /// Expected information per observation.
    information: DMatrix<f64>,
}

impl Target<'_> {
    fn look(&self, structure: &impl Structure, parameters: DVector<f64>) -> Option<Place> {
        let implied = structure.implied(&parameters)?;
        let root = Cholesky::new(implied.sigma.clone())?;
        let inverse = root.inverse();
        let fitted = (self.sample * &inverse).trace();
        let discrepancy = log_determinant(&root) - self.log_determinant + fitted - self.sample.nrows() as f64;
        if !discrepancy.is_finite() {
            return None;
        }
        let residual = &inverse * (&implied.sigma - self.sample) * &inverse;
        let mut gradient = DVector::zeros(parameters.len());
        for slope in &implied.slopes {
            gradient[slope.parameter] += slope.u.dot(&(&residual * &slope.v));
        }
        let information = information(&implied.slopes, &inverse, parameters.len());
        Some(Place { parameters, implied, discrepancy, gradient, information })
    }

    /// The first of ever shorter steps that lowers the discrepancy.
    fn better(&self, structure: &impl Structure, now: &Place, step: &DVector<f64>, squared: f64) -> Option<Place> {
        let mut length = 1.0;
        for _ in 0..40 {
            let next = self.look(structure, &now.parameters - step * length);
            if let Some(next) = next.filter(|next| next.discrepancy < now.discrepancy - 1e-4 * length * squared || squared < NEARLY_STILL) {
                return Some(next);
            }
            length /= 2.0;
        }
        None
    }
}

/// `½ tr(W Dₐ W D_b)` for all pairs, from the vectors of which the derivatives are made.
pub(super) fn information(slopes: &[Slope], inverse: &DMatrix<f64>, parameters: usize) -> DMatrix<f64> {
    let weighted: Vec<(DVector<f64>, DVector<f64>)> = slopes.iter().map(|slope| (inverse * &slope.u, inverse * &slope.v)).collect();
    let mut information = DMatrix::zeros(parameters, parameters);
    for (first, (wu, wv)) in slopes.iter().zip(&weighted) {
        for second in slopes {
            information[(first.parameter, second.parameter)] += wv.dot(&second.u) * wu.dot(&second.v) + wv.dot(&second.v) * wu.dot(&second.u);
        }
    }
    information
}

/// The information with a unit diagonal, and the scale that gives it one.
fn scaled(information: &DMatrix<f64>) -> (DMatrix<f64>, DVector<f64>) {
    let scale = information.diagonal().map(|entry| if entry > 0.0 { 1.0 / entry.sqrt() } else { 1.0 });
    let diagonal = DMatrix::from_diagonal(&scale);
    (&diagonal * information * &diagonal, scale)
}

/// The inverse of an information; `None` where it has none.
pub(super) fn inverse(information: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let (information, scale) = scaled(information);
    let diagonal = DMatrix::from_diagonal(&scale);
    Some(&diagonal * Cholesky::new(information)?.inverse() * &diagonal)
}

impl Place {
    /// The step of Fisher scoring and its squared length; a ridge keeps it short where the information has no inverse.
    fn step(&self) -> (DVector<f64>, f64) {
        let (information, scale) = scaled(&self.information);
        let gradient = self.gradient.component_mul(&scale);
        let mut ridge = 0.0;
        loop {
            let mut ridged = information.clone();
            for entry in 0..ridged.nrows() {
                ridged[(entry, entry)] += ridge;
            }
            if let Some(root) = Cholesky::new(ridged) {
                let step = root.solve(&gradient);
                let squared = step.dot(&gradient);
                return (step.component_mul(&scale), squared);
            }
            if ridge > 1e3 {
                return (gradient, f64::NAN);
            }
            ridge = if ridge > 0.0 { ridge * 10.0 } else { 1e-10 };
        }
    }

    /// The estimates, where every parameter is told by the data.
    fn finish(self) -> Result<Estimates, Trouble> {
        let eigen = scaled(&self.information).0.symmetric_eigen();
        let least = eigen.eigenvalues.imin();
        if eigen.eigenvalues.is_empty() || eigen.eigenvalues[least] < LEAST_INFORMATION {
            let direction = eigen.eigenvectors.column(least);
            let largest = direction.amax();
            let parts = direction.iter().enumerate().filter(|(_, part)| part.abs() > 0.1 * largest);
            return Err(Trouble::Unidentified(parts.map(|(position, _)| position).collect()));
        }
        let covariance = inverse(&self.information).ok_or(Trouble::NoMaximum)?;
        Ok(Estimates { parameters: self.parameters, covariance, discrepancy: self.discrepancy.max(0.0), implied: self.implied })
    }
}
