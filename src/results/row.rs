//! One estimate with its uncertainty, and the closed vocabularies of its columns.

use std::collections::BTreeMap;
use std::fmt;

/// How the note of a row begins whose two waves were not asked alike.
pub(crate) const QUESTION_CHANGED: &str = "the question changed: ";

use super::id;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item_doc])* $item,)+ }
        impl $name {
            /// The word in files.
            pub fn word(self) -> &'static str {
                match self { $(Self::$item => $word,)+ }
            }
            /// The value that a word in a file means.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$item),)+ _ => None }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// What was estimated.
    Stat {
        /// Arithmetic mean.
        Mean = "mean",
        /// Sum over the population.
        Total = "total",
        /// Share, from 0 to 1.
        Proportion = "proportion",
        /// Quantile; the level holds the probability.
        Quantile = "quantile",
        /// Ratio of two totals.
        Ratio = "ratio",
        /// Weighted number of units.
        Count = "count",
        /// Standard deviation.
        Sd = "sd",
        /// Smallest value; establishments only.
        Min = "min",
        /// Largest value; establishments only.
        Max = "max",
        /// Pearson correlation.
        Correlation = "correlation",
        /// Number of distinct levels.
        Distinct = "distinct",
        /// Second domain minus first.
        Difference = "difference",
        /// Cronbach's alpha.
        Alpha = "alpha",
        /// `McDonald`'s omega of one common factor.
        Omega = "omega",
        /// Cronbach's alpha of the other items; the level holds the item.
        AlphaIfDropped = "alpha_if_dropped",
        /// Correlation of an item, the level, with the sum of the others.
        ItemRestR = "item_rest_r",
        /// Shift of an item, the level, between waves at the same score on the others.
        ItemDrift = "item_drift",
        /// A point of a smoothed curve; the level holds x.
        Smooth = "smooth",
        /// Share still present; the level holds the time.
        Survival = "survival",
        /// Mean of after minus before.
        MeanChange = "mean_change",
        /// Mean change in units of the standard deviation of changes.
        CohenDz = "cohen_dz",
        /// Mean change in units of the average standard deviation.
        CohenDav = "cohen_dav",
        /// Mean change with small-sample correction.
        HedgesGz = "hedges_gz",
        /// Standardized difference between two groups.
        StandardizedDifference = "standardized_difference",
        /// A change relative to where it began: later over earlier share, less one.
        RateOfChange = "rate_of_change",
        /// Lowest or highest value that answers not given could lead to; the level says which.
        Bound = "bound",
        /// Part of a change that is due to people changing or to another mix of people.
        ChangePart = "change_part",
        /// Coefficient of a model; the level holds the term.
        Coefficient = "coefficient",
        /// A path of a path model, or an effect made of paths; the level holds its name.
        Path = "path",
        /// The same in standard deviations.
        PathStandardized = "path_standardized",
        /// Share of the variance that a model explains.
        RSquared = "r_squared",
        /// Degrees of freedom of a model.
        Df = "df",
        /// Comparative fit index of a model.
        Cfi = "cfi",
        /// Root mean square error of approximation of a model.
        Rmsea = "rmsea",
        /// Standardized root mean square residual of a model.
        Srmr = "srmr",
        /// Wald test of all coefficients of a term.
        Wald = "wald",
        /// Mean prediction if everybody had one level of a factor.
        PredictiveMargin = "predictive_margin",
        /// Variance of a random effect, or of what is left; the level says which.
        Variance = "variance",
        /// Logarithm of the restricted likelihood of a mixed model.
        RemlLogLikelihood = "reml_log_likelihood",
        /// Test of two means by a design.
        Ttest = "ttest",
        /// Rank test by a design.
        Ranktest = "ranktest",
        /// Test of independence by a design, or of the fit of a model.
        Chisq = "chisq",
        /// Analysis of variance.
        Anova = "anova",
        /// Welch's test of means.
        Welch = "welch",
        /// Kruskal–Wallis rank test.
        Kruskal = "kruskal",
        /// Pearson's chi-squared test.
        Pearson = "pearson",
        /// Fisher's exact test.
        Fisher = "fisher",
        /// `McNemar`'s test: of those who moved, the share that moved up.
        Mcnemar = "mcnemar",
        /// Mean minus the mean that was published of other people, whom the level names.
        NormDifference = "norm_difference",
        /// Half the width of the interval that a survey is planned for.
        Margin = "margin",
        /// People who must answer for a margin.
        NeededAnswers = "needed_answers",
        /// People to ask, if as many of them answer as this time.
        NeededInvites = "needed_invites",
        /// Centers that must take part for a margin.
        NeededCenters = "needed_centers",
        /// Smallest true change that a test finds with a given power.
        DetectableChange = "detectable_change",
        /// How alike the people of one center are.
        Intraclass = "intraclass",
        /// Wilcoxon's signed rank test.
        WilcoxonV = "wilcoxon_v",
        /// Share of the variance that groups explain.
        EtaSquared = "eta_squared",
        /// Share of the variance of ranks that groups explain.
        EpsilonSquared = "epsilon_squared",
        /// Cramér's V.
        CramersV = "cramers_v",
        /// Matched-pairs rank-biserial correlation.
        RankBiserial = "rank_biserial",
    }
}

words! {
    /// What an estimate is measured in.
    Unit {
        /// People.
        People = "people",
        /// Visits.
        Visits = "visits",
        /// Teams.
        Teams = "teams",
        /// Organizations.
        Organizations = "organizations",
        /// Programs.
        Programs = "programs",
        /// Settings.
        Settings = "settings",
        /// Shares, stored from 0 to 1 and shown in percent.
        Percent = "percent",
        /// Points of a scale.
        Points = "points",
        /// Hours.
        Hours = "hours",
        /// Minutes.
        Minutes = "minutes",
        /// Days.
        Days = "days",
        /// US dollars.
        Dollars = "dollars",
        /// Full-time equivalents.
        Fte = "fte",
        /// A ratio.
        Ratio = "ratio",
        /// No unit.
        None = "none",
    }
}

words! {
    /// Whether the estimate may be read, and how.
    Status {
        /// As it stands.
        Ok = "ok",
        /// Shown with a mark: too imprecise by the NCHS rules.
        Unstable = "unstable",
        /// There is no estimate; the note says why.
        NotEstimable = "not_estimable",
        /// Hidden: too few people.
        Suppressed = "suppressed",
        /// Hidden: another hidden figure could be computed from it.
        SuppressedComplementary = "suppressed_complementary",
    }
}

/// Whom a figure could give away; disclosure control decides by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Distinct people behind the figure; for a share also the people of its base who are not in the level.
    People {
        /// Distinct people in the cell.
        behind: u64,
        /// Distinct people of the base outside the cell, where the figure is a share of a base.
        outside: Option<u64>,
    },
    /// Establishments whose own attribute this is, such as the FTEs of teams.
    Establishments(u64),
    /// Counts of values, missing answers or refusals, and figures about the data themselves.
    Quality,
}

/// One estimate with its uncertainty. Columns and their meaning stand in the design, section 3.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultRow {
    /// Analysis id from the pipeline.
    pub analysis: String,
    /// Dataset id from the pipeline.
    pub dataset: String,
    /// Wave id; `None` when the figure is not of one wave.
    pub wave: Option<String>,
    /// Domain: grouping variable to level.
    pub groups: BTreeMap<String, String>,
    /// Variable.
    pub variable: String,
    /// Category, quantile probability, model term or item.
    pub level: Option<String>,
    /// What was estimated.
    pub stat: Stat,
    /// The estimate.
    pub estimate: Option<f64>,
    /// Standard error.
    pub std_error: Option<f64>,
    /// Lower confidence limit.
    pub conf_low: Option<f64>,
    /// Upper confidence limit.
    pub conf_high: Option<f64>,
    /// Confidence level of the limits.
    pub conf_level: Option<f64>,
    /// Test statistic.
    pub test_statistic: Option<f64>,
    /// Degrees of freedom.
    pub df: Option<f64>,
    /// Second degrees of freedom.
    pub df2: Option<f64>,
    /// p-value.
    pub p_value: Option<f64>,
    /// Unweighted units with positive weight behind the estimate.
    pub n: Option<f64>,
    /// Sum of the weights of `n`.
    pub n_weighted: Option<f64>,
    /// Units of the domain without a valid value.
    pub n_missing: Option<f64>,
    /// Unweighted base.
    pub denominator: Option<f64>,
    /// Design effect.
    pub deff: Option<f64>,
    /// Coefficient of variation.
    pub cv: Option<f64>,
    /// Unit of the estimate.
    pub unit: Unit,
    /// How it was computed.
    pub method: String,
    /// Whether it may be read.
    pub status: Status,
    /// What a reader must know.
    pub note: Option<String>,
    /// Name for readers; filled by `display`.
    pub label: Option<String>,
    /// The figure in words; filled by `display`.
    pub sentence: Option<String>,
    /// Whom it could give away; never written to a file.
    pub support: Support,
}

impl ResultRow {
    /// An empty row for a figure; the caller fills what it knows.
    pub fn new(dataset: &str, analysis: &str, variable: &str, stat: Stat, unit: Unit) -> Self {
        Self {
            analysis: analysis.to_owned(),
            dataset: dataset.to_owned(),
            wave: None,
            groups: BTreeMap::new(),
            variable: variable.to_owned(),
            level: None,
            stat,
            estimate: None,
            std_error: None,
            conf_low: None,
            conf_high: None,
            conf_level: None,
            test_statistic: None,
            df: None,
            df2: None,
            p_value: None,
            n: None,
            n_weighted: None,
            n_missing: None,
            denominator: None,
            deff: None,
            cv: None,
            unit,
            method: String::new(),
            status: Status::Ok,
            note: None,
            label: None,
            sentence: None,
            support: Support::Quality,
        }
    }

    /// The readable, stable id: `dataset.analysis.variable[=level].stat[.group=level…]@wave`.
    pub fn id(&self) -> String {
        id::of(self)
    }

    /// Whether disclosure control has hidden it.
    pub fn is_suppressed(&self) -> bool {
        matches!(self.status, Status::Suppressed | Status::SuppressedComplementary)
    }

    /// Adds a note to those already there.
    pub fn add_note(&mut self, note: &str) {
        match &mut self.note {
            Some(known) if known.contains(note) => {}
            Some(known) => {
                known.push_str("; ");
                known.push_str(note);
            }
            None => self.note = Some(note.to_owned()),
        }
    }
}
