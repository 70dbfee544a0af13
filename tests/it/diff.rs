//! `diff` on files whose differences are known: the sample waves, files with planted changes, real pairs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use recovista::{DiffOptions, Drift, diff};

use crate::project::program;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(name)
}

fn compare(before: &Path, after: &Path) -> Drift {
    diff(&DiffOptions { before: before.into(), after: after.into(), ..DiffOptions::default() }).expect("two files that can be read")
}

/// Field, change and status of each difference.
fn told(drift: &Drift) -> Vec<[String; 3]> {
    drift.lines().into_iter().map(|line| [line[0].clone(), line[1].clone(), line[4].clone()]).collect()
}

/// What `sample_data/README.md` says of the form of 2022.
fn of_2022(status: &str) -> Vec<[String; 3]> {
    let one = |field: &str, change: &str| [field, change, status].map(str::to_owned);
    let k6 = (1..=6).map(|item| one(&format!("k6_{item}"), "range_shifted"));
    [one("gender", "renamed"), one("referral", "recoded")].into_iter().chain(k6).collect()
}

#[test]
fn the_sample_waves_differ_as_their_readme_says_and_in_nothing_else() {
    for later in ["members_2023.csv", "members_2024.csv"] {
        let drift = compare(&sample("members_2022.csv"), &sample(later));
        assert_eq!(told(&drift), of_2022("open"), "{later}");
        assert!(drift.proposal.contains(r#"map = { "1" = "1", "2" = "3", "3" = "5", "4" = "2", "5" = "4", "6" = "6" }"#), "{}", drift.proposal);
        assert_eq!(drift.proposal.matches(r#"map = { "0" = "1", "1" = "2", "2" = "3", "3" = "4", "4" = "5" }"#).count(), 6);
    }
    let drift = compare(&sample("members_2023.csv"), &sample("members_2024.csv"));
    assert_eq!(told(&drift), Vec::<[String; 3]>::new());
    assert!(drift.proposal.is_empty());
}

#[test]
fn they_are_found_without_a_person_in_both_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let others = folder.path().join("w.csv");
    let text = std::fs::read_to_string(sample("members_2022.csv")).expect("the sample");
    std::fs::write(&others, text.replace("\nP", "\nQ")).expect("writes");
    let drift = compare(&others, &sample("members_2024.csv"));
    assert_eq!(told(&drift), of_2022("open"));
    let referral = drift.lines().into_iter().find(|line| line[0] == "referral").expect("is recoded");
    // Two of the six answers were given equally often: only a person can tell which is which.
    assert!(referral[5].contains("too close in size to be told apart"), "{referral:?}");
}

#[test]
fn the_crosswalk_covers_the_sample_and_a_gap_in_it_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments = "diff sample_data/members_2022.csv sample_data/members_2024.csv --schema member_survey --format json --crosswalk ";
    let output = program(root, &format!("{arguments}schemas/crosswalks/members_2022_to_2024.toml")).output().expect("starts");
    assert_eq!(output.status.code(), Some(0));
    let rows: Vec<BTreeMap<String, String>> = serde_json::from_slice(&output.stdout).expect("an array of objects");
    assert!(rows.len() == 8 && rows.iter().all(|row| row["status"] == "covered: crosswalk"), "{rows:?}");

    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("gap.toml");
    let text = std::fs::read_to_string(root.join("schemas/crosswalks/members_2022_to_2024.toml")).expect("the crosswalk");
    std::fs::write(&path, text.replacen(r#""3" = "5", "#, "", 1)).expect("writes");
    let output = program(root, &format!("{arguments}{}", path.display())).output().expect("starts");
    assert_eq!(output.status.code(), Some(1));
    let rows: Vec<BTreeMap<String, String>> = serde_json::from_slice(&output.stdout).expect("an array of objects");
    let gap = rows.iter().find(|row| row["change"] == "unmapped_code").expect("the gap");
    assert_eq!((gap["field"].as_str(), gap["before"].as_str(), gap["status"].as_str()), ("referral", "3", "open"));
}

#[test]
fn a_proposal_counts_once_a_person_has_written_its_reasons() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("proposed.toml");
    let (before, after) = (sample("members_2022.csv"), sample("members_2024.csv"));
    let arguments = format!("diff {} {} --schema member_survey", before.display(), after.display());
    let run = |more: &str| {
        let output = program(folder.path(), &format!("{arguments} {more}")).output().expect("starts");
        (output.status.code(), String::from_utf8(output.stderr).expect("text"))
    };
    assert_eq!(run("--propose proposed.toml").0, Some(1));
    let (code, said) = run("--crosswalk proposed.toml");
    assert_eq!(code, Some(2));
    assert!(said.contains("error[wave::no_reason]") && said.contains("proposed.toml:"), "{said}");
    let text = std::fs::read_to_string(&path).expect("the proposal");
    std::fs::write(&path, text.replace("reason = \"\"", "reason = \"the form changed\"")).expect("writes");
    assert_eq!(run("--crosswalk proposed.toml").0, Some(0));
    // What a person wrote is never written over.
    let (code, said) = run("--propose proposed.toml");
    assert_eq!(code, Some(3), "{said}");
    assert!(std::fs::read_to_string(&path).expect("is there").contains("the form changed"));
}

/// Two files of 200 people with changes planted between them.
fn planted(folder: &Path) -> (PathBuf, PathBuf) {
    let (mut one, mut two) = (String::from("id,sex,spend,site,mood,old_only,stay\n"), String::from("id,spend,sex,site,mood,new_only,stay\n"));
    for person in 0..200_u32 {
        let (sex, spend, mood, stay) = (1 + person % 2, person * 3, person % 5, person * 7 % 4);
        let _ = writeln!(one, "a{person},{sex},{spend},{},{mood},x{person},{stay}", person % 3);
        // Spending becomes words, a fourth site opens, mood is turned around, columns change places.
        let _ = writeln!(two, "b{person},about {spend},{sex},{},{},y{person},{stay}", person % 4, (4 - person % 5) * u32::from(person % 3 > 0));
    }
    let paths = (folder.join("one.csv"), folder.join("two.csv"));
    std::fs::write(&paths.0, one).expect("writes");
    std::fs::write(&paths.1, two).expect("writes");
    paths
}

#[test]
fn planted_changes_are_found_each_as_what_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (before, after) = planted(folder.path());
    let found = told(&compare(&before, &after));
    let wanted = [
        ["spend", "retyped", "open"],
        ["site", "level_added", "open"],
        ["new_only", "added", "note"],
        ["old_only", "dropped", "open"],
        ["spend", "reordered", "note"],
    ];
    for one in wanted {
        assert!(found.contains(&one.map(str::to_owned)), "{one:?} is not in {found:?}");
    }
    assert!(!found.iter().any(|line| line[0] == "stay" || line[0] == "id"), "{found:?}");
}

#[test]
fn a_scale_turned_around_is_a_recode() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shares = [60, 30, 20, 15, 8];
    let write = |name: &str, turned: bool| {
        let answers = shares.iter().enumerate().flat_map(|(code, count)| std::iter::repeat_n(if turned { 4 - code } else { code }, *count));
        let path = folder.path().join(name);
        std::fs::write(&path, answers.fold("calm\n".to_owned(), |text, code| text + &format!("{code}\n"))).expect("writes");
        path
    };
    let drift = compare(&write("one.csv", false), &write("two.csv", true));
    assert_eq!(told(&drift), [["calm", "recoded", "open"].map(str::to_owned)]);
    assert!(drift.proposal.contains(r#"map = { "0" = "4", "1" = "3", "2" = "2", "3" = "1", "4" = "0" }"#), "{}", drift.proposal);
}

#[test]
fn runs_and_folders_are_refused_in_words() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(folder.path().join("run/public")).expect("a folder");
    std::fs::write(folder.path().join("run/public/manifest.json"), "{}").expect("writes");
    let options = DiffOptions { before: folder.path().join("run"), after: sample("members_2024.csv"), ..DiffOptions::default() };
    assert_eq!(diff(&options).expect_err("a run").problems[0].code, "diff::folder");
    let options = DiffOptions { before: folder.path().into(), ..options };
    assert_eq!(diff(&options).expect_err("a folder").problems[0].code, "diff::folder");
}

/// Files of the shared collection; where it is not there the test says so.
#[allow(clippy::print_stderr, reason = "a test that did not run says so")]
fn real(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("RECOVISTA_REAL_DATA").map(|folder| PathBuf::from(folder).join(name)).filter(|path| path.exists());
    if path.is_none() {
        eprintln!("not run: RECOVISTA_REAL_DATA has no {name}");
    }
    path
}

#[test]
fn two_waves_of_one_real_form_do_not_differ() {
    let (Some(before), Some(after)) = (real("instruments/phq9_gad7_wave1.csv"), real("instruments/phq9_gad7_wave2.csv")) else { return };
    assert_eq!(told(&compare(&before, &after)), Vec::<[String; 3]>::new());
}

#[test]
fn two_rounds_of_real_young_people_differ_in_the_name_of_the_round_only_until_something_is_planted() {
    let Some(path) = real("instruments/youth_services_two_rounds.csv") else { return };
    let text = std::fs::read_to_string(path).expect("a text");
    let (header, rows) = text.split_once('\n').expect("a header");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, header: &str, round: &str, spoil: &dyn Fn(&str) -> String| {
        let own: String = rows.lines().filter(|row| row.contains(round)).map(|row| spoil(row) + "\n").collect();
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{header}\n{own}")).expect("writes");
        path
    };
    let before = write("baseline.csv", header, "Baseline", &str::to_owned);
    let after = write("followup.csv", header, "Follow", &str::to_owned);
    let honest = told(&compare(&before, &after));
    assert!(honest.iter().all(|line| line[0] == "round" || line[2] == "note"), "{honest:?}");

    // The last question, 1 to 5 or so, starts at 0, and the sex at birth has another name.
    let header = header.replace("d_sex_birth_s", "sex_at_birth");
    let shift = |row: &str| {
        let (head, last) = row.rsplit_once(',').expect("columns");
        last.trim().parse::<i64>().map_or_else(|_| row.to_owned(), |code| format!("{head},{}", code - 1))
    };
    let spoilt = told(&compare(&before, &write("spoilt.csv", &header, "Follow", &shift)));
    let wanted = [["sex_at_birth", "renamed", "open"], ["aqol6d_q20", "range_shifted", "open"]];
    for one in wanted {
        assert!(spoilt.contains(&one.map(str::to_owned)), "{one:?} is not in {spoilt:?}");
    }
}
