//! Shares of 95% intervals of mixed models that hold the true effect, over 4,000 simulated data sets for each plan, as a table.
//!
//! `cargo bench --bench mixed_coverage > tests/reference/longitudinal/coverage.md`

#[path = "../tests/it/dice.rs"]
mod dice;
#[path = "../tests/it/mixed_simulation.rs"]
mod mixed_simulation;

use std::io::Write as _;

use mixed_simulation::{Plan, covered};

const SEEDS: u32 = 4000;

const HEAD: &str = "# Intervals of mixed models over 4,000 simulated data sets

`y = 30 + 0.4·month + 2·arm + b₀ + b₁·month + e`, months 0, 3, 6 and 12, arms by turns, `b` and `e` normal with the standard deviations
below. After each answer a person leaves for good with probability `1/(1 + exp(1.5 + s·(y − 30)))`: with `s` = 0.1 whoever did badly
leaves sooner, with 0 people leave by chance. One answer in twenty is missing by chance. The model is the one that made the data, fitted by restricted maximum
likelihood with Satterthwaite's degrees of freedom; months are a number, or waves where the table says so. The share of 4,000
intervals that hold the truth has a standard error of 0.3 points. Where people leave by their answers, intervals for the change are
a little too narrow: errors of generalized least squares take the pattern of missing answers as given (Kenward and Molenberghs
1998, Statistical Science 13, 236-247). Seeds 0 to 3999; `cargo bench --bench mixed_coverage` makes this file.
";

const COLUMNS: &str = "
| data | standard deviations of intercepts, slopes, errors | s | change over time | difference of arms | fits on an edge |
| --- | --- | ---: | ---: | ---: | ---: |
";

/// `tests/reference/longitudinal/coverage.R` printed the answers of lmerTest.
const FEW: &str = "
## Beyond what the method is made for

Satterthwaite's degrees of freedom are an approximation for variances inside of what the model allows. Twenty people, of whom many
leave, are few for four variances: many fits end on an edge (a variance of zero or a correlation of 1), which a note beside the
coefficients says, and the difference of the arms, ten people against ten, is held a little too seldom. lmerTest 3.1-3 on 4,000 data
sets made in the same way: change over time LMER_TIME, difference of arms LMER_ARM, LMER_EDGE on an edge (`coverage.R`).
";

fn main() {
    let slopes = Plan::SLOPES;
    let intercepts = Plan { name: "60 people, intercepts, waves", spread: [6.0, 0.0, 4.0], correlation: 0.0, waves: true, ..slopes };
    let plans = [
        slopes,
        Plan { name: "200 people, intercepts and slopes", people: 200, ..slopes },
        intercepts,
        Plan { name: "20 people, intercepts, waves", people: 20, ..intercepts },
        Plan { name: "60 people, hardly any slopes", spread: [6.0, 0.05, 4.0], ..slopes },
        Plan { leaving: 0.0, ..slopes },
        Plan { name: "200 people, intercepts and slopes", people: 200, leaving: 0.0, ..slopes },
    ];
    let mut out = std::io::stdout().lock();
    let _ = write!(out, "{HEAD}{COLUMNS}");
    for plan in plans {
        let _ = writeln!(out, "{}", line(&plan));
    }
    let few = Plan { name: "20 people, intercepts and slopes", people: 20, ..slopes };
    let _ = writeln!(out, "{FEW}{COLUMNS}{}", line(&few));
}

fn line(plan: &Plan) -> String {
    let (held, [first, second, third]) = (covered(plan, SEEDS), plan.spread);
    let percent = |share: f64| format!("{:.1}%", 100.0 * share);
    let figures = format!("{} | {} | {}", percent(held.time), percent(held.arm), percent(held.edge));
    format!("| {} | {first}, {second}, {third} | {} | {figures} |", plan.name, plan.leaving)
}
