//! Who does the work: FTEs by team, wages in bands, roles, goals met, and things counted at their own grain.

use std::collections::BTreeSet;

use super::demographics::{measures, missing_rows};
use super::{Analysis, Context, Shape};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Measure, Request};
use crate::frame::{Batch, Column, Frame, Levels, NO_LEVEL, Values};
use crate::results::{ResultRow, Stat, Support, Unit};
use crate::stats;

/// The workforce.
pub(super) struct Workforce;

impl Analysis for Workforce {
    fn kind(&self) -> &'static str {
        "workforce"
    }

    fn summary(&self) -> &'static str {
        "who does the work: FTEs per team and in all teams, wage bands, roles, credentials, counts of organizations, programs and settings"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["by", "each", "nested", "percent_of", "response", "variables", "wage"]
    }

    fn needs(&self, settings: &super::Settings) -> Vec<String> {
        settings.nested.iter().chain(&settings.wage).cloned().collect()
    }

    fn prepare(&self, context: &Context<'_>, frame: &mut Frame) {
        for variable in &context.settings.variables {
            let Some(known) = context.subject.variables.get(variable) else { continue };
            if let Some(goal) = known.goal {
                frame.batches.iter_mut().for_each(|batch| add_goal(batch, variable, goal));
            }
            if known.shape == Shape::Number && context.subject.public_unit {
                add_values(frame, variable);
            }
        }
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        plan(context).into_iter().map(|(_, request)| request).collect()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let mut rows = Vec::new();
        for ((variable, request), estimates) in plan(context).into_iter().zip(answers) {
            let by_value = request.variable == value_column(&variable);
            let answered = by_value || variable == context.subject.unit.word();
            let workers = context.subject.variables.get(&variable).and_then(|known| known.workers.as_deref());
            for estimate in estimates {
                let mut row = if answered { context.answered_row(&variable, estimate) } else { context.row(&variable, context.unit(&variable), estimate) };
                row.support = match workers {
                    Some(workers) => workers_behind(frame, &variable, workers, &row),
                    // Unlabelled dots show an attribute of establishments: enough of them must have answered.
                    None if by_value => Support::Establishments(frame.rows() as u64),
                    None => row.support,
                };
                rows.push(row);
            }
        }
        rows.extend(wage_row(context, frame));
        rows.extend(response_row(context, frame));
        rows.extend(context.settings.nested.iter().map(|column| distinct_row(context, frame, column)));
        rows.extend(missing_rows(context, frame, &context.settings.variables));
        Ok(rows)
    }
}

fn plan(context: &Context<'_>) -> Vec<(String, Request)> {
    let base = if context.settings.percent_of_all { Base::All } else { Base::Valid };
    let mut plan = Vec::new();
    for by in context.breakdowns() {
        let mut ask = |variable: &str, column: &str, measure: Measure| plan.push((variable.to_owned(), Request::new(column, measure).by(by.clone())));
        if context.settings.nested.is_empty() {
            ask(context.subject.unit.word(), "", Measure::Count);
        }
        for variable in &context.settings.variables {
            for measure in measures(context, variable) {
                ask(variable, variable, measure);
            }
            let Some(known) = context.subject.variables.get(variable) else { continue };
            if known.goal.is_some() {
                ask(&goal_column(variable), &goal_column(variable), Measure::Proportion { ci: CiMethod::Logit, base });
            }
            if known.shape == Shape::Number && context.subject.public_unit {
                ask(variable, variable, Measure::Range);
                ask(variable, variable, Measure::Total);
                ask(variable, &value_column(variable), Measure::Count);
            }
        }
    }
    plan
}

fn goal_column(variable: &str) -> String {
    format!("{variable}_met")
}

fn value_column(variable: &str) -> String {
    format!("{variable}__value")
}

/// 1 where the goal is met, 0 where it is not.
fn add_goal(batch: &mut Batch, variable: &str, goal: f64) {
    let Some(column) = batch.column(variable) else { return };
    let Values::Number(values) = &column.values else { return };
    let met = values.iter().map(|value| if value.is_nan() { f64::NAN } else { f64::from(u8::from(*value >= goal)) }).collect();
    let column = Column { name: goal_column(variable), values: Values::Number(met), missing: column.missing.clone() };
    batch.push(column);
}

/// A level for each distinct value, so that units can be counted by value.
fn add_values(frame: &mut Frame, variable: &str) {
    let mut distinct: Vec<f64> = frame.batches.iter().filter_map(|batch| batch.numbers(variable)).flatten().copied().filter(|value| !value.is_nan()).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let levels = Levels::new(distinct.iter().map(ToString::to_string));
    for batch in &mut frame.batches {
        let Some(values) = batch.numbers(variable) else { continue };
        let positions = values.iter().map(|value| levels.position(&value.to_string()).unwrap_or(NO_LEVEL)).collect();
        let missing = batch.column(variable).map(|column| column.missing.clone()).unwrap_or_default();
        batch.push(Column { name: value_column(variable), values: Values::Level(positions), missing });
    }
    frame.levels.insert(value_column(variable), levels);
}

/// The people whom a share of establishments is about: workers of those in the level, and of the others of the base.
fn workers_behind(frame: &Frame, variable: &str, workers: &str, row: &ResultRow) -> Support {
    let level = frame.levels.get(variable).zip(row.level.as_deref()).and_then(|(levels, name)| levels.position(name));
    let (mut behind, mut all) = (0.0, 0.0);
    for batch in &frame.batches {
        let (Some(answers), Some(counts)) = (batch.levels(variable), batch.numbers(workers)) else { continue };
        for (answer, count) in answers.iter().zip(counts).filter(|(answer, count)| **answer != NO_LEVEL && !count.is_nan() && row.groups.is_empty()) {
            all += count;
            behind += if Some(*answer) == level || level.is_none() { *count } else { 0.0 };
        }
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rounded count of workers that is not negative")]
    let people = |count: f64| if count >= 0.0 { count.round() as u64 } else { 0 };
    let nobody = row.n == Some(0.0);
    Support::People { behind: if nobody { 0 } else { people(behind).max(1) }, outside: level.map(|_| people(all - behind)) }
}

/// The median wage, read from bands that may overlap; wages are of people whatever the unit.
fn wage_row(context: &Context<'_>, frame: &Frame) -> Option<ResultRow> {
    let variable = context.settings.wage.as_ref()?;
    let known = &context.subject.variables.get(variable)?.bands;
    let levels = frame.levels.get(variable)?;
    let band = |position: &u32| levels.name(*position).and_then(|name| known.iter().find(|(label, _)| label == name)).map(|(_, band)| *band);
    let bands: Vec<(f64, f64)> = frame.batches.iter().filter_map(|batch| batch.levels(variable)).flatten().filter_map(band).collect();
    let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, "wage", Stat::Quantile, Unit::Dollars);
    row.level = Some("0.5".to_owned());
    row.n = Some(bands.len() as f64);
    row.denominator = row.n;
    row.support =
        if context.subject.public_unit { Support::Establishments(bands.len() as u64) } else { Support::People { behind: bands.len() as u64, outside: None } };
    "median of wage bands as intervals (Turnbull), no interval".clone_into(&mut row.method);
    if let Some(median) = stats::band_median(&bands) {
        row.estimate = Some(median.mid);
        row.add_note(&format!("the median lies between {} and {}", median.low, median.high));
    } else {
        row.status = crate::results::Status::NotEstimable;
        row.add_note("no wage band was reported");
    }
    Some(row)
}

/// The share of the units of the frame that answered: all that answered are complete, so it is RR1.
fn response_row(context: &Context<'_>, frame: &Frame) -> Option<ResultRow> {
    let population = context.subject.population.filter(|_| context.settings.response)?;
    let answered = frame.rows() as f64;
    let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, "response_rate", Stat::Proportion, Unit::Percent);
    row.estimate = Some(answered / population);
    row.n = Some(answered);
    row.denominator = Some(population);
    "response rate (AAPOR RR1): answers over all units of the frame".clone_into(&mut row.method);
    row.support = Support::Establishments(frame.rows() as u64);
    Some(row)
}

/// How many different ones there are, whatever the grain of the file.
fn distinct_row(context: &Context<'_>, frame: &Frame, column: &str) -> ResultRow {
    let mut found = BTreeSet::new();
    for batch in &frame.batches {
        found.extend(batch.levels(column).unwrap_or_default().iter().copied().filter(|position| *position != NO_LEVEL));
    }
    let name = column.trim_end_matches("_id");
    let plural = if name.ends_with('s') { name.to_owned() } else { format!("{name}s") };
    let unit = Unit::from_word(&plural).unwrap_or(context.subject.unit);
    let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, &plural, Stat::Count, unit);
    row.estimate = Some(found.len() as f64);
    row.n = row.estimate;
    "distinct units listed".clone_into(&mut row.method);
    row.support = Support::Establishments(found.len() as u64);
    row
}
