//! `fit reliability`, `fit lowess` and `fit path` against the answers of R, and data that allow no answer.

use std::path::PathBuf;

use recovista::onefile::{Answer, DataOptions, LowessOptions, PathOptions, ReliabilityOptions, fit_lowess, fit_path, fit_reliability};
use recovista::results::{ResultRow, Stat, Status};
use serde_json::Value;

/// Where cases and their data lie.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/longitudinal")
}

/// The cases of one kind of both files, those of the package's users and those of `more_fits.R`.
fn cases(model: &str) -> Vec<Value> {
    let read = |file: &str| serde_json::from_slice::<Vec<Value>>(&std::fs::read(folder().join(file)).unwrap()).unwrap();
    let cases: Vec<Value> = ["fits.json", "more_fits.json"].into_iter().flat_map(read).filter(|case| case["ask"]["model"] == model).collect();
    assert!(cases.len() > 5, "{model}");
    cases
}

fn data(file: &str) -> DataOptions {
    // The first cases name a file that lies with those of the survey statistics.
    let near = folder().join(file);
    let data = if near.exists() { near } else { folder().join("../survey").join(file) };
    DataOptions { data, ..DataOptions::default() }
}

/// Relative difference below the tolerance; near zero, where nothing is left but rounding, an absolute one.
fn near(found: Option<f64>, expected: &Value, tolerance: f64, what: &str) {
    let Some(expected) = expected.as_f64() else { return };
    let found = found.unwrap_or_else(|| panic!("{what}: nothing found, {expected} expected"));
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1e-3), "{what}: {found} found, {expected} expected");
}

fn row<'a>(answer: &'a Answer, stat: Stat, level: Option<&str>) -> &'a ResultRow {
    let is = |row: &&ResultRow| row.stat == stat && row.level.as_deref() == level;
    answer.table.rows().iter().find(is).unwrap_or_else(|| panic!("{stat} {level:?}"))
}

fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(word) => vec![word.clone()],
        Value::Array(words) => words.iter().map(|word| word.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn reliability_is_that_of_psych_and_lavaan() {
    for case in cases("reliability") {
        let (ask, expect, id) = (&case["ask"], &case["expect"], case["id"].as_str().unwrap());
        let range = ask["min"].as_f64().zip(ask["max"].as_f64());
        let (items, reverse) = (words(&ask["items"]), words(&ask["reverse"]));
        let answer = fit_reliability(&ReliabilityOptions { data: data(case["data"].as_str().unwrap()), items, reverse, range, ..Default::default() }).unwrap();
        let alpha = row(&answer, Stat::Alpha, None);
        assert_eq!(alpha.n, expect["n_complete"].as_f64(), "{id}");
        near(alpha.estimate, &expect["alpha"], 1e-9, id);
        near(alpha.conf_low, &expect["alpha_ci_feldt"][0], 1e-8, id);
        near(alpha.conf_high, &expect["alpha_ci_feldt"][1], 1e-8, id);
        let omega = row(&answer, Stat::Omega, None);
        near(omega.estimate, &expect["omega"], 1e-6, id);
        near(omega.std_error, &expect["omega_se"], 1e-5, id);
        let heywood = words(&expect["heywood"]);
        assert_eq!(heywood.is_empty(), !omega.note.as_ref().is_some_and(|note| note.contains("Heywood")), "{id}");
        assert!(heywood.iter().all(|item| omega.note.as_ref().unwrap().contains(&format!("`{item}`"))), "{id}");
        for item in expect["alpha_if_dropped"].as_array().into_iter().flatten() {
            near(row(&answer, Stat::AlphaIfDropped, item["item"].as_str()).estimate, &item["alpha"], 1e-9, id);
        }
        for item in expect["item_rest_r"].as_array().unwrap() {
            let found = row(&answer, Stat::ItemRestR, item["item"].as_str());
            near(found.estimate, &item["r"], 1e-9, id);
            assert_eq!(found.estimate.unwrap() < 0.0, found.note.is_some(), "{id}");
        }
    }
}

#[test]
fn lowess_is_that_of_r() {
    for case in cases("lowess") {
        let (ask, expect, id) = (&case["ask"], &case["expect"], case["id"].as_str().unwrap());
        let word = |key: &str| ask[key].as_str().unwrap().to_owned();
        let (span, iterations) = (ask["f"].as_f64().unwrap(), u32::try_from(ask["iter"].as_u64().unwrap()).unwrap());
        let answer = fit_lowess(&LowessOptions { data: data(case["data"].as_str().unwrap()), x: word("x"), y: word("y"), span, iterations }).unwrap();
        let (x, y) = (expect["x"].as_array().unwrap(), expect["y"].as_array().unwrap());
        for (x, y) in x.iter().zip(y) {
            let level = x.as_f64().unwrap().to_string();
            near(row(&answer, Stat::Smooth, Some(&level)).estimate, y, 1e-10, &format!("{id} {level}"));
        }
        let points: f64 = answer.table.rows().iter().filter_map(|row| row.n).sum();
        assert!((points - x.len() as f64).abs() < 0.5, "{id}: {points} points");
    }
}

#[test]
fn paths_are_those_of_lavaan() {
    for case in cases("path") {
        let (ask, expect, id) = (&case["ask"], &case["expect"], case["id"].as_str().unwrap());
        let model = ask["syntax"].as_str().unwrap().to_owned();
        let answer = fit_path(&PathOptions { data: data(case["data"].as_str().unwrap()), model, ..Default::default() }).unwrap();
        for path in expect["paths"].as_array().unwrap() {
            let (lhs, op, rhs) = (path["lhs"].as_str().unwrap(), path["op"].as_str().unwrap(), path["rhs"].as_str().unwrap());
            let level = if op == ":=" { lhs.to_owned() } else { format!("{lhs} {op} {rhs}") };
            let what = format!("{id} {level}");
            let (raw, standardized) = (row(&answer, Stat::Path, Some(&level)), row(&answer, Stat::PathStandardized, Some(&level)));
            near(raw.estimate, &path["estimate"], 1e-5, &what);
            near(raw.std_error.or(Some(0.0)), &path["se"], 1e-5, &what);
            near(standardized.estimate, &path["std"], 1e-5, &what);
            near(standardized.std_error.or(raw.std_error.xor(Some(0.0))), &path["std_se"], 1e-5, &what);
            if let (Some(found), Some(expected)) = (raw.p_value, path["p_value"].as_f64()) {
                assert!((found - expected).abs() < 1e-6, "{what}: p {found}, {expected} expected");
            }
        }
        let chisq = row(&answer, Stat::Chisq, None);
        let [df, cfi, rmsea, srmr] = [Stat::Df, Stat::Cfi, Stat::Rmsea, Stat::Srmr].map(|stat| row(&answer, stat, None));
        near(chisq.estimate, &expect["chisq"], 1e-6, id);
        near(chisq.df, &expect["df"], 1e-9, id);
        near(df.estimate, &expect["df"], 1e-9, id);
        near(cfi.estimate, &expect["cfi"], 1e-6, id);
        near(rmsea.estimate, &expect["rmsea"], 1e-6, id);
        near(srmr.estimate, &expect["srmr"], 1e-4, id);
        if chisq.df > Some(0.0) {
            near(rmsea.conf_low, &expect["rmsea_ci"][0], 1e-5, id);
            near(rmsea.conf_high, &expect["rmsea_ci"][1], 1e-5, id);
            near(chisq.p_value, &expect["p_value"], 1e-6, id);
        }
        for (outcome, share) in expect["r2"].as_object().into_iter().flatten() {
            let found = answer.table.rows().iter().find(|row| row.stat == Stat::RSquared && row.variable == *outcome);
            near(found.and_then(|row| row.estimate), share, 1e-5, id);
        }
    }
}

/// An answer about a small file.
fn path_of(text: &str, model: &str) -> Result<Answer, recovista::error::Error> {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("small.csv");
    std::fs::write(&data, text).unwrap();
    fit_path(&PathOptions { data: DataOptions { data, ..Default::default() }, model: model.to_owned(), ..Default::default() })
}

fn reason(answer: &Answer) -> String {
    assert!(answer.table.rows().iter().all(|row| row.status == Status::NotEstimable && row.estimate.is_none()));
    answer.table.rows()[0].note.clone().unwrap()
}

const SIX: &str = "x,z,m,y,k,sum\n1,2,1,2,7,3\n2,1,3,3,7,3\n3,5,2,3,7,8\n4,3,5,6,7,7\n5,1,4,4,7,6\n6,4,5,7,7,10\n";

#[test]
fn what_cannot_be_fitted_says_why() {
    let said = |model: &str| reason(&path_of(SIX, model).unwrap());
    assert_eq!(said("y ~ k"), "`k` is the same in all complete rows");
    assert_eq!(said("y ~ x + z + sum"), "`sum` follows from `x`, `z`");
    assert_eq!(said("y ~ x + z; m ~ x; sum ~ y + m"), "`sum` follows from `x`, `z`");
    assert_eq!(said("y ~ m; m ~ y"), "the model has 4 parameters but only 3 variances and covariances to tell them by");
    assert_eq!(
        said("y ~ m + x; m ~ y + x; z ~ y"),
        "the data cannot tell these parameters apart: `y ~ m`, `y ~ x`, `m ~ y`, `m ~ x`, `y ~~ y`; \
         a circle of paths needs predictors of its own for each of its outcomes"
    );
    let few: String = SIX.lines().take(4).collect::<Vec<_>>().join("\n");
    assert_eq!(reason(&path_of(&few, "y ~ x + z").unwrap()), "3 complete rows are too few for 3 columns");
    assert_eq!(reason(&path_of("x,y\n,1\n2,NA\n", "y ~ x").unwrap()), "there are no complete rows");
}

#[test]
fn units_change_standardized_paths_and_fit_in_no_digit_that_counts() {
    let of = |file: &str, model: &str| fit_path(&PathOptions { data: data(file), model: model.to_owned(), ..Default::default() }).unwrap();
    let model = "y1 ~ y2 + x1 + x3; y2 ~ y1 + x2; y3 ~ y1 + y2; y4 ~ b*y3";
    let text = std::fs::read_to_string(folder().join("circle.csv")).unwrap();
    let scaled = |(place, cell): (usize, &str)| match (place, cell.parse::<f64>()) {
        (3, Ok(number)) => (number * 1e6).to_string(),
        (5, Ok(number)) => (number * 1e-4 + 3000.0).to_string(),
        _ => cell.to_owned(),
    };
    let line = |line: &str| line.split(',').enumerate().map(scaled).collect::<Vec<_>>().join(",");
    let other = path_of(&text.lines().map(line).collect::<Vec<_>>().join("\n"), model).unwrap();
    for (first, second) in of("circle.csv", model).table.rows().iter().zip(other.table.rows()).filter(|(row, _)| row.stat != Stat::Path) {
        near(second.estimate, &first.estimate.into(), 1e-6, &first.id());
        near(second.std_error, &first.std_error.into(), 1e-6, &first.id());
    }
}

#[test]
fn a_bootstrap_is_the_same_for_one_seed_and_near_the_normal_interval() {
    let ask = |seed: u64, bootstrap: Option<u32>| {
        let model = "education ~ a*age; ACT ~ b*education; SATV ~ c*ACT; ind := a*b*c".to_owned();
        fit_path(&PathOptions { data: data("sat_act.csv"), model, bootstrap, seed, ..Default::default() }).unwrap()
    };
    let limits = |answer: &Answer| {
        let row = row(answer, Stat::Path, Some("ind"));
        (row.conf_low.unwrap(), row.conf_high.unwrap())
    };
    let (normal, first) = (limits(&ask(3, None)), limits(&ask(3, Some(400))));
    assert_eq!(first, limits(&ask(3, Some(400))));
    assert_ne!(first, limits(&ask(4, Some(400))));
    let width = normal.1 - normal.0;
    assert!((first.0 - normal.0).abs() < 0.2 * width && (first.1 - normal.1).abs() < 0.2 * width, "{first:?} beside {normal:?}");
}

fn scale_of(text: &str, items: &str) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("small.csv");
    std::fs::write(&data, text).unwrap();
    let items = items.split(',').map(str::to_owned).collect();
    fit_reliability(&ReliabilityOptions { data: DataOptions { data, ..Default::default() }, items, ..Default::default() }).unwrap()
}

#[test]
fn awkward_scales_get_what_they_allow() {
    let text = "a,b,c,d,k\n1,2,2,1,3\n2,1,4,1,3\n3,5,6,2,3\n4,3,8,5,3\n5,4,10,2,3\n4,4,8,1,3\n2,2,4,4,3\n";
    let two = scale_of(text, "a,b");
    assert_eq!(row(&two, Stat::Omega, None).note.as_deref(), Some("two items do not determine a common factor; omega needs three"));
    assert_eq!(row(&two, Stat::AlphaIfDropped, Some("a")).note.as_deref(), Some("without it one item is left, and alpha needs two"));
    let doubled = scale_of(text, "a,b,c,d");
    assert_eq!(row(&doubled, Stat::Omega, None).note.as_deref(), Some("`c` follows from `a`, so there is no one-factor fit"));
    assert!(row(&doubled, Stat::Alpha, None).estimate.is_some());
    let constant = scale_of(text, "a,b,d,k");
    assert_eq!(row(&constant, Stat::Omega, None).note.as_deref(), Some("`k` is the same in all complete rows"));
    assert_eq!(row(&constant, Stat::ItemRestR, Some("k")).status, Status::NotEstimable);
    let one = scale_of("a,b,c\n1,2,3\n,2,3\n", "a,b,c");
    assert_eq!(row(&one, Stat::Alpha, None).note.as_deref(), Some("fewer than two complete rows"));
    assert!(one.table.rows().iter().all(|row| row.status == Status::NotEstimable));
}

#[test]
fn awkward_points_get_a_line_or_a_reason() {
    let line = |text: &str, span: f64| {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("small.csv");
        std::fs::write(&data, text).unwrap();
        let data = DataOptions { data, ..Default::default() };
        fit_lowess(&LowessOptions { data, x: "x".into(), y: "y".into(), span, ..Default::default() }).unwrap()
    };
    let tied = line("x,y\n2,1\n2,2\n2,6\n2,3\n", 0.1);
    assert_eq!(tied.table.rows().len(), 1);
    // `lowess(rep(2, 4), c(1, 2, 6, 3), f = 0.1, delta = 0)` of R 4.2.
    near(tied.table.rows()[0].estimate, &2.827_491_374_279_89.into(), 1e-10, "ties");
    let few = line("x,y\n1,5\n", 1.0);
    assert_eq!((few.table.rows()[0].estimate, few.table.rows()[0].n), (Some(5.0), Some(1.0)));
    assert_eq!(line("x,y\n1,\n", 1.0).table.rows()[0].status, Status::NotEstimable);
    let zeros = line("x,y\n-0,1\n0,3\n1,4\n", 1.0);
    assert_eq!(zeros.table.rows().iter().map(|row| row.level.clone().unwrap()).collect::<Vec<_>>(), ["0", "1"]);
}
