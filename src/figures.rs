//! Public folders of runs in, figures that answer a question in plain words out.

mod chart;

use std::path::{Path, PathBuf};

pub use self::chart::{ChartFormat, ChartOptions, ChartSize, DrawnChart, chart};

use crate::disclosure::ReleasedTable;
use crate::display::search::{self, Answer, Hit};
use crate::display::{Book, citation};
use crate::error::{Error, Problem};
use crate::results::{ResultRow, plain_code, short_code, to_csv, to_json, to_markdown};
use crate::runs::{self, Run};

/// What to look for and where.
#[derive(Debug, Clone, Default)]
pub struct FigureOptions {
    /// Plain words, or the short code of a figure; everything when absent.
    pub query: Option<String>,
    /// Id or short code of one figure.
    pub id: Option<String>,
    /// Folder of a run; every run under `reports/`, here and in the folders here, when absent.
    pub run: Option<PathBuf>,
    /// At most so many figures.
    pub most: usize,
}

/// Released figures with the charts that show them.
#[derive(Debug, Clone)]
pub struct Figures {
    table: ReleasedTable,
    charts: Vec<Option<PathBuf>>,
    /// The words of the release, where it holds them.
    book: Option<Book>,
    /// The run that they are of.
    pub run: PathBuf,
    /// Other runs that were searched too.
    pub others: Vec<PathBuf>,
    /// Words of the query that no figure knows.
    pub unknown: Vec<String>,
    /// For each figure the words of the query that it does not know.
    pub missed: Vec<Vec<String>>,
}

impl Figures {
    /// Each figure with its short code and the chart that shows it.
    pub fn iter(&self) -> impl Iterator<Item = (&ResultRow, String, Option<&Path>)> {
        self.table.rows().iter().zip(&self.charts).map(|(row, chart)| (row, short_code(&row.id()), chart.as_deref()))
    }

    /// The line that cites a figure: report, label, base, source, date and short code; none where the release is too old to hold its words.
    pub fn citation(&self, row: &ResultRow) -> Option<String> {
        self.book.as_ref().map(|book| citation(row, book))
    }

    /// Result rows as an array of objects.
    pub fn to_json(&self) -> String {
        to_json(&self.table)
    }

    /// Result rows as comma-separated text.
    pub fn to_csv(&self) -> String {
        to_csv(&self.table)
    }

    /// Result rows as a Markdown table.
    pub fn to_markdown(&self) -> String {
        to_markdown(&self.table)
    }
}

/// Finds figures.
///
/// # Errors
/// No run is there, a release is damaged, or no figure answers.
pub fn figures(options: &FigureOptions) -> Result<Figures, Error> {
    let runs = runs::named_or_here(options.run.as_deref())?;
    let public: Vec<PathBuf> = runs.iter().map(|run| if run.join("public").is_dir() { run.join("public") } else { run.clone() }).collect();
    let tables = public.iter().map(|public| ReleasedTable::open(public)).collect::<Result<Vec<_>, _>>()?;
    let chosen = choose(&tables, options);
    let positions: Vec<usize> = chosen.hits.iter().map(|hit| hit.position).collect();
    let (Some(table), Some(run), false) = (tables.get(chosen.table), runs.get(chosen.table), positions.is_empty()) else {
        return Err(nothing(options, &tables));
    };
    Ok(Figures {
        table: table.select(&positions),
        charts: charts(&public[chosen.table], table, &positions)?,
        book: Run::open(run).and_then(|run| chart::book(&run)).ok(),
        run: run.clone(),
        others: runs.iter().filter(|other| *other != run).cloned().collect(),
        unknown: chosen.unknown,
        missed: chosen.hits.into_iter().map(|hit| hit.missed).collect(),
    })
}

/// The code or id that is asked for: who types a code into the query means its figure.
fn wanted(options: &FigureOptions) -> Option<&str> {
    options.id.as_deref().or_else(|| options.query.as_deref().filter(|query| plain_code(query).is_some()))
}

/// Figures of one of the runs.
fn choose(tables: &[ReleasedTable], options: &FigureOptions) -> Answer {
    let all_of = |table: usize, positions: &mut dyn Iterator<Item = usize>| {
        let hits = positions.map(|position| Hit { position, score: 0.0, missed: Vec::new(), whole: true }).collect();
        Answer { table, hits, unknown: Vec::new() }
    };
    if let Some(id) = wanted(options) {
        let places = tables.iter().map(|table| table.rows().iter().position(|row| runs::is_figure(row, id)));
        let found = places.enumerate().find_map(|(table, position)| Some((table, position?)));
        return found.map_or_else(Answer::default, |(table, position)| all_of(table, &mut std::iter::once(position)));
    }
    if let Some(query) = &options.query {
        return search::find(tables, query, options.most);
    }
    // The first of the runs with the most figures.
    let largest = (0..tables.len()).rev().max_by_key(|place| tables[*place].rows().len()).unwrap_or_default();
    all_of(largest, &mut (0..tables.get(largest).map_or(0, |table| table.rows().len())))
}

/// The chart of each chosen figure, from the manifest.
fn charts(public: &Path, table: &ReleasedTable, chosen: &[usize]) -> Result<Vec<Option<PathBuf>>, Error> {
    let path = public.join("manifest.json");
    let text = std::fs::read(&path).map_err(|error| Error::io("read", &path, &error))?;
    let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let shows = |chart: &serde_json::Value, code: &str| chart["figures"].as_array().is_some_and(|codes| codes.iter().any(|known| known.as_str() == Some(code)));
    let chart_of = |position: &usize| {
        let code = short_code(&table.rows()[*position].id());
        let chart = manifest["charts"].as_array()?.iter().find(|chart| shows(chart, &code))?;
        Some(public.join(chart["file"].as_str()?))
    };
    Ok(chosen.iter().map(chart_of).collect())
}

fn nothing(options: &FigureOptions, tables: &[ReleasedTable]) -> Error {
    if let Some(asked) = wanted(options) {
        let ids: Vec<String> = tables.iter().flat_map(|table| table.rows().iter().map(ResultRow::id)).collect();
        return runs::no_figure(asked, ids.iter().map(String::as_str));
    }
    let asked = options.query.as_deref().unwrap_or_default();
    let mut near: Vec<String> = tables.iter().flat_map(|table| search::nearest(table, asked)).collect();
    near.truncate(3);
    let problem = Problem::new("figures::nothing_found", format!("no figure answers `{asked}`"))
        .help("use fewer or plainer words; `recovista figures` lists every figure");
    Error::usage(if near.is_empty() { problem } else { problem.found(format!("nearest: {}", near.join("; "))) })
}
