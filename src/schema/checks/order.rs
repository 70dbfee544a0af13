//! Dates or numbers that do not fall: intake before discharge, years of use not above age.

use std::sync::Arc;

use super::truth::{is_number, is_time};
use super::{Check, Fault, Parameter, Rows, Rule, Seen, Verdict};
use crate::config::Table;
use crate::error::Problem;
use crate::schema::Codebook;

/// The entry in the table of rules.
pub(super) struct Order;

#[derive(Debug)]
struct Rising {
    fields: Vec<String>,
    strict: bool,
}

impl Rule for Order {
    fn id(&self) -> &'static str {
        "order"
    }

    fn summary(&self) -> &'static str {
        "dates or numbers are in order; those that are missing are passed over"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[
            Parameter { name: "fields", about: "two or more dates or numbers, the first or lowest first" },
            Parameter { name: "strict", about: "whether neighbours must differ [default: false]" },
        ]
    }

    fn example(&self) -> &'static str {
        "rule = \"order\"\nfields = [\"born_on\", \"admitted_on\", \"discharged_on\"]\n"
    }

    fn read(&self, table: &Table<'_>) -> Option<Arc<dyn Check>> {
        let fields = table.required("fields", table.texts("fields"));
        super::at_least(table, "fields", &fields, 2);
        Some(Arc::new(Rising { fields, strict: table.flag("strict").unwrap_or(false) }))
    }
}

impl Check for Rising {
    fn problems(&self, book: &Codebook) -> Vec<(String, Problem)> {
        let mut problems = super::misfits(book, &self.fields, |field| is_number(field) || is_time(field), "fields of type integer, number, date or datetime");
        let times = self.fields.iter().filter(|name| book.field(name).is_some_and(is_time)).count();
        if problems.is_empty() && times != 0 && times != self.fields.len() {
            let problem = Problem::new("check::no_size", "dates and numbers have no common order").expected("only dates, or only numbers");
            problems.push((self.fields[0].clone(), problem));
        }
        problems
    }

    fn field(&self) -> &str {
        self.fields.last().map_or("", String::as_str)
    }

    fn expected(&self) -> String {
        format!("{} in order", self.fields.join(if self.strict { " < " } else { " ≤ " }))
    }

    fn judge(&self, rows: &Rows<'_>, _seen: &mut Seen) -> Verdict {
        let mut verdict = Verdict::default();
        let views: Vec<_> = self.fields.iter().filter_map(|name| Some((name, rows.field(name)?))).collect();
        for row in rows.each() {
            let mut there = views.iter().filter_map(|(name, view)| Some((*name, view.number(row)?)));
            let Some(mut before) = there.next() else { continue };
            let mut fault = None;
            let mut compared = false;
            for (name, value) in there {
                compared = true;
                let falls = if self.strict { value <= before.1 } else { value < before.1 };
                if falls && fault.is_none() {
                    let words = if self.strict { "above" } else { "not below" };
                    fault = Some(Fault { row, field: Some(name.clone()), expected: Some(format!("`{name}` {words} `{}`", before.0)) });
                }
                before = (name, value);
            }
            verdict.judged += u64::from(compared);
            verdict.faults.extend(fault);
        }
        verdict
    }
}
