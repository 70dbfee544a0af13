//! How a file stores the answers of an instrument: declared codes in, canonical answers out.
//!
//! A coding is never guessed: it is the instrument's own, the one the user declares (`5-1`: the file's
//! code of the lowest answer, then of the highest), or that of a named variant. A code outside it has
//! no answer; nothing is clamped.

use crate::error::{Error, Problem, closest, some_of};

use super::instrument::{Form, Instrument, Scale};

/// How each scored item is read, settled before any data is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coding {
    /// File code of the lowest answer.
    pub first: f64,
    /// File code of the highest answer.
    pub last: f64,
    /// Answer range that scores are on.
    pub range: (f64, f64),
    /// Id of the variant, empty for the instrument as published.
    pub variant: String,
    /// Keys of the scored items, in order.
    pub keys: Vec<Key>,
    /// Whether cut-offs were published for this range.
    pub bands: bool,
    forms: Vec<Form>,
}

/// How one item is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    /// Position of the item in the instrument, from 0.
    pub item: usize,
    first: f64,
    last: f64,
    range: (f64, f64),
    reverse: bool,
    recode: Vec<f64>,
}

impl Coding {
    /// Settles the coding of a file.
    ///
    /// # Errors
    /// An instrument that cannot be scored, a word that is not a coding, an unknown variant, or a
    /// coding with another number of answers than the instrument has.
    pub(crate) fn resolve(instrument: &Instrument, coding: Option<&str>, variant: Option<&str>) -> Result<Self, Error> {
        let Some(canonical) = instrument.range.filter(|_| instrument.readiness.is_scorable()) else { return Err(not_scorable(instrument)) };
        let chosen = match variant {
            None => None,
            Some(id) => Some(instrument.variants.iter().find(|known| known.id == id).ok_or_else(|| unknown_variant(instrument, id))?),
        };
        let range = chosen.and_then(|variant| variant.range).unwrap_or(canonical);
        let declared = match coding {
            Some(text) => Some(parse_pair(text).ok_or_else(|| bad_coding(text))?),
            None => None,
        };
        let of_variant = chosen.and_then(|variant| variant.coding);
        if let (Some(a), Some(b), Some(variant)) = (declared, of_variant, chosen)
            && a != b
        {
            let problem =
                Problem::new("score::two_codings", format!("variant `{}` is stored as {}-{}, but the coding says {}-{}", variant.id, b.0, b.1, a.0, a.1));
            return Err(Error::usage(problem.help("give one of them")));
        }
        let (first, last) = declared.or(of_variant).unwrap_or(range);
        if ((last - first).abs() - (range.1 - range.0)).abs() > 1e-9 {
            return Err(other_width(instrument, range, first, last));
        }
        let turned: &[usize] = chosen.map_or(&[], |variant| &variant.reverse);
        let keys = instrument.scored_items().into_iter().map(|item| key(instrument, item, (first, last), range, turned)).collect();
        Ok(Self {
            first,
            last,
            range,
            variant: chosen.map(|variant| variant.id.clone()).unwrap_or_default(),
            keys,
            bands: range == canonical,
            forms: chosen.map(|variant| variant.forms.clone()).unwrap_or_default(),
        })
    }

    /// The forms of a scale in this version.
    pub(crate) fn forms<'a>(&'a self, scale: &'a Scale) -> &'a [Form] {
        if self.forms.is_empty() { &scale.forms } else { &self.forms }
    }

    /// Lowest and highest code that the file may hold in most items.
    pub(crate) fn codes(&self) -> (f64, f64) {
        (self.first.min(self.last), self.first.max(self.last))
    }

    /// Lowest and highest value that a form of a scale can take.
    pub(crate) fn limits(&self, scale: &Scale, form: Form) -> (f64, f64) {
        let answers = self.keys.iter().filter(|key| scale.items.contains(&key.item)).map(Key::answers);
        let (low, high, n) = answers.fold((0.0, 0.0, 0.0), |(low, high, n), (least, most)| (low + least, high + most, n + 1.0));
        match form {
            Form::Sum => (low, high),
            Form::Mean => (low / n, high / n),
            Form::MeanTimes10 => (low / n * 10.0, high / n * 10.0),
            Form::T => scale.lookup.as_ref().and_then(|(_, values)| Some((*values.first()?, *values.last()?))).unwrap_or((low, high)),
        }
    }
}

impl Key {
    /// The canonical answer that a code of the file means; `None` when it means none.
    pub(crate) fn answer(&self, code: f64) -> Option<f64> {
        let step = if self.last < self.first { self.first - code } else { code - self.first };
        let width = self.range.1 - self.range.0;
        if step.fract() != 0.0 || step < 0.0 || step > width {
            return None;
        }
        if !self.recode.is_empty() {
            return self.recode.iter().enumerate().find(|(position, _)| (*position as f64 - step).abs() < 0.5).map(|(_, value)| *value);
        }
        let answer = self.range.0 + step;
        Some(if self.reverse { self.range.0 + self.range.1 - answer } else { answer })
    }

    /// Whether the common coding does not apply to this item.
    pub(crate) fn has_own_range(&self) -> bool {
        !self.recode.is_empty()
    }

    /// Whether the answer is turned around.
    pub(crate) fn is_reversed(&self) -> bool {
        self.reverse
    }

    fn answers(&self) -> (f64, f64) {
        if self.recode.is_empty() {
            self.range
        } else {
            self.recode.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
        }
    }
}

fn key(instrument: &Instrument, item: usize, codes: (f64, f64), range: (f64, f64), turned: &[usize]) -> Key {
    let declared = &instrument.items[item];
    let (first, last) = declared.range.unwrap_or(codes);
    let range = declared.range.unwrap_or(range);
    Key { item, first, last, range, reverse: declared.reverse != turned.contains(&item), recode: declared.recode.clone() }
}

/// Two codes such as `5-1`, `0-4` or `-2-2`.
pub(crate) fn parse_pair(text: &str) -> Option<(f64, f64)> {
    let text = text.trim();
    let middle = text.char_indices().skip(1).find(|(_, character)| *character == '-')?.0;
    let first: f64 = text[..middle].trim().parse().ok()?;
    let last: f64 = text[middle + 1..].trim().parse().ok()?;
    (first.is_finite() && last.is_finite() && (first - last).abs() > 0.0).then_some((first, last))
}

fn not_scorable(instrument: &Instrument) -> Error {
    let problem = Problem::new("score::not_scorable", format!("`{}` cannot be scored: {}", instrument.id, instrument.readiness_note))
        .help(format!("{}; write your own instrument file and give its path instead of the id", instrument.needs));
    Error::usage(problem)
}

fn unknown_variant(instrument: &Instrument, id: &str) -> Error {
    let known = || instrument.variants.iter().map(|variant| variant.id.as_str());
    let mut problem = Problem::new("score::unknown_variant", format!("`{}` has no variant `{id}`", instrument.id)).expected(some_of(known()));
    problem.help = closest(id, known()).map(|name| format!("did you mean `{name}`?"));
    Error::usage(problem)
}

fn bad_coding(text: &str) -> Error {
    let problem = Problem::new("score::bad_coding", format!("`{text}` is not a coding"))
        .expected("the file's code of the lowest answer, a hyphen, its code of the highest: 0-4, 5-1");
    Error::usage(problem)
}

fn other_width(instrument: &Instrument, range: (f64, f64), first: f64, last: f64) -> Error {
    let answers = range.1 - range.0 + 1.0;
    let mut problem =
        Problem::new("score::coding_width", format!("coding {first}-{last} has {} answers, `{}` has {answers}", (last - first).abs() + 1.0, instrument.id))
            .expected(format!("as many answers as {}-{}", range.0, range.1));
    let fits = |variant: &&super::instrument::Variant| variant.range.is_some_and(|(low, high)| ((high - low) - (last - first).abs()).abs() < 1e-9);
    problem.help = instrument.variants.iter().find(fits).map(|variant| format!("variant `{}` has that many", variant.id));
    Error::usage(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_in_both_directions_and_with_signs() {
        assert_eq!(parse_pair("5-1"), Some((5.0, 1.0)));
        assert_eq!(parse_pair(" 0 - 4 "), Some((0.0, 4.0)));
        assert_eq!(parse_pair("-2-2"), Some((-2.0, 2.0)));
        assert_eq!(parse_pair("4"), None);
        assert_eq!(parse_pair("3-3"), None);
    }
}
