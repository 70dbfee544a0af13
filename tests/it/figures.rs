//! `figures`: words that are not matched are named, numbers and codes are found as they are typed, and the best run answers.

use recovista::error::Error;
use recovista::{FigureOptions, Figures, figures};

use crate::annual::run_folder;
use crate::project::Project;

fn asked(query: &str) -> Result<Figures, Error> {
    figures(&FigureOptions { query: Some(query.to_owned()), run: Some(run_folder()), most: 5, ..FigureOptions::default() })
}

fn labels(found: &Figures) -> Vec<String> {
    found.iter().filter_map(|(row, _, _)| row.label.clone()).collect()
}

#[test]
fn words_that_are_not_matched_are_named() {
    let found = asked("hispanic women 2024").expect("answers");
    assert!(found.unknown.is_empty() && found.missed.iter().all(|missed| missed == &["hispanic"] || missed == &["women"]), "{:?}", found.missed);
    let found = asked("depression 2024 boston").expect("answers");
    assert_eq!((found.unknown.clone(), found.missed[0].clone()), (vec!["depression".to_owned()], vec!["depression".to_owned()]));
    assert!(labels(&found)[0].contains("Boston"), "{:?}", labels(&found));
    let found = asked("women 2024").expect("answers");
    assert!(found.unknown.is_empty() && found.missed.iter().all(Vec::is_empty), "{:?}", found.missed);
}

/// A figure that has every word stands before one that scores more without one of them.
#[test]
fn a_figure_that_lacks_a_word_stands_behind_those_that_know_all() {
    for query in ["distress change", "people monday", "women boston 2022", "share hispanic 2024", "total wages", "percent female springfield"] {
        let found = figures(&FigureOptions { query: Some(query.to_owned()), run: Some(run_folder()), most: 400, ..FigureOptions::default() }).expect("answers");
        let whole: Vec<bool> = found.missed.iter().map(Vec::is_empty).collect();
        assert!(whole.is_sorted_by(|a, b| a >= b), "{query}: {whole:?}");
    }
}

#[test]
fn near_spellings_count_only_where_no_figure_has_the_word() {
    let problems = asked("unemployed").expect_err("no figure is of unemployment").problems;
    assert_eq!(problems[0].code, "figures::nothing_found");
    assert!(!format!("{problems:?}").contains("workers employed"), "{problems:?}");
    let found = asked("recovry captial").expect("answers");
    assert!(labels(&found)[0].starts_with("Recovery capital"), "{:?}", labels(&found));
    // 2023 is no near spelling of 2024.
    let found = asked("mean age 2023").expect("answers");
    assert!(labels(&found)[0].ends_with("2023"), "{:?}", labels(&found));
}

#[test]
fn a_percentage_finds_the_figure_that_prints_so() {
    let found = asked("40.2%").expect("answers");
    let first = found.iter().next().map(|(row, _, _)| format!("{:.1}", 100.0 * row.estimate.unwrap_or_default()));
    assert_eq!(first.as_deref(), Some("40.2"), "{:?}", labels(&found));
    let found = asked("women 39.0%").expect("answers");
    assert_eq!(labels(&found)[0], "Gender: Female, share, 2024");
}

#[test]
fn a_code_as_a_query_is_its_figure() {
    for query in ["R-BBT0-E526", "r-bbto-e526", "R-BBT0E526"] {
        assert_eq!(labels(&asked(query).expect("is there")), ["Peer Specialist FTEs, median"], "{query}");
    }
    let by_id = figures(&FigureOptions { id: Some("r-bbto-e526".to_owned()), run: Some(run_folder()), most: 5, ..FigureOptions::default() });
    assert_eq!(labels(&by_id.expect("is there")), ["Peer Specialist FTEs, median"]);
    assert_eq!(asked("R-ZZZZ-ZZZZ").expect_err("is not there").problems[0].code, "figures::nothing_found");
}

#[test]
fn of_several_runs_the_one_with_the_best_figure_answers() {
    let project = Project::new();
    assert_eq!(project.run("run pipeline.toml --out reports/b").0, Some(0));
    project.edit("pipeline.toml", ", \"age\"", "");
    assert_eq!(project.run("run pipeline.toml --out reports/a").0, Some(0));
    let output = project.command("figures -n 1").arg("people age xylophone").output().expect("starts");
    let (told, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("from the run reports/b"), "{said}{told}");
    assert!(said.contains("no figure knows the words: xylophone") && told.contains("  without   xylophone"), "{said}{told}");
    // Machines get the rows alone.
    let output = project.command("figures -n 1 --format json").arg("people age xylophone").output().expect("starts");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("knows"), "{output:?}");
}
