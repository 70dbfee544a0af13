//! Visits in; for every cell of a cut (a center, a month, a weekday and hour) its people, visits, stays and days out.
//!
//! Visits lie in order of person, so a cut is one walk: each person's visits are split by cell, and
//! every cell learns of each person once. Cost grows with visits, memory with cells and visits.

use std::collections::BTreeMap;

use super::calendar::{self, day_of};
use super::distribution::Distribution;
use super::{NO_LEVEL, NO_STAY, Visit, Visits};

/// Last week of study that gets its own cell: a year. Later visits count in the totals only.
pub(crate) const LAST_STUDY_WEEK: i64 = 52;
/// Days in a month of the retention curve.
pub(crate) const RETENTION_MONTH_DAYS: u32 = 30;

/// One dimension of a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A group column, by its place in the rules.
    Group(usize),
    /// Calendar month, or week of study.
    Period,
    /// Weekday of the check-in.
    Weekday,
    /// Hour of the check-in.
    Hour,
}

/// Up to two dimensions; none is the whole log.
pub(crate) type Cut = [Option<Part>; 2];
/// A cell of a cut: the position in each dimension, 0 where there is none.
pub(crate) type Key = [i64; 2];

/// What one cell holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Visits of each person.
    pub(crate) visits: Distribution,
    /// People whose first visit of the whole log falls in the period of the cell.
    pub(crate) new_people: u64,
    /// Valid lengths in seconds.
    pub(crate) stays: Distribution,
    /// People with at least one valid length.
    pub(crate) people_with_stay: u64,
    /// Days in the window on which each person came, for those who came in it.
    pub(crate) window_days: Distribution,
}

impl Cell {
    /// Distinct people.
    pub(crate) fn people(&self) -> u64 {
        self.visits.len() as u64
    }

    fn sort(&mut self) {
        self.visits.sort();
        self.stays.sort();
        self.window_days.sort();
    }
}

impl Visits {
    /// Every cell of a cut, in reading order. A period and a group that both occur make a cell even when nobody came.
    pub(crate) fn tabulate(&self, cut: Cut) -> BTreeMap<Key, Cell> {
        let mut cells: BTreeMap<Key, Cell> = BTreeMap::new();
        let mut keyed: Vec<(Key, usize)> = Vec::new();
        for person in self.held.chunk_by(|a, b| a.person == b.person) {
            keyed.clear();
            keyed.extend(person.iter().enumerate().filter_map(|(place, visit)| Some((self.key(cut, visit.start, visit.place)?, place))));
            keyed.sort_unstable();
            for own in keyed.chunk_by(|a, b| a.0 == b.0) {
                self.add(cells.entry(own[0].0).or_default(), cut, person, own);
            }
        }
        if let [Some(Part::Group(_)), Some(Part::Period)] = cut {
            fill(&mut cells);
        } else if cut == [None, None] {
            cells.entry([0, 0]).or_default();
        }
        cells.values_mut().for_each(Cell::sort);
        cells
    }

    /// Tells a cell of one person's visits in it: the `own` positions among all visits of the `person`, in time order.
    fn add(&self, cell: &mut Cell, cut: Cut, person: &[Visit], own: &[(Key, usize)]) {
        let visits = || own.iter().map(|(_, place)| &person[*place]);
        cell.visits.push(whole(own.len()));
        let stays = visits().map(|visit| visit.stay).filter(|stay| *stay != NO_STAY);
        let with_stay = stays.fold(0, |count, stay| {
            cell.stays.push(stay);
            count + 1
        });
        cell.people_with_stay += u64::from(with_stay > 0);
        if cut.contains(&Some(Part::Period)) {
            let first = self.period(person[0].start);
            cell.new_people += u64::from(first == self.period(person[own[0].1].start));
            return;
        }
        if let Some((from, to)) = self.window {
            let mut previous = None;
            let mut days = 0;
            for day in visits().map(|visit| day_of(visit.start)).filter(|day| (from..=to).contains(day)) {
                days += u32::from(previous != Some(day));
                previous = Some(day);
            }
            if days > 0 {
                cell.window_days.push(days);
            }
        }
    }

    /// Month or week of study of a moment; `None` outside the weeks that have their own cell.
    fn period(&self, start: i64) -> Option<i64> {
        if self.dated {
            Some(calendar::month_of(day_of(start)))
        } else {
            Some(calendar::week_of(day_of(start))).filter(|week| (0..=LAST_STUDY_WEEK).contains(week))
        }
    }

    /// The cell of a moment and place; `None` when it has none in this cut.
    pub(super) fn key(&self, cut: Cut, start: i64, place: u32) -> Option<Key> {
        let mut key = [0, 0];
        for (position, part) in key.iter_mut().zip(cut) {
            *position = match part {
                None => 0,
                Some(Part::Group(group)) => Some(self.places[place as usize][group]).filter(|rank| *rank != NO_LEVEL).map(i64::from)?,
                Some(Part::Period) => self.period(start)?,
                Some(Part::Weekday) => calendar::weekday_of(day_of(start)),
                Some(Part::Hour) => calendar::hour_of(start),
            };
        }
        Some(key)
    }

    /// The groups of a cell as result rows name them.
    pub(crate) fn groups_of(&self, cut: Cut, key: Key) -> Vec<(String, String)> {
        let name = |(part, position): (Option<Part>, i64)| -> Option<(String, String)> {
            Some(match part? {
                Part::Group(group) => {
                    let label = usize::try_from(position).ok().and_then(|rank| self.groups[group].labels.get(rank));
                    (self.groups[group].name.clone(), label.cloned().unwrap_or_default())
                }
                Part::Period if self.dated => ("month".to_owned(), calendar::month_name(position)),
                Part::Period => ("study_week".to_owned(), position.to_string()),
                Part::Weekday => ("weekday".to_owned(), calendar::weekday_name(position).to_owned()),
                Part::Hour => ("hour".to_owned(), format!("{position:02}")),
            })
        };
        cut.into_iter().zip(key).filter_map(name).collect()
    }

    /// Visits before or after the weeks of study that have their own cell.
    pub(crate) fn outside_weeks(&self) -> u64 {
        self.held.iter().filter(|visit| self.period(visit.start).is_none()).count() as u64
    }
}

/// Adds the cells of groups and periods that both occur but never together.
fn fill(cells: &mut BTreeMap<Key, Cell>) {
    let groups: std::collections::BTreeSet<i64> = cells.keys().map(|key| key[0]).collect();
    let periods: std::collections::BTreeSet<i64> = cells.keys().map(|key| key[1]).collect();
    for group in &groups {
        for period in &periods {
            cells.entry([*group, *period]).or_default();
        }
    }
}

/// A count or a number of days as `u32`; negative numbers are 0.
fn whole<T: TryInto<i128>>(value: T) -> u32 {
    let value: i128 = value.try_into().unwrap_or_default();
    u32::try_from(value.clamp(0, i128::from(u32::MAX))).unwrap_or_default()
}
