//! The fields of one column in, its values out, with the cells that cannot be read as what is asked for.

use std::ops::Range;

use crate::frame::{Commas, Described, KEYS, Key, Levels, NO_LEVEL, RawBatch, Values, parse_iso, shortest};

/// First position of a level that is new in its block, counted in the block's own levels.
pub(super) const FRESH: u32 = 1 << 31;
/// Mark of a single byte that was not met yet in its block.
const UNSEEN: u32 = NO_LEVEL - 1;
/// Digits that an `f64` always holds exactly.
const EXACT_DIGITS: usize = 15;
/// Powers of ten that an `f64` holds exactly, as many as there are exact digits.
const POWERS: [f64; EXACT_DIGITS + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Consecutive records whose fields can be looked at.
pub(super) trait Records {
    /// Number of records.
    fn rows(&self) -> usize;
    /// Calls `each` with the unescaped bytes of a column, record by record; they are valid UTF-8.
    fn for_each(&self, column: usize, each: impl FnMut(&[u8]));
    /// Line of a record.
    fn line(&self, row: usize) -> u64;
}

/// Some records of a batch of the plain reader.
pub(super) struct Part<'a> {
    pub(super) raw: &'a RawBatch,
    pub(super) rows: Range<usize>,
}

impl Records for Part<'_> {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn for_each(&self, column: usize, mut each: impl FnMut(&[u8])) {
        self.rows.clone().for_each(|row| each(self.raw.field(row, column)));
    }

    fn line(&self, row: usize) -> u64 {
        self.raw.lines[self.rows.start + row]
    }
}

/// What stands for "no value".
pub(super) struct Missing {
    /// `NA` and the codes, in shortest form.
    texts: Vec<Vec<u8>>,
    /// The keys of the short ones among them.
    keys: Vec<Key>,
    /// The codes that are numbers.
    numbers: Vec<f64>,
    /// Numbers from one to another, both included.
    ranges: Vec<(f64, f64)>,
}

impl Missing {
    /// Takes the codes as a user writes them, and those that the file names for the column.
    pub(super) fn new(codes: &[String], described: Option<&Described>) -> Self {
        let own = described.into_iter().flat_map(|described| described.missing.iter().map(|(code, _)| code));
        let codes: Vec<&str> = codes.iter().chain(own).map(|code| code.trim()).collect();
        let texts = std::iter::once("NA").chain(codes.iter().copied()).map(|code| shortest(code.as_bytes()).to_vec());
        let texts: Vec<Vec<u8>> = texts.collect();
        let keys = texts.iter().map(|text| Key::of(text)).filter(|key| key.is_short()).collect();
        let ranges = described.into_iter().flat_map(|described| described.missing_ranges.iter().map(|(low, high, _)| (*low, *high)));
        Self { texts, keys, numbers: codes.iter().filter_map(|code| number(code.as_bytes())).collect(), ranges: ranges.collect() }
    }

    /// Whether a text without blanks around it is missing.
    fn is_text(&self, text: &[u8]) -> bool {
        let text = shortest(text);
        text.is_empty() || self.texts.iter().any(|code| code == text) || (!self.ranges.is_empty() && number(text).is_some_and(|value| self.is_number(value)))
    }

    fn is_number(&self, value: f64) -> bool {
        self.numbers.contains(&value) || self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&value))
    }
}

/// A typed column of a block.
pub(super) struct Typed {
    pub(super) values: Values,
    /// Levels that the file did not have before this block; their positions count from `FRESH`.
    pub(super) fresh: Levels,
    pub(super) unreadable: Option<Found>,
    /// Cells that are numbers only where their commas stand before fractions, and what was seen of commas and points.
    pub(super) commas: (Option<Found>, Commas),
}

impl Typed {
    fn of(values: Values) -> Self {
        Self { values, fresh: Levels::default(), unreadable: None, commas: (None, Commas::default()) }
    }
}

/// Cells that could not be read, and the first of them.
pub(super) struct Found {
    pub(super) count: u64,
    pub(super) line: u64,
    pub(super) text: String,
}

/// Reads numbers.
pub(super) fn numbers(records: &impl Records, column: usize, missing: &Missing) -> Typed {
    let (mut commas, mut row, mut first, mut count, mut points) = (Commas::default(), 0, None, 0, false);
    let read = |text: &[u8]| {
        row += 1;
        if text.is_empty() {
            return Some(f64::NAN);
        }
        let (value, has_point) = match plain_number(text) {
            Some(found) => found,
            None => match trim(text) {
                text if missing.is_text(text) => return Some(f64::NAN),
                text => number(text).map(|value| (value, text.contains(&b'.'))).or_else(|| {
                    let text = std::str::from_utf8(text).ok()?;
                    let value = commas.see(text)?;
                    count += 1;
                    first.get_or_insert_with(|| (row - 1, text.to_owned()));
                    Some((value, false))
                })?,
            },
        };
        if missing.is_number(value) {
            return Some(f64::NAN);
        }
        points |= has_point;
        Some(value)
    };
    let (values, unreadable) = each(records, column, f64::NAN, read);
    let found = first.map(|(row, text)| Found { count, line: records.line(row), text });
    Typed { unreadable, commas: (found, commas.with_points(points)), ..Typed::of(Values::Number(values)) }
}

/// Reads dates and times.
pub(super) fn times(records: &impl Records, column: usize, missing: &Missing) -> Typed {
    let codes = missing.texts.len() > 1 || !missing.ranges.is_empty();
    let read = |text: &[u8]| match parse_iso(text) {
        Some(seconds) if !codes => Some(seconds),
        _ => match trim(text) {
            text if missing.is_text(text) => Some(i64::MIN),
            text => parse_iso(text),
        },
    };
    let (values, unreadable) = each(records, column, i64::MIN, read);
    Typed { unreadable, ..Typed::of(Values::Time(values)) }
}

/// Reads text.
pub(super) fn texts(records: &impl Records, column: usize, missing: &Missing) -> Typed {
    let read = |text: &[u8]| {
        let text = trim(text);
        let kept = if missing.is_text(text) { &[][..] } else { text };
        Some(String::from_utf8_lossy(kept).into_owned())
    };
    let (values, _) = each(records, column, String::new(), read);
    Typed::of(Values::Text(values))
}

/// Reads levels: the position among the known ones, or among the ones that are new in these records.
pub(super) fn levels(records: &impl Records, column: usize, missing: &Missing, known: &Levels) -> Typed {
    let mut look_up =
        LookUp { known, fresh: Levels::default(), values: Vec::with_capacity(records.rows()), keys: [Key::default(); KEYS], waiting: [0; KEYS], count: 0 };
    // Most answers of a survey are one digit.
    let mut single = [UNSEEN; 256];
    records.for_each(column, |text| match text {
        [] => look_up.values.push(NO_LEVEL),
        [byte] => {
            let position = &mut single[usize::from(*byte)];
            if *position == UNSEEN {
                *position = look_up.now(text, missing);
            }
            look_up.values.push(*position);
        }
        _ => look_up.later(text, missing),
    });
    look_up.settle();
    Typed { fresh: look_up.fresh, ..Typed::of(Values::Level(look_up.values)) }
}

/// Levels of a column while they are looked up, several short names at a time.
struct LookUp<'a> {
    known: &'a Levels,
    fresh: Levels,
    values: Vec<u32>,
    keys: [Key; KEYS],
    /// The records of the first `count` keys, which wait for their positions.
    waiting: [usize; KEYS],
    count: usize,
}

impl LookUp<'_> {
    /// The position of a text, once all before it are settled.
    fn now(&mut self, text: &[u8], missing: &Missing) -> u32 {
        self.settle();
        let text = shortest(trim(text));
        if missing.is_text(text) {
            return NO_LEVEL;
        }
        self.known.position_of(text).unwrap_or_else(|| FRESH + self.fresh.intern(std::str::from_utf8(text).unwrap_or_default()))
    }

    /// Adds a text to the values; a short one with the next ones.
    fn later(&mut self, text: &[u8], missing: &Missing) {
        let key = Key::of(shortest(trim(text)));
        if !key.is_short() || key == Key::default() || !missing.ranges.is_empty() {
            let position = self.now(text, missing);
            return self.values.push(position);
        }
        if missing.keys.contains(&key) {
            return self.values.push(NO_LEVEL);
        }
        (self.keys[self.count], self.waiting[self.count]) = (key, self.values.len());
        self.values.push(NO_LEVEL);
        self.count += 1;
        if self.count == KEYS {
            self.settle();
        }
    }

    /// Finds the positions of all that wait; new names come in the order of their records.
    fn settle(&mut self) {
        if self.count == 0 {
            return;
        }
        let found = self.known.positions_of(&self.keys);
        for ((position, key), row) in found.into_iter().zip(self.keys).zip(self.waiting).take(std::mem::take(&mut self.count)) {
            self.values[row] = match position {
                NO_LEVEL => {
                    let (bytes, length) = key.name();
                    FRESH + self.fresh.intern(std::str::from_utf8(&bytes[..length]).unwrap_or_default())
                }
                position => position,
            };
        }
    }
}

/// One value a record; where `read` has none, `none` stands and the cell is counted.
fn each<T: Clone>(records: &impl Records, column: usize, none: T, mut read: impl FnMut(&[u8]) -> Option<T>) -> (Vec<T>, Option<Found>) {
    let mut values = Vec::with_capacity(records.rows());
    let (mut count, mut first) = (0, None);
    records.for_each(column, |text| {
        let value = read(text);
        if value.is_none() {
            count += 1;
            first.get_or_insert_with(|| (values.len(), String::from_utf8_lossy(trim(text)).into_owned()));
        }
        values.push(value.unwrap_or_else(|| none.clone()));
    });
    let found = first.map(|(row, text)| Found { count, line: records.line(row), text });
    (values, found)
}

/// Takes the blanks away around a text, which is valid UTF-8.
fn trim(text: &[u8]) -> &[u8] {
    match text {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => std::str::from_utf8(text).map_or(text, |text| text.trim().as_bytes()),
    }
}

/// A finite number without blanks around it.
fn number(text: &[u8]) -> Option<f64> {
    plain_number(text).map(|(value, _)| value).or_else(|| fast_float2::parse::<f64, _>(text).ok().filter(|value| value.is_finite()))
}

/// A number of at most fifteen digits, with or without a sign and a point: whole number and power of ten are exact,
/// so their quotient is the nearest `f64`, as for any correct reading. With it comes whether it has a point.
fn plain_number(text: &[u8]) -> Option<(f64, bool)> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if rest.len() > EXACT_DIGITS + 1 {
        return None;
    }
    let (mut whole, mut digits, mut decimals) = (0_u64, 0_usize, None);
    for byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            whole = whole * 10 + u64::from(digit);
            digits += 1;
        } else if *byte == b'.' && decimals.is_none() {
            decimals = Some(digits);
        } else {
            return None;
        }
    }
    if digits == 0 || digits > EXACT_DIGITS {
        return None;
    }
    let value = whole as f64;
    let value = decimals.map_or(value, |before| value / POWERS[digits - before]);
    Some((if negative { -value } else { value }, decimals.is_some()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::number;

    proptest! {
        #[test]
        fn numbers_are_read_as_the_standard_library_reads_them(text in "[-+]{0,1}[0-9]{0,18}[.]{0,1}[0-9]{0,8}([eE][-+]{0,1}[0-9]{1,3}){0,1}") {
            let expected = text.parse::<f64>().ok().filter(|value| value.is_finite());
            prop_assert_eq!(number(text.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits));
        }
    }

    #[test]
    fn words_are_no_numbers() {
        for text in ["nan", "inf", "-infinity", "1_000", "0x10", "1,5", "", ".", "-", "1e", "5 "] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }
}
