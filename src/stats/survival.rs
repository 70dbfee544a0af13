//! Times and events in, the share that has not had the event out.

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
