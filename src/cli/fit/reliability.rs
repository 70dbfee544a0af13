//! `recovista fit reliability`: alpha, omega and what each item adds to them.

use recovista::error::{Error, Problem};
use recovista::onefile::{ReliabilityOptions, fit_reliability};

use super::super::Output;
use super::super::data::{DataArgs, print};
use super::super::plain::PlainArgs;

const EXAMPLES: &str = "Examples:
  recovista fit reliability bfi_agreeableness.csv --items A1,A2,A3,A4,A5 --reverse A1 --range 1,6
  recovista fit reliability bfi_agreeableness.csv --items A2,A3,A5
  recovista fit reliability bfi_agreeableness.csv --items A2,A3,A5 --range 1,6 --where \"A1 <= 3\"

Only rows that answer every item count. Rows: `alpha` (Feldt interval), `omega` (one factor by maximum
likelihood), `alpha_if_dropped` and `item_rest_r` for each item, and with --range the shares of rows at
the lowest and the highest possible score (`proportion`, level floor and ceiling). An item that goes
against the others is named in the note.";

/// Alpha, omega and what each item adds to them.
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
    /// Columns of the items
    #[arg(long, required = true, value_name = "COLUMNS", value_delimiter = ',')]
    items: Vec<String>,
    /// Items that are worded the other way
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    reverse: Vec<String>,
    /// Lowest and highest answer, such as 1,6
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true)]
    range: Option<String>,
}

/// Fits and prints the rows.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let answer = fit_reliability(&ReliabilityOptions {
        data: args.data.options()?,
        conf_level: args.plain.conf_level("fit reliability")?,
        items: args.ask.items.clone(),
        reverse: args.ask.reverse.clone(),
        range: args.ask.range.as_deref().map(range).transpose()?,
    })?;
    print(&answer, out)?;
    Ok(0)
}

/// Two numbers with a comma between them.
fn range(text: &str) -> Result<(f64, f64), Error> {
    let numbers: Vec<f64> = text.split(',').filter_map(|part| part.trim().parse().ok()).filter(|number: &f64| number.is_finite()).collect();
    match numbers.as_slice() {
        [low, high] if text.split(',').count() == 2 => Ok((*low, *high)),
        _ => {
            let problem = Problem::new("reliability::range", "the range is not two numbers").at("--range").found(text);
            Err(Error::usage(problem.expected("the lowest and the highest answer, such as 1,6")))
        }
    }
}
