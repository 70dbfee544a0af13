//! Arguments in, exit code out: parse, dispatch, print what went wrong.
#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let output = arguments.output();
    match arguments.dispatch(output) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            cli::print_problems(&error.problems);
            ExitCode::from(error.exit as u8)
        }
    }
}
