//! Sentences and two releases in, a verdict on every claimed number out.

use std::collections::BTreeMap;

use super::cited::{Cited, cited, unknown};
use super::claims::{Claim, Measure, Role, claims};
use super::context::{Context, named};
use super::index::{Class, Figure, Index, Level};
use super::masks::masked;
use super::meaning::{Candidate, candidates, is_change, of_wave};
use super::rounding::{agrees, almost, printed, shown};
use super::tokens::Token;
use crate::results::{ResultRow, Stat, Unit};

/// What became of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A released figure says so.
    Right,
    /// It is what an earlier release or wave said.
    Stale,
    /// The right figure, rounded wrongly.
    Misrounded,
    /// The right figure with another base.
    WrongBase,
    /// The figure is hidden: no number may be given.
    Suppressed,
    /// The figure whose code stands behind it says another number.
    Wrong,
    /// No figure fits.
    Unknown,
}

impl Verdict {
    /// The word in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Stale => "stale",
            Self::Misrounded => "misrounded",
            Self::WrongBase => "wrong base",
            Self::Suppressed => "suppressed",
            Self::Wrong => "wrong",
            Self::Unknown => "unknown",
        }
    }
}

/// A sentence with what stands around it.
#[derive(Debug, Clone, Default)]
pub(super) struct Sentence {
    pub(super) text: String,
    pub(super) tokens: Vec<Token>,
    /// Whether it begins a paragraph.
    pub(super) begins: bool,
    /// Sentences before it in the paragraph, the nearest first.
    pub(super) earlier: Vec<Vec<Token>>,
    /// The heading above.
    pub(super) above: Vec<Token>,
    /// Heads of its row and column, where it is a cell of a table.
    pub(super) heads: Vec<Token>,
    /// Whether its column says percent.
    pub(super) percent: bool,
}

/// A claim with its verdict.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) claim: Claim,
    pub(super) verdict: Verdict,
    /// Place of the figure that it means, where one is meant.
    pub(super) figure: Option<usize>,
    /// What should stand there.
    pub(super) right: String,
    pub(super) because: String,
}

/// Judges sentences against a release and, where there is one, the release before.
pub(super) struct Judge<'a> {
    pub(super) index: &'a Index<'a>,
    /// Rows of the former release by id.
    pub(super) former: BTreeMap<String, &'a ResultRow>,
}

/// One sentence at work.
pub(super) struct Work<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) former: &'a BTreeMap<String, &'a ResultRow>,
    sentence: &'a Sentence,
    pub(super) claims: Vec<Claim>,
    verdicts: Vec<Option<Judged>>,
    /// Figures that numbers of this sentence were found to mean.
    pub(super) linked: Vec<usize>,
    /// Short codes of the sentence.
    pub(super) codes: Vec<Cited>,
    /// For every claim the figure that is cited for it and says other numbers.
    miscited: Vec<Option<usize>>,
}

/// The part of the best score that a figure needs to be meant at all, by a small or a large number, and to be held against a number.
pub(super) const POSSIBLE: f64 = 0.4;
const POSSIBLE_SMALL: f64 = 0.7;
const POSSIBLE_LARGE: f64 = 0.2;
pub(super) const MEANT: f64 = 0.75;

impl Judge<'_> {
    /// Every claim of a sentence with its verdict.
    pub(super) fn judge(&self, sentence: &Sentence) -> Vec<Judged> {
        let mut hidden = masked(&sentence.text, &sentence.tokens, sentence.begins);
        for (range, _) in named(&sentence.tokens, self.index) {
            hidden.get_mut(range).into_iter().flatten().for_each(|masked| *masked = true);
        }
        let mut claims = claims(&sentence.text, &sentence.tokens, &hidden);
        for claim in claims.iter_mut().filter(|claim| sentence.percent && claim.measure == Measure::Plain && (claim.decimals > 0 || claim.value <= 100.0)) {
            claim.measure = Measure::Percent;
        }
        let verdicts = vec![None; claims.len()];
        let codes = cited(&sentence.text, self.index);
        let mut found = unknown(&codes, &self.former);
        let mut work = Work { index: self.index, former: &self.former, sentence, claims, verdicts, linked: Vec::new(), codes, miscited: Vec::new() };
        work.miscited = work.miscited();
        work.all();
        found.extend(work.verdicts.into_iter().flatten());
        found.sort_by_key(|judged| judged.claim.at.start);
        found
    }
}

impl Work<'_> {
    /// Firm numbers first, then intervals, then parts and bases, which lean on them.
    fn all(&mut self) {
        let rank = |claim: &Claim| match claim.role {
            Role::Alone if claim.measure != Measure::Plain || claim.decimals > 0 => 0,
            Role::Part(_) => 1,
            Role::Low(_) | Role::Fraction(_) => 2,
            Role::Alone => 3,
            Role::Base => 4,
            Role::High | Role::BaseOfPart => 5,
        };
        let mut order: Vec<usize> = (0..self.claims.len()).collect();
        order.sort_by_key(|place| (rank(&self.claims[*place]), *place));
        for place in order {
            if self.verdicts[place].is_some() {
                continue;
            }
            match self.claims[place].role {
                Role::Low(high) => self.interval(place, high),
                Role::Part(base) => self.part(place, base),
                Role::Base => self.base(place),
                _ => self.alone(place),
            }
        }
    }

    fn context(&self, place: usize) -> Context {
        let sentence = self.sentence;
        let mut context = Context::of(&sentence.tokens, &self.claims, place, self.index);
        context.add_heads(&sentence.heads, self.index);
        for (steps, earlier) in sentence.earlier.iter().enumerate() {
            context.add_earlier(earlier, steps, self.index);
        }
        context.add_above(&sentence.above, self.index);
        context
    }

    /// The figure whose code is the next after a claim, where it says the claim; a number of several before a code may be of another figure.
    fn coded(&self, place: usize) -> Vec<usize> {
        let claim = &self.claims[place];
        let next = self.codes.iter().find(|cited| cited.at.start >= claim.at.end).and_then(|cited| cited.figure);
        let stands = |figure: &usize| !matches!(claim.role, Role::Alone | Role::Fraction(_)) || self.says(*figure, claim);
        next.filter(stands).into_iter().collect()
    }

    /// The figures that a claim can mean, the likeliest first.
    pub(super) fn candidates(&self, place: usize) -> Vec<Candidate> {
        candidates(self.index, &self.context(place), &self.claims[place], &self.coded(place))
    }

    pub(super) fn figure(&self, place: usize) -> &Figure<'_> {
        &self.index.figures[place]
    }

    /// Numbers of a figure that a claim of its kind can state, the first being what it states first.
    fn values(figure: &Figure<'_>, claim: &Claim) -> Vec<f64> {
        let row = figure.row;
        let estimate = row.estimate.map(|estimate| shown(row, estimate)).map(|value| if figure.is_directed() { value.abs() } else { value });
        let is_whole = claim.measure == Measure::Plain && claim.decimals <= 0;
        let own = estimate.filter(|_| claim.measure != Measure::Plain || row.unit != Unit::Percent && row.unit != Unit::Dollars);
        let counts = [row.n, row.denominator].into_iter().flatten().filter(|_| is_whole && row.stat != Stat::Count);
        own.into_iter().chain(counts).collect()
    }

    pub(super) fn says(&self, figure: usize, claim: &Claim) -> bool {
        let absolute = if self.figure(figure).is_directed() { Claim { value: claim.value.abs(), ..claim.clone() } } else { claim.clone() };
        Self::values(self.figure(figure), &absolute).iter().any(|value| agrees(&absolute, *value))
    }

    pub(super) fn settle(&mut self, place: usize, verdict: Verdict, figure: Option<usize>, right: String, because: &str) {
        if let (Verdict::Right, Some(figure)) = (verdict, figure) {
            self.linked.push(figure);
        }
        self.verdicts[place] = Some(Judged { claim: self.claims[place].clone(), verdict, figure, right, because: because.to_owned() });
    }

    pub(super) fn right(&mut self, place: usize, figure: usize) {
        self.settle(place, Verdict::Right, Some(figure), String::new(), "");
    }

    /// A number that stands for itself.
    pub(super) fn alone(&mut self, place: usize) {
        let claim = self.claims[place].clone();
        if let Some(figure) = self.miscited.get(place).copied().flatten() {
            return self.wrong(place, &[Candidate { figure, score: 1.0 }]);
        }
        let linked = self.linked.iter().rev().copied().find(|figure| claim.measure == Measure::Plain && claim.decimals <= 0 && self.says(*figure, &claim));
        if let Some(figure) = linked {
            return self.right(place, figure);
        }
        if matches!(claim.role, Role::Fraction(_)) && self.restates(place, &claim) {
            return;
        }
        if let Some(figure) = self.of_other_wave(place, &claim) {
            return self.right(place, figure);
        }
        let everybody = self.everybody(place, &claim);
        let values = |figure: &usize| {
            let row = self.figure(*figure).row;
            if row.variable == "response_rate" { vec![row.n, row.denominator] } else { vec![row.estimate] }
        };
        if let Some(figure) = everybody.iter().copied().find(|figure| values(figure).into_iter().flatten().any(|value| agrees(&claim, value))) {
            return self.right(place, figure);
        }
        let found = self.candidates(place);
        let best = found.first().map_or(0.0, |first| first.score);
        let small = claim.measure == Measure::Plain && claim.decimals <= 0 && claim.value.abs() < 100.0;
        // That a large number is one by chance is unlikely.
        let large = claim.measure == Measure::Plain && claim.decimals == 0 && claim.value.abs() >= 100.0;
        let needed = best
            * if small {
                POSSIBLE_SMALL
            } else if large {
                POSSIBLE_LARGE
            } else {
                POSSIBLE
            };
        if let Some(hit) = found.iter().find(|one| one.score >= needed && self.says(one.figure, &claim)) {
            return self.right(place, hit.figure);
        }
        self.wrong(place, &found);
    }

    /// Whether a share in words only says the number beside it once more: `nearly half, 46.2%`.
    fn restates(&mut self, place: usize, claim: &Claim) -> bool {
        let beside = [place.checked_sub(1), Some(place + 1)].into_iter().flatten().filter_map(|other| self.claims.get(other));
        beside.filter(|other| other.measure == Measure::Percent && other.role == Role::Alone).any(|other| agrees(claim, other.value))
    }

    /// The figure of the number before, in another wave: `1,534 in 2024, against 1,512 a year earlier`.
    fn of_other_wave(&self, place: usize, claim: &Claim) -> Option<usize> {
        let context = self.context(place);
        let before = self.nearest_before(place).filter(|_| is_change(&context))?;
        let own = self.figure(before).row;
        let wanted = without_wave(own);
        (0..self.index.figures.len()).find(|other| {
            let row = self.figure(*other).row;
            row.wave != own.wave && without_wave(row) == wanted && of_wave(self.index, row, &context) && self.says(*other, claim)
        })
    }

    /// Figures that count everybody, where a number stands right before their noun: `all 52 teams`, `1,534 members`.
    fn everybody(&self, place: usize, claim: &Claim) -> Vec<usize> {
        let next: Vec<&str> = self.sentence.tokens.get(claim.tokens.end..).unwrap_or_default().iter().take(2).map(|token| token.text.as_str()).collect();
        let is_base = claim.role == Role::Base;
        if claim.measure != Measure::Plain || claim.decimals > 0 || next.is_empty() && !is_base {
            return Vec::new();
        }
        let context = self.context(place);
        let whole = |figure: &Figure<'_>| {
            let row = figure.row;
            let counts = row.stat == Stat::Count && row.level.is_none() && ["people", "teams", "visits", "enrolled_people"].contains(&row.variable.as_str());
            let noun = if row.variable == "visits" { "visit" } else { figure.noun.as_str() };
            (counts || row.variable == "response_rate") && figure.domain.is_empty() && (is_base || next.contains(&noun)) && of_wave(self.index, row, &context)
        };
        (0..self.index.figures.len()).filter(|place| whole(self.figure(*place))).collect()
    }

    /// Why a number is not right.
    fn wrong(&mut self, place: usize, found: &[Candidate]) {
        let claim = self.claims[place].clone();
        let cited = self.miscited.get(place).copied().flatten();
        let best = found.first().map_or(0.0, |first| first.score);
        let everybody = if cited.is_some() { Vec::new() } else { self.everybody(place, &claim) };
        let named: Vec<usize> = everybody.into_iter().filter(|figure| self.figure(*figure).class == Class::Count).collect();
        let mut meant: Vec<usize> = found.iter().filter(|one| one.score >= best * MEANT && one.score > 0.0).map(|one| one.figure).collect();
        // A whole number mostly counts.
        let telling = found.first().is_some_and(|first| self.figure(first.figure).level != Level::None);
        meant.splice(0..0, named.into_iter().filter(|_| !telling));
        meant.sort_by_key(|figure| claim.measure == Measure::Plain && claim.decimals <= 0 && self.figure(*figure).class != Class::Count);
        // Of figures with the same words the one of the number's size is meant: the sum of a scale, not the mean of its items.
        let far = |value: &f64| claim.measure == Measure::Plain && claim.decimals > 0 && !(0.5..=2.0).contains(&(claim.value / value));
        meant.sort_by_key(|figure| Self::values(self.figure(*figure), &claim).first().is_some_and(far));
        let Some(first) = meant.first().copied() else {
            if !matches!(claim.role, Role::Fraction(_)) {
                self.settle(place, Verdict::Unknown, None, String::new(), "no figure of the release has these words");
            }
            return;
        };
        if self.figure(first).row.is_suppressed() {
            return self.settle(
                place,
                Verdict::Suppressed,
                Some(first),
                "no number".to_owned(),
                "the figure is hidden: too few people stand behind it, or it would give a hidden one away",
            );
        }
        let told = |figure: usize| if cited.is_some() { Self::cited_number(self.figure(figure), &claim) } else { self.told(figure, &claim) };
        if let Some((figure, because)) = meant.iter().find_map(|figure| Some((*figure, self.stale(*figure, &claim)?))) {
            return self.settle(place, Verdict::Stale, Some(figure), told(figure), &because);
        }
        let near = |figure: &&usize| Self::values(self.figure(**figure), &claim).first().is_some_and(|value| almost(&claim, *value));
        if let Some(figure) = meant.iter().find(near).copied() {
            return self.settle(place, Verdict::Misrounded, Some(figure), told(figure), "the figure rounds to another number");
        }
        if let Some((figure, because)) = meant.iter().find_map(|figure| Some((*figure, self.other_base(*figure, &claim)?))) {
            return self.settle(place, Verdict::WrongBase, Some(figure), told(figure), &because);
        }
        if cited.is_some() {
            let says = Some(told(first)).filter(|said| !said.is_empty()).unwrap_or_else(|| "no number".to_owned());
            return self.settle(place, Verdict::Wrong, Some(first), says.clone(), &format!("the figure that is cited says {says}"));
        }
        if matches!(claim.role, Role::Fraction(_)) {
            return;
        }
        self.settle(place, Verdict::Unknown, Some(first), told(first), "no figure says so; this is the one with these words");
    }

    /// What a figure says, printed as the claim is.
    fn told(&self, figure: usize, claim: &Claim) -> String {
        // A whole number beside a share is its count.
        let row_counts = self.figure(figure).class == Class::Count;
        let unit = if claim.measure == Measure::Plain { Unit::None } else { self.figure(figure).row.unit };
        Self::values(self.figure(figure), claim)
            .first()
            .map(|value| printed(*value, if row_counts && value.fract() == 0.0 { 0 } else { claim.decimals }, unit))
            .unwrap_or_default()
    }

    /// Whether a number is what the figure said in the former release or in another wave.
    fn stale(&self, figure: usize, claim: &Claim) -> Option<String> {
        let own = self.figure(figure).row;
        let says = |row: &ResultRow| row.estimate.is_some_and(|estimate| agrees(claim, shown(row, estimate))) && measured(row, claim);
        if let Some(row) = self.former.get(&own.id()).filter(|row| says(row)) {
            return Some(row.wave.as_ref().map_or_else(|| "the former release said so".to_owned(), |wave| format!("the former release said so for {wave}")));
        }
        let wanted = without_wave(own);
        let other = self
            .index
            .figures
            .iter()
            .find(|other| other.row.wave.is_some() && other.row.wave != own.wave && without_wave(other.row) == wanted && says(other.row))?;
        Some(format!("that is the figure of {}", other.row.wave.as_deref().unwrap_or_default()))
    }

    /// Whether a share was taken of another base: everybody, the frame, or without weights.
    fn other_base(&self, figure: usize, claim: &Claim) -> Option<String> {
        let row = self.figure(figure).row;
        let (n, base) = row.n.zip(row.denominator).filter(|_| row.stat == Stat::Proportion && claim.measure == Measure::Percent)?;
        if agrees(claim, 100.0 * n / base) {
            return Some(format!("{n} of {base} without weights; the figure is weighted"));
        }
        let people = |other: &&Figure<'_>| {
            other.row.dataset == row.dataset && other.row.stat == Stat::Count && other.row.level.is_none() && other.row.groups == row.groups
        };
        let counted = self.index.figures.iter().filter(people).filter_map(|other| other.row.estimate);
        let frames = self
            .index
            .figures
            .iter()
            .filter(|other| other.row.dataset == row.dataset && other.row.variable == "response_rate")
            .filter_map(|other| other.row.denominator);
        let all = row.n_missing.map(|missing| base + missing);
        let wrong =
            all.into_iter().chain(counted).chain(frames).find(|other| *other > 0.0 && (*other - base).abs() > 0.5 && agrees(claim, 100.0 * n / other))?;
        Some(format!("{n} of {wrong}; the base of the figure is {base}"))
    }

    /// The figure that the number before a base was found to mean.
    pub(super) fn nearest_before(&self, place: usize) -> Option<usize> {
        let earlier = self.verdicts[..place].iter().rev().flatten();
        earlier.filter(|judged| judged.verdict == Verdict::Right || judged.verdict == Verdict::Misrounded).find_map(|judged| judged.figure)
    }
}

/// What two rows have in common that are one figure in two waves.
fn without_wave(row: &ResultRow) -> (&str, &str, Option<&str>, Stat, BTreeMap<&String, &String>) {
    let groups = row.groups.iter().filter(|(group, _)| *group != "wave").collect();
    (&row.dataset, &row.variable, row.level.as_deref(), row.stat, groups)
}

/// Whether a row has a number of the claim's kind.
fn measured(row: &ResultRow, claim: &Claim) -> bool {
    match claim.measure {
        Measure::Percent => row.unit == Unit::Percent,
        Measure::Points => row.unit != Unit::Dollars,
        Measure::Dollars => row.unit == Unit::Dollars,
        Measure::Plain => row.unit != Unit::Percent && row.unit != Unit::Dollars,
    }
}
