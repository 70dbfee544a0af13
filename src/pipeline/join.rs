//! Columns of another file in, level columns of a dataset out: what a registry knows about each value of a key.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Table;
use crate::disclosure::Nesting;
use crate::error::{Error, Problem};
use crate::frame::{Batch, Column, Levels, NO_LEVEL, Values, missing};

/// Columns looked up in another file, as a pipeline writes it.
#[derive(Debug, Clone, Default)]
pub(crate) struct JoinSpec {
    pub file: String,
    /// Field of the dataset and column of the other file with the same values.
    pub on: String,
    pub columns: Vec<JoinColumn>,
    /// Column of the other file and the values of the records that count; all when absent.
    pub keep: Option<(String, Vec<String>)>,
    /// Why there is no value where the other file has no record, in a word.
    pub missing: Option<String>,
}

/// One column of the other file and what it is called here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JoinColumn {
    /// Name in the other file.
    pub from: String,
    /// Name in the dataset.
    pub name: String,
    pub label: Option<String>,
    /// Predicate of a sentence, as in a codebook.
    pub phrase: Option<String>,
    /// Code in the other file and name for readers.
    pub levels: Vec<(String, String)>,
    /// How a level without a name of its own is written: `Site {level}`.
    pub wording: Option<String>,
}

impl JoinColumn {
    /// A code as readers see it.
    fn level(&self, code: &str) -> String {
        if code.is_empty() {
            return String::new();
        }
        let named = self.levels.iter().find(|(known, _)| known == code).map(|(_, label)| label.clone());
        named.unwrap_or_else(|| self.wording.as_ref().map_or_else(|| code.to_owned(), |wording| wording.replace("{level}", code)))
    }
}

/// Reads one `[[dataset.join]]`.
pub(super) fn spec(table: &Table<'_>) -> JoinSpec {
    let mut columns: Vec<JoinColumn> =
        table.texts("columns").unwrap_or_default().into_iter().map(|name| JoinColumn { from: name.clone(), name, ..JoinColumn::default() }).collect();
    for inner in table.tables("column") {
        let from = inner.required_text("from");
        let mut levels = Vec::new();
        for level in inner.tables("levels") {
            levels.push((level.required("code", level.scalar("code")), level.required_text("label")));
            level.finish();
        }
        let name = inner.text("name").unwrap_or_else(|| from.clone());
        columns.push(JoinColumn { from, name, label: inner.text("label"), phrase: inner.text("phrase"), levels, wording: inner.text("wording") });
        inner.finish();
    }
    let keep = table.table("where").map(|inner| {
        let keep = (inner.required_text("column"), inner.required("is", inner.texts("is")));
        inner.finish();
        keep
    });
    let spec = JoinSpec { file: table.required_text("file"), on: table.required_text("on"), columns, keep, missing: table.text("missing") };
    if spec.columns.is_empty() {
        table.report(
            "file",
            Problem::new("pipeline::no_columns", "a join names no column").help("add `columns = [\"…\"]`, or a [[dataset.join.column]] for each"),
        );
    }
    spec
}

/// Columns of another file by the value of one of its columns.
pub(crate) struct Join {
    pub on: String,
    pub columns: Vec<JoinColumn>,
    /// Reason code of rows that the other file does not know.
    pub unknown: u8,
    /// Its word, where the pipeline gives one.
    pub reason: Option<String>,
    /// Name of the other file.
    pub file: String,
    lookup: BTreeMap<String, Vec<String>>,
}

impl JoinSpec {
    /// The columns to read from the other file: key, values, filter.
    pub(super) fn wanted(&self) -> Vec<&str> {
        let values = self.columns.iter().map(|column| column.from.as_str());
        std::iter::once(self.on.as_str()).chain(values).chain(self.keep.iter().map(|(column, _)| column.as_str())).collect()
    }

    /// The join with its table; records of one key that differ are a mistake, because the order of a file decides nothing.
    pub(super) fn resolve(&self, records: Vec<Vec<String>>, unknown: u8) -> Result<Join, Error> {
        let mut lookup: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mut record in records {
            if let Some((_, kept)) = &self.keep
                && !record.pop().is_some_and(|value| kept.contains(&value))
            {
                continue;
            }
            let key = record.remove(0);
            let levels: Vec<String> = record.iter().zip(&self.columns).map(|(code, column)| column.level(code)).collect();
            let known = lookup.entry(key.clone()).or_insert_with(|| levels.clone());
            if *known != levels {
                let problem = Problem::new("pipeline::ambiguous_join", format!("{} has records of `{}` {key} that differ", self.file, self.on))
                    .found(format!("{} and {}", known.join(", "), levels.join(", ")))
                    .expected("one record for each key")
                    .help("choose the records that count: where = { column = \"…\", is = [\"…\"] }");
                return Err(Error::usage(problem));
            }
        }
        let file = self.file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        Ok(Join { on: self.on.clone(), columns: self.columns.clone(), unknown, reason: self.missing.clone(), file, lookup })
    }
}

impl Join {
    /// Adds the columns to a batch by the value of the key.
    pub(super) fn add(&self, batch: &mut Batch, levels: &mut BTreeMap<String, Levels>) {
        let Some(keys) = batch.levels(&self.on).map(<[u32]>::to_vec) else { return };
        let names = levels.get(&self.on).cloned().unwrap_or_default();
        for (place, column) in self.columns.iter().enumerate() {
            let own = levels.entry(column.name.clone()).or_insert_with(|| self.levels(place));
            // Positions of this column for each position of the key, looked up once a level and not once a row.
            let find = |name: &String| self.lookup.get(name).and_then(|row| row.get(place)).and_then(|level| own.position(level));
            let by_key: Vec<u32> = names.names().iter().map(|name| find(name).unwrap_or(NO_LEVEL)).collect();
            let position = |key: &u32| usize::try_from(*key).ok().and_then(|key| by_key.get(key).copied()).unwrap_or(NO_LEVEL);
            let values: Vec<u32> = keys.iter().map(position).collect();
            let reasons = values.iter().map(|value| if *value == NO_LEVEL { self.unknown } else { missing::PRESENT }).collect();
            batch.push(Column { name: column.name.clone(), values: Values::Level(values), missing: reasons });
        }
    }

    /// Levels that are named stand in the order of their names, others are sorted as people sort them: Site 2 before Site 10.
    fn levels(&self, place: usize) -> Levels {
        let named: Vec<&String> = self.columns[place].levels.iter().map(|(_, label)| label).collect();
        let mut found: Vec<&String> = self.lookup.values().filter_map(|row| row.get(place)).filter(|level| !level.is_empty()).collect();
        found.sort_by_cached_key(|level| (named.iter().position(|name| name == level).unwrap_or(named.len()), numbered(level)));
        found.dedup();
        Levels::new(found)
    }

    /// Pairs of columns, the key among them, of which each level of one lies within one level of the other.
    pub(super) fn nestings(&self, dataset: &str) -> Vec<Nesting> {
        let names: Vec<&String> = std::iter::once(&self.on).chain(self.columns.iter().map(|column| &column.name)).collect();
        let rows: Vec<Vec<&String>> = self.lookup.iter().map(|(key, row)| std::iter::once(key).chain(row).collect()).collect();
        let mut nestings = Vec::new();
        for child in 0..names.len() {
            for parent in 0..names.len() {
                let mut parents: BTreeMap<String, String> = BTreeMap::new();
                let is_function = rows.iter().all(|row| *parents.entry(row[child].clone()).or_insert_with(|| row[parent].clone()) == *row[parent]);
                let wider = parents.values().collect::<BTreeSet<_>>().len();
                if is_function && wider > 1 && wider < parents.len() {
                    nestings.push(Nesting { dataset: dataset.to_owned(), child: names[child].clone(), parent: names[parent].clone(), parents });
                }
            }
        }
        nestings
    }

    /// What a reader should know about keys that the other file does not have.
    pub(super) fn note(&self, levels: &BTreeMap<String, Levels>) -> Option<String> {
        let unknown = levels.get(&self.on)?.names().iter().filter(|name| !self.lookup.contains_key(*name)).count();
        let columns: Vec<&str> = self.columns.iter().map(|column| column.label.as_deref().unwrap_or(&column.name)).collect();
        let what = self.reason.as_ref().map_or_else(|| "unknown".to_owned(), |reason| format!("“{}”", reason.replace('_', " ")));
        let columns = columns.join(" and ").to_lowercase();
        (unknown > 0).then(|| format!("{unknown} values of `{}` are not in {}, so their {columns} is {what}", self.on, self.file))
    }
}

/// A sort key that reads a number at the end as a number.
fn numbered(level: &str) -> (String, u64, String) {
    let stem = level.trim_end_matches(|letter: char| letter.is_ascii_digit());
    (stem.to_owned(), level[stem.len()..].parse().unwrap_or_default(), level.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(keep: Option<&str>) -> JoinSpec {
        let column = JoinColumn { from: "site".into(), name: "site".into(), wording: Some("Site {level}".into()), ..JoinColumn::default() };
        let keep = keep.map(|value| ("which".to_owned(), vec![value.to_owned()]));
        JoinSpec { file: "a/sites.csv".into(), on: "who".into(), columns: vec![column], keep, missing: None }
    }

    fn records() -> Vec<Vec<String>> {
        [["a", "10", "1"], ["a", "2", "2"], ["b", "2", "1"], ["b", "2", "1"]].iter().map(|record| record.map(str::to_owned).to_vec()).collect()
    }

    #[test]
    fn records_that_differ_are_a_mistake_until_some_of_them_are_chosen() {
        let without_filter = records().into_iter().map(|mut record| {
            record.pop();
            record
        });
        assert_eq!(
            spec(None).resolve(without_filter.collect(), missing::SKIPPED).err().map(|problem| problem.problems[0].code),
            Some("pipeline::ambiguous_join")
        );
        let join = spec(Some("1")).resolve(records(), missing::SKIPPED).unwrap();
        assert_eq!(join.levels(0).names(), ["Site 2", "Site 10"]);
    }
}
