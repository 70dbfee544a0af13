//! Scores of a file in, result rows out: count, mean, sd, median, range, alpha and the bands.
//!
//! The rows answer the person who holds the file (`recovista score`); they are never released.

use crate::results::{ResultRow, Stat, Status, Support, Unit};

use super::batch::{ScaleOutput, ScoreSpec};
use super::engine::Scores;
use super::instrument::Scale;

/// What is kept of one scale while a file passes.
#[derive(Debug, Clone, Default)]
struct Kept {
    forms: Vec<Vec<f64>>,
    bands: Vec<u64>,
    unscored: u64,
    alpha: AlphaSums,
}

/// Sums of complete answers, from which Cronbach's alpha follows.
#[derive(Debug, Clone, Default)]
struct AlphaSums {
    n: f64,
    items: Vec<(f64, f64)>,
    total: (f64, f64),
}

/// Scores of a file, batch after batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Summary {
    scales: Vec<Kept>,
}

impl Summary {
    /// Takes the scores of the next rows.
    pub(crate) fn add(&mut self, spec: &ScoreSpec, scores: &Scores) {
        self.scales.resize(spec.instrument.scales.len(), Kept::default());
        for ((kept, scale), values) in self.scales.iter_mut().zip(&spec.instrument.scales).zip(&scores.scales) {
            kept.forms.resize(values.forms.len(), Vec::new());
            for (all, (_, form)) in kept.forms.iter_mut().zip(&values.forms) {
                all.extend(form.iter().filter(|value| !value.is_nan()));
            }
            kept.unscored += values.forms.first().map_or(0, |(_, form)| form.iter().filter(|value| value.is_nan()).count() as u64);
            for band in values.band.iter().filter_map(|band| usize::try_from(*band).ok().filter(|_| *band != crate::frame::NO_LEVEL)) {
                kept.bands.resize(kept.bands.len().max(band + 1), 0);
                kept.bands[band] += 1;
            }
            kept.alpha.add(&members(spec, scale, scores));
        }
    }

    /// The rows, scale by scale and form by form.
    pub(crate) fn rows(&self, spec: &ScoreSpec, dataset: &str) -> Vec<ResultRow> {
        let mut rows = Vec::new();
        for (kept, output) in self.scales.iter().zip(spec.outputs()) {
            for ((column, _, _), values) in output.forms.iter().zip(&kept.forms) {
                rows.extend(form_rows(spec, &output, kept, dataset, column, values));
            }
            if let Some((column, labels)) = &output.band {
                let scored: u64 = kept.bands.iter().sum();
                for (place, label) in labels.iter().enumerate() {
                    let count = kept.bands.get(place).copied().unwrap_or(0) as f64;
                    let mut row = row(spec, dataset, column, Stat::Count, Unit::People, Some(count));
                    row.level = Some(label.clone());
                    row.n = Some(count);
                    row.denominator = Some(scored as f64);
                    rows.push(row);
                }
            }
        }
        rows
    }
}

fn form_rows(spec: &ScoreSpec, output: &ScaleOutput, kept: &Kept, dataset: &str, column: &str, values: &[f64]) -> Vec<ResultRow> {
    let n = values.len() as f64;
    let mean = (n > 0.0).then(|| values.iter().sum::<f64>() / n);
    let sd = mean.filter(|_| n > 1.0).map(|mean| (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt());
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut figures = vec![
        (Stat::Count, Unit::People, Some(n)),
        (Stat::Mean, Unit::Points, mean),
        (Stat::Sd, Unit::Points, sd),
        (Stat::Quantile, Unit::Points, median(&sorted)),
        (Stat::Min, Unit::Points, sorted.first().copied()),
        (Stat::Max, Unit::Points, sorted.last().copied()),
    ];
    if output.answers.len() > 1 {
        figures.push((Stat::Alpha, Unit::None, kept.alpha.alpha()));
    }
    let of = |(stat, unit, estimate): (Stat, Unit, Option<f64>)| {
        let mut row = row(spec, dataset, column, stat, unit, estimate);
        row.n = Some(if stat == Stat::Alpha { kept.alpha.n } else { n });
        row.n_missing = Some(kept.unscored as f64);
        if stat == Stat::Quantile {
            row.level = Some("0.5".to_owned());
        }
        row
    };
    figures.into_iter().map(of).collect()
}

fn row(spec: &ScoreSpec, dataset: &str, column: &str, stat: Stat, unit: Unit, estimate: Option<f64>) -> ResultRow {
    let mut row = ResultRow::new(dataset, "score", column, stat, unit);
    row.estimate = estimate;
    row.method = method(spec);
    row.support = Support::Quality;
    if estimate.is_none() {
        row.status = Status::NotEstimable;
        row.note = Some("too few scores".to_owned());
    }
    row
}

/// The coding and the missing rule in words: both change the figure.
fn method(spec: &ScoreSpec) -> String {
    let coding = &spec.coding;
    let version = if coding.variant.is_empty() { String::new() } else { format!(", variant {}", coding.variant) };
    let allowed = spec.instrument.scales.iter().map(|scale| scale.max_missing).max().unwrap_or(0);
    let missing = if spec.complete_only || allowed == 0 { "complete items only".to_owned() } else { format!("prorated with up to {allowed} items missing") };
    format!("{} coded {}-{}{version}, {missing}", spec.instrument.id, coding.first, coding.last)
}

/// The middle value, or the mean of the two in the middle.
fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { sorted[middle - 1].midpoint(upper) })
}

fn members<'a>(spec: &ScoreSpec, scale: &Scale, scores: &'a Scores) -> Vec<&'a [f64]> {
    spec.coding.keys.iter().zip(&scores.answers).filter(|(key, _)| scale.items.contains(&key.item)).map(|(_, answers)| answers.as_slice()).collect()
}

impl AlphaSums {
    fn add(&mut self, items: &[&[f64]]) {
        self.items.resize(items.len(), (0.0, 0.0));
        for row in 0..items.first().map_or(0, |answers| answers.len()) {
            if items.iter().any(|answers| answers[row].is_nan()) {
                continue;
            }
            let mut total = 0.0;
            for (sums, answers) in self.items.iter_mut().zip(items) {
                *sums = (sums.0 + answers[row], sums.1 + answers[row] * answers[row]);
                total += answers[row];
            }
            self.total = (self.total.0 + total, self.total.1 + total * total);
            self.n += 1.0;
        }
    }

    /// `k/(k − 1) · (1 − Σ item variances / variance of the sum)`, over complete rows (Cronbach 1951,
    /// doi:10.1007/BF02310555). Answers are small whole numbers, so the sums are exact.
    fn alpha(&self) -> Option<f64> {
        let k = self.items.len() as f64;
        let spread = |(sum, squares): (f64, f64)| squares - sum * sum / self.n;
        let total = spread(self.total);
        if self.n < 2.0 || total <= 0.0 || k < 2.0 {
            return None;
        }
        Some(k / (k - 1.0) * (1.0 - self.items.iter().map(|sums| spread(*sums)).sum::<f64>() / total))
    }
}
