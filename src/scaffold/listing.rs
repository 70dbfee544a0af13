//! Exports in, those that only list the columns of another one out: dictionaries of any form, which hold no answers.

use std::collections::BTreeSet;

use super::files::Export;
use crate::ingest::open;

/// Columns of a listing; more would be answers.
const MOST_COLUMNS: usize = 20;

/// The export whose columns another one lists, where there is one.
pub(super) fn listed<'a>(export: &Export, others: &'a [Export]) -> Option<&'a Export> {
    if export.header.len() > MOST_COLUMNS {
        return None;
    }
    let named = columns(export)?;
    others.iter().filter(|other| other.path != export.path).find(|other| named.iter().any(|names| names_columns(names, &other.header)))
}

/// Whether values name most columns of a file, and little else.
fn names_columns(names: &BTreeSet<String>, header: &[String]) -> bool {
    let known: BTreeSet<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
    let shared = names.intersection(&known).count();
    shared >= 3 && shared * 2 >= known.len() && shared * 2 >= names.len()
}

/// The different values of each column, in small letters.
fn columns(export: &Export) -> Option<Vec<BTreeSet<String>>> {
    const MOST_ROWS: usize = 5000;
    let mut reader = open(&export.path, &export.read).ok()?;
    let mut values = vec![BTreeSet::new(); reader.header().len()];
    let mut rows = 0;
    while let Ok(Some(batch)) = reader.next_batch() {
        rows += batch.rows();
        if rows > MOST_ROWS {
            return None;
        }
        for (column, values) in values.iter_mut().enumerate() {
            values.extend((0..batch.rows()).map(|row| batch.field_str(row, column).trim().to_lowercase()).filter(|value| !value.is_empty()));
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_names_most_columns_and_little_else() {
        let names = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
        let header = ["ID", "Age", "Gender", "Score"].map(str::to_owned);
        assert!(names_columns(&names(&["id", "age", "gender", "score", "mood"]), &header));
        assert!(!names_columns(&names(&["age", "gender"]), &header));
        assert!(!names_columns(&names(&["age", "gender", "id", "a", "b", "c", "d"]), &header));
    }
}
