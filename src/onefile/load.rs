//! A file and the names of columns in, those columns out: numbers or categories, by what they are asked for.
//!
//! Missing is an empty field, `NA`, or a code that the user names; the codes do not touch the columns
//! that describe the design. Categories that are numbers are named in shortest form (`1`, not `1.0`).

use std::collections::BTreeMap;

use super::DataOptions;
use super::source::left_out;
use crate::error::{Error, Exit, Problem, Severity, closest, some_of};
use crate::frame::{Commas, Levels, Meaning, NO_LEVEL, Places, Stored, comma_number};
use crate::ingest;
use crate::model::{Category, Column, NONE};

/// Distinct numbers from which a column with some text is taken for numbers with mistakes.
const CLEARLY_NUMBERS: usize = 20;

/// A column that is wanted, and who wants it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wanted {
    /// Its name.
    pub(crate) name: String,
    /// The argument that names it, for messages.
    pub(crate) place: &'static str,
}

impl Wanted {
    /// The columns that one argument names.
    pub(crate) fn by<'a>(place: &'static str, names: impl IntoIterator<Item = &'a String>) -> impl Iterator<Item = Self> {
        names.into_iter().map(move |name| Self { name: name.clone(), place })
    }
}

/// The distinct texts of a column, by row.
#[derive(Debug, Default)]
struct Texts {
    codes: Vec<u32>,
    levels: Levels,
    /// Line on which each text is met first.
    lines: Vec<u64>,
}

/// The wanted columns of a file.
#[derive(Debug)]
pub(crate) struct Table {
    /// Name of the file without its ending.
    pub(crate) dataset: String,
    /// Number of rows.
    pub(crate) rows: usize,
    /// What is worth knowing about how the file was read.
    pub(crate) notes: Vec<Problem>,
    path: String,
    /// How its places are told.
    told: Places,
    missing: Vec<String>,
    columns: BTreeMap<String, Texts>,
}

/// Reads the wanted columns of a file.
///
/// # Errors
/// A file that cannot be read, and all columns that it does not have.
pub(crate) fn load(data: &DataOptions, wanted: &[Wanted]) -> Result<Table, Error> {
    let mut reader = ingest::open(&data.data, &data.read)?;
    let places = places(reader.header(), wanted, &data.data.display().to_string())?;
    let mut columns: Vec<Texts> = places.iter().map(|_| Texts::default()).collect();
    let described = reader.described().to_vec();
    while let Some(raw) = reader.next_batch()? {
        for row in 0..raw.rows() {
            for (place, texts) in places.iter().zip(&mut columns) {
                let text = raw.field_str(row, place.1).trim();
                let described = described.get(place.1).filter(|column| column.missing_reason(text).is_some());
                texts.add(if described.is_some() { "" } else { text }, raw.lines[row]);
            }
        }
    }
    let mut notes = reader.notes();
    for ((name, place), texts) in places.iter().zip(&mut columns) {
        let said = described.get(*place).is_some_and(|described| described.stored == Stored::CommaNumber);
        if let Some(example) = texts.put_points(said) {
            let message = format!("the numbers of `{name}` have a decimal comma, such as `{example}`");
            notes.push(Problem::new("input::decimal_comma", message).severity(Severity::Note));
        }
    }
    let path = data.data.display().to_string();
    notes.extend(left_out(&path, &reader.places(), reader.rejected()));
    let rows = columns.first().map_or(0, |texts| texts.codes.len());
    Ok(Table {
        dataset: data.data.file_stem().map_or_else(|| "data".to_owned(), |stem| stem.to_string_lossy().into_owned()),
        rows,
        notes,
        path,
        told: reader.places(),
        missing: data.missing.iter().map(|code| shortest(code)).collect(),
        columns: places.into_iter().map(|(name, _)| name).zip(columns).collect(),
    })
}

/// Where each wanted column stands in the file.
fn places(header: &[String], wanted: &[Wanted], path: &str) -> Result<Vec<(String, usize)>, Error> {
    let mut places: Vec<(String, usize)> = Vec::new();
    let mut problems = Vec::new();
    for Wanted { name, place } in wanted {
        match header.iter().position(|known| known == name) {
            Some(position) if places.iter().all(|(known, _)| known != name) => places.push((name.clone(), position)),
            Some(_) => {}
            None => {
                let mut problem = Problem::new("input::unknown_column", format!("column `{name}` is not in {path}")).at(*place);
                problem.help = closest(name, header.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
                problems.push(problem.found(some_of(header.iter().map(String::as_str))));
            }
        }
    }
    Error::gather(Exit::Usage, problems)?;
    Ok(places)
}

impl Texts {
    fn add(&mut self, text: &str, line: u64) {
        if text.is_empty() || text == "NA" {
            self.codes.push(NO_LEVEL);
            return;
        }
        let code = self.levels.intern(text);
        if self.lines.len() < self.levels.len() {
            self.lines.push(line);
        }
        self.codes.push(code);
    }

    /// Writes numbers with a point where their commas can only stand before fractions, or the file says so; one of them as it was.
    fn put_points(&mut self, said: bool) -> Option<String> {
        let mut commas = Commas::default();
        let found = self.levels.names().iter().filter(|text| commas.see(text).is_some()).count();
        if found == 0 || !said && commas.meaning() != Meaning::Fraction {
            return None;
        }
        let with_point = |text: &String| if comma_number(text).is_some() { text.replacen(',', ".", 1) } else { text.clone() };
        let levels = Levels::new(self.levels.names().iter().map(with_point));
        if levels.len() != self.levels.len() {
            return None;
        }
        self.levels = levels;
        Some(commas.example)
    }
}

impl Table {
    fn texts(&self, name: &str) -> &Texts {
        let Some(texts) = self.columns.get(name) else { unreachable!("the columns of a question are loaded before it is answered") };
        texts
    }

    /// Whether a text is a code for no answer.
    fn is_missing(&self, text: &str) -> bool {
        !self.missing.is_empty() && self.missing.contains(&shortest(text))
    }

    /// An answer as numbers; NaN where there is none.
    ///
    /// # Errors
    /// The first text that is not a number, with its line.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<f64>, Error> {
        self.numbers_but(name, |text| self.is_missing(text))
    }

    /// A column of the design as numbers.
    ///
    /// # Errors
    /// The first text that is not a number, with its line.
    pub(crate) fn design_numbers(&self, name: &str) -> Result<Vec<f64>, Error> {
        self.numbers_but(name, |_| false).map_err(|mut error| {
            error.problems.iter_mut().for_each(|problem| problem.help = None);
            error
        })
    }

    fn numbers_but(&self, name: &str, missing: impl Fn(&str) -> bool) -> Result<Vec<f64>, Error> {
        let texts = self.texts(name);
        let mut values = Vec::with_capacity(texts.levels.len());
        for (text, line) in texts.levels.names().iter().zip(&texts.lines) {
            values.push(match number(text) {
                _ if missing(text) => f64::NAN,
                Some(value) => value,
                None => return Err(self.not_a_number(name, text, *line)),
            });
        }
        Ok(texts.codes.iter().map(|code| values.get(*code as usize).copied().unwrap_or(f64::NAN)).collect())
    }

    fn not_a_number(&self, name: &str, text: &str, line: u64) -> Error {
        let problem = Problem::new("data::unreadable", format!("column `{name}` holds text where a number is needed"));
        let help = "if it means no answer, name it with --missing; categories are compared by chisq, pearson and fisher, and modelled with --family binomial";
        Error::input(problem.at(self.told.tell(&self.path, line, 0)).found(format!("`{text}`")).expected("a number, an empty field or NA").help(help))
    }

    /// An answer as categories.
    pub(crate) fn category(&self, name: &str) -> Category {
        self.category_but(name, |text| self.is_missing(text))
    }

    /// A column of the design as categories.
    pub(crate) fn design_category(&self, name: &str) -> Category {
        self.category_but(name, |_| false)
    }

    fn category_but(&self, name: &str, missing: impl Fn(&str) -> bool) -> Category {
        let texts = self.texts(name);
        let all: Vec<&String> = texts.levels.names().iter().collect();
        let numeric = all.iter().all(|text| missing(text) || number(text).is_some());
        let label = |text: &str| if numeric { shortest(text) } else { text.to_owned() };
        let mut names: Vec<String> = all.iter().filter(|text| !missing(text)).map(|text| label(text)).collect();
        if numeric {
            names.sort_by(|first, second| number(first).unwrap_or_default().total_cmp(&number(second).unwrap_or_default()).then_with(|| first.cmp(second)));
        } else {
            names.sort_unstable();
        }
        names.dedup();
        let positions: BTreeMap<&str, u32> = names.iter().map(String::as_str).zip(0..).collect();
        let codes: Vec<u32> = all.iter().map(|text| if missing(text) { NONE } else { positions.get(label(text).as_str()).copied().unwrap_or(NONE) }).collect();
        let codes = texts.codes.iter().map(|code| codes.get(*code as usize).copied().unwrap_or(NONE)).collect();
        Category { codes, names }
    }

    /// A variable of a formula: numbers when all its texts are, else categories.
    ///
    /// # Errors
    /// Text among many numbers, which is more likely a mistake than a category.
    pub(crate) fn variable(&self, name: &str) -> Result<Column, Error> {
        let texts = self.texts(name);
        let of_text = texts.levels.names().iter().zip(&texts.lines).filter(|(text, _)| !self.is_missing(text));
        let (numbers, other): (Vec<_>, Vec<_>) = of_text.partition(|(text, _)| number(text).is_some());
        match other.first() {
            None => self.numbers(name).map(Column::Number),
            Some((text, line)) if numbers.len() > CLEARLY_NUMBERS => Err(self.not_a_number(name, text, **line)),
            Some(_) => Ok(Column::Category(self.category(name))),
        }
    }
}

/// The number that a text is.
pub(crate) fn number(text: &str) -> Option<f64> {
    let starts = text.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.'));
    text.parse().ok().filter(|value: &f64| starts && value.is_finite())
}

/// A number in shortest form, where that keeps all its digits; any other text as it is.
pub(crate) fn shortest(text: &str) -> String {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match number(text) {
        Some(value) if digits <= 15 => format!("{}", value + 0.0),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_named_in_shortest_form() {
        assert_eq!(
            ["1.0", "01", "-0", "2.50", "1e3", "x1", "inf", "12345678901234567890"].map(shortest),
            ["1", "1", "0", "2.5", "1000", "x1", "inf", "12345678901234567890"]
        );
    }
}
