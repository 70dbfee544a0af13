//! A REDCap data dictionary in, its questions out.
//!
//! The file that REDCap's designer downloads has headings in words (`Variable / Field Name`), the one of its API has
//! names (`field_name`); both have the same columns. It may have been saved by R, with `NA` for what is blank.

use std::path::Path;

use super::super::super::ReadOptions;
use super::super::super::readers::{self, Records};
use super::super::super::source::Input;
use super::super::super::worker;
use super::super::wording::cleaned;
use crate::error::{Error, Problem};

/// A column of the dictionary: its name in the API, and the words of its heading.
const COLUMNS: [(&str, &[&str]); 18] = [
    ("field_name", &["variable / field name", "variable/field name", "variable", "field name"]),
    ("form_name", &["form name"]),
    ("section_header", &["section header"]),
    ("field_type", &["field type"]),
    ("field_label", &["field label"]),
    ("select_choices_or_calculations", &["choices, calculations, or slider labels", "choices or calculations"]),
    ("field_note", &["field note"]),
    ("text_validation_type_or_show_slider_number", &["text validation type or show slider number", "text validation type"]),
    ("text_validation_min", &["text validation min"]),
    ("text_validation_max", &["text validation max"]),
    ("identifier", &["identifier?", "identifier"]),
    ("branching_logic", &["branching logic (show field only if...)", "branching logic"]),
    ("required_field", &["required field?", "required field"]),
    ("custom_alignment", &["custom alignment"]),
    ("question_number", &["question number (surveys only)", "question number"]),
    ("matrix_group_name", &["matrix group name"]),
    ("matrix_ranking", &["matrix ranking?", "matrix ranking"]),
    ("field_annotation", &["field annotation"]),
];

/// Questions in one project; more are no dictionary.
const MAX_QUESTIONS: usize = 200_000;

/// One row of a dictionary, its wordings in plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Question {
    /// Name of the field.
    pub name: String,
    /// Instrument that it stands on.
    pub form: String,
    /// `text`, `radio`, `checkbox`, `calc` and so on.
    pub kind: String,
    /// What is asked.
    pub label: String,
    /// Code and label of each choice.
    pub choices: Vec<(String, String)>,
    /// The formula of a calculated field, the labels of a slider.
    pub formula: String,
    /// Small print below the field.
    pub note: String,
    /// How text is checked: `integer`, `date_dmy`, `email` and so on.
    pub validation: String,
    /// Least value.
    pub min: String,
    /// Greatest value.
    pub max: String,
    /// Whether it can name a person.
    pub identifier: bool,
    /// When it is shown.
    pub branching: String,
    /// Whether an answer is asked for.
    pub required: bool,
    /// The table of questions that it is a row of.
    pub matrix: String,
    /// Action tags and remarks.
    pub annotation: String,
    /// Line or row of the file.
    pub line: u64,
}

/// The questions of a project in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dictionary {
    /// The questions.
    pub questions: Vec<Question>,
}

/// Where each column of a dictionary stands; `None` where the names are not those of a dictionary.
fn places(header: &[String]) -> Option<[Option<usize>; 18]> {
    let mut places = [None; 18];
    for (place, (name, words)) in places.iter_mut().zip(COLUMNS) {
        *place = header.iter().position(|column| {
            let column = column.trim().to_lowercase();
            column == name || words.contains(&column.as_str())
        });
    }
    (places[0].is_some() && places[1].is_some() && places[3].is_some() && places[4].is_some()).then_some(places)
}

impl Dictionary {
    /// Whether a table with these columns is a dictionary.
    pub(crate) fn is_one(header: &[String]) -> bool {
        places(header).is_some()
    }

    /// Reads the dictionary at `path`, in whatever kind of file it lies.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut input = Input::open(path)?;
        input.hashed = false;
        let mut records = worker::open(readers::choose(&input, None)?, input, &ReadOptions::default())?;
        Self::read(path, records.as_mut())
    }

    /// Reads the dictionary that these records are.
    pub(crate) fn read(path: &Path, records: &mut dyn Records) -> Result<Self, Error> {
        let Some(places) = places(records.header()) else {
            let problem = Problem::new("input::not_a_dictionary", format!("{} is not a REDCap data dictionary", path.display()));
            let problem = problem.found(crate::error::some_of(records.header().iter().map(String::as_str)));
            return Err(Error::input(problem.expected("columns `Variable / Field Name`, `Form Name`, `Field Type`, `Field Label` and so on")));
        };
        let mut questions: Vec<Question> = Vec::new();
        while let Some(batch) = records.next_batch()? {
            for row in 0..batch.rows() {
                let cell = |column: usize| {
                    let text = places.get(column).copied().flatten().map_or("", |place| batch.field_str(row, place)).trim();
                    if text == "NA" { "" } else { text }
                };
                if !cell(0).is_empty() {
                    questions.push(question(cell, batch.lines.get(row).copied().unwrap_or_default()));
                }
            }
            if questions.len() > MAX_QUESTIONS {
                let problem = Problem::new("input::not_a_dictionary", format!("{} has more than {MAX_QUESTIONS} fields", path.display()));
                return Err(Error::input(problem));
            }
        }
        Ok(Self { questions })
    }

    /// The forms in order.
    pub(crate) fn forms(&self) -> Vec<&str> {
        let mut forms: Vec<&str> = Vec::new();
        for question in &self.questions {
            if forms.last() != Some(&question.form.as_str()) && !forms.contains(&question.form.as_str()) {
                forms.push(&question.form);
            }
        }
        forms
    }
}

fn question<'a>(cell: impl Fn(usize) -> &'a str, line: u64) -> Question {
    let kind = cell(3).to_lowercase();
    let choices = match kind.as_str() {
        "radio" | "dropdown" | "checkbox" | "select" => choices(cell(5)),
        "yesno" => vec![("1".into(), "Yes".into()), ("0".into(), "No".into())],
        "truefalse" => vec![("1".into(), "True".into()), ("0".into(), "False".into())],
        _ => Vec::new(),
    };
    Question {
        name: cell(0).to_owned(),
        form: cell(1).to_owned(),
        label: cleaned(cell(4)),
        formula: if choices.is_empty() { cell(5).to_owned() } else { String::new() },
        note: cleaned(cell(6)),
        validation: cell(7).to_lowercase(),
        min: cell(8).to_owned(),
        max: cell(9).to_owned(),
        identifier: yes(cell(10)),
        branching: cell(11).to_owned(),
        required: yes(cell(12)),
        matrix: cell(15).to_owned(),
        annotation: cell(17).to_owned(),
        kind,
        choices,
        line,
    }
}

fn yes(cell: &str) -> bool {
    cell.to_lowercase().starts_with('y')
}

/// `1, Yes | 0, No`: what stands before the first comma is the code. A choice without a comma is its own code.
fn choices(text: &str) -> Vec<(String, String)> {
    let pieces = text.split(['|', '\n']).map(str::trim).filter(|piece| !piece.is_empty());
    let mut choices: Vec<(String, String)> = Vec::new();
    for piece in pieces {
        let (code, label) = piece.split_once(',').map_or((piece, piece), |(code, label)| (code.trim(), label.trim()));
        let label = cleaned(label);
        if !choices.iter().any(|(known, _)| known == code) {
            choices.push((code.to_owned(), if label.is_empty() { code.to_owned() } else { label }));
        }
    }
    choices
}

impl Question {
    /// Names of the columns that a checkbox field has in an export, with code and label: `race___1`, `race____99` for −99.
    pub(crate) fn checkbox_columns(&self) -> impl Iterator<Item = (String, &str, &str)> {
        self.choices.iter().map(|(code, label)| (checkbox_column(&self.name, code), code.as_str(), label.as_str()))
    }

    /// Whether it shows text and takes no answer.
    pub(crate) fn is_descriptive(&self) -> bool {
        self.kind == "descriptive"
    }
}

/// The column of one choice of a checkbox field: letters in lower case, signs as `_`.
pub(super) fn checkbox_column(field: &str, code: &str) -> String {
    let code: String = code.to_lowercase().chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
    format!("{field}___{code}")
}

#[cfg(test)]
mod tests {
    use super::{checkbox_column, choices};

    #[test]
    fn choices_are_split_at_bars_and_the_first_comma() {
        let pairs = |text| choices(text).into_iter().map(|(code, label)| format!("{code}={label}")).collect::<Vec<_>>();
        assert_eq!(pairs("1, Yes, often | 0,No || -9 , <b>Refused</b>"), ["1=Yes, often", "0=No", "-9=Refused"]);
        assert_eq!(pairs("a, A | b | a, again"), ["a=A", "b=b"]);
    }

    #[test]
    fn codes_become_names_of_columns() {
        assert_eq!(
            [("race", "1"), ("race", "-99"), ("x", "UNK"), ("x", "1.5")].map(|(field, code)| checkbox_column(field, code)),
            ["race___1", "race____99", "x___unk", "x___1_5"]
        );
    }
}
