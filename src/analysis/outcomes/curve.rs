//! Scored frame in, the points of a vital-signs curve out: a local smooth with its interval on a fixed grid.

use super::super::resampled::Resampled;
use super::super::{CONF_LEVEL, Context, ScoredScale, add_t_interval};
use crate::frame::Frame;
use crate::results::{ResultRow, Stat, Support, Unit};
use crate::stats;

/// Years at which the curve is evaluated; nobody's own value is a point of it.
const GRID: [f64; 15] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0];
/// Share of people in each local fit.
const SPAN: f64 = 0.5;

/// Samples of the bootstrap, and its seed unless the pipeline says another.
const REPLICATES: u32 = 400;
const SEED: u64 = 1;

/// The points of a curve, and the batch and row of each.
#[derive(Default)]
struct Points {
    x: Vec<f64>,
    y: Vec<f64>,
    rows: Vec<(usize, usize)>,
}

/// The curve of a scale's headline in the latest wave. It ends where fewer people than the threshold remain.
pub(super) fn rows(context: &Context<'_>, frame: &Frame, scale: &ScoredScale, years: &str) -> Vec<ResultRow> {
    let Some(score) = scale.scores.first() else { return Vec::new() };
    let wave = context.subject.waves.last().map(String::as_str).unwrap_or_default();
    let points = Points::new(frame, score, years, wave);
    let drawn = Resampled::new(&context.subject.design, frame, &points.rows);
    let weights = vec![1.0; points.x.len()];
    let beyond = |at: f64| points.x.iter().filter(|value| **value >= at).count() as u64;
    let seed = context.settings.seed.unwrap_or(SEED);
    let how = stats::Resampling { units: &drawn.units, strata: &drawn.strata, replicates: REPLICATES, seed };
    let errors = stats::smooth_bootstrap(&points.x, &points.y, &GRID, SPAN, how);
    let (df, resampled) = (drawn.df(), drawn.words());
    let mut rows = Vec::new();
    for point in stats::smooth_on_grid(&points.x, &points.y, &weights, &GRID, SPAN) {
        if point.x > 0.0 && beyond(point.x) < context.subject.minimum_cell {
            break;
        }
        let error = GRID.iter().position(|place| place.total_cmp(&point.x).is_eq()).and_then(|place| errors[place]);
        let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, score, Stat::Smooth, Unit::Points);
        row.level = Some(point.x.to_string());
        row.estimate = Some(point.fit);
        if drawn.has_lone {
            row.add_note("no interval: a stratum has only one cluster, so how much clusters differ cannot be told");
        } else if let Some(error) = error.filter(|_| df > 0.0) {
            (row.std_error, row.df) = (Some(error), Some(df));
            add_t_interval(&mut row, CONF_LEVEL);
        }
        row.n = Some(point.n_near as f64);
        row.method = format!(
            "local linear smooth over {years}, span {SPAN}, unweighted, pointwise t interval with the error of {REPLICATES} bootstrap samples of {resampled}, \
             seed {seed}"
        );
        row.support = Support::People { behind: point.n_near, outside: None };
        rows.push(context.in_wave(row, wave));
    }
    rows
}

impl Points {
    /// The people of a wave who have both numbers.
    fn new(frame: &Frame, score: &str, years: &str, wave: &str) -> Self {
        let position = frame.levels.get("wave").and_then(|levels| levels.position(wave));
        let mut points = Self::default();
        for (place, batch) in frame.batches.iter().enumerate() {
            let (Some(at), Some(values)) = (batch.numbers(years), batch.numbers(score)) else { continue };
            let waves = batch.levels("wave").filter(|_| !wave.is_empty());
            let in_wave = |row: &usize| waves.is_none_or(|waves| Some(waves[*row]) == position);
            for row in (0..batch.rows()).filter(in_wave).filter(|row| !at[*row].is_nan() && !values[*row].is_nan()) {
                points.x.push(at[row]);
                points.y.push(values[row]);
                points.rows.push((place, row));
            }
        }
        points
    }
}
