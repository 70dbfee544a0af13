//! A released row and what its run says of it in, the parts of a trace out: the number, its files, rows, filters, design and missing answers.

use serde_json::{Value, json};

use super::Part;
use super::source::{Sources, texts};
use crate::results::{ResultRow, Stat, Status};
use crate::runs::Run;

/// Title of the part that holds counts of files.
pub(super) const ROWS: &str = "rows";

/// The number as it was released.
pub(super) fn figure(row: &ResultRow) -> Part {
    let mut part = Part::new("figure");
    part.add("sentence", row.sentence.clone());
    part.add("status", row.status.word());
    if row.is_suppressed() {
        let why = match row.status {
            Status::Suppressed => "hidden: too few people stand behind it, or behind a figure that it would give away",
            _ => "hidden: another hidden figure could be computed from it",
        };
        part.add("value", why);
        return part;
    }
    part.add("value", row.estimate);
    part.add("interval", interval(row));
    part.add("standard error", row.std_error);
    part.add("in the level", row.n.filter(|_| row.stat == Stat::Proportion));
    part.add("base", row.denominator.or(row.n));
    part.add("sum of weights", row.n_weighted);
    part.add("design effect", row.deff);
    part.add("degrees of freedom", row.df);
    part.add("unit", (row.unit.word() != "none").then(|| row.unit.word()));
    part.add("note", row.note.clone());
    part
}

/// The interval in words, with every digit.
pub(super) fn interval(row: &ResultRow) -> Option<String> {
    let (low, high) = row.conf_low.zip(row.conf_high)?;
    Some(format!("{low} to {high} ({}%)", row.conf_level.unwrap_or(0.95) * 100.0))
}

/// What the figure was before disclosure control.
pub(super) fn unreleased(cells: Vec<(String, String)>) -> Part {
    let mut part = Part::new("before disclosure control");
    let wanted = ["estimate", "conf_low", "conf_high", "n", "denominator", "n_missing", "status"];
    for (name, cell) in cells.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())) {
        part.add(&name.replace('_', " "), cell);
    }
    part
}

/// The waves that a row is of: its own, and the one it is compared with.
fn waves(row: &ResultRow) -> Vec<&str> {
    row.groups.get("compared_with").map(String::as_str).into_iter().chain(row.wave.as_deref()).collect()
}

/// Whether something of one wave concerns a row; what is of no wave concerns all.
fn concerns(row: &ResultRow, wave: &str) -> bool {
    wave.is_empty() || row.wave.is_none() || waves(row).contains(&wave)
}

/// The files behind it, each with its role and hash.
pub(super) fn files(run: &Run, row: &ResultRow, sources: &Sources) -> Part {
    let mut part = Part::new("files");
    let about = run.dataset(&row.dataset);
    let text = |file: &'_ Value, key: &str| file[key].as_str().unwrap_or_default().to_owned();
    let crossed = about["waves"].as_array().into_iter().flatten().any(|wave| !text(wave, "crosswalk").is_empty() && concerns(row, &text(wave, "id")));
    for file in about["files"].as_array().into_iter().flatten().chain(Some(&run.provenance["pipeline"])) {
        let (role, wave, name) = (text(file, "role"), text(file, "wave"), text(file, "name"));
        let is_used = match role.as_str() {
            "instrument" => sources.instruments.contains(&name),
            "crosswalk" => crossed,
            _ => concerns(row, &wave) && !name.is_empty(),
        };
        let role = if wave.is_empty() { role } else { format!("{role}, wave {wave}") };
        let line = (role, json!({ "name": name, "sha256": file["sha256"] }));
        if is_used && !part.lines.contains(&line) {
            part.lines.push(line);
        }
    }
    part
}

/// Rows of its files, and values refused in the columns that it stands on; from `restricted/`.
pub(super) fn rows(run: &Run, row: &ResultRow, sources: &Sources) -> Part {
    let mut part = Part::new(ROWS);
    let counts = &run.restricted_json("provenance.json")["datasets"][row.dataset.as_str()];
    for wave in counts["waves"].as_array().into_iter().flatten().filter(|wave| concerns(row, wave["wave"].as_str().unwrap_or_default())) {
        let count = |key: &str| wave[key].as_u64().unwrap_or_default();
        let text = format!("{} rows in, {} kept, {} rejected", count("rows_in"), count("rows_kept"), count("rows_rejected"));
        part.add(wave["file"].as_str().unwrap_or_default(), text);
    }
    let columns = sources.columns(run, &row.dataset);
    for one in counts["refused"].as_array().into_iter().flatten() {
        let text = |key: &str| one[key].as_str().unwrap_or_default();
        if concerns(row, text("wave")) && columns.contains(text("column")) {
            let wave = if text("wave").is_empty() { String::new() } else { format!(" in {}", text("wave")) };
            part.add("values refused", format!("{} in column {}{wave} (rule {})", one["values"], text("column"), text("rule")));
        }
    }
    if !part.lines.is_empty() && !part.lines.iter().any(|(name, _)| name == "values refused") {
        part.add("values refused", "none in its columns");
    }
    part
}

/// What the figure leaves out: domain, wave, questions asked only of some.
pub(super) fn filters(run: &Run, row: &ResultRow, sources: &Sources) -> Part {
    let mut part = Part::new("filters");
    let about = run.dataset(&row.dataset);
    part.add("wave", row.wave.clone());
    for (group, level) in row.groups.iter().filter(|(group, _)| *group != "wave") {
        let joined = sources.joined.iter().find(|(name, _)| name == group).map(|(_, place)| &about["joins"][*place]);
        let from = joined.map(|join| format!(" (from {} by {})", join["file"].as_str().unwrap_or_default(), join["on"].as_str().unwrap_or_default()));
        part.add("domain", format!("{group} = {level}{}", from.unwrap_or_default()));
    }
    for field in &sources.fields {
        let ask = &about["fields"][field.as_str()]["asked_of"];
        if let Some(other) = ask["field"].as_str() {
            part.add("skip rule", format!("{field} is asked where {other} is {}", texts(&ask["is"]).collect::<Vec<_>>().join(" or ")));
        }
    }
    let analysis = &run.provenance["analyses"][row.analysis.as_str()];
    if row.stat == Stat::Proportion {
        part.add("base of the share", analysis["base_of_shares"].clone());
    }
    for (key, words) in [
        ("duplicate_minutes", "check-ins of one person within so many minutes are one"),
        ("longest_visit_hours", "visits longer than so many hours have no length"),
        ("gap_days", "people with more days than these without a visit have stopped coming"),
    ] {
        part.add(words, analysis[key].clone());
    }
    part.add("analysis", format!("{} ({})", row.analysis, analysis["kind"].as_str().unwrap_or("figures about the data themselves")));
    part
}

/// Weights, strata, units and population sizes.
pub(super) fn design(run: &Run, row: &ResultRow) -> Part {
    let mut part = Part::new("design");
    let about = run.dataset(&row.dataset);
    let design = &about["design"];
    let population = &design["population"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if row.method.starts_with("full count") || row.method.starts_with("unweighted") || row.method.starts_with("distinct") {
        part.add("weight", "none: a count of what is on file");
    } else if let Some(weight) = design["weight"].as_str() {
        part.add("weight", format!("column {weight} of the file"));
    } else if population.is_object() {
        let roll = population["roll"].as_str().map(|roll| format!(" × {roll} / answers of the unit")).unwrap_or_default();
        part.add("weight", format!("units of the {} in {} / units that answered{roll}", text(&population["by"]), text(&population["file"])));
    } else if let Some(frame) = design["frame"].as_f64() {
        part.add("weight", format!("{frame} / answers: as if those who answered had been drawn at random from {frame}"));
    } else if design["census"].as_bool() == Some(true) {
        part.add("weight", "1: the file lists everything there is, nothing was sampled");
    } else {
        part.add("weight", "1 for every row");
    }
    part.add("strata", design["strata"].clone());
    part.add("sampling units", texts(&design["cluster"]).collect::<Vec<_>>().join(", "));
    let stages = texts(&design["fpc"]).map(|column| format!("column {column}")).collect::<Vec<_>>().join(", ");
    part.add("population sizes", if population.is_object() { format!("both stages, from {}", text(&population["file"])) } else { stages });
    part.add("a lone unit in a stratum", design["lonely_unit"].clone());
    part.add("person", about["person"].clone());
    part.add("people linked by", texts(&about["linked_by"]).collect::<Vec<_>>().join(", "));
    part.add("sample", about["sample"].clone());
    part
}

/// How many gave no answer and why, as released, and which codes of the file mean no answer.
pub(super) fn missing(run: &Run, row: &ResultRow, sources: &Sources) -> Part {
    let mut part = Part::new("missing answers");
    if !row.is_suppressed() {
        part.add("without a valid answer", row.n_missing);
    }
    let name = format!("{}__missing", row.variable);
    let same = |other: &&ResultRow| other.variable == name && other.dataset == row.dataset && other.analysis == row.analysis && other.groups == row.groups;
    for other in run.table.rows().iter().filter(same) {
        let reason = other.level.as_deref().unwrap_or_default();
        part.add(reason, other.estimate.map_or_else(|| Value::from("hidden"), Value::from));
    }
    let fields = &run.dataset(&row.dataset)["fields"];
    for field in &sources.fields {
        let codes = fields[field.as_str()]["missing"].as_object();
        let codes: Vec<String> = codes.into_iter().flatten().map(|(code, reason)| format!("{} {}", shown(code), reason.as_str().unwrap_or_default())).collect();
        if sources.fields.len() <= 3 || field == &row.variable {
            part.add(&format!("codes of {field}"), codes.join(", "));
        }
    }
    part.add("rule", "a refused value is missing as invalid; its row stays");
    part
}

/// A code as it can be seen.
fn shown(code: &str) -> String {
    if code.is_empty() { "(empty)".to_owned() } else { format!("`{code}`") }
}
