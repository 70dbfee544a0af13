//! `recovista score`: one instrument on one file.

use std::path::PathBuf;

use recovista::error::{Error, Problem};
use recovista::ingest::ReadOptions;
use recovista::results::Stat;
use recovista::score::{ScoreOptions, ScoredFile, score_file};

use super::instruments::rows_of_text;
use super::{Format, Output, print_problems};

/// Scores one instrument on a file, which keeps every row and column and gains the scores.
#[derive(Debug, clap::Args)]
pub struct Args {
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
    /// Kind of file, where its name does not say
    #[arg(long, value_name = "ID")]
    pub reader: Option<String>,
    /// Encoding of the text, such as `windows-1252`
    #[arg(long)]
    pub encoding: Option<String>,
    /// Character between the fields; `tab` for a tab
    #[arg(long, value_name = "CHAR")]
    pub delimiter: Option<String>,
    /// Sheet of a workbook
    #[arg(long)]
    pub sheet: Option<String>,
}

/// Scores the file and prints the summary.
pub fn run(args: &Args, out: &Output) -> Result<u8, Error> {
    let scored = score_file(&ScoreOptions {
        instrument: args.instrument.clone(),
        data: args.data.clone(),
        read: ReadOptions { reader: args.reader.clone(), encoding: args.encoding.clone(), delimiter: delimiter(args)?, sheet: args.sheet.clone() },
        items: args.items.clone(),
        prefix: args.prefix.clone(),
        coding: args.coding.clone(),
        variant: args.variant.clone(),
        missing: args.missing.clone(),
        complete_only: args.complete_only,
        sex: args.sex.clone(),
        out: args.out.clone(),
    })?;
    out.data(&match out.format {
        Format::Json => scored.to_json(),
        Format::Csv => scored.to_csv(),
        Format::Markdown => scored.to_markdown(),
        Format::Table => table(&scored),
    });
    out.say("not disclosure-controlled: for the person who holds the file");
    if !out.quiet {
        print_problems(&scored.findings);
    }
    Ok(u8::from(scored.has_warnings()))
}

fn delimiter(args: &Args) -> Result<Option<u8>, Error> {
    match args.delimiter.as_deref() {
        None => Ok(None),
        Some("tab" | "\\t") => Ok(Some(b'\t')),
        Some(text) => match text.as_bytes() {
            [byte] => Ok(Some(*byte)),
            _ => Err(Error::usage(Problem::new("usage::delimiter", format!("`{text}` is not one character")).expected("one character, or `tab`"))),
        },
    }
}

/// A line for each score, and one for each band.
fn table(scored: &ScoredFile) -> String {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{}", (value * 1000.0).round() / 1000.0));
    let lines: Vec<Vec<String>> = scored
        .table
        .rows()
        .iter()
        .map(|row| {
            let stat = if row.stat == Stat::Quantile { "median".to_owned() } else { row.stat.to_string() };
            let level = row.level.clone().filter(|_| row.stat != Stat::Quantile).unwrap_or_default();
            vec![row.variable.clone(), level, stat, number(row.estimate), number(row.n)]
        })
        .collect();
    rows_of_text(Format::Table, &["score", "band", "figure", "value", "n"], &lines)
}
