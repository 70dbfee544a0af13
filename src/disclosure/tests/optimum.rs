//! Small tables in, the loss of the choice against the least loss of all patterns out.

use rayon::prelude::*;

use super::super::attack::Attacker;
use super::super::system::{Kind, System};
use super::super::{Policy, cells, choose, relations};
use super::people::{Design, Study};

/// Most candidates for which all patterns are tried.
const MOST: usize = 11;

/// Loss of the choice and least loss over all patterns, where there are few enough to try.
fn losses(seed: u64, design: Design, policy: &Policy) -> Option<(f64, f64)> {
    let study = Study::random(seed, design);
    let policy = Policy { minimum_cell: study.minimum, ..policy.clone() };
    let draft = cells::draft(&study.rows(), &policy);
    let system = relations::system(&draft, &policy, &study.structure());
    let given = system.primaries();
    let candidates: Vec<usize> = (0..system.cells.len()).filter(|cell| !given[*cell] && !system.cells[*cell].fixed).collect();
    if candidates.is_empty() || candidates.len() > MOST {
        return None;
    }
    let choice = choose::choose(&system).ok()?;
    Some((system.loss(&choice.hidden), least(&system, &given, &candidates)?))
}

fn least(system: &System, given: &[bool], candidates: &[usize]) -> Option<f64> {
    let pattern = |set: usize| {
        let mut hidden = given.to_vec();
        candidates.iter().enumerate().filter(|(place, _)| set >> place & 1 == 1).for_each(|(_, cell)| system.hide(&mut hidden, *cell));
        hidden
    };
    let mut sets: Vec<(f64, usize)> = (0..1 << candidates.len()).map(|set| (system.loss(&pattern(set)), set)).collect();
    sets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut attacker = Attacker::new(system);
    sets.into_iter().find(|(_, set)| attacker.failures(&pattern(*set), 0..system.cells.len()).is_empty()).map(|(loss, _)| loss)
}

#[test]
fn the_loss_is_the_least_of_all_patterns_on_small_tables() {
    let designs = [Design::Small, Design::Regions, Design::Several, Design::RegionWeights, Design::Regrouped, Design::All];
    let jobs: Vec<(u64, Design)> = (0..2000).map(|seed| (seed, designs[usize::try_from(seed).expect("small") % designs.len()])).collect();
    let found: Vec<(f64, f64)> = jobs.par_iter().filter_map(|(seed, design)| losses(*seed, *design, &Policy::default())).collect();
    let compared: Vec<&(f64, f64)> = found.iter().filter(|(_, least)| *least > 0.0).collect();
    let (sum, least): (f64, f64) = compared.iter().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
    let worst = compared.iter().map(|(loss, least)| loss / least).fold(1.0, f64::max);
    assert!(compared.len() >= 200, "only {} tables had something to choose", compared.len());
    assert!(sum <= least * 1.001, "loss {sum:.2} over all tables, least {least:.2}, worst {worst:.3}");
    assert!(worst <= 1.10, "a table lost {worst:.3} times the least");
}

#[test]
fn kinds_of_cells_are_ordered_by_what_they_take_along() {
    assert!(Kind::Figure < Kind::Base && Kind::Base < Kind::Domain);
}
