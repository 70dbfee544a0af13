//! Tests and regressions on one file against the answers of R, and data that allow no answer.

use std::path::PathBuf;

use recovista::onefile::{DataOptions, DesignOptions, Family, RegressionOptions, TEST_KINDS, TestKind, TestOptions, fit_regression, test_file};
use recovista::results::{ResultRow, Stat, Status};
use serde_json::Value;

use super::cases::{self, cases, folder, text};

fn near(found: Option<f64>, expected: &Value, tolerance: f64, what: &str) {
    let Some(expected) = expected.as_f64() else { return };
    let found = found.unwrap_or_else(|| panic!("{what}: nothing found, {expected} expected"));
    assert!((found - expected).abs() <= tolerance * expected.abs(), "{what}: {found} found, {expected} expected");
}

fn test(data: PathBuf, kind: TestKind, outcome: &str, group: &str, design: DesignOptions) -> TestOptions {
    let data = DataOptions { data, ..DataOptions::default() };
    let (outcomes, group) = (vec![outcome.to_owned()], Some(group.to_owned()));
    TestOptions { data, design, kind, outcomes, group, before: None, after: None, adjust: None }
}

fn check(case: &Value) {
    let (ask, id) = (&case["ask"], case["id"].as_str().unwrap());
    let data = folder().join(case["data"].as_str().unwrap());
    let word = ask["statistic"].as_str().unwrap();
    let totals = tempfile::tempdir().unwrap();
    let design = cases::design(&case["design"], totals.path());
    if word == "regression" {
        let family = match ask["family"].as_str() {
            Some("binomial") => Family::Binomial,
            Some("poisson") => Family::Poisson,
            _ => Family::Gaussian,
        };
        let data = DataOptions { data, condition: text(ask, "where"), ..DataOptions::default() };
        let options = RegressionOptions { data, design, formula: text(ask, "formula").unwrap(), family, ..RegressionOptions::default() };
        let answer = fit_regression(&options).unwrap();
        for expected in case["expect"].as_array().unwrap() {
            let term = expected["term"].as_str();
            let row = answer.table.rows().iter().find(|row| row.level.as_deref() == term && row.stat == Stat::Coefficient).unwrap();
            let found = [(row.estimate, "estimate"), (row.std_error, "se"), (row.test_statistic, "statistic"), (row.p_value, "p_value")];
            for (found, key) in found {
                near(found, &expected[key], 1e-5, &format!("{id} {term:?} {key}"));
            }
        }
        return;
    }
    let kind = TEST_KINDS.iter().find(|(_, known, _)| *known == word).unwrap().0;
    let mut options = test(data, kind, ask["variable"].as_str().unwrap(), ask["by"].as_str().unwrap(), design);
    options.data.condition = text(ask, "where");
    let answer = test_file(&options).unwrap();
    let (row, expected) = (&answer.table.rows()[0], &case["expect"][0]);
    // With more than two groups R prints the chi-squared and tests it, divided by its degrees of freedom, as F.
    let times = if kind == TestKind::Ranktest { expected["df1"].as_f64().unwrap_or(1.0) } else { 1.0 };
    let statistic = row.test_statistic.map(|statistic| statistic * times);
    let found = [(statistic, "statistic"), (row.df, "df"), (row.df, "df1"), (row.df2, "df2"), (row.p_value, "p_value"), (row.estimate, "difference")];
    for (found, key) in found {
        near(found, &expected[key], 1e-6, &format!("{id} {key}"));
    }
}

#[test]
fn tests_and_regressions_are_those_of_r() {
    let cases: Vec<Value> = ["model_cases.json", "more_cases.json"].into_iter().flat_map(cases).filter(cases::is_test).collect();
    let failed: Vec<&str> = cases.iter().filter(|case| std::panic::catch_unwind(|| check(case)).is_err()).map(|case| case["id"].as_str().unwrap()).collect();
    assert!(failed.is_empty(), "{} of {} cases differ: {failed:?}", failed.len(), cases.len());
}

#[test]
fn tests_without_a_design_are_those_of_r() {
    let expect = &cases("mtcars_tests.json")[0]["expect"];
    let run = |kind: TestKind, outcome: &str| test_file(&test(folder().join("mtcars.csv"), kind, outcome, "cyl", DesignOptions::default())).unwrap();
    let kinds = [
        (TestKind::Kruskal, "mpg", "kruskal_p"),
        (TestKind::Anova, "mpg", "anova_p"),
        (TestKind::Welch, "mpg", "welch_anova_p"),
        (TestKind::Pearson, "gear", "chisq_p"),
        (TestKind::Fisher, "gear", "fisher_p"),
    ];
    for (kind, outcome, key) in kinds {
        near(run(kind, outcome).table.rows()[0].p_value, &expect[key], 1e-6, key);
    }
    near(run(TestKind::Pearson, "gear").table.rows()[1].estimate, &expect["cramers_v"], 1e-6, "cramers_v");
}

#[test]
fn paired_tests_of_the_sleep_study_are_those_of_r() {
    let expect = cases("longitudinal.json").into_iter().find(|case| case["id"] == "sleepstudy-paired").unwrap()["expect"].clone();
    let data = DataOptions { data: folder().join("sleepstudy_paired.csv"), ..DataOptions::default() };
    let (before, after) = (Some("Reaction.0".to_owned()), Some("Reaction.9".to_owned()));
    let design = DesignOptions::default();
    let answer = test_file(&TestOptions { data, design, kind: TestKind::Paired, outcomes: Vec::new(), group: None, before, after, adjust: None }).unwrap();
    let of = |stat: Stat| answer.table.rows().iter().find(|row| row.stat == stat).unwrap();
    let (mean, signed) = (of(Stat::MeanChange), of(Stat::WilcoxonV));
    let found = [
        (mean.estimate, "mean_change"),
        (mean.std_error, "se"),
        (mean.conf_low, "ci_low"),
        (mean.conf_high, "ci_high"),
        (mean.test_statistic, "t"),
        (mean.df, "df"),
        (mean.p_value, "p_value"),
        (mean.n, "n"),
        (of(Stat::CohenDz).estimate, "cohen_dz"),
        (of(Stat::CohenDav).estimate, "cohen_dav"),
        (of(Stat::HedgesGz).estimate, "hedges_gz"),
        (signed.test_statistic, "wilcoxon_v"),
        (signed.p_value, "wilcoxon_p"),
    ];
    for (found, key) in found {
        near(found, &expect[key], 1e-6, key);
    }
}

/// A row without estimate and test, with its reason.
fn is_reasoned(row: &ResultRow) -> bool {
    let none = [row.estimate, row.std_error, row.test_statistic, row.p_value].iter().all(Option::is_none);
    row.status == Status::NotEstimable && row.note.is_some() && none
}

#[test]
fn what_cannot_be_tested_is_a_row_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("odd.csv");
    std::fs::write(&data, "y,same,one,g,none,w,s,sep\n1,5,a,p,NA,1,k,0\n2,5,a,p,,1,k,0\n3,5,a,q,,1,k,1\n4,5,a,q,,1,l,1\n").unwrap();
    let weighted = DesignOptions { weight: Some("w".to_owned()), ..DesignOptions::default() };
    let lone = DesignOptions { strata: Some("s".to_owned()), ..weighted.clone() };
    for (kind, outcome, group, design) in [
        (TestKind::Ttest, "y", "one", weighted.clone()),
        (TestKind::Ttest, "same", "g", weighted.clone()),
        (TestKind::Ranktest, "none", "g", weighted.clone()),
        (TestKind::Chisq, "one", "g", weighted.clone()),
        (TestKind::Ttest, "y", "g", lone.clone()),
        (TestKind::Chisq, "sep", "g", lone),
        (TestKind::Kruskal, "same", "g", DesignOptions::default()),
        (TestKind::Fisher, "none", "g", DesignOptions::default()),
    ] {
        let answer = test_file(&test(data.clone(), kind, outcome, group, design)).unwrap();
        assert!(answer.table.rows().iter().all(is_reasoned), "{kind:?} {outcome} {group}: {:?}", answer.table.rows());
    }
    let data = DataOptions { data, ..DataOptions::default() };
    let fit = |formula: &str, family: Family| {
        let options = RegressionOptions { data: data.clone(), design: weighted.clone(), formula: formula.to_owned(), family, ..RegressionOptions::default() };
        fit_regression(&options).unwrap()
    };
    for (formula, family) in [("sep ~ y", Family::Binomial), ("y ~ one", Family::Gaussian), ("none ~ y", Family::Gaussian)] {
        let answer = fit(formula, family);
        assert!(answer.table.rows().iter().all(is_reasoned), "{formula}: {:?}", answer.table.rows());
    }
    // A term that follows from others is left out, as in R; the others keep their coefficients.
    let answer = fit("y ~ sep + g", Family::Gaussian);
    let reasoned: Vec<&str> = answer.table.rows().iter().filter(|row| is_reasoned(row)).filter_map(|row| row.level.as_deref()).collect();
    assert_eq!(reasoned, ["gq"]);
    assert!(answer.table.rows().iter().any(|row| row.level.as_deref() == Some("sep") && row.estimate.is_some_and(|estimate| (estimate - 2.0).abs() < 1e-12)));
}
