//! `recovista new` on folders of exports: the project it drafts runs to a report, and nothing is overwritten.

#![allow(clippy::print_stderr, reason = "a test that did not run says so")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::project::Project;

/// Two waves of one survey, with the items of an instrument.
fn waves(project: &Project) {
    for (year, shift) in [(2023, 0), (2024, 1)] {
        let mut text = "respondent_id,gender,age,phq9_1,phq9_2,phq9_3,phq9_4,phq9_5,phq9_6,phq9_7,phq9_8,phq9_9\n".to_owned();
        for row in 0..90_usize {
            // A level for each person and a little noise, so that the items speak of one thing.
            let items: Vec<String> = (0..9).map(|item| ((row / 7 + shift) % 3 + usize::from((row + item) % 3 == 0)).to_string()).collect();
            let _ = writeln!(text, "p{row},{},{},{}", ["Female", "Male"][row % 2], 18 + row % 60, items.join(","));
        }
        fs::write(project.path(&format!("members_{year}.csv")), text).unwrap();
    }
}

#[test]
fn two_waves_become_a_project_that_runs_to_a_report() {
    let project = Project::new();
    waves(&project);
    let (code, _, said) = project.run("new ours members_2023.csv members_2024.csv");
    assert_eq!(code, Some(0), "{said}");
    for words in ["2 waves of the same questions", "instruments: phq9", "key: respondent_id", "next: look at the comments"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let pipeline = fs::read_to_string(project.path("ours/pipelines/ours.toml")).unwrap();
    for words in
        ["id = \"2023\"\nfile = \"../../members_2023.csv\"", "as_of = \"2024-12-31\"", "kind = \"outcomes\"", "kind = \"trend\"", "kind = \"demographics\""]
    {
        assert!(pipeline.contains(words), "{words}\n{pipeline}");
    }
    let (code, _, said) = project.run("run ours/pipelines/ours.toml --out first");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("180 rows in 2 waves"), "{said}");
    let report = fs::read_to_string(project.path("first/public/report.html")).unwrap();
    assert!(report.contains("PHQ-9") || report.contains("Patient Health Questionnaire"));
    let (code, _, said) = project.run("new ours members_2023.csv members_2024.csv");
    assert!(code == Some(2) && said.contains("new::file_exists"), "{said}");
}

#[test]
fn folders_without_exports_are_errors() {
    let project = Project::new();
    fs::create_dir(project.path("empty")).unwrap();
    assert_eq!(project.run("new empty").0, Some(2));
    fs::write(project.path("zero.csv"), "").unwrap();
    let (code, _, said) = project.run("new ours zero.csv absent.csv");
    assert!(code == Some(3) && said.contains("new::no_export") && said.contains("absent.csv is left out"), "{said}");
    assert!(!project.path("ours").exists());
}

/// Folders of real exports, each of which must become a project that runs.
#[test]
fn real_folders_reach_a_report() {
    let Some(real) = std::env::var_os("RECOVISTA_REAL_DATA").map(PathBuf::from) else {
        eprintln!("not run: RECOVISTA_REAL_DATA is not set");
        return;
    };
    let folders: [(&str, &[&str]); 3] = [
        ("phq", &["instruments/phq9_gad7_wave1.csv", "instruments/phq9_gad7_wave2.csv"]),
        ("trial", &["redcap/clinical-trial-1/data.csv", "redcap/clinical-trial-1/dictionary.csv"]),
        ("steak", &["surveymonkey/steak_risk.csv"]),
    ];
    let project = Project::new();
    for (name, files) in folders {
        let files: Vec<String> = files.iter().map(|file| real.join(file).display().to_string()).collect();
        let (code, _, said) = project.run(&format!("new {name} {}", files.join(" ")));
        assert!(matches!(code, Some(0 | 1)), "{name}: {said}");
        let (code, _, said) = project.run(&format!("run {name}/pipelines/{name}.toml --out {name}-out"));
        assert_eq!(code, Some(0), "{name}: {said}");
        assert!(Path::new(&project.path(&format!("{name}-out/public/report.html"))).is_file(), "{name}");
    }
}

/// Waves whose codes mean other things: the codebook is that of the latest file, and nobody is told of one trend.
#[test]
fn waves_with_other_codes_stop_and_say_how_to_compare_them() {
    let project = Project::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    let files: Vec<String> = (2022..=2024).map(|year| data.join(format!("members_{year}.csv")).display().to_string()).collect();
    let (code, _, said) = project.run(&format!("new ours {}", files.join(" ")));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("`k6_1` runs from 0 to 4 in wave 2022, not from 1 to 5"), "{said}");
    assert!(said.contains("recovista diff") && said.contains("--propose"), "{said}");
    assert!(said.contains("k6") && said.contains("barc10") && said.contains("key: respondent_id\n"), "{said}");
    let book = fs::read_to_string(project.path("ours/schemas/members.toml")).unwrap();
    let gender = book.split("[[field]]").find(|block| block.contains("name = \"gender\"")).unwrap();
    assert!(gender.contains("optional = true"), "{gender}");
    assert_eq!(project.run("run ours/pipelines/ours.toml --out first").0, Some(2));
}

/// 125 teachers answered; 26 of them name `JupyterHub` among other tools, as a count of the raw cells says.
#[test]
fn a_form_with_several_answers_in_a_cell_is_counted_right() {
    let Some(real) = std::env::var_os("RECOVISTA_REAL_DATA").map(PathBuf::from) else {
        eprintln!("not run: RECOVISTA_REAL_DATA is not set");
        return;
    };
    let project = Project::new();
    let file = real.join("other_platforms/google_forms_jupyter_2016.csv");
    let (code, _, said) = project.run(&format!("new form {}", file.display()));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(project.run("run form/pipelines/form.toml --out out").0, Some(0));
    let results = fs::read_to_string(project.path("out/restricted/results.csv")).unwrap();
    for (tool, count) in [("JupyterHub", 26.0), ("Jupyter notebook", 123.0)] {
        let row = results.lines().find(|line| line.contains(&format!("please_indicate_which_of_the_following,{tool},proportion,"))).unwrap();
        assert!(row.contains(&format!(",{:.3}", count / 125.0)), "{tool}: {row}");
    }
}
