//! Batches of an attendance log in; visits by declared rules, and tables of people and visits, out.
//!
//! A `Log` is the mergeable state of the pass: compact arrivals, the scheduled visits that were not
//! held, and counts of what could not be counted. Logs of any split of the file merge to the same
//! `Visits`, because `finish` orders everything by its own content: labels and times, never row order.

pub(crate) mod calendar;
mod cells;
mod columns;
mod distribution;
mod scheduled;
mod sessions;
mod stays;

use std::collections::{BTreeMap, HashMap};

pub(crate) use calendar::date_name;
pub(crate) use cells::{Cell, Cut, Part, RETENTION_MONTH_DAYS};
pub(crate) use scheduled::Scheduled;
pub(crate) use stays::{STUDY_WEEKS, Stay, StepRule, safe_steps};

use crate::error::Error;
use crate::frame::{Batch, Frame, Levels, NO_LEVEL};
use columns::Columns;

/// When a visit happened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock<'a> {
    /// Check-ins and perhaps check-outs, in seconds of the file's own clock.
    Times {
        /// Column of the check-in.
        start: &'a str,
        /// Column of the check-out.
        end: Option<&'a str>,
    },
    /// Whole days since each person's enrolment.
    StudyDays {
        /// Column of the day.
        day: &'a str,
    },
}

/// What the columns mean and by which rules records become visits.
#[derive(Debug, Clone)]
pub(crate) struct Rules<'a> {
    /// Column of the person.
    pub(crate) person: &'a str,
    /// Columns of the time.
    pub(crate) clock: Clock<'a>,
    /// Level columns to report by.
    pub(crate) groups: Vec<&'a str>,
    /// Which of `groups` is the center; without one the whole log is one place.
    pub(crate) center: Option<usize>,
    /// Column and levels of the records that are visits; without it every record is one.
    pub(crate) attended: Option<(&'a str, &'a [String])>,
    /// Multi-select column with the reasons of visits that were not held.
    pub(crate) reasons: Option<&'a str>,
    /// Check-ins of a person at a center at most so long after a kept one are the same visit.
    pub(crate) duplicate_seconds: i64,
    /// Longer visits have no length.
    pub(crate) longest_seconds: i64,
    /// Length of the window in days.
    pub(crate) window_days: i64,
    /// A moment of the last day that counts; it is the last day of the window. Study days have none.
    pub(crate) as_of: i64,
}

/// What happened to the records: `records` is the sum of `visits` and all that are not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Records read.
    pub(crate) records: u64,
    /// Records without a person.
    pub(crate) no_person: u64,
    /// Attended records without a time.
    pub(crate) no_start: u64,
    /// Records after the last day that counts.
    pub(crate) after_as_of: u64,
    /// Scheduled visits that were not held.
    pub(crate) not_attended: u64,
    /// Records that do not say whether the visit was held.
    pub(crate) not_stated: u64,
    /// Taps that were merged into another visit.
    pub(crate) duplicate_taps: u64,
    /// Visits counted.
    pub(crate) visits: u64,
    /// Visits without a check-out.
    pub(crate) missing_checkouts: u64,
    /// Visits whose check-out is before the check-in.
    pub(crate) checkouts_before_checkin: u64,
    /// Visits longer than the longest.
    pub(crate) visits_too_long: u64,
    /// Visits that begin while the same person is still at another center.
    pub(crate) overlapping_visits: u64,
    /// Visits on a day on which the same person already had one.
    pub(crate) same_day_visits: u64,
}

/// One record of a visit; `stay` is the check-out in seconds after the check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Arrival {
    start: i64,
    person: u32,
    place: u32,
    stay: i32,
}

/// `Arrival::stay` without a check-out.
const NO_CHECKOUT: i32 = i32::MIN;
/// `Visit::stay` without a valid length.
const NO_STAY: u32 = u32::MAX;

/// One visit after the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Visit {
    start: i64,
    person: u32,
    place: u32,
    stay: u32,
}

/// A record that is no visit but says that a person was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Expected {
    person: u32,
    place: u32,
    stated: bool,
    reasons: u64,
}

/// Combinations of group levels, numbered as they come.
#[derive(Debug, Clone, Default)]
struct Places {
    codes: Vec<Vec<u32>>,
    known: HashMap<Vec<u32>, u32>,
}

impl Places {
    fn intern(&mut self, codes: &[u32]) -> u32 {
        if let Some(place) = self.known.get(codes) {
            return *place;
        }
        let Ok(place) = u32::try_from(self.codes.len()) else { unreachable!("a log has fewer places than records, and records are counted in u32 codes") };
        self.codes.push(codes.to_vec());
        self.known.insert(codes.to_vec(), place);
        place
    }
}

/// The mergeable state of the pass.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    arrivals: Vec<Arrival>,
    expected: Vec<Expected>,
    places: Places,
    counts: Counts,
}

impl Log {
    /// Reads one batch.
    pub(crate) fn read(rules: &Rules, batch: &Batch, levels: &BTreeMap<String, Levels>) -> Result<Self, Error> {
        let columns = Columns::of(rules, batch, levels)?;
        let last_day = calendar::day_of(rules.as_of);
        let mut log = Self { counts: Counts { records: batch.rows() as u64, ..Counts::default() }, ..Self::default() };
        let mut codes = vec![NO_LEVEL; columns.groups.len()];
        for row in 0..batch.rows() {
            let person = columns.person[row];
            if person == NO_LEVEL {
                log.counts.no_person += 1;
                continue;
            }
            for (code, group) in codes.iter_mut().zip(&columns.groups) {
                *code = group[row];
            }
            let place = log.places.intern(&codes);
            if let Some((values, wanted)) = &columns.attended
                && !wanted.contains(&values[row])
            {
                let stated = values[row] != NO_LEVEL;
                log.counts.not_attended += u64::from(stated);
                log.counts.not_stated += u64::from(!stated);
                log.expected.push(Expected { person, place, stated, reasons: columns.reasons.map_or(0, |flags| flags[row]) });
                continue;
            }
            match columns.clock.moment(row) {
                None => log.counts.no_start += 1,
                Some((start, _)) if columns.clock.is_dated() && calendar::day_of(start) > last_day => log.counts.after_as_of += 1,
                Some((start, stay)) => log.arrivals.push(Arrival { start, person, place, stay }),
            }
        }
        Ok(log)
    }

    /// Adds what another part of the same log held.
    #[must_use]
    pub(crate) fn merge(mut self, other: Self) -> Self {
        let places: Vec<u32> = other.places.codes.iter().map(|codes| self.places.intern(codes)).collect();
        let place = |old: u32| places[old as usize];
        self.arrivals.extend(other.arrivals.into_iter().map(|arrival| Arrival { place: place(arrival.place), ..arrival }));
        self.expected.extend(other.expected.into_iter().map(|record| Expected { place: place(record.place), ..record }));
        let (ours, theirs) = (&mut self.counts, other.counts);
        ours.records += theirs.records;
        ours.no_person += theirs.no_person;
        ours.no_start += theirs.no_start;
        ours.after_as_of += theirs.after_as_of;
        ours.not_attended += theirs.not_attended;
        ours.not_stated += theirs.not_stated;
        self
    }

    /// Applies the rules to the whole log.
    pub(crate) fn finish(mut self, rules: &Rules, levels: &BTreeMap<String, Levels>) -> Visits {
        let groups: Vec<Group> = rules.groups.iter().map(|name| Group::of(name, levels.get(*name))).collect();
        let places = self.rank_places(&groups);
        let centers: Vec<u32> = places.iter().map(|codes| rules.center.map_or(0, |center| codes[center])).collect();
        let dated = matches!(rules.clock, Clock::Times { .. });
        let visits = sessions::clean(self.arrivals, &centers, rules, &mut self.counts);
        self.expected.sort_unstable_by_key(|record| (record.person, record.place, record.stated, record.reasons));
        let last_day = visits.iter().map(|visit| calendar::day_of(visit.start)).max();
        let as_of = calendar::day_of(rules.as_of);
        let window = dated.then(|| (as_of - rules.window_days + 1, as_of));
        let reasons = rules.reasons.and_then(|name| levels.get(name)).map_or_else(Vec::new, |known| known.names().to_vec());
        Visits { held: visits, expected: self.expected, places, groups, counts: self.counts, dated, window, last_day, reasons }
    }

    /// Puts the places in the order of their labels, so that ties are broken by content; returns the ranks of each.
    fn rank_places(&mut self, groups: &[Group]) -> Vec<Vec<u32>> {
        let rank = |codes: &Vec<u32>| -> Vec<u32> { codes.iter().zip(groups).map(|(code, group)| group.rank(*code)).collect() };
        let mut ranked: Vec<(Vec<u32>, usize)> = self.places.codes.iter().map(rank).zip(0..).collect();
        ranked.sort_unstable();
        let mut moved = vec![0; ranked.len()];
        for (new, (_, old)) in (0_u32..).zip(&ranked) {
            moved[*old] = new;
        }
        self.arrivals.iter_mut().for_each(|arrival| arrival.place = moved[arrival.place as usize]);
        self.expected.iter_mut().for_each(|record| record.place = moved[record.place as usize]);
        ranked.into_iter().map(|(ranks, _)| ranks).collect()
    }
}

/// The pass over a whole frame.
pub(crate) fn of_frame(rules: &Rules, frame: &Frame) -> Result<Visits, Error> {
    let mut log = Log::default();
    for batch in &frame.batches {
        log = log.merge(Log::read(rules, batch, &frame.levels)?);
    }
    Ok(log.finish(rules, &frame.levels))
}

/// The levels of one group column in reading order: by number when all are numbers, else by bytes.
#[derive(Debug, Clone)]
struct Group {
    name: String,
    labels: Vec<String>,
    ranks: Vec<u32>,
}

impl Group {
    fn of(name: &str, levels: Option<&Levels>) -> Self {
        let names = levels.map_or(&[][..], Levels::names);
        let numbers: Option<Vec<f64>> = names.iter().map(|label| label.parse().ok().filter(|number: &f64| number.is_finite())).collect();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| {
            let by_number = numbers.as_ref().map_or(std::cmp::Ordering::Equal, |values| values[*a].total_cmp(&values[*b]));
            by_number.then_with(|| names[*a].cmp(&names[*b]))
        });
        let mut ranks = vec![NO_LEVEL; names.len()];
        for (rank, position) in (0_u32..).zip(&order) {
            ranks[*position] = rank;
        }
        Self { name: name.to_owned(), labels: order.into_iter().map(|position| names[position].clone()).collect(), ranks }
    }

    fn rank(&self, code: u32) -> u32 {
        self.ranks.get(code as usize).copied().unwrap_or(NO_LEVEL)
    }
}

/// All visits of a log, in order of person and time, with what is needed to tabulate them.
#[derive(Debug, Clone)]
pub(crate) struct Visits {
    held: Vec<Visit>,
    expected: Vec<Expected>,
    places: Vec<Vec<u32>>,
    groups: Vec<Group>,
    counts: Counts,
    dated: bool,
    window: Option<(i64, i64)>,
    last_day: Option<i64>,
    reasons: Vec<String>,
}

impl Visits {
    /// What happened to the records.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// First and last day of the window; study days have none.
    pub(crate) fn window(&self) -> Option<(i64, i64)> {
        self.window
    }

    /// Visits that have no level of a group.
    pub(crate) fn without(&self, group: usize) -> u64 {
        self.held.iter().filter(|visit| self.places[visit.place as usize][group] == NO_LEVEL).count() as u64
    }
}
