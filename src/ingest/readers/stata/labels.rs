//! The end of a Stata file in, its sets of value labels out.

use super::super::shared::{Bytes, Order, Text};
use super::dictionary::{Layout, until_zero};
use crate::error::Error;

/// A set of value labels.
pub(super) struct Set {
    pub(super) name: String,
    pub(super) labels: Vec<(i32, String)>,
}

/// Reads the sets up to the end of the file.
pub(super) fn read(bytes: &mut Bytes, layout: Layout, text: &mut Text) -> Result<Vec<Set>, Error> {
    let mut sets = Vec::new();
    layout.tag(bytes, "<value_labels>")?;
    loop {
        if !layout.is_tagged() && bytes.left() == 0 {
            return Ok(sets);
        }
        if layout.is_tagged() {
            let at = bytes.at();
            let tag = bytes.array::<5>()?;
            if tag != *b"<lbl>" {
                bytes.seek(at);
                layout.tag(bytes, "</value_labels></stata_dta>")?;
                return Ok(sets);
            }
        }
        sets.push(if layout.format < 108 { short_set(bytes, layout, text)? } else { set(bytes, layout, text)? });
        layout.tag(bytes, "</lbl>")?;
    }
}

/// A set of the formats before 108: codes of two bytes and labels of eight.
fn short_set(bytes: &mut Bytes, layout: Layout, text: &mut Text) -> Result<Set, Error> {
    let count = usize::from(bytes.u16(layout.order)?);
    let at = bytes.at();
    let name = text.label(until_zero(&bytes.take(9)?), at)?;
    bytes.skip(1)?;
    let mut codes = Vec::new();
    for _ in 0..count {
        codes.push(i32::from(bytes.u16(layout.order)?.cast_signed()));
    }
    let mut labels = Vec::new();
    for code in codes {
        let at = bytes.at();
        let label = text.label(until_zero(&bytes.array::<8>()?), at)?;
        labels.push((code, label));
    }
    Ok(Set { name, labels })
}

fn set(bytes: &mut Bytes, layout: Layout, text: &mut Text) -> Result<Set, Error> {
    let length = bytes.u32(layout.order)? as usize;
    let at = bytes.at();
    let name = text.label(until_zero(&bytes.take(layout.name_width())?), at)?;
    bytes.skip(3)?;
    let at = bytes.at();
    let table = bytes.take(length)?;
    match labels(&table, layout.order) {
        Some(found) => {
            let labels = found.into_iter().map(|(value, place, label)| Ok((value, text.label(label, at + place as u64)?)));
            Ok(Set { name, labels: labels.collect::<Result<_, Error>>()? })
        }
        None => Err(bytes.fail_at(format!("value labels of `{name}` that do not lie in their table"), at)),
    }
}

/// Value, place and label of each entry of a table.
fn labels(table: &[u8], order: Order) -> Option<Vec<(i32, usize, &[u8])>> {
    let (count, length) = (order.u32_in(table, 0)? as usize, order.u32_in(table, 4)? as usize);
    let texts_at = count.checked_mul(8)?.checked_add(8)?;
    let texts = table.get(texts_at..texts_at.checked_add(length)?)?;
    (0..count)
        .map(|position| {
            let (offset, value) = (order.u32_in(table, 8 + position * 4)? as usize, order.u32_in(table, 8 + (count + position) * 4)?);
            Some((value.cast_signed(), texts_at + offset, until_zero(texts.get(offset..).filter(|text| !text.is_empty())?)))
        })
        .collect()
}
