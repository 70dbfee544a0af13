//! Weights of rows that share something in, their sum and spread out.

use crate::stats::{Spread, Sum};

/// Rows of a cell that share something: how many, and their weights relative to the first of the cell.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Group {
    pub(crate) n: u64,
    /// `Σ (w − w₀)` and `Σ (w − w₀)²`.
    beyond: Sum,
    squares: f64,
}

impl Group {
    #[inline]
    pub(crate) fn add(&mut self, beyond: f64) {
        self.n += 1;
        self.beyond.add(beyond);
        self.squares += beyond * beyond;
    }

    /// Sum of the weights.
    pub(crate) fn weight(&self, first: f64) -> f64 {
        self.n as f64 * first + self.beyond.value()
    }

    /// Rows of this group that are not in a part of it.
    pub(crate) fn without(&self, part: &Self) -> Self {
        let mut rest = *self;
        rest.n -= part.n;
        rest.beyond.add(-part.beyond.value());
        rest.squares = (self.squares - part.squares).max(0.0);
        rest
    }

    /// Adds the rows of another group of the same cell.
    pub(crate) fn join(&mut self, other: &Self) {
        self.n += other.n;
        self.beyond.merge(other.beyond);
        self.squares += other.squares;
    }

    /// Spread of `factor · w` over the rows.
    pub(crate) fn spread(&self, first: f64, factor: f64) -> Spread {
        if self.n == 0 {
            return Spread::default();
        }
        let (n, beyond) = (self.n as f64, self.beyond.value());
        let squares = (self.squares - beyond * beyond / n).max(0.0);
        Spread { n, mean: factor * (first + beyond / n), squares: factor * factor * squares }
    }
}
