//! `recovista figures`: one number that can be defended, found in plain words.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use recovista::error::{Error, Problem};
use recovista::results::ResultRow;
use recovista::{ChartFormat, ChartOptions, ChartSize, FigureOptions, Figures, chart};

use super::{Format, Output, print_problems};

/// Arguments of `figures`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What you want to know, such as "median FTE", or a short code
    query: Option<String>,
    /// Folder of a run [default: every run under reports/, here and in the folders here]
    #[arg(long)]
    run: Option<PathBuf>,
    /// Id or short code of one figure
    #[arg(long, conflicts_with = "query")]
    id: Option<String>,
    /// At most so many figures
    #[arg(long, short = 'n', default_value_t = 5)]
    most: usize,
    /// Draw the chart that shows a figure, named by its id or short code
    #[arg(long, value_name = "ID", conflicts_with_all = ["query", "id"], requires = "out")]
    chart: Option<String>,
    /// File of the chart: .svg or .png
    #[arg(long, value_name = "FILE", requires = "chart")]
    out: Option<PathBuf>,
    /// Where the chart is to stand
    #[arg(long, value_enum, default_value_t, requires = "chart")]
    size: Size,
    /// Write over a file that is there
    #[arg(long, requires = "chart")]
    force: bool,
}

/// Sizes of a chart.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Size {
    /// A slide of 16 to 9, 1920 pixels wide
    Slide,
    /// A text column of 16 cm, about half a page high
    #[default]
    Half,
    /// A text column of 16 cm, a page high
    Full,
}

/// Finds figures and prints them.
pub(super) fn run(args: &Args, output: Output) -> Result<u8, Error> {
    if let (Some(id), Some(out)) = (&args.chart, &args.out) {
        return draw(args, id, out, output);
    }
    let options = FigureOptions { query: args.query.clone(), id: args.id.clone(), run: args.run.clone(), most: args.most };
    let found = match recovista::figures(&options) {
        Err(error) if error.problems.iter().all(|problem| problem.code == "figures::nothing_found") => {
            print_problems(&error.problems);
            return Ok(1);
        }
        found => found?,
    };
    if args.run.is_none() {
        let others: Vec<String> = found.others.iter().map(|run| run.display().to_string()).collect();
        let also = if others.is_empty() { String::new() } else { format!("; --run names another one: {}", others.join(", ")) };
        output.say(&format!("from the run {}{also}", found.run.display()));
    }
    if output.format == Format::Table {
        told_of_words(&found, output);
    }
    Output::data(&match output.format {
        Format::Table if args.query.is_none() && args.id.is_none() => list(&found),
        Format::Table => in_words(&found),
        Format::Json => found.to_json(),
        Format::Csv => found.to_csv(),
        Format::Markdown => found.to_markdown(),
    })?;
    Ok(0)
}

/// Says which words of the query were not matched.
fn told_of_words(found: &Figures, output: Output) {
    if !found.unknown.is_empty() {
        output.say(&format!("no figure knows the words: {}", found.unknown.join(", ")));
    }
    let lacks = |missed: &Vec<String>| missed.iter().filter(|word| !found.unknown.contains(*word)).cloned().collect::<Vec<_>>();
    if let Some(lacks) = found.missed.first().map(lacks).filter(|lacks| !lacks.is_empty()) {
        output.say(&format!("no figure knows all the words together; the first does not know: {}", lacks.join(", ")));
    }
}

/// Draws a chart into a file; its title and what it shows are printed, to be put beside it.
fn draw(args: &Args, id: &str, out: &Path, output: Output) -> Result<u8, Error> {
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let format = match ending.as_str() {
        "svg" => ChartFormat::Svg,
        "png" => ChartFormat::Png,
        _ => {
            let problem = Problem::new("figures::chart_format", format!("{} is neither an SVG nor a PNG file", out.display()));
            return Err(Error::usage(
                problem.found(if ending.is_empty() { "no ending".to_owned() } else { format!(".{ending}") }).expected("a file that ends in .svg or .png"),
            ));
        }
    };
    let size = match args.size {
        Size::Slide => ChartSize::Slide,
        Size::Half => ChartSize::Half,
        Size::Full => ChartSize::Full,
    };
    let drawn = chart(&ChartOptions { id: id.to_owned(), run: args.run.clone(), size, format })?;
    super::write(out, &drawn.bytes, args.force)?;
    Output::data(&format!("{}\n{}\n", drawn.title, drawn.alt))?;
    output.say(&format!("chart: {}", out.display()));
    Ok(0)
}

/// One line a figure.
fn list(found: &Figures) -> String {
    let mut text = String::new();
    for (row, code, _) in found.iter() {
        let _ = writeln!(text, "{code}  {}", row.label.as_deref().unwrap_or(&row.id()));
    }
    text
}

/// The sentence first, then what one needs to defend it.
fn in_words(found: &Figures) -> String {
    let mut text = String::new();
    for ((row, code, chart), missed) in found.iter().zip(&found.missed) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&figure(row, &found.citation(row).unwrap_or(code), chart, missed));
    }
    text
}

fn figure(row: &ResultRow, cite: &str, chart: Option<&Path>, missed: &[String]) -> String {
    let mut text = format!("{}\n  {}\n", row.label.as_deref().unwrap_or_default(), row.sentence.as_deref().unwrap_or_default());
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let _ = writeln!(text, "  {name:<9} {value}");
        }
    };
    line("without", Some(missed.join(", ")));
    line("estimate", row.estimate.map(|value| value.to_string()));
    line("interval", row.conf_low.zip(row.conf_high).map(|(low, high)| format!("{low} to {high} ({}%)", row.conf_level.unwrap_or(0.95) * 100.0)));
    line("base", row.denominator.or(row.n).map(|base| base.to_string()));
    line("status", (row.status != recovista::results::Status::Ok).then(|| row.status.to_string()));
    line("method", Some(row.method.clone()));
    line("note", row.note.clone());
    line("cite", Some(cite.to_owned()));
    line("id", Some(row.id()));
    line("chart", chart.map(|path| path.display().to_string()));
    text
}
