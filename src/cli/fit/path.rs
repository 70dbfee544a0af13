//! `recovista fit path`: a path model of observed variables.

use recovista::error::Error;
use recovista::onefile::{PathOptions, fit_path};

use super::super::Output;
use super::super::data::{DataArgs, print};
use super::super::plain::PlainArgs;

const EXAMPLES: &str = "Examples:
  recovista fit path mtcars.csv --model \"wt ~ a*disp; mpg ~ b*wt + hp; indirect := a*b\"
  recovista fit path mtcars.csv --model \"mpg ~ k*wt + k*hp; qsec ~ hp; mpg ~~ 0*qsec\"
  recovista fit path mtcars.csv --model \"mpg ~ wt + hp\" --by am --bootstrap 200 --seed 7

Models are written as for R `lavaan`: `y ~ x` is a path, `y ~~ z` a covariance of what is left of two
outcomes, `a*x` gives the path a label (one label on two paths holds them equal), `0.5*x` holds it at a
number, `name := a*b` is an effect made of labelled paths, `#` begins a comment; `;` or a line break ends
a statement. Outcomes that predict nothing vary together. Rows: `path` and `path_standardized` (z tests,
delta method), `r_squared`, `chisq`, `df`, `cfi`, `rmsea` (90% interval), `srmr`.";

/// Paths between observed variables by maximum likelihood.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    ask: Ask,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    plain: PlainArgs,
}

/// What to fit.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to fit")]
struct Ask {
    /// The model: `"m ~ a*x; y ~ b*m; indirect := a*b"`
    #[arg(long, allow_hyphen_values = true)]
    model: String,
    /// Draws of a bootstrap whose percentiles are the intervals
    #[arg(long, value_name = "N")]
    bootstrap: Option<u32>,
    /// Seed of the draws
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// Fits and prints the rows.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let answer = fit_path(&PathOptions {
        data: args.data.options()?,
        conf_level: args.plain.conf_level("fit path")?,
        model: args.ask.model.clone(),
        bootstrap: args.ask.bootstrap,
        seed: args.ask.seed,
    })?;
    print(&answer, out)?;
    Ok(0)
}
