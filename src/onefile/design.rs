//! How the rows of a file came to be, as the arguments say it.

use super::load::{Table, Wanted};
use crate::design::{Design, LonelyPsu};
use crate::error::{Error, Exit, Problem};
use crate::frame::{Batch, Column, Frame, Levels, Values};

/// The design of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignOptions {
    /// Column with the sampling weight.
    pub weight: Option<String>,
    /// Column with the first-stage stratum.
    pub strata: Option<String>,
    /// Columns with the units, by stage.
    pub clusters: Vec<String>,
    /// Columns with population counts or fractions, by stage.
    pub fpc: Vec<String>,
    /// What to do with a stratum of which only one unit was taken.
    pub lonely_psu: LonelyPsu,
    /// Confidence level of every interval.
    pub conf_level: f64,
}

impl Default for DesignOptions {
    fn default() -> Self {
        Self { weight: None, strata: None, clusters: Vec::new(), fpc: Vec::new(), lonely_psu: LonelyPsu::Fail, conf_level: 0.95 }
    }
}

impl DesignOptions {
    /// Whether anything is said about how the rows came to be.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.weight.is_none() && self.strata.is_none() && self.clusters.is_empty() && self.fpc.is_empty()
    }

    /// The columns that the design names.
    pub(crate) fn wanted(&self) -> Vec<Wanted> {
        let single = Wanted::by("--weight", &self.weight).chain(Wanted::by("--strata", &self.strata));
        single.chain(Wanted::by("--cluster", &self.clusters)).chain(Wanted::by("--fpc", &self.fpc)).collect()
    }

    /// The design by name.
    pub(crate) fn design(&self) -> Design {
        Design {
            weight: self.weight.clone(),
            strata: self.strata.clone(),
            clusters: self.clusters.clone(),
            fpc: self.fpc.clone(),
            lonely_psu: self.lonely_psu,
            conf_level: self.conf_level,
            ..Design::default()
        }
    }

    /// The design's columns of a file.
    ///
    /// # Errors
    /// Text where a number is needed.
    pub(crate) fn frame(&self, table: &Table) -> Result<Frame, Error> {
        let mut frame = Frame::default();
        let mut batch = Batch::new(table.rows);
        let mut problems: Vec<Problem> = Vec::new();
        for name in self.strata.iter().chain(&self.clusters) {
            let category = table.design_category(name);
            batch.push(Column { name: name.clone(), values: Values::Level(category.codes), missing: Vec::new() });
            frame.levels.insert(name.clone(), Levels::new(category.names));
        }
        for name in self.weight.iter().chain(&self.fpc) {
            match table.design_numbers(name) {
                Ok(numbers) => batch.push(Column { name: name.clone(), values: Values::Number(numbers), missing: Vec::new() }),
                Err(problem) => problems.push(problem),
            }
        }
        Error::gather(Exit::Input, problems)?;
        frame.batches.push(batch);
        Ok(frame)
    }
}
