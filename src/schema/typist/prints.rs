//! Records in, fingerprints out, so that what was seen is remembered in little memory.

use std::hash::{DefaultHasher, Hasher as _};

use crate::frame::RawBatch;

/// 64 bits of a whole record, to tell a repeated record from another one with the same key.
pub(super) fn record_print(raw: &RawBatch, row: usize) -> u64 {
    let first = row * raw.width;
    let start = if first == 0 { 0 } else { raw.ends.get(first - 1).copied().unwrap_or_default() };
    let ends = raw.ends.get(first..first + raw.width).unwrap_or_default();
    let text = raw.text.get(start..ends.last().copied().unwrap_or(start)).unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    hasher.write(text);
    // Where the fields end tells `ab,c` from `a,bc`.
    hasher.write_u64(ends.iter().fold(0_u64, |all, end| (all.rotate_left(5) ^ (end - start) as u64).wrapping_mul(0x517c_c1b7_2722_0a95)));
    hasher.finish()
}
