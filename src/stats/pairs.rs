//! Answers of the same people at two times in, tests of their change out.

use super::chi2_sf;

/// Fewest changed answers for which the normal approximation serves.
const FEW: u64 = 25;

/// What `McNemar`'s test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct McNemar {
    /// Chi-squared with continuity correction; absent where the test is exact.
    pub statistic: Option<f64>,
    /// Two-sided p-value.
    pub p_value: f64,
}

/// `McNemar`'s test: did as many people change one way as the other?
///
/// # Formula
/// From 25 changed answers up `χ² = (|b − c| − 1)² / (b + c)` with 1 degree of freedom; below, exact:
/// `p = min(1, 2 · P(X ≤ min(b, c)))`, `X` binomial with `b + c` draws and probability 1/2.
/// # Units
/// `lost` and `gained`: people whose answer changed from yes to no, and from no to yes.
/// # Not estimable
/// Nobody changed: `None`.
/// # Source
/// `McNemar` 1947, doi:10.1007/BF02295996; `mcnemar.test` and `binom.test` of R.
/// # Example
/// ```
/// let exact = recovista::stats::mcnemar(3, 12).unwrap();
/// assert!((exact.p_value - 2.0 * (1.0 + 15.0 + 105.0 + 455.0) / 32_768.0).abs() < 1e-12);
/// let large = recovista::stats::mcnemar(59, 6).unwrap(); // (53 − 1)² / 65
/// assert!((large.statistic.unwrap() - 41.6).abs() < 1e-12);
/// ```
#[must_use]
pub fn mcnemar(lost: u64, gained: u64) -> Option<McNemar> {
    let changed = lost + gained;
    if changed == 0 {
        return None;
    }
    if changed < FEW {
        return Some(McNemar { statistic: None, p_value: exact(lost.min(gained), changed) });
    }
    let gap = (lost.abs_diff(gained) as f64 - 1.0).max(0.0);
    let statistic = gap * gap / changed as f64;
    Some(McNemar { statistic: Some(statistic), p_value: chi2_sf(statistic, 1.0)? })
}

/// Twice the lower tail of a fair binomial, at most 1.
fn exact(fewer: u64, draws: u64) -> f64 {
    let mut ways = 1.0;
    let mut tail = 0.0;
    for place in 0..=fewer {
        tail += ways;
        ways *= (draws - place) as f64 / (place + 1) as f64;
    }
    (2.0 * tail / 2.0_f64.powf(draws as f64)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_between_exact_and_approximate() {
        assert!(mcnemar(10, 14).is_some_and(|test| test.statistic.is_none()));
        assert!(mcnemar(10, 15).is_some_and(|test| test.statistic == Some(16.0 / 25.0)));
        assert_eq!(mcnemar(0, 0), None);
        assert_eq!(mcnemar(4, 4).map(|test| test.p_value), Some(1.0));
        assert_eq!(mcnemar(20, 20).map(|test| test.p_value), Some(1.0));
    }
}
