//! Are people doing better: every instrument's scores, bands, floors, reliability, curves and change.

mod bands;
mod columns;
mod curve;
mod modelled;
mod norms;
mod people;

pub(crate) use bands::Transitions;

use super::{Analysis, Context, ScoredScale, answers};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Measure, Request};
use crate::frame::Frame;
use crate::results::{QUESTION_CHANGED, ResultRow, Stat, Status, Support, Unit};
use crate::stats;

/// Whom changes are about.
const WHO: &str = "people seen twice";

/// Outcomes by instrument.
pub(super) struct Outcomes;

impl Analysis for Outcomes {
    fn kind(&self) -> &'static str {
        "outcomes"
    }

    fn summary(&self) -> &'static str {
        "are people doing better: scores, bands, answers, reliability, curves over years in recovery, change of people seen twice"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["answers", "by", "center", "curve", "each", "instruments", "model", "seed"]
    }

    fn needs(&self, settings: &super::Settings) -> Vec<String> {
        settings.curve.iter().cloned().collect()
    }

    fn prepare(&self, context: &Context<'_>, frame: &mut Frame) {
        for scored in context.instruments() {
            if context.settings.answers.contains(&scored.id) {
                columns::add_answers(scored, frame);
            }
            for scale in &scored.scales {
                bands::add_own(scale, frame);
                for (from, to) in context.unbroken(scale) {
                    people::add_reliable_change(context, scale, from, to, frame);
                    bands::add(context, scale, (from, to), frame);
                }
            }
        }
        if let Some(curve) = &context.settings.curve {
            columns::add_bins(curve, frame);
        }
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        plan(context).into_iter().map(|asked| asked.request).collect()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, estimates: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let mut rows = Vec::new();
        for (asked, estimates) in plan(context).into_iter().zip(estimates) {
            for estimate in estimates {
                if asked.variable == context.subject.unit.word() {
                    rows.push(context.answered_row(context.subject.unit.word(), estimate));
                    continue;
                }
                let mut row = context.row(&asked.variable, Unit::Points, estimate);
                if matches!(row.stat, Stat::WilcoxonV | Stat::RankBiserial) {
                    row.unit = Unit::None;
                }
                if let Some((from, to)) = &asked.waves {
                    row = context.in_wave(row, to);
                    row.groups.insert("compared_with".to_owned(), from.clone());
                    row.groups.insert("who".to_owned(), WHO.to_owned());
                    if asked.variable.ends_with("_reliable_change") {
                        people::why_none(context, frame, &mut row);
                        row.add_note(&asked.note);
                    }
                }
                rows.push(match asked.moved {
                    Some(moved) => bands::told(row, moved),
                    None => row,
                });
            }
        }
        for scored in context.instruments() {
            for scale in &scored.scales {
                rows.extend(alpha_rows(context, frame, scale));
                rows.extend(broken(context, scale));
                rows.extend(bands::tests(context, frame, scale));
                rows.extend(bands::unclassified(context, frame, scale));
                rows.extend(norms::rows(context, scale, &means(context, estimates)));
                if context.settings.mixed {
                    rows.extend(modelled::rows(context, frame, scale));
                }
                if let Some(years) = &context.settings.curve {
                    rows.extend(curve::rows(context, frame, scale, years));
                }
            }
        }
        Ok(rows)
    }
}

/// The means of everybody in the latest wave, by score.
fn means<'a>(context: &'a Context<'_>, estimates: &'a [Vec<Estimate>]) -> Vec<(&'a str, &'a Estimate)> {
    let scores: Vec<&String> = context.instruments().flat_map(|scored| &scored.scales).flat_map(|scale| &scale.scores).collect();
    let latest: Vec<(String, String)> = context.subject.waves.last().map(|wave| ("wave".to_owned(), wave.clone())).into_iter().collect();
    let of = |asked: &Asked, estimates: &'a [Estimate]| {
        let score = scores.iter().find(|score| ***score == asked.variable && asked.request.measure == Measure::Mean && asked.request.by == wave(context))?;
        Some((score.as_str(), estimates.iter().find(|estimate| estimate.groups == latest)?))
    };
    plan(context).iter().zip(estimates).filter_map(|(asked, estimates)| of(asked, estimates)).collect()
}

struct Asked {
    variable: String,
    request: Request,
    /// Earlier and later wave of a change.
    waves: Option<(String, String)>,
    note: String,
    /// What a row of people who moved between bands says.
    moved: Option<bands::Told>,
}

fn plan(context: &Context<'_>) -> Vec<Asked> {
    let mut plan = Vec::new();
    for by in context.breakdowns() {
        plan.push(ask(context.subject.unit.word(), "", Measure::Count).by(by));
    }
    for scored in context.instruments() {
        for scale in &scored.scales {
            plan.extend(by_wave(context, scale));
            plan.extend(latest(context, scale));
            plan.extend(twice(context, scale));
        }
        if context.settings.answers.contains(&scored.id) {
            for item in &scored.items {
                plan.push(ask(item, &columns::answer_column(item), share()).by(wave(context)).only_latest(context));
            }
        }
    }
    plan
}

/// What is said of a scale in every wave, and of its headline in every further breakdown.
fn by_wave(context: &Context<'_>, scale: &ScoredScale) -> Vec<Asked> {
    let mut plan = Vec::new();
    for (position, score) in scale.scores.iter().enumerate() {
        plan.push(ask(score, score, Measure::Mean).by(wave(context)));
        plan.push(ask(score, score, Measure::Sd).by(wave(context)));
        plan.push(ask(score, score, Measure::Quantile { probs: vec![0.25, 0.5, 0.75], rule: None }).by(wave(context)));
        if position == 0 {
            for by in context.breakdowns().into_iter().skip(1) {
                plan.push(ask(score, score, Measure::Mean).by(by));
            }
        }
    }
    let own = Transitions::of(scale).filter(|_| !scale.own_bands.is_empty()).map(|moves| moves.band());
    for band in scale.has_bands.then(|| format!("{}_band", scale.name)).into_iter().chain(own) {
        plan.push(ask(&band, &band, share()).by(wave(context)));
    }
    for end in ["floor", "ceiling"] {
        let column = format!("{}_{end}", scale.name);
        plan.push(ask(&column, &column, share()).by(wave(context)));
    }
    plan
}

/// What is said of the latest wave only: centers and the points of a curve.
fn latest(context: &Context<'_>, scale: &ScoredScale) -> Vec<Asked> {
    let Some(score) = scale.scores.first() else { return Vec::new() };
    let mut groups: Vec<String> = context.settings.center.iter().cloned().collect();
    groups.extend(context.settings.curve.as_ref().map(|curve| columns::bin_column(curve)));
    groups.into_iter().map(|group| ask(score, score, Measure::Mean).by(wave(context).into_iter().chain([group]).collect()).only_latest(context)).collect()
}

/// Change of people seen in both waves.
fn twice(context: &Context<'_>, scale: &ScoredScale) -> Vec<Asked> {
    // Without a column that names people, nobody can be seen twice.
    let (Some(score), Some(_)) = (scale.scores.first(), &context.subject.person) else { return Vec::new() };
    let mut plan = Vec::new();
    for (from, to) in context.unbroken(scale) {
        let waves = Some((from.to_owned(), to.to_owned()));
        plan.push(Asked { waves: waves.clone(), ..ask(score, score, Measure::Paired { from: from.to_owned(), to: to.to_owned() }) });
        if let Some((reliability, source)) = &scale.reliability {
            let (name, column) = (people::change_name(&scale.name), people::change_column(&scale.name, from));
            let note =
                format!("reliable change by Jacobson and Truax with reliability {reliability} ({source}) and the standard deviation of the earlier wave");
            plan.push(Asked { waves, note, ..ask(&name, &column, share()).only_latest(context) });
        }
    }
    plan.extend(bands::plan(context, scale));
    plan
}

/// Why a change of people seen twice is not given: the question changed between the waves, and so may the score of somebody who did not.
fn broken(context: &Context<'_>, scale: &ScoredScale) -> Vec<ResultRow> {
    let (Some(score), Some(_)) = (scale.scores.first(), &context.subject.person) else { return Vec::new() };
    let one = |(from, to): (&str, &str)| {
        let reason = context.broken(score, from)?;
        let row = ResultRow::new(&context.subject.dataset, &context.settings.id, score, Stat::MeanChange, Unit::Points);
        let mut row = context.in_wave(row, to);
        row.groups.insert("compared_with".to_owned(), from.to_owned());
        row.groups.insert("who".to_owned(), WHO.to_owned());
        row.status = Status::NotEstimable;
        "not estimated".clone_into(&mut row.method);
        row.add_note(&format!("{QUESTION_CHANGED}{reason}"));
        Some(row)
    };
    context.comparisons().into_iter().filter_map(one).collect()
}

fn ask(variable: &str, column: &str, measure: Measure) -> Asked {
    Asked { variable: variable.to_owned(), request: Request::new(column, measure), waves: None, note: String::new(), moved: None }
}

impl Asked {
    fn by(mut self, columns: Vec<String>) -> Self {
        self.request.by = columns;
        self
    }

    fn only_latest(mut self, context: &Context<'_>) -> Self {
        if let Some(latest) = context.subject.waves.last() {
            self.request.filter.push(("wave".to_owned(), vec![latest.clone()]));
        }
        self
    }
}

fn wave(context: &Context<'_>) -> Vec<String> {
    if context.subject.waves.is_empty() { Vec::new() } else { vec!["wave".to_owned()] }
}

fn share() -> Measure {
    Measure::Proportion { ci: CiMethod::Logit, base: Base::Valid }
}

/// Cronbach's alpha of each wave, from people who answered every item.
fn alpha_rows(context: &Context<'_>, frame: &Frame, scale: &ScoredScale) -> Vec<ResultRow> {
    if scale.answers.len() < 2 {
        return Vec::new();
    }
    let waves = if context.subject.waves.is_empty() { vec![String::new()] } else { context.subject.waves.clone() };
    let mut rows = Vec::new();
    for wave in &waves {
        let complete = answers::complete(frame, &scale.answers, wave, None);
        let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, &scale.name, Stat::Alpha, Unit::None);
        "Cronbach's alpha of complete answers, unweighted, Feldt interval".clone_into(&mut row.method);
        let people = complete.first().map_or(0, Vec::len);
        row.n = Some(people as f64);
        row.support = Support::People { behind: people as u64, outside: None };
        let columns: Vec<&[f64]> = complete.iter().map(Vec::as_slice).collect();
        if let Some(alpha) = stats::cronbach_alpha(&columns, 0.95) {
            row.estimate = Some(alpha.alpha);
            row.conf_low = Some(alpha.conf_low);
            row.conf_high = Some(alpha.conf_high);
            row.conf_level = Some(0.95);
        } else {
            row.status = Status::NotEstimable;
            row.add_note("fewer than three complete answers, or answers that do not vary");
        }
        rows.push(context.in_wave(row, wave));
    }
    rows
}
