//! Columns of numbers in, their sums and products relative to the first row out, and the gauge they are read by.

use crate::stats::{Spread, Sum};

/// Sums and products of K columns over the rows of a cell, relative to its first row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moments<const K: usize> {
    pub(crate) n: u64,
    first: [f64; K],
    sums: [Sum; K],
    products: [[f64; K]; K],
}

impl<const K: usize> Default for Moments<K> {
    fn default() -> Self {
        Self { n: 0, first: [0.0; K], sums: [Sum::default(); K], products: [[0.0; K]; K] }
    }
}

impl<const K: usize> Moments<K> {
    #[inline]
    pub(super) fn add(&mut self, row: [f64; K]) {
        if self.n == 0 {
            self.first = row;
            self.n = 1;
            return;
        }
        self.n += 1;
        let mut apart = row;
        for ((apart, first), sum) in apart.iter_mut().zip(&self.first).zip(&mut self.sums) {
            *apart -= first;
            sum.add(*apart);
        }
        for (i, products) in self.products.iter_mut().enumerate() {
            for j in i..K {
                products[j] += apart[i] * apart[j];
            }
        }
    }

    /// The first row alone.
    pub(crate) fn first_row(&self) -> Self {
        Self { n: self.n.min(1), first: self.first, ..Self::default() }
    }

    /// The rows after the first.
    pub(crate) fn further_rows(&self) -> Self {
        Self { n: self.n.saturating_sub(1), ..*self }
    }

    /// Total of each column.
    pub(crate) fn totals(&self) -> [f64; K] {
        std::array::from_fn(|i| self.n as f64 * self.first[i] + self.sums[i].value())
    }

    /// Spread of `Σ c_k column_k` over the rows.
    pub(crate) fn spread(&self, by: &[f64; K]) -> Spread {
        if self.n == 0 {
            return Spread::default();
        }
        let n = self.n as f64;
        let sums: [f64; K] = std::array::from_fn(|i| self.sums[i].value());
        let (mut mean, mut squares) = (0.0, 0.0);
        for i in 0..K {
            mean += by[i] * (self.first[i] + sums[i] / n);
            for j in i..K {
                let both = if i == j { 1.0 } else { 2.0 };
                squares += both * by[i] * by[j] * (self.products[i][j] - sums[i] * sums[j] / n);
            }
        }
        // What overflowed has no spread that could be stated; `max` would make it zero.
        Spread { n, mean, squares: if squares.is_nan() { f64::INFINITY } else { squares.max(0.0) } }
    }
}

/// What the numbers of a column are counted in, and for each cell where from: `y = base + unit · u`.
///
/// A base in each cell keeps the digits of cells that lie far from each other, and makes what is
/// constant in a domain exactly that.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    unit: Option<f64>,
    /// First number of the column; the first other one sets the unit.
    first: Option<f64>,
    /// First number of each cell; NaN for cells without one.
    base: Vec<f64>,
}

impl Gauge {
    pub(super) fn resize(&mut self, cells: usize) {
        self.base.resize(cells, f64::NAN);
    }

    /// The number seen from the base of its cell.
    #[inline]
    pub(super) fn read(&mut self, cell: usize, value: f64) -> f64 {
        let base = &mut self.base[cell];
        if base.is_nan() {
            *base = value;
        }
        let apart = value - *base;
        if let Some(unit) = self.unit {
            return apart / unit;
        }
        let away = value - *self.first.get_or_insert(value);
        if away == 0.0 { 0.0 } else { apart / *self.unit.insert(power_of_two(away)) }
    }

    /// First number of a cell that has one.
    pub(crate) fn base(&self, cell: usize) -> f64 {
        self.base[cell]
    }

    /// How far the base of a cell lies above a number.
    pub(crate) fn away(&self, cell: usize, from: f64) -> f64 {
        (self.base[cell] - from) / self.unit()
    }

    pub(crate) fn unit(&self) -> f64 {
        self.unit.unwrap_or(1.0)
    }
}

/// The power of two at or below a number's size: dividing by it rounds nothing.
pub(crate) fn power_of_two(value: f64) -> f64 {
    let exponent = value.abs().log2().floor();
    if exponent.is_finite() { exponent.exp2().clamp(f64::MIN_POSITIVE, 1e300) } else { 1.0 }
}
