//! Marks and words at exact places in, plotters' SVG out: the only file that calls plotters' drawing.
//!
//! Coordinates are pixels of the finished chart. plotters knows whole pixels only, so everything is drawn at ten times its size and
//! `super::svg` divides again. Words keep their boxes, so that an optional label is left out rather than printed over another.

use plotters::prelude::{Circle, DrawingBackend, IntoDrawingArea, PathElement, Polygon, Rectangle, SVGBackend, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, ShapeStyle, TextStyle};

use super::spec::{Frame, Mark, Size};
use super::text::{Type, measure, wrap};
use super::theme::{FONT, Role};
use crate::error::{Error, Exit, Problem};

/// Empty pixels at the edges of the sheet.
const MARGIN: f64 = 12.0;
/// Drawing units per pixel.
pub(super) const ZOOM: f64 = 10.0;

/// Where a word stands relative to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The place is the left end.
    Start,
    /// The place is the middle.
    Middle,
    /// The place is the right end.
    End,
}

/// The place that words take up: left, top, right, bottom.
type Taken = (f64, f64, f64, f64);

enum Item {
    Path { points: Vec<(f64, f64)>, role: Role, stroke: f64 },
    Area { points: Vec<(f64, f64)>, role: Role, opacity: f64 },
    Bar { corner: (f64, f64), size: (f64, f64), role: Role },
    Dot { centre: (f64, f64), radius: f64, role: Role },
    Words { at: (f64, f64), text: String, kind: Type, side: Side },
}

impl Item {
    fn layer(&self) -> usize {
        match self {
            Self::Path { role: Role::Grid, .. } => 0,
            Self::Words { .. } => 2,
            _ => 1,
        }
    }
}

/// A sheet that grows downwards.
pub(super) struct Canvas {
    layout: Size,
    /// Height that may be filled: kinds of chart that can grow take of it what they use.
    pub(super) room: f64,
    /// Left edge of the content.
    pub(super) left: f64,
    /// Right edge of the content.
    pub(super) right: f64,
    /// Where the next block begins.
    pub(super) y: f64,
    items: Vec<Item>,
    taken: Vec<Taken>,
    /// Marks that were drawn and need their explanation.
    pub(super) marks: Vec<Mark>,
}

impl Canvas {
    /// An empty sheet that is `width` pixels wide and has `room` more height to fill than the drawing needs.
    pub(super) fn new(layout: Size, width: f64, room: f64) -> Self {
        Self { layout, room, left: MARGIN, right: width - MARGIN, y: MARGIN, items: Vec::new(), taken: Vec::new(), marks: Vec::new() }
    }

    /// Whether this is the layout for a telephone.
    pub(super) fn narrow(&self) -> bool {
        self.layout == Size::Narrow360
    }

    /// The frame that the sheet has to fill, where there is one.
    pub(super) fn frame(&self) -> Option<Frame> {
        self.layout.frame()
    }

    /// Width between the margins.
    pub(super) fn inner(&self) -> f64 {
        self.right - self.left
    }

    /// Takes height to fill, at most `most`, and as much for each of `parts` that stand one below another.
    pub(super) fn grow(&mut self, most: f64, parts: usize) -> f64 {
        let parts = parts.max(1) as f64;
        let taken = (self.room / parts).clamp(0.0, most);
        self.room -= taken * parts;
        taken
    }

    /// Remembers that a mark was drawn.
    pub(super) fn note(&mut self, mark: Mark) {
        if mark != Mark::Shown && !self.marks.contains(&mark) {
            self.marks.push(mark);
        }
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), role: Role, stroke: f64) {
        self.path(vec![from, to], role, stroke);
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: Vec<(f64, f64)>, role: Role, stroke: f64) {
        if points.len() > 1 {
            self.items.push(Item::Path { points, role, stroke });
        }
    }

    /// A dashed line through points: `dash` pixels drawn, `gap` pixels left out.
    pub(super) fn dashed(&mut self, points: &[(f64, f64)], role: Role, stroke: f64, (dash, gap): (f64, f64)) {
        let (mut drawing, mut left) = (true, dash);
        let mut piece: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let mut done = 0.0;
            while length - done > left {
                done += left;
                let share = done / length;
                let turn = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
                piece.push(turn);
                if drawing {
                    self.path(std::mem::take(&mut piece), role, stroke);
                }
                drawing = !drawing;
                left = if drawing { dash } else { gap };
                piece = vec![turn];
            }
            left -= length - done;
            piece.push(to);
        }
        if drawing {
            self.path(piece, role, stroke);
        }
    }

    /// A filled shape.
    pub(super) fn area(&mut self, points: Vec<(f64, f64)>, role: Role, opacity: f64) {
        if points.len() > 2 {
            self.items.push(Item::Area { points, role, opacity });
        }
    }

    /// A filled rectangle.
    pub(super) fn bar(&mut self, corner: (f64, f64), size: (f64, f64), role: Role) {
        if size.0 > 0.0 && size.1 > 0.0 {
            self.items.push(Item::Bar { corner, size, role });
        }
    }

    /// The outline of a rectangle.
    pub(super) fn outline(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), role: Role, stroke: f64) {
        self.path(vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)], role, stroke);
    }

    /// A rectangle of slanted lines.
    pub(super) fn hatch(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), role: Role) {
        let mut offset = 6.0;
        while offset < width + height - 1.0 {
            let from = (x + (offset - height).max(0.0), y + offset.min(height));
            let to = (x + offset.min(width), y + (offset - width).max(0.0));
            self.line(from, to, role, 0.7);
            offset += 6.0;
        }
    }

    /// A bar that is not to be leaned on: outline and stripes instead of a full colour.
    pub(super) fn striped(&mut self, corner: (f64, f64), size: (f64, f64), role: Role) {
        if size.0 > 0.0 && size.1 > 0.0 {
            self.bar(corner, size, Role::Paper);
            self.hatch(corner, size, role);
            self.outline((corner.0 + 0.6, corner.1 + 0.6), ((size.0 - 1.2).max(0.1), (size.1 - 1.2).max(0.1)), role, 1.2);
        }
    }

    /// A filled circle.
    pub(super) fn dot(&mut self, centre: (f64, f64), radius: f64, role: Role) {
        self.items.push(Item::Dot { centre, radius, role });
    }

    /// A circle that is open in the middle.
    pub(super) fn ring(&mut self, centre: (f64, f64), radius: f64, role: Role) {
        self.dot(centre, radius, role);
        self.dot(centre, radius - 1.5, Role::Paper);
    }

    /// A whisker between two places on a horizontal scale, with a seam of the sheet that sets it off from a bar of any colour.
    pub(super) fn whisker(&mut self, low: f64, high: f64, y: f64, role: Role) {
        for (role, stroke, reach) in [(Role::Paper, 3.3, 4.0), (role, 1.3, 3.0)] {
            self.line((low, y), (high, y), role, stroke);
            for x in [low, high] {
                self.line((x, y - reach), (x, y + reach), role, stroke);
            }
        }
    }

    /// A whisker between two places on a vertical scale.
    pub(super) fn stem(&mut self, x: f64, low: f64, high: f64, role: Role) {
        self.line((x, low), (x, high), role, 1.3);
        for y in [low, high] {
            self.line((x - 3.0, y), (x + 3.0, y), role, 1.3);
        }
    }

    fn taking(text: &str, (x, y): (f64, f64), kind: Type, side: Side) -> Taken {
        let width = measure(text, kind);
        let left = match side {
            Side::Start => x,
            Side::Middle => x - width / 2.0,
            Side::End => x - width,
        };
        (left, y - kind.size * 0.93, left + width, y + kind.size * 0.24)
    }

    /// Words on one line; `y` is the baseline.
    pub(super) fn text(&mut self, at: (f64, f64), text: &str, kind: Type, side: Side) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            self.taken.push(Self::taking(&text, at, kind, side));
            self.items.push(Item::Words { at, text, kind, side });
        }
    }

    /// Whether nothing else is written where these words would stand.
    pub(super) fn free(&self, at: (f64, f64), text: &str, kind: Type, side: Side) -> bool {
        let wanted = Self::taking(text.trim(), at, kind, side);
        wanted.0 >= self.left - 8.0
            && wanted.2 <= self.right + 8.0
            && self.taken.iter().all(|taken| wanted.2 + 2.0 <= taken.0 || taken.2 + 2.0 <= wanted.0 || wanted.3 <= taken.1 || taken.3 <= wanted.1)
    }

    /// Words that are printed only where nothing else is written; says whether they were.
    pub(super) fn try_text(&mut self, at: (f64, f64), text: &str, kind: Type, side: Side) -> bool {
        let free = self.free(at, text, kind, side);
        if free {
            self.text(at, text, kind, side);
        }
        free
    }

    /// Keeps words away from a place where marks are.
    pub(super) fn keep_clear(&mut self, left: f64, top: f64, right: f64, bottom: f64) {
        self.taken.push((left, top, right, bottom));
    }

    /// Wrapped words; `top` is the top of the first line. Returns the height.
    pub(super) fn paragraph(&mut self, x: f64, top: f64, width: f64, text: &str, kind: Type, side: Side) -> f64 {
        let lines = wrap(text, width, kind);
        for (position, line) in lines.iter().enumerate() {
            self.text((x, top + kind.size * 0.95 + kind.leading() * position as f64), line, kind, side);
        }
        kind.leading() * lines.len() as f64
    }

    /// Everything as plotters' SVG, with the height of the sheet in pixels.
    pub(super) fn render(&self) -> Result<(String, f64), Error> {
        let (width, height) = (self.right + self.left, self.y.ceil());
        let mut buffer = String::new();
        {
            let sheet = SVGBackend::with_string(&mut buffer, (units(width).unsigned_abs(), units(height).unsigned_abs())).into_drawing_area();
            // The grid lies behind the marks, and words lie over both.
            for layer in 0..3 {
                for item in self.items.iter().filter(|item| item.layer() == layer) {
                    draw(&sheet, item).map_err(|error| broken(&error))?;
                }
            }
            sheet.present().map_err(|error| broken(&error))?;
        }
        Ok((buffer, height))
    }
}

type Sheet<'a> = plotters::drawing::DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Trouble<'a> = plotters::drawing::DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

fn broken(error: &Trouble<'_>) -> Error {
    Error::new(Exit::Internal, Problem::new("chart::not_drawn", "a chart could not be drawn").found(error.to_string()))
}

/// Pixels as plotters' whole units.
#[allow(clippy::cast_possible_truncation, reason = "sheets are a few thousand pixels at most")]
fn units(pixels: f64) -> i32 {
    (pixels * ZOOM).round() as i32
}

fn place((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

fn draw<'a>(sheet: &Sheet<'a>, item: &Item) -> Result<(), Trouble<'a>> {
    match item {
        Item::Path { points, role, stroke } => {
            let style: ShapeStyle = role.stand_in().stroke_width(units(*stroke).unsigned_abs());
            sheet.draw(&PathElement::new(points.iter().copied().map(place).collect::<Vec<_>>(), style))
        }
        Item::Area { points, role, opacity } => {
            sheet.draw(&Polygon::new(points.iter().copied().map(place).collect::<Vec<_>>(), role.stand_in().mix(*opacity).filled()))
        }
        Item::Bar { corner, size, role } => {
            let end = (corner.0 + size.0, corner.1 + size.1);
            sheet.draw(&Rectangle::new([place(*corner), place(end)], role.stand_in().filled()))
        }
        Item::Dot { centre, radius, role } => sheet.draw(&Circle::new(place(*centre), units(*radius), role.stand_in().filled())),
        Item::Words { at, text, kind, side } => {
            let weight = if kind.bold { FontStyle::Bold } else { FontStyle::Normal };
            let anchor = match side {
                Side::Start => HPos::Left,
                Side::Middle => HPos::Center,
                Side::End => HPos::Right,
            };
            let font = (FONT, kind.size * ZOOM * 1.24).into_font().style(weight);
            let colour = kind.role.stand_in();
            let style = TextStyle::from(font).color(&colour).pos(Pos::new(anchor, VPos::Bottom));
            sheet.draw(&Text::new(text.as_str(), place(*at), style))
        }
    }
}
