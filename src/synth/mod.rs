//! Codebooks in, synthetic files out: sample data, test data, a rehearsal before the real exports arrive.
//!
//! A codebook's `synth` hints say how each field is drawn. One file comes from one codebook; a study
//! (a recipe file) makes several that belong together: waves that share people, a log of visits,
//! organizations with programs. The same seed gives the same bytes on every machine.

mod answer;
mod chance;
mod deck;
mod faults;
mod hints;
mod recipe;
mod sheet;
mod study;
#[cfg(test)]
mod tests;
mod visits;

use std::path::{Path, PathBuf};

pub use faults::Planted;

use crate::error::Error;
use chance::Dice;
use faults::{Faults, Table};
use sheet::{Place, Sheet};

/// What to make.
#[derive(Debug, Clone)]
pub enum SynthOptions {
    /// One file from one codebook.
    Codebook {
        /// The codebook.
        schema: PathBuf,
        /// Rows of the file, before any repeated person is added.
        rows: usize,
        /// Seed; the same seed gives the same bytes.
        seed: u64,
        /// Faults to plant, such as `out_of_range=3,bad_code=2`; empty for none.
        faults: String,
    },
    /// The files of a recipe.
    Study {
        /// The recipe.
        recipe: PathBuf,
    },
}

/// One synthetic file.
#[derive(Debug, Clone)]
pub struct SyntheticFile {
    /// Its name.
    pub name: String,
    /// Its bytes, ready to be written.
    pub bytes: Vec<u8>,
    /// The faults in it.
    pub planted: Vec<Planted>,
}

/// Makes synthetic files.
///
/// # Errors
/// A codebook or recipe that is missing or cannot be understood.
pub fn synthesize(options: &SynthOptions) -> Result<Vec<SyntheticFile>, Error> {
    match options {
        SynthOptions::Study { recipe } => study::make(recipe),
        SynthOptions::Codebook { schema, rows, seed, faults } => {
            let name = schema.file_stem().map(|stem| format!("{}.csv", stem.to_string_lossy())).unwrap_or_default();
            let mut dice = Dice::new(*seed, "rows");
            let faults = Faults::parse(faults)?;
            let mut sheet = open(schema, *rows, &mut dice)?;
            let mut table = plain(&mut sheet, *rows, &mut dice);
            let planted = faults.plant(&mut table, &sheet.book, &mut Dice::new(*seed, "faults"));
            Ok(vec![SyntheticFile { name, bytes: table.to_csv().into_bytes(), planted }])
        }
    }
}

fn open(schema: &Path, rows: usize, dice: &mut Dice) -> Result<Sheet, Error> {
    let text = std::fs::read_to_string(schema).map_err(|error| Error::io("read", schema, &error))?;
    Sheet::open(&schema.display().to_string(), &text, rows, dice)
}

/// Rows that have nothing to do with each other.
fn plain(sheet: &mut Sheet, rows: usize, dice: &mut Dice) -> Table {
    let mut table = Table { header: sheet.header(), rows: Vec::with_capacity(rows) };
    for index in 0..rows {
        let mut person = Sheet::person(dice);
        table.rows.push(sheet.row(dice, &Place { index, round: 0, center: 0.0, given: &[] }, &mut person));
    }
    table
}
