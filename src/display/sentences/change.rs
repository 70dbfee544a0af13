//! Sentences of changes: `rose from 4.8 in 2022 to 5.0 in 2024`, or `no clear change`.

use super::{Companions, backing, nouns, place};
use crate::display::{Book, labels, words};
use crate::results::{QUESTION_CHANGED, ResultRow, Stat, Unit};

const NOT_KNOWN: &str = "Whether that is more than chance cannot be told.";
const NOT_ALIKE: &str = "The question changed in between, so the two may not compare.";

/// Which way a change went; `None` when its interval holds zero, and where nothing can be said (`untold`).
pub(crate) fn direction(row: &ResultRow) -> Option<bool> {
    if untold(row).is_some() {
        return None;
    }
    let Some((low, high)) = row.conf_low.zip(row.conf_high) else {
        // everybody answered: what changed did change
        return row.estimate.filter(|change| *change != 0.0).map(|change| change > 0.0);
    };
    match (low > 0.0, high < 0.0) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Why neither a change nor its absence can be told of a figure: it has no interval, or the question changed.
pub(crate) fn untold(row: &ResultRow) -> Option<&'static str> {
    row.estimate?;
    if row.note.as_deref().is_some_and(|note| note.contains(QUESTION_CHANGED)) {
        return Some(NOT_ALIKE);
    }
    let is_known = row.conf_low.is_some() && row.conf_high.is_some() || super::counted(row).is_some();
    (!is_known).then_some(NOT_KNOWN)
}

/// `0.15 points`, `2.4 percentage points`.
pub(crate) fn size(row: &ResultRow, change: f64) -> String {
    match row.unit {
        Unit::Percent => format!("{} percentage {}", words::points(change), if words::points(change) == "1.0" { "point" } else { "points" }),
        Unit::Points => format!("{} {}", words::number(change.abs(), 2), if words::number(change.abs(), 2) == "1.00" { "point" } else { "points" }),
        Unit::Dollars => words::dollars(change.abs()),
        _ => labels::value(row, change.abs()),
    }
}

pub(super) fn signed_interval(row: &ResultRow) -> Option<String> {
    let (low, high) = (row.conf_low?, row.conf_high?);
    let number = |value: f64| {
        let text = match row.unit {
            Unit::Percent => words::points(value),
            Unit::Dollars => words::dollars(value.abs()),
            _ => words::number(value.abs(), 2),
        };
        if value < 0.0 && text.chars().any(|digit| ('1'..='9').contains(&digit)) { format!("−{text}") } else { text }
    };
    let level = words::short(row.conf_level.unwrap_or(0.95) * 100.0, 1);
    Some(format!("{level}% interval {} to {}", number(low), number(high)))
}

pub(super) fn sentence(row: &ResultRow, estimate: f64, book: &Book, companions: &Companions) -> String {
    match row.stat {
        Stat::Difference if row.variable.contains("_crossing_") => crossed(row, estimate, book),
        Stat::Difference => difference(row, estimate, book, companions),
        Stat::MeanChange => seen_twice(row, estimate, book),
        Stat::WilcoxonV => ranked(row, book, companions),
        Stat::ChangePart => part(row, estimate, book),
        _ => {
            let spoken = labels::spoken(book, &row.dataset, &row.variable);
            let start = format!("the {} in {spoken}{}", labels::stat(row), between(row));
            format!("{} was {}{}.", words::capital(&start), words::number(estimate, 2), backing(row, row.n.map(|n| words::counted(n, "people"))))
        }
    }
}

/// The size of a change with its sign: `−0.3 percentage points`.
fn signed(row: &ResultRow, change: f64) -> String {
    let text = size(row, change);
    if change < 0.0 && text.chars().any(|digit| ('1'..='9').contains(&digit)) { format!("−{text}") } else { text }
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
    let place = place(row, book).map(|place| format!(" {place}")).unwrap_or_default();
    match (&row.level, row.unit) {
        (_, Unit::Percent) => {
            let mut as_share = row.clone();
            as_share.stat = Stat::Proportion;
            format!("the share of {}{place} who {}", book.noun(&row.dataset), super::phrases::predicate(&as_share, book))
        }
        _ => format!("{}{place}", nouns::mean(&labels::described(book, row), "mean")),
    }
}

fn difference(row: &ResultRow, estimate: f64, book: &Book, companions: &Companions) -> String {
    let small = subject(row, book);
    let subject = words::capital(&small);
    let earlier = row.groups.get("compared_with").cloned().unwrap_or_default();
    let later = row.wave.clone().unwrap_or_default();
    let of = |stat: Stat, wave: &str| {
        companions.find(row, |other| {
            other.stat = stat;
            other.wave = Some(wave.to_owned());
            other.groups.remove("compared_with");
        })
    };
    if let (Some(before), Some(after)) = (of(Stat::PredictiveMargin, &earlier), of(Stat::PredictiveMargin, &later)) {
        return modelled(row, estimate, book, [before, after]);
    }
    let level_at = |wave: &str| of(if row.unit == Unit::Percent { Stat::Proportion } else { Stat::Mean }, wave);
    let bracket = signed_interval(row).map(|interval| format!("; {interval}")).unwrap_or_default();
    let change = size(row, estimate);
    let level = row_like(row);
    let told = |value: f64| labels::value(level.as_ref(), value);
    let levels = level_at(&earlier).zip(level_at(&later));
    if let Some(why) = untold(row) {
        let change = signed(row, estimate);
        return match levels {
            Some((before, after)) => {
                format!("{subject} was {} in {earlier} and {} in {later} (change {change}{bracket}). {why}", told(before), told(after))
            }
            None => format!("The change in {small} from {earlier} to {later} was {change}{}. {why}", in_brackets(row)),
        };
    }
    match (direction(row), levels) {
        (Some(up), Some((before, after))) => {
            let verb = if up { "rose" } else { "fell" };
            // a change that shows only in the second decimal is told with two
            let told = |value: f64| if told(before) == told(after) && row.unit != Unit::Percent { words::number(value, 2) } else { told(value) };
            format!("{subject} {verb} from {} in {earlier} to {} in {later} (by {change}{bracket}).", told(before), told(after))
        }
        (Some(up), None) => format!("{subject} was {} in {later} than in {earlier} (by {change}{bracket}).", if up { "higher" } else { "lower" }),
        (None, Some((before, after))) => {
            let change = signed(row, estimate);
            format!("There was no clear change in {small}. It was {} in {earlier} and {} in {later} (change {change}{bracket}).", told(before), told(after))
        }
        (None, None) => {
            let change = signed(row, estimate);
            format!("There was no clear change in {small} from {earlier} to {later} (change {change}{bracket}).")
        }
    }
}

/// A change between means of a model of everybody.
fn modelled(row: &ResultRow, estimate: f64, book: &Book, means: [f64; 2]) -> String {
    let subject = subject(row, book);
    let [before, after] = means.map(|mean| words::number(mean, 2));
    let earlier = row.groups.get("compared_with").cloned().unwrap_or_default();
    let later = row.wave.clone().unwrap_or_default();
    let bracket = signed_interval(row).map(|interval| format!("; {interval}")).unwrap_or_default();
    let start = format!("Estimated from all {} seen once or more", book.noun(&row.dataset));
    if let Some(why) = untold(row) {
        return format!("{start}, {subject} was {before} in {earlier} and {after} in {later} ({}{bracket}). {why}", signed(row, estimate));
    }
    match direction(row) {
        Some(up) => {
            let verb = if up { "rose" } else { "fell" };
            format!("{start}, {subject} {verb} from {before} in {earlier} to {after} in {later} (by {}{bracket}).", size(row, estimate))
        }
        None => format!("{start}, {subject} did not clearly change: {before} in {earlier} and {after} in {later} ({}{bracket}).", signed(row, estimate)),
    }
}

/// Whom a mean is of, where it is of those who stayed, joined or left: `among joiners, with no known answer in 2022,`.
pub(super) fn stay(row: &ResultRow, noun: &str) -> Option<String> {
    let other = row.groups.get("compared_with")?;
    Some(match row.groups.get("who")?.as_str() {
        who @ ("joiners" | "leavers") => format!("among {}", with_no_answer(who, Some(other))),
        _ => format!("among {noun} seen both then and in {other}"),
    })
}

/// The row as a level, so that its numbers are written like levels and not like changes.
fn row_like(row: &ResultRow) -> Box<ResultRow> {
    let mut level = Box::new(row.clone());
    level.stat = if row.unit == Unit::Percent { Stat::Proportion } else { Stat::Mean };
    level
}

fn seen_twice(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let mean = nouns::mean(&labels::described(book, row), "mean");
    let who = row.n.map_or_else(|| "people seen twice".to_owned(), |n| words::counted(n, "people seen twice"));
    let interval = in_brackets(row);
    let between = between(row);
    if let Some(why) = untold(row) {
        return format!("Among {who}, {mean} was {}{}. {why}", apart(row, estimate), interval);
    }
    match direction(row) {
        Some(up) => format!("Among {who}, {mean} {} by {}{between}{interval}.", if up { "rose" } else { "fell" }, size(row, estimate)),
        None => format!("Among {who}, {mean} showed no clear change{between}: it was {} {}{interval}.", size(row, estimate), side(estimate)),
    }
}

/// ` (95% interval −0.3 to 0.4)`.
fn in_brackets(row: &ResultRow) -> String {
    signed_interval(row).map(|interval| format!(" ({interval})")).unwrap_or_default()
}

fn side(change: f64) -> &'static str {
    if change < 0.0 { "lower" } else { "higher" }
}

/// `3.41 points higher in 2024 than in 2022`.
fn apart(row: &ResultRow, change: f64) -> String {
    let waves = row.wave.as_ref().zip(row.groups.get("compared_with")).map(|(later, earlier)| format!(" in {later} than in {earlier}"));
    format!("{} {}{}", size(row, change), side(change), waves.unwrap_or_default())
}

/// Whether rises outweighed falls, by Wilcoxon's test.
fn ranked(row: &ResultRow, book: &Book, companions: &Companions) -> String {
    let spoken = labels::spoken(book, &row.dataset, &row.variable);
    let who = row.n.map_or_else(|| "people seen twice".to_owned(), |n| words::counted(n, "people seen twice"));
    let between = between(row);
    let Some(p) = row.p_value else {
        return format!("Rises and falls in {spoken}{between} are not tested: everybody was asked.");
    };
    let test = format!("(Wilcoxon’s test, {})", words::p_value(p));
    let correlation = companions.find(row, |other| other.stat = Stat::RankBiserial).unwrap_or_default();
    if p >= 0.05 || correlation == 0.0 {
        return format!("Among {who}, neither rises nor falls in {spoken} clearly outweighed the other{between} {test}.");
    }
    let (more, less) = if correlation > 0.0 { ("rises", "falls") } else { ("falls", "rises") };
    format!("Among {who}, {more} in {spoken} outweighed {less}{between} {test}.")
}

/// The cut-off that a row is about: `the cut-off of 13 for psychological distress`.
fn cut_off(row: &ResultRow, book: &Book) -> String {
    match book.instrument(&row.variable) {
        Some((instrument, form)) => {
            let construct = if instrument.construct.is_empty() { &instrument.title } else { &instrument.construct };
            format!("{} for {construct}", super::phrases::cut_off(form).unwrap_or_default())
        }
        None => "the cut-off".to_owned(),
    }
}

/// How the share at or above a cut-off changed among people seen twice.
fn crossed(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let who = row.n.map_or_else(|| "people seen twice".to_owned(), |n| words::counted(n, "people seen twice"));
    let interval = in_brackets(row);
    let (between, cut_off) = (between(row), cut_off(row, book));
    let start = format!("Among {who}, the share at or above {cut_off}");
    if let Some(why) = untold(row) {
        return format!("{start} was {}{interval}. {why}", apart(row, estimate));
    }
    match direction(row) {
        Some(up) => format!("{start} {} by {}{between}{interval}.", if up { "rose" } else { "fell" }, size(row, estimate)),
        None => {
            format!("{start} showed no clear change{between}: it was {} {}{interval}.", size(row, estimate), side(estimate))
        }
    }
}

/// How far a mean lies from one that was published of other people.
pub(super) fn norm(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let mean = nouns::mean(&labels::described(book, row), "mean");
    let (interval, side) = (in_brackets(row), side(estimate));
    let of = row.level.as_deref().unwrap_or_default();
    let start = format!("{}{mean}", super::when(row));
    let told = if let Some(why) = untold(row) {
        format!("{start} was {} {side} than published for “{of}”{interval}. {why}", size(row, estimate))
    } else if direction(row).is_some() {
        format!("{start} was {} {side} than published for “{of}”{interval}.", size(row, estimate))
    } else {
        format!("{start} did not clearly differ from that published for “{of}”: it was {} {side}{interval}.", size(row, estimate))
    };
    words::capital(&told)
}

/// Of those who crossed a cut-off, how many rose above it.
pub(super) fn movers(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let who = row.denominator.map_or_else(|| "people".to_owned(), |of| words::counted(of, "people"));
    let told = backing(row, row.n.zip(row.denominator).map(|(n, of)| format!("{} of {}", words::count(n), words::count(of))));
    format!("Of {who} who crossed {}{}, {} rose above it{told}.", cut_off(row, book), between(row), words::percent(estimate))
}

fn part(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let mean = nouns::mean(&labels::described(book, row), "mean");
    let by = row.groups.get("split_by").map(|by| labels::spoken(book, &row.dataset, by));
    let split = by.map(|by| {
        let within = row.level.as_deref().is_some_and(|level| level.starts_with("within"));
        if within { format!("change within each {by}") } else { format!("another mix of people by {by}") }
    });
    let source = match row.level.as_deref() {
        _ if split.is_some() => split.as_deref().unwrap_or_default(),
        Some("joiners") => &with_no_answer("joiners", row.groups.get("compared_with")),
        Some("leavers") => &with_no_answer("leavers", row.wave.as_ref()),
        Some("people changed") => "changes in the same people",
        Some(other) => other,
        None => "one part",
    };
    let sign = if estimate < 0.0 { "" } else { "+" };
    let why = untold(row).filter(|why| *why == NOT_ALIKE).map(|why| format!(" {why}")).unwrap_or_default();
    format!("{} made up {sign}{} of the change in {mean}{}{}.{why}", words::capital(source), signed(row, estimate), between(row), in_brackets(row))
}

/// `joiners, with no known answer in 2022,`.
fn with_no_answer(who: &str, wave: Option<&String>) -> String {
    wave.map_or_else(|| who.to_owned(), |wave| format!("{who}, with no known answer in {wave},"))
}
