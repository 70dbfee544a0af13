//! Records of intakes and follow-ups in, one line for each person out: window, status, the records that count, and what is wrong.

use std::collections::BTreeMap;

use super::super::Context;
use super::{Followup, WindowPolicy};
use crate::frame::{Batch, Frame, NO_LEVEL};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Batch and row of a record.
pub(super) type Place = (usize, usize);

/// Whether a person's window is over by the date of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// Its last day is before that date: the person was due.
    Closed,
    /// It is still open or has yet to open.
    NotClosed,
    /// The person's care ended before the window did, without an interview in it by then: nobody is due any more.
    Ended,
}

impl State {
    /// In the order of their places in a level column.
    pub(super) const ALL: [Self; 3] = [Self::Closed, Self::NotClosed, Self::Ended];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::NotClosed => "not closed",
            Self::Ended => "care ended",
        }
    }
}

/// Where a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Interviewed in the window.
    InWindow,
    /// The window has closed and the only interview was before it opened.
    Early,
    /// The window has closed and the interview came after it.
    Late,
    /// The window has closed and nobody was interviewed.
    Missed,
    /// The window is open, and there is no interview in it yet.
    DueNow,
    /// The window has yet to open.
    NotYetDue,
}

impl Standing {
    /// In the order of their places in a level column.
    pub(super) const ALL: [Self; 6] = [Self::InWindow, Self::Early, Self::Late, Self::Missed, Self::DueNow, Self::NotYetDue];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::InWindow => "in window",
            Self::Early => "early",
            Self::Late => "late",
            Self::Missed => "missed",
            Self::DueNow => "due now",
            Self::NotYetDue => "not yet due",
        }
    }
}

/// One person with a dated intake.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Position among the levels of the person column.
    pub id: u32,
    /// The record of the intake.
    pub intake: Place,
    /// Days since 1970.
    pub intake_day: i64,
    pub opens: i64,
    pub closes: i64,
    pub state: State,
    pub standing: Standing,
    /// The interview that counts, whenever it was.
    pub followup: Option<(i64, Place)>,
    /// Records of intakes beside the one that counts.
    pub further: u64,
    /// Interviews that belong to a later intake.
    pub of_later: u64,
}

/// Everybody, and what was found wrong: what it is called and how often.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    /// In the order of their first records.
    pub people: Vec<Person>,
    pub faults: Vec<(&'static str, u64)>,
}

/// Records of one person.
#[derive(Default)]
struct Records {
    intakes: Vec<(Option<i64>, Place)>,
    followups: Vec<(Option<i64>, Place)>,
    ended: Option<i64>,
}

/// Faults, in the order in which they are told.
const FAULTS: [&str; 8] = [
    "records without a person",
    "people with a follow-up but no intake",
    "people with an intake without a date",
    "people with an intake after the date of the report",
    "follow-ups without a date, not used",
    "follow-ups before the intake, not used",
    "follow-ups after the date of the report, not used",
    "further follow-ups of the same person, not used",
];

/// Puts the records of each person together.
pub(super) fn people(context: &Context<'_>, followup: &Followup, frame: &Frame) -> People {
    let (Some(policy), Some(person)) = (&followup.policy, &context.subject.person) else { return People::default() };
    let mut faults = [0_u64; FAULTS.len()];
    let records = records(context, followup, frame, person, &mut faults);
    let as_of = context.subject.as_of.div_euclid(DAY);
    let people = records.into_iter().filter_map(|(id, records)| of(id, &records, policy, as_of, &mut faults)).collect();
    People { people, faults: FAULTS.into_iter().zip(faults).filter(|(_, count)| *count > 0).collect() }
}

fn records(context: &Context<'_>, followup: &Followup, frame: &Frame, person: &str, faults: &mut [u64; FAULTS.len()]) -> BTreeMap<u32, Records> {
    let mut found: BTreeMap<u32, Records> = BTreeMap::new();
    let Some(each) = &context.settings.each else { return found };
    let [intake, later] = followup.moments.each_ref().map(|moment| frame.levels.get(each).and_then(|levels| levels.position(moment)));
    for (number, batch) in frame.batches.iter().enumerate() {
        let (Some(people), Some(moments), Some(dates)) = (batch.levels(person), batch.levels(each), batch.times(&followup.date)) else { continue };
        for row in 0..batch.rows() {
            let moment = Some(moments[row]).filter(|moment| *moment != NO_LEVEL);
            if moment.is_none() || (moment != intake && moment != later) {
                continue;
            }
            if people[row] == NO_LEVEL {
                faults[0] += 1;
                continue;
            }
            let own = found.entry(people[row]).or_default();
            let record = (day(dates[row]), (number, row));
            if moment == intake {
                own.intakes.push(record);
            } else {
                own.followups.push(record);
            }
            let ended = followup.ended.as_ref().and_then(|column| ended(batch, column, row));
            own.ended = own.ended.into_iter().chain(ended).min();
        }
    }
    found
}

fn day(seconds: i64) -> Option<i64> {
    (seconds != i64::MIN).then(|| seconds.div_euclid(DAY))
}

fn ended(batch: &Batch, column: &str, row: usize) -> Option<i64> {
    day(*batch.times(column)?.get(row)?)
}

/// One person, unless there is no intake to count from.
fn of(id: u32, records: &Records, policy: &WindowPolicy, as_of: i64, faults: &mut [u64; FAULTS.len()]) -> Option<Person> {
    if records.intakes.is_empty() {
        faults[1] += 1;
        return None;
    }
    let Some((intake_day, intake)) = records.intakes.iter().filter_map(|(day, place)| day.map(|day| (day, *place))).min() else {
        faults[2] += 1;
        return None;
    };
    if intake_day > as_of {
        faults[3] += 1;
        return None;
    }
    let (opens, closes) = policy.window(intake_day)?;
    let again = records.intakes.iter().filter_map(|(day, _)| *day).filter(|day| *day > intake_day).min();
    let mut usable: Vec<(u8, i64, Place)> = Vec::new();
    let mut of_later = 0;
    for (day, place) in &records.followups {
        match day {
            None => faults[4] += 1,
            Some(day) if *day < intake_day => faults[5] += 1,
            Some(day) if *day > as_of => faults[6] += 1,
            // what is not in the window of this intake and comes after a later one is no early or late interview of this one
            Some(day) if !(opens..=closes).contains(day) && again.is_some_and(|again| *day > again) => of_later += 1,
            // an interview in the window counts before a late one, a late one before an early one
            Some(day) => usable.push((if *day < opens { 2 } else { u8::from(*day > closes) }, *day, *place)),
        }
    }
    usable.sort_unstable();
    faults[7] += (usable.len() as u64).saturating_sub(1);
    let kind = usable.first().map(|(kind, _, _)| *kind);
    let had = |by: i64| usable.iter().any(|(kind, day, _)| *kind == 0 && *day <= by);
    let state = match records.ended.filter(|ended| *ended <= as_of) {
        Some(ended) if ended <= closes && !had(ended) => State::Ended,
        _ if closes < as_of => State::Closed,
        _ => State::NotClosed,
    };
    let standing = match kind {
        Some(0) => Standing::InWindow,
        Some(1) => Standing::Late,
        Some(_) if state == State::Closed => Standing::Early,
        _ if closes < as_of => Standing::Missed,
        _ if opens <= as_of => Standing::DueNow,
        _ => Standing::NotYetDue,
    };
    let followup = usable.first().map(|(_, day, place)| (*day, *place));
    let further = records.intakes.len() as u64 - 1;
    Some(Person { id, intake, intake_day, opens, closes, state, standing, followup, further, of_later })
}
