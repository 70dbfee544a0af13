//! Data that can be gone through more than once, batch by batch, without being held as a whole.

use std::collections::BTreeMap;

use super::{Batch, Frame, Levels, Values};
use crate::error::Error;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Number,
    Level,
    Flags,
    Time,
    Text,
}

impl Shape {
    /// The word for a message.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Number => "numbers",
            Self::Level => "levels",
            Self::Flags => "options",
            Self::Time => "moments",
            Self::Text => "text",
        }
    }
}

/// Takes the next batches of a round, with the levels met so far.
pub(crate) type Each<'a> = dyn FnMut(&[Batch], &BTreeMap<String, Levels>) -> Result<(), Error> + Send + 'a;

/// Rows that can be gone through more than once, in the same order and with the same codes each time.
pub(crate) trait Source {
    /// Name and shape of every column; none where there are no rows.
    fn columns(&self) -> Vec<(String, Shape)>;
    /// Levels of the coded columns: all of them after the first round.
    fn levels(&self) -> &BTreeMap<String, Levels>;
    /// Goes through all rows once.
    fn round(&mut self, each: &mut Each<'_>) -> Result<(), Error>;
}

impl Source for &Frame {
    fn columns(&self) -> Vec<(String, Shape)> {
        let mut known = BTreeMap::new();
        for column in self.batches.iter().flat_map(Batch::columns) {
            known.entry(column.name.clone()).or_insert_with(|| shape(&column.values));
        }
        known.into_iter().collect()
    }

    fn levels(&self) -> &BTreeMap<String, Levels> {
        &self.levels
    }

    fn round(&mut self, each: &mut Each<'_>) -> Result<(), Error> {
        each(&self.batches, &self.levels)
    }
}

fn shape(values: &Values) -> Shape {
    match values {
        Values::Number(_) => Shape::Number,
        Values::Level(_) => Shape::Level,
        Values::Flags(_) => Shape::Flags,
        Values::Time(_) => Shape::Time,
        Values::Text(_) => Shape::Text,
    }
}
