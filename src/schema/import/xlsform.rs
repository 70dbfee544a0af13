//! An XLSForm (Kobo, ODK and others) in, a codebook out: the sheets `survey` and `choices` of a workbook, or the same as CSV.
//!
//! CSV comes as one file for each sheet (`x_survey.csv` beside `x_choices.csv`), or as one file whose first column names
//! the sheet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Draft, logic};
use crate::error::Error;
use crate::frame::RawBatch;
use crate::ingest::{self, ReadOptions, Reader, plain};
use crate::schema::codebook::{Codebook, Field, Kind, Level, usual_missing};
use crate::schema::draft::{Names, worded};
use crate::schema::write::Comments;

/// Rows of a sheet by the names of its columns.
type Rows = Vec<BTreeMap<String, String>>;

/// Rows of one sheet; more are data.
const MOST_ROWS: usize = 200_000;

/// Whether these are the columns of the sheet `survey`.
pub(super) fn is_survey(header: &[String]) -> bool {
    let has = |wanted: &str| header.iter().any(|name| name.trim().eq_ignore_ascii_case(wanted));
    let label = header.iter().any(|name| name.trim().to_lowercase().starts_with("label"));
    let own = ["relevant", "constraint", "appearance", "hint", "calculation", "required", "choice_filter"].iter().any(|name| has(name));
    has("type") && has("name") && label && own && !has("list_name")
}

/// Whether it is one file with both sheets, whose first column names the sheet.
pub(super) fn is_one_file(header: &[String]) -> bool {
    header.first().is_some_and(|name| name.trim().eq_ignore_ascii_case("survey"))
}

/// The codebook of a form whose sheet `survey` is open.
pub(super) fn import(path: &Path, mut reader: Reader, options: &ReadOptions) -> Result<Draft, Error> {
    let header = reader.header().to_vec();
    let all = raw_rows(&mut reader)?;
    let (survey, choices) = if is_one_file(&header) {
        one_file(&header, &all)
    } else {
        let survey = by_name(&header, &all);
        let choices = match choices_beside(path) {
            Some(beside) => Some(ingest::open(&beside, options)?),
            None => ingest::open(path, &ReadOptions { sheet: Some("choices".to_owned()), ..options.clone() }).ok(),
        };
        let choices = match choices {
            Some(mut reader) => {
                let header = reader.header().to_vec();
                by_name(&header, &raw_rows(&mut reader)?)
            }
            None => Rows::new(),
        };
        (survey, choices)
    };
    Ok(draft(&survey, &lists(&choices)))
}

fn raw_rows(reader: &mut Reader) -> Result<Vec<Vec<String>>, Error> {
    let mut rows = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        let row = |batch: &RawBatch, row| (0..batch.width).map(|column| batch.field_str(row, column).trim().to_owned()).collect::<Vec<_>>();
        rows.extend((0..batch.rows()).map(|place| row(&batch, place)));
        if rows.len() > MOST_ROWS {
            break;
        }
    }
    Ok(rows)
}

fn by_name(header: &[String], rows: &[Vec<String>]) -> Rows {
    let names: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
    rows.iter().map(|row| names.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

/// The sheets of one file: a name in the first column begins a sheet, whose column names follow.
fn one_file(header: &[String], rows: &[Vec<String>]) -> (Rows, Rows) {
    let (mut sheet, mut names): (String, Option<Vec<String>>) = (header.first().cloned().unwrap_or_default().to_lowercase(), None);
    let (mut survey, mut choices) = (Rows::new(), Rows::new());
    for row in rows {
        let first = row.first().map(String::as_str).unwrap_or_default();
        let rest = row.get(1..).unwrap_or_default();
        if !first.is_empty() {
            (sheet, names) = (first.to_lowercase(), None);
        } else if let Some(names) = &names {
            let row: BTreeMap<String, String> = names.iter().cloned().zip(rest.iter().cloned()).collect();
            match sheet.as_str() {
                "survey" => survey.push(row),
                "choices" => choices.push(row),
                _ => {}
            }
        } else {
            names = Some(rest.iter().map(|name| name.to_lowercase()).collect());
        }
    }
    (survey, choices)
}

/// The file of the choices beside the one of the survey.
fn choices_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let beside = path.with_file_name(name.to_lowercase().replace("survey", "choices"));
    (beside.file_name() != path.file_name() && beside.exists()).then_some(beside)
}

/// The label of a row, in the first language where there are several.
fn label(row: &BTreeMap<String, String>, key: &str) -> String {
    let translated = || row.iter().find(|(name, text)| name.starts_with(&format!("{key}:")) && !text.is_empty()).map(|(_, text)| text);
    plain(row.get(key).filter(|text| !text.is_empty()).or_else(translated).map_or("", String::as_str))
}

fn lists(choices: &Rows) -> BTreeMap<String, Vec<Level>> {
    let mut lists: BTreeMap<String, Vec<Level>> = BTreeMap::new();
    for row in choices {
        let get = |names: [&str; 2]| names.iter().find_map(|name| row.get(*name)).cloned().unwrap_or_default();
        let (list, code) = (get(["list_name", "list name"]), get(["name", "value"]));
        if code.is_empty() {
            continue;
        }
        let label = label(row, "label");
        let levels = lists.entry(list).or_default();
        if !levels.iter().any(|level| level.code == code) {
            levels.push(Level { label: if label.is_empty() { code.clone() } else { label }, code, band: None });
        }
    }
    lists
}

fn draft(survey: &Rows, lists: &BTreeMap<String, Vec<Level>>) -> Draft {
    let mut book = Codebook { missing: usual_missing(), ..Codebook::default() };
    let (mut comments, mut names) = (Comments::default(), Names::default());
    let mut groups: Vec<(String, bool)> = Vec::new();
    let mut conditions: Vec<(String, String)> = Vec::new();
    for row in survey {
        let cell = |name: &str| row.get(name).map_or("", String::as_str);
        let (kind, column) = (cell("type").to_lowercase().replace('_', " "), cell("name"));
        match kind.as_str() {
            "begin group" | "begin repeat" => groups.push((column.to_owned(), kind == "begin repeat")),
            "end group" | "end repeat" => drop(groups.pop()),
            "" | "note" => {}
            _ if column.is_empty() => {}
            _ => {
                let field = field(row, &kind, names.unique(column), &groups, lists, &mut comments);
                if !cell("relevant").is_empty() {
                    conditions.push((field.name.clone(), cell("relevant").to_owned()));
                }
                book.fields.push(field);
            }
        }
    }
    for (name, condition) in conditions {
        let ask_if = logic::ask_if(&book, &condition).filter(|ask_if| ask_if.field != name);
        match (ask_if, book.fields.iter_mut().find(|field| field.name == name)) {
            (Some(ask_if), Some(field)) => field.ask_if = Some(ask_if),
            _ => comments.add(&name, format!("shown only if {condition}")),
        }
    }
    (book, comments, "an XLSForm")
}

fn field(
    row: &BTreeMap<String, String>,
    kind: &str,
    name: String,
    groups: &[(String, bool)],
    lists: &BTreeMap<String, Vec<Level>>,
    comments: &mut Comments,
) -> Field {
    let cell = |name: &str| row.get(name).map_or("", String::as_str);
    let column = cell("name").to_owned();
    let (word, rest) = kind.split_once(' ').unwrap_or((kind, ""));
    // `select one`, with the list as it is written.
    let list = cell("type").split_whitespace().last().unwrap_or_default();
    let mut levels = lists.get(list).cloned().unwrap_or_default();
    if cell("type").contains("or_other") {
        let list = cell("type").split_whitespace().rev().nth(1).unwrap_or_default();
        levels = lists.get(list).cloned().unwrap_or_default();
        levels.push(Level { code: "other".to_owned(), label: "Other".to_owned(), band: None });
    }
    let kind = match (word, rest.split(' ').next().unwrap_or_default()) {
        ("select", "one") if !levels.is_empty() => Kind::Category { levels, ordered: false },
        ("select", "multiple") | ("rank", _) => Kind::Split { separator: " ".to_owned(), levels },
        ("integer" | "range", _) => Kind::Integer,
        ("decimal", _) => Kind::Number,
        ("date" | "today", _) => Kind::Date,
        ("datetime" | "start" | "end", _) => Kind::Datetime,
        ("acknowledge", _) => Kind::Category { levels: vec![Level { code: "OK".to_owned(), label: "Acknowledged".to_owned(), band: None }], ordered: false },
        _ => Kind::Text,
    };
    let (text, question) = worded(&label(row, "label"), &name);
    let range = logic::range(cell("constraint")).filter(|_| matches!(kind, Kind::Integer | Kind::Number));
    let mut remark = |condition: bool, text: String| {
        if condition {
            comments.add(&name, text);
        }
    };
    let platform = ["start", "end", "today", "deviceid", "username", "subscriberid", "simserial", "phonenumber", "audit"];
    remark(platform.contains(&word), "the survey platform fills this column".to_owned());
    remark(!label(row, "hint").is_empty(), format!("hint on the form: {}", label(row, "hint")));
    remark(matches!(cell("required").to_lowercase().as_str(), "yes" | "true" | "true()"), "an answer is asked for on the form".to_owned());
    remark(!cell("constraint").is_empty() && range.is_none(), format!("constraint: {}", cell("constraint")));
    remark(!cell("calculation").is_empty(), format!("calculated: {}", cell("calculation")));
    remark(
        matches!(word, "geopoint" | "geotrace" | "geoshape" | "image" | "audio" | "video" | "file" | "barcode" | "time"),
        format!("a question of type {word}"),
    );
    remark(groups.iter().any(|(_, repeats)| *repeats), "asked several times for one person: such answers lie in a table of their own".to_owned());
    // Exports may write the groups before the name.
    let path: Vec<&str> = groups.iter().map(|(group, _)| group.as_str()).chain([column.as_str()]).collect();
    let mut columns = vec![column.clone()];
    if path.len() > 1 {
        columns.push(path.join("/"));
    }
    Field { name, columns, label: text, question, kind, range, ..Field::default() }
}
