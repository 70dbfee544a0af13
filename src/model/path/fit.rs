//! A path model and the covariances of its columns in, estimates with standard errors out.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::super::structure::{Estimates, Implied, Slope, Structure, Trouble, dependent, maximum_likelihood};
use super::expression::Dual;
use super::{Cell, PathModel, Value};
use crate::stats::sum;

/// An estimate with its standard error; none where it is held at a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figure {
    /// The estimate.
    pub(crate) value: f64,
    /// Its standard error, above zero.
    pub(crate) std_error: Option<f64>,
}

/// A fitted path model.
#[derive(Debug, Clone)]
pub(crate) struct PathFit {
    /// Complete rows.
    pub(crate) n: f64,
    /// The covariance matrix of the file, with `n` as divisor.
    pub(crate) sample: DMatrix<f64>,
    /// That of the model.
    pub(crate) sigma: DMatrix<f64>,
    /// Least discrepancy.
    pub(crate) discrepancy: f64,
    /// Each cell, and standardized.
    pub(crate) cells: Vec<(Figure, Figure)>,
    /// Each definition, and of standardized paths.
    pub(crate) definitions: Vec<(Figure, Figure)>,
    /// Share of the variance that is explained, by variable; none of predictors.
    pub(crate) r_squared: Vec<Option<f64>>,
    /// The parameters.
    pub(super) parameters: DVector<f64>,
}

/// Fits a path model to complete columns by maximum likelihood.
///
/// # Formula
/// `Σ = (I − B)⁻¹ Ψ (I − B)⁻ᵀ`, the covariances of predictors held at those of the file; least
/// `F = ln|Σ| − ln|S| + tr(SΣ⁻¹) − p`. Effects get standard errors by the delta method, and standardized paths too:
/// `b · σ_from/σ_to`, `σ` from the model.
/// # Units
/// Columns in the order of the model's variables, all finite; weights above zero, of any scale. Without weights each row
/// counts alike, and errors are those of rows that were drawn one by one.
/// # Not estimable
/// A constant column, one that follows from others, too few rows, parameters that cannot be told apart or no maximum
/// is a reason in words.
/// # Source
/// Bollen 1989, Structural Equations with Latent Variables, chapter 4; `lavaan::sem` of R (Rosseel 2012, doi:10.18637/jss.v048.i02).
pub(crate) fn fit(model: &PathModel, columns: &[Vec<f64>], weights: Option<&[f64]>) -> Result<PathFit, String> {
    let sample = covariances(&model.variables, columns, weights)?;
    let moments = moments(model);
    if model.parameters > moments {
        return Err(format!("the model has {} parameters but only {moments} variances and covariances to tell them by", model.parameters));
    }
    let estimates = estimates(model, &sample, None).map_err(|trouble| reason(model, trouble))?;
    Ok(PathFit::new(model, sample, &estimates, columns.first().map_or(0, Vec::len) as f64))
}

/// Variances and covariances that the model is to explain: all but those among predictors.
pub(super) fn moments(model: &PathModel) -> usize {
    let all = model.variables.len();
    let predictors = model.is_outcome.iter().filter(|is_outcome| !**is_outcome).count();
    (all * (all + 1) - predictors * (predictors + 1)) / 2
}

fn reason(model: &PathModel, trouble: Trouble) -> String {
    match trouble {
        Trouble::Singular => "the covariance matrix of the columns has no inverse".to_owned(),
        Trouble::NoMaximum => "the likelihood has no maximum that could be found".to_owned(),
        Trouble::Unidentified(which) => {
            let names: Vec<String> = which.into_iter().map(|parameter| format!("`{}`", model.parameter_name(parameter))).collect();
            let circle = if model.has_cycle() { "; a circle of paths needs predictors of its own for each of its outcomes" } else { "" };
            format!("the data cannot tell these parameters apart: {}{circle}", names.join(", "))
        }
    }
}

/// Covariances with the number of rows or the sum of weights as divisor, or what is wrong with the columns.
fn covariances(names: &[String], columns: &[Vec<f64>], weights: Option<&[f64]>) -> Result<DMatrix<f64>, String> {
    let n = columns.first().map_or(0, Vec::len);
    if n == 0 {
        return Err("there are no complete rows".to_owned());
    }
    if let Some(constant) = columns.iter().position(|column| column.iter().all(|value| value.total_cmp(&column[0]).is_eq())) {
        return Err(format!("`{}` is the same in all complete rows", names[constant]));
    }
    if n <= columns.len() {
        return Err(format!("{n} complete rows are too few for {} columns", columns.len()));
    }
    let centred: Vec<Vec<f64>> = columns.iter().map(|column| centred(column, weights)).collect();
    let mut sample = DMatrix::from_fn(columns.len(), columns.len(), |i, j| {
        let products = || centred[i].iter().zip(&centred[j]).map(|(a, b)| a * b);
        if i <= j { mean(products(), weights) } else { 0.0 }
    });
    sample.fill_lower_triangle_with_upper_triangle();
    match dependent(&sample) {
        Some((column, others)) => {
            let others: Vec<String> = others.into_iter().map(|other| format!("`{}`", names[other])).collect();
            Err(format!("`{}` follows from {}", names[column], others.join(", ")))
        }
        None => Ok(sample),
    }
}

/// A column less its mean; the mean of what is left goes too, so that large numbers keep their digits.
pub(crate) fn centred(column: &[f64], weights: Option<&[f64]>) -> Vec<f64> {
    let first = mean(column.iter().copied(), weights);
    let rest = mean(column.iter().map(|value| value - first), weights);
    column.iter().map(|value| value - first - rest).collect()
}

/// The mean of some values, each counting alike or with its weight.
fn mean(values: impl ExactSizeIterator<Item = f64>, weights: Option<&[f64]>) -> f64 {
    let Some(weights) = weights else {
        let n = values.len() as f64;
        return sum(values) / n;
    };
    sum(values.zip(weights).map(|(value, weight)| value * weight)) / sum(weights.iter().copied())
}

/// Maximum likelihood estimates; `start` where a fit of nearly the same data is known.
pub(super) fn estimates(model: &PathModel, sample: &DMatrix<f64>, start: Option<&DVector<f64>>) -> Result<Estimates, Trouble> {
    let paths = Paths { model, sample };
    let start = start.cloned().unwrap_or_else(|| paths.start());
    let start = if paths.implied(&start).is_some() { start } else { paths.without_paths(start) };
    maximum_likelihood(sample, &paths, start)
}

/// The covariances that a path model implies.
pub(super) struct Paths<'a> {
    pub(super) model: &'a PathModel,
    pub(super) sample: &'a DMatrix<f64>,
}

/// The number that a cell is.
pub(super) fn value(cell: &Cell, parameters: &DVector<f64>) -> f64 {
    match cell.value {
        Value::Free(parameter) => parameters[parameter],
        Value::Fixed(number) => number,
    }
}

impl Paths<'_> {
    /// Effects of each variable's residual on all variables, and the covariances of the residuals.
    pub(super) fn parts(&self, parameters: &DVector<f64>) -> Option<(DMatrix<f64>, DMatrix<f64>)> {
        let size = self.model.variables.len();
        let mut identity_less_paths = DMatrix::identity(size, size);
        let both_predict = |i: usize, j: usize| !self.model.is_outcome[i] && !self.model.is_outcome[j];
        let mut residual = DMatrix::from_fn(size, size, |i, j| if both_predict(i, j) { self.sample[(i, j)] } else { 0.0 });
        for cell in &self.model.cells {
            if cell.is_covariance {
                residual[(cell.to, cell.from)] = value(cell, parameters);
                residual[(cell.from, cell.to)] = value(cell, parameters);
            } else {
                identity_less_paths[(cell.to, cell.from)] = -value(cell, parameters);
            }
        }
        Some((identity_less_paths.try_inverse()?, residual))
    }

    /// Least squares of each outcome on its predictors, as if outcomes had nothing else in common.
    fn start(&self) -> DVector<f64> {
        let mut start = DVector::zeros(self.model.parameters);
        let mut put = |cell: &Cell, value: f64| {
            if let Value::Free(parameter) = cell.value {
                start[parameter] = value;
            }
        };
        for outcome in (0..self.model.variables.len()).filter(|variable| self.model.is_outcome[*variable]) {
            let arrows: Vec<&Cell> = self.model.cells.iter().filter(|cell| !cell.is_covariance && cell.to == outcome).collect();
            let from: Vec<usize> = arrows.iter().map(|cell| cell.from).collect();
            let among = DMatrix::from_fn(from.len(), from.len(), |i, j| self.sample[(from[i], from[j])]);
            let with = DVector::from_fn(from.len(), |i, _| self.sample[(from[i], outcome)]);
            let weights = Cholesky::new(among).map_or_else(|| DVector::zeros(from.len()), |root| root.solve(&with));
            let rest = (self.sample[(outcome, outcome)] - weights.dot(&with)).max(1e-3 * self.sample[(outcome, outcome)]);
            arrows.iter().zip(&weights).for_each(|(cell, weight)| put(cell, *weight));
            self.model.cells.iter().filter(|cell| cell.is_covariance && (cell.to, cell.from) == (outcome, outcome)).for_each(|cell| put(cell, rest));
        }
        start
    }

    /// The start without its paths, which always implies a proper matrix.
    fn without_paths(&self, mut start: DVector<f64>) -> DVector<f64> {
        for cell in &self.model.cells {
            if let Value::Free(parameter) = cell.value {
                let is_variance = cell.is_covariance && cell.to == cell.from;
                start[parameter] = if is_variance { self.sample[(cell.to, cell.to)] } else { 0.0 };
            }
        }
        start
    }
}

impl Structure for Paths<'_> {
    fn implied(&self, parameters: &DVector<f64>) -> Option<Implied> {
        let (effects, residual) = self.parts(parameters)?;
        let mut sigma = &effects * residual * effects.transpose();
        // Rounding must not make the matrix lopsided.
        sigma = (&sigma + sigma.transpose()) / 2.0;
        let slope = |cell: &Cell| {
            let Value::Free(parameter) = cell.value else { return None };
            let u = effects.column(cell.to).into_owned();
            let v = match cell {
                Cell { is_covariance: false, from, .. } => sigma.column(*from).into_owned(),
                Cell { to, from, .. } if to == from => &u / 2.0,
                Cell { from, .. } => effects.column(*from).into_owned(),
            };
            Some(Slope { parameter, u, v })
        };
        let slopes = self.model.cells.iter().filter_map(slope).collect();
        Some(Implied { sigma, slopes })
    }
}

impl PathFit {
    pub(super) fn new(model: &PathModel, sample: DMatrix<f64>, estimates: &Estimates, n: f64) -> Self {
        let figures = Figures::new(model, &estimates.parameters, &estimates.implied);
        let figure = |dual: &Dual| {
            let variance = dual.slope.dot(&(&estimates.covariance * &dual.slope)) / n;
            Figure { value: dual.value, std_error: Some(variance.sqrt()).filter(|error| *error > 0.0) }
        };
        let pair = |(raw, standardized): (&Dual, &Dual)| (figure(raw), figure(standardized));
        let cells: Vec<(Figure, Figure)> = figures.raw.iter().zip(&figures.standardized).map(pair).collect();
        let definitions = figures.defined(model, &figures.raw).iter().zip(&figures.defined(model, &figures.standardized)).map(pair).collect();
        let r_squared = (0..model.variables.len()).map(|variable| {
            let own = model.cells.iter().position(|cell| cell.is_covariance && (cell.to, cell.from) == (variable, variable));
            own.map(|place| 1.0 - figures.standardized[place].value)
        });
        Self {
            n,
            sigma: estimates.implied.sigma.clone(),
            sample,
            discrepancy: estimates.discrepancy,
            cells,
            definitions,
            r_squared: r_squared.collect(),
            parameters: estimates.parameters.clone(),
        }
    }
}

impl PathFit {
    /// The same fit with standard errors from elsewhere, for each figure as it is and standardized; zero is none.
    pub(crate) fn with_errors(mut self, cells: &[(f64, f64)], definitions: &[(f64, f64)]) -> Self {
        let put = |figures: &mut [(Figure, Figure)], errors: &[(f64, f64)]| {
            let some = |error: f64| Some(error).filter(|error| *error > 0.0);
            for ((raw, standardized), errors) in figures.iter_mut().zip(errors) {
                (raw.std_error, standardized.std_error) = (some(errors.0), some(errors.1));
            }
        };
        put(&mut self.cells, cells);
        put(&mut self.definitions, definitions);
        self
    }
}

/// All cells with their derivatives.
pub(super) struct Figures {
    /// As they are.
    pub(super) raw: Vec<Dual>,
    /// In standard deviations.
    pub(super) standardized: Vec<Dual>,
    parameters: usize,
}

impl Figures {
    /// The figures of some parameters; what they imply may have slopes by more than these, such as by the covariances of predictors.
    pub(super) fn new(model: &PathModel, parameters: &DVector<f64>, implied: &Implied) -> Self {
        let (values, sigma) = (parameters, &implied.sigma);
        let parameters = implied.slopes.iter().map(|slope| slope.parameter + 1).max().unwrap_or(0).max(model.parameters);
        let dual = |cell: &Cell| {
            let mut slope = DVector::zeros(parameters);
            if let Value::Free(parameter) = cell.value {
                slope[parameter] = 1.0;
            }
            Dual { value: value(cell, values), slope }
        };
        let raw: Vec<Dual> = model.cells.iter().map(dual).collect();
        // Logarithms of the standard deviations of the model: only their slopes are needed.
        let mut log_sd = DMatrix::zeros(parameters, sigma.nrows());
        for slope in &implied.slopes {
            for variable in 0..sigma.nrows() {
                log_sd[(slope.parameter, variable)] += slope.u[variable] * slope.v[variable] / sigma[(variable, variable)];
            }
        }
        let own = |variable: usize| model.cells.iter().position(|cell| cell.is_covariance && (cell.to, cell.from) == (variable, variable));
        let log_own = |variable: usize| own(variable).map_or_else(|| DVector::zeros(parameters), |place| &raw[place].slope / (2.0 * raw[place].value));
        let standardize = |(cell, dual): (&Cell, &Dual)| {
            let (factor, slope) = if !cell.is_covariance {
                let factor = (sigma[(cell.from, cell.from)] / sigma[(cell.to, cell.to)]).sqrt();
                (factor, log_sd.column(cell.from) - log_sd.column(cell.to))
            } else if cell.to == cell.from {
                (1.0 / sigma[(cell.to, cell.to)], log_sd.column(cell.to) * -2.0)
            } else {
                let variance = |variable: usize| own(variable).map_or(f64::NAN, |place| raw[place].value);
                (1.0 / (variance(cell.to) * variance(cell.from)).sqrt(), -(log_own(cell.to) + log_own(cell.from)))
            };
            let value = dual.value * factor;
            Dual { value, slope: &dual.slope * factor + slope * value }
        };
        let standardized = model.cells.iter().zip(&raw).map(standardize).collect();
        Self { raw, standardized, parameters }
    }

    /// The definitions made of cells, in the order of the text.
    pub(super) fn defined(&self, model: &PathModel, cells: &[Dual]) -> Vec<Dual> {
        let mut values: Vec<Dual> = model.labels.iter().map(|cell| cells[*cell].clone()).collect();
        let empty = Dual { value: f64::NAN, slope: DVector::zeros(self.parameters) };
        values.resize(model.labels.len() + model.definitions.len(), empty);
        for place in &model.order {
            values[model.labels.len() + place] = model.definitions[*place].expression.evaluate(&values, self.parameters);
        }
        values.split_off(model.labels.len())
    }
}
