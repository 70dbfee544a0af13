//! A system with its primary cells in, the cheapest further cells to hide out.
//!
//! Blocks of cells that hang together are solved one by one. A heuristic moves each failing cell to the
//! edge of its range at the least loss (Kelly, Golden and Assad) and hides what had to move, then shows
//! again whatever the attacker cannot use. Where a block is small enough, an implicit hitting set finds
//! the optimum: the cheapest set that meets all clauses is attacked, and every attack that succeeds
//! gives a clause more. What that search has to pay at least is reported as a lower bound.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::attack::{Attacker, Failure};
use super::hitting::{self, Choices, Clause, Set};
use super::shift;
use super::system::{Kind, System};

/// Most candidates of a block for which the optimum is looked for.
const EXACT_CANDIDATES: usize = 100;
/// Most cells of a block that is solved with all its bases and domains open from the start.
const TOGETHER: usize = 48;
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

/// Chooses what else to hide: domains first, then what lies in them.
///
/// # Errors
/// The cells that cannot be protected whatever is hidden.
pub(crate) fn choose(system: &System) -> Result<Choice, Vec<Failure>> {
    let mut choice = Choice { hidden: system.primaries(), ..Choice::default() };
    together(system, &mut choice);
    let of_kind = |kind: Kind| system.cells.iter().map(|cell| cell.kind == kind).collect::<Vec<bool>>();
    let domains = of_kind(Kind::Domain);
    if domains.iter().zip(&choice.hidden).any(|(domain, hidden)| *domain && *hidden) {
        stage(&only_domains(system), &domains, &mut choice)?;
    }
    loop {
        let before = choice.hidden.clone();
        let mut open = of_kind(Kind::Figure);
        open_bases(system, &choice.hidden, &mut open);
        stage(system, &open, &mut choice)?;
        // A domain that had to be hidden takes figures along that were in no block.
        let mut attacker = Attacker::new(system);
        let failures = attacker.failures(&choice.hidden, 0..system.cells.len());
        choice.programs += attacker.programs;
        if failures.is_empty() {
            return Ok(choice);
        }
        if before == choice.hidden {
            return Err(failures);
        }
    }
}

/// Solves what is small enough with everything open: figures, bases and domains at once.
fn together(system: &System, choice: &mut Choice) {
    let open = vec![true; system.cells.len()];
    let can_be_hidden = |cell: &&usize| !system.cells[**cell].fixed && !choice.hidden[**cell];
    let blocks: Vec<Vec<usize>> =
        blocks(system, &choice.hidden, &open).into_iter().filter(|block| block.iter().filter(can_be_hidden).count() <= TOGETHER).collect();
    let given = choice.hidden.clone();
    let answers: Vec<Solved> = blocks.par_iter().filter_map(|block| Chooser::new(system, &given, &open).solve(block).ok()).collect();
    for answer in &answers {
        choice.take(system, answer);
    }
}

/// Solves all blocks of open cells; where that cannot be done, bases and then domains are opened.
fn stage(system: &System, open: &[bool], choice: &mut Choice) -> Result<(), Vec<Failure>> {
    let given = choice.hidden.clone();
    let mut open = open.to_vec();
    let mut solved: BTreeMap<Vec<usize>, Solved> = BTreeMap::new();
    loop {
        let blocks = blocks(system, &given, &open);
        solved.retain(|block, _| blocks.contains(block));
        let unsolved: Vec<&Vec<usize>> = blocks.iter().filter(|block| !solved.contains_key(*block)).collect();
        let answers: Vec<Result<Solved, Vec<Failure>>> = unsolved.par_iter().map(|block| Chooser::new(system, &given, &open).solve(block)).collect();
        let mut opened = false;
        for (block, answer) in unsolved.into_iter().zip(answers) {
            match answer {
                Ok(answer) => drop(solved.insert(block.clone(), answer)),
                Err(failures) => {
                    let near = widen(system, &given, &open, block);
                    if near.is_empty() {
                        return Err(failures);
                    }
                    for cell in near {
                        open[cell] = true;
                    }
                    opened = true;
                }
            }
        }
        if opened {
            continue;
        }
        for answer in solved.values() {
            choice.take(system, answer);
        }
        return Ok(());
    }
}

impl Choice {
    /// Adds what was chosen for a block.
    fn take(&mut self, system: &System, answer: &Solved) {
        for cell in &answer.chosen {
            system.hide(&mut self.hidden, *cell);
        }
        self.blocks += usize::from(answer.is_choice);
        self.proved += usize::from(answer.is_choice && answer.is_proved);
        self.lower_bound += answer.lower_bound;
        self.programs += answer.programs;
    }
}

/// Groups of hidden and open cells that hang together, in the order of their first hidden cell.
fn blocks(system: &System, given: &[bool], open: &[bool]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; given.len()];
    let mut blocks = Vec::new();
    for cell in 0..given.len() {
        if given[cell] && !seen[cell] && !system.cells[cell].demands.is_empty() {
            blocks.push(system.component(cell, &|other| given[other] || (open[other] && !system.cells[other].fixed), &mut seen));
        }
    }
    blocks
}

/// Opens the bases that hang together with a hidden base: nothing else could stand in for them.
fn open_bases(system: &System, hidden: &[bool], open: &mut [bool]) {
    let is_base = |cell: usize| system.cells[cell].kind == Kind::Base;
    let mut seen = vec![false; hidden.len()];
    for cell in (0..hidden.len()).filter(|cell| is_base(*cell) && hidden[*cell]) {
        if !seen[cell] {
            system.component(cell, &is_base, &mut seen).into_iter().for_each(|other| open[other] = true);
        }
    }
}

/// The nearest closed cells of a block: bases first, then domains.
fn widen(system: &System, given: &[bool], open: &[bool], block: &[usize]) -> BTreeSet<usize> {
    let related = block.iter().flat_map(|cell| system.touching(*cell)).flat_map(|relation| system.relations[*relation].terms.iter().map(|(cell, _)| *cell));
    let near: Vec<usize> = related.chain(block.iter().flat_map(|cell| system.cells[*cell].bases.iter().copied())).collect();
    for kind in [Kind::Base, Kind::Domain] {
        let closed = |cell: &usize| system.cells[*cell].kind == kind && !system.cells[*cell].fixed && !open[*cell] && !given[*cell];
        let found: BTreeSet<usize> = near.iter().copied().filter(closed).collect();
        if !found.is_empty() {
            return found;
        }
    }
    BTreeSet::new()
}

/// The same cells with only those relations that bind domains.
fn only_domains(system: &System) -> System {
    let relations = system.relations.iter().filter(|relation| relation.terms.iter().all(|(cell, _)| system.cells[*cell].kind == Kind::Domain));
    system.with_relations(relations.cloned().collect())
}

/// What was chosen for one block.
#[derive(Debug, Clone, Default)]
struct Solved {
    chosen: BTreeSet<usize>,
    /// Whether there was anything to choose, and whether the choice is proved to be the best.
    is_choice: bool,
    is_proved: bool,
    lower_bound: f64,
    programs: usize,
}

/// Works on one block.
struct Chooser<'a> {
    system: &'a System,
    attacker: Attacker<'a>,
    /// Hidden before any choice.
    given: &'a [bool],
    hidden: Vec<bool>,
    chosen: BTreeSet<usize>,
    /// Cells that may be hidden, if they are not fixed.
    open: &'a [bool],
}

impl<'a> Chooser<'a> {
    fn new(system: &'a System, given: &'a [bool], open: &'a [bool]) -> Self {
        Self { system, attacker: Attacker::new(system), given, hidden: given.to_vec(), chosen: BTreeSet::new(), open }
    }

    fn with(&self, extra: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut hidden = self.hidden.clone();
        extra.into_iter().for_each(|cell| self.system.hide(&mut hidden, cell));
        hidden
    }

    fn solve(mut self, block: &[usize]) -> Result<Solved, Vec<Failure>> {
        let failures = self.attacker.failures(&self.hidden, block.iter().copied());
        if failures.is_empty() {
            return Ok(Solved { programs: self.attacker.programs, ..Solved::default() });
        }
        let before = self.system.loss(&self.hidden);
        let candidates = self.candidates(block)?;
        self.heuristic(block, &candidates, failures)?;
        self.clean(block);
        let cost = self.system.loss(&self.hidden) - before;
        let mut solved = Solved { is_choice: true, ..Solved::default() };
        if candidates.len() <= EXACT_CANDIDATES {
            // The search begins from what was hidden before the heuristic chose.
            let heuristic = std::mem::take(&mut self.chosen);
            self.restore();
            let (better, bound, proved) = self.exact(block, &candidates, cost);
            (solved.lower_bound, solved.is_proved) = (bound, proved);
            self.chosen = better.map_or(heuristic, BTreeSet::from_iter);
        }
        Ok(Solved { chosen: self.chosen, programs: self.attacker.programs, ..solved })
    }

    /// Hidden cells anew from what was given and chosen.
    fn restore(&mut self) {
        let mut hidden = self.given.to_vec();
        self.chosen.iter().for_each(|cell| self.system.hide(&mut hidden, *cell));
        self.hidden = hidden;
    }

    /// Cells of a block that can be hidden without failing themselves; an error where even all of them do not help.
    fn candidates(&mut self, block: &[usize]) -> Result<Vec<usize>, Vec<Failure>> {
        let mut candidates: Vec<usize> =
            block.iter().copied().filter(|cell| self.open[*cell] && !self.hidden[*cell] && !self.system.cells[*cell].fixed).collect();
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
    fn clean(&mut self, block: &[usize]) {
        let mut order: Vec<usize> = self.chosen.iter().copied().collect();
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
        // What candidates take along costs too, though it is not chosen for itself.
        let all = self.with(candidates.iter().copied());
        let is_passenger = |cell: &usize| all[*cell] && !self.hidden[*cell] && self.system.cells[*cell].loss > 0.0 && place(*cell).is_none();
        let members: Vec<usize> = candidates.iter().copied().chain((0..all.len()).filter(is_passenger)).collect();
        if members.len() > Set::BITS as usize {
            return (None, 0.0, false);
        }
        let closure = |cell: &usize| {
            let taken = self.with([*cell]);
            (0..members.len()).filter(|other| taken[members[*other]]).fold(0, |set, other| set | (1 << other))
        };
        let loss = |cell: &usize| if self.system.cells[*cell].primary { 0.0 } else { self.system.cells[*cell].loss };
        let choices = Choices { closures: candidates.iter().map(closure).collect(), losses: members.iter().map(loss).collect() };
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
            let cells: Vec<usize> = hitting::members(set).filter_map(|member| candidates.get(member).copied()).collect();
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
        order.sort_by(|a, b| {
            distance[*b].cmp(&distance[*a]).then(self.system.cells[candidates[*b]].loss.total_cmp(&self.system.cells[candidates[*a]].loss)).then(a.cmp(b))
        });
        let mut useless = hidden.to_vec();
        let mut any = 0;
        let mut chunks = vec![order];
        while let Some(chunk) = chunks.pop() {
            let mut tried = useless.clone();
            for place in &chunk {
                self.system.hide(&mut tried, candidates[*place]);
            }
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
