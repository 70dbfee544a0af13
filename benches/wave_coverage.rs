//! Shares of 95% design-based intervals that hold the truth, over 4,000 simulated surveys for each plan, as a table.
//!
//! `cargo bench --bench wave_coverage > tests/reference/longitudinal/coverage_waves.md`

#[path = "../tests/it/dice.rs"]
mod dice;
#[path = "../tests/it/wave_simulation.rs"]
mod wave_simulation;

use std::io::Write as _;

use wave_simulation::Plan;

const SEEDS: u32 = 4000;

const HEAD: &str = "# Intervals of changes, rates and trends over 4,000 simulated surveys

Answers are normal: 35 in the first wave and 1 more in the second, with standard deviations of 3 between centers, 1.5 between the
changes of centers, 6 between people and 4 within them. There are six regions with as many centers each. An answer above 40 is high.
People seen twice without centers change by 2 with a standard deviation of 4. In a trend the same centers are seen in both waves and
half of the people. The finite population has six centers in each region and 40 people in each center; centers, and people of each
wave, are drawn without replacement, and the truth is the change of its mean. A follow-up rate is the share interviewed in time; in
centers, half of them lie 10 points above the share and half below. Intervals are those of `estimate::answer`: t with the design's
degrees of freedom, Wilson's for rates. The share of 4,000 intervals that hold the truth has a standard error of 0.3 points. A rate of
few people takes few values, so that its coverage depends on the share as well. Where every center takes part and the people of both
waves are drawn anew, intervals are a little short: the covariance of those in both waves is kept as that of a panel.
Seeds 0 to 3999; `cargo bench --bench wave_coverage` makes this file.

| figure | data | hold the truth |
| --- | --- | ---: |
";

const SKEWED: &str = "
## Beyond what the t interval is made for

Changes as skewed as an exponential, with the same mean and standard deviation. Of few people a t interval then holds too little,
everybody's does. A note beside the change says so where `n ≤ 25 G²`, `G` the skewness (Cochran 1977, Sampling Techniques, section
2.15), and Wilcoxon's test stands beside it. Told: samples with that note; of normal changes, those that have it for nothing.

| people | changes | hold the truth | told |
| ---: | --- | ---: | ---: |
";

fn main() {
    let mut plans = [10, 25, 100].map(|people| Plan::Paired { people, is_skewed: false }).to_vec();
    plans.extend([(2, 10), (4, 15)].map(|(centers, people)| Plan::PairedInCenters { centers, people }));
    for people in [25, 100, 400] {
        plans.extend([0.5, 0.8, 0.95].map(|share| Plan::Rate { people, share }));
    }
    plans.push(Plan::RateInCenters { centers: 24, people: 20, share: 0.8 });
    for (centers, people) in [(2, 10), (4, 15)] {
        plans.extend([false, true].map(|of_share| Plan::Trend { centers, people, of_share }));
    }
    plans.extend([(2, 10), (4, 15), (6, 15)].map(|(centers, people)| Plan::FiniteTrend { centers, people }));
    let mut out = std::io::stdout().lock();
    let _ = write!(out, "{HEAD}");
    for plan in plans {
        let _ = writeln!(out, "| {} | {} |", words(plan), percent(plan.held(SEEDS).covered));
    }
    let _ = write!(out, "{SKEWED}");
    for (people, is_skewed) in [10, 25, 100, 400].into_iter().flat_map(|people| [(people, true), (people, false)]) {
        let held = Plan::Paired { people, is_skewed }.held(SEEDS);
        let _ = writeln!(out, "| {people} | {} | {} | {} |", if is_skewed { "skewed" } else { "normal" }, percent(held.covered), percent(held.told));
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// What was estimated, and of whom.
fn words(plan: Plan) -> String {
    let of_centers = |centers: u32, people: u32| format!("{centers} centers in each region, {people} people in each");
    match plan {
        Plan::Paired { people, .. } => format!("mean change | {people} people"),
        Plan::PairedInCenters { centers, people } => format!("mean change | {}", of_centers(centers, people)),
        Plan::Rate { people, share } => format!("follow-up rate | {people} people, {:.0}%", 100.0 * share),
        Plan::RateInCenters { centers, people, share } => {
            format!("follow-up rate | {centers} centers, {people} people in each, {:.0}%", 100.0 * share)
        }
        Plan::Trend { centers, people, of_share } => {
            format!("trend of the {} | {}", if of_share { "share that is high" } else { "mean" }, of_centers(centers, people))
        }
        Plan::FiniteTrend { centers, people } => format!("trend of the mean, finite population | {}", of_centers(centers, people)),
    }
}
