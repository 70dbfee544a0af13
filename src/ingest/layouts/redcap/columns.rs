//! The column names of an export and the project's dictionary in, what each column is out.
//!
//! Without a dictionary the names tell most of it: `redcap_event_name`, `race___1`, `intake_complete`. With one, names
//! of another language or wordings instead of names (exports with labels as headers) are found as well, and every
//! column gets its label, its choices and its instrument.

use std::collections::{HashMap, HashSet};

use super::super::wording::cleaned;
use super::dictionary::{Dictionary, Question, checkbox_column};
use crate::frame::{Described, OptionOf, Stored};

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// An answer.
    Answer,
    /// The record's name.
    Record,
    /// The event.
    Event,
    /// The repeating instrument that the row belongs to.
    Instrument,
    /// Number of the repetition.
    Instance,
    /// Written by the platform: data access group, survey identifier.
    System,
    /// When a survey was submitted.
    Timestamp,
    /// Whether a form is complete: 0, 1, 2, or blank where nobody opened it.
    Complete,
    /// One choice of a checkbox field.
    Checkbox,
    /// A missing-data code of a checkbox field: ticked, it says why the field has no answer.
    CheckboxMissing,
}

/// One column of the export.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// The name that REDCap gives it, also where the file has the wording.
    pub(super) name: String,
    pub(super) role: Role,
    /// Instrument, as a position in `Project::forms`.
    pub(super) form: Option<usize>,
    pub(super) described: Described,
    /// Code that a `CheckboxMissing` column stands for, and the field that it is of.
    pub(super) missing_code: String,
    pub(super) missing_of: String,
    /// Whether the dictionary has it.
    pub(super) known: bool,
}

/// What the names of an export and the dictionary tell.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) columns: Vec<Column>,
    /// Names of the instruments.
    pub(super) forms: Vec<String>,
    pub(super) record: usize,
    pub(super) event: Option<usize>,
    pub(super) instrument: Option<usize>,
    pub(super) instance: Option<usize>,
}

/// Names and headings of the columns that the platform adds.
const SYSTEM: [(&str, &str, Role); 5] = [
    ("redcap_event_name", "Event Name", Role::Event),
    ("redcap_repeat_instrument", "Repeat Instrument", Role::Instrument),
    ("redcap_repeat_instance", "Repeat Instance", Role::Instance),
    ("redcap_data_access_group", "Data Access Group", Role::System),
    ("redcap_survey_identifier", "Survey Identifier", Role::System),
];

/// The codes for missing data that REDCap proposes, with their labels.
pub(super) const MISSING_CODES: [(&str, &str); 18] = [
    ("NI", "No information"),
    ("INV", "Invalid"),
    ("UNK", "Unknown"),
    ("NASK", "Not asked"),
    ("ASKU", "Asked but unknown"),
    ("NAV", "Temporarily unavailable"),
    ("MSK", "Masked"),
    ("NA", "Not applicable"),
    ("NAVU", "Not available"),
    ("NP", "Not present"),
    ("QS", "Sufficient quantity"),
    ("QI", "Insufficient quantity"),
    ("TRC", "Trace"),
    ("UNC", "Unencoded"),
    ("DER", "Derived"),
    ("PINF", "Positive infinity"),
    ("NINF", "Negative infinity"),
    ("OTH", "Other"),
];

/// The role of a column that the platform adds, by name or heading.
pub(super) fn system_role(name: &str) -> Option<(&'static str, Role)> {
    SYSTEM.iter().find(|(known, heading, _)| *known == name || *heading == unnumbered(name)).map(|(known, _, role)| (*known, *role))
}

/// A heading without the number that a repeated one got.
fn unnumbered(name: &str) -> &str {
    let (stem, number) = name.rsplit_once("__").unwrap_or((name, ""));
    if !stem.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) { stem } else { name }
}

/// Whether the name is that of one choice of a checkbox field.
pub(super) fn is_checkbox(name: &str) -> bool {
    let raw = name.split_once("___").is_some_and(|(field, code)| {
        let word = |text: &str| text.chars().all(|letter| letter == '_' || letter.is_alphanumeric());
        field.starts_with(|letter: char| letter.is_ascii_lowercase()) && !code.is_empty() && word(field) && word(code)
    });
    raw || choice_heading(name).is_some()
}

/// Wording and choice of a heading such as `Race (choice=White)`.
fn choice_heading(name: &str) -> Option<(&str, &str)> {
    let (wording, choice) = unnumbered(name).rsplit_once("(choice=")?;
    Some((wording.trim(), choice.strip_suffix(')')?.trim()))
}

/// Whether the name is that of a form's state.
pub(super) fn is_complete(name: &str) -> bool {
    name.strip_suffix("_complete").is_some_and(|form| !form.is_empty()) || is_unnamed_state(name)
}

/// Whether the heading is that of a form's state, which does not name the form.
pub(super) fn is_unnamed_state(name: &str) -> bool {
    unnumbered(name) == "Complete?"
}

/// Name and meaning of every column that an export without events and surveys has.
pub(super) fn all_columns(dictionary: &Dictionary) -> Vec<(String, Described)> {
    let forms: Vec<String> = dictionary.forms().into_iter().map(str::to_owned).collect();
    let columns = expected(dictionary, &forms).iter().filter(|expected| expected.role != Role::Timestamp).map(of_dictionary).collect::<Vec<_>>();
    columns.into_iter().map(|column| (column.name, column.described)).collect()
}

/// What a dictionary expects in an export, in its order.
struct Expected<'a> {
    name: String,
    heading: String,
    role: Role,
    form: usize,
    question: Option<&'a Question>,
    choice: Option<&'a str>,
}

impl Project {
    /// Finds out what each column is.
    pub(super) fn of(header: &[String], dictionary: Option<&Dictionary>) -> Self {
        let forms: Vec<String> = dictionary.map_or_else(|| forms_in(header), |dictionary| dictionary.forms().into_iter().map(str::to_owned).collect());
        let expected = dictionary.map(|dictionary| expected(dictionary, &forms)).unwrap_or_default();
        let found = matched(header, &expected);
        let mut columns: Vec<Column> = header
            .iter()
            .zip(&found)
            .map(|(name, place)| match place.and_then(|place| expected.get(place)) {
                Some(expected) => of_dictionary(expected),
                None => of_name(name, dictionary),
            })
            .collect();
        if dictionary.is_none() {
            assign_forms(&mut columns, &forms);
        }
        unique_names(&mut columns, header);
        let find = |role: Role| columns.iter().position(|column| column.role == role);
        let (event, instrument, instance) = (find(Role::Event), find(Role::Instrument), find(Role::Instance));
        let by_name = |name: &str| columns.iter().position(|column| column.name == name);
        let first = dictionary.and_then(|dictionary| dictionary.questions.first()).and_then(|question| by_name(&question.name));
        let record = first.or_else(|| by_name("record_id")).unwrap_or(0);
        if let Some(column) = columns.get_mut(record).filter(|column| column.role == Role::Answer) {
            column.role = Role::Record;
        }
        let mut project = Self { columns, forms, record, event, instrument, instance };
        project.add_missing_codes();
        project
    }

    /// Columns whose text has a code only: neither free text nor the platform's.
    pub(super) fn is_coded(&self, column: usize) -> bool {
        self.columns.get(column).is_some_and(|column| column.role == Role::Answer && !column.described.levels.is_empty())
    }

    /// Missing-data codes that the columns of checkbox fields give away are codes of every answer.
    fn add_missing_codes(&mut self) {
        let mut codes: Vec<(String, String)> = Vec::new();
        for column in self.columns.iter().filter(|column| column.role == Role::CheckboxMissing) {
            let code = &column.missing_code;
            if !codes.iter().any(|(known, _)| known == code) {
                codes.push((code.clone(), missing_reason(code)));
            }
        }
        for column in &mut self.columns {
            if matches!(column.role, Role::Answer | Role::Checkbox) {
                let levels = &column.described.levels;
                column.described.missing.extend(codes.iter().filter(|(code, _)| !levels.iter().any(|(level, _)| level == code)).cloned());
            }
        }
    }
}

/// What a missing-data code means where REDCap proposes it.
pub(super) fn missing_reason(code: &str) -> String {
    let known = MISSING_CODES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code));
    known.map_or_else(|| "missing".to_owned(), |(_, label)| label.to_lowercase())
}

/// The instruments in the order of their last columns.
fn forms_in(header: &[String]) -> Vec<String> {
    header.iter().filter(|name| is_complete(name)).map(|name| name.strip_suffix("_complete").unwrap_or(name).to_owned()).collect()
}

/// In an export every instrument ends with its state, so that what stands before it is of that instrument.
fn assign_forms(columns: &mut [Column], forms: &[String]) {
    let mut form = forms.len();
    for column in columns.iter_mut().rev() {
        if column.role == Role::Complete {
            form = form.saturating_sub(1);
        }
        if !matches!(column.role, Role::Record | Role::Event | Role::Instrument | Role::Instance | Role::System) {
            column.form = Some(form).filter(|form| *form < forms.len());
        }
        let stem = column.name.strip_suffix("_timestamp");
        if column.role == Role::Answer
            && let Some(of) = stem.and_then(|stem| forms.iter().position(|form| form == stem))
        {
            (column.role, column.form) = (Role::Timestamp, Some(of));
            (column.described.stored, column.described.platform) = (Stored::Datetime, true);
        }
    }
}

/// Names that the dictionary gave twice stay as they are in the file.
fn unique_names(columns: &mut [Column], header: &[String]) {
    let mut taken: HashSet<String> = HashSet::new();
    for (column, name) in columns.iter_mut().zip(header) {
        if !taken.insert(column.name.clone()) {
            column.name.clone_from(name);
            let mut number = 2_u32;
            while !taken.insert(column.name.clone()) {
                column.name = format!("{name}__{number}");
                number = number.saturating_add(1);
            }
        }
    }
}

fn expected<'a>(dictionary: &'a Dictionary, forms: &[String]) -> Vec<Expected<'a>> {
    let mut expected: Vec<Expected<'a>> = Vec::new();
    let of_form = |form: usize, ending: &str, heading: &str, role: Role| {
        let name = format!("{}_{ending}", forms.get(form).map_or("", String::as_str));
        Expected { name, heading: heading.to_owned(), role, form, question: None, choice: None }
    };
    let mut last = None;
    for (position, question) in dictionary.questions.iter().enumerate() {
        let form = forms.iter().position(|form| *form == question.form).unwrap_or_default();
        if last != Some(form) {
            expected.extend(last.map(|form| of_form(form, "complete", "Complete?", Role::Complete)));
            if position > 0 {
                expected.push(of_form(form, "timestamp", "Survey Timestamp", Role::Timestamp));
            }
            last = Some(form);
        }
        if question.is_descriptive() {
            continue;
        }
        if question.kind == "checkbox" {
            expected.extend(question.checkbox_columns().map(|(name, _, choice)| {
                let heading = format!("{} (choice={choice})", question.label);
                Expected { name, heading, role: Role::Checkbox, form, question: Some(question), choice: Some(choice) }
            }));
        } else {
            let (name, heading) = (question.name.clone(), question.label.clone());
            expected.push(Expected { name, heading, role: Role::Answer, form, question: Some(question), choice: None });
        }
        if position == 0 {
            expected.push(of_form(form, "timestamp", "Survey Timestamp", Role::Timestamp));
        }
    }
    expected.extend(last.map(|form| of_form(form, "complete", "Complete?", Role::Complete)));
    expected
}

/// For each column the place in what is expected, by name; where hardly any name is known, by wording and order.
fn matched(header: &[String], expected: &[Expected<'_>]) -> Vec<Option<usize>> {
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (place, expected) in expected.iter().enumerate() {
        by_name.entry(&expected.name).or_insert(place);
    }
    let named: Vec<Option<usize>> = header.iter().map(|name| by_name.get(name.as_str()).copied()).collect();
    if expected.is_empty() || named.iter().flatten().count() * 2 >= header.len().min(expected.len()) {
        return named;
    }
    let mut by_heading: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, expected) in expected.iter().enumerate() {
        by_heading.entry(cleaned(&expected.heading)).or_default().push(place);
    }
    let mut next = 0;
    let mut used = HashSet::new();
    let mut place_of = |heading: &str| {
        let places = by_heading.get(&cleaned(unnumbered(heading))).or_else(|| by_heading.get(&cleaned(heading)))?;
        let free = |place: &&usize| !used.contains(*place);
        let place = *places.iter().filter(free).find(|place| **place >= next).or_else(|| places.iter().find(free))?;
        used.insert(place);
        next = place;
        Some(place)
    };
    header.iter().zip(named).map(|(name, named)| named.or_else(|| place_of(name))).collect()
}

fn of_dictionary(expected: &Expected<'_>) -> Column {
    let mut described = match expected.role {
        Role::Complete => complete_described(&expected.name),
        Role::Timestamp => Described { label: "Survey submitted".to_owned(), stored: Stored::Datetime, platform: true, ..Described::default() },
        _ => expected.question.map(about).unwrap_or_default(),
    };
    if let (Some(question), Some(choice)) = (expected.question, expected.choice) {
        described.option_of = Some(OptionOf { question: question.name.clone(), wording: question.label.clone(), option: choice.to_owned() });
        described.levels = checked();
    }
    let (name, role) = (expected.name.clone(), expected.role);
    Column { name, role, form: Some(expected.form), described, missing_code: String::new(), missing_of: String::new(), known: true }
}

fn checked() -> Vec<(String, String)> {
    vec![("0".to_owned(), "Unchecked".to_owned()), ("1".to_owned(), "Checked".to_owned())]
}

fn complete_described(name: &str) -> Described {
    let states = [("0", "Incomplete"), ("1", "Unverified"), ("2", "Complete")];
    let form = name.strip_suffix("_complete").unwrap_or(name).replace('_', " ");
    Described {
        label: format!("State of the form {form}"),
        levels: states.map(|(code, label)| (code.to_owned(), label.to_owned())).to_vec(),
        platform: true,
        ..Described::default()
    }
}

/// What the dictionary says about a question.
pub(crate) fn about(question: &Question) -> Described {
    let stored = match (question.kind.as_str(), question.validation.as_str()) {
        ("calc" | "slider", _) => Stored::Number,
        ("text", validation) if validation.contains("comma_decimal") => Stored::CommaNumber,
        ("text", validation) if validation == "integer" || validation.starts_with("number") => Stored::Number,
        ("text", validation) if validation.starts_with("date_") => Stored::Date,
        ("text", validation) if validation.starts_with("datetime_") => Stored::Datetime,
        _ if !question.choices.is_empty() => Stored::Unknown,
        _ => Stored::Text,
    };
    Described { label: question.label.clone(), stored, levels: question.choices.clone(), ..Described::default() }
}

/// A column that no dictionary has.
fn of_name(name: &str, dictionary: Option<&Dictionary>) -> Column {
    let column = |role: Role, described: Described| Column {
        name: name.to_owned(),
        role,
        form: None,
        described,
        missing_code: String::new(),
        missing_of: String::new(),
        known: false,
    };
    if let Some((name, role)) = system_role(name) {
        let platform = name == "redcap_survey_identifier";
        return Column { name: name.to_owned(), ..column(role, Described { platform, ..Described::default() }) };
    }
    if is_complete(name) && dictionary.is_none() {
        return column(Role::Complete, complete_described(unnumbered(name)));
    }
    if !is_checkbox(name) {
        return column(Role::Answer, Described::default());
    }
    let (question, wording, option) = match (name.split_once("___"), choice_heading(name)) {
        (_, Some((wording, choice))) => (wording, wording, choice),
        (Some((field, code)), None) => (field, "", code),
        (None, None) => (name, "", name),
    };
    // Signs of a code are `_` in a name, and the one that codes begin with is a minus.
    let number = option.strip_prefix('_').filter(|rest| rest.parse::<f64>().is_ok()).map(|rest| format!("-{rest}"));
    let is_asked = |known: &&Question| known.kind == "checkbox" && (known.name == question || !wording.is_empty() && known.label == cleaned(wording));
    let asked = dictionary.and_then(|dictionary| dictionary.questions.iter().find(is_asked));
    if let Some(asked) = asked {
        let standard = MISSING_CODES.iter().find(|(known, label)| known.eq_ignore_ascii_case(option) || label.eq_ignore_ascii_case(option));
        let code = standard.map(|(known, _)| (*known).to_owned()).or(number).unwrap_or_else(|| option.to_owned());
        let missing_of = asked.name.clone();
        let label = format!("{}: no answer ({})", asked.label, missing_reason(&code));
        let name = if wording.is_empty() { name.to_owned() } else { checkbox_column(&asked.name, &code) };
        return Column {
            name,
            missing_code: code,
            missing_of,
            ..column(Role::CheckboxMissing, Described { label, levels: checked(), platform: true, ..Described::default() })
        };
    }
    let option_of = OptionOf { question: question.to_owned(), wording: wording.to_owned(), option: number.unwrap_or_else(|| option.to_owned()) };
    column(Role::Checkbox, Described { option_of: Some(option_of), levels: checked(), ..Described::default() })
}
