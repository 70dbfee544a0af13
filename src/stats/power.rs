//! What a survey can tell in, how many people it needs out: precision of shares and means, detectable change.

use super::{normal_quantile, normal_sf, t_quantile};
use statrs::function::gamma::ln_gamma;

/// Steps of the integral over the standard deviation, an even number.
const STEPS: u32 = 4000;
/// Halvings of the search for a detectable change.
const HALVINGS: usize = 200;

/// Upper tail of the noncentral t distribution.
///
/// # Formula
/// `P(T > t) = ∫ Φ(δ − t·u) f(u) du`, `f` the density of `u = √(χ²/df)`, by Simpson's rule over all `u` that count.
/// # Units
/// `t` and the noncentrality `δ` without unit, `df` above zero; the result from 0 to 1.
/// # Not estimable
/// A number that is not finite, or `df ≤ 0`, gives `None`.
/// # Source
/// Johnson, Kotz and Balakrishnan 1995, chapter 31; `pt(ncp = , lower.tail = FALSE)` of R.
/// # Example
/// ```
/// let p = recovista::stats::noncentral_t_sf(2.0, 10.0, 1.5).unwrap();
/// assert!((p - 0.340_845_927_558).abs() < 1e-9);
/// ```
#[must_use]
pub fn noncentral_t_sf(t: f64, df: f64, noncentrality: f64) -> Option<f64> {
    if !(t.is_finite() && noncentrality.is_finite() && df > 0.0 && df.is_finite()) {
        return None;
    }
    // The logarithm of u is smooth for every df: u² · df is χ², whose density in ln u is exp(df·ln u − df·u²/2) but for a constant.
    let constant = 2.0_f64.ln() + df / 2.0 * (df / 2.0).ln() - ln_gamma(df / 2.0);
    let reach = 12.0 / df.sqrt() + if df < 30.0 { 40.0 / df } else { 0.0 };
    let (low, high) = (-reach, (1.0 + 12.0 / df.sqrt()).ln() + 1.0);
    let density = |x: f64| (constant + df * x - df / 2.0 * (2.0 * x).exp()).exp() * normal_sf(t * x.exp() - noncentrality);
    let width = (high - low) / f64::from(STEPS);
    let one = |step: u32| {
        let factor = match step {
            0 | STEPS => 1.0,
            step if step % 2 == 1 => 4.0,
            _ => 2.0,
        };
        factor * density(low + width * f64::from(step))
    };
    Some((super::sum((0..=STEPS).map(one)) * width / 3.0).clamp(0.0, 1.0))
}

/// Two independent samples, or the changes of the same people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Samples {
    /// Two samples of this size each.
    Two,
    /// One sample of changes.
    Paired,
}

/// Smallest true difference of means that a two-sided t test finds with a given power.
///
/// # Formula
/// The `δ` at which `P(T > t(1 − α/2, df)) = power`, `T` noncentral t with `df = 2(n − 1)` and noncentrality `δ/s · √(n/2)` for
/// two samples of `n` each, `df = n − 1` and `δ/s · √n` for changes. With a design effect, `n` is the effective number.
/// # Units
/// `sd` in those of the values, for changes that of the changes; `alpha` and `power` between 0 and 1; the result in units of `sd`.
/// # Not estimable
/// `n ≤ 1`, `sd ≤ 0`, or a share outside 0 to 1 gives `None`.
/// # Source
/// `power.t.test` of R, which leaves out the far tail as this does; Cohen 1988, chapter 2.
/// # Example
/// ```
/// use recovista::stats::{Samples, detectable_difference};
/// let delta = detectable_difference(20.0, 1.0, 0.05, 0.8, Samples::Two).unwrap();
/// assert!((delta - 0.909_130_127_6).abs() < 1e-8);
/// ```
#[must_use]
pub fn detectable_difference(n: f64, sd: f64, alpha: f64, power: f64, samples: Samples) -> Option<f64> {
    let inside = |share: f64| share > 0.0 && share < 1.0;
    if !(n > 1.0 && sd > 0.0 && sd.is_finite() && inside(alpha) && inside(power)) {
        return None;
    }
    let (df, root) = match samples {
        Samples::Two => (2.0 * (n - 1.0), (n / 2.0).sqrt()),
        Samples::Paired => (n - 1.0, n.sqrt()),
    };
    let critical = t_quantile(1.0 - alpha / 2.0, df)?;
    let reached = |noncentrality: f64| noncentral_t_sf(critical, df, noncentrality).map(|found| found - power);
    let (mut low, mut high) = (0.0, 1.0);
    while reached(high)? < 0.0 {
        (low, high) = (high, high * 2.0);
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if high - low <= 1e-13 * high {
            break;
        }
        if reached(middle)? < 0.0 { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high) / root * sd)
}

/// Smallest true rise of a share that a two-sided test of two samples finds with a given power.
///
/// # Formula
/// The `p₂ > p₁` at which `Φ((√n (p₂ − p₁) − z(1 − α/2) √(2 p̄(1 − p̄)))/√(p₁(1 − p₁) + p₂(1 − p₂))) = power`, `p̄` their mean.
/// With a design effect, `n` is the effective number of each sample.
/// # Units
/// Shares from 0 to 1; the result is `p₂ − p₁`.
/// # Not estimable
/// `n ≤ 0`, a share outside 0 to 1, or no `p₂` up to 1 that would be found gives `None`.
/// # Source
/// `power.prop.test` of R; Fleiss, Levin and Paik 2003, chapter 4.
/// # Example
/// ```
/// let rise = recovista::stats::detectable_rise(750.0, 0.5, 0.05, 0.8).unwrap();
/// assert!((rise - 0.072_091_709_282).abs() < 1e-9);
/// ```
#[must_use]
pub fn detectable_rise(n: f64, share: f64, alpha: f64, power: f64) -> Option<f64> {
    let inside = |share: f64| share > 0.0 && share < 1.0;
    if !(n > 0.0 && inside(share) && inside(alpha) && inside(power)) {
        return None;
    }
    let z = normal_quantile(1.0 - alpha / 2.0)?;
    let found = |later: f64| {
        let mean = f64::midpoint(share, later);
        let spread = (share * (1.0 - share) + later * (1.0 - later)).sqrt();
        normal_sf(-((n.sqrt() * (later - share) - z * (2.0 * mean * (1.0 - mean)).sqrt()) / spread))
    };
    if found(1.0) < power {
        return None;
    }
    let (mut low, mut high) = (share, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if found(middle) < power { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high) - share)
}

/// How many people must answer for an interval of ± `margin`.
///
/// # Formula
/// `n₀ = (z(1 − α/2) s/margin)²`; of a population of `N`, `n = n₀/(1 + (n₀ − 1)/N)`; with a design effect, `deff · n`, at most `N`.
/// # Units
/// `margin` and `sd` in one unit (for a share `sd = √(p(1 − p))`); the result in people, not rounded.
/// # Not estimable
/// `margin ≤ 0`, `sd ≤ 0`, `deff ≤ 0`, or a population below 1 gives `None`.
/// # Source
/// Cochran 1977, Sampling Techniques, sections 4.4 and 4.6; Kish 1965, section 8.2, for the design effect.
/// # Example
/// ```
/// let sd = 0.25_f64.sqrt();
/// let any = recovista::stats::needed_people(0.05, sd, 0.05, 1.0, None).unwrap();
/// assert!((any - 384.145_882).abs() < 1e-5);
/// let of_1000 = recovista::stats::needed_people(0.05, sd, 0.05, 1.0, Some(1000.0)).unwrap();
/// assert!((of_1000 - 277.74).abs() < 0.01); // 278, Krejcie and Morgan 1970, table 1
/// ```
#[must_use]
pub fn needed_people(margin: f64, sd: f64, alpha: f64, deff: f64, population: Option<f64>) -> Option<f64> {
    if !(margin > 0.0 && sd > 0.0 && deff > 0.0 && population.is_none_or(|all| all >= 1.0)) {
        return None;
    }
    let z = normal_quantile(1.0 - alpha / 2.0)?;
    let alone = (z * sd / margin).powi(2);
    let needed = match population {
        Some(all) => (deff * alone / (1.0 + (alone - 1.0) / all)).min(all),
        None => deff * alone,
    };
    needed.is_finite().then_some(needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pt`, `power.t.test` and `power.prop.test` of R 4.2 with `tol = 1e-12`: `tests/reference/power/power.R`.
    #[test]
    fn tails_and_detectable_differences_are_those_of_r() {
        let tails = [
            (2.0, 10.0, 1.5, 0.340_845_927_558),
            (1.96, 500.0, 2.8, 0.799_369_203_004),
            (3.1, 3.0, 0.7, 0.078_145_600_721_9),
            (-1.0, 7.0, 2.0, 0.997_972_284_008),
            (2.5, 1.0, 4.0, 0.862_607_438_458),
        ];
        for (t, df, noncentrality, expected) in tails {
            let found = noncentral_t_sf(t, df, noncentrality).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-8, "{t} {df} {noncentrality}: {found}");
        }
        let means = [
            (20.0, 1.0, 0.8, Samples::Two, 0.909_130_127_627),
            (750.0, 8.1, 0.8, Samples::Two, 1.172_605_170_15),
            (5.0, 2.0, 0.9, Samples::Two, 4.695_902_697_09),
            (291.0, 8.4, 0.8, Samples::Paired, 1.384_136_864_76),
            (12.0, 1.0, 0.8, Samples::Paired, 0.888_655_145_415),
        ];
        for (n, sd, power, samples, expected) in means {
            let found = detectable_difference(n, sd, 0.05, power, samples).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-6, "{n} {sd}: {found}");
        }
        let shares = [(750.0, 0.5, 0.572_091_709_282), (60.0, 0.1, 0.303_200_690_648), (1200.0, 0.71, 0.760_438_988_615)];
        for (n, share, expected) in shares {
            let found = share + detectable_rise(n, share, 0.05, 0.8).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-6, "{n} {share}: {found}");
        }
    }

    /// Krejcie and Morgan 1970, table 1 (doi:10.1177/001316447003000308), which rounds to the nearest.
    #[test]
    fn published_sample_sizes() {
        for (population, expected) in [(100.0, 80.0), (500.0, 217.0), (1000.0, 278.0), (10_000.0, 370.0)] {
            let found = needed_people(0.05, 0.5, 0.05, 1.0, Some(population)).unwrap();
            assert!((found - expected).abs() < 1.0, "{population}: {found}");
        }
    }

    #[test]
    fn what_cannot_be_is_nothing() {
        assert_eq!(detectable_rise(3.0, 0.9, 0.05, 0.8), None);
        assert_eq!(detectable_difference(1.0, 1.0, 0.05, 0.8, Samples::Paired), None);
        assert_eq!(needed_people(0.0, 1.0, 0.05, 1.0, None), None);
        assert_eq!(needed_people(0.01, 0.5, 0.05, 3.0, Some(200.0)), Some(200.0));
    }
}
