//! What an analysis asks for and what it gets back.

use super::measure::Measure;

/// One question to the data: a measure of a variable, by groups, within a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The column; empty for `Measure::Count` of all rows.
    pub variable: String,
    /// Level columns whose combinations are the domains, the wave among them where it matters.
    pub by: Vec<String>,
    /// What to estimate.
    pub measure: Measure,
    /// Level columns and the levels to which the figure is restricted.
    pub filter: Vec<(String, Vec<String>)>,
}

impl Request {
    /// A question about everyone, without groups.
    pub fn new(variable: impl Into<String>, measure: Measure) -> Self {
        Self { variable: variable.into(), by: Vec::new(), measure, filter: Vec::new() }
    }

    /// The same question for each combination of levels of these columns.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// The same question about the rows that have one of these levels.
    #[must_use]
    pub fn only<S: Into<String>>(mut self, column: impl Into<String>, levels: impl IntoIterator<Item = S>) -> Self {
        self.filter.push((column.into(), levels.into_iter().map(Into::into).collect()));
        self
    }
}

/// What an estimate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Mean.
    Mean,
    /// Total.
    Total,
    /// Standard deviation.
    Sd,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Weighted count.
    Count,
    /// Share from 0 to 1.
    Proportion,
    /// Quantile; `level` is the probability.
    Quantile,
    /// Ratio of two totals.
    Ratio,
    /// Correlation.
    Correlation,
    /// Number of distinct levels.
    Distinct,
    /// One level minus another: the later minus the earlier wave.
    Difference,
    /// One part of a difference; `level` names it.
    ChangePart,
    /// Mean change within people.
    MeanChange,
    /// Mean change in standard deviations of the change.
    CohenDz,
    /// Mean change in average standard deviations of the two waves.
    CohenDav,
    /// `CohenDz` with Hedges' correction.
    HedgesGz,
    /// Wilcoxon's signed rank test of the changes.
    WilcoxonV,
    /// Matched-pairs rank-biserial correlation of the changes.
    RankBiserial,
}

impl Kind {
    /// The word for the `stat` column of the results.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Total => "total",
            Self::Sd => "sd",
            Self::Min => "min",
            Self::Max => "max",
            Self::Count => "count",
            Self::Proportion => "proportion",
            Self::Quantile => "quantile",
            Self::Ratio => "ratio",
            Self::Correlation => "correlation",
            Self::Distinct => "distinct",
            Self::Difference => "difference",
            Self::ChangePart => "change_part",
            Self::MeanChange => "mean_change",
            Self::CohenDz => "cohen_dz",
            Self::CohenDav => "cohen_dav",
            Self::HedgesGz => "hedges_gz",
            Self::WilcoxonV => "wilcoxon_v",
            Self::RankBiserial => "rank_biserial",
        }
    }
}

/// Whether an estimate may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Yes.
    Ok,
    /// With care, for this reason.
    Unstable(String),
    /// There is none, for this reason.
    NotEstimable(String),
}

/// One estimate with its uncertainty; a number that does not exist is `None`, never NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Group column and level, in the order of the request; empty for everyone.
    pub groups: Vec<(String, String)>,
    /// The level, option, probability or part.
    pub level: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// The estimate.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Lower bound of its interval.
    pub conf_low: Option<f64>,
    /// Upper bound of its interval.
    pub conf_high: Option<f64>,
    /// Degrees of freedom of the design within the domain.
    pub df: Option<f64>,
    /// Test statistic of a difference.
    pub test_statistic: Option<f64>,
    /// Two-sided p-value of the test statistic.
    pub p_value: Option<f64>,
    /// Rows with positive weight behind it; for a share those in the level.
    pub n: u64,
    /// Sum of the weights of `n`.
    pub n_weighted: Option<f64>,
    /// Rows of the domain without a valid answer.
    pub n_missing: u64,
    /// Unweighted base of a share.
    pub denominator: Option<u64>,
    /// Variance against that of a simple random sample.
    pub deff: Option<f64>,
    /// Standard error relative to the estimate.
    pub cv: Option<f64>,
    /// Distinct people behind the cell; for a difference the fewer of the two waves.
    pub people: u64,
    /// Distinct people in the base of a share who are not in the cell.
    pub people_outside: Option<u64>,
    /// How it was made, in words.
    pub method: String,
    /// Whether it may be used.
    pub state: State,
    /// What a reader should know.
    pub note: Option<String>,
}

impl Estimate {
    /// An estimate that has no numbers yet.
    pub(crate) fn blank(groups: &[(String, String)], kind: Kind) -> Self {
        Self {
            groups: groups.to_vec(),
            level: None,
            kind,
            estimate: None,
            std_error: None,
            conf_low: None,
            conf_high: None,
            df: None,
            test_statistic: None,
            p_value: None,
            n: 0,
            n_weighted: None,
            n_missing: 0,
            denominator: None,
            deff: None,
            cv: None,
            people: 0,
            people_outside: None,
            method: String::new(),
            state: State::Ok,
            note: None,
        }
    }
}
