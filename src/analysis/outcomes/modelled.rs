//! Scored frame in, means of all waves from everybody seen once or more out: one mixed model for each scale.
//!
//! Somebody who was seen in one wave counts with that answer, somebody seen in all with all of them; a random
//! intercept ties the answers of one person. Waves before a break of the score stay out.

use std::collections::BTreeMap;

use super::super::{CONF_LEVEL, Context, ScoredScale, fill_test};
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
    /// Answers whose person is not known.
    nameless: usize,
}

/// The mean of each wave, and the change of each from the first; nothing for a dataset with one wave.
pub(super) fn rows(context: &Context<'_>, frame: &Frame, scale: &ScoredScale) -> Vec<ResultRow> {
    let (Some(score), Some(person)) = (scale.scores.first(), &context.subject.person) else { return Vec::new() };
    let (comparable, broken) = comparable(context, score);
    let seen = Seen::new(frame, score, person, comparable);
    if seen.waves.len() < 2 {
        return Vec::new();
    }
    let fit = seen.fit();
    let row = |stat: Stat, wave: usize, test: Result<Test, String>| {
        let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, score, stat, Unit::Points);
        "linear mixed model of all waves, random intercept by person, unweighted, REML, Satterthwaite df".clone_into(&mut row.method);
        fill_test(&mut row, test, CONF_LEVEL);
        let people = seen.people(wave);
        row.n = Some(seen.wave.iter().filter(|own| **own == wave).count() as f64);
        row.support = if context.subject.public_unit { Support::Establishments(people) } else { Support::People { behind: people, outside: None } };
        if seen.nameless > 0 {
            row.add_note(&format!("{} answers of nobody known stand for a person each", seen.nameless));
        }
        let reasons = broken.iter().copied().chain(fit.as_ref().ok().and_then(|fit| fit.reason.as_deref()));
        reasons.for_each(|reason| row.add_note(reason));
        context.in_wave(row, &seen.waves[wave])
    };
    let of = |weights: &[f64]| fit.as_ref().map(|fit| fit.contrast(weights)).map_err(String::clone);
    let picked = |wave: usize, constant: f64| {
        let own = |column: usize| if column == 0 { constant } else { f64::from(u8::from(column == wave)) };
        (0..seen.waves.len()).map(own).collect::<Vec<f64>>()
    };
    let mut rows: Vec<ResultRow> = (0..seen.waves.len()).map(|wave| row(Stat::PredictiveMargin, wave, of(&picked(wave, 1.0)).map(untested))).collect();
    for wave in 1..seen.waves.len() {
        let mut row = row(Stat::Difference, wave, of(&picked(wave, 0.0)));
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

impl Seen {
    fn new(frame: &Frame, score: &str, person: &str, comparable: &[String]) -> Self {
        let place = |wave: &String| frame.levels.get("wave").and_then(|levels| levels.position(wave));
        let places: Vec<Option<u32>> = comparable.iter().map(place).collect();
        let mut seen = Self::default();
        let nobody = frame.levels.get(person).map_or(0, crate::frame::Levels::len);
        for batch in &frame.batches {
            let (Some(values), Some(people), Some(waves)) = (batch.numbers(score), batch.levels(person), batch.levels("wave")) else { continue };
            for row in (0..batch.rows()).filter(|row| !values[*row].is_nan()) {
                let Some(wave) = places.iter().position(|place| *place == Some(waves[row])) else { continue };
                let is_nameless = people[row] == NO_LEVEL;
                let own = if is_nameless { u32::try_from(nobody + seen.nameless).unwrap_or(NO_LEVEL) } else { people[row] };
                seen.nameless += usize::from(is_nameless);
                seen.wave.push(wave);
                seen.person.push(own);
                seen.score.push(values[row]);
            }
        }
        seen.only_met(comparable)
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
    fn fit(&self) -> Result<Mixed, String> {
        let column = |wave: usize| self.wave.iter().map(|own| f64::from(u8::from(wave == 0 || *own == wave))).collect();
        let columns: Vec<Vec<f64>> = (0..self.waves.len()).map(column).collect();
        mixed(&Panel { outcome: &self.score, columns: &columns, subjects: &self.person, time: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_everybody_in_every_wave_the_change_is_that_of_pairs() {
        let score = vec![3.0, 5.0, 1.0, 4.0, 6.0, 7.0, 2.0, 2.5];
        let seen =
            Seen { waves: vec!["1".to_owned(), "2".to_owned()], wave: vec![0, 1, 0, 1, 0, 1, 0, 1], person: vec![7, 7, 3, 3, 9, 9, 4, 4], score, nameless: 0 };
        let fit = seen.fit().unwrap();
        let change = fit.contrast(&[0.0, 1.0]);
        // Changes 2, 3, 1, 0.5: mean 1.625, standard error √(sum of squared deviations 3.6875 / 3 / 4).
        assert!((change.estimate.unwrap() - 1.625).abs() < 1e-9);
        assert!((change.std_error.unwrap() - (3.6875_f64 / 12.0).sqrt()).abs() < 1e-9);
        assert!((change.df.unwrap() - 3.0).abs() < 1e-6);
        assert!((fit.contrast(&[1.0, 0.0]).estimate.unwrap() - 3.0).abs() < 1e-9);
        assert_eq!((seen.people(0), seen.people(1)), (4, 4));
    }
}
