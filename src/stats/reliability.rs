//! Answers to the items of a scale in, internal consistency out.

use super::distributions::f_quantile;
use super::sum::sum;

/// Cronbach's alpha with its interval and the people it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alpha {
    /// The coefficient.
    pub alpha: f64,
    /// Lower bound.
    pub conf_low: f64,
    /// Upper bound.
    pub conf_high: f64,
    /// People with an answer to every item.
    pub n: u64,
}

/// Cronbach's alpha of people who answered every item, with Feldt's interval.
///
/// # Formula
/// `α = k/(k − 1) · (1 − Σ var(item) / var(sum))`; bounds `1 − (1 − α) · F⁻¹(1 − a/2; n − 1, (n − 1)(k − 1))` and
/// `1 − (1 − α) · F⁻¹(a/2; …)` with `a = 1 − conf_level`.
/// # Units
/// Items in one direction and one coding, each a slice over the same people, NaN where there is no answer.
/// # Not estimable
/// Fewer than two items, fewer than two complete people, or a sum without variance gives `None`.
/// # Source
/// Cronbach 1951, doi:10.1007/BF02310555; Feldt 1965, doi:10.1007/BF02289499; `psych::alpha` of R.
/// # Example
/// ```
/// let items = [[1.0, 2.0, 3.0, 4.0].as_slice(), &[2.0, 2.0, 4.0, 4.0], &[1.0, 3.0, 3.0, 5.0]];
/// let alpha = recovista::stats::cronbach_alpha(&items, 0.95).unwrap();
/// assert!((alpha.alpha - 0.933_333_333_333_333).abs() < 1e-9);
/// assert_eq!(alpha.n, 4);
/// ```
#[must_use]
pub fn cronbach_alpha(items: &[&[f64]], conf_level: f64) -> Option<Alpha> {
    let people = items.iter().map(|item| item.len()).min()?;
    let complete: Vec<usize> = (0..people).filter(|person| items.iter().all(|item| item[*person].is_finite())).collect();
    let (k, n) = (items.len() as f64, complete.len() as f64);
    if items.len() < 2 || complete.len() < 2 {
        return None;
    }
    let variances = sum(items.iter().map(|item| variance(&complete.iter().map(|person| item[*person]).collect::<Vec<_>>())));
    let sums: Vec<f64> = complete.iter().map(|person| sum(items.iter().map(|item| item[*person]))).collect();
    let of_sum = variance(&sums);
    if of_sum <= 0.0 {
        return None;
    }
    let alpha = k / (k - 1.0) * (1.0 - variances / of_sum);
    let (df1, df2, tail) = (n - 1.0, (n - 1.0) * (k - 1.0), (1.0 - conf_level) / 2.0);
    let bound = |p: f64| f_quantile(p, df1, df2).map(|f| 1.0 - (1.0 - alpha) * f);
    Some(Alpha { alpha, conf_low: bound(1.0 - tail)?, conf_high: bound(tail)?, n: complete.len() as u64 })
}

/// Sample variance; the slice has two values or more.
fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    sum(values.iter().map(|value| (value - mean) * (value - mean))) / (n - 1.0)
}
