//! Means, totals, spreads, counts and ratios: estimates whose error is that of a sum.

use super::context::Answers;
use super::domain::Domain;
use super::request::{Estimate, Kind};

const NO_ANSWER: &str = "nobody in this domain has a valid answer";

/// Mean of a number.
pub(crate) fn mean(domain: &Domain<'_>, answers: &Answers) -> Vec<Estimate> {
    let rows = || domain.valid_rows(answers);
    let rows: Vec<u32> = rows().collect();
    let moments = domain.moments(rows.iter().copied(), |row| answers.value(row, 0));
    if moments.n == 0 {
        return vec![unanswered(domain, Kind::Mean)];
    }
    let mut estimate = domain.start(Kind::Mean, moments.mean, rows.iter().copied(), domain.rows.len() as u64 - moments.n);
    estimate.method = domain.method(&format!("{}, t interval", domain.weighted("mean")));
    domain.add_error(&mut estimate, domain.rows.iter().map(|row| influence_of_mean(domain, answers, *row, 0, moments.mean, moments.weight)));
    domain.add_t_interval(&mut estimate);
    estimate.deff = estimate.std_error.and_then(|error| domain.deff(error, &moments));
    vec![estimate]
}

/// What one row adds to the error of a mean of a cell; rows without an answer add nothing.
pub(crate) fn influence_of_mean(domain: &Domain<'_>, answers: &Answers, row: u32, cell: usize, mean: f64, weight: f64) -> f64 {
    if answers.valid(row) { domain.weight(row) / weight * (answers.value(row, cell) - mean) } else { 0.0 }
}

/// Total of a number.
pub(crate) fn total(domain: &Domain<'_>, answers: &Answers) -> Vec<Estimate> {
    let rows: Vec<u32> = domain.valid_rows(answers).collect();
    let moments = domain.moments(rows.iter().copied(), |row| answers.value(row, 0));
    if moments.n == 0 {
        return vec![unanswered(domain, Kind::Total)];
    }
    let mut estimate = domain.start(Kind::Total, moments.total, rows.iter().copied(), domain.rows.len() as u64 - moments.n);
    estimate.method = domain.method(&format!("{}, t interval", domain.weighted("total")));
    let influence = |row: &u32| if answers.valid(*row) { domain.weight(*row) * answers.value(*row, 0) } else { 0.0 };
    domain.add_error(&mut estimate, domain.rows.iter().map(influence));
    domain.add_t_interval(&mut estimate);
    estimate.deff = estimate.std_error.and_then(|error| domain.deff(error / moments.weight, &moments));
    vec![estimate]
}

/// Standard deviation of a number; its error by the delta method from that of the variance.
pub(crate) fn sd(domain: &Domain<'_>, answers: &Answers) -> Vec<Estimate> {
    let rows: Vec<u32> = domain.valid_rows(answers).collect();
    let moments = domain.moments(rows.iter().copied(), |row| answers.value(row, 0));
    let Some(sd) = moments.sd else {
        return vec![domain.none(Kind::Sd, if moments.n == 0 { NO_ANSWER } else { "one answer has no standard deviation" })];
    };
    let mut estimate = domain.start(Kind::Sd, sd, rows.iter().copied(), domain.rows.len() as u64 - moments.n);
    estimate.method = domain.method(&domain.weighted("standard deviation"));
    let factor = moments.n as f64 / (moments.n as f64 - 1.0);
    let influence = |row: &u32| {
        if sd <= 0.0 || !answers.valid(*row) {
            return 0.0;
        }
        let deviation = (answers.value(*row, 0) - moments.mean) / sd;
        domain.weight(*row) / moments.weight * (factor * deviation * deviation - 1.0) * sd / 2.0
    };
    domain.add_error(&mut estimate, domain.rows.iter().map(influence));
    vec![estimate]
}

/// Smallest and largest value.
pub(crate) fn range(domain: &Domain<'_>, answers: &Answers) -> Vec<Estimate> {
    let rows: Vec<u32> = domain.valid_rows(answers).collect();
    let values = || rows.iter().map(|row| answers.value(*row, 0));
    let missing = (domain.rows.len() - rows.len()) as u64;
    let ends = [(Kind::Min, values().reduce(f64::min)), (Kind::Max, values().reduce(f64::max))];
    let estimate = |(kind, value): (Kind, Option<f64>)| match value {
        Some(value) => Estimate { method: "range".to_owned(), ..domain.start(kind, value, rows.iter().copied(), missing) },
        None => unanswered(domain, kind),
    };
    ends.into_iter().map(estimate).collect()
}

/// Weighted count of rows, of rows with a valid number, or of each level or option.
pub(crate) fn count(domain: &Domain<'_>, answers: Option<&Answers>) -> Vec<Estimate> {
    let cells = answers.map_or(vec![None], Answers::cells);
    let valid = |row: u32| answers.is_none_or(|answers| answers.valid(row));
    let missing = domain.rows.iter().filter(|row| !valid(**row)).count() as u64;
    let mut estimates = Vec::new();
    for (cell, level) in cells.into_iter().enumerate() {
        let inside = |row: u32| match answers {
            None => true,
            Some(Answers::Number(_)) => valid(row),
            Some(answers) => answers.value(row, cell) > 0.0,
        };
        let rows: Vec<u32> = domain.rows.iter().copied().filter(|row| inside(*row)).collect();
        let value = crate::stats::sum(rows.iter().map(|row| domain.weight(*row)));
        let mut estimate = domain.start(Kind::Count, value, rows.iter().copied(), missing);
        estimate.method = domain.method(&domain.weighted("count"));
        domain.add_error(&mut estimate, domain.rows.iter().map(|row| if inside(*row) { domain.weight(*row) } else { 0.0 }));
        domain.add_t_interval(&mut estimate);
        estimate.level = level;
        estimates.push(estimate);
    }
    estimates
}

/// Total of one number over the total of another, of rows that have both.
pub(crate) fn ratio(domain: &Domain<'_>, above: &Answers, below: &Answers) -> Vec<Estimate> {
    let both = |row: u32| above.valid(row) && below.valid(row);
    let rows: Vec<u32> = domain.rows.iter().copied().filter(|row| both(*row)).collect();
    if rows.is_empty() {
        return vec![unanswered(domain, Kind::Ratio)];
    }
    let top = domain.moments(rows.iter().copied(), |row| above.value(row, 0)).total;
    let bottom = domain.moments(rows.iter().copied(), |row| below.value(row, 0)).total;
    if bottom == 0.0 {
        return vec![domain.none(Kind::Ratio, "the total below the line is zero")];
    }
    let ratio = top / bottom;
    let mut estimate = domain.start(Kind::Ratio, ratio, rows.iter().copied(), (domain.rows.len() - rows.len()) as u64);
    estimate.method = domain.method(&format!("{}, t interval", domain.weighted("ratio of totals")));
    let influence = |row: &u32| if both(*row) { domain.weight(*row) / bottom * (above.value(*row, 0) - ratio * below.value(*row, 0)) } else { 0.0 };
    domain.add_error(&mut estimate, domain.rows.iter().map(influence));
    domain.add_t_interval(&mut estimate);
    vec![estimate]
}

/// Not estimable for want of an answer.
pub(crate) fn unanswered(domain: &Domain<'_>, kind: Kind) -> Estimate {
    Estimate { n_missing: domain.rows.len() as u64, ..domain.none(kind, NO_ANSWER) }
}
