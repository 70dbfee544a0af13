//! What people told us: coded excerpts in, for each theme the people who raised it out, by group, and who raised two together.
//!
//! Who spoke is the unit: a person who raises a theme ten times counts once. Words that were said stay with the holder of the data.

use std::collections::{BTreeMap, BTreeSet};

use super::{Analysis, Context};
use crate::error::Error;
use crate::estimate::{Estimate, Request};
use crate::frame::{Frame, NO_LEVEL};
use crate::results::{ResultRow, Stat, Support, Unit};

/// Why a figure has no interval.
const NOTE: &str = "full count of those who spoke, who are no random sample";

/// Themes by people.
pub(super) struct Themes;

impl Analysis for Themes {
    fn kind(&self) -> &'static str {
        "themes"
    }

    fn summary(&self) -> &'static str {
        "coded excerpts of interviews or site visits: how many people raised each theme, by group, and which themes together"
    }

    fn requests(&self, _context: &Context<'_>) -> Vec<Request> {
        Vec::new()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, _answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let whole = [String::new()];
        let waves = if context.subject.waves.is_empty() { &whole[..] } else { &context.subject.waves };
        let mut rows = Vec::new();
        for wave in waves {
            for (position, code) in context.settings.variables.iter().enumerate() {
                let told = Told { context, code, wave };
                let people = told.people(frame, None);
                rows.extend(told.domain(frame, &people, None, position == 0));
                for by in context.settings.by.iter().filter(|by| *by != "wave") {
                    for level in frame.levels.get(by).map(|levels| levels.names().to_vec()).unwrap_or_default() {
                        let people = told.people(frame, Some((by, &level)));
                        rows.extend(told.domain(frame, &people, Some((by, &level)), position == 0));
                    }
                }
                rows.extend(told.together(frame, &people));
            }
        }
        Ok(rows)
    }
}

/// The themes that each person of a domain raised, by position.
type People = BTreeMap<u32, BTreeSet<u32>>;

/// The themes of a column in a wave.
struct Told<'a> {
    context: &'a Context<'a>,
    code: &'a str,
    wave: &'a str,
}

impl Told<'_> {
    /// Who spoke, and of what; a person belongs to the group of their first excerpt alone.
    fn people(&self, frame: &Frame, group: Option<(&str, &str)>) -> People {
        let position = |column: &str, level: &str| frame.levels.get(column).and_then(|levels| levels.position(level));
        let wave = position("wave", self.wave);
        let (mut people, mut of) = (People::new(), BTreeMap::new());
        let Some(person) = &self.context.subject.person else { return people };
        for batch in &frame.batches {
            let (Some(sources), Some(codes)) = (batch.levels(person), batch.levels(self.code)) else { continue };
            for row in (0..batch.rows()).filter(|row| sources[*row] != NO_LEVEL) {
                if !self.wave.is_empty() && batch.levels("wave").is_none_or(|waves| Some(waves[row]) != wave) {
                    continue;
                }
                if let Some((column, level)) = group {
                    let own = batch.levels(column).map_or(NO_LEVEL, |levels| levels[row]);
                    if Some(*of.entry(sources[row]).or_insert(own)) != position(column, level) {
                        continue;
                    }
                }
                let raised = people.entry(sources[row]).or_default();
                if codes[row] != NO_LEVEL {
                    raised.insert(codes[row]);
                }
            }
        }
        people
    }

    fn names(&self, frame: &Frame) -> Vec<String> {
        frame.levels.get(self.code).map(|levels| levels.names().to_vec()).unwrap_or_default()
    }

    fn row(&self, variable: &str, stat: Stat, unit: Unit, group: Option<(&str, &str)>) -> ResultRow {
        let mut row = ResultRow::new(&self.context.subject.dataset, &self.context.settings.id, variable, stat, unit);
        row.groups.extend(group.map(|(column, level)| (column.to_owned(), level.to_owned())));
        "share of the people who spoke, each counted once".clone_into(&mut row.method);
        row.add_note(NOTE);
        self.context.in_wave(row, self.wave)
    }

    /// How many spoke, and the share of them who raised each theme.
    fn domain(&self, frame: &Frame, people: &People, group: Option<(&str, &str)>, counted: bool) -> Vec<ResultRow> {
        let all = people.len() as u64;
        let mut rows = Vec::new();
        if counted {
            let mut row = self.row(Unit::People.word(), Stat::Count, Unit::People, group);
            "people who spoke".clone_into(&mut row.method);
            row.note = None;
            (row.estimate, row.n) = (Some(all as f64), Some(all as f64));
            row.support = Support::People { behind: all, outside: None };
            rows.push(row);
        }
        for (code, name) in (0_u32..).zip(self.names(frame)) {
            let raised = people.values().filter(|raised| raised.contains(&code)).count() as u64;
            let mut row = self.row(self.code, Stat::Proportion, Unit::Percent, group);
            row.level = Some(name);
            rows.push(share(row, raised, all));
        }
        rows
    }

    /// Of each two themes the people who raised both.
    ///
    /// With the number of each theme, this number tells who raised one of them and not the other: a pair is given only where none
    /// of the four groups that two themes make is small.
    fn together(&self, frame: &Frame, people: &People) -> Vec<ResultRow> {
        let names = self.names(frame);
        let all = people.len() as u64;
        let mut rows = Vec::new();
        for (one, first) in (0_u32..).zip(&names) {
            for (two, second) in (0_u32..).zip(&names).filter(|(two, _)| *two > one) {
                let mut groups: BTreeMap<(bool, bool), u64> = BTreeMap::new();
                for raised in people.values() {
                    *groups.entry((raised.contains(&one), raised.contains(&two))).or_default() += 1;
                }
                let both = groups.get(&(true, true)).copied().unwrap_or_default();
                let mut row = self.row(self.code, Stat::Proportion, Unit::Percent, None);
                row.level = Some(first.clone());
                row.groups.insert("also".to_owned(), second.clone());
                let mut row = share(row, both, all);
                let small = groups.values().copied().filter(|people| *people < self.context.subject.minimum_cell).min();
                row.support = Support::People { behind: small.unwrap_or(both), outside: None };
                rows.push(row);
            }
        }
        rows
    }
}

fn share(mut row: ResultRow, people: u64, all: u64) -> ResultRow {
    (row.n, row.denominator) = (Some(people as f64), Some(all as f64));
    row.support = Support::People { behind: people, outside: Some(all - people) };
    if all > 0 {
        row.estimate = Some(people as f64 / all as f64);
    } else {
        row.status = crate::results::Status::NotEstimable;
        row.add_note("nobody spoke");
    }
    row
}
