//! Estimates in, result rows out: the columns that every analysis fills the same way.

use super::Context;
use crate::estimate::{Estimate, Kind, State};
use crate::model::Test;
use crate::results::{ResultRow, Stat, Status, Support, Unit};
use crate::stats::t_half_width;

/// Confidence level of the intervals of a pipeline.
pub(super) const CONF_LEVEL: f64 = 0.95;

/// Puts the numbers of an estimate into a row, with what a reader should know of them.
pub(crate) fn fill(row: &mut ResultRow, estimate: &Estimate, conf_level: f64) {
    row.level.clone_from(&estimate.level);
    row.estimate = estimate.estimate;
    row.std_error = estimate.std_error;
    row.conf_low = estimate.conf_low;
    row.conf_high = estimate.conf_high;
    row.conf_level = estimate.conf_low.or(estimate.conf_high).map(|_| conf_level);
    row.test_statistic = estimate.test_statistic;
    row.df = estimate.df;
    row.p_value = estimate.p_value;
    row.n = Some(estimate.n as f64);
    row.n_weighted = estimate.n_weighted;
    row.n_missing = Some(estimate.n_missing as f64);
    row.denominator = estimate.denominator.map(|base| base as f64);
    row.deff = estimate.deff;
    row.cv = estimate.cv;
    row.method.clone_from(&estimate.method);
    row.note.clone_from(&estimate.note);
    match &estimate.state {
        State::Ok => {}
        State::Unstable(reason) => {
            row.status = Status::Unstable;
            row.add_note(reason);
        }
        State::NotEstimable(reason) => {
            row.status = Status::NotEstimable;
            row.add_note(reason);
        }
    }
}

/// Puts a test into a row with its t interval, or says why there is none.
pub(crate) fn fill_test(row: &mut ResultRow, test: Result<Test, String>, conf_level: f64) {
    let test = match test {
        Ok(test) => test,
        Err(reason) => {
            row.status = Status::NotEstimable;
            row.add_note(&reason);
            return;
        }
    };
    (row.estimate, row.std_error, row.test_statistic) = (test.estimate, test.std_error, test.statistic);
    (row.df, row.df2, row.p_value) = (test.df, test.df2, test.p_value);
    add_t_interval(row, conf_level);
}

/// Adds a t interval where the row has an estimate, an error above zero and degrees of freedom.
pub(crate) fn add_t_interval(row: &mut ResultRow, conf_level: f64) {
    if let (Some(estimate), Some(error), Some(df)) = (row.estimate, row.std_error.filter(|error| *error > 0.0), row.df)
        && let Some(half) = t_half_width(error, df, conf_level)
    {
        (row.conf_low, row.conf_high, row.conf_level) = (Some(estimate - half), Some(estimate + half), Some(conf_level));
    }
}

/// The word of the results for what was estimated.
pub(crate) fn stat_of(kind: Kind) -> Stat {
    match Stat::from_word(kind.word()) {
        Some(stat) => stat,
        None => unreachable!("every kind of estimate has a stat of the same word"),
    }
}

impl Context<'_> {
    /// A row for an estimate of a variable.
    pub(super) fn row(&self, variable: &str, unit: Unit, estimate: &Estimate) -> ResultRow {
        let stat = stat_of(estimate.kind);
        let unit = if stat == Stat::Proportion { Unit::Percent } else { unit };
        let mut row = ResultRow::new(&self.subject.dataset, &self.settings.id, variable, stat, unit);
        row.groups = estimate.groups.iter().cloned().collect();
        row.wave = row.groups.get("wave").cloned();
        fill(&mut row, estimate, CONF_LEVEL);
        row.support = self.support(estimate);
        row
    }

    /// How many answered: a count of what is in hand, which no sampling error belongs to.
    pub(super) fn answered_row(&self, variable: &str, estimate: &Estimate) -> ResultRow {
        let mut row = self.row(
            variable,
            self.subject.unit,
            &Estimate { kind: Kind::Count, level: estimate.level.clone(), ..Estimate::blank(&estimate.groups, Kind::Count) },
        );
        row.estimate = Some(estimate.n as f64);
        row.n = row.estimate;
        row.n_weighted = estimate.n_weighted;
        "unweighted count of those who answered".clone_into(&mut row.method);
        row.support = self.support(estimate);
        row
    }

    /// A row about the data themselves: a count of values, never of people's attributes.
    pub(super) fn quality_row(&self, variable: &str, level: Option<&str>, unit: Unit, count: f64) -> ResultRow {
        let mut row = ResultRow::new(&self.subject.dataset, &self.settings.id, variable, Stat::Count, unit);
        row.level = level.map(str::to_owned);
        row.estimate = Some(count);
        row.n = Some(count);
        "unweighted count".clone_into(&mut row.method);
        row
    }

    /// Puts a row into a wave.
    pub(super) fn in_wave(&self, mut row: ResultRow, wave: &str) -> ResultRow {
        if !self.subject.waves.is_empty() {
            row.groups.insert("wave".to_owned(), wave.to_owned());
            row.wave = Some(wave.to_owned());
        }
        row
    }

    fn support(&self, estimate: &Estimate) -> Support {
        if self.subject.public_unit {
            return Support::Establishments(estimate.denominator.unwrap_or(estimate.n));
        }
        Support::People { behind: estimate.people, outside: estimate.people_outside }
    }
}
