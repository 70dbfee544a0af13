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
    let value = system.cells[failure.cell].value;
    let own = vec![(failure.cell, 1.0)];
    let way = |terms: &[(usize, f64)], target: f64| shifted(system, hidden, block, allowed, terms, target);
    let to_edges = |terms: &[(usize, f64)], truth: f64, (low, high): (f64, f64)| {
        let edges = [(failure.low > low).then_some(low), (failure.high < high).then_some(high)];
        edges.into_iter().flatten().filter_map(|edge| way(terms, edge - truth)).flat_map(|(_, cells)| cells).collect()
    };
    match failure.demand {
        Demand::Range(low, high) => to_edges(&own, value, (low, high)),
        Demand::Rest(base, low, high) => to_edges(&[(base, 1.0), (failure.cell, -1.0)], system.cells[base].value - value, (low, high)),
        Demand::Width => {
            let width = system.known(failure.cell).width;
            let ways = [failure.low + width, failure.high - width].into_iter().filter_map(|target| way(&own, target - value));
            ways.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, cells)| cells.into_iter().collect()).unwrap_or_default()
        }
    }
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
    problem.add_constraint(expression(terms), ComparisonOp::Eq, target);
    let solution = problem.solve().ok()?.into_solution().ok()?;
    let moved = block
        .iter()
        .zip(&columns)
        .filter(|(cell, column)| !hidden[**cell] && column.is_some_and(|(up, down)| (solution.var_value(up) - solution.var_value(down)).abs() > STILL));
    Some((solution.objective(), moved.map(|(cell, _)| *cell).collect()))
}

/// What is lost when a cell is hidden with all that it takes along.
fn price(system: &System, hidden: &[bool], cell: usize) -> f64 {
    let mut after = hidden.to_vec();
    system.hide(&mut after, cell);
    system.loss(&after) - system.loss(hidden)
}
