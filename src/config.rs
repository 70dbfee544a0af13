//! TOML text in, typed values out, with every mistake gathered at its line.
//!
//! Pipelines, codebooks, instruments and policies are all read through `Table`: it hands out values
//! by key, remembers which keys were asked for, and `finish` reports the others with a suggestion.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Problem, Snippet, closest, some_of};

/// A text that the user wrote, with the problems found in it so far.
#[derive(Clone)]
pub(crate) struct Source {
    path: Arc<str>,
    text: Arc<str>,
    problems: Rc<RefCell<Vec<Problem>>>,
}

/// One table of the text.
pub(crate) struct Table<'a> {
    source: Source,
    name: String,
    span: Range<usize>,
    values: &'a DeTable<'a>,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// A table of the text, kept for mistakes that show only when names are resolved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mark {
    path: Arc<str>,
    text: Arc<str>,
    start: usize,
}

/// Where a thing stands is no part of what it is.
impl PartialEq for Mark {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Mark {
    /// Places a problem at the first `word` in quotes after the table begins, unless it has a place of its own.
    pub(crate) fn put(&self, word: &str, problem: Problem) -> Problem {
        if problem.place.is_some() {
            return problem;
        }
        let rest = self.text.get(self.start..).unwrap_or_default();
        let quoted = ['"', '\''].map(|quote| rest.find(&format!("{quote}{word}{quote}")));
        let span = match quoted.into_iter().flatten().min() {
            Some(offset) => self.start + offset..self.start + offset + word.len() + 2,
            None => self.start..self.start + rest.find('\n').unwrap_or(rest.len()),
        };
        place(&self.path, &self.text, span, problem)
    }
}

fn place(path: &str, text: &str, span: Range<usize>, problem: Problem) -> Problem {
    let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
    problem.at(format!("{path}:{line}")).snippet(Snippet { path: path.to_owned(), text: text.to_owned(), span })
}

/// At most so many places where a text is not TOML are shown: the rest follows from the first.
const NOT_TOML: usize = 3;

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into(), problems: Rc::default() }
    }

    /// Parses the text, lets `read` walk it, and gives back what it read with every problem met.
    pub(crate) fn walk<T>(&self, read: impl FnOnce(&Table<'_>) -> T) -> (T, Vec<Problem>) {
        let text = Arc::clone(&self.text);
        let (parsed, mistakes) = DeTable::parse_recoverable(&text);
        for (position, mistake) in mistakes.iter().take(NOT_TOML).enumerate() {
            let span = mistake.span().unwrap_or(0..0);
            let mut problem = Problem::new("config::not_toml", mistake.message().replace('\n', ", "));
            if position + 1 == NOT_TOML && mistakes.len() > NOT_TOML {
                problem = problem.help(format!("{} more places are not TOML; is this the file you meant?", mistakes.len() - NOT_TOML));
            }
            self.report(span, problem);
        }
        let broken = !mistakes.is_empty();
        let span = parsed.span();
        let values = parsed.into_inner();
        let table = Table { source: self.clone(), name: String::new(), span, values: &values, asked: RefCell::default() };
        let read = read(&table);
        table.finish();
        let mut problems = self.problems.take();
        // What is missing from a text that is not TOML follows from that.
        problems.retain(|problem| !broken || problem.code == "config::not_toml");
        problems.sort_by_key(|problem| problem.snippet.as_ref().map(|snippet| snippet.span.start));
        (read, problems)
    }

    fn report(&self, span: Range<usize>, problem: Problem) {
        self.problems.borrow_mut().push(place(&self.path, &self.text, span, problem));
    }
}

impl<'a> Table<'a> {
    /// Adds a problem at a key of this table, or at the table itself when the key is absent.
    pub(crate) fn report(&self, key: &str, problem: Problem) {
        let span = self.values.get(key).map_or_else(|| self.span.clone(), Spanned::span);
        self.source.report(span, problem);
    }

    /// Adds a problem that has its place already.
    pub(crate) fn add(&self, problem: Problem) {
        self.source.problems.borrow_mut().push(problem);
    }

    /// Adds a problem at the first `word` in quotes after this table begins.
    pub(crate) fn report_word(&self, word: &str, problem: Problem) {
        self.source.problems.borrow_mut().push(self.mark().put(word, problem));
    }

    /// The table itself, for mistakes that show only when names are resolved.
    pub(crate) fn mark(&self) -> Mark {
        Mark { path: Arc::clone(&self.source.path), text: Arc::clone(&self.source.text), start: self.span.start }
    }

    /// Every key with its value as it is written, in the order of the text.
    pub(crate) fn written(&self) -> Vec<(String, String)> {
        let mut written: Vec<(usize, String, String)> = Vec::new();
        for (key, value) in self.values {
            let text = self.source.text.get(value.span()).unwrap_or_default();
            written.push((key.span().start, key.get_ref().to_string(), text.to_owned()));
        }
        written.sort();
        written.into_iter().map(|(_, key, value)| (key, value)).collect()
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.raw(key).is_some()
    }

    /// The keys of a table whose keys are data, such as `levels` or `missing`; all count as asked for.
    pub(crate) fn entries(&self) -> Vec<(String, String)> {
        let mut entries: Vec<(usize, String, String)> = Vec::new();
        for (key, value) in self.values {
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.as_str().to_owned(),
                DeValue::Float(number) => number.as_str().to_owned(),
                DeValue::Boolean(flag) => flag.to_string(),
                other => {
                    self.wrong_type(value.span(), key.get_ref(), "text or a number", other);
                    continue;
                }
            };
            entries.push((key.span().start, key.get_ref().to_string(), text));
        }
        entries.sort();
        entries.into_iter().map(|(_, key, value)| (key, value)).collect()
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        self.take(key, "text in quotes", |value| value.as_str().map(str::to_owned))
    }

    pub(crate) fn required_text(&self, key: &'static str) -> String {
        self.required(key, self.text(key))
    }

    /// Text, or a number or truth value written as text would be.
    pub(crate) fn scalar(&self, key: &'static str) -> Option<String> {
        self.take(key, "text or a number", |value| match value {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::Boolean(flag) => Some(flag.to_string()),
            _ => None,
        })
    }

    pub(crate) fn number(&self, key: &'static str) -> Option<f64> {
        self.take(key, "a number", as_number)
    }

    pub(crate) fn whole(&self, key: &'static str) -> Option<usize> {
        self.take(key, "a whole number of 0 or more", |value| value.as_integer().and_then(|number| number.as_str().parse().ok()))
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        self.take(key, "true or false", DeValue::as_bool)
    }

    pub(crate) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        self.take(key, "a list of texts", |value| value.as_array()?.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect())
    }

    /// A list of texts, or one text as a list of itself.
    pub(crate) fn texts_or_text(&self, key: &'static str) -> Vec<String> {
        self.take(key, "text or a list of texts", |value| match value {
            DeValue::String(text) => Some(vec![text.to_string()]),
            DeValue::Array(items) => items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect(),
            _ => None,
        })
        .unwrap_or_default()
    }

    pub(crate) fn numbers(&self, key: &'static str) -> Option<Vec<f64>> {
        self.take(key, "a list of numbers", |value| value.as_array()?.iter().map(|item| as_number(item.get_ref())).collect())
    }

    /// Numbers that may be infinite, such as the ends of a range.
    pub(crate) fn bounds(&self, key: &'static str) -> Option<Vec<f64>> {
        let bound = |value: &DeValue<'_>| match value {
            DeValue::Float(number) => number.as_str().parse().ok().filter(|number: &f64| !number.is_nan()),
            other => as_number(other),
        };
        self.take(key, "a list of numbers", |value| value.as_array()?.iter().map(|item| bound(item.get_ref())).collect())
    }

    /// One of the words that `known` lists.
    pub(crate) fn choice<T: Copy>(&self, key: &'static str, known: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let names = || known.iter().map(|(name, _)| *name);
            let mut problem = Problem::new("config::unknown_word", format!("`{key}` cannot be `{text}`")).expected(names().collect::<Vec<_>>().join(", "));
            problem.help = closest(&text, names()).map(|name| format!("did you mean `{name}`?"));
            self.report(key, problem);
        }
        found
    }

    pub(crate) fn table(&self, key: &'static str) -> Option<Table<'a>> {
        let value = self.raw(key)?;
        match value.get_ref() {
            DeValue::Table(inner) => Some(self.inner(key, value.span(), inner)),
            other => {
                self.wrong_type(value.span(), key, "a table", other);
                None
            }
        }
    }

    /// The tables of an array of tables; empty when the key is absent.
    pub(crate) fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(value.span(), key, "a list of tables", value.get_ref());
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(inner) => tables.push(self.inner(key, item.span(), inner)),
                other => self.wrong_type(item.span(), key, "a table", other),
            }
        }
        tables
    }

    /// Reports what a value is required for; the fallback keeps the walk going.
    pub(crate) fn required<T: Default>(&self, key: &'static str, value: Option<T>) -> T {
        if value.is_none() && !self.values.contains_key(key) {
            let problem = Problem::new("config::missing_key", format!("{} needs `{key}`", self.describe()));
            self.source.report(self.span.clone(), problem);
        }
        value.unwrap_or_default()
    }

    /// Reports keys that nobody asked for. `walk` calls it on the root; callers on every other table.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.values.keys() {
            if asked.contains(key.get_ref().as_ref()) {
                continue;
            }
            let mut problem =
                Problem::new("config::unknown_key", format!("{} has no key `{}`", self.describe(), key.get_ref())).expected(some_of(asked.iter().copied()));
            problem.help = closest(key.get_ref(), asked.iter().copied()).map(|name| format!("did you mean `{name}`?"));
            self.source.report(key.span(), problem);
        }
    }

    fn describe(&self) -> String {
        if self.name.is_empty() { "the file".to_owned() } else { format!("[{}]", self.name) }
    }

    fn inner(&self, key: &str, span: Range<usize>, values: &'a DeTable<'a>) -> Table<'a> {
        let name = if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        Table { source: self.source.clone(), name, span, values, asked: RefCell::default() }
    }

    fn raw(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(key);
        self.values.get(key)
    }

    fn take<T>(&self, key: &'static str, expected: &str, read: impl FnOnce(&DeValue<'a>) -> Option<T>) -> Option<T> {
        let value = self.raw(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            self.wrong_type(value.span(), key, expected, value.get_ref());
        }
        read
    }

    fn wrong_type(&self, span: Range<usize>, key: &str, expected: &str, found: &DeValue<'_>) {
        let problem = Problem::new("config::wrong_type", format!("`{key}` must be {expected}"))
            .found(if found.is_str() { "text" } else { found.type_str() })
            .expected(expected);
        self.source.report(span, problem);
    }
}

fn as_number(value: &DeValue<'_>) -> Option<f64> {
    let text = match value {
        DeValue::Integer(number) => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        _ => return None,
    };
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_named_at_its_line() {
        let source = Source::new("a.toml", "title = 3\nas_ov = \"x\"\n[privacy]\nminimum_cell = \"many\"\n");
        let ((), problems) = source.walk(|root| {
            root.text("title");
            root.text("as_of");
            if let Some(privacy) = root.table("privacy") {
                privacy.whole("minimum_cell");
                privacy.finish();
            }
        });
        let places: Vec<_> = problems.iter().map(|p| (p.code, p.place.clone().unwrap_or_default())).collect();
        assert_eq!(
            places,
            [("config::wrong_type", "a.toml:1".to_owned()), ("config::unknown_key", "a.toml:2".to_owned()), ("config::wrong_type", "a.toml:4".to_owned())]
        );
        assert_eq!(problems[1].help.as_deref(), Some("did you mean `as_of`?"));
    }

    #[test]
    fn text_that_is_not_toml_is_a_problem_with_a_place() {
        let (_, problems) = Source::new("b.toml", "x = = 1\n").walk(|root| root.number("x"));
        assert!(problems.iter().all(|problem| problem.code == "config::not_toml" && problem.place.as_deref() == Some("b.toml:1")));
        assert!(!problems.is_empty());
    }
}
