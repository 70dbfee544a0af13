//! Answer scales: negative answers to the left of a middle line, positive ones to the right, the neutral answer set apart.

use super::axis::count;
use super::canvas::{Canvas, Side};
use super::panel::{blank, nothing};
use super::spec::{Diverging, DivergingRow, Estimate, Mark, Scale};
use super::text::{Type, measure, widest, wrap};
use super::theme::{FAINT, Role};

const HEIGHT: f64 = 20.0;

/// The columns: everything is in pixels, `unit` is the width of a whole (100%).
struct Columns {
    label: f64,
    negative: f64,
    middle: f64,
    positive: f64,
    neutral: Option<f64>,
    unit: f64,
}

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, chart: &Diverging) {
    if chart.rows.is_empty() || chart.levels.is_empty() {
        nothing(canvas);
        return;
    }
    key(canvas, chart);
    let columns = columns(canvas, chart);
    heads(canvas, chart, &columns);
    let top = canvas.y;
    let more = canvas.grow(16.0, chart.rows.len());
    for row in &chart.rows {
        draw_row(canvas, chart, &columns, row);
        canvas.y += more;
    }
    if !canvas.narrow() {
        middle(canvas, &columns, (top, canvas.y - 4.0));
    }
}

/// Where the negative levels end and the positive ones begin.
fn sides(chart: &Diverging) -> (usize, usize) {
    let levels = chart.levels.len();
    match chart.neutral {
        Some(neutral) if neutral < levels => (neutral, neutral + 1),
        _ => (levels / 2, levels / 2),
    }
}

fn share(row: &DivergingRow, level: usize) -> Option<f64> {
    row.shares.get(level).and_then(Estimate::seen)
}

fn length(row: &DivergingRow, levels: std::ops::Range<usize>, end: Option<&Estimate>) -> f64 {
    let drawn: f64 = levels.filter_map(|level| share(row, level)).sum();
    let high = end.and_then(Estimate::interval).map_or(0.0, |(_, high)| high);
    drawn.max(high)
}

/// The share of one end, given or summed where every level of it is shown.
fn end(row: &DivergingRow, levels: std::ops::Range<usize>, given: Option<Estimate>) -> Estimate {
    given.unwrap_or_else(|| {
        let shares: Option<Vec<f64>> = levels.map(|level| share(row, level)).collect();
        let hidden = row.shares.iter().any(|share| share.mark == Mark::Suppressed);
        let otherwise = Estimate::blank(if hidden { Mark::Suppressed } else { Mark::NotEstimable });
        shares.map_or(otherwise, |shares| Estimate::of(shares.iter().sum()))
    })
}

fn columns(canvas: &Canvas, chart: &Diverging) -> Columns {
    let (below, above) = sides(chart);
    let longest = |pick: &dyn Fn(&DivergingRow) -> f64| chart.rows.iter().map(pick).fold(0.05, f64::max);
    let left = longest(&|row| length(row, 0..below, row.negative.as_ref()));
    let right = longest(&|row| length(row, above..chart.levels.len(), row.positive.as_ref()));
    let apart = chart.neutral.map(|neutral| longest(&|row| share(row, neutral).unwrap_or_default()).max(0.08));
    let label = if canvas.narrow() { canvas.left } else { canvas.left + widest(chart.rows.iter().map(|row| row.label.as_str()), Type::BODY).min(200.0) + 10.0 };
    let figure = measure("100%*", Type::STRONG) + 8.0;
    let bases = widest(chart.rows.iter().map(|row| row.n.map(count).unwrap_or_default()).collect::<Vec<_>>().iter().map(String::as_str), Type::SMALL);
    let n = if canvas.narrow() || bases == 0.0 { 0.0 } else { bases + 14.0 };
    // Room before the neutral answer, and after it for a share that does not fit inside.
    let gap = if apart.is_some() { 18.0 } else { 0.0 };
    let after = if apart.is_some() { measure("10%*", Type::SMALL) + 8.0 } else { 0.0 };
    let unit = (canvas.right - label - 2.0 * figure - n - gap - after) / (left + right + apart.unwrap_or_default());
    let negative = label + figure;
    let middle = negative + left * unit;
    let positive = middle + right * unit;
    Columns { label, negative, middle, positive, neutral: apart.map(|_| positive + figure + gap), unit }
}

/// The names of the answers, in order, each after its colour.
fn key(canvas: &mut Canvas, chart: &Diverging) {
    let mut x = canvas.left;
    for (level, name) in chart.levels.iter().enumerate() {
        let name = super::text::shorten(name, canvas.inner() - 20.0, Type::SMALL);
        let width = 16.0 + measure(&name, Type::SMALL) + 14.0;
        if x > canvas.left && x + width - 14.0 > canvas.right {
            x = canvas.left;
            canvas.y += 17.0;
        }
        block(canvas, chart, level, (x, canvas.y), (11.0, 11.0));
        canvas.text((x + 16.0, canvas.y + 9.5), &name, Type::SMALL, Side::Start);
        x += width;
    }
    canvas.y += 27.0;
}

fn heads(canvas: &mut Canvas, chart: &Diverging, columns: &Columns) {
    let (left, right) = (columns.middle - columns.label - 8.0, columns.positive + columns.negative - columns.label - columns.middle - 8.0);
    let kind = Type::SMALL.in_role(Role::Ink);
    let lines = |text: &str, width: f64| wrap(text, width.max(60.0), kind).len().max(1) as f64 * kind.leading();
    let neutral = chart.neutral.and_then(|neutral| chart.levels.get(neutral)).map_or("", String::as_str);
    let room = columns.neutral.map_or(0.0, |x| canvas.right - x);
    let height = lines(&chart.ends.0, left).max(lines(&chart.ends.1, right));
    canvas.paragraph(columns.middle - 6.0, canvas.y, left.max(60.0), &chart.ends.0, kind, Side::End);
    canvas.paragraph(columns.middle + 6.0, canvas.y, right.max(60.0), &chart.ends.1, kind, Side::Start);
    let baseline = canvas.y + kind.size * 0.95;
    if let Some(x) = columns.neutral.filter(|_| measure(neutral, kind) <= room) {
        canvas.try_text((x, baseline), neutral, kind, Side::Start);
    }
    if !canvas.narrow() && chart.rows.iter().any(|row| row.n.is_some()) {
        canvas.try_text((canvas.right, baseline), "n", Type::SMALL, Side::End);
    }
    canvas.y += height + 5.0;
}

fn draw_row(canvas: &mut Canvas, chart: &Diverging, columns: &Columns, row: &DivergingRow) {
    let top = label(canvas, columns, row);
    let y = top + HEIGHT / 2.0;
    if canvas.narrow() {
        middle(canvas, columns, (top - 3.0, top + HEIGHT + 3.0));
    }
    for share in &row.shares {
        canvas.note(share.mark);
    }
    let (below, above) = sides(chart);
    if row.shares.iter().all(|share| share.seen().is_none()) {
        let mark = row.shares.first().map_or(Mark::NotEstimable, |share| share.mark);
        blank(canvas, (columns.middle + 6.0, y), mark);
    } else {
        let mut x = columns.middle;
        for level in (0..below).rev() {
            x -= segment(canvas, chart, row, level, (x, top), (-1.0, columns.unit));
        }
        let mut x = columns.middle;
        for level in above..chart.levels.len() {
            x += segment(canvas, chart, row, level, (x, top), (1.0, columns.unit));
        }
        if let (Some(neutral), Some(x)) = (chart.neutral, columns.neutral) {
            segment(canvas, chart, row, neutral, (x, top), (1.0, columns.unit));
        }
        let (negative, positive) = (end(row, 0..below, row.negative), end(row, above..chart.levels.len(), row.positive));
        for (estimate, direction) in [(&negative, -1.0), (&positive, 1.0)] {
            if let Some((low, high)) = estimate.interval().filter(|(low, high)| high > low) {
                canvas.whisker(
                    columns.middle + direction * low * columns.unit,
                    columns.middle + direction * high * columns.unit,
                    top + HEIGHT + 4.0,
                    Role::Ink,
                );
            }
        }
        let reach = |estimate: &Estimate, levels| length(row, levels, Some(estimate)) * columns.unit;
        let left = columns.middle - reach(&negative, 0..below) - 6.0;
        let right = columns.middle + reach(&positive, above..chart.levels.len()) + 6.0;
        canvas.text((left, y + 4.3), &Scale::Percent.figure(&negative), Type::STRONG, Side::End);
        canvas.text((right, y + 4.3), &Scale::Percent.figure(&positive), Type::STRONG, Side::Start);
    }
    canvas.y = canvas.y.max(top + HEIGHT + 5.0) + 8.0;
}

/// Writes the question and its n; gives the top of the bar.
fn label(canvas: &mut Canvas, columns: &Columns, row: &DivergingRow) -> f64 {
    if canvas.narrow() {
        let words = row.n.map_or_else(|| row.label.clone(), |n| format!("{} (n = {})", row.label, count(n)));
        canvas.y += canvas.paragraph(canvas.left, canvas.y, canvas.inner(), &words, Type::BODY, Side::Start) + 3.0;
        return canvas.y;
    }
    let width = columns.label - canvas.left - 10.0;
    let height = wrap(&row.label, width, Type::BODY).len() as f64 * Type::BODY.leading();
    let top = canvas.y + ((height - HEIGHT) / 2.0).max(0.0);
    canvas.paragraph(canvas.left, canvas.y + ((HEIGHT - height) / 2.0).max(0.0), width, &row.label, Type::BODY, Side::Start);
    canvas.text((canvas.right, top + HEIGHT / 2.0 + 4.0), &row.n.map(count).unwrap_or_default(), Type::SMALL, Side::End);
    canvas.y += height;
    top
}

/// One answer from `x` outwards; gives its width.
fn segment(canvas: &mut Canvas, chart: &Diverging, row: &DivergingRow, level: usize, (x, top): (f64, f64), (direction, unit): (f64, f64)) -> f64 {
    let Some(estimate) = row.shares.get(level) else { return 0.0 };
    let Some(value) = estimate.seen() else {
        if chart.neutral == Some(level) {
            canvas.try_text((x + 2.0, top + HEIGHT / 2.0 + 4.0), &Scale::Percent.figure(estimate), Type::STRONG, Side::Start);
        }
        return 0.0;
    };
    let width = value * unit;
    let left = if direction < 0.0 { x - width } else { x };
    // A pixel of the sheet between neighbours keeps them apart in grey print.
    block(canvas, chart, level, (left + 0.5, top), ((width - 1.0).max(0.3), HEIGHT));
    let words = Scale::Percent.figure(estimate);
    let neutral = chart.neutral == Some(level);
    if measure(&words, Type::SMALL) + 6.0 <= width {
        let role = if paint(chart, level).2 { Role::OnStrong } else { Role::OnSoft };
        canvas.text((left + width / 2.0, top + HEIGHT / 2.0 + 3.6), &words, Type::SMALL.in_role(role), Side::Middle);
    } else if neutral {
        canvas.try_text((left + width + 5.0, top + HEIGHT / 2.0 + 4.0), &words, Type::SMALL, Side::Start);
    }
    width
}

/// Colour, opacity, and whether words on it are those for strong colours.
fn paint(chart: &Diverging, level: usize) -> (Role, f64, bool) {
    let (below, above) = sides(chart);
    if chart.neutral == Some(level) {
        return (Role::Neutral, 1.0, false);
    }
    let (distance, count) = if level < below { (below - 1 - level, below) } else { (level - above, chart.levels.len() - above) };
    let negative = level < below;
    let strong = distance + 1 == count && count > 1;
    let role = match (negative, strong) {
        (true, true) => Role::NegativeStrong,
        (true, false) => Role::Negative,
        (false, true) => Role::PositiveStrong,
        (false, false) => Role::Positive,
    };
    let faint = count > 2 && distance + 2 < count;
    (role, if faint { FAINT } else { 1.0 }, strong)
}

fn block(canvas: &mut Canvas, chart: &Diverging, level: usize, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let (role, opacity, _) = paint(chart, level);
    if opacity < 1.0 {
        canvas.area(vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)], role, opacity);
        canvas.outline((x + 0.5, y + 0.5), ((width - 1.0).max(0.1), height - 1.0), role, 1.0);
    } else {
        canvas.bar((x, y), (width, height), role);
    }
}

fn middle(canvas: &mut Canvas, columns: &Columns, (top, bottom): (f64, f64)) {
    canvas.line((columns.middle, top), (columns.middle, bottom), Role::Axis, 1.0);
    if let Some(x) = columns.neutral {
        canvas.line((x, top), (x, bottom), Role::Axis, 1.0);
    }
}
