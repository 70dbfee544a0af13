//! Values that occur once in a file, besides the key: a phone number, a person and a day.

use std::sync::Arc;

use super::{Check, Fault, Parameter, Rows, Rule, Seen, Verdict};
use crate::config::Table;
use crate::error::Problem;
use crate::frame::fingerprint;
use crate::schema::Codebook;

/// The entry in the table of rules.
pub(super) struct Unique;

#[derive(Debug)]
struct Once {
    fields: Vec<String>,
}

impl Rule for Unique {
    fn id(&self) -> &'static str {
        "unique"
    }

    fn summary(&self) -> &'static str {
        "values occur together once in a file; rows where one of them is missing are passed over"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[Parameter { name: "fields", about: "one or more fields; the value of the last is at fault in every row but the first" }]
    }

    fn example(&self) -> &'static str {
        "rule = \"unique\"\nfields = [\"person_id\", \"visited_on\"]\nrefuse = \"row\"\n"
    }

    fn read(&self, table: &Table<'_>) -> Option<Arc<dyn Check>> {
        let fields = table.required("fields", table.texts("fields"));
        super::at_least(table, "fields", &fields, 1);
        Some(Arc::new(Once { fields }))
    }
}

impl Check for Once {
    fn problems(&self, book: &Codebook) -> Vec<(String, Problem)> {
        super::misfits(book, &self.fields, |_| true, "")
    }

    fn field(&self) -> &str {
        self.fields.last().map_or("", String::as_str)
    }

    fn expected(&self) -> String {
        format!("{} once in a file", self.fields.join(" + "))
    }

    /// Memory is 24 bytes a row: fingerprints of 128 bits, which two values share by accident far more rarely than a disk fails.
    fn judge(&self, rows: &Rows<'_>, seen: &mut Seen) -> Verdict {
        let mut verdict = Verdict::default();
        let Some(views) = self.fields.iter().map(|name| rows.field(name)).collect::<Option<Vec<_>>>() else { return verdict };
        let mut values = Vec::with_capacity(views.len());
        for row in rows.each() {
            values.clear();
            values.extend(views.iter().map_while(|view| view.bits(row)));
            if values.len() < views.len() {
                continue;
            }
            verdict.judged += 1;
            let line = rows.lines.get(row).copied().unwrap_or_default();
            let earlier = *seen.entry(fingerprint(&values)).or_insert(line);
            if earlier != line {
                let expected = format!("{}; line {earlier} holds the same", self.expected());
                verdict.faults.push(Fault { row, field: None, expected: Some(expected) });
            }
        }
        verdict
    }
}
