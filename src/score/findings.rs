//! What scoring met on its way: counts that add up over batches in, problems for the reader out.
//!
//! A code outside the declared coding, a file that looks like another coding, and a share of high
//! scores that is hard to believe are said aloud, because each of them changes published numbers.

use crate::error::{Problem, Severity, some_of};

use super::coding::Coding;
use super::engine::{OutOfRange, Scores};
use super::instrument::{Direction, Form, Instrument};
use super::keying::Moments;

/// At most so many examples are kept and shown.
const EXAMPLES: usize = 5;
/// Shares are doubted only among so many scores and more.
const ENOUGH: u64 = 20;
/// A code that nobody uses is doubted, and slips are told from a coding, only among so many answers and more.
const ENOUGH_ANSWERS: u64 = 100;
/// Fewer codes outside than this share are slips, where the coding's own ends occur.
const SLIPS: f64 = 0.05;

/// Counts of one scale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ScaleCounts {
    /// People with a score.
    pub scored: u64,
    /// Scores that stand for missing items too.
    pub prorated: u64,
    /// People with some answers, but too few for a score.
    pub too_many_missing: u64,
}

/// A code outside the coding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Example {
    /// Column of the file.
    pub column: String,
    /// Where: `line 12`.
    pub place: String,
    /// What stands there.
    pub code: String,
}

/// Codes of one item, before any is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Codes {
    /// All of them.
    answers: u64,
    /// Those that are the lowest answer, and the highest.
    first: u64,
    last: u64,
    /// Those outside the coding.
    outside: u64,
    range: Option<(f64, f64)>,
}

impl Codes {
    fn add(&mut self, coding: &Coding, code: f64) {
        let is = |other: f64| (code - other).abs() < 1e-9;
        let (least, most) = coding.codes();
        self.answers += 1;
        self.first += u64::from(is(coding.first));
        self.last += u64::from(is(coding.last));
        self.outside += u64::from(code < least || code > most);
        let (low, high) = self.range.get_or_insert((code, code));
        *low = low.min(code);
        *high = high.max(code);
    }

    fn merge(&mut self, later: &Self) {
        self.answers += later.answers;
        self.first += later.first;
        self.last += later.last;
        self.outside += later.outside;
        self.range = match (self.range, later.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (mine, theirs) => mine.or(theirs),
        };
    }
}

/// What was met, mergeable over batches.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    /// Rows seen.
    pub rows: u64,
    /// One for each scale.
    pub scales: Vec<ScaleCounts>,
    /// Codes outside the coding, all of them.
    pub out_of_range: u64,
    /// The first of them.
    pub examples: Vec<Example>,
    /// Codes met in each item of the common coding.
    pub codes: Vec<Codes>,
    /// Sums of the answers of each scale.
    moments: Vec<Moments>,
    /// Item columns that a batch lacks or that hold no numbers.
    pub absent: Vec<String>,
    /// Words of the group column that name no group.
    pub unknown_groups: Vec<String>,
    doubtful: Vec<(u64, u64)>,
    alerts: Vec<u64>,
}

impl Findings {
    /// Counts what one call of `score` gave; `example` names the place of a code outside the coding.
    pub(crate) fn of(instrument: &Instrument, coding: &Coding, scores: &Scores, items: &[&[f64]], example: impl Fn(&OutOfRange) -> Example) -> Self {
        let mut findings = Self { rows: items.first().map_or(0, |codes| codes.len() as u64), ..Self::default() };
        for scale in &scores.scales {
            let count = |flags: &[bool]| flags.iter().filter(|flag| **flag).count() as u64;
            let with_score = scale.forms.first().map_or(0, |(_, values)| values.iter().filter(|value| !value.is_nan()).count() as u64);
            findings.scales.push(ScaleCounts { scored: with_score, prorated: count(&scale.prorated), too_many_missing: count(&scale.too_many_missing) });
        }
        findings.out_of_range = scores.out_of_range.len() as u64;
        findings.examples = scores.out_of_range.iter().take(EXAMPLES).map(example).collect();
        for (key, codes) in coding.keys.iter().zip(items) {
            let mut met = Codes::default();
            codes.iter().filter(|code| code.is_finite() && !key.has_own_range()).for_each(|code| met.add(coding, *code));
            findings.codes.push(met);
        }
        let members = |scale: &super::instrument::Scale| {
            let answers = coding.keys.iter().zip(&scores.answers).filter(|(key, _)| scale.items.contains(&key.item));
            Moments::of(&answers.map(|(_, answers)| answers.as_slice()).collect::<Vec<_>>())
        };
        findings.moments = instrument.scales.iter().map(members).collect();
        findings.doubtful = instrument.doubts.iter().map(|doubt| at_least(scores, doubt.form, doubt.at_least)).collect();
        let above = |alert: &super::instrument::Alert| {
            let answers = coding.keys.iter().position(|key| key.item == alert.item).and_then(|position| scores.answers.get(position));
            answers.map_or(0, |answers| answers.iter().filter(|answer| **answer > alert.above).count() as u64)
        };
        findings.alerts = instrument.alerts.iter().map(above).collect();
        findings
    }

    /// Notes an item column that gave no numbers.
    pub(crate) fn add_absent(&mut self, name: &str) {
        if !self.absent.iter().any(|known| known == name) {
            self.absent.push(name.to_owned());
        }
    }

    /// Counts a word of the group column that names no group.
    pub(crate) fn add_unknown_group(&mut self, word: &str) {
        if !self.unknown_groups.iter().any(|known| known == word) {
            self.unknown_groups.push(word.to_owned());
        }
    }

    /// Counts codes that a codebook refused before the item was scored; `item` is its position among the scored ones.
    pub(crate) fn add_refused<'a>(&mut self, coding: &Coding, item: usize, texts: impl Iterator<Item = &'a str>) {
        let own = coding.keys.get(item).is_some_and(super::coding::Key::has_own_range);
        if let Some(met) = self.codes.get_mut(item).filter(|_| !own) {
            texts.filter_map(|text| text.parse().ok()).filter(|code: &f64| code.is_finite()).for_each(|code| met.add(coding, code));
        }
    }

    /// Adds the findings of the rows that follow.
    pub(crate) fn merge(&mut self, later: Self) {
        self.rows += later.rows;
        self.scales.resize(self.scales.len().max(later.scales.len()), ScaleCounts::default());
        for (mine, theirs) in self.scales.iter_mut().zip(&later.scales) {
            mine.scored += theirs.scored;
            mine.prorated += theirs.prorated;
            mine.too_many_missing += theirs.too_many_missing;
        }
        self.out_of_range += later.out_of_range;
        self.examples.extend(later.examples);
        self.examples.truncate(EXAMPLES);
        self.codes.resize(self.codes.len().max(later.codes.len()), Codes::default());
        self.codes.iter_mut().zip(&later.codes).for_each(|(mine, theirs)| mine.merge(theirs));
        self.moments.resize(self.moments.len().max(later.moments.len()), Moments::default());
        self.moments.iter_mut().zip(&later.moments).for_each(|(mine, theirs)| mine.merge(theirs));
        for name in later.absent {
            self.add_absent(&name);
        }
        for word in later.unknown_groups {
            self.add_unknown_group(&word);
        }
        self.doubtful.resize(self.doubtful.len().max(later.doubtful.len()), (0, 0));
        for (mine, theirs) in self.doubtful.iter_mut().zip(&later.doubtful) {
            *mine = (mine.0 + theirs.0, mine.1 + theirs.1);
        }
        self.alerts.resize(self.alerts.len().max(later.alerts.len()), 0);
        for (mine, theirs) in self.alerts.iter_mut().zip(&later.alerts) {
            *mine += theirs;
        }
    }

    /// The findings in words, in a fixed order.
    pub(crate) fn problems(&self, instrument: &Instrument, coding: &Coding) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.absent.is_empty() {
            let problem = Problem::new("score::no_numbers", format!("{}: some item columns hold no numbers", instrument.id));
            problems.push(problem.found(some_of(self.absent.iter().map(String::as_str))).expected("fields of type integer"));
        }
        problems.extend(self.outside(instrument, coding));
        problems.extend(self.contradiction(instrument, coding));
        problems.extend(self.keying(instrument, coding));
        for (doubt, (high, scored)) in instrument.doubts.iter().zip(&self.doubtful) {
            if *scored >= ENOUGH && *high as f64 > doubt.more_than * *scored as f64 {
                let problem = Problem::new("score::doubtful_share", format!("{}: {}", instrument.id, doubt.message)).found(format!(
                    "{high} of {scored} scores are {} or more ({:.0} %)",
                    doubt.at_least,
                    100.0 * *high as f64 / *scored as f64
                ));
                problems.push(problem.severity(Severity::Warning));
            }
        }
        for (alert, people) in instrument.alerts.iter().zip(&self.alerts).filter(|(_, people)| **people > 0) {
            let problem = Problem::new("score::safety_item", format!("{}: {people} of {} rows {}", instrument.id, self.rows, alert.message));
            problems.push(problem.severity(Severity::Note));
        }
        if !self.unknown_groups.is_empty() {
            let words = instrument.groups.iter().flat_map(|group| &group.words).map(String::as_str);
            let problem = Problem::new(
                "score::unknown_group",
                format!("{}: some rows name no group that has its own bands; they have a score and no band", instrument.id),
            )
            .found(some_of(self.unknown_groups.iter().map(String::as_str)))
            .expected(some_of(words));
            problems.push(problem.severity(Severity::Note));
        }
        if instrument.readiness == super::Readiness::Unverified {
            let problem = Problem::new("score::unverified", format!("{}: {}", instrument.id, instrument.readiness_note));
            problems.push(problem.severity(Severity::Note));
        }
        problems
    }

    fn outside(&self, instrument: &Instrument, coding: &Coding) -> Option<Problem> {
        if self.out_of_range == 0 {
            return None;
        }
        let shown: Vec<String> = self.examples.iter().map(|example| format!("{} {}: {}", example.column, example.place, example.code)).collect();
        let more = self.out_of_range - shown.len() as u64;
        let found = shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() };
        let (low, high) = coding.codes();
        let problem = Problem::new(
            "score::out_of_range",
            format!("{}: {} answers lie outside the declared coding and count as missing", instrument.id, self.out_of_range),
        )
        .found(found)
        .expected(format!("whole codes from {low} to {high}"))
        .help("name codes that mean no answer with --missing, or declare the file's coding with --coding");
        Some(problem.severity(Severity::Warning))
    }

    /// The file holds codes that another coding with as many answers would explain.
    fn contradiction(&self, instrument: &Instrument, coding: &Coding) -> Option<Problem> {
        let mut all = Codes::default();
        self.codes.iter().for_each(|codes| all.merge(codes));
        let (low, high) = all.range?;
        let (least, most) = coding.codes();
        let width = most - least;
        let other = |found: String, first: f64| {
            let message = format!("{}: the file does not hold the coding that was declared; its scores are not to be trusted", instrument.id);
            let problem = Problem::new("score::coding_contradicted", message)
                .found(found)
                .expected(format!("codes from {least} to {most} (declared {}-{})", coding.first, coding.last))
                .help(format!(
                    "the answers may be stored as {first}-{} or {}-{first}: look at the questionnaire and declare it with --coding",
                    first + width,
                    first + width
                ));
            problem.severity(Severity::Warning)
        };
        if low >= least && high <= most {
            // Nobody at the end where most people are: the codes may lie one step off and still fit.
            let healthy = instrument.direction == Direction::HigherWorse && all.first == 0 && self.rows >= ENOUGH && all.answers >= ENOUGH_ANSWERS;
            let first = if coding.first <= coding.last { least + 1.0 } else { least - 1.0 };
            return healthy.then(|| other(format!("codes from {low} to {high}, and not one {} among {} answers", coding.first, all.answers), first));
        }
        // Codes far outside are refusals or slips; as many answers as declared, or one step beyond, are a coding.
        let is_far = high - low > width && (least - low > 1.0 || high - most > 1.0);
        let are_slips = all.answers >= ENOUGH_ANSWERS && all.first > 0 && all.last > 0 && (all.outside as f64) < SLIPS * all.answers as f64;
        if is_far || are_slips {
            return None;
        }
        let outside: Vec<String> = self.named(instrument, coding, |codes| codes.outside > 0);
        let all_of_them = outside.len() == self.codes.iter().filter(|codes| codes.answers > 0).count();
        let where_found = if all_of_them { String::new() } else { format!("; outside only in {}", some_of(outside.iter().map(String::as_str))) };
        Some(other(format!("codes from {low} to {high}{where_found}"), if high > most { high - width } else { low }))
    }

    /// The items of which something holds, by number and label.
    fn named(&self, instrument: &Instrument, coding: &Coding, holds: impl Fn(&Codes) -> bool) -> Vec<String> {
        let items = coding.keys.iter().zip(&self.codes).filter(|(_, codes)| holds(codes));
        items.map(|(key, _)| item_name(instrument, key.item)).collect()
    }

    /// Items that run against the others of their scale after the declared ones were turned.
    fn keying(&self, instrument: &Instrument, coding: &Coding) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (scale, moments) in instrument.scales.iter().zip(&self.moments) {
            let members: Vec<usize> = coding.keys.iter().map(|key| key.item).filter(|item| scale.items.contains(item)).collect();
            let against = moments.against();
            let named: Vec<String> = against
                .iter()
                .filter_map(|(position, correlation)| Some(format!("{} ({correlation:.2})", item_name(instrument, *members.get(*position)?))))
                .collect();
            if named.is_empty() {
                continue;
            }
            let turned = |position: &usize| members.get(*position).is_some_and(|item| coding.keys.iter().any(|key| key.item == *item && key.is_reversed()));
            let name = instrument.stem(scale);
            let problem = Problem::new("score::keying", format!("{name}: items run against the others of the scale; its scores are not to be trusted"))
                .found(format!("{} (correlation with the rest of the scale)", named.join(", ")))
                .expected("positive correlations once the items that are declared as reversed are turned")
                .help(if against.iter().all(|(position, _)| turned(position)) {
                    "the instrument turns these items: the file may hold them turned already; choose a variant without the reversal"
                } else {
                    "the file may hold these items the other way round: look at the questionnaire, and recode them or declare `reverse` in an instrument file of your own"
                });
            problems.push(problem.severity(Severity::Warning));
        }
        problems
    }
}

fn item_name(instrument: &Instrument, item: usize) -> String {
    let label = instrument.items.get(item).map_or("", |item| item.label.as_str());
    format!("item {} {label}", item + 1).trim_end().to_owned()
}

fn at_least(scores: &Scores, form: Form, threshold: f64) -> (u64, u64) {
    let values = scores.scales.iter().flat_map(|scale| &scale.forms).filter(|(known, _)| *known == form).flat_map(|(_, values)| values);
    values.filter(|value| !value.is_nan()).fold((0, 0), |(high, scored), value| (high + u64::from(*value >= threshold), scored + 1))
}
