//! `recovista fit`: one model on one file; one file for each kind of model.

mod lowess;
mod mixed;
mod path;
mod regression;
mod reliability;

use recovista::error::Error;

use super::Output;

const EXAMPLES: &str = "Examples:
  recovista fit regression apistrat.csv --formula \"api00 ~ ell + meals\" --weight pw --strata stype
  recovista fit regression apiclus1.csv --formula \"sch_wide ~ ell\" --family binomial --cluster dnum
  recovista fit mixed sleepstudy.csv --outcome Reaction --time Days --subject Subject --random-slope
  recovista fit reliability bfi_agreeableness.csv --items A2,A3,A4,A5

`recovista fit KIND --help` tells what a kind takes.";

/// One model on one file; each kind has arguments of its own.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    kind: Kind,
}

/// The kinds of model.
#[derive(Debug, clap::Subcommand)]
enum Kind {
    /// Linear, logistic or Poisson regression with standard errors by the design
    Regression(Box<regression::Args>),
    /// Change over time of people who were asked more than once: linear mixed model
    Mixed(Box<mixed::Args>),
    /// Alpha, omega and what each item adds to them
    Reliability(Box<reliability::Args>),
    /// Cleveland's robust line through points, as R `lowess`
    Lowess(Box<lowess::Args>),
    /// Paths between observed variables by maximum likelihood, as R `lavaan`
    Path(Box<path::Args>),
}

/// Fits and prints the rows.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    match &args.kind {
        Kind::Regression(args) => regression::run(args, out),
        Kind::Mixed(args) => mixed::run(args, out),
        Kind::Reliability(args) => reliability::run(args, out),
        Kind::Lowess(args) => lowess::run(args, out),
        Kind::Path(args) => path::run(args, out),
    }
}
