//! Questions in, result rows out: each analysis says what it asks of the data and turns answers into rows.
//!
//! An analysis is a file here, a `mod` line and a line in `ALL`. It may add columns to the frame
//! (`prepare`), asks `estimate` for numbers (`requests`) and reads the answers (`rows`); all analyses
//! of a dataset share one pass over its rows.

mod answers;
mod attendance;
mod context;
mod demographics;
mod dose;
mod followup;
mod outcomes;
mod paired;
mod path;
mod planning;
mod reliability;
mod resampled;
mod row;
mod themes;
mod trend;
mod unpaired;
mod workforce;

pub(crate) use attendance::VisitRules;
pub(crate) use context::{Point, Series};
pub(crate) use followup::{Due, Followup, Span, WindowPolicy, iso};
pub(crate) use outcomes::Transitions;
pub(crate) use path::{DRAWS, Definition, PathModel, PathSettings, Paths};
use row::{CONF_LEVEL, add_t_interval};
pub(crate) use row::{fill, fill_test, stat_of};
pub(crate) use themes::Quoting;

use std::collections::BTreeMap;

use crate::design::Design;
use crate::error::Error;
use crate::estimate::{Estimate, Request};
use crate::frame::Frame;
use crate::results::{ResultRow, Unit};

/// Version of the method: raised whenever the same input could give other figures, so that a lock tells it.
pub(crate) const METHOD_VERSION: u32 = 3;

/// Every kind of analysis, by name.
pub(crate) static ALL: &[&dyn Analysis] = &[
    &attendance::Attendance,
    &context::Surroundings,
    &demographics::Demographics,
    &dose::Dose,
    &followup::FollowUp,
    &outcomes::Outcomes,
    &path::Path,
    &planning::Planning,
    &reliability::Reliability,
    &themes::Themes,
    &trend::Trend,
    &workforce::Workforce,
];

/// One kind of analysis.
pub(crate) trait Analysis: Sync {
    /// The word in a pipeline.
    fn kind(&self) -> &'static str;
    /// What it answers, for help.
    fn summary(&self) -> &'static str;
    /// Those of the settings that several kinds share which it reads; the others say nothing to it.
    fn settings(&self) -> &'static [&'static str];
    /// Variables it needs although they are not listed under `variables`; each must exist.
    fn needs(&self, _settings: &Settings) -> Vec<String> {
        Vec::new()
    }
    /// Adds columns that its requests speak of.
    fn prepare(&self, _context: &Context<'_>, _frame: &mut Frame) {}
    /// What it asks of the data.
    fn requests(&self, context: &Context<'_>) -> Vec<Request>;
    /// What it says, given an answer for each request.
    fn rows(&self, context: &Context<'_>, frame: &Frame, answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error>;
    /// People whom somebody still has to see, for the holder of the data alone.
    fn due(&self, _context: &Context<'_>, _frame: &Frame) -> Vec<Due> {
        Vec::new()
    }
}

/// Kinds of analysis that a pipeline can ask for: the word and what it answers.
pub fn analyses() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.iter().map(|analysis| (analysis.kind(), analysis.summary()))
}

/// The analysis of a kind.
pub(crate) fn of_kind(kind: &str) -> Option<&'static dyn Analysis> {
    ALL.iter().copied().find(|analysis| analysis.kind() == kind)
}

/// One analysis as a pipeline asks for it; each kind reads what it knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub id: String,
    pub kind: String,
    pub dataset: String,
    pub title: Option<String>,
    /// The reader's question that the analysis answers.
    pub question: Option<String>,
    /// What a reader must know before comparing its figures.
    pub note: Option<String>,
    pub variables: Vec<String>,
    /// Level columns; the figures of each wave are also given for each level of each of them.
    pub by: Vec<String>,
    /// Level column of moments, such as intake and follow-up: figures are given for each and never over all.
    pub each: Option<String>,
    /// Instrument ids; empty means all of the dataset.
    pub instruments: Vec<String>,
    /// Missing answers stay in the base of shares.
    pub percent_of_all: bool,
    /// Number over which vital signs are drawn, such as years in recovery.
    pub curve: Option<String>,
    /// Seed of whatever is drawn.
    pub seed: Option<u64>,
    /// Number by whose bands scores are shown, such as days attended.
    pub dose: Option<String>,
    /// Beginnings of its bands above the first.
    pub cuts: Vec<f64>,
    /// Instruments whose single answers are shown.
    pub answers: Vec<String>,
    /// Level column of centers.
    pub center: Option<String>,
    /// Level column of regions.
    pub region: Option<String>,
    /// Variable whose levels are wage bands.
    pub wage: Option<String>,
    /// Whether means of waves are also estimated by a mixed model from everybody seen once or more.
    pub mixed: bool,
    /// Margin of a share that the next wave is planned for.
    pub margin: Option<f64>,
    /// Share of true changes that the next wave is to find.
    pub power: Option<f64>,
    /// Whether the share of the frame that answered is a figure.
    pub response: bool,
    /// Level columns that contain each other, widest first.
    pub nested: Vec<String>,
    pub start: Option<String>,
    pub end: Option<String>,
    pub day: Option<String>,
    /// Level column and the levels that mean that a scheduled visit was attended.
    pub attended: Option<(String, Vec<String>)>,
    /// Multi-select column with the reasons of visits not held.
    pub reasons: Option<String>,
    pub duplicate_minutes: Option<f64>,
    pub longest_visit_hours: Option<f64>,
    /// Days without a visit after which somebody has stopped coming.
    pub gap_days: Option<u32>,
    /// What a follow-up analysis is told; others have none.
    pub followup: Option<Followup>,
    /// Instruments of a reliability analysis whose alpha and ends an outcomes analysis of the dataset gives.
    pub given: Vec<String>,
    /// What a context analysis is told; others have none.
    pub series: Option<Series>,
    /// What a path analysis is told; others have none.
    pub path: Option<PathSettings>,
    /// Where the words of a themes analysis stand that asks for quotes; without it nobody is quoted.
    pub quotes: Option<Quoting>,
}

/// What an analysis may know about its dataset besides the rows.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub dataset: String,
    /// What one row is.
    pub unit: Unit,
    /// Establishments whose own attributes may be shown.
    pub public_unit: bool,
    /// Column that names the person behind a row.
    pub person: Option<String>,
    /// Wave ids in order; empty for a dataset without waves.
    pub waves: Vec<String>,
    pub variables: BTreeMap<String, Variable>,
    pub instruments: Vec<Scored>,
    /// Units in the population, where the design names it.
    pub population: Option<f64>,
    /// Variables whose trend is broken at a wave: (variable, wave, reason).
    pub breaks: Vec<(String, String, String)>,
    /// The run's date, seconds since 1970.
    pub as_of: i64,
    /// How the rows were drawn and what each weighs, as the columns of the frame say it.
    pub design: Design,
    /// Fewest people that a point of a curve may stand on.
    pub minimum_cell: u64,
    /// Whether a count of nobody may be shown.
    pub show_zero: bool,
    /// Whether counts of missing answers are hidden like those of answers.
    pub protect_missing: bool,
}

/// What a variable is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variable {
    pub shape: Shape,
    pub unit: Unit,
    /// Number from which a goal is met.
    pub goal: Option<f64>,
    /// Number column that counts the people whom an establishment's answer is about.
    pub workers: Option<String>,
    /// Levels that are bands of numbers, with their bounds.
    pub bands: Vec<(String, (f64, f64))>,
    /// Words of its missing reasons, by code.
    pub reasons: Vec<(u8, String)>,
}

/// How a variable is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Number,
    Level,
    Flags,
    Other,
}

/// An instrument that was scored on a dataset.
#[derive(Debug, Clone)]
pub(crate) struct Scored {
    pub id: String,
    /// Item columns as the file stores them.
    pub items: Vec<String>,
    /// Codes of the lowest and the highest answer in the file.
    pub coding: (f64, f64),
    /// Labels of answers from the lowest to the highest, where the instrument has them.
    pub answers: Vec<String>,
    /// One entry for each scale.
    pub scales: Vec<ScoredScale>,
}

/// One scale of a scored instrument.
#[derive(Debug, Clone)]
pub(crate) struct ScoredScale {
    /// Beginning of its columns: `<id>` or `<id>_<scale>`.
    pub name: String,
    /// Score columns, the headline first.
    pub scores: Vec<String>,
    pub has_bands: bool,
    /// Bands from the lowest to the highest with the score that each begins at; where cut-offs depend on a person's
    /// sex, the names that bands of all groups share, and none where they share none.
    pub bands: Vec<(String, f64)>,
    /// Where cut-offs depend on a person's sex: each band as scored, its place among `bands` and its group.
    pub own_bands: Vec<(String, usize, String)>,
    /// Columns of its items as the file stores them, in the order of `answers`.
    pub items: Vec<String>,
    /// Columns of its items as scored: canonical coding, reversed where keyed so.
    pub answers: Vec<String>,
    pub higher_better: bool,
    /// Published reliability and its source.
    pub reliability: Option<(f64, String)>,
    /// Means that were published of other people.
    pub norms: Vec<Norm>,
}

/// A published mean.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    pub population: String,
    pub mean: f64,
    pub sd: Option<f64>,
    pub n: Option<f64>,
    pub source: String,
    /// The score column of the same form and range, or why there is none.
    pub score: Result<String, String>,
}

/// What an analysis works on.
pub(crate) struct Context<'a> {
    pub settings: &'a Settings,
    pub subject: &'a Subject,
}

impl Context<'_> {
    /// Sets of grouping columns: the whole of each wave, then each wave by one further column.
    pub(crate) fn breakdowns(&self) -> Vec<Vec<String>> {
        let mut whole: Vec<String> = if self.subject.waves.is_empty() { Vec::new() } else { vec!["wave".to_owned()] };
        whole.extend(self.settings.each.clone());
        let further = self.settings.by.iter().filter(|column| *column != "wave").map(|column| whole.iter().cloned().chain([column.clone()]).collect());
        std::iter::once(whole.clone()).chain(further).collect()
    }

    /// The instruments that the settings name, or all.
    pub(crate) fn instruments(&self) -> impl Iterator<Item = &Scored> {
        self.subject.instruments.iter().filter(|scored| self.settings.instruments.is_empty() || self.settings.instruments.contains(&scored.id))
    }

    /// The latest wave and those it is compared with: the one before and the first.
    pub(crate) fn comparisons(&self) -> Vec<(&str, &str)> {
        let waves = &self.subject.waves;
        let Some((latest, earlier)) = waves.split_last() else { return Vec::new() };
        let mut pairs: Vec<(&str, &str)> = earlier.last().map(|previous| (previous.as_str(), latest.as_str())).into_iter().collect();
        if earlier.len() > 1 {
            pairs.push((&earlier[0], latest));
        }
        pairs
    }

    /// Why a wave cannot be compared with the latest: what changed in a question or a score from then on.
    pub(crate) fn broken(&self, variable: &str, from: &str) -> Option<&str> {
        let order = |wave: &str| self.subject.waves.iter().position(|known| known == wave);
        let since = order(from);
        let breaks = self.subject.breaks.iter();
        breaks.filter(|(name, wave, _)| name == variable && order(wave) >= since).map(|(_, _, reason)| reason.as_str()).next_back()
    }

    /// The comparisons that no break of a score lies between: only there did people and not the question change.
    pub(crate) fn unbroken(&self, scale: &ScoredScale) -> Vec<(&str, &str)> {
        let is_whole = |from: &str| scale.scores.first().is_none_or(|score| self.broken(score, from).is_none());
        self.comparisons().into_iter().filter(|(from, _)| is_whole(from)).collect()
    }

    pub(crate) fn shape(&self, variable: &str) -> Shape {
        self.subject.variables.get(variable).map_or(Shape::Other, |known| known.shape)
    }

    pub(crate) fn unit(&self, variable: &str) -> Unit {
        self.subject.variables.get(variable).map_or(Unit::None, |known| known.unit)
    }
}
