//! A document in, a PDF out that people with a screen reader can use (PDF/UA-1), set by typst.
//!
//! The text for typst is written in every build that is tested; typst itself is built only with the
//! feature `pdf`, because it takes longer to build than everything else together.

mod source;
#[cfg(feature = "pdf")]
mod world;

#[cfg(feature = "pdf")]
use crate::error::{Error, Exit, Problem, some_of};
#[cfg(feature = "pdf")]
use crate::report::Document;
pub(crate) use source::source;

/// The file; the same document gives the same bytes.
///
/// # Errors
/// A chart could not be drawn, or something of the document would shut people out: a picture without alternative text.
#[cfg(feature = "pdf")]
pub(crate) fn pdf(document: &Document) -> Result<Vec<u8>, Error> {
    let mut parts = document.as_of.split('-').map(|part| part.parse::<u16>().ok());
    let date = match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
        (Some(year), Some(month), Some(day)) => u8::try_from(month).ok().zip(u8::try_from(day).ok()).map(|(month, day)| (i32::from(year), month, day)),
        _ => None,
    };
    let ident = format!("{} {}", document.title, document.as_of);
    world::set(source(document)?, &ident, date).map_err(|found| {
        let problem = Problem::new("report::pdf", "report.pdf would not be accessible, or could not be set");
        Error::new(Exit::Internal, problem.found(some_of(found.iter().map(String::as_str))))
    })
}
