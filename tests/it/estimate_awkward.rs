//! Data at the edge of what numbers and designs can hold: an estimate, a row with its reason or an error, never nonsense.

use recovista::design::{Design, LonelyPsu, ReplicateKind, Replication};
use recovista::estimate::{Base, CiMethod, Estimate, Measure, QuantileRule, Request, State, answer};
use recovista::frame::{Batch, Column, Frame, Levels, Values};

use crate::survey_rules::{frame, near, one, reason};

fn numbers(columns: &[(&str, &[f64])]) -> Frame {
    let mut batch = Batch::new(columns[0].1.len());
    for (name, values) in columns {
        batch.push(Column { name: (*name).to_owned(), values: Values::Number(values.to_vec()), missing: Vec::new() });
    }
    Frame { batches: vec![batch], ..Frame::default() }
}

fn weighted() -> Design {
    Design { weight: Some("w".to_owned()), ..Design::default() }
}

/// Every measure of numbers.
fn measures() -> Vec<Measure> {
    let quantile = |rule| Measure::Quantile { probs: vec![0.0, 0.1, 0.5, 1.0, 2.0, f64::NAN], rule };
    let ratio = Measure::Ratio { denominator: "x".to_owned() };
    let correlation = Measure::Correlation { with: "x".to_owned() };
    let sums = [Measure::Mean, Measure::Total, Measure::Sd, Measure::Range, Measure::Count, ratio, correlation];
    let rules = [None, Some(QuantileRule::Hf7), Some(QuantileRule::School), Some(QuantileRule::Math)];
    sums.into_iter().chain(rules.map(quantile)).collect()
}

/// Every number is finite, and a row without an estimate has a reason.
fn sound(estimate: &Estimate, what: &str) {
    let e = estimate;
    let numbers = [e.estimate, e.std_error, e.conf_low, e.conf_high, e.df, e.test_statistic, e.p_value, e.n_weighted, e.deff, e.cv];
    assert!(numbers.into_iter().flatten().all(f64::is_finite), "{what}: {e:?}");
    assert!(e.std_error.is_none_or(|error| error >= 0.0), "{what}: {e:?}");
    assert!(e.estimate.is_some() || matches!(&e.state, State::NotEstimable(reason) if !reason.is_empty()), "{what}: {e:?}");
}

#[test]
fn every_measure_of_extreme_numbers_is_sound() {
    let (inf, nan, max) = (f64::INFINITY, f64::NAN, f64::MAX);
    let columns: [&[f64]; 14] = [
        &[nan; 4],
        &[inf, -inf, inf, -inf],
        &[1.0, inf, 2.0, nan],
        &[5.0],
        &[0.1; 5],
        &[0.0, -0.0, 0.0, -0.0],
        &[1e-300, 3e-300, 2e-300, 7e-300],
        &[5e-324, 0.0, 1e-323, 5e-324],
        &[1e308, 1e308, -1e308, 1e308],
        &[max, max, -max, 1.0],
        &[0.0, 1.0, 1e200, 3e200, 2e200],
        &[0.0, 1e-300, 1e300, 2.0],
        &[1e16, 1e16 + 2.0, 1e16 + 4.0],
        &[1.7e9, 1.7e9 + 1.0, 1.7e9 + 3.0],
    ];
    let weights = [1.0, 0.0, 1e-12, 1e12, 1e-300, 1e300, 5e-324, max];
    for y in columns {
        for x in columns.iter().filter(|x| x.len() == y.len()) {
            for weight in weights {
                let w: Vec<f64> = (0..y.len()).map(|row| if row % 2 == 0 { weight } else { 1.0 }).collect();
                let rows = numbers(&[("y", y), ("x", x), ("w", &w)]);
                for lonely_psu in [LonelyPsu::Fail, LonelyPsu::Adjust] {
                    let requests: Vec<Request> = measures().into_iter().map(|measure| Request::new("y", measure)).collect();
                    for estimate in answer(&rows, &Design { lonely_psu, ..weighted() }, &requests).unwrap().iter().flatten() {
                        sound(estimate, &format!("y {y:?} x {x:?} w {weight}"));
                    }
                }
            }
        }
    }
}

#[test]
fn an_error_that_overflows_is_not_zero() {
    let rows = numbers(&[("y", &[0.0, 1.0, 1e200, 3e200, 2e200])]);
    let mean = one(&rows, &Design::default(), Request::new("y", Measure::Mean)).remove(0);
    near(mean.estimate.map(|mean| mean / 1e200), 1.2);
    assert_eq!((mean.std_error, mean.conf_low), (None, None));
    assert!(mean.note.unwrap().contains("too large"));
}

/// Groups that lie far apart, of which one is constant. Weights have no short binary form.
fn far_apart() -> Frame {
    let groups = ["near", "far", "far", "near", "far", "constant", "constant", "constant", "near"];
    let y = ["0.001", "1000000000.25", "1000000000.5", "0.002", "1000000001", "7.3", "7.3", "7.3", "0.004"];
    let x = ["3", "1", "2", "5", "7", "11", "12", "15", "4"];
    let w = ["0.1", "0.7", "0.3", "1.1", "0.2", "0.9", "0.1", "1.7", "0.6"];
    frame(&[("group", &groups), ("#y", &y), ("#x", &x), ("#w", &w)], 4)
}

#[test]
fn groups_far_apart_keep_their_digits() {
    let requests = [Measure::Mean, Measure::Sd, Measure::Correlation { with: "x".to_owned() }].map(|measure| Request::new("y", measure).by(["group"]));
    let answers = answer(&far_apart(), &weighted(), &requests).unwrap();
    // R: weighted.mean, sqrt(svyvar) and cov2cor(svyvar) of each group alone, less 1e9 for the one far away.
    let (near_w, near_y) = ([0.1, 1.1, 0.6], [0.001, 0.002, 0.004]);
    let (far_w, far_y) = ([0.7, 0.3, 0.2], [0.25, 0.5, 1.0]);
    let moments = |w: [f64; 3], y: [f64; 3]| {
        let weight: f64 = w.iter().sum();
        let mean = w.iter().zip(y).map(|(w, y)| w * y).sum::<f64>() / weight;
        let squares = w.iter().zip(y).map(|(w, y)| w * (y - mean) * (y - mean)).sum::<f64>();
        (mean, (1.5 * squares / weight).sqrt())
    };
    let ((near_mean, near_sd), (far_mean, far_sd)) = (moments(near_w, near_y), moments(far_w, far_y));
    near(answers[0][0].estimate, near_mean);
    near(answers[1][0].estimate, near_sd);
    near(answers[0][1].estimate.map(|mean| mean - 1e9), far_mean);
    near(answers[1][1].estimate, far_sd);
    let constant = &answers[0][2];
    assert_eq!((constant.estimate, constant.std_error, answers[1][2].estimate), (Some(7.3), Some(0.0), Some(0.0)));
    assert_eq!(reason(&answers[2][2]), "one of the two numbers does not vary");
}

#[test]
fn weights_below_zero_are_an_error_and_missing_ones_a_note() {
    let ask = |w: &[f64]| answer(&numbers(&[("y", &[1.0, 2.0, 4.0]), ("w", w)]), &weighted(), &[Request::new("y", Measure::Mean)]);
    let error = ask(&[1.0, -1.0, 1.0]).unwrap_err();
    assert_eq!((error.problems[0].code, error.problems[0].found.as_deref()), ("estimate::negative_weight", Some("1 row")));
    for lost in [f64::NAN, f64::INFINITY] {
        let mean = ask(&[1.0, lost, 1.0]).unwrap().remove(0).remove(0);
        assert_eq!((mean.estimate, mean.n), (Some(2.5), 2));
        assert!(mean.note.unwrap().contains("1 row without weight"));
    }
}

#[test]
fn replicate_weights_count_only_where_the_design_places_a_row() {
    let replication = |mse| Some(Replication { columns: "r*".to_owned(), kind: ReplicateKind::Brr, fay_rho: None, scale: None, rscales: None, mse });
    let design = Design { replication: replication(true), ..weighted() };
    let y = [1.0, 2.0, 4.0, 100.0];
    let ask = |w: &[f64], r1: &[f64], r2: &[f64]| answer(&numbers(&[("y", &y), ("w", w), ("r1", r1), ("r2", r2)]), &design, &[Request::new("y", Measure::Sd)]);
    // The last row has no weight, so that its replicate weights do not count, whatever they are.
    let known = ask(&[1.0, 1.0, 1.0, f64::NAN], &[2.0, 1.0, 1.0, 0.0], &[1.0, 1.0, 2.0, 0.0]).unwrap().remove(0).remove(0);
    let other = ask(&[1.0, 1.0, 1.0, f64::NAN], &[2.0, 1.0, 1.0, f64::NAN], &[1.0, 1.0, 2.0, 9.0]).unwrap().remove(0).remove(0);
    assert_eq!((known.estimate, known.std_error), (other.estimate, other.std_error));
    // Variance 7/3 with equal weights; 3/2 · Σ w (y − ȳ)²/Σ w with (2, 1, 1) and (1, 1, 2): ȳ = 2 and 11/4.
    let (full, first, second) = ((7.0_f64 / 3.0).sqrt(), (1.5_f64 * 6.0 / 4.0).sqrt(), (1.5_f64 * 6.75 / 4.0).sqrt());
    near(known.std_error, f64::midpoint((first - full).powi(2), (second - full).powi(2)).sqrt());
    let error = ask(&[1.0; 4], &[1.0, f64::NAN, 1.0, 1.0], &[1.0; 4]).unwrap_err();
    assert_eq!(error.problems[0].code, "estimate::replicate_weight");
}

#[test]
fn more_waves_than_can_be_compared_are_an_error() {
    let waves = |count: usize| {
        let names: Vec<String> = (0..2 * count).map(|row| format!("{}", row % count)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        frame(&[("wave", &names), ("#y", &vec!["1"; names.len()])], 50)
    };
    let design = Design { wave: Some("wave".to_owned()), ..Design::default() };
    let request = Request::new("y", Measure::Mean).by(["wave"]);
    assert_eq!(answer(&waves(64), &design, std::slice::from_ref(&request)).unwrap()[0].len(), 64);
    assert_eq!(answer(&waves(65), &design, &[request]).unwrap_err().problems[0].code, "estimate::too_many_waves");
}

#[test]
fn seventy_levels_have_a_share_each() {
    let names: Vec<String> = (0..140).map(|row| format!("level {:02}", row % 70)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows = frame(&[("answer", &names)], 33);
    let shares = one(&rows, &Design::default(), Request::new("answer", Measure::Proportion { ci: CiMethod::Logit, base: Base::Valid }));
    assert_eq!(shares.len(), 70);
    for share in &shares {
        near(share.estimate, 1.0 / 70.0);
    }
}

#[test]
fn all_sixty_four_options_are_counted() {
    let mut batch = Batch::new(3);
    batch.push(Column { name: "options".to_owned(), values: Values::Flags(vec![u64::MAX, 1 << 63, 0]), missing: Vec::new() });
    let levels = [("options".to_owned(), Levels::new((0..64).map(|option| format!("option {option}"))))].into();
    let rows = Frame { batches: vec![batch], levels };
    let shares = one(&rows, &Design::default(), Request::new("options", Measure::Proportion { ci: CiMethod::Beta, base: Base::Valid }));
    near(shares[0].estimate, 1.0 / 3.0);
    near(shares[63].estimate, 2.0 / 3.0);
    for share in &shares {
        sound(share, "options");
    }
}

#[test]
fn weights_of_zero_leave_nobody() {
    let rows = numbers(&[("y", &[1.0, 2.0]), ("x", &[1.0, 2.0]), ("w", &[0.0, 0.0])]);
    for measure in measures() {
        for estimate in one(&rows, &weighted(), Request::new("y", measure)) {
            assert_eq!(reason(&estimate), "nobody is in this domain");
        }
    }
}
