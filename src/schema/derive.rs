//! Typed columns in, derived level columns out: bands, roll-ups, due dates, regroupings.

use std::collections::BTreeMap;

use super::codebook::{Codebook, Derive, DeriveRule};
use crate::frame::{Batch, Column, Levels, NO_LEVEL, Values, civil_seconds, missing};

/// Adds every derived column of the codebook to a batch. `as_of` is the run's date in seconds.
pub(crate) fn derive_columns(book: &Codebook, batch: &mut Batch, levels: &mut BTreeMap<String, Levels>, as_of: i64) {
    for derive in &book.derives {
        let known = levels.get(derive.rule.source()).cloned().unwrap_or_default();
        let mut own = levels.remove(&derive.name).unwrap_or_else(|| derived_levels(derive, &known));
        if let Some(column) = batch.column(derive.rule.source()).and_then(|from| compute(derive, from, &known, &mut own, as_of)) {
            batch.push(column);
        }
        levels.insert(derive.name.clone(), own);
    }
}

impl DeriveRule {
    /// The field that it is derived from.
    pub(crate) fn source(&self) -> &str {
        match self {
            Self::Bands { from, .. } | Self::Share { from, .. } | Self::Rollup { from, .. } | Self::Due { from, .. } | Self::Regroup { from, .. } => from,
        }
    }
}

fn derived_levels(derive: &Derive, known: &Levels) -> Levels {
    match &derive.rule {
        DeriveRule::Bands { labels, .. } | DeriveRule::Due { labels, .. } => Levels::new(labels),
        DeriveRule::Rollup { several, .. } => Levels::new(known.names().iter().chain([several])),
        DeriveRule::Share { .. } => Levels::default(),
        DeriveRule::Regroup { map, .. } => Levels::new(known.names().iter().map(|name| regrouped(map, name))),
    }
}

fn regrouped<'a>(map: &'a [(String, String)], name: &'a str) -> &'a str {
    map.iter().find(|(from, _)| from == name).map_or(name, |(_, to)| to)
}

fn compute(derive: &Derive, from: &Column, known: &Levels, own: &mut Levels, as_of: i64) -> Option<Column> {
    if let (DeriveRule::Share { of, .. }, Values::Number(values)) = (&derive.rule, &from.values) {
        let shares = values.iter().map(|value| value / of).collect();
        return Some(Column { name: derive.name.clone(), values: Values::Number(shares), missing: from.missing.clone() });
    }
    let values: Vec<u32> = match (&derive.rule, &from.values) {
        (DeriveRule::Bands { breaks, .. }, Values::Number(values)) => values
            .iter()
            .map(|value| if value.is_nan() { NO_LEVEL } else { u32::try_from(breaks.partition_point(|edge| edge <= value)).unwrap_or(NO_LEVEL) })
            .collect(),
        (DeriveRule::Rollup { .. }, Values::Flags(values)) => {
            let several = u32::try_from(known.len()).unwrap_or(NO_LEVEL);
            let present = |row: usize| from.missing.get(row).is_none_or(|reason| *reason == missing::PRESENT);
            let one = |row: usize, bits: u64| match bits.count_ones() {
                _ if !present(row) => NO_LEVEL,
                0 => NO_LEVEL,
                1 => bits.trailing_zeros(),
                _ => several,
            };
            values.iter().enumerate().map(|(row, bits)| one(row, *bits)).collect()
        }
        (DeriveRule::Due { months, .. }, Values::Time(values)) => {
            values.iter().map(|value| months_later(*value, *months).map_or(NO_LEVEL, |due| u32::from(due <= as_of))).collect()
        }
        (DeriveRule::Regroup { map, .. }, Values::Level(values)) => {
            values.iter().map(|position| known.name(*position).map_or(NO_LEVEL, |name| own.intern(regrouped(map, name)))).collect()
        }
        _ => return None,
    };
    Some(Column { name: derive.name.clone(), values: Values::Level(values), missing: from.missing.clone() })
}

/// The same day so many months later, clamped to the month's end.
fn months_later(seconds: i64, months: i32) -> Option<i64> {
    if seconds == i64::MIN {
        return None;
    }
    let date = jiff::Timestamp::from_second(seconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date();
    let later = date.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?;
    civil_seconds(i64::from(later.year()), i64::from(later.month()), i64::from(later.day()), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derive(rule: DeriveRule) -> Derive {
        Derive { name: "d".into(), label: "D".into(), rule }
    }

    #[test]
    fn bands_are_half_open() {
        let rule = DeriveRule::Bands { from: "x".into(), breaks: vec![0.5, 1.0, 5.0], labels: ["a", "b", "c", "d"].map(String::from).to_vec() };
        let from = Column { name: "x".into(), values: Values::Number(vec![0.0, 0.5, 0.99, 1.0, 5.0, f64::NAN]), missing: Vec::new() };
        let column = compute(&derive(rule), &from, &Levels::default(), &mut Levels::default(), 0).expect("numbers have bands");
        assert_eq!(column.values, Values::Level(vec![0, 1, 1, 2, 3, NO_LEVEL]));
    }

    #[test]
    fn a_renewal_is_due_after_two_years_to_the_day() {
        let day = |text: &str| crate::frame::parse_iso(text.as_bytes()).expect("is a date");
        assert_eq!(months_later(day("2022-02-28"), 24), Some(day("2024-02-28")));
        assert_eq!(months_later(day("2024-02-29"), 24), Some(day("2026-02-28")));
        assert_eq!(months_later(i64::MIN, 24), None);
    }
}
