//! Files as other programs and hurried people make them: the right reading of each of them is evident to whoever looks at it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use recovista::error::{Problem, Severity};
use recovista::ingest::{Columns, ReadOptions, Role, Wanted, open};
use recovista::{InferOptions, infer};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("writes");
        path
    }
}

/// Codes and words of notes.
type Notes = Vec<(&'static str, String)>;
/// The header, the rows and the notes.
type Content = (Vec<String>, Vec<Vec<String>>, Notes);

fn read_with(path: &Path, options: &ReadOptions) -> Content {
    let mut reader = open(path, options).expect("opens");
    let mut rows = Vec::new();
    while let Some(batch) = reader.next_batch().expect("reads") {
        rows.extend((0..batch.rows()).map(|row| (0..batch.width).map(|column| batch.field_str(row, column).to_owned()).collect::<Vec<_>>()));
    }
    assert!(reader.rejected().is_empty(), "{:?}", reader.rejected());
    let severity = |note: &Problem| if note.severity == Severity::Warning { "warning" } else { "note" };
    let told = |note: &Problem| format!("{}[{}] {} {:?} {:?} {:?}", severity(note), note.code, note.message, note.place, note.found, note.help);
    let notes = reader.notes().iter().map(|note| (note.code, told(note))).collect();
    (reader.header().to_vec(), rows, notes)
}

fn read(path: &Path) -> Content {
    read_with(path, &ReadOptions::default())
}

fn refused(path: &Path) -> String {
    format!("{:?}", open(path, &ReadOptions::default()).expect_err("is refused").problems)
}

/// The block of one field in a proposed codebook, with the comments above it.
fn proposed(path: &Path, field: &str) -> String {
    let found = infer(&InferOptions { file: path.to_owned(), ..InferOptions::default() }).expect("infers");
    assert_eq!(found.refused, 0, "{}", found.text);
    let block = found.text.split("\n\n").find(|block| block.contains(&format!("name = \"{field}\"\n")));
    block.unwrap_or_else(|| panic!("no {field} in {}", found.text)).to_owned()
}

fn program(arguments: &[&str]) -> (String, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_recovista")).args(arguments).output().expect("runs");
    (String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(), output.status.success())
}

const EUROPEAN: &str = "id;weight;grade;amount;people;both\n1;61,5;1,3;1,234;12;1,5\n2;72,25;2,0;2,345;15;2.5\n3;80;3,7;3,456;11;3,5\n4;;1,0;4,500;9;4\n";

#[test]
fn decimal_commas_are_proposed_where_the_whole_column_tells() {
    let folder = Folder::new();
    let path = folder.file("european.csv", EUROPEAN);
    for (field, span) in [("weight", "3 of 3 cells are numbers from 61.5 to 80"), ("grade", "4 of 4 cells are numbers from 1 to 3.7")] {
        let block = proposed(&path, field);
        assert!(block.contains("type = \"number\"\ndecimal = \",\"") && block.contains(span) && block.contains("sure"), "{block}");
    }
    for field in ["amount", "both"] {
        let block = proposed(&path, field);
        assert!(block.contains("type = \"text\"") && block.contains("not read as numbers: the comma of `1,"), "{block}");
    }
    assert!(!proposed(&path, "people_in_file").contains("decimal"));
}

#[test]
fn one_file_is_estimated_with_its_decimal_commas_and_never_with_thousands() {
    let folder = Folder::new();
    let path = folder.file("european.csv", EUROPEAN);
    let wanted = ["weight", "amount", "both"].map(|name| Wanted::new(name, Role::Number));
    let mut columns = Columns::open(&path, &ReadOptions::default(), &wanted, &[]).expect("opens");
    let batches = columns.next_batches().expect("reads");
    assert!(columns.next_batches().expect("ends").is_empty());
    assert_eq!(batches[0].numbers("weight").map(|numbers| numbers[..3].to_vec()), Some(vec![61.5, 72.25, 80.0]));
    let unreadable: Vec<(&str, u64, u64)> = columns.unreadable().map(|cell| (cell.column.as_str(), cell.count, cell.line)).collect();
    assert_eq!(unreadable, [("amount", 4, 2), ("both", 2, 2)]);
    let told: Vec<String> = columns.notes().iter().map(|note| note.message.clone()).collect();
    assert_eq!(told, ["2 numbers of `weight` have a decimal comma, such as `61,5`"]);
    let path = path.display().to_string();
    let (said, good) = program(&["fit", "regression", &path, "--formula", "weight ~ grade", "--format", "csv"]);
    // Least squares by hand: (1.3, 61.5), (2, 72.25), (3.7, 80) have the slope 7.1225 and the intercept 54.6307.
    assert!(good && said.contains("7.1225") && said.contains("54.6307"), "{said}");
}

#[test]
fn a_dictionary_that_declares_decimal_commas_is_believed() {
    let folder = Folder::new();
    let path = folder.file("site.csv", "record_id,height,site_complete\n1,\"1,540\",2\n2,\"1,725\",2\n");
    let dictionary = folder.file(
        "dictionary.csv",
        "field_name,form_name,field_type,field_label,text_validation_type_or_show_slider_number\nrecord_id,site,text,Record,\nheight,site,text,Height,number_3dp_comma_decimal\n",
    );
    let options = ReadOptions { dictionary: Some(dictionary), ..ReadOptions::default() };
    let mut columns = Columns::open(&path, &options, &[Wanted::new("height", Role::Number)], &[]).expect("opens");
    assert_eq!(columns.next_batches().expect("reads")[0].numbers("height"), Some(&[1.54, 1.725][..]));
    assert!(columns.next_batches().expect("ends").is_empty() && columns.unreadable().next().is_none());
    let found = infer(&InferOptions { file: path, read: options, ..InferOptions::default() }).expect("infers");
    assert!(found.refused == 0 && found.text.contains("label = \"Height\"\ntype = \"number\"\ndecimal = \",\""), "{}", found.text);
}

#[test]
fn dates_are_read_in_the_order_that_their_column_tells() {
    let folder = Folder::new();
    let text = "id,american,british,unclear,mixed\n1,3/5/2024 9:12:00 AM,5/3/2024,3/5/2024,14/3/2024\n2,3/14/2024 1:02:00 PM,14/5/2024,4/6/2024,3/14/2024\n";
    let path = folder.file("dates.csv", text);
    assert!(proposed(&path, "american").contains("type = \"datetime\"\ndates = \"month/day/year\""));
    assert!(proposed(&path, "british").contains("type = \"date\"\ndates = \"day/month/year\""));
    for (field, why) in [("unclear", "no number beyond 12 tells"), ("mixed", "some have the month first and some the day")] {
        let block = proposed(&path, field);
        assert!(block.contains("type = \"text\"") && block.contains(why), "{block}");
    }
}

#[test]
fn a_header_without_the_name_of_the_rows_is_that_of_r() {
    let folder = Folder::new();
    let cars = "\"mpg\" \"cyl\"\n\"Mazda RX4\" 21 6\n\"Mazda RX4 Wag\" 21 6\n\"Datsun 710\" 22.8 4\n";
    for text in [cars.to_owned(), cars.replace("Mazda RX4", "MazdaRX4").replace("Datsun 7", "Datsun7").replace(' ', ",")] {
        let (header, rows, notes) = read(&folder.file("cars.txt", &text));
        assert_eq!(header, ["row_names", "mpg", "cyl"]);
        assert_eq!((rows.len(), rows[2][1..].to_vec()), (3, vec!["22.8".to_owned(), "4".to_owned()]), "{text}");
        assert_eq!(notes.iter().map(|note| note.0).collect::<Vec<_>>(), ["input::row_names"]);
    }
    // An empty field at the end of every record lacks no name, and one longer record is one that is wrong.
    assert_eq!(read(&folder.file("ends.csv", "a,b\n1,2,\n3,4,\n")).0, ["a", "b"]);
    assert_eq!(open(&folder.file("one.csv", "a,b\n1,2,3\n3,4\n"), &ReadOptions::default()).expect("opens").header(), ["a", "b"]);
    assert_eq!(open(&folder.file("twice.csv", "a,b\n1,2,3\n1,4,5\n"), &ReadOptions::default()).expect("opens").header(), ["a", "b"]);
}

#[test]
fn rare_delimiters_and_single_quotes_are_found() {
    let folder = Folder::new();
    for delimiter in ["|", "\t", ";", "^", "~"] {
        let path = folder.file("any.txt", format!("id{delimiter}n\n1{delimiter}2,5\n2{delimiter}3\n"));
        assert_eq!(read(&path).1, [["1", "2,5"], ["2", "3"]], "{delimiter}");
    }
    let (_, rows, notes) = read(&folder.file("single.csv", "id;name\n1;'Lee; Ann'\n2;'O''Neil; Bo'\n"));
    assert_eq!((rows[0][1].as_str(), rows[1][1].as_str(), notes[0].0), ("Lee; Ann", "O'Neil; Bo", "input::quoting"));
    let options = ReadOptions { delimiter: Some(b'#'), ..ReadOptions::default() };
    assert_eq!(read_with(&folder.file("hash.txt", "a#b\n1#2\n"), &options).1, [["1", "2"]]);
}

#[test]
fn one_column_that_holds_a_delimiter_is_a_warning() {
    let folder = Folder::new();
    let options = ReadOptions { delimiter: Some(b','), ..ReadOptions::default() };
    let (_, _, notes) = read_with(&folder.file("semi.csv", "id;n\n1;2\n2;3\n"), &options);
    assert!(notes[0].1.starts_with("warning[input::one_column]") && notes[0].1.contains("--delimiter ';'"), "{notes:?}");
    let (_, _, notes) = read(&folder.file("quoted.csv", "\"id,n\"\n\"1,2\"\n\"2,3\"\n"));
    assert!(notes[0].1.starts_with("warning[input::one_column]") && notes[0].1.contains("in quotes as a whole"), "{notes:?}");
    let (_, _, notes) = read(&folder.file("words.csv", "remarks\n\"well, yes\"\nnever\n"));
    assert!(notes[0].1.starts_with("note[input::one_column]"), "{notes:?}");
}

#[test]
fn a_row_of_sums_is_named_with_its_line() {
    let folder = Folder::new();
    let (_, rows, notes) = read(&folder.file("hours.csv", "center,people,hours\nLynn,10,100\nBoston,5,250\nTotal,15,350\n"));
    assert!(rows.len() == 3 && notes[0].1.starts_with("warning[input::total_row]") && notes[0].1.contains("hours.csv:4"), "{notes:?}");
    assert!(read(&folder.file("none.csv", "center,people\nLynn,10\nBoston,5\nTotal,16\n")).2.is_empty());
    let cells = [["center", "people"], ["Lynn", "10"], ["Boston", "5"], ["Total", "15"]].map(|row| row.map(String::from).to_vec());
    let (_, _, notes) = read(&folder.file("hours.xlsx", workbook(&[("Data", "visible", &cells)])));
    assert!(notes[0].1.starts_with("warning[input::total_row]") && notes[0].1.contains("Data!4"), "{notes:?}");
}

#[test]
fn words_above_numbers_are_named_and_errors_of_a_sheet_are_no_answers() {
    let folder = Folder::new();
    for text in ["id,height,weight\n,cm,kg\n1,170,61\n2,165,72\n", ",2023,,2024,\nCenter,Clients,Hours,Clients,Hours\nLynn,10,100,12,120\nSalem,5,50,7,70\n"] {
        let (_, _, notes) = read(&folder.file("units.csv", text));
        let found = notes.iter().find(|note| note.0 == "input::second_header");
        assert!(found.is_some_and(|note| note.1.contains("units.csv:2") && note.1.contains("--header-row")), "{notes:?}");
    }
    assert!(read(&folder.file("na.csv", "id,a,b\n1,NA,NA\n2,5,6\n3,7,8\n")).2.is_empty());
    let (_, _, notes) = read(&folder.file("formulas.csv", "id,zip\n1,=\"02139\"\n"));
    assert!(notes[0].1.starts_with("warning[input::formula_text]"), "{notes:?}");
    let path = folder.file("marks.csv", "id,cost,ratio,height\n1,\"$1,200.50\",#DIV/0!,170\n2,$950.00,0.5,165\n3,($20.00),#REF!,tall\n4,$7.25,0.25,180\n");
    let ratio = proposed(&path, "ratio");
    assert!(ratio.contains("type = \"number\"") && ratio.contains("\"#DIV/0!\" = \"invalid\", \"#REF!\" = \"invalid\""), "{ratio}");
    // The first of the sorted texts is shown.
    assert!(proposed(&path, "cost").contains("numbers written such as `$1,200.50`: not read as numbers"), "{}", proposed(&path, "cost"));
    let german = folder.file("german.csv", "id;pay\n1;1.234,56\n2;950,00\n");
    assert!(proposed(&german, "pay").contains("numbers written such as `1.234,56`: not read as numbers"), "{}", proposed(&german, "pay"));
    assert!(proposed(&path, "height").contains("3 of 4 cells are numbers, and others such as `tall` are not"));
}

#[test]
fn an_archive_with_one_table_is_that_table() {
    let folder = Folder::new();
    let plain = folder.file("plain.csv", EUROPEAN);
    let one = folder.file("one.zip", archive(&[("export/data.csv", EUROPEAN.as_bytes()), ("__MACOSX/export/._data.csv", b"x"), ("readme.txt", b"hello")]));
    let (header, rows, notes) = read(&one);
    assert_eq!((header, rows), (read(&plain).0, read(&plain).1));
    assert!(notes[0].1.contains("`export/data.csv`") && notes[0].1.contains("readme.txt"), "{notes:?}");
    let several = refused(&folder.file("two.zip", archive(&[("a.csv", b"a\n1\n"), ("b.csv", b"b\n1\n")])));
    assert!(several.contains("input::several_files") && several.contains("a.csv, b.csv"), "{several}");
    // A changed byte is told by the sum that the archive keeps, or by the packing.
    let whole = archive(&[("data.csv", EUROPEAN.repeat(40).as_bytes())]);
    for place in (60..whole.len() - 120).step_by(7) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x55;
        let path = folder.file("changed.zip", &bytes);
        let outcome = open(&path, &ReadOptions::default()).and_then(|mut reader| {
            while reader.next_batch()?.is_some() {}
            Ok(())
        });
        assert!(outcome.is_err_and(|error| error.to_string().contains("input::")), "byte {place}");
    }
}

#[test]
fn workbooks_that_are_none_are_named() {
    let folder = Folder::new();
    let page = refused(&folder.file("page.xls", "<html><body><table><tr><td>id</td></tr></table></body></html>"));
    let xml = refused(&folder.file("sheet.xls", "<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"></Workbook>"));
    assert!(page.contains("a web page (HTML) with a table") && xml.contains("an XML Spreadsheet of Excel 2003"), "{page}{xml}");
    assert!([page, xml].iter().all(|told| told.contains("save it as xlsx or CSV")));
}

/// Rows of a sheet that hold their own number beside their place.
fn numbered(rows: usize, names: &[&str]) -> Vec<Vec<String>> {
    let header = names.iter().map(|name| (*name).to_owned()).collect();
    let row = |row: usize| names.iter().enumerate().map(|(column, _)| (row * 10 + column).to_string()).collect();
    std::iter::once(header).chain((1..=rows).map(row)).collect()
}

#[test]
fn the_largest_table_on_a_visible_sheet_is_read() {
    let folder = Folder::new();
    let prose: Vec<Vec<String>> = ["About this file", "Ask the office", "See the data"].map(|line| vec![line.to_owned()]).to_vec();
    let (old, key, data) = (numbered(40, &["id", "score", "old"]), numbered(3, &["code", "label"]), numbered(9, &["id", "score", "when"]));
    let sheets: [Drawn<'_>; 5] =
        [("About", "visible", &prose), ("Old", "hidden", &old), ("Older", "veryHidden", &old), ("Key", "visible", &key), ("Data", "visible", &data)];
    let path = folder.file("sheets.xlsx", workbook(&sheets));
    let (header, rows, notes) = read(&path);
    assert_eq!((header.join(","), rows.len()), ("id,score,when".to_owned(), 9));
    assert!(notes[0].1.contains("`Data` was read") && notes[0].1.contains("also About, Old, Older, Key"), "{notes:?}");
    let named = ReadOptions { sheet: Some("Old".to_owned()), ..ReadOptions::default() };
    assert_eq!(read_with(&path, &named).1.len(), 40);
    // The rows of a repeated group are more than those of the form, and no substitute for them.
    let parts = numbered(50, &["name", "age", "_parent_index"]);
    let path = folder.file("form.xlsx", workbook(&[("form", "visible", &data), ("members", "visible", &parts)]));
    assert_eq!(read(&path).1.len(), 9);
}

#[test]
fn a_sheet_is_that_of_the_file_which_has_sheets() {
    let folder = Folder::new();
    let (first, data) = (numbered(3, &["a", "b"]), numbered(30, &["id", "score"]));
    let book = folder.file("2023.xlsx", workbook(&[("Key", "visible", &first), ("Data", "visible", &data)])).display().to_string();
    let lines: Vec<String> = data.iter().map(|row| row.join(",")).collect();
    let text = folder.file("2024.csv", lines.join("\n")).display().to_string();
    for files in [[&book, &text], [&text, &book]] {
        let (said, good) = program(&["diff", files[0], files[1], "--sheet", "Data"]);
        assert!(good && said.contains("30 and 30 rows compared: nothing changed"), "{said}");
    }
    let (said, good) = program(&["diff", &text, &text, "--sheet", "Data"]);
    assert!(!good && said.contains("input::no_tables"), "{said}");
}

/// Name, state and cells of a sheet.
type Drawn<'a> = (&'a str, &'a str, &'a [Vec<String>]);

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("starts");
        writer.write_all(bytes).expect("writes");
    }
    writer.finish().expect("ends").into_inner()
}

/// A workbook of sheets; cells that are numbers are numbers.
fn workbook(sheets: &[Drawn<'_>]) -> Vec<u8> {
    let spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned()),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relation}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
    ];
    let (mut listed, mut related) = (String::new(), String::new());
    for (number, (name, state, rows)) in (1..).zip(sheets) {
        let _ = write!(listed, "<sheet name=\"{name}\" sheetId=\"{number}\" state=\"{state}\" r:id=\"rId{number}\"/>");
        let _ = write!(related, "<Relationship Id=\"rId{number}\" Type=\"{relation}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>");
        let cell = |row: usize, (column, text): (char, &String)| match text.parse::<f64>() {
            Ok(value) => format!("<c r=\"{column}{row}\"><v>{value}</v></c>"),
            Err(_) => format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        };
        let row = |(row, cells): (usize, &Vec<String>)| {
            let cells: String = ('A'..).zip(cells).map(|at| cell(row, at)).collect();
            format!("<row r=\"{row}\">{cells}</row>")
        };
        let drawn: String = (1..).zip(*rows).map(row).collect();
        parts.push((format!("xl/worksheets/sheet{number}.xml"), format!("<worksheet xmlns=\"{spreadsheet}\"><sheetData>{drawn}</sheetData></worksheet>")));
    }
    parts.push(("xl/workbook.xml".to_owned(), format!("<workbook xmlns=\"{spreadsheet}\" xmlns:r=\"{relation}\"><sheets>{listed}</sheets></workbook>")));
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships xmlns=\"{package}\">{related}</Relationships>")));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    archive(&parts)
}
