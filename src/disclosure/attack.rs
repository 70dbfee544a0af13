//! A pattern of hidden cells in, the hidden cells that a reader could bound too closely out.
//!
//! The attacker knows every shown value, every relation and how the algorithm works. For each group of
//! hidden cells that hang together, linear programs give the smallest and the largest value that agrees
//! with all of that. Every solution is a whole world that the attacker must hold possible, so it widens
//! what is known to be possible for all cells of the group, and most cells need no program of their own.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::system::{Demand, Kind, Row, Sense, System};

/// Slack for sums of doubles.
const EPSILON: f64 = 1e-6;
/// Movement that counts as none.
const STILL: f64 = 1e-7;
/// Most cells of a world that is worth remembering, and most worlds tried for each cell.
const WORLD_SIZE: usize = 40;
const WORLDS_KEPT: usize = 24;

/// A hidden cell whose demand is not met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Failure {
    pub cell: usize,
    pub demand: Demand,
    /// What the attacker can tell of what the demand is about.
    pub low: f64,
    pub high: f64,
}

/// Runs attacks and counts its linear programs.
pub(crate) struct Attacker<'a> {
    pub system: &'a System,
    /// Linear programs solved.
    pub programs: usize,
    /// Groups of hidden cells looked at.
    pub groups: usize,
    /// How much wider than demanded the tightest interval was.
    pub narrowest: f64,
    /// Worlds found so far, and those that move each cell.
    worlds: Vec<World>,
    worlds_of: Vec<Vec<usize>>,
}

/// What is asked about a cell: an expression over cells, and what values of it have been found possible.
struct Question {
    cell: usize,
    demand: Demand,
    terms: Vec<(usize, f64)>,
    truth: f64,
    low: f64,
    high: f64,
    /// How far apart they must lie, where that is asked.
    width: f64,
}

/// The worlds that agree with what is public, over the hidden cells of one group.
struct Worlds {
    columns: Vec<usize>,
    bounds: Vec<(f64, f64)>,
    rows: Vec<Row>,
}

impl<'a> Attacker<'a> {
    pub(crate) fn new(system: &'a System) -> Self {
        Self { system, programs: 0, groups: 0, narrowest: f64::INFINITY, worlds: Vec::new(), worlds_of: vec![Vec::new(); system.cells.len()] }
    }

    /// Every hidden cell among `cells` and those that hang together with them that the attacker bounds too closely.
    pub(crate) fn failures(&mut self, hidden: &[bool], cells: impl IntoIterator<Item = usize>) -> Vec<Failure> {
        let mut seen = vec![false; hidden.len()];
        let mut failures = Vec::new();
        for cell in cells {
            if hidden[cell] && !seen[cell] {
                let group = self.system.component(cell, &|other| hidden[other], &mut seen);
                self.groups += 1;
                self.group(hidden, &group, None, &mut failures);
            }
        }
        failures
    }

    /// Whether the attacker bounds this cell too closely.
    pub(crate) fn fails(&mut self, hidden: &[bool], cell: usize) -> bool {
        let mut seen = vec![false; hidden.len()];
        let group = self.system.component(cell, &|other| hidden[other], &mut seen);
        let mut failures = Vec::new();
        self.group(hidden, &group, Some(cell), &mut failures);
        !failures.is_empty()
    }

    fn group(&mut self, hidden: &[bool], group: &[usize], only: Option<usize>, failures: &mut Vec<Failure>) {
        let asked = |cell: &usize| only.is_none_or(|only| only == *cell);
        if group.iter().filter(|cell| asked(cell)).all(|cell| self.system.cells[*cell].demands.is_empty()) {
            return;
        }
        let worlds = Worlds::new(self.system, hidden, group);
        let mut questions: Vec<Question> = group.iter().filter(|cell| asked(cell)).flat_map(|cell| Question::of(self.system, hidden, *cell)).collect();
        self.remembered(hidden, group, &mut questions);
        for place in 0..questions.len() {
            for upward in [true, false] {
                let question = &questions[place];
                if question.met() || question.side_met(upward) {
                    continue;
                }
                self.programs += 1;
                let terms: Vec<(usize, f64)> =
                    question.terms.iter().filter_map(|(cell, factor)| group.binary_search(cell).ok().map(|column| (column, *factor))).collect();
                if let Some(world) = worlds.extreme(self.system, &terms, upward, question.far()) {
                    for question in &mut questions {
                        question.widen(self.system, &world);
                    }
                    self.remember(world);
                }
            }
            let question = &questions[place];
            if question.met() {
                self.narrowest = self.narrowest.min(question.high - question.low);
            } else {
                failures.push(Failure { cell: question.cell, demand: question.demand, low: question.low, high: question.high });
            }
        }
    }

    fn remember(&mut self, world: World) {
        if world.len() <= WORLD_SIZE {
            let place = self.worlds.len();
            for (cell, _) in &world {
                self.worlds_of[*cell].push(place);
            }
            self.worlds.push(world);
        }
    }

    /// Worlds found before hold in this pattern too, where all that moves in them is hidden.
    fn remembered(&self, hidden: &[bool], group: &[usize], questions: &mut [Question]) {
        let mut places: Vec<usize> = group.iter().flat_map(|cell| self.worlds_of[*cell].iter().rev().take(WORLDS_KEPT)).copied().collect();
        places.sort_unstable();
        places.dedup();
        for world in places.into_iter().rev().map(|place| &self.worlds[place]) {
            if questions.iter().all(Question::met) {
                return;
            }
            if self.holds(hidden, world) {
                for question in questions.iter_mut() {
                    question.widen(self.system, world);
                }
            }
        }
    }

    fn holds(&self, hidden: &[bool], world: &World) -> bool {
        let value = |cell: usize| world.binary_search_by_key(&cell, |(cell, _)| *cell).map_or(self.system.cells[cell].value, |place| world[place].1);
        world.iter().all(|(cell, to)| {
            let known = &self.system.cells[*cell];
            let (low, high) = if hidden[*cell] { self.system.bounds(hidden, *cell) } else { return false };
            *to >= low - STILL && *to <= high + STILL && known.bases.iter().all(|base| value(*base) - to >= -STILL)
        }) && self.leaves_room(world, &value)
            && self.weighs(hidden, world, &value)
    }

    /// Whether weighted sums hold, of which more may be known in this pattern than where the world was found.
    fn weighs(&self, hidden: &[bool], world: &World, value: &impl Fn(usize) -> f64) -> bool {
        let moved: Vec<usize> = world.iter().map(|(cell, _)| *cell).collect();
        let rows = self.system.weighing(&moved).into_iter().flat_map(|weighted| weighted.rows(self.system, |cell| hidden[cell].then_some(cell)));
        rows.into_iter().all(|(terms, sense, slack)| {
            let sum: f64 = terms.iter().map(|(cell, factor)| (value(*cell) - self.system.cells[*cell].value) * factor).sum();
            sum <= slack + EPSILON && (sense == Sense::AtMost || sum >= -EPSILON)
        })
    }

    /// A base that moves must leave room for its levels, also for those that stay.
    fn leaves_room(&self, world: &World, value: &impl Fn(usize) -> f64) -> bool {
        let levels =
            |base: &usize| self.system.cells[*base].takes.iter().filter(|level| self.system.cells[**level].bases.contains(base)).copied().collect::<Vec<_>>();
        world
            .iter()
            .filter(|(cell, _)| self.system.cells[*cell].kind == Kind::Base)
            .all(|(base, to)| levels(base).into_iter().all(|level| to - value(level) >= -STILL))
    }
}

impl Question {
    /// What is asked about a hidden cell.
    fn of(system: &System, hidden: &[bool], cell: usize) -> Vec<Self> {
        let known = &system.cells[cell];
        let ask = |demand: &Demand| {
            let (terms, truth) = match demand {
                Demand::Rest(base, ..) => {
                    let moving = if hidden[*base] { Some((*base, 1.0)) } else { None };
                    ([(cell, -1.0)].into_iter().chain(moving).collect(), system.cells[*base].value - known.value)
                }
                Demand::Range(..) | Demand::Width => (vec![(cell, 1.0)], known.value),
            };
            Self { cell, demand: *demand, terms, truth, low: truth, high: truth, width: system.known(cell).width }
        };
        known.demands.iter().map(ask).collect()
    }

    fn met(&self) -> bool {
        match self.demand {
            Demand::Range(..) | Demand::Rest(..) => self.side_met(true) && self.side_met(false),
            Demand::Width => self.high - self.low >= self.width - EPSILON,
        }
    }

    fn side_met(&self, upward: bool) -> bool {
        match self.demand {
            Demand::Range(_, high) | Demand::Rest(_, _, high) if upward => self.high >= high - EPSILON,
            Demand::Range(low, _) | Demand::Rest(_, low, _) => self.low <= low + EPSILON,
            Demand::Width => false,
        }
    }

    /// How far from the truth it must be able to move, at most.
    fn far(&self) -> f64 {
        match self.demand {
            Demand::Range(low, high) | Demand::Rest(_, low, high) => (self.truth - low).abs().max((self.truth - high).abs()),
            Demand::Width => self.width,
        }
    }

    fn widen(&mut self, system: &System, world: &World) {
        let moved = |cell: usize| world.binary_search_by_key(&cell, |(cell, _)| *cell).map_or(0.0, |place| world[place].1 - system.cells[cell].value);
        let value = self.truth + self.terms.iter().map(|(cell, factor)| moved(*cell) * factor).sum::<f64>();
        self.low = self.low.min(value);
        self.high = self.high.max(value);
    }
}

/// How far a relation lets its unknowns move; sums of doubles that miss an equality by a rounding count as held.
fn slack(sense: Sense, rest: f64) -> f64 {
    if sense == Sense::Equal { 0.0 } else { rest.max(0.0) }
}

/// What a relation says of its only unknown.
fn tighten(bounds: &mut (f64, f64), factor: f64, sense: Sense, constant: f64, truth: f64) {
    let edge = constant / factor;
    if sense == Sense::Equal || factor > 0.0 {
        bounds.1 = bounds.1.min(edge).max(truth);
    }
    if sense == Sense::Equal || factor < 0.0 {
        bounds.0 = bounds.0.max(edge).min(truth);
    }
}

/// A world that an attacker must hold possible: the hidden cells that differ from the truth, and their values.
type World = Vec<(usize, f64)>;

impl Worlds {
    fn new(system: &System, hidden: &[bool], group: &[usize]) -> Self {
        let column = |cell: usize| group.binary_search(&cell).ok();
        let mut places: Vec<usize> = group.iter().flat_map(|cell| system.touching(*cell)).copied().collect();
        places.sort_unstable();
        places.dedup();
        let mut bounds: Vec<(f64, f64)> = group.iter().map(|cell| system.bounds(hidden, *cell)).collect();
        let mut rows: Vec<Row> = system.weighing(group).into_iter().flat_map(|weighted| weighted.rows(system, column)).collect();
        for relation in places.into_iter().map(|place| &system.relations[place]) {
            let mut terms = Vec::new();
            let mut constant = relation.constant;
            for (cell, factor) in &relation.terms {
                match column(*cell) {
                    Some(column) => terms.push((column, *factor)),
                    None => constant -= factor * system.cells[*cell].value,
                }
            }
            if let [(column, factor)] = terms[..] {
                tighten(&mut bounds[column], factor, relation.sense, constant, system.cells[group[column]].value);
            } else {
                let now: f64 = terms.iter().map(|(column, factor)| factor * system.cells[group[*column]].value).sum();
                rows.push((terms, relation.sense, slack(relation.sense, constant - now)));
            }
        }
        let surely = |(terms, sense, slack): &Row| {
            let furthest = |(column, factor): &(usize, f64)| {
                let (value, (low, high)) = (system.cells[group[*column]].value, bounds[*column]);
                factor * (if *factor > 0.0 { high - value } else { low - value })
            };
            *sense == Sense::AtMost && terms.iter().map(furthest).sum::<f64>() <= *slack
        };
        rows.retain(|row| !surely(row));
        Self { columns: group.to_vec(), bounds, rows }
    }

    /// The world in which an expression has moved furthest from the truth, at most by `far`; what moved.
    ///
    /// Movements up and down are columns of their own: the truth, in which nothing moves, is where the
    /// solver begins, and what it has no reason to move stays.
    fn extreme(&self, system: &System, terms: &[(usize, f64)], upward: bool, far: f64) -> Option<World> {
        let mut problem = Problem::new(if upward { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize });
        let factor = |column: usize| terms.iter().find(|(term, _)| *term == column).map_or(0.0, |(_, factor)| *factor);
        let add = |(column, (low, high)): (usize, &(f64, f64))| {
            let (value, factor) = (system.cells[self.columns[column]].value, factor(column));
            let most = if factor == 0.0 { f64::INFINITY } else { far * terms.len() as f64 };
            (problem.add_var(factor, (0.0, (high - value).min(most))), problem.add_var(-factor, (0.0, (value - low).min(most))))
        };
        let columns: Vec<(Variable, Variable)> = self.bounds.iter().enumerate().map(add).collect();
        for (terms, sense, slack) in &self.rows {
            let terms: Vec<(Variable, f64)> =
                terms.iter().flat_map(|(column, factor)| [(columns[*column].0, *factor), (columns[*column].1, -factor)]).collect();
            let comparison = if *sense == Sense::Equal { ComparisonOp::Eq } else { ComparisonOp::Le };
            problem.add_constraint(terms, comparison, *slack);
        }
        let solution = problem.solve().ok()?.into_solution().ok()?;
        let by: Vec<f64> = columns.iter().map(|(up, down)| solution.var_value(*up) - solution.var_value(*down)).collect();
        // What a solver says is believed only where it holds.
        let holds = |(terms, sense, slack): &Row| {
            let sum: f64 = terms.iter().map(|(column, factor)| by[*column] * factor).sum();
            sum <= slack + EPSILON && (*sense == Sense::AtMost || sum >= -EPSILON)
        };
        let moved = self.columns.iter().zip(&by).filter(|(_, by)| by.abs() > STILL).map(|(cell, by)| (*cell, system.cells[*cell].value + by));
        self.rows.iter().all(holds).then(|| moved.collect())
    }
}
