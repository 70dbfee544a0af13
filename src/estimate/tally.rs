//! Rows in, sums by cell out: all that estimates and their errors need to know of the data.
//!
//! A cell is a domain within one leaf of the design. Sums are made in the order of rows and relative to
//! the first row of a cell, so neither batches nor threads change a digit, and what is constant has a
//! spread of exactly zero.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::frame::{Batch, NO_LEVEL, Values, missing};
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
    fn add(&mut self, row: [f64; K]) {
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
    fn resize(&mut self, cells: usize) {
        self.base.resize(cells, f64::NAN);
    }

    /// The number seen from the base of its cell.
    #[inline]
    fn read(&mut self, cell: usize, value: f64) -> f64 {
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
    fn rows(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
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
            Ask::Number(name) => Self::Number(Numbers { name: name.clone(), ..Numbers::default() }),
            Ask::Squares(name) => Self::Squares(Squares { name: name.clone(), ..Squares::default() }),
            Ask::Options(name) => Self::Options(Options { name: name.clone(), ..Options::default() }),
            Ask::Values(name) => Self::Values(ByValue { name: name.clone(), ..ByValue::default() }),
            Ask::Pair(y, x) => Self::Pair(Pairs { names: [y.clone(), x.clone()], ..Pairs::default() }),
            Ask::Distinct(name) => Self::Distinct(Distinct { name: name.clone(), ..Distinct::default() }),
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
            Self::Number(tally) => {
                tally.moments.resize(cells, Moments::default());
                tally.gauge.resize(cells);
                tally.squares.resize(cells, Sum::default());
                tally.ends.resize(cells, (f64::INFINITY, f64::NEG_INFINITY));
            }
            Self::Squares(tally) => {
                tally.gauge.resize(cells);
                tally.moments.resize(cells, Moments::default());
            }
            Self::Options(tally) => tally.close(cells),
            Self::Values(tally) => tally.close(cells),
            Self::Pair(tally) => {
                tally.gauges.iter_mut().for_each(|gauge| gauge.resize(cells));
                tally.moments.resize(cells, Moments::default());
            }
            Self::Distinct(tally) => tally.close(cells),
        }
    }
}

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
    fn add(&mut self, seen: &Seen<'_>) {
        self.gauge.resize(seen.cells);
        self.moments.resize(seen.cells, Moments::default());
        self.squares.resize(seen.cells, Sum::default());
        self.ends.resize(seen.cells, (f64::INFINITY, f64::NEG_INFINITY));
        let Some(values) = seen.batch.numbers(&self.name) else { return };
        for (row, cell) in seen.rows().filter(|(row, _)| values[*row].is_finite()) {
            let (w, u) = (seen.weight[row], self.gauge.read(cell, values[row]));
            self.moments[cell].add([w, w * u]);
            self.squares[cell].add(w * u * u);
            let ends = &mut self.ends[cell];
            *ends = (ends.0.min(values[row]), ends.1.max(values[row]));
        }
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
    fn add(&mut self, seen: &Seen<'_>) {
        self.gauge.resize(seen.cells);
        self.moments.resize(seen.cells, Moments::default());
        let Some(values) = seen.batch.numbers(&self.name) else { return };
        for (row, cell) in seen.rows().filter(|(row, _)| values[*row].is_finite()) {
            let (w, u) = (seen.weight[row], self.gauge.read(cell, values[row]));
            self.moments[cell].add([w, w * u, w * u * u]);
        }
    }
}

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
    fn add(&mut self, seen: &Seen<'_>) {
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
    fn close(&mut self, cells: usize) {
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
    fn add(&mut self, seen: &Seen<'_>) {
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
    fn close(&mut self, cells: usize) {
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

/// Moments of two numbers: columns `w`, `w·u`, `w·v`, `w·u²`, `w·v²` and `w·u·v`.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    names: [String; 2],
    pub(crate) gauges: [Gauge; 2],
    pub(crate) moments: Vec<Moments<6>>,
}

impl Pairs {
    fn add(&mut self, seen: &Seen<'_>) {
        self.gauges.iter_mut().for_each(|gauge| gauge.resize(seen.cells));
        self.moments.resize(seen.cells, Moments::default());
        let (Some(above), Some(below)) = (seen.batch.numbers(&self.names[0]), seen.batch.numbers(&self.names[1])) else { return };
        for (row, cell) in seen.rows().filter(|(row, _)| above[*row].is_finite() && below[*row].is_finite()) {
            let w = seen.weight[row];
            let (u, v) = (self.gauges[0].read(cell, above[row]), self.gauges[1].read(cell, below[row]));
            self.moments[cell].add([w, w * u, w * v, w * u * u, w * v * v, w * u * v]);
        }
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
    fn add(&mut self, seen: &Seen<'_>, domain_of_cell: &[(u32, u32)]) {
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

    fn sort(&mut self) {
        self.pairs.par_sort_unstable();
        self.pairs.dedup();
    }

    fn close(&mut self, cells: usize) {
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
