//! What scoring met on its way: counts that add up over batches in, problems for the reader out.
//!
//! A code outside the declared coding, a file that looks like another coding, and a share of high
//! scores that is hard to believe are said aloud, because each of them changes published numbers.

use crate::error::{Problem, Severity, some_of};

use super::coding::Coding;
use super::engine::{OutOfRange, Scores};
use super::instrument::{Form, Instrument};

/// At most so many examples are kept and shown.
const EXAMPLES: usize = 5;
/// Shares are doubted only among so many scores and more.
const ENOUGH: u64 = 20;

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
    /// Lowest and highest code met in the items of the common coding.
    pub observed: Option<(f64, f64)>,
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
        let common = coding.keys.iter().zip(items).filter(|(key, _)| !key.has_own_range());
        for code in common.flat_map(|(_, codes)| codes.iter()).filter(|code| code.is_finite()) {
            let (low, high) = findings.observed.get_or_insert((*code, *code));
            *low = low.min(*code);
            *high = high.max(*code);
        }
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
        self.observed = match (self.observed, later.observed) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (mine, theirs) => mine.or(theirs),
        };
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
        let (low, high) = self.observed?;
        let (least, most) = coding.codes();
        if low >= least && high <= most {
            return None;
        }
        let width = most - least;
        // Codes far outside are refusals or slips; as many answers as declared, or one step beyond, are a coding.
        if high - low > width && (least - low > 1.0 || high - most > 1.0) {
            return None;
        }
        let first = if high > most { high - width } else { low };
        let problem = Problem::new(
            "score::coding_contradicted",
            format!("{}: the file does not hold the coding that was declared; its scores are not to be trusted", instrument.id),
        )
        .found(format!("codes from {low} to {high}"))
        .expected(format!("codes from {least} to {most} (declared {}-{})", coding.first, coding.last))
        .help(format!(
            "the answers may be stored as {first}-{} or {}-{first}: look at the questionnaire and declare it with --coding",
            first + width,
            first + width
        ));
        Some(problem.severity(Severity::Warning))
    }
}

fn at_least(scores: &Scores, form: Form, threshold: f64) -> (u64, u64) {
    let values = scores.scales.iter().flat_map(|scale| &scale.forms).filter(|(known, _)| *known == form).flat_map(|(_, values)| values);
    values.filter(|value| !value.is_nan()).fold((0, 0), |(high, scored), value| (high + u64::from(*value >= threshold), scored + 1))
}
