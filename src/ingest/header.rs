//! The first record in, column names out: unique, never empty, without the blanks around them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::error::{Error, Problem};

/// Columns in one file.
pub(crate) const MAX_COLUMNS: usize = 100_000;

/// Column names and how many had none of their own.
pub(crate) struct Names {
    /// The names.
    pub(crate) names: Vec<String>,
    /// Columns without a name in the file, counted from 1.
    pub(crate) unnamed: Vec<usize>,
}

/// Trims the names, names the unnamed ones after their place, and refuses two columns of one name.
pub(crate) fn names<'a>(fields: impl IntoIterator<Item = &'a str>, place: &str) -> Result<Names, Error> {
    let mut names: Vec<String> = fields.into_iter().map(|field| field.trim().to_owned()).collect();
    if names.len() > MAX_COLUMNS {
        return Err(too_many_columns(place));
    }
    let mut first: HashMap<String, usize> = HashMap::with_capacity(names.len());
    let mut problems = Vec::new();
    for (position, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        match first.entry(name.clone()) {
            Entry::Vacant(entry) => drop(entry.insert(position)),
            Entry::Occupied(entry) => problems.push(duplicate(name, *entry.get(), position, place)),
        }
    }
    Error::gather(crate::error::Exit::Input, problems)?;
    let mut unnamed = Vec::new();
    for (position, name) in names.iter_mut().enumerate().filter(|(_, name)| name.is_empty()) {
        let mut free = format!("column_{}", position + 1);
        while first.contains_key(&free) {
            free.push('_');
        }
        first.insert(free.clone(), position);
        *name = free;
        unnamed.push(position + 1);
    }
    Ok(Names { names, unnamed })
}

fn duplicate(name: &str, first: usize, again: usize, place: &str) -> Problem {
    Problem::new("input::duplicate_column", format!("two columns are named `{name}`"))
        .at(place)
        .found(format!("columns {} and {}", first + 1, again + 1))
        .expected("every column name once")
        .help("rename one of them in the file")
}

/// The error of a record with more fields than any file of ours can have.
pub(crate) fn too_many_columns(place: &str) -> Error {
    let problem = Problem::new("input::too_many_columns", format!("a record has more than {MAX_COLUMNS} fields")).at(place);
    Error::input(problem.help("is the delimiter right? name it with --delimiter"))
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn unnamed_columns_get_their_place_as_name() {
        let names = names(["", " a ", "column_1"], "f.csv:1").map(|names| (names.names, names.unnamed));
        assert_eq!(names, Ok((vec!["column_1_".to_owned(), "a".to_owned(), "column_1".to_owned()], vec![1])));
    }

    #[test]
    fn every_duplicate_is_named_with_both_places() {
        let Err(error) = names(["a", "b", "a", "b"], "f.csv:1") else { panic!("duplicates are refused") };
        let found: Vec<_> = error.problems.iter().filter_map(|problem| problem.found.as_deref()).collect();
        assert_eq!(found, ["columns 1 and 3", "columns 2 and 4"]);
    }
}
