//! Who was lost, and what it may mean: differences at intake, changes weighted for those lost, bounds whatever they did.
//!
//! This belongs to the follow-up because the policy's window says who was due and who was interviewed in time.

use super::super::{CONF_LEVEL, Context, add_t_interval, paired};
use super::change::Pairs;
use super::columns::{AFTER, INTAKE, of_outcome};
use super::people::{Person, Standing, State, people};
use super::{Followup, SEEN, WINDOW, imputed};
use crate::frame::{Frame, NO_LEVEL};
use crate::model::{Category, Family, Values, fit, independent, standardized};
use crate::results::{ResultRow, Stat, Status, Support, Unit};
use crate::stats::{quantile_hf7, standardized_difference_shares, sum};

/// Group that keeps these figures apart from those of the people themselves.
const WHO: &str = "who";
/// Its levels.
const LOST: &str = "lost less followed";
const WEIGHTED: &str = "weighted for those lost";
const WHATEVER: &str = "whatever those lost answered";
/// Why a change of everybody due is that of those followed.
pub(super) const NOBODY_LOST: &str = "nobody was lost, so this is the plain change";

/// A field at intake of everybody who was due.
pub(super) enum Covariate {
    Number(Vec<f64>),
    Category(Category),
}

/// Everybody who was due.
pub(super) struct Due<'a> {
    pub people: Vec<&'a Person>,
    /// Each field by which those lost are compared.
    pub covariates: Vec<(&'a String, Covariate)>,
}

/// All rows; `is_simple` says that people are a sample without weights and clusters.
pub(super) fn rows(context: &Context<'_>, followup: &Followup, frame: &Frame, is_simple: bool) -> Vec<ResultRow> {
    let found = people(context, followup, frame).people;
    let people: Vec<&Person> = found.iter().filter(|person| person.state == State::Closed).collect();
    let of = |name: &'_ String| covariate(frame, name, &people);
    let covariates = followup.lost_by.iter().filter_map(|name| Some((name, of(name)?))).collect();
    let due = Due { people, covariates };
    let mut rows: Vec<ResultRow> = due.covariates.iter().map(|(name, covariate)| compared(context, name, covariate, &due)).collect();
    let mut answers = Vec::new();
    for variable in &context.settings.variables {
        let read = |name: &str| -> Vec<f64> {
            let column = of_outcome(context, variable, name);
            let at = |person: &&Person| frame.batches[person.intake.0].numbers(&column).map_or(f64::NAN, |values| values[person.intake.1]);
            due.people.iter().map(at).collect()
        };
        let (before, after) = (read(INTAKE), read(AFTER));
        rows.push(compared_outcome(context, variable, &before, &after));
        if !due.covariates.is_empty() {
            rows.push(weighted(context, followup, variable, &due, (&before, &after), is_simple));
        }
        rows.extend(bounds(context, followup, variable, &before, &after));
        answers.push((before, after));
    }
    rows.extend(imputed::rows(context, followup, &due, &answers, is_simple));
    rows
}

fn covariate(frame: &Frame, name: &str, people: &[&Person]) -> Option<Covariate> {
    let is_number = frame.batches.first()?.numbers(name).is_some();
    if is_number {
        let at = |person: &&Person| frame.batches[person.intake.0].numbers(name).map_or(f64::NAN, |values| values[person.intake.1]);
        return Some(Covariate::Number(people.iter().map(at).collect()));
    }
    let at = |person: &&Person| frame.batches[person.intake.0].levels(name).map_or(NO_LEVEL, |levels| levels[person.intake.1]);
    Some(Covariate::Category(Category { codes: people.iter().map(at).collect(), names: frame.levels.get(name)?.names().to_vec() }))
}

pub(super) fn row(context: &Context<'_>, variable: &str, stat: Stat, unit: Unit, who: &str) -> ResultRow {
    let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, variable, stat, unit);
    row.groups.insert(WINDOW.to_owned(), State::Closed.word().to_owned());
    row.groups.insert(WHO.to_owned(), who.to_owned());
    row
}

fn fewest(counts: impl Iterator<Item = u64>) -> Support {
    Support::People { behind: counts.filter(|count| *count > 0).min().unwrap_or(0), outside: None }
}

pub(super) fn not_estimable(mut row: ResultRow, why: &str) -> ResultRow {
    row.status = Status::NotEstimable;
    row.add_note(why);
    row
}

/// How far those lost and those interviewed in time are apart in a field at intake.
fn compared(context: &Context<'_>, name: &str, covariate: &Covariate, due: &Due<'_>) -> ResultRow {
    let mut row = row(context, name, Stat::StandardizedDifference, Unit::None, LOST);
    let is_lost: Vec<bool> = due.people.iter().map(|person| person.standing != Standing::InWindow).collect();
    let least = context.subject.minimum_cell;
    let (keep, all_kept, mut estimate) = match covariate {
        Covariate::Number(values) => {
            let keep: Vec<usize> = (0..values.len()).filter(|place| values[*place].is_finite()).collect();
            let kept: Vec<f64> = keep.iter().map(|place| values[*place]).collect();
            "standardized difference of means at intake, not interviewed in time less interviewed in time".clone_into(&mut row.method);
            let estimate = standardized(Values::Number(&kept), &sides(&is_lost, &keep), &vec![1.0; keep.len()]);
            (keep, true, estimate)
        }
        Covariate::Category(category) => {
            // A level with few people would follow from the distance of all levels.
            let count = |level: u32, lost: bool| (0..is_lost.len()).filter(|place| is_lost[*place] == lost && category.codes[*place] == level).count() as u64;
            let levels = (0..category.names.len()).filter_map(|level| u32::try_from(level).ok());
            let large: Vec<u32> = levels.filter(|level| [true, false].iter().all(|lost| count(*level, *lost) >= least)).collect();
            let keep: Vec<usize> = (0..is_lost.len()).filter(|place| large.contains(&category.codes[*place])).collect();
            "distance of shares at intake without sign, not interviewed in time from interviewed in time, of levels with enough people"
                .clone_into(&mut row.method);
            let kept = category.of_rows(&keep);
            let too_few = || Err("fewer than two levels have enough people in both groups".to_owned());
            let estimate = if large.len() < 2 { too_few() } else { standardized(Values::Category(&kept), &sides(&is_lost, &keep), &vec![1.0; keep.len()]) };
            let all_kept = keep.len() == category.codes.iter().filter(|code| **code != NO_LEVEL).count();
            (keep, all_kept, estimate)
        }
    };
    let lost = keep.iter().filter(|place| is_lost[**place]).count() as u64;
    if let Some(why) = one_sided(is_lost.iter().copied(), "interviewed in time") {
        estimate = Err(why);
    }
    // Where levels were left out, the number of the others would tell how few they are.
    row.n = all_kept.then_some(keep.len() as f64);
    row.support = fewest([lost, keep.len() as u64 - lost].into_iter());
    match estimate {
        Ok(estimate) => row.estimate = Some(estimate),
        Err(why) => return not_estimable(row, &why),
    }
    row
}

/// Seen again and lost, as two groups.
fn sides(is_lost: &[bool], keep: &[usize]) -> Category {
    Category { codes: keep.iter().map(|place| u32::from(is_lost[*place])).collect(), names: super::FOLLOWED.map(str::to_owned).to_vec() }
}

/// Why those lost and those followed cannot be compared: one of the two is nobody.
fn one_sided(is_lost: impl Iterator<Item = bool>, what: &str) -> Option<String> {
    let (lost, followed): (Vec<bool>, Vec<bool>) = is_lost.partition(|lost| *lost);
    match (lost.is_empty(), followed.is_empty()) {
        (true, true) => Some("nobody was due".to_owned()),
        (true, false) => Some("nobody was lost".to_owned()),
        (false, true) => Some(format!("nobody was {what}")),
        (false, false) => None,
    }
}

/// How far apart the two are in an outcome at intake.
fn compared_outcome(context: &Context<'_>, variable: &str, before: &[f64], after: &[f64]) -> ResultRow {
    let count = |seen: bool, outcome: bool| {
        let is = |(before, after): &(&f64, &f64)| !before.is_nan() && (**before > 0.5) == outcome && after.is_nan() != seen;
        before.iter().zip(after).filter(is).count() as u64
    };
    let [yes, no, yes_lost, no_lost] = [count(true, true), count(true, false), count(false, true), count(false, false)];
    let share = |yes: u64, no: u64| (yes + no > 0).then(|| yes as f64 / (yes + no) as f64);
    let mut row = row(context, variable, Stat::StandardizedDifference, Unit::None, LOST);
    "standardized difference of shares at intake, without less with an answer in time".clone_into(&mut row.method);
    row.level = context.settings.followup.as_ref().map(Followup::level);
    row.n = Some((yes + no + yes_lost + no_lost) as f64);
    row.support = fewest([yes, no, yes_lost, no_lost].into_iter());
    row.estimate = share(yes_lost, no_lost).zip(share(yes, no)).and_then(|(lost, seen)| standardized_difference_shares(lost, seen));
    let answered = before.iter().zip(after).filter(|(before, _)| !before.is_nan()).map(|(_, after)| after.is_nan());
    match one_sided(answered, "followed with an answer in time") {
        Some(why) => not_estimable(row, &why),
        None if row.estimate.is_none() => not_estimable(row, "the answers do not vary within groups"),
        None => row,
    }
}

/// The change of those with an answer in time, each standing for the people like them who were due.
fn weighted(context: &Context<'_>, followup: &Followup, variable: &str, due: &Due<'_>, (before, after): (&[f64], &[f64]), is_simple: bool) -> ResultRow {
    let mut row = row(context, variable, Stat::Difference, Unit::Percent, WEIGHTED);
    row.groups.insert(SEEN.to_owned(), super::FOLLOWED[0].to_owned());
    row.level = Some(followup.level());
    row.method = format!(
        "difference of paired shares, weights 1/p from a logistic model of an answer in time on {}, trimmed at percentiles {} and {}, taken as known",
        followup.lost_by.join(", "),
        followup.trim.0,
        followup.trim.1
    );
    let complete = |place: usize| {
        due.covariates.iter().all(|(_, covariate)| match covariate {
            Covariate::Number(values) => values[place].is_finite(),
            Covariate::Category(category) => category.codes[place] != NO_LEVEL,
        })
    };
    let places: Vec<usize> = (0..before.len()).filter(|place| !before[*place].is_nan() && complete(*place)).collect();
    let pairs: Vec<(f64, f64)> = places.iter().map(|place| (before[*place], after[*place])).filter(|(_, after)| !after.is_nan()).collect();
    row.n = Some(pairs.len() as f64);
    row.support = Pairs::count(pairs.iter().copied()).support();
    if pairs.is_empty() {
        return not_estimable(row, "nobody has an answer at both interviews");
    }
    let changes: Vec<f64> = pairs.iter().map(|(before, after)| after - before).collect();
    if !is_simple {
        return not_estimable(row, "follow-up weights are made for people without weights and clusters of a design");
    }
    if pairs.len() == places.len() {
        let is_plain = before.iter().zip(after).all(|(before, after)| before.is_nan() || !after.is_nan());
        return plain(row, &changes, if is_plain { NOBODY_LOST } else { "nobody with all of these fields was lost, so every weight is 1" });
    }
    let columns = columns(due, &places, context.subject.minimum_cell);
    let kept = independent(&columns, &vec![1.0; places.len()]);
    let columns: Vec<Vec<f64>> = kept.into_iter().map(|column| columns[column].clone()).collect();
    let names: Vec<String> = (0..columns.len()).map(|column| format!("column {column}")).collect();
    let seen: Vec<f64> = places.iter().map(|place| f64::from(u8::from(!after[*place].is_nan()))).collect();
    let model = match fit(&columns, &names, &seen, &vec![1.0; places.len()], Family::Binomial) {
        Ok(model) => model,
        Err(why) => return not_estimable(row, &why),
    };
    let raw: Vec<f64> =
        model.predictor.iter().zip(&seen).filter(|(_, seen)| **seen > 0.5).map(|(predictor, _)| 1.0 / Family::Binomial.mean(*predictor)).collect();
    fill_weighted(&mut row, &trimmed(&raw, followup.trim), &changes);
    row
}

/// The plain change of a simple sample, where nobody is to be stood for.
pub(super) fn plain(mut row: ResultRow, changes: &[f64], why: &str) -> ResultRow {
    fill_weighted(&mut row, &vec![1.0; changes.len()], changes);
    row.add_note(why);
    row
}

/// Columns of the model of having an answer in time: a constant, numbers as they are, a column for each level but the first; small levels are joined to the largest.
pub(super) fn columns(due: &Due<'_>, places: &[usize], least: u64) -> Vec<Vec<f64>> {
    let mut columns = vec![vec![1.0; places.len()]];
    for (_, covariate) in &due.covariates {
        match covariate {
            Covariate::Number(values) => columns.push(places.iter().map(|place| values[*place]).collect()),
            Covariate::Category(category) => {
                let count = |level: usize| places.iter().filter(|place| category.codes[**place] as usize == level).count() as u64;
                let large: Vec<usize> = (0..category.names.len()).filter(|level| count(*level) >= least).collect();
                let largest = large.iter().copied().max_by_key(|level| (count(*level), std::cmp::Reverse(*level)));
                for level in large.into_iter().filter(|level| Some(*level) != largest) {
                    columns.push(places.iter().map(|place| f64::from(u8::from(category.codes[*place] as usize == level))).collect());
                }
            }
        }
    }
    columns
}

/// Weights beyond the two percentiles are set to them.
fn trimmed(weights: &[f64], (low, high): (f64, f64)) -> Vec<f64> {
    let mut sorted = weights.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |percentile: f64| quantile_hf7(&sorted, percentile / 100.0);
    match (at(low), at(high)) {
        (Some(low), Some(high)) => weights.iter().map(|weight| weight.clamp(low, high)).collect(),
        _ => weights.to_vec(),
    }
}

/// The weighted mean of changes: `Σwd/Σw`, error `√(n/(n − 1) · Σ(w(d − d̄))²)/Σw`.
fn fill_weighted(row: &mut ResultRow, weights: &[f64], changes: &[f64]) {
    let total = sum(weights.iter().copied());
    if changes.len() < 2 || total <= 0.0 {
        row.add_note("fewer than two people");
        row.status = Status::NotEstimable;
        return;
    }
    let n = changes.len() as f64;
    let mean = sum(weights.iter().zip(changes).map(|(weight, change)| weight * change)) / total;
    let squares = sum(weights.iter().zip(changes).map(|(weight, change)| (weight * (change - mean)).powi(2)));
    let error = (n / (n - 1.0) * squares).sqrt() / total;
    row.estimate = Some(mean);
    row.std_error = Some(error);
    row.df = Some(n - 1.0);
    add_t_interval(row, CONF_LEVEL);
    paired::settle(row, weights.iter().all(|weight| (weight - 1.0).abs() < 1e-12));
}

/// The share at the follow-up of everybody due if nobody, or everybody, of those lost had the outcome.
fn bounds(context: &Context<'_>, followup: &Followup, variable: &str, before: &[f64], after: &[f64]) -> Vec<ResultRow> {
    let all = before.iter().filter(|before| !before.is_nan()).count();
    let yes = after.iter().filter(|after| **after > 0.5).count();
    let no = after.iter().filter(|after| **after <= 0.5).count();
    if yes + no == 0 {
        return Vec::new();
    }
    let one = |level: &str, estimate: f64| {
        let mut row = row(context, variable, Stat::Bound, Unit::Percent, WHATEVER);
        row.groups.extend(context.settings.each.iter().map(|each| (each.clone(), followup.moments[1].clone())));
        row.level = Some(level.to_owned());
        row.estimate = Some(estimate);
        row.denominator = Some(all as f64);
        row.method = format!("{level} share if the outcome of nobody who was lost is known");
        row.support = fewest([yes as u64, no as u64].into_iter());
        row
    };
    vec![one("lowest", yes as f64 / all as f64), one("highest", (all - no) as f64 / all as f64)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_trimmed_at_percentiles() {
        let weights: Vec<f64> = (1..=101).map(f64::from).collect();
        let found = trimmed(&weights, (5.0, 90.0));
        assert_eq!((found[0], found[5], found[50], found[100]), (6.0, 6.0, 51.0, 91.0));
        assert_eq!(trimmed(&[], (1.0, 99.0)), Vec::<f64>::new());
    }

    #[test]
    fn a_weighted_change_by_hand() {
        let mut row = ResultRow::new("d", "a", "v", Stat::Difference, Unit::Percent);
        fill_weighted(&mut row, &[1.0, 2.0, 1.0], &[1.0, 0.0, -1.0]);
        // mean 0; squares 1 + 0 + 1, times 3/2, root √3, over 4
        assert_eq!(row.estimate, Some(0.0));
        assert!((row.std_error.unwrap_or_default() - 3.0_f64.sqrt() / 4.0).abs() < 1e-12);
        fill_weighted(&mut row, &[1.0], &[1.0]);
        assert_eq!(row.status, Status::NotEstimable);
    }
}
