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
mod draft;
mod export;
mod import;
mod number;
mod references;
mod typist;
mod values;
mod write;

pub(crate) use crate::config::Mark;
pub(crate) use builtin::{builtin_codebook, open_codebook, unknown_codebook};
pub(crate) use checks::{Declared, read as read_checks};
pub use checks::{checks, shared_parameters};
pub(crate) use codebook::{Codebook, DeriveRule, Field, InstrumentUse, Kind, Level};
pub(crate) use corrections::{COLUMNS as CORRECTION_COLUMNS, Corrections, Entry as Correction};
pub(crate) use crosswalk::{Crosswalk, DROPPED};
pub(crate) use derive::derive_columns;
pub(crate) use draft::{field_name, free_of_reserved, from_described};
pub(crate) use export::kind_word;
pub use export::{ExportFormat, ExportOptions, export_codebook};
pub use import::{ImportOptions, Imported, import_codebook};
pub(crate) use number::{Decimal, range_words};
pub(crate) use typist::{Origin, Typist};
pub(crate) use values::box_state;
pub(crate) use write::{Comments, quoted, write};

/// Version of the method: raised whenever the same input could give other figures, so that a lock tells it.
pub(crate) const METHOD_VERSION: u32 = 2;
