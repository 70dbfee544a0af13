//! Plain words in, the released figures that answer them out, the best first.
//!
//! A figure is found by the words of its label, its groups and its sentence, with the everyday names
//! of its statistic (`average`, `how many`, `share`) and with a little room for typing errors. Words
//! that few figures have count for more. Of equals the broadest and latest figure comes first.

use std::collections::{BTreeMap, BTreeSet};

use crate::disclosure::ReleasedTable;
use crate::results::{ResultRow, Stat, Status, Unit};

/// Words that ask but do not name anything.
pub(crate) const ASKING: [&str; 33] = [
    "the", "a", "an", "of", "in", "for", "to", "by", "is", "are", "was", "were", "do", "does", "did", "what", "which", "who", "how", "our", "we", "have",
    "has", "at", "on", "with", "per", "that", "and", "there", "their", "from", "it",
];

/// Words that mean the same to people who ask, each to its plainest form.
pub(crate) const SAME: [(&str, &str); 36] = [
    ("average", "mean"),
    ("percent", "share"),
    ("percentage", "share"),
    ("proportion", "share"),
    ("rate", "share"),
    ("many", "count"),
    ("number", "count"),
    ("total", "total"),
    ("ftes", "fte"),
    ("women", "female"),
    ("woman", "female"),
    ("men", "male"),
    ("attendees", "people"),
    ("members", "people"),
    ("person", "people"),
    ("pay", "wage"),
    ("wages", "wage"),
    ("salary", "wage"),
    ("hourly", "wage"),
    ("distress", "distress"),
    ("psychological", "distress"),
    ("k6", "kessler"),
    ("capital", "capital"),
    ("barc", "capital"),
    ("hispanic", "hispanic"),
    ("latino", "hispanic"),
    ("latinx", "hispanic"),
    ("length", "length"),
    ("long", "length"),
    ("duration", "length"),
    ("centers", "center"),
    ("centre", "center"),
    ("changed", "change"),
    ("difference", "change"),
    ("come", "came"),
    ("visited", "came"),
];

/// Weights of the places where a word can stand.
const IN_LABEL: f64 = 3.0;
const IN_GROUPS: f64 = 1.5;
const IN_SENTENCE: f64 = 1.0;

/// A figure's words by the weight of their place.
struct Words(BTreeMap<String, f64>);

/// Positions of the rows that answer a query, best first, at most `most`.
pub(crate) fn find(table: &ReleasedTable, query: &str, most: usize) -> Vec<usize> {
    let mut asked: BTreeSet<String> = words(query).into_iter().collect();
    // Labels speak of typical visits too, so only who asks for the typical one means the median.
    if asked.remove("typical") {
        asked.insert("median".to_owned());
    }
    if asked.is_empty() {
        return Vec::new();
    }
    let indexed: Vec<Words> = table.rows().iter().map(index).collect();
    let rarity: BTreeMap<&str, f64> = asked.iter().map(|word| (word.as_str(), rarity(&indexed, word))).collect();
    let latest = table.rows().iter().filter_map(|row| row.wave.as_deref()).max();
    let mut ranked: Vec<(f64, usize)> = Vec::new();
    for (position, (row, words)) in table.rows().iter().zip(&indexed).enumerate() {
        // A figure without waves is of the run's own time, which is that of the latest wave.
        let of_now = |word: &str| row.wave.is_none() && Some(word) == latest;
        let place = |word: &str| if of_now(word) { IN_LABEL } else { closeness(words, word) };
        let matched: Vec<f64> = asked.iter().map(|word| place(word) * rarity[word.as_str()]).collect();
        let hits = matched.iter().filter(|score| **score > 0.0).count();
        if hits * 2 >= asked.len() {
            ranked.push((matched.iter().sum::<f64>() - burden(row, latest, &asked), position));
        }
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.into_iter().take(most).map(|(_, position)| position).collect()
}

/// Labels of the figures whose words are the most alike to one of the words asked for.
pub(crate) fn nearest(table: &ReleasedTable, query: &str) -> Vec<String> {
    const LEAST: f64 = 0.55;
    const MOST: usize = 3;
    let asked = words(query);
    let mut ranked: Vec<(f64, &str)> = Vec::new();
    for label in table.rows().iter().filter(|row| !row.is_suppressed()).filter_map(|row| row.label.as_deref()) {
        let known = words(label);
        let alike = asked.iter().flat_map(|word| known.iter().map(move |other| strsim::normalized_damerau_levenshtein(word, other))).fold(0.0, f64::max);
        if alike >= LEAST && !ranked.iter().any(|(_, other)| *other == label) {
            ranked.push((alike, label));
        }
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().take(MOST).map(|(_, label)| label.to_owned()).collect()
}

/// How rare a word is among figures: common words say little.
fn rarity(indexed: &[Words], word: &str) -> f64 {
    let having = indexed.iter().filter(|words| closeness(words, word) > 0.0).count() as f64;
    (1.0 + indexed.len() as f64 / (1.0 + having)).ln()
}

/// The best match of a word: itself, its beginning, or a near spelling.
fn closeness(words: &Words, asked: &str) -> f64 {
    if let Some(weight) = words.0.get(asked) {
        return *weight;
    }
    let near = |known: &str| {
        let length = asked.chars().count();
        if length >= 4 && known.starts_with(asked) {
            return 0.8;
        }
        let room = match length {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        if room > 0 && strsim::damerau_levenshtein(known, asked) <= room { 0.6 } else { 0.0 }
    };
    words.0.iter().map(|(known, weight)| near(known) * weight).fold(0.0, f64::max)
}

/// What makes a figure narrower than the question: unasked groups, earlier waves, tests, hidden numbers.
fn burden(row: &ResultRow, latest: Option<&str>, asked: &BTreeSet<String>) -> f64 {
    let named = |text: &str| words(text).iter().any(|word| asked.contains(word));
    // A group that is asked for only in part, such as a month of the year asked for, is narrower too.
    let whole = |level: &str| words(level).iter().all(|word| asked.contains(word));
    let unasked = row.groups.iter().filter(|(group, level)| *group != "wave" && !named(group) && !whole(level)).count() as f64;
    let more_words =
        words(row.label.as_deref().unwrap_or_default()).iter().filter(|word| !asked.contains(*word) && row.wave.as_ref() != Some(*word)).count() as f64;
    let earlier = row.wave.as_deref().is_some_and(|wave| Some(wave) != latest && !asked.contains(wave));
    let level = row.level.as_deref().is_some_and(|level| !named(level) && row.stat != Stat::Quantile);
    let hidden = row.is_suppressed() || row.status == Status::NotEstimable;
    3.0 * unasked
        + 0.05 * more_words
        + 0.6 * f64::from(u8::from(earlier))
        + 0.8 * f64::from(u8::from(level))
        + 4.0 * f64::from(u8::from(hidden))
        + 0.7 * f64::from(u8::from(is_rare(row) && !named(&stat_words(row))))
}

/// Whether people want this statistic only when they name it.
pub(super) fn is_rare(row: &ResultRow) -> bool {
    !matches!(row.stat, Stat::Mean | Stat::Count | Stat::Proportion | Stat::Quantile | Stat::Total)
}

fn index(row: &ResultRow) -> Words {
    let mut index = BTreeMap::new();
    let mut add = |text: &str, weight: f64| {
        for word in words(text) {
            let known: &mut f64 = index.entry(word).or_default();
            *known = known.max(weight);
        }
    };
    add(row.sentence.as_deref().unwrap_or_default(), IN_SENTENCE);
    add(&row.dataset, IN_SENTENCE);
    for (group, level) in &row.groups {
        add(group, IN_SENTENCE);
        add(level, IN_GROUPS);
    }
    add(row.label.as_deref().unwrap_or_default(), IN_LABEL);
    add(&row.variable, IN_LABEL);
    add(row.level.as_deref().unwrap_or_default(), IN_LABEL);
    add(&stat_words(row), IN_LABEL);
    Words(index)
}

/// The everyday names of a statistic and its unit.
pub(super) fn stat_words(row: &ResultRow) -> String {
    let stat = match (row.stat, row.level.as_deref()) {
        (Stat::Quantile, Some("0.5")) => "median",
        (Stat::Quantile, _) => "quartile",
        (Stat::Mean, _) => "mean",
        (Stat::PredictiveMargin, _) => "estimated mean everybody",
        (Stat::Count, _) => "count",
        (Stat::Proportion, _) => "share",
        (Stat::Difference | Stat::MeanChange, _) => "change",
        (Stat::Min, _) => "lowest minimum range",
        (Stat::Max, _) => "highest maximum range",
        (Stat::Survival, _) => "retention still",
        (stat, _) => stat.word(),
    };
    let unit = match row.unit {
        Unit::Dollars => "wage",
        Unit::Fte => "fte",
        Unit::None | Unit::Percent | Unit::Ratio => "",
        unit => unit.word(),
    };
    format!("{stat} {unit}")
}

/// The telling words of a text in their plainest form.
fn words(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !ASKING.contains(&word.as_str()))
        .map(|word| plain(&word).to_owned())
        .collect()
}

fn plain(word: &str) -> &str {
    if let Some((_, plainest)) = SAME.iter().find(|(known, _)| *known == word) {
        return plainest;
    }
    // A plural is found by its singular; short words and those in -ss stay.
    match word.strip_suffix('s') {
        Some(singular) if singular.len() >= 4 && !singular.ends_with('s') && word != "days" => singular,
        _ => word,
    }
}
