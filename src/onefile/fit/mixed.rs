//! `fit mixed`: people over time in one file in, rows with coefficients, variances and wave means out.

use super::super::answer::Answer;
use super::super::load::Wanted;
use super::super::study::{Domain, Study, Used};
use super::super::{DataOptions, DesignOptions};
use super::{references, several_levels, variables};
use crate::error::{Error, Exit, Problem};
use crate::model::{self, Category, Column, Effects, Formula, Matrix, Mixed, NONE, Panel, Test, Variable};
use crate::results::{ResultRow, Stat};

/// A linear mixed model on one file: a row is one subject at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct MixedOptions {
    /// The file and its domains.
    pub data: DataOptions,
    /// Confidence level of the intervals, such as 0.95.
    pub conf_level: f64,
    /// Column of the outcome, a number.
    pub outcome: String,
    /// Column of time: a number, text that names waves, or `factor(x)` for numbers that do.
    pub time: String,
    /// Column that says whose row it is.
    pub subject: String,
    /// Whether each subject has a slope over time beside an intercept.
    pub random_slope: bool,
    /// Further fixed terms, such as `arm + age` or `time*arm`; empty for none.
    pub fixed: String,
    /// Whether the estimated mean of each wave is wanted.
    pub means: bool,
}

impl Default for MixedOptions {
    fn default() -> Self {
        let [outcome, time, subject, fixed] = Default::default();
        Self { data: DataOptions::default(), conf_level: 0.95, outcome, time, subject, random_slope: false, fixed, means: false }
    }
}

/// Fits a linear mixed model to one file by restricted maximum likelihood.
///
/// # Formula
/// `y = β₀ + β₁·time + … + b₀ + b₁·time + e`; `b` normal for each subject, with a variance of intercepts, one of
/// slopes and their covariance; degrees of freedom after Satterthwaite
/// # Units
/// Coefficients and the roots of variances in those of the outcome; the variance of intercepts is that at time 0.
/// # Source
/// Bates et al. 2015 (lme4), doi:10.18637/jss.v067.i01; Kuznetsova et al. 2017 (lmerTest),
/// doi:10.18637/jss.v082.i13; values in `tests/reference/longitudinal/`.
/// # Errors
/// Terms that are none, columns that are not there, an outcome that is text, slopes over waves, and files that
/// cannot be read. A model that cannot be fitted is rows that say why.
///
/// # Example
/// ```
/// use recovista::onefile::{DataOptions, MixedOptions, fit_mixed};
/// let folder = tempfile::tempdir()?;
/// let data = folder.path().join("people.csv");
/// std::fs::write(&data, "id,wave,score\na,1,3\na,2,5\nb,1,6\nb,2,9\nc,1,4\nc,2,5\nd,1,8\n")?;
/// let [outcome, time, subject] = ["score", "wave", "id"].map(str::to_owned);
/// let data = DataOptions { data, ..Default::default() };
/// let answer = fit_mixed(&MixedOptions { data, outcome, time, subject, ..Default::default() })?;
/// let row = &answer.table.rows()[1];
/// assert_eq!((row.level.as_deref(), row.n, row.denominator), (Some("wave"), Some(7.0), Some(4.0)));
/// assert!((row.estimate.unwrap() - 2.0).abs() < 0.1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_mixed(options: &MixedOptions) -> Result<Answer, Error> {
    let time = time_variable(&options.time);
    check(options, &time)?;
    let formula = Formula::around(&options.outcome, time, &options.fixed)?;
    let further = formula.variables[1..].iter().map(|variable| &variable.column);
    let wanted = Wanted::by("--outcome", [&options.outcome]).chain(Wanted::by("--time", [&formula.variables[0].column]));
    let wanted = wanted.chain(Wanted::by("--subject", [&options.subject])).chain(Wanted::by("--fixed", further));
    let design = DesignOptions { conf_level: options.conf_level, ..DesignOptions::default() };
    let study = Study::open(&options.data, &design, wanted.collect())?;
    let outcome = study.table.numbers(&options.outcome)?;
    let variables = variables(&study, &formula.variables)?;
    check_time(options, &formula.variables[0], &variables[0])?;
    let subjects = study.table.category(&options.subject);
    let model = Model { study: &study, options, formula: &formula, variables: &variables, outcome: &outcome, subjects: &subjects };
    let rows = study.domains.iter().flat_map(|domain| model.rows(domain)).collect();
    Answer::new(rows, study.notes)
}

/// The variable that `COL` or `factor(COL)` means.
fn time_variable(text: &str) -> Variable {
    let inside = text.strip_prefix("factor(").and_then(|rest| rest.strip_suffix(')'));
    let column = inside.unwrap_or(text).trim().trim_matches('`').to_owned();
    Variable { column, factor: inside.is_some() }
}

/// Outcome, time and subject must be three columns.
fn check(options: &MixedOptions, time: &Variable) -> Result<(), Error> {
    let named = [("--outcome", &options.outcome), ("--time", &time.column), ("--subject", &options.subject)];
    let mut problems = Vec::new();
    for (place, (flag, name)) in named.iter().enumerate() {
        for (other, _) in named[..place].iter().filter(|(_, known)| known == name) {
            let problem = Problem::new("fit::same_column", format!("`{name}` is both {other} and {flag}"));
            problems.push(problem.at(*flag).expected("three columns: an outcome, a time, and whose row it is"));
        }
    }
    Error::gather(Exit::Usage, problems).map(drop)
}

/// Slopes need time as a number, and means of waves need waves.
fn check_time(options: &MixedOptions, time: &Variable, column: &Column) -> Result<(), Error> {
    let name = &time.column;
    let mut problems = Vec::new();
    match column {
        Column::Category(_) if options.random_slope => {
            let problem = Problem::new("fit::slope_of_waves", format!("`{name}` names waves, and a slope needs time as a number"));
            problems.push(problem.at("--random-slope").help("leave out --random-slope, or name a column that counts days, months or years"));
        }
        Column::Number(_) if options.means => {
            let problem = Problem::new("fit::means", format!("`{name}` is a number, and means are of waves"));
            problems.push(problem.at("--means").help(format!("write --time \"factor({name})\" to take its values for waves")));
        }
        _ => {}
    }
    Error::gather(Exit::Usage, problems).map(drop)
}

/// A model before a domain is chosen.
struct Model<'a> {
    study: &'a Study,
    options: &'a MixedOptions,
    formula: &'a Formula,
    variables: &'a [Column],
    outcome: &'a [f64],
    subjects: &'a Category,
}

/// A model in one domain.
struct Fitted {
    /// The columns that do not follow from those before them.
    matrix: Matrix,
    /// Whether these are all columns of the formula.
    is_whole: bool,
    fit: Mixed,
}

impl Model<'_> {
    fn rows(&self, domain: &Domain) -> Vec<ResultRow> {
        let has = |row: usize| self.outcome[row].is_finite() && self.subjects.codes[row] != NONE && self.variables.iter().all(|variable| variable.has(row));
        let used = self.study.used(domain, has);
        let data: Vec<Column> = self.variables.iter().map(|variable| variable.of_rows(&used.rows)).collect();
        let subjects = self.subjects.of_rows(&used.rows);
        let matrix = model::matrix(self.formula, &data, used.rows.len());
        let names = matrix.names.clone();
        let fitted = self.fit(&used, matrix, &data, &subjects);
        let method = self.method(fitted.as_ref().ok().map(|fitted| fitted.fit.effects), subjects.names.len(), &data);
        let row = |stat: Stat, level: Option<&str>, test: Result<Test, String>| {
            let mut row = self.study.row("mixed", &self.options.outcome, stat, domain, &used);
            (row.level, row.method, row.denominator) = (level.map(str::to_owned), method.clone(), Some(subjects.names.len() as f64));
            self.study.fill(&mut row, test);
            if let Some(reason) = fitted.as_ref().ok().and_then(|fitted| fitted.fit.reason.as_ref()) {
                row.add_note(reason);
            }
            row
        };
        let coefficient = |name: &String| {
            let test = fitted.as_ref().map_err(String::clone).and_then(|fitted| match fitted.matrix.names.iter().position(|known| known == name) {
                Some(place) => Ok(fitted.fit.contrast(&unit(place, fitted.matrix.names.len()))),
                None => Err(model::aliased_reason(name)),
            });
            row(Stat::Coefficient, Some(name), test)
        };
        let mut rows: Vec<ResultRow> = names.iter().map(coefficient).collect();
        if let Ok(fitted) = &fitted {
            rows.extend(self.terms(fitted).into_iter().map(|(term, test)| row(Stat::Wald, Some(&term), test)));
            rows.extend(self.means(fitted, &data, &subjects).into_iter().map(|(level, test)| row(Stat::PredictiveMargin, Some(&level), test)));
        }
        let fit = fitted.as_ref().map(|fitted| &fitted.fit).map_err(String::clone);
        rows.extend(self.variances(&fit).into_iter().map(|(level, test)| row(Stat::Variance, Some(level), test)));
        rows.push(row(Stat::RemlLogLikelihood, None, fit.map(|fit| estimate(fit.log_likelihood))));
        rows
    }

    fn fit(&self, used: &Used, matrix: Matrix, data: &[Column], subjects: &Category) -> Result<Fitted, String> {
        if used.rows.is_empty() {
            return Err("there are no complete rows".to_owned());
        }
        several_levels(&self.formula.variables, data)?;
        let kept = model::independent(&matrix.columns, &vec![1.0; used.rows.len()]);
        let is_whole = kept.len() == matrix.names.len();
        let matrix = if is_whole { matrix } else { matrix.of(&kept) };
        let outcome: Vec<f64> = used.rows.iter().map(|row| self.outcome[*row]).collect();
        let time = match &data[0] {
            Column::Number(values) if self.options.random_slope => Some(values.as_slice()),
            _ => None,
        };
        let fit = model::mixed(&Panel { outcome: &outcome, columns: &matrix.columns, subjects: &subjects.codes, time })?;
        Ok(Fitted { matrix, is_whole, fit })
    }

    fn method(&self, effects: Option<Effects>, count: usize, data: &[Column]) -> String {
        let (subject, time) = (&self.options.subject, self.formula.variables[0].label());
        let asked = if self.options.random_slope { Effects::Slope } else { Effects::Intercept };
        let effects = match effects.unwrap_or(asked) {
            Effects::None => format!("linear model without random effects of {subject}"),
            Effects::Intercept => format!("linear mixed model, random intercept by {subject}"),
            Effects::Line => format!("linear mixed model, random intercept and slope of {time} by {subject} on one line"),
            Effects::Slope => format!("linear mixed model, random intercept and slope of {time} by {subject}"),
        };
        format!("{effects} ({count} subjects), REML, Satterthwaite df{}", references(&self.formula.variables, data))
    }

    /// Tests of the terms that have more than one coefficient.
    fn terms(&self, fitted: &Fitted) -> Vec<(String, Result<Test, String>)> {
        let of_term = |(position, term): (usize, &Vec<usize>)| {
            let which: Vec<usize> = (0..fitted.matrix.term.len()).filter(|column| fitted.matrix.term[*column] == Some(position)).collect();
            (which.len() > 1).then(|| (self.formula.term_label(term), fitted.fit.joint(&which)))
        };
        self.formula.terms.iter().enumerate().filter_map(of_term).collect()
    }

    /// The mean of each wave if all subjects, each counted once, were met in it.
    fn means(&self, fitted: &Fitted, data: &[Column], subjects: &Category) -> Vec<(String, Result<Test, String>)> {
        let Column::Category(waves) = &data[0] else { return Vec::new() };
        if !self.options.means {
            return Vec::new();
        }
        let mut met = vec![0.0; subjects.names.len()];
        subjects.codes.iter().for_each(|code| met[*code as usize] += 1.0);
        let weights: Vec<f64> = subjects.codes.iter().map(|code| 1.0 / met[*code as usize] / met.len() as f64).collect();
        let of_wave = |(code, wave): (u32, &String)| {
            let mut changed = data.to_vec();
            changed[0] = Column::Category(Category { codes: vec![code; weights.len()], names: waves.names.clone() });
            let columns = model::matrix(self.formula, &changed, weights.len()).columns;
            let mean = |column: &Vec<f64>| column.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
            let test = if fitted.is_whole {
                Ok(Test { statistic: None, p_value: None, ..fitted.fit.contrast(&columns.iter().map(mean).collect::<Vec<f64>>()) })
            } else {
                Err("terms of the model follow from others, so it does not say what each wave gives".to_owned())
            };
            (format!("{} = {wave}", self.formula.variables[0].label()), test)
        };
        (0..).zip(&waves.names).map(of_wave).collect()
    }

    fn variances(&self, fit: &Result<&Mixed, String>) -> Vec<(&'static str, Result<Test, String>)> {
        let of = |pick: fn(&Mixed) -> Option<f64>| match fit {
            Ok(fit) => pick(fit).map(estimate).ok_or_else(|| "the data cannot tell this variance".to_owned()),
            Err(reason) => Err(reason.clone()),
        };
        let mut rows = vec![("intercept", of(|fit| fit.variances.intercept))];
        if self.options.random_slope {
            rows.push(("slope", of(|fit| fit.variances.slope.map(|(slope, _)| slope))));
            rows.push(("covariance", of(|fit| fit.variances.slope.map(|(_, covariance)| covariance))));
        }
        rows.push(("residual", of(|fit| Some(fit.variances.residual))));
        rows
    }
}

fn estimate(value: f64) -> Test {
    Test { estimate: Some(value), ..Test::default() }
}

/// Weights that pick one coefficient.
fn unit(place: usize, size: usize) -> Vec<f64> {
    (0..size).map(|other| if other == place { 1.0 } else { 0.0 }).collect()
}
