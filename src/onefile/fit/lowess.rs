//! `fit lowess`: two columns of one file in, Cleveland's robust line out.

use super::super::answer::Answer;
use super::super::load::Wanted;
use super::super::study::{Domain, Study};
use super::super::{DataOptions, DesignOptions};
use crate::error::{Error, Problem};
use crate::results::{ResultRow, Stat, Status};
use crate::stats::lowess;

/// A robust line through the points of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct LowessOptions {
    /// The file and its domains.
    pub data: DataOptions,
    /// Column across.
    pub x: String,
    /// Column upwards.
    pub y: String,
    /// Share of the points that each place of the line rests on, above 0 and up to 1.
    pub span: f64,
    /// Rounds after the first in which points far from the line lose weight.
    pub iterations: u32,
}

impl Default for LowessOptions {
    fn default() -> Self {
        Self { data: DataOptions::default(), x: String::new(), y: String::new(), span: 2.0 / 3.0, iterations: 3 }
    }
}

/// Rounds after which nothing moves any more; a larger number is a mistake.
const MOST_ITERATIONS: u32 = 1_000;

/// Fits a line as R `lowess` with `delta = 0`; a row for each distinct place.
///
/// # Errors
/// Columns that are not there or hold no numbers, a span or a number of rounds that is none.
///
/// # Example
/// ```
/// use recovista::onefile::{DataOptions, LowessOptions, fit_lowess};
/// let folder = tempfile::tempdir()?;
/// let data = folder.path().join("people.csv");
/// std::fs::write(&data, "years,capital\n1,30\n2,32\n3,34\n4,36\n")?;
/// let data = DataOptions { data, ..Default::default() };
/// let answer = fit_lowess(&LowessOptions { data, x: "years".into(), y: "capital".into(), ..Default::default() })?;
/// let row = &answer.table.rows()[2];
/// assert_eq!(row.level.as_deref(), Some("3"));
/// assert!((row.estimate.unwrap() - 34.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_lowess(options: &LowessOptions) -> Result<Answer, Error> {
    if !(options.span > 0.0 && options.span <= 1.0) {
        let problem = Problem::new("lowess::span", "the span is not a share of the points").at("--span").found(options.span.to_string());
        return Err(Error::usage(problem.expected("above 0 and up to 1")));
    }
    if options.iterations > MOST_ITERATIONS {
        let problem = Problem::new("lowess::iterations", "so many rounds change nothing any more").at("--iterations").found(options.iterations.to_string());
        return Err(Error::usage(problem.expected(format!("0 to {MOST_ITERATIONS}; three are usual"))));
    }
    let wanted = Wanted::by("--x", [&options.x]).chain(Wanted::by("--y", [&options.y])).collect();
    let study = Study::open(&options.data, &DesignOptions::default(), wanted)?;
    let (x, y) = (study.table.numbers(&options.x)?, study.table.numbers(&options.y)?);
    let rows = study.domains.iter().flat_map(|domain| rows(&study, options, domain, &x, &y)).collect();
    Answer::new(rows, study.notes)
}

fn rows(study: &Study, options: &LowessOptions, domain: &Domain, x: &[f64], y: &[f64]) -> Vec<ResultRow> {
    let used = study.used(domain, |row| x[row].is_finite() && y[row].is_finite());
    let mut blank = study.row("lowess", &options.y, Stat::Smooth, domain, &used);
    blank.method = format!("robust locally weighted line over {}, span {}, {} robust rounds", options.x, options.span, options.iterations);
    blank.denominator = blank.n;
    let of = |values: &[f64]| used.rows.iter().map(|row| values[*row]).collect::<Vec<_>>();
    let line = lowess(&of(x), &of(y), options.span, options.iterations);
    if line.is_empty() {
        blank.status = Status::NotEstimable;
        blank.add_note("there are no complete rows");
        return vec![blank];
    }
    let row = |point: &crate::stats::LowessPoint| {
        let n = Some(point.n as f64);
        ResultRow { level: Some(point.x.to_string()), estimate: Some(point.fit), n, n_weighted: n, ..blank.clone() }
    };
    line.iter().map(row).collect()
}
