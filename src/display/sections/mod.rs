//! Sections of the report: one file per kind of analysis, in the order in which a reader asks.

use super::Book;
use super::parts::Section;
use crate::disclosure::ReleasedTable;

/// All sections in reading order.
pub(crate) fn all(_table: &ReleasedTable, _book: &Book) -> Vec<Section> {
    Vec::new()
}
