//! `recovista schema import`: a codebook from a file that says what columns mean.

use std::path::PathBuf;

use recovista::error::Error;
use recovista::{ImportOptions, import_codebook};

use super::super::reading::ReadArgs;
use super::super::{Output, print_problems};

/// Makes a codebook of what a file says about columns.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// REDCap dictionary, XLSForm, Frictionless Table Schema, or a data file with labels (.sav, .dta, …)
    file: PathBuf,
    /// Id of the codebook; made of the file's name when absent
    #[arg(long)]
    id: Option<String>,
    /// An export that the codebook is for: only what it has, with its key; --sheet names its table
    #[arg(long, value_name = "EXPORT")]
    data: Option<PathBuf>,
    #[command(flatten)]
    place: super::Place,
    #[command(flatten)]
    reading: ReadArgs,
}

/// Makes the codebook and says what it came from.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let options = ImportOptions { file: args.file.clone(), id: args.id.clone(), data: args.data.clone(), read: args.reading.options()? };
    let imported = import_codebook(&options)?;
    super::put(&imported.text, &args.place, out)?;
    out.say(&format!("{} fields from {}", imported.fields, imported.kind));
    if !out.quiet {
        print_problems(&imported.notes);
    }
    Ok(0)
}
