//! A number of a draft and one of a release in, whether the first is the second as a writer may print it out.

use super::claims::{Claim, Measure, Role, Stance};
use crate::results::{ResultRow, Unit};

/// A number of a row as it is printed: shares in percent.
pub(super) fn shown(row: &ResultRow, value: f64) -> f64 {
    if row.unit == Unit::Percent { value * 100.0 } else { value }
}

/// Half a unit of the last digit that is printed.
fn half_unit(decimals: i32) -> f64 {
    0.5 * 10_f64.powi(-decimals)
}

/// Whether a claimed number is a value, rounded or hedged as the draft says.
pub(super) fn agrees(claim: &Claim, value: f64) -> bool {
    let tiny = 1e-9 * value.abs().max(1.0);
    let off = (claim.value - value).abs();
    if off <= half_unit(claim.decimals) + tiny {
        return true;
    }
    let room = if let Role::Fraction(room) = claim.role { room } else { 0.0 };
    let is_share = claim.measure == Measure::Percent;
    match claim.stance {
        Stance::Exact => off <= room,
        Stance::About => off <= room.max(if is_share { 2.5 } else { 0.05 * value.abs() }),
        Stance::Over => value >= claim.value && off <= if is_share { 10.0 } else { 0.15 * value.abs() },
        Stance::Under => value <= claim.value && off <= if is_share { 10.0 } else { 0.15 * value.abs() },
    }
}

/// Whether a claimed number misses a value by less than one unit of its last digit.
pub(super) fn almost(claim: &Claim, value: f64) -> bool {
    let is_firm = claim.stance == Stance::Exact && !matches!(claim.role, Role::Fraction(_));
    is_firm && (claim.value - value).abs() < 2.0 * half_unit(claim.decimals.max(0)) && !agrees(claim, value)
}

/// A value with so many decimals, thousands and unit.
pub(super) fn printed(value: f64, decimals: i32, unit: Unit) -> String {
    let digits = usize::try_from(decimals.max(0)).unwrap_or_default();
    let power = 10_f64.powi(decimals.max(0));
    // Half away from zero, as a reader rounds.
    let rounded = (value.abs() * power + 1e-9).round() / power;
    let text = format!("{rounded:.digits$}");
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let number = if fraction.is_empty() { grouped } else { format!("{grouped}.{fraction}") };
    let sign = if value < 0.0 && rounded > 0.0 { "−" } else { "" };
    match unit {
        Unit::Percent => format!("{sign}{number}%"),
        Unit::Dollars => format!("{sign}${number}"),
        _ => format!("{sign}{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(value: f64, decimals: i32) -> Claim {
        Claim { at: 0..1, tokens: 0..1, value, decimals, measure: Measure::Percent, stance: Stance::Exact, role: Role::Alone }
    }

    #[test]
    fn rounding_is_told_from_misrounding() {
        assert!(agrees(&claim(63.5, 1), 63.46) && agrees(&claim(63.0, 0), 63.46));
        assert!(!agrees(&claim(63.4, 1), 63.46) && almost(&claim(63.4, 1), 63.46));
        assert!(almost(&claim(38.0, 0), 38.99) && !almost(&claim(36.8, 1), 38.99));
        assert!(agrees(&claim(1500.0, -2), 1534.0) && !agrees(&claim(1540.0, -1), 1534.0));
        // A number that lies between two may be rounded to either.
        assert!(agrees(&claim(12.5, 1), 12.45) && agrees(&claim(12.4, 1), 12.45));
    }

    #[test]
    fn numbers_are_printed_as_people_write_them() {
        assert_eq!(printed(0.45 * 100.0, 1, Unit::Percent), "45.0%");
        assert_eq!(printed(1520.0, 0, Unit::None), "1,520");
        assert_eq!(printed(-0.3, 1, Unit::Points), "−0.3");
        assert_eq!(printed(13.765, 2, Unit::Dollars), "$13.77");
    }
}
