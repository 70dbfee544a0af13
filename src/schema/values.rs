//! The text of one column in, its values, missing reasons and refusals out.
//!
//! A `FieldReader` is made once for a file: it holds the missing codes and levels of its field in tables that a cell
//! is looked up in without making a text of it. It reads rows in blocks and adds to an `Output`, so that fields that
//! lie beside each other in the file can be read while their bytes are near.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::codebook::{Codebook, Field, Kind, Level};
use super::crosswalk::DROPPED;
use super::number::{Decimal, decimal_point, range_words};
use crate::frame::{Column, Described, Levels, NO_LEVEL, RawBatch, Stored, Values, answers, known_answers, missing, parse_iso, parse_written, shortest};

/// A value that was refused.
pub(super) struct Refusal {
    /// Position in the batch of the reader.
    pub row: usize,
    /// Column of the file.
    pub column: usize,
    pub rule: &'static str,
    pub raw: String,
    pub expected: String,
}

/// How the cells of one field are read.
pub(super) struct FieldReader<'a> {
    field: &'a Field,
    /// Columns of the file that the field reads.
    columns: Vec<usize>,
    missing: MissingTable<'a>,
    codes: Codes,
    /// Old code to current code; `None` where a code is dropped.
    recode: Option<HashMap<String, Option<String>>>,
    /// Why an answer is missing whose code is dropped.
    dropped: u8,
    needs_answer: bool,
    /// How fractions are written: as the codebook says, or as the file itself does.
    decimal: Decimal,
}

/// What was read of one field of one batch.
pub(super) struct Output {
    pub values: Values,
    pub missing: Vec<u8>,
    pub refusals: Vec<Refusal>,
    /// Codes that the recode does not name, with their count.
    pub unmapped: BTreeMap<String, u64>,
}

/// What a cell holds when it is neither missing nor read.
type Refused = (&'static str, String);

impl<'a> FieldReader<'a> {
    /// A reader of a field in these columns; `described` is what the file says about the first of them.
    pub(super) fn new(
        book: &'a Codebook,
        field: &'a Field,
        columns: &[usize],
        described: Option<&'a Described>,
        recode: Option<HashMap<String, Option<String>>>,
    ) -> Self {
        let levels: &[Level] = match &field.kind {
            Kind::Category { levels, .. } | Kind::Split { levels, .. } => levels,
            _ => &[],
        };
        Self {
            field,
            columns: columns.to_vec(),
            missing: MissingTable::new(book, field, described),
            codes: Codes::new(levels, if let Kind::Split { separator, .. } = &field.kind { separator } else { "" }),
            recode,
            dropped: book.known_reason(DROPPED),
            needs_answer: field.required && field.ask_if.is_none(),
            decimal: if described.is_some_and(|described| described.stored == Stored::CommaNumber) { Decimal::Comma } else { field.decimal },
        }
    }

    /// Room for the values of so many rows.
    pub(super) fn output(&self, rows: usize) -> Output {
        let values = match &self.field.kind {
            Kind::Integer | Kind::Number => Values::Number(Vec::with_capacity(rows)),
            Kind::Date | Kind::Datetime => Values::Time(Vec::with_capacity(rows)),
            Kind::Text => Values::Text(Vec::with_capacity(rows)),
            Kind::Id | Kind::Category { .. } => Values::Level(Vec::with_capacity(rows)),
            Kind::Split { .. } | Kind::Checkboxes { .. } => Values::Flags(Vec::with_capacity(rows)),
        };
        Output { values, missing: Vec::with_capacity(rows), refusals: Vec::new(), unmapped: BTreeMap::new() }
    }

    /// Reads some rows and adds them to the output.
    pub(super) fn read(&self, raw: &RawBatch, rows: &[usize], levels: &mut Levels, output: &mut Output) {
        let Output { values, missing, refusals, unmapped } = output;
        let mut cells = Cells { reader: self, raw, rows, missing, refusals, unmapped };
        match (values, &self.field.kind) {
            (Values::Number(values), _) => cells.each(values, f64::NAN, |text| self.number(text)),
            (Values::Time(values), _) => cells.each(values, i64::MIN, |text| self.time(text)),
            (Values::Text(values), _) => cells.each(values, String::new(), |text| Ok(utf8(text).to_owned())),
            (Values::Level(values), Kind::Id) => cells.each(values, NO_LEVEL, |text| Ok(levels.intern(utf8(text)))),
            (Values::Level(values), Kind::Category { levels: declared, .. }) if declared.is_empty() => {
                cells.each(values, NO_LEVEL, |text| Ok(levels.intern(utf8(shortest(text)))));
            }
            (Values::Level(values), _) => cells.each(values, NO_LEVEL, |text| self.codes.position(text)),
            (Values::Flags(values), Kind::Split { separator, .. }) => cells.each(values, 0, |text| self.codes.bits(utf8(text), separator)),
            (Values::Flags(values), Kind::Checkboxes { options }) => cells.checkboxes(options, values),
            (Values::Flags(_), _) => {}
        }
    }

    /// The column of a whole batch.
    pub(super) fn column(&self, output: Output) -> (Column, Vec<Refusal>) {
        (Column { name: self.field.name.clone(), values: output.values, missing: output.missing }, output.refusals)
    }

    /// The name of the field.
    pub(super) fn name(&self) -> &str {
        &self.field.name
    }

    fn time(&self, text: &[u8]) -> Result<i64, Refused> {
        let (read, also) = match self.field.dates {
            None => (parse_iso(text), "2024-03-05".to_owned()),
            Some(order) => (parse_written(text, order), format!("2024-03-05 or as {}", order.word())),
        };
        read.ok_or_else(|| ("date", format!("a date such as {also}, or a date and time such as 2024-03-05T09:12")))
    }

    fn number(&self, text: &[u8]) -> Result<f64, Refused> {
        let whole = self.field.kind == Kind::Integer;
        let value = match self.decimal {
            Decimal::Point => number(text),
            Decimal::Comma => decimal_point(utf8(text), Decimal::Comma).and_then(|text| number(text.as_bytes())),
        };
        let Some(value) = value.filter(|value| value.is_finite() && (!whole || value.fract() == 0.0)) else {
            let expected = match (whole, self.decimal) {
                (true, _) => "a whole number",
                (false, Decimal::Point) => "a number",
                (false, Decimal::Comma) => "a number with a decimal comma",
            };
            return Err(("type", expected.to_owned()));
        };
        match self.field.range {
            Some((low, high)) if value < low || value > high => Err(("range", range_words(low, high))),
            _ => Ok(value),
        }
    }
}

/// Some rows of one field.
struct Cells<'a> {
    reader: &'a FieldReader<'a>,
    raw: &'a RawBatch,
    rows: &'a [usize],
    missing: &'a mut Vec<u8>,
    refusals: &'a mut Vec<Refusal>,
    unmapped: &'a mut BTreeMap<String, u64>,
}

/// Codes without a translation that are listed.
const MAX_UNMAPPED: usize = 100;

impl Cells<'_> {
    /// One value a row: missing where a missing code stands, refused where `read` says why.
    fn each<T: Clone>(&mut self, values: &mut Vec<T>, none: T, mut read: impl FnMut(&[u8]) -> Result<T, Refused>) {
        let Some(&column) = self.reader.columns.first() else { return };
        for &row in self.rows {
            let cell = trimmed(self.raw.field(row, column));
            let text = match &self.reader.recode {
                None => Cow::Borrowed(cell),
                Some(map) => {
                    let Some(text) = self.translate(map, utf8(cell)) else {
                        values.push(none.clone());
                        self.missing.push(self.reader.dropped);
                        continue;
                    };
                    Cow::Owned(text.into_owned().into_bytes())
                }
            };
            let text = text.as_ref();
            let outcome = match self.reader.missing.reason(text) {
                None => read(text),
                Some(missing::SKIPPED) if self.reader.needs_answer => Err(("required", "an answer".to_owned())),
                Some(reason) => {
                    values.push(none.clone());
                    self.missing.push(reason);
                    continue;
                }
            };
            let (value, reason) = match outcome {
                Ok(value) => (value, missing::PRESENT),
                Err((rule, expected)) => {
                    self.refusals.push(Refusal { row, column, rule, raw: self.raw.field_str(row, column).to_owned(), expected });
                    (none.clone(), missing::INVALID)
                }
            };
            values.push(value);
            self.missing.push(reason);
        }
    }

    /// The code of today; `None` where the crosswalk drops it. Several answers in one cell are translated one by one.
    fn translate<'t>(&mut self, map: &HashMap<String, Option<String>>, text: &'t str) -> Option<Cow<'t, str>> {
        if self.reader.missing.reason(text.as_bytes()).is_some() && !map.contains_key(text) {
            return Some(Cow::Borrowed(text));
        }
        let reader = self.reader;
        let Kind::Split { separator, .. } = &reader.field.kind else { return self.translate_code(map, text) };
        let may_hold = |word: &String| word.contains(separator.as_str());
        let parts = if reader.codes.hold_separator || map.keys().any(may_hold) {
            known_answers(text, separator, &|part| map.contains_key(part) || reader.codes.position(part.as_bytes()).is_ok())
        } else {
            answers(text, separator)
        };
        let kept: Vec<Cow<'_, str>> = parts.into_iter().filter_map(|part| self.translate_code(map, part)).collect();
        (!kept.is_empty()).then(|| Cow::Owned(kept.join(separator)))
    }

    fn translate_code<'t>(&mut self, map: &HashMap<String, Option<String>>, text: &'t str) -> Option<Cow<'t, str>> {
        if let Some(code) = map.get(text).or_else(|| map.get(utf8(shortest(text.as_bytes())))) {
            return code.clone().map(Cow::Owned);
        }
        if self.unmapped.len() < MAX_UNMAPPED || self.unmapped.contains_key(text) {
            *self.unmapped.entry(text.to_owned()).or_default() += 1;
        }
        Some(Cow::Borrowed(text))
    }

    /// A bit for each checked box; nobody who left every box blank has answered.
    fn checkboxes(&mut self, options: &[Level], values: &mut Vec<u64>) {
        for &row in self.rows {
            let (mut bits, mut reason, mut refused) = (0_u64, missing::SKIPPED, false);
            for (option, (&column, level)) in self.reader.columns.iter().zip(options).enumerate() {
                let text = trimmed(self.raw.field(row, column));
                match box_state(utf8(text), &level.label) {
                    Some(true) => bits |= 1 << option,
                    Some(false) => {}
                    None => match self.reader.missing.reason(text) {
                        Some(missing::SKIPPED) => {}
                        Some(found) => reason = found,
                        None => {
                            refused = true;
                            let raw = self.raw.field_str(row, column).to_owned();
                            self.refusals.push(Refusal {
                                row,
                                column,
                                rule: "levels",
                                raw,
                                expected: "1 or 0, Yes or No, Checked or Unchecked, or the option itself".to_owned(),
                            });
                        }
                    },
                }
            }
            self.missing.push(match (bits, refused) {
                (0, true) => missing::INVALID,
                (0, false) => reason,
                _ => missing::PRESENT,
            });
            values.push(bits);
        }
    }
}

/// The codes that mean no answer: those of the field, then those of the codebook, then those of the file.
pub(super) struct MissingTable<'a> {
    /// What an empty cell means.
    empty: Option<u8>,
    /// Whether any code begins with the byte.
    begins: [bool; 256],
    codes: Vec<(Vec<u8>, u8)>,
    /// Where the file names ranges.
    ranges: Option<(&'a Described, &'a Codebook)>,
}

impl<'a> MissingTable<'a> {
    pub(super) fn new(book: &'a Codebook, field: &'a Field, described: Option<&'a Described>) -> Self {
        let own = field.missing.iter().chain(&book.missing).map(|(code, reason)| (code.as_bytes().to_vec(), *reason));
        let of_file = described.iter().flat_map(|described| &described.missing).map(|(code, word)| (code.as_bytes().to_vec(), book.known_reason(word)));
        let codes: Vec<(Vec<u8>, u8)> = own.chain(of_file).collect();
        let mut begins = [false; 256];
        for first in codes.iter().filter_map(|(code, _)| code.first()) {
            begins[usize::from(*first)] = true;
        }
        let empty = codes.iter().find(|(code, _)| code.is_empty()).map(|(_, reason)| *reason);
        let ranges = described.filter(|described| !described.missing_ranges.is_empty()).map(|described| (described, book));
        Self { empty, begins, codes, ranges }
    }

    /// Why a cell holds no answer; none where it holds one.
    pub(super) fn reason(&self, text: &[u8]) -> Option<u8> {
        let Some(first) = text.first() else { return self.empty };
        let listed = || self.codes.iter().find(|(code, _)| code == text).map(|(_, reason)| *reason);
        let found = if self.begins[usize::from(*first)] { listed() } else { None };
        found.or_else(|| {
            let (described, book) = self.ranges?;
            described.missing_reason(utf8(text)).map(|word| book.known_reason(word))
        })
    }
}

/// A cell without the blanks around it.
pub(super) fn trimmed(cell: &[u8]) -> &[u8] {
    match (cell.first(), cell.last()) {
        (Some(b'!'..=b'~'), Some(b'!'..=b'~')) | (None, _) => cell,
        _ => utf8(cell).trim().as_bytes(),
    }
}

/// Records hold valid UTF-8 only.
pub(super) fn utf8(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}

/// The number that a text stands for.
fn number(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // Up to 15 digits are exact, and most answers are one or two.
    if (1..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
        let whole = digits.iter().fold(0_u64, |whole, digit| whole * 10 + u64::from(digit - b'0')) as f64;
        return Some(if negative { -whole } else { whole });
    }
    fast_float2::parse(text).ok().or_else(|| utf8(text).parse().ok())
}

/// What a checked box and an unchecked one hold, whatever the option.
pub(crate) const CHECKED: [&str; 9] = ["1", "1.0", "Yes", "yes", "TRUE", "True", "true", "Checked", "checked"];
pub(crate) const UNCHECKED: [&str; 9] = ["0", "0.0", "No", "no", "FALSE", "False", "false", "Unchecked", "unchecked"];

/// Whether the box of an option is checked: some platforms write the option itself into the cell. `None` where it is neither.
pub(crate) fn box_state(text: &str, option: &str) -> Option<bool> {
    match text {
        _ if CHECKED.contains(&text) => Some(true),
        _ if UNCHECKED.contains(&text) => Some(false),
        _ => (!text.is_empty() && text.split_whitespace().eq(option.split_whitespace())).then_some(true),
    }
}

/// Positions of declared levels by code and by label.
struct Codes {
    /// Every code and label.
    words: Levels,
    /// The level of each word.
    levels: Vec<u32>,
    /// The level of each code of one byte.
    single: [u32; 256],
    expected: String,
    /// Whether what separates answers stands in one of the words too.
    hold_separator: bool,
}

impl Codes {
    /// The codes of these levels; `separator` stands between the answers of a cell that may hold several.
    fn new(declared: &[Level], separator: &str) -> Self {
        let hold_separator = !separator.is_empty() && declared.iter().any(|level| level.label.contains(separator) || level.code.contains(separator));
        let mut codes = Self { words: Levels::default(), levels: Vec::new(), single: [NO_LEVEL; 256], expected: String::new(), hold_separator };
        let mut labels: Vec<&str> = Vec::new();
        for level in declared {
            // Several codes may share a label: they are one level.
            let place = labels.iter().position(|label| *label == level.label).unwrap_or_else(|| {
                labels.push(&level.label);
                labels.len() - 1
            });
            for word in [&level.label, &level.code] {
                codes.add(word, u32::try_from(place).unwrap_or(NO_LEVEL));
            }
        }
        codes.expected = crate::error::some_of(declared.iter().map(|level| level.code.as_str()));
        codes
    }

    /// The last level of a word counts.
    fn add(&mut self, word: &str, level: u32) {
        let position = self.words.intern(word) as usize;
        match self.levels.get_mut(position) {
            Some(known) => *known = level,
            None => self.levels.push(level),
        }
        if let [byte] = word.as_bytes() {
            self.single[usize::from(*byte)] = level;
        }
    }

    fn position(&self, text: &[u8]) -> Result<u32, Refused> {
        if let [byte] = text
            && self.single[usize::from(*byte)] != NO_LEVEL
        {
            return Ok(self.single[usize::from(*byte)]);
        }
        let word = self.words.position_of(text).or_else(|| self.words.position_of(shortest(text)));
        word.and_then(|word| self.levels.get(word as usize).copied()).ok_or_else(|| ("levels", self.expected.clone()))
    }

    fn bits(&self, text: &str, separator: &str) -> Result<u64, Refused> {
        let bit = |level: u32| 1_u64.checked_shl(level).ok_or_else(|| ("levels", "one of the first 64 levels".to_owned()));
        let parts = if self.hold_separator { known_answers(text, separator, &|part| self.position(part.as_bytes()).is_ok()) } else { answers(text, separator) };
        parts.into_iter().try_fold(0, |bits, part| Ok(bits | bit(self.position(part.as_bytes())?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_the_standard_library_reads_them() {
        for text in [
            "0",
            "-0",
            "7",
            "-7",
            "+7",
            "41",
            "999999999999999",
            "1234567890123456",
            "1.5",
            ".5",
            "5.",
            "1e3",
            "-1.25E-2",
            "",
            "-",
            "x",
            "1,5",
            "0x10",
            "1_000",
            "٣",
        ] {
            let expected = text.parse::<f64>().ok();
            assert_eq!(number(text.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits), "{text}");
        }
    }

    #[test]
    fn blanks_of_every_script_are_taken_away() {
        for text in ["a", " a", "a\t", "\u{a0}a b\u{2003}", "é", " é ", "", "  "] {
            assert_eq!(trimmed(text.as_bytes()), text.trim().as_bytes());
        }
    }

    #[test]
    fn a_box_may_hold_its_option() {
        let told = ["1", "0", "", "Episode I  The Menace", "Episode II"].map(|text| box_state(text, "Episode I The Menace"));
        assert_eq!(told, [Some(true), Some(false), None, Some(true), None]);
        assert_eq!(box_state("", ""), None);
    }

    #[test]
    fn a_word_of_two_levels_means_the_last_that_names_it() {
        let level = |code: &str, label: &str| Level { code: code.into(), label: label.into(), band: None };
        let codes = Codes::new(&[level("1", "2"), level("2", "Two"), level("10", "Ten")], "");
        assert_eq!(
            ["1", "2", "2.0", "Two", "10", "10.00"].map(|text| codes.position(text.as_bytes()).ok()),
            [Some(0), Some(1), Some(1), Some(1), Some(2), Some(2)]
        );
        assert!(codes.position(b"3").is_err() && codes.position(b"").is_err());
    }
}
