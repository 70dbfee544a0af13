//! Codebooks in, what their fields mean in words out. What is declared, never what was answered.

use super::plan::DatasetPlan;
use crate::disclosure::identifying;
use crate::display::{CodebookWords, FieldWords};
use crate::schema::{Codebook, Field, Kind, Level, kind_word, range_words};

/// The codebook of a dataset.
pub(super) fn words(dataset: &DatasetPlan) -> CodebookWords {
    let book = &dataset.codebook;
    let derived = book.derives.iter().map(|derive| FieldWords {
        name: derive.name.clone(),
        label: derive.label.clone(),
        kind: "derived".into(),
        ..FieldWords::default()
    });
    let general = FieldWords {
        name: "(every field)".into(),
        label: "Codes that mean that there is no answer".into(),
        missing: reasons(book, &book.missing),
        ..FieldWords::default()
    };
    let fields = book.fields.iter().map(|field| field_words(book, field));
    CodebookWords { title: dataset.title.clone(), fields: std::iter::once(general).chain(fields).chain(derived).collect() }
}

fn field_words(book: &Codebook, field: &Field) -> FieldWords {
    let levels = match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } | Kind::Checkboxes { options: levels } => levels.as_slice(),
        _ => &[],
    };
    let range = field.range.map(|(low, high)| range_words(low, high));
    FieldWords {
        name: field.name.clone(),
        label: field.label.clone(),
        question: field.question.clone().filter(|question| *question != field.label).unwrap_or_default(),
        kind: kind_word(&field.kind).to_owned(),
        range: range.into_iter().chain(field.unit.clone()).collect::<Vec<_>>().join(" "),
        levels: public_levels(levels),
        missing: reasons(book, &field.missing),
    }
}

/// What stands for codes that are people's own words.
const OWN_WORDS: &str = "(answers in people's own words)";

/// Codes and labels that may be public. Where several codes have one label and are texts, they are what people wrote: a
/// codebook that was drawn up from a file lists them, and nobody else should.
pub(super) fn public_levels(levels: &[Level]) -> Vec<(String, String)> {
    let is_text = |level: &Level| level.code != level.label && level.code.split_whitespace().count() > 1;
    let is_shared = |level: &Level| levels.iter().filter(|other| other.label == level.label).count() > 1;
    let mut told: Vec<(String, String)> = Vec::new();
    for level in levels {
        let own = is_text(level) && (is_shared(level) || identifying(&level.code).is_some());
        let pair = (if own { OWN_WORDS.to_owned() } else { level.code.clone() }, level.label.clone());
        if !(own && told.contains(&pair)) {
            told.push(pair);
        }
    }
    told
}

/// Codes with the reason that each stands for.
fn reasons(book: &Codebook, codes: &[(String, u8)]) -> Vec<(String, String)> {
    let words = |(code, reason): &(String, u8)| (if code.is_empty() { "(blank)".to_owned() } else { code.clone() }, book.reason(*reason).to_owned());
    codes.iter().map(words).collect()
}
