//! Scored frame in, the reliable change of people seen in two waves added as a level column.

use std::collections::BTreeMap;

use super::super::{Context, ScoredScale};
use crate::frame::{Column, Frame, Levels, NO_LEVEL, Values, missing};
use crate::results::{ResultRow, Status};
use crate::stats;

/// A change beyond this many standard errors of a difference is reliable (Jacobson and Truax 1991).
const RELIABLE: f64 = 1.96;

/// What the reliable change of a scale is called.
pub(super) fn change_name(scale: &str) -> String {
    format!("{scale}_reliable_change")
}

/// Column that holds each person's reliable change since a wave.
pub(super) fn change_column(scale: &str, from: &str) -> String {
    format!("{scale}_reliable_change_{from}")
}

/// For each row of the later wave whose person was seen in the earlier one: improved, same or worse.
pub(super) fn add_reliable_change(context: &Context<'_>, scale: &ScoredScale, from: &str, to: &str, frame: &mut Frame) {
    let (Some(score), Some((reliability, _)), Some(person)) = (scale.scores.first(), &scale.reliability, &context.subject.person) else { return };
    let mut before = scores(frame, score, person, from);
    let known: Vec<f64> = before.values().copied().collect();
    let spread = stats::standard_deviation(&known);
    let later = frame.levels.get("wave").and_then(|levels| levels.position(to));
    let level = |first: f64, second: f64| {
        let change = stats::reliable_change(first, second, spread?, *reliability)?;
        let better = if scale.higher_better { change } else { -change };
        Some(if better > RELIABLE {
            0
        } else if better < -RELIABLE {
            2
        } else {
            1
        })
    };
    // a person changes once: by the first answer of each wave
    for batch in &mut frame.batches {
        let (Some(values), Some(people), Some(waves)) = (batch.numbers(score), batch.levels(person), batch.levels("wave")) else { continue };
        let mut of_row = |row: usize| {
            let is_later = Some(waves[row]) == later && !values[row].is_nan();
            is_later.then(|| before.remove(&people[row])).flatten().and_then(|first| level(first, values[row]))
        };
        let positions: Vec<u32> = (0..batch.rows()).map(&mut of_row).map(|level| level.unwrap_or(NO_LEVEL)).collect();
        let reasons = positions.iter().map(|position| if *position == NO_LEVEL { missing::NOT_ASKED } else { missing::PRESENT }).collect();
        batch.push(Column { name: change_column(&scale.name, from), values: Values::Level(positions), missing: reasons });
    }
    frame.levels.insert(change_column(&scale.name, from), Levels::new(["improved", "same", "worse"]));
}

/// First score of each person in a wave, in the order of the file.
fn scores(frame: &Frame, score: &str, person: &str, wave: &str) -> BTreeMap<u32, f64> {
    let position = frame.levels.get("wave").and_then(|levels| levels.position(wave));
    let mut scores = BTreeMap::new();
    for batch in &frame.batches {
        let (Some(values), Some(people), Some(waves)) = (batch.numbers(score), batch.levels(person), batch.levels("wave")) else { continue };
        for row in (0..batch.rows()).filter(|row| Some(waves[*row]) == position && !values[*row].is_nan() && people[*row] != NO_LEVEL) {
            scores.entry(people[row]).or_insert(values[row]);
        }
    }
    scores
}

/// Says of a reliable change that cannot be told that the earlier scores were all the same, where that is why.
pub(super) fn why_none(context: &Context<'_>, frame: &Frame, row: &mut ResultRow) {
    let scales = || context.instruments().flat_map(|scored| &scored.scales);
    let score = scales().find(|scale| change_name(&scale.name) == row.variable).and_then(|scale| scale.scores.first());
    let (Some(score), Some(person), Some(from)) = (score, &context.subject.person, row.groups.get("compared_with")) else { return };
    let known: Vec<f64> = scores(frame, score, person, from).into_values().collect();
    let is_alike = known.len() as u64 >= context.subject.minimum_cell.max(2) && stats::standard_deviation(&known) == Some(0.0);
    if row.status == Status::NotEstimable && is_alike {
        row.note = Some("everybody had the same score in the earlier wave, so there is no spread to hold a change against".to_owned());
    }
}
