//! What changed: the latest wave against the one before and against the first, with tests and parts.
//!
//! Beside each change of a mean stand the means of those who stayed, joined and left, whose shares of the
//! weight make the parts of the change, and for each group the change within groups and by another mix of them.

use super::unpaired::Unpaired;
use super::{Analysis, Context, Shape};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Measure, Request};
use crate::frame::{Column, Frame, Levels, NO_LEVEL, Values};
use crate::results::{QUESTION_CHANGED, ResultRow, Support, Unit};

/// Change between waves.
pub(super) struct Trend;

impl Analysis for Trend {
    fn kind(&self) -> &'static str {
        "trend"
    }

    fn summary(&self) -> &'static str {
        "what changed between waves, with tests, and how much of it is people changing or other people coming"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["by", "instruments", "percent_of", "variables"]
    }

    fn prepare(&self, context: &Context<'_>, frame: &mut Frame) {
        groups(context).for_each(|group| add_with_rest(group, frame));
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        plan(context).into_iter().map(|asked| asked.request).collect()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let plan = plan(context);
        let (mut rows, mut mixes) = (Vec::new(), Vec::new());
        for (asked, estimates) in plan.iter().zip(answers) {
            for estimate in estimates {
                let mut row = context.row(&asked.variable, asked.unit, estimate);
                match &asked.about {
                    About::Level | About::Group(_) => {}
                    About::Change(from, to) => compare(context, &mut row, from, to),
                    About::Stay(from, to) => {
                        let is_other = matches!(estimate.level.as_deref(), Some("joiners" | "leavers")) && row.estimate.is_some();
                        stay(context, &mut row, from, to);
                        if is_other {
                            let unpaired = Unpaired::of(context, frame, &asked.variable, row.wave.as_deref().unwrap_or_default());
                            unpaired.notes(estimate.n, context.subject.minimum_cell).iter().for_each(|note| row.add_note(note));
                        }
                    }
                    About::Mix(by, from, to) => {
                        mix(context, &mut row, (by, from, to), smallest(&plan, answers, &asked.variable, (by, from, to)));
                        mixes.push(row);
                        continue;
                    }
                }
                rows.push(row);
            }
        }
        rows.extend(mixes);
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
    /// The change within the groups of a column and by another mix of them, between two waves.
    Mix(String, String, String),
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
        for group in groups(context).filter(|_| is_number) {
            ask(unit, Measure::Mean, vec!["wave".to_owned(), group.clone()], About::Group(group.clone()));
            for (from, to) in context.comparisons() {
                let (from, to) = (from.to_owned(), to.to_owned());
                let measure = Measure::Mix { group: with_rest(group), from: from.clone(), to: to.clone() };
                ask(unit, measure, Vec::new(), About::Mix(group.clone(), from, to));
            }
        }
    }
    plan
}

/// Columns by whose groups changes are split.
fn groups<'a>(context: &'a Context<'_>) -> impl Iterator<Item = &'a String> {
    context.settings.by.iter().filter(|group| *group != "wave")
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
    if let Some(reason) = context.broken(&row.variable, from) {
        row.add_note(&format!("{QUESTION_CHANGED}{reason}"));
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

/// A row of the change within groups or by another mix of them; it stands on the people of the smallest group of both waves.
fn mix(context: &Context<'_>, row: &mut ResultRow, (by, from, to): (&str, &str, &str), people: u64) {
    compare(context, row, from, to);
    row.groups.insert("split_by".to_owned(), by.to_owned());
    row.level = Some(if row.level.as_deref() == Some("within") { format!("within {by}") } else { format!("mix of {by}") });
    (row.n, row.n_missing, row.n_weighted) = (row.estimate.map(|_| people as f64), None, None);
    if row.estimate.is_some() {
        row.support = Support::People { behind: people, outside: None };
        row.add_note("n is that of the smallest group");
    }
}

/// People of the smallest group of either wave that is not empty.
fn smallest(plan: &[Asked], answers: &[Vec<Estimate>], variable: &str, (by, from, to): (&str, &str, &str)) -> u64 {
    let is_of = |asked: &&Asked| asked.variable == variable && matches!(&asked.about, About::Group(group) if group == by);
    let groups = plan.iter().position(|asked| is_of(&asked)).map_or(&[][..], |place| answers[place].as_slice());
    let in_waves = groups.iter().filter(|group| group.groups.iter().any(|(name, level)| name == "wave" && [from, to].contains(&level.as_str())));
    in_waves.map(|group| group.people).filter(|people| *people > 0).min().unwrap_or(0)
}

/// Column of the groups in which whoever is in none is a group of their own.
fn with_rest(group: &str) -> String {
    format!("{group}__or_none")
}

/// Adds it.
fn add_with_rest(group: &str, frame: &mut Frame) {
    let (name, Some(levels)) = (with_rest(group), frame.levels.get(group)) else { return };
    let rest = u32::try_from(levels.names().len()).unwrap_or(NO_LEVEL);
    let names: Vec<String> = levels.names().iter().cloned().chain(["none of them".to_owned()]).collect();
    for batch in &mut frame.batches {
        let Some(codes) = batch.levels(group).filter(|_| batch.column(&name).is_none()) else { continue };
        let codes = codes.iter().map(|code| if *code == NO_LEVEL { rest } else { *code }).collect();
        batch.push(Column { name: name.clone(), values: Values::Level(codes), missing: Vec::new() });
    }
    frame.levels.insert(name, Levels::new(names));
}
