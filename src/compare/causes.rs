//! What two releases say of themselves in, what differs and what it can have done to a figure out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Became;
use crate::results::ResultRow;
use crate::runs::Run;

/// Kinds of causes, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Data,
    Schema,
    Pipeline,
    Method,
    Privacy,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Schema => "schema",
            Self::Pipeline => "pipeline",
            Self::Method => "method",
            Self::Privacy => "privacy",
        }
    }
}

/// One thing that differs: the dataset and wave that it concerns, all where they are empty.
#[derive(Debug, Clone)]
struct Differs {
    kind: Kind,
    dataset: String,
    wave: String,
    what: String,
}

/// Everything that differs between two runs but their figures.
#[derive(Debug, Clone, Default)]
pub(super) struct Causes(Vec<Differs>);

/// Role, wave and name of a file.
type Key = (String, String, String);

impl Causes {
    pub(super) fn of(old: &Run, new: &Run) -> Self {
        let mut found = Vec::new();
        let mut all = |kind: Kind, what: String| found.push(Differs { kind, dataset: String::new(), wave: String::new(), what });
        for (name, kind) in [("program", Kind::Method), ("methods", Kind::Method), ("as_of", Kind::Pipeline)] {
            for what in named(name, &old.provenance[name], &new.provenance[name]) {
                all(kind, what);
            }
        }
        for what in named("privacy", &old.manifest["privacy"], &new.manifest["privacy"]) {
            all(Kind::Privacy, what);
        }
        if old.provenance["pipeline"]["sha256"] != new.provenance["pipeline"]["sha256"] {
            all(Kind::Pipeline, format!("pipeline {} changed", new.provenance["pipeline"]["name"].as_str().unwrap_or_default()));
        }
        let ids = |run: &Run| run.provenance["datasets"].as_object().map(|all| all.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default();
        for dataset in ids(old).union(&ids(new)) {
            let (before, after) = (files(old, dataset), files(new, dataset));
            for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
                let verb = match (before.get(key), after.get(key)) {
                    (Some(before), Some(after)) if before == after => continue,
                    (Some(_), Some(_)) => "changed",
                    (None, _) => "is new",
                    (_, None) => "is gone",
                };
                let (role, wave, name) = key;
                let kind = if matches!(role.as_str(), "schema" | "crosswalk" | "instrument") { Kind::Schema } else { Kind::Data };
                let of_wave = if wave.is_empty() { String::new() } else { format!(" (wave {wave})") };
                found.push(Differs { kind, dataset: dataset.clone(), wave: wave.clone(), what: format!("{dataset}: {role} {name}{of_wave} {verb}") });
            }
        }
        Self(found)
    }

    /// Every difference in words.
    pub(super) fn told(&self) -> Vec<String> {
        let mut told: Vec<&Differs> = self.0.iter().collect();
        told.sort_by_key(|one| one.kind);
        told.iter().map(|one| format!("{}: {}", one.kind.word(), one.what)).collect()
    }

    /// What can have changed a figure, in a word or several.
    pub(super) fn of_figure(&self, row: &ResultRow, became: Became) -> String {
        if became == Became::Rounding {
            return "rounding".to_owned();
        }
        let own = |one: &&Differs| one.dataset.is_empty() || one.dataset == row.dataset;
        let waves: Vec<&str> = row.wave.as_deref().into_iter().chain(row.groups.get("compared_with").map(String::as_str)).collect();
        let near = |one: &&Differs| one.wave.is_empty() || waves.is_empty() || waves.contains(&one.wave.as_str());
        let mut kinds: BTreeSet<Kind> = self.0.iter().filter(own).filter(near).map(|one| one.kind).collect();
        if kinds.is_empty() {
            // Another wave of its dataset can still have moved people, weights or links.
            kinds = self.0.iter().filter(own).map(|one| one.kind).collect();
        }
        if matches!(became, Became::Hidden | Became::Shown) {
            kinds.insert(Kind::Privacy);
        } else {
            kinds.remove(&Kind::Privacy);
        }
        // The text of a pipeline differs for many reasons; it is one where nothing nearer is.
        if kinds.len() > 1 {
            kinds.remove(&Kind::Pipeline);
        }
        if kinds.is_empty() { "unexplained".to_owned() } else { kinds.into_iter().map(Kind::word).collect::<Vec<_>>().join(" and ") }
    }
}

/// Files of a dataset by role, wave and name with their hashes. Data are known by their wave: their name may carry a date.
fn files(run: &Run, dataset: &str) -> BTreeMap<Key, Vec<String>> {
    let mut files: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for file in run.dataset(dataset)["files"].as_array().into_iter().flatten() {
        let text = |key: &str| file[key].as_str().unwrap_or_default().to_owned();
        files.entry((text("role"), text("wave"), text("name"))).or_default().push(text("sha256"));
    }
    files
}

/// What differs between two values of one name, member by member.
fn named(name: &str, old: &Value, new: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| if value.is_null() { "none".to_owned() } else { value.to_string() }, str::to_owned);
    match (old.as_object(), new.as_object()) {
        (None, None) if old == new => Vec::new(),
        (None, None) => vec![format!("{name} {} instead of {}", text(new), text(old))],
        (old, new) => {
            let value = |all: Option<&serde_json::Map<String, Value>>, key: &str| all.and_then(|all| all.get(key)).cloned().unwrap_or_default();
            let keys: BTreeSet<&String> = old.into_iter().chain(new).flat_map(serde_json::Map::keys).collect();
            let differs = keys.into_iter().filter(|key| value(old, key) != value(new, key));
            differs.map(|key| format!("{name} `{key}` {} instead of {}", text(&value(new, key)), text(&value(old, key)))).collect()
        }
    }
}
