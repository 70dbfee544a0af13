//! A codebook in, DDI Codebook 2.5 out, which data archives take in.
//!
//! The order of the elements is the schema's: in a variable label, question, valid range, universe, categories, format.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Variable, escaped, levels, missing_codes, variables};
use crate::schema::codebook::{Codebook, Field, Kind};

/// The XML text.
pub(super) fn write(book: &Codebook) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<codeBook xmlns=\"ddi:codebook:2_5\" version=\"2.5\">\n");
    let _ = write!(
        text,
        "  <stdyDscr>\n    <citation>\n      <titlStmt>\n        <titl>{}</titl>\n        <IDNo>{}</IDNo>\n      </titlStmt>\n    </citation>\n    <stdyInfo>\n      <sumDscr>\n        <anlyUnit>{}</anlyUnit>\n      </sumDscr>\n    </stdyInfo>\n  </stdyDscr>\n  <dataDscr>\n",
        escaped(&book.title),
        escaped(&book.id),
        escaped(&book.unit)
    );
    let variables = variables(book);
    groups(&mut text, &variables);
    for (place, variable) in variables.iter().enumerate() {
        write_variable(&mut text, book, variable, place + 1);
    }
    text.push_str("  </dataDscr>\n</codeBook>\n");
    text
}

/// The columns of each question with several answers belong together.
fn groups(text: &mut String, variables: &[Variable<'_>]) {
    let mut groups: BTreeMap<usize, (&Field, Vec<String>)> = BTreeMap::new();
    let mut first = 0;
    for (place, variable) in variables.iter().enumerate().filter(|(_, variable)| variable.option.is_some()) {
        if variable.first {
            first = place;
        }
        groups.entry(first).or_insert_with(|| (variable.field, Vec::new())).1.push(format!("V{}", place + 1));
    }
    for (number, (field, members)) in groups.values().enumerate() {
        let _ = writeln!(text, "    <varGrp ID=\"VG{}\" name=\"{}\" type=\"multipleResp\" var=\"{}\">", number + 1, escaped(&field.name), members.join(" "));
        let _ = writeln!(text, "      <labl>{}</labl>", escaped(&field.label));
        if let Some(question) = &field.question {
            let _ = writeln!(text, "      <txt>{}</txt>", escaped(question));
        }
        text.push_str("    </varGrp>\n");
    }
}

fn write_variable(text: &mut String, book: &Codebook, variable: &Variable<'_>, number: usize) {
    let field = variable.field;
    let (interval, represented, nature) = match &field.kind {
        Kind::Integer | Kind::Number => ("contin", "numeric", ""),
        Kind::Date | Kind::Datetime => ("contin", "datetime", ""),
        Kind::Category { ordered: true, .. } => ("discrete", "code", " nature=\"ordinal\""),
        Kind::Category { .. } | Kind::Checkboxes { .. } => ("discrete", "code", " nature=\"nominal\""),
        Kind::Id | Kind::Text | Kind::Split { .. } => ("discrete", "text", ""),
    };
    let unit = field.unit.as_ref().map(|unit| format!(" measUnit=\"{}\"", escaped(unit))).unwrap_or_default();
    let name = escaped(variable.column);
    let _ = writeln!(text, "    <var ID=\"V{number}\" name=\"{name}\" intrvl=\"{interval}\"{unit}{nature} representationType=\"{represented}\">");
    let label = variable.option.map_or_else(|| field.label.clone(), |option| format!("{}: {}", field.label, option.label));
    let _ = writeln!(text, "      <labl>{}</labl>", escaped(&label));
    if let Some(question) = &field.question {
        let _ = writeln!(text, "      <qstn>\n        <qstnLit>{}</qstnLit>\n      </qstn>", escaped(question));
    }
    if let Some((low, high)) = field.range {
        let bound = |name: &str, bound: f64| if bound.is_finite() { format!(" {name}=\"{bound}\"") } else { String::new() };
        let units = if field.kind == Kind::Integer { "INT" } else { "REAL" };
        let _ = writeln!(text, "      <valrng>\n        <range UNITS=\"{units}\"{}{}/>\n      </valrng>", bound("min", low), bound("max", high));
    }
    if let Some(ask_if) = &field.ask_if {
        let _ = writeln!(text, "      <universe clusion=\"I\">{}</universe>", escaped(&format!("those whose {} is {}", ask_if.field, ask_if.is.join(" or "))));
    }
    if variable.option.is_some() {
        category(text, "1", "Yes", false);
        category(text, "0", "No", false);
    }
    for level in levels(field) {
        category(text, &level.code, &level.label, false);
    }
    for (code, reason) in missing_codes(book, field).into_iter().filter(|(code, _)| !code.is_empty()) {
        category(text, code, reason, true);
    }
    let (kind, more) = match field.kind {
        Kind::Integer | Kind::Number | Kind::Checkboxes { .. } => ("numeric", ""),
        Kind::Date => ("character", " category=\"date\""),
        Kind::Datetime => ("character", " category=\"time\""),
        _ => ("character", ""),
    };
    let _ = writeln!(text, "      <varFormat type=\"{kind}\"{more}/>");
    text.push_str("    </var>\n");
}

fn category(text: &mut String, code: &str, label: &str, missing: bool) {
    let attribute = if missing { " missing=\"Y\"" } else { "" };
    let _ = writeln!(text, "      <catgry{attribute}>\n        <catValu>{}</catValu>\n        <labl>{}</labl>\n      </catgry>", escaped(code), escaped(label));
}
