//! A codebook in, a Frictionless Table Schema 2 out; what that has no word for stands under `recovista`.

use serde_json::{Value, json};

use super::{EXTRA, Variable, levels, missing_codes, variables};
use crate::schema::codebook::{Codebook, Kind, Level};
use crate::schema::number::Decimal;
use crate::schema::values::{CHECKED, UNCHECKED};

/// Properties in the order in which people read them.
type Properties = Vec<(&'static str, Value)>;

/// The JSON text of the schema: one field a line.
pub(super) fn write(book: &Codebook) -> String {
    let fields: Vec<String> = variables(book).iter().map(|variable| format!("    {}", object(&field(book, variable)))).collect();
    let mut parts = vec![
        format!("  \"$schema\": {}", json!("https://datapackage.org/profiles/2.0/tableschema.json")),
        format!("  \"fields\": [\n{}\n  ]", fields.join(",\n")),
    ];
    let column_of = |name: &String| book.field(name).and_then(|field| field.columns.first()).unwrap_or(name).clone();
    if !book.key.is_empty() {
        parts.push(format!("  \"primaryKey\": {}", json!(book.key.iter().map(column_of).collect::<Vec<_>>())));
    }
    let missing: Vec<Value> = book.missing.iter().map(|(code, reason)| json!({ "value": code, "label": book.reason(*reason) })).collect();
    parts.push(format!("  \"missingValues\": {}", Value::from(missing)));
    let mut extra: Properties = vec![("id", json!(book.id)), ("title", json!(book.title)), ("unit", json!(book.unit))];
    extra.extend(book.person.as_ref().map(|person| ("person", json!(person))));
    extra.extend(book.public_unit.then_some(("public_unit", true.into())));
    extra.extend((book.decimal == Decimal::Comma).then(|| ("decimal", json!(","))));
    parts.push(format!("  \"{EXTRA}\": {}", object(&extra)));
    format!("{{\n{}\n}}\n", parts.join(",\n"))
}

fn object(properties: &Properties) -> String {
    let pairs: Vec<String> = properties.iter().map(|(key, value)| format!("{}: {value}", Value::from(*key))).collect();
    format!("{{ {} }}", pairs.join(", "))
}

fn field(book: &Codebook, variable: &Variable<'_>) -> Properties {
    let field = variable.field;
    let title = variable.option.map_or_else(|| field.label.clone(), |option| format!("{}: {}", field.label, option.label));
    let mut properties: Properties = vec![("name", json!(variable.column)), ("type", json!(type_word(&field.kind))), ("title", json!(title))];
    if variable.option.is_none() {
        properties.extend(field.question.as_ref().map(|question| ("description", json!(question))));
    }
    match &field.kind {
        Kind::Category { levels, ordered } => {
            properties.push(("categories", categories(levels)));
            properties.extend(ordered.then(|| ("categoriesOrdered", json!(true))));
        }
        Kind::Split { separator, .. } => properties.push(("delimiter", json!(separator))),
        Kind::Checkboxes { .. } => {
            properties.push(("trueValues", json!(CHECKED)));
            properties.push(("falseValues", json!(UNCHECKED)));
        }
        Kind::Date | Kind::Datetime => properties.push(("format", json!(if field.kind == Kind::Date && field.dates.is_none() { "default" } else { "any" }))),
        Kind::Number => properties.extend((field.decimal == Decimal::Comma).then(|| ("decimalChar", json!(",")))),
        Kind::Id | Kind::Text | Kind::Integer => {}
    }
    let mut constraints = serde_json::Map::new();
    if field.required && variable.first {
        constraints.insert("required".to_owned(), json!(true));
    }
    for (key, bound) in field.range.map(|(low, high)| [("minimum", low), ("maximum", high)]).into_iter().flatten() {
        if bound.is_finite() {
            constraints.insert(key.to_owned(), number(bound));
        }
    }
    if !constraints.is_empty() {
        properties.push(("constraints", constraints.into()));
    }
    if !field.missing.is_empty() {
        let codes: Vec<Value> = missing_codes(book, field).into_iter().map(|(code, reason)| json!({ "value": code, "label": reason })).collect();
        properties.push(("missingValues", codes.into()));
    }
    let extra = extra(variable);
    if !extra.is_empty() {
        properties.push((EXTRA, Value::Object(extra.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())));
    }
    properties
}

/// Whole numbers without a point.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { serde_json::from_str(&value.to_string()).unwrap_or_else(|_| json!(value)) } else { json!(value) }
}

fn categories(levels: &[Level]) -> Value {
    levels.iter().map(|level| json!({ "value": level.code, "label": level.label })).collect::<Vec<_>>().into()
}

fn type_word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Text | Kind::Category { .. } => "string",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Date => "date",
        Kind::Datetime => "datetime",
        Kind::Split { .. } => "list",
        Kind::Checkboxes { .. } => "boolean",
    }
}

/// What Frictionless has no word for.
fn extra(variable: &Variable<'_>) -> Properties {
    let field = variable.field;
    let mut extra: Properties = Vec::new();
    if let Some(option) = variable.option {
        extra.extend([("question", json!(field.name)), ("option", json!(option.label))]);
        if !variable.first {
            return extra;
        }
        extra.push(("label", json!(field.label)));
        extra.extend(field.question.as_ref().map(|question| ("wording", json!(question))));
    } else if field.columns.first() != Some(&field.name) {
        extra.push(("name", json!(field.name)));
    }
    if field.columns.len() > 1 {
        extra.push(("aliases", json!(field.columns[1..])));
    }
    if field.kind == Kind::Id {
        extra.push(("type", json!("id")));
    }
    if let Kind::Split { levels, .. } = &field.kind {
        extra.push(("levels", categories(levels)));
    }
    let bands: serde_json::Map<String, Value> =
        levels(field).iter().filter_map(|level| level.band.map(|(from, to)| (level.code.clone(), json!([from, to])))).collect();
    if !bands.is_empty() {
        extra.push(("bands", bands.into()));
    }
    extra.extend(field.dates.map(|order| ("dates", json!(order.word()))));
    if field.decimal == Decimal::Comma && field.kind != Kind::Number {
        extra.push(("decimal", json!(",")));
    }
    extra.extend(field.phrase.as_ref().map(|phrase| ("phrase", json!(phrase))));
    extra.extend(field.optional.then_some(("optional", true.into())));
    extra.extend(field.unit.as_ref().map(|unit| ("unit", json!(unit))));
    extra.extend(field.goal.map(|goal| ("goal", json!(goal))));
    extra.extend(field.workers.as_ref().map(|workers| ("workers", json!(workers))));
    extra.extend(field.ask_if.as_ref().map(|ask_if| ("ask_if", json!({ "field": ask_if.field, "is": ask_if.is }))));
    extra
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ImportOptions;
    use crate::schema::builtin::{builtin_codebook, builtin_names};
    use crate::schema::import_codebook;

    #[test]
    fn every_built_in_codebook_comes_back_from_its_table_schema() {
        let folder = tempfile::tempdir().unwrap();
        let other = "id = \"o\"\ntitle = \"O\"\nunit = \"visits\"\ndecimal = \",\"\nkey = [\"a\"]\n[[field]]\nname = \"a\"\ncolumn = \"Your id?\"\naliases = [\"b\"]\ntype = \"id\"\n[[field]]\nname = \"x\"\ntype = \"number\"\ndecimal = \".\"\nrange = [-inf, 2.5]\nmissing = { \"9\" = \"lost\" }\n[[field]]\nname = \"y\"\ntype = \"integer\"\n";
        let texts = builtin_names().map(|id| builtin_codebook(id).unwrap()).chain([other]);
        for text in texts {
            let (mut book, problems) = Codebook::parse("a.toml", text);
            assert!(problems.is_empty(), "{problems:?}");
            let path = folder.path().join("schema.json");
            std::fs::write(&path, write(&book)).unwrap();
            let imported = import_codebook(&ImportOptions { file: path, ..ImportOptions::default() }).unwrap();
            assert!(imported.notes.is_empty(), "{:?}", imported.notes);
            let (again, _) = Codebook::parse("b.toml", &imported.text);
            // Columns that are computed, scores and checks of rows are not what a table schema describes.
            (book.derives, book.instruments, book.checks) = (Vec::new(), Vec::new(), Vec::new());
            assert_eq!(again, book);
        }
    }
}
