//! Parquet and Arrow files: every plain type as text, the answers that come with the files of apache/parquet-testing, and nested columns left out by name.

use std::path::{Path, PathBuf};

use recovista::ingest::{ReadOptions, open};

use crate::worker::with_worker;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/columnar").join(name)
}

/// Header and records.
fn read(name: &str) -> (Vec<String>, Vec<Vec<String>>) {
    with_worker();
    let mut reader = open(&file(name), &ReadOptions::default()).unwrap();
    let header = reader.header().to_vec();
    let mut records = Vec::new();
    while let Some(batch) = reader.next_batch().unwrap() {
        records.extend((0..batch.rows()).map(|row| (0..batch.width).map(|column| batch.field_str(row, column).to_owned()).collect()));
    }
    assert_eq!(reader.rows_in(), records.len() as u64);
    assert_eq!((reader.sha256().map(str::len), reader.places().tell("f", 2, 1).as_str()), (Some(64), "f, row 2, column 1"));
    (header, records)
}

#[test]
fn every_plain_type_is_text_in_all_three_containers() {
    // What make.py put in, as a table on paper shows it.
    let first = [
        "-1",
        "0",
        "1",
        "1.5",
        "1.5",
        "1",
        "a",
        "low",
        "2024-03-05",
        "2024-03-05T09:12:00.000000001",
        "2024-03-05T04:12:00-05:00",
        "09:12:00",
        "36:30:00",
        "x",
    ];
    let third = [
        "127",
        "18446744073709551615",
        "0.1",
        "2",
        "-0.05",
        "0",
        "Zoë",
        "high",
        "1899-12-31",
        "1969-12-31T23:59:59.999999999",
        "2024-03-05T04:12:00-05:00",
        "23:59:59.5",
        "-00:00:01",
        "y",
    ];
    for name in ["types.parquet", "types.feather", "types.arrows"] {
        let (header, records) = read(name);
        assert_eq!((header.len(), records.len()), (14, 3), "{name}");
        assert_eq!((records[0].as_slice(), records[2].as_slice()), (first.map(str::to_owned).as_slice(), third.map(str::to_owned).as_slice()), "{name}");
        assert!(records[1].iter().all(String::is_empty), "{name}: {:?}", records[1]);
    }
}

#[test]
fn the_answers_that_come_with_the_files() {
    let (header, records) = read("parquet-testing/delta_binary_packed.parquet");
    let (names, answers) = read_csv("parquet-testing/delta_binary_packed_expect.csv");
    assert_eq!((header, records.len()), (names, 200));
    assert_eq!(records, answers);
    assert_eq!(read("parquet-testing/int32_decimal.parquet").1, (1..=24).map(|number| vec![number.to_string()]).collect::<Vec<_>>());
    assert_eq!(read("parquet-testing/single_nan.parquet").1, [[""]]);
    for (name, rows) in [("alltypes_plain.parquet", 8), ("alltypes_plain.snappy.parquet", 2), ("alltypes_dictionary.parquet", 2)] {
        let (header, records) = read(&format!("parquet-testing/{name}"));
        assert_eq!((header.len(), records.len()), (11, rows), "{name}");
    }
    let plain = read("parquet-testing/alltypes_plain.parquet").1;
    assert_eq!(plain[1], ["5", "0", "1", "1", "1", "10", "1.1", "10.1", "03/01/09", "1", "2009-03-01T00:01:00"]);
}

fn read_csv(name: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(file(name)).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(|field| field.trim_matches('"').to_owned()).collect());
    (lines.next().unwrap(), lines.collect())
}

/// The code of each note once the file is read, and the columns that it names.
fn notes(name: &str) -> Vec<(&'static str, Vec<String>)> {
    with_worker();
    let mut reader = open(&file(name), &ReadOptions::default()).unwrap();
    while reader.next_batch().unwrap().is_some() {}
    let named = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    reader.notes().iter().map(|note| (note.code, named(&note.message))).collect()
}

#[test]
fn nested_columns_are_left_out_by_name() {
    for name in ["nested.parquet", "nested.feather", "nested.arrows"] {
        assert_eq!(read(name), (vec!["id".to_owned()], vec![vec!["1".to_owned()]]), "{name}");
        let left_out = ["list", "struct"].map(|column| ("input::unreadable_column", vec![column.to_owned()]));
        assert_eq!(notes(name), left_out, "{name}");
    }
    let (header, records) = read("parquet-testing/datapage_v2.snappy.parquet");
    // Their README: five rows of a text, a number, a fraction and a flag beside the list `e`.
    assert_eq!((header, records.len()), (["a", "b", "c", "d"].map(str::to_owned).to_vec(), 5));
    assert_eq!((records[0].join(","), records[4].join(",")), ("abc,1,2,1".to_owned(), "abc,5,2,1".to_owned()));
    // A file of nothing else is refused.
    let error = open(&file("parquet-testing/nulls.snappy.parquet"), &ReadOptions::default()).err().unwrap();
    assert!(error.problems[0].code == "input::unreadable_column" && error.problems[0].message.contains("`b_struct`"), "{error:?}");
}

#[test]
fn bytes_that_are_no_text_are_hexadecimal_digits() {
    assert_eq!(read("odd.parquet").1, [["plain", "0"], ["0xff00", "1e300"], ["0xe9", "1.5e-9"]]);
    assert_eq!(notes("odd.parquet"), [("input::binary", vec!["key".to_owned()])]);
}

#[test]
fn a_time_zone_is_told() {
    let zone = [("input::time_zone", vec!["zoned".to_owned()])];
    assert_eq!(["types.parquet", "types.feather", "types.arrows"].map(notes), [zone.clone(), zone.clone(), zone].map(Vec::from));
}

#[test]
fn the_first_feather_is_told_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.feather");
    std::fs::write(&path, b"FEA1\0\0\0\0FEA1").unwrap();
    with_worker();
    let error = open(&path, &ReadOptions::default()).err().unwrap();
    assert!(error.problems[0].code == "input::old_feather" && error.to_string().contains("version 1"), "{error:?}");
}

#[test]
fn a_small_file_of_gigabytes_comes_in_bounded_pieces() {
    with_worker();
    let mut reader = open(&file("long.parquet"), &ReadOptions::default()).unwrap();
    let pieces: Vec<usize> = std::iter::from_fn(|| reader.next_batch().unwrap()).take(2).map(|batch| batch.text.len()).collect();
    assert!(pieces.len() == 2 && pieces.iter().all(|bytes| *bytes < 1 << 30), "{pieces:?}");
}
