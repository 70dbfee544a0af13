//! Levels and options of each row in, rows with each by cell, and distinct levels by domain, out.

use rayon::prelude::*;

use super::{Group, Seen};
use crate::frame::{NO_LEVEL, Values, missing};

/// Rows with an answer, and with each level or option of it.
#[derive(Debug, Default)]
pub(crate) struct Options {
    name: String,
    is_level: bool,
    pub(crate) valid: Vec<Group>,
    /// Rows by level or option, then by cell.
    pub(crate) each: Vec<Vec<Group>>,
}

impl Options {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        self.valid.resize(seen.cells, Group::default());
        let Some(column) = seen.batch.column(&self.name) else { return };
        match &column.values {
            Values::Level(codes) => {
                self.is_level = true;
                for (row, cell) in seen.rows().filter(|(row, _)| codes[*row] != NO_LEVEL) {
                    let beyond = seen.weight[row] - seen.first[cell];
                    self.group(codes[row] as usize, cell, seen.cells).add(beyond);
                }
            }
            Values::Number(values) => {
                for (row, cell) in seen.rows().filter(|(row, _)| values[*row].is_finite()) {
                    let beyond = seen.weight[row] - seen.first[cell];
                    self.valid[cell].add(beyond);
                    if values[row] > 0.0 {
                        self.group(0, cell, seen.cells).add(beyond);
                    }
                }
            }
            Values::Flags(bits) => {
                let present = |row: usize| column.missing.get(row).is_none_or(|reason| *reason == missing::PRESENT);
                for (row, cell) in seen.rows().filter(|(row, _)| present(*row)) {
                    let beyond = seen.weight[row] - seen.first[cell];
                    self.valid[cell].add(beyond);
                    let mut left = bits[row];
                    while left != 0 {
                        self.group(left.trailing_zeros() as usize, cell, seen.cells).add(beyond);
                        left &= left - 1;
                    }
                }
            }
            Values::Time(_) | Values::Text(_) => {}
        }
    }

    /// Rows with an answer are those of all levels, where each has one.
    pub(super) fn close(&mut self, cells: usize) {
        self.valid.resize(cells, Group::default());
        if self.is_level {
            for groups in &self.each {
                self.valid.iter_mut().zip(groups).for_each(|(valid, group)| valid.join(group));
            }
        }
    }

    #[inline]
    fn group(&mut self, level: usize, cell: usize, cells: usize) -> &mut Group {
        if self.each.len() <= level {
            self.each.resize(level + 1, Vec::new());
        }
        let groups = &mut self.each[level];
        if groups.len() < cells {
            groups.resize(cells, Group::default());
        }
        &mut groups[cell]
    }

    /// The rows of a cell that have a level; none where no row has it.
    pub(crate) fn of(&self, level: usize, cell: usize) -> Group {
        self.each.get(level).and_then(|groups| groups.get(cell)).copied().unwrap_or_default()
    }
}

/// Pairs of domain and level that are gathered before those met twice are taken out.
const PAIRS: usize = 1 << 25;

/// Distinct levels by domain, and the rows that have one.
#[derive(Debug, Default)]
pub(crate) struct Distinct {
    name: String,
    /// Domain and level of each row, in one number; each pair once up to the last time that they were sorted.
    pairs: Vec<u64>,
    limit: usize,
    /// Distinct levels of each domain.
    pub(crate) count: Vec<u64>,
    /// Rows of each cell that have a level.
    pub(crate) valid: Vec<Group>,
}

impl Distinct {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>, domain_of_cell: &[(u32, u32)]) {
        self.valid.resize(seen.cells, Group::default());
        let Some(codes) = seen.batch.levels(&self.name) else { return };
        for (row, cell) in seen.rows().filter(|(row, _)| codes[*row] != NO_LEVEL) {
            self.valid[cell].add(seen.weight[row] - seen.first[cell]);
            self.pairs.push(u64::from(domain_of_cell[cell].0) << 32 | u64::from(codes[row]));
        }
        if self.pairs.len() > self.limit.max(PAIRS) {
            self.sort();
            self.limit = 2 * self.pairs.len();
        }
    }

    /// Puts the pairs in order, each once: by domain in one step, then within the domains, of which there may be many.
    fn sort(&mut self) {
        let domain = |pair: u64| usize::try_from(pair >> 32).unwrap_or_default();
        let mut start = vec![0_usize; self.pairs.iter().map(|pair| domain(*pair) + 2).max().unwrap_or_default().max(1)];
        self.pairs.iter().for_each(|pair| start[domain(*pair) + 1] += 1);
        for place in 1..start.len() {
            start[place] += start[place - 1];
        }
        let (mut next, mut moved) = (start.clone(), vec![0; self.pairs.len()]);
        for pair in &self.pairs {
            moved[next[domain(*pair)]] = *pair;
            next[domain(*pair)] += 1;
        }
        let mut rest = &mut moved[..];
        let mut domains = Vec::with_capacity(start.len());
        for bounds in start.windows(2) {
            let (own, others) = rest.split_at_mut(bounds[1] - bounds[0]);
            domains.push(own);
            rest = others;
        }
        domains.into_par_iter().for_each(ParallelSliceMut::par_sort_unstable);
        moved.dedup();
        self.pairs = moved;
    }

    pub(super) fn close(&mut self, cells: usize) {
        self.valid.resize(cells, Group::default());
        self.sort();
        for pair in std::mem::take(&mut self.pairs) {
            let domain = usize::try_from(pair >> 32).unwrap_or_default();
            if self.count.len() <= domain {
                self.count.resize(domain + 1, 0);
            }
            self.count[domain] += 1;
        }
    }
}
