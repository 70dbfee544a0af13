//! Scored frame in, who moved between the bands of a scale out: columns for people seen in two waves, questions and rows.
//!
//! Everything stands at the later row of a person, with its weight, and rests on the same people: those with a
//! band in both waves. So the shares before and after are sums of the shares that moved. Where cut-offs depend on a
//! person's sex, people move between the bands that all sexes share, each by the cut-off of their own; whose sex is
//! not known in both waves, or not the same, is counted and classified nowhere.

use std::collections::BTreeMap;

use super::super::{CONF_LEVEL, Context, ScoredScale, paired};
use super::{Asked, WHO, ask, share};
use crate::estimate::Measure;
use crate::frame::{Column, Frame, Levels, NO_LEVEL, Values, missing};
use crate::results::{ResultRow, Stat, Status, Support, Unit};
use crate::stats::{beta_quantile, mcnemar, t_p_value};

/// On which side of a cut-off people were before and after.
const SIDES: [&str; 4] = ["stayed below", "rose above", "fell below", "stayed above"];
/// Positions of the earlier and the later band of a row, where it makes a pair.
type Pair = Option<(usize, usize)>;
/// Why somebody with a score in both waves is in no band of both. Told together: how many people's sex differs is nobody's to know.
const NOT_CLASSIFIED: &str = "sex not known or not the same in both waves";

/// Names of what is said of people who moved between the bands of a scale.
pub(crate) struct Transitions<'a>(&'a ScoredScale);

impl<'a> Transitions<'a> {
    /// Of a scale with bands in one order.
    pub(crate) fn of(scale: &'a ScoredScale) -> Option<Self> {
        (scale.bands.len() > 1).then_some(Self(scale))
    }

    /// Whether each person has the cut-offs of their own sex.
    fn is_own(&self) -> bool {
        !self.0.own_bands.is_empty()
    }

    /// Beginning of the variables.
    fn stem(&self) -> String {
        if self.is_own() { format!("{}_own", self.0.name) } else { self.0.name.clone() }
    }

    /// The variable whose levels are pairs of bands.
    pub(crate) fn change(&self) -> String {
        format!("{}_band_change", self.stem())
    }

    /// The variable whose levels are the bands.
    pub(crate) fn band(&self) -> String {
        format!("{}_band", self.stem())
    }

    /// The variable that says on which side of the start of a band people were.
    pub(crate) fn crossing(&self, cut: usize) -> String {
        if self.is_own() { format!("{}_crossing_{cut}", self.stem()) } else { format!("{}_crossing_{}", self.stem(), self.0.bands[cut].1) }
    }

    /// The bands as scored, and the shared band of each; `None` where bands are those of everybody.
    pub(crate) fn shared(&self) -> Option<(String, BTreeMap<String, String>)> {
        let map = self.0.own_bands.iter().map(|(band, place, _)| (band.clone(), self.0.bands[*place].0.clone())).collect();
        self.is_own().then(|| (self.scored(), map))
    }

    /// The column of the bands as scored.
    fn scored(&self) -> String {
        format!("{}_band", self.0.name)
    }

    /// Place and group of each level of the bands as scored.
    fn places(&self, levels: &Levels) -> Vec<Option<(usize, &'a str)>> {
        let own = |name: &String| self.0.own_bands.iter().find(|(band, ..)| band == name).map(|(_, place, group)| (*place, group.as_str()));
        let everybody = |name: &String| self.0.bands.iter().position(|(band, _)| band == name).map(|place| (place, ""));
        levels.names().iter().map(|name| if self.is_own() { own(name) } else { everybody(name) }).collect()
    }

    /// The earlier and the later band of each pair.
    pub(crate) fn pairs(&self) -> BTreeMap<String, (String, String)> {
        self.each().into_iter().map(|(before, after)| (self.name(before, after), (self.0.bands[before].0.clone(), self.0.bands[after].0.clone()))).collect()
    }

    /// The side of each pair of bands.
    pub(crate) fn crossed(&self, cut: usize) -> BTreeMap<String, String> {
        self.each().into_iter().map(|(before, after)| (self.name(before, after), SIDES[side(cut, before, after)].to_owned())).collect()
    }

    fn each(&self) -> Vec<(usize, usize)> {
        let bands = self.0.bands.len();
        (0..bands * bands).map(|pair| (pair / bands, pair % bands)).collect()
    }

    fn name(&self, before: usize, after: usize) -> String {
        format!("{} → {}", self.0.bands[before].0, self.0.bands[after].0)
    }

    fn cuts(&self) -> std::ops::Range<usize> {
        1..self.0.bands.len()
    }

    fn column(&self, what: &str, from: &str) -> String {
        format!("{}_{what}_{from}", self.0.name)
    }
}

/// Position among the sides.
fn side(cut: usize, before: usize, after: usize) -> usize {
    2 * usize::from(before >= cut) + usize::from(after >= cut)
}

/// What a row says beside its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A share as it is.
    Share,
    /// A share of the earlier wave.
    Before,
    /// The change of the share above a cut-off.
    Step,
}

/// Adds the bands that all sexes share, of everybody.
pub(super) fn add_own(scale: &ScoredScale, frame: &mut Frame) {
    let Some(moves) = Transitions::of(scale).filter(Transitions::is_own) else { return };
    let Some(levels) = frame.levels.get(&moves.scored()) else { return };
    let places = moves.places(levels);
    let shared = |level: u32| place_of(&places, level).and_then(|(place, _)| u32::try_from(place).ok()).unwrap_or(NO_LEVEL);
    for batch in &mut frame.batches {
        let (Some(bands), Some(scored)) = (batch.levels(&moves.scored()), batch.column(&moves.scored())) else { continue };
        let (levels, missing) = (bands.iter().map(|level| shared(*level)).collect(), scored.missing.clone());
        batch.push(Column { name: moves.band(), values: Values::Level(levels), missing });
    }
    frame.levels.insert(moves.band(), Levels::new(scale.bands.iter().map(|(band, _)| band.clone())));
}

/// Place and group of a level.
fn place_of<'a>(places: &[Option<(usize, &'a str)>], level: u32) -> Option<(usize, &'a str)> {
    usize::try_from(level).ok().and_then(|level| places.get(level).copied().flatten())
}

/// Adds what the rows of the later wave say of people seen in the earlier one.
pub(super) fn add(context: &Context<'_>, scale: &ScoredScale, (from, to): (&str, &str), frame: &mut Frame) {
    let (Some(moves), Some(person)) = (Transitions::of(scale), &context.subject.person) else { return };
    let Some(pairs) = pairs(frame, &moves, person, (from, to)) else { return };
    let bands: Vec<String> = scale.bands.iter().map(|(band, _)| band.clone()).collect();
    let names: Vec<String> = moves.each().into_iter().map(|(before, after)| moves.name(before, after)).collect();
    for (batch, pairs) in frame.batches.iter_mut().zip(&pairs) {
        let mut push = |what: &str, of: &dyn Fn(usize, usize) -> usize| {
            let levels = pairs.iter().map(|pair| pair.and_then(|(before, after)| u32::try_from(of(before, after)).ok()).unwrap_or(NO_LEVEL)).collect();
            batch.push(Column { name: moves.column(what, from), values: Values::Level(levels), missing: reasons(pairs) });
        };
        push("moved", &|before, after| before * bands.len() + after);
        push("before", &|before, _| before);
        push("after", &|_, after| after);
        for cut in moves.cuts() {
            push(&format!("cut{cut}"), &|before, after| side(cut, before, after));
        }
        for cut in moves.cuts() {
            let step = |(before, after): (usize, usize)| f64::from(u8::from(after >= cut)) - f64::from(u8::from(before >= cut));
            let steps = pairs.iter().map(|pair| pair.map_or(f64::NAN, step)).collect();
            batch.push(Column { name: moves.column(&format!("step{cut}"), from), values: Values::Number(steps), missing: reasons(pairs) });
        }
    }
    frame.levels.insert(moves.column("moved", from), Levels::new(names));
    frame.levels.insert(moves.column("before", from), Levels::new(bands.clone()));
    frame.levels.insert(moves.column("after", from), Levels::new(bands));
    for cut in moves.cuts() {
        frame.levels.insert(moves.column(&format!("cut{cut}"), from), Levels::new(SIDES));
    }
}

fn reasons(pairs: &[Pair]) -> Vec<u8> {
    pairs.iter().map(|pair| if pair.is_some() { missing::PRESENT } else { missing::NOT_ASKED }).collect()
}

/// The earlier and the later band of each row of each batch, where the row makes a pair; a person makes one.
fn pairs(frame: &Frame, moves: &Transitions<'_>, person: &str, (from, to): (&str, &str)) -> Option<Vec<Vec<Pair>>> {
    let (levels, waves) = (frame.levels.get(&moves.scored())?, frame.levels.get("wave")?);
    let places = moves.places(levels);
    let band = |level: u32| place_of(&places, level);
    let (from, to) = (waves.position(from)?, waves.position(to)?);
    let mut before: BTreeMap<u32, (usize, &str)> = BTreeMap::new();
    for batch in &frame.batches {
        let (Some(bands), Some(people), Some(waves)) = (batch.levels(&moves.scored()), batch.levels(person), batch.levels("wave")) else { continue };
        for row in (0..batch.rows()).filter(|row| waves[*row] == from && people[*row] != NO_LEVEL) {
            if let Some(band) = band(bands[row]) {
                before.entry(people[row]).or_insert(band);
            }
        }
    }
    let of_batch = |batch: &crate::frame::Batch, before: &mut BTreeMap<u32, (usize, &str)>| -> Vec<Pair> {
        let none = || vec![None; batch.rows()];
        let (Some(bands), Some(people), Some(waves)) = (batch.levels(&moves.scored()), batch.levels(person), batch.levels("wave")) else { return none() };
        let pair = |row: usize| {
            let (after, group) = band(bands[row]).filter(|_| waves[row] == to)?;
            let (before, _) = before.remove(&people[row]).filter(|(_, earlier)| *earlier == group)?;
            Some((before, after))
        };
        (0..batch.rows()).map(pair).collect()
    };
    Some(frame.batches.iter().map(|batch| of_batch(batch, &mut before)).collect())
}

/// The questions about people who moved between bands.
pub(super) fn plan(context: &Context<'_>, scale: &ScoredScale) -> Vec<Asked> {
    let (Some(moves), Some(_)) = (Transitions::of(scale), &context.subject.person) else { return Vec::new() };
    let mut plan = Vec::new();
    for (from, to) in context.unbroken(scale) {
        let mut add = |variable: String, what: &str, measure: Measure, moved: Told| {
            let waves = Some((from.to_owned(), to.to_owned()));
            plan.push(Asked { waves, moved: Some(moved), ..ask(&variable, &moves.column(what, from), measure).only_latest(context) });
        };
        add(moves.band(), "before", share(), Told::Before);
        add(moves.band(), "after", share(), Told::Share);
        add(moves.change(), "moved", share(), Told::Share);
        for cut in moves.cuts() {
            add(moves.crossing(cut), &format!("cut{cut}"), share(), Told::Share);
            add(moves.crossing(cut), &format!("step{cut}"), Measure::Mean, Told::Step);
        }
    }
    plan
}

/// Finishes a row of the plan.
pub(super) fn told(mut row: ResultRow, moved: Told) -> ResultRow {
    // those who were not seen before did not leave out an answer
    row.n_missing = None;
    match moved {
        Told::Share => {}
        Told::Before => {
            let (later, earlier) = (row.wave.take(), row.groups.get("compared_with").cloned());
            row.groups.extend(later.map(|later| ("compared_with".to_owned(), later)));
            row.groups.extend(earlier.clone().map(|earlier| ("wave".to_owned(), earlier)));
            row.wave = earlier;
            row.n_weighted = None;
            row.method.push_str(", weights of the later wave");
        }
        Told::Step => {
            (row.stat, row.unit, row.deff, row.cv) = (Stat::Difference, Unit::Percent, None, None);
            let is_simple = paired::is_simple(&row);
            paired::settle(&mut row, is_simple);
            let t = row.estimate.zip(row.std_error).map(|(change, error)| change / error);
            row.test_statistic = t;
            row.p_value = t.zip(row.df).and_then(|(t, df)| t_p_value(t, df));
            if row.estimate.is_some() {
                "difference of paired shares, t interval and t test of the changes; Clopper–Pearson limit where all changed alike".clone_into(&mut row.method);
            }
        }
    }
    row
}

/// Of the people who crossed a cut-off, the share that rose above it, with `McNemar`'s test.
pub(super) fn tests(context: &Context<'_>, frame: &Frame, scale: &ScoredScale) -> Vec<ResultRow> {
    let (Some(moves), Some(_)) = (Transitions::of(scale), &context.subject.person) else { return Vec::new() };
    let mut rows = Vec::new();
    for (from, to) in context.unbroken(scale) {
        for cut in moves.cuts() {
            let column = moves.column(&format!("cut{cut}"), from);
            let levels = || frame.batches.iter().filter_map(|batch| batch.levels(&column)).flatten();
            let [rose, fell] = [1, 2].map(|side| levels().filter(|level| **level == side).count() as u64);
            let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, &moves.crossing(cut), Stat::Mcnemar, Unit::Percent);
            fill(&mut row, rose, fell);
            row = context.in_wave(row, to);
            row.groups.insert("compared_with".to_owned(), from.to_owned());
            row.groups.insert("who".to_owned(), WHO.to_owned());
            rows.push(row);
        }
    }
    rows
}

/// How many people with a score in both waves are in no band of both, because of their sex; none where bands are those of everybody.
pub(super) fn unclassified(context: &Context<'_>, frame: &Frame, scale: &ScoredScale) -> Vec<ResultRow> {
    let (Some(moves), Some(person)) = (Transitions::of(scale).filter(Transitions::is_own), &context.subject.person) else { return Vec::new() };
    let mut rows = Vec::new();
    for (from, to) in context.unbroken(scale) {
        let people = not_classified(frame, &moves, person, (from, to)).unwrap_or_default();
        let mut row = context.quality_row(&format!("{}__missing", moves.change()), Some(NOT_CLASSIFIED), Unit::None, people as f64);
        row = context.in_wave(row, to);
        row.groups.insert("compared_with".to_owned(), from.to_owned());
        row.groups.insert("who".to_owned(), WHO.to_owned());
        rows.push(row);
    }
    rows
}

/// People with a score in both waves whose group is not known in one of them, or differs.
fn not_classified(frame: &Frame, moves: &Transitions<'_>, person: &str, (from, to): (&str, &str)) -> Option<u64> {
    let (levels, waves) = (frame.levels.get(&moves.scored())?, frame.levels.get("wave")?);
    let places = moves.places(levels);
    let score = moves.0.scores.first()?;
    let of_wave = |wave: &str| -> Option<BTreeMap<u32, Option<&str>>> {
        let wave = waves.position(wave)?;
        let mut known = BTreeMap::new();
        for batch in &frame.batches {
            let columns = (batch.numbers(score), batch.levels(&moves.scored()), batch.levels(person), batch.levels("wave"));
            let (Some(scores), Some(bands), Some(people), Some(waves)) = columns else { continue };
            for row in (0..batch.rows()).filter(|row| waves[*row] == wave && people[*row] != NO_LEVEL && !scores[*row].is_nan()) {
                known.entry(people[row]).or_insert_with(|| place_of(&places, bands[row]).map(|(_, group)| group));
            }
        }
        Some(known)
    };
    let (before, after) = (of_wave(from)?, of_wave(to)?);
    let both = after.iter().filter_map(|(person, now)| Some((*before.get(person)?, *now)));
    Some(both.filter(|(then, now)| then.is_none() || then != now).count() as u64)
}

fn fill(row: &mut ResultRow, rose: u64, fell: u64) {
    let moved = rose + fell;
    row.support = Support::People { behind: rose, outside: Some(fell) };
    (row.n, row.denominator) = (Some(rose as f64), Some(moved as f64));
    let Some(test) = mcnemar(fell, rose) else {
        row.status = Status::NotEstimable;
        row.add_note("nobody crossed the cut-off");
        return;
    };
    let (up, all, tail) = (rose as f64, moved as f64, (1.0 - CONF_LEVEL) / 2.0);
    row.estimate = Some(up / all);
    row.conf_low = if rose == 0 { Some(0.0) } else { beta_quantile(tail, up, all - up + 1.0) };
    row.conf_high = if fell == 0 { Some(1.0) } else { beta_quantile(1.0 - tail, up + 1.0, all - up) };
    row.conf_level = Some(CONF_LEVEL);
    (row.test_statistic, row.p_value) = (test.statistic, Some(test.p_value));
    row.method = format!("share of those who crossed, unweighted, Clopper–Pearson interval; {}", paired::MCNEMAR);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale() -> ScoredScale {
        let bands = vec![("low".to_owned(), 0.0), ("middle".to_owned(), 5.0), ("high".to_owned(), 13.0)];
        ScoredScale {
            name: "k6".to_owned(),
            scores: vec!["k6_sum".to_owned()],
            has_bands: true,
            bands,
            own_bands: Vec::new(),
            items: Vec::new(),
            answers: Vec::new(),
            higher_better: false,
            reliability: None,
            norms: Vec::new(),
        }
    }

    #[test]
    fn pairs_of_bands_lie_on_one_side_of_each_cut_off() {
        let scale = scale();
        let moves = Transitions::of(&scale).unwrap();
        assert_eq!((moves.change(), moves.crossing(2), moves.pairs().len()), ("k6_band_change".to_owned(), "k6_crossing_13".to_owned(), 9));
        let sides = moves.crossed(2);
        let of = |pair: &str| sides[pair].as_str();
        assert_eq!(
            [of("low → middle"), of("middle → high"), of("high → low"), of("high → high")],
            ["stayed below", "rose above", "fell below", "stayed above"]
        );
        assert_eq!(moves.crossed(1)["low → middle"], "rose above");
        assert!(Transitions::of(&ScoredScale { bands: Vec::new(), ..scale }).is_none());
    }

    /// `binom.test(12, 15)` of R: interval 0.5191089 to 0.9566880, p = 0.03515625.
    #[test]
    fn few_who_crossed_have_an_exact_test_and_interval() {
        let mut row = ResultRow::new("d", "a", "k6_crossing_13", Stat::Mcnemar, Unit::Percent);
        fill(&mut row, 12, 3);
        assert_eq!((row.estimate, row.test_statistic), (Some(0.8), None));
        assert!((row.p_value.unwrap() - 0.035_156_25).abs() < 1e-12);
        assert!((row.conf_low.unwrap() - 0.519_108_9).abs() < 1e-7 && (row.conf_high.unwrap() - 0.956_688_0).abs() < 1e-7);
    }
}
