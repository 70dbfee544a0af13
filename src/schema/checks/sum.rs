//! Parts that make up a total: staff by role and all staff, shares that are 100 together.

use std::sync::Arc;

use super::truth::is_number;
use super::{Check, Fault, Parameter, Rows, Rule, Seen, Verdict};
use crate::config::Table;
use crate::error::Problem;
use crate::schema::Codebook;

/// The entry in the table of rules.
pub(super) struct Sum;

#[derive(Debug)]
struct Adds {
    parts: Vec<String>,
    total: Option<String>,
    equals: f64,
    tolerance: f64,
    blank_is_zero: bool,
}

/// Relative difference that is rounding of the addition itself.
const ROUNDING: f64 = 1e-9;

impl Rule for Sum {
    fn id(&self) -> &'static str {
        "sum"
    }

    fn summary(&self) -> &'static str {
        "parts add up to a total; rows where one of them is missing are passed over"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[
            Parameter { name: "parts", about: "two or more numbers" },
            Parameter { name: "total", about: "the field that they add up to" },
            Parameter { name: "equals", about: "the number that they add up to, instead of `total`" },
            Parameter { name: "tolerance", about: "difference that is allowed [default: 0]" },
            Parameter { name: "blank_is_zero", about: "whether a part that is missing counts as 0, as long as one is there [default: false]" },
        ]
    }

    fn example(&self) -> &'static str {
        "rule = \"sum\"\nparts = [\"full_time\", \"part_time\"]\ntotal = \"staff\"\n"
    }

    fn read(&self, table: &Table<'_>) -> Option<Arc<dyn Check>> {
        let parts = table.required("parts", table.texts("parts"));
        super::at_least(table, "parts", &parts, 2);
        let (total, equals) = (table.text("total"), table.number("equals"));
        if total.is_some() == equals.is_some() {
            table.report("rule", Problem::new("check::no_total", "the rule `sum` needs either `total` or `equals`"));
        }
        let tolerance = table.number("tolerance").unwrap_or(0.0);
        if tolerance < 0.0 {
            table.report("tolerance", Problem::new("check::bad_tolerance", "`tolerance` is below 0").found(tolerance.to_string()));
        }
        let blank_is_zero = table.flag("blank_is_zero").unwrap_or(false);
        Some(Arc::new(Adds { parts, total, equals: equals.unwrap_or_default(), tolerance, blank_is_zero }))
    }
}

impl Check for Adds {
    fn problems(&self, book: &Codebook) -> Vec<(String, Problem)> {
        super::misfits(book, self.parts.iter().chain(&self.total), is_number, "a field of type integer or number")
    }

    fn field(&self) -> &str {
        self.total.as_ref().or(self.parts.last()).map_or("", String::as_str)
    }

    fn expected(&self) -> String {
        let total = self.total.clone().unwrap_or_else(|| self.equals.to_string());
        let within = if self.tolerance > 0.0 { format!(" within {}", self.tolerance) } else { String::new() };
        format!("{} = {total}{within}", self.parts.join(" + "))
    }

    fn addends(&self) -> Option<(&[String], &str)> {
        Some((&self.parts, self.total.as_deref()?))
    }

    fn judge(&self, rows: &Rows<'_>, _seen: &mut Seen) -> Verdict {
        let mut verdict = Verdict::default();
        let parts: Vec<_> = self.parts.iter().filter_map(|name| rows.field(name)).collect();
        let total = self.total.as_ref().map(|name| rows.field(name));
        if parts.len() < self.parts.len() || total.as_ref().is_some_and(Option::is_none) {
            return verdict;
        }
        for row in rows.each() {
            let target = match &total {
                Some(view) => view.as_ref().and_then(|view| view.number(row)),
                None => Some(self.equals),
            };
            // A part that was refused is not a blank.
            let is_blank = |reason: u8| self.blank_is_zero && reason != crate::frame::missing::INVALID;
            let value = |view: &super::rows::View<'_>| view.number(row).or_else(|| is_blank(view.reason(row)).then_some(0.0));
            let some = parts.iter().any(|view| view.is_there(row));
            let sum = parts.iter().map(value).try_fold(0.0, |sum, part| Some(sum + part?)).filter(|_| some);
            let (Some(target), Some(sum)) = (target, sum) else { continue };
            verdict.judged += 1;
            let (sum, target): (f64, f64) = (sum, target);
            if (sum - target).abs() > self.tolerance + ROUNDING * target.abs().max(1.0) {
                verdict.faults.push(Fault { row, field: None, expected: Some(format!("{}; the parts are {sum}", self.expected())) });
            }
        }
        verdict
    }
}
