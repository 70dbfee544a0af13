//! Means, totals, spreads, counts and ratios: estimates whose error is that of a sum.

use super::domain::{Cell, Domain, View};
use super::request::{Estimate, Kind};
use super::tally::{Ask, Gauge, Group, Moments, Numbers, Options, Pairs, Squares, Tally};
use crate::stats::Spread;

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
    /// Mean of `u`.
    pub(crate) center: f64,
    /// `n/(n − 1) · Σ w (u − ū)² / Σ w`.
    variance: Option<f64>,
    gauge: Gauge,
}

impl Summary {
    /// The moments of the cells that are inside; `None` when nobody there has an answer.
    pub(crate) fn of(view: &View<'_>, numbers: &Numbers, inside: impl Fn(&Cell) -> bool) -> Option<Self> {
        let (n, [weight, first]) = view.totals(&numbers.moments, &inside);
        let second = crate::stats::sum(view.cells.iter().filter(|cell| inside(cell)).map(|cell| numbers.squares[cell.id].value()));
        let center = first / weight;
        let variance = (n > 1).then(|| n as f64 / (n as f64 - 1.0) * (second / weight - center * center).max(0.0));
        (n > 0).then_some(Self { n, weight, center, variance, gauge: numbers.gauge })
    }

    /// The mean.
    pub(crate) fn mean(&self) -> f64 {
        self.gauge.origin() + self.gauge.unit() * self.center
    }

    /// The standard deviation.
    pub(crate) fn sd(&self) -> Option<f64> {
        self.variance.map(|variance| variance.sqrt() * self.gauge.unit())
    }

    /// Coefficients of `w` and `w·u` in the influence of a row on the mean, in the gauge's unit.
    pub(crate) fn influence(&self) -> [f64; 2] {
        [-self.center / self.weight, 1.0 / self.weight]
    }
}

/// Mean of a number.
pub(crate) fn mean(domain: &Domain<'_>, variable: &str) -> Estimate {
    let of = numbers(&domain.view(), variable);
    let Some(summary) = Summary::of(&domain.view(), of, |_| true) else { return unanswered(domain, Kind::Mean) };
    let mut estimate = domain.start_with(Kind::Mean, summary.mean(), &of.moments, |_| true);
    estimate.method = domain.place.method(&format!("{}, t interval", domain.place.weighted("mean")));
    let value = |view: &View<'_>| Summary::of(view, numbers(view, variable), |_| true).map(|summary| summary.mean());
    domain.add_error(&mut estimate, of.gauge.unit(), |cell| of.moments[cell.id].spread(&summary.influence()), value);
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
    let by = [of.gauge.origin() / of.gauge.unit(), 1.0];
    domain.add_error(&mut estimate, of.gauge.unit() * scale, |cell| of.moments[cell.id].spread(&by), value);
    domain.place.add_t_interval(&mut estimate);
    estimate.deff = estimate.std_error.and_then(|error| domain.deff_of(error / (summary.weight * scale), &estimate, summary.sd()));
    estimate
}

/// Standard deviation of a number; its error by the delta method from that of the variance.
pub(crate) fn sd(domain: &Domain<'_>, variable: &str) -> Estimate {
    let of = squares(&domain.view(), variable);
    let variance = |view: &View<'_>| {
        let (n, [weight, first, second]) = view.totals(&squares(view, variable).moments, |_| true);
        let center = first / weight;
        let variance = (n > 1).then(|| n as f64 / (n as f64 - 1.0) * (second / weight - center * center).max(0.0));
        (n > 0).then_some((n, weight, center, variance))
    };
    let Some((n, weight, center, found)) = variance(&domain.view()) else { return unanswered(domain, Kind::Sd) };
    let Some(found) = found else { return domain.place.none(Kind::Sd, "one answer has no standard deviation") };
    let unit = of.gauge.unit();
    let mut estimate = domain.start_with(Kind::Sd, found.sqrt() * unit, &of.moments, |_| true);
    estimate.method = domain.place.method(&domain.place.weighted("standard deviation"));
    let factor = n as f64 / (n as f64 - 1.0) / found;
    let by = [factor * center * center - 1.0, -2.0 * factor * center, factor].map(|by| by / weight * found.sqrt() / 2.0);
    let influence = |cell: &Cell| if found > 0.0 { of.moments[cell.id].spread(&by) } else { Spread::default() };
    domain.add_error(&mut estimate, unit, influence, |view| variance(view)?.3.map(|variance| variance.sqrt() * squares(view, variable).gauge.unit()));
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
    let (n, [weight, u, v, ..]) = domain.view().totals(&of.moments, |_| true);
    if n == 0 {
        return unanswered(domain, Kind::Ratio);
    }
    let total = |gauge: &Gauge, weight: f64, sum: f64| gauge.origin() * weight + gauge.unit() * sum;
    let (top, bottom) = (total(&of.gauges[0], weight, u), total(&of.gauges[1], weight, v));
    if bottom == 0.0 {
        return domain.place.none(Kind::Ratio, "the total below the line is zero");
    }
    let ratio = top / bottom;
    let mut estimate = domain.start_with(Kind::Ratio, ratio, &of.moments, |_| true);
    estimate.method = domain.place.method(&format!("{}, t interval", domain.place.weighted("ratio of totals")));
    let [up, down] = &of.gauges;
    let by = [up.origin() - ratio * down.origin(), up.unit(), -ratio * down.unit(), 0.0, 0.0, 0.0].map(|by| by / bottom);
    let value = |view: &View<'_>| {
        let of = pairs(view, above, below);
        let (_, [weight, u, v, ..]) = view.totals(&of.moments, |_| true);
        Some(total(&of.gauges[0], weight, u) / total(&of.gauges[1], weight, v)).filter(|ratio| ratio.is_finite())
    };
    domain.add_error(&mut estimate, 1.0, |cell| of.moments[cell.id].spread(&by), value);
    domain.place.add_t_interval(&mut estimate);
    estimate
}

/// Weighted second moments of two numbers around their means.
struct Comoments {
    weight: f64,
    center: [f64; 2],
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Comoments {
    fn of(view: &View<'_>, moments: &[Moments<6>]) -> Option<Self> {
        let (rows, [weight, u, v, uu, vv, uv]) = view.totals(moments, |_| true);
        let center = [u / weight, v / weight];
        let around = |product: f64, first: usize, second: usize| product / weight - center[first] * center[second];
        (rows > 1).then(|| Self { weight, center, xx: around(uu, 0, 0), yy: around(vv, 1, 1), xy: around(uv, 0, 1) })
    }

    fn correlation(&self) -> Option<f64> {
        (self.xx > 0.0 && self.yy > 0.0).then(|| self.xy / (self.xx.sqrt() * self.yy.sqrt()))
    }
}

/// Weighted correlation of two numbers, of rows that have both.
pub(crate) fn correlation(domain: &Domain<'_>, first: &str, second: &str) -> Estimate {
    let of = pairs(&domain.view(), first, second);
    let Some(moments) = Comoments::of(&domain.view(), &of.moments) else { return unanswered(domain, Kind::Correlation) };
    let Some(r) = moments.correlation() else { return domain.place.none(Kind::Correlation, "one of the two numbers does not vary") };
    let mut estimate = domain.start_with(Kind::Correlation, r, &of.moments, |_| true);
    estimate.method = domain.place.method(&format!("{}, t interval", domain.place.weighted("Pearson correlation")));
    // z = w/W · (a b − r/2 · (a² + b²)) with a, b the standardized deviations.
    let ([a, b], sx, sy) = (moments.center, moments.xx.sqrt(), moments.yy.sqrt());
    let (xy, xx, yy) = (1.0 / (sx * sy), -r / 2.0 / moments.xx, -r / 2.0 / moments.yy);
    let by = [xy * a * b + xx * a * a + yy * b * b, -xy * b - 2.0 * xx * a, -xy * a - 2.0 * yy * b, xx, yy, xy].map(|by| by / moments.weight);
    let value = |view: &View<'_>| Comoments::of(view, &pairs(view, first, second).moments)?.correlation();
    domain.add_error(&mut estimate, 1.0, |cell| of.moments[cell.id].spread(&by), value);
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
