//! Outcomes at both interviews: the questions about one outcome, and the rows of its change.
//!
//! Of the people who were due and answered at the intake, those with an answer at a follow-up in the window are
//! followed, the others lost; so the shares at intake of all, followed and lost are parts of one whole.

use super::super::{CONF_LEVEL, Context, paired};
use super::columns::{AFTER, BEFORE, CHANGE, INTAKE, of_outcome};
use super::people::State;
use super::{Asked, FOLLOWED, Question, SEEN, WINDOW, column, question, share};
use crate::estimate::{Estimate, Measure, Request};
use crate::frame::Frame;
use crate::results::{ResultRow, Stat, Status, Support, Unit};
use crate::stats::{mcnemar, t_half_width, t_p_value};

/// The questions about an outcome.
pub(super) fn plan(context: &Context<'_>, variable: &str) -> Vec<Question> {
    let Some(each) = &context.settings.each else { return Vec::new() };
    let Some(moments) = context.settings.followup.as_ref().map(|followup| &followup.moments) else { return Vec::new() };
    let of = |name: &str| of_outcome(context, variable, name);
    let closed = |name: &str, measure: Measure| Request::new(of(name), measure).only(column(context, WINDOW), [State::Closed.word()]);
    let [intake, later] = moments.each_ref().map(|moment| (each.as_str(), moment.as_str()));
    let (due, [followed, lost]) = ((WINDOW, State::Closed.word()), FOLLOWED.map(|seen| (SEEN, seen)));
    let mut plan = vec![question(Asked::Share, variable, closed(INTAKE, share()), &[due, intake])];
    for seen in [followed, lost] {
        plan.push(question(Asked::Share, variable, closed(INTAKE, share()).only(of(SEEN), [seen.1]), &[due, seen, intake]));
    }
    // only of people with both answers, so that they alone make the degrees of freedom
    let both = |name: &str, measure: Measure| closed(name, measure).only(of(SEEN), [followed.1]);
    plan.push(question(Asked::Share, variable, both(AFTER, share()), &[due, followed, later]));
    plan.push(question(Asked::Difference, variable, both(CHANGE, Measure::Mean), &[due, followed]));
    plan.push(question(Asked::Ratio, variable, both(AFTER, Measure::Ratio { denominator: of(BEFORE) }), &[due, followed]));
    plan
}

/// How many people answered so at both interviews: the outcome both times, lost, gained, neither time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pairs {
    pub kept: u64,
    pub lost: u64,
    pub gained: u64,
    pub neither: u64,
}

impl Pairs {
    /// Counts the pairs of an outcome.
    pub(super) fn of(context: &Context<'_>, frame: &Frame, variable: &str) -> Self {
        let of = |name: &str| of_outcome(context, variable, name);
        let batches = frame.batches.iter().map(|batch| [BEFORE, AFTER].map(|name| batch.numbers(&of(name)).unwrap_or_default()));
        Self::count(batches.flat_map(|[before, after]| before.iter().copied().zip(after.iter().copied())))
    }

    /// Counts pairs of 1 and 0; those without both do not count.
    pub(super) fn count(answers: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut pairs = Self::default();
        for (before, after) in answers.filter(|(before, after)| !before.is_nan() && !after.is_nan()) {
            let cell = match (before > 0.5, after > 0.5) {
                (true, true) => &mut pairs.kept,
                (true, false) => &mut pairs.lost,
                (false, true) => &mut pairs.gained,
                (false, false) => &mut pairs.neither,
            };
            *cell += 1;
        }
        pairs
    }

    /// Why there is no change, or no rate of it: nobody to speak of, or nothing to divide by.
    fn none(self, is_rate: bool) -> Option<&'static str> {
        match (self.kept + self.lost, self.gained + self.neither) {
            (0, 0) => Some("nobody has an answer at both interviews"),
            (0, _) if is_rate => Some("nobody had the outcome at intake, so nothing can be divided by it"),
            _ => None,
        }
    }

    /// Why a rate of change has no interval whatever its error.
    fn no_rate(self) -> Option<&'static str> {
        match (self.kept + self.gained, self.lost + self.gained) {
            (0, _) => Some("nobody had the outcome at the follow-up, so there is no interval"),
            (_, 0) => Some("nobody's answer changed, so there is no interval"),
            _ => None,
        }
    }

    /// People behind a figure from which, with the two shares, each of the four numbers can be computed:
    /// the fewest of them that are there at all.
    pub(super) fn support(self) -> Support {
        let behind = [self.kept, self.lost, self.gained, self.neither].into_iter().filter(|people| *people > 0).min().unwrap_or(0);
        Support::People { behind, outside: None }
    }
}

/// The row of a difference of two shares, or of a rate of change.
pub(super) fn row(context: &Context<'_>, frame: &Frame, asked: &Question, estimate: &Estimate) -> ResultRow {
    let pairs = Pairs::of(context, frame, &asked.variable);
    let mut row = context.row(&asked.variable, Unit::Percent, estimate);
    row.groups.extend(asked.groups.iter().cloned());
    row.level = context.settings.followup.as_ref().map(super::Followup::level);
    row.support = pairs.support();
    row.n_missing = None;
    row.deff = None;
    row.cv = None;
    if row.status == Status::NotEstimable
        && let Some(why) = pairs.none(matches!(asked.asked, Asked::Ratio))
    {
        row.note = Some(why.to_owned());
    }
    match asked.asked {
        Asked::Difference => difference(&mut row, pairs),
        _ => rate_of_change(&mut row, pairs),
    }
    row
}

fn difference(row: &mut ResultRow, pairs: Pairs) {
    row.stat = Stat::Difference;
    if row.estimate.is_none() {
        return;
    }
    let is_simple = paired::is_simple(row);
    paired::settle(row, is_simple);
    if is_simple {
        let test = mcnemar(pairs.lost, pairs.gained);
        row.test_statistic = test.and_then(|test| test.statistic);
        row.p_value = test.map(|test| test.p_value);
        row.method = format!("difference of paired shares, t interval of the changes, Clopper–Pearson limit where all changed alike; {}", paired::MCNEMAR);
        let is_clear = row.conf_low.is_some_and(|low| low > 0.0) || row.conf_high.is_some_and(|high| high < 0.0);
        if row.p_value.is_some_and(|p| is_clear != (p < 1.0 - CONF_LEVEL)) {
            row.add_note("test and interval follow different rules and do not agree here; McNemar's test is cautious where few people changed");
        }
    } else {
        let t = row.estimate.zip(row.std_error).map(|(change, error)| change / error);
        row.test_statistic = t;
        row.p_value = t.zip(row.df).and_then(|(t, df)| t_p_value(t, df));
        "difference of paired shares, t interval and t test of the changes".clone_into(&mut row.method);
    }
}

/// Later over earlier share, less one, with an interval on the scale of the logarithm.
fn rate_of_change(row: &mut ResultRow, pairs: Pairs) {
    row.stat = Stat::RateOfChange;
    "rate of change, (follow-up − intake)/intake; interval by the delta method on the logarithm of the ratio".clone_into(&mut row.method);
    (row.conf_low, row.conf_high, row.conf_level) = (None, None, None);
    let Some(ratio) = row.estimate else { return };
    row.estimate = Some(ratio - 1.0);
    if let Some(why) = pairs.no_rate() {
        row.std_error = None;
        row.add_note(why);
        return;
    }
    let spread = row.std_error.zip(row.df).and_then(|(error, df)| t_half_width(error / ratio, df, CONF_LEVEL));
    if let Some(spread) = spread.filter(|spread| spread.is_finite() && *spread > 0.0) {
        row.conf_low = Some(ratio * (-spread).exp() - 1.0);
        row.conf_high = Some(ratio * spread.exp() - 1.0);
        row.conf_level = Some(CONF_LEVEL);
    }
}
