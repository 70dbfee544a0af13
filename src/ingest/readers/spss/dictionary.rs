//! The head of a system file in, its dictionary out as the file has it: names and labels are bytes still, because the encoding stands last.

use super::super::shared::{Bytes, Order};
use crate::error::Error;

/// Bytes of names, labels and other text in a dictionary, with the place where they lie.
#[derive(Debug, Clone, Default)]
pub(super) struct Raw {
    pub(super) bytes: Vec<u8>,
    pub(super) at: u64,
}

/// What a variable's values are that mean no answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Missing {
    pub(super) values: Vec<[u8; 8]>,
    pub(super) range: Option<(f64, f64)>,
}

/// One variable as it is declared; a long string has several.
#[derive(Debug, Clone, Default)]
pub(super) struct Variable {
    /// Width of a string; 0 for a number.
    pub(super) width: usize,
    pub(super) name: Raw,
    pub(super) label: Raw,
    pub(super) missing: Missing,
    pub(super) format: u32,
    /// Place among the slots of eight bytes that make a row.
    pub(super) slot: usize,
}

impl Variable {
    /// Slots of eight bytes in a row.
    pub(super) fn slots(&self) -> usize {
        self.width.div_ceil(8).max(1)
    }
}

/// A set of value labels and the slots of its variables.
#[derive(Debug, Default)]
pub(super) struct LabelSet {
    pub(super) labels: Vec<([u8; 8], Raw)>,
    pub(super) slots: Vec<usize>,
}

/// The head of a system file.
#[derive(Debug)]
pub(super) struct Dictionary {
    pub(super) order: Order,
    /// 0: none; 1: bytecodes; 2: bytecodes in packed blocks.
    pub(super) compression: u32,
    pub(super) bias: f64,
    /// Rows, where the file says it.
    pub(super) rows: Option<u64>,
    pub(super) variables: Vec<Variable>,
    pub(super) slots: usize,
    pub(super) label_sets: Vec<LabelSet>,
    /// The records of kind 7 that hold text, by their number.
    pub(super) extras: Vec<(u32, Raw)>,
    /// The system's missing value.
    pub(super) sysmis: f64,
    code_page: Option<i32>,
}

impl Dictionary {
    /// The texts of one kind.
    pub(super) fn extra(&self, kind: u32) -> impl Iterator<Item = &Raw> {
        self.extras.iter().filter(move |(known, _)| *known == kind).map(|(_, raw)| raw)
    }

    /// Name of the encoding, or number of the code page.
    pub(super) fn encoding(&self) -> Option<String> {
        let named = self.extra(20).next().map(|raw| String::from_utf8_lossy(&raw.bytes).trim_matches(['\0', ' ']).to_owned());
        // 2 and 3 say "ASCII" and "8-bit ASCII", which is written by programs that do not know better.
        named.filter(|name| !name.is_empty()).or_else(|| self.code_page.filter(|page| *page > 4).map(|page| page.to_string()))
    }
}

/// Reads the head up to the first row.
pub(super) fn read(bytes: &mut Bytes) -> Result<Dictionary, Error> {
    let mut dictionary = header(bytes)?;
    loop {
        let at = bytes.at();
        match bytes.u32(dictionary.order)? {
            2 => variable(bytes, &mut dictionary)?,
            3 => value_labels(bytes, &mut dictionary)?,
            6 => {
                let lines = bytes.u32(dictionary.order)?;
                bytes.skip(u64::from(lines) * 80)?;
            }
            7 => extension(bytes, &mut dictionary)?,
            999 => {
                bytes.skip(4)?;
                return if dictionary.variables.is_empty() { Err(bytes.fail_at("no variable", at)) } else { Ok(dictionary) };
            }
            other => return Err(bytes.fail_at(format!("a record of the unknown kind {other}"), at)),
        }
    }
}

fn header(bytes: &mut Bytes) -> Result<Dictionary, Error> {
    let magic = bytes.array::<4>()?;
    if magic != *b"$FL2" && magic != *b"$FL3" {
        return Err(bytes.fail_at("other first bytes than $FL2 or $FL3", 0));
    }
    bytes.skip(60)?;
    let layout = bytes.array()?;
    let order = match (Order::Little.u32(layout), Order::Big.u32(layout)) {
        (2 | 3, _) => Order::Little,
        (_, 2 | 3) => Order::Big,
        _ => return Err(bytes.fail_at("a layout code other than 2 and 3", 64)),
    };
    bytes.skip(4)?;
    let compression = bytes.u32(order)?;
    if compression > 2 || (magic == *b"$FL3") != (compression == 2) {
        return Err(bytes.fail_at(format!("the unknown compression {compression}"), 72));
    }
    bytes.skip(4)?;
    let rows = u64::try_from(bytes.i32(order)?).ok();
    let bias = order.f64(bytes.array()?);
    bytes.skip(17 + 64 + 3)?;
    let (sysmis, code_page) = (-f64::MAX, None);
    Ok(Dictionary { order, compression, bias, rows, variables: Vec::new(), slots: 0, label_sets: Vec::new(), extras: Vec::new(), sysmis, code_page })
}

fn variable(bytes: &mut Bytes, dictionary: &mut Dictionary) -> Result<(), Error> {
    let (order, at) = (dictionary.order, bytes.at());
    let kind = bytes.i32(order)?;
    let (has_label, missing, format) = (bytes.u32(order)?, bytes.i32(order)?, bytes.u32(order)?);
    bytes.skip(4)?;
    let name = raw(bytes, 8)?;
    let label = if has_label == 1 { padded(bytes, order, 4)? } else { Raw::default() };
    let missing = missing_values(bytes, order, missing)?;
    if kind < 0 {
        dictionary.slots += 1;
        return Ok(());
    }
    let Some(width) = usize::try_from(kind).ok().filter(|width| *width <= 255) else {
        return Err(bytes.fail_at(format!("a string of the width {kind}"), at));
    };
    let expected = dictionary.variables.last().map_or(0, |last| last.slot + last.slots());
    if expected != dictionary.slots {
        return Err(bytes.fail_at("a string with another number of parts than its width asks for", at));
    }
    dictionary.variables.push(Variable { width, name, label, missing, format: format >> 16 & 0xff, slot: dictionary.slots });
    dictionary.slots += 1;
    Ok(())
}

fn missing_values(bytes: &mut Bytes, order: Order, count: i32) -> Result<Missing, Error> {
    let mut missing = Missing::default();
    if !(-3..=3).contains(&count) || count == -1 {
        return Err(bytes.fail(format!("{count} missing values")));
    }
    if count < 0 {
        missing.range = Some((order.f64(bytes.array()?), order.f64(bytes.array()?)));
    }
    for _ in 0..if count < 0 { -2 - count } else { count }.abs() {
        missing.values.push(bytes.array()?);
    }
    Ok(missing)
}

/// Bytes of a known number.
fn raw(bytes: &mut Bytes, count: usize) -> Result<Raw, Error> {
    let at = bytes.at();
    Ok(Raw { bytes: bytes.take(count)?, at })
}

/// Bytes behind their number, filled up to a multiple.
fn padded(bytes: &mut Bytes, order: Order, multiple: usize) -> Result<Raw, Error> {
    let count = bytes.u32(order)? as usize;
    let found = raw(bytes, count)?;
    bytes.skip((count.next_multiple_of(multiple) - count) as u64)?;
    Ok(found)
}

fn value_labels(bytes: &mut Bytes, dictionary: &mut Dictionary) -> Result<(), Error> {
    let order = dictionary.order;
    let mut set = LabelSet::default();
    for _ in 0..bytes.u32(order)? {
        let value = bytes.array()?;
        let length = usize::from(bytes.u8()?);
        let label = raw(bytes, length)?;
        bytes.skip(((length + 1).next_multiple_of(8) - length - 1) as u64)?;
        set.labels.push((value, label));
    }
    let kind = bytes.u32(order)?;
    if kind != 4 {
        return Err(bytes.fail(format!("a record of the kind {kind} after value labels")));
    }
    for _ in 0..bytes.u32(order)? {
        let index = bytes.u32(order)? as usize;
        match index.checked_sub(1).filter(|slot| *slot < dictionary.slots) {
            Some(slot) => set.slots.push(slot),
            None => return Err(bytes.fail(format!("value labels of variable {index} of {}", dictionary.slots))),
        }
    }
    dictionary.label_sets.push(set);
    Ok(())
}

fn extension(bytes: &mut Bytes, dictionary: &mut Dictionary) -> Result<(), Error> {
    let order = dictionary.order;
    let (kind, size, count) = (bytes.u32(order)?, bytes.u32(order)?, bytes.u32(order)?);
    let length = u64::from(size) * u64::from(count);
    let (Ok(room), true) = (usize::try_from(length), length <= bytes.left()) else {
        return Err(bytes.fail(format!("a record of {length} bytes, which the file does not hold")));
    };
    match kind {
        3 | 4 | 7 | 13 | 14 | 16 | 19..=22 => {
            let found = raw(bytes, room)?;
            match kind {
                3 => dictionary.code_page = order.u32_in(&found.bytes, 28).map(u32::cast_signed),
                4 => dictionary.sysmis = order.u64_in(&found.bytes, 0).map_or(dictionary.sysmis, f64::from_bits),
                16 => dictionary.rows = order.u64_in(&found.bytes, 8).and_then(|rows| u64::try_from(rows.cast_signed()).ok()).or(dictionary.rows),
                _ => dictionary.extras.push((kind, found)),
            }
            Ok(())
        }
        _ => bytes.skip(length),
    }
}
