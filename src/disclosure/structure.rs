//! What a reader may know about how figures hang together, so that no subtraction gives a hidden one away.

use std::collections::{BTreeMap, BTreeSet};

/// How the cells of a release add up beyond what its rows say themselves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Structure {
    /// Groups that lie within others, such as centers in regions.
    pub nested: Vec<Nesting>,
    /// Variables whose levels are parts of another's, such as one race alone of that race at all.
    pub parts: Vec<Part>,
    /// Dataset and variable of questions with several answers a person.
    pub several: BTreeSet<(String, String)>,
    /// Variables whose levels are made of another's.
    pub regrouped: Vec<Regrouped>,
    /// Variables whose levels say from which level of another to which people moved between two waves.
    pub moved: Vec<Moved>,
    /// Yes-or-no variables of which every person of a domain has exactly one.
    pub split: Vec<Split>,
    /// Dataset and variable whose levels are what the file holds, and stand in no codebook.
    pub from_data: BTreeSet<(String, String)>,
}

/// A grouping variable whose levels each lie within one level of another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nesting {
    pub dataset: String,
    pub child: String,
    pub parent: String,
    /// The wider level of each level of the child.
    pub parents: BTreeMap<String, String>,
}

/// Two variables of which one counts, level by level, some of the people of the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    pub dataset: String,
    /// The variable that counts everyone.
    pub whole: String,
    /// The variable that counts some of them.
    pub some: String,
    /// The level of `some` that holds the people with several levels of `whole`.
    pub several: String,
}

/// A variable whose levels are unions of the levels of another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Regrouped {
    pub dataset: String,
    pub from: String,
    pub into: String,
    /// The level of `into` that holds each level of `from`.
    pub map: BTreeMap<String, String>,
}

/// A variable whose levels are pairs of the levels that another had in two waves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Moved {
    pub dataset: String,
    pub change: String,
    pub of: String,
    /// The earlier and the later level of `of` in each level of `change`.
    pub pairs: BTreeMap<String, (String, String)>,
}

/// Counts that add up to the people of their domain, or over a group to the people without it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Split {
    pub dataset: String,
    /// Counts of which every person of a domain has exactly one.
    pub counts: Vec<String>,
    /// A count that each person has in exactly one level of a group.
    pub once: Option<(String, String)>,
}
