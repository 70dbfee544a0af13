//! Intervals of changes, rates and trends hold the truth about 95 times of 100; `benches/wave_coverage.rs` tries them longer.

use crate::wave_simulation::Plan;

/// 400 surveys; three standard errors of a share of 400 beside 93% and 97%.
fn holds(plan: Plan) {
    let covered = plan.held(400).covered;
    assert!((0.93 - 0.033..=0.97 + 0.033).contains(&covered), "{plan:?}: {covered}");
}

#[test]
fn of_paired_change() {
    holds(Plan::Paired { people: 25, is_skewed: false });
    holds(Plan::PairedInCenters { centers: 4, people: 15 });
}

#[test]
fn too_short_for_few_people_with_skewed_changes_is_told_of_most() {
    let told = |is_skewed: bool| Plan::Paired { people: 25, is_skewed }.held(400).told;
    assert!(told(true) > 0.65 && told(false) < 0.1, "{} {}", told(true), told(false));
}

#[test]
fn of_a_follow_up_rate() {
    holds(Plan::Rate { people: 100, share: 0.8 });
    holds(Plan::RateInCenters { centers: 24, people: 20, share: 0.8 });
}

#[test]
fn of_a_trend_in_centers() {
    holds(Plan::Trend { centers: 4, people: 15, of_share: false });
    holds(Plan::Trend { centers: 4, people: 15, of_share: true });
    holds(Plan::FiniteTrend { centers: 4, people: 15 });
}
