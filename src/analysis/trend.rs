//! What changed: the latest wave against the one before and against the first, with tests and parts.

use super::{Analysis, Context, Shape};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Measure, Request};
use crate::frame::Frame;
use crate::results::{ResultRow, Unit};

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
        let mut rows = Vec::new();
        for (asked, estimates) in plan(context).into_iter().zip(answers) {
            for estimate in estimates {
                let mut row = context.row(&asked.variable, asked.unit, estimate);
                if let Some((from, to)) = &asked.waves {
                    row = context.in_wave(row, to);
                    row.groups.insert("compared_with".to_owned(), from.clone());
                    for (_, _, reason) in broken(context, &asked.variable, from) {
                        row.add_note(&format!("the question changed: {reason}"));
                    }
                }
                rows.push(row);
            }
        }
        Ok(rows)
    }
}

struct Asked {
    variable: String,
    unit: Unit,
    request: Request,
    waves: Option<(String, String)>,
}

fn plan(context: &Context<'_>) -> Vec<Asked> {
    let base = if context.settings.percent_of_all { Base::All } else { Base::Valid };
    let mut plan = Vec::new();
    for (variable, unit) in series(context) {
        let is_number = context.shape(&variable) == Shape::Number
            || context.subject.instruments.iter().any(|scored| scored.scales.iter().any(|scale| scale.scores.contains(&variable)));
        let level = if is_number { Measure::Mean } else { Measure::Proportion { ci: CiMethod::Logit, base } };
        let request = Request::new(variable.as_str(), level).by(["wave"]);
        plan.push(Asked { variable: variable.clone(), unit, request, waves: None });
        for (from, to) in context.comparisons() {
            let (from, to) = (from.to_owned(), to.to_owned());
            let mut measures = vec![Measure::Difference { column: "wave".to_owned(), from: from.clone(), to: to.clone() }];
            if is_number {
                measures.push(Measure::ChangeParts { from: from.clone(), to: to.clone() });
            }
            for measure in measures {
                let unit = if is_number { unit } else { Unit::Percent };
                let request = Request::new(variable.as_str(), measure);
                plan.push(Asked { variable: variable.clone(), unit, request, waves: Some((from.clone(), to.clone())) });
            }
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

/// Breaks of a variable's trend that lie between a wave and the latest.
fn broken<'a>(context: &'a Context<'_>, variable: &'a str, from: &str) -> impl Iterator<Item = &'a (String, String, String)> {
    let order = |wave: &str| context.subject.waves.iter().position(|known| known == wave);
    let since = order(from);
    context.subject.breaks.iter().filter(move |(name, wave, _)| name == variable && order(wave) >= since)
}
