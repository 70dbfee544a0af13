//! A Qualtrics survey definition (`.qsf`, JSON) in, what its questions ask and what their codes mean out.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::wording::{cleaned, joined};
use crate::error::{Error, Problem};
use crate::frame::{Described, OptionOf, Stored};

/// Bytes of a definition.
const MAX_BYTES: u64 = 64 << 20;

/// An import id such as `2_QID6#1-3-TEXT`: the round of a loop, the question, and the parts of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) round: Option<String>,
    pub(super) question: String,
    pub(super) parts: Vec<String>,
}

impl Import {
    /// Reads an import id; `None` where it is that of no question.
    pub(super) fn of(id: &str) -> Option<Self> {
        let start = id.find("QID")?;
        let round = id.get(..start)?.strip_suffix(['_', '-']);
        if start > 0 && !round.is_some_and(|round| round.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            return None;
        }
        let mut parts = id.get(start..)?.split(['_', '-']).map(str::to_owned);
        let question = parts.next().filter(|question| question.len() > 3)?;
        Some(Self { round: round.map(str::to_owned), question, parts: parts.collect() })
    }

    /// What stands for it in old exports: a name such as `Q3_1`.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let (question, rest) = name.split_once('_').unwrap_or((name, ""));
        let is_number = question.strip_prefix('Q').is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()));
        let parts = rest.split('_').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        is_number.then(|| Self { round: None, question: question.to_owned(), parts })
    }
}

/// What a question is as far as its columns go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One choice.
    Single,
    /// Several choices.
    Several,
    /// One answer to each statement.
    Matrix,
    /// Several answers to each statement.
    MatrixSeveral,
    Text,
    /// A number for each choice: ranks, sums, sliders.
    Numbers,
    Other,
}

#[derive(Debug)]
struct Question {
    tag: String,
    text: String,
    kind: Kind,
    /// Ids of choices (in a matrix: of statements) with their texts.
    choices: Vec<(String, String)>,
    answers: Vec<(String, String)>,
    /// Codes of choices, in a matrix of answers, where they are not the ids.
    codes: BTreeMap<String, String>,
}

/// A survey definition.
#[derive(Debug)]
pub(super) struct Definition {
    questions: BTreeMap<String, Question>,
}

impl Definition {
    /// Reads the file.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |error: std::io::Error| Error::io("read", path, &error);
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(std::fs::File::open(path).map_err(failed)?, MAX_BYTES), &mut bytes).map_err(failed)?;
        let wrong = |found: String| {
            let problem = Problem::new("input::bad_dictionary", format!("{} is no survey definition of Qualtrics", path.display()));
            Error::input(problem.found(found).expected("a .qsf file, as Export survey writes it"))
        };
        let survey: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        let elements = survey.get("SurveyElements").and_then(Value::as_array).ok_or_else(|| wrong("no list SurveyElements".to_owned()))?;
        let mut questions = BTreeMap::new();
        for payload in elements.iter().filter(|element| text(element, "Element") == "SQ").filter_map(|element| element.get("Payload")) {
            let question = Question::of(payload, "");
            for (number, inner) in payload.get("AdditionalQuestions").and_then(Value::as_object).into_iter().flatten() {
                questions.insert(format!("{}#{number}", text(payload, "QuestionID")), Question::of(inner, &question.text));
            }
            questions.insert(text(payload, "QuestionID").to_owned(), question);
        }
        if questions.is_empty() { Err(wrong("no question".to_owned())) } else { Ok(Self { questions }) }
    }

    /// The question and part that a column of an old export is named after.
    pub(super) fn import_of(&self, name: &str) -> Option<Import> {
        let rest = |tag: &str| name.strip_prefix(tag).filter(|rest| !tag.is_empty() && (rest.is_empty() || rest.starts_with('_')));
        let (id, rest) = self.questions.iter().filter_map(|(id, question)| Some((id, rest(&question.tag)?))).min_by_key(|(_, rest)| rest.len())?;
        let parts = rest.split('_').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Some(Import { round: None, question: id.clone(), parts })
    }

    /// What a column holds; `only` is the only text that was met in it. `None` where the definition does not say.
    pub(super) fn describe(&self, import: &Import, name: &str, only: Option<&str>) -> Option<Described> {
        let question = self.questions.get(&import.question)?;
        let is_text = import.parts.iter().any(|part| part == "TEXT");
        let parts: Vec<&str> = import.parts.iter().map(String::as_str).filter(|part| *part != "TEXT").collect();
        let described = if is_text { question.other_text(&parts) } else { question.column(&parts, name, only)? };
        let round = import.round.as_ref().map(|round| format!("round {round}"));
        Some(Described { label: joined(&described.label, round.as_deref().unwrap_or_default()), ..described })
    }
}

impl Question {
    fn of(payload: &Value, above: &str) -> Self {
        let selector = (text(payload, "Selector"), text(payload, "SubSelector"));
        let kind = match (text(payload, "QuestionType"), selector) {
            ("MC", ("MAVR" | "MAHR" | "MACOL" | "MSB", _)) => Kind::Several,
            ("MC", _) => Kind::Single,
            ("Matrix", ("TE", _)) | ("TE", _) => Kind::Text,
            ("Matrix", ("RO" | "CS", _)) | ("RO" | "CS" | "Slider", _) => Kind::Numbers,
            ("Matrix", (_, "MultipleAnswer")) => Kind::MatrixSeveral,
            ("Matrix", _) => Kind::Matrix,
            _ => Kind::Other,
        };
        let codes = payload.get("RecodeValues").and_then(Value::as_object).into_iter().flatten();
        Self {
            tag: text(payload, "DataExportTag").to_owned(),
            text: joined(above, &cleaned(text(payload, "QuestionText"))),
            kind,
            choices: texts(payload, "Choices", "ChoiceOrder"),
            answers: texts(payload, "Answers", "AnswerOrder"),
            codes: codes.map(|(id, code)| (id.clone(), plain(code))).collect(),
        }
    }

    /// The text that goes with a choice, or the answer to an open question.
    fn other_text(&self, parts: &[&str]) -> Described {
        let choice = parts.first().and_then(|id| find(&self.choices, id)).unwrap_or_default();
        Described { label: joined(&self.text, choice), stored: Stored::Text, ..Described::default() }
    }

    fn column(&self, parts: &[&str], name: &str, only: Option<&str>) -> Option<Described> {
        let labelled = |label: String| Described { label, ..Described::default() };
        let list = |levels| Described { separator: Some(",".to_owned()), levels, ..labelled(self.text.clone()) };
        let option = |wording: &str, option: &str| {
            let question = name.rsplit_once('_').map_or(name, |(question, _)| question).to_owned();
            let option_of = OptionOf { question, wording: wording.to_owned(), option: option.to_owned() };
            let levels = vec![(only.unwrap_or("1").to_owned(), option.to_owned())];
            Described { option_of: Some(option_of), levels, ..labelled(joined(wording, option)) }
        };
        let statement = |id: &str| Some(joined(&self.text, find(&self.choices, id)?));
        match (self.kind, parts) {
            (Kind::Single, []) => Some(Described { levels: self.coded(&self.choices), ..labelled(self.text.clone()) }),
            (Kind::Several, []) => Some(list(self.coded(&self.choices))),
            (Kind::Several, [id]) => Some(option(&self.text, find(&self.choices, id)?)),
            (Kind::Matrix, [id]) => Some(Described { levels: self.coded(&self.answers), ..labelled(statement(id)?) }),
            (Kind::MatrixSeveral, [id]) => Some(Described { label: statement(id)?, ..list(self.coded(&self.answers)) }),
            (Kind::MatrixSeveral, [id, answer]) => Some(option(&statement(id)?, find(&self.answers, answer)?)),
            (Kind::Numbers, [id]) => Some(Described { stored: Stored::Number, ..labelled(statement(id)?) }),
            (Kind::Text, _) => Some(self.other_text(parts)),
            _ => None,
        }
    }

    /// Codes and texts.
    fn coded(&self, of: &[(String, String)]) -> Vec<(String, String)> {
        of.iter().map(|(id, text)| (self.codes.get(id).unwrap_or(id).clone(), text.clone())).collect()
    }
}

fn find<'a>(texts: &'a [(String, String)], id: &str) -> Option<&'a str> {
    texts.iter().find(|(known, _)| known == id).map(|(_, text)| text.as_str())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A text or a number as text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Ids and texts of choices or answers in the order of the survey; Qualtrics writes a list where the ids are 0, 1, 2.
fn texts(payload: &Value, key: &str, order: &str) -> Vec<(String, String)> {
    let display = |value: &Value| cleaned(text(value, "Display"));
    let mut texts: Vec<(String, String)> = match payload.get(key) {
        Some(Value::Object(choices)) => choices.iter().map(|(id, choice)| (id.clone(), display(choice))).collect(),
        Some(Value::Array(choices)) => choices.iter().enumerate().map(|(id, choice)| (id.to_string(), display(choice))).collect(),
        _ => Vec::new(),
    };
    let order: Vec<String> = payload.get(order).and_then(Value::as_array).into_iter().flatten().map(plain).collect();
    texts.sort_by_key(|(id, _)| (order.iter().position(|known| known == id).unwrap_or(usize::MAX), id.parse::<u32>().unwrap_or(u32::MAX)));
    texts
}

#[cfg(test)]
mod tests {
    use super::Import;

    #[test]
    fn import_ids_have_rounds_and_parts() {
        let import = |round: Option<&str>, question: &str, parts: &[&str]| {
            Some(Import { round: round.map(str::to_owned), question: question.to_owned(), parts: parts.iter().map(|part| (*part).to_owned()).collect() })
        };
        assert_eq!(Import::of("QID6#1-1"), import(None, "QID6#1", &["1"]));
        assert_eq!(Import::of("2_QID15_4_TEXT"), import(Some("2"), "QID15", &["4", "TEXT"]));
        assert_eq!([Import::of("startDate"), Import::of("my-QID"), Import::of("QID")], [None, None, None]);
    }
}
