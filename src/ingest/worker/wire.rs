//! What a worker and its owner tell each other, as bytes and back: numbers in little-endian order, everything else with its length.
//!
//! What comes from a worker is believed no more than the file that it reads: lengths are checked against the bytes that are there.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::sync::{Mutex, PoisonError};

use super::super::readers::About;
use super::super::{ReadOptions, RejectedRecord, ShortRecords};
use crate::error::{Error, Exit, Problem, Severity};
use crate::frame::{Described, OptionOf, Places, RawBatch, Stored};

/// Bytes of one message.
const MOST_BYTES: u64 = 4 << 30;
/// Different codes and rules that a worker may name.
const MOST_WORDS: usize = 4096;

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// What to read.
    Request = 1,
    /// The file is open.
    Opened,
    /// Some records.
    Batch,
    /// The end of the file.
    End,
    /// It cannot be read.
    Failed,
}

/// Writes a message of parts.
pub(super) fn send(out: &mut impl Write, tag: Tag, parts: &[&[u8]]) -> io::Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.write_all(&[tag as u8])?;
    out.write_all(&(length as u64).to_le_bytes())?;
    parts.iter().try_for_each(|part| out.write_all(part))?;
    out.flush()
}

/// Reads a message; `None` where the other side is gone or says something that it cannot say.
pub(super) fn receive(input: &mut impl Read) -> Option<(Tag, Vec<u8>)> {
    let (mut tag, mut length) = ([0], [0; 8]);
    input.read_exact(&mut tag).ok()?;
    input.read_exact(&mut length).ok()?;
    let tags = [Tag::Request, Tag::Opened, Tag::Batch, Tag::End, Tag::Failed];
    let tag = tags.into_iter().find(|known| *known as u8 == tag[0])?;
    let length = Some(u64::from_le_bytes(length)).filter(|length| *length <= MOST_BYTES)?;
    let mut bytes = Vec::new();
    let read = input.take(length).read_to_end(&mut bytes).ok()?;
    (u64::try_from(read).ok()? == length).then_some((tag, bytes))
}

/// Something that goes over the wire.
pub(super) trait Wire: Sized {
    /// Adds it to a message.
    fn put(&self, out: &mut Vec<u8>);
    /// Takes it from the front of a message.
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

fn split<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (front, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(front)
}

impl Wire for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        split(bytes, 8)?.try_into().ok().map(Self::from_le_bytes)
    }
}

impl Wire for usize {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u64).put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Self::try_from(u64::take(bytes)?).ok()
    }
}

impl Wire for u8 {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        split(bytes, 1)?.first().copied()
    }
}

impl Wire for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u8::take(bytes).map(|flag| flag != 0)
    }
}

impl Wire for f64 {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_bits().put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u64::take(bytes).map(Self::from_bits)
    }
}

impl Wire for String {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let length = usize::take(bytes)?;
        Self::from_utf8(split(bytes, length)?.to_vec()).ok()
    }
}

/// Codes and rules: few words that live as long as the program.
impl Wire for &'static str {
    fn put(&self, out: &mut Vec<u8>) {
        (*self).to_owned().put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let word = String::take(bytes)?;
        let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = words.get(word.as_str()) {
            return Some(known);
        }
        if words.len() >= MOST_WORDS {
            return None;
        }
        let word: &'static str = Box::leak(word.into_boxed_str());
        words.insert(word);
        Some(word)
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        if bool::take(bytes)? { T::take(bytes).map(Some) } else { Some(None) }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_all(self, out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let count = usize::take(bytes)?;
        let mut values = Self::new();
        for _ in 0..count {
            values.push(T::take(bytes)?);
        }
        Some(values)
    }
}

/// Adds a list.
pub(super) fn put_all<T: Wire>(values: &[T], out: &mut Vec<u8>) {
    values.len().put(out);
    for value in values {
        value.put(out);
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::take(bytes)?, B::take(bytes)?))
    }
}

impl<A: Wire, B: Wire, C: Wire> Wire for (A, B, C) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
        self.2.put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::take(bytes)?, B::take(bytes)?, C::take(bytes)?))
    }
}

/// A struct whose fields go over the wire one after the other.
macro_rules! fields {
    ($name:ident { $($field:ident),+ } $($rest:tt)*) => {
        impl Wire for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)+
            }

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                $(let $field = Wire::take(bytes)?;)+
                Some(Self { $($field),+ $($rest)* })
            }
        }
    };
}

/// An enum without fields, by the place of a value in a list.
macro_rules! listed {
    ($name:ident: $($value:ident),+) => {
        impl Wire for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let place = [$(Self::$value),+].iter().position(|known| known == self);
                out.push(place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX));
            }

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                [$(Self::$value),+].get(usize::from(u8::take(bytes)?)).copied()
            }
        }
    };
}

listed!(Severity: Note, Warning, Error);
listed!(Exit: Usage, Input, Disclosure, Internal);
listed!(Stored: Unknown, Text, Number, CommaNumber, Date, Datetime);
listed!(ShortRecords: Refuse, Fill);
fields!(Problem { code, message, place, found, expected, help, severity }, snippet: None);
fields!(Error { exit, problems });
fields!(RejectedRecord { line, raw, rule, expected });
fields!(About { header, described, places, unnamed, tables, key });
fields!(OptionOf { question, wording, option });
fields!(Described { label, stored, levels, missing, missing_ranges, option_of, separator, platform });
fields!(ReadOptions { reader, encoding, delimiter, sheet, header_row, short_records }, dictionary: None);

impl Wire for Places {
    fn put(&self, out: &mut Vec<u8>) {
        let (kind, cells): (u8, _) = match self {
            Self::Lines => (0, None),
            Self::Rows => (1, None),
            Self::Cells { sheet, first_column } => (2, Some((sheet.clone(), *first_column))),
        };
        (kind, cells).put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        match <(u8, Option<(String, usize)>)>::take(bytes)? {
            (0, None) => Some(Self::Lines),
            (1, None) => Some(Self::Rows),
            (2, Some((sheet, first_column))) => Some(Self::Cells { sheet, first_column }),
            _ => None,
        }
    }
}

/// What a batch is besides its text, and its text; the text is not copied.
pub(super) fn batch_parts(batch: &RawBatch) -> (Vec<u8>, &[u8]) {
    let mut front = Vec::with_capacity(16 + 8 * batch.lines.len() + 8 * batch.ends.len());
    batch.width.put(&mut front);
    batch.lines.put(&mut front);
    // Lengths of fields are short: four bytes each.
    let mut before = 0;
    for end in &batch.ends {
        front.extend_from_slice(&u32::try_from(end - before).unwrap_or(u32::MAX).to_le_bytes());
        before = *end;
    }
    (front, &batch.text)
}

/// A batch from a message that holds nothing else; `None` where its parts do not fit each other.
pub(super) fn take_batch(bytes: &mut &[u8]) -> Option<RawBatch> {
    let (width, lines) = (usize::take(bytes)?, Vec::<u64>::take(bytes)?);
    let lengths = split(bytes, width.checked_mul(lines.len())?.checked_mul(4)?)?;
    let mut end = 0usize;
    let mut ends = Vec::with_capacity(lengths.len() / 4);
    for length in lengths.as_chunks::<4>().0 {
        end = end.checked_add(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        ends.push(end);
    }
    let text = split(bytes, end)?;
    std::str::from_utf8(text).ok()?;
    Some(RawBatch { width, text: text.to_vec(), ends, lines })
}
