//! `recovista schema`: codebooks from files.

use std::path::PathBuf;

use recovista::error::{Error, Severity};
use recovista::{InferOptions, infer};

use super::reading::ReadArgs;
use super::{Output, print_problems};

/// Codebooks: proposed from a file.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Propose a codebook for a file, with the evidence for every guess
    Infer(Infer),
}

const INFER_HELP: &str = "Example:
  recovista schema infer members_2024.csv --id members > schemas/members.toml

Labels, levels and missing codes that the file itself has come first; values settle the rest. Columns that
the survey platform fills, and those that say who people are, are left out and named at the end.";

/// Proposes a codebook for a file.
#[derive(Debug, clap::Args)]
#[command(after_help = INFER_HELP)]
struct Infer {
    /// The file
    file: PathBuf,
    /// Id of the codebook [default: from the file's name]
    #[arg(long)]
    id: Option<String>,
    /// Where the codebook goes; an existing file is not overwritten [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadArgs,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    match &args.command {
        Command::Infer(args) => run_infer(args, out),
    }
}

fn run_infer(args: &Infer, out: Output) -> Result<u8, Error> {
    let inferred = infer(&InferOptions { file: args.file.clone(), read: args.reading.options()?, id: args.id.clone(), earlier: Vec::new() })?;
    match &args.out {
        None => Output::data(&inferred.text),
        Some(path) => {
            let mut options = std::fs::OpenOptions::new();
            let created = options.write(true).create_new(true).open(path);
            created
                .and_then(|mut file| std::io::Write::write_all(&mut file, inferred.text.as_bytes()))
                .map_err(|error| Error::output("write", path, &error))?;
        }
    }
    if !out.quiet {
        print_problems(&inferred.notes);
    }
    out.say(&format!("{} rows; {} of {} values refused by the proposed codebook", inferred.rows, inferred.refused, inferred.values));
    Ok(u8::from(inferred.notes.iter().any(|note| note.severity > Severity::Note && note.code == "schema::poor_fit")))
}
