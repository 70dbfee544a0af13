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
pub(crate) mod visits;

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
    let mut asked: Vec<Split> = requests.iter().map(Split::of).collect();
    asked.sort_unstable();
    asked.dedup();
    // Many requests look at the same domains; the units of each domain are found once.
    let domains: Vec<Vec<Domain<'_>>> = asked.par_iter().map(|split| split.domains(&context)).collect();
    let of_request = |request: &Request| {
        let Ok(position) = asked.binary_search(&Split::of(request)) else { unreachable!("the split of every request is in the list") };
        answer_one(&context, request, &domains[position])
    };
    Ok(requests.par_iter().map(of_request).collect())
}

/// How a request divides the rows into domains.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Split {
    by: Vec<String>,
    filter: Vec<(String, Vec<String>)>,
    waves: Option<(String, String)>,
    pairs: bool,
}

impl Split {
    fn of(request: &Request) -> Self {
        let waves = match &request.measure {
            Measure::Change { from, to } | Measure::ChangeParts { from, to } | Measure::Paired { from, to } => Some((from.clone(), to.clone())),
            _ => None,
        };
        Self { by: request.by.clone(), filter: request.filter.clone(), waves, pairs: matches!(request.measure, Measure::Paired { .. }) }
    }

    /// The domains; pairs have their own, which depend on the answers.
    fn domains<'a>(&self, context: &'a Context<'a>) -> Vec<Domain<'a>> {
        if self.pairs {
            return Vec::new();
        }
        let waves = self.waves.as_ref().map(|(from, to)| [context.wave(from), context.wave(to)]);
        let inside = |row: &u32| waves.is_none_or(|waves| waves.contains(&context.index.wave[*row as usize]));
        let domain = |mut group: Group| {
            group.rows.retain(inside);
            Domain::new(context, group)
        };
        context.groups(&self.by, &self.filter, self.waves.as_ref()).into_iter().map(domain).collect()
    }
}

fn answer_one(context: &Context<'_>, request: &Request, domains: &[Domain<'_>]) -> Vec<Estimate> {
    let answers = context.answers(&request.variable);
    let estimates: Vec<Estimate> = match &request.measure {
        Measure::Paired { from, to } => {
            let groups = context.groups(&request.by, &request.filter, Some(&(from.clone(), to.clone())));
            let pairs = paired::Pairs::new(context, &answers, &groups, waves_of(context, from, to));
            groups.into_iter().flat_map(|group| paired::paired(context, &answers, &pairs, group)).collect()
        }
        _ => domains.iter().flat_map(|domain| measure(domain, request, &answers)).collect(),
    };
    estimates.into_iter().map(finite).collect()
}

fn waves_of(context: &Context<'_>, from: &str, to: &str) -> Waves {
    Waves { from: context.wave(from), to: context.wave(to) }
}

fn measure(domain: &Domain<'_>, request: &Request, answers: &Answers) -> Vec<Estimate> {
    if let Some(reason) = &domain.blocked {
        return blocked(domain, request, answers, reason);
    }
    match &request.measure {
        Measure::Mean => linear::mean(domain, answers),
        Measure::Total => linear::total(domain, answers),
        Measure::Sd => linear::sd(domain, answers),
        Measure::Range => linear::range(domain, answers),
        Measure::Count => linear::count(domain, (!request.variable.is_empty()).then_some(answers)),
        Measure::Proportion { ci, base } => proportion::proportion(domain, answers, *ci, *base),
        Measure::Quantile { probs, rule } => quantile::quantile(domain, answers, probs, *rule),
        Measure::Ratio { denominator } => linear::ratio(domain, answers, &domain.context.answers(denominator)),
        Measure::Change { from, to } => change::change(domain, answers, waves_of(domain.context, from, to)),
        Measure::ChangeParts { from, to } => change::change_parts(domain, answers, waves_of(domain.context, from, to)),
        Measure::Paired { .. } => unreachable!("pairs are answered before"),
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
    let wants_number = !matches!(request.measure, Measure::Count | Measure::Proportion { .. } | Measure::Change { .. });
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
    let other = numbers.find(|value| value.is_finite() && ![0.0, 1.0].contains(*value))?;
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
