//! Linear mixed models: rows of subjects over time in, coefficients with their errors and variances of random effects out.
//!
//! Restricted maximum likelihood with a random intercept, or a random intercept and slope, for each subject. One
//! pass reduces the rows (`blocks`); the likelihood, its slope and curvature (`deviance`) then cost one pass over
//! subjects; `search` finds the largest; degrees of freedom follow Satterthwaite. `robust` makes the errors from units
//! of a design, such as centers, in place of the model.

mod blocks;
mod deviance;
mod robust;
mod search;

use nalgebra::{DMatrix, DVector};

use self::blocks::Blocks;
pub(crate) use self::blocks::Panel;
use self::deviance::Random;
use self::search::Found;
use super::Test;
use crate::stats::{f_sf, t_p_value};

/// Part of the outcome's sum of squares below which what is left is rounding.
const ROUNDING: f64 = 1e-22;

/// What random effects a fit has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effects {
    /// None: ordinary least squares.
    None,
    /// An intercept for each subject.
    Intercept,
    /// An intercept and a slope that is the same multiple of it for all subjects.
    Line,
    /// An intercept and a slope for each subject.
    Slope,
}

/// Variances of random effects and of what is left; `None` where the data cannot tell them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Variances {
    /// Of intercepts, at time 0 where there are slopes.
    pub(crate) intercept: Option<f64>,
    /// Of slopes, and their covariance with the intercepts, where slopes were asked for.
    pub(crate) slope: Option<(f64, f64)>,
    /// Of what is left.
    pub(crate) residual: f64,
}

/// A fitted mixed model.
#[derive(Debug)]
pub(crate) struct Mixed {
    /// Coefficient of each column.
    pub(crate) coefficients: Vec<f64>,
    /// Their covariance.
    pub(crate) covariance: DMatrix<f64>,
    /// The variances.
    pub(crate) variances: Variances,
    /// Logarithm of the restricted likelihood at its largest.
    pub(crate) log_likelihood: f64,
    /// The random effects that it has.
    pub(crate) effects: Effects,
    /// Why it has fewer than were asked for, or why its variances lie on an edge.
    pub(crate) reason: Option<String>,
    /// Slope of the covariance by each parameter of the variances.
    moves: Vec<DMatrix<f64>>,
    /// Covariance of those parameters.
    parameters: DMatrix<f64>,
    /// Its variances as the likelihood reads them.
    random: Random,
    /// Degrees of freedom of every contrast, where the errors come from units and not from the model.
    df_of_units: Option<f64>,
}

/// Fits a linear mixed model by restricted maximum likelihood.
///
/// # Formula
/// `y = Xβ + Zb + e`, `b ~ N(0, G)` for each subject, `e ~ N(0, σ²)`; `G` and `σ²` maximize the restricted
/// likelihood, `β = (X′V⁻¹X)⁻¹X′V⁻¹y`; errors from `(X′V⁻¹X)⁻¹`.
/// # Units
/// Coefficients and variances in those of the outcome and of time; the intercept's variance is that at time 0.
/// # Not estimable
/// Too few rows, and an outcome that the terms or the subjects explain entirely, are reasons in words. Where the
/// likelihood is largest with a variance of zero, or the data cannot tell a variance, the simpler model is fitted
/// and `reason` says so.
/// # Source
/// Laird and Ware 1982, doi:10.2307/2529876; Bates et al. 2015 (lme4), doi:10.18637/jss.v067.i01; values in
/// `tests/reference/longitudinal/`.
pub(crate) fn mixed(panel: &Panel<'_>) -> Result<Mixed, String> {
    let (rows, terms) = (panel.outcome.len(), panel.columns.len());
    if rows <= terms {
        return Err(format!("{rows} complete rows for {terms} coefficients leave nothing to estimate variances from"));
    }
    let blocks = Blocks::new(panel);
    let subjects = blocks.effects.len();
    check(&blocks)?;
    let wants_slope = panel.time.is_some();
    let (found, mut reason) = if rows <= subjects {
        (search::without(&blocks)?, Some("each subject has one row, so differences between subjects cannot be told from other differences".to_owned()))
    } else if wants_slope && !blocks.has_times {
        (search::intercepts(&blocks)?, Some("no subject was met at two times, so slopes of subjects cannot be estimated".to_owned()))
    } else if wants_slope && rows <= 2 * subjects {
        let counts = format!("{rows} rows of {subjects} subjects are too few for an intercept and a slope of each");
        (search::intercepts(&blocks)?, Some(counts))
    } else if wants_slope {
        (search::slopes(&blocks)?, None)
    } else {
        (search::intercepts(&blocks)?, None)
    };
    let mut fit = finish(&blocks, found, wants_slope);
    let edge = match (fit.effects, wants_slope) {
        (Effects::None, _) if rows > subjects => Some("the variance between subjects is estimated as zero"),
        (Effects::Intercept, true) if reason.is_none() => Some("the variance of slopes is estimated as zero"),
        (Effects::Line, _) => {
            Some("intercepts and slopes are estimated to lie on one line (a correlation of 1 or -1), on the edge of what the model allows (singular fit)")
        }
        _ => None,
    };
    if let Some(edge) = edge {
        reason = Some(reason.map_or_else(|| edge.to_owned(), |reason| format!("{reason}; {edge}")));
    }
    if rows <= subjects {
        fit.variances.intercept = None;
    }
    fit.reason = reason;
    Ok(fit)
}

/// Whether anything is left of the outcome, after the terms and within subjects.
fn check(blocks: &Blocks) -> Result<(), String> {
    let basis = &blocks.basis;
    let left = basis.left.norm_squared();
    if left <= ROUNDING * (left + basis.along.norm_squared()) || left == 0.0 {
        return Err("the terms explain the outcome entirely, so nothing is left to estimate variances from".to_owned());
    }
    let mut sums = blocks.within.clone();
    let last = blocks.terms();
    for pivot in 0..last {
        let size = sums[(pivot, pivot)];
        if size < 1e-12 {
            continue;
        }
        for row in pivot + 1..=last {
            let part = sums[(row, pivot)] / size;
            for column in pivot + 1..=row {
                sums[(row, column)] -= part * sums[(column, pivot)];
            }
        }
    }
    if blocks.within_df > 0 && sums[(last, last)] <= ROUNDING * left {
        return Err("within subjects the terms explain the outcome entirely, so there is no residual variance".to_owned());
    }
    Ok(())
}

/// The fit in the units of the file, with what degrees of freedom need.
fn finish(blocks: &Blocks, found: Found, wants_slope: bool) -> Mixed {
    let Found { factor, at } = found;
    let (basis, terms) = (&blocks.basis, blocks.terms());
    let back = basis.triangle.clone().solve_upper_triangular(&DMatrix::identity(terms, terms)).unwrap_or_else(|| DMatrix::from_element(terms, terms, f64::NAN));
    let residual = at.residual * basis.size * basis.size;
    let coefficients = &back * (&at.coefficients + &basis.along) * basis.size;
    let covariance = &back * &at.inverse * back.transpose() * residual;
    let random = factor.random();
    let curve = deviance::curve(blocks, &random, &at);
    let by_part = curve.information.each_ref().map(|information| {
        let scaled = &back * &at.inverse;
        &scaled * information * scaled.transpose() * residual
    });
    let by_entry = |slopes: &[f64; 3]| &by_part[0] * slopes[0] + &by_part[1] * slopes[1] + &by_part[2] * slopes[2];
    let mut moves: Vec<DMatrix<f64>> = factor.slopes().iter().map(by_entry).collect();
    moves.push(covariance.clone());
    let size: f64 = basis.triangle.diagonal().iter().map(|value| value.abs().ln()).sum();
    let df = (blocks.observations - terms) as f64;
    let [first, both, second] = random.parts.map(|part| part * residual);
    let (center, unit) = (blocks.clock.center / blocks.clock.unit, blocks.clock.unit);
    let slope = wants_slope.then(|| (second / unit / unit, (both - center * second) / unit));
    Mixed {
        coefficients: coefficients.iter().copied().collect(),
        covariance,
        variances: Variances { intercept: Some((first - 2.0 * center * both + center * center * second).max(0.0)), slope, residual },
        log_likelihood: -0.5 * at.deviance - size - df * basis.size.ln(),
        effects: [Effects::None, Effects::Intercept, Effects::Line, Effects::Slope][factor.0.len()],
        reason: None,
        moves,
        parameters: inverse(factor.curvature(&curve)) * 2.0,
        random,
        df_of_units: None,
    }
}

/// The inverse over the directions in which the likelihood truly has a maximum.
fn inverse(curvature: DMatrix<f64>) -> DMatrix<f64> {
    let size = curvature.nrows();
    let eigen = curvature.symmetric_eigen();
    let floor = 1e-10 * eigen.eigenvalues.amax();
    let mut inverse = DMatrix::zeros(size, size);
    for (value, vector) in eigen.eigenvalues.iter().zip(eigen.eigenvectors.column_iter()).filter(|(value, _)| **value > floor) {
        inverse += vector * vector.transpose() / *value;
    }
    inverse
}

impl Mixed {
    /// A linear combination of the coefficients, tested against zero.
    ///
    /// # Formula
    /// `t = c′β/√(c′Cc)`, `df = 2·(c′Cc)²/(g′Ag)` with `g` the slope of `c′Cc` by the parameters of the variances
    /// and `A` their covariance (twice the inverse curvature of the deviance); after [`Self::take_units`] the degrees of
    /// freedom of its units
    /// # Source
    /// Satterthwaite 1946; Kuznetsova et al. 2017 (lmerTest), doi:10.18637/jss.v082.i13.
    pub(crate) fn contrast(&self, weights: &[f64]) -> Test {
        let weights = DVector::from_column_slice(weights);
        let estimate: f64 = weights.iter().zip(&self.coefficients).map(|(weight, coefficient)| weight * coefficient).sum();
        let variance = weights.dot(&(&self.covariance * &weights));
        let slope = DVector::from_iterator(self.moves.len(), self.moves.iter().map(|by| weights.dot(&(by * &weights))));
        let df = self.df_of_units.unwrap_or_else(|| 2.0 * variance * variance / slope.dot(&(&self.parameters * &slope)));
        let statistic = (variance > 0.0).then(|| estimate / variance.sqrt());
        let df = Some(df).filter(|df| df.is_finite() && *df > 0.0);
        Test {
            estimate: Some(estimate),
            std_error: Some(variance.max(0.0).sqrt()),
            statistic,
            df,
            df2: None,
            p_value: statistic.zip(df).and_then(|(t, df)| t_p_value(t, df)),
        }
    }

    /// Whether some coefficients are all zero.
    ///
    /// # Formula
    /// `F = Σ t_k²/q` over the `q` main axes of their covariance; second degrees of freedom `2E/(E − q)`,
    /// `E = Σ ν_k/(ν_k − 2)` over the degrees of freedom of the axes
    /// # Not estimable
    /// Coefficients that vary together are a reason in words.
    /// # Source
    /// Fai and Cornelius 1996, doi:10.1080/00949659608811740; `contestMD` of lmerTest.
    pub(crate) fn joint(&self, which: &[usize]) -> Result<Test, String> {
        let own = DMatrix::from_fn(which.len(), which.len(), |row, column| self.covariance[(which[row], which[column])]);
        let eigen = own.symmetric_eigen();
        if eigen.eigenvalues.min() <= 1e-12 * eigen.eigenvalues.max() {
            return Err("the coefficients vary together, so they cannot be tested together".to_owned());
        }
        let along = |vector: nalgebra::DVectorView<'_, f64>| {
            let mut weights = vec![0.0; self.coefficients.len()];
            which.iter().zip(vector.iter()).for_each(|(place, weight)| weights[*place] = *weight);
            self.contrast(&weights)
        };
        let axes: Vec<Test> = eigen.eigenvectors.column_iter().map(along).collect();
        let size = which.len() as f64;
        let statistic = axes.iter().filter_map(|axis| axis.statistic).map(|t| t * t).sum::<f64>() / size;
        let df: Vec<f64> = axes.iter().filter_map(|axis| axis.df).collect();
        let (least, most) = df.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), df| (least.min(*df), most.max(*df)));
        let df2 = if most - least < 1e-8 * most {
            most
        } else if least <= 2.0 {
            2.0
        } else {
            let sum: f64 = df.iter().map(|df| df / (df - 2.0)).sum();
            2.0 * sum / (sum - size)
        };
        Ok(Test { statistic: Some(statistic), df: Some(size), df2: Some(df2), p_value: f_sf(statistic, size, df2), ..Test::default() })
    }
}
