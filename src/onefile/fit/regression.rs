//! `fit regression`: a formula and one file in, rows with coefficients, tests of terms and margins out.

use super::super::answer::Answer;
use super::super::load::Wanted;
use super::super::study::{Domain, Study};
use super::super::test::adjust;
use super::super::{Adjust, DataOptions, DesignOptions, Family};
use super::{references, several_levels, variables};
use crate::error::{Error, Exit, Problem, closest, some_of};
use crate::model::{self, Category, Column, Complete, Fit, Formula, Matrix, Test};
use crate::results::{ResultRow, Stat};
use crate::stats::t_p_value;

/// A regression on one file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegressionOptions {
    /// The file and its domains.
    pub data: DataOptions,
    /// How its rows came to be.
    pub design: DesignOptions,
    /// The formula, such as `y ~ a + b`.
    pub formula: String,
    /// The law of the outcome.
    pub family: Family,
    /// Factors of which predictive margins are wanted.
    pub margins: Vec<String>,
    /// How p-values allow for the number of tests.
    pub adjust: Option<Adjust>,
}

/// Fits a regression by the design to one file.
///
/// # Errors
/// A formula that is none, columns that are not there, an outcome that does not fit the family, and files
/// that cannot be read. A model that cannot be fitted is rows that say why.
///
/// # Example
/// ```
/// use recovista::onefile::{DataOptions, RegressionOptions, fit_regression};
/// let folder = tempfile::tempdir()?;
/// let data = folder.path().join("people.csv");
/// std::fs::write(&data, "score,arm\n3,a\n4,a\n5,a\n7,b\n8,b\n6,b\n")?;
/// let data = DataOptions { data, ..Default::default() };
/// let answer = fit_regression(&RegressionOptions { data, formula: "score ~ arm".into(), ..Default::default() })?;
/// let row = &answer.table.rows()[1];
/// assert_eq!(row.level.as_deref(), Some("armb"));
/// assert!((row.estimate.unwrap() - 3.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_regression(options: &RegressionOptions) -> Result<Answer, Error> {
    let formula = Formula::parse(&options.formula)?;
    let columns = formula.variables.iter().map(|variable| &variable.column).chain([&formula.response]);
    let study = Study::open(&options.data, &options.design, Wanted::by("--formula", columns).collect())?;
    let variables = variables(&study, &formula.variables)?;
    let margins = margin_places(&options.margins, &formula, &variables)?;
    let outcome = Outcome::read(&study, &formula.response, options.family)?;
    let model = Model { study: &study, formula: &formula, variables: &variables, family: options.family, margins: &margins };
    let mut rows = Vec::new();
    for domain in &study.domains {
        rows.extend(model.rows(domain, &outcome)?);
    }
    if let Some(how) = options.adjust {
        adjust(rows.iter_mut().filter(|row| row.stat == Stat::Coefficient && row.level.as_deref() != Some("(Intercept)")), how);
        adjust(rows.iter_mut().filter(|row| row.stat == Stat::Wald), how);
    }
    Answer::new(rows, study.notes)
}

/// Positions of the factors of which margins are wanted.
fn margin_places(names: &[String], formula: &Formula, variables: &[Column]) -> Result<Vec<usize>, Error> {
    let mut places = Vec::new();
    let mut problems = Vec::new();
    for name in names {
        let place = formula.variables.iter().position(|variable| variable.label() == *name || variable.column == *name);
        match place.map(|place| (place, &variables[place])) {
            Some((place, Column::Category(_))) => places.push(place),
            Some(_) => {
                let problem = Problem::new("fit::margins", format!("`{name}` is a number, and margins are of categories"));
                problems.push(problem.at("--margins").help(format!("write factor({name}) in the formula")));
            }
            None => {
                let labels: Vec<String> = formula.variables.iter().map(model::Variable::label).collect();
                let mut problem = Problem::new("fit::margins", format!("`{name}` is not in the formula")).at("--margins");
                problem.help = closest(name, labels.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
                problems.push(problem.found(some_of(labels.iter().map(String::as_str))));
            }
        }
    }
    Error::gather(Exit::Usage, problems)?;
    Ok(places)
}

/// The outcome before a domain is chosen.
enum Outcome {
    Number(Vec<f64>),
    Category(Category),
}

impl Outcome {
    fn read(study: &Study, name: &str, family: Family) -> Result<Self, Error> {
        if family != Family::Binomial {
            return study.table.numbers(name).map(Self::Number);
        }
        Ok(match study.table.variable(name)? {
            Column::Number(values) => Self::Number(values),
            Column::Category(category) => Self::Category(category),
        })
    }

    fn has(&self, row: usize) -> bool {
        match self {
            Self::Number(values) => values[row].is_finite(),
            Self::Category(category) => category.codes[row] != model::NONE,
        }
    }

    /// The outcome of some rows as numbers, with what counts as one where that is a category.
    fn values(&self, name: &str, family: Family, rows: &[usize]) -> Result<(Vec<f64>, String), Error> {
        let wrong = |message: String, found: String, expected: &str| {
            Err(Error::input(Problem::new("fit::outcome", message).at("--formula").found(found).expected(expected)))
        };
        match self {
            Self::Number(values) => {
                let values: Vec<f64> = rows.iter().map(|row| values[*row]).collect();
                let bad = values.iter().find(|value| match family {
                    Family::Gaussian => false,
                    Family::Binomial => ![0.0, 1.0].contains(*value),
                    Family::Poisson => **value < 0.0,
                });
                match (bad, family) {
                    (Some(bad), Family::Binomial) => wrong(format!("`{name}` is neither 0 nor 1"), plain(*bad), "0 and 1, or text with two levels"),
                    (Some(bad), _) => wrong(format!("`{name}` is no count"), plain(*bad), "zero and above"),
                    (None, _) => Ok((values, String::new())),
                }
            }
            Self::Category(category) => {
                let category = category.of_rows(rows);
                if category.names.len() > 2 {
                    let found = some_of(category.names.iter().map(String::as_str));
                    return wrong(format!("`{name}` has {} levels", category.names.len()), found, "two levels, the second of which is counted");
                }
                let counted = category.names.get(1).map_or_else(String::new, |level| format!(" of {name} = {level}"));
                Ok((category.codes.iter().map(|code| f64::from(*code)).collect(), counted))
            }
        }
    }
}

/// A number as one would write it.
fn plain(value: f64) -> String {
    if (1e-6..1e15).contains(&value.abs()) { value.to_string() } else { format!("{value:e}") }
}

/// A model before a domain is chosen.
struct Model<'a> {
    study: &'a Study,
    formula: &'a Formula,
    variables: &'a [Column],
    family: Family,
    margins: &'a [usize],
}

/// A model in one domain.
struct Fitted {
    /// The columns that do not follow from those before them.
    matrix: Matrix,
    /// Whether these are all columns of the formula.
    is_whole: bool,
    fit: Fit,
    covariance: nalgebra::DMatrix<f64>,
    df: f64,
}

impl Model<'_> {
    fn rows(&self, domain: &Domain, outcome: &Outcome) -> Result<Vec<ResultRow>, Error> {
        let used = self.study.used(domain, |row| outcome.has(row) && self.variables.iter().all(|variable| variable.has(row)));
        let (values, counted) = outcome.values(&self.formula.response, self.family, &used.rows)?;
        let data: Vec<Column> = self.variables.iter().map(|variable| variable.of_rows(&used.rows)).collect();
        let matrix = model::matrix(self.formula, &data, used.rows.len());
        let method = format!("design-based {} regression{counted}{}", self.family.word(), references(&self.formula.variables, &data));
        let row = |stat: Stat, level: &str| {
            let mut row = self.study.row("regression", &self.formula.response, stat, domain, &used);
            (row.level, row.method) = (Some(level.to_owned()), method.clone());
            row
        };
        let complete = Complete { sample: &self.study.sample, rows: &used.rows };
        let names = matrix.names.clone();
        let without = |name: &String, reason: String| {
            let mut row = row(Stat::Coefficient, name);
            self.study.fill(&mut row, Err(reason));
            row
        };
        let fitted = match self.fit(complete, matrix, &data, &values) {
            Ok(fitted) => fitted,
            Err(reason) => return Ok(names.iter().map(|name| without(name, reason.clone())).collect()),
        };
        let coefficient = |name: &String| match fitted.matrix.names.iter().position(|known| known == name) {
            Some(place) => self.coefficient(&fitted, place, row(Stat::Coefficient, name)),
            None => without(name, model::aliased_reason(name)),
        };
        let mut rows: Vec<ResultRow> = names.iter().map(coefficient).collect();
        rows.extend(self.terms(&fitted, &row));
        rows.extend(self.predictive_margins(complete, &fitted, &data, &values, &row));
        Ok(rows)
    }

    fn fit(&self, complete: Complete<'_>, matrix: Matrix, data: &[Column], outcome: &[f64]) -> Result<Fitted, String> {
        if outcome.is_empty() {
            return Err("there are no complete rows".to_owned());
        }
        several_levels(&self.formula.variables, data)?;
        if self.family == Family::Binomial && outcome.iter().all(|value| (value - outcome[0]).abs() < 0.5) {
            return Err("the outcome does not vary".to_owned());
        }
        let weights = complete.weights();
        let kept = model::independent(&matrix.columns, &weights);
        let is_whole = kept.len() == matrix.names.len();
        let matrix = if is_whole { matrix } else { matrix.of(&kept) };
        let fit = model::fit(&matrix.columns, &matrix.names, outcome, &weights, self.family)?;
        let refit = |weights: &[f64]| model::fit(&matrix.columns, &matrix.names, outcome, weights, self.family).ok().map(|fit| fit.coefficients);
        let covariance = complete.covariance(&fit.coefficients, &fit.influence(&matrix.columns, outcome, &weights), refit)?;
        let df = complete.df() + 1.0 - matrix.columns.len() as f64;
        Ok(Fitted { matrix, is_whole, fit, covariance, df })
    }

    fn coefficient(&self, fitted: &Fitted, place: usize, mut row: ResultRow) -> ResultRow {
        let (estimate, error) = (fitted.fit.coefficients[place], fitted.covariance[(place, place)].sqrt());
        let statistic = (error > 0.0 && fitted.df > 0.0).then(|| estimate / error);
        let test = Test {
            estimate: Some(estimate),
            std_error: (fitted.df > 0.0).then_some(error),
            statistic,
            df: (fitted.df > 0.0).then_some(fitted.df),
            df2: None,
            p_value: statistic.and_then(|t| t_p_value(t, fitted.df)),
        };
        self.study.fill(&mut row, Ok(test));
        row
    }

    /// Wald tests of the terms that have more than one coefficient.
    fn terms(&self, fitted: &Fitted, row: &impl Fn(Stat, &str) -> ResultRow) -> Vec<ResultRow> {
        let of_term = |(position, term): (usize, &Vec<usize>)| {
            let which: Vec<usize> = (0..fitted.matrix.term.len()).filter(|column| fitted.matrix.term[*column] == Some(position)).collect();
            (which.len() > 1).then(|| {
                let mut row = row(Stat::Wald, &self.formula.term_label(term));
                self.study.fill(&mut row, model::wald(&fitted.fit.coefficients, &fitted.covariance, &which, fitted.df));
                row
            })
        };
        self.formula.terms.iter().enumerate().filter_map(of_term).collect()
    }

    fn predictive_margins(
        &self,
        complete: Complete<'_>,
        fitted: &Fitted,
        data: &[Column],
        outcome: &[f64],
        row: &impl Fn(Stat, &str) -> ResultRow,
    ) -> Vec<ResultRow> {
        let mut rows = Vec::new();
        for place in self.margins {
            let margins = model::margins(self.formula, data, *place, &fitted.fit, self.family, &complete.weights());
            for (position, margin) in margins.into_iter().enumerate() {
                let mut row = row(Stat::PredictiveMargin, &format!("{} = {}", self.formula.variables[*place].label(), margin.level));
                let refit = |weights: &[f64]| {
                    let fit = model::fit(&fitted.matrix.columns, &fitted.matrix.names, outcome, weights, self.family).ok()?;
                    model::margins(self.formula, data, *place, &fit, self.family, weights).get(position).map(|margin| vec![margin.mean])
                };
                let sampled = complete.covariance(&[margin.mean], std::slice::from_ref(&margin.influence), refit);
                let variance =
                    |sampled: f64| if complete.sample.has_replicates() { sampled } else { model::margin_variance(&margin, &fitted.covariance, sampled) };
                let sampled =
                    if fitted.is_whole { sampled } else { Err("terms of the model follow from others, so it does not say what each level gives".to_owned()) };
                let test = sampled.map(|sampled| Test {
                    estimate: Some(margin.mean),
                    std_error: (fitted.df > 0.0).then(|| variance(sampled[(0, 0)]).max(0.0).sqrt()),
                    df: (fitted.df > 0.0).then_some(fitted.df),
                    ..Test::default()
                });
                self.study.fill(&mut row, test);
                rows.push(row);
            }
        }
        rows
    }
}
