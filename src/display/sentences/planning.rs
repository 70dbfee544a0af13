//! Sentences of a plan: what the next wave needs, and what it would find.

use super::{nouns, size};
use crate::display::{Book, labels, words};
use crate::results::{ResultRow, Stat, Unit};

/// Small numbers in words, so that a margin that was chosen does not look like a figure that was found.
const WORDS: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// The sentence of a row of a plan.
pub(super) fn sentence(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let noun = book.noun(&row.dataset);
    let what = what(row, book);
    let margin = row.level.as_deref().map(margin).unwrap_or_default();
    match row.stat {
        Stat::Margin if row.unit == Unit::Percent => format!("The plan for {what} is a margin of {margin}."),
        Stat::Margin => format!("For {what}, {margin} is {}.", size(row, estimate)),
        Stat::NeededAnswers => format!("To know {what} within {margin}, answers of {} are needed.", words::counted(estimate, noun)),
        // The aim is said once, by the answers; a sentence that is copied alone still names what it is about.
        Stat::NeededInvites => format!("For {what}, {} must be asked if the same share answers as this time.", words::counted(estimate, noun)),
        Stat::NeededCenters => format!("For {what}, {} are needed with as many answers in each as this time.", words::counted(estimate, "centers")),
        Stat::DetectableChange if row.groups.contains_key("who") => {
            let who = row.n.map_or_else(|| "the same people".to_owned(), |n| words::counted(n, "people seen twice"));
            format!("Among {who}, a true change of {} in {what} would be found {}.", size(row, estimate), often(row))
        }
        Stat::DetectableChange => format!("Two waves like this one would find a true change of {} in {what} {}.", size(row, estimate), often(row)),
        _ => {
            let spoken = labels::spoken(book, &row.dataset, &row.variable);
            let start = format!("{}the intraclass correlation of {spoken} within centers was {}.", super::when(row), words::number(estimate, 2));
            words::capital(&start)
        }
    }
}

/// `mean recovery capital`, or `any share by gender`.
fn what(row: &ResultRow, book: &Book) -> String {
    let is_share = row.unit == Unit::Percent || row.level.as_deref().is_some_and(|level| level.ends_with("points"));
    if is_share {
        return format!("any share by {}", labels::spoken(book, &row.dataset, &row.variable));
    }
    nouns::mean(&labels::described(book, row), "mean")
}

/// `five percentage points`, or `a tenth of a standard deviation`.
fn margin(level: &str) -> String {
    let (number, unit) = level.split_once(' ').unwrap_or((level, ""));
    let told = number.parse::<usize>().ok().and_then(|whole| WORDS.get(whole)).map_or_else(|| number.to_owned(), |word| (*word).to_owned());
    match (unit, number) {
        ("points", "1") => "one percentage point".to_owned(),
        ("points", _) => format!("{told} percentage points"),
        (_, "0.1") => "a tenth of a standard deviation".to_owned(),
        (_, "0.2") => "a fifth of a standard deviation".to_owned(),
        _ => format!("{told} standard deviations"),
    }
}

/// How often, from the power that the method names: `in four of five surveys`.
fn often(row: &ResultRow) -> String {
    let power = row.method.strip_prefix("power ").and_then(|rest| rest.split(' ').next()).and_then(|power| power.parse::<f64>().ok());
    match power {
        Some(power) if (power - 0.8).abs() < 1e-9 => "in four of five surveys".to_owned(),
        Some(power) if (power - 0.9).abs() < 1e-9 => "in nine of ten surveys".to_owned(),
        Some(power) => format!("in {} of surveys", words::percent(power)),
        None => "in most surveys".to_owned(),
    }
}
