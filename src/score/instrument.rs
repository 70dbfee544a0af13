//! One instrument as its file declares it: items, keys, scales, bands, norms, sources and worked cases.
//!
//! The text comes from `schemas/instruments/`, from beside a pipeline or from a path; `read` makes the
//! values here and `engine` scores with them. Nothing in this file knows one instrument from another.

use std::collections::BTreeMap;

/// How far an instrument may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Scoring rules are confirmed by a source.
    Ready,
    /// It can be scored, but part of the rule (range, item order, coding) was not confirmed.
    Unverified,
    /// It cannot be scored until the user supplies what `needs` names.
    NeedsKey,
    /// Only its collection windows are known.
    TimingOnly,
}

impl Readiness {
    /// The words of the instrument files.
    pub(crate) const WORDS: [(&'static str, Self); 4] =
        [("ready", Self::Ready), ("unverified", Self::Unverified), ("needs_key", Self::NeedsKey), ("timing_only", Self::TimingOnly)];

    /// The word in files and lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| word)
    }

    /// Whether answers may be turned into scores.
    #[must_use]
    pub fn is_scorable(self) -> bool {
        matches!(self, Self::Ready | Self::Unverified)
    }
}

/// Which end of a scale is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A higher score is better.
    HigherBetter,
    /// A higher score is worse.
    HigherWorse,
}

impl Direction {
    pub(crate) const WORDS: [(&'static str, Self); 2] = [("higher_better", Self::HigherBetter), ("higher_worse", Self::HigherWorse)];

    /// The word in files and lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| word)
    }
}

/// One way of expressing the score of a scale; its word is the ending of the column's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Sum of the items, prorated where items are missing.
    Sum,
    /// Mean of the answered items.
    Mean,
    /// Mean of the answered items times ten.
    MeanTimes10,
    /// Standardized score looked up from the sum of complete items.
    T,
}

impl Form {
    pub(crate) const WORDS: [(&'static str, Self); 4] = [("sum", Self::Sum), ("mean", Self::Mean), ("mean_x10", Self::MeanTimes10), ("t", Self::T)];

    /// The word in files and column names.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| word)
    }
}

/// One question, in administration order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Item {
    /// Short paraphrase; never the original wording.
    pub label: String,
    /// Whether the answer is turned around before scoring.
    pub reverse: bool,
    /// Its own answer range where it differs from the instrument's; no coding applies to it.
    pub range: Option<(f64, f64)>,
    /// Value that each answer of its range counts as.
    pub recode: Vec<f64>,
}

/// A circulating version: another way of storing the answers, or another answer range.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Variant {
    pub id: String,
    pub note: String,
    /// File codes of the lowest and highest answer, `5-1`.
    pub coding: Option<(f64, f64)>,
    /// Another answer range: scores are on that range, and bands do not apply.
    pub range: Option<(f64, f64)>,
    /// Items (from 1) that are reversed in this version only.
    pub reverse: Vec<usize>,
    /// Score forms of this version, where they differ.
    pub forms: Vec<Form>,
}

/// A part of the score range with a name: `from ≤ score < below`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Band {
    pub label: String,
    pub from: f64,
    pub below: f64,
    /// Whom it is for, such as `male`; empty: everybody.
    pub group: String,
    /// What bands of all groups that mean the same are called, such as `positive`.
    pub shared: String,
    pub source: String,
    pub status: String,
}

/// A yes/no reading of the score that needs no further field: 1 when the score is at least `at_least`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cut {
    pub name: String,
    pub label: String,
    pub at_least: f64,
}

/// One score: the total, or a subscale.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    /// Empty for the only scale of an instrument.
    pub name: String,
    pub label: String,
    /// Positions of its items, from 0.
    pub items: Vec<usize>,
    /// Forms; the first is the headline.
    pub forms: Vec<Form>,
    /// The form that bands read.
    pub band_of: Form,
    pub direction: Direction,
    /// Items that may be missing.
    pub max_missing: usize,
    pub bands: Vec<Band>,
    pub cuts: Vec<Cut>,
    /// Lowest sum of the lookup table, and its standardized scores.
    pub lookup: Option<(f64, Vec<f64>)>,
}

/// The names that bands share, in order, and the place of each band among them.
pub(crate) type SharedBands<'a> = (Vec<&'a str>, Vec<(&'a Band, usize)>);

impl Scale {
    /// The names that the bands of all groups share, from the lowest, and the place of each band among them;
    /// `None` where bands are for everybody, or groups do not share all names in one order.
    pub(crate) fn shared_bands(&self) -> Option<SharedBands<'_>> {
        let mut by_group: BTreeMap<&str, Vec<&Band>> = BTreeMap::new();
        for band in &self.bands {
            by_group.entry(&band.group).or_default().push(band);
        }
        let mut shared: Option<Vec<&str>> = None;
        let mut places = Vec::new();
        for own in by_group.values_mut() {
            own.sort_by(|a, b| a.from.total_cmp(&b.from));
            let names: Vec<&str> = own.iter().map(|band| band.shared.as_str()).collect();
            let is_named = own.iter().all(|band| !band.group.is_empty() && !band.shared.is_empty());
            if !is_named || shared.as_ref().is_some_and(|known| *known != names) {
                return None;
            }
            shared = Some(names);
            places.extend(own.iter().enumerate().map(|(place, band)| (*band, place)));
        }
        shared.map(|names| (names, places))
    }
}

/// Items that count as a value when another item has a value and they were not put to the person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Skip {
    pub when: usize,
    pub is: f64,
    pub then: Vec<usize>,
    pub value: f64,
}

/// A group that has its own bands, and the words by which a file may name it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Group {
    pub id: String,
    pub words: Vec<String>,
}

/// A share of scores that is hard to believe and usually means a wrong coding.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Doubt {
    pub form: Form,
    pub at_least: f64,
    pub more_than: f64,
    pub message: String,
}

/// An answer that the holder of the data must hear about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alert {
    pub item: usize,
    pub above: f64,
    pub message: String,
}

/// A published mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Norm {
    pub population: String,
    pub n: Option<f64>,
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    pub metric: String,
    pub source: String,
    pub status: String,
}

/// A published figure about the instrument: reliability or change.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Property {
    pub name: String,
    pub value: String,
    pub source: String,
}

/// Answers with the scores that the published rule gives; NaN is missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Case {
    pub why: String,
    pub answers: Vec<f64>,
    pub coding: Option<String>,
    pub variant: Option<String>,
    pub group: Option<String>,
    pub complete_only: bool,
    /// Column name (without the instrument's id) and the value it must have; `missing` for none.
    pub expect: Vec<(String, String)>,
}

/// A whole instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) abbreviation: String,
    /// What it measures, in the words of a sentence.
    pub(crate) construct: String,
    pub(crate) readiness: Readiness,
    pub(crate) readiness_note: String,
    pub(crate) needs: String,
    pub(crate) direction: Direction,
    pub(crate) recall: String,
    pub(crate) citation: String,
    pub(crate) doi: String,
    pub(crate) doi_status: String,
    pub(crate) licence: String,
    pub(crate) item_source: String,
    pub(crate) missing_source: String,
    pub(crate) bands_note: String,
    pub(crate) range: Option<(f64, f64)>,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) items: Vec<Item>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) scales: Vec<Scale>,
    pub(crate) skips: Vec<Skip>,
    pub(crate) groups: Vec<Group>,
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) alerts: Vec<Alert>,
    pub(crate) norms: Vec<Norm>,
    pub(crate) reliability: Vec<Property>,
    pub(crate) change: Vec<Property>,
    pub(crate) timing: Vec<(String, String)>,
    pub(crate) traps: Vec<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) cases: Vec<Case>,
}

impl Instrument {
    /// The id, such as `k6`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The full name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How far it may be used.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        self.readiness
    }

    /// Number of items as administered.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.items.len()
    }

    /// Positions of the items that any scale reads, in order.
    pub(crate) fn scored_items(&self) -> Vec<usize> {
        (0..self.items.len()).filter(|item| self.scales.iter().any(|scale| scale.items.contains(item))).collect()
    }

    /// The beginning of a scale's column names: `k6`, `psoc_self`.
    pub(crate) fn stem(&self, scale: &Scale) -> String {
        if scale.name.is_empty() { self.id.clone() } else { format!("{}_{}", self.id, scale.name) }
    }

    /// The position of the group that a word of the file names, whatever its case.
    pub(crate) fn group_of(&self, word: &str) -> Option<usize> {
        let word = word.trim().to_lowercase();
        self.groups.iter().position(|group| group.words.contains(&word))
    }
}
