//! GRIM and GRIMMER: can answers in whole numbers give the printed mean and standard deviation?
//!
//! The mean of `n` people and `k` whole-number items is a whole number over `n·k` (Brown and Heathers 2017,
//! doi:10.1177/1948550616673876). The squares then sum to a whole number of the same parity as the sum
//! (Anaya 2016, Allard 2018). Both speak only where the grid is coarser than the printed digits.

use super::{Check, Tally, at};
use crate::audit::Finding;
use crate::audit::decimal::Decimal;
use crate::audit::table::{Entry, Figure, Role, Sheet};
use crate::error::Severity;

/// Means and SDs of whole numbers.
pub(super) struct Grim;

/// Sums beyond this many make every SD possible.
const MOST_SUMS: i128 = 10_000;
const TOO_MANY: &str = "with so many people and items any mean of so few decimals is possible";
/// People beyond this many would overflow the arithmetic and make every mean possible anyway.
const MOST_ANSWERS: u64 = 10_000_000;
/// A sum beyond this is none of answers to a question, and its square times those of the SD's digits would overflow.
const MOST_SUM: i128 = 10_000_000_000_000;

impl Check for Grim {
    fn id(&self) -> &'static str {
        "grim"
    }

    fn summary(&self) -> &'static str {
        "means and standard deviations are possible for answers in whole numbers (GRIM, GRIMMER)"
    }

    fn run(&self, sheet: &Sheet, tally: &mut Tally) {
        for entry in &sheet.entries {
            let Some(mean) = entry.figure(Role::Mean) else { continue };
            let (Some(items), Some(cases)) = (entry.count(Role::Items).filter(|items| *items > 0), entry.cases().filter(|cases| *cases > 0)) else {
                tally.skip("whether the answers are whole numbers, of how many items and people, is not stated (columns `items` and `n`, or --items)", 1);
                continue;
            };
            let Some(answers) = items.checked_mul(cases).filter(|answers| *answers <= MOST_ANSWERS) else {
                tally.skip(TOO_MANY, 1);
                continue;
            };
            let is_coarse = i128::from(answers) < mean.number.scale();
            match sums(mean.number, answers) {
                Some(range) => {
                    if is_coarse {
                        tally.agree(1);
                    } else {
                        tally.skip(TOO_MANY, 1);
                    }
                    grimmer(sheet, entry, range, (cases, items), tally);
                }
                None => impossible_mean(sheet, entry, mean, answers, (cases, items), tally),
            }
        }
    }
}

/// The sums of so many whole answers that print as the mean.
fn sums(mean: Decimal, answers: u64) -> Option<(i128, i128)> {
    let (answers, scale) = (i128::from(answers), 2 * mean.scale());
    let (least, most) = ((2 * mean.units - 1) * answers, (2 * mean.units + 1) * answers);
    let low = least.div_euclid(scale) + i128::from(least.rem_euclid(scale) > 0);
    let high = most.div_euclid(scale);
    (low <= high).then_some((low, high))
}

fn impossible_mean(sheet: &Sheet, entry: &Entry, mean: &Figure, answers: u64, (cases, items): (u64, u64), tally: &mut Tally) {
    let decimals = mean.number.decimals as usize;
    let below = (mean.number.value() * answers as f64).floor();
    let share = |sum: f64| format!("{sum}/{answers} = {:.*}", decimals + 2, sum / answers as f64);
    let possible = format!("{:.decimals$} or {:.decimals$}", below / answers as f64, (below + 1.0) / answers as f64);
    let who = if items == 1 { format!("n = {cases}") } else { format!("n = {cases} with {items} items") };
    let arithmetic = format!("{}, {}", share(below), share(below + 1.0));
    tally.find(1, Finding { printed: format!("mean {}, {who}", mean.raw), possible, arithmetic, ..at("audit::grim", Severity::Error, sheet, entry, mean) });
}

/// Whether any sum that gives the mean has squares that give the SD.
fn grimmer(sheet: &Sheet, entry: &Entry, (low, high): (i128, i128), (people, items): (u64, u64), tally: &mut Tally) {
    let Some(sd) = entry.figure(Role::Sd).filter(|sd| people > 1 && sd.number.units >= 0 && sd.number.decimals <= 4 && sd.number.units < 1_000_000_000) else {
        return;
    };
    if low < -MOST_SUM || high > MOST_SUM {
        return tally.skip("the sum of the answers is too large to look at its squares", 1);
    }
    if high - low > MOST_SUMS || (low..=high).any(|sum| has_squares(sum, sd.number, people, items)) {
        return tally.agree(1);
    }
    let sums = if low == high { format!("sum {low}") } else { format!("sums {low} to {high}") };
    let printed = format!("mean {}, SD {}, n = {people}", entry.raw(Role::Mean), sd.raw);
    let possible = nearest_sd((low, high), sd.number, people, items).map_or_else(|| "no SD near it".to_owned(), |near| format!("SD {near}"));
    let arithmetic = format!("{sums}: no whole sum of squares of the same parity lies within {} ± {}", sd.raw, sd.number.half());
    tally.find(1, Finding { printed, possible, arithmetic, ..at("audit::grimmer", Severity::Error, sheet, entry, sd) });
}

/// Whether a whole number `q` of the parity of `sum` gives the SD: `SD² = (q − sum²/n) / (n − 1)`, in units of one item.
fn has_squares(sum: i128, sd: Decimal, people: u64, items: u64) -> bool {
    let (n, k) = (i128::from(people), i128::from(items));
    let unit = 2 * sd.scale();
    // Everything times n·unit².
    let side = |bound: i128| bound * bound * k * k * n * (n - 1) + sum * sum * unit * unit;
    let (least, most) = (side((2 * sd.units - 1).max(0)), side(2 * sd.units + 1));
    let per = n * unit * unit;
    let first = least.div_euclid(per) + i128::from(least.rem_euclid(per) > 0);
    let end = most.div_euclid(per);
    let first = if (first - sum).rem_euclid(2) == 0 { first } else { first + 1 };
    first <= end
}

/// The nearest SD with the same decimals that is possible.
fn nearest_sd((low, high): (i128, i128), sd: Decimal, cases: u64, items: u64) -> Option<String> {
    let is_possible = |units: i128| units >= 0 && (low..=high).any(|sum| has_squares(sum, Decimal { units, ..sd }, cases, items));
    let near = (1..=50).flat_map(|step| [sd.units - step, sd.units + step]).find(|units| is_possible(*units))?;
    Some(format!("{:.*}", sd.decimals as usize, Decimal { units: near, ..sd }.value()))
}
