//! Points in, a smooth curve with a pointwise error out, on a grid that shows no single point.

use rayon::prelude::*;

use super::resampling::{Resampling, Strata};
use super::sum::{Sum, sum};

/// The curve is fitted at this many places at most to find the spread around it; more change nothing visible.
const KNOTS: usize = 400;

/// The curve at one place of the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SmoothPoint {
    /// Place on the grid.
    pub x: f64,
    /// Height of the curve.
    pub fit: f64,
    /// Pointwise standard error.
    pub se: f64,
    /// Points with weight in the neighbourhood.
    pub n_near: u64,
}

/// Local linear smooth with tricube weights, evaluated on a fixed grid.
///
/// # Formula
/// At each place the nearest `span · n` points (all ties included) get weight `w · (1 − (d/h)³)³` and a straight line;
/// `fit = Σ l y`, `se = σ √Σ l²`, with `σ²` the weighted residual variance over `n − 2·tr + tr(LLᵀ)` degrees of freedom,
/// taken from the curve at the distinct `x`.
/// # Units
/// `x` and `grid` in one unit, `fit` and `se` in that of `y`; `span` from 0 to 1; `w` of people, scaled to mean 1.
/// # Not estimable
/// Grid places outside the range of `x`, fewer than three points near, or lengths that differ leave the place out.
/// # Source
/// Cleveland and Devlin 1988, doi:10.1080/01621459.1988.10478639.
/// # Example
/// ```
/// let x: Vec<f64> = (0..20).map(f64::from).collect();
/// let y: Vec<f64> = x.iter().map(|x| 3.0 + 2.0 * x).collect();
/// let curve = recovista::stats::smooth_on_grid(&x, &y, &[1.0; 20], &[5.0, 7.5], 0.5);
/// assert!((curve[1].fit - 18.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn smooth_on_grid(x: &[f64], y: &[f64], w: &[f64], grid: &[f64], span: f64) -> Vec<SmoothPoint> {
    let points = Points::new(x, y, w, span);
    if points.rows.len() < 3 {
        return Vec::new();
    }
    let sigma = points.residual_sd();
    let inside = grid.iter().copied().filter(|place| points.inside(*place));
    inside
        .filter_map(|place| {
            let local = points.at(place)?;
            (local.n_near >= 3).then_some(SmoothPoint { x: place, fit: local.fit, se: sigma * local.squared_weights.sqrt(), n_near: local.n_near })
        })
        .collect()
}

/// Bootstrap standard errors of `smooth_on_grid` at each place of the grid: units are drawn with all their points.
///
/// # Formula
/// In each stratum of `n` units `n − 1` are drawn with replacement and each gets weight `n/(n − 1)`; the error is the standard
/// deviation of the curve at the place over the samples in which it exists. The single unit of a stratum is in every sample.
/// # Units
/// `x` and `grid` in one unit, the errors in that of `y`; `span` from 0 to 1.
/// # Not estimable
/// A place outside the range of `x`, or one at which fewer than half of the samples have a curve, is `None`.
/// # Source
/// Rao and Wu 1988, doi:10.1080/01621459.1988.10478591; Efron and Tibshirani 1993, ch. 7.
/// # Example
/// ```
/// use recovista::stats::{Resampling, smooth_bootstrap};
/// let x: Vec<f64> = (0..40).map(f64::from).collect();
/// let y: Vec<f64> = (0..40).map(|i| f64::from(i % 2)).collect();
/// let units: Vec<u32> = (0..40).collect();
/// let how = Resampling { units: &units, strata: &[0; 40], replicates: 200, seed: 1 };
/// let error = smooth_bootstrap(&x, &y, &[20.0], 0.5, how)[0].unwrap();
/// assert!(error > 0.08 && error < 0.2); // about 0.5 · √(1.3/20)
/// assert_eq!(smooth_bootstrap(&x, &y, &[20.0], 0.5, how)[0], Some(error));
/// ```
#[must_use]
pub fn smooth_bootstrap(x: &[f64], y: &[f64], grid: &[f64], span: f64, how: Resampling<'_>) -> Vec<Option<f64>> {
    let mut order: Vec<usize> =
        (0..x.len().min(y.len()).min(how.units.len()).min(how.strata.len())).filter(|row| x[*row].is_finite() && y[*row].is_finite()).collect();
    order.sort_by(|a, b| x[*a].total_cmp(&x[*b]).then(y[*a].total_cmp(&y[*b])).then(how.units[*a].cmp(&how.units[*b])));
    let strata = Strata::new(order.iter().map(|row| (how.strata[*row], how.units[*row])));
    let curves: Vec<Vec<Option<f64>>> = (0..how.replicates)
        .into_par_iter()
        .map(|replicate| {
            let drawn = strata.draw(how.seed, replicate);
            let repeat = |row: &usize| {
                let (times, weight) = drawn.get(&(how.strata[*row], how.units[*row])).copied().unwrap_or_default();
                std::iter::repeat_n((x[*row], y[*row], weight), times)
            };
            let rows: Vec<(f64, f64, f64)> = order.iter().flat_map(repeat).collect();
            let points = Points::of(rows, span);
            grid.iter()
                .map(|place| points.inside(*place).then(|| points.at(*place)).flatten().filter(|local| local.n_near >= 3).map(|local| local.fit))
                .collect()
        })
        .collect();
    (0..grid.len())
        .map(|place| {
            let fits: Vec<f64> = curves.iter().filter_map(|curve| curve[place]).collect();
            let n = fits.len() as f64;
            if n < 2.0 || n < f64::from(how.replicates) / 2.0 {
                return None;
            }
            let mean = sum(fits.iter().copied()) / n;
            Some((sum(fits.iter().map(|fit| (fit - mean) * (fit - mean))) / (n - 1.0)).sqrt())
        })
        .collect()
}

/// Points in order of x, with weights of mean 1.
struct Points {
    rows: Vec<(f64, f64, f64)>,
    near: usize,
}

/// A straight line fitted around one place.
struct Local {
    fit: f64,
    /// Σ l² / w: variance of the fit in units of the residual variance.
    squared_weights: f64,
    /// Weight of a point of weight 1 at the place itself.
    own: f64,
    n_near: u64,
}

impl Points {
    fn new(x: &[f64], y: &[f64], w: &[f64], span: f64) -> Self {
        let mut rows: Vec<(f64, f64, f64)> = x.iter().zip(y).zip(w).map(|((x, y), w)| (*x, *y, *w)).collect();
        rows.retain(|(x, y, w)| x.is_finite() && y.is_finite() && w.is_finite() && *w > 0.0);
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        Self::of(rows, span)
    }

    /// Rows that are in order already.
    fn of(mut rows: Vec<(f64, f64, f64)>, span: f64) -> Self {
        let mean = sum(rows.iter().map(|row| row.2)) / rows.len().max(1) as f64;
        for row in &mut rows {
            row.2 /= mean;
        }
        let near = (1..=rows.len()).find(|count| *count as f64 >= span * rows.len() as f64).unwrap_or(rows.len()).max(3).min(rows.len());
        Self { rows, near }
    }

    /// Whether a place lies between the first and the last point.
    fn inside(&self, place: f64) -> bool {
        self.rows.first().zip(self.rows.last()).is_some_and(|(first, last)| (first.0..=last.0).contains(&place))
    }

    /// Distance to the farthest of the nearest points, a little beyond it so that it counts.
    fn bandwidth(&self, place: f64) -> f64 {
        let after = self.rows.partition_point(|row| row.0 < place);
        let (mut low, mut high) = (after, after);
        while high - low < self.near {
            let left = low.checked_sub(1).map_or(f64::INFINITY, |index| place - self.rows[index].0);
            let right = self.rows.get(high).map_or(f64::INFINITY, |row| row.0 - place);
            if left <= right { low -= 1 } else { high += 1 }
        }
        let far = (place - self.rows[low].0).max(self.rows[high - 1].0 - place).max(0.0);
        if far > 0.0 { far * 1.001 } else { self.spread() * 1e-3 }
    }

    fn spread(&self) -> f64 {
        (self.rows[self.rows.len() - 1].0 - self.rows[0].0).max(1.0)
    }

    /// Rows within the bandwidth, with their kernel weights.
    fn window(&self, place: f64) -> (&[(f64, f64, f64)], f64) {
        let h = self.bandwidth(place);
        let low = self.rows.partition_point(|row| row.0 <= place - h);
        let high = self.rows.partition_point(|row| row.0 < place + h);
        (&self.rows[low..high], h)
    }

    fn at(&self, place: f64) -> Option<Local> {
        let (rows, h) = self.window(place);
        let kernel = |row: &(f64, f64, f64)| row.2 * (1.0 - ((row.0 - place).abs() / h).powi(3)).max(0.0).powi(3);
        let (mut s0, mut s1, mut s2) = (Sum::default(), Sum::default(), Sum::default());
        for row in rows {
            let (k, d) = (kernel(row), row.0 - place);
            s0.add(k);
            s1.add(k * d);
            s2.add(k * d * d);
        }
        let (s0, s1, s2) = (s0.value(), s1.value(), s2.value());
        if s0 <= 0.0 {
            return None;
        }
        // One distinct x near the place (ties): a mean instead of a line.
        let determinant = s0 * s2 - s1 * s1;
        let flat = determinant <= 1e-10 * s0 * s2 || s2 <= 1e-12 * s0 * h * h;
        let share = |d: f64| if flat { 1.0 / s0 } else { (s2 - s1 * d) / determinant };
        let (mut fit, mut squares) = (Sum::default(), Sum::default());
        for row in rows {
            let l = kernel(row) * share(row.0 - place);
            fit.add(l * row.1);
            squares.add(l * l / row.2);
        }
        Some(Local { fit: fit.value(), squared_weights: squares.value(), own: share(0.0), n_near: rows.len() as u64 })
    }

    /// Residual standard deviation of the curve, read off between the knots.
    fn residual_sd(&self) -> f64 {
        let knots: Vec<(f64, Local)> = self.knots().into_iter().filter_map(|place| Some((place, self.at(place)?))).collect();
        let (mut squares, mut df) = (Sum::default(), Sum::default());
        for row in &self.rows {
            let after = knots.partition_point(|knot| knot.0 < row.0).min(knots.len().saturating_sub(1));
            let Some((place, high)) = knots.get(after) else { continue };
            let (start, low) = &knots[after.saturating_sub(1)];
            let part = if place > start { ((row.0 - start) / (place - start)).clamp(0.0, 1.0) } else { 1.0 };
            let mix = |of: fn(&Local) -> f64| if part < 1.0 { of(low) + part * (of(high) - of(low)) } else { of(high) };
            let residual = row.1 - mix(|local| local.fit);
            squares.add(row.2 * residual * residual);
            df.add(1.0 - 2.0 * mix(|local| local.own) * row.2 + mix(|local| local.squared_weights) * row.2);
        }
        if df.value() > 0.0 { (squares.value() / df.value()).max(0.0).sqrt() } else { 0.0 }
    }

    /// The distinct places of the points, thinned to at most `KNOTS`, both ends among them.
    fn knots(&self) -> Vec<f64> {
        let mut places: Vec<f64> = self.rows.iter().map(|row| row.0).collect();
        places.dedup();
        let last = places.len() - 1;
        if last < KNOTS {
            return places;
        }
        (0..=KNOTS).map(|knot| places[knot * last / KNOTS]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_and_few_points_do_no_harm() {
        let tied = smooth_on_grid(&[1.0; 9], &[1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0], &[1.0; 9], &[0.5, 1.0], 0.5);
        assert_eq!(tied.len(), 1);
        assert!((tied[0].fit - 2.0).abs() < 1e-12 && tied[0].se.is_finite() && tied[0].n_near == 9);
        assert!(smooth_on_grid(&[1.0, 2.0], &[1.0, 2.0], &[1.0; 2], &[1.0], 0.5).is_empty());
        assert!(smooth_on_grid(&[f64::NAN; 5], &[1.0; 5], &[1.0; 5], &[1.0], 0.5).is_empty());
    }

    #[test]
    fn the_error_shrinks_with_more_points() {
        let noise = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        let make = |n: usize| {
            let x: Vec<f64> = (0..n).map(|i| 10.0 * i as f64 / n as f64).collect();
            let y: Vec<f64> = (0..n).map(noise).collect();
            smooth_on_grid(&x, &y, &vec![1.0; n], &[5.0], 0.6)[0].se
        };
        assert!((make(100) / make(400) - 2.0).abs() < 0.1);
    }

    #[test]
    fn people_who_answer_alone_have_the_error_of_the_formula_and_clusters_a_larger_one() {
        let noise = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24) - 0.5;
        let x: Vec<f64> = (0..600).map(|i| f64::from(i % 100) / 10.0).collect();
        let y: Vec<f64> = (0..600).map(|i| noise(i) + noise(i / 100 + 7_000)).collect();
        let alone: Vec<f64> = (0..600).map(noise).collect();
        let (own, clusters): (Vec<u32>, Vec<u32>) = ((0..600).collect(), (0..600).map(|i| i / 100).collect());
        let grid = [2.0, 5.0, 8.0];
        let errors = |y: &[f64], units: &[u32]| {
            let how = Resampling { units, strata: &[0; 600], replicates: 400, seed: 7 };
            smooth_bootstrap(&x, y, &grid, 0.5, how).into_iter().map(Option::unwrap).collect::<Vec<f64>>()
        };
        let model = smooth_on_grid(&x, &alone, &[1.0; 600], &grid, 0.5);
        for (error, point) in errors(&alone, &own).iter().zip(&model) {
            assert!((error / point.se - 1.0).abs() < 0.15, "{error} {}", point.se);
        }
        assert!(errors(&y, &clusters)[1] > 3.0 * errors(&y, &own)[1]);
        let how = Resampling { units: &own, strata: &own, replicates: 20, seed: 7 };
        assert_eq!(smooth_bootstrap(&x, &y, &[5.0, 99.0], 0.5, how), [Some(0.0), None], "lone units are in every sample");
    }

    #[test]
    fn many_places_are_thinned_without_a_visible_difference() {
        let make = |n: u32| {
            let x: Vec<f64> = (0..n).map(|i| 10.0 * f64::from(i) / f64::from(n)).collect();
            let y: Vec<f64> = (0..n).map(|i| f64::from(i % 7) - 3.0).collect();
            smooth_on_grid(&x, &y, &vec![1.0; x.len()], &[5.0], 0.5)[0].se * f64::from(n).sqrt()
        };
        assert!((make(390) / make(1_950) - 1.0).abs() < 0.02);
    }
}
