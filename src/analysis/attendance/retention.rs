//! Stays in; curves of how long people keep coming out: by Kaplan and Meier with their median and a test between groups, or by week of study.
//!
//! Everything here is computed from the people at risk and those who stopped in each step of the curve, and steps are chosen so
//! that none of these numbers, nor any that follows from them, is small (`safe_steps`). So whoever turns the curve back
//! into counts finds only counts that may be known.

use std::collections::BTreeMap;

use super::{Groups, Table};
use crate::analysis::CONF_LEVEL;
use crate::estimate::visits::{Part, RETENTION_MONTH_DAYS, STUDY_WEEKS, Stay, Visits, safe_steps};
use crate::results::{ResultRow, Stat, Support, Unit};
use crate::stats::{SurvivalPoint, kaplan_meier, log_rank};

/// The variable of all its rows.
const RETENTION: &str = "retention";
/// The variable of the rows of a log of study days.
const RETENTION_WEEK: &str = "retention_week";
/// Longest curve, in months.
const MOST_MONTHS: u32 = 36;
/// Groups are drawn where their curves have so many steps, or as many as that of everybody.
const FEW_STEPS: usize = 3;

/// Curves of the levels of a group on steps that they have in common.
struct Family {
    steps: Vec<u32>,
    shown: BTreeMap<u32, Vec<Stay>>,
}

impl Table<'_> {
    /// The curve of everybody, then those of the levels of each group.
    pub(super) fn retention(&mut self, visits: &Visits, groups: &[usize]) {
        if !self.dated {
            self.weekly(visits, groups);
            return;
        }
        let gap = i64::from(self.spec.gap_days);
        let everybody: Vec<Stay> = visits.stays(gap, None).into_iter().map(|(_, stay)| stay).collect();
        let most = everybody.iter().map(|stay| stay.followed).max().unwrap_or_default().min(MOST_MONTHS);
        let months: Vec<u32> = (1..=most).collect();
        let steps = safe_steps(std::slice::from_ref(&everybody), &months, self.spec.steps);
        self.curve(&[], &everybody, &steps);
        for group in groups {
            let name = self.group_name(*group);
            // newcomers are figures of regions alone
            let is_region = self.spec.region.as_ref() == Some(&name);
            let elsewhere = if is_region { visits.elsewhere(gap, Part::Group(*group)) } else { Vec::new() };
            let Some(family) = self.family(by_level(visits.stays(gap, Some(Part::Group(*group)))), &steps, &elsewhere) else { continue };
            for (rank, stays) in &family.shown {
                self.curve(&[(name.clone(), visits.level_name(*group, *rank).to_owned())], stays, &family.steps);
            }
            self.test(&name, &family);
        }
    }

    /// The share of everybody on file with a visit in or after each week of study, then those of the levels of each group.
    ///
    /// Steps are chosen among those who came, because how many never did follows from two other figures. Where those are few there is
    /// no curve, nor by a group in which the people of a level are by few more than those whose first record is there: the base of
    /// the curve would count them.
    fn weekly(&mut self, visits: &Visits, groups: &[usize]) {
        let everybody: Vec<Stay> = visits.weeks(None).into_iter().map(|(_, stay)| stay).collect();
        let last = everybody.iter().map(|stay| stay.stopped.min(STUDY_WEEKS)).max().unwrap_or(1);
        let steps = safe_steps(std::slice::from_ref(&everybody), &(1..=last).collect::<Vec<u32>>(), self.spec.steps);
        let few = |people: u64| people > 0 && self.spec.steps.forbids(people);
        let absent = visits.never_came(None).len() as u64;
        if few(absent) {
            return;
        }
        self.weeks(&[], &everybody, absent, &steps);
        for group in groups {
            let part = Some(Part::Group(*group));
            let levels = by_level(visits.weeks(part));
            let mut never: BTreeMap<Option<u32>, u64> = BTreeMap::new();
            for level in visits.never_came(part) {
                *never.entry(level).or_default() += 1;
            }
            let came = |level: Option<u32>| levels.get(&level).map_or(0, Vec::len) as u64;
            let on_file = |level: Option<u32>| came(level) + never.get(&level).copied().unwrap_or_default();
            let level = |key: &[i64; 2]| u32::try_from(key[0]).ok();
            let cut = [part, None];
            let wander = visits.tabulate(cut).iter().any(|(key, cell)| few(cell.people().saturating_sub(came(level(key)))))
                || visits.scheduled(cut).iter().any(|(key, cell)| few(cell.enrolled.saturating_sub(on_file(level(key)))));
            if wander || never.values().any(|people| few(*people)) {
                continue;
            }
            let Some(family) = self.family(levels, &steps, &[]) else { continue };
            let name = self.group_name(*group);
            for (rank, stays) in &family.shown {
                let groups = [(name.clone(), visits.level_name(*group, *rank).to_owned())];
                self.weeks(&groups, stays, never.get(&Some(*rank)).copied().unwrap_or_default(), &family.steps);
            }
        }
    }

    /// A curve over weeks of study: the share of all on file at the end of each step.
    fn weeks(&mut self, groups: &Groups, stays: &[Stay], never: u64, steps: &[u32]) {
        let how = "people with a visit in or after that week of study, of all people in the log; weeks joined until no count is small";
        let base = stays.len() as u64 + never;
        for end in steps {
            let kept = stays.iter().filter(|stay| stay.stopped > *end).count() as u64;
            let row = self.figure(groups, RETENTION_WEEK, Stat::Survival, Unit::Percent, how, Ok(kept as f64 / base as f64));
            row.level = Some((end - 1).to_string());
            row.n = Some(kept as f64);
            row.denominator = Some(base as f64);
            row.support = Support::People { behind: kept, outside: None };
        }
    }

    fn group_name(&self, group: usize) -> String {
        self.groups.get(group).cloned().unwrap_or_default()
    }

    /// The levels that can be shown: all, or all but the smallest, whose people are then taken together.
    ///
    /// Who came `elsewhere` in their first month is among the newcomers there and not in the curve; where they are few, the
    /// difference would count them, for a level that is shown and for all others together.
    fn family(&self, mut levels: BTreeMap<Option<u32>, Vec<Stay>>, whole: &[u32], elsewhere: &[(u32, u32)]) -> Option<Family> {
        let nameless = levels.remove(&None).unwrap_or_default();
        let levels: BTreeMap<u32, Vec<Stay>> = levels.into_iter().filter_map(|(level, stays)| Some((level?, stays))).collect();
        let mut by_size: Vec<u32> = levels.keys().copied().collect();
        by_size.sort_by_key(|level| (levels[level].len(), *level));
        (0..by_size.len().saturating_sub(1)).find_map(|hidden| {
            let (left_out, kept) = by_size.split_at(hidden);
            let rest: Vec<Stay> = nameless.iter().chain(left_out.iter().flat_map(|level| &levels[level])).copied().collect();
            let mut populations: Vec<Vec<Stay>> = kept.iter().map(|level| levels[level].clone()).collect();
            if !rest.is_empty() {
                populations.push(rest);
            }
            let steps = safe_steps(&populations, whole, self.spec.steps);
            let begin = steps.first().copied().unwrap_or_default();
            let others = |of: &[u32]| elsewhere.iter().filter(|(level, followed)| of.contains(level) && *followed >= begin).count() as u64;
            let few = |people: u64| people > 0 && self.spec.steps.forbids(people);
            if few(others(left_out)) || kept.iter().any(|level| few(others(&[*level]))) {
                return None;
            }
            let shown = || kept.iter().map(|level| (*level, levels[level].clone())).collect();
            (!steps.is_empty() && steps.len() >= FEW_STEPS.min(whole.len())).then(|| Family { steps, shown: shown() })
        })
    }

    /// A curve: its share at the beginning and at the end of each step, and its median.
    fn curve(&mut self, groups: &Groups, stays: &[Stay], steps: &[u32]) {
        let times = times(stays, steps);
        if times.is_empty() {
            self.point(groups, 0, Err("too few people whom the log follows long enough"), (0, 0));
            return;
        }
        let curve = kaplan_meier(&times, CONF_LEVEL);
        let at_risk = |end: f64| times.iter().filter(|(time, _)| *time >= end).count() as u64;
        self.point(groups, 0, Ok(None), (at_risk(0.0), at_risk(0.0)));
        let mut last = None;
        for end in steps {
            let time = f64::from(*end);
            let event = curve.iter().find(|point| point.time.total_cmp(&time).is_eq());
            last = event.or(last);
            if at_risk(time) == 0 {
                break;
            }
            let (risk, stopped) = (at_risk(time), event.map_or(0, |event| event.events));
            self.point(groups, *end, Ok(last), (risk, risk - stopped));
        }
        self.median(groups, &curve, steps, times.len() as u64);
    }

    /// One point; `None` is the beginning, where everybody comes.
    fn point(&mut self, groups: &Groups, month: u32, at: Result<Option<&SurvivalPoint>, &str>, (risk, staying): (u64, u64)) {
        let how = self.how("log-log interval");
        let row = self.figure(groups, RETENTION, Stat::Survival, Unit::Percent, "", at.map(|point| point.map_or(1.0, |point| point.survival)));
        row.method = how;
        if let Ok(point) = at {
            row.std_error = point.map(|point| point.std_error);
            (row.conf_low, row.conf_high) = (point.and_then(|point| point.conf_low), point.and_then(|point| point.conf_high));
            row.conf_level = row.conf_low.map(|_| CONF_LEVEL);
            sampled(row);
        }
        row.level = Some(month.to_string());
        row.n = Some(staying as f64);
        row.denominator = Some(risk as f64);
        row.support = Support::People { behind: staying, outside: None };
    }

    /// The time by which half have stopped, in days.
    fn median(&mut self, groups: &Groups, curve: &[SurvivalPoint], steps: &[u32], people: u64) {
        let how = self.how("where the curve comes to a half, straight within its month, limits from those of the curve");
        let share = |of: fn(&SurvivalPoint) -> f64| -> Vec<(f64, f64)> {
            let mut last = 1.0;
            let at = |step: &u32| {
                let time = f64::from(*step);
                last = curve.iter().find(|point| point.time.total_cmp(&time).is_eq()).map_or(last, of);
                (time, last)
            };
            std::iter::once((0.0, 1.0)).chain(steps.iter().map(at)).collect()
        };
        let median = crossing(&share(|point| point.survival));
        let month = f64::from(RETENTION_MONTH_DAYS);
        let (estimate, why) = match median {
            Some((from, to, at)) if to - from < 1.5 => (Some(at * month), String::new()),
            Some((from, to, _)) => (None, format!("months are joined there: it lies between {} and {} days", from * month, to * month)),
            None => (None, "more than half still came where the curve ends".to_owned()),
        };
        let row = self.figure(groups, RETENTION, Stat::Quantile, Unit::Days, "", estimate.ok_or(why.as_str()));
        row.method = how;
        if estimate.is_some() {
            row.conf_low = crossing(&share(|point| point.conf_low.unwrap_or(point.survival))).map(|(_, _, at)| at * month);
            row.conf_high = crossing(&share(|point| point.conf_high.unwrap_or(point.survival))).map(|(_, _, at)| at * month);
            row.conf_level = row.conf_low.or(row.conf_high).map(|_| CONF_LEVEL);
            sampled(row);
        }
        row.level = Some("0.5".to_owned());
        row.n = Some(people as f64);
        row.support = Support::People { behind: people, outside: None };
    }

    /// Whether the curves of the levels differ.
    fn test(&mut self, name: &str, family: &Family) {
        let times: Vec<Vec<(f64, bool)>> = family.shown.values().map(|stays| times(stays, &family.steps)).collect();
        let slices: Vec<&[(f64, bool)]> = times.iter().map(Vec::as_slice).collect();
        let test = log_rank(&slices);
        let how = self.how(&format!("log-rank test between {} levels, on the steps of their curves", slices.len()));
        let estimate = test.as_ref().map(|test| test.statistic).ok_or("nobody stopped, or no two levels can be compared");
        let row = self.figure(&[], RETENTION, Stat::Chisq, Unit::None, "", estimate);
        row.method = how;
        if let Some(test) = test {
            (row.test_statistic, row.df, row.p_value) = (Some(test.statistic), Some(test.df), Some(test.p_value));
            sampled(row);
        }
        let people = times.iter().map(Vec::len);
        row.level = Some(name.to_owned());
        row.n = Some(people.clone().sum::<usize>() as f64);
        row.support = Support::People { behind: people.min().unwrap_or_default() as u64, outside: None };
    }

    /// What all figures share.
    fn how(&self, what: &str) -> String {
        format!(
            "Kaplan–Meier in {RETENTION_MONTH_DAYS}-day months since the first visit; stopped: no visit for more than {} days; months joined until no count \
             is small; {what}",
            self.spec.gap_days
        )
    }
}

/// The step in which a curve comes to a half, and where in it the straight line between its ends does.
fn crossing(curve: &[(f64, f64)]) -> Option<(f64, f64, f64)> {
    let pair = curve.windows(2).find(|pair| pair[1].1 <= 0.5)?;
    let [(from, high), (to, low)] = [pair[0], pair[1]];
    Some((from, to, from + (to - from) * (high - 0.5) / (high - low)))
}

/// The log counts everybody who came; an interval speaks of people like them.
fn sampled(row: &mut ResultRow) {
    row.note = Some("intervals and tests are for people like those of the log".to_owned());
}

/// Stays by the level of their person.
fn by_level(stays: Vec<(Option<u32>, Stay)>) -> BTreeMap<Option<u32>, Vec<Stay>> {
    let mut levels: BTreeMap<Option<u32>, Vec<Stay>> = BTreeMap::new();
    for (level, stay) in stays {
        levels.entry(level).or_default().push(stay);
    }
    levels
}

/// For everybody who is followed to the end of a step: the last such end, or the end of the step in which the person stopped.
fn times(stays: &[Stay], steps: &[u32]) -> Vec<(f64, bool)> {
    let of = |stay: &Stay| {
        let censored = steps.iter().rev().find(|end| **end <= stay.followed)?;
        let stopped = steps.iter().find(|end| **end >= stay.stopped).filter(|end| *end <= censored);
        Some(stopped.map_or((f64::from(*censored), false), |end| (f64::from(*end), true)))
    };
    stays.iter().filter_map(of).collect()
}
