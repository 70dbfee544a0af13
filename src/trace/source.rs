//! A figure's variable in, the fields of the file behind it out: derived columns, scores and joins walked back.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::results::ResultRow;
use crate::runs::Run;

/// What a figure was made of, by name in the codebook.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources {
    /// Fields of the file, by name.
    pub(super) fields: Vec<String>,
    /// Derived columns on the way.
    pub(super) derived: Vec<String>,
    /// Instruments on the way.
    pub(super) instruments: Vec<String>,
    /// Joined columns on the way, with their place in the list of joins.
    pub(super) joined: Vec<(String, usize)>,
}

/// A walk from names back to fields.
struct Walk<'a> {
    dataset: &'a Value,
    fields: BTreeSet<String>,
    found: Sources,
}

/// Endings of columns that are made from another column of the same name.
const MADE: [&str; 2] = ["_met", "__missing"];

impl Sources {
    /// What the variable and the groups of a row were made of.
    pub(super) fn of(run: &Run, row: &ResultRow) -> Self {
        let mut walk = Walk { dataset: run.dataset(&row.dataset), fields: BTreeSet::new(), found: Self::default() };
        let analysis = &run.provenance["analyses"][row.analysis.as_str()];
        walk.name(&row.variable);
        row.groups.keys().for_each(|group| walk.name(group));
        if walk.fields.is_empty() && walk.found.instruments.is_empty() {
            // Counts of people and visits stand on the columns that the analysis reads.
            texts(&analysis["columns"]).chain(texts(&analysis["nested"])).for_each(|name| walk.name(name));
        }
        if row.stat == crate::results::Stat::Smooth {
            texts(&analysis["columns"]).for_each(|name| walk.name(name));
        }
        walk.found.fields = walk.fields.into_iter().collect();
        walk.found
    }

    /// Names that the columns of these fields may have in the files.
    pub(super) fn columns(&self, run: &Run, dataset: &str) -> BTreeSet<String> {
        let about = run.dataset(dataset);
        let mut names = BTreeSet::new();
        for field in &self.fields {
            names.insert(field.clone());
            names.extend(texts(&about["fields"][field.as_str()]["columns"]).map(str::to_owned));
            if about["fields"][field.as_str()]["type"].as_str().is_some_and(|kind| kind.ends_with("a column each")) {
                names
                    .extend(about["fields"][field.as_str()]["levels"].as_array().into_iter().flatten().filter_map(|level| Some(level[0].as_str()?.to_owned())));
            }
            let lines = about["waves"].as_array().into_iter().flatten().flat_map(|wave| wave["lines"].as_array().into_iter().flatten());
            let renamed = lines.filter(|line| line["field"].as_str() == Some(field)).filter_map(|line| line["what"].as_str()?.split('`').nth(1));
            names.extend(renamed.map(str::to_owned));
        }
        names
    }
}

impl Walk<'_> {
    fn name(&mut self, name: &str) {
        if self.dataset["fields"].get(name).is_some() {
            if self.fields.insert(name.to_owned())
                && let Some(asked_of) = self.dataset["fields"][name]["asked_of"]["field"].as_str()
            {
                self.name(asked_of);
            }
            return;
        }
        if let Some(from) = self.dataset["derived"][name]["from"].as_str() {
            if !self.found.derived.iter().any(|known| known == name) {
                self.found.derived.push(name.to_owned());
                self.name(from);
            }
            return;
        }
        let joins = self.dataset["joins"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(place) = joins.iter().position(|join| texts(&join["columns"]).any(|column| column == name)) {
            if !self.found.joined.iter().any(|(known, _)| known == name) {
                self.found.joined.push((name.to_owned(), place));
                joins[place]["on"].as_str().into_iter().for_each(|on| self.name(on));
            }
            return;
        }
        let made = MADE.iter().find_map(|ending| name.strip_suffix(ending));
        match made {
            Some(base) => self.name(base),
            None => self.score(name),
        }
    }

    /// A column that begins with the stem of a scored scale rests on the items of its instrument.
    fn score(&mut self, name: &str) {
        let instruments = self.dataset["instruments"].as_array().map(Vec::as_slice).unwrap_or_default();
        let stem = |instrument: &Value| {
            let stems = texts(&instrument["columns"]).chain(instrument["id"].as_str());
            stems.filter(|stem| name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))).map(str::len).max()
        };
        let best = instruments.iter().filter_map(|instrument| Some((stem(instrument)?, instrument))).max_by_key(|(length, _)| *length);
        if let Some((_, instrument)) = best {
            let id = instrument["id"].as_str().unwrap_or_default().to_owned();
            if !self.found.instruments.contains(&id) {
                self.found.instruments.push(id);
                texts(&instrument["items"]).for_each(|item| self.name(item));
            }
        }
    }
}

/// The texts of a list.
pub(super) fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}
