//! A theory of what goes with what, as a path model of one wave: paths, effects made of them, how well it fits.
//!
//! Without weights, strata and clusters the figures are those of `fit path` on the same rows; with them covariances are weighted, and
//! errors and χ² are those of the design.

mod rows;
mod sampled;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::{Analysis, CONF_LEVEL, Context, Settings};
use crate::error::Error;
use crate::estimate::{Estimate, Request};
use crate::frame::{Batch, Frame, NO_LEVEL};
pub(crate) use crate::model::{Definition, PathModel};
use crate::results::{ResultRow, Support, Unit};

pub(crate) use rows::{DRAWS, Paths};
use sampled::Sampled;

/// What a path analysis is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PathSettings {
    /// The model as it is written.
    pub text: String,
    /// The model as it is read.
    pub model: PathModel,
    /// Draws of a bootstrap for the intervals; without it they are normal.
    pub bootstrap: Option<u32>,
    /// Seed of the draws.
    pub seed: u64,
    /// The wave; the latest when absent.
    pub wave: Option<String>,
}

/// A path model of one wave.
pub(super) struct Path;

impl Analysis for Path {
    fn kind(&self) -> &'static str {
        "path"
    }

    fn summary(&self) -> &'static str {
        "a theory of what goes with what: paths between numbers and scores of one wave, indirect links, how well the model fits"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["model", "seed"]
    }

    fn needs(&self, settings: &Settings) -> Vec<String> {
        settings.path.iter().flat_map(|path| path.model.variables.iter().cloned()).collect()
    }

    fn requests(&self, _context: &Context<'_>) -> Vec<Request> {
        Vec::new()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, _answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let Some(path) = &context.settings.path else { return Ok(Vec::new()) };
        let subject = context.subject;
        let wave = path.wave.as_ref().or(subject.waves.last()).cloned().unwrap_or_default();
        let weights = if sampled::is_plain(&subject.design) { None } else { Some(sampled::weights(frame, &subject.design)?) };
        let answers = Answers::new(frame, &path.model.variables, &wave, subject.person.as_deref(), weights.as_deref());
        let people = answers.people.len() as u64 + answers.nameless;
        // Fewer people than `n` only where few share a value that gives them away, so that nothing else is taken for people with several rows.
        let behind = answers.least().filter(|least| *least < subject.minimum_cell).map_or(people, |least| least.min(people));
        let blank = |variable: &str, stat| {
            let mut row = ResultRow::new(&subject.dataset, &context.settings.id, variable, stat, Unit::None);
            row.n = Some(answers.n() as f64);
            row.n_missing = Some(answers.missing as f64);
            row.support = if subject.public_unit { Support::Establishments(people) } else { Support::People { behind, outside: None } };
            context.in_wave(row, &wave)
        };
        let sampled = weights.map(|weights| Sampled::new(frame, &subject.design, &wave, &answers.rows, &weights));
        Paths { model: &path.model, columns: &answers.columns, conf_level: CONF_LEVEL, bootstrap: path.bootstrap, seed: path.seed, sampled: sampled.as_ref() }
            .rows(&blank)
    }
}

/// Complete answers of a wave, and who gave them.
#[derive(Debug, Default)]
struct Answers {
    columns: Vec<Vec<f64>>,
    /// Batch and row of each.
    rows: Vec<(usize, usize)>,
    /// Distinct people among the complete answers.
    people: BTreeSet<u32>,
    /// Complete answers of nobody known.
    nameless: u64,
    /// Rows of the wave without an answer to something.
    missing: u64,
}

impl Answers {
    /// The answers of a wave; rows without a weight are not there, where rows have weights.
    fn new(frame: &Frame, variables: &[String], wave: &str, person: Option<&str>, weights: Option<&[Vec<f64>]>) -> Self {
        let mut answers = Self { columns: vec![Vec::new(); variables.len()], ..Self::default() };
        let wanted = frame.levels.get("wave").and_then(|waves| waves.position(wave));
        for (place, batch) in frame.batches.iter().enumerate() {
            let Some(values) = variables.iter().map(|name| batch.numbers(name)).collect::<Option<Vec<&[f64]>>>() else { continue };
            let in_wave = |row: usize| wave.is_empty() || batch.levels("wave").is_some_and(|waves| Some(waves[row]) == wanted);
            let counts = |row: usize| weights.is_none_or(|weights| weights[place][row] > 0.0);
            for row in (0..batch.rows()).filter(|row| in_wave(*row) && counts(*row)) {
                answers.row(batch, &values, (place, row), person);
            }
        }
        answers
    }

    fn row(&mut self, batch: &Batch, values: &[&[f64]], (place, row): (usize, usize), person: Option<&str>) {
        if values.iter().any(|values| values[row].is_nan()) {
            self.missing += 1;
            return;
        }
        for (column, values) in self.columns.iter_mut().zip(values) {
            column.push(values[row]);
        }
        self.rows.push((place, row));
        match person.and_then(|person| batch.levels(person)).map(|people| people[row]).filter(|code| *code != NO_LEVEL) {
            Some(code) => {
                self.people.insert(code);
            }
            None => self.nameless += 1,
        }
    }

    fn n(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    /// The smallest group that the two-valued variables of the model tell apart; `None` where it has none.
    ///
    /// A path from a variable of two values is a difference of two means, and several such variables together are a table of
    /// means: the paths would tell what is hidden of its smallest group.
    fn least(&self) -> Option<u64> {
        let two_valued: Vec<&Vec<f64>> = self.columns.iter().filter(|column| is_two_valued(column)).collect();
        two_valued.first()?;
        let mut groups: BTreeMap<Vec<bool>, u64> = BTreeMap::new();
        for row in 0..self.n() {
            let of = two_valued.iter().map(|column| column[row].total_cmp(&column[0]).is_eq()).collect();
            *groups.entry(of).or_default() += 1;
        }
        groups.into_values().min()
    }
}

/// Whether a column holds exactly two different values.
fn is_two_valued(column: &[f64]) -> bool {
    let mut others = column.iter().filter(|value| !value.total_cmp(&column[0]).is_eq());
    let Some(second) = others.next() else { return false };
    others.all(|value| value.total_cmp(second).is_eq())
}
