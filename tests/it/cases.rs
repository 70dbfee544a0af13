//! Cases of `tests/reference/survey/`, as the options that they describe.

use std::path::{Path, PathBuf};

use recovista::design::{CalibrationKind, LonelyPsu, ReplicateKind, Replication};
use recovista::onefile::{CalibrationFiles, DesignOptions};
use serde_json::Value;

/// Where cases and their data lie.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/survey")
}

/// All cases of a file.
pub(crate) fn cases(file: &str) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(folder().join(file)).unwrap()).unwrap()
}

/// Whether a case is one of `test` or `fit`.
pub(crate) fn is_test(case: &Value) -> bool {
    ["ttest", "ranktest", "chisq", "regression"].contains(&case["ask"]["statistic"].as_str().unwrap())
}

pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

pub(crate) fn list(value: &Value, key: &str) -> Vec<String> {
    text(value, key).map(|names| names.split(',').map(str::to_owned).collect()).unwrap_or_default()
}

fn replication(design: &Value) -> Option<Replication> {
    let kind = match text(design, "replicate_type")?.as_str() {
        "jk1" => ReplicateKind::Jk1,
        "jkn" => ReplicateKind::Jkn,
        "brr" => ReplicateKind::Brr,
        "fay" => ReplicateKind::Fay,
        "bootstrap" => ReplicateKind::Bootstrap,
        "sdr" => ReplicateKind::Sdr,
        other => panic!("replicates {other}"),
    };
    let numbers = |key: &str| design.get(key).and_then(Value::as_array).map(|list| list.iter().map(|factor| factor.as_f64().unwrap()).collect());
    let number = |key: &str| design.get(key).and_then(Value::as_f64);
    let mse = design.get("mse").and_then(Value::as_bool).unwrap_or(false);
    Some(Replication { columns: text(design, "replicates")?, kind, fay_rho: number("fay_rho"), scale: number("scale"), rscales: numbers("rscales"), mse })
}

/// The files of totals that a case describes, written into a folder.
fn calibration(design: &Value, into: &Path) -> Option<CalibrationFiles> {
    let kinds = [("poststratify", CalibrationKind::PostStratify), ("rake", CalibrationKind::Rake), ("calibrate", CalibrationKind::Linear)];
    let (key, kind) = kinds.into_iter().find(|(key, _)| design.get(key).is_some())?;
    let mut files = Vec::new();
    let mut sums = Vec::new();
    for (variable, totals) in design[key].as_object().unwrap() {
        if let Some(total) = totals.as_f64() {
            sums.push(format!("{variable},{total}"));
            continue;
        }
        let lines: Vec<String> = totals.as_object().unwrap().iter().map(|(level, total)| format!("{level},{total}")).collect();
        files.push(into.join(format!("{variable}.csv")));
        std::fs::write(files.last().unwrap(), format!("{variable},total\n{}\n", lines.join("\n"))).unwrap();
    }
    if !sums.is_empty() {
        files.push(into.join("sums.csv"));
        std::fs::write(files.last().unwrap(), format!("variable,total\n{}\n", sums.join("\n"))).unwrap();
    }
    let trim = design.get("trim").and_then(Value::as_array).map(|bounds| (bounds[0].as_f64().unwrap(), bounds[1].as_f64().unwrap()));
    Some(CalibrationFiles { kind, files, trim })
}

/// The design of a case; files of totals are written into a folder.
pub(crate) fn design(of: &Value, totals: &Path) -> DesignOptions {
    DesignOptions {
        weight: text(of, "weight"),
        strata: text(of, "strata"),
        clusters: list(of, "cluster"),
        fpc: list(of, "fpc"),
        lonely_psu: match text(of, "lonely_psu").as_deref() {
            None | Some("fail") => LonelyPsu::Fail,
            Some("certainty") => LonelyPsu::Certainty,
            Some("adjust") => LonelyPsu::Adjust,
            Some("average") => LonelyPsu::Average,
            Some(other) => panic!("lonely {other}"),
        },
        replication: replication(of),
        calibration: calibration(of, totals),
        ..DesignOptions::default()
    }
}
