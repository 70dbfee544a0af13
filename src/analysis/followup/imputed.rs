//! Answers of everybody due in, changes of all of them out: what those lost may have answered is drawn many times over and pooled.

use super::super::{CONF_LEVEL, Context, add_t_interval};
use super::Followup;
use super::change::Pairs;
use super::lost::{Covariate, Due, NOBODY_LOST, columns, not_estimable, plain, row};
use crate::model::{Gappy, chained};
use crate::results::{ResultRow, Stat, Unit};
use crate::stats::{pool_rubin, sum};

/// Level of `who`.
const IMPUTED: &str = "imputed for those lost";
/// Seed of the draws unless the pipeline says another.
const SEED: u64 = 1;

/// The change of each outcome among everybody due; answers are those at both interviews, outcome by outcome.
pub(super) fn rows(context: &Context<'_>, followup: &Followup, due: &Due<'_>, answers: &[(Vec<f64>, Vec<f64>)], is_simple: bool) -> Vec<ResultRow> {
    if followup.impute == 0 {
        return Vec::new();
    }
    let people = due.people.len();
    let seed = context.settings.seed.unwrap_or(SEED);
    // an outcome without any answer at one of the two interviews has nothing to be drawn from
    let usable: Vec<bool> = answers.iter().map(|(before, after)| [before, after].iter().all(|side| side.iter().any(|answer| !answer.is_nan()))).collect();
    let used = || answers.iter().zip(&usable).filter(|(_, usable)| **usable).map(|(answers, _)| answers);
    let mut gappy: Vec<Gappy> = used().flat_map(|(before, after)| [Gappy::TwoLevels(before.clone()), Gappy::TwoLevels(after.clone())]).collect();
    let (mut categories, mut full) = (Vec::new(), Vec::new());
    for (name, covariate) in &due.covariates {
        match covariate {
            Covariate::Number(values) if values.iter().any(|value| value.is_nan()) => gappy.push(Gappy::Number(values.clone())),
            Covariate::Number(values) => full.push(values.clone()),
            Covariate::Category(category) => categories.push((*name, Covariate::Category(category.clone()))),
        }
    }
    let places: Vec<usize> = (0..people).collect();
    full.extend(columns(&Due { people: Vec::new(), covariates: categories }, &places, context.subject.minimum_cell).into_iter().skip(1));
    let copies = if is_simple {
        chained(&gappy, &full, followup.impute, seed)
    } else {
        Err("answers are imputed for people without weights and clusters of a design".to_owned())
    };
    let with = if followup.lost_by.is_empty() { String::new() } else { format!(" and {}", followup.lost_by.join(", ")) };
    let one = |(place, variable): (usize, &String)| {
        let mut row = row(context, variable, Stat::Difference, Unit::Percent, IMPUTED);
        row.level = Some(followup.level());
        row.method = format!(
            "difference of paired shares of everybody due, {} imputations by chained equations (logistic regressions on all outcomes{with}, numbers by \
             predictive mean matching), pooled by Rubin's rules, seed {seed}",
            followup.impute
        );
        let (before, after) = &answers[place];
        let pairs = before.iter().zip(after).filter(|(before, after)| !before.is_nan() && !after.is_nan()).map(|(before, after)| (*before, *after));
        row.support = Pairs::count(pairs).support();
        row.n = Some(people as f64);
        if !usable[place] {
            return not_estimable(row, "nobody has an answer at one of the two interviews, so nothing can be drawn");
        }
        if is_simple && before.iter().chain(after).all(|answer| !answer.is_nan()) {
            let changes: Vec<f64> = before.iter().zip(after).map(|(before, after)| after - before).collect();
            return plain(row, &changes, NOBODY_LOST);
        }
        match &copies {
            Ok(copies) => fill(&mut row, copies, usable[..place].iter().filter(|usable| **usable).count()),
            Err(why) => return not_estimable(row, why),
        }
        row
    };
    context.settings.variables.iter().enumerate().map(one).collect()
}

/// The pooled mean change of an outcome; its two columns stand side by side in each copy.
fn fill(row: &mut ResultRow, copies: &[Vec<Vec<f64>>], place: usize) {
    let n = row.n.unwrap_or_default();
    let one = |copy: &Vec<Vec<f64>>| {
        let changes: Vec<f64> = copy[2 * place].iter().zip(&copy[2 * place + 1]).map(|(before, after)| after - before).collect();
        let mean = sum(changes.iter().copied()) / n;
        (mean, sum(changes.iter().map(|change| (change - mean) * (change - mean))) / (n * (n - 1.0)))
    };
    let (estimates, variances): (Vec<f64>, Vec<f64>) = copies.iter().map(one).unzip();
    let Some(pooled) = pool_rubin(&estimates, &variances, n - 1.0) else {
        *row = not_estimable(row.clone(), "the imputed answers do not vary, or there are fewer than two imputations");
        return;
    };
    (row.estimate, row.std_error, row.df) = (Some(pooled.estimate), Some(pooled.std_error), Some(pooled.df));
    add_t_interval(row, CONF_LEVEL);
}
