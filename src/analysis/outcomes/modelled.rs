//! Scored frame in, means of all waves from everybody seen once or more out: one mixed model for each scale.
//!
//! Somebody who was seen in one wave counts with that answer, somebody seen in all with all of them; a random
//! intercept ties the answers of one person. Waves before a break of the score stay out. Where the design has
//! sampling units, such as centers, the errors come from the differences between them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{CONF_LEVEL, Context, ScoredScale, Subject, fill_test};
use crate::frame::{Frame, NO_LEVEL};
use crate::model::{Mixed, Panel, Test, mixed};
use crate::results::{ResultRow, Stat, Support, Unit};

/// Everybody's scores in the waves that can be compared.
#[derive(Debug, Default)]
struct Seen {
    /// Waves with answers, in order.
    waves: Vec<String>,
    /// Position of the wave of each answer.
    wave: Vec<usize>,
    /// Person of each answer.
    person: Vec<u32>,
    score: Vec<f64>,
    /// Stratum and sampling unit of each answer as the file says them; empty where the design has no units.
    place: Vec<Option<(u32, u32)>>,
    /// Answers whose person is not known.
    nameless: usize,
    /// Whether answers of people of whom no sampling unit is known stay out.
    leaves_out: bool,
}

/// The mean of each wave, and the change of each from the first; nothing for a dataset with one wave.
pub(super) fn rows(context: &Context<'_>, frame: &Frame, scale: &ScoredScale) -> Vec<ResultRow> {
    let (Some(score), Some(person)) = (scale.scores.first(), &context.subject.person) else { return Vec::new() };
    let (comparable, broken) = comparable(context, score);
    let seen = Seen::new(frame, score, person, comparable, context.subject);
    if seen.waves.len() < 2 {
        return Vec::new();
    }
    let fit = seen.fit();
    let errors = match context.subject.design.clusters.first() {
        Some(unit) => format!("errors by {unit} (cluster-robust, CR1)"),
        None => "Satterthwaite df".to_owned(),
    };
    let row = |stat: Stat, wave: usize, test: Result<Test, String>| {
        let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, score, stat, Unit::Points);
        row.method = format!("linear mixed model of all waves, random intercept by person, unweighted, REML, {errors}");
        fill_test(&mut row, test, CONF_LEVEL);
        let people = seen.people(wave);
        row.n = Some(seen.wave.iter().filter(|own| **own == wave).count() as f64);
        row.support = if context.subject.public_unit { Support::Establishments(people) } else { Support::People { behind: people, outside: None } };
        seen.notes().iter().for_each(|note| row.add_note(note));
        let of_fit = fit.iter().flat_map(|fit| [&fit.model.reason, &fit.no_error]).flatten();
        broken.iter().copied().chain(of_fit.map(String::as_str)).for_each(|reason| row.add_note(reason));
        context.in_wave(row, &seen.waves[wave])
    };
    let of = |weights: Vec<f64>| fit.as_ref().map(|fit| fit.contrast(&weights)).map_err(String::clone);
    let weights = |wave: usize, constant: f64| {
        let own = |column: usize| if column == 0 { constant } else { f64::from(u8::from(column == wave)) };
        (0..seen.waves.len()).map(own).collect::<Vec<f64>>()
    };
    let mut rows: Vec<ResultRow> = (0..seen.waves.len()).map(|wave| row(Stat::PredictiveMargin, wave, of(weights(wave, 1.0)).map(untested))).collect();
    for wave in 1..seen.waves.len() {
        let mut row = row(Stat::Difference, wave, of(weights(wave, 0.0)));
        row.groups.insert("compared_with".to_owned(), seen.waves[0].clone());
        rows.push(row);
    }
    rows
}

/// Waves after the last break of a score, and why earlier ones stay out.
fn comparable<'a>(context: &'a Context<'_>, score: &str) -> (&'a [String], Option<&'a str>) {
    let waves = &context.subject.waves;
    let order = |wave: &str| waves.iter().position(|known| known == wave);
    let breaks = context.subject.breaks.iter().filter(|(name, _, _)| name == score);
    let last = breaks.filter_map(|(_, wave, reason)| order(wave).map(|place| (place, reason.as_str()))).max();
    last.map_or((waves.as_slice(), None), |(place, reason)| (waves.get(place + 1..).unwrap_or_default(), Some(reason)))
}

/// A mean is not tested against zero.
fn untested(test: Test) -> Test {
    Test { statistic: None, p_value: None, ..test }
}

/// The model, and why its errors are not known.
#[derive(Debug)]
struct Fit {
    model: Mixed,
    no_error: Option<String>,
}

impl Fit {
    fn contrast(&self, weights: &[f64]) -> Test {
        let test = self.model.contrast(weights);
        if self.no_error.is_some() { Test { estimate: test.estimate, ..Test::default() } } else { test }
    }
}

impl Seen {
    fn new(frame: &Frame, score: &str, person: &str, comparable: &[String], subject: &Subject) -> Self {
        let place = |wave: &String| frame.levels.get("wave").and_then(|levels| levels.position(wave));
        let places: Vec<Option<u32>> = comparable.iter().map(place).collect();
        let mut seen = Self::default();
        let nobody = frame.levels.get(person).map_or(0, crate::frame::Levels::len);
        for batch in &frame.batches {
            let (Some(values), Some(people), Some(waves)) = (batch.numbers(score), batch.levels(person), batch.levels("wave")) else { continue };
            let codes = |name: Option<&String>| name.map(|name| batch.levels(name));
            let (strata, units) = (codes(subject.design.strata.as_ref()), codes(subject.design.clusters.first()));
            let code = |codes: Option<&[u32]>, row: usize| codes.map(|codes| codes[row]).filter(|code| *code != NO_LEVEL);
            let place_of = |row: usize| Some((strata.map_or(Some(0), |strata| code(strata, row))?, code(units?, row)?));
            for row in (0..batch.rows()).filter(|row| !values[*row].is_nan()) {
                let Some(wave) = places.iter().position(|place| *place == Some(waves[row])) else { continue };
                let is_nameless = people[row] == NO_LEVEL;
                let own = if is_nameless { u32::try_from(nobody + seen.nameless).unwrap_or(NO_LEVEL) } else { people[row] };
                seen.nameless += usize::from(is_nameless);
                seen.wave.push(wave);
                seen.person.push(own);
                seen.score.push(values[row]);
                seen.place.extend(units.is_some().then(|| place_of(row)));
            }
        }
        seen.at_first_place().only_met(comparable)
    }

    /// Places each person where their first answer with a place was given; whoever has none stays out, as elsewhere in a run.
    fn at_first_place(mut self) -> Self {
        let mut first: BTreeMap<u32, (usize, (u32, u32))> = BTreeMap::new();
        for (row, place) in self.place.iter().enumerate() {
            let Some(place) = place else { continue };
            let known = first.entry(self.person[row]).or_insert((self.wave[row], *place));
            if self.wave[row] < known.0 {
                *known = (self.wave[row], *place);
            }
        }
        for (person, place) in self.person.iter().zip(&mut self.place) {
            *place = first.get(person).map(|(_, place)| *place);
        }
        if self.place.contains(&None) {
            let kept: Vec<usize> = (0..self.place.len()).filter(|row| self.place[*row].is_some()).collect();
            self.leaves_out = true;
            (self.wave, self.person) = (picked(&self.wave, &kept), picked(&self.person, &kept));
            (self.score, self.place) = (picked(&self.score, &kept), picked(&self.place, &kept));
        }
        self
    }

    /// What a reader should know of the answers.
    fn notes(&self) -> Vec<String> {
        let nameless = (self.nameless > 0).then(|| format!("{} answers of nobody known stand for a person each", self.nameless));
        let placeless = self.leaves_out.then(|| "answers of people without stratum or unit are left out".to_owned());
        nameless.into_iter().chain(placeless).collect()
    }

    /// The sampling unit of each answer, and units minus strata.
    fn units(&self) -> Option<(Vec<u32>, f64)> {
        let places: BTreeSet<(u32, u32)> = self.place.iter().flatten().copied().collect();
        let codes: BTreeMap<(u32, u32), u32> = places.iter().copied().zip(0..).collect();
        let strata: BTreeSet<u32> = places.iter().map(|place| place.0).collect();
        let units = self.place.iter().flatten().map(|place| codes[place]).collect();
        (!places.is_empty()).then_some((units, places.len() as f64 - strata.len() as f64))
    }

    /// Waves are counted only where somebody answered.
    fn only_met(mut self, comparable: &[String]) -> Self {
        let mut met: BTreeMap<usize, usize> = self.wave.iter().map(|wave| (*wave, 0)).collect();
        for (position, (wave, place)) in met.iter_mut().enumerate() {
            *place = position;
            self.waves.push(comparable[*wave].clone());
        }
        self.wave = self.wave.iter().map(|wave| met[wave]).collect();
        self
    }

    fn people(&self, wave: usize) -> u64 {
        let mut people: Vec<u32> = self.wave.iter().zip(&self.person).filter(|(own, _)| **own == wave).map(|(_, person)| *person).collect();
        people.sort_unstable();
        people.dedup();
        people.len() as u64
    }

    /// The constant is the mean of the first wave, each further column what a later wave differs by.
    fn fit(&self) -> Result<Fit, String> {
        let column = |wave: usize| self.wave.iter().map(|own| f64::from(u8::from(wave == 0 || *own == wave))).collect();
        let columns: Vec<Vec<f64>> = (0..self.waves.len()).map(column).collect();
        let panel = Panel { outcome: &self.score, columns: &columns, subjects: &self.person, time: None };
        let mut model = mixed(&panel)?;
        let no_error = self.units().and_then(|(units, df)| model.take_units(&panel, &units, df).err());
        Ok(Fit { model, no_error: no_error.map(|reason| format!("no interval: {reason}")) })
    }
}

/// The values of some rows.
fn picked<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|row| values[*row]).collect()
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::stats::t_half_width;

    #[test]
    fn with_everybody_in_every_wave_the_change_is_that_of_pairs() {
        let score = vec![3.0, 5.0, 1.0, 4.0, 6.0, 7.0, 2.0, 2.5];
        let seen = Seen {
            waves: vec!["1".to_owned(), "2".to_owned()],
            wave: vec![0, 1, 0, 1, 0, 1, 0, 1],
            person: vec![7, 7, 3, 3, 9, 9, 4, 4],
            score,
            ..Seen::default()
        };
        let fit = seen.fit().unwrap();
        assert!(fit.no_error.is_none());
        let change = fit.contrast(&[0.0, 1.0]);
        // Changes 2, 3, 1, 0.5: mean 1.625, standard error √(sum of squared deviations 3.6875 / 3 / 4).
        assert!((change.estimate.unwrap() - 1.625).abs() < 1e-9);
        assert!((change.std_error.unwrap() - (3.6875_f64 / 12.0).sqrt()).abs() < 1e-9);
        assert!((change.df.unwrap() - 3.0).abs() < 1e-6);
        assert!((fit.contrast(&[1.0, 0.0]).estimate.unwrap() - 3.0).abs() < 1e-9);
        assert_eq!((seen.people(0), seen.people(1)), (4, 4));
    }

    #[test]
    fn a_person_counts_where_their_first_answer_was_given() {
        let wave = vec![1, 0, 1, 0, 0, 1, 2];
        let person = vec![5, 5, 6, 6, 7, 8, 8];
        let place = vec![Some((0, 4)), Some((0, 3)), Some((1, 1)), None, None, Some((0, 3)), Some((0, 4))];
        let seen = Seen { wave, person, place, score: vec![0.0; 7], ..Seen::default() }.at_first_place();
        // 5 moved from unit 3 to 4, of 6 the first known unit counts, of 7 none is known.
        assert_eq!(seen.person, [5, 5, 6, 6, 8, 8]);
        assert_eq!(seen.place, [(0, 3), (0, 3), (1, 1), (1, 1), (0, 3), (0, 3)].map(Some));
        assert_eq!((seen.score.len(), seen.wave.len()), (6, 6));
        assert_eq!(seen.units(), Some((vec![0, 0, 1, 1, 0, 0], 0.0)));
        assert_eq!(seen.notes(), ["answers of people without stratum or unit are left out"]);
    }

    #[test]
    fn one_unit_gives_means_without_errors() {
        let score = vec![3.0, 5.0, 1.0, 4.0, 6.0, 7.0];
        let seen = Seen {
            waves: vec!["1".to_owned(), "2".to_owned()],
            wave: vec![0, 1, 0, 1, 0, 1],
            person: vec![1, 1, 2, 2, 3, 3],
            place: vec![Some((0, 9)); 6],
            score,
            ..Seen::default()
        };
        let fit = seen.fit().unwrap();
        assert!(fit.no_error.as_ref().unwrap().starts_with("no interval: everybody is in one sampling unit"));
        let change = fit.contrast(&[0.0, 1.0]);
        assert!((change.estimate.unwrap() - 2.0).abs() < 1e-9 && change.std_error.is_none() && change.df.is_none() && change.p_value.is_none());
    }

    /// Draws of a normal distribution.
    struct Dice(ChaCha8Rng);

    impl Dice {
        fn even(&mut self) -> f64 {
            (f64::from(self.0.next_u32()) + 0.5) / 4_294_967_296.0
        }

        fn normal(&mut self) -> f64 {
            (-2.0 * self.even().ln()).sqrt() * (std::f64::consts::TAU * self.even()).cos()
        }
    }

    /// People of 6 to 17 in each of so many centers of two strata; centers differ in level and in change, whose mean is 1.
    /// One answer in five is missing.
    fn in_centers(number: u64, centers: u32) -> Seen {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(number));
        let mut seen = Seen { waves: vec!["1".to_owned(), "2".to_owned()], ..Seen::default() };
        let mut person = 0;
        for center in 0..centers {
            let (level, change) = (2.0 * dice.normal(), 1.0 + 1.5 * dice.normal());
            for _ in 0..6 + center {
                person += 1;
                let own = 3.0 * dice.normal();
                for (wave, change) in [(0, 0.0), (1, change)] {
                    let score = 30.0 + level + change + own + 2.0 * dice.normal();
                    if dice.even() > 0.2 {
                        seen.wave.push(wave);
                        seen.person.push(person);
                        seen.place.push(Some((center % 2, center)));
                        seen.score.push(score);
                    }
                }
            }
        }
        seen
    }

    /// Shares of 400 simulated datasets whose interval of the change holds the true one: by units, and of the model alone.
    fn held(centers: u32) -> [f64; 2] {
        let holds = |seen: &Seen| {
            let change = seen.fit().unwrap().contrast(&[0.0, 1.0]);
            let half = t_half_width(change.std_error.unwrap(), change.df.unwrap(), CONF_LEVEL).unwrap();
            if (change.estimate.unwrap() - 1.0).abs() <= half { 1.0 / 400.0 } else { 0.0 }
        };
        let mut shares = [0.0; 2];
        for number in 0..400 {
            let mut seen = in_centers(number, centers);
            shares[0] += holds(&seen);
            seen.place.clear();
            shares[1] += holds(&seen);
        }
        shares
    }

    #[test]
    fn intervals_by_unit_hold_the_true_change_where_centers_change_differently() {
        let [by_unit, by_model] = held(12);
        assert!((0.90..=0.983).contains(&by_unit), "{by_unit}");
        assert!(by_model < 0.80, "{by_model}");
    }
}
