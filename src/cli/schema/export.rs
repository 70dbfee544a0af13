//! `recovista schema export`: a codebook for other programs and for people.

use recovista::error::Error;
use recovista::{ExportFormat, ExportOptions, export_codebook};

use super::super::Output;

/// Writes a codebook in another form.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Path of a codebook, or the id of one that comes with the program
    codebook: String,
    /// What it is written as
    #[arg(long, value_enum)]
    to: To,
    #[command(flatten)]
    place: super::Place,
}

/// The forms of a codebook.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum To {
    /// Frictionless Table Schema 2 (JSON)
    Frictionless,
    /// DDI Codebook 2.5 (XML)
    Ddi,
    /// One page for people
    Html,
}

/// Writes it.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let format = match args.to {
        To::Frictionless => ExportFormat::Frictionless,
        To::Ddi => ExportFormat::Ddi,
        To::Html => ExportFormat::Html,
    };
    let text = export_codebook(&ExportOptions { codebook: args.codebook.clone(), format })?;
    super::put(&text, &args.place, out)?;
    Ok(0)
}
