//! The rows of all subjects in, what the likelihood needs of them out: two rows for each subject and one matrix of sums.
//!
//! A subject's rows are turned so that its intercept and slope touch only the first two of them. The rest has
//! independent errors whatever the variances are, so it is summed once; what is left for each evaluation of the
//! likelihood is two rows for each subject, and nothing is ever subtracted that nearly cancels.

use nalgebra::{DMatrix, DVector};

/// Two numbers by two numbers.
pub(super) type Pair = [[f64; 2]; 2];

/// A spread of times within a subject below this part of their size is rounding.
const SAME_TIME: f64 = 1e-10;

/// What random effects are asked of, over complete rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panel<'a> {
    /// The outcome of each row.
    pub(crate) outcome: &'a [f64],
    /// Columns of the fixed effects, none of which follows from the others.
    pub(crate) columns: &'a [Vec<f64>],
    /// Subject of each row.
    pub(crate) subjects: &'a [u32],
    /// Time of each row, where subjects have slopes of their own.
    pub(crate) time: Option<&'a [f64]>,
}

impl Panel<'_> {
    /// Hands over the rows of each subject, in the order of their numbers.
    pub(super) fn each_subject(&self, mut take: impl FnMut(&[usize])) {
        let mut order: Vec<usize> = (0..self.subjects.len()).collect();
        order.sort_by_key(|row| self.subjects[*row]);
        order.chunk_by(|first, second| self.subjects[*first] == self.subjects[*second]).for_each(&mut take);
    }
}

/// Columns of length one at right angles, from which the columns of the fixed effects are made by a triangle.
#[derive(Debug)]
pub(super) struct Basis {
    /// The columns at right angles.
    pub(super) columns: Vec<DVector<f64>>,
    /// `columns of the model = columns · triangle`.
    pub(super) triangle: DMatrix<f64>,
    /// What is left of the outcome, over its size.
    pub(super) left: DVector<f64>,
    /// Parts of the outcome along the columns, over its size.
    pub(super) along: DVector<f64>,
    /// Size by which the outcome was divided.
    pub(super) size: f64,
}

impl Basis {
    /// Gram and Schmidt, twice, because the first time leaves the rounding of what it took away.
    pub(super) fn new(columns: &[Vec<f64>], outcome: &[f64]) -> Self {
        let mut triangle = DMatrix::zeros(columns.len(), columns.len());
        let mut basis: Vec<DVector<f64>> = Vec::new();
        for (position, column) in columns.iter().enumerate() {
            let size = largest(column);
            let mut left = DVector::from_iterator(column.len(), column.iter().map(|value| value / size));
            for row in (0..position).chain(0..position) {
                let part = basis[row].dot(&left);
                left.axpy(-part, &basis[row], 1.0);
                triangle[(row, position)] += part * size;
            }
            let norm = left.norm();
            triangle[(position, position)] = norm * size;
            basis.push(left / norm);
        }
        let size = largest(outcome);
        let mut left = DVector::from_iterator(outcome.len(), outcome.iter().map(|value| value / size));
        let mut along = DVector::zeros(columns.len());
        for row in (0..columns.len()).chain(0..columns.len()) {
            let part = basis[row].dot(&left);
            left.axpy(-part, &basis[row], 1.0);
            along[row] += part;
        }
        Self { columns: basis, triangle, left, along, size }
    }
}

/// The largest size of a value; 1 where all are zero.
fn largest(values: &[f64]) -> f64 {
    let size = values.iter().fold(0.0_f64, |size, value| size.max(value.abs()));
    if size > 0.0 { size } else { 1.0 }
}

/// Where time begins and how long its unit is, so that intercept and slope are of one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clock {
    /// Time that becomes 0.
    pub(super) center: f64,
    /// Length that becomes 1.
    pub(super) unit: f64,
}

impl Clock {
    pub(super) fn new(time: Option<&[f64]>) -> Self {
        let Some(time) = time else { return Self { center: 0.0, unit: 1.0 } };
        let (size, count) = (largest(time), time.len() as f64);
        let center = time.iter().map(|value| value / size).sum::<f64>() / count;
        let spread = time.iter().map(|value| (value / size - center).powi(2)).sum::<f64>() / count;
        Self { center: center * size, unit: if spread > 0.0 { spread.sqrt() * size } else { 1.0 } }
    }

    fn read(self, time: f64) -> f64 {
        time / self.unit - self.center / self.unit
    }

    /// The times of some rows.
    pub(super) fn read_all(self, time: Option<&[f64]>, rows: &[usize]) -> Option<Vec<f64>> {
        time.map(|time| rows.iter().map(|row| self.read(time[*row])).collect())
    }
}

/// All subjects, reduced.
#[derive(Debug)]
pub(super) struct Blocks {
    /// Columns of the random effects in the two rows of each subject: an upper triangle.
    pub(super) effects: Vec<Pair>,
    /// Two rows for each subject: the columns at right angles, then the outcome.
    pub(super) rows: Vec<f64>,
    /// Sums of products over all other rows.
    pub(super) within: DMatrix<f64>,
    /// Number of rows before the reduction.
    pub(super) observations: usize,
    /// Rows that random effects cannot explain.
    pub(super) within_df: usize,
    /// Whether any subject was met at different times.
    pub(super) has_times: bool,
    /// How time was read.
    pub(super) clock: Clock,
    /// The columns at right angles.
    pub(super) basis: Basis,
}

impl Blocks {
    /// Reduces the rows, subject by subject in the order of their numbers.
    pub(super) fn new(panel: &Panel<'_>) -> Self {
        let basis = Basis::new(panel.columns, panel.outcome);
        let clock = Clock::new(panel.time);
        let width = panel.columns.len() + 1;
        let mut blocks = Self {
            effects: Vec::new(),
            rows: Vec::new(),
            within: DMatrix::zeros(width, width),
            observations: panel.outcome.len(),
            within_df: 0,
            has_times: false,
            clock,
            basis,
        };
        panel.each_subject(|own| blocks.add(own, clock.read_all(panel.time, own).as_deref()));
        blocks
    }

    /// Number of columns of the fixed effects.
    pub(super) fn terms(&self) -> usize {
        self.basis.columns.len()
    }

    /// The two rows of a subject, each with its outcome last.
    pub(super) fn of(&self, subject: usize) -> (&[f64], &[f64]) {
        let width = self.terms() + 1;
        self.rows[2 * width * subject..2 * width * (subject + 1)].split_at(width)
    }

    fn add(&mut self, own: &[usize], times: Option<&[f64]>) {
        let directions = Directions::new(own.len(), times);
        let is_spread = directions.effects[1][1] > 0.0;
        self.has_times |= is_spread;
        self.within_df += own.len() - if is_spread { 2 } else { 1 };
        self.effects.push(directions.effects);
        let values = self.basis.columns.iter().chain([&self.basis.left]);
        let split: Vec<([f64; 2], Vec<f64>)> = values.map(|column| directions.split(own.iter().map(|row| column[*row]).collect())).collect();
        self.rows.extend(split.iter().map(|(along, _)| along[0]));
        self.rows.extend(split.iter().map(|(along, _)| along[1]));
        for place in 0..own.len() {
            for (row, (_, first)) in split.iter().enumerate() {
                for (column, (_, second)) in split.iter().enumerate().take(row + 1) {
                    self.within[(row, column)] += first[place] * second[place];
                }
            }
        }
    }
}

/// The two directions among a subject's rows that its intercept and slope touch, each of length one.
#[derive(Debug)]
pub(super) struct Directions {
    /// Columns of the random effects along them: an upper triangle.
    pub(super) effects: Pair,
    /// The first is the same in all rows; this is the second, empty where there is none.
    slope: Vec<f64>,
    count: usize,
}

impl Directions {
    /// The directions of so many rows at these times.
    pub(super) fn new(count: usize, times: Option<&[f64]>) -> Self {
        let (number, root) = (count as f64, (count as f64).sqrt());
        let (mut middle, mut spread, mut slope) = (0.0, 0.0, Vec::new());
        if let Some(times) = times {
            middle = times.iter().sum::<f64>() / number;
            slope = times.iter().map(|time| time - middle).collect();
            spread = slope.iter().map(|part| part * part).sum::<f64>().sqrt();
            if spread > SAME_TIME * (1.0 + middle.abs()) * root {
                slope = slope.iter().map(|part| part / spread).collect();
            } else {
                (spread, slope) = (0.0, Vec::new());
            }
        }
        Self { effects: [[root, root * middle], [0.0, spread]], slope, count }
    }

    /// The parts of a column along both directions, and what is left of it.
    pub(super) fn split(&self, mut column: Vec<f64>) -> ([f64; 2], Vec<f64>) {
        let mean = column.iter().sum::<f64>() / self.count as f64;
        let slope = self.slope.iter().zip(&column).map(|(part, value)| part * value).sum::<f64>();
        for (place, value) in column.iter_mut().enumerate() {
            *value = *value - mean - slope * self.along(place);
        }
        ([mean * self.effects[0][0], slope], column)
    }

    /// Puts parts along both directions back into a column.
    pub(super) fn join(&self, [first, second]: [f64; 2], column: &mut [f64]) {
        for (place, value) in column.iter_mut().enumerate() {
            *value += first / self.effects[0][0] + second * self.along(place);
        }
    }

    fn along(&self, place: usize) -> f64 {
        self.slope.get(place).copied().unwrap_or(0.0)
    }
}
