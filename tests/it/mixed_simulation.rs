//! Simulated people over time, and how often the intervals of a mixed model hold the truth. Shared with `benches/mixed_coverage.rs`.

use std::fmt::Write as _;

use recovista::onefile::{DataOptions, MixedOptions, fit_mixed};
use recovista::results::Stat;

use crate::dice::Dice;

/// How data are made: `y = 30 + 0.4·month + 2·arm + b₀ + b₁·month + e`, months 0, 3, 6, 12.
///
/// Arms alternate; `b` and `e` are normal. From the second time on a person leaves for good with probability
/// `1/(1 + exp(1.5 + s·(y − 30)))`, `y` the last answer: with `s` above 0 whoever did badly leaves sooner, which a
/// mixed model allows for because that answer is in the data. One answer in twenty is missing by chance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// What a table calls it.
    pub(crate) name: &'static str,
    /// People.
    pub(crate) people: u32,
    /// Standard deviations of intercepts, slopes by month, and errors.
    pub(crate) spread: [f64; 3],
    /// Correlation of intercepts and slopes.
    pub(crate) correlation: f64,
    /// `s`: how much leaving depends on the last answer.
    pub(crate) leaving: f64,
    /// Whether months are taken for waves.
    pub(crate) waves: bool,
}

impl Plan {
    /// Sixty people with slopes of their own.
    pub(crate) const SLOPES: Self =
        Self { name: "60 people, intercepts and slopes", people: 60, spread: [6.0, 0.25, 4.0], correlation: -0.3, leaving: 0.1, waves: false };
}

/// Shares of data sets whose interval holds the truth, and how many had a fit on an edge.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Covered {
    /// Change by month, or from the first wave to the last.
    pub(crate) time: f64,
    /// Difference of the arms.
    pub(crate) arm: f64,
    /// Fits on an edge, with a variance of zero or a correlation of 1 or -1.
    pub(crate) edge: f64,
}

/// Fits the model to `seeds` data sets.
pub(crate) fn covered(plan: &Plan, seeds: u32) -> Covered {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("people.csv");
    let mut covered = Covered::default();
    let time = if plan.waves { "factor(month)" } else { "month" };
    let (last, change) = if plan.waves { ("factor(month)12", 4.8) } else { ("month", 0.4) };
    for seed in 0..seeds {
        std::fs::write(&data, people(plan, seed)).unwrap();
        let [outcome, time, subject, fixed] = ["y", time, "id", "arm"].map(str::to_owned);
        let data = DataOptions { data: data.clone(), ..DataOptions::default() };
        let options = MixedOptions { data, outcome, time, subject, fixed, random_slope: !plan.waves, ..MixedOptions::default() };
        let answer = fit_mixed(&options).unwrap();
        let holds = |level: &str, truth: f64| {
            let row = answer.table.rows().iter().find(|row| row.stat == Stat::Coefficient && row.level.as_deref() == Some(level)).unwrap();
            let holds = row.conf_low.unwrap() <= truth && truth <= row.conf_high.unwrap();
            if holds { 1.0 / f64::from(seeds) } else { 0.0 }
        };
        covered.time += holds(last, change);
        covered.arm += holds("arm", 2.0);
        covered.edge += if answer.table.rows()[0].note.is_some() { 1.0 / f64::from(seeds) } else { 0.0 };
    }
    covered
}

/// One data set as text.
fn people(plan: &Plan, seed: u32) -> String {
    let mut dice = Dice::new(seed);
    let mut text = "id,month,arm,y\n".to_owned();
    for person in 0..plan.people {
        let (first, second) = (dice.normal(), dice.normal());
        let intercept = plan.spread[0] * first;
        let slope = plan.spread[1] * (plan.correlation * first + (1.0 - plan.correlation * plan.correlation).sqrt() * second);
        let errors: Vec<f64> = (0..4).map(|_| plan.spread[2] * dice.normal()).collect();
        let arm = person % 2;
        for (month, error) in [0.0, 3.0, 6.0, 12.0].into_iter().zip(errors) {
            let y = 30.0 + 0.4 * month + 2.0 * f64::from(arm) + intercept + slope * month + error;
            if dice.even() > 0.05 {
                let _ = writeln!(text, "{person},{month},{arm},{y}");
            } else {
                let _ = writeln!(text, "{person},{month},{arm},NA");
                continue;
            }
            if dice.even() < 1.0 / (1.0 + (1.5 + plan.leaving * (y - 30.0)).exp()) {
                break;
            }
        }
    }
    text
}
