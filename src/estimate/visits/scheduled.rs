//! Visits and the scheduled visits that were not held in; attended shares, enrolled people and reasons out.

use std::collections::BTreeMap;

use super::cells::{Cut, Key};
use super::{Visits, calendar};

/// Scheduled visits of one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scheduled {
    /// People with any record, whether they ever came or not.
    pub(crate) enrolled: u64,
    /// Visits held.
    pub(crate) attended: u64,
    /// People with a visit held.
    pub(crate) people_attended: u64,
    /// Visits not held.
    pub(crate) missed: u64,
    /// People with a visit not held.
    pub(crate) people_missed: u64,
    /// Records that do not say whether the visit was held.
    pub(crate) not_stated: u64,
}

/// Visits not held for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// The reason; `None` for visits without any.
    pub(crate) label: Option<String>,
    /// Visits not held for it.
    pub(crate) visits: u64,
    /// People behind them.
    pub(crate) people: u64,
    /// People with a visit not held for another reason.
    pub(crate) people_otherwise: u64,
}

/// What one record says about a scheduled visit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Attended,
    Missed,
    NotStated,
}

impl Visits {
    /// Scheduled visits in every cell of a cut of groups.
    pub(crate) fn scheduled(&self, cut: Cut) -> BTreeMap<Key, Scheduled> {
        let held = self.held.iter().map(|visit| (visit.person, visit.place, Outcome::Attended));
        let others = self.expected.iter().map(|record| (record.person, record.place, if record.stated { Outcome::Missed } else { Outcome::NotStated }));
        let mut records: Vec<(Key, u32, Outcome)> =
            held.chain(others).filter_map(|(person, place, outcome)| Some((self.key(cut, calendar::DAY_SECONDS, place)?, person, outcome))).collect();
        records.sort_unstable();
        let mut cells: BTreeMap<Key, Scheduled> = BTreeMap::new();
        for own in records.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let count = |wanted: Outcome| own.iter().filter(|record| record.2 == wanted).count() as u64;
            let (attended, missed) = (count(Outcome::Attended), count(Outcome::Missed));
            let cell = cells.entry(own[0].0).or_default();
            cell.enrolled += 1;
            cell.attended += attended;
            cell.people_attended += u64::from(attended > 0);
            cell.missed += missed;
            cell.people_missed += u64::from(missed > 0);
            cell.not_stated += count(Outcome::NotStated);
        }
        cells
    }

    /// Reasons of the visits that were not held, in declared order, those without any last; shares need not sum to 100.
    pub(crate) fn reasons(&self) -> Vec<Reason> {
        let labels = self.reasons.iter().take(64).map(|label| Some(label.clone()));
        let mut reasons: Vec<Reason> = labels.chain([None]).map(|label| Reason { label, visits: 0, people: 0, people_otherwise: 0 }).collect();
        for person in self.expected.chunk_by(|a, b| a.person == b.person) {
            for (bit, reason) in reasons.iter_mut().enumerate() {
                let for_it = |flags: u64| if reason.label.is_some() { flags >> bit & 1 == 1 } else { flags == 0 };
                let missed = person.iter().filter(|record| record.stated);
                let (with, without) =
                    missed.fold((0, 0), |(with, without), record| if for_it(record.reasons) { (with + 1, without) } else { (with, without + 1) });
                reason.visits += with;
                reason.people += u64::from(with > 0);
                reason.people_otherwise += u64::from(without > 0);
            }
        }
        reasons
    }
}
