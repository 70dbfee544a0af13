//! Passages of a draft in, sentences with what stands around them out.

use super::judge::Sentence;
use super::tokens::tokens;

/// What a passage is to the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Heading,
    Paragraph,
    /// A cell of a table: heads of its row and its column, and what stands above the table.
    Cell {
        heads: String,
        caption: String,
        percent: bool,
    },
}

/// A piece of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) text: String,
    pub(super) form: Form,
    pub(super) place: Place,
}

/// Where a passage stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// For bytes of the passage from which on it stands there: line and column, counted from 1.
    Lines(Vec<(usize, usize, usize)>),
    /// In words: `paragraph 3`.
    Named(String),
}

impl Place {
    /// The place of a byte of the passage, as people write it.
    pub(super) fn of(&self, text: &str, at: usize) -> String {
        match self {
            Self::Named(name) => name.clone(),
            Self::Lines(starts) => {
                let start = starts.iter().rev().find(|(from, _, _)| *from <= at).copied().unwrap_or((0, 1, 1));
                let ahead = text.get(start.0..at).map_or(0, |between| between.chars().count());
                format!("{}:{}", start.1, start.2 + ahead)
            }
        }
    }
}

/// A sentence with the passage that it stands in and its first byte there.
pub(super) struct Placed {
    pub(super) sentence: Sentence,
    pub(super) passage: usize,
    pub(super) start: usize,
}

/// Abbreviations after which no sentence ends.
const SHORT: [&str; 22] =
    ["e.g", "i.e", "vs", "al", "dr", "mr", "ms", "mrs", "no", "p", "pp", "fig", "approx", "inc", "st", "u.s", "etc", "dept", "est", "vol", "ave", "cf"];

/// Cuts passages into sentences, each with the sentences before it in its paragraph and the headings above.
pub(super) fn sentences(passages: &[Passage]) -> Vec<Placed> {
    let mut found = Vec::new();
    let mut above = Vec::new();
    for (place, passage) in passages.iter().enumerate() {
        let (heads, over, percent) = match &passage.form {
            Form::Cell { heads, caption, percent } => (tokens(heads), tokens(caption), *percent),
            _ => (Vec::new(), Vec::new(), false),
        };
        let mut earlier = Vec::new();
        for (start, text) in split(&passage.text) {
            let sentence = Sentence {
                text: text.to_owned(),
                tokens: tokens(text),
                begins: start == 0 && !matches!(passage.form, Form::Cell { .. }),
                earlier: if matches!(passage.form, Form::Cell { .. }) { vec![over.clone()] } else { earlier.clone() },
                above: above.clone(),
                heads: heads.clone(),
                percent,
            };
            earlier.insert(0, sentence.tokens.clone());
            earlier.truncate(4);
            found.push(Placed { sentence, passage: place, start });
        }
        if passage.form == Form::Heading {
            above = tokens(&passage.text);
        }
    }
    found
}

/// Sentences of a text with their first bytes.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    for (place, (at, letter)) in letters.iter().enumerate() {
        let end = at + letter.len_utf8();
        let Some(before) = text.get(start..*at) else { continue };
        let closes = |letter: char| matches!(letter, '”' | '"' | '’' | ')' | ']');
        let after: Vec<char> = letters.iter().skip(place + 1).map(|(_, letter)| *letter).skip_while(|letter| closes(*letter)).take(2).collect();
        let begins = after.first().is_none_or(|letter| letter.is_whitespace())
            && after.get(1).is_none_or(|letter| letter.is_uppercase() || letter.is_ascii_digit() || "“\"(*[".contains(*letter));
        let word = before.rsplit(|letter: char| letter.is_whitespace() || letter == '(').next().unwrap_or_default().to_lowercase();
        let is_short = *letter == '.' && (SHORT.contains(&word.as_str()) || word.len() == 1 && word.chars().all(char::is_alphabetic));
        let counts = *letter == '.' && !word.is_empty() && word.chars().all(|letter| letter.is_ascii_digit()) && before.trim() == word;
        if matches!(letter, '.' | '!' | '?') && begins && !is_short && !counts {
            let closing: usize = letters.iter().skip(place + 1).map(|(_, letter)| *letter).take_while(|letter| closes(*letter)).map(char::len_utf8).sum();
            found.push((start, &text[start..end + closing]));
            start = end + closing;
        }
    }
    found.push((start, &text[start..]));
    found.retain(|(_, sentence)| !sentence.trim().is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        let found: Vec<&str> = split("In 2024, 39.0% of members (e.g. women) came. “Half did.” See Kelly et al. (2020). 3.5 visits!")
            .into_iter()
            .map(|(_, text)| text.trim())
            .collect();
        assert_eq!(found, ["In 2024, 39.0% of members (e.g. women) came.", "“Half did.”", "See Kelly et al. (2020).", "3.5 visits!"]);
    }

    #[test]
    fn places_count_lines_and_columns() {
        let place = Place::Lines(vec![(0, 3, 1), (10, 4, 1)]);
        assert_eq!((place.of("0123456789abcdef", 12), place.of("0123456789abcdef", 2)), ("4:3".to_owned(), "3:3".to_owned()));
    }
}
