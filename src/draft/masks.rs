//! Tokens of a sentence in, those numbers out that claim nothing: years, dates, sections, phones, citations, names, levels.

use std::sync::LazyLock;

use regex::Regex;

use super::tokens::{DASHES, Kind, Token};

/// Stretches of text whose digits are no numbers.
static STRETCHES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = [
        r"https?://\S+|www\.\S+|\S+@\S+\.\w+|\bdoi:\s*\S+|\b10\.\d{4,}/\S+",
        r"(?i)\bR-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}\b",
        r"\b[A-Za-z_]+\.[\w%-]+\.[\w%=.@-]+",
        r"\+?\b1?[-. ]?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b|\b\d{3}-\d{4}\b",
        r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b24/7\b|\b\d{1,2}/\d{1,2}\b",
        r"\b\d{1,2}:\d{2}\b|(?i)\b\d{1,2}\s*[ap]\.?m\b\.?",
        r"\[\d+(?:\s*[,–-]\s*\d+)*\]|\^\d+",
        r"\b\d+\s*\(\d+\)\s*:\s*\d+(?:\s*[–-]\s*\d+)?",
        r"(?i)\b(?:section|sections|table|tables|figure|figures|fig\.|chart|chapter|appendix|exhibit|attachment|page|pages|p\.|pp\.|no\.|part|step|question|item|items|goal|goals|objective|objectives|aim|aims|year|phase|tier|title|grade|wave|version|v\.|level|site|region|district|cohort|group|arm|ward|zone|unit|suite|volume|vol\.|line|row|column|footnote|note|form|bill|h\.b\.|s\.b\.|hb|sb|act of|§|#)\s*(?:\d+(?:[.\-–]\d+)*)(?:\s*(?:,|and|to|–|-)\s*\d+(?:[.\-–]\d+)*)*(?:\b|\))",
        r"(?i)\b(?:january|february|march|april|may|june|july|august|september|october|november|december|jan\.?|feb\.?|mar\.?|apr\.?|jun\.?|jul\.?|aug\.?|sept?\.?|oct\.?|nov\.?|dec\.?)\s+\d{1,2}(?:st|nd|rd|th)?\b(?:\s*[–-]\s*\d{1,2}\b)?(?:,?\s+\d{4})?",
        r"(?i)\b\d{1,2}(?:st|nd|rd|th)?\s+(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b",
        r"(?i)\bfy\s?'?\d{2,4}\b|'\d{2}\b|’\d{2}\b",
        r"(?i)\bp\s*(?:=|<|>|≤)\s*0?\.\d+",
        r"(?i)\b(?:scale|scored|scores|range|ranges|possible|response options|rated)\s*(?:of|from|is|was|:|\(|between)?\s*\$?\d+(?:\.\d+)?\s*(?:to|–|-|and|through)\s*\$?\d+(?:\.\d+)?\b",
        r"(?i)\b\d+(?:\.\d+)?\s*(?:to|–|-)\s*\d+(?:\.\d+)?\s*(?:point\s+)?scale\b|\(\s*\d+\s*(?:to|–|-)\s*\d+\s*\)\s*scale",
        r"(?i)\bout of(?: a possible)? \d+ (?:points|possible)\b",
        r"(?i)\b(?:past|last|next|first|previous|prior|within|every|per|following|preceding|recent)\s+(?:\w+\s+)?\d+\s*(?:-\s*)?(?:minute|hour|day|week|month|year)s?\b",
        r"(?i)\b\d+(?:\.\d+)?\s*%?\s*(?:percent\s+)?(?:confidence|uncertainty|credible)?\s*(?:interval|intervals|limits|ci|cis|c\.i\.)\b",
        r"(?i)\b\d+(?:\.\d+)?\s*(?:%|percent|per cent)\s+(?:confidence|uncertainty|credible|level of confidence)\b",
        r"(?i)\b(?:aged?|ages)\s+\d+(?:\s*(?:to|–|-|and|or)\s*(?:\d+|over|older|above|up))?|\b\d+\s*(?:\+|(?:years?\s+(?:of age\s+)?)?(?:and|or)\s+(?:over|older|above|up))",
        r"(?i)\b(?:goal|target|threshold|minimum|requirement|standard|cut-?off|cutoff score) (?:of|is|was) \$?\d+(?:\.\d+)?",
        r"(?i)\bover\s+\d+\s+(?:days|weeks|months|years)\b",
        r"\b501\s*\(c\)\s*\(3\)|\b(?:988|911|211)\b(?:\s+(?i:line|lifeline|call|hotline))",
        r"\b(?:et al\.?,?|[A-Z][a-z]+,)\s*\(?(?:19|20)\d{2}[a-z]?\)?|\((?:19|20)\d{2}[a-z]?\)",
        r"(?i)\b(?:19|20)\d{2}\s*(?:–|-|to|through|and)\s*(?:(?:19|20)\d{2}|\d{2})\b",
        r"(?i)\bminimum cell\w* of \d+|\bcells? of \d+ (?:to|–|-) \d+",
    ];
    patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
});

/// Numbers at the beginning of a paragraph that count its points: `3.`, `2.1`, `(4)`, `5)`.
static NUMBERING: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\s*(?:\(?\d{1,2}[.)]|\d{1,2}(?:\.\d{1,2})+\.?)(?:\s|$)").ok());

/// Nouns that a count may stand before.
pub(super) const COUNTED: [&str; 22] = [
    "member",
    "people",
    "team",
    "coach",
    "visit",
    "organization",
    "program",
    "setting",
    "center",
    "site",
    "worker",
    "peer",
    "answer",
    "response",
    "survey",
    "interview",
    "adult",
    "client",
    "staff",
    "service",
    "recovery",
    "hour",
];

/// A span of bytes that is a year, with the year.
pub(super) fn year(tokens: &[Token], place: usize) -> Option<u32> {
    let token = tokens.get(place)?;
    let number = token.number().filter(|number| number.decimals == 0 && !number.grouped && (1900.0..2100.0).contains(&number.value))?;
    let is_long = token.text.len() == 4;
    let after = tokens.get(place + 1);
    let before = place.checked_sub(1).and_then(|place| tokens.get(place));
    // Nobody writes 2,024 members without a comma who means no year.
    let recent = (1990.0..2036.0).contains(&number.value);
    let counted = !recent && after.is_some_and(|token| COUNTED.contains(&token.text.as_str()));
    let priced = before.is_some_and(|token| token.is_mark("$€£")) || after.is_some_and(|token| token.is_mark("%"));
    (is_long && !counted && !priced).then(|| number.value.to_string().parse().ok()).flatten()
}

/// Whether each token is a number that claims nothing; levels of figures are masked by `levels`.
pub(super) fn masked(text: &str, tokens: &[Token], begins: bool) -> Vec<bool> {
    let mut masked = vec![false; tokens.len()];
    let mut stretches: Vec<std::ops::Range<usize>> = STRETCHES.iter().flat_map(|pattern| pattern.find_iter(text).map(|found| found.range())).collect();
    if begins && let Some(found) = NUMBERING.as_ref().and_then(|pattern| pattern.find(text)) {
        stretches.push(found.range());
    }
    for (place, token) in tokens.iter().enumerate() {
        let within = stretches.iter().any(|stretch| stretch.start < token.at.end && token.at.start < stretch.end && holds_whole(stretch, token));
        masked[place] = within || token.number().is_some() && (year(tokens, place).is_some() || in_a_name(tokens, place));
    }
    masked
}

fn holds_whole(stretch: &std::ops::Range<usize>, token: &Token) -> bool {
    stretch.start <= token.at.start && token.at.end <= stretch.end
}

/// `K6`, `BARC-10`, `12-step`, `6th`, `COVID-19`: digits that are part of a word.
fn in_a_name(tokens: &[Token], place: usize) -> bool {
    let is_letters = |token: &Token| token.kind == Kind::Word;
    let token = &tokens[place];
    let before = |back: usize| place.checked_sub(back).and_then(|place| tokens.get(place));
    let after_word = token.glued && before(1).is_some_and(is_letters);
    let after_dash = token.glued && before(1).is_some_and(|dash| dash.is_mark(DASHES) && dash.glued) && before(2).is_some_and(is_letters);
    let next = tokens.get(place + 1);
    let before_word = next.is_some_and(|next| next.glued && is_letters(next) && !["k", "m"].contains(&next.text.as_str()));
    let before_dash = next.is_some_and(|dash| dash.glued && dash.is_mark("-‐‑")) && tokens.get(place + 2).is_some_and(|word| word.glued && is_letters(word));
    after_word || after_dash || before_word || before_dash
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn claims(text: &str) -> Vec<String> {
        let tokens = tokens(text);
        let masked = masked(text, &tokens, true);
        tokens.iter().zip(masked).filter(|(token, masked)| token.number().is_some() && !masked).map(|(token, _)| token.text.clone()).collect()
    }

    #[test]
    fn what_claims_nothing_is_passed_over() {
        for text in [
            "3.2 Who comes",
            "(4) The centers",
            "In 2024 and on December 31, 2024, and 31 December, see Section 3, Table 2 and pages 12–14.",
            "Kelly et al. (2020) and Smith, 2018 [3, 4]; doi:10.1037/0022-006X.59.1.12; 59(1):12–19",
            "Call 617-555-0123 or (617) 555-0123 or write to a1@b2.org, https://example.org/2024/12",
            "K6, BARC-10, COVID-19, 12-step and six-month 6-month 90-day work, the 6th, FY2024, FY25, 24/7",
            "95% interval, 95% CI, 95% confidence, p < 0.05, R-5GHD-J89P",
            "in the past 90 days, within 6 months, aged 18 and over, on a scale from 10 to 60, at 10:00",
            "between 2022 and 2024, 2023–24",
        ] {
            assert_eq!(claims(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_claims_something_stays() {
        assert_eq!(claims("In 2024, 39.0% (95% interval 36.7% to 41.3%; 593 of 1,520 members) were women."), ["39.0", "36.7", "41.3", "593", "1,520"]);
        assert_eq!(claims("1534 members, 1950 visits, $13.77 an hour, 2.1 FTEs"), ["1534", "1950", "13.77", "2.1"]);
    }
}
