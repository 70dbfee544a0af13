//! Scores over years in recovery: binned means with intervals, a smooth and its ribbon, one panel per instrument.

use super::axis::{Axis, count};
use super::canvas::{Canvas, Side};
use super::panel::{below, blank, horizontal_grid, nothing, places, ribbon, runs, tick_width};
use super::spec::{Estimate, Mark, Scale, VitalPanel, VitalSigns};
use super::text::{Type, wrap};
use super::theme::Role;

const HEIGHT: f64 = 150.0;
const GAP: f64 = 28.0;

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, chart: &VitalSigns) {
    let columns = if canvas.narrow() || chart.panels.len() == 1 { 1 } else { 2 };
    let width = (canvas.inner() - GAP * (columns as f64 - 1.0)) / columns as f64;
    let places = chart.panels.iter().flat_map(|panel| panel.points.iter().map(|(x, _)| *x).chain(panel.smooth.iter().map(|(x, _)| *x)));
    let along = Axis::new(Scale::Number { decimals: 1 }, None, places, true, (0.0, 1.0));
    if chart.panels.is_empty() {
        nothing(canvas);
        return;
    }
    let tall = if canvas.frame().is_some() { 110.0 } else { HEIGHT };
    let tall = tall + canvas.grow(150.0, chart.panels.len().div_ceil(columns));
    for panels in chart.panels.chunks(columns) {
        let lines = panels.iter().map(|panel| wrap(&panel.label, width, Type::STRONG).len()).max().unwrap_or(1);
        let top = canvas.y + lines as f64 * Type::STRONG.leading() + 8.0;
        let mut bottom = top + tall;
        for (column, panel) in panels.iter().enumerate() {
            let left = canvas.left + (width + GAP) * column as f64;
            canvas.paragraph(left, canvas.y, width, &panel.label, Type::STRONG, Side::Start);
            bottom = bottom.max(draw_panel(canvas, chart, panel, &along, (left, left + width), (top, top + tall)));
        }
        canvas.y = bottom + 14.0;
    }
    canvas.y -= 8.0;
}

/// The scale of an instrument.
fn scores(panel: &VitalPanel) -> Axis {
    let values = panel.points.iter().chain(&panel.smooth).flat_map(|(_, estimate)| {
        let (low, high) = estimate.interval().unzip();
        [estimate.seen(), low, high]
    });
    Axis::new(panel.scale, Some(panel.range), values.flatten(), false, (0.0, 1.0))
}

/// Draws one panel; gives its lower edge.
fn draw_panel(canvas: &mut Canvas, chart: &VitalSigns, panel: &VitalPanel, along: &Axis, (left, right): (f64, f64), (top, bottom): (f64, f64)) -> f64 {
    let axis = scores(panel).moved(bottom, top);
    let ticks = chart.panels.iter().map(|panel| tick_width(&scores(panel), panel.scale)).fold(0.0, f64::max);
    let start = left + ticks + 8.0;
    let along = along.moved(start + 8.0, right - 8.0);
    horizontal_grid(canvas, &axis, panel.scale, (start, right), true);
    if panel.points.iter().chain(&panel.smooth).all(|(_, estimate)| estimate.seen().is_none()) {
        let hidden = panel.points.iter().chain(&panel.smooth).any(|(_, estimate)| estimate.mark == Mark::Suppressed);
        blank(canvas, (start + 12.0, f64::midpoint(top, bottom)), if hidden { Mark::Suppressed } else { Mark::NotEstimable });
    }
    let smooth: Vec<(f64, Option<Estimate>)> = panel.smooth.iter().map(|(x, estimate)| (along.at(*x), Some(*estimate))).collect();
    for run in runs(&smooth, |_| false) {
        ribbon(canvas, &run, &axis, Role::Accent);
        canvas.path(places(&run, &axis), Role::Accent, 2.2);
    }
    for (x, estimate) in &panel.points {
        canvas.note(estimate.mark);
        let x = along.at(*x);
        let Some(value) = estimate.seen() else {
            canvas.try_text((x, axis.start - 5.0), &panel.scale.figure(estimate), Type::SMALL, Side::Middle);
            continue;
        };
        if let Some((low, high)) = estimate.interval() {
            canvas.line((x, axis.at(low)), (x, axis.at(high)), Role::Grey, 1.3);
        }
        canvas.dot((x, axis.at(value)), 3.6, Role::Grey);
    }
    ends(canvas, panel, &smooth, &along, &axis);
    feet(canvas, chart, panel, &along, axis.start, (left, right))
}

/// The first and the last value of the smooth, above or below its ends.
fn ends(canvas: &mut Canvas, panel: &VitalPanel, smooth: &[(f64, Option<Estimate>)], along: &Axis, axis: &Axis) {
    let shown: Vec<(f64, Estimate)> =
        smooth.iter().filter_map(|(x, estimate)| estimate.filter(|estimate| estimate.seen().is_some()).map(|estimate| (*x, estimate))).collect();
    let kind = Type::STRONG.in_role(Role::AccentText);
    for (position, side) in [(shown.first(), Side::Start), (shown.last(), Side::End)] {
        let Some((x, estimate)) = position else { continue };
        let high = estimate.interval().map_or(estimate.value, |(_, high)| high);
        // Above whatever lies under the words: the ribbon and the whiskers of near bins.
        let near = |place: f64| (place - x).abs() < 40.0;
        let points = panel.points.iter().filter(|(years, _)| near(along.at(*years))).map(|(_, point)| *point);
        let over = points.chain(shown.iter().filter(|(place, _)| near(*place)).map(|(_, point)| *point));
        let highest = over.filter_map(|point| point.interval().map(|(_, high)| high)).fold(high, f64::max);
        let y = (axis.at(highest) - 7.0).max(axis.end + 4.0);
        canvas.try_text((*x, y), &panel.scale.figure(estimate), kind, side);
    }
}

/// Ticks, what runs along, and n of every bin; gives the lower edge.
fn feet(canvas: &mut Canvas, chart: &VitalSigns, panel: &VitalPanel, along: &Axis, bottom: f64, (left, right): (f64, f64)) -> f64 {
    for tick in &along.ticks {
        canvas.line((along.at(*tick), bottom), (along.at(*tick), bottom + 3.0), Role::Axis, 1.0);
        below(canvas, along.at(*tick), bottom + 5.0, &Scale::Number { decimals: 1 }.tick(*tick));
    }
    let mut y = bottom + 5.0 + Type::SMALL.leading();
    let height = canvas.paragraph(f64::midpoint(along.start, along.end), y, right - left, &chart.along, Type::SMALL, Side::Middle);
    y += height;
    let mut lines = 0;
    for (x, estimate) in &panel.points {
        if let Some(n) = estimate.n.filter(|_| estimate.seen().is_some()) {
            // Bins that lie close together take turns on several lines.
            for line in 0..4 {
                if below(canvas, along.at(*x), y + Type::SMALL.leading() * f64::from(line), &count(n)) {
                    lines = lines.max(line + 1);
                    break;
                }
            }
        }
    }
    if lines > 0 {
        canvas.try_text((left, y + Type::SMALL.size * 0.95), "n", Type::SMALL, Side::Start);
    }
    y + Type::SMALL.leading() * f64::from(lines)
}
