//! Two waves of one stacked design in, their difference and its parts out, with the covariance of units and people.

use std::collections::HashSet;

use super::context::Answers;
use super::domain::{Domain, Moments, add_test};
use super::linear::influence_of_mean;
use super::request::{Estimate, Kind};

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
    add_test(&mut estimate);
    estimate.cv = None;
    estimate
}

fn word<'a>(answers: &Answers, number: &'a str, share: &'a str) -> &'a str {
    if matches!(answers, Answers::Number(_)) { number } else { share }
}

/// Both waves are behind a difference; the fewer people of the two decide whether it may be seen.
fn start(domain: &Domain<'_>, kind: Kind, value: f64, answers: &Answers, early: &[u32], late: &[u32]) -> Estimate {
    let missing = domain.rows.iter().filter(|row| !answers.valid(**row)).count() as u64;
    let mut estimate = domain.start(kind, value, early.iter().chain(late).copied(), missing);
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

/// The mean of one wave, of everyone or of those who stayed.
struct Side {
    moments: Moments,
    wave: u32,
    stayers: bool,
}

/// One part of a difference: two means, and the people that it compares.
struct Part {
    name: &'static str,
    plus: Side,
    minus: Side,
    behind: (Vec<u32>, Vec<u32>),
}

/// The difference of two means as the sum of three parts: people who changed, joined and left.
///
/// `(S₂ − S₁) + p_J (J − S₂) − p_L (L − S₁)`: S are people with an answer in both waves, J those who joined
/// and L those who left. Because `M₂ = S₂ + p_J (J − S₂)`, the second part is `M₂ − S₂` and the third `S₁ − M₁`.
pub(crate) fn change_parts(domain: &Domain<'_>, answers: &Answers, waves: Waves) -> Vec<Estimate> {
    let (early, late) = (Waves::rows(domain, answers, waves.from), Waves::rows(domain, answers, waves.to));
    let person = |row: &u32| domain.context.index.person[*row as usize];
    let people = |rows: &[u32]| rows.iter().map(person).collect::<HashSet<u32>>();
    let stayers: HashSet<u32> = people(&early).intersection(&people(&late)).copied().collect();
    if domain.context.design.person.is_none() || stayers.is_empty() {
        let reason = "nobody is known to have answered in both waves";
        return PARTS.map(|name| Estimate { level: Some(name.to_owned()), ..domain.none(Kind::ChangePart, reason) }).to_vec();
    }
    let split = |rows: &[u32]| rows.iter().copied().partition::<Vec<u32>, _>(|row| stayers.contains(&person(row)));
    let ((stay_early, left), (stay_late, joined)) = (split(&early), split(&late));
    let side = |rows: &[u32], wave, stayers| Side { moments: domain.moments(rows.iter().copied(), |row| answers.value(row, 0)), wave, stayers };
    let s1 = || side(&stay_early, waves.from, true);
    let s2 = || side(&stay_late, waves.to, true);
    // Where nobody joined or left the part is zero and rests on those who stayed.
    let or = |some: Vec<u32>, other: &[u32]| if some.is_empty() { other.to_vec() } else { some };
    let parts = [
        Part { name: PARTS[0], plus: s2(), minus: s1(), behind: (stay_early.clone(), stay_late.clone()) },
        Part { name: PARTS[1], plus: side(&late, waves.to, false), minus: s2(), behind: (or(joined, &stay_late), stay_late.clone()) },
        Part { name: PARTS[2], plus: s1(), minus: side(&early, waves.from, false), behind: (or(left, &stay_early), stay_early.clone()) },
    ];
    parts.iter().map(|part| part_of_change(domain, answers, part, &stayers)).collect()
}

/// Names of the parts, in order.
pub(crate) const PARTS: [&str; 3] = ["people changed", "joiners", "leavers"];

fn part_of_change(domain: &Domain<'_>, answers: &Answers, part: &Part, stayers: &HashSet<u32>) -> Estimate {
    let index = &domain.context.index;
    let value = part.plus.moments.mean - part.minus.moments.mean;
    let mut estimate = start(domain, Kind::ChangePart, value, answers, &part.behind.0, &part.behind.1);
    estimate.method = domain.method("part of the difference of the means");
    let of = |side: &Side, row: u32| {
        let counts = index.wave[row as usize] == side.wave && (!side.stayers || stayers.contains(&index.person[row as usize]));
        if counts { influence_of_mean(domain, answers, row, 0, side.moments.mean, side.moments.weight) } else { 0.0 }
    };
    domain.add_error(&mut estimate, domain.rows.iter().map(|row| of(&part.plus, *row) - of(&part.minus, *row)));
    domain.add_t_interval(&mut estimate);
    estimate.cv = None;
    estimate.level = Some(part.name.to_owned());
    estimate
}
