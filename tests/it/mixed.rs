//! Linear mixed models against lme4 and lmerTest, what must hold for all data, and intervals that hold the truth.

use std::path::{Path, PathBuf};

use recovista::onefile::{DataOptions, MixedOptions, fit_mixed};
use recovista::results::{ResultRow, Stat, Status};
use serde_json::Value;

use crate::mixed_simulation::{Plan, covered};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/longitudinal")
}

fn options(data: &Path, outcome: &str, time: &str, subject: &str) -> MixedOptions {
    let data = DataOptions { data: data.to_owned(), ..DataOptions::default() };
    MixedOptions { data, outcome: outcome.to_owned(), time: time.to_owned(), subject: subject.to_owned(), ..MixedOptions::default() }
}

fn rows(options: &MixedOptions) -> Vec<ResultRow> {
    fit_mixed(options).unwrap_or_else(|error| panic!("{error}")).table.rows().to_vec()
}

fn row<'a>(rows: &'a [ResultRow], stat: Stat, level: &str) -> &'a ResultRow {
    let found = rows.iter().find(|row| row.stat == stat && row.level.as_deref().unwrap_or("") == level);
    found.unwrap_or_else(|| panic!("no {stat} {level}: {rows:?}"))
}

fn near(found: Option<f64>, expected: &Value, tolerance: f64, what: &str) {
    let Some(expected) = expected.as_f64() else { return };
    let found = found.unwrap_or_else(|| panic!("{what}: nothing found, {expected} expected"));
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1e-9), "{what}: {found} found, {expected} expected");
}

/// The model that a case asks for.
fn asked(case: &Value) -> MixedOptions {
    let ask = &case["ask"];
    let text = |key: &str| ask[key].as_str().unwrap_or_default().to_owned();
    let file = folder().join(case["data"].as_str().unwrap());
    MixedOptions {
        random_slope: ask["random_slope"].as_bool().unwrap_or(false),
        fixed: text("fixed"),
        means: case["expect"]["means"].is_array(),
        ..options(&file, &text("outcome"), &text("time"), &text("subject"))
    }
}

fn check(case: &Value, fixed: f64, variance: f64) {
    let (id, expect) = (case["id"].as_str().unwrap(), &case["expect"]);
    let rows = rows(&asked(case));
    for term in expect["fixed"].as_array().unwrap() {
        let name = term["term"].as_str().unwrap();
        let found = row(&rows, Stat::Coefficient, name);
        near(found.estimate, &term["estimate"], fixed, &format!("{id} {name}"));
        near(found.std_error, &term["se"], fixed, &format!("{id} {name} se"));
        near(found.df, &term["df"], 1e-3, &format!("{id} {name} df"));
        near(found.test_statistic, &term["t"], fixed, &format!("{id} {name} t"));
        near(found.p_value, &term["p"], 1e-2, &format!("{id} {name} p"));
        assert_eq!((found.n, found.denominator), (expect["n"].as_f64(), expect["subjects"].as_f64()), "{id}");
    }
    for (level, expected) in expect["variance"].as_object().unwrap().iter().filter(|(_, expected)| expected.is_number()) {
        near(row(&rows, Stat::Variance, level).estimate, expected, variance, &format!("{id} {level}"));
    }
    near(row(&rows, Stat::RemlLogLikelihood, "").estimate, &expect["reml_loglik"], 1e-8, id);
    if expect["joint"].is_object() {
        let of = |row: &&ResultRow| row.stat == Stat::Wald && row.df == expect["joint"]["df"].as_f64();
        let found = rows.iter().rfind(of).unwrap_or_else(|| panic!("{id}: no test of several coefficients"));
        near(found.test_statistic, &expect["joint"]["f"], fixed, &format!("{id} F"));
        near(found.df2, &expect["joint"]["df2"], 1e-3, &format!("{id} df2"));
        near(found.p_value, &expect["joint"]["p"], 1e-2, &format!("{id} p of F"));
    }
    for mean in expect["means"].as_array().into_iter().flatten() {
        let level = format!("wave = {}", mean["level"].as_str().unwrap());
        let found = row(&rows, Stat::PredictiveMargin, &level);
        for (found, key) in [(found.estimate, "estimate"), (found.std_error, "se"), (found.conf_low, "low"), (found.conf_high, "high")] {
            near(found, &mean[key], 10.0 * fixed, &format!("{id} {level} {key}"));
        }
    }
    let singular = expect["singular"].as_bool().unwrap_or(false);
    assert!(rows.iter().all(|row| row.note.is_some() == singular), "{id}: {:?}", rows[0].note);
}

fn cases(file: &str) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(folder().join(file)).unwrap()).unwrap()
}

#[test]
fn mixed_models_of_the_sleep_study_are_those_of_lme4() {
    let cases = cases("mixed_cases.json");
    assert_eq!(cases.len(), 3);
    for case in &cases {
        check(case, 1e-6, 1e-5);
    }
}

#[test]
fn mixed_models_of_further_data_are_those_of_lmertest() {
    let cases = cases("mixed_more.json");
    assert_eq!(cases.len(), 12);
    let failed: Vec<&str> =
        cases.iter().filter(|case| std::panic::catch_unwind(|| check(case, 1e-5, 1e-4)).is_err()).map(|case| case["id"].as_str().unwrap()).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

/// A file with rows of people over time.
fn written(folder: &Path, name: &str, lines: impl IntoIterator<Item = String>) -> PathBuf {
    let path = folder.join(name);
    let text: Vec<String> = lines.into_iter().collect();
    std::fs::write(&path, text.join("\n") + "\n").unwrap();
    path
}

#[test]
fn neither_scale_nor_origin_nor_order_nor_the_form_of_ids_matters() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(self::folder().join("sleepstudy_unbalanced.csv")).unwrap();
    let lines: Vec<Vec<String>> = text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect()).collect();
    let number = |cell: &String| cell.parse::<f64>().unwrap();
    let header = || std::iter::once("y,t,id".to_owned());
    let plain = written(folder.path(), "plain.csv", header().chain(lines.iter().map(|cells| cells.join(","))));
    let moved = lines.iter().map(|cells| format!("{},{},{}", 1000.0 + 3.0 * number(&cells[0]), 2020.0 + number(&cells[1]) / 12.0, cells[2]));
    let moved = written(folder.path(), "moved.csv", header().chain(moved));
    let turned = written(folder.path(), "turned.csv", header().chain(lines.iter().rev().map(|cells| format!("{},{},p{}", cells[0], cells[1], cells[2]))));
    let ids = lines.iter().enumerate().map(|(place, cells)| format!("{},{},{}{}", cells[0], cells[1], cells[2], if place % 2 == 0 { ".0" } else { "" }));
    let ids = written(folder.path(), "ids.csv", header().chain(ids));
    let fit = |path: &Path| rows(&MixedOptions { random_slope: true, ..options(path, "y", "t", "id") });
    let (plain, moved, turned, ids) = (fit(&plain), fit(&moved), fit(&turned), fit(&ids));
    let close = |found: Option<f64>, expected: f64, what: &str| {
        let found = found.unwrap();
        assert!((found - expected).abs() <= 1e-7 * expected.abs(), "{what}: {found} found, {expected} expected");
    };
    for (same, what) in [(&turned, "order and text"), (&ids, "forms of a number")] {
        for (first, second) in plain.iter().zip(same) {
            close(second.estimate, first.estimate.unwrap(), what);
            assert_eq!(first.denominator, second.denominator);
        }
    }
    let slope = |rows: &[ResultRow]| row(rows, Stat::Coefficient, "t").clone();
    close(slope(&moved).estimate, 36.0 * slope(&plain).estimate.unwrap(), "slope");
    close(slope(&moved).std_error, 36.0 * slope(&plain).std_error.unwrap(), "its error");
    close(slope(&moved).df, slope(&plain).df.unwrap(), "its degrees of freedom");
    let variance = |rows: &[ResultRow], level: &str| row(rows, Stat::Variance, level).estimate;
    close(variance(&moved, "slope"), 1296.0 * variance(&plain, "slope").unwrap(), "variance of slopes");
    close(variance(&moved, "residual"), 9.0 * variance(&plain, "residual").unwrap(), "residual variance");
}

#[test]
fn what_the_data_cannot_tell_is_left_out_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let note = |rows: &[ResultRow]| rows[0].note.clone().unwrap_or_default();
    let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    // Two times for each: an intercept, but no slope, of each person; a term that follows from another.
    let two = written(
        folder.path(),
        "two.csv",
        lines("id,t,arm,same,y a,0,p,p,3 a,1,p,p,5 b,0,q,q,6 b,1,q,q,9 c,0,p,p,9 c,1,p,p,10 d,0,q,q,14 d,1,q,q,14.5 e,0,p,p,"),
    );
    let found = rows(&MixedOptions { random_slope: true, fixed: "arm + same".to_owned(), ..options(&two, "y", "t", "id") });
    assert!(note(&found).contains("8 rows of 4 subjects are too few"), "{}", note(&found));
    assert!(found[0].method.starts_with("linear mixed model, random intercept by id (4 subjects)"), "{}", found[0].method);
    assert_eq!(row(&found, Stat::Variance, "slope").estimate, Some(0.0));
    assert_eq!(row(&found, Stat::Coefficient, "sameq").status, Status::NotEstimable);
    assert_eq!((found[0].n, found[0].n_missing, found[0].denominator), (Some(8.0), Some(1.0), Some(4.0)));
    // One time for each: an ordinary regression.
    let one = written(folder.path(), "one.csv", lines("id,t,y a,0,3 b,1,6 c,2,4 d,3,8 e,4,9"));
    let found = rows(&options(&one, "y", "t", "id"));
    assert!(note(&found).contains("each subject has one row"), "{}", note(&found));
    assert_eq!(row(&found, Stat::Variance, "intercept").status, Status::NotEstimable);
    assert!((row(&found, Stat::Coefficient, "t").estimate.unwrap() - 1.4).abs() < 1e-9);
    assert_eq!(row(&found, Stat::Coefficient, "t").df.map(f64::round), Some(3.0));
    // Nothing to estimate from.
    for (name, text, reason) in [
        ("exact.csv", "id,t,y a,0,1 a,1,3 b,0,1 b,1,3 c,0,1 c,1,3", "explain the outcome entirely"),
        ("apart.csv", "id,t,y a,0,1 a,1,3 b,0,2 b,1,4 c,0,9 c,1,11", "no residual variance"),
        ("none.csv", "id,t,y a,0, a,1,NA", "no complete rows"),
        ("few.csv", "id,t,y a,0,1 a,1,3", "leave nothing"),
    ] {
        let path = written(folder.path(), name, lines(text));
        let found = rows(&options(&path, "y", "t", "id"));
        assert!(found.iter().all(|row| row.status == Status::NotEstimable && row.note.as_ref().is_some_and(|note| note.contains(reason))), "{name}: {found:?}");
    }
}

/// 400 data sets: the interval for the effect of time holds the truth about 380 times.
#[test]
fn intervals_hold_the_true_effect_of_time() {
    let held = covered(&Plan::SLOPES, 400);
    // Two and a half standard errors of a share of 400 beside 93% and 97%.
    assert!((0.93 - 0.027..=0.97 + 0.027).contains(&held.time), "{}: {held:?}", Plan::SLOPES.name);
}
