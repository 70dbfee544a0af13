//! What changed: the latest wave against the one before and against the first, with tests and parts.
//!
//! Beside each change of a mean stand the means of those who stayed, joined and left, whose shares of the
//! weight make the parts of the change, and for each group the change within groups and by another mix of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Analysis, Context, Shape};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Kind, Measure, Request};
use crate::frame::Frame;
use crate::results::{ResultRow, Status, Support, Unit};
use crate::stats::{GroupChange, within_and_mix};

/// Change between waves.
pub(super) struct Trend;

impl Analysis for Trend {
    fn kind(&self) -> &'static str {
        "trend"
    }

    fn summary(&self) -> &'static str {
        "what changed between waves, with tests, and how much of it is people changing or other people coming"
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        plan(context).into_iter().map(|asked| asked.request).collect()
    }

    fn rows(&self, context: &Context<'_>, _frame: &Frame, answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let plan = plan(context);
        let mut rows = Vec::new();
        for (asked, estimates) in plan.iter().zip(answers) {
            for estimate in estimates {
                let mut row = context.row(&asked.variable, asked.unit, estimate);
                match &asked.about {
                    About::Level | About::Group(_) => {}
                    About::Change(from, to) => compare(context, &mut row, from, to),
                    About::Stay(from, to) => stay(context, &mut row, from, to),
                }
                rows.push(row);
            }
        }
        rows.extend(mixes(context, &plan, answers));
        Ok(rows)
    }
}

/// What a request is about.
enum About {
    /// Means or shares of each wave.
    Level,
    /// Means of each wave by the levels of a column.
    Group(String),
    /// The change between two waves, or its parts.
    Change(String, String),
    /// Means of those who stayed, joined and left.
    Stay(String, String),
}

struct Asked {
    variable: String,
    unit: Unit,
    request: Request,
    about: About,
}

fn plan(context: &Context<'_>) -> Vec<Asked> {
    let base = if context.settings.percent_of_all { Base::All } else { Base::Valid };
    let mut plan = Vec::new();
    for (variable, unit) in series(context) {
        let is_number = context.shape(&variable) == Shape::Number
            || context.subject.instruments.iter().any(|scored| scored.scales.iter().any(|scale| scale.scores.contains(&variable)));
        let mut ask = |unit: Unit, measure: Measure, by: Vec<String>, about: About| {
            plan.push(Asked { variable: variable.clone(), unit, request: Request::new(variable.as_str(), measure).by(by), about });
        };
        let level = if is_number { Measure::Mean } else { Measure::Proportion { ci: CiMethod::Logit, base } };
        ask(unit, level, vec!["wave".to_owned()], About::Level);
        let change = if is_number { unit } else { Unit::Percent };
        for (from, to) in context.comparisons() {
            let (from, to) = (from.to_owned(), to.to_owned());
            let about = || About::Change(from.clone(), to.clone());
            ask(change, Measure::Difference { column: "wave".to_owned(), from: from.clone(), to: to.clone() }, Vec::new(), about());
            if is_number {
                ask(change, Measure::ChangeParts { from: from.clone(), to: to.clone() }, Vec::new(), about());
            }
            if is_number && context.subject.person.is_some() {
                let about = About::Stay(from.clone(), to.clone());
                ask(unit, Measure::Stayers { from, to }, Vec::new(), about);
            }
        }
        for group in context.settings.by.iter().filter(|group| is_number && *group != "wave") {
            ask(unit, Measure::Mean, vec!["wave".to_owned(), group.clone()], About::Group(group.clone()));
        }
    }
    plan
}

/// The listed variables, then the headline score of each instrument.
fn series(context: &Context<'_>) -> Vec<(String, Unit)> {
    let listed = context.settings.variables.iter().map(|variable| (variable.clone(), context.unit(variable)));
    let scored = context.instruments().flat_map(|scored| &scored.scales).filter_map(|scale| scale.scores.first()).map(|score| (score.clone(), Unit::Points));
    listed.chain(scored).collect()
}

/// Says that a row compares the later wave with the earlier one.
fn compare(context: &Context<'_>, row: &mut ResultRow, from: &str, to: &str) {
    row.groups.insert("wave".to_owned(), to.to_owned());
    row.groups.insert("compared_with".to_owned(), from.to_owned());
    row.wave = Some(to.to_owned());
    for (_, _, reason) in broken(context, &row.variable.clone(), from) {
        row.add_note(&format!("the question changed: {reason}"));
    }
}

/// Says whose mean a row is and in which wave; the other wave is the one that it is compared with.
fn stay(context: &Context<'_>, row: &mut ResultRow, from: &str, to: &str) {
    let level = row.level.take().unwrap_or_default();
    compare(context, row, from, to);
    if matches!(level.as_str(), "stayers before" | "leavers") {
        row.groups.insert("wave".to_owned(), from.to_owned());
        row.groups.insert("compared_with".to_owned(), to.to_owned());
        row.wave = Some(from.to_owned());
    }
    let who = if level.starts_with("stayers") { "people seen twice" } else { &level };
    row.groups.insert("who".to_owned(), who.to_owned());
}

/// Change within groups and by another mix of them, for each number and grouping.
fn mixes(context: &Context<'_>, plan: &[Asked], answers: &[Vec<Estimate>]) -> Vec<ResultRow> {
    let mut rows = Vec::new();
    for (asked, groups) in plan.iter().zip(answers) {
        let About::Group(by) = &asked.about else { continue };
        let whole = plan.iter().zip(answers).find(|(other, _)| other.variable == asked.variable && matches!(other.about, About::Level));
        let Some((_, whole)) = whole else { continue };
        for (from, to) in context.comparisons() {
            let of = |wave: &str| Mix::new(whole, groups, by, wave);
            let parts = of(from).zip(of(to)).map(|(before, after)| (within_and_mix(&paired(&before, &after)), before.people.min(after.people)));
            for (place, name) in [format!("within {by}"), format!("mix of {by}")].into_iter().enumerate() {
                let mut row = context.row(&asked.variable, asked.unit, &Estimate { level: Some(name), ..Estimate::blank(&[], Kind::ChangePart) });
                compare(context, &mut row, from, to);
                row.groups.insert("split_by".to_owned(), by.clone());
                "part of the difference of the means, by groups (Kitagawa)".clone_into(&mut row.method);
                (row.n, row.n_missing) = (None, None);
                if let Some(((within, mix), people)) = parts {
                    row.estimate = Some(if place == 0 { within } else { mix });
                    row.support = Support::People { behind: people, outside: None };
                    row.n = Some(people as f64);
                    row.add_note("no interval: shares and means of the groups change together; n is that of the smallest group");
                } else {
                    row.status = Status::NotEstimable;
                    row.add_note("a wave has no mean");
                }
                rows.push(row);
            }
        }
    }
    rows
}

/// Share of the weight and mean of each group of a wave; whoever is in no known group is a group of its own.
struct Mix {
    groups: BTreeMap<String, (f64, Option<f64>)>,
    /// People of the smallest group that is not empty.
    people: u64,
}

impl Mix {
    fn new(whole: &[Estimate], groups: &[Estimate], by: &str, wave: &str) -> Option<Self> {
        let level = |estimate: &Estimate, of: &str| estimate.groups.iter().find(|(name, _)| name == of).map(|(_, level)| level.clone());
        let in_wave = |estimate: &&Estimate| level(estimate, "wave").as_deref() == Some(wave);
        let (mean, weight) = whole.iter().find(in_wave).and_then(|all| all.estimate.zip(all.n_weighted))?;
        let own = |estimate: &Estimate| (estimate.n_weighted.filter(|_| estimate.estimate.is_some()).unwrap_or(0.0), estimate.estimate);
        let mut known: BTreeMap<String, (f64, Option<f64>)> =
            groups.iter().filter(in_wave).filter_map(|estimate| Some((level(estimate, by)?, own(estimate)))).collect();
        let rest = weight - known.values().map(|(weight, _)| weight).sum::<f64>();
        if rest > 1e-9 * weight {
            let sum: f64 = known.values().filter_map(|(weight, own)| own.map(|own| weight * (own - mean))).sum();
            known.insert(String::new(), (rest, Some(mean - sum / rest)));
        }
        let all: f64 = known.values().map(|(weight, _)| weight).sum();
        for (weight, _) in known.values_mut() {
            *weight /= all;
        }
        let people = groups.iter().filter(in_wave).map(|estimate| estimate.people).filter(|people| *people > 0).min();
        Some(Self { groups: known, people: people.unwrap_or(0) })
    }
}

/// The groups of both waves; a group that one of them lacks has the mean of the other there.
fn paired(before: &Mix, after: &Mix) -> Vec<GroupChange> {
    let levels: BTreeSet<&String> = before.groups.keys().chain(after.groups.keys()).collect();
    let of = |mix: &Mix, level: &String| mix.groups.get(level).copied().unwrap_or((0.0, None));
    let one = |level: &String| {
        let ((share_before, m1), (share_after, m2)) = (of(before, level), of(after, level));
        Some(GroupChange { share_before, mean_before: m1.or(m2)?, share_after, mean_after: m2.or(m1)? })
    };
    levels.into_iter().filter_map(one).collect()
}

/// Breaks of a variable's trend that lie between a wave and the latest.
fn broken<'a>(context: &'a Context<'_>, variable: &'a str, from: &str) -> impl Iterator<Item = &'a (String, String, String)> {
    let order = |wave: &str| context.subject.waves.iter().position(|known| known == wave);
    let since = order(from);
    context.subject.breaks.iter().filter(move |(name, wave, _)| name == variable && order(wave) >= since)
}
