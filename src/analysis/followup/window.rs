//! The date of an intake in, the first and the last day of its follow-up window out, as a policy counts them.

use jiff::Span as Length;
use jiff::civil::{Date, date};

/// When a follow-up interview counts, and how many are asked for: a file under `schemas/followup/`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WindowPolicy {
    /// What it is called.
    pub title: String,
    /// Where it is published, with the date.
    pub source: String,
    /// From the intake to the first day of the window.
    pub opens: Span,
    /// From the intake to the last day of the window.
    pub closes: Span,
    /// The least share of people due whose interview fell into the window.
    pub floor: Option<f64>,
    /// First and last day on which it is in force, in days since 1970.
    pub in_force: [Option<i64>; 2],
}

/// A length of time as a policy says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// Calendar months: the same day of a later month, or that month's last day where it has no such day.
    Months(i32),
    /// Days; the intake is day 0.
    Days(i32),
}

impl Span {
    /// The day that lies so long after another, both in days since 1970; `None` beyond the calendar.
    ///
    /// Months are counted from the day itself, not from an anniversary: five months after 31 August is 31 January,
    /// six months after it is the last day of February.
    pub(crate) fn after(self, day: i64) -> Option<i64> {
        let start = civil(day)?;
        let length = match self {
            Self::Months(months) => Length::new().try_months(months),
            Self::Days(days) => Length::new().try_days(days),
        };
        start.checked_add(length.ok()?).ok().map(days_since_1970)
    }

    /// `5 months`, `150 days`.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Months(1) => "1 month".to_owned(),
            Self::Months(months) => format!("{months} months"),
            Self::Days(1) => "1 day".to_owned(),
            Self::Days(days) => format!("{days} days"),
        }
    }
}

impl WindowPolicy {
    /// The first and the last day of the window of an intake, both inside.
    pub(crate) fn window(&self, intake: i64) -> Option<(i64, i64)> {
        Some((self.opens.after(intake)?, self.closes.after(intake)?))
    }

    /// Whether it is in force on a day; both ends are inside.
    pub(crate) fn covers(&self, day: i64) -> bool {
        let [from, until] = self.in_force;
        from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
    }
}

/// The date of a day counted from 1970-01-01.
fn civil(day: i64) -> Option<Date> {
    date(1970, 1, 1).checked_add(Length::new().try_days(day).ok()?).ok()
}

fn days_since_1970(day: Date) -> i64 {
    (day - date(1970, 1, 1)).get_days().into()
}

/// A day counted from 1970-01-01 as `2024-06-30`.
pub(crate) fn iso(day: i64) -> String {
    civil(day).map(|day| day.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(span: Span, day: &str) -> String {
        let day: Date = day.parse().expect("a date");
        iso(span.after(days_since_1970(day)).expect("in the calendar"))
    }

    #[test]
    fn months_end_at_the_last_day_of_a_shorter_month() {
        assert_eq!(after(Span::Months(5), "2024-08-31"), "2025-01-31");
        assert_eq!(after(Span::Months(6), "2024-08-31"), "2025-02-28");
        assert_eq!(after(Span::Months(6), "2023-08-31"), "2024-02-29");
        assert_eq!(after(Span::Months(8), "2024-02-29"), "2024-10-29");
        assert_eq!(after(Span::Months(1), "2024-12-31"), "2025-01-31");
    }

    #[test]
    fn days_cross_leap_days_and_years() {
        assert_eq!(after(Span::Days(180), "2023-09-01"), "2024-02-28");
        assert_eq!(after(Span::Days(181), "2023-09-01"), "2024-02-29");
        assert_eq!(after(Span::Days(0), "1969-12-31"), "1969-12-31");
    }

    #[test]
    fn beyond_the_calendar_there_is_no_window() {
        assert_eq!(Span::Months(8).after(i64::MAX), None);
        assert_eq!(Span::Days(210).after(days_since_1970(date(9999, 12, 1))), None);
    }
}
