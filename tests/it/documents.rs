//! Word file, workbook and filled template, read back by other means: text and cells against results.csv, structure against what Word asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _, Write as _};

use calamine::{Data, Reader as _, Xlsx};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::annual::{RUN, public, table};
use crate::project::Project;

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut text = String::new();
    archive.by_name(name).unwrap_or_else(|error| panic!("{name}: {error}")).read_to_string(&mut text).expect("text");
    text
}

fn names(bytes: &[u8]) -> Vec<String> {
    let archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    archive.file_names().map(|name| name.expect("a name").into_owned()).collect()
}

fn ended(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, own)| own == ending)
}

fn report() -> Vec<u8> {
    std::fs::read(public(&RUN.0).join("report.docx")).expect("the report")
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().map(|attribute| attribute.expect("an attribute")).find(|attribute| attribute.key.into_inner() == name)?;
    Some(quick_xml::escape::unescape(&found.value).expect("entities").into_owned())
}

/// Start tags of a text, in order; fails where it is not well-formed.
fn elements(text: &str) -> Vec<BytesStart<'_>> {
    let mut reader = Reader::from_str(text);
    let mut found = Vec::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(element) | Event::Empty(element) => found.push(element),
            Event::Eof => return found,
            _ => {}
        }
    }
}

/// Values of an attribute of all elements of a name.
fn values(text: &str, element: &str, name: &str) -> Vec<String> {
    elements(text).iter().filter(|found| found.name().into_inner() == element).filter_map(|found| attribute(found, name)).collect()
}

/// The text of every paragraph with its style.
fn paragraphs(text: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(text);
    let (mut found, mut inside): (Vec<(String, String)>, bool) = (Vec::new(), false);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(element) if element.name().into_inner() == "w:p" => found.push((String::new(), String::new())),
            Event::Start(element) => inside = element.name().into_inner() == "w:t",
            Event::Empty(element) if element.name().into_inner() == "w:pStyle" => {
                found.last_mut().expect("a paragraph").0 = attribute(&element, "w:val").expect("a style");
            }
            Event::End(_) => inside = false,
            Event::Text(words) if inside => found.last_mut().expect("a paragraph").1.push_str(&words),
            Event::GeneralRef(entity) if inside => {
                let letter = match &*entity {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    other => panic!("the entity {other}"),
                };
                found.last_mut().expect("a paragraph").1.push(letter);
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn the_word_file_holds_together() {
    let bytes = report();
    let names = names(&bytes);
    for name in names.iter().filter(|name| ended(name, "xml") || ended(name, "rels")) {
        elements(&part(&bytes, name));
    }
    let body = part(&bytes, "word/document.xml");
    let unique = |values: Vec<String>, what: &str| {
        let set: BTreeSet<&String> = values.iter().collect();
        assert_eq!(set.len(), values.len(), "{what}");
        values
    };
    unique(values(&body, "w:bookmarkStart", "w:id"), "ids of bookmarks");
    unique(values(&body, "wp:docPr", "id"), "ids of drawings");
    let bookmarks: BTreeSet<String> = unique(values(&body, "w:bookmarkStart", "w:name"), "names of bookmarks").into_iter().collect();
    assert!(bookmarks.iter().all(|name| name.len() <= 40), "Word cuts longer names");
    for anchor in values(&body, "w:hyperlink", "w:anchor") {
        assert!(bookmarks.contains(&anchor), "nothing is called {anchor}");
    }
    let fields = values(&body, "w:fldSimple", "w:instr");
    for field in fields.iter().filter_map(|field| field.trim().strip_prefix("REF ")) {
        let target = field.split(' ').next().expect("a target");
        assert!(bookmarks.contains(target), "nothing is called {target}");
    }
    // every relation leads to a part, every style and every picture is there
    let relations = part(&bytes, "word/_rels/document.xml.rels");
    let ids: BTreeSet<String> = values(&relations, "Relationship", "Id").into_iter().collect();
    assert!(values(&relations, "Relationship", "Target").iter().all(|target| names.contains(&format!("word/{target}"))));
    assert!(values(&body, "a:blip", "r:embed").iter().all(|id| ids.contains(id)));
    let styles: BTreeSet<String> = values(&part(&bytes, "word/styles.xml"), "w:style", "w:styleId").into_iter().collect();
    for element in ["w:pStyle", "w:rStyle", "w:tblStyle"] {
        assert!(values(&body, element, "w:val").iter().all(|style| styles.contains(style)), "{element}");
    }
    let core = part(&bytes, "docProps/core.xml");
    assert!(core.contains("2024-12-31T00:00:00Z") && core.contains("<dc:title>Recovery supports in Massachusetts, 2024</dc:title>"));
}

#[test]
fn the_word_file_can_be_read_without_seeing_it() {
    let bytes = report();
    let body = part(&bytes, "word/document.xml");
    // headings begin with the first level and skip none
    let mut level = 0;
    let told = paragraphs(&body);
    for (style, words) in told.iter().filter(|(style, _)| style.starts_with("Heading")) {
        let next: usize = style.trim_start_matches("Heading").parse().expect("a level");
        assert!(next <= level + 1, "{words}");
        assert!(!words.is_empty());
        level = next;
    }
    // the contents name the headings of the first level, in order
    let of = |wanted: &str| told.iter().filter(|(style, _)| style == wanted).map(|(_, words)| words.as_str()).collect::<Vec<_>>();
    assert_eq!(of("TOC1"), of("Heading1"));
    // every chart has a title and says what it shows; charts and tables are counted by fields
    let charts = values(&body, "wp:docPr", "descr");
    assert_eq!(charts.len(), values(&body, "w:drawing", "x").len() + body.matches("<w:drawing>").count());
    assert!(charts.iter().all(|alt| alt.len() > 60) && values(&body, "wp:docPr", "title").iter().all(|title| !title.is_empty()));
    let fields = values(&body, "w:fldSimple", "w:instr");
    let count = |name: &str| fields.iter().filter(|field| field.contains(&format!("SEQ {name} "))).count();
    assert_eq!((count("Figure"), count("Table")), (charts.len(), body.matches("<w:tbl>").count()));
    // the first row of every table is its head, on every page
    for table in body.split("<w:tbl>").skip(1) {
        let first = table.split("</w:tr>").next().expect("a row");
        assert!(first.contains("<w:tblHeader/>"), "{}", &first[..first.len().min(300)]);
    }
    assert_eq!(body.matches("<w:tblCaption ").count(), body.matches("<w:tbl>").count());
}

/// Value of a result as tables write it: one decimal of a percentage.
fn percent(share: f64) -> String {
    // as decimal text, so that no second rounding comes in
    let tenths = (share * 1000.0 + 1e-9).round() / 10.0;
    format!("{tenths:.1}")
}

#[test]
fn shares_in_the_word_file_are_those_of_the_results() {
    let bytes = report();
    let results: BTreeMap<String, BTreeMap<String, String>> =
        table(&public(&RUN.0).join("results.csv")).into_iter().map(|row| (recovista::results::short_code(&row["id"]), row)).collect();
    let body = part(&bytes, "word/document.xml");
    let mut checked = (0, 0);
    for row in body.split("<w:tr>").skip(1) {
        let row = format!("<w:tr>{}</w:tr>", row.split("</w:tr>").next().expect("a row"));
        let cells: Vec<String> = paragraphs(&row).into_iter().map(|(_, words)| words).collect();
        let Some(result) = cells.last().and_then(|code| results.get(code)).filter(|result| result["stat"] == "proportion") else { continue };
        if result["status"].starts_with("suppressed") {
            // What people seen twice did stands in several figures of a row, the coded one first.
            let own = if result["groups"].contains("who=") { 2 } else { cells.len() - 1 };
            assert!(cells[1..own].iter().all(|cell| ["†", "—", "valid", "all"].contains(&cell.as_str())), "{cells:?}");
            checked.1 += 1;
        } else {
            let share: f64 = result["estimate"].parse().expect("a share");
            // The table of where people stand has their number before the share.
            let place = if result["variable"] == "followup_status" { 2 } else { 1 };
            // An interval may stand behind it.
            let told = cells[place].split(" (").next().unwrap_or_default();
            assert_eq!(told.trim_end_matches('*'), percent(share), "{cells:?}");
            checked.0 += 1;
        }
    }
    assert!(checked.0 > 200 && checked.1 > 10, "{checked:?}");
}

fn workbook() -> Xlsx<Cursor<Vec<u8>>> {
    let bytes = std::fs::read(public(&RUN.0).join("results.xlsx")).expect("the workbook");
    Xlsx::new(Cursor::new(bytes)).expect("a workbook")
}

#[test]
fn the_sheet_of_all_figures_is_the_results() {
    let rows = table(&public(&RUN.0).join("results.csv"));
    let sheet = workbook().worksheet_range("All figures").expect("the sheet");
    let mut lines = sheet.rows();
    let heads: Vec<String> = lines.next().expect("heads").iter().map(ToString::to_string).collect();
    let mut compared = 0;
    for (line, row) in lines.zip(&rows) {
        assert_eq!(line[0], Data::String(recovista::results::short_code(&row["id"])));
        for (cell, head) in line.iter().zip(&heads).skip(1) {
            let told = &row[head];
            match cell {
                Data::Empty => assert_eq!(told, "", "{head}"),
                Data::String(text) => assert_eq!(text, told),
                Data::Float(number) => assert_eq!(number.to_bits(), told.parse::<f64>().expect("a number").to_bits(), "{head}"),
                other => panic!("{head}: {other:?}"),
            }
        }
        compared += 1;
    }
    assert_eq!(compared, rows.len());
}

#[test]
fn sheets_hold_numbers_and_hidden_cells_are_empty() {
    let results: BTreeMap<String, BTreeMap<String, String>> =
        table(&public(&RUN.0).join("results.csv")).into_iter().map(|row| (recovista::results::short_code(&row["id"]), row)).collect();
    let mut book = workbook();
    let names = book.sheet_names();
    assert!(names.iter().all(|name| name.chars().count() <= 31 && !name.contains(['[', ']', ':', '*', '?', '/', '\\'])));
    let (mut numbers, mut hidden) = (0, 0);
    for name in names.iter().filter(|name| name.starts_with("Table ")) {
        let sheet = book.worksheet_range(name).expect("the sheet");
        let rows: Vec<&[Data]> = sheet.rows().collect();
        let heads: Vec<String> = rows[5].iter().map(ToString::to_string).collect();
        let Some(code) = heads.iter().position(|head| head == "Code") else { continue };
        for row in &rows[7..] {
            let Some(result) = row.get(code).and_then(|code| results.get(&code.to_string())) else { continue };
            if result["status"].starts_with("suppressed") {
                // A row of a comparison has figures of its own beside the one that is hidden.
                let compares = result["groups"].contains("who=")
                    || result["analysis"] == "six-months" && ["difference", "rate_of_change", "standardized_difference"].contains(&result["stat"].as_str());
                assert!(compares || row.iter().all(|cell| !matches!(cell, Data::Float(_) | Data::Int(_))), "{name}: {row:?}");
                assert!(row.iter().any(|cell| cell.to_string().starts_with("hidden")), "{name}: {row:?}");
                hidden += 1;
            } else if let Ok(estimate) = result["estimate"].parse::<f64>() {
                let numbers_of_row: Vec<f64> = row.iter().filter_map(|cell| if let Data::Float(number) = cell { Some(*number) } else { None }).collect();
                let points = result["unit"] == "percent" && ["difference", "mean_change", "change_part"].contains(&result["stat"].as_str());
                let wanted = if points { estimate * 100.0 } else { estimate };
                // Rows of the follow-up, of a plan and of people seen twice have numbers of people, or the shares that they compare, before their figure.
                let several = ["six-months", "next-wave"].contains(&result["analysis"].as_str()) || result["groups"].contains("who=");
                let looked_at = if several { numbers_of_row.len() } else { 1 };
                let is_there = numbers_of_row.iter().take(looked_at).any(|number| (number - wanted).abs() <= 1e-12 * wanted.abs());
                assert!(is_there, "{name}: {row:?} {wanted}");
                numbers += 1;
            }
        }
    }
    assert!(numbers > 600 && hidden > 20, "{numbers} numbers, {hidden} hidden");
}

#[test]
fn contents_lead_to_every_sheet_and_codebooks_say_what_codes_mean() {
    let mut book = workbook();
    let contents = book.worksheet_range("Contents").expect("the sheet");
    let told: Vec<String> = contents.rows().skip(5).map(|row| row[0].to_string()).collect();
    assert_eq!(told, book.sheet_names()[1..]);
    let codebook = book.worksheet_range("Codebook").expect("the sheet");
    let row = |field: &str, meaning: &str| codebook.rows().any(|row| row[1] == Data::String(field.into()) && row[7] == Data::String(meaning.into()));
    assert!(row("gender", "Female"), "levels stand below their field");
    let bytes = std::fs::read(public(&RUN.0).join("results.xlsx")).expect("the workbook");
    let links = part(&bytes, "xl/worksheets/sheet1.xml");
    assert_eq!(values(&links, "hyperlink", "location").len(), told.len());
    assert!(part(&bytes, "docProps/core.xml").contains("2024-12-31T00:00:00Z"));
    for sheet in 2..=5 {
        assert!(part(&bytes, &format!("xl/worksheets/sheet{sheet}.xml")).contains("state=\"frozen\""), "heads stay in view");
    }
}

/// A Word file of somebody else with a few controls.
fn funder(controls: &[&str]) -> Vec<u8> {
    let control =
        |tag: &&str| format!("<w:p><w:sdt><w:sdtPr><w:tag w:val=\"{tag}\"/></w:sdtPr><w:sdtContent><w:r><w:t>?</w:t></w:r></w:sdtContent></w:sdt></w:p>");
    let body: String = controls.iter().map(control).collect();
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    let document = format!("<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>");
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("[Content_Types].xml", types), ("word/document.xml", &document)] {
        archive.start_file(name, SimpleFileOptions::default()).expect("starts");
        archive.write_all(text.as_bytes()).expect("writes");
    }
    archive.finish().expect("ends").into_inner()
}

const WOMEN: &str = "members.who.gender=Female.proportion";

fn with_template(controls: &[&str]) -> Project {
    let project = Project::new();
    let pipeline = project.read("pipeline.toml");
    project.write("pipeline.toml", format!("{pipeline}[report]\nformats = [\"docx\", \"xlsx\"]\ntemplate = \"funder.docx\"\n").as_bytes());
    project.write("funder.docx", &funder(controls));
    project
}

#[test]
fn a_template_is_filled_and_filled_again() {
    let project = with_template(&[WOMEN, &format!("{WOMEN}.sentence"), "TheirOwn"]);
    let (code, _, said) = project.run("run pipeline.toml --out out");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("report.docx, beside it results.xlsx, funder.docx"), "{said}");
    let filled = std::fs::read(project.path("out/public/funder.docx")).expect("the filled file");
    let told: Vec<String> = paragraphs(&part(&filled, "word/document.xml")).into_iter().map(|(_, words)| words).collect();
    assert_eq!((told[0].as_str(), told[2].as_str()), ("50.0%", "?"));
    assert!(told[1].contains("50.0%") && told[1].ends_with('.'), "{told:?}");
    project.write("funder.docx", &filled);
    assert_eq!(project.run("run pipeline.toml --out out").0, Some(0));
    assert!(std::fs::read(project.path("out/public/funder.docx")).expect("the file") == filled, "a second fill gives the same bytes");
    assert!(project.read("out/public/manifest.json").contains("\"funder.docx\""));
}

#[test]
fn tags_that_name_nothing_stop_the_run_before_anything_is_published() {
    let project = with_template(&["members.who.gendr=Female.proportion", &format!("{WOMEN}.sentense")]);
    let (code, _, said) = project.run("run pipeline.toml --out out");
    assert_eq!(code, Some(2), "{said}");
    assert!(!project.path("out").exists());
    assert!(said.contains("did you mean `members.who.gender=Female.proportion`?") && said.contains(".sentence`?"), "{said}");
}

#[test]
fn a_template_that_is_none_is_told_by_check() {
    let project = with_template(&[]);
    for (bytes, wanted) in [(b"text".to_vec(), "template::unreadable"), (funder(&[]), "template::no_controls")] {
        project.write("funder.docx", &bytes);
        let (code, _, said) = project.run("check pipeline.toml");
        assert!(code == Some(2) && said.contains(wanted), "{said}");
    }
    std::fs::remove_file(project.path("funder.docx")).expect("goes");
    assert_eq!(project.run("check pipeline.toml").0, Some(3));
    project.edit("pipeline.toml", "funder.docx", "funder.pdf");
    assert!(project.run("check pipeline.toml").2.contains("pipeline::bad_template"));
}

#[test]
fn text_that_looks_like_a_formula_is_text() {
    let project = with_template(&[WOMEN]);
    project.edit("book.toml", "label = \"Female\"", "label = \"=HYPERLINK(1)\"");
    project.edit("pipeline.toml", "template = \"funder.docx\"\n", "");
    let (code, _, said) = project.run("run pipeline.toml --out out");
    assert_eq!(code, Some(0), "{said}");
    let bytes = std::fs::read(project.path("out/public/results.xlsx")).expect("the workbook");
    for name in names(&bytes).iter().filter(|name| name.starts_with("xl/worksheets/") && ended(name, "xml")) {
        assert_eq!(elements(&part(&bytes, name)).iter().filter(|element| element.name().into_inner() == "f").count(), 0, "{name}");
    }
    assert!(part(&bytes, "xl/sharedStrings.xml").contains("=HYPERLINK(1)"));
}

#[test]
fn formats_that_are_not_written_are_told() {
    let project = Project::new();
    let pipeline = project.read("pipeline.toml");
    project.write("pipeline.toml", format!("{pipeline}[report]\nformats = [\"odt\"]\n").as_bytes());
    let (code, _, said) = project.run("check pipeline.toml");
    assert!(code == Some(2) && said.contains("html, docx, xlsx or pdf"), "{said}");
    #[cfg(not(feature = "pdf"))]
    {
        project.edit("pipeline.toml", "odt", "pdf");
        let said = project.run("check pipeline.toml").2;
        assert!(said.contains("pipeline::no_pdf") && said.contains("--features pdf"), "{said}");
    }
}
