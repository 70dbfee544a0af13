//! A codebook in, one page for people out: readable on a phone, in the dark, on paper and by a screen reader.

use std::fmt::Write as _;

use super::{escaped, kind_word, levels};
use crate::schema::codebook::{Codebook, Field, Kind, Level};
use crate::schema::number::range_words;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b1b1b; --soft: #595959; --line: #c9c9c9; --paper: #ffffff; --band: #f4f4f1; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #b4b4b4; --line: #4a4a4a; --paper: #161616; --band: #202020; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 75rem; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { line-height: 1.2; margin: 0 0 .5rem; }
p { max-width: 65ch; }
code { font-size: .95em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; }
tbody tr:nth-child(even) { background: var(--band); }
tbody tr:target { outline: 3px solid currentColor; }
.soft { color: var(--soft); }
.name { font-weight: 600; }
ul { margin: .25rem 0 0; padding: 0; list-style: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .75rem; margin: 0; }
dt { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; max-width: 12rem; }
dd { margin: 0; }
@media (max-width: 45rem) {
  body { padding: 1rem; }
  table, caption, tbody, tr, th, td { display: block; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tbody tr { border-top: 1px solid var(--line); padding: .75rem .5rem; }
  tbody th, tbody td { border: 0; padding: 0 0 .35rem; }
  td[data-head]:not(:empty)::before { content: attr(data-head) \": \"; color: var(--soft); }
}
@media print { body { max-width: none; padding: 0; } tbody tr { break-inside: avoid; } }
";

/// The page.
pub(super) fn write(book: &Codebook) -> String {
    let title = escaped(&book.title);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}: codebook</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    let _ = write!(page, "<p>Codebook <code>{}</code>: {} fields, one row for each of the {}", escaped(&book.id), book.fields.len(), escaped(&book.unit));
    if !book.key.is_empty() {
        let _ = write!(page, ", told apart by {}", names(&book.key));
    }
    page.push_str(".</p>\n");
    let general: Vec<(&str, &str)> = book.missing.iter().map(|(code, reason)| (code.as_str(), book.reason(*reason))).collect();
    page.push_str("<p>In every field these mean that there is no answer:</p>\n");
    page.push_str(&codes(&general));
    // Roles keep the table a table where narrow screens show its rows as blocks.
    page.push_str("<table role=\"table\">\n<caption>Fields</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">");
    for head in ["Field", "What it holds", "Kind", "Values"] {
        let _ = write!(page, "<th role=\"columnheader\" scope=\"col\">{head}</th>");
    }
    page.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for field in &book.fields {
        row(&mut page, book, field);
    }
    page.push_str("</tbody>\n</table>\n</main>\n</body>\n</html>\n");
    page
}

fn names(names: &[String]) -> String {
    names.iter().map(|name| format!("<code>{}</code>", escaped(name))).collect::<Vec<_>>().join(" and ")
}

/// Codes with what they mean; nothing where there are none.
fn codes(pairs: &[(&str, &str)]) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let pair = |(code, label): &(&str, &str)| {
        let code = if code.is_empty() { "<span class=\"soft\">blank</span>".to_owned() } else { format!("<code>{}</code>", escaped(code)) };
        format!("<dt>{code}</dt><dd>{}</dd>", escaped(label))
    };
    format!("<dl>{}</dl>\n", pairs.iter().map(pair).collect::<String>())
}

fn row(page: &mut String, book: &Codebook, field: &Field) {
    let name = escaped(&field.name);
    let _ = write!(page, "<tr role=\"row\" id=\"{name}\"><th role=\"rowheader\" scope=\"row\"><code class=\"name\">{name}</code>");
    let column = field.columns.first().filter(|column| **column != field.name && !matches!(field.kind, Kind::Checkboxes { .. }));
    if let Some(column) = column {
        let _ = write!(page, "<br><span class=\"soft\">column <code>{}</code></span>", escaped(column));
    }
    let _ = write!(page, "</th><td role=\"cell\">{}", escaped(&field.label));
    if let Some(question) = field.question.as_ref().filter(|question| **question != field.label) {
        let _ = write!(page, "<br><span class=\"soft\">“{}”</span>", escaped(question));
    }
    if let Some(ask_if) = &field.ask_if {
        let _ = write!(page, "<br>Asked only where <a href=\"#{0}\"><code>{0}</code></a> is {1}.", escaped(&ask_if.field), escaped(&ask_if.is.join(" or ")));
    }
    let _ = write!(page, "</td><td role=\"cell\" data-head=\"Kind\">{}", kind_word(&field.kind));
    if let Some(unit) = &field.unit {
        let _ = write!(page, ", in {}", escaped(unit));
    }
    let told = [(field.required, "must be answered"), (field.optional, "may be absent")];
    for (_, words) in told.iter().filter(|(holds, _)| *holds) {
        let _ = write!(page, "<br><span class=\"soft\">{words}</span>");
    }
    page.push_str("</td><td role=\"cell\">");
    page.push_str(&values(book, field));
    page.push_str("</td></tr>\n");
}

/// Range, levels and missing codes of a field.
fn values(book: &Codebook, field: &Field) -> String {
    let mut text = String::new();
    if let Some((low, high)) = field.range {
        let _ = writeln!(text, "{}", range_words(low, high));
    }
    let options: &[Level] = match &field.kind {
        Kind::Checkboxes { options } => options,
        _ => levels(field),
    };
    let pairs: Vec<(&str, &str)> = options.iter().map(|level| (level.code.as_str(), level.label.as_str())).collect();
    text.push_str(&codes(&pairs));
    if !field.missing.is_empty() {
        let own: Vec<(&str, &str)> = field.missing.iter().map(|(code, reason)| (code.as_str(), book.reason(*reason))).collect();
        let _ = write!(text, "<div class=\"soft\">no answer:</div>{}", codes(&own));
    }
    text
}
