//! Level names in, positions out: the one interner, in the order in which rows come.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

/// Position that means "no level".
pub const NO_LEVEL: u32 = u32::MAX;

/// A slot without a level; its position is `NO_LEVEL`.
const FREE: u64 = u64::MAX;
/// Slots of the first table.
const FIRST_SLOTS: usize = 16;

/// The levels of a coded column. Positions depend on declared order and row order only.
///
/// Names lie in a list; a table of slots, at most half full, finds them: each slot holds 32 bits of the
/// name's hash above its position, so that a lookup among millions reads the name itself only once.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    names: Vec<String>,
    slots: Vec<u64>,
}

impl PartialEq for Levels {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

impl Eq for Levels {}

impl Levels {
    /// Levels in a declared order.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut levels = Self::default();
        for name in names {
            levels.intern(&name.into());
        }
        levels
    }

    /// No levels.
    pub(crate) const fn none() -> Self {
        Self { names: Vec::new(), slots: Vec::new() }
    }

    /// The position of a level, added when it is new.
    pub fn intern(&mut self, name: &str) -> u32 {
        if self.slots.len() < 2 * (self.names.len() + 1) {
            self.grow();
        }
        let (slot, hash) = self.find(name.as_bytes());
        if self.slots[slot] != FREE {
            return position(self.slots[slot]);
        }
        let Ok(position) = u32::try_from(self.names.len()) else { return NO_LEVEL };
        self.names.push(name.to_owned());
        self.slots[slot] = u64::from(hash) << 32 | u64::from(position);
        position
    }

    /// The position of a level, when there is one.
    pub fn position(&self, name: &str) -> Option<u32> {
        self.position_of(name.as_bytes())
    }

    /// The position of a level whose name is given as bytes.
    pub(crate) fn position_of(&self, name: &[u8]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let (slot, _) = self.find(name);
        Some(self.slots[slot]).filter(|slot| *slot != FREE).map(position)
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

    /// The slot of a name, or the free one where it belongs, and the name's hash. The table has a free slot.
    fn find(&self, name: &[u8]) -> (usize, u32) {
        let hash = hash(name);
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let found = self.slots[slot];
            let same = found >> 32 == u64::from(hash) && self.names.get(position(found) as usize).is_some_and(|known| known.as_bytes() == name);
            if found == FREE || same {
                return (slot, hash);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Doubles the table. A slot's place comes from the hash that it holds, so no name is read.
    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(FIRST_SLOTS);
        let mask = size - 1;
        let mut slots = vec![FREE; size];
        for found in self.slots.iter().filter(|found| **found != FREE) {
            let mut slot = (found >> 32) as usize & mask;
            while slots[slot] != FREE {
                slot = (slot + 1) & mask;
            }
            slots[slot] = *found;
        }
        self.slots = slots;
    }
}

/// The position in a slot.
#[expect(clippy::cast_possible_truncation, reason = "the lower half of a slot is the position")]
fn position(slot: u64) -> u32 {
    slot as u32
}

#[expect(clippy::cast_possible_truncation, reason = "both halves of the hash are folded into 32 bits")]
fn hash(name: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(name);
    let hash = hasher.finish();
    (hash ^ hash >> 32) as u32
}

/// A level as people write it: a number without the zeros that say nothing, `1` for `1.0` and `1.5` for `1.50`.
pub(crate) fn shortest(text: &[u8]) -> &[u8] {
    if text.last() != Some(&b'0') {
        return text;
    }
    let Some(point) = text.iter().position(|byte| *byte == b'.') else { return text };
    let (whole, decimals) = (&text[..point], &text[point + 1..]);
    let whole = whole.strip_prefix(b"-").or_else(|| whole.strip_prefix(b"+")).unwrap_or(whole);
    if whole.is_empty() || !whole.iter().chain(decimals).all(u8::is_ascii_digit) {
        return text;
    }
    match decimals.iter().rposition(|byte| *byte != b'0') {
        Some(last) => &text[..=point + 1 + last],
        None => &text[..point],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{Levels, shortest};

    #[test]
    fn positions_are_the_order_of_first_sight() {
        let mut levels = Levels::default();
        let mut known: HashMap<String, u32> = HashMap::new();
        for step in 0..50_000_u32 {
            let name = format!("M{}", u64::from(step) * 7_919 % 9_973);
            let next = u32::try_from(known.len()).expect("few names");
            assert_eq!(levels.intern(&name), *known.entry(name).or_insert(next));
        }
        assert_eq!(levels.len(), 9_973);
        assert!(known.iter().all(|(name, position)| levels.position(name) == Some(*position) && levels.name(*position) == Some(name)));
        assert_eq!((levels.position("M"), levels.position(""), Levels::default().position("M")), (None, None, None));
    }

    #[test]
    fn numbers_lose_the_zeros_that_say_nothing() {
        for (text, short) in [("1.0", "1"), ("1", "1"), ("10", "10"), ("1.50", "1.5"), ("-2.00", "-2"), ("a.0", "a.0"), (".0", ".0"), ("1.2.0", "1.2.0")] {
            assert_eq!(shortest(text.as_bytes()), short.as_bytes());
        }
    }
}
