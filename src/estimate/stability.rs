//! A share and its error in, whether it is steady enough to be shown out: the NCHS standards for proportions.
//!
//! Parker et al. 2017, Vital and Health Statistics 2(175), with the Korn–Graubard interval as in
//! `svyciprop_adjusted` (Talih). Its effective sample size is capped and never the printed one.

use crate::stats::{beta_quantile, t_quantile};

/// Fewest effective answers (Parker et al. 2017, step 1).
const EFFECTIVE_SIZE: f64 = 30.0;
/// An interval this narrow is always shown (step 2).
const NARROW: f64 = 0.05;
/// An interval this wide is never shown (step 3).
const WIDE: f64 = 0.30;
/// Widest interval relative to the share (steps 4 and 5).
const RELATIVE_WIDTH: f64 = 1.30;
/// Fewest degrees of freedom without a review (step 6).
const REVIEW_DF: f64 = 8.0;

/// What the standards look at.
pub(crate) struct Share {
    pub(crate) value: f64,
    pub(crate) error: Option<f64>,
    pub(crate) n: u64,
    pub(crate) df: Option<f64>,
    pub(crate) conf_level: f64,
}

/// What they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Show,
    Note(String),
    Unstable(String),
}

/// Applies the standards.
pub(crate) fn verdict(share: &Share) -> Verdict {
    let n = share.n as f64;
    let (Some(error), Some(df)) = (share.error, share.df) else {
        return if n < EFFECTIVE_SIZE { Verdict::Unstable("fewer than 30 answers".to_owned()) } else { Verdict::Show };
    };
    let edge = share.value <= 0.0 || share.value >= 1.0;
    let variance = error * error;
    let size = if edge || variance <= 0.0 { n } else { (share.value * (1.0 - share.value) / variance).min(n) };
    if size < EFFECTIVE_SIZE {
        return Verdict::Unstable("effective sample size below 30".to_owned());
    }
    if edge {
        return Verdict::Note("a share of 0% or 100% deserves a review".to_owned());
    }
    let width = width(share, size, n, df);
    if width > NARROW {
        if width >= WIDE {
            return Verdict::Unstable("the interval is 30 points wide or more".to_owned());
        }
        if width / share.value > RELATIVE_WIDTH {
            return Verdict::Unstable("the interval is wide compared with the share".to_owned());
        }
        if width / (1.0 - share.value) > RELATIVE_WIDTH {
            return Verdict::Note("the complement of this share is unreliable".to_owned());
        }
    }
    if df < REVIEW_DF { Verdict::Note("fewer than 8 degrees of freedom deserve a review".to_owned()) } else { Verdict::Show }
}

/// Width of the Korn–Graubard interval.
fn width(share: &Share, size: f64, n: f64, df: f64) -> f64 {
    let tail = (1.0 - share.conf_level) / 2.0;
    let ratio = match (t_quantile(1.0 - tail, n - 1.0), t_quantile(1.0 - tail, df)) {
        (Some(simple), Some(design)) => simple / design,
        _ => 1.0,
    };
    let size = (size * ratio * ratio).min(n);
    let (yes, no) = (size * share.value, size * (1.0 - share.value));
    match (beta_quantile(tail, yes, no + 1.0), beta_quantile(1.0 - tail, yes + 1.0, no)) {
        (Some(low), Some(high)) => high - low,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(x: u64, n: u64) -> Verdict {
        let (value, n_f) = (x as f64 / n as f64, n as f64);
        verdict(&Share { value, error: Some((value * (1.0 - value) / n_f).sqrt()), n, df: Some(n_f - 1.0), conf_level: 0.95 })
    }

    /// The worked cases of a simple random sample in the conventions for this field.
    #[test]
    fn agrees_with_the_worked_cases() {
        for (x, n) in [(148, 336), (18, 336), (10, 40), (3, 200)] {
            assert_eq!(simple(x, n), Verdict::Show, "{x} of {n}");
        }
        for (x, n) in [(15, 30), (5, 60), (14, 29)] {
            assert!(matches!(simple(x, n), Verdict::Unstable(_)), "{x} of {n}");
        }
        for (x, n) in [(57, 60), (0, 60)] {
            assert!(matches!(simple(x, n), Verdict::Note(_)), "{x} of {n}");
        }
    }
}
