//! Sentences of follow-up analyses: who was due and interviewed in time, what changed among those with an answer in time.

use super::change::signed_interval;
use super::{Companions, backing, base, direction, phrases, place, share_words, size, untold};
use crate::display::{Book, FollowupWords, labels, words};
use crate::results::{ResultRow, Stat, Unit};

/// The sentence of a row of a follow-up analysis; `None` for other rows and for those that need no words of their own.
pub(super) fn sentence(row: &ResultRow, estimate: f64, book: &Book, companions: &Companions) -> Option<String> {
    let rule = book.analysis(&row.analysis)?.followup.as_ref()?;
    let noun = book.noun(&row.dataset);
    Some(match (row.variable.as_str(), row.stat) {
        ("people", Stat::Count) => people(row, estimate, book),
        ("followup_intakes", _) => format!("{} came in more than once: only the first time counts here.", words::counted(estimate, noun)),
        ("followup_rule", _) => {
            let of = row.denominator.map(words::count).unwrap_or_default();
            format!("The rule was not in force at the intakes of {} of {of} {noun}.", words::count(estimate))
        }
        ("followup_faults", _) => format!("In the records: {}, {}.", words::count(estimate), row.level.as_deref().unwrap_or_default()),
        ("followup_status", Stat::Proportion) => status(row, estimate, book),
        (_, Stat::Proportion) => share(row, estimate, book, rule),
        (_, Stat::StandardizedDifference) => {
            let label = labels::spoken(book, &row.dataset, &row.variable);
            let told = row.n.map(|n| format!(" ({})", words::counted(n, noun))).unwrap_or_default();
            let at = words::small(&rule.moments[0]);
            // of an outcome those lost are without an answer, of other fields without an interview
            let what = if row.level.is_some() { "answer" } else { "interview" };
            let apart = words::number(estimate.abs(), 2);
            format!("At {at}, those without an {what} in time and those with one were {apart} standard deviations apart in {label}{told}.")
        }
        (_, Stat::Bound) => {
            let who = if row.level.as_deref() == Some("lowest") { "Had nobody who was lost" } else { "Had everybody who was lost" };
            let later = words::small(&rule.moments[1]);
            let of = row.denominator.map(|of| format!(" of {}", words::counted(of, noun))).unwrap_or_default();
            let label = labels::spoken(book, &row.dataset, &row.variable);
            format!("{who} had the outcome ({label}) at {later}, the share{of} would be {}.", words::percent(estimate))
        }
        (_, Stat::Difference) if row.groups.contains_key("who") => {
            let subject = format!("the share of {noun} who {}", phrases::predicate(row, book));
            let sign = match estimate {
                down if down < 0.0 => "−",
                up if up > 0.0 => "+",
                _ => "",
            };
            let told = signed_interval(row).map(|interval| format!(" ({interval})")).unwrap_or_default();
            if row.note.as_deref().is_some_and(|note| note.contains("nobody was lost")) {
                return Some(format!("Nobody was lost, so the change in {subject} stays {sign}{}{told}.", size(row, estimate)));
            }
            let how = if row.groups.get("who").is_some_and(|who| who.starts_with("imputed")) { "With answers imputed" } else { "Weighted" };
            format!("{how} for those lost, the change in {subject} was {sign}{}{told}.", size(row, estimate))
        }
        (_, Stat::Difference) => difference(row, estimate, book, companions, rule),
        (_, Stat::RateOfChange) => {
            let start = format!("Against {}, the share of {noun} seen both times who {}", words::small(&rule.moments[0]), phrases::predicate(row, book));
            let told = backing(row, row.n.map(|n| words::counted(n, noun)));
            if let Some(why) = untold(row) {
                let sign = if estimate < 0.0 { "−" } else { "+" };
                return Some(format!("{start} changed by {sign}{}{told}. {why}", words::percent(estimate.abs())));
            }
            match direction(row) {
                Some(true) => format!("{start} grew by {}{told}.", words::percent(estimate)),
                Some(false) => format!("{start} shrank by {}{told}.", words::percent(estimate.abs())),
                None => format!("{start} showed no clear change: {}{told}.", words::percent(estimate)),
            }
        }
        _ => return None,
    })
}

fn people(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let many = words::counted(estimate, book.noun(&row.dataset));
    let place = place(row, book).map(|place| format!(" {place}")).unwrap_or_default();
    let day = words::date(&book.as_of);
    match row.groups.get("followup_window").map(String::as_str) {
        Some("closed") => format!("For {many}{place} the time for the follow-up was over by {day}: they were due."),
        Some("not closed") => format!("For {many}{place} the time for the follow-up was not over by {day}."),
        Some(_) => format!("For {many}{place} care ended before the time for the follow-up was over, with no interview in time: they were not due."),
        None => format!("{many}{place} had an intake by {day}."),
    }
}

/// Whether some of those without an interview had one that belongs to a later intake.
pub(crate) fn counts_not(row: &ResultRow) -> bool {
    row.note.as_deref().is_some_and(|note| note.contains("after coming in again"))
}

fn status(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let noun = book.noun(&row.dataset);
    let place = place(row, book).map(|place| format!(" {place}")).unwrap_or_default();
    let closed = row.groups.get("followup_window").is_some_and(|window| window == "closed");
    let did = match (row.level.as_deref().unwrap_or_default(), closed) {
        ("in window", true) => "were interviewed in time",
        ("in window", false) => "had been interviewed",
        ("early", _) => "were interviewed too early",
        ("late", _) => "were interviewed too late",
        ("missed", _) if counts_not(row) => "had no interview that counts",
        ("missed", _) => "were not interviewed",
        ("due now", _) => "could be interviewed now",
        _ => "were not due yet",
    };
    let whom = if closed { format!("{noun}{place} who were due") } else { format!("{noun}{place} whose time was not over") };
    format!("{} {whom} {did}{}.", words::capital(&share_words(estimate)), backing(row, base(row, noun)))
}

/// Where a rate stands against the floor of its policy, from the rate and its interval.
pub(crate) fn against_floor(row: &ResultRow, floor: f64) -> Option<String> {
    let (rate, low, high) = (row.estimate?, row.conf_low, row.conf_high);
    let floor_words = words::short(floor * 100.0, 1);
    Some(match (rate < floor, low.is_none_or(|low| low < floor), high.is_none_or(|high| high >= floor)) {
        (true, _, false) => format!("That is below the floor of {floor_words}%, and so is the whole interval."),
        (true, _, true) => format!("That is below the floor of {floor_words}%, but the interval reaches it: chance alone could make the gap."),
        (false, false, _) => format!("That meets the floor of {floor_words}%, and so does the whole interval."),
        (false, true, _) => format!("That meets the floor of {floor_words}%, but the interval goes below it: chance alone could have lifted the rate."),
    })
}

/// Whom a share is of: `people with an answer in time`.
fn whom(row: &ResultRow, noun: &str) -> String {
    match row.groups.get("followup_seen").map(String::as_str) {
        Some("followed") => format!("{noun} with an answer in time"),
        Some(_) => format!("{noun} without an answer in time"),
        None => format!("{noun} who were due"),
    }
}

fn share(row: &ResultRow, estimate: f64, book: &Book, rule: &FollowupWords) -> String {
    let noun = book.noun(&row.dataset);
    let at = row.groups.get(&rule.each).map(|moment| format!("At {}, ", words::small(moment))).unwrap_or_default();
    format!("{at}{} {} {}{}.", share_words(estimate), whom(row, noun), phrases::predicate(row, book), backing(row, base(row, noun)))
}

fn difference(row: &ResultRow, estimate: f64, book: &Book, companions: &Companions, rule: &FollowupWords) -> String {
    let level_at = |moment: &str| {
        companions.find(row, |other| {
            other.stat = Stat::Proportion;
            other.unit = Unit::Percent;
            other.groups.insert(rule.each.clone(), moment.to_owned());
        })
    };
    let [intake, later] = rule.moments.each_ref().map(|moment| words::small(moment));
    let noun = words::counted(row.n.unwrap_or_default(), book.noun(&row.dataset));
    let subject = format!("the share who {}", phrases::predicate(row, book));
    let bracket = signed_interval(row).map(|interval| format!("; {interval}")).unwrap_or_default();
    let levels = level_at(&rule.moments[0]).zip(level_at(&rule.moments[1]));
    let told = levels.map(|(before, after)| format!(" from {} at {intake} to {} at {later}", words::percent(before), words::percent(after)));
    let change = size(row, estimate);
    let told = told.unwrap_or_default();
    let sign = if estimate < 0.0 { "−" } else { "" };
    if let Some(why) = untold(row) {
        return format!("Among {noun} seen both times, {subject} went{told} (change {sign}{change}{bracket}). {why}");
    }
    match direction(row) {
        Some(true) => format!("Among {noun} seen both times, {subject} rose{told} (by {change}{bracket})."),
        Some(false) => format!("Among {noun} seen both times, {subject} fell{told} (by {change}{bracket})."),
        None => format!("Among {noun} seen both times, {subject} showed no clear change{told} (change {sign}{change}{bracket})."),
    }
}

/// `69.5% of people due were seen in time, below the floor of 80%`.
pub(crate) fn rate_heading(row: &ResultRow, noun: &str, floor: Option<f64>) -> Option<String> {
    let rate = row.estimate?;
    let start = format!("{} of {noun} due were interviewed in time", words::percent(rate));
    Some(match floor {
        Some(floor) => {
            let side = if rate < floor { "below" } else { "at or above" };
            format!("{start}, {side} the floor of {}%", words::short(floor * 100.0, 1))
        }
        None => start,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(estimate: f64, low: f64, high: f64) -> ResultRow {
        let mut row = ResultRow::new("d", "a", "followup_status", Stat::Proportion, Unit::Percent);
        (row.estimate, row.conf_low, row.conf_high) = (Some(estimate), Some(low), Some(high));
        row
    }

    #[test]
    fn a_rate_is_above_below_or_too_near_to_tell() {
        let told = |row: ResultRow| against_floor(&row, 0.8).unwrap_or_default();
        assert_eq!(told(rate(0.7, 0.64, 0.74)), "That is below the floor of 80%, and so is the whole interval.");
        assert!(told(rate(0.78, 0.74, 0.82)).contains("below the floor of 80%, but the interval reaches it"));
        assert!(told(rate(0.82, 0.78, 0.86)).contains("meets the floor of 80%, but the interval goes below it"));
        assert_eq!(told(rate(0.9, 0.86, 0.94)), "That meets the floor of 80%, and so does the whole interval.");
    }
}
