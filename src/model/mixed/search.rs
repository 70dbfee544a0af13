//! Blocks in, the variances at which the restricted likelihood is largest out.
//!
//! The variances are those of a triangular factor, so every number is allowed and a variance of zero is an
//! ordinary point: Newton's steps with the exact curvature, each of them downhill, from the best of a grid.

use nalgebra::{DMatrix, DVector};

use super::blocks::Blocks;
use super::deviance::{At, Curve, Random, at, curve};

/// Steps before a search is given up.
const MAX_STEPS: usize = 200;
/// Expected fall of the deviance that ends a search.
const SETTLED: f64 = 1e-18;
/// Expected fall below which the rounding of the deviance would mislead the check that it falls.
const TOO_SMALL_TO_SEE: f64 = 1e-8;
/// Difference of deviances that data cannot tell from none.
const NO_DIFFERENCE: f64 = 1e-7;
/// Part of the larger variance below which the smaller one is looked at as zero.
const FLAT: f64 = 1e-7;
/// Sizes of random effects, in residual standard deviations, from which a search may begin.
const SIZES: [f64; 13] = [0.03, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 5.0, 15.0, 60.0, 300.0, 3000.0];
/// Sizes of random slopes from which a search may begin.
const SLOPES: [f64; 7] = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0];

/// A triangular factor of the variances of intercepts and slopes, of which the first entries are free and the others zero.
///
/// With `a, b, c` the entries, the variances are `a², ab, b² + c²`: none is a model without random effects, one
/// has intercepts, two have intercepts and slopes that are one multiple of the other, three have both.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor(pub(super) Vec<f64>);

impl Factor {
    /// The variances.
    pub(super) fn random(&self) -> Random {
        let [a, b, c] = self.entries();
        Random { parts: [a * a, a * b, b * b + c * c], determinant: (a * c).powi(2) }
    }

    fn entries(&self) -> [f64; 3] {
        std::array::from_fn(|place| self.0.get(place).copied().unwrap_or(0.0))
    }

    /// Slope of the three variances by each free entry.
    pub(super) fn slopes(&self) -> Vec<[f64; 3]> {
        let [a, b, c] = self.entries();
        let all = [[2.0 * a, b, 0.0], [0.0, a, 2.0 * b], [0.0, 0.0, 2.0 * c]];
        all[..self.0.len()].to_vec()
    }

    /// Slope of the deviance by each entry, the residual variance at its best.
    pub(super) fn slope(&self, curve: &Curve) -> DVector<f64> {
        let slopes = self.slopes();
        DVector::from_fn(slopes.len(), |row, _| inner(&slopes[row], &curve.slope))
    }

    /// Curvature of the deviance by the entries, and last by the logarithm of the residual variance.
    pub(super) fn curvature(&self, curve: &Curve) -> DMatrix<f64> {
        let (slopes, free) = (self.slopes(), self.0.len());
        let own = |row: usize, column: usize| {
            let bent = match (row.min(column), row.max(column)) {
                (0, 0) => 2.0 * curve.slope[0],
                (0, 1) => curve.slope[1],
                (1, 1) | (2, 2) => 2.0 * curve.slope[2],
                _ => 0.0,
            };
            (0..3).map(|k| slopes[row][k] * inner(&curve.curvature[k], &slopes[column])).sum::<f64>() + bent
        };
        DMatrix::from_fn(free + 1, free + 1, |row, column| match (row == free, column == free) {
            (true, true) => curve.residual,
            (true, false) => inner(&slopes[column], &curve.mixed),
            (false, true) => inner(&slopes[row], &curve.mixed),
            (false, false) => own(row, column),
        })
    }
}

fn inner(left: &[f64; 3], right: &[f64; 3]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// The best of one kind of model.
#[derive(Debug)]
pub(super) struct Found {
    /// The variances.
    pub(super) factor: Factor,
    /// The likelihood there.
    pub(super) at: At,
}

/// The best model without random effects.
pub(super) fn without(blocks: &Blocks) -> Result<Found, String> {
    let factor = Factor(Vec::new());
    let at = at(blocks, &factor.random()).ok_or_else(no_value)?;
    Ok(Found { factor, at })
}

/// The best model with random intercepts, or the one without where it is as good.
pub(super) fn intercepts(blocks: &Blocks) -> Result<Found, String> {
    let starts = SIZES.iter().map(|size| Factor(vec![*size]));
    let Some(start) = ranked(blocks, starts).into_iter().next() else { return Err(no_value()) };
    Ok(simplest(vec![without(blocks)?, newton(blocks, start)?]))
}

/// The best model with random intercepts and slopes, or a simpler one that is as good.
pub(super) fn slopes(blocks: &Blocks) -> Result<Found, String> {
    let simpler = intercepts(blocks)?;
    let size = simpler.factor.0.first().map_or(0.3, |size| size.abs());
    let mut starts = Vec::new();
    for first in [size, 0.3 * size] {
        for (slope, correlation) in SLOPES.iter().flat_map(|slope| [-0.6, 0.0, 0.6].map(|correlation| (*slope, correlation))) {
            starts.push(Factor(vec![first, correlation * slope, (1.0_f64 - correlation * correlation).sqrt() * slope]));
        }
    }
    let ranked = ranked(blocks, starts.into_iter());
    let Some(best) = ranked.first() else { return Err(no_value()) };
    // A second search from another side guards against the nearer of two hills.
    let other = ranked.iter().find(|start| (start.0[1] < 0.0, start.0[1] > 0.0) != (best.0[1] < 0.0, best.0[1] > 0.0));
    let found: Vec<Found> = [Some(best), other].into_iter().flatten().filter_map(|start| newton(blocks, start.clone()).ok()).collect();
    let found = found.into_iter().min_by(|first, second| first.at.deviance.total_cmp(&second.at.deviance)).ok_or_else(no_maximum)?;
    let mut models = vec![without(blocks)?, simpler];
    if let Some(start) = flat(&found.factor.random()) {
        models.extend(newton(blocks, start).ok());
    }
    models.push(found);
    Ok(simplest(models))
}

fn no_value() -> String {
    "the restricted likelihood has no finite value".to_owned()
}

fn no_maximum() -> String {
    "the search for the largest restricted likelihood did not settle".to_owned()
}

/// The first of some models, from the simplest on, that is as good as the best.
fn simplest(models: Vec<Found>) -> Found {
    let best = models.iter().map(|found| found.at.deviance).fold(f64::INFINITY, f64::min);
    let enough = best + NO_DIFFERENCE * (1.0 + 1e-6 * best.abs());
    let mut models = models.into_iter();
    let Some(first) = models.next() else { unreachable!("a model without random effects is always among them") };
    models.fold(first, |kept, next| if kept.at.deviance <= enough { kept } else { next })
}

/// The line on which variances lie that have no second dimension.
fn flat(random: &Random) -> Option<Factor> {
    let [first, both, second] = random.parts;
    let (half, turn) = (f64::midpoint(first, second), ((first - second) / 2.0).hypot(both));
    let largest = half + turn;
    if !(largest > 0.0 && random.determinant / largest <= FLAT * largest.max(1.0)) {
        return None;
    }
    let (along, across) = if first >= second { (largest - second, both) } else { (both, largest - first) };
    let size = largest.sqrt() / along.hypot(across);
    (size.is_finite()).then(|| Factor(vec![along * size, across * size]))
}

/// Starts by their deviance, the best first.
fn ranked(blocks: &Blocks, starts: impl Iterator<Item = Factor>) -> Vec<Factor> {
    let mut ranked: Vec<(f64, Factor)> = starts.filter_map(|start| at(blocks, &start.random()).map(|at| (at.deviance, start))).collect();
    ranked.sort_by(|first, second| first.0.total_cmp(&second.0));
    ranked.into_iter().map(|(_, start)| start).collect()
}

/// Newton's method, each step downhill.
fn newton(blocks: &Blocks, start: Factor) -> Result<Found, String> {
    let mut factor = start;
    let mut here = at(blocks, &factor.random()).ok_or_else(no_value)?;
    for _ in 0..MAX_STEPS {
        let curve = curve(blocks, &factor.random(), &here);
        let (step, fall) = step(&factor, &curve);
        if !fall.is_finite() {
            return Err(no_maximum());
        }
        let try_step = |length: f64| {
            let next = Factor(factor.0.iter().zip(step.iter()).map(|(entry, step)| entry + length * step).collect());
            at(blocks, &next.random()).map(|at| (next, at))
        };
        if fall < SETTLED {
            return Ok(Found { factor, at: here });
        }
        let is_better = |next: &(Factor, At)| next.1.deviance < here.deviance || fall < TOO_SMALL_TO_SEE;
        let halves = std::iter::successors(Some(1.0), |length| Some(length / 2.0)).take(40);
        let Some(next) = halves.filter_map(try_step).find(is_better) else {
            return Ok(Found { factor, at: here });
        };
        (factor, here) = next;
    }
    Err(no_maximum())
}

/// A step along the slope and the size of the curvature, and the fall of the deviance that it promises.
fn step(factor: &Factor, curve: &Curve) -> (DVector<f64>, f64) {
    let free = factor.0.len();
    let whole = factor.curvature(curve);
    let own = DMatrix::from_fn(free, free, |row, column| whole[(row, column)] - whole[(row, free)] * whole[(free, column)] / whole[(free, free)]);
    let slope = factor.slope(curve);
    let eigen = own.symmetric_eigen();
    let floor = 1e-8 * eigen.eigenvalues.amax().max(1e-8);
    let (mut step, mut fall) = (DVector::zeros(free), 0.0);
    for (value, vector) in eigen.eigenvalues.iter().zip(eigen.eigenvectors.column_iter()) {
        let (along, bend) = (vector.dot(&slope), value.abs().max(floor));
        step.axpy(-along / bend, &vector, 1.0);
        fall += along * along / bend;
    }
    // Not farther than twice the size of what is there: beyond it the curvature says nothing.
    let longest = 2.0 * (factor.0.iter().map(|entry| entry * entry).sum::<f64>().sqrt() + 0.1);
    let length = step.norm();
    if length > longest { (step * (longest / length), fall) } else { (step, fall) }
}
