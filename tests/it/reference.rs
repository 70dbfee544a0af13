//! Every case of `tests/reference/survey/` against the answers of R.

use std::collections::BTreeMap;

use recovista::design::Design;
use recovista::estimate::{Base, CiMethod, Kind, Measure, QuantileRule, Request, answer};
use recovista::frame::{BATCH_ROWS, Batch, Column, Frame, Levels, NO_LEVEL, Values};
use recovista::onefile::{DataOptions, EstimateOptions, estimate_file};
use recovista::results::{ResultRow, Stat};
use serde_json::Value;

use super::cases::{self, folder, list, text};

/// Records of a delimited file, the header first.
fn records(bytes: &[u8]) -> Vec<Vec<String>> {
    let (mut reader, mut input) = (csv_core::Reader::new(), bytes);
    let (mut output, mut ends) = (vec![0; bytes.len().max(64)], vec![0; 4096]);
    let mut records = Vec::new();
    loop {
        let (result, read, _, fields) = reader.read_record(input, &mut output, &mut ends);
        input = &input[read..];
        match result {
            csv_core::ReadRecordResult::Record => {
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let field = |(start, end): (usize, &usize)| String::from_utf8(output[start..*end].to_vec()).unwrap();
                records.push(starts.zip(&ends[..fields]).map(field).collect());
            }
            csv_core::ReadRecordResult::InputEmpty => {}
            csv_core::ReadRecordResult::End => return records,
            other => panic!("{other:?}"),
        }
    }
}

/// A frame of the named columns of a file: these as levels (sorted), everything else as numbers.
fn frame(file: &str, levels: &[&str]) -> Frame {
    let mut records = records(&std::fs::read(folder().join(file)).unwrap()).into_iter();
    let header = records.next().unwrap();
    let rows: Vec<Vec<String>> = records.collect();
    let mut frame = Frame::default();
    for (position, name) in header.iter().enumerate().filter(|(_, name)| levels.contains(&name.as_str())) {
        let mut names: Vec<&str> = rows.iter().map(|row| row[position].as_str()).filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        frame.levels.insert(header[position].clone(), Levels::new(names));
        assert_eq!(name, &header[position]);
    }
    for chunk in rows.chunks(BATCH_ROWS) {
        let mut batch = Batch::new(chunk.len());
        for (position, name) in header.iter().enumerate() {
            let texts = chunk.iter().map(|row| row[position].as_str());
            let values = match frame.levels.get(name) {
                Some(levels) => Values::Level(texts.map(|text| levels.position(text).unwrap_or(NO_LEVEL)).collect()),
                None => Values::Number(texts.map(|text| text.parse().unwrap_or(f64::NAN)).collect()),
            };
            batch.push(Column { name: name.clone(), values, missing: Vec::new() });
        }
        frame.batches.push(batch);
    }
    frame
}

/// Holds to 1e-6 relative; zero to 1e-12.
fn near(found: Option<f64>, expected: &Value, what: &str) {
    let Some(expected) = expected.as_f64() else { return };
    let found = found.unwrap_or_else(|| panic!("{what}: nothing found, {expected} expected"));
    assert!((found - expected).abs() <= 1e-6 * expected.abs() + 1e-12, "{what}: {found} found, {expected} expected");
}

fn measure(ask: &Value) -> Measure {
    match ask["statistic"].as_str().unwrap() {
        "mean" | "difference" => Measure::Mean,
        "total" => Measure::Total,
        "sd" => Measure::Sd,
        "count" => Measure::Count,
        "ratio" => Measure::Ratio { denominator: text(ask, "denominator").unwrap() },
        "correlation" => Measure::Correlation { with: text(ask, "with").unwrap() },
        "proportion" => {
            let ci = match ask["method"].as_str().unwrap() {
                "logit" => CiMethod::Logit,
                "beta" => CiMethod::Beta,
                "wilson" => CiMethod::Wilson,
                "mean" => CiMethod::Wald,
                other => panic!("method {other}"),
            };
            Measure::Proportion { ci, base: Base::Valid }
        }
        "quantile" => {
            let rule = match ask["rule"].as_str().unwrap() {
                "hf7" => QuantileRule::Hf7,
                "school" => QuantileRule::School,
                "math" => QuantileRule::Math,
                other => panic!("rule {other}"),
            };
            Measure::Quantile { probs: ask["p"].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).collect(), rule: Some(rule) }
        }
        other => panic!("statistic {other}"),
    }
}

/// Answers a case through the function behind `recovista estimate`.
fn check_case(case: &Value) {
    let (design, ask, id) = (&case["design"], &case["ask"], case["id"].as_str().unwrap());
    let totals = tempfile::tempdir().unwrap();
    let is_difference = ask["statistic"] == "difference";
    let by = list(ask, "by");
    let options = EstimateOptions {
        data: DataOptions {
            data: folder().join(case["data"].as_str().unwrap()),
            condition: text(ask, "where"),
            by: if is_difference { Vec::new() } else { by.clone() },
            ..DataOptions::default()
        },
        design: cases::design(design, totals.path()),
        requests: vec![Request::new(text(ask, "variable").unwrap_or_default(), measure(ask))],
        difference: is_difference.then(|| by[0].clone()),
        ..EstimateOptions::default()
    };
    let answer = estimate_file(&options).unwrap_or_else(|error| panic!("{id}: {error}"));
    for expected in case["expect"].as_array().unwrap() {
        let groups: BTreeMap<String, String> = expected.get("by").map_or_else(BTreeMap::new, |by| serde_json::from_value(by.clone()).unwrap());
        let level = text(expected, "level").or_else(|| expected.get("p").map(Value::to_string));
        let levels: Vec<&str> =
            ask.get("levels").and_then(Value::as_array).map(|levels| levels.iter().map(|level| level.as_str().unwrap()).collect()).unwrap_or_default();
        let fits = |row: &&ResultRow| match levels[..] {
            [from, to] => row.stat == Stat::Difference && row.groups["compared_with"] == from && row.groups[&by[0]] == to,
            _ => row.groups == groups && row.level == level,
        };
        let found = answer.table.rows().iter().find(fits).unwrap_or_else(|| panic!("{id}: no row for {groups:?} {level:?}"));
        let numbers = [
            ("estimate", found.estimate),
            ("se", found.std_error),
            ("ci_low", found.conf_low),
            ("ci_high", found.conf_high),
            ("df", found.df),
            ("deff", found.deff),
            ("n", found.n),
        ];
        for (key, number) in numbers {
            if key != "se" || expected["se"].as_f64().is_none_or(|error| error > 1e-9 || number != Some(0.0)) {
                near(number, &expected[key], &format!("{id} {groups:?} {level:?} {key}"));
            }
        }
    }
}

#[test]
fn survey_cases() {
    let cases: Vec<Value> = ["cases.json", "more_cases.json"].into_iter().flat_map(cases::cases).filter(|case| !cases::is_test(case)).collect();
    assert_eq!(cases.len(), 250);
    let failed: Vec<&str> =
        cases.iter().filter(|case| std::panic::catch_unwind(|| check_case(case)).is_err()).map(|case| case["id"].as_str().unwrap()).collect();
    assert!(failed.is_empty(), "{} cases differ: {failed:?}", failed.len());
}

fn longitudinal(id: &str) -> Value {
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(folder().join("longitudinal.json")).unwrap()).unwrap();
    cases.into_iter().find(|case| case["id"] == id).unwrap()
}

#[test]
fn paired_change_of_the_sleep_study() {
    let case = longitudinal("sleepstudy-paired");
    let wide = frame("sleepstudy_paired.csv", &["Subject"]);
    let mut long = Frame { levels: wide.levels.clone(), ..Frame::default() };
    long.levels.insert("wave".to_owned(), Levels::new(["before", "after"]));
    for (wave, column) in ["Reaction.0", "Reaction.9"].into_iter().enumerate() {
        let of_wave = &wide.batches[0];
        let mut batch = Batch::new(of_wave.rows());
        batch.push(of_wave.column("Subject").unwrap().clone());
        batch.push(Column { name: "reaction".to_owned(), values: of_wave.column(column).unwrap().values.clone(), missing: Vec::new() });
        batch.push(Column { name: "wave".to_owned(), values: Values::Level(vec![u32::try_from(wave).unwrap(); of_wave.rows()]), missing: Vec::new() });
        long.batches.push(batch);
    }
    let design = Design { person: Some("Subject".to_owned()), wave: Some("wave".to_owned()), ..Design::default() };
    let (from, to) = ("before".to_owned(), "after".to_owned());
    let requests = [
        Request::new("reaction", Measure::Paired { from: from.clone(), to: to.clone() }),
        Request::new("reaction", Measure::Difference { column: "wave".to_owned(), from, to }),
    ];
    let answers = answer(&long, &design, &requests).unwrap();
    let of = |kind: Kind| answers[0].iter().find(|estimate| estimate.kind == kind).unwrap();
    let expect = &case["expect"];
    let mean = of(Kind::MeanChange);
    let named = [(mean.estimate, "mean_change"), (mean.std_error, "se"), (mean.conf_low, "ci_low"), (mean.conf_high, "ci_high")];
    let tests = [(mean.test_statistic, "t"), (mean.df, "df"), (mean.p_value, "p_value"), (Some(mean.n as f64), "n")];
    let ranks = [(of(Kind::WilcoxonV).estimate, "wilcoxon_v"), (of(Kind::WilcoxonV).p_value, "wilcoxon_p")];
    assert_eq!(of(Kind::WilcoxonV).note, None, "everybody counts alike anyway");
    let effects = [(of(Kind::CohenDz).estimate, "cohen_dz"), (of(Kind::CohenDav).estimate, "cohen_dav"), (of(Kind::HedgesGz).estimate, "hedges_gz")];
    for (found, key) in named.into_iter().chain(tests).chain(effects).chain(ranks) {
        near(found, &expect[key], key);
    }
    // Everybody answered twice, so the change of the stacked waves is the paired one.
    let change = &answers[1][0];
    near(change.estimate, &expect["mean_change"], "difference");
    near(change.std_error, &expect["se"], "error of the difference");
    near(change.p_value, &expect["p_value"], "p-value of the difference");
}

#[test]
fn alpha_of_agreeableness() {
    let case = longitudinal("bfi-agreeableness");
    let frame = frame("bfi_agreeableness.csv", &[]);
    let batch = &frame.batches[0];
    let reversed: Vec<f64> = batch.numbers("A1").unwrap().iter().map(|value| 7.0 - value).collect();
    let mut items: Vec<&[f64]> = vec![&reversed];
    items.extend(["A2", "A3", "A4", "A5"].map(|name| batch.numbers(name).unwrap()));
    let alpha = recovista::stats::cronbach_alpha(&items, 0.95).unwrap();
    let expect = &case["expect"];
    near(Some(alpha.alpha), &expect["alpha"], "alpha");
    near(Some(alpha.conf_low), &expect["alpha_ci_feldt"][0], "lower bound");
    near(Some(alpha.conf_high), &expect["alpha_ci_feldt"][1], "upper bound");
    near(Some(alpha.n as f64), &expect["n_complete"], "people");
}
