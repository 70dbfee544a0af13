//! Columns in memory in, tests and fitted models out.
//!
//! What a design says reaches these functions as a [`crate::design::Sample`]: weights, degrees of freedom
//! and the covariance of estimates whose influence on each row is known. Tests without a design are
//! functions on slices. Why something is not estimable is said in words, for the row that says so.

mod adjust;
mod anova;
mod balance;
mod column;
mod contingency;
mod design_tests;
mod factor;
mod fisher;
mod formula;
mod impute;
mod margins;
mod mixed;
mod nonparametric;
mod paired;
mod path;
mod regression;
mod structure;
mod terms;
mod wald;

pub use adjust::Adjust;
pub(crate) use adjust::adjusted;
pub(crate) use anova::{anova, welch};
pub(crate) use balance::{Values, standardized};
pub(crate) use column::{Category, Column, NONE};
pub(crate) use contingency::{pearson, table};
pub(crate) use design_tests::{Complete, rank_test, rao_scott, t_test};
pub(crate) use factor::omega;
pub(crate) use fisher::fisher;
pub(crate) use formula::{Formula, Variable};
pub use impute::{Gappy, chained};
pub(crate) use margins::{margins, variance as margin_variance};
pub(crate) use mixed::{Effects, Mixed, Panel, mixed};
pub(crate) use nonparametric::kruskal;
pub(crate) use paired::{PairedChange, paired_change};
pub(crate) use path::{
    Definition, Draws, Figure, Form, Forms, Intervals, Limits, PathFit, PathModel, RMSEA_LEVEL, Scaling, bootstrap, centred, fit as fit_path,
    measures as path_measures,
};
pub use regression::Family;
pub(crate) use regression::{Fit, aliased_reason, fit, independent};
pub(crate) use terms::{Matrix, matrix};
pub(crate) use wald::wald;

/// What a test says; what it has not is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Test {
    /// The difference or effect that is tested.
    pub(crate) estimate: Option<f64>,
    /// Its standard error.
    pub(crate) std_error: Option<f64>,
    /// The test statistic.
    pub(crate) statistic: Option<f64>,
    /// Degrees of freedom.
    pub(crate) df: Option<f64>,
    /// Second degrees of freedom.
    pub(crate) df2: Option<f64>,
    /// The p-value.
    pub(crate) p_value: Option<f64>,
}
