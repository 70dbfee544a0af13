//! Quantiles by three rules, with Woodruff's interval: the share below is estimated, its bounds are read back.

use super::change::share_influence;
use super::choices::QuantileRule;
use super::domain::{Cell, Domain, View, add_note};
use super::linear::unanswered;
use super::request::{Estimate, Kind};
use super::tally::{Ask, ByValue, Group, Tally};

/// A cumulative weight this near to p·W meets it.
const MEETS: f64 = 1e-12;
/// Values this near above a quantile count as at it.
const AT: f64 = 1e-9;

/// Distinct values of a domain in order, with cumulative weights and rows.
struct Distribution {
    values: Vec<f64>,
    cumulative: Vec<f64>,
    rows: Vec<u64>,
}

fn by_value<'a>(view: &View<'a>, variable: &str) -> &'a ByValue {
    match view.sums.tally(&Ask::Values(variable.to_owned())) {
        Tally::Values(of) => of,
        _ => unreachable!("an ask has its own kind of tally"),
    }
}

/// Rows of a cell with a value, and those with a value up to a limit.
fn groups(of: &ByValue, cell: &Cell, limit: f64) -> (Group, Group) {
    let (mut valid, mut below) = (Group::default(), Group::default());
    for at in of.of(cell.id) {
        valid.join(&at.group);
        if at.value <= limit {
            below.join(&at.group);
        }
    }
    (valid, below)
}

/// Quantiles of a number.
pub(crate) fn quantile(domain: &Domain<'_>, variable: &str, probs: &[f64], rule: Option<QuantileRule>) -> Vec<Estimate> {
    let of = by_value(&domain.view(), variable);
    let distribution = Distribution::new(&domain.view(), of);
    if distribution.values.is_empty() {
        return probs.iter().map(|p| Estimate { level: Some(p.to_string()), ..unanswered(domain, Kind::Quantile) }).collect();
    }
    let ends = domain.cells.iter().map(|cell| of.ends[cell.id]).fold((f64::INFINITY, 0.0_f64), |all, own| (all.0.min(own.0), all.1.max(own.1)));
    let equal = ends.1 - ends.0 <= MEETS * ends.0;
    let rule = rule.unwrap_or(if equal { QuantileRule::Hf7 } else { QuantileRule::School });
    let one = |p: &f64| {
        let estimate = if rule == QuantileRule::Hf7 && !equal {
            domain.place.none(Kind::Quantile, "rule hf7 is for equal weights; use school or math")
        } else {
            one(domain, variable, &distribution, *p, rule)
        };
        Estimate { level: Some(p.to_string()), ..estimate }
    };
    probs.iter().map(one).collect()
}

fn one(domain: &Domain<'_>, variable: &str, distribution: &Distribution, p: f64, rule: QuantileRule) -> Estimate {
    let Some(value) = distribution.at(p, rule) else { return domain.place.none(Kind::Quantile, "the probability is not between 0 and 1") };
    let of = by_value(&domain.view(), variable);
    let limit = value + AT * value.abs();
    let parts: std::collections::BTreeMap<usize, (Group, Group)> = domain.cells.iter().map(|cell| (cell.id, groups(of, cell, limit))).collect();
    let mut estimate = domain.start(Kind::Quantile, value, |cell| parts[&cell.id].0);
    estimate.n_missing = domain.n() - estimate.n;
    let word = match rule {
        QuantileRule::Hf7 => "hf7",
        QuantileRule::School => "school",
        QuantileRule::Math => "math",
    };
    estimate.method = domain.place.method(&format!("{}, rule {word}, Woodruff interval", domain.place.weighted("quantile")));
    let weight = domain.view().weight(|cell| parts[&cell.id].0);
    let share = domain.view().weight(|cell| parts[&cell.id].1) / weight;
    let influence = |cell: &Cell| share_influence(domain, cell, &parts[&cell.id].1, &parts[&cell.id].0, share, 1.0 / weight);
    domain.add_error(&mut estimate, 1.0, influence, |view| {
        let of = by_value(view, variable);
        let all = view.weight(|cell| groups(of, cell, limit).0);
        (all > 0.0).then(|| view.weight(|cell| groups(of, cell, limit).1) / all)
    });
    estimate.cv = None;
    let Some((error, t)) = estimate.std_error.take().zip(domain.place.t(&estimate)) else { return estimate };
    let bound = |share: f64| (0.0..=1.0).contains(&share).then(|| distribution.at(share, rule)).flatten();
    estimate.conf_low = bound(share - t * error);
    estimate.conf_high = bound(share + t * error);
    match (estimate.conf_low, estimate.conf_high) {
        (Some(low), Some(high)) => {
            let error = (high - low) / (2.0 * t);
            estimate.std_error = Some(error);
            estimate.cv = (value != 0.0).then(|| error / value.abs());
        }
        _ => add_note(&mut estimate, "a bound of the interval lies beyond the data"),
    }
    estimate
}

impl Distribution {
    fn new(view: &View<'_>, of: &ByValue) -> Self {
        let first = |cell: &Cell| view.sums.cells.first[cell.id];
        let own = |cell: &Cell| of.of(cell.id).map(|at| (at.value, at.group.weight(first(cell)), at.group.n)).collect::<Vec<_>>();
        let mut entries: Vec<(f64, f64, u64)> = view.cells.iter().flat_map(own).collect();
        entries.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut all = Self { values: Vec::new(), cumulative: Vec::new(), rows: Vec::new() };
        let (mut weight, mut rows) = (crate::stats::Sum::default(), 0);
        for (value, w, n) in entries {
            weight.add(w);
            rows += n;
            if all.values.last() == Some(&value) {
                all.cumulative.pop();
                all.rows.pop();
            } else {
                all.values.push(value);
            }
            all.cumulative.push(weight.value());
            all.rows.push(rows);
        }
        all
    }

    /// The quantile of a probability by a rule.
    fn at(&self, p: f64, rule: QuantileRule) -> Option<f64> {
        if !(0.0..=1.0).contains(&p) {
            return None;
        }
        if rule == QuantileRule::Hf7 {
            return self.between(p);
        }
        let total = *self.cumulative.last()?;
        let position = self.cumulative.partition_point(|weight| *weight < (p - MEETS) * total);
        let value = *self.values.get(position)?;
        let meets = (self.cumulative[position] - p * total).abs() <= MEETS * total;
        match (rule, self.values.get(position + 1)) {
            (QuantileRule::School, Some(next)) if meets => Some(f64::midpoint(value, *next)),
            _ => Some(value),
        }
    }

    /// Hyndman and Fan's seventh: between the two rows nearest to (n − 1)·p.
    fn between(&self, p: f64) -> Option<f64> {
        let place = (*self.rows.last()? - 1) as f64 * p;
        let row = |place: f64| self.values.get(self.rows.partition_point(|rows| *rows as f64 <= place)).copied();
        crate::stats::between(&[row(place.floor())?, row(place.ceil())?], place - place.floor())
    }
}
