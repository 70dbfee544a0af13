//! One number or two of each row in, weighted moments by cell out.

use super::{Gauge, Moments, Seen};
use crate::stats::Sum;

/// Moments of a number: columns `w` and `w·u`, and the total of `w·u²`.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    name: String,
    pub(crate) gauge: Gauge,
    pub(crate) moments: Vec<Moments<2>>,
    /// `Σ w·u²` of each cell.
    pub(crate) squares: Vec<Sum>,
    /// Smallest and largest value of each cell.
    pub(crate) ends: Vec<(f64, f64)>,
}

impl Numbers {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        self.close(seen.cells);
        let Some(values) = seen.batch.numbers(&self.name) else { return };
        for (row, cell) in seen.rows().filter(|(row, _)| values[*row].is_finite()) {
            let (w, u) = (seen.weight[row], self.gauge.read(cell, values[row]));
            self.moments[cell].add([w, w * u]);
            self.squares[cell].add(w * u * u);
            let ends = &mut self.ends[cell];
            *ends = (ends.0.min(values[row]), ends.1.max(values[row]));
        }
    }

    /// Makes room for so many cells.
    pub(super) fn close(&mut self, cells: usize) {
        self.gauge.resize(cells);
        self.moments.resize(cells, Moments::default());
        self.squares.resize(cells, Sum::default());
        self.ends.resize(cells, (f64::INFINITY, f64::NEG_INFINITY));
    }
}

/// Moments of a number for the error of its spread: columns `w`, `w·u` and `w·u²`.
#[derive(Debug, Default)]
pub(crate) struct Squares {
    name: String,
    pub(crate) gauge: Gauge,
    pub(crate) moments: Vec<Moments<3>>,
}

impl Squares {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        self.close(seen.cells);
        let Some(values) = seen.batch.numbers(&self.name) else { return };
        for (row, cell) in seen.rows().filter(|(row, _)| values[*row].is_finite()) {
            let (w, u) = (seen.weight[row], self.gauge.read(cell, values[row]));
            self.moments[cell].add([w, w * u, w * u * u]);
        }
    }

    /// Makes room for so many cells.
    pub(super) fn close(&mut self, cells: usize) {
        self.gauge.resize(cells);
        self.moments.resize(cells, Moments::default());
    }
}

/// Moments of two numbers: columns `w`, `w·u`, `w·v`, `w·u²`, `w·v²` and `w·u·v`.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    names: [String; 2],
    pub(crate) gauges: [Gauge; 2],
    pub(crate) moments: Vec<Moments<6>>,
}

impl Pairs {
    pub(super) fn new(first: &str, second: &str) -> Self {
        Self { names: [first.to_owned(), second.to_owned()], ..Self::default() }
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        self.close(seen.cells);
        let (Some(above), Some(below)) = (seen.batch.numbers(&self.names[0]), seen.batch.numbers(&self.names[1])) else { return };
        for (row, cell) in seen.rows().filter(|(row, _)| above[*row].is_finite() && below[*row].is_finite()) {
            let w = seen.weight[row];
            let (u, v) = (self.gauges[0].read(cell, above[row]), self.gauges[1].read(cell, below[row]));
            self.moments[cell].add([w, w * u, w * v, w * u * u, w * v * v, w * u * v]);
        }
    }

    /// Makes room for so many cells.
    pub(super) fn close(&mut self, cells: usize) {
        self.gauges.iter_mut().for_each(|gauge| gauge.resize(cells));
        self.moments.resize(cells, Moments::default());
    }
}
