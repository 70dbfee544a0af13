//! Plan and ledgers in, what each figure rests on out: files, fields, rules, design, instruments.
//!
//! The public half names files, codebook and rules and counts nobody; the half for the holder of the
//! data says how many rows each file gave and how many values of each column were refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::codebooks::public_levels;
use super::lock::methods;
use super::plan::{DatasetPlan, Plan, SourceFile, WavePlan};
use super::run::Prepared;
use crate::analysis::{Settings, VisitRules};
use crate::design::LonelyPsu;
use crate::rejects::Refused;
use crate::schema::{Codebook, DeriveRule, Field, Kind, Level};
use crate::score::{ScoreSpec, describe};

/// What is public of where figures come from: `public/provenance.json`.
pub(super) fn public(plan: &Plan, prepared: &[Prepared<'_>]) -> Value {
    let datasets: Map<String, Value> = prepared.iter().map(|one| (one.dataset.id.clone(), dataset(one))).collect();
    let analyses: Map<String, Value> = plan.analyses.iter().map(|settings| (settings.id.clone(), analysis(settings))).collect();
    let pipeline: Vec<Value> = plan.sources.iter().filter(|source| source.role == "pipeline").map(|source| file(source, "")).collect();
    json!({
        "pipeline": pipeline.first(),
        "program": env!("CARGO_PKG_VERSION"),
        "methods": methods(),
        "as_of": plan.as_of_text,
        "reject_limit": plan.reject_limit,
        "datasets": datasets,
        "analyses": analyses,
    })
}

/// What the holder of the data may know beyond it: `restricted/provenance.json`.
pub(super) fn restricted(prepared: &[Prepared<'_>]) -> Value {
    let datasets: Map<String, Value> = prepared.iter().map(|one| (one.dataset.id.clone(), counts(one))).collect();
    json!({ "datasets": datasets })
}

fn counts(one: &Prepared<'_>) -> Value {
    let entries = &one.loaded.ledger.entries;
    let rejected = |wave: &str| entries.iter().filter(|entry| entry.wave == wave && entry.refused == Refused::Row).count();
    let waves: Vec<Value> = one
        .loaded
        .read
        .iter()
        .map(
            |read| json!({ "wave": read.wave, "file": read.file, "rows_in": read.rows_in, "rows_kept": read.rows_kept, "rows_rejected": rejected(&read.wave), "columns_left_out": read.left_out }),
        )
        .collect();
    let mut refused: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.refused == Refused::Value) {
        *refused.entry((&entry.wave, &entry.column, entry.rule)).or_default() += 1;
    }
    let refused: Vec<Value> =
        refused.into_iter().map(|((wave, column, rule), values)| json!({ "wave": wave, "column": column, "rule": rule, "values": values })).collect();
    json!({ "waves": waves, "refused": refused })
}

fn file(source: &SourceFile, wave: &str) -> Value {
    json!({ "role": source.role, "wave": wave, "name": source.name, "sha256": source.sha256 })
}

fn dataset(one: &Prepared<'_>) -> Value {
    let plan = one.dataset;
    let book = &plan.codebook;
    let data = one.loaded.sources.iter().zip(&plan.waves).map(|(source, wave)| file(source, &wave.id));
    let files: Vec<Value> = data.chain(plan.sources.iter().map(|source| file(source, ""))).collect();
    let fields: Map<String, Value> = book.fields.iter().map(|one| (one.name.clone(), field(book, one))).collect();
    let derived: Map<String, Value> =
        book.derives.iter().map(|one| (one.name.clone(), json!({ "label": one.label, "from": one.rule.source(), "rule": rule(&one.rule) }))).collect();
    let joins: Vec<Value> = plan
        .joins
        .iter()
        .map(|join| json!({ "file": join.file, "on": join.on, "columns": join.columns.iter().map(|column| &column.name).collect::<Vec<_>>() }))
        .collect();
    json!({
        "title": plan.title,
        "unit": book.unit,
        "noun": plan.noun,
        "sample": plan.sample,
        "codebook": book.id,
        "key": book.key,
        "person": plan.person(),
        "linked_by": plan.link.as_ref().map(|link| &link.elements),
        "files": files,
        "waves": plan.waves.iter().map(wave).collect::<Vec<_>>(),
        "design": design(plan),
        "joins": joins,
        "fields": fields,
        "derived": derived,
        "instruments": plan.scoring.iter().map(|spec| instrument(plan, spec)).collect::<Vec<_>>(),
    })
}

fn wave(wave: &WavePlan) -> Value {
    let walk = &wave.crosswalk;
    let mut lines: Vec<Value> = Vec::new();
    let mut line = |field: &str, what: String, reason: &str| lines.push(json!({ "field": field, "what": what, "reason": reason }));
    for one in &walk.renames {
        line(&one.to, format!("`{}` of the file is `{}`", one.from, one.to), &one.reason);
    }
    for one in &walk.recodes {
        let map = one.map.iter().map(|(from, to)| format!("{from} → {to}"));
        let dropped = one.dropped.iter().map(|code| format!("{code} dropped"));
        line(&one.field, format!("codes translated: {}", map.chain(dropped).collect::<Vec<_>>().join(", ")), &one.reason);
    }
    for one in &walk.breaks {
        line(&one.field, "the trend breaks here".to_owned(), &one.reason);
    }
    for one in &walk.same {
        line(&one.field, "the same question in another form".to_owned(), &one.reason);
    }
    json!({ "id": wave.id, "date": wave.date, "file": wave.name, "crosswalk": walk.title, "lines": lines })
}

fn design(plan: &DatasetPlan) -> Value {
    let design = &plan.design;
    let lonely = match design.lonely_psu {
        LonelyPsu::Fail => "not estimated",
        LonelyPsu::Certainty => "adds no variance",
        LonelyPsu::Adjust => "compared with the mean of all units",
        LonelyPsu::Average => "mean variance of the other strata",
    };
    let population = design.population.as_ref().map(|one| {
        let name = one.file.rsplit(['/', '\\']).next().unwrap_or_default();
        json!({ "file": name, "unit": one.unit, "by": one.by, "roll": one.roll })
    });
    json!({
        "weight": design.weight,
        "strata": design.strata,
        "cluster": design.cluster,
        "fpc": design.fpc,
        "frame": design.frame,
        "census": design.census,
        "lonely_unit": lonely,
        "population": population,
    })
}

fn field(book: &Codebook, field: &Field) -> Value {
    let (kind, levels): (&str, &[Level]) = match &field.kind {
        Kind::Id => ("id", &[]),
        Kind::Text => ("text", &[]),
        Kind::Category { levels, .. } => ("category", levels),
        Kind::Integer => ("integer", &[]),
        Kind::Number => ("number", &[]),
        Kind::Date => ("date", &[]),
        Kind::Datetime => ("datetime", &[]),
        Kind::Split { levels, .. } => ("several answers in a column", levels),
        Kind::Checkboxes { options } => ("several answers, a column each", options),
    };
    let missing: Map<String, Value> =
        book.missing.iter().chain(&field.missing).map(|(code, reason)| (code.clone(), Value::from(book.reason(*reason).replace('_', " ")))).collect();
    json!({
        "label": field.label,
        "question": field.question,
        "type": kind,
        "levels": public_levels(levels),
        "columns": field.columns,
        "range": field.range.map(|(low, high)| format!("{low} to {high}")),
        "unit": field.unit,
        "goal": field.goal,
        "missing": missing,
        "asked_of": field.ask_if.as_ref().map(|ask| json!({ "field": ask.field, "is": ask.is })),
    })
}

fn rule(rule: &DeriveRule) -> String {
    match rule {
        DeriveRule::Bands { breaks, labels, .. } => {
            let breaks = breaks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("bands that begin at {breaks}: {}", labels.join("; "))
        }
        DeriveRule::Rollup { several, .. } => format!("one group a person; those with several answers are “{several}”"),
        DeriveRule::Due { months, labels, .. } => format!("whether {months} months have passed on the report's date: {}", labels.join("; ")),
        DeriveRule::Share { of, .. } => format!("divided by {of}"),
        DeriveRule::Regroup { map, .. } => map.iter().map(|(old, new)| format!("{old} → {new}")).collect::<Vec<_>>().join("; "),
    }
}

/// An instrument with what it adds to a frame, how it is scored and by which rule answers may be missing.
fn instrument(plan: &DatasetPlan, spec: &ScoreSpec) -> Value {
    let shown = describe(&spec.instrument);
    let topic = |wanted: &str| shown.iter().filter(|(topic, _)| topic == wanted).map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("; ");
    let outputs = spec.outputs();
    let hash = plan.sources.iter().find(|source| source.role == "instrument" && source.name == spec.instrument.id).map(|source| &source.sha256);
    let missing: Vec<String> = outputs.iter().map(|output| format!("{}: at most {} items missing", output.label, output.max_missing)).collect();
    json!({
        "id": spec.instrument.id,
        "name": topic("name"),
        "columns": outputs.iter().map(|output| &output.stem).collect::<Vec<_>>(),
        "items": spec.items,
        "coding": format!("{} to {}", spec.coding.first, spec.coding.last),
        "variant": spec.coding.variant,
        "scoring": topic("score"),
        "missing_rule": format!("{} ({})", missing.join("; "), topic("missing rule")),
        "bands": topic("band"),
        "citation": topic("citation"),
        "sha256": hash,
    })
}

fn analysis(settings: &Settings) -> Value {
    let columns: Vec<&String> =
        [&settings.start, &settings.end, &settings.day, &settings.center, &settings.region, &settings.wage, &settings.curve, &settings.dose]
            .into_iter()
            .flatten()
            .collect();
    let visits = (settings.kind == "attendance").then(|| VisitRules::of(settings));
    json!({
        "kind": settings.kind,
        "dataset": settings.dataset,
        "title": settings.title,
        "base_of_shares": if settings.percent_of_all { "everybody, missing answers included" } else { "people with a valid answer" },
        "by": settings.by,
        "each": settings.each,
        "columns": columns,
        "nested": settings.nested,
        "model": settings.path.as_ref().map(|path| path.text.as_str()).or(settings.mixed.then_some("mixed")),
        "series": settings.series.as_ref().map(|series| json!({ "source": series.source, "url": series.url, "unit": series.unit })),
        "bootstrap": settings.path.as_ref().and_then(|path| path.bootstrap),
        "seed": settings.path.as_ref().map(|path| path.seed).or(settings.seed),
        "margin": settings.margin,
        "power": settings.power,
        "duplicate_minutes": visits.as_ref().map(|rules| rules.duplicate_minutes),
        "longest_visit_hours": visits.as_ref().map(|rules| rules.longest_visit_hours),
        "gap_days": visits.as_ref().map(|rules| rules.gap_days),
        "cuts": settings.cuts,
    })
}
