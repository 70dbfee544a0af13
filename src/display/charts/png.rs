//! Our SVG in, PNG at twice its size out; the only font is the embedded one, so that every machine draws the same.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use super::theme::FONT;
use crate::error::{Error, Exit, Problem};

/// Pixels of the picture per pixel of the chart.
const TWICE: f32 = 2.0;

/// The parsed drawing: variables replaced by their light values.
pub(super) fn tree(svg: &str) -> Result<Tree, Error> {
    static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let mut fonts = Database::new();
        fonts.load_font_data(dejavu::sans::regular().to_vec());
        fonts.load_font_data(dejavu::sans::bold().to_vec());
        fonts.set_sans_serif_family(FONT);
        Arc::new(fonts)
    });
    let options = Options { font_family: FONT.to_owned(), fontdb: Arc::clone(&FONTS), ..Options::default() };
    Tree::from_str(&plain(svg), &options).map_err(|error| broken(&error.to_string()))
}

/// Draws a chart made by `super::svg` as PNG.
pub(crate) fn png(svg: &str) -> Result<Vec<u8>, Error> {
    png_at(svg, TWICE)
}

/// Draws it with so many pixels of the picture per pixel of the chart.
pub(crate) fn png_at(svg: &str, scale: f32) -> Result<Vec<u8>, Error> {
    let tree = tree(svg)?;
    let size = tree.size().to_int_size().scale_by(scale).ok_or_else(|| broken("the chart has no size"))?;
    let mut sheet = Pixmap::new(size.width(), size.height()).ok_or_else(|| broken("the chart is too large"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut sheet.as_mut());
    sheet.encode_png().map_err(|error| broken(&error.to_string()))
}

/// The presentation attributes already hold the light values; the styles that refer to variables go.
pub(crate) fn plain(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some((before, after)) = rest.split_once(" style=\"") {
        out.push_str(before);
        rest = after.split_once('"').map_or("", |(_, next)| next);
    }
    out.push_str(rest);
    out
}

fn broken(why: &str) -> Error {
    Error::new(Exit::Internal, Problem::new("chart::no_picture", "a chart could not be turned into a picture").found(why))
}
