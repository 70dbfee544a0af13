//! Cells that hold several answers in, the single answers out: where the answers are known, and where they are not.

use std::collections::{BTreeMap, BTreeSet};

/// Parts of a cell beyond which it is no list of known answers.
const MOST_PARTS: usize = 256;
/// Times that a part stands behind one and the same other, and nowhere else, before both are one answer although the other
/// stands alone as well.
const ALWAYS: u64 = 10;

/// The single answers of a cell that may hold several: parts between separators that do not stand in brackets, without the
/// empty ones. Brackets that are not closed are plain letters, and a separator at the very end may have lost its blank.
pub(crate) fn answers<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let parts = outside_brackets(text, separator).unwrap_or_else(|| text.split(separator).collect());
    let bare = separator.trim_end();
    let whole = |part: &'a str| if bare.is_empty() { part } else { part.trim_end().strip_suffix(bare).unwrap_or(part) };
    let last = parts.len().saturating_sub(1);
    let parts = parts.into_iter().enumerate().map(|(place, part)| if place == last { whole(part) } else { part });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The parts between separators outside brackets; `None` where a bracket is not closed.
fn outside_brackets<'a>(text: &'a str, separator: &str) -> Option<Vec<&'a str>> {
    if separator.is_empty() {
        return None;
    }
    let (mut parts, mut start, mut depth, mut at) = (Vec::new(), 0, 0_usize, 0);
    while let Some(letter) = text[at..].chars().next() {
        depth = match letter {
            '(' | '[' => depth + 1,
            ')' | ']' => depth.saturating_sub(1),
            _ => depth,
        };
        if depth == 0 && text[at..].starts_with(separator) {
            parts.push(&text[start..at]);
            at += separator.len();
            start = at;
        } else {
            at += letter.len_utf8();
        }
    }
    parts.push(&text[start..]);
    (depth == 0).then_some(parts)
}

/// The single answers of a cell where the answers are known and may hold the separator themselves, as `Yes, daily` does: the
/// longest known ones that make up the whole cell; the plain parts where no known ones do.
pub(crate) fn known_answers<'a>(text: &'a str, separator: &str, is_known: &dyn Fn(&str) -> bool) -> Vec<&'a str> {
    let bounds = bounds(text, separator);
    let parts = bounds.len();
    if !(2..=MOST_PARTS).contains(&parts) {
        return answers(text, separator);
    }
    let piece = |from: usize, to: usize| text[bounds[from].0..bounds[to].1].trim();
    // For each part, the last part of the answer that begins there, where the rest of the cell can be told as well.
    let mut ends: Vec<Option<usize>> = vec![None; parts];
    for from in (0..parts).rev() {
        let rest_is_told = |to: &usize| to + 1 == parts || ends[to + 1].is_some();
        ends[from] = (from..parts).rev().filter(rest_is_told).find(|to| is_known(piece(from, *to)) || piece(from, *to).is_empty());
    }
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(to) = ends.get(from).copied().flatten() {
        found.push(piece(from, to));
        from = to + 1;
    }
    found.retain(|part| !part.is_empty());
    if from < parts { answers(text, separator) } else { found }
}

/// Where the parts between all separators begin and end, brackets or not.
fn bounds(text: &str, separator: &str) -> Vec<(usize, usize)> {
    let mut bounds = Vec::new();
    let mut start = 0;
    if !separator.is_empty() {
        for (at, found) in text.match_indices(separator) {
            bounds.push((start, at));
            start = at + found.len();
        }
    }
    bounds.push((start, text.len()));
    bounds
}

/// What the cells of a column hold if a separator stands between their answers.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// Answers with how often each came.
    pub(crate) options: BTreeMap<String, u64>,
    /// Answers in the order in which they came first.
    pub(crate) order: Vec<String>,
    /// Cells with several answers.
    pub(crate) split: u64,
    /// Different texts with several answers.
    pub(crate) split_texts: usize,
}

impl Lists {
    /// Splits the different texts of a column, each with its count. A comma without a blank separates only where none follows, so
    /// that `Yes, daily,No` are two answers; parts that always stand together are one answer.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = (&'a str, u64)>, separator: &str) -> Self {
        let cells: Vec<(Vec<&str>, u64)> = texts.map(|(text, count)| (parts(text, separator), count)).collect();
        let glued = if separator.starts_with(',') { always_behind(&cells) } else { BTreeSet::new() };
        let mut lists = Self::default();
        for (cell, count) in cells {
            let mut answers: Vec<String> = Vec::new();
            for part in cell {
                match answers.last_mut().filter(|_| glued.contains(part)) {
                    Some(last) => *last = [last.as_str(), part].join(separator),
                    None => answers.push(part.to_owned()),
                }
            }
            lists.split += if answers.len() > 1 { count } else { 0 };
            lists.split_texts += usize::from(answers.len() > 1);
            for answer in answers {
                if !lists.options.contains_key(&answer) {
                    lists.order.push(answer.clone());
                }
                *lists.options.entry(answer).or_default() += count;
            }
        }
        lists
    }
}

fn parts<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    if separator != "," {
        return answers(text, separator);
    }
    let Some(plain) = outside_brackets(text, separator) else { return vec![text.trim()] };
    // A comma before a blank, or between digits, is one of the answer itself.
    let (mut parts, mut start, mut end) = (Vec::new(), 0, 0);
    for (place, part) in plain.iter().enumerate() {
        end += part.len() + usize::from(place > 0);
        let next = plain.get(place + 1).and_then(|next| next.chars().next());
        let digits = part.ends_with(|last: char| last.is_ascii_digit()) && next.is_some_and(|next| next.is_ascii_digit());
        if place + 1 == plain.len() || !(digits || next.is_some_and(char::is_whitespace)) {
            parts.push(text[start..end].trim());
            start = end + 1;
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Parts that never stand alone or first, but always behind one and the same other: `often` in `Yes, often`. Where that other one
/// stands without them too, only many cells tell that this is no chance.
fn always_behind<'a>(cells: &[(Vec<&'a str>, u64)]) -> BTreeSet<&'a str> {
    #[derive(Default)]
    struct Place<'a> {
        before: BTreeSet<&'a str>,
        first: bool,
        last: bool,
        count: u64,
    }
    let mut places: BTreeMap<&str, Place<'_>> = BTreeMap::new();
    for (cell, count) in cells {
        for (at, part) in cell.iter().enumerate() {
            let place = places.entry(part).or_default();
            place.count += count;
            place.first |= at == 0;
            place.last |= at + 1 == cell.len();
            place.before.extend(at.checked_sub(1).and_then(|before| cell.get(before)));
        }
    }
    let is_glued = |place: &Place<'_>| {
        let other = place.before.first().filter(|_| place.before.len() == 1 && !place.first).and_then(|other| places.get(other));
        other.is_some_and(|other| place.count >= if other.last { ALWAYS } else { 2 })
    };
    places.iter().filter(|(_, place)| is_glued(place)).map(|(part, _)| *part).collect()
}

#[cfg(test)]
mod tests {
    use super::{Lists, answers, known_answers};

    #[test]
    fn separators_in_brackets_are_kept() {
        assert_eq!(answers("Mixed (talks, posters), Other", ", "), ["Mixed (talks, posters)", "Other"]);
        assert_eq!(answers("Mixed (talks, posters,", ", "), ["Mixed (talks", "posters"]);
        assert_eq!((answers("b a  c", " "), answers(";", ";"), answers("a:);b", ";")), (vec!["b", "a", "c"], vec![], vec!["a:)", "b"]));
    }

    #[test]
    fn known_answers_may_hold_the_separator() {
        let known = |text: &str| ["Yes, daily", "Sometimes (a, b)", "Other (please, specify)", "Yes", "1"].contains(&text);
        assert_eq!(
            known_answers("Yes, daily,Sometimes (a, b),Other (please, specify)", ",", &known),
            ["Yes, daily", "Sometimes (a, b)", "Other (please, specify)"]
        );
        assert_eq!(known_answers("Other (please, specify)", ",", &known), ["Other (please, specify)"]);
        assert_eq!(known_answers("Yes,1,", ",", &known), ["Yes", "1"]);
        assert_eq!(known_answers("Yes, never", ",", &known), ["Yes", "never"]);
    }

    fn options(cells: &[(&str, u64)], separator: &str) -> (Vec<String>, u64) {
        let lists = Lists::of(cells.iter().copied(), separator);
        (lists.order, lists.split)
    }

    #[test]
    fn a_bare_comma_separates_where_no_blank_follows() {
        let cells = [("Yes, daily,Sometimes (a, b)", 3), ("Yes, daily", 2), ("Other (please, specify)", 1), ("Over 1,000,Yes, daily", 1)];
        let expected = ["Yes, daily", "Sometimes (a, b)", "Other (please, specify)", "Over 1,000"].map(str::to_owned).to_vec();
        assert_eq!(options(&cells, ","), (expected, 4));
    }

    #[test]
    fn parts_that_always_stand_together_are_one_answer() {
        let cells = [("Yes, often", 5), ("Yes, seldom", 3), ("No", 4), ("Yes, often, Work", 3), ("Work", 2)];
        assert_eq!(options(&cells, ", ").0, ["Yes, often", "Yes, seldom", "No", "Work"]);
        // Of two that also stand alone, nothing tells that they belong together.
        assert_eq!(options(&[("a", 5), ("a, b", 3), ("b", 1)], ", ").0, ["a", "b"]);
    }
}
