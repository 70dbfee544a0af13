//! Sums over groups in, the second equation that weights add to each out.
//!
//! A weighted count of the whole is the weighted sum of its parts. Where the weight of everybody in a
//! group is the same, and readers can see that, two hidden parts of a known whole are two unknowns in
//! two equations. Where weights vary within a group, a weighted count is known to lie between the
//! smallest and the largest weight times the people; the range of the group's own rows is taken.

use std::collections::BTreeMap;

use super::cells::{Groups, What};
use super::relations::{Builder, Line};
use super::system::{Bounds, Demand, Sense};

/// Relative difference of weights that counts as none.
const SAME: f64 = 1e-9;

/// Smallest and largest mean weight of the cells of a domain.
type Range = (f64, f64);

/// Adds an equation for each exact sum whose parts have different weights.
pub(super) fn equations(builder: &mut Builder<'_>, lines: &[&Line]) {
    let ranges = ranges(builder);
    let mut weighted: BTreeMap<usize, Option<usize>> = BTreeMap::new();
    for line in lines {
        let members: Vec<usize> = line.parts.iter().copied().chain([line.whole]).collect();
        let known: Option<Vec<(usize, f64, Range)>> = members.iter().map(|cell| weight(builder, &ranges, *cell).map(|(weight, range)| (*cell, weight, range))).collect();
        let Some(known) = known else { continue };
        let low = known.iter().map(|(_, _, range)| range.0).fold(f64::INFINITY, f64::min);
        let high = known.iter().map(|(_, _, range)| range.1).fold(0.0, f64::max);
        if low <= 0.0 || is_same((low, high)) {
            continue;
        }
        let scale = f64::midpoint(low, high);
        let whole = known.len() - 1;
        let mut terms = Vec::new();
        for (place, (cell, weight, range)) in known.iter().enumerate() {
            let sign = if place == whole { -1.0 } else { 1.0 };
            if is_same(*range) {
                terms.push((*cell, sign * range.0 / scale));
            } else {
                let of = *weighted.entry(*cell).or_insert_with(|| Some(weighted_cell(builder, *cell, *weight, *range)));
                terms.extend(of.map(|of| (of, sign / scale)));
            }
        }
        let constant = terms.iter().map(|(cell, factor)| builder.cells[*cell].value * factor).sum();
        builder.relate(terms, Sense::Equal, constant);
        builder.weighted += 1;
    }
    questions(builder, &weighted);
}

fn is_same(range: Range) -> bool {
    range.1 - range.0 <= SAME * range.1
}

/// The range of mean weights in each domain, from all cells with people.
fn ranges(builder: &Builder<'_>) -> BTreeMap<(String, Groups), Range> {
    let mut ranges: BTreeMap<(String, Groups), Range> = BTreeMap::new();
    for drafted in builder.draft.cells.iter().filter(|cell| cell.value > 0) {
        let Some(weight) = drafted.weight else { continue };
        let mean = weight / drafted.value as f64;
        for (groups, _, _) in &drafted.places {
            let range = ranges.entry((drafted.key.dataset.clone(), groups.clone())).or_insert((mean, mean));
            *range = (range.0.min(mean), range.1.max(mean));
        }
    }
    ranges
}

/// Weighted count of a cell and the weights that it may have.
fn weight(builder: &Builder<'_>, ranges: &BTreeMap<(String, Groups), Range>, cell: usize) -> Option<(f64, Range)> {
    let drafted = builder.draft.cells.get(cell)?;
    if !matches!(drafted.key.what, What::People | What::Numbers(_)) {
        return None;
    }
    let weight = drafted.weight?;
    let of = |groups: &Groups| ranges.get(&(drafted.key.dataset.clone(), groups.clone())).copied();
    let narrow = drafted.places.iter().filter_map(|(groups, _, _)| of(groups)).reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))?;
    Some((weight, narrow))
}

/// A cell for the weighted count of another, bound to it by the range of weights.
fn weighted_cell(builder: &mut Builder<'_>, cell: usize, weight: f64, range: Range) -> usize {
    let of = builder.aside(weight, Demand::None, Bounds { low: 0.0, high: f64::INFINITY, rest: 0.0 }, false);
    builder.cells[cell].takes.push(of);
    builder.relate(vec![(of, 1.0 / range.1), (cell, -1.0)], Sense::AtMost, 0.0);
    builder.relate(vec![(of, -1.0 / range.0), (cell, 1.0)], Sense::AtMost, 0.0);
    of
}

/// Weighted counts of the levels of a question add up to that of its base.
fn questions(builder: &mut Builder<'_>, weighted: &BTreeMap<usize, Option<usize>>) {
    for ((dataset, _, variable, base), levels) in &builder.draft.questions {
        let several = builder.structure.several.contains(&(dataset.clone(), variable.clone()));
        let of: Option<Vec<usize>> = levels.iter().map(|level| weighted.get(level).copied().flatten()).collect();
        let total: f64 = levels.iter().map(|level| builder.draft.cells[*level].value as f64).sum();
        let Some(of) = of.filter(|of| of.len() > 1 && !several && total <= builder.draft.cells[*base].value as f64) else { continue };
        let sum: f64 = of.iter().map(|cell| builder.cells[*cell].value).sum();
        let scale = sum.max(1.0) / total.max(1.0);
        let whole = builder.aside(sum, Demand::None, Bounds { low: 0.0, high: f64::INFINITY, rest: 0.0 }, false);
        builder.cells[*base].takes.push(whole);
        let terms = of.into_iter().map(|cell| (cell, 1.0 / scale)).chain([(whole, -1.0 / scale)]).collect();
        builder.relate(terms, Sense::Equal, 0.0);
    }
}
