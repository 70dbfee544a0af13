//! Workbooks in, the records of one of their sheets out: Excel since 5.0 (xlsx, xlsm, xlsb, xls) and `OpenDocument` (ods).
//!
//! `package` looks at an archive before it is unpacked, `book` reads the cells of a sheet, `find` tells the table from what
//! people write around it, and `content` looks through its columns. Whatever is not a record is told in a note with its place.

mod book;
mod content;
mod dates;
mod find;
#[cfg(test)]
mod find_tests;
mod grid;
mod notes;
mod package;
mod sheets;

use std::path::Path;

use self::book::{Book, Trouble};
use self::content::Content;
use self::find::Table;
use self::grid::Grid;
use self::package::Refusal;
use super::super::ReadOptions;
use super::super::archive::ZIP;
use super::super::header;
use super::super::sniff::looks_like;
use super::super::source::{Input, damaged, sha256_of};
use super::{About, Format, Records, RejectedRecord};
use crate::error::{Error, Problem};
use crate::frame::{BATCH_ROWS, Places, RawBatch};

/// A batch of wide or long records ends early, so that memory stays bounded.
const BATCH_BYTES: usize = 64 << 20;
const BATCH_FIELDS: usize = 8 << 20;
/// Characters of a row below the table that are kept.
const RAW_CHARS: usize = 200;
/// Bytes of text that any workbook may hold, and beyond them so many for each byte of the file: cells may share one long text.
const MOST_TEXT: u64 = 1 << 30;
const MOST_TEXT_RATIO: u64 = 200;

/// The entry in the table of readers.
pub(crate) struct Excel;

impl Format for Excel {
    fn id(&self) -> &'static str {
        "excel"
    }

    fn summary(&self) -> &'static str {
        "a sheet of a workbook: Excel (xlsx, xlsm, xlsb, xls) or OpenDocument (ods)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xlsx", "xlsm", "xltx", "xltm", "xlsb", "xls", "xlt", "ods"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        [ZIP, package::EMPTY_ZIP, package::COMPOUND].iter().any(|magic| head.starts_with(magic))
    }

    fn is_fragile(&self) -> bool {
        true
    }

    fn open(&self, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let path = input.path.clone();
        if !self.recognizes(&input.head) {
            return Err(not_a_workbook(&path, &input.head));
        }
        let is_archive = !input.head.starts_with(package::COMPOUND);
        let hashed = input.hashed;
        let mut file = input.into_file()?;
        let failed = |error: std::io::Error| Error::io("read", &path, &error);
        let size = file.metadata().map_err(failed)?.len();
        let sha256 = hashed.then(|| sha256_of(&path, &mut file)).transpose()?;
        let kind = if is_archive { Some(package::kind(&file).map_err(|refusal| refused(&path, refusal))?) } else { None };
        std::io::Seek::rewind(&mut file).map_err(failed)?;
        let mut book = Book::open(file, kind).map_err(|trouble| troubled(&path, trouble))?;
        let chosen = sheets::choose(&mut book, options.sheet.as_deref(), &path)?;
        let grid = book.load(&chosen.name).map_err(|trouble| troubled(&path, trouble))?;
        drop(book);
        Workbook::new(&path, size, sha256, chosen, grid, options.header_row).map(|workbook| Box::new(workbook) as Box<dyn Records>)
    }
}

/// An open sheet.
struct Workbook {
    grid: Grid,
    table: Table,
    content: Content,
    chosen: sheets::Chosen,
    about: About,
    rejected: Vec<RejectedRecord>,
    notes: Vec<Problem>,
    sha256: Option<String>,
    /// The next row.
    at: usize,
    ended: bool,
}

impl Workbook {
    fn new(path: &Path, size: u64, sha256: Option<String>, chosen: sheets::Chosen, grid: Grid, header_row: Option<u64>) -> Result<Self, Error> {
        let file = path.display().to_string();
        if grid.rows() == 0 {
            return Err(chosen.is_empty(path));
        }
        let wanted = header_row.map(|row| wanted_row(&grid, row, &file, &chosen.name)).transpose()?;
        let table = find::table(&grid, wanted);
        let content = Content::of(&grid, &table);
        if content.bytes > MOST_TEXT.max(size.saturating_mul(MOST_TEXT_RATIO)) {
            return Err(too_large(path, &format!("{} MB of text in the cells of one sheet", content.bytes >> 20)));
        }
        let line = u64::from(grid.number(table.header.end.saturating_sub(1))) + 1;
        let names = header::names(table.names.iter().map(String::as_str), &format!("{file}, {}!{line}", chosen.name))?;
        let repeated = names.repeated_note(&format!("{file}, {}!{line}", chosen.name));
        let mut workbook = Self {
            at: table.records.start,
            rejected: below(&grid, &table),
            about: About {
                header: names.names,
                unnamed: names.unnamed,
                tables: chosen.tables.clone(),
                places: Places::Cells { sheet: chosen.name.clone(), first_column: usize::try_from(table.columns.0).unwrap_or_default() },
                ..About::default()
            },
            notes: Vec::new(),
            grid,
            table,
            content,
            chosen,
            sha256,
            ended: false,
        };
        workbook.notes = notes::of(&workbook, &file).into_iter().chain(repeated).collect();
        Ok(workbook)
    }

    /// Adds a row to a batch; `false` where it holds nothing in the table.
    fn add(&self, row: usize, batch: &mut RawBatch) -> bool {
        let cells = self.grid.row(row);
        let mut held = cells.iter().filter(|cell| self.table.holds(cell.column)).peekable();
        if held.peek().is_none() {
            return false;
        }
        for (column, kind) in (self.table.columns.0..).zip(&self.content.columns) {
            if let Some(cell) = held.next_if(|cell| cell.column == column) {
                content::write(&self.grid, *kind, cell.value, &mut batch.text);
            }
            batch.ends.push(batch.text.len());
        }
        batch.lines.push(u64::from(self.grid.number(row)) + 1);
        true
    }
}

impl Records for Workbook {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let mut batch = RawBatch { width: self.about.header.len(), ..RawBatch::default() };
        while self.at < self.table.records.end && batch.rows() < BATCH_ROWS && batch.text.len() < BATCH_BYTES && batch.ends.len() < BATCH_FIELDS {
            self.add(self.at, &mut batch);
            self.at += 1;
        }
        self.ended = batch.rows() == 0;
        Ok((!self.ended).then_some(batch))
    }

    fn rejected(&self) -> &[RejectedRecord] {
        &self.rejected
    }

    fn notes(&self) -> Vec<Problem> {
        self.notes.clone()
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref().filter(|_| self.ended)
    }
}

/// The rows below the table, as records that could not be read.
fn below(grid: &Grid, table: &Table) -> Vec<RejectedRecord> {
    let rejected = |row: usize| RejectedRecord {
        line: u64::from(grid.number(row)) + 1,
        raw: row_in_words(grid, row).chars().take(RAW_CHARS).collect(),
        rule: "below_table",
        expected: "a record; this looks like a note below the table".to_owned(),
    };
    table.below.clone().map(rejected).collect()
}

/// What a row says, cell by cell.
fn row_in_words(grid: &Grid, row: usize) -> String {
    grid.row(row).iter().map(|cell| grid.shown(cell.value)).collect::<Vec<_>>().join(" | ")
}

/// The row that the user names as header.
fn wanted_row(grid: &Grid, row: u64, file: &str, sheet: &str) -> Result<usize, Error> {
    let found = row.checked_sub(1).and_then(|row| u32::try_from(row).ok()).and_then(|row| grid.position(row));
    found.ok_or_else(|| {
        let problem = Problem::new("input::no_header_row", format!("row {row} of sheet `{sheet}` holds nothing")).at(file);
        Error::usage(problem.expected(format!("a row with column names; the first row that holds something is {}", u64::from(grid.number(0)) + 1)))
    })
}

fn not_a_workbook(path: &Path, head: &[u8]) -> Error {
    let text = looks_like(head).is_none() && !head.contains(&0);
    let problem = Problem::new("input::not_a_workbook", format!("{} is not a workbook", path.display()));
    let problem = problem.expected("an Excel or OpenDocument workbook");
    Error::input(match looks_like(head) {
        Some(kind) => problem.found(kind.what()).help("open it in the program that made it and save it as xlsx or CSV"),
        None if text => problem.found("text").help("if it is delimited text, say --reader delimited"),
        None => problem.found("other first bytes").help("copy or export the file again"),
    })
}

fn refused(path: &Path, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Damaged(found) => damaged(path, "workbook", &found),
        Refusal::Bomb(part, size, packed) => too_large(path, &format!("{part}, which is {packed} bytes long and unpacks to {size}")),
        Refusal::Other(what) => {
            let problem = Problem::new("input::not_a_workbook", format!("{} is not a workbook", path.display()));
            Error::input(problem.found(what).expected("an Excel or OpenDocument workbook").help("unpack it first, or save the data as xlsx or CSV"))
        }
    }
}

fn troubled(path: &Path, trouble: Trouble) -> Error {
    match trouble {
        Trouble::Damaged(found) => damaged(path, "workbook", &found),
        Trouble::Password => {
            let problem = Problem::new("input::password", format!("{} is protected by a password", path.display()));
            Error::input(problem.expected("a workbook that opens without one").help("open it in Excel and save it without a password"))
        }
    }
}

fn too_large(path: &Path, found: &str) -> Error {
    let problem = Problem::new("input::bomb", format!("{} unpacks to more than any workbook that people make", path.display()));
    Error::input(problem.found(found).help("export the data again, as xlsx or CSV"))
}
