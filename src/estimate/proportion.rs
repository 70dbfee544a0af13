//! Shares of levels, of options and of ones, with their intervals and the check whether they hold.

use super::context::Answers;
use super::domain::{Domain, add_note};
use super::linear::unanswered;
use super::request::{Base, CiMethod, Estimate, Kind, State};
use super::stability::{Share, Verdict, verdict};
use crate::stats::{beta_quantile, t_quantile};

/// Shares of every level or option.
pub(crate) fn proportion(domain: &Domain<'_>, answers: &Answers, ci: CiMethod, base: Base) -> Vec<Estimate> {
    let valid = domain.valid_rows(answers).count();
    let missing = (domain.rows.len() - valid) as u64;
    let based: Vec<u32> = domain.rows.iter().copied().filter(|row| base == Base::All || answers.valid(*row)).collect();
    if based.is_empty() || valid == 0 {
        let blank = |level| Estimate { level, ..unanswered(domain, Kind::Proportion) };
        return answers.cells().into_iter().map(blank).collect();
    }
    let people = domain.context.people(based.iter().copied());
    let one = |(cell, level)| Estimate { level, ..share(domain, answers, cell, &based, people, missing, ci) };
    answers.cells().into_iter().enumerate().map(one).collect()
}

fn share(domain: &Domain<'_>, answers: &Answers, cell: usize, based: &[u32], people: u64, missing: u64, ci: CiMethod) -> Estimate {
    let has = |row: u32| answers.valid(row) && answers.value(row, cell) > 0.0;
    let indicator = |row: u32| f64::from(u8::from(has(row)));
    let moments = domain.moments(based.iter().copied(), indicator);
    let inside: Vec<u32> = based.iter().copied().filter(|row| has(*row)).collect();
    let value = match inside.len() {
        0 => 0.0,
        count if count == based.len() => 1.0,
        _ => moments.mean,
    };
    let mut estimate = domain.start(Kind::Proportion, value, inside.iter().copied(), missing);
    estimate.denominator = Some(based.len() as u64);
    estimate.people_outside = Some(people.saturating_sub(estimate.people));
    let all_based = based.len() == domain.rows.len();
    let influence = |row: &u32| if all_based || answers.valid(*row) { domain.weight(*row) / moments.weight * (indicator(*row) - value) } else { 0.0 };
    domain.add_error(&mut estimate, domain.rows.iter().map(influence));
    if matches!(estimate.state, State::NotEstimable(_)) {
        return estimate;
    }
    estimate.deff = estimate.std_error.and_then(|error| domain.deff(error, &moments));
    add_interval(domain, &mut estimate, ci);
    judge(domain, &mut estimate);
    estimate
}

/// Adds the interval; shares of exactly 0 or 1 get the exact one of the unweighted base.
fn add_interval(domain: &Domain<'_>, estimate: &mut Estimate, ci: CiMethod) {
    let word = domain.weighted("share");
    let (Some(value), Some(error), Some(df), Some(n)) = (estimate.estimate, estimate.std_error, estimate.df, estimate.denominator) else {
        estimate.method = domain.method(&word);
        return;
    };
    let (tail, n) = ((1.0 - domain.context.design.conf_level) / 2.0, n as f64);
    if value <= 0.0 || value >= 1.0 {
        estimate.method = domain.method(&format!("{word}, Clopper–Pearson interval on the unweighted base"));
        (estimate.conf_low, estimate.conf_high) = exact(value, n, tail);
        return;
    }
    let name = match ci {
        CiMethod::Logit => "logit",
        CiMethod::Beta => "beta",
        CiMethod::Wilson => "Wilson",
        CiMethod::Wald => "Wald",
    };
    estimate.method = domain.method(&format!("{word}, {name} interval"));
    let bounds = if error > 0.0 { bounds(value, error, df, n, tail, ci) } else { Some((value, value)) };
    (estimate.conf_low, estimate.conf_high) = bounds.unzip();
}

fn bounds(value: f64, error: f64, df: f64, n: f64, tail: f64, ci: CiMethod) -> Option<(f64, f64)> {
    let t = t_quantile(1.0 - tail, df)?;
    Some(match ci {
        CiMethod::Wald => (value - t * error, value + t * error),
        CiMethod::Logit => {
            let (center, spread) = ((value / (1.0 - value)).ln(), t * error / (value * (1.0 - value)));
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
fn judge(domain: &Domain<'_>, estimate: &mut Estimate) {
    let (Some(value), Some(n)) = (estimate.estimate, estimate.denominator) else { return };
    if domain.tree.census {
        return;
    }
    match verdict(&Share { value, error: estimate.std_error, n, df: estimate.df, conf_level: domain.context.design.conf_level }) {
        Verdict::Show => {}
        Verdict::Note(note) => add_note(estimate, &note),
        Verdict::Unstable(reason) => estimate.state = State::Unstable(reason),
    }
}
