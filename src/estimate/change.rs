//! Two domains of one design in, their difference and its parts out, with the covariance of units and people.

use std::collections::{BTreeMap, BTreeSet};

use super::domain::{Cell, Domain, View, add_note, add_test};
use super::linear::{Summary, numbers, options};
use super::request::{Estimate, Kind};
use super::tally::{Group, Moments, Numbers, Options};
use crate::frame::NO_LEVEL;
use crate::stats::Spread;

/// Later minus earlier mean or shares: part 1 minus part 0 of the domain.
pub(crate) fn difference(domain: &Domain<'_>, variable: &str) -> Vec<Estimate> {
    if domain.place.context.is_number(variable) {
        return vec![of_means(domain, variable)];
    }
    let one = |(level, name)| Estimate { level: name, ..of_shares(domain, variable, level) };
    domain.place.context.cells(variable).into_iter().enumerate().map(one).collect()
}

const ONE_SIDED: &str = "one of the two has no valid answer";

fn of_means(domain: &Domain<'_>, variable: &str) -> Estimate {
    let of = numbers(&domain.view(), variable);
    let side = |view: &View<'_>, part: u8| Summary::of(view, numbers(view, variable), |cell| cell.part == part);
    let sides = |view: &View<'_>| side(view, 0).zip(side(view, 1));
    let Some((before, after)) = sides(&domain.view()) else { return domain.place.none(Kind::Difference, ONE_SIDED) };
    let mut estimate = domain.start_with(Kind::Difference, after.mean() - before.mean(), &of.moments, |_| true);
    estimate.people = fewer(domain, |cell| of.moments[cell.id].n);
    estimate.method = method(domain, "means");
    let influence = |cell: &Cell| {
        let by = if cell.part == 1 { after.influence(of, cell) } else { before.influence(of, cell).map(|by| -by) };
        of.moments[cell.id].spread(&by)
    };
    domain.add_error(&mut estimate, of.gauge.unit(), influence, |view| sides(view).map(|(before, after)| after.mean() - before.mean()));
    finish(domain, estimate)
}

fn of_shares(domain: &Domain<'_>, variable: &str, level: usize) -> Estimate {
    let of = options(&domain.view(), variable);
    let side = |view: &View<'_>, part: u8| share_of(view, options(view, variable), level, |cell| cell.part == part);
    let sides = |view: &View<'_>| side(view, 0).zip(side(view, 1));
    let Some((before, after)) = sides(&domain.view()) else { return domain.place.none(Kind::Difference, ONE_SIDED) };
    let inside = |cell: &Cell| of.of(level, cell.id);
    let valid = |cell: &Cell| of.valid[cell.id];
    let mut estimate = domain.start(Kind::Difference, after.0 - before.0, inside);
    estimate.method = method(domain, "shares");
    let n_valid: u64 = domain.cells.iter().map(|cell| valid(cell).n).sum();
    estimate.n_missing = domain.n() - n_valid;
    estimate.denominator = Some(n_valid);
    estimate.people = fewer(domain, |cell| inside(cell).n);
    let outside = |part: u8| people(domain, part, |cell| valid(cell).n).saturating_sub(people(domain, part, |cell| inside(cell).n));
    estimate.people_outside = Some(outside(0).min(outside(1)));
    let influence = |cell: &Cell| {
        let ((share, weight), sign) = if cell.part == 1 { (after, 1.0) } else { (before, -1.0) };
        share_influence(domain, cell, &inside(cell), &valid(cell), share, sign / weight)
    };
    domain.add_error(&mut estimate, 1.0, influence, |view| sides(view).map(|(before, after)| after.0 - before.0));
    finish(domain, estimate)
}

/// A level's share among valid answers of some cells, and their weight; `None` when there are none.
fn share_of(view: &View<'_>, of: &Options, level: usize, counts: impl Fn(&Cell) -> bool) -> Option<(f64, f64)> {
    let weight = |group: &dyn Fn(&Cell) -> Group| view.weight(|cell| if counts(cell) { group(cell) } else { Group::default() });
    let all = weight(&|cell| of.valid[cell.id]);
    (all > 0.0).then(|| (weight(&|cell| of.of(level, cell.id)) / all, all))
}

/// Spread of `factor · w · (1 − share)` over rows inside and `−factor · w · share` over the other rows of the base.
pub(crate) fn share_influence(domain: &Domain<'_>, cell: &Cell, inside: &Group, base: &Group, share: f64, factor: f64) -> Spread {
    let mut spread = domain.spread(cell, inside, factor * (1.0 - share));
    spread.join(domain.spread(cell, &base.without(inside), -factor * share));
    spread
}

fn method(domain: &Domain<'_>, word: &str) -> String {
    domain.place.method(&format!("difference of {}, covariance of the two kept", domain.place.weighted(word)))
}

fn finish(domain: &Domain<'_>, mut estimate: Estimate) -> Estimate {
    domain.place.add_t_interval(&mut estimate);
    add_test(&mut estimate);
    estimate.cv = None;
    estimate
}

fn people(domain: &Domain<'_>, part: u8, n: impl Fn(&Cell) -> u64) -> u64 {
    domain.people(|cell| if cell.part == part { n(cell) } else { 0 })
}

/// Both sides are behind a difference; the fewer people of the two decide whether it may be seen.
fn fewer(domain: &Domain<'_>, n: impl Fn(&Cell) -> u64) -> u64 {
    people(domain, 0, &n).min(people(domain, 1, &n))
}

/// Names of the parts, in order.
pub(crate) const PARTS: [&str; 3] = ["people changed", "joiners", "leavers"];

/// Whose means are told, in order.
pub(crate) const WHO: [&str; 4] = ["stayers before", "stayers after", "joiners", "leavers"];

/// Who is counted in a mean: everyone of a wave, or those who stayed or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Side {
    part: u8,
    stayed: Option<bool>,
}

/// The rows of two waves with the people who answered in both.
///
/// Each of them makes one pair, by the first answer of each wave, as in the mean change of people seen twice. All
/// other answers make no pair: those of people without an answer in the other wave or without a name, and further
/// answers of somebody in one wave.
struct Seen<'a> {
    domain: &'a Domain<'a>,
    of: &'a Numbers,
    /// Cells whose first row is half of a pair.
    paired: BTreeSet<usize>,
}

impl<'a> Seen<'a> {
    fn new(domain: &'a Domain<'a>, variable: &str) -> Self {
        let of = numbers(&domain.view(), variable);
        let mut first: [BTreeMap<u32, usize>; 2] = Default::default();
        for cell in domain.cells.iter().filter(|cell| of.moments[cell.id].n > 0) {
            // a person without a name is nobody's pair
            let Some(person) = cell.person.filter(|person| *person != NO_LEVEL) else { continue };
            let known = first[usize::from(cell.part)].entry(person).or_insert(cell.id);
            *known = cell.id.min(*known);
        }
        let [before, after] = first;
        let pairs = before.iter().filter_map(|(person, earlier)| Some([*earlier, *after.get(person)?]));
        Self { domain, of, paired: pairs.flatten().collect() }
    }

    /// The rows of a cell that are of a side.
    fn rows(&self, side: Side, cell: &Cell) -> Moments<2> {
        let all = &self.of.moments[cell.id];
        match (cell.part == side.part, side.stayed, self.paired.contains(&cell.id)) {
            (false, ..) | (true, Some(true), false) => Moments::default(),
            (true, Some(true), true) => all.first_row(),
            (true, Some(false), true) => all.further_rows(),
            (true, ..) => *all,
        }
    }

    fn summary(&self, side: Side) -> Option<Summary> {
        Summary::of_rows(&self.domain.view(), self.of, |cell| self.rows(side, cell))
    }

    fn people(&self, side: Side) -> u64 {
        self.domain.people(|cell| self.rows(side, cell).n)
    }

    /// An estimate that is a sum of means with signs, resting on the people of some sides.
    fn estimate(&self, kind: Kind, value: f64, means: &[(Side, Summary, f64)], behind: &[Side]) -> Estimate {
        let (domain, of) = (self.domain, self.of);
        let summaries: Vec<Summary> = behind.iter().filter_map(|side| self.summary(*side)).collect();
        let n = summaries.iter().map(|summary| summary.n).sum();
        let weight = crate::stats::sum(summaries.iter().map(|summary| summary.weight)) * domain.place.context.reduced.weight_unit;
        let people = behind.iter().map(|side| self.people(*side)).min().unwrap_or_default();
        let mut estimate = domain.place.start(kind, value, n, weight, people);
        let influence = |cell: &Cell| {
            let mut spread = Spread::default();
            for stayed in [true, false] {
                let mut by = [0.0; 2];
                for (_, summary, sign) in means.iter().filter(|(side, ..)| side.part == cell.part && side.stayed.is_none_or(|wanted| wanted == stayed)) {
                    by.iter_mut().zip(summary.influence(of, cell)).for_each(|(by, own)| *by += sign * own);
                }
                spread.join(self.rows(Side { part: cell.part, stayed: Some(stayed) }, cell).spread(&by));
            }
            spread
        };
        domain.add_error(&mut estimate, of.gauge.unit(), influence, |_| None);
        if estimate.std_error.is_some_and(|error| error <= 1e-12 * value.abs().max(of.gauge.unit())) {
            (estimate.std_error, estimate.df) = (None, None);
            add_note(&mut estimate, "no interval: one person or one unit alone, or answers that do not vary");
        }
        domain.place.add_t_interval(&mut estimate);
        Estimate { cv: None, ..estimate }
    }
}

const STAYED: [Side; 2] = [Side { part: 0, stayed: Some(true) }, Side { part: 1, stayed: Some(true) }];
const OTHERS: [Side; 2] = [Side { part: 0, stayed: Some(false) }, Side { part: 1, stayed: Some(false) }];
const ALL: [Side; 2] = [Side { part: 0, stayed: None }, Side { part: 1, stayed: None }];

/// The difference of two means as the sum of three parts: people who changed, joined and left.
///
/// `(S₂ − S₁) + p_J (J − S₂) − p_L (L − S₁)`: S are the first answers of people with one in both waves, J the other
/// answers of the later wave and L those of the earlier one. Because `M₂ = S₂ + p_J (J − S₂)`, the second part is `M₂ − S₂` and the third `S₁ − M₁`.
pub(crate) fn change_parts(domain: &Domain<'_>, variable: &str) -> Vec<Estimate> {
    let seen = Seen::new(domain, variable);
    // Where nobody joined or left the part is zero and rests on those who stayed.
    let ([s1, s2], [left, joined], [all1, all2]) = (STAYED, OTHERS, ALL);
    let beside = |stayed: Side, other: Side| if seen.summary(other).is_some() { vec![stayed, other] } else { vec![stayed] };
    let parts = [(s2, s1, vec![s1, s2]), (all2, s2, beside(s2, joined)), (s1, all1, beside(s1, left))];
    let one = |(name, (plus, minus, behind)): (&str, (Side, Side, Vec<Side>))| {
        let Some((above, below)) = seen.summary(plus).zip(seen.summary(minus)) else {
            let reason = "nobody is known to have answered in both waves";
            return Estimate { level: Some(name.to_owned()), ..domain.place.none(Kind::ChangePart, reason) };
        };
        let means = [(plus, above, 1.0), (minus, below, -1.0)];
        let estimate = seen.estimate(Kind::ChangePart, above.mean() - below.mean(), &means, &behind);
        Estimate {
            n_missing: domain.n() - domain.cells.iter().map(|cell| seen.of.moments[cell.id].n).sum::<u64>(),
            method: domain.place.method("part of the difference of the means"),
            level: Some(name.to_owned()),
            ..estimate
        }
    };
    PARTS.into_iter().zip(parts).map(one).collect()
}

/// Means of those who stayed, before and after, of those who joined and of those who left.
pub(crate) fn stayers(domain: &Domain<'_>, variable: &str) -> Vec<Estimate> {
    let seen = Seen::new(domain, variable);
    let ([s1, s2], [left, joined]) = (STAYED, OTHERS);
    let one = |(name, side): (&str, Side)| {
        let Some(summary) = seen.summary(side) else {
            return Estimate { level: Some(name.to_owned()), ..domain.place.none(Kind::Mean, "nobody is known to be among them") };
        };
        let estimate = seen.estimate(Kind::Mean, summary.mean(), &[(side, summary, 1.0)], &[side]);
        let method = domain.place.method(&format!("{}, t interval", domain.place.weighted("mean")));
        Estimate { method, level: Some(name.to_owned()), ..estimate }
    };
    WHO.into_iter().zip([s1, s2, joined, left]).map(one).collect()
}
