//! Margins, numbers and base weights in, solutions of their normal equations out.
//!
//! The levels of the first margin exclude one another, so their part of the equations is diagonal and
//! is eliminated first: post-stratification into thousands of cells costs no dense matrix.

use nalgebra::DMatrix;

use super::calibrate::Auxiliaries;
use crate::stats::Sum;

/// Squared length, relative to the column's own, under which a column depends on those before it.
const DEPENDENT: f64 = 1e-11;

/// The normal equations `Xᵀ W X β = b` of all margins and sums, with the levels of the first margin eliminated.
#[derive(Debug)]
pub(crate) struct Normal<'a> {
    auxiliaries: &'a Auxiliaries<'a>,
    /// Where the columns of each margin begin.
    starts: Vec<usize>,
    /// Columns of the first margin.
    first: usize,
    /// Columns in all.
    columns: usize,
    /// Sum of weights of each level of the first margin.
    diagonal: Vec<f64>,
    /// Products of the first margin with the other columns.
    beside: DMatrix<f64>,
    /// Cholesky factor (lower) of what is left of the other columns, and which of them are independent.
    factor: DMatrix<f64>,
    kept: Vec<usize>,
}

impl<'a> Normal<'a> {
    /// Makes and factors the equations.
    pub(crate) fn new(auxiliaries: &'a Auxiliaries<'a>, base: &[f64]) -> Self {
        let mut starts = Vec::new();
        let mut columns = 0;
        for margin in &auxiliaries.margins {
            starts.push(columns);
            columns += margin.levels();
        }
        let first = auxiliaries.margins.first().map_or(0, super::calibrate::CodedMargin::levels);
        columns += auxiliaries.sums.len();
        let rest = columns - first;
        let mut normal = Self {
            auxiliaries,
            starts,
            first,
            columns,
            diagonal: vec![0.0; first],
            beside: DMatrix::zeros(first, rest),
            factor: DMatrix::zeros(rest, rest),
            kept: Vec::new(),
        };
        let corner = normal.products(base);
        normal.eliminate(corner);
        normal
    }

    /// The columns of a row that are not 0, with their values.
    fn entries(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let margins = self.auxiliaries.margins.iter().zip(&self.starts).filter_map(move |(margin, start)| {
            let code = margin.codes[row] as usize;
            (code < margin.levels()).then_some((start + code, 1.0))
        });
        let sums = self.columns - self.auxiliaries.sums.len();
        margins.chain(self.auxiliaries.sums.iter().enumerate().map(move |(position, sum)| (sums + position, sum.values[row])))
    }

    /// Fills the diagonal and the part beside it; returns the products of the other columns.
    fn products(&mut self, base: &[f64]) -> DMatrix<f64> {
        let rest = self.columns - self.first;
        let mut corner = DMatrix::zeros(rest, rest);
        let mut entries = Vec::new();
        for (row, weight) in base.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            entries.clear();
            entries.extend(self.entries(row));
            for (column, value) in &entries {
                for (other, against) in &entries {
                    let product = weight * value * against;
                    match (column.checked_sub(self.first), other.checked_sub(self.first)) {
                        (None, None) => self.diagonal[*column] += product,
                        (None, Some(other)) => self.beside[(*column, other)] += product,
                        (Some(column), Some(other)) if other <= column => corner[(column, other)] += product,
                        _ => {}
                    }
                }
            }
        }
        corner
    }

    /// Takes the first margin out of the corner and factors what is left, passing over dependent columns.
    fn eliminate(&mut self, mut corner: DMatrix<f64>) {
        let rest = corner.nrows();
        let own: Vec<f64> = (0..rest).map(|column| corner[(column, column)]).collect();
        for column in 0..rest {
            for other in 0..=column {
                let known = (0..self.first).filter(|level| self.diagonal[*level] > 0.0);
                corner[(column, other)] -= known.map(|level| self.beside[(level, column)] * self.beside[(level, other)] / self.diagonal[level]).sum::<f64>();
            }
        }
        for column in 0..rest {
            let mut left = corner[(column, column)];
            for (position, pivot) in self.kept.iter().enumerate() {
                let known: f64 = self.kept[..position].iter().map(|before| self.factor[(column, *before)] * self.factor[(*pivot, *before)]).sum();
                let value = (corner[(column, *pivot)] - known) / self.factor[(*pivot, *pivot)];
                self.factor[(column, *pivot)] = value;
                left -= value * value;
            }
            if left > DEPENDENT * own[column] {
                self.factor[(column, column)] = left.sqrt();
                self.kept.push(column);
            }
        }
    }

    /// `Xᵀ v` for a value of each row.
    pub(crate) fn sums(&self, value: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut sums = vec![Sum::default(); self.columns];
        let rows = self.auxiliaries.rows();
        for row in 0..rows {
            let value = value(row);
            if value != 0.0 {
                for (column, auxiliary) in self.entries(row) {
                    sums[column].add(value * auxiliary);
                }
            }
        }
        sums.into_iter().map(Sum::value).collect()
    }

    /// A solution of the equations; the coefficients of dependent columns are 0.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut solution = vec![0.0; self.columns];
        let (levels, others) = right.split_at(self.first);
        let of_level = |level: usize, value: f64| if self.diagonal[level] > 0.0 { value / self.diagonal[level] } else { 0.0 };
        let reduced = |column: usize| others[column] - (0..self.first).map(|level| self.beside[(level, column)] * of_level(level, levels[level])).sum::<f64>();
        let mut forward = vec![0.0; others.len()];
        for (position, column) in self.kept.iter().enumerate() {
            let known: f64 = self.kept[..position].iter().map(|before| self.factor[(*column, *before)] * forward[*before]).sum();
            forward[*column] = (reduced(*column) - known) / self.factor[(*column, *column)];
        }
        for (position, column) in self.kept.iter().enumerate().rev() {
            let known: f64 = self.kept[position + 1..].iter().map(|after| self.factor[(*after, *column)] * solution[self.first + after]).sum();
            solution[self.first + column] = (forward[*column] - known) / self.factor[(*column, *column)];
        }
        for level in 0..self.first {
            let known: f64 = self.kept.iter().map(|column| self.beside[(level, *column)] * solution[self.first + column]).sum();
            solution[level] = of_level(level, levels[level] - known);
        }
        solution
    }

    /// `Xβ` of a row.
    pub(crate) fn fitted(&self, solution: &[f64], row: usize) -> f64 {
        self.entries(row).map(|(column, value)| if value.is_finite() { solution[column] * value } else { 0.0 }).sum()
    }
}
