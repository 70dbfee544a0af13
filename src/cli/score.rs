//! `recovista score`: one instrument on one file.

use std::path::PathBuf;

use recovista::error::Error;
use recovista::results::{ResultRow, Stat};
use recovista::score::{ScoreOptions, ScoredFile, score_file};

use super::instruments::rows_of_text;
use super::reading::ReadArgs;
use super::{Format, Output, print_problems};

/// Scores one instrument on a file, which keeps every row and column and gains the scores.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Id of the instrument (`recovista instruments` lists all), or the path of an instrument file
    pub instrument: String,
    /// The file with the answers
    pub data: PathBuf,
    /// Columns of the items, in the instrument's order
    #[arg(long, value_delimiter = ',', conflicts_with = "prefix")]
    pub items: Option<Vec<String>>,
    /// Beginning of the item columns, which end in 1, 2, 3 … [default: the instrument's id and `_`]
    #[arg(long)]
    pub prefix: Option<String>,
    /// The file's code of the lowest answer, a hyphen, its code of the highest: `5-1` [default: the instrument's own]
    #[arg(long, value_name = "A-B", allow_hyphen_values = true)]
    pub coding: Option<String>,
    /// Version of the instrument
    #[arg(long, value_name = "ID")]
    pub variant: Option<String>,
    /// Codes that mean no answer
    #[arg(long, value_delimiter = ',', value_name = "CODES", allow_hyphen_values = true)]
    pub missing: Vec<String>,
    /// A score needs every item: nothing is prorated
    #[arg(long)]
    pub complete_only: bool,
    /// Column of the sex, for instruments whose bands need it
    #[arg(long, value_name = "COL")]
    pub sex: Option<String>,
    /// Where the scored file goes
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadArgs,
}

/// Scores the file and prints the summary.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let scored = score_file(&ScoreOptions {
        instrument: args.instrument.clone(),
        data: args.data.clone(),
        read: args.reading.options()?,
        items: args.items.clone(),
        prefix: args.prefix.clone(),
        coding: args.coding.clone(),
        variant: args.variant.clone(),
        missing: args.missing.clone(),
        complete_only: args.complete_only,
        sex: args.sex.clone(),
        out: args.out.clone(),
    })?;
    Output::data(&match out.format {
        Format::Json => scored.to_json(),
        Format::Csv => scored.to_csv(),
        Format::Markdown => scored.to_markdown(),
        Format::Table => table(&scored),
    })?;
    out.say("not disclosure-controlled: for the person who holds the file");
    if !out.quiet {
        print_problems(&scored.findings);
    }
    Ok(u8::from(scored.has_warnings()))
}

/// A line for each score, then a line for each band.
fn table(scored: &ScoredFile) -> String {
    const FIGURES: [(Stat, &str); 7] = [
        (Stat::Count, "scored"),
        (Stat::Mean, "mean"),
        (Stat::Sd, "sd"),
        (Stat::Quantile, "median"),
        (Stat::Min, "min"),
        (Stat::Max, "max"),
        (Stat::Alpha, "alpha"),
    ];
    let rows = scored.table.rows();
    let number = |value: f64| ((value * 1000.0).round() / 1000.0).to_string();
    let figure = |variable: &str, stat: Stat| rows.iter().find(|row| row.variable == variable && row.stat == stat).and_then(|row| row.estimate);
    let (bands, forms): (Vec<_>, Vec<_>) = rows.iter().filter(|row| row.stat == Stat::Count).partition(|row| row.level.is_some());
    let score_line = |variable: &str| {
        let figures = FIGURES.iter().map(|(stat, _)| figure(variable, *stat).map_or_else(String::new, number));
        std::iter::once(variable.to_owned()).chain(figures).collect::<Vec<_>>()
    };
    let heading: Vec<&str> = std::iter::once("score").chain(FIGURES.iter().map(|(_, name)| *name)).collect();
    let mut text = rows_of_text(Format::Table, &heading, &forms.iter().map(|row| score_line(&row.variable)).collect::<Vec<_>>());
    if !bands.is_empty() {
        let line = |row: &&ResultRow| vec![row.variable.clone(), row.level.clone().unwrap_or_default(), row.estimate.map_or_else(String::new, number)];
        text += &rows_of_text(Format::Table, &["score", "band", "people"], &bands.iter().map(line).collect::<Vec<_>>());
    }
    text
}
