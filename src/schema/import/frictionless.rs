//! A Frictionless Table Schema (version 1 or 2, alone or in a resource or a package) in, a codebook out.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};

use super::Draft;
use crate::error::{Error, Problem, closest, some_of};
use crate::frame::{DateOrder, missing};
use crate::schema::codebook::{AskIf, Codebook, Field, Kind, Level, MissingCodes, declared_or_known, usual_missing};
use crate::schema::draft::{MAX_OPTIONS, Names};
use crate::schema::export::EXTRA;
use crate::schema::number::Decimal;
use crate::schema::write::Comments;

/// Bytes of a schema; more are data.
const MOST_BYTES: u64 = 64 << 20;

/// Whether the file begins as JSON.
pub(super) fn looks_like(path: &Path) -> Result<bool, Error> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(|error| Error::io("read", path, &error))?;
    file.take(4096).read_to_end(&mut head).map_err(|error| Error::io("read", path, &error))?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    Ok(head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{'))
}

/// The codebook of a schema; `name` chooses the resource of a package.
pub(super) fn import(path: &Path, name: Option<&str>) -> Result<Draft, Error> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| Error::io("read", path, &error))?;
    let refused = |found: String| {
        let problem = Problem::new("schema::not_a_table_schema", format!("{} is not a Frictionless Table Schema", path.display())).found(found);
        Error::input(problem.expected("JSON with a list `fields`, alone, as `schema` of a resource, or in `resources` of a package"))
    };
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(|error| refused(error.to_string()))?;
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| refused(error.to_string()))?;
    let tables = tables(&value);
    let names = || tables.iter().map(|table| table.name);
    let found = name.map_or(tables.first(), |wanted| tables.iter().find(|table| table.name == wanted));
    let Some(Table { schema, title, .. }) = found else {
        let Some(wanted) = name.filter(|_| !tables.is_empty()) else { return Err(refused("no list `fields`".to_owned())) };
        let mut problem = Problem::new("input::unknown_table", format!("the package has no resource `{wanted}`")).expected(some_of(names()));
        problem.help = closest(wanted, names()).map(|near| format!("did you mean `{near}`?"));
        return Err(Error::usage(problem.at(path.display().to_string())));
    };
    let mut reading = Reading { book: Codebook::default(), comments: Comments::default(), names: Names::default() };
    reading.schema(schema);
    if reading.book.title.is_empty() {
        (*title).clone_into(&mut reading.book.title);
    }
    Ok((reading.book, reading.comments, "a Frictionless Table Schema"))
}

/// A schema with name and title of what holds it.
struct Table<'a> {
    name: &'a str,
    schema: &'a Map<String, Value>,
    title: &'a str,
}

/// The schema that the text is, that of its resource, or those of all resources.
fn tables(value: &Value) -> Vec<Table<'_>> {
    fn table(value: &Value) -> Option<Table<'_>> {
        let word = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        Some(Table { name: word("name"), schema: value.get("schema")?.as_object()?, title: word("title") })
    }
    if let Some(schema) = value.as_object().filter(|schema| schema.get("fields").is_some_and(Value::is_array)) {
        return vec![Table { name: "", schema, title: "" }];
    }
    let resources = value.get("resources").and_then(Value::as_array).into_iter().flatten();
    table(value).into_iter().chain(resources.filter_map(table)).collect()
}

struct Reading {
    book: Codebook,
    comments: Comments,
    names: Names,
}

fn text(value: &Map<String, Value>, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// Text, number or truth value as a file writes it.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn scalars(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(scalar).collect(),
        Some(one) => scalar(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Value and label of items that are values or objects with both.
fn labelled(value: Option<&Value>) -> Vec<(String, String)> {
    let item = |item: &Value| match item {
        Value::Object(pair) => {
            let value = pair.get("value").and_then(scalar)?;
            Some((value.clone(), text(pair, "label").unwrap_or(value)))
        }
        other => scalar(other).map(|value| (value.clone(), value)),
    };
    value.and_then(Value::as_array).into_iter().flatten().filter_map(item).collect()
}

impl Reading {
    fn schema(&mut self, schema: &Map<String, Value>) {
        let none = Map::new();
        let extra = schema.get(EXTRA).and_then(Value::as_object).unwrap_or(&none);
        let book = &mut self.book;
        (book.id, book.title, book.unit) =
            (text(extra, "id").unwrap_or_default(), text(extra, "title").unwrap_or_default(), text(extra, "unit").unwrap_or_default());
        book.person = text(extra, "person");
        book.public_unit = extra.get("public_unit").and_then(Value::as_bool).unwrap_or(false);
        book.decimal = if text(extra, "decimal").as_deref() == Some(",") { Decimal::Comma } else { Decimal::Point };
        let listed = self.missing(schema.get("missingValues"));
        self.book.missing = usual_missing();
        self.book.missing.retain(|(code, _)| !listed.iter().any(|(known, _)| known == code));
        self.book.missing.extend(listed);
        for field in schema.get("fields").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object) {
            self.field(field);
        }
        let name_of = |column: &String| self.book.fields.iter().find(|field| field.columns.first() == Some(column)).map(|field| field.name.clone());
        self.book.key = scalars(schema.get("primaryKey")).iter().filter_map(name_of).collect();
        for (key, words) in [("foreignKeys", "refers to another table"), ("uniqueKeys", "is unique")] {
            for found in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.comments.tail.push(format!("{words}: {found}"));
            }
        }
    }

    /// Codes for no answer; those without a label of their own are passed over.
    fn missing(&mut self, value: Option<&Value>) -> MissingCodes {
        let mut codes: MissingCodes = Vec::new();
        for (code, label) in labelled(value) {
            let reason = if label == code || label.is_empty() { missing::SKIPPED } else { declared_or_known(&label, &mut self.book.reasons) };
            if !codes.iter().any(|(known, _)| *known == code) {
                codes.push((code, reason));
            }
        }
        codes
    }

    fn field(&mut self, described: &Map<String, Value>) {
        let none = Map::new();
        let extra = described.get(EXTRA).and_then(Value::as_object).unwrap_or(&none);
        let column = text(described, "name").unwrap_or_default();
        if let Some(question) = text(extra, "question").filter(|_| extra.contains_key("option")) {
            let level = Level { code: column, label: text(extra, "option").unwrap_or_default(), band: None };
            let known = self.book.fields.iter_mut().find(|field| field.name == question);
            if let Some(Field { kind: Kind::Checkboxes { options }, .. }) = known {
                if options.len() < MAX_OPTIONS {
                    options.push(level);
                }
                return;
            }
            let kind = Kind::Checkboxes { options: vec![level] };
            let field = self.described(described, extra, &question, kind);
            let label = text(extra, "label").unwrap_or_else(|| question.replace('_', " "));
            self.book.fields.push(Field {
                columns: [vec![question], scalars(extra.get("aliases"))].concat(),
                label,
                question: text(extra, "wording"),
                ..field
            });
            return;
        }
        let kind = self.kind(described, extra, &column);
        let name = text(extra, "name").unwrap_or_else(|| column.clone());
        let name = self.names.unique(&name);
        let field = self.described(described, extra, &name, kind);
        let columns = [vec![column], scalars(extra.get("aliases"))].concat();
        self.book.fields.push(Field { columns, ..field });
    }

    /// What all kinds of fields have.
    fn described(&mut self, described: &Map<String, Value>, extra: &Map<String, Value>, name: &str, kind: Kind) -> Field {
        let none = Map::new();
        let constraints = described.get("constraints").and_then(Value::as_object).unwrap_or(&none);
        let bound = |key: &str| constraints.get(key).and_then(|value| value.as_f64().or_else(|| value.as_str()?.parse().ok()));
        let (low, high) = (bound("minimum"), bound("maximum"));
        let numeric = matches!(kind, Kind::Integer | Kind::Number);
        let range = (numeric && (low.is_some() || high.is_some())).then(|| (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)));
        for (key, value) in constraints {
            let told = matches!(key.as_str(), "required" | "enum") || (numeric && matches!(key.as_str(), "minimum" | "maximum"));
            if !told {
                self.comments.add(name, format!("constraint {key}: {}", scalar(value).unwrap_or_else(|| value.to_string())));
            }
        }
        if let Some(format) = text(described, "format").filter(|format| !matches!(format.as_str(), "default" | "any")) {
            self.comments.add(name, format!("format: {format}"));
        }
        let missing = match described.get("missingValues") {
            Some(listed) => self.missing(Some(listed)).into_iter().filter(|code| !self.book.missing.contains(code)).collect(),
            None => Vec::new(),
        };
        let comma = text(described, "decimalChar").or_else(|| text(extra, "decimal")).as_deref() == Some(",");
        let ask_if = extra.get("ask_if").and_then(Value::as_object);
        Field {
            name: name.to_owned(),
            label: text(described, "title").unwrap_or_else(|| name.replace('_', " ")),
            question: text(described, "description"),
            phrase: text(extra, "phrase"),
            required: constraints.get("required").and_then(Value::as_bool).unwrap_or(false),
            optional: extra.get("optional").and_then(Value::as_bool).unwrap_or(false),
            range,
            decimal: if comma { Decimal::Comma } else { Decimal::Point },
            dates: [DateOrder::MonthFirst, DateOrder::DayFirst].into_iter().find(|order| text(extra, "dates").as_deref() == Some(order.word())),
            unit: text(extra, "unit"),
            goal: extra.get("goal").and_then(Value::as_f64),
            workers: text(extra, "workers"),
            missing,
            ask_if: ask_if.and_then(|ask_if| Some(AskIf { field: text(ask_if, "field")?, is: scalars(ask_if.get("is")) })),
            kind,
            ..Field::default()
        }
    }

    fn kind(&mut self, described: &Map<String, Value>, extra: &Map<String, Value>, column: &str) -> Kind {
        let word = text(described, "type").unwrap_or_else(|| "string".to_owned());
        let mut levels = levels(labelled(described.get("categories")), extra);
        if levels.is_empty() {
            levels = self::levels(labelled(described.get("constraints").and_then(|constraints| constraints.get("enum"))), extra);
        }
        let iso = text(described, "format").is_none_or(|format| matches!(format.as_str(), "default" | "any" | "%Y-%m-%d" | "%Y-%m-%dT%H:%M:%S"));
        match word.as_str() {
            "list" => Kind::Split {
                separator: text(described, "delimiter").unwrap_or_else(|| ",".to_owned()),
                levels: self::levels(labelled(extra.get("levels")), extra),
            },
            _ if !levels.is_empty() => {
                let ordered = described.get("categoriesOrdered").and_then(Value::as_bool).unwrap_or(false);
                Kind::Category { levels, ordered }
            }
            "boolean" => {
                let of = |key: &str, usual: [&str; 4]| match scalars(described.get(key)) {
                    listed if listed.is_empty() => usual.map(str::to_owned).to_vec(),
                    listed => listed,
                };
                let named = |codes: Vec<String>, label: &str| codes.into_iter().map(|code| (code, label.to_owned())).collect::<Vec<_>>();
                let pairs = [named(of("trueValues", ["true", "True", "TRUE", "1"]), "Yes"), named(of("falseValues", ["false", "False", "FALSE", "0"]), "No")];
                Kind::Category { levels: self::levels(pairs.concat(), extra), ordered: false }
            }
            "integer" | "year" => Kind::Integer,
            "number" => Kind::Number,
            "date" if iso => Kind::Date,
            "datetime" if iso => Kind::Datetime,
            _ if text(extra, "type").as_deref() == Some("id") => Kind::Id,
            "string" | "any" => Kind::Text,
            other => {
                let name = field_comment_name(extra, column);
                self.comments.add(&name, format!("of type {other}, read as text"));
                Kind::Text
            }
        }
    }
}

fn field_comment_name(extra: &Map<String, Value>, column: &str) -> String {
    text(extra, "name").unwrap_or_else(|| crate::schema::field_name(column))
}

/// Levels without repeated codes, with the bands that `extra` knows.
fn levels(pairs: Vec<(String, String)>, extra: &Map<String, Value>) -> Vec<Level> {
    let bands = extra.get("bands").and_then(Value::as_object);
    let band = |code: &str| match bands?.get(code)?.as_array()?.as_slice() {
        [from, to] => from.as_f64().zip(to.as_f64()),
        _ => None,
    };
    let mut levels: Vec<Level> = Vec::new();
    for (code, label) in pairs {
        if !levels.iter().any(|level| level.code == code) {
            levels.push(Level { band: band(&code), code, label });
        }
    }
    levels
}
