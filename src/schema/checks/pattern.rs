//! Ids and texts of a form, such as a center's number or a postal code.

use std::sync::Arc;

use super::{Check, Fault, Parameter, Rows, Rule, Seen, Verdict};
use crate::config::Table;
use crate::error::Problem;
use crate::schema::{Codebook, Kind};

/// The entry in the table of rules.
pub(super) struct Pattern;

#[derive(Debug)]
struct Form {
    field: String,
    written: String,
    pattern: regex::Regex,
}

/// Bytes that a compiled pattern may take, so that a pattern in a codebook cannot fill the memory.
const SIZE: usize = 1 << 20;

impl Rule for Pattern {
    fn id(&self) -> &'static str {
        "pattern"
    }

    fn summary(&self) -> &'static str {
        "an id or a text has a form, written as a regular expression of the whole value"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[Parameter { name: "field", about: "an id or a text" }, Parameter { name: "matches", about: "the regular expression; in '…' no backslash is doubled" }]
    }

    fn example(&self) -> &'static str {
        "rule = \"pattern\"\nfield = \"center_id\"\nmatches = 'C\\d{2}'\n"
    }

    fn read(&self, table: &Table<'_>) -> Option<Arc<dyn Check>> {
        let (field, written) = (table.required_text("field"), table.required_text("matches"));
        match regex::RegexBuilder::new(&format!("^(?:{written})$")).size_limit(SIZE).build() {
            Ok(pattern) => Some(Arc::new(Form { field, written, pattern })),
            Err(error) => {
                let said = error.to_string();
                let problem = Problem::new("check::bad_pattern", "`matches` is not a regular expression");
                table.report("matches", problem.found(said.lines().last().unwrap_or_default().trim().to_owned()));
                None
            }
        }
    }
}

impl Check for Form {
    fn problems(&self, book: &Codebook) -> Vec<(String, Problem)> {
        super::misfits(book, [&self.field], |field| matches!(field.kind, Kind::Id | Kind::Text), "a field of type id or text")
    }

    fn field(&self) -> &str {
        &self.field
    }

    fn expected(&self) -> String {
        format!("a value of the form {}", self.written)
    }

    fn judge(&self, rows: &Rows<'_>, _seen: &mut Seen) -> Verdict {
        let mut verdict = Verdict::default();
        let Some(view) = rows.field(&self.field) else { return verdict };
        for (row, text) in rows.each().filter_map(|row| Some((row, view.text(row)?))) {
            verdict.judged += 1;
            if !self.pattern.is_match(text) {
                verdict.faults.push(Fault::of(row));
            }
        }
        verdict
    }
}
