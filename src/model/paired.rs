//! Values before and after in, mean change with its test, effect sizes out.

use super::Test;
use crate::stats::{hedges_j, sum, t_p_value};

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

#[cfg(test)]
mod tests {
    use super::super::anova::tests::near;
    use super::*;

    #[test]
    fn as_t_test_of_r() {
        let found = paired_change(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], &[2.1, 1.8, 5.3, 7.4, 5.5, 9.9, 4.2]).unwrap();
        near(found.mean.statistic, 1.346_374_635_277_66);
        near(found.mean.p_value, 0.226_815_650_123_315);
        assert_eq!(paired_change(&[1.0, 2.0], &[2.0, 3.0]).unwrap().mean.statistic, None);
        assert!(paired_change(&[1.0], &[2.0]).is_err());
    }
}
