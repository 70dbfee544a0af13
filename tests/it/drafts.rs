//! `check-draft`: a two-page narrative with planted errors, sentences of the release itself, and what cannot be read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use recovista::{CheckedDraft, DraftOptions, Locking, RunOptions, Verdict, check_draft};

use crate::annual::{run_folder, table};
use crate::project::Project;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A release in which team T04 reports 4 FTEs instead of 2: 45.5 in 21 teams, 112.67 in 52.
fn former_release(folder: &Path) -> PathBuf {
    let teams = std::fs::read_to_string(root().join("sample_data/teams_2024.csv")).expect("the sample");
    std::fs::write(folder.join("teams.csv"), teams.replace("T04,Southeast MA,2,", "T04,Southeast MA,4,")).expect("writes");
    let schema = root().join("schemas/datasets/team_survey.toml").display().to_string();
    let pipeline = format!(
        "title = \"Teams\"\nas_of = \"2023-12-31\"\n[[dataset]]\nid = \"teams\"\nschema = \"{schema}\"\nnoun = \"teams\"\nfile = \"teams.csv\"\n[dataset.design]\nframe = 52\n\
         [[analysis]]\nid = \"team-workforce\"\nkind = \"workforce\"\ndataset = \"teams\"\nvariables = [\"fte\"]\nresponse = true\n"
    );
    std::fs::write(folder.join("former.toml"), pipeline).expect("writes");
    let options = RunOptions { pipeline: folder.join("former.toml"), out: Some(folder.join("former")), lock: Locking::Leave, ..RunOptions::default() };
    recovista::run(&options, &mut |_, _| {}).expect("runs");
    folder.join("former")
}

fn checked(file: &Path, former: Option<PathBuf>) -> CheckedDraft {
    check_draft(&DraftOptions { file: file.to_owned(), run: Some(run_folder()), former }).expect("reads")
}

#[test]
fn all_planted_errors_are_found_and_no_false_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let former = former_release(folder.path());
    let planted = table(&root().join("tests/reference/drafts/planted.csv"));
    for name in ["narrative.md", "narrative.docx"] {
        let draft = checked(&root().join("tests/reference/drafts").join(name), Some(former.clone()));
        let mut left: Vec<_> = planted.iter().collect();
        for one in draft.numbers.iter().filter(|one| one.verdict != Verdict::Right) {
            let place = left.iter().position(|row| one.sentence.contains(row["sentence"].as_str()) && one.number == row["number"]);
            let row = left.remove(place.unwrap_or_else(|| panic!("{name}: a false alarm: {one:?}")));
            assert_eq!((one.verdict.word(), &one.right), (row["verdict"].as_str(), &row["right"]), "{name}: {one:?}");
            let code = if row["figure"].is_empty() { String::new() } else { recovista::results::short_code(&row["figure"]) };
            assert_eq!(one.code, code, "{name}: {one:?}");
        }
        assert!(left.is_empty(), "{name}: not found: {left:#?}");
        assert!(draft.count(Verdict::Right) >= 60, "{name}: {} right", draft.count(Verdict::Right));
        let kinds: BTreeSet<&str> = draft.numbers.iter().map(|one| one.verdict.word()).collect();
        assert_eq!(kinds.len(), 6, "every kind is planted: {kinds:?}");
    }
}

/// Right numbers in words of all kinds: hedged, in words, in a table, in lists, without their year.
#[test]
fn a_draft_without_errors_has_no_findings() {
    let draft = checked(&root().join("tests/reference/drafts/right.md"), None);
    let wrong: Vec<_> = draft.numbers.iter().filter(|one| one.verdict != Verdict::Right).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(draft.numbers.len() >= 90, "{}", draft.numbers.len());
}

/// Every number of a text as `number verdict right`, and the figures that were meant.
fn verdicts(text: &str) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("draft.md"), text).expect("writes");
    let draft = checked(&folder.path().join("draft.md"), None);
    let told = |one: &recovista::CheckedNumber| format!("{} {} {}", one.number, one.verdict.word(), one.right).trim().to_owned();
    (draft.numbers.iter().map(told).collect(), draft.numbers.iter().map(|one| one.figure.clone()).collect())
}

/// What the release says: 42.0 in 2024, 41.2 in 2023; of those seen twice 43 in 2024 (with 2022) and 40.5 in 2023.
#[test]
fn figures_of_people_seen_twice_are_meant_only_where_they_are_named() {
    for (text, wanted) in [
        ("In 2024, mean age was 42.0 years.", "42.0 right"),
        ("In 2024, mean age was 41 years.", "41 stale 42"),
        ("Mean age was 41 in 2024.", "41 stale 42"),
        ("In 2024, mean age of members was 43 years.", "43 unknown 42"),
        ("In 2024, mean age of members seen twice was 43 years.", "43 right"),
        ("Of members who answered both in 2022 and in 2024, mean age was 43 years in 2024.", "43 right"),
        ("Among the same people, mean age was 40.5 years in 2023.", "40.5 right"),
    ] {
        let (found, figures) = verdicts(text);
        assert_eq!(found, [wanted], "{text}: {figures:?}");
    }
    // A change of those seen twice is no change of everybody.
    let (found, _) = verdicts("Recovery capital rose by 1.36 points from 2023 to 2024.");
    assert!(!found[0].ends_with("right"), "{found:?}");
    let (found, _) = verdicts("Among members seen twice, recovery capital rose by 1.36 points from 2023 to 2024.");
    assert_eq!(found, ["1.36 points right"]);
    let (found, _) = verdicts("The change in the share of people who were abstinent was 28.0 percentage points.");
    assert!(!found[0].ends_with("right"), "weighted for those lost: {found:?}");
}

/// The sentence of everybody's mean with the mean of those seen twice in its place, for every score and wave where the two differ.
#[test]
fn no_mean_of_people_seen_twice_is_right_for_everybody() {
    let rows = table(&run_folder().join("public/results.csv"));
    let means: Vec<_> = rows.iter().filter(|row| row["stat"] == "mean" && row["dataset"] == "members" && !row["estimate"].is_empty()).collect();
    let value = |row: &std::collections::BTreeMap<String, String>| row["estimate"].parse::<f64>().expect("a number");
    let mut wrong = BTreeSet::new();
    for twice in means.iter().filter(|row| row["groups"].contains("who=people")) {
        let alike =
            |row: &&&std::collections::BTreeMap<String, String>| row["variable"] == twice["variable"] && row["groups"] == format!("wave={}", twice["wave"]);
        let Some(all) = means.iter().find(alike).filter(|all| (value(all) - value(twice)).abs() > 0.15) else { continue };
        let own = format!("{:.1}", value(all));
        if let Some((before, after)) = all["sentence"].split(" (").next().and_then(|claim| claim.rsplit_once(&own)) {
            wrong.insert(format!("{before}{:.1}{after}.", value(twice)));
        }
    }
    let (found, figures) = verdicts(&wrong.iter().cloned().collect::<Vec<_>>().join("\n\n"));
    let right: Vec<_> = found.iter().zip(figures).filter(|(found, _)| found.ends_with(" right")).collect();
    assert!(right.is_empty() && found.len() > 5, "{} of {}: {right:#?}", right.len(), found.len());
}

#[test]
fn cited_codes_are_held_to_their_figures() {
    for (text, wanted) in [
        ("In 2024, 39% of members were women, and 59% were men (R-5GHD-J89P).", vec!["39% right", "59% right"]),
        ("In 2024, 45.2% of members were women (R-5GHD-J89P).", vec!["45.2% wrong 39.0%"]),
        ("In 2024, 40.2% of members were women (R-5GHD-J89P).", vec!["40.2% stale 39.0%"]),
        ("In 2024, 59.0% of members were men (r-5ghd-j89p).", vec!["59.0% wrong 39.0%"]),
        ("Teams had a median of 2.5 Peer Specialist FTEs (R-BBTO-E526).", vec!["2.5 wrong 2.0"]),
        ("Teams had a median of 2 Peer Specialist FTEs (R-BBT0-E526).", vec!["2 right"]),
        ("In 2024, 598 of 1,520 members were women (R-5GHD-J89P).", vec!["598 right", "1,520 right"]),
        ("Female members were 39.0% in 2024 (R-ZZZZ-ZZZZ).", vec!["39.0% right", "R-ZZZZ-ZZZZ unknown"]),
        ("See r-bbt0-e526 and R-XXXX-XXXX.", vec!["R-XXXX-XXXX unknown"]),
    ] {
        let (found, figures) = verdicts(text);
        assert_eq!(found, wanted, "{text}: {figures:?}");
    }
}

#[test]
fn what_an_earlier_sentence_spoke_of_does_not_hide_what_this_one_names() {
    let (found, figures) = verdicts("The median hourly wage of coaches was $21.50. K6 was 5.9 in 2024.");
    assert_eq!((found[1].as_str(), figures[1].starts_with("Psychological distress (K6)")), ("5.9 right", true), "{figures:?}");
    // Of the sum of a scale and the mean of its items, the one of the number's size should stand there.
    let (found, _) = verdicts("In 2024, mean psychological distress was 6.8.");
    assert_eq!(found, ["6.8 unknown 5.9"]);
    let (found, figures) = verdicts("All recovery coaches are paid. Unemployment fell by 38 percent. Coaches number 350.");
    assert_eq!((found[0].as_str(), figures[0].as_str()), ("38 percent unknown", ""), "{found:?}");
}

#[test]
fn places_are_told() {
    let draft = checked(&root().join("tests/reference/drafts/narrative.md"), None);
    let place = |number: &str| draft.numbers.iter().find(|one| one.number == number).map(|one| one.place.clone());
    assert_eq!((place("41.4%").as_deref(), place("37.0").as_deref()), (Some("9:83"), Some("34:33")));
}

/// Sentences of the release, each a paragraph; figures by hour and of curves are cited by code alone.
fn sentences() -> Vec<String> {
    let rows = table(&run_folder().join("public/results.csv"));
    let spoken = |row: &&std::collections::BTreeMap<String, String>| {
        let groups = &row["groups"];
        let narrow = groups.contains("hour=") || groups.contains("bin=") || groups.contains("month=") && groups.contains("region=");
        !narrow && row["status"] != "suppressed" && row["status"] != "suppressed_complementary" && row["analysis"] != "data-quality" && row["stat"] != "smooth"
    };
    let counted = |sentence: &String| {
        sentence.contains(" reported ") && sentence.chars().next().is_some_and(|letter| letter.is_ascii_digit()) && sentence.contains(" of ")
    };
    rows.iter().filter(spoken).map(|row| row["sentence"].clone()).filter(|sentence| !sentence.is_empty() && !counted(sentence)).collect()
}

#[test]
fn what_the_program_says_itself_is_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let chosen: Vec<String> = sentences().into_iter().step_by(23).collect();
    assert!(chosen.len() > 80, "{}", chosen.len());
    std::fs::write(folder.path().join("own.txt"), chosen.join("\n\n")).expect("writes");
    let draft = checked(&folder.path().join("own.txt"), None);
    let wrong: Vec<String> = draft
        .numbers
        .iter()
        .filter(|one| one.verdict != Verdict::Right)
        .map(|one| format!("{} {} in {}", one.verdict.word(), one.number, one.sentence))
        .collect();
    assert!(wrong.len() * 200 <= draft.numbers.len(), "{} of {}: {wrong:#?}", wrong.len(), draft.numbers.len());
}

/// Those of the follow-up and of ranked changes, all of them: rates of change stand beside changes in points, bounds beside shares.
#[test]
fn what_is_said_of_those_seen_again_is_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = table(&run_folder().join("public/results.csv"));
    let stats = ["rate_of_change", "bound", "wilcoxon_v", "rank_biserial"];
    let of_change = rows.iter().filter(|row| stats.contains(&row["stat"].as_str()) && !row["estimate"].is_empty());
    let own: Vec<String> = of_change.map(|row| row["sentence"].clone()).collect();
    assert!(own.len() > 10, "{}", own.len());
    std::fs::write(folder.path().join("own.txt"), own.join("\n\n")).expect("writes");
    let draft = checked(&folder.path().join("own.txt"), None);
    let wrong: Vec<_> = draft.numbers.iter().filter(|one| one.verdict != Verdict::Right).collect();
    assert!(wrong.is_empty() && draft.numbers.len() > 10, "{wrong:#?}");
}

#[test]
fn a_number_that_is_moved_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    // The first share of a sentence is three and a bit points off.
    let moved: Vec<String> = sentences()
        .iter()
        .step_by(29)
        .filter_map(|sentence| {
            let (before, rest) = sentence.split_once('%')?;
            let start = before.rfind(|letter: char| !letter.is_ascii_digit() && letter != '.').map_or(0, |at| at + 1);
            let share: f64 = before[start..].contains('.').then(|| before[start..].parse().ok()).flatten()?;
            Some(format!("{}{:.1}%{rest}", &before[..start], if share > 50.0 { share - 3.3 } else { share + 3.3 }))
        })
        .collect();
    std::fs::write(folder.path().join("moved.txt"), moved.join("\n\n")).expect("writes");
    let draft = checked(&folder.path().join("moved.txt"), None);
    let found: BTreeSet<&String> = draft.numbers.iter().filter(|one| one.verdict != Verdict::Right).map(|one| &one.sentence).collect();
    assert!(moved.len() > 30 && found.len() * 100 >= moved.len() * 95, "{} of {}", found.len(), moved.len());
}

#[test]
fn drafts_that_cannot_be_read() {
    let project = Project::new();
    project.run("run pipeline.toml");
    project.write("latin.md", b"caf\xe9 39%");
    project.write("broken.docx", b"PK\x03\x04 and nothing else");
    insta::assert_snapshot!(project.said("check-draft latin.md --run reports/pipeline"), @r#"
exit 3
error[draft::not_text]: latin.md is neither a Word document nor text in UTF-8
  found:    byte 3 is not UTF-8
  expected: a .docx, .html, .md or .txt file
  help:     save it as .docx, or as text in UTF-8
"#);
    insta::assert_snapshot!(project.said("check-draft broken.docx --run reports/pipeline"), @r#"
exit 3
error[draft::unreadable]: broken.docx cannot be read as a draft
  found:    not a Word document: invalid Zip archive: Could not find EOCD
  expected: a Word document (.docx), a page (.html) or text
  help:     open it and save it again as .docx
"#);
}

#[test]
fn findings_are_told_with_what_should_stand_there() {
    let project = Project::new();
    project.run("run pipeline.toml");
    project.write("draft.md", b"# People\n\nHalf of the people were women. Of 60 people, 51.0% were women (n = 60) and 50.0% were men.\n");
    let (code, found, said) = project.run("check-draft draft.md --run reports/pipeline");
    insta::assert_snapshot!(format!("exit {code:?}\n{found}{said}"), @r#"
exit Some(1)
3:46  51.0%  unknown
  right    50.0%
  figure   R-3WES-RRJB  gender: Female, share
  because  no figure says so; this is the one with these words
  in       Of 60 people, 51.0% were women (n = 60) and 50.0% were men.

5 numbers held against reports/pipeline: 4 right, 1 unknown
"#);
}

#[test]
fn the_former_release_of_the_pipeline_is_the_former_release_of_a_draft() {
    let project = Project::new();
    assert_eq!(project.run("run pipeline.toml --out before").0, Some(0));
    let rows: Vec<String> = (0..180).map(|i| format!("q{i},c{},{},{}\n", i % 5, 1 + u8::from(i % 3 > 0), 20 + i % 50)).collect();
    project.write("data.csv", format!("respondent_id,center_id,gender,age\n{}", rows.concat()).as_bytes());
    project.edit("pipeline.toml", "[[dataset]]", "[privacy]\nprevious_release = \"before\"\n[[dataset]]");
    let (code, _, said) = project.run("run pipeline.toml --out now");
    assert_eq!(code, Some(0), "{said}");
    // What was shown then decides what is shown now, so the manifest names it by its hash, and no folder.
    let hash = |name: &str| serde_json::from_str::<serde_json::Value>(&project.read(name)).expect("JSON")["files"]["results.parquet"].clone();
    let manifest: serde_json::Value = serde_json::from_str(&project.read("now/public/manifest.json")).expect("JSON");
    let named = manifest["inputs"].as_array().expect("inputs").iter().find(|input| input["role"] == "previous_release").expect("is named");
    assert_eq!((&named["name"], &named["sha256"]), (&"results.parquet".into(), &hash("before/public/manifest.json")));
    assert!(!project.read("now/public/manifest.json").contains("before"));
    assert!(project.read("pipeline.lock").contains("previous_release"));
    let (_, traced, _) = project.run("trace members.who.gender=Female.proportion --run now");
    assert!(traced.contains("release as of 2024-12-31") && traced.contains("0.5, interval"), "{traced}");
    project.write("draft.md", b"Of 180 people, 33.3% are female. Earlier we wrote that 50.0% are female.\n");
    let (code, told, _) = project.run("check-draft draft.md --run now");
    assert!(code == Some(1) && told.contains("50.0%  stale"), "{told}");
    // A release that is gone is told by `check`, before anything is computed; a draft is then held against the run alone.
    std::fs::remove_dir_all(project.path("before")).expect("goes");
    let (code, _, said) = project.run("check pipeline.toml");
    assert!(code == Some(3) && said.contains("previous_release = \"before\""), "{said}");
    let (_, told, _) = project.run("check-draft draft.md --run now");
    assert!(told.contains("50.0%") && !told.contains("stale"), "{told}");
}
