//! `recovista schema`: codebooks from files, and codebooks for others; one file per subcommand.

mod export;
mod import;
mod infer;

use std::path::PathBuf;

use recovista::error::Error;

use super::Output;

/// Codebooks: made from what a file says, written for other programs.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// A codebook proposed for a file, with the evidence for every guess
    Infer(infer::Args),
    /// A codebook from a REDCap dictionary, an XLSForm, a Frictionless Table Schema, or the labels of a data file
    Import(import::Args),
    /// A codebook as Frictionless Table Schema, DDI Codebook or a page for people
    Export(export::Args),
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    match &args.command {
        Command::Infer(args) => infer::run(args, out),
        Command::Import(args) => import::run(args, out),
        Command::Export(args) => export::run(args, out),
    }
}

/// Where a text goes.
#[derive(Debug, clap::Args)]
struct Place {
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "out")]
    force: bool,
}

/// Writes a text where the user says, or prints it.
fn put(text: &str, place: &Place, out: Output) -> Result<(), Error> {
    match &place.out {
        Some(path) => {
            super::write(path, text.as_bytes(), place.force)?;
            out.say(&format!("wrote {}", path.display()));
        }
        None => Output::data(text)?,
    }
    Ok(())
}
