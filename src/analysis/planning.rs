//! Planning the next wave: this wave's spread, design effect and response in, the people and centers that the next one needs out.
//!
//! A margin is asked as a share, five percentage points by default; for a score it is as many tenths of its
//! standard deviation as that margin is of a share of one half, so that all of them need the same plain sample.

use std::collections::BTreeMap;

use super::{Analysis, Context, Shape};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Kind, Measure, Request, State};
use crate::frame::{Frame, NO_LEVEL};
use crate::results::{ResultRow, Stat, Status, Support, Unit};
use crate::stats::{self, Samples};

/// Margin of a share where the pipeline names none.
const MARGIN: f64 = 0.05;
/// Power where the pipeline names none.
const POWER: f64 = 0.8;
/// Level of tests, and what is left outside intervals.
const ALPHA: f64 = 0.05;
/// Standard deviation of a share of one half.
const HALF: f64 = 0.5;
/// Weights whose sum is so much more than the people say how many people there are.
const STANDS_FOR_MORE: f64 = 1.001;

/// What the next wave needs.
pub(super) struct Planning;

impl Analysis for Planning {
    fn kind(&self) -> &'static str {
        "planning"
    }

    fn summary(&self) -> &'static str {
        "what the next wave needs: answers, invitations and centers for a margin, and the change that it would find"
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        plan(context).into_iter().map(|(_, request)| request).collect()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let mut rows = Vec::new();
        for ((asked, _), estimates) in plan(context).iter().zip(answers) {
            rows.extend(match asked {
                Asked::Mean(score) => of_mean(context, frame, score, estimates),
                Asked::Shares(variable) => of_shares(context, variable, estimates),
                Asked::Twice(score, from, to) => twice(context, score, (from, to), estimates),
            });
        }
        Ok(rows)
    }
}

enum Asked {
    Mean(String),
    Shares(String),
    Twice(String, String, String),
}

fn plan(context: &Context<'_>) -> Vec<(Asked, Request)> {
    let mut plan = Vec::new();
    let latest = context.subject.waves.last();
    let only = |request: Request| match latest {
        Some(wave) => request.by(["wave"]).only("wave", [wave.clone()]),
        None => request,
    };
    for score in context.instruments().flat_map(|scored| &scored.scales).filter_map(|scale| scale.scores.first()) {
        plan.push((Asked::Mean(score.clone()), only(Request::new(score.as_str(), Measure::Mean))));
        let pair = context.comparisons().first().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
        if let (Some((from, to)), Some(_)) = (pair, &context.subject.person) {
            let request = Request::new(score.as_str(), Measure::Paired { from: from.clone(), to: to.clone() });
            plan.push((Asked::Twice(score.clone(), from, to), request));
        }
    }
    for variable in context.settings.variables.iter().filter(|variable| context.shape(variable) != Shape::Number) {
        let shares = Measure::Proportion { ci: CiMethod::Logit, base: Base::Valid };
        plan.push((Asked::Shares(variable.clone()), only(Request::new(variable.as_str(), shares))));
    }
    plan
}

/// What a survey of the same kind would be: spread, design effect, people asked.
struct Design {
    /// Answers of this wave.
    n: f64,
    sd: f64,
    deff: f64,
    /// People whom the answers stand for, where that is known.
    population: Option<f64>,
}

impl Design {
    fn new(estimate: &Estimate, n: f64, weight: Option<f64>, sd: f64) -> Self {
        let deff = estimate.deff.filter(|deff| *deff > 0.0).unwrap_or(1.0);
        Self { n, sd, deff, population: weight.filter(|weight| *weight > STANDS_FOR_MORE * n) }
    }

    fn note(&self, estimate: &Estimate) -> String {
        let deff = if estimate.deff.is_some() { format!("design effect {:.2} as in this wave", self.deff) } else { "no design effect known".to_owned() };
        let of = self.population.map_or_else(|| "a large population".to_owned(), |all| format!("{all:.0} people in all"));
        format!("{deff}; {of}; 95% interval")
    }

    /// Rows of the people that a margin needs.
    fn needed(&self, row: &dyn Fn(Stat, Unit) -> ResultRow, unit: Unit, margin: f64, note: &str) -> Vec<ResultRow> {
        let answers = stats::needed_people(margin, self.sd, ALPHA, self.deff, self.population).map(f64::ceil);
        let response = self.population.map(|all| self.n / all);
        let invites = answers.zip(response).zip(self.population).map(|((answers, response), all)| (answers / response).ceil().min(all.floor()));
        let filled = |stat: Stat, unit: Unit, value: Option<f64>| {
            let mut row = row(stat, unit);
            row.estimate = value;
            row.add_note(note);
            value.map(|_| row)
        };
        let all = [(Stat::Margin, unit, Some(margin)), (Stat::NeededAnswers, Unit::People, answers), (Stat::NeededInvites, Unit::People, invites)];
        all.into_iter().filter_map(|(stat, unit, value)| filled(stat, unit, value)).collect()
    }
}

/// The margin of a share, as a level that does not change with the data.
fn margin(context: &Context<'_>) -> f64 {
    context.settings.margin.unwrap_or(MARGIN)
}

fn power(context: &Context<'_>) -> f64 {
    context.settings.power.unwrap_or(POWER)
}

/// Number in its shortest form.
fn short(value: f64) -> String {
    format!("{}", (value * 1e6).round() / 1e6)
}

fn blank(context: &Context<'_>, variable: &str, stat: Stat, unit: Unit, people: u64) -> ResultRow {
    let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, variable, stat, unit);
    row.support = if context.subject.public_unit { Support::Establishments(people) } else { Support::People { behind: people, outside: None } };
    row.method = match stat {
        Stat::NeededAnswers | Stat::NeededInvites | Stat::Margin => "sample size for a margin, finite population and design effect".to_owned(),
        Stat::NeededCenters => "centers for a margin, from the intraclass correlation".to_owned(),
        Stat::Intraclass => "intraclass correlation of centers, analysis of variance, unweighted".to_owned(),
        _ => format!("power {} of a two-sided test at {ALPHA}, effective number of people", short(power(context))),
    };
    match context.subject.waves.last() {
        Some(wave) => context.in_wave(row, wave),
        None => row,
    }
}

fn of_mean(context: &Context<'_>, frame: &Frame, score: &str, estimates: &[Estimate]) -> Vec<ResultRow> {
    let Some(estimate) = estimates.first() else { return Vec::new() };
    let row = |stat: Stat, unit: Unit| ResultRow { n: Some(estimate.n as f64), ..blank(context, score, stat, unit, estimate.people) };
    let centers = centers(context, frame, score);
    let values: Vec<f64> = values(context, frame, score).collect();
    let Some(sd) = stats::standard_deviation(&values).filter(|sd| *sd > 0.0 && estimate.state == State::Ok) else {
        let mut row = row(Stat::NeededAnswers, Unit::People);
        row.status = Status::NotEstimable;
        row.add_note("too few answers, or answers that do not vary");
        return vec![row];
    };
    let design = Design::new(estimate, estimate.n as f64, estimate.n_weighted, sd);
    let part = margin(context) / HALF;
    let at = |stat: Stat, unit: Unit| ResultRow { level: Some(format!("{} SD", short(part))), ..row(stat, unit) };
    let mut rows = design.needed(&at, Unit::Points, part * sd, &design.note(estimate));
    if let Some((correlation, people)) = stats::intraclass(&centers) {
        rows.push(ResultRow { estimate: Some(correlation), ..row(Stat::Intraclass, Unit::None) });
        let needed = stats::needed_centers(part * sd, sd, ALPHA, correlation.max(0.0), people, None);
        rows.extend(needed.map(|needed| {
            let mut row = ResultRow { estimate: Some(needed.ceil()), ..at(Stat::NeededCenters, Unit::None) };
            row.add_note(&format!("{people:.1} answers in each center as in this wave, centers drawn from many, 95% interval"));
            row
        }));
    }
    let effective = design.n / design.deff;
    rows.extend(stats::detectable_difference(effective, sd, ALPHA, power(context), Samples::Two).map(|least| {
        let mut row = ResultRow { estimate: Some(least), ..row(Stat::DetectableChange, Unit::Points) };
        row.add_note(&format!("two waves of {} answers each, design effect {:.2}", estimate.n, design.deff));
        row
    }));
    rows
}

fn of_shares(context: &Context<'_>, variable: &str, estimates: &[Estimate]) -> Vec<ResultRow> {
    let known = || estimates.iter().filter(|estimate| estimate.estimate.is_some());
    // The level that the design serves worst decides for all of them.
    let worst = known().max_by(|a, b| a.deff.unwrap_or(0.0).total_cmp(&b.deff.unwrap_or(0.0)));
    let Some((worst, base)) = worst.and_then(|worst| Some((worst, worst.denominator?))) else { return Vec::new() };
    let people = worst.people + worst.people_outside.unwrap_or(0);
    let weight = known().map(|estimate| estimate.n_weighted).sum::<Option<f64>>().filter(|_| known().map(|estimate| estimate.n).sum::<u64>() == base);
    let design = Design::new(worst, base as f64, weight, HALF);
    // the base is not said again: it stands with the shares
    let row = |stat: Stat, unit: Unit| blank(context, variable, stat, unit, people);
    let at = |stat: Stat, unit: Unit| ResultRow { level: Some(format!("{} points", short(margin(context) * 100.0))), ..row(stat, unit) };
    let mut rows = design.needed(&at, Unit::Percent, margin(context), &design.note(worst));
    rows.extend(stats::detectable_rise(design.n / design.deff, HALF, ALPHA, power(context)).map(|least| {
        let mut row = ResultRow { estimate: Some(least), ..row(Stat::DetectableChange, Unit::Percent) };
        row.add_note(&format!("two waves of as many answers, from a share of one half, design effect {:.2}", design.deff));
        row
    }));
    rows
}

fn twice(context: &Context<'_>, score: &str, (from, to): (&str, &str), estimates: &[Estimate]) -> Vec<ResultRow> {
    let of = |kind: Kind| estimates.iter().find(|estimate| estimate.kind == kind);
    let Some((change, effect)) = of(Kind::MeanChange).zip(of(Kind::CohenDz)) else { return Vec::new() };
    let Some((mean, size)) = change.estimate.zip(effect.estimate).filter(|(_, size)| *size != 0.0) else { return Vec::new() };
    let (n, sd) = (change.n as f64, mean / size);
    let deff = change.std_error.map(|error| (error / sd).powi(2) * n).filter(|deff| *deff > 1.0).unwrap_or(1.0);
    let Some(least) = stats::detectable_difference(n / deff, sd, ALPHA, power(context), Samples::Paired) else { return Vec::new() };
    let mut row = blank(context, score, Stat::DetectableChange, Unit::Points, change.people);
    (row.estimate, row.n) = (Some(least), Some(n));
    row = context.in_wave(row, to);
    row.groups.insert("compared_with".to_owned(), from.to_owned());
    row.groups.insert("who".to_owned(), "people seen twice".to_owned());
    row.add_note(&format!("standard deviation of changes {sd:.2}, design effect {deff:.2}"));
    vec![row]
}

/// Values of the latest wave.
fn values<'a>(context: &Context<'_>, frame: &'a Frame, score: &'a str) -> impl Iterator<Item = f64> + 'a {
    rows(context, frame).filter_map(move |(batch, row)| frame.batches[batch].numbers(score).map(|values| values[row])).filter(|value| !value.is_nan())
}

/// Batch and row of the latest wave.
fn rows<'a>(context: &Context<'_>, frame: &'a Frame) -> impl Iterator<Item = (usize, usize)> + 'a {
    let wave = context.subject.waves.last().and_then(|wave| frame.levels.get("wave")?.position(wave));
    let inside = move |batch: &crate::frame::Batch, row: usize| wave.is_none_or(|wave| batch.levels("wave").is_some_and(|waves| waves[row] == wave));
    frame.batches.iter().enumerate().flat_map(move |(place, batch)| (0..batch.rows()).filter(move |row| inside(batch, *row)).map(move |row| (place, row)))
}

/// Values of each center of the latest wave, in the order of the centers' names.
fn centers(context: &Context<'_>, frame: &Frame, score: &str) -> Vec<Vec<f64>> {
    let Some(center) = &context.settings.center else { return Vec::new() };
    let mut centers: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (batch, row) in rows(context, frame) {
        let batch = &frame.batches[batch];
        let (Some(values), Some(levels)) = (batch.numbers(score), batch.levels(center)) else { continue };
        if !values[row].is_nan() && levels[row] != NO_LEVEL {
            centers.entry(levels[row]).or_default().push(values[row]);
        }
    }
    centers.into_values().collect()
}
