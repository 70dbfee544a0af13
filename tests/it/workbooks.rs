//! Workbooks against other software: every cell of readxl's test workbooks is where openpyxl and xlrd find it, one table in
//! three kinds of workbook gives the same records, and what is no record is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use recovista::error::{Error, Severity};
use recovista::ingest::{ReadOptions, Reader, open};
use serde_json::Value;

use crate::worker::with_worker;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/workbooks")
}

fn readxl(name: &str) -> PathBuf {
    folder().join("readxl").join(name)
}

fn sheet(path: &Path, name: &str) -> Result<Reader, Error> {
    with_worker();
    open(path, &ReadOptions { sheet: Some(name.to_owned()), ..ReadOptions::default() })
}

/// Header, records by line, codes of the notes, and the reader at its end.
type Read = (Vec<String>, Vec<(u64, Vec<String>)>, Vec<&'static str>, Reader);

/// What a reader gives: the header, the records by line, the codes of its notes.
fn read(mut reader: Reader) -> Read {
    let header = reader.header().to_vec();
    let mut records = Vec::new();
    while let Some(batch) = reader.next_batch().unwrap() {
        records.extend((0..batch.rows()).map(|row| (batch.lines[row], (0..batch.width).map(|column| batch.field_str(row, column).to_owned()).collect())));
    }
    let notes = reader.notes().iter().map(|note| note.code).collect();
    (header, records, notes, reader)
}

fn plain(path: &Path) -> Read {
    with_worker();
    read(open(path, &ReadOptions::default()).unwrap())
}

/// A cell as we write it.
fn expected(value: &Value) -> String {
    match value {
        Value::Bool(true) => "TRUE".to_owned(),
        Value::Bool(false) => "FALSE".to_owned(),
        Value::Number(number) => number.as_f64().unwrap().to_string(),
        Value::String(text) => text.replace("_x000D_", "\r"),
        other => other["date"].as_str().unwrap().trim_end_matches("T00:00:00").to_owned(),
    }
}

/// The sheet's letters and row of a cell.
fn place(reader: &Reader, line: u64, column: usize) -> String {
    reader.places().tell("", line, column).rsplit_once('!').unwrap().1.to_owned()
}

#[test]
fn every_cell_is_where_other_software_finds_it() {
    let answers: BTreeMap<String, BTreeMap<String, BTreeMap<String, Value>>> =
        serde_json::from_slice(&std::fs::read(folder().join("cells.json")).unwrap()).unwrap();
    let mut compared = 0;
    for (file, sheets) in &answers {
        for (name, cells) in sheets {
            let opened = sheet(&readxl(file), name);
            if cells.is_empty() {
                assert_eq!(opened.err().unwrap().problems[0].code, "input::empty_sheet", "{file} {name}");
                continue;
            }
            let (_, records, _, reader) = read(opened.unwrap());
            let mut found = BTreeMap::new();
            for (line, fields) in &records {
                let cells = fields.iter().enumerate().filter(|(_, field)| !field.is_empty());
                found.extend(cells.map(|(column, field)| (place(&reader, *line, column + 1), field.trim_end_matches("T00:00:00").to_owned())));
            }
            let line_of = |place: &str| place.trim_start_matches(|letter: char| letter.is_ascii_uppercase()).parse::<u64>().unwrap();
            let (first, last) = (records.first().map_or(u64::MAX, |record| record.0), records.last().map_or(0, |record| record.0));
            for (place, value) in cells.iter().filter(|(place, _)| (first..=last).contains(&line_of(place))) {
                // Days before March 1900 are not in the answers, and spaces at the ends of a text are kept or not, as the file says.
                let ours = found.remove(place).unwrap_or_default();
                let theirs = expected(value).replace('\r', "");
                // A date that was typed as text beside dates is a date, and a text may speak of the sign itself.
                let same = ours.replace('\r', "") == theirs || ours == theirs.replace(' ', "T") || value.as_str() == Some(&ours);
                assert!(same, "{file} {name} {place}: {ours} where it says {theirs}");
                compared += 1;
            }
            found.retain(|_, field| !field.starts_with("1900-0"));
            assert!(found.is_empty(), "{file} {name}: {found:?}");
        }
    }
    assert!(compared > 6000, "{compared} cells");
}

#[test]
fn one_table_in_three_kinds_of_workbook_gives_the_same_records() {
    let header = ["Person", "Mood / before", "Mood / after", "Seen", "Rate"];
    let records = [
        (5, ["p1", "3", "4.5", "2024-03-05T00:00:00", "0.25"]),
        (6, ["p2", "2", "", "2024-03-25T00:00:00", "0.5"]),
        (7, ["p3", "1", "0.3", "3/4/2024", "1"]),
        (8, ["p4", "5", "6", "2024-03-06T09:12:00", "0"]),
        (9, ["p5", "2", "2", "2024-02-29T00:00:00", "0.125"]),
    ];
    for file in ["moods.xlsx", "moods_1904.xlsx", "moods.xls", "moods.ods"] {
        let (names, found, notes, reader) = plain(&folder().join(file));
        assert_eq!(names, header, "{file}");
        assert_eq!(found, records.map(|(line, fields)| (line, fields.map(str::to_owned).to_vec())), "{file}");
        for note in ["input::other_sheets", "input::title_rows", "input::below_table", "input::typed_dates", "input::ambiguous_dates"] {
            assert!(notes.contains(&note), "{file}: {notes:?}");
        }
        // OpenDocument keeps no errors and no merged cells that the library shows.
        assert_eq!(notes.contains(&"input::error_cells") && notes.contains(&"input::joined_header"), file != "moods.ods", "{file}");
        let note = |code| reader.notes().into_iter().find(|note| note.code == code).unwrap();
        assert_eq!(note("input::title_rows").found.as_deref(), Some("row 1: Moods of 2024"), "{file}");
        assert_eq!(note("input::ambiguous_dates").severity, Severity::Warning);
        assert!(note("input::ambiguous_dates").message.ends_with("D7"), "{file}");
        assert_eq!((reader.tables().to_vec(), reader.rejected().len(), reader.rejected()[0].line), (vec!["Moods".to_owned(), "Centers".to_owned()], 1, 11));
        assert_eq!((reader.rows_in(), reader.places().tell("f", 6, 3).as_str()), (6, "f, Moods!C6"));
        assert_eq!(reader.sha256().map(str::len), Some(64));
    }
}

#[test]
fn titles_and_notes_around_a_table_are_no_records() {
    // readxl reads A5:F15 of both sheets.
    for file in ["deaths.xlsx", "deaths.xls"] {
        for (name, first, below) in [("arts", "David Bowie", 4), ("other", "Vera Rubin", 4)] {
            let (header, records, notes, reader) = read(sheet(&readxl(file), name).unwrap());
            assert_eq!(header, ["Name", "Profession", "Age", "Has kids", "Date of birth", "Date of death"], "{file}");
            assert_eq!((records.len(), records[0].0, records[0].1[0].as_str()), (10, 6, first), "{file}");
            assert!(notes.contains(&"input::title_rows") && notes.contains(&"input::below_table"), "{notes:?}");
            let lines: Vec<u64> = reader.rejected().iter().map(|rejected| rejected.line).collect();
            assert_eq!((lines.len(), lines[0], reader.rejected()[0].rule), (below, 16, "below_table"), "{file} {name}");
        }
    }
    for (name, first) in [("two_blank_rows", 5), ("occupied_row_and_blank_row", 5), ("two_occupied_rows", 5)] {
        let (header, records, ..) = read(sheet(&readxl("skipping.xlsx"), name).unwrap());
        assert_eq!((header, records.iter().map(|record| record.0).collect::<Vec<_>>()), (vec!["var1".to_owned(), "var2".to_owned()], vec![first, 7]), "{name}");
    }
    let options = ReadOptions { sheet: Some("arts".into()), header_row: Some(6), ..ReadOptions::default() };
    assert_eq!(open(&readxl("deaths.xlsx"), &options).unwrap().header()[0], "David Bowie");
}

#[test]
fn days_are_what_excel_says_they_are() {
    // The second column is what Excel itself made of the first, with its day that never was.
    for file in ["dates-leap-year-1900-xlsx.xlsx", "datetime-rounding.xlsx"] {
        let (_, records, ..) = plain(&readxl(file));
        assert!(records.len() >= 4);
        for (line, fields) in records {
            assert_eq!(fields[0].replace('T', " "), fields[1], "{file} {line}");
        }
    }
    // Both files of one day in five formats, in the two systems.
    for file in ["dates-1900-LibreOffice.xlsx", "dates-1904.xls"] {
        let (header, ..) = plain(&readxl(file));
        assert!(header.len() == 5 && header.iter().all(|name| name.starts_with("2000-01-01")), "{header:?}");
    }
}

#[test]
fn sheets_are_chosen_by_name_or_number_and_guessed_names_are_helped() {
    let chosen = |wanted: &str| sheet(&readxl("datasets.xlsx"), wanted).map(|reader| (reader.header()[0].clone(), reader.tables().len()));
    assert_eq!(chosen("quakes"), Ok(("lat".to_owned(), 3)));
    assert_eq!(chosen("2"), Ok(("weight".to_owned(), 3)));
    let error = chosen("quake").unwrap_err();
    assert_eq!((error.problems[0].code, error.problems[0].help.as_deref()), ("input::unknown_sheet", Some("did you mean `quakes`?")));
    assert_eq!(chosen("9").unwrap_err().problems[0].found.as_deref(), Some("mtcars, chickwts, quakes"));
    let (_, records, notes, _) = plain(&readxl("empty-sheets.xlsx"));
    assert_eq!((records.len(), notes.len()), (0, 0));
    let options = ReadOptions { header_row: Some(9999), ..ReadOptions::default() };
    assert_eq!(open(&readxl("datasets.xlsx"), &options).err().unwrap().problems[0].code, "input::no_header_row");
}

#[test]
fn a_file_that_other_software_refuses_is_read() {
    let (header, records, notes, reader) = plain(&readxl("los-angeles-arrests-xlsx.xlsx"));
    // The XML itself has 196 rows: two of titles, one of names, and 36 cells in each other.
    assert_eq!((header.len(), records.len() + reader.rejected().len(), reader.places().tell("f", 4, 1).as_str()), (36, 193, "f, Sheet1!A4"));
    assert!(notes.contains(&"input::title_rows"), "{notes:?}");
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that did not run says so")]
fn the_two_thousand_rows_of_a_registry() {
    let Some(real) = std::env::var_os("RECOVISTA_REAL_DATA") else {
        eprintln!("RECOVISTA_REAL_DATA is not set: not run");
        return;
    };
    // A2:K2197 with a title, a blank row and the header above, and the source below.
    let (header, records, notes, reader) = plain(&PathBuf::from(real).join("xlsx/readxl_tests/Ekaterinburg_IP_9.xlsx"));
    assert_eq!((header.len(), records.first().map(|record| record.0), reader.rejected().len()), (11, Some(5), 1));
    assert_eq!(records.last().map(|record| record.0), Some(2195));
    assert_eq!(notes, ["input::title_rows", "input::below_table"]);
}
