//! Shares of levels, of options and of ones, with their intervals and the check whether they hold.

use super::change::share_influence;
use super::choices::{Base, CiMethod};
use super::domain::{Cell, Domain, Place, View, add_note};
use super::linear::{options, unanswered};
use super::request::{Estimate, Kind, State};
use super::stability::{Share, Verdict, verdict};
use super::tally::{Group, Options};
use crate::stats::{beta_quantile, t_quantile};

/// Shares of every level or option.
pub(crate) fn proportion(domain: &Domain<'_>, variable: &str, ci: CiMethod, base: Base) -> Vec<Estimate> {
    let of = options(&domain.view(), variable);
    let valid: u64 = domain.cells.iter().map(|cell| of.valid[cell.id].n).sum();
    let cells = domain.place.context.cells(variable);
    if valid == 0 {
        return cells.into_iter().map(|level| Estimate { level, ..unanswered(domain, Kind::Proportion) }).collect();
    }
    let people = domain.people(|cell| based(&domain.view(), of, base, cell).n);
    let share = |(level, name): (usize, Option<String>)| {
        let estimate = share(domain, variable, level, base, people, ci);
        let kept = !matches!(estimate.state, State::NotEstimable(_));
        Estimate { level: name, n_missing: if kept { domain.n() - valid } else { 0 }, ..estimate }
    };
    cells.into_iter().enumerate().map(share).collect()
}

/// The rows of a cell that are in the base of shares.
fn based(view: &View<'_>, of: &Options, base: Base, cell: &Cell) -> Group {
    if base == Base::All { view.sums.cells.rows[cell.id] } else { of.valid[cell.id] }
}

fn share(domain: &Domain<'_>, variable: &str, level: usize, base: Base, people: u64, ci: CiMethod) -> Estimate {
    let view = domain.view();
    let of = options(&view, variable);
    let parts = |view: &View<'_>| {
        let of = options(view, variable);
        (view.weight(|cell| of.of(level, cell.id)), view.weight(|cell| based(view, of, base, cell)))
    };
    let (part, weight) = parts(&view);
    let n: u64 = domain.cells.iter().map(|cell| based(&view, of, base, cell).n).sum();
    let inside: u64 = domain.cells.iter().map(|cell| of.of(level, cell.id).n).sum();
    let value = match inside {
        0 => 0.0,
        count if count == n => 1.0,
        _ => part / weight,
    };
    let mut estimate = domain.start(Kind::Proportion, value, |cell| of.of(level, cell.id));
    estimate.denominator = Some(n);
    estimate.people_outside = Some(people.saturating_sub(estimate.people));
    let influence = |cell: &Cell| share_influence(domain, cell, &of.of(level, cell.id), &based(&view, of, base, cell), value, 1.0 / weight);
    let share = |view: &View<'_>| {
        let (part, weight) = parts(view);
        (weight > 0.0).then(|| part / weight)
    };
    domain.add_error(&mut estimate, 1.0, influence, share);
    if matches!(estimate.state, State::NotEstimable(_)) {
        return estimate;
    }
    let sd = (n > 1).then(|| (n as f64 / (n as f64 - 1.0) * value * (1.0 - value)).sqrt());
    let unit = domain.place.context.reduced.weight_unit;
    estimate.deff = estimate.std_error.and_then(|error| domain.place.deff(error, n, weight * unit, sd));
    let error_of_logit = estimate.std_error.map(|error| domain.error_of(|view| share(view).map(logit)).unwrap_or(error / (value * (1.0 - value))));
    add_interval(&domain.place, &mut estimate, error_of_logit, ci);
    judge(&domain.place, &mut estimate);
    estimate
}

/// Adds the interval; shares of exactly 0 or 1 get the exact one of the unweighted base.
fn add_interval(place: &Place<'_>, estimate: &mut Estimate, error_of_logit: Option<f64>, ci: CiMethod) {
    let word = place.weighted("share");
    let (Some(value), Some(error), Some(df), Some(n)) = (estimate.estimate, estimate.std_error, estimate.df, estimate.denominator) else {
        estimate.method = place.method(&word);
        return;
    };
    let (tail, n) = ((1.0 - place.context.design.conf_level) / 2.0, n as f64);
    if value <= 0.0 || value >= 1.0 {
        estimate.method = place.method(&format!("{word}, Clopper–Pearson interval on the unweighted base"));
        (estimate.conf_low, estimate.conf_high) = exact(value, n, tail);
        return;
    }
    let name = match ci {
        CiMethod::Logit => "logit",
        CiMethod::Beta => "beta",
        CiMethod::Wilson => "Wilson",
        CiMethod::Wald => "Wald",
    };
    estimate.method = place.method(&format!("{word}, {name} interval"));
    let errors = (error, error_of_logit.unwrap_or_default());
    let bounds = if error > 0.0 { bounds(value, errors, df, n, tail, ci) } else { Some((value, value)) };
    (estimate.conf_low, estimate.conf_high) = bounds.unzip();
}

/// Bounds of a share from its error and that of its logit, which replicates know by themselves.
fn bounds(value: f64, (error, error_of_logit): (f64, f64), df: f64, n: f64, tail: f64, ci: CiMethod) -> Option<(f64, f64)> {
    let t = t_quantile(1.0 - tail, df)?;
    Some(match ci {
        CiMethod::Wald => (value - t * error, value + t * error),
        CiMethod::Logit => {
            let (center, spread) = (logit(value), t * error_of_logit);
            let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
            (expit(center - spread), expit(center + spread))
        }
        CiMethod::Beta => {
            let size = effective(value, error, df, n, tail)?;
            (beta_quantile(tail, size * value, size * (1.0 - value) + 1.0)?, beta_quantile(1.0 - tail, size * value + 1.0, size * (1.0 - value))?)
        }
        CiMethod::Wilson => {
            let size = effective(value, error, df, n, tail)?;
            let share = t * t / size;
            let center = (value + share / 2.0) / (1.0 + share);
            let half = (value * (1.0 - value) * share + share * share / 4.0).sqrt() / (1.0 + share);
            (center - half, center + half)
        }
    })
}

fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// Sample size of a simple random sample with this error, times the squared ratio of the t quantiles at n − 1 and df.
pub(crate) fn effective(value: f64, error: f64, df: f64, n: f64, tail: f64) -> Option<f64> {
    let ratio = t_quantile(1.0 - tail, n - 1.0)? / t_quantile(1.0 - tail, df)?;
    Some(value * (1.0 - value) / error / error * ratio * ratio)
}

/// The exact interval of a share of 0 or 1.
fn exact(value: f64, n: f64, tail: f64) -> (Option<f64>, Option<f64>) {
    let beyond = tail.powf(1.0 / n);
    if value <= 0.0 { (Some(0.0), Some(1.0 - beyond)) } else { (Some(beyond), Some(1.0)) }
}

/// Says whether the share may be shown; where everyone was asked there is nothing to judge.
fn judge(place: &Place<'_>, estimate: &mut Estimate) {
    let (Some(value), Some(n)) = (estimate.estimate, estimate.denominator) else { return };
    if place.census {
        return;
    }
    match verdict(&Share { value, error: estimate.std_error, n, df: estimate.df, conf_level: place.context.design.conf_level }) {
        Verdict::Show => {}
        Verdict::Note(note) => add_note(estimate, &note),
        Verdict::Unstable(reason) => estimate.state = State::Unstable(reason),
    }
}
