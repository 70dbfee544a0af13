//! Instruments: typed or raw answers in, scores with bands, counts and findings out.
//!
//! An instrument is a data file (`schemas/instruments/`), read by `read`, embedded by `builtin`.
//! `coding` settles how a file stores the answers, `engine` scores slices, `batch` adds scores to a
//! batch of the pipeline, `file` scores one file for `recovista score`, `findings` says what was odd.

mod batch;
mod builtin;
mod coding;
mod engine;
mod findings;
mod instrument;
mod read;

#[cfg(test)]
mod tests;

pub(crate) use batch::{Request, ScaleOutput, ScoreSpec, score_batch};
pub(crate) use builtin::instrument_beside;
pub use builtin::{instrument, instruments};
pub(crate) use coding::Coding;
pub(crate) use findings::Findings;
pub use instrument::{Direction, Form, Instrument, Readiness};
