//! The long texts of a Stata file, which stand behind its rows: where each one lies, and the texts of one batch when they are wanted.

use std::collections::HashMap;

use super::super::shared::{Bytes, Order};
use super::dictionary::Layout;
use crate::error::Error;

/// A long text as a row names it: number of the variable and of the row that first had it.
pub(super) type Name = (u32, u64);

/// Where long texts lie.
#[derive(Debug, Default)]
pub(super) struct Strings {
    /// Place, length, and whether it is text rather than bytes.
    places: HashMap<Name, (u64, u32, bool)>,
}

impl Strings {
    /// Goes through the long texts and keeps their places.
    pub(super) fn read(bytes: &mut Bytes, layout: Layout) -> Result<Self, Error> {
        let mut places = HashMap::new();
        loop {
            let at = bytes.at();
            if bytes.array::<3>()? != *b"GSO" {
                bytes.seek(at);
                layout.tag(bytes, "</strls>")?;
                return Ok(Self { places });
            }
            let variable = bytes.u32(layout.order)?;
            let row = if layout.format == 117 { u64::from(bytes.u32(layout.order)?) } else { bytes.u64(layout.order)? };
            let (kind, length) = (bytes.u8()?, bytes.u32(layout.order)?);
            places.insert((variable, row), (bytes.at(), length, kind == 130));
            bytes.skip(u64::from(length))?;
        }
    }

    /// The bytes of a long text; `None` where the file has none of that name. Bytes that are no text are written as hexadecimal digits.
    pub(super) fn get(&self, name: Name, bytes: &mut Bytes) -> Result<Option<Vec<u8>>, Error> {
        if name == (0, 0) {
            return Ok(Some(Vec::new()));
        }
        let Some((at, length, is_text)) = self.places.get(&name) else { return Ok(None) };
        bytes.seek(*at);
        let mut text = bytes.take(*length as usize)?;
        if *is_text && text.last() == Some(&0) {
            text.pop();
        }
        let is_bytes = !is_text && (text.contains(&0) || std::str::from_utf8(&text).is_err());
        Ok(Some(if is_bytes { hexadecimal(&text) } else { text }))
    }
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| b"0123456789abcdef"[usize::from(digit)]).collect()
}

/// The name of a long text from the eight bytes of a cell.
pub(super) fn name(cell: [u8; 8], layout: Layout) -> Name {
    let split = if layout.format == 117 { 4 } else { 2 + usize::from(layout.format == 119) };
    let (variable, row) = cell.split_at(split);
    let join = |bytes: &[u8]| {
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if layout.order == Order::Big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
    };
    (u32::try_from(join(variable)).unwrap_or_default(), join(row))
}
