//! A list of values in, a number out that stands for them, so that what was seen is remembered in little memory.

use std::hash::{DefaultHasher, Hash, Hasher as _};

/// 128 bits that two lists share by accident with a chance far below that of a broken disk.
pub(crate) fn fingerprint<T: Hash>(parts: impl IntoIterator<Item = T>) -> u128 {
    let (mut first, mut second) = (DefaultHasher::new(), DefaultHasher::new());
    second.write_u8(1);
    for part in parts {
        part.hash(&mut first);
        part.hash(&mut second);
    }
    u128::from(first.finish()) << 64 | u128::from(second.finish())
}
