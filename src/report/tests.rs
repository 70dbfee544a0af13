//! The page of the made-up run: structure, words, and that nothing hidden shows.

use std::collections::BTreeSet;

use super::{Document, compose};
use crate::display::{self, fixture, parts::Block};
use crate::results::short_code;

fn document() -> Document {
    let book = fixture::book();
    compose(&display::word(fixture::table(), &book), &book)
}

fn page() -> String {
    String::from_utf8(document().html().unwrap().bytes().to_vec()).unwrap()
}

#[test]
fn page_is_the_same_each_time_and_calls_nothing() {
    let page = page();
    if let Some(path) = std::env::var_os("RECOVISTA_PAGE") {
        std::fs::write(path, &page).unwrap();
    }
    assert_eq!(page, self::page());
    for call in ["http://", "https://", "<script src", "url(", "fetch(", "XMLHttpRequest", "eval(", "innerHTML =", "@import"] {
        let found: Vec<&str> =
            page.match_indices(call).map(|(at, _)| &page[at..(at + 60).min(page.len())]).filter(|text| !text.contains("www.w3.org")).collect();
        assert!(found.is_empty(), "{call}: {found:?}");
    }
}

#[test]
fn the_page_runs_its_own_script_alone() {
    let page = page();
    let policy = page.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("script-src 'unsafe") && !policy.contains("connect-src") && policy.contains("script-src 'sha256-"), "{policy}");
    assert_eq!(page.matches("<script").count(), 2, "the data and the script");
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<!--") && !page.contains(" onclick=") && !page.contains("javascript:"));
}

#[test]
fn what_only_a_script_can_do_is_not_shown_without_one() {
    let page = page();
    assert!(page.contains("<section class=\"explorer\" id=\"all-figures\" aria-labelledby=\"all-figures-title\" tabindex=\"-1\" hidden>"));
    let outside = page.split("<section class=\"explorer\"").next().unwrap().to_owned()
        + page.split("<div id=\"found\"></div>").nth(1).unwrap().split("<script").next().unwrap();
    assert!(!outside.contains("<button") && !outside.contains("<input"));
}

#[test]
fn every_anchor_is_unique_and_every_link_has_one() {
    let page = page();
    let mut ids = BTreeSet::new();
    for part in page.split(" id=\"").skip(1) {
        let id = part.split('"').next().unwrap();
        assert!(ids.insert(id), "{id} stands twice");
    }
    for part in page.split("href=\"#").skip(1) {
        let target = part.split('"').next().unwrap();
        assert!(ids.contains(target), "nothing is called {target}");
    }
}

#[test]
fn findings_and_titles_are_short() {
    for section in &document().sections {
        assert!(section.finding.split_whitespace().count() <= 14, "{}", section.finding);
        for block in &section.blocks {
            if let Block::Figure(figure) = block {
                assert!(figure.words.title.split_whitespace().count() <= 14, "{}", figure.words.title);
                assert!(!figure.words.title.is_empty() && !figure.words.alt.is_empty() && !figure.table.rows.is_empty());
            }
        }
    }
}

#[test]
fn there_are_three_to_seven_main_points_with_numbers() {
    let points = document().main_points;
    assert!((3..=7).contains(&points.len()), "{}", points.len());
    assert!(points.iter().all(|point| point.sentence.chars().any(|letter| letter.is_ascii_digit())));
}

#[test]
fn a_hidden_figure_has_words_and_no_number() {
    let book = fixture::book();
    let table = display::word(fixture::table(), &book);
    let hidden: Vec<_> = table.rows().iter().filter(|row| row.is_suppressed()).collect();
    assert!(!hidden.is_empty());
    for row in hidden {
        let mut sentence = row.sentence.clone().unwrap();
        for known in row.wave.iter().chain(row.level.iter()).chain(row.groups.values()) {
            sentence = sentence.replace(known.as_str(), "");
        }
        assert!(
            !sentence.chars().any(|letter| letter.is_ascii_digit())
                || row.variable == "race"
                || row.groups.contains_key("month")
                || row.groups.contains_key("hour"),
            "{sentence}"
        );
    }
}

#[test]
fn the_sentences_of_the_field_come_from_rows() {
    let book = fixture::book();
    let table = display::word(fixture::table(), &book);
    let sentences: Vec<&str> = table.rows().iter().filter_map(|row| row.sentence.as_deref()).collect();
    for wanted in [
        "Peer Specialist FTEs per team ranged from 0.5 to 4, with a median of 2 (21 of 52 teams).",
        "61 organizations were counted.",
        "In 2024, 58.0% of members were men (95% interval 55.5% to 60.5%; 890 of 1,535 members).",
        "Mean recovery capital rose from 4.9 in 2022 to 5.1 in 2024 (by 0.20 points; 95% interval 0.14 to 0.26).",
        "There was no clear change in mean psychological distress. It was 1.9 in 2023 and 1.9 in 2024 (change −0.01 points; 95% interval −0.06 to 0.04).",
        "Among 212 people seen twice, mean recovery capital rose by 0.21 points from 2022 to 2024 (95% interval 0.09 to 0.33).",
    ] {
        assert!(
            sentences.contains(&wanted),
            "{wanted}\n{:#?}",
            sentences.iter().filter(|sentence| sentence.get(..12) == wanted.get(..12)).take(5).collect::<Vec<_>>()
        );
    }
}

#[test]
fn every_row_has_a_label_and_a_sentence() {
    let book = fixture::book();
    for row in display::word(fixture::table(), &book).rows() {
        let sentence = row.sentence.as_deref().unwrap_or_default();
        assert!(sentence.ends_with('.') && !sentence.contains("  ") && !sentence.contains('{'), "{}: {sentence}", row.id());
        assert!(row.label.as_deref().is_some_and(|label| !label.is_empty()), "{}", short_code(&row.id()));
    }
}

#[test]
fn the_word_file_is_the_same_each_time() {
    let bytes = document().docx().unwrap();
    if let Some(path) = std::env::var_os("RECOVISTA_DOCX") {
        std::fs::write(path, bytes.bytes()).unwrap();
    }
    assert_eq!(bytes.bytes(), document().docx().unwrap().bytes());
}

#[test]
fn the_workbook_is_the_same_each_time() {
    let bytes = document().xlsx().unwrap();
    if let Some(path) = std::env::var_os("RECOVISTA_XLSX") {
        std::fs::write(path, bytes.bytes()).unwrap();
    }
    assert_eq!(bytes.bytes(), document().xlsx().unwrap().bytes());
}

#[test]
fn every_drawing_of_the_pdf_has_an_alternative_text() {
    let source = super::renderers::source(&document()).unwrap();
    if let Some(path) = std::env::var_os("RECOVISTA_TYP") {
        let path = std::path::PathBuf::from(path);
        std::fs::write(path.join("main.typ"), &source.text).unwrap();
        for (name, text) in &source.files {
            std::fs::write(path.join(name.trim_start_matches('/')), text).unwrap();
        }
    }
    assert_eq!(source.files.len(), document().figures().count());
    assert_eq!(source.text.matches("image(\"/chart-").count(), source.files.len());
    assert_eq!(source.text.matches("pt, alt: \"").count(), source.files.len());
    assert!(source.files.iter().all(|(_, svg)| !svg.contains("var(")));
}

#[cfg(feature = "pdf")]
#[test]
fn a_chart_without_an_alternative_text_stops_the_pdf() {
    let mut document = document();
    let bytes = document.pdf().unwrap();
    assert!(bytes.bytes().starts_with(b"%PDF-") && bytes.bytes() == document.pdf().unwrap().bytes());
    for block in document.sections.iter_mut().flat_map(|section| &mut section.blocks) {
        if let Block::Figure(figure) = block {
            figure.words.alt.clear();
        }
    }
    let error = document.pdf().unwrap_err();
    assert!(error.problems[0].found.as_deref().is_some_and(|found| found.contains("missing alt text")), "{error:?}");
}
