//! A released table and the words of the run in, a document out; renderers turn it into files.
//!
//! The document holds what a reader sees in reading order and no file format. Nothing is computed here.

pub(crate) mod renderers;

use crate::disclosure::ReleasedTable;
use crate::display::{self, Book, parts::Section};

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
    /// The line at the end of every page.
    pub(crate) footer: String,
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
    }
}
