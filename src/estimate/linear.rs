//! Means, totals, spreads, counts and ratios: estimates whose error is that of a sum.

use super::domain::{Cell, Domain, View, add_note};
use super::request::{Estimate, Kind};
use super::tally::{Ask, Gauge, Group, Moments, Numbers, Options, Pairs, Squares, Tally};
use crate::stats::{Spread, sum};

const NO_ANSWER: &str = "nobody in this domain has a valid answer";

/// The moments of a number.
pub(crate) fn numbers<'a>(view: &View<'a>, variable: &str) -> &'a Numbers {
    match view.sums.tally(&Ask::Number(variable.to_owned())) {
        Tally::Number(numbers) => numbers,
        _ => unreachable!("an ask has its own kind of tally"),
    }
}

fn squares<'a>(view: &View<'a>, variable: &str) -> &'a Squares {
    match view.sums.tally(&Ask::Squares(variable.to_owned())) {
        Tally::Squares(squares) => squares,
        _ => unreachable!("an ask has its own kind of tally"),
    }
}

/// The levels or options of a variable.
pub(crate) fn options<'a>(view: &View<'a>, variable: &str) -> &'a Options {
    match view.sums.tally(&Ask::Options(variable.to_owned())) {
        Tally::Options(options) => options,
        _ => unreachable!("an ask has its own kind of tally"),
    }
}

fn pairs<'a>(view: &View<'a>, above: &str, below: &str) -> &'a Pairs {
    match view.sums.tally(&Ask::Pair(above.to_owned(), below.to_owned())) {
        Tally::Pair(pairs) => pairs,
        _ => unreachable!("an ask has its own kind of tally"),
    }
}

/// Weighted moments of a number over some cells, seen through its gauge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) n: u64,
    /// `Σ w`, in the unit of the sums.
    pub(crate) weight: f64,
    /// Where the mean is counted from, and how far it lies above that in the gauge's unit.
    base: f64,
    center: f64,
    unit: f64,
    /// `n/(n − 1) · Σ w (u − ū)² / Σ w`.
    variance: Option<f64>,
}

/// Rows, weight, total of `w·u` and total of `w·u²` of one cell.
type CellSums = (u64, f64, f64, f64);

impl Summary {
    /// The moments of the cells that are inside; `None` when nobody there has an answer.
    pub(crate) fn of(view: &View<'_>, numbers: &Numbers, inside: impl Fn(&Cell) -> bool) -> Option<Self> {
        let sums = |cell: &Cell| {
            let [weight, first] = numbers.moments[cell.id].totals();
            (numbers.moments[cell.id].n, weight, first, numbers.squares[cell.id].value())
        };
        Self::made(view, &numbers.gauge, inside, sums)
    }

    /// The mean and the weight of some rows of each cell, without their spread; `None` when there are none.
    pub(crate) fn of_rows(view: &View<'_>, numbers: &Numbers, rows: impl Fn(&Cell) -> Moments<2>) -> Option<Self> {
        let sums = |cell: &Cell| {
            let moments = rows(cell);
            let [weight, first] = moments.totals();
            (moments.n, weight, first, 0.0)
        };
        Self::made(view, &numbers.gauge, |_| true, sums).map(|summary| Self { variance: None, ..summary })
    }

    /// The same from sums that hold the squares among the moments.
    fn of_squares(view: &View<'_>, squares: &Squares) -> Option<Self> {
        let sums = |cell: &Cell| {
            let [weight, first, second] = squares.moments[cell.id].totals();
            (squares.moments[cell.id].n, weight, first, second)
        };
        Self::made(view, &squares.gauge, |_| true, sums)
    }

    fn made(view: &View<'_>, gauge: &Gauge, inside: impl Fn(&Cell) -> bool, sums: impl Fn(&Cell) -> CellSums) -> Option<Self> {
        let cells = || view.cells.iter().filter(|cell| inside(cell)).map(|cell| (cell.id, sums(cell))).filter(|(_, sums)| sums.0 > 0);
        let base = gauge.base(cells().next()?.0);
        let n: u64 = cells().map(|(_, sums)| sums.0).sum();
        let weight = sum(cells().map(|(_, sums)| sums.1));
        let center = sum(cells().map(|(cell, (_, weight, first, _))| first + gauge.away(cell, base) * weight)) / weight;
        let around = |(cell, (_, weight, first, second)): (usize, CellSums)| {
            let away = gauge.away(cell, base) - center;
            second + 2.0 * away * first + away * away * weight
        };
        let variance = (n > 1).then(|| n as f64 / (n as f64 - 1.0) * positive(sum(cells().map(around)) / weight));
        Some(Self { n, weight, base, center, unit: gauge.unit(), variance })
    }

    /// The mean.
    pub(crate) fn mean(&self) -> f64 {
        self.base + self.unit * self.center
    }

    /// The standard deviation.
    pub(crate) fn sd(&self) -> Option<f64> {
        self.variance.map(|variance| variance.sqrt() * self.unit)
    }

    /// How far the base of a cell lies above the mean, in the gauge's unit.
    fn away(&self, gauge: &Gauge, cell: &Cell) -> f64 {
        gauge.away(cell.id, self.base) - self.center
    }

    /// Coefficients of `w` and `w·u` in the influence of the rows of a cell on the mean, in the gauge's unit.
    pub(crate) fn influence(&self, of: &Numbers, cell: &Cell) -> [f64; 2] {
        [self.away(&of.gauge, cell) / self.weight, 1.0 / self.weight]
    }
}

/// A sum of squares that rounding may have brought below zero; what overflowed stays visible.
fn positive(squares: f64) -> f64 {
    if squares < 0.0 { 0.0 } else { squares }
}

/// Mean of a number.
pub(crate) fn mean(domain: &Domain<'_>, variable: &str) -> Estimate {
    let of = numbers(&domain.view(), variable);
    let Some(summary) = Summary::of(&domain.view(), of, |_| true) else { return unanswered(domain, Kind::Mean) };
    let mut estimate = domain.start_with(Kind::Mean, summary.mean(), &of.moments, |_| true);
    estimate.method = domain.place.method(&format!("{}, t interval", domain.place.weighted("mean")));
    let value = |view: &View<'_>| Summary::of(view, numbers(view, variable), |_| true).map(|summary| summary.mean());
    domain.add_error(&mut estimate, of.gauge.unit(), |cell| of.moments[cell.id].spread(&summary.influence(of, cell)), value);
    domain.place.add_t_interval(&mut estimate);
    estimate.deff = estimate.std_error.and_then(|error| domain.deff_of(error, &estimate, summary.sd()));
    estimate
}

/// Total of a number.
pub(crate) fn total(domain: &Domain<'_>, variable: &str) -> Estimate {
    let of = numbers(&domain.view(), variable);
    let Some(summary) = Summary::of(&domain.view(), of, |_| true) else { return unanswered(domain, Kind::Total) };
    let scale = domain.place.context.reduced.weight_unit;
    let value = |view: &View<'_>| Summary::of(view, numbers(view, variable), |_| true).map(|summary| summary.weight * summary.mean() * scale);
    let mut estimate = domain.start_with(Kind::Total, summary.weight * summary.mean() * scale, &of.moments, |_| true);
    estimate.method = domain.place.method(&format!("{}, t interval", domain.place.weighted("total")));
    let influence = |cell: &Cell| of.moments[cell.id].spread(&[of.gauge.away(cell.id, 0.0), 1.0]);
    domain.add_error(&mut estimate, of.gauge.unit() * scale, influence, value);
    domain.place.add_t_interval(&mut estimate);
    estimate.deff = estimate.std_error.and_then(|error| domain.deff_of(error / (summary.weight * scale), &estimate, summary.sd()));
    estimate
}

/// Standard deviation of a number; its error by the delta method from that of the variance.
pub(crate) fn sd(domain: &Domain<'_>, variable: &str) -> Estimate {
    let of = squares(&domain.view(), variable);
    let Some(summary) = Summary::of_squares(&domain.view(), of) else { return unanswered(domain, Kind::Sd) };
    let Some((sd, variance)) = summary.sd().zip(summary.variance) else { return domain.place.none(Kind::Sd, "one answer has no standard deviation") };
    let mut estimate = domain.start_with(Kind::Sd, sd, &of.moments, |_| true);
    estimate.method = domain.place.method(&domain.place.weighted("standard deviation"));
    let factor = summary.n as f64 / (summary.n as f64 - 1.0) / variance;
    let influence = |cell: &Cell| {
        if variance == 0.0 {
            return Spread::default();
        }
        let away = summary.away(&of.gauge, cell);
        let by = [factor * away * away - 1.0, 2.0 * factor * away, factor];
        of.moments[cell.id].spread(&by.map(|by| by / summary.weight * variance.sqrt() / 2.0))
    };
    domain.add_error(&mut estimate, of.gauge.unit(), influence, |view| Summary::of_squares(view, squares(view, variable))?.sd());
    estimate
}

/// Smallest and largest value.
pub(crate) fn range(domain: &Domain<'_>, variable: &str) -> Vec<Estimate> {
    let of = numbers(&domain.view(), variable);
    let ends = domain.cells.iter().map(|cell| of.ends[cell.id]).fold((f64::INFINITY, f64::NEG_INFINITY), |all, own| (all.0.min(own.0), all.1.max(own.1)));
    let estimate = |(kind, value): (Kind, f64)| {
        if value.is_finite() {
            return Estimate { method: "range".to_owned(), ..domain.start_with(kind, value, &of.moments, |_| true) };
        }
        unanswered(domain, kind)
    };
    [(Kind::Min, ends.0), (Kind::Max, ends.1)].map(estimate).to_vec()
}

/// Weighted count of rows, of rows with a valid number, or of each level or option.
pub(crate) fn count(domain: &Domain<'_>, variable: &str) -> Vec<Estimate> {
    let context = domain.place.context;
    let all = |cell: &Cell| *domain.rows(cell);
    if variable.is_empty() {
        return vec![count_of(domain, all, |view| view.weight(|cell| view.sums.cells.rows[cell.id]))];
    }
    let of = options(&domain.view(), variable);
    let valid: u64 = domain.cells.iter().map(|cell| of.valid[cell.id].n).sum();
    let missing = domain.n() - valid;
    let one = |(cell_of_answer, level): (usize, Option<String>)| {
        let group = |of: &Options, cell: &Cell| if level.is_some() { of.of(cell_of_answer, cell.id) } else { of.valid[cell.id] };
        let estimate = count_of(domain, |cell| group(of, cell), |view| view.weight(|cell| group(options(view, variable), cell)));
        Estimate { n_missing: missing, level: level.clone(), ..estimate }
    };
    context.cells(variable).into_iter().enumerate().map(one).collect()
}

fn count_of(domain: &Domain<'_>, group: impl Fn(&Cell) -> Group, weight: impl Fn(&View<'_>) -> f64) -> Estimate {
    let unit = domain.place.context.reduced.weight_unit;
    let mut estimate = domain.start(Kind::Count, weight(&domain.view()) * unit, &group);
    estimate.method = domain.place.method(&domain.place.weighted("count"));
    domain.add_error(&mut estimate, unit, |cell| domain.spread(cell, &group(cell), 1.0), |view| Some(weight(view) * unit));
    domain.place.add_t_interval(&mut estimate);
    estimate
}

/// Total of one number over the total of another, of rows that have both.
pub(crate) fn ratio(domain: &Domain<'_>, above: &str, below: &str) -> Estimate {
    let of = pairs(&domain.view(), above, below);
    let Some((top, bottom)) = totals(&domain.view(), of) else { return unanswered(domain, Kind::Ratio) };
    if bottom == 0.0 {
        return domain.place.none(Kind::Ratio, "the total below the line is zero");
    }
    let ratio = top / bottom;
    let mut estimate = domain.start_with(Kind::Ratio, ratio, &of.moments, |_| true);
    estimate.method = domain.place.method(&format!("{}, t interval", domain.place.weighted("ratio of totals")));
    let [up, down] = &of.gauges;
    let influence = |cell: &Cell| {
        let by = [up.base(cell.id) - ratio * down.base(cell.id), up.unit(), -ratio * down.unit(), 0.0, 0.0, 0.0];
        of.moments[cell.id].spread(&by.map(|by| by / bottom))
    };
    let value = |view: &View<'_>| totals(view, pairs(view, above, below)).map(|(top, bottom)| top / bottom).filter(|ratio| ratio.is_finite());
    domain.add_error(&mut estimate, 1.0, influence, value);
    domain.place.add_t_interval(&mut estimate);
    estimate
}

/// Cells of a view in which some row has both numbers, with their sums.
fn with_both<'a>(view: &'a View<'_>, of: &'a Pairs) -> impl Iterator<Item = (usize, [f64; 6])> + 'a {
    view.cells.iter().map(|cell| cell.id).filter(|cell| of.moments[*cell].n > 0).map(|cell| (cell, of.moments[cell].totals()))
}

/// Weighted totals of two numbers; `None` when no row has both.
fn totals(view: &View<'_>, of: &Pairs) -> Option<(f64, f64)> {
    let total = |which: usize| {
        let gauge = &of.gauges[which];
        sum(with_both(view, of).map(|(cell, sums)| gauge.base(cell) * sums[0] + gauge.unit() * sums[which + 1]))
    };
    with_both(view, of).next().map(|_| (total(0), total(1)))
}

/// Weighted second moments of two numbers around their means.
struct Comoments {
    weight: f64,
    /// Where each mean is counted from, and how far it lies above that in the gauge's unit.
    base: [f64; 2],
    center: [f64; 2],
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Comoments {
    fn of(view: &View<'_>, of: &Pairs) -> Option<Self> {
        let first = with_both(view, of).next()?.0;
        let base = [0, 1].map(|which| of.gauges[which].base(first));
        let weight = sum(with_both(view, of).map(|(_, sums)| sums[0]));
        let mean = |which: usize| sum(with_both(view, of).map(|(cell, sums)| sums[which + 1] + of.gauges[which].away(cell, base[which]) * sums[0])) / weight;
        let mut moments = Self { weight, base, center: [mean(0), mean(1)], xx: 0.0, yy: 0.0, xy: 0.0 };
        let around = |product: usize, i: usize, j: usize| {
            let one = |(cell, sums): (usize, [f64; 6])| {
                let away = moments.away(of, cell);
                sums[product] + away[i] * sums[j + 1] + away[j] * sums[i + 1] + away[i] * away[j] * sums[0]
            };
            sum(with_both(view, of).map(one)) / weight
        };
        let (xx, yy, xy) = (around(3, 0, 0), around(4, 1, 1), around(5, 0, 1));
        (moments.xx, moments.yy, moments.xy) = (xx, yy, xy);
        Some(moments)
    }

    /// How far the bases of a cell lie above the means, in the units of the gauges.
    fn away(&self, of: &Pairs, cell: usize) -> [f64; 2] {
        [0, 1].map(|which| of.gauges[which].away(cell, self.base[which]) - self.center[which])
    }

    fn correlation(&self) -> Option<f64> {
        (self.xx > 0.0 && self.yy > 0.0).then(|| self.xy / (self.xx.sqrt() * self.yy.sqrt()))
    }
}

/// What a correlation may lack to 1 for rounding alone.
const ONE_LINE: f64 = 1e-12;

/// Weighted correlation of two numbers, of rows that have both.
pub(crate) fn correlation(domain: &Domain<'_>, first: &str, second: &str) -> Estimate {
    let of = pairs(&domain.view(), first, second);
    let Some(moments) = Comoments::of(&domain.view(), of) else { return unanswered(domain, Kind::Correlation) };
    let Some(r) = moments.correlation() else { return domain.place.none(Kind::Correlation, "one of the two numbers does not vary") };
    let mut estimate = domain.start_with(Kind::Correlation, r, &of.moments, |_| true);
    estimate.method = domain.place.method(&format!("{}, t interval", domain.place.weighted("Pearson correlation")));
    // z = w/W · (a b − r/2 · (a² + b²)) with a, b the standardized deviations.
    let (xy, xx, yy) = (1.0 / (moments.xx.sqrt() * moments.yy.sqrt()), -r / 2.0 / moments.xx, -r / 2.0 / moments.yy);
    let influence = |cell: &Cell| {
        let [a, b] = moments.away(of, cell.id);
        let by = [xy * a * b + xx * a * a + yy * b * b, xy * b + 2.0 * xx * a, xy * a + 2.0 * yy * b, xx, yy, xy];
        of.moments[cell.id].spread(&by.map(|by| by / moments.weight))
    };
    let value = |view: &View<'_>| Comoments::of(view, pairs(view, first, second))?.correlation();
    if 1.0 - r.abs() < ONE_LINE {
        add_note(&mut estimate, "no interval: all points lie on one line, which says nothing of how far others would lie from it");
        return estimate;
    }
    domain.add_error(&mut estimate, 1.0, influence, value);
    domain.place.add_t_interval(&mut estimate);
    estimate
}

/// Distinct levels, such as people behind visits; a plain count without an error.
pub(crate) fn distinct(domain: &Domain<'_>, variable: &str) -> Estimate {
    let Tally::Distinct(of) = domain.sums().tally(&Ask::Distinct(variable.to_owned())) else { unreachable!("an ask has its own kind of tally") };
    let count: u64 = domain.parts.iter().map(|part| of.count.get(part.domain).copied().unwrap_or_default()).sum();
    let estimate = domain.start(Kind::Distinct, count as f64, |cell| of.valid[cell.id]);
    let valid: u64 = domain.cells.iter().map(|cell| of.valid[cell.id].n).sum();
    Estimate { method: domain.place.method("distinct values in the file"), n_missing: domain.n() - valid, ..estimate }
}

/// Not estimable for want of an answer.
pub(crate) fn unanswered(domain: &Domain<'_>, kind: Kind) -> Estimate {
    Estimate { n_missing: domain.n(), ..domain.place.none(kind, NO_ANSWER) }
}
