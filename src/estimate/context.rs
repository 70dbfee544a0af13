//! A frame, its design and the requests in; coded rows, answers and samplings by wave out.

use std::collections::{BTreeMap, HashMap};

use super::request::{Measure, Request};
use crate::design::{Design, Index, Sampling, level_column, number_column};
use crate::frame::{Frame, NO_LEVEL, Values, missing};

/// Beyond this many combinations of groups only those that occur are listed.
const LISTED_COMBINATIONS: usize = 20_000;

/// Everything that requests share.
pub(crate) struct Context<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) design: &'a Design,
    pub(crate) index: Index,
    /// Whether all weights are the same.
    pub(crate) equal_weights: bool,
    samplings: BTreeMap<Vec<u32>, Sampling>,
}

/// Rows of one combination of groups.
pub(crate) struct Group {
    pub(crate) names: Vec<(String, String)>,
    /// Rows with positive weight, in file order.
    pub(crate) rows: Vec<u32>,
    /// Waves within which units are counted; empty for all.
    pub(crate) scope: Vec<u32>,
}

/// The answers to one variable, as numbers in cells: one cell for a number, one per level or option otherwise.
pub(crate) enum Answers {
    Number(Vec<f64>),
    Level(Vec<u32>, Vec<String>),
    Flags(Vec<Option<u64>>, Vec<String>),
}

impl<'a> Context<'a> {
    pub(crate) fn new(frame: &'a Frame, design: &'a Design, requests: &[Request]) -> Result<Self, crate::error::Error> {
        let mut index = Index::new(frame, design)?;
        let mut samplings = BTreeMap::new();
        if index.weight_from_fpc {
            weigh(&mut index, &mut samplings);
        }
        for request in requests {
            for scope in scopes(&index, design, request) {
                samplings.entry(scope).or_insert_with_key(|scope| sampling(&index, scope));
            }
        }
        let mut positive = index.weight.iter().copied().filter(|weight| *weight > 0.0);
        let first = positive.next().unwrap_or(1.0);
        let equal_weights = positive.all(|weight| (weight - first).abs() <= 1e-12 * first);
        Ok(Self { frame, design, index, equal_weights, samplings })
    }

    /// The sampling within a scope.
    pub(crate) fn sampling(&self, scope: &[u32]) -> &Sampling {
        let Some(sampling) = self.samplings.get(scope) else { unreachable!("scopes of all requests are counted first") };
        sampling
    }

    /// The position of a wave.
    pub(crate) fn wave(&self, name: &str) -> u32 {
        self.index.waves.position(name).unwrap_or(NO_LEVEL)
    }

    /// The answers to a variable, whose type has been checked.
    pub(crate) fn answers(&self, name: &str) -> Answers {
        let names = || self.frame.levels.get(name).map(|levels| levels.names().to_vec()).unwrap_or_default();
        match self.frame.batches.iter().find_map(|batch| batch.column(name)).map(|column| &column.values) {
            Some(Values::Level(_)) => Answers::Level(level_column(self.frame, name), names()),
            Some(Values::Flags(_)) => Answers::Flags(flag_column(self.frame, name), names()),
            _ => Answers::Number(number_column(self.frame, name)),
        }
    }

    /// The rows of each combination of groups, in the order of their levels.
    pub(crate) fn groups(&self, by: &[String], filter: &[(String, Vec<String>)], waves: Option<&(String, String)>) -> Vec<Group> {
        let names: Vec<&[String]> = by.iter().map(|name| self.frame.levels.get(name).map_or(&[][..], |levels| levels.names())).collect();
        let mut rows: BTreeMap<u64, Vec<u32>> = listed(by, filter, &names).into_iter().map(|key| (key, Vec::new())).collect();
        let keeps = self.keeps(filter);
        let mut keys: Vec<Option<u64>> =
            (0..self.index.rows).map(|row| (keeps[row] && self.index.placed[row] && self.index.weight[row] > 0.0).then_some(0)).collect();
        for (name, levels) in by.iter().zip(&names) {
            for (key, code) in keys.iter_mut().zip(level_column(self.frame, name)) {
                *key = key.filter(|_| code != NO_LEVEL).map(|key| key * levels.len() as u64 + u64::from(code));
            }
        }
        for (row, key) in (0..).zip(&keys) {
            if let Some(key) = key {
                rows.entry(*key).or_default().push(row);
            }
        }
        let one = |(key, rows)| {
            let codes = codes_of(key, &names);
            let scope = match by.iter().position(|name| Some(name) == self.design.wave.as_ref()) {
                Some(position) => vec![u32::try_from(codes[position]).unwrap_or(NO_LEVEL)],
                None => wave_filter(&self.index, self.design, filter, waves),
            };
            let name_of = |(position, code): (usize, &usize)| (by[position].clone(), names[position][*code].clone());
            Group { names: codes.iter().enumerate().map(name_of).collect(), rows, scope }
        };
        rows.into_iter().map(one).collect()
    }

    /// Whether each row has one of the wanted levels of every filter.
    fn keeps(&self, filter: &[(String, Vec<String>)]) -> Vec<bool> {
        let mut keeps = vec![true; self.index.rows];
        for (column, wanted) in filter {
            let codes = self.wanted_codes(column, wanted);
            for (keep, code) in keeps.iter_mut().zip(level_column(self.frame, column)) {
                *keep &= codes.contains(&code);
            }
        }
        keeps
    }

    fn wanted_codes(&self, column: &str, wanted: &[String]) -> Vec<u32> {
        let Some(levels) = self.frame.levels.get(column) else { return Vec::new() };
        wanted.iter().filter_map(|name| levels.position(name)).collect()
    }

    /// Distinct people in some rows.
    pub(crate) fn people(&self, rows: impl Iterator<Item = u32>) -> u64 {
        if self.design.person.is_none() {
            return rows.count() as u64;
        }
        let people: std::collections::HashSet<u32> = rows.map(|row| self.index.person[row as usize]).collect();
        people.len() as u64
    }
}

impl Answers {
    /// Name of each cell; a number has one without a name.
    pub(crate) fn cells(&self) -> Vec<Option<String>> {
        match self {
            Self::Number(_) => vec![None],
            Self::Level(_, names) | Self::Flags(_, names) => names.iter().cloned().map(Some).collect(),
        }
    }

    /// Whether the row has an answer.
    pub(crate) fn valid(&self, row: u32) -> bool {
        match self {
            Self::Number(values) => values[row as usize].is_finite(),
            Self::Level(codes, _) => codes[row as usize] != NO_LEVEL,
            Self::Flags(bits, _) => bits[row as usize].is_some(),
        }
    }

    /// The number of a row in a cell: the value, or 1 when it has the level or option.
    pub(crate) fn value(&self, row: u32, cell: usize) -> f64 {
        match self {
            Self::Number(values) => values[row as usize],
            Self::Level(codes, _) => f64::from(u8::from(codes[row as usize] as usize == cell)),
            Self::Flags(bits, _) => f64::from(u8::from(bits[row as usize].is_some_and(|bits| bits >> cell & 1 == 1))),
        }
    }
}

/// Combinations of levels that are listed whether or not they occur, as mixed-radix numbers.
fn listed(by: &[String], filter: &[(String, Vec<String>)], names: &[&[String]]) -> Vec<u64> {
    let mut keys: Vec<u64> = vec![0];
    for (by, names) in by.iter().zip(names) {
        let wanted = |name: &String| filter.iter().filter(|(column, _)| column == by).all(|(_, levels)| levels.contains(name));
        let codes: Vec<u64> = (0..).zip(names.iter()).filter(|(_, name)| wanted(name)).map(|(code, _)| code).collect();
        if keys.len() * codes.len() > LISTED_COMBINATIONS {
            return Vec::new();
        }
        keys = keys.iter().flat_map(|key| codes.iter().map(move |code| key * names.len() as u64 + code)).collect();
    }
    keys
}

/// The level of each group column in a mixed-radix number.
fn codes_of(mut key: u64, names: &[&[String]]) -> Vec<usize> {
    let mut codes = Vec::new();
    for names in names.iter().rev() {
        let radix = names.len().max(1) as u64;
        codes.push(usize::try_from(key % radix).unwrap_or_default());
        key /= radix;
    }
    codes.reverse();
    codes
}

fn flag_column(frame: &Frame, name: &str) -> Vec<Option<u64>> {
    let mut flags = Vec::with_capacity(frame.rows());
    for batch in &frame.batches {
        match (batch.flags(name), batch.column(name)) {
            (Some(bits), Some(column)) => {
                let present = |row: usize| column.missing.get(row).is_none_or(|reason| *reason == missing::PRESENT);
                flags.extend(bits.iter().enumerate().map(|(row, bits)| present(row).then_some(*bits)));
            }
            _ => flags.extend(std::iter::repeat_n(None, batch.rows())),
        }
    }
    flags
}

fn sampling(index: &Index, scope: &[u32]) -> Sampling {
    Sampling::new(index, |row| scope.is_empty() || scope.contains(&index.wave[row]))
}

/// Fills in the weights that follow from the population counts of each wave.
fn weigh(index: &mut Index, samplings: &mut BTreeMap<Vec<u32>, Sampling>) {
    let mut rows: HashMap<u32, Vec<usize>> = HashMap::new();
    for row in (0..index.rows).filter(|row| index.placed[*row]) {
        rows.entry(index.wave[row]).or_default().push(row);
    }
    let mut waves: Vec<u32> = rows.keys().copied().collect();
    waves.sort_unstable();
    for wave in waves {
        let counted = sampling(index, &[wave]);
        for row in &rows[&wave] {
            index.weight[*row] = counted.weight(index, *row);
        }
        samplings.insert(vec![wave], counted);
    }
}

/// Waves between which a change is asked, or which a filter names; empty for all.
fn wave_filter(index: &Index, design: &Design, filter: &[(String, Vec<String>)], change: Option<&(String, String)>) -> Vec<u32> {
    let named: Vec<&String> = match change {
        Some((from, to)) => vec![from, to],
        None => filter.iter().filter(|(column, _)| Some(column) == design.wave.as_ref()).flat_map(|(_, levels)| levels).collect(),
    };
    let mut waves: Vec<u32> = named.into_iter().filter_map(|name| index.waves.position(name)).collect();
    waves.sort_unstable();
    waves.dedup();
    waves
}

/// All scopes that a request needs.
fn scopes(index: &Index, design: &Design, request: &Request) -> Vec<Vec<u32>> {
    if request.by.iter().any(|name| Some(name) == design.wave.as_ref()) {
        return (0..index.waves.len()).filter_map(|wave| Some(vec![u32::try_from(wave).ok()?])).collect();
    }
    let change = match &request.measure {
        Measure::Change { from, to } | Measure::ChangeParts { from, to } | Measure::Paired { from, to } => Some((from.clone(), to.clone())),
        _ => None,
    };
    vec![wave_filter(index, design, &request.filter, change.as_ref())]
}
