//! Clauses in, the cheapest set of cells that meets all of them out: a small weighted hitting set.
//!
//! A clause says that of some cells at least one must be hidden, always or once another cell is. Branch
//! and bound over the clauses: the cheapest way to meet disjoint clauses bounds what is still to be paid.

/// A set of at most 128 candidates.
pub(super) type Set = u128;

/// Most nodes of a search; beyond them the optimum is not proved.
const NODES: usize = 200_000;

/// At least one of `any` must be hidden, where `given` is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clause {
    pub given: Option<u32>,
    pub any: Set,
}

/// The candidates: what hiding each costs and what it takes along.
pub(super) struct Choices {
    pub losses: Vec<f64>,
    /// Each candidate with all that it takes along.
    pub closures: Vec<Set>,
}

/// The cheapest set that meets all clauses and costs less than `limit`, and whether the search was complete.
pub(super) fn cheapest(choices: &Choices, clauses: &[Clause], limit: f64) -> (Option<(Set, f64)>, bool) {
    let mut search = Search { choices, clauses, best: None, limit, nodes: 0 };
    search.visit(0, 0, 0.0);
    (search.best, search.nodes < NODES)
}

struct Search<'a> {
    choices: &'a Choices,
    clauses: &'a [Clause],
    best: Option<(Set, f64)>,
    limit: f64,
    nodes: usize,
}

pub(super) fn members(set: Set) -> impl Iterator<Item = usize> {
    let mut rest = set;
    std::iter::from_fn(move || {
        (rest != 0).then(|| {
            let first = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            first
        })
    })
}

impl Choices {
    /// What it costs to hide a candidate beside those that are hidden.
    fn added(&self, candidate: usize, hidden: Set) -> f64 {
        members(self.closures[candidate] & !hidden).map(|cell| self.losses[cell]).sum()
    }
}

impl Search<'_> {
    fn visit(&mut self, hidden: Set, banned: Set, cost: f64) {
        self.nodes += 1;
        if self.nodes >= NODES {
            return;
        }
        let is_open = |clause: &&Clause| clause.any & hidden == 0 && clause.given.is_none_or(|given| hidden >> given & 1 == 1);
        let mut open: Vec<Set> = self.clauses.iter().filter(is_open).map(|clause| clause.any & !banned).collect();
        if open.is_empty() {
            if cost < self.limit - 1e-9 {
                self.limit = cost;
                self.best = Some((hidden, cost));
            }
            return;
        }
        open.sort_unstable_by_key(|any| (any.count_ones(), *any));
        if open[0] == 0 {
            return;
        }
        let mut used: Set = 0;
        let mut bound = cost;
        for any in &open {
            let reach = members(*any).fold(0, |reach, candidate| reach | self.choices.closures[candidate]) & !hidden;
            if reach & used == 0 {
                used |= reach;
                bound += members(*any).map(|candidate| self.choices.added(candidate, hidden)).fold(f64::INFINITY, f64::min);
            }
        }
        if bound >= self.limit - 1e-9 {
            return;
        }
        let mut ways: Vec<(f64, usize)> = members(open[0]).map(|candidate| (self.choices.added(candidate, hidden), candidate)).collect();
        ways.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut banned = banned;
        for (added, candidate) in ways {
            self.visit(hidden | self.choices.closures[candidate], banned, cost + added);
            banned |= 1 << candidate;
        }
    }
}
