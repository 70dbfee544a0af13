//! The tag of a content control in, what it names out: a part of a figure, a chart or a table.

use crate::display::Told;
use crate::display::parts::{Figure, Table};
use crate::error::closest;
use crate::report::{Document, Numbered};

/// Parts of a figure that a tag can ask for.
pub(super) const PARTS: [&str; 6] = ["estimate", "interval", "sentence", "base", "citation", "label"];

/// What a tag names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named<'a> {
    /// A part of a figure.
    Figure(&'a Told, &'a str),
    /// A chart.
    Chart(&'a Figure),
    /// A table.
    Table(&'a Table),
}

/// Everything that can be named.
pub(super) struct Names<'a> {
    told: &'a [Told],
    charts: Vec<&'a Figure>,
    tables: Vec<(String, Numbered<'a>)>,
}

impl<'a> Names<'a> {
    /// The names of a document.
    pub(super) fn of(document: &'a Document) -> Self {
        let tables = document.tables().into_iter().map(|table| (document.tag(&table), table)).collect();
        Self { told: &document.told, charts: document.figures().collect(), tables }
    }

    /// What a tag names; in a picture control, a code alone names its chart.
    pub(super) fn find(&self, tag: &str, picture: bool) -> Option<Named<'a>> {
        if let Some((_, table)) = self.tables.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag)) {
            return Some(Named::Table(table.table));
        }
        let chart = |code: &str| self.charts.iter().find(|figure| figure.code.eq_ignore_ascii_case(code)).map(|figure| Named::Chart(figure));
        if let Some(code) = tag.strip_suffix(".chart") {
            return chart(code);
        }
        if picture {
            return chart(tag);
        }
        let part = PARTS.iter().find_map(|part| Some((tag.strip_suffix(part)?.strip_suffix('.')?, *part)));
        let (figure, part) = part.unwrap_or((tag, "estimate"));
        self.told(figure).map(|told| Named::Figure(told, part))
    }

    /// A figure by its short code or id; an id without a wave means the latest one.
    fn told(&self, name: &str) -> Option<&'a Told> {
        let exact = self.told.iter().find(|told| told.id == name || told.code.eq_ignore_ascii_case(name));
        let latest = || {
            let of = |told: &&Told| told.id.rsplit_once('@').is_some_and(|(rest, _)| rest == name);
            self.told.iter().filter(of).max_by(|a, b| a.wave.cmp(&b.wave))
        };
        exact.or_else(latest)
    }

    /// The name nearest to a tag that names nothing.
    pub(super) fn near(&self, tag: &str) -> Option<String> {
        let part = PARTS.iter().chain(&["chart", "table"]).find(|part| tag.strip_suffix(**part).is_some_and(|rest| rest.ends_with('.')));
        let bare = part.and_then(|part| tag.strip_suffix(*part)?.strip_suffix('.')).unwrap_or(tag);
        let upper = bare.to_ascii_uppercase();
        let wanted = if upper.starts_with("R-") { upper.as_str() } else { bare };
        let tables = self.tables.iter().map(|(name, _)| name.as_str());
        let whole = closest(tag, tables);
        let charts = part.is_some_and(|part| *part == "chart");
        let codes = self
            .told
            .iter()
            .filter(|_| !charts)
            .flat_map(|told| [told.code.as_str(), told.id.as_str()])
            .chain(self.charts.iter().map(|figure| figure.code.as_str()));
        let near = closest(wanted, codes).map(|near| part.map_or_else(|| near.to_owned(), |part| format!("{near}.{part}")));
        // a misspelt part of a figure that is there
        let misspelt = || {
            let (figure, part) = tag.rsplit_once('.')?;
            let told = self.told(figure)?;
            Some(format!("{}.{}", told.code, closest(part, PARTS.iter().copied().chain(["chart", "table"]))?))
        };
        misspelt().or(near).or_else(|| whole.map(str::to_owned))
    }
}

/// Whether a tag that names nothing was meant for us; other controls of the file are left alone.
pub(super) fn meant(tag: &str) -> bool {
    let code = tag.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("R-"));
    code || tag.contains('@')
        || tag.split('.').count() > 2
        || tag.rsplit_once('.').is_some_and(|(_, part)| PARTS.contains(&part) || part == "chart" || part == "table")
}
