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
    /// What the attacker can tell.
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
    terms: Vec<(usize, f64)>,
    truth: f64,
    low: f64,
    high: f64,
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
        if !group.iter().filter(|cell| asked(cell)).any(|cell| self.system.cells[*cell].demand != Demand::None) {
            return;
        }
        let worlds = Worlds::new(self.system, hidden, group);
        let mut questions: Vec<Question> = group.iter().filter(|cell| asked(cell)).filter_map(|cell| worlds.question(self.system, hidden, *cell)).collect();
        self.remembered(hidden, group, &mut questions);
        for place in 0..questions.len() {
            for upward in [true, false] {
                let question = &questions[place];
                if self.met(question) || self.side_met(question, upward) {
                    continue;
                }
                self.programs += 1;
                let terms: Vec<(usize, f64)> =
                    question.terms.iter().filter_map(|(cell, factor)| group.binary_search(cell).ok().map(|column| (column, *factor))).collect();
                if let Some(world) = worlds.extreme(self.system, &terms, upward, self.far(question.cell)) {
                    questions.iter_mut().for_each(|question| question.widen(self.system, &world));
                    self.remember(world);
                }
            }
            let question = &questions[place];
            if self.met(question) {
                self.narrowest = self.narrowest.min(question.high - question.low);
            } else {
                failures.push(Failure { cell: question.cell, low: question.low, high: question.high });
            }
        }
    }

    /// How far from the truth a cell must be able to move, at most.
    fn far(&self, cell: usize) -> f64 {
        let known = &self.system.cells[cell];
        match known.demand {
            Demand::Range(low, high) | Demand::Rest(low, high) => (high - low) + (known.value - low).abs() + (known.value - high).abs(),
            Demand::Width(width) => width,
            Demand::None => 0.0,
        }
    }

    fn remember(&mut self, world: World) {
        if world.len() <= WORLD_SIZE {
            let place = self.worlds.len();
            world.iter().for_each(|(cell, _)| self.worlds_of[*cell].push(place));
            self.worlds.push(world);
        }
    }

    /// Worlds found before hold in this pattern too, where all that moves in them is hidden.
    fn remembered(&self, hidden: &[bool], group: &[usize], questions: &mut [Question]) {
        let mut places: Vec<usize> = group.iter().flat_map(|cell| self.worlds_of[*cell].iter().rev().take(WORLDS_KEPT)).copied().collect();
        places.sort_unstable();
        places.dedup();
        for world in places.into_iter().rev().map(|place| &self.worlds[place]) {
            if questions.iter().all(|question| self.met(question)) {
                return;
            }
            if self.holds(hidden, world) {
                questions.iter_mut().for_each(|question| question.widen(self.system, world));
            }
        }
    }

    fn holds(&self, hidden: &[bool], world: &World) -> bool {
        let value = |cell: usize| world.binary_search_by_key(&cell, |(cell, _)| *cell).map_or(self.system.cells[cell].value, |place| world[place].1);
        world.iter().all(|(cell, to)| {
            let known = &self.system.cells[*cell];
            let (low, high) = if hidden[*cell] { self.system.bounds(hidden, *cell) } else { return false };
            let rest = if self.system.is_inside(hidden, *cell) { 0.0 } else { known.bounds.rest };
            *to >= low - STILL && *to <= high + STILL && known.base.is_none_or(|base| value(base) - to >= rest.min(self.system.cells[base].value - known.value) - STILL)
        }) && self.leaves_room(hidden, world, value)
    }

    /// A base that moves must leave room for its levels, also for those that stay.
    fn leaves_room(&self, hidden: &[bool], world: &World, value: impl Fn(usize) -> f64) -> bool {
        world.iter().filter(|(cell, _)| self.system.cells[*cell].kind == Kind::Base).all(|(base, to)| {
            self.system.cells[*base].takes.iter().filter(|level| self.system.cells[**level].base == Some(*base)).all(|level| {
                let known = &self.system.cells[*level];
                let rest = if self.system.is_inside(hidden, *level) { 0.0 } else { known.bounds.rest };
                to - value(*level) >= rest.min(self.system.cells[*base].value - known.value) - STILL
            })
        })
    }

    fn met(&self, question: &Question) -> bool {
        match self.system.cells[question.cell].demand {
            Demand::None => true,
            Demand::Range(low, high) | Demand::Rest(low, high) => question.low <= low + EPSILON && question.high >= high - EPSILON,
            Demand::Width(width) => question.high - question.low >= width - EPSILON,
        }
    }

    fn side_met(&self, question: &Question, upward: bool) -> bool {
        match self.system.cells[question.cell].demand {
            Demand::None => true,
            Demand::Range(low, high) | Demand::Rest(low, high) => {
                if upward {
                    question.high >= high - EPSILON
                } else {
                    question.low <= low + EPSILON
                }
            }
            Demand::Width(_) => false,
        }
    }
}

impl Question {
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
        // Where the base is hidden too, what is known of the people outside the cell binds the two.
        for (place, cell) in group.iter().enumerate() {
            let known = &system.cells[*cell];
            if let Some(base) = known.base.and_then(column)
                && known.bounds.rest > 0.0
                && !system.is_inside(hidden, *cell)
            {
                let slack = system.cells[group[base]].value - known.value - known.bounds.rest;
                rows.push((vec![(place, 1.0), (base, -1.0)], Sense::AtMost, slack.max(0.0)));
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

    fn question(&self, system: &System, hidden: &[bool], cell: usize) -> Option<Question> {
        let known = &system.cells[cell];
        let (mut terms, mut truth) = (vec![(cell, 1.0)], known.value);
        match (known.demand, known.base) {
            (Demand::None, _) => return None,
            (Demand::Rest(..), Some(base)) => {
                terms = vec![(cell, -1.0)];
                truth = system.cells[base].value - known.value;
                if hidden[base] && self.columns.binary_search(&base).is_ok() {
                    terms.push((base, 1.0));
                }
            }
            _ => {}
        }
        Some(Question { cell, terms, truth, low: truth, high: truth })
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
            let most = if terms.len() == 1 && factor != 0.0 { far } else { f64::INFINITY };
            (problem.add_var(factor, (0.0, (high - value).min(most))), problem.add_var(-factor, (0.0, (value - low).min(most))))
        };
        let columns: Vec<(Variable, Variable)> = self.bounds.iter().enumerate().map(add).collect();
        for (terms, sense, slack) in &self.rows {
            let terms: Vec<(Variable, f64)> = terms.iter().flat_map(|(column, factor)| [(columns[*column].0, *factor), (columns[*column].1, -factor)]).collect();
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
