//! What a format says of a column in, the column's description out.

use std::path::Path;

use super::super::shared::{Look, Met};
use super::catalog::Catalog;
use super::formats;
use crate::error::{Error, Problem, Severity, some_of};
use crate::frame::{Described, Stored};

/// A value that a format labels.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Labelled {
    Number(f64),
    /// A special missing value, by its letter or the underscore.
    Missing(u8),
    Text(String),
}

/// The letter of a special missing value; `None` for the ordinary one.
pub(super) fn special(tag: u8) -> Option<u8> {
    match tag {
        b'A'..=b'Z' | b'_' => Some(tag),
        b'a'..=b'z' => Some(tag.to_ascii_uppercase()),
        // Other programs number them: 0 is the underscore, 1 the ordinary missing value, 2 to 27 the letters.
        0 => Some(b'_'),
        2..=27 => Some(tag - 2 + b'A'),
        _ => None,
    }
}

/// The text of a special missing value.
pub(super) fn missing_code(tag: u8) -> String {
    format!(".{}", char::from(tag))
}

/// A cell holds this special missing value.
pub(super) fn meet(met: &mut Met, column: usize, tag: u8) {
    met.add(column, tag.wrapping_sub(b'A'));
}

/// Declares the special missing values without a label.
pub(super) fn describe_met(met: &Met, described: &mut [Described]) {
    met.describe(described, |letter| missing_code(b'A' + letter));
}

/// What is known of a column.
pub(super) fn described(label: &str, is_text: bool, look: Look, labels: Option<&[(Labelled, String)]>) -> Described {
    let stored = if is_text { Stored::Text } else { look.stored() };
    let mut described = Described { label: label.to_owned(), stored, ..Described::default() };
    for (value, label) in labels.unwrap_or_default() {
        match value {
            Labelled::Number(number) if !is_text => described.levels.push((look.text(*number), label.clone())),
            Labelled::Text(text) if is_text => described.levels.push((text.clone(), label.clone())),
            Labelled::Missing(tag) if !is_text => described.missing.push((missing_code(*tag), label.clone())),
            _ => {}
        }
    }
    described
}

/// The note on formats whose labels stand in a catalog that was not named or does not have them.
pub(super) fn without_catalog<'a>(path: &Path, formats: impl Iterator<Item = &'a str>, catalog: Option<&Catalog>) -> Option<Problem> {
    let mut unknown: Vec<&str> =
        formats.filter(|format| !formats::is_known(format) && catalog.is_none_or(|catalog| catalog.labels(format).is_none())).collect();
    unknown.sort_unstable();
    unknown.dedup();
    let note =
        Problem::new("input::no_catalog", format!("{} uses formats whose labels it does not hold: {}", path.display(), some_of(unknown.iter().copied())));
    (!unknown.is_empty()).then(|| note.help("name the catalog of formats (.sas7bcat) with --dictionary").severity(Severity::Note))
}

/// The error of a catalog where a data set was expected, with the way to use it.
pub(super) fn name_as_dictionary(mut error: Error) -> Error {
    for problem in &mut error.problems {
        *problem = Problem::new("input::catalog", problem.message.replace("is damaged or cut short", "is a catalog of value labels"))
            .expected("a data set")
            .help("name the data set (.sas7bdat), and this file with --dictionary");
    }
    error
}
