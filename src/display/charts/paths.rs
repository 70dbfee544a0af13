//! A path model: boxes in layers, arrows from each to what it leads to, figures on the arrows.
//!
//! Layers stand one below another on every sheet. An arrow that passes a layer keeps a narrow place of its own there, and a gap
//! between layers is as high as its figures need: none lies over another, over an arrow of somebody else or over a box.

use super::canvas::{Canvas, Side};
use super::panel::nothing;
use super::path_spec::{PathArrow, PathBox, Paths};
use super::spec::{Estimate, Scale};
use super::text::{Type, measure, wrap};
use super::theme::Role;

/// How figures are written.
const SCALE: Scale = Scale::Number { decimals: 2 };
/// Pixels between neighbours in a layer.
const APART: f64 = 16.0;
/// Width of the place of an arrow that passes a layer.
const WAY: f64 = 26.0;
/// Widest box.
const WIDEST: f64 = 200.0;
/// Height of a figure with its interval.
const FIGURE: f64 = 31.0;
/// Room above and below the figures of a gap.
const ROOM: f64 = 18.0;

/// What stands in a layer: a box, or the place where an arrow passes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Slot {
    Box(usize),
    Way(usize),
}

/// A slot with the place of its middle.
type Placed = (Slot, f64);

/// A layer as it stands on the sheet.
struct Layer {
    slots: Vec<Placed>,
    /// Width of its boxes.
    width: f64,
}

/// A piece of an arrow between two layers.
#[derive(Debug, Clone, Copy)]
struct Piece {
    arrow: usize,
    from: f64,
    to: f64,
    /// Whether the arrow ends here.
    last: bool,
    /// Whether its figure stands here.
    told: bool,
}

/// Draws the chart below what is already on the sheet.
pub(super) fn draw(canvas: &mut Canvas, chart: &Paths) {
    if chart.boxes.is_empty() || chart.arrows.iter().any(|arrow| arrow.from.max(arrow.to) >= chart.boxes.len()) {
        nothing(canvas);
        return;
    }
    let rows: Vec<Layer> = ordered(chart).iter().map(|layer| in_a_row(canvas, layer)).collect();
    let gaps = gaps(chart, &rows);
    let extra = canvas.grow(50.0, gaps.len());
    let mut top = canvas.y;
    let mut tops = Vec::new();
    // Boxes are drawn over the ends of arrows.
    for (place, layer) in rows.iter().enumerate() {
        let height = layer_height(chart, layer);
        tops.push((top, height));
        for (slot, x) in &layer.slots {
            if let Slot::Way(arrow) = slot {
                line(canvas, &chart.arrows[*arrow].estimate, (*x, top), (*x, top + height), false);
            }
        }
        top += height;
        if let Some(pieces) = gaps.get(place) {
            top += draw_gap(canvas, chart, pieces, top, extra);
        }
    }
    for (layer, (top, height)) in rows.iter().zip(tops) {
        for (slot, x) in &layer.slots {
            if let Slot::Box(number) = slot {
                draw_box(canvas, &chart.boxes[*number], (*x, top), (layer.width, height));
            }
        }
    }
    canvas.y = top + 10.0;
    key(canvas, chart);
}

/// What the lines mean, as far as they are there.
fn key(canvas: &mut Canvas, chart: &Paths) {
    let mut said = vec!["The thicker a line, the stronger the link."];
    if chart.arrows.iter().any(|arrow| arrow.estimate.seen().is_some() && !is_clear(&arrow.estimate)) {
        said.push("Dashed: the interval holds 0.");
    }
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += canvas.paragraph(left, canvas.y, inner, &said.join(" "), Type::SMALL, Side::Start);
}

/// The slots of every layer in their order from left to right.
fn ordered(chart: &Paths) -> Vec<Vec<Slot>> {
    let of = layers(chart);
    let mut layers: Vec<Vec<Slot>> = vec![Vec::new(); of.iter().max().map_or(1, |last| last + 1)];
    for (number, layer) in of.iter().enumerate() {
        layers[*layer].push(Slot::Box(number));
    }
    for (number, arrow) in chart.arrows.iter().enumerate() {
        for layer in layers.iter_mut().take(of[arrow.to]).skip(of[arrow.from] + 1) {
            layer.push(Slot::Way(number));
        }
    }
    // Each slot moves to the middle of what leads to it, then of what it leads to.
    let below: Vec<usize> = (1..layers.len()).collect();
    let above: Vec<usize> = (0..layers.len().saturating_sub(1)).rev().collect();
    for (places, offset) in [(below, -1_isize), (above, 1)] {
        for place in places {
            let neighbour = layers[place.saturating_add_signed(offset)].clone();
            let wanted = |slot: &Slot| wanted(chart, *slot, &neighbour, offset < 0);
            let mut keyed: Vec<(f64, Slot)> = layers[place].iter().map(|slot| (wanted(slot), *slot)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            layers[place] = keyed.into_iter().map(|(_, slot)| slot).collect();
        }
    }
    layers
}

/// The layer of each box: one below the lowest that leads to it; boxes that nothing leads to stand right above what they lead to.
fn layers(chart: &Paths) -> Vec<usize> {
    let mut of = vec![0_usize; chart.boxes.len()];
    // A model with a circle has no layers; after as many rounds as there are boxes it gets those that it has.
    for _ in 0..chart.boxes.len() {
        for arrow in &chart.arrows {
            of[arrow.to] = of[arrow.to].max(of[arrow.from] + 1).min(chart.boxes.len() - 1);
        }
    }
    for number in 0..of.len() {
        let is_start = chart.arrows.iter().all(|arrow| arrow.to != number);
        let first = chart.arrows.iter().filter(|arrow| arrow.from == number).map(|arrow| of[arrow.to]).min();
        if let Some(first) = first.filter(|_| is_start) {
            of[number] = first.saturating_sub(1);
        }
    }
    of
}

/// The middle of the slots in the neighbouring layer that a slot is tied to, from 0 to 1.
fn wanted(chart: &Paths, slot: Slot, neighbour: &[Slot], upwards: bool) -> f64 {
    let tied = |other: &Slot, arrow: usize| {
        let PathArrow { from, to, .. } = chart.arrows[arrow];
        match other {
            Slot::Way(number) => *number == arrow,
            Slot::Box(number) => *number == if upwards { from } else { to },
        }
    };
    let arrows: Vec<usize> = match slot {
        Slot::Way(arrow) => vec![arrow],
        Slot::Box(number) => {
            (0..chart.arrows.len()).filter(|arrow| number == if upwards { chart.arrows[*arrow].to } else { chart.arrows[*arrow].from }).collect()
        }
    };
    let places =
        arrows.iter().filter_map(|arrow| neighbour.iter().position(|other| tied(other, *arrow))).map(|place| (place as f64 + 0.5) / neighbour.len() as f64);
    let (sum, count) = places.fold((0.0, 0.0), |(sum, count), place| (sum + place, count + 1.0));
    if count > 0.0 { sum / count } else { 0.5 }
}

/// The middles of the slots of a layer, around the middle of the sheet.
fn in_a_row(canvas: &Canvas, layer: &[Slot]) -> Layer {
    let apart = if canvas.narrow() { APART / 2.0 } else { APART };
    let boxes = layer.iter().filter(|slot| matches!(slot, Slot::Box(_))).count();
    let free = canvas.inner() - WAY * (layer.len() - boxes) as f64 - apart * layer.len().saturating_sub(1) as f64;
    let width = (free / boxes.max(1) as f64).clamp(48.0, if canvas.narrow() { WIDEST / 1.6 } else { WIDEST });
    let wide = |slot: &Slot| if matches!(slot, Slot::Box(_)) { width } else { WAY };
    let all: f64 = layer.iter().map(wide).sum::<f64>() + apart * layer.len().saturating_sub(1) as f64;
    let mut x = f64::midpoint(canvas.left, canvas.right) - all / 2.0;
    let mut slots = Vec::new();
    for slot in layer {
        slots.push((*slot, x + wide(slot) / 2.0));
        x += wide(slot) + apart;
    }
    Layer { slots, width }
}

/// The pieces of arrows in every gap, from edge to edge of what they join.
fn gaps(chart: &Paths, layers: &[Layer]) -> Vec<Vec<Piece>> {
    let ends = |layer: &Layer, arrow: usize, upper: bool| {
        let PathArrow { from, to, .. } = chart.arrows[arrow];
        let is = |slot: &Slot| *slot == Slot::Way(arrow) || *slot == Slot::Box(if upper { from } else { to });
        layer.slots.iter().find(|(slot, _)| is(slot)).copied()
    };
    let mut gaps: Vec<Vec<Piece>> = Vec::new();
    for pair in layers.windows(2) {
        let joined = (0..chart.arrows.len()).filter_map(|arrow| Some((arrow, ends(&pair[0], arrow, true)?, ends(&pair[1], arrow, false)?)));
        let joined: Vec<(usize, Placed, Placed)> = joined.collect();
        let port = |own: Placed, other: f64, upper: bool| {
            if matches!(own.0, Slot::Way(_)) {
                return own.1;
            }
            let mut others: Vec<f64> = joined
                .iter()
                .filter(|(_, from, to)| if upper { from.0 == own.0 } else { to.0 == own.0 })
                .map(|(_, from, to)| if upper { to.1 } else { from.1 })
                .collect();
            others.sort_by(f64::total_cmp);
            let place = others.iter().position(|known| known.total_cmp(&other).is_eq()).unwrap_or_default();
            let width = pair[usize::from(!upper)].width;
            own.1 + 0.7 * width * ((place as f64 + 0.5) / others.len().max(1) as f64 - 0.5)
        };
        let piece = |(arrow, from, to): &(usize, Placed, Placed)| Piece {
            arrow: *arrow,
            from: port(*from, to.1, true),
            to: port(*to, from.1, false),
            last: matches!(to.0, Slot::Box(_)),
            told: false,
        };
        gaps.push(joined.iter().map(piece).collect());
    }
    // The figure of an arrow stands in the emptiest of its gaps.
    for arrow in 0..chart.arrows.len() {
        let own = (0..gaps.len()).filter(|gap| gaps[*gap].iter().any(|piece| piece.arrow == arrow)).min_by_key(|gap| gaps[*gap].len());
        if let Some(piece) = own.and_then(|gap| gaps[gap].iter_mut().find(|piece| piece.arrow == arrow)) {
            piece.told = true;
        }
    }
    gaps
}

/// Height of the words of a box: its name and what stands below it.
fn words_height(one: &PathBox, width: f64) -> (f64, f64) {
    let lines = |text: &str, kind: Type| if text.is_empty() { 0.0 } else { wrap(text, width - 6.0, kind).len() as f64 * kind.leading() };
    (lines(&one.label, Type::STRONG), lines(&one.note, Type::SMALL))
}

fn layer_height(chart: &Paths, layer: &Layer) -> f64 {
    let boxes = layer.slots.iter().filter_map(|(slot, _)| if let Slot::Box(number) = slot { Some(&chart.boxes[*number]) } else { None });
    let height = |one: &PathBox| {
        let (name, note) = words_height(one, layer.width);
        name + note + 12.0
    };
    boxes.map(height).fold(30.0, f64::max)
}

fn draw_box(canvas: &mut Canvas, one: &PathBox, (x, top): (f64, f64), (width, height): (f64, f64)) {
    let corner = (x - width / 2.0, top);
    canvas.bar(corner, (width, height), Role::Pale);
    canvas.outline(corner, (width, height), Role::Axis, 1.0);
    let (name, note) = words_height(one, width);
    let mut y = top + (height - name - note) / 2.0;
    y += canvas.paragraph(x, y, width - 6.0, &one.label, Type::STRONG, Side::Middle);
    if !one.note.is_empty() {
        canvas.paragraph(x, y, width - 6.0, &one.note, Type::SMALL.in_role(Role::Ink), Side::Middle);
    }
}

/// Whether a figure is shown and its interval leaves 0 out.
fn is_clear(estimate: &Estimate) -> bool {
    estimate.interval().is_some_and(|(low, high)| low > 0.0 || high < 0.0)
}

/// A line as thick as the link is strong, with a head where it ends.
fn line(canvas: &mut Canvas, estimate: &Estimate, from: (f64, f64), to: (f64, f64), head: bool) {
    let stroke = 1.2 + 5.5 * estimate.seen().map_or(0.0, f64::abs).min(1.0);
    let role = if is_clear(estimate) { Role::Accent } else { Role::Grey };
    let long = (to.0 - from.0).hypot(to.1 - from.1).max(0.1);
    let along = ((to.0 - from.0) / long, (to.1 - from.1) / long);
    let size = if head { 7.0 + stroke } else { 0.0 };
    let end = (to.0 - along.0 * size, to.1 - along.1 * size);
    if is_clear(estimate) {
        canvas.line(from, end, role, stroke);
    } else {
        canvas.dashed(&[from, end], role, stroke, (6.0, 4.0));
    }
    if head {
        let across = (-along.1 * size * 0.55, along.0 * size * 0.55);
        canvas.area(vec![to, (end.0 + across.0, end.1 + across.1), (end.0 - across.0, end.1 - across.1)], role, 1.0);
    }
}

/// A figure in its place: left, top, right, bottom.
type Seat = (f64, f64, f64, f64);

/// Draws the arrows of a gap with their figures; gives its height.
fn draw_gap(canvas: &mut Canvas, chart: &Paths, pieces: &[Piece], top: f64, extra: f64) -> f64 {
    let (height, seats) = seated(chart, pieces, (canvas.left, canvas.right), extra);
    for piece in pieces {
        line(canvas, &chart.arrows[piece.arrow].estimate, (piece.from, top), (piece.to, top + height - f64::from(u8::from(piece.last))), piece.last);
    }
    for (piece, (left, upper, right, lower)) in seats {
        let estimate = &chart.arrows[pieces[piece].arrow].estimate;
        canvas.note(estimate.mark);
        canvas.bar((left, top + upper), (right - left, lower - upper), Role::Paper);
        let x = f64::midpoint(left, right);
        canvas.text((x, top + upper + 13.0), &SCALE.figure(estimate), Type::STRONG, Side::Middle);
        canvas.text((x, top + upper + 26.5), &SCALE.interval(estimate), Type::SMALL.in_role(Role::Ink), Side::Middle);
    }
    height
}

/// The height of a gap and the place of every figure in it: on its own arrow, in the first number of lines in which all have room.
fn seated(chart: &Paths, pieces: &[Piece], (left, right): (f64, f64), extra: f64) -> (f64, Vec<(usize, Seat)>) {
    let told: Vec<usize> = (0..pieces.len()).filter(|piece| pieces[*piece].told).collect();
    for (lines, strict) in (1..=5).map(|lines| (lines, true)).chain((1..=told.len().max(1)).map(|lines| (lines, false))) {
        let height = 2.0 * ROOM + extra + FIGURE * lines as f64;
        let mut seats: Vec<(usize, Seat)> = Vec::new();
        for piece in &told {
            let estimate = &chart.arrows[pieces[*piece].arrow].estimate;
            let wide = measure(&SCALE.figure(estimate), Type::STRONG).max(measure(&SCALE.interval(estimate), Type::SMALL)) + 6.0;
            let mut order: Vec<usize> = (0..lines).collect();
            order.sort_by_key(|line| (2 * line + 1).abs_diff(lines));
            let seat = |line: usize| {
                let middle = height * 0.5 + FIGURE * (line as f64 + 0.5 - lines as f64 / 2.0);
                let x = at(&pieces[*piece], middle / height);
                (x - wide / 2.0, middle - FIGURE / 2.0, x + wide / 2.0, middle + FIGURE / 2.0)
            };
            let fits = |seat: &Seat| {
                let apart = |other: &Seat| seat.2 + 4.0 <= other.0 || other.2 + 4.0 <= seat.0 || seat.3 <= other.1 || other.3 <= seat.1;
                let crossed = |other: usize| other != *piece && crosses(&pieces[other], seat, height);
                seat.0 >= left && seat.2 <= right && seats.iter().all(|(_, other)| apart(other)) && !(strict && (0..pieces.len()).any(crossed))
            };
            match order.into_iter().map(seat).find(fits) {
                Some(seat) => seats.push((*piece, seat)),
                None => break,
            }
        }
        if seats.len() == told.len() {
            return (height, seats);
        }
    }
    // Figures that find no place stand in the table alone.
    (2.0 * ROOM + extra + FIGURE, Vec::new())
}

/// Where a piece is at a share of the height of its gap.
fn at(piece: &Piece, share: f64) -> f64 {
    piece.from + (piece.to - piece.from) * share
}

/// Whether a piece passes a place.
fn crosses(piece: &Piece, seat: &Seat, height: f64) -> bool {
    let (upper, lower) = (at(piece, seat.1 / height), at(piece, seat.3 / height));
    upper.max(lower) + 3.0 > seat.0 && upper.min(lower) - 3.0 < seat.2
}
