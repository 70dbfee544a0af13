//! Content controls in made-up Word files: filled at every level, filled twice, and files that are none.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::Template;
use crate::display::{self, fixture};
use crate::error::Error;
use crate::report::package::Package;
use crate::report::{Document, compose};
use crate::results::Status;

const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";

fn document() -> Document {
    let book = fixture::book();
    compose(&display::word(fixture::table(), &book), &book)
}

/// A Word file with this body and, where given, this header.
fn file(body: &str, header: &str) -> Vec<u8> {
    parts(&[
        ("word/document.xml", &format!("<?xml version=\"1.0\"?>\r\n<w:document {NAMESPACES}><w:body>{body}<w:sectPr/></w:body></w:document>")),
        ("word/header1.xml", &format!("<w:hdr {NAMESPACES}>{header}</w:hdr>")),
        ("word/other.xml", "<odd  attribute = 'kept'/>"),
    ])
}

fn parts(parts: &[(&str, &str)]) -> Vec<u8> {
    const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/><Override PartName=\"/word/header1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/></Types>";
    let mut package = Package::new();
    if !parts.iter().any(|(name, _)| *name == "[Content_Types].xml") {
        package.add("[Content_Types].xml", TYPES.as_bytes()).unwrap();
    }
    for (name, text) in parts {
        package.add(name, text.as_bytes()).unwrap();
    }
    package.finish().unwrap()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn filled(bytes: Vec<u8>) -> Result<(Vec<u8>, Vec<&'static str>), Error> {
    let (template, _) = Template::read("funder.docx", bytes)?;
    let (file, notes) = template.fill(&document())?;
    Ok((file.bytes().to_vec(), notes.iter().map(|note| note.code).collect()))
}

/// A control of text: tag, further properties, content.
fn control(tag: &str, properties: &str, content: &str) -> String {
    format!(
        "<w:sdt><w:sdtPr>{properties}<w:alias w:val=\"A &amp; B\"/><w:tag w:val=\"{tag}\"/><w:id w:val=\"7\"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )
}

fn told(document: &Document, wanted: impl Fn(&display::Told) -> bool) -> display::Told {
    document.told.iter().find(|told| wanted(told)).unwrap().clone()
}

fn men(document: &Document) -> display::Told {
    told(document, |told| told.sentence == "In 2024, 58.0% of members were men (95% interval 55.5% to 60.5%; 890 of 1,535 members).")
}

#[test]
fn every_level_is_filled_and_everything_else_stays() {
    let men = men(&document());
    let look = "<w:rPr><w:b/><w:color w:val=\"FF0000\"/></w:rPr>";
    let split = format!("<w:r>{look}<w:t>old </w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r><w:t>num</w:t></w:r><w:r><w:t>ber</w:t></w:r>");
    let inline = |tag: &str| control(tag, "", &split);
    let block = control(
        &format!("{}.sentence", men.code),
        "",
        "<w:p w:rsidR=\"00AA\"><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p><w:p><w:r><w:t>y</w:t></w:r></w:p>",
    );
    let cell = control(&format!("{}.base", men.id), "", "<w:tc><w:tcPr><w:tcW w:w=\"9\"/></w:tcPr><w:p><w:r><w:t>z</w:t></w:r></w:p></w:tc>");
    let row = control(
        &format!("{}.interval", men.code.to_lowercase()),
        "",
        "<w:tr><w:tc><w:p><w:r><w:t>Interval</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:tcW w:w=\"8\"/></w:tcPr><w:p><w:r><w:t>q</w:t></w:r></w:p></w:tc></w:tr>",
    );
    let body = |inline: &str, block: &str, cell: &str, row: &str| {
        format!(
            "<!-- kept --><w:p><w:r><w:t xml:space='preserve'>Before </w:t></w:r>{inline}<w:r><w:t> after</w:t></w:r></w:p>{block}<w:tbl><w:tr>{cell}</w:tr>{row}</w:tbl>"
        )
    };
    let before = file(&body(&inline(&men.code), &block, &cell, &row), &format!("<w:p>{}</w:p>", control(&format!("{}.label", men.code), "", "")));
    let (after, notes) = filled(before.clone()).unwrap();
    assert_eq!(notes, Vec::<&str>::new());

    let run = |look: &str, text: &str| format!("<w:r>{look}<w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let wanted = body(
        &control(&men.code, "", &run(look, "58.0%")),
        &control(
            &format!("{}.sentence", men.code),
            "",
            &format!("<w:p w:rsidR=\"00AA\"><w:pPr><w:jc w:val=\"center\"/></w:pPr>{}</w:p>", run("", &men.sentence)),
        ),
        &control(&format!("{}.base", men.id), "", &format!("<w:tc><w:tcPr><w:tcW w:w=\"9\"/></w:tcPr><w:p>{}</w:p></w:tc>", run("", "890 of 1,535 members"))),
        &control(
            &format!("{}.interval", men.code.to_lowercase()),
            "",
            &format!(
                "<w:tr><w:tc><w:p><w:r><w:t>Interval</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:tcW w:w=\"8\"/></w:tcPr><w:p>{}</w:p></w:tc></w:tr>",
                run("", "95% interval 55.5% to 60.5%")
            ),
        ),
    );
    let text = part(&after, "word/document.xml");
    assert_eq!(text, part(&file(&wanted, ""), "word/document.xml"));
    assert!(part(&after, "word/header1.xml").contains(&men.label));
    assert_eq!(part(&after, "word/other.xml"), part(&before, "word/other.xml"));

    let (again, _) = filled(after.clone()).unwrap();
    assert_eq!(again, after, "a second fill gives the same bytes");
}

#[test]
fn placeholders_and_bindings_make_room() {
    let men = men(&document());
    let properties = "<w:rPr><w:i/></w:rPr><w:placeholder><w:docPart w:val=\"D\"/></w:placeholder><w:showingPlcHdr/><w:dataBinding w:xpath=\"/x\" w:storeItemID=\"{1}\"/><w:text/>";
    let shown = "<w:r><w:rPr><w:rStyle w:val=\"PlaceholderText\"/></w:rPr><w:t>Click here</w:t></w:r>";
    let (after, notes) = filled(file(&format!("<w:p>{}</w:p>", control(&men.code, properties, shown)), "")).unwrap();
    let text = part(&after, "word/document.xml");
    assert!(text.contains("<w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">58.0%</w:t></w:r>"), "{text}");
    assert!(text.contains("<w:placeholder>") && !text.contains("showingPlcHdr") && !text.contains("dataBinding"));
    assert_eq!(notes, ["template::bound"]);
    assert_eq!(filled(after.clone()).unwrap().0, after);
}

#[test]
fn an_id_without_its_wave_means_the_latest() {
    let men = men(&document());
    let id = men.id.strip_suffix("@2024").unwrap();
    let (after, _) = filled(file(&format!("<w:p>{}</w:p>", control(&format!("{id}.sentence"), "", "")), "")).unwrap();
    assert!(part(&after, "word/document.xml").contains("In 2024, 58.0% of members were men"));
}

#[test]
fn tags_that_name_nothing_are_told_at_once_and_controls_of_others_are_left() {
    let men = men(&document());
    let mut wrong = men.code.clone();
    wrong.pop();
    let tags = [format!("{wrong}?.sentence"), format!("{}.sentance", men.code), "ApplicantName".to_owned(), men.code.clone()];
    let body = format!("<w:p>{}</w:p>", tags.map(|tag| control(&tag, "", "")).concat());
    let error = filled(file(&body, "")).unwrap_err();
    let told: Vec<(&str, Option<String>)> = error.problems.iter().map(|problem| (problem.code, problem.help.clone())).collect();
    assert_eq!(
        told,
        [
            ("template::unknown_tag", Some(format!("did you mean `{}.sentence`?", men.code))),
            ("template::unknown_tag", Some(format!("did you mean `{}.sentence`?", men.code)))
        ]
    );
    assert_eq!(error.exit as u8, 2);
    let (after, _) = filled(file(&format!("<w:p>{}{}</w:p>", control("ApplicantName", "", "<w:r/>"), control(&men.code, "", "")), "")).unwrap();
    assert!(part(&after, "word/document.xml").contains(&control("ApplicantName", "", "<w:r/>")));
}

#[test]
fn a_hidden_figure_is_told_without_a_number() {
    let document = document();
    let hidden = told(&document, |told| told.status == Status::Suppressed);
    assert_eq!((&hidden.estimate, &hidden.interval, &hidden.base), (&None, &None, &None));
    let (after, notes) = filled(file(&format!("<w:p>{}</w:p>", control(&hidden.code, "", "")), "")).unwrap();
    assert_eq!(notes, ["template::hidden"]);
    assert!(part(&after, "word/document.xml").contains(&hidden.sentence));
}

#[test]
fn charts_and_tables_are_put_in_and_a_picture_keeps_its_width() {
    let document = document();
    let figure = document.figures().next().unwrap();
    let picture = "<w:r><w:drawing><wp:inline><wp:extent cx=\"1000\" cy=\"10\"/><wp:docPr id=\"1\" name=\"Picture 1\" descr='old \"words\"'/><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed=\"rId9\"><a:extLst><a:ext uri=\"{1}\"/></a:extLst></a:blip></pic:blipFill><pic:spPr><a:xfrm><a:ext cx=\"1000\" cy=\"10\"/></a:xfrm></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>";
    let body = format!(
        "<w:p>{}</w:p>{}{}{}",
        control(&figure.code, "<w:picture/>", picture),
        control(&format!("{}.chart", figure.code), "", "<w:p><w:pPr><w:keepNext/></w:pPr></w:p>"),
        control(&format!("{}.table", figure.code), "", "<w:p/>"),
        control("at-a-glance.table", "", "<w:tbl><w:tblPr><w:tblStyle w:val=\"Theirs\"/></w:tblPr><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"),
    );
    let (after, _) = filled(file(&body, "")).unwrap();
    let text = part(&after, "word/document.xml");
    let alt = crate::report::package::escape(&figure.words.alt);
    assert_eq!(text.matches(&format!("descr=\"{alt}\"")).count(), 2, "{text}");
    assert!(text.contains("<wp:extent cx=\"1000\" cy=\"") && !text.contains("rId9") && text.contains("<a:ext uri=\"{1}\"/>"));
    assert!(text.contains("<w:tblStyle w:val=\"Theirs\"/>") && text.matches("<w:tblHeader/>").count() == 2);
    let relations = part(&after, "word/_rels/document.xml.rels");
    assert_eq!(relations.matches("<Relationship ").count(), 1);
    assert!(part(&after, "[Content_Types].xml").contains("Extension=\"png\""));
    let (again, _) = filled(after.clone()).unwrap();
    assert_eq!(again, after, "a second fill gives the same bytes");
}

#[test]
fn controls_that_cannot_hold_what_they_name_are_told() {
    let men = men(&document());
    let inline = format!("<w:p>{}{}</w:p>", control("at-a-glance.table", "", ""), control(&men.code, "<w:dropDownList/>", ""));
    let error = filled(file(&inline, "")).unwrap_err();
    let codes: Vec<&str> = error.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["template::wrong_control"; 2]);
}

#[test]
fn files_that_cannot_be_filled_say_why() {
    let men = men(&document());
    let good = file(&format!("<w:p>{}</w:p>", control(&men.code, "", "")), "");
    let broken = |text: &str| parts(&[("word/document.xml", text)]);
    let deep = format!("<w:document {NAMESPACES}>{}</w:document>", "<w:p>".repeat(100_000));
    let macros = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/></Types>";
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "ZIP"),
        (b"PK\x03\x04 but no archive".to_vec(), "ZIP"),
        (good[..good.len() / 2].to_vec(), "ZIP"),
        (vec![0xd0, 0xcf, 0x11, 0xe0, 0, 0], "password"),
        (broken("<w:document"), "word/document.xml"),
        (broken(&format!("<w:document {NAMESPACES}><w:body>")), "ends before"),
        (broken(&format!("<w:document {NAMESPACES}></w:body>")), "word/document.xml"),
        (broken("<!DOCTYPE x [<!ENTITY a \"b\">]><x/>"), "document type"),
        (broken(&deep), "inside each other"),
        (parts(&[("[Content_Types].xml", macros), ("word/document.xml", "<x/>")]), "macros"),
        (parts(&[("[Content_Types].xml", "<Types/>")]), "no part"),
        (broken("<w:document xmlns:w=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"/>"), "Strict"),
    ];
    for (bytes, why) in cases {
        let error = Template::read("funder.docx", bytes).unwrap_err();
        let found = error.problems[0].found.clone().unwrap_or_default();
        assert!(found.contains(why), "{why}: {found}");
    }
    let none = Template::read("funder.docx", file("<w:p/>", "")).unwrap_err();
    assert_eq!(none.problems[0].code, "template::no_controls");
}

#[test]
fn damaged_files_never_panic() {
    let men = men(&document());
    let good = file(
        &format!(
            "<w:p>{}</w:p><w:tbl><w:tr>{}</w:tr></w:tbl>",
            control(&men.code, "<w:showingPlcHdr/>", "<w:r><w:t>x</w:t></w:r>"),
            control(&men.code, "", "<w:tc/>")
        ),
        "",
    );
    let text = part(&good, "word/document.xml");
    // every cut of the text, and the archive with each byte changed
    for end in (0..text.len()).step_by(7) {
        let _ = filled(parts(&[("word/document.xml", &text[..end])]));
    }
    for place in (0..good.len()).step_by(5) {
        let mut bytes = good.clone();
        bytes[place] ^= 0x55;
        let _ = Template::read("funder.docx", bytes);
    }
}
