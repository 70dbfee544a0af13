//! A failing cell in, the cells that must move with it at the least loss out (Kelly, Golden and Assad).
//!
//! The cell is forced to the edge of what must stay possible. A linear program moves other cells so that
//! every relation still holds, at the least sum of loss times distance; whatever moves must be hidden.

use std::collections::BTreeSet;

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::attack::Failure;
use super::system::{Demand, Sense, System};

/// Movement that counts as none.
const STILL: f64 = 1e-6;

/// The cells that must be hidden so that a failing cell may take the values that it lacks.
pub(super) fn cheapest(system: &System, hidden: &[bool], block: &[usize], allowed: &BTreeSet<usize>, failure: &Failure) -> BTreeSet<usize> {
    let cell = &system.cells[failure.cell];
    let base = cell.base.map(|base| (base, system.cells[base].value));
    let own = vec![(failure.cell, 1.0)];
    let mut found = BTreeSet::new();
    let mut force = |terms: &[(usize, f64)], target: f64| found.extend(shifted(system, hidden, block, allowed, terms, target).unwrap_or_default().1);
    match cell.demand {
        Demand::None => {}
        Demand::Range(low, high) => {
            if failure.low > low {
                force(&own, low - cell.value);
            }
            if failure.high < high {
                force(&own, high - cell.value);
            }
        }
        Demand::Rest(low, high) => {
            let Some((base, people)) = base else { return found };
            let rest = vec![(base, 1.0), (failure.cell, -1.0)];
            if failure.low > low {
                force(&rest, low - (people - cell.value));
            }
            if failure.high < high {
                force(&rest, high - (people - cell.value));
            }
        }
        Demand::Width(width) => {
            let ways = [failure.low + width - cell.value, failure.high - width - cell.value];
            let ways = ways.into_iter().filter_map(|target| shifted(system, hidden, block, allowed, &own, target));
            let best = ways.min_by(|a, b| a.0.total_cmp(&b.0));
            found.extend(best.map(|best| best.1).unwrap_or_default());
        }
    }
    found
}

/// Price and cells of the cheapest movement that brings an expression to its target.
fn shifted(system: &System, hidden: &[bool], block: &[usize], allowed: &BTreeSet<usize>, terms: &[(usize, f64)], target: f64) -> Option<(f64, Vec<usize>)> {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let mut columns: Vec<Option<(Variable, Variable)>> = Vec::with_capacity(block.len());
    for cell in block {
        if !hidden[*cell] && !allowed.contains(cell) {
            columns.push(None);
            continue;
        }
        let (low, high) = system.bounds(hidden, *cell);
        let value = system.cells[*cell].value;
        let price = if hidden[*cell] { 1e-4 } else { 1e-3 + price(system, hidden, *cell) };
        columns.push(Some((problem.add_var(price, (0.0, high - value)), problem.add_var(price, (0.0, value - low)))));
    }
    let column = |cell: usize| block.binary_search(&cell).ok().and_then(|place| columns[place]);
    let expression = |terms: &[(usize, f64)]| {
        let moving = terms.iter().filter_map(|(cell, factor)| column(*cell).map(|column| (column, *factor)));
        moving.flat_map(|((up, down), factor)| [(up, factor), (down, -factor)]).collect::<Vec<_>>()
    };
    let mut places: Vec<usize> = block.iter().flat_map(|cell| system.touching(*cell)).copied().collect();
    places.sort_unstable();
    places.dedup();
    for relation in places.into_iter().map(|place| &system.relations[place]) {
        let now: f64 = relation.terms.iter().map(|(cell, factor)| factor * system.cells[*cell].value).sum();
        match relation.sense {
            Sense::Equal => problem.add_constraint(expression(&relation.terms), ComparisonOp::Eq, 0.0),
            Sense::AtMost => problem.add_constraint(expression(&relation.terms), ComparisonOp::Le, (relation.constant - now).max(0.0)),
        }
    }
    for (terms, sense, slack) in system.weighing(block).into_iter().flat_map(|weighted| weighted.rows(system, |cell| column(cell).map(|_| cell))) {
        problem.add_constraint(expression(&terms), if sense == Sense::Equal { ComparisonOp::Eq } else { ComparisonOp::Le }, slack);
    }
    for cell in block {
        let known = &system.cells[*cell];
        if let Some(base) = known.base.filter(|base| known.bounds.rest > 0.0 && column(*base).is_some() && !system.is_inside(hidden, *cell)) {
            let slack = (system.cells[base].value - known.value - known.bounds.rest).max(0.0);
            problem.add_constraint(expression(&[(*cell, 1.0), (base, -1.0)]), ComparisonOp::Le, slack);
        }
    }
    problem.add_constraint(expression(terms), ComparisonOp::Eq, target);
    let solution = problem.solve().ok()?.into_solution().ok()?;
    let moved = block.iter().zip(&columns).filter(|(cell, column)| !hidden[**cell] && column.is_some_and(|(up, down)| (solution.var_value(up) - solution.var_value(down)).abs() > STILL));
    Some((solution.objective(), moved.map(|(cell, _)| *cell).collect()))
}

/// What is lost when a cell is hidden with all that it takes along.
fn price(system: &System, hidden: &[bool], cell: usize) -> f64 {
    let mut after = hidden.to_vec();
    system.hide(&mut after, cell);
    system.loss(&after) - system.loss(hidden)
}
