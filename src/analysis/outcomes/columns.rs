//! Scored frame in, columns that outcomes speak of added: single answers as levels, bins of a curve.

use super::super::Scored;
use crate::frame::{Column, Frame, Levels, NO_LEVEL, Values};

/// Edges of the bins over which the points of a curve are averaged, in years; half-open.
const EDGES: [f64; 9] = [0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0];

/// More answers than any item's scale has (the longest, of the vital signs, run from 0 to 100).
const MOST_STEPS: u32 = 1001;

/// Column that holds an item's answers as levels.
pub(super) fn answer_column(item: &str) -> String {
    format!("{item}__answer")
}

/// Column that holds the bin of a curve.
pub(super) fn bin_column(curve: &str) -> String {
    format!("{curve}_bin")
}

/// Adds each item's answers as levels, from the lowest to the highest.
pub(super) fn add_answers(scored: &Scored, frame: &mut Frame) {
    let (low, high) = (scored.coding.0.min(scored.coding.1), scored.coding.0.max(scored.coding.1));
    let descending = scored.coding.0 > scored.coding.1;
    let steps = (high - low).round();
    let places: Vec<f64> = (0..MOST_STEPS).map(f64::from).take_while(|place| *place <= steps).collect();
    let name = |step: usize| scored.answers.get(step).cloned().unwrap_or_else(|| (low + step as f64).to_string());
    let levels = Levels::new((0..places.len()).map(name));
    for item in &scored.items {
        let column = answer_column(item);
        for batch in &mut frame.batches {
            let Some(values) = batch.numbers(item) else { continue };
            let step = |value: f64| if descending { high - value } else { value - low };
            let position = |value: &f64| {
                let step = step(*value);
                let place = places.binary_search_by(|place| place.total_cmp(&step)).ok();
                place.and_then(|place| u32::try_from(place).ok()).unwrap_or(NO_LEVEL)
            };
            let positions = values.iter().map(position).collect();
            let missing = batch.column(item).map(|column| column.missing.clone()).unwrap_or_default();
            batch.push(Column { name: column.clone(), values: Values::Level(positions), missing });
        }
        frame.levels.insert(column, levels.clone());
    }
}

/// Adds the bin of each row's place on a curve.
pub(super) fn add_bins(curve: &str, frame: &mut Frame) {
    let mut names = vec![format!("0–{}", EDGES[0])];
    names.extend(EDGES.windows(2).map(|pair| format!("{}–{}", pair[0], pair[1])));
    names.push(format!("{} and over", EDGES[EDGES.len() - 1]));
    let column = bin_column(curve);
    for batch in &mut frame.batches {
        let Some(values) = batch.numbers(curve) else { continue };
        let bin = |value: &f64| if value.is_nan() { NO_LEVEL } else { u32::try_from(EDGES.partition_point(|edge| edge <= value)).unwrap_or(NO_LEVEL) };
        let positions = values.iter().map(bin).collect();
        let missing = batch.column(curve).map(|known| known.missing.clone()).unwrap_or_default();
        batch.push(Column { name: column.clone(), values: Values::Level(positions), missing });
    }
    frame.levels.insert(column, Levels::new(names));
}
