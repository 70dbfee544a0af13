//! Excerpts and a released table in, the few that may be quoted out: the only place where somebody's own words become public.
//!
//! A quote has no other maker, as a released table has none. It takes an excerpt that the pipeline asked to quote, of a theme whose
//! number of people is shown and not small, without anything that a search can find in it, and at most once of each person.
//!
//! ```compile_fail
//! // What somebody said is no quote, and there is no way to say that it is.
//! let quote = recovista::Quote { words: "I see my kids again".to_owned(), ..Default::default() };
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::{Policy, ReleasedTable, identifying, sha256};
use crate::results::{ResultRow, Stat, Support};

/// Most quotes of a theme.
const MOST: usize = 2;
/// Longest quote, in letters; who tells more tells of a life.
const LONGEST: usize = 240;
/// Fewest words of a quote.
const FEWEST_WORDS: usize = 3;
/// Words that begin sentences and are no names. Any other word is known by standing in small letters elsewhere in the excerpts.
const OPENERS: &str = "a after all also always and another any anybody anyone are as at because before both but by can could did do does even every \
    everybody everyone everything families few first for from get getting give going had has have having he her here his how i if in is it its it's just \
    last let like many maybe more most much my never no nobody nothing now of often on once one only or other our people she should since so some somebody \
    someone something sometimes staff still such that that's the their them then there there's these they they're this those three to today too two until \
    very was we we're we've were what when where which while who why will with without would yes you you're your";

/// What somebody said under a theme, before it is known whether it may be quoted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Excerpt {
    pub dataset: String,
    pub analysis: String,
    /// The field of themes, and the theme.
    pub variable: String,
    pub level: String,
    pub wave: Option<String>,
    /// Groups of the person by which the analysis splits, and their level.
    pub groups: BTreeMap<String, String>,
    /// Who spoke, as a number that means nothing elsewhere.
    pub person: u32,
    pub words: String,
    /// Whether it may be quoted as far as those who keep it have said.
    pub agreed: bool,
    /// Whether it holds a value of a field that names people.
    pub names: bool,
}

/// Somebody's own words that may be public.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quote {
    dataset: String,
    analysis: String,
    variable: String,
    level: String,
    wave: Option<String>,
    group: Option<(String, String)>,
    words: String,
}

impl Quote {
    /// The dataset that it comes from.
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The analysis that asked for it.
    pub fn analysis(&self) -> &str {
        &self.analysis
    }

    /// The field of themes.
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// The theme.
    pub fn level(&self) -> &str {
        &self.level
    }

    /// The wave, where the dataset has waves.
    pub fn wave(&self) -> Option<&str> {
        self.wave.as_deref()
    }

    /// The group of who spoke, where the number of every group that raised the theme is shown.
    pub fn group(&self) -> Option<&str> {
        self.group.as_ref().map(|(_, level)| level.as_str())
    }

    /// What was said.
    pub fn words(&self) -> &str {
        &self.words
    }
}

impl ReleasedTable {
    /// Quotes of themes, in the order of the figures.
    pub fn quotes(&self) -> &[Quote] {
        &self.quotes
    }

    /// Takes up those of the excerpts that may be quoted.
    ///
    /// Which of several is taken depends on a hash of its words: neither the order of the interviews nor how much somebody said
    /// can be seen from what is chosen.
    pub(crate) fn quoting(mut self, excerpts: Vec<Excerpt>, policy: &Policy) -> Self {
        let vocabulary = Vocabulary::new(&excerpts);
        let mut open: Vec<(String, Excerpt)> = excerpts
            .into_iter()
            .filter(|excerpt| excerpt.agreed && !excerpt.names)
            .map(|excerpt| Excerpt { words: one_line(&excerpt.words), ..excerpt })
            .filter(|excerpt| may_be_told(&excerpt.words) && vocabulary.names_nobody(&excerpt.words))
            .map(|excerpt| (sha256(excerpt.words.as_bytes()), excerpt))
            .collect();
        open.sort_by(|(one, first), (two, second)| (one, &first.level, first.person).cmp(&(two, &second.level, second.person)));
        let (mut people, mut words) = (BTreeSet::new(), BTreeSet::new());
        let mut quotes = Vec::new();
        for row in self.rows.iter().filter(|row| may_be_quoted(row, policy)) {
            let group = self.group_beside(row, policy);
            let of = |excerpt: &Excerpt| is_of(excerpt, row) && group.as_ref().is_none_or(|group| excerpt.groups.contains_key(group));
            let mut taken = 0;
            for (_, excerpt) in open.iter().filter(|(_, excerpt)| of(excerpt)) {
                let person = (excerpt.dataset.clone(), excerpt.person);
                if taken < MOST && !people.contains(&person) && !words.contains(&excerpt.words) {
                    people.insert(person);
                    words.insert(excerpt.words.clone());
                    quotes.push(quote(excerpt, group.as_deref()));
                    taken += 1;
                }
            }
        }
        self.quotes = quotes;
        self
    }

    /// The group that may stand beside quotes of a theme: the first by which it is split, where every group's number is shown.
    ///
    /// With one of them hidden, a quote without its group would be from there, so none has its group then. Two groups together
    /// would be a cell that nobody has looked at.
    fn group_beside(&self, row: &ResultRow, policy: &Policy) -> Option<String> {
        let added = |other: &ResultRow| {
            let is_wider = is_theme(other, row) && row.groups.iter().all(|(name, level)| other.groups.get(name) == Some(level));
            let mut more = other.groups.keys().filter(|name| !row.groups.contains_key(*name));
            more.next().filter(|name| is_wider && *name != "also" && more.next().is_none()).cloned()
        };
        let group = self.rows.iter().find_map(added)?;
        let shown = |cell: &&ResultRow| may_be_quoted_in(cell, policy) || (cell.estimate == Some(0.0) && policy.show_zero);
        self.rows.iter().filter(|other| added(other).as_ref() == Some(&group)).all(|cell| shown(&cell)).then_some(group)
    }
}

fn quote(excerpt: &Excerpt, group: Option<&str>) -> Quote {
    let group = group.and_then(|group| excerpt.groups.get_key_value(group)).map(|(name, level)| (name.clone(), level.clone()));
    Quote {
        dataset: excerpt.dataset.clone(),
        analysis: excerpt.analysis.clone(),
        variable: excerpt.variable.clone(),
        level: excerpt.level.clone(),
        wave: excerpt.wave.clone(),
        group,
        words: excerpt.words.clone(),
    }
}

/// Whether two rows are shares of one theme.
fn is_theme(row: &ResultRow, of: &ResultRow) -> bool {
    (&row.dataset, &row.analysis, &row.variable, &row.level, row.stat) == (&of.dataset, &of.analysis, &of.variable, &of.level, Stat::Proportion)
}

/// Whether a row is the share of everybody who raised a theme, and enough did.
fn may_be_quoted(row: &ResultRow, policy: &Policy) -> bool {
    row.stat == Stat::Proportion && row.level.is_some() && row.groups.keys().all(|name| name == "wave") && may_be_quoted_in(row, policy)
}

/// Whether the people behind a row are shown and enough.
fn may_be_quoted_in(row: &ResultRow, policy: &Policy) -> bool {
    let enough = matches!(row.support, Support::People { behind, .. } if behind >= policy.minimum_cell);
    enough && !row.is_suppressed() && row.estimate.is_some()
}

fn is_of(excerpt: &Excerpt, row: &ResultRow) -> bool {
    let level = Some(excerpt.level.as_str());
    (excerpt.dataset.as_str(), excerpt.analysis.as_str(), excerpt.variable.as_str()) == (row.dataset.as_str(), row.analysis.as_str(), row.variable.as_str())
        && level == row.level.as_deref()
        && excerpt.wave == row.wave
}

/// Words of a text in one line.
fn one_line(text: &str) -> String {
    text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a text is of a length to be quoted, without a number, an address or anything else that has a known form.
fn may_be_told(text: &str) -> bool {
    let words = text.split(' ').count();
    words >= FEWEST_WORDS && text.chars().count() <= LONGEST && !text.chars().any(char::is_numeric) && !text.contains('@') && identifying(text).is_none()
}

/// How words are written in all excerpts: in small letters, or with a capital where no sentence begins.
struct Vocabulary {
    seen: BTreeMap<String, (u32, u32)>,
    openers: BTreeSet<&'static str>,
}

impl Vocabulary {
    fn new(excerpts: &[Excerpt]) -> Self {
        let mut seen: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        let texts: BTreeSet<&str> = excerpts.iter().map(|excerpt| excerpt.words.as_str()).collect();
        for (word, opens) in texts.into_iter().flat_map(words) {
            let counts = seen.entry(word.to_lowercase()).or_default();
            if !has_capital(word) {
                counts.0 += 1;
            } else if !opens {
                counts.1 += 1;
            }
        }
        Self { seen, openers: OPENERS.split_whitespace().collect() }
    }

    /// Whether no word of a text could be a name, as far as capital letters tell.
    ///
    /// A word with a capital letter within a sentence is taken for one, and at the beginning of a sentence each word that is
    /// not known from elsewhere. A word that is mostly written so stays a name in small letters.
    fn names_nobody(&self, text: &str) -> bool {
        words(text).all(|(word, opens)| {
            let folded = word.to_lowercase();
            let (small, capital) = self.seen.get(&folded).copied().unwrap_or_default();
            let known = self.openers.contains(folded.as_str());
            match (has_capital(word), opens) {
                (false, _) => known || capital <= small,
                (true, true) => known || (small > 0 && capital <= small),
                (true, false) => is_i(word),
            }
        })
    }
}

/// The words of a text, and whether a sentence begins with each.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut opens = true;
    text.split(|letter: char| letter.is_whitespace() || matches!(letter, '-' | '/' | '—' | '–')).filter_map(move |piece| {
        let word = piece.trim_matches(|letter: char| !letter.is_alphanumeric());
        let begins = opens;
        if !piece.is_empty() {
            opens = piece.trim_end_matches(['"', '”', '’', ')', '\'']).ends_with(['.', '!', '?', ':', '…']);
        }
        (!word.is_empty()).then_some((word, begins))
    })
}

fn has_capital(word: &str) -> bool {
    word.chars().any(char::is_uppercase)
}

/// `I`, `I'm`, `I’ve`: what English writes large and is no name.
fn is_i(word: &str) -> bool {
    word.split(['\'', '’']).next() == Some("I")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Unit;

    fn excerpt(level: &str, role: &str, person: u32, words: &str) -> Excerpt {
        Excerpt {
            dataset: "talks".into(),
            analysis: "told".into(),
            variable: "theme".into(),
            level: level.into(),
            groups: [("role".to_owned(), role.to_owned())].into(),
            person,
            words: words.into(),
            agreed: true,
            ..Excerpt::default()
        }
    }

    fn row(level: &str, role: Option<&str>, behind: u64, is_shown: bool) -> ResultRow {
        let mut row = ResultRow::new("talks", "told", "theme", Stat::Proportion, Unit::Percent);
        row.level = Some(level.to_owned());
        row.groups.extend(role.map(|role| ("role".to_owned(), role.to_owned())));
        row.estimate = is_shown.then_some(behind as f64 / 100.0);
        row.support = Support::People { behind, outside: Some(100 - behind) };
        if !is_shown {
            row.status = crate::results::Status::Suppressed;
        }
        row
    }

    fn quoted(rows: Vec<ResultRow>, excerpts: Vec<Excerpt>) -> Vec<(String, Option<String>)> {
        let table = ReleasedTable { rows, rounding: 1, quotes: Vec::new() }.quoting(excerpts, &Policy::default());
        table.quotes().iter().map(|quote| (quote.words().to_owned(), quote.group().map(str::to_owned))).collect()
    }

    #[test]
    fn a_theme_is_quoted_where_its_number_is_shown_and_not_small() {
        let said = || vec![excerpt("Housing", "Guests", 1, "the rent went up")];
        assert_eq!(quoted(vec![row("Housing", None, 11, true)], said()).len(), 1);
        for closed in [row("Housing", None, 11, false), row("Housing", None, 10, true), row("Buses", None, 50, true), row("Housing", Some("Guests"), 50, true)]
        {
            assert_eq!(quoted(vec![closed.clone()], said()), Vec::new(), "{closed:?}");
        }
        let mut not_agreed = said();
        not_agreed[0].agreed = false;
        assert_eq!(quoted(vec![row("Housing", None, 11, true)], not_agreed), Vec::new());
        let mut named = said();
        named[0].names = true;
        assert_eq!(quoted(vec![row("Housing", None, 11, true)], named), Vec::new());
    }

    #[test]
    fn nobody_is_quoted_twice_and_no_theme_more_than_it_may() {
        let rows = || vec![row("Housing", None, 40, true), row("Buses", None, 40, true)];
        let said: Vec<Excerpt> = ["the rent went up", "we all lost our leases", "there is no room", "the walls are wet"]
            .iter()
            .enumerate()
            .map(|(person, words)| excerpt("Housing", "Guests", u32::try_from(person).unwrap(), words))
            .collect();
        let found = quoted(rows(), said.clone());
        assert_eq!(found.len(), MOST);
        let mut turned = said;
        turned.reverse();
        assert_eq!(quoted(rows(), turned), found, "the order of the file shows in what is chosen");
        let one = vec![excerpt("Housing", "Guests", 1, "the rent went up"), excerpt("Buses", "Guests", 1, "there is no late bus")];
        assert_eq!(quoted(rows(), one).len(), 1, "one person, two quotes");
        let same = vec![excerpt("Housing", "Guests", 1, "the rent went up"), excerpt("Housing", "Guests", 2, "the rent went  up")];
        assert_eq!(quoted(rows(), same).len(), 1, "the same words twice");
    }

    #[test]
    fn a_group_stands_beside_a_quote_only_where_every_group_is_shown() {
        let said = || vec![excerpt("Housing", "Guests", 1, "the rent went up"), excerpt("Housing", "Staff", 2, "we all lost our leases")];
        let rows = |staff: (u64, bool)| {
            vec![row("Housing", None, 40, true), row("Housing", Some("Guests"), 25, true), row("Housing", Some("Staff"), staff.0, staff.1)]
        };
        let mut found = quoted(rows((15, true)), said());
        found.sort();
        assert_eq!(found, [("the rent went up".into(), Some("Guests".into())), ("we all lost our leases".into(), Some("Staff".into()))]);
        for (_, group) in quoted(rows((5, false)), said()) {
            assert_eq!(group, None, "a quote without its group would be from the hidden one");
        }
        let mut nameless = said();
        nameless[1].groups.clear();
        assert_eq!(quoted(rows((15, true)), nameless), [("the rent went up".into(), Some("Guests".into()))]);
    }

    #[test]
    fn what_could_name_somebody_is_not_quoted() {
        let open = ["The rent went up.", "I think it's fine, and I'm glad.", "we lost our lease. It hurt.", "It hurt — the rent went up!"];
        let closed = [
            "Maria helped me a lot",
            "they sent me to Maria then",
            "my sponsor maria helped",
            "call me at 617-555-0142",
            "I am 34 years old",
            "it began on March 5, 1980",
            "write to w.quill@example.org please",
            "my name is wilhelmina quill",
            "ask for the tall one",
            "find @zoe_fox there now",
            "too short",
            "Quixley was kind to us",
        ];
        let long = "the rent went up ".repeat(30);
        let texts = open.iter().chain(&closed).copied().chain([long.as_str(), "he sent Maria home", "and then Maria came"]);
        let said: Vec<Excerpt> = texts.enumerate().map(|(person, words)| excerpt(words, "Guests", u32::try_from(person).unwrap(), words)).collect();
        let rows = said.iter().map(|excerpt| row(&excerpt.level, None, 40, true)).collect();
        let found: Vec<String> = quoted(rows, said).into_iter().map(|(words, _)| words).collect();
        assert_eq!(found, open);
    }
}
