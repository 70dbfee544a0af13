//! One batch in; the slices that the pass reads, or every problem with its columns at once, out.

use std::collections::BTreeMap;

use super::{Clock, NO_CHECKOUT, Rules, calendar, sessions};
use crate::error::{Error, Exit, Problem, closest, some_of};
use crate::frame::{Batch, Levels};

/// The columns of one batch that the pass reads.
pub(super) struct Columns<'a> {
    pub(super) person: &'a [u32],
    pub(super) groups: Vec<&'a [u32]>,
    pub(super) attended: Option<(&'a [u32], Vec<u32>)>,
    pub(super) reasons: Option<&'a [u64]>,
    pub(super) clock: Moments<'a>,
}

/// The time columns of one batch.
pub(super) enum Moments<'a> {
    Times(&'a [i64], Option<&'a [i64]>),
    Days(&'a [f64]),
}

impl Moments<'_> {
    /// Whether the log has dates, not study days.
    pub(super) fn is_dated(&self) -> bool {
        matches!(self, Self::Times(..))
    }

    /// Check-in, and check-out in seconds after it; `None` without a check-in.
    pub(super) fn moment(&self, row: usize) -> Option<(i64, i32)> {
        match self {
            Self::Times(starts, ends) => {
                let start = Some(starts[row]).filter(|start| *start != i64::MIN)?;
                let end = ends.map(|ends| ends[row]).filter(|end| *end != i64::MIN);
                Some((start, end.map_or(NO_CHECKOUT, |end| sessions::clamp_stay(end.saturating_sub(start)))))
            }
            Self::Days(days) => {
                let day = Some(days[row].floor()).filter(|day| day.abs() < 1e9)?;
                #[expect(clippy::cast_possible_truncation, reason = "the day was just bounded")]
                Some((day as i64 * calendar::DAY_SECONDS, NO_CHECKOUT))
            }
        }
    }
}

impl<'a> Columns<'a> {
    /// The columns of one batch; every column that is missing or of another type is a problem.
    pub(super) fn of(rules: &Rules<'a>, batch: &'a Batch, levels: &BTreeMap<String, Levels>) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let person = wanted(batch, rules.person, "a coded column", Batch::levels, &mut problems);
        let groups = rules.groups.iter().map(|name| wanted(batch, name, "a coded column", Batch::levels, &mut problems)).collect();
        let attended = rules.attended.map(|(name, wanted_levels)| {
            let values = wanted(batch, name, "a coded column", Batch::levels, &mut problems);
            (values, positions(name, wanted_levels, levels.get(name), &mut problems))
        });
        let reasons = rules.reasons.map(|name| wanted(batch, name, "a multi-select column", Batch::flags, &mut problems));
        let clock = match rules.clock {
            Clock::Times { start, end } => {
                let start = wanted(batch, start, "dates or times", Batch::times, &mut problems);
                Moments::Times(start, end.map(|end| wanted(batch, end, "dates or times", Batch::times, &mut problems)))
            }
            Clock::StudyDays { day } => Moments::Days(wanted(batch, day, "numbers", Batch::numbers, &mut problems)),
        };
        Error::gather(Exit::Usage, problems)?;
        Ok(Self { person, groups, attended, reasons, clock })
    }
}

/// A column of the right type, or a problem and nothing.
fn wanted<'a, T>(batch: &'a Batch, name: &str, type_words: &str, get: impl Fn(&'a Batch, &str) -> Option<&'a [T]>, problems: &mut Vec<Problem>) -> &'a [T] {
    if let Some(values) = get(batch, name) {
        return values;
    }
    let known = batch.columns().iter().map(|column| column.name.as_str());
    problems.push(if batch.column(name).is_some() {
        Problem::new("attendance::wrong_type", format!("column `{name}` does not hold {type_words}")).expected(type_words)
    } else {
        let problem = Problem::new("attendance::missing_column", format!("the attendance log has no column `{name}`")).expected(type_words);
        match closest(name, known) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        }
    });
    &[]
}

/// The positions of named levels; a name that the column does not know is a problem.
fn positions(column: &str, names: &[String], levels: Option<&Levels>, problems: &mut Vec<Problem>) -> Vec<u32> {
    let mut found = Vec::new();
    for name in names {
        if let Some(position) = levels.and_then(|known| known.position(name)) {
            found.push(position);
            continue;
        }
        let known: Vec<&str> = levels.map_or(&[][..], Levels::names).iter().map(String::as_str).collect();
        let problem = Problem::new("attendance::unknown_level", format!("column `{column}` has no level `{name}`"));
        let problem = problem.found(some_of(known.iter().copied()));
        problems.push(match closest(name, known) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        });
    }
    found
}
