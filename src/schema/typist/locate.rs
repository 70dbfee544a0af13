//! The header of a file in, the columns of each field out, or what is missing with the nearest name.

use super::Origin;
use crate::error::{Problem, closest, some_of};
use crate::schema::crosswalk::Crosswalk;
use crate::schema::{Codebook, Field, Kind};

/// The columns of texts that belong to questions with set answers.
pub(super) fn find_others(book: &Codebook, header: &[String], columns: &[Vec<usize>], origin: &Origin, problems: &mut Vec<Problem>) -> Vec<(usize, usize)> {
    let mut others = Vec::new();
    for (position, field) in book.fields.iter().enumerate().filter(|(position, _)| !columns[*position].is_empty()) {
        let Some(other) = &field.other else { continue };
        match header.iter().position(|column| *column == other.column) {
            Some(column) => others.push((position, column)),
            // A field that a wave may lack may lack its texts too.
            None if field.optional => {}
            None => problems.push(missing_column(&other.column, field, book, header, origin)),
        }
    }
    others
}

/// The columns of one field, by this wave's name, the codebook's name or an alias.
pub(super) fn find_columns(
    book: &Codebook,
    field: &Field,
    crosswalk: &Crosswalk,
    header: &[String],
    origin: &Origin,
    problems: &mut Vec<Problem>,
) -> Vec<usize> {
    let place = |name: &str| header.iter().position(|column| column == name);
    if let Kind::Checkboxes { options } = &field.kind {
        let old = |option: &str| crosswalk.old_name(option).and_then(place);
        let found: Vec<Option<usize>> = options.iter().map(|option| old(&option.code).or_else(|| place(&option.code))).collect();
        if found.iter().all(Option::is_none) && field.optional {
            return Vec::new();
        }
        for (option, _) in options.iter().zip(&found).filter(|(_, found)| found.is_none()) {
            problems.push(missing_column(&option.code, field, book, header, origin));
        }
        return found.into_iter().flatten().collect();
    }
    let names = crosswalk.old_name(&field.name).into_iter().chain(field.columns.iter().map(String::as_str));
    let found = names.into_iter().find_map(place);
    if found.is_none() && !field.optional {
        problems.push(missing_column(&field.columns[0], field, book, header, origin));
    }
    found.into_iter().collect()
}

fn missing_column(column: &str, field: &Field, book: &Codebook, header: &[String], origin: &Origin) -> Problem {
    let mut problem = Problem::new("schema::missing_column", format!("column `{column}` is not in {}", origin.file))
        .at(origin.file.clone())
        .found(some_of(header.iter().map(String::as_str)))
        .expected(format!("a column for the field `{}`", field.name));
    // A column that is another field's is not this one under a new name.
    let is_taken = |name: &str| book.fields.iter().any(|other| other.name != field.name && other.columns.iter().any(|own| own == name));
    problem.help = Some(match closest(column, header.iter().map(String::as_str).filter(|name| !is_taken(name))) {
        Some(near) => format!("is `{near}` the same field? add it under `aliases`, or as a [[rename]] in the wave's crosswalk"),
        None => format!(
            "`recovista diff OLD NEW` of last wave's file and this one shows what was renamed; if this wave did not ask `{}`, mark the field `optional = true`",
            field.name
        ),
    });
    problem
}
