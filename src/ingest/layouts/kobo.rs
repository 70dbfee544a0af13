//! `KoBoToolbox` and ODK: columns named by groups, several answers as a text with blanks and a column of 0 and 1 for each.
//!
//! What the questions are stands in the form (`XLSForm`), where it is given. No record is taken away and no name changed.

use super::super::ReadOptions;
use super::super::readers::Records;
use super::relaid::{Relaid, Seen};
use super::xlsform::{Form, Type};
use super::{Layout, Peeked, wording};
use crate::error::{Error, Problem};
use crate::frame::{Described, OptionOf, Stored};

/// The entry in the table of layouts.
pub(crate) struct Kobo;

/// Columns that the platform fills, by the last part of their name, in lowercase.
const PLATFORM: [(&str, Stored); 43] = [
    ("start", Stored::Datetime),
    ("end", Stored::Datetime),
    ("today", Stored::Date),
    ("deviceid", Stored::Text),
    ("subscriberid", Stored::Text),
    ("simserial", Stored::Text),
    ("phonenumber", Stored::Text),
    ("username", Stored::Text),
    ("audit", Stored::Text),
    ("_id", Stored::Text),
    ("_uuid", Stored::Text),
    ("_submission_time", Stored::Datetime),
    ("_validation_status", Stored::Text),
    ("_notes", Stored::Text),
    ("_status", Stored::Text),
    ("_submitted_by", Stored::Text),
    ("__version__", Stored::Text),
    ("_version_", Stored::Text),
    ("_version", Stored::Text),
    ("_tags", Stored::Text),
    ("_index", Stored::Number),
    ("_parent_table_name", Stored::Text),
    ("_parent_index", Stored::Number),
    ("_xform_id_string", Stored::Text),
    ("_attachments", Stored::Text),
    ("_geolocation", Stored::Text),
    ("_duration", Stored::Number),
    ("_bamboo_dataset_id", Stored::Text),
    ("instanceid", Stored::Text),
    ("instancename", Stored::Text),
    ("rootuuid", Stored::Text),
    ("uuid", Stored::Text),
    ("submissiondate", Stored::Datetime),
    ("key", Stored::Text),
    ("submitterid", Stored::Text),
    ("submittername", Stored::Text),
    ("attachmentspresent", Stored::Number),
    ("attachmentsexpected", Stored::Number),
    ("reviewstate", Stored::Text),
    ("edits", Stored::Number),
    ("formversion", Stored::Text),
    ("status", Stored::Text),
    ("parent_key", Stored::Text),
];

/// Between the groups of a name.
pub(super) const BETWEEN: [char; 4] = ['/', '.', '-', ':'];

/// Whether the platform fills a column: names that only it writes count anywhere, plain words only outside groups.
fn platform(name: &str) -> Option<Stored> {
    let (group, last) = name.rsplit_once(BETWEEN).unwrap_or(("", name));
    let last = last.to_lowercase();
    let stored = PLATFORM.iter().find(|(known, _)| *known == last).map(|(_, stored)| *stored);
    let in_place = matches!(group, "" | "meta" | "formhub") || last.starts_with('_') && !group.contains(' ') || name.to_lowercase().starts_with("_submission_");
    stored.filter(|_| in_place).or_else(|| name.starts_with("_submission__").then_some(Stored::Text))
}

impl Layout for Kobo {
    fn id(&self) -> &'static str {
        "kobo"
    }

    fn summary(&self) -> &'static str {
        "KoBoToolbox or ODK submissions; --dictionary takes the form (XLSForm)"
    }

    fn may_be(&self, header: &[String]) -> bool {
        let has = |names: &[&str]| header.iter().any(|name| names.contains(&name.to_lowercase().as_str()));
        let identified = has(&[
            "_uuid",
            "meta/instanceid",
            "meta-instanceid",
            "meta:instanceid",
            "meta.instanceid",
            "instanceid",
            "formhub/uuid",
            "key",
            "_submission__uuid",
        ]);
        let submitted = has(&["_submission_time", "submissiondate", "_submission__submission_time", "_submission__id", "_xform_id_string"]);
        // The tables of an ODK group that repeats have nothing but the keys.
        let repeated = has(&["parent_key"]) && has(&["key"]);
        identified && submitted || repeated
    }

    fn recognizes(&self, opened: &Peeked, _options: &ReadOptions) -> bool {
        self.may_be(opened.header())
    }

    fn open(&self, opened: Peeked, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let form = options.dictionary.as_deref().map(Form::open).transpose()?;
        let described = describe(&opened, form.as_ref());
        if let Some(path) = options.dictionary.as_deref().filter(|_| described.iter().all(|described| described.label.is_empty())) {
            let problem = Problem::new("input::bad_dictionary", format!("no question of {} is in {}", path.display(), opened.path.display()));
            return Err(Error::input(problem.expected("the form that these submissions were made with")));
        }
        Ok(Box::new(Relaid::new(opened, 0, described, "the file was read as submissions of KoBoToolbox or ODK")))
    }
}

fn describe(opened: &Peeked, form: Option<&Form>) -> Vec<Described> {
    let header = opened.header();
    let column = |(column, name): (usize, &String)| {
        if let Some(described) = form.and_then(|form| by_form(form, name)) {
            return described;
        }
        if let Some(stored) = platform(name) {
            return Described { stored, platform: true, ..Described::default() };
        }
        option_beside(opened, column, name).unwrap_or_default()
    };
    let mut described: Vec<Described> = header.iter().enumerate().map(column).collect();
    // The column beside its options holds the same answers as a list.
    let lists: Vec<(String, Vec<(String, String)>)> = header
        .iter()
        .map(|question| {
            let of = |(described, name): (&Described, &String)| {
                let option = described.option_of.as_ref().filter(|option| option.question == *question)?;
                Some((name.get(question.len() + 1..)?.to_owned(), option.option.clone()))
            };
            (question.clone(), described.iter().zip(header).filter_map(of).collect())
        })
        .collect();
    for (described, (_, levels)) in described.iter_mut().zip(lists) {
        if !levels.is_empty() && described.levels.is_empty() && described.option_of.is_none() {
            described.separator = Some(" ".to_owned());
            described.levels = levels;
        }
    }
    described
}

/// What the form says of a column: the question itself, or an option of one with several answers.
fn by_form(form: &Form, name: &str) -> Option<Described> {
    if let Some(question) = form.question(name) {
        let labelled = Described { label: question.label.clone(), platform: question.meta, ..Described::default() };
        return Some(match &question.kind {
            Type::One(list) => Described { levels: form.choices(list).to_vec(), ..labelled },
            Type::Several(list) => Described { levels: form.choices(list).to_vec(), separator: Some(" ".to_owned()), ..labelled },
            Type::Plain(stored) => Described { stored: *stored, ..labelled },
        });
    }
    let (place, _) = name.char_indices().rev().find(|(place, c)| BETWEEN.contains(c) && form.question(&name[..*place]).is_some())?;
    let (question, option) = (form.question(&name[..place])?, name.get(place + 1..)?);
    let Type::Several(list) = &question.kind else { return None };
    let text = form.choices(list).iter().find(|(code, label)| code == option || label == option).map(|(_, label)| label.clone())?;
    let option_of = OptionOf { question: name[..place].to_owned(), wording: question.label.clone(), option: text.clone() };
    Some(Described { label: wording::joined(&question.label, &text), levels: ticks(&text), option_of: Some(option_of), ..Described::default() })
}

fn ticks(option: &str) -> Vec<(String, String)> {
    vec![("1".to_owned(), option.to_owned()), ("0".to_owned(), format!("not {option}"))]
}

/// Without a form, a column of 0 and 1 below one whose texts name its last part is an option of it.
fn option_beside(opened: &Peeked, column: usize, name: &str) -> Option<Described> {
    let (question, option) = name.rsplit_once(['/', '.'])?;
    let list = opened.header().iter().position(|other| other == question)?;
    let is_tick = |text: &str| matches!(text, "0" | "1" | "TRUE" | "FALSE" | "True" | "False");
    let seen = Seen::of(opened.first.as_ref(), column, 0);
    let named = Seen::of(opened.first.as_ref(), list, 0).values.iter().any(|(text, _)| format!(" {text} ").contains(&format!(" {option} ")));
    let ticked = seen.values.iter().any(|(text, _)| matches!(*text, "1" | "TRUE" | "True"));
    let is_option = seen.values.iter().all(|(text, _)| is_tick(text)) && named == ticked && seen.filled > 0;
    let option_of = OptionOf { question: question.to_owned(), wording: String::new(), option: option.to_owned() };
    is_option.then(|| Described { levels: ticks(option), option_of: Some(option_of), ..Described::default() })
}
