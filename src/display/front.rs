//! The front of a report: the line below the title, the main points and the line at the end.

use super::parts::Section;
use super::pick::Pick;
use super::{Book, words};
use crate::disclosure::ReleasedTable;

/// Most main points on the front page.
const MOST_POINTS: usize = 7;

/// One finding of the front page.
#[derive(Debug, Clone)]
pub(crate) struct MainPoint {
    /// The finding with number, interval and base.
    pub(crate) sentence: String,
    /// Short code of the figure that shows it.
    pub(crate) target: String,
    /// Short code of the figure itself.
    pub(crate) code: String,
}

/// Period and who answered, in one line.
pub(crate) fn lead(table: &ReleasedTable, book: &Book) -> String {
    let rows = Pick::all(table.rows());
    let mut parts: Vec<String> = Vec::new();
    if !book.period.is_empty() {
        parts.push(book.period.clone());
    }
    for dataset in &book.datasets {
        parts.extend(who_answered(&rows, book, &dataset.id));
    }
    // Files about the same people are said once.
    parts.dedup();
    let text = parts.join(" · ");
    if text.is_empty() { format!("As of {}", words::date(&book.as_of)) } else { text }
}

/// `1,280 members in 2024 (the last of 3 waves)`, `21 of 52 teams`.
fn who_answered(rows: &Pick<'_>, book: &Book, dataset: &str) -> Option<String> {
    let own = rows.keep(|row| row.dataset == dataset && !row.is_suppressed());
    let serves = |kind: &str| book.analyses.iter().any(|analysis| analysis.dataset == dataset && analysis.kind == kind);
    // Of a log the people are counted, whatever its rows are called.
    let is_log = serves("attendance");
    let noun = match book.noun(dataset) {
        "visits" | "records" if is_log => "people",
        noun => noun,
    };
    if let Some((n, of)) = own.variable("response_rate").by(&[]).last().and_then(|row| row.n.zip(row.denominator)) {
        return Some(format!("{} of {} {noun}", words::count(n), words::count(of)));
    }
    let people = own.variable("people").by(&[]);
    let waves = people.waves();
    let latest = people.last()?;
    let count = words::count(latest.n.or(latest.estimate)?);
    Some(match (&latest.wave, waves.len()) {
        (Some(wave), 0 | 1) => format!("{count} {noun} in {wave}"),
        (Some(wave), many) => format!("{count} {noun} in {wave}, the last of {many} waves"),
        (None, _) if is_log => format!("{count} {noun} who came"),
        (None, _) if serves("followup") => format!("{count} {noun} with an intake"),
        (None, _) => format!("{count} {noun}"),
    })
}

/// The findings of the sections that lead to a figure, each with its sentence.
pub(crate) fn main_points(table: &ReleasedTable, book: &Book, sections: &[Section]) -> Vec<MainPoint> {
    let companions = super::sentences::Companions::of(table.rows());
    let find = |code: &str| table.rows().iter().find(|row| crate::results::short_code(&row.id()) == code);
    // the first point of every section, then the second of the last ones (what changed, who does better), shown in reading order
    let mut chosen: Vec<(usize, usize, &super::parts::Point)> =
        sections.iter().enumerate().flat_map(|(section, content)| content.points.iter().enumerate().map(move |(rank, point)| (rank, section, point))).collect();
    chosen.sort_by_key(|(rank, section, _)| (*rank, if *rank == 0 { *section } else { sections.len() - section }));
    chosen.truncate(MOST_POINTS);
    chosen.sort_by_key(|(rank, section, _)| (*section, *rank));
    let told = |point: &super::parts::Point| {
        let mut sentence = super::sentences::sentence(find(&point.code)?, book, &companions);
        if !point.aside.is_empty() {
            sentence = format!("{sentence} {}", point.aside);
        }
        Some(MainPoint { sentence, target: point.figure.clone(), code: point.code.clone() })
    };
    chosen.into_iter().filter_map(|(_, _, point)| told(point)).collect()
}

/// The line at the end of every page.
pub(crate) fn footer(book: &Book) -> String {
    format!("{} · as of {} · every figure can be cited by its code", book.title, words::date(&book.as_of))
}
