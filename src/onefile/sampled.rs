//! The columns of a table that describe the sample, as the frame that the design codes.

use super::DesignOptions;
use super::load::{Table, Wanted};
use crate::error::{Error, Exit, Problem};
use crate::frame::{Batch, Column, Frame, Levels, Values};

impl DesignOptions {
    /// Whether nothing is said about how the rows came to be.
    pub(super) fn is_plain(&self) -> bool {
        let named = self.weight.is_some() || self.strata.is_some() || !self.clusters.is_empty() || !self.fpc.is_empty();
        !(named || self.replication.is_some() || self.calibration.is_some())
    }

    /// Refuses what tests and fits do not follow, rather than leave it out silently.
    pub(super) fn check_linearized(&self) -> Result<(), Error> {
        self.check()?;
        let mut problems = Vec::new();
        if self.replication.is_some() {
            let problem = Problem::new("design::not_followed", "tests and models do not follow replicate weights");
            problems.push(problem.at("--replicates").help("name strata and clusters instead, where the file has them"));
        }
        if self.calibration.is_some() {
            let problem = Problem::new("design::not_followed", "tests and models do not calibrate weights");
            problems.push(problem.help("name weights that are calibrated already by --weight"));
        }
        Error::gather(Exit::Usage, problems).map(drop)
    }

    /// The columns that the design names.
    pub(super) fn wanted(&self) -> Vec<Wanted> {
        let single = Wanted::by("--weight", &self.weight).chain(Wanted::by("--strata", &self.strata));
        single.chain(Wanted::by("--cluster", &self.clusters)).chain(Wanted::by("--fpc", &self.fpc)).collect()
    }

    /// The design's columns of a file.
    ///
    /// # Errors
    /// Text where a number is needed.
    pub(super) fn frame(&self, table: &Table) -> Result<Frame, Error> {
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
