//! Instruments: typed or raw answers in, scores with bands, counts and findings out.
//!
//! An instrument is a data file (`schemas/instruments/`), read by `read`, embedded by `builtin`.
//! `coding` settles how a file stores the answers, `engine` scores slices, `batch` adds scores to a
//! batch of the pipeline, `file` scores one file for `recovista score`, `findings` says what was odd.

mod batch;
mod builtin;
mod coding;
mod engine;
mod file;
mod findings;
mod instrument;
mod keying;
mod read;
mod show;
mod summary;

#[cfg(test)]
mod tests;

pub(crate) use batch::{Request, ScaleOutput, ScoreSpec, score_batch};
pub use builtin::{instrument, instruments};
pub(crate) use builtin::{instrument_beside, text_beside};
pub(crate) use coding::Coding;
pub(crate) use file::item_columns;
pub use file::{ScoreOptions, ScoredFile, score_file};
pub(crate) use findings::Findings;
pub use instrument::{Direction, Form, Instrument, Readiness};
pub(crate) use instrument::{Norm, Scale};
pub use show::{LIST_HEADING, describe, list_line};

/// Version of the method: raised whenever the same input could give other figures, so that a lock tells it.
pub(crate) const METHOD_VERSION: u32 = 1;
