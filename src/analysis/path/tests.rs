//! Do 95% intervals of an indirect link hold the truth in about 95 of 100 samples of clusters? People are drawn by a known law.
//!
//! The law: 24 clusters of 12 people. Of each of x, m and y, half of what a person has for itself is shared by the cluster;
//! m = 0.5 x + own, y = 0.5 m + own, so that the indirect link is 0.25. Clusters are drawn, people within them are not apart.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::analysis::Subject;
use crate::design::{Design, LonelyPsu};
use crate::frame::{Column, Levels, Values};
use crate::results::{Stat, Status};

const CLUSTERS: u32 = 24;
const PEOPLE: u32 = 12;

/// A sample of the law.
fn sample(seed: u64, clusters: u32) -> Frame {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    // Twelve even numbers less six are as good as normal.
    let mut normal = move || (0..12).map(|_| f64::from(dice.next_u32()) / 4_294_967_296.0).sum::<f64>() - 6.0;
    let (mut x, mut m, mut y, mut cluster) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for place in 0..clusters {
        let [of_x, of_m, of_y] = [normal(), normal(), normal()];
        for _ in 0..PEOPLE {
            let own_x = of_x + normal();
            let own_m = 0.5 * own_x + of_m + normal();
            x.push(own_x);
            m.push(own_m);
            y.push(0.5 * own_m + of_y + normal());
            cluster.push(place);
        }
    }
    let rows = x.len();
    let mut batch = Batch::new(rows);
    let mut push = |name: &str, values: Values| batch.push(Column { name: name.into(), values, missing: Vec::new() });
    push("x", Values::Number(x));
    push("m", Values::Number(m));
    push("y", Values::Number(y));
    push("stratum", Values::Level(cluster.iter().map(|cluster| u32::from(*cluster > 0)).collect()));
    push("there", Values::Number(vec![rows as f64; rows]));
    push("cluster", Values::Level(cluster));
    let names = |count: u32| Levels::new((0..count).map(|place| format!("c{place}")));
    Frame { batches: vec![batch], levels: [("cluster".to_owned(), names(clusters)), ("stratum".to_owned(), names(2))].into() }
}

fn rows_of(frame: &Frame, design: Design, bootstrap: Option<u32>) -> Vec<ResultRow> {
    let model = PathModel::parse("m ~ a*x; y ~ b*m; ind := a*b").expect("a model");
    let path = PathSettings { text: String::new(), model, bootstrap, seed: 5, wave: None };
    let settings = Settings { id: "theory".into(), kind: "path".into(), dataset: "d".into(), path: Some(path), ..Settings::default() };
    let subject = Subject {
        dataset: "d".into(),
        unit: Unit::People,
        public_unit: false,
        person: None,
        waves: Vec::new(),
        variables: BTreeMap::new(),
        instruments: Vec::new(),
        population: None,
        breaks: Vec::new(),
        as_of: 0,
        design,
        minimum_cell: 11,
        show_zero: true,
        protect_missing: false,
    };
    Path.rows(&Context { settings: &settings, subject: &subject }, frame, &[]).expect("runs")
}

fn one<'a>(rows: &'a [ResultRow], stat: Stat, level: &str) -> &'a ResultRow {
    rows.iter().find(|row| row.stat == stat && row.level.as_deref().unwrap_or("model") == level).expect("a row")
}

fn clustered() -> Design {
    Design { clusters: vec!["cluster".into()], ..Design::default() }
}

#[test]
fn intervals_of_clusters_hold_the_truth_and_those_of_people_do_not() {
    const SEEDS: u64 = 400;
    let mut held = [0_u32; 2];
    for seed in 0..SEEDS {
        let frame = sample(seed, CLUSTERS);
        for (held, design) in held.iter_mut().zip([clustered(), Design::default()]) {
            let rows = rows_of(&frame, design, None);
            let row = one(&rows, Stat::Path, "ind");
            *held += u32::from(row.conf_low.zip(row.conf_high).is_some_and(|(low, high)| low <= 0.25 && 0.25 <= high));
        }
    }
    let [clusters, people] = held.map(|held| f64::from(held) / SEEDS as f64);
    assert!((0.90..=0.983).contains(&clusters), "clusters: {clusters}");
    assert!(people < 0.85, "people: {people}");
}

/// The bootstrap draws the same clusters that the linearization speaks of.
#[test]
fn percentile_intervals_of_clusters_are_as_wide_as_those_of_the_design() {
    let frame = sample(3, 60);
    let width = |row: &ResultRow| row.conf_high.expect("a limit") - row.conf_low.expect("a limit");
    let widths = |design: Design| {
        let rows = rows_of(&frame, design, Some(600));
        let row = one(&rows, Stat::PathStandardized, "ind");
        let reach = 2.0 * 1.96 * row.std_error.expect("an error");
        (width(row), reach, row.method.clone())
    };
    let (drawn, linear, method) = widths(clustered());
    assert!((drawn / linear - 1.0).abs() < 0.12, "{drawn} {linear}");
    assert!(method.contains("percentile interval of 600 bootstrap draws of clusters within strata, seed 5"), "{method}");
    let (alone, _, method) = widths(Design::default());
    assert!(alone < 0.8 * drawn && !method.contains("design"), "{alone} {drawn} {method}");
}

#[test]
fn lone_units_and_full_counts_are_told_as_everywhere() {
    let frame = sample(1, CLUSTERS);
    // The first stratum has one cluster.
    let lone = rows_of(&frame, Design { strata: Some("stratum".into()), ..clustered() }, Some(60));
    assert!(lone.iter().all(|row| row.status == Status::NotEstimable && row.estimate.is_none()), "{lone:?}");
    assert!(lone[0].note.as_ref().is_some_and(|note| note.contains("has only one unit")));
    let certain = Design { strata: Some("stratum".into()), lonely_psu: LonelyPsu::Certainty, ..clustered() };
    assert_eq!(one(&rows_of(&frame, certain, None), Stat::Path, "ind").df, Some(22.0));
    let all = rows_of(&frame, Design { fpc: vec!["there".into()], ..Design::default() }, Some(60));
    let ind = one(&all, Stat::Path, "ind");
    assert!(ind.estimate.is_some() && ind.std_error.is_none() && ind.conf_low.is_none() && ind.status == Status::Ok, "{ind:?}");
    assert!(ind.note.as_ref().is_some_and(|note| note.contains("every unit answered") && !note.contains("held")), "{ind:?}");
    assert_eq!(one(&all, Stat::Cfi, "model").status, Status::NotEstimable);
    assert!(one(&all, Stat::Srmr, "model").estimate.is_some());
}

/// People of one cluster are the units where there is no other; drawing the cluster again and again would say that nothing varies.
#[test]
fn one_cluster_is_taken_apart() {
    let frame = sample(4, 1);
    let rows = rows_of(&frame, clustered(), Some(60));
    let ind = one(&rows, Stat::Path, "ind");
    assert!(ind.conf_low < ind.conf_high && ind.method.contains("within_unit") && ind.df == Some(f64::from(PEOPLE - 1)), "{ind:?}");
    assert!(ind.note.as_ref().is_some_and(|note| note.contains("nothing to draw")), "{ind:?}");
}

/// Nobody without a weight is among the answers, and weights of any scale say the same.
#[test]
fn rows_without_weight_are_not_there() {
    let weighted = |unit: f64| {
        let mut frame = sample(2, CLUSTERS);
        let weight = |row: u32| if row.is_multiple_of(5) { 0.0 } else { unit * f64::from(1 + row % 3) };
        let values = Values::Number((0..CLUSTERS * PEOPLE).map(weight).collect());
        frame.batches[0].push(Column { name: "w".into(), values, missing: Vec::new() });
        rows_of(&frame, Design { weight: Some("w".into()), ..clustered() }, None)
    };
    let (some, more) = (weighted(1.0), weighted(1000.0));
    assert_eq!(some[0].n, Some(f64::from(CLUSTERS * PEOPLE - CLUSTERS * PEOPLE / 5 - 1)));
    for (one, other) in some.iter().zip(&more) {
        for (one, other) in [(one.estimate, other.estimate), (one.std_error, other.std_error), (one.p_value, other.p_value)] {
            assert!((one.unwrap_or_default() - other.unwrap_or_default()).abs() < 1e-9, "{one:?} {other:?}");
        }
        assert!(one.n_weighted.is_none() && one.method.contains("on weighted covariances"));
    }
}

#[test]
fn the_smallest_group_of_two_valued_variables_counts() {
    let of = |columns: Vec<Vec<f64>>| Answers { columns, ..Answers::default() }.least();
    assert_eq!(of(vec![vec![1.0, 2.0, 3.0]]), None, "a number of many values tells nobody apart");
    assert_eq!(of(vec![vec![1.0, 0.0, 0.0, 0.0], vec![5.0, 6.0, 7.0, 8.0]]), Some(1));
    // Two of each value, but only one with both.
    assert_eq!(of(vec![vec![1.0, 1.0, 0.0, 0.0, 0.0], vec![1.0, 0.0, 1.0, 0.0, 0.0]]), Some(1));
    assert_eq!(of(vec![vec![7.0; 4], vec![0.0, 1.0, 0.0, 1.0]]), Some(2), "a constant tells nobody apart");
}
