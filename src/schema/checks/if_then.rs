//! What follows from other answers: who is employed works some hours, who never used has no age of first use.

use std::sync::Arc;

use super::{Check, Fault, Parameter, Rows, Rule, Seen, Verdict, truth};
use crate::condition::Condition;
use crate::config::Table;
use crate::error::Problem;
use crate::schema::Codebook;

/// The entry in the table of rules.
pub(super) struct IfThen;

#[derive(Debug)]
struct Follows {
    written: String,
    then: Condition,
    field: String,
}

impl Rule for IfThen {
    fn id(&self) -> &'static str {
        "if_then"
    }

    fn summary(&self) -> &'static str {
        "where `when` holds, `then` holds; a missing answer breaks it only with `is not missing`"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[
            Parameter { name: "when", about: "the condition that is met" },
            Parameter { name: "then", about: "the condition that must be met too; the first field that it names is at fault" },
        ]
    }

    fn example(&self) -> &'static str {
        "rule = \"if_then\"\nwhen = \"employed = 'Yes'\"\nthen = \"hours_a_week > 0\"\nseverity = \"warning\"\nat_most = 0.02\n"
    }

    fn read(&self, table: &Table<'_>) -> Option<Arc<dyn Check>> {
        table.required("when", table.text("when"));
        let written = table.required_text("then");
        let then = if table.has("then") { super::condition(table, "then", &written)? } else { return None };
        let field = then.columns().first().map(|name| (*name).clone()).unwrap_or_default();
        Some(Arc::new(Follows { written, then, field }))
    }
}

impl Check for Follows {
    fn problems(&self, book: &Codebook) -> Vec<(String, Problem)> {
        truth::problems(&self.then, book).into_iter().map(|problem| (self.written.clone(), problem)).collect()
    }

    fn field(&self) -> &str {
        &self.field
    }

    fn expected(&self) -> String {
        self.written.clone()
    }

    fn judge(&self, rows: &Rows<'_>, _seen: &mut Seen) -> Verdict {
        let mut verdict = Verdict::default();
        let then = truth::of_rows(&self.then, rows);
        for (row, holds) in rows.each().filter_map(|row| Some((row, then.get(row).copied().flatten()?))) {
            verdict.judged += 1;
            if !holds {
                verdict.faults.push(Fault::of(row));
            }
        }
        verdict
    }
}
