//! Records in, columns on each person's intake record out: where the person stands, and the outcomes then and later.

use super::super::Context;
use super::people::{Person, Place, Standing, State, people};
use super::{FOLLOWED, Followup, SEEN, STANDING, WINDOW, column};
use crate::frame::{Column, Frame, Levels, NO_LEVEL, Values, missing};

/// Outcome at the intake of everybody who was due: 1, 0 or nothing.
pub(super) const INTAKE: &str = "intake";
/// Outcome at the intake of people with an answer at both interviews.
pub(super) const BEFORE: &str = "before";
/// Their outcome at the follow-up.
pub(super) const AFTER: &str = "after";
/// The second minus the first.
pub(super) const CHANGE: &str = "change";

/// The name of a column about an outcome.
pub(super) fn of_outcome(context: &Context<'_>, variable: &str, name: &str) -> String {
    column(context, &format!("{variable}_{name}"))
}

/// Adds all columns.
pub(super) fn add(context: &Context<'_>, followup: &Followup, frame: &mut Frame) {
    let found = people(context, followup, frame).people;
    let state = |person: &Person| State::ALL.iter().position(|state| *state == person.state);
    add_levels(frame, &column(context, WINDOW), &State::ALL.map(State::word), &found, state);
    let standing = |person: &Person| Standing::ALL.iter().position(|standing| *standing == person.standing).filter(|_| person.state != State::Ended);
    add_levels(frame, &column(context, STANDING), &Standing::ALL.map(Standing::word), &found, standing);
    let seen = |person: &Person| (person.state == State::Closed).then_some(usize::from(!is_followed(person)));
    add_levels(frame, &column(context, SEEN), &FOLLOWED, &found, seen);
    for variable in &context.settings.variables {
        add_outcome(context, followup, frame, &found, variable);
    }
}

/// Interviewed in a window that has closed.
fn is_followed(person: &Person) -> bool {
    person.state == State::Closed && person.standing == Standing::InWindow
}

fn add_outcome(context: &Context<'_>, followup: &Followup, frame: &mut Frame, found: &[Person], variable: &str) {
    let counted: Vec<u32> =
        frame.levels.get(variable).map(|levels| followup.is.iter().filter_map(|level| levels.position(level)).collect()).unwrap_or_default();
    let value = |(batch, row): Place| {
        let level = frame.batches[batch].levels(variable).map_or(NO_LEVEL, |levels| levels[row]);
        if level == NO_LEVEL { f64::NAN } else { f64::from(u8::from(counted.contains(&level))) }
    };
    let due = found.iter().filter(|person| person.state == State::Closed);
    let answers: Vec<(Place, f64, f64)> = due
        .map(|person| {
            let later = person.followup.filter(|_| is_followed(person)).map_or(f64::NAN, |(_, place)| value(place));
            (person.intake, value(person.intake), later)
        })
        .collect();
    let both = |(place, before, after): &(Place, f64, f64)| (!before.is_nan() && !after.is_nan()).then_some((*place, *before, *after));
    let of = |name: &str| of_outcome(context, variable, name);
    add_numbers(frame, &of(INTAKE), answers.iter().map(|(place, before, _)| (*place, *before)));
    add_numbers(frame, &of(BEFORE), answers.iter().filter_map(both).map(|(place, before, _)| (place, before)));
    add_numbers(frame, &of(AFTER), answers.iter().filter_map(both).map(|(place, _, after)| (place, after)));
    add_numbers(frame, &of(CHANGE), answers.iter().filter_map(both).map(|(place, before, after)| (place, after - before)));
    let seen: Vec<(Place, u32)> =
        answers.iter().filter(|(_, before, _)| !before.is_nan()).map(|(place, _, after)| (*place, u32::from(after.is_nan()))).collect();
    add_positions(frame, &of(SEEN), &FOLLOWED, &seen);
}

fn add_levels(frame: &mut Frame, name: &str, words: &[&str], found: &[Person], level: impl Fn(&Person) -> Option<usize>) {
    let at = |person: &Person| Some((person.intake, u32::try_from(level(person)?).ok()?));
    let positions: Vec<(Place, u32)> = found.iter().filter_map(at).collect();
    add_positions(frame, name, words, &positions);
}

fn add_positions(frame: &mut Frame, name: &str, words: &[&str], at: &[(Place, u32)]) {
    let mut columns: Vec<Vec<u32>> = frame.batches.iter().map(|batch| vec![NO_LEVEL; batch.rows()]).collect();
    for ((batch, row), position) in at {
        columns[*batch][*row] = *position;
    }
    for (batch, positions) in frame.batches.iter_mut().zip(columns) {
        let missing = positions.iter().map(|position| if *position == NO_LEVEL { missing::NOT_ASKED } else { missing::PRESENT }).collect();
        batch.push(Column { name: name.to_owned(), values: Values::Level(positions), missing });
    }
    frame.levels.insert(name.to_owned(), Levels::new(words.iter().copied()));
}

fn add_numbers(frame: &mut Frame, name: &str, at: impl Iterator<Item = (Place, f64)>) {
    let mut columns: Vec<Vec<f64>> = frame.batches.iter().map(|batch| vec![f64::NAN; batch.rows()]).collect();
    for ((batch, row), value) in at {
        columns[batch][row] = value;
    }
    for (batch, values) in frame.batches.iter_mut().zip(columns) {
        let missing = values.iter().map(|value| if value.is_nan() { missing::NOT_ASKED } else { missing::PRESENT }).collect();
        batch.push(Column { name: name.to_owned(), values: Values::Number(values), missing });
    }
}
