//! The names of the design columns in, coded units, sampling fractions and variances out.
//!
//! A design says how rows came to be: with which weight, from which stratum, through which units and
//! out of how many. `Units` codes it batch by batch, `Sampling` counts units taken within the waves
//! that a figure speaks of, and `Tree` turns what a statistic adds up to by unit into a standard error.
//!
//! # Formula
//! With `z_u` the sum of the influences of unit `u`, `n` units taken and a fraction `f` of those there are, the variance is
//! `Σ Π fractions above · (1 − f) · n/(n − 1) · Σ (z_u − z̄)²`, over stages and the units (first: strata) that hold them.
//! Without a weight column a row weighs the product over stages of the inverse fractions.
//! # Units
//! Those of the estimate, squared.
//! # Not estimable
//! A stratum or unit of which one unit was taken, under [`LonelyPsu::Fail`].
//! # Source
//! Särndal, Swensson and Wretman 1992, ch. 4 and 5; R `survey` 4.1, `svyrecvar`; cases in `tests/reference/survey`.
//! # Example
//! Two of four centers in each of two regions:
//!
//! ```
//! use recovista::design::Design;
//! use recovista::estimate::{Measure, Request, answer};
//! use recovista::frame::{Batch, Column, Frame, Levels, Values};
//!
//! let mut batch = Batch::new(4);
//! batch.push(Column { name: "region".into(), values: Values::Level(vec![0, 0, 1, 1]), missing: Vec::new() });
//! batch.push(Column { name: "staff".into(), values: Values::Number(vec![1.0, 3.0, 4.0, 8.0]), missing: Vec::new() });
//! batch.push(Column { name: "centers".into(), values: Values::Number(vec![4.0; 4]), missing: Vec::new() });
//! let frame = Frame { batches: vec![batch], levels: [("region".to_owned(), Levels::new(["north", "south"]))].into() };
//! let design = Design { strata: Some("region".into()), fpc: vec!["centers".into()], ..Design::default() };
//! let mean = answer(&frame, &design, &[Request::new("staff", Measure::Mean)])?.remove(0).remove(0);
//! assert_eq!((mean.estimate, mean.df), (Some(4.0), Some(2.0)));
//! // z = (y − 4)/4 is −¾, −¼ and 0, 1: ½ · 2 · (⅛ + ½).
//! assert!((mean.std_error.unwrap() - 0.625_f64.sqrt()).abs() < 1e-12);
//! # Ok::<(), recovista::error::Error>(())
//! ```

mod calibrate;
mod calibrated;
mod columns;
mod normal;
mod prepare;
mod replicates;
mod sample;
mod sampling;
#[cfg(test)]
mod tests;
mod tree;
mod units;

use calibrate::{Auxiliaries, Calibration, CodedMargin, CodedSum, Residuals};
pub use calibrate::{Calibrating, CalibrationKind, Margin, POPULATION};
pub(crate) use calibrated::{Calibrated, WholeSample};
pub(crate) use columns::{Columns, Want};
pub(crate) use prepare::{Prepared, prepare};
pub(crate) use replicates::{InnerProducts, Rule};
pub use replicates::{ReplicateKind, Replication};
pub(crate) use sample::Sample;
pub(crate) use sampling::Sampling;
pub(crate) use tree::Tree;
pub(crate) use units::{Coded, Leaf, LeafCode, Units, leaf, levels_of};

/// Version of the method: raised whenever the same input could give other figures, so that a lock tells it.
pub(crate) const METHOD_VERSION: u32 = 1;

/// What to do with a stratum of which only one unit was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LonelyPsu {
    /// The figure is not estimable.
    #[default]
    Fail,
    /// The unit was certain to be taken and adds no variance.
    Certainty,
    /// The unit is compared with the mean of all units.
    Adjust,
    /// The stratum gets the mean variance of the other strata.
    Average,
}

/// The columns that describe the sample, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Number column with the sampling weight; without one it follows from `fpc`, or is 1.
    pub weight: Option<String>,
    /// Level column with the first-stage stratum.
    pub strata: Option<String>,
    /// Level columns with the units, by stage; without one each row is a unit.
    pub clusters: Vec<String>,
    /// Number columns by stage: units in the population (≥ 1) or fraction taken (< 1).
    /// One more than `clusters` means that rows are the last stage.
    pub fpc: Vec<String>,
    /// What to do with a lone unit.
    pub lonely_psu: LonelyPsu,
    /// Confidence level of every interval, such as 0.95.
    pub conf_level: f64,
    /// Level or text column that names the person behind a row; without one each row is its own.
    pub person: Option<String>,
    /// Level column with the wave. Units and fractions are those of the wave of which a figure speaks.
    pub wave: Option<String>,
    /// Replicate weights, from which errors then come instead of strata and units.
    pub replication: Option<Replication>,
    /// Known totals to which the weights are brought.
    pub calibration: Option<Calibrating>,
}

impl Default for Design {
    fn default() -> Self {
        Self {
            weight: None,
            strata: None,
            clusters: Vec::new(),
            fpc: Vec::new(),
            lonely_psu: LonelyPsu::Fail,
            conf_level: 0.95,
            person: None,
            wave: None,
            replication: None,
            calibration: None,
        }
    }
}
