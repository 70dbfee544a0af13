//! Sentences of changes: `rose from 4.8 in 2022 to 5.0 in 2024`, or `no clear change`.

use super::{Companions, backing, place};
use crate::display::{Book, labels, words};
use crate::results::{ResultRow, Stat, Unit};

/// Which way a change went; `None` when its interval holds zero or is unknown.
pub(crate) fn direction(row: &ResultRow) -> Option<bool> {
    let (low, high) = (row.conf_low?, row.conf_high?);
    match (low > 0.0, high < 0.0) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// `0.15 points`, `2.4 percentage points`.
pub(crate) fn size(row: &ResultRow, change: f64) -> String {
    match row.unit {
        Unit::Percent => format!("{} percentage points", words::points(change)),
        Unit::Points => format!("{} points", words::number(change.abs(), 2)),
        Unit::Dollars => words::dollars(change.abs()),
        _ => labels::value(row, change.abs()),
    }
}

fn signed_interval(row: &ResultRow) -> Option<String> {
    let (low, high) = (row.conf_low?, row.conf_high?);
    let number = |value: f64| {
        let text = if row.unit == Unit::Percent { words::points(value) } else { words::number(value.abs(), 2) };
        if value < 0.0 && text.chars().any(|digit| ('1'..='9').contains(&digit)) { format!("−{text}") } else { text }
    };
    let level = words::short(row.conf_level.unwrap_or(0.95) * 100.0, 1);
    Some(format!("{level}% interval {} to {}", number(low), number(high)))
}

pub(super) fn sentence(row: &ResultRow, estimate: f64, book: &Book, companions: &Companions) -> String {
    match row.stat {
        Stat::Difference => difference(row, estimate, book, companions),
        Stat::MeanChange => seen_twice(row, estimate, book),
        Stat::ChangePart => part(row, estimate, book),
        _ => {
            let spoken = labels::spoken(book, &row.dataset, &row.variable);
            let start = format!("the {} of {spoken}{}", labels::stat(row), between(row));
            format!("{} was {}{}.", words::capital(&start), words::number(estimate, 2), backing(row, row.n.map(|n| format!("{} people", words::count(n)))))
        }
    }
}

/// ` from 2022 to 2024`.
fn between(row: &ResultRow) -> String {
    match (row.groups.get("compared_with"), &row.wave) {
        (Some(earlier), Some(later)) => format!(" from {earlier} to {later}"),
        _ => String::new(),
    }
}

/// What changed: `mean recovery capital`, `the share of members who were men`.
pub(crate) fn subject(row: &ResultRow, book: &Book) -> String {
    let spoken = labels::spoken(book, &row.dataset, &row.variable);
    let place = place(row, book).map(|place| format!(" {place}")).unwrap_or_default();
    match (&row.level, row.unit) {
        (_, Unit::Percent) => {
            let mut as_share = row.clone();
            as_share.stat = Stat::Proportion;
            format!("the share of {}{place} who {}", book.noun(&row.dataset), super::phrases::predicate(&as_share, book))
        }
        _ => format!("mean {spoken}{place}"),
    }
}

fn difference(row: &ResultRow, estimate: f64, book: &Book, companions: &Companions) -> String {
    let subject = words::capital(&subject(row, book));
    let earlier = row.groups.get("compared_with").cloned().unwrap_or_default();
    let later = row.wave.clone().unwrap_or_default();
    let level_at = |wave: &str| {
        let stat = if row.unit == Unit::Percent { Stat::Proportion } else { Stat::Mean };
        companions.find(row, |other| {
            other.stat = stat;
            other.wave = Some(wave.to_owned());
            other.groups.remove("compared_with");
        })
    };
    let bracket = signed_interval(row).map(|interval| format!("; {interval}")).unwrap_or_default();
    let change = size(row, estimate);
    match (direction(row), level_at(&earlier), level_at(&later)) {
        (Some(up), Some(before), Some(after)) => {
            let verb = if up { "rose" } else { "fell" };
            format!(
                "{subject} {verb} from {} in {earlier} to {} in {later} (by {change}{bracket}).",
                labels::value(row_like(row).as_ref(), before),
                labels::value(row_like(row).as_ref(), after)
            )
        }
        (Some(up), ..) => format!("{subject} was {} in {later} than in {earlier} (by {change}{bracket}).", if up { "higher" } else { "lower" }),
        (None, Some(before), Some(after)) => format!(
            "{subject} showed no clear change: {} in {earlier} and {} in {later} (difference {change}{bracket}).",
            labels::value(row_like(row).as_ref(), before),
            labels::value(row_like(row).as_ref(), after)
        ),
        (None, ..) => format!("{subject} showed no clear change from {earlier} to {later} (difference {change}{bracket})."),
    }
}

/// The row as a level, so that its numbers are written like levels and not like changes.
fn row_like(row: &ResultRow) -> Box<ResultRow> {
    let mut level = Box::new(row.clone());
    level.stat = if row.unit == Unit::Percent { Stat::Proportion } else { Stat::Mean };
    level
}

fn seen_twice(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let spoken = labels::spoken(book, &row.dataset, &row.variable);
    let who = row.n.map_or_else(|| "people seen twice".to_owned(), |n| format!("{} people seen twice", words::count(n)));
    let interval = signed_interval(row).map(|interval| format!(" ({interval})")).unwrap_or_default();
    let between = between(row);
    match direction(row) {
        Some(up) => format!("Among {who}, mean {spoken} {} by {}{between}{interval}.", if up { "rose" } else { "fell" }, size(row, estimate)),
        None => format!(
            "Among {who}, mean {spoken} showed no clear change{between}: {} {}{interval}.",
            size(row, estimate),
            if estimate < 0.0 { "lower" } else { "higher" }
        ),
    }
}

fn part(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let spoken = labels::spoken(book, &row.dataset, &row.variable);
    let source = match row.level.as_deref() {
        Some("joiners") => "people who were new in the later wave",
        Some("leavers") => "people who were not seen again",
        Some("people changed") => "change in the same people",
        Some(other) => other,
        None => "one part",
    };
    let sign = if estimate < 0.0 { "−" } else { "+" };
    let interval = signed_interval(row).map(|interval| format!(" ({interval})")).unwrap_or_default();
    format!("Of the change in mean {spoken}{}, {sign}{} goes with {source}{interval}.", between(row), size(row, estimate))
}
