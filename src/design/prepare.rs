//! Data and a design in, everything that must be known before rows can be coded and weighted out.

use super::{Calibrated, Calibrating, Coded, Design, Units};
use crate::error::Error;
use crate::frame::{Batch, Source};

/// Units that give each row its leaf and weight, in a round over all rows.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) units: Units,
    pub(crate) calibrated: Option<Calibrated>,
}

/// Goes through the data as often as the design needs before its rows can be coded: to count the rows of
/// each person, the units taken where weights follow from population counts, and what weights are calibrated to.
///
/// # Errors
/// Weights below zero, a calibration that does not reach its totals.
pub(crate) fn prepare(source: &mut dyn Source, design: &Design, replicates: &[String]) -> Result<Prepared, Error> {
    let mut units = Units::new(design, replicates);
    if design.person.is_some() {
        source.round(&mut |batches, _| {
            for batch in batches {
                units.count_people(batch);
            }
            Ok(())
        })?;
    }
    if units.weighs() {
        units.begin_round();
        source.round(&mut |batches, _| {
            for batch in batches {
                units.code(batch);
            }
            Ok(())
        })?;
        units.settle()?;
    }
    let calibrated = design.calibration.as_ref().map(|spec| calibrate(source, spec, &mut units)).transpose()?;
    units.begin_round();
    Ok(Prepared { units, calibrated })
}

/// Gathers what calibration needs of every row, and brings the weights to their totals.
fn calibrate(source: &mut dyn Source, spec: &Calibrating, units: &mut Units) -> Result<Calibrated, Error> {
    let mut calibrated = Calibrated::default();
    units.begin_round();
    source.round(&mut |batches, _| {
        for batch in batches {
            let coded = units.code(batch);
            calibrated.gather(spec, batch, &coded);
        }
        Ok(())
    })?;
    units.settle()?;
    calibrated.calibrate(spec, source.levels())?;
    Ok(calibrated)
}

impl Prepared {
    /// Codes the next batch, with its final weights.
    pub(crate) fn code(&mut self, batch: &Batch) -> Coded {
        let start = self.units.rows();
        let mut coded = self.units.code(batch);
        if let Some(calibrated) = &self.calibrated {
            calibrated.replace(&mut coded, start);
        }
        coded
    }
}
