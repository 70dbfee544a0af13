//! Changes within people in, ranks and Wilcoxon's signed rank test of them out.

use std::cmp::Ordering;

use super::normal_sf;

/// Changes from which the test is no longer exact (as R `wilcox.test`).
const EXACT_BELOW: usize = 50;

/// Ranks from 1, ties sharing their mean, and the size of each set of ties.
pub(crate) fn ranks(values: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|first, second| values[*first].total_cmp(&values[*second]));
    let (mut ranks, mut ties) = (vec![0.0; values.len()], Vec::new());
    for set in order.chunk_by(|first, second| values[*first].partial_cmp(&values[*second]).is_some_and(Ordering::is_eq)) {
        let before: f64 = ties.iter().sum();
        let size = set.len() as f64;
        for position in set {
            ranks[*position] = before + f64::midpoint(size, 1.0);
        }
        ties.push(size);
    }
    (ranks, ties)
}

/// What Wilcoxon's signed rank test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wilcoxon {
    /// Sum of the ranks of the changes above zero.
    pub v: f64,
    /// Two-sided p-value.
    pub p_value: f64,
    /// Matched-pairs rank-biserial correlation, from −1 to 1.
    pub rank_biserial: f64,
    /// Whether the p-value is exact.
    pub exact: bool,
}

impl Wilcoxon {
    /// The test in words, with how its p-value was made.
    #[must_use]
    pub fn method(&self) -> &'static str {
        if self.exact { "Wilcoxon signed rank test, exact" } else { "Wilcoxon signed rank test, normal with continuity correction" }
    }
}

/// Wilcoxon's signed rank test: do changes lie around zero?
///
/// # Formula
/// `V = Σ ranks of changes above zero`, ranks by size among changes other than zero; exact below 50 changes
/// without ties or zeros, else normal with continuity correction and the variance corrected for ties;
/// `r = (2V − n(n+1)/2) / (n(n+1)/2)`, `n` changes other than zero.
/// # Units
/// Changes of any unit, those of one person each.
/// # Not estimable
/// No change other than zero: `None`.
/// # Source
/// Wilcoxon 1945, doi:10.2307/3001968; Kerby 2014, doi:10.2466/11.IT.3.1; `wilcox.test(paired = TRUE)` of R 4.2,
/// cases in `tests/reference/model/tests.R`.
/// # Example
/// ```
/// let test = recovista::stats::wilcoxon(&[1.1, -0.2, 2.3, 3.4, 0.5, 3.9, -2.8]).unwrap();
/// assert!(test.exact);
/// assert_eq!((test.v, test.p_value), (22.0, 0.21875)); // ranks 1 and 5 fell: 28 − 6
/// assert_eq!(test.rank_biserial, 16.0 / 28.0); // (22 − 6) of 28
/// ```
#[must_use]
pub fn wilcoxon(changes: &[f64]) -> Option<Wilcoxon> {
    let moved: Vec<f64> = changes.iter().copied().filter(|change| *change != 0.0).collect();
    if moved.is_empty() {
        return None;
    }
    let sizes: Vec<f64> = moved.iter().map(|change| change.abs()).collect();
    let (ranks, ties) = ranks(&sizes);
    // From 0, because a sum of nothing is −0.
    let v = ranks.iter().zip(&moved).filter(|(_, change)| **change > 0.0).fold(0.0, |sum, (rank, _)| sum + rank);
    let count = moved.len() as f64;
    let half = count * (count + 1.0) / 4.0;
    let exact = moved.len() < EXACT_BELOW && moved.len() == changes.len() && ties.len() == moved.len();
    let p_value = if exact { exact_p(v, moved.len()) } else { normal_p(v - half, count, &ties) };
    Some(Wilcoxon { v, p_value, rank_biserial: (v - half) / half, exact })
}

/// One change alone still varies by its sign, so that the variance is above zero.
fn normal_p(distance: f64, count: f64, ties: &[f64]) -> f64 {
    let repeated: f64 = ties.iter().map(|size| size.powi(3) - size).sum();
    let sigma = (count * (count + 1.0) * (2.0 * count + 1.0) / 24.0 - repeated / 48.0).sqrt();
    let continuity = if distance == 0.0 { 0.0 } else { 0.5 * distance.signum() };
    (2.0 * normal_sf(((distance - continuity) / sigma).abs())).min(1.0)
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
    use super::*;

    /// `tests/reference/model/tests.R`
    #[test]
    fn as_wilcox_test_of_r() {
        let tied = wilcoxon(&[1.0, -1.0, 0.0, 2.0, 3.0, 1.0, -0.5]).unwrap();
        assert_eq!((tied.exact, tied.v), (false, 17.0));
        assert!((tied.p_value - 0.203_374_023_159_807).abs() < 1e-10);
        assert!(wilcoxon(&[0.0, 0.0]).is_none() && wilcoxon(&[]).is_none());
        let one = wilcoxon(&[0.0, 2.0]).unwrap();
        assert_eq!((one.v, one.p_value, one.rank_biserial), (1.0, 1.0, 1.0));
        let fell = wilcoxon(&[-1.0, -2.0]).unwrap();
        assert_eq!((fell.v.is_sign_positive(), fell.v, fell.rank_biserial), (true, 0.0, -1.0));
    }

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), (vec![3.5, 1.0, 3.5, 2.0], vec![1.0, 1.0, 2.0]));
    }
}
