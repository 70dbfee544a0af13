//! Rows of two waves in, the people who answered in both with their answers out.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::design::{Coded, LeafCode};
use crate::frame::{Batch, Levels, NO_LEVEL};

/// The rows of two waves that can make pairs, as they come.
#[derive(Debug, Default)]
pub(crate) struct SeenTwice {
    variable: String,
    from: String,
    to: String,
    /// First answer of each person in the earlier wave.
    before: FxHashMap<u32, f64>,
    /// Rows of the later wave, in file order.
    after: Vec<Later>,
}

#[derive(Debug, Clone, Copy)]
struct Later {
    domain: u32,
    person: u32,
    leaf: LeafCode,
    weight: f64,
    value: f64,
}

/// One pair: the leaf of its later row, its weight and both answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) leaf: LeafCode,
    pub(crate) weight: f64,
    pub(crate) before: f64,
    pub(crate) after: f64,
}

impl SeenTwice {
    pub(crate) fn new(variable: String, from: String, to: String) -> Self {
        Self { variable, from, to, ..Self::default() }
    }

    /// Whether these are the rows of a question.
    pub(crate) fn answers(&self, variable: &str, from: &str, to: &str) -> bool {
        (self.variable.as_str(), self.from.as_str(), self.to.as_str()) == (variable, from, to)
    }

    /// Adds the rows of a batch.
    pub(crate) fn add(&mut self, batch: &Batch, domain: &[u32], coded: &Coded, waves: Option<&Levels>) {
        let Some(values) = batch.numbers(&self.variable) else { return };
        let wave = |name: &str| waves.and_then(|waves| waves.position(name)).unwrap_or(NO_LEVEL);
        let (from, to) = (wave(&self.from), wave(&self.to));
        for (row, value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let (weight, leaf) = (coded.weight[row], coded.leaf[row]);
            let Some(person) = coded.person.get(row).copied().filter(|person| *person != NO_LEVEL) else { continue };
            if leaf == NO_LEVEL || weight <= 0.0 {
                continue;
            }
            if coded.wave[row] == from {
                self.before.entry(person).or_insert(*value);
            }
            if coded.wave[row] == to && domain[row] != NO_LEVEL {
                self.after.push(Later { domain: domain[row], person, leaf, weight, value: *value });
            }
        }
    }

    /// The pairs of each domain; a person makes one.
    pub(crate) fn pairs(&self) -> BTreeMap<u32, Vec<Pair>> {
        let mut used = rustc_hash::FxHashSet::default();
        let mut pairs: BTreeMap<u32, Vec<Pair>> = BTreeMap::new();
        for later in &self.after {
            let Some(before) = self.before.get(&later.person).filter(|_| used.insert(later.person)) else { continue };
            pairs.entry(later.domain).or_default().push(Pair { leaf: later.leaf, weight: later.weight, before: *before, after: later.value });
        }
        pairs
    }
}
