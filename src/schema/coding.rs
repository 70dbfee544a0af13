//! Coding tables: what people wrote beside "other" in, the level that it means out.
//!
//! Texts are compared without case and without blanks around or between words that are more than one. What no table
//! knows is kept with a count, so that the table can grow.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::codebook::Field;
use crate::config::Table;
use crate::error::{Problem, closest, some_of};

/// The column of texts that belongs to a question with set answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Other {
    /// Column of the file.
    pub column: String,
    /// File with the columns `text` and `level`, beside the codebook.
    pub coding: String,
    /// The answer that asks for a text.
    pub level: String,
    known: Arc<OnceLock<BTreeMap<String, String>>>,
}

impl Other {
    /// Reads `other = { column = …, coding = …, level = … }`.
    pub(super) fn read(table: &Table<'_>) -> Self {
        Self {
            column: table.required_text("column"),
            coding: table.required_text("coding"),
            level: table.text("level").unwrap_or_else(|| "Other".to_owned()),
            known: Arc::default(),
        }
    }

    /// The level that a text means.
    pub(super) fn level_of(&self, folded: &str) -> Option<&str> {
        self.known.get()?.get(folded).map(String::as_str)
    }

    /// Takes the table: file, then line, text and level of each entry.
    pub(crate) fn fill(&self, field: &Field, labels: &[&str], file: &str, entries: &[(u64, String, String)]) -> Vec<Problem> {
        let (mut known, mut problems): (BTreeMap<String, (String, u64)>, Vec<Problem>) = (BTreeMap::new(), Vec::new());
        for (line, text, word) in entries {
            let place = format!("{file}:{line}");
            let Some(label) = label(field, labels, word) else {
                let mut problem = Problem::new("coding::unknown_level", format!("`{}` has no level `{word}`", field.name)).at(place);
                problem.help = closest(word, labels.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                problems.push(problem.expected(some_of(labels.iter().copied())));
                continue;
            };
            match known.insert(fold(text), (label.to_owned(), *line)) {
                Some((other, first)) if other != label => {
                    let problem = Problem::new("coding::contradiction", format!("`{}` means two levels", text.trim())).at(place);
                    problems.push(problem.found(format!("`{label}`, and `{other}` on line {first}")).expected("one level for a text"));
                }
                _ => {}
            }
        }
        let _ = self.known.set(known.into_iter().map(|(text, (level, _))| (text, level)).collect());
        problems
    }
}

/// The label of a level that is named by label or code.
fn label<'a>(field: &'a Field, labels: &[&'a str], word: &str) -> Option<&'a str> {
    use super::codebook::Kind::{Category, Checkboxes, Split};
    let word = word.trim();
    let (Category { levels, .. } | Split { levels, .. } | Checkboxes { options: levels }) = &field.kind else { return None };
    labels.iter().copied().find(|label| *label == word).or_else(|| levels.iter().find(|level| level.code == word).map(|level| level.label.as_str()))
}

/// A text as tables are searched: lowercase, one blank between words.
pub(super) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_without_case_and_blanks() {
        assert_eq!(fold("  Non  Binary\t"), "non binary");
        assert_eq!(fold("ÉTUDIANT"), "étudiant");
    }
}
