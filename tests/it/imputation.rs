//! Imputed figures of simulated people: a few of the data sets of `benches/imputation_coverage.rs`.

use crate::imputation_simulation::Plan;

/// Of 120 intervals that each hold the truth with probability 0.95, 106 or more do in 999 of 1,000 runs; those of people seen alone do not.
#[test]
fn intervals_hold_the_truth_where_a_quarter_is_lost() {
    let found = Plan { people: 120, lost: -1.2 }.covered(120);
    assert!((found.lost - 0.28).abs() < 0.03, "{found:?}");
    assert!(found.change.covered >= 106.0 / 120.0 && found.number.covered >= 106.0 / 120.0, "{found:?}");
    assert!(found.number.alone < 0.85 && found.change.bias.abs() < 0.02, "{found:?}");
}
