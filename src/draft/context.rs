//! A sentence with what stands around it in, how far every word is from a claim out.
//!
//! Distance is counted in words; a comma, an `and` and another number count for more, because what
//! stands beyond them mostly belongs to another number.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::claims::{Claim, Stance};
use super::index::{Index, as_word};
use super::masks::year;
use super::people::{refers_back, said};
use super::tokens::{Kind, Token};

/// Distance of what was said earlier in the paragraph, and of headings.
const EARLIER: f64 = 30.0;
const ABOVE: f64 = 40.0;
/// Distance of the heads of a table's row and column.
pub(super) const HEADS: f64 = 3.0;
/// Most distance inside a sentence: what is said in it is nearer than what was said before.
const FARTHEST: f64 = 26.0;
/// What a comma, `and` or another number adds.
const BORDER: f64 = 4.0;

/// Words that turn a statement around, and how many words they reach.
const NOT: [&str; 4] = ["not", "never", "without", "non"];
const NOT_REACHES: usize = 4;

/// Words that part one statement from the next.
const BORDERS: [&str; 9] = ["and", "while", "whereas", "but", "versus", "vs", "compared", "against", "with"];

/// Words and years with their least distance from a claim.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    pub(super) words: BTreeMap<String, f64>,
    /// Phrases with digits that are names.
    pub(super) phrases: BTreeMap<Vec<String>, f64>,
    /// Names of domains.
    pub(super) domains: BTreeMap<Vec<String>, f64>,
    /// Words that a `not` belongs to.
    pub(super) negated: BTreeSet<String>,
    pub(super) years: BTreeMap<String, f64>,
    /// Year right after the number: `39.0% in 2024`.
    pub(super) own_year: Option<String>,
    /// Years that another is held against: `since 2023`, `both then and in 2024`.
    pub(super) compared: BTreeSet<String>,
    /// Whether the sentence speaks of those who were named before it.
    pub(super) refers_back: bool,
    /// Words that stand in the same sentence.
    near: f64,
}

impl Context {
    /// Distance of a word, where it is there.
    pub(super) fn distance(&self, word: &str) -> Option<f64> {
        self.words.get(word).copied()
    }

    /// Weight of a word: 1 beside the claim, less with every step.
    pub(super) fn weight(&self, word: &str) -> f64 {
        self.distance(word).map_or(0.0, |distance| 1.0 / (1.0 + 0.06 * distance))
    }

    /// Whether a word stands in the sentence of the claim.
    pub(super) fn has_near(&self, word: &str) -> bool {
        self.distance(word).is_some_and(|distance| distance < self.near)
    }

    /// What a sentence says around one of its claims.
    pub(super) fn of(sentence: &[Token], claims: &[Claim], own: usize, index: &Index<'_>) -> Self {
        let mut context = Self { near: EARLIER, refers_back: refers_back(sentence), ..Self::default() };
        let costs = costs(sentence, claims, own);
        context.add(sentence, &costs, index);
        context.add_people(sentence, &costs);
        context.own_year = own_year(sentence, claims[own].tokens.end);
        context
    }

    /// Adds a text that was said at some distance.
    pub(super) fn add_earlier(&mut self, text: &[Token], steps: usize, index: &Index<'_>) {
        let far = EARLIER + 3.0 * f64::from(u8::try_from(steps.min(200)).unwrap_or(u8::MAX));
        self.add(text, &vec![far; text.len()], index);
        if self.refers_back {
            self.add_people(text, &vec![far; text.len()]);
        }
    }

    pub(super) fn add_above(&mut self, text: &[Token], index: &Index<'_>) {
        self.add(text, &vec![ABOVE; text.len()], index);
        self.add_people(text, &vec![ABOVE; text.len()]);
    }

    pub(super) fn add_heads(&mut self, text: &[Token], index: &Index<'_>) {
        // What stands above a table is said of its cells.
        self.refers_back |= !text.is_empty();
        self.add(text, &vec![HEADS; text.len()], index);
        self.add_people(text, &vec![HEADS; text.len()]);
    }

    /// Adds the names of people that are no single word.
    fn add_people(&mut self, text: &[Token], costs: &[f64]) {
        for (place, name) in said(text) {
            keep(&mut self.domains, name, costs.get(place).copied().unwrap_or(f64::INFINITY));
        }
    }

    fn add(&mut self, text: &[Token], costs: &[f64], index: &Index<'_>) {
        for (place, (token, cost)) in text.iter().zip(costs).enumerate() {
            if !cost.is_finite() {
                continue;
            }
            let nearer = |map: &mut BTreeMap<String, f64>, key: String| {
                let known = map.entry(key).or_insert(*cost);
                *known = known.min(*cost);
            };
            if year(text, place).is_some() {
                nearer(&mut self.years, token.text.clone());
                if is_compared(text, place) {
                    self.compared.insert(token.text.clone());
                }
            } else if let Some(word) = as_word(token) {
                nearer(&mut self.words, word);
            }
        }
        let nearest = |range: Range<usize>| costs.get(range).into_iter().flatten().copied().fold(f64::INFINITY, f64::min);
        for (range, phrase) in named(text, index).into_iter().filter(|(_, phrase)| index.level_phrases.contains(phrase)) {
            keep(&mut self.phrases, phrase, nearest(range));
        }
        let words = phrase_words(text);
        for domain in &index.domains {
            for window in words.windows(domain.len().max(1)).filter(|window| window.iter().map(|(_, word)| word).eq(domain)) {
                keep(&mut self.domains, domain.clone(), nearest(window[0].0..window[window.len() - 1].0 + 1));
            }
        }
        for (place, _) in words.iter().enumerate().filter(|(_, (_, word))| NOT.contains(&word.as_str())) {
            self.negated.extend(words.iter().skip(place + 1).take(NOT_REACHES).map(|(_, word)| word.clone()));
        }
    }
}

/// Keeps the least distance of a phrase.
fn keep(map: &mut BTreeMap<Vec<String>, f64>, phrase: Vec<String>, cost: f64) {
    if cost.is_finite() {
        let known = map.entry(phrase).or_insert(cost);
        *known = known.min(cost);
    }
}

/// The words of a text that phrases are made of, with their places.
fn phrase_words(text: &[Token]) -> Vec<(usize, String)> {
    text.iter().enumerate().filter_map(|(place, token)| Some((place, as_word(token)?))).collect()
}

/// Whether a year is one that another is held against.
fn is_compared(text: &[Token], place: usize) -> bool {
    let word = |back: usize| place.checked_sub(back).and_then(|place| text.get(place)).map(|token| token.text.as_str()).unwrap_or_default();
    matches!((word(3), word(2), word(1)), (_, _, "since" | "by") | (_, "since" | "by", "in") | ("then", "and", "in" | "of") | (_, "then", "and"))
}

/// The year that follows a number at once: `in 2024`, `(2024)`.
fn own_year(sentence: &[Token], end: usize) -> Option<String> {
    for place in end..end + 3 {
        let token = sentence.get(place)?;
        if year(sentence, place).is_some() {
            return Some(token.text.clone());
        }
        if !(token.text == "in" || token.is_mark("(") || token.text == "point") {
            return None;
        }
    }
    None
}

/// Distance of every token from a claim; numbers that other claims are made of have none.
fn costs(sentence: &[Token], claims: &[Claim], own: usize) -> Vec<f64> {
    let mut costs = vec![f64::INFINITY; sentence.len()];
    let claimed = |place: usize| claims.iter().position(|claim| claim.tokens.contains(&place));
    let step = |token: &Token| match token.kind {
        Kind::Word if BORDERS.contains(&token.text.as_str()) => BORDER,
        Kind::Word if token.text == "to" => 2.0,
        Kind::Mark(';') => 1.5 * BORDER,
        Kind::Mark(',' | ':') => BORDER,
        Kind::Mark('|') => 2.0,
        Kind::Mark(_) => 0.0,
        _ => 1.0,
    };
    let own_tokens = claims[own].tokens.clone();
    let walk = |places: &mut dyn Iterator<Item = usize>, costs: &mut Vec<f64>| {
        let mut cost = 0.0;
        let mut last = Some(own);
        for place in places {
            let claim = claimed(place);
            if claim.is_some() {
                // A range or a part of a base is one statement with its partner.
                if claim != last && claim != Some(own) {
                    cost += BORDER;
                }
                last = claim;
                continue;
            }
            // What stands in brackets belongs to what stands before them.
            let leaves = place >= own_tokens.end && sentence[place].is_mark(")");
            cost += if leaves { BORDER } else { step(&sentence[place]) };
            costs[place] = cost.min(FARTHEST);
        }
    };
    walk(&mut (0..own_tokens.start).rev(), &mut costs);
    walk(&mut (own_tokens.end..sentence.len()), &mut costs);
    // `over a quarter` does not speak of a level `60 and over`.
    for claim in claims.iter().filter(|claim| claim.stance != Stance::Exact) {
        for place in claim.tokens.start.saturating_sub(2)..claim.tokens.start {
            if ["over", "under", "at"].contains(&sentence[place].text.as_str()) {
                costs[place] = f64::INFINITY;
            }
        }
    }
    costs
}

/// Phrases with digits that name a level, with the places of their tokens.
pub(super) fn named(text: &[Token], index: &Index<'_>) -> Vec<(Range<usize>, Vec<String>)> {
    let words = phrase_words(text);
    let mut found: Vec<(Range<usize>, Vec<String>)> = Vec::new();
    for phrase in &index.phrases {
        for window in words.windows(phrase.len()) {
            let (first, last) = (window[0].0, window[window.len() - 1].0 + 1);
            let taken = found.iter().any(|(range, _)| range.start < last && first < range.end);
            let mut left: Vec<&String> = phrase.iter().collect();
            let same = window.iter().all(|(_, word)| left.iter().position(|known| *known == word).map(|place| left.remove(place)).is_some());
            // The digits keep their order: `1 to 5 years` is not `5 to 1 year`.
            let digits = |words: &mut dyn Iterator<Item = &String>| {
                words.filter(|word| word.starts_with(|letter: char| letter.is_ascii_digit())).cloned().collect::<Vec<_>>()
            };
            if same && !taken && digits(&mut window.iter().map(|(_, word)| word)) == digits(&mut phrase.iter()) {
                found.push((first..last, phrase.clone()));
            }
        }
    }
    found
}
