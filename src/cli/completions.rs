//! `recovista completions`: completions for a shell.

use clap::CommandFactory as _;
use recovista::error::Error;

use super::{Arguments, Output};

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the completions.
#[allow(clippy::unnecessary_wraps, reason = "every subcommand has one signature")]
pub(super) fn run(args: &Args, _output: Output) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "recovista", &mut script);
    Output::data(&String::from_utf8_lossy(&script))?;
    Ok(0)
}
