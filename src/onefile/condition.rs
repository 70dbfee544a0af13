//! A condition and rows in, whether each row is meant out.
//!
//! A comparison with a missing value is never true.

use super::load::{Table, number, shortest};
use crate::condition::{Comparison, Condition};
use crate::error::{Error, Problem, closest, some_of};
use crate::model::NONE;

/// Whether each row is meant.
///
/// # Errors
/// Text in a column that is compared by size.
pub(crate) fn rows(condition: &Condition, values: &dyn Values) -> Result<Vec<bool>, Error> {
    match condition {
        Condition::All(parts) => joined(parts, values, |first, second| first && second),
        Condition::Any(parts) => joined(parts, values, |first, second| first || second),
        Condition::Missing { column, is } => Ok(values.codes(column).iter().map(|code| (*code == NONE) == *is).collect()),
        Condition::In { column, values: wanted, is } => Ok(among(values, column, wanted, *is)),
        Condition::Compare { column, how: Comparison::Equal, value } => Ok(among(values, column, std::slice::from_ref(value), true)),
        Condition::Compare { column, how: Comparison::NotEqual, value } => Ok(among(values, column, std::slice::from_ref(value), false)),
        Condition::Compare { column, how, value } => by_size(values, column, *how, value),
    }
}

/// Notes on values that no row has, given the values of each column.
pub(crate) fn not_found(condition: &Condition, names: &dyn Fn(&str) -> Vec<String>) -> Vec<Problem> {
    let of_part = |part: &Condition| match part {
        Condition::Compare { column, how, value } if !how.is_size() => absent(column, std::slice::from_ref(value), &names(column)),
        Condition::In { column, values, .. } => absent(column, values, &names(column)),
        _ => Vec::new(),
    };
    condition.parts().into_iter().flat_map(of_part).collect()
}

/// Rows whose values a condition looks at.
pub(crate) trait Values {
    /// The code of each row's category; `NONE` where there is none.
    fn codes(&self, column: &str) -> Vec<u32>;
    /// The names of the categories, by code.
    fn names(&self, column: &str) -> Vec<String>;
    /// Numbers; NaN where there is none.
    ///
    /// # Errors
    /// Text where a number is needed.
    fn numbers(&self, column: &str) -> Result<Vec<f64>, Error>;
}

impl Values for Table {
    fn codes(&self, column: &str) -> Vec<u32> {
        self.category(column).codes
    }

    fn names(&self, column: &str) -> Vec<String> {
        self.category(column).names
    }

    fn numbers(&self, column: &str) -> Result<Vec<f64>, Error> {
        self.numbers(column)
    }
}

fn joined(parts: &[Condition], values: &dyn Values, join: fn(bool, bool) -> bool) -> Result<Vec<bool>, Error> {
    let mut parts = parts.iter().map(|part| rows(part, values));
    let mut meant = parts.next().unwrap_or_else(|| Ok(Vec::new()))?;
    for part in parts {
        for (row, other) in meant.iter_mut().zip(part?) {
            *row = join(*row, other);
        }
    }
    Ok(meant)
}

fn among(values: &dyn Values, column: &str, wanted: &[String], is: bool) -> Vec<bool> {
    let wanted: Vec<String> = wanted.iter().map(|value| shortest(value)).collect();
    let wanted: Vec<bool> = values.names(column).iter().map(|name| wanted.contains(&shortest(name))).collect();
    values.codes(column).iter().map(|code| wanted.get(*code as usize).is_some_and(|wanted| *wanted == is)).collect()
}

fn absent(column: &str, values: &[String], names: &[String]) -> Vec<Problem> {
    let known = |value: &str| names.iter().any(|name| shortest(name) == shortest(value));
    let note = |value: &String| {
        let mut problem = Problem::new("condition::no_such_value", format!("no row has {column} = {value}")).at("--where");
        problem.help = closest(value, names.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        problem.found(some_of(names.iter().map(String::as_str))).severity(crate::error::Severity::Note)
    };
    values.iter().filter(|value| !known(value)).map(note).collect()
}

fn by_size(values: &dyn Values, column: &str, how: Comparison, value: &str) -> Result<Vec<bool>, Error> {
    let Some(bound) = number(value) else {
        let problem = Problem::new("condition::not_a_number", format!("`{column}` is compared by size with something else than a number"));
        return Err(Error::usage(problem.at("--where").found(format!("`{value}`")).expected("a number")));
    };
    Ok(values.numbers(column)?.iter().map(|value| how.holds(*value, bound)).collect())
}
