//! An attendance log in; rows on people, visits, stays, days, newcomers, retention and the log's own faults out.
//!
//! Every row on people carries the distinct people behind it, whatever its unit is, because a cell of
//! forty visits by two people is two people. A log is a full count, so no row has an interval.

#[cfg(test)]
mod ctn0094;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod tests;

mod kind;
mod retention;

pub(super) use kind::Attendance;
pub(crate) use kind::VisitRules;

use crate::error::{Error, Exit, Problem};
use crate::estimate::visits::{self, Cell, Clock, Cut, Part, Rules, Scheduled, StepRule, Visits};
use crate::frame::Frame;
use crate::results::{ResultRow, Stat, Status, Support, Unit};

const FULL_COUNT: &str = "full count of the log";
const NO_SAMPLING: &str = "a full count: no sampling error";
/// Quantiles of the length of visits.
const QUANTILES: [(f64, &str); 3] = [(0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75")];

/// What the columns of a log mean and by which rules records become visits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AttendanceSpec {
    /// Level column of the person.
    pub(crate) person: String,
    /// Level column of the center; duplicate taps are looked for within one center.
    pub(crate) center: Option<String>,
    /// Level column of the region.
    pub(crate) region: Option<String>,
    /// Time column of the check-in; a log has either this or `day`.
    pub(crate) start: Option<String>,
    /// Time column of the check-out.
    pub(crate) end: Option<String>,
    /// Number column of the day since enrolment.
    pub(crate) day: Option<String>,
    /// Level column and the levels of the records that are visits held; other records are visits not held.
    pub(crate) attended: Option<(String, Vec<String>)>,
    /// Multi-select column with the reasons of visits not held.
    pub(crate) reasons: Option<String>,
    /// Check-ins at most so many minutes after a kept one at the same center are the same visit.
    pub(crate) duplicate_minutes: f64,
    /// Longer visits have no length.
    pub(crate) longest_visit_hours: f64,
    /// Length of the window that ends with the day of `as_of`.
    pub(crate) window_days: u32,
    /// Any moment of the last day that counts, in seconds of the file's own clock. Study days ignore it.
    pub(crate) as_of: i64,
    /// Further level columns to break by, one at a time.
    pub(crate) by: Vec<String>,
    /// Somebody with so many days without a visit has stopped coming.
    pub(crate) gap_days: u32,
    /// What a retention curve may tell of how many people.
    pub(crate) steps: StepRule,
}

impl Default for AttendanceSpec {
    fn default() -> Self {
        Self {
            person: "person".to_owned(),
            center: None,
            region: None,
            start: None,
            end: None,
            day: None,
            attended: None,
            reasons: None,
            duplicate_minutes: 5.0,
            longest_visit_hours: 12.0,
            window_days: 90,
            as_of: i64::MAX,
            by: Vec::new(),
            gap_days: 60,
            steps: StepRule { least: 11, zero: true },
        }
    }
}

/// All rows of an attendance analysis.
///
/// # Errors
/// A setting that makes no sense, a missing column, a column of another type, an unknown level.
pub(crate) fn rows(spec: &AttendanceSpec, frame: &Frame, dataset: &str, analysis: &str) -> Result<Vec<ResultRow>, Error> {
    let rules = spec.rules()?;
    let visits = visits::of_frame(&rules, frame)?;
    let groups = rules.groups.iter().map(|name| (*name).to_owned()).collect();
    let mut table = Table { spec, dataset, analysis, dated: spec.day.is_none(), window: visits.window(), groups, rows: Vec::new() };
    let group = |name: &Option<String>| name.as_ref().and_then(|name| rules.groups.iter().position(|known| known == name)).map(Part::Group);
    let (center, region) = (group(&spec.center), group(&spec.region));
    table.whole_cells(&visits, [None, None]);
    for part in (0..rules.groups.len()).map(Part::Group) {
        table.whole_cells(&visits, [Some(part), None]);
    }
    table.period_cells(&visits, [Some(Part::Period), None]);
    if region.is_some() {
        table.period_cells(&visits, [region, Some(Part::Period)]);
    }
    let curves: Vec<usize> = (0..rules.groups.len()).filter(|group| Some(Part::Group(*group)) != center).collect();
    table.retention(&visits, &curves);
    if table.dated {
        table.hours(&visits);
    }
    if spec.reasons.is_some() {
        table.reasons(&visits);
    }
    table.quality(&visits, &rules);
    Ok(table.rows)
}

impl AttendanceSpec {
    /// The rules of the pass, with every setting checked.
    fn rules(&self) -> Result<Rules<'_>, Error> {
        let mut problems = Vec::new();
        let clock = match (&self.start, &self.day) {
            (Some(start), None) => Clock::Times { start, end: self.end.as_deref() },
            (None, Some(day)) => Clock::StudyDays { day },
            (start, _) => {
                let found = if start.is_some() { "both" } else { "neither" };
                let message = "an attendance log needs either a check-in column or a study-day column";
                problems.push(Problem::new("attendance::clock", message).found(found).expected("`start` (with `end`) or `day`"));
                Clock::StudyDays { day: "" }
            }
        };
        if self.day.is_some() && self.end.is_some() {
            problems.push(Problem::new("attendance::clock", "a log of study days has no check-outs").found("`day` and `end`").expected("`day` alone"));
        }
        if self.reasons.is_some() && self.attended.is_none() {
            problems.push(Problem::new("attendance::reasons", "reasons need to know which visits were not held").expected("`attended` beside `reasons`"));
        }
        let duplicate_seconds = seconds("duplicate_minutes", self.duplicate_minutes, 60.0, &mut problems);
        let longest_seconds = seconds("longest_visit_hours", self.longest_visit_hours, 3600.0, &mut problems);
        if self.window_days == 0 {
            problems.push(Problem::new("attendance::setting", "`window_days` is 0").expected("at least one day"));
        }
        if self.gap_days == 0 {
            problems.push(Problem::new("attendance::setting", "`gap_days` is 0").expected("at least one day without a visit"));
        }
        Error::gather(Exit::Usage, problems)?;
        let mut groups: Vec<&str> = Vec::new();
        for name in self.center.iter().chain(&self.region).chain(&self.by) {
            if !groups.contains(&name.as_str()) {
                groups.push(name);
            }
        }
        Ok(Rules {
            person: &self.person,
            clock,
            center: self.center.as_ref().map(|_| 0),
            groups,
            attended: self.attended.as_ref().map(|(column, levels)| (column.as_str(), levels.as_slice())),
            reasons: self.reasons.as_deref(),
            duplicate_seconds,
            longest_seconds,
            window_days: i64::from(self.window_days),
            as_of: self.as_of,
        })
    }
}

/// A length of time from a setting, in whole seconds.
fn seconds(name: &str, value: f64, unit: f64, problems: &mut Vec<Problem>) -> i64 {
    let seconds = value * unit;
    if !(0.0..=1e9).contains(&seconds) {
        problems.push(Problem::new("attendance::setting", format!("`{name}` is not a length of time")).found(value.to_string()).expected("a number from 0 up"));
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the value was just bounded")]
    let whole = seconds.floor() as i64;
    whole
}

/// The rows being written, with what all of them share.
struct Table<'a> {
    spec: &'a AttendanceSpec,
    dataset: &'a str,
    analysis: &'a str,
    dated: bool,
    window: Option<(i64, i64)>,
    /// Names of the group columns.
    groups: Vec<String>,
    rows: Vec<ResultRow>,
}

/// The groups of a cell, as pairs of variable and level.
type Groups = [(String, String)];

impl Table<'_> {
    /// Adds a figure; without an estimate it says why.
    fn figure(&mut self, groups: &Groups, variable: &str, stat: Stat, unit: Unit, how: &str, estimate: Result<f64, &str>) -> &mut ResultRow {
        let mut row = ResultRow::new(self.dataset, self.analysis, variable, stat, unit);
        for (group, level) in groups {
            if group == "wave" {
                row.wave = Some(level.clone());
            }
            row.groups.insert(group.clone(), level.clone());
        }
        row.method = if how.is_empty() { FULL_COUNT.to_owned() } else { format!("{FULL_COUNT}, {how}") };
        match estimate {
            Ok(value) => {
                row.estimate = Some(value);
                row.add_note(NO_SAMPLING);
            }
            Err(why) => {
                row.status = Status::NotEstimable;
                row.add_note(why);
            }
        }
        let place = self.rows.len();
        self.rows.push(row);
        &mut self.rows[place]
    }

    /// Cells over the whole time: the log, a center, a region, a level of `by`.
    fn whole_cells(&mut self, visits: &Visits, cut: Cut) {
        let scheduled = if self.spec.attended.is_some() { visits.scheduled(cut) } else { std::collections::BTreeMap::new() };
        let mut cells = visits.tabulate(cut);
        for key in scheduled.keys() {
            cells.entry(*key).or_default();
        }
        for (key, cell) in &cells {
            let groups = visits.groups_of(cut, *key);
            self.counts(&groups, cell);
            self.lengths(&groups, cell);
            self.window_days(&groups, cell);
            if let Some(planned) = scheduled.get(key) {
                self.attended_share(&groups, planned, cell.people());
            }
        }
    }

    /// Cells of one month or week of study.
    fn period_cells(&mut self, visits: &Visits, cut: Cut) {
        let cells = visits.tabulate(cut);
        let period = |key: &[i64; 2]| if cut[0] == Some(Part::Period) { key[0] } else { key[1] };
        let first = cells.keys().map(period).min();
        for (key, cell) in &cells {
            let groups = visits.groups_of(cut, *key);
            self.counts(&groups, cell);
            if cell.people() > 0 {
                self.lengths(&groups, cell);
            }
            if self.dated {
                self.newcomers(&groups, cell, first == Some(period(key)));
            }
        }
    }

    /// People, visits, and visits of a person.
    fn counts(&mut self, groups: &Groups, cell: &Cell) {
        let people = cell.people();
        let behind = Support::People { behind: people, outside: None };
        let row = self.figure(groups, "people", Stat::Count, Unit::People, "each person once", Ok(people as f64));
        row.n = Some(people as f64);
        row.support = behind;
        let merged = if self.dated { format!("taps within {} minutes merged", self.spec.duplicate_minutes) } else { String::new() };
        let sum = cell.visits.sum() as f64;
        let row = self.figure(groups, "visits", Stat::Count, Unit::Visits, &merged, Ok(sum));
        row.n = Some(sum);
        row.support = behind;
        if people == 0 && !groups.is_empty() {
            return;
        }
        let figures = [
            (Stat::Mean, None, cell.visits.mean().ok_or("no visits")),
            (Stat::Sd, None, cell.visits.sd().ok_or("fewer than two people")),
            (Stat::Quantile, Some("0.5"), cell.visits.quantile(0.5).ok_or("no visits")),
        ];
        for (stat, level, estimate) in figures {
            let how = if stat == Stat::Quantile { "over people, quantile rule hf7" } else { "over people" };
            let row = self.figure(groups, "visits_per_person", stat, Unit::Visits, how, estimate);
            row.level = level.map(str::to_owned);
            row.n = Some(people as f64);
            row.support = behind;
        }
    }

    /// Length of visits in minutes, where the log has check-outs.
    fn lengths(&mut self, groups: &Groups, cell: &Cell) {
        if self.spec.end.is_none() {
            return;
        }
        let valid = cell.stays.len() as f64;
        let how = format!("visits with a check-out within {} hours, quantile rule hf7", self.spec.longest_visit_hours);
        for (p, level) in QUANTILES {
            let estimate = cell.stays.quantile(p).map(|seconds| seconds / 60.0).ok_or("no visit has a valid length");
            let row = self.figure(groups, "visit_minutes", Stat::Quantile, Unit::Minutes, &how, estimate);
            row.level = Some(level.to_owned());
            row.n = Some(valid);
            row.n_missing = Some(cell.visits.sum() as f64 - valid);
            row.support = Support::People { behind: cell.people_with_stay, outside: None };
        }
    }

    /// Days on which people came in the window, over those who came in it.
    fn window_days(&mut self, groups: &Groups, cell: &Cell) {
        let Some((from, to)) = self.window else { return };
        let length = f64::from(self.spec.window_days);
        let variable = format!("days_attended_{}", self.spec.window_days);
        let share = format!("{variable}_share");
        let how = format!("distinct days from {} to {}, over people who came in them", visits::date_name(from), visits::date_name(to));
        let days = &cell.window_days;
        let nobody = "nobody came in the window";
        let figures = [
            (&variable, Stat::Mean, None, Unit::Days, days.mean()),
            (&variable, Stat::Quantile, Some("0.5"), Unit::Days, days.quantile(0.5)),
            (&share, Stat::Mean, None, Unit::Percent, days.mean().map(|mean| mean / length)),
        ];
        for (variable, stat, level, unit, estimate) in figures {
            let row = self.figure(groups, variable, stat, unit, &how, estimate.ok_or(nobody));
            row.level = level.map(str::to_owned);
            row.n = Some(days.len() as f64);
            row.support = Support::People { behind: days.len() as u64, outside: None };
        }
    }

    /// People who came for the first time, and people who had come before.
    fn newcomers(&mut self, groups: &Groups, cell: &Cell, begins_here: bool) {
        let people = cell.people();
        let figures = [
            ("new_people", cell.new_people, "first visit of the whole log in this month"),
            ("returning_people", people - cell.new_people, "first visit of the whole log in an earlier month"),
        ];
        for (variable, count, how) in figures {
            let row = self.figure(groups, variable, Stat::Count, Unit::People, how, Ok(count as f64));
            row.n = Some(count as f64);
            row.denominator = Some(people as f64);
            row.support = Support::People { behind: count, outside: Some(people - count) };
            if begins_here {
                row.add_note("the log begins in this month, so everyone is new to it");
            }
        }
    }

    /// Share of scheduled visits that were held, and the people they were scheduled for.
    fn attended_share(&mut self, groups: &Groups, planned: &Scheduled, came: u64) {
        let never = Some(planned.enrolled.saturating_sub(came)).filter(|never| *never > 0 && self.spec.steps.forbids(*never));
        let row = self.figure(groups, "enrolled_people", Stat::Count, Unit::People, "each person with any record once", Ok(planned.enrolled as f64));
        row.n = Some(planned.enrolled as f64);
        // with those who came it tells how many never did
        row.support = Support::People { behind: never.unwrap_or(planned.enrolled), outside: None };
        let base = planned.attended + planned.missed;
        let estimate = if base == 0 { Err("no scheduled visits") } else { Ok(planned.attended as f64 / base as f64) };
        let row =
            self.figure(groups, "attended_share", Stat::Ratio, Unit::Percent, "visits held, of the scheduled visits that say whether they were", estimate);
        row.n = Some(planned.attended as f64);
        row.denominator = Some(base as f64);
        row.n_missing = Some(planned.not_stated as f64);
        row.support = Support::People { behind: planned.people_attended, outside: Some(planned.people_missed) };
    }

    /// Visits by weekday and hour of the check-in.
    fn hours(&mut self, visits: &Visits) {
        let cut = [Some(Part::Weekday), Some(Part::Hour)];
        for (key, cell) in visits.tabulate(cut) {
            let sum = cell.visits.sum() as f64;
            let row = self.figure(&visits.groups_of(cut, key), "visits", Stat::Count, Unit::Visits, "by the check-in", Ok(sum));
            row.n = Some(sum);
            row.support = Support::People { behind: cell.people(), outside: None };
        }
    }

    /// Reasons of the visits that were not held.
    fn reasons(&mut self, visits: &Visits) {
        let missed = visits.counts().not_attended as f64;
        for reason in visits.reasons() {
            let estimate = if missed > 0.0 { Ok(reason.visits as f64 / missed) } else { Err("every visit was held") };
            let row = self.figure(&[], "missed_reason", Stat::Proportion, Unit::Percent, "of visits not held; one may have several reasons", estimate);
            row.level = Some(reason.label.unwrap_or_else(|| "No reason given".to_owned()));
            row.n = Some(reason.visits as f64);
            row.denominator = Some(missed);
            row.support = Support::People { behind: reason.people, outside: Some(reason.people_otherwise) };
        }
    }

    /// What happened to the records: the rules and their counts.
    fn quality(&mut self, visits: &Visits, rules: &Rules) {
        let counts = visits.counts();
        let mut found: Vec<(String, u64, &str)> =
            vec![("records".into(), counts.records, "records of the log"), ("no_person".into(), counts.no_person, "records without a person, not counted")];
        found.push(("no_start".into(), counts.no_start, "records of visits without a time, not counted"));
        if self.spec.attended.is_some() {
            found.push(("not_attended".into(), counts.not_attended, "scheduled visits not held"));
            found.push(("not_stated".into(), counts.not_stated, "records that do not say whether the visit was held, not counted"));
        }
        if self.dated {
            found.push(("after_as_of".into(), counts.after_as_of, "records after the last day of the report, not counted"));
            found.push(("duplicate_taps".into(), counts.duplicate_taps, "taps soon after a check-in of the same person at the same center, merged into it"));
        } else {
            found.push(("outside_weeks".into(), visits.outside_weeks(), "visits outside weeks 0 to 52, counted in totals only"));
        }
        if self.spec.end.is_some() {
            found.push(("missing_checkouts".into(), counts.missing_checkouts, "visits without a check-out, counted without a length"));
            found.push(("checkouts_before_checkin".into(), counts.checkouts_before_checkin, "visits that end before they begin, counted without a length"));
            found.push(("visits_too_long".into(), counts.visits_too_long, "visits longer than the longest, counted without a length"));
            if self.spec.center.is_some() {
                found.push((
                    "overlapping_visits".into(),
                    counts.overlapping_visits,
                    "visits that begin during a visit of the same person at another center, counted",
                ));
            }
        }
        found.push(("same_day_visits".into(), counts.same_day_visits, "visits on a day on which the same person already had one, counted"));
        for (position, group) in rules.groups.iter().enumerate() {
            found.push((format!("without_{group}"), visits.without(position), "visits without this group, counted in totals only"));
        }
        for (variable, count, how) in found {
            let mut row = ResultRow::new(self.dataset, self.analysis, &variable, Stat::Count, Unit::Visits);
            row.estimate = Some(count as f64);
            row.n = Some(count as f64);
            how.clone_into(&mut row.method);
            self.rows.push(row);
        }
    }
}
