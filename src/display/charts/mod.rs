//! Charts: typed specs and words in, SVG and PNG out.
//!
//! `svg` lays out title, subtitle, drawing and footer for a size: two widths on screens, a slide, half a page or a page of paper; `png` turns that
//! SVG into a picture. Colours come from a theme. Nothing here reads result rows or computes figures. Kinds of chart are one file each; `canvas` alone talks to plotters, `svg` makes its output responsive.

mod axis;
mod bands;
mod bars;
mod canvas;
mod colour;
mod distribution;
mod diverging;
mod heatmap;
mod house;
mod multiples;
mod panel;
mod path_spec;
mod paths;
mod png;
mod spec;
mod stays;
mod svg;
mod text;
mod theme;
mod trend;
mod vital_signs;

pub(crate) use path_spec::{PathArrow, PathBox, Paths};
#[cfg(any(test, feature = "pdf"))]
pub(crate) use png::plain;
pub(crate) use png::{png, png_at};
pub(crate) use spec::*;
pub(crate) use stays::{StayLine, Stays};
pub(crate) use theme::Theme;

use crate::error::Error;
use canvas::{Canvas, Side};
use text::Type;

/// Draws a chart as an SVG that stands alone and can be put into a page; `id` must be unique on that page.
pub(crate) fn svg(chart: &Chart, words: &Words, size: Size, theme: &Theme, id: &str) -> Result<String, Error> {
    let canvas = lay_out(chart, words, size);
    let (drawing, height) = canvas.render()?;
    let size = (canvas.left + canvas.right, height);
    Ok(svg::finish(&drawing, &svg::Sheet { size, shown: canvas.frame().map(|frame| frame.shown), words, theme, id }))
}

/// The chart on its sheet. A frame is filled: what can grow grows; a frame that keeps its shape becomes wider, and its words smaller, until all is in it.
fn lay_out(chart: &Chart, words: &Words, size: Size) -> Canvas {
    const HALVINGS: usize = 7;
    let on = |width: f64, room: f64| draw(chart, words, Canvas::new(size, width, room));
    let Some(frame) = size.frame() else { return on(size.width(), 0.0) };
    let shape = frame.fill.1 / frame.fill.0;
    let (mut width, mut natural) = (frame.fill.0, on(frame.fill.0, 0.0).y);
    if natural > width * shape && frame.fixed {
        let (mut low, mut high) = (width, natural / shape);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if on(middle, 0.0).y > middle * shape { low = middle } else { high = middle }
        }
        width = high.ceil();
        natural = on(width, 0.0).y;
    }
    let mut canvas = on(width, (width * shape - natural).max(0.0));
    if frame.fixed {
        canvas.y = canvas.y.max(width * shape);
    }
    canvas
}

fn draw(chart: &Chart, words: &Words, mut canvas: Canvas) -> Canvas {
    head(&mut canvas, words);
    match chart {
        Chart::Bars(bars) => bars::draw(&mut canvas, bars),
        Chart::Diverging(diverging) => diverging::draw(&mut canvas, diverging),
        Chart::Trend(trend) => trend::draw(&mut canvas, trend),
        Chart::Distribution(distribution) => distribution::draw(&mut canvas, distribution),
        Chart::Bands(bands) => bands::draw(&mut canvas, bands),
        Chart::Heatmap(heatmap) => heatmap::draw(&mut canvas, heatmap),
        Chart::Multiples(multiples) => multiples::draw(&mut canvas, multiples),
        Chart::VitalSigns(vital_signs) => vital_signs::draw(&mut canvas, vital_signs),
        Chart::Paths(paths) => paths::draw(&mut canvas, paths),
        Chart::Stacked(stages) => trend::stacked(&mut canvas, stages),
        Chart::Stays(stays) => stays::draw(&mut canvas, stays),
    }
    foot(&mut canvas, words);
    canvas
}

fn head(canvas: &mut Canvas, words: &Words) {
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += canvas.paragraph(left, canvas.y, inner, &words.title, Type::TITLE, Side::Start) + 2.0;
    canvas.y += canvas.paragraph(left, canvas.y, inner, &words.subtitle, Type::SUBTITLE, Side::Start) + 14.0;
}

fn foot(canvas: &mut Canvas, words: &Words) {
    let (left, inner) = (canvas.left, canvas.inner());
    // What is left of a frame that keeps its shape lies above the footer.
    canvas.y += 12.0 + if canvas.frame().is_some_and(|frame| frame.fixed) { canvas.room } else { 0.0 };
    let notes = [
        (Mark::Suppressed, '†', "† too few people to show"),
        (Mark::Unstable, '*', "* striped or open: uncertain, read with care"),
        (Mark::NotEstimable, '–', "– no figure"),
    ];
    let said: Vec<&str> = notes
        .into_iter()
        .filter(|(mark, sign, _)| canvas.marks.contains(mark) && (*sign == '–' || !words.footer.contains(*sign)))
        .map(|(_, _, note)| note)
        .collect();
    if !said.is_empty() {
        canvas.y += canvas.paragraph(left, canvas.y, inner, &said.join(" · "), Type::SMALL, Side::Start);
    }
    canvas.y += canvas.paragraph(left, canvas.y, inner, &words.footer, Type::SMALL, Side::Start) + 8.0;
}

#[cfg(test)]
mod path_samples;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
