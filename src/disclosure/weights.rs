//! Sums over groups in, the second equation that weights add to each out.
//!
//! A weighted count of the whole is the weighted sum of its parts. Where the weight of everybody in a
//! group is the same, and readers can see that, two hidden parts of a known whole are two unknowns in
//! two equations. Where weights vary within a group, a weighted count is known to lie between the
//! smallest and the largest mean weight of the group's cells times the people.

use std::collections::BTreeMap;

use super::cells::{Draft, Groups, What};
use super::relations::Line;
use super::system::{Member, Weighted};

/// Relative difference of weights that counts as none.
const SAME: f64 = 1e-9;

/// Smallest and largest mean weight of the cells of a domain.
type Range = (f64, f64);

/// An equation for each exact sum whose parts have different weights.
pub(super) fn equations(draft: &Draft, lines: &[&Line]) -> Vec<Weighted> {
    let ranges = ranges(draft);
    let mut equations = Vec::new();
    for line in lines {
        let part = |cell: &usize| member(draft, &ranges, *cell, 1.0);
        let parts: Option<Vec<Member>> = line.parts.iter().map(part).chain([member(draft, &ranges, line.whole, -1.0)]).collect();
        let Some(members) = parts else { continue };
        let low = members.iter().map(|member| member.low).fold(f64::INFINITY, f64::min);
        let high = members.iter().map(|member| member.high).fold(0.0, f64::max);
        if low > 0.0 && high - low > SAME * high {
            let scale = f64::midpoint(low, high);
            let scaled = |member: Member| Member { weight: member.weight / scale, low: member.low / scale, high: member.high / scale, ..member };
            equations.push(Weighted { members: members.into_iter().map(scaled).collect(), rest: line.rest });
        }
    }
    equations
}

/// The range of mean weights in each domain, from all cells with people.
fn ranges(draft: &Draft) -> BTreeMap<(&str, &Groups), Range> {
    let mut ranges: BTreeMap<(&str, &Groups), Range> = BTreeMap::new();
    for drafted in draft.cells.iter().filter(|cell| cell.value > 0) {
        let Some(weight) = drafted.weight else { continue };
        let mean = weight / drafted.value as f64;
        for (groups, _, _) in &drafted.places {
            let range = ranges.entry((&drafted.key.dataset, groups)).or_insert((mean, mean));
            *range = (range.0.min(mean), range.1.max(mean));
        }
    }
    ranges
}

/// A cell in a weighted sum: its weighted count and the mean weights that it may have. Weights that differ by a rounding are one.
fn member(draft: &Draft, ranges: &BTreeMap<(&str, &Groups), Range>, cell: usize, sign: f64) -> Option<Member> {
    let drafted = &draft.cells[cell];
    if !matches!(drafted.key.what, What::People | What::Numbers(_)) {
        return None;
    }
    let weight = drafted.weight?;
    let of = |groups: &Groups| ranges.get(&(drafted.key.dataset.as_str(), groups)).copied();
    let (low, high) = drafted.places.iter().filter_map(|(groups, _, _)| of(groups)).reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))?;
    let one = high - low <= SAME * high;
    Some(Member { cell, sign, weight, low, high: if one { low } else { high } })
}
