//! Files as users have them: real malformed CSVs, packed files, old encodings, and files that are cut or broken.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use recovista::error::Error;
use recovista::ingest::{ReadOptions, Reader, RejectedRecord, open};

/// All that a file holds.
#[derive(Debug, Default, PartialEq)]
struct Content {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    lines: Vec<u64>,
    rejected: Vec<RejectedRecord>,
    notes: Vec<&'static str>,
}

fn drain(mut reader: Reader) -> Result<Content, Error> {
    let mut content = Content { header: reader.header().to_vec(), ..Content::default() };
    while let Some(batch) = reader.next_batch()? {
        assert!(batch.rows() > 0 && batch.rows() <= recovista::frame::BATCH_ROWS);
        assert_eq!((batch.width, batch.ends.len()), (content.header.len(), batch.rows() * batch.width));
        for row in 0..batch.rows() {
            content.rows.push((0..batch.width).map(|column| String::from_utf8(batch.field(row, column).to_vec()).expect("UTF-8")).collect());
        }
        content.lines.extend(&batch.lines);
    }
    assert_eq!(reader.rows_in(), (content.rows.len() + reader.rejected().len()) as u64);
    assert_eq!(reader.sha256().map(str::len), Some(64));
    content.rejected = reader.rejected().to_vec();
    content.notes = reader.notes().iter().map(|note| note.code).collect();
    Ok(content)
}

fn read_path(path: &Path, options: &ReadOptions) -> Result<Content, Error> {
    open(path, options).and_then(drain)
}

fn read_with(bytes: &[u8], options: &ReadOptions) -> Result<Content, Error> {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a temporary file");
    file.write_all(bytes).expect("writes");
    read_path(file.path(), options)
}

fn read(bytes: &[u8]) -> Content {
    read_with(bytes, &ReadOptions::default()).expect("reads")
}

fn fails(bytes: &[u8]) -> (&'static str, String) {
    let error = read_with(bytes, &ReadOptions::default()).expect_err("is refused");
    let problem = &error.problems[0];
    (problem.code, problem.place.clone().unwrap_or_default().rsplit(':').next().unwrap_or_default().to_owned())
}

fn encoding(label: &str) -> ReadOptions {
    ReadOptions { encoding: Some(label.to_owned()), ..ReadOptions::default() }
}

/// The folder of real files, when this machine has it.
fn real_data(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("RECOVISTA_REAL_DATA")?;
    Some(Path::new(&root).join(folder))
}

#[test]
fn lines_count_every_kind_of_line_end() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "1,\"x", "y\"", "", "2,z", "3", "4,w"].join(end);
        let content = read(text.as_bytes());
        assert_eq!(content.lines, [2, 5, 7], "{end:?}");
        assert_eq!(content.rows[0][1], format!("x{end}y"));
        assert_eq!((content.rejected[0].line, content.rejected[0].raw.as_str(), content.rejected[0].rule), (6, "3", "ragged"));
    }
}

#[test]
fn lines_stay_exact_over_many_blocks() {
    let mut text = String::from("id,text\r\n");
    let (mut line, mut expected) = (2, Vec::new());
    for row in 0..90_000 {
        expected.push(line);
        let two_lines = row % 3 == 0;
        let record = if two_lines { format!("{row},\"é\r\n,{row}\"\r\n") } else { format!("{row},ü\r\n") };
        text.push_str(&record);
        line += if two_lines { 2 } else { 1 };
    }
    let content = read(text.as_bytes());
    assert_eq!(content.lines, expected);
    assert_eq!(content.rows[89_999], ["89999", "ü"]);
    assert_eq!(content.rows[89_997], ["89997", "é\r\n,89997"]);
}

#[test]
fn ragged_records_are_rejected_and_empty_ends_are_noted() {
    let content = read(b"a,b\n1,2,,\n1,2,3\n1\n   \n,\n1,2\n");
    assert_eq!(content.rows, [["1", "2"], ["", ""], ["1", "2"]]);
    let rejected: Vec<_> = content.rejected.iter().map(|record| (record.line, record.raw.as_str(), record.expected.as_str())).collect();
    assert_eq!(rejected, [(3, "1,2,3", "2 fields, found 3"), (4, "1", "2 fields, found 1")]);
    assert_eq!(content.notes, ["input::empty_extra_fields", "input::empty_records", "input::short_records"]);
    let long = read(format!("a,b\n{}\n", "é".repeat(300_000)).as_bytes());
    assert_eq!(long.rejected[0].raw.chars().count(), 200);
}

#[test]
fn headers_are_unique_and_never_empty() {
    assert_eq!(read(b",a,\n1,2,3\n").header, ["column_1", "a", "column_3"]);
    assert_eq!(read(b"a,b\n").rows.len(), 0);
    let twice = read(b"a, a\n1,2\n");
    assert_eq!((twice.header, twice.notes), (vec!["a".to_owned(), "a__2".to_owned()], vec!["input::duplicate_column"]));
    assert_eq!(fails(b"").0, "input::empty_file");
    assert_eq!(fails(b"\r\n\r\n").0, "input::empty_file");
    assert_eq!(fails(b"\xef\xbb\xbf").0, "input::empty_file");
}

#[test]
fn a_quote_that_never_closes_is_placed_where_it_opened() {
    assert_eq!(fails(b"a,b\n\"x\ny\",\"z\n2,3\n"), ("input::unclosed_quote", "3".to_owned()));
    assert_eq!(fails(b"a,b\n1,\"\"\""), ("input::unclosed_quote", "2".to_owned()));
    assert_eq!(read(b"a,b\n1,\"x\"").rows, [["1", "x"]]);
}

#[test]
fn records_and_columns_have_limits() {
    let mut text = b"a,b\n1,\"".to_vec();
    text.resize(17 << 20, b'x');
    assert_eq!(fails(&text), ("input::record_too_long", "2".to_owned()));
    assert_eq!(fails(&b",".repeat(100_001)).0, "input::too_many_columns");
}

#[test]
fn text_is_decoded_strictly() {
    let error = read_with(b"a,b\n1,caf\xe9\n", &ReadOptions::default()).expect_err("is no UTF-8");
    let problem = &error.problems[0];
    assert_eq!((problem.code, problem.found.as_deref()), ("input::encoding", Some("bytes e9 0a")));
    assert!(problem.message.starts_with("byte 9 of ") && problem.help.as_deref().is_some_and(|help| help.contains("windows-1252")));
    assert!(problem.place.as_deref().is_some_and(|place| place.ends_with(":2")));
    assert_eq!(read_with(b"a,b\n1,caf\xe9\n", &encoding("windows-1252")).expect("reads").rows, [["1", "café"]]);
    assert_eq!(read_with(b"a,b\n1,\x83\n", &encoding("shift_jis")).expect_err("is cut").problems[0].code, "input::encoding");
    assert_eq!(read_with(b"a\n", &encoding("utf-9")).expect_err("is unknown").problems[0].help.as_deref(), Some("did you mean `utf-8`?"));
    assert_eq!(fails(b"a,b\n1,\xc3").0, "input::encoding");
    assert_eq!(read(b"\xef\xbb\xbfa,b\n1,2\n").header, ["a", "b"]);
}

#[test]
fn utf_16_is_read_by_its_mark_or_by_name() {
    let text = "name;city\r\nJosé;Đà Nẵng 🏥\r\n";
    for (big_endian, mark) in [(false, true), (true, true), (false, false), (true, false)] {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        let bytes: Vec<u8> = units.flat_map(|unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
        let label = if big_endian { "utf-16be" } else { "utf-16le" };
        let options = if mark { ReadOptions::default() } else { encoding(label) };
        assert_eq!(read(&bytes).notes, ["input::decoded"], "zero bytes at every second place say it as well");
        let content = read_with(&bytes, &options).expect("reads");
        assert_eq!((content.rows, content.header), (vec![vec!["José".to_owned(), "Đà Nẵng 🏥".to_owned()]], vec!["name".to_owned(), "city".to_owned()]));
        assert_eq!(read_with(&bytes[..bytes.len() - 1], &options).expect_err("is cut").problems[0].code, "input::encoding");
    }
}

#[test]
fn characters_across_blocks_stay_whole() {
    let text: String = std::iter::once("id,text\n".to_owned()).chain((0..60_000).map(|row| format!("{row},あ🏥\n"))).collect();
    let plain = read(text.as_bytes());
    assert_eq!((plain.rows.len(), plain.rows[59_999][1].as_str()), (60_000, "あ🏥"));
    let mut wide: Vec<u8> = vec![0xff, 0xfe];
    wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let decoded = read(&wide);
    assert_eq!((decoded.rows, decoded.lines, decoded.notes), (plain.rows, plain.lines, vec!["input::decoded"]));
    wide.truncate(400_000);
    wide.extend([0x00, 0xdc, b'x', 0]);
    let error = read_with(&wide, &ReadOptions::default()).expect_err("half a character");
    assert!(error.problems[0].message.starts_with("byte 400000 of "), "{error}");
}

#[test]
fn other_kinds_of_files_are_named() {
    for (bytes, what) in [(&b"%PDF-1.7\n"[..], "a PDF document"), (b"<html><body>", "a web page or XML")] {
        for reader in [None, Some("delimited".to_owned())] {
            let error = read_with(bytes, &ReadOptions { reader, ..ReadOptions::default() }).expect_err("is no text");
            assert_eq!(error.problems[0].code, "input::not_text");
            assert!(error.problems[0].message.ends_with(what), "{error}");
        }
    }
    // The beginning of a workbook is a damaged one, unless it is said to be text.
    assert_eq!(fails(b"PK\x03\x04xl/workbook.xml").0, "input::damaged");
    let text = ReadOptions { reader: Some("delimited".to_owned()), ..ReadOptions::default() };
    assert_eq!(read_with(b"PK\x03\x04xl/workbook.xml", &text).expect_err("is no text").problems[0].code, "input::not_text");
    assert_eq!(fails(b"a,b\n1,\x002\n"), ("input::not_text", "2".to_owned()));
}

#[test]
fn paths_that_are_no_files_are_refused() {
    let code = |path: &str| open(Path::new(path), &ReadOptions::default()).err().map(|error| error.problems[0].code);
    assert_eq!(code("https://example.org/members.csv"), Some("input::url"));
    assert_eq!(code("/no/such/file.csv"), Some("input::missing_file"));
    assert_eq!(code("/"), Some("input::is_a_folder"));
    let unknown = read_with(b"a\n", &ReadOptions { reader: Some("parket".to_owned()), ..ReadOptions::default() });
    assert_eq!(unknown.expect_err("is unknown").problems[0].help.as_deref(), Some("did you mean `parquet`?"));
    let bad = read_with(b"a\n", &ReadOptions { delimiter: Some(b'"'), ..ReadOptions::default() });
    assert_eq!(bad.expect_err("is bad").problems[0].code, "input::bad_delimiter");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).expect("packs");
    packed.finish().expect("packs")
}

#[test]
fn packed_files_read_like_plain_ones_and_damage_is_an_error() {
    let text: String = std::iter::once("id,answer\n".to_owned()).chain((0..40_000).map(|row| format!("{row},{}\n", row * 7919 % 1013))).collect();
    let plain = read(text.as_bytes());
    let two_members = [gzip(&text.as_bytes()[..1000]), gzip(&text.as_bytes()[1000..])].concat();
    let zst = zstd::encode_all(text.as_bytes(), 1).expect("packs");
    for packed in [gzip(text.as_bytes()), two_members, zst] {
        assert_eq!(read(&packed), plain);
        for cut in [packed.len() / 3, packed.len() - 1] {
            assert_eq!(fails(&packed[..cut]).0, "input::damaged");
        }
        let mut flipped = packed.clone();
        flipped[packed.len() / 2] ^= 0x10;
        assert!(read_with(&flipped, &ReadOptions::default()).is_err() || packed.starts_with(&[0x28]));
    }
    assert_eq!(fails(&gzip(b"%PDF-1.4")).0, "input::not_text");
    assert_eq!(fails(&gzip(b"")).0, "input::empty_file");
    // Files that are read from any place are to be unpacked, whatever they are: SPSS, Stata, Parquet.
    for start in [&b"$FL2@(#) SPSS DATA FILE"[..], b"<stata_dta><header>", b"PAR1"] {
        assert_eq!(fails(&gzip(start)).0, "input::packed");
    }
}

#[test]
fn csv_spectrum() {
    let Some(folder) = real_data("csv_malformed/csv_spectrum") else { return };
    let mut cases = 0;
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|ending| ending != "csv") {
            continue;
        }
        if path.file_stem().is_some_and(|stem| stem == "location_coordinates") {
            continue; // its answer is of another file: the phone number differs
        }
        let answer = std::fs::read_to_string(path.with_extension("json")).expect("an answer");
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        let mut text = std::fs::read_to_string(&path).expect("text");
        if path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("_crlf")) && !text.contains('\r') {
            text = text.replace('\n', "\r\n"); // some copies of the collection have lost them
        }
        let content = read(text.as_bytes());
        let rows: Vec<serde_json::Value> = content
            .rows
            .iter()
            .map(|row| content.header.iter().cloned().zip(row.iter().cloned().map(serde_json::Value::from)).collect::<serde_json::Map<_, _>>().into())
            .collect();
        assert_eq!(serde_json::Value::from(rows), answer, "{}", path.display());
        cases += 1;
    }
    assert_eq!(cases, 11);
}

#[test]
fn the_first_line_may_name_the_delimiter() {
    let content = read(b"sep=;\r\na,x;b\r\n1,5;2\r\n");
    assert_eq!((content.header, content.rows, content.lines), (vec!["a,x".to_owned(), "b".to_owned()], vec![vec!["1,5".to_owned(), "2".to_owned()]], vec![3]));
}

#[test]
fn files_that_do_not_fit_their_header_are_told() {
    let content = read(b"year,\n1,Ann,Lynn\n2,Bob,Lynn\n");
    assert_eq!((content.rows.len(), content.rejected.len(), content.notes), (0, 2, vec!["input::unnamed_column", "input::mostly_ragged"]));
    assert_eq!(fails(format!("title,\n{}", "1,2,3\n".repeat(70_000)).as_bytes()).0, "input::mostly_ragged");
}

#[test]
fn every_prefix_is_read_or_refused() {
    let text = "\u{feff}id,näme,\"no\"\"te\"\r\n1,Ann,\"two\r\nlines\"\r\n2,\"B,o\",x\r\n\r\n3,,\r\n4,d,e,f\r\n5,\"ü\",\"\"\r\n".as_bytes();
    for packed in [text.to_vec(), gzip(text), zstd::encode_all(text, 1).expect("packs")] {
        for end in 0..packed.len() {
            if let Err(error) = read_with(&packed[..end], &ReadOptions::default()) {
                assert_eq!(error.exit, recovista::error::Exit::Input);
            }
        }
    }
}

#[test]
fn the_hash_is_that_of_the_packed_file() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    let packed = gzip(b"a,b\n1,2\n");
    file.write_all(&packed).expect("writes");
    let mut reader = open(file.path(), &ReadOptions::default()).expect("opens");
    assert_eq!(reader.sha256(), None);
    while reader.next_batch().expect("reads").is_some() {}
    let expected = <sha2::Sha256 as sha2::Digest>::digest(&packed).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(reader.sha256(), Some(expected.as_str()));
}

#[test]
fn old_encodings_in_real_files() {
    let Some(folder) = real_data("csv_malformed/frictionless") else { return };
    for (name, label, cell) in [("latin1.csv", "latin1", "©"), ("table-infer-iso-8859-7.csv", "iso-8859-7", "Λεων")] {
        let path = folder.join(name);
        assert_eq!(read_path(&path, &ReadOptions::default()).expect_err("is not UTF-8").problems[0].code, "input::encoding");
        let content = read_path(&path, &encoding(label)).expect("reads");
        assert!(content.rows.iter().flatten().any(|text| text.contains(cell)), "{name}: {:?}", content.rows);
    }
}

#[test]
fn every_real_file_is_read_or_refused() {
    let Some(folder) = real_data("") else { return };
    let (mut folders, mut files) = (vec![folder], 0);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let forced = ReadOptions { reader: Some("delimited".to_owned()), encoding: Some("windows-1252".to_owned()), ..ReadOptions::default() };
            for options in [ReadOptions::default(), forced] {
                if let Err(error) = read_path(&path, &options) {
                    assert_eq!(error.exit, recovista::error::Exit::Input, "{}", path.display());
                }
            }
        }
    }
    assert!(files > 100, "{files} files");
}

#[test]
fn real_parquet_files() {
    let Some(folder) = real_data("parquet") else { return };
    let read = |name: &str| read_path(&folder.join(name), &ReadOptions::default());
    let plain = read("alltypes_plain.parquet").expect("reads");
    assert_eq!((plain.rows.len(), plain.lines.as_slice()), (8, &[1, 2, 3, 4, 5, 6, 7, 8][..]));
    assert_eq!(plain.rows[0], ["4", "1", "0", "0", "0", "0", "0", "0", "03/01/09", "0", "2009-03-01T00:00:00"]);
    let expected = read("delta_binary_packed_expect.csv").expect("reads");
    assert_eq!(read("delta_binary_packed.parquet").expect("reads").rows, expected.rows);
    assert_eq!(read("single_nan.parquet").expect("reads").rows, [[""]]);
    let decimals: Vec<Vec<String>> = (1..=24).map(|number| vec![number.to_string()]).collect();
    assert_eq!(read("int32_decimal.parquet").expect("reads").rows, decimals);
    let beside_a_list = read("datapage_v2.snappy.parquet").expect("reads");
    assert_eq!((beside_a_list.header.join(","), beside_a_list.notes), ("a,b,c,d".to_owned(), vec!["input::unreadable_column"]));
    let error = read("nulls.snappy.parquet").expect_err("has no column of plain values");
    assert_eq!(error.problems[0].code, "input::unreadable_column");
    assert!(error.problems[0].message.contains("holds nested values"), "{error}");
}

#[test]
fn cut_parquet_files_are_damaged() {
    let Some(folder) = real_data("parquet") else { return };
    let bytes = std::fs::read(folder.join("alltypes_plain.snappy.parquet")).expect("reads");
    for end in 4..bytes.len() {
        assert_eq!(fails(&bytes[..end]).0, "input::damaged", "{end}");
    }
}

proptest! {
    #[test]
    fn cut_or_changed_files_never_panic(cut in 0_usize..200, at in 0_usize..200, byte: u8, pack in 0_u8..3) {
        let text = "\u{feff}id;näme;\"no\"\"te\"\r\n1;Ann;\"two\r\nlines\"\r\n2;\"B;o\";x\r\n\r\n3;;\r\n4;d;e;f\r\n5;\"ü\";\"\"\r\n".as_bytes();
        let mut bytes = match pack { 0 => text.to_vec(), 1 => gzip(text), _ => zstd::encode_all(text, 1).expect("packs") };
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(length.saturating_sub(cut % (length + 1)));
        let _ = read_with(&bytes, &ReadOptions::default());
    }

    #[test]
    fn written_tables_read_back(rows in prop::collection::vec(prop::collection::vec("[a-c,;\"\r\n é]{0,6}", 3), 0..30), end in prop::sample::select(vec!["\n", "\r\n", "\r"])) {
        let mut text = format!("a,b,c{end}");
        for row in &rows {
            let fields: Vec<String> = row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            text.push_str(&fields.join(","));
            text.push_str(end);
        }
        prop_assert_eq!(read(text.as_bytes()).rows, rows);
    }
}
