//! A workbook in, the cells of one of its sheets out: the only place that knows calamine.

use std::fs::File;
use std::io::{BufReader, Seek as _};

use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Ods, Range, Reader as _, SheetType, SheetVisible, Xls, Xlsb, Xlsx, XlsxError};

use super::grid::{Grid, Region, Value};
use super::package::Kind;

type Bytes = BufReader<File>;

/// Merged cells of a sheet that are looked at; more of them lie in decorated sheets, not in headers.
const MOST_REGIONS: usize = 100_000;

/// Why a workbook or a sheet is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is damaged: what the library says.
    Damaged(String),
    /// It is encrypted.
    Password,
}

fn trouble(error: impl std::fmt::Display) -> Trouble {
    let text = error.to_string();
    if text.contains("password protected") { Trouble::Password } else { Trouble::Damaged(text) }
}

/// A sheet as the workbook lists it.
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) visible: bool,
}

/// Cells of a sheet that are counted.
const MOST_LOOKED_AT: usize = 100_000;
/// Columns that name the row of another sheet to which a row belongs.
const PARENTS: [&str; 2] = ["_parent_index", "_parent_table_name"];

/// How much a sheet holds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    /// Cells that hold something, up to a bound.
    pub(super) cells: usize,
    /// Whether at least two rows have two cells or more.
    pub(super) is_table: bool,
    /// Whether its rows are parts of the rows of another sheet.
    pub(super) is_part: bool,
    wide_rows: usize,
}

/// An open workbook.
pub(super) enum Book {
    Xlsx(Box<Xlsx<Bytes>>),
    Xlsb(Box<Xlsb<Bytes>>),
    Xls(Box<Xls<Bytes>>),
    Ods(Box<Ods<Bytes>>),
}

impl Book {
    /// Opens a workbook of a kind; `None` is the one that Excel wrote before 2007.
    pub(super) fn open(file: File, kind: Option<Kind>) -> Result<Self, Trouble> {
        let again = file.try_clone().map_err(trouble)?;
        let bytes = BufReader::new(file);
        match kind {
            Some(Kind::Xlsx) => Xlsx::new(bytes).map(|book| Self::Xlsx(Box::new(book))).map_err(trouble),
            Some(Kind::Xlsb) => Xlsb::new(bytes).map(|book| Self::Xlsb(Box::new(book))).map_err(trouble),
            Some(Kind::Ods) => Ods::new(bytes).map(|book| Self::Ods(Box::new(book))).map_err(trouble),
            None => Xls::new(bytes).map(|book| Self::Xls(Box::new(book))).map_err(|error| if is_encrypted(again) { Trouble::Password } else { trouble(error) }),
        }
    }

    /// The sheets with cells, in order.
    pub(super) fn sheets(&self) -> Vec<Sheet> {
        let sheets = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xlsb(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
            Self::Ods(book) => book.sheets_metadata(),
        };
        let with_cells = sheets.iter().filter(|sheet| matches!(sheet.typ, SheetType::WorkSheet | SheetType::MacroSheet));
        with_cells.map(|sheet| Sheet { name: sheet.name.clone(), visible: sheet.visible == SheetVisible::Visible }).collect()
    }

    /// How much a sheet holds. One that cannot be read counts as the largest: it is chosen, and an error will say what is wrong.
    pub(super) fn extent(&mut self, sheet: &str) -> Extent {
        let (mut extent, mut row, mut in_row) = (Extent::default(), None, 0);
        let read = self.each_cell(sheet, &mut |at, _, value| {
            if says_something(&value) {
                in_row = if row == Some(at) { in_row + 1 } else { 1 };
                row = Some(at);
                extent.cells += 1;
                extent.wide_rows += usize::from(in_row == 2);
                extent.is_table |= extent.wide_rows > 1;
                extent.is_part |= extent.wide_rows <= 1 && text_of(&value).is_some_and(|text| PARENTS.contains(&text));
            }
            extent.cells < MOST_LOOKED_AT
        });
        if read.is_err() { Extent { cells: MOST_LOOKED_AT, is_table: true, ..Extent::default() } } else { extent }
    }

    /// All cells of a sheet that hold something.
    pub(super) fn load(&mut self, sheet: &str) -> Result<Grid, Trouble> {
        let mut grid = Grid::default();
        (grid.is_1904, grid.regions) = (self.is_1904(), self.regions(sheet));
        let lost = self.each_cell(sheet, &mut |row, column, value| {
            if let Some(value) = keep(&mut grid, &value) {
                grid.push(row, column, value);
            }
            true
        })?;
        grid.placeless_errors = lost;
        grid.finish();
        Ok(grid)
    }

    /// Calls `take` for each cell until it says no; returns the number of errors of a kind that the library does not know.
    fn each_cell(&mut self, sheet: &str, take: &mut dyn FnMut(u32, u32, DataRef<'_>) -> bool) -> Result<usize, Trouble> {
        match self {
            Self::Xlsx(book) => {
                let mut lost = 0;
                let mut cells = match book.worksheet_cells_reader(sheet) {
                    Ok(cells) => cells,
                    Err(XlsxError::NotAWorksheet(_)) => return Ok(0),
                    Err(error) => return Err(trouble(error)),
                };
                loop {
                    match cells.next_cell() {
                        Ok(None) => return Ok(lost),
                        Ok(Some(cell)) => {
                            let (row, column) = cell.get_position();
                            if !take(row, column, cell.get_value().clone()) {
                                return Ok(lost);
                            }
                        }
                        Err(XlsxError::CellError(_)) => lost += 1,
                        Err(error) => return Err(trouble(error)),
                    }
                }
            }
            Self::Xlsb(book) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(trouble)?;
                while let Some(cell) = cells.next_cell().map_err(trouble)? {
                    let (row, column) = cell.get_position();
                    if !take(row, column, cell.get_value().clone()) {
                        break;
                    }
                }
                Ok(0)
            }
            Self::Xls(book) => Ok(each_used(&book.worksheet_range(sheet).map_err(trouble)?, take)),
            Self::Ods(book) => Ok(each_used(&book.worksheet_range(sheet).map_err(trouble)?, take)),
        }
    }

    fn is_1904(&self) -> bool {
        match self {
            Self::Xlsx(book) => book.has_1904_epoch(),
            Self::Xlsb(book) => book.has_1904_epoch(),
            Self::Xls(book) => book.has_1904_epoch(),
            Self::Ods(_) => false,
        }
    }

    /// Merged cells, where the library knows them. Where they cannot be read the sheet itself will tell.
    fn regions(&mut self, sheet: &str) -> Vec<Region> {
        let found: Vec<Dimensions> = match self {
            Self::Xlsx(book) => book.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
            Self::Xls(book) => book.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
            Self::Xlsb(_) | Self::Ods(_) => Vec::new(),
        };
        found.into_iter().take(MOST_REGIONS).map(|found| Region { first: found.start, last: found.end }).collect()
    }
}

/// Whether a file system of an old Office file holds an encrypted new workbook.
fn is_encrypted(mut file: File) -> bool {
    file.rewind().is_ok() && matches!(Xlsx::new(BufReader::new(file)), Err(XlsxError::Password))
}

fn each_used(range: &Range<Data>, take: &mut dyn FnMut(u32, u32, DataRef<'_>) -> bool) -> usize {
    let Some((first_row, first_column)) = range.start() else { return 0 };
    for (row, column, value) in range.used_cells() {
        let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else { continue };
        if !take(first_row.saturating_add(row), first_column.saturating_add(column), borrowed(value)) {
            break;
        }
    }
    0
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::String(text.clone()),
        Data::Bool(flag) => DataRef::Bool(*flag),
        Data::DateTime(date) => DataRef::DateTime(*date),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

fn says_something(value: &DataRef<'_>) -> bool {
    !matches!(value, DataRef::Empty) && text_of(value).is_none_or(|text| !text.trim().is_empty())
}

/// The text of a cell that holds one.
fn text_of<'a>(value: &'a DataRef<'_>) -> Option<&'a str> {
    match value {
        DataRef::String(text) => Some(text),
        DataRef::SharedString(text) => Some(text),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a sheet shows no more digits than a double has")]
fn keep(grid: &mut Grid, value: &DataRef<'_>) -> Option<Value> {
    match value {
        DataRef::Empty => None,
        DataRef::String(text) => grid.keep(text).map(Value::Text),
        DataRef::SharedString(text) => grid.keep_shared(text).map(Value::Text),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => grid.keep(text).map(Value::Iso),
        DataRef::Error(error) => grid.keep(&error.to_string()).map(Value::Error),
        DataRef::Bool(flag) => Some(Value::Flag(*flag)),
        DataRef::Int(number) => Some(Value::Number(*number as f64)),
        DataRef::Float(number) => Some(Value::Number(*number)),
        DataRef::DateTime(date) => Some(serial(date)),
    }
}

fn serial(date: &ExcelDateTime) -> Value {
    if date.is_duration() { Value::Elapsed(date.as_f64()) } else { Value::Serial(date.as_f64()) }
}
