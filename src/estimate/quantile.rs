//! Quantiles by three rules, with Woodruff's interval: the share below is estimated, its bounds are read back.

use super::context::Answers;
use super::domain::{Domain, add_note};
use super::linear::unanswered;
use super::request::{Estimate, Kind, QuantileRule};

/// A cumulative weight this near to p·W meets it.
const MEETS: f64 = 1e-12;
/// Values this near above a quantile count as at it.
const AT: f64 = 1e-9;

/// Distinct values with their cumulative weight, and all values in order.
struct Distribution {
    values: Vec<f64>,
    cumulative: Vec<f64>,
    sorted: Vec<f64>,
}

/// Quantiles of a number.
pub(crate) fn quantile(domain: &Domain<'_>, answers: &Answers, probs: &[f64], rule: Option<QuantileRule>) -> Vec<Estimate> {
    let rows: Vec<u32> = domain.valid_rows(answers).collect();
    if rows.is_empty() {
        return probs.iter().map(|p| Estimate { level: Some(p.to_string()), ..unanswered(domain, Kind::Quantile) }).collect();
    }
    let first = domain.weight(rows[0]);
    let equal = rows.iter().all(|row| (domain.weight(*row) - first).abs() <= MEETS * first);
    let rule = rule.unwrap_or(if equal { QuantileRule::Hf7 } else { QuantileRule::School });
    let distribution = Distribution::new(rows.iter().map(|row| (answers.value(*row, 0), domain.weight(*row))).collect());
    let one = |p: &f64| {
        let estimate = if rule == QuantileRule::Hf7 && !equal {
            domain.none(Kind::Quantile, "rule hf7 is for equal weights; use school or math")
        } else {
            one(domain, answers, &rows, &distribution, *p, rule)
        };
        Estimate { level: Some(p.to_string()), ..estimate }
    };
    probs.iter().map(one).collect()
}

fn one(domain: &Domain<'_>, answers: &Answers, rows: &[u32], distribution: &Distribution, p: f64, rule: QuantileRule) -> Estimate {
    let Some(value) = distribution.at(p, rule) else { return domain.none(Kind::Quantile, "the probability is not between 0 and 1") };
    let mut estimate = domain.start(Kind::Quantile, value, rows.iter().copied(), (domain.rows.len() - rows.len()) as u64);
    let word = match rule {
        QuantileRule::Hf7 => "hf7",
        QuantileRule::School => "school",
        QuantileRule::Math => "math",
    };
    estimate.method = domain.method(&format!("{}, rule {word}, Woodruff interval", domain.weighted("quantile")));
    let limit = value + AT * value.abs();
    let below = |row: u32| f64::from(u8::from(answers.value(row, 0) <= limit));
    let moments = domain.moments(rows.iter().copied(), below);
    let influence = |row: &u32| if answers.valid(*row) { domain.weight(*row) / moments.weight * (below(*row) - moments.mean) } else { 0.0 };
    domain.add_error(&mut estimate, domain.rows.iter().map(influence));
    estimate.cv = None;
    let Some((error, t)) = estimate.std_error.take().zip(domain.t(&estimate)) else { return estimate };
    let bound = |share: f64| (0.0..=1.0).contains(&share).then(|| distribution.at(share, rule)).flatten();
    estimate.conf_low = bound(moments.mean - t * error);
    estimate.conf_high = bound(moments.mean + t * error);
    match (estimate.conf_low, estimate.conf_high) {
        (Some(low), Some(high)) => {
            let error = (high - low) / (2.0 * t);
            estimate.std_error = Some(error);
            estimate.cv = (value != 0.0).then(|| error / value.abs());
        }
        _ => add_note(&mut estimate, "a bound of the interval lies beyond the data"),
    }
    estimate
}

impl Distribution {
    fn new(mut pairs: Vec<(f64, f64)>) -> Self {
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let (mut values, mut cumulative): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut weight = crate::stats::Sum::default();
        for (value, w) in &pairs {
            weight.add(*w);
            if values.last() == Some(value) {
                cumulative.pop();
            } else {
                values.push(*value);
            }
            cumulative.push(weight.value());
        }
        Self { values, cumulative, sorted: pairs.into_iter().map(|pair| pair.0).collect() }
    }

    /// The quantile of a probability by a rule.
    fn at(&self, p: f64, rule: QuantileRule) -> Option<f64> {
        if !(0.0..=1.0).contains(&p) {
            return None;
        }
        if rule == QuantileRule::Hf7 {
            return crate::stats::between(&self.sorted, (self.sorted.len() - 1) as f64 * p);
        }
        let total = *self.cumulative.last()?;
        let position = self.cumulative.partition_point(|weight| *weight < (p - MEETS) * total);
        let value = *self.values.get(position)?;
        let meets = (self.cumulative[position] - p * total).abs() <= MEETS * total;
        match (rule, self.values.get(position + 1)) {
            (QuantileRule::School, Some(next)) if meets => Some(f64::midpoint(value, *next)),
            _ => Some(value),
        }
    }
}
