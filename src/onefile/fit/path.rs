//! `fit path`: a path model and one file in, paths, effects made of them and measures of fit out.

use super::super::answer::Answer;
use super::super::load::Wanted;
use super::super::study::{Domain, Study};
use super::super::{DataOptions, DesignOptions};
use crate::analysis::{DRAWS, Paths};
use crate::error::{Error, Exit, Problem};
use crate::model::PathModel;
use crate::results::ResultRow;

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
    let rows = study.domains.iter().map(|domain| of_domain(&study, options, &model, domain, &columns)).collect::<Result<Vec<_>, _>>()?;
    Answer::new(rows.concat(), study.notes)
}

/// The rows of a model in one domain.
fn of_domain(study: &Study, options: &PathOptions, model: &PathModel, domain: &Domain, columns: &[Vec<f64>]) -> Result<Vec<ResultRow>, Error> {
    let used = study.used(domain, |row| columns.iter().all(|column| column[row].is_finite()));
    let columns: Vec<Vec<f64>> = columns.iter().map(|column| used.rows.iter().map(|row| column[*row]).collect()).collect();
    let (conf_level, bootstrap, seed) = (study.sample.conf_level(), options.bootstrap, options.seed);
    Paths { model, columns: &columns, conf_level, bootstrap, seed, sampled: None }.rows(&|variable, stat| study.row("path", variable, stat, domain, &used))
}
