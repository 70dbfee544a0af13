//! Values before and after in, mean change with its test, effect sizes and Wilcoxon's signed ranks out.

use super::Test;
use super::nonparametric::ranks;
use crate::stats::{hedges_j, normal_sf, sum, t_p_value};

/// Pairs from which Wilcoxon's test is no longer exact (as R `wilcox.test`).
const EXACT_BELOW: usize = 50;

/// Change within pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PairedChange {
    /// Mean of after minus before with its t test.
    pub(crate) mean: Test,
    /// In standard deviations of the changes.
    pub(crate) cohen_dz: Option<f64>,
    /// In the average of the two standard deviations.
    pub(crate) cohen_dav: Option<f64>,
    /// `cohen_dz` with the small-sample correction.
    pub(crate) hedges_gz: Option<f64>,
}

/// Mean change, its t test and its effect sizes.
///
/// # Formula
/// `t = d̄ / (s_d/√n)`; `d_z = d̄/s_d`; `d_av = d̄ / ((s_before + s_after)/2)`; `g_z = J·d_z`, `J = 1 − 3/(4(n − 1) − 1)`
/// # Units
/// Those of the values; effect sizes have none.
/// # Not estimable
/// Fewer than two pairs is a reason in words; changes that do not vary leave test and effect sizes out.
/// # Source
/// Lakens 2013, doi:10.3389/fpsyg.2013.00863; `t.test(paired = TRUE)` of R 4.2.
pub(crate) fn paired_change(before: &[f64], after: &[f64]) -> Result<PairedChange, String> {
    let count = before.len() as f64;
    if before.len() < 2 {
        return Err("there are fewer than two complete pairs".to_owned());
    }
    let changes: Vec<f64> = before.iter().zip(after).map(|(before, after)| after - before).collect();
    let (mean, spread) = (mean_of(&changes), spread_of(&changes));
    let error = spread / count.sqrt();
    let statistic = (error > 0.0).then(|| mean / error);
    let average = f64::midpoint(spread_of(before), spread_of(after));
    let cohen_dz = (spread > 0.0).then(|| mean / spread);
    let test = Test {
        estimate: Some(mean),
        std_error: Some(error),
        statistic,
        df: Some(count - 1.0),
        p_value: statistic.and_then(|t| t_p_value(t, count - 1.0)),
        df2: None,
    };
    Ok(PairedChange {
        mean: test,
        cohen_dz,
        cohen_dav: (average > 0.0).then(|| mean / average),
        hedges_gz: cohen_dz.zip(hedges_j(count - 1.0)).map(|(d, j)| d * j),
    })
}

fn mean_of(values: &[f64]) -> f64 {
    sum(values.iter().copied()) / values.len() as f64
}

fn spread_of(values: &[f64]) -> f64 {
    let mean = mean_of(values);
    (sum(values.iter().map(|value| (value - mean).powi(2))) / (values.len() as f64 - 1.0)).sqrt()
}

/// Wilcoxon's signed rank test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wilcoxon {
    /// Sum of the ranks of positive changes, with its p-value.
    pub(crate) test: Test,
    /// Matched-pairs rank-biserial correlation, from −1 to 1.
    pub(crate) rank_biserial: f64,
    /// Whether the p-value is exact.
    pub(crate) exact: bool,
}

/// Wilcoxon's signed rank test of changes around zero.
///
/// # Formula
/// `V = Σ ranks of positive changes`; exact below 50 pairs without ties or zeros, else normal with
/// continuity; `r = (2V − n(n+1)/2) / (n(n+1)/2)`
/// # Units
/// Changes of any unit.
/// # Not estimable
/// No change other than zero is a reason in words.
/// # Source
/// Wilcoxon 1945; Kerby 2014, doi:10.2466/11.IT.3.1; `wilcox.test(paired = TRUE)` of R 4.2.
pub(crate) fn wilcoxon(before: &[f64], after: &[f64]) -> Result<Wilcoxon, String> {
    let all: Vec<f64> = before.iter().zip(after).map(|(before, after)| after - before).collect();
    let changes: Vec<f64> = all.iter().copied().filter(|change| *change != 0.0).collect();
    if changes.is_empty() {
        return Err("no pair has changed".to_owned());
    }
    let sizes: Vec<f64> = changes.iter().map(|change| change.abs()).collect();
    let (ranks, ties) = ranks(&sizes);
    let statistic: f64 = ranks.iter().zip(&changes).filter(|(_, change)| **change > 0.0).map(|(rank, _)| rank).sum();
    let count = changes.len() as f64;
    let half = count * (count + 1.0) / 4.0;
    let exact = changes.len() < EXACT_BELOW && changes.len() == all.len() && ties.len() == changes.len();
    let p_value = if exact { exact_p(statistic, changes.len()) } else { normal_p(statistic - half, count, &ties)? };
    let test = Test { estimate: Some(statistic), statistic: Some(statistic), p_value: Some(p_value), ..Test::default() };
    Ok(Wilcoxon { test, rank_biserial: (statistic - half) / half, exact })
}

fn normal_p(distance: f64, count: f64, ties: &[f64]) -> Result<f64, String> {
    let repeated: f64 = ties.iter().map(|size| size.powi(3) - size).sum();
    let sigma = (count * (count + 1.0) * (2.0 * count + 1.0) / 24.0 - repeated / 48.0).sqrt();
    let continuity = if distance == 0.0 { 0.0 } else { 0.5 * distance.signum() };
    if sigma <= 0.0 {
        return Err("the ranks do not vary".to_owned());
    }
    Ok((2.0 * normal_sf(((distance - continuity) / sigma).abs())).min(1.0))
}

/// Twice the tail of the sum of signed ranks, from the number of subsets of ranks with each sum.
fn exact_p(statistic: f64, count: usize) -> f64 {
    let most = count * (count + 1) / 2;
    let mut ways = vec![0.0; most + 1];
    ways[0] = 1.0;
    for rank in 1..=count {
        for total in (rank..=most).rev() {
            ways[total] += ways[total - rank];
        }
    }
    let least = statistic.min(most as f64 - statistic);
    let tail: f64 = (0..=most).take_while(|total| *total as f64 <= least).map(|total| ways[total]).sum();
    (2.0 * tail / 2.0_f64.powf(count as f64)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::anova::tests::near;
    use super::*;

    /// `tests/reference/model/tests.R`
    #[test]
    fn as_wilcox_test_of_r() {
        let before = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        let exact = wilcoxon(&before, &[2.1, 1.8, 5.3, 7.4, 5.5, 9.9, 4.2]).unwrap();
        assert!(exact.exact);
        near(exact.test.statistic, 22.0);
        near(exact.test.p_value, 0.218_75);
        let tied = wilcoxon(&before, &[2.0, 1.0, 3.0, 6.0, 8.0, 7.0, 6.5]).unwrap();
        assert!(!tied.exact);
        near(tied.test.statistic, 17.0);
        near(tied.test.p_value, 0.203_374_023_159_807);
    }

    #[test]
    fn as_t_test_of_r() {
        let found = paired_change(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], &[2.1, 1.8, 5.3, 7.4, 5.5, 9.9, 4.2]).unwrap();
        near(found.mean.statistic, 1.346_374_635_277_66);
        near(found.mean.p_value, 0.226_815_650_123_315);
        assert_eq!(paired_change(&[1.0, 2.0], &[2.0, 3.0]).unwrap().mean.statistic, None);
        assert!(paired_change(&[1.0], &[2.0]).is_err());
        assert!(wilcoxon(&[1.0, 2.0], &[1.0, 2.0]).is_err());
    }
}
