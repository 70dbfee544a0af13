//! The dictionary of a system file in, its columns out: names, labels, missing codes, and where each cell lies in a row.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem::take;

use super::super::shared::{Bytes, Head, Look, MAX_LABELS, MISSING, Text, number, trimmed};
use super::dictionary::{Dictionary, LabelSet, Raw, Variable};
use super::{extras, look, open_range, shown_otherwise};
use crate::error::Error;
use crate::frame::{Described, OptionOf, Stored};

/// Bytes of a very long string that one variable stands for in the count of its parts.
const SEGMENT: usize = 252;

/// Where the cells of a column lie in a row, and how they are shown.
#[derive(Debug)]
pub(super) struct Column {
    /// First slot and bytes of each part; a number has one of no bytes.
    pub(super) parts: Vec<(usize, usize)>,
    pub(super) is_text: bool,
    pub(super) look: Look,
    /// Numbers that mean no answer; among dates they stay numbers, so that the range can be told.
    pub(super) range: Option<(f64, f64)>,
}

/// The columns of a file.
pub(super) struct Columns {
    pub(super) cells: Vec<Column>,
    names: Vec<String>,
    described: Vec<Described>,
    odd: Vec<(String, &'static str)>,
}

impl Columns {
    /// What the file says before its rows.
    pub(super) fn head(&mut self, sha256: Option<String>, path: &std::path::Path) -> Head {
        let odd: Vec<&str> = self.odd.iter().map(|(name, _)| name.as_str()).collect();
        let notes = self.odd.first().and_then(|(_, what)| shown_otherwise(path, &odd, what)).into_iter().collect();
        Head { names: take(&mut self.names), described: take(&mut self.described), notes, sha256, ..Head::default() }
    }
}

/// The columns of a dictionary.
pub(super) fn columns(dictionary: &Dictionary, text: &mut Text, bytes: &Bytes) -> Result<Columns, Error> {
    let lengths: HashMap<Vec<u8>, usize> = dictionary
        .extra(14)
        .flat_map(|raw| extras::pairs(&raw.bytes))
        .filter_map(|(name, length)| Some((key(name), std::str::from_utf8(trimmed(length)).ok()?.trim_matches('\0').parse().ok()?)))
        .collect();
    let long_names: HashMap<Vec<u8>, &[u8]> = dictionary.extra(13).flat_map(|raw| extras::pairs(&raw.bytes)).map(|(short, long)| (key(short), long)).collect();
    let labels = slots_with_labels(dictionary);
    let mut found = Columns { cells: Vec::new(), names: Vec::new(), described: Vec::new(), odd: Vec::new() };
    let mut short_names = Vec::new();
    let (mut position, mut label_count) = (0, 0);
    while let Some(variable) = dictionary.variables.get(position) {
        let short = key(&variable.name.bytes);
        let count = lengths.get(&short).filter(|length| **length > 255).map_or(1, |length| length.div_ceil(SEGMENT));
        let Some(segments) = dictionary.variables.get(position..position.saturating_add(count)) else {
            return Err(bytes.fail_at("a very long string with fewer parts than its length asks for", variable.name.at));
        };
        position += count;
        let name = long_names.get(&short).copied().unwrap_or(&variable.name.bytes);
        found.names.push(text.label(name, variable.name.at)?);
        let column = column(variable, segments, found.names.last(), &mut found.odd);
        let set = labels.get(&variable.slot).copied();
        label_count += set.map_or(0, |set| set.labels.len());
        if label_count > MAX_LABELS {
            return Err(bytes.fail_at(format!("more than {MAX_LABELS} value labels"), variable.name.at));
        }
        found.described.push(described(dictionary, variable, &column, set, text)?);
        found.cells.push(column);
        short_names.push(short);
    }
    long_strings(dictionary, text, bytes, &mut found)?;
    options(dictionary, text, &short_names, &mut found)?;
    Ok(found)
}

/// A name as it is compared.
fn key(name: &[u8]) -> Vec<u8> {
    trimmed(name).to_ascii_uppercase()
}

fn slots_with_labels(dictionary: &Dictionary) -> HashMap<usize, &LabelSet> {
    dictionary.label_sets.iter().flat_map(|set| set.slots.iter().map(move |slot| (*slot, set))).collect()
}

fn column(variable: &Variable, segments: &[Variable], name: Option<&String>, odd: &mut Vec<(String, &'static str)>) -> Column {
    let is_text = variable.width > 0;
    let (look, note) = if is_text { (Look::Number, None) } else { look(variable.format) };
    if let (Some(name), Some(note)) = (name, note) {
        odd.push((name.clone(), note));
    }
    let parts = segments.iter().map(|segment| (segment.slot, segment.width)).collect();
    Column { parts, is_text, look, range: variable.missing.range.filter(|_| !is_text) }
}

fn described(dictionary: &Dictionary, variable: &Variable, column: &Column, set: Option<&LabelSet>, text: &mut Text) -> Result<Described, Error> {
    let mut described = Described { label: text.label(&variable.label.bytes, variable.label.at)?, ..Described::default() };
    described.stored = if column.is_text { Stored::Text } else { column.look.stored() };
    let mut numbers = Vec::new();
    for (value, label) in set.into_iter().flat_map(|set| &set.labels) {
        let label = text.label(&label.bytes, label.at)?;
        let number = dictionary.order.f64(*value);
        let code = if column.is_text { text.label(value, variable.name.at)? } else { column.look.text(number) };
        if column.is_text || !(number.is_nan() || number.to_bits() == dictionary.sysmis.to_bits()) {
            described.levels.push((code, label));
            numbers.push(number);
        }
    }
    missing(dictionary, variable, column, &numbers, text, &mut described)?;
    Ok(described)
}

/// Adds the codes and the range that mean no answer, each with the label that the file gives it.
fn missing(dictionary: &Dictionary, variable: &Variable, column: &Column, numbers: &[f64], text: &mut Text, described: &mut Described) -> Result<(), Error> {
    for value in &variable.missing.values {
        let code = if column.is_text { text.label(value, variable.name.at)? } else { column.look.text(dictionary.order.f64(*value)) };
        describe_missing(described, code);
    }
    if let Some((low, high)) = column.range {
        let (low, high) = open_range(low, high);
        for (level, value) in described.levels.iter_mut().zip(numbers).filter(|(_, value)| (low..=high).contains(value)) {
            // A day in the range stays a number, as its cells do.
            level.0 = number(*value);
            described.missing.push(level.clone());
        }
        described.missing_ranges.push((low, high, MISSING.to_owned()));
    }
    Ok(())
}

/// Adds one code that means no answer.
pub(super) fn describe_missing(described: &mut Described, code: String) {
    let reason = described.levels.iter().find(|(known, _)| *known == code).map_or(MISSING, |(_, label)| label.as_str()).to_owned();
    described.missing.push((code, reason));
}

/// Adds labels and missing values of strings that are longer than eight bytes.
fn long_strings(dictionary: &Dictionary, text: &mut Text, bytes: &Bytes, found: &mut Columns) -> Result<(), Error> {
    let cut = |raw: &Raw| bytes.fail_at("a record about long strings that ends too early", raw.at);
    let columns = places(found.names.iter().cloned());
    for record in dictionary.extra(21) {
        for (name, labels) in extras::long_labels(record, dictionary.order).ok_or_else(|| cut(record))? {
            let name = text.label(&name.bytes, name.at)?;
            let Some(&column) = columns.get(&name) else { continue };
            for (value, label) in labels {
                let level = (text.label(&value.bytes, value.at)?, text.label(&label.bytes, label.at)?);
                found.described[column].levels.push(level);
            }
        }
    }
    for record in dictionary.extra(22) {
        for (name, values) in extras::long_missing(record, dictionary.order).ok_or_else(|| cut(record))? {
            let name = text.label(&name.bytes, name.at)?;
            let Some(&column) = columns.get(&name) else { continue };
            for value in values {
                let code = text.label(&value.bytes, value.at)?;
                describe_missing(&mut found.described[column], code);
            }
        }
    }
    Ok(())
}

/// The place at which each name stands first.
fn places<T: Eq + Hash>(names: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut places = HashMap::new();
    for (place, name) in names.enumerate() {
        places.entry(name).or_insert(place);
    }
    places
}

/// Says of each variable of a set of several answers which option it is.
fn options(dictionary: &Dictionary, text: &mut Text, short_names: &[Vec<u8>], found: &mut Columns) -> Result<(), Error> {
    let by_short_name = places(short_names.iter().map(Vec::as_slice));
    let by_name = places(found.names.iter().map(|name| name.to_ascii_uppercase()));
    for record in dictionary.extra(7).chain(dictionary.extra(19)) {
        for set in extras::sets(&record.bytes) {
            let Some(counted) = set.counted else { continue };
            let (question, wording) = (text.label(set.name, record.at)?, text.label(set.label, record.at)?);
            let counted = text.label(counted, record.at)?;
            for name in set.variables {
                let long = text.label(name, record.at)?;
                let of = by_short_name.get(key(name).as_slice()).or_else(|| by_name.get(&long.to_ascii_uppercase()));
                let Some(&column) = of else { continue };
                let described = &mut found.described[column];
                let of_value = described.levels.iter().find(|(code, _)| set.labels_from_value && *code == counted).map(|(_, label)| label.clone());
                let own = if described.label.is_empty() { found.names[column].clone() } else { described.label.clone() };
                described.option_of = Some(OptionOf { question: question.clone(), wording: wording.clone(), option: of_value.unwrap_or(own) });
            }
        }
    }
    Ok(())
}
