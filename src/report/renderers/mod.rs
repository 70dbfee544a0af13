//! A document in, one file format out; one file per format.

mod docx;
mod html;
mod xlsx;

pub(crate) use docx::{docx, pixels, sets};
pub(crate) use html::html;
pub(crate) use xlsx::xlsx;
