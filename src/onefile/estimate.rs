//! `recovista estimate`: requests about one file in, result rows out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::source::{FileSource, plain, resolve};
use super::{Answer, DataOptions, DesignOptions};
use crate::analysis;
use crate::design::{Columns, Design};
use crate::error::{Error, Exit, Problem};
use crate::estimate::{self, Estimate, Measure, Request};
use crate::frame::{Levels, Source as _};
use crate::results::{ResultRow, Stat, Unit};
use crate::score::{ScoreOptions, ScoreSpec};

/// What to estimate from one file.
#[derive(Debug, Clone, Default)]
pub struct EstimateOptions {
    /// The file and its rows.
    pub data: DataOptions,
    /// How the rows were drawn.
    pub design: DesignOptions,
    /// Instruments to score first; their columns can be asked for like any other.
    pub scores: Vec<ScoreRequest>,
    /// What to estimate of which variable. Groups come from `data.by`.
    pub requests: Vec<Request>,
    /// Column whose later levels are compared with its first, in every mean and share.
    pub difference: Option<String>,
}

/// An instrument that is scored before anything is estimated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScoreRequest {
    /// Its id, or the path of an instrument file.
    pub instrument: String,
    /// Beginning of the item columns, which end in 1, 2, 3 …; the id and `_` when absent.
    pub prefix: Option<String>,
    /// The file's code of the lowest answer, a hyphen, its code of the highest.
    pub coding: Option<String>,
}

impl ScoreRequest {
    pub(super) fn spec(&self, data: &Path, header: &[String]) -> Result<ScoreSpec, Error> {
        let instrument = crate::score::instrument(&self.instrument)?;
        let options = ScoreOptions { data: data.to_owned(), prefix: self.prefix.clone(), ..ScoreOptions::default() };
        let items = crate::score::item_columns(&instrument, &options, header).map_err(|mut error| {
            let help = format!("name the beginning that all {} columns share: --score {}=PREFIX", instrument.scored_items().len(), self.instrument);
            error.problems.iter_mut().for_each(|problem| problem.help = Some(help.clone()));
            error
        })?;
        ScoreSpec::new(instrument, &crate::score::Request { items, coding: self.coding.clone(), ..Default::default() })
    }
}

/// Estimates everything that is asked of a file, in one pass over it where the design allows.
///
/// # Errors
/// A file that cannot be read, columns that it does not have or that hold something else, a calibration
/// that does not reach its totals.
///
/// # Example
/// ```
/// use recovista::estimate::{Measure, Request};
/// use recovista::onefile::{DataOptions, EstimateOptions, estimate_file};
/// let folder = tempfile::tempdir()?;
/// let data = folder.path().join("teams.csv");
/// std::fs::write(&data, "team,fte\nA,1\nB,2\nC,6\n")?;
/// let options = EstimateOptions { data: DataOptions { data, ..Default::default() }, requests: vec![Request::new("fte", Measure::Mean)], ..Default::default() };
/// let answer = estimate_file(&options)?;
/// let mean = &answer.table.rows()[0];
/// assert_eq!((mean.estimate, mean.df), (Some(3.0), Some(2.0)));
/// assert!((mean.std_error.unwrap() - (7.0_f64 / 3.0).sqrt()).abs() < 1e-12); // s² = 7, n = 3
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn estimate_file(options: &EstimateOptions) -> Result<Answer, Error> {
    let design = options.design.design()?;
    let (mut source, header) = FileSource::open(&options.data, &options.scores)?;
    let mut asked: Vec<Request> = Vec::new();
    for request in &options.requests {
        let request = Request { by: options.data.by.clone(), ..request.clone() };
        if !asked.contains(&request) {
            asked.push(request);
        }
    }
    let mut requests = resolve(&mut source, &header, &asked)?;
    let design = source.design(&design, &header)?;
    if let Some(column) = &options.difference {
        let differences = differences(&mut source, &header, column, &requests)?;
        requests.extend(differences);
    }
    check(&source, &design, &requests).map_err(in_plain_names)?;
    let answers = estimate::answer_from(&mut source, &design, &requests).map_err(in_plain_names)?;
    let order = Order::of(source.levels(), &requests);
    let dataset = options.data.data.file_stem().map_or_else(|| "data".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let mut rows = Vec::new();
    for (request, estimates) in requests.iter().zip(answers) {
        let mut placed: Vec<(Place, &Estimate)> = estimates.par_iter().map(|estimate| (order.place_of(request, estimate), estimate)).collect();
        placed.sort_by(|a, b| a.0.cmp(&b.0));
        rows.par_extend(placed.into_par_iter().map(|(_, estimate)| row(&dataset, request, estimate, &design)));
    }
    Answer::new(rows, source.notes)
}

/// Columns by the names that the user knows.
fn in_plain_names(mut error: Error) -> Error {
    let clean = |text: &mut String| text.retain(|letter| !letter.is_control() || letter.is_whitespace());
    for problem in &mut error.problems {
        clean(&mut problem.message);
        problem.found.iter_mut().chain(&mut problem.expected).chain(&mut problem.help).for_each(clean);
    }
    error
}

/// Every mean and share again, as a difference of each later level of a column from its first.
fn differences(source: &mut FileSource, header: &[String], column: &str, requests: &[Request]) -> Result<Vec<Request>, Error> {
    let name = source.level(column, header)?;
    let mut levels = source.levels_of(&name)?;
    sort(&mut levels);
    let Some((from, later)) = levels.split_first() else { return Ok(Vec::new()) };
    let comparable = |request: &&Request| matches!(request.measure, Measure::Mean | Measure::Proportion { .. }) && !request.by.contains(&name);
    let one = |request: &Request| {
        let request = request.clone();
        let (name, from) = (name.clone(), from.clone());
        later.iter().map(move |to| Request { measure: Measure::Difference { column: name.clone(), from: from.clone(), to: to.clone() }, ..request.clone() })
    };
    Ok(requests.iter().filter(comparable).flat_map(one).collect())
}

fn check(source: &FileSource, design: &Design, requests: &[Request]) -> Result<(), Error> {
    let columns = Columns::of(source);
    let none = BTreeMap::new();
    let problems: Vec<Problem> = requests.iter().flat_map(|request| estimate::check(&columns, &none, design, request)).collect();
    Error::gather(Exit::Usage, problems).map(drop)
}

/// Levels in reading order: by number when all are numbers, else by bytes.
fn sort(levels: &mut [String]) {
    let number = |level: &String| level.parse::<f64>().ok().filter(|number| number.is_finite());
    if levels.iter().all(|level| number(level).is_some()) {
        levels.sort_by(|a, b| number(a).unwrap_or_default().total_cmp(&number(b).unwrap_or_default()).then_with(|| a.cmp(b)));
    } else {
        levels.sort_unstable();
    }
}

/// The place of every level among those of its column.
struct Order {
    places: FxHashMap<String, FxHashMap<String, usize>>,
}

/// The places of an estimate's groups, and of its level.
type Place = (Vec<usize>, usize);

impl Order {
    fn of(levels: &BTreeMap<String, Levels>, requests: &[Request]) -> Self {
        let shown = |request: &&Request| !matches!(request.measure, Measure::Distinct);
        let variables = requests.iter().filter(shown).map(|request| &request.variable);
        let columns: BTreeSet<&String> = requests.iter().flat_map(|request| &request.by).chain(variables).collect();
        let place = |column: &String| {
            let mut names = levels.get(column)?.names().to_vec();
            sort(&mut names);
            Some((column.clone(), names.into_iter().zip(0..).collect()))
        };
        Self { places: columns.into_iter().filter_map(place).collect() }
    }

    fn place(&self, column: &str, level: &str) -> usize {
        self.places.get(column).and_then(|places| places.get(level)).copied().unwrap_or(usize::MAX)
    }

    /// What an estimate is sorted by: its groups, then its level.
    fn place_of(&self, request: &Request, estimate: &Estimate) -> Place {
        let groups = estimate.groups.iter().map(|(column, level)| self.place(column, level)).collect();
        (groups, estimate.level.as_ref().map_or(0, |level| self.place(&request.variable, level)))
    }
}

/// An estimate as a result row.
fn row(dataset: &str, request: &Request, estimate: &Estimate, design: &Design) -> ResultRow {
    let stat = analysis::stat_of(estimate.kind);
    let unit = if stat == Stat::Proportion { Unit::Percent } else { Unit::None };
    let variable = match &request.measure {
        Measure::Ratio { denominator } => format!("{}/{denominator}", request.variable),
        Measure::Correlation { with } => format!("{},{with}", request.variable),
        _ if request.variable.is_empty() => "rows".to_owned(),
        _ => plain(&request.variable).to_owned(),
    };
    let mut row = ResultRow::new(dataset, "estimate", &variable, stat, unit);
    row.groups = estimate.groups.iter().map(|(column, level)| (plain(column).to_owned(), level.clone())).collect();
    if let Measure::Difference { column, from, to } = &request.measure {
        row.groups.insert(plain(column).to_owned(), to.clone());
        row.groups.insert("compared_with".to_owned(), from.clone());
    }
    row.wave = row.groups.get("wave").cloned();
    analysis::fill(&mut row, estimate, design.conf_level);
    row
}
