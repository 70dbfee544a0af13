//! Released rows in, the few that a table, chart or sentence shows out; order is kept.

use crate::results::{ResultRow, Stat};

/// A selection of released rows.
#[derive(Debug, Clone)]
pub(crate) struct Pick<'a>(Vec<&'a ResultRow>);

impl<'a> Pick<'a> {
    /// All rows.
    pub(crate) fn all(rows: &'a [ResultRow]) -> Self {
        Self(rows.iter().collect())
    }

    /// Rows that pass a test.
    pub(crate) fn keep(&self, test: impl Fn(&ResultRow) -> bool) -> Self {
        Self(self.0.iter().copied().filter(|row| test(row)).collect())
    }

    /// Rows of one analysis.
    pub(crate) fn analysis(&self, id: &str) -> Self {
        self.keep(|row| row.analysis == id)
    }

    /// Rows of one variable.
    pub(crate) fn variable(&self, name: &str) -> Self {
        self.keep(|row| row.variable == name)
    }

    /// Rows of one statistic.
    pub(crate) fn stat(&self, stat: Stat) -> Self {
        self.keep(|row| row.stat == stat)
    }

    /// Rows of one wave; of none when `wave` is empty.
    pub(crate) fn wave(&self, wave: &str) -> Self {
        self.keep(|row| row.wave.as_deref().unwrap_or_default() == wave)
    }

    /// Rows of one level.
    pub(crate) fn level(&self, level: &str) -> Self {
        self.keep(|row| row.level.as_deref() == Some(level))
    }

    /// Rows whose groups, the wave apart, are exactly these variables.
    pub(crate) fn by(&self, groups: &[&str]) -> Self {
        self.keep(|row| {
            let mut own = row.groups.keys().filter(|key| *key != "wave").map(String::as_str).collect::<Vec<_>>();
            let mut wanted = groups.to_vec();
            own.sort_unstable();
            wanted.sort_unstable();
            own == wanted
        })
    }

    /// Rows with this level of a group.
    pub(crate) fn group(&self, group: &str, level: &str) -> Self {
        self.keep(|row| row.groups.get(group).is_some_and(|own| own == level))
    }

    /// The rows.
    pub(crate) fn rows(&self) -> &[&'a ResultRow] {
        &self.0
    }

    /// The first row.
    pub(crate) fn first(&self) -> Option<&'a ResultRow> {
        self.0.first().copied()
    }

    /// The last row.
    pub(crate) fn last(&self) -> Option<&'a ResultRow> {
        self.0.last().copied()
    }

    /// The quantile of a probability, written as in the rows (`0.5`).
    pub(crate) fn quantile(&self, probability: f64) -> Option<&'a ResultRow> {
        let is = |row: &ResultRow| row.level.as_deref().and_then(|level| level.parse::<f64>().ok()).is_some_and(|level| (level - probability).abs() < 1e-9);
        self.0.iter().copied().find(|row| row.stat == Stat::Quantile && is(row))
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Different values in order of appearance.
    pub(crate) fn distinct(&self, of: impl Fn(&'a ResultRow) -> Option<&'a str>) -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        for value in self.0.iter().copied().filter_map(of) {
            if !seen.iter().any(|known| known == value) {
                seen.push(value.to_owned());
            }
        }
        seen
    }

    /// Variables in order of appearance.
    pub(crate) fn variables(&self) -> Vec<String> {
        self.distinct(|row| Some(&row.variable))
    }

    /// Levels in order of appearance.
    pub(crate) fn levels(&self) -> Vec<String> {
        self.distinct(|row| row.level.as_deref())
    }

    /// Waves in order of appearance.
    pub(crate) fn waves(&self) -> Vec<String> {
        self.distinct(|row| row.wave.as_deref())
    }

    /// Levels of a group in order of appearance.
    pub(crate) fn groups(&self, group: &str) -> Vec<String> {
        self.distinct(|row| row.groups.get(group).map(String::as_str))
    }
}
