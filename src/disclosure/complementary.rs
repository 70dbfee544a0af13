//! Hidden cells in, further hidden cells out, so that no hidden one is the only unknown of a sum.
//!
//! A line is a set of cells that add up to a total a reader may know: the levels of one variable in
//! one domain, one level over the values of a grouping variable, or whole domains (centers of a
//! region). While a line has hidden cells that a subtraction would give away, its next smallest cell
//! is hidden too. A hidden domain hides everything said about it, and a hidden cell hides itself
//! wherever else it is printed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Policy, Structure};
use crate::results::{ResultRow, Stat, Status, Support};

type Groups = BTreeMap<String, String>;
/// A domain: dataset and groups.
type Domain = (String, Groups);
/// A cell wherever it is printed: dataset, domain, variable, level.
type Cell<'a> = (&'a str, &'a Groups, &'a str, Option<&'a str>);

/// Groups that say which comparison a row makes, not which people it is about.
const NOT_PLACES: [&str; 3] = ["wave", "compared_with", "who"];

/// Marks complementary cells in `hidden`.
pub(super) fn hide(rows: &[ResultRow], hidden: &mut [Option<Status>], policy: Policy, structure: &Structure) {
    hide_domains(rows, hidden, policy, structure);
    hide_parts(rows, hidden, policy, structure);
    let lines = lines(rows, structure);
    loop {
        let before = hidden.iter().flatten().count();
        for line in &lines {
            protect(line, |cell| (behind(&rows[*cell]), rows[*cell].id()), policy, hidden);
        }
        spread(rows, hidden);
        if hidden.iter().flatten().count() == before {
            return;
        }
    }
}

fn behind(row: &ResultRow) -> u64 {
    match row.support {
        Support::People { behind, .. } => behind,
        Support::Establishments(_) | Support::Quality => 0,
    }
}

fn is_about_people(row: &ResultRow) -> bool {
    matches!(row.support, Support::People { .. }) && row.status != Status::NotEstimable
}

/// Domains of too few people, and those that would give them away, lose everything that is said about them.
fn hide_domains(rows: &[ResultRow], hidden: &mut [Option<Status>], policy: Policy, structure: &Structure) {
    let mut people: BTreeMap<Domain, u64> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_about_people(row) && !row.groups.contains_key("compared_with")) {
        let Support::People { behind, outside } = row.support else { continue };
        let known = people.entry((row.dataset.clone(), row.groups.clone())).or_default();
        *known = (*known).max(behind + outside.unwrap_or(0));
    }
    let domains: Vec<(&Domain, u64)> = people.iter().map(|(domain, people)| (domain, *people)).filter(|(_, people)| *people > 0).collect();
    let mut status: Vec<Option<Status>> = domains.iter().map(|(_, people)| (*people < policy.minimum_cell).then_some(Status::Suppressed)).collect();
    let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, ((dataset, groups), _)) in domains.iter().enumerate() {
        for (group, others, parent) in directions(dataset, groups, structure) {
            lines.entry(format!("{dataset}\u{1}{group}\u{1}{others:?}\u{1}{parent:?}")).or_default().push(place);
        }
    }
    loop {
        let before = status.iter().flatten().count();
        for line in lines.values().filter(|line| line.len() > 1) {
            protect(line, |domain| (domains[*domain].1, format!("{:?}", domains[*domain].0)), policy, &mut status);
        }
        if status.iter().flatten().count() == before {
            break;
        }
    }
    let decided: BTreeMap<&Domain, Status> = domains.iter().zip(status).filter_map(|((domain, _), status)| status.map(|status| (*domain, status))).collect();
    for (row, hidden) in rows.iter().zip(hidden.iter_mut()).filter(|(row, hidden)| hidden.is_none() && is_about_people(row)) {
        *hidden = decided.get(&(row.dataset.clone(), row.groups.clone())).copied();
    }
}

/// For each grouping variable of a domain: its name, the other groups, and the wider level in which it lies.
fn directions<'a>(dataset: &str, groups: &'a Groups, structure: &'a Structure) -> Vec<(&'a str, Groups, Option<&'a str>)> {
    let places = groups.iter().filter(|(group, _)| !NOT_PLACES.contains(&group.as_str()));
    places
        .map(|(group, level)| {
            let mut others = groups.clone();
            others.remove(group);
            (group.as_str(), others, structure.parent(dataset, group, level))
        })
        .collect()
}

/// Hides a part of a level where what is left of the whole stands on too few people.
fn hide_parts(rows: &[ResultRow], hidden: &mut [Option<Status>], policy: Policy, structure: &Structure) {
    for link in &structure.parts {
        let of = |variable: &str| {
            let wanted = rows.iter().enumerate().filter(|(_, row)| row.dataset == link.dataset && row.variable == variable && is_about_people(row));
            wanted.map(|(place, row)| ((&row.analysis, &row.groups, &row.level, row.stat), place)).collect::<BTreeMap<_, _>>()
        };
        let whole = of(&link.whole);
        for (cell, place) in of(&link.some) {
            let rest = whole.get(&cell).map_or(0, |whole| behind(&rows[*whole]).saturating_sub(behind(&rows[place])));
            if rest > 0 && rest < policy.minimum_cell && hidden[place].is_none() {
                hidden[place] = Some(Status::SuppressedComplementary);
            }
        }
    }
}

/// Positions of the rows of each line, in a fixed order. Means add up over groups by the people behind them.
fn lines(rows: &[ResultRow], structure: &Structure) -> Vec<Vec<usize>> {
    let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (position, row) in rows.iter().enumerate().filter(|(_, row)| is_about_people(row)) {
        let key = |what: &str, level: Option<&str>, groups: &Groups, parent: Option<&str>| {
            format!("{what}\u{1}{}\u{1}{}\u{1}{}\u{1}{}\u{1}{level:?}\u{1}{groups:?}\u{1}{parent:?}", row.dataset, row.analysis, row.variable, row.stat)
        };
        if matches!(row.stat, Stat::Count | Stat::Proportion) {
            lines.entry(key("level", None, &row.groups, None)).or_default().push(position);
        }
        if matches!(row.stat, Stat::Count | Stat::Proportion | Stat::Mean) {
            for (group, others, parent) in directions(&row.dataset, &row.groups, structure) {
                lines.entry(key(group, row.level.as_deref(), &others, parent)).or_default().push(position);
            }
        }
    }
    lines.into_values().filter(|line| line.len() > 1).collect()
}

/// Hides the next smallest members of a line until at least two are hidden and they hold enough people together.
fn protect(line: &[usize], size: impl Fn(&usize) -> (u64, String), policy: Policy, hidden: &mut [Option<Status>]) {
    loop {
        let unknown: Vec<u64> = line.iter().filter(|place| hidden[**place].is_some()).map(|place| size(place).0).collect();
        if unknown.is_empty() || (unknown.len() > 1 && unknown.iter().sum::<u64>() >= policy.minimum_cell) {
            return;
        }
        let next = line.iter().filter(|place| hidden[**place].is_none() && size(place).0 > 0).min_by_key(|place| size(place));
        let Some(next) = next else { return };
        hidden[*next] = Some(Status::SuppressedComplementary);
    }
}

/// Carries what is hidden to every other row that prints the same cell or speaks of it.
fn spread(rows: &[ResultRow], hidden: &mut [Option<Status>]) {
    let mut cells: BTreeSet<Cell<'_>> = BTreeSet::new();
    let mut numbers: BTreeSet<(&str, &Groups, &str)> = BTreeSet::new();
    let mut domains: BTreeSet<(&str, &Groups)> = BTreeSet::new();
    for (row, _) in rows.iter().zip(hidden.iter()).filter(|(row, status)| status.is_some() && is_about_people(row)) {
        match (row.stat, &row.level) {
            (Stat::Count, None) if row.variable == row.unit.word() => drop(domains.insert((&row.dataset, &row.groups))),
            (Stat::Count | Stat::Proportion, level) => drop(cells.insert((&row.dataset, &row.groups, &row.variable, level.as_deref()))),
            (Stat::Mean, _) => drop(numbers.insert((&row.dataset, &row.groups, &row.variable))),
            _ => {}
        }
    }
    for (row, status) in rows.iter().zip(hidden.iter_mut()).filter(|(row, status)| status.is_none() && is_about_people(row)) {
        let is_share = matches!(row.stat, Stat::Count | Stat::Proportion | Stat::Difference);
        let in_cell = |groups: &Groups| cells.contains(&(row.dataset.as_str(), groups, row.variable.as_str(), row.level.as_deref()));
        let in_number = !is_share && numbers.contains(&(row.dataset.as_str(), &row.groups, row.variable.as_str()));
        let in_domain = domains.contains(&(row.dataset.as_str(), &row.groups));
        if in_domain || in_number || in_cell(&row.groups) || compared(&row.groups).is_some_and(|waves| waves.iter().any(in_cell)) {
            *status = Some(Status::SuppressedComplementary);
        }
    }
}

/// The two one-wave domains that a comparison speaks of.
fn compared(groups: &Groups) -> Option<[Groups; 2]> {
    let mut later = groups.clone();
    let from = later.remove("compared_with")?;
    let mut earlier = later.clone();
    earlier.insert("wave".to_owned(), from);
    Some([later, earlier])
}

#[cfg(test)]
mod tests {
    use super::super::{Nesting, Part, release};
    use super::*;
    use crate::results::{ResultTable, Unit};

    fn mean(center: &str, people: u64) -> ResultRow {
        let mut row = ResultRow::new("members", "better", "barc10_sum", Stat::Mean, Unit::Points);
        row.groups.insert("center".into(), center.into());
        row.estimate = Some(40.0);
        row.support = Support::People { behind: people, outside: None };
        row
    }

    fn shown(rows: Vec<ResultRow>, structure: &Structure) -> Vec<bool> {
        let table = ResultTable::new(rows).expect("ids are unique");
        release(table, Policy::default(), structure).rows().iter().map(|row| !row.is_suppressed()).collect()
    }

    #[test]
    fn a_lone_hidden_center_of_a_region_takes_the_next_smallest_of_that_region_along() {
        let parents = [("a", "West"), ("b", "West"), ("c", "West"), ("d", "East"), ("e", "East")];
        let parents = parents.map(|(center, region)| (center.to_owned(), region.to_owned())).into();
        let structure = Structure { nested: vec![Nesting { dataset: "members".into(), child: "center".into(), parents }], parts: Vec::new() };
        let rows = vec![mean("a", 3), mean("b", 40), mean("c", 30), mean("d", 12), mean("e", 50)];
        assert_eq!(shown(rows, &structure), [false, true, false, true, true]);
    }

    #[test]
    fn a_part_is_hidden_when_the_rest_of_the_whole_is_small() {
        let share = |variable: &str, people: u64| {
            let mut row = ResultRow::new("members", "who", variable, Stat::Proportion, Unit::Percent);
            row.level = Some("White".into());
            row.estimate = Some(0.5);
            row.support = Support::People { behind: people, outside: Some(500) };
            row
        };
        let structure = Structure { nested: Vec::new(), parts: vec![Part { dataset: "members".into(), whole: "race".into(), some: "alone".into() }] };
        assert_eq!(shown(vec![share("race", 300), share("alone", 295)], &structure), [true, false]);
        assert_eq!(shown(vec![share("race", 300), share("alone", 280)], &structure), [true, true]);
    }
}
