//! What a reader may know about how figures hang together, so that no subtraction gives a hidden one away.

use std::collections::BTreeMap;

/// How the cells of a release add up beyond what its rows say themselves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Structure {
    /// Groups that lie within others, such as centers in regions.
    pub nested: Vec<Nesting>,
    /// Variables whose levels are parts of another's, such as one race alone of that race at all.
    pub parts: Vec<Part>,
}

/// A grouping variable whose levels each lie within one level of another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nesting {
    pub dataset: String,
    pub child: String,
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
}

impl Structure {
    /// The wider level in which a level of a group lies, where it is known.
    pub(super) fn parent(&self, dataset: &str, group: &str, level: &str) -> Option<&str> {
        let nesting = self.nested.iter().find(|nesting| nesting.dataset == dataset && nesting.child == group)?;
        nesting.parents.get(level).map(String::as_str)
    }
}
