//! Rows and known totals in; the factor of every weight, and errors from residuals, out.
//!
//! Calibration needs all rows at once: their weights and auxiliaries are gathered in a round of their own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Auxiliaries, Calibrating, Calibration, Coded, CodedMargin, CodedSum, Design, POPULATION, Residuals, Sampling, Tree, Units, levels_of, tree::Lone};
use crate::error::{Error, Exit};
use crate::frame::{Batch, Levels};
use crate::stats::Spread;

/// Weights and auxiliaries of all rows, in file order, and what calibration made of them.
#[derive(Debug, Default)]
pub(crate) struct Calibrated {
    base: Vec<f64>,
    codes: Vec<Vec<u32>>,
    numbers: Vec<Vec<f64>>,
    replicates: Vec<Vec<f64>>,
    factor: Vec<f64>,
    /// What a reader should know of the weights.
    pub(crate) note: String,
}

impl Calibrated {
    /// Gathers a batch.
    pub(crate) fn gather(&mut self, spec: &Calibrating, batch: &Batch, coded: &Coded) {
        self.base.extend_from_slice(&coded.weight);
        self.codes.resize(spec.margins.len(), Vec::new());
        for (codes, margin) in self.codes.iter_mut().zip(&spec.margins) {
            codes.extend(levels_of(batch, &margin.variable));
        }
        self.numbers.resize(spec.sums.len(), Vec::new());
        for (numbers, (name, _)) in self.numbers.iter_mut().zip(&spec.sums) {
            match batch.numbers(name) {
                _ if name == POPULATION => numbers.extend(std::iter::repeat_n(1.0, batch.rows())),
                Some(values) => numbers.extend_from_slice(values),
                None => numbers.extend(std::iter::repeat_n(f64::NAN, batch.rows())),
            }
        }
        self.replicates.resize(coded.replicates.len(), Vec::new());
        for (known, weights) in self.replicates.iter_mut().zip(&coded.replicates) {
            known.extend_from_slice(weights);
        }
    }

    /// The auxiliaries of all rows.
    pub(crate) fn auxiliaries<'a>(&'a self, spec: &'a Calibrating, levels: &'a BTreeMap<String, Levels>) -> Result<Auxiliaries<'a>, Error> {
        let mut margins = Vec::new();
        for (margin, codes) in spec.margins.iter().zip(&self.codes) {
            let Some(levels) = levels.get(&margin.variable) else { unreachable!("the columns of margins have been checked") };
            margins.push(CodedMargin::new(margin, levels, codes).map_err(in_input)?);
        }
        let sum = |((name, total), values): (&'a (String, f64), &'a Vec<f64>)| CodedSum { name, values: Cow::Borrowed(values), total: *total };
        Ok(Auxiliaries { margins, sums: spec.sums.iter().zip(&self.numbers).map(sum).collect() })
    }

    /// Brings the weights to the totals, and each replicate as well.
    ///
    /// # Errors
    /// What `Auxiliaries::calibrate` refuses.
    pub(crate) fn calibrate(&mut self, spec: &Calibrating, levels: &BTreeMap<String, Levels>) -> Result<(), Error> {
        let mut replicates = std::mem::take(&mut self.replicates);
        let made = {
            let auxiliaries = self.auxiliaries(spec, levels)?;
            let made = auxiliaries.calibrate(spec.kind, &self.base, spec.trim).map_err(in_input)?;
            auxiliaries.calibrate_replicates(spec.kind, &mut replicates, spec.trim).map_err(in_input)?;
            made
        };
        self.note = report(&made);
        self.factor = made.factor;
        self.replicates = replicates;
        Ok(())
    }

    /// Puts the calibrated weights in place of those of a batch that begins at a row.
    pub(crate) fn replace(&self, coded: &mut Coded, start: usize) {
        for (weight, factor) in coded.weight.iter_mut().zip(&self.factor[start..]) {
            *weight *= factor;
        }
        for (weights, calibrated) in coded.replicates.iter_mut().zip(&self.replicates) {
            let length = weights.len();
            weights.copy_from_slice(&calibrated[start..start + length]);
        }
    }

    /// Where the errors of calibrated figures come from.
    pub(crate) fn whole_sample<'a>(&'a self, auxiliaries: &'a Auxiliaries<'a>, units: &Units, design: &Design, strata: &Arc<[String]>) -> WholeSample<'a> {
        WholeSample::new(Residuals::new(auxiliaries, &self.base, &self.factor), units, design, strata)
    }
}

/// What calibration did, in words.
fn report(made: &Calibration) -> String {
    let rounds = if made.rounds == 1 { "1 round".to_owned() } else { format!("{} rounds", made.rounds) };
    let trimmed = if made.trimmed == 0 { String::new() } else { format!(", {} rows trimmed", made.trimmed) };
    format!("weights brought to the totals in {rounds}, factors from {:.3} to {:.3}{trimmed}", made.smallest, made.largest)
}

fn in_input(problem: Box<crate::error::Problem>) -> Error {
    Error { exit: Exit::Input, problems: vec![*problem] }
}

/// Errors of calibrated figures: residuals of all rows, added up over the whole sample.
#[derive(Debug)]
pub(crate) struct WholeSample<'a> {
    residuals: Residuals<'a>,
    /// Row and bag of each single.
    row: Vec<usize>,
    bag: Vec<usize>,
    bags: usize,
    rows: usize,
    tree: Tree,
}

impl<'a> WholeSample<'a> {
    fn new(residuals: Residuals<'a>, units: &Units, design: &Design, strata: &Arc<[String]>) -> Self {
        let mut places: BTreeMap<u32, usize> = BTreeMap::new();
        let mut bags: Vec<(u32, f64)> = Vec::new();
        let mut bag = Vec::with_capacity(units.last.parent.len());
        for parent in &units.last.parent {
            let next = bags.len();
            let place = *places.entry(*parent).or_insert(next);
            if place == next {
                bags.push((*parent, 0.0));
            }
            bags[place].1 += 1.0;
            bag.push(place);
        }
        let row: Vec<usize> = units.last.key.iter().map(|row| *row as usize).collect();
        let rows = units.rows();
        let tree = Tree::new(units, &Sampling::new(units, &[]), design, strata, &bags);
        Self { residuals, row, bag, bags: bags.len(), rows, tree }
    }

    /// Standard error of the sum of the influences that singles have; all others have none.
    pub(crate) fn std_error(&self, influences: impl Iterator<Item = (u32, f64)>) -> Result<f64, Lone> {
        let mut by_row = vec![0.0; self.rows];
        for (single, influence) in influences {
            by_row[self.row[single as usize]] += influence;
        }
        self.residuals.replace(&mut by_row);
        let mut spreads = vec![Spread::default(); self.bags];
        for (row, bag) in self.row.iter().zip(&self.bag) {
            spreads[*bag].join(Spread::one(by_row[*row]));
        }
        self.tree.std_error(&spreads)
    }
}
