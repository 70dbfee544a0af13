//! Overlapping bands in, the median that they allow out: bands are intervals, never midpoints.

/// Where the median of banded answers lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandMedian {
    /// Lower end of the innermost interval that holds the median.
    pub low: f64,
    /// Upper end; infinite when the median lies in an open band.
    pub high: f64,
    /// The median with the interval's share spread evenly; the lower end where the interval is open.
    pub mid: f64,
}

/// Median of answers that are known only as bands, which may overlap and be open at the top.
///
/// # Formula
/// Turnbull's nonparametric maximum likelihood by self-consistency over the innermost intervals
/// (a lower end followed directly by an upper end), then linear within the interval where the share reaches one half.
/// # Units
/// Those of the bands; each `(low, high)` with `low ≤ high`.
/// # Not estimable
/// No usable band gives `None`; bands with NaN or reversed ends are left out.
/// # Source
/// Turnbull 1976, doi:10.1111/j.2517-6161.1976.tb01597.x.
/// # Example
/// ```
/// let median = recovista::stats::band_median(&[(15.0, 20.0), (20.0, 25.0), (20.0, 25.0), (18.0, 25.0)]).unwrap();
/// assert_eq!((median.low, median.high), (20.0, 25.0));
/// ```
#[must_use]
pub fn band_median(bands: &[(f64, f64)]) -> Option<BandMedian> {
    let bands: Vec<(f64, f64)> = bands.iter().copied().filter(|(low, high)| low.is_finite() && low <= high).collect();
    let inner = innermost(&bands);
    let shares = self_consistent(&bands, &inner);
    let mut below = 0.0;
    for ((low, high), share) in inner.iter().zip(&shares) {
        if below + share >= 0.5 - 1e-9 {
            let part = if *share > 0.0 { ((0.5 - below) / share).clamp(0.0, 1.0) } else { 0.0 };
            let mid = if high.is_finite() { low + part * (high - low) } else { *low };
            return Some(BandMedian { low: *low, high: *high, mid });
        }
        below += share;
    }
    None
}

/// Intervals from a lower end to the next upper end with no lower end between: where mass can lie.
fn innermost(bands: &[(f64, f64)]) -> Vec<(f64, f64)> {
    // Bands share their ends (15–20, 20–25): an upper end comes before an equal lower end, except that of a single point.
    let mut ends: Vec<(f64, bool)> = Vec::new();
    for (low, high) in bands {
        ends.push((*low, false));
        ends.push((*high, true));
    }
    let points: Vec<f64> = bands.iter().filter(|(low, high)| high <= low).map(|(low, _)| *low).collect();
    ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    ends.dedup();
    let mut inner: Vec<(f64, f64)> = ends.windows(2).filter(|pair| !pair[0].1 && pair[1].1).map(|pair| (pair[0].0, pair[1].0)).collect();
    inner.extend(points.iter().map(|point| (*point, *point)));
    inner.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    inner.dedup();
    inner
}

/// Shares of the innermost intervals.
fn self_consistent(bands: &[(f64, f64)], inner: &[(f64, f64)]) -> Vec<f64> {
    let fits = |band: &(f64, f64), part: &(f64, f64)| band.0 <= part.0 && part.1 <= band.1;
    let mut shares = vec![1.0 / inner.len().max(1) as f64; inner.len()];
    for _ in 0..10_000 {
        let mut next = vec![0.0; inner.len()];
        for band in bands {
            let total: f64 = inner.iter().zip(&shares).filter(|(part, _)| fits(band, part)).map(|(_, share)| share).sum();
            if total > 0.0 {
                for (position, part) in inner.iter().enumerate().filter(|(_, part)| fits(band, part)) {
                    let _ = part;
                    next[position] += shares[position] / total / bands.len() as f64;
                }
            }
        }
        let moved = next.iter().zip(&shares).map(|(new, old)| (new - old).abs()).fold(0.0, f64::max);
        shares = next;
        if moved < 1e-10 {
            break;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_side_by_side_give_the_grouped_median() {
        let median = band_median(&[(10.0, 15.0), (15.0, 20.0), (15.0, 20.0), (20.0, 25.0)]).unwrap();
        assert_eq!((median.low, median.high), (15.0, 20.0));
        assert!((median.mid - 17.5).abs() < 1e-6);
    }

    #[test]
    fn open_bands_and_points() {
        let median = band_median(&[(25.0, f64::INFINITY), (25.0, f64::INFINITY), (10.0, 15.0)]).unwrap();
        assert_eq!((median.low, median.mid), (25.0, 25.0));
        assert_eq!(band_median(&[(3.0, 3.0)]).map(|median| median.mid), Some(3.0));
        assert_eq!(band_median(&[]), None);
        assert_eq!(band_median(&[(f64::NAN, 1.0), (5.0, 1.0)]), None);
    }
}
