//! Cells of one domain in; totals, standard errors and filled-in estimates out.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::reduce::{Sums, Table};
use super::request::{Estimate, Kind, State};
use super::tally::{Group, Moments};
use crate::design::{InnerProducts, Leaf, Rule, Sampling, Tree, leaf};
use crate::frame::NO_LEVEL;
use crate::stats::{Spread, Sum, t_p_value};

/// A domain of the sums that belongs to a domain of the request: `part` 1 is the later of two that are compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) domain: usize,
    pub(crate) part: u8,
}

/// A cell of a domain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    /// Position among the cells of the sums.
    pub(crate) id: usize,
    pub(crate) part: u8,
    /// The person with several rows whose cell it is.
    pub(crate) person: Option<u32>,
    slot: Slot,
}

/// Where the sums of a cell go.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Bag(usize),
    Single(usize),
}

/// What a domain is called and how its errors are made.
pub(crate) struct Place<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) groups: Vec<(String, String)>,
    pub(crate) tree: Tree,
    /// Degrees of freedom.
    df: f64,
    /// Whether every unit answered, so that there is no sampling error to state.
    pub(crate) census: bool,
    /// Why nothing can be estimated.
    pub(crate) blocked: Option<String>,
    /// Why no error can be stated.
    pub(crate) no_error: Option<String>,
    notes: Vec<String>,
}

/// A domain with its cells and the units that its errors come from.
pub(crate) struct Domain<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) table: &'a Table,
    /// The domains of the sums that it is made of.
    pub(crate) parts: Vec<Part>,
    pub(crate) cells: Vec<Cell>,
    bags: usize,
    /// Bag in which each person with several rows lies.
    singles: Vec<usize>,
}

/// The sums of a domain with one set of weights.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) sums: &'a Sums,
    pub(crate) cells: &'a [Cell],
}

impl View<'_> {
    /// Weight of a group of rows of each cell.
    pub(crate) fn weight(&self, group: impl Fn(&Cell) -> Group) -> f64 {
        crate::stats::sum(self.cells.iter().map(|cell| group(cell).weight(self.sums.cells.first[cell.id])))
    }
}

impl<'a> Place<'a> {
    /// A place whose bags have so many units of the last stage each.
    pub(crate) fn new(context: &'a Context<'a>, groups: Vec<(String, String)>, sampling: &Sampling, bags: &[(u32, f64)]) -> Self {
        let tree = Tree::new(&context.reduced.units, sampling, context.design, &context.strata, bags);
        let lone = if tree.within_unit || context.rule.is_some() { None } else { tree.lone_unit() };
        let blocked = if bags.is_empty() { Some("nobody is in this domain".to_owned()) } else { lone.map(|lone| lone.0) };
        let census = tree.census && context.rule.is_none();
        let no_error = if census { Some("every unit answered, so there is no sampling error to state".to_owned()) } else { without_df(tree.df) };
        let notes = context.notes.iter().chain(&sampling.notes).chain(&tree.notes).cloned().collect();
        Self { context, groups, df: tree.df, census, tree, blocked, no_error, notes }
    }

    /// Takes the degrees of freedom of replicates in place of those of units.
    fn take_df(&mut self, df: f64) {
        self.df = df;
        self.no_error = without_df(df);
    }

    /// An estimate without numbers: not estimable for this reason.
    pub(crate) fn none(&self, kind: Kind, reason: &str) -> Estimate {
        Estimate { state: State::NotEstimable(reason.to_owned()), method: "not estimated".to_owned(), ..Estimate::blank(&self.groups, kind) }
    }

    /// Words for a method, with `within_unit` where the domain is one unit.
    pub(crate) fn method(&self, word: &str) -> String {
        let within = if self.tree.within_unit { ", within_unit" } else { "" };
        format!("{word}{within}")
    }

    /// The word with `weighted` before it where weights differ.
    pub(crate) fn weighted(&self, word: &str) -> String {
        if self.context.reduced.equal_weights { word.to_owned() } else { format!("weighted {word}") }
    }

    /// A first estimate: value, base, people and the notes of the domain.
    pub(crate) fn start(&self, kind: Kind, value: f64, n: u64, n_weighted: f64, people: u64) -> Estimate {
        let note = (!self.notes.is_empty()).then(|| self.notes.join("; "));
        Estimate { estimate: Some(value), n, n_weighted: Some(n_weighted), people, note, ..Estimate::blank(&self.groups, kind) }
    }

    /// Adds standard error, df and coefficient of variation; `bags` holds the spread of the influences in each bag.
    pub(crate) fn add_error(&self, estimate: &mut Estimate, bags: impl FnOnce() -> Vec<Spread>, unit: f64) {
        self.add_error_from(estimate, || self.tree.std_error(&bags()).map(|error| error * unit).map_err(|lone| lone.0));
    }

    /// Adds a standard error that is made only where one can be stated.
    fn add_error_from(&self, estimate: &mut Estimate, error: impl FnOnce() -> Result<f64, String>) {
        estimate.df = (!self.census && self.df > 0.0).then_some(self.df);
        if let Some(reason) = &self.no_error {
            return add_note(estimate, reason);
        }
        match error() {
            Ok(error) => estimate.std_error = Some(error),
            Err(reason) => *estimate = self.none(estimate.kind, &reason),
        }
        if let (Some(error), Some(value)) = (estimate.std_error, estimate.estimate) {
            estimate.cv = (value != 0.0).then(|| error / value.abs());
        }
    }

    /// Adds the interval estimate ± t · standard error.
    pub(crate) fn add_t_interval(&self, estimate: &mut Estimate) {
        if let (Some(value), Some(error), Some(t)) = (estimate.estimate, estimate.std_error, self.t(estimate)) {
            estimate.conf_low = Some(value - t * error);
            estimate.conf_high = Some(value + t * error);
        }
    }

    /// The t quantile of the interval.
    pub(crate) fn t(&self, estimate: &Estimate) -> Option<f64> {
        self.context.t(estimate.df?)
    }

    /// Design effect of a mean with this standard error, against simple random sampling without replacement.
    pub(crate) fn deff(&self, error: f64, n: u64, weight: f64, sd: Option<f64>) -> Option<f64> {
        let (n, sd) = (n as f64, sd?);
        let unit_weights = self.context.reduced.equal_weights && (weight - n).abs() <= 1e-9 * n;
        let open = if unit_weights { 1.0 } else { (weight - n) / weight };
        let simple = sd * (open / n).max(0.0).sqrt();
        (simple > 0.0).then(|| (error / simple) * (error / simple)).filter(|deff| deff.is_finite())
    }
}

impl<'a> Domain<'a> {
    pub(crate) fn new(context: &'a Context<'a>, table: &'a Table, groups: Vec<(String, String)>, parts: Vec<Part>, scope: &[u32]) -> Self {
        let units = &context.reduced.units;
        let (mut bags, mut singles, mut cells): (Vec<(u32, f64)>, Vec<usize>, Vec<Cell>) = Default::default();
        let (mut bag_at, mut single_at): (BTreeMap<u32, usize>, BTreeMap<u32, usize>) = Default::default();
        for Part { domain, part } in parts.iter().copied() {
            for id in &table.main.of_domain[domain] {
                let code = table.main.cells.key[*id as usize].1;
                let bag = units.bag(code);
                let next = bags.len();
                let place = *bag_at.entry(bag).or_insert(next);
                if place == next {
                    bags.push((bag, 0.0));
                }
                let (slot, person) = match leaf(code) {
                    Leaf::Bag(_) => {
                        bags[place].1 += table.main.cells.rows[*id as usize].n as f64;
                        (Slot::Bag(place), None)
                    }
                    Leaf::Single(single) => {
                        let next = singles.len();
                        let at = *single_at.entry(single).or_insert(next);
                        if at == next {
                            singles.push(place);
                            bags[place].1 += 1.0;
                        }
                        (Slot::Single(at), Some(units.last.person[single as usize]))
                    }
                };
                cells.push(Cell { id: *id as usize, part, person, slot });
            }
        }
        let mut place = Place::new(context, groups, context.sampling(scope), &bags);
        if context.rule.is_some() {
            let mut products = InnerProducts::default();
            for part in &parts {
                products.join(&table.products[part.domain]);
            }
            place.take_df(products.degrees());
        }
        Self { place, table, parts, cells, bags: bags.len(), singles }
    }

    /// The sums with the weights of the design.
    pub(crate) fn sums(&self) -> &'a Sums {
        &self.table.main
    }

    /// All rows of a cell.
    pub(crate) fn rows(&self, cell: &Cell) -> &Group {
        &self.sums().cells.rows[cell.id]
    }

    /// Spread of `factor · w` over a group of a cell's rows.
    pub(crate) fn spread(&self, cell: &Cell, group: &Group, factor: f64) -> Spread {
        group.spread(self.sums().cells.first[cell.id], factor)
    }

    /// Rows in the domain.
    pub(crate) fn n(&self) -> u64 {
        self.cells.iter().map(|cell| self.rows(cell).n).sum()
    }

    /// Design effect of a mean with this standard error.
    pub(crate) fn deff_of(&self, error: f64, estimate: &Estimate, sd: Option<f64>) -> Option<f64> {
        self.place.deff(error, estimate.n, estimate.n_weighted?, sd)
    }

    /// Distinct people among the rows of which each cell has so many.
    pub(crate) fn people(&self, n: impl Fn(&Cell) -> u64) -> u64 {
        let mut people = BTreeSet::new();
        let mut alone = 0;
        for cell in &self.cells {
            match (cell.person, n(cell)) {
                (_, 0) => {}
                (Some(person), _) if person != NO_LEVEL => drop(people.insert(person)),
                (_, n) => alone += n,
            }
        }
        alone + people.len() as u64
    }

    /// A first estimate of which each cell contributes a group of rows.
    pub(crate) fn start(&self, kind: Kind, value: f64, group: impl Fn(&Cell) -> Group) -> Estimate {
        let n = self.cells.iter().map(|cell| group(cell).n).sum();
        let weight = self.view().weight(&group);
        let people = self.people(|cell| group(cell).n);
        self.place.start(kind, value, n, weight * self.place.context.reduced.weight_unit, people)
    }

    /// A first estimate from moments of which the first column is the weight.
    pub(crate) fn start_with<const K: usize>(&self, kind: Kind, value: f64, moments: &[Moments<K>], inside: impl Fn(&Cell) -> bool) -> Estimate {
        let n = |cell: &Cell| if inside(cell) { moments[cell.id].n } else { 0 };
        let weight = crate::stats::sum(self.cells.iter().filter(|cell| inside(cell)).map(|cell| moments[cell.id].totals()[0]));
        let estimate = self.place.start(kind, value, self.cells.iter().map(n).sum(), weight * self.place.context.reduced.weight_unit, self.people(n));
        let valid: u64 = self.cells.iter().map(|cell| moments[cell.id].n).sum();
        Estimate { n_missing: self.n() - valid, ..estimate }
    }

    /// The sums of the domain with the weights of the design.
    pub(crate) fn view(&self) -> View<'_> {
        View { sums: self.sums(), cells: &self.cells }
    }

    /// Adds the error of a statistic: from the spread of its influences in each cell, whose other rows have none,
    /// or from its value with each replicate weight. `unit` is what influences are to be multiplied by.
    pub(crate) fn add_error(&self, estimate: &mut Estimate, unit: f64, spread: impl Fn(&Cell) -> Spread, value: impl Fn(&View<'_>) -> Option<f64>) {
        let context = self.place.context;
        match (context.rule, &context.whole) {
            (Some(rule), _) => self.place.add_error_from(estimate, || self.replicate_error(rule, value)),
            (None, Some(whole)) => {
                let influence = |cell: &Cell| match leaf(self.sums().cells.key[cell.id].1) {
                    Leaf::Single(single) => Some((single, spread(cell).total())),
                    Leaf::Bag(_) => None,
                };
                self.place.add_error_from(estimate, || {
                    let error = whole.std_error(self.cells.iter().filter_map(influence));
                    error.map(|error| error * unit).map_err(|lone| lone.0)
                });
            }
            (None, None) => self.place.add_error(estimate, || self.bags(spread), unit),
        }
    }

    /// Standard error of another form of a statistic, where errors come from replicates.
    pub(crate) fn error_of(&self, value: impl Fn(&View<'_>) -> Option<f64>) -> Option<f64> {
        self.place.context.rule.and_then(|rule| self.replicate_error(rule, value).ok())
    }

    /// Standard error from the values in the full sample and with each replicate weight.
    fn replicate_error(&self, rule: &Rule, value: impl Fn(&View<'_>) -> Option<f64>) -> Result<f64, String> {
        let full = value(&self.view()).unwrap_or(f64::NAN);
        let of = |sums: &Sums| {
            let cell = |id: u32, part: u8| Cell { id: id as usize, part, person: None, slot: Slot::Bag(0) };
            let own = |part: Part| sums.of_domain[part.domain].iter().map(move |id| cell(*id, part.part));
            let cells: Vec<Cell> = self.parts.iter().copied().flat_map(own).collect();
            vec![value(&View { sums, cells: &cells }).unwrap_or(f64::NAN)]
        };
        let replicates: Vec<Vec<f64>> = self.table.replicates.iter().map(of).collect();
        let covariance = rule.covariance(&[full], &replicates).ok_or("no replicate has an answer")?;
        Ok(covariance.matrix[(0, 0)].max(0.0).sqrt())
    }

    /// Spread of the influences by bag: those of one person are one influence.
    fn bags(&self, spread: impl Fn(&Cell) -> Spread) -> Vec<Spread> {
        let mut bags = vec![Spread::default(); self.bags];
        let mut singles = vec![Sum::default(); self.singles.len()];
        for cell in &self.cells {
            let mut own = spread(cell);
            match cell.slot {
                Slot::Bag(bag) => {
                    own.join(Spread { n: (self.rows(cell).n as f64 - own.n).max(0.0), ..Spread::default() });
                    bags[bag].join(own);
                }
                Slot::Single(single) => singles[single].add(own.total()),
            }
        }
        self.singles.iter().zip(singles).for_each(|(bag, total)| bags[*bag].join(Spread::one(total.value())));
        bags
    }
}

/// The reason why no error can be stated, when there are no degrees of freedom.
fn without_df(df: f64) -> Option<String> {
    (df <= 0.0).then(|| "no degrees of freedom for an error".to_owned())
}

/// Adds a sentence to the note.
pub(crate) fn add_note(estimate: &mut Estimate, note: &str) {
    match &mut estimate.note {
        Some(known) => {
            known.push_str("; ");
            known.push_str(note);
        }
        None => estimate.note = Some(note.to_owned()),
    }
}

/// Adds the test that the estimate is zero.
pub(crate) fn add_test(estimate: &mut Estimate) {
    let (Some(value), Some(error), Some(df)) = (estimate.estimate, estimate.std_error, estimate.df) else { return };
    if error > 0.0 {
        estimate.test_statistic = Some(value / error);
        estimate.p_value = t_p_value(value / error, df);
    } else {
        add_note(estimate, "no variation, so there is no test");
    }
}
