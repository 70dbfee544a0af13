//! A funder's own Word file in, the same file with its content controls filled out.
//!
//! A control is named by its tag: the short code or id of a figure (`R-7KQ2-M4XD`), that with a part
//! (`R-7KQ2-M4XD.sentence`), a chart (`R-7KQ2-M4XD.chart`) or a table (`R-7KQ2-M4XD.table`,
//! `data-quality.table.2`). What lies outside of the named controls stays byte for byte, and the
//! controls stay too, so that the file can be filled again.

mod archive;
mod fill;
mod scan;
mod tags;
#[cfg(test)]
mod tests;
mod write;

use crate::error::{Error, Exit, Problem, Severity};
use crate::report::{Document, Rendered};
use archive::Archive;
use scan::Control;

/// A Word file with content controls.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    name: String,
    archive: Archive,
    /// Parts with controls: name, text, controls.
    parts: Vec<Part>,
}

/// A part that can hold controls.
#[derive(Debug, Clone)]
struct Part {
    name: String,
    text: String,
    controls: Vec<Control>,
}

impl Template {
    /// Reads a file of this name.
    ///
    /// # Errors
    /// Everything that keeps it from being a Word file that can be filled.
    pub(crate) fn read(name: &str, bytes: Vec<u8>) -> Result<(Self, Vec<Problem>), Error> {
        let refused = |found: String| Error::usage(Problem::new("template::unreadable", format!("{name} is not a Word file that can be filled")).found(found));
        let archive = Archive::open(bytes).map_err(refused)?;
        let mut notes = Vec::new();
        for found in archive.doubtful() {
            let problem = Problem::new("template::outside", format!("{name} {found}"));
            notes.push(problem.help("whoever opens the filled file may be asked about it; take it out of the template").severity(Severity::Warning));
        }
        let mut parts = Vec::new();
        for part in archive.stories().map_err(refused)? {
            let text = archive.text(&part).map_err(refused)?;
            let controls = scan::controls(&text).map_err(|why| refused(format!("{part}: {why}")))?;
            if !controls.is_empty() {
                parts.push(Part { name: part, text, controls });
            }
        }
        if parts.iter().flat_map(|part| &part.controls).all(|control| control.tag.is_empty()) {
            let problem = Problem::new("template::no_controls", format!("{name} has no content control with a tag"));
            let help = "in Word: Developer, Plain Text Content Control, Properties, Tag; write the code of a figure there, such as R-7KQ2-M4XD.sentence";
            return Err(Error::usage(problem.help(help)));
        }
        Ok((Self { name: name.to_owned(), archive, parts }, notes))
    }

    /// The file with every named control filled, and what its writer should know.
    ///
    /// # Errors
    /// Tags that name nothing, and controls that cannot hold what their tag names; all of them.
    pub(crate) fn fill(&self, document: &Document) -> Result<(Rendered, Vec<Problem>), Error> {
        let mut filling = fill::Filling::new(&self.name, document);
        let mut changed: Vec<(String, Vec<u8>)> = Vec::new();
        for (place, part) in self.parts.iter().enumerate() {
            let text = filling.part(place, part)?;
            changed.push((part.name.clone(), text.into_bytes()));
        }
        let (problems, notes, pictures) = filling.end();
        Error::gather(Exit::Usage, problems)?;
        let bytes = self.archive.rewritten(changed, &pictures)?;
        Ok((Rendered { name: self.name.clone(), bytes }, notes))
    }
}
