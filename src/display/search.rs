//! Plain words in, the released figures that answer them out, the best first.
//!
//! A figure is found by the words of its label, its groups and its sentence, with the everyday names
//! of its statistic (`average`, `how many`, `share`) and with a little room for typing errors. Words
//! that few figures have count for more, and a figure that lacks a word stands behind those that know
//! all. A near spelling counts only where no figure has the word, and never one that turns it around
//! (`unemployed` for `employed`). Of equals the broadest and latest figure comes first.

use std::collections::BTreeMap;

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

/// One figure that answers a query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    /// Its place in the table.
    pub(crate) position: usize,
    /// How well it answers.
    pub(crate) score: f64,
    /// Words of the query that it does not know, as they were typed.
    pub(crate) missed: Vec<String>,
    /// Whether it knows every word that any figure knows.
    pub(crate) whole: bool,
}

/// What answers a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Answer {
    /// Place of the table whose best figure answers best.
    pub(crate) table: usize,
    /// Its figures, the best first.
    pub(crate) hits: Vec<Hit>,
    /// Words of the query that no figure of any table knows, as they were typed.
    pub(crate) unknown: Vec<String>,
}

/// The words of a query, each with what was typed.
type Asked = BTreeMap<String, String>;

/// The figures that answer a query, from the table with the best of them, at most `most`.
///
/// A figure that lacks a word stands behind all that know every word, and says which it lacks.
pub(crate) fn find(tables: &[ReleasedTable], query: &str, most: usize) -> Answer {
    let asked = asked(query);
    let indexed: Vec<Vec<Words>> = tables.iter().map(|table| table.rows().iter().map(index).collect()).collect();
    let all: Vec<&Words> = indexed.iter().flatten().collect();
    let latest = |table: &ReleasedTable| table.rows().iter().filter_map(|row| row.wave.clone()).max();
    let is_latest = |word: &str| tables.iter().any(|table| latest(table).as_deref() == Some(word));
    let sought: Vec<Sought<'_>> = asked.iter().map(|(word, typed)| Sought::of(&all, word, typed)).collect();
    let unknown = sought.iter().filter(|word| !word.known && !is_latest(word.word)).map(|word| word.typed.to_owned()).collect();
    let mut answer = Answer { unknown, ..Answer::default() };
    for (place, (table, indexed)) in tables.iter().zip(&indexed).enumerate() {
        let latest = latest(table);
        let hit = |(position, (row, words)): (usize, (&ResultRow, &Words))| {
            // A figure without waves is of the run's own time, which is that of the latest wave.
            let of_now = |word: &str| row.wave.is_none() && Some(word) == latest.as_deref();
            let near = |word: &Sought<'_>| if of_now(word.word) { IN_LABEL } else { word.closeness(words) };
            let matched: Vec<f64> = sought.iter().map(|word| near(word) * word.rarity).collect();
            let lacks = || sought.iter().zip(&matched).filter(|(_, score)| **score <= 0.0).map(|(word, _)| word);
            let score = matched.iter().sum::<f64>() - burden(row, latest.as_deref(), &asked);
            let whole = lacks().all(|word| !word.known);
            let enough = (sought.len() - lacks().count()) * 2 >= sought.len();
            enough.then(|| Hit { position, score, missed: lacks().map(|word| word.typed.to_owned()).collect(), whole })
        };
        let mut hits: Vec<Hit> = table.rows().iter().zip(indexed).enumerate().filter_map(hit).filter(|_| !asked.is_empty()).collect();
        hits.sort_by(|a, b| b.whole.cmp(&a.whole).then(b.score.total_cmp(&a.score)).then(a.position.cmp(&b.position)));
        hits.truncate(most);
        let better = |best: &Hit, other: &Hit| (other.whole, other.score) > (best.whole, best.score);
        if hits.first().is_some_and(|first| answer.hits.first().is_none_or(|best| better(best, first))) {
            (answer.table, answer.hits) = (place, hits);
        }
    }
    answer
}

/// The telling words of a query in their plainest form; numbers with a point, a comma or a unit as they are printed.
fn asked(query: &str) -> Asked {
    let (exact, rest) = exact_numbers(query);
    let mut asked: Asked = typed_words(&rest).map(|typed| (plain(&typed).to_owned(), typed)).collect();
    asked.extend(exact.into_iter().map(|typed| (compared(&typed), typed)));
    // Labels speak of typical visits too, so only who asks for the typical one means the median.
    if let Some(typed) = asked.remove("typical") {
        asked.insert("median".to_owned(), typed);
    }
    asked
}

/// Labels of the figures whose words are the most alike to one of the words asked for.
pub(crate) fn nearest(table: &ReleasedTable, query: &str) -> Vec<String> {
    const LEAST: f64 = 0.55;
    const MOST: usize = 3;
    let asked = words(query);
    let mut ranked: Vec<(f64, &str)> = Vec::new();
    for label in table.rows().iter().filter(|row| !row.is_suppressed()).filter_map(|row| row.label.as_deref()) {
        let known = words(label);
        let pairs = asked.iter().flat_map(|word| known.iter().map(move |other| (word, other))).filter(|(word, other)| !are_opposites(word, other));
        let alike = pairs.map(|(word, other)| strsim::normalized_damerau_levenshtein(word, other)).fold(0.0, f64::max);
        if alike >= LEAST && !ranked.iter().any(|(_, other)| *other == label) {
            ranked.push((alike, label));
        }
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().take(MOST).map(|(_, label)| label.to_owned()).collect()
}

/// A word of a query among all figures.
struct Sought<'a> {
    word: &'a str,
    typed: &'a str,
    /// Whether near spellings count: only where no figure has the word itself.
    loose: bool,
    /// Whether any figure knows it.
    known: bool,
    /// How rare it is among figures: common words say little.
    rarity: f64,
}

impl<'a> Sought<'a> {
    fn of(all: &[&Words], word: &'a str, typed: &'a str) -> Self {
        let loose = !all.iter().any(|words| words.exact(word).is_some());
        let mut own = Self { word, typed, loose, known: false, rarity: 0.0 };
        let having = all.iter().filter(|words| own.closeness(words) > 0.0).count() as f64;
        own.known = having > 0.0;
        own.rarity = (1.0 + all.len() as f64 / (1.0 + having)).ln();
        own
    }

    /// The best match of a word: itself, its beginning, or a near spelling; numbers are only themselves.
    fn closeness(&self, words: &Words) -> f64 {
        if let Some(weight) = words.exact(self.word) {
            return weight;
        }
        let length = self.word.chars().count();
        if self.word.starts_with(|letter: char| letter == '#' || letter.is_ascii_digit()) {
            return 0.0;
        }
        let room = match length {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        let near = |known: &str| {
            if length >= 4 && known.starts_with(self.word) {
                return 0.8;
            }
            let alike = self.loose && room > 0 && strsim::damerau_levenshtein(known, self.word) <= room && !are_opposites(known, self.word);
            if alike { 0.6 } else { 0.0 }
        };
        words.0.iter().map(|(known, weight)| near(known) * weight).fold(0.0, f64::max)
    }
}

impl Words {
    /// The weight of a word that stands there as it is; a whole number stands there as a number too.
    fn exact(&self, word: &str) -> Option<f64> {
        let number = || word.starts_with(|letter: char| letter.is_ascii_digit()).then(|| self.0.get(&format!("#{word}"))).flatten();
        self.0.get(word).or_else(number).copied()
    }
}

/// Whether one of two words that are spelled alike is the other turned around: `employed` and `unemployed`.
fn are_opposites(one: &str, other: &str) -> bool {
    const LEAST: usize = 4;
    let turned = |long: &str, short: &str| {
        let rest = ["un", "non"].iter().find_map(|turn| long.strip_prefix(turn)).filter(|rest| rest.chars().count() >= LEAST);
        rest.is_some_and(|rest| strsim::damerau_levenshtein(rest, short) < strsim::damerau_levenshtein(long, short))
    };
    turned(one, other) || turned(other, one)
}

/// What makes a figure narrower than the question: unasked groups, earlier waves, tests, hidden numbers.
fn burden(row: &ResultRow, latest: Option<&str>, asked: &Asked) -> f64 {
    let named = |text: &str| words(text).iter().any(|word| asked.contains_key(word));
    // A group that is asked for only in part, such as a month of the year asked for, is narrower too.
    let whole = |level: &str| words(level).iter().all(|word| asked.contains_key(word));
    let unasked = row.groups.iter().filter(|(group, level)| *group != "wave" && !named(group) && !whole(level)).count() as f64;
    let more_words =
        words(row.label.as_deref().unwrap_or_default()).iter().filter(|word| !asked.contains_key(*word) && row.wave.as_ref() != Some(*word)).count() as f64;
    let earlier = row.wave.as_deref().is_some_and(|wave| Some(wave) != latest && !asked.contains_key(wave));
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
    let estimate = row.estimate.map(|estimate| if row.unit == Unit::Percent { 100.0 * estimate } else { estimate });
    for number in numbers(row.sentence.as_deref().unwrap_or_default()) {
        let weight = if estimate.is_some_and(|estimate| prints(estimate, &number)) { IN_LABEL } else { IN_SENTENCE };
        let known: &mut f64 = index.entry(compared(&number)).or_default();
        *known = known.max(weight);
    }
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
    typed_words(text).map(|word| plain(&word).to_owned()).collect()
}

/// The telling words of a text in small letters.
fn typed_words(text: &str) -> impl Iterator<Item = String> {
    let small = text.split(|character: char| !character.is_alphanumeric()).map(str::to_lowercase);
    small.filter(|word| !word.is_empty() && !ASKING.contains(&word.as_str()))
}

/// The numbers of a text as they stand, without sign and unit.
fn numbers(text: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',');
    let pieces = text.split(|letter: char| !is_part(letter)).map(|piece| piece.trim_matches(['.', ',']));
    pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
}

/// A number as it is compared: no thousands comma.
fn compared(number: &str) -> String {
    format!("#{}", number.replace(',', ""))
}

/// Whether a printed number is a value, rounded.
fn prints(value: f64, number: &str) -> bool {
    let plain = number.replace(',', "");
    let decimals = plain.split_once('.').map_or(0, |(_, digits)| digits.len());
    let half = 0.5 * 10_f64.powi(-i32::try_from(decimals).unwrap_or_default());
    plain.parse::<f64>().is_ok_and(|printed| (value.abs() - printed).abs() <= half + 1e-9)
}

/// The numbers of a query that are meant as they are printed (`40.2`, `1,520`, `39%`, `$14`), and the query without them.
fn exact_numbers(query: &str) -> (Vec<String>, String) {
    let mut rest = query.to_owned();
    let mut found = Vec::new();
    for number in numbers(query) {
        let Some(at) = rest.find(&number) else { continue };
        let (before, after) = (&rest[..at], &rest[at + number.len()..]);
        if number.contains(['.', ',']) || after.trim_start().starts_with('%') || before.trim_end().ends_with('$') {
            rest = format!("{before} {after}");
            found.push(number);
        }
    }
    (found, rest)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(variable: &str, stat: Stat, label: &str, sentence: &str) -> ResultRow {
        let mut row = ResultRow::new("members", "who", variable, stat, Unit::Percent);
        (row.label, row.sentence) = (Some(label.to_owned()), Some(sentence.to_owned()));
        row.wave = Some("2024".to_owned());
        row
    }

    #[test]
    fn words_that_turn_another_around_are_no_near_spelling() {
        for (one, other) in [("unemployed", "employed"), ("employed", "unemployd"), ("nonbinary", "binary"), ("unhoused", "housed")] {
            assert!(are_opposites(one, other), "{one} {other}");
        }
        for (one, other) in [("united", "unitd"), ("union", "onion"), ("captial", "capital"), ("under", "udner")] {
            assert!(!are_opposites(one, other), "{one} {other}");
        }
    }

    #[test]
    fn numbers_are_found_as_they_are_printed() {
        assert_eq!(exact_numbers("women 40.2% in 2024"), (vec!["40.2".to_owned()], "women  % in 2024".to_owned()));
        assert_eq!(exact_numbers("39 % of 1,520").0, ["39", "1,520"]);
        assert_eq!(exact_numbers("wage $14").0, ["14"]);
        assert!(prints(40.24, "40.2") && !prints(40.5, "40.2") && prints(-2.2, "2.2") && prints(1520.0, "1,520"));
        let words = index(&{
            let mut row = row("gender", Stat::Proportion, "Gender: Female", "In 2024, 40.2% were women (95% interval 37.9% to 42.5%; 598 of 1,520).");
            row.estimate = Some(0.4021);
            row
        });
        assert_eq!(
            (words.exact("#40.2"), words.exact("#37.9"), words.exact("#40.5"), words.exact("1520")),
            (Some(IN_LABEL), Some(IN_SENTENCE), None, Some(IN_SENTENCE))
        );
    }
}
