//! How well instruments measure here: alpha, omega and items of each wave, alpha by center, items that drift.

use super::{Analysis, CONF_LEVEL, Context, Scored, ScoredScale, answers};
use crate::error::Error;
use crate::estimate::{Base, CiMethod, Estimate, Measure, Request};
use crate::frame::Frame;
use crate::model::omega;
use crate::results::{ResultRow, Stat, Status, Support, Unit};
use crate::stats::{alpha_if_dropped, cronbach_alpha, item_drift, item_rest_correlations, normal_quantile};

/// Complete answers below which the figures of a center say too little: at ten items an alpha of 0.8 has an interval wider than 0.2.
const CENTER_FLOOR: usize = 50;

/// Shift, in standard deviations, from which an item is named: small by Cohen 1988.
const NOTABLE_DRIFT: f64 = 0.2;

/// Reliability by instrument.
pub(super) struct Reliability;

impl Analysis for Reliability {
    fn kind(&self) -> &'static str {
        "reliability"
    }

    fn summary(&self) -> &'static str {
        "how well instruments measure: alpha, omega, items, ends of the scale, by wave and center, and items that drift between waves"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["center", "instruments"]
    }

    fn requests(&self, context: &Context<'_>) -> Vec<Request> {
        ends(context).into_iter().map(|(_, request)| request).collect()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, estimates: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let mut rows = Vec::new();
        for ((variable, _), estimates) in ends(context).into_iter().zip(estimates) {
            let given = estimates.iter().filter(|estimate| !is_center(context, estimate) || estimate.denominator >= Some(CENTER_FLOOR as u64));
            rows.extend(given.map(|estimate| context.row(&variable, Unit::Points, estimate)));
        }
        let whole = [String::new()];
        let waves = if context.subject.waves.is_empty() { &whole[..] } else { &context.subject.waves };
        for (is_given, scale) in scales(context).filter(|(_, scale)| scale.answers.len() > 1) {
            let asked = Asked { context, frame, scale, is_given };
            rows.extend(waves.iter().flat_map(|wave| asked.of_wave(wave)));
            rows.extend(asked.by_center(waves.last().map(String::as_str).unwrap_or_default()));
            rows.extend(context.comparisons().into_iter().flat_map(|(from, to)| asked.drift(from, to)));
        }
        Ok(rows)
    }
}

/// The scales, and whether an outcomes analysis gives alpha and ends of their waves.
fn scales<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (bool, &'a ScoredScale)> {
    let with = |scored: &'a Scored| scored.scales.iter().map(|scale| (context.settings.given.contains(&scored.id), scale));
    context.instruments().flat_map(with)
}

/// Whether a figure is one of a center.
fn is_center(context: &Context<'_>, estimate: &Estimate) -> bool {
    estimate.groups.iter().any(|(group, _)| context.settings.center.as_ref() == Some(group))
}

/// Shares with the lowest and the highest possible score, of each wave and of its centers.
fn ends(context: &Context<'_>) -> Vec<(String, Request)> {
    let wave: Vec<String> = if context.subject.waves.is_empty() { Vec::new() } else { vec!["wave".to_owned()] };
    let centers = context.settings.center.iter().map(|center| wave.iter().cloned().chain([center.clone()]).collect());
    let breakdowns: Vec<Vec<String>> = std::iter::once(wave.clone()).chain(centers).collect();
    let mut asked = Vec::new();
    // Where outcomes are given too, they have the ends; few people of one center lie there, so nearly all of those would be hidden.
    for (_, scale) in scales(context).filter(|(is_given, _)| !is_given) {
        for column in ["floor", "ceiling"].map(|end| format!("{}_{end}", scale.name)) {
            for by in &breakdowns {
                let mut request = Request::new(column.as_str(), Measure::Proportion { ci: CiMethod::Logit, base: Base::Valid });
                request.by.clone_from(by);
                asked.push((column.clone(), request));
            }
        }
    }
    asked
}

/// One scale.
struct Asked<'a> {
    context: &'a Context<'a>,
    frame: &'a Frame,
    scale: &'a ScoredScale,
    /// Whether an outcomes analysis gives its alpha of each wave.
    is_given: bool,
}

impl Asked<'_> {
    fn row(&self, stat: Stat, method: &str, people: usize) -> ResultRow {
        let mut row = ResultRow::new(&self.context.subject.dataset, &self.context.settings.id, &self.scale.name, stat, Unit::None);
        method.clone_into(&mut row.method);
        row.n = Some(people as f64);
        row.support = Support::People { behind: people as u64, outside: None };
        row
    }

    /// Alpha, omega and what each item adds to them.
    fn of_wave(&self, wave: &str) -> Vec<ResultRow> {
        let complete = answers::complete(self.frame, &self.scale.answers, wave, None);
        let columns: Vec<&[f64]> = complete.iter().map(Vec::as_slice).collect();
        let people = complete.first().map_or(0, Vec::len);
        let mut rows: Vec<ResultRow> = (!self.is_given).then(|| self.alpha(&columns)).into_iter().collect();
        rows.push(self.omega(&complete));
        let figures = self.scale.items.iter().zip(alpha_if_dropped(&columns)).zip(item_rest_correlations(&columns));
        for ((item, alpha), r) in figures {
            let mut dropped = self.row(Stat::AlphaIfDropped, "Cronbach's alpha of the other items, complete answers, unweighted", people);
            dropped.level = Some(item.clone());
            rows.push(estimated(dropped, alpha));
            let mut rest = self.row(Stat::ItemRestR, "correlation with the sum of the other items, complete answers, unweighted", people);
            rest.level = Some(item.clone());
            if r.is_some_and(|r| r < 0.0) {
                rest.add_note("goes against the other items; is it keyed the right way?");
            }
            rows.push(estimated(rest, r));
        }
        rows.into_iter().map(|row| self.context.in_wave(row, wave)).collect()
    }

    fn alpha(&self, columns: &[&[f64]]) -> ResultRow {
        let people = columns.first().map_or(0, |column| column.len());
        let mut row = self.row(Stat::Alpha, "Cronbach's alpha of complete answers, unweighted, Feldt interval", people);
        let alpha = cronbach_alpha(columns, CONF_LEVEL);
        if let Some(alpha) = alpha {
            (row.conf_low, row.conf_high, row.conf_level) = (Some(alpha.conf_low), Some(alpha.conf_high), Some(CONF_LEVEL));
        }
        estimated(row, alpha.map(|alpha| alpha.alpha))
    }

    fn omega(&self, complete: &[Vec<f64>]) -> ResultRow {
        let mut row = self.row(
            Stat::Omega,
            "McDonald's omega of one factor by maximum likelihood, unweighted, delta-method interval",
            complete.first().map_or(0, Vec::len),
        );
        match omega(&self.scale.items, complete) {
            Ok(omega) => {
                (row.estimate, row.std_error) = (Some(omega.value), Some(omega.std_error));
                let reach = normal_quantile(f64::midpoint(1.0, CONF_LEVEL)).map(|z| z * omega.std_error);
                (row.conf_low, row.conf_high) = (reach.map(|reach| omega.value - reach), reach.map(|reach| omega.value + reach));
                row.conf_level = Some(CONF_LEVEL);
                if omega.residuals.iter().any(|residual| *residual < 0.0) {
                    row.add_note("Heywood case: the variance left of an item is below zero, so one factor does not fit");
                }
            }
            Err(reason) => {
                row.status = Status::NotEstimable;
                row.add_note(&reason);
            }
        }
        row
    }

    /// Alpha of each center with enough complete answers in a wave.
    fn by_center(&self, wave: &str) -> Vec<ResultRow> {
        let Some((center, levels)) = self.context.settings.center.as_ref().and_then(|center| Some((center, self.frame.levels.get(center)?))) else {
            return Vec::new();
        };
        let of = |level: &String| {
            let complete = answers::complete(self.frame, &self.scale.answers, wave, Some((center, level)));
            let columns: Vec<&[f64]> = complete.iter().map(Vec::as_slice).collect();
            (complete.first().map_or(0, Vec::len) >= CENTER_FLOOR).then(|| {
                let mut row = self.context.in_wave(self.alpha(&columns), wave);
                row.groups.insert(center.clone(), level.clone());
                row
            })
        };
        levels.names().iter().filter_map(of).collect()
    }

    /// How far each item moved at the same score on the others.
    fn drift(&self, from: &str, to: &str) -> Vec<ResultRow> {
        let before = answers::complete(self.frame, &self.scale.answers, from, None);
        let after = answers::complete(self.frame, &self.scale.answers, to, None);
        let people = |items: &[Vec<f64>]| items.first().map_or(0, Vec::len);
        let drift = |(item, drift)| {
            let mut row = self.row(Stat::ItemDrift, "shift given the sum of the other items, complete answers, unweighted", people(&before) + people(&after));
            row.support = Support::People { behind: people(&before).min(people(&after)) as u64, outside: None };
            row.level = Some(String::clone(item));
            row = self.context.in_wave(row, to);
            row.groups.insert("compared_with".to_owned(), from.to_owned());
            if let Some(drift) = drift {
                let drift: crate::stats::ItemDrift = drift;
                (row.estimate, row.std_error) = (Some(drift.shift), Some(drift.std_error));
                (row.conf_low, row.conf_high, row.conf_level) = (Some(drift.conf_low), Some(drift.conf_high), Some(CONF_LEVEL));
                if drift.shift.abs() >= NOTABLE_DRIFT && drift.conf_low * drift.conf_high > 0.0 {
                    row.add_note("the item moved beside the others: a screen, no proof that it measures something else");
                }
                return row;
            }
            estimated(row, None)
        };
        self.scale.items.iter().zip(item_drift(&before, &after, CONF_LEVEL)).map(drift).collect()
    }
}

/// The row with its estimate, or with the reason for which it has none.
fn estimated(mut row: ResultRow, estimate: Option<f64>) -> ResultRow {
    row.estimate = estimate;
    if estimate.is_none() {
        row.status = Status::NotEstimable;
        row.add_note("too few complete answers, too few items, or answers that do not vary");
    }
    row
}
