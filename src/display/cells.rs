//! The cells of tables: the text that a reader sees beside the numbers that it was made of.
//!
//! Text and numbers are made in one place from one released row, so that a page and a workbook cannot
//! differ and nothing is read back from text.

use std::fmt;

use super::charts::Mark;
use super::words;

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cell {
    /// What a reader sees.
    pub(crate) text: String,
    /// The numbers and words in it, for a sheet that has a column for each; empty where the text is all there is.
    pub(crate) parts: Vec<Part>,
    /// Whether it may be read as it stands.
    pub(crate) mark: Mark,
}

/// One number or word of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    /// What it is beyond the head of the column: `low`, `n`; empty for the figure itself.
    pub(crate) name: &'static str,
    /// The number or word.
    pub(crate) value: Value,
}

/// A number with the form in which it is written, or a word.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A number.
    Number(f64, Format),
    /// A word.
    Word(String),
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A share from 0 to 1, in percent with one decimal.
    Percent,
    /// A difference of shares, in percentage points with one decimal.
    Points,
    /// US dollars, with cents where there are some.
    Dollars,
    /// A whole number.
    Count,
    /// So many decimals.
    Fixed(usize),
    /// At most so many decimals.
    Short(usize),
    /// A p-value.
    P,
}

impl Format {
    /// The number as text, without its unit.
    pub(crate) fn text(self, value: f64) -> String {
        match self {
            Self::Percent | Self::Points => words::percent_bare(value),
            Self::Dollars => words::dollars(value),
            Self::Count => words::count(value),
            Self::Fixed(digits) => words::number(value, digits),
            Self::Short(digits) => words::short(value, digits),
            Self::P => words::p_value(value).trim_start_matches("p = ").trim_start_matches("p ").to_owned(),
        }
    }
}

impl Cell {
    /// A number alone.
    pub(crate) fn number(value: f64, format: Format) -> Self {
        Self { text: format.text(value), parts: vec![Part { name: "", value: Value::Number(value, format) }], mark: Mark::Shown }
    }

    /// Something that does not apply.
    pub(crate) fn absent() -> Self {
        Self { text: "—".into(), parts: Vec::new(), mark: Mark::NotEstimable }
    }

    /// Something that is hidden.
    pub(crate) fn hidden() -> Self {
        Self { text: "†".into(), parts: Vec::new(), mark: Mark::Suppressed }
    }

    /// The same numbers in other words.
    pub(crate) fn told(mut self, text: String) -> Self {
        self.text = text;
        self
    }

    /// The figure of this cell under a name of its own.
    pub(crate) fn named(mut self, name: &'static str) -> Self {
        for part in self.parts.iter_mut().filter(|part| part.name.is_empty()) {
            part.name = name;
        }
        self
    }

    /// In brackets, where there is something to put in them.
    pub(crate) fn bracketed(self) -> Self {
        let text = format!("({})", self.text);
        if self.parts.is_empty() { self } else { self.told(text) }
    }

    /// A word after the figure, in a column of its own where there are columns for parts.
    pub(crate) fn followed(mut self, name: &'static str, word: &str) -> Self {
        self.text = format!("{} {word}", self.text);
        self.parts.push(Part { name, value: Value::Word(word.to_owned()) });
        self
    }

    /// Two cells as one; the doubtful mark wins.
    pub(crate) fn joined(mut self, other: Self, text: String) -> Self {
        self.mark = if self.mark == Mark::Shown { other.mark } else { self.mark };
        self.parts.extend(other.parts);
        self.told(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
