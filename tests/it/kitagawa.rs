//! Errors of the change within groups and by another mix of them, against numeric derivatives by `tests/reference/change/kitagawa.py`.

use std::path::Path;

use recovista::design::Design;
use recovista::estimate::{Measure, Request, answer};
use recovista::frame::{Batch, Column, Frame, Levels, Values};

use crate::annual::table;

fn frame(case: &str) -> Frame {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/change");
    let rows: Vec<_> = table(&folder.join("kitagawa.csv")).into_iter().filter(|row| row["case"] == case).collect();
    let mut batch = Batch::new(rows.len());
    let mut levels = std::collections::BTreeMap::new();
    for name in ["person", "wave", "group", "region", "center"] {
        let codes: Vec<u32> = rows.iter().map(|row| row[name].parse().unwrap()).collect();
        levels.insert(name.to_owned(), Levels::new((0..=codes.iter().copied().max().unwrap()).map(|code| code.to_string())));
        batch.push(Column { name: name.into(), values: Values::Level(codes), missing: Vec::new() });
    }
    for name in ["y", "w"] {
        batch.push(Column { name: name.into(), values: Values::Number(rows.iter().map(|row| row[name].parse().unwrap()).collect()), missing: Vec::new() });
    }
    Frame { batches: vec![batch], levels }
}

#[test]
fn errors_of_both_parts_are_those_of_numeric_derivatives() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/change/kitagawa.json")).unwrap();
    let known: serde_json::Value = serde_json::from_str(&text).unwrap();
    let people = Design { weight: Some("w".into()), person: Some("person".into()), wave: Some("wave".into()), ..Design::default() };
    let centers = Design { strata: Some("region".into()), clusters: vec!["center".into()], ..people.clone() };
    for case in ["all groups in both waves", "a group that joined"] {
        for (design, name) in [(&people, "people"), (&centers, "centers")] {
            let (from, to) = ("0".to_owned(), "1".to_owned());
            let asked = [
                Request::new("y", Measure::Mix { group: "group".into(), from: from.clone(), to: to.clone() }),
                Request::new("y", Measure::Difference { column: "wave".into(), from, to }),
            ];
            let answers = answer(&frame(case), design, &asked).unwrap();
            let sum: f64 = answers[0].iter().filter_map(|part| part.estimate).sum();
            assert!((sum - answers[1][0].estimate.unwrap()).abs() < 1e-12, "{case}: the parts add up");
            for (place, part) in answers[0].iter().enumerate() {
                let near = |found: Option<f64>, key: &str| {
                    let (found, known) = (found.unwrap(), known[case][key][place].as_f64().unwrap());
                    assert!((found - known).abs() < 1e-6 * known.abs(), "{case} {name} {:?} {key}: {found} instead of {known}", part.level);
                };
                near(part.estimate, "parts");
                near(part.std_error, name);
                assert!(part.conf_low < part.estimate && part.estimate < part.conf_high);
            }
        }
    }
}
