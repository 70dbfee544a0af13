//! `recovista fit mixed`: a linear mixed model of people over time.

use recovista::error::Error;
use recovista::onefile::{MixedOptions, fit_mixed};

use super::super::Output;
use super::super::data::{DataArgs, print};
use super::super::plain::PlainArgs;

const EXAMPLES: &str = "Examples:
  recovista fit mixed sleepstudy.csv --outcome Reaction --time Days --subject Subject
  recovista fit mixed sleepstudy.csv --outcome Reaction --time Days --subject Subject --random-slope
  recovista fit mixed waves.csv --outcome score --time wave --subject id --fixed \"wave*arm\" --means
  recovista fit mixed jaws.csv --outcome distance --time \"factor(age)\" --subject Subject --by Sex

One row of the file is one person at one time; people with gaps count with what they answered.
Time is a number, or waves: text, or `factor(x)`. The model has a constant, time and the terms of
--fixed (`a + b`, `a:b`, `a*b`, `factor(x)`; with time too), and for each person an intercept of
their own, with --random-slope a slope over time too. Variances by restricted maximum likelihood,
degrees of freedom after Satterthwaite, as lme4 and lmerTest of R. Where a variance is estimated as
zero, the simpler model is fitted and the note says so. Rows: `coefficient` for each column, `wald`
for each term with several, `variance` (intercept, slope, covariance, residual; the intercept's is
that at time 0), `reml_log_likelihood`, and with --means `predictive_margin` for each wave.";

/// Linear mixed model: people over time, each with an intercept and on request a slope of their own.
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
    /// Outcome, a number
    #[arg(long, value_name = "COL")]
    outcome: String,
    /// Time: a number, text that names waves, or factor(COL) for numbers that do
    #[arg(long, value_name = "COL")]
    time: String,
    /// Whose row it is
    #[arg(long, value_name = "COL")]
    subject: String,
    /// Each subject has a slope over time too
    #[arg(long)]
    random_slope: bool,
    /// Further fixed terms: `"arm + age"`, `"time*arm"`
    #[arg(long, value_name = "TERMS", allow_hyphen_values = true)]
    fixed: Option<String>,
    /// Estimated mean of each wave, with what else is in the model as it is among all subjects
    #[arg(long)]
    means: bool,
}

/// Fits and prints the rows.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let answer = fit_mixed(&MixedOptions {
        conf_level: args.plain.conf_level("fit mixed")?,
        data: args.data.options()?,
        outcome: args.ask.outcome.clone(),
        time: args.ask.time.clone(),
        subject: args.ask.subject.clone(),
        random_slope: args.ask.random_slope,
        fixed: args.ask.fixed.clone().unwrap_or_default(),
        means: args.ask.means,
    })?;
    print(&answer, out)?;
    Ok(0)
}
