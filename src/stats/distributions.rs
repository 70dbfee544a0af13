//! Probabilities in, quantiles out, and the other way round. Tails are survival functions, so small
//! p-values keep their digits.

use statrs::distribution::{Beta, ChiSquared, ContinuousCDF, FisherSnedecor, Normal};
use statrs::function::beta::beta_reg;

/// Quantile of the standard normal distribution.
///
/// # Formula
/// `Φ⁻¹(p)`
/// # Units
/// `p` from 0 to 1, without its ends.
/// # Not estimable
/// `p` outside (0, 1) gives `None`.
/// # Source
/// statrs; `qnorm` of R.
/// # Example
/// ```
/// let z = recovista::stats::normal_quantile(0.975).unwrap();
/// assert!((z - 1.959_963_984_540_054).abs() < 1e-10);
/// ```
#[must_use]
pub fn normal_quantile(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| Normal::standard().inverse_cdf(p))
}

/// Upper tail of the standard normal distribution.
///
/// # Formula
/// `1 − Φ(z)`
/// # Units
/// `z` in standard deviations; the result from 0 to 1.
/// # Not estimable
/// NaN gives NaN.
/// # Source
/// statrs; `pnorm(lower.tail = FALSE)` of R.
/// # Example
/// ```
/// let p = recovista::stats::normal_sf(10.0);
/// assert!((p / 7.619_853_024_160_527e-24 - 1.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn normal_sf(z: f64) -> f64 {
    Normal::standard().sf(z)
}

/// Half the width of a t interval.
///
/// # Formula
/// `F⁻¹((1 + c)/2; df) · se`, `c` the confidence level.
/// # Units
/// Those of the standard error; `c` between 0 and 1; `df` above 0, infinite for the normal distribution.
/// # Not estimable
/// As [`t_quantile`].
/// # Source
/// `qt` of R.
/// # Example
/// ```
/// let half = recovista::stats::t_half_width(0.5, 14.0, 0.95).unwrap();
/// assert!((half - 2.144_786_687_916_928 / 2.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn t_half_width(std_error: f64, df: f64, conf_level: f64) -> Option<f64> {
    t_quantile(f64::midpoint(1.0, conf_level), df).map(|t| t * std_error)
}

/// Quantile of Student's t distribution.
///
/// # Formula
/// `F⁻¹(p; df)`
/// # Units
/// `p` from 0 to 1, without its ends; `df` above 0, infinite for the normal distribution.
/// # Not estimable
/// `p` outside (0, 1) or `df ≤ 0` gives `None`.
/// # Source
/// statrs; `qt` of R.
/// # Example
/// ```
/// let t = recovista::stats::t_quantile(0.975, 14.0).unwrap();
/// assert!((t - 2.144_786_687_916_928).abs() < 1e-9);
/// ```
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && df > 0.0) {
        return None;
    }
    if df > 1e10 {
        return normal_quantile(p);
    }
    if p < 0.5 {
        return t_quantile(1.0 - p, df).map(|t| -t);
    }
    if p <= 0.5 {
        return Some(0.0);
    }
    // Bisection on the upper tail: slow, certain, and exact to the last digits.
    let tail = 1.0 - p;
    let (mut low, mut high) = (0.0, 2.0);
    while t_sf(high, df) > tail {
        low = high;
        high *= 2.0;
    }
    Some(bisect(low, high, |t| t_sf(t, df) > tail))
}

/// Upper tail of Student's t distribution.
///
/// # Formula
/// `I(df / (df + t²); df/2, 1/2) / 2` for `t ≥ 0`
/// # Units
/// `t` without unit; `df` above 0.
/// # Not estimable
/// `df ≤ 0` or NaN gives NaN.
/// # Source
/// statrs `beta_reg`; `pt(lower.tail = FALSE)` of R.
/// # Example
/// ```
/// let p = 2.0 * recovista::stats::t_sf(81.455_529_296_236_3, 194.0);
/// assert!((p / 5.594_749_814_546_34e-152 - 1.0).abs() < 1e-6);
/// assert_eq!(recovista::stats::t_sf(0.0, 5.0), 0.5);
/// ```
#[must_use]
pub fn t_sf(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df > 1e10 {
        return normal_sf(t);
    }
    let half = if t.is_infinite() { 0.0 } else { beta_reg(df / 2.0, 0.5, df / (df + t * t)) / 2.0 };
    if t >= 0.0 { half } else { 1.0 - half }
}

/// Two-sided p-value of a t statistic.
///
/// # Formula
/// `2 · (1 − F(|t|; df))`
/// # Units
/// `t` without unit; the result from 0 to 1.
/// # Not estimable
/// `df ≤ 0` or a statistic that is not finite gives `None`.
/// # Source
/// `pt` of R.
/// # Example
/// ```
/// let p = recovista::stats::t_p_value(-3.724_888_315_797_88, 196.0).unwrap();
/// assert!((p / 0.000_255_443_101_797_257 - 1.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn t_p_value(t: f64, df: f64) -> Option<f64> {
    (t.is_finite() && df > 0.0).then(|| (2.0 * t_sf(t.abs(), df)).min(1.0))
}

/// Quantile of the beta distribution.
///
/// # Formula
/// `I⁻¹(p; a, b)`
/// # Units
/// `p` from 0 to 1; `a` and `b` above 0; the result from 0 to 1.
/// # Not estimable
/// Parameters at or below 0 or not finite, or `p` outside [0, 1], give `None`.
/// # Source
/// statrs `beta_reg`; `qbeta` of R.
/// # Example
/// ```
/// let low = recovista::stats::beta_quantile(0.025, 148.0, 189.0).unwrap();
/// assert!((low - 0.386_637).abs() < 1e-6);
/// ```
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> Option<f64> {
    if !(a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() && (0.0..=1.0).contains(&p)) {
        return None;
    }
    let beta = Beta::new(a, b).ok()?;
    Some(bisect(0.0, 1.0, |x| beta.cdf(x) < p))
}

/// Upper tail of the chi-squared distribution.
///
/// # Formula
/// `1 − F(x; df)`
/// # Units
/// `x` without unit; `df` above 0.
/// # Not estimable
/// `df ≤ 0` gives `None`.
/// # Source
/// statrs; `pchisq(lower.tail = FALSE)` of R.
/// # Example
/// ```
/// let p = recovista::stats::chi2_sf(3.841_458_820_694_124, 1.0).unwrap();
/// assert!((p - 0.05).abs() < 1e-9);
/// ```
#[must_use]
pub fn chi2_sf(x: f64, df: f64) -> Option<f64> {
    ChiSquared::new(df).ok().map(|chi2| chi2.sf(x.max(0.0)))
}

/// Quantile of the F distribution.
///
/// # Formula
/// `F⁻¹(p; df1, df2)`
/// # Units
/// `p` from 0 to 1, without its ends.
/// # Not estimable
/// `p` outside (0, 1) or degrees of freedom at or below 0 give `None`.
/// # Source
/// `qf` of R, by way of the beta distribution.
/// # Example
/// ```
/// let f = recovista::stats::f_quantile(0.95, 2.0, 10.0).unwrap();
/// assert!((f - 4.102_821_015_0).abs() < 1e-7);
/// ```
#[must_use]
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let x = beta_quantile(p, df1 / 2.0, df2 / 2.0)?;
    Some(df2 * x / (df1 * (1.0 - x)))
}

/// Upper tail of the F distribution.
///
/// # Formula
/// `1 − F(f; df1, df2)`
/// # Units
/// `f` without unit; the result from 0 to 1.
/// # Not estimable
/// Degrees of freedom at or below 0 give `None`.
/// # Source
/// statrs; `pf(lower.tail = FALSE)` of R.
/// # Example
/// ```
/// let p = recovista::stats::f_sf(4.102_821_015_0, 2.0, 10.0).unwrap();
/// assert!((p - 0.05).abs() < 1e-9);
/// ```
#[must_use]
pub fn f_sf(f: f64, df1: f64, df2: f64) -> Option<f64> {
    FisherSnedecor::new(df1, df2).ok().map(|law| law.sf(f.max(0.0)))
}

/// The point where `below` turns from true to false, to the last digit.
fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..2_000 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}
