//! Values out of a list, or none of a list, where the levels of the field are not enough.

use std::sync::Arc;

use super::{Check, Fault, Parameter, Rows, Rule, Seen, Verdict, truth};
use crate::condition::Condition;
use crate::config::Table;
use crate::error::{Problem, some_of};
use crate::schema::Codebook;

/// The entry in the table of rules.
pub(super) struct Set;

#[derive(Debug)]
struct Listed {
    field: String,
    values: Vec<String>,
    condition: Condition,
    is: bool,
}

impl Rule for Set {
    fn id(&self) -> &'static str {
        "set"
    }

    fn summary(&self) -> &'static str {
        "a value is one of a list, or none of a list"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[
            Parameter { name: "field", about: "any field; for a question with several answers, options of which one is ticked" },
            Parameter { name: "is", about: "the values that are allowed" },
            Parameter { name: "is_not", about: "the values that are not allowed, instead of `is`" },
        ]
    }

    fn example(&self) -> &'static str {
        "rule = \"set\"\nfield = \"respondent_id\"\nis_not = [\"TEST\", \"test\"]\nrefuse = \"row\"\n"
    }

    fn read(&self, table: &Table<'_>) -> Option<Arc<dyn Check>> {
        let field = table.required_text("field");
        let (allowed, refused) = (table.texts("is"), table.texts("is_not"));
        let (values, is) = match (allowed, refused) {
            (Some(values), None) => (values, true),
            (None, Some(values)) => (values, false),
            _ => {
                table.report("rule", Problem::new("check::no_list", "the rule `set` needs either `is` or `is_not`"));
                return None;
            }
        };
        let condition = Condition::In { column: field.clone(), values: values.clone(), is };
        Some(Arc::new(Listed { field, values, condition, is }))
    }
}

impl Check for Listed {
    fn problems(&self, book: &Codebook) -> Vec<(String, Problem)> {
        truth::problems(&self.condition, book).into_iter().map(|problem| (self.field.clone(), problem)).collect()
    }

    fn field(&self) -> &str {
        &self.field
    }

    fn expected(&self) -> String {
        let values = some_of(self.values.iter().map(String::as_str));
        if self.is { format!("one of {values}") } else { format!("none of {values}") }
    }

    fn judge(&self, rows: &Rows<'_>, _seen: &mut Seen) -> Verdict {
        let mut verdict = Verdict::default();
        let known = truth::of_rows(&self.condition, rows);
        for (row, fits) in rows.each().filter_map(|row| Some((row, known.get(row).copied().flatten()?))) {
            verdict.judged += 1;
            if !fits {
                verdict.faults.push(Fault::of(row));
            }
        }
        verdict
    }
}
