//! Pipelines that would say something wrong or point at people: refused or told by `check`, before anything is computed.

use crate::annual::table;
use crate::project::Project;

const BOOK: &str = r#"id = "coaches"
title = "Coach survey"
unit = "people"
key = ["row"]
field = [
  { name = "row", type = "id" },
  { name = "arm", type = "category", levels = [{ code = "a", label = "A" }, { code = "b", label = "B" }] },
  { name = "sent_by", type = "category", levels = [{ code = "1", label = "Clinic" }, { code = "2", label = "617-555-0142" }] },
  { name = "people", type = "integer", range = [0, 9] },
  { name = "wave", type = "integer", range = [0, 9] },
]
"#;

fn project(waves: bool, analysis: &str) -> Project {
    let project = Project::new();
    let file = if waves { "[[dataset.wave]]\nid = \"1\"\nfile = \"data.csv\"\n" } else { "file = \"data.csv\"\n" };
    let pipeline = format!(
        "title = \"T\"\nas_of = \"2024-12-31\"\n[[dataset]]\nid = \"coaches\"\nschema = \"book.toml\"\n{file}[[analysis]]\nid = \"a\"\ndataset = \"coaches\"\n{analysis}\n"
    );
    project.write("book.toml", BOOK.as_bytes());
    project.write("pipeline.toml", pipeline.as_bytes());
    project.write("data.csv", b"row,arm,sent_by,people,wave\n1,a,1,2,1\n2,b,1,3,1\n3,b,1,4,1\n");
    project
}

#[track_caller]
fn refused(waves: bool, analysis: &str, wanted: &str) {
    let (code, _, said) = project(waves, analysis).run("check pipeline.toml");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains(wanted), "{wanted}: {said}");
}

#[test]
fn names_that_every_analysis_has_of_its_own() {
    refused(true, "kind = \"demographics\"\nvariables = [\"wave\"]", "error[pipeline::reserved_name]: analysis `a` names the field `wave`");
    refused(false, "kind = \"demographics\"\nvariables = [\"people\"]", "error[pipeline::reserved_name]: analysis `a` names the field `people`");
}

#[test]
fn what_is_named_twice_or_is_no_number() {
    refused(false, "kind = \"demographics\"\nvariables = [\"arm\", \"arm\"]", "error[pipeline::named_twice]: analysis `a` names `arm` twice");
    refused(false, "kind = \"outcomes\"\ncurve = \"arm\"", "error[pipeline::not_a_number]: analysis `a` needs numbers in `arm`");
    refused(false, "kind = \"trend\"\nvariables = [\"arm\"]", "error[pipeline::no_waves]: analysis `a` asks what changed between waves");
}

#[test]
fn items_without_numbers() {
    let project = project(false, "kind = \"outcomes\"");
    let items = "[[instrument]]\nid = \"gad2\"\nitems = [\"arm\", \"people\"]\n";
    project.write("book.toml", format!("{BOOK}{items}").as_bytes());
    let (code, _, said) = project.run("check pipeline.toml");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error[pipeline::not_a_number]: instrument `gad2` is scored from numbers, and `arm` holds none"), "{said}");
}

#[test]
fn a_level_that_points_at_somebody_is_told() {
    let (code, _, said) = project(false, "kind = \"demographics\"\nvariables = [\"sent_by\"]").run("check pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("note[pipeline::names_people]: analysis `a` names `sent_by`, and a level of it holds a phone number"), "{said}");
}

#[test]
fn few_rows_of_people_are_not_counted_for_readers() {
    let project = project(false, "kind = \"demographics\"\nvariables = [\"arm\"]");
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let rows = table(&project.path("reports/pipeline/public/results.csv"));
    for name in ["rows_in", "rows_kept"] {
        let row = rows.iter().find(|row| row["variable"] == name).unwrap();
        assert_eq!((row["status"].as_str(), row["estimate"].as_str()), ("suppressed", ""), "{row:?}");
    }
    assert!(!project.read("reports/pipeline/public/report.html").contains("3 of 3 rows"));
}
