//! Keying and coding of instruments on surveys that nobody here made: items stored the other way, codes one step off.
//!
//! The files are read through `RECOVISTA_REAL_DATA`; their README names the reverse-keyed items and the codings.

use std::fmt::Write as _;
use std::path::PathBuf;

use recovista::error::{Problem, Severity};
use recovista::score::{ScoreOptions, score_file};

/// A file of the folder of real instruments; says so when there is none.
fn real(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("RECOVISTA_REAL_DATA") else {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "not run: RECOVISTA_REAL_DATA is not set");
        return None;
    };
    Some(PathBuf::from(folder).join("instruments").join(name))
}

/// An instrument of the user's own: one scale with these items, of which some are reversed.
fn instrument(folder: &tempfile::TempDir, range: (u8, u8), items: &[String], reversed: &[&str]) -> String {
    let mut text = format!(
        "id = \"own\"\nname = \"Own\"\nconstruct = \"something\"\nreadiness = \"ready\"\ndirection = \"higher_worse\"\n\
        citation = \"none\"\nlicence = \"none\"\nsources = [\"none\"]\nmax_missing = 0\nmissing_source = \"none\"\n[response]\nrange = [{}, {}]\n",
        range.0, range.1
    );
    for item in items {
        write!(text, "[[item]]\nlabel = \"{item}\"\n{}", if reversed.contains(&item.as_str()) { "reverse = true\n" } else { "" }).expect("a string takes all");
    }
    text += "[[scale]]\nlabel = \"Own\"\nforms = [\"sum\"]\n";
    let path = folder.path().join("own.toml");
    std::fs::write(&path, text).expect("writes");
    path.display().to_string()
}

fn findings(instrument: &str, data: PathBuf, items: &[String], coding: Option<&str>, missing: &[&str]) -> Vec<Problem> {
    let options = ScoreOptions {
        instrument: instrument.to_owned(),
        data,
        items: Some(items.to_vec()),
        coding: coding.map(str::to_owned),
        missing: missing.iter().map(|code| (*code).to_owned()).collect(),
        ..ScoreOptions::default()
    };
    let scored = score_file(&options).unwrap_or_else(|error| panic!("{error}"));
    scored.findings.into_iter().filter(|finding| finding.severity >= Severity::Warning).collect()
}

fn names(letter: &str, count: usize) -> Vec<String> {
    (1..=count).map(|item| format!("{letter}{item}")).collect()
}

/// The items that a finding names, in order.
fn named<'a>(findings: &[Problem], items: &'a [String]) -> Vec<&'a str> {
    let found = findings.iter().find(|finding| finding.code == "score::keying").and_then(|finding| finding.found.clone()).unwrap_or_default();
    items.iter().map(String::as_str).filter(|item| found.contains(&format!(" {item} ("))).collect()
}

#[test]
fn the_reversed_items_of_the_big_five_are_named_and_no_other() {
    let Some(data) = real("psych_bfi.csv") else { return };
    for (letter, reversed) in [("A", &["A1"][..]), ("C", &["C4", "C5"]), ("E", &["E1", "E2"]), ("N", &[]), ("O", &["O2", "O5"])] {
        let folder = tempfile::tempdir().expect("a folder");
        let items = names(letter, 5);
        let plain = findings(&instrument(&folder, (1, 6), &items, &[]), data.clone(), &items, None, &[]);
        assert_eq!(named(&plain, &items), reversed, "{plain:?}");
        let keyed = findings(&instrument(&folder, (1, 6), &items, reversed), data.clone(), &items, None, &[]);
        assert!(keyed.iter().all(|finding| finding.code != "score::keying"), "{keyed:?}");
    }
}

#[test]
fn the_depression_scale_is_one_step_off_and_turned_already() {
    let Some(data) = real("promis_depression_cesd.csv") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let items = names("CESD", 20);
    let turned = ["CESD4", "CESD8", "CESD12", "CESD16"];
    let off = findings(&instrument(&folder, (0, 3), &items, &[]), data.clone(), &items, None, &[]);
    assert!(off.iter().any(|finding| finding.code == "score::coding_contradicted"), "{off:?}");
    let right = findings(&instrument(&folder, (0, 3), &items, &[]), data.clone(), &items, Some("1-4"), &[]);
    assert!(right.is_empty(), "{right:?}");
    // as published the four are reversed; the file has done that already
    let twice = findings(&instrument(&folder, (0, 3), &items, &turned), data, &items, Some("1-4"), &[]);
    assert_eq!(named(&twice, &items), turned, "{twice:?}");
    assert!(twice.iter().any(|finding| finding.help.as_ref().is_some_and(|help| help.contains("turned already"))));
}

#[test]
fn distress_stored_1_to_5_is_doubted_in_every_wrong_reading() {
    let Some(data) = real("nhis2018_sample_adult_500.csv") else { return };
    let items: Vec<String> = ["ASINERV", "ASIHOPLS", "ASIRSTLS", "ASISAD", "ASIEFFRT", "ASIWTHLS"].map(str::to_owned).to_vec();
    let read = |coding: Option<&str>| findings("k6", data.clone(), &items, coding, &["7", "8", "9"]);
    assert!(read(Some("5-1")).is_empty(), "{:?}", read(Some("5-1")));
    let codes = |findings: Vec<Problem>| findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert!(codes(read(None)).contains(&"score::coding_contradicted"), "1-5 read as 0-4");
    assert_eq!(codes(read(Some("1-5"))), ["score::doubtful_share"], "the wrong way round");
}

#[test]
fn sound_answers_of_two_waves_are_not_doubted() {
    for file in ["phq9_gad7_wave1.csv", "phq9_gad7_wave2.csv"] {
        let Some(data) = real(file) else { return };
        for (id, letter, count) in [("phq9", "PHQ", 9), ("gad7", "GAD", 7)] {
            let items = names(letter, count);
            assert!(findings(id, data.clone(), &items, None, &[]).is_empty(), "{file} {id}");
            let shifted = findings(id, data.clone(), &items, Some("1-4"), &[]);
            assert!(shifted.iter().any(|finding| finding.code == "score::coding_contradicted"), "{file} {id}: 0-3 read as 1-4");
        }
    }
}

/// People of whom each has a level, and answers 1 to 4 around it; items in `turned` are stored the other way.
fn planted(turned: &[usize]) -> String {
    let mut text = String::from("id,q1,q2,q3,q4,q5,q6\n");
    for row in 0..200_usize {
        let level = 1 + row * 7 % 4;
        let answer = |item: usize| {
            let answer = (level + usize::from((row * (item + 3)).is_multiple_of(5))).min(4);
            if turned.contains(&item) { 5 - answer } else { answer }
        };
        let answers: Vec<String> = (0..6).map(|item| answer(item).to_string()).collect();
        writeln!(text, "{row},{}", answers.join(",")).expect("a string takes all");
    }
    text
}

#[test]
fn planted_reversals_are_named_and_no_answer_at_the_healthy_end_is_doubted() {
    let items = names("q", 6);
    for turned in [&[][..], &[1], &[0, 5]] {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data.csv");
        std::fs::write(&data, planted(turned)).expect("writes");
        let found = findings(&instrument(&folder, (1, 4), &items, &[]), data.clone(), &items, None, &[]);
        let expected: Vec<String> = turned.iter().map(|item| format!("q{}", item + 1)).collect();
        assert_eq!(named(&found, &items), expected, "{found:?}");
        assert_eq!(found.len(), usize::from(!turned.is_empty()));
        // codes 1 to 4 read as 0 to 4: not one answer says "never"
        let off = findings(&instrument(&folder, (0, 4), &items, &[]), data, &items, None, &[]);
        assert!(off.iter().any(|finding| finding.code == "score::coding_contradicted"), "{off:?}");
    }
}
