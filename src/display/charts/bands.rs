//! Bands that may overlap: each at its true width on one scale, its share with interval beside it.

use std::fmt::Write as _;

use super::axis::{Axis, count};
use super::canvas::{Canvas, Side};
use super::panel::{blank, nothing, write_ticks};
use super::spec::{Band, Bands, Mark, Scale};
use super::text::{Type, measure, widest, wrap};
use super::theme::Role;

const STEP: f64 = 26.0;

struct Columns {
    label: f64,
    widths: Axis,
    shares: Axis,
    figure: f64,
    interval: f64,
}

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, chart: &Bands) {
    if chart.bands.is_empty() {
        nothing(canvas);
        return;
    }
    let columns = columns(canvas, chart);
    heads(canvas, chart, &columns);
    let top = canvas.y;
    let step = if canvas.narrow() { STEP + 14.0 } else { STEP };
    let bottom = top + rows_height(canvas, chart, &columns, step);
    if !canvas.narrow() {
        for axis in [&columns.widths, &columns.shares] {
            for tick in &axis.ticks {
                canvas.line((axis.at(*tick), top), (axis.at(*tick), bottom), Role::Grid, 1.0);
            }
        }
    }
    interval_of_median(canvas, chart, &columns, (top, bottom));
    for band in &chart.bands {
        draw_band(canvas, chart, &columns, band);
    }
    if !canvas.narrow() {
        canvas.line((columns.shares.start, top), (columns.shares.start, bottom), Role::Axis, 1.0);
    }
    write_ticks(canvas, &columns.widths, chart.scale, bottom);
    write_ticks(canvas, &columns.shares, Scale::Percent, bottom);
    canvas.y = bottom + 4.0 + Type::SMALL.leading();
}

fn label_lines(canvas: &Canvas, columns: &Columns, band: &Band) -> f64 {
    let width = if canvas.narrow() { columns.figure - canvas.left - 50.0 } else { columns.label - canvas.left - 10.0 };
    wrap(&band.label, width, Type::BODY).len().max(1) as f64
}

fn row_height(canvas: &Canvas, columns: &Columns, band: &Band, step: f64) -> f64 {
    let lines = label_lines(canvas, columns, band);
    if canvas.narrow() { lines * Type::BODY.leading() + STEP } else { (lines * Type::BODY.leading() + 4.0).max(step) }
}

fn rows_height(canvas: &Canvas, chart: &Bands, columns: &Columns, step: f64) -> f64 {
    chart.bands.iter().map(|band| row_height(canvas, columns, band, step)).sum()
}

fn columns(canvas: &Canvas, chart: &Bands) -> Columns {
    let texts = |pick: &dyn Fn(&Band) -> String, kind| widest(chart.bands.iter().map(pick).collect::<Vec<_>>().iter().map(String::as_str), kind);
    let n = texts(&|band| band.share.n.map(count).unwrap_or_default(), Type::SMALL);
    let interval_width = texts(&|band| Scale::Percent.interval(&band.share), Type::SMALL);
    let figure_width = texts(&|band| Scale::Percent.figure(&band.share), Type::STRONG);
    let interval = if n > 0.0 { canvas.right - n.max(8.0) - 14.0 } else { canvas.right };
    let figure = if interval_width > 0.0 { interval - interval_width - 8.0 } else { interval };
    let label = if canvas.narrow() { canvas.left } else { canvas.left + texts(&|band| band.label.clone(), Type::BODY).min(150.0) + 12.0 };
    let end = if canvas.narrow() { canvas.right - 10.0 } else { figure - figure_width - 16.0 };
    let split = label + (end - label) * 0.58;
    let ends = chart.bands.iter().flat_map(|band| [band.low, band.high]).flatten();
    let median = chart.median.iter().flat_map(|median| [median.seen(), median.interval().map(|(low, _)| low), median.interval().map(|(_, high)| high)]);
    let (least, most) = ends.clone().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), end| (least.min(end), most.max(end)));
    // An open band reaches a little beyond the last end that is known.
    let beyond = (most - least).max(most.abs() * 0.2) * 0.12;
    let open = [(chart.bands.iter().any(|band| band.high.is_none()), most + beyond), (chart.bands.iter().any(|band| band.low.is_none()), least - beyond)];
    let ends = ends.chain(open.into_iter().filter(|(open, _)| *open).map(|(_, end)| end));
    let widths = Axis::new(chart.scale, chart.range, ends.chain(median.flatten()), false, (label + 8.0, split - 18.0));
    let shares = chart.bands.iter().flat_map(|band| [band.share.seen(), band.share.interval().map(|(_, high)| high)]).flatten();
    let shares = Axis::new(Scale::Percent, None, shares, true, (split + 18.0, end));
    Columns { label, widths, shares, figure, interval }
}

fn heads(canvas: &mut Canvas, chart: &Bands, columns: &Columns) {
    let (left, right) = (columns.widths.end - columns.widths.start, canvas.right.min(columns.interval) - columns.shares.start);
    let first = wrap(&chart.measure, left, Type::SMALL).len().max(1);
    let second = wrap(&chart.share, right, Type::SMALL).len().max(1);
    let height = first.max(second) as f64 * Type::SMALL.leading();
    canvas.paragraph(columns.widths.start, canvas.y, left, &chart.measure, Type::SMALL, Side::Start);
    canvas.paragraph(columns.shares.start, canvas.y, right, &chart.share, Type::SMALL, Side::Start);
    if columns.interval < canvas.right {
        canvas.try_text((canvas.right, canvas.y + Type::SMALL.size * 0.95), "n", Type::SMALL, Side::End);
    }
    canvas.y += height + 4.0;
    if let Some((median, value)) = chart.median.as_ref().and_then(|median| median.seen().map(|value| (median, value))) {
        let mut words = format!("Median {}", chart.scale.figure(median));
        if median.interval().is_some() {
            let _ = write!(words, " ({})", chart.scale.interval(median));
        }
        let kind = Type::STRONG.in_role(Role::AccentText);
        let half = measure(&words, kind) / 2.0;
        let x = columns.widths.at(value).max(canvas.left + half).min(canvas.right - half);
        canvas.text((x, canvas.y + 11.0), &words, kind, Side::Middle);
        canvas.y += 20.0;
    }
}

fn interval_of_median(canvas: &mut Canvas, chart: &Bands, columns: &Columns, (top, bottom): (f64, f64)) {
    let Some(median) = &chart.median else { return };
    canvas.note(median.mark);
    let Some(value) = median.seen() else { return };
    if let Some((low, high)) = median.interval() {
        let (left, right) = (columns.widths.at(low), columns.widths.at(high));
        if !canvas.narrow() {
            canvas.area(vec![(left, top), (right, top), (right, bottom), (left, bottom)], Role::Accent, 0.15);
        }
    }
    if !canvas.narrow() {
        let x = columns.widths.at(value);
        canvas.dashed(&[(x, top), (x, bottom)], Role::Accent, 1.5, (4.0, 3.0));
    }
}

fn draw_band(canvas: &mut Canvas, chart: &Bands, columns: &Columns, band: &Band) {
    let height = row_height(canvas, columns, band, STEP);
    let words = label_lines(canvas, columns, band) * Type::BODY.leading();
    let bottom = canvas.y + height;
    let y = if canvas.narrow() { bottom - 14.0 } else { canvas.y + height / 2.0 };
    let first = if canvas.narrow() { canvas.y + 4.0 } else { canvas.y + (height - words) / 2.0 };
    let width = if canvas.narrow() { columns.figure - canvas.left - 50.0 } else { columns.label - canvas.left - 10.0 };
    canvas.paragraph(canvas.left, first, width, &band.label, Type::BODY, Side::Start);
    let numbers = if canvas.narrow() { first + Type::BODY.size * 0.95 } else { y + 4.2 };
    canvas.text((columns.figure, numbers), &Scale::Percent.figure(&band.share), Type::STRONG, Side::End);
    canvas.text((columns.interval, numbers), &Scale::Percent.interval(&band.share), Type::SMALL, Side::End);
    if columns.interval < canvas.right && band.share.seen().is_some() {
        canvas.text((canvas.right, numbers), &band.share.n.map(count).unwrap_or_default(), Type::SMALL, Side::End);
    }
    if canvas.narrow() {
        strip(canvas, chart, columns, y);
    }
    extent(canvas, columns, band, y);
    share(canvas, columns, band, y);
    canvas.y = bottom;
}

/// The scales' lines behind one row of the narrow layout.
fn strip(canvas: &mut Canvas, chart: &Bands, columns: &Columns, y: f64) {
    for axis in [&columns.widths, &columns.shares] {
        for tick in &axis.ticks {
            canvas.line((axis.at(*tick), y - 8.0), (axis.at(*tick), y + 8.0), Role::Grid, 1.0);
        }
    }
    canvas.line((columns.shares.start, y - 9.0), (columns.shares.start, y + 9.0), Role::Axis, 1.0);
    if let Some(value) = chart.median.as_ref().and_then(super::spec::Estimate::seen) {
        let x = columns.widths.at(value);
        canvas.line((x, y - 9.0), (x, y + 9.0), Role::Accent, 1.5);
    }
}

/// The band from its lower to its upper end; an open end is a point.
fn extent(canvas: &mut Canvas, columns: &Columns, band: &Band, y: f64) {
    let left = band.low.map_or(columns.widths.start + 6.0, |low| columns.widths.at(low));
    let right = band.high.map_or(columns.widths.end - 6.0, |high| columns.widths.at(high));
    let role = if band.share.seen().is_some() { Role::Grey } else { Role::Axis };
    canvas.bar((left, y - 5.0), ((right - left).max(2.0), 10.0), role);
    if band.low.is_none() {
        canvas.area(vec![(left, y - 5.0), (left - 6.0, y), (left, y + 5.0)], role, 1.0);
    }
    if band.high.is_none() {
        canvas.area(vec![(right, y - 5.0), (right + 6.0, y), (right, y + 5.0)], role, 1.0);
    }
}

fn share(canvas: &mut Canvas, columns: &Columns, band: &Band, y: f64) {
    canvas.note(band.share.mark);
    let Some(value) = band.share.seen() else {
        blank(canvas, (columns.shares.start + 6.0, y), band.share.mark);
        return;
    };
    let (corner, size) = ((columns.shares.start, y - 6.0), (columns.shares.at(value) - columns.shares.start, 12.0));
    if band.share.mark == Mark::Unstable {
        canvas.striped(corner, size, Role::Accent);
    } else {
        canvas.bar(corner, size, Role::Accent);
    }
    if let Some((low, high)) = band.share.interval() {
        canvas.whisker(columns.shares.at(low), columns.shares.at(high), y, Role::Ink);
    }
}
