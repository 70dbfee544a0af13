//! What the estimation engine promises beside R's numbers: stages, censuses, lone units, waves, and
//! sense in awkward data.

use recovista::design::{Design, LonelyPsu};
use recovista::estimate::{Base, CiMethod, Estimate, Kind, Measure, QuantileRule, Request, State, answer};
use recovista::frame::{Batch, Column, Frame, Levels, NO_LEVEL, Values, missing};

/// A frame of one batch or more from columns of text; names with `#` are numbers, all others levels.
pub(crate) fn frame(columns: &[(&str, &[&str])], rows_of_batch: usize) -> Frame {
    let mut frame = Frame::default();
    let rows = columns[0].1.len();
    for start in (0..rows).step_by(rows_of_batch.max(1)) {
        let end = (start + rows_of_batch).min(rows);
        let mut batch = Batch::new(end - start);
        for (name, texts) in columns {
            let column = name.trim_start_matches('#').to_owned();
            let values = if name.starts_with('#') {
                Values::Number(texts[start..end].iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect())
            } else {
                let levels = frame.levels.entry(column.clone()).or_default();
                Values::Level(texts[start..end].iter().map(|text| if text.is_empty() { NO_LEVEL } else { levels.intern(text) }).collect())
            };
            batch.push(Column { name: column, values, missing: Vec::new() });
        }
        frame.batches.push(batch);
    }
    frame
}

pub(crate) fn one(frame: &Frame, design: &Design, request: Request) -> Vec<Estimate> {
    answer(frame, design, &[request]).unwrap().remove(0)
}

pub(crate) fn near(found: Option<f64>, expected: f64) {
    let found = found.unwrap_or_else(|| panic!("nothing found, {expected} expected"));
    assert!((found - expected).abs() <= 1e-9 * expected.abs() + 1e-12, "{found} found, {expected} expected");
}

pub(crate) fn reason(estimate: &Estimate) -> &str {
    match &estimate.state {
        State::NotEstimable(reason) => reason,
        other => panic!("{other:?}"),
    }
}

fn share(ci: CiMethod) -> Measure {
    Measure::Proportion { ci, base: Base::Valid }
}

/// The data of `tests/reference/survey/multistage.py`, with so many centers in the population of each stratum.
fn two_stages(north: &'static str, south: &'static str) -> (Frame, Design) {
    let stratum: Vec<&str> = (0..14).map(|row| if row < 9 { "north" } else { "south" }).collect();
    let population: Vec<&str> = stratum.iter().map(|name| if *name == "north" { north } else { south }).collect();
    let frame = frame(
        &[
            ("region", &stratum),
            ("center", &["a", "a", "a", "b", "b", "c", "c", "c", "c", "d", "d", "d", "e", "e"]),
            ("odd", &["yes", "no", "yes", "no", "yes", "no", "yes", "no", "yes", "no", "yes", "no", "yes", "no"]),
            ("#y", &["3", "5", "4", "8", "6", "2", "2", "5", "7", "9", "4", "6", "1", "3"]),
            ("#centers", &population),
            ("#roll", &["12", "12", "12", "9", "9", "20", "20", "20", "20", "15", "15", "15", "8", "8"]),
        ],
        5,
    );
    let design = Design {
        strata: Some("region".to_owned()),
        clusters: vec!["center".to_owned()],
        fpc: vec!["centers".to_owned(), "roll".to_owned()],
        ..Design::default()
    };
    (frame, design)
}

#[test]
fn two_stages_with_weights_from_the_population() {
    let (frame, design) = two_stages("6", "5");
    let mean = one(&frame, &design, Request::new("y", Measure::Mean)).remove(0);
    near(mean.estimate, 4.727_598_566_308_243);
    near(mean.std_error, 0.793_132_549_027_687_2);
    assert_eq!((mean.df, mean.n), (Some(3.0), 14));
    let odd = one(&frame, &design, Request::new("y", Measure::Mean).by(["odd"])).remove(0);
    near(odd.estimate, 3.851_851_851_851_851_6);
    near(odd.std_error, 0.646_825_692_805_939_2);
}

#[test]
fn a_census_of_centers_leaves_the_variance_to_people() {
    let (frame, design) = two_stages("3", "2");
    let mean = one(&frame, &design, Request::new("y", Measure::Mean)).remove(0);
    near(mean.estimate, 4.718_75);
    near(mean.std_error, 0.495_832_239_144_450_96);
    assert_eq!(mean.df, Some(9.0), "14 people in 5 centers");
    let (frame, design) = two_stages("3", "5");
    let mean = one(&frame, &design, Request::new("y", Measure::Mean)).remove(0);
    near(mean.std_error, 0.988_623_553_813_973);
    assert_eq!(mean.df, Some(3.0), "only one stratum is a census");
}

#[test]
fn a_census_without_a_roll_has_no_interval_of_width_zero() {
    let (frame, mut design) = two_stages("3", "2");
    design.fpc.truncate(1);
    let mean = one(&frame, &design, Request::new("y", Measure::Mean)).remove(0);
    assert!(mean.std_error.unwrap() > 0.1 && mean.note.unwrap().contains("no finite population correction"));
    let teams = self::frame(&[("#teams", &["3"; 3]), ("#fte", &["1", "2", "6"])], 8);
    let design = Design { fpc: vec!["teams".to_owned()], ..Design::default() };
    let mean = one(&teams, &design, Request::new("fte", Measure::Mean)).remove(0);
    assert_eq!((mean.estimate, mean.std_error, mean.conf_low), (Some(3.0), None, None));
    assert!(mean.note.unwrap().contains("no sampling error"));
}

#[test]
fn one_center_is_estimated_from_its_people() {
    let (frame, design) = two_stages("6", "5");
    let centers = one(&frame, &design, Request::new("y", Measure::Mean).by(["center"]));
    near(centers[0].estimate, 4.0);
    near(centers[0].std_error, 0.5);
    assert_eq!(centers[0].df, Some(2.0));
    assert!(centers[0].method.contains("within_unit"));
}

#[test]
fn lone_units() {
    let rows = frame(&[("region", &["n", "n", "n", "n", "s", "s"]), ("center", &["a", "a", "b", "b", "c", "c"]), ("#y", &["1", "2", "4", "6", "3", "8"])], 9);
    let lonely = |lonely_psu| Design { strata: Some("region".to_owned()), clusters: vec!["center".to_owned()], lonely_psu, ..Design::default() };
    let mean = |rule| one(&rows, &lonely(rule), Request::new("y", Measure::Mean)).remove(0);
    assert_eq!(reason(&mean(LonelyPsu::Fail)), "stratum s has only one unit");
    // Unit totals of w(y − ȳ)/W: a −5/6, b 2/6, c 3/6; V = Σ (z − z̄)² · 2 within n.
    let (a, b, c) = (-5.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0);
    let north = 2.0 * 2.0 * ((a - b) / 2.0_f64).powi(2);
    near(mean(LonelyPsu::Certainty).std_error, north.sqrt());
    near(mean(LonelyPsu::Adjust).std_error, (north + c * c).sqrt());
    near(mean(LonelyPsu::Average).std_error, (2.0 * north).sqrt());
}

#[test]
fn one_unit_in_every_stratum_is_not_estimable() {
    let rows = frame(&[("region", &["n", "n", "s", "s"]), ("center", &["a", "a", "b", "b"]), ("#y", &["1", "2", "4", "6"])], 9);
    let design = Design { strata: Some("region".to_owned()), clusters: vec!["center".to_owned()], ..Design::default() };
    assert!(reason(&one(&rows, &design, Request::new("y", Measure::Mean))[0]).contains("only one unit"));
}

/// Five people in two waves: c and d answer twice.
fn waves() -> (Frame, Design) {
    let frame = frame(
        &[
            ("wave", &["2022", "2022", "2022", "2022", "2024", "2024", "2024"]),
            ("person", &["a", "b", "c", "d", "c", "d", "e"]),
            ("answer", &["no", "yes", "no", "no", "yes", "no", "yes"]),
            ("#y", &["1", "5", "3", "4", "7", "5", "9"]),
        ],
        4,
    );
    (frame, Design { person: Some("person".to_owned()), wave: Some("wave".to_owned()), ..Design::default() })
}

fn from_to() -> (String, String) {
    ("2022".to_owned(), "2024".to_owned())
}

#[test]
fn a_change_carries_the_covariance_of_people_seen_twice() {
    let (frame, design) = waves();
    let (from, to) = from_to();
    let change = one(&frame, &design, Request::new("y", Measure::Difference { column: "wave".to_owned(), from, to })).remove(0);
    near(change.estimate, 7.0 - 3.25);
    // Influence by person: a, b leave, c and d have both waves, e joins.
    let z = [2.25 / 4.0, -1.75 / 4.0, 0.25 / 4.0, -0.75 / 4.0 - 2.0 / 3.0, 2.0 / 3.0];
    let variance = 5.0 / 4.0 * z.iter().map(|z| z * z).sum::<f64>();
    near(change.std_error, variance.sqrt());
    assert_eq!((change.df, change.people, change.n), (Some(4.0), 3, 7));
}

#[test]
fn the_parts_of_a_change_add_up() {
    let (frame, design) = waves();
    let (from, to) = from_to();
    let parts = one(&frame, &design, Request::new("y", Measure::ChangeParts { from, to }));
    let values: Vec<f64> = parts.iter().map(|part| part.estimate.unwrap()).collect();
    // S₁ = 3.5, S₂ = 6, J = 9 (one of three), L = 3 (two of four).
    for (found, expected) in values.iter().zip([2.5, 1.0, 0.25]) {
        near(Some(*found), expected);
    }
    near(Some(values.iter().sum()), 3.75);
    assert_eq!(parts.iter().map(|part| part.level.clone().unwrap()).collect::<Vec<_>>(), ["people changed", "joiners", "leavers"]);
}

#[test]
fn a_share_changes_level_by_level() {
    let (frame, design) = waves();
    let (from, to) = from_to();
    let levels = one(&frame, &design, Request::new("answer", Measure::Difference { column: "wave".to_owned(), from, to }));
    near(levels[1].estimate, 2.0 / 3.0 - 0.25);
    assert_eq!((levels[1].level.as_deref(), levels[1].people, levels[1].people_outside), (Some("yes"), 1, Some(1)));
}

#[test]
fn centers_of_one_wave_are_counted_within_it() {
    let rows = frame(
        &[
            ("wave", &["1", "1", "1", "1", "2", "2", "2", "2", "2", "2"]),
            ("center", &["a", "a", "b", "b", "a", "a", "b", "b", "c", "c"]),
            ("#y", &["1", "2", "4", "6", "1", "3", "4", "5", "2", "9"]),
            ("#centers", &["3"; 10]),
            ("#roll", &["9"; 10]),
        ],
        3,
    );
    let design =
        Design { clusters: vec!["center".to_owned()], fpc: vec!["centers".to_owned(), "roll".to_owned()], wave: Some("wave".to_owned()), ..Design::default() };
    let by_wave = one(&rows, &design, Request::new("y", Measure::Mean).by(["wave"]));
    assert_eq!(by_wave[0].df, Some(1.0), "two of three centers: centers are the units");
    assert_eq!(by_wave[1].df, Some(3.0), "all three centers: people are the units");
    let change = one(&rows, &design, Request::new("y", Measure::Difference { column: "wave".to_owned(), from: "1".to_owned(), to: "2".to_owned() })).remove(0);
    assert_eq!(change.df, Some(2.0), "the smaller fraction holds, so centers are the units");
}

#[test]
fn multi_select_shares_count_respondents() {
    let mut batch = Batch::new(4);
    let reasons = vec![missing::PRESENT, missing::PRESENT, missing::PRESENT, missing::SKIPPED];
    batch.push(Column { name: "race".to_owned(), values: Values::Flags(vec![0b11, 0b01, 0b00, 0b00]), missing: reasons });
    let levels = [("race".to_owned(), Levels::new(["Black", "White"]))].into();
    let frame = Frame { batches: vec![batch], levels };
    let shares = one(&frame, &Design::default(), Request::new("race", share(CiMethod::Logit)));
    near(shares[0].estimate, 2.0 / 3.0);
    assert_eq!((shares[0].n, shares[0].denominator, shares[0].n_missing, shares[0].people_outside), (2, Some(3), 1, Some(1)));
    let all = one(&frame, &Design::default(), Request::new("race", Measure::Proportion { ci: CiMethod::Logit, base: Base::All }));
    near(all[0].estimate, 0.5);
    assert_eq!(all[0].denominator, Some(4));
}

#[test]
fn shares_of_nothing_and_everything_get_the_exact_interval() {
    let rows = frame(&[("x", &["yes"; 60])], 60);
    let all = one(&rows, &Design::default(), Request::new("x", share(CiMethod::Logit))).remove(0);
    assert_eq!((all.estimate, all.conf_high), (Some(1.0), Some(1.0)));
    near(all.conf_low, 0.025_f64.powf(1.0 / 60.0));
    assert!(all.method.contains("Clopper–Pearson") && all.state == State::Ok);
}

#[test]
fn wilson_is_the_score_interval() {
    let texts: Vec<&str> = (0..200).map(|row| if row < 50 { "yes" } else { "no" }).collect();
    let rows = frame(&[("x", &texts)], 64);
    let yes = one(&rows, &Design::default(), Request::new("x", share(CiMethod::Wilson))).remove(0);
    // Effective n is n − 1 with equal weights; t(0.975, 199) stands for z.
    let (p, n, t) = (0.25_f64, 199.0_f64, 1.971_956_544_249_395_f64);
    let half = t / (1.0 + t * t / n) * (p * (1.0 - p) / n + t * t / (4.0 * n * n)).sqrt();
    near(yes.conf_low, (p + t * t / (2.0 * n)) / (1.0 + t * t / n) - half);
}

fn every_measure() -> Vec<Request> {
    let quantile = |rule| Measure::Quantile { probs: vec![0.0, 0.5, 1.0], rule };
    let (from, to) = from_to();
    let measures = [
        Measure::Mean,
        Measure::Total,
        Measure::Sd,
        Measure::Range,
        Measure::Count,
        quantile(None),
        quantile(Some(QuantileRule::Math)),
        Measure::Ratio { denominator: "y".to_owned() },
        Measure::Difference { column: "wave".to_owned(), from: from.clone(), to: to.clone() },
        Measure::ChangeParts { from: from.clone(), to: to.clone() },
        Measure::Paired { from, to },
    ];
    let numbers = measures.into_iter().map(|measure| Request::new("y", measure));
    let shares = [CiMethod::Logit, CiMethod::Beta, CiMethod::Wilson, CiMethod::Wald].map(|ci| Request::new("answer", share(ci)));
    numbers.chain(shares).chain([Request::new("", Measure::Count), Request::new("answer", Measure::Count)]).collect()
}

/// All numbers of all estimates of awkward data.
fn numbers(frame: &Frame, design: &Design) -> Vec<f64> {
    let estimates = answer(frame, design, &every_measure()).unwrap();
    let of = |e: &Estimate| [e.estimate, e.std_error, e.conf_low, e.conf_high, e.df, e.test_statistic, e.p_value, e.n_weighted, e.deff, e.cv];
    estimates.iter().flatten().flat_map(|estimate| of(estimate).into_iter().flatten()).collect()
}

fn awkward(y: &[&str], weights: &[&str]) -> (Frame, Design) {
    let rows = y.len();
    let waves: Vec<&str> = (0..rows).map(|row| if row < rows / 2 { "2022" } else { "2024" }).collect();
    let people: Vec<String> = (0..rows).map(|row| format!("p{}", row % (rows / 2).max(1))).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let answers: Vec<&str> = y.iter().map(|y| if y.is_empty() { "" } else { "yes" }).collect();
    let mut frame = frame(&[("wave", &waves), ("person", &people), ("answer", &answers), ("#y", y), ("#w", weights)], 3);
    frame.levels.insert("wave".to_owned(), Levels::new(["2022", "2024"]));
    let names = ["w", "person", "wave"].map(|name| Some(name.to_owned()));
    let [weight, person, wave] = names;
    (frame, Design { weight, person, wave, ..Design::default() })
}

#[test]
fn awkward_data_give_no_nan_and_no_panic() {
    for y in [
        &[""; 6][..],
        &["3"],
        &["3"; 6],
        &["1", "1", "2", "2", "2", "1"],
        &["1e-300", "3e-300", "2e-300", "5e-300"],
        &["1e308"; 6],
        &["-1e308", "1e308", "1e308", "5"],
    ] {
        for weight in ["1", "0", "2.5", "1e-12"] {
            let (frame, design) = awkward(y, &vec![weight; y.len()]);
            for number in numbers(&frame, &design) {
                assert!(number.is_finite(), "{y:?} with weight {weight}");
            }
        }
    }
    assert!(answer(&Frame::default(), &Design::default(), &[Request::new("y", Measure::Mean)]).unwrap()[0][0].estimate.is_none());
}

#[test]
fn tiny_values_keep_their_error() {
    let rows = frame(&[("#y", &["1e-300", "3e-300", "2e-300", "6e-300"])], 9);
    let mean = one(&rows, &Design::default(), Request::new("y", Measure::Mean)).remove(0);
    near(mean.std_error.map(|error| error * 1e300), (14.0_f64 / 12.0).sqrt());
}

#[test]
fn a_constant_has_an_error_of_zero_and_one_row_has_none() {
    let rows = frame(&[("#y", &["0.1", "0.1", "0.1"])], 2);
    let mean = one(&rows, &Design::default(), Request::new("y", Measure::Mean)).remove(0);
    assert_eq!((mean.estimate, mean.std_error), (Some(0.1), Some(0.0)));
    let rows = frame(&[("#y", &["4"])], 2);
    let mean = one(&rows, &Design { lonely_psu: LonelyPsu::Certainty, ..Design::default() }, Request::new("y", Measure::Mean)).remove(0);
    assert_eq!((mean.estimate, mean.std_error, mean.conf_low), (Some(4.0), None, None));
    assert!(mean.note.unwrap().contains("degrees of freedom"));
}

#[test]
fn empty_domains_say_so() {
    let (frame, design) = waves();
    let mean = one(&frame, &design, Request::new("y", Measure::Mean).only("answer", ["maybe"])).remove(0);
    assert_eq!((reason(&mean), mean.kind), ("nobody is in this domain", Kind::Mean));
}

#[test]
fn wrong_columns_are_told_all_at_once() {
    let (frame, design) = waves();
    let requests = [Request::new("yy", Measure::Mean), Request::new("answer", Measure::Total), Request::new("y", share(CiMethod::Logit))];
    let error = answer(&frame, &design, &requests).unwrap_err();
    assert_eq!(
        error.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
        ["estimate::unknown_column", "estimate::wrong_column", "estimate::not_zero_one"]
    );
}

/// Weighted data in three centers, in a given order and cut into batches.
fn shuffled(order: &[usize], factor: f64, rows_of_batch: usize) -> (Frame, Design) {
    let number = |row: usize, step: usize, size: usize| (row * step + 3) % size;
    let text = |of: &dyn Fn(usize) -> String| order.iter().map(|row| of(*row)).collect::<Vec<String>>();
    let center = text(&|row| format!("c{}", number(row, 7, 5)));
    let y = text(&|row| format!("{}.{}", number(row, 37, 11), row));
    let weight = text(&|row| (factor * (1.0 + number(row, 13, 4) as f64)).to_string());
    let refs = |texts: &[String]| texts.iter().map(|text| text.as_str().to_owned()).collect::<Vec<_>>();
    let (center, y, weight) = (refs(&center), refs(&y), refs(&weight));
    let slices = |texts: &'_ [String]| -> Vec<&'static str> { texts.iter().map(|text| &*text.clone().leak()).collect() };
    let frame = frame(&[("center", &slices(&center)), ("#y", &slices(&y)), ("#w", &slices(&weight))], rows_of_batch);
    (frame, Design { weight: Some("w".to_owned()), clusters: vec!["center".to_owned()], ..Design::default() })
}

#[test]
fn order_and_scale_of_weights_change_nothing_and_batches_not_a_bit() {
    let forward: Vec<usize> = (0..97).collect();
    let backward: Vec<usize> = (0..97).rev().collect();
    let ask = |(frame, design): (Frame, Design)| {
        let quantile = Measure::Quantile { probs: vec![0.5], rule: None };
        answer(&frame, &design, &[Measure::Mean, Measure::Sd, quantile].map(|measure| Request::new("y", measure))).unwrap()
    };
    let whole = ask(shuffled(&forward, 1.0, 1000));
    assert_eq!(whole, ask(shuffled(&forward, 1.0, 7)), "batches");
    for other in [ask(shuffled(&backward, 1.0, 1000)), ask(shuffled(&forward, 10.0, 1000))] {
        for (a, b) in whole.iter().flatten().zip(other.iter().flatten()) {
            near(a.estimate, b.estimate.unwrap());
            near(a.std_error, b.std_error.unwrap());
        }
    }
}

#[test]
fn threads_change_not_a_bit() {
    let (frame, design) = shuffled(&(0..97).collect::<Vec<_>>(), 1.0, 11);
    let requests = [Measure::Mean, Measure::Sd, Measure::Total].map(|measure| Request::new("y", measure).by(["center"]));
    let with = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| answer(&frame, &design, &requests).unwrap());
    assert_eq!(with(1), with(4));
}

#[test]
fn quantile_rules_and_equal_weights() {
    let ask = |weights: &[&str], rule| {
        let rows = frame(&[("#y", &["1", "2", "2", "5"]), ("#w", weights)], 4);
        let design = Design { weight: Some("w".to_owned()), ..Design::default() };
        one(&rows, &design, Request::new("y", Measure::Quantile { probs: vec![0.75], rule })).remove(0)
    };
    assert_eq!(ask(&["3"; 4], None).estimate, Some(2.75), "hf7 is the default of equal weights");
    assert_eq!(ask(&["3"; 4], Some(QuantileRule::School)).estimate, Some(3.5), "the mean of the neighbours where the weight meets p");
    assert_eq!(ask(&["3"; 4], Some(QuantileRule::Math)).estimate, Some(2.0));
    assert_eq!(ask(&["1", "1", "1", "9"], None).estimate, Some(5.0));
    assert!(reason(&ask(&["1", "1", "1", "9"], Some(QuantileRule::Hf7))).contains("equal weights"));
}

#[test]
fn rows_that_the_design_cannot_place_are_left_out_with_a_note() {
    let rows = frame(&[("center", &["a", "a", "b", "b", ""]), ("#y", &["1", "2", "3", "4", "100"])], 4);
    let design = Design { clusters: vec!["center".to_owned()], ..Design::default() };
    let mean = one(&rows, &design, Request::new("y", Measure::Mean)).remove(0);
    assert_eq!((mean.estimate, mean.n), (Some(2.5), 4));
    assert!(mean.note.unwrap().starts_with("1 row without"));
}

#[test]
fn a_center_with_one_answer_is_a_lone_unit_of_the_second_stage() {
    let rows = frame(&[("center", &["a", "a", "a", "b"]), ("#y", &["1", "2", "6", "4"]), ("#centers", &["2"; 4]), ("#roll", &["6", "6", "6", "5"])], 9);
    let mean = |lonely_psu| {
        let fpc = vec!["centers".to_owned(), "roll".to_owned()];
        one(&rows, &Design { clusters: vec!["center".to_owned()], fpc, lonely_psu, ..Design::default() }, Request::new("y", Measure::Mean)).remove(0)
    };
    assert_eq!(reason(&mean(LonelyPsu::Fail)), "a unit of stage 1 has only one unit of stage 2");
    // Weights 2, 2, 2, 5: ȳ = 38/11; within a V = (1 − 1/2) · 3/2 · Σ (z − z̄)² with z = 2 (y − ȳ)/11.
    let within_a = 0.5 * 1.5 * 14.0 * (2.0_f64 / 11.0).powi(2);
    near(mean(LonelyPsu::Certainty).std_error, within_a.sqrt());
    near(mean(LonelyPsu::Average).std_error, (2.0 * within_a).sqrt());
    assert_eq!(mean(LonelyPsu::Certainty).df, Some(2.0));
}
