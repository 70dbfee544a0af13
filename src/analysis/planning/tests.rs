//! Plans of small surveys whose centers and rolls are known.

use super::*;
use crate::analysis::{Settings, Subject};
use crate::frame::{Batch, Column, Levels, Values};

/// Two strata: three of five centers, and two of two, with four answers each; center 4 has names of its own.
fn frame(weights: &[f64]) -> Frame {
    let centers: Vec<u32> = (0..20).map(|row| row / 4).collect();
    let mut batch = Batch::new(20);
    let mut push = |name: &str, values: Values| batch.push(Column { name: name.into(), values, missing: Vec::new() });
    push("y", Values::Number((0..20).map(|row| f64::from(row % 4) + f64::from(row / 4)).collect()));
    push("stratum", Values::Level(centers.iter().map(|center| u32::from(*center > 2)).collect()));
    push("id", Values::Level(centers.clone()));
    push("name", Values::Level(centers.clone()));
    push("half", Values::Level(centers.iter().map(|center| center / 2).collect()));
    push("w", Values::Number(centers.iter().map(|center| weights[*center as usize]).collect()));
    push("there", Values::Number(centers.iter().map(|center| if *center > 2 { 2.0 } else { 5.0 }).collect()));
    push("drawn", Values::Number(centers.iter().map(|center| if *center > 2 { 2.0 } else { 0.5 }).collect()));
    push("roll", Values::Number(centers.iter().map(|center| f64::from(10 + center)).collect()));
    let names = |count: u32| Levels::new((0..count).map(|center| format!("c{center}")));
    let levels = [("stratum", names(2)), ("id", names(5)), ("name", names(5)), ("half", names(3))];
    Frame { batches: vec![batch], levels: levels.into_iter().map(|(name, levels)| (name.to_owned(), levels)).collect() }
}

fn subject(fpc: &[&str], cluster: Option<&str>) -> Subject {
    Subject {
        dataset: "d".into(),
        unit: Unit::People,
        public_unit: false,
        person: None,
        waves: Vec::new(),
        variables: std::collections::BTreeMap::new(),
        instruments: Vec::new(),
        population: None,
        breaks: Vec::new(),
        as_of: 0,
        design: crate::design::Design {
            weight: Some("w".into()),
            strata: Some("stratum".into()),
            clusters: cluster.map(str::to_owned).into_iter().collect(),
            fpc: fpc.iter().map(|name| (*name).to_owned()).collect(),
            ..crate::design::Design::default()
        },
        minimum_cell: 11,
        show_zero: true,
        protect_missing: false,
    }
}

/// The centers there are, and the people who could have answered.
fn known(fpc: &[&str], cluster: Option<&str>, center: &str, weights: &[f64]) -> (Option<f64>, Option<f64>) {
    let settings = Settings { id: "plan".into(), kind: "planning".into(), dataset: "d".into(), center: Some(center.into()), ..Settings::default() };
    let (subject, frame) = (subject(fpc, cluster), frame(weights));
    let context = Context { settings: &settings, subject: &subject };
    let took_part = TookPart::new(&context, &frame);
    (took_part.centers_there_are(), took_part.could())
}

#[test]
fn centers_and_people_are_those_of_the_design() {
    let alike = [1.0; 5];
    assert_eq!(known(&["there", "roll"], Some("id"), "name", &alike), (Some(7.0), Some(60.0)));
    // half of the first stratum's centers were drawn: three of six
    assert_eq!(known(&["drawn"], Some("id"), "name", &alike), (Some(8.0), None));
    // a center that is two clusters is no unit of the design
    assert_eq!(known(&["there", "roll"], Some("id"), "half", &alike), (None, Some(60.0)));
    // without clusters the first numbers are people
    assert_eq!(known(&["roll"], None, "name", &alike), (None, Some(12.0 + 14.0)));
    assert_eq!(known(&[], Some("id"), "name", &alike), (None, None));
    // a center whose rows have no weight did not take part
    assert_eq!(known(&["there", "roll"], Some("id"), "name", &[1.0, 1.0, 1.0, 1.0, 0.0]), (Some(7.0), Some(46.0)));
}

#[test]
fn all_centers_can_be_too_few() {
    let row = || ResultRow::new("d", "plan", "y", Stat::NeededCenters, Unit::None);
    let enough = of_centers(row(), (1.0, 8.0), (0.05, 20.0), Some(39.0)).unwrap();
    assert_eq!((enough.estimate, enough.status), (Some(19.0), Status::Ok));
    assert_eq!(enough.note.as_deref(), Some("20.0 answers in each center as in this wave, centers drawn from 39, 95% interval"));
    let few = of_centers(row(), (0.5, 8.0), (0.05, 20.0), Some(39.0)).unwrap();
    assert_eq!((few.estimate, few.status), (None, Status::NotEstimable));
    assert_eq!(few.note.as_deref(), Some("all 39 centers are not enough with 20.0 answers in each center as in this wave"));
    assert_eq!(of_centers(row(), (1.0, 8.0), (-0.1, 20.0), None).unwrap().estimate, Some(13.0));
}

#[test]
fn whole_numbers_have_their_thousands_apart() {
    assert_eq!([whole(9120.4), whole(39.0)], ["9,120", "39"]);
}
