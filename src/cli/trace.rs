//! `recovista trace`: where one figure came from, down to files, rows and formula.

use std::path::PathBuf;

use recovista::error::Error;
use recovista::{METHODS, TraceOptions, trace};

use super::instruments::rows_of_text;
use super::{Format, Output};

/// Arguments of `trace`.
#[derive(Debug, clap::Args)]
#[command(after_help = methods())]
pub(super) struct Args {
    /// Id or short code of the figure, such as R-BBT0-E526
    id: String,
    /// Folder of the run [default: the first run under reports/ that has the figure]
    #[arg(long)]
    run: Option<PathBuf>,
    /// Folder of an earlier run, whose value is told too [default: `previous_release` of the pipeline]
    #[arg(long, value_name = "DIR")]
    former: Option<PathBuf>,
    /// Tell the number from before disclosure control, from restricted/results.csv
    #[arg(long)]
    restricted: bool,
}

/// Traces and prints.
pub(super) fn run(args: &Args, output: Output) -> Result<u8, Error> {
    let options = TraceOptions { id: args.id.clone(), run: args.run.clone(), former: args.former.clone(), restricted: args.restricted };
    let found = trace(&options)?;
    Output::data(&match output.format {
        Format::Table => found.to_text(),
        Format::Json => found.to_json(),
        Format::Markdown => found.to_markdown(),
        Format::Csv => rows_of_text(Format::Csv, &["part", "what", "value"], &found.lines()),
    })?;
    output.say(match (args.restricted, found.is_restricted) {
        (true, _) => "not disclosure-controlled: for the person who holds the data",
        (false, true) => "counts of rows and refusals come from restricted/: for the person who holds the data",
        (false, false) => "only what is public: rows and refusals of each file stand in restricted/ of the run",
    });
    Ok(0)
}

/// The table of methods, for help.
fn methods() -> String {
    let lines: Vec<String> = METHODS.iter().map(|method| format!("  {}: {}\n      {}", method.name, method.formula, method.source)).collect();
    format!("Methods, with formula and source:\n{}", lines.join("\n"))
}
