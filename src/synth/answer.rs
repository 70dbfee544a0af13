//! A standard draw and a hint in, a code or a number as a file would have it out.

use super::chance::{Bell, Dice, exp, floor, ln, position};
use super::hints::{Draw, Hint};
use super::sheet::Place;
use crate::schema::{Codebook, Field, Kind};

/// What a person answered: the cells of the field's columns, and the number where it is one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub cells: Vec<String>,
    pub number: Option<f64>,
}

impl Answer {
    pub(super) fn text(text: String) -> Self {
        let number = text.parse().ok();
        Self { cells: vec![text], number }
    }

    /// A number in its shortest form, at most two decimals.
    pub(super) fn number(number: f64) -> Self {
        let number = (number * 100.0).round() / 100.0 + 0.0;
        Self { cells: vec![number.to_string()], number: Some(number) }
    }

    /// The same answer some rounds later.
    pub(super) fn risen(&self, by: f64) -> Self {
        match self.number {
            Some(number) if by != 0.0 => Self::number(number + by),
            _ => self.clone(),
        }
    }
}

/// What is computed once for a codebook: the bell, and the curve behind each rounded scale.
pub(super) struct Scales {
    bell: Bell,
    curves: Vec<(f64, f64)>,
}

impl Scales {
    pub(super) fn new(book: &Codebook, hints: &[Hint]) -> Self {
        let bell = Bell::new();
        let curve = |(field, hint): (&Field, &Hint)| match hint.draw {
            Some(Draw::Scale { mean, sd }) => {
                let (low, high) = field.drawn_range();
                bell.before_rounding(mean, sd, low, high)
            }
            Some(Draw::Lognormal { mean, sd } | Draw::After { mean, sd, .. }) => {
                let variance = ln(1.0 + sd * sd / (mean * mean));
                (ln(mean) - variance / 2.0, variance.sqrt())
            }
            Some(Draw::Normal { mean, sd }) => (mean, sd),
            _ => (0.0, 1.0),
        };
        let curves = book.fields.iter().zip(hints).map(curve).collect();
        Self { bell, curves }
    }

    /// No answer, as wide as the field.
    #[expect(clippy::unused_self, reason = "reads like its siblings where it is called")]
    pub(super) fn blank(&self, field: &Field) -> Answer {
        let width = if let Kind::Checkboxes { options } = &field.kind { options.len() } else { 1 };
        Answer { cells: vec![String::new(); width], number: None }
    }

    /// Shares given and levels declared, where they differ.
    #[expect(clippy::unused_self, reason = "reads like its siblings where it is called")]
    pub(super) fn miscount(&self, field: &Field, hint: &Hint) -> Option<(usize, usize)> {
        let found = match hint.draw.as_ref()? {
            Draw::Levels { shares, .. } | Draw::Alone { alone: shares, .. } => shares.len(),
            Draw::Each { each, none, .. } => each.len() + usize::from(none.is_some()),
            _ => return None,
        };
        let expected = codes(field).len();
        (found != expected).then_some((found, expected))
    }

    /// The answer to one question.
    #[expect(clippy::too_many_arguments, reason = "one call site, and each argument is a different thing")]
    pub(super) fn answer(&self, at: usize, field: &Field, hint: &Hint, z: f64, place: &Place<'_>, text_of: impl Fn(&str) -> String, dice: &mut Dice) -> Answer {
        let (centre, spread) = self.curves[at];
        let Some(draw) = &hint.draw else { return self.plain(field, z, place.index, dice) };
        match draw {
            Draw::Levels { shares, later, .. } => {
                let shares = if place.round > 0 { later.as_ref().unwrap_or(shares) } else { shares };
                Answer::text(codes(field)[position(self.bell.below(z), shares)].clone())
            }
            Draw::Alone { alone, several, .. } => marks(field, &alone_or_two(dice.unit(), alone, *several, dice), None),
            Draw::Each { each, none, .. } => marks(field, &each.iter().map(|share| dice.chance(share / 100.0)).collect::<Vec<_>>(), none.as_deref()),
            Draw::Scale { .. } | Draw::Normal { .. } => fitted(field, hint, centre + spread * z),
            Draw::Lognormal { .. } => fitted(field, hint, exp(centre + spread * z)),
            Draw::Pieces { cuts, shares, lean } => fitted(field, hint, self.piece(z, cuts, shares, lean)),
            Draw::Sequence { prefix, digits, .. } => Answer::text(format!("{prefix}{:0digits$}", place.index + 1)),
            Draw::Pick { prefix, digits, last } => Answer::text(format!("{prefix}{:0digits$}", dice.below(*last) + 1)),
            Draw::Date { first, last } => Answer::text(moment(first, last, field.kind == Kind::Datetime, dice)),
            Draw::After { field: other, .. } => Answer::text(later_than(&text_of(other), exp(centre + spread * z))),
            Draw::Deck(deck) => Answer::text(deck[place.index % deck.len()].clone()),
        }
    }

    /// A field without a hint: evenly over what the codebook allows.
    fn plain(&self, field: &Field, z: f64, index: usize, dice: &mut Dice) -> Answer {
        let codes = codes(field);
        match &field.kind {
            Kind::Id => Answer::text(format!("{}", index + 1)),
            Kind::Text => Answer::text(String::new()),
            Kind::Category { .. } if codes.is_empty() => Answer::text("1".to_owned()),
            Kind::Category { .. } => Answer::text(codes[dice.below(codes.len())].clone()),
            Kind::Checkboxes { .. } | Kind::Split { .. } => marks(field, &codes.iter().map(|_| dice.chance(0.3)).collect::<Vec<_>>(), None),
            Kind::Integer | Kind::Number => {
                let (low, high) = field.drawn_range();
                fitted(field, &Hint::default(), low + (high - low) * self.bell.below(z))
            }
            Kind::Date | Kind::Datetime => Answer::text(moment("2024-01-01", "2024-12-31", field.kind == Kind::Datetime, dice)),
        }
    }

    fn piece(&self, z: f64, cuts: &[f64], shares: &[f64], lean: &[f64]) -> f64 {
        let below = self.bell.below(z).clamp(0.0, 0.999_999);
        let at = position(below, shares);
        let whole: f64 = shares.iter().sum();
        let before: f64 = shares[..at].iter().sum();
        let part = ((below * whole - before) / shares[at]).clamp(0.0, 0.999_999);
        cuts[at] + (cuts[at + 1] - cuts[at]) * power(part, lean[at])
    }
}

/// A share to a power in steps of one half.
fn power(part: f64, lean: f64) -> f64 {
    let whole = (0..floor(lean)).fold(1.0, |product, _| product * part);
    if lean.fract() >= 0.5 { whole * part.sqrt() } else { whole }
}

/// Codes of the levels, or columns of the options.
pub(super) fn codes(field: &Field) -> Vec<String> {
    match &field.kind {
        Kind::Category { levels, .. } | Kind::Split { levels, .. } => levels.iter().map(|level| level.code.clone()).collect(),
        Kind::Checkboxes { options } => options.iter().map(|option| option.code.clone()).collect(),
        _ => Vec::new(),
    }
}

/// A number inside the field's range, rounded as the field is.
fn fitted(field: &Field, hint: &Hint, number: f64) -> Answer {
    let nearest = hint.nearest.unwrap_or(if field.kind == Kind::Integer { 1.0 } else { 0.01 });
    let rounded = if matches!(hint.draw, Some(Draw::Pieces { .. })) { (number / nearest).floor() } else { (number / nearest).round() } * nearest;
    Answer::number(field.range.map_or(rounded, |(low, high)| rounded.clamp(low, high)))
}

/// The marks of a person at a share between 0 and 1: first those who mark two, then each option alone, then nothing.
pub(super) fn alone_or_two(share: f64, alone: &[f64], several: f64, dice: &mut Dice) -> Vec<bool> {
    let mut marked = vec![false; alone.len()];
    let mut left = share * 100.0 - several;
    if left < 0.0 {
        let first = dice.weighted(alone);
        let others: Vec<f64> = alone.iter().enumerate().map(|(place, share)| if place == first { 0.0 } else { *share }).collect();
        marked[first] = true;
        marked[dice.weighted(&others)] = true;
        return marked;
    }
    for (mark, share) in marked.iter_mut().zip(alone) {
        if left < *share {
            *mark = true;
            break;
        }
        left -= share;
    }
    marked
}

/// Marks as a file has them: a column each, or codes in one column. `none` is the code of no mark at all.
pub(super) fn marks(field: &Field, marked: &[bool], none: Option<&str>) -> Answer {
    let cells = match &field.kind {
        Kind::Split { separator, levels } => {
            let codes: Vec<&str> = levels.iter().zip(marked).filter(|(_, mark)| **mark).map(|(level, _)| level.code.as_str()).collect();
            vec![if codes.is_empty() { none.unwrap_or_default().to_owned() } else { codes.join(separator) }]
        }
        _ => marked.iter().map(|mark| if *mark { "1" } else { "0" }.to_owned()).collect(),
    };
    Answer { cells, number: None }
}

/// A day between two days, with an hour of the day where the field has one.
pub(super) fn moment(first: &str, last: &str, with_time: bool, dice: &mut Dice) -> String {
    let (Ok(first), Ok(last)) = (first.parse::<jiff::civil::Date>(), last.parse::<jiff::civil::Date>()) else { return String::new() };
    let days = i64::from((last - first).get_days().max(0));
    let day = first.saturating_add(jiff::Span::new().days(i64::try_from(dice.below(usize::try_from(days).unwrap_or(0) + 1)).unwrap_or(0)));
    let minutes = 9 * 60 + dice.below(10 * 60);
    if with_time { format!("{day}T{:02}:{:02}:00", minutes / 60, minutes % 60) } else { day.to_string() }
}

/// A date and time so many minutes later; blank when the first is no date and time.
fn later_than(text: &str, minutes: f64) -> String {
    let Ok(start) = text.parse::<jiff::civil::DateTime>() else { return String::new() };
    let span = jiff::Span::new().minutes(i64::try_from(floor(minutes.clamp(1.0, 600.0))).unwrap_or(1));
    let end = start.saturating_add(span);
    format!("{}T{:02}:{:02}:00", end.date(), end.hour(), end.minute())
}
