//! Released rows in, what a reader's search needs beside their words out: where each figure belongs.
//!
//! The words themselves (value, interval, base, sentence, citation) are those of `told`.

use super::{Book, labels, search};
use crate::disclosure::ReleasedTable;
use crate::results::{ResultRow, Stat};

/// Where all released figures belong.
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

/// Where one figure belongs, and by which everyday names people ask for it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Id of the dataset.
    pub(crate) dataset: String,
    /// Name of the variable in the rows.
    pub(crate) variable: String,
    /// Level in the rows; empty for none.
    pub(crate) level: String,
    /// The everyday names of the statistic.
    pub(crate) stat: String,
    /// Whether people want the statistic only when they name it.
    pub(crate) rare: bool,
    /// Whether the level is the probability of a quantile.
    pub(crate) quantile: bool,
    /// Groups other than the wave: name, level in the rows, level for readers.
    pub(crate) groups: Vec<[String; 3]>,
}

/// Where every released figure belongs.
pub(crate) fn finder(table: &ReleasedTable, book: &Book) -> Finder {
    let mut finder = Finder::default();
    for row in table.rows() {
        let found = found(row);
        if !finder.datasets.iter().any(|(id, _)| *id == row.dataset) {
            finder.datasets.push((row.dataset.clone(), labels::source(book, &row.dataset)));
        }
        for [group, ..] in &found.groups {
            if !finder.groupings.iter().any(|(known, _)| known == group) {
                finder.groupings.push((group.clone(), labels::variable(book, &row.dataset, group)));
            }
        }
        finder.latest = row.wave.clone().unwrap_or_default().max(finder.latest);
        finder.figures.push(found);
    }
    finder
}

fn found(row: &ResultRow) -> Found {
    let groups = row.groups.iter().filter(|(group, _)| *group != "wave");
    Found {
        dataset: row.dataset.clone(),
        variable: row.variable.clone(),
        level: row.level.clone().unwrap_or_default(),
        stat: search::stat_words(row),
        rare: search::is_rare(row),
        quantile: row.stat == Stat::Quantile,
        groups: groups.map(|(group, level)| [group.clone(), level.clone(), labels::group_level(group, level)]).collect(),
    }
}
