//! Frames, a design and requests in, estimates with their uncertainty out.
//!
//! *Reduce, then finish*: one round over the rows makes the sums that all requests need, by domain and
//! unit of the design (`reduce`, `tally`); estimates, errors and intervals are arithmetic on those
//! tables (`domain` and a file for each family of measures). Cost grows with rows once, and memory with
//! groups, units and distinct values; neither the split into batches nor the number of threads changes a digit.
//!
//! | [`Measure`] | what it estimates | error from |
//! | --- | --- | --- |
//! | `Mean`, `Total`, `Sd` | of a number | linearization or replicates |
//! | `Ratio`, `Correlation` | of two numbers | linearization or replicates |
//! | `Count`, `Proportion` | of rows, levels, options, ones | linearization or replicates; intervals by [`CiMethod`] |
//! | `Quantile` | by [`QuantileRule`] | Woodruff's interval |
//! | `Difference`, `ChangeParts`, `Mix` | between groups or waves | linearization with the covariance of both |
//! | `Stayers` | of people in both of two waves and in one | linearization |
//! | `Paired` | within people | the changes of people |
//! | `Range`, `Distinct` | of what was met | none |
//!
//! Formulas, sources and an example worked by hand stand at each measure.
//! An estimate that cannot be made is an [`Estimate`] whose [`State`] gives the reason.

mod change;
mod choices;
mod context;
mod domain;
mod linear;
mod measure;
mod mix;
mod paired;
mod proportion;
mod quantile;
mod reduce;
mod request;
mod stability;
mod tally;
pub(crate) mod visits;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub(crate) use visits::calendar;

pub use choices::{Base, CiMethod, QuantileRule};
pub use measure::Measure;
pub use request::{Estimate, Kind, Request, State};

use crate::design::{Columns, Design, Want};
use crate::error::{Error, Exit, Problem};
use crate::frame::{Frame, Levels, Shape, Source};
use context::{Context, Division};
use domain::Domain;
use reduce::{Split, Wanted, reduce};
use tally::Ask;

/// Version of the method: raised whenever the same input could give other figures, so that a lock tells it.
pub(crate) const METHOD_VERSION: u32 = 1;

/// Answers every request, in order; each answer has one estimate per domain and level.
///
/// # Errors
/// Columns that are absent or of the wrong type, all of them at once; weights below zero.
///
/// # Example
/// The mean of each team, and what lies between them:
///
/// ```
/// use recovista::design::Design;
/// use recovista::estimate::{Measure, Request, answer};
/// use recovista::frame::{Batch, Column, Frame, Levels, Values};
///
/// let mut batch = Batch::new(4);
/// batch.push(Column { name: "team".into(), values: Values::Level(vec![0, 0, 1, 1]), missing: Vec::new() });
/// batch.push(Column { name: "hours".into(), values: Values::Number(vec![1.0, 3.0, 4.0, 8.0]), missing: Vec::new() });
/// let frame = Frame { batches: vec![batch], levels: [("team".to_owned(), Levels::new(["day", "night"]))].into() };
/// let difference = Measure::Difference { column: "team".into(), from: "day".into(), to: "night".into() };
/// let asked = [Request::new("hours", Measure::Mean).by(["team"]), Request::new("hours", difference)];
/// let answers = answer(&frame, &Design::default(), &asked)?;
/// assert_eq!(answers[0][0].groups, [("team".to_owned(), "day".to_owned())]);
/// assert_eq!((answers[0][0].estimate, answers[0][1].estimate, answers[1][0].estimate), (Some(2.0), Some(6.0), Some(4.0)));
/// # Ok::<(), recovista::error::Error>(())
/// ```
pub fn answer(frame: &Frame, design: &Design, requests: &[Request]) -> Result<Vec<Vec<Estimate>>, Error> {
    let columns = Columns::of(&frame);
    let mut problems: Vec<Problem> = requests.iter().flat_map(|request| check(&columns, &frame.levels, design, request)).collect();
    let shares = requests.iter().filter(|request| matches!(request.measure, Measure::Proportion { .. }));
    problems.extend(shares.filter_map(|request| not_zero_one(frame, &request.variable)));
    Error::gather(Exit::Usage, problems)?;
    let mut source = frame;
    answer_from(&mut source, design, requests)
}

/// Answers every request from data that need not be held as a whole; the columns have been checked.
pub(crate) fn answer_from(source: &mut dyn Source, design: &Design, requests: &[Request]) -> Result<Vec<Vec<Estimate>>, Error> {
    let columns = Columns::of(source);
    columns.check_design(design)?;
    let mut wanted: BTreeMap<Split, Wanted> = BTreeMap::new();
    for request in requests {
        wanted.entry(Division::of(request, design).split).or_default().add(request, &columns);
    }
    let (replicates, rule) = columns.replicates(design)?.unzip();
    let replicates: Vec<String> = replicates.unwrap_or_default();
    let reduced = reduce(source, design, &replicates, wanted)?;
    let levels = source.levels();
    let calibration = design.calibration.as_ref().zip(reduced.calibrated.as_ref());
    let auxiliaries = calibration.map(|(spec, calibrated)| calibrated.auxiliaries(spec, levels)).transpose()?;
    let mut context = Context::new(design, &columns, levels, &reduced, requests).with_rule(rule.as_ref());
    if let Some((calibrated, auxiliaries)) = reduced.calibrated.as_ref().zip(auxiliaries.as_ref()) {
        context.whole = Some(calibrated.whole_sample(auxiliaries, &reduced.units, design, &context.strata));
    }
    // Many requests look at the same domains; the cells and units of each are found once.
    let divisions: BTreeMap<Division, &Request> =
        requests.iter().filter(|request| !is_paired(request)).map(|request| (Division::of(request, design), request)).collect();
    let domains: BTreeMap<&Division, Vec<Domain<'_>>> = divisions.par_iter().map(|(division, request)| (division, context.domains(request))).collect();
    let of_request = |request: &Request| domains.get(&Division::of(request, design)).map_or(&[][..], Vec::as_slice);
    Ok(requests.par_iter().map(|request| finish(&context, request, of_request(request))).collect())
}

impl Wanted {
    /// Adds what a request needs, once.
    fn add(&mut self, request: &Request, columns: &Columns) {
        let variable = request.variable.clone();
        let is_number = columns.shape(&variable) == Some(Shape::Number);
        let ask = match &request.measure {
            Measure::Count if variable.is_empty() => return,
            Measure::Paired { from, to } => {
                let pairs = (variable, from.clone(), to.clone());
                if !self.pairs.contains(&pairs) {
                    self.pairs.push(pairs);
                }
                return;
            }
            Measure::Count | Measure::Proportion { .. } => Ask::Options(variable),
            Measure::Difference { .. } if !is_number => Ask::Options(variable),
            Measure::Sd => Ask::Squares(variable),
            Measure::Mean
            | Measure::Total
            | Measure::Range
            | Measure::Difference { .. }
            | Measure::ChangeParts { .. }
            | Measure::Stayers { .. }
            | Measure::Mix { .. } => Ask::Number(variable),
            Measure::Quantile { .. } => Ask::Values(variable),
            Measure::Ratio { denominator } => Ask::Pair(variable, denominator.clone()),
            Measure::Correlation { with } => Ask::Pair(variable, with.clone()),
            Measure::Distinct => Ask::Distinct(variable),
        };
        if !self.asks.contains(&ask) {
            self.asks.push(ask);
        }
    }
}

fn is_paired(request: &Request) -> bool {
    matches!(request.measure, Measure::Paired { .. })
}

fn finish(context: &Context<'_>, request: &Request, domains: &[Domain<'_>]) -> Vec<Estimate> {
    let estimates: Vec<Estimate> = match &request.measure {
        Measure::Paired { from, to } => paired::paired(context, request, from, to),
        _ => domains.par_iter().flat_map_iter(|domain| measure(domain, request)).collect(),
    };
    estimates.into_iter().map(finite).collect()
}

fn measure(domain: &Domain<'_>, request: &Request) -> Vec<Estimate> {
    let variable = request.variable.as_str();
    if let Some(reason) = &domain.place.blocked {
        return blocked(domain, request, reason);
    }
    match &request.measure {
        Measure::Mean => vec![linear::mean(domain, variable)],
        Measure::Total => vec![linear::total(domain, variable)],
        Measure::Sd => vec![linear::sd(domain, variable)],
        Measure::Range => linear::range(domain, variable),
        Measure::Count => linear::count(domain, variable),
        Measure::Proportion { ci, base } => proportion::proportion(domain, variable, *ci, *base),
        Measure::Quantile { probs, rule } => quantile::quantile(domain, variable, probs, *rule),
        Measure::Ratio { denominator } => vec![linear::ratio(domain, variable, denominator)],
        Measure::Correlation { with } => vec![linear::correlation(domain, variable, with)],
        Measure::Distinct => vec![linear::distinct(domain, variable)],
        Measure::Difference { .. } => change::difference(domain, variable),
        Measure::ChangeParts { .. } => change::change_parts(domain, variable),
        Measure::Stayers { .. } => change::stayers(domain, variable),
        Measure::Mix { .. } => mix::parts(domain, variable, request.by.len()),
        Measure::Paired { .. } => unreachable!("pairs have their own domains"),
    }
}

/// One row per kind, and per level where the measure has levels, that says why there is no estimate.
fn blocked(domain: &Domain<'_>, request: &Request, reason: &str) -> Vec<Estimate> {
    let cells = || domain.place.context.cells(&request.variable);
    let (kinds, levels): (Vec<Kind>, Vec<Option<String>>) = match &request.measure {
        Measure::Mean => (vec![Kind::Mean], vec![None]),
        Measure::Total => (vec![Kind::Total], vec![None]),
        Measure::Sd => (vec![Kind::Sd], vec![None]),
        Measure::Range => (vec![Kind::Min, Kind::Max], vec![None]),
        Measure::Count => (vec![Kind::Count], if request.variable.is_empty() { vec![None] } else { cells() }),
        Measure::Proportion { .. } => (vec![Kind::Proportion], cells()),
        Measure::Quantile { probs, .. } => (vec![Kind::Quantile], probs.iter().map(|p| Some(p.to_string())).collect()),
        Measure::Ratio { .. } => (vec![Kind::Ratio], vec![None]),
        Measure::Correlation { .. } => (vec![Kind::Correlation], vec![None]),
        Measure::Distinct => (vec![Kind::Distinct], vec![None]),
        Measure::Difference { .. } => (vec![Kind::Difference], cells()),
        Measure::ChangeParts { .. } => (vec![Kind::ChangePart], change::PARTS.map(|name| Some(name.to_owned())).to_vec()),
        Measure::Mix { .. } => (vec![Kind::ChangePart], mix::PARTS.map(|name| Some(name.to_owned())).to_vec()),
        Measure::Stayers { .. } => (vec![Kind::Mean], change::WHO.map(|name| Some(name.to_owned())).to_vec()),
        Measure::Paired { .. } => unreachable!("pairs have their own domains"),
    };
    let one = |kind: Kind| levels.iter().map(move |level| Estimate { level: level.clone(), ..domain.place.none(kind, reason) });
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
    if estimate.std_error.is_some_and(|error| !error.is_finite()) {
        (estimate.std_error, estimate.conf_low, estimate.conf_high) = (None, None, None);
        domain::add_note(&mut estimate, "the numbers are too large for an error to be made");
    }
    let Estimate { std_error, conf_low, conf_high, df, test_statistic, p_value, n_weighted, deff, cv, .. } = &mut estimate;
    for number in [std_error, conf_low, conf_high, df, test_statistic, p_value, n_weighted, deff, cv] {
        *number = number.filter(|value| value.is_finite());
    }
    estimate
}

/// What is wrong with a request.
pub(crate) fn check(columns: &Columns, levels: &BTreeMap<String, Levels>, design: &Design, request: &Request) -> Vec<Problem> {
    let want = match request.measure {
        Measure::Count | Measure::Proportion { .. } | Measure::Difference { .. } => Want::Answer,
        Measure::Distinct => Want::Level,
        _ => Want::Number,
    };
    let mut problems = Vec::new();
    if !(request.variable.is_empty() && request.measure == Measure::Count) {
        problems.extend(columns.wrong(&request.variable, want));
    }
    if let Measure::Ratio { denominator: other } | Measure::Correlation { with: other } = &request.measure {
        problems.extend(columns.wrong(other, Want::Number));
    }
    let group = if let Measure::Mix { group, .. } = &request.measure { Some(group) } else { None };
    for name in request.by.iter().chain(request.filter.iter().map(|(name, _)| name)).chain(group) {
        problems.extend(columns.wrong(name, Want::Level));
    }
    match (&request.measure, &design.wave) {
        (Measure::Difference { column, from, to }, _) => problems.extend(check_comparison(levels, request, column, from, to)),
        (Measure::ChangeParts { from, to } | Measure::Stayers { from, to } | Measure::Mix { from, to, .. } | Measure::Paired { from, to }, Some(wave)) => {
            problems.extend(check_comparison(levels, request, wave, from, to));
        }
        (Measure::ChangeParts { .. } | Measure::Stayers { .. } | Measure::Mix { .. } | Measure::Paired { .. }, None) => {
            problems.push(Problem::new("estimate::no_wave", "a change needs a wave in the design").found(request.variable.clone()));
        }
        _ => {}
    }
    problems
}

fn not_zero_one(frame: &Frame, name: &str) -> Option<Problem> {
    let mut numbers = frame.batches.iter().filter_map(|batch| batch.numbers(name)).flatten();
    let other = numbers.find(|value| value.is_finite() && ![0.0, 1.0].contains(*value))?;
    let problem = Problem::new("estimate::not_zero_one", format!("the share of a number needs zeros and ones in `{name}`"));
    Some(problem.found(other.to_string()).expected("0 or 1, or a column of levels"))
}

fn check_comparison(levels: &BTreeMap<String, Levels>, request: &Request, column: &str, from: &str, to: &str) -> Option<Problem> {
    if request.by.iter().any(|by| by == column) {
        let problem = Problem::new("estimate::compared_by_itself", format!("a comparison of `{column}` cannot be split by it"));
        return Some(problem.found(request.variable.clone()));
    }
    let levels = levels.get(column)?;
    let unknown = [from, to].into_iter().find(|name| levels.position(name).is_none())?;
    let known = crate::error::some_of(levels.names().iter().map(String::as_str));
    Some(Problem::new("estimate::unknown_level", format!("`{column}` has no level `{unknown}`")).expected(known))
}
