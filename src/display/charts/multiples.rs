//! Small multiples: one region per panel on the same scales, its own line against all others in grey.

use super::axis::{Axis, base};
use super::canvas::{Canvas, Side};
use super::panel::{horizontal_grid, nothing, places, ribbon, runs, tick_width, within};
use super::spec::{Estimate, Mark, Multiples, Panel};
use super::text::{Type, measure, shorten, wrap};
use super::theme::Role;

const HEIGHT: f64 = 92.0;
const GAP: f64 = 18.0;

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, chart: &Multiples) {
    let values = chart.panels.iter().flat_map(|panel| &panel.points).flat_map(|estimate| {
        let (low, high) = estimate.interval().unzip();
        [estimate.seen(), low, high]
    });
    let axis = Axis::new(chart.scale, None, values.flatten(), true, (0.0, 1.0));
    let columns = match (canvas.narrow(), chart.panels.len()) {
        (_, 0..=1) => 1,
        (true, _) | (false, 2 | 4) => 2,
        (false, _) => 3,
    };
    if chart.panels.is_empty() {
        nothing(canvas);
        return;
    }
    let tall = HEIGHT + canvas.grow(170.0, chart.panels.len().div_ceil(columns));
    let ticks = tick_width(&axis, chart.scale) + 8.0;
    let width = (canvas.inner() - ticks - GAP * (columns as f64 - 1.0)) / columns as f64;
    for (row, panels) in chart.panels.chunks(columns).enumerate() {
        let head = panels.iter().map(|panel| wrap(&panel.label, width, Type::STRONG).len()).max().unwrap_or(1) as f64 * Type::STRONG.leading();
        let notes = Type::SMALL.leading() + 4.0;
        let top = canvas.y + head + notes;
        for (column, panel) in panels.iter().enumerate() {
            let left = canvas.left + ticks + (width + GAP) * column as f64;
            let place = Place { left, right: left + width, top: canvas.y, head, own: row * columns + column, first: column == 0 };
            draw_panel(canvas, chart, panel, &axis.moved(top + tall, top), &place);
        }
        canvas.y = top + tall + 6.0 + Type::SMALL.leading() + 12.0;
    }
    canvas.y -= 10.0;
}

struct Place {
    left: f64,
    right: f64,
    top: f64,
    head: f64,
    own: usize,
    first: bool,
}

fn placed(chart: &Multiples, panel: &Panel, place: &Place) -> Vec<(f64, Option<Estimate>)> {
    let steps = chart.months.len().saturating_sub(1).max(1) as f64;
    // Room for the last figure at the end of the line.
    let (start, end) = (place.left + 6.0, place.right - 10.0);
    (0..chart.months.len()).map(|month| (start + (end - start) * month as f64 / steps, panel.points.get(month).copied())).collect()
}

fn draw_panel(canvas: &mut Canvas, chart: &Multiples, panel: &Panel, axis: &Axis, place: &Place) {
    canvas.paragraph(place.left, place.top, place.right - place.left, &panel.label, Type::STRONG, Side::Start);
    horizontal_grid(canvas, axis, chart.scale, (place.left, place.right), place.first);
    for (position, other) in chart.panels.iter().enumerate() {
        if position != place.own {
            for run in runs(&placed(chart, other, place), |_| false) {
                canvas.path(places(&run, axis), Role::Behind, 1.0);
            }
        }
    }
    let own = placed(chart, panel, place);
    for (x, estimate) in own.iter().filter_map(|(x, estimate)| estimate.map(|estimate| (*x, estimate))) {
        canvas.note(estimate.mark);
        if estimate.seen().is_none() {
            let sign = if estimate.mark == Mark::Suppressed { "†" } else { "–" };
            canvas.try_text((x, axis.start - 5.0), sign, Type::SMALL, Side::Middle);
        }
    }
    for run in runs(&own, |_| false) {
        ribbon(canvas, &run, axis, Role::Accent);
        let through = places(&run, axis);
        if let [(only, estimate)] = run[..] {
            if let Some((low, high)) = estimate.interval() {
                canvas.stem(only, axis.at(low), axis.at(high), Role::Accent);
            }
            canvas.dot(through[0], 2.5, Role::Accent);
        }
        canvas.path(through, Role::Accent, 2.0);
    }
    summary(canvas, chart, &own, axis, place);
    months(canvas, chart, &own, axis, place);
}

/// The last figure that is shown: a dot, and its words above the panel.
fn summary(canvas: &mut Canvas, chart: &Multiples, own: &[(f64, Option<Estimate>)], axis: &Axis, place: &Place) {
    let last = own
        .iter()
        .zip(&chart.months)
        .rev()
        .find_map(|((x, estimate), month)| estimate.filter(|estimate| estimate.seen().is_some()).map(|estimate| (*x, estimate, month)));
    let y = place.top + place.head + Type::SMALL.size * 0.95;
    let Some((x, estimate, month)) = last else {
        canvas.text((place.left, y), "† too few to show", Type::SMALL, Side::Start);
        return;
    };
    canvas.dot((x, axis.at(estimate.value)), 3.2, Role::Accent);
    let figure = chart.scale.figure(&estimate);
    let kind = Type::SMALL.in_role(Role::AccentText);
    let interval = chart.scale.interval(&estimate);
    let interval = if interval.is_empty() { interval } else { format!(" ({interval})") };
    let n = base(estimate.n);
    let n = if n.is_empty() { n } else { format!(", {n}") };
    let room = place.right - place.left;
    let choices = [format!("{figure}{interval} in {month}{n}"), format!("{figure} in {month}{n}"), format!("{figure} in {month}"), figure.clone()];
    let words = choices.iter().find(|words| measure(words, kind) <= room).cloned().unwrap_or_else(|| shorten(&figure, room, kind));
    canvas.text((place.left, y), &words, kind, Side::Start);
}

/// The first and the last month below a panel, and one between when there is room.
fn months(canvas: &mut Canvas, chart: &Multiples, own: &[(f64, Option<Estimate>)], axis: &Axis, place: &Place) {
    let end = chart.months.len().saturating_sub(1);
    for month in [0, end, end / 2] {
        if let (Some((x, _)), Some(words)) = (own.get(month), chart.months.get(month)) {
            let half = measure(words, Type::SMALL) / 2.0;
            let (first, last) = (own[0].0, own[end].0);
            let at = if end == 0 { *x } else { x.max(first - 6.0 + half).min(last + 10.0 - half) };
            if within(canvas, at, axis.start + 5.0, words, (place.left - 2.0, place.right + 4.0)) {
                canvas.line((*x, axis.start), (*x, axis.start + 3.0), Role::Axis, 1.0);
            }
        }
    }
}
