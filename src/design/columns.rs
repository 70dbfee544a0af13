//! The columns that a design or a question names in, everything that is wrong with them out.

use std::collections::BTreeMap;

use super::{Design, POPULATION, Rule};
use crate::error::{Error, Exit, Problem, closest};
use crate::frame::{Shape, Source};

/// What a column must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Number,
    Level,
    LevelOrText,
    Answer,
}

impl Want {
    fn word(self) -> &'static str {
        match self {
            Self::Number => "numbers",
            Self::Level => "levels",
            Self::LevelOrText => "levels or text",
            Self::Answer => "numbers, levels or options",
        }
    }

    fn takes(self, shape: Shape) -> bool {
        match self {
            Self::Number => shape == Shape::Number,
            Self::Level => shape == Shape::Level,
            Self::LevelOrText => matches!(shape, Shape::Level | Shape::Text),
            Self::Answer => matches!(shape, Shape::Number | Shape::Level | Shape::Flags),
        }
    }
}

/// The columns of some data.
#[derive(Debug)]
pub(crate) struct Columns {
    shapes: BTreeMap<String, Shape>,
}

impl Columns {
    /// The columns of a source.
    pub(crate) fn of(source: &dyn Source) -> Self {
        Self { shapes: source.columns().into_iter().collect() }
    }

    /// What a column holds.
    pub(crate) fn shape(&self, name: &str) -> Option<Shape> {
        self.shapes.get(name).copied()
    }

    /// A problem when a column is absent or holds something else; data without rows have no columns to be wrong.
    pub(crate) fn wrong(&self, name: &str, want: Want) -> Option<Problem> {
        if self.shapes.is_empty() {
            return None;
        }
        let Some(shape) = self.shape(name) else {
            let mut problem = Problem::new("estimate::unknown_column", format!("there is no column `{name}`"));
            problem.help = closest(name, self.shapes.keys().map(String::as_str)).map(|near| format!("is it `{near}`?"));
            return Some(problem);
        };
        let problem = || Problem::new("estimate::wrong_column", format!("column `{name}` holds something else"));
        (!want.takes(shape)).then(|| problem().found(shape.word()).expected(want.word()))
    }

    /// The columns of the replicate weights, and how they make an error; `None` where the design has none.
    ///
    /// # Errors
    /// Fewer than two columns of such names, columns that hold no numbers, factors that do not fit.
    pub(crate) fn replicates(&self, design: &Design) -> Result<Option<(Vec<String>, Rule)>, Error> {
        let Some(replication) = &design.replication else { return Ok(None) };
        let header: Vec<&str> = self.shapes.keys().map(String::as_str).collect();
        let positions = replication.positions(&header).map_err(|problem| Error::usage(*problem))?;
        let names: Vec<String> = positions.into_iter().map(|position| header[position].to_owned()).collect();
        Error::gather(Exit::Usage, names.iter().filter_map(|name| self.wrong(name, Want::Number)).collect())?;
        let rule = replication.rule(names.len()).map_err(|problem| Error::usage(*problem))?;
        Ok(Some((names, rule)))
    }

    /// Everything that is wrong with a design.
    ///
    /// # Errors
    /// Columns that are absent or of the wrong type, more population columns than stages, an impossible confidence level.
    pub(crate) fn check_design(&self, design: &Design) -> Result<(), Error> {
        let mut problems = Vec::new();
        let numbers = design.weight.iter().chain(&design.fpc).map(|name| (name, Want::Number));
        let levels = design.strata.iter().chain(&design.clusters).chain(&design.wave).map(|name| (name, Want::Level));
        let person = design.person.iter().map(|name| (name, Want::LevelOrText));
        for (name, want) in numbers.chain(levels).chain(person) {
            problems.extend(self.wrong(name, want).map(|problem| problem.at("design")));
        }
        if let Some(calibration) = &design.calibration {
            problems.extend(calibration.margins.iter().filter_map(|margin| self.wrong(&margin.variable, Want::Level)));
            problems.extend(calibration.sums.iter().filter(|(name, _)| name != POPULATION).filter_map(|(name, _)| self.wrong(name, Want::Number)));
        }
        if design.fpc.len() > design.clusters.len() + 1 {
            let problem = Problem::new("estimate::too_many_fpc", "there are more population columns than stages");
            problems.push(problem.found(design.fpc.len().to_string()).expected(format!("at most {}", design.clusters.len() + 1)));
        }
        if !(design.conf_level > 0.0 && design.conf_level < 1.0) {
            let problem = Problem::new("estimate::conf_level", "the confidence level is not between 0 and 1");
            problems.push(problem.found(design.conf_level.to_string()).expected("such as 0.95"));
        }
        Error::gather(Exit::Usage, problems).map(drop)
    }
}
