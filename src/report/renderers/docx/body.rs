//! The body of the Word file: headings, paragraphs, lists, captions, charts, and the tables behind the charts at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{HEAD, MAIN, OFFICE, cross, table};
use crate::display::charts::{self, Size, Theme, Words};
use crate::display::parts::{Block, Figure, Section, Table};
use crate::error::Error;
use crate::report::package::escape;
use crate::report::{Document, Numbered};

/// English Metric Units in a twentieth of a point.
const EMU: u64 = 635;
/// Width of a chart: a little more than the text, so that what it draws begins where the text does.
const CHART_WIDTH: u64 = (9360 + 320) * EMU;
/// Tallest chart, so that caption, notes and chart stay on one page.
const CHART_HEIGHT: u64 = 9_700 * EMU;
/// The heading of the main points, and its bookmark.
const POINTS: &str = "Main points";
const POINTS_MARK: &str = "_Toc00000000";
/// The heading of the tables at the end.
const BEHIND: &str = "Tables behind the charts";

/// The body and its pictures.
pub(super) struct Body {
    /// `word/document.xml`.
    pub(super) xml: String,
    /// PNG files in the order of their relations.
    pub(super) pictures: Vec<Vec<u8>>,
}

/// Writes the body.
pub(super) fn write(document: &Document) -> Result<Body, Error> {
    let tables = document.tables();
    let later = tables.iter().filter(|table| table.at_end).map(|table| (table.place, table.number)).collect();
    let mut writer = Writer { later, theme: document.theme.clone(), ..Writer::default() };
    writer.open();
    writer.paragraph("Title", &text(&document.title));
    writer.paragraph("Subtitle", &text(&document.lead));
    writer.main_points(document);
    writer.contents(document);
    for (place, section) in document.sections.iter().enumerate() {
        writer.section(section, place)?;
    }
    writer.behind(document.sections.len(), &tables);
    writer.close();
    Ok(Body { xml: writer.xml, pictures: writer.pictures })
}

/// A run of text.
pub(super) fn text(words: &str) -> String {
    styled(words, "")
}

/// A run of text in a character style.
pub(super) fn styled(words: &str, style: &str) -> String {
    let properties = if style.is_empty() { String::new() } else { format!("<w:rPr><w:rStyle w:val=\"{style}\"/></w:rPr>") };
    format!("<w:r>{properties}<w:t xml:space=\"preserve\">{}</w:t></w:r>", escape(words))
}

/// Words that lead to a bookmark.
pub(super) fn link(words: &str, bookmark: &str, style: &str) -> String {
    format!("<w:hyperlink w:anchor=\"{bookmark}\" w:history=\"1\">{}</w:hyperlink>", styled(words, style))
}

/// The bookmark of a short code: `R_7KQ2_M4XD`.
fn bookmark(code: &str) -> String {
    code.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

/// What has been written so far.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) xml: String,
    pictures: Vec<Vec<u8>>,
    /// Bookmarks already given away; the first element with a code gets it.
    taken: BTreeSet<String>,
    ids: usize,
    figures: usize,
    tables: usize,
    later: BTreeMap<(usize, usize), usize>,
    theme: Theme,
}

impl Writer {
    fn open(&mut self) {
        let drawing = "http://schemas.openxmlformats.org/drawingml/2006";
        let _ = write!(
            self.xml,
            "{HEAD}<w:document xmlns:w=\"{MAIN}\" xmlns:r=\"{OFFICE}\" xmlns:wp=\"{drawing}/wordprocessingDrawing\" xmlns:a=\"{drawing}/main\" xmlns:pic=\"{drawing}/picture\"><w:body>"
        );
    }

    fn close(&mut self) {
        self.xml.push_str(
            "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId5\"/><w:pgSz w:w=\"12240\" w:h=\"15840\"/><w:pgMar w:top=\"1080\" w:right=\"1440\" w:bottom=\"1150\" w:left=\"1440\" w:header=\"720\" w:footer=\"560\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>",
        );
    }

    /// A paragraph of finished runs.
    pub(super) fn paragraph(&mut self, style: &str, runs: &str) {
        let _ = write!(self.xml, "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{runs}</w:p>");
    }

    fn id(&mut self) -> usize {
        self.ids += 1;
        self.ids
    }

    /// Runs inside a bookmark of this name; without it where the name is taken.
    pub(super) fn marked(&mut self, name: &str, runs: &str) -> String {
        if name.is_empty() || !self.taken.insert(name.to_owned()) {
            return runs.to_owned();
        }
        let id = self.id();
        format!("<w:bookmarkStart w:id=\"{id}\" w:name=\"{name}\"/>{runs}<w:bookmarkEnd w:id=\"{id}\"/>")
    }

    /// The bookmark of a short code around runs.
    pub(super) fn coded(&mut self, code: &str, runs: &str) -> String {
        self.marked(&bookmark(code), runs)
    }

    fn main_points(&mut self, document: &Document) {
        if document.main_points.is_empty() {
            return;
        }
        let runs = self.marked(POINTS_MARK, &text(POINTS));
        let _ = write!(self.xml, "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/><w:spacing w:before=\"0\"/></w:pPr>{runs}</w:p>");
        for point in &document.main_points {
            let runs = format!("{}{}", text(&format!("{} ", point.sentence)), link(&point.code, &bookmark(&point.target), "FigureCode"));
            self.paragraph("ListNumber", &runs);
        }
    }

    /// A field with what Word would put there but for the numbers of pages, which only Word knows; F9 adds them.
    fn contents(&mut self, document: &Document) {
        let points = (!document.main_points.is_empty()).then(|| (POINTS_MARK.to_owned(), POINTS));
        let sections = document.sections.iter().enumerate().map(|(place, section)| (heading_mark(place), heading(section)));
        let mut entries: Vec<(String, &str)> = points.into_iter().chain(sections).collect();
        if !self.later.is_empty() {
            entries.push((heading_mark(document.sections.len()), BEHIND));
        }
        self.xml
            .push_str("<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/><w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>");
        self.paragraph("TOCHeading", &text("Contents"));
        for (place, (mark, words)) in entries.iter().enumerate() {
            let begin = if place == 0 {
                "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> TOC \\o \"1-1\" \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>"
            } else {
                ""
            };
            self.paragraph("TOC1", &format!("{begin}{}", link(words, mark, "")));
        }
        self.xml.push_str("<w:p><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p></w:sdtContent></w:sdt>");
    }

    fn section(&mut self, section: &Section, place: usize) -> Result<(), Error> {
        let runs = self.marked(&heading_mark(place), &text(heading(section)));
        if section.finding.is_empty() {
            self.paragraph("Heading1", &runs);
        } else {
            self.paragraph("Question", &text(&section.question));
            let _ = write!(self.xml, "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/><w:spacing w:before=\"0\"/></w:pPr>{runs}</w:p>");
        }
        for (position, block) in section.blocks.iter().enumerate() {
            match block {
                Block::Paragraph(words) => self.paragraph("BodyText", &text(words)),
                Block::Heading(words) => self.paragraph("Heading2", &text(words)),
                Block::List(entries) => entries.iter().for_each(|entry| self.paragraph("ListBullet", &text(entry))),
                Block::Terms(terms) => {
                    for (term, words) in terms {
                        self.paragraph("ListTerm", &text(term));
                        self.paragraph("ListTermText", &text(words));
                    }
                }
                Block::Figure(figure) => self.figure(figure, self.later.get(&(place, position)).copied(), room(section, position))?,
                Block::Table(table) if !table.folded => self.table(table, ""),
                Block::Table(table) => {
                    let Some(number) = self.later.get(&(place, position)) else { continue };
                    let runs = format!("{}{}{}", text(&format!("{}: ", table.caption.trim_end_matches('.'))), reference(*number), text(" at the end."));
                    self.paragraph("Notes", &runs);
                }
            }
        }
        Ok(())
    }

    /// The tables that would interrupt the reading.
    fn behind(&mut self, sections: usize, tables: &[Numbered<'_>]) {
        if self.later.is_empty() {
            return;
        }
        let runs = self.marked(&heading_mark(sections), &text(BEHIND));
        let _ = write!(self.xml, "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/><w:pageBreakBefore/><w:spacing w:before=\"0\"/></w:pPr>{runs}</w:p>");
        for one in tables.iter().filter(|one| one.at_end) {
            self.table(one.table, one.figure.map(|figure| figure.code.as_str()).unwrap_or_default());
        }
    }

    /// Caption, subtitle, chart and notes.
    fn figure(&mut self, figure: &Figure, table: Option<usize>, room: u64) -> Result<(), Error> {
        self.figures += 1;
        let label = format!("{}{}", styled("Figure ", "CaptionLabel"), sequence("Figure", self.figures));
        let label = self.coded(&figure.code, &label);
        self.paragraph("Caption", &format!("{label}{}{}", styled(". ", "CaptionLabel"), text(&figure.words.title)));
        self.paragraph("FigureSubtitle", &text(&figure.words.subtitle));
        let picture = picture_of(figure, &self.theme)?;
        let size = fitted(&picture, room);
        self.pictures.push(picture);
        let id = self.id();
        let drawing = drawing(&format!("image{}", self.pictures.len()), id, size, &figure.words.title, &figure.words.alt);
        self.paragraph("Figure", &format!("<w:r>{drawing}</w:r>"));
        let notes = figure.notes.iter().chain(&figure.table.notes).map(String::as_str).collect::<Vec<_>>().join(" ");
        let mut runs = if notes.is_empty() { String::new() } else { text(&format!("{notes} ")) };
        if let Some(number) = table {
            let _ = write!(runs, "{}{}{}", text("Figures: "), reference(number), text(". "));
        }
        runs.push_str(&text("Cite as "));
        runs.push_str(&styled(&figure.code, "FigureCode"));
        self.paragraph("Notes", &runs);
        Ok(())
    }

    fn table(&mut self, content: &Table, chart: &str) {
        self.tables += 1;
        let label = format!("{}{}", styled("Table ", "CaptionLabel"), sequence("Table", self.tables));
        let label = self.marked(&table_mark(self.tables), &label);
        self.paragraph("Caption", &format!("{label}{}{}", styled(". ", "CaptionLabel"), text(content.caption.trim_end_matches('.'))));
        let grid = cross::crossed(content);
        let content = grid.as_ref().unwrap_or(content);
        table::write(self, content);
        let mut runs = text(&content.notes.join(" "));
        if !chart.is_empty() {
            runs = format!(
                "{runs}{}{}",
                text(if content.notes.is_empty() { "Behind chart " } else { " Behind chart " }),
                link(chart, &bookmark(chart), "FigureCode")
            );
        }
        self.paragraph("Notes", &runs);
    }
}

fn heading(section: &Section) -> &str {
    if section.finding.is_empty() { &section.question } else { &section.finding }
}

fn heading_mark(place: usize) -> String {
    format!("_Toc{:08}", place + 1)
}

fn table_mark(number: usize) -> String {
    format!("_Ref_Table_{number}")
}

/// A number that Word counts itself, with what it comes to.
fn sequence(name: &str, number: usize) -> String {
    format!("<w:fldSimple w:instr=\" SEQ {name} \\* ARABIC \">{}</w:fldSimple>", styled(&number.to_string(), "CaptionLabel"))
}

/// `Table 7`, which leads there and follows its number.
fn reference(number: usize) -> String {
    format!("<w:fldSimple w:instr=\" REF {} \\h \">{}</w:fldSimple>", table_mark(number), text(&format!("Table {number}")))
}

/// The chart as PNG; title, subtitle and notes are text of the page, so the drawing leaves them out.
///
/// # Errors
/// It could not be drawn.
fn picture_of(figure: &Figure, theme: &Theme) -> Result<Vec<u8>, Error> {
    charts::png(&charts::svg(&figure.chart, &Words::default(), Size::HalfPage, theme, "chart")?)
}

/// Width and height in English Metric Units: as wide as the text, unless that were too tall for a page, or a little too tall for the room there is.
fn fitted(png: &[u8], room: u64) -> (u64, u64) {
    let (width, height) = pixels(png).unwrap_or((1, 1));
    let tall = CHART_WIDTH * height / width;
    let most = if tall > room && room * 10 >= tall * 8 { room } else { CHART_HEIGHT };
    if tall <= most { (CHART_WIDTH, tall) } else { (most * width / height, most) }
}

/// Height that a chart may take so that a section that begins a page shows its first chart there too, and others stand two on a page.
fn room(section: &Section, position: usize) -> u64 {
    let Some(Block::Figure(figure)) = section.blocks.get(position) else { return CHART_HEIGHT };
    let before = section.blocks.iter().take(position);
    let words: Option<Vec<&str>> = before.map(|block| if let Block::Paragraph(words) = block { Some(words.as_str()) } else { None }).collect();
    // lines by the letters that fit on one in each size of type, in twentieths of a point
    let lines = |text: &str, letters: usize| text.chars().count().div_ceil(letters) as u64;
    let notes: usize = figure.notes.iter().chain(&figure.table.notes).map(|note| note.chars().count() + 1).sum();
    let caption = lines(&figure.words.title, 80) * 290 + lines(&figure.words.subtitle, 104) * 245 + 400;
    let around = caption + (notes + 40).div_ceil(116) as u64 * 220 + 300;
    let free = match words {
        Some(words) => {
            let text: u64 = words.iter().map(|words| lines(words, 92) * 285 + 140).sum();
            12_400_u64.saturating_sub(lines(heading(section), 52) * 440 + text)
        }
        None => 13_300 / 2,
    };
    CHART_HEIGHT.min(free.saturating_sub(around) * EMU)
}

/// Width and height of a PNG by its header.
pub(crate) fn pixels(png: &[u8]) -> Option<(u64, u64)> {
    let number = |at: usize| png.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes).map(u64::from).filter(|number| *number > 0);
    Some((number(16)?, number(20)?))
}

/// A picture in the line of the text, with its title and alternative text.
fn drawing(relation: &str, id: usize, (width, height): (u64, u64), title: &str, alt: &str) -> String {
    let (title, alt) = (escape(title), escape(alt));
    format!(
        "<w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/><wp:docPr id=\"{id}\" name=\"Chart {id}\" descr=\"{alt}\" title=\"{title}\"/><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"Chart {id}\" descr=\"{alt}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"{relation}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
}
