//! A codebook in, every name out that refers to a field or level which is not there.

use super::codebook::{Codebook, DeriveRule};
use crate::config::Table;
use crate::error::{Problem, closest, some_of};

/// Names inside a codebook that refer to fields must exist.
pub(super) fn check_references(root: &Table<'_>, book: &Codebook) {
    let known: Vec<&str> = book.variables().collect();
    let mut named: Vec<&str> = book.key.iter().chain(&book.person).map(String::as_str).collect();
    named.extend(book.fields.iter().filter_map(|field| field.ask_if.as_ref()).map(|ask_if| ask_if.field.as_str()));
    named.extend(book.fields.iter().filter_map(|field| field.workers.as_deref()));
    for derive in &book.derives {
        let (DeriveRule::Bands { from, .. }
        | DeriveRule::Share { from, .. }
        | DeriveRule::Rollup { from, .. }
        | DeriveRule::Due { from, .. }
        | DeriveRule::Regroup { from, .. }) = &derive.rule;
        named.push(from);
    }
    named.extend(book.instruments.iter().flat_map(|instrument| instrument.items.iter().map(String::as_str)));
    for name in named {
        if !known.contains(&name) {
            let mut problem = Problem::new("schema::unknown_field", format!("there is no field `{name}`"));
            problem.help = closest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            root.report_word(name, problem);
        }
    }
    for ask_if in book.fields.iter().filter_map(|field| field.ask_if.as_ref()) {
        check_levels(root, book, &ask_if.field, ask_if.is.iter());
    }
    for (field, other) in book.fields.iter().filter_map(|field| Some((field, field.other.as_ref()?))) {
        check_levels(root, book, &field.name, std::iter::once(&other.level));
        if book.levels_of(&field.name).is_empty() {
            let problem = Problem::new("schema::no_levels", format!("texts of `{}` cannot be given a level, because it has none", field.name));
            root.report_word(&other.column, problem);
        }
    }
    for derive in &book.derives {
        if let DeriveRule::Regroup { from, map } = &derive.rule {
            check_levels(root, book, from, map.iter().map(|(level, _)| level));
        }
    }
}

/// Levels that a rule names must be levels of their field.
fn check_levels<'a>(root: &Table<'_>, book: &Codebook, field: &str, named: impl Iterator<Item = &'a String>) {
    let known = book.levels_of(field);
    for level in named.filter(|level| !known.is_empty() && !known.contains(&level.as_str())) {
        let mut problem = Problem::new("schema::unknown_level", format!("`{field}` has no level `{level}`")).expected(some_of(known.iter().copied()));
        problem.help = closest(level, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        root.report_word(level, problem);
    }
}
