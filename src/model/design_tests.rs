//! An outcome, groups and a design in; t test, rank test and test of independence out, as R `survey`.
//!
//! Every slice holds the complete rows only; `rows` says where they stand in the sample.

use std::cmp::Ordering;

use nalgebra::DMatrix;

use super::contingency::{chi_squared, too_small};
use super::regression::{Family, Fit, fit};
use super::wald::wald;
use super::{Category, Test, contingency};
use crate::design::Sample;
use crate::stats::{f_sf, sum, t_p_value};

/// Regression on groups: a constant and one column for each group but the first.
struct Groups {
    columns: Vec<Vec<f64>>,
    names: Vec<String>,
}

impl Groups {
    fn new(groups: &Category) -> Self {
        let is = |code: usize| groups.codes.iter().map(|known| f64::from(u8::from(*known as usize == code))).collect();
        let columns = std::iter::once(vec![1.0; groups.codes.len()]).chain((1..groups.names.len()).map(is)).collect();
        Self { columns, names: groups.names.clone() }
    }
}

/// What replicate weights are put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replicates {
    /// The whole regression.
    Refitted,
    /// The influences of the full sample: ranks are not made anew (as R `svyranktest`).
    Linearized,
}

/// What lies in the rows of the sample that are complete.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Complete<'a> {
    /// The sample.
    pub(crate) sample: &'a Sample,
    /// Complete rows of the domain.
    pub(crate) rows: &'a [usize],
}

impl Complete<'_> {
    /// Which rows of the sample these are.
    pub(crate) fn inside(&self) -> Vec<bool> {
        let mut inside = vec![false; self.sample.weights().len()];
        for row in self.rows {
            inside[*row] = true;
        }
        inside
    }

    /// Weight of each row.
    pub(crate) fn weights(&self) -> Vec<f64> {
        self.rows.iter().map(|row| self.sample.weights()[*row]).collect()
    }

    /// Covariance of estimates from their influence on these rows, or from a refit with other weights of these rows.
    pub(crate) fn covariance(&self, full: &[f64], influence: &[Vec<f64>], refit: impl Fn(&[f64]) -> Option<Vec<f64>>) -> Result<DMatrix<f64>, String> {
        let spread = |values: &Vec<f64>| {
            let mut all = vec![0.0; self.sample.weights().len()];
            for (row, value) in self.rows.iter().zip(values) {
                all[*row] = *value;
            }
            all
        };
        let of_rows = |weights: &[f64]| refit(&self.rows.iter().map(|row| weights[*row]).collect::<Vec<_>>());
        self.sample.covariance(&self.inside(), full, &influence.iter().map(spread).collect::<Vec<_>>(), &of_rows)
    }

    /// Degrees of freedom of the rows.
    pub(crate) fn df(&self) -> f64 {
        self.sample.df(&self.inside())
    }
}

/// Difference of two means by regression, second group minus first.
///
/// # Formula
/// `t = (ȳ₂ − ȳ₁)/se` with design degrees of freedom − 1
/// # Units
/// Those of the outcome.
/// # Not estimable
/// One group, a stratum with one unit, or an outcome that does not vary is a reason in words.
/// # Source
/// `svyttest` of R `survey` 4.1.
pub(crate) fn t_test(complete: Complete<'_>, outcome: &[f64], groups: &Category) -> Result<Test, String> {
    let (fit, covariance) = by_groups(complete, outcome, groups, Replicates::Refitted)?;
    Ok(two_groups(&fit, &covariance, complete.df() - 1.0))
}

/// Lumley and Scott's rank test; with more than two groups a Wald test of their mean ranks.
///
/// # Formula
/// Ranks `(weight below + half the weight tied)/Σw`, compared by regression; with `k > 2` groups
/// `F = β′V⁻¹β/(k − 1)` with `k − 1` and `df − (k − 1)` degrees of freedom
/// # Units
/// The estimate is a difference in mean rank, from −1 to 1.
/// # Not estimable
/// As for the t test.
/// # Source
/// Lumley and Scott 2013, doi:10.1093/biomet/ast027; `svyranktest` of R `survey` 4.1.
pub(crate) fn rank_test(complete: Complete<'_>, outcome: &[f64], groups: &Category) -> Result<Test, String> {
    let scores = rank_scores(outcome, &complete.weights());
    let (fit, covariance) = by_groups(complete, &scores, groups, Replicates::Linearized)?;
    let others = groups.names.len() - 1;
    if others == 1 {
        return Ok(two_groups(&fit, &covariance, complete.df() - 1.0));
    }
    wald(&fit.coefficients, &covariance, &(1..=others).collect::<Vec<_>>(), complete.df() - others as f64)
}

fn by_groups(complete: Complete<'_>, outcome: &[f64], groups: &Category, replicates: Replicates) -> Result<(Fit, DMatrix<f64>), String> {
    match groups.names.as_slice() {
        [] => return Err("there are no complete rows".to_owned()),
        [only] => return Err(format!("there is only one group, {only}")),
        _ => {}
    }
    if outcome.iter().all(|value| (value - outcome[0]).abs() <= 1e-12 * outcome[0].abs()) {
        return Err("the outcome does not vary".to_owned());
    }
    let Groups { columns, names } = Groups::new(groups);
    let weights = complete.weights();
    let fit = fit(&columns, &names, outcome, &weights, Family::Gaussian)?;
    let influence = fit.influence(&columns, outcome, &weights);
    let total = |values: &Vec<f64>, own: &[f64]| sum(values.iter().zip(own).zip(&weights).map(|((value, own), weight)| value * own / weight));
    let refit = |own: &[f64]| match replicates {
        Replicates::Refitted => super::regression::fit(&columns, &names, outcome, own, Family::Gaussian).ok().map(|fit| fit.coefficients),
        Replicates::Linearized => Some(influence.iter().map(|values| total(values, own)).collect()),
    };
    let covariance = complete.covariance(&fit.coefficients, &influence, refit)?;
    Ok((fit, covariance))
}

fn two_groups(fit: &Fit, covariance: &DMatrix<f64>, df: f64) -> Test {
    let (estimate, error) = (fit.coefficients[1], covariance[(1, 1)].sqrt());
    let statistic = (error > 0.0 && df > 0.0).then(|| estimate / error);
    Test {
        estimate: Some(estimate),
        std_error: (df > 0.0).then_some(error),
        statistic,
        df: (df > 0.0).then_some(df),
        p_value: statistic.and_then(|t| t_p_value(t, df)),
        df2: None,
    }
}

/// Weight below plus half the weight tied, over all weight.
fn rank_scores(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|first, second| values[*first].total_cmp(&values[*second]));
    let total: f64 = weights.iter().sum();
    let (mut scores, mut below) = (vec![0.0; values.len()], 0.0);
    for tied in order.chunk_by(|first, second| values[*first].partial_cmp(&values[*second]).is_some_and(Ordering::is_eq)) {
        let own: f64 = tied.iter().map(|row| weights[*row]).sum();
        for row in tied {
            scores[*row] = (below + own / 2.0) / total;
        }
        below += own;
    }
    scores
}

/// Rao and Scott's second-order test of independence; the estimate is Cramér's V of the weighted table.
///
/// # Formula
/// `F = X²/tr Δ` with `d = (tr Δ)²/tr Δ²` and `d·df` degrees of freedom, `Δ` the design effects of the
/// contrasts between cells
/// # Units
/// Weighted shares; the statistic has no unit. `df` of the whole domain.
/// # Not estimable
/// A variable with one level, a stratum with one unit, or a design without variance.
/// # Source
/// Rao and Scott 1984, doi:10.1214/aos/1176346391; Thomas and Rao 1987; `svychisq` of R `survey` 4.1.
pub(crate) fn rao_scott(complete: Complete<'_>, rows: &Category, columns: &Category, df: f64) -> Result<Test, String> {
    let weights = complete.weights();
    let total: f64 = weights.iter().sum();
    let shares: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
    let table = contingency::table(rows, columns, &shares);
    if let Some(reason) = too_small(&table) {
        return Err(reason);
    }
    let cells: Vec<(usize, usize)> = (0..table.len()).flat_map(|row| (0..table[0].len()).map(move |column| (row, column))).collect();
    let contrasts = contrasts(&cells);
    let inverse: Vec<f64> =
        cells.iter().map(|(row, column)| Some(table[*row][*column]).filter(|share| *share > 0.0).map_or(0.0, |share| 1.0 / share)).collect();
    // Influence of each row on the contrasts of the cells, each cell divided by its share.
    let scaled = DMatrix::from_fn(contrasts.nrows(), contrasts.ncols(), |cell, contrast| contrasts[(cell, contrast)] * inverse[cell]);
    let width = table[0].len();
    let centres = |table: &[Vec<f64>]| -> Vec<f64> {
        let of = |contrast: usize| cells.iter().enumerate().map(|(cell, (row, column))| scaled[(cell, contrast)] * table[*row][*column]).sum();
        (0..scaled.ncols()).map(of).collect()
    };
    let centre = centres(&table);
    let value = |row: usize, contrast: usize| scaled[(rows.codes[row] as usize * width + columns.codes[row] as usize, contrast)];
    let influence: Vec<Vec<f64>> =
        (0..scaled.ncols()).map(|contrast| (0..shares.len()).map(|row| shares[row] * (value(row, contrast) - centre[contrast])).collect()).collect();
    let refit = |weights: &[f64]| {
        let total: f64 = weights.iter().sum();
        let shares: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
        (total > 0.0).then(|| centres(&contingency::table(rows, columns, &shares)))
    };
    let covariance = complete.covariance(&centre, &influence, refit)?;
    let simple = contrasts.transpose() * &scaled;
    let delta = simple.lu().solve(&covariance).ok_or_else(|| "the cells of the table cannot be told apart".to_owned())?;
    finish_rao_scott(&table, &delta, df)
}

/// Contrasts that are not explained by rows and columns alone, one per cell outside the first row and column.
fn contrasts(cells: &[(usize, usize)]) -> DMatrix<f64> {
    let inner: Vec<(usize, usize)> = cells.iter().copied().filter(|(row, column)| *row > 0 && *column > 0).collect();
    DMatrix::from_fn(cells.len(), inner.len(), |cell, contrast| {
        let ((row, column), (own_row, own_column)) = (cells[cell], inner[contrast]);
        let of_row = f64::from(u8::from(row == own_row)) - f64::from(u8::from(row == 0));
        let of_column = f64::from(u8::from(column == own_column)) - f64::from(u8::from(column == 0));
        of_row * of_column
    })
}

fn finish_rao_scott(table: &[Vec<f64>], delta: &DMatrix<f64>, df: f64) -> Result<Test, String> {
    let trace = delta.trace();
    let squared = (delta * delta).trace();
    if trace <= 0.0 || squared <= 0.0 || !trace.is_finite() {
        return Err("the design leaves no variance to test against".to_owned());
    }
    if df <= 0.0 {
        return Err("no degrees of freedom are left for a test".to_owned());
    }
    let statistic = chi_squared(table) / trace;
    let first = trace * trace / squared;
    Ok(Test {
        estimate: contingency::cramers_v(table),
        statistic: Some(statistic),
        df: Some(first),
        df2: Some(first * df),
        p_value: f_sf(statistic, first, first * df),
        ..Test::default()
    })
}
