//! The design as options of a command in, a checked design with its totals out.

use std::path::PathBuf;

use super::load::{Table, Wanted};
use super::totals::{self, Totals};
use crate::design::{Calibrating, CalibrationKind, Design, LonelyPsu, Margin, POPULATION, Replication};
use crate::error::{Error, Exit, Problem};
use crate::frame::{Batch, Column, Frame, Levels, Values};

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

    /// Whether nothing is said about the sample.
    pub(crate) fn is_plain(&self) -> bool {
        *self == Self { conf_level: self.conf_level, ..Self::default() }
    }

    /// The columns that describe the sample, and the totals that it is calibrated to.
    ///
    /// # Errors
    /// A file of totals that cannot be read.
    pub(crate) fn design(&self) -> Result<Design, Error> {
        Ok(Design {
            weight: self.weight.clone(),
            strata: self.strata.clone(),
            clusters: self.clusters.clone(),
            fpc: self.fpc.clone(),
            lonely_psu: self.lonely_psu,
            conf_level: self.conf_level,
            replication: self.replication.clone(),
            calibration: self.calibrating()?,
            ..Design::default()
        })
    }

    /// Reads the files of totals.
    ///
    /// # Errors
    /// A file is missing or unreadable, has other columns, a total that is no number or is negative, a
    /// level twice, or the variable of another file.
    pub(super) fn calibrating(&self) -> Result<Option<Calibrating>, Error> {
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

/// The columns of a design that hold categories, each with the argument that names it.
pub(super) fn levels(design: &Design) -> Vec<Wanted> {
    let strata = Wanted::by("--strata", &design.strata);
    let margins = design.calibration.iter().flat_map(|calibration| calibration.margins.iter().map(|margin| &margin.variable));
    strata.chain(Wanted::by("--cluster", &design.clusters)).chain(Wanted::by("totals", margins)).collect()
}

/// The columns of a design that hold numbers.
///
/// # Errors
/// Replicate weights that the file does not have.
pub(super) fn numbers(design: &Design, header: &[String]) -> Result<Vec<Wanted>, Error> {
    let mut wanted: Vec<Wanted> = Wanted::by("--weight", &design.weight).chain(Wanted::by("--fpc", &design.fpc)).collect();
    if let Some(replication) = &design.replication {
        let names: Vec<&str> = header.iter().map(String::as_str).collect();
        let positions = replication.positions(&names).map_err(|problem| Error::usage(*problem))?;
        wanted.extend(Wanted::by("--replicates", positions.iter().map(|position| &header[*position])));
    }
    let sums = design.calibration.iter().flat_map(|calibration| calibration.sums.iter().map(|(name, _)| name));
    wanted.extend(Wanted::by("totals", sums.filter(|name| *name != POPULATION)));
    Ok(wanted)
}

/// The design's columns of a file.
///
/// # Errors
/// Text where a number is needed.
pub(super) fn frame(design: &Design, table: &Table, header: &[String]) -> Result<Frame, Error> {
    let mut frame = Frame::default();
    let mut batch = Batch::new(table.rows);
    let mut problems: Vec<Problem> = Vec::new();
    for Wanted { name, .. } in levels(design) {
        let category = table.design_category(&name);
        batch.push(Column { name: name.clone(), values: Values::Level(category.codes), missing: Vec::new() });
        frame.levels.insert(name, Levels::new(category.names));
    }
    for Wanted { name, .. } in numbers(design, header)? {
        match table.design_numbers(&name) {
            Ok(numbers) => batch.push(Column { name, values: Values::Number(numbers), missing: Vec::new() }),
            Err(error) => problems.extend(error.problems),
        }
    }
    Error::gather(Exit::Input, problems)?;
    frame.batches.push(batch);
    Ok(frame)
}
