//! The covariances of items in, one common factor and the share of the sum's variance that it explains out.

use nalgebra::{DMatrix, DVector};

use super::structure::{Implied, Slope, Structure, Trouble, dependent, maximum_likelihood};

/// `McDonald`'s omega with the factor behind it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Omega {
    /// The coefficient.
    pub(crate) value: f64,
    /// Its standard error.
    pub(crate) std_error: f64,
    /// Loadings of the items, in their own units.
    pub(crate) loadings: Vec<f64>,
    /// Residual variances of the items; below zero in a Heywood case.
    pub(crate) residuals: Vec<f64>,
}

/// `McDonald`'s omega of a one-factor maximum likelihood fit.
///
/// # Formula
/// `ω = (Σλ)² / ((Σλ)² + Σθ)` with `Σ = λλᵀ + diag(θ)`; its standard error by the delta method from the expected information.
/// # Units
/// `names` and `covariances` of items in one direction, with `n` people as divisor. Residual variances are not held above zero.
/// # Not estimable
/// Fewer than three items, covariances without inverse, or no maximum is a reason in words.
/// # Source
/// `McDonald` 1999, Test Theory; `lavaan::cfa` of R with one factor.
pub(crate) fn omega(names: &[String], covariances: &DMatrix<f64>, n: f64) -> Result<Omega, String> {
    let k = covariances.nrows();
    if k < 3 {
        return Err("two items do not determine a common factor; omega needs three".to_owned());
    }
    if let Some(constant) = (0..k).find(|item| covariances[(*item, *item)] <= 0.0) {
        return Err(format!("`{}` is the same in all complete rows", names[constant]));
    }
    if let Some((item, others)) = dependent(covariances) {
        let others: Vec<String> = others.into_iter().map(|other| format!("`{}`", names[other])).collect();
        return Err(format!("`{}` follows from {}, so there is no one-factor fit", names[item], others.join(", ")));
    }
    let fit = maximum_likelihood(covariances, &OneFactor { k }, start(covariances)).map_err(|trouble| match trouble {
        Trouble::Singular => "the covariance matrix of the items has no inverse".to_owned(),
        Trouble::Unidentified(_) => "the covariances do not determine a common factor".to_owned(),
        Trouble::NoMaximum => "the one-factor fit has no maximum: the items do not share one factor".to_owned(),
    })?;
    let loadings: Vec<f64> = fit.parameters.iter().take(k).copied().collect();
    let residuals: Vec<f64> = fit.parameters.iter().skip(k).copied().collect();
    let (common, unique) = (loadings.iter().sum::<f64>(), residuals.iter().sum::<f64>());
    let all = common * common + unique;
    let by_loading = 2.0 * common * unique / (all * all);
    let by_residual = -common * common / (all * all);
    let gradient = DVector::from_fn(2 * k, |position, _| if position < k { by_loading } else { by_residual });
    let variance = gradient.dot(&(&fit.covariance * &gradient)) / n;
    Ok(Omega { value: common * common / all, std_error: variance.max(0.0).sqrt(), loadings, residuals })
}

/// First `k` parameters are loadings, the others residual variances.
struct OneFactor {
    k: usize,
}

impl Structure for OneFactor {
    fn implied(&self, parameters: &DVector<f64>) -> Option<Implied> {
        let loadings = parameters.rows(0, self.k).into_owned();
        let residuals = parameters.rows(self.k, self.k).into_owned();
        let sigma = &loadings * loadings.transpose() + DMatrix::from_diagonal(&residuals);
        let unit = |item: usize| DVector::from_fn(self.k, |position, _| if position == item { 1.0 } else { 0.0 });
        let by_loading = (0..self.k).map(|item| Slope { parameter: item, u: unit(item), v: loadings.clone() });
        let by_residual = (0..self.k).map(|item| Slope { parameter: self.k + item, u: unit(item), v: unit(item) / 2.0 });
        Some(Implied { sigma, slopes: by_loading.chain(by_residual).collect() })
    }
}

/// Loadings of the first principal component of the correlations, shortened, and what they leave.
fn start(covariances: &DMatrix<f64>) -> DVector<f64> {
    let k = covariances.nrows();
    let sd: Vec<f64> = covariances.diagonal().iter().map(|variance| variance.max(0.0).sqrt()).collect();
    let correlations = DMatrix::from_fn(k, k, |i, j| covariances[(i, j)] / (sd[i] * sd[j]).max(f64::MIN_POSITIVE));
    let eigen = correlations.symmetric_eigen();
    let first = eigen.eigenvalues.imax();
    let (value, vector) = (eigen.eigenvalues[first].max(0.0), eigen.eigenvectors.column(first));
    // The component holds some of what is unique to the items as well.
    let length = (value * (1.0 - 1.0 / value.max(1.0))).sqrt();
    let loading = |item: usize| (vector[item] * length).clamp(-0.95, 0.95);
    DVector::from_fn(2 * k, |position, _| {
        let item = position % k;
        if position < k { loading(item) * sd[item] } else { (1.0 - loading(item) * loading(item)) * sd[item] * sd[item] }
    })
}
