//! A survey of everybody, and one of a part of a known number of people, each in several waves: every wave is held against the whole anew.

use std::collections::BTreeMap;

use crate::annual::table;
use crate::project::Project;

const BOOK: &str = r#"id = "coaches"
title = "Coach survey"
unit = "people"
key = ["row"]
field = [{ name = "row", type = "id" }, { name = "hours", type = "integer", range = [0, 80] }]
"#;

const PIPELINE: &str = r#"title = "Coaches"
as_of = "2024-12-31"
[[dataset]]
id = "coaches"
schema = "book.toml"
DESIGN
[[dataset.wave]]
id = "1"
file = "one.csv"
[[dataset.wave]]
id = "2"
file = "two.csv"
[[analysis]]
id = "work"
kind = "workforce"
dataset = "coaches"
variables = ["hours"]
response = true
[[analysis]]
id = "change"
kind = "trend"
dataset = "coaches"
variables = ["hours"]
"#;

/// Rows of the public results by id; 20 people answered in the first wave and 30 in the second.
fn rows(design: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let project = Project::new();
    project.write("book.toml", BOOK.as_bytes());
    project.write("pipeline.toml", PIPELINE.replace("DESIGN", &format!("[dataset.design]\n{design}")).as_bytes());
    for (name, people) in [("one.csv", 20), ("two.csv", 30)] {
        let lines = (0..people).fold("row,hours\n".to_owned(), |lines, person| lines + &format!("{name}{person},{}\n", hours(person)));
        project.write(name, lines.as_bytes());
    }
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    table(&project.path("reports/pipeline/public/results.csv")).into_iter().map(|row| (row["id"].clone(), row)).collect()
}

fn hours(person: u32) -> u32 {
    20 + 7 * person % 23
}

/// Error of the mean of so many of 50 people drawn without replacement: `√((1 − n/50) s²/n)`.
fn error(people: u32) -> f64 {
    let n = f64::from(people);
    let mean = (0..people).map(|person| f64::from(hours(person))).sum::<f64>() / n;
    let variance = (0..people).map(|person| (f64::from(hours(person)) - mean).powi(2)).sum::<f64>() / (n - 1.0);
    ((1.0 - n / 50.0) * variance / n).sqrt()
}

#[test]
fn everybody_who_was_asked_leaves_no_error_in_any_wave() {
    let rows = rows("census = true");
    for id in ["coaches.work.hours.mean@1", "coaches.work.hours.mean@2", "coaches.change.hours.difference.compared_with=1@2"] {
        let row = rows.get(id).unwrap_or_else(|| panic!("no {id} in {:#?}", rows.keys()));
        assert_eq!((row["std_error"].as_str(), row["conf_low"].as_str()), ("", ""), "{id}: {row:?}");
        assert!(!row["estimate"].is_empty() && row["note"].contains("every unit answered"), "{id}: {row:?}");
    }
}

#[test]
fn a_frame_is_that_of_each_wave() {
    let rows = rows("frame = 50");
    for (wave, people) in [("1", 20), ("2", 30)] {
        let mean = &rows[&format!("coaches.work.hours.mean@{wave}")];
        assert_eq!((mean["n"].as_str(), mean["n_weighted"].as_str()), (people.to_string().as_str(), "50"));
        assert!((mean["std_error"].parse::<f64>().unwrap() / error(people) - 1.0).abs() < 1e-9, "{mean:?}");
        let response = &rows[&format!("coaches.work.response_rate.proportion@{wave}")];
        assert_eq!((response["estimate"].as_str(), response["denominator"].as_str()), ((f64::from(people) / 50.0).to_string().as_str(), "50"));
    }
    let change = &rows["coaches.change.hours.difference.compared_with=1@2"];
    // The smaller fraction of both waves is that of the change, so that its error is a little too large.
    let found = change["std_error"].parse::<f64>().unwrap() / error(20).hypot(error(30));
    assert!((1.0..1.2).contains(&found), "{found}: {change:?}");
}
