//! What two releases say of themselves in, what differs and what it can have done to a figure out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Became;
use crate::results::ResultRow;
use crate::runs::Run;

/// Kinds of causes, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    NewWave,
    Data,
    Schema,
    Pipeline,
    Method,
    Privacy,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::NewWave => "new wave",
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
pub(super) struct Causes {
    differs: Vec<Differs>,
    /// Of each dataset with new waves: the waves of both runs.
    waves: BTreeMap<String, Waves>,
}

/// The waves of a dataset in two runs.
#[derive(Debug, Clone, Default)]
struct Waves {
    new: Vec<String>,
    /// The latest wave of the earlier run.
    latest: String,
}

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
        let mut waves = BTreeMap::new();
        for dataset in ids(old).union(&ids(new)) {
            if let Some(own) = Waves::of(old, new, dataset) {
                let told = own.new.join(", ");
                let what = format!(
                    "{dataset}: wave {told} is new; what is said of the latest wave, or of changes up to it, is said of it and no longer of {}",
                    own.latest
                );
                found.push(Differs { kind: Kind::NewWave, dataset: dataset.clone(), wave: told, what });
                waves.insert(dataset.clone(), own);
            }
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
        Self { differs: found, waves }
    }

    /// The latest wave of the earlier run, where a wave is new in the later one.
    pub(super) fn before(&self, row: &ResultRow) -> Option<&str> {
        let own = self.waves.get(&row.dataset)?;
        row.wave.as_ref().filter(|wave| own.new.contains(wave)).map(|_| own.latest.as_str())
    }

    /// Every difference in words.
    pub(super) fn told(&self) -> Vec<String> {
        let mut told: Vec<&Differs> = self.differs.iter().collect();
        told.sort_by_key(|one| one.kind);
        told.iter().map(|one| format!("{}: {}", one.kind.word(), one.what)).collect()
    }

    /// Whether a figure is there because a wave is new, or gone because another wave is the latest now.
    fn by_new_wave(&self, row: &ResultRow, became: Became) -> bool {
        let Some(own) = self.waves.get(&row.dataset) else { return false };
        let mut named = row.wave.iter().chain(row.groups.get("compared_with"));
        match became {
            Became::Appeared => named.any(|wave| own.new.contains(wave)),
            Became::Vanished => named.any(|wave| *wave == own.latest),
            _ => false,
        }
    }

    /// What can have changed a figure, in a word or several.
    pub(super) fn of_figure(&self, row: &ResultRow, became: Became) -> String {
        if became == Became::Rounding {
            return "rounding".to_owned();
        }
        let own = |one: &&Differs| one.dataset.is_empty() || one.dataset == row.dataset;
        if self.by_new_wave(row, became) {
            return Kind::NewWave.word().to_owned();
        }
        let waves: Vec<&str> = row.wave.as_deref().into_iter().chain(row.groups.get("compared_with").map(String::as_str)).collect();
        // A model of all waves rests on each of them.
        let of_all = row.method.contains("all waves");
        let near = |one: &&Differs| one.wave.is_empty() || of_all || waves.is_empty() || waves.contains(&one.wave.as_str());
        let mut kinds: BTreeSet<Kind> = self.differs.iter().filter(own).filter(near).map(|one| one.kind).collect();
        if kinds.is_empty() {
            // Another wave of its dataset can still have moved people, weights or links.
            kinds = self.differs.iter().filter(own).map(|one| one.kind).collect();
        }
        // A new wave comes with its data; what changed changed by these.
        kinds.remove(&Kind::NewWave);
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

impl Waves {
    fn of(old: &Run, new: &Run, dataset: &str) -> Option<Self> {
        let of = |run: &Run| files(run, dataset).into_keys().filter(|(role, wave, _)| role == "data" && !wave.is_empty()).map(|(_, wave, _)| wave).collect();
        let (before, after): (BTreeSet<String>, BTreeSet<String>) = (of(old), of(new));
        // waves stand in a release in the order of its pipeline; ids of years sort so
        let latest = latest(old, dataset).filter(|wave| before.contains(wave)).or_else(|| before.last().cloned())?;
        let added: Vec<String> = after.difference(&before).cloned().collect();
        (!added.is_empty()).then_some(Self { new: added, latest })
    }
}

/// The last wave of a dataset in the order of its pipeline.
fn latest(run: &Run, dataset: &str) -> Option<String> {
    let files = run.dataset(dataset)["files"].as_array()?;
    files.iter().rev().find(|file| file["role"] == "data")?["wave"].as_str().map(str::to_owned)
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
