//! Google Forms: `Timestamp` in the first column, the questions as names of the others, several answers in one cell.
//!
//! No record is taken away and no name changed, so that a wrong guess costs nothing.

use super::super::ReadOptions;
use super::super::readers::Records;
use super::relaid::{Relaid, Seen};
use super::wording::cleaned;
use super::{Layout, Peeked};
use crate::error::{Error, Problem};
use crate::frame::{Described, RawBatch, Stored, parse_iso};

/// The entry in the table of layouts.
pub(crate) struct GoogleForms;

/// The name of the first column in the languages of most forms.
const TIMESTAMP: [&str; 9] = [
    "timestamp",
    "horodateur",
    "marca temporal",
    "zeitstempel",
    "carimbo de data/hora",
    "informazioni cronologiche",
    "tijdstempel",
    "sygnatura czasowa",
    "タイムスタンプ",
];
/// Columns that the form fills when it collects addresses or gives points.
const PLATFORM: [&str; 5] = ["email address", "username", "score", "total score", "adresse e-mail"];

impl Layout for GoogleForms {
    fn id(&self) -> &'static str {
        "google_forms"
    }

    fn summary(&self) -> &'static str {
        "Google Forms responses, with Timestamp first and questions as column names"
    }

    fn may_be(&self, header: &[String]) -> bool {
        header.first().is_some_and(|name| TIMESTAMP.contains(&name.to_lowercase().as_str())) && are_questions(header)
    }

    fn recognizes(&self, opened: &Peeked, _options: &ReadOptions) -> bool {
        let seen = Seen::of(opened.first.as_ref(), 0, 0);
        seen.filled > 0 && seen.values.iter().all(|(text, _)| is_form_time(text))
    }

    fn open(&self, opened: Peeked, _options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        if !opened.header().first().is_some_and(|name| TIMESTAMP.contains(&name.to_lowercase().as_str())) {
            let problem = Problem::new("input::not_google_forms", format!("{} holds no responses of Google Forms", opened.path.display()));
            let problem = problem.found(format!("`{}` as the first column", opened.header().first().map_or("", String::as_str)));
            return Err(Error::input(problem.expected("Timestamp as the first column")));
        }
        let described = opened.header().iter().enumerate().map(|(column, name)| describe(column, name, opened.first.as_ref())).collect();
        let note = "the file was read as responses of Google Forms: cells with several answers are lists";
        Ok(Box::new(Relaid::new(opened, 0, described, note)))
    }
}

/// Whether most names after the first are sentences.
fn are_questions(header: &[String]) -> bool {
    let others = header.get(1..).unwrap_or_default();
    let is_question = |name: &&String| name.ends_with(['?', ':', '.', '？']) || name.split_whitespace().count() >= 3;
    let questions = others.iter().filter(|name| !PLATFORM.contains(&name.to_lowercase().as_str())).filter(is_question).count();
    questions > 0 && questions * 2 >= others.len()
}

/// Whether a text is a time as a form writes it: `4/22/2016 19:57:50`, `2016/04/22 7:57:50 PM GMT-4`, `22.04.2016 19:57:50`;
/// in a workbook it is `2016-04-22T19:57:50`, and a day where the form was sent at midnight.
fn is_form_time(text: &str) -> bool {
    if parse_iso(text.as_bytes()).is_some() && !text.ends_with('Z') {
        return true;
    }
    let mut words = text.split_whitespace();
    let (Some(date), Some(time)) = (words.next(), words.next()) else { return false };
    let numbers = |text: &str, between: &[char]| -> Option<Vec<u32>> { text.split(between).map(|part| part.parse().ok()).collect() };
    let is_date = date.contains(['/', '.', '-'])
        && numbers(date, &['/', '.', '-']).is_some_and(|parts| parts.len() == 3 && parts.iter().any(|part| (1990..2200).contains(part)));
    let is_time = numbers(time, &[':', '.']).is_some_and(|parts| matches!(parts.len(), 2 | 3) && parts[0] < 25 && parts[1..].iter().all(|part| *part < 60));
    is_date
        && is_time
        && words.all(|word| {
            matches!(word.to_lowercase().as_str(), "am" | "pm" | "a.m." | "p.m.") || word.starts_with("GMT") || word.starts_with("UTC") || is_zone(word)
        })
}

/// Whether a word is the short name of a time zone, such as AST.
fn is_zone(word: &str) -> bool {
    (3..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn describe(column: usize, name: &str, first: Option<&RawBatch>) -> Described {
    let label = cleaned(name);
    if column == 0 {
        return Described { label, stored: Stored::Datetime, platform: true, ..Described::default() };
    }
    if PLATFORM.contains(&name.to_lowercase().as_str()) {
        return Described { label, stored: Stored::Text, platform: true, ..Described::default() };
    }
    Described { label, ..Seen::of(first, column, 0).list(&[";", ", "], &[]).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::is_form_time;

    #[test]
    fn times_of_forms_are_known() {
        for text in
            ["4/22/2016 19:57:50", "2016/04/22 7:57:50 PM GMT-4", "22.04.2016 19:57:50", "22/04/2016 19.57.50", "2020-01-02 3:04:05", "2016-04-22T19:57:50"]
        {
            assert!(is_form_time(text), "{text}");
        }
        for text in ["2016-04-22T19:57:50Z", "4/22/2016", "1461355070", "19:57:50 4/22/2016", "x y", ""] {
            assert!(!is_form_time(text), "{text}");
        }
    }
}
