//! `trace`: ten figures against what `tests/reference/trace/recompute.py` makes from the raw files, hidden figures, public folders.

use std::path::Path;

use recovista::{Trace, TraceOptions, trace};
use serde_json::Value;

use crate::annual::{run_folder, table};
use crate::project::Project;

fn traced(id: &str) -> Trace {
    trace(&TraceOptions { id: id.to_owned(), run: Some(run_folder()), ..TraceOptions::default() }).unwrap_or_else(|error| panic!("{id}: {error}"))
}

/// The values of one name of a part.
fn said(trace: &Trace, part: &str, name: &str) -> Vec<Value> {
    let lines = trace.parts.iter().filter(|known| known.title == part).flat_map(|part| &part.lines);
    lines.filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
}

#[test]
fn ten_figures_say_what_the_raw_files_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/trace/expected.json");
    let expected: Value = serde_json::from_slice(&std::fs::read(path).expect("reads")).expect("json");
    let figures = expected.as_object().expect("an object");
    assert_eq!(figures.len(), 10);
    for (id, figure) in figures {
        let trace = traced(id);
        for (name, value) in figure["figure"].as_object().expect("numbers") {
            let part = if name == "without a valid answer" { "missing answers" } else { "figure" };
            let (wanted, found) = (value.as_f64().expect("a number"), said(&trace, part, name).first().and_then(Value::as_f64));
            assert!(found.is_some_and(|found| (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0)), "{id} {name}: {found:?} instead of {wanted}");
        }
        for (name, hash) in figure["files"].as_object().expect("files") {
            let files = trace.parts.iter().filter(|part| part.title == "files").flat_map(|part| &part.lines);
            let own = files.filter(|(_, file)| file["name"] == **name).map(|(_, file)| &file["sha256"]).collect::<Vec<_>>();
            assert_eq!(own, [hash], "{id} {name}");
        }
        for (name, rows) in figure["rows"].as_object().expect("rows") {
            assert_eq!(said(&trace, "rows", name), std::slice::from_ref(rows), "{id} {name}");
        }
        let refused: Vec<String> = said(&trace, "rows", "values refused").iter().filter_map(|line| line.as_str().map(str::to_owned)).collect();
        for (column, count) in figure["refused"].as_object().expect("refusals") {
            let count = count.as_u64().expect("a count");
            let told: u64 = refused
                .iter()
                .filter(|line| line.contains(&format!("in column {column} ")))
                .filter_map(|line| line.split(' ').next()?.parse::<u64>().ok())
                .sum();
            assert_eq!(told, count, "{id} {column}: {refused:?}");
        }
    }
}

#[test]
fn what_is_public_of_it_names_no_folder_and_counts_nobody() {
    let text = std::fs::read_to_string(run_folder().join("public/provenance.json")).expect("reads");
    for word in ["../", "/tmp", env!("CARGO_MANIFEST_DIR"), "rows_in", "rows_kept", "values_rejected"] {
        assert!(!text.contains(word), "{word}");
    }
    let restricted = std::fs::read_to_string(run_folder().join("restricted/provenance.json")).expect("reads");
    assert!(restricted.contains("rows_kept"));
}

#[test]
fn the_way_to_the_file_is_told() {
    let share = traced("members.who-we-reach.gender=Female.proportion@2022");
    assert_eq!(
        said(&share, "crosswalk", "wave 2022, gender")[0].as_str().map(|line| line.starts_with("`gender_identity` of the file is `gender`")),
        Some(true)
    );
    let band = traced("members.who-we-reach.age_group=25%E2%80%9359.proportion@2024");
    assert!(said(&band, "codebook", "age_group")[0].as_str().is_some_and(|rule| rule.contains("from age, bands that begin at 25, 60")));
    let score = traced("members.doing-better.k6_sum.mean@2022");
    assert!(said(&score, "instrument", "missing rule")[0].as_str().is_some_and(|rule| rule.contains("at most 1 items missing")));
    assert!(said(&score, "method", "source")[0].as_str().is_some_and(|source| source.contains("Lumley 2010")));
    let domain = traced("members.who-we-reach.age.mean.region=Boston%20MA@2024");
    assert_eq!(said(&domain, "filters", "domain"), ["region = Boston MA (from centers.csv by center_id)"]);
}

/// Every figure of the sample run has a formula with a source, and every hidden one is traced without its number.
#[test]
fn every_figure_can_be_traced() {
    let rows = table(&run_folder().join("public/results.csv"));
    let (mut hidden, mut seen) = (0, std::collections::BTreeSet::new());
    for row in &rows {
        let is_hidden = row["status"].starts_with("suppressed");
        if !is_hidden && !seen.insert((row["stat"].clone(), row["method"].clone(), row["analysis"].clone())) || is_hidden && hidden >= 20 {
            continue;
        }
        let trace = traced(&row["id"]);
        assert!(!said(&trace, "method", "formula").is_empty(), "{}", row["id"]);
        assert!(!said(&trace, "files", "schema").is_empty(), "{}", row["id"]);
        if is_hidden {
            hidden += 1;
            assert!(said(&trace, "figure", "value")[0].as_str().is_some_and(|told| told.starts_with("hidden")), "{}", row["id"]);
            for name in ["interval", "base", "standard error", "in the level", "sum of weights"] {
                assert!(said(&trace, "figure", name).is_empty(), "{} tells its {name}", row["id"]);
            }
            assert!(said(&trace, "missing answers", "without a valid answer").is_empty(), "{}", row["id"]);
        }
    }
    assert!(hidden == 20 && seen.len() > 60, "{hidden} {}", seen.len());
}

#[test]
fn a_public_folder_alone_says_what_is_public() {
    let project = Project::new();
    project.run("run pipeline.toml");
    std::fs::remove_dir_all(project.path("reports/pipeline/restricted")).expect("removes");
    let (code, text, said) = project.run("trace members.who.gender=Female.proportion --run reports/pipeline/public");
    assert_eq!((code, said.as_str()), (Some(0), "only what is public: rows and refusals of each file stand in restricted/ of the run\n"));
    assert!(text.contains("data.csv") && !text.contains("rows in"), "{text}");
    insta::assert_snapshot!(project.said("trace members.who.gender=Female.proportion --run reports/pipeline --restricted"), @r#"
exit 3
error[trace::no_restricted]: reports/pipeline/public has no restricted folder beside it
  expected: restricted/results.csv of the same run
  help:     leave --restricted out to see what is public
"#);
    insta::assert_snapshot!(project.said("trace members.who.gender=Femal.proportion --run reports/pipeline"), @r#"
exit 2
error[figures::nothing_found]: no figure answers `members.who.gender=Femal.proportion`
  help:     did you mean `members.who.gender=Female.proportion`?
"#);
}

#[test]
fn a_hidden_number_is_told_to_the_holder_of_the_data_only() {
    let project = Project::new();
    let rows: Vec<String> = (0..60).map(|i| format!("p{i},c{},{},30\n", i % 5, 1 + u8::from(i < 4))).collect();
    project.write("data.csv", format!("respondent_id,center_id,gender,age\n{}", rows.concat()).as_bytes());
    project.run("run pipeline.toml");
    let id = "members.who.gender=Male.proportion";
    let (_, open, _) = project.run(&format!("trace {id}"));
    assert!(open.contains("hidden: too few people") && !open.contains("0.0666"), "{open}");
    let (code, told, said) = project.run(&format!("trace {id} --restricted --format json"));
    assert_eq!((code, said.as_str()), (Some(0), "not disclosure-controlled: for the person who holds the data\n"));
    let told: Value = serde_json::from_str(&told).expect("json");
    assert_eq!((&told["before disclosure control"]["n"], &told["before disclosure control"]["denominator"]), (&Value::from("4"), &Value::from("60")));
}
