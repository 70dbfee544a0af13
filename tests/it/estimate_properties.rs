//! What must hold for all data: estimates and errors are those of the plain formulas, and neither order, scale,
//! batches nor threads matter.

use proptest::prelude::*;
use recovista::design::{Calibrating, CalibrationKind, Margin, ReplicateKind, Replication};
use recovista::estimate::{Base, CiMethod, Estimate, Measure, QuantileRule, Request, State, answer};

use crate::plain_survey::{Code, Linear, NO_ANSWER, REPLICATES, Row, Survey, correlation, difference, has, mean, ratio, sd, surveys, total};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn share() -> Measure {
    Measure::Proportion { ci: CiMethod::Logit, base: Base::Valid }
}

fn change(column: &str) -> Measure {
    Measure::Difference { column: column.to_owned(), from: format!("{column} 0"), to: format!("{column} 1") }
}

fn quantiles(rule: Option<QuantileRule>) -> Measure {
    Measure::Quantile { probs: vec![0.0, 0.25, 0.5, 0.75, 1.0], rule }
}

/// Every measure that does not change with the scale of the weights.
fn relative(panel: bool) -> Vec<Request> {
    let ratio = Measure::Ratio { denominator: "x".to_owned() };
    let correlation = Measure::Correlation { with: "x".to_owned() };
    let of_y = [Measure::Mean, Measure::Sd, Measure::Range, ratio, correlation, quantiles(None), quantiles(Some(QuantileRule::Math)), change("group")];
    let mut requests: Vec<Request> = of_y.into_iter().map(|measure| Request::new("y", measure)).collect();
    requests.extend([Request::new("answer", share()), Request::new("answer", change("group"))]);
    let by: Vec<Request> = requests.iter().filter(|request| request.measure != change("group")).cloned().map(|request| request.by(["group"])).collect();
    requests.extend(by);
    if panel {
        let (from, to) = ("wave 0".to_owned(), "wave 1".to_owned());
        requests.extend([
            Request::new("y", change("wave")),
            Request::new("y", Measure::ChangeParts { from, to }),
            Request::new("y", Measure::Mean).by(["wave"]),
        ]);
    }
    requests
}

fn every(panel: bool) -> Vec<Request> {
    let sums = [Request::new("y", Measure::Total).by(["group"]), Request::new("answer", Measure::Count), Request::new("", Measure::Count)];
    let mut requests: Vec<Request> = relative(panel).into_iter().chain(sums).chain([Request::new("person", Measure::Distinct)]).collect();
    if panel {
        requests.push(Request::new("y", Measure::Paired { from: "wave 0".to_owned(), to: "wave 1".to_owned() }));
    }
    requests
}

/// How far two numbers lie apart, relative to the larger of them and of what their rounding comes from.
fn apart(found: Option<f64>, expected: Option<f64>, size: f64) -> f64 {
    match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() / found.abs().max(expected.abs()).max(size).max(f64::MIN_POSITIVE),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    }
}

/// Largest distance between two lists of answers.
fn most_apart(found: &[Vec<Estimate>], expected: &[Vec<Estimate>]) -> (f64, String) {
    let mut most = (0.0, String::new());
    for (a, b) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert_eq!(
            (&a.groups, &a.level, a.kind, a.n, a.n_missing, a.people, &a.method, &a.note),
            (&b.groups, &b.level, b.kind, b.n, b.n_missing, b.people, &b.method, &b.note)
        );
        assert_eq!(a.state, b.state);
        // An error of zero is left with the rounding of what it is made from.
        let (size, floor) = (a.std_error.unwrap_or_default(), 1e-3 * a.estimate.unwrap_or_default().abs());
        let numbers = [
            (a.estimate, b.estimate, size),
            (a.std_error, b.std_error, floor),
            (a.df, b.df, 0.0),
            (a.conf_low, b.conf_low, size),
            (a.conf_high, b.conf_high, size),
        ];
        for far in numbers.map(|(a, b, size)| apart(a, b, size)) {
            if far > most.0 {
                most = (far, format!("{a:?}\n{b:?}"));
            }
        }
    }
    most
}

/// Checks one estimate and its error against the plain formula.
fn check(estimate: &Estimate, plain: &Linear, survey: &Survey, rows: &[Row], inside: &dyn Fn(&Row) -> bool) {
    let Some((value, z)) = plain else {
        assert!(matches!(estimate.state, State::NotEstimable(_)), "{estimate:?}");
        return;
    };
    let size: f64 = z.iter().map(|z| z.abs()).sum();
    assert!(apart(estimate.estimate, Some(*value), size) < 1e-11, "{estimate:?} but {value}");
    let other = |note: &String| note.contains("no finite population correction") || note.contains("degrees of freedom") || note.contains("no sampling error");
    if estimate.method.contains("within_unit") || estimate.note.as_ref().is_some_and(other) {
        return;
    }
    let error = survey.variance(rows, z).sqrt();
    // Rows that are alike give an error of zero, where the plain formula is left with rounding.
    assert!(apart(estimate.std_error, Some(error), 1e-6 * size) < 1e-9, "{estimate:?} but error {error}, {:?}", survey.plan);
    if survey.open(rows, inside) {
        assert_eq!(estimate.df, Some(survey.degrees(rows, inside)), "{estimate:?}");
    }
}

/// Measure, variable and plain formula of a domain.
type Formula = (Measure, &'static str, fn(&[Row], &dyn Fn(&Row) -> bool) -> Linear);

fn formulas() -> Vec<Formula> {
    vec![
        (Measure::Mean, "y", |rows, inside| mean(rows, inside, &|row| row.y)),
        (Measure::Total, "y", |rows, inside| total(rows, inside, &|row| row.y)),
        (Measure::Sd, "y", |rows, inside| sd(rows, inside, &|row| row.y)),
        (Measure::Ratio { denominator: "x".to_owned() }, "y", |rows, inside| ratio(rows, inside, &|row| row.y, &|row| row.x)),
        (Measure::Correlation { with: "x".to_owned() }, "y", |rows, inside| correlation(rows, inside, &|row| row.y, &|row| row.x)),
        (share(), "answer", |rows, inside| mean(rows, inside, &has(0))),
    ]
}

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn errors_are_those_of_the_plain_formulas(survey in surveys()) {
        let (rows, frame, design) = (survey.placed(), survey.frame(17, 1.0), survey.design());
        for (measure, variable, formula) in formulas() {
            let request = Request::new(variable, measure);
            let answers = answer(&frame, &design, &[request.clone(), request.clone().by(["group"])]).unwrap();
            let everyone = |_: &Row| true;
            check(&answers[0][0], &formula(&rows, &everyone), &survey, &rows, &everyone);
            for group in 0..3 {
                let inside = |row: &Row| row.group == group;
                let found = answers[1].iter().find(|estimate| estimate.groups[0].1 == format!("group {group}")).unwrap();
                check(found, &formula(&rows, &inside), &survey, &rows, &inside);
            }
        }
    }

    #[test]
    fn errors_of_differences_keep_the_covariance(survey in surveys()) {
        let (rows, frame, design) = (survey.placed(), survey.frame(23, 1.0), survey.design());
        let columns: &[(&str, Code)] = if survey.plan.panel { &[("group", |row| row.group), ("wave", |row| row.wave)] } else { &[("group", |row| row.group)] };
        for (column, of) in columns {
            let answers = answer(&frame, &design, &[Request::new("y", change(column)), Request::new("answer", change(column))]).unwrap();
            let (earlier, later) = (|row: &Row| of(row) == 0, |row: &Row| of(row) == 1);
            let both = |row: &Row| of(row) < 2;
            let y = |row: &Row| row.y;
            check(&answers[0][0], &difference(mean(&rows, &later, &y), mean(&rows, &earlier, &y)), &survey, &rows, &both);
            check(&answers[1][0], &difference(mean(&rows, &later, &has(0)), mean(&rows, &earlier, &has(0))), &survey, &rows, &both);
        }
        if survey.plan.panel {
            let by_wave = answer(&frame, &design, &[Request::new("y", Measure::Mean).by(["wave"])]).unwrap().remove(0);
            for (wave, found) in by_wave.iter().enumerate() {
                let own: Vec<Row> = rows.iter().copied().filter(|row| row.wave == wave).collect();
                check(found, &mean(&own, &|_| true, &|row| row.y), &survey, &own, &|_| true);
            }
        }
    }

    #[test]
    fn order_of_rows_and_scale_of_weights_change_nothing(survey in surveys(), seed in 1_usize..1000, power in -12_i32..=12) {
        let design = survey.design();
        let mut shuffled = survey.clone();
        // rows of one person in one wave keep their order: the first makes the pair
        let panel = survey.plan.panel;
        shuffled.rows.sort_by_key(|row| {
            let block = if panel { row.person * 2 + row.wave } else { row.id };
            (block * 7919 + seed * 104_729) % 997
        });
        let requests = relative(survey.plan.panel);
        let expected = answer(&survey.frame(1000, 1.0), &design, &requests).unwrap();
        let scale = if survey.is_weighted() { 10_f64.powi(power) } else { 1.0 };
        for other in [shuffled.frame(1000, 1.0), survey.frame(1000, scale)] {
            let (far, what) = most_apart(&answer(&other, &design, &requests).unwrap(), &expected);
            prop_assert!(far < ROUNDING, "{far:e} {what}");
        }
    }

    #[test]
    fn batches_and_threads_change_not_a_bit(survey in surveys(), rows_of_batch in 1_usize..40, threads in 1_usize..5) {
        let (design, requests) = (survey.design(), every(survey.plan.panel));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let expected = answer(&survey.frame(1000, 1.0), &design, &requests).unwrap();
        prop_assert_eq!(pool.install(|| answer(&survey.frame(rows_of_batch, 1.0), &design, &requests)).unwrap(), expected);
    }

    #[test]
    fn domains_add_up_and_a_filter_is_a_domain(survey in surveys()) {
        let (frame, design) = (survey.frame(19, 1.0), survey.design());
        let sums = [Request::new("y", Measure::Total), Request::new("", Measure::Count), Request::new("y", Measure::Count)];
        for request in sums {
            let answers = answer(&frame, &design, &[request.clone(), request.by(["group"])]).unwrap();
            let parts: f64 = answers[1].iter().filter_map(|estimate| estimate.estimate).sum();
            let size: f64 = answers[1].iter().filter_map(|estimate| estimate.estimate).map(f64::abs).sum();
            prop_assert!(apart(answers[0][0].estimate.or(Some(0.0)), Some(parts), size) < 1e-12);
            prop_assert_eq!(answers[0][0].n, answers[1].iter().map(|estimate| estimate.n).sum::<u64>());
        }
        let shares = answer(&frame, &design, &[Request::new("answer", share()).by(["group"])]).unwrap().remove(0);
        for group in shares.chunks(NO_ANSWER).filter(|group| group[0].estimate.is_some()) {
            prop_assert!((group.iter().filter_map(|estimate| estimate.estimate).sum::<f64>() - 1.0).abs() < 1e-12);
        }
        let whole: Vec<Request> = relative(false).into_iter().filter(|request| request.by.is_empty() && request.measure != change("group")).collect();
        for (position, group) in ["group 0", "group 1", "group 2"].into_iter().enumerate() {
            let filtered: Vec<Request> = whole.iter().cloned().map(|request| request.only("group", [group])).collect();
            let by: Vec<Request> = whole.iter().cloned().map(|request| request.by(["group"])).collect();
            let (filtered, by) = (answer(&frame, &design, &filtered).unwrap(), answer(&frame, &design, &by).unwrap());
            for (filtered, mut by) in filtered.into_iter().zip(by) {
                by.retain(|estimate| estimate.groups[0].1 == format!("group {position}"));
                for estimate in &mut by {
                    estimate.groups.clear();
                }
                let (far, what) = most_apart(&[filtered], &[by]);
                prop_assert!(far < ROUNDING, "{far:e} {what}");
            }
        }
    }

    #[test]
    fn quantiles_are_those_of_sorted_rows(survey in surveys()) {
        let mut rows = survey.placed();
        rows.retain(|row| row.weight > 0.0 && row.y.is_finite());
        rows.sort_by(|a, b| a.y.total_cmp(&b.y));
        if !survey.is_weighted() || rows.is_empty() {
            return Ok(());
        }
        let requests = [QuantileRule::Math, QuantileRule::School].map(|rule| Request::new("y", quantiles(Some(rule))));
        let answers = answer(&survey.frame(11, 1.0), &survey.design(), &requests).unwrap();
        // Weights are quarters and probabilities too, so that whole numbers say where the weight meets p.
        let quarters: Vec<f64> = rows.iter().map(|row| row.weight * 4.0).collect();
        for (position, found) in answers[0].iter().enumerate() {
            let wanted = position as f64 * quarters.iter().sum::<f64>();
            let below = |count: usize| 4.0 * quarters[..count].iter().sum::<f64>();
            let first = (1..=rows.len()).find(|count| below(*count) >= wanted).unwrap();
            prop_assert_eq!(found.estimate, Some(rows[first - 1].y));
            let next = rows.iter().find(|row| row.y > rows[first - 1].y);
            let upto = rows.iter().filter(|row| row.y <= rows[first - 1].y).count();
            let school = next.filter(|_| (below(upto) - wanted).abs() < 0.5).map_or(rows[first - 1].y, |next| f64::midpoint(rows[first - 1].y, next.y));
            prop_assert_eq!(answers[1][position].estimate, Some(school));
        }
    }

    #[test]
    fn replicates_are_a_loop_over_weights(survey in surveys()) {
        if !survey.is_weighted() {
            return Ok(());
        }
        let rows = survey.placed();
        let replication = Replication { columns: "rw*".to_owned(), kind: ReplicateKind::Jk1, fay_rho: None, scale: None, rscales: None, mse: false };
        let design = recovista::design::Design { replication: Some(replication), weight: Some("w".to_owned()), ..Default::default() };
        for (measure, variable, formula) in formulas() {
            let found = answer(&survey.frame(13, 1.0), &design, &[Request::new(variable, measure)]).unwrap().remove(0).remove(0);
            let Some(error) = found.std_error else { continue };
            let of = |replicate: usize| formula(&rows.iter().map(|row| row.replicate(replicate)).collect::<Vec<_>>(), &|_| true).map(|linear| linear.0);
            let values: Vec<f64> = (0..REPLICATES).filter_map(of).collect();
            let (count, center) = (REPLICATES as f64, values.iter().sum::<f64>() / values.len() as f64);
            let expected = ((count - 1.0) / count * values.iter().map(|value| (value - center).powi(2)).sum::<f64>()).sqrt();
            prop_assert!(apart(Some(error), Some(expected), center.abs() * 1e-3) < 1e-10, "{found:?} but {expected}");
        }
    }

    #[test]
    fn calibrated_figures_are_the_totals_without_error(survey in surveys(), totals in prop::array::uniform3(100_u32..9_000)) {
        let mut survey = survey;
        survey.rows.iter_mut().filter(|row| row.x.is_nan()).for_each(|row| row.x = 1.0);
        let met = |group: usize| survey.placed().iter().any(|row| row.group == group && row.weight > 0.0);
        if !(0..3).all(met) || survey.plan.panel {
            return Ok(());
        }
        let totals = totals.map(f64::from);
        let margin = Margin { variable: "group".to_owned(), totals: (0..3).map(|group| (format!("group {group}"), totals[group])).collect() };
        let sums = vec![("x".to_owned(), totals.iter().sum::<f64>() * 4.0)];
        for (kind, sums) in [(CalibrationKind::PostStratify, Vec::new()), (CalibrationKind::Linear, sums)] {
            let calibration = Some(Calibrating { kind, margins: vec![margin.clone()], sums: sums.clone(), trim: None });
            let design = recovista::design::Design { calibration, ..survey.design() };
            let requests = [Request::new("", Measure::Count).by(["group"]), Request::new("group", Measure::Count), Request::new("x", Measure::Total)];
            // Linear weights may fall below zero, which is refused.
            let Ok(answers) = answer(&survey.frame(29, 1.0), &design, &requests) else { continue };
            let whole = totals.iter().sum::<f64>();
            let known = |estimate: &Estimate, total: f64, size: f64| {
                assert!(apart(estimate.estimate, Some(total), 0.0) < 1e-8, "{kind:?} {estimate:?} but {total}");
                assert!(estimate.std_error.is_none_or(|error| error <= 1e-8 * size), "{kind:?} {estimate:?}");
            };
            if answers[1].iter().map(|estimate| estimate.n).sum::<u64>() < survey.placed().iter().filter(|row| row.weight > 0.0).count() as u64 {
                continue;
            }
            for group in 0..3 {
                known(&answers[0][group], totals[group], whole);
                known(&answers[1][group], totals[group], whole);
            }
            if let Some((_, total)) = sums.first() {
                known(&answers[2][0], *total, *total);
            }
        }
    }
}

/// How far order and scale may move a number, relative to the larger of it and its standard error.
const ROUNDING: f64 = 1e-12;
