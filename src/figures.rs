//! Public folders of runs in, figures that answer a question in plain words out.

mod chart;

use std::path::{Path, PathBuf};

pub use self::chart::{ChartFormat, ChartOptions, ChartSize, DrawnChart, chart};

use crate::disclosure::ReleasedTable;
use crate::display::{Book, citation, search};
use crate::error::{Error, Problem};
use crate::results::{ResultRow, short_code, to_csv, to_json, to_markdown};
use crate::runs::{self, Run};

/// What to look for and where.
#[derive(Debug, Clone, Default)]
pub struct FigureOptions {
    /// Plain words; everything when absent.
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
    let mut best: Option<(usize, Figures)> = None;
    for run in &runs {
        let public = if run.join("public").is_dir() { run.join("public") } else { run.clone() };
        let table = ReleasedTable::open(&public)?;
        let chosen = choose(&table, options);
        let hits = chosen.len();
        let charts = charts(&public, &table, &chosen)?;
        if best.as_ref().is_none_or(|(most, _)| hits > *most) {
            let others = runs.iter().filter(|other| *other != run).cloned().collect();
            best = Some((hits, Figures { table: table.select(&chosen), charts, book: None, run: run.clone(), others }));
        }
    }
    match best {
        Some((hits, mut figures)) if hits > 0 => {
            figures.book = Run::open(&figures.run).and_then(|run| chart::book(&run)).ok();
            Ok(figures)
        }
        _ => Err(nothing(options, &runs)),
    }
}

fn choose(table: &ReleasedTable, options: &FigureOptions) -> Vec<usize> {
    if let Some(id) = &options.id {
        return table.rows().iter().position(|row| runs::is_figure(row, id)).into_iter().collect();
    }
    match &options.query {
        Some(query) => search::find(table, query, options.most),
        None => (0..table.rows().len()).collect(),
    }
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

fn nothing(options: &FigureOptions, runs: &[PathBuf]) -> Error {
    let asked = options.id.as_deref().or(options.query.as_deref()).unwrap_or_default();
    let tables: Vec<ReleasedTable> = runs.iter().filter_map(|run| ReleasedTable::open(&runs::public_of(run)?).ok()).collect();
    if options.id.is_some() {
        let ids: Vec<String> = tables.iter().flat_map(|table| table.rows().iter().map(ResultRow::id)).collect();
        return runs::no_figure(asked, ids.iter().map(String::as_str));
    }
    let mut near: Vec<String> = tables.iter().flat_map(|table| search::nearest(table, asked)).collect();
    near.truncate(3);
    let problem = Problem::new("figures::nothing_found", format!("no figure answers `{asked}`"))
        .help("use fewer or plainer words; `recovista figures` lists every figure");
    Error::usage(if near.is_empty() { problem } else { problem.found(format!("nearest: {}", near.join("; "))) })
}
