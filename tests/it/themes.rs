//! Coded excerpts: people are counted and not excerpts, small themes and pairs that would tell of them are hidden, words stay inside.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::project::Project;

const BOOK: &str = r#"id = "talks"
title = "Talks"
unit = "people"
key = ["row"]
person = "who"
field = [
  { name = "row", type = "id" },
  { name = "who", type = "id" },
  { name = "role", label = "Role", type = "category", levels = [{ code = "m", label = "Members" }, { code = "s", label = "Staff" }] },
  { name = "theme", label = "Theme", phrase = "raised “{level}”", type = "category", levels = [
    { code = "h", label = "Housing" }, { code = "b", label = "Buses" }, { code = "r", label = "Rooms" }, { code = "q", label = "Quiet" }, { code = "p", label = "Parks" } ] },
  { name = "words", label = "What was said", type = "text" },
]
"#;

const PIPELINE: &str = r#"title = "Talks"
as_of = "2024-12-31"
[[dataset]]
id = "talks"
schema = "talks.toml"
noun = "people interviewed"
file = "talks.csv"
[[analysis]]
id = "told"
kind = "themes"
dataset = "talks"
variables = ["theme"]
"#;

/// Who raised what: housing by 60 of 100, buses by 50, rooms by 25 of whom 20 also raised housing, quiet by four, parks by 20.
fn raised(person: u32) -> Vec<&'static str> {
    let mut themes = Vec::new();
    themes.extend((person < 60).then_some("h"));
    themes.extend(person.is_multiple_of(2).then_some("b"));
    themes.extend((40..65).contains(&person).then_some("r"));
    themes.extend((person >= 96).then_some("q"));
    themes.extend((person >= 60 && person % 2 == 1).then_some("p"));
    themes
}

/// The file, and the people behind each set of two themes.
fn project() -> (Project, BTreeMap<&'static str, BTreeSet<u32>>) {
    let project = Project::new();
    project.write("talks.toml", BOOK.as_bytes());
    project.write("pipeline.toml", PIPELINE.as_bytes());
    let (mut text, mut rows, mut people) = ("row,who,role,theme,words\n".to_owned(), 0, BTreeMap::<&str, BTreeSet<u32>>::new());
    for person in 0..100_u32 {
        for theme in raised(person) {
            people.entry(theme).or_default().insert(person);
            // Some speak of one thing three times.
            for _ in 0..=(2 * u32::from(person % 5 == 0)) {
                rows += 1;
                let _ = writeln!(text, "r{rows},p{person},{},{theme},the landlord said so {person}", if person < 50 { "m" } else { "s" });
            }
        }
    }
    project.write("talks.csv", text.as_bytes());
    (project, people)
}

fn line<'a>(results: &'a str, id: &str) -> Vec<&'a str> {
    let found = results.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap_or_else(|| panic!("no {id}"));
    found.split(',').collect()
}

#[test]
fn people_are_counted_and_not_excerpts() {
    let (project, people) = project();
    project.edit("pipeline.toml", "variables = [\"theme\"]", "variables = [\"theme\"]\nby = [\"role\"]");
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let results = project.read("reports/pipeline/restricted/results.csv");
    let all: BTreeSet<u32> = people.values().flatten().copied().collect();
    assert_eq!(line(&results, "talks.told.people.count")[8], all.len().to_string());
    for (code, name) in [("h", "Housing"), ("b", "Buses"), ("r", "Rooms"), ("q", "Quiet")] {
        let row = line(&results, &format!("talks.told.theme={name}.proportion"));
        assert_eq!((row[17], row[20]), (people[code].len().to_string().as_str(), all.len().to_string().as_str()), "{name}");
    }
    let members = people["h"].iter().filter(|person| **person < 50).count();
    assert_eq!(line(&results, "talks.told.theme=Housing.proportion.role=Members")[17], members.to_string());
    let both = people["h"].intersection(&people["b"]).count();
    assert_eq!(line(&results, "talks.told.theme=Housing.proportion.also=Buses")[17], both.to_string());
    assert!(both == 30 && results.lines().any(|line| line.contains("theme=Housing.proportion.role=Staff")));
}

/// 25 raised rooms and 20 of them housing too: the pair would tell of five who raised rooms and not housing.
#[test]
fn a_pair_that_would_tell_of_few_is_hidden() {
    let (project, _) = project();
    assert_eq!(project.run("run pipeline.toml").0, Some(0));
    let public = project.read("reports/pipeline/public/results.csv");
    let status = |id: &str| line(&public, id)[25..].join(",");
    assert!(status("talks.told.theme=Housing.proportion.also=Rooms").contains("suppressed"));
    assert!(status("talks.told.theme=Quiet.proportion").contains("suppressed"), "four people");
    for other in ["Housing", "Buses", "Rooms"] {
        assert!(line(&public, &format!("talks.told.theme={other}.proportion.also=Quiet"))[8].is_empty(), "a pair with a hidden theme: {other}");
    }
    assert!(public.contains("30.0% of people interviewed raised “Housing” and “Buses” (full count; 30 of 100 people interviewed)."), "{public}");
    // Words that were said are in no public file, whatever it is.
    let mut open = vec![project.path("reports/pipeline/public")];
    let mut files = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                open.push(entry);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&entry).unwrap();
            assert!(!bytes.windows(8).any(|part| part == b"landlord"), "{}", entry.display());
        }
    }
    assert!(files > 5);
}

#[test]
fn themes_need_people_and_levels() {
    let (project, _) = project();
    project.edit("talks.toml", "person = \"who\"\n", "");
    project.edit("pipeline.toml", "variables = [\"theme\"]", "variables = [\"words\"]");
    let (code, _, said) = project.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("pipeline::no_person") && said.contains("pipeline::not_a_category"), "{said}");
}
