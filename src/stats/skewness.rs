//! Values in, whether they are too few and too skewed for the interval of their mean out.

use super::sum;

/// Beside a mean whose interval cannot be trusted to be long enough.
const TOO_SKEWED: &str = "the changes are skewed and people are few, so the interval may be too short (n ≤ 25 G², G the skewness)";

/// Skewness of a sample.
///
/// # Formula
/// `G = √(n(n − 1))/(n − 2) · m₃/m₂^(3/2)` with the central moments `m₂` and `m₃` (divisor `n`)
/// # Units
/// Values of any unit; the result has none.
/// # Not estimable
/// Fewer than three values, or values that do not vary, give `None`.
/// # Source
/// Joanes and Gill 1998, doi:10.1111/1467-9884.00122 (their `G₁`, that of SAS, SPSS and Excel).
fn skewness(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    let moment = |power: i32| sum(values.iter().map(|value| (value - mean).powi(power))) / n;
    let skewness = (n * (n - 1.0)).sqrt() / (n - 2.0) * moment(3) / moment(2).powf(1.5);
    (values.len() > 2).then_some(skewness).filter(|skewness| skewness.is_finite())
}

/// What to say beside the mean of changes whose t interval may be too short; `None` where it may be trusted.
///
/// # Formula
/// `n ≤ 25 G²`: a 95% interval then misses the mean in more than 6 of 100 samples
/// # Source
/// Cochran 1977, Sampling Techniques, section 2.15; the shares measured in `tests/reference/longitudinal/coverage_waves.md`.
pub(crate) fn skewness_note(changes: &[f64]) -> Option<&'static str> {
    let skewness = skewness(changes)?;
    (changes.len() as f64 <= 25.0 * skewness * skewness).then_some(TOO_SKEWED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skewness_is_that_of_textbooks() {
        // By hand: mean 2, deviations −1, −1, −1, 3: m₂ = 3, m₃ = 6, G = √12/2 · 6/√27 = 2.
        assert!((skewness(&[1.0, 1.0, 1.0, 5.0]).unwrap() - 2.0).abs() < 1e-14);
        assert!(skewness(&[1.0, 2.0, 3.0]).unwrap().abs() < 1e-14);
        assert!(skewness(&[1.0, 5.0]).is_none() && skewness(&[4.0; 9]).is_none() && skewness(&[]).is_none());
    }

    #[test]
    fn few_and_skewed_values_are_told() {
        assert!(skewness_note(&[1.0, 1.0, 1.0, 5.0]).is_some());
        // One of fifty: m₂ = 0.0196, m₃ = 0.018816, G² = 50; one of 5,000 values in 50 alike: the same G², and enough people.
        let ones = |n: usize, every: usize| (0..n).map(|place| f64::from(u8::from(place % every == 0))).collect::<Vec<f64>>();
        assert!(skewness_note(&ones(50, 50)).is_some() && skewness_note(&ones(5000, 50)).is_none());
        assert!(skewness_note(&ones(50, 2)).is_none());
    }
}
