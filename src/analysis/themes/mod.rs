//! What people told us: coded excerpts in, for each theme the people who raised it out, by group, and who raised two together.
//!
//! Who spoke is the unit: a person who raises a theme ten times counts once. Words that were said are not looked at here: which of
//! them may be quoted is decided in `disclosure`.

mod pairs;

use std::collections::{BTreeMap, BTreeSet};

use super::{Analysis, Context};
use crate::error::Error;
use crate::estimate::{Estimate, Request};
use crate::frame::{Frame, NO_LEVEL};
use crate::results::{ResultRow, Stat, Support, Unit};

/// Why a figure has no interval.
const NOTE: &str = "full count of those who spoke, who are no random sample";

/// What a themes analysis is told of quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Quoting {
    /// Field of what was said.
    pub excerpt: String,
    /// Field and levels by which somebody said that an excerpt may be quoted; without them all are alike.
    pub agreed: Option<(String, Vec<String>)>,
}

/// Themes by people.
pub(super) struct Themes;

impl Analysis for Themes {
    fn kind(&self) -> &'static str {
        "themes"
    }

    fn summary(&self) -> &'static str {
        "coded excerpts of interviews or site visits: how many people raised each theme, by group, and which themes together"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["by", "variables"]
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
    /// A pair stands on the smallest group of people that it would tell of, alone or with other pairs.
    fn together(&self, frame: &Frame, people: &People) -> Vec<ResultRow> {
        let names = self.names(frame);
        let all = people.len() as u64;
        let rules = self.context.subject;
        let is_small = |people: u64| people < rules.minimum_cell && (people > 0 || !rules.show_zero);
        let raised = |theme: u32| people.values().filter(|raised| raised.contains(&theme)).count() as u64;
        let themes = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let closed = (0..themes).filter(|theme| is_small(raised(*theme)) || is_small(all - raised(*theme))).collect();
        let told = pairs::closed_pairs(people, themes, &is_small, &closed, rules.minimum_cell);
        let mut rows = Vec::new();
        for (one, first) in (0_u32..).zip(&names) {
            for (two, second) in (0_u32..).zip(&names).filter(|(two, _)| *two > one) {
                let both = people.values().filter(|raised| raised.contains(&one) && raised.contains(&two)).count() as u64;
                let mut row = self.row(self.code, Stat::Proportion, Unit::Percent, None);
                row.level = Some(first.clone());
                row.groups.insert("also".to_owned(), second.clone());
                let mut row = share(row, both, all);
                row.support = Support::People { behind: told.get(&(one, two)).copied().unwrap_or(both), outside: None };
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
