//! Answers of an instrument in, scores out, on slices: the one scoring rule for every instrument.
//!
//! Codes are read by the declared coding, reversed items are turned, missing items are counted, sums
//! are prorated and bands are half-open on the unrounded score. A code outside the coding is reported
//! with its item and row and counts as missing.

use crate::frame::NO_LEVEL;

use super::coding::Coding;
use super::instrument::{Form, Instrument, Scale};

/// What the caller may choose.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options<'a> {
    /// A score needs every item.
    pub complete_only: bool,
    /// Position of each row's group in the instrument's groups; empty when there is none.
    pub groups: &'a [Option<usize>],
}

/// A code that means no answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OutOfRange {
    /// Position among the scored items, from 0.
    pub item: usize,
    /// Row, from 0.
    pub row: usize,
    /// The code.
    pub code: f64,
}

/// Scores of one scale, one value a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScaleScores {
    /// The forms with their values; NaN where there is no score.
    pub forms: Vec<(Form, Vec<f64>)>,
    /// Position of the band among the scale's band labels; `NO_LEVEL` where there is none.
    pub band: Vec<u32>,
    /// The cuts, 1 or 0, in the scale's order; NaN where there is no score.
    pub cuts: Vec<Vec<f64>>,
    /// Items answered.
    pub n_valid: Vec<f64>,
    /// Whether the score stands for missing items too.
    pub prorated: Vec<bool>,
    /// Whether some items were answered, but too few for a score.
    pub too_many_missing: Vec<bool>,
}

/// All scores of an instrument.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scores {
    /// One for each scale of the instrument, in its order.
    pub scales: Vec<ScaleScores>,
    /// Codes that mean no answer.
    pub out_of_range: Vec<OutOfRange>,
    /// Canonical answers after reversal, item by item; NaN is missing.
    pub answers: Vec<Vec<f64>>,
}

/// Scores rows; `items` are the scored items' codes in the instrument's order, NaN where missing.
pub(crate) fn score(instrument: &Instrument, coding: &Coding, options: &Options<'_>, items: &[&[f64]]) -> Scores {
    let mut scores = Scores::default();
    for (position, (key, codes)) in coding.keys.iter().zip(items).enumerate() {
        let mut answers = vec![f64::NAN; codes.len()];
        for (row, code) in codes.iter().enumerate().filter(|(_, code)| !code.is_nan()) {
            match key.answer(*code) {
                Some(answer) => answers[row] = answer,
                None => scores.out_of_range.push(OutOfRange { item: position, row, code: *code }),
            }
        }
        scores.answers.push(answers);
    }
    skip_logic(instrument, coding, items, &mut scores.answers);
    scores.scales = instrument.scales.iter().map(|scale| scale_scores(instrument, scale, coding, options, &scores.answers)).collect();
    scores
}

/// Fills in the items that were not put to people because of another answer; wrong codes stay missing.
fn skip_logic(instrument: &Instrument, coding: &Coding, items: &[&[f64]], answers: &mut [Vec<f64>]) {
    let place = |item: usize| coding.keys.iter().position(|key| key.item == item);
    for skip in &instrument.skips {
        let Some(when) = place(skip.when) else { continue };
        for then in skip.then.iter().filter_map(|item| place(*item)) {
            for row in 0..answers[when].len() {
                let leads = (answers[when][row] - skip.is).abs() < 1e-9;
                if leads && items[then][row].is_nan() {
                    answers[then][row] = skip.value;
                }
            }
        }
    }
}

fn scale_scores(instrument: &Instrument, scale: &Scale, coding: &Coding, options: &Options<'_>, answers: &[Vec<f64>]) -> ScaleScores {
    let members: Vec<&Vec<f64>> = coding.keys.iter().zip(answers).filter(|(key, _)| scale.items.contains(&key.item)).map(|(_, answers)| answers).collect();
    let rows = members.first().map_or(0, |answers| answers.len());
    let n_items = members.len() as f64;
    let allowed = if options.complete_only { 0.0 } else { scale.max_missing as f64 };
    let forms = coding.forms(scale);
    let mut scores = ScaleScores {
        forms: forms.iter().map(|form| (*form, Vec::with_capacity(rows))).collect(),
        cuts: vec![Vec::with_capacity(rows); scale.cuts.len()],
        ..ScaleScores::default()
    };
    let (sums, answered) = sums(&members, rows);
    let bands = if coding.bands { bands(scale) } else { Vec::new() };
    for (row, (sum, valid)) in sums.iter().zip(&answered).enumerate() {
        let is_scored = *valid > 0.0 && n_items - valid <= allowed;
        let value = |form: Form| if is_scored { form_value(form, scale, *sum, *valid, n_items) } else { f64::NAN };
        for (form, values) in &mut scores.forms {
            values.push(value(*form));
        }
        let score = value(scale.band_of);
        let group = || options.groups.get(row).copied().flatten().and_then(|position| instrument.groups.get(position)).map(|group| group.id.as_str());
        scores.band.push(band(&bands, score, group));
        for (cut, values) in scale.cuts.iter().zip(&mut scores.cuts) {
            values.push(if score.is_nan() { f64::NAN } else { f64::from(u8::from(score >= cut.at_least)) });
        }
        scores.prorated.push(is_scored && *valid < n_items);
        scores.too_many_missing.push(*valid > 0.0 && !is_scored);
    }
    scores.n_valid = answered;
    scores
}

/// Sum of the answered items of each row, and how many they are.
fn sums(members: &[&Vec<f64>], rows: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut sums, mut answered) = (vec![0.0; rows], vec![0.0; rows]);
    for answers in members {
        for ((sum, count), answer) in sums.iter_mut().zip(&mut answered).zip(*answers) {
            let is_missing = answer.is_nan();
            *sum += if is_missing { 0.0 } else { *answer };
            *count += if is_missing { 0.0 } else { 1.0 };
        }
    }
    (sums, answered)
}

/// A score from the sum of the answered items. The prorated sum stays unrounded.
fn form_value(form: Form, scale: &Scale, sum: f64, n_valid: f64, n_items: f64) -> f64 {
    match form {
        Form::Sum => sum * n_items / n_valid,
        Form::Mean => sum / n_valid,
        Form::MeanTimes10 => sum / n_valid * 10.0,
        Form::T => {
            let Some((from, values)) = &scale.lookup else { return f64::NAN };
            if n_valid < n_items {
                return f64::NAN;
            }
            values.iter().enumerate().find(|(step, _)| (from + *step as f64 - sum).abs() < 1e-9).map_or(f64::NAN, |(_, value)| *value)
        }
    }
}

/// The bands of a scale, each with the position of its label.
fn bands(scale: &Scale) -> Vec<(&super::instrument::Band, u32)> {
    let labels = labels(scale);
    let position = |band: &super::instrument::Band| labels.iter().position(|label| *label == band.label).and_then(|position| u32::try_from(position).ok());
    scale.bands.iter().map(|band| (band, position(band).unwrap_or(NO_LEVEL))).collect()
}

/// The band of an unrounded score: `from ≤ score < below`.
fn band<'a>(bands: &[(&super::instrument::Band, u32)], score: f64, group: impl Fn() -> Option<&'a str>) -> u32 {
    let fits = |band: &super::instrument::Band| band.from <= score && score < band.below && (band.group.is_empty() || Some(band.group.as_str()) == group());
    bands.iter().find(|(band, _)| fits(band)).map_or(NO_LEVEL, |(_, position)| *position)
}

/// The labels of a scale's bands, each once, in the file's order.
pub(crate) fn labels(scale: &Scale) -> Vec<&str> {
    let mut labels: Vec<&str> = Vec::new();
    for band in &scale.bands {
        if !labels.contains(&band.label.as_str()) {
            labels.push(&band.label);
        }
    }
    labels
}
