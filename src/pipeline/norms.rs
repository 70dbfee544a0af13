//! Published means of an instrument in, those that a score may be compared with out, and why the others may not.
//!
//! A mean of items from 1 to 6 is not one from 0 to 4, and a sum is neither: only the same form on the same range is compared.

use crate::analysis::Norm;
use crate::score::{Form, Instrument, ScaleOutput};

/// The published means of a scale: of instruments with several scales those whose population ends with its name (`members: Self`).
pub(super) fn norms(instrument: &Instrument, output: &ScaleOutput) -> Vec<Norm> {
    let scale = output.stem.strip_prefix(&format!("{}_", instrument.id)).unwrap_or_default();
    let norm = |known: &crate::score::Norm| {
        let of_scale = known.population.rsplit_once(": ").is_some_and(|(_, name)| name.eq_ignore_ascii_case(scale));
        if instrument.scales.len() > 1 && !of_scale {
            return None;
        }
        Some(Norm {
            population: known.population.clone(),
            mean: known.mean?,
            sd: known.sd,
            n: known.n,
            source: known.source.clone(),
            score: score(known, output),
        })
    };
    instrument.norms.iter().filter_map(norm).collect()
}

/// The column of the score in which a norm was published.
fn score(norm: &crate::score::Norm, output: &ScaleOutput) -> Result<String, String> {
    if norm.status.contains("disputed") {
        return Err(format!("how it was scored is disputed ({})", norm.status));
    }
    let metric = norm.metric.to_lowercase();
    let form = match (metric.contains("mean"), metric.contains("sum")) {
        (true, false) => Form::Mean,
        (false, true) => Form::Sum,
        // one item is its own mean
        (false, false) if output.items.len() == 1 => Form::Mean,
        _ => return Err("its source does not say whether it is a sum or a mean of items".to_owned()),
    };
    let Some(range) = range(&metric) else { return Err("its source does not say on which range".to_owned()) };
    let same = |limits: (f64, f64)| (limits.0 - range.0).abs() < 1e-9 && (limits.1 - range.1).abs() < 1e-9;
    let found = output.forms.iter().find(|(_, own, limits)| *own == form && same(*limits));
    found.map(|(column, _, _)| column.clone()).ok_or_else(|| format!("it was published as {}, and the score here is on another range", norm.metric))
}

/// The two numbers of `1-6`.
fn range(metric: &str) -> Option<(f64, f64)> {
    let words = metric.split(|letter: char| letter.is_whitespace() || letter == ',');
    let mut ranges = words.filter_map(|word| {
        let (low, high) = word.split_once('-')?;
        Some((low.parse().ok()?, high.parse().ok()?))
    });
    ranges.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::{Request, ScoreSpec, instrument};

    fn of(id: &str, coding: Option<&str>) -> Vec<Norm> {
        let known = instrument(id).unwrap();
        let items = (0..known.items.len()).map(|item| format!("i{item}")).collect();
        let request = Request { items, coding: coding.map(str::to_owned), variant: None, complete_only: false, sex: None };
        let spec = ScoreSpec::new(known, &request).unwrap();
        let output = spec.outputs().remove(0);
        norms(&spec.instrument, &output)
    }

    #[test]
    fn only_the_same_form_on_the_same_range_is_compared() {
        let barc = of("barc10", None);
        assert_eq!((barc[0].score.clone(), barc[0].mean), (Ok("barc10_mean".to_owned()), 5.0));
        assert_eq!(of("eurohis_qol8", None).len(), 3, "norms without a mean are left out");
        assert!(of("k6", None).iter().all(|norm| norm.score.clone().unwrap_err().contains("disputed")));
        // Germans' GAD-7 means do not say their form.
        assert!(of("gad7", None).iter().all(|norm| norm.score.is_err()));
        assert_eq!((range("mean of items 1-6"), range("mean of items, labelled 0-4"), range("sum")), (Some((1.0, 6.0)), Some((0.0, 4.0)), None));
    }
}
