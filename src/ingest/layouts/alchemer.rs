//! Alchemer, formerly `SurveyGizmo`: one row of names, the platform's columns first, `option:question` where a question has several columns.
//!
//! No record is taken away and no name changed.

use super::super::ReadOptions;
use super::super::readers::Records;
use super::relaid::{Relaid, Seen};
use super::wording::{cleaned, joined, question_name};
use super::{Layout, Peeked};
use crate::error::{Error, Problem};
use crate::frame::{Described, OptionOf, Stored};

/// The entry in the table of layouts.
pub(crate) struct Alchemer;

/// Columns that the platform fills, in lowercase without blanks.
const PLATFORM: [(&str, Stored); 20] = [
    ("responseid", Stored::Text),
    ("timestarted", Stored::Datetime),
    ("datesubmitted", Stored::Datetime),
    ("status", Stored::Text),
    ("contactid", Stored::Text),
    ("legacycomments", Stored::Text),
    ("comments", Stored::Text),
    ("language", Stored::Text),
    ("referer", Stored::Text),
    ("extendedreferer", Stored::Text),
    ("sessionid", Stored::Text),
    ("useragent", Stored::Text),
    ("tags", Stored::Text),
    ("ipaddress", Stored::Text),
    ("longitude", Stored::Number),
    ("latitude", Stored::Number),
    ("country", Stored::Text),
    ("city", Stored::Text),
    ("state/region", Stored::Text),
    ("postal", Stored::Text),
];

fn platform(name: &str) -> Option<Stored> {
    let name = name.to_lowercase().replace(' ', "");
    PLATFORM.iter().find(|(known, _)| *known == name).map(|(_, stored)| *stored)
}

/// The columns of the platform at the start: those of its names that stand before the first question.
fn leading(header: &[String]) -> usize {
    header.iter().take_while(|name| platform(name).is_some()).count()
}

impl Layout for Alchemer {
    fn id(&self) -> &'static str {
        "alchemer"
    }

    fn summary(&self) -> &'static str {
        "Alchemer (SurveyGizmo) export, with option:question as column names"
    }

    fn may_be(&self, header: &[String]) -> bool {
        ["Response ID", "Time Started", "Date Submitted"].iter().all(|name| header.iter().take(leading(header)).any(|known| known.eq_ignore_ascii_case(name)))
    }

    fn recognizes(&self, opened: &Peeked, _options: &ReadOptions) -> bool {
        self.may_be(opened.header())
    }

    fn open(&self, opened: Peeked, _options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        if !self.may_be(opened.header()) {
            let problem = Problem::new("input::not_alchemer", format!("{} is no Alchemer export", opened.path.display()));
            return Err(Error::input(problem.expected("the columns Response ID, Time Started and Date Submitted before the questions")));
        }
        let described = describe(&opened);
        Ok(Box::new(Relaid::new(opened, 0, described, "the file was read as an Alchemer export")))
    }
}

fn describe(opened: &Peeked) -> Vec<Described> {
    let (header, first) = (opened.header(), leading(opened.header()));
    let question = |column: usize| header.get(column).filter(|_| column >= first).and_then(|name| name.split_once(':')).map(|(_, question)| question);
    let mut described: Vec<Described> = Vec::with_capacity(header.len());
    while described.len() < header.len() {
        let start = described.len();
        match (question(start), header.get(start).and_then(|name| platform(name)).filter(|_| start < first)) {
            (_, Some(stored)) => described.push(Described { label: header[start].clone(), stored, platform: true, ..Described::default() }),
            (Some(asked), _) => {
                let end = (start..header.len()).find(|column| question(*column) != Some(asked)).unwrap_or(header.len());
                columns(opened, start..end, asked, &mut described);
            }
            (None, None) => described.push(Described { label: cleaned(&header[start]), ..Described::default() }),
        }
    }
    described
}

/// The columns of one question: each ticks its option, or each holds the answer to a statement.
fn columns(opened: &Peeked, columns: std::ops::Range<usize>, asked: &str, described: &mut Vec<Described>) {
    let parts: Vec<(&str, Option<&str>, usize)> = columns
        .map(|column| {
            let seen = Seen::of(opened.first.as_ref(), column, 0);
            (opened.header()[column].split_once(':').map_or("", |(option, _)| option.trim()), seen.only(&[]), seen.filled)
        })
        .collect();
    let is_open = |option: &str| option.to_lowercase().contains("write in");
    let ticks =
        |(option, only, filled): &(&str, Option<&str>, usize)| *filled == 0 || only.is_some_and(|only| only == *option || cleaned(only) == cleaned(option));
    let closed: Vec<_> = parts.iter().filter(|(option, ..)| !is_open(option)).collect();
    let several = parts.len() > 1 && closed.iter().any(|(_, _, filled)| *filled > 0) && closed.iter().all(|part| ticks(part));
    let wording = cleaned(asked);
    for (option, only, _) in parts {
        let label = joined(&wording, &cleaned(option));
        let plain = Described { label, ..Described::default() };
        described.push(if is_open(option) {
            Described { stored: Stored::Text, ..plain }
        } else if several {
            let option_of = OptionOf { question: question_name(asked), wording: wording.clone(), option: cleaned(option) };
            Described { levels: vec![(only.unwrap_or(option).to_owned(), cleaned(option))], option_of: Some(option_of), ..plain }
        } else {
            plain
        });
    }
}
