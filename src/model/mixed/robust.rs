//! A fitted model and the unit of each row in, the same model with errors between units out.
//!
//! The model takes subjects for independent. Where people of one center are alike, or change alike, they are not,
//! and its errors are too small. Errors made from the sums of whole units hold whatever goes on within a unit.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use super::Mixed;
use super::blocks::{Clock, Directions, Panel};
use super::deviance::Turned;

impl Mixed {
    /// Takes the errors from the differences between units in place of those of the model; coefficients stay.
    ///
    /// # Formula
    /// `(X′V⁻¹X)⁻¹ · G/(G − 1) · Σ_g s_g s_g′ · (X′V⁻¹X)⁻¹`, `s_g = Σ X_i′V_i⁻¹(y_i − X_iβ)` over the subjects `i` of unit
    /// `g` of `G`; every contrast then has `df` degrees of freedom
    /// # Shapes
    /// `units` has one entry for each row of the panel that was fitted, alike in all rows of a subject.
    /// # Errors
    /// Fewer than two units, and no degrees of freedom, are reasons in words; the errors are then still those of the model.
    /// # Source
    /// Liang and Zeger 1986, doi:10.1093/biomet/73.1.13; `vcovCR(type = "CR1")` of clubSandwich; values in
    /// `tests/reference/longitudinal/`.
    pub(crate) fn take_units(&mut self, panel: &Panel<'_>, units: &[u32], df: f64) -> Result<(), String> {
        let sums = self.sums(panel, units);
        if sums.len() < 2 {
            return Err("everybody is in one sampling unit, so nothing is known of how units differ".to_owned());
        }
        if df <= 0.0 {
            return Err("no degrees of freedom for an error".to_owned());
        }
        let mut spread = DMatrix::zeros(self.coefficients.len(), self.coefficients.len());
        for sum in &sums {
            spread.ger(1.0, sum, sum, 1.0);
        }
        let count = sums.len() as f64;
        let bread = &self.covariance / self.variances.residual;
        self.covariance = &bread * spread * &bread * (count / (count - 1.0));
        self.df_of_units = Some(df);
        Ok(())
    }

    /// `X′V⁻¹(y − Xβ)` of each unit, `V` in units of the residual variance.
    fn sums(&self, panel: &Panel<'_>, units: &[u32]) -> Vec<DVector<f64>> {
        let clock = Clock::new(panel.time);
        let mut sums: BTreeMap<u32, DVector<f64>> = BTreeMap::new();
        panel.each_subject(|own| {
            let left = |row: &usize| {
                let fitted: f64 = panel.columns.iter().zip(&self.coefficients).map(|(column, coefficient)| column[*row] * coefficient).sum();
                panel.outcome[*row] - fitted
            };
            let directions = Directions::new(own.len(), clock.read_all(panel.time, own).as_deref());
            let (along, mut weighed) = directions.split(own.iter().map(left).collect());
            directions.join(Turned::new(&directions.effects, &self.random).solve(along), &mut weighed);
            let sum = sums.entry(units[own[0]]).or_insert_with(|| DVector::zeros(panel.columns.len()));
            for (place, column) in panel.columns.iter().enumerate() {
                sum[place] += own.iter().zip(&weighed).map(|(row, weighed)| column[*row] * weighed).sum::<f64>();
            }
        });
        sums.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::mixed;
    use super::*;

    /// The columns of a reference file whose named cells are all filled.
    fn columns(file: &str, names: &[&str]) -> Vec<Vec<String>> {
        let text = match file {
            "chicks.csv" => include_str!("../../../tests/reference/longitudinal/chicks.csv"),
            _ => include_str!("../../../tests/reference/longitudinal/centers.csv"),
        };
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<&str>>());
        let header = lines.next().unwrap();
        let places: Vec<usize> = names.iter().map(|name| header.iter().position(|known| known == name).unwrap()).collect();
        let rows: Vec<Vec<&str>> = lines.filter(|cells| places.iter().all(|place| !cells[*place].is_empty())).collect();
        places.iter().map(|place| rows.iter().map(|cells| cells[*place].to_owned()).collect()).collect()
    }

    fn codes(texts: &[String]) -> Vec<u32> {
        let known: std::collections::BTreeSet<&String> = texts.iter().collect();
        texts.iter().map(|text| u32::try_from(known.iter().position(|other| *other == text).unwrap()).unwrap()).collect()
    }

    fn numbers(texts: &[String]) -> Vec<f64> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn errors_between_units_are_those_of_club_sandwich() {
        let cases: Vec<Value> = serde_json::from_str(include_str!("../../../tests/reference/longitudinal/robust.json")).unwrap();
        assert_eq!(cases.len(), 4);
        for case in &cases {
            let (id, ask, expect) = (case["id"].as_str().unwrap(), &case["ask"], &case["expect"]);
            let name = |key: &str| ask[key].as_str().unwrap();
            let table = columns(case["data"].as_str().unwrap(), &[name("outcome"), name("time"), name("subject"), name("unit")]);
            let [outcome, times, subjects, units] = &table[..] else { panic!("four columns") };
            let (outcome, subjects, units) = (numbers(outcome), codes(subjects), codes(units));
            let mut columns = vec![vec![1.0; outcome.len()]];
            let is_slope = ask["random_slope"].as_bool().unwrap();
            let waves = name("time") == "wave";
            if waves {
                let waves = codes(times);
                columns.extend((1..3).map(|wave| waves.iter().map(|own| f64::from(u8::from(*own == wave))).collect()));
            } else {
                columns.push(numbers(times));
            }
            let time = is_slope.then(|| numbers(times));
            let panel = Panel { outcome: &outcome, columns: &columns, subjects: &subjects, time: time.as_deref() };
            let mut fit = mixed(&panel).unwrap();
            let near = |found: f64, expected: &Value, scale: f64, what: &str| {
                let apart = (found - expected.as_f64().unwrap()).abs() / scale.max(1e-300);
                assert!(apart < 1e-6, "{id} {what}: {found} {expected}");
            };
            assert_eq!(expect["n"].as_f64(), Some(outcome.len() as f64), "{id}");
            let df = expect["df"].as_f64().unwrap();
            for (covariance, key) in
                [(fit.covariance.clone(), "model_covariance"), (fit.take_units(&panel, &units, df).map(|()| fit.covariance.clone()).unwrap(), "covariance")]
            {
                for (place, found) in covariance.iter().enumerate() {
                    let (row, column) = (place % columns.len(), place / columns.len());
                    near(*found, &expect[key][row][column], found.abs(), key);
                }
            }
            for (found, expected) in fit.coefficients.iter().zip(expect["coefficients"].as_array().unwrap()) {
                near(*found, expected, found.abs(), "coefficient");
            }
            assert_eq!(fit.contrast(&vec![1.0; columns.len()]).df, Some(df), "{id}");
        }
    }

    #[test]
    fn each_subject_a_unit_of_its_own_and_no_random_effects_is_the_sandwich_of_least_squares() {
        // Means of two groups: 1, 3 and 2, 4, 9; the sandwich of a mean is the sum of squares over n squared, times 5/4.
        let (outcome, subjects) = ([1.0, 3.0, 2.0, 4.0, 9.0], [0, 1, 2, 3, 4]);
        let columns = [vec![1.0, 1.0, 0.0, 0.0, 0.0], vec![0.0, 0.0, 1.0, 1.0, 1.0]];
        let panel = Panel { outcome: &outcome, columns: &columns, subjects: &subjects, time: None };
        let mut fit = mixed(&panel).unwrap();
        fit.take_units(&panel, &subjects, 3.0).unwrap();
        for (place, expected) in [(0, 2.0 / 4.0 * 1.25), (1, 26.0 / 9.0 * 1.25)] {
            assert!((fit.covariance[(place, place)] - expected).abs() < 1e-12, "{}", fit.covariance);
        }
    }

    #[test]
    fn without_units_to_compare_the_errors_are_not_known() {
        let (outcome, subjects) = ([1.0, 3.0, 2.0, 4.0], [0, 1, 2, 3]);
        let columns = [vec![1.0; 4]];
        let panel = Panel { outcome: &outcome, columns: &columns, subjects: &subjects, time: None };
        let mut fit = mixed(&panel).unwrap();
        let before = fit.covariance.clone();
        assert!(fit.take_units(&panel, &[7, 7, 7, 7], 0.0).unwrap_err().contains("one sampling unit"));
        assert!(fit.take_units(&panel, &[7, 7, 8, 8], 0.0).unwrap_err().contains("no degrees of freedom"));
        assert_eq!(fit.covariance, before);
    }
}
