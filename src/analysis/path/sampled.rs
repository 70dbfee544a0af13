//! A design, the rows of a path model and its fit in, standard errors and the size of χ² under that design out.
//!
//! What a row adds to a figure is a number like any other: the error of the figure is that of the weighted total of it, and
//! `estimate` knows how to make that from strata, units and population counts.

use std::collections::BTreeMap;

use super::super::resampled::Resampled;
use crate::design::{Design, Sample};
use crate::error::Error;
use crate::estimate::{Estimate, Measure, Request, State, answer_from};
use crate::frame::{Batch, Column, Each, Frame, Levels, Shape, Source, Values};
use crate::model::{Form, Forms, PathFit, PathModel, Scaling, centred};
use crate::stats::sum;

/// How the rows of a path model were drawn.
#[derive(Debug)]
pub(crate) struct Sampled<'a> {
    frame: &'a Frame,
    design: &'a Design,
    wave: &'a str,
    /// Batch and row of each row of the model.
    rows: &'a [(usize, usize)],
    /// Their weights.
    pub(super) weights: Vec<f64>,
    /// The units that a bootstrap draws.
    pub(super) units: Resampled,
}

/// What a design says of a fit.
#[derive(Debug, Clone)]
pub(super) struct Under {
    /// Degrees of freedom of the errors; none where no error can be stated.
    pub(super) df: Option<f64>,
    /// How much larger χ² is for the design; none where no error can be stated.
    pub(super) scaling: Option<Scaling>,
    /// What a reader should know of all figures.
    pub(super) note: Option<String>,
    /// Whether the rows are of one unit and errors come from the units within it.
    pub(super) is_within_unit: bool,
}

/// Whether a design has anything to say: without it every row counts alike and for itself.
pub(super) fn is_plain(design: &Design) -> bool {
    design.weight.is_none() && design.strata.is_none() && design.clusters.is_empty() && design.fpc.is_empty()
}

/// Final weights of all rows of a frame, by batch.
///
/// # Errors
/// Design columns that are absent or of the wrong type, weights below zero.
pub(super) fn weights(frame: &Frame, design: &Design) -> Result<Vec<Vec<f64>>, Error> {
    let sample = Sample::new(frame, design)?;
    let mut rest = sample.weights();
    let of_batch = |batch: &Batch| {
        let (own, after) = rest.split_at(batch.rows().min(rest.len()));
        rest = after;
        own.to_vec()
    };
    Ok(frame.batches.iter().map(of_batch).collect())
}

impl<'a> Sampled<'a> {
    /// The rows of a wave that a model is fitted to, given by batch and row, with the weights of all rows.
    pub(super) fn new(frame: &'a Frame, design: &'a Design, wave: &'a str, rows: &'a [(usize, usize)], weights: &[Vec<f64>]) -> Self {
        let weights = rows.iter().map(|(batch, row)| weights[*batch][*row]).collect();
        Self { frame, design, wave, rows, weights, units: Resampled::new(design, frame, rows) }
    }

    /// Whether weights differ by more than rounding.
    pub(super) fn is_weighted(&self) -> bool {
        let ends = self.weights.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), weight| (low.min(*weight), high.max(*weight)));
        ends.1 - ends.0 > 1e-12 * ends.0
    }

    /// Whether a bootstrap can draw one unit or another.
    pub(super) fn can_be_drawn(&self) -> bool {
        self.units.df() > 0.0
    }

    /// The fit with the errors of the design, or the reason why nothing can be estimated under it.
    ///
    /// # Errors
    /// Design columns that are absent or of the wrong type.
    pub(super) fn errors(&self, model: &PathModel, fit: PathFit, columns: &[Vec<f64>]) -> Result<Result<(PathFit, Under), String>, Error> {
        let Some(forms) = Forms::new(model, &fit) else { return Ok(Err("rounding leaves no standard errors".to_owned())) };
        let totals = self.totals(&forms, columns)?;
        let Some(first) = totals.first() else { return Ok(Err("the model has no figures".to_owned())) };
        if let State::NotEstimable(reason) = &first.state {
            return Ok(Err(reason.clone()));
        }
        let df = first.df.filter(|_| first.std_error.is_some());
        let errors: Vec<f64> = totals.iter().map(|total| total.std_error.unwrap_or_default()).collect();
        let cells = 2 * forms.cells.len();
        let definitions = cells + 2 * forms.definitions.len();
        let open = definitions + forms.open.len();
        let pairs = |errors: &[f64]| errors.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>();
        // With n times the variances of means the factor is 1 where rows were drawn one by one from a normal population.
        let factor = |errors: &[f64]| if errors.is_empty() { 1.0 } else { fit.n * sum(errors.iter().map(|error| error * error)) / errors.len() as f64 };
        let scaling = df.map(|_| Scaling { model: factor(&errors[definitions..open]), without_paths: factor(&errors[open..]) });
        let under = Under { df, scaling, note: first.note.clone(), is_within_unit: first.method.contains("within_unit") };
        Ok(Ok((fit.with_errors(&pairs(&errors[..cells]), &pairs(&errors[cells..definitions])), under)))
    }

    /// The weighted totals of what rows add to each figure as it is and standardized, then to what is left open.
    fn totals(&self, forms: &Forms, columns: &[Vec<f64>]) -> Result<Vec<Estimate>, Error> {
        let figures = forms.cells.iter().chain(&forms.definitions).flat_map(|(raw, standardized)| [raw, standardized]);
        let forms: Vec<&Form> = figures.chain(&forms.open).chain(&forms.open_without_paths).collect();
        let of_wave = |request: Request| if self.wave.is_empty() { request } else { request.only("wave", [self.wave]) };
        let requests: Vec<Request> = (0..forms.len()).map(|form| of_wave(Request::new(name(form), Measure::Total))).collect();
        let centred: Vec<Vec<f64>> = columns.iter().map(|column| centred(column, Some(&self.weights))).collect();
        let mut added = Added { sampled: self, forms, centred, weight: sum(self.weights.iter().copied()) };
        Ok(answer_from(&mut added, self.design, &requests)?.into_iter().flatten().collect())
    }
}

/// The column with what rows add to a figure; no column of a codebook has such a name.
fn name(form: usize) -> String {
    format!("added to figure {form}")
}

/// The rows of a frame with what each adds to the figures of a model, made batch by batch.
struct Added<'a> {
    sampled: &'a Sampled<'a>,
    forms: Vec<&'a Form>,
    /// The columns of the model less their means.
    centred: Vec<Vec<f64>>,
    weight: f64,
}

impl Added<'_> {
    /// A batch with the columns of the design and of the figures; rows that the model does not stand on have no value.
    fn batch(&self, number: usize, batch: &Batch) -> Batch {
        let design = self.sampled.design;
        let names = design.weight.iter().chain(&design.strata).chain(&design.clusters).chain(&design.fpc).chain(&design.person).chain(&design.wave);
        let mut made = Batch::new(batch.rows());
        names.filter_map(|name| batch.column(name)).for_each(|column| made.push(column.clone()));
        let mut values = vec![vec![f64::NAN; batch.rows()]; self.forms.len()];
        let here = self.sampled.rows.iter().enumerate().filter(|(_, (own, _))| *own == number);
        for (position, (_, row)) in here {
            let deviations: Vec<f64> = self.centred.iter().map(|column| column[position]).collect();
            for (values, form) in values.iter_mut().zip(&self.forms) {
                values[*row] = form.of(&deviations) / self.weight;
            }
        }
        for (form, values) in values.into_iter().enumerate() {
            made.push(Column { name: name(form), values: Values::Number(values), missing: Vec::new() });
        }
        made
    }
}

impl Source for Added<'_> {
    fn columns(&self) -> Vec<(String, Shape)> {
        let figures = (0..self.forms.len()).map(|form| (name(form), Shape::Number));
        self.sampled.frame.columns().into_iter().chain(figures).collect()
    }

    fn levels(&self) -> &BTreeMap<String, Levels> {
        &self.sampled.frame.levels
    }

    fn round(&mut self, each: &mut Each<'_>) -> Result<(), Error> {
        for (number, batch) in self.sampled.frame.batches.iter().enumerate() {
            each(&[self.batch(number, batch)], &self.sampled.frame.levels)?;
        }
        Ok(())
    }
}
