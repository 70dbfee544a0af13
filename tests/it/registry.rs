//! Contracts over everything that is listed somewhere: unique ids, sources, worked cases, codebooks that read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::project::Project;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn tables(folder: &str) -> Vec<(String, toml::Table)> {
    let mut tables: Vec<(String, toml::Table)> = fs::read_dir(root().join(folder))
        .expect("a folder")
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_stem()?.to_str()?.to_owned();
            let text = fs::read_to_string(&path).ok().filter(|_| path.extension().is_some_and(|extension| extension == "toml"))?;
            Some((name, text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
        })
        .collect();
    tables.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(!tables.is_empty(), "{folder} is empty");
    tables
}

#[test]
fn every_instrument_has_a_source_and_ready_ones_have_worked_cases() {
    for (name, table) in tables("schemas/instruments") {
        let text = |key: &str| table.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        assert_eq!(text("id"), name);
        assert!(!text("citation").is_empty() || table.contains_key("source") || table.contains_key("sources"), "{name} has no source");
        let cases = table.get("case").and_then(toml::Value::as_array).map_or(0, Vec::len);
        assert!(text("readiness") != "ready" || cases >= 3, "{name} is ready and has {cases} worked cases");
    }
}

#[test]
fn every_instrument_is_listed_and_can_be_shown() {
    let project = Project::new();
    let (code, list, _) = project.run("instruments --format csv");
    assert_eq!(code, Some(0));
    for (name, _) in tables("schemas/instruments") {
        assert_eq!(list.lines().filter(|line| line.starts_with(&format!("{name},"))).count(), 1, "{name} is listed once");
        assert_eq!(project.run(&format!("instruments {name}")).0, Some(0), "{name}");
    }
}

#[test]
fn every_codebook_reads_and_keeps_every_row_that_is_made_from_it() {
    for (name, _) in tables("schemas/datasets") {
        let project = Project::new();
        let schema = root().join("schemas/datasets").join(format!("{name}.toml")).display().to_string();
        let (code, data, said) = project.run(&format!("synth {schema} --rows 20"));
        assert_eq!(code, Some(0), "{name}: {said}");
        project.write("data.csv", data.as_bytes());
        project.edit("pipeline.toml", "book.toml", &name);
        project.edit("pipeline.toml", "variables = [\"gender\", \"age\"]\n", "");
        let (code, _, said) = project.run("run pipeline.toml --dry-run");
        assert!(matches!(code, Some(0 | 1)) && said.contains("0 of 20 rows and "), "{name}: {said}");
    }
}

/// Ids in `ALL` tables and the words that a pipeline accepts.
#[test]
fn analyses_and_readers_are_named_once_and_in_order() {
    let project = Project::new();
    project.edit("pipeline.toml", "demographics", "nothing");
    let (_, _, said) = project.run("check pipeline.toml");
    let kinds: Vec<&str> = said.lines().find_map(|line| line.split_once("expected: ")).map(|(_, kinds)| kinds.split(", ").collect()).unwrap_or_default();
    assert!(kinds.len() >= 5 && kinds.is_sorted(), "{said}");
    assert_eq!(kinds.iter().collect::<BTreeSet<_>>().len(), kinds.len());
    for kind in kinds {
        let file = [format!("src/analysis/{kind}.rs"), format!("src/analysis/{kind}/mod.rs")].into_iter().any(|file| root().join(file).is_file());
        assert!(file, "{kind} is one file of its own");
    }
}
