//! `SurveyMonkey`: the questions in the first row, in the second `Response`, `Open-Ended Response` or the option of each column.
//!
//! Columns without a question belong to the question at their left. The names are made short here; the wording is the label.

use super::super::readers::Records;
use super::super::{ReadOptions, header};
use super::relaid::{Relaid, Seen};
use super::wording::{cleaned, joined, option_name, question_name};
use super::{Layout, Peeked};
use crate::error::{Error, Problem};
use crate::frame::{Described, OptionOf, RawBatch, Stored};

/// The entry in the table of layouts.
pub(crate) struct SurveyMonkey;

/// Columns that the platform fills, in lowercase without blanks.
const PLATFORM: [(&str, Stored); 11] = [
    ("respondentid", Stored::Text),
    ("collectorid", Stored::Text),
    ("startdate", Stored::Datetime),
    ("enddate", Stored::Datetime),
    ("datecreated", Stored::Datetime),
    ("datemodified", Stored::Datetime),
    ("ipaddress", Stored::Text),
    ("emailaddress", Stored::Text),
    ("firstname", Stored::Text),
    ("lastname", Stored::Text),
    ("customdata", Stored::Text),
];
/// What stands below a question with a single column.
const RESPONSE: [&str; 2] = ["response", "open-ended response"];

fn platform(name: &str) -> Option<Stored> {
    let name: String = name.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '_')).collect();
    let numbered = name.strip_prefix("custom").is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    let name = if numbered || name.starts_with("customdata") { "customdata" } else { &name };
    PLATFORM.iter().find(|(known, _)| *known == name).map(|(_, stored)| *stored)
}

fn is_id(name: &str) -> bool {
    platform(name).is_some() && name.to_lowercase().replace([' ', '_'], "") == "respondentid"
}

/// What the second row says of each column; `None` where there is no such row.
fn options<'a>(header: &[String], unnamed: &[usize], first: Option<&'a RawBatch>) -> Option<Vec<&'a str>> {
    let first = first.filter(|first| first.rows() > 0)?;
    let options: Vec<&str> = (0..first.width).map(|column| first.field_str(0, column).trim()).collect();
    let ids_are_empty = header.iter().zip(&options).all(|(name, option)| platform(name).is_none() || option.is_empty());
    let questions: Vec<(usize, &str)> =
        options.iter().copied().enumerate().filter(|(column, _)| header.get(*column).is_some_and(|name| platform(name).is_none())).collect();
    let filled = questions.iter().filter(|(_, option)| !option.is_empty()).count();
    let of_platform = |(column, option): &&(usize, &str)| RESPONSE.contains(&option.to_lowercase().as_str()) || unnamed.contains(&(column + 1));
    let telling = questions.iter().filter(of_platform).filter(|(_, option)| !option.is_empty()).count();
    let is_one = header.iter().any(|name| is_id(name)) && ids_are_empty && !questions.is_empty();
    // Below variables that the survey was sent with, nothing stands either.
    let least = if options.iter().any(|option| RESPONSE.contains(&option.to_lowercase().as_str())) { 5 } else { 9 };
    (is_one && filled * 10 >= questions.len() * least && telling * 2 >= filled && telling > 0).then_some(options)
}

impl Layout for SurveyMonkey {
    fn id(&self) -> &'static str {
        "surveymonkey"
    }

    fn summary(&self) -> &'static str {
        "SurveyMonkey export with its rows of questions and options"
    }

    fn may_be(&self, header: &[String]) -> bool {
        header.iter().any(|name| is_id(name))
    }

    fn recognizes(&self, opened: &Peeked, _options: &ReadOptions) -> bool {
        options(opened.header(), &opened.about().unnamed, opened.first.as_ref()).is_some()
    }

    fn open(&self, opened: Peeked, _options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let Some(options) = options(opened.header(), &opened.about().unnamed, opened.first.as_ref()) else {
            let problem = Problem::new("input::not_surveymonkey", format!("{} is no SurveyMonkey export with two header rows", opened.path.display()));
            let problem = problem.found("no empty Respondent ID above the answers, with Response or options beside it");
            return Err(Error::input(
                problem.expected("all responses data as CSV or Excel, as it was exported").help("say --reader delimited for a file with one row of names"),
            ));
        };
        let (names, mut described) = describe(&opened, &options);
        let names = header::names(names.iter().map(String::as_str), &opened.path.display().to_string())?;
        let note = "the file was read as a SurveyMonkey export: options stand in the row below the questions, and the columns were given short names";
        let code = |described: &Described| {
            let (code, _) = described.levels.first().filter(|_| described.option_of.is_some())?;
            (code.parse::<u32>().is_ok() && code != "1").then(|| code.clone())
        };
        let ticks: Vec<Option<String>> = described.iter().map(code).collect();
        for (described, tick) in described.iter_mut().zip(&ticks) {
            if let Some((code, _)) = described.levels.first_mut().filter(|_| tick.is_some()) {
                "1".clone_into(code);
            }
        }
        Ok(Box::new(Relaid::new(opened, 1, described, note).renamed(names.names).ticked_by(ticks)))
    }
}

/// Names and meanings of the columns, question by question.
fn describe(opened: &Peeked, options: &[&str]) -> (Vec<String>, Vec<Described>) {
    let (header, unnamed) = (opened.header(), &opened.about().unnamed);
    let (mut names, mut described) = (Vec::with_capacity(header.len()), Vec::with_capacity(header.len()));
    let mut start = 0;
    while start < header.len() {
        let end = (start + 1..header.len()).find(|column| !unnamed.contains(&(column + 1))).unwrap_or(header.len());
        let question = if unnamed.contains(&(start + 1)) { "" } else { header[start].as_str() };
        match platform(question) {
            Some(stored) => {
                names.push(snake(question));
                described.push(Described { label: question.to_owned(), stored, platform: true, ..Described::default() });
                end_of_platform(start + 1..end, &mut names, &mut described);
            }
            None => columns(opened, &Question { wording: cleaned(question), columns: start..end }, options, &mut names, &mut described),
        }
        start = end;
    }
    (names, described)
}

/// Columns without a question at the right of one of the platform's hold nothing that is known.
fn end_of_platform(columns: std::ops::Range<usize>, names: &mut Vec<String>, described: &mut Vec<Described>) {
    names.extend(columns.clone().map(|_| String::new()));
    described.extend(columns.map(|_| Described::default()));
}

fn snake(name: &str) -> String {
    let spaced =
        name.replace("RespondentID", "Respondent ID").replace("CollectorID", "Collector ID").replace("StartDate", "Start Date").replace("EndDate", "End Date");
    spaced.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

struct Question {
    wording: String,
    columns: std::ops::Range<usize>,
}

fn columns(opened: &Peeked, question: &Question, options: &[&str], names: &mut Vec<String>, described: &mut Vec<Described>) {
    let name = question_name(&question.wording);
    let seen: Vec<Seen<'_>> = question.columns.clone().map(|column| Seen::of(opened.first.as_ref(), column, 1)).collect();
    let option = |column: usize| cleaned(options.get(column).copied().unwrap_or_default());
    let is_tick = |column: usize| {
        let only = seen[column - question.columns.start].only(&[]);
        only.is_some_and(|only| only == options[column] || matches!(only, "1" | "Checked" | "X" | "x"))
    };
    let open = |option: &str| {
        ["other (please specify)", "other", "open-ended response"].contains(&option.to_lowercase().as_str()) || option.to_lowercase().contains("please specify")
    };
    // A question with several answers: each of its columns holds its own option or nothing, except for the text beside it.
    let filled: Vec<usize> = question.columns.clone().filter(|column| seen[column - question.columns.start].filled > 0 && !open(&option(*column))).collect();
    let numbered = numbers(&filled, question.columns.start, &seen) && !answered_alike(opened.first.as_ref(), &filled);
    let ones = filled.len() > 1 && zeros_and_ones(opened.first.as_ref(), &filled);
    let multiple = question.columns.len() > 1 && !filled.is_empty() && (filled.iter().all(|column| is_tick(*column)) || numbered || ones);
    for column in question.columns.clone() {
        let option = option(column);
        let response = option.is_empty() || RESPONSE.contains(&option.to_lowercase().as_str());
        let only = seen[column - question.columns.start].only(&[]);
        let ticks = multiple && !response && (!open(&option) || is_tick(column));
        let label = if response { question.wording.clone() } else { joined(&question.wording, &option) };
        let stored = if !ticks && open(&option) { Stored::Text } else { Stored::Unknown };
        names.push(if response { name.clone() } else { format!("{name}__{}", option_name(&option)) });
        described.push(if ticks {
            let code = if ones || numbered && only.is_none() { "1" } else { only.unwrap_or(options[column]) }.to_owned();
            let option_of = OptionOf { question: name.clone(), wording: question.wording.clone(), option: option.clone() };
            Described { label, levels: vec![(code, option)], option_of: Some(option_of), ..Described::default() }
        } else {
            Described { label, stored, ..Described::default() }
        });
    }
}

/// Whether each column holds one number and the numbers go up with the columns, as in an export of values: the options are 1, 2, 3.
fn numbers(filled: &[usize], start: usize, seen: &[Seen<'_>]) -> bool {
    let number = |column: &usize| seen.get(column - start)?.only(&[])?.parse::<u32>().ok();
    let Some(numbers) = filled.iter().map(number).collect::<Option<Vec<u32>>>() else { return false };
    let in_place = |(column, number): (&usize, &u32)| usize::try_from(*number).is_ok_and(|number| number == column - start + 1);
    numbers.windows(2).all(|pair| pair[0] < pair[1]) && (numbers.len() > 1 || filled.iter().zip(&numbers).all(in_place))
}

/// Whether every row that has one of the cells has them all, as rows of a matrix or ranks do.
fn answered_alike(first: Option<&RawBatch>, columns: &[usize]) -> bool {
    let Some(batch) = first else { return true };
    columns.len() > 1
        && (1..batch.rows()).all(|row| columns.windows(2).all(|pair| batch.field(row, pair[0]).is_empty() == batch.field(row, pair[1]).is_empty()))
}

/// Whether the columns hold 0 and 1, and every row all of them or none.
fn zeros_and_ones(first: Option<&RawBatch>, columns: &[usize]) -> bool {
    let Some(batch) = first else { return false };
    let (mut zeros, mut ones) = (false, false);
    let mut is_flag = |row: usize, column: &usize| match batch.field_str(row, *column).trim() {
        "" => true,
        "0" => {
            zeros = true;
            true
        }
        "1" => {
            ones = true;
            true
        }
        _ => false,
    };
    (1..batch.rows()).all(|row| columns.iter().all(|column| is_flag(row, column))) && zeros && ones && answered_alike(first, columns)
}
