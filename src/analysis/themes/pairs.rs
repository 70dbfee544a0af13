//! Who raised which themes in, the pairs of themes that may be shown out: those from which no small group of people follows.
//!
//! Two themes make four groups of people, three make eight. With the number of each theme and of each pair all four groups of two
//! themes are known, and of the eight all but one number: from `A`, `AB` and `AC` follows that at least `AB + AC − A` people raised
//! all three. Where that is all of `BC`, the eight are known to the last person. No row counts three themes, so nothing but pairs
//! can be hidden, and they are hidden until the attack below fails.
//!
//! The attacker knows the number of everybody, of each theme and of each pair that is shown, and looks at three themes at a time,
//! and at four where there are few enough of them. Linear programs bound each small group of two or three themes; every
//! number from 1 to the threshold less one must stay possible for it, as far as the numbers of the themes alone leave it possible.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, OptimizationDirection, Problem};

use super::People;

/// Most themes of which every four are looked at together; of more, every three.
const MOST_BY_FOUR: usize = 12;
/// Slack for sums of doubles.
const EPSILON: f64 = 1e-6;

/// A pair of themes, the smaller position first.
pub(super) type Pair = (u32, u32);

/// The small group for the sake of which each pair that may not be shown is hidden; its people.
///
/// A theme in `closed` is not shown itself, so the attacker knows nothing of it.
pub(super) fn closed_pairs(people: &People, themes: u32, is_small: &dyn Fn(u64) -> bool, closed: &BTreeSet<u32>, least: u64) -> BTreeMap<Pair, u64> {
    let mut hidden: BTreeMap<Pair, u64> = BTreeMap::new();
    let known: Vec<u32> = (0..themes).filter(|theme| !closed.contains(theme)).collect();
    for pair in sets(&known, 2) {
        let small = groups(people, &pair).into_iter().filter(|group| is_small(*group)).min();
        hidden.extend(small.map(|small| ((pair[0], pair[1]), small)));
    }
    let sizes = if known.len() <= MOST_BY_FOUR { 3..=4 } else { 3..=3 };
    let attacked: Vec<Vec<u32>> = sizes.flat_map(|size| sets(&known, size)).collect();
    // What is hidden for one set of themes is unknown in the others too, so a round in which nothing is hidden is the last.
    loop {
        let before = hidden.len();
        for set in &attacked {
            while let Some(small) = told(people, set, &hidden, is_small, least) {
                let shown = sets(set, 2).into_iter().map(|pair| (pair[0], pair[1])).filter(|pair| !hidden.contains_key(pair));
                let both = |(one, two): &Pair| people.values().filter(|raised| raised.contains(one) && raised.contains(two)).count();
                let helps = |pair: &Pair| {
                    let mut more = hidden.clone();
                    more.insert(*pair, small);
                    told(people, set, &more, is_small, least).is_none()
                };
                let Some(lost) = shown.min_by_key(|pair| (!helps(pair), both(pair), *pair)) else { break };
                hidden.insert(lost, small);
            }
        }
        if hidden.len() == before {
            return hidden;
        }
    }
}

/// The subsets of a size, in order.
fn sets(of: &[u32], size: usize) -> Vec<Vec<u32>> {
    match (size, of.split_first()) {
        (0, _) => vec![Vec::new()],
        (_, None) => Vec::new(),
        (_, Some((first, rest))) => {
            let with = sets(rest, size - 1).into_iter().map(|set| std::iter::once(*first).chain(set).collect());
            with.chain(sets(rest, size)).collect()
        }
    }
}

/// The people of each combination of these themes: the first theme is the lowest bit of the place.
fn groups(people: &People, themes: &[u32]) -> Vec<u64> {
    let mut counts = vec![0; 1 << themes.len()];
    for raised in people.values() {
        let place = themes.iter().enumerate().fold(0_usize, |place, (bit, theme)| place | usize::from(raised.contains(theme)) << bit);
        counts[place] += 1;
    }
    counts
}

/// The smallest group of two or three of these themes of which an attacker would know too much.
fn told(people: &People, set: &[u32], hidden: &BTreeMap<Pair, u64>, is_small: &dyn Fn(u64) -> bool, least: u64) -> Option<u64> {
    let counts = groups(people, set);
    let is_shown = |one: usize, two: usize| !hidden.contains_key(&(set[one], set[two]));
    let pairs = (0..set.len()).flat_map(|two| (0..two).map(move |one| (one, two))).filter(|(one, two)| is_shown(*one, *two));
    let pairs: Vec<usize> = pairs.map(|(one, two)| 1 << one | 1 << two).collect();
    if pairs.is_empty() {
        return None;
    }
    let alone: Vec<usize> = (0..set.len()).map(|bit| 1 << bit).chain([0]).collect();
    let shown: Vec<usize> = alone.iter().copied().chain(pairs).collect();
    let sum = |mask: usize, value: usize| counts.iter().enumerate().filter(|(place, _)| place & mask == value).map(|(_, count)| *count).sum::<u64>();
    let low = u64::from(!is_small(0));
    let mut worst = None;
    for mask in (0..counts.len()).filter(|mask| matches!(mask.count_ones(), 2 | 3)) {
        for value in (0..counts.len()).filter(|value| value & !mask == 0) {
            let truth = sum(mask, value);
            if !is_small(truth) {
                continue;
            }
            // what the numbers of the themes alone tell is not to be mended by hiding pairs
            let told_by = |sums: &[usize], upward: bool| extreme(&counts, sums, (mask, value), upward).unwrap_or(truth as f64);
            let stays = told_by(&shown, false) <= (low as f64).max(told_by(&alone, false)) + EPSILON
                && told_by(&shown, true) >= ((least - 1) as f64).min(told_by(&alone, true)) - EPSILON;
            if !stays && worst.is_none_or(|worst| truth < worst) {
                worst = Some(truth);
            }
        }
    }
    worst
}

/// The smallest or largest number of people in a group that agrees with every shown sum.
fn extreme(counts: &[u64], shown: &[usize], (mask, value): (usize, usize), upward: bool) -> Option<f64> {
    let mut problem = Problem::new(if upward { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize });
    let all: u64 = counts.iter().sum();
    let cells: Vec<_> = (0..counts.len()).map(|place| problem.add_var(f64::from(u8::from(place & mask == value)), (0.0, all as f64))).collect();
    for with in shown {
        let terms: Vec<_> = cells.iter().enumerate().filter(|(place, _)| place & with == *with).map(|(_, cell)| (*cell, 1.0)).collect();
        let sum: u64 = counts.iter().enumerate().filter(|(place, _)| place & with == *with).map(|(_, count)| *count).sum();
        problem.add_constraint(terms, ComparisonOp::Eq, sum as f64);
    }
    Some(problem.solve().ok()?.into_solution().ok()?.objective())
}

#[cfg(test)]
mod tests;
