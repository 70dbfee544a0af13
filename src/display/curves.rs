//! A row of a curve in, the words for its place on the axis out: `at 2 years in recovery`, `where days attended is 2`.

use super::{Book, labels, words};
use crate::results::ResultRow;

/// What curves run over unless the pipeline says otherwise.
const USUAL: &str = "years_in_recovery";

/// How the names of bins end.
const BIN: &str = "_bin";

/// The number over which the scores of an analysis are drawn.
pub(crate) fn variable<'a>(book: &'a Book, analysis: &str) -> &'a str {
    let known = book.analyses.iter().find(|own| own.id == analysis).map(|own| own.curve.as_str());
    known.filter(|curve| !curve.is_empty()).unwrap_or(USUAL)
}

/// The name of its bins among the groups of a row.
pub(crate) fn bins(book: &Book, analysis: &str) -> String {
    format!("{}{BIN}", variable(book, analysis))
}

/// The number that the bins of a group are of, where some analysis draws scores over it.
pub(crate) fn of_bins<'a>(book: &Book, group: &'a str) -> Option<&'a str> {
    let base = group.strip_suffix(BIN)?;
    (base == USUAL || book.analyses.iter().any(|analysis| analysis.curve == base)).then_some(base)
}

/// The number as it is spoken: `years in recovery`.
pub(crate) fn spoken(book: &Book, dataset: &str, curve: &str) -> String {
    labels::spoken(book, dataset, curve)
}

/// Whether a number counts times, so that its name can follow a figure: `2 years in recovery`.
fn counts_time(spoken: &str) -> bool {
    ["years ", "months ", "weeks ", "days ", "hours ", "visits "].iter().any(|unit| spoken.starts_with(unit))
}

/// Where on a curve a row is: `at 1 year in recovery`, `where income is 1`.
pub(crate) fn at(book: &Book, row: &ResultRow) -> String {
    let spoken = spoken(book, &row.dataset, variable(book, &row.analysis));
    let level = row.level.as_deref().unwrap_or("0");
    if !counts_time(&spoken) {
        return format!("where {spoken} is {level}");
    }
    match spoken.split_once(' ').filter(|_| level == "1") {
        Some((unit, rest)) => format!("at {level} {} {rest}", words::singular(unit)),
        None => format!("at {level} {spoken}"),
    }
}

/// A bin with its number: `1–2 years in recovery`, `“1–2” for income`.
pub(crate) fn bin(book: &Book, dataset: &str, curve: &str, level: &str) -> String {
    let spoken = spoken(book, dataset, curve);
    if counts_time(&spoken) { format!("{level} {spoken}") } else { format!("“{level}” for {spoken}") }
}
