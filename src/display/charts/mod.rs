//! Charts: typed specs and words in, SVG and PNG out.
//!
//! `svg` lays out title, subtitle, drawing and footer for one of two widths; `png` turns that SVG into a picture. Nothing here reads result
//! rows or computes figures. Kinds of chart are one file each; `canvas` alone talks to plotters, `svg` makes its output responsive.

mod axis;
mod bands;
mod bars;
mod canvas;
mod distribution;
mod diverging;
mod heatmap;
mod multiples;
mod panel;
mod png;
mod spec;
mod svg;
mod text;
mod theme;
mod trend;
mod vital_signs;

#[cfg(any(test, feature = "pdf"))]
pub(crate) use png::plain;
pub(crate) use png::{png, png_at};
pub(crate) use spec::*;
pub(crate) use theme::css;

use crate::error::Error;
use canvas::{Canvas, Side};
use text::Type;

/// Draws a chart as a responsive SVG that stands alone and can be put into a page; `id` must be unique on that page.
pub(crate) fn svg(chart: &Chart, words: &Words, width: Width, id: &str) -> Result<String, Error> {
    let mut canvas = Canvas::new(width);
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
    }
    foot(&mut canvas, words);
    let (drawing, width, height) = canvas.render()?;
    Ok(svg::finish(&drawing, (width, height), words, id))
}

fn head(canvas: &mut Canvas, words: &Words) {
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += canvas.paragraph(left, canvas.y, inner, &words.title, Type::TITLE, Side::Start) + 2.0;
    canvas.y += canvas.paragraph(left, canvas.y, inner, &words.subtitle, Type::SUBTITLE, Side::Start) + 14.0;
}

fn foot(canvas: &mut Canvas, words: &Words) {
    let (left, inner) = (canvas.left, canvas.inner());
    canvas.y += 12.0;
    let notes =
        [(Mark::Suppressed, '†', "† too few people to show"), (Mark::Unstable, '*', "* uncertain: read with care"), (Mark::NotEstimable, '–', "– no figure")];
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
mod samples;
#[cfg(test)]
mod tests;
