//! `recovista estimate`: estimates of one file, with the errors of its design.

use recovista::error::{Error, Problem};
use recovista::estimate::{Base, CiMethod, Measure, QuantileRule, Request};
use recovista::onefile::{EstimateOptions, ScoreRequest, estimate_file};

use super::Output;
use super::data::{DataArgs, print};
use super::design::DesignArgs;

const EXAMPLES: &str = "Examples:
  recovista estimate apistrat.csv --weight pw --strata stype --fpc fpc --mean api00 --total enroll
  recovista estimate apiclus2.csv --cluster dnum,snum --fpc fpc1,fpc2 --mean api00 --by stype
  recovista estimate apistrat.csv --weight pw --strata stype --proportion awards --ci-method beta
  recovista estimate apiclus1.csv --weight pw --cluster dnum --quantile api00 --probs .1,.5,.9
  recovista estimate apistrat.csv --weight pw --ratio api00/api99 --where \"enroll > 500\"
  recovista estimate apiclus1_jk1.csv --weight pw --replicates 'rw_*' --replicate-type jk1 --count
  recovista estimate apistrat.csv --weight pw --strata stype --mean api00 --difference awards

Besides columns of the file: year(T), month(T), weekday(T), hour(T) are levels of a moment, and
minutes(A, B), hours(A, B), days(A, B) the time between two. --score adds the columns of
`recovista score`. A condition or --by makes domains of the design; nothing is filtered away.
Exit code 0 whenever rows are printed.";

/// Estimates of one file: means, totals, shares, counts, quantiles, ratios, correlations; by the design of the survey
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

/// What to estimate.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to estimate (each may be repeated)")]
struct Ask {
    /// Mean of a number
    #[arg(long, value_name = "COL", value_parser = column)]
    mean: Vec<String>,
    /// Total of a number
    #[arg(long, value_name = "COL", value_parser = column)]
    total: Vec<String>,
    /// Share of each category; numeric codes are categories
    #[arg(long, value_name = "COL", value_parser = column)]
    proportion: Vec<String>,
    /// Median of a number
    #[arg(long, value_name = "COL", value_parser = column)]
    median: Vec<String>,
    /// Quantiles of a number, at --probs
    #[arg(long, value_name = "COL", value_parser = column)]
    quantile: Vec<String>,
    /// Probabilities of --quantile
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = probability, default_values_t = [0.25, 0.5, 0.75])]
    probs: Vec<f64>,
    /// Total of Y over the total of X
    #[arg(long, value_name = "Y/X")]
    ratio: Vec<String>,
    /// Standard deviation of a number
    #[arg(long, value_name = "COL", value_parser = column)]
    sd: Vec<String>,
    /// Correlation of two numbers
    #[arg(long, value_name = "X,Y")]
    correlation: Vec<String>,
    /// Weighted number of rows
    #[arg(long)]
    count: bool,
    /// Number of distinct values, such as people behind visits
    #[arg(long, value_name = "COL", value_parser = column)]
    distinct: Vec<String>,
    /// Each later level of this column compared with its first, in every mean and share
    #[arg(long, value_name = "COL", value_parser = column)]
    difference: Option<String>,
    /// Instrument to score first: `k6`, `k6=q_` for items `q_1`, `q_2` …, `k6@5-1` for a file's coding
    #[arg(long, value_name = "ID[=PREFIX][@A-B]")]
    score: Vec<String>,
    /// Interval of shares
    #[arg(long, value_enum, default_value_t)]
    ci_method: Ci,
    /// How a quantile is read off [default: hf7 with equal weights, else school]
    #[arg(long, value_enum)]
    quantile_rule: Option<Rule>,
}

/// Interval of shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Ci {
    /// Symmetric on the logit scale
    #[default]
    Logit,
    /// Beta (Korn and Graubard) at the effective sample size
    Beta,
    /// Score interval at the effective sample size
    Wilson,
    /// Symmetric around the estimate
    Wald,
}

/// How a quantile is read off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Rule {
    /// Hyndman and Fan's seventh; equal weights only
    Hf7,
    /// Mean of the two neighbours where the cumulative weight meets p
    School,
    /// Smallest value whose cumulative weight reaches p
    Math,
}

/// A column name without the blanks around it.
fn column(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() { Err("a column name is needed".to_owned()) } else { Ok(name.to_owned()) }
}

/// A probability.
fn probability(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err("a number between 0 and 1 is needed, such as 0.25".to_owned()),
    }
}

/// Estimates and prints the rows.
pub(super) fn run(args: &Args, out: Output) -> Result<u8, Error> {
    let answer = estimate_file(&EstimateOptions {
        data: args.data.options()?,
        design: args.design.options()?,
        scores: args.ask.score.iter().map(|text| score(text)).collect(),
        requests: args.ask.requests()?,
        difference: args.ask.difference.clone(),
    })?;
    print(&answer, out)?;
    Ok(0)
}

impl Ask {
    fn requests(&self) -> Result<Vec<Request>, Error> {
        let mut requests: Vec<Request> = Vec::new();
        let mut add = |names: &[String], measure: &dyn Fn() -> Measure| requests.extend(names.iter().map(|name| Request::new(name.as_str(), measure())));
        let rule = self.rule();
        add(&self.mean, &|| Measure::Mean);
        add(&self.total, &|| Measure::Total);
        add(&self.sd, &|| Measure::Sd);
        add(&self.proportion, &|| Measure::Proportion { ci: self.ci(), base: Base::Valid });
        add(&self.median, &|| Measure::Quantile { probs: vec![0.5], rule });
        add(&self.quantile, &|| Measure::Quantile { probs: self.probs.clone(), rule });
        add(&self.distinct, &|| Measure::Distinct);
        for text in &self.ratio {
            let (above, below) = two(text, '/', "--ratio", "Y/X, such as visits/people")?;
            requests.push(Request::new(above, Measure::Ratio { denominator: below }));
        }
        for text in &self.correlation {
            let (first, second) = two(text, ',', "--correlation", "X,Y, such as age,visits")?;
            requests.push(Request::new(first, Measure::Correlation { with: second }));
        }
        if self.count {
            requests.push(Request::new("", Measure::Count));
        }
        if requests.is_empty() {
            let problem =
                Problem::new("usage::nothing_asked", "nothing is asked of the file").expected("at least one of --mean, --total, --proportion, --median …");
            return Err(Error::usage(problem.help("see `recovista estimate --help`, which has examples")));
        }
        Ok(requests)
    }

    fn ci(&self) -> CiMethod {
        match self.ci_method {
            Ci::Logit => CiMethod::Logit,
            Ci::Beta => CiMethod::Beta,
            Ci::Wilson => CiMethod::Wilson,
            Ci::Wald => CiMethod::Wald,
        }
    }

    fn rule(&self) -> Option<QuantileRule> {
        self.quantile_rule.map(|rule| match rule {
            Rule::Hf7 => QuantileRule::Hf7,
            Rule::School => QuantileRule::School,
            Rule::Math => QuantileRule::Math,
        })
    }
}

/// Two columns with a sign between.
fn two(text: &str, sign: char, flag: &str, expected: &str) -> Result<(String, String), Error> {
    match text.split_once(sign).map(|(first, second)| (first.trim(), second.trim())) {
        Some((first, second)) if !first.is_empty() && !second.is_empty() => Ok((first.to_owned(), second.to_owned())),
        _ => Err(Error::usage(Problem::new("usage::two_columns", format!("{flag} `{text}` does not name two columns")).expected(expected))),
    }
}

/// An instrument, its items and their coding.
fn score(text: &str) -> ScoreRequest {
    let (rest, coding) = text.split_once('@').map_or((text, None), |(rest, coding)| (rest, Some(coding.to_owned())));
    let (instrument, prefix) = rest.split_once('=').map_or((rest, None), |(id, prefix)| (id, Some(prefix.to_owned())));
    ScoreRequest { instrument: instrument.to_owned(), prefix, coding }
}
