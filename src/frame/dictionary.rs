//! Level names in, positions out: the one interner, in the order in which rows come.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

/// Position that means "no level".
pub const NO_LEVEL: u32 = u32::MAX;

/// A slot without a level.
const FREE: u128 = u128::MAX;
/// Slots of the first table.
const FIRST_SLOTS: usize = 16;
/// Keys that are looked up together.
pub(crate) const KEYS: usize = 16;

/// The levels of a coded column. Positions depend on declared order and row order only.
///
/// Names lie in a list; a table of slots, at most half full, finds them: each slot holds the key of a name and its
/// position. The key of a short name is the name, so that a lookup among millions reads memory once.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    names: Vec<String>,
    slots: Vec<u128>,
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
        levels.intern_all(names.into_iter().map(Into::into).collect());
        levels
    }

    /// No levels.
    pub(crate) const fn none() -> Self {
        Self { names: Vec::new(), slots: Vec::new() }
    }

    /// The position of a level, added when it is new.
    pub fn intern(&mut self, name: &str) -> u32 {
        self.intern_with(Key::of(name.as_bytes()), name, str::to_owned)
    }

    /// The positions of names that are mostly new. As in `positions_of`, several slots are read before any is looked at.
    pub(crate) fn intern_all(&mut self, names: Vec<String>) -> Vec<u32> {
        while self.slots.len() < 2 * (self.names.len() + names.len() + 1) {
            self.grow();
        }
        let (mut positions, mut names) = (Vec::with_capacity(names.len()), names.into_iter().peekable());
        while names.peek().is_some() {
            let mut keys = [Key::default(); KEYS];
            let some: Vec<String> = names.by_ref().take(KEYS).collect();
            keys.iter_mut().zip(&some).for_each(|(key, name)| *key = Key::of(name.as_bytes()));
            let found = keys.map(|key| self.slots[key.hash() & (self.slots.len() - 1)]);
            positions.extend(some.into_iter().zip(keys).zip(found).map(|((name, key), found)| {
                let is_known = key.is_short() && is_of(found, key);
                if is_known { position(found) } else { self.intern_with(key, name, |name| name) }
            }));
        }
        positions
    }

    fn intern_with<N: AsRef<str>>(&mut self, key: Key, name: N, own: impl FnOnce(N) -> String) -> u32 {
        if self.slots.len() < 2 * (self.names.len() + 1) {
            self.grow();
        }
        let slot = self.find(key, name.as_ref().as_bytes());
        if self.slots[slot] != FREE {
            return position(self.slots[slot]);
        }
        let Ok(position) = u32::try_from(self.names.len()) else { return NO_LEVEL };
        self.names.push(own(name));
        self.slots[slot] = key.0 | u128::from(position);
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
        let found = self.slots[self.find(Key::of(name), name)];
        (found != FREE).then(|| position(found))
    }

    /// The positions of some short names, `NO_LEVEL` for those that are no levels. The slots of all are read before any
    /// is looked at, so that a table larger than the cache is waited for once and not once a name.
    pub(crate) fn positions_of(&self, keys: &[Key; KEYS]) -> [u32; KEYS] {
        if self.slots.is_empty() {
            return [NO_LEVEL; KEYS];
        }
        let mask = self.slots.len() - 1;
        let found = keys.map(|key| self.slots[key.hash() & mask]);
        std::array::from_fn(|place| match found[place] {
            slot if is_of(slot, keys[place]) => position(slot),
            FREE => NO_LEVEL,
            // A free slot has the position `NO_LEVEL`.
            _ => position(self.slots[self.find(keys[place], &[])]),
        })
    }

    /// The name at a position.
    pub fn name(&self, position: u32) -> Option<&str> {
        self.names.get(usize::try_from(position).ok()?).map(String::as_str)
    }

    /// All names, by position.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// All names, by position, without the levels.
    pub(crate) fn into_names(self) -> Vec<String> {
        self.names
    }

    /// Forgets the levels from a position on.
    pub(crate) fn truncate(&mut self, length: usize) {
        if length < self.names.len() {
            let names = std::mem::take(self).names;
            *self = Self::new(names.into_iter().take(length));
        }
    }

    /// Number of levels.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no level.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The slot of a name, or the free one where it belongs. The table has a free slot. A short name is in its key.
    fn find(&self, key: Key, name: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = key.hash() & mask;
        loop {
            let found = self.slots[slot];
            let is_same = || key.is_short() || self.names.get(position(found) as usize).is_some_and(|known| known.as_bytes() == name);
            if found == FREE || is_of(found, key) && is_same() {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Doubles the table. A slot's place comes from the key that it holds, so no name is read.
    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(FIRST_SLOTS);
        let mask = size - 1;
        let mut slots = vec![FREE; size];
        for found in self.slots.iter().filter(|found| **found != FREE) {
            let mut slot = Key(found >> 32 << 32).hash() & mask;
            while slots[slot] != FREE {
                slot = (slot + 1) & mask;
            }
            slots[slot] = *found;
        }
        self.slots = slots;
    }
}

/// The position in a slot.
#[expect(clippy::cast_possible_truncation, reason = "the last 32 bits of a slot are the position")]
fn position(slot: u128) -> u32 {
    slot as u32
}

fn is_of(slot: u128, key: Key) -> bool {
    slot >> 32 == key.0 >> 32
}

/// What a slot holds of a name: from bit 40 on the bytes of a name of at most eleven, or 64 bits of the hash of a longer
/// one; from bit 32 on the length, 255 for longer ones; below it nothing, because the position goes there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Key(u128);

impl Key {
    /// Bytes of the longest name that fits.
    const SHORT: usize = 11;
    const LONG: u8 = u8::MAX;

    /// The key of a name.
    pub(crate) fn of(name: &[u8]) -> Self {
        // Parts that lap over each other instead of a loop over the bytes.
        let at = |bits: u128, byte: usize| bits << (40 + 8 * byte);
        let long = |place: usize| name[place..].first_chunk().map_or(0, |bytes| u128::from(u64::from_le_bytes(*bytes)));
        let half = |place: usize| name[place..].first_chunk().map_or(0, |bytes| u128::from(u32::from_le_bytes(*bytes)));
        let one = |place: usize| u128::from(name[place]);
        let length = name.len();
        let bits = match length {
            0 => 0,
            1..=3 => at(one(0), 0) | at(one(length / 2), length / 2) | at(one(length - 1), length - 1),
            4..=7 => at(half(0), 0) | at(half(length - 4), length - 4),
            8..=Self::SHORT => at(long(0), 0) | at(long(length - 8), length - 8),
            _ => {
                let mut hasher = FxHasher::default();
                hasher.write(name);
                at(u128::from(hasher.finish()), 0)
            }
        };
        let length = u8::try_from(length).ok().filter(|length| usize::from(*length) <= Self::SHORT).unwrap_or(Self::LONG);
        Self(bits | u128::from(length) << 32)
    }

    /// Whether the name itself is in the key.
    pub(crate) fn is_short(self) -> bool {
        self.0 >> 32 & 0xff != u128::from(Self::LONG)
    }

    /// The name of a short key: its bytes, of which the first so many belong to it.
    pub(crate) fn name(self) -> ([u8; 16], usize) {
        ((self.0 >> 40).to_le_bytes(), usize::from(self.0.to_le_bytes()[4]))
    }

    /// A place in a table: both halves multiplied by odd numbers, their product folded.
    #[expect(clippy::cast_possible_truncation, reason = "the halves of 128 bits")]
    fn hash(self) -> usize {
        let (low, high) = (self.0 as u64, (self.0 >> 64) as u64);
        let product = u128::from(low ^ 0x9e37_79b9_7f4a_7c15) * u128::from(high ^ 0xd6e8_feb8_6659_fd93);
        (product as u64 ^ (product >> 64) as u64) as usize
    }
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

    use super::{KEYS, Key, Levels, NO_LEVEL, shortest};

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
        let names = levels.names().to_vec();
        levels.truncate(100);
        assert_eq!((levels.names(), levels.position(&names[99]), levels.position(&names[100])), (&names[..100], Some(99), None));
        assert_eq!(levels.intern(&names[200]), 100);
    }

    #[test]
    fn names_of_every_length_are_found_alone_and_together() {
        let name = |length: usize, step: usize| format!("{step:03}").chars().cycle().take(length).collect::<String>();
        let names: Vec<String> = (0..30).flat_map(|length| (0..40).map(move |step| name(length, step))).chain(["a\0".into(), "a".into()]).collect();
        let levels = Levels::new(names.iter().map(String::as_str));
        for name in &names {
            assert_eq!(levels.position(name).and_then(|position| levels.name(position)), Some(name.as_str()));
            let key = Key::of(name.as_bytes());
            assert_eq!(key.is_short(), name.len() <= 11);
            if key.is_short() {
                let (bytes, length) = key.name();
                assert_eq!(&bytes[..length], name.as_bytes());
                assert_eq!(levels.positions_of(&[key; KEYS]), [levels.position(name).expect("is there"); KEYS]);
            }
        }
        assert_eq!(levels.positions_of(&[Key::of(b"other"); KEYS]), [NO_LEVEL; KEYS]);
        assert_eq!((levels.position("other"), levels.position("a name that is not there")), (None, None));
    }

    #[test]
    fn numbers_lose_the_zeros_that_say_nothing() {
        for (text, short) in [("1.0", "1"), ("1", "1"), ("10", "10"), ("1.50", "1.5"), ("-2.00", "-2"), ("a.0", "a.0"), (".0", ".0"), ("1.2.0", "1.2.0")] {
            assert_eq!(shortest(text.as_bytes()), short.as_bytes());
        }
    }
}
