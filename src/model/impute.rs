//! Columns with gaps in, several completed copies of them out: multiple imputation by chained equations.
//!
//! Every column with gaps has a regression on all other columns; its gaps are filled from it, column after column and round
//! after round. Coefficients are drawn as well, so that copies differ by all that is not known. Each copy has a stream of
//! chance of its own: the same seed gives the same copies on any number of threads.

use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::stats::normal_quantile;

/// Rounds through all columns before a copy is taken.
const CYCLES: u32 = 10;
/// People with the nearest predictions, of whom one lends a number.
const DONORS: usize = 5;
/// Standard deviation of what is known beforehand of a coefficient of a standardized column in a logistic regression.
const PRIOR_SD: f64 = 2.5;
/// Share of the diagonal that is added to it in a regression of numbers, as in R `mice`.
const RIDGE: f64 = 1e-5;

/// A column with gaps, which are NaN.
#[derive(Debug, Clone)]
pub enum Gappy {
    /// Filled by predictive mean matching: with a number that somebody with a near prediction gave.
    Number(Vec<f64>),
    /// Zeros and ones, filled by a draw with the probability of a logistic regression.
    TwoLevels(Vec<f64>),
}

impl Gappy {
    fn values(&self) -> &[f64] {
        match self {
            Self::Number(values) | Self::TwoLevels(values) => values,
        }
    }
}

/// Completed copies: for each copy, each column without gaps.
///
/// # Formula
/// Logistic: `β̂` the mode with independent normal priors of standard deviation 2.5 on standardized columns, `β* ~ N(β̂, V)`, `y ~ B(1, p(xβ*))`.
/// Number: `σ*² = RSS/χ²`, `β* ~ N(β̂, σ*² (X'X)⁻¹)`; the donor is one of the five with `xβ̂` nearest to `xβ*`.
/// # Units
/// `full` are columns without gaps, all of the same length.
/// # Errors
/// A column with nothing but gaps, or a regression without a solution: the reason in words.
/// # Source
/// van Buuren 2018, *Flexible Imputation of Missing Data*, ch. 3 and 4; `mice` of R (`pmm`, `logreg`). How often intervals hold
/// the truth, beside those of `mice` on the same data: `tests/reference/followup/imputation.md`.
/// # Example
/// ```
/// use recovista::{Gappy, impute};
/// let full: Vec<f64> = (0..40).map(f64::from).collect();
/// let gaps: Vec<f64> = full.iter().map(|x| if x % 4.0 == 0.0 { f64::NAN } else { 2.0 * x }).collect();
/// let copies = impute(&[Gappy::Number(gaps)], &[full], 5, 1)?;
/// assert_eq!(copies.len(), 5);
/// let column = &copies[0][0];
/// assert!(column[1] == 2.0 && (column[20] - 40.0).abs() < 11.0); // what was there stays, gaps are filled with what others near gave
/// # Ok::<(), String>(())
/// ```
pub fn chained(gappy: &[Gappy], full: &[Vec<f64>], copies: u32, seed: u64) -> Result<Vec<Vec<Vec<f64>>>, String> {
    if gappy.iter().any(|column| column.values().iter().all(|value| value.is_nan())) {
        return Err("a column has no answer at all".to_owned());
    }
    let full: Vec<Vec<f64>> = full.iter().filter_map(|column| standardized(column)).collect();
    (0..copies).into_par_iter().map(|copy| one_copy(gappy, &full, Dice::new(seed, copy))).collect()
}

fn one_copy(gappy: &[Gappy], full: &[Vec<f64>], mut dice: Dice) -> Result<Vec<Vec<f64>>, String> {
    let mut columns: Vec<Vec<f64>> = gappy.iter().map(|column| dice.begin(column.values())).collect();
    for _ in 0..CYCLES {
        for (own, column) in gappy.iter().enumerate().filter(|(_, column)| column.values().iter().any(|value| value.is_nan())) {
            let others = (0..columns.len()).filter(|other| *other != own).filter_map(|other| standardized(&columns[other]));
            let predictors: Vec<Vec<f64>> = full.iter().cloned().chain(others).collect();
            let drawn = match column {
                Gappy::Number(values) => number(values, &predictors, &mut dice),
                Gappy::TwoLevels(values) => two_levels(values, &predictors, &mut dice),
            };
            columns[own] = drawn.ok_or("a regression of the imputation has no solution")?;
        }
    }
    Ok(columns)
}

/// A column less its mean, over its standard deviation; nothing where it does not vary.
fn standardized(column: &[f64]) -> Option<Vec<f64>> {
    let n = column.len() as f64;
    let mean = crate::stats::sum(column.iter().copied()) / n;
    let sd = (crate::stats::sum(column.iter().map(|value| (value - mean) * (value - mean))) / n).sqrt();
    (sd > 1e-12).then(|| column.iter().map(|value| (value - mean) / sd).collect())
}

/// Cross products of the rows with an answer, each with a weight: `X'WX`, with the constant first.
fn products(predictors: &[Vec<f64>], rows: &[usize], weights: &[f64]) -> DMatrix<f64> {
    let size = predictors.len() + 1;
    let at = |column: usize, row: usize| if column == 0 { 1.0 } else { predictors[column - 1][row] };
    let mut matrix = DMatrix::zeros(size, size);
    for one in 0..size {
        for other in 0..=one {
            let total: f64 = rows.iter().zip(weights).map(|(row, weight)| weight * at(one, *row) * at(other, *row)).sum();
            (matrix[(one, other)], matrix[(other, one)]) = (total, total);
        }
    }
    matrix
}

/// `X'v` over rows.
fn along(predictors: &[Vec<f64>], rows: &[usize], values: &[f64]) -> DVector<f64> {
    let at = |column: usize, row: usize| if column == 0 { 1.0 } else { predictors[column - 1][row] };
    DVector::from_fn(predictors.len() + 1, |column, _| rows.iter().zip(values).map(|(row, value)| at(column, *row) * value).sum())
}

fn predict(predictors: &[Vec<f64>], beta: &DVector<f64>, row: usize) -> f64 {
    beta[0] + predictors.iter().enumerate().map(|(place, column)| beta[place + 1] * column[row]).sum::<f64>()
}

/// Draws around a mode with the inverse of a precision as covariance.
fn around(mode: &DVector<f64>, precision: &DMatrix<f64>, scale: f64, dice: &mut Dice) -> Option<DVector<f64>> {
    let factor = precision.clone().cholesky()?;
    let noise = DVector::from_fn(mode.len(), |_, _| dice.normal());
    Some(mode + factor.l().transpose().solve_upper_triangular(&noise)? * scale)
}

fn two_levels(values: &[f64], predictors: &[Vec<f64>], dice: &mut Dice) -> Option<Vec<f64>> {
    const STEPS: usize = 50;
    let rows: Vec<usize> = (0..values.len()).filter(|row| !values[*row].is_nan()).collect();
    let prior = DVector::from_fn(predictors.len() + 1, |place, _| if place == 0 { 0.01 } else { PRIOR_SD.powi(-2) });
    let mut beta = DVector::zeros(predictors.len() + 1);
    let mut precision = DMatrix::zeros(0, 0);
    for _ in 0..STEPS {
        let shares: Vec<f64> = rows.iter().map(|row| logistic(predict(predictors, &beta, *row))).collect();
        let weights: Vec<f64> = shares.iter().map(|share| share * (1.0 - share)).collect();
        precision = products(predictors, &rows, &weights);
        (0..beta.len()).for_each(|place| precision[(place, place)] += prior[place]);
        let left: Vec<f64> = rows.iter().zip(&shares).map(|(row, share)| values[*row] - share).collect();
        let step = precision.clone().cholesky()?.solve(&(along(predictors, &rows, &left) - beta.component_mul(&prior)));
        beta += &step;
        if step.amax() < 1e-6 {
            break;
        }
    }
    let drawn = around(&beta, &precision, 1.0, dice)?;
    let fill = |(row, value): (usize, &f64)| {
        if value.is_nan() { f64::from(u8::from(dice.uniform() < logistic(predict(predictors, &drawn, row)))) } else { *value }
    };
    Some(values.iter().enumerate().map(fill).collect())
}

fn logistic(predictor: f64) -> f64 {
    1.0 / (1.0 + (-predictor).exp())
}

fn number(values: &[f64], predictors: &[Vec<f64>], dice: &mut Dice) -> Option<Vec<f64>> {
    let rows: Vec<usize> = (0..values.len()).filter(|row| !values[*row].is_nan()).collect();
    let known: Vec<f64> = rows.iter().map(|row| values[*row]).collect();
    let mut precision = products(predictors, &rows, &vec![1.0; rows.len()]);
    (0..precision.nrows()).for_each(|place| precision[(place, place)] *= 1.0 + RIDGE);
    let beta = precision.clone().cholesky()?.solve(&along(predictors, &rows, &known));
    let fitted: Vec<f64> = rows.iter().map(|row| predict(predictors, &beta, *row)).collect();
    let left = crate::stats::sum(known.iter().zip(&fitted).map(|(value, fit)| (value - fit) * (value - fit)));
    let df = rows.len().saturating_sub(beta.len()).max(1);
    let chi2: f64 = (0..df).map(|_| dice.normal().powi(2)).sum();
    let drawn = around(&beta, &precision, (left / chi2.max(f64::MIN_POSITIVE)).sqrt(), dice)?;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| fitted[*a].total_cmp(&fitted[*b]).then(a.cmp(b)));
    let sorted: Vec<f64> = order.iter().map(|place| fitted[*place]).collect();
    let mut fill = |(row, value): (usize, &f64)| {
        if !value.is_nan() {
            return *value;
        }
        let wanted = predict(predictors, &drawn, row);
        let (mut low, mut high) = (sorted.partition_point(|fit| *fit < wanted), 0);
        high += low;
        while high - low < DONORS.min(sorted.len()) {
            let below = low.checked_sub(1).map_or(f64::INFINITY, |place| wanted - sorted[place]);
            let above = sorted.get(high).map_or(f64::INFINITY, |fit| fit - wanted);
            if below <= above { low -= 1 } else { high += 1 }
        }
        known[order[low + dice.below(high - low)]]
    };
    Some(values.iter().enumerate().map(&mut fill).collect())
}

/// Chance for one copy.
struct Dice(ChaCha8Rng);

impl Dice {
    fn new(seed: u64, copy: u32) -> Self {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        stream.set_stream(u64::from(copy));
        Self(stream)
    }

    /// Between 0 and 1, never one of them.
    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    fn normal(&mut self) -> f64 {
        let share = self.uniform();
        normal_quantile(share).unwrap_or_default()
    }

    fn below(&mut self, end: usize) -> usize {
        let place = (u128::from(self.0.next_u64()) * end as u128) >> 64;
        usize::try_from(place).unwrap_or_default()
    }

    /// Gaps filled with answers of others, to begin with.
    fn begin(&mut self, values: &[f64]) -> Vec<f64> {
        let known: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        values.iter().map(|value| if value.is_nan() { known[self.below(known.len())] } else { *value }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::pool_rubin;

    /// A study of `n` people: a number and a two-level answer that depend on two full columns; gaps come more often where those are high.
    fn study(n: usize, seed: u64) -> (Vec<Vec<f64>>, Vec<f64>, Vec<f64>) {
        let mut dice = Dice::new(seed, 9);
        let full: Vec<Vec<f64>> = (0..2).map(|_| (0..n).map(|_| dice.normal()).collect()).collect();
        let number = (0..n).map(|row| 5.0 + full[0][row] + 0.5 * full[1][row] + dice.normal()).collect();
        let level = (0..n).map(|row| f64::from(u8::from(dice.uniform() < logistic(0.3 + full[0][row] - 0.5 * full[1][row])))).collect();
        (full, number, level)
    }

    fn with_gaps(values: &[f64], full: &[Vec<f64>], dice: &mut Dice) -> Vec<f64> {
        let gap = |row: usize, dice: &mut Dice| dice.uniform() < logistic(-0.9 + full[0][row]);
        values.iter().enumerate().map(|(row, value)| if gap(row, dice) { f64::NAN } else { *value }).collect()
    }

    #[test]
    fn intervals_hold_the_truth_where_gaps_depend_on_what_is_known() {
        let (n, seeds) = (250, 120);
        // the means of everybody: 5, and that of the share over the distribution of its predictor
        let mut dice = Dice::new(77, 0);
        let share = (0..200_000).map(|_| logistic(0.3 + 1.25_f64.sqrt() * dice.normal())).sum::<f64>() / 200_000.0;
        let (mut held, mut naive) = ([0, 0], 0);
        for seed in 0..seeds {
            let (full, number, level) = study(n, seed);
            let mut dice = Dice::new(seed, 10);
            let gappy = [Gappy::Number(with_gaps(&number, &full, &mut dice)), Gappy::TwoLevels(with_gaps(&level, &full, &mut dice))];
            let copies = chained(&gappy, &full, 10, seed).unwrap();
            for (which, truth) in [5.0, share].into_iter().enumerate() {
                let mean = |copy: &Vec<Vec<f64>>| copy[which].iter().sum::<f64>() / n as f64;
                let estimates: Vec<f64> = copies.iter().map(mean).collect();
                let variances: Vec<f64> =
                    copies.iter().map(|copy| copy[which].iter().map(|value| (value - mean(copy)).powi(2)).sum::<f64>() / (n * (n - 1)) as f64).collect();
                let pooled = pool_rubin(&estimates, &variances, (n - 1) as f64).unwrap();
                let reach = crate::stats::t_quantile(0.975, pooled.df).unwrap() * pooled.std_error;
                held[which] += usize::from((pooled.estimate - truth).abs() <= reach);
            }
            let known: Vec<f64> = gappy[0].values().iter().copied().filter(|value| !value.is_nan()).collect();
            let mean = known.iter().sum::<f64>() / known.len() as f64;
            naive += usize::from((mean - 5.0).abs() <= 1.96 * 1.5 / (known.len() as f64).sqrt());
        }
        // 95% of 120 less and more three standard errors
        assert!(held.iter().all(|held| (107..=120).contains(held)), "{held:?}");
        assert!(naive < 60, "those with an answer alone are not like everybody: {naive}");
    }

    #[test]
    fn copies_keep_answers_and_come_again_with_their_seed() {
        let (full, number, level) = study(60, 1);
        let mut dice = Dice::new(3, 3);
        let gaps = with_gaps(&number, &full, &mut dice);
        let gappy = [Gappy::Number(gaps.clone()), Gappy::TwoLevels(level.clone())];
        let copies = chained(&gappy, &full, 3, 5).unwrap();
        assert_eq!(copies, chained(&gappy, &full, 3, 5).unwrap());
        assert_ne!(copies, chained(&gappy, &full, 3, 6).unwrap());
        for copy in &copies {
            assert_eq!(copy[1], level);
            for (filled, given) in copy[0].iter().zip(&gaps) {
                assert!(given.is_nan() || (filled - given).abs() < 1e-15);
                assert!(gaps.iter().any(|known| (known - filled).abs() < 1e-15), "a number that nobody gave");
            }
        }
        assert!(chained(&[Gappy::Number(vec![f64::NAN; 60])], &full, 3, 5).is_err());
        // a level that follows from a column has a finite coefficient all the same
        let separated: Vec<f64> = full[0].iter().enumerate().map(|(row, x)| if row < 10 { f64::NAN } else { f64::from(u8::from(*x > 0.0)) }).collect();
        assert!(chained(&[Gappy::TwoLevels(separated)], &full, 2, 5).is_ok());
    }
}
