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
    let complete = complete(items);
    let people = complete.first()?.len();
    let (k, n) = (items.len() as f64, people as f64);
    if items.len() < 2 || people < 2 {
        return None;
    }
    let variances = sum(complete.iter().map(|item| variance(item)));
    let sums: Vec<f64> = (0..people).map(|person| sum(complete.iter().map(|item| item[person]))).collect();
    let of_sum = variance(&sums);
    if of_sum <= 0.0 {
        return None;
    }
    let alpha = k / (k - 1.0) * (1.0 - variances / of_sum);
    let (df1, df2, tail) = (n - 1.0, (n - 1.0) * (k - 1.0), (1.0 - conf_level) / 2.0);
    let bound = |p: f64| f_quantile(p, df1, df2).map(|f| 1.0 - (1.0 - alpha) * f);
    Some(Alpha { alpha, conf_low: bound(1.0 - tail)?, conf_high: bound(tail)?, n: people as u64 })
}

/// Cronbach's alpha of the other items, for each item.
///
/// # Formula
/// That of [`cronbach_alpha`] without one item.
/// # Units
/// Items as there; only people who answered all of them count, the dropped one too.
/// # Not estimable
/// Where fewer than two items are left, or their sum does not vary, the place of the item holds `None`.
/// # Source
/// Cronbach 1951, doi:10.1007/BF02310555; `psych::alpha` of R, `alpha.drop`.
/// # Example
/// ```
/// let items = [[1.0, 2.0, 3.0, 4.0].as_slice(), &[2.0, 2.0, 4.0, 4.0], &[4.0, 1.0, 2.0, 3.0]];
/// let without = recovista::stats::alpha_if_dropped(&items);
/// assert!((without[2].unwrap() - 0.941_176_470_588_235_3).abs() < 1e-12);
/// ```
#[must_use]
pub fn alpha_if_dropped(items: &[&[f64]]) -> Vec<Option<f64>> {
    let complete = complete(items);
    let others = |dropped: usize| complete.iter().enumerate().filter(|(item, _)| *item != dropped).map(|(_, values)| values.as_slice()).collect::<Vec<_>>();
    (0..items.len()).map(|item| cronbach_alpha(&others(item), 0.95).map(|alpha| alpha.alpha)).collect()
}

/// Correlation of each item with the sum of the others.
///
/// # Formula
/// Pearson's `r` of the item and the sum of all other items.
/// # Units
/// Items as for [`cronbach_alpha`]; only people who answered all of them count.
/// # Not estimable
/// Where the item or the sum of the others does not vary, the place of the item holds `None`.
/// # Source
/// `psych::alpha` of R, `r.drop`.
/// # Example
/// ```
/// let items = [[1.0, 2.0, 3.0, 4.0].as_slice(), &[2.0, 2.0, 4.0, 4.0], &[5.0; 4]];
/// let r = recovista::stats::item_rest_correlations(&items);
/// assert!((r[0].unwrap() - 0.894_427_190_999_915_9).abs() < 1e-12);
/// assert_eq!(r[2], None);
/// ```
#[must_use]
pub fn item_rest_correlations(items: &[&[f64]]) -> Vec<Option<f64>> {
    let complete = complete(items);
    let people = complete.first().map_or(0, Vec::len);
    let sums: Vec<f64> = (0..people).map(|person| sum(complete.iter().map(|item| item[person]))).collect();
    let rest = |item: &[f64]| sums.iter().zip(item).map(|(sum, value)| sum - value).collect::<Vec<_>>();
    complete.iter().map(|item| pearson(item, &rest(item))).collect()
}

/// Answers of the people who answered everything, by item.
fn complete(items: &[&[f64]]) -> Vec<Vec<f64>> {
    let people = items.iter().map(|item| item.len()).min().unwrap_or(0);
    let kept: Vec<usize> = (0..people).filter(|person| items.iter().all(|item| item[*person].is_finite())).collect();
    items.iter().map(|item| kept.iter().map(|person| item[*person]).collect()).collect()
}

/// Pearson's correlation of two slices of one length; none where one does not vary.
fn pearson(first: &[f64], second: &[f64]) -> Option<f64> {
    let centre = |values: &[f64]| {
        let mean = sum(values.iter().copied()) / values.len() as f64;
        values.iter().map(|value| value - mean).collect::<Vec<_>>()
    };
    let (first, second) = (centre(first), centre(second));
    let product = |a: &[f64], b: &[f64]| sum(a.iter().zip(b).map(|(a, b)| a * b));
    let scale = (product(&first, &first) * product(&second, &second)).sqrt();
    (scale > 0.0).then(|| (product(&first, &second) / scale).clamp(-1.0, 1.0))
}

/// Sample variance; the slice has two values or more.
fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    sum(values.iter().map(|value| (value - mean) * (value - mean))) / (n - 1.0)
}
