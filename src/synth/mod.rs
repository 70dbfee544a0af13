//! Codebooks in, synthetic files out: sample data, test data, a rehearsal before the real exports arrive.
//!
//! A codebook's `synth` hints say how each field is drawn. One file comes from one codebook; a study
//! (a recipe file) makes several that belong together: waves that share people, a log of visits,
//! organizations with programs. The same seed gives the same bytes on every machine.

mod answer;
mod broken;
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

use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use faults::Planted;

use crate::error::Error;
use chance::Dice;
use faults::{Faults, Table, push_record};
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

/// Makes synthetic files, in memory.
///
/// # Errors
/// A codebook or recipe that is missing or cannot be understood.
pub fn synthesize(options: &SynthOptions) -> Result<Vec<SyntheticFile>, Error> {
    match options {
        SynthOptions::Study { recipe } => study::make(recipe),
        SynthOptions::Codebook { schema, rows, seed, faults } => {
            let name = schema.file_stem().map(|stem| format!("{}.csv", stem.to_string_lossy())).unwrap_or_default();
            let mut bytes = Vec::new();
            let drawing = SyntheticRows::open(schema, *rows, *seed, faults)?;
            let planted = drawing.write(&mut bytes).map_err(|error| Error::output("write", Path::new(&name), &error))?;
            Ok(vec![SyntheticFile { name, bytes, planted }])
        }
    }
}

/// Bytes that are drawn before they are written.
const PIECE: usize = 1 << 16;

/// The rows of one codebook, not drawn yet: a file larger than memory is written as it is drawn.
pub struct SyntheticRows {
    sheet: Sheet,
    rows: usize,
    seed: u64,
    faults: Faults,
    dice: Dice,
}

impl SyntheticRows {
    /// Reads the codebook; the arguments are those of [`SynthOptions::Codebook`].
    ///
    /// # Errors
    /// A codebook that is missing or cannot be understood, or faults that have no such name.
    pub fn open(schema: &Path, rows: usize, seed: u64, faults: &str) -> Result<Self, Error> {
        let faults = Faults::parse(faults)?;
        let mut dice = Dice::new(seed, "rows");
        let sheet = open(schema, rows, &mut dice)?;
        if faults.breaks_checks() {
            broken::fill_lists(&sheet.book, schema.parent().unwrap_or(Path::new("")))?;
        }
        Ok(Self { sheet, rows, seed, faults, dice })
    }

    /// How many faults are asked for.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.faults.count()
    }

    /// Draws the rows and writes them as comma-separated text. Faults may touch any row, so a file with faults is
    /// held in memory; one without is written row by row.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn write(mut self, out: &mut impl Write) -> io::Result<Vec<Planted>> {
        if self.faults.is_none() {
            let mut text = Vec::new();
            push_record(&mut text, &self.sheet.header());
            for index in 0..self.rows {
                push_record(&mut text, &alone(&mut self.sheet, index, &mut self.dice));
                if text.len() >= PIECE {
                    out.write_all(&text)?;
                    text.clear();
                }
            }
            out.write_all(&text)?;
            return Ok(Vec::new());
        }
        let mut table = plain(&mut self.sheet, self.rows, &mut self.dice);
        let planted = self.faults.plant(&mut table, &self.sheet.book, &mut Dice::new(self.seed, "faults"));
        out.write_all(&table.to_csv())?;
        Ok(planted)
    }
}

fn open(schema: &Path, rows: usize, dice: &mut Dice) -> Result<Sheet, Error> {
    let text = std::fs::read_to_string(schema).map_err(|error| Error::io("read", schema, &error))?;
    Sheet::open(&schema.display().to_string(), &text, rows, dice)
}

/// Rows that have nothing to do with each other.
fn plain(sheet: &mut Sheet, rows: usize, dice: &mut Dice) -> Table {
    Table { header: sheet.header(), rows: (0..rows).map(|index| alone(sheet, index, dice)).collect() }
}

/// A row that has nothing to do with the others.
fn alone(sheet: &mut Sheet, index: usize, dice: &mut Dice) -> Vec<String> {
    let mut person = Sheet::person(dice);
    sheet.row(dice, &Place { index, round: 0, center: 0.0, given: &[] }, &mut person)
}
