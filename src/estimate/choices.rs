//! How a measure is made where there are several ways: intervals and bases of shares, rules of quantiles.

/// Interval of a proportion `p` with standard error `se`, at `t = t(1 − α/2, df)`.
///
/// # Source
/// R `svyciprop`: methods `logit`, `beta` and `mean`; the score interval of Wilson 1927 at the effective sample size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CiMethod {
    /// Symmetric on the logit scale: `expit(logit p ± t · se / (p (1 − p)))`.
    #[default]
    Logit,
    /// Beta quantiles (Korn and Graubard) at the effective sample size `p (1 − p)/se² · (t(n − 1)/t(df))²`.
    Beta,
    /// Score interval at the effective sample size of `Beta`.
    Wilson,
    /// Symmetric around the estimate: `p ± t · se`.
    Wald,
}

/// Who is in the base of a proportion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Base {
    /// Those with a valid answer.
    #[default]
    Valid,
    /// Everyone in the domain.
    All,
}

/// How a quantile is read off the weighted distribution.
///
/// Cumulative weights within `10⁻¹²` of the total count as meeting a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantileRule {
    /// Hyndman and Fan's seventh, between the two rows nearest to `(n − 1) p`; for equal weights only.
    Hf7,
    /// Mean of the two neighbours where the cumulative weight meets the probability.
    School,
    /// Smallest value whose cumulative weight reaches the probability.
    Math,
}
