//! Do 95% intervals hold the truth in about 95 of 100 samples? People are drawn by a known law, and the analysis is run on them.
//!
//! The law: 300 people with intakes a year before the report. With probability 0.7 a person is seen in the window.
//! Of those due, 0.4 have the outcome at intake; who has it keeps it with 0.8, who has it not gains it with 0.45,
//! so 0.59 have it later: a difference of 0.19 and a rate of change of 0.475. Being seen does not depend on the outcome.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::analysis::Subject;
use crate::design::Design;
use crate::estimate::answer;
use crate::frame::{Batch, Column, Levels, NO_LEVEL, Values};

const PEOPLE: u32 = 300;
const DAY: i64 = 86_400;
const SEEN_AGAIN: f64 = 0.7;
const BEFORE: f64 = 0.4;
const KEEPS: f64 = 0.8;
const GAINS: f64 = 0.45;

fn settings() -> Settings {
    let policy =
        WindowPolicy { title: String::new(), source: String::new(), opens: Span::Days(150), closes: Span::Days(210), floor: None, in_force: [None, None] };
    Settings {
        id: "later".into(),
        kind: "followup".into(),
        dataset: "d".into(),
        variables: vec!["well".into()],
        each: Some("event".into()),
        followup: Some(Followup {
            policy: Some(policy),
            moments: ["first".into(), "second".into()],
            date: "day".into(),
            is: vec!["yes".into()],
            trim: (1.0, 99.0),
            ..Followup::default()
        }),
        ..Settings::default()
    }
}

fn subject() -> Subject {
    Subject {
        dataset: "d".into(),
        unit: Unit::People,
        public_unit: false,
        person: Some("person".into()),
        waves: Vec::new(),
        variables: std::collections::BTreeMap::new(),
        instruments: Vec::new(),
        population: None,
        breaks: Vec::new(),
        as_of: 365 * DAY,
        design: Design { person: Some("person".into()), ..Design::default() },
        minimum_cell: 11,
        show_zero: true,
        protect_missing: false,
    }
}

/// A sample of the law.
fn sample(seed: u64) -> Frame {
    let mut draws = ChaCha8Rng::seed_from_u64(seed);
    let mut chance = |share: f64| f64::from(draws.next_u32()) / 4_294_967_296.0 < share;
    let (mut people, mut events, mut days, mut well) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for person in 0..PEOPLE {
        let before = chance(BEFORE);
        let after = chance(if before { KEEPS } else { GAINS });
        let again = chance(SEEN_AGAIN);
        for (event, day, outcome) in [(0, 0, before), (1, 180 * DAY, after)].into_iter().take(if again { 2 } else { 1 }) {
            people.push(person);
            events.push(event);
            days.push(day);
            well.push(u32::from(!outcome));
        }
    }
    let mut batch = Batch::new(people.len());
    for (name, values) in [("person", Values::Level(people)), ("event", Values::Level(events)), ("day", Values::Time(days)), ("well", Values::Level(well))] {
        batch.push(Column { name: name.into(), values, missing: Vec::new() });
    }
    let names = (0..PEOPLE).map(|person| format!("p{person}"));
    let levels = [("person", Levels::new(names)), ("event", Levels::new(["first", "second"])), ("well", Levels::new(["yes", "no"]))];
    Frame { batches: vec![batch], levels: levels.into_iter().map(|(name, levels)| (name.to_owned(), levels)).collect() }
}

fn rows_of(seed: u64) -> Vec<ResultRow> {
    let (settings, subject) = (settings(), subject());
    let context = Context { settings: &settings, subject: &subject };
    let mut frame = sample(seed);
    FollowUp.prepare(&context, &mut frame);
    let design = Design { person: Some("person".into()), ..Design::default() };
    let answers = answer(&frame, &design, &FollowUp.requests(&context)).expect("runs");
    FollowUp.rows(&context, &frame, &answers).expect("runs")
}

#[test]
fn intervals_hold_the_truth_in_95_of_100_samples() {
    const SEEDS: u64 = 400;
    let after = BEFORE * KEEPS + (1.0 - BEFORE) * GAINS;
    let truths = [("rate", SEEN_AGAIN), ("difference", after - BEFORE), ("rate of change", after / BEFORE - 1.0)];
    let mut held = [0_u64; 3];
    for seed in 0..SEEDS {
        let rows = rows_of(seed);
        let one = |stat: Stat, level: &str| {
            rows.iter().find(|row| row.stat == stat && row.level.as_deref() == Some(level) && row.groups[WINDOW] == "closed").expect("a row")
        };
        let found = [one(Stat::Proportion, "in window"), one(Stat::Difference, "yes"), one(Stat::RateOfChange, "yes")];
        for ((held, row), (_, truth)) in held.iter_mut().zip(found).zip(truths) {
            let (low, high) = (row.conf_low.expect("a limit"), row.conf_high.expect("a limit"));
            *held += u64::from(low <= truth && truth <= high);
        }
    }
    // 400 samples of a coverage of 0.95 lie within 0.9173 and 0.9827 in 997 of 1000 cases
    for ((name, _), held) in truths.iter().zip(held) {
        let share = held as f64 / SEEDS as f64;
        assert!((0.917..=0.983).contains(&share), "{name}: {share}");
    }
}

#[test]
fn a_person_who_is_in_no_level_is_no_person() {
    let mut frame = sample(1);
    if let Some(Values::Level(people)) = frame.batches[0].column_mut("person").map(|column| &mut column.values) {
        people.fill(NO_LEVEL);
    }
    let (settings, subject) = (settings(), subject());
    let context = Context { settings: &settings, subject: &subject };
    FollowUp.prepare(&context, &mut frame);
    let answers = answer(&frame, &Design { person: Some("person".into()), ..Design::default() }, &FollowUp.requests(&context)).expect("runs");
    let rows = FollowUp.rows(&context, &frame, &answers).expect("runs");
    assert!(rows.iter().all(|row| row.variable != "people"));
    assert!(rows.iter().any(|row| row.variable == "followup_faults"));
}
