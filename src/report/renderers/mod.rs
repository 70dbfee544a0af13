//! A document in, one file format out; one file per format.

mod docx;
mod explorer;
mod html;
#[cfg(any(test, feature = "pdf"))]
mod pdf;
mod xlsx;

#[cfg(any(test, feature = "pdf"))]
pub(crate) use docx::{crossed, is_short};
pub(crate) use docx::{docx, pixels, sets};
pub(crate) use html::html;
#[cfg(feature = "pdf")]
pub(crate) use pdf::pdf;
#[cfg(test)]
pub(crate) use pdf::source;
pub(crate) use xlsx::xlsx;
