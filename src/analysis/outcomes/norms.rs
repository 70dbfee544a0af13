//! Means of the latest wave in, their differences from published means out, or why there is none.

use super::super::{CONF_LEVEL, Context, Norm, ScoredScale, add_t_interval};
use crate::estimate::{Estimate, Kind};
use crate::results::{ResultRow, Stat, Status, Unit};

/// A row for each norm of a scale; `means` are the estimates of its scores in the latest wave, by column.
pub(super) fn rows(context: &Context<'_>, scale: &ScoredScale, means: &[(&str, &Estimate)]) -> Vec<ResultRow> {
    scale.norms.iter().map(|norm| row(context, scale, norm, means)).collect()
}

fn row(context: &Context<'_>, scale: &ScoredScale, norm: &Norm, means: &[(&str, &Estimate)]) -> ResultRow {
    let column = norm.score.as_ref().ok();
    let mean = means.iter().find(|(name, _)| column.is_some_and(|column| column == name));
    let own = mean.filter(|(_, estimate)| estimate.kind == Kind::Mean && estimate.estimate.is_some());
    let variable = column.or(scale.scores.first()).map_or(scale.name.as_str(), String::as_str);
    let mut row = match own {
        Some((_, estimate)) => ResultRow { stat: Stat::NormDifference, n_missing: None, deff: None, cv: None, ..context.row(variable, Unit::Points, estimate) },
        None => ResultRow::new(&context.subject.dataset, &context.settings.id, variable, Stat::NormDifference, Unit::Points),
    };
    if let Some(wave) = context.subject.waves.last() {
        row = context.in_wave(row, wave);
    }
    row.level = Some(norm.population.clone());
    "difference of the mean from a published one".clone_into(&mut row.method);
    let known = norm.sd.map(|sd| format!(", SD {sd}")).unwrap_or_default() + &norm.n.map(|n| format!(", n = {n}")).unwrap_or_default();
    match (&norm.score, own) {
        (Err(reason), _) => refuse(&mut row, reason),
        (Ok(_), None) => refuse(&mut row, "nobody in the latest wave has this score"),
        (Ok(_), Some(_)) => {
            compare(&mut row, norm);
            row.add_note(&format!("published mean {}{known} ({})", norm.mean, norm.source));
        }
    }
    row
}

fn refuse(row: &mut ResultRow, reason: &str) {
    row.status = Status::NotEstimable;
    row.add_note(reason);
}

/// The difference with the error of both means.
fn compare(row: &mut ResultRow, norm: &Norm) {
    row.estimate = row.estimate.map(|mean| mean - norm.mean);
    (row.conf_low, row.conf_high, row.conf_level, row.test_statistic, row.p_value) = (None, None, None, None, None);
    let Some((error, df)) = row.std_error.zip(row.df) else { return };
    let of_norm = norm.sd.zip(norm.n).filter(|(sd, n)| *sd >= 0.0 && *n > 1.0);
    let (own, other) = (error * error, of_norm.map_or(0.0, |(sd, n)| sd * sd / n));
    let error = (own + other).sqrt();
    let terms = own * own / df + of_norm.map_or(0.0, |(_, n)| other * other / (n - 1.0));
    let df = if terms > 0.0 { (own + other).powi(2) / terms } else { df };
    (row.std_error, row.df) = (Some(error), Some(df));
    if of_norm.is_none() {
        row.add_note("the published mean is taken as exact");
    }
    add_t_interval(row, CONF_LEVEL);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `t.test` of R from summaries: means 5.05 and 5, errors 0.02 and 0.9/√336, df of Welch.
    #[test]
    fn the_errors_of_both_means_count() {
        let mut row = ResultRow::new("d", "a", "barc10_mean", Stat::NormDifference, Unit::Points);
        (row.estimate, row.std_error, row.df) = (Some(5.05), Some(0.02), Some(1495.0));
        let norm = Norm { population: "x".into(), mean: 5.0, sd: Some(0.9), n: Some(336.0), source: String::new(), score: Ok("barc10_mean".into()) };
        compare(&mut row, &norm);
        let (own, other) = (0.0004, 0.81 / 336.0);
        let df = (own + other) * (own + other) / (own * own / 1495.0 + other * other / 335.0);
        assert!((row.estimate.unwrap() - 0.05).abs() < 1e-12 && (row.df.unwrap() - df).abs() < 1e-9);
        assert!((row.std_error.unwrap() - (own + other).sqrt()).abs() < 1e-12);
        assert!(row.conf_low.unwrap() < 0.0 && row.conf_high.unwrap() > 0.15);
    }
}
