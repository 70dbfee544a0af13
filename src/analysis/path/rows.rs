//! A path model and complete columns in, result rows out: paths, effects made of them, variance explained, measures of fit.

use super::sampled::{Sampled, Under};
use crate::error::Error;
use crate::model::{self, Draws, Figure, Intervals, Limits, PathFit, PathModel, RMSEA_LEVEL, Scaling};
use crate::results::{ResultRow, Stat, Status};
use crate::stats::{Resampling, normal_quantile, normal_sf, t_half_width, t_p_value};

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
    /// How the rows were drawn; without it each counts alike and for itself.
    pub(crate) sampled: Option<&'a Sampled<'a>>,
}

/// Where a figure of the fit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cell,
    Definition,
}

/// A fitted model on its way to rows.
struct Fitted {
    fit: PathFit,
    /// What the design says of it, where there is one.
    under: Option<Under>,
    /// Percentile intervals, and what they are in words.
    intervals: Option<(Intervals, String)>,
}

impl Fitted {
    /// Whether errors can be stated at all.
    fn has_errors(&self) -> bool {
        self.under.as_ref().is_none_or(|under| under.df.is_some())
    }

    /// How far the interval of a figure reaches to either side.
    fn reach(&self, error: f64, conf_level: f64) -> Option<f64> {
        match &self.under {
            Some(under) => t_half_width(error, under.df?, conf_level),
            None => normal_quantile(f64::midpoint(1.0, conf_level)).map(|quantile| quantile * error),
        }
    }

    fn p_value(&self, statistic: f64) -> Option<f64> {
        match &self.under {
            Some(under) => t_p_value(statistic, under.df?),
            None => Some((2.0 * normal_sf(statistic.abs())).min(1.0)),
        }
    }
}

impl Paths<'_> {
    /// All rows of the model; `blank` makes an empty row for a variable and a statistic.
    ///
    /// # Errors
    /// Columns of the design that are absent or of the wrong type.
    pub(crate) fn rows(&self, blank: &dyn Fn(&str, Stat) -> ResultRow) -> Result<Vec<ResultRow>, Error> {
        let row = |variable: &str, stat: Stat, level: Option<String>| {
            let mut row = blank(variable, stat);
            (row.level, row.method) = (level, self.method());
            row
        };
        let fitted = match self.fitted()? {
            Ok(fitted) => fitted,
            Err(reason) => return Ok(self.without(&row, &reason)),
        };
        let row = |variable: &str, stat: Stat, level: Option<String>| {
            let mut row = row(variable, stat, level);
            if let Some(under) = &fitted.under {
                row.method.push_str(if under.is_within_unit { ", within_unit" } else { "" });
                under.note.iter().for_each(|note| row.add_note(note));
            }
            row
        };
        let intervals = fitted.intervals.as_ref().map(|(intervals, _)| intervals);
        let mut rows = Vec::new();
        for (is_standardized, stat) in [(false, Stat::Path), (true, Stat::PathStandardized)] {
            for ((variable, level, kind), place) in self.names() {
                let figures = if kind == Kind::Cell { fitted.fit.cells[place] } else { fitted.fit.definitions[place] };
                let limits = intervals.map(|intervals| if kind == Kind::Cell { intervals.cells[place] } else { intervals.definitions[place] });
                let figure = if is_standardized { figures.1 } else { figures.0 };
                let limits = limits.map(|(raw, standardized)| if is_standardized { standardized } else { raw });
                rows.push(self.path(row(&variable, stat, Some(level)), kind, figure, limits, &fitted));
            }
        }
        rows.extend(self.explained(&row, &fitted.fit));
        rows.extend(self.measures(&row, &fitted));
        Ok(rows)
    }

    /// How the model is fitted, in words.
    fn method(&self) -> String {
        let Some(sampled) = self.sampled else { return "path model by maximum likelihood, expected information".to_owned() };
        let covariances = if sampled.is_weighted() { " on weighted covariances" } else { "" };
        format!("path model by maximum likelihood{covariances}, under the sampling design")
    }

    /// The model with its errors and intervals, or the reason why there is none.
    fn fitted(&self) -> Result<Result<Fitted, String>, Error> {
        let fit = match model::fit_path(self.model, self.columns, self.sampled.map(|sampled| sampled.weights.as_slice())) {
            Ok(fit) => fit,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut fitted = Fitted { fit, under: None, intervals: None };
        if let Some(sampled) = self.sampled {
            match sampled.errors(self.model, fitted.fit, self.columns)? {
                Ok((fit, under)) => fitted = Fitted { fit, under: Some(under), intervals: None },
                Err(reason) => return Ok(Err(reason)),
            }
        }
        if let Some(replicates) = self.bootstrap.filter(|_| fitted.has_errors() && self.sampled.is_none_or(Sampled::can_be_drawn)) {
            let (draws, of) = match self.sampled {
                Some(Sampled { weights, units, .. }) => {
                    let how = Resampling { units: &units.units, strata: &units.strata, replicates, seed: self.seed };
                    (Draws::Units(how, weights), format!(" of {}", units.words()))
                }
                None => (Draws::Rows(replicates, self.seed), String::new()),
            };
            let intervals = model::bootstrap(self.model, &fitted.fit, self.columns, draws, self.conf_level);
            fitted.intervals = intervals.map(|intervals| {
                let words = format!("percentile interval of {} bootstrap draws{of}, seed {}", intervals.draws, self.seed);
                (intervals, words)
            });
        }
        Ok(Ok(fitted))
    }

    /// What is told of the model: paths and covariances by place among the cells, then definitions by theirs.
    fn names(&self) -> Vec<((String, String, Kind), usize)> {
        let cells = self.model.cells.iter().enumerate().filter(|(_, cell)| !cell.is_covariance || cell.to != cell.from);
        let cells = cells.map(|(place, cell)| ((self.model.variables[cell.to].clone(), self.model.name(cell), Kind::Cell), place));
        let definitions = self.model.definitions.iter().enumerate();
        cells.chain(definitions.map(|(place, definition)| ((definition.name.clone(), definition.name.clone(), Kind::Definition), place))).collect()
    }

    fn path(&self, mut row: ResultRow, kind: Kind, figure: Figure, limits: Option<Limits>, fitted: &Fitted) -> ResultRow {
        row.estimate = Some(figure.value);
        let Some(error) = figure.std_error else {
            if fitted.has_errors() {
                row.add_note("held at this number by the model, so it has no error");
            }
            return row;
        };
        let statistic = figure.value / error;
        let reach = fitted.reach(error, self.conf_level);
        (row.std_error, row.test_statistic, row.p_value) = (Some(error), Some(statistic), fitted.p_value(statistic));
        if let Some(under) = &fitted.under {
            row.df = under.df;
            row.method.push_str(", linearized error");
        }
        if let (Some((low, high)), Some((_, words))) = (limits, &fitted.intervals) {
            (row.conf_low, row.conf_high) = (Some(low), Some(high));
            row.method = format!("{}; {words}", row.method);
            // A product of paths is not normal, so both intervals are told of it.
            if let Some(reach) = reach.filter(|_| kind == Kind::Definition) {
                let level = 100.0 * self.conf_level;
                let limits = [figure.value - reach, figure.value + reach].map(|limit| format!("{limit:.4}").replace('-', "−"));
                row.add_note(&format!("{level}% interval by the delta method {} to {}", limits[0], limits[1]));
            }
        } else {
            (row.conf_low, row.conf_high) = (reach.map(|reach| figure.value - reach), reach.map(|reach| figure.value + reach));
            if fitted.under.is_some() {
                row.method.push_str(", t interval");
            }
            if self.bootstrap.is_some() {
                row.add_note(match self.sampled {
                    None => "the model could not be fitted to most bootstrap draws, so the interval is normal",
                    Some(sampled) if sampled.can_be_drawn() => "the model could not be fitted to most bootstrap draws, so the interval is symmetric",
                    Some(_) => "each stratum has one unit, so a bootstrap has nothing to draw and the interval is symmetric",
                });
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

    fn measures(&self, row: &dyn Fn(&str, Stat, Option<String>) -> ResultRow, fitted: &Fitted) -> Vec<ResultRow> {
        let scaling = fitted.under.as_ref().map(|under| under.scaling);
        let measures = model::path_measures(self.model, &fitted.fit, scaling.flatten().unwrap_or(Scaling::NONE));
        let row = |stat: Stat, estimate: f64| {
            let mut row = row(MODEL, stat, None);
            row.estimate = Some(estimate);
            let scaled = match stat {
                Stat::Chisq => ", Satorra-Bentler scaled",
                Stat::Cfi | Stat::Rmsea => ", robust form with the Satorra-Bentler factor",
                _ => "",
            };
            match scaling {
                Some(Some(_)) => row.method.push_str(scaled),
                Some(None) if !scaled.is_empty() => (row.estimate, row.status) = (None, Status::NotEstimable),
                _ => {}
            }
            if measures.df == 0 {
                row.add_note("the model leaves no covariance open, so it fits whatever the data are");
            }
            row
        };
        let (mut chisq, mut rmsea) = (row(Stat::Chisq, measures.chisq), row(Stat::Rmsea, measures.rmsea));
        if chisq.status == Status::Ok {
            (chisq.test_statistic, chisq.df, chisq.p_value) = (Some(measures.chisq), Some(measures.df as f64), measures.p_value);
        }
        if let Some((low, high)) = measures.rmsea_limits.filter(|_| rmsea.status == Status::Ok) {
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
