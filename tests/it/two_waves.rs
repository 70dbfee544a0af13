//! The variance of a change of two waves of a finite population: all samples of tiny populations are drawn, and the
//! estimated variances are on average the true one. `tests/reference/change/two_waves.py` computes the same without us.

use recovista::design::Design;
use recovista::estimate::{Measure, Request, answer};
use recovista::frame::{Batch, Column, Frame, Levels, Values};

/// Answers of the people of each center in both waves.
const CENTERS: [[[f64; 2]; 4]; 3] = [
    [[3.0, 5.0], [6.0, 7.0], [9.0, 12.0], [14.0, 15.0]],
    [[8.0, 9.0], [11.0, 14.0], [12.0, 13.0], [17.0, 21.0]],
    [[1.0, 4.0], [2.0, 3.0], [7.0, 9.0], [10.0, 12.0]],
];

/// Center and person of each answer of a wave.
type Sample = Vec<[usize; 2]>;
/// Wave, center and person.
type Row = (usize, [usize; 2]);

/// All choices of `taken` of the numbers below `all`.
fn choices(all: usize, taken: usize) -> Vec<Vec<usize>> {
    (0..1_usize << all).filter(|set| set.count_ones() as usize == taken).map(|set| (0..all).filter(|place| set >> place & 1 == 1).collect()).collect()
}

/// All samples of one wave: `taken` of the first `centers`, three of the four people of each.
fn samples(centers: usize, taken: usize) -> Vec<Sample> {
    let mut samples = Vec::new();
    for some in choices(centers, taken) {
        let mut own: Vec<Sample> = vec![Vec::new()];
        for center in some {
            let seats = choices(4, 3);
            own = own
                .iter()
                .flat_map(|before| seats.iter().map(|seats| before.iter().copied().chain(seats.iter().map(|seat| [center, *seat])).collect()))
                .collect();
        }
        samples.extend(own);
    }
    samples
}

fn centers_of(sample: &Sample) -> Vec<usize> {
    let mut centers: Vec<usize> = sample.iter().map(|place| place[0]).collect();
    centers.dedup();
    centers
}

/// The change of the mean and its variance as estimated.
fn change(waves: [&Sample; 2], centers: usize) -> (f64, f64) {
    let rows: Vec<Row> = waves.iter().enumerate().flat_map(|(wave, sample)| sample.iter().map(move |place| (wave, *place))).collect();
    let mut batch = Batch::new(rows.len());
    let mut push = |name: &str, values: Values| batch.push(Column { name: name.into(), values, missing: Vec::new() });
    let levels = |code: &dyn Fn(&Row) -> usize| Values::Level(rows.iter().map(|row| u32::try_from(code(row)).unwrap()).collect());
    push("wave", levels(&|row| row.0));
    push("center", levels(&|row| row.1[0]));
    push("person", levels(&|row| 4 * row.1[0] + row.1[1]));
    push("y", Values::Number(rows.iter().map(|(wave, [center, person])| CENTERS[*center][*person][*wave]).collect()));
    push("centers", Values::Number(vec![centers as f64; rows.len()]));
    push("roll", Values::Number(vec![4.0; rows.len()]));
    let names = |count: usize| Levels::new((0..count).map(|place| place.to_string()));
    let levels = [("wave", Levels::new(["1", "2"])), ("center", names(3)), ("person", names(12))].map(|(name, levels)| (name.to_owned(), levels)).into();
    let design = Design {
        clusters: vec!["center".into()],
        fpc: vec!["centers".into(), "roll".into()],
        person: Some("person".into()),
        wave: Some("wave".into()),
        ..Design::default()
    };
    let request = Request::new("y", Measure::Difference { column: "wave".into(), from: "1".into(), to: "2".into() });
    let estimate = answer(&Frame { batches: vec![batch], levels }, &design, &[request]).unwrap().remove(0).remove(0);
    (estimate.estimate.unwrap(), estimate.std_error.unwrap_or_else(|| panic!("{estimate:?}")).powi(2))
}

/// The variance of the change over all pairs of samples that belong together, and the mean of its estimates.
fn variances(centers: usize, taken: usize, together: fn(&Sample, &Sample) -> bool) -> (f64, f64) {
    let all = samples(centers, taken);
    let pairs = all.iter().flat_map(|one| all.iter().map(move |two| [one, two])).filter(|[one, two]| together(one, two));
    let found: Vec<(f64, f64)> = pairs.map(|waves| change(waves, centers)).collect();
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| found.iter().map(of).sum::<f64>() / found.len() as f64;
    let centre = mean(&|one| one.0);
    (mean(&|one| (one.0 - centre).powi(2)), mean(&|one| one.1))
}

#[test]
fn estimated_variances_of_a_change_are_on_average_the_true_one() {
    let anew: fn(&Sample, &Sample) -> bool = |_, _| true;
    let same: fn(&Sample, &Sample) -> bool = |one, two| one == two;
    let same_centers: fn(&Sample, &Sample) -> bool = |one, two| centers_of(one) == centers_of(two);
    let plans = [
        ("people drawn anew in one center", 1, 1, anew, 3.576_388_888_889),
        ("the same people of one center", 1, 1, same, 0.076_388_888_889),
        ("the same centers, people drawn anew", 3, 2, same_centers, 1.646_990_740_741),
        ("the same centers and people", 3, 2, same, 0.063_657_407_407),
        ("all centers, people drawn anew", 2, 2, anew, 1.704_861_111_111),
    ];
    for (name, centers, taken, together, known) in plans {
        let (truth, estimated) = variances(centers, taken, together);
        assert!((truth - known).abs() < 1e-11, "{name}: {truth}");
        assert!((estimated - truth).abs() < 1e-10 * truth, "{name}: {estimated} instead of {truth}");
    }
}

/// With two of three centers drawn anew they share one at times, and the error is then kept from vanishing by chance.
#[test]
fn where_few_units_are_shared_the_variance_is_not_too_small() {
    let (truth, estimated) = variances(3, 2, |_, _| true);
    assert!((truth - 5.924_768_518_519).abs() < 1e-11, "{truth}");
    assert!(estimated > truth && estimated < 1.15 * truth, "{estimated} beside {truth}");
}
