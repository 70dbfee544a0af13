//! A transport file in, the places of its data sets out. Every part of it is lines of 80 bytes, and a data set ends where the next one starts.

use super::super::shared::{Bytes, Order};
use crate::error::Error;

/// Bytes of a line.
pub(super) const LINE: u64 = 80;
/// Lines that are looked at together.
const LINES: u64 = 1000;

/// A data set of a transport file.
#[derive(Debug, Clone, Default)]
pub(super) struct Member {
    pub(super) name: Vec<u8>,
    /// Place of its first line.
    pub(super) start: u64,
    /// Place behind its last line.
    pub(super) end: u64,
}

/// The words of a header line; `None` for another line.
pub(super) fn words(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.strip_prefix(b"HEADER RECORD*******")?;
    let (name, rest) = rest.split_at_checked(8)?;
    Some((name.trim_ascii(), rest.strip_prefix(b"HEADER RECORD!!!!!!!")?))
}

/// Finds all data sets.
pub(super) fn find(bytes: &mut Bytes) -> Result<Vec<Member>, Error> {
    if !bytes.length().is_multiple_of(LINE) {
        return Err(bytes.fail_at("the file ends inside a line of 80 bytes", bytes.length()));
    }
    let (mut members, mut at): (Vec<Member>, u64) = (Vec::new(), 0);
    bytes.seek(0);
    while bytes.left() > 0 {
        let lines = (bytes.left() / LINE).min(LINES);
        let block = bytes.take(usize::try_from(lines * LINE).unwrap_or_default())?;
        for line in block.chunks_exact(80) {
            if words(line).is_some_and(|(name, _)| name == b"MEMBER" || name == b"MEMBV8") {
                if let Some(last) = members.last_mut() {
                    last.end = at;
                }
                members.push(Member { start: at, end: bytes.length(), ..Member::default() });
            }
            at += LINE;
        }
    }
    for member in &mut members {
        bytes.seek(member.start + 2 * LINE);
        let line = bytes.take(80)?;
        // Version 8 has names of 32 bytes, where version 5 has blanks or the word SASDATA behind the eight.
        bytes.seek(member.start);
        let is_long = words(&bytes.take(80)?).is_some_and(|(name, _)| name == b"MEMBV8");
        member.name = line.get(8..if is_long { 40 } else { 16 }).unwrap_or_default().trim_ascii().to_vec();
    }
    if members.is_empty() { Err(bytes.fail_at("no data set", 0)) } else { Ok(members) }
}

/// A number of IBM mainframes: a sign, a power of sixteen and up to 56 bits behind the point. Left-out bytes are zero.
pub(super) fn ibm(field: &[u8]) -> f64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(field).for_each(|(byte, given)| *byte = *given);
    let bits = Order::Big.u64(bytes);
    let (fraction, power) = (bits & 0x00ff_ffff_ffff_ffff, i32::from(bytes[0] & 0x7f) - 64);
    #[expect(clippy::cast_precision_loss, reason = "56 bits are rounded to 53, once")]
    let size = fraction as f64 * 2_f64.powi(4 * power - 56);
    if bits >> 63 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::ibm;

    #[test]
    fn numbers_of_mainframes_are_read() {
        // Examples of SAS technical paper TS-140: 1, -118.625 as in descriptions of the format, and a shortened one.
        assert_eq!(ibm(&[0x41, 0x10, 0, 0, 0, 0, 0, 0]).to_bits(), 1_f64.to_bits());
        assert_eq!(ibm(&[0xc2, 0x76, 0xa0, 0, 0, 0, 0, 0]).to_bits(), (-118.625_f64).to_bits());
        assert_eq!(ibm(&[0x42, 0x64]).to_bits(), 100_f64.to_bits());
        assert_eq!(ibm(&[0; 8]).to_bits(), 0_f64.to_bits());
    }
}
