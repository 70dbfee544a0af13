//! Path diagrams to test with: the model of recovery centers, and nasty ones.

use super::*;

fn path(from: usize, to: usize, value: f64) -> PathArrow {
    PathArrow { from, to, estimate: Estimate::of(value).between(value - 0.06, value + 0.06).with_n(913.0) }
}

fn boxes(labels: &[&str]) -> Vec<PathBox> {
    labels
        .iter()
        .enumerate()
        .map(|(place, label)| PathBox { label: (*label).into(), note: if place > 0 { format!("R² 0.{place}1") } else { String::new() } })
        .collect()
}

pub(super) fn path_charts() -> Vec<(&'static str, Chart)> {
    let names = ["Length of attendance", "Years in recovery", "Recovery capital", "Quality of life", "Self-esteem", "Psychological distress"];
    let theory = Paths {
        boxes: boxes(&names),
        arrows: vec![path(0, 1, 0.14), path(1, 2, 0.32), path(0, 2, 0.02), path(2, 3, 0.69), path(2, 4, 0.42), path(2, 5, -0.59)],
    };
    let mut hidden = theory.clone();
    hidden.arrows.iter_mut().for_each(|arrow| arrow.estimate = Estimate::blank(Mark::Suppressed));
    // Every box of three layers leads to every later one.
    let long = "A measure with a name that is far longer than any box could be wide, and then some";
    let crowded = Paths {
        boxes: boxes(&["One", long, "Three", "Four", "Psychological distress", "Six", "Seven"]),
        arrows: (0..3)
            .flat_map(|from| (3..5).map(move |to| path(from, to, 0.1)))
            .chain([path(3, 5, -0.2), path(4, 6, 0.9), path(0, 6, 0.4), path(1, 5, -0.7)])
            .collect(),
    };
    let circle = Paths { boxes: boxes(&["One", "Two"]), arrows: vec![path(0, 1, 0.3), path(1, 0, 0.2)] };
    let none = Paths { boxes: vec![], arrows: vec![] };
    let waves = || ["2021", "2022", "2023", "2024"].iter().zip(2021..).map(|(label, year)| Wave { time: f64::from(year), label: (*label).into() }).collect();
    let stage = |label: &str, scale: Scale, points: Vec<Option<Estimate>>| {
        let line = TrendLine { label: String::new(), who: Who::Everyone, accent: true, points };
        Stage { label: label.into(), trend: Trend { scale, range: None, whole: None, waves: waves(), lines: vec![line], breaks: vec![] } }
    };
    let mean = |value: f64| Some(Estimate::of(value).between(value - 0.1, value + 0.1).with_n(1480.0));
    let stacked = vec![
        stage(long, Scale::Number { decimals: 0 }, vec![Some(Estimate::of(2300.0)), Some(Estimate::of(2357.0)), Some(Estimate::of(2125.0)), None]),
        stage("Mean recovery capital", Scale::Number { decimals: 1 }, vec![None, mean(4.9), mean(5.0), Some(Estimate::blank(Mark::Suppressed))]),
    ];
    vec![
        ("stacked", Chart::Stacked(stacked)),
        ("stacked-none", Chart::Stacked(vec![])),
        ("paths", Chart::Paths(theory)),
        ("paths-hidden", Chart::Paths(hidden)),
        ("paths-crowded", Chart::Paths(crowded)),
        ("paths-circle", Chart::Paths(circle)),
        ("paths-none", Chart::Paths(none)),
    ]
}
