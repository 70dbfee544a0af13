//! Files of SPSS, Stata and SAS: every cell, label and missing code is what the reference reader found, and damage is told.
//!
//! The files and what `pyreadstat` found in them lie in `tests/reference/stat_files`, with the script that asked it.
#![allow(clippy::float_cmp, reason = "numbers in a file are read exactly")]

use std::path::{Path, PathBuf};

use recovista::frame::{Described, Places, Stored};
use recovista::ingest::{ReadOptions, open};
use serde_json::Value;

use crate::project::Project;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/stat_files")
}

struct File {
    header: Vec<String>,
    described: Vec<Described>,
    rows: Vec<Vec<String>>,
}

fn read(path: &Path, options: &ReadOptions) -> Result<File, recovista::error::Error> {
    let mut reader = open(path, options)?;
    let (header, described) = (reader.header().to_vec(), reader.described().to_vec());
    assert_eq!((reader.places(), described.len()), (Places::Rows, header.len()));
    let mut rows: Vec<Vec<String>> = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        assert_eq!(batch.lines[0], rows.len() as u64 + 1);
        rows.extend((0..batch.rows()).map(|row| (0..batch.width).map(|column| batch.field_str(row, column).to_owned()).collect()));
    }
    assert_eq!(reader.sha256().map(str::len), Some(64));
    Ok(File { header, described, rows })
}

fn sample(name: &str) -> PathBuf {
    folder().join("pyreadstat").join(name)
}

/// The same text, or the same number.
fn is_same(kind: &str, found: &str, expected: &str) -> bool {
    let numbers = || kind == "number" && found.parse::<f64>().is_ok_and(|found| expected.parse() == Ok(found));
    found == expected || numbers() || (expected.starts_with('.') && kind != "text" && found.eq_ignore_ascii_case(expected))
}

/// What is not as the reference reader found it.
fn differences(file: &File, expected: &Value) -> Vec<String> {
    let columns = expected["columns"].as_array().unwrap();
    let names: Vec<&str> = columns.iter().map(|column| column["name"].as_str().unwrap()).collect();
    let rows = expected["rows"].as_array().unwrap();
    if file.header != names || file.rows.len() != rows.len() {
        return vec![format!("{} rows of {:?} instead of {} of {names:?}", file.rows.len(), file.header, rows.len())];
    }
    let mut wrong = Vec::new();
    for (position, (column, described)) in columns.iter().zip(&file.described).enumerate() {
        let (name, kind) = (names[position], column["kind"].as_str().unwrap());
        let stored = match kind {
            "number" => Stored::Number,
            "datetime" => Stored::Datetime,
            "text" | "time" => Stored::Text,
            _ => Stored::Date,
        };
        if described.stored != stored || column["label"] != described.label.as_str() {
            wrong.push(format!("{name} is {:?} `{}` instead of {column}", described.stored, described.label));
        }
        wrong.extend(different_labels(name, kind, described, column));
        // Special missing values are named where they have a label or stand in a cell.
        let is_met = |code: &str| file.rows.iter().any(|row| row[position] == code);
        let is_labelled = |code: &str| column["levels"].as_object().is_some_and(|levels| levels.keys().any(|known| is_same(kind, code, known)));
        let idle = described.missing.iter().map(|(code, _)| code.as_str()).filter(|code| code.starts_with('.') && !is_met(code) && !is_labelled(code));
        wrong.extend(idle.map(|code| format!("{name}: {code} is nowhere")));
        for (row, (found, expected)) in file.rows.iter().zip(rows).enumerate() {
            let (found, expected) = (&found[position], expected[position].as_str().unwrap());
            if !is_same(kind, found, expected) {
                wrong.push(format!("{name}, row {}: `{found}` instead of `{expected}`", row + 1));
            }
        }
    }
    wrong
}

fn different_labels(name: &str, kind: &str, described: &Described, column: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let levels = column["levels"].as_object().unwrap();
    for (code, label) in levels {
        let known = described.levels.iter().chain(&described.missing).find(|(known, _)| is_same(kind, known, code));
        if known.is_none_or(|(_, known)| label != known.as_str()) {
            wrong.push(format!("{name}: {code} is {known:?} instead of {label}"));
        }
    }
    let extra = described.levels.iter().filter(|(code, _)| !levels.keys().any(|known| is_same(kind, code, known)));
    wrong.extend(extra.map(|level| format!("{name}: {level:?} is not in the file")));
    let ranges = column["missing"].as_array().unwrap();
    for range in ranges {
        let (low, high) = (range[0].as_str().unwrap(), range[1].as_str().unwrap());
        let bounds = low.parse::<f64>().ok().zip(high.parse::<f64>().ok());
        let listed = || low == high && described.missing.iter().any(|(code, _)| is_same(kind, code, low));
        let spanned = || bounds.is_some_and(|(low, high)| described.missing_ranges.iter().any(|range| (range.0, range.1) == (low, high)));
        if !listed() && !spanned() {
            wrong.push(format!("{name}: {low} to {high} is not missing"));
        }
    }
    if ranges.is_empty() && described.missing_ranges.len() + described.missing.iter().filter(|(code, _)| !code.starts_with('.')).count() > 0 {
        wrong.push(format!("{name}: codes are missing that the file does not name"));
    }
    wrong
}

#[test]
fn every_cell_and_label_is_what_the_reference_reader_found() {
    let (mut wrong, mut cells) = (Vec::new(), 0);
    for entry in std::fs::read_dir(folder().join("expected")).unwrap() {
        let entry = entry.unwrap().path();
        let name = entry.file_stem().unwrap().to_str().unwrap().replace("__", "/");
        let expected: Value = serde_json::from_slice(&std::fs::read(&entry).unwrap()).unwrap();
        let path = folder().join(&name);
        let dictionary = expected["catalog"].as_str().map(|catalog| path.with_file_name(catalog));
        match read(&path, &ReadOptions { dictionary, ..ReadOptions::default() }) {
            Ok(file) => {
                cells += file.rows.len() * file.header.len();
                wrong.extend(differences(&file, &expected).into_iter().take(5).map(|found| format!("{name}: {found}")));
            }
            Err(error) => wrong.push(format!("{name}: {error} {:?}", error.problems[0].found)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cells > 20_000, "{cells} cells were compared");
}

#[test]
fn sas_numbers_are_those_of_the_csv_twins() {
    for name in ["all_rand_normal", "int_only_partmissing", "mix_data_with_missing_char"] {
        let path = folder().join("parso").join(name);
        let sas = read(&path.with_extension("sas7bdat"), &ReadOptions::default()).unwrap();
        let text = std::fs::read_to_string(path.with_extension("csv")).unwrap();
        let records: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!((records[0].len(), records.len()), (sas.header.len(), sas.rows.len() + 1), "{name}");
        for (row, record) in sas.rows.iter().zip(&records[1..]) {
            for (found, expected) in row.iter().zip(record) {
                let close = found
                    .parse::<f64>()
                    .ok()
                    .zip(expected.parse::<f64>().ok())
                    .is_some_and(|(found, expected)| (found - expected).abs() <= 1e-11 * expected.abs());
                assert!(found == expected || close, "{name}: `{found}` instead of `{expected}`");
            }
        }
    }
}

#[test]
fn twins_of_one_survey_have_the_same_cells() {
    let first = read(&sample("sample.sav"), &ReadOptions::default()).unwrap();
    assert_eq!(first.rows[0], ["a", "1.1", "2018-05-06", "2018-05-06T10:10:10", "1", "1", "10:10:10"]);
    assert_eq!(first.described[4].levels, [("1".to_owned(), "Male".to_owned()), ("2".to_owned(), "Female".to_owned())]);
    for twin in ["sample.zsav", "sample.por", "sample.dta", "sample.sas7bdat", "sample_bincompressed.sas7bdat", "sample.xpt"] {
        let other = read(&sample(twin), &ReadOptions::default()).unwrap();
        assert!(first.header.iter().zip(&other.header).all(|(one, other)| one.eq_ignore_ascii_case(other)), "{twin}");
        assert_eq!(first.rows, other.rows, "{twin}");
        let labelled = !twin.contains("sas") && !twin.contains("xpt");
        let same = first
            .described
            .iter()
            .zip(&other.described)
            .all(|(one, other)| one.stored == other.stored && (!labelled || (&one.label, &one.levels) == (&other.label, &other.levels)));
        assert!(same, "{twin}");
    }
}

#[test]
fn options_of_a_question_with_several_answers_know_their_question() {
    let file = read(&sample("simple_alltypes.sav"), &ReadOptions::default()).unwrap();
    let options: Vec<_> = file.described.iter().filter_map(|column| column.option_of.as_ref()).collect();
    assert_eq!(options.iter().map(|option| option.option.as_str()).collect::<Vec<_>>(), ["Response #1", "Response #2", "Response #3"]);
    assert!(options.iter().all(|option| (option.question.as_str(), option.wording.as_str()) == ("mymrset", "My multiple response set")));
    let made = read(&folder().join("made/pspp.sav"), &ReadOptions::default()).unwrap();
    let option = |name: &str| made.described[made.header.iter().position(|known| known == name).unwrap()].option_of.clone().unwrap();
    assert_eq!((option("id").question.as_str(), option("id").wording.as_str(), option("q").option.as_str()), ("md", "Multi D", "kA"));
}

#[test]
fn missing_codes_keep_their_reasons() {
    let reasons = |file: &File, column: usize, codes: &[&str]| {
        codes.iter().map(|code| file.described[column].missing_reason(code).map(str::to_owned)).collect::<Vec<_>>()
    };
    let sav = read(&sample("sample_missing.sav"), &ReadOptions::default()).unwrap();
    assert_eq!(reasons(&sav, 1, &["-1", "2500", "1999", "3000"]), [Some("missing".into()), Some("missing".into()), None, Some("missing".into())]);
    assert_eq!(reasons(&sav, 4, &["-1", "1"]), [Some("undetermined".into()), None]);
    let dta = read(&folder().join("made/tagged.dta"), &ReadOptions::default()).unwrap();
    assert_eq!((dta.rows[0][0].as_str(), dta.rows[2][0].as_str(), dta.rows[4][0].as_str()), (".a", ".z", ""));
    assert_eq!(reasons(&dta, 0, &[".a", ".z", "1"]), [Some("refused".into()), Some("missing .z".into()), None]);
    let options = ReadOptions { dictionary: Some(sample("missing_formats.sas7bcat")), ..ReadOptions::default() };
    let sas = read(&sample("missing_test.sas7bdat"), &options).unwrap();
    assert_eq!(sas.rows[0], [".A", ".B", ".C", ".X", ".Y", ".Z", "._", "", "1"]);
    assert_eq!(reasons(&sas, 0, &[".A", ".D"]), [Some("missing".into()), None]);
}

#[test]
fn data_sets_of_a_transport_file_are_chosen_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (std::fs::read(sample("sample.xpt")).unwrap(), std::fs::read(sample("sas.xpt5")).unwrap());
    let path = folder.path().join("both.xpt");
    // The second library starts with three lines that a file has only once.
    std::fs::write(&path, [&one[..], &two[240..]].concat()).unwrap();
    assert_eq!(open(&path, &ReadOptions::default()).unwrap().tables(), ["SAMPLE", "WRITE"]);
    let sheet = |name: &str| read(&path, &ReadOptions { sheet: Some(name.to_owned()), ..ReadOptions::default() });
    assert_eq!((sheet("SAMPLE").unwrap().rows.len(), sheet("write").unwrap().rows.len()), (5, 10));
    let Err(error) = sheet("WRITER") else { panic!("there is no such data set") };
    assert_eq!((error.problems[0].code, error.problems[0].help.as_deref()), ("input::unknown_sheet", Some("did you mean `WRITE`?")));
}

#[test]
fn a_file_cut_short_is_an_error_with_a_place() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "sample.sav",
        "sample.zsav",
        "sample.por",
        "sample.dta",
        "missing_test.dta",
        "sample.sas7bdat",
        "sas.xpt8",
        "simple_alltypes.sav",
        "sample_bincompressed.sas7bdat",
    ] {
        let whole = std::fs::read(sample(name)).unwrap();
        let rows = read(&sample(name), &ReadOptions::default()).unwrap().rows;
        let path = folder.path().join(name);
        for step in 0..200 {
            let end = whole.len() * step / 200;
            std::fs::write(&path, &whole[..end]).unwrap();
            match read(&path, &ReadOptions::default()) {
                Err(error) => {
                    let problem = &error.problems[0];
                    let expected = ["input::damaged", "input::empty_file"].contains(&problem.code) && (end == 0 || problem.place.is_some());
                    assert!(expected || end < 16, "{name} after {end} bytes: {error}");
                }
                // What stands behind the last row may be lacking.
                Ok(file) => assert!(file.rows == rows, "{name} after {end} bytes"),
            }
        }
    }
}

#[test]
fn text_in_another_encoding_is_an_error_with_a_place_until_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin.dta");
    let mut bytes = std::fs::read(sample("sample.dta")).unwrap();
    let label = bytes.windows(9).position(|window| window == b"character").unwrap();
    bytes[label] = 0xe9;
    std::fs::write(&path, &bytes).unwrap();
    let named = |encoding: Option<&str>| read(&path, &ReadOptions { encoding: encoding.map(str::to_owned), ..ReadOptions::default() });
    assert_eq!(named(Some("windows-1252")).unwrap().described[0].label, "éharacter");
    let Err(error) = named(Some("utf-8")) else { panic!("it is not UTF-8") };
    let place = error.problems[0].place.clone().unwrap();
    assert!(error.problems[0].code == "input::encoding" && place.ends_with(&format!("byte {label}")), "{place}");
}

#[test]
fn estimates_and_scores_honour_the_missing_codes_of_a_file() {
    let project = Project::new();
    let (code, out, said) = project.run(&format!("estimate {} --mean mynum --format json", sample("sample_missing.sav").display()));
    assert_eq!(code, Some(0), "{said}");
    let rows: Value = serde_json::from_str(&out).unwrap();
    let mean = (1.1 + 1.2 - 1000.3 - 1.4 + 1000.3) / 5.0;
    assert!((rows[0]["estimate"].as_f64().unwrap() - mean).abs() < 1e-12 && rows[0]["n"] == 5.0, "{out}");
    let (code, out, said) = project.run(&format!("score k6 {} --prefix k6_ --format json", folder().join("made/k6.sav").display()));
    assert_eq!(code, Some(0), "{said}");
    let rows: Value = serde_json::from_str(&out).unwrap();
    let count = rows.as_array().unwrap().iter().find(|row| row["stat"] == "count").unwrap();
    // One person refused one item, which is made up for; one refused all of them.
    assert_eq!((&count["estimate"], &count["n_missing"]), (&Value::from(3.0), &Value::from(1.0)), "{out}");
}
