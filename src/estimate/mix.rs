//! Two waves in groups in, the change within groups and by another mix of groups out, each with its error.
//!
//! Both parts are smooth functions of the shares and means of the groups, so their influences follow from those of
//! shares and means by the chain rule; what a share gains others lose, and that is kept.

use std::collections::BTreeSet;

use super::domain::{Cell, Domain, View};
use super::linear::{Summary, numbers};
use super::request::{Estimate, Kind};
use super::tally::Numbers;
use crate::stats::{GroupChange, within_and_mix};

/// Names of the parts, in order.
pub(crate) const PARTS: [&str; 2] = ["within", "mix"];

/// One group: its mean in each wave where it has answers, and what the formula sees.
struct Group {
    code: u32,
    own: [Option<Summary>; 2],
    change: GroupChange,
}

/// All groups of two waves, with the weight of each wave.
struct Groups {
    each: Vec<Group>,
    weight: [f64; 2],
}

/// Where the codes of a cell's domain hold its group.
#[derive(Clone, Copy)]
struct Place<'a> {
    domain: &'a Domain<'a>,
    column: usize,
}

impl Place<'_> {
    fn group(&self, view: &View<'_>, cell: &Cell) -> Option<u32> {
        let (domain, _) = view.sums.cells.key[cell.id];
        self.domain.table.domains[domain as usize].get(self.column).copied()
    }

    /// Shares and means of the groups; `None` where a wave has no answer. A group that a wave lacks has the mean of the other there.
    fn groups(&self, view: &View<'_>, of: &Numbers) -> Option<Groups> {
        let codes: BTreeSet<u32> = view.cells.iter().filter_map(|cell| self.group(view, cell)).collect();
        let summary = |code: u32, part: u8| Summary::of(view, of, |cell| cell.part == part && self.group(view, cell) == Some(code));
        let own: Vec<(u32, [Option<Summary>; 2])> = codes.into_iter().map(|code| (code, [summary(code, 0), summary(code, 1)])).collect();
        let weight = [0, 1].map(|wave| crate::stats::sum(own.iter().filter_map(|(_, own)| own[wave]).map(|own| own.weight)));
        let group = |(code, own): (u32, [Option<Summary>; 2])| {
            let [before, after] = own.map(|own| own.map(|own| own.mean()));
            let share = |wave: usize| own[wave].map_or(0.0, |own| own.weight / weight[wave]);
            let change = GroupChange { share_before: share(0), mean_before: before.or(after)?, share_after: share(1), mean_after: after.or(before)? };
            Some(Group { code, own, change })
        };
        let each = own.into_iter().filter_map(group).collect();
        (weight[0] > 0.0 && weight[1] > 0.0).then_some(Groups { each, weight })
    }
}

impl Groups {
    fn parts(&self) -> [f64; 2] {
        let groups: Vec<GroupChange> = self.each.iter().map(|group| group.change).collect();
        within_and_mix(&groups).into()
    }

    /// How a part changes with the share and with the mean of a group in a wave.
    fn slopes(group: &Group, part: usize, wave: usize) -> [f64; 2] {
        let GroupChange { share_before: p1, mean_before: m1, share_after: p2, mean_after: m2 } = group.change;
        let sign = if wave == 0 { -1.0 } else { 1.0 };
        let is_in_both = group.own.iter().all(Option::is_some);
        match (part, is_in_both) {
            (0, true) => [f64::midpoint(-m1, m2), sign * f64::midpoint(p1, p2)],
            // a group of one wave alone is all mix, with one mean for both
            (0, false) => [0.0, 0.0],
            (_, true) => [sign * f64::midpoint(m1, m2), f64::midpoint(-p1, p2)],
            (_, false) => [sign * f64::midpoint(m1, m2), p2 - p1],
        }
    }
}

/// Change within the groups and by another mix of them; the codes of the domains hold the group at `column`.
pub(crate) fn parts(domain: &Domain<'_>, variable: &str, column: usize) -> Vec<Estimate> {
    let place = Place { domain, column };
    let of = numbers(&domain.view(), variable);
    let Some(groups) = place.groups(&domain.view(), of) else {
        let none = |name: &str| Estimate { level: Some(name.to_owned()), ..domain.place.none(Kind::ChangePart, "a wave has no mean") };
        return PARTS.map(none).to_vec();
    };
    let values = groups.parts();
    let one = |part: usize| {
        let mut estimate = domain.start_with(Kind::ChangePart, values[part], &of.moments, |_| true);
        estimate.level = Some(PARTS[part].to_owned());
        estimate.method = domain.place.method("part of the difference of the means, by groups (Kitagawa), t interval");
        // a share that grows takes from the others of its wave
        let average = [0, 1].map(|wave| {
            let share = |group: &Group| group.own[wave].map_or(0.0, |own| own.weight / groups.weight[wave] * Groups::slopes(group, part, wave)[0]);
            crate::stats::sum(groups.each.iter().map(share))
        });
        let influence = |cell: &Cell| {
            let wave = usize::from(cell.part);
            let found = groups.each.iter().find(|group| Some(group.code) == place.group(&domain.view(), cell));
            let Some((group, own)) = found.and_then(|group| Some((group, group.own[wave]?))) else { return crate::stats::Spread::default() };
            let [share, mean] = Groups::slopes(group, part, wave);
            let mut by = own.influence(of, cell).map(|by| by * mean);
            by[0] += (share - average[wave]) / groups.weight[wave] / of.gauge.unit();
            of.moments[cell.id].spread(&by)
        };
        let value = |view: &View<'_>| Some(place.groups(view, numbers(view, variable))?.parts()[part]);
        domain.add_error(&mut estimate, of.gauge.unit(), influence, value);
        domain.place.add_t_interval(&mut estimate);
        Estimate { cv: None, ..estimate }
    };
    vec![one(0), one(1)]
}
