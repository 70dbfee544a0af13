//! Points in, Cleveland's robust locally weighted line at each distinct place out.

use rayon::prelude::*;

/// Below this share of the mean absolute residual the median residual is taken for zero; as in `clowess.c` of R.
const NO_SPREAD: f64 = 1e-7;

/// The line at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LowessPoint {
    /// A place at which there are points.
    pub x: f64,
    /// Height of the line.
    pub fit: f64,
    /// Points at this very place.
    pub n: u64,
}

/// Robust locally weighted regression, exactly as R `lowess` with `delta = 0`.
///
/// # Formula
/// At each place the nearest `⌊span · n⌋` points (two at least) get weight `(1 − (d/h)³)³` and a straight line. In each
/// further round points also get `(1 − (r/6m)²)²`, `r` their residual and `m` the median absolute residual.
/// # Units
/// `x` in any unit, `fit` in that of `y`; `span` above 0, from 1 on the same; `iterations` are rounds after the first.
/// Pairs that are not both finite are left out. Where a window begins amid ties of `x`, the order of the points decides
/// which of them are inside, as in R.
/// # Not estimable
/// No points give no places.
/// # Source
/// Cleveland 1979, doi:10.1080/01621459.1979.10481038; `lowess` of R 4.2.
/// # Example
/// ```
/// let line = recovista::stats::lowess(&[3.0, 1.0, 2.0, 2.0], &[7.0, 3.0, 5.0, 5.0], 1.0, 3);
/// assert_eq!(line.len(), 3);
/// assert!((line[1].fit - 5.0).abs() < 1e-12 && line[1].n == 2);
/// ```
#[must_use]
pub fn lowess(x: &[f64], y: &[f64], span: f64, iterations: u32) -> Vec<LowessPoint> {
    // Adding zero makes zero and negative zero one place.
    let mut rows: Vec<(f64, f64)> = x.iter().map(|x| x + 0.0).zip(y.iter().copied()).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    // The sort is stable: points of one place stay in the order of the file.
    rows.sort_by(|first, second| first.0.total_cmp(&second.0));
    let (x, y): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
    let windows = windows(&x, span);
    let mut robust: Option<Vec<f64>> = None;
    for round in 0..=iterations {
        let fits: Vec<f64> = windows.par_iter().map(|window| window.fit(&x, &y, robust.as_deref())).collect();
        let next = if round < iterations { robustness(&residuals(&windows, &fits, &y)) } else { None };
        if next.is_none() {
            return windows.iter().zip(fits).map(|(window, fit)| LowessPoint { x: x[window.place], fit, n: (window.end - window.place) as u64 }).collect();
        }
        robust = next;
    }
    Vec::new()
}

/// A place with the points around it, as positions in the order of x.
#[derive(Debug, Clone, Copy)]
struct Window {
    /// First point at the place.
    place: usize,
    /// One after the last point at the place.
    end: usize,
    /// First point that may count.
    left: usize,
    /// Last of the nearest points; points tied with it count as well.
    right: usize,
}

/// The windows of all distinct places; they move to the right only.
fn windows(x: &[f64], span: f64) -> Vec<Window> {
    let n = x.len();
    // The cast saturates, so that a span of any size is a number of points.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the points, cut to a whole number as in R")]
    let near = ((span * n as f64 + 1e-7) as usize).min(n).max(2);
    let (mut left, mut right, mut place) = (0, near.min(n).saturating_sub(1), 0);
    let mut windows = Vec::new();
    while place < n {
        while right + 1 < n && x[place] - x[left] > x[right + 1] - x[place] {
            left += 1;
            right += 1;
        }
        let end = place + x[place..].partition_point(|other| *other <= x[place]);
        windows.push(Window { place, end, left, right });
        place = end;
    }
    windows
}

impl Window {
    /// The weighted line at the place; the first point's own height where nothing has weight.
    fn fit(&self, x: &[f64], y: &[f64], robust: Option<&[f64]>) -> f64 {
        let at = x[self.place];
        let h = (at - x[self.left]).max(x[self.right] - at);
        let (far, near) = (0.999 * h, 0.001 * h);
        let mut weights = Vec::with_capacity(self.right + 1 - self.left);
        for (position, other) in x.iter().enumerate().skip(self.left) {
            let distance = (other - at).abs();
            if distance > far && *other > at {
                break;
            }
            let kernel = if distance > far {
                0.0
            } else if distance <= near {
                1.0
            } else {
                cube(1.0 - cube(distance / h))
            };
            weights.push(kernel * robust.map_or(1.0, |robust| robust[position]));
        }
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return y[self.place];
        }
        for weight in &mut weights {
            *weight /= total;
        }
        let near = &x[self.left..];
        if h > 0.0 {
            let mean: f64 = weights.iter().zip(near).map(|(weight, x)| weight * x).sum();
            let spread: f64 = weights.iter().zip(near).map(|(weight, x)| weight * (x - mean) * (x - mean)).sum();
            // Points too close to each other have a mean but no slope.
            if spread.sqrt() > 0.001 * (x[x.len() - 1] - x[0]) {
                let slope = (at - mean) / spread;
                weights.iter_mut().zip(near).for_each(|(weight, x)| *weight *= slope * (x - mean) + 1.0);
            }
        }
        weights.iter().zip(&y[self.left..]).map(|(weight, y)| weight * y).sum()
    }
}

fn residuals(windows: &[Window], fits: &[f64], y: &[f64]) -> Vec<f64> {
    windows.iter().zip(fits).flat_map(|(window, fit)| y[window.place..window.end].iter().map(move |y| (y - fit).abs())).collect()
}

/// Bisquare weights of absolute residuals; none where the residuals are zero in effect.
fn robustness(sizes: &[f64]) -> Option<Vec<f64>> {
    let n = sizes.len();
    let mean = sizes.iter().sum::<f64>() / n as f64;
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.get(n / 2)?;
    let limit = if n.is_multiple_of(2) { 3.0 * (middle + sorted[n / 2 - 1]) } else { 6.0 * middle };
    if limit.is_nan() || limit < NO_SPREAD * mean || limit <= 0.0 {
        return None;
    }
    let weight = |size: &f64| {
        if *size <= 0.001 * limit {
            1.0
        } else if *size <= 0.999 * limit {
            let rest = 1.0 - (size / limit) * (size / limit);
            rest * rest
        } else {
            0.0
        }
    };
    Some(sizes.iter().map(weight).collect())
}

fn cube(value: f64) -> f64 {
    value * value * value
}
