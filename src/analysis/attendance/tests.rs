//! Small logs with known answers, and random logs against the naive computation.
#![allow(clippy::float_cmp, reason = "counts and their simple ratios are exact")]

use proptest::prelude::*;

use super::naive::{self, Figures, Record};
use super::*;
use crate::frame::{Batch, Column, Levels, NO_LEVEL, Values};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
const YEAR_END: jiff::civil::Date = jiff::civil::date(2024, 12, 31);

/// Seconds of a moment such as `2024-02-29 23:50`.
fn at(text: &str) -> i64 {
    let moment: jiff::civil::DateTime = text.replace(' ', "T").parse().unwrap();
    moment.duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)).as_secs()
}

fn spec() -> AttendanceSpec {
    AttendanceSpec {
        center: Some("center_name".into()),
        region: Some("region".into()),
        start: Some("check_in".into()),
        end: Some("check_out".into()),
        as_of: at("2024-12-31 00:00"),
        // the other rules are looked at month by month
        steps: StepRule { least: 0, zero: true },
        ..AttendanceSpec::default()
    }
}

type Label = fn(&Record) -> Option<&'static str>;

/// A frame in batches of `size`; levels are numbered as they come.
fn frame(records: &[Record], size: usize) -> Frame {
    let mut frame = Frame::default();
    for name in ["person", "center_name", "region"] {
        frame.levels.insert(name.into(), Levels::default());
    }
    for part in records.chunks(size) {
        let mut batch = Batch::new(part.len());
        let columns: [(&str, Label); 3] = [("person", |r| r.0), ("center_name", |r| r.1), ("region", |r| r.2)];
        for (name, get) in columns {
            let levels = frame.levels.get_mut(name).unwrap();
            let values = part.iter().map(|record| get(record).map_or(NO_LEVEL, |label| levels.intern(label))).collect();
            batch.push(Column { name: name.into(), values: Values::Level(values), missing: vec![] });
        }
        for (name, get) in [("check_in", (|r| r.3) as fn(&Record) -> Option<i64>), ("check_out", |r| r.4)] {
            let values = part.iter().map(|record| get(record).unwrap_or(i64::MIN)).collect();
            batch.push(Column { name: name.into(), values: Values::Time(values), missing: vec![] });
        }
        frame.batches.push(batch);
    }
    frame
}

fn of(records: &[Record]) -> Vec<ResultRow> {
    rows(&spec(), &frame(records, 1000), "log", "visits").unwrap()
}

fn find<'a>(rows: &'a [ResultRow], id: &str) -> &'a ResultRow {
    let id = format!("log.visits.{id}");
    rows.iter().find(|row| row.id() == id).unwrap_or_else(|| panic!("no row {id}"))
}

fn value(rows: &[ResultRow], id: &str) -> f64 {
    find(rows, id).estimate.unwrap_or(f64::NAN)
}

fn visit(person: &'static str, center: &'static str, start: &str, minutes: i64) -> Record {
    (Some(person), Some(center), Some("Boston"), Some(at(start)), Some(at(start) + minutes * MINUTE))
}

/// The estimable figures of rows, in the form of the naive computation.
fn figures(rows: &[ResultRow]) -> Figures {
    let mut figures = Figures::new();
    let is_derived = |row: &&ResultRow| row.variable == "retention" && row.stat != Stat::Survival;
    for row in rows.iter().filter(|row| row.status == Status::Ok && !is_derived(row)) {
        let groups: Vec<String> = row.groups.iter().map(|(group, level)| format!("{group}={level}")).collect();
        let level = row.level.as_ref().map_or_else(String::new, |level| format!("={}", crate::results::encode_part(level)));
        let behind = if let Support::People { behind, .. } = row.support { behind } else { 0 };
        let known = figures.insert(format!("{}{level}.{}|{}", row.variable, row.stat, groups.join(";")), (row.estimate.unwrap(), behind));
        assert!(known.is_none(), "{} is there twice", row.id());
    }
    figures
}

#[test]
fn taps_merge_with_the_kept_one_and_keep_the_latest_checkout() {
    let rows = of(&[
        visit("p1", "North", "2024-03-04 09:00", 30),
        visit("p1", "North", "2024-03-04 09:05", 60), // five minutes after: the same visit, ends 10:05
        visit("p1", "North", "2024-03-04 09:06", 10), // six minutes after the kept one: a visit of its own
        visit("p1", "South", "2024-03-04 09:07", 10), // another center: counts
        visit("p2", "North", "2024-03-04 09:01", 10), // another person: counts
    ]);
    assert_eq!((value(&rows, "visits.count"), value(&rows, "people.count"), value(&rows, "duplicate_taps.count")), (4.0, 2.0, 1.0));
    assert_eq!(value(&rows, "overlapping_visits.count"), 1.0);
    assert_eq!((value(&rows, "visit_minutes=0%2E75.quantile"), value(&rows, "visit_minutes=0%2E5.quantile")), (10.0 + 0.25 * 55.0, 10.0));
    assert_eq!((value(&rows, "visits_per_person.mean"), value(&rows, "days_attended_90.mean").is_nan()), (2.0, true));
    assert_eq!(find(&rows, "days_attended_90.mean").status, Status::NotEstimable);
}

#[test]
fn visits_without_a_valid_length_count_without_one() {
    let start = at("2024-12-30 23:50");
    let out = |end: Option<i64>, day: i64| (Some("p1"), Some("North"), Some("Boston"), Some(start - day * DAY), end.map(|end| start - day * DAY + end));
    let rows = of(&[out(Some(20 * MINUTE), 0), out(None, 1), out(Some(-1), 2), out(Some(12 * HOUR), 3), out(Some(12 * HOUR + 1), 4), out(Some(0), 5)]);
    let faults = ["missing_checkouts.count", "checkouts_before_checkin.count", "visits_too_long.count"].map(|id| value(&rows, id));
    assert_eq!(faults, [1.0, 1.0, 1.0]);
    let median = find(&rows, "visit_minutes=0%2E5.quantile");
    assert_eq!((median.estimate, median.n, median.n_missing), (Some(20.0), Some(3.0), Some(3.0)));
    // The visit that crosses midnight belongs to the day and hour of its check-in.
    assert_eq!((value(&rows, "days_attended_90.mean"), value(&rows, "days_attended_90_share.mean")), (6.0, 6.0 / 90.0));
    assert_eq!(value(&rows, "visits.count.hour=23.weekday=1%20Mon"), 1.0);
}

#[test]
fn window_months_and_newcomers_follow_the_calendar() {
    let rows = of(&[
        visit("p1", "North", "2024-02-29 10:00", 10),
        visit("p1", "North", "2024-03-01 10:00", 10),
        visit("p1", "North", "2024-10-02 10:00", 10), // the day before the window of 90 days
        visit("p1", "North", "2024-10-03 10:00", 10), // its first day
        visit("p1", "North", "2024-12-31 23:59", 10), // its last moments, though as_of is the midnight before
        visit("p2", "North", "2024-03-31 10:00", 10),
        visit("p2", "North", "2025-01-01 00:00", 10), // after the last day
        (None, Some("North"), Some("Boston"), Some(at("2024-03-03 10:00")), None),
        (Some("p2"), Some("North"), Some("Boston"), None, None),
    ]);
    assert_eq!((value(&rows, "people.count.month=2024-02"), value(&rows, "new_people.count.month=2024-02")), (1.0, 1.0));
    assert!(find(&rows, "new_people.count.month=2024-02").note.as_ref().unwrap().contains("the log begins in this month"));
    assert_eq!((value(&rows, "new_people.count.month=2024-03"), value(&rows, "returning_people.count.month=2024-03")), (1.0, 1.0));
    assert_eq!((value(&rows, "days_attended_90.mean"), find(&rows, "days_attended_90.mean").n), (2.0, Some(1.0)));
    assert_eq!(["no_person.count", "no_start.count", "after_as_of.count", "records.count"].map(|id| value(&rows, id)), [1.0, 1.0, 1.0, 9.0]);
    let month = find(&rows, "new_people.count.month=2024-03.region=Boston");
    assert_eq!(month.support, Support::People { behind: 1, outside: Some(1) });
}

/// Somebody who comes on these days after the first of January.
fn on_days(person: &'static str, region: &'static str, days: &[i64]) -> Vec<Record> {
    let start = |day: &i64| at("2024-01-01 10:00") + day * DAY;
    days.iter().map(|day| (Some(person), Some("North"), Some(region), Some(start(day)), None)).collect()
}

#[test]
fn people_stop_before_the_first_long_break_and_are_followed_until_the_log_could_show_one() {
    let mut log = on_days("p1", "Boston", &[0, 29, 60, 150]); // a break of 61 days before day 90 would be too long: this one is of 90 days
    log.extend(on_days("p2", "Boston", &[0])); // never again
    log.extend(on_days("p3", "West", &[0, 30, 90, 150, 200, 240])); // never more than 60 days away
    log.extend(on_days("p4", "West", &[31, 91])); // the second cohort: first in February
    log.extend(on_days("p5", "West", &[240])); // ends the log and is not followed at all
    let rows = of(&log);
    // Day 240 ends the log. January ends on day 30: (240 - 30 + 1 - 60)/30 gives five months; February, day 59, gives four.
    let share = |month: u32| {
        let row = find(&rows, &format!("retention={month}.survival"));
        (row.estimate.unwrap(), row.n, row.denominator)
    };
    assert_eq!(share(0), (1.0, Some(4.0), Some(4.0)));
    assert_eq!(share(1), (0.75, Some(3.0), Some(4.0))); // p2 stopped on day 0
    assert_eq!(share(2), (0.75, Some(3.0), Some(3.0)));
    assert_eq!(share(3), (0.75 / 3.0, Some(1.0), Some(3.0))); // p1 and p4 stopped on their day 60, which is in the third month
    assert_eq!(share(5), (0.75 / 3.0, Some(1.0), Some(1.0)));
    assert!(!rows.iter().any(|row| row.variable == "retention" && row.level.as_deref() == Some("6")));
    let median = find(&rows, "retention=0%2E5.quantile");
    // from 0.75 after two months to 0.25 after three
    assert_eq!((median.estimate, median.n), (Some(75.0), Some(4.0)));
    assert_eq!(value(&rows, "retention=1.survival.region=Boston"), 0.5);
    let test = find(&rows, "retention=region.chisq");
    assert_eq!((test.df, test.n), (Some(1.0), Some(4.0)));
    let strict = AttendanceSpec { gap_days: 59, ..spec() };
    let strict = super::rows(&strict, &frame(&log, 1000), "log", "visits").unwrap();
    // with 59 days p1 and p3 stop before their breaks of 90 and 60 days: p1 on day 60, p3 on day 30
    assert_eq!(value(&strict, "retention=2.survival"), 0.25);
}

#[test]
fn curves_of_few_people_are_not_drawn() {
    let few = AttendanceSpec { steps: StepRule { least: 11, zero: true }, ..spec() };
    let log = [on_days("p1", "Boston", &[0, 29]), on_days("p2", "West", &[0, 200])].concat();
    let rows = super::rows(&few, &frame(&log, 1000), "log", "visits").unwrap();
    let curve: Vec<&ResultRow> = rows.iter().filter(|row| row.variable == "retention").collect();
    assert_eq!((curve.len(), curve[0].status), (1, Status::NotEstimable));
    let nothing = AttendanceSpec { gap_days: 0, ..spec() };
    assert!(super::rows(&nothing, &frame(&log, 1000), "log", "visits").is_err());
}

#[test]
fn empty_logs_have_zero_people_and_nothing_to_estimate() {
    for empty in [rows(&spec(), &Frame::default(), "log", "visits").unwrap(), of(&[(None, None, None, None, None)])] {
        assert_eq!((value(&empty, "people.count"), value(&empty, "visits.count")), (0.0, 0.0));
        for id in ["visits_per_person.mean", "visit_minutes=0%2E5.quantile", "days_attended_90.mean", "retention=0.survival"] {
            let row = find(&empty, id);
            assert!(row.status == Status::NotEstimable && row.estimate.is_none() && row.note.is_some(), "{id}");
        }
    }
}

#[test]
fn one_row_and_all_duplicates_are_one_visit() {
    let tap = visit("p1", "North", "2024-12-02 10:00", 45);
    for log in [vec![tap], vec![tap; 50]] {
        let rows = of(&log);
        assert_eq!((value(&rows, "visits.count"), value(&rows, "visit_minutes=0%2E5.quantile"), value(&rows, "days_attended_90.mean")), (1.0, 45.0, 1.0));
        assert_eq!(find(&rows, "visits_per_person.sd").status, Status::NotEstimable);
        assert_eq!(value(&rows, "duplicate_taps.count"), log.len() as f64 - 1.0);
    }
}

#[test]
fn ids_are_unique_and_waves_stand_in_the_id() {
    let mut frame = frame(&[visit("p1", "North", "2024-12-02 10:00", 45)], 10);
    frame.levels.insert("wave".into(), Levels::new(["2024"]));
    frame.batches[0].push(Column { name: "wave".into(), values: Values::Level(vec![0]), missing: vec![] });
    let rows = rows(&AttendanceSpec { by: vec!["wave".into(), "region".into()], ..spec() }, &frame, "log", "visits").unwrap();
    assert_eq!(value(&rows, "people.count@2024"), 1.0);
    crate::results::ResultTable::new(rows).unwrap();
}

#[test]
fn wrong_settings_and_columns_are_all_told_at_once() {
    let wrong = AttendanceSpec { day: Some("day".into()), duplicate_minutes: f64::NAN, longest_visit_hours: -1.0, window_days: 0, ..spec() };
    let error = rows(&wrong, &Frame::default(), "log", "visits").unwrap_err();
    let codes: Vec<&str> = error.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["attendance::clock", "attendance::clock", "attendance::setting", "attendance::setting", "attendance::setting"]);
    let log = frame(&[visit("p1", "North", "2024-12-02 10:00", 45)], 10);
    let wrong = AttendanceSpec { person: "persn".into(), region: Some("check_in".into()), attended: Some(("region".into(), vec!["Bostn".into()])), ..spec() };
    let error = rows(&wrong, &log, "log", "visits").unwrap_err();
    insta::assert_snapshot!(error.to_string(), @r"
    attendance::missing_column: the attendance log has no column `persn`
    attendance::wrong_type: column `check_in` does not hold a coded column
    attendance::unknown_level: column `region` has no level `Bostn`
    ");
    assert_eq!(error.problems[0].help.as_deref(), Some("did you mean `person`?"));
}

/// A log of study days: person, site, day, what happened, reasons.
fn study(records: &[(&str, &str, f64, &str, u64)], size: usize) -> (AttendanceSpec, Frame) {
    let mut frame = Frame::default();
    frame.levels.insert("what".into(), Levels::new(["visit", "final", "MISSING", "no visit"]));
    frame.levels.insert("reasons".into(), Levels::new(["No show", "In jail"]));
    for part in records.chunks(size) {
        let mut batch = Batch::new(part.len());
        for (name, column) in [("who", 0), ("site", 1), ("what", 3)] {
            let levels = frame.levels.entry(name.into()).or_default();
            let text = part.iter().map(|record| [record.0, record.1, "", record.3][column]);
            let values = text.map(|label| if label.is_empty() { NO_LEVEL } else { levels.intern(label) }).collect();
            batch.push(Column { name: name.into(), values: Values::Level(values), missing: vec![] });
        }
        batch.push(Column { name: "when".into(), values: Values::Number(part.iter().map(|record| record.2).collect()), missing: vec![] });
        batch.push(Column { name: "reasons".into(), values: Values::Flags(part.iter().map(|record| record.4).collect()), missing: vec![] });
        frame.batches.push(batch);
    }
    let spec = AttendanceSpec {
        person: "who".into(),
        center: Some("site".into()),
        day: Some("when".into()),
        attended: Some(("what".into(), vec!["visit".into(), "final".into()])),
        reasons: Some("reasons".into()),
        // a curve of three people, which no pipeline shows
        steps: StepRule { least: 1, zero: true },
        ..AttendanceSpec::default()
    };
    (spec, frame)
}

#[test]
fn study_days_make_weeks_shares_and_reasons() {
    let log = [
        ("1", "a", 0.0, "visit", 0),
        ("1", "a", 0.0, "visit", 0), // two scheduled visits on one day are two
        ("1", "a", 15.0, "final", 0),
        ("1", "a", f64::NAN, "MISSING", 0b01),
        ("2", "a", -3.0, "visit", 0), // before enrolment: in the totals, in no week
        ("2", "a", f64::NAN, "MISSING", 0b11),
        ("2", "a", f64::NAN, "no visit", 0),
        ("3", "b", 7.0, "", 0), // says nothing: enrolled, never seen
        ("2", "b", f64::NAN, "visit", 0),
    ];
    let (spec, frame) = study(&log, 4);
    let rows = rows(&spec, &frame, "log", "visits").unwrap();
    assert_eq!(["people.count", "enrolled_people.count", "visits.count", "same_day_visits.count"].map(|id| value(&rows, id)), [2.0, 3.0, 4.0, 1.0]);
    let share = find(&rows, "attended_share.ratio");
    assert_eq!((share.estimate, share.n, share.denominator, share.n_missing), (Some(4.0 / 7.0), Some(4.0), Some(7.0), Some(1.0)));
    assert_eq!(share.support, Support::People { behind: 2, outside: Some(2) });
    assert_eq!(find(&rows, "attended_share.ratio.site=b").status, Status::NotEstimable);
    assert_eq!([0, 1, 2].map(|week| value(&rows, &format!("retention_week={week}.survival"))), [1.0 / 3.0; 3]);
    assert_eq!(value(&rows, "retention_week=3.survival"), 0.0);
    assert_eq!((value(&rows, "visits.count.study_week=0"), value(&rows, "outside_weeks.count"), value(&rows, "no_start.count")), (2.0, 1.0, 1.0));
    let reasons = ["No%20show", "In%20jail", "No%20reason%20given"].map(|reason| value(&rows, &format!("missed_reason={reason}.proportion")));
    assert_eq!(reasons, [2.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]);
    assert_eq!(find(&rows, "missed_reason=No%20show.proportion").support, Support::People { behind: 2, outside: Some(1) });
    let mut reversed = log;
    reversed.reverse();
    for (records, size) in [(log, 1), (log, 100), (reversed, 2)] {
        let (spec, frame) = study(&records, size);
        assert_eq!(rows, super::rows(&spec, &frame, "log", "visits").unwrap());
    }
    crate::results::ResultTable::new(rows).unwrap();
}

fn record() -> impl Strategy<Value = Record> {
    let label = |names: &'static [&'static str]| prop::option::weighted(0.97, prop::sample::select(names));
    // Quarter hours with small offsets make taps, ties and overlaps likely; the last days lie after as_of.
    let start = (19_720_i64..20_094, 32_i64..40, 0_i64..8, 0_i64..2)
        .prop_map(|(day, quarter, minute, second)| day * DAY + quarter * 15 * MINUTE + minute * MINUTE + second);
    let busy = (prop::sample::select(vec![19_782_i64, 19_783, 20_000]), 32_i64..36, 0_i64..8)
        .prop_map(|(day, quarter, minute)| day * DAY + quarter * 15 * MINUTE + minute * MINUTE);
    let length = prop_oneof![6 => 0..5 * HOUR, 1 => 11 * HOUR..14 * HOUR, 1 => -HOUR..0];
    let person = label(&["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"]);
    let time = prop::option::weighted(0.97, prop_oneof![start, busy]);
    (person, label(&["North", "South", "East"]), label(&["Boston", "West"]), time, prop::option::weighted(0.85, length))
        .prop_map(|(person, center, region, start, length)| (person, center, region, start, start.and_then(|start| length.map(|length| start + length))))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_figure_equals_the_naive_computation(log in prop::collection::vec(record(), 0..500)) {
        let (ours, theirs) = (figures(&of(&log)), naive::figures(&log, YEAR_END));
        prop_assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
        for (id, (estimate, behind)) in &ours {
            let (expected, people) = theirs[id];
            prop_assert!((estimate - expected).abs() <= 1e-12 * expected.abs().max(1.0) && *behind == people, "{}: {} {} but {} {}", id, estimate, behind, expected, people);
        }
    }

    #[test]
    fn order_of_rows_and_split_into_batches_change_nothing(log in prop::collection::vec(record(), 1..300), seed in any::<u64>(), size in 1_usize..50) {
        let mut shuffled = log.clone();
        let mut state = seed;
        for last in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(last, (state >> 33) as usize % (last + 1));
        }
        let whole = of(&log);
        prop_assert_eq!(&whole, &rows(&spec(), &frame(&log, size), "log", "visits").unwrap());
        prop_assert_eq!(&whole, &rows(&spec(), &frame(&shuffled, size), "log", "visits").unwrap());
        let kept: f64 = ["no_person.count", "no_start.count", "after_as_of.count", "duplicate_taps.count", "visits.count"].iter().map(|id| value(&whole, id)).sum();
        prop_assert_eq!(kept, value(&whole, "records.count"));
    }
}
