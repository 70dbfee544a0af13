//! Crosswalk text in, translation of one wave's names and codes to the current codebook out.

use crate::config::{Source, Table};
use crate::error::Problem;

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
