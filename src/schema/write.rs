//! A codebook in, the TOML that reads back as the same codebook out, with remarks for the person who checks it.
//!
//! Drafts that are guessed or imported end up here. The remarks say where a field comes from, what was guessed and how
//! sure that is; they are comments, so nothing depends on them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::codebook::{AskIf, Codebook, Derive, DeriveRule, Field, InstrumentUse, Kind, Level, MissingCodes, usual_missing};
use super::number::Decimal;
use crate::frame::missing;

/// What is said about a codebook in comments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Comments {
    /// Above everything.
    pub head: Vec<String>,
    /// Above a field, by its name.
    pub fields: BTreeMap<String, Vec<String>>,
    /// Below everything: what the codebook cannot say.
    pub tail: Vec<String>,
}

impl Comments {
    /// Adds a remark about a field.
    pub(crate) fn add(&mut self, field: &str, remark: impl Into<String>) {
        self.fields.entry(field.to_owned()).or_default().push(remark.into());
    }
}

/// The text of a codebook.
pub(crate) fn write(book: &Codebook, comments: &Comments) -> String {
    let mut text = String::new();
    remarks(&mut text, &comments.head);
    pair(&mut text, "id", &quoted(&book.id));
    pair(&mut text, "title", &quoted(&book.title));
    pair(&mut text, "unit", &quoted(&book.unit));
    if !book.key.is_empty() {
        pair(&mut text, "key", &list(&book.key));
    }
    optional(&mut text, "person", book.person.as_ref());
    flag(&mut text, "public_unit", book.public_unit);
    if book.decimal != Decimal::default() {
        pair(&mut text, "decimal", &quoted(decimal_mark(book.decimal)));
    }
    missing_table(&mut text, book);
    for field in &book.fields {
        text.push('\n');
        remarks(&mut text, comments.fields.get(&field.name).map_or(&[], Vec::as_slice));
        write_field(&mut text, book, field);
    }
    book.derives.iter().for_each(|derive| write_derive(&mut text, derive));
    book.instruments.iter().for_each(|used| write_instrument(&mut text, used));
    for check in &book.checks {
        text.push_str("\n[[check]]\n");
        check.written.iter().for_each(|(key, value)| pair(&mut text, key, value));
    }
    if !comments.tail.is_empty() {
        text.push('\n');
        remarks(&mut text, &comments.tail);
    }
    text
}

/// The missing codes of every field, without those that need no mention.
fn missing_table(text: &mut String, book: &Codebook) {
    let usual = usual_missing();
    let mut unusual = book.missing.as_slice();
    while let [first, rest @ ..] = unusual
        && usual.contains(first)
    {
        unusual = rest;
    }
    if !unusual.is_empty() {
        text.push_str("\n[missing]\n");
        for (code, reason) in unusual {
            pair(text, &quoted(code), &quoted(reason_word(book, *reason)));
        }
    }
}

fn reason_word(book: &Codebook, reason: u8) -> &str {
    if reason == missing::NOT_ASKED { "not_asked" } else { book.reason(reason) }
}

fn write_field(text: &mut String, book: &Codebook, field: &Field) {
    text.push_str("[[field]]\n");
    pair(text, "name", &quoted(&field.name));
    let (column, aliases) = field.columns.split_first().map_or((&field.name, &[][..]), |(first, rest)| (first, rest));
    if *column != field.name {
        pair(text, "column", &quoted(column));
    }
    if !aliases.is_empty() {
        pair(text, "aliases", &list(aliases));
    }
    pair(text, "label", &quoted(&field.label));
    optional(text, "question", field.question.as_ref());
    optional(text, "phrase", field.phrase.as_ref());
    let (word, lists, separator) = kind_words(&field.kind);
    pair(text, "type", &quoted(word));
    flag(text, "required", field.required);
    flag(text, "optional", field.optional);
    flag(text, "identifies", field.identifies);
    if let Some((low, high)) = field.range {
        pair(text, "range", &format!("[{}, {}]", number(low), number(high)));
    }
    if field.decimal != book.decimal {
        pair(text, "decimal", &quoted(decimal_mark(field.decimal)));
    }
    if let Some(order) = field.dates {
        pair(text, "dates", &quoted(order.word()));
    }
    optional(text, "unit", field.unit.as_ref());
    if let Some(goal) = field.goal {
        pair(text, "goal", &number(goal));
    }
    optional(text, "workers", field.workers.as_ref());
    optional(text, "separator", separator);
    if let Some((key, code_key, levels)) = lists.filter(|(_, _, levels)| !levels.is_empty()) {
        write_levels(text, key, code_key, levels);
    }
    if !field.missing.is_empty() {
        pair(text, "missing", &missing_inline(book, &field.missing));
    }
    if let Some(AskIf { field, is }) = &field.ask_if {
        pair(text, "ask_if", &format!("{{ field = {}, is = {} }}", quoted(field), list(is)));
    }
    if let Some(other) = &field.other {
        let parts = [&other.column, &other.coding, &other.level].map(|part| quoted(part));
        pair(text, "other", &format!("{{ column = {}, coding = {}, level = {} }}", parts[0], parts[1], parts[2]));
    }
}

/// The levels of a field, with the names of the list and of its codes.
type Listed<'a> = (&'static str, &'static str, &'a [Level]);

/// The word of a kind, its list with the names of list and code, and its separator.
fn kind_words(kind: &Kind) -> (&'static str, Option<Listed<'_>>, Option<&String>) {
    match kind {
        Kind::Id => ("id", None, None),
        Kind::Text => ("text", None, None),
        Kind::Integer => ("integer", None, None),
        Kind::Number => ("number", None, None),
        Kind::Date => ("date", None, None),
        Kind::Datetime => ("datetime", None, None),
        Kind::Category { levels, ordered } => (if *ordered { "ordinal" } else { "category" }, Some(("levels", "code", levels)), None),
        Kind::Split { separator, levels } => ("multi", Some(("levels", "code", levels)), Some(separator)),
        Kind::Checkboxes { options } => ("multi", Some(("options", "column", options)), None),
    }
}

fn write_levels(text: &mut String, key: &str, code_key: &str, levels: &[Level]) {
    let _ = writeln!(text, "{key} = [");
    for level in levels {
        let band = level.band.map(|(from, to)| format!(", from = {}, to = {}", number(from), number(to))).unwrap_or_default();
        let _ = writeln!(text, "  {{ {code_key} = {}, label = {}{band} }},", quoted(&level.code), quoted(&level.label));
    }
    text.push_str("]\n");
}

fn missing_inline(book: &Codebook, codes: &MissingCodes) -> String {
    let pairs: Vec<String> = codes.iter().map(|(code, reason)| format!("{} = {}", quoted(code), quoted(reason_word(book, *reason)))).collect();
    format!("{{ {} }}", pairs.join(", "))
}

fn write_derive(text: &mut String, derive: &Derive) {
    text.push_str("\n[[derive]]\n");
    pair(text, "name", &quoted(&derive.name));
    pair(text, "label", &quoted(&derive.label));
    match &derive.rule {
        DeriveRule::Bands { from, breaks, labels } => {
            pair(text, "from", &quoted(from));
            pair(text, "breaks", &format!("[{}]", breaks.iter().map(|edge| number(*edge)).collect::<Vec<_>>().join(", ")));
            pair(text, "labels", &list(labels));
        }
        DeriveRule::Rollup { from, several } => {
            pair(text, "rollup", &quoted(from));
            pair(text, "several", &quoted(several));
        }
        DeriveRule::Due { from, months, labels } => {
            pair(text, "from", &quoted(from));
            pair(text, "due_after_months", &months.to_string());
            pair(text, "labels", &list(labels));
        }
        DeriveRule::Share { from, of } => {
            pair(text, "from", &quoted(from));
            pair(text, "share_of", &number(*of));
        }
        DeriveRule::Regroup { from, map } => {
            pair(text, "from", &quoted(from));
            let pairs: Vec<String> = map.iter().map(|(level, group)| format!("{} = {}", quoted(level), quoted(group))).collect();
            pair(text, "regroup", &format!("{{ {} }}", pairs.join(", ")));
        }
    }
}

fn write_instrument(text: &mut String, used: &InstrumentUse) {
    text.push_str("\n[[instrument]]\n");
    pair(text, "id", &quoted(&used.id));
    pair(text, "items", &list(&used.items));
    optional(text, "coding", used.coding.as_ref());
    optional(text, "variant", used.variant.as_ref());
    flag(text, "complete_only", used.complete_only);
    optional(text, "sex", used.sex.as_ref());
}

fn pair(text: &mut String, key: &str, value: &str) {
    text.extend([key, " = ", value, "\n"]);
}

fn optional(text: &mut String, key: &str, value: Option<&String>) {
    if let Some(value) = value {
        pair(text, key, &quoted(value));
    }
}

fn flag(text: &mut String, key: &str, value: bool) {
    if value {
        pair(text, key, "true");
    }
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

pub(super) fn decimal_mark(decimal: Decimal) -> &'static str {
    match decimal {
        Decimal::Point => ".",
        Decimal::Comma => ",",
    }
}

/// A number as TOML writes it.
fn number(value: f64) -> String {
    if value.is_finite() && value.abs() >= 1e15 { format!("{value:e}") } else { value.to_string() }
}

/// Text as TOML writes it on one line.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

/// Comment lines; a remark of several lines becomes as many.
fn remarks(text: &mut String, remarks: &[String]) {
    for line in remarks.iter().flat_map(|remark| remark.split(['\n', '\r'])).map(str::trim_end) {
        text.push('#');
        if !line.is_empty() {
            text.push(' ');
        }
        text.extend(line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }));
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::builtin::{builtin_codebook, builtin_names};

    fn reads_back(book: &Codebook, comments: &Comments) {
        let text = write(book, comments);
        let (again, problems) = Codebook::parse("written.toml", &text);
        assert!(problems.is_empty(), "{problems:#?}\n{text}");
        assert_eq!(*book, again, "{text}");
    }

    #[test]
    fn every_built_in_codebook_reads_back_as_itself() {
        for id in builtin_names() {
            let (book, _) = Codebook::parse(id, builtin_codebook(id).unwrap());
            let mut comments = Comments { head: vec!["Two\nlines".into()], tail: vec!["the end".into()], ..Comments::default() };
            book.fields.iter().for_each(|field| comments.add(&field.name, format!("about {} \u{7}", field.name)));
            reads_back(&book, &comments);
        }
    }

    #[test]
    fn levels_stand_one_a_line_and_remarks_above_their_field() {
        let text = "id = \"a\"\ntitle = \"A\"\nunit = \"people\"\n\n[[field]]\nname = \"x\"\nlabel = \"X\"\ntype = \"category\"\nlevels = [\n  { code = \"1\", label = \"Yes\" },\n  { code = \"2\", label = \"No\" },\n]\n";
        let (book, problems) = Codebook::parse("a.toml", text);
        assert!(problems.is_empty());
        assert_eq!(write(&book, &Comments::default()), text);
        let mut comments = Comments::default();
        comments.add("x", "guessed from 12 values");
        assert!(write(&book, &comments).contains("\n\n# guessed from 12 values\n[[field]]\nname = \"x\"\n"));
    }

    #[test]
    fn declared_blanks_and_reasons_keep_their_order() {
        let text = "id = \"a\"\ntitle = \"A\"\nunit = \"people\"\n[missing]\n\"-7\" = \"not there\"\nNA = \"skipped\"\n\"\" = \"not_asked\"\n[[field]]\nname = \"x\"\ntype = \"integer\"\nrange = [0, inf]\ndecimal = \",\"\nmissing = { \"9\" = \"lost\", \"8\" = \"refused\" }\n";
        let (book, problems) = Codebook::parse("a.toml", text);
        assert!(problems.is_empty(), "{problems:?}");
        reads_back(&book, &Comments::default());
    }

    proptest! {
        #[test]
        fn any_text_and_number_survives(label in "\\PC*|[\\x00-\\x7f]*", code in any::<String>(), low in -1e12..1e12f64, high in 1e12..1e300f64) {
            let mut book = Codebook { id: label.clone(), title: code.clone(), unit: "people".into(), missing: usual_missing(), ..Codebook::default() };
            let level = |code: &str| Level { code: code.to_owned(), label: label.clone(), band: Some((low, high)) };
            let levels = vec![level(&code), level(&format!("{code}x"))];
            let kind = Kind::Category { levels, ordered: true };
            let field = Field { name: "x".into(), columns: vec![code.clone(), label.clone()], label: label.clone(), kind, ..Field::default() };
            book.fields.push(Field { range: Some((low, high)), question: Some(label.clone()), ..field });
            let mut comments = Comments { head: vec![label.clone()], ..Comments::default() };
            comments.add("x", code);
            reads_back(&book, &comments);
        }
    }
}
