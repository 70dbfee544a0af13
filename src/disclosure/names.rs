//! Released rows in, rows out that name a group only where something of it is shown.
//!
//! A hidden row still says of whom it would have spoken. Where a codebook declares the names, they were
//! known before; where the names are what the file holds, a name that one person typed would be public.

use std::collections::BTreeSet;

use super::{MINIMUM_ESTABLISHMENTS, Policy, Structure};
use crate::results::{ResultRow, Support};

/// A name that the data gave: dataset, variable, text.
type Name = (String, String, String);

/// Takes out the rows of names that no codebook declares and of which no figure is shown.
pub(super) fn forget(rows: &mut Vec<ResultRow>, structure: &Structure, policy: &Policy) {
    if structure.from_data.is_empty() {
        return;
    }
    let shown: BTreeSet<Name> = rows.iter().filter(|row| shows(row, policy)).flat_map(|row| names(row, structure)).collect();
    rows.retain(|row| names(row, structure).iter().all(|name| shown.contains(name)));
}

/// Whether a row says something of enough people or establishments.
fn shows(row: &ResultRow, policy: &Policy) -> bool {
    let enough = match row.support {
        Support::People { behind, .. } => behind > 0 && !policy.is_small(behind),
        Support::Establishments(units) => units >= MINIMUM_ESTABLISHMENTS,
        Support::Quality => false,
    };
    enough && !row.is_suppressed() && row.estimate.is_some()
}

/// Names of a row that the data gave.
fn names(row: &ResultRow, structure: &Structure) -> Vec<Name> {
    let level = row.level.iter().map(|level| (&row.variable, level));
    let named = row.groups.iter().chain(level).map(|(variable, text)| (row.dataset.clone(), variable.clone(), text.clone()));
    named.filter(|(dataset, variable, _)| structure.from_data.contains(&(dataset.clone(), variable.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Stat, Status, Unit};

    fn row(center: &str, variable: &str, behind: u64, status: Status) -> ResultRow {
        let mut row = ResultRow::new("d", "a", variable, Stat::Count, Unit::People);
        row.groups.insert("center".to_owned(), center.to_owned());
        row.estimate = Some(behind as f64).filter(|_| status == Status::Ok);
        (row.status, row.support) = (status, Support::People { behind, outside: None });
        row
    }

    #[test]
    fn a_name_of_the_data_stands_where_a_figure_of_it_is_shown() {
        let mut rows = vec![
            row("large", "people", 40, Status::Ok),
            row("large", "women", 4, Status::Suppressed),
            row("small", "people", 2, Status::Suppressed),
            row("small", "nobody", 0, Status::Ok),
            row("other", "people", 30, Status::Suppressed),
        ];
        let mut structure = Structure::default();
        let all = rows.clone();
        forget(&mut rows, &structure, &Policy::default());
        assert_eq!(rows, all, "declared names stay");
        structure.from_data.insert(("d".to_owned(), "center".to_owned()));
        forget(&mut rows, &structure, &Policy::default());
        assert_eq!(rows, all[..2]);
    }
}
