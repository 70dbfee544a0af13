//! Means, spreads and shares in, effect sizes and change indices out.

/// Reliable change index: is one person's change larger than measurement error?
///
/// # Formula
/// `(x2 − x1) / (sd1 · √(2 · (1 − r)))`
/// # Units
/// `x1`, `x2`, `sd1` in points of one scale; `r` (reliability) from 0 to 1; the result has no unit.
/// # Not estimable
/// `sd1 ≤ 0`, `r` below 0 or `r ≥ 1` gives `None`.
/// # Source
/// Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.
/// # Example
/// ```
/// let rci = recovista::stats::reliable_change(32.5, 47.5, 7.5, 0.80).unwrap();
/// assert!((rci - 3.162_278).abs() < 1e-6);
/// ```
#[must_use]
pub fn reliable_change(x1: f64, x2: f64, sd1: f64, r: f64) -> Option<f64> {
    let spread = sd1 * (2.0 * (1.0 - r)).sqrt();
    let index = (x2 - x1) / spread;
    (sd1 > 0.0 && (0.0..1.0).contains(&r) && index.is_finite()).then_some(index)
}

/// Hedges' correction of a standardized difference from few people.
///
/// # Formula
/// `J = 1 − 3 / (4 · df − 1)`
/// # Units
/// `df` degrees of freedom, for pairs their number less one; the result is a factor below 1.
/// # Not estimable
/// `df < 1` gives `None`.
/// # Source
/// Hedges 1981, doi:10.3102/10769986006002107; Lakens 2013, doi:10.3389/fpsyg.2013.00863.
/// # Example
/// ```
/// let j = recovista::stats::hedges_j(17.0).unwrap();
/// assert!((j - 0.955_223_880_597_015).abs() < 1e-12);
/// ```
#[must_use]
pub fn hedges_j(df: f64) -> Option<f64> {
    (df >= 1.0 && df.is_finite()).then(|| 1.0 - 3.0 / (4.0 * df - 1.0))
}

/// Standard deviation of a sample.
///
/// # Formula
/// `√(Σ (x − x̄)² / (n − 1))`
/// # Units
/// Those of the values.
/// # Not estimable
/// Fewer than two values give `None`.
/// # Source
/// `sd` of R.
/// # Example
/// ```
/// let sd = recovista::stats::standard_deviation(&[1.0, 2.0, 6.0]).unwrap();
/// assert!((sd - 7.0_f64.sqrt()).abs() < 1e-12);
/// ```
#[must_use]
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = super::sum(values.iter().copied()) / values.len() as f64;
    let squares = super::sum(values.iter().map(|value| (value - mean) * (value - mean)));
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// Standardized difference of two means.
///
/// # Formula
/// `(m1 − m2) / √((s1² + s2²) / 2)`
/// # Units
/// Means and standard deviations in one unit; the result has none.
/// # Not estimable
/// Both standard deviations 0, or a number that is not finite, gives `None`.
/// # Source
/// Austin 2009, doi:10.1002/sim.3697.
/// # Example
/// ```
/// assert_eq!(recovista::stats::standardized_difference(12.0, 4.0, 10.0, 4.0), Some(0.5));
/// ```
#[must_use]
pub fn standardized_difference(mean1: f64, sd1: f64, mean2: f64, sd2: f64) -> Option<f64> {
    let spread = f64::midpoint(sd1 * sd1, sd2 * sd2).sqrt();
    let difference = (mean1 - mean2) / spread;
    (spread > 0.0 && difference.is_finite()).then_some(difference)
}

/// Standardized difference of two shares.
///
/// # Formula
/// `(p1 − p2) / √((p1(1 − p1) + p2(1 − p2)) / 2)`
/// # Units
/// Shares from 0 to 1; the result has no unit.
/// # Not estimable
/// Shares outside 0 to 1, or both without variance, give `None`.
/// # Source
/// Austin 2009, doi:10.1002/sim.3697.
/// # Example
/// ```
/// let d = recovista::stats::standardized_difference_shares(0.5, 0.25).unwrap();
/// assert!((d - 0.534_522_483_824_849).abs() < 1e-12);
/// ```
#[must_use]
pub fn standardized_difference_shares(share1: f64, share2: f64) -> Option<f64> {
    let inside = |share: f64| (0.0..=1.0).contains(&share);
    if !inside(share1) || !inside(share2) {
        return None;
    }
    standardized_difference(share1, (share1 * (1.0 - share1)).sqrt(), share2, (share2 * (1.0 - share2)).sqrt())
}
