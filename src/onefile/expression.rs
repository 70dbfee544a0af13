//! `month(check_in)` or `minutes(check_in, check_out)` in; the columns it reads and what it makes of them out.

use crate::error::{Error, Problem, closest, some_of};
use crate::estimate::calendar::{DAY_SECONDS, day_of, hour_of, month_name, month_of, weekday_name, weekday_of};
use crate::frame::{Batch, Column, Levels, NO_LEVEL, Values};

/// A column that is made from times.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    /// As the user wrote it.
    pub(super) text: String,
    function: Function,
    columns: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Function {
    /// A level for each period: the position of the period that holds a moment, and its name.
    Period(fn(i64) -> i64, fn(i64) -> String),
    /// Seconds from the first moment to the second, in this unit.
    Between(i64),
}

/// Name, columns that it reads, and function.
static FUNCTIONS: &[(&str, usize, Function)] = &[
    ("year", 1, Function::Period(|seconds| month_of(day_of(seconds)).div_euclid(12), year_name)),
    ("month", 1, Function::Period(|seconds| month_of(day_of(seconds)), month_name)),
    ("weekday", 1, Function::Period(|seconds| weekday_of(day_of(seconds)), |day| weekday_name(day).to_owned())),
    ("hour", 1, Function::Period(hour_of, |hour| format!("{hour:02}"))),
    ("minutes", 2, Function::Between(60)),
    ("hours", 2, Function::Between(3_600)),
    ("days", 2, Function::Between(DAY_SECONDS)),
];

fn year_name(year: i64) -> String {
    let name = month_name(year * 12);
    name.rsplit_once('-').map_or(name.clone(), |(year, _)| year.to_owned())
}

impl Expression {
    /// Reads a function of columns; `None` where the text is a column's own name or no call of a function.
    ///
    /// # Errors
    /// No such function, or another number of columns than it reads.
    pub(super) fn parse(text: &str, header: &[String]) -> Result<Option<Self>, Error> {
        let call = text.trim().strip_suffix(')').and_then(|call| call.split_once('('));
        let Some((name, arguments)) = call.filter(|_| !header.iter().any(|column| column == text)) else { return Ok(None) };
        let columns: Vec<String> = arguments.split(',').map(|column| column.trim().to_owned()).collect();
        let names = || FUNCTIONS.iter().map(|(name, ..)| *name);
        let Some((name, reads, function)) = FUNCTIONS.iter().find(|(known, ..)| *known == name.trim()) else {
            let problem = Problem::new("estimate::unknown_function", format!("`{text}` is neither a column nor a function of one")).expected(some_of(names()));
            return Err(Error::usage(match closest(name.trim(), names()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            }));
        };
        if columns.len() != *reads {
            let problem = Problem::new("estimate::arguments", format!("`{name}` reads {reads} {}", if *reads == 1 { "column" } else { "columns" }));
            return Err(Error::usage(problem.found(arguments.to_owned())));
        }
        Ok(Some(Self { text: text.to_owned(), function: *function, columns }))
    }

    /// The columns that it reads as moments.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether it makes levels.
    pub(super) fn is_level(&self) -> bool {
        matches!(self.function, Function::Period(..))
    }

    /// The number of each row; for levels, the position of the period. `name` turns a column into its name in the batch.
    pub(super) fn numbers(&self, batch: &Batch, name: impl Fn(&str) -> String) -> Vec<i64> {
        let Some(first) = self.columns.first().and_then(|column| batch.times(&name(column))) else { return vec![i64::MIN; batch.rows()] };
        match self.function {
            Function::Period(position, _) => first.iter().map(|seconds| if *seconds == i64::MIN { i64::MIN } else { position(*seconds) }).collect(),
            Function::Between(_) => {
                let Some(second) = self.columns.get(1).and_then(|column| batch.times(&name(column))) else { return vec![i64::MIN; batch.rows()] };
                let between = |(from, to): (&i64, &i64)| if *from == i64::MIN || *to == i64::MIN { i64::MIN } else { to.saturating_sub(*from) };
                first.iter().zip(second).map(between).collect()
            }
        }
    }

    /// The column of a batch, from its numbers; levels are taken from, and added to, those known.
    pub(super) fn column(&self, name: String, numbers: &[i64], levels: &mut Levels) -> Column {
        let values = match self.function {
            Function::Between(unit) => {
                Values::Number(numbers.iter().map(|seconds| if *seconds == i64::MIN { f64::NAN } else { *seconds as f64 / unit as f64 }).collect())
            }
            Function::Period(_, period) => {
                let mut latest = (i64::MIN, NO_LEVEL);
                let mut known: rustc_hash::FxHashMap<i64, u32> = rustc_hash::FxHashMap::default();
                let mut code = |position: i64| {
                    if position != latest.0 {
                        latest = (position, *known.entry(position).or_insert_with(|| levels.intern(&period(position))));
                    }
                    latest.1
                };
                Values::Level(numbers.iter().map(|position| if *position == i64::MIN { NO_LEVEL } else { code(*position) }).collect())
            }
        };
        Column { name, values, missing: Vec::new() }
    }
}
