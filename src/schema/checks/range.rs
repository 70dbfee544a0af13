//! Numbers or dates within bounds, where the field's own `range` is not enough: with a condition, a severity, or for dates.

use std::sync::Arc;

use super::truth::{bound, is_number, is_time};
use super::{Check, Fault, Parameter, Rows, Rule, Seen, Verdict};
use crate::config::Table;
use crate::error::Problem;
use crate::frame::parse_iso;
use crate::schema::Codebook;

/// The entry in the table of rules.
pub(super) struct Range;

#[derive(Debug)]
struct Bounds {
    field: String,
    from: Option<String>,
    to: Option<String>,
}

impl Rule for Range {
    fn id(&self) -> &'static str {
        "range"
    }

    fn summary(&self) -> &'static str {
        "a number or a date lies within bounds"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[
            Parameter { name: "field", about: "a number or a date" },
            Parameter { name: "from", about: "the least that is allowed" },
            Parameter { name: "to", about: "the most that is allowed" },
        ]
    }

    fn example(&self) -> &'static str {
        "rule = \"range\"\nfield = \"completed_on\"\nfrom = \"2024-09-01\"\nto = \"2024-11-30\"\n"
    }

    fn read(&self, table: &Table<'_>) -> Option<Arc<dyn Check>> {
        let bounds = Bounds { field: table.required_text("field"), from: table.scalar("from"), to: table.scalar("to") };
        if bounds.from.is_none() && bounds.to.is_none() {
            table.report("rule", Problem::new("check::no_bound", "the rule `range` needs `from`, `to` or both"));
        }
        Some(Arc::new(bounds))
    }
}

impl Check for Bounds {
    fn problems(&self, book: &Codebook) -> Vec<(String, Problem)> {
        let mut problems = super::misfits(book, [&self.field], |field| is_number(field) || is_time(field), "a field of type integer, number, date or datetime");
        let dates = book.field(&self.field).is_some_and(is_time);
        for text in self.from.iter().chain(&self.to) {
            let fits = if dates { parse_iso(text.as_bytes()).is_some() } else { text.parse::<f64>().is_ok_and(f64::is_finite) };
            if !fits && problems.is_empty() {
                let problem = Problem::new("check::wrong_value", format!("`{text}` is no bound of `{}`", self.field));
                problems.push((text.clone(), problem.expected(if dates { "a date such as 2024-03-05" } else { "a number" })));
            }
        }
        problems
    }

    fn field(&self) -> &str {
        &self.field
    }

    fn expected(&self) -> String {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => format!("{from} to {to}"),
            (Some(from), None) => format!("{from} or more"),
            (None, Some(to)) => format!("{to} or less"),
            (None, None) => String::new(),
        }
    }

    fn judge(&self, rows: &Rows<'_>, _seen: &mut Seen) -> Verdict {
        let mut verdict = Verdict::default();
        let Some(view) = rows.field(&self.field) else { return verdict };
        let from = self.from.as_deref().and_then(bound).unwrap_or(f64::NEG_INFINITY);
        // A day goes on until midnight.
        let rest_of_day = |text: &str| if text.len() == 10 && parse_iso(text.as_bytes()).is_some() { 86_399.0 } else { 0.0 };
        let to = self.to.as_deref().and_then(|text| Some(bound(text)? + rest_of_day(text))).unwrap_or(f64::INFINITY);
        for (row, value) in rows.each().filter_map(|row| Some((row, view.number(row)?))) {
            verdict.judged += 1;
            if value < from || value > to {
                verdict.faults.push(Fault::of(row));
            }
        }
        verdict
    }
}
