//! A document in, one file format out; one file per format.

mod explorer;
mod html;

pub(crate) use html::html;
