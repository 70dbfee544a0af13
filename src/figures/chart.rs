//! A released figure in, the chart that shows it out, drawn again from released rows and the words of its release.

use std::path::PathBuf;

use crate::display::charts::{self, Size};
use crate::display::{Book, ReleasedTable};
use crate::error::{Error, Problem};
use crate::report;
use crate::results::short_code;
use crate::runs::{self, Run};

/// Where a chart is to stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChartSize {
    /// A slide of 16 to 9, 1,920 pixels wide.
    Slide,
    /// A text column of 16 cm, about half a page high.
    #[default]
    Half,
    /// A text column of 16 cm, a page high.
    Full,
}

impl ChartSize {
    /// Layout, and pixels of a picture for each pixel of the drawing as it is shown: 300 for an inch of paper.
    fn layout(self) -> (Size, f32) {
        match self {
            Self::Slide => (Size::Slide, 2.0),
            Self::Half => (Size::HalfPage, 300.0 / 96.0),
            Self::Full => (Size::FullPage, 300.0 / 96.0),
        }
    }
}

/// How a chart is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartFormat {
    /// Lines and text.
    Svg,
    /// A picture.
    Png,
}

/// Which chart to draw.
#[derive(Debug, Clone)]
pub struct ChartOptions {
    /// Id or short code of a figure that it shows.
    pub id: String,
    /// Folder of a run; every run under `reports/` when absent.
    pub run: Option<PathBuf>,
    /// Where it is to stand.
    pub size: ChartSize,
    /// How it is written.
    pub format: ChartFormat,
}

/// A drawn chart.
#[derive(Debug, Clone)]
pub struct DrawnChart {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its title.
    pub title: String,
    /// What it shows, for who cannot see it.
    pub alt: String,
}

/// Draws the chart that shows a figure.
///
/// # Errors
/// There is no run, none has the figure, no chart shows it, or the release is too old to hold its words.
pub fn chart(options: &ChartOptions) -> Result<DrawnChart, Error> {
    let run = runs::with_figure(options.run.as_deref(), &options.id)?;
    let code = run.figure(&options.id).map(|row| short_code(&row.id())).unwrap_or_default();
    let document = report::compose(&run.table, &book(&run)?);
    let leads = document.figures().find(|figure| figure.code == code);
    let Some(figure) = leads.or_else(|| document.figures().find(|figure| figure.table.codes().contains(&code.as_str()))) else {
        return Err(no_chart(&options.id, &run.table));
    };
    let (size, scale) = options.size.layout();
    let svg = charts::svg(&figure.chart, &figure.words, size, &document.theme, &figure.code.to_lowercase())?;
    let bytes = match options.format {
        ChartFormat::Png => charts::png_at(&svg, scale)?,
        ChartFormat::Svg => svg.into_bytes(),
    };
    Ok(DrawnChart { bytes, title: figure.words.title.clone(), alt: figure.words.alt.clone() })
}

/// The words of a release.
pub(super) fn book(run: &Run) -> Result<Book, Error> {
    let missing = |found: String| {
        let problem = Problem::new("figures::no_book", format!("{} holds no words to draw a chart with", run.public.display())).found(found);
        Error::input(problem.expected("book.json, as `recovista run` writes it").help("run the pipeline again"))
    };
    let text = run.released("book.json")?.ok_or_else(|| missing("no book.json".to_owned()))?;
    serde_json::from_slice(&text).map_err(|error| missing(error.to_string()))
}

fn no_chart(id: &str, table: &ReleasedTable) -> Error {
    let problem =
        Problem::new("figures::no_chart", format!("no chart shows `{id}`")).found(format!("{} figures, of which the report draws some", table.rows().len()));
    Error::usage(problem.help("`recovista figures` with plain words tells which figures have a chart"))
}
