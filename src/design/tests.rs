//! Replicates and calibration against the answers of R in `tests/reference/survey/more_cases.json`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::calibrate::{Auxiliaries, Calibrating, CalibrationKind, CodedMargin, CodedSum, Margin, POPULATION, Residuals};
use super::replicates::{ReplicateKind, Replication, Rule, degrees, matching};
use crate::frame::{Levels, NO_LEVEL};

struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/survey").join(file)).unwrap()
}

fn fields(line: &str) -> Vec<String> {
    let mut quoted = false;
    let mut fields = vec![String::new()];
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

impl Table {
    fn open(file: &str) -> Self {
        let text = read(file);
        let mut lines = text.lines().map(fields);
        Self { header: lines.next().unwrap(), rows: lines.collect() }
    }

    fn text(&self, name: &str) -> Vec<&str> {
        let position = self.header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name}"));
        self.rows.iter().map(|row| row[position].as_str()).collect()
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.text(name).iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect()
    }

    fn codes(&self, name: &str) -> (Levels, Vec<u32>) {
        let mut levels = Levels::default();
        let codes = self.text(name).iter().map(|text| if text.is_empty() { NO_LEVEL } else { levels.intern(text) }).collect();
        (levels, codes)
    }
}

fn cases() -> Vec<Value> {
    serde_json::from_str(&read("more_cases.json")).unwrap()
}

fn list(design: &Value, key: &str) -> Vec<String> {
    design.get(key).and_then(Value::as_str).map(|text| text.split(',').map(str::to_owned).collect()).unwrap_or_default()
}

fn near(found: f64, expected: &Value, what: &str) {
    let Some(expected) = expected.as_f64() else { return };
    assert!((found - expected).abs() <= 1e-6 * expected.abs() + 1e-12, "{what}: {found} found, {expected} expected");
}

fn calibrating(design: &Value) -> Option<Calibrating> {
    let kinds = [("poststratify", CalibrationKind::PostStratify), ("rake", CalibrationKind::Rake), ("calibrate", CalibrationKind::Linear)];
    let (key, kind) = kinds.into_iter().find(|(key, _)| design.get(key).is_some())?;
    let mut wanted = Calibrating { kind, margins: Vec::new(), sums: Vec::new(), trim: None };
    for (variable, totals) in design[key].as_object().unwrap() {
        match totals.as_object() {
            Some(totals) => wanted
                .margins
                .push(Margin { variable: variable.clone(), totals: totals.iter().map(|(level, total)| (level.clone(), total.as_f64().unwrap())).collect() }),
            None => wanted.sums.push((variable.clone(), totals.as_f64().unwrap())),
        }
    }
    wanted.trim = design.get("trim").map(|trim| (trim[0].as_f64().unwrap(), trim[1].as_f64().unwrap()));
    Some(wanted)
}

/// Runs a check with the auxiliaries of a description coded from a table.
fn with_auxiliaries<T>(table: &Table, wanted: &Calibrating, run: impl FnOnce(&Auxiliaries<'_>) -> T) -> T {
    let coded: Vec<(Levels, Vec<u32>)> = wanted.margins.iter().map(|margin| table.codes(&margin.variable)).collect();
    let margins = wanted.margins.iter().zip(&coded).map(|(margin, (levels, codes))| CodedMargin::new(margin, levels, codes).unwrap()).collect();
    let values = |name: &str| if name == POPULATION { vec![1.0; table.rows.len()] } else { table.numbers(name) };
    let sums = wanted.sums.iter().map(|(name, total)| CodedSum { name, values: Cow::Owned(values(name)), total: *total }).collect();
    run(&Auxiliaries { margins, sums })
}

/// Mean, total or ratio of a domain under some weights.
fn figure(kind: &str, weights: &[f64], y: &[f64], x: &[f64], inside: &[bool]) -> f64 {
    let sum =
        |of: &[f64]| weights.iter().zip(of).zip(inside).zip(y).filter(|((_, inside), y)| **inside && y.is_finite()).map(|(((w, v), _), _)| w * v).sum::<f64>();
    match kind {
        "total" => sum(y),
        _ => sum(y) / sum(x),
    }
}

struct Asked {
    kind: String,
    y: Vec<f64>,
    x: Vec<f64>,
}

/// The numbers of a question that this file can answer: means, totals and ratios.
fn asked(case: &Value, table: &Table) -> Option<Asked> {
    let ask = &case["ask"];
    let kind = ask["statistic"].as_str().unwrap().to_owned();
    if ask.get("where").is_some() || !["mean", "total", "ratio"].contains(&kind.as_str()) {
        return None;
    }
    let y = table.numbers(ask["variable"].as_str().unwrap());
    let x = ask.get("denominator").map_or_else(|| vec![1.0; y.len()], |name| table.numbers(name.as_str().unwrap()));
    Some(Asked { kind, y, x })
}

fn domain(table: &Table, expected: &Value) -> Vec<bool> {
    let mut inside = vec![true; table.rows.len()];
    for (variable, level) in expected["by"].as_object().unwrap() {
        for (inside, found) in inside.iter_mut().zip(table.text(variable)) {
            *inside &= found == level.as_str().unwrap();
        }
    }
    inside
}

fn replication(design: &Value) -> Option<Replication> {
    let kinds = [
        ("jk1", ReplicateKind::Jk1),
        ("jkn", ReplicateKind::Jkn),
        ("brr", ReplicateKind::Brr),
        ("fay", ReplicateKind::Fay),
        ("bootstrap", ReplicateKind::Bootstrap),
        ("sdr", ReplicateKind::Sdr),
    ];
    let columns = design.get("replicates")?.as_str()?.to_owned();
    let (_, kind) = kinds.into_iter().find(|(name, _)| design["replicate_type"] == *name)?;
    let number = |key: &str| design.get(key).and_then(Value::as_f64);
    let rscales = design.get("rscales").map(|list| list.as_array().unwrap().iter().map(|factor| factor.as_f64().unwrap()).collect());
    Some(Replication { columns, kind, fay_rho: number("fay_rho"), scale: number("scale"), rscales, mse: design.get("mse").is_some() })
}

#[test]
fn replicates_answer_as_r() {
    let mut checked = 0;
    for case in cases() {
        let (Some(replication), table) = (replication(&case["design"]), Table::open(case["data"].as_str().unwrap())) else { continue };
        let Some(Asked { kind, y, x }) = asked(&case, &table) else { continue };
        let header: Vec<&str> = table.header.iter().map(String::as_str).collect();
        let columns = replication.positions(&header).unwrap();
        let mut full = table.numbers(case["design"]["weight"].as_str().unwrap());
        let mut replicates: Vec<Vec<f64>> = columns.iter().map(|column| table.numbers(header[*column])).collect();
        if let Some(wanted) = calibrating(&case["design"]) {
            with_auxiliaries(&table, &wanted, |auxiliaries| {
                let calibrated = auxiliaries.calibrate(wanted.kind, &full, wanted.trim).unwrap();
                full.iter_mut().zip(calibrated.factor).for_each(|(weight, factor)| *weight *= factor);
                auxiliaries.calibrate_replicates(wanted.kind, &mut replicates, wanted.trim).unwrap();
            });
        }
        let rule = replication.rule(columns.len()).unwrap();
        for expected in case["expect"].as_array().unwrap() {
            let (inside, id) = (domain(&table, expected), case["id"].as_str().unwrap());
            let of = |weights: &[f64]| vec![figure(&kind, weights, &y, &x, &inside)];
            let covariance = rule.covariance(&of(&full), &replicates.iter().map(|weights| of(weights)).collect::<Vec<_>>()).unwrap();
            near(of(&full)[0], &expected["estimate"], id);
            near(covariance.matrix[(0, 0)].sqrt(), &expected["se"], &format!("{id} se"));
            near(degrees(&replicates, &inside), &expected["df"], &format!("{id} df"));
            checked += 1;
        }
    }
    assert!(checked >= 60, "{checked}");
}

/// The sample of a reference design, for a plain recursive variance.
struct Sample {
    /// Unit of each row by stage, the rows themselves last.
    units: Vec<Vec<String>>,
    strata: Vec<String>,
    fpc: Vec<Vec<f64>>,
}

impl Sample {
    fn new(table: &Table, design: &Value) -> Self {
        let mut units: Vec<Vec<String>> = list(design, "cluster").iter().map(|name| table.text(name).iter().map(|text| (*text).to_owned()).collect()).collect();
        let fpc: Vec<Vec<f64>> = list(design, "fpc").iter().map(|name| table.numbers(name)).collect();
        if units.len() < fpc.len() || units.is_empty() {
            units.push((0..table.rows.len()).map(|row| row.to_string()).collect());
        }
        let strata = list(design, "strata").first().map(|name| table.text(name).iter().map(|text| (*text).to_owned()).collect());
        Self { units, strata: strata.unwrap_or_else(|| vec![String::new(); table.rows.len()]), fpc }
    }

    /// Rows of each unit of a stage.
    fn groups(keys: &[String], rows: &[usize]) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for row in rows {
            groups.entry(&keys[*row]).or_default().push(*row);
        }
        groups.into_values().collect()
    }

    fn fraction(&self, stage: usize, rows: &[usize], units: usize) -> f64 {
        self.fpc.get(stage).map_or(0.0, |fpc| if fpc[rows[0]] < 1.0 { fpc[rows[0]] } else { units as f64 / fpc[rows[0]] })
    }

    fn weights(&self, rows: &[usize], stage: usize, above: f64, out: &mut [f64]) {
        if stage == self.fpc.len() {
            for row in rows {
                out[*row] = above;
            }
            return;
        }
        let units = Self::groups(&self.units[stage], rows);
        let fraction = self.fraction(stage, rows, units.len());
        for unit in units {
            self.weights(&unit, stage + 1, above / fraction, out);
        }
    }

    fn variance(&self, influence: &[f64], rows: &[usize], stage: usize) -> f64 {
        let units = Self::groups(&self.units[stage], rows);
        let sums: Vec<f64> = units.iter().map(|unit| unit.iter().map(|row| influence[*row]).sum()).collect();
        let (count, fraction) = (sums.len() as f64, self.fraction(stage, rows, units.len()));
        let mean = sums.iter().sum::<f64>() / count;
        let own = if fraction < 1.0 { (1.0 - fraction) * count / (count - 1.0) * sums.iter().map(|sum| (sum - mean).powi(2)).sum::<f64>() } else { 0.0 };
        let below = if stage + 1 < self.units.len() { units.iter().map(|unit| self.variance(influence, unit, stage + 1)).sum::<f64>() } else { 0.0 };
        own + if fraction > 0.0 { fraction * below } else { 0.0 }
    }

    fn std_error(&self, influence: &[f64]) -> f64 {
        let rows: Vec<usize> = (0..influence.len()).collect();
        Self::groups(&self.strata, &rows).iter().map(|rows| self.variance(influence, rows, 0)).sum::<f64>().sqrt()
    }
}

#[test]
fn calibrated_answers_as_r() {
    let mut checked = 0;
    for case in cases() {
        let (design, id) = (&case["design"], case["id"].as_str().unwrap());
        let (Some(wanted), None) = (calibrating(design), replication(design)) else { continue };
        let table = Table::open(case["data"].as_str().unwrap());
        let Some(Asked { kind, y, x }) = asked(&case, &table) else { continue };
        let sample = Sample::new(&table, design);
        let mut base = vec![1.0; y.len()];
        match design.get("weight") {
            Some(name) => base = table.numbers(name.as_str().unwrap()),
            None => sample.weights(&(0..y.len()).collect::<Vec<_>>(), 0, 1.0, &mut base),
        }
        with_auxiliaries(&table, &wanted, |auxiliaries| {
            let calibrated = auxiliaries.calibrate(wanted.kind, &base, wanted.trim).unwrap();
            assert_eq!(calibrated.trimmed > 0, wanted.trim.is_some(), "{id}");
            let weights: Vec<f64> = base.iter().zip(&calibrated.factor).map(|(weight, factor)| weight * factor).collect();
            let residuals = Residuals::new(auxiliaries, &base, &calibrated.factor);
            for expected in case["expect"].as_array().unwrap() {
                let inside = domain(&table, expected);
                let estimate = figure(&kind, &weights, &y, &x, &inside);
                let size = figure("total", &weights, &x, &x, &y.iter().zip(&inside).map(|(y, inside)| *inside && y.is_finite()).collect::<Vec<_>>());
                let of = |row: usize| match kind.as_str() {
                    _ if !inside[row] || y[row].is_nan() => 0.0,
                    "total" => weights[row] * y[row],
                    _ => weights[row] * (y[row] - estimate * x[row]) / size,
                };
                let mut influence: Vec<f64> = (0..y.len()).map(of).collect();
                residuals.replace(&mut influence);
                near(estimate, &expected["estimate"], id);
                near(sample.std_error(&influence), &expected["se"], &format!("{id} se {}", expected["by"]));
                checked += 1;
            }
        });
    }
    assert!(checked >= 40, "{checked}");
}

#[test]
fn columns_come_in_natural_order() {
    let header = ["rw_10", "weight", "rw_2", "rw_1", "Rw_3", "rw_02b"];
    assert_eq!(matching("rw_*", &header), [3, 2, 5, 0]);
    assert_eq!(matching("rw_?", &header), [3, 2]);
    assert_eq!(matching("*", &header).len(), 6);
    assert_eq!(matching("weight", &header), [1]);
    let none = Replication { columns: "repw*".into(), kind: ReplicateKind::Jk1, fay_rho: None, scale: None, rscales: None, mse: false };
    assert_eq!(none.positions(&header).unwrap_err().code, "design::replicates");
}

#[test]
fn rules_name_what_they_lack() {
    let code = |kind, rho, scale, rscales: Option<&[f64]>| Rule::new(kind, 4, rho, scale, rscales, false).map_err(|problem| problem.code);
    assert_eq!(code(ReplicateKind::Jkn, None, None, None), Err("design::rscales"));
    assert_eq!(code(ReplicateKind::Jkn, None, None, Some(&[0.5, 0.5])), Err("design::rscales"));
    assert_eq!(code(ReplicateKind::Jkn, None, None, Some(&[0.5, -0.5, 1.0, 1.0])), Err("design::rscales"));
    assert_eq!(code(ReplicateKind::Fay, None, None, None), Err("design::fay_rho"));
    assert_eq!(code(ReplicateKind::Fay, Some(1.0), None, None), Err("design::fay_rho"));
    assert_eq!(code(ReplicateKind::Brr, Some(0.5), None, None), Err("design::fay_rho"));
    assert_eq!(code(ReplicateKind::Brr, None, Some(f64::NAN), None), Err("design::scale"));
    assert_eq!(code(ReplicateKind::Jkn, None, None, Some(&[0.5])).unwrap().rscales, [0.5; 4]);
}

#[test]
fn a_lost_replicate_is_counted_and_counts_for_nothing() {
    let rule = Rule::new(ReplicateKind::Jk1, 3, None, None, None, false).unwrap();
    let found = rule.covariance(&[2.0, 0.0], &[vec![1.0, 0.0], vec![3.0, 1.0], vec![f64::NAN, 5.0]]).unwrap();
    assert_eq!((found.discarded, found.matrix[(0, 0)]), (1, 2.0 / 3.0 * 2.0));
    assert_eq!(found.matrix, found.matrix.transpose());
    assert_eq!(rule.covariance(&[2.0], &[vec![f64::NAN], vec![f64::NAN], vec![f64::INFINITY]]), None);
}

#[test]
fn an_empty_domain_has_no_degrees_of_freedom() {
    assert!((degrees(&[vec![1.0, 2.0], vec![2.0, 1.0]], &[false, false]) + 1.0).abs() < 1e-12);
    assert!((degrees(&[vec![1.0, 2.0], vec![2.0, 4.0], vec![0.0, 0.0]], &[true, true])).abs() < 1e-12);
}

/// The problem of calibrating four rows, `a a b -`, with these weights to these totals.
fn refused(weights: [f64; 4], totals: &[(&str, f64)]) -> Option<&'static str> {
    let mut levels = Levels::new(["a", "b", "c"]);
    levels.intern("d");
    let margin = Margin { variable: "group".into(), totals: totals.iter().map(|(level, total)| ((*level).to_owned(), *total)).collect() };
    let codes = [0, 0, 1, NO_LEVEL];
    let known = match CodedMargin::new(&margin, &levels, &codes) {
        Ok(known) => known,
        Err(problem) => return Some(problem.code),
    };
    Auxiliaries { margins: vec![known], sums: Vec::new() }.calibrate(CalibrationKind::PostStratify, &weights, None).err().map(|problem| problem.code)
}

#[test]
fn calibration_names_what_stands_in_the_way() {
    assert_eq!(refused([1.0, 1.0, 1.0, 0.0], &[("a", 5.0), ("b", 3.0)]), None);
    assert_eq!(refused([1.0, 1.0, 1.0, 0.0], &[("a", 5.0), ("b", 3.0), ("c", 0.0), ("x", 0.0)]), None);
    assert_eq!(refused([1.0, 1.0, 1.0, 1.0], &[("a", 5.0), ("b", 3.0)]), Some("design::margin_missing"));
    assert_eq!(refused([1.0, 1.0, 1.0, 0.0], &[("a", 5.0)]), Some("design::level_without_total"));
    assert_eq!(refused([1.0, 1.0, 1.0, 0.0], &[("a", 5.0), ("b", 0.0)]), Some("design::level_without_total"));
    assert_eq!(refused([1.0, 1.0, 0.0, 0.0], &[("a", 5.0), ("b", 3.0)]), Some("design::total_without_rows"));
    assert_eq!(refused([1.0, 1.0, 1.0, 0.0], &[("a", 5.0), ("b", 3.0), ("z", 1.0)]), Some("design::total_without_rows"));
    assert_eq!(refused([0.0; 4], &[("a", 5.0), ("b", 3.0)]), Some("design::no_weight"));
}

/// Two crossed margins over four rows.
fn crossed(second: [f64; 2], codes: [u32; 4], kind: CalibrationKind) -> Result<usize, &'static str> {
    let levels = Levels::new(["0", "1"]);
    let margin = |totals: [f64; 2]| Margin { variable: "m".into(), totals: vec![("0".into(), totals[0]), ("1".into(), totals[1])] };
    let (one, other) = (margin([60.0, 40.0]), margin(second));
    let margins = vec![CodedMargin::new(&one, &levels, &[0, 0, 1, 1]).unwrap(), CodedMargin::new(&other, &levels, &codes).unwrap()];
    let auxiliaries = Auxiliaries { margins, sums: Vec::new() };
    auxiliaries.calibrate(kind, &[1.0; 4], None).map(|calibrated| calibrated.rounds).map_err(|problem| problem.code)
}

#[test]
fn margins_that_cannot_hold_together_are_said_so() {
    for kind in [CalibrationKind::Rake, CalibrationKind::Linear] {
        assert!(crossed([30.0, 70.0], [0, 1, 0, 1], kind).is_ok());
        assert_eq!(crossed([30.0, 71.0], [0, 1, 0, 1], kind), Err("design::populations_differ"));
        assert_eq!(crossed([30.0, 70.0], [0, 0, 1, 1], kind), Err("design::not_calibrated"));
    }
}
