//! A typed batch in, what a check may look at out: values by field, whether they are there, which rows are meant.

use std::collections::BTreeMap;

use super::super::codebook::{Codebook, Kind};
use crate::frame::{Batch, Levels, NO_LEVEL, Values, missing};

/// The rows of a batch as a check sees them.
#[derive(Debug, Clone)]
pub(crate) struct Rows<'a> {
    pub book: &'a Codebook,
    pub batch: &'a Batch,
    pub levels: &'a BTreeMap<String, Levels>,
    /// Line of each row.
    pub lines: &'a [u64],
    /// Fields that the file has.
    pub here: &'a [bool],
    meant: Option<Vec<bool>>,
}

/// The values of one field.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub values: &'a Values,
    pub levels: Option<&'a Levels>,
    missing: &'a [u8],
}

impl<'a> Rows<'a> {
    pub(crate) fn new(book: &'a Codebook, batch: &'a Batch, levels: &'a BTreeMap<String, Levels>, lines: &'a [u64], here: &'a [bool]) -> Self {
        Self { book, batch, levels, lines, here, meant: None }
    }

    /// Looks only at the rows for which this is certain.
    pub(super) fn only(&mut self, meant: Vec<Option<bool>>) {
        self.meant = Some(meant.into_iter().map(|meant| meant == Some(true)).collect());
    }

    /// The rows to look at.
    pub(super) fn each(&self) -> impl Iterator<Item = usize> {
        (0..self.batch.rows()).filter(|row| self.meant.as_ref().is_none_or(|meant| meant.get(*row).copied().unwrap_or(false)))
    }

    /// A field of the file; none where the file does not have it.
    pub(super) fn field(&self, name: &str) -> Option<View<'a>> {
        let position = self.book.fields.iter().position(|field| field.name == name)?;
        let column = self.batch.column(name).filter(|_| self.here.get(position).copied().unwrap_or(false))?;
        Some(View { values: &column.values, levels: self.levels.get(name), missing: &column.missing })
    }

    /// The label of a level that is named by its label or its code.
    pub(super) fn label<'b>(&'b self, field: &str, word: &'b str) -> &'b str {
        let Some(Kind::Category { levels, .. } | Kind::Split { levels, .. } | Kind::Checkboxes { options: levels }) =
            self.book.field(field).map(|field| &field.kind)
        else {
            return word;
        };
        if levels.iter().any(|level| level.label == word) {
            return word;
        }
        levels.iter().find(|level| level.code == word).map_or(word, |level| &level.label)
    }
}

impl<'a> View<'a> {
    /// Why there is no value.
    pub(super) fn reason(&self, row: usize) -> u8 {
        self.missing.get(row).copied().unwrap_or(missing::PRESENT)
    }

    /// Whether there is a value.
    pub(super) fn is_there(&self, row: usize) -> bool {
        self.reason(row) == missing::PRESENT
    }

    /// A number, or a moment in seconds.
    pub(super) fn number(&self, row: usize) -> Option<f64> {
        let number = match self.values {
            Values::Number(values) => values.get(row).copied()?,
            Values::Time(values) => values.get(row).copied()? as f64,
            _ => return None,
        };
        self.is_there(row).then_some(number)
    }

    /// The text of an id or of free text, the name of a level.
    pub(super) fn text(&self, row: usize) -> Option<&'a str> {
        if !self.is_there(row) {
            return None;
        }
        match self.values {
            Values::Text(values) => values.get(row).map(String::as_str),
            Values::Level(values) => values.get(row).filter(|level| **level != NO_LEVEL).and_then(|level| self.levels?.name(*level)),
            _ => None,
        }
    }

    /// Bits that tell values of one column apart within a file.
    pub(super) fn bits(&self, row: usize) -> Option<Bits<'a>> {
        if !self.is_there(row) {
            return None;
        }
        Some(match self.values {
            Values::Number(values) => Bits::Small((values.get(row).copied()? + 0.0).to_bits()),
            Values::Level(values) => Bits::Small(u64::from(*values.get(row)?)),
            Values::Flags(values) => Bits::Small(*values.get(row)?),
            Values::Time(values) => Bits::Small(values.get(row)?.cast_unsigned()),
            Values::Text(values) => Bits::Text(values.get(row)?),
        })
    }
}

/// What a value is told apart by.
#[derive(Debug, Hash)]
pub(super) enum Bits<'a> {
    Small(u64),
    Text(&'a str),
}
