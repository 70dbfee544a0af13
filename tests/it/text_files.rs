//! Delimited text as it is really made: titles above the header, names that come twice, records of every length, odd quotes,
//! old encodings, damaged and oversized packed files. The expected answers are those of the files' own documentation.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use recovista::error::Problem;
use recovista::ingest::{Columns, ReadOptions, Reader, Role, ShortRecords, Wanted, open};

struct Table {
    name: String,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    lines: Vec<u64>,
    rejected: Vec<(u64, String)>,
    notes: Vec<Problem>,
}

impl Table {
    fn of(mut reader: Reader) -> Result<Self, Box<Problem>> {
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        while let Some(batch) = reader.next_batch().map_err(first)? {
            rows.extend((0..batch.rows()).map(|row| (0..batch.width).map(|column| batch.field_str(row, column).to_owned()).collect()));
            lines.extend(&batch.lines);
        }
        let rejected = reader.rejected().iter().map(|record| (record.line, record.raw.clone())).collect();
        Ok(Self { name: reader.name().to_owned(), header: reader.header().to_vec(), rows, lines, rejected, notes: reader.notes() })
    }

    fn codes(&self) -> Vec<&'static str> {
        self.notes.iter().map(|note| note.code).collect()
    }

    fn note(&self, code: &str) -> &Problem {
        self.notes.iter().find(|note| note.code == code).unwrap_or_else(|| panic!("no {code} in {:?}", self.codes()))
    }
}

fn first(mut error: recovista::error::Error) -> Box<Problem> {
    Box::new(error.problems.remove(0))
}

fn read_path(path: &Path, options: &ReadOptions) -> Result<Table, Box<Problem>> {
    open(path, options).map_err(first).and_then(Table::of)
}

fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a temporary file");
    file.write_all(bytes).expect("writes");
    file
}

fn read(bytes: &[u8], options: &ReadOptions) -> Result<Table, Box<Problem>> {
    read_path(written(bytes).path(), options)
}

fn plain(bytes: &[u8]) -> Table {
    read(bytes, &ReadOptions::default()).expect("reads")
}

fn real(path: &str) -> Option<PathBuf> {
    Some(Path::new(&std::env::var_os("RECOVISTA_REAL_DATA")?).join(path))
}

fn real_table(path: &str, options: &ReadOptions) -> Option<Table> {
    Some(read_path(&real(path)?, options).expect("reads"))
}

fn header_row(line: u64) -> ReadOptions {
    ReadOptions { header_row: Some(line), ..ReadOptions::default() }
}

fn filled() -> ReadOptions {
    ReadOptions { short_records: ShortRecords::Fill, ..ReadOptions::default() }
}

#[test]
fn what_stands_above_the_names_is_left_out_and_told() {
    let table = plain(b"Attendance report,,\n\"Made on\n2024-03-05\",,\nid,name,city\n1,Ann,Lynn\n");
    assert_eq!((table.header, table.lines), (vec!["id".to_owned(), "name".to_owned(), "city".to_owned()], vec![5]));
    let note = table.notes.iter().find(|note| note.code == "input::preamble").expect("a note");
    assert!(note.place.as_deref().is_some_and(|place| place.ends_with(".csv:4")), "{note:?}");
    assert_eq!(note.found.as_deref(), Some("`Attendance report`, `Made on`, `2024-03-05`"));
    let declared = plain(b"sep=;\r\nPipes of 5\" and more\r\nid;a;b\r\n1;2;3\r\n");
    assert_eq!((declared.header, declared.lines, declared.notes[0].code), (vec!["id".to_owned(), "a".to_owned(), "b".to_owned()], vec![4], "input::preamble"));
}

#[test]
fn the_user_may_name_the_line_of_the_names() {
    let text = b"a,b\nc,d\n\n1,2\n";
    let second = read(text, &header_row(2)).expect("reads");
    assert_eq!((second.header, second.rows), (vec!["c".to_owned(), "d".to_owned()], vec![vec!["1".to_owned(), "2".to_owned()]]));
    assert_eq!(read(text, &header_row(1)).expect("reads").rows.len(), 2);
    for line in [0, 3, 5, 900] {
        assert_eq!(read(text, &header_row(line)).err().map(|problem| problem.code), Some("input::no_header_row"), "{line}");
    }
    assert_eq!(read(b"\"a\nb\",c\n1,2\n", &header_row(2)).err().map(|problem| problem.code), Some("input::no_header_row"));
    let far = format!("{}id,name\n1,Ann\n", "text\n".repeat(200_000));
    assert_eq!(read(far.as_bytes(), &header_row(200_001)).expect("reads").lines, [200_002]);
    assert_eq!(plain(b"Report\n\nid,name\n1,Ann\n").header, read(b"Report\n\nid,name\n1,Ann\n", &header_row(3)).expect("reads").header);
}

#[test]
fn titles_and_comments_in_real_files() {
    let Some(table) = real_table("csv_malformed/messytables/excel_pasting.csv", &ReadOptions::default()) else { return };
    assert_eq!((table.header[0].as_str(), table.header[8].as_str(), table.rows.len(), table.lines[0]), ("Year", "2007", 17, 5));
    let Some(table) = real_table("csv_malformed/messytables/mixedGLB.csv", &ReadOptions::default()) else { return };
    assert_eq!((table.header.len(), table.rows[0][0].as_str(), table.rows.len()), (19, "1880", 133));
    let Some(table) = real_table("csv_malformed/messytables/weird_head_padding.csv", &ReadOptions::default()) else { return };
    assert_eq!((table.header[1].as_str(), table.header[9].as_str(), table.lines[0]), ("1985", "2010", 13));
    assert!(table.note("input::preamble").found.as_deref().is_some_and(|found| found.contains("`Region:;Deutschland`")));
    for (name, rows) in [("skip-rows.csv", 2), ("matrix-with-comment.csv", 4), ("skip-blank-at-the-end.csv", 1)] {
        let Some(table) = real_table(&format!("csv_malformed/frictionless/{name}"), &ReadOptions::default()) else { return };
        assert_eq!(table.rows.len(), rows, "{name}");
        assert!(table.rejected.iter().all(|(_, raw)| raw.starts_with('#')), "{name}");
    }
}

#[test]
fn names_that_come_twice_are_numbered_in_both_ways_of_reading() {
    let Some(path) = real("csv_malformed/frictionless/duplicate-headers.csv") else { return };
    let table = read_path(&path, &ReadOptions::default()).expect("reads");
    assert_eq!(table.header, ["id", "name", "id__2", "age", "id__3"]);
    assert_eq!(table.note("input::duplicate_column").found.as_deref(), Some("column 3 `id` is `id__2`, column 5 `id` is `id__3`"));
    let mut columns = Columns::open(&path, &ReadOptions::default(), &[Wanted::new("id__3", Role::Text)], &[]).expect("opens");
    let batches = columns.next_batches().expect("reads");
    let Some(recovista::frame::Values::Text(texts)) = batches[0].column("id__3").map(|column| &column.values) else { panic!("text") };
    assert_eq!(texts, &["001101", "001102"]);
    let Some(table) = real_table("workforce/osmi_2016.csv", &ReadOptions::default()) else { return };
    assert_eq!((table.rows.len(), table.header.len(), table.header[39].as_str()), (1433, 63, "Why or why not?__2"));
}

#[test]
fn short_records_are_refused_or_filled() {
    let refused = plain(b"a,b,c\n1,2\n1,2,3\n1,2,3,4\n");
    assert_eq!((refused.rows.len(), refused.rejected.len()), (1, 2));
    assert!(refused.note("input::short_records").help.as_deref().is_some_and(|help| help.contains("--fill-short")));
    let kept = read(b"a,b,c\n1,2\n\"x\"\"y\"\n1,2,3\n1,2,3,4\n", &filled()).expect("reads");
    assert_eq!(kept.rows, [["1", "2", ""], ["x\"y", "", ""], ["1", "2", "3"]]);
    assert_eq!((kept.rejected, kept.notes[0].code), (vec![(5, "1,2,3,4".to_owned())], "input::filled_records"));
    let Some(table) = real_table("attendance/carpentries_workshop_attendance.csv", &filled()) else { return };
    assert_eq!((table.rows.len(), table.header.len(), table.rejected[0].1.as_str()), (297, 7, "2018-01-18-UF-R,30,18,12,11,17,16,10,6"));
}

#[test]
fn filled_records_are_the_same_columns() {
    let file = written(b"id,score,note\n1,5\n2\n3,7,x\n");
    let mut columns = Columns::open(file.path(), &filled(), &[Wanted::new("score", Role::Number)], &[]).expect("opens");
    let batches = columns.next_batches().expect("reads");
    let scores: Vec<Option<f64>> = batches[0].numbers("score").expect("numbers").iter().map(|score| (!score.is_nan()).then_some(*score)).collect();
    assert_eq!(scores, [Some(5.0), None, Some(7.0)]);
}

#[test]
fn three_header_rows_can_be_cut_at_the_last() {
    let Some(table) = real_table("workforce/uk_dft_workforce_201706.csv", &header_row(10)) else { return };
    assert_eq!(table.header.len(), 42);
    assert_eq!((table.header[3].as_str(), table.header[5].as_str()), ("Headcount", "Headcount__2"));
    assert_eq!((table.rows[0][0].trim(), table.rows[0][3].as_str()), ("Department for Transport", "164"));
}

#[test]
fn odd_quotes_are_read_where_the_file_plainly_uses_them() {
    let Some(table) = real_table("csv_malformed/frictionless/escaping.csv", &ReadOptions::default()) else { return };
    assert_eq!(table.rows, [["1", "Test line 1"], ["2", "Test \" line 2"], ["3", "Test \" line 3"]]);
    let Some(table) = real_table("csv_malformed/messytables/complex.csv", &ReadOptions::default()) else { return };
    assert_eq!((table.rows[2][2].as_str(), table.rejected.len(), table.codes()), ("6,000,000", 0, vec!["input::quoting"]));
    assert_eq!(plain(b"size,n\n5\" pipe,1\n6\" pipe,2\n").rows[1][0], "6\" pipe");
    assert_eq!(plain(b"path,n\n\"C:\\\",1\n").rows[0][0], "C:\\");
}

#[test]
fn bad_bytes_are_told_with_their_likely_encodings() {
    for (path, label, place) in [
        ("csv_malformed/frictionless/latin1.csv", "windows-1252", ":3"),
        ("csv_malformed/frictionless/table-with-accents.csv", "windows-1252", ":1"),
        ("csv_malformed/frictionless/table-infer-iso-8859-7.csv", "iso-8859-7", ":2"),
        ("surveymonkey/star_wars.csv", "windows-1252", ":1"),
    ] {
        let Some(path) = real(path) else { return };
        let problem = read_path(&path, &ReadOptions::default()).err().expect("is no UTF-8");
        assert!(problem.code == "input::encoding" && problem.place.as_deref().is_some_and(|told| told.ends_with(place)), "{problem:?}");
        assert!(problem.help.as_deref().is_some_and(|help| help.contains(&format!("--encoding {label} (reads"))), "{problem:?}");
        let options = ReadOptions { encoding: Some(label.to_owned()), ..ReadOptions::default() };
        assert!(!read_path(&path, &options).expect("reads").rows.is_empty());
    }
}

#[test]
fn wide_characters_are_read_by_their_mark() {
    let text = "\u{feff}name;city\r\nJosé;Đà Nẵng 🏥\r\n";
    for big_endian in [false, true] {
        let bytes: Vec<u8> = text.chars().flat_map(|c| if big_endian { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() }).collect();
        let table = plain(&bytes);
        assert_eq!((table.rows, table.notes[0].code), (vec![vec!["José".to_owned(), "Đà Nẵng 🏥".to_owned()]], "input::decoded"));
        for end in 0..bytes.len() {
            let _ = read(&bytes[..end], &ReadOptions::default());
        }
        let cut = read(&bytes[..bytes.len() - 2], &ReadOptions::default()).err().expect("is cut");
        assert_eq!(cut.code, "input::encoding");
    }
}

#[test]
fn tables_pasted_from_a_sheet_are_split_at_tabs() {
    let table = plain(b"id\tnote\r\n1\t\"two\nlines, and a comma\"\r\n2\tx, y\r\n");
    assert_eq!(table.rows, [["1", "two\nlines, and a comma"], ["2", "x, y"]]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).expect("packs");
    packed.finish().expect("packs")
}

#[test]
fn damage_to_packed_files_is_told_with_its_place() {
    let packed = gzip(b"id,name\n1,Ann\n");
    let garbage = [packed.clone(), b"more".to_vec()].concat();
    let mut checksum = packed.clone();
    let at = checksum.len() - 6;
    checksum[at] ^= 1;
    let mut zst = zstd::encode_all(&b"id,name\n1,Ann\n"[..], 3).expect("packs");
    zst.extend_from_slice(b"more");
    for bytes in [garbage, checksum, zst] {
        let problem = read(&bytes, &ReadOptions::default()).err().expect("is damaged");
        assert_eq!(problem.code, "input::damaged");
        assert!(problem.found.as_deref().is_some_and(|found| found.ends_with("after 14 unpacked bytes")), "{problem:?}");
    }
}

/// A gzip file of many members, each a megabyte of the same bytes.
fn bomb(first: &[u8], repeated: &[u8], megabytes: usize) -> Vec<u8> {
    let megabyte: Vec<u8> = repeated.iter().copied().cycle().take(1 << 20).collect();
    [gzip(first), gzip(&megabyte).repeat(megabytes)].concat()
}

#[test]
fn bombs_end_in_an_error() {
    for (first, repeated, code) in [
        (&b""[..], &b"\0"[..], "input::not_text"),
        (b"a,b\n", b"\0", "input::not_text"),
        (b"a,b\n", b"x", "input::record_too_long"),
        (b"a,b\n\"", b"x\n", "input::record_too_long"),
        (b"a,b\n", b",", "input::too_many_columns"),
        (b"a,b\n1,2\n", b"x\n", "input::mostly_ragged"),
    ] {
        let packed = bomb(first, repeated, 3_000);
        let problem = read(&packed, &ReadOptions::default()).err().expect("is refused");
        assert_eq!(problem.code, code, "{problem:?}");
    }
}

#[test]
fn every_good_file_cut_or_changed_is_read_or_refused() {
    let Some(folder) = real("csv_malformed") else { return };
    let mut files = 0;
    for path in ["csv_spectrum", "frictionless", "messytables"].iter().flat_map(|name| std::fs::read_dir(folder.join(name)).expect("a folder")).flatten() {
        let bytes = std::fs::read(path.path()).expect("reads");
        if path.path().extension().is_some_and(|ending| ending == "json") || bytes.len() > 10_000 {
            continue;
        }
        let steps = bytes.len() / 60 + 1;
        for at in (0..bytes.len()).step_by(steps) {
            for options in [ReadOptions::default(), filled()] {
                let _ = read(&bytes[..at], &options);
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << (at % 8);
                let _ = read(&flipped, &options);
            }
        }
        files += 1;
    }
    assert!(files >= 40, "{files} files");
}

proptest! {
    /// Whatever the text, every record is kept or rejected, and the name of the line of the names never changes the rest.
    #[test]
    fn any_text_with_any_header_row(text in "[ab1,;\"\\\\ \n\r#]{0,80}", line in 1_u64..6, fill: bool) {
        let short_records = if fill { ShortRecords::Fill } else { ShortRecords::Refuse };
        let options = ReadOptions { header_row: Some(line), short_records, ..ReadOptions::default() };
        for options in [options, ReadOptions { short_records, ..ReadOptions::default() }] {
            if let Ok(table) = read(text.as_bytes(), &options) {
                prop_assert_eq!(table.name, "delimited");
                prop_assert!(table.rows.iter().all(|row| row.len() == table.header.len()));
            }
        }
    }
}
