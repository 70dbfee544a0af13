//! The design as options of a command in, a checked design with its totals out.

use std::path::PathBuf;

use super::totals::{self, Totals};
use crate::design::{Calibrating, CalibrationKind, Design, LonelyPsu, Margin, Replication};
use crate::error::{Error, Exit, Problem};

/// How the rows of a file were drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignOptions {
    /// Column of the sampling weight; without one it follows from `fpc`, or is 1.
    pub weight: Option<String>,
    /// Column of the first-stage stratum.
    pub strata: Option<String>,
    /// Columns of the units, by stage.
    pub clusters: Vec<String>,
    /// Columns of population counts or fractions, by stage; one more than `clusters` where rows are the last stage.
    pub fpc: Vec<String>,
    /// What to do with a stratum of one unit.
    pub lonely_psu: LonelyPsu,
    /// Replicate weights, in place of strata and clusters.
    pub replication: Option<Replication>,
    /// Calibration to known totals.
    pub calibration: Option<CalibrationFiles>,
    /// Confidence level of every interval, such as 0.95.
    pub conf_level: f64,
}

/// Files of known totals and what is done with them.
///
/// A file has two columns: a variable, whose name is the column's, with its levels, and `total`. For
/// linear calibration a file may have the columns `variable` and `total` instead: number columns with
/// their totals in the population, and `(Intercept)` with its size.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationFiles {
    /// How weights are calibrated.
    pub kind: CalibrationKind,
    /// One file for each margin.
    pub files: Vec<PathBuf>,
    /// Bounds between which the factors are held.
    pub trim: Option<(f64, f64)>,
}

impl Default for DesignOptions {
    fn default() -> Self {
        Self {
            weight: None,
            strata: None,
            clusters: Vec::new(),
            fpc: Vec::new(),
            lonely_psu: LonelyPsu::Fail,
            replication: None,
            calibration: None,
            conf_level: 0.95,
        }
    }
}

impl DesignOptions {
    /// Checks that the options fit together.
    ///
    /// # Errors
    /// Everything that does not, at once.
    pub fn check(&self) -> Result<(), Error> {
        let mut problems = Vec::new();
        if !(self.conf_level > 0.0 && self.conf_level < 1.0) {
            let problem = Problem::new("design::conf_level", "the confidence level is not between 0 and 1").found(self.conf_level.to_string());
            problems.push(problem.expected("a share such as 0.95"));
        }
        if self.fpc.len() > self.clusters.len().max(1) + usize::from(!self.clusters.is_empty()) {
            let problem =
                Problem::new("design::fpc", "there are more population counts than stages").found(format!("{} for {}", self.fpc.len(), self.stages()));
            problems.push(problem.expected("one for each stage, and one for the rows in the last units"));
        }
        if self.replication.is_some() && self.is_described() {
            let problem = Problem::new("design::replicates", "replicate weights stand in place of strata, clusters and population counts");
            problems.push(problem.help("leave out the one or the other"));
        }
        if self.replication.is_some() && self.weight.is_none() {
            problems.push(Problem::new("design::replicates", "replicate weights need the weight of the full sample beside them").help("add --weight"));
        }
        if let Some((low, high)) = self.calibration.as_ref().and_then(|calibration| calibration.trim)
            && !((0.0..=1.0).contains(&low) && high >= 1.0 && low < high)
        {
            let problem = Problem::new("design::trim", "the bounds of the factors do not hold 1 between them").found(format!("{low},{high}"));
            problems.push(problem.expected("two numbers such as 0.3,3"));
        }
        Error::gather(Exit::Usage, problems).map(|_| ())
    }

    /// Whether strata, clusters or population counts are named.
    fn is_described(&self) -> bool {
        self.strata.is_some() || !self.clusters.is_empty() || !self.fpc.is_empty()
    }

    fn stages(&self) -> String {
        match self.clusters.len() {
            0 => "rows that were drawn one by one".to_owned(),
            1 => "1 stage of clusters".to_owned(),
            many => format!("{many} stages of clusters"),
        }
    }

    /// The columns that describe the sample.
    #[must_use]
    pub fn design(&self) -> Design {
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

    /// Reads the files of totals.
    ///
    /// # Errors
    /// A file is missing or unreadable, has other columns, a total that is no number or is negative, a
    /// level twice, or the variable of another file.
    pub fn calibrating(&self) -> Result<Option<Calibrating>, Error> {
        let Some(wanted) = &self.calibration else { return Ok(None) };
        let mut calibrating = Calibrating { kind: wanted.kind, margins: Vec::new(), sums: Vec::new(), trim: wanted.trim };
        let mut problems = Vec::new();
        for file in &wanted.files {
            match totals::read(file, wanted.kind == CalibrationKind::Linear)? {
                Ok(Totals::Margin(margin)) if calibrating.margins.iter().any(|known| known.variable == margin.variable) => problems.push(twice(&margin)),
                Ok(Totals::Margin(margin)) => calibrating.margins.push(margin),
                Ok(Totals::Sums(sums)) => calibrating.sums.extend(sums),
                Err(found) => problems.extend(found),
            }
        }
        Error::gather(Exit::Input, problems)?;
        Ok(Some(calibrating))
    }
}

fn twice(margin: &Margin) -> Problem {
    Problem::new("design::totals_twice", format!("two files hold totals of `{}`", margin.variable)).help("name one of them")
}
