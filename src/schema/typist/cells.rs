//! Columns of typed values in, single values changed or cleared; what a field holds before any row is read.

use crate::frame::{Column, Levels, NO_LEVEL, Values, missing};
use crate::schema::{Field, Kind};

/// Gives a row the level that its text means, where the row says "other" or nothing.
pub(super) fn set_level(column: &mut Column, place: usize, open: Option<u32>, level: u32) -> bool {
    let nothing = column.missing.get(place) == Some(&missing::SKIPPED);
    let changed = match &mut column.values {
        Values::Level(values) => match values.get_mut(place) {
            Some(value) if nothing || open == Some(*value) => {
                *value = level;
                true
            }
            _ => false,
        },
        Values::Flags(values) => {
            let bit = |level: u32| 1_u64.checked_shl(level).unwrap_or_default();
            let open = open.map_or(0, bit);
            match values.get_mut(place) {
                Some(bits) if nothing || *bits & open != 0 => {
                    *bits = *bits & !open | bit(level);
                    true
                }
                _ => false,
            }
        }
        _ => false,
    };
    if changed {
        column.missing[place] = missing::PRESENT;
    }
    changed
}

/// Whether the levels of a field are those that the file holds.
pub(super) fn interns(field: &Field) -> bool {
    match &field.kind {
        Kind::Id => true,
        Kind::Category { levels, .. } => levels.is_empty(),
        _ => false,
    }
}

/// Levels in declared order; none for fields that are not coded.
pub(super) fn declared_levels(field: &Field) -> Levels {
    match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } | Kind::Checkboxes { options: levels } => {
            Levels::new(levels.iter().map(|level| level.label.as_str()))
        }
        _ => Levels::default(),
    }
}

pub(super) fn not_asked(field: &Field, rows: usize) -> Column {
    let values = match field.kind {
        Kind::Integer | Kind::Number => Values::Number(vec![f64::NAN; rows]),
        Kind::Date | Kind::Datetime => Values::Time(vec![i64::MIN; rows]),
        Kind::Text => Values::Text(vec![String::new(); rows]),
        Kind::Id | Kind::Category { .. } => Values::Level(vec![NO_LEVEL; rows]),
        Kind::Split { .. } | Kind::Checkboxes { .. } => Values::Flags(vec![0; rows]),
    };
    Column { name: field.name.clone(), values, missing: vec![missing::NOT_ASKED; rows] }
}

pub(super) fn clear(values: &mut Values, place: usize) {
    match values {
        Values::Number(values) => values[place] = f64::NAN,
        Values::Level(values) => values[place] = NO_LEVEL,
        Values::Flags(values) => values[place] = 0,
        Values::Time(values) => values[place] = i64::MIN,
        Values::Text(values) => values[place].clear(),
    }
}

/// For each row whether the gate's answer opens the question; `None` where the gate itself is missing.
pub(super) fn asked(gate: &Column, is: &[String], levels: Option<&Levels>) -> Vec<Option<bool>> {
    let open = |name: &str| is.iter().any(|wanted| wanted == name);
    match &gate.values {
        Values::Level(values) => {
            let of_level: Vec<bool> = levels.map(|levels| levels.names().iter().map(|name| open(name)).collect()).unwrap_or_default();
            values.iter().map(|position| of_level.get(usize::try_from(*position).ok()?).copied()).collect()
        }
        Values::Number(values) => values.iter().map(|value| (!value.is_nan()).then(|| open(&value.to_string()))).collect(),
        Values::Flags(values) => {
            // A cell holds no level beyond the first 64.
            let bit = |name: &String| levels?.position(name).and_then(|position| 1_u64.checked_shl(position));
            let wanted = is.iter().filter_map(bit).fold(0, |bits, bit| bits | bit);
            values.iter().zip(&gate.missing).map(|(bits, reason)| (*reason == missing::PRESENT).then_some(bits & wanted != 0)).collect()
        }
        Values::Time(values) => vec![None; values.len()],
        Values::Text(values) => values.iter().map(|text| (!text.is_empty()).then(|| open(text))).collect(),
    }
}
