//! The reliability of an instrument over waves in a project whose answers are known: figures, items that drift, what the report says.

use std::fmt::Write as _;

use recovista::stats::{cronbach_alpha, item_drift};

use crate::project::Project;

const BOOK: &str = r#"id = "scales"
title = "Survey with a scale"
unit = "people"
key = ["row"]
field = [
  { name = "row", type = "id" },
  { name = "site", type = "category", levels = [ { code = "1", label = "North" }, { code = "2", label = "South" } ] },
  { name = "g1", type = "integer", range = [0, 3] },
  { name = "g2", type = "integer", range = [0, 3] },
  { name = "g3", type = "integer", range = [0, 3] },
  { name = "g4", type = "integer", range = [0, 3] },
  { name = "g5", type = "integer", range = [0, 3] },
  { name = "g6", type = "integer", range = [0, 3] },
  { name = "g7", type = "integer", range = [0, 3] },
]
[[instrument]]
id = "gad7"
items = ["g1", "g2", "g3", "g4", "g5", "g6", "g7"]
"#;

const PIPELINE: &str = r#"title = "Scales"
as_of = "2024-12-31"
[[dataset]]
id = "members"
schema = "scales.toml"
[[dataset.wave]]
id = "2023"
file = "2023.csv"
[[dataset.wave]]
id = "2024"
file = "2024.csv"
[[analysis]]
id = "measures"
kind = "reliability"
dataset = "members"
center = "site"
"#;

/// Answers of 300 people to seven items that share one cause; in the second wave the third item is answered higher.
fn answers(wave: u32) -> Vec<Vec<f64>> {
    let mut state = u64::from(wave) * 7_919;
    let mut draw = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    let mut items = vec![Vec::new(); 7];
    for _ in 0..300 {
        let cause = 3.6 * draw() - 0.3;
        for (place, item) in items.iter_mut().enumerate() {
            let more = if wave == 2024 && place == 2 { 0.7 } else { 0.0 };
            item.push((cause + more + 1.6 * draw() - 0.8).round().clamp(0.0, 3.0));
        }
    }
    items
}

fn project() -> Project {
    let project = Project::new();
    project.write("scales.toml", BOOK.as_bytes());
    project.write("pipeline.toml", PIPELINE.as_bytes());
    for wave in [2023, 2024] {
        let items = answers(wave);
        let mut text = String::from("row,site,g1,g2,g3,g4,g5,g6,g7\n");
        for person in 0..300 {
            let cells: Vec<String> = items.iter().map(|item| item[person].to_string()).collect();
            let site = if person % 10 == 0 { 2 } else { 1 };
            let _ = writeln!(text, "w{wave}p{person},{site},{}", cells.join(","));
        }
        project.write(&format!("{wave}.csv"), text.as_bytes());
    }
    project
}

/// The cells of the row with an id, by column.
fn cell(results: &str, id: &str, column: &str) -> f64 {
    let mut lines = results.lines();
    let place = lines.next().unwrap().split(',').position(|name| name == column).unwrap();
    let line = lines.find(|line| line.starts_with(&format!("{id},"))).unwrap_or_else(|| panic!("no {id}"));
    line.split(',').nth(place).unwrap().parse().unwrap_or_else(|_| panic!("{id} has no {column}"))
}

#[test]
fn a_report_tells_how_well_the_questions_measure() {
    let project = project();
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let results = project.read("reports/pipeline/public/results.csv");
    let (before, after) = (answers(2023), answers(2024));
    for (wave, items) in [("2023", &before), ("2024", &after)] {
        let columns: Vec<&[f64]> = items.iter().map(Vec::as_slice).collect();
        let expected = cronbach_alpha(&columns, 0.95).unwrap();
        let id = format!("members.measures.gad7.alpha@{wave}");
        assert!((cell(&results, &id, "estimate") - expected.alpha).abs() < 1e-9, "{id}");
        assert!((cell(&results, &id, "conf_low") - expected.conf_low).abs() < 1e-9, "{id}");
        let omega = cell(&results, &format!("members.measures.gad7.omega@{wave}"), "estimate");
        assert!((omega - expected.alpha).abs() < 0.02, "items alike: omega {omega} beside alpha {}", expected.alpha);
    }
    for (place, drift) in item_drift(&before, &after, 0.95).into_iter().enumerate() {
        let id = format!("members.measures.gad7=g{}.item_drift.compared_with=2023@2024", place + 1);
        let shift = drift.unwrap().shift;
        assert!((cell(&results, &id, "estimate") - shift).abs() < 1e-9, "{id}");
        assert_eq!(shift > 0.5, place == 2, "{id}: {shift}");
        let line = results.lines().find(|line| line.starts_with(&id)).unwrap();
        assert_eq!(line.contains("a screen, no proof"), shift.abs() >= 0.2, "{line}");
    }
    // South has thirty people, too few for an alpha of its own.
    assert!(cell(&results, "members.measures.gad7.alpha.site=North@2024", "n") > 200.0);
    assert!(!results.contains("gad7.alpha.site=South"));
    let report = project.read("reports/pipeline/public/report.html");
    for text in
        ["1 of 1 scale reached an alpha of 0.70 in 2024", "Reliability of scales in 2024", "Alpha over waves", "Items of anxiety in 2024", "This is a screen"]
    {
        assert!(report.contains(text), "{text}");
    }
    let sentence = report.lines().find(|line| line.contains("The rest of anxiety is held equal.")).expect("the item that moved is told");
    assert!(sentence.contains(" moved up by "), "{sentence}");
}
