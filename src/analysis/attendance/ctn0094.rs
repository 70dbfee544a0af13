//! The CTN-0094 opioid-treatment trials as an attendance log, against figures that a Python script made.
//!
//! The files are looked for in `RECOVISTA_REAL_DATA` and in `sample_data/real`; the expected values and
//! their script lie in `tests/reference/attendance`.
#![allow(clippy::float_cmp, reason = "counts are exact")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::frame::{BATCH_ROWS, Batch, Column, Levels, NO_LEVEL, Values};

/// The records of a file without quoted commas, as text.
fn records(path: &PathBuf) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split(',').map(|field| field.trim_matches('"').to_owned()).collect()).collect()
}

fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("RECOVISTA_REAL_DATA").map(|root| PathBuf::from(root).join("substance_use"));
    let ours = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sample_data/real");
    given.into_iter().chain([ours]).find(|folder| folder.join("ctn0094_visit.csv").is_file() && folder.join("ctn0094_site.csv").is_file())
}

fn level_column(name: &str, text: impl Iterator<Item = String>, levels: &mut BTreeMap<String, Levels>) -> Column {
    let known = levels.entry(name.to_owned()).or_default();
    let values = text.map(|label| if label.is_empty() { NO_LEVEL } else { known.intern(&label) }).collect();
    Column { name: name.to_owned(), values: Values::Level(values), missing: vec![] }
}

fn frame(folder: &std::path::Path) -> Frame {
    let sites: BTreeMap<String, String> = records(&folder.join("ctn0094_site.csv")).into_iter().map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    let visits = records(&folder.join("ctn0094_visit.csv"));
    let mut frame = Frame::default();
    frame.levels.insert("reasons".into(), Levels::new(visits[0][3..18].iter().cloned()));
    for part in visits[1..].chunks(BATCH_ROWS / 8) {
        let mut batch = Batch::new(part.len());
        batch.push(level_column("who", part.iter().map(|record| record[0].clone()), &mut frame.levels));
        batch.push(level_column("site_masked", part.iter().map(|record| sites[&record[0]].clone()), &mut frame.levels));
        batch.push(level_column("what", part.iter().map(|record| record[2].clone()), &mut frame.levels));
        let flags = |record: &Vec<String>| record[3..18].iter().enumerate().fold(0, |bits, (bit, value)| bits | u64::from(!value.is_empty()) << bit);
        batch.push(Column { name: "reasons".into(), values: Values::Flags(part.iter().map(flags).collect()), missing: vec![] });
        let days = part.iter().map(|record| record[18].parse().unwrap_or(f64::NAN)).collect();
        batch.push(Column { name: "when".into(), values: Values::Number(days), missing: vec![] });
        frame.batches.push(batch);
    }
    frame
}

#[test]
fn ctn0094_figures_equal_the_recomputation() {
    // A clone without the files has nothing to compare.
    let Some(folder) = folder() else { return };
    let expected = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/attendance/ctn0094.json")).unwrap();
    let expected: BTreeMap<String, [Option<f64>; 3]> = serde_json::from_str(&expected).unwrap();
    let spec = AttendanceSpec {
        person: "who".into(),
        center: Some("site_masked".into()),
        day: Some("when".into()),
        attended: Some(("what".into(), vec!["visit".into(), "final".into()])),
        reasons: Some("reasons".into()),
        // every week by itself, as the script has it; a pipeline joins weeks until no count is small
        steps: StepRule { least: 1, zero: true },
        ..AttendanceSpec::default()
    };
    let rows = rows(&spec, &frame(&folder), "ctn0094", "visits").unwrap();
    let rows: BTreeMap<String, ResultRow> = rows.into_iter().map(|row| (row.id().replacen("ctn0094.visits.", "", 1), row)).collect();
    for (id, [estimate, n, denominator]) in &expected {
        let row = rows.get(id).unwrap_or_else(|| panic!("no row {id}"));
        let (found, wanted) = (row.estimate.unwrap(), estimate.unwrap());
        assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{id}: {found} but {wanted}");
        assert_eq!((row.n, row.denominator), (*n, *denominator), "{id}");
    }
    // Facts that the files' own description states.
    let fact = |id: &str| rows[id].estimate.unwrap();
    assert_eq!((fact("records.count"), fact("enrolled_people.count"), fact("visits.count")), (53_899.0, 3334.0, 41_002.0));
    assert_eq!(fact("no_start.count"), 0.0);
}
