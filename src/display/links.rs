//! Rows of a path model in, what they join out: the ends of a path, the variables along an indirect link, in words.

use super::{Book, EffectWords, labels};
use crate::results::{ResultRow, Stat};

/// What a figure of a path model is of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Link {
    /// A path to the second variable from the first.
    Arrow(String, String),
    /// What the model leaves open of two variables, and how it goes together.
    Both(String, String),
    /// The product of the paths along these variables.
    Along(Vec<String>),
    /// Another figure made of paths, by its name.
    Made(String),
}

/// What a row of a path model is of; `None` for other rows.
pub(crate) fn link(row: &ResultRow, book: &Book) -> Option<Link> {
    if !matches!(row.stat, Stat::Path | Stat::PathStandardized) {
        return None;
    }
    let level = row.level.as_deref()?;
    if let Some((to, from)) = level.split_once(" ~~ ") {
        return Some(Link::Both(to.to_owned(), from.to_owned()));
    }
    if let Some((to, from)) = level.split_once(" ~ ") {
        return Some(Link::Arrow(from.to_owned(), to.to_owned()));
    }
    let effect = effect(row, book).filter(|effect| !effect.along.is_empty());
    Some(effect.map_or_else(|| Link::Made(level.to_owned()), |effect| Link::Along(effect.along.clone())))
}

/// What a pipeline says of a figure made of paths.
pub(crate) fn effect<'a>(row: &ResultRow, book: &'a Book) -> Option<&'a EffectWords> {
    let effects = &book.analysis(&row.analysis)?.effects;
    effects.iter().find(|effect| Some(effect.name.as_str()) == row.level.as_deref())
}

/// The name of a link for headings: `Years in recovery → recovery capital`.
pub(crate) fn name(row: &ResultRow, book: &Book) -> Option<String> {
    let spoken = |name: &String| labels::spoken(book, &row.dataset, name);
    let text = match link(row, book)? {
        Link::Arrow(from, to) => format!("{} → {}", spoken(&from), spoken(&to)),
        Link::Both(one, other) => format!("{} with {}", spoken(&one), spoken(&other)),
        Link::Along(names) => names.iter().map(spoken).collect::<Vec<_>>().join(" → "),
        Link::Made(name) => format!("“{name}”"),
    };
    Some(super::words::capital(&text))
}
