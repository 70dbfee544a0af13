//! Coded excerpts: people are counted and not excerpts, small themes and pairs that would tell of them are hidden, words stay inside.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::project::Project;
use crate::spellings::{of_folder, places};

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
  { name = "nick", label = "Name", type = "text", identifies = true },
  { name = "ok", label = "May be quoted", type = "category", levels = [{ code = "y", label = "Yes" }, { code = "n", label = "No" }] },
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
    let (mut text, mut rows, mut people) = ("row,who,role,theme,words,nick,ok\n".to_owned(), 0, BTreeMap::<&str, BTreeSet<u32>>::new());
    for person in 0..100_u32 {
        for theme in raised(person) {
            people.entry(theme).or_default().insert(person);
            // Some speak of one thing three times.
            for _ in 0..=(2 * u32::from(person % 5 == 0)) {
                rows += 1;
                let _ = writeln!(text, "r{rows},p{person},{},{theme},the landlord said so {person},,y", if person < 50 { "m" } else { "s" });
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

/// Words of each theme that stand nowhere else, told by everybody in another way.
const SAID: [(&str, &str, &str); 5] =
    [("h", "Housing", "leasehold"), ("b", "Buses", "busroute"), ("r", "Rooms", "roomkey"), ("q", "Quiet", "hushword"), ("p", "Parks", "parkbench")];

/// The same people, each with words of their own; some hold what may never be public.
fn spoken() -> Project {
    let (project, _) = project();
    let mut text = "row,who,role,theme,words,nick,ok\n".to_owned();
    for person in 0..100_u32 {
        for theme in raised(person) {
            let letters: String = person.to_string().chars().map(|digit| char::from(b'a' + digit as u8 - b'0')).collect();
            let said = SAID.iter().find(|(code, ..)| *code == theme).map(|(.., word)| *word).unwrap();
            let words = match person % 8 {
                1 => format!("my {said} came from Wilhelmina {letters}"),
                2 => format!("the {said} of zebulonq was near {letters}"),
                3 => format!("for the {said} call 617-555-0142 {letters}"),
                4 => format!("this {said} is what refusenik {letters} wanted"),
                _ => format!("the {said} matters to one {letters}"),
            };
            let nick = if person == 50 { "Zebulonq" } else { "" };
            let role = if person < 50 { "m" } else { "s" };
            let _ = writeln!(text, "{theme}{person},p{person},{role},{theme},{words},{nick},{}", if person % 8 == 4 { "n" } else { "y" });
        }
    }
    project.write("talks.csv", text.as_bytes());
    project.edit("pipeline.toml", "variables = [\"theme\"]", "variables = [\"theme\"]\nby = [\"role\"]\nagreed = { field = \"ok\", is = [\"Yes\"] }");
    let pipeline = project.read("pipeline.toml") + "[report]\nformats = [\"html\", \"docx\", \"xlsx\"]\n";
    project.write("pipeline.toml", pipeline.as_bytes());
    project
}

#[test]
fn quotes_are_asked_for_and_no_small_theme_is_quoted_in_any_byte() {
    let project = spoken();
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let none = of_folder(&project.path("reports/pipeline/public"));
    for (_, theme, word) in SAID {
        assert!(places(&none, word).is_empty(), "{theme} is quoted, and nobody asked for it: {:?}", places(&none, word));
    }
    project.edit("pipeline.toml", "agreed =", "quotes = true\nexcerpt = \"words\"\nagreed =");
    let (code, _, said) = project.run("run pipeline.toml");
    assert!(code == Some(0) && said.contains("disclosure::quotes") && said.contains("quotes 6 excerpts"), "{said}");
    let views = of_folder(&project.path("reports/pipeline/public"));
    for file in ["report.html", "report.docx > word/document.xml"] {
        for word in ["busroute", "roomkey", "parkbench"] {
            assert!(places(&views, word).iter().any(|place| place.starts_with(file)), "{word} is not in {file}");
        }
    }
    // four people raised quiet; how many raised housing is hidden for the sake of the ten of staff among them
    for closed in ["hushword", "leasehold", "Wilhelmina", "zebulonq", "Zebulonq", "617-555", "refusenik"] {
        assert!(places(&views, closed).is_empty(), "{closed} is public in {:?}", places(&views, closed));
    }
    let page = project.read("reports/pipeline/public/report.html");
    // 25 and 25 raised buses; of those who raised rooms ten are members, so no quote of rooms may say that it is from staff
    assert_eq!(page.matches("(Buses, ").count(), 2);
    assert!(page.matches("(Rooms)").count() == 2 && !page.contains("(Rooms, "));
    assert!(project.read("reports/pipeline/public/disclosure.html").contains("6 excerpts are quoted"));
}

#[test]
fn quotes_need_a_field_of_words() {
    let project = spoken();
    project.edit("pipeline.toml", "agreed = { field = \"ok\"", "quotes = true\nexcerpt = \"nick\"\nagreed = { field = \"oh\"");
    let (code, _, said) = project.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("pipeline::no_excerpt") && said.contains("pipeline::unknown_variable"), "{said}");
    project.edit("pipeline.toml", "kind = \"themes\"", "kind = \"demographics\"");
    let (code, _, said) = project.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("config::unknown_key"), "{said}");
}

#[test]
fn themes_need_people_and_levels() {
    let (project, _) = project();
    project.edit("talks.toml", "person = \"who\"\n", "");
    project.edit("pipeline.toml", "variables = [\"theme\"]", "variables = [\"words\"]");
    let (code, _, said) = project.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("pipeline::no_person") && said.contains("pipeline::not_a_category"), "{said}");
}
