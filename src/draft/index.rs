//! Released rows in, what a draft must say to mean each of them out: words, level, domain, wave, kind of statistic.

use std::collections::{BTreeMap, BTreeSet};

use super::people::{domain, others};
use super::tokens::{Kind, Token, tokens};
use crate::results::{ResultRow, Stat, Unit, short_code};

/// Words that nearly every figure has, or that say nothing of what it is about.
const EMPTY: [&str; 71] = [
    "share",
    "mean",
    "median",
    "the",
    "of",
    "in",
    "a",
    "an",
    "and",
    "or",
    "to",
    "for",
    "by",
    "was",
    "were",
    "had",
    "have",
    "with",
    "this",
    "that",
    "from",
    "on",
    "at",
    "is",
    "are",
    "been",
    "their",
    "they",
    "who",
    "not",
    "over",
    "under",
    "interval",
    "figure",
    "few",
    "stand",
    "behind",
    "unstable",
    "it",
    "them",
    "be",
    "scale",
    "number",
    "no",
    "yes",
    "compared",
    "between",
    "than",
    "percentage",
    "point",
    "valid",
    "standard",
    "deviation",
    "answer",
    "u",
    "its",
    "as",
    "gave",
    "other",
    "all",
    "people",
    "year",
    "showed",
    "clear",
    "change",
    "difference",
    "rose",
    "fell",
    "goe",
    "met",
    "seen",
];

/// Statistics that a draft names in words of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Share,
    Mean,
    Median,
    Count,
    Total,
    Change,
    /// Figures that are meant only where one of these words stands near.
    Named(&'static [&'static str]),
    /// Figures that a narrative never cites but by their code.
    Coded,
}

/// What a draft says to mean a level.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Level {
    None,
    /// One of the words, or a phrase with digits; the place of the level among its siblings.
    Words(Vec<String>),
    Phrase(Vec<String>),
    Yes,
    No,
}

/// A released row as a draft would speak of it.
#[derive(Debug, Clone)]
pub(super) struct Figure<'a> {
    pub(super) row: &'a ResultRow,
    pub(super) code: String,
    /// Words of its label and sentence with their weight.
    pub(super) words: BTreeMap<String, f64>,
    pub(super) class: Class,
    pub(super) level: Level,
    /// Place of its question among all; siblings share it.
    pub(super) topic: usize,
    /// Names of its domain, one a grouping variable; all must be said.
    pub(super) domain: Vec<Vec<String>>,
    /// Names under which the same figure is released of others: where one is said, this figure is not meant.
    pub(super) others: BTreeSet<Vec<String>>,
    /// Whether its question is put in the negative, such as `not arrested`.
    pub(super) negative: bool,
    /// The noun of its rows, such as `coach`.
    pub(super) noun: String,
}

impl Figure<'_> {
    /// Whether words tell its sign: `fell by`, `lower`, `moved down`.
    pub(super) fn is_directed(&self) -> bool {
        self.class == Class::Change || matches!(self.row.stat, Stat::RateOfChange | Stat::ItemDrift | Stat::Path | Stat::PathStandardized)
    }
}

/// All figures of a release.
#[derive(Debug, Clone)]
pub(super) struct Index<'a> {
    pub(super) figures: Vec<Figure<'a>>,
    rarity: BTreeMap<String, f64>,
    /// Phrases with digits that are names, such as `60 over` or `site 19`; longest first.
    pub(super) phrases: Vec<Vec<String>>,
    /// Those of them that are levels.
    pub(super) level_phrases: BTreeSet<Vec<String>>,
    /// Levels of each topic: what is said to mean them.
    pub(super) levels: Vec<Vec<Level>>,
    /// Every domain's name.
    pub(super) domains: BTreeSet<Vec<String>>,
    pub(super) nouns: BTreeSet<String>,
    /// The nouns of the figures that have a word.
    told_of: BTreeMap<String, BTreeSet<String>>,
    pub(super) waves: BTreeSet<String>,
}

impl<'a> Index<'a> {
    /// Reads the rows of a release; `nouns` are what the rows of each dataset are called.
    pub(super) fn of(rows: &'a [ResultRow], nouns: &BTreeMap<String, String>) -> Self {
        let mut topics: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut level_texts: Vec<Vec<&str>> = Vec::new();
        for row in rows {
            let next = topics.len();
            let topic = *topics.entry((row.dataset.clone(), row.variable.clone())).or_insert(next);
            if topic == level_texts.len() {
                level_texts.push(Vec::new());
            }
            if let Some(level) = row.level.as_deref().filter(|level| categorical(row) && !level_texts[topic].contains(level)) {
                level_texts[topic].push(level);
            }
        }
        let said: Vec<BTreeMap<&str, BTreeSet<String>>> = predicates(rows, &topics, level_texts.len());
        let levels: Vec<Vec<Level>> = level_texts.iter().zip(&said).map(|(texts, said)| texts.iter().map(|text| level(text, texts, said)).collect()).collect();
        let figures: Vec<Figure<'a>> = rows
            .iter()
            .zip(others(rows))
            .map(|(row, others)| {
                let topic = topics.get(&(row.dataset.clone(), row.variable.clone())).copied().unwrap_or_default();
                let place = level_texts[topic].iter().position(|text| row.level.as_deref() == Some(text));
                let own = place.and_then(|place| levels[topic].get(place)).filter(|_| categorical(row)).cloned();
                let noun = nouns.get(&row.dataset).map(|noun| noun_of(noun)).unwrap_or_default();
                Figure {
                    row,
                    code: short_code(&row.id()),
                    words: words_of(row),
                    class: class(row),
                    level: own.unwrap_or_else(|| moment(row)),
                    topic,
                    domain: domain(row),
                    others,
                    negative: row.label.as_deref().is_some_and(|label| spoken(label).iter().any(|word| word == "not")),
                    noun,
                }
            })
            .collect();
        let domains = figures.iter().filter(|figure| figure.class != Class::Coded).flat_map(|figure| figure.domain.clone()).collect();
        let waves = rows.iter().filter_map(|row| row.wave.clone()).collect();
        let nouns = figures.iter().map(|figure| figure.noun.clone()).filter(|noun| !noun.is_empty()).collect();
        let level_phrases = level_phrases(&levels, &figures);
        let mut told_of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (word, noun) in figures.iter().flat_map(|figure| figure.words.keys().map(|word| (word, &figure.noun))) {
            told_of.entry(word.clone()).or_default().insert(noun.clone());
        }
        let (rarity, phrases) = (rarity(&figures, topics.len()), phrases(&level_phrases, &figures));
        Self { figures, rarity, phrases, level_phrases, levels, domains, nouns, told_of, waves }
    }

    /// Whether a word is told of no figure with one of the nouns.
    pub(super) fn is_foreign_to(&self, word: &str, nouns: &[&String]) -> bool {
        self.told_of.get(word).is_some_and(|of| nouns.iter().all(|noun| !of.contains(*noun)))
    }

    /// Whether a word that no figure has turns one of theirs around: `unemployment`.
    pub(super) fn is_opposite(&self, word: &str) -> bool {
        const LETTERS: usize = 5;
        let Some(stem) = ["un", "non"].iter().find_map(|turn| word.strip_prefix(turn)).and_then(|rest| rest.get(..LETTERS)) else { return false };
        !EMPTY.contains(&word) && !self.rarity.contains_key(word) && self.rarity.keys().any(|known| known.starts_with(stem))
    }

    /// How telling a word is: the fewer questions have it, the more.
    pub(super) fn rarity(&self, word: &str) -> f64 {
        self.rarity.get(word).copied().unwrap_or_default()
    }
}

/// Whether the level of a row is a category that a draft names.
fn categorical(row: &ResultRow) -> bool {
    matches!(row.stat, Stat::Proportion | Stat::Count | Stat::Difference) && row.level.as_deref().is_some_and(|level| level.parse::<f64>().is_err())
}

/// The words of a text in their plainest form, digits as they stand; what joins the ends of a range is left out.
pub(super) fn spoken(text: &str) -> Vec<String> {
    let cut = tokens(text);
    cut.iter().filter_map(as_word).collect()
}

/// A token as a word of a phrase.
pub(super) fn as_word(token: &Token) -> Option<String> {
    match token.kind {
        Kind::Word if ["and", "or", "than", "to"].contains(&token.text.as_str()) => None,
        Kind::Word => Some(token.text.clone()),
        Kind::Number(_) => Some(token.text.replace(',', "")),
        Kind::Mark('+') => Some("over".to_owned()),
        Kind::Mark(_) => None,
    }
}

/// For each level of each topic, the words of its sentences without numbers.
fn predicates<'a>(rows: &'a [ResultRow], topics: &BTreeMap<(String, String), usize>, count: usize) -> Vec<BTreeMap<&'a str, BTreeSet<String>>> {
    let mut said: Vec<BTreeMap<&str, BTreeSet<String>>> = vec![BTreeMap::new(); count];
    let telling = |row: &&ResultRow| categorical(row) && !row.is_suppressed() && row.stat == Stat::Proportion && row.groups.keys().all(|group| group == "wave");
    for row in rows.iter().filter(telling) {
        let (Some(level), Some(sentence)) = (row.level.as_deref(), row.sentence.as_deref()) else { continue };
        let Some(topic) = topics.get(&(row.dataset.clone(), row.variable.clone())) else { continue };
        let claim = sentence.split(" (").next().unwrap_or_default();
        let words = tokens(claim).into_iter().filter(|token| token.kind == Kind::Word).map(|token| token.text);
        said[*topic].entry(level).or_default().extend(words);
    }
    said
}

/// What is said to mean a level: its own words and those of its sentence that no sibling's has.
fn level(text: &str, siblings: &[&str], said: &BTreeMap<&str, BTreeSet<String>>) -> Level {
    match text {
        "Yes" => return Level::Yes,
        "No" => return Level::No,
        _ => {}
    }
    // What stands in brackets explains a level and is left out in speech.
    let short = |text: &str| text.split_once('(').map(|(name, _)| name.trim()).filter(|name| !name.is_empty()).unwrap_or(text).to_owned();
    let own = spoken(&short(text));
    if own.iter().any(|word| word.starts_with(|letter: char| letter.is_ascii_digit())) {
        return Level::Phrase(own);
    }
    let others =
        |word: &String| siblings.iter().filter(|sibling| **sibling != text).all(|sibling| spoken(&short(sibling)).contains(word)) && siblings.len() > 1;
    let mut words: Vec<String> = own.into_iter().filter(|word| word.len() > 2 && !others(word)).collect();
    let predicate = said.get(text).cloned().unwrap_or_default();
    let elsewhere: BTreeSet<&String> = said.iter().filter(|(level, _)| **level != text).flat_map(|(_, words)| words).collect();
    for word in predicate.iter().filter(|word| word.len() > 2 && !elsewhere.contains(word) && !EMPTY.contains(&word.as_str())) {
        // Words of one sentence alone may be those of every sentence.
        if said.len() > 1 && !words.contains(word) {
            words.push(word.clone());
        }
    }
    if words.is_empty() { Level::Words(spoken(text)) } else { Level::Words(words) }
}

/// The moment of a curve: `after 3 month`.
fn moment(row: &ResultRow) -> Level {
    match (row.stat, row.level.as_deref()) {
        // At the beginning everybody is there, and nobody says at which month.
        (Stat::Survival, Some("0")) => Level::None,
        (Stat::Survival, Some(level)) => Level::Phrase(vec![level.to_owned(), if row.variable.contains("week") { "week" } else { "month" }.to_owned()]),
        _ => Level::None,
    }
}

/// The last word of a noun: `coach` of `recovery coaches`; of `people interviewed` the first.
fn noun_of(noun: &str) -> String {
    let words: Vec<String> = spoken(noun);
    if words.first().is_some_and(|word| word == "people") { "people".to_owned() } else { words.last().cloned().unwrap_or_default() }
}

fn words_of(row: &ResultRow) -> BTreeMap<String, f64> {
    let mut words = BTreeMap::new();
    let mut add = |text: &str, weight: f64| {
        for word in spoken(text).into_iter().filter(|word| word.len() > 1 && !EMPTY.contains(&word.as_str())) {
            let known: &mut f64 = words.entry(word).or_insert(0.0);
            *known = known.max(weight);
        }
    };
    let sentence = row.sentence.as_deref().filter(|_| !row.is_suppressed()).unwrap_or_default();
    add(sentence.split(" (").next().unwrap_or_default(), 0.5);
    add(row.label.as_deref().unwrap_or_default(), 1.0);
    add(&row.variable.replace('_', " "), 1.0);
    add(row.level.as_deref().filter(|level| level.parse::<f64>().is_err()).unwrap_or_default(), 1.0);
    if let Some(wave) = &row.wave {
        words.remove(wave);
    }
    words.retain(|word, _| !word.starts_with(|letter: char| letter.is_ascii_digit()));
    words
}

fn class(row: &ResultRow) -> Class {
    const QUARTILE: &[&str] = &["4", "quartile", "quarter", "percentile", "middle", "iqr", "interquartile", "half"];
    const SPREAD: &[&str] = &["sd", "deviation", "±", "spread"];
    const ENDS: &[&str] = &["range", "ranged", "lowest", "smallest", "minimum", "highest", "largest", "maximum", "most", "least", "from"];
    const RELIABLE: &[&str] = &["alpha", "α", "omega", "ω", "r", "reliability", "consistency"];
    const EFFECT: &[&str] = &["cohen", "effect", "standardized", "hedge", "d"];
    const PARTS: &[&str] = &["joiner", "leaver", "joined", "left", "new", "same", "mix", "again", "within", "known"];
    const RATE: &[&str] = &["against", "grew", "grown", "shrank", "shrunk", "relative", "rate"];
    const LEAST: &[&str] = &["nobody", "none"];
    const MOST: &[&str] = &["everybody", "everyone"];
    const MOVED: &[&str] = &["moved", "shift", "shifted", "drift", "drifted"];
    const LINK: &[&str] = &["link", "path", "went", "each", "indirect", "standardized", "standard", "correlation", "covariance"];
    const FIT: &[&str] = &["model", "r", "r²", "cfi", "rmsea", "srmr", "chi", "fit", "freedom"];
    const MISSING: &[&str] = &["missing", "skipped", "refused", "declined", "empty", "left", "no", "not"];
    // A part of the people with no name but a number, such as a week, is spoken of by nobody.
    let is_bare = |(group, level): (&String, &String)| !["wave", "compared_with"].contains(&group.as_str()) && level.parse::<f64>().is_ok();
    if row.groups.iter().any(is_bare) || row.groups.contains_key("hour") || row.groups.keys().any(|group| group.ends_with("_bin")) || row.stat == Stat::Smooth {
        return Class::Coded;
    }
    match (row.stat, row.level.as_deref()) {
        (Stat::Proportion | Stat::Survival, _) => Class::Share,
        (Stat::Mean, _) => Class::Mean,
        (Stat::Quantile, Some("0.5")) => Class::Median,
        (Stat::Quantile, _) => Class::Named(QUARTILE),
        (Stat::Count, _) if row.variable.ends_with("__missing") => Class::Named(MISSING),
        (Stat::Count, Some(level)) if level.parse::<f64>().is_ok() => Class::Coded,
        (Stat::Count | Stat::Distinct, _) => Class::Count,
        (Stat::Total, _) => Class::Total,
        (Stat::Difference | Stat::MeanChange, _) => Class::Change,
        (Stat::RateOfChange, _) => Class::Named(RATE),
        (Stat::ChangePart, _) => Class::Named(PARTS),
        (Stat::Sd, _) => Class::Named(SPREAD),
        (Stat::Min | Stat::Max, _) => Class::Named(ENDS),
        (Stat::Alpha | Stat::Omega | Stat::AlphaIfDropped | Stat::ItemRestR, _) => Class::Named(RELIABLE),
        (Stat::NormDifference, _) => Class::Named(&["norm", "published"]),
        (Stat::Bound, Some("lowest")) => Class::Named(LEAST),
        (Stat::Bound, _) => Class::Named(MOST),
        (Stat::Path | Stat::PathStandardized, _) => Class::Named(LINK),
        (Stat::RSquared | Stat::Cfi | Stat::Rmsea | Stat::Srmr | Stat::Chisq | Stat::Df, _) => Class::Named(FIT),
        (Stat::CohenDz | Stat::CohenDav | Stat::HedgesGz | Stat::StandardizedDifference, _) => Class::Named(EFFECT),
        (Stat::ItemDrift, _) => Class::Named(MOVED),
        (Stat::Margin, _) => Class::Coded,
        (Stat::NeededAnswers, _) => Class::Named(&["needed", "answer"]),
        (Stat::NeededInvites, _) => Class::Named(&["asked", "invited"]),
        (Stat::NeededCenters, _) => Class::Named(&["needed", "center"]),
        (Stat::DetectableChange, _) => Class::Named(&["true", "detect", "found"]),
        (Stat::Intraclass, _) => Class::Named(&["intraclass", "likeness", "icc"]),
        (Stat::WilcoxonV, _) => Class::Named(&["wilcoxon", "v"]),
        (Stat::RankBiserial, _) => Class::Named(&["biserial"]),
        (Stat::Mcnemar, _) => Class::Named(&["crossed", "mcnemar"]),
        _ if row.unit == Unit::None && row.sentence.is_none() => Class::Coded,
        _ => Class::Mean,
    }
}

/// Rarity of each word over questions.
fn rarity(figures: &[Figure<'_>], topics: usize) -> BTreeMap<String, f64> {
    let mut having: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for figure in figures {
        for word in figure.words.keys() {
            having.entry(word).or_default().insert(figure.topic);
        }
    }
    having.into_iter().map(|(word, of)| (word.to_owned(), (1.0 + topics as f64 / (1.0 + of.len() as f64)).ln())).collect()
}

/// Levels with digits.
fn level_phrases(levels: &[Vec<Level>], figures: &[Figure<'_>]) -> BTreeSet<Vec<String>> {
    let whole = figures.iter().filter(|figure| categorical(figure.row)).filter_map(|figure| figure.row.level.as_deref());
    let whole: BTreeSet<&str> = whole.filter(|level| level.contains('(') && level.contains(|letter: char| letter.is_ascii_digit())).collect();
    let of_levels = levels.iter().flatten().chain(figures.iter().map(|figure| &figure.level));
    let mut phrases: BTreeSet<Vec<String>> = of_levels.filter_map(|level| if let Level::Phrase(words) = level { Some(words.clone()) } else { None }).collect();
    phrases.extend(whole.into_iter().map(spoken));
    phrases.retain(|words| words.len() > 1);
    phrases
}

/// Names with digits: levels, and parts of the people such as `Site 19`.
fn phrases(levels: &BTreeSet<Vec<String>>, figures: &[Figure<'_>]) -> Vec<Vec<String>> {
    let has_digit = |word: &String| word.starts_with(|letter: char| letter.is_ascii_digit());
    let named = |words: &&Vec<String>| words.iter().any(has_digit) && words.iter().any(|word| !has_digit(word));
    let domains: BTreeSet<&Vec<String>> = figures.iter().flat_map(|figure| &figure.domain).filter(named).collect();
    let mut phrases: Vec<Vec<String>> = levels.iter().chain(domains).cloned().collect();
    phrases.sort_by_key(|words| std::cmp::Reverse(words.len()));
    phrases.dedup();
    phrases
}
