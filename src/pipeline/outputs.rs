//! The `[report]` table in, the documents that a run writes out.

use super::plan::{Gather, beside};
use crate::config::{Mark, Table};
use crate::error::{Error, Problem};
use crate::release::PublicDir;
use crate::report::{self, Document, Template};

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
    /// A Word file beside the pipeline whose content controls are filled.
    pub template: Option<String>,
}

/// What `[report]` asks for, read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outputs {
    /// Documents in the order of the pipeline.
    pub formats: Vec<Output>,
    /// The Word file to fill.
    pub template: Option<Template>,
}

impl Default for OutputSpec {
    fn default() -> Self {
        Self { formats: vec![Output::Html], template: None }
    }
}

/// Reads `[report]`.
pub(super) fn spec(table: &Table<'_>) -> OutputSpec {
    let template = table.text("template").filter(|name| named(table, name));
    let Some(words) = table.texts("formats") else { return OutputSpec { template, ..OutputSpec::default() } };
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
    OutputSpec { formats, template }
}

/// Whether a template can keep its name in `public/`.
fn named(table: &Table<'_>, name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let word = file.len() > 5 && file.get(file.len() - 5..).is_some_and(|ending| ending.eq_ignore_ascii_case(".docx"));
    if word && !file.eq_ignore_ascii_case("report.docx") {
        return true;
    }
    let problem = Problem::new("pipeline::bad_template", format!("`{name}` cannot be the template"));
    table.report("template", problem.expected("a Word file (.docx) with a name other than report.docx, such as funder.docx"));
    false
}

/// The template is read now, so that a broken one is told before anything is computed.
pub(super) fn read(gather: &mut Gather<'_>, spec: &OutputSpec) -> Outputs {
    let mut outputs = Outputs { formats: spec.formats.clone(), template: None };
    gather.mark = Mark::default();
    let Some(name) = &spec.template else { return outputs };
    let path = beside(gather.folder, name);
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let read = std::fs::read(&path).map_err(|error| Error::io("read", &path, &error)).and_then(|bytes| {
        gather.note_source("template", &path, &bytes);
        Template::read(&file, bytes)
    });
    match read {
        Ok((template, notes)) => {
            outputs.template = Some(template);
            gather.problems.extend(notes);
        }
        Err(error) => error.problems.into_iter().for_each(|problem| gather.fail(name, problem)),
    }
    outputs
}

/// Writes the documents; returns their names and what the person who runs it should know.
pub(super) fn write(outputs: &Outputs, document: &Document, public: &mut PublicDir) -> Result<(Vec<String>, Vec<Problem>), Error> {
    let mut names = Vec::new();
    let mut notes = Vec::new();
    for format in &outputs.formats {
        let file = match format {
            Output::Html => document.html()?,
            Output::Docx => document.docx()?,
            Output::Xlsx => document.xlsx()?,
            #[cfg(feature = "pdf")]
            Output::Pdf => document.pdf()?,
            // the plan has refused it
            #[cfg(not(feature = "pdf"))]
            Output::Pdf => continue,
        };
        public.rendered(&file)?;
        names.push(file.name().to_owned());
    }
    if let Some(template) = &outputs.template {
        let (file, told) = template.fill(document)?;
        public.rendered(&file)?;
        names.push(file.name().to_owned());
        notes = told;
    }
    Ok((names, notes))
}
