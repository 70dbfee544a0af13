//! The first record in, column names out: unique, never empty, without the blanks around them.

use std::collections::HashSet;

use crate::error::{Error, Problem, Severity};

/// Columns in one file.
pub(crate) const MAX_COLUMNS: usize = 100_000;

/// Column names, and which of them the file does not have in this form.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Header {
    /// The names.
    pub(crate) names: Vec<String>,
    /// Columns without a name in the file, counted from 1.
    pub(crate) unnamed: Vec<usize>,
    /// Columns whose name an earlier column has, counted from 1, and that name.
    pub(crate) repeated: Vec<(usize, String)>,
}

/// Trims the names, names the unnamed ones after their place, and numbers names that come again: `age`, `age__2`, `age__3`.
pub(crate) fn names<'a>(fields: impl IntoIterator<Item = &'a str>, place: &str) -> Result<Header, Error> {
    let mut names: Vec<String> = fields.into_iter().map(|field| field.trim().to_owned()).collect();
    if names.len() > MAX_COLUMNS {
        return Err(too_many_columns(place));
    }
    let mut taken: HashSet<String> = names.iter().filter(|name| !name.is_empty()).cloned().collect();
    let (mut unnamed, mut repeated, mut met) = (Vec::new(), Vec::new(), HashSet::new());
    for (position, name) in names.iter_mut().enumerate().filter(|(_, name)| !name.is_empty()) {
        if !met.insert(name.clone()) {
            repeated.push((position + 1, std::mem::take(name)));
        }
    }
    let mut counts = std::collections::HashMap::<&str, usize>::new();
    for (column, name) in &repeated {
        let count = counts.entry(name).or_insert(1);
        names[column - 1] = loop {
            *count += 1;
            let free = format!("{name}__{count}");
            if taken.insert(free.clone()) {
                break free;
            }
        };
    }
    for (position, name) in names.iter_mut().enumerate().filter(|(_, name)| name.is_empty()) {
        let mut free = format!("column_{}", position + 1);
        while !taken.insert(free.clone()) {
            free.push('_');
        }
        *name = free;
        unnamed.push(position + 1);
    }
    Ok(Header { names, unnamed, repeated })
}

impl Header {
    /// The note that names every column which got a name of its own because an earlier one has it.
    pub(crate) fn repeated_note(&self, place: &str) -> Option<Problem> {
        let told: Vec<String> =
            self.repeated.iter().filter_map(|(column, name)| Some(format!("column {column} `{name}` is `{}`", self.names.get(column - 1)?))).collect();
        let message = match self.repeated.len() {
            0 => return None,
            1 => "a column has the name of an earlier one and was numbered".to_owned(),
            count => format!("{count} columns have the name of an earlier one and were numbered"),
        };
        let problem = Problem::new("input::duplicate_column", message).at(place).found(told.join(", "));
        Some(problem.severity(Severity::Note))
    }
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
    fn names_that_come_again_are_numbered_past_the_ones_there_are() {
        let names = names(["a", "b", "a", "a__2", "a", "b"], "f.csv:1").expect("names");
        assert_eq!(names.names, ["a", "b", "a__3", "a__2", "a__4", "b__2"]);
        let note = names.repeated_note("f.csv:1").and_then(|note| note.found);
        assert_eq!(note.as_deref(), Some("column 3 `a` is `a__3`, column 5 `a` is `a__4`, column 6 `b` is `b__2`"));
    }
}
