//! Planning the next wave: this wave's spread, design effect and response in, the people and centers that the next one needs out.
//!
//! A margin is asked as a share, five percentage points by default; for a score it is as many tenths of its
//! standard deviation as that margin is of a share of one half, so that all of them need the same plain sample.
//! Standard deviations and the likeness of people of one center are weighted as the means are.

mod taken;
#[cfg(test)]
mod tests;

use super::{Analysis, Context, Shape};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Kind, Measure, Request, State};
use crate::frame::Frame;
use crate::results::{ResultRow, Stat, Status, Support, Unit, thousands};
use crate::stats::{self, Samples};
use taken::TookPart;

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

    fn settings(&self) -> &'static [&'static str] {
        &["center", "instruments", "margin", "power", "variables"]
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        plan(context).into_iter().map(|(_, request)| request).collect()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let mut rows = Vec::new();
        let plan = plan(context);
        let took_part = TookPart::new(context, frame);
        let spread = |wanted: &str| {
            let is = |asked: &Asked| matches!(asked, Asked::Spread(score) if score == wanted);
            plan.iter().zip(answers).find(|((asked, _), _)| is(asked)).and_then(|(_, estimates)| estimates.first()?.estimate)
        };
        for ((asked, _), estimates) in plan.iter().zip(answers) {
            rows.extend(match asked {
                Asked::Spread(_) => Vec::new(),
                Asked::Mean(score) => of_mean(context, &took_part, (score, spread(score)), estimates),
                Asked::Shares(variable) => of_shares(context, &took_part, variable, estimates),
                Asked::Twice(score, from, to) => twice(context, score, (from, to), estimates),
            });
        }
        Ok(rows)
    }
}

enum Asked {
    Mean(String),
    /// The standard deviation.
    Spread(String),
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
        plan.push((Asked::Spread(score.clone()), only(Request::new(score.as_str(), Measure::Sd))));
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
    /// People who could have answered where the survey was made, where that is known.
    could: Option<f64>,
}

impl Design {
    fn new(estimate: &Estimate, took_part: &TookPart<'_>, n: f64, weight: Option<f64>, sd: f64) -> Self {
        let deff = estimate.deff.filter(|deff| *deff > 0.0).unwrap_or(1.0);
        let population = weight.filter(|weight| *weight > STANDS_FOR_MORE * n);
        Self { n, sd, deff, population, could: took_part.could().filter(|could| *could >= n) }
    }

    fn note(&self, estimate: &Estimate) -> String {
        let deff = if estimate.deff.is_some() { format!("design effect {:.2} as in this wave", self.deff) } else { "no design effect known".to_owned() };
        let of = self.population.map_or_else(|| "a large population".to_owned(), |all| format!("{} people in all", whole(all)));
        format!("{deff}; {of}; 95% interval")
    }

    /// Rows of the people that a margin needs.
    fn needed(&self, row: &dyn Fn(Stat, Unit) -> ResultRow, unit: Unit, margin: f64, note: &str) -> Vec<ResultRow> {
        let answers = stats::needed_people(margin, self.sd, ALPHA, self.deff, self.population).map(f64::ceil);
        let invites = answers.zip(self.could).map(|(answers, could)| (answers * could / self.n).ceil().min(self.population.unwrap_or(f64::INFINITY).floor()));
        let answered = self.could.map(|could| format!("{:.1}% of the {} who could answer this time did", 100.0 * self.n / could, whole(could)));
        let filled = |stat: Stat, unit: Unit, value: Option<f64>, more: Option<&String>| {
            let mut row = row(stat, unit);
            row.estimate = value;
            row.add_note(note);
            if let Some(more) = more {
                row.add_note(more);
            }
            value.map(|_| row)
        };
        let rows = [
            filled(Stat::Margin, unit, Some(margin), None),
            filled(Stat::NeededAnswers, Unit::People, answers, None),
            filled(Stat::NeededInvites, Unit::People, invites, answered.as_ref()),
        ];
        rows.into_iter().flatten().collect()
    }
}

/// The margin of a share, as a level that does not change with the data.
fn margin(context: &Context<'_>) -> f64 {
    context.settings.margin.unwrap_or(MARGIN)
}

fn power(context: &Context<'_>) -> f64 {
    context.settings.power.unwrap_or(POWER)
}

/// A whole number with its thousands apart.
fn whole(value: f64) -> String {
    thousands(&format!("{value:.0}"))
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
        Stat::NeededCenters => "centers for a margin, from the intraclass correlation and the number of centers".to_owned(),
        Stat::Intraclass => "intraclass correlation of centers, analysis of variance, weighted where the design has weights".to_owned(),
        _ => format!("power {} of a two-sided test at {ALPHA}, effective number of people", short(power(context))),
    };
    match context.subject.waves.last() {
        Some(wave) => context.in_wave(row, wave),
        None => row,
    }
}

fn of_mean(context: &Context<'_>, took_part: &TookPart<'_>, (score, sd): (&str, Option<f64>), estimates: &[Estimate]) -> Vec<ResultRow> {
    let Some(estimate) = estimates.first() else { return Vec::new() };
    let row = |stat: Stat, unit: Unit| ResultRow { n: Some(estimate.n as f64), ..blank(context, score, stat, unit, estimate.people) };
    let Some(sd) = sd.filter(|sd| *sd > 0.0 && estimate.state == State::Ok) else {
        let mut row = row(Stat::NeededAnswers, Unit::People);
        row.status = Status::NotEstimable;
        row.add_note("too few answers, or answers that do not vary");
        return vec![row];
    };
    let design = Design::new(estimate, took_part, estimate.n as f64, estimate.n_weighted, sd);
    let part = margin(context) / HALF;
    let at = |stat: Stat, unit: Unit| ResultRow { level: Some(format!("{} SD", short(part))), ..row(stat, unit) };
    let mut rows = design.needed(&at, Unit::Points, part * sd, &design.note(estimate));
    if let Some((correlation, people)) = stats::intraclass(&took_part.centers(score)) {
        rows.push(ResultRow { estimate: Some(correlation), ..row(Stat::Intraclass, Unit::None) });
        rows.extend(of_centers(at(Stat::NeededCenters, Unit::None), (part * sd, sd), (correlation, people), took_part.centers_there_are()));
    }
    let effective = design.n / design.deff;
    rows.extend(stats::detectable_difference(effective, sd, ALPHA, power(context), Samples::Two).map(|least| {
        let mut row = ResultRow { estimate: Some(least), ..row(Stat::DetectableChange, Unit::Points) };
        row.add_note(&format!("two waves of {} answers each, design effect {:.2}", thousands(&estimate.n.to_string()), design.deff));
        row
    }));
    rows
}

/// The centers that a margin needs, of all that there are where that is known.
fn of_centers(mut row: ResultRow, (margin, sd): (f64, f64), (correlation, people): (f64, f64), all: Option<f64>) -> Option<ResultRow> {
    let needed = stats::needed_centers(margin, sd, ALPHA, correlation.max(0.0), people, all)?.ceil();
    let each = format!("{people:.1} answers in each center as in this wave");
    match all {
        Some(all) if needed > all => {
            row.status = Status::NotEstimable;
            row.add_note(&format!("all {} centers are not enough with {each}", whole(all)));
        }
        _ => {
            row.estimate = Some(needed);
            let of = all.map_or_else(|| "drawn from many".to_owned(), |all| format!("drawn from {}", whole(all)));
            row.add_note(&format!("{each}, centers {of}, 95% interval"));
        }
    }
    Some(row)
}

fn of_shares(context: &Context<'_>, took_part: &TookPart<'_>, variable: &str, estimates: &[Estimate]) -> Vec<ResultRow> {
    let known = || estimates.iter().filter(|estimate| estimate.estimate.is_some());
    // A design effect is made of the people of its level: those of small levels must not be told.
    let least = if context.subject.public_unit { 0 } else { context.subject.minimum_cell };
    let is_large = |estimate: &&Estimate| estimate.people >= least && estimate.people_outside.is_none_or(|outside| outside >= least);
    // The level that the design serves worst decides for all of them.
    let worst = known().filter(is_large).max_by(|a, b| a.deff.unwrap_or(0.0).total_cmp(&b.deff.unwrap_or(0.0)));
    let Some((worst, base)) = worst.and_then(|worst| Some((worst, worst.denominator?))) else { return Vec::new() };
    let people = worst.people + worst.people_outside.unwrap_or(0);
    let weight = known().map(|estimate| estimate.n_weighted).sum::<Option<f64>>().filter(|_| known().map(|estimate| estimate.n).sum::<u64>() == base);
    let design = Design::new(worst, took_part, base as f64, weight, HALF);
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
