//! The settings of a pipeline in, the rows of an attendance log out: the log as an entry of the table.

use super::{AttendanceSpec, rows};
use crate::analysis::{Analysis, Context, Settings};
use crate::error::Error;
use crate::estimate::visits::StepRule;
use crate::estimate::{Estimate, Request};
use crate::frame::Frame;
use crate::results::ResultRow;

/// Attendance.
pub(crate) struct Attendance;

/// What counts as one visit, whose length is known, and who has stopped coming.
pub(crate) struct VisitRules {
    pub duplicate_minutes: f64,
    pub longest_visit_hours: f64,
    pub gap_days: u32,
}

impl VisitRules {
    /// As the pipeline says, and as usual where it says nothing.
    pub(crate) fn of(settings: &Settings) -> Self {
        let usual = AttendanceSpec::default();
        Self {
            duplicate_minutes: settings.duplicate_minutes.unwrap_or(usual.duplicate_minutes),
            longest_visit_hours: settings.longest_visit_hours.unwrap_or(usual.longest_visit_hours),
            gap_days: settings.gap_days.unwrap_or(usual.gap_days),
        }
    }
}

impl Analysis for Attendance {
    fn kind(&self) -> &'static str {
        "attendance"
    }

    fn summary(&self) -> &'static str {
        "how often people come: people, visits, length, days, newcomers, retention, by center, region, month, weekday and hour"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["attended", "by", "center", "day", "duplicate_minutes", "end", "gap_days", "longest_visit_hours", "reasons", "region", "start"]
    }

    fn needs(&self, settings: &Settings) -> Vec<String> {
        let attended = settings.attended.iter().map(|(field, _)| field.clone());
        [&settings.start, &settings.end, &settings.day, &settings.reasons].into_iter().flatten().cloned().chain(attended).collect()
    }

    /// A log is counted, not sampled: it asks nothing of the estimator.
    fn requests(&self, _context: &Context<'_>) -> Vec<Request> {
        Vec::new()
    }

    fn rows(&self, context: &Context<'_>, frame: &Frame, _answers: &[Vec<Estimate>]) -> Result<Vec<ResultRow>, Error> {
        let settings = context.settings;
        let usual = AttendanceSpec::default();
        let VisitRules { duplicate_minutes, longest_visit_hours, gap_days } = VisitRules::of(settings);
        let spec = AttendanceSpec {
            person: context.subject.person.clone().unwrap_or(usual.person),
            center: settings.center.clone(),
            region: settings.region.clone(),
            start: settings.start.clone(),
            end: settings.end.clone(),
            day: settings.day.clone(),
            attended: settings.attended.clone(),
            reasons: settings.reasons.clone(),
            duplicate_minutes,
            longest_visit_hours,
            window_days: usual.window_days,
            as_of: context.subject.as_of,
            by: settings.by.clone(),
            gap_days,
            steps: StepRule { least: context.subject.minimum_cell, zero: context.subject.show_zero },
        };
        rows(&spec, frame, &context.subject.dataset, &settings.id)
    }
}
