//! Every figure lies where it can: percentages from 0 to 100, counts within their base, means and medians
//! within the scale and between the smallest and largest value, estimates within their interval.

use super::{Check, Tally, at};
use crate::audit::Finding;
use crate::audit::decimal::shown;
use crate::audit::table::{Entry, Figure, Role, Sheet};
use crate::error::Severity;

/// Figures within their bounds.
pub(super) struct Range;

const CODE: &str = "audit::range";

/// Which figure may not be below (or above) which, and the words for it.
const ORDER: &[(Role, Role, &str)] = &[
    (Role::Count, Role::Base, "a count is at most its base"),
    (Role::ScaleLow, Role::Mean, "a mean lies within its scale"),
    (Role::Mean, Role::ScaleHigh, "a mean lies within its scale"),
    (Role::ScaleLow, Role::Median, "a median lies within its scale"),
    (Role::Median, Role::ScaleHigh, "a median lies within its scale"),
    (Role::ScaleLow, Role::Min, "the smallest value lies within its scale"),
    (Role::Max, Role::ScaleHigh, "the largest value lies within its scale"),
    (Role::Min, Role::Max, "the smallest value is at most the largest"),
    (Role::Min, Role::Mean, "a mean lies between the smallest and the largest value"),
    (Role::Mean, Role::Max, "a mean lies between the smallest and the largest value"),
    (Role::Min, Role::Median, "a median lies between the smallest and the largest value"),
    (Role::Median, Role::Max, "a median lies between the smallest and the largest value"),
    (Role::Low, Role::High, "the lower end of an interval is at most the upper"),
];

impl Check for Range {
    fn id(&self) -> &'static str {
        "range"
    }

    fn summary(&self) -> &'static str {
        "percentages, counts, means, medians and intervals lie within their bounds"
    }

    fn run(&self, sheet: &Sheet, tally: &mut Tally) {
        for entry in &sheet.entries {
            for (lower, upper, words) in ORDER {
                if let (Some(lower), Some(upper)) = (entry.figure(*lower), entry.figure(*upper)) {
                    compare(sheet, entry, lower, upper, words, tally);
                }
            }
            inside_interval(sheet, entry, tally);
            if let Some(figure) = entry.figure(Role::Percent) {
                let (low, high) = figure.number.interval();
                if low > 100.0 || high < 0.0 {
                    let arithmetic = "a share of people is 0 to 100%".to_owned();
                    tally.find(
                        1,
                        Finding { printed: figure.raw.clone(), possible: "0 to 100".to_owned(), arithmetic, ..at(CODE, Severity::Error, sheet, entry, figure) },
                    );
                } else {
                    tally.agree(1);
                }
            }
        }
    }
}

fn compare(sheet: &Sheet, entry: &Entry, lower: &Figure, upper: &Figure, words: &str, tally: &mut Tally) {
    // Ends of a scale and counts are exact; what was measured may have been rounded.
    let is_exact = |role: Role| matches!(role, Role::ScaleLow | Role::ScaleHigh | Role::Count | Role::Base);
    let least = if is_exact(lower.role) { lower.number.value() } else { lower.number.interval().0 };
    let most = if is_exact(upper.role) { upper.number.value() } else { upper.number.interval().1 };
    if least <= most {
        return tally.agree(1);
    }
    // The figure that the table claims, not the bound that was given beside it.
    let is_bound = matches!(lower.role, Role::ScaleLow | Role::Min | Role::Low);
    let (claimed, bound, word) = if is_bound { (upper, lower, "at least") } else { (lower, upper, "at most") };
    let arithmetic = format!("{words}: {} > {}", shown(lower.number.value(), 6), shown(upper.number.value(), 6));
    let possible = format!("{word} {}", shown(bound.number.value(), 6));
    tally.find(1, Finding { printed: claimed.raw.clone(), possible, arithmetic, ..at(CODE, Severity::Error, sheet, entry, claimed) });
}

/// An estimate lies between the ends of its interval.
fn inside_interval(sheet: &Sheet, entry: &Entry, tally: &mut Tally) {
    let estimate = entry.figure(Role::Mean).or_else(|| entry.figure(Role::Percent)).or_else(|| entry.figure(Role::Median));
    let (Some(estimate), Some(low), Some(high)) = (estimate, entry.number(Role::Low), entry.number(Role::High)) else { return };
    if estimate.number.interval().1 >= low.interval().0 && estimate.number.interval().0 <= high.interval().1 {
        return tally.agree(1);
    }
    let (low, high) = (shown(low.value(), 6), shown(high.value(), 6));
    let possible = format!("{low} to {high}");
    let arithmetic = "an estimate lies within its interval".to_owned();
    tally.find(1, Finding { printed: estimate.raw.clone(), possible, arithmetic, ..at(CODE, Severity::Error, sheet, entry, estimate) });
}
