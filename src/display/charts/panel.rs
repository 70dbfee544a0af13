//! What several kinds of chart share: ticks, grids, ribbons, blanks and labels that make room for each other.

use super::axis::Axis;
use super::canvas::{Canvas, Side};
use super::spec::{Estimate, Mark, Scale};
use super::text::{Type, measure};
use super::theme::Role;

/// Tick labels below a horizontal scale; those that would touch are left out.
pub(super) fn write_ticks(canvas: &mut Canvas, axis: &Axis, scale: Scale, bottom: f64) {
    for tick in &axis.ticks {
        below(canvas, axis.at(*tick), bottom + 4.0, &scale.tick(*tick));
    }
}

/// Small words centred below a place, kept on the sheet; left out where they would touch others.
pub(super) fn below(canvas: &mut Canvas, x: f64, top: f64, words: &str) -> bool {
    let ends = (canvas.left, canvas.right);
    within(canvas, x, top, words, ends)
}

/// The same, kept between two ends.
pub(super) fn within(canvas: &mut Canvas, x: f64, top: f64, words: &str, (left, right): (f64, f64)) -> bool {
    let half = measure(words, Type::SMALL) / 2.0;
    let x = x.min(right - half).max(left + half);
    canvas.try_text((x, top + Type::SMALL.size * 0.95), words, Type::SMALL, Side::Middle)
}

/// Width that the labels of a vertical scale need.
pub(super) fn tick_width(axis: &Axis, scale: Scale) -> f64 {
    axis.ticks.iter().map(|tick| measure(&scale.tick(*tick), Type::SMALL)).fold(0.0, f64::max)
}

/// Horizontal grid lines from `left` to `right`, labels to the left of them.
pub(super) fn horizontal_grid(canvas: &mut Canvas, axis: &Axis, scale: Scale, (left, right): (f64, f64), labelled: bool) {
    canvas.line((left, axis.start), (right, axis.start), Role::Axis, 1.0);
    for tick in &axis.ticks {
        let y = axis.at(*tick);
        if (y - axis.start).abs() > 0.01 {
            canvas.line((left, y), (right, y), Role::Grid, 1.0);
        }
        if labelled {
            canvas.try_text((left - 6.0, y + 4.0), &scale.tick(*tick), Type::SMALL, Side::End);
        }
    }
}

/// Words in the place of a figure that is not shown.
pub(super) fn blank(canvas: &mut Canvas, (x, y): (f64, f64), mark: Mark) {
    let words = if mark == Mark::Suppressed { "† too few to show" } else { "– no figure" };
    canvas.note(if mark == Mark::Suppressed { mark } else { Mark::NotEstimable });
    canvas.bar((x - 3.0, y - 8.0), (measure(words, Type::SMALL) + 6.0, 16.0), Role::Paper);
    canvas.try_text((x, y + 4.0), words, Type::SMALL, Side::Start);
}

/// Words in the place of a chart that has nothing to show.
pub(super) fn nothing(canvas: &mut Canvas) {
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += canvas.paragraph(left, canvas.y, inner, "There are no figures to show.", Type::SMALL, Side::Start);
}

/// What a reader must know of an axis that does not show all: the part of the scale, or that it does not begin at zero.
pub(super) fn cut(canvas: &mut Canvas, axis: &Axis, scale: Scale, whole: Option<(f64, f64)>) {
    let (low, high) = axis.ends();
    let shows = format!("The axis shows {} to {}", scale.tick(low), scale.tick(high));
    let words = match whole {
        Some((least, most)) if low > least + 1e-9 || high < most - 1e-9 => format!("{shows} of a scale from {} to {}.", scale.tick(least), scale.tick(most)),
        None if low > 1e-9 => format!("{shows}; it does not begin at zero."),
        _ => return,
    };
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += 4.0;
    canvas.y += canvas.paragraph(left, canvas.y, inner, &words, Type::SMALL, Side::Start);
}

/// The band between the ends of the intervals of neighbouring figures.
pub(super) fn ribbon(canvas: &mut Canvas, points: &[(f64, Estimate)], axis: &Axis, role: Role) {
    let ends: Vec<(f64, f64, f64)> =
        points.iter().filter_map(|(x, estimate)| estimate.interval().map(|(low, high)| (*x, axis.at(low), axis.at(high)))).collect();
    let upper = ends.iter().map(|(x, _, high)| (*x, *high));
    let lower = ends.iter().rev().map(|(x, low, _)| (*x, *low));
    canvas.area(upper.chain(lower).collect(), role, 0.2);
}

/// Runs of figures that can be joined: split where one is missing or hidden, and where `cut` says so.
pub(super) fn runs(points: &[(f64, Option<Estimate>)], cut: impl Fn(usize) -> bool) -> Vec<Vec<(f64, Estimate)>> {
    let mut runs = vec![Vec::new()];
    for (position, (x, estimate)) in points.iter().enumerate() {
        if let (Some(run), Some(estimate)) = (runs.last_mut(), estimate.filter(|estimate| estimate.seen().is_some())) {
            run.push((*x, estimate));
        } else {
            runs.push(Vec::new());
        }
        if cut(position) {
            runs.push(Vec::new());
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// The places of figures.
pub(super) fn places(run: &[(f64, Estimate)], axis: &Axis) -> Vec<(f64, f64)> {
    run.iter().map(|(x, estimate)| (*x, axis.at(estimate.value))).collect()
}

/// Tops of labels that want to begin at `wanted` and have `heights`: moved apart, in order, between `top` and `bottom` as far as there is room.
pub(super) fn apart(wanted: &[f64], heights: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    let mut tops = wanted.to_vec();
    let mut floor = top;
    for position in &order {
        tops[*position] = tops[*position].max(floor);
        floor = tops[*position] + heights[*position];
    }
    let mut ceiling = bottom.max(top + heights.iter().sum::<f64>());
    for position in order.iter().rev() {
        tops[*position] = tops[*position].min(ceiling - heights[*position]);
        ceiling = tops[*position];
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_make_room_in_order() {
        assert_eq!(apart(&[40.0, 42.0], &[20.0, 20.0], (0.0, 100.0)), [40.0, 60.0]);
        assert_eq!(apart(&[89.0, 88.0], &[20.0, 20.0], (0.0, 100.0)), [80.0, 60.0]);
    }

    #[test]
    fn a_line_is_interrupted_where_nothing_is_shown() {
        let points =
            [(0.0, Some(Estimate::of(1.0))), (1.0, Some(Estimate::blank(Mark::Suppressed))), (2.0, Some(Estimate::of(1.0))), (3.0, Some(Estimate::of(2.0)))];
        assert_eq!(runs(&points, |_| false).iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(runs(&points, |position| position == 2).iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
    }
}
