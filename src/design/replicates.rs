//! Replicate weights: what kind they are in, factors, covariances and degrees of freedom out.
//!
//! Replicate weights are combined weights: each column weights the rows of one replicate by itself.
//! A statistic is computed with the full-sample weight and again with each column; how far those
//! answers lie apart, times the factors of the kind, is its covariance. `Rule` holds the factors.

use nalgebra::DMatrix;

use crate::error::{Problem, closest, some_of};

/// Residual norm, relative to the norm of the column, under which a column adds nothing to the rank.
/// `degf.svyrep.design` of R `survey` 4.1 calls `qr(weights, tol = 1e-5)`.
const RANK_TOLERANCE: f64 = 1e-5;

/// Rows that the inner products of the replicate weights take at a time, so that a block stays in the cache.
const BLOCK_ROWS: usize = 256;

/// How the replicates were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplicateKind {
    /// Jackknife of an unstratified sample: one first-stage unit left out at a time.
    Jk1,
    /// Jackknife of a stratified sample; the factor of each replicate is given.
    Jkn,
    /// Balanced repeated replication: half-samples.
    Brr,
    /// Balanced repeated replication in Fay's form: no weight falls to zero.
    Fay,
    /// Bootstrap.
    Bootstrap,
    /// Successive differences.
    Sdr,
}

/// The replicate weights of a sample, as described by its user.
///
/// # Formula
/// `scale · Σ_r rscales_r (θ_r − c)²`, with `θ_r` the estimate with replicate weight `r` and `c` their mean, or the full-sample
/// estimate with `mse`. For `R` replicates the scale is `(R − 1)/R` (`Jk1`), 1 (`Jkn`), `1/R` (`Brr`), `1/(R (1 − ρ)²)` (`Fay`),
/// `1/(R − 1)` (`Bootstrap`) and `4/R` (`Sdr`). Degrees of freedom are the rank of the weights in the domain, less one.
/// # Units
/// Those of the estimate, squared.
/// # Not estimable
/// A replicate without an estimate is left out. A row that has a weight and lacks a replicate weight is an error.
/// # Source
/// Wolter 2007, *Introduction to Variance Estimation*; R `svrepdesign` of `survey` 4.1.
/// # Example
/// ```
/// use recovista::design::{Design, ReplicateKind, Replication};
/// use recovista::estimate::{Measure, Request, answer};
/// use recovista::frame::{Batch, Column, Frame, Values};
/// let mut batch = Batch::new(3);
/// # let number = |name: &str, values: &[f64]| Column { name: name.into(), values: Values::Number(values.to_vec()), missing: Vec::new() };
/// batch.push(number("y", &[1.0, 2.0, 6.0]));
/// batch.push(number("jk1", &[0.0, 1.5, 1.5]));
/// batch.push(number("jk2", &[1.5, 0.0, 1.5]));
/// batch.push(number("jk3", &[1.5, 1.5, 0.0]));
/// let frame = Frame { batches: vec![batch], ..Frame::default() };
/// let replication = Replication { columns: "jk*".into(), kind: ReplicateKind::Jk1, fay_rho: None, scale: None, rscales: None, mse: false };
/// let design = Design { replication: Some(replication), ..Design::default() };
/// let mean = answer(&frame, &design, &[Request::new("y", Measure::Mean)])?.remove(0).remove(0);
/// // Means 4, 3.5 and 1.5: ⅔ · (1 + ¼ + 2¼), which is s²/n.
/// assert!((mean.std_error.unwrap() - (7.0_f64 / 3.0).sqrt()).abs() < 1e-12);
/// # Ok::<(), recovista::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Replication {
    /// Names of the columns: a name, in which `*` stands for any letters and `?` for one.
    pub columns: String,
    /// How the replicates were made.
    pub kind: ReplicateKind,
    /// Fay's ρ, at least 0 and below 1; the kind `Fay` needs it.
    pub fay_rho: Option<f64>,
    /// Factor of all replicates, in place of the one that follows from the kind.
    pub scale: Option<f64>,
    /// Factor of each replicate, or one for all; the kind `Jkn` needs it.
    pub rscales: Option<Vec<f64>>,
    /// Centre at the full-sample estimate, not at the mean of the replicates.
    pub mse: bool,
}

impl Replication {
    /// The factors for so many replicates.
    ///
    /// # Errors
    /// As [`Rule::new`].
    pub(crate) fn rule(&self, replicates: usize) -> Result<Rule, Box<Problem>> {
        Rule::new(self.kind, replicates, self.fay_rho, self.scale, self.rscales.as_deref(), self.mse)
    }

    /// The positions of its columns in a header.
    ///
    /// # Errors
    /// No column, or only one, has such a name.
    pub(crate) fn positions(&self, header: &[&str]) -> Result<Vec<usize>, Box<Problem>> {
        let found = matching(&self.columns, header);
        if found.len() > 1 {
            return Ok(found);
        }
        let problem = Problem::new("design::replicates", format!("replicate weights `{}` name {} of the file's columns", self.columns, found.len()))
            .found(some_of(header.iter().copied()))
            .expected("two columns at least, such as `rw_*` for rw_1, rw_2 …");
        Err(Box::new(match closest(self.columns.trim_end_matches('*'), header.iter().copied()) {
            Some(near) if found.is_empty() => problem.help(format!("is `{near}` one of them?")),
            _ => problem,
        }))
    }
}

/// The factors with which replicates make a covariance.
///
/// `scale` multiplies all and `rscales` each, as in R `svrepdesign`. A scale that the user gives takes
/// the place of the kind's own (R ignores it for `BRR`, `Fay` and `successive-difference`).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    /// Factor of all replicates.
    pub(crate) scale: f64,
    /// Factor of each replicate.
    pub(crate) rscales: Vec<f64>,
    /// Whether deviations are from the full-sample estimate.
    pub(crate) mse: bool,
}

/// A covariance and what it was made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Covariance {
    /// Covariance of the statistics.
    pub(crate) matrix: DMatrix<f64>,
    /// Replicates in which some statistic could not be computed; they count for nothing.
    pub(crate) discarded: usize,
}

impl Rule {
    /// The factors of a kind.
    ///
    /// # Errors
    /// Jkn without `rscales`, Fay without ρ, a factor that is no number or negative, as many factors
    /// as there are not replicates.
    pub(crate) fn new(
        kind: ReplicateKind,
        replicates: usize,
        fay_rho: Option<f64>,
        scale: Option<f64>,
        rscales: Option<&[f64]>,
        mse: bool,
    ) -> Result<Self, Box<Problem>> {
        let count = replicates as f64;
        let own = match kind {
            ReplicateKind::Jk1 => (count - 1.0) / count,
            ReplicateKind::Jkn => 1.0,
            ReplicateKind::Brr => 1.0 / count,
            ReplicateKind::Fay => 1.0 / (count * (1.0 - rho(fay_rho)?).powi(2)),
            ReplicateKind::Bootstrap => 1.0 / (count - 1.0),
            ReplicateKind::Sdr => 4.0 / count,
        };
        if kind != ReplicateKind::Fay && fay_rho.is_some() {
            return Err(Box::new(
                Problem::new("design::fay_rho", "only replicates of type `fay` have a ρ").help("leave out --fay-rho, or write --replicate-type fay"),
            ));
        }
        let scale = scale.unwrap_or(own);
        if replicates < 2 || !scale.is_finite() || scale < 0.0 {
            return Err(Box::new(
                Problem::new("design::scale", "the scale of the replicates is not a factor").found(scale.to_string()).expected("a number, 0 or more"),
            ));
        }
        Ok(Self { scale, rscales: factors(kind, replicates, rscales)?, mse })
    }

    /// Covariance of statistics from their values in the full sample and in each replicate.
    ///
    /// # Formula
    /// `scale · Σ_r rscales_r (θ_r − c)(θ_r − c)ᵀ`; `c` is the full-sample estimate with `mse`, else the
    /// mean of the replicates whose factor is above 0.
    /// # Units
    /// Those of the statistics, multiplied.
    /// # Not estimable
    /// A replicate in which any statistic is not finite is discarded and counted, the factors of the
    /// others unchanged; `None` when none is left.
    /// # Source
    /// `svrVar` of R `survey` 4.1.
    pub(crate) fn covariance(&self, full: &[f64], replicates: &[Vec<f64>]) -> Option<Covariance> {
        let usable: Vec<(&Vec<f64>, f64)> =
            replicates.iter().zip(&self.rscales).filter(|(row, _)| row.iter().all(|value| value.is_finite())).map(|(row, factor)| (row, *factor)).collect();
        let centre = if self.mse { full.to_vec() } else { mean(&usable, full.len())? };
        if usable.is_empty() {
            return None;
        }
        let mut matrix = DMatrix::zeros(full.len(), full.len());
        for (row, factor) in &usable {
            for (first, second) in (0..full.len()).flat_map(|first| (0..=first).map(move |second| (first, second))) {
                matrix[(first, second)] += factor * (row[first] - centre[first]) * (row[second] - centre[second]);
            }
        }
        matrix *= self.scale;
        matrix.fill_upper_triangle_with_lower_triangle();
        Some(Covariance { matrix, discarded: replicates.len() - usable.len() })
    }
}

/// Means of the replicates whose factor is above 0; `None` when there is none.
fn mean(usable: &[(&Vec<f64>, f64)], statistics: usize) -> Option<Vec<f64>> {
    let counted: Vec<&Vec<f64>> = usable.iter().filter(|(_, factor)| *factor > 0.0).map(|(row, _)| *row).collect();
    let of = |statistic: usize| crate::stats::sum(counted.iter().map(|row| row[statistic])) / counted.len() as f64;
    (!counted.is_empty()).then(|| (0..statistics).map(of).collect())
}

/// Fay's ρ.
fn rho(given: Option<f64>) -> Result<f64, Box<Problem>> {
    let problem = |message: &str| Problem::new("design::fay_rho", message).expected("a number from 0 to below 1, as the data's documentation says");
    match given {
        None => Err(Box::new(problem("replicates of type `fay` need their ρ").help("add --fay-rho"))),
        Some(rho) if (0.0..1.0).contains(&rho) => Ok(rho),
        Some(rho) => Err(Box::new(problem("Fay's ρ is out of range").found(rho.to_string()))),
    }
}

/// Factor of each replicate.
fn factors(kind: ReplicateKind, replicates: usize, given: Option<&[f64]>) -> Result<Vec<f64>, Box<Problem>> {
    let problem = |message: &str| Problem::new("design::rscales", message);
    match given {
        None if kind == ReplicateKind::Jkn => {
            Err(Box::new(problem("replicates of type `jkn` need the factor of each replicate").expected("(n − 1)/n of its stratum").help("add --rscales")))
        }
        None => Ok(vec![1.0; replicates]),
        Some(list) if list.iter().any(|factor| !factor.is_finite() || *factor < 0.0) => {
            Err(Box::new(problem("a factor of a replicate is not a number, or is negative").expected("numbers, 0 or more")))
        }
        Some([one]) => Ok(vec![*one; replicates]),
        Some(list) if list.len() == replicates => Ok(list.to_vec()),
        Some(list) => {
            Err(Box::new(problem("there are not as many factors as replicates").found(list.len().to_string()).expected(format!("1 or {replicates}"))))
        }
    }
}

/// Inner products of the replicate weights over the rows of a domain, batch by batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct InnerProducts(Option<DMatrix<f64>>);

impl InnerProducts {
    /// Adds rows of a batch; `weights` holds one column for each replicate.
    pub(crate) fn add(&mut self, weights: &[Vec<f64>], rows: &[usize]) {
        let own = of_rows(weights, rows);
        match &mut self.0 {
            Some(known) => *known += own,
            None => self.0 = Some(own),
        }
    }

    /// Adds the rows of another domain.
    pub(crate) fn join(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (Some(known), Some(own)) => *known += own,
            (None, own) => self.0.clone_from(own),
            (Some(_), None) => {}
        }
    }

    /// Degrees of freedom: the rank of the replicate weights within the domain, less 1.
    ///
    /// # Formula
    /// Columns are taken in order; one counts when its part at right angles to those before it has at
    /// least 1e-5 of its own length (the rule of LINPACK `dqrdc2`, which R's `qr` follows). The lengths
    /// come from a Cholesky factorization of the inner products of the columns, so that one pass over
    /// the rows is enough.
    /// # Not estimable
    /// −1 when the domain has no row, or no weight in any replicate.
    /// # Source
    /// `degf.svyrep.design` of R `survey` 4.1.
    pub(crate) fn degrees(&self) -> f64 {
        self.0.as_ref().map_or(0, |gram| rank(gram.clone())) as f64 - 1.0
    }
}

/// Degrees of freedom of rows in memory, as [`InnerProducts::degrees`].
pub(crate) fn degrees(weights: &[Vec<f64>], inside: &[bool]) -> f64 {
    let rows: Vec<usize> = inside.iter().enumerate().filter(|(_, inside)| **inside).map(|(row, _)| row).collect();
    let mut products = InnerProducts::default();
    products.add(weights, &rows);
    products.degrees()
}

/// Number of columns that the inner products `gram` show to be independent.
fn rank(mut gram: DMatrix<f64>) -> usize {
    let size = gram.nrows();
    let mut kept: Vec<usize> = Vec::new();
    for column in 0..size {
        let length = gram[(column, column)];
        let mut rest = length;
        // Row `column` of the triangle, over the columns kept so far; it takes the place of the products.
        for (position, pivot) in kept.iter().enumerate() {
            let known: f64 = kept[..position].iter().map(|before| gram[(*before, column)] * gram[(*before, *pivot)]).sum();
            let value = (gram[(*pivot, column)] - known) / gram[(*pivot, *pivot)];
            gram[(*pivot, column)] = value;
            rest -= value * value;
        }
        if rest > 0.0 && rest >= RANK_TOLERANCE * RANK_TOLERANCE * length {
            gram[(column, column)] = rest.sqrt();
            kept.push(column);
        }
    }
    kept.len()
}

/// Inner products of the columns over some rows: the upper triangle, made block by block.
fn of_rows(weights: &[Vec<f64>], rows: &[usize]) -> DMatrix<f64> {
    let size = weights.len();
    let mut sum = DMatrix::zeros(size, size);
    let mut block = vec![wide::f64x4::ZERO; size * BLOCK_ROWS / 4];
    for rows in rows.chunks(BLOCK_ROWS) {
        let lanes = rows.len().div_ceil(4);
        for (column, lane) in (0..size).flat_map(|column| (0..lanes).map(move |lane| (column, lane))) {
            let value = |offset: usize| rows.get(lane * 4 + offset).map_or(0.0, |row| weights[column][*row]);
            block[column * lanes + lane] = wide::f64x4::new([value(0), value(1), value(2), value(3)]);
        }
        for second in 0..size {
            let right = &block[second * lanes..(second + 1) * lanes];
            for first in 0..=second {
                let left = &block[first * lanes..(first + 1) * lanes];
                sum[(first, second)] += product(left, right);
            }
        }
    }
    sum
}

/// Inner product of two columns of a block.
fn product(left: &[wide::f64x4], right: &[wide::f64x4]) -> f64 {
    let mut sums = [wide::f64x4::ZERO; 4];
    let (left, left_rest) = left.as_chunks::<4>();
    let (right, right_rest) = right.as_chunks::<4>();
    for (left, right) in left.iter().zip(right) {
        for lane in 0..4 {
            sums[lane] = left[lane].mul_add(right[lane], sums[lane]);
        }
    }
    let rest = left_rest.iter().zip(right_rest).fold(wide::f64x4::ZERO, |sum, (left, right)| left.mul_add(*right, sum));
    ((sums[0] + sums[1]) + (sums[2] + sums[3]) + rest).reduce_add()
}

/// Positions of the columns whose names match, in natural order: `rw_2` comes before `rw_10`.
pub(crate) fn matching(glob: &str, header: &[&str]) -> Vec<usize> {
    let mut found: Vec<usize> = (0..header.len()).filter(|position| fits(glob.as_bytes(), header[*position].as_bytes())).collect();
    found.sort_by(|one, other| natural(header[*one], header[*other]));
    found
}

/// Whether a name fits a pattern of letters, `*` and `?`.
fn fits(glob: &[u8], name: &[u8]) -> bool {
    let (mut at, mut reached, mut star) = (0, 0, None);
    while reached < name.len() {
        match glob.get(at) {
            Some(b'*') => {
                star = Some((at, reached));
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == name[reached] => {
                at += 1;
                reached += 1;
            }
            _ => {
                // The last star takes one letter more.
                let Some((back, taken)) = star else { return false };
                star = Some((back, taken + 1));
                at = back + 1;
                reached = taken + 1;
            }
        }
    }
    glob[at..].iter().all(|letter| *letter == b'*')
}

/// Order of names in which runs of digits count as numbers.
fn natural(one: &str, other: &str) -> std::cmp::Ordering {
    let digits = |text: &str| text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (mut left, mut right) = (one, other);
    while let (Some(first), Some(second)) = (left.chars().next(), right.chars().next()) {
        let (number, against) = (digits(left), digits(right));
        let order = if number > 0 && against > 0 {
            let (value, other) = (left[..number].trim_start_matches('0'), right[..against].trim_start_matches('0'));
            value.len().cmp(&other.len()).then_with(|| value.cmp(other))
        } else {
            first.cmp(&second)
        };
        if order.is_ne() {
            return order;
        }
        let (step, beside) = if number > 0 && against > 0 { (number, against) } else { (first.len_utf8(), second.len_utf8()) };
        (left, right) = (&left[step..], &right[beside..]);
    }
    left.len().cmp(&right.len()).then_with(|| one.cmp(other))
}
