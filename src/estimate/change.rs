//! Two waves of one stacked design in, their difference and its parts out, with the covariance of units and people.

use std::collections::HashMap;

use super::context::Answers;
use super::domain::{Domain, Moments};
use super::linear::influence_of_mean;
use super::request::{Estimate, Kind, State};

/// The two waves, by position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waves {
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl Waves {
    /// Rows of one wave that have an answer.
    fn rows(domain: &Domain<'_>, answers: &Answers, wave: u32) -> Vec<u32> {
        domain.valid_rows(answers).filter(|row| domain.context.index.wave[*row as usize] == wave).collect()
    }
}

/// Later minus earlier mean or shares.
pub(crate) fn change(domain: &Domain<'_>, answers: &Answers, waves: Waves) -> Vec<Estimate> {
    let one = |(cell, level)| Estimate { level, ..difference(domain, answers, cell, waves) };
    answers.cells().into_iter().enumerate().map(one).collect()
}

fn difference(domain: &Domain<'_>, answers: &Answers, cell: usize, waves: Waves) -> Estimate {
    let (early, late) = (Waves::rows(domain, answers, waves.from), Waves::rows(domain, answers, waves.to));
    if early.is_empty() || late.is_empty() {
        return domain.none(Kind::Difference, "one of the waves has no valid answer");
    }
    let moments = |rows: &[u32]| domain.moments(rows.iter().copied(), |row| answers.value(row, cell));
    let (before, after) = (moments(&early), moments(&late));
    let mut estimate = start(domain, Kind::Difference, after.mean - before.mean, answers, &early, &late);
    estimate.method = domain.method(&format!("difference of {}, covariance of the waves kept", domain.weighted(word(answers, "means", "shares"))));
    if !matches!(answers, Answers::Number(_)) {
        count_cell(domain, &mut estimate, answers, cell, &early, &late);
    }
    let influence = |row: &u32| match domain.context.index.wave[*row as usize] {
        wave if wave == waves.to => influence_of_mean(domain, answers, *row, cell, after.mean, after.weight),
        _ => -influence_of_mean(domain, answers, *row, cell, before.mean, before.weight),
    };
    domain.add_error(&mut estimate, domain.rows.iter().map(influence));
    domain.add_t_interval(&mut estimate);
    domain.add_test(&mut estimate);
    estimate.cv = None;
    estimate
}

fn word<'a>(answers: &Answers, number: &'a str, share: &'a str) -> &'a str {
    if matches!(answers, Answers::Number(_)) { number } else { share }
}

/// Both waves are behind a difference; the fewer people of the two decide whether it may be seen.
fn start(domain: &Domain<'_>, kind: Kind, value: f64, answers: &Answers, early: &[u32], late: &[u32]) -> Estimate {
    let both = early.iter().chain(late).copied();
    let answered = both.clone().count();
    let mut estimate = domain.start(kind, value, both, domain.rows.len().saturating_sub(answered) as u64);
    debug_assert!(answered == domain.valid_rows(answers).count() || domain.rows.len() >= answered);
    let people = |rows: &[u32]| domain.context.people(rows.iter().copied());
    estimate.people = people(early).min(people(late));
    estimate
}

/// Base and people of a level: of each wave, and the fewer of the two.
fn count_cell(domain: &Domain<'_>, estimate: &mut Estimate, answers: &Answers, cell: usize, early: &[u32], late: &[u32]) {
    let inside = |rows: &[u32]| rows.iter().copied().filter(|row| answers.value(*row, cell) > 0.0).collect::<Vec<u32>>();
    let people = |rows: &[u32]| domain.context.people(rows.iter().copied());
    let (in_early, in_late) = (inside(early), inside(late));
    let outside = |all: &[u32], part: &[u32]| people(all).saturating_sub(people(part));
    estimate.people = people(&in_early).min(people(&in_late));
    estimate.people_outside = Some(outside(early, &in_early).min(outside(late, &in_late)));
    estimate.n = (in_early.len() + in_late.len()) as u64;
    estimate.n_weighted = Some(crate::stats::sum(in_early.iter().chain(&in_late).map(|row| domain.weight(*row))));
    estimate.denominator = Some((early.len() + late.len()) as u64);
}

/// The difference of two means as the sum of three parts: people who changed, joined and left.
///
/// `(S₂ − S₁) + p_J (J − S₂) − p_L (L − S₁)`: S are people with an answer in both waves, J those who joined
/// and L those who left. Because `M₂ = S₂ + p_J (J − S₂)`, the second part is `M₂ − S₂` and the third `S₁ − M₁`.
pub(crate) fn change_parts(domain: &Domain<'_>, answers: &Answers, waves: Waves) -> Vec<Estimate> {
    let (early, late) = (Waves::rows(domain, answers, waves.from), Waves::rows(domain, answers, waves.to));
    let person = |row: &u32| domain.context.index.person[*row as usize];
    let in_late: HashMap<u32, ()> = late.iter().map(|row| (person(row), ())).collect();
    let in_early: HashMap<u32, ()> = early.iter().map(|row| (person(row), ())).collect();
    let stay = |row: &u32| in_early.contains_key(&person(row)) && in_late.contains_key(&person(row));
    let part = |rows: &[u32], staying: bool| rows.iter().copied().filter(|row| stay(row) == staying).collect::<Vec<u32>>();
    let (stay_early, stay_late, joined, left) = (part(&early, true), part(&late, true), part(&late, false), part(&early, false));
    let names = ["people changed", "joiners", "leavers"];
    if domain.context.design.person.is_none() || stay_early.is_empty() {
        let reason = "nobody is known to have answered in both waves";
        return names.map(|name| Estimate { level: Some(name.to_owned()), ..domain.none(Kind::ChangePart, reason) }).to_vec();
    }
    let moments = |rows: &[u32]| domain.moments(rows.iter().copied(), |row| answers.value(row, 0));
    let (m1, m2, s1, s2) = (moments(&early), moments(&late), moments(&stay_early), moments(&stay_late));
    let terms = |part: usize| -> (f64, [(f64, Moments, u32, bool); 2]) {
        let (plus, minus) = match part {
            0 => ((s2, waves.to, true), (s1, waves.from, true)),
            1 => ((m2, waves.to, false), (s2, waves.to, true)),
            _ => ((s1, waves.from, true), (m1, waves.from, false)),
        };
        (plus.0.mean - minus.0.mean, [(1.0, plus.0, plus.1, plus.2), (-1.0, minus.0, minus.1, minus.2)])
    };
    let behind = [(&stay_early, &stay_late), (&joined, &stay_late), (&left, &stay_early)];
    let estimate = |(part, name): (usize, &str)| {
        let (value, terms) = terms(part);
        let rows = behind[part];
        let mut estimate = start(domain, Kind::ChangePart, value, answers, if rows.0.is_empty() { rows.1 } else { rows.0 }, rows.1);
        estimate.method = domain.method("part of the difference of the means");
        let influence = |row: &u32| {
            let of = |(sign, moments, wave, stayers): &(f64, Moments, u32, bool)| {
                let counts = domain.context.index.wave[*row as usize] == *wave && (!*stayers || stay(row));
                if counts { sign * influence_of_mean(domain, answers, *row, 0, moments.mean, moments.weight) } else { 0.0 }
            };
            terms.iter().map(of).sum()
        };
        domain.add_error(&mut estimate, domain.rows.iter().map(influence));
        domain.add_t_interval(&mut estimate);
        estimate.cv = None;
        estimate.level = Some(name.to_owned());
        estimate
    };
    names.into_iter().enumerate().map(estimate).collect()
}

/// Whether an estimate came out.
pub(crate) fn is_estimable(estimate: &Estimate) -> bool {
    !matches!(estimate.state, State::NotEstimable(_))
}
