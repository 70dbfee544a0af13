//! One dot per team above a box: every value, the middle half, the median with its interval.

use std::fmt::Write as _;

use super::axis::{Axis, count};
use super::canvas::{Canvas, Side};
use super::panel::{blank, nothing, write_ticks};
use super::spec::{Distribution, Spread};
use super::text::{Type, measure};
use super::theme::Role;

const BOX: f64 = 16.0;

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, chart: &Distribution) {
    if chart.groups.is_empty() {
        nothing(canvas);
        return;
    }
    let values = chart.groups.iter().flat_map(|group| {
        let (low, high) = group.median.interval().unzip();
        let (least, most) = group.extremes.unzip();
        let (first, third) = group.quartiles.unzip();
        let dots: Vec<f64> = group.dots.iter().map(|(value, _)| *value).collect();
        dots.into_iter().chain([group.median.seen(), low, high, least, most, first, third].into_iter().flatten())
    });
    let axis = Axis::new(chart.scale, chart.range, values, chart.range.is_none(), (canvas.left + 14.0, canvas.right - 14.0));
    let dots = dots(chart, &axis);
    let more = canvas.grow(30.0, chart.groups.len().saturating_sub(1));
    for (position, group) in chart.groups.iter().enumerate() {
        if position > 0 {
            canvas.y += 16.0 + more;
        }
        name(canvas, group);
        if group.median.seen().is_none() && group.dots.is_empty() {
            canvas.note(group.median.mark);
            blank(canvas, (axis.start, canvas.y + 10.0), group.median.mark);
            canvas.y += 24.0;
            continue;
        }
        draw_group(canvas, chart, group, &axis, (&dots, position));
    }
    let bottom = canvas.y + 6.0;
    canvas.line((axis.start - 6.0, bottom), (axis.end + 6.0, bottom), Role::Axis, 1.0);
    for tick in &axis.ticks {
        canvas.line((axis.at(*tick), bottom), (axis.at(*tick), bottom + 4.0), Role::Axis, 1.0);
    }
    write_ticks(canvas, &axis, chart.scale, bottom + 3.0);
    canvas.y = bottom + 8.0 + Type::SMALL.leading();
    if chart.groups.iter().any(|group| !group.dots.is_empty()) {
        let one = if dots.each > 1.0 { format!("up to {} {}s", count(dots.each), chart.unit) } else { format!("one {}", chart.unit) };
        let words = format!("Each dot is {one}. Box: middle half and median; line below it: interval of the median.");
        let (left, inner) = (canvas.left, canvas.inner());
        canvas.y += canvas.paragraph(left, canvas.y + 2.0, inner, &words, Type::SMALL, Side::Start);
    }
}

/// Dots of one size for all groups: where they stand, and how many units one dot is.
struct Dots {
    radius: f64,
    /// Units of one dot: 1, or more where their columns would become too high.
    each: f64,
    /// Columns of each group: place and units.
    columns: Vec<Vec<(f64, f64)>>,
}

/// The largest radius at which neighbours do not touch and columns stay low. Values nearer than the smallest dot share a column.
fn dots(chart: &Distribution, axis: &Axis) -> Dots {
    const HIGHEST: f64 = 130.0;
    const SMALLEST: f64 = 2.5;
    let place = |group: &Spread, width: f64| -> Vec<(f64, f64)> {
        let mut placed: Vec<(f64, f64)> =
            group.dots.iter().filter(|(value, units)| value.is_finite() && *units > 0.0).map(|(value, units)| (axis.at(*value), *units)).collect();
        placed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut columns: Vec<(f64, f64)> = Vec::new();
        for (x, units) in placed {
            match columns.last_mut().filter(|(last, _)| x - *last < width) {
                Some((_, known)) => *known += units,
                None => columns.push((x, units)),
            }
        }
        columns
    };
    let columns: Vec<Vec<(f64, f64)>> = chart.groups.iter().map(|group| place(group, 2.2 * SMALLEST)).collect();
    let gaps = columns.iter().flat_map(|columns| columns.windows(2).map(|pair| pair[1].0 - pair[0].0));
    let highest = columns.iter().flatten().map(|(_, units)| *units).fold(1.0, f64::max);
    let room = gaps.fold(6.0 * 2.2, f64::min) / 2.2;
    let radius = room.min(HIGHEST / (2.2 * highest)).max(SMALLEST);
    let each = (highest * 2.2 * radius / HIGHEST).ceil().max(1.0);
    Dots { radius, each, columns }
}

fn name(canvas: &mut Canvas, group: &Spread) {
    if group.label.is_empty() {
        return;
    }
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += canvas.paragraph(left, canvas.y, inner, &group.label, Type::STRONG, Side::Start) + 4.0;
}

fn draw_group(canvas: &mut Canvas, chart: &Distribution, group: &Spread, axis: &Axis, (dots, position): (&Dots, usize)) {
    let columns = dots.columns.get(position).map(Vec::as_slice).unwrap_or_default();
    let stacked = |units: f64| (units / dots.each).ceil();
    let highest = columns.iter().map(|(_, units)| stacked(*units)).fold(0.0, f64::max);
    let floor = canvas.y + highest * dots.radius * 2.2;
    for (x, units) in columns {
        let mut level = 0.0;
        while level < stacked(*units) {
            canvas.dot((*x, floor - dots.radius * (1.1 + 2.2 * level)), dots.radius, Role::Grey);
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
    let inner = canvas.inner();
    let half = measure(&words, kind).min(inner) / 2.0;
    let at = x.max(canvas.left + half).min(canvas.right - half);
    canvas.y += canvas.paragraph(at, canvas.y + 3.0, inner, &words, kind, Side::Middle) + 4.0;
}
