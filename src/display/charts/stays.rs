//! How long people keep coming: stair-shaped curves with the band of everybody's, names at their ends, and the people at risk below.

use super::axis::{Axis, count};
use super::canvas::{Canvas, Side};
use super::panel::{apart, horizontal_grid, nothing, tick_width, within};
use super::spec::{Estimate, Mark, Scale};
use super::text::{Type, measure, shorten, wrap};
use super::theme::Role;

/// Shares that go down over time in steps, with the people at risk below.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stays {
    /// What runs along the axis: `Months since the first visit`.
    pub(crate) along: String,
    /// What the numbers below are.
    pub(crate) below: String,
    /// Everybody, then groups.
    pub(crate) lines: Vec<StayLine>,
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StayLine {
    /// Whose it is.
    pub(crate) label: String,
    /// Drawn in the accent colour with its interval; other lines are grey.
    pub(crate) accent: bool,
    /// The ends of its steps in order: time (1 is the usual step) and share, whose n are the people at risk until then.
    pub(crate) points: Vec<(f64, Estimate)>,
}

/// Widest names on both sides of the drawing.
const NAME: f64 = 110.0;

/// The place of the drawing.
struct Frame {
    shares: Axis,
    times: Axis,
    left: f64,
    right: f64,
}

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, chart: &Stays) {
    let end = chart.lines.iter().flat_map(|line| &line.points).map(|(time, _)| *time).fold(0.0, f64::max);
    if end <= 0.0 {
        nothing(canvas);
        return;
    }
    let frame = frame(canvas, chart, end);
    horizontal_grid(canvas, &frame.shares, Scale::Percent, (frame.left, frame.right), true);
    for line in chart.lines.iter().filter(|line| !line.accent).chain(chart.lines.iter().filter(|line| line.accent)) {
        draw_line(canvas, line, &frame);
    }
    for line in chart.lines.iter().filter(|line| line.accent) {
        figures(canvas, line, &frame);
    }
    let named = names(canvas, chart, &frame);
    canvas.y = frame.shares.start;
    ticks(canvas, chart, &frame, end);
    at_risk(canvas, chart, &frame);
    canvas.y = canvas.y.max(named);
}

fn frame(canvas: &mut Canvas, chart: &Stays, end: f64) -> Frame {
    let tall = if canvas.narrow() || canvas.frame().is_some() { 190.0 } else { 260.0 } + canvas.grow(400.0, 1);
    let top = canvas.y + 8.0;
    let shares = Axis::new(Scale::Percent, Some((0.0, 1.0)), [], true, (top + tall, top));
    let most = if canvas.narrow() { 72.0 } else { NAME };
    let widest = chart.lines.iter().map(|line| measure(&line.label, Type::SMALL)).fold(0.0, f64::max).min(most);
    let figure = measure("100% ", Type::STRONG);
    let ticks = tick_width(&shares, Scale::Percent) + 8.0;
    // On a telephone the names of the table stand above their numbers.
    let left = canvas.left + if canvas.narrow() { ticks } else { ticks.max(widest + 12.0) };
    let right = canvas.right - figure - widest - 8.0;
    let times = Axis::new(Scale::Number { decimals: 0 }, Some((0.0, end)), [], true, (left + 4.0, right - 4.0));
    Frame { shares, times, left, right }
}

fn seen(line: &StayLine) -> impl Iterator<Item = (f64, Estimate)> {
    line.points.iter().copied().filter(|(_, estimate)| estimate.seen().is_some())
}

fn role(line: &StayLine) -> Role {
    if line.accent { Role::Accent } else { Role::Grey }
}

/// Corners of a stair: level until the next time, then down. Where steps are wider than `step`, what lies between is not known: a straight line.
fn stair(points: &[(f64, f64)], step: f64) -> Vec<(f64, f64)> {
    let corner = |pair: &[(f64, f64)]| (pair[1].0 - pair[0].0 <= step * 1.01).then_some((pair[1].0, pair[0].1));
    let corners = points.windows(2).flat_map(|pair| [Some(pair[0]), corner(pair)]).flatten();
    corners.chain(points.last().copied()).collect()
}

fn draw_line(canvas: &mut Canvas, line: &StayLine, frame: &Frame) {
    line.points.iter().for_each(|(_, estimate)| canvas.note(estimate.mark));
    let at =
        |of: fn(&Estimate) -> f64| -> Vec<(f64, f64)> { seen(line).map(|(time, estimate)| (frame.times.at(time), frame.shares.at(of(&estimate)))).collect() };
    let month = frame.times.at(1.0) - frame.times.at(0.0);
    if line.accent {
        let upper = stair(&at(|estimate| estimate.interval().map_or(estimate.value, |(_, high)| high)), month);
        let lower = stair(&at(|estimate| estimate.interval().map_or(estimate.value, |(low, _)| low)), month);
        canvas.area(upper.into_iter().chain(lower.into_iter().rev()).collect(), Role::Accent, 0.2);
    }
    canvas.path(stair(&at(|estimate| estimate.value), month), role(line), if line.accent { 2.2 } else { 1.2 });
}

/// The share at the end of each step, below and left of its corner, where no curve runs.
fn figures(canvas: &mut Canvas, line: &StayLine, frame: &Frame) {
    let points: Vec<(f64, Estimate)> = seen(line).collect();
    let kind = Type::SMALL.in_role(Role::AccentText);
    for (time, estimate) in points.iter().take(points.len().saturating_sub(1)).filter(|(time, _)| *time > 0.0) {
        let low = estimate.interval().map_or(estimate.value, |(low, _)| low);
        let place = (frame.times.at(*time) - 4.0, frame.shares.at(low) + 13.0);
        if place.1 < frame.shares.start - 3.0 {
            canvas.try_text(place, &Scale::Percent.figure(estimate), kind, Side::End);
        }
    }
}

/// Figure and name at the end of each line; gives the lowest place they reach.
fn names(canvas: &mut Canvas, chart: &Stays, frame: &Frame) -> f64 {
    let figure_width = measure("100% ", Type::STRONG);
    let width = canvas.right - frame.right - 4.0 - figure_width;
    let lasts: Vec<Option<Estimate>> = chart.lines.iter().map(|line| seen(line).last().map(|(_, estimate)| estimate)).collect();
    let wanted: Vec<f64> = lasts.iter().map(|last| last.map_or(frame.shares.start, |last| frame.shares.at(last.value)) - 8.0).collect();
    let heights: Vec<f64> = chart.lines.iter().map(|line| Type::SMALL.leading() * wrap(&line.label, width, Type::SMALL).len() as f64 + 3.0).collect();
    let tops = apart(&wanted, &heights, (frame.shares.end - 8.0, frame.shares.start + 8.0));
    let lowest = tops.iter().zip(&heights).map(|(top, height)| top + height).fold(frame.shares.start, f64::max);
    for ((line, last), top) in chart.lines.iter().zip(&lasts).zip(tops) {
        let colour = if line.accent { Role::AccentText } else { Role::Soft };
        let figure = last.map_or_else(|| "†".to_owned(), |last| Scale::Percent.figure(&last));
        canvas.text((frame.right + 4.0, top + 11.0), &figure, Type::STRONG.in_role(colour), Side::Start);
        canvas.paragraph(frame.right + 4.0 + figure_width, top, width, &line.label, Type::SMALL.in_role(colour), Side::Start);
    }
    lowest
}

/// Months below the drawing, and what they are.
fn ticks(canvas: &mut Canvas, chart: &Stays, frame: &Frame, end: f64) {
    let step = [1.0, 2.0, 3.0, 6.0].into_iter().find(|step| end / step <= 12.0).unwrap_or(12.0);
    let mut time = 0.0;
    while time <= end + 1e-9 {
        let x = frame.times.at(time);
        canvas.line((x, canvas.y), (x, canvas.y + 4.0), Role::Axis, 1.0);
        within(canvas, x, canvas.y + 6.0, &count(time), (canvas.left, frame.right + 12.0));
        time += step;
    }
    canvas.y += 8.0 + Type::SMALL.leading();
    canvas.y += canvas.paragraph(f64::midpoint(frame.left, frame.right), canvas.y, frame.right - frame.left, &chart.along, Type::SMALL, Side::Middle);
}

/// The people at risk at the end of each step, each below its place.
fn at_risk(canvas: &mut Canvas, chart: &Stays, frame: &Frame) {
    canvas.y += 6.0;
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += canvas.paragraph(left, canvas.y, inner, &chart.below, Type::SMALL, Side::Start) + 2.0;
    for line in &chart.lines {
        let kind = Type::SMALL.in_role(if line.accent { Role::AccentText } else { Role::Soft });
        let room = if canvas.narrow() { inner } else { frame.left - left - 8.0 };
        canvas.text((left, canvas.y + Type::SMALL.size * 0.95), &shorten(&line.label, room, kind), kind, Side::Start);
        if canvas.narrow() {
            canvas.y += Type::SMALL.leading();
        }
        for (time, estimate) in &line.points {
            let words = match (estimate.mark, estimate.n) {
                (Mark::Suppressed, _) => "†".to_owned(),
                (_, Some(n)) => count(n),
                _ => continue,
            };
            within(canvas, frame.times.at(*time), canvas.y, &words, (frame.left - 8.0, frame.right + 20.0));
        }
        canvas.y += Type::SMALL.leading() + 1.0;
    }
}
