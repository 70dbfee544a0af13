//! Level names in, positions out: the one interner, in the order in which rows come.

use std::collections::HashMap;

/// Position that means "no level".
pub const NO_LEVEL: u32 = u32::MAX;

/// The levels of a coded column. Positions depend on declared order and row order only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    names: Vec<String>,
    positions: HashMap<String, u32>,
}

impl Levels {
    /// Levels in a declared order.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut levels = Self::default();
        for name in names {
            levels.intern(&name.into());
        }
        levels
    }

    /// The position of a level, added when it is new.
    pub fn intern(&mut self, name: &str) -> u32 {
        if let Some(position) = self.positions.get(name) {
            return *position;
        }
        let position = u32::try_from(self.names.len()).unwrap_or(NO_LEVEL);
        self.names.push(name.to_owned());
        self.positions.insert(name.to_owned(), position);
        position
    }

    /// The position of a level, when there is one.
    pub fn position(&self, name: &str) -> Option<u32> {
        self.positions.get(name).copied()
    }

    /// The name at a position.
    pub fn name(&self, position: u32) -> Option<&str> {
        self.names.get(usize::try_from(position).ok()?).map(String::as_str)
    }

    /// All names, by position.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of levels.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no level.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}
