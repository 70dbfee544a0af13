//! One dot per team above a box: every value, the middle half, the median with its interval.

use std::fmt::Write as _;

use super::axis::{Axis, count};
use super::canvas::{Canvas, Side};
use super::panel::{blank, write_ticks};
use super::spec::{Distribution, Spread};
use super::text::{Type, measure};
use super::theme::Role;

const BOX: f64 = 16.0;

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, chart: &Distribution) {
    let values = chart.groups.iter().flat_map(|group| {
        let (low, high) = group.median.interval().unzip();
        let (least, most) = group.extremes.unzip();
        let (first, third) = group.quartiles.unzip();
        let dots: Vec<f64> = group.dots.iter().map(|(value, _)| *value).collect();
        dots.into_iter().chain([group.median.seen(), low, high, least, most, first, third].into_iter().flatten())
    });
    let axis = Axis::new(chart.scale, chart.range, values, chart.range.is_none(), (canvas.left + 14.0, canvas.right - 14.0));
    let radius = radius(chart, &axis);
    for (position, group) in chart.groups.iter().enumerate() {
        if position > 0 {
            canvas.y += 16.0;
        }
        name(canvas, group);
        if group.median.seen().is_none() && group.dots.is_empty() {
            canvas.note(group.median.mark);
            blank(canvas, (axis.start, canvas.y + 10.0), group.median.mark);
            canvas.y += 24.0;
            continue;
        }
        draw_group(canvas, chart, group, &axis, radius);
    }
    let bottom = canvas.y + 6.0;
    canvas.line((axis.start - 6.0, bottom), (axis.end + 6.0, bottom), Role::Axis, 1.0);
    for tick in &axis.ticks {
        canvas.line((axis.at(*tick), bottom), (axis.at(*tick), bottom + 4.0), Role::Axis, 1.0);
    }
    write_ticks(canvas, &axis, chart.scale, bottom + 3.0);
    canvas.y = bottom + 8.0 + Type::SMALL.leading();
    if chart.groups.iter().any(|group| !group.dots.is_empty()) {
        let words = format!("Each dot is one {}. Box: middle half and median; line below it: interval of the median.", chart.unit);
        let (left, inner) = (canvas.left, canvas.inner());
        canvas.y += canvas.paragraph(left, canvas.y + 2.0, inner, &words, Type::SMALL, Side::Start);
    }
}

/// The largest radius at which neighbours do not touch and the highest column stays below 130 px.
fn radius(chart: &Distribution, axis: &Axis) -> f64 {
    let mut radius: f64 = 6.0;
    for group in &chart.groups {
        let mut places: Vec<f64> = group.dots.iter().map(|(value, _)| axis.at(*value)).collect();
        places.sort_by(f64::total_cmp);
        for pair in places.windows(2).filter(|pair| pair[1] - pair[0] > 0.01) {
            radius = radius.min((pair[1] - pair[0]) / 2.2);
        }
        let most = group.dots.iter().map(|(_, units)| *units).fold(1.0, f64::max);
        radius = radius.min(130.0 / (2.2 * most));
    }
    radius.max(1.2)
}

fn name(canvas: &mut Canvas, group: &Spread) {
    if group.label.is_empty() {
        return;
    }
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += canvas.paragraph(left, canvas.y, inner, &group.label, Type::STRONG, Side::Start) + 4.0;
}

fn draw_group(canvas: &mut Canvas, chart: &Distribution, group: &Spread, axis: &Axis, radius: f64) {
    let highest = group.dots.iter().map(|(_, units)| *units).fold(0.0, f64::max);
    let floor = canvas.y + highest * radius * 2.2;
    for (value, units) in &group.dots {
        let mut level = 0.0;
        while level < *units && level < 500.0 {
            canvas.dot((axis.at(*value), floor - radius * (1.1 + 2.2 * level)), radius, Role::Grey);
            level += 1.0;
        }
    }
    let middle = floor + 8.0 + BOX / 2.0;
    if let Some((least, most)) = group.extremes {
        canvas.line((axis.at(least), middle), (axis.at(most), middle), Role::Axis, 1.2);
        for end in [least, most] {
            canvas.line((axis.at(end), middle - 4.0), (axis.at(end), middle + 4.0), Role::Axis, 1.2);
        }
    }
    if let Some((first, third)) = group.quartiles {
        let (left, right) = (axis.at(first), axis.at(third));
        canvas.bar((left, middle - BOX / 2.0), (right - left, BOX), Role::Pale);
        canvas.outline((left, middle - BOX / 2.0), (right - left, BOX), Role::Axis, 1.0);
    }
    canvas.y = middle + BOX / 2.0 + 4.0;
    median(canvas, chart, group, axis, middle);
}

/// The median: a line across the box, its interval below, and its words.
fn median(canvas: &mut Canvas, chart: &Distribution, group: &Spread, axis: &Axis, middle: f64) {
    canvas.note(group.median.mark);
    let Some(value) = group.median.seen() else { return };
    let x = axis.at(value);
    canvas.line((x, middle - BOX / 2.0 - 3.0), (x, middle + BOX / 2.0 + 3.0), Role::Accent, 3.0);
    if let Some((low, high)) = group.median.interval() {
        canvas.whisker(axis.at(low), axis.at(high), canvas.y + 5.0, Role::Accent);
        canvas.y += 10.0;
    }
    let mut words = format!("Median {}", chart.scale.figure(&group.median));
    if group.median.interval().is_some() {
        let _ = write!(words, " ({})", chart.scale.interval(&group.median));
    }
    if let Some(n) = group.median.n {
        let _ = write!(words, ", n = {}", count(n));
    }
    let kind = Type::STRONG.in_role(Role::AccentText);
    let half = measure(&words, kind) / 2.0;
    let at = x.max(canvas.left + half).min(canvas.right - half);
    canvas.text((at, canvas.y + 14.0), &words, kind, Side::Middle);
    canvas.y += 20.0;
}
