//! `recovista fit regression`: a regression by the design of the survey.

use recovista::error::Error;
use recovista::onefile::{Family, RegressionOptions, fit_regression};

use super::super::Output;
use super::super::data::{DataArgs, print};
use super::super::design::DesignArgs;
use super::super::test::Adjusting;

const EXAMPLES: &str = "Examples:
  recovista fit regression apistrat.csv --formula \"api00 ~ ell + meals\" --weight pw --strata stype
  recovista fit regression apiclus1.csv --formula \"sch_wide ~ ell * stype\" --family binomial \\
      --weight pw --cluster dnum --fpc fpc
  recovista fit regression apistrat.csv --formula \"enroll ~ factor(awards) + ell\" \\
      --family poisson --margins awards --weight pw

Formulas are written as in R: `a + b`, `a:b`, `a*b`, `factor(x)`, `- 1`. Text is a factor; its
first level in sorted order is the reference, which the method names. Of a text outcome
(binomial) the second level is counted. Rows: `coefficient` for each column, `wald` for each term
with several columns, `predictive_margin` on request.";

/// Linear, logistic or Poisson regression with standard errors by the design of the survey.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    ask: Ask,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    design: DesignArgs,
}

/// What to fit.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to fit")]
struct Ask {
    /// The model: `"y ~ a + b"`
    #[arg(long)]
    formula: String,
    /// Law of the outcome
    #[arg(long, value_enum, default_value_t)]
    family: Law,
    /// Factors whose predictive margins are wanted
    #[arg(long, value_name = "FACTORS", value_delimiter = ',')]
    margins: Vec<String>,
    /// Adjust the p-values of coefficients, and those of terms
    #[arg(long, value_enum)]
    adjust: Option<Adjusting>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Law {
    /// Numbers, identity link
    #[default]
    Gaussian,
    /// 0 and 1 or two levels, logit link
    Binomial,
    /// Counts, log link
    Poisson,
}

/// Fits and prints the rows.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let answer = fit_regression(&RegressionOptions {
        data: args.data.options()?,
        design: args.design.options()?,
        formula: args.ask.formula.clone(),
        family: match args.ask.family {
            Law::Gaussian => Family::Gaussian,
            Law::Binomial => Family::Binomial,
            Law::Poisson => Family::Poisson,
        },
        margins: args.ask.margins.clone(),
        adjust: args.ask.adjust.map(Into::into),
    })?;
    print(&answer, out)?;
    Ok(0)
}
