//! Qualtrics: names, wording and `ImportId` in three rows, or names and wording in two as the exports before 2016 have them.
//!
//! What the questions and their choices are stands in the survey definition (`.qsf`), where it is given; without it the
//! wording is the label, and columns that only tick an option are found by what they hold.

use std::borrow::Cow;

use super::super::ReadOptions;
use super::super::readers::Records;
use super::qsf::{Definition, Import};
use super::relaid::{Relaid, Seen};
use super::wording::{cleaned, joined};
use super::{Layout, Peeked};
use crate::error::{Error, Problem};
use crate::frame::{Described, OptionOf, RawBatch, Stored};

/// Code of a question that was seen and not answered.
const SEEN: &str = "-99";

/// The entry in the table of layouts.
pub(crate) struct Qualtrics;

/// The columns that the platform fills, by import id or by the wording of an old export, in lowercase.
const PLATFORM: [(&str, Stored); 29] = [
    ("startdate", Stored::Datetime),
    ("enddate", Stored::Datetime),
    ("recordeddate", Stored::Datetime),
    ("status", Stored::Unknown),
    ("ipaddress", Stored::Text),
    ("progress", Stored::Number),
    ("duration", Stored::Number),
    ("finished", Stored::Unknown),
    ("_recordid", Stored::Text),
    ("responseid", Stored::Text),
    ("responseset", Stored::Text),
    ("responsesetid", Stored::Text),
    ("name", Stored::Text),
    ("emailaddress", Stored::Text),
    ("recipientlastname", Stored::Text),
    ("recipientfirstname", Stored::Text),
    ("recipientemail", Stored::Text),
    ("externaldatareference", Stored::Text),
    ("externalreference", Stored::Text),
    ("locationlatitude", Stored::Number),
    ("locationlongitude", Stored::Number),
    ("locationaccuracy", Stored::Number),
    ("distributionchannel", Stored::Text),
    ("userlanguage", Stored::Text),
    ("panel-recipientlastname", Stored::Text),
    ("panel-recipientfirstname", Stored::Text),
    ("panel-recipientemail", Stored::Text),
    ("panel-externaldatareference", Stored::Text),
    ("browser", Stored::Text),
];
/// Words among them that may name columns of any file.
const PLAIN: [&str; 5] = ["name", "status", "progress", "duration", "finished"];
/// Ends of import ids of what a page measures: the browser, and clicks and their times.
const MEASURED: [&str; 8] = ["BROWSER", "VERSION", "OS", "RESOLUTION", "CLICK", "SUBMIT", "COUNT", "FLASH"];

/// The rows below the names that are no answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rows {
    wording: Option<usize>,
    imports: Option<usize>,
}

impl Rows {
    fn count(self) -> usize {
        self.imports.or(self.wording).map_or(0, |last| last + 1)
    }

    /// Finds them by what only this platform writes there.
    fn of(header: &[String], first: Option<&RawBatch>) -> Option<Self> {
        let first = first?;
        let share = |row: usize, is: &dyn Fn(usize, &str) -> bool| {
            let filled: Vec<(usize, &str)> =
                (0..first.width).map(|column| (column, first.field_str(row, column).trim())).filter(|(_, text)| !text.is_empty()).collect();
            let hits = filled.iter().filter(|(column, text)| is(*column, text)).count();
            (hits, filled.len())
        };
        for row in 0..first.rows().min(2) {
            let (hits, filled) = share(row, &|_, text| import_id(text).is_some());
            if hits > 0 && hits * 2 >= filled {
                return Some(Self { wording: row.checked_sub(1), imports: Some(row) });
            }
        }
        let of_platform = headings(header, first) || questions(header, first);
        of_platform.then_some(Self { wording: Some(0), imports: None })
    }
}

/// Whether the first record says of the platform's columns what they are, as `Response ID` below `ResponseId` or `V1` does.
fn headings(header: &[String], first: &RawBatch) -> bool {
    let platforms: Vec<(&str, &str)> = header
        .iter()
        .enumerate()
        .filter(|(_, name)| is_meta_name(name))
        .map(|(column, name)| (name.as_str(), if first.rows() > 0 { first.field_str(0, column).trim() } else { "" }))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let hits: Vec<&str> = platforms.iter().filter(|(_, text)| is_heading(text)).map(|(name, _)| *name).collect();
    // Plain words such as Status may head their own column in any file, and V1 is a name for anything.
    let numbered = hits.iter().filter(|name| name.starts_with('V')).count();
    let telling = hits.iter().any(|name| !name.starts_with('V') && !PLAIN.contains(&squashed(name).as_str()));
    (telling || numbered >= 3) && hits.len() * 2 >= platforms.len()
}

/// Whether most columns are named Q1, `Q2_3` and the first record asks what codes below it answer.
fn questions(header: &[String], first: &RawBatch) -> bool {
    let named: Vec<usize> = (0..header.len()).filter(|column| Import::of_name(&header[*column]).is_some()).collect();
    if first.rows() < 3 || named.len() < 2 || named.len() * 2 < header.len() {
        return false;
    }
    let asks = |column: &usize| {
        let text = first.field_str(0, *column).trim();
        text.split_whitespace().count() >= 3 && (1..first.rows()).all(|row| first.field_str(row, *column).trim() != text)
    };
    let is_coded = |column: &usize| {
        let mut cells = (1..first.rows()).map(|row| first.field_str(row, *column).trim()).filter(|text| !text.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|text| text.parse::<f64>().is_ok_and(f64::is_finite))
    };
    named.iter().all(asks) && named.iter().filter(|column| is_coded(column)).count() * 2 >= named.len()
}

impl Layout for Qualtrics {
    fn id(&self) -> &'static str {
        "qualtrics"
    }

    fn summary(&self) -> &'static str {
        "Qualtrics export with its rows of names, wording and import ids; --dictionary takes the survey's .qsf"
    }

    fn may_be(&self, header: &[String]) -> bool {
        header.iter().any(|name| {
            let name = squashed(name);
            name == "v1"
                || name.starts_with("qid")
                || Import::of_name(&name.to_uppercase()).is_some()
                || (platform(&name).is_some() && !PLAIN.contains(&name.as_str()))
        })
    }

    fn recognizes(&self, opened: &Peeked, _options: &ReadOptions) -> bool {
        Rows::of(opened.header(), opened.first.as_ref()).is_some()
    }

    fn open(&self, opened: Peeked, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let Some(rows) = Rows::of(opened.header(), opened.first.as_ref()) else {
            let problem = Problem::new("input::not_qualtrics", format!("{} is no Qualtrics export", opened.path.display()));
            let problem = problem.found("no row with ImportId below the column names, and none that heads the platform's columns");
            return Err(Error::input(problem.expected("an export as CSV, TSV or Excel with all its header rows")));
        };
        let definition = options.dictionary.as_deref().map(Definition::open).transpose()?;
        let described = describe(&opened, rows, definition.as_ref());
        let note = match rows {
            Rows { wording: Some(_), imports: Some(_) } => {
                "the file was read as a Qualtrics export: wording and import ids stand in the two rows below the names"
            }
            Rows { imports: Some(_), .. } => "the file was read as a Qualtrics export: import ids stand in the row below the names",
            _ => "the file was read as a Qualtrics export without import ids: the wording stands in the row below the names",
        };
        Ok(Box::new(Relaid::new(opened, rows.count(), described, note)))
    }
}

/// The id of a column's question in a cell such as `{"ImportId":"QID3_TEXT"}` or `{'ImportId': 'QID3-TEXT'}`; newer exports put the number of the choice beside it.
fn import_id(cell: &str) -> Option<Cow<'_, str>> {
    let object = cell.trim().strip_prefix('{')?;
    let value = |key: &str| {
        let after = object.split_once(key)?.1.trim_start_matches(['"', '\'', ':', ' ']);
        after.split(['"', '\'', '}', ',']).next()
    };
    let id = value("ImportId")?;
    Some(value("choiceId").map_or(Cow::Borrowed(id), |choice| Cow::Owned(format!("{id}_{choice}"))))
}

fn platform(id: &str) -> Option<Stored> {
    let id = id.to_lowercase();
    let id = id.strip_prefix("location-").unwrap_or(&id);
    PLATFORM.iter().find(|(known, _)| *known == id).map(|(_, stored)| *stored)
}

/// A name or heading without blanks and units.
fn squashed(name: &str) -> String {
    let name: String = name.to_lowercase().chars().filter(|letter| !letter.is_whitespace()).collect();
    name.strip_suffix("(inseconds)").map_or_else(|| name.clone(), str::to_owned)
}

/// Whether a text is the heading of a column that the platform fills.
fn is_heading(text: &str) -> bool {
    let text = squashed(text);
    text == "responsetype" || platform(&text).is_some()
}

/// What is known of a column before the others are looked at.
struct Column<'a> {
    label: String,
    import: Option<Import>,
    platform: Option<Stored>,
    seen: Seen<'a>,
}

fn describe(opened: &Peeked, rows: Rows, definition: Option<&Definition>) -> Vec<Described> {
    let (header, first) = (opened.header(), opened.first.as_ref());
    let cell = |row: Option<usize>, column: usize| row.zip(first).map_or("", |(row, batch)| batch.field_str(row, column).trim());
    let columns: Vec<Column<'_>> = header
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let (id, wording) = (import_id(cell(rows.imports, column)), cell(rows.wording, column));
            let by_name = || definition.and_then(|definition| definition.import_of(name));
            let import = id.as_deref().and_then(Import::of).or_else(|| if rows.imports.is_none() { by_name().or_else(|| Import::of_name(name)) } else { None });
            let measured = import.as_ref().is_some_and(|import| import.parts.last().is_some_and(|last| MEASURED.contains(&last.as_str())));
            let of_platform = match id.as_deref() {
                Some(id) => platform(id).or_else(|| id.starts_with("Q_").then_some(Stored::Unknown)),
                None => platform(&squashed(wording)).or_else(|| platform(&squashed(name)).filter(|_| is_heading(wording))).filter(|_| is_meta_name(name)),
            };
            let platform =
                of_platform.or(measured.then_some(Stored::Unknown)).or_else(|| (name.starts_with("column_") && wording.is_empty()).then_some(Stored::Unknown));
            Column { label: cleaned(wording), import, platform, seen: Seen::of(first, column, rows.count()) }
        })
        .collect();
    let seen_codes = columns.iter().any(|column| column.import.is_some() && column.seen.values.iter().any(|(text, _)| *text == SEEN));
    let mut described: Vec<Described> = columns.iter().zip(header).map(|(column, name)| one(column, name, definition, rows)).collect();
    if definition.is_none() {
        find_options(&columns, header, &mut described);
    }
    for (column, described) in columns.iter().zip(&mut described) {
        let is_answer = described.levels.iter().any(|(code, _)| code == SEEN);
        if seen_codes && column.import.is_some() && column.platform.is_none() && !is_answer {
            described.missing.push((SEEN.to_owned(), "seen but not answered".to_owned()));
        }
    }
    described
}

/// Whether a column is named as one of the platform's: `V1` in old exports, or as what it holds.
fn is_meta_name(name: &str) -> bool {
    name.strip_prefix('V').is_some_and(|number| number.parse::<u32>().is_ok()) || platform(&squashed(name)).is_some()
}

fn one(column: &Column<'_>, name: &str, definition: Option<&Definition>, rows: Rows) -> Described {
    let label = if column.label == name && rows.wording.is_some() { String::new() } else { column.label.clone() };
    let plain = Described { label, ..Described::default() };
    if let Some(stored) = column.platform {
        return Described { stored, platform: true, ..plain };
    }
    let listed = |label: String| Described { label, ..column.seen.list(&[","], &[SEEN]).unwrap_or_default() };
    let Some(import) = &column.import else { return listed(plain.label) };
    let seen = column.seen.only(&[SEEN]);
    if let Some(described) = definition.and_then(|definition| definition.describe(import, name, seen)) {
        return described;
    }
    if import.parts.iter().any(|part| part == "TEXT") {
        return Described { stored: Stored::Text, ..plain };
    }
    match code_list(&column.seen) {
        Some(levels) => Described { separator: Some(",".to_owned()), levels, ..plain },
        None => listed(plain.label),
    }
}

/// The codes of a column whose cells are lists of them, such as `1,3,4`.
fn code_list(seen: &Seen<'_>) -> Option<Vec<(String, String)>> {
    let mut codes: Vec<u32> = Vec::new();
    let mut lists = 0;
    for (text, _) in seen.values.iter().filter(|(text, _)| *text != SEEN) {
        let parts: Vec<u32> = text.split(',').map(|part| part.parse().ok().filter(|code| *code < 1_000)).collect::<Option<_>>()?;
        // Three and more numbers are no number with a decimal comma.
        lists += usize::from(parts.len() > 2 && parts.is_sorted());
        codes.extend(parts);
    }
    codes.sort_unstable();
    codes.dedup();
    (lists > 0 && !seen.more).then(|| codes.into_iter().map(|code| (code.to_string(), code.to_string())).collect())
}

/// Finds the columns that are options of one question, without a definition: neighbours of one import id whose only text is
/// the option that their wording ends with, or 1 in some of them and nothing in others.
fn find_options(columns: &[Column<'_>], header: &[String], described: &mut [Described]) {
    let base = |column: usize| {
        let import = columns.get(column)?.import.as_ref()?;
        let (_, before) = import.parts.split_last()?;
        import.parts.last().filter(|last| last.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some((import.round.clone(), import.question.clone(), before.to_vec()))
    };
    let mut start = 0;
    while start < columns.len() {
        let Some(question) = base(start) else {
            start += 1;
            continue;
        };
        let group: Vec<usize> = (start..columns.len())
            .take_while(|column| is_of(columns, *column, &question.1))
            .filter(|column| base(*column).as_ref() == Some(&question))
            .collect();
        let labels: Vec<&str> = group.iter().map(|column| columns[*column].label.as_str()).collect();
        let wording = common_start(&labels);
        if group.len() > 1 && tick(columns, &group, wording) {
            for column in &group {
                let option = option_text(&columns[*column].label, wording);
                let name = header[*column].rsplit_once('_').map_or(header[*column].as_str(), |(question, _)| question);
                let code = columns[*column].seen.only(&[SEEN]).unwrap_or("1").to_owned();
                let question = trimmed(wording).to_owned();
                described[*column].levels = vec![(code, option.clone())];
                described[*column].label = joined(&question, &option);
                described[*column].option_of = Some(OptionOf { question: name.to_owned(), wording: question, option });
            }
        }
        start = group.last().map_or(start + 1, |last| last + 1);
    }
}

/// Whether a column belongs to a question, be it an option or the text beside one.
fn is_of(columns: &[Column<'_>], column: usize, question: &str) -> bool {
    columns[column].import.as_ref().is_some_and(|import| import.question == question)
}

/// Whether the columns tick options.
fn tick(columns: &[Column<'_>], group: &[usize], wording: &str) -> bool {
    let filled = |column: &usize| columns[*column].seen.filled > 0;
    if !group.iter().any(filled) {
        return wording.ends_with("Selected Choice - ");
    }
    let is_option = |column: &usize| columns[*column].seen.only(&[SEEN]).is_some_and(|only| only == option_text(&columns[*column].label, wording));
    if group.iter().filter(|column| filled(column)).all(is_option) {
        return true;
    }
    let counts: Vec<usize> = group.iter().map(|column| columns[*column].seen.filled).collect();
    let all_ones = group.iter().filter(|column| filled(column)).all(|column| columns[*column].seen.only(&[SEEN]) == Some("1"));
    let differ = counts.iter().min() != counts.iter().max();
    all_ones && (differ || wording.ends_with("Selected Choice - ")) && counts.iter().max().is_some_and(|most| *most > 1)
}

/// The part that all labels start with, up to the dash before the option.
fn common_start<'a>(labels: &[&'a str]) -> &'a str {
    let Some(first) = labels.first() else { return "" };
    let shared = |other: &&str| first.char_indices().zip(other.chars()).find(|((_, a), b)| a != b).map_or(first.len().min(other.len()), |((at, _), _)| at);
    let common = labels.iter().map(shared).min().unwrap_or_default();
    first
        .get(..common)
        .and_then(|start| start.rfind('-').map(|dash| &start[..=dash]))
        .map_or("", |start| if first[start.len()..].starts_with(' ') { &first[..=start.len()] } else { start })
}

fn option_text(label: &str, wording: &str) -> String {
    label.get(wording.len()..).unwrap_or_default().trim().to_owned()
}

/// The wording without the dash and the words that stand before the option.
fn trimmed(wording: &str) -> &str {
    let wording = wording.trim_end().trim_end_matches('-').trim_end();
    wording.strip_suffix("Selected Choice").map_or(wording, |wording| wording.trim_end().trim_end_matches('-').trim_end())
}

#[cfg(test)]
mod tests {
    use super::{common_start, import_id, trimmed};

    #[test]
    fn import_ids_stand_in_either_kind_of_quotes() {
        assert_eq!(import_id("{\"ImportId\":\"startDate\",\"timeZone\":\"America/Chicago\"}").as_deref(), Some("startDate"));
        assert_eq!(import_id("{'ImportId': 'QID6#1-1'}").as_deref(), Some("QID6#1-1"));
        assert_eq!(import_id("{\"ImportId\":\"QID2\",\"choiceId\":\"1\"}").as_deref(), Some("QID2_1"));
        assert_eq!(import_id("ImportId"), None);
    }

    #[test]
    fn the_wording_ends_before_the_option() {
        let labels = ["Which fruit? - Selected Choice - Kiwi", "Which fruit? - Selected Choice - Kaki"];
        assert_eq!((common_start(&labels), trimmed(common_start(&labels))), ("Which fruit? - Selected Choice - ", "Which fruit?"));
        assert_eq!(trimmed(common_start(&["You like.-Yam", "You like.-Yuzu"])), "You like.");
        assert_eq!(common_start(&["a", "b"]), "");
    }
}
