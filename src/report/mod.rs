//! A released table and the words of the run in, a document out; renderers turn it into files.
//!
//! The document holds what a reader sees in reading order and no file format. Nothing is computed here.
//! Only a released table leads to a `Document`, and only a `Document` to a `Rendered` file, so a file
//! that this module hands over holds nothing that disclosure control has not seen.

mod renderers;
#[cfg(test)]
mod tests;

use crate::display::parts::{Block, Figure, Section};
use crate::display::{self, Book, ReleasedTable, charts};
use crate::error::Error;

/// What a reader sees, in order, without a file format.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// Title.
    pub(crate) title: String,
    /// Period and who answered, in one line.
    pub(crate) lead: String,
    /// Main points, each linked to its figure.
    pub(crate) main_points: Vec<display::MainPoint>,
    /// Sections in reading order: questions, then quality, method, disclosure, sources.
    pub(crate) sections: Vec<Section>,
    /// The line at the end of the page.
    pub(crate) footer: String,
    /// Colours of the charts.
    pub(crate) theme: charts::Theme,
}

/// One finished file of a document.
#[derive(Debug)]
pub(crate) struct Rendered {
    name: String,
    bytes: Vec<u8>,
}

impl Rendered {
    /// Its name under `public/`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its content.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Puts released figures in the order of a report.
pub(crate) fn compose(table: &ReleasedTable, book: &Book) -> Document {
    let sections = display::sections::all(table, book);
    Document {
        title: book.title.clone(),
        lead: display::lead(table, book),
        main_points: display::main_points(table, book, &sections),
        sections,
        footer: display::footer(book),
        theme: charts::Theme::of(&book.theme),
    }
}

impl Document {
    /// Every figure in reading order.
    pub(crate) fn figures(&self) -> impl Iterator<Item = &Figure> {
        let blocks = self.sections.iter().flat_map(|section| &section.blocks);
        blocks.filter_map(|block| if let Block::Figure(figure) = block { Some(&**figure) } else { None })
    }

    /// The page: `report.html`.
    ///
    /// # Errors
    /// A chart could not be drawn.
    pub(crate) fn html(&self) -> Result<Rendered, Error> {
        Ok(Rendered { name: "report.html".into(), bytes: renderers::html(self)?.into_bytes() })
    }

    /// Every chart on its own: `charts/<short code>.svg`, `-narrow.svg` and `.png`.
    ///
    /// # Errors
    /// A chart could not be drawn.
    pub(crate) fn charts(&self) -> Result<Vec<Rendered>, Error> {
        let mut files = Vec::new();
        for figure in self.figures() {
            let code = figure.code.to_lowercase();
            let wide = charts::svg(&figure.chart, &figure.words, charts::Size::Wide720, &self.theme, &code)?;
            let narrow = charts::svg(&figure.chart, &figure.words, charts::Size::Narrow360, &self.theme, &code)?;
            files.push(Rendered { name: format!("charts/{code}.png"), bytes: charts::png(&wide)? });
            files.push(Rendered { name: format!("charts/{code}.svg"), bytes: wide.into_bytes() });
            files.push(Rendered { name: format!("charts/{code}-narrow.svg"), bytes: narrow.into_bytes() });
        }
        Ok(files)
    }

    /// What the manifest says: the run's own words and, for each chart, its file, title, alternative text and figures.
    pub(crate) fn about(&self, mut run: serde_json::Value) -> serde_json::Value {
        let chart = |figure: &Figure| {
            let code = figure.code.to_lowercase();
            serde_json::json!({ "file": format!("charts/{code}.svg"), "title": figure.words.title, "alt": figure.words.alt, "cite": figure.citation, "figures": figure.table.codes() })
        };
        run["charts"] = self.figures().map(chart).collect();
        run
    }
}
