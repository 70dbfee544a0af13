//! Cells in, the system of cells and sums that an attacker can know out.
//!
//! Levels add up to the base of their question, groups to the domain without the group, narrower groups
//! to the wider one they lie in. Where people can be in several groups at once only inequalities hold.
//! What the rows of a sum leave out is taken to be known to the attacker, unless it is few people.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{CURVE_START, Draft, Drafted, Groups, Key, NOT_PLACES, What};
use super::system::{Bounds, Cell, Demand, Kind, Relation, Sense, System};
use super::{Policy, Structure, stays, weights};

/// Of a number about which the rules say nothing.
const ANY: Bounds = Bounds { low: 0.0, high: f64::INFINITY, rest: (0.0, f64::INFINITY), width: 0.0 };

/// A sum over groups: the whole, the name of what is summed over, the parts, and the people whom they leave out.
pub(super) struct Line {
    pub whole: usize,
    pub over: String,
    pub parts: Vec<usize>,
    pub rest: Option<usize>,
}

/// Builds relations over the cells of a draft.
pub(super) struct Builder<'a> {
    pub(super) draft: &'a Draft,
    pub(super) policy: &'a Policy,
    pub(super) structure: &'a Structure,
    cells: Vec<Cell>,
    relations: Vec<Relation>,
}

/// The system of a draft; the first cells are those of the draft, in its order.
pub(super) fn system(draft: &Draft, policy: &Policy, structure: &Structure) -> System {
    let mut builder = Builder { draft, policy, structure, cells: Vec::new(), relations: Vec::new() };
    builder.cells = (0..draft.cells.len()).map(|place| builder.cell(place)).collect();
    builder.take_along();
    builder.questions();
    builder.bases();
    let mut lines = builder.lines();
    let overlapping = builder.overlapping(&lines);
    let mut exact = Vec::new();
    for line in &mut lines {
        if overlapping.contains(&builder.over(line)) {
            builder.overlap(line);
        } else if stays::is_stay(line) {
            builder.stay(line);
        } else {
            builder.sum(line);
            exact.push(&*line);
        }
    }
    let weighted = weights::equations(draft, &exact);
    builder.linked_parts();
    builder.regrouped();
    builder.moved();
    builder.splits();
    System::new(builder.cells, builder.relations, weighted)
}

impl Builder<'_> {
    fn cell(&self, place: usize) -> Cell {
        let (draft, policy) = (self.draft, self.policy);
        let drafted = &draft.cells[place];
        let value = drafted.value as f64;
        let is_missing = matches!(drafted.key.what, What::Missing(..));
        let sensitive = !is_missing || policy.protect_missing;
        let own = sensitive && policy.is_small(drafted.people);
        let is_base = matches!(drafted.key.what, What::Base(_));
        let is_visits = drafted.key.what == What::Visits;
        let (low, high) = policy.range();
        let others = drafted.bases.iter().map(|base| (*base, draft.cells[*base].value.saturating_sub(drafted.value)));
        let others: Vec<(usize, u64)> = others.filter(|_| !is_visits).collect();
        let few = others.iter().filter(|(_, rest)| policy.complement && !own && drafted.value > 0 && policy.is_small(*rest));
        let mut demands: Vec<Demand> = few.map(|(base, rest)| Demand::Rest(*base, low.max(self.other_levels(place, *base)).min(*rest as f64), high)).collect();
        let primary = own || !demands.is_empty();
        match () {
            () if is_visits => demands.push(Demand::Width),
            () if own => demands.push(Demand::Range(low, high)),
            () if primary || is_base || is_missing || drafted.value == 0 => {}
            () => demands.push(Demand::Width),
        }
        Cell {
            value,
            loss: if drafted.printed { (1.0 + drafted.people as f64).ln() } else { 0.0 },
            demands,
            bounds: self.bounds(None, is_visits),
            told: self.bounds(sensitive.then_some((own, primary)), is_visits),
            bases: drafted.bases.clone(),
            kind: match () {
                () if drafted.is_domain => Kind::Domain,
                () if is_base => Kind::Base,
                () => Kind::Figure,
            },
            fixed: !own && (drafted.value == 0 || others.iter().any(|(_, rest)| *rest == 0) || (is_missing && !drafted.printed)),
            takes: Vec::new(),
            primary,
        }
    }

    /// What the rules tell of a hidden cell, and of one of which it is known whether it is small itself and whether it or its complement is.
    fn bounds(&self, why: Option<(bool, bool)>, is_visits: bool) -> Bounds {
        let policy = self.policy;
        let (least, minimum) = (f64::from(u8::from(policy.show_zero)), policy.minimum_cell as f64);
        let most = minimum - 1.0;
        let (low, high, few) = match why {
            None => (least, f64::INFINITY, f64::INFINITY),
            Some((true, _)) => (least, if is_visits { f64::INFINITY } else { most }, most),
            Some((false, true)) => (least, f64::INFINITY, most),
            Some((false, false)) => (minimum, f64::INFINITY, f64::INFINITY),
        };
        let rest = if policy.complement { (low, few) } else { (0.0, f64::INFINITY) };
        Bounds { low, high, rest, width: if why.is_none() || is_visits { minimum } else { policy.width() } }
    }

    /// Levels beside this one that are not zero: where zero is shown, each hidden one is known to hold somebody.
    fn other_levels(&self, place: usize, base: usize) -> f64 {
        let of_base = self.draft.questions.iter().find(|((_, _, _, known), _)| *known == base);
        let Some(((dataset, _, variable, _), levels)) = of_base else { return 0.0 };
        if self.structure.several.contains(&(dataset.clone(), variable.clone())) || !self.policy.show_zero {
            return 0.0;
        }
        levels.iter().filter(|level| **level != place && self.draft.cells[**level].value > 0).count() as f64
    }

    /// A hidden domain hides all that lies in it, a hidden base its levels.
    fn take_along(&mut self) {
        for (place, drafted) in self.draft.cells.iter().enumerate() {
            for base in &drafted.bases {
                self.cells[*base].takes.push(place);
            }
            if let Some(missing) = self.draft.missing.get(&place) {
                self.cells[place].takes.push(*missing);
            }
            if drafted.key.what == What::People && drafted.key.variant.is_empty() {
                let domain = (drafted.key.dataset.clone(), drafted.key.conditions.clone());
                let inside = self.draft.domains.get(&domain).into_iter().flatten().filter(|inside| **inside != place);
                self.cells[place].takes.extend(inside.copied());
            }
        }
    }

    /// People whom a sum leaves out: taken to be known wherever the whole is, though no row prints them.
    fn left_out(&mut self, value: f64, whole: usize) -> usize {
        let cell = self.unprinted(value, Vec::new());
        self.cells[whole].takes.push(cell);
        cell
    }

    /// What is in no row but follows from rows: always unknown to readers, and to be kept so.
    pub(super) fn implicit(&mut self, value: f64) -> usize {
        let (low, high) = self.policy.range();
        self.unprinted(value, vec![Demand::Range(low, high)])
    }

    /// A number that no row prints; it must stay unknown where something is demanded of it.
    fn unprinted(&mut self, value: f64, demands: Vec<Demand>) -> usize {
        self.cells.push(Cell {
            value,
            loss: 0.0,
            primary: !demands.is_empty(),
            demands,
            bounds: ANY,
            told: ANY,
            bases: Vec::new(),
            kind: Kind::Figure,
            fixed: true,
            takes: Vec::new(),
        });
        self.cells.len() - 1
    }

    pub(super) fn relate(&mut self, terms: Vec<(usize, f64)>, sense: Sense, constant: f64) {
        self.relations.push(Relation { terms, sense, constant });
    }

    pub(super) fn value(&self, cell: usize) -> f64 {
        self.cells[cell].value
    }

    /// Whether cells add up to another.
    pub(super) fn is_sum(&self, parts: &[usize], whole: usize) -> bool {
        (parts.iter().map(|part| self.value(*part)).sum::<f64>() - self.value(whole)).abs() < 0.5
    }

    pub(super) fn at_most(&mut self, part: usize, whole: usize) {
        if part != whole && self.value(part) <= self.value(whole) {
            self.relate(vec![(part, 1.0), (whole, -1.0)], Sense::AtMost, 0.0);
        }
    }

    /// Levels of a question in which everybody gives one answer add up to its base.
    fn questions(&mut self) {
        for ((dataset, _, variable, base), levels) in &self.draft.questions {
            let several = self.structure.several.contains(&(dataset.clone(), variable.clone()));
            let total: f64 = levels.iter().map(|level| self.value(*level)).sum();
            let rest = self.value(*base) - total;
            if several || levels.len() < 2 || rest < 0.0 {
                continue;
            }
            let mut terms: Vec<(usize, f64)> = levels.iter().map(|level| (*level, 1.0)).chain([(*base, -1.0)]).collect();
            if rest > 0.0 {
                let few = self.policy.is_small(rest_people(rest));
                terms.push((if few { self.implicit(rest) } else { self.left_out(rest, *base) }, 1.0));
            }
            self.relate(terms, Sense::Equal, 0.0);
        }
    }

    /// A part is no more than its base, a base no more than its domain; people, answers and missing ones add up.
    fn bases(&mut self) {
        for (place, drafted) in self.draft.cells.iter().enumerate() {
            for base in &drafted.bases {
                self.at_most(place, *base);
            }
            let people = Key { what: What::People, variant: String::new(), ..drafted.key.clone() };
            let Some(domain) = self.draft.index.get(&people).copied() else { continue };
            match &drafted.key.what {
                What::Base(_) | What::Numbers(_) => self.at_most(place, domain),
                What::Visits => self.at_most(domain, place),
                _ => {}
            }
            if let Some(missing) = self.draft.missing.get(&place).copied().filter(|missing| self.is_sum(&[*missing, place], domain)) {
                self.relate(vec![(missing, 1.0), (place, 1.0), (domain, -1.0)], Sense::Equal, 0.0);
            }
        }
        let missing: BTreeSet<usize> = self.draft.missing.values().copied().collect();
        for missing in missing {
            self.reasons(missing);
        }
    }

    /// Missing answers for each reason add up to the missing answers.
    fn reasons(&mut self, missing: usize) {
        let key = &self.draft.cells[missing].key;
        let What::Missing(variable, _) = &key.what else { return };
        let is_reason = |cell: &Drafted| {
            cell.printed
                && cell.key.dataset == key.dataset
                && cell.key.conditions == key.conditions
                && matches!(&cell.key.what, What::Missing(of, _) if of == variable)
        };
        let reasons: Vec<usize> = (0..self.draft.cells.len()).filter(|cell| is_reason(&self.draft.cells[*cell])).collect();
        if !reasons.is_empty() && self.is_sum(&reasons, missing) {
            let terms = reasons.into_iter().map(|reason| (reason, 1.0)).chain([(missing, -1.0)]).collect();
            self.relate(terms, Sense::Equal, 0.0);
        }
    }

    /// Sums over the groups of cells: each cell with those that differ from it in some groups only.
    fn lines(&self) -> Vec<Line> {
        let mut lines: BTreeMap<(usize, String), BTreeSet<usize>> = BTreeMap::new();
        for (place, drafted) in self.draft.cells.iter().enumerate() {
            for groups in drafted.places.iter().map(|(groups, _, _)| groups).collect::<BTreeSet<_>>() {
                for (key, over) in self.wider(&drafted.key, groups) {
                    if let Some(whole) = self.draft.index.get(&key).filter(|whole| **whole != place) {
                        lines.entry((*whole, over)).or_default().insert(place);
                    }
                }
            }
        }
        lines.into_iter().map(|((whole, over), parts)| Line { whole, over, parts: parts.into_iter().collect(), rest: None }).collect()
    }

    /// Names of the cells of which this one is a part by its groups, with what is summed over.
    fn wider(&self, key: &Key, groups: &Groups) -> Vec<(Key, String)> {
        if matches!(&key.what, What::Missing(_, reason) if !reason.is_empty()) {
            return Vec::new();
        }
        let removable: Vec<&String> = groups.keys().filter(|group| !NOT_PLACES.contains(&group.as_str())).take(6).collect();
        let without = |names: &[&String]| {
            let mut wider = key.clone();
            wider.conditions.retain(|condition, _| !names.contains(&condition));
            wider
        };
        let mut found = Vec::new();
        for set in 1..1_usize << removable.len() {
            let names: Vec<&String> = removable.iter().enumerate().filter(|(place, _)| set >> place & 1 == 1).map(|(_, name)| *name).collect();
            let over = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join("\u{1}");
            found.push((without(&names), over));
        }
        for nesting in self.structure.nested.iter().filter(|nesting| nesting.dataset == key.dataset && !groups.contains_key(&nesting.parent)) {
            if let Some(parent) = groups.get(&nesting.child).and_then(|level| nesting.parents.get(level)) {
                let mut wider = without(&[&nesting.child]);
                wider.conditions.insert(nesting.parent.clone(), parent.clone());
                found.push((wider, format!("{}\u{1}in {}", nesting.child, nesting.parent)));
            }
        }
        found.extend(stays::wider(key, groups));
        found
    }

    /// What a line sums over, in which dataset, and whether it sums people.
    fn over(&self, line: &Line) -> (String, String, bool) {
        let key = &self.draft.cells[line.whole].key;
        (key.dataset.clone(), line.over.clone(), key.what == What::Visits)
    }

    /// Groups that one person may be in more than one of: somewhere their people are more than the whole.
    fn overlapping(&self, lines: &[Line]) -> BTreeSet<(String, String, bool)> {
        let exceeds = |line: &&Line| line.parts.iter().map(|part| self.value(*part)).sum::<f64>() > self.value(line.whole) + 0.5;
        lines.iter().filter(exceeds).map(|line| self.over(line)).collect()
    }

    fn overlap(&mut self, line: &Line) {
        line.parts.iter().for_each(|part| self.at_most(*part, line.whole));
        let total: f64 = line.parts.iter().map(|part| self.value(*part)).sum();
        if total >= self.value(line.whole) {
            let terms = line.parts.iter().map(|part| (*part, -1.0)).chain([(line.whole, 1.0)]).collect();
            self.relate(terms, Sense::AtMost, 0.0);
        }
    }

    fn sum(&mut self, line: &mut Line) {
        let total: f64 = line.parts.iter().map(|part| self.value(*part)).sum();
        let rest = self.value(line.whole) - total;
        let mut terms: Vec<(usize, f64)> = line.parts.iter().map(|part| (*part, 1.0)).chain([(line.whole, -1.0)]).collect();
        if rest > 0.0 {
            let few = self.policy.protect_missing && self.policy.is_small(rest_people(rest));
            let rest = if few { self.implicit(rest) } else { self.left_out(rest, line.whole) };
            line.rest = Some(rest);
            terms.push((rest, 1.0));
        }
        self.relate(terms, Sense::Equal, 0.0);
    }

    pub(super) fn level_of(&self, dataset: &str, groups: &Groups, variable: &str, level: &str) -> Option<usize> {
        let mut conditions = groups.clone();
        conditions.insert(variable.to_owned(), level.to_owned());
        self.draft.index.get(&Key { dataset: dataset.to_owned(), conditions, what: What::People, variant: String::new() }).copied()
    }

    /// Domains and levels in which a variable is printed.
    pub(super) fn places_of(&self, dataset: &str, variable: &str) -> BTreeMap<Groups, BTreeSet<String>> {
        let mut places: BTreeMap<Groups, BTreeSet<String>> = BTreeMap::new();
        for drafted in self.draft.cells.iter().filter(|cell| cell.key.dataset == dataset && cell.key.what == What::People) {
            for (groups, _, level) in drafted.places.iter().filter(|(_, of, _)| of == variable) {
                places.entry(groups.clone()).or_default().insert(level.clone());
            }
        }
        places
    }

    /// Questions made of one another have the same people with an answer.
    pub(super) fn same_base(&mut self, dataset: &str, groups: &Groups, variables: [&str; 2]) {
        let of = |what: &dyn Fn(String) -> What, variable: &str| {
            let key = Key { dataset: dataset.to_owned(), conditions: groups.clone(), what: what(variable.to_owned()), variant: String::new() };
            self.draft.index.get(&key).copied()
        };
        let bases = variables.map(|variable| of(&What::Base, variable));
        let missing = variables.map(|variable| of(&|variable| What::Missing(variable, String::new()), variable));
        for pair in [bases, missing] {
            if let [Some(one), Some(other)] = pair
                && self.is_sum(&[one], other)
            {
                self.relate(vec![(one, 1.0), (other, -1.0)], Sense::Equal, 0.0);
            }
        }
    }

    /// People with one answer alone are some of those with that answer; the others have several.
    fn linked_parts(&mut self) {
        for link in &self.structure.parts {
            for (groups, levels) in self.places_of(&link.dataset, &link.whole) {
                self.same_base(&link.dataset, &groups, [&link.whole, &link.some]);
                let several = self.level_of(&link.dataset, &groups, &link.some, &link.several);
                let (mut doubled, mut complete) = (Vec::new(), true);
                for level in &levels {
                    let Some(whole) = self.level_of(&link.dataset, &groups, &link.whole, level) else { continue };
                    let Some(some) = self.level_of(&link.dataset, &groups, &link.some, level) else {
                        complete = false;
                        continue;
                    };
                    let rest = self.value(whole) - self.value(some);
                    if rest > 0.0 && self.policy.is_small(rest_people(rest)) {
                        let few = self.implicit(rest);
                        self.relate(vec![(some, 1.0), (few, 1.0), (whole, -1.0)], Sense::Equal, 0.0);
                    } else {
                        self.at_most(some, whole);
                    }
                    if let Some(several) = several.filter(|several| rest <= self.value(*several)) {
                        self.relate(vec![(whole, 1.0), (some, -1.0), (several, -1.0)], Sense::AtMost, 0.0);
                    }
                    doubled.extend([(some, 1.0), (whole, -1.0)]);
                }
                if let Some(several) = several.filter(|_| complete) {
                    doubled.push((several, 2.0));
                    if doubled.iter().map(|(cell, factor)| self.value(*cell) * factor).sum::<f64>() <= 0.0 {
                        self.relate(doubled, Sense::AtMost, 0.0);
                    }
                }
            }
        }
    }

    /// A level made of other levels is their sum.
    fn regrouped(&mut self) {
        for link in &self.structure.regrouped {
            for (groups, wider) in self.places_of(&link.dataset, &link.into) {
                self.same_base(&link.dataset, &groups, [&link.from, &link.into]);
                let narrow = self.places_of(&link.dataset, &link.from).remove(&groups).unwrap_or_default();
                for level in wider {
                    let parts = narrow.iter().filter(|part| link.map.get(*part).unwrap_or(part) == &level);
                    let parts: Vec<usize> = parts.filter_map(|part| self.level_of(&link.dataset, &groups, &link.from, part)).collect();
                    let Some(whole) = self.level_of(&link.dataset, &groups, &link.into, &level) else { continue };
                    let total: f64 = parts.iter().map(|part| self.value(*part)).sum();
                    if !parts.is_empty() && (total - self.value(whole)).abs() < 0.5 && parts != [whole] {
                        let terms = parts.into_iter().map(|part| (part, 1.0)).chain([(whole, -1.0)]).collect();
                        self.relate(terms, Sense::Equal, 0.0);
                    }
                }
            }
        }
    }

    /// The people with whom a curve begins are the newcomers of the first months.
    fn followed(&mut self, dataset: &str, groups: &Groups, newcomers: &[usize]) {
        let what = What::Numbers(CURVE_START.to_owned());
        let key = Key { dataset: dataset.to_owned(), conditions: groups.clone(), what, variant: String::new() };
        let Some(start) = self.draft.index.get(&key).copied() else { return };
        let sum = |months: usize| newcomers[..months].iter().map(|month| self.value(*month)).sum::<f64>();
        if let Some(months) = (1..=newcomers.len()).find(|months| (sum(*months) - self.value(start)).abs() < 0.5) {
            let terms = newcomers[..months].iter().map(|month| (*month, 1.0)).chain([(start, -1.0)]).collect();
            self.relate(terms, Sense::Equal, 0.0);
        }
    }

    /// Counts of which everybody has one, and counts that everybody has once.
    fn splits(&mut self) {
        for split in &self.structure.split {
            let mut domains: BTreeSet<Groups> = BTreeSet::new();
            split.counts.iter().for_each(|count| domains.extend(self.places_of(&split.dataset, count).into_keys()));
            for groups in &domains {
                let counts: Vec<usize> = split.counts.iter().filter_map(|count| self.level_of(&split.dataset, groups, count, "")).collect();
                let Some(base) = counts.first().and_then(|count| self.draft.cells[*count].bases.first().copied()) else { continue };
                if counts.len() == split.counts.len() && (counts.iter().map(|count| self.value(*count)).sum::<f64>() - self.value(base)).abs() < 0.5 {
                    let terms = counts.into_iter().map(|count| (count, 1.0)).chain([(base, -1.0)]).collect();
                    self.relate(terms, Sense::Equal, 0.0);
                }
            }
            let Some((count, group)) = &split.once else { continue };
            let mut lines: BTreeMap<Groups, Vec<usize>> = BTreeMap::new();
            for groups in domains.iter().filter(|groups| groups.contains_key(group)) {
                let mut wider = groups.clone();
                wider.remove(group);
                lines.entry(wider).or_default().extend(self.level_of(&split.dataset, groups, count, ""));
            }
            for (groups, parts) in lines {
                self.followed(&split.dataset, &groups, &parts);
                let key = Key { dataset: split.dataset.clone(), conditions: groups, what: What::People, variant: String::new() };
                let Some(whole) = self.draft.index.get(&key).copied() else { continue };
                let total: f64 = parts.iter().map(|part| self.value(*part)).sum();
                let rest = self.value(whole) - total;
                let mut terms: Vec<(usize, f64)> = parts.into_iter().map(|part| (part, 1.0)).chain([(whole, -1.0)]).collect();
                if rest > 0.5 && self.policy.is_small(rest_people(rest)) {
                    // who came here and had come elsewhere before: no row counts them, and no subtraction may
                    terms.push((self.implicit(rest), 1.0));
                    self.relate(terms, Sense::Equal, 0.0);
                } else if rest > -0.5 {
                    self.relate(terms, Sense::Equal, -rest);
                }
            }
        }
    }
}

pub(super) fn rest_people(rest: f64) -> u64 {
    super::cells::whole(Some(rest)).unwrap_or_default()
}
