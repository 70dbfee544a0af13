//! `recovista fit lowess`: Cleveland's robust line through points.

use recovista::error::Error;
use recovista::onefile::{LowessOptions, fit_lowess};

use super::super::Output;
use super::super::data::{DataArgs, print};
use super::super::plain::NoDesign;

const EXAMPLES: &str = "Examples:
  recovista fit lowess mtcars.csv --x wt --y mpg
  recovista fit lowess mtcars.csv --x wt --y mpg --span 0.4 --iterations 0
  recovista fit lowess mtcars.csv --x hp --y mpg --by am

As `lowess` of R with delta = 0. Rows: `smooth` for each distinct x, which the level names; n counts the
points there. The line has no interval.";

/// Cleveland's robust line through points.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    ask: Ask,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    design: NoDesign,
}

/// What to fit.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to fit")]
struct Ask {
    /// Column across
    #[arg(long, value_name = "COLUMN")]
    x: String,
    /// Column upwards
    #[arg(long, value_name = "COLUMN")]
    y: String,
    /// Share of the points that each place of the line rests on
    #[arg(long, value_name = "SHARE", default_value_t = 2.0 / 3.0, hide_default_value = true)]
    span: f64,
    /// Rounds in which points far from the line lose weight
    #[arg(long, value_name = "N", default_value_t = 3)]
    iterations: u32,
}

/// Fits and prints the rows.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    args.design.refuse("fit lowess")?;
    let Ask { x, y, span, iterations } = &args.ask;
    let answer = fit_lowess(&LowessOptions { data: args.data.options()?, x: x.clone(), y: y.clone(), span: *span, iterations: *iterations })?;
    print(&answer, out)?;
    Ok(0)
}
