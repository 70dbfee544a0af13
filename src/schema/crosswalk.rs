//! Crosswalk text in, translation of one wave's names and codes to the current codebook out.

use std::collections::HashMap;

use super::codebook::{Codebook, Field, Kind};
use crate::config::{Mark, Source, Table};
use crate::error::{Problem, closest, some_of};

/// How one wave's file differs from the current codebook, each difference with its reason.
#[derive(Debug, Clone, Default)]
pub(crate) struct Crosswalk {
    pub title: String,
    pub renames: Vec<Rename>,
    pub recodes: Vec<Recode>,
    pub breaks: Vec<Break>,
    pub same: Vec<Same>,
}

/// A column that has another name in this wave.
#[derive(Debug, Clone)]
pub(crate) struct Rename {
    pub from: String,
    pub to: String,
    pub reason: String,
}

/// A field whose codes mean something else in this wave.
#[derive(Debug, Clone)]
pub(crate) struct Recode {
    pub field: String,
    pub map: Vec<(String, String)>,
    /// Codes that have no place among those of today: their answers are missing.
    pub dropped: Vec<String>,
    pub reason: String,
    mark: Mark,
}

/// A question that is the same although its form differs, such as a level that was worded anew.
#[derive(Debug, Clone)]
pub(crate) struct Same {
    pub field: String,
    pub reason: String,
}

/// Why an answer is missing whose code a crosswalk drops.
pub(crate) const DROPPED: &str = "dropped_by_crosswalk";

/// A field whose trend is broken at this wave.
#[derive(Debug, Clone)]
pub(crate) struct Break {
    pub field: String,
    pub reason: String,
}

impl Crosswalk {
    pub(crate) fn parse(path: &str, text: &str) -> (Self, Vec<Problem>) {
        Source::new(path, text).walk(read)
    }

    /// Reads a crosswalk whose fields must be fields of `book`.
    pub(crate) fn of_book(path: &str, text: &str, book: &Codebook) -> (Self, Vec<Problem>) {
        Source::new(path, text).walk(|root| {
            let crosswalk = read(root);
            let fields: Vec<&str> = book.fields.iter().map(|field| field.name.as_str()).collect();
            // A column of one option can be renamed as a field can.
            let columns: Vec<&str> = fields.iter().copied().chain(book.fields.iter().flat_map(options)).collect();
            // The trend of a score breaks like that of a question.
            let scores: Vec<&str> = book.variables().chain(book.instruments.iter().map(|used| used.id.as_str())).collect();
            let renamed = crosswalk.renames.iter().map(|rename| (&rename.to, &columns));
            let recoded = crosswalk.recodes.iter().map(|recode| (&recode.field, &fields));
            let broken = crosswalk.breaks.iter().map(|broken| (&broken.field, &scores));
            let same = crosswalk.same.iter().map(|same| (&same.field, &fields));
            for (name, known) in renamed.chain(recoded).chain(broken).chain(same) {
                if !known.contains(&name.as_str()) && !book.instruments.iter().any(|used| name.starts_with(&format!("{}_", used.id))) {
                    let mut problem = Problem::new("schema::unknown_field", format!("the codebook `{}` has no field `{name}`", book.id))
                        .expected(some_of(known.iter().copied()));
                    problem.help = closest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                    root.report_word(name, problem);
                }
            }
            for recode in &crosswalk.recodes {
                recode.check(book).into_iter().for_each(|problem| root.add(problem));
            }
            crosswalk
        })
    }

    /// Whether a person has said what a difference of this field means.
    pub(crate) fn declares(&self, field: &str) -> bool {
        self.recode(field).is_some() || self.breaks(field).is_some() || self.same.iter().any(|same| same.field == field)
    }

    /// The break of a field's trend.
    pub(crate) fn breaks(&self, field: &str) -> Option<&Break> {
        self.breaks.iter().find(|broken| broken.field == field)
    }

    /// The name that this wave's file uses for a field.
    pub(crate) fn old_name(&self, field: &str) -> Option<&str> {
        self.renames.iter().find(|rename| rename.to == field).map(|rename| rename.from.as_str())
    }

    /// The translation of a field's codes.
    pub(crate) fn recode(&self, field: &str) -> Option<&Recode> {
        self.recodes.iter().find(|recode| recode.field == field)
    }

    /// What a reader should know, one sentence a difference.
    pub(crate) fn notes(&self) -> Vec<String> {
        let renames = self.renames.iter().map(|rename| format!("`{}` is called `{}` now: {}", rename.from, rename.to, rename.reason));
        let alike = self.recodes.chunk_by(|one, next| one.reason == next.reason);
        let recodes = alike.map(|recodes| {
            let fields: Vec<String> = recodes.iter().map(|recode| format!("`{}`", recode.field)).collect();
            format!("the codes of {} were translated: {}", fields.join(", "), recodes[0].reason)
        });
        let breaks = self.breaks.iter().map(|broken| format!("the trend of `{}` is broken: {}", broken.field, broken.reason));
        let same = self.same.iter().map(|same| format!("`{}` was asked in another form and counts as the same question: {}", same.field, same.reason));
        renames.chain(recodes).chain(breaks).chain(same).collect()
    }
}

impl Recode {
    /// Old code to code of today; `None` where the code is dropped.
    pub(crate) fn table(&self) -> HashMap<String, Option<String>> {
        let mapped = self.map.iter().map(|(from, to)| (from.clone(), Some(to.clone())));
        mapped.chain(self.dropped.iter().map(|code| (code.clone(), None))).collect()
    }

    /// Places a problem at the line of the crosswalk that names the field.
    pub(crate) fn place(&self, problem: Problem) -> Problem {
        self.mark.put(&self.field, problem)
    }

    /// Codes that the codebook does not have, and codes that are both translated and dropped.
    fn check(&self, book: &Codebook) -> Vec<Problem> {
        let Some(field) = book.field(&self.field) else { return Vec::new() };
        let mut problems = Vec::new();
        if matches!(field.kind, Kind::Checkboxes { .. }) {
            let problem = Problem::new("wave::recode_of_boxes", format!("`{}` has a column for each option, so there are no codes to translate", self.field));
            problems.push(self.place(problem.help("a [[rename]] for each column says which option it is")));
        }
        for (from, to) in self.map.iter().filter(|(_, to)| !is_code(field, to, book)) {
            let problem = Problem::new("wave::recode_to_no_level", format!("`{}`: code `{from}` becomes `{to}`, which is no code of today", self.field));
            problems.push(self.mark.put(to, problem.expected(expected(field))));
        }
        for code in self.dropped.iter().filter(|code| self.map.iter().any(|(from, _)| from == *code)) {
            let problem = Problem::new("wave::mapped_and_dropped", format!("`{}`: code `{code}` is both in `map` and in `drop`", self.field));
            problems.push(self.mark.put(code, problem.expected("each code once")));
        }
        problems
    }
}

fn options(field: &Field) -> impl Iterator<Item = &str> {
    let options = if let Kind::Checkboxes { options } = &field.kind { options.as_slice() } else { &[] };
    options.iter().map(|option| option.code.as_str())
}

/// Whether the codebook knows a code of a field: a level, a number of its range, or a reason for no answer.
fn is_code(field: &Field, code: &str, book: &Codebook) -> bool {
    let is_missing = field.missing.iter().chain(&book.missing).any(|(known, _)| known == code);
    is_missing
        || match (&field.kind, field.range) {
            (Kind::Category { levels, .. } | Kind::Split { levels, .. }, _) => levels.is_empty() || levels.iter().any(|level| level.code == code),
            (Kind::Integer | Kind::Number, range) => {
                code.parse::<f64>().is_ok_and(|number| number.is_finite() && range.is_none_or(|(low, high)| (low..=high).contains(&number)))
            }
            _ => true,
        }
}

fn expected(field: &Field) -> String {
    match (&field.kind, field.range) {
        (Kind::Category { levels, .. } | Kind::Split { levels, .. }, _) => some_of(levels.iter().map(|level| level.code.as_str())),
        (_, Some((low, high))) => format!("a number from {low} to {high}"),
        _ => "a number".to_owned(),
    }
}

fn read(root: &Table<'_>) -> Crosswalk {
    let reason = |table: &Table<'_>| {
        let reason = table.required_text("reason");
        if table.has("reason") && reason.trim().is_empty() {
            table.report("reason", Problem::new("wave::no_reason", "nobody has said why").expected("what a reader of the report should know, in a few words"));
        }
        reason
    };
    let mut crosswalk = Crosswalk { title: root.required_text("title"), ..Crosswalk::default() };
    for table in root.tables("rename") {
        crosswalk.renames.push(Rename { from: table.required_text("from"), to: table.required_text("to"), reason: reason(&table) });
        table.finish();
    }
    for table in root.tables("recode") {
        let map = table.table("map").map(|inner| inner.entries());
        crosswalk.recodes.push(Recode {
            mark: table.mark(),
            field: table.required_text("field"),
            map: table.required("map", map),
            dropped: table.texts("drop").unwrap_or_default(),
            reason: reason(&table),
        });
        table.finish();
    }
    for table in root.tables("break") {
        crosswalk.breaks.push(Break { field: table.required_text("field"), reason: reason(&table) });
        table.finish();
    }
    for table in root.tables("same") {
        crosswalk.same.push(Same { field: table.required_text("field"), reason: reason(&table) });
        table.finish();
    }
    crosswalk
}
