//! Columns that name the rows: which one, or which together, are different in every row, and which name people.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::frame::RawBatch;

/// Rows beyond these are not looked at; a key is then not claimed.
const MOST_ROWS: usize = 2_000_000;
/// Rows that may come twice before a column is given up; beyond them, one row in fifty.
const FEW: u64 = 64;

/// Candidates for a key: the column that names a person, alone and with each further column that may tell its rows apart.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Position of the column that names a person or record.
    pub person: Option<usize>,
    sets: Vec<Set>,
}

/// Columns that may be a key together.
#[derive(Debug)]
struct Set {
    columns: Vec<usize>,
    /// Fingerprints of their values; `None` where they are no key.
    prints: Option<HashSet<u64>>,
    /// Rows whose values were there before.
    twice: u64,
}

impl Keys {
    /// Picks the candidates by their names.
    pub(super) fn of(header: &[String]) -> Self {
        let person = header.iter().position(|name| names_a_record(name));
        let further = || header.iter().enumerate().filter(|(column, name)| Some(*column) != person && tells_rows_apart(name)).map(|(column, _)| column).take(4);
        let mut sets = Vec::new();
        if let Some(person) = person {
            sets.push(vec![person]);
            sets.extend(further().map(|column| vec![person, column]));
            let all: Vec<usize> = std::iter::once(person).chain(further()).collect();
            if all.len() > 2 {
                sets.push(all);
            }
        }
        Self { person, sets: sets.into_iter().map(|columns| Set { columns, prints: Some(HashSet::new()), twice: 0 }).collect() }
    }

    /// Looks at the rows of a batch.
    pub(super) fn see(&mut self, batch: &RawBatch) {
        for Set { columns, prints, twice } in &mut self.sets {
            for row in 0..batch.rows() {
                let Some(known) = prints else { break };
                let mut hasher = DefaultHasher::new();
                for column in columns.iter() {
                    batch.field_str(row, *column).trim().hash(&mut hasher);
                }
                let first = columns.first().is_some_and(|column| matches!(batch.field_str(row, *column).trim(), "" | "NA"));
                *twice += u64::from(!known.insert(hasher.finish()));
                if first || known.len() > MOST_ROWS || columns.len() > 1 && *twice > 0 || *twice > FEW && *twice * 50 > known.len() as u64 {
                    *prints = None;
                }
            }
        }
    }

    /// Takes a column whose values are known to differ in every row.
    pub(super) fn take(&mut self, column: usize) {
        self.sets.push(Set { columns: vec![column], prints: Some(HashSet::from([0])), twice: 0 });
    }

    /// The smallest set of columns that is different in every row, or a single one that is in 99 rows of 100; with the rows that
    /// come twice.
    pub(super) fn proved(&self) -> Option<(&[usize], u64)> {
        let found = self.sets.iter().find(|set| set.prints.as_ref().is_some_and(|prints| !prints.is_empty() && set.twice * 99 <= prints.len() as u64));
        found.map(|set| (set.columns.as_slice(), set.twice))
    }
}

fn words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before = ' ';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            spaced.push(' ');
        }
        spaced.push(letter);
        before = letter;
    }
    spaced.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Names such as `record_id`, `ID`, `RespondentID`, `who`, `participant`.
pub(super) fn names_a_record(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map(String::as_str).unwrap_or_default();
    let is_id = matches!(last, "id" | "uuid" | "identifier" | "usubjid" | "caseid" | "subjid" | "recordid" | "responseid" | "respid" | "uid");
    is_id
        || name == "PARENT_KEY"
        || words.len() == 1 && matches!(last, "who" | "participant" | "patient" | "respondent" | "subject" | "person" | "member" | "client" | "seqn")
}

/// Names of columns by which `KoBoToolbox` and ODK join the rows of a group that repeats to their parents.
pub(super) fn joins_tables(name: &str) -> bool {
    matches!(name, "_index" | "_parent_index" | "KEY" | "PARENT_KEY")
}

/// Whether a table holds the rows of a group that repeats.
pub(super) fn is_repeated(header: &[String]) -> bool {
    header.iter().any(|name| matches!(name.as_str(), "_parent_index" | "PARENT_KEY"))
}

/// Names such as `redcap_event_name`, `visit`, `wave`, `date`, `instance`.
fn tells_rows_apart(name: &str) -> bool {
    joins_tables(name)
        || words(name).iter().any(|word| {
            matches!(
                word.as_str(),
                "event"
                    | "visit"
                    | "wave"
                    | "round"
                    | "instance"
                    | "instrument"
                    | "date"
                    | "time"
                    | "day"
                    | "when"
                    | "week"
                    | "month"
                    | "which"
                    | "checkin"
                    | "start"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_who_a_row_is_about() {
        assert!(["record_id", "RespondentID", "ID", "who", "Respondent ID", "study_id"].iter().all(|name| names_a_record(name)));
        assert!(["aid", "did you", "mid", "age", "who is this", "idea"].iter().all(|name| !names_a_record(name)));
        assert!(tells_rows_apart("redcap_event_name") && tells_rows_apart("StartDate") && !tells_rows_apart("update"));
    }
}
