//! `recovista check`: everything that can be wrong with a pipeline, before computing.

use std::path::PathBuf;

use recovista::error::Error;

use super::{Output, print_problems};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The pipeline file
    pipeline: PathBuf,
}

/// Checks and says so.
pub(super) fn run(args: &Args, output: Output) -> Result<u8, Error> {
    let notes = recovista::check(&args.pipeline)?;
    if !output.quiet {
        print_problems(&notes);
    }
    output.say(&format!("{}: nothing wrong found", args.pipeline.display()));
    Ok(0)
}
