//! A public series beside the outcomes: figures that somebody else published, as the file says them.

use super::{Analysis, Context};
use crate::error::Error;
use crate::estimate::{Estimate, Request};
use crate::frame::Frame;
use crate::results::{ResultRow, Stat, Status, Unit};

/// What a context analysis is told.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Series {
    /// What the series counts, in words.
    pub label: String,
    /// `people`, or what a figure is in: `per 100,000 people`.
    pub unit: String,
    /// Who published it, as a report cites it.
    pub source: String,
    /// Where it can be found; text alone, nothing is fetched.
    pub url: String,
    /// Points in the order of the file.
    pub points: Vec<Point>,
}

/// One point of a series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    /// When, as the file says it.
    pub time: String,
    /// The figure; none where the source gives none.
    pub value: Option<f64>,
    /// What the file says in its place.
    pub said: String,
}

/// A public series.
pub(super) struct Surroundings;

impl Analysis for Surroundings {
    fn kind(&self) -> &'static str {
        "context"
    }

    fn summary(&self) -> &'static str {
        "a public series beside the outcomes, such as overdose deaths by year, with its source"
    }

    fn settings(&self) -> &'static [&'static str] {
        &[]
    }

    fn requests(&self, _context: &Context<'_>) -> Vec<Request> {
        Vec::new()
    }

    fn rows(&self, context: &Context<'_>, _frame: &Frame, _answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let Some(series) = &context.settings.series else { return Ok(Vec::new()) };
        Ok(series.points.iter().map(|point| row(context, series, point)).collect())
    }
}

/// What others have published is public: it stands on nobody of these data.
fn row(context: &Context<'_>, series: &Series, point: &Point) -> ResultRow {
    let (stat, unit) = if series.unit == Unit::People.word() { (Stat::Count, Unit::People) } else { (Stat::Ratio, Unit::None) };
    let mut row = ResultRow::new(&context.subject.dataset, &context.settings.id, &context.settings.id, stat, unit);
    row.groups.insert("wave".to_owned(), point.time.clone());
    row.wave = Some(point.time.clone());
    row.method = format!("as published: {}", series.source);
    row.estimate = point.value;
    if point.value.is_none() {
        row.status = Status::NotEstimable;
        let said = if point.said.is_empty() { "nothing" } else { &point.said };
        row.add_note(&format!("the source gives no figure (“{said}”)"));
    }
    row
}
