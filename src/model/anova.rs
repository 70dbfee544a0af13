//! Values by group in, tests of equal means out: one variance for all groups, or one for each.

use super::Test;
use crate::stats::{f_sf, sum};

/// Groups whose values stand apart.
fn means(groups: &[Vec<f64>]) -> Vec<f64> {
    groups.iter().map(|group| sum(group.iter().copied()) / group.len() as f64).collect()
}

fn squares(group: &[f64], mean: f64) -> f64 {
    sum(group.iter().map(|value| (value - mean) * (value - mean)))
}

fn enough(groups: &[Vec<f64>], each: usize) -> Result<(), String> {
    if groups.len() < 2 {
        return Err("there are fewer than two groups".to_owned());
    }
    match groups.iter().position(|group| group.len() < each) {
        Some(_) if each > 1 => Err(format!("a group has fewer than {each} values")),
        Some(_) => Err("a group is empty".to_owned()),
        None => Ok(()),
    }
}

/// One-way analysis of variance; the estimate is eta squared.
///
/// # Formula
/// `F = (Σ n_g (ȳ_g − ȳ)² / (k − 1)) / (Σ (y − ȳ_g)² / (n − k))`, `η² = SS_between / SS_total`
/// # Units
/// Values of one unit; the statistic has none.
/// # Not estimable
/// Fewer than two groups, no more values than groups, or no variation within groups.
/// # Source
/// Fisher 1925; `oneway.test(var.equal = TRUE)` of R 4.2.
pub(crate) fn anova(groups: &[Vec<f64>]) -> Result<Test, String> {
    enough(groups, 1)?;
    let count = groups.iter().map(Vec::len).sum::<usize>() as f64;
    let (df, df2) = (groups.len() as f64 - 1.0, count - groups.len() as f64);
    let means = means(groups);
    let grand = sum(groups.iter().flatten().copied()) / count;
    let between = sum(groups.iter().zip(&means).map(|(group, mean)| group.len() as f64 * (mean - grand) * (mean - grand)));
    let within = sum(groups.iter().zip(&means).map(|(group, mean)| squares(group, *mean)));
    if df2 <= 0.0 || within <= 0.0 {
        return Err("the values do not vary within groups".to_owned());
    }
    let statistic = (between / df) / (within / df2);
    Ok(Test {
        estimate: Some(between / (between + within)),
        statistic: Some(statistic),
        df: Some(df),
        df2: Some(df2),
        p_value: f_sf(statistic, df, df2),
        ..Test::default()
    })
}

/// Welch's test of equal means when variances differ.
///
/// # Formula
/// `F = Σ w_g (ȳ_g − ỹ)² / (k − 1) / (1 + 2(k − 2)t/(k² − 1))`, `w_g = n_g/s_g²`,
/// `t = Σ (1 − w_g/Σw)² / (n_g − 1)`, second degrees of freedom `(k² − 1) / (3t)`
/// # Units
/// Values of one unit; the statistic has none.
/// # Not estimable
/// Fewer than two groups, a group of one, or a group whose values do not vary.
/// # Source
/// Welch 1951, doi:10.1093/biomet/38.3-4.330; `oneway.test` of R 4.2.
pub(crate) fn welch(groups: &[Vec<f64>]) -> Result<Test, String> {
    enough(groups, 2)?;
    let size = groups.len() as f64;
    let means = means(groups);
    let weights: Vec<f64> = groups.iter().zip(&means).map(|(group, mean)| group.len() as f64 * (group.len() as f64 - 1.0) / squares(group, *mean)).collect();
    if weights.iter().any(|weight| !weight.is_finite()) {
        return Err("the values of a group do not vary".to_owned());
    }
    let total = sum(weights.iter().copied());
    let centre = sum(weights.iter().zip(&means).map(|(weight, mean)| weight * mean)) / total;
    let spread = sum(weights.iter().zip(groups).map(|(weight, group)| (1.0 - weight / total).powi(2) / (group.len() as f64 - 1.0))) / (size * size - 1.0);
    let between = sum(weights.iter().zip(&means).map(|(weight, mean)| weight * (mean - centre) * (mean - centre)));
    let statistic = between / ((size - 1.0) * (1.0 + 2.0 * (size - 2.0) * spread));
    let (df, df2) = (size - 1.0, 1.0 / (3.0 * spread));
    Ok(Test { statistic: Some(statistic), df: Some(df), df2: Some(df2), p_value: f_sf(statistic, df, df2), ..Test::default() })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Miles per gallon by cylinders (4, 6, 8), as in `tests/reference/model/tests.R`.
    pub(crate) fn mtcars() -> Vec<Vec<f64>> {
        vec![
            vec![22.8, 24.4, 22.8, 32.4, 30.4, 33.9, 21.5, 27.3, 26.0, 30.4, 21.4],
            vec![21.0, 21.0, 21.4, 18.1, 19.2, 17.8, 19.7],
            vec![18.7, 14.3, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 15.5, 15.2, 13.3, 19.2, 15.8, 15.0],
        ]
    }

    pub(crate) fn near(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} found, {expected} expected");
    }

    #[test]
    fn as_oneway_test_of_r() {
        let test = anova(&mtcars()).unwrap();
        near(test.statistic, 39.697_515_255_869);
        near(test.p_value, 4.978_919_174_400_21e-9);
        near(test.estimate, 0.732_460_059_625_523);
        assert_eq!((test.df, test.df2), (Some(2.0), Some(29.0)));
        let test = welch(&mtcars()).unwrap();
        near(test.statistic, 31.624_236_465_825_5);
        near(test.df2, 18.031_845_601_769_9);
        near(test.p_value, 1.270_809_371_244_79e-6);
    }

    #[test]
    fn too_little_is_said_in_words() {
        assert!(anova(&[vec![1.0, 2.0]]).is_err());
        assert!(anova(&[vec![1.0], vec![2.0]]).is_err());
        assert!(anova(&[vec![1.0, 1.0], vec![2.0, 2.0]]).is_err());
        assert!(welch(&[vec![1.0, 1.0], vec![2.0, 3.0]]).is_err());
        assert!(welch(&[vec![1.0], vec![2.0, 3.0]]).is_err());
    }
}
