//! A table as Word knows tables: heads that repeat on every page, rows that are not cut, numbers to the right.

use std::fmt::Write as _;

use super::body::{Writer, styled, text};
use super::fit::{self, PAGE, Set};
use crate::display::cells::Cell;
use crate::display::parts::{Row, Table};
use crate::report::package::escape;

/// Writes a table; in several sets of columns where it is too wide for a page.
pub(super) fn write(writer: &mut Writer, table: &Table) {
    let sets = fit::sets(table, false);
    for (place, set) in sets.iter().enumerate() {
        if place > 0 {
            writer.paragraph("Notes", &text("The table continues with further columns."));
        }
        one(writer, table, set);
    }
}

fn one(writer: &mut Writer, table: &Table, set: &Set) {
    let caption = escape(&table.caption);
    let _ = write!(
        writer.xml,
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"FiguresTable\"/><w:tblW w:w=\"{PAGE}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"0020\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"0\" w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/><w:tblCaption w:val=\"{caption}\"/></w:tblPr><w:tblGrid>"
    );
    for (_, width) in set {
        let _ = write!(writer.xml, "<w:gridCol w:w=\"{width}\"/>");
    }
    writer.xml.push_str("</w:tblGrid>");
    spans(writer, table, set);
    heads(writer, table, set);
    let together = fit::is_short(table);
    for (place, row) in table.rows.iter().enumerate() {
        // the first rows stay with the heads, the last ones with the notes below
        let keep = together || place < 2 || place + 2 >= table.rows.len();
        match row {
            Row::Group(head) => {
                let _ = write!(
                    writer.xml,
                    "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"{PAGE}\" w:type=\"dxa\"/>{}</w:tcPr>{}</w:tc></w:tr>",
                    span(set.len()),
                    paragraph("TableGroup", false, &text(head))
                );
            }
            Row::Cells(cells) => cell_row(writer, table, set, cells, (keep, false)),
            Row::Total(cells) => cell_row(writer, table, set, cells, (keep, true)),
        }
    }
    writer.xml.push_str("</w:tbl>");
}

fn span(columns: usize) -> String {
    if columns > 1 { format!("<w:gridSpan w:val=\"{columns}\"/>") } else { String::new() }
}

fn paragraph(style: &str, keep: bool, runs: &str) -> String {
    let keep = if keep { "<w:keepNext/>" } else { "" };
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{keep}</w:pPr>{runs}</w:p>")
}

/// Heads that span several columns.
fn spans(writer: &mut Writer, table: &Table, set: &Set) {
    if table.spans.is_empty() {
        return;
    }
    let owner = |column: usize| -> Option<usize> {
        let mut end = 1;
        table.spans.iter().position(|(_, width)| {
            end += width;
            column > 0 && column < end
        })
    };
    writer.xml.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    let mut place = 0;
    while let Some((column, _)) = set.get(place) {
        let own = owner(*column);
        let run: Vec<u32> = set.iter().skip(place).take_while(|(next, _)| own.is_some() && owner(*next) == own).map(|(_, width)| *width).collect();
        let (columns, width) = if run.is_empty() { (1, set[place].1) } else { (run.len(), run.iter().sum()) };
        let words = own.and_then(|own| table.spans.get(own)).map(|(head, _)| head.as_str()).unwrap_or_default();
        let _ = write!(
            writer.xml,
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{}</w:tcPr><w:p><w:pPr><w:pStyle w:val=\"TableHead\"/><w:jc w:val=\"center\"/></w:pPr>{}</w:p></w:tc>",
            span(columns),
            text(words)
        );
        place += columns;
    }
    writer.xml.push_str("</w:tr>");
}

/// Names and units of columns; the row is repeated on every page.
fn heads(writer: &mut Writer, table: &Table, set: &Set) {
    writer.xml.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    for (place, width) in set {
        let Some(column) = table.columns.get(*place) else { continue };
        let right = column.numeric && *place > 0;
        let style = if right { "TableHeadNumber" } else { "TableHead" };
        let mut runs = text(&column.head);
        if !column.unit.is_empty() {
            let _ = write!(runs, "<w:r><w:br/></w:r>{}", styled(&column.unit, "TableUnit"));
        }
        let _ = write!(writer.xml, "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{}</w:tc>", paragraph(style, false, &runs));
    }
    writer.xml.push_str("</w:tr>");
}

fn cell_row(writer: &mut Writer, table: &Table, set: &Set, cells: &[Cell], (keep, total): (bool, bool)) {
    writer.xml.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
    let last = table.columns.len().saturating_sub(1);
    for (place, width) in set {
        let words = cells.get(*place).map(|cell| cell.text.as_str()).unwrap_or_default();
        let column = table.columns.get(*place);
        let right = *place > 0 && column.is_some_and(|column| column.numeric);
        let runs = if table.coded && *place == last {
            let runs = styled(words, "FigureCode");
            writer.coded(words, &runs)
        } else if total {
            format!("<w:r><w:rPr><w:b/><w:bCs/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>", escape(words))
        } else {
            text(words)
        };
        let _ = write!(
            writer.xml,
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{}</w:tc>",
            paragraph(if right { "TableNumber" } else { "TableText" }, keep, &runs)
        );
    }
    writer.xml.push_str("</w:tr>");
}
