//! Times and events in; the share that has not had the event, the median time and a comparison of groups out.

use nalgebra::{DMatrix, DVector};

/// One step of a survival curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalPoint {
    /// Time of the step.
    pub time: f64,
    /// Under observation just before it.
    pub at_risk: u64,
    /// Events at it.
    pub events: u64,
    /// Share without the event after it.
    pub survival: f64,
    /// Greenwood's standard error of the share.
    pub std_error: f64,
    /// Lower bound of the share, log-log scale; absent where the share is 0 or 1.
    pub conf_low: Option<f64>,
    /// Upper bound of the share.
    pub conf_high: Option<f64>,
}

/// Kaplan–Meier curve: one point for each time at which an event happened.
///
/// # Formula
/// `S(t) = Π (1 − d/r)`; variance `S² Σ d / (r (r − d))`; interval `S^exp(± z · se(log(−log S)))`.
/// # Units
/// Times in any one unit, each with whether the event happened (`true`) or observation ended (`false`); shares from 0 to 1.
/// # Not estimable
/// Pairs with a time that is not finite are left out; no events give no points.
/// # Source
/// Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452; `survfit(conf.type = "log-log")` of R.
/// # Example
/// ```
/// let curve = recovista::stats::kaplan_meier(&[(1.0, true), (2.0, false), (3.0, true), (4.0, false)], 0.95);
/// assert_eq!(curve.len(), 2);
/// assert_eq!((curve[0].survival, curve[1].survival, curve[1].at_risk), (0.75, 0.375, 2));
/// ```
#[must_use]
pub fn kaplan_meier(times: &[(f64, bool)], conf_level: f64) -> Vec<SurvivalPoint> {
    let mut sorted: Vec<(f64, bool)> = times.iter().copied().filter(|(time, _)| time.is_finite()).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let z = super::normal_quantile(f64::midpoint(1.0, conf_level)).unwrap_or(f64::NAN);
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let mut points = Vec::new();
    let mut start = 0;
    while start < sorted.len() {
        let time = sorted[start].0;
        let tied = sorted[start..].iter().take_while(|(other, _)| other.total_cmp(&time).is_eq()).count();
        let events = sorted[start..start + tied].iter().filter(|(_, event)| *event).count();
        let at_risk = sorted.len() - start;
        start += tied;
        if events == 0 {
            continue;
        }
        let (d, r) = (events as f64, at_risk as f64);
        survival *= 1.0 - d / r;
        greenwood += if at_risk > events { d / (r * (r - d)) } else { 0.0 };
        let (conf_low, conf_high) = bounds(survival, greenwood, z);
        points.push(SurvivalPoint {
            time,
            at_risk: at_risk as u64,
            events: events as u64,
            survival,
            std_error: survival * greenwood.sqrt(),
            conf_low,
            conf_high,
        });
    }
    points
}

fn bounds(survival: f64, greenwood: f64, z: f64) -> (Option<f64>, Option<f64>) {
    let spread = z * greenwood.sqrt() / survival.ln().abs();
    let bound = |sign: f64| survival.powf((sign * spread).exp());
    if survival > 0.0 && survival < 1.0 && spread.is_finite() { (Some(bound(1.0)), Some(bound(-1.0))) } else { (None, None) }
}

/// The time by which half have had the event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MedianTime {
    /// The median; absent where more than half never had the event while observed.
    pub estimate: Option<f64>,
    /// Lower bound of its interval; absent where the lower curve stays above a half.
    pub conf_low: Option<f64>,
    /// Upper bound; absent where the upper curve stays above a half.
    pub conf_high: Option<f64>,
}

/// Median time of a Kaplan–Meier curve, its interval read off the curve's own limits.
///
/// # Formula
/// The first time with `S(t) ≤ 1/2`, the middle of the step where `S` is exactly 1/2 over a while; the limits are the same times of the
/// lower and of the upper curve (Brookmeyer and Crowley), here on the log-log scale.
/// # Units
/// Those of the times.
/// # Not estimable
/// Each part by itself is `None` where its curve does not come down to a half.
/// # Source
/// Brookmeyer and Crowley 1982, doi:10.2307/2530286; `quantile.survfit` of R. Cases of lifelines in `tests/reference/followup/survival.json`.
/// # Example
/// ```
/// use recovista::stats::{kaplan_meier, median_time};
/// let times: Vec<(f64, bool)> = (1..=9).map(|time| (f64::from(time), true)).collect();
/// assert_eq!(median_time(&kaplan_meier(&times, 0.95)).estimate, Some(5.0));
/// ```
#[must_use]
pub fn median_time(curve: &[SurvivalPoint]) -> MedianTime {
    // Where a limit has no value the curve is at 1 or at 0: only there it is known to be past a half.
    let limit = |value: Option<f64>, survival: f64| value.unwrap_or(if survival > 0.5 { 1.0 } else { 0.0 });
    MedianTime {
        estimate: crossing(curve.iter().map(|point| (point.time, point.survival))),
        conf_low: crossing(curve.iter().map(|point| (point.time, limit(point.conf_low, point.survival)))),
        conf_high: crossing(curve.iter().map(|point| (point.time, point.conf_high.unwrap_or(1.0)))),
    }
}

/// How far from a half still is a half, for rounding.
const ROUNDING: f64 = 1e-12;

/// The first time at or below a half; the middle of the step at exactly a half.
fn crossing(curve: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let mut rest = curve.skip_while(|(_, share)| *share > 0.5 + ROUNDING);
    let (time, share) = rest.next()?;
    let next = rest.find(|(_, share)| *share < 0.5 - ROUNDING).map(|(time, _)| time);
    Some(if (share - 0.5).abs() <= ROUNDING { next.map_or(time, |next| f64::midpoint(time, next)) } else { time })
}

/// What the log-rank test says.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// Events of each group.
    pub observed: Vec<f64>,
    /// Events that each group would have if all had the same curve.
    pub expected: Vec<f64>,
    /// Chi-squared.
    pub statistic: f64,
    /// Groups less one.
    pub df: f64,
    /// p-value.
    pub p_value: f64,
}

/// Log-rank test: do groups have one and the same survival curve?
///
/// # Formula
/// At each time with `d` events among `r` at risk a group with `r_g` at risk expects `d·r_g/r`; with
/// `V_gh = Σ d (r − d)/(r − 1) · r_g/r · ([g = h] − r_h/r)`, `χ² = (O − E)′ V⁻¹ (O − E)` over all groups but the last.
/// # Units
/// Times in any one unit, each with whether the event happened; a list for each group.
/// # Not estimable
/// Fewer than two groups with anybody, no event, or no time at which two groups are at risk: `None`.
/// # Source
/// Mantel 1966; Peto and Peto 1972, doi:10.2307/2344317; `survdiff` of R. Cases of lifelines in `tests/reference/followup/survival.json`.
/// # Example
/// ```
/// let early = [(1.0, true), (2.0, true), (3.0, true), (4.0, true)];
/// let late = [(5.0, true), (6.0, true), (7.0, true), (8.0, true)];
/// let test = recovista::stats::log_rank(&[&early, &late]).unwrap();
/// assert_eq!(test.observed, [4.0, 4.0]);
/// assert!((test.expected[0] - (4.0 / 8.0 + 3.0 / 7.0 + 2.0 / 6.0 + 1.0 / 5.0)).abs() < 1e-12);
/// ```
#[must_use]
pub fn log_rank(groups: &[&[(f64, bool)]]) -> Option<LogRank> {
    let groups: Vec<Vec<(f64, bool)>> =
        groups.iter().map(|times| times.iter().copied().filter(|(time, _)| time.is_finite()).collect::<Vec<_>>()).filter(|times| !times.is_empty()).collect();
    let size = groups.len();
    let mut times: Vec<f64> = groups.iter().flatten().filter(|(_, event)| *event).map(|(time, _)| *time).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    if size < 2 || times.is_empty() {
        return None;
    }
    let (mut observed, mut expected) = (vec![0.0; size], vec![0.0; size]);
    let mut variance = DMatrix::<f64>::zeros(size - 1, size - 1);
    for time in times {
        let at_risk: Vec<f64> = groups.iter().map(|own| own.iter().filter(|(other, _)| *other >= time).count() as f64).collect();
        let events: Vec<f64> = groups.iter().map(|own| own.iter().filter(|(other, event)| *event && other.total_cmp(&time).is_eq()).count() as f64).collect();
        let (r, d): (f64, f64) = (at_risk.iter().sum(), events.iter().sum());
        for group in 0..size {
            observed[group] += events[group];
            expected[group] += d * at_risk[group] / r;
        }
        if r > 1.0 {
            let spread = d * (r - d) / (r - 1.0);
            for (row, column) in (0..size - 1).flat_map(|row| (0..size - 1).map(move |column| (row, column))) {
                let own = if row == column { 1.0 } else { 0.0 };
                variance[(row, column)] += spread * at_risk[row] / r * (own - at_risk[column] / r);
            }
        }
    }
    let gap = DVector::from_fn(size - 1, |group, _| observed[group] - expected[group]);
    let statistic = gap.dot(&variance.cholesky()?.solve(&gap));
    let df = (size - 1) as f64;
    Some(LogRank { observed, expected, statistic, df, p_value: super::chi2_sf(statistic, df)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: &serde_json::Value) -> Option<f64> {
        value.as_f64()
    }

    /// `tests/reference/followup/survival.py`
    #[test]
    fn as_lifelines() {
        let cases: serde_json::Value = serde_json::from_str(include_str!("../../tests/reference/followup/survival.json")).unwrap();
        let cases = cases.as_array().unwrap();
        assert!(cases.len() >= 4);
        for case in cases {
            let groups: Vec<Vec<(f64, bool)>> = case["groups"]
                .as_array()
                .unwrap()
                .iter()
                .map(|group| group.as_array().unwrap().iter().map(|pair| (pair[0].as_f64().unwrap(), pair[1].as_i64() == Some(1))).collect())
                .collect();
            for (times, wanted) in groups.iter().zip(case["medians"].as_array().unwrap()) {
                let found = median_time(&kaplan_meier(times, 0.95));
                assert_eq!([found.estimate, found.conf_low, found.conf_high], [number(&wanted[0]), number(&wanted[1]), number(&wanted[2])], "{}", case["name"]);
            }
            let slices: Vec<&[(f64, bool)]> = groups.iter().map(Vec::as_slice).collect();
            let test = log_rank(&slices).unwrap();
            let close = |found: f64, wanted: &serde_json::Value| (found / wanted.as_f64().unwrap() - 1.0).abs() < 1e-9;
            assert!(close(test.statistic, &case["statistic"]) && close(test.p_value, &case["p_value"]), "{}: {test:?}", case["name"]);
        }
    }

    #[test]
    fn a_flat_step_at_a_half_has_its_middle() {
        let curve = kaplan_meier(&[(2.0, true), (4.0, true), (8.0, true), (9.0, true)], 0.95);
        assert_eq!(median_time(&curve).estimate, Some(6.0));
    }

    #[test]
    fn nothing_to_compare_is_none() {
        assert_eq!(log_rank(&[&[(1.0, true)]]), None);
        assert_eq!(log_rank(&[&[(1.0, false)], &[(2.0, false)]]), None);
        assert_eq!(log_rank(&[&[(f64::NAN, true)], &[(2.0, true)]]), None);
        // one group is gone before the other begins to be at risk of anything
        assert_eq!(log_rank(&[&[(1.0, false)], &[(2.0, true), (3.0, true)]]), None);
        assert_eq!(median_time(&kaplan_meier(&[(1.0, true), (2.0, false), (3.0, false)], 0.95)).estimate, None);
    }
}
