//! Answers of two waves in, how far each item moved beside the others out.

use super::distributions::t_half_width;
use super::sum::sum;

/// How far an item moved at the same score on the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ItemDrift {
    /// Later minus earlier, in standard deviations of what the other items leave of the item.
    pub shift: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Lower bound.
    pub conf_low: f64,
    /// Upper bound.
    pub conf_high: f64,
}

/// Shift of each item between two waves, given the sum of the other items.
///
/// # Formula
/// `shift = ((ȳ₂ − ȳ₁) − b(r̄₂ − r̄₁))/s`, `y` the item, `r` the sum of the others, `b` their common slope within waves
/// and `s` the residual standard deviation with `n₁ + n₂ − 3` degrees of freedom; `se = √(1/n₁ + 1/n₂ + (r̄₂ − r̄₁)²/S_rr)`.
/// # Units
/// Items in the same order in both waves, each a slice over the same people, complete.
/// A true change of the people moves an item by a little as well, since the other items measure it with error.
/// # Not estimable
/// Fewer than two items, fewer than three people in a wave, or an item or a rest that does not vary leaves `None`.
/// # Source
/// Analysis of covariance; as a screen for differential item functioning, Millsap 2011, Statistical Approaches to
/// Measurement Invariance, chapter 1.
/// # Example
/// ```
/// let before = [vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![1.0, 3.0, 2.0, 4.0, 5.0]];
/// let after = [vec![2.0, 3.0, 4.0, 5.0, 6.0], vec![1.0, 3.0, 2.0, 4.0, 5.0]];
/// let drift = recovista::stats::item_drift(&before, &after, 0.95);
/// assert!((drift[0].unwrap().shift - 1.357_241_785_076_592).abs() < 1e-9);
/// ```
#[must_use]
pub fn item_drift(before: &[Vec<f64>], after: &[Vec<f64>], conf_level: f64) -> Vec<Option<ItemDrift>> {
    let items = before.len().min(after.len());
    (0..items).map(|item| if items < 2 { None } else { one(&part(before, item), &part(after, item), conf_level) }).collect()
}

/// An item and the sum of the others.
type Part = (Vec<f64>, Vec<f64>);

fn part(items: &[Vec<f64>], item: usize) -> Part {
    let people = items.iter().map(Vec::len).min().unwrap_or(0);
    let others = |person: usize| sum(items.iter().enumerate().filter(|(place, _)| *place != item).map(|(_, values)| values[person]));
    (items[item][..people].to_vec(), (0..people).map(others).collect())
}

fn one(before: &Part, after: &Part, conf_level: f64) -> Option<ItemDrift> {
    let mean = |values: &[f64]| sum(values.iter().copied()) / values.len() as f64;
    let product = |a: &[f64], b: &[f64]| {
        let (mean_a, mean_b) = (mean(a), mean(b));
        sum(a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)))
    };
    let both = |of: fn(&Part) -> (&[f64], &[f64])| [before, after].into_iter().map(|part| product(of(part).0, of(part).1)).sum::<f64>();
    let (n1, n2) = (before.0.len() as f64, after.0.len() as f64);
    if n1 < 3.0 || n2 < 3.0 {
        return None;
    }
    let (of_item, of_rest, common) = (both(|part| (&part.0, &part.0)), both(|part| (&part.1, &part.1)), both(|part| (&part.0, &part.1)));
    let df = n1 + n2 - 3.0;
    let left = of_item - common * common / of_rest;
    if of_rest <= 0.0 || left <= 1e-12 * of_item {
        return None;
    }
    let moved = mean(&after.1) - mean(&before.1);
    let shift = (mean(&after.0) - mean(&before.0) - common / of_rest * moved) / (left / df).sqrt();
    let std_error = (1.0 / n1 + 1.0 / n2 + moved * moved / of_rest).sqrt();
    let reach = t_half_width(std_error, df, conf_level)?;
    Some(ItemDrift { shift, std_error, conf_low: shift - reach, conf_high: shift + reach })
}
