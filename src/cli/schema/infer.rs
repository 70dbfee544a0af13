//! `recovista schema infer`: a codebook proposed for a file.

use std::path::PathBuf;

use recovista::error::{Error, Severity};
use recovista::{InferOptions, infer};

use super::{Place, put};
use crate::cli::reading::ReadArgs;
use crate::cli::{Output, print_problems};

const HELP: &str = "Example:
  recovista schema infer members_2024.csv --id members --out schemas/members.toml

Labels, levels and missing codes that the file itself has come first; values settle the rest. Columns that
the survey platform fills, and those that say who people are, are left out and named at the end.";

/// Proposes a codebook for a file, with the evidence for every guess.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The file
    file: PathBuf,
    /// Id of the codebook [default: from the file's name]
    #[arg(long)]
    id: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    reading: ReadArgs,
}

/// Proposes the codebook and says how well it fits.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let inferred = infer(&InferOptions { file: args.file.clone(), read: args.reading.options()?, id: args.id.clone(), earlier: Vec::new() })?;
    put(&inferred.text, &args.place, out)?;
    if !out.quiet {
        print_problems(&inferred.notes);
    }
    out.say(&format!("{} rows; {} of {} values refused by the proposed codebook", inferred.rows, inferred.refused, inferred.values));
    Ok(u8::from(inferred.notes.iter().any(|note| note.severity > Severity::Note && note.code == "schema::poor_fit")))
}
