//! Scored frame in, the complete answers to a scale out, of a wave or of one level of a group in it.

use crate::frame::Frame;

/// The answers, as scored, of people who answered all of them: one vector an item.
///
/// `wave` is empty for a dataset without waves; `group` is a level column and one of its levels.
pub(super) fn complete(frame: &Frame, columns: &[String], wave: &str, group: Option<(&str, &str)>) -> Vec<Vec<f64>> {
    let mut complete: Vec<Vec<f64>> = vec![Vec::new(); columns.len()];
    let wanted: Vec<(&str, Option<u32>)> = [("wave", wave)]
        .into_iter()
        .filter(|(_, wave)| !wave.is_empty())
        .chain(group)
        .map(|(column, level)| (column, frame.levels.get(column).and_then(|levels| levels.position(level))))
        .collect();
    for batch in &frame.batches {
        let Some(items) = columns.iter().map(|column| batch.numbers(column)).collect::<Option<Vec<&[f64]>>>() else { continue };
        let inside: Vec<_> = wanted.iter().filter_map(|(column, position)| Some((batch.levels(column)?, *position))).collect();
        for row in (0..batch.rows()).filter(|row| inside.iter().all(|(codes, position)| Some(codes[*row]) == *position)) {
            if items.iter().all(|values| !values[row].is_nan()) {
                for (answers, values) in complete.iter_mut().zip(&items) {
                    answers.push(values[row]);
                }
            }
        }
    }
    complete
}
