//! Text in, words, numbers and marks with their places out.
//!
//! Words come in their plainest form (`women` is `female`, a plural its singular), so that a draft and a
//! figure that speak of the same thing share words.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Letters.
    Word,
    /// Digits.
    Number(Number),
    /// Anything else that can be seen.
    Mark(char),
}

/// A number as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    pub(super) value: f64,
    /// Digits after the point.
    pub(super) decimals: i32,
    /// Whether thousands are set apart.
    pub(super) grouped: bool,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// In small letters, a word in its plainest form.
    pub(super) text: String,
    pub(super) kind: Kind,
    /// Bytes in the text.
    pub(super) at: Range<usize>,
    /// Whether it follows the one before without a blank.
    pub(super) glued: bool,
}

impl Token {
    pub(super) fn is_mark(&self, marks: &str) -> bool {
        matches!(self.kind, Kind::Mark(mark) if marks.contains(mark))
    }

    pub(super) fn number(&self) -> Option<Number> {
        if let Kind::Number(number) = self.kind { Some(number) } else { None }
    }
}

/// Dashes that stand between the ends of a range.
pub(super) const DASHES: &str = "-–—‐‑";

/// Words that mean the same in drafts and figures, each to its plainest form.
const SAME: [(&str, &str); 70] = [
    ("women", "female"),
    ("woman", "female"),
    ("men", "male"),
    ("man", "male"),
    ("average", "mean"),
    ("averaged", "mean"),
    ("averages", "mean"),
    ("ftes", "fte"),
    ("wages", "wage"),
    ("pay", "wage"),
    ("paid", "wage"),
    ("earned", "wage"),
    ("earn", "wage"),
    ("salary", "wage"),
    ("latino", "hispanic"),
    ("latina", "hispanic"),
    ("latinx", "hispanic"),
    ("latine", "hispanic"),
    ("centre", "center"),
    ("centres", "center"),
    ("centers", "center"),
    ("person", "people"),
    ("persons", "people"),
    ("individual", "people"),
    ("individuals", "people"),
    ("respondent", "people"),
    ("respondents", "people"),
    ("participant", "people"),
    ("participants", "people"),
    ("visitor", "people"),
    ("visitors", "people"),
    ("older", "over"),
    ("above", "over"),
    ("longer", "over"),
    ("more", "over"),
    ("younger", "under"),
    ("below", "under"),
    ("less", "under"),
    ("fewer", "under"),
    ("attended", "came"),
    ("come", "came"),
    ("comes", "came"),
    ("coming", "came"),
    ("visited", "came"),
    ("lasted", "length"),
    ("long", "length"),
    ("duration", "length"),
    ("stay", "length"),
    ("stayed", "length"),
    ("old", "age"),
    ("aged", "age"),
    ("ages", "age"),
    ("percentage", "share"),
    ("proportion", "share"),
    ("responded", "answered"),
    ("barc", "capital"),
    ("kessler", "distress"),
    ("specialists", "specialist"),
    ("coaches", "coach"),
    ("agencies", "agency"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
];

/// A word in its plainest form.
pub(super) fn plain(word: &str) -> String {
    let word = word.trim_end_matches("'s").trim_end_matches("’s");
    if let Some((_, plainest)) = SAME.iter().find(|(known, _)| *known == word) {
        return (*plainest).to_owned();
    }
    match word.strip_suffix('s') {
        Some(singular) if singular.len() >= 3 && !singular.ends_with(['s', 'u', 'i']) => singular.to_owned(),
        _ => word.to_owned(),
    }
}

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut rest = 0;
    while let Some(letter) = text[rest..].chars().next() {
        let start = rest;
        let tail = &text[start..];
        let (kind, length) = if letter.is_whitespace() {
            rest += letter.len_utf8();
            continue;
        } else if letter.is_ascii_digit() {
            let (number, length) = number(tail);
            (Kind::Number(number), length)
        } else if letter.is_alphabetic() {
            (Kind::Word, word_length(tail))
        } else {
            (Kind::Mark(letter), letter.len_utf8())
        };
        rest = start + length;
        let raw = &text[start..rest];
        let written = raw.to_lowercase();
        // The month is no auxiliary verb.
        let word = match raw {
            "may" => "might".to_owned(),
            _ if kind == Kind::Word => plain(&written),
            _ => written,
        };
        let glued = found.last().is_some_and(|before| before.at.end == start);
        found.push(Token { text: word, kind, at: start..rest, glued });
    }
    found
}

/// Bytes of the word at the beginning of a text; an apostrophe inside and digits behind belong to it.
fn word_length(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        // `K6` is a name.
        let named = place > 0 && letter.is_ascii_digit();
        let inside = named || matches!(letter, '\'' | '’') && letters.peek().is_some_and(|(_, next)| next.is_alphabetic());
        if !letter.is_alphabetic() && !inside {
            return place;
        }
    }
    text.len()
}

/// The number at the beginning of a text and its length: `1,234.5`, `0.05`, `12`.
fn number(text: &str) -> (Number, usize) {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.get(from..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
    let mut end = digits(0);
    let mut grouped = false;
    while end <= 15 && (grouped || end <= 3) && bytes.get(end) == Some(&b',') && digits(end + 1) == 3 {
        end += 4;
        grouped = true;
    }
    let mut decimals = 0;
    if bytes.get(end) == Some(&b'.') {
        decimals = digits(end + 1);
        end += if decimals > 0 { decimals + 1 } else { 0 };
    }
    let value = text[..end].replace(',', "").parse().unwrap_or(f64::NAN);
    (Number { value, decimals: i32::try_from(decimals).unwrap_or(i32::MAX), grouped }, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_groups_and_decimals() {
        let found: Vec<(f64, i32)> =
            tokens("1,534 of 52 (39.0%), $13.77; 2,3; 12,345,678.").iter().filter_map(Token::number).map(|number| (number.value, number.decimals)).collect();
        assert_eq!(found, [(1534.0, 0), (52.0, 0), (39.0, 1), (13.77, 2), (2.0, 0), (3.0, 0), (12_345_678.0, 0)]);
    }

    #[test]
    fn words_are_plain() {
        let words: Vec<String> =
            tokens("Women's wages; older men’s visits").into_iter().filter(|token| token.kind == Kind::Word).map(|token| token.text).collect();
        assert_eq!(words, ["female", "wage", "over", "male", "visit"]);
    }
}
