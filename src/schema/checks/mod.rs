//! `[[check]]` tables in, faults of typed rows out: one file per rule, each with an entry in `ALL`.
//!
//! A rule reads its own parameters; what all checks share (id, severity, threshold, `when`) is read here. A check sees
//! the rows as they were typed and after skip logic, and every check sees the same: no fault hides or makes another.

mod if_then;
mod order;
mod pattern;
mod range;
mod reference;
mod rows;
mod set;
mod sum;
mod truth;
mod unique;

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

pub(crate) use self::reference::Known;
pub(crate) use self::rows::Rows;
use super::codebook::{Codebook, Field};
use crate::condition::Condition;
use crate::config::{Mark, Table};
use crate::error::{Problem, Severity, closest, some_of};
use crate::rejects::AtMost;

/// One parameter of a rule, for help.
pub(crate) struct Parameter {
    pub name: &'static str,
    pub about: &'static str,
}

/// One kind of check.
pub(crate) trait Rule: Sync {
    /// The word after `rule =`, and in the ledger.
    fn id(&self) -> &'static str;
    /// What it asks of the rows, for help.
    fn summary(&self) -> &'static str;
    /// What it takes besides the keys of every check.
    fn parameters(&self) -> &'static [Parameter];
    /// A check as an evaluator would write it.
    fn example(&self) -> &'static str;
    /// Reads its parameters; mistakes are reported to the table.
    fn read(&self, table: &Table<'_>) -> Option<Arc<dyn Check>>;
}

/// A rule with its parameters.
pub(crate) trait Check: Debug + Send + Sync {
    /// What is wrong with it, given the fields: the word at fault and the problem.
    fn problems(&self, book: &Codebook) -> Vec<(String, Problem)>;
    /// The field whose value is at fault where the check cannot say it better.
    fn field(&self) -> &str;
    /// What it expects, in words.
    fn expected(&self) -> String;
    /// The rows that break it. `seen` lasts for a whole file.
    fn judge(&self, rows: &Rows<'_>, seen: &mut Seen) -> Verdict;
    /// The fields that add up to another one, where it is about a total.
    fn addends(&self) -> Option<(&[String], &str)> {
        None
    }
    /// The list of values that it compares with, when it has one.
    fn list(&self) -> Option<&Known> {
        None
    }
}

/// Fingerprints of what earlier rows held, with the line of the first.
pub(crate) type Seen = HashMap<u128, u64, FxBuildHasher>;

/// What a check says about some rows.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Rows that it could judge: those whose values are there.
    pub judged: u64,
    pub faults: Vec<Fault>,
}

/// A row that breaks a check.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Position in the batch.
    pub row: usize,
    /// The field at fault, where it is not the check's own.
    pub field: Option<String>,
    /// More than the check's own words.
    pub expected: Option<String>,
}

impl Fault {
    fn of(row: usize) -> Self {
        Self { row, field: None, expected: None }
    }
}

/// All rules, by name.
pub(crate) static ALL: &[&dyn Rule] =
    &[&if_then::IfThen, &order::Order, &pattern::Pattern, &range::Range, &reference::Reference, &set::Set, &sum::Sum, &unique::Unique];

/// Keys that every check takes, for help.
pub(crate) const SHARED: [Parameter; 7] = [
    Parameter { name: "id", about: "its name in the ledger [default: rule and field]" },
    Parameter { name: "when", about: "a condition as in --where: only these rows are looked at" },
    Parameter { name: "severity", about: "error (the value is refused), warning or note (it is kept and counted) [default: error]" },
    Parameter { name: "refuse", about: "what an error refuses: value or row [default: value]" },
    Parameter { name: "blame", about: "the field whose value is at fault [default: as the rule says]" },
    Parameter { name: "at_most", about: "faults beyond this are findings and end the run with 1: a share below 1, or a count" },
    Parameter { name: "message", about: "what is expected, in your words" },
];

/// A check as a codebook or a pipeline declares it.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub mark: Mark,
    /// Its keys and values as they are written, to be written again.
    pub written: Vec<(String, String)>,
    pub id: String,
    pub rule: &'static str,
    pub severity: Severity,
    /// An error refuses the whole row.
    pub refuses_row: bool,
    pub at_most: Option<AtMost>,
    pub when: Option<(String, Condition)>,
    pub blame: Option<String>,
    pub message: Option<String>,
    pub check: Arc<dyn Check>,
}

impl PartialEq for Declared {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Declared {
    /// Reads one `[[check]]`.
    fn read(table: &Table<'_>) -> Option<Self> {
        let rules: Vec<(&'static str, &'static dyn Rule)> = ALL.iter().map(|rule| (rule.id(), *rule)).collect();
        table.required("rule", table.text("rule"));
        let rule = table.has("rule").then(|| table.choice("rule", &rules)).flatten();
        let (id, blame, message) = (table.text("id"), table.text("blame"), table.text("message"));
        let when = table.text("when").and_then(|text| Some((text.clone(), condition(table, "when", &text)?)));
        let severity = table.choice("severity", &[("error", Severity::Error), ("warning", Severity::Warning), ("note", Severity::Note)]);
        let severity = severity.unwrap_or(Severity::Error);
        let refuses_row = table.choice("refuse", &[("value", false), ("row", true)]);
        if refuses_row.is_some() && severity != Severity::Error {
            table.report("refuse", Problem::new("check::refuses_nothing", "only a check with severity `error` refuses anything"));
        }
        let at_most = at_most(table);
        let rule = rule?;
        let check = rule.read(table)?;
        let id = id.unwrap_or_else(|| format!("{}_{}", rule.id(), check.field()));
        Some(Self {
            mark: table.mark(),
            written: table.written(),
            id,
            rule: rule.id(),
            severity,
            refuses_row: refuses_row.unwrap_or(false),
            at_most,
            when,
            blame,
            message,
            check,
        })
    }

    /// Everything that does not fit the codebook.
    pub(crate) fn problems(&self, book: &Codebook) -> Vec<Problem> {
        let mut problems = self.check.problems(book);
        if let Some((text, when)) = &self.when {
            problems.extend(truth::problems(when, book).into_iter().map(|problem| (text.clone(), problem)));
        }
        problems.extend(self.blame.iter().filter_map(|field| Some((field.clone(), *unknown(book, field).err()?))));
        problems.into_iter().map(|(word, problem)| self.mark.put(&word, problem)).collect()
    }

    /// What it expects, in the evaluator's words or its own.
    pub(crate) fn expected(&self) -> String {
        let own = self.message.clone().unwrap_or_else(|| self.check.expected());
        match &self.when {
            Some((when, _)) if self.message.is_none() => format!("{own}, because {when}"),
            _ => own,
        }
    }

    /// The faults of a batch.
    pub(crate) fn judge(&self, mut rows: Rows<'_>, seen: &mut Seen) -> Verdict {
        if let Some((_, when)) = &self.when {
            rows.only(truth::of_rows(when, &rows));
        }
        self.check.judge(&rows, seen)
    }
}

/// The `[[check]]` tables of a table.
pub(crate) fn read(table: &Table<'_>) -> Vec<Declared> {
    let mut checks = Vec::new();
    for inner in table.tables("check") {
        // What its keys should be is not known of a check that cannot be read.
        if let Some(check) = Declared::read(&inner) {
            inner.finish();
            checks.push(check);
        }
    }
    checks
}

fn at_most(table: &Table<'_>) -> Option<AtMost> {
    let number = table.number("at_most")?;
    if (0.0..1.0).contains(&number) {
        return Some(AtMost::Share(number));
    }
    if number < 0.0 || number.fract() != 0.0 {
        let problem = Problem::new("check::bad_threshold", "`at_most` is neither a share nor a count").found(number.to_string());
        table.report("at_most", problem.expected("a share of the rows such as 0.02, or a number of rows such as 5"));
        return None;
    }
    Some(AtMost::Count(number))
}

/// A condition in a key; what is wrong with it is reported there.
fn condition(table: &Table<'_>, key: &'static str, text: &str) -> Option<Condition> {
    match Condition::parse(&format!("`{key}`"), text) {
        Ok(condition) => Some(condition),
        Err(error) => {
            for mut problem in error.problems {
                problem.help = Some(format!("{} of the condition; write it such as \"age >= 18 and gender = 'Female'\"", problem.place.unwrap_or_default()));
                problem.place = None;
                table.report(key, problem);
            }
            None
        }
    }
}

/// The field of this name, or the problem that there is none.
fn unknown<'a>(book: &'a Codebook, name: &str) -> Result<&'a Field, Box<Problem>> {
    book.field(name).ok_or_else(|| {
        let known = || book.fields.iter().map(|field| field.name.as_str());
        let mut problem = Problem::new("schema::unknown_field", format!("there is no field `{name}`")).expected(some_of(known()));
        problem.help = closest(name, known()).map(|near| format!("did you mean `{near}`?"));
        Box::new(problem)
    })
}

/// Fields that must be there and of a kind that the rule can look at.
fn misfits<'a>(book: &Codebook, names: impl IntoIterator<Item = &'a String>, fits: fn(&Field) -> bool, expected: &str) -> Vec<(String, Problem)> {
    let problem = |name: &String| match unknown(book, name) {
        Ok(field) if fits(field) => None,
        Ok(_) => Some(Problem::new("check::wrong_kind", format!("`{name}` is not a field that this rule can look at")).expected(expected)),
        Err(problem) => Some(*problem),
    };
    names.into_iter().filter_map(|name| Some((name.clone(), problem(name)?))).collect()
}

/// Reports a list of fields that is too short.
fn at_least(table: &Table<'_>, key: &'static str, fields: &[String], least: usize) {
    if table.has(key) && fields.len() < least {
        let problem = Problem::new("check::too_few_fields", format!("`{key}` names {} of {least} fields or more", fields.len()));
        table.report(key, problem);
    }
}

/// Every rule with its summary, parameters and example.
pub fn checks() -> impl Iterator<Item = (&'static str, &'static str, Vec<(&'static str, &'static str)>, &'static str)> {
    ALL.iter().map(|rule| {
        let parameters = rule.parameters().iter().map(|parameter| (parameter.name, parameter.about)).collect();
        (rule.id(), rule.summary(), parameters, rule.example())
    })
}

/// What every check takes besides its rule's parameters.
pub fn shared_parameters() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHARED.iter().map(|parameter| (parameter.name, parameter.about))
}

#[cfg(test)]
mod tests;
