//! `recovista test`: one test on one file.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use recovista::error::Error;
use recovista::onefile::{Adjust, TEST_KINDS, TestKind, TestOptions, test_file};

use super::Output;
use super::data::{DataArgs, print};
use super::design::DesignArgs;

const EXAMPLES: &str = "Examples:
  recovista test ttest apistrat.csv --outcome enroll --group comp_imp --weight pw --strata stype
  recovista test chisq apiclus1.csv --outcome awards --group stype --weight pw --cluster dnum
  recovista test ranktest apistrat.csv --outcome enroll --group stype --weight pw --strata stype
  recovista test kruskal mtcars.csv --outcome mpg --outcome hp --group cyl --adjust holm
  recovista test fisher mtcars.csv --outcome gear --group cyl --where \"carb <= 4\"
  recovista test paired sleepstudy_paired.csv --before Reaction.0 --after Reaction.9
  recovista test stddiff apistrat.csv --outcome enroll --group comp_imp --weight pw --by stype

Groups are compared as second minus first in sorted order. A condition or --by makes domains of
the design; nothing is filtered away. Exit code 0 whenever rows are printed.";

/// A test on one file: means, ranks, categories, pairs; by the design of the survey or without one.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Kind of test
    #[arg(value_parser = kinds())]
    kind: TestKind,
    #[command(flatten)]
    ask: Ask,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    design: DesignArgs,
}

/// What to test.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to test")]
struct Ask {
    /// Outcome; repeat it for several tests
    #[arg(long, value_name = "COL")]
    outcome: Vec<String>,
    /// Column with the groups
    #[arg(long, value_name = "COL")]
    group: Option<String>,
    /// Column of the value before, for `paired`
    #[arg(long, value_name = "COL")]
    before: Option<String>,
    /// Column of the value after, for `paired`
    #[arg(long, value_name = "COL")]
    after: Option<String>,
    /// Adjust the p-values of all rows printed
    #[arg(long, value_enum)]
    adjust: Option<Adjusting>,
}

/// How p-values allow for the number of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Adjusting {
    /// Holm
    Holm,
    /// Benjamini and Hochberg
    Bh,
}

impl From<Adjusting> for Adjust {
    fn from(word: Adjusting) -> Self {
        match word {
            Adjusting::Holm => Self::Holm,
            Adjusting::Bh => Self::Bh,
        }
    }
}

/// The words of the registry.
fn kinds() -> impl clap::builder::TypedValueParser<Value = TestKind> {
    PossibleValuesParser::new(TEST_KINDS.iter().map(|(_, word, summary)| PossibleValue::new(*word).help(*summary)))
        .map(|word| TEST_KINDS.iter().find(|(_, known, _)| *known == word).map_or(TestKind::Ttest, |(kind, _, _)| *kind))
}

/// Tests and prints the rows.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let answer = test_file(&TestOptions {
        data: args.data.options()?,
        design: args.design.options()?,
        kind: args.kind,
        outcomes: args.ask.outcome.clone(),
        group: args.ask.group.clone(),
        before: args.ask.before.clone(),
        after: args.ask.after.clone(),
        adjust: args.ask.adjust.map(Into::into),
    })?;
    print(&answer, out)?;
    Ok(0)
}
