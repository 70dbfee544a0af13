//! Scores by how often people come: each instrument's mean in bands of attendance, and whether it rises or falls over them.
//!
//! Whoever feels better may come more often, so what these rows show is an association and no effect.

use super::{Analysis, Context, Settings};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Kind, Measure, Request};
use crate::frame::{Column, Frame, Levels, NO_LEVEL, Values};
use crate::results::{ResultRow, Status, Support, Unit};
use crate::stats::t_p_value;

/// Scores by bands of attendance.
pub(super) struct Dose;

/// Beginnings of the bands above the first, unless the pipeline says others: days of the past 90, about weekly and thrice weekly.
const CUTS: [f64; 3] = [1.0, 13.0, 37.0];

impl Analysis for Dose {
    fn kind(&self) -> &'static str {
        "dose"
    }

    fn summary(&self) -> &'static str {
        "scores by how often people come: means in bands of attendance with a test for a trend; an association, not an effect"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["cuts", "dose", "instruments"]
    }

    fn needs(&self, settings: &Settings) -> Vec<String> {
        settings.dose.iter().cloned().collect()
    }

    fn prepare(&self, context: &Context<'_>, frame: &mut Frame) {
        if let Some(dose) = &context.settings.dose {
            add_bands(dose, &cuts(context.settings), frame);
        }
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        plan(context).into_iter().map(|(_, request)| request).collect()
    }

    fn rows(&self, context: &Context<'_>, _frame: &Frame, answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let mut rows = Vec::new();
        let mut fewest = 0;
        for ((variable, request), estimates) in plan(context).into_iter().zip(answers) {
            let is_by_band = request.measure == Measure::Mean && request.by.iter().any(|group| group.ends_with("_dose"));
            if is_by_band {
                fewest = estimates.iter().map(|estimate| estimate.people).filter(|people| *people > 0).min().unwrap_or(0);
            }
            for estimate in estimates {
                let unit = if estimate.kind == Kind::Correlation { Unit::None } else { Unit::Points };
                let mut row = context.row(&variable, unit, estimate);
                if estimate.kind == Kind::Correlation {
                    trend(&mut row, fewest);
                }
                rows.push(row);
            }
        }
        Ok(rows)
    }
}

/// Column of the bands of a number.
fn bands(dose: &str) -> String {
    format!("{dose}_dose")
}

/// Column of the number of each band, from 0.
fn steps(dose: &str) -> String {
    format!("{dose}_dose_step")
}

fn cuts(settings: &Settings) -> Vec<f64> {
    let mut cuts = if settings.cuts.is_empty() { CUTS.to_vec() } else { settings.cuts.clone() };
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    cuts
}

/// What is asked, with the variable that it is about: shares of the bands; of each score the mean of all, of each band, and the trend.
fn plan(context: &Context<'_>) -> Vec<(String, Request)> {
    let Some(dose) = &context.settings.dose else { return Vec::new() };
    let latest = context.subject.waves.last();
    let wave: Vec<String> = latest.map(|_| "wave".to_owned()).into_iter().collect();
    let ask = |variable: &str, measure: Measure, by: &[String]| {
        let mut request = Request::new(variable, measure).by(wave.iter().chain(by).cloned());
        request.filter.extend(latest.map(|wave| ("wave".to_owned(), vec![wave.clone()])));
        (variable.to_owned(), request)
    };
    let mut plan = vec![ask(&bands(dose), Measure::Proportion { ci: CiMethod::Logit, base: Base::Valid }, &[])];
    for score in context.instruments().flat_map(|scored| &scored.scales).filter_map(|scale| scale.scores.first()) {
        plan.push(ask(score, Measure::Mean, &[]));
        plan.push(ask(score, Measure::Mean, &[bands(dose)]));
        plan.push(ask(score, Measure::Correlation { with: steps(dose) }, &[]));
    }
    plan
}

/// Tests the correlation of a score with the number of the band; it rests on every band, so on the fewest people of one.
fn trend(row: &mut ResultRow, fewest: u64) {
    row.level = Some("trend over bands".to_owned());
    row.method = format!("{}, of the score with the number of the band", row.method);
    row.support = Support::People { behind: fewest, outside: None };
    let (Some(r), Some(error), Some(df)) = (row.estimate, row.std_error, row.df) else { return };
    if row.status != Status::NotEstimable && error > 0.0 {
        row.test_statistic = Some(r / error);
        row.p_value = t_p_value(r / error, df);
    }
}

/// Adds the band of each row and its number.
fn add_bands(dose: &str, cuts: &[f64], frame: &mut Frame) {
    let is_whole = |value: &f64| value.is_nan() || value.fract() == 0.0;
    let whole = cuts.iter().all(is_whole) && frame.batches.iter().filter_map(|batch| batch.numbers(dose)).flatten().all(is_whole);
    for batch in &mut frame.batches {
        let Some(values) = batch.numbers(dose) else { continue };
        let place = |value: &f64| (!value.is_nan()).then(|| cuts.partition_point(|cut| cut <= value));
        let places: Vec<Option<usize>> = values.iter().map(place).collect();
        let missing = batch.column(dose).map(|known| known.missing.clone()).unwrap_or_default();
        let levels = places.iter().map(|place| place.and_then(|place| u32::try_from(place).ok()).unwrap_or(NO_LEVEL)).collect();
        let numbers = places.iter().map(|place| place.map_or(f64::NAN, |place| place as f64)).collect();
        batch.push(Column { name: bands(dose), values: Values::Level(levels), missing: missing.clone() });
        batch.push(Column { name: steps(dose), values: Values::Number(numbers), missing });
    }
    frame.levels.insert(bands(dose), Levels::new(names(cuts, whole)));
}

/// `0`, `1–12`, `13–36`, `37 and more`; with parts of a number `under 0.5`, `0.5 to under 1`.
fn names(cuts: &[f64], whole: bool) -> Vec<String> {
    let span = |from: f64, to: f64| if from + 1.0 >= to { from.to_string() } else { format!("{from}–{}", to - 1.0) };
    let first = cuts.first().map(|cut| if whole && *cut > 0.0 { span(0.0, *cut) } else { format!("under {cut}") });
    let middle = cuts.windows(2).map(|pair| if whole { span(pair[0], pair[1]) } else { format!("{} to under {}", pair[0], pair[1]) });
    let last = cuts.last().map(|cut| format!("{cut} and more"));
    first.into_iter().chain(middle).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Batch;

    #[test]
    fn bands_begin_at_their_cuts_and_say_so() {
        assert_eq!(names(&CUTS, true), ["0", "1–12", "13–36", "37 and more"]);
        assert_eq!(names(&[0.5, 1.0], false), ["under 0.5", "0.5 to under 1", "1 and more"]);
        let mut batch = Batch::new(6);
        batch.push(Column { name: "days".into(), values: Values::Number(vec![0.0, 1.0, 12.0, 13.0, 90.0, f64::NAN]), missing: Vec::new() });
        let mut frame = Frame { batches: vec![batch], ..Frame::default() };
        add_bands("days", &CUTS, &mut frame);
        assert_eq!(frame.batches[0].levels("days_dose"), Some(&[0, 1, 1, 2, 3, NO_LEVEL][..]));
        assert_eq!(frame.batches[0].numbers("days_dose_step").map(|steps| steps[..5].to_vec()), Some(vec![0.0, 1.0, 1.0, 2.0, 3.0]));
    }
}
