//! Waves as they come: people twice in one, answers without an id, a question that changed, a stratum of one center, spans out of the order of words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::annual::table;
use crate::project::Project;

const BOOK: &str = r#"id = "panel"
title = "Panel survey"
unit = "people"
key = ["row"]
person = "code"
field = [
  { name = "row", type = "id" },
  { name = "code", type = "id" },
  { name = "center", type = "id" },
  { name = "region", type = "category", levels = [{ code = "N", label = "North" }, { code = "S", label = "South" }] },
  { name = "days", label = "Days attended", type = "integer" },
  { name = "k1", type = "integer", range = [0, 4] },
  { name = "k2", type = "integer", range = [0, 4] },
  { name = "k3", type = "integer", range = [0, 4] },
  { name = "k4", type = "integer", range = [0, 4] },
  { name = "k5", type = "integer", range = [0, 4] },
  { name = "k6", type = "integer", range = [0, 4] },
]
[[instrument]]
id = "k6"
items = ["k1", "k2", "k3", "k4", "k5", "k6"]
coding = "0-4"
"#;

const PIPELINE: &str = r#"title = "Panel"
as_of = "2024-12-31"
[privacy]
minimum_cell = 2
[[dataset]]
id = "members"
schema = "panel.toml"
noun = "members"
[[dataset.wave]]
id = "w9"
file = "w9.csv"
[[dataset.wave]]
id = "w10"
file = "w10.csv"
[[dataset.wave]]
id = "w11"
file = "w11.csv"
[[analysis]]
id = "doing"
kind = "outcomes"
dataset = "members"
instruments = ["k6"]
by = ["wave"]
curve = "days"
model = "mixed"
[[analysis]]
id = "change"
kind = "trend"
dataset = "members"
instruments = ["k6"]
[[analysis]]
id = "measure"
kind = "reliability"
dataset = "members"
instruments = ["k6"]
"#;

/// One row: the code, empty where nobody gave one, and six answers.
type Row = (String, [u32; 6]);

fn answers(person: u32, wave: u32) -> [u32; 6] {
    let level = 3 - (wave - 9).min(person % 4);
    [0, 1, 2, 3, 4, 5].map(|item: u32| (level + (person * 7 + item * 3 + wave * (1 + person % 3)) % 3).saturating_sub(1).min(4))
}

/// The waves in the order of the file: persons 0–39, 5–44 and 10–49; 20 answers twice in w9 and 21 in w11, where 40–45 have no code.
fn waves() -> BTreeMap<u32, Vec<Row>> {
    let mut waves: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
    for (wave, people) in [(9, 0..40_u32), (10, 5..45), (11, 10..50)] {
        let code = |person: u32| if wave == 11 && (40..46).contains(&person) { String::new() } else { format!("p{person}") };
        let mut rows: Vec<Row> = people.map(|person| (code(person), answers(person, wave))).collect();
        match wave {
            9 => rows.push(("p20".to_owned(), [4; 6])),
            11 => rows.push(("p21".to_owned(), [4; 6])),
            _ => {}
        }
        waves.insert(wave, rows);
    }
    waves
}

fn project() -> Project {
    let project = Project::new();
    project.write("panel.toml", BOOK.as_bytes());
    project.write("pipeline.toml", PIPELINE.as_bytes());
    for (wave, rows) in waves() {
        let mut text = "row,code,center,region,days,k1,k2,k3,k4,k5,k6\n".to_owned();
        for (place, (code, k)) in rows.iter().enumerate() {
            // one center lies in the north, the others in the south
            let center = place % 4;
            let region = if center == 0 { "N" } else { "S" };
            let _ = writeln!(text, "w{wave}r{place},{code},c{center},{region},{},{}", place * 7 % 24, k.map(|answer| answer.to_string()).join(","));
        }
        project.write(&format!("w{wave}.csv"), text.as_bytes());
    }
    project
}

type Rows = BTreeMap<String, BTreeMap<String, String>>;

fn run(project: &Project) -> Rows {
    let (code, _, said) = project.run("run pipeline.toml");
    assert!(matches!(code, Some(0 | 1)), "{said}");
    table(&project.path("reports/pipeline/public/results.csv")).into_iter().map(|row| (row["id"].clone(), row)).collect()
}

#[track_caller]
fn find<'a>(rows: &'a Rows, id: &str) -> &'a BTreeMap<String, String> {
    rows.get(id).unwrap_or_else(|| panic!("no {id} in {:#?}", rows.keys().filter(|known| known.contains("k6_sum")).collect::<Vec<_>>()))
}

#[track_caller]
fn number(rows: &Rows, id: &str, column: &str) -> f64 {
    find(rows, id)[column].parse().unwrap_or_else(|_| panic!("{id} {column}: {:?}", find(rows, id)))
}

fn score(row: &Row) -> f64 {
    f64::from(row.1.iter().sum::<u32>())
}

/// First score of each person of a wave who has a code.
fn first(rows: &[Row]) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.0.is_empty()) {
        found.entry(row.0.clone()).or_insert_with(|| score(row));
    }
    found
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    sum / n
}

#[test]
fn whoever_answers_twice_in_a_wave_counts_by_the_first_answer_everywhere() {
    let project = project();
    let rows = run(&project);
    let waves = waves();
    for from in [9, 10] {
        let (before, after) = (first(&waves[&from]), first(&waves[&11]));
        let both: BTreeSet<&String> = before.keys().filter(|code| after.contains_key(*code)).collect();
        let pairs = both.len() as f64;
        let change = mean(both.iter().map(|code| after[*code] - before[*code]));
        let twice = format!("compared_with=w{from}.who=people%20seen%20twice@w11");
        let id = format!("members.doing.k6_sum.mean_change.{twice}");
        assert_eq!(find(&rows, &id)["n"], pairs.to_string());
        assert!((number(&rows, &id, "estimate") - change).abs() < 1e-12);
        let of_people = |start: &str| {
            let own = rows.values().filter(|row| row["id"].starts_with(&format!("members.doing.{start}")) && row["id"].ends_with(&twice));
            own.filter(|row| row["stat"] == "proportion" && !row["denominator"].is_empty()).map(|row| row["denominator"].clone()).collect::<BTreeSet<_>>()
        };
        for start in ["k6_reliable_change", "k6_band_change", "k6_crossing_13"] {
            assert_eq!(of_people(start), BTreeSet::from([format!("{pairs}")]), "{start} {from}");
        }
        // the split: who makes a pair by the first answers, all other answers beside them
        let part = |level: &str| number(&rows, &format!("members.change.k6_sum={level}.change_part.compared_with=w{from}@w11"), "estimate");
        assert!((part("people%20changed") - change).abs() < 1e-12);
        let all = |wave: u32| mean(waves[&wave].iter().map(score));
        assert!((part("people%20changed") + part("joiners") + part("leavers") - (all(11) - all(from))).abs() < 1e-12);
        assert!((part("joiners") - (all(11) - mean(both.iter().map(|code| after[*code])))).abs() < 1e-12);
        assert!((part("leavers") - (mean(both.iter().map(|code| before[*code])) - all(from))).abs() < 1e-12);
        let joiners = format!("members.change.k6_sum.mean.compared_with=w{from}.who=joiners@w11");
        assert_eq!(find(&rows, &joiners)["n"], (waves[&11].len() - both.len()).to_string());
        assert!(
            find(&rows, &joiners)["note"].contains("answers without an id among them: 6; further answers of people counted already among them: fewer than 2")
        );
        assert!(find(&rows, &joiners)["sentence"].contains(&format!("among joiners, with no known answer in w{from},")));
    }
    let report = project.read("reports/pipeline/public/report.html");
    assert_eq!(report.matches("w9: fewer than 2 people have more than one row; where people are compared over waves the first answer").count(), 1);
    assert!(!report.contains("were not seen again") && !report.contains("were new in the later wave"));
    // the widest span leads, though w10 comes before w9 in the order of words
    assert!(report.contains("from w9 to w11 among people seen in both waves"), "the figure is of the widest span");
    // the curve runs over the number that the pipeline names
    assert!(report.contains("by days attended") && !report.contains("years in recovery"));
    assert!(
        rows.values().any(|row| row["sentence"].contains("at 1 day attended was"))
            && rows.values().any(|row| row["sentence"].contains("at 2 days attended was"))
    );
    // no interval of an item's shift that holds zero is a move
    for row in rows.values().filter(|row| row["stat"] == "item_drift" && !row["conf_low"].is_empty()) {
        let holds_zero = row["conf_low"].starts_with('-') != row["conf_high"].starts_with('-');
        assert_eq!(row["sentence"].contains("did not clearly move"), holds_zero, "{}", row["sentence"]);
        assert!(row["sentence"].contains(" answers)"), "{}", row["sentence"]);
    }
}

#[test]
fn a_break_of_an_item_reaches_every_change_of_its_score() {
    let project = project();
    project.write("xw.toml", b"title = \"asked otherwise\"\n[[break]]\nfield = \"k3\"\nreason = \"item 3 was worded otherwise\"\n");
    project.edit("pipeline.toml", "file = \"w9.csv\"", "file = \"w9.csv\"\ncrosswalk = \"xw.toml\"");
    let rows = run(&project);
    let since =
        |wave: &str| rows.values().filter(|row| row["id"].starts_with("members.doing.") && row["id"].contains(&format!("compared_with={wave}."))).count();
    // one row says why there are no others
    assert_eq!((since("w9"), since("w10") > 10), (1, true));
    let gone = find(&rows, "members.doing.k6_sum.mean_change.compared_with=w9.who=people%20seen%20twice@w11");
    assert_eq!((gone["status"].as_str(), gone["estimate"].as_str()), ("not_estimable", ""));
    assert!(gone["sentence"].contains("the question changed: item 3 was worded otherwise"), "{}", gone["sentence"]);
    let hedge = "The question changed in between, so the two may not compare.";
    for id in ["k6_sum.difference", "k6_sum=joiners.change_part", "k6_sum=people%20changed.change_part"] {
        let row = find(&rows, &format!("members.change.{id}.compared_with=w9@w11"));
        assert!(row["sentence"].ends_with(hedge) && !row["sentence"].contains("rose") && !row["sentence"].contains("fell"), "{}", row["sentence"]);
        let plain = find(&rows, &format!("members.change.{id}.compared_with=w10@w11"));
        assert!(!plain["sentence"].contains(hedge), "{}", plain["sentence"]);
    }
    let modelled = rows.values().filter(|row| row["stat"] == "predictive_margin").map(|row| row["wave"].clone()).collect::<BTreeSet<_>>();
    assert_eq!(modelled, BTreeSet::from(["w10".to_owned(), "w11".to_owned()]));
    let report = project.read("reports/pipeline/public/report.html");
    assert!(report.contains("from w10 to w11 among people seen in both waves") && report.contains("The line is broken: item 3 was worded otherwise."));
}

#[test]
fn a_change_without_an_interval_is_neither_clear_nor_unclear() {
    let project = project();
    project.edit("pipeline.toml", "noun = \"members\"\n", "noun = \"members\"\n[dataset.design]\nstrata = \"region\"\ncluster = \"center\"\n");
    let rows = run(&project);
    let row = find(&rows, "members.doing.k6_sum.mean_change.compared_with=w9.who=people%20seen%20twice@w11");
    assert!(row["conf_low"].is_empty() && row["note"].contains("no interval"), "{row:?}");
    assert!(row["sentence"].ends_with("Whether that is more than chance cannot be told."), "{}", row["sentence"]);
    let report = project.read("reports/pipeline/public/report.html");
    assert!(report.contains("Whether scores of people seen twice changed cannot be told"));
    assert!(!report.contains("No clear change in mean psychological distress among people seen twice") && !report.contains("0 of 1 scores changed clearly"));
}

#[test]
fn one_leaver_has_no_interval() {
    let project = project();
    let mut lines: Vec<String> = project.read("w10.csv").lines().map(str::to_owned).collect();
    let leaver = lines.pop().expect("a row").replace("w10r", "w9x").replace(",p44,", ",gone,");
    // the same people in all waves, and one of the first who is in no other
    let text = |wave: &str| lines.join("\n").replace("w10r", &format!("{wave}r"));
    project.write("w9.csv", format!("{}\n{leaver}\n", text("w9")).as_bytes());
    project.write("w10.csv", format!("{}\n", text("w10")).as_bytes());
    project.write("w11.csv", format!("{}\n", text("w11")).as_bytes());
    project.edit("pipeline.toml", "minimum_cell = 2", "minimum_cell = 1");
    let rows = run(&project);
    let row = find(&rows, "members.change.k6_sum.mean.compared_with=w11.who=leavers@w9");
    assert_eq!((row["n"].as_str(), row["status"].as_str(), row["conf_low"].as_str(), row["std_error"].as_str()), ("1", "ok", "", ""));
    assert!(row["note"].contains("no interval"), "{row:?}");
    for row in rows.values().filter(|row| row["analysis"] == "change" && (row["stat"] == "change_part" || row["id"].contains("who="))) {
        assert!(row["conf_low"].is_empty() || row["conf_low"] != row["conf_high"], "{row:?}");
    }
}
