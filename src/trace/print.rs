//! A trace in, text, JSON or Markdown out.

use std::fmt::Write as _;

use serde_json::Value;

use super::Trace;

impl Trace {
    /// Indented lines for people.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n{}  {}\n", self.label, self.code, self.id);
        for part in &self.parts {
            let _ = writeln!(text, "\n{}", part.title);
            let width = part.lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default().min(28);
            for (name, value) in &part.lines {
                let _ = writeln!(text, "  {name:<width$}  {}", words(value));
            }
        }
        text
    }

    /// One object: a member for each part, its names inside; a name that comes several times holds a list.
    pub fn to_json(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let mut members = vec![("id", quoted(&self.id)), ("code", quoted(&self.code)), ("label", quoted(&self.label))];
        for part in &self.parts {
            let mut names: Vec<(&str, Vec<&Value>)> = Vec::new();
            for (name, value) in &part.lines {
                match names.iter_mut().find(|(known, _)| known == name) {
                    Some((_, values)) => values.push(value),
                    None => names.push((name, vec![value])),
                }
            }
            let inside = names.iter().map(|(name, values)| match values.as_slice() {
                [one] => format!("    {}: {one}", quoted(name)),
                several => format!("    {}: {}", quoted(name), Value::from(several.iter().map(|value| (*value).clone()).collect::<Vec<_>>())),
            });
            members.push((part.title, format!("{{\n{}\n  }}", inside.collect::<Vec<_>>().join(",\n"))));
        }
        let members: Vec<String> = members.into_iter().map(|(name, value)| format!("  {}: {value}", quoted(name))).collect();
        format!("{{\n{}\n}}\n", members.join(",\n"))
    }

    /// A table for documents.
    pub fn to_markdown(&self) -> String {
        let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        let mut text = format!("**{}** ({}, `{}`)\n\n| part | what | value |\n| --- | --- | --- |\n", cell(&self.label), self.code, self.id);
        for part in &self.parts {
            for (name, value) in &part.lines {
                let _ = writeln!(text, "| {} | {} | {} |", part.title, cell(name), cell(&words(value)));
            }
        }
        text
    }

    /// Part, name and value, a line each.
    pub fn lines(&self) -> Vec<Vec<String>> {
        let lines = self.parts.iter().flat_map(|part| part.lines.iter().map(|(name, value)| vec![part.title.to_owned(), name.clone(), words(value)]));
        lines.collect()
    }
}

/// A value as people read it.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15).map_or_else(|| number.to_string(), |whole| format!("{whole}"))
        }
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(all) => all.values().map(words).collect::<Vec<_>>().join("  "),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => String::new(),
    }
}
