//! One variable in two groups in, how far apart the groups are in standard deviations out.

use nalgebra::{DMatrix, DVector};

use super::{Category, NONE};
use crate::stats::standardized_difference;

/// The variable that is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Values<'a> {
    /// Numbers.
    Number(&'a [f64]),
    /// Categories.
    Category(&'a Category),
}

/// Weighted standardized difference, second group minus first; of categories a distance without sign.
///
/// # Formula
/// Numbers `(m₂ − m₁)/√((s₁² + s₂²)/2)`; categories `√((p₂ − p₁)′ S⁻¹ (p₂ − p₁))` over all levels but
/// the first, `S` the mean of the two multinomial covariances
/// # Units
/// None.
/// # Not estimable
/// An empty group, or groups without variation, is a reason in words.
/// # Source
/// Austin 2009, doi:10.1002/sim.3697; Yang and Dalton 2012 (SAS Global Forum, paper 335).
pub(crate) fn standardized(values: Values<'_>, groups: &Category, weights: &[f64]) -> Result<f64, String> {
    if groups.names.len() < 2 {
        return Err("there are fewer than two groups".to_owned());
    }
    match values {
        Values::Number(values) => {
            let of = |group: u32| moments(values, groups, weights, group);
            let ((mean1, sd1), (mean2, sd2)) = (of(0), of(1));
            standardized_difference(mean2, sd2, mean1, sd1).ok_or_else(|| "the values do not vary within groups".to_owned())
        }
        Values::Category(category) => distance(&shares(category, groups, weights, 0), &shares(category, groups, weights, 1)),
    }
}

/// Weighted mean and standard deviation of one group, the latter with n/(n − 1) as R `svyvar`.
fn moments(values: &[f64], groups: &Category, weights: &[f64], group: u32) -> (f64, f64) {
    let rows: Vec<usize> = (0..values.len()).filter(|row| groups.codes[*row] == group && weights[*row] > 0.0).collect();
    let (count, total) = (rows.len() as f64, rows.iter().map(|row| weights[*row]).sum::<f64>());
    let mean = rows.iter().map(|row| weights[*row] * values[*row]).sum::<f64>() / total;
    let square = rows.iter().map(|row| weights[*row] * (values[*row] - mean).powi(2)).sum::<f64>() / total;
    (mean, (square * count / (count - 1.0)).sqrt())
}

fn shares(category: &Category, groups: &Category, weights: &[f64], group: u32) -> Vec<f64> {
    let mut sums = vec![0.0; category.names.len()];
    for ((code, own), weight) in category.codes.iter().zip(&groups.codes).zip(weights) {
        if *own == group && *code != NONE {
            sums[*code as usize] += weight;
        }
    }
    let total: f64 = sums.iter().sum();
    sums.iter().map(|sum| sum / total).collect()
}

fn distance(first: &[f64], second: &[f64]) -> Result<f64, String> {
    let size = first.len().saturating_sub(1);
    let cell = |row: usize, column: usize| {
        let of = |shares: &[f64]| if row == column { shares[row + 1] * (1.0 - shares[row + 1]) } else { -shares[row + 1] * shares[column + 1] };
        f64::midpoint(of(first), of(second))
    };
    let covariance = DMatrix::from_fn(size, size, cell);
    let gap = DVector::from_fn(size, |row, _| second[row + 1] - first[row + 1]);
    let factor = covariance.cholesky().filter(|_| size > 0).ok_or_else(|| "the levels do not vary within groups".to_owned())?;
    let square = gap.dot(&factor.solve(&gap));
    if square.is_finite() { Ok(square.max(0.0).sqrt()) } else { Err("a group is empty".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(codes: &[u32], names: &[&str]) -> Category {
        Category { codes: codes.to_vec(), names: names.iter().map(|name| (*name).to_owned()).collect() }
    }

    #[test]
    fn numbers_with_weights_count_as_rows() {
        let groups = category(&[0, 0, 1, 1], &["a", "b"]);
        let found = standardized(Values::Number(&[1.0, 3.0, 2.0, 6.0]), &groups, &[1.0; 4]).unwrap();
        // Means 2 and 4, variances 2 and 8.
        assert!((found - 2.0 / 5.0_f64.sqrt()).abs() < 1e-12);
    }

    /// With two levels the distance is that of two shares (Austin 2009).
    #[test]
    fn two_levels_are_two_shares() {
        let groups = category(&[0, 0, 0, 0, 1, 1, 1, 1], &["a", "b"]);
        let found = standardized(Values::Category(&category(&[1, 1, 0, 0, 1, 0, 0, 0], &["no", "yes"])), &groups, &[1.0; 8]).unwrap();
        assert!((found - crate::stats::standardized_difference_shares(0.5, 0.25).unwrap()).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_compare_is_said_in_words() {
        let groups = category(&[0, 0], &["a"]);
        assert!(standardized(Values::Number(&[1.0, 2.0]), &groups, &[1.0; 2]).is_err());
        let groups = category(&[0, 1], &["a", "b"]);
        assert!(standardized(Values::Category(&category(&[0, 0], &["x"])), &groups, &[1.0; 2]).is_err());
        assert!(standardized(Values::Number(&[1.0, 1.0]), &groups, &[1.0; 2]).is_err());
    }
}
