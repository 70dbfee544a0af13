//! A standard deviation is neither larger nor smaller than the mean, the scale and the number of people allow.
//!
//! Of all data on a scale `[a, b]` with mean `m`, the ones that lie at both ends spread most:
//! `SD² ≤ (m − a)(b − m) · n/(n − 1)`. Where the smallest and the largest value were met,
//! `SD² ≥ (max − min)² / (2(n − 1))`, and whole numbers with a mean between two of them cannot all be equal:
//! `SD² ≥ f(1 − f) · n/(n − 1)`, `f` the mean's part after the point.

use super::{Check, Tally, at};
use crate::audit::Finding;
use crate::audit::decimal::{Decimal, shown};
use crate::audit::table::{Entry, Figure, Role, Sheet};
use crate::error::Severity;

/// SD against mean, scale and n.
pub(super) struct Spread;

impl Check for Spread {
    fn id(&self) -> &'static str {
        "spread"
    }

    fn summary(&self) -> &'static str {
        "standard deviations are possible for their mean, scale and number of people"
    }

    fn run(&self, sheet: &Sheet, tally: &mut Tally) {
        for entry in &sheet.entries {
            let (Some(mean), Some(sd)) = (entry.number(Role::Mean), entry.figure(Role::Sd)) else { continue };
            let bounds = [(Role::ScaleLow, Role::ScaleHigh), (Role::Min, Role::Max)].map(|(low, high)| entry.number(low).zip(entry.number(high)));
            if sd.number.interval().1 < 0.0 {
                negative(sheet, entry, sd, tally);
            } else if let Some((low, high)) = bounds.into_iter().flatten().min_by(|one, other| width(*one).total_cmp(&width(*other))) {
                largest(sheet, entry, mean, sd, (low, high), tally);
            } else {
                tally.skip("the scale of the mean is not stated", 1);
            }
            smallest(sheet, entry, mean, sd, tally);
            at_the_end(sheet, entry, mean, sd, tally);
        }
    }
}

fn width((low, high): (Decimal, Decimal)) -> f64 {
    high.value() - low.value()
}

fn negative(sheet: &Sheet, entry: &Entry, sd: &Figure, tally: &mut Tally) {
    let arithmetic = "a standard deviation is a root and not negative".to_owned();
    tally.find(1, Finding { printed: sd.raw.clone(), possible: "at least 0".to_owned(), arithmetic, ..at("audit::spread", Severity::Error, sheet, entry, sd) });
}

/// `n/(n − 1)` for at least so many people.
fn correction(cases: Option<u64>) -> f64 {
    let cases = cases.unwrap_or(2).max(2) as f64;
    cases / (cases - 1.0)
}

/// The largest SD that the scale allows.
fn largest(sheet: &Sheet, entry: &Entry, mean: Decimal, sd: &Figure, (low, high): (Decimal, Decimal), tally: &mut Tally) {
    let (a, b) = (low.interval().0.min(low.value()), high.value());
    let a = if low.decimals == 0 { low.value() } else { a };
    let (least, most) = mean.interval();
    // The bound is greatest where the mean, as it may have been before rounding, is nearest the middle.
    let m = f64::midpoint(a, b).clamp(least, most).clamp(a, b);
    let bound = ((m - a) * (b - m) * correction(entry.cases())).max(0.0).sqrt();
    if sd.number.interval().0 <= bound * (1.0 + 1e-9) {
        return tally.agree(1);
    }
    let people = entry.cases().map_or_else(|| "any number of people".to_owned(), |cases| format!("n = {cases}"));
    let decimals = sd.number.decimals as usize + 2;
    let arithmetic = format!("√(({} − {})({} − {})·n/(n − 1)) = {bound:.decimals$} for {people}", shown(m, 6), shown(a, 6), shown(b, 6), shown(m, 6));
    let possible = format!(
        "at most {}",
        shown((bound * 10_f64.powi(i32::try_from(decimals).unwrap_or(3))).floor() / 10_f64.powi(i32::try_from(decimals).unwrap_or(3)), decimals)
    );
    tally.find(1, Finding { printed: format!("SD {}", sd.raw), possible, arithmetic, ..at("audit::spread", Severity::Error, sheet, entry, sd) });
}

/// The smallest SD that whole numbers and both ends allow.
fn smallest(sheet: &Sheet, entry: &Entry, mean: Decimal, sd: &Figure, tally: &mut Tally) {
    let Some(cases) = entry.cases().filter(|cases| *cases > 1) else { return };
    let n = cases as f64;
    let mut bounds: Vec<(f64, String)> = Vec::new();
    if let (Some(low), Some(high)) = (entry.number(Role::Min), entry.number(Role::Max)) {
        let apart = (high.interval().0 - low.interval().1).max(0.0);
        bounds.push((
            (apart * apart / (2.0 * (n - 1.0))).sqrt(),
            format!("both {} and {} were met: √(({}−{})²/(2·{}))", low.value(), high.value(), high.value(), low.value(), cases - 1),
        ));
    }
    if let Some(items) = entry.count(Role::Items).filter(|items| *items > 0) {
        let (least, most) = mean.interval();
        let grain = items as f64;
        let nearest = |value: f64| (value * grain).fract().abs().min(1.0 - (value * grain).fract().abs());
        // Where a whole number lies within the rounding of the mean, all answers may be equal.
        let distance = if (least * grain).floor() < (most * grain).floor() { 0.0 } else { nearest(least).min(nearest(most)) };
        bounds.push((
            (distance * (1.0 - distance) * correction(Some(cases))).sqrt() / grain,
            "whole numbers with a mean between two of them: √(f(1 − f)·n/(n − 1))".to_owned(),
        ));
    }
    for (bound, words) in bounds {
        if sd.number.interval().1 >= bound * (1.0 - 1e-9) {
            tally.agree(1);
        } else {
            let decimals = sd.number.decimals as usize + 2;
            let finding = at("audit::spread", Severity::Error, sheet, entry, sd);
            tally.find(
                1,
                Finding {
                    printed: format!("SD {}", sd.raw),
                    possible: format!("at least {}", shown(bound, decimals)),
                    arithmetic: format!("{words} = {bound:.decimals$} for n = {cases}"),
                    ..finding
                },
            );
        }
    }
}

/// A mean and an SD that reach beyond the scale speak of answers crowded at its end.
fn at_the_end(sheet: &Sheet, entry: &Entry, mean: Decimal, sd: &Figure, tally: &mut Tally) {
    let (Some(low), Some(high)) = (entry.number(Role::ScaleLow), entry.number(Role::ScaleHigh)) else { return };
    let (m, s) = (mean.value(), sd.number.value());
    let beyond = if m + s > high.value() {
        Some(("+", m + s, high))
    } else if m - s < low.value() {
        Some(("−", m - s, low))
    } else {
        None
    };
    if let Some((sign, reached, end)) = beyond.filter(|_| m >= low.value() && m <= high.value()) {
        let printed = format!("{} ({})", shown(m, 6), shown(s, 6));
        let arithmetic = format!("{} {sign} {} = {}, beyond {}", shown(m, 6), shown(s, 6), shown(reached, 6), shown(end.value(), 6));
        tally.note(Finding {
            printed,
            possible: "answers crowd at the end of the scale: a median with quartiles says more".to_owned(),
            arithmetic,
            ..at("audit::spread", Severity::Note, sheet, entry, sd)
        });
    }
}
