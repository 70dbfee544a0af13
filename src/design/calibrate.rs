//! Base weights, coded margins and known totals in, calibrated weights and residuals out.
//!
//! Calibration changes weights as little as it can until weighted counts equal known totals.
//! Post-stratification and raking multiply whole levels; linear calibration (generalized regression)
//! adds a part in proportion to each auxiliary. The variance of a calibrated figure is that of the
//! residuals of its influence on all margins, whatever the way: `Residuals` makes them.

use super::normal::Normal;
use crate::error::{Problem, some_of};
use crate::frame::{Levels, NO_LEVEL};
use crate::stats::Sum;

/// Relative distance from every total at which raking and linear calibration are done.
const TOLERANCE: f64 = 1e-10;

/// Rounds after which raking gives up.
const ROUNDS: usize = 200;

/// Name, in a list of auxiliaries, of the number of units in the population.
pub const POPULATION: &str = "(Intercept)";

/// How weights are calibrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalibrationKind {
    /// Each level of one margin is multiplied to its total.
    PostStratify,
    /// Levels of several margins are multiplied to their totals in turn, until all hold.
    Rake,
    /// Linear calibration (generalized regression) on margins and sums of numbers.
    Linear,
}

/// The known totals of one categorical variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    /// Level column.
    pub variable: String,
    /// Units in the population by level.
    pub totals: Vec<(String, f64)>,
}

/// The calibration of a sample, as described by its user.
///
/// # Formula
/// Weights `w g` with `Σ w g x = T` for every margin and sum: `g` is a product of one factor for each margin
/// (`PostStratify`, `Rake`) or `1 + xᵀ (Σ w x xᵀ)⁻ (T − Σ w x)` (`Linear`). Errors are those of the residuals of
/// influences on all margins, over the whole sample.
/// # Units
/// Totals in units of the population; factors have none.
/// # Not estimable
/// A level without a total, a total without rows, margins that disagree about the population: an error.
/// # Source
/// Deville, Särndal and Sautory 1993, doi:10.1080/01621459.1993.10476369; R `postStratify` and `calibrate` of `survey` 4.1.
/// # Example
/// ```
/// use recovista::design::{Calibrating, CalibrationKind, Design, Margin};
/// use recovista::estimate::{Measure, Request, answer};
/// use recovista::frame::{Batch, Column, Frame, Levels, Values};
/// let mut batch = Batch::new(3);
/// batch.push(Column { name: "age".into(), values: Values::Level(vec![0, 0, 1]), missing: Vec::new() });
/// batch.push(Column { name: "y".into(), values: Values::Number(vec![1.0, 3.0, 6.0]), missing: Vec::new() });
/// let frame = Frame { batches: vec![batch], levels: [("age".to_owned(), Levels::new(["young", "old"]))].into() };
/// let margin = Margin { variable: "age".into(), totals: vec![("young".into(), 10.0), ("old".into(), 30.0)] };
/// let calibration = Calibrating { kind: CalibrationKind::PostStratify, margins: vec![margin], sums: Vec::new(), trim: None };
/// let design = Design { calibration: Some(calibration), ..Design::default() };
/// let mean = answer(&frame, &design, &[Request::new("y", Measure::Mean)])?.remove(0).remove(0);
/// assert_eq!(mean.estimate, Some(5.0)); // weights 5, 5 and 30
/// // Within the young z = ∓⅛, and nothing is left of the old: 3/2 · (1/64 + 1/64).
/// assert!((mean.std_error.unwrap() - (3.0_f64 / 64.0).sqrt()).abs() < 1e-12);
/// # Ok::<(), recovista::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrating {
    /// How.
    pub kind: CalibrationKind,
    /// Categorical variables with their totals; one for post-stratification.
    pub margins: Vec<Margin>,
    /// Number columns with their totals in the population, for linear calibration.
    /// `(Intercept)` is no column but the size of the population.
    pub sums: Vec<(String, f64)>,
    /// Bounds between which the factors are held; what is cut off is spread over the other rows.
    pub trim: Option<(f64, f64)>,
}

/// A margin with the level of every row.
#[derive(Debug, Clone)]
pub(crate) struct CodedMargin<'a> {
    /// Its variable.
    pub(crate) name: &'a str,
    /// Level of each row.
    pub(crate) codes: &'a [u32],
    /// Names of the levels.
    levels: &'a Levels,
    /// Total by level; none for a level that the user did not name.
    totals: Vec<Option<f64>>,
}

/// An auxiliary number with its value in every row.
#[derive(Debug, Clone)]
pub(crate) struct CodedSum<'a> {
    /// Its variable.
    pub(crate) name: &'a str,
    /// Value in each row.
    pub(crate) values: std::borrow::Cow<'a, [f64]>,
    /// Total in the population.
    pub(crate) total: f64,
}

/// Everything that weights are calibrated to, with its values in every row.
#[derive(Debug, Clone)]
pub(crate) struct Auxiliaries<'a> {
    /// Categorical variables.
    pub(crate) margins: Vec<CodedMargin<'a>>,
    /// Numbers.
    pub(crate) sums: Vec<CodedSum<'a>>,
}

/// Factors and how they were reached.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibration {
    /// Factor of each row: its calibrated weight is `base · factor`.
    pub(crate) factor: Vec<f64>,
    /// Rounds of raking; 1 otherwise.
    pub(crate) rounds: usize,
    /// Largest relative distance from a total, by margin and then by sum. Trimming opens it.
    pub(crate) gaps: Vec<f64>,
    /// Smallest factor among the rows with weight.
    pub(crate) smallest: f64,
    /// Largest factor among the rows with weight.
    pub(crate) largest: f64,
    /// Rows with weight whose factor was cut off.
    pub(crate) trimmed: usize,
}

impl<'a> CodedMargin<'a> {
    /// Puts the totals of a margin beside the levels of its column.
    ///
    /// # Errors
    /// Totals above zero of levels that no row has.
    pub(crate) fn new(margin: &'a Margin, levels: &'a Levels, codes: &'a [u32]) -> Result<Self, Box<Problem>> {
        let mut totals = vec![None; levels.len()];
        let mut absent = Vec::new();
        for (level, total) in &margin.totals {
            // Numbers are levels in their shortest form: `1`, not `1.0`.
            let shortest = || level.parse::<f64>().ok().and_then(|number| levels.position(&number.to_string()));
            match levels.position(level).or_else(shortest) {
                Some(position) => totals[position as usize] = Some(*total),
                None if *total > 0.0 => absent.push(level.as_str()),
                None => {}
            }
        }
        if absent.is_empty() { Ok(Self { name: &margin.variable, codes, levels, totals }) } else { Err(Box::new(without_rows(&margin.variable, &absent))) }
    }

    /// Number of levels.
    pub(crate) fn levels(&self) -> usize {
        self.totals.len()
    }

    /// Sum of weights by level.
    fn sums(&self, weights: &[f64]) -> Vec<f64> {
        let mut sums = vec![Sum::default(); self.totals.len()];
        for (code, weight) in self.codes.iter().zip(weights) {
            if let Some(sum) = sums.get_mut(*code as usize) {
                sum.add(*weight);
            }
        }
        sums.into_iter().map(Sum::value).collect()
    }

    /// What stands in the way of reaching the totals.
    fn check(&self, weights: &[f64]) -> Result<(), Box<Problem>> {
        let missing = self.codes.iter().zip(weights).filter(|(code, weight)| **code == NO_LEVEL && **weight > 0.0).count();
        if missing > 0 {
            return Err(Box::new(
                Problem::new("design::margin_missing", format!("`{}` is missing in {missing} rows that have a weight", self.name))
                    .expected("a level in every row, because weights are calibrated to its totals"),
            ));
        }
        let sums = self.sums(weights);
        let named = |wanted: &dyn Fn(f64, Option<f64>) -> bool| -> Vec<&str> {
            let levels = self.levels.names().iter().zip(sums.iter().zip(&self.totals));
            levels.filter(|(_, (sum, total))| wanted(**sum, **total)).map(|(name, _)| name.as_str()).collect()
        };
        let without_total = named(&|sum, total| sum > 0.0 && total.is_none_or(|total| total <= 0.0));
        if !without_total.is_empty() {
            return Err(Box::new(
                Problem::new("design::level_without_total", format!("levels of `{}` in the data have no total", self.name))
                    .found(some_of(without_total))
                    .expected("a total above 0 for every level that rows with a weight have"),
            ));
        }
        let empty = named(&|sum, total| sum <= 0.0 && total.is_some_and(|total| total > 0.0));
        if empty.is_empty() { Ok(()) } else { Err(Box::new(without_rows(self.name, &empty))) }
    }

    /// The population size that its totals add up to.
    fn population(&self) -> f64 {
        crate::stats::sum(self.totals.iter().flatten().copied())
    }

    /// Largest relative distance between the sums of weights and the totals.
    fn gap(&self, weights: &[f64]) -> f64 {
        let distance = |(sum, total): (f64, &Option<f64>)| total.filter(|total| *total > 0.0).map_or(0.0, |total| (sum / total - 1.0).abs());
        self.sums(weights).into_iter().zip(&self.totals).map(distance).fold(0.0, f64::max)
    }
}

impl CodedSum<'_> {
    /// Relative distance between the weighted sum and the total.
    fn gap(&self, weights: &[f64]) -> f64 {
        let sum = crate::stats::sum(self.values.iter().zip(weights).filter(|(_, weight)| **weight != 0.0).map(|(value, weight)| value * weight));
        (sum - self.total).abs() / self.total.abs().max(f64::MIN_POSITIVE.sqrt())
    }
}

impl Auxiliaries<'_> {
    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.margins.first().map(|margin| margin.codes.len()).or(self.sums.first().map(|sum| sum.values.len())).unwrap_or(0)
    }

    /// Calibrates weights.
    ///
    /// # Formula
    /// Raking (and post-stratification, which is raking on one margin): `g ← g · T_l / Σ_{i in l} w g`
    /// margin after margin. Linear: `g_i = 1 + x_iᵀ (Σ w x xᵀ)⁻ (T − Σ w x)`. Trimming cuts `g` to the
    /// bounds and adds `Σ (cut off · w) / Σ w` over the other rows to theirs, once.
    /// # Units
    /// `base`: one weight for each row; rows of weight 0 take no part.
    /// # Not estimable
    /// A missing value in a row with a weight, a level without total, a total without rows, margins of
    /// different populations, or a distance of 1e-10 not reached within 200 rounds is a problem.
    /// # Source
    /// R `survey` 4.1: `postStratify`; `rake` and `calibrate(calfun = "raking")`, whose factors agree;
    /// `calibrate(calfun = "linear")`; its argument `trim`. Deville, Särndal and Sautory 1993,
    /// doi:10.1080/01621459.1993.10476369.
    pub(crate) fn calibrate(&self, kind: CalibrationKind, base: &[f64], trim: Option<(f64, f64)>) -> Result<Calibration, Box<Problem>> {
        self.check(base)?;
        let (mut factor, rounds) = match kind {
            CalibrationKind::PostStratify | CalibrationKind::Rake => self.rake(base)?,
            CalibrationKind::Linear => (self.linear(base)?, 1),
        };
        let trimmed = trim.map_or(0, |bounds| cut(&mut factor, base, bounds));
        let counted = || factor.iter().zip(base).filter(|(_, weight)| **weight > 0.0).map(|(factor, _)| *factor);
        let (smallest, largest) = (counted().fold(f64::INFINITY, f64::min), counted().fold(f64::NEG_INFINITY, f64::max));
        let weights = product(base, &factor);
        Ok(Calibration { gaps: self.gaps(&weights), factor, rounds, smallest, largest, trimmed })
    }

    /// Calibrates each replicate as the full sample is, in place.
    ///
    /// # Errors
    /// As [`Self::calibrate`], with the replicate named: a replicate that has no row of some level
    /// cannot be calibrated to its total.
    pub(crate) fn calibrate_replicates(&self, kind: CalibrationKind, replicates: &mut [Vec<f64>], trim: Option<(f64, f64)>) -> Result<(), Box<Problem>> {
        for (position, weights) in replicates.iter_mut().enumerate() {
            let calibrated = self.calibrate(kind, weights, trim).map_err(|problem| Box::new(problem.at(format!("replicate {}", position + 1))))?;
            *weights = product(weights, &calibrated.factor);
        }
        Ok(())
    }

    fn check(&self, base: &[f64]) -> Result<(), Box<Problem>> {
        if !base.iter().any(|weight| *weight > 0.0) {
            return Err(Box::new(Problem::new("design::no_weight", "no row has a weight, so there is nothing to calibrate")));
        }
        for margin in &self.margins {
            margin.check(base)?;
        }
        for sum in &self.sums {
            let missing = sum.values.iter().zip(base).filter(|(value, weight)| !value.is_finite() && **weight > 0.0).count();
            if missing > 0 {
                return Err(Box::new(
                    Problem::new("design::margin_missing", format!("`{}` is missing in {missing} rows that have a weight", sum.name))
                        .expected("a number in every row, because weights are calibrated to its total"),
                ));
            }
        }
        self.check_population()
    }

    /// Margins must speak of the same population.
    fn check_population(&self) -> Result<(), Box<Problem>> {
        let sizes = self.margins.iter().map(|margin| (margin.name, margin.population()));
        let sizes: Vec<(&str, f64)> = sizes.chain(self.sums.iter().filter(|sum| sum.name == POPULATION).map(|sum| (sum.name, sum.total))).collect();
        let Some((first, size)) = sizes.first() else { return Ok(()) };
        match sizes.iter().find(|(_, other)| (other / size - 1.0).abs() > TOLERANCE) {
            None => Ok(()),
            Some((name, other)) => Err(Box::new(
                Problem::new("design::populations_differ", "the totals speak of populations of different size")
                    .found(format!("`{first}` adds up to {size}, `{name}` to {other}"))
                    .expected("the same sum in each"),
            )),
        }
    }

    fn gaps(&self, weights: &[f64]) -> Vec<f64> {
        self.margins.iter().map(|margin| margin.gap(weights)).chain(self.sums.iter().map(|sum| sum.gap(weights))).collect()
    }

    fn rake(&self, base: &[f64]) -> Result<(Vec<f64>, usize), Box<Problem>> {
        let mut factor = vec![1.0; base.len()];
        for round in 1..=ROUNDS {
            for margin in &self.margins {
                let sums = margin.sums(&product(base, &factor));
                let ratio: Vec<f64> = sums.iter().zip(&margin.totals).map(|(sum, total)| if *sum > 0.0 { total.unwrap_or(0.0) / sum } else { 1.0 }).collect();
                for (factor, code) in factor.iter_mut().zip(margin.codes) {
                    *factor *= ratio.get(*code as usize).copied().unwrap_or(1.0);
                }
            }
            if self.gaps(&product(base, &factor)).iter().all(|gap| *gap <= TOLERANCE) {
                return Ok((factor, round));
            }
        }
        Err(Box::new(self.not_reached("raking", &product(base, &factor)).help("drop a margin, or join levels that have few rows")))
    }

    fn linear(&self, base: &[f64]) -> Result<Vec<f64>, Box<Problem>> {
        let normal = Normal::new(self, base);
        let now = normal.sums(|row| base[row]);
        let wanted = self.margins.iter().flat_map(|margin| margin.totals.iter().map(|total| total.unwrap_or(0.0))).chain(self.sums.iter().map(|sum| sum.total));
        let distance: Vec<f64> = wanted.zip(now).map(|(wanted, now)| wanted - now).collect();
        let solution = normal.solve(&distance);
        let factor: Vec<f64> = (0..base.len()).map(|row| if base[row] > 0.0 { 1.0 + normal.fitted(&solution, row) } else { 1.0 }).collect();
        let weights = product(base, &factor);
        // Rounding of the solution grows with the sizes involved; what truly cannot hold is off by far more.
        if self.gaps(&weights).iter().all(|gap| *gap <= 1e-8) { Ok(factor) } else { Err(Box::new(self.not_reached("linear calibration", &weights))) }
    }

    fn not_reached(&self, what: &str, weights: &[f64]) -> Problem {
        let names = self.margins.iter().map(|margin| margin.name).chain(self.sums.iter().map(|sum| sum.name));
        let open: Vec<String> =
            names.zip(self.gaps(weights)).filter(|(_, gap)| *gap > TOLERANCE).map(|(name, gap)| format!("`{name}` is off by {gap:.1e} relative")).collect();
        Problem::new("design::not_calibrated", format!("{what} does not reach the totals"))
            .found(open.join(", "))
            .expected(format!("{TOLERANCE:e} relative within {ROUNDS} rounds"))
    }
}

/// The part of an influence that the margins do not explain: what the variance of a calibrated figure is made of.
///
/// # Formula
/// For an influence `x` that carries the calibrated weight, `x − g w (Xβ)` with
/// `β = (Xᵀ W X)⁻ Xᵀ (x / g)`: the residual on all margins and sums by least squares with the base
/// weights `w`, times the calibrated weight.
/// # Units
/// Those of the influence.
/// # Not estimable
/// Auxiliaries that depend on those before them are passed over. A row of factor 0 has residual 0.
/// # Source
/// R `survey` 4.1, `svyrecvar`: equal to `postStratify` and to `calibrate(calfun = "linear")` and
/// `calibrate(calfun = "raking")`. `rake` takes unweighted means within margins instead, which is the
/// same where the base weights are equal and is not where they differ.
#[derive(Debug)]
pub(crate) struct Residuals<'a> {
    normal: Normal<'a>,
    base: &'a [f64],
    factor: &'a [f64],
}

impl<'a> Residuals<'a> {
    /// Prepares the projection on all margins.
    pub(crate) fn new(auxiliaries: &'a Auxiliaries<'a>, base: &'a [f64], factor: &'a [f64]) -> Self {
        Self { normal: Normal::new(auxiliaries, base), base, factor }
    }

    /// Turns an influence over all rows (0 outside a domain), with the calibrated weight in it, into its residual.
    pub(crate) fn replace(&self, influence: &mut [f64]) {
        let plain = |row: usize| if self.factor[row] == 0.0 || influence[row] == 0.0 { 0.0 } else { influence[row] / self.factor[row] };
        let solution = self.normal.solve(&self.normal.sums(plain));
        for (row, value) in influence.iter_mut().enumerate() {
            let weight = self.base[row] * self.factor[row];
            *value = if weight == 0.0 { 0.0 } else { *value - weight * self.normal.fitted(&solution, row) };
        }
    }
}

/// Products, row by row.
fn product(base: &[f64], factor: &[f64]) -> Vec<f64> {
    base.iter().zip(factor).map(|(base, factor)| base * factor).collect()
}

/// Cuts factors to the bounds, spreads what was cut off, and counts the rows cut.
fn cut(factor: &mut [f64], base: &[f64], (low, high): (f64, f64)) -> usize {
    let outside: Vec<bool> = factor.iter().zip(base).map(|(factor, weight)| *weight > 0.0 && !(low..=high).contains(factor)).collect();
    let (mut removed, mut room) = (Sum::default(), Sum::default());
    for ((factor, weight), outside) in factor.iter_mut().zip(base).zip(&outside) {
        if *outside {
            let held = factor.clamp(low, high);
            removed.add((*factor - held) * weight);
            *factor = held;
        } else {
            room.add(*weight);
        }
    }
    let share = if room.value() > 0.0 { removed.value() / room.value() } else { 0.0 };
    for (factor, _) in factor.iter_mut().zip(&outside).filter(|(_, outside)| !**outside) {
        *factor += share;
    }
    outside.into_iter().filter(|outside| *outside).count()
}

fn without_rows(variable: &str, levels: &[&str]) -> Problem {
    Problem::new("design::total_without_rows", format!("totals of `{variable}` have no row with a weight"))
        .found(some_of(levels.iter().copied()))
        .help("join the level with another, in the data and in the totals, or give it total 0")
}
