//! A released table and the words of the run in, a document out; renderers turn it into files.
//!
//! The document holds what a reader sees in reading order and no file format. Nothing is computed here.
//! Only a released table leads to a `Document`, and only a `Document` to a `Rendered` file, so a file
//! that this module hands over holds nothing that disclosure control has not seen.

mod package;
mod renderers;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use template::Template;

use crate::display::parts::{Block, Figure, Section, Table};
use crate::display::{self, Book, ReleasedTable, charts};
use crate::error::{Error, Exit, Problem};

/// Whether this build can write PDF.
pub(crate) const WRITES_PDF: bool = cfg!(feature = "pdf");

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
    /// The date of the figures, `2024-12-31`.
    pub(crate) as_of: String,
    /// Every released figure.
    pub(crate) rows: ReleasedTable,
    /// Every released figure in words, in the same order.
    pub(crate) told: Vec<display::Told>,
    /// Where every released figure belongs, to be searched and filtered.
    pub(crate) finder: display::Finder,
    /// What the fields of each dataset mean.
    pub(crate) codebooks: Vec<display::CodebookWords>,
}

/// A table of a document with the number that Word file and workbook give it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbered<'a> {
    /// Counted from 1.
    pub(crate) number: usize,
    /// Section and block.
    pub(crate) place: (usize, usize),
    /// The table.
    pub(crate) table: &'a Table,
    /// The chart that it stands behind.
    pub(crate) figure: Option<&'a Figure>,
    /// Whether it stands at the end of a Word file.
    pub(crate) at_end: bool,
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

    /// The words that charts and sentences are made of, so that they can be made again from released figures alone: `book.json`.
    ///
    /// # Errors
    /// The words could not be written as JSON: our own fault.
    pub(crate) fn book(book: &Book) -> Result<Self, Error> {
        let text = serde_json::to_string_pretty(book).map_err(|error| Error::new(Exit::Internal, Problem::new("release::book", error.to_string())))?;
        Ok(Self { name: "book.json".into(), bytes: (text + "\n").into_bytes() })
    }

    /// What the figures rest on, for who traces them: `provenance.json`. Names, hashes, words and rules; no value of the data.
    pub(crate) fn provenance(record: &serde_json::Value) -> Self {
        Self { name: "provenance.json".into(), bytes: format!("{record:#}\n").into_bytes() }
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
        as_of: book.as_of.clone(),
        rows: table.clone(),
        told: display::told(table, book),
        codebooks: book.codebooks.clone(),
        finder: display::finder(table, book),
    }
}

/// What disclosure control tested on a table, as a page: `disclosure.html`.
///
/// # Errors
/// The page could not be made.
pub(crate) fn certificate(released: &ReleasedTable, book: &Book, parts: Vec<(&'static str, &'static str, Vec<String>)>) -> Result<Rendered, Error> {
    let section = |(id, question, paragraphs): (&str, &str, Vec<String>)| Section {
        id: id.to_owned(),
        question: question.to_owned(),
        blocks: paragraphs.into_iter().map(Block::Paragraph).collect(),
        ..Section::default()
    };
    let sections: Vec<Section> = parts.into_iter().map(section).collect();
    let document = Document {
        title: format!("{}: protection of people", book.title),
        lead: "Which figures are hidden, and how it was tested that nothing public gives them away.".to_owned(),
        sections,
        ..compose(&released.select(&[]), book)
    };
    Ok(Rendered { name: "disclosure.html".into(), bytes: renderers::html(&document)?.into_bytes() })
}

impl Document {
    /// Every figure in reading order.
    pub(crate) fn figures(&self) -> impl Iterator<Item = &Figure> {
        let blocks = self.sections.iter().flat_map(|section| &section.blocks);
        blocks.filter_map(|block| if let Block::Figure(figure) = block { Some(&**figure) } else { None })
    }

    /// Every table with its number: first those that stand open in the sections, then those behind charts and under triangles.
    pub(crate) fn tables(&self) -> Vec<Numbered<'_>> {
        let blocks = || {
            self.sections.iter().enumerate().flat_map(|(section, content)| content.blocks.iter().enumerate().map(move |(block, own)| ((section, block), own)))
        };
        let open = blocks().filter_map(|(place, block)| match block {
            Block::Table(table) if !table.folded => Some((place, &**table, None)),
            _ => None,
        });
        let behind = blocks().filter_map(|(place, block)| match block {
            Block::Figure(figure) => Some((place, &figure.table, Some(&**figure))),
            Block::Table(table) if table.folded => Some((place, &**table, None)),
            _ => None,
        });
        open.map(|found| (found, false))
            .chain(behind.map(|found| (found, true)))
            .enumerate()
            .map(|(position, ((place, table, figure), at_end))| Numbered { number: position + 1, place, table, figure, at_end })
            .collect()
    }

    /// How a control of a funder's file names a table: `R-7KQ2-M4XD.table` behind a chart, `data-quality.table.2` of a section.
    pub(crate) fn tag(&self, table: &Numbered<'_>) -> String {
        if let Some(figure) = table.figure {
            return format!("{}.table", figure.code);
        }
        let (section, block) = table.place;
        let Some(section) = self.sections.get(section) else { return String::new() };
        let earlier = section.blocks.iter().take(block).filter(|block| matches!(block, Block::Table(_))).count();
        if earlier == 0 { format!("{}.table", section.id) } else { format!("{}.table.{}", section.id, earlier + 1) }
    }

    /// The page: `report.html`.
    ///
    /// # Errors
    /// A chart could not be drawn.
    pub(crate) fn html(&self) -> Result<Rendered, Error> {
        Ok(Rendered { name: "report.html".into(), bytes: renderers::html(self)?.into_bytes() })
    }

    /// The Word file: `report.docx`.
    ///
    /// # Errors
    /// A chart could not be drawn.
    pub(crate) fn docx(&self) -> Result<Rendered, Error> {
        Ok(Rendered { name: "report.docx".into(), bytes: renderers::docx(self)? })
    }

    /// The report for print and for readers with a screen reader: `report.pdf`.
    ///
    /// # Errors
    /// It would not be accessible to everybody, or a chart could not be drawn.
    #[cfg(feature = "pdf")]
    pub(crate) fn pdf(&self) -> Result<Rendered, Error> {
        Ok(Rendered { name: "report.pdf".into(), bytes: renderers::pdf(self)? })
    }

    /// The workbook: `results.xlsx`.
    ///
    /// # Errors
    /// It could not be packed.
    pub(crate) fn xlsx(&self) -> Result<Rendered, Error> {
        Ok(Rendered { name: "results.xlsx".into(), bytes: renderers::xlsx(self)? })
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
            serde_json::json!({ "file": format!("charts/{code}.svg"), "title": figure.words.title, "alt": figure.words.alt, "figures": figure.table.codes() })
        };
        run["charts"] = self.figures().map(chart).collect();
        run
    }
}
