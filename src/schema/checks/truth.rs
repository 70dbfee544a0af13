//! A condition and rows in, whether it holds for each out: yes, no, or not known because a value is missing.
//!
//! A check speaks only where it is sure: a comparison with a missing value is neither true nor false, and a refused
//! value is neither there nor missing, because its fault was reported already.

use super::super::codebook::{Codebook, Field, Kind};
use super::rows::{Rows, View};
use crate::condition::{Comparison, Condition};
use crate::error::{Problem, closest, some_of};
use crate::frame::{Values, missing, parse_iso};

/// Whether the condition holds, row by row.
pub(super) fn of_rows(condition: &Condition, rows: &Rows<'_>) -> Vec<Option<bool>> {
    match condition {
        Condition::All(parts) => joined(parts, rows, false),
        Condition::Any(parts) => joined(parts, rows, true),
        Condition::Missing { column, is } => each(rows, column, |view, row| match view.reason(row) {
            missing::INVALID => None,
            reason => Some((reason != missing::PRESENT) == *is),
        }),
        Condition::In { column, values, is } => among(rows, column, values, *is),
        Condition::Compare { column, how: Comparison::Equal, value } => among(rows, column, std::slice::from_ref(value), true),
        Condition::Compare { column, how: Comparison::NotEqual, value } => among(rows, column, std::slice::from_ref(value), false),
        Condition::Compare { column, how, value } => by_size(rows, column, *how, value),
    }
}

fn each(rows: &Rows<'_>, column: &str, holds: impl Fn(&View<'_>, usize) -> Option<bool>) -> Vec<Option<bool>> {
    let count = rows.batch.rows();
    match rows.field(column) {
        Some(view) => (0..count).map(|row| holds(&view, row)).collect(),
        None => vec![None; count],
    }
}

/// `decisive` is what settles the whole: one true part of `or`, one false part of `and`.
fn joined(parts: &[Condition], rows: &Rows<'_>, decisive: bool) -> Vec<Option<bool>> {
    let mut joined = vec![Some(!decisive); rows.batch.rows()];
    for part in parts {
        for (whole, part) in joined.iter_mut().zip(of_rows(part, rows)) {
            *whole = match (*whole, part) {
                (Some(settled), _) | (_, Some(settled)) if settled == decisive => Some(decisive),
                (None, _) | (_, None) => None,
                (whole, _) => whole,
            };
        }
    }
    joined
}

fn among(rows: &Rows<'_>, column: &str, wanted: &[String], is: bool) -> Vec<Option<bool>> {
    let labels: Vec<&str> = wanted.iter().map(|word| rows.label(column, word)).collect();
    let numbers: Vec<f64> = wanted.iter().filter_map(|word| bound(word)).collect();
    let positions: Vec<u32> = labels.iter().filter_map(|label| rows.levels.get(column)?.position(label)).collect();
    let flags = positions.iter().filter_map(|position| 1_u64.checked_shl(*position)).fold(0, |all, bit| all | bit);
    each(rows, column, |view, row| {
        let found = match view.values {
            Values::Level(values) => view.is_there(row).then(|| values.get(row).is_some_and(|level| positions.contains(level)))?,
            Values::Flags(values) => view.is_there(row).then(|| values.get(row).is_some_and(|bits| bits & flags != 0))?,
            Values::Text(_) => labels.contains(&view.text(row)?),
            Values::Number(_) | Values::Time(_) => {
                let value = view.number(row)?;
                numbers.iter().any(|wanted| Comparison::Equal.holds(value, *wanted))
            }
        };
        Some(found == is)
    })
}

fn by_size(rows: &Rows<'_>, column: &str, how: Comparison, value: &str) -> Vec<Option<bool>> {
    if let Some(other) = rows.field(value) {
        return each(rows, column, |view, row| Some(how.holds(view.number(row)?, other.number(row)?)));
    }
    let of_level = rows.levels.get(column).and_then(|levels| levels.position(rows.label(column, value)));
    each(rows, column, |view, row| match view.values {
        Values::Level(values) => {
            let level = values.get(row).filter(|_| view.is_there(row))?;
            Some(how.holds(f64::from(*level), f64::from(of_level?)))
        }
        _ => Some(how.holds(view.number(row)?, bound(value)?)),
    })
}

/// A number, or a date as seconds.
pub(super) fn bound(text: &str) -> Option<f64> {
    parse_iso(text.as_bytes()).map(|seconds| seconds as f64).or_else(|| text.parse().ok()).filter(|number: &f64| number.is_finite())
}

/// What a condition says that the codebook does not know.
pub(super) fn problems(condition: &Condition, book: &Codebook) -> Vec<Problem> {
    condition.parts().into_iter().filter_map(|part| of_part(part, book).err()).map(|problem| *problem).collect()
}

fn of_part(part: &Condition, book: &Codebook) -> Result<(), Box<Problem>> {
    match part {
        Condition::Missing { column, .. } => super::unknown(book, column).map(drop),
        Condition::In { column, values, .. } => values.iter().try_for_each(|value| can_be(super::unknown(book, column)?, value)),
        Condition::Compare { column, how, value } if !how.is_size() => can_be(super::unknown(book, column)?, value),
        Condition::Compare { column, value, .. } => has_size(book, super::unknown(book, column)?, value),
        Condition::All(_) | Condition::Any(_) => Ok(()),
    }
}

/// Whether a field can hold a value.
fn can_be(field: &Field, value: &str) -> Result<(), Box<Problem>> {
    let expected = match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } | Kind::Checkboxes { options: levels } => {
            if levels.is_empty() || levels.iter().any(|level| level.label == value || level.code == value) {
                return Ok(());
            }
            let labels = || levels.iter().map(|level| level.label.as_str());
            let mut problem = Problem::new("schema::unknown_level", format!("`{}` has no level `{value}`", field.name)).expected(some_of(labels()));
            problem.help = closest(value, labels()).map(|near| format!("did you mean `{near}`?"));
            return Err(Box::new(problem));
        }
        Kind::Integer | Kind::Number => "a number",
        Kind::Date | Kind::Datetime => "a date such as 2024-03-05",
        Kind::Id | Kind::Text => return Ok(()),
    };
    let is_date = parse_iso(value.as_bytes()).is_some();
    let fits = if matches!(field.kind, Kind::Date | Kind::Datetime) { is_date } else { !is_date && bound(value).is_some() };
    if fits { Ok(()) } else { Err(Box::new(Problem::new("check::wrong_value", format!("`{}` is never `{value}`", field.name)).expected(expected))) }
}

fn has_size(book: &Codebook, field: &Field, value: &str) -> Result<(), Box<Problem>> {
    match (&field.kind, book.field(value)) {
        (Kind::Category { ordered: true, .. }, _) | (Kind::Integer | Kind::Number | Kind::Date | Kind::Datetime, None) => can_be(field, value),
        (Kind::Integer | Kind::Number, Some(other)) if is_number(other) => Ok(()),
        (Kind::Date | Kind::Datetime, Some(other)) if is_time(other) => Ok(()),
        _ => {
            let problem = Problem::new("check::no_size", format!("`{}` and `{value}` cannot be compared by size", field.name));
            Err(Box::new(problem.expected("two numbers, two dates, or a level of an ordinal field")))
        }
    }
}

pub(super) fn is_number(field: &Field) -> bool {
    matches!(field.kind, Kind::Integer | Kind::Number)
}

pub(super) fn is_time(field: &Field) -> bool {
    matches!(field.kind, Kind::Date | Kind::Datetime)
}
