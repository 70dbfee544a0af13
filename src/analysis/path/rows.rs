//! A path model and complete columns in, result rows out: paths, effects made of them, variance explained, measures of fit.

use crate::model::{self, Figure, Intervals, Limits, PathFit, PathModel, RMSEA_LEVEL};
use crate::results::{ResultRow, Stat, Status};
use crate::stats::{normal_quantile, normal_sf};

/// The name under which figures of the whole model stand.
pub(crate) const MODEL: &str = "model";

/// Fewest draws that give limits worth printing, and most that anybody waits for.
pub(crate) const DRAWS: std::ops::RangeInclusive<u32> = 50..=1_000_000;

/// What is asked of a path model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paths<'a> {
    /// The model.
    pub(crate) model: &'a PathModel,
    /// A column for each of its variables, without a missing value.
    pub(crate) columns: &'a [Vec<f64>],
    /// Level of the intervals, between 0 and 1.
    pub(crate) conf_level: f64,
    /// Draws of a bootstrap for the intervals; without it they are normal.
    pub(crate) bootstrap: Option<u32>,
    /// Seed of the draws.
    pub(crate) seed: u64,
}

/// Where a figure of the fit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cell,
    Definition,
}

impl Paths<'_> {
    /// All rows of the model; `blank` makes an empty row for a variable and a statistic.
    pub(crate) fn rows(&self, blank: &dyn Fn(&str, Stat) -> ResultRow) -> Vec<ResultRow> {
        let row = |variable: &str, stat: Stat, level: Option<String>| {
            let mut row = blank(variable, stat);
            (row.level, row.method) = (level, "path model by maximum likelihood, expected information".to_owned());
            row
        };
        let fit = match model::fit_path(self.model, self.columns) {
            Ok(fit) => fit,
            Err(reason) => return self.without(&row, &reason),
        };
        let intervals = self.bootstrap.and_then(|draws| model::bootstrap(self.model, &fit, self.columns, draws, self.seed, self.conf_level));
        let mut rows = Vec::new();
        for (is_standardized, stat) in [(false, Stat::Path), (true, Stat::PathStandardized)] {
            for ((variable, level, kind), place) in self.names() {
                let figures = if kind == Kind::Cell { fit.cells[place] } else { fit.definitions[place] };
                let limits = intervals.as_ref().map(|intervals| if kind == Kind::Cell { intervals.cells[place] } else { intervals.definitions[place] });
                let figure = if is_standardized { figures.1 } else { figures.0 };
                let limits = limits.map(|(raw, standardized)| if is_standardized { standardized } else { raw });
                rows.push(self.path(row(&variable, stat, Some(level)), kind, figure, (limits, intervals.as_ref())));
            }
        }
        rows.extend(self.explained(&row, &fit));
        rows.extend(self.measures(&row, &fit));
        rows
    }

    /// What is told of the model: paths and covariances by place among the cells, then definitions by theirs.
    fn names(&self) -> Vec<((String, String, Kind), usize)> {
        let cells = self.model.cells.iter().enumerate().filter(|(_, cell)| !cell.is_covariance || cell.to != cell.from);
        let cells = cells.map(|(place, cell)| ((self.model.variables[cell.to].clone(), self.model.name(cell), Kind::Cell), place));
        let definitions = self.model.definitions.iter().enumerate();
        cells.chain(definitions.map(|(place, definition)| ((definition.name.clone(), definition.name.clone(), Kind::Definition), place))).collect()
    }

    fn path(&self, mut row: ResultRow, kind: Kind, figure: Figure, (limits, intervals): (Option<Limits>, Option<&Intervals>)) -> ResultRow {
        row.estimate = Some(figure.value);
        let Some(error) = figure.std_error else {
            row.add_note("held at this number by the model, so it has no error");
            return row;
        };
        let z = figure.value / error;
        let reach = normal_quantile(f64::midpoint(1.0, self.conf_level)).map(|quantile| quantile * error);
        (row.std_error, row.test_statistic, row.p_value) = (Some(error), Some(z), Some((2.0 * normal_sf(z.abs())).min(1.0)));
        if let (Some((low, high)), Some(intervals)) = (limits, intervals) {
            (row.conf_low, row.conf_high) = (Some(low), Some(high));
            row.method = format!("{}; percentile interval of {} bootstrap draws, seed {}", row.method, intervals.draws, self.seed);
            // A product of paths is not normal, so both intervals are told of it.
            if let Some(reach) = reach.filter(|_| kind == Kind::Definition) {
                let level = 100.0 * self.conf_level;
                let limits = [figure.value - reach, figure.value + reach].map(|limit| format!("{limit:.4}").replace('-', "−"));
                row.add_note(&format!("{level}% interval by the delta method {} to {}", limits[0], limits[1]));
            }
        } else {
            (row.conf_low, row.conf_high) = (reach.map(|reach| figure.value - reach), reach.map(|reach| figure.value + reach));
            if self.bootstrap.is_some() {
                row.add_note("the model could not be fitted to most bootstrap draws, so the interval is normal");
            }
        }
        row.conf_level = Some(self.conf_level);
        row
    }

    /// The share of each outcome's variance that the model explains.
    fn explained(&self, row: &dyn Fn(&str, Stat, Option<String>) -> ResultRow, fit: &PathFit) -> Vec<ResultRow> {
        let of = |(variable, share): (&String, &Option<f64>)| {
            let mut row = row(variable, Stat::RSquared, None);
            row.estimate = *share;
            if share.is_some_and(|share| share > 1.0) {
                row.add_note("the variance left of it is below zero, so the model does not fit these data");
            }
            share.is_some().then_some(row)
        };
        self.model.variables.iter().zip(&fit.r_squared).filter_map(of).collect()
    }

    fn measures(&self, row: &dyn Fn(&str, Stat, Option<String>) -> ResultRow, fit: &PathFit) -> Vec<ResultRow> {
        let measures = model::path_measures(self.model, fit);
        let row = |stat: Stat, estimate: f64| {
            let mut row = row(MODEL, stat, None);
            row.estimate = Some(estimate);
            if measures.df == 0 {
                row.add_note("the model leaves no covariance open, so it fits whatever the data are");
            }
            row
        };
        let mut chisq = row(Stat::Chisq, measures.chisq);
        (chisq.test_statistic, chisq.df, chisq.p_value) = (Some(measures.chisq), Some(measures.df as f64), measures.p_value);
        let mut rmsea = row(Stat::Rmsea, measures.rmsea);
        if let Some((low, high)) = measures.rmsea_limits {
            (rmsea.conf_low, rmsea.conf_high, rmsea.conf_level) = (Some(low), Some(high), Some(RMSEA_LEVEL));
        }
        vec![chisq, row(Stat::Df, measures.df as f64), row(Stat::Cfi, measures.cfi), rmsea, row(Stat::Srmr, measures.srmr)]
    }

    /// The rows of a model that cannot be fitted.
    fn without(&self, row: &dyn Fn(&str, Stat, Option<String>) -> ResultRow, reason: &str) -> Vec<ResultRow> {
        let paths = [Stat::Path, Stat::PathStandardized]
            .into_iter()
            .flat_map(|stat| self.names().into_iter().map(move |((variable, level, _), _)| (variable, stat, Some(level))));
        let fit = [Stat::Chisq, Stat::Df, Stat::Cfi, Stat::Rmsea, Stat::Srmr].into_iter().map(|stat| (MODEL.to_owned(), stat, None));
        let row = |(variable, stat, level): (String, Stat, Option<String>)| {
            let mut row = row(&variable, stat, level);
            row.status = Status::NotEstimable;
            row.add_note(reason);
            row
        };
        paths.chain(fit).map(row).collect()
    }
}
