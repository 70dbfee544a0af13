//! A pattern of hidden cells in, the hidden cells that a reader could bound too closely out.
//!
//! The attacker knows every shown value, every relation and how the algorithm works. For each group of
//! hidden cells that hang together, linear programs give the smallest and the largest value that agrees
//! with all of that. Every solution is a whole world that the attacker must hold possible, so it widens
//! what is known to be possible for all cells of the group, and most cells need no program of their own.

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Variable};

use super::system::{Demand, Sense, System};

/// Slack for sums of doubles.
const EPSILON: f64 = 1e-6;

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
}

/// What is asked about a cell: terms of an expression over columns and a constant.
struct Question {
    cell: usize,
    terms: Vec<(usize, f64)>,
    constant: f64,
    low: f64,
    high: f64,
}

/// The worlds that agree with what is public, over the hidden cells of one group.
struct Worlds {
    columns: Vec<usize>,
    bounds: Vec<(f64, f64)>,
    rows: Vec<(Vec<(usize, f64)>, Sense, f64)>,
}

impl<'a> Attacker<'a> {
    pub(crate) fn new(system: &'a System) -> Self {
        Self { system, programs: 0, groups: 0, narrowest: f64::INFINITY }
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
        for place in 0..questions.len() {
            for upward in [true, false] {
                let question = &questions[place];
                if self.met(question) || self.side_met(question, upward) {
                    continue;
                }
                self.programs += 1;
                match worlds.extreme(&question.terms, upward) {
                    Extreme::World(world) => questions.iter_mut().for_each(|question| question.widen(&world)),
                    Extreme::Unbounded if upward => questions[place].high = f64::INFINITY,
                    Extreme::Unbounded => questions[place].low = f64::NEG_INFINITY,
                    Extreme::Unknown => {}
                }
            }
            let question = &questions[place];
            if self.met(question) {
                self.narrowest = self.narrowest.min(self.room(question));
            } else {
                failures.push(Failure { cell: question.cell, low: question.low, high: question.high });
            }
        }
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

    /// How far apart the values lie that the attacker must hold possible.
    fn room(&self, question: &Question) -> f64 {
        question.high - question.low
    }
}

impl Question {
    fn widen(&mut self, world: &[f64]) {
        let value = self.constant + self.terms.iter().map(|(column, factor)| world[*column] * factor).sum::<f64>();
        self.low = self.low.min(value);
        self.high = self.high.max(value);
    }
}

enum Extreme {
    World(Vec<f64>),
    Unbounded,
    /// The solver gave up: nothing is learned, and the cell counts as bounded.
    Unknown,
}

impl Worlds {
    fn new(system: &System, hidden: &[bool], group: &[usize]) -> Self {
        let column = |cell: usize| group.binary_search(&cell).ok();
        let mut places: Vec<usize> = group.iter().flat_map(|cell| system.touching(*cell)).copied().collect();
        places.sort_unstable();
        places.dedup();
        let mut rows = Vec::new();
        for relation in places.into_iter().map(|place| &system.relations[place]) {
            let mut terms = Vec::new();
            let mut constant = relation.constant;
            for (cell, factor) in &relation.terms {
                match column(*cell) {
                    Some(column) => terms.push((column, *factor)),
                    None => constant -= factor * system.cells[*cell].value,
                }
            }
            rows.push((terms, relation.sense, constant));
        }
        // Where the base is hidden too, what is known of the people outside the cell binds the two.
        for (place, cell) in group.iter().enumerate() {
            let known = &system.cells[*cell];
            if let Some(base) = known.base.and_then(column)
                && known.bounds.rest > 0.0
                && !system.is_inside(hidden, *cell)
            {
                rows.push((vec![(place, 1.0), (base, -1.0)], Sense::AtMost, -known.bounds.rest));
            }
        }
        Self { columns: group.to_vec(), bounds: group.iter().map(|cell| system.bounds(hidden, *cell)).collect(), rows }
    }

    fn question(&self, system: &System, hidden: &[bool], cell: usize) -> Option<Question> {
        let column = self.columns.binary_search(&cell).ok()?;
        let known = &system.cells[cell];
        let (mut terms, mut constant, mut value) = (vec![(column, 1.0)], 0.0, known.value);
        match (known.demand, known.base) {
            (Demand::None, _) => return None,
            (Demand::Rest(..), Some(base)) => {
                terms = vec![(column, -1.0)];
                value = system.cells[base].value - known.value;
                match self.columns.binary_search(&base) {
                    Ok(base) if hidden[self.columns[base]] => terms.push((base, 1.0)),
                    _ => constant = system.cells[base].value,
                }
            }
            _ => {}
        }
        Some(Question { cell, terms, constant, low: value, high: value })
    }

    /// The world in which an expression is largest or smallest.
    fn extreme(&self, terms: &[(usize, f64)], upward: bool) -> Extreme {
        let direction = if upward { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize };
        let mut problem = Problem::new(direction);
        let factor = |column: usize| terms.iter().find(|(term, _)| *term == column).map_or(0.0, |(_, factor)| *factor);
        let columns: Vec<Variable> = self.bounds.iter().enumerate().map(|(column, bounds)| problem.add_var(factor(column), *bounds)).collect();
        for (terms, sense, constant) in &self.rows {
            let terms: Vec<(Variable, f64)> = terms.iter().map(|(column, factor)| (columns[*column], *factor)).collect();
            let comparison = if *sense == Sense::Equal { ComparisonOp::Eq } else { ComparisonOp::Le };
            problem.add_constraint(terms, comparison, *constant);
        }
        match problem.solve().map(microlp::SolveOutcome::into_solution) {
            Ok(Ok(solution)) => Extreme::World(columns.iter().map(|column| solution.var_value(*column)).collect()),
            Err(Error::Unbounded) => Extreme::Unbounded,
            _ => Extreme::Unknown,
        }
    }
}
