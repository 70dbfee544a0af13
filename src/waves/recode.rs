//! One question of two files in, how its codes were translated between them out, with the evidence.

use std::collections::BTreeMap;

use super::profile::Column;
use super::similar::{Meaning, meaning};

/// People seen in both files from which on their answers say something about codes.
const MIN_PEOPLE: u64 = 20;

/// Probability below which a level that one file lacks did not stay away by chance.
const CHANCE: f64 = 1e-3;

/// How codes changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recoded {
    /// Old code to new code, for every code observed before.
    pub map: Vec<(String, String)>,
    pub evidence: Vec<String>,
    /// The same step for every code.
    pub shift: Option<i64>,
}

type Shares<'a> = BTreeMap<&'a str, f64>;

/// How the codes of a question changed; `None` where nothing says that they did.
pub(super) fn recoded(before: &Column, after: &Column, people: &[(usize, usize)]) -> Option<Recoded> {
    let (old, new) = (before.levels()?, after.levels()?);
    let labelled = before.described.levels.len() >= 2 && after.described.levels.len() >= 2;
    if labelled {
        return by_labels(before, after);
    }
    let table = crosstab(before, after, people);
    by_range(before, after, &old, &new).or_else(|| by_people(&old, &table)).or_else(|| by_shares(before, after, &old, &new, &table))
}

/// Labels that stand at other codes.
fn by_labels(before: &Column, after: &Column) -> Option<Recoded> {
    let find = |label: &str| {
        let at = |wanted: Meaning| after.described.levels.iter().find(|(_, known)| meaning(label, known) == wanted).map(|(code, _)| code.clone());
        at(Meaning::Same).or_else(|| at(Meaning::Reworded))
    };
    let map: Vec<(String, String, &str)> =
        before.described.levels.iter().filter_map(|(code, label)| Some((code.clone(), find(label)?, label.as_str()))).collect();
    let moved: Vec<String> = map.iter().filter(|(from, to, _)| from != to).map(|(from, to, label)| format!("“{label}” was {from} and is {to}")).collect();
    if moved.is_empty() {
        return None;
    }
    let map: Vec<(String, String)> = map.into_iter().map(|(from, to, _)| (from, to)).collect();
    let shift = step(&map);
    Some(Recoded { map, evidence: vec![format!("labels of the files: {}", few(&moved))], shift })
}

/// The same whole step for each code.
fn step(map: &[(String, String)]) -> Option<i64> {
    let steps: Option<Vec<i64>> = map.iter().map(|(from, to)| to.parse::<i64>().ok()?.checked_sub(from.parse::<i64>().ok()?)).collect();
    let steps = steps?;
    let first = *steps.first()?;
    (first != 0 && steps.iter().all(|step| *step == first)).then_some(first)
}

fn whole(shares: &Shares<'_>) -> Option<Vec<i64>> {
    let mut codes = shares.keys().map(|code| code.parse::<i64>().ok()).collect::<Option<Vec<i64>>>()?;
    codes.sort_unstable();
    Some(codes)
}

/// Both ends of the codes moved by the same step.
fn by_range(before: &Column, after: &Column, old: &Shares<'_>, new: &Shares<'_>) -> Option<Recoded> {
    let (from, to) = (whole(old)?, whole(new)?);
    let (low, high, new_low, new_high) = (*from.first()?, *from.last()?, *to.first()?, *to.last()?);
    let shift = new_low.checked_sub(low)?;
    if shift == 0 || high.checked_add(shift)? != new_high || from.len() < 3 || high.checked_sub(low)? > 20 || shift.abs() > high - low {
        return None;
    }
    let absent =
        |shares: &Shares<'_>, code: i64, answers: u64| shares.get(code.to_string().as_str()).is_some_and(|share| (-share * answers as f64).exp() < CHANCE);
    let (gone, come) = if shift > 0 { (low, new_high) } else { (high, new_low) };
    if !absent(old, gone, after.answers) || !absent(new, come, before.answers) {
        return None;
    }
    let map: Vec<(String, String)> = from.iter().map(|code| (code.to_string(), (code + shift).to_string())).collect();
    let apart = |map: &[(String, String)]| distance(old, new, map);
    let same: Vec<(String, String)> = from.iter().map(|code| (code.to_string(), code.to_string())).collect();
    let mut evidence = vec![format!("codes {low} to {high} before, {new_low} to {new_high} after")];
    if apart(&map) < apart(&same) {
        evidence.push(format!("shares differ by {} as they stand and by {} when moved by {shift:+}", percent(apart(&same)), percent(apart(&map))));
    }
    Some(Recoded { map, evidence, shift: Some(shift) })
}

/// Counts of old and new code of the people in both files.
fn crosstab<'a>(before: &'a Column, after: &'a Column, people: &[(usize, usize)]) -> BTreeMap<(&'a str, &'a str), u64> {
    let mut table = BTreeMap::new();
    for (one, two) in people {
        if let (Some(from), Some(to)) = (before.code(*one), after.code(*two)) {
            *table.entry((from, to)).or_default() += 1;
        }
    }
    table
}

fn agreement(table: &BTreeMap<(&str, &str), u64>) -> (u64, f64) {
    let all: u64 = table.values().sum();
    let same: u64 = table.iter().filter(|((from, to), _)| from == to).map(|(_, count)| count).sum();
    (all, if all == 0 { 0.0 } else { same as f64 / all as f64 })
}

/// People who are in both files give the same answer under another code.
fn by_people(old: &Shares<'_>, table: &BTreeMap<(&str, &str), u64>) -> Option<Recoded> {
    let (all, same) = agreement(table);
    if all < MIN_PEOPLE {
        return None;
    }
    let mut cells: Vec<(&(&str, &str), &u64)> = table.iter().collect();
    cells.sort_by(|one, two| two.1.cmp(one.1).then(one.0.cmp(two.0)));
    let mut map: BTreeMap<String, String> = BTreeMap::new();
    let mut kept = 0;
    for ((from, to), count) in cells {
        if !map.contains_key(*from) && !map.values().any(|taken| taken == to) {
            map.insert((*from).to_owned(), (*to).to_owned());
            kept += count;
        }
    }
    let best = kept as f64 / all as f64;
    let moved = map.iter().filter(|(from, to)| from != to).count();
    if moved < 2 || best < 0.6 || best - same < 0.25 {
        return None;
    }
    let map: Vec<(String, String)> = map.into_iter().filter(|(from, _)| old.contains_key(from.as_str())).collect();
    let evidence = format!("{all} people are in both files: {} gave the same code, {} the same answer if codes are translated", percent(same), percent(best));
    Some(Recoded { shift: step(&map), map, evidence: vec![evidence] })
}

/// The same shares stand at other codes: in the order of size, or from the other end of the scale.
fn by_shares(before: &Column, after: &Column, old: &Shares<'_>, new: &Shares<'_>, table: &BTreeMap<(&str, &str), u64>) -> Option<Recoded> {
    let (all, same) = agreement(table);
    let told_otherwise = all >= MIN_PEOPLE && same >= 0.6;
    if old.len() < 3 || !old.keys().eq(new.keys()) || told_otherwise {
        return None;
    }
    let identity: Vec<(String, String)> = old.keys().map(|code| ((*code).to_owned(), (*code).to_owned())).collect();
    let as_is = distance(old, new, &identity);
    let by_chance = |map: &[(String, String)]| differs_by_chance(old, new, map, before.answers, after.answers);
    if as_is < 0.06 || by_chance(&identity) {
        return None;
    }
    let pair = |(from, to): (&(&str, f64), &(&str, f64))| (from.0.to_owned(), to.0.to_owned());
    let (old_sizes, new_sizes) = (by_size(old), by_size(new));
    let mut ranked: Vec<(String, String)> = old_sizes.iter().zip(&new_sizes).map(pair).collect();
    ranked.sort();
    let reversed = whole(old).map(|codes| codes.iter().zip(codes.iter().rev()).map(|(from, to)| (from.to_string(), to.to_string())).collect::<Vec<_>>());
    // A scale that was turned around is told from an order of sizes by chance: it needs no choice of codes.
    let (map, turned) = match reversed.filter(|map| distance(old, new, map) < as_is / 3.0) {
        Some(map) => (map, true),
        None => (ranked, false),
    };
    let best = distance(old, new, &map);
    // Honest change of a scale's answers looks like a new order of sizes: only a list of unlike answers, or people, can tell.
    let is_scale = !turned && is_one_hill(old) && is_one_hill(new);
    if is_scale || denied_by_people(&map, table) || best > as_is / 3.0 || !by_chance(&map) || map.iter().all(|(from, to)| from == to) {
        return None;
    }
    let mut evidence = vec![format!("shares differ by {} as they stand and by {} if codes are translated", percent(as_is), percent(best))];
    let close: Vec<String> = old_sizes.windows(2).filter(|pair| pair[0].1 - pair[1].1 < 0.02).map(|pair| format!("{} and {}", pair[0].0, pair[1].0)).collect();
    if !close.is_empty() {
        evidence.push(format!("too close in size to be told apart: {}", few(&close)));
    }
    Some(Recoded { shift: step(&map), map, evidence })
}

/// Whether enough people are in both files to deny a translation: it must make more of them agree.
fn denied_by_people(map: &[(String, String)], table: &BTreeMap<(&str, &str), u64>) -> bool {
    let (all, same) = agreement(table);
    let kept: u64 = table.iter().filter(|((from, to), _)| map.iter().any(|(old, new)| old == from && new == to)).map(|(_, count)| count).sum();
    all >= MIN_PEOPLE && (kept as f64 / all as f64) < same + 0.1
}

/// Whether shares rise and then fall in the order of the codes, as those of a scale do.
fn is_one_hill(shares: &Shares<'_>) -> bool {
    let Some(codes) = whole(shares) else { return false };
    let sizes: Vec<f64> = codes.iter().map(|code| shares.get(code.to_string().as_str()).copied().unwrap_or_default()).collect();
    let falls: Vec<bool> = sizes.windows(2).map(|pair| pair[1] < pair[0]).collect();
    falls.is_sorted()
}

/// Codes by falling share.
fn by_size<'a>(shares: &Shares<'a>) -> Vec<(&'a str, f64)> {
    let mut codes: Vec<(&str, f64)> = shares.iter().map(|(code, share)| (*code, *share)).collect();
    codes.sort_by(|one, two| two.1.total_cmp(&one.1));
    codes
}

/// Half the sum of absolute differences between the shares, once old codes are translated.
fn distance(old: &Shares<'_>, new: &Shares<'_>, map: &[(String, String)]) -> f64 {
    let mut moved: BTreeMap<&str, f64> = BTreeMap::new();
    for (from, to) in map {
        *moved.entry(to.as_str()).or_default() += old.get(from.as_str()).copied().unwrap_or_default();
    }
    let codes: std::collections::BTreeSet<&str> = moved.keys().chain(new.keys()).copied().collect();
    codes.into_iter().map(|code| (moved.get(code).copied().unwrap_or_default() - new.get(code).copied().unwrap_or_default()).abs()).sum::<f64>() / 2.0
}

/// Whether the shares, once translated, differ by chance: Pearson's statistic within six standard deviations of its mean.
fn differs_by_chance(old: &Shares<'_>, new: &Shares<'_>, map: &[(String, String)], before: u64, after: u64) -> bool {
    let (before, after) = (before as f64, after as f64);
    let cell = |(from, to): &(String, String)| {
        let (one, two) = (old.get(from.as_str()).copied().unwrap_or_default(), new.get(to.as_str()).copied().unwrap_or_default());
        let pooled = (one * before + two * after) / (before + after);
        if pooled > 0.0 { (one - two) * (one - two) / pooled * (before * after / (before + after)) } else { 0.0 }
    };
    let statistic: f64 = map.iter().map(cell).sum();
    let df = old.len().saturating_sub(1) as f64;
    statistic < df + 6.0 * (2.0 * df).sqrt()
}

/// Labels that stand for other things at the same code: code, earlier and later label.
pub(super) fn clashes(before: &Column, after: &Column) -> Vec<(String, String, String, Meaning)> {
    let clash = |(code, label): &(String, String)| {
        let now = after.label(code)?;
        let meaning = meaning(label, now);
        (label != now && meaning != Meaning::Same).then(|| (code.clone(), label.clone(), now.to_owned(), meaning))
    };
    before.described.levels.iter().filter_map(clash).collect()
}

/// Levels that one column has and the other lacks though chance would have shown them: code and share.
pub(super) fn lacking<'a>(has: &'a Column, lacks: &Column) -> Vec<(&'a str, f64)> {
    let Some(levels) = has.levels() else { return Vec::new() };
    let answers = lacks.answers as f64;
    levels.into_iter().filter(|(code, share)| !lacks.codes.contains_key(*code) && (-share * answers).exp() < CHANCE).collect()
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// Up to five in words, and how many more there are.
pub(super) fn few(items: &[String]) -> String {
    crate::error::some_of(items.iter().map(String::as_str)).replace(", “", "; “")
}
