//! The process that reads what may be damaged: bombs and damage end in an error within seconds, nothing lingers, nothing is printed.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use recovista::error::Error;
use recovista::ingest::{ReadOptions, open, register_worker};

/// Ample for a small file on a busy machine.
const SECONDS: Duration = Duration::from_secs(30);

/// Lets the program read what may be damaged.
pub(crate) fn with_worker() {
    register_worker(PathBuf::from(env!("CARGO_BIN_EXE_recovista")));
}

/// Records of a file, read to its end.
fn rows(path: &Path) -> Result<u64, Error> {
    with_worker();
    let start = Instant::now();
    let mut rows = 0;
    let read = open(path, &ReadOptions::default()).and_then(|mut reader| {
        while let Some(batch) = reader.next_batch()? {
            rows += batch.rows() as u64;
        }
        Ok(rows)
    });
    assert!(start.elapsed() < SECONDS, "{} took {:?}", path.display(), start.elapsed());
    read
}

const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#;

/// A workbook of one sheet of texts.
pub(crate) fn workbook_of(name: &str, rows: &[&[&str]]) -> Vec<u8> {
    let cell = |text: &&str| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#);
    let row = |row: &&[&str]| format!("<row>{}</row>", row.iter().map(cell).collect::<Vec<_>>().concat());
    let rows = rows.iter().map(row).collect::<Vec<_>>().concat();
    named(name, format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").as_bytes(), b"<sst/>")
}

/// A workbook of one sheet, with what stands before and in it and its shared texts.
fn workbook(sheet: &[u8], shared: &[u8]) -> Vec<u8> {
    named("One", sheet, shared)
}

fn named(name: &str, sheet: &[u8], shared: &[u8]) -> Vec<u8> {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let parts: [(&str, Vec<u8>); 6] = [
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", format!(r#"{RELATIONS}<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#).into_bytes()),
        (
            "xl/workbook.xml",
            format!(r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>"#).into_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"{RELATIONS}<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#
            )
            .into_bytes(),
        ),
        ("xl/sharedStrings.xml", shared.to_vec()),
        ("xl/worksheets/sheet1.xml", sheet.to_vec()),
    ];
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (part, bytes) in parts {
        writer.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn sheet(rows: &str) -> Vec<u8> {
    format!(r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#).into_bytes()
}

/// The parts of a text, one for each number.
fn each(numbers: std::ops::Range<u32>, part: impl Fn(u32) -> String) -> String {
    numbers.map(part).collect::<Vec<_>>().concat()
}

fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

const SMALL: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row><row r="2"><c r="A2"><v>7</v></c></row>"#;

#[test]
fn claims_of_a_million_rows_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let empty = each(3..60_000, |row| format!(r#"<row r="{row}"><c r="A{row}" s="1"/><c r="XFD{row}" s="1"/></row>"#));
    assert_eq!(rows(&file(&folder, "claims.xlsx", &workbook(&sheet(&format!("{SMALL}{empty}")), b"<sst/>"))), Ok(1));
}

#[test]
fn bombs_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let code = |name: &str, bytes: &[u8]| rows(&file(&folder, name, bytes)).map_err(|error| error.problems[0].code);
    // A sheet that unpacks to a thousand times its size.
    let mut blank = sheet(SMALL);
    blank.resize(300 << 20, b' ');
    assert_eq!(code("blank.xlsx", &workbook(&blank, b"<sst/>")), Err("input::bomb"));
    // A long text that many cells share.
    let cells = each(2..60_000, |row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#));
    let shared = format!("<sst><si><t>{}</t></si></sst>", "long ".repeat(6000));
    assert_eq!(code("shared.xlsx", &workbook(&sheet(&format!("{SMALL}{cells}")), shared.as_bytes())), Err("input::bomb"));
    // Entities that name each other are not expanded.
    let laughs = each(1..20, |level| format!(r#"<!ENTITY l{level} "{}">"#, format!("&l{};", level - 1).repeat(10)));
    let laughing = format!(
        r#"<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&l19;</t></is></c></row></sheetData></worksheet>"#
    );
    assert_eq!(code("laughs.xlsx", &workbook(laughing.as_bytes(), b"<sst/>")), Err("input::damaged"));
    assert_eq!(code("empty.xlsx", b""), Err("input::empty_file"));
    assert_eq!(code("text.xlsx", b"id,name\n1,Ann\n"), Err("input::not_a_workbook"));
    assert_eq!(code("page.xls", b"<html><table></table></html>"), Err("input::not_text"));
}

fn parquet(folder: &tempfile::TempDir, name: &str, columns: Vec<(String, ArrayRef)>, times: usize) -> PathBuf {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let path = folder.path().join(name);
    let mut writer = parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    (0..times).for_each(|_| writer.write(&batch).unwrap());
    writer.close().unwrap();
    path
}

/// A program, and its worker, that reads a Parquet file which takes some seconds.
#[expect(clippy::zombie_processes, reason = "the caller waits for it")]
fn busy(folder: &tempfile::TempDir) -> (std::process::Child, u32) {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..1_000_000));
    let columns = (0..8).map(|column| (format!("x{column}"), Arc::clone(&numbers))).collect();
    let path = parquet(folder, "busy.parquet", columns, 4);
    let mut program = Command::new(env!("CARGO_BIN_EXE_recovista"));
    program.args(["estimate", "--mean", "x1", "--format", "json"]).arg(path).stdout(Stdio::piped()).stderr(Stdio::piped());
    let program = program.spawn().unwrap();
    let start = Instant::now();
    loop {
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", program.id())).unwrap_or_default();
        if let Some(child) = children.split_whitespace().next().and_then(|child| child.parse().ok()) {
            return (program, child);
        }
        assert!(start.elapsed() < SECONDS, "no worker was started");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_worker_is_an_error_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (program, child) = busy(&folder);
    rustix::process::kill_process(rustix::process::Pid::from_raw(i32::try_from(child).unwrap()).unwrap(), rustix::process::Signal::KILL).unwrap();
    let done = program.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("input::damaged") && said.contains("its reader was killed") && !said.contains("panicked"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_does_not_outlive_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let (mut program, child) = busy(&folder);
    program.kill().unwrap();
    program.wait().unwrap();
    let start = Instant::now();
    // A zombie that nobody has collected has ended, too.
    let lives = || std::fs::read_to_string(format!("/proc/{child}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    while lives() {
        assert!(start.elapsed() < SECONDS, "it lingers");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn too_little_memory_is_an_error_of_the_file_and_panics_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    // One text of 240 MB, in an archive that claims to be small enough.
    let shared = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(240 << 20));
    let path = file(&folder, "long.xlsx", &workbook(&sheet(SMALL), shared.as_bytes()));
    let script = format!("ulimit -v 700000; exec {} estimate {} --mean id", env!("CARGO_BIN_EXE_recovista"), path.display());
    let done = Command::new("sh").arg("-c").arg(script).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("input::damaged") && said.contains("of memory") && !said.contains("panicked"), "{said}");
}
