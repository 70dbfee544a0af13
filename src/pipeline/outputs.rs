//! The `[report]` table in, the documents that a run writes out.

use crate::config::Table;
use crate::error::{Error, Problem};
use crate::release::PublicDir;
use crate::report::{self, Document};

/// A document that a run can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// `report.html`.
    Html,
    /// `report.docx`.
    Docx,
    /// `results.xlsx`.
    Xlsx,
    /// `report.pdf`.
    Pdf,
}

/// Words of `formats`; the results as CSV and Parquet are always written, so asking for them is right.
const WORDS: [(&str, Option<Output>); 6] =
    [("html", Some(Output::Html)), ("docx", Some(Output::Docx)), ("xlsx", Some(Output::Xlsx)), ("pdf", Some(Output::Pdf)), ("csv", None), ("parquet", None)];

/// What `[report]` asks for, as written.
#[derive(Debug, Clone)]
pub(crate) struct OutputSpec {
    /// Documents in the order of the pipeline.
    pub formats: Vec<Output>,
}

impl Default for OutputSpec {
    fn default() -> Self {
        Self { formats: vec![Output::Html] }
    }
}

/// Reads `[report]`.
pub(super) fn spec(table: &Table<'_>) -> OutputSpec {
    let Some(words) = table.texts("formats") else { return OutputSpec::default() };
    let mut formats = Vec::new();
    for word in &words {
        match WORDS.iter().find(|(known, _)| known == word) {
            Some((_, Some(Output::Pdf))) if !report::WRITES_PDF => {
                let problem = Problem::new("pipeline::no_pdf", "this program was built without PDF");
                table.report("formats", problem.help("build it with `cargo build --release --features pdf`, or print report.html from a browser"));
            }
            Some((_, Some(format))) if formats.contains(format) => {}
            Some((_, format)) => formats.extend(*format),
            None => {
                let problem = Problem::new("pipeline::unknown_format", format!("`{word}` reports are not written"))
                    .expected("html, docx, xlsx or pdf; results.csv and results.parquet are always written");
                table.report("formats", problem);
            }
        }
    }
    OutputSpec { formats }
}

/// Writes the documents; returns their names.
pub(super) fn write(outputs: &OutputSpec, document: &Document, public: &mut PublicDir) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for format in &outputs.formats {
        let file = match format {
            Output::Html => document.html()?,
            Output::Docx => document.docx()?,
            Output::Xlsx => document.xlsx()?,
            Output::Pdf => document.pdf()?,
        };
        public.rendered(&file)?;
        names.push(file.name().to_owned());
    }
    Ok(names)
}
