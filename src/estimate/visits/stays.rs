//! Visits in; for everybody how many months they kept coming, and for how many the log could tell, out. In a log of study days: weeks.
//!
//! Both are counted in whole months from the first visit, and how long somebody is followed depends on the calendar month
//! of that visit alone. So whoever is followed equally long came for the first time in the same calendar months, which
//! is what `safe_steps` builds on.

use super::calendar::{day_of, month_of, week_of};
use super::cells::{LAST_STUDY_WEEK, Part, RETENTION_MONTH_DAYS};
use super::{NO_LEVEL, Visits};

/// Weeks of a study in which it is looked whether somebody still comes: week 0 to `LAST_STUDY_WEEK`.
pub(crate) const STUDY_WEEKS: u32 = 53;

/// How long one person came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stay {
    /// Months over which the log can tell whether the person still came.
    pub(crate) followed: u32,
    /// The month in which the person came for the last time before a break that is too long; the first month is 1.
    pub(crate) stopped: u32,
}

/// How curves may be cut into steps, so that nobody can be counted from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StepRule {
    /// Fewest people that a count may speak of.
    pub(crate) least: u64,
    /// Whether a count of nobody may be shown.
    pub(crate) zero: bool,
}

impl StepRule {
    pub(crate) fn forbids(self, people: u64) -> bool {
        people < self.least && (people > 0 || !self.zero)
    }
}

impl Visits {
    /// Everybody's stay, with the level of a group at the first visit; a break is more than `gap_days` days without a visit.
    pub(crate) fn stays(&self, gap_days: i64, group: Option<Part>) -> Vec<(Option<u32>, Stay)> {
        let Some(end) = self.last_day else { return Vec::new() };
        let people = self.held.chunk_by(|a, b| a.person == b.person);
        let stay = |visits: &[super::Visit]| {
            let first = day_of(visits[0].start);
            let breaks = visits.windows(2).find(|pair| day_of(pair[1].start) - day_of(pair[0].start) > gap_days);
            let last = day_of(breaks.map_or(visits[visits.len() - 1].start, |pair| pair[0].start));
            Stay { followed: followed(first, end, gap_days), stopped: whole((last - first).div_euclid(i64::from(RETENTION_MONTH_DAYS)) + 1) }
        };
        people.map(|visits| (self.level_at(visits[0].place, group), stay(visits))).collect()
    }

    /// The other levels of a group to which somebody came in the calendar month of their first visit, and how long they are followed.
    ///
    /// Newcomers of a month are counted in each level where they came, but their curve is that of the first visit. So the newcomers of a
    /// level, less the people with whom its curve begins, are these.
    pub(crate) fn elsewhere(&self, gap_days: i64, group: Part) -> Vec<(u32, u32)> {
        let Some(end) = self.last_day else { return Vec::new() };
        let mut found = Vec::new();
        for visits in self.held.chunk_by(|a, b| a.person == b.person) {
            let first = day_of(visits[0].start);
            let month = visits.iter().take_while(|visit| month_of(day_of(visit.start)) == month_of(first));
            let mut levels: Vec<u32> = month.filter_map(|visit| self.level_at(visit.place, Some(group))).collect();
            levels.sort_unstable();
            levels.dedup();
            let own = self.level_at(visits[0].place, Some(group));
            found.extend(levels.into_iter().filter(|level| Some(*level) != own).map(|level| (level, followed(first, end, gap_days))));
        }
        found
    }

    /// Stays in a log of study days, of everybody who came: the months are weeks of study, of which the first ends with week 0,
    /// and somebody stops in the first week in or after which they are not seen. A study follows everybody to its end.
    pub(crate) fn weeks(&self, group: Option<Part>) -> Vec<(Option<u32>, Stay)> {
        let people = self.held.chunk_by(|a, b| a.person == b.person);
        let stay = |visits: &[super::Visit]| {
            let seen = week_of(day_of(visits[visits.len() - 1].start)).clamp(-1, LAST_STUDY_WEEK);
            Stay { followed: STUDY_WEEKS, stopped: u32::try_from(seen + 2).unwrap_or_default() }
        };
        people.map(|visits| (self.level_at(visits[0].place, group), stay(visits))).collect()
    }

    /// The level of everybody who has a record and never came.
    pub(crate) fn never_came(&self, group: Option<Part>) -> Vec<Option<u32>> {
        let came = |person: u32| self.held.binary_search_by_key(&person, |visit| visit.person).is_ok();
        let people = self.expected.chunk_by(|a, b| a.person == b.person);
        people.filter(|records| !came(records[0].person)).map(|records| self.level_at(records[0].place, group)).collect()
    }

    /// The level of a group at a place.
    fn level_at(&self, place: u32, group: Option<Part>) -> Option<u32> {
        match group {
            Some(Part::Group(group)) => Some(self.places[place as usize][group]).filter(|rank| *rank != NO_LEVEL),
            _ => None,
        }
    }

    /// The name of a group's level.
    pub(crate) fn level_name(&self, group: usize, rank: u32) -> &str {
        self.groups[group].labels.get(rank as usize).map(String::as_str).unwrap_or_default()
    }
}

/// The months for which the log can tell whether somebody still came who came first on a day.
fn followed(first: i64, end: i64, gap_days: i64) -> u32 {
    whole((end - last_of_month(first) + 1 - gap_days).div_euclid(i64::from(RETENTION_MONTH_DAYS)))
}

/// A number of months; negative ones are 0.
fn whole(months: i64) -> u32 {
    u32::try_from(months.max(0)).unwrap_or(u32::MAX)
}

/// The last day of the month of a day.
fn last_of_month(day: i64) -> i64 {
    (day..day + 31).take_while(|later| month_of(*later) == month_of(day)).last().unwrap_or(day)
}

/// The most of `months` that may end the steps of one curve for each of these groups of people.
///
/// Whoever is followed beyond one end of a step but not beyond the next belongs to one cohort. For each group, cohort and
/// step the people who stopped in it, and the people of the cohort who had not stopped when it leaves, must be nobody or
/// enough. Whatever follows from curves on such steps, also together with the newcomers of calendar months and by
/// subtracting groups from each other, is a sum of such counts. Months are joined to the next one after another, each
/// time the one that leaves the fewest forbidden counts; of several the latest, and the end of the curve last of all.
pub(crate) fn safe_steps(groups: &[Vec<Stay>], months: &[u32], rule: StepRule) -> Vec<u32> {
    let last = months.last().copied().unwrap_or_default();
    let tables: Vec<Table> = groups.iter().map(|stays| Table::new(stays, last)).collect();
    let forbidden = |ends: &[u32]| tables.iter().map(|table| table.forbidden(ends, rule)).sum::<usize>();
    let mut ends = months.to_vec();
    while !ends.is_empty() && forbidden(&ends) > 0 {
        let without = |place: usize| ends.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, end)| *end).collect::<Vec<u32>>();
        // rather joined than cut off: the last end goes only where that helps more
        let best = (0..ends.len()).min_by_key(|place| (forbidden(&without(*place)), place + 1 == ends.len(), std::cmp::Reverse(*place)));
        ends = best.map(without).unwrap_or_default();
    }
    ends
}

/// People by months followed and month of stopping; whoever stops after being followed still comes.
struct Table {
    counts: Vec<Vec<u64>>,
}

impl Table {
    fn new(stays: &[Stay], last: u32) -> Self {
        let mut counts: Vec<Vec<u64>> = (0..=last as usize).map(|followed| vec![0; followed + 2]).collect();
        for stay in stays {
            let own = &mut counts[stay.followed.min(last) as usize];
            let place = (stay.stopped as usize).min(own.len() - 1);
            own[place] += 1;
        }
        Self { counts }
    }

    /// How many counts that follow from these steps are forbidden.
    fn forbidden(&self, ends: &[u32], rule: StepRule) -> usize {
        let mut found = 0;
        for cohort in 0..=ends.len() {
            let from = cohort.checked_sub(1).map_or(0, |place| ends[place] as usize);
            let to = ends.get(cohort).map_or(self.counts.len(), |end| *end as usize);
            let people = |from_month: usize, to_month: usize| -> u64 {
                let of = |followed: &Vec<u64>| followed.iter().take(to_month.min(followed.len())).skip(from_month).sum::<u64>();
                self.counts[from..to.min(self.counts.len())].iter().map(of).sum()
            };
            let mut start = 1;
            for end in &ends[..cohort] {
                let end = *end as usize + 1;
                found += usize::from(rule.forbids(people(start, end)));
                start = end;
            }
            let staying = people(start, usize::MAX);
            // where zero may not be shown, an empty cohort of people who are not followed at all is no count of the curve
            found += usize::from(rule.forbids(staying) && (cohort > 0 || staying > 0));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: StepRule = StepRule { least: 11, zero: true };

    fn stays(groups: &[(u32, u32, usize)]) -> Vec<Stay> {
        groups.iter().flat_map(|(followed, stopped, people)| vec![Stay { followed: *followed, stopped: *stopped }; *people]).collect()
    }

    #[test]
    fn the_last_day_of_a_month() {
        let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap().duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
        assert_eq!(last_of_month(day("2024-02-01")), day("2024-02-29"));
        assert_eq!(last_of_month(day("2024-12-31")), day("2024-12-31"));
    }

    #[test]
    fn steps_with_enough_people_stay_and_others_are_joined() {
        let enough = stays(&[(2, 1, 20), (2, 2, 15), (2, 3, 40)]);
        assert_eq!(safe_steps(std::slice::from_ref(&enough), &[1, 2], RULE), [1, 2]);
        // four people stop in the second month: it cannot end by itself, nor begin
        let few = stays(&[(3, 1, 20), (3, 2, 4), (3, 3, 15), (3, 4, 40)]);
        assert_eq!(safe_steps(std::slice::from_ref(&few), &[1, 2, 3], RULE), [1, 3]);
        // one curve for both: the steps of the group with fewer
        assert_eq!(safe_steps(&[enough, few], &[1, 2, 3], RULE), [1, 3]);
        assert_eq!(safe_steps(&[stays(&[(3, 4, 10)])], &[1, 2, 3], RULE), Vec::<u32>::new());
    }

    #[test]
    fn a_cohort_that_leaves_with_few_people_is_joined_to_the_next() {
        // five people are followed for one month only
        let people = stays(&[(1, 2, 5), (2, 1, 20), (2, 2, 20), (2, 3, 30)]);
        assert_eq!(safe_steps(&[people], &[1, 2], RULE), [1]);
        let people = stays(&[(0, 1, 30), (1, 2, 5), (2, 1, 20), (2, 2, 20), (2, 3, 30)]);
        assert_eq!(safe_steps(&[people], &[1, 2], RULE), [2]);
    }

    #[test]
    fn where_zero_may_not_be_shown_empty_steps_are_joined() {
        let people = stays(&[(2, 1, 20), (2, 3, 40)]);
        assert_eq!(safe_steps(std::slice::from_ref(&people), &[1, 2], RULE), [1, 2]);
        assert_eq!(safe_steps(&[people], &[1, 2], StepRule { zero: false, ..RULE }), [2]);
    }
}
