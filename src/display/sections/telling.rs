//! Rows of one variable in, the one that tells a reader most out: `Yes` of a question, otherwise the largest share that says something.

use super::{Context, headline, words};
use crate::display::labels;
use crate::results::ResultRow;

/// Beginnings of levels that say little by themselves.
const TRIVIAL: [&str; 8] = ["none", "no", "not", "other", "something else", "unknown", "prefer", "never"];

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
    let sentence = sentence.split(" (").next().unwrap_or_default();
    let start = row.wave.as_ref().map(|wave| format!("In {wave}, ")).unwrap_or_default();
    sentence.strip_prefix(&start).unwrap_or(sentence).trim_end_matches('.').to_owned()
}

/// The title of a chart of several variables: the second one with words of its own, since the first one heads the section.
pub(super) fn title(context: &Context<'_>, groups: &[(String, Vec<&ResultRow>)], shorter: &str) -> String {
    let mut told: Vec<&ResultRow> = groups.iter().filter_map(|(_, rows)| telling(rows)).filter(|row| !repeats(row)).collect();
    if told.len() > 1 {
        told.rotate_left(1);
    }
    let weighty = |row: &&ResultRow| context.worded(row) && row.estimate.is_some_and(|share| share >= WEIGHTY);
    let Some(row) = told.iter().copied().find(weighty).or_else(|| told.iter().copied().find(|row| context.worded(row))).or_else(|| told.first().copied())
    else {
        return words::capital(shorter);
    };
    if context.worded(row) {
        return headline(brief(context, row), shorter);
    }
    let label = labels::variable(context.book, &row.dataset, &row.variable);
    let (level, share) = (row.level.clone().unwrap_or_default(), row.estimate.map(words::percent).unwrap_or_default());
    let several = context.book.variable(&row.dataset, &row.variable).is_some_and(|words| words.multi);
    let wanted = if several { format!("{label}: {level} named most, by {share}") } else { format!("{label}: {level} most common, {share}") };
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
