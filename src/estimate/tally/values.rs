//! A number of each row in, the rows of each cell by value out: what quantiles are read from.

use rayon::prelude::*;

use super::{Group, Seen};
use crate::frame::NO_LEVEL;

/// The rows of a cell that have one value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtValue {
    pub(crate) value: f64,
    pub(crate) group: Group,
}

/// Rows with a number: cell, value and weight, put in the order of cells and values when all are in.
#[derive(Debug, Default)]
pub(crate) struct ByValue {
    name: String,
    cell: Vec<u32>,
    value: Vec<f64>,
    /// Weights relative to the first of the cell; empty while all are the same.
    beyond: Vec<f64>,
    /// Where the rows of each cell begin.
    start: Vec<usize>,
    /// Smallest and largest weight of each cell's valid rows.
    pub(crate) ends: Vec<(f64, f64)>,
}

impl ByValue {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        self.ends.resize(seen.cells, (f64::INFINITY, 0.0));
        let Some(values) = seen.batch.numbers(&self.name) else { return };
        for (row, cell) in seen.rows().filter(|(row, _)| values[*row].is_finite()) {
            let (w, beyond) = (seen.weight[row], seen.weight[row] - seen.first[cell]);
            if beyond != 0.0 && self.beyond.is_empty() {
                self.beyond.resize(self.cell.len(), 0.0);
            }
            if beyond != 0.0 || !self.beyond.is_empty() {
                self.beyond.push(beyond);
            }
            self.cell.push(seen.cell[row]);
            self.value.push(values[row] + 0.0);
            let ends = &mut self.ends[cell];
            *ends = (ends.0.min(w), ends.1.max(w));
        }
    }

    /// Puts rows in the order of cells, then of values.
    pub(super) fn close(&mut self, cells: usize) {
        self.ends.resize(cells, (f64::INFINITY, 0.0));
        self.start = vec![0; cells + 1];
        for cell in &self.cell {
            self.start[*cell as usize + 1] += 1;
        }
        for cell in 0..cells {
            self.start[cell + 1] += self.start[cell];
        }
        let mut next = self.start.clone();
        let place: Vec<u32> = std::mem::take(&mut self.cell)
            .into_iter()
            .map(|cell| {
                next[cell as usize] += 1;
                u32::try_from(next[cell as usize] - 1).unwrap_or(NO_LEVEL)
            })
            .collect();
        scatter(&mut self.value, &place);
        scatter(&mut self.beyond, &place);
        drop(place);
        if self.beyond.is_empty() {
            cut(&mut self.value, &self.start).into_par_iter().for_each(|values| values.sort_unstable_by(f64::total_cmp));
            return;
        }
        let both = cut(&mut self.value, &self.start).into_par_iter().zip(cut(&mut self.beyond, &self.start));
        both.for_each(|(values, weights)| {
            let mut rows: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            for ((value, weight), row) in values.iter_mut().zip(weights).zip(rows) {
                (*value, *weight) = row;
            }
        });
    }

    /// The rows of a cell by value, smallest first.
    pub(crate) fn of(&self, cell: usize) -> impl Iterator<Item = AtValue> + '_ {
        let (mut row, end) = (self.start[cell], self.start[cell + 1]);
        std::iter::from_fn(move || {
            let value = *self.value[..end].get(row)?;
            let mut group = Group::default();
            while row < end && self.value[row].total_cmp(&value).is_eq() {
                group.add(self.beyond.get(row).copied().unwrap_or_default());
                row += 1;
            }
            Some(AtValue { value, group })
        })
    }
}

/// Moves each value to its place.
fn scatter(values: &mut Vec<f64>, place: &[u32]) {
    if values.is_empty() {
        return;
    }
    let mut moved = vec![0.0; values.len()];
    for (value, place) in values.iter().zip(place) {
        moved[*place as usize] = *value;
    }
    *values = moved;
}

/// The values of each cell.
fn cut<'a>(mut values: &'a mut [f64], start: &[usize]) -> Vec<&'a mut [f64]> {
    let mut cells = Vec::with_capacity(start.len() - 1);
    for bounds in start.windows(2) {
        let (own, rest) = values.split_at_mut(bounds[1] - bounds[0]);
        cells.push(own);
        values = rest;
    }
    cells
}
