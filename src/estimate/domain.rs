//! One domain in; weighted moments, standard errors and filled-in estimates out.

use super::context::{Answers, Context, Group};
use super::request::{Estimate, Kind, State};
use crate::design::Tree;
use crate::stats::{Sum, t_p_value, t_quantile};

/// A domain with the units that its errors come from.
pub(crate) struct Domain<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) groups: Vec<(String, String)>,
    /// Rows with positive weight.
    pub(crate) rows: Vec<u32>,
    pub(crate) tree: Tree<'a>,
    /// Why nothing can be estimated.
    pub(crate) blocked: Option<String>,
    /// Why no error can be stated.
    pub(crate) no_error: Option<String>,
    notes: Vec<String>,
}

/// Weighted moments of some rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moments {
    pub(crate) n: u64,
    pub(crate) weight: f64,
    pub(crate) mean: f64,
    /// Σ w y, made without the detour over the mean.
    pub(crate) total: f64,
    /// `n/(n − 1) · Σ w (y − ȳ)² / Σ w`, as a standard deviation.
    pub(crate) sd: Option<f64>,
}

impl<'a> Domain<'a> {
    pub(crate) fn new(context: &'a Context<'a>, group: Group) -> Self {
        let sampling = context.sampling(&group.scope);
        Self::of(context, group.names, group.rows, sampling)
    }

    /// A domain whose units are counted by this sampling.
    pub(crate) fn of(context: &'a Context<'a>, groups: Vec<(String, String)>, rows: Vec<u32>, sampling: &crate::design::Sampling) -> Self {
        let tree = Tree::new(&context.index, sampling, context.design, &rows);
        let lone = if tree.within_unit { None } else { tree.lone_unit() };
        let blocked = if rows.is_empty() { Some("nobody is in this domain".to_owned()) } else { lone.map(|lone| lone.0) };
        let no_error = if tree.census {
            Some("every unit answered, so there is no sampling error to state".to_owned())
        } else {
            (tree.df <= 0.0).then(|| "no degrees of freedom for an error".to_owned())
        };
        let notes = context.index.notes.iter().chain(&sampling.notes).chain(&tree.notes).cloned().collect();
        Self { context, groups, rows, tree, blocked, no_error, notes }
    }

    /// Weight of a row.
    pub(crate) fn weight(&self, row: u32) -> f64 {
        self.context.index.weight[row as usize]
    }

    /// Rows with an answer.
    pub(crate) fn valid_rows<'b>(&'b self, answers: &'b Answers) -> impl Iterator<Item = u32> + 'b {
        self.rows.iter().copied().filter(|row| answers.valid(*row))
    }

    /// Moments of a value over some rows.
    pub(crate) fn moments(&self, rows: impl Iterator<Item = u32> + Clone, value: impl Fn(u32) -> f64) -> Moments {
        let (mut n, mut weight, mut shifted, mut total) = (0_u64, Sum::default(), Sum::default(), Sum::default());
        // Sums around the first value lose no digits to an offset, and a constant stays one exactly.
        let shift = rows.clone().next().map_or(0.0, &value);
        for row in rows.clone() {
            let w = self.weight(row);
            n += 1;
            weight.add(w);
            shifted.add(w * (value(row) - shift));
            total.add(w * value(row));
        }
        let weight = weight.value();
        let mean = if n == 0 { 0.0 } else { shift + shifted.value() / weight };
        let largest = rows.clone().fold(0.0_f64, |largest, row| largest.max((value(row) - mean).abs()));
        let sd = (n > 1).then(|| {
            let scale = if largest > 0.0 { largest } else { 1.0 };
            let mut squares = Sum::default();
            for row in rows {
                let deviation = (value(row) - mean) / scale;
                squares.add(self.weight(row) * deviation * deviation);
            }
            (n as f64 / (n as f64 - 1.0) * squares.value() / weight).max(0.0).sqrt() * scale
        });
        Moments { n, weight, mean, total: total.value(), sd }
    }

    /// An estimate without numbers: not estimable for this reason.
    pub(crate) fn none(&self, kind: Kind, reason: &str) -> Estimate {
        Estimate { state: State::NotEstimable(reason.to_owned()), method: "not estimated".to_owned(), ..Estimate::blank(&self.groups, kind) }
    }

    /// Words for a method, with `weighted` where weights differ and `within_unit` where the domain is one unit.
    pub(crate) fn method(&self, word: &str) -> String {
        let within = if self.tree.within_unit { ", within_unit" } else { "" };
        format!("{word}{within}")
    }

    /// The word with `weighted` before it where weights differ.
    pub(crate) fn weighted(&self, word: &str) -> String {
        if self.context.equal_weights { word.to_owned() } else { format!("weighted {word}") }
    }

    /// A first estimate: value, base, people and the notes of the domain.
    pub(crate) fn start(&self, kind: Kind, value: f64, rows: impl Iterator<Item = u32> + Clone, missing: u64) -> Estimate {
        let n = rows.clone().count() as u64;
        let n_weighted = crate::stats::sum(rows.clone().map(|row| self.weight(row)));
        let note = (!self.notes.is_empty()).then(|| self.notes.join("; "));
        Estimate {
            estimate: Some(value),
            n,
            n_weighted: Some(n_weighted),
            n_missing: missing,
            people: self.context.people(rows),
            note,
            ..Estimate::blank(&self.groups, kind)
        }
    }

    /// Adds standard error, df and coefficient of variation from the influence of each row of the domain.
    pub(crate) fn add_error(&self, estimate: &mut Estimate, influence: impl Iterator<Item = f64>) {
        estimate.df = (!self.tree.census && self.tree.df > 0.0).then_some(self.tree.df);
        if let Some(reason) = &self.no_error {
            return add_note(estimate, reason);
        }
        match self.tree.std_error(influence) {
            Ok(error) => estimate.std_error = Some(error),
            Err(lone) => *estimate = self.none(estimate.kind, &lone.0),
        }
        if let (Some(error), Some(value)) = (estimate.std_error, estimate.estimate) {
            estimate.cv = (value != 0.0).then(|| error / value.abs());
        }
    }

    /// Adds the interval estimate ± t · standard error.
    pub(crate) fn add_t_interval(&self, estimate: &mut Estimate) {
        if let (Some(value), Some(error), Some(t)) = (estimate.estimate, estimate.std_error, self.t(estimate)) {
            estimate.conf_low = Some(value - t * error);
            estimate.conf_high = Some(value + t * error);
        }
    }

    /// The t quantile of the interval.
    pub(crate) fn t(&self, estimate: &Estimate) -> Option<f64> {
        t_quantile(f64::midpoint(1.0, self.context.design.conf_level), estimate.df?)
    }

    /// Design effect of a mean with this standard error, against simple random sampling without replacement.
    pub(crate) fn deff(&self, error: f64, moments: &Moments) -> Option<f64> {
        let (n, sd) = (moments.n as f64, moments.sd?);
        let unit_weights = self.context.equal_weights && (moments.weight - n).abs() <= 1e-9 * n;
        let open = if unit_weights { 1.0 } else { (moments.weight - n) / moments.weight };
        let simple = sd * (open / n).max(0.0).sqrt();
        (simple > 0.0).then(|| (error / simple) * (error / simple)).filter(|deff| deff.is_finite())
    }
}

/// Adds a sentence to the note.
pub(crate) fn add_note(estimate: &mut Estimate, note: &str) {
    match &mut estimate.note {
        Some(known) => {
            known.push_str("; ");
            known.push_str(note);
        }
        None => estimate.note = Some(note.to_owned()),
    }
}

/// Adds the test that the estimate is zero.
pub(crate) fn add_test(estimate: &mut Estimate) {
    let (Some(value), Some(error), Some(df)) = (estimate.estimate, estimate.std_error, estimate.df) else { return };
    if error > 0.0 {
        estimate.test_statistic = Some(value / error);
        estimate.p_value = t_p_value(value / error, df);
    } else {
        add_note(estimate, "no variation, so there is no test");
    }
}
