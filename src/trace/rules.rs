//! A released row and what its run says of it in, the parts of a trace out: wording, scoring, crosswalk, formula, policy and former values.

use serde_json::Value;

use super::Part;
use super::parts::interval;
use super::source::{Sources, texts};
use crate::methods::methods_of;
use crate::results::{ResultRow, short_code};
use crate::runs::Run;

/// Most items of an instrument whose wording is told one by one.
const ITEMS: usize = 20;

/// The codebook's fields behind it, and the rules of derived columns.
pub(super) fn fields(run: &Run, row: &ResultRow, sources: &Sources) -> Part {
    let mut part = Part::new("codebook");
    let about = run.dataset(&row.dataset);
    part.add("id", about["codebook"].clone());
    for name in &sources.derived {
        let derived = &about["derived"][name.as_str()];
        part.add(name, format!("{}: from {}, {}", text(&derived["label"]), text(&derived["from"]), text(&derived["rule"])));
    }
    for (name, place) in &sources.joined {
        let join = &about["joins"][*place];
        part.add(name, format!("looked up in {} by {}", text(&join["file"]), text(&join["on"])));
    }
    for name in sources.fields.iter().take(ITEMS) {
        part.add(name, field(&about["fields"][name.as_str()]));
    }
    if sources.fields.len() > ITEMS {
        part.add("more fields", sources.fields.len() - ITEMS);
    }
    part
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// One field in a line: wording, kind, levels or range.
fn field(about: &Value) -> String {
    let mut words = vec![text(&about["label"]).to_owned()];
    if let Some(question) = about["question"].as_str().filter(|question| *question != words[0]) {
        words.push(format!("“{question}”"));
    }
    words.push(text(&about["type"]).to_owned());
    let level = |level: &Value| Some(format!("{} {}", level[0].as_str()?, level[1].as_str()?));
    let levels: Vec<String> = about["levels"].as_array().into_iter().flatten().filter_map(level).collect();
    words.push(levels.join(", "));
    words.push(about["range"].as_str().map(|range| format!("range {range}")).unwrap_or_default());
    words.push(about["goal"].as_f64().map(|goal| format!("goal {goal}")).unwrap_or_default());
    words.retain(|word| !word.is_empty());
    words.join("; ")
}

/// The instruments behind it: scoring, missing rule, version by hash, source.
pub(super) fn instruments(run: &Run, row: &ResultRow, sources: &Sources) -> Part {
    let mut part = Part::new("instrument");
    for about in run.dataset(&row.dataset)["instruments"].as_array().into_iter().flatten() {
        if !sources.instruments.iter().any(|id| about["id"].as_str() == Some(id)) {
            continue;
        }
        for (name, key) in [
            ("name", "name"),
            ("version (sha256 of its file)", "sha256"),
            ("variant", "variant"),
            ("coding of the file", "coding"),
            ("scores", "scoring"),
            ("missing rule", "missing_rule"),
            ("bands", "bands"),
            ("citation", "citation"),
        ] {
            part.add(name, about[key].clone());
        }
        part.add("items", texts(&about["items"]).collect::<Vec<_>>().join(", "));
    }
    part
}

/// Lines of the crosswalks that touched its fields.
pub(super) fn crosswalk(run: &Run, row: &ResultRow, sources: &Sources) -> Part {
    let mut part = Part::new("crosswalk");
    let touches = |field: &str| {
        sources.fields.iter().any(|own| own == field)
            || sources.derived.iter().any(|own| own == field)
            || sources.instruments.iter().any(|own| field.starts_with(own))
    };
    for wave in run.dataset(&row.dataset)["waves"].as_array().into_iter().flatten() {
        let id = text(&wave["id"]);
        let is_own = row.wave.as_deref() == Some(id) || row.groups.get("compared_with").is_some_and(|other| other == id);
        let lines = wave["lines"].as_array().into_iter().flatten().filter(|line| is_own && touches(text(&line["field"])));
        for line in lines {
            part.add(&format!("wave {id}, {}", text(&line["field"])), format!("{} (because {})", text(&line["what"]), text(&line["reason"])));
        }
    }
    part
}

/// How the number was made: method, formula, published source, version.
pub(super) fn method(run: &Run, row: &ResultRow) -> Part {
    let mut part = Part::new("method");
    part.add("statistic", row.stat.word());
    part.add("method", row.method.clone());
    for method in methods_of(row) {
        part.add("formula", format!("{}: {}", method.name, method.formula));
        part.add("source", method.source);
    }
    part.add("program", run.provenance["program"].clone());
    let versions = run.provenance["methods"].as_object().into_iter().flatten();
    part.add("method versions", versions.map(|(stage, version)| format!("{stage} {}", text(version))).collect::<Vec<_>>().join(", "));
    part
}

/// The rules under which it was released.
pub(super) fn disclosure(run: &Run, row: &ResultRow) -> Part {
    let mut part = Part::new("disclosure");
    for (name, value) in run.manifest["privacy"].as_object().into_iter().flatten() {
        part.add(&name.replace('_', " "), value.clone());
    }
    part.add("this figure", if row.is_suppressed() { "hidden" } else { "released" });
    part
}

/// The same figure in other waves, and in an earlier release.
pub(super) fn former(run: &Run, row: &ResultRow, former: Option<&Run>) -> Part {
    let mut part = Part::new("other values");
    let key = |row: &ResultRow| {
        let mut groups = row.groups.clone();
        groups.remove("wave");
        (row.dataset.clone(), row.analysis.clone(), row.variable.clone(), row.level.clone(), row.stat, groups)
    };
    let own = key(row);
    for other in run.table.rows().iter().filter(|other| row.wave.is_some() && other.wave != row.wave && key(other) == own) {
        part.add(&format!("wave {}", other.wave.as_deref().unwrap_or_default()), value(other));
    }
    if let Some(former) = former {
        let as_of = text(&former.manifest["as_of"]);
        let told = former.figure(&row.id()).map_or_else(|| "the figure is not in it".to_owned(), value);
        part.add(&format!("release as of {as_of}"), told);
    }
    part
}

fn value(row: &ResultRow) -> String {
    let code = short_code(&row.id());
    let Some(estimate) = row.estimate else { return format!("no number ({}), {code}", row.status) };
    let interval = interval(row).map(|interval| format!(", interval {interval}")).unwrap_or_default();
    let base = row.denominator.or(row.n).map(|base| format!(", base {base}")).unwrap_or_default();
    format!("{estimate}{interval}{base}, {code}")
}
