//! Variances of the random effects in, the restricted likelihood with its slopes and curvature out.
//!
//! All variances here are in units of the residual variance, which is taken out of the likelihood by its own maximum.

use std::f64::consts::TAU;

use nalgebra::{DMatrix, DVector};

use super::blocks::{Blocks, Pair};

/// Variance of intercepts, covariance, variance of slopes, in units of the residual variance, and their determinant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Random {
    /// Variance of intercepts, covariance, variance of slopes.
    pub(super) parts: [f64; 3],
    /// Their determinant, which would cancel if it were computed from them.
    pub(super) determinant: f64,
}

/// The likelihood at given variances, with the fixed effects that go with them.
#[derive(Debug)]
pub(super) struct At {
    /// Twice the negative restricted log likelihood, up to what does not depend on the variances.
    pub(super) deviance: f64,
    /// Coefficients of the columns at right angles, of what is left of the outcome.
    pub(super) coefficients: DVector<f64>,
    /// Their covariance in units of the residual variance.
    pub(super) inverse: DMatrix<f64>,
    /// The residual variance of the outcome over its size.
    pub(super) residual: f64,
}

/// Slopes and curvature of the likelihood, and how the covariance of coefficients moves with the variances.
#[derive(Debug)]
pub(super) struct Curve {
    /// Slope by each of the three parts of [`Random`].
    pub(super) slope: [f64; 3],
    /// Curvature by the parts, the residual variance held.
    pub(super) curvature: [[f64; 3]; 3],
    /// Curvature by each part and the logarithm of the residual variance.
    pub(super) mixed: [f64; 3],
    /// Curvature by the logarithm of the residual variance.
    pub(super) residual: f64,
    /// Slope of the information of the coefficients by each part, with the sign turned.
    pub(super) information: [DMatrix<f64>; 3],
}

/// What random effects make of the two rows of a subject.
pub(super) struct Turned {
    /// `K⁻¹R`, whose columns are the effects of intercept and slope on the two turned rows.
    effects: Pair,
    /// `K`, lower triangle with `K·K′ = I + R·G·R′`.
    factor: Pair,
}

impl Turned {
    pub(super) fn new(random: &Pair, of: &Random) -> Self {
        let ([g00, g01, g11], [[r00, r01], [_, r11]]) = (of.parts, *random);
        let first = 1.0 + r00 * r00 * g00 + 2.0 * r00 * r01 * g01 + r01 * r01 * g11;
        let both = r11 * (r00 * g01 + r01 * g11);
        let determinant = first + r11 * r11 * g11 + (r00 * r11).powi(2) * of.determinant;
        let (k00, k10) = (first.sqrt(), both / first.sqrt());
        let k11 = (determinant / first).sqrt();
        let (f00, f01) = (r00 / k00, r01 / k00);
        Self { effects: [[f00, f01], [-k10 * f00 / k11, (r11 - k10 * f01) / k11]], factor: [[k00, 0.0], [k10, k11]] }
    }

    /// The two rows of a subject, turned so that their errors are independent.
    fn rows(&self, (first, second): (&[f64], &[f64]), into: &mut [Vec<f64>; 2]) {
        let [[k00, _], [k10, k11]] = self.factor;
        let [above, below] = into;
        above.clear();
        above.extend(first.iter().map(|value| value / k00));
        below.clear();
        below.extend(second.iter().zip(above.iter()).map(|(value, above)| (value - k10 * above) / k11));
    }

    /// `(I + R·G·R′)⁻¹` times two numbers.
    pub(super) fn solve(&self, [first, second]: [f64; 2]) -> [f64; 2] {
        let [[k00, _], [k10, k11]] = self.factor;
        let below = (second - k10 * first / k00) / (k11 * k11);
        [(first / k00 - k10 * below) / k00, below]
    }

    /// `K⁻¹R·E·R′K⁻ᵀ` for each of the three parts of the random effects.
    fn parts(&self) -> [Pair; 3] {
        let [[a, b], [c, d]] = self.effects;
        [[[a * a, a * c], [a * c, c * c]], [[2.0 * a * b, a * d + b * c], [a * d + b * c, 2.0 * c * d]], [[b * b, b * d], [b * d, d * d]]]
    }
}

/// The likelihood at some variances; `None` where it has no finite value.
///
/// # Formula
/// `−2·log L = log|V| + log|X′V⁻¹X| + (n − p)·(1 + log(2π·r²/(n − p)))`, `r² = (y − Xβ)′V⁻¹(y − Xβ)`,
/// `V = I + ZGZ′`, `β` the generalized least squares estimate
pub(super) fn at(blocks: &Blocks, random: &Random) -> Option<At> {
    let terms = blocks.terms();
    let mut sums = blocks.within.clone();
    let mut logarithm = 0.0;
    let mut rows = [Vec::new(), Vec::new()];
    for (subject, effects) in blocks.effects.iter().enumerate() {
        let turned = Turned::new(effects, random);
        logarithm += (turned.factor[0][0] * turned.factor[1][1]).ln();
        turned.rows(blocks.of(subject), &mut rows);
        for column in 0..=terms {
            let (above, below) = (rows[0][column], rows[1][column]);
            for row in column..=terms {
                sums[(row, column)] += above * rows[0][row] + below * rows[1][row];
            }
        }
    }
    let information = sums.view((0, 0), (terms, terms)).into_owned();
    let factor = information.cholesky()?;
    let right = DVector::from_fn(terms, |row, _| sums[(terms, row)]);
    let coefficients = factor.solve(&right);
    let df = (blocks.observations - terms) as f64;
    let residual = (sums[(terms, terms)] - right.dot(&coefficients)) / df;
    let size: f64 = factor.l_dirty().diagonal().iter().map(|value| value.ln()).sum();
    let deviance = 2.0 * logarithm + 2.0 * size + df * (1.0 + (TAU * residual).ln());
    (residual > 0.0 && deviance.is_finite()).then(|| At { deviance, coefficients, inverse: factor.inverse(), residual })
}

/// Slopes and curvature at variances of which the likelihood is known.
///
/// # Formula
/// slope `tr(P·V_k) − y′P·V_k·P·y/σ²`; curvature `−tr(P·V_k·P·V_l) + 2·y′P·V_k·P·V_l·P·y/σ²`,
/// `P = V⁻¹ − V⁻¹X(X′V⁻¹X)⁻¹X′V⁻¹`
/// # Source
/// Searle, Casella and `McCulloch` 1992, chapter 6; the unit test holds them against differences of the deviance.
pub(super) fn curve(blocks: &Blocks, random: &Random, at: &At) -> Curve {
    let terms = blocks.terms();
    let mut sums = Sums::new(terms);
    let mut rows = [Vec::new(), Vec::new()];
    for (subject, effects) in blocks.effects.iter().enumerate() {
        let turned = Turned::new(effects, random);
        turned.rows(blocks.of(subject), &mut rows);
        let left = std::array::from_fn(|row| rows[row][terms] - at.coefficients.iter().zip(&rows[row]).map(|(b, x)| b * x).sum::<f64>());
        sums.add_errors(&turned.parts(), left, &spread(&rows, &at.inverse));
        sums.add_columns(&turned.effects, left, &rows);
    }
    let scaled: Vec<DMatrix<f64>> = sums.information.iter().map(|information| &at.inverse * information).collect();
    let mut curvature = [[0.0; 3]; 3];
    for k in 0..3 {
        for l in 0..=k {
            let by_size = sums.traces[k][l] + scaled[k].component_mul(&scaled[l].transpose()).sum();
            let by_errors = sums.squares[k][l] - sums.moved[k].dot(&(&at.inverse * &sums.moved[l]));
            curvature[k][l] = -by_size + 2.0 * by_errors / at.residual;
            curvature[l][k] = curvature[k][l];
        }
    }
    Curve {
        slope: std::array::from_fn(|k| sums.trace[k] - sums.square[k] / at.residual),
        curvature,
        mixed: sums.square.map(|square| square / at.residual),
        residual: (blocks.observations - terms) as f64,
        information: sums.information,
    }
}

/// Sums over subjects of which slopes and curvature are made, by part or pair of parts of the random effects.
struct Sums {
    /// `tr(P·V_k)`.
    trace: [f64; 3],
    /// `tr(V⁻¹V_kV⁻¹V_l)` less twice what the fixed effects take of it.
    traces: [[f64; 3]; 3],
    /// `u′V_k·u` with `u = P·y`.
    square: [f64; 3],
    /// `u′V_kV⁻¹V_l·u`.
    squares: [[f64; 3]; 3],
    /// `X′V⁻¹V_k·u`.
    moved: [DVector<f64>; 3],
    /// `X′V⁻¹V_kV⁻¹X`.
    information: [DMatrix<f64>; 3],
}

impl Sums {
    fn new(terms: usize) -> Self {
        Self {
            trace: [0.0; 3],
            traces: [[0.0; 3]; 3],
            square: [0.0; 3],
            squares: [[0.0; 3]; 3],
            moved: std::array::from_fn(|_| DVector::zeros(terms)),
            information: std::array::from_fn(|_| DMatrix::zeros(terms, terms)),
        }
    }

    /// What one subject adds to the sums of numbers.
    fn add_errors(&mut self, parts: &[Pair; 3], left: [f64; 2], spread: &Pair) {
        let moved = parts.each_ref().map(|part| times(part, left));
        for (k, part) in parts.iter().enumerate() {
            self.trace[k] += part[0][0] + part[1][1] - inner(part, spread);
            self.square[k] += left[0] * moved[k][0] + left[1] * moved[k][1];
            for (l, other) in parts.iter().enumerate().take(k + 1) {
                let product = multiply(part, other);
                self.traces[k][l] += product[0][0] + product[1][1] - 2.0 * inner(&product, spread);
                self.squares[k][l] += moved[k][0] * moved[l][0] + moved[k][1] * moved[l][1];
            }
        }
    }

    /// What one subject adds to the sums by column, all made of the products of columns with intercept and slope.
    fn add_columns(&mut self, [[a, b], [c, d]]: &Pair, left: [f64; 2], rows: &[Vec<f64>; 2]) {
        let terms = self.moved[0].len();
        let on = |above: f64, below: f64| (a * above + c * below, b * above + d * below);
        let (intercept, slope) = on(left[0], left[1]);
        let by: Vec<(f64, f64)> = (0..terms).map(|term| on(rows[0][term], rows[1][term])).collect();
        for (row, (first, second)) in by.iter().enumerate() {
            self.moved[0][row] += first * intercept;
            self.moved[1][row] += first * slope + second * intercept;
            self.moved[2][row] += second * slope;
            for (column, (third, fourth)) in by.iter().enumerate() {
                self.information[0][(row, column)] += first * third;
                self.information[1][(row, column)] += first * fourth + second * third;
                self.information[2][(row, column)] += second * fourth;
            }
        }
    }
}

/// `W·Φ·W′` of the two turned rows.
fn spread(rows: &[Vec<f64>; 2], inverse: &DMatrix<f64>) -> Pair {
    let terms = inverse.nrows();
    let mut spread = [[0.0; 2]; 2];
    for row in 0..terms {
        let (mut above, mut below) = (0.0, 0.0);
        for column in 0..terms {
            above += inverse[(row, column)] * rows[0][column];
            below += inverse[(row, column)] * rows[1][column];
        }
        spread[0][0] += rows[0][row] * above;
        spread[0][1] += rows[0][row] * below;
        spread[1][1] += rows[1][row] * below;
    }
    spread[1][0] = spread[0][1];
    spread
}

fn times(left: &Pair, right: [f64; 2]) -> [f64; 2] {
    [left[0][0] * right[0] + left[0][1] * right[1], left[1][0] * right[0] + left[1][1] * right[1]]
}

fn multiply(left: &Pair, right: &Pair) -> Pair {
    let cell = |row: usize, column: usize| left[row][0] * right[0][column] + left[row][1] * right[1][column];
    [[cell(0, 0), cell(0, 1)], [cell(1, 0), cell(1, 1)]]
}

/// Trace of the product of a matrix and a symmetric one.
fn inner(left: &Pair, right: &Pair) -> f64 {
    left[0][0] * right[0][0] + left[0][1] * right[1][0] + left[1][0] * right[0][1] + left[1][1] * right[1][1]
}

#[cfg(test)]
mod tests {
    use super::super::blocks::{Blocks, Panel};
    use super::super::search::Factor;
    use super::*;

    /// Eight subjects with one to four rows at uneven times; numbers of no pattern.
    fn blocks() -> Blocks {
        let (mut subjects, mut time, mut outcome) = (Vec::new(), Vec::new(), Vec::new());
        for subject in 0..8_u32 {
            for visit in 0..=(subject % 4) {
                let number = f64::from(subject * 7 + visit * 13 % 11);
                subjects.push(subject);
                time.push(f64::from(visit) + 0.1 * f64::from(subject));
                outcome.push((number * 1.7).sin() * 3.0 + f64::from(subject) * 0.9 + f64::from(visit * visit));
            }
        }
        let columns = [vec![1.0; time.len()], time.clone()];
        Blocks::new(&Panel { outcome: &outcome, columns: &columns, subjects: &subjects, time: Some(&time) })
    }

    #[test]
    fn slope_and_curvature_are_those_of_the_deviance() {
        let blocks = blocks();
        let factor = |entries: [f64; 3]| Factor(entries.to_vec());
        let here = [0.8, -0.3, 0.6];
        let random = factor(here).random();
        let curve = curve(&blocks, &random, &at(&blocks, &random).unwrap());
        let (slope, whole) = (factor(here).slope(&curve), factor(here).curvature(&curve));
        let deviance = |moves: &[(usize, f64)]| {
            let mut entries = here;
            for (place, by) in moves {
                entries[*place] += by;
            }
            at(&blocks, &factor(entries).random()).unwrap().deviance
        };
        let step = 1e-4;
        for k in 0..3 {
            let difference = (deviance(&[(k, step)]) - deviance(&[(k, -step)])) / (2.0 * step);
            assert!((difference - slope[k]).abs() < 1e-6, "{k}: {difference} {}", slope[k]);
            for l in 0..3 {
                let corner = |first: f64, second: f64| deviance(&[(k, first * step), (l, second * step)]);
                let difference = (corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0)) / (4.0 * step * step);
                let own = whole[(k, l)] - whole[(k, 3)] * whole[(3, l)] / whole[(3, 3)];
                assert!((difference - own).abs() < 1e-4 * (1.0 + own.abs()), "{k} {l}: {difference} {own}");
            }
        }
    }

    #[test]
    fn the_reduced_likelihood_is_that_of_the_whole_covariance() {
        let (subjects, time) = ([0_u32, 1, 0, 2, 1, 0], [0.0, 1.0, 2.0, 0.5, 3.0, 4.0]);
        let outcome = [1.0, 4.0, 2.5, 3.0, 7.0, 3.0];
        let columns = [vec![1.0; 6], time.to_vec()];
        let blocks = Blocks::new(&Panel { outcome: &outcome, columns: &columns, subjects: &subjects, time: Some(&time) });
        let factor = Factor(vec![0.9, 0.4, 0.7]);
        let found = at(&blocks, &factor.random()).unwrap();
        let ([first, both, second], clock) = (factor.random().parts, blocks.clock);
        let read = |row: usize| (time[row] - clock.center) / clock.unit;
        let covariance = DMatrix::from_fn(6, 6, |row, column| {
            let same = if subjects[row] == subjects[column] { first + both * (read(row) + read(column)) + second * read(row) * read(column) } else { 0.0 };
            same + if row == column { 1.0 } else { 0.0 }
        });
        let (x, y) = (DMatrix::from_fn(6, 2, |row, column| columns[column][row]), DVector::from_column_slice(&outcome));
        let inverse = covariance.clone().try_inverse().unwrap();
        let information = x.transpose() * &inverse * &x;
        let coefficients = information.clone().try_inverse().unwrap() * x.transpose() * &inverse * &y;
        let left = &y - &x * coefficients;
        let residual = left.dot(&(&inverse * &left)) / 4.0;
        let whole = covariance.determinant().ln() + information.determinant().ln() + 4.0 * (1.0 + (TAU * residual).ln());
        let size: f64 = blocks.basis.triangle.diagonal().iter().map(|value| value.ln()).sum();
        let reduced = found.deviance + 2.0 * size + 2.0 * 4.0 * blocks.basis.size.ln();
        assert!((whole - reduced).abs() < 1e-10, "{whole} {reduced}");
    }
}
