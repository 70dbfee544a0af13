//! Frames, a design and requests in, estimates with their uncertainty out.
//!
//! The design is coded once for all requests. Every request then sums its own columns row by row, in
//! file order and with compensation, so neither the split into batches nor the number of threads
//! changes a digit. Errors come from influence functions: what each row adds to the estimate.

mod change;
mod context;
mod domain;
mod linear;
mod paired;
mod proportion;
mod quantile;
mod request;
mod stability;

use rayon::prelude::*;

pub use request::{Base, CiMethod, Estimate, Kind, Measure, QuantileRule, Request, State};

use crate::design::{Design, Want, wrong_column};
use crate::error::{Error, Exit, Problem};
use crate::frame::Frame;
use change::Waves;
use context::{Answers, Context, Group};
use domain::Domain;

/// Answers every request, in order; each answer has one estimate per domain and level.
///
/// # Errors
/// Columns that are absent or of the wrong type, all of them at once.
pub fn answer(frame: &Frame, design: &Design, requests: &[Request]) -> Result<Vec<Vec<Estimate>>, Error> {
    let problems = requests.iter().flat_map(|request| check(frame, design, request)).collect();
    Error::gather(Exit::Usage, problems)?;
    let context = Context::new(frame, design, requests)?;
    Ok(requests.par_iter().map(|request| answer_one(&context, request)).collect())
}

fn answer_one(context: &Context<'_>, request: &Request) -> Vec<Estimate> {
    let groups = context.groups(request);
    let answers = context.answers(&request.variable);
    let answers = &answers;
    let second = match &request.measure {
        Measure::Ratio { denominator } => Some(context.answers(denominator)),
        _ => None,
    };
    let waves = |from: &str, to: &str| Waves { from: context.wave(from), to: context.wave(to) };
    let pairs = match &request.measure {
        Measure::Paired { from, to } => Some(paired::Pairs::new(context, answers, &groups, waves(from, to))),
        _ => None,
    };
    let of_group = |group: Group| match (&request.measure, &pairs) {
        (Measure::Paired { .. }, Some(pairs)) => paired::paired(context, answers, pairs, group),
        (Measure::Change { from, to } | Measure::ChangeParts { from, to }, _) => {
            let waves = waves(from, to);
            let rows = group.rows.into_iter().filter(|row| [waves.from, waves.to].contains(&context.index.wave[*row as usize])).collect();
            measure(&Domain::new(context, Group { rows, ..group }), request, answers, second.as_ref(), Some(waves))
        }
        _ => measure(&Domain::new(context, group), request, answers, second.as_ref(), None),
    };
    groups.into_iter().flat_map(of_group).map(finite).collect()
}

fn measure(domain: &Domain<'_>, request: &Request, answers: &Answers, second: Option<&Answers>, waves: Option<Waves>) -> Vec<Estimate> {
    if let Some(reason) = &domain.blocked {
        return blocked(domain, request, answers, reason);
    }
    match (&request.measure, second, waves) {
        (Measure::Mean, _, _) => linear::mean(domain, answers),
        (Measure::Total, _, _) => linear::total(domain, answers),
        (Measure::Sd, _, _) => linear::sd(domain, answers),
        (Measure::Range, _, _) => linear::range(domain, answers),
        (Measure::Count, _, _) => linear::count(domain, (!request.variable.is_empty()).then_some(answers)),
        (Measure::Proportion { ci, base }, _, _) => proportion::proportion(domain, answers, *ci, *base),
        (Measure::Quantile { probs, rule }, _, _) => quantile::quantile(domain, answers, probs, *rule),
        (Measure::Ratio { .. }, Some(below), _) => linear::ratio(domain, answers, below),
        (Measure::Change { .. }, _, Some(waves)) => change::change(domain, answers, waves),
        (Measure::ChangeParts { .. }, _, Some(waves)) => change::change_parts(domain, answers, waves),
        _ => unreachable!("ratios have a second column, changes have waves, and pairs are answered before"),
    }
}

/// One row per kind, and per level where the measure has levels, that says why there is no estimate.
fn blocked(domain: &Domain<'_>, request: &Request, answers: &Answers, reason: &str) -> Vec<Estimate> {
    let (kinds, levels): (Vec<Kind>, Vec<Option<String>>) = match &request.measure {
        Measure::Mean => (vec![Kind::Mean], vec![None]),
        Measure::Total => (vec![Kind::Total], vec![None]),
        Measure::Sd => (vec![Kind::Sd], vec![None]),
        Measure::Range => (vec![Kind::Min, Kind::Max], vec![None]),
        Measure::Count => (vec![Kind::Count], answers.cells()),
        Measure::Proportion { .. } => (vec![Kind::Proportion], answers.cells()),
        Measure::Quantile { probs, .. } => (vec![Kind::Quantile], probs.iter().map(|p| Some(p.to_string())).collect()),
        Measure::Ratio { .. } => (vec![Kind::Ratio], vec![None]),
        Measure::Change { .. } => (vec![Kind::Difference], answers.cells()),
        Measure::ChangeParts { .. } => (vec![Kind::ChangePart], change::PARTS.map(|name| Some(name.to_owned())).to_vec()),
        Measure::Paired { .. } => unreachable!("pairs have their own domains"),
    };
    let one = |kind: Kind| levels.iter().map(move |level| Estimate { level: level.clone(), ..domain.none(kind, reason) });
    kinds.into_iter().flat_map(one).collect()
}

/// No number that leaves is NaN or infinite.
fn finite(mut estimate: Estimate) -> Estimate {
    if estimate.estimate.is_some_and(|value| !value.is_finite()) {
        estimate.state = State::NotEstimable("the numbers are too large to be summed".to_owned());
        estimate.estimate = None;
    }
    if estimate.estimate.is_none() {
        (estimate.std_error, estimate.conf_low, estimate.conf_high) = (None, None, None);
    }
    let Estimate { std_error, conf_low, conf_high, df, test_statistic, p_value, n_weighted, deff, cv, .. } = &mut estimate;
    for number in [std_error, conf_low, conf_high, df, test_statistic, p_value, n_weighted, deff, cv] {
        *number = number.filter(|value| value.is_finite());
    }
    estimate
}

/// What is wrong with a request.
fn check(frame: &Frame, design: &Design, request: &Request) -> Vec<Problem> {
    let wants_number = match &request.measure {
        Measure::Mean | Measure::Total | Measure::Sd | Measure::Range | Measure::Quantile { .. } | Measure::Ratio { .. } => true,
        Measure::ChangeParts { .. } | Measure::Paired { .. } => true,
        Measure::Count | Measure::Proportion { .. } | Measure::Change { .. } => false,
    };
    let mut problems = Vec::new();
    if !(request.variable.is_empty() && request.measure == Measure::Count) {
        problems.extend(wrong_column(frame, &request.variable, if wants_number { Want::Number } else { Want::Answer }));
    }
    if let Measure::Ratio { denominator } = &request.measure {
        problems.extend(wrong_column(frame, denominator, Want::Number));
    }
    for name in request.by.iter().chain(request.filter.iter().map(|(name, _)| name)) {
        problems.extend(wrong_column(frame, name, Want::Level));
    }
    if matches!(request.measure, Measure::Proportion { .. }) {
        problems.extend(not_zero_one(frame, &request.variable));
    }
    if let Measure::Change { from, to } | Measure::ChangeParts { from, to } | Measure::Paired { from, to } = &request.measure {
        problems.extend(check_waves(frame, design, request, from, to));
    }
    problems
}

fn not_zero_one(frame: &Frame, name: &str) -> Option<Problem> {
    let mut numbers = frame.batches.iter().filter_map(|batch| batch.numbers(name)).flatten();
    let other = numbers.find(|value| value.is_finite() && **value != 0.0 && **value != 1.0)?;
    let problem = Problem::new("estimate::not_zero_one", format!("the share of a number needs zeros and ones in `{name}`"));
    Some(problem.found(other.to_string()).expected("0 or 1, or a column of levels"))
}

fn check_waves(frame: &Frame, design: &Design, request: &Request, from: &str, to: &str) -> Option<Problem> {
    let Some(wave) = &design.wave else {
        return Some(Problem::new("estimate::no_wave", "a change needs a wave in the design").found(request.variable.clone()));
    };
    if request.by.contains(wave) {
        return Some(Problem::new("estimate::change_by_wave", "a change between waves cannot be split by wave").found(request.variable.clone()));
    }
    let levels = frame.levels.get(wave)?;
    let unknown = [from, to].into_iter().find(|name| levels.position(name).is_none())?;
    let known = crate::error::some_of(levels.names().iter().map(String::as_str));
    Some(Problem::new("estimate::unknown_wave", format!("there is no wave `{unknown}`")).expected(known))
}
