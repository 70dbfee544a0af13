//! Groups one below another: bar or dot, whisker, figure, interval and n in columns.

use super::axis::{Axis, count};
use super::canvas::{Canvas, Side};
use super::panel::{blank, cut, nothing, write_ticks};
use super::spec::{BarRow, BarShape, Bars, Estimate, Mark};
use super::text::{Type, measure, shorten, widest, wrap};
use super::theme::Role;

/// Right edges of the columns and the scale between them.
struct Columns {
    label: f64,
    series: f64,
    plot: Axis,
    figure: f64,
    interval: f64,
    /// Whether there is room to write the intervals beside their whiskers.
    written: bool,
}

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, bars: &Bars) {
    if bars.rows.is_empty() {
        nothing(canvas);
        return;
    }
    let columns = columns(canvas, bars);
    let first = canvas.y;
    head(canvas, bars, &columns);
    let top = canvas.y;
    let (marks, blocks) = canvas_rows(canvas, bars, &columns);
    let bottom = canvas.y;
    if !canvas.narrow() {
        for block in &blocks {
            grid(canvas, bars, &columns, *block);
        }
    }
    for (y, accent, estimate) in &marks {
        if canvas.narrow() {
            grid(canvas, bars, &columns, (y - 9.0, y + 9.0));
            reference_line(canvas, bars, &columns, (y - 9.0, y + 9.0));
        }
        mark(canvas, bars, &columns, *y, *accent, estimate);
    }
    reference(canvas, bars, &columns, first.max(top - 18.0));
    if !canvas.narrow() {
        for block in &blocks {
            reference_line(canvas, bars, &columns, *block);
        }
    }
    ticks(canvas, bars, &columns, bottom);
}

fn several(bars: &Bars) -> bool {
    bars.series.len() > 1
}

fn columns(canvas: &Canvas, bars: &Bars) -> Columns {
    let estimates = || bars.rows.iter().flat_map(|row| &row.estimates);
    let figures: Vec<String> = estimates().map(|estimate| bars.scale.figure(estimate)).collect();
    let intervals: Vec<String> = estimates().map(|estimate| bars.scale.interval(estimate)).collect();
    let bases: Vec<String> = estimates().map(|estimate| estimate.n.map(count).unwrap_or_default()).collect();
    let n_width = widest(bases.iter().map(String::as_str), Type::SMALL);
    let interval_width = widest(intervals.iter().map(String::as_str), Type::SMALL);
    let figure_width = widest(figures.iter().map(String::as_str), Type::STRONG);
    let label = if canvas.narrow() { canvas.left } else { canvas.left + widest(bars.rows.iter().map(|row| row.label.as_str()), Type::BODY).min(210.0) + 12.0 };
    let series = if several(bars) { label + widest(bars.series.iter().map(String::as_str), Type::SMALL).min(110.0) + 10.0 } else { label };
    let interval = if n_width > 0.0 { canvas.right - n_width.max(8.0) - 14.0 } else { canvas.right };
    let written = interval - interval_width - figure_width - series >= 90.0;
    let figure = if interval_width > 0.0 && written { interval - interval_width - 8.0 } else { interval };
    let end = figure - figure_width - 16.0;
    let values = estimates().flat_map(|estimate| {
        let (low, high) = estimate.interval().unzip();
        [estimate.seen(), low, high]
    });
    let values = values.flatten().chain(bars.reference.iter().map(|(value, _)| *value));
    // Half a tick label stands to the left of the scale.
    let start = if series > canvas.left { series } else { canvas.left + 2.0 };
    let plot = Axis::new(bars.scale, bars.range, values, bars.shape == BarShape::Bar, (start, end.max(start + 40.0)));
    Columns { label, series, plot, figure, interval, written }
}

/// The headings of the columns, on the line above the first row.
fn head(canvas: &mut Canvas, bars: &Bars, columns: &Columns) {
    let has_n = columns.interval < canvas.right;
    let room = columns.interval - columns.plot.start;
    let lines = wrap(&bars.measure, room * 0.7, Type::SMALL).len().max(1) as f64;
    let height = lines * Type::SMALL.leading();
    let extra = if bars.reference.is_some() { Type::SMALL.leading() + 2.0 } else { 0.0 };
    canvas.paragraph(columns.interval, canvas.y, room * 0.7, &bars.measure, Type::SMALL, Side::End);
    if has_n {
        canvas.text((canvas.right, canvas.y + height - Type::SMALL.leading() + Type::SMALL.size * 0.95), "n", Type::SMALL, Side::End);
    }
    canvas.y += height + extra + 4.0;
}

/// Places of the marks, with accent and figure; and the tops and bottoms of the blocks between the headings, which the grid leaves free.
type Placed = (Vec<(f64, bool, Estimate)>, Vec<(f64, f64)>);

/// Writes the rows.
fn canvas_rows(canvas: &mut Canvas, bars: &Bars, columns: &Columns) -> Placed {
    const NO_FIGURE: [Estimate; 1] = [Estimate { value: 0.0, low: None, high: None, n: None, mark: Mark::NotEstimable }];
    let any_accent = bars.rows.iter().any(|row| row.accent);
    let mut marks = Vec::new();
    let mut blocks = vec![(canvas.y, canvas.y)];
    let more = canvas.grow(12.0, bars.rows.iter().map(|row| row.estimates.len().max(1)).sum());
    for (position, row) in bars.rows.iter().enumerate() {
        if let Some(heading) = &row.heading {
            canvas.y += if position == 0 { 2.0 } else { 8.0 };
            canvas.y += canvas.paragraph(canvas.left, canvas.y, canvas.inner(), heading, Type::STRONG, Side::Start) + 1.0;
            blocks.push((canvas.y, canvas.y));
        }
        let estimates = if row.estimates.is_empty() { &NO_FIGURE[..] } else { &row.estimates };
        let step = if several(bars) { 18.0 } else { 22.0 } + more;
        let gap = if several(bars) { 8.0 } else { 2.0 };
        let block = step * estimates.len() as f64;
        let top = label(canvas, row, columns, block, several(bars));
        for (order, estimate) in estimates.iter().enumerate() {
            let y = top + step * (order as f64 + 0.5);
            let accent = if any_accent { row.accent } else { order + 1 == estimates.len() };
            if let Some(name) = bars.series.get(order).filter(|_| several(bars)) {
                canvas.text((columns.label, y + 4.0), &shorten(name, columns.series - columns.label - 4.0, Type::SMALL), Type::SMALL, Side::Start);
            }
            figures(canvas, bars, columns, y, estimate);
            marks.push((y, accent, *estimate));
        }
        canvas.y = canvas.y.max(top + block) + gap;
        if let Some((_, bottom)) = blocks.last_mut() {
            *bottom = canvas.y;
        }
    }
    blocks.retain(|(top, bottom)| bottom > top);
    (marks, blocks)
}

/// Writes the group's name; gives the top of its marks.
fn label(canvas: &mut Canvas, row: &BarRow, columns: &Columns, block: f64, several: bool) -> f64 {
    if canvas.narrow() {
        let height = canvas.paragraph(canvas.left, canvas.y + 2.0, canvas.inner(), &row.label, Type::BODY, Side::Start);
        canvas.y += height + 3.0;
        return canvas.y - 2.0;
    }
    let width = columns.label - canvas.left - 12.0;
    let lines = wrap(&row.label, width, Type::BODY).len() as f64;
    let height = lines * Type::BODY.leading();
    let top = canvas.y + if several { 0.0 } else { ((height - block) / 2.0).max(0.0) };
    let above = if several { 1.0 } else { ((block - height) / 2.0).max(0.0) };
    canvas.paragraph(canvas.left, canvas.y + above, width, &row.label, Type::BODY, Side::Start);
    canvas.y += (height + above).max(block);
    top
}

fn figures(canvas: &mut Canvas, bars: &Bars, columns: &Columns, y: f64, estimate: &Estimate) {
    canvas.note(estimate.mark);
    canvas.text((columns.figure, y + 4.3), &bars.scale.figure(estimate), Type::STRONG, Side::End);
    if columns.written {
        canvas.text((columns.interval, y + 4.0), &bars.scale.interval(estimate), Type::SMALL, Side::End);
    }
    if columns.interval < canvas.right {
        let n = if estimate.mark == Mark::Suppressed { String::new() } else { estimate.n.map(count).unwrap_or_default() };
        canvas.text((canvas.right, y + 4.0), &n, Type::SMALL, Side::End);
    }
}

fn grid(canvas: &mut Canvas, bars: &Bars, columns: &Columns, (top, bottom): (f64, f64)) {
    for tick in &columns.plot.ticks {
        let x = columns.plot.at(*tick);
        let zero = *tick == 0.0 && bars.shape == BarShape::Bar;
        canvas.line((x, top), (x, bottom), if zero { Role::Axis } else { Role::Grid }, 1.0);
    }
}

fn mark(canvas: &mut Canvas, bars: &Bars, columns: &Columns, y: f64, accent: bool, estimate: &Estimate) {
    let role = if accent { Role::Accent } else { Role::Grey };
    let zero = columns.plot.zero();
    let Some(value) = estimate.seen() else {
        blank(canvas, (columns.plot.start + 6.0, y), estimate.mark);
        return;
    };
    let x = columns.plot.at(value);
    match bars.shape {
        BarShape::Bar => {
            let height = if several(bars) { 12.0 } else { 14.0 };
            let (corner, size) = ((zero.min(x), y - height / 2.0), ((x - zero).abs(), height));
            if estimate.mark == Mark::Unstable {
                canvas.striped(corner, size, role);
            } else {
                canvas.bar(corner, size, role);
            }
            if let Some((low, high)) = estimate.interval() {
                canvas.whisker(columns.plot.at(low), columns.plot.at(high), y, Role::Ink);
            }
        }
        BarShape::Dot => {
            if let Some((low, high)) = estimate.interval() {
                canvas.whisker(columns.plot.at(low), columns.plot.at(high), y, role);
            }
            if estimate.mark == Mark::Unstable {
                canvas.ring((x, y), 4.5, role);
            } else {
                canvas.dot((x, y), 4.5, role);
            }
        }
    }
}

/// The name of the value to compare with, above its line.
fn reference(canvas: &mut Canvas, bars: &Bars, columns: &Columns, above: f64) {
    let Some((value, name)) = &bars.reference else { return };
    let x = columns.plot.at(*value);
    let words = format!("{name} {}", bars.scale.write(*value));
    let half = measure(&words, Type::SMALL) / 2.0;
    let at = x.max(canvas.left + half).min(canvas.right - half);
    canvas.text((at, above + Type::SMALL.size * 0.95), &words, Type::SMALL.in_role(Role::Ink), Side::Middle);
}

fn reference_line(canvas: &mut Canvas, bars: &Bars, columns: &Columns, (top, bottom): (f64, f64)) {
    if let Some((value, _)) = &bars.reference {
        let x = columns.plot.at(*value);
        canvas.dashed(&[(x, top), (x, bottom)], Role::Ink, 1.0, (4.0, 3.0));
    }
}

fn ticks(canvas: &mut Canvas, bars: &Bars, columns: &Columns, bottom: f64) {
    write_ticks(canvas, &columns.plot, bars.scale, bottom);
    canvas.y = bottom + 4.0 + Type::SMALL.leading();
    if bars.shape == BarShape::Dot && bars.range.is_none() && !columns.plot.ticks.is_empty() {
        cut(canvas, &columns.plot, bars.scale, None);
    }
}
