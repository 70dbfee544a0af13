//! Cells of people and the sums that bind them in, a form that an attack and a choice can work on out.
//!
//! A cell is a number of people (or of visits) that a release prints, or that a subtraction of printed
//! numbers gives. A relation is a sum over cells that any reader may know to hold. What is public is the
//! value of every cell that is not hidden; what an attacker wants are the others.

/// What must stay unknown about a hidden cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Demand {
    /// Every value of this range must stay possible for the cell.
    Range(f64, f64),
    /// Every value of this range must stay possible for a base less the cell.
    Rest(usize, f64, f64),
    /// The possible values must lie apart, as far as the bounds of the cell say.
    Width,
}

/// What is known of a hidden cell before any sum is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub low: f64,
    pub high: f64,
    /// Fewest people of each base outside the cell, and most of those bases outside which there are few.
    pub rest: (f64, f64),
    /// How far apart its possible values must lie where it is hidden for others.
    pub width: f64,
}

/// A number that is printed, or that printed numbers give.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub value: f64,
    /// What is lost for readers when it is hidden without need of its own.
    pub loss: f64,
    /// None where the cell only carries others.
    pub demands: Vec<Demand>,
    /// What is known while the status says only that it is hidden, and once it says why.
    pub bounds: Bounds,
    pub told: Bounds,
    /// The people with an answer to each question of which this cell is a level.
    pub bases: Vec<usize>,
    pub kind: Kind,
    /// Whether it must stay public: zero, published before, or no figure at all.
    pub fixed: bool,
    /// Cells that cannot be shown where this one is hidden.
    pub takes: Vec<usize>,
    /// Whether it is hidden for its own sake.
    pub primary: bool,
}

/// What a cell is to others; bases and domains are hidden only where nothing less helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A level, a mean's people, a count of visits or of missing answers.
    Figure,
    /// The people with a valid answer to a question with levels.
    Base,
    /// The people of a domain.
    Domain,
}

/// How the terms of a relation compare with its constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sense {
    Equal,
    AtMost,
}

/// A sum over cells that everybody may know to hold.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub terms: Vec<(usize, f64)>,
    pub sense: Sense,
    pub constant: f64,
}

/// A weighted sum that is known to hold beside the sum of the same cells.
#[derive(Debug, Clone)]
pub(crate) struct Weighted {
    pub members: Vec<Member>,
    /// The people whom the parts leave out; nobody who does not know how many they are knows their weight.
    pub rest: Option<usize>,
}

/// A cell in a weighted sum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub cell: usize,
    /// 1 for a part, -1 for the whole.
    pub sign: f64,
    /// Its weighted count.
    pub weight: f64,
    /// Smallest and largest mean weight that it may have.
    pub low: f64,
    pub high: f64,
}

/// A row of a linear program over movements from the truth: terms over columns, how they compare, and with what.
pub(super) type Row = (Vec<(usize, f64)>, Sense, f64);

impl Weighted {
    /// What it says of the movements of its unknown members.
    pub(super) fn rows(&self, system: &System, column: impl Fn(usize) -> Option<usize>) -> Vec<Row> {
        if self.rest.is_some_and(|rest| column(rest).is_some()) {
            return Vec::new();
        }
        let unknown: Vec<(usize, &Member)> = self.members.iter().filter_map(|member| column(member.cell).map(|column| (column, member))).collect();
        let edge = |lower: bool| {
            let factor = |member: &Member| member.sign * if (member.sign > 0.0) == lower { member.low } else { member.high };
            let turn = if lower { 1.0 } else { -1.0 };
            let room: f64 = unknown.iter().map(|(_, member)| turn * (member.sign * member.weight - factor(member) * system.cells[member.cell].value)).sum();
            (unknown.iter().map(|(column, member)| (*column, turn * factor(member))).collect::<Vec<_>>(), room)
        };
        if unknown.is_empty() {
            return Vec::new();
        }
        if unknown.iter().all(|(_, member)| member.low >= member.high) {
            return vec![(edge(true).0, Sense::Equal, 0.0)];
        }
        [true, false].map(edge).map(|(terms, room)| (terms, Sense::AtMost, room.max(0.0))).into()
    }
}

/// Cells and relations of a release.
#[derive(Debug, Clone, Default)]
pub(crate) struct System {
    pub cells: Vec<Cell>,
    pub relations: Vec<Relation>,
    pub weighted: Vec<Weighted>,
    /// Weighted sums of each cell.
    weighing: Vec<Vec<usize>>,
    /// Cells whose numbers were public before and cannot be hidden any more.
    known: Vec<bool>,
    /// Hidden cells whose status says why.
    told: Vec<bool>,
    /// Relations of each cell.
    touching: Vec<Vec<usize>>,
    /// Cells that take each cell along.
    taken_by: Vec<Vec<usize>>,
}

impl System {
    /// Indexes cells and relations.
    pub(crate) fn new(cells: Vec<Cell>, relations: Vec<Relation>, weighted: Vec<Weighted>) -> Self {
        let mut touching = vec![Vec::new(); cells.len()];
        for (place, relation) in relations.iter().enumerate() {
            for (cell, _) in &relation.terms {
                touching[*cell].push(place);
            }
        }
        let mut weighing = vec![Vec::new(); cells.len()];
        for (place, weighted) in weighted.iter().enumerate() {
            weighted.members.iter().for_each(|member| weighing[member.cell].push(place));
        }
        let mut taken_by = vec![Vec::new(); cells.len()];
        for (place, cell) in cells.iter().enumerate() {
            for taken in &cell.takes {
                taken_by[*taken].push(place);
            }
        }
        let (known, told) = (vec![false; cells.len()], vec![false; cells.len()]);
        Self { cells, relations, weighted, weighing, known, told, touching, taken_by }
    }

    /// The same cells under other relations, without weights.
    pub(crate) fn with_relations(&self, relations: Vec<Relation>) -> Self {
        Self { known: self.known.clone(), ..Self::new(self.cells.clone(), relations, Vec::new()) }
    }

    /// Relations of a cell.
    pub(crate) fn touching(&self, cell: usize) -> &[usize] {
        &self.touching[cell]
    }

    /// Weighted sums of any of these cells.
    pub(crate) fn weighing(&self, cells: &[usize]) -> Vec<&Weighted> {
        let mut places: Vec<usize> = cells.iter().flat_map(|cell| &self.weighing[*cell]).copied().collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| &self.weighted[place]).collect()
    }

    /// Takes a cell as public, whatever else is hidden.
    pub(crate) fn know(&mut self, cell: usize) {
        let known = &mut self.cells[cell];
        (self.known[cell], known.fixed, known.primary) = (true, true, false);
        known.demands.clear();
    }

    /// Whether a figure of this cell cannot be shown: it is hidden, or what lies around it is.
    pub(crate) fn is_covered(&self, hidden: &[bool], cell: usize) -> bool {
        hidden[cell] || self.taken_by[cell].iter().any(|outer| hidden[*outer])
    }

    /// Hides a cell and all that it takes along.
    pub(crate) fn hide(&self, hidden: &mut [bool], cell: usize) {
        let mut stack = vec![cell];
        while let Some(cell) = stack.pop() {
            if !self.known[cell] && !std::mem::replace(&mut hidden[cell], true) {
                stack.extend(&self.cells[cell].takes);
            }
        }
    }

    /// What is hidden for its own sake, with all that it takes along.
    pub(crate) fn primaries(&self) -> Vec<bool> {
        let mut hidden = vec![false; self.cells.len()];
        for cell in (0..self.cells.len()).filter(|cell| self.cells[*cell].primary) {
            self.hide(&mut hidden, cell);
        }
        hidden
    }

    /// Whether a hidden cell is hidden because something around it is, wherever it would be printed; a domain is printed by itself.
    pub(crate) fn is_inside(&self, hidden: &[bool], cell: usize) -> bool {
        let Cell { bases, kind, .. } = &self.cells[cell];
        match kind {
            Kind::Domain => false,
            _ if bases.is_empty() => self.taken_by[cell].iter().any(|outer| hidden[*outer]),
            _ => bases.iter().all(|base| hidden[*base]),
        }
    }

    /// Lets the status of these cells say why they are hidden, or no longer.
    pub(crate) fn tell(&mut self, cells: &[usize], why: bool) {
        for cell in cells {
            self.told[*cell] = why;
        }
    }

    /// Whether the status of a hidden cell says that it is hidden for others; what lies in something hidden has its status.
    pub(crate) fn is_for_others(&self, hidden: &[bool], cell: usize) -> bool {
        if self.is_inside(hidden, cell) {
            self.taken_by[cell].iter().filter(|outer| hidden[**outer]).all(|outer| self.is_for_others(hidden, *outer))
        } else {
            self.told[cell] && !self.cells[cell].primary
        }
    }

    /// What is known of a hidden cell by its status.
    pub(crate) fn known(&self, cell: usize) -> &Bounds {
        if self.told[cell] { &self.cells[cell].told } else { &self.cells[cell].bounds }
    }

    /// What an attacker knows of a hidden cell before any sum: inside a hidden domain anything may be.
    pub(crate) fn bounds(&self, hidden: &[bool], cell: usize) -> (f64, f64) {
        let Cell { value, bases, demands, .. } = &self.cells[cell];
        if self.is_inside(hidden, cell) {
            return (0.0, f64::INFINITY);
        }
        let Bounds { low, high, rest, .. } = *self.known(cell);
        let shown = |base: &&usize| !hidden[**base];
        let high = bases.iter().filter(shown).map(|base| self.cells[*base].value - rest.0).fold(high, f64::min);
        let few = demands.iter().filter_map(|demand| if let Demand::Rest(base, ..) = demand { Some(base) } else { None });
        let low = few.filter(shown).map(|base| self.cells[*base].value - rest.1).fold(low, f64::max);
        (low.min(*value), high.max(*value))
    }

    /// What is lost over what had to be hidden anyway.
    pub(crate) fn loss(&self, hidden: &[bool]) -> f64 {
        self.cells.iter().zip(hidden).filter(|(cell, hidden)| **hidden && !cell.primary).map(|(cell, _)| cell.loss).sum()
    }

    /// Cells that hang together: hidden or open, joined by relations.
    pub(crate) fn component(&self, from: usize, member: &impl Fn(usize) -> bool, seen: &mut [bool]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut stack = vec![from];
        while let Some(cell) = stack.pop() {
            if std::mem::replace(&mut seen[cell], true) {
                continue;
            }
            found.push(cell);
            for relation in &self.touching[cell] {
                stack.extend(self.relations[*relation].terms.iter().map(|(other, _)| *other).filter(|other| !seen[*other] && member(*other)));
            }
        }
        found.sort_unstable();
        found
    }
}
