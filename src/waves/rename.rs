//! Columns that only one of two files has in, which of them are most likely the same question out, with the evidence.

use super::profile::{Column, Holds, Profile};
use super::recode::percent;
use super::similar::{self, Outline};

/// People of both files whose answers are compared for each pair of columns.
const MOST_PEOPLE: usize = 2_000;

/// Score from which a pair is suggested.
const ENOUGH: f64 = 0.6;

/// A column that most likely was renamed.
#[derive(Debug, Clone)]
pub(super) struct Suggested {
    pub before: usize,
    pub after: usize,
    pub evidence: Vec<String>,
}

/// What speaks for a pair: weight, strength from 0 to 1, and the words for it.
struct Sign(f64, f64, String);

/// Pairs of columns that are each the other's best match.
pub(super) fn suggested(before: &Profile, after: &Profile, gone: &[usize], come: &[usize], people: &[(usize, usize)]) -> Vec<Suggested> {
    let mut scored: Vec<(f64, usize, usize, Vec<String>)> = Vec::new();
    let outlines = |profile: &Profile, places: &[usize]| -> Vec<Outline> {
        places.iter().filter_map(|place| profile.columns.get(*place)).map(|column| Outline::of(&column.name, &column.described.label)).collect()
    };
    let (ours, theirs) = (outlines(before, gone), outlines(after, come));
    let wide = is_wide(before, after);
    for (&old, one) in gone.iter().zip(&ours) {
        for (&new, _) in come.iter().zip(&theirs).filter(|(_, two)| !wide || one.may_be_like(two)) {
            if let Some((score, evidence)) = score(before, after, old, new, people).filter(|(score, _)| *score >= ENOUGH) {
                scored.push((score, old, new, evidence));
            }
        }
    }
    scored.sort_by(|one, two| two.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(two.1, two.2))));
    let mut found: Vec<Suggested> = Vec::new();
    for (_, old, new, evidence) in scored {
        if !found.iter().any(|pair| pair.before == old || pair.after == new) {
            found.push(Suggested { before: old, after: new, evidence });
        }
    }
    found.sort_by_key(|pair| pair.before);
    found
}

fn is_wide(before: &Profile, after: &Profile) -> bool {
    before.columns.len().saturating_mul(after.columns.len()) > 40_000
}

/// In files of hundreds of columns only pairs whose names or wordings are alike are looked at further.
fn is_hopeless(before: &Profile, after: &Profile, one: &Column, two: &Column, name: f64) -> bool {
    is_wide(before, after) && name < 0.6 && similar::wordings(&one.described.label, &two.described.label) < 0.6
}

/// The weighted mean of all signs; two strong ones at least.
fn score(before: &Profile, after: &Profile, old: usize, new: usize, people: &[(usize, usize)]) -> Option<(f64, Vec<String>)> {
    let (one, two) = (before.columns.get(old)?, after.columns.get(new)?);
    let holds = (one.holds(), two.holds());
    if holds.0 != holds.1 && holds.0 != Holds::Nothing && holds.1 != Holds::Nothing {
        return None;
    }
    let name = similar::names(&one.name, &two.name);
    if is_hopeless(before, after, one, two, name) {
        return None;
    }
    let mut signs = vec![Sign(3.0, name, format!("names are {} alike", percent(name)))];
    if !one.described.label.is_empty() && !two.described.label.is_empty() {
        let alike = similar::wordings(&one.described.label, &two.described.label);
        signs.push(Sign(4.0, alike, format!("wordings are {} alike", percent(alike))));
    }
    signs.extend(same_levels(one, two));
    if is_neighbour(before, after, old, new) {
        signs.push(Sign(1.5, 1.0, "it stands between the same columns".to_owned()));
    } else {
        signs.push(Sign(1.0, 0.0, String::new()));
    }
    signs.extend(same_people(one, two, people));
    let weight: f64 = signs.iter().map(|sign| sign.0).sum();
    let score = signs.iter().map(|sign| sign.0 * sign.1).sum::<f64>() / weight;
    let strong: Vec<String> = signs.into_iter().filter(|sign| sign.1 >= 0.7 && !sign.2.is_empty()).map(|sign| sign.2).collect();
    (strong.len() >= 2).then_some((score, strong))
}

/// The same codes or labels in similar shares.
fn same_levels(one: &Column, two: &Column) -> Vec<Sign> {
    let mut signs = Vec::new();
    if one.described.levels.len() >= 2 && two.described.levels.len() >= 2 {
        let labels = |column: &Column| column.described.levels.iter().map(|(_, label)| label.to_lowercase()).collect::<Vec<_>>();
        let (first, second) = (labels(one), labels(two));
        let shared = first.iter().filter(|label| second.contains(label)).count();
        let alike = shared as f64 / first.len().max(second.len()) as f64;
        signs.push(Sign(3.0, alike, format!("{shared} of {} labels are the same", first.len().max(second.len()))));
    }
    let (Some(first), Some(second)) = (one.levels(), two.levels()) else { return signs };
    let codes: std::collections::BTreeSet<&str> = first.keys().chain(second.keys()).copied().collect();
    let shared = first.keys().filter(|code| second.contains_key(*code)).count() as f64 / codes.len() as f64;
    let share = |shares: &std::collections::BTreeMap<&str, f64>, code: &str| shares.get(code).copied().unwrap_or_default();
    let apart = codes.iter().map(|code| (share(&first, code) - share(&second, code)).abs()).sum::<f64>() / 2.0;
    signs.push(Sign(1.0, shared, format!("{} of the codes are the same", percent(shared))));
    signs.push(Sign(1.5, (1.0 - 3.0 * apart).max(0.0), format!("shares of the codes differ by {}", percent(apart))));
    signs
}

/// Whether the columns before or after them are the same column.
fn is_neighbour(before: &Profile, after: &Profile, old: usize, new: usize) -> bool {
    let name = |profile: &Profile, place: Option<usize>| place.and_then(|place| profile.columns.get(place)).map(|column| column.name.clone());
    let previous = (name(before, old.checked_sub(1)), name(after, new.checked_sub(1)));
    let next = (name(before, Some(old + 1)), name(after, Some(new + 1)));
    previous.0.is_some() && previous.0 == previous.1 || next.0.is_some() && next.0 == next.1
}

/// People who are in both files give the same answer, more often than chance would have it.
fn same_people(one: &Column, two: &Column, people: &[(usize, usize)]) -> Option<Sign> {
    let answers: Vec<bool> = people.iter().step_by((people.len() / MOST_PEOPLE).max(1)).filter_map(|(row, later)| one.same(*row, two, *later)).collect();
    if answers.len() < 20 {
        return None;
    }
    let agree = answers.iter().filter(|same| **same).count() as f64 / answers.len() as f64;
    let by_chance: f64 = match (one.levels(), two.levels()) {
        (Some(first), Some(second)) => first.iter().map(|(code, share)| share * second.get(code).copied().unwrap_or_default()).sum(),
        _ => 0.0,
    };
    let beyond = if by_chance < 1.0 { ((agree - by_chance) / (1.0 - by_chance)).max(0.0) } else { 0.0 };
    Some(Sign(4.0, beyond, format!("of {} people in both files {} gave the same answer", answers.len(), percent(agree))))
}
