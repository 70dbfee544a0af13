//! Released rows in, what to show out: labels, sentences, tables, charts and sections, without any file format.
//!
//! Nothing is estimated here; every number on a page is one released row.

mod book;
pub(crate) mod cells;
pub(crate) mod charts;
mod citation;
mod curves;
mod finder;
#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::too_many_arguments,
    clippy::type_complexity,
    reason = "made-up numbers"
)]
pub(crate) mod fixture;
mod front;
mod labels;
mod links;
pub(crate) mod parts;
mod pick;
mod scales;
pub(crate) mod search;
pub(crate) mod sections;
mod sentences;
mod tables;
mod told;
mod words;

pub(crate) use book::{
    AnalysisWords, Book, BreakWords, CodebookWords, DatasetWords, EffectWords, FieldWords, FileWords, FollowupWords, InstrumentWords, MethodWords, PercentOf,
    SeriesWords, VariableWords, WaveWords,
};
pub(crate) use charts::Theme;
pub(crate) use citation::citation;
pub(crate) use finder::{Finder, Found, finder};
pub(crate) use front::{MainPoint, footer, lead, main_points};
pub(crate) use told::{Told, all as told};

pub(crate) use crate::disclosure::ReleasedTable;
use sentences::Companions;

/// Fills the label and the sentence of every released row.
pub(crate) fn word(table: ReleasedTable, book: &Book) -> ReleasedTable {
    let companions = Companions::of(table.rows());
    table.worded(|row| (Some(labels::row(row, book)), Some(sentences::sentence(row, book, &companions))))
}
