//! What is pasted into controls: runs that keep the look of what they replace, pictures, and tables that need no style of the file.

use std::fmt::Write as _;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::scan::{Control, Level, attribute};
use crate::display::cells::Cell;
use crate::display::parts::{Row, Table};
use crate::report::package::escape;
use crate::report::renderers::sets;

/// A cut and what is pasted there.
type Change = (Range<usize>, String);

/// Width of a chart where the control does not say: that of the text of a letter page, in English Metric Units.
const WIDTH: u64 = 5_943_600;
const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006";

/// A chart as the file shows it.
pub(super) struct Shown<'a> {
    /// Its relation.
    pub(super) relation: &'a str,
    /// A number of its own in the part.
    pub(super) number: usize,
    /// Pixels.
    pub(super) size: (u64, u64),
    /// Title.
    pub(super) title: &'a str,
    /// Alternative text.
    pub(super) alt: &'a str,
}

fn slice<'a>(part: &'a str, range: Option<&Range<usize>>) -> &'a str {
    range.and_then(|range| part.get(range.clone())).unwrap_or_default()
}

/// The whole content of a control.
pub(super) fn whole(control: &Control, content: Range<usize>, inside: String) -> Change {
    let prefix = &control.prefix;
    (content, if control.hollow { format!("<{prefix}sdtContent>{inside}</{prefix}sdtContent>") } else { inside })
}

/// A text in the look of the first run, or of what would be typed where a placeholder stands.
pub(super) fn text(part: &str, control: &Control, content: Range<usize>, words: &str) -> Result<Vec<Change>, String> {
    let prefix = &control.prefix;
    let run = format!("<{prefix}r>{}<{prefix}t xml:space=\"preserve\">{}</{prefix}t></{prefix}r>", look(part, control), escape(words));
    Ok(vec![match control.level {
        Level::Inline => whole(control, content, run),
        Level::Block => whole(control, content, paragraph(part, control, &run)),
        Level::Cell | Level::Row => {
            let Some(cell) = control.place.cell.clone() else { return Err("a cell with a paragraph".into()) };
            (cell, format!("{}{}", slice(part, control.place.cell_properties.as_ref()), paragraph(part, control, &run)))
        }
    }])
}

/// Properties of the run to write.
fn look(part: &str, control: &Control) -> String {
    let own = slice(part, control.place.run_properties.as_ref());
    // the grey of a placeholder is not the look of a figure
    if control.placeholder || own.contains("\"PlaceholderText\"") {
        return slice(part, control.typed.as_ref()).to_owned();
    }
    if own.is_empty() { slice(part, control.typed.as_ref()).to_owned() } else { own.to_owned() }
}

/// A paragraph like the first one of the control.
fn paragraph(part: &str, control: &Control, runs: &str) -> String {
    let prefix = &control.prefix;
    let start = match slice(part, control.place.paragraph.as_ref()) {
        "" => format!("<{prefix}p>"),
        start => start.strip_suffix("/>").map_or_else(|| start.to_owned(), |open| format!("{open}>")),
    };
    format!("{start}{}{runs}</{prefix}p>", slice(part, control.place.paragraph_properties.as_ref()))
}

/// A chart in a rich text control.
pub(super) fn pasted(part: &str, control: &Control, content: Range<usize>, shown: &Shown<'_>) -> Vec<Change> {
    // the width of a chart that stands there already is kept
    let width = elements(slice(part, Some(&content)), "extent")
        .into_iter()
        .find_map(|(_, element)| element.attribute("cx")?.parse().ok())
        .filter(|width| *width > 0)
        .unwrap_or(WIDTH);
    let (height, prefix) = (scaled(width, shown.size), &control.prefix);
    let (number, title, alt, relation) = (1_000_000 + shown.number, escape(shown.title), escape(shown.alt), escape(shown.relation));
    let run = format!(
        "<{prefix}r><{prefix}drawing><wp:inline xmlns:wp=\"{DRAWING}/wordprocessingDrawing\" distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:docPr id=\"{number}\" name=\"Chart {number}\" descr=\"{alt}\" title=\"{title}\"/><a:graphic xmlns:a=\"{DRAWING}/main\"><a:graphicData uri=\"{DRAWING}/picture\"><pic:pic xmlns:pic=\"{DRAWING}/picture\"><pic:nvPicPr><pic:cNvPr id=\"{number}\" name=\"Chart {number}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:embed=\"{relation}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></{prefix}drawing></{prefix}r>"
    );
    vec![whole(control, content, if control.level == Level::Block { paragraph(part, control, &run) } else { run })]
}

fn scaled(width: u64, (across, down): (u64, u64)) -> u64 {
    width.saturating_mul(down) / across.max(1)
}

/// A chart in the place of the picture of a picture control: its width stays, its height follows.
pub(super) fn replaced(part: &str, content: Range<usize>, shown: &Shown<'_>) -> Result<Vec<Change>, String> {
    let inside = slice(part, Some(&content));
    let at = |range: Range<usize>| content.start + range.start..content.start + range.end;
    let mut changes = Vec::new();
    let Some((range, blip)) = elements(inside, "blip").into_iter().next() else { return Err("a picture control with a picture in it".into()) };
    if blip.attribute("embed").is_none() {
        return Err("a picture control whose picture is in the file, not linked".into());
    }
    changes.push((at(range), with(&blip, &[("embed", shown.relation)])));
    let width = elements(inside, "extent")
        .into_iter()
        .find_map(|(_, element)| element.attribute("cx")?.parse::<u64>().ok())
        .filter(|width| *width > 0)
        .unwrap_or(WIDTH);
    let (cx, cy) = (width.to_string(), scaled(width, shown.size).to_string());
    for (range, element) in elements(inside, "extent") {
        changes.push((at(range), with(&element, &[("cx", &cx), ("cy", &cy)])));
    }
    // `ext` is also the name of extensions, which have no size
    for (range, element) in elements(inside, "ext").into_iter().filter(|(_, element)| element.attribute("cx").is_some()) {
        changes.push((at(range), with(&element, &[("cx", &cx), ("cy", &cy)])));
    }
    for (range, element) in elements(inside, "docPr") {
        changes.push((at(range), with(&element, &[("descr", shown.alt), ("title", shown.title)])));
    }
    Ok(changes)
}

/// A start tag.
struct Tag<'a> {
    element: BytesStart<'a>,
    /// Whether it is the whole element.
    hollow: bool,
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<String> {
        attribute(&self.element, name)
    }
}

/// Start tags of some name with their ranges.
fn elements<'a>(text: &'a str, name: &str) -> Vec<(Range<usize>, Tag<'a>)> {
    let mut reader = Reader::from_str(text);
    let mut found = Vec::new();
    let position = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    loop {
        let start = position(&reader);
        match reader.read_event() {
            Ok(Event::Start(element)) if element.local_name().into_inner() == name => found.push((start..position(&reader), Tag { element, hollow: false })),
            Ok(Event::Empty(element)) if element.local_name().into_inner() == name => found.push((start..position(&reader), Tag { element, hollow: true })),
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

/// The start tag with other values of some attributes; those that are not there are added at the end.
fn with(tag: &Tag<'_>, values: &[(&str, &str)]) -> String {
    let element = &tag.element;
    let mut out = format!("<{}", element.name().into_inner());
    let mut missing: Vec<(&str, &str)> = values.to_vec();
    for attribute in element.attributes().with_checks(false).filter_map(Result::ok) {
        let local = attribute.key.local_name().into_inner();
        let plain = attribute.key.prefix().is_none() || local == "embed";
        let new = values.iter().find(|(name, _)| plain && *name == local);
        missing.retain(|(name, _)| !(plain && *name == local));
        match new {
            Some((_, value)) => {
                let _ = write!(out, " {}=\"{}\"", attribute.key.into_inner(), escape(value));
            }
            None => {
                let _ = write!(out, " {}=\"{}\"", attribute.key.into_inner(), attribute.value.replace('"', "&quot;"));
            }
        }
    }
    for (name, value) in missing {
        let _ = write!(out, " {name}=\"{}\"", escape(value));
    }
    out.push_str(if tag.hollow { "/>" } else { ">" });
    out
}

/// A native table with the look of the one that stands there, or plain rules; its notes below.
pub(super) fn table(part: &str, control: &Control, table: &Table) -> String {
    let w = control.prefix.as_str();
    let own = slice(part, control.table_properties.as_ref());
    let properties = if own.is_empty() { plain(w) } else { own.to_owned() };
    let mut out = String::new();
    for (place, set) in sets(table, true).iter().enumerate() {
        if place > 0 {
            // two tables without a paragraph between them would be one
            let _ = write!(out, "<{w}p/>");
        }
        let _ = write!(out, "<{w}tbl>{properties}<{w}tblGrid>");
        for (_, width) in set {
            let _ = write!(out, "<{w}gridCol {w}w=\"{width}\"/>");
        }
        let _ = write!(out, "</{w}tblGrid>");
        let writer = Rows { w, table, set };
        writer.head(&mut out);
        for row in &table.rows {
            writer.row(&mut out, row);
        }
        let _ = write!(out, "</{w}tbl>");
    }
    let notes = escape(&table.notes.join(" "));
    let _ = write!(
        out,
        "<{w}p><{w}pPr><{w}spacing {w}before=\"60\" {w}after=\"120\"/></{w}pPr><{w}r><{w}rPr><{w}sz {w}val=\"16\"/><{w}szCs {w}val=\"16\"/></{w}rPr><{w}t xml:space=\"preserve\">{notes}</{w}t></{w}r></{w}p>"
    );
    out
}

/// Rules above, below and between rows.
fn plain(w: &str) -> String {
    let rule = |side: &str, size: u32, colour: &str| format!("<{w}{side} {w}val=\"single\" {w}sz=\"{size}\" {w}space=\"0\" {w}color=\"{colour}\"/>");
    let margin = |side: &str| format!("<{w}{side} {w}w=\"70\" {w}type=\"dxa\"/>");
    format!(
        "<{w}tblPr><{w}tblW {w}w=\"5000\" {w}type=\"pct\"/><{w}tblBorders>{}{}{}</{w}tblBorders><{w}tblCellMar>{}{}</{w}tblCellMar><{w}tblLook {w}val=\"0020\" {w}firstRow=\"1\" {w}lastRow=\"0\" {w}firstColumn=\"0\" {w}lastColumn=\"0\" {w}noHBand=\"1\" {w}noVBand=\"1\"/></{w}tblPr>",
        rule("top", 8, "auto"),
        rule("bottom", 8, "auto"),
        rule("insideH", 4, "BFBFBF"),
        margin("left"),
        margin("right")
    )
}

/// The rows of one set of columns.
struct Rows<'a> {
    w: &'a str,
    table: &'a Table,
    set: &'a [(usize, u32)],
}

impl Rows<'_> {
    fn head(&self, out: &mut String) {
        let w = self.w;
        let _ = write!(out, "<{w}tr><{w}trPr><{w}cantSplit/><{w}tblHeader/></{w}trPr>");
        for (place, width) in self.set {
            let Some(column) = self.table.columns.get(*place) else { continue };
            let words = if column.unit.is_empty() { column.head.clone() } else { format!("{} ({})", column.head, column.unit) };
            self.cell(out, &words, *width, (1, column.numeric && *place > 0, true));
        }
        let _ = write!(out, "</{w}tr>");
    }

    fn row(&self, out: &mut String, row: &Row) {
        let w = self.w;
        let _ = write!(out, "<{w}tr><{w}trPr><{w}cantSplit/></{w}trPr>");
        match row {
            Row::Group(head) => self.cell(out, head, self.set.iter().map(|(_, width)| width).sum(), (self.set.len(), false, true)),
            Row::Cells(cells) => self.cells(out, cells, false),
            Row::Total(cells) => self.cells(out, cells, true),
        }
        let _ = write!(out, "</{w}tr>");
    }

    fn cells(&self, out: &mut String, cells: &[Cell], bold: bool) {
        for (place, width) in self.set {
            let words = cells.get(*place).map(|cell| cell.text.as_str()).unwrap_or_default();
            let right = *place > 0 && self.table.columns.get(*place).is_some_and(|column| column.numeric);
            self.cell(out, words, *width, (1, right, bold));
        }
    }

    fn cell(&self, out: &mut String, words: &str, width: u32, (columns, right, bold): (usize, bool, bool)) {
        let w = self.w;
        let span = if columns > 1 { format!("<{w}gridSpan {w}val=\"{columns}\"/>") } else { String::new() };
        let right = if right { format!("<{w}jc {w}val=\"right\"/>") } else { String::new() };
        let bold = if bold { format!("<{w}b/><{w}bCs/>") } else { String::new() };
        let _ = write!(
            out,
            "<{w}tc><{w}tcPr><{w}tcW {w}w=\"{width}\" {w}type=\"dxa\"/>{span}</{w}tcPr><{w}p><{w}pPr><{w}spacing {w}before=\"20\" {w}after=\"20\" {w}line=\"240\" {w}lineRule=\"auto\"/>{right}</{w}pPr><{w}r><{w}rPr>{bold}<{w}sz {w}val=\"18\"/><{w}szCs {w}val=\"18\"/></{w}rPr><{w}t xml:space=\"preserve\">{}</{w}t></{w}r></{w}p></{w}tc>",
            escape(words)
        );
    }
}
