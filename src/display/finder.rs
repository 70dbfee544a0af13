//! Released rows in, what a reader can search, filter and copy out: every figure in words.
//!
//! The page's search works on these texts alone. A hidden figure has its label, its place and the
//! sentence that says why it is hidden; it has no number, because its row has none.

use super::sentences::Companions;
use super::told::{Told, told};
use super::{Book, labels, search};
use crate::disclosure::ReleasedTable;
use crate::results::{ResultRow, Stat};

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

/// One released figure: its words, and what the search weighs.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The figure in words.
    pub(crate) told: Told,
    /// Id of the dataset.
    pub(crate) dataset: String,
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
        if found.told.wave > finder.latest {
            finder.latest.clone_from(&found.told.wave);
        }
        finder.figures.push(found);
    }
    finder
}

fn found(row: &ResultRow, book: &Book, companions: &Companions) -> Found {
    let groups = row.groups.iter().filter(|(group, _)| *group != "wave");
    Found {
        told: told(row, book, companions),
        dataset: row.dataset.clone(),
        variable: row.variable.clone(),
        level: row.level.clone().unwrap_or_default(),
        stat: search::stat_words(row),
        rare: search::is_rare(row),
        quantile: row.stat == Stat::Quantile,
        groups: groups.map(|(group, level)| [group.clone(), level.clone(), labels::group_level(group, level)]).collect(),
    }
}
