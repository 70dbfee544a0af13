//! Rows in, sums by cell out: all that estimates and their errors need to know of the data.
//!
//! A cell is a domain within one leaf of the design. Sums are made in the order of rows and relative to
//! the first row of a cell, so neither batches nor threads change a digit, and what is constant has a
//! spread of exactly zero. What is summed for a kind of estimate is a file here and a line in `Ask` and `Tally`.

mod group;
mod moments;
mod numbers;
mod options;
mod twice;
mod values;

use rustc_hash::FxHashMap;

pub(crate) use group::Group;
pub(crate) use moments::{Gauge, Moments, power_of_two};
pub(crate) use numbers::{Numbers, Pairs, Squares};
pub(crate) use options::{Distinct, Options};
pub(crate) use twice::{Pair, SeenTwice};
pub(crate) use values::ByValue;

use crate::frame::{Batch, NO_LEVEL};

/// The cells of a split and the rows in each.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    known: FxHashMap<(u32, u32), u32>,
    /// Domain and leaf of each cell.
    pub(crate) key: Vec<(u32, u32)>,
    /// Weight of the first row of each cell.
    pub(crate) first: Vec<f64>,
    /// All rows of each cell.
    pub(crate) rows: Vec<Group>,
}

impl Cells {
    /// The cell of each row, which is counted in it; `NO_LEVEL` where it has none.
    pub(crate) fn of(&mut self, domain: &[u32], leaf: &[u32], weight: &[f64]) -> Vec<u32> {
        let mut latest = ((NO_LEVEL, NO_LEVEL), NO_LEVEL);
        let mut cells = vec![NO_LEVEL; domain.len()];
        for (row, cell) in cells.iter_mut().enumerate() {
            let key = (domain[row], leaf[row]);
            if key.0 == NO_LEVEL || key.1 == NO_LEVEL || weight[row] <= 0.0 {
                continue;
            }
            if latest.0 != key {
                let next = u32::try_from(self.key.len()).unwrap_or(NO_LEVEL);
                let known = *self.known.entry(key).or_insert(next);
                if known == next {
                    self.key.push(key);
                    self.first.push(weight[row]);
                    self.rows.push(Group::default());
                }
                latest = (key, known);
            }
            *cell = latest.1;
            self.rows[latest.1 as usize].add(weight[row] - self.first[latest.1 as usize]);
        }
        cells
    }
}

/// What one split knows of a batch.
pub(crate) struct Seen<'a> {
    pub(crate) batch: &'a Batch,
    pub(crate) weight: &'a [f64],
    /// Cell of each row.
    pub(crate) cell: &'a [u32],
    /// Weight of the first row of each cell.
    pub(crate) first: &'a [f64],
    /// Number of cells so far.
    pub(crate) cells: usize,
}

impl Seen<'_> {
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.cell.iter().enumerate().filter(|(_, cell)| **cell != NO_LEVEL).map(|(row, cell)| (row, *cell as usize))
    }
}

/// What is summed of one variable, or of two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ask {
    /// Moments of a number.
    Number(String),
    /// Moments of a number and its square.
    Squares(String),
    /// Rows with each level or option; of a number those above zero.
    Options(String),
    /// Weights by distinct value of a number.
    Values(String),
    /// Moments of two numbers, of rows that have both.
    Pair(String, String),
    /// Distinct levels by domain.
    Distinct(String),
}

/// The sums of one variable by cell.
#[derive(Debug)]
pub(crate) enum Tally {
    Number(Numbers),
    Squares(Squares),
    Options(Options),
    Values(ByValue),
    Pair(Pairs),
    Distinct(Distinct),
}

impl Tally {
    pub(crate) fn new(ask: &Ask) -> Self {
        match ask {
            Ask::Number(name) => Self::Number(Numbers::new(name)),
            Ask::Squares(name) => Self::Squares(Squares::new(name)),
            Ask::Options(name) => Self::Options(Options::new(name)),
            Ask::Values(name) => Self::Values(ByValue::new(name)),
            Ask::Pair(y, x) => Self::Pair(Pairs::new(y, x)),
            Ask::Distinct(name) => Self::Distinct(Distinct::new(name)),
        }
    }

    /// Adds the rows of a batch.
    pub(crate) fn add(&mut self, seen: &Seen<'_>, domain_of_cell: &[(u32, u32)]) {
        match self {
            Self::Number(tally) => tally.add(seen),
            Self::Squares(tally) => tally.add(seen),
            Self::Options(tally) => tally.add(seen),
            Self::Values(tally) => tally.add(seen),
            Self::Pair(tally) => tally.add(seen),
            Self::Distinct(tally) => tally.add(seen, domain_of_cell),
        }
    }

    /// All rows are in.
    pub(crate) fn close(&mut self, cells: usize) {
        match self {
            Self::Number(tally) => tally.close(cells),
            Self::Squares(tally) => tally.close(cells),
            Self::Options(tally) => tally.close(cells),
            Self::Values(tally) => tally.close(cells),
            Self::Pair(tally) => tally.close(cells),
            Self::Distinct(tally) => tally.close(cells),
        }
    }
}
