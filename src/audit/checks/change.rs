//! A printed relative change is the one between the printed figures before and after.

use super::{Check, Tally, at};
use crate::audit::Finding;
use crate::audit::decimal::shown;
use crate::audit::table::{Role, Sheet};
use crate::error::Severity;

/// Change against before and after.
pub(super) struct Change;

impl Check for Change {
    fn id(&self) -> &'static str {
        "change"
    }

    fn summary(&self) -> &'static str {
        "a change is that between the figures before and after, in percent or in their own unit"
    }

    fn run(&self, sheet: &Sheet, tally: &mut Tally) {
        for entry in &sheet.entries {
            let (Some(before), Some(after), Some(change)) = (entry.number(Role::Before), entry.number(Role::After), entry.figure(Role::Change)) else {
                continue;
            };
            let ((before_low, before_high), (after_low, after_high)) = (before.interval(), after.interval());
            let (low, high) = change.number.interval();
            let difference = (after_low - before_high, after_high - before_low);
            let relative = (before_low > 0.0).then(|| {
                let ends = [after_low, after_high].map(|after| [before_low, before_high].map(|before| 100.0 * (after - before) / before));
                let ends = ends.as_flattened();
                (ends.iter().copied().fold(f64::INFINITY, f64::min), ends.iter().copied().fold(f64::NEG_INFINITY, f64::max))
            });
            let meets = |(from, to): (f64, f64)| low <= to + 1e-9 && high >= from - 1e-9 || -high <= to + 1e-9 && -low >= from - 1e-9 && from < 0.0;
            if relative.is_some_and(meets) || meets(difference) {
                tally.agree(1);
                continue;
            }
            let (from, to) = relative.unwrap_or(difference);
            let decimals = change.number.decimals as usize + 1;
            let (b, a) = (before.value(), after.value());
            let percent = if relative.is_some() { "%" } else { "" };
            let possible = format!("{} to {}{percent}", shown(from, decimals), shown(to, decimals));
            let arithmetic = if relative.is_some() {
                format!("({} − {}) / {} = {:.decimals$}%", shown(a, 6), shown(b, 6), shown(b, 6), 100.0 * (a - b) / b)
            } else {
                format!("{} − {} = {}", shown(a, 6), shown(b, 6), shown(a - b, 6))
            };
            let printed = format!("{}, from {} to {}", change.raw, shown(b, 6), shown(a, 6));
            tally.find(1, Finding { printed, possible, arithmetic, ..at("audit::change", Severity::Error, sheet, entry, change) });
        }
    }
}
