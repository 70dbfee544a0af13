//! Lines over waves at their true dates: ribbon, figures, n at each wave, breaks, and who stands behind each line.

use super::axis::{Axis, count};
use super::canvas::{Canvas, Side};
use super::panel::{apart, cut, horizontal_grid, nothing, places, ribbon, runs, tick_width, within};
use super::spec::{Estimate, Mark, Scale, Stage, Trend, TrendLine, Who};
use super::text::{Type, measure, wrap};
use super::theme::Role;

/// Width of the words at a break.
const BREAK: f64 = 150.0;
/// With more lines than this, only those in the accent colour have ribbons and figures; the interval of the others stands at their end.
const FEW: usize = 3;

/// The place of the drawing.
struct Frame {
    values: Axis,
    times: Vec<f64>,
    left: f64,
    right: f64,
}

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, trend: &Trend) {
    draw_within(canvas, trend, (0.0, 0.0), 1);
}

/// Draws lines of different things one below another, so that the same time is at the same place in all of them.
pub(super) fn stacked(canvas: &mut Canvas, stages: &[Stage]) {
    if stages.is_empty() {
        nothing(canvas);
    }
    let widest = stages.iter().map(|stage| (tick_width(&values(&stage.trend, (0.0, 1.0)), stage.trend.scale), names_width(&stage.trend)));
    let room = widest.fold((0.0, 0.0), |most: (f64, f64), (ticks, names)| (most.0.max(ticks), most.1.max(names)));
    for stage in stages {
        let (left, inner) = (canvas.left, canvas.inner());
        canvas.y += canvas.paragraph(left, canvas.y, inner, &stage.label, Type::STRONG, Side::Start) + 4.0;
        draw_within(canvas, &stage.trend, room, stages.len());
        canvas.y += 14.0;
    }
}

/// Draws lines with at least so much room for the numbers at the left and the names at the right, as one of so many drawings.
fn draw_within(canvas: &mut Canvas, trend: &Trend, room: (f64, f64), parts: usize) {
    if trend.waves.is_empty() || trend.lines.is_empty() {
        nothing(canvas);
        return;
    }
    let frame = frame(canvas, trend, room, parts);
    horizontal_grid(canvas, &frame.values, trend.scale, (frame.left, frame.right), true);
    let untold = breaks(canvas, trend, &frame);
    let mut order: Vec<&TrendLine> = trend.lines.iter().collect();
    order.sort_by_key(|line| line.accent);
    for line in &order {
        draw_line(canvas, trend, &frame, line);
    }
    for line in order.iter().rev() {
        figures(canvas, trend, &frame, line);
    }
    let named = names(canvas, trend, &frame);
    waves(canvas, trend, &frame);
    canvas.y = if trend.lines.len() > 1 { canvas.y.max(named) } else { canvas.y };
    bases(canvas, trend, &frame);
    canvas.y = canvas.y.max(named);
    if !untold.is_empty() {
        let (left, inner) = (canvas.left, canvas.inner());
        canvas.y += canvas.paragraph(left, canvas.y + 4.0, inner, &untold.join(" "), Type::SMALL, Side::Start) + 4.0;
    }
    if !frame.values.ticks.is_empty() {
        cut(canvas, &frame.values, trend.scale, trend.whole.filter(|_| trend.scale != Scale::Percent));
    }
}

fn points<'a>(trend: &'a Trend, line: &'a TrendLine) -> impl Iterator<Item = Option<Estimate>> + 'a {
    (0..trend.waves.len()).map(|wave| line.points.get(wave).copied().flatten())
}

/// The scale of the values.
fn values(trend: &Trend, ends: (f64, f64)) -> Axis {
    let values = trend.lines.iter().flat_map(|line| points(trend, line)).flatten().flat_map(|estimate| {
        let (low, high) = estimate.interval().unzip();
        [estimate.seen(), low, high]
    });
    Axis::new(trend.scale, trend.range, values.flatten(), false, ends)
}

/// Width of the names and figures at the ends of the lines.
fn names_width(trend: &Trend) -> f64 {
    let names = trend.lines.iter().map(|line| {
        let figures = last(trend, line)
            .map_or(0.0, |(_, estimate)| measure(&trend.scale.figure(&estimate), Type::STRONG) + 7.0 + measure(&trend.scale.interval(&estimate), Type::SMALL));
        measure(&line.label, Type::SMALL).max(figures)
    });
    names.fold(0.0, f64::max)
}

fn frame(canvas: &mut Canvas, trend: &Trend, room: (f64, f64), parts: usize) -> Frame {
    let tall = match (parts, canvas.narrow() || canvas.frame().is_some()) {
        (1, true) => 190.0,
        (1, false) => 250.0,
        _ => 110.0,
    };
    let height = tall + canvas.grow(420.0 / parts as f64, 1);
    let deepest = trend.breaks.iter().map(|change| wrap(&change.label, BREAK, Type::SMALL).len().min(2)).max().unwrap_or(0);
    let breaks = 8.0 + Type::SMALL.leading() * deepest as f64;
    let values = values(trend, (canvas.y + breaks + height, canvas.y + breaks));
    let names = names_width(trend).max(room.1);
    let most = if canvas.narrow() { 84.0 } else { 160.0 };
    let left = canvas.left + tick_width(&values, trend.scale).max(room.0) + 8.0;
    let right = canvas.right - names.clamp(36.0, most) - 14.0;
    let time = |wave: Option<&super::spec::Wave>| wave.map_or(0.0, |wave| wave.time);
    let (first, last) = (time(trend.waves.first()), time(trend.waves.last()));
    let (start, end) = (left + 18.0, right - 16.0);
    let place = |time: f64| if last > first { start + (time - first) / (last - first) * (end - start) } else { f64::midpoint(start, end) };
    let times = trend.waves.iter().map(|wave| place(wave.time)).collect();
    Frame { values, times, left, right }
}

fn role(line: &TrendLine) -> Role {
    if line.accent { Role::Accent } else { Role::Grey }
}

/// Marks what changed between waves; gives the words for which there was no room above the drawing.
fn breaks(canvas: &mut Canvas, trend: &Trend, frame: &Frame) -> Vec<String> {
    let mut untold = Vec::new();
    for change in &trend.breaks {
        let (Some(before), Some(after)) = (frame.times.get(change.after), frame.times.get(change.after + 1)) else { continue };
        let x = f64::midpoint(*before, *after);
        canvas.dashed(&[(x, frame.values.end - 4.0), (x, frame.values.start)], Role::Axis, 1.2, (2.0, 3.0));
        let lines = wrap(&change.label, BREAK, Type::SMALL);
        let place = |canvas: &Canvas, position: usize, words: &str| {
            let half = measure(words, Type::SMALL) / 2.0;
            let y = frame.values.end - 8.0 - Type::SMALL.leading() * lines.len().saturating_sub(1 + position) as f64;
            (x.max(frame.left + half).min(canvas.right - half), y)
        };
        let free =
            lines.len() <= 2 && lines.iter().enumerate().all(|(position, words)| canvas.free(place(canvas, position, words), words, Type::SMALL, Side::Middle));
        if free {
            for (position, words) in lines.iter().enumerate() {
                canvas.text(place(canvas, position, words), words, Type::SMALL, Side::Middle);
            }
        } else if let (Some(before), Some(after)) = (trend.waves.get(change.after), trend.waves.get(change.after + 1)) {
            untold.push(format!("Between {} and {}: {}.", before.label, after.label, change.label.trim_end_matches('.')));
        }
    }
    untold
}

fn draw_line(canvas: &mut Canvas, trend: &Trend, frame: &Frame, line: &TrendLine) {
    let placed: Vec<(f64, Option<Estimate>)> = frame.times.iter().copied().zip(points(trend, line)).collect();
    for estimate in placed.iter().filter_map(|(_, estimate)| *estimate) {
        canvas.note(estimate.mark);
    }
    for (x, estimate) in &placed {
        // A hidden figure has no height: its sign stands on the axis, or in the line's row of n when there are several lines.
        if trend.lines.len() == 1 && estimate.is_some_and(|estimate| estimate.seen().is_none()) {
            let sign = if estimate.is_some_and(|estimate| estimate.mark == Mark::Suppressed) { "†" } else { "–" };
            canvas.try_text((*x, frame.values.start - 6.0), sign, Type::STRONG, Side::Middle);
        }
    }
    for run in runs(&placed, |position| trend.breaks.iter().any(|change| change.after == position)) {
        let through = places(&run, &frame.values);
        if run.len() == 1 {
            if let Some((low, high)) = run[0].1.interval().filter(|_| line.accent || trend.lines.len() <= FEW) {
                canvas.stem(run[0].0, frame.values.at(low), frame.values.at(high), role(line));
            }
        } else if line.accent || trend.lines.len() <= FEW {
            ribbon(canvas, &run, &frame.values, role(line));
        }
        match line.who {
            Who::Everyone => canvas.path(through.clone(), role(line), 2.2),
            Who::Stayers => canvas.dashed(&through, role(line), 2.2, (7.0, 4.0)),
        }
        for pair in through.windows(2) {
            let steps = ((pair[1].0 - pair[0].0) / 8.0).ceil().max(1.0);
            for step in 0..200 {
                let share = f64::from(step) / steps;
                if share > 1.0 {
                    break;
                }
                let (x, y) = (pair[0].0 + (pair[1].0 - pair[0].0) * share, pair[0].1 + (pair[1].1 - pair[0].1) * share);
                canvas.keep_clear(x - 3.0, y - 2.0, x + 3.0, y + 2.0);
            }
        }
        for point in through {
            match line.who {
                Who::Everyone => canvas.dot(point, 4.2, role(line)),
                Who::Stayers => canvas.ring(point, 4.2, role(line)),
            }
        }
    }
}

/// The last figure that is shown, with its wave.
fn last(trend: &Trend, line: &TrendLine) -> Option<(usize, Estimate)> {
    points(trend, line).enumerate().filter_map(|(wave, estimate)| estimate.filter(|estimate| estimate.seen().is_some()).map(|estimate| (wave, estimate))).last()
}

fn figures(canvas: &mut Canvas, trend: &Trend, frame: &Frame, line: &TrendLine) {
    if !line.accent && trend.lines.len() > FEW {
        return;
    }
    let end = last(trend, line).map(|(wave, _)| wave);
    let kind = Type::SMALL.in_role(if line.accent { Role::AccentText } else { Role::Soft });
    for (wave, estimate) in points(trend, line).enumerate() {
        let Some(estimate) = estimate.filter(|estimate| estimate.seen().is_some() && Some(wave) != end) else { continue };
        let x = frame.times[wave];
        let (low, high) = estimate.interval().unwrap_or((estimate.value, estimate.value));
        let (above, below) =
            (frame.values.at(high).min(frame.values.at(estimate.value) - 5.0), frame.values.at(low).max(frame.values.at(estimate.value) + 5.0));
        let words = trend.scale.figure(&estimate);
        let others = trend.lines.iter().filter_map(|other| other.points.get(wave).copied().flatten()).filter_map(|other| other.seen());
        let apart = |other: &f64| (other - estimate.value).abs();
        let nearest = others.filter(|other| apart(other) > 0.0).min_by(|one, other| apart(one).total_cmp(&apart(other)));
        let mut choices = [above - 5.0, below + 13.0, above - 19.0, below + 27.0];
        if nearest.is_some_and(|other| other > estimate.value) {
            choices = [below + 13.0, above - 5.0, below + 27.0, above - 19.0];
        }
        let _ = choices.into_iter().any(|baseline| {
            baseline > frame.values.end - 8.0 && baseline < frame.values.start - 4.0 && canvas.try_text((x, baseline), &words, kind, Side::Middle)
        });
    }
}

/// Figure and name at the end of each line; gives the lowest place they reach.
fn names(canvas: &mut Canvas, trend: &Trend, frame: &Frame) -> f64 {
    let width = canvas.right - frame.right - 2.0;
    let ended: Vec<(&TrendLine, Option<Estimate>)> = trend.lines.iter().map(|line| (line, last(trend, line).map(|(_, estimate)| estimate))).collect();
    let height = |line: &TrendLine| Type::STRONG.leading() + Type::SMALL.leading() * wrap(&line.label, width, Type::SMALL).len() as f64 + 4.0;
    let wanted: Vec<f64> = ended.iter().map(|(_, estimate)| estimate.map_or(frame.values.start, |estimate| frame.values.at(estimate.value)) - 7.0).collect();
    let heights: Vec<f64> = ended.iter().map(|(line, _)| height(line)).collect();
    let tops = apart(&wanted, &heights, (frame.values.end - 12.0, frame.values.start + 8.0));
    let lowest = tops.iter().zip(&heights).map(|(top, height)| top + height).fold(frame.values.start, f64::max);
    for ((line, estimate), top) in ended.iter().zip(tops) {
        // A lone line that ends early has its figure where it ends.
        let early = last(trend, line).map(|(wave, _)| wave).filter(|wave| trend.lines.len() == 1 && wave + 1 < trend.waves.len());
        let side = early.map_or(frame.right + 4.0, |wave| frame.times[wave] + 8.0);
        let colour = if line.accent { Role::AccentText } else { Role::Soft };
        let figure = estimate.map_or_else(|| "†".to_owned(), |estimate| trend.scale.figure(&estimate));
        canvas.text((side, top + 11.0), &figure, Type::STRONG.in_role(colour), Side::Start);
        let interval = estimate.map_or_else(String::new, |estimate| trend.scale.interval(&estimate));
        let (start, kind) = (measure(&figure, Type::STRONG) + 6.0, Type::SMALL.in_role(colour));
        if start + measure(&interval, kind) <= width {
            canvas.text((side + start, top + 11.0), &interval, kind, Side::Start);
        }
        canvas.paragraph(side, top + Type::STRONG.leading(), width, &line.label, Type::SMALL.in_role(colour), Side::Start);
    }
    lowest
}

/// Names of the waves.
fn waves(canvas: &mut Canvas, trend: &Trend, frame: &Frame) {
    for (x, wave) in frame.times.iter().zip(&trend.waves) {
        canvas.line((*x, frame.values.start), (*x, frame.values.start + 4.0), Role::Axis, 1.0);
        within(canvas, *x, frame.values.start + 6.0, &wave.label, (canvas.left, frame.right));
    }
    canvas.y = frame.values.start + 8.0 + Type::SMALL.leading();
}

/// The n of every line at each wave; once for all lines when they stand on the same people.
fn bases(canvas: &mut Canvas, trend: &Trend, frame: &Frame) {
    let several = trend.lines.len() > 1;
    let told: Vec<Vec<String>> = trend.lines.iter().map(|line| points(trend, line).map(|point| base(point, several)).collect()).collect();
    let same = several && told.windows(2).all(|pair| pair[0] == pair[1]);
    for (line, told) in trend.lines.iter().zip(&told).take(if same { 1 } else { told.len() }) {
        let mut any = false;
        if fits(frame, told) {
            for (x, words) in frame.times.iter().zip(told).filter(|(_, words)| !words.is_empty()) {
                any |= within(canvas, *x, canvas.y, words, (canvas.left, frame.right));
            }
        } else {
            // Where the numbers would touch, their range stands for all of them.
            any |= within(canvas, f64::midpoint(frame.left, frame.right), canvas.y, &span(trend, line, several), (canvas.left, frame.right));
        }
        if any && several {
            let (left, width) = (frame.right + 4.0, canvas.right - frame.right - 4.0);
            let name = if same { "n".to_owned() } else { format!("n: {}", line.label) };
            canvas.y += canvas.paragraph(left, canvas.y, width, &name, Type::SMALL, Side::Start);
        } else if any {
            canvas.y += Type::SMALL.leading();
        }
    }
}

/// Whether the words below the waves leave room between each other.
fn fits(frame: &Frame, told: &[String]) -> bool {
    let wide: Vec<(f64, f64)> =
        frame.times.iter().zip(told).filter(|(_, words)| !words.is_empty()).map(|(x, words)| (*x, measure(words, Type::SMALL) / 2.0)).collect();
    wide.windows(2).all(|pair| pair[1].0 - pair[0].0 >= pair[0].1 + pair[1].1 + 4.0)
}

/// The smallest and the largest n of a line: `n = 1,379 to 1,512`.
fn span(trend: &Trend, line: &TrendLine, several: bool) -> String {
    let known = || points(trend, line).flatten().filter(|estimate| estimate.mark != Mark::Suppressed).filter_map(|estimate| estimate.n);
    let (Some(least), Some(most)) = (known().reduce(f64::min), known().reduce(f64::max)) else { return String::new() };
    let start = if several { "" } else { "n = " };
    if least < most { format!("{start}{} to {}", count(least), count(most)) } else { format!("{start}{}", count(most)) }
}

/// The n of one point, or the sign of a hidden one; empty for none.
fn base(point: Option<Estimate>, several: bool) -> String {
    let Some(estimate) = point else { return String::new() };
    match (estimate.mark, estimate.n) {
        (Mark::Suppressed, _) if several => "†".to_owned(),
        (Mark::Suppressed, _) | (_, None) => String::new(),
        (_, Some(n)) if several => count(n),
        (_, Some(n)) => format!("n = {}", count(n)),
    }
}
