//! Rows of one variable in, the one that tells a reader most out: `Yes` of a question, otherwise the largest share that says something.

use super::{Context, headline, words};
use crate::display::labels;
use crate::results::ResultRow;

/// Beginnings of levels that say little by themselves.
const TRIVIAL: [&str; 9] = ["none", "no", "not", "other", "another answer", "something else", "unknown", "prefer", "never"];

/// A share below this one heads a chart only when there is no other.
const WEIGHTY: f64 = 0.25;

/// Whether a level says little by itself: `No`, `None of these`, `Other`.
fn trivial(level: &str) -> bool {
    let level = level.to_lowercase();
    TRIVIAL.iter().any(|word| level.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ','])))
}

/// The row that tells most among those that may be seen.
pub(super) fn telling<'a>(rows: &[&'a ResultRow]) -> Option<&'a ResultRow> {
    let seen: Vec<&ResultRow> = rows.iter().copied().filter(|row| row.estimate.is_some() && !row.is_suppressed()).collect();
    let yes = seen.iter().copied().find(|row| row.level.as_deref() == Some("Yes"));
    let telling: Vec<&ResultRow> = seen.iter().copied().filter(|row| !trivial(row.level.as_deref().unwrap_or_default())).collect();
    yes.or_else(|| largest(&telling)).or_else(|| largest(&seen))
}

fn largest<'a>(rows: &[&'a ResultRow]) -> Option<&'a ResultRow> {
    rows.iter().copied().fold(None, |best: Option<&ResultRow>, row| if best.is_some_and(|best| best.estimate >= row.estimate) { best } else { Some(row) })
}

/// Whether a variable repeats another one in exclusive groups.
pub(super) fn repeats(row: &ResultRow) -> bool {
    row.variable.ends_with("_rollup")
}

/// A share in a few words: `59.0% of members were men`.
pub(super) fn brief(context: &Context<'_>, row: &ResultRow) -> String {
    let sentence = context.sentence(row);
    // The backing is the last bracket: a question or an answer may have brackets of its own.
    let sentence = [" This figure is unstable", " Scores can range"].iter().fold(sentence.as_str(), |text, end| text.split(end).next().unwrap_or_default());
    let sentence = sentence.strip_suffix(").").and_then(|start| start.rsplit_once(" (")).map_or(sentence, |(start, _)| start);
    let start = row.wave.as_ref().map(|wave| format!("In {wave}, ")).unwrap_or_default();
    sentence.strip_prefix(&start).unwrap_or(sentence).trim_end_matches('.').to_owned()
}

/// The title of a chart of several variables: what its first block tells, and its second one where both fit.
pub(super) fn title(context: &Context<'_>, groups: &[(String, Vec<&ResultRow>)], shorter: &str) -> String {
    let told: Vec<&ResultRow> = groups.iter().filter_map(|(_, rows)| telling(rows)).filter(|row| !repeats(row)).collect();
    // The first block whose finding fits into a title; it is the first block of all unless that one is too long to tell.
    let first = told.iter().position(|row| finding(context, row, shorter) != words::capital(shorter)).unwrap_or_default();
    let Some((first, others)) = told.get(first..).and_then(|told| told.split_first()) else { return words::capital(shorter) };
    let title = finding(context, first, shorter);
    let weighty = |row: &&&ResultRow| context.worded(row) && row.estimate.is_some_and(|share| share >= WEIGHTY);
    let second = others.iter().find(weighty).filter(|_| context.worded(first)).map(|row| {
        let whom = format!(" of {}", labels::base_noun(context.book, row));
        format!("{title}, and {}", brief(context, row).replacen(&whom, "", 1))
    });
    second.map_or_else(|| title.clone(), |both| headline(both, &title))
}

/// A share as a title: what people answered, or the question's beginning and its answer where that is too long.
pub(super) fn finding(context: &Context<'_>, row: &ResultRow, shorter: &str) -> String {
    /// Words of a question that fit into a title beside the answer.
    const OPENING: usize = 8;
    let told = if context.worded(row) { headline(brief(context, row), "") } else { String::new() };
    let label = labels::variable(context.book, &row.dataset, &row.variable);
    if !told.is_empty() || context.worded(row) && !labels::is_question(&label) {
        return if told.is_empty() { words::capital(shorter) } else { told };
    }
    let (label, level) = (labels::cut(&label, OPENING), row.level.clone().unwrap_or_default());
    let share = row.estimate.map(words::percent).unwrap_or_default();
    let several = context.book.variable(&row.dataset, &row.variable).is_some_and(|words| words.multi);
    let wanted = match (several, level.as_str()) {
        (_, "Yes" | "yes") => format!("{label}: “{level}”, {share}"),
        (true, _) => format!("{label}: {level} named most, by {share}"),
        (false, _) => format!("{label}: {level} most common, {share}"),
    };
    headline(wanted, shorter)
}

#[cfg(test)]
mod tests {
    use super::trivial;

    #[test]
    fn levels_that_say_little() {
        assert!(trivial("None of these"));
        assert!(trivial("No"));
        assert!(trivial("Other (church, work)"));
        assert!(!trivial("Non-binary"));
        assert!(!trivial("Northeast"));
        assert!(!trivial("None/low distress"));
    }
}
