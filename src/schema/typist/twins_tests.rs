//! One survey as delimited text, workbook, SPSS, Stata and Parquet file: through one codebook, every cell of each means the same.
//!
//! `tests/reference/twins/make.py` wrote the files, and `truth.json` with what each cell means.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::frame::{NO_LEVEL, Values};
use crate::ingest::{ReadOptions, open};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/twins")
}

/// What each cell of a file means, field by field.
fn meaning(name: &str) -> BTreeMap<String, Vec<Value>> {
    let path = folder().join("twins.toml");
    let (mut book, problems) = Codebook::parse("twins.toml", &std::fs::read_to_string(path).expect("the codebook"));
    assert!(problems.is_empty(), "{problems:?}");
    let mut reader = open(&folder().join(name), &ReadOptions::default()).expect("opens");
    let (header, described) = (reader.header().to_vec(), reader.described().to_vec());
    book.adopt(&described);
    let origin = Origin { dataset: "d".into(), wave: "w".into(), file: name.into(), places: reader.places().clone() };
    let crosswalk = Crosswalk::default();
    let mut typist = Typist::new(&book, &crosswalk, &header, &described, origin).expect("all columns are there");
    let (mut levels, mut found) = (BTreeMap::new(), BTreeMap::<String, Vec<Value>>::new());
    while let Some(raw) = reader.next_batch().expect("reads") {
        let batch = typist.batch(&raw, &mut levels);
        for column in batch.columns() {
            let cells = (0..batch.rows()).map(|row| match column.missing.get(row) {
                Some(&reason) if reason != missing::PRESENT => json!({ "missing": book.reason(reason) }),
                _ => value(&column.values, levels.get(&column.name), row),
            });
            found.entry(column.name.clone()).or_default().extend(cells);
        }
    }
    assert_eq!(typist.ledger.entries.len(), 0, "{name}: {:?}", typist.ledger.entries.first());
    found
}

fn value(values: &Values, levels: Option<&Levels>, row: usize) -> Value {
    let label = |position: u32| levels.and_then(|levels| levels.names().get(position as usize)).cloned();
    match values {
        Values::Number(numbers) => json!(numbers[row]),
        Values::Time(times) => json!(times[row]),
        Values::Text(texts) => json!(texts[row]),
        Values::Level(positions) => json!(label(positions[row]).filter(|_| positions[row] != NO_LEVEL)),
        Values::Flags(flags) => json!((0..64).filter(|bit| flags[row] >> bit & 1 == 1).map(label).collect::<Vec<_>>()),
    }
}

/// The same number, the same text, the same answers in any order.
fn is_same(one: &Value, other: &Value) -> bool {
    let sorted = |list: &Vec<Value>| {
        let mut list: Vec<String> = list.iter().map(Value::to_string).collect();
        list.sort();
        list
    };
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => sorted(one) == sorted(other),
        _ => one == other,
    }
}

#[test]
fn every_kind_of_file_gives_the_same_frame() {
    let truth = std::fs::read_to_string(folder().join("truth.json")).expect("the truth");
    let truth: BTreeMap<String, Vec<Value>> = serde_json::from_str(&truth).expect("lists of cells");
    let mut wrong = Vec::new();
    for name in ["twins.csv", "twins.xlsx", "twins.sav", "twins.dta", "twins.parquet"] {
        let found = meaning(name);
        assert_eq!(found.keys().collect::<Vec<_>>(), truth.keys().collect::<Vec<_>>(), "{name}");
        for (field, cells) in &found {
            assert_eq!(cells.len(), truth[field].len(), "{name}, {field}");
            let differ = cells.iter().zip(&truth[field]).enumerate().filter(|(_, (found, truth))| !is_same(found, truth));
            wrong.extend(differ.map(|(row, (found, truth))| format!("{name}, {field}, row {}: {found} instead of {truth}", row + 1)));
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
}
