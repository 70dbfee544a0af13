//! `recovista verify`: a run, made again and compared byte for byte.

use std::path::PathBuf;

use recovista::error::Error;
use recovista::{VerifyOptions, verify};

use super::run::threads;
use super::{Format, Output};

/// Most lines that are printed.
const MOST: usize = 40;

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the run
    run: PathBuf,
    /// The pipeline file [default: the one that restricted/run.json names]
    #[arg(long, value_name = "FILE")]
    pipeline: Option<PathBuf>,
    /// Threads [default: all]; results do not depend on it
    #[arg(long, value_parser = threads)]
    jobs: Option<usize>,
    /// Folder for the second run while it is compared; it holds people's answers [default: beside the run]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

/// Verifies and says what differs.
pub(super) fn run(args: &Args, output: Output) -> Result<u8, Error> {
    let options = VerifyOptions { run: args.run.clone(), pipeline: args.pipeline.clone(), jobs: args.jobs, scratch: args.scratch.clone() };
    let mut said = String::new();
    let found = verify(&options, &mut |stage, _| {
        if output.verbose && said != stage {
            stage.clone_into(&mut said);
            output.say(stage);
        }
    })?;
    let lines = found.lines();
    if output.format == Format::Json {
        Output::data(&format!("{}\n", serde_json::json!({ "same": found.is_same(), "files": found.files, "differences": lines })))?;
    } else {
        lines.iter().take(MOST).try_for_each(|line| Output::data(&format!("{line}\n")))?;
        if lines.len() > MOST {
            Output::data(&format!("and {} more (--format json lists all)\n", lines.len() - MOST))?;
        }
        if found.is_same() {
            Output::data(&format!("the same: {} public files, byte for byte\n", found.files))?;
        }
    }
    Ok(u8::from(!found.is_same()))
}
