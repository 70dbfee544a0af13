//! `recovista completions`: completions for a shell.

use clap::CommandFactory as _;
use recovista::error::Error;

use super::{Arguments, Output};

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the completions.
#[allow(clippy::unnecessary_wraps, reason = "every subcommand has one signature")]
pub fn run(args: &Args, output: &Output) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "recovista", &mut script);
    output.data(&String::from_utf8_lossy(&script));
    Ok(0)
}
