//! An `XLSForm` (Kobo, ODK and others) in, a codebook out.

use std::collections::BTreeMap;

use super::{Draft, logic};
use crate::ingest::{Sheet, label, list_of};
use crate::schema::codebook::{Codebook, Field, Kind, Level, usual_missing};
use crate::schema::draft::{Names, worded};
use crate::schema::write::Comments;

/// Whether these are the rows of a sheet `survey`.
pub(super) fn is_form(survey: &Sheet) -> bool {
    const OWN: [&str; 7] = ["relevant", "constraint", "appearance", "hint", "calculation", "required", "choice_filter"];
    survey.first().is_some_and(|row| {
        let labelled = row.keys().any(|name| name.starts_with("label"));
        row.contains_key("type") && row.contains_key("name") && labelled && row.keys().any(|name| OWN.iter().any(|own| name.starts_with(own)))
    })
}

/// The codebook of a form.
pub(super) fn import(survey: &Sheet, choices: &Sheet) -> Draft {
    draft(survey, &lists(choices))
}

fn lists(choices: &Sheet) -> BTreeMap<String, Vec<Level>> {
    let mut lists: BTreeMap<String, Vec<Level>> = BTreeMap::new();
    for row in choices {
        let get = |names: [&str; 2]| names.iter().find_map(|name| row.get(*name)).cloned().unwrap_or_default();
        let (list, code) = (get(["list_name", "list name"]), get(["name", "value"]));
        let levels = lists.entry(list).or_default();
        if !code.is_empty() && !levels.iter().any(|level| level.code == code) {
            levels.push(Level { label: label(row, "label", &code), code, band: None });
        }
    }
    lists
}

fn draft(survey: &Sheet, lists: &BTreeMap<String, Vec<Level>>) -> Draft {
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
    let mut levels = lists.get(list_of(cell("type"))).cloned().unwrap_or_default();
    if cell("type").contains("or_other") {
        levels.push(Level { code: "other".to_owned(), label: "Other".to_owned(), band: None });
    }
    let kind = match (word, rest.split(' ').next().unwrap_or_default()) {
        ("select", "one") if !levels.is_empty() => Kind::Category { levels, ordered: false },
        ("select", "multiple") | ("rank", _) if !levels.is_empty() => Kind::Split { separator: " ".to_owned(), levels },
        ("integer", _) => Kind::Integer,
        ("range", _) if !cell("parameters").contains('.') => Kind::Integer,
        ("decimal" | "range", _) => Kind::Number,
        ("date" | "today", _) => Kind::Date,
        ("datetime" | "start" | "end", _) => Kind::Datetime,
        ("acknowledge", _) => Kind::Category { levels: vec![Level { code: "OK".to_owned(), label: "Acknowledged".to_owned(), band: None }], ordered: false },
        _ => Kind::Text,
    };
    let (text, question) = worded(&label(row, "label", ""), &name);
    let range = logic::range(cell("constraint")).filter(|_| matches!(kind, Kind::Integer | Kind::Number));
    let mut remark = |condition: bool, text: String| {
        if condition {
            comments.add(&name, text);
        }
    };
    let platform = ["start", "end", "today", "deviceid", "username", "subscriberid", "simserial", "phonenumber", "audit"];
    remark(platform.contains(&word), "the survey platform fills this column".to_owned());
    remark(!label(row, "hint", "").is_empty(), format!("hint on the form: {}", label(row, "hint", "")));
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
