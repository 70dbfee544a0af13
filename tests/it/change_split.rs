//! Stayers, joiners and leavers through the estimation engine: means, weights and parts make the change to the last digits.

use proptest::prelude::*;
use recovista::design::Design;
use recovista::estimate::{Estimate, Measure, Request, answer};
use recovista::frame::{Batch, Column, Frame, Levels, Values};

/// A row: person, wave, value, weight.
type Row = (u32, u32, f64, f64);

/// In which waves somebody answers, the values and the weights there.
type Person = ([bool; 2], [f64; 2], [f64; 2]);

/// A person without a name.
const NOBODY: u32 = u32::MAX;

/// Waves of up to 40 people, each of whom answers in one, in both or in none; some answer again, and some give no name.
fn panel() -> impl Strategy<Value = Vec<Row>> {
    let person = (any::<[bool; 2]>(), [-50.0..50.0_f64, -50.0..50.0_f64], [0.1..9.0_f64, 0.1..9.0_f64]);
    let further = prop::collection::vec((0..60_u32, 0..2_u32, -50.0..50.0_f64, 0.1..9.0_f64), 0..6);
    (prop::collection::vec(person, 4..40), further).prop_map(|(people, further)| {
        let rows = |(person, (seen, values, weights)): (usize, Person)| {
            let person = u32::try_from(person).unwrap_or_default();
            [0_u32, 1].into_iter().filter(move |wave| seen[*wave as usize]).map(move |wave| (person, wave, values[wave as usize], weights[wave as usize]))
        };
        let further = further.into_iter().map(|(person, wave, value, weight)| (if person < 40 { person } else { NOBODY }, wave, value, weight));
        people.into_iter().enumerate().flat_map(rows).chain(further).collect()
    })
}

fn answers(rows: &[Row]) -> Option<Vec<Vec<Estimate>>> {
    let mut batch = Batch::new(rows.len());
    let levels = |of: &dyn Fn(&Row) -> u32| Values::Level(rows.iter().map(of).collect());
    let numbers = |of: &dyn Fn(&Row) -> f64| Values::Number(rows.iter().map(of).collect());
    for (name, values) in [("person", levels(&|row| row.0)), ("wave", levels(&|row| row.1)), ("y", numbers(&|row| row.2)), ("w", numbers(&|row| row.3))] {
        batch.push(Column { name: name.to_owned(), values, missing: Vec::new() });
    }
    let people = Levels::new((0..40).map(|person| format!("p{person}")));
    let frame = Frame { batches: vec![batch], levels: [("person".to_owned(), people), ("wave".to_owned(), Levels::new(["a", "b"]))].into() };
    let design = Design { weight: Some("w".into()), person: Some("person".into()), wave: Some("wave".into()), ..Design::default() };
    let (from, to) = ("a".to_owned(), "b".to_owned());
    let asked = [
        Request::new("y", Measure::Difference { column: "wave".to_owned(), from: from.clone(), to: to.clone() }),
        Request::new("y", Measure::ChangeParts { from: from.clone(), to: to.clone() }),
        Request::new("y", Measure::Stayers { from, to }),
    ];
    answer(&frame, &design, &asked).ok()
}

/// Weighted mean, weight, rows and people of some rows.
fn mean<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<(f64, f64, [u64; 2])> {
    let rows: Vec<&Row> = rows.collect();
    let (sum, weight) = rows.iter().fold((0.0, 0.0), |(sum, weight), row| (sum + row.2 * row.3, weight + row.3));
    let named: std::collections::BTreeSet<u32> = rows.iter().map(|row| row.0).filter(|person| *person != NOBODY).collect();
    let nameless = rows.iter().filter(|row| row.0 == NOBODY).count();
    (!rows.is_empty()).then(|| (sum / weight, weight, [rows.len() as u64, (named.len() + nameless) as u64]))
}

proptest! {
    #[test]
    fn the_parts_make_the_change_and_the_means_make_the_parts(rows in panel()) {
        let seen = |person: u32, wave: u32| rows.iter().position(|row| (row.0, row.1) == (person, wave));
        // a pair is the first answer of each wave of somebody with a name
        let stayed = |place: usize| rows[place].0 != NOBODY && seen(rows[place].0, rows[place].1) == Some(place) && seen(rows[place].0, 1 - rows[place].1).is_some();
        let of = |wave: u32, stay: bool| mean((0..rows.len()).filter(|place| rows[*place].1 == wave && stayed(*place) == stay).map(|place| &rows[place]));
        let people: std::collections::BTreeSet<u32> = rows.iter().map(|row| row.0).collect();
        // one person alone has no spread, and the design refuses
        prop_assume!(of(0, true).is_some() && people.len() > 1);
        let answers = answers(&rows).expect("the columns are there");
        let [change, parts, means] = [0, 1, 2].map(|which| answers[which].as_slice());
        let change = change[0].estimate.expect("both waves have answers");
        // each mean, its weight and its people against the rows
        for (told, known) in means.iter().zip([of(0, true), of(1, true), of(1, false), of(0, false)]) {
            let [answers, people] = known.map_or([0, 0], |known| known.2);
            prop_assert_eq!((told.estimate.is_some(), told.n, told.people), (known.is_some(), answers, people));
            if let (Some(estimate), Some((mean, weight, _))) = (told.estimate, known) {
                prop_assert!((estimate - mean).abs() < 1e-11, "{} {}", estimate, mean);
                prop_assert!((told.n_weighted.unwrap_or_default() - weight).abs() < 1e-9);
            }
        }
        // (S₂ − S₁) + p_J (J − S₂) − p_L (L − S₁), from the means and weights that are told
        let told = |which: usize| means[which].estimate.zip(means[which].n_weighted);
        let (s1, s2) = (told(0).expect("somebody stayed"), told(1).expect("somebody stayed"));
        let of_others = |others: Option<(f64, f64)>, own: (f64, f64)| others.map_or(0.0, |(mean, weight)| weight / (weight + own.1) * (mean - own.0));
        let made = [s2.0 - s1.0, of_others(told(2), s2), -of_others(told(3), s1)];
        for (part, made) in parts.iter().zip(made) {
            prop_assert!((part.estimate.expect("somebody stayed") - made).abs() < 1e-12 * 50.0, "{:?} {}", part.estimate, made);
        }
        let sum: f64 = parts.iter().filter_map(|part| part.estimate).sum();
        prop_assert!((sum - change).abs() < 1e-12, "{} {}", sum, change);
    }
}
