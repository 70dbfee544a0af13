//! A released row in, one plain sentence out: number, interval, base and wave, or why there is no number.
//!
//! Sentences state what was found among whom; they never say that one thing made another happen.

mod change;
pub(crate) use change::{direction, size, subject, untold};
mod followup;
pub(crate) use followup::{against_floor, counts_not, rate_heading};
mod nouns;
mod paths;
mod phrases;
mod planning;
pub(crate) use phrases::{predicate, worded};

use std::collections::BTreeMap;

use super::{Book, curves, labels, links, words};
use crate::results::{ResultRow, Stat, Status, Unit};

/// Figures that other figures' sentences mention: ends of ranges, levels of a change, its direction, response.
pub(crate) struct Companions {
    by_id: BTreeMap<String, f64>,
    response: BTreeMap<(String, Option<String>), (f64, f64)>,
}

impl Companions {
    pub(crate) fn of(rows: &[ResultRow]) -> Self {
        let wanted = |row: &&ResultRow| {
            let mentioned = matches!(row.stat, Stat::Min | Stat::Max | Stat::Mean | Stat::PredictiveMargin | Stat::Proportion | Stat::Quantile);
            (mentioned || row.stat == Stat::RankBiserial) && !row.is_suppressed()
        };
        let by_id = rows.iter().filter(wanted).filter_map(|row| row.estimate.map(|estimate| (row.id(), estimate))).collect();
        let response = rows
            .iter()
            .filter(|row| row.variable == "response_rate" && row.groups.keys().all(|group| group == "wave"))
            .filter_map(|row| Some(((row.dataset.clone(), row.wave.clone()), (row.n?, row.denominator?))))
            .collect();
        Self { by_id, response }
    }

    /// The estimate of the row that differs from `row` as `change` says.
    pub(super) fn find(&self, row: &ResultRow, change: impl Fn(&mut ResultRow)) -> Option<f64> {
        let mut other = row.clone();
        change(&mut other);
        self.by_id.get(&other.id()).copied()
    }

    fn response(&self, row: &ResultRow) -> Option<(f64, f64)> {
        self.response.get(&(row.dataset.clone(), row.wave.clone())).copied()
    }
}

/// The sentence of a row.
pub(crate) fn sentence(row: &ResultRow, book: &Book, companions: &Companions) -> String {
    if row.is_suppressed() {
        return hidden(row, book);
    }
    if row.status == Status::NotEstimable {
        return missing(row, book);
    }
    let Some(estimate) = row.estimate else { return missing(row, book) };
    if let Some(text) = published(row, estimate, book) {
        return text;
    }
    if let Some(text) = followup::sentence(row, estimate, book, companions).or_else(|| paths::sentence(row, estimate, book)) {
        return text;
    }
    let text = match row.stat {
        Stat::Difference
        | Stat::MeanChange
        | Stat::ChangePart
        | Stat::CohenDz
        | Stat::CohenDav
        | Stat::HedgesGz
        | Stat::WilcoxonV
        | Stat::RankBiserial
        | Stat::StandardizedDifference => change::sentence(row, estimate, book, companions),
        Stat::Mcnemar => change::movers(row, estimate, book),
        Stat::NormDifference => change::norm(row, estimate, book),
        Stat::Margin | Stat::NeededAnswers | Stat::NeededInvites | Stat::NeededCenters | Stat::DetectableChange | Stat::Intraclass => {
            planning::sentence(row, estimate, book)
        }
        Stat::Proportion | Stat::Ratio if row.variable == "response_rate" => response(row, estimate, book),
        Stat::Proportion => share(row, estimate, book),
        Stat::Survival => survival(row, estimate, book),
        Stat::Correlation if row.level.as_deref() == Some("trend over bands") => phrases::dose(row, estimate, book),
        Stat::AlphaIfDropped | Stat::ItemRestR | Stat::ItemDrift => phrases::item(row, estimate, book),
        Stat::Count => phrases::count(row, estimate, book),
        _ => number(row, estimate, book, companions),
    };
    if row.status == Status::Unstable { format!("{text} This figure is unstable: few answers stand behind it.") } else { text }
}

/// A figure of a public series; `None` for other rows.
fn published(row: &ResultRow, estimate: f64, book: &Book) -> Option<String> {
    let series = book.analysis(&row.analysis)?.series.as_ref()?;
    let value = labels::value(row, estimate);
    let unit = if row.stat == Stat::Count { String::new() } else { format!(" {}", series.unit) };
    Some(format!("{} in {}: {value}{unit}, as published.", words::capital(&series.label), row.wave.as_deref().unwrap_or("all years")))
}

fn hidden(row: &ResultRow, book: &Book) -> String {
    let why = if row.status == Status::Suppressed { "it is hidden to protect people" } else { "it would give away another hidden figure" };
    format!("{} is not shown. {}.", words::capital(&topic(row, book)), words::capital(why))
}

fn missing(row: &ResultRow, book: &Book) -> String {
    let why = row.note.as_deref().map_or_else(|| "too few answers to say".to_owned(), |note| note.trim_end_matches('.').to_owned());
    if let (Stat::MeanChange, Some(earlier), Some(later)) = (row.stat, row.groups.get("compared_with"), &row.wave) {
        let mean = nouns::mean(&labels::described(book, row), "mean");
        return format!("No change in {mean} from {earlier} to {later} is given for people seen twice: {why}.");
    }
    if let (Stat::NormDifference, Some(population)) = (row.stat, &row.level) {
        let spoken = words::capital(&labels::spoken(book, &row.dataset, &row.variable));
        return format!("{spoken} is not compared with “{population}”: {why}.");
    }
    format!("{} could not be estimated: {why}.", words::capital(&topic(row, book)))
}

/// What the row is about, without a number: `the share “Male” for gender among members in 2024`.
fn topic(row: &ResultRow, book: &Book) -> String {
    let label = labels::spoken(book, &row.dataset, &row.variable);
    let about = match (&row.level, row.stat) {
        (_, Stat::Quantile) if row.variable == "retention" => "the day by which half had stopped coming".to_owned(),
        (_, Stat::Path | Stat::PathStandardized) => format!("the {} of {}", labels::stat(row), links::name(row, book).unwrap_or_default()),
        (_, Stat::Quantile) if row.level.as_deref() == Some("0.5") => nouns::mean(&labels::described(book, row), "median"),
        (Some(level), Stat::Count) => format!("the number of {} with “{level}” for {label}", book.noun(&row.dataset)),
        (None, Stat::Count) => format!("the number for {label}"),
        (_, Stat::Mean) if !labels::has_category(row) => nouns::mean(&labels::described(book, row), "mean"),
        (Some(level), _) if labels::has_category(row) => format!("the {} of “{level}” for {label}", labels::stat(row)),
        _ => format!("the {} of {label}", labels::stat(row)),
    };
    let scope = scope(row, book);
    if scope.is_empty() { about } else { format!("{about} {scope}") }
}

/// Where and when, after a noun: `in Boston in 2024`.
pub(super) fn scope(row: &ResultRow, book: &Book) -> String {
    let mut parts: Vec<String> = place(row, book).into_iter().collect();
    if let Some(wave) = row.wave.as_deref().filter(|_| !row.groups.contains_key("month")) {
        parts.push(format!("in {wave}"));
    }
    parts.join(" ")
}

/// Where, and among whom: `in Boston`, `at Hope for Holyoke`, `with 1 to 5 years in recovery`.
pub(crate) fn place(row: &ResultRow, book: &Book) -> Option<String> {
    let mut parts = Vec::new();
    for (group, level) in &row.groups {
        parts.push(match group.as_str() {
            "wave" | "compared_with" | "who" | "also" | "split_by" | "followup_window" | "followup_seen" => continue,
            "region" => format!("in {level}"),
            "center_name" | "center" | "center_id" => format!("at {level}"),
            "month" => format!("in {}", words::date(level)),
            "weekday" => format!("on {}s", labels::weekday(level)),
            "hour" => format!("from {level}:00"),
            "event" | "time_point" | "interview" => format!("at {}", words::small(level)),
            other if other.ends_with("_dose") => format!("in the attendance band “{level}”"),
            other => match curves::of_bins(book, other) {
                Some(curve) => format!("with {}", curves::bin(book, &row.dataset, curve, level)),
                None => format!("with “{level}” for {}", labels::spoken(book, &row.dataset, other)),
            },
        });
    }
    // the day comes before the hour, the place before the time
    parts.sort_by_key(|part| {
        (part.starts_with("from "), part.starts_with("on "), part.starts_with("in ") && part.ends_with(|last: char| last.is_ascii_digit()))
    });
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// `In 2024, `, or nothing.
pub(super) fn when(row: &ResultRow) -> String {
    match &row.wave {
        Some(wave) if !row.groups.contains_key("month") => format!("In {wave}, "),
        _ => String::new(),
    }
}

/// The interval and the base in brackets, as far as they are known: ` (95% interval 54.1% to 61.8%; 742 of 1,280 members)`.
pub(super) fn backing(row: &ResultRow, base: Option<String>) -> String {
    let parts: Vec<String> = interval(row).or_else(|| counted(row)).into_iter().chain(base).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) }
}

/// Why a figure has no interval, where nobody was left out.
fn counted(row: &ResultRow) -> Option<String> {
    let note = row.note.as_deref()?;
    let why = [("full count", "full count"), ("every unit answered", "everyone answered")];
    why.iter().find(|(said, _)| note.contains(said)).map(|(_, why)| (*why).to_owned())
}

/// `95% interval 54.1% to 61.8%`.
pub(crate) fn interval(row: &ResultRow) -> Option<String> {
    let (low, high) = (row.conf_low?, row.conf_high?);
    let level = words::short(row.conf_level.unwrap_or(0.95) * 100.0, 1);
    let (low, high) = if row.stat == Stat::Count { (words::count(low), words::count(high)) } else { (labels::value(row, low), labels::value(row, high)) };
    Some(format!("{level}% interval {low} to {high}"))
}

/// `742 of 1,280 members`, or `1,280 members`.
pub(crate) fn base(row: &ResultRow, noun: &str) -> Option<String> {
    match (row.n, row.denominator) {
        (Some(n), Some(of)) if row.unit == Unit::Percent => Some(format!("{} of {} {noun}", words::count(n), words::count(of))),
        (Some(n), _) => Some(words::counted(n, noun)),
        (None, Some(of)) => Some(format!("base {}", words::counted(of, noun))),
        (None, None) => None,
    }
}

fn share(row: &ResultRow, estimate: f64, book: &Book) -> String {
    if let (Some(also), Some(level)) = (row.groups.get("also"), &row.level) {
        // Both levels stand where one would.
        let mut both = ResultRow { level: Some(format!("{level}” and “{also}")), ..row.clone() };
        both.groups.remove("also");
        return share(&both, estimate, book);
    }
    let noun = labels::base_noun(book, row);
    let whom = place(row, book).map_or_else(|| noun.to_owned(), |place| format!("{noun} {place}"));
    let predicate = phrases::predicate(row, book);
    let whom = if row.groups.contains_key("who") { format!("{whom} seen twice") } else { whom };
    let start = when(row);
    let share = share_words(estimate);
    let share = if start.is_empty() { words::capital(&share) } else { share };
    format!("{start}{share} {whom} {predicate}{}.", backing(row, base(row, noun)))
}

/// `59.0% of`, or in words where a number would mislead: nobody, everybody, and shares that round to none or all.
fn share_words(share: f64) -> String {
    const LEAST: f64 = 0.000_5;
    match share {
        0.0 => "none of the".to_owned(),
        1.0 => "all of the".to_owned(),
        share if share > 0.0 && share < LEAST => "fewer than 0.1% of".to_owned(),
        share if share < 1.0 && share > 1.0 - LEAST => "more than 99.9% of".to_owned(),
        share => format!("{} of", words::percent(share)),
    }
}

fn response(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let noun = book.noun(&row.dataset);
    match (row.n, row.denominator) {
        (Some(n), Some(of)) => format!("{}{} of {} {noun} answered ({}).", when(row), words::count(n), words::count(of), words::percent(estimate)),
        _ => format!("{}{} of {noun} answered.", when(row), words::percent(estimate)),
    }
}

fn survival(row: &ResultRow, estimate: f64, book: &Book) -> String {
    let time = row.level.as_deref().unwrap_or("0");
    let place = place(row, book).map(|place| format!(" {place}")).unwrap_or_default();
    let share = words::percent(estimate);
    match labels::time_unit(row) {
        "weeks" => format!("{share} of people{place} came in week {time} of the study or later{}.", backing(row, base(row, "people"))),
        unit => {
            let unit = if time == "1" { unit.trim_end_matches('s') } else { unit };
            let followed = row.denominator.map(|of| format!("{} followed", words::counted(of, "people")));
            format!("{share} of people{place} were still coming {time} {unit} after their first visit in the log{}.", backing(row, followed))
        }
    }
}

fn number(row: &ResultRow, estimate: f64, book: &Book, companions: &Companions) -> String {
    let noun = book.noun(&row.dataset);
    if let Some(text) = phrases::attendance(row, estimate, book) {
        return text;
    }
    let median = row.stat == Stat::Quantile && row.level.as_deref() == Some("0.5");
    if median
        && row.unit == Unit::Fte
        && let Some(text) = spread(row, estimate, book, companions)
    {
        return text;
    }
    let base = match companions.response(row) {
        Some((_, of)) if row.unit == Unit::Fte || row.unit == Unit::Dollars => row.n.map(|n| format!("{} of {} {noun}", words::count(n), words::count(of))),
        _ => base(row, if row.unit == Unit::Minutes { "visits" } else { noun }),
    };
    let whom = place(row, book).into_iter().chain(change::stay(row, noun)).fold(String::new(), |whom, part| format!("{whom} {part}"));
    let value = labels::value(row, estimate);
    let spoken = labels::described(book, row);
    let mut after = String::new();
    let scale = match labels::range(book, &row.dataset, &row.variable) {
        Some((low, high)) if matches!(row.stat, Stat::Mean | Stat::Quantile) && row.unit == Unit::Points => {
            // A sentence of its own: the figure is read faster without it.
            after = format!(" Scores can range from {} to {}.", words::short(low, 1), words::short(high, 1));
            String::new()
        }
        _ => book
            .variable(&row.dataset, &row.variable)
            .filter(|words| !words.unit_words.is_empty() && row.unit == Unit::None && !spoken.contains(&words.unit_words))
            .map(|words| format!(" {}", words.unit_words))
            .unwrap_or_default(),
    };
    let subject = match row.stat {
        Stat::Smooth => format!("the smoothed mean of {spoken} {}", curves::at(book, row)),
        Stat::Total => {
            let one = words::singular(noun);
            let spoken = spoken.trim_end_matches(&format!(" per {one}"));
            if nouns::plural(spoken) && scale.is_empty() {
                return words::capital(&format!(
                    "{}all {noun}{whom} together had about {} {spoken}{}.",
                    when(row),
                    labels::bare(row, estimate),
                    backing(row, base)
                ));
            }
            format!("the total of {spoken} for all {noun}")
        }
        Stat::Alpha | Stat::Omega => format!("{} of {spoken}", labels::stat(row)),
        Stat::Min | Stat::Max | Stat::Sd => {
            format!("the {} of {}", if row.stat == Stat::Sd { "standard deviation".into() } else { format!("{} value", labels::stat(row)) }, nouns::of(&spoken))
        }
        Stat::Quantile if !median => format!("the {} of {}", labels::stat(row), nouns::of(&spoken)),
        Stat::Mean | Stat::Quantile => nouns::mean(&spoken, &labels::stat(row)),
        Stat::PredictiveMargin => format!("{} estimated from all {noun} seen once or more", nouns::mean(&spoken, "mean")),
        _ => format!("{} {spoken}", labels::stat(row)),
    };
    let start = format!("{}{subject}{whom}", when(row));
    format!("{} was {value}{scale}{}.{after}", words::capital(&start), backing(row, base))
}

/// `Peer Specialist FTEs per team ranged from 0.5 to 4, with a median of 2 (21 of 52 teams).`
fn spread(row: &ResultRow, median: f64, book: &Book, companions: &Companions) -> Option<String> {
    let end = |stat| {
        companions.find(row, |other| {
            other.stat = stat;
            other.level = None;
        })
    };
    let (low, high) = (end(Stat::Min)?, end(Stat::Max)?);
    let noun = book.noun(&row.dataset);
    let label = labels::variable(book, &row.dataset, &row.variable);
    let per = if label.contains(" per ") { String::new() } else { format!(" per {}", words::singular(noun)) };
    let base = match (row.n, companions.response(row)) {
        (Some(n), Some((_, of))) => format!(" ({} of {} {noun})", words::count(n), words::count(of)),
        (Some(n), None) => format!(" ({})", words::counted(n, noun)),
        _ => String::new(),
    };
    let place = place(row, book).map(|place| format!(" {place}")).unwrap_or_default();
    Some(format!("{label}{per}{place} ranged from {} to {}, with a median of {}{base}.", words::short(low, 2), words::short(high, 2), words::short(median, 2)))
}

#[cfg(test)]
mod tests;
