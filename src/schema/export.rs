//! A codebook in, the same in a form that other programs and people read out.

mod ddi;
mod frictionless;
mod html;

use super::builtin::open_codebook;
use super::codebook::{Codebook, Field, Kind, Level};
use crate::error::Error;

/// The property under which a Table Schema keeps what Frictionless has no word for.
pub(super) const EXTRA: &str = "recovista";

/// What a codebook is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Frictionless Table Schema 2, JSON.
    Frictionless,
    /// DDI Codebook 2.5, XML.
    Ddi,
    /// One page for people.
    Html,
}

/// What is exported and how.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// Path of a codebook, or the id of one that comes with the program.
    pub codebook: String,
    /// What it is written as.
    pub format: ExportFormat,
}

/// The text of a codebook in another form.
///
/// # Errors
/// The codebook is not there or cannot be understood.
pub fn export_codebook(options: &ExportOptions) -> Result<String, Error> {
    let book = open_codebook(&options.codebook)?;
    Ok(match options.format {
        ExportFormat::Frictionless => frictionless::write(&book),
        ExportFormat::Ddi => ddi::write(&book),
        ExportFormat::Html => html::write(&book),
    })
}

/// One column of the file that a codebook describes.
struct Variable<'a> {
    /// Its name in the file.
    column: &'a str,
    field: &'a Field,
    /// The option, where the column is one of several of a question.
    option: Option<&'a Level>,
    /// Whether it is the first column of its field.
    first: bool,
}

/// The columns of the file in order.
fn variables(book: &Codebook) -> Vec<Variable<'_>> {
    let mut variables = Vec::new();
    for field in &book.fields {
        if let Kind::Checkboxes { options } = &field.kind {
            let each = options.iter().enumerate();
            variables.extend(each.map(|(place, option)| Variable { column: &option.code, field, option: Some(option), first: place == 0 }));
        } else {
            variables.push(Variable { column: field.columns.first().unwrap_or(&field.name), field, option: None, first: true });
        }
    }
    variables
}

/// Levels of a field with codes of its own.
fn levels(field: &Field) -> &[Level] {
    match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => levels,
        _ => &[],
    }
}

/// The codes of a field that mean no answer, those of the codebook first, with their reasons.
fn missing_codes<'a>(book: &'a Codebook, field: &'a Field) -> Vec<(&'a str, &'a str)> {
    let general = book.missing.iter().filter(|(code, _)| !field.missing.iter().any(|(own, _)| own == code));
    general.chain(&field.missing).map(|(code, reason)| (code.as_str(), book.reason(*reason))).collect()
}

/// The kind of a field in words.
pub(crate) fn kind_word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Id => "identifier",
        Kind::Text => "text",
        Kind::Category { ordered: false, .. } => "one answer",
        Kind::Category { .. } => "one answer, in order",
        Kind::Integer => "whole number",
        Kind::Number => "number",
        Kind::Date => "date",
        Kind::Datetime => "date and time",
        Kind::Split { .. } | Kind::Checkboxes { .. } => "several answers",
    }
}

/// Text inside XML or HTML, also inside quotes; control characters that XML cannot hold become blanks.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            plain => escaped.push(plain),
        }
    }
    escaped
}
