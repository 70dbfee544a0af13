//! Probabilities of the noncentral chi-squared distribution.

use statrs::function::gamma::{gamma_lr, ln_gamma};

/// Weight, as a share of the largest, at which the tails of the mixture are cut.
const NEGLIGIBLE: f64 = 1e-18;

/// Lower tail of the noncentral chi-squared distribution.
///
/// # Formula
/// `Σ_j Poisson(j; λ/2) · F(x; df + 2j)`, `F` of the chi-squared distribution, summed outwards from the largest weight.
/// # Units
/// `x` and `noncentrality` zero or more, `df` above zero; the result from 0 to 1.
/// # Not estimable
/// Anything else gives NaN.
/// # Source
/// Johnson, Kotz and Balakrishnan 1995, chapter 29; `pchisq(ncp = )` of R.
/// # Example
/// ```
/// let p = recovista::stats::noncentral_chi2_cdf(10.0, 3.0, 5.0);
/// assert!((p - 0.706_648_647_777_452).abs() < 1e-10);
/// ```
#[must_use]
pub fn noncentral_chi2_cdf(x: f64, df: f64, noncentrality: f64) -> f64 {
    if !(x >= 0.0 && x.is_finite() && df > 0.0 && noncentrality >= 0.0 && noncentrality.is_finite()) {
        return f64::NAN;
    }
    if x == 0.0 {
        return 0.0;
    }
    let (half, mean) = (x / 2.0, noncentrality / 2.0);
    if mean == 0.0 {
        return gamma_lr(df / 2.0, half);
    }
    // Beyond nine standard deviations of the Poisson weights nothing counts, with room for small means.
    let mode = mean.floor();
    let reach = (9.0 * mean.sqrt()).ceil() + 40.0;
    let (first, last) = ((mode - reach).max(0.0), mode + reach);
    let weight = |j: f64| (j * mean.ln() - mean - ln_gamma(j + 1.0)).exp();
    let largest = weight(mode);
    // From the top down each tail is the one above and a positive term, so that no digits are lost.
    let mut tail = gamma_lr(df / 2.0 + last, half);
    let (mut total, mut j) = (0.0, last);
    loop {
        let part = weight(j);
        if part > NEGLIGIBLE * largest {
            total += part * tail;
        }
        if j <= first {
            return total.clamp(0.0, 1.0);
        }
        j -= 1.0;
        let shape = df / 2.0 + j;
        tail += (shape * half.ln() - half - ln_gamma(shape + 1.0)).exp();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pchisq(x, df, ncp)` of R 4.2.
    #[test]
    fn as_pchisq_of_r() {
        for (x, df, noncentrality, expected) in [(500.0, 3.0, 400.0, 0.989_649_673_759_528), (1e4, 20.0, 9.5e3, 0.992_571_199_930_807)] {
            assert!((noncentral_chi2_cdf(x, df, noncentrality) - expected).abs() < 1e-9, "{x}");
        }
        assert!((noncentral_chi2_cdf(3.841_458_820_694_124, 1.0, 0.0) - 0.95).abs() < 1e-9);
        assert!(noncentral_chi2_cdf(1.0, 0.0, 1.0).is_nan());
    }
}
