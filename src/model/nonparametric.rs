//! Values in, rank tests without a design out.

use super::Test;
use crate::stats::{chi2_sf, ranks};

/// Kruskal–Wallis rank test; the estimate is epsilon squared.
///
/// # Formula
/// `H = (12 Σ R_g²/n_g / (n(n + 1)) − 3(n + 1)) / (1 − Σ(t³ − t)/(n³ − n))`, `ε² = H/(n − 1)`
/// # Units
/// Values of any unit; the statistic has none.
/// # Not estimable
/// Fewer than two groups, an empty group, or values that are all the same.
/// # Source
/// Kruskal and Wallis 1952; `kruskal.test` of R 4.2.
pub(crate) fn kruskal(groups: &[Vec<f64>]) -> Result<Test, String> {
    if groups.len() < 2 || groups.iter().any(Vec::is_empty) {
        return Err("there are fewer than two groups with values".to_owned());
    }
    let values: Vec<f64> = groups.iter().flatten().copied().collect();
    let (ranks, ties) = ranks(&values);
    if ties.len() < 2 {
        return Err("all values are the same".to_owned());
    }
    let count = values.len() as f64;
    let (mut start, mut sum) = (0, 0.0);
    for group in groups {
        let total: f64 = ranks[start..start + group.len()].iter().sum();
        sum += total * total / group.len() as f64;
        start += group.len();
    }
    let repeated: f64 = ties.iter().map(|size| size.powi(3) - size).sum();
    let statistic = (12.0 * sum / (count * (count + 1.0)) - 3.0 * (count + 1.0)) / (1.0 - repeated / (count.powi(3) - count));
    let df = groups.len() as f64 - 1.0;
    Ok(Test { estimate: Some(statistic / (count - 1.0)), statistic: Some(statistic), df: Some(df), p_value: chi2_sf(statistic, df), ..Test::default() })
}

#[cfg(test)]
mod tests {
    use super::super::anova::tests::{mtcars, near};
    use super::*;

    #[test]
    fn as_kruskal_test_of_r() {
        let test = kruskal(&mtcars()).unwrap();
        near(test.statistic, 25.746_155_615_251_8);
        near(test.p_value, 2.566_216_795_345_34e-6);
        assert_eq!(test.df, Some(2.0));
        assert!(kruskal(&[vec![1.0, 1.0], vec![1.0]]).is_err());
        assert!(kruskal(&[vec![1.0, 1.0]]).is_err());
    }
}
