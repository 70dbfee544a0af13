//! Released rows in, what a reader can search, filter and copy out: every figure in words.
//!
//! The page's search works on these texts alone. A hidden figure has its label, its place and the
//! sentence that says why it is hidden; it has no number, because its row has none.

use super::sentences::{self, Companions};
use super::{Book, citation, labels, search};
use crate::disclosure::ReleasedTable;
use crate::results::{ResultRow, Status, short_code};

/// All released figures in words, with the vocabulary that they are searched by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Finder {
    /// The figures in the order of the table.
    pub(crate) figures: Vec<Found>,
    /// Id and title of each dataset that has figures.
    pub(crate) datasets: Vec<(String, String)>,
    /// Name and heading of each grouping variable, the wave apart, in order of appearance.
    pub(crate) groupings: Vec<(String, String)>,
    /// The latest wave; a figure without a wave is of its time.
    pub(crate) latest: String,
}

/// One released figure in words.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Short code.
    pub(crate) code: String,
    /// Id of the dataset.
    pub(crate) dataset: String,
    /// Wave; empty for none.
    pub(crate) wave: String,
    /// Name of the variable in the rows.
    pub(crate) variable: String,
    /// Level in the rows; empty for none.
    pub(crate) level: String,
    /// The everyday names of the statistic.
    pub(crate) stat: String,
    /// Whether the statistic is one that people ask for by its name only, such as a standard error.
    pub(crate) rare: bool,
    /// Whether the level is the probability of a quantile.
    pub(crate) quantile: bool,
    /// Groups other than the wave: name, level in the rows, level for readers.
    pub(crate) groups: Vec<[String; 3]>,
    /// Whether it may be read as it stands.
    pub(crate) status: Status,
    /// `58.0%`; empty where there is no number.
    pub(crate) value: String,
    /// `95% interval 54.1% to 61.8%`; empty for none.
    pub(crate) interval: String,
    /// `742 of 1,280 members`; empty for none.
    pub(crate) base: String,
    /// What it is.
    pub(crate) label: String,
    /// The figure in a sentence.
    pub(crate) sentence: String,
    /// Where it comes from: title, base, source, date and code.
    pub(crate) citation: String,
}

/// Every released figure in words.
pub(crate) fn finder(table: &ReleasedTable, book: &Book) -> Finder {
    let companions = Companions::of(table.rows());
    let mut finder = Finder::default();
    for row in table.rows() {
        let found = found(row, book, &companions);
        if !finder.datasets.iter().any(|(id, _)| *id == row.dataset) {
            finder.datasets.push((row.dataset.clone(), labels::source(book, &row.dataset)));
        }
        for [group, ..] in &found.groups {
            if !finder.groupings.iter().any(|(known, _)| known == group) {
                finder.groupings.push((group.clone(), labels::variable(book, &row.dataset, group)));
            }
        }
        if found.wave > finder.latest {
            finder.latest.clone_from(&found.wave);
        }
        finder.figures.push(found);
    }
    finder
}

fn found(row: &ResultRow, book: &Book, companions: &Companions) -> Found {
    let shown = row.estimate.filter(|_| !row.is_suppressed());
    let base = shown.and_then(|_| sentences::base(row, labels::base_noun(book, row))).unwrap_or_default();
    let groups = row.groups.iter().filter(|(group, _)| *group != "wave");
    Found {
        code: short_code(&row.id()),
        dataset: row.dataset.clone(),
        wave: row.wave.clone().unwrap_or_default(),
        variable: row.variable.clone(),
        level: row.level.clone().unwrap_or_default(),
        stat: search::stat_words(row),
        rare: search::is_rare(row),
        quantile: row.stat == crate::results::Stat::Quantile,
        groups: groups.map(|(group, level)| [group.clone(), level.clone(), labels::group_level(group, level)]).collect(),
        status: row.status,
        value: shown.map(|estimate| labels::value(row, estimate)).unwrap_or_default(),
        interval: shown.and_then(|_| sentences::interval(row)).unwrap_or_default(),
        label: row.label.clone().unwrap_or_else(|| labels::row(row, book)),
        sentence: row.sentence.clone().unwrap_or_else(|| sentences::sentence(row, book, companions)),
        citation: citation(row, book),
        base,
    }
}
