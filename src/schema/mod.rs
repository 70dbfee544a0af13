//! Raw frame and codebook in, typed frame and rejects out.
//!
//! A codebook says what each column of a file holds; `Typist` turns batches of text into batches of
//! values with a reason for every missing one. A refused value leaves its cell invalid and the row
//! where it is; only a broken key, a repeated record or a check that says so refuses a row.

mod builtin;
mod checks;
mod codebook;
mod coding;
mod corrections;
mod crosswalk;
mod derive;
mod references;
mod typist;
mod values;

pub(crate) use builtin::{builtin_codebook, builtin_names};
pub(crate) use checks::{Declared, read as read_checks};
pub use checks::{checks, shared_parameters};
pub(crate) use codebook::{Codebook, DeriveRule, Field, Kind};
pub(crate) use corrections::{COLUMNS as CORRECTION_COLUMNS, Corrections, Entry as Correction};
pub(crate) use crosswalk::Crosswalk;
pub(crate) use derive::derive_columns;
pub(crate) use typist::{Origin, Typist};
