//! People linked over waves by a code of their own making, in a project where the truth is known.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::project::Project;

const BOOK: &str = r#"id = "coded"
title = "Coded survey"
unit = "people"
key = ["row"]
field = [
  { name = "row", type = "id" },
  { name = "birth_month", type = "integer", range = [1, 12] },
  { name = "letter_mother", type = "text" },
  { name = "birth_day", type = "integer", range = [1, 31] },
  { name = "siblings", type = "integer", range = [0, 12] },
  { name = "g1", type = "integer", range = [0, 3] },
  { name = "g2", type = "integer", range = [0, 3] },
]
[[instrument]]
id = "gad2"
items = ["g1", "g2"]
"#;

const PIPELINE: &str = r#"title = "Coded"
as_of = "2024-12-31"
[[dataset]]
id = "members"
schema = "coded.toml"
[dataset.link]
elements = ["birth_month", "letter_mother", "birth_day", "siblings"]
allow_one_off = true
[[dataset.wave]]
id = "1"
file = "one.csv"
[[dataset.wave]]
id = "2"
file = "two.csv"
[[dataset.wave]]
id = "3"
file = "three.csv"
[[analysis]]
id = "doing"
kind = "outcomes"
dataset = "members"
instruments = ["gad2"]
by = ["wave"]
"#;

/// One person's code and answers in a wave.
fn row(wave: u32, person: u32, spoil: bool) -> String {
    // Every code once: a product of 12, 24 and 28 places in mixed order.
    let place = person * 5_003 % 8_064;
    let (month, letter, day) = (1 + place % 12, char::from(b'A' + u8::try_from(place / 12 % 24).expect("a letter")), 1 + place / 288);
    let letter = if spoil { 'Z' } else { letter };
    let letter = if wave == 2 { letter.to_ascii_lowercase() } else { letter };
    // Both items speak of one thing: they are the same but for every fifth person.
    let first = person.midpoint(wave) % 4;
    let second = if person.is_multiple_of(5) { (first + 1) % 4 } else { first };
    format!("w{wave}p{person},{month},{letter},{day},{},{first},{second}\n", person % 5)
}

/// Waves of people 0–149, 50–199 and 100–249; every tenth of the second wave writes one element wrongly.
fn project() -> Project {
    let project = Project::new();
    project.write("coded.toml", BOOK.as_bytes());
    project.write("pipeline.toml", PIPELINE.as_bytes());
    for (name, wave) in [("one.csv", 1_u32), ("two.csv", 2), ("three.csv", 3)] {
        let mut text = String::from("row,birth_month,letter_mother,birth_day,siblings,g1,g2\n");
        for person in (wave - 1) * 50..(wave - 1) * 50 + 150 {
            let _ = write!(text, "{}", row(wave, person, wave == 2 && person % 10 == 0));
        }
        project.write(name, text.as_bytes());
    }
    project
}

fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    lines.map(|line| header.iter().cloned().zip(line).collect()).collect()
}

#[test]
fn every_link_is_true_and_is_counted_and_told() {
    let project = project();
    let (code, _, said) = project.run("run pipeline.toml");
    assert_eq!(code, Some(0), "{said}");
    let links = table(&project.read("reports/pipeline/restricted/links.csv"));
    let person = |key: &str| key.split_once('p').map(|(_, person)| person.to_owned());
    // Between the first and the third wave one stranger agrees by chance but for one element; the printed rate stands for such.
    let told = |link: &&BTreeMap<String, String>| {
        link["agreement"] == "exact" || link["later_wave"].parse() == link["earlier_wave"].parse::<u8>().map(|wave| wave + 1)
    };
    let wrong: Vec<_> = links.iter().filter(told).filter(|link| person(&link["earlier_key"]) != person(&link["later_key"])).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let count = |earlier: &str, later: &str, agreement: &str| {
        links.iter().filter(|link| link["earlier_wave"] == earlier && link["later_wave"] == later && link["agreement"] == agreement).count()
    };
    // 100 people of each wave were in the one before; ten of them were spoilt in wave 2, by the letter.
    assert_eq!((count("1", "2", "exact"), count("1", "2", "one_off")), (90, 10));
    assert_eq!((count("2", "3", "exact"), count("2", "3", "one_off")), (90, 10));
    assert_eq!(count("1", "3", "exact"), 50);
    assert!(links.iter().filter(told).filter(|link| link["agreement"] == "one_off").all(|link| link["element_off"] == "letter_mother"));
    assert!(said.contains("note[wave::linked]: `members`: 100 people of wave 2 were linked to wave 1"), "{said}");
    assert!(said.contains("90 exactly, 10 with one element off; 0 ambiguous and 50 without a match are linked to nobody"), "{said}");
    assert!(said.contains("two different people agree in every element with probability"), "{said}");

    let results = project.read("reports/pipeline/restricted/results.csv");
    for (level, n) in [("exact", 90), ("one%20element%20off", 10), ("ambiguous", 0), ("not%20linked", 50)] {
        let id = format!("members.data-quality.linked_people={level}.count.earlier_wave=1@2,");
        let line = results.lines().find(|line| line.starts_with(&id)).unwrap_or_else(|| panic!("no {id}"));
        assert!(line.contains(&format!("count,{n},")), "{line}");
    }
    // The linked person makes the pairs of people seen twice.
    let pairs: Vec<&str> = results.lines().filter(|line| line.contains(".mean_change") && line.contains("@3")).collect();
    assert!(pairs.iter().any(|line| line.contains(",100,")), "{pairs:?}");
    let public = project.read("reports/pipeline/public/results.csv");
    let small =
        public.lines().find(|line| line.starts_with("members.data-quality.linked_people=one%20element%20off.count.earlier_wave=1@2,")).expect("is there");
    assert!(small.contains("suppressed"), "ten people are too few: {small}");
}

#[test]
fn without_the_rule_nobody_is_linked_and_bad_rules_are_named() {
    let strict = project();
    strict.edit("pipeline.toml", "allow_one_off = true", "allow_one_off = false");
    assert_eq!(strict.run("run pipeline.toml").0, Some(0));
    let links = table(&strict.read("reports/pipeline/restricted/links.csv"));
    assert!(links.iter().all(|link| link["agreement"] == "exact") && links.len() == 90 + 90 + 50);

    let wrong = project();
    wrong.edit("pipeline.toml", "\"siblings\"]", "\"sibling\"]");
    let (code, _, said) = wrong.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("link of `members` names `sibling`") && said.contains("did you mean `siblings`?"), "{said}");
    let short = project();
    short.edit("pipeline.toml", "elements = [\"birth_month\", \"letter_mother\", \"birth_day\", \"siblings\"]", "elements = [\"birth_month\"]");
    let (code, _, said) = short.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("error[pipeline::bad_link]"), "{said}");
}
