//! Column names and what a file says about its columns in, the first draft of a codebook out.
//!
//! Nothing is guessed from values here: labels, value labels, missing codes and groups of option columns are the
//! file's own words. `schema import` writes the draft as it is; `schema infer` looks at the values and corrects it.

use std::collections::{BTreeMap, BTreeSet};

use super::codebook::{Codebook, Field, Kind, Level, declared_or_known, usual_missing};
use super::number::{Decimal, range_words};
use super::write::Comments;
use crate::frame::{Described, Stored};

/// Options of one question.
pub(super) const MAX_OPTIONS: usize = 64;
/// Characters of a label; what is longer is the wording of the question.
const LABEL_CHARS: usize = 80;
/// Characters of a name that is made from a wording.
const NAME_CHARS: usize = 40;

/// The fields of a file in the order of its columns, each question with several option columns once. Id, title, unit and key are left to the caller.
pub(crate) fn from_described(header: &[String], described: &[Described]) -> (Codebook, Comments) {
    let mut book = Codebook { missing: usual_missing(), ..Codebook::default() };
    let mut comments = Comments::default();
    let silent = Described::default();
    let about = |column: usize| described.get(column).unwrap_or(&silent);
    let groups = groups(header, described);
    let mut stems: BTreeMap<&str, usize> = BTreeMap::new();
    for (column, header_name) in header.iter().enumerate() {
        if let Some((stem, _)) = stem_and_row(wording(header_name, about(column))) {
            *stems.entry(stem).or_default() += 1;
        }
    }
    let mut names = Names::default();
    for (column, header_name) in header.iter().enumerate() {
        let described = about(column);
        let question = described.option_of.as_ref().map(|option| option.question.as_str());
        let group = question.and_then(|question| groups.get(question)).filter(|columns| columns.len() <= MAX_OPTIONS);
        let field = match (group, &described.option_of) {
            (Some(columns), Some(_)) if columns.first() != Some(&column) => continue,
            (Some(columns), Some(option)) => checkboxes(names.unique(&option.question), header, columns, about),
            _ => one_column(&mut book, names.unique(header_name), header_name, described, &stems),
        };
        if described.platform {
            comments.add(&field.name, "the survey platform fills this column");
        }
        for (low, high, reason) in &described.missing_ranges {
            comments.add(&field.name, format!("the file counts {} as no answer: {reason}", range_words(*low, *high)));
        }
        book.fields.push(field);
    }
    (book, comments)
}

/// The columns of each question with several answers.
fn groups<'a>(header: &[String], described: &'a [Described]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (column, described) in described.iter().enumerate().take(header.len()) {
        if let Some(option) = &described.option_of {
            groups.entry(&option.question).or_default().push(column);
        }
    }
    groups
}

fn checkboxes<'a>(name: String, header: &[String], columns: &[usize], about: impl Fn(usize) -> &'a Described) -> Field {
    let label = |column: usize| about(column).option_of.as_ref().map(|option| option.option.clone()).filter(|label| !label.is_empty());
    let option = |column: usize| header.get(column).map(|name| Level { code: name.clone(), label: label(column).unwrap_or_else(|| name.clone()), band: None });
    let options = columns.iter().filter_map(|column| option(*column)).collect();
    let wording = columns.iter().find_map(|column| about(*column).option_of.as_ref().map(|option| option.wording.trim()).filter(|wording| !wording.is_empty()));
    let (label, question) = worded(wording.unwrap_or_default(), &name);
    Field { columns: vec![name.clone()], name, label, question, kind: Kind::Checkboxes { options }, ..Field::default() }
}

/// What a column asks: what the file says, or its name where that is no single word.
fn wording<'a>(column: &'a str, described: &'a Described) -> &'a str {
    match described.label.trim() {
        "" if column.trim().contains(char::is_whitespace) => column.trim(),
        label => label,
    }
}

/// The question of a matrix and its row: `How sure are you? – Cooking`, `How sure are you? [Cooking]`.
fn stem_and_row(wording: &str) -> Option<(&str, &str)> {
    let in_brackets = || wording.strip_suffix(']')?.rsplit_once('[');
    let parts = in_brackets().or_else(|| wording.rsplit_once(" – ")).or_else(|| wording.rsplit_once(" - "));
    parts.map(|(stem, row)| (stem.trim(), row.trim())).filter(|(stem, row)| !stem.is_empty() && !row.is_empty())
}

fn one_column(book: &mut Codebook, name: String, column: &str, described: &Described, stems: &BTreeMap<&str, usize>) -> Field {
    let mut levels: Vec<Level> = Vec::new();
    for (code, label) in &described.levels {
        if described.missing_reason(code).is_none() && !levels.iter().any(|level| level.code == *code) {
            levels.push(Level { code: code.clone(), label: if label.is_empty() { code.clone() } else { label.clone() }, band: None });
        }
    }
    let kind = match described.stored {
        _ if !levels.is_empty() && described.separator.is_some() => Kind::Split { separator: described.separator.clone().unwrap_or_default(), levels },
        _ if !levels.is_empty() => Kind::Category { levels, ordered: false },
        Stored::Number | Stored::CommaNumber => Kind::Number,
        Stored::Date => Kind::Date,
        Stored::Datetime => Kind::Datetime,
        Stored::Unknown | Stored::Text => Kind::Text,
    };
    let mut known = BTreeSet::new();
    let codes = described.missing.iter().filter(|(code, _)| known.insert(code));
    let missing = codes.map(|(code, reason)| (code.clone(), declared_or_known(reason, &mut book.reasons))).collect();
    let wording = wording(column, described);
    // Only a question that other columns share is a matrix: a dash may stand in any wording.
    let row = stem_and_row(wording).filter(|(stem, _)| stems.get(stem).is_some_and(|columns| *columns > 1)).map(|(_, row)| row);
    let (label, question) = row.map_or_else(|| worded(wording, &name), |row| (shortened(row), Some(wording.to_owned())));
    let decimal = if described.stored == Stored::CommaNumber { Decimal::Comma } else { Decimal::Point };
    Field { columns: vec![column.to_owned()], name, label, question, kind, missing, decimal, ..Field::default() }
}

/// Label and question of a wording: a short one that asks nothing is a label.
pub(super) fn worded(wording: &str, name: &str) -> (String, Option<String>) {
    let wording = wording.trim();
    let long = wording.chars().count() > LABEL_CHARS;
    match wording {
        "" => (name.replace('_', " "), None),
        _ if long => (shortened(wording), Some(wording.to_owned())),
        _ if wording.ends_with('?') => (wording.to_owned(), Some(wording.to_owned())),
        _ => (wording.to_owned(), None),
    }
}

/// A wording as a label: a long one ends with its question, or after a word.
fn shortened(wording: &str) -> String {
    let Some((end, _)) = wording.char_indices().nth(LABEL_CHARS) else { return wording.to_owned() };
    let head = wording.get(..end).unwrap_or(wording);
    if let Some(end) = head.rfind('?').filter(|end| *end >= LABEL_CHARS / 4) {
        return head.get(..=end).unwrap_or(head).to_owned();
    }
    let words = head.rsplit_once(char::is_whitespace).map_or(head, |(words, _)| words);
    format!("{}…", words.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != ')'))
}

/// Names given so far.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name for a column that no other field has.
    pub(super) fn unique(&mut self, column: &str) -> String {
        let name = free_of_reserved(field_name(column));
        let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !self.0.contains(name)).unwrap_or(name);
        self.0.insert(free.clone());
        free
    }
}

/// Names that every analysis has of its own: the wave of a row, and the people behind a figure.
const RESERVED: [&str; 2] = ["wave", "people"];

/// The same name where no analysis has it of its own.
pub(crate) fn free_of_reserved(name: String) -> String {
    if RESERVED.contains(&name.as_str()) { format!("{name}_in_file") } else { name }
}

/// A name that can stand in a condition or a formula: the column's own where it is one word, else words of it joined by `_`.
pub(crate) fn field_name(column: &str) -> String {
    let is_word = |name: &str| name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let column = column.trim();
    if !column.is_empty() && is_word(column) && !column.starts_with(|letter: char| letter.is_ascii_digit()) && column.chars().count() <= LABEL_CHARS {
        return column.to_owned();
    }
    let mut name = String::new();
    for word in column.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !name.is_empty() && name.chars().count() + word.chars().count() >= NAME_CHARS {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name.extend(word.chars().take(NAME_CHARS).flat_map(char::to_lowercase));
    }
    if name.is_empty() || name.starts_with(|letter: char| letter.is_ascii_digit()) { format!("q_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::OptionOf;
    use crate::schema::write::write;

    fn option(option: &str) -> Described {
        let option_of = OptionOf { question: "race".into(), wording: "Race (all that apply)".into(), option: option.into() };
        Described { option_of: Some(option_of), stored: Stored::Number, ..Described::default() }
    }

    #[test]
    fn labels_levels_reasons_and_option_columns_become_fields() {
        let header = ["id", "race___1", "How old are you?", "race___2", "k6"].map(String::from);
        let levels = [("1", "Yes"), ("2", "No"), ("9", "Lost")].map(|(code, label)| (code.to_owned(), label.to_owned())).to_vec();
        let coded = Described {
            levels,
            missing: vec![("9".into(), "Lost".into()), ("8".into(), "Refused".into())],
            missing_ranges: vec![(90.0, 99.0, "missing".into())],
            ..Described::default()
        };
        let age = Described { label: "How old are you?".into(), stored: Stored::Number, ..Described::default() };
        let described = [Described { platform: true, ..Described::default() }, option("Asian"), age, option("White"), coded];
        let (mut book, comments) = from_described(&header, &described);
        (book.id, book.title, book.unit) = ("a".into(), "A".into(), "people".into());
        let text = write(&book, &comments);
        let (again, problems) = Codebook::parse("a.toml", &text);
        assert!(problems.is_empty(), "{problems:#?}");
        assert_eq!(book, again);
        let names: Vec<&str> = book.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["id", "race", "how_old_are_you", "k6"]);
        assert_eq!((book.levels_of("race"), book.levels_of("k6")), (vec!["Asian", "White"], vec!["Yes", "No"]));
        assert_eq!(
            book.fields[3].missing.iter().map(|(code, reason)| (code.as_str(), book.reason(*reason))).collect::<Vec<_>>(),
            [("9", "Lost"), ("8", "refused")]
        );
        assert!(text.contains("# the survey platform fills this column\n") && text.contains("# the file counts 90 to 99 as no answer: missing\n"));
        assert!(text.contains("column = \"How old are you?\"\nlabel = \"How old are you?\"\nquestion = "));
    }

    #[test]
    fn labels_are_whole_words_and_rows_of_a_matrix() {
        let long = "Please tell us about the ways in which you have used the services of the center since you first came here";
        let asked = "Which of these films have you seen? Please select all that apply, and leave out those you only heard of.";
        let header = ["How sure are you? [Cooking]", "How sure are you? [Sewing]", "Pay - weekly", "A b", "c_d", long, asked].map(String::from);
        let (book, _) = from_described(&header, &[]);
        let labels: Vec<&str> = book.fields.iter().map(|field| field.label.as_str()).collect();
        let cut = "Please tell us about the ways in which you have used the services of the center…";
        assert_eq!(labels, ["Cooking", "Sewing", "Pay - weekly", "A b", "c d", cut, "Which of these films have you seen?"]);
        assert_eq!((book.fields[0].question.as_deref(), book.fields[5].question.as_deref()), (Some(header[0].as_str()), Some(long)));
    }

    #[test]
    fn names_are_words_and_unique() {
        assert_eq!(
            ["Q1", "1. Age?", "  ", "Wie geht es Ihnen heute, und wie ging es Ihnen gestern?"].map(field_name),
            ["Q1", "q_1_age", "q_", "wie_geht_es_ihnen_heute_und_wie_ging_es"]
        );
        let mut names = Names::default();
        assert_eq!(["a b", "a_b", "a-b"].map(|name| names.unique(name)), ["a_b", "a_b_2", "a_b_3"]);
    }
}
