//! A released row in, the texts that others put into their own documents out: value, interval, base, sentence, citation.

use super::sentences::{self, Companions};
use super::{Book, citation, labels};
use crate::disclosure::ReleasedTable;
use crate::results::{ResultRow, Status, short_code};

/// One figure in words; a hidden one has its label, citation and sentence, and the sentence holds no number.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Readable id.
    pub(crate) id: String,
    /// Short code.
    pub(crate) code: String,
    /// Wave; empty for none.
    pub(crate) wave: String,
    /// Whether it may be read as it stands.
    pub(crate) status: Status,
    /// `58.0%`, with `*` where it is unstable; nothing where there is no number.
    pub(crate) estimate: Option<String>,
    /// `95% interval 54.1% to 61.8%`.
    pub(crate) interval: Option<String>,
    /// `742 of 1,280 members`.
    pub(crate) base: Option<String>,
    /// The figure in a sentence.
    pub(crate) sentence: String,
    /// What it is.
    pub(crate) label: String,
    /// Where it comes from, for a footnote.
    pub(crate) citation: String,
}

/// Every figure in words, in the order of the table.
pub(crate) fn all(table: &ReleasedTable, book: &Book) -> Vec<Told> {
    let companions = Companions::of(table.rows());
    table.rows().iter().map(|row| told(row, book, &companions)).collect()
}

fn told(row: &ResultRow, book: &Book, companions: &Companions) -> Told {
    let shown = row.estimate.filter(|_| !row.is_suppressed());
    let star = if row.status == Status::Unstable { "*" } else { "" };
    let base = shown.and_then(|_| sentences::base(row, labels::base_noun(book, row)));
    Told {
        id: row.id(),
        code: short_code(&row.id()),
        wave: row.wave.clone().unwrap_or_default(),
        status: row.status,
        estimate: shown.map(|estimate| format!("{}{star}", labels::value(row, estimate))),
        interval: shown.and_then(|_| sentences::interval(row)),
        sentence: row.sentence.clone().unwrap_or_else(|| sentences::sentence(row, book, companions)),
        label: row.label.clone().unwrap_or_else(|| labels::row(row, book)),
        citation: citation(row, book),
        base,
    }
}
