//! Scored frame in, the points of a vital-signs curve out: a local smooth with its interval on a fixed grid.

use super::super::{Context, ScoredScale};
use crate::frame::Frame;
use crate::results::{ResultRow, Stat, Support, Unit};
use crate::stats;

/// Years at which the curve is evaluated; nobody's own value is a point of it.
const GRID: [f64; 15] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0];
/// Share of people in each local fit.
const SPAN: f64 = 0.5;

/// The curve of a scale's headline in the latest wave. It ends where fewer people than the threshold remain.
pub(super) fn rows(context: &Context<'_>, frame: &Frame, scale: &ScoredScale, years: &str) -> Vec<ResultRow> {
    let Some(score) = scale.scores.first() else { return Vec::new() };
    let wave = context.subject.waves.last().map(String::as_str).unwrap_or_default();
    let (mut x, mut y) = points(frame, score, years, wave);
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|a, b| x[*a].total_cmp(&x[*b]).then(y[*a].total_cmp(&y[*b])));
    x = order.iter().map(|place| x[*place]).collect();
    y = order.iter().map(|place| y[*place]).collect();
    let weights = vec![1.0; x.len()];
    let beyond = |at: f64| x.iter().filter(|value| **value >= at).count() as u64;
    let mut rows = Vec::new();
    for point in stats::smooth_on_grid(&x, &y, &weights, &GRID, SPAN) {
        if point.x > 0.0 && beyond(point.x) < context.subject.minimum_cell {
            break;
        }
        let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, score, Stat::Smooth, Unit::Points);
        row.level = Some(point.x.to_string());
        row.estimate = Some(point.fit);
        row.std_error = Some(point.se);
        row.conf_low = Some(point.fit - 1.959_963_984_540_054 * point.se);
        row.conf_high = Some(point.fit + 1.959_963_984_540_054 * point.se);
        row.conf_level = Some(0.95);
        row.n = Some(point.n_near as f64);
        row.method = format!("local linear smooth over {years}, span {SPAN}, unweighted, pointwise normal interval");
        row.support = Support::People { behind: point.n_near, outside: None };
        rows.push(context.in_wave(row, wave));
    }
    rows
}

fn points(frame: &Frame, score: &str, years: &str, wave: &str) -> (Vec<f64>, Vec<f64>) {
    let position = frame.levels.get("wave").and_then(|levels| levels.position(wave));
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for batch in &frame.batches {
        let (Some(at), Some(values)) = (batch.numbers(years), batch.numbers(score)) else { continue };
        let waves = batch.levels("wave").filter(|_| !wave.is_empty());
        for row in (0..batch.rows()).filter(|row| waves.is_none_or(|waves| Some(waves[*row]) == position)) {
            if !at[row].is_nan() && !values[row].is_nan() {
                x.push(at[row]);
                y.push(values[row]);
            }
        }
    }
    (x, y)
}
