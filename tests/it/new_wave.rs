//! A new wave is one file and one block of the pipeline: what `diff` says of the two runs, against a recount.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use recovista::{Became, RunDiff, RunDiffOptions, diff_runs};

use crate::annual::table;
use crate::project::{copy_sample, program};

const PIPELINE: &str = r#"title = "Waves"
as_of = "2025-12-31"
[[dataset]]
id = "members"
schema = "member_survey.toml"
key = "respondent_id"
noun = "members"
[[dataset.wave]]
id = "2023"
date = "2023-10-01"
file = "members_2023.csv"
[[dataset.wave]]
id = "2024"
date = "2024-10-01"
file = "members_2024.csv"
#next
[[analysis]]
id = "better"
kind = "outcomes"
dataset = "members"
instruments = ["barc10", "k6"]
by = ["wave"]
model = "mixed"
[[analysis]]
id = "changed"
kind = "trend"
dataset = "members"
instruments = ["barc10"]
variables = ["gender", "age"]
by = ["recovery_stage"]
[report]
formats = ["html"]
"#;
const BLOCK: &str = "[[dataset.wave]]\nid = \"2025\"\ndate = \"2025-10-01\"\nfile = \"members_2025.csv\"\n";

/// Age by person where it is valid, from a file of the survey.
fn ages(folder: &Path, wave: &str) -> BTreeMap<String, f64> {
    let text = fs::read_to_string(folder.join(format!("members_{wave}.csv"))).expect("the file");
    let header: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
    let age = header.iter().position(|name| *name == "age").expect("the age");
    let one = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let value: f64 = cells[age].parse().ok()?;
        (18.0..=99.0).contains(&value).then(|| (cells[0].to_owned(), value))
    };
    text.lines().skip(1).filter_map(one).collect()
}

/// The wave of 2024 a year later: of ten people five stay, a year older and some with a better answer, four are new, one is gone.
fn write_next(folder: &Path) {
    let text = fs::read_to_string(folder.join("members_2024.csv")).expect("the sample");
    let header: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
    let place = |name: &str| header.iter().position(|known| *known == name).expect("a column");
    let (date, age, answer) = (place("completed_on"), place("age"), place("barc_1"));
    let next = |(i, line): (usize, &str)| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[date] = cells[date].replace("2024", "2025");
        match i % 10 {
            0..5 => {
                let more = |cell: &str, most: u32| {
                    cell.parse::<u32>().ok().filter(|value| *value < most).map_or_else(|| cell.to_owned(), |value| (value + 1).to_string())
                };
                cells[age] = more(&cells[age], 99);
                cells[answer + i % 10] = more(&cells[answer + i % 10], 6);
            }
            5..9 => cells[0].insert(0, 'N'),
            _ => return None,
        }
        Some(cells.join(","))
    };
    let rows: Vec<String> = text.lines().skip(1).enumerate().filter_map(next).collect();
    fs::write(folder.join("members_2025.csv"), format!("{}\n{}\n", header.join(","), rows.join("\n"))).expect("writes");
}

fn run(folder: &Path, name: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let output = program(folder, &format!("run pipeline.toml --out {name}")).output().expect("starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = table(&folder.join(name).join("restricted/results.csv"));
    rows.into_iter().map(|row| (row["id"].clone(), row)).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{} of {}", column, row["id"]))
}

fn mean<'a>(values: impl Iterator<Item = &'a f64>) -> (f64, f64) {
    let all: Vec<f64> = values.copied().collect();
    (all.iter().sum::<f64>() / all.len() as f64, all.len() as f64)
}

/// The survey and its first two waves in the sample.
const FILES: [(&str, &str); 3] = [
    ("schemas/datasets/member_survey.toml", "member_survey.toml"),
    ("sample_data/members_2023.csv", "members_2023.csv"),
    ("sample_data/members_2024.csv", "members_2024.csv"),
];

#[test]
fn one_file_and_one_block_make_an_updated_report_that_diff_explains() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    copy_sample(folder, &FILES, PIPELINE);
    let before = run(folder, "old");
    write_next(folder);
    fs::write(folder.join("pipeline.toml"), PIPELINE.replace("#next\n", BLOCK)).expect("writes");
    let after = run(folder, "new");
    let diff = diff_runs(&RunDiffOptions { old: folder.join("old"), new: folder.join("new"), restricted: false }).expect("two runs");
    causes_are_true(&diff);
    earlier_waves_stand(&before, &after);
    parts_are_those_of_the_files(folder, &diff, &after);
}

fn causes_are_true(diff: &RunDiff) {
    assert!(diff.causes.iter().any(|cause| cause.starts_with("new wave: members: wave 2025 is new")), "{:?}", diff.causes);
    assert!(diff.causes.iter().any(|cause| cause == "data: members: data members_2025.csv (wave 2025) is new"), "{:?}", diff.causes);
    let mut seen = BTreeSet::new();
    for figure in &diff.figures {
        seen.insert((figure.cause.as_str(), figure.became));
        match figure.became {
            Became::Appeared if figure.id.contains("data-quality") => assert!(figure.cause.contains("data") || figure.cause == "new wave", "{figure:?}"),
            Became::Appeared => assert!(figure.cause == "new wave" && figure.id.contains("2025"), "{figure:?}"),
            Became::Vanished => assert!(figure.cause == "new wave" && figure.id.contains("2024"), "{figure:?}"),
            // totals over the files, and the model in which all waves are
            Became::Changed => {
                let of_all =
                    figure.id.contains("data-quality") || figure.id.contains("predictive_margin") || figure.id.contains(".difference.compared_with=2023@2024");
                assert!(of_all && figure.cause == "data", "{figure:?}");
            }
            Became::Hidden | Became::Shown => assert!(figure.cause.contains("privacy"), "{figure:?}"),
            Became::Rounding => assert_eq!(figure.cause, "rounding"),
        }
    }
    assert!(seen.contains(&("new wave", Became::Appeared)) && seen.contains(&("new wave", Became::Vanished)), "{seen:?}");
    assert!(diff.summary().iter().any(|line| line.starts_with("new wave: ") && line.contains("appeared") && line.contains("vanished")), "{:?}", diff.summary());
}

/// What was said of one wave alone is said again, to the last digits.
fn earlier_waves_stand(before: &BTreeMap<String, BTreeMap<String, String>>, after: &BTreeMap<String, BTreeMap<String, String>>) {
    let plain =
        |row: &&BTreeMap<String, String>| row["groups"] == format!("wave={}", row["wave"]) && ["mean", "proportion", "sd"].contains(&row["stat"].as_str());
    let old: Vec<_> = before.values().filter(plain).collect();
    assert!(old.len() > 40, "{}", old.len());
    for row in old.into_iter().filter(|row| !row["estimate"].is_empty()) {
        let now = after.get(&row["id"]).unwrap_or_else(|| panic!("{} is gone", row["id"]));
        assert!((number(row, "estimate") - number(now, "estimate")).abs() < 1e-12 * number(row, "estimate").abs().max(1.0), "{}", row["id"]);
        assert_eq!((&row["n"], &row["denominator"]), (&now["n"], &now["denominator"]), "{}", row["id"]);
    }
}

/// The change of the mean age from 2024 to 2025, split by `diff` and by the report, and counted again from both files.
fn parts_are_those_of_the_files(folder: &Path, diff: &RunDiff, after: &BTreeMap<String, BTreeMap<String, String>>) {
    let (then, now) = (ages(folder, "2024"), ages(folder, "2025"));
    let stays = |id: &&String| then.contains_key(*id) && now.contains_key(*id);
    let (s1, both) = mean(then.keys().filter(stays).map(|id| &then[id]));
    let (s2, _) = mean(now.keys().filter(stays).map(|id| &now[id]));
    let (joiners, joined) = mean(now.iter().filter(|(id, _)| !then.contains_key(*id)).map(|(_, age)| age));
    let (leavers, left) = mean(then.iter().filter(|(id, _)| !now.contains_key(*id)).map(|(_, age)| age));
    let expected = [s2 - s1, joined / (both + joined) * (joiners - s2), -left / (both + left) * (leavers - s1)];

    let split = diff.splits.iter().find(|split| split.id == "members.changed.age.mean@2025").expect("the new wave is split against the former latest");
    assert!(split.label.ends_with("(was 2024)"), "{}", split.label);
    let people = |ids: &mut dyn Iterator<Item = &String>| ids.count() as u64;
    let counted = (
        people(&mut then.keys().filter(stays)),
        people(&mut now.keys().filter(|id| !then.contains_key(*id))),
        people(&mut then.keys().filter(|id| !now.contains_key(*id))),
    );
    assert_eq!(split.counts, counted);
    let parts = split.people.expect("parts");
    for (found, expected) in [parts.changed, parts.joined, parts.left].into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-11, "{parts:?} {expected}");
    }

    let of = |id: &str| number(&after[&format!("members.changed.age{id}@2025")], "estimate");
    for (part, expected) in ["people%20changed", "joiners", "leavers"].into_iter().zip(expected) {
        assert!((of(&format!("={part}.change_part.compared_with=2024")) - expected).abs() < 1e-11, "{part}");
    }
    let change = of(".difference.compared_with=2024");
    assert!((expected.iter().sum::<f64>() - change).abs() < 1e-11);
    for name in ["age", "barc10_sum"] {
        let of = |id: &str| number(&after[&format!("members.changed.{name}{id}@2025")], "estimate");
        let kitagawa = |part: &str| of(&format!("={part}%20recovery_stage.change_part.compared_with=2024.split_by=recovery_stage"));
        let change = of(".difference.compared_with=2024");
        assert!((kitagawa("within") + kitagawa("mix%20of") - change).abs() < 1e-12 * 60.0, "{name}");
    }
}
