//! Who the people are: shares of every category, means and quartiles of every number, missing by reason.

use super::{Analysis, Context, Shape};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Measure, Request};
use crate::frame::{Frame, missing};
use crate::results::{ResultRow, Support, Unit};

/// Table 1.
pub(super) struct Demographics;

impl Analysis for Demographics {
    fn kind(&self) -> &'static str {
        "demographics"
    }

    fn summary(&self) -> &'static str {
        "who the people are: shares with intervals and bases, means and quartiles, missing answers by reason"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["by", "each", "percent_of", "variables"]
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        plan(context).into_iter().map(|(_, request)| request).collect()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let mut rows = Vec::new();
        for ((variable, _), estimates) in plan(context).into_iter().zip(answers) {
            let answered = variable == context.subject.unit.word();
            rows.extend(estimates.iter().map(|estimate| {
                if answered { context.answered_row(context.subject.unit.word(), estimate) } else { context.row(&variable, context.unit(&variable), estimate) }
            }));
        }
        rows.extend(missing_rows(context, frame, &context.settings.variables));
        Ok(rows)
    }
}

/// Each request with the variable of its rows.
fn plan(context: &Context<'_>) -> Vec<(String, Request)> {
    let mut plan = Vec::new();
    for by in context.breakdowns() {
        plan.push((context.subject.unit.word().to_owned(), Request::new("", Measure::Count).by(by.clone())));
        for variable in context.settings.variables.iter().filter(|variable| !by.contains(variable)) {
            plan.extend(measures(context, variable).into_iter().map(|measure| (variable.clone(), Request::new(variable.as_str(), measure).by(by.clone()))));
        }
    }
    plan
}

/// What is asked of a variable, by its shape.
pub(super) fn measures(context: &Context<'_>, variable: &str) -> Vec<Measure> {
    let base = if context.settings.percent_of_all { Base::All } else { Base::Valid };
    match context.shape(variable) {
        Shape::Level | Shape::Flags => vec![Measure::Proportion { ci: CiMethod::Logit, base }],
        Shape::Number => vec![Measure::Mean, Measure::Sd, Measure::Quantile { probs: vec![0.25, 0.5, 0.75], rule: None }],
        Shape::Other => Vec::new(),
    }
}

/// How many answers are missing, and why, by wave. Reasons too rare to be named are merged.
pub(super) fn missing_rows(context: &Context<'_>, frame: &Frame, variables: &[String]) -> Vec<ResultRow> {
    let mut rows = Vec::new();
    let waves = if context.subject.waves.is_empty() { vec![String::new()] } else { context.subject.waves.clone() };
    for variable in variables {
        let Some(known) = context.subject.variables.get(variable) else { continue };
        for wave in &waves {
            let counts = count_reasons(frame, variable, wave);
            let rare = |count: u64| count > 0 && count < context.subject.minimum_cell;
            let named: Vec<(&str, u64)> =
                known.reasons.iter().map(|(code, word)| (word.as_str(), counts[usize::from(*code)])).filter(|(_, count)| *count > 0).collect();
            let merged = named.iter().any(|(_, count)| rare(*count));
            let shown = if merged { vec![("missing", named.iter().map(|(_, count)| count).sum())] } else { named };
            for (word, count) in shown {
                let mut row = context.quality_row(&format!("{variable}__missing"), Some(word), Unit::None, count as f64);
                if context.subject.protect_missing {
                    row.support = Support::People { behind: count, outside: None };
                }
                rows.push(context.in_wave(row, wave));
            }
        }
    }
    rows
}

fn count_reasons(frame: &Frame, variable: &str, wave: &str) -> [u64; 256] {
    let mut counts = [0; 256];
    let position = frame.levels.get("wave").and_then(|levels| levels.position(wave));
    for batch in &frame.batches {
        let Some(column) = batch.column(variable) else { continue };
        let waves = batch.levels("wave");
        for (row, reason) in column.missing.iter().enumerate() {
            let counted = wave.is_empty() || waves.is_none_or(|waves| Some(waves[row]) == position);
            if counted && *reason != missing::PRESENT {
                counts[usize::from(*reason)] += 1;
            }
        }
    }
    counts
}
