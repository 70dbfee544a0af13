//! Crosswalk text in, translation of one wave's names and codes to the current codebook out.

use super::codebook::Codebook;
use crate::config::{Source, Table};
use crate::error::{Problem, closest, some_of};

/// How one wave's file differs from the current codebook, each difference with its reason.
#[derive(Debug, Clone, Default)]
pub(crate) struct Crosswalk {
    pub title: String,
    pub renames: Vec<Rename>,
    pub recodes: Vec<Recode>,
    pub breaks: Vec<Break>,
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
    pub reason: String,
}

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
            // The trend of a score breaks like that of a question.
            let scores: Vec<&str> = book.variables().chain(book.instruments.iter().map(|used| used.id.as_str())).collect();
            let renamed = crosswalk.renames.iter().map(|rename| (&rename.to, &fields));
            let recoded = crosswalk.recodes.iter().map(|recode| (&recode.field, &fields));
            let broken = crosswalk.breaks.iter().map(|broken| (&broken.field, &scores));
            for (name, known) in renamed.chain(recoded).chain(broken) {
                if !known.contains(&name.as_str()) && !book.instruments.iter().any(|used| name.starts_with(&format!("{}_", used.id))) {
                    let mut problem = Problem::new("schema::unknown_field", format!("the codebook `{}` has no field `{name}`", book.id))
                        .expected(some_of(known.iter().copied()));
                    problem.help = closest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                    root.report_word(name, problem);
                }
            }
            crosswalk
        })
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
        let recodes = self.recodes.iter().map(|recode| format!("the codes of `{}` were translated: {}", recode.field, recode.reason));
        let breaks = self.breaks.iter().map(|broken| format!("the trend of `{}` is broken: {}", broken.field, broken.reason));
        renames.chain(recodes).chain(breaks).collect()
    }
}

fn read(root: &Table<'_>) -> Crosswalk {
    let reason = |table: &Table<'_>| table.required_text("reason");
    let mut crosswalk = Crosswalk { title: root.required_text("title"), ..Crosswalk::default() };
    for table in root.tables("rename") {
        crosswalk.renames.push(Rename { from: table.required_text("from"), to: table.required_text("to"), reason: reason(&table) });
        table.finish();
    }
    for table in root.tables("recode") {
        let map = table.table("map").map(|inner| inner.entries());
        crosswalk.recodes.push(Recode { field: table.required_text("field"), map: table.required("map", map), reason: reason(&table) });
        table.finish();
    }
    for table in root.tables("break") {
        crosswalk.breaks.push(Break { field: table.required_text("field"), reason: reason(&table) });
        table.finish();
    }
    crosswalk
}
