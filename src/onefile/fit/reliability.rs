//! `fit reliability`: the items of a scale in one file in, alpha, omega and what each item adds to them out.

use nalgebra::DMatrix;

use super::super::answer::Answer;
use super::super::load::Wanted;
use super::super::study::{Domain, Study, Used};
use super::super::{DataOptions, DesignOptions};
use crate::error::{Error, Exit, Problem, closest, some_of};
use crate::model::omega;
use crate::results::{ResultRow, Stat, Status, Unit};
use crate::stats::{alpha_if_dropped, beta_quantile, cronbach_alpha, item_rest_correlations, normal_quantile, sum};

/// The name under which figures of the whole scale stand.
const SCALE: &str = "items";

/// A scale in one file.
#[derive(Debug, Clone, PartialEq)]
pub struct ReliabilityOptions {
    /// The file and its domains.
    pub data: DataOptions,
    /// Level of the intervals, between 0 and 1.
    pub conf_level: f64,
    /// Columns of the items.
    pub items: Vec<String>,
    /// Those of them that are worded the other way.
    pub reverse: Vec<String>,
    /// The lowest and the highest answer.
    pub range: Option<(f64, f64)>,
}

impl Default for ReliabilityOptions {
    fn default() -> Self {
        Self { data: DataOptions::default(), conf_level: 0.95, items: Vec::new(), reverse: Vec::new(), range: None }
    }
}

/// Reliability of a scale from rows that answer every item.
///
/// # Errors
/// Fewer than two items, items to reverse without a range, answers outside it, columns that are not there.
///
/// # Example
/// ```
/// use recovista::onefile::{DataOptions, ReliabilityOptions, fit_reliability};
/// let folder = tempfile::tempdir()?;
/// let data = folder.path().join("people.csv");
/// std::fs::write(&data, "a,b,c\n1,2,5\n2,2,3\n3,4,3\n4,4,1\n")?;
/// let data = DataOptions { data, ..Default::default() };
/// let items = ["a", "b", "c"].map(String::from).to_vec();
/// let asked = ReliabilityOptions { data, items, reverse: vec!["c".into()], range: Some((1.0, 5.0)), ..Default::default() };
/// let alpha = fit_reliability(&asked)?.table.rows()[0].estimate.unwrap();
/// assert!((alpha - 0.933_333_333_333_333).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_reliability(options: &ReliabilityOptions) -> Result<Answer, Error> {
    check(options)?;
    let design = DesignOptions { conf_level: options.conf_level, ..DesignOptions::default() };
    let study = Study::open(&options.data, &design, Wanted::by("--items", &options.items).collect())?;
    let mut items = Vec::new();
    let mut problems = Vec::new();
    for name in &options.items {
        match study.table.numbers(name) {
            Ok(values) => {
                problems.extend(outside(name, &values, options.range));
                items.push(in_direction(values, options, name));
            }
            Err(error) => problems.extend(error.problems),
        }
    }
    Error::gather(Exit::Input, problems)?;
    let rows = study.domains.iter().flat_map(|domain| Scale::new(&study, options, domain, &items).rows()).collect();
    Answer::new(rows, study.notes)
}

fn check(options: &ReliabilityOptions) -> Result<(), Error> {
    let mut problems = Vec::new();
    if options.items.len() < 2 {
        let problem = Problem::new("reliability::items", "reliability needs two items or more").at("--items");
        problems.push(problem.found(some_of(options.items.iter().map(String::as_str))).expected("columns such as `--items A1,A2,A3`"));
    }
    if let Some((_, twice)) = options.items.iter().enumerate().find(|(place, item)| options.items[..*place].contains(item)) {
        problems.push(Problem::new("reliability::twice", format!("item `{twice}` is named twice")).at("--items"));
    }
    for name in options.reverse.iter().filter(|name| !options.items.contains(name)) {
        let mut problem = Problem::new("reliability::reverse", format!("`{name}` is none of the items, so it cannot be reversed")).at("--reverse");
        problem.help = closest(name, options.items.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        problems.push(problem.found(some_of(options.items.iter().map(String::as_str))));
    }
    match options.range {
        None if !options.reverse.is_empty() => {
            let problem = Problem::new("reliability::no_range", "items can be reversed only within a range").at("--reverse");
            problems.push(problem.expected("the lowest and the highest answer, such as `--range 1,6`"));
        }
        Some((low, high)) if low >= high => {
            let problem = Problem::new("reliability::range", "the range has no room").at("--range").found(format!("{low},{high}"));
            problems.push(problem.expected("the lowest answer, then the highest"));
        }
        _ => {}
    }
    Error::gather(Exit::Usage, problems).map(drop)
}

/// Answers that the range does not allow; left in they would distort every figure.
fn outside(name: &str, values: &[f64], range: Option<(f64, f64)>) -> Option<Problem> {
    let (low, high) = range?;
    let mut found: Vec<f64> = values.iter().copied().filter(|value| value.is_finite() && !(low..=high).contains(value)).collect();
    let rows = found.len();
    found.sort_unstable_by(f64::total_cmp);
    found.dedup();
    let texts: Vec<String> = found.iter().map(f64::to_string).collect();
    let problem = || {
        let problem = Problem::new("reliability::outside", format!("`{name}` has answers outside the range")).at("--range");
        let found = format!("{} in {rows} {}", some_of(texts.iter().map(String::as_str)), if rows == 1 { "row" } else { "rows" });
        problem.found(found).expected(format!("{low} to {high}")).help("name codes that mean no answer with --missing")
    };
    (rows > 0).then(problem)
}

fn in_direction(mut values: Vec<f64>, options: &ReliabilityOptions, name: &String) -> Vec<f64> {
    if let Some((low, high)) = options.range.filter(|_| options.reverse.contains(name)) {
        for value in &mut values {
            *value = low + high - *value;
        }
    }
    values
}

/// The items in one domain.
struct Scale<'a> {
    study: &'a Study,
    options: &'a ReliabilityOptions,
    domain: &'a Domain,
    used: Used,
    items: Vec<Vec<f64>>,
}

impl<'a> Scale<'a> {
    fn new(study: &'a Study, options: &'a ReliabilityOptions, domain: &'a Domain, items: &[Vec<f64>]) -> Self {
        let used = study.used(domain, |row| items.iter().all(|item| item[row].is_finite()));
        let items = items.iter().map(|item| used.rows.iter().map(|row| item[*row]).collect()).collect();
        Self { study, options, domain, used, items }
    }

    fn rows(&self) -> Vec<ResultRow> {
        let columns: Vec<&[f64]> = self.items.iter().map(Vec::as_slice).collect();
        let correlations = item_rest_correlations(&columns);
        let mut rows = vec![self.alpha(&columns, &correlations), self.omega()];
        rows.extend(self.options.items.iter().zip(alpha_if_dropped(&columns)).map(|(item, alpha)| self.dropped(item, alpha)));
        rows.extend(self.options.items.iter().zip(&correlations).map(|(item, r)| self.item_rest(item, *r)));
        rows.extend(self.ends());
        rows
    }

    fn row(&self, stat: Stat, method: &str) -> ResultRow {
        let mut row = self.study.row("reliability", SCALE, stat, self.domain, &self.used);
        method.clone_into(&mut row.method);
        row
    }

    fn alpha(&self, columns: &[&[f64]], correlations: &[Option<f64>]) -> ResultRow {
        let mut row = self.row(Stat::Alpha, "Cronbach's alpha of complete rows, Feldt interval");
        match cronbach_alpha(columns, self.study.sample.conf_level()) {
            Some(alpha) => {
                (row.estimate, row.conf_low, row.conf_high) = (Some(alpha.alpha), Some(alpha.conf_low), Some(alpha.conf_high));
                row.conf_level = Some(self.study.sample.conf_level());
            }
            None => missing(&mut row, if self.used.rows.len() < 2 { "fewer than two complete rows" } else { "the sum of the items does not vary" }),
        }
        let against: Vec<String> =
            self.options.items.iter().zip(correlations).filter(|(_, r)| r.is_some_and(|r| r < 0.0)).map(|(item, _)| format!("`{item}`")).collect();
        if !against.is_empty() {
            let (go, it) = if against.len() == 1 { ("goes", "it is") } else { ("go", "they are") };
            row.add_note(&format!("{} {go} against the other items; reverse what is worded the other way, if {it}", against.join(", ")));
        }
        row
    }

    fn omega(&self) -> ResultRow {
        let mut row = self.row(Stat::Omega, "McDonald's omega of one factor by maximum likelihood, delta-method interval");
        let n = self.used.rows.len() as f64;
        if self.used.rows.len() <= self.items.len() {
            missing(&mut row, &format!("{n} complete rows are too few for {} items", self.items.len()));
            return row;
        }
        match omega(&self.options.items, &covariances(&self.items), n) {
            Ok(omega) => {
                (row.estimate, row.std_error) = (Some(omega.value), Some(omega.std_error));
                if let Some(z) = normal_quantile(f64::midpoint(1.0, self.study.sample.conf_level())) {
                    (row.conf_low, row.conf_high) = (Some(omega.value - z * omega.std_error), Some(omega.value + z * omega.std_error));
                    row.conf_level = Some(self.study.sample.conf_level());
                }
                for (item, _) in self.options.items.iter().zip(&omega.residuals).filter(|(_, residual)| **residual < 0.0) {
                    row.add_note(&format!("Heywood case: the variance left of `{item}` is below zero, so one factor does not fit these items"));
                }
                if omega.loadings.iter().any(|loading| *loading < 0.0) && omega.loadings.iter().any(|loading| *loading > 0.0) {
                    row.add_note("the items do not all go the same way");
                }
            }
            Err(reason) => missing(&mut row, &reason),
        }
        row
    }

    fn dropped(&self, item: &str, alpha: Option<f64>) -> ResultRow {
        let mut row = self.row(Stat::AlphaIfDropped, "Cronbach's alpha of the other items");
        row.level = Some(item.to_owned());
        row.estimate = alpha;
        if alpha.is_none() {
            let alone = "without it one item is left, and alpha needs two";
            missing(&mut row, if self.items.len() == 2 { alone } else { "the sum of the other items does not vary" });
        }
        row
    }

    fn item_rest(&self, item: &str, correlation: Option<f64>) -> ResultRow {
        let mut row = self.row(Stat::ItemRestR, "correlation with the sum of the other items, Fisher interval");
        row.level = Some(item.to_owned());
        row.estimate = correlation;
        let Some(r) = correlation else {
            missing(&mut row, "the item or the sum of the others does not vary");
            return row;
        };
        let n = self.used.rows.len() as f64;
        if let Some(z) = normal_quantile(f64::midpoint(1.0, self.study.sample.conf_level())).filter(|_| n > 3.0 && r.abs() < 1.0) {
            let reach = z / (n - 3.0).sqrt();
            (row.conf_low, row.conf_high) = (Some((r.atanh() - reach).tanh()), Some((r.atanh() + reach).tanh()));
            row.conf_level = Some(self.study.sample.conf_level());
        }
        if r < 0.0 {
            row.add_note("goes against the other items; reverse it if it is worded the other way");
        }
        row
    }

    /// Shares of rows with the lowest and with the highest possible sum.
    fn ends(&self) -> Vec<ResultRow> {
        let Some((low, high)) = self.options.range else { return Vec::new() };
        let n = self.used.rows.len() as f64;
        let all_at = |end: f64| (0..self.used.rows.len()).filter(|row| self.items.iter().all(|item| item[*row].total_cmp(&end).is_eq())).count() as f64;
        let share = |(level, end): (&str, f64)| {
            let mut row = self.row(Stat::Proportion, "share of complete rows, Clopper–Pearson interval");
            (row.level, row.unit) = (Some(level.to_owned()), Unit::Percent);
            if n == 0.0 {
                missing(&mut row, "there are no complete rows");
                return row;
            }
            let (count, tail) = (all_at(end + 0.0), (1.0 - self.study.sample.conf_level()) / 2.0);
            (row.estimate, row.n, row.n_weighted, row.denominator) = (Some(count / n), Some(count), Some(count), Some(n));
            row.conf_low = if count > 0.0 { beta_quantile(tail, count, n - count + 1.0) } else { Some(0.0) };
            row.conf_high = if count < n { beta_quantile(1.0 - tail, count + 1.0, n - count) } else { Some(1.0) };
            row.conf_level = Some(self.study.sample.conf_level());
            row
        };
        [("floor", low), ("ceiling", high)].into_iter().map(share).collect()
    }
}

fn missing(row: &mut ResultRow, reason: &str) {
    row.status = Status::NotEstimable;
    row.add_note(reason);
}

/// Covariances with the number of rows as divisor.
fn covariances(items: &[Vec<f64>]) -> DMatrix<f64> {
    let n = items.first().map_or(0, Vec::len) as f64;
    let centred = |item: &Vec<f64>| {
        let mean = sum(item.iter().copied()) / n;
        item.iter().map(|value| value - mean).collect::<Vec<_>>()
    };
    let centred: Vec<Vec<f64>> = items.iter().map(centred).collect();
    DMatrix::from_fn(items.len(), items.len(), |i, j| sum(centred[i].iter().zip(&centred[j]).map(|(a, b)| a * b)) / n)
}
