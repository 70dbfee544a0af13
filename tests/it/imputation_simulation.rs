//! Simulated people of whom many are lost, and how often intervals of imputed figures hold the truth. Shared with `benches/imputation_coverage.rs`.

use recovista::stats::{pool_rubin, t_quantile};
use recovista::{Gappy, impute};

use crate::dice::Dice;

/// Imputations that are pooled.
const COPIES: u32 = 20;

/// How many people there are, and the constant in the probability to be lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) people: usize,
    pub(crate) lost: f64,
}

/// What became of one figure over all seeds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held {
    /// Share of intervals that hold the truth.
    pub(crate) covered: f64,
    /// Mean estimate less the truth.
    pub(crate) bias: f64,
    /// Mean half width of the intervals.
    pub(crate) half_width: f64,
    /// Share of the intervals of those seen alone that hold the truth.
    pub(crate) alone: f64,
}

/// The change of the outcome, the mean of the number, and the share of people lost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Covered {
    pub(crate) change: Held,
    pub(crate) number: Held,
    pub(crate) lost: f64,
}

/// What is known of people; answers of those lost are NaN.
pub(crate) struct People {
    pub(crate) z: Vec<f64>,
    pub(crate) x: Vec<f64>,
    pub(crate) second: Vec<f64>,
    pub(crate) intake: Vec<f64>,
    pub(crate) later: Vec<f64>,
    pub(crate) number: Vec<f64>,
}

impl Plan {
    /// What becomes of 95% intervals over so many data sets.
    pub(crate) fn covered(self, seeds: u32) -> Covered {
        let (change, number) = truth();
        let mut all = Covered::default();
        for seed in 0..seeds {
            let people = self.people(&mut Dice::new(seed));
            all.lost += people.later.iter().filter(|value| value.is_nan()).count() as f64 / self.people as f64;
            let gappy = [Gappy::TwoLevels(people.intake.clone()), Gappy::TwoLevels(people.later.clone()), Gappy::Number(people.number.clone())];
            let copies = impute(&gappy, &[people.z, people.x, people.second], COPIES, u64::from(seed)).unwrap();
            let changes = |later: &[f64]| -> Vec<f64> { people.intake.iter().zip(later).map(|(before, after)| after - before).collect() };
            all.change.add(&copies.iter().map(|copy| changes(&copy[1])).collect::<Vec<_>>(), &changes(&people.later), change);
            all.number.add(&copies.iter().map(|copy| copy[2].clone()).collect::<Vec<_>>(), &people.number, number);
        }
        let mean = |sum: &mut f64| *sum /= f64::from(seeds);
        for held in [&mut all.change, &mut all.number] {
            [&mut held.covered, &mut held.bias, &mut held.half_width, &mut held.alone].into_iter().for_each(mean);
        }
        mean(&mut all.lost);
        all
    }

    /// People of one data set.
    pub(crate) fn people(self, dice: &mut Dice) -> People {
        let mut people = People { z: vec![], x: vec![], second: vec![], intake: vec![], later: vec![], number: vec![] };
        for _ in 0..self.people {
            let comes = |logit: f64, dice: &mut Dice| f64::from(u8::from(dice.even() < logistic(logit)));
            let (z, u) = (dice.normal(), dice.normal());
            let x = f64::from(u8::from(dice.even() < 0.45));
            let intake = comes(at_intake(z, x, u), dice);
            let second = comes(at_second(u), dice);
            let later = comes(at_later(z, x, intake, second), dice);
            let number = 3.0 + z + 0.8 * intake + 0.5 * x + dice.normal();
            let is_lost = comes(self.lost + 0.7 * z - 0.5 * x + 0.8 * intake, dice) > 0.5;
            let seen = |value: f64| if is_lost { f64::NAN } else { value };
            for (column, value) in [(&mut people.z, z), (&mut people.x, x), (&mut people.second, second), (&mut people.intake, intake)] {
                column.push(value);
            }
            people.later.push(seen(later));
            people.number.push(seen(number));
        }
        people
    }
}

impl Held {
    fn add(&mut self, copies: &[Vec<f64>], seen: &[f64], truth: f64) {
        let (estimates, variances): (Vec<f64>, Vec<f64>) = copies.iter().map(|copy| mean(copy.iter().copied())).unzip();
        let pooled = pool_rubin(&estimates, &variances, copies[0].len() as f64 - 1.0).unwrap();
        let reach = t_quantile(0.975, pooled.df).unwrap() * pooled.std_error;
        self.covered += f64::from(u8::from((pooled.estimate - truth).abs() <= reach));
        self.bias += pooled.estimate - truth;
        self.half_width += reach;
        let known = || seen.iter().copied().filter(|value| !value.is_nan());
        let (alone, variance) = mean(known());
        let reach = t_quantile(0.975, known().count() as f64 - 1.0).unwrap() * variance.sqrt();
        self.alone += f64::from(u8::from((alone - truth).abs() <= reach));
    }
}

/// Mean and its variance.
fn mean(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (mean, values.map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n * (n - 1.0)))
}

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

fn at_intake(z: f64, x: f64, u: f64) -> f64 {
    -0.3 + 0.5 * z - 0.4 * x + 0.8 * u
}

fn at_second(u: f64) -> f64 {
    0.2 + 0.8 * u
}

fn at_later(z: f64, x: f64, intake: f64, second: f64) -> f64 {
    0.2 + 0.3 * z + 1.2 * intake + 0.4 * second - 0.3 * x
}

/// The mean change and the mean number of everybody, by sums over a fine grid of `z` and `u`.
fn truth() -> (f64, f64) {
    let grid: Vec<(f64, f64)> = (-320..=320).map(|step| f64::from(step) / 40.0).map(|at| (at, (-at * at / 2.0).exp())).collect();
    let all: f64 = grid.iter().map(|(_, weight)| weight).sum();
    let (mut change, mut number) = (0.0, 0.0);
    for (z, of_z) in &grid {
        for (u, of_u) in &grid {
            for (x, of_x) in [(0.0, 0.55), (1.0, 0.45)] {
                let weight = of_z * of_u * of_x / (all * all);
                let (before, second) = (logistic(at_intake(*z, x, *u)), logistic(at_second(*u)));
                let of_second = |intake: f64| second * logistic(at_later(*z, x, intake, 1.0)) + (1.0 - second) * logistic(at_later(*z, x, intake, 0.0));
                change += weight * (before * of_second(1.0) + (1.0 - before) * of_second(0.0) - before);
                number += weight * (3.0 + z + 0.8 * before + 0.5 * x);
            }
        }
    }
    (change, number)
}
