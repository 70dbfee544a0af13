//! The short codes of a sentence in, out: the figures that they name, and the numbers that these figures do not say.
//!
//! A code vouches for the numbers between it and the code before. One of them must be the figure's; where none is,
//! the last that could be is wrong.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::claims::{Claim, Measure, Role, Stance};
use super::index::{Class, Figure, Index};
use super::judge::{Judged, Verdict, Work};
use super::rounding::{agrees, printed, shown};
use crate::results::{ResultRow, plain_code, short_code};

static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bR-[0-9A-Z]{4}-[0-9A-Z]{4}\b").ok());

/// A short code in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cited {
    /// Its bytes.
    pub(super) at: Range<usize>,
    /// Place of its figure in the index, where one has it.
    pub(super) figure: Option<usize>,
    /// As figures have it.
    pub(super) code: String,
}

/// The codes of a text, in order.
pub(super) fn cited(text: &str, index: &Index<'_>) -> Vec<Cited> {
    let found = CODE.iter().flat_map(|pattern| pattern.find_iter(text));
    let read = |found: regex::Match<'_>| {
        let code = plain_code(found.as_str())?;
        Some(Cited { at: found.range(), figure: index.figures.iter().position(|figure| figure.code == code), code })
    };
    found.filter_map(read).collect()
}

/// A finding for each code that no figure has; `former` are the figures of the former release by id.
pub(super) fn unknown(codes: &[Cited], former: &BTreeMap<String, &ResultRow>) -> Vec<Judged> {
    let missing = codes.iter().filter(|cited| cited.figure.is_none());
    let told = |cited: &Cited| {
        let was = former.keys().any(|id| short_code(id) == cited.code);
        let claim = Claim { at: cited.at.clone(), tokens: 0..0, value: 0.0, decimals: 0, measure: Measure::Plain, stance: Stance::Exact, role: Role::Alone };
        let (verdict, because) = if was {
            (Verdict::Stale, "the former release has a figure with this code, this one has none")
        } else {
            (Verdict::Unknown, "no figure of the release has this code")
        };
        Judged { claim, verdict, figure: None, right: String::new(), because: because.to_owned() }
    };
    missing.map(told).collect()
}

impl Work<'_> {
    /// For every claim the figure whose code stands behind it, where that says other numbers.
    pub(super) fn miscited(&self) -> Vec<Option<usize>> {
        let mut found = vec![None; self.claims.len()];
        let mut start = 0;
        for cited in &self.codes {
            let own: Vec<usize> =
                (0..self.claims.len()).filter(|place| start <= self.claims[*place].at.start && self.claims[*place].at.end <= cited.at.start).collect();
            start = cited.at.end;
            let Some(figure) = cited.figure else { continue };
            if own.iter().any(|place| self.is_said(figure, *place)) {
                continue;
            }
            let can_be = |place: &usize| matches!(self.claims[*place].role, Role::Alone | Role::Fraction(_)) && !self.counts(figure, &self.claims[*place]);
            if let Some(place) = own.into_iter().rev().find(can_be) {
                found[place] = Some(figure);
            }
        }
        found
    }

    /// Whether a claim is the number of a figure, or the ends of its interval.
    fn is_said(&self, figure: usize, place: usize) -> bool {
        let (row, claim) = (self.figure(figure).row, &self.claims[place]);
        let is = |claim: &Claim, value: Option<f64>| value.is_some_and(|value| agrees(claim, shown(row, value)));
        if let Role::Low(high) = claim.role {
            return is(claim, row.conf_low) && self.claims.get(high).is_some_and(|high| is(high, row.conf_high));
        }
        let absolute = Claim { value: claim.value.abs(), ..claim.clone() };
        is(claim, row.estimate) || self.figure(figure).is_directed() && is(&absolute, row.estimate.map(f64::abs))
    }

    /// Whether a claim is the base of a figure, or a part of it.
    fn counts(&self, figure: usize, claim: &Claim) -> bool {
        let row = self.figure(figure).row;
        let is_whole = claim.measure == Measure::Plain && claim.decimals <= 0 && self.figure(figure).class != Class::Count;
        is_whole && [row.n, row.denominator].into_iter().flatten().any(|count| agrees(claim, count))
    }

    /// What a cited figure says, in its own unit, as exactly as the claim.
    pub(super) fn cited_number(figure: &Figure<'_>, claim: &Claim) -> String {
        let row = figure.row;
        let decimals = if figure.class == Class::Count { 0 } else { claim.decimals.max(0) };
        row.estimate.map(|estimate| printed(shown(row, estimate), decimals, row.unit)).unwrap_or_default()
    }
}
