//! The manner of the source: imports between modules, size and head of files, who may create files, no shortcuts around errors.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may import besides `error` and itself, and why where style.md does not say so.
const IMPORTS: [(&str, &[&str], &str); 32] = [
    ("condition", &[], "the language of conditions, below the files and the codebooks that use it"),
    ("config", &[], "TOML with places, below everything that reads it"),
    ("stats", &[], ""),
    ("results", &[], ""),
    ("frame", &[], ""),
    ("rejects", &[], ""),
    ("ingest", &["frame", "rejects"], ""),
    (
        "schema",
        &["frame", "rejects", "config", "condition", "ingest"],
        "codebooks and crosswalks are TOML; checks have conditions; `schema import` reads dictionaries and labels as tables",
    ),
    ("score", &["frame", "rejects", "config", "ingest", "results"], "instruments are TOML; `score FILE` reads a file and answers in result rows"),
    ("design", &["frame", "stats"], ""),
    ("estimate", &["frame", "stats", "design"], ""),
    ("model", &["frame", "stats", "design"], "tests and fits on columns in memory, with the design of each row"),
    (
        "onefile",
        &["analysis", "condition", "frame", "stats", "design", "estimate", "model", "ingest", "score", "results"],
        "one file and one question, answered in result rows",
    ),
    ("audit", &["frame", "ingest"], "reads a published table and says where its figures stand"),
    (
        "analysis",
        &["frame", "design", "estimate", "model", "stats", "results"],
        "mixed models, the factor behind omega and the weights for those lost are models of columns in memory",
    ),
    (
        "infer",
        &["disclosure", "frame", "ingest", "schema", "score"],
        "reads a file, drafts its codebook and knows the instruments; a text that points at a person is no level of a draft",
    ),
    ("disclosure", &["config", "results"], "policies are TOML"),
    ("display", &["disclosure", "results", "config"], "the colours of a house are TOML"),
    ("report", &["display", "results"], ""),
    ("release", &["disclosure", "report", "results"], "the door to public files takes released tables and rendered documents"),
    ("methods", &["results"], "the formula behind each statistic"),
    ("runs", &["disclosure", "ingest", "results"], "opens a run: released figures, manifest, provenance; reads restricted/results.csv as any other file"),
    ("draft", &["results", "runs"], "holds the numbers of a narrative against released figures"),
    ("compare", &["ingest", "results", "runs", "stats"], "compares two runs; reads stored rows to split a changed mean"),
    ("verify", &["compare", "disclosure", "pipeline", "release", "runs"], "runs a pipeline again and compares its bytes"),
    ("trace", &["methods", "results", "runs"], "unrolls one figure of a run"),
    ("figures", &["disclosure", "display", "report", "results", "runs"], "finds released figures by the words that display gave them"),
    ("scaffold", &["infer", "ingest", "schema"], "looks at exports and writes the words of codebooks"),
    ("waves", &["frame", "ingest", "schema"], "compares two files as they are, with codebook and crosswalk where they are given"),
    ("synth", &["config", "schema", "frame", "ingest"], "makes what a codebook describes and reads registries"),
    (
        "pipeline",
        &[
            "analysis",
            "config",
            "design",
            "disclosure",
            "display",
            "estimate",
            "frame",
            "ingest",
            "methods",
            "rejects",
            "release",
            "report",
            "results",
            "schema",
            "score",
            "stats",
            "waves",
        ],
        "",
    ),
    ("error", &[], ""),
];

/// Files that may create files, and why.
const WRITERS: [(&str, &str); 7] = [
    ("src/cli/new.rs", "the files of a new project, never over a file"),
    ("src/release/", "the only door to public and restricted files"),
    ("src/pipeline/lock.rs", "the lock beside the pipeline: hashes and versions, nothing of people"),
    ("src/cli/mod.rs", "charts and codebooks, where the user says, over a file only when told to"),
    ("src/cli/diff.rs", "a proposed crosswalk, where the user says, never over a file"),
    ("src/cli/synth.rs", "synthetic data, where the user says"),
    ("src/score/file.rs", "the scored file, where the user says"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).expect("inside").display().to_string();
                found.push((name, fs::read_to_string(&path).expect("text")));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has no source");
    found
}

/// The source without its tests and comments.
fn program_text(name: &str, text: &str) -> String {
    let is_test = ["tests.rs", "/tests/", "fixture", "samples.rs", "naive.rs", "ctn0094.rs"].iter().any(|part| name.contains(part));
    let own = if is_test { "" } else { text.split("mod tests {").next().unwrap_or_default() };
    own.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (name, text) in files("src") {
        let module = name.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default().to_owned();
        if matches!(module.as_str(), "lib" | "main" | "cli") {
            continue;
        }
        let Some((_, allowed, _)) = IMPORTS.iter().find(|(known, _, _)| *known == module) else {
            wrong.push(format!("{name}: `{module}` is not in the table"));
            continue;
        };
        let code = program_text(&name, &text);
        let named: BTreeSet<&str> = code
            .split("crate::")
            .skip(1)
            .map(|rest| rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default())
            .collect();
        for import in named.into_iter().filter(|import| *import != module && !import.is_empty() && *import != "error" && !allowed.contains(import)) {
            wrong.push(format!("{name}: `{module}` may not import `{import}`"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_command_line_uses_only_what_the_library_shows() {
    for (name, text) in files("src/cli") {
        assert!(!text.contains("polars") && !text.contains("crate::pipeline"), "{name}");
    }
}

#[test]
fn every_file_says_what_it_is_for_and_fits() {
    for (name, text) in files("src").into_iter().chain(files("tests")) {
        assert!(text.starts_with("//!"), "{name} does not begin with //!");
        assert!(text.lines().count() <= 500, "{name} has {} lines", text.lines().count());
    }
}

#[test]
fn only_the_doors_create_files() {
    for (name, text) in files("src") {
        let code = program_text(&name, &text);
        for call in ["File::create", "fs::write", "OpenOptions", "create_dir", "fs::rename", "remove_dir", "remove_file"] {
            assert!(!code.contains(call) || WRITERS.iter().any(|(writer, _)| name.starts_with(writer)), "{name} calls {call}");
        }
    }
}

#[test]
fn nothing_unwraps_what_a_user_can_cause() {
    for (name, text) in files("src") {
        let code = program_text(&name, &text);
        for call in [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!("] {
            assert!(!code.contains(call), "{name} uses {call}");
        }
    }
}
