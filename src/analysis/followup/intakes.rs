//! People in, what must be told of their intakes out: further ones, which do not count, and those outside the dates of the policy.
//!
//! Both count people, so both are hidden where they are few, and so is the number of records that goes with them.

use super::super::Context;
use super::people::{Person, Standing};
use super::{Followup, STANDING};
use crate::results::{ResultRow, Support, Unit};

/// Variable of people with several intakes.
const SEVERAL: (&str, &str) = ("followup_intakes", "came in more than once");
/// Variable of people whose intake the policy is not made for.
const OUTSIDE: (&str, &str) = ("followup_rule", "not in force at intake");
/// Records that do not count beside the first intake, as they are told among the faults.
const LEFT_OUT: [&str; 2] = ["further intakes of the same person, not used", "follow-ups after coming in again, not used"];

/// Rows of what there is to tell.
pub(super) fn rows(context: &Context<'_>, followup: &Followup, people: &[Person]) -> Vec<ResultRow> {
    let many = |is: &dyn Fn(&Person) -> bool| people.iter().filter(|person| is(person)).count() as u64;
    let all = people.len() as u64;
    let several = many(&|person| person.further > 0);
    let outside = many(&|person| followup.policy.as_ref().is_some_and(|policy| !policy.covers(person.intake_day)));
    let mut rows: Vec<ResultRow> =
        [(SEVERAL, several), (OUTSIDE, outside)].into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| of_all(context, name, count, all)).collect();
    let later = many(&|person| person.of_later > 0);
    let records = [people.iter().map(|person| person.further).sum::<u64>(), people.iter().map(|person| person.of_later).sum()];
    // who has a further intake and no interview after it follows from the two
    let behind = [several, [later, several.saturating_sub(later)].into_iter().filter(|people| *people > 0).min().unwrap_or(0)];
    for ((fault, records), behind) in LEFT_OUT.into_iter().zip(records).zip(behind).filter(|((_, records), _)| *records > 0) {
        let mut row = context.quality_row("followup_faults", Some(fault), Unit::None, records as f64);
        row.n = None;
        row.support = Support::People { behind, outside: None };
        rows.push(row);
    }
    rows
}

/// Says beside the people without an interview that some had one, where there are enough of them to be told.
pub(super) fn note(context: &Context<'_>, people: &[Person], rows: &mut [ResultRow]) {
    let interviewed = people.iter().filter(|person| person.standing == Standing::Missed && person.of_later > 0).count() as u64;
    let is_missed = |row: &&mut ResultRow| row.variable == STANDING && row.level.as_deref() == Some(Standing::Missed.word()) && row.groups.len() == 1;
    if interviewed > 0 && interviewed >= context.subject.minimum_cell {
        for row in rows.iter_mut().filter(is_missed).filter(|row| row.n.is_some_and(|n| n > 0.0)) {
            row.add_note("interviews after coming in again are not counted");
        }
    }
}

/// How many of everybody with a dated intake are so.
fn of_all(context: &Context<'_>, (variable, level): (&str, &str), count: u64, all: u64) -> ResultRow {
    let mut row = context.quality_row(variable, Some(level), context.subject.unit, count as f64);
    row.denominator = Some(all as f64);
    row.support = Support::People { behind: count, outside: Some(all - count) };
    row
}
