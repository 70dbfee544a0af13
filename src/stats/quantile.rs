//! Numbers in, a quantile out, every number counting the same.

/// Quantile of equally weighted numbers.
///
/// # Formula
/// Linear between order statistics at `h = (n − 1) p` (Hyndman and Fan's seventh, the default of R, Excel and `NumPy`).
/// # Units
/// Those of the values; `p` from 0 to 1.
/// # Not estimable
/// No finite values, or `p` outside [0, 1], gives `None`. NaN values are left out.
/// # Source
/// Hyndman and Fan 1996, doi:10.1080/00031305.1996.10473566.
/// # Example
/// ```
/// assert_eq!(recovista::stats::quantile_hf7(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
/// ```
#[must_use]
pub fn quantile_hf7(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if sorted.is_empty() || !(0.0..=1.0).contains(&p) {
        return None;
    }
    sorted.sort_unstable_by(f64::total_cmp);
    let place = (sorted.len() - 1) as f64 * p;
    // A place that is whole but for rounding is whole.
    let place = if (place - place.round()).abs() < 1e-9 { place.round() } else { place };
    between(&sorted, place)
}

/// The value at a fractional position of sorted numbers.
pub(crate) fn between(sorted: &[f64], place: f64) -> Option<f64> {
    let floor = place.floor();
    let index = as_index(floor);
    let low = *sorted.get(index)?;
    let high = sorted.get(index + 1).copied().unwrap_or(low);
    Some(low + (place - floor) * (high - low))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 0 to the length of a slice")]
fn as_index(floor: f64) -> usize {
    floor.max(0.0) as usize
}
