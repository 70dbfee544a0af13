//! A document in, a workbook out: contents with links, a sheet for each table, every released figure, and the codebooks.
//!
//! Numbers are numbers with a format and text is text, even where it looks like a formula. A hidden
//! cell is empty, not zero and not a mark; a column of its own says why.

mod columns;
mod look;
mod sheet;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use crate::display::CodebookWords;
use crate::error::{Error, Exit, Problem};
use crate::report::{Document, Numbered};
use crate::results::{COLUMNS, Cell, cells, short_code};
use look::{Look, height};

/// Names of the sheets that are not tables.
const CONTENTS: &str = "Contents";
const FIGURES: &str = "All figures";
const CODEBOOK: &str = "Codebook";

/// The file; the same document gives the same bytes.
///
/// # Errors
/// It could not be packed.
pub(crate) fn xlsx(document: &Document) -> Result<Vec<u8>, Error> {
    build(document).map_err(|error| Error::new(Exit::Internal, Problem::new("report::workbook", "the workbook could not be made").found(error.to_string())))
}

fn build(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let look = Look::new();
    let tables = document.tables();
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(document)?);
    contents(workbook.add_worksheet(), document, &tables, &look)?;
    for table in &tables {
        sheet::write(workbook.add_worksheet(), document, table, &look)?;
    }
    figures(workbook.add_worksheet(), document, &look)?;
    if !document.codebooks.is_empty() {
        codebook(workbook.add_worksheet(), &document.codebooks, &look)?;
    }
    workbook.save_to_buffer()
}

/// Title, subject and date; the date is that of the figures, since a run knows no other.
fn properties(document: &Document) -> Result<DocProperties, XlsxError> {
    let mut parts = document.as_of.split('-').map(|part| part.parse::<u16>().unwrap_or(1));
    let (year, month, day) = (parts.next().unwrap_or(2000), parts.next().unwrap_or(1), parts.next().unwrap_or(1));
    let date = ExcelDateTime::from_ymd(year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))?;
    let properties = DocProperties::new().set_title(&document.title).set_subject(&document.lead).set_author("recovista");
    Ok(properties.set_creation_datetime(&date))
}

/// What all sheets share: name and page.
fn prepare(sheet: &mut Worksheet, name: &str) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_paper_size(1).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_footer("&L&A&RPage &P of &N");
    Ok(())
}

/// The name of the sheet of a table.
fn name_of(table: &Numbered<'_>) -> String {
    format!("Table {}", table.number)
}

/// A link to a sheet.
fn link(sheet: &mut Worksheet, (row, column): (u32, u16), name: &str, look: &Look) -> Result<(), XlsxError> {
    let target = format!("internal:'{name}'!A1");
    sheet.write_url_with_options(row, column, target.as_str(), name, "", Some(&look.link))?;
    Ok(())
}

fn contents(sheet: &mut Worksheet, document: &Document, tables: &[Numbered<'_>], look: &Look) -> Result<(), XlsxError> {
    prepare(sheet, CONTENTS)?;
    let widths = [13.0, 62.0, 56.0, 44.0, 46.0];
    for (column, width) in (0_u16..).zip(widths) {
        sheet.set_column_width(column, width)?;
    }
    sheet.write_string_with_format(0, 0, &document.title, &look.title)?;
    sheet.write_string_with_format(1, 0, &document.lead, &look.soft)?;
    sheet.write_string_with_format(2, 0, &document.footer, &look.soft)?;
    for (column, head) in (0_u16..).zip(["Sheet", "What it holds", "Section and chart that it belongs to", "Base", "Tag in a template"]) {
        sheet.write_string_with_format(4, column, head, &look.head)?;
    }
    let mut row = 5;
    for table in tables {
        link(sheet, (row, 0), &name_of(table), look)?;
        sheet.write_string_with_format(row, 1, &table.table.caption, &look.wrapped)?;
        let section = document.sections.get(table.place.0).map(|section| section.question.as_str()).unwrap_or_default();
        let belongs = table.figure.map_or_else(|| section.to_owned(), |figure| format!("{section} {}", figure.words.title));
        let tag = document.tag(table);
        let texts = [table.table.caption.as_str(), &belongs, &table.table.base, &tag];
        sheet.set_row_height(row, height(texts.into_iter().zip(widths.into_iter().skip(1))))?;
        sheet.write_string_with_format(row, 2, belongs, &look.wrapped)?;
        sheet.write_string_with_format(row, 3, &table.table.base, &look.wrapped)?;
        sheet.write_string_with_format(row, 4, tag, &look.wrapped)?;
        row += 1;
    }
    let standing = [
        (FIGURES, "Every released figure with its interval, base, method and sentence, as in results.csv"),
        (CODEBOOK, "What the fields of each dataset mean"),
    ];
    for (name, what) in standing.into_iter().take(if document.codebooks.is_empty() { 1 } else { 2 }) {
        link(sheet, (row, 0), name, look)?;
        sheet.set_row_height(row, height(std::iter::once((what, widths[1]))))?;
        sheet.write_string_with_format(row, 1, what, &look.wrapped)?;
        row += 1;
    }
    sheet.set_freeze_panes(5, 0)?;
    sheet.set_repeat_rows(4, 4)?;
    Ok(())
}

/// Every released row in the columns of the results, its short code first.
fn figures(sheet: &mut Worksheet, document: &Document, look: &Look) -> Result<(), XlsxError> {
    prepare(sheet, FIGURES)?;
    sheet.write_string_with_format(0, 0, "code", &look.head)?;
    sheet.set_column_width(0, 13.0)?;
    for (place, head) in COLUMNS.into_iter().enumerate() {
        let column = u16::try_from(place + 1).unwrap_or(u16::MAX);
        sheet.write_string_with_format(0, column, head, &look.head)?;
        let width = match head {
            "id" | "sentence" => 60.0,
            "label" => 48.0,
            "groups" | "method" | "note" => 26.0,
            _ => 13.0,
        };
        sheet.set_column_width(column, width)?;
    }
    let mut last = 0;
    for (row, figure) in (1_u32..).zip(document.rows.rows()) {
        last = row;
        sheet.write_string(row, 0, short_code(&figure.id()))?;
        for (place, value) in cells(figure).into_iter().enumerate() {
            let column = u16::try_from(place + 1).unwrap_or(u16::MAX);
            match value {
                Cell::Text(text) if text.is_empty() => {}
                Cell::Text(text) => {
                    sheet.write_string(row, column, text)?;
                }
                Cell::Number(number) => {
                    sheet.write_number(row, column, number)?;
                }
                Cell::Empty => {}
            }
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofilter(0, 0, last, u16::try_from(COLUMNS.len()).unwrap_or(u16::MAX))?;
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

/// A row for each field and, below it, one for each of its codes.
fn codebook(sheet: &mut Worksheet, books: &[CodebookWords], look: &Look) -> Result<(), XlsxError> {
    prepare(sheet, CODEBOOK)?;
    let heads = [
        ("Dataset", 24.0),
        ("Field", 24.0),
        ("Label", 40.0),
        ("Question as asked", 52.0),
        ("Kind", 20.0),
        ("Range and unit", 18.0),
        ("Code", 12.0),
        ("Meaning", 40.0),
        ("Means no answer", 16.0),
    ];
    for (column, (head, width)) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(0, column, head, &look.head)?;
        sheet.set_column_width(column, width)?;
    }
    let mut row = 0;
    for book in books {
        for field in &book.fields {
            row += 1;
            let texts = [&book.title, &field.name, &field.label, &field.question, &field.kind, &field.range];
            sheet.set_row_height(row, height(texts.into_iter().map(String::as_str).zip(heads.map(|(_, width)| width))))?;
            for (column, text) in (0_u16..).zip(texts) {
                if !text.is_empty() {
                    sheet.write_string_with_format(row, column, text, if column == 1 { &look.strong } else { &look.wrapped })?;
                }
            }
            let codes = field.levels.iter().map(|pair| (pair, "")).chain(field.missing.iter().map(|pair| (pair, "yes")));
            for ((code, meaning), none) in codes {
                row += 1;
                for (column, text) in [(0, book.title.as_str()), (1, &field.name), (6, code), (7, meaning), (8, none)] {
                    if !text.is_empty() {
                        sheet.write_string_with_format(row, column, text, &look.wrapped)?;
                    }
                }
            }
        }
    }
    sheet.set_freeze_panes(1, 2)?;
    sheet.autofilter(0, 0, row, 8)?;
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}
