//! `fit path`: a path model and one file in, paths, effects made of them and measures of fit out.

use super::super::answer::Answer;
use super::super::load::Wanted;
use super::super::study::{Domain, Study, Used};
use super::super::{DataOptions, DesignOptions};
use crate::error::{Error, Exit, Problem};
use crate::model::{self, Figure, Intervals, Limits, PathFit, PathModel, RMSEA_LEVEL};
use crate::results::{ResultRow, Stat, Status};
use crate::stats::{normal_quantile, normal_sf};

/// The name under which figures of the whole model stand.
const MODEL: &str = "model";

/// Fewest draws that give limits worth printing, and most that anybody waits for.
const DRAWS: std::ops::RangeInclusive<u32> = 50..=1_000_000;

/// A path model of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct PathOptions {
    /// The file and its domains.
    pub data: DataOptions,
    /// Level of the intervals, between 0 and 1.
    pub conf_level: f64,
    /// The model, such as `y ~ b*m; m ~ a*x; indirect := a*b`.
    pub model: String,
    /// Draws of a bootstrap for the intervals; without it they are normal.
    pub bootstrap: Option<u32>,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for PathOptions {
    fn default() -> Self {
        Self { data: DataOptions::default(), conf_level: 0.95, model: String::new(), bootstrap: None, seed: 1 }
    }
}

/// Fits a path model of observed variables by maximum likelihood to rows that have all of them.
///
/// # Errors
/// A model that is none, columns that are not there or hold no numbers, too few draws. A model that cannot be
/// fitted is rows that say why.
///
/// # Example
/// ```
/// use recovista::onefile::{DataOptions, PathOptions, fit_path};
/// let folder = tempfile::tempdir()?;
/// let data = folder.path().join("people.csv");
/// std::fs::write(&data, "x,m,y\n1,1,2\n2,3,3\n3,2,3\n4,5,6\n5,4,4\n6,5,7\n")?;
/// let data = DataOptions { data, ..Default::default() };
/// let answer = fit_path(&PathOptions { data, model: "m ~ a*x; y ~ b*m; ab := a*b".into(), ..Default::default() })?;
/// let of = |name: &str| answer.table.rows().iter().find(|row| row.level.as_deref() == Some(name)).unwrap().estimate.unwrap();
/// assert!((of("ab") - of("m ~ x") * of("y ~ m")).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_path(options: &PathOptions) -> Result<Answer, Error> {
    if let Some(draws) = options.bootstrap.filter(|draws| !DRAWS.contains(draws)) {
        let problem = Problem::new("path::bootstrap", "that is no number of draws").at("--bootstrap").found(draws.to_string());
        return Err(Error::usage(problem.expected(format!("{} to {}", DRAWS.start(), DRAWS.end()))));
    }
    let model = PathModel::parse(&options.model)?;
    let design = DesignOptions { conf_level: options.conf_level, ..DesignOptions::default() };
    let study = Study::open(&options.data, &design, Wanted::by("--model", &model.variables).collect())?;
    let mut columns = Vec::new();
    let mut problems = Vec::new();
    for name in &model.variables {
        match study.table.numbers(name) {
            Ok(values) => columns.push(values),
            Err(error) => problems.extend(error.problems),
        }
    }
    Error::gather(Exit::Input, problems)?;
    let rows = study.domains.iter().flat_map(|domain| Paths::new(&study, options, &model, domain, &columns).rows()).collect();
    Answer::new(rows, study.notes)
}

/// A model in one domain.
struct Paths<'a> {
    study: &'a Study,
    options: &'a PathOptions,
    model: &'a PathModel,
    domain: &'a Domain,
    used: Used,
    columns: Vec<Vec<f64>>,
}

impl<'a> Paths<'a> {
    fn new(study: &'a Study, options: &'a PathOptions, model: &'a PathModel, domain: &'a Domain, columns: &[Vec<f64>]) -> Self {
        let used = study.used(domain, |row| columns.iter().all(|column| column[row].is_finite()));
        let columns = columns.iter().map(|column| used.rows.iter().map(|row| column[*row]).collect()).collect();
        Self { study, options, model, domain, used, columns }
    }

    fn rows(&self) -> Vec<ResultRow> {
        let fit = match model::fit_path(self.model, &self.columns) {
            Ok(fit) => fit,
            Err(reason) => return self.without(&reason),
        };
        let draws = self.options.bootstrap;
        let intervals = draws.and_then(|draws| model::bootstrap(self.model, &fit, &self.columns, draws, self.options.seed, self.study.sample.conf_level()));
        let mut rows = Vec::new();
        for (is_standardized, stat) in [(false, Stat::Path), (true, Stat::PathStandardized)] {
            for ((variable, level, kind), place) in self.names() {
                let figures = if kind == Kind::Cell { fit.cells[place] } else { fit.definitions[place] };
                let limits = intervals.as_ref().map(|intervals| if kind == Kind::Cell { intervals.cells[place] } else { intervals.definitions[place] });
                let figure = if is_standardized { figures.1 } else { figures.0 };
                let limits = limits.map(|(raw, standardized)| if is_standardized { standardized } else { raw });
                rows.push(self.path(self.row(&variable, stat, Some(level)), figure, limits, intervals.as_ref()));
            }
        }
        rows.extend(self.explained(&fit));
        rows.extend(self.measures(&fit));
        rows
    }

    /// What is told of the model: paths and covariances by place among the cells, then definitions by theirs.
    fn names(&self) -> Vec<((String, String, Kind), usize)> {
        let cells = self.model.cells.iter().enumerate().filter(|(_, cell)| !cell.is_covariance || cell.to != cell.from);
        let cells = cells.map(|(place, cell)| ((self.model.variables[cell.to].clone(), self.model.name(cell), Kind::Cell), place));
        let definitions = self.model.definitions.iter().enumerate();
        cells.chain(definitions.map(|(place, definition)| ((definition.name.clone(), definition.name.clone(), Kind::Definition), place))).collect()
    }

    fn row(&self, variable: &str, stat: Stat, level: Option<String>) -> ResultRow {
        let mut row = self.study.row("path", variable, stat, self.domain, &self.used);
        (row.level, row.method) = (level, "path model by maximum likelihood, expected information".to_owned());
        row
    }

    fn path(&self, mut row: ResultRow, figure: Figure, limits: Option<Limits>, intervals: Option<&Intervals>) -> ResultRow {
        row.estimate = Some(figure.value);
        let Some(error) = figure.std_error else {
            row.add_note("held at this number by the model, so it has no error");
            return row;
        };
        let z = figure.value / error;
        (row.std_error, row.test_statistic, row.p_value) = (Some(error), Some(z), Some((2.0 * normal_sf(z.abs())).min(1.0)));
        if let (Some((low, high)), Some(intervals)) = (limits, intervals) {
            (row.conf_low, row.conf_high) = (Some(low), Some(high));
            row.method = format!("{}; percentile interval of {} bootstrap draws, seed {}", row.method, intervals.draws, self.options.seed);
        } else {
            let reach = normal_quantile(f64::midpoint(1.0, self.study.sample.conf_level())).map(|quantile| quantile * error);
            (row.conf_low, row.conf_high) = (reach.map(|reach| figure.value - reach), reach.map(|reach| figure.value + reach));
            if self.options.bootstrap.is_some() {
                row.add_note("the model could not be fitted to most bootstrap draws, so the interval is normal");
            }
        }
        row.conf_level = Some(self.study.sample.conf_level());
        row
    }

    /// The share of each outcome's variance that the model explains.
    fn explained(&self, fit: &PathFit) -> Vec<ResultRow> {
        let of = |(variable, share): (&String, &Option<f64>)| {
            let mut row = self.row(variable, Stat::RSquared, None);
            row.estimate = *share;
            if share.is_some_and(|share| share > 1.0) {
                row.add_note("the variance left of it is below zero, so the model does not fit these data");
            }
            share.is_some().then_some(row)
        };
        self.model.variables.iter().zip(&fit.r_squared).filter_map(of).collect()
    }

    fn measures(&self, fit: &PathFit) -> Vec<ResultRow> {
        let measures = model::path_measures(self.model, fit);
        let row = |stat: Stat, estimate: f64| {
            let mut row = self.row(MODEL, stat, None);
            row.estimate = Some(estimate);
            if measures.df == 0 {
                row.add_note("the model leaves no covariance open, so it fits whatever the data are");
            }
            row
        };
        let mut chisq = row(Stat::Chisq, measures.chisq);
        (chisq.test_statistic, chisq.df, chisq.p_value) = (Some(measures.chisq), Some(measures.df as f64), measures.p_value);
        let mut rmsea = row(Stat::Rmsea, measures.rmsea);
        if let Some((low, high)) = measures.rmsea_limits {
            (rmsea.conf_low, rmsea.conf_high, rmsea.conf_level) = (Some(low), Some(high), Some(RMSEA_LEVEL));
        }
        vec![chisq, row(Stat::Df, measures.df as f64), row(Stat::Cfi, measures.cfi), rmsea, row(Stat::Srmr, measures.srmr)]
    }

    /// The rows of a model that cannot be fitted.
    fn without(&self, reason: &str) -> Vec<ResultRow> {
        let paths = [Stat::Path, Stat::PathStandardized]
            .into_iter()
            .flat_map(|stat| self.names().into_iter().map(move |((variable, level, _), _)| (variable, stat, Some(level))));
        let fit = [Stat::Chisq, Stat::Df, Stat::Cfi, Stat::Rmsea, Stat::Srmr].into_iter().map(|stat| (MODEL.to_owned(), stat, None));
        let row = |(variable, stat, level): (String, Stat, Option<String>)| {
            let mut row = self.row(&variable, stat, level);
            row.status = Status::NotEstimable;
            row.add_note(reason);
            row
        };
        paths.chain(fit).map(row).collect()
    }
}

/// Where a figure of the fit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cell,
    Definition,
}
