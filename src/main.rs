//! Arguments in, exit code out: parse, dispatch, print what went wrong.
#![forbid(unsafe_code)]

mod cli;

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::process::ExitCode;

use clap::Parser as _;
use recovista::error::{Exit, Problem};

/// Files that may be damaged are read by a copy of this program, which may fall over without it.
fn register_worker() {
    // The running program itself, even where its file has been replaced since.
    let running = std::path::PathBuf::from("/proc/self/exe");
    let program = if running.exists() { Some(running) } else { std::env::current_exe().ok() };
    if let Some(program) = program {
        recovista::ingest::register_worker(program);
    }
}

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == recovista::ingest::WORKER_COMMAND) {
        let done = recovista::ingest::work(words, std::io::stdin(), std::io::stdout().lock());
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    register_worker();
    let arguments = cli::Arguments::parse();
    let output = arguments.output();
    set_hook(Box::new(|panic| {
        let words = panic.payload().downcast_ref::<String>().map(String::as_str).or_else(|| panic.payload().downcast_ref::<&str>().copied());
        let mut problem = Problem::new("internal::fault", "recovista met a case that its makers did not think of").found(words.unwrap_or("no words"));
        problem.place = panic.location().map(ToString::to_string);
        cli::print_problems(&[problem.help("nothing was released; please report this with the command and these lines")]);
    }));
    match catch_unwind(AssertUnwindSafe(|| arguments.dispatch(output))) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(error)) => {
            cli::print_problems(&error.problems);
            ExitCode::from(error.exit as u8)
        }
        Err(_) => ExitCode::from(Exit::Internal as u8),
    }
}
