//! Codebooks in, what their fields mean in words out. What is declared, never what was answered.

use super::plan::DatasetPlan;
use crate::display::{CodebookWords, FieldWords};
use crate::schema::{Codebook, Field, Kind, kind_word, range_words};

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
        levels: levels.iter().map(|level| (level.code.clone(), level.label.clone())).collect(),
        missing: reasons(book, &field.missing),
    }
}

/// Codes with the reason that each stands for.
fn reasons(book: &Codebook, codes: &[(String, u8)]) -> Vec<(String, String)> {
    let words = |(code, reason): &(String, u8)| (if code.is_empty() { "(blank)".to_owned() } else { code.clone() }, book.reason(*reason).to_owned());
    codes.iter().map(words).collect()
}
