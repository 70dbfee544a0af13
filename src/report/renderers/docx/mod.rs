//! A document in, a Word file out: real styles, headings, captions that are fields, native tables and charts with alternative text.
//!
//! The parts that are the same for every report (styles, lists, settings) lie in `reports/templates/docx/`.
//! The body is written here as text; the order of elements inside properties is that of the schema of
//! ECMA-376, part 1, which Word insists on.

mod body;
mod cross;
mod fit;
mod table;

use std::fmt::Write as _;

use crate::error::Error;
use crate::report::Document;
use crate::report::package::{Package, escape};
pub(crate) use body::pixels;
#[cfg(any(test, feature = "pdf"))]
pub(crate) use cross::crossed;
#[cfg(any(test, feature = "pdf"))]
pub(crate) use fit::is_short;
pub(crate) use fit::sets;

const STYLES: &str = include_str!("../../../../reports/templates/docx/styles.xml");
const NUMBERING: &str = include_str!("../../../../reports/templates/docx/numbering.xml");
const SETTINGS: &str = include_str!("../../../../reports/templates/docx/settings.xml");
const THEME: &str = include_str!("../../../../reports/templates/docx/theme1.xml");
const FONTS: &str = include_str!("../../../../reports/templates/docx/fontTable.xml");

/// How every part begins.
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// The main vocabulary.
const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// Relations to other parts.
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// Kinds of parts.
const WORD_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// Parts beside the body that every report has: file and kind.
const PARTS: [(&str, &str); 6] =
    [("styles", "styles"), ("numbering", "numbering"), ("settings", "settings"), ("fontTable", "fontTable"), ("footer1", "footer"), ("theme/theme1", "theme")];

/// The file; the same document gives the same bytes.
///
/// # Errors
/// A chart could not be drawn.
pub(crate) fn docx(document: &Document) -> Result<Vec<u8>, Error> {
    let body = body::write(document)?;
    let mut package = Package::new();
    package.add("[Content_Types].xml", content_types().as_bytes())?;
    package.add("_rels/.rels", package_relations().as_bytes())?;
    package.add("docProps/core.xml", core(document).as_bytes())?;
    package.add("docProps/app.xml", app().as_bytes())?;
    package.add("word/document.xml", body.xml.as_bytes())?;
    package.add("word/_rels/document.xml.rels", relations(body.pictures.len()).as_bytes())?;
    for (name, text) in [("styles", STYLES), ("numbering", NUMBERING), ("settings", SETTINGS), ("fontTable", FONTS), ("theme/theme1", THEME)] {
        package.add(&format!("word/{name}.xml"), text.as_bytes())?;
    }
    package.add("word/footer1.xml", footer(document).as_bytes())?;
    for (place, picture) in body.pictures.iter().enumerate() {
        package.add(&format!("word/media/image{}.png", place + 1), picture)?;
    }
    package.finish()
}

fn content_types() -> String {
    let mut out = format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/><Override PartName=\"/word/document.xml\" ContentType=\"{WORD_TYPE}.document.main+xml\"/>"
    );
    for (name, kind) in PARTS {
        let own = if kind == "theme" { "application/vnd.openxmlformats-officedocument" } else { WORD_TYPE };
        let _ = write!(out, "<Override PartName=\"/word/{name}.xml\" ContentType=\"{own}.{kind}+xml\"/>");
    }
    out.push_str("<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/><Override PartName=\"/docProps/app.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/></Types>");
    out
}

fn package_relations() -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"word/document.xml\"/><Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/><Relationship Id=\"rId3\" Type=\"{OFFICE}/extended-properties\" Target=\"docProps/app.xml\"/></Relationships>"
    )
}

/// Relations of the body: `rId1` and so on to the standing parts, `image1` and so on to the pictures.
fn relations(pictures: usize) -> String {
    let mut out = format!("{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    for (place, (name, kind)) in PARTS.iter().enumerate() {
        let _ = write!(out, "<Relationship Id=\"rId{}\" Type=\"{OFFICE}/{kind}\" Target=\"{name}.xml\"/>", place + 1);
    }
    for place in 1..=pictures {
        let _ = write!(out, "<Relationship Id=\"image{place}\" Type=\"{OFFICE}/image\" Target=\"media/image{place}.png\"/>");
    }
    out.push_str("</Relationships>");
    out
}

/// Title, subject, language and date; the date is that of the figures, since a run knows no other.
fn core(document: &Document) -> String {
    let (title, subject) = (escape(&document.title), escape(&document.lead));
    let date = format!("{}T00:00:00Z", document.as_of);
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{title}</dc:title><dc:subject>{subject}</dc:subject><dc:creator>recovista</dc:creator><cp:lastModifiedBy>recovista</cp:lastModifiedBy><dcterms:created xsi:type=\"dcterms:W3CDTF\">{date}</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">{date}</dcterms:modified><dc:language>en-US</dc:language></cp:coreProperties>"
    )
}

fn app() -> String {
    format!(
        "{HEAD}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\"><Application>recovista</Application></Properties>"
    )
}

/// Title on the left, page of pages on the right.
fn footer(document: &Document) -> String {
    let field = |name: &str| format!("<w:fldSimple w:instr=\" {name} \"><w:r><w:rPr><w:noProof/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>");
    format!(
        "{HEAD}<w:ftr xmlns:w=\"{MAIN}\"><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t xml:space=\"preserve\">Page </w:t></w:r>{}<w:r><w:t xml:space=\"preserve\"> of </w:t></w:r>{}</w:p></w:ftr>",
        escape(&document.title),
        field("PAGE"),
        field("NUMPAGES")
    )
}
