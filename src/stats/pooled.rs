//! One estimate and its variance from each completed data set in, the pooled estimate with its degrees of freedom out.

use super::sum::sum;

/// What several completed data sets say together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooled {
    /// Mean of the estimates.
    pub estimate: f64,
    /// Standard error of it.
    pub std_error: f64,
    /// Degrees of freedom of its t interval.
    pub df: f64,
    /// Mean variance within the data sets.
    pub within: f64,
    /// Variance of the estimates between the data sets.
    pub between: f64,
    /// Share of the variance that comes from what is missing.
    pub lambda: f64,
}

/// Pools estimates from multiply imputed data sets by Rubin's rules, with the degrees of freedom of Barnard and Rubin.
///
/// # Formula
/// With `m` estimates `Q` and variances `U`: `Q̄`, `Ū`, `B = Σ (Q − Q̄)²/(m − 1)`, `T = Ū + (1 + 1/m) B`, `λ = (1 + 1/m) B/T`;
/// `ν = ν₁ν₂/(ν₁ + ν₂)` with `ν₁ = (m − 1)/λ²` and `ν₂ = (ν₀ + 1)/(ν₀ + 3) · ν₀ (1 − λ)`, `ν₀` those of the complete data.
/// # Units
/// `estimates` in any unit, `variances` in its square; `complete_df` above 0, or infinite.
/// # Not estimable
/// Fewer than two data sets, lengths that differ, a number that is not finite, or a variance of zero in all: `None`.
/// # Source
/// Rubin 1987; Barnard and Rubin 1999, doi:10.1093/biomet/86.4.948; `pool.scalar` of R `mice`, cases in `tests/reference/followup/pooled.json`.
/// # Example
/// ```
/// let pooled = recovista::stats::pool_rubin(&[2.0, 3.0, 4.0], &[1.0, 1.0, 1.0], 50.0).unwrap();
/// assert_eq!(pooled.estimate, 3.0);
/// assert!((pooled.std_error.powi(2) - (1.0 + 4.0 / 3.0)).abs() < 1e-12); // B = 1
/// ```
#[must_use]
pub fn pool_rubin(estimates: &[f64], variances: &[f64], complete_df: f64) -> Option<Pooled> {
    let m = estimates.len() as f64;
    if estimates.len() < 2 || estimates.len() != variances.len() || estimates.iter().chain(variances).any(|value| !value.is_finite()) || complete_df <= 0.0 {
        return None;
    }
    let estimate = sum(estimates.iter().copied()) / m;
    let within = sum(variances.iter().copied()) / m;
    let between = sum(estimates.iter().map(|value| (value - estimate) * (value - estimate))) / (m - 1.0);
    let total = within + (1.0 + 1.0 / m) * between;
    if total <= 0.0 {
        return None;
    }
    let lambda = (1.0 + 1.0 / m) * between / total;
    let old = (m - 1.0) / (lambda * lambda);
    let observed = if complete_df.is_finite() { (complete_df + 1.0) / (complete_df + 3.0) * complete_df * (1.0 - lambda) } else { f64::INFINITY };
    let df = match (old.is_finite(), observed.is_finite()) {
        (true, true) => old * observed / (old + observed),
        (true, false) => old,
        (false, _) => observed,
    };
    Some(Pooled { estimate, std_error: total.sqrt(), df, within, between, lambda })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tests/reference/followup/pooled.R`
    #[test]
    fn as_mice() {
        let cases: serde_json::Value = serde_json::from_str(include_str!("../../tests/reference/followup/pooled.json")).unwrap();
        let numbers = |value: &serde_json::Value| value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect::<Vec<f64>>();
        for case in cases.as_array().unwrap() {
            let found = pool_rubin(&numbers(&case["q"]), &numbers(&case["u"]), case["complete_df"].as_f64().unwrap_or(f64::INFINITY)).unwrap();
            for (found, wanted) in [(found.estimate, "qbar"), (found.std_error.powi(2), "t"), (found.df, "df"), (found.between, "b"), (found.within, "ubar")] {
                let wanted = case[wanted].as_f64().unwrap();
                assert!((found - wanted).abs() <= 1e-10 * wanted.abs(), "{found} {wanted}");
            }
        }
        assert_eq!(cases.as_array().unwrap().len(), 5);
    }

    #[test]
    fn nothing_to_pool_is_none() {
        assert_eq!(pool_rubin(&[1.0], &[1.0], 10.0), None);
        assert_eq!(pool_rubin(&[1.0, 1.0], &[0.0, 0.0], 10.0), None);
        assert_eq!(pool_rubin(&[1.0, f64::NAN], &[1.0, 1.0], 10.0), None);
        // alike data sets: the degrees of freedom are those of the complete data, as far as these know them
        assert!((pool_rubin(&[1.0, 1.0], &[2.0, 2.0], 10.0).unwrap().df - 11.0 / 13.0 * 10.0).abs() < 1e-12);
    }
}
