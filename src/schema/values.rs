//! The text of one column in, its values, missing reasons and refusals out.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::codebook::{Codebook, Field, Kind, Level};
use super::crosswalk::DROPPED;
use super::number::{Decimal, decimal_point, range_words};
use crate::frame::{Column, Described, Levels, NO_LEVEL, RawBatch, Values, missing, parse_iso};

/// A value that was refused.
pub(super) struct Refusal {
    /// Position in the batch.
    pub row: usize,
    /// Column of the file.
    pub column: usize,
    pub rule: &'static str,
    pub raw: String,
    pub expected: String,
}

/// One field of one batch, with what is needed to read it.
pub(super) struct Cells<'a> {
    pub book: &'a Codebook,
    pub field: &'a Field,
    pub raw: &'a RawBatch,
    /// Rows of the batch that are kept.
    pub rows: &'a [usize],
    /// Columns of the file that the field reads.
    pub columns: &'a [usize],
    /// What the file says about the first of them.
    pub described: Option<&'a Described>,
    /// Old code to current code; `None` where a code is dropped.
    pub recode: Option<&'a HashMap<String, Option<String>>>,
    /// Codes that were observed but not translated, with their count.
    pub unmapped: &'a mut BTreeMap<String, u64>,
    pub refusals: Vec<Refusal>,
}

/// Codes without a translation that are listed.
const MAX_UNMAPPED: usize = 100;

impl Cells<'_> {
    /// Reads the whole column.
    pub(super) fn read(&mut self, levels: &mut Levels) -> Column {
        let mut reasons = Vec::with_capacity(self.rows.len());
        let values = match &self.field.kind {
            Kind::Integer | Kind::Number => Values::Number(self.each(&mut reasons, f64::NAN, Cells::number)),
            Kind::Date | Kind::Datetime => Values::Time(self.each(&mut reasons, i64::MIN, |_, text| {
                parse_iso(text.as_bytes()).ok_or_else(|| ("date", "a date such as 2024-03-05, or a date and time such as 2024-03-05T09:12".to_owned()))
            })),
            Kind::Text => Values::Text(self.each(&mut reasons, String::new(), |_, text| Ok(text.to_owned()))),
            Kind::Id => Values::Level(self.each(&mut reasons, NO_LEVEL, |_, text| Ok(levels.intern(text)))),
            Kind::Category { levels: declared, .. } if declared.is_empty() => {
                Values::Level(self.each(&mut reasons, NO_LEVEL, |_, text| Ok(levels.intern(shortest(text)))))
            }
            Kind::Category { levels: declared, .. } => {
                let codes = Codes::new(declared);
                Values::Level(self.each(&mut reasons, NO_LEVEL, |_, text| codes.position(text)))
            }
            Kind::Split { separator, levels: declared } => {
                let codes = Codes::new(declared);
                Values::Flags(self.each(&mut reasons, 0, |_, text| codes.bits(text, separator)))
            }
            Kind::Checkboxes { options } => Values::Flags(self.checkboxes(options.len(), &mut reasons)),
        };
        Column { name: self.field.name.clone(), values, missing: reasons }
    }

    /// One value a row: missing where a missing code stands, refused where `read` says why.
    fn each<T: Clone>(&mut self, reasons: &mut Vec<u8>, none: T, mut read: impl FnMut(&Self, &str) -> Result<T, (&'static str, String)>) -> Vec<T> {
        let column = self.columns[0];
        let mut values = Vec::with_capacity(self.rows.len());
        for &row in self.rows {
            let text = self.raw.field_str(row, column).trim();
            let Some(text) = self.translate(text) else {
                values.push(none.clone());
                reasons.push(self.book.known_reason(DROPPED));
                continue;
            };
            let text = text.as_ref();
            let outcome = match self.missing_reason(text) {
                Some(reason) if reason == missing::SKIPPED && self.field.required && self.field.ask_if.is_none() => Err(("required", "an answer".to_owned())),
                Some(reason) => Ok((none.clone(), reason)),
                None => read(self, text).map(|value| (value, missing::PRESENT)),
            };
            let (value, reason) = outcome.unwrap_or_else(|(rule, expected)| {
                self.refusals.push(Refusal { row, column, rule, raw: self.raw.field_str(row, column).to_owned(), expected });
                (none.clone(), missing::INVALID)
            });
            values.push(value);
            reasons.push(reason);
        }
        values
    }

    /// The code of today; `None` where the crosswalk drops it. Several answers in one cell are translated one by one.
    fn translate<'t>(&mut self, text: &'t str) -> Option<Cow<'t, str>> {
        let Some(map) = self.recode else { return Some(Cow::Borrowed(text)) };
        if self.missing_reason(text).is_some() && !map.contains_key(text) {
            return Some(Cow::Borrowed(text));
        }
        let field = self.field;
        let Kind::Split { separator, .. } = &field.kind else { return self.translate_code(map, text) };
        let parts: Vec<&str> = text.split(separator.as_str()).map(str::trim).filter(|part| !part.is_empty()).collect();
        let kept: Vec<Cow<'_, str>> = parts.into_iter().filter_map(|part| self.translate_code(map, part)).collect();
        (!kept.is_empty()).then(|| Cow::Owned(kept.join(separator)))
    }

    fn translate_code<'t>(&mut self, map: &HashMap<String, Option<String>>, text: &'t str) -> Option<Cow<'t, str>> {
        if let Some(code) = map.get(text).or_else(|| map.get(shortest(text))) {
            return code.clone().map(Cow::Owned);
        }
        if self.unmapped.len() < MAX_UNMAPPED || self.unmapped.contains_key(text) {
            *self.unmapped.entry(text.to_owned()).or_default() += 1;
        }
        Some(Cow::Borrowed(text))
    }

    fn missing_reason(&self, text: &str) -> Option<u8> {
        let find = |codes: &[(String, u8)]| codes.iter().find(|(code, _)| code == text).map(|(_, reason)| *reason);
        let by_file = || self.described.and_then(|described| described.missing_reason(text)).map(|word| self.book.known_reason(word));
        find(&self.field.missing).or_else(|| find(&self.book.missing)).or_else(by_file)
    }

    fn number(&self, text: &str) -> Result<f64, (&'static str, String)> {
        let whole = self.field.kind == Kind::Integer;
        let expected = match (whole, self.field.decimal) {
            (true, _) => "a whole number",
            (false, Decimal::Point) => "a number",
            (false, Decimal::Comma) => "a number with a decimal comma",
        };
        let value = decimal_point(text, self.field.decimal)
            .and_then(|text| text.parse::<f64>().ok())
            .filter(|value| value.is_finite() && (!whole || value.fract() == 0.0));
        let value = value.ok_or_else(|| ("type", expected.to_owned()))?;
        match self.field.range {
            Some((low, high)) if value < low || value > high => Err(("range", range_words(low, high))),
            _ => Ok(value),
        }
    }

    /// A bit for each checked box; nobody who left every box blank has answered.
    fn checkboxes(&mut self, options: usize, reasons: &mut Vec<u8>) -> Vec<u64> {
        let mut values = Vec::with_capacity(self.rows.len());
        for &row in self.rows {
            let (mut bits, mut reason, mut refused) = (0_u64, missing::SKIPPED, false);
            for (option, &column) in self.columns.iter().enumerate().take(options) {
                let text = self.raw.field_str(row, column).trim();
                match (box_state(text), self.missing_reason(text)) {
                    (Some(true), _) => bits |= 1 << option,
                    (Some(false), _) => {}
                    (None, Some(found)) => reason = if found == missing::SKIPPED { reason } else { found },
                    (None, None) => {
                        refused = true;
                        let raw = self.raw.field_str(row, column).to_owned();
                        self.refusals.push(Refusal { row, column, rule: "levels", raw, expected: "1 or 0, Yes or No, Checked or Unchecked".to_owned() });
                    }
                }
            }
            reasons.push(match (bits, refused) {
                (0, true) => missing::INVALID,
                (0, false) => reason,
                _ => missing::PRESENT,
            });
            values.push(bits);
        }
        values
    }
}

fn box_state(text: &str) -> Option<bool> {
    match text {
        "1" | "1.0" | "Yes" | "yes" | "TRUE" | "True" | "true" | "Checked" | "checked" => Some(true),
        "0" | "0.0" | "No" | "no" | "FALSE" | "False" | "false" | "Unchecked" | "unchecked" => Some(false),
        _ => None,
    }
}

/// A code as people write it: `1` for `1.0`.
fn shortest(text: &str) -> &str {
    &text[..crate::frame::shortest(text.as_bytes()).len()]
}

/// Positions of declared levels by code and by label.
struct Codes<'a> {
    positions: HashMap<&'a str, u32>,
    expected: String,
}

impl<'a> Codes<'a> {
    fn new(declared: &'a [Level]) -> Self {
        let mut positions = HashMap::new();
        let mut labels: Vec<&str> = Vec::new();
        for level in declared {
            // Several codes may share a label: they are one level.
            let place = labels.iter().position(|label| *label == level.label).unwrap_or_else(|| {
                labels.push(&level.label);
                labels.len() - 1
            });
            let place = u32::try_from(place).unwrap_or(NO_LEVEL);
            positions.insert(level.label.as_str(), place);
            positions.insert(level.code.as_str(), place);
        }
        let codes: Vec<&str> = declared.iter().map(|level| level.code.as_str()).collect();
        Self { positions, expected: crate::error::some_of(codes) }
    }

    fn position(&self, text: &str) -> Result<u32, (&'static str, String)> {
        self.positions.get(text).or_else(|| self.positions.get(shortest(text))).copied().ok_or_else(|| ("levels", self.expected.clone()))
    }

    fn bits(&self, text: &str, separator: &str) -> Result<u64, (&'static str, String)> {
        text.split(separator).map(str::trim).filter(|part| !part.is_empty()).try_fold(0, |bits, part| Ok(bits | 1 << self.position(part)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_read_the_same_with_or_without_decimals() {
        assert_eq!((shortest("1.0"), shortest("1"), shortest("1.5"), shortest("a.0")), ("1", "1", "1.5", "a.0"));
    }
}
