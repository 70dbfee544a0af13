//! A percentage without its count: is there a whole number of people that gives it?

use super::{Check, Tally, at, told};
use crate::audit::Finding;
use crate::audit::decimal::Decimal;
use crate::audit::table::{Role, Sheet};
use crate::error::Severity;

/// How far below the stated base one that fits is looked for.
const SMALLER: usize = 1000;

/// Percent against base, without a count.
pub(super) struct Attainable;

impl Check for Attainable {
    fn id(&self) -> &'static str {
        "attainable"
    }

    fn summary(&self) -> &'static str {
        "a percentage without a count is one that a whole number of people can give"
    }

    fn run(&self, sheet: &Sheet, tally: &mut Tally) {
        for entry in &sheet.entries {
            let (Some(percent), None) = (entry.figure(Role::Percent), entry.count(Role::Count)) else { continue };
            let number = percent.number;
            match entry.count(Role::Base).filter(|base| *base > 0) {
                None => tally.skip("neither count nor number of people is printed", 1),
                Some(base) if i128::from(base) >= 100 * number.scale() => tally.skip("so many people can give any percentage of so few decimals", 1),
                Some(base) if counts(number, base).is_some() => tally.agree(1),
                Some(base) => {
                    let near = u64::try_from(number.units * i128::from(base) / (100 * number.scale())).unwrap_or_default();
                    let decimals = number.decimals as usize;
                    let share = |count: u64| format!("{count}/{base} = {:.decimals$}%", 100.0 * count as f64 / base as f64);
                    let smaller = (1..base).rev().take(SMALLER).find(|smaller| counts(number, *smaller).is_some());
                    let mut possible = format!("{:.decimals$}% or {:.decimals$}%", 100.0 * near as f64 / base as f64, 100.0 * (near + 1) as f64 / base as f64);
                    if let Some((smaller, counts)) = smaller.and_then(|smaller| Some((smaller, counts(number, smaller)?))) {
                        possible.extend(["; a base of ", &smaller.to_string(), " gives it with ", &told(counts)]);
                    }
                    let printed = format!("{}% of {base}", percent.raw.trim_end_matches('%'));
                    let arithmetic = format!("{}, {}", share(near), share(near + 1));
                    tally.find(1, Finding { printed, possible, arithmetic, ..at("audit::attainable", Severity::Warning, sheet, entry, percent) });
                }
            }
        }
    }
}

/// The counts that print as the percentage of a base.
pub(super) fn counts(percent: Decimal, base: u64) -> Option<(u64, u64)> {
    let (base, scale) = (i128::from(base), 200 * percent.scale());
    let (least, most) = ((2 * percent.units - 1) * base, (2 * percent.units + 1) * base);
    let low = (least.div_euclid(scale) + i128::from(least.rem_euclid(scale) > 0)).max(0);
    let high = most.div_euclid(scale).min(base);
    (low <= high).then(|| Some((u64::try_from(low).ok()?, u64::try_from(high).ok()?)))?
}

#[cfg(test)]
mod tests {
    use super::super::fits;
    use super::*;

    #[test]
    fn counts_are_those_of_a_search() {
        for (text, base) in [("58.0", 275), ("39.3", 275), ("15.1", 275), ("0", 40), ("100", 40), ("33", 10_000), ("2.5", 7)] {
            let percent = Decimal::parse(text).expect("a number");
            let searched: Vec<u64> = (0..=base).filter(|count| fits(*count, base, percent)).collect();
            assert_eq!(counts(percent, base), searched.first().copied().zip(searched.last().copied()), "{text} of {base}");
        }
    }
}
