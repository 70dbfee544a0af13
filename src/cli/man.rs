//! `recovista man`: the manual page.

use clap::CommandFactory as _;
use recovista::error::{Error, Exit, Problem};

use super::{Arguments, Output};

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Prints the manual page.
pub(super) fn run(_args: &Args, _output: Output) -> Result<u8, Error> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut page)
        .map_err(|error| Error::new(Exit::Internal, Problem::new("man::render", error.to_string())))?;
    Output::data(&String::from_utf8_lossy(&page))?;
    Ok(0)
}
