//! Values that another file lists: a center that is in the registry, a program that exists.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use super::{Check, Fault, Parameter, Rows, Rule, Seen, Verdict};
use crate::config::Table;
use crate::error::Problem;
use crate::frame::{Values, shortest};
use crate::schema::Codebook;

/// The entry in the table of rules.
pub(super) struct Reference;

/// A column of another file. It is read once, after the codebook and before the data.
#[derive(Debug)]
pub(crate) struct Known {
    pub file: String,
    pub column: String,
    values: OnceLock<HashSet<String>>,
}

impl Known {
    /// Gives the values of the column.
    pub(crate) fn fill(&self, values: impl IntoIterator<Item = String>) {
        // A second reading of the same column gives the same values.
        let _ = self.values.set(values.into_iter().map(|text| short(text.trim()).to_owned()).collect());
    }
}

#[derive(Debug)]
struct InList {
    field: String,
    known: Known,
}

impl Rule for Reference {
    fn id(&self) -> &'static str {
        "reference"
    }

    fn summary(&self) -> &'static str {
        "a value stands in a column of another file, such as a registry"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[
            Parameter { name: "field", about: "any field but one with several answers" },
            Parameter { name: "file", about: "the other file, seen from the folder of the file that holds the check" },
            Parameter { name: "column", about: "its column [default: the field's name]" },
        ]
    }

    fn example(&self) -> &'static str {
        "rule = \"reference\"\nfield = \"center_id\"\nfile = \"../sample_data/centers.csv\"\n"
    }

    fn read(&self, table: &Table<'_>) -> Option<Arc<dyn Check>> {
        let field = table.required_text("field");
        let column = table.text("column").unwrap_or_else(|| field.clone());
        Some(Arc::new(InList { known: Known { file: table.required_text("file"), column, values: OnceLock::new() }, field }))
    }
}

fn short(text: &str) -> &str {
    text.get(..shortest(text.as_bytes()).len()).unwrap_or(text)
}

impl Check for InList {
    fn problems(&self, book: &Codebook) -> Vec<(String, Problem)> {
        use crate::schema::Kind::{Checkboxes, Split};
        super::misfits(book, [&self.field], |field| !matches!(field.kind, Split { .. } | Checkboxes { .. }), "a field with one answer")
    }

    fn field(&self) -> &str {
        &self.field
    }

    fn expected(&self) -> String {
        format!("a value of `{}` in {}", self.known.column, self.known.file)
    }

    fn list(&self) -> Option<&Known> {
        Some(&self.known)
    }

    fn judge(&self, rows: &Rows<'_>, _seen: &mut Seen) -> Verdict {
        let mut verdict = Verdict::default();
        let (Some(view), Some(known)) = (rows.field(&self.field), self.known.values.get()) else { return verdict };
        // A level is looked for once, however many rows have it.
        let of_levels: Vec<bool> = match view.values {
            Values::Level(_) => view.levels.map(|levels| levels.names().iter().map(|name| known.contains(short(name))).collect()).unwrap_or_default(),
            _ => Vec::new(),
        };
        for row in rows.each().filter(|row| view.is_there(*row)) {
            let found = match view.values {
                Values::Level(values) => values.get(row).and_then(|level| of_levels.get(usize::try_from(*level).ok()?)).copied().unwrap_or(false),
                Values::Number(values) => values.get(row).is_some_and(|value| known.contains(&value.to_string())),
                _ => view.text(row).is_some_and(|text| known.contains(text)),
            };
            verdict.judged += 1;
            if !found {
                verdict.faults.push(Fault::of(row));
            }
        }
        verdict
    }
}
