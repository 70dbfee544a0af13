//! A fitted path model in, what each row adds to its figures and to the size of its χ² out.
//!
//! All of it are quadratic forms in how far a row lies from the means: a design that knows how rows were drawn makes
//! errors of them, and this file knows nothing of designs.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::super::structure::{Implied, Slope, Structure, information, inverse};
use super::PathModel;
use super::expression::Dual;
use super::fit::{Figures, PathFit, Paths};

/// A symmetric matrix `A`: a row that lies `z` from the means adds `zᵀAz − tr(AS)` to a figure, with `S` the covariances of all rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    matrix: DMatrix<f64>,
    mean: f64,
}

impl Form {
    fn new(matrix: DMatrix<f64>, sample: &DMatrix<f64>) -> Self {
        let mean = matrix.component_mul(sample).sum();
        Self { matrix, mean }
    }

    /// What a row adds, given how far it lies from the means.
    pub(crate) fn of(&self, deviations: &[f64]) -> f64 {
        let row = |(column, deviation): (usize, &f64)| deviation * self.matrix.column(column).iter().zip(deviations).map(|(a, b)| a * b).sum::<f64>();
        deviations.iter().enumerate().map(row).sum::<f64>() - self.mean
    }
}

/// The forms of all figures of a fitted path model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Forms {
    /// Each cell, and standardized.
    pub(crate) cells: Vec<(Form, Form)>,
    /// Each definition, and of standardized paths.
    pub(crate) definitions: Vec<(Form, Form)>,
    /// What the model leaves open, as many as it has degrees of freedom: each varies by 1/n where rows were drawn one by one from
    /// a normal population.
    pub(crate) open: Vec<Form>,
    /// The same of the model in which no outcome goes with anything.
    pub(crate) open_without_paths: Vec<Form>,
}

impl Forms {
    /// The forms of a fit.
    ///
    /// # Formula
    /// With `V = ½Dᵀ(Σ⁻¹⊗Σ⁻¹)D` at the model's `Σ` and `Δ = ∂vech Σ/∂θ`, a row adds `(ΔᵀVΔ)⁻¹ΔᵀV (vech zzᵀ − vech S)` to the
    /// parameters, and `gᵀ` times that to a figure with gradient `g`. The covariances of predictors are parameters too: in a survey
    /// they are those of whoever was drawn. With `V = MᵀM`, what is left open are the coordinates of `M (vech zzᵀ − vech S)` across
    /// `MΔ`, so that the sum of their variances is `tr(UΓ)/n`, `U = V − VΔ(ΔᵀVΔ)⁻¹ΔᵀV`.
    /// # Units
    /// Deviations in the units of the columns; the forms of standardized figures and of what is open have none.
    /// # Not estimable
    /// `None` where rounding leaves a matrix without an inverse.
    /// # Source
    /// Satorra and Bentler 1994, Corrections to test statistics and standard errors in covariance structure analysis; Oberski 2014,
    /// doi:10.18637/jss.v057.i01 (`lavaan.survey`); `robust.sem` of `lavaan`.
    pub(crate) fn new(model: &PathModel, fit: &PathFit) -> Option<Self> {
        let implied = with_predictors(model, fit)?;
        let space = Space::new(&implied)?;
        let figures = Figures::new(model, &fit.parameters, &implied);
        let form = |dual: &Dual| Form::new(space.matrix(&dual.slope), &fit.sample);
        let pairs = |raw: &[Dual], standardized: &[Dual]| raw.iter().zip(standardized).map(|(raw, standardized)| (form(raw), form(standardized))).collect();
        Some(Self {
            cells: pairs(&figures.raw, &figures.standardized),
            definitions: pairs(&figures.defined(model, &figures.raw), &figures.defined(model, &figures.standardized)),
            open: space.open(&fit.sample),
            open_without_paths: Space::new(&without_paths(model, fit))?.open(&fit.sample),
        })
    }
}

fn predictors(model: &PathModel) -> Vec<usize> {
    (0..model.variables.len()).filter(|variable| !model.is_outcome[*variable]).collect()
}

/// Slopes by the covariances of variables whose effects are the columns of a matrix.
fn covariances(variables: &[usize], effects: &DMatrix<f64>, first: usize) -> Vec<Slope> {
    let mut slopes: Vec<Slope> = Vec::new();
    for (place, one) in variables.iter().enumerate() {
        for other in &variables[place..] {
            let u = effects.column(*one).into_owned();
            let v = if one == other { &u / 2.0 } else { effects.column(*other).into_owned() };
            slopes.push(Slope { parameter: first + slopes.len(), u, v });
        }
    }
    slopes
}

/// What the parameters imply, with slopes by the covariances of predictors.
fn with_predictors(model: &PathModel, fit: &PathFit) -> Option<Implied> {
    let paths = Paths { model, sample: &fit.sample };
    let mut implied = paths.implied(&fit.parameters)?;
    let (effects, _) = paths.parts(&fit.parameters)?;
    implied.slopes.extend(covariances(&predictors(model), &effects, model.parameters));
    Some(implied)
}

/// The model in which predictors vary as in the file and nothing else goes together.
fn without_paths(model: &PathModel, fit: &PathFit) -> Implied {
    let size = model.variables.len();
    let both_predict = |i: usize, j: usize| !model.is_outcome[i] && !model.is_outcome[j];
    let sigma = DMatrix::from_fn(size, size, |i, j| if i == j || both_predict(i, j) { fit.sample[(i, j)] } else { 0.0 });
    let effects = DMatrix::identity(size, size);
    let mut slopes = covariances(&predictors(model), &effects, 0);
    for outcome in (0..size).filter(|variable| model.is_outcome[*variable]) {
        slopes.extend(covariances(&[outcome], &effects, slopes.len()));
    }
    Implied { sigma, slopes }
}

/// The space of covariance matrices as a model sees it.
struct Space<'a> {
    slopes: &'a [Slope],
    /// Σ⁻¹.
    weight: DMatrix<f64>,
    /// `R` with `RRᵀ = Σ⁻¹`.
    root: DMatrix<f64>,
    /// (ΔᵀVΔ)⁻¹.
    covariance: DMatrix<f64>,
}

impl<'a> Space<'a> {
    fn new(implied: &'a Implied) -> Option<Self> {
        let cholesky = Cholesky::new(implied.sigma.clone())?;
        let weight = cholesky.inverse();
        let root = cholesky.l().try_inverse()?.transpose();
        let parameters = implied.slopes.iter().map(|slope| slope.parameter + 1).max().unwrap_or(0);
        let covariance = inverse(&information(&implied.slopes, &weight, parameters))?;
        Some(Self { slopes: &implied.slopes, weight, root, covariance })
    }

    /// The form of a figure with a gradient.
    fn matrix(&self, gradient: &DVector<f64>) -> DMatrix<f64> {
        let share = &self.covariance * gradient;
        let mut matrix = DMatrix::zeros(self.weight.nrows(), self.weight.nrows());
        for slope in self.slopes {
            let (u, v) = (&self.weight * &slope.u, &self.weight * &slope.v);
            matrix += (&u * v.transpose() + &v * u.transpose()) * (share[slope.parameter] / 2.0);
        }
        matrix
    }

    /// Coordinates in which V is the identity: forms whose squares sum to `½ tr(Σ⁻¹MΣ⁻¹M)`.
    fn coordinates(&self) -> Vec<DMatrix<f64>> {
        let size = self.root.ncols();
        let pairs = (0..size).flat_map(|i| (i..size).map(move |j| (i, j)));
        let form = |(i, j): (usize, usize)| {
            let product = self.root.column(i) * self.root.column(j).transpose();
            if i == j { product * std::f64::consts::FRAC_1_SQRT_2 } else { (&product + product.transpose()) / 2.0 }
        };
        pairs.map(form).collect()
    }

    /// The directions that the parameters cannot reach.
    fn open(&self, sample: &DMatrix<f64>) -> Vec<Form> {
        let coordinates = self.coordinates();
        let mut reached = DMatrix::zeros(coordinates.len(), self.covariance.nrows());
        for (place, form) in coordinates.iter().enumerate() {
            for slope in self.slopes {
                reached[(place, slope.parameter)] += 2.0 * slope.u.dot(&(form * &slope.v));
            }
        }
        let projection = DMatrix::identity(coordinates.len(), coordinates.len()) - &reached * &self.covariance * reached.transpose();
        let eigen = projection.symmetric_eigen();
        // A projection has eigenvalues 0 and 1 and nothing between.
        let across = (0..coordinates.len()).filter(|place| eigen.eigenvalues[*place] > 0.5);
        let form = |place: usize| {
            let start = DMatrix::zeros(self.root.nrows(), self.root.nrows());
            let matrix = coordinates.iter().zip(eigen.eigenvectors.column(place).iter()).fold(start, |sum, (form, share)| sum + form * *share);
            Form::new(matrix, sample)
        };
        across.map(form).collect()
    }
}
