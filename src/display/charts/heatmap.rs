//! A grid, such as weekday by hour: one hue from pale to strong, values where they fit, hidden cells marked, closed hours hatched.

use super::axis::Axis;
use super::canvas::{Canvas, Side};
use super::panel::nothing;
use super::spec::{Cell, Heatmap, Mark};
use super::text::{Type, measure, shorten, widest};
use super::theme::{HEATS, Role};

/// The grid as it is drawn: on a telephone the hours run downwards.
struct Grid<'a> {
    rows: &'a [String],
    columns: &'a [String],
    turned: bool,
    left: f64,
    size: (f64, f64),
}

impl Grid<'_> {
    fn cell(&self, chart: &Heatmap, row: usize, column: usize) -> Cell {
        let (row, column) = if self.turned { (column, row) } else { (row, column) };
        chart.cells.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(Cell::Closed)
    }
}

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, chart: &Heatmap) {
    if chart.rows.is_empty() || chart.columns.is_empty() {
        nothing(canvas);
        return;
    }
    let values = chart.cells.iter().flatten().filter_map(|cell| if let Cell::Value(value) = cell { Some(*value) } else { None });
    let most = values.fold(0.0, f64::max);
    let scale = Axis::new(chart.scale, Some((0.0, round_step(most) * HEATS.len() as f64)), [most], true, (0.0, 1.0));
    key(canvas, chart, &scale);
    let grid = grid(canvas, chart);
    heads(canvas, &grid);
    let fits = chart.cells.iter().flatten().all(|cell| match cell {
        Cell::Value(value) => measure(&chart.scale.write(*value), Type::SMALL) + 4.0 <= grid.size.0,
        _ => true,
    });
    for (row, name) in grid.rows.iter().enumerate() {
        let y = canvas.y;
        let room = grid.left - canvas.left - 8.0;
        canvas.text((grid.left - 8.0, y + grid.size.1 / 2.0 + 4.0), &shorten(name, room, Type::BODY), Type::BODY, Side::End);
        for column in 0..grid.columns.len() {
            let x = grid.left + grid.size.0 * column as f64;
            cell(canvas, chart, &scale, grid.cell(chart, row, column), (x, y), grid.size, fits);
        }
        canvas.y += grid.size.1;
    }
    canvas.y += 2.0;
}

/// The smallest round step of which as many as there are colours reach the highest value.
fn round_step(most: f64) -> f64 {
    const ROUND: [f64; 11] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0, 10.0];
    let least = most / HEATS.len() as f64;
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    let whole = |step: &f64| !(1.0..10.0).contains(&power) || step.fract() == 0.0;
    ROUND.into_iter().filter(whole).map(|step| step * power).find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

fn grid<'a>(canvas: &mut Canvas, chart: &'a Heatmap) -> Grid<'a> {
    let turned = canvas.narrow() && chart.columns.len() > chart.rows.len();
    let (rows, columns) = if turned { (&chart.columns, &chart.rows) } else { (&chart.rows, &chart.columns) };
    let left = canvas.left + widest(rows.iter().map(String::as_str), Type::BODY).min(canvas.inner() * 0.3) + 8.0;
    let width = ((canvas.right - left) / columns.len().max(1) as f64).min(64.0);
    Grid { rows, columns, turned, left, size: (width, 26.0 + canvas.grow(22.0, rows.len())) }
}

/// The names of the columns: every one, or every second, third, … where they would touch.
fn heads(canvas: &mut Canvas, grid: &Grid<'_>) {
    let widest = widest(grid.columns.iter().map(String::as_str), Type::SMALL) + 4.0;
    let shortened = widest > grid.size.0 && grid.columns.len() <= 7;
    let every = if shortened { 1 } else { (1..=grid.columns.len()).find(|every| *every as f64 * grid.size.0 >= widest).unwrap_or(1) };
    let y = canvas.y + Type::SMALL.size * 0.95;
    for (column, name) in grid.columns.iter().enumerate().step_by(every) {
        let words = if shortened { shorten_day(name, grid.size.0 - 4.0) } else { name.clone() };
        let x = grid.left + grid.size.0 * (column as f64 + 0.5);
        canvas.try_text((x, y), &words, Type::SMALL, Side::Middle);
    }
    canvas.y += Type::SMALL.leading() + 3.0;
}

/// `Wednesday` as `Wed`: three letters are how people write a weekday that does not fit.
fn shorten_day(name: &str, width: f64) -> String {
    let three: String = name.chars().take(3).collect();
    if measure(&three, Type::SMALL) <= width { three } else { shorten(name, width, Type::SMALL) }
}

fn step(scale: &Axis, value: f64) -> usize {
    let share = scale.at(value);
    [0.2, 0.4, 0.6, 0.8].iter().filter(|border| share >= **border).count()
}

fn cell(canvas: &mut Canvas, chart: &Heatmap, scale: &Axis, cell: Cell, (x, y): (f64, f64), (width, height): (f64, f64), fits: bool) {
    // Two pixels of the sheet between cells.
    let (corner, size) = ((x + 1.0, y + 1.0), (width - 2.0, height - 2.0));
    let centre = (x + width / 2.0, y + height / 2.0 + 4.0);
    match cell {
        Cell::Value(value) if value.is_finite() => {
            let step = step(scale, value);
            canvas.bar(corner, size, HEATS[step]);
            if fits {
                canvas.text(centre, &chart.scale.write(value), Type::SMALL.in_role(Role::on_heat(step)), Side::Middle);
            }
        }
        Cell::Blank => {}
        Cell::Value(_) | Cell::Closed => canvas.hatch(corner, size, Role::Axis),
        Cell::Suppressed => {
            canvas.note(Mark::Suppressed);
            canvas.outline((corner.0 + 0.5, corner.1 + 0.5), (size.0 - 1.0, size.1 - 1.0), Role::Grid, 1.0);
            canvas.text(centre, "†", Type::SMALL, Side::Middle);
        }
    }
}

/// What the colours mean: five steps with their borders, and the hatching.
fn key(canvas: &mut Canvas, chart: &Heatmap, scale: &Axis) {
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += canvas.paragraph(left, canvas.y, inner, &chart.measure, Type::SMALL.in_role(Role::Ink), Side::Start) + 4.0;
    let (low, high) = scale.ends();
    let borders: Vec<String> = (1..HEATS.len()).map(|step| chart.scale.tick(low + (high - low) * step as f64 / HEATS.len() as f64)).collect();
    let width = (widest(borders.iter().map(String::as_str), Type::SMALL) + 10.0).max(44.0).min((inner - 80.0) / HEATS.len() as f64);
    let mut x = canvas.left;
    for (position, heat) in HEATS.iter().enumerate() {
        canvas.bar((x + 0.5, canvas.y), (width - 1.0, 11.0), *heat);
        if let Some(border) = position.checked_sub(1).and_then(|border| borders.get(border)) {
            canvas.try_text((x, canvas.y + 23.0), border, Type::SMALL, Side::Middle);
        }
        x += width;
    }
    if chart.cells.iter().flatten().any(|cell| *cell == Cell::Closed) {
        x += 18.0;
        canvas.hatch((x, canvas.y), (26.0, 11.0), Role::Axis);
        canvas.text((x + 32.0, canvas.y + 9.5), "closed", Type::SMALL, Side::Start);
    }
    canvas.y += 38.0;
}
