//! The bytes behind the dictionary in, slots of eight bytes out: as they are, from bytecodes, or from packed blocks of bytecodes.

use std::io::Read as _;

use flate2::bufread::ZlibDecoder;

use super::super::shared::{Bytes, Order};
use crate::error::Error;

/// Bytes of one unpacked block; SPSS writes blocks of a quarter of that.
const MAX_BLOCK: u64 = 16 << 20;

/// What fills a slot that the file leaves blank.
const BLANK: [u8; 8] = *b"        ";

/// The slots of a file.
pub(super) struct Slots {
    pub(super) bytes: Bytes,
    order: Order,
    /// Whether bytecodes stand before the values.
    coded: bool,
    blocks: Option<Blocks>,
    bias: f64,
    sysmis: f64,
    codes: [u8; 8],
    next_code: usize,
    ended: bool,
}

/// Packed blocks that are still to be unpacked, and what is left of the last one.
struct Blocks {
    /// Place, packed size and unpacked size, the next one last.
    rest: Vec<(u64, u32, u32)>,
    unpacked: Vec<u8>,
    taken: usize,
}

impl Slots {
    /// Starts where the dictionary ends.
    pub(super) fn new(mut bytes: Bytes, dictionary: &super::dictionary::Dictionary) -> Result<Self, Error> {
        let order = dictionary.order;
        let blocks = if dictionary.compression == 2 { Some(blocks(&mut bytes, order)?) } else { None };
        let coded = dictionary.compression > 0;
        let (bias, sysmis) = (dictionary.bias, dictionary.sysmis);
        Ok(Self { bytes, order, coded, blocks, bias, sysmis, codes: [0; 8], next_code: 8, ended: false })
    }

    /// The next slot; `None` at the end of the rows.
    pub(super) fn next(&mut self) -> Result<Option<[u8; 8]>, Error> {
        if !self.coded {
            return self.raw();
        }
        loop {
            if self.next_code == 8 {
                let Some(codes) = (if self.ended { None } else { self.raw()? }) else { return Ok(None) };
                (self.codes, self.next_code) = (codes, 0);
            }
            let code = self.codes[self.next_code];
            self.next_code += 1;
            return Ok(Some(match code {
                0 => continue,
                252 => {
                    (self.ended, self.next_code) = (true, 8);
                    return Ok(None);
                }
                253 => match self.raw()? {
                    Some(value) => value,
                    None => return Err(self.bytes.fail("the file ends where a value was to follow")),
                },
                254 => BLANK,
                255 => self.bytes_of(self.sysmis),
                _ => self.bytes_of(f64::from(code) - self.bias),
            }));
        }
    }

    fn bytes_of(&self, value: f64) -> [u8; 8] {
        if self.order == Order::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    /// The next eight bytes; `None` where nothing is left.
    fn raw(&mut self) -> Result<Option<[u8; 8]>, Error> {
        let Some(blocks) = &mut self.blocks else {
            return if self.bytes.left() == 0 { Ok(None) } else { self.bytes.array().map(Some) };
        };
        let mut eight = [0; 8];
        let mut filled = 0;
        while filled < 8 {
            if blocks.taken == blocks.unpacked.len() {
                let Some(block) = blocks.rest.pop() else { break };
                (blocks.unpacked, blocks.taken) = (unpack(&mut self.bytes, block)?, 0);
                continue;
            }
            let count = (8 - filled).min(blocks.unpacked.len() - blocks.taken);
            eight[filled..filled + count].copy_from_slice(&blocks.unpacked[blocks.taken..blocks.taken + count]);
            filled += count;
            blocks.taken += count;
        }
        match filled {
            0 => Ok(None),
            8 => Ok(Some(eight)),
            _ => Err(self.bytes.fail("the last packed block ends inside a value")),
        }
    }
}

/// The list of packed blocks that stands at the end of the file.
fn blocks(bytes: &mut Bytes, order: Order) -> Result<Blocks, Error> {
    let start = bytes.at();
    let (_, trailer, length) = (bytes.u64(order)?, bytes.u64(order)?, bytes.u64(order)?);
    if trailer < start || length < 24 || trailer.checked_add(length).is_none_or(|end| end > bytes.length()) {
        return Err(bytes.fail_at("a list of packed blocks outside of the file", start));
    }
    bytes.seek(trailer + 16);
    let (_, count) = (bytes.u32(order)?, bytes.u32(order)?);
    if u64::from(count) * 24 + 24 > length {
        return Err(bytes.fail_at(format!("{count} packed blocks in a list of {length} bytes"), trailer));
    }
    let mut rest = Vec::new();
    for _ in 0..count {
        let at = bytes.at();
        let (_, place, unpacked, packed) = (bytes.u64(order)?, bytes.u64(order)?, bytes.u32(order)?, bytes.u32(order)?);
        if place < start || place.checked_add(u64::from(packed)).is_none_or(|end| end > trailer) || u64::from(unpacked) > MAX_BLOCK {
            return Err(bytes.fail_at("a packed block outside of the file or larger than blocks are", at));
        }
        rest.push((place, packed, unpacked));
    }
    rest.reverse();
    Ok(Blocks { rest, unpacked: Vec::new(), taken: 0 })
}

fn unpack(bytes: &mut Bytes, (place, packed, unpacked): (u64, u32, u32)) -> Result<Vec<u8>, Error> {
    bytes.seek(place);
    let block = bytes.take(packed as usize)?;
    let mut content = Vec::new();
    let read = ZlibDecoder::new(block.as_slice()).take(u64::from(unpacked) + 1).read_to_end(&mut content);
    match read {
        Ok(count) if count == unpacked as usize => Ok(content),
        Ok(count) => Err(bytes.fail_at(format!("a packed block of {count} bytes instead of {unpacked}"), place)),
        Err(error) => Err(bytes.fail_at(format!("a packed block that cannot be unpacked: {error}"), place)),
    }
}
