//! A claim and its context in, the figures that it can mean out, the likeliest first.
//!
//! A figure is out where the draft speaks of another level, domain, wave, noun or statistic nearer to the
//! number. Of those left, each gets the weight of the words that it shares with the draft.

use super::claims::{Claim, Measure, Role};
use super::context::Context;
use super::index::{Class, Figure, Index, Level};
use super::people::{is_of_one_wave, is_variant};
use crate::results::{ResultRow, Unit};

/// Words that speak of a change.
const CHANGE: [&str; 34] = [
    "rose",
    "fell",
    "increase",
    "increased",
    "decrease",
    "decreased",
    "grew",
    "drop",
    "dropped",
    "change",
    "changed",
    "higher",
    "lower",
    "up",
    "down",
    "since",
    "compared",
    "earlier",
    "previou",
    "previous",
    "improved",
    "improvement",
    "declined",
    "decline",
    "gain",
    "gained",
    "difference",
    "points",
    "versus",
    "rise",
    "risen",
    "growth",
    "former",
    "narrowed",
];
/// Distance within which a domain belongs to a number.
const DOMAIN_WITHIN: f64 = 9.0;

/// A figure that a claim can mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Place in the index.
    pub(super) figure: usize,
    /// Weight of the words that it shares with the draft.
    pub(super) score: f64,
}

/// Whether the sentence speaks of a change, so that several waves stand in it.
pub(super) fn is_change(context: &Context) -> bool {
    CHANGE.iter().any(|word| context.has_near(word))
}

/// The figures that a claim can mean, the likeliest first; `coded` are those whose code stands behind it.
pub(super) fn candidates(index: &Index<'_>, context: &Context, claim: &Claim, coded: &[usize]) -> Vec<Candidate> {
    // Who speaks of unemployment means no figure of those employed.
    let opposite = context.words.iter().any(|(word, distance)| *distance <= DOMAIN_WITHIN && index.is_opposite(word));
    let fits = |place: usize| {
        let figure = &index.figures[place];
        if coded.contains(&place) {
            return measures(figure, claim).then_some(Candidate { figure: place, score: 100.0 + shared(index, figure, context) });
        }
        // Most figures are of a domain that nobody speaks of.
        let possible = !opposite
            && figure.domain.iter().all(|domain| context.domains.contains_key(domain))
            && figure.class != Class::Coded
            && measures(figure, claim)
            && of_wave(index, figure.row, context)
            && names_statistic(figure, claim, context)
            && names_noun(index, figure, context)
            && names_domain(figure, context);
        let level = possible.then(|| names_level(index, figure, context)).flatten()?;
        let score = (shared(index, figure, context) + level).max(0.0);
        (score > 0.0).then_some(Candidate { figure: place, score })
    };
    let mut found: Vec<Candidate> = (0..index.figures.len()).filter_map(fits).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.figure.cmp(&b.figure)));
    found
}

/// Whether a figure has a number of the claim's kind.
fn measures(figure: &Figure<'_>, claim: &Claim) -> bool {
    let unit = figure.row.unit;
    let is_share = unit == Unit::Percent;
    let loose = matches!(claim.role, Role::Low(_) | Role::High);
    match claim.measure {
        Measure::Percent => is_share && figure.class != Class::Change,
        Measure::Points => figure.class == Class::Change || matches!(unit, Unit::Points | Unit::None),
        Measure::Dollars => unit == Unit::Dollars,
        Measure::Plain => loose || claim.decimals <= 0 || !is_share && unit != Unit::Dollars,
    }
}

/// Median where a median is spoken of; spreads, ends and changes only where they are.
fn names_statistic(figure: &Figure<'_>, claim: &Claim, context: &Context) -> bool {
    let distance = |word: &str| context.distance(word).filter(|_| context.has_near(word)).unwrap_or(f64::INFINITY);
    match figure.class {
        Class::Mean => distance("mean") <= distance("median"),
        Class::Median => distance("median") <= distance("mean"),
        Class::Change => claim.measure == Measure::Points || is_change(context),
        Class::Named(words) => words.iter().any(|word| context.has_near(word)),
        _ => true,
    }
}

/// Whether the noun that stands nearest is the figure's.
fn names_noun(index: &Index<'_>, figure: &Figure<'_>, context: &Context) -> bool {
    const GENERIC: [&str; 3] = ["people", "member", ""];
    let distance = |noun: &str| context.distance(noun).unwrap_or(f64::INFINITY);
    // A `Recovery Coach` on a team is a level, not the people of a survey.
    let in_level = |noun: &String| matches!(&figure.level, Level::Words(words) if words.contains(noun));
    let named: Vec<&String> = index.nouns.iter().filter(|noun| *noun != "people" && !in_level(noun) && distance(noun).is_finite()).collect();
    let nearest = named.iter().map(|noun| distance(noun)).fold(f64::INFINITY, f64::min);
    // A noun of an earlier sentence says nothing of `K6` where none of its figures is of that.
    let carried = named.iter().all(|noun| !context.has_near(noun)) && !context.refers_back;
    if carried && figure.words.keys().any(|word| context.has_near(word) && index.is_foreign_to(word, &named)) {
        return true;
    }
    if !nearest.is_finite() || distance(&figure.noun) <= nearest + 2.0 && figure.noun != "people" {
        return true;
    }
    // Visitors and people interviewed may be called members too.
    figure.noun == "people" && GENERIC.iter().any(|noun| distance(noun) <= nearest + 2.0)
}

/// Whether a row is of the year that the draft speaks of.
pub(super) fn of_wave(index: &Index<'_>, row: &ResultRow, context: &Context) -> bool {
    let Some(wave) = &row.wave else { return context.own_year.as_ref().is_none_or(|year| index.waves.last().is_none_or(|last| year >= last)) };
    let other = row.groups.get("compared_with");
    if let Some(other) = other.filter(|_| is_of_one_wave(row)) {
        return of_one_wave(index, wave, other, context);
    }
    // A change is one of both its years.
    let is = |year: &String| wave == year || other == Some(year);
    if let Some(year) = &context.own_year {
        return is(year);
    }
    let spoken: Vec<(&String, f64)> = context.years.iter().filter(|(year, _)| index.waves.contains(*year)).map(|(year, distance)| (year, *distance)).collect();
    let Some(nearest) = spoken.iter().map(|(_, distance)| *distance).reduce(f64::min) else {
        return is_change(context) || index.waves.last() == Some(wave);
    };
    let several = is_change(context);
    let near: Vec<&(&String, f64)> = spoken.iter().filter(|(_, distance)| *distance < 30.0).collect();
    match (several, near.len()) {
        (true, 0 | 1) => true,
        (true, _) => near.iter().any(|(year, _)| is(year)),
        (false, _) => spoken.iter().any(|(year, distance)| *distance <= nearest + 1.0 && is(year)),
    }
}

/// Whether the draft speaks of `wave` where a figure is of those met in it and in an `other` one.
fn of_one_wave(index: &Index<'_>, wave: &String, other: &String, context: &Context) -> bool {
    let spoken: Vec<(&String, f64)> = context.years.iter().filter(|(year, _)| index.waves.contains(*year)).map(|(year, distance)| (year, *distance)).collect();
    let near = |(_, distance): &&(&String, f64)| *distance < 30.0;
    let mut others = spoken.iter().filter(near).map(|(year, _)| *year).filter(|year| *year != wave).peekable();
    if others.peek().is_some() && !others.any(|year| year == other) {
        return false;
    }
    if let Some(year) = &context.own_year {
        return wave == year;
    }
    let own: Vec<&(&String, f64)> = spoken.iter().filter(|(year, _)| !context.compared.contains(*year)).collect();
    match own.iter().map(|(_, distance)| *distance).reduce(f64::min) {
        Some(nearest) => own.iter().any(|(year, distance)| *year == wave && *distance <= nearest + 1.0),
        None => index.waves.last() == Some(wave),
    }
}

/// Whether the part of the people that the draft speaks of is the figure's.
fn names_domain(figure: &Figure<'_>, context: &Context) -> bool {
    // `6 months` may be an interview or the level of another question.
    let is_level = |domain: &Vec<String>| context.phrases.keys().any(|phrase| domain.iter().all(|word| phrase.contains(word)));
    let within = |domain: &Vec<String>| context.domains.keys().any(|other| other.len() > domain.len() && domain.iter().all(|word| other.contains(word)));
    // Other names of people part figures only where both are released.
    let parts = |domain: &Vec<String>| !is_variant(domain) || figure.others.contains(domain) || figure.domain.contains(domain);
    let said = context.domains.iter().filter(|(domain, _)| !within(domain) && parts(domain));
    // `lived in the South` names a level of the region, not a part of the people.
    let own_level = |domain: &Vec<String>| match &figure.level {
        Level::Words(words) | Level::Phrase(words) => domain.iter().any(|word| words.contains(word)),
        Level::None | Level::Yes | Level::No => false,
    };
    let nearest = said.clone().filter(|(domain, _)| !is_level(domain) && !own_level(domain)).map(|(_, distance)| *distance).reduce(f64::min);
    if figure.domain.is_empty() {
        return nearest.is_none_or(|distance| distance > DOMAIN_WITHIN);
    }
    let own: Option<Vec<f64>> = figure.domain.iter().map(|domain| said.clone().find(|(known, _)| *known == domain).map(|(_, distance)| *distance)).collect();
    let own = own.and_then(|distances| distances.into_iter().reduce(f64::min));
    own.is_some_and(|own| nearest.is_none_or(|nearest| own <= nearest + 1.0))
}

/// How a level is spoken of: the share of its words, and the distance of the nearest.
fn level_said(level: &Level, context: &Context) -> Option<(f64, f64)> {
    match level {
        Level::Words(words) => {
            let distances: Vec<f64> = words.iter().filter_map(|word| context.distance(word)).collect();
            let nearest = distances.iter().copied().reduce(f64::min)?;
            Some((distances.len() as f64 / words.len().min(3) as f64, nearest))
        }
        Level::Phrase(phrase) => context.phrases.get(phrase).map(|distance| (1.0, *distance)),
        Level::None | Level::Yes | Level::No => None,
    }
}

/// What the mention of a figure's level is worth; nothing where another level is spoken of.
fn names_level(index: &Index<'_>, figure: &Figure<'_>, context: &Context) -> Option<f64> {
    // A question put in the negative is answered with yes by a `not`.
    let turned = figure.words.keys().any(|word| context.negated.contains(word)) != figure.negative;
    // `answered “No” to …` says the level itself.
    let said_yes = context.has_near("yes");
    let said_no = context.has_near("no") && context.has_near("answered");
    let negated = !said_yes && (said_no || turned);
    let siblings = index.levels.get(figure.topic).map(Vec::as_slice).unwrap_or_default();
    match &figure.level {
        Level::None => Some(0.0),
        Level::Yes => (!negated || siblings.len() < 2).then_some(0.0),
        Level::No => negated.then_some(0.3),
        own => {
            let said = level_said(own, context);
            let others = siblings.iter().filter(|other| *other != own).filter_map(|other| level_said(other, context));
            let (Some((share, distance)), others) = (said, others) else {
                // Not named, and no other is: the words of the question may be enough.
                let other_named = siblings.iter().any(|other| level_said(other, context).is_some());
                return (!other_named && !matches!(own, Level::Phrase(_))).then_some(-1.5);
            };
            let mut nearer = others.filter(|(other_share, other)| {
                *other + 1.0 < distance && *other_share >= 0.75 * share.min(1.0) || *other <= distance + 1.0 && *other_share > share + 0.01
            });
            nearer.next().is_none().then(|| 2.0 * share.min(1.0) / (1.0 + 0.02 * distance))
        }
    }
}

/// Weight of the words that a figure shares with the draft, less a little for those that it has alone.
fn shared(index: &Index<'_>, figure: &Figure<'_>, context: &Context) -> f64 {
    let mut score = 0.0;
    for (word, weight) in &figure.words {
        let own = index.rarity(word) * weight;
        let there = context.weight(word);
        score += if there > 0.0 { own * there } else { -0.06 * own };
    }
    if let Class::Named(words) = figure.class {
        score += words.iter().filter_map(|word| context.distance(word)).map(|distance| 2.0 / (1.0 + 0.2 * distance)).fold(0.0, f64::max);
    }
    let latest = figure.row.wave.is_none() || figure.row.wave.as_ref() == index.waves.last();
    score + if latest { 0.02 } else { 0.0 }
}
