//! A system with its primary cells in, the cheapest further cells to hide out.
//!
//! Blocks of cells that hang together are solved one by one. A heuristic moves each failing cell to the
//! edge of its range at the least loss (Kelly, Golden and Assad) and hides what had to move, then shows
//! again whatever the attacker cannot use. Where a block is small enough, an implicit hitting set finds
//! the optimum: the cheapest set that meets all clauses is attacked, and every attack that succeeds
//! gives a clause more. What that search has to pay at least is reported as a lower bound.

use std::collections::BTreeSet;

use super::attack::{Attacker, Failure};
use super::hitting::{self, Choices, Clause, Set};
use super::shift;
use super::system::{Demand, Kind, System};

/// Most candidates of a block for which the optimum is looked for.
const EXACT_CANDIDATES: usize = 100;
/// Most linear programs that the search for the optimum of a block may solve.
const EXACT_PROGRAMS: usize = 3000;
/// Failures of one attack from which clauses are made.
const CLAUSES_AT_ONCE: usize = 6;

/// What was chosen, and how good it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    pub hidden: Vec<bool>,
    /// Groups of cells for which something had to be chosen, and those with a proved optimum.
    pub blocks: usize,
    pub proved: usize,
    /// The loss that no choice can undercut, as far as known.
    pub lower_bound: f64,
    pub programs: usize,
}

/// Chooses what else to hide.
///
/// # Errors
/// The cells that cannot be protected whatever is hidden.
pub(crate) fn choose(system: &System) -> Result<Choice, Vec<Failure>> {
    let domains = only_domains(system);
    let mut chooser = Chooser::new(&domains, system.primaries());
    if (0..system.cells.len()).any(|cell| chooser.hidden[cell] && system.cells[cell].kind == Kind::Domain) {
        (0..system.cells.len()).for_each(|cell| chooser.open[cell] = system.cells[cell].kind == Kind::Domain);
        chooser.run()?;
    }
    let first = chooser.choice();
    let mut chooser = Chooser::new(system, first.hidden);
    (0..system.cells.len()).for_each(|cell| chooser.open[cell] = system.cells[cell].kind == Kind::Figure);
    chooser.open_bases();
    chooser.run()?;
    let second = chooser.choice();
    Ok(Choice {
        blocks: first.blocks + second.blocks,
        proved: first.proved + second.proved,
        lower_bound: first.lower_bound + second.lower_bound,
        programs: first.programs + second.programs,
        hidden: second.hidden,
    })
}

/// The same cells with only those relations that bind domains.
fn only_domains(system: &System) -> System {
    let relations = system.relations.iter().filter(|relation| relation.terms.iter().all(|(cell, _)| system.cells[*cell].kind == Kind::Domain));
    System::new(system.cells.clone(), relations.cloned().collect())
}

struct Chooser<'a> {
    system: &'a System,
    attacker: Attacker<'a>,
    /// Hidden before any choice.
    given: Vec<bool>,
    hidden: Vec<bool>,
    chosen: BTreeSet<usize>,
    /// Cells that may be hidden, if they are not fixed.
    open: Vec<bool>,
    blocks: usize,
    proved: usize,
    lower_bound: f64,
}

impl<'a> Chooser<'a> {
    fn new(system: &'a System, given: Vec<bool>) -> Self {
        let open = vec![false; given.len()];
        let hidden = given.clone();
        Self { system, attacker: Attacker::new(system), given, hidden, chosen: BTreeSet::new(), open, blocks: 0, proved: 0, lower_bound: 0.0 }
    }

    fn choice(self) -> Choice {
        Choice { hidden: self.hidden, blocks: self.blocks, proved: self.proved, lower_bound: self.lower_bound, programs: self.attacker.programs }
    }

    /// Opens the bases that hang together with a hidden base: nothing else could stand in for them.
    fn open_bases(&mut self) {
        let is_base = |cell: usize| self.system.cells[cell].kind == Kind::Base;
        let mut seen = vec![false; self.hidden.len()];
        for cell in (0..self.hidden.len()).filter(|cell| is_base(*cell) && self.hidden[*cell]) {
            if !seen[cell] {
                for other in self.system.component(cell, &is_base, &mut seen) {
                    self.open[other] = true;
                }
            }
        }
    }

    /// Solves all blocks; those that cannot be solved get their bases, then their domains opened.
    fn run(&mut self) -> Result<(), Vec<Failure>> {
        let mut solved = vec![false; self.hidden.len()];
        loop {
            let mut seen = solved.clone();
            let mut again = false;
            for cell in 0..self.hidden.len() {
                if !self.hidden[cell] || seen[cell] || self.system.cells[cell].demand == Demand::None {
                    continue;
                }
                let block = self.system.component(cell, &|other| self.hidden[other] || (self.open[other] && !self.system.cells[other].fixed), &mut seen);
                match self.solve(&block) {
                    Ok(()) => block.iter().for_each(|cell| solved[*cell] = true),
                    Err(failures) => {
                        let opened = self.widen(&block);
                        if opened.is_empty() {
                            return Err(failures);
                        }
                        again = true;
                        // What was solved beside the newly opened cells is looked at once more.
                        solved.iter_mut().for_each(|solved| *solved = false);
                        break;
                    }
                }
            }
            if !again {
                return Ok(());
            }
        }
    }

    /// Opens the nearest closed cells of a block: bases first, then domains.
    fn widen(&mut self, block: &[usize]) -> Vec<usize> {
        for kind in [Kind::Base, Kind::Domain] {
            let mut near = BTreeSet::new();
            for relation in block.iter().flat_map(|cell| self.system.touching(*cell)) {
                let terms = &self.system.relations[*relation].terms;
                near.extend(terms.iter().map(|(cell, _)| *cell).filter(|cell| self.system.cells[*cell].kind == kind && !self.open[*cell] && !self.hidden[*cell] && !self.system.cells[*cell].fixed));
            }
            near.extend(block.iter().filter_map(|cell| self.system.cells[*cell].base).filter(|base| {
                self.system.cells[*base].kind == kind && !self.open[*base] && !self.hidden[*base] && !self.system.cells[*base].fixed
            }));
            if !near.is_empty() {
                near.iter().for_each(|cell| self.open[*cell] = true);
                return near.into_iter().collect();
            }
        }
        Vec::new()
    }

    fn with(&self, extra: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut hidden = self.hidden.clone();
        extra.into_iter().for_each(|cell| self.system.hide(&mut hidden, cell));
        hidden
    }

    fn solve(&mut self, block: &[usize]) -> Result<(), Vec<Failure>> {
        let failures = self.attacker.failures(&self.hidden, block.iter().copied());
        if failures.is_empty() {
            return Ok(());
        }
        let candidates = self.candidates(block)?;
        let before = self.system.loss(&self.hidden);
        let kept = self.chosen.clone();
        self.heuristic(block, &candidates, failures)?;
        self.clean(block, &kept);
        self.blocks += 1;
        let cost = self.system.loss(&self.hidden) - before;
        if candidates.len() > EXACT_CANDIDATES {
            return Ok(());
        }
        // The search begins from what was hidden before the heuristic chose.
        let heuristic = std::mem::replace(&mut self.chosen, kept);
        self.restore();
        let (better, bound, proved) = self.exact(block, &candidates, cost);
        self.lower_bound += bound;
        self.proved += usize::from(proved);
        match better {
            Some(better) => self.chosen.extend(better),
            None => self.chosen = heuristic,
        }
        self.restore();
        Ok(())
    }

    /// Hidden cells anew from what was given and chosen.
    fn restore(&mut self) {
        let mut hidden = self.given.clone();
        self.chosen.iter().for_each(|cell| self.system.hide(&mut hidden, *cell));
        self.hidden = hidden;
    }

    /// Cells of a block that can be hidden without failing themselves; an error where even all of them do not help.
    fn candidates(&mut self, block: &[usize]) -> Result<Vec<usize>, Vec<Failure>> {
        let mut candidates: Vec<usize> = block.iter().copied().filter(|cell| self.open[*cell] && !self.hidden[*cell] && !self.system.cells[*cell].fixed).collect();
        loop {
            let all = self.with(candidates.iter().copied());
            let failures = self.attacker.failures(&all, block.iter().copied());
            let (own, others): (Vec<Failure>, Vec<Failure>) = failures.into_iter().partition(|failure| self.hidden[failure.cell]);
            if !own.is_empty() {
                return Err(own);
            }
            if others.is_empty() {
                return Ok(candidates);
            }
            // Whatever cannot be protected itself cannot protect others, nor can what would take it along.
            let unfit: Vec<usize> = others.iter().map(|failure| failure.cell).collect();
            candidates.retain(|cell| {
                let taken = self.with([*cell]);
                unfit.iter().all(|unfit| !taken[*unfit])
            });
        }
    }

    fn heuristic(&mut self, block: &[usize], candidates: &[usize], mut failures: Vec<Failure>) -> Result<(), Vec<Failure>> {
        let allowed: BTreeSet<usize> = candidates.iter().copied().collect();
        while !failures.is_empty() {
            let mut moved = false;
            for failure in &failures {
                if !self.attacker.fails(&self.hidden, failure.cell) {
                    continue;
                }
                let shifted = shift::cheapest(self.system, &self.hidden, block, &allowed, failure);
                self.attacker.programs += 2;
                for cell in shifted {
                    moved |= !self.hidden[cell];
                    self.chosen.insert(cell);
                    self.system.hide(&mut self.hidden, cell);
                }
            }
            if !moved {
                // The linear program gave nothing: all that may be hidden is, and cleaning shows again what need not be.
                let before = self.hidden.clone();
                for cell in candidates {
                    self.chosen.insert(*cell);
                    self.system.hide(&mut self.hidden, *cell);
                }
                if before == self.hidden {
                    return Err(failures);
                }
            }
            failures = self.attacker.failures(&self.hidden, block.iter().copied());
        }
        Ok(())
    }

    /// Shows again, dearest first, what the attacker cannot use.
    fn clean(&mut self, block: &[usize], kept: &BTreeSet<usize>) {
        let mut order: Vec<usize> = self.chosen.difference(kept).copied().collect();
        order.sort_by(|a, b| self.system.cells[*b].loss.total_cmp(&self.system.cells[*a].loss).then(a.cmp(b)));
        for cell in order {
            self.chosen.remove(&cell);
            let before = self.hidden.clone();
            self.restore();
            if self.hidden == before {
                continue;
            }
            if !self.attacker.failures(&self.hidden, block.iter().copied()).is_empty() {
                self.chosen.insert(cell);
                self.hidden = before;
            }
        }
    }

    /// The optimum of a block by an implicit hitting set: what to hide where it is cheaper than `limit`, a bound, whether it is proved.
    fn exact(&mut self, block: &[usize], candidates: &[usize], limit: f64) -> (Option<Vec<usize>>, f64, bool) {
        let place = |cell: usize| candidates.binary_search(&cell).ok();
        let closures = candidates.iter().map(|cell| {
            let taken = self.with([*cell]);
            (0..candidates.len()).filter(|other| taken[candidates[*other]]).fold(0, |set, other| set | (1 << other))
        });
        let choices = Choices { closures: closures.collect(), losses: candidates.iter().map(|cell| if self.system.cells[*cell].primary { 0.0 } else { self.system.cells[*cell].loss }).collect() };
        let mut clauses: Vec<Clause> = Vec::new();
        let mut bound = 0.0;
        let start = self.attacker.programs;
        loop {
            let (set, complete) = hitting::cheapest(&choices, &clauses, limit);
            if !complete {
                return (None, bound, false);
            }
            let Some((set, cost)) = set else { return (None, limit, true) };
            bound = cost;
            let cells: Vec<usize> = hitting::members(set).map(|member| candidates[member]).collect();
            let hidden = self.with(cells.iter().copied());
            let failures = self.attacker.failures(&hidden, block.iter().copied());
            if failures.is_empty() {
                return (Some(cells), cost, true);
            }
            for failure in failures.iter().take(CLAUSES_AT_ONCE) {
                let any = self.clause(&hidden, candidates, failure.cell);
                let given = if self.hidden[failure.cell] { None } else { place(failure.cell).and_then(|place| u32::try_from(place).ok()) };
                clauses.push(Clause { given, any });
            }
            if self.attacker.programs - start > EXACT_PROGRAMS {
                return (None, bound, false);
            }
        }
    }

    /// Candidates of which at least one must be hidden for a cell: all but a largest set that does not help it.
    fn clause(&mut self, hidden: &[bool], candidates: &[usize], cell: usize) -> Set {
        let distance = self.distances(cell, candidates, hidden);
        let mut order: Vec<usize> = (0..candidates.len()).filter(|place| !hidden[candidates[*place]]).collect();
        order.sort_by(|a, b| distance[*b].cmp(&distance[*a]).then(self.system.cells[candidates[*b]].loss.total_cmp(&self.system.cells[candidates[*a]].loss)).then(a.cmp(b)));
        let mut useless = hidden.to_vec();
        let mut any = 0;
        let mut chunks = vec![order];
        while let Some(chunk) = chunks.pop() {
            let mut tried = useless.clone();
            chunk.iter().for_each(|place| self.system.hide(&mut tried, candidates[*place]));
            if tried == useless {
                continue;
            }
            if self.attacker.fails(&tried, cell) {
                useless = tried;
            } else if let [one] = chunk[..] {
                any |= 1 << one;
            } else {
                let (far, near) = chunk.split_at(chunk.len() / 2);
                chunks.push(near.to_vec());
                chunks.push(far.to_vec());
            }
        }
        any
    }

    /// Steps over relations from a cell to each candidate.
    fn distances(&self, cell: usize, candidates: &[usize], hidden: &[bool]) -> Vec<usize> {
        let member = |other: usize| hidden[other] || candidates.binary_search(&other).is_ok();
        let mut distance = vec![usize::MAX; self.hidden.len()];
        distance[cell] = 0;
        let mut front = vec![cell];
        while !front.is_empty() {
            let mut next = Vec::new();
            for from in front {
                for relation in self.system.touching(from) {
                    for (other, _) in &self.system.relations[*relation].terms {
                        if distance[*other] == usize::MAX && member(*other) {
                            distance[*other] = distance[from] + 1;
                            next.push(*other);
                        }
                    }
                }
            }
            front = next;
        }
        candidates.iter().map(|cell| distance[*cell]).collect()
    }
}
