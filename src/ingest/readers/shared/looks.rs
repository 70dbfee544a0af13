//! A number and how its column shows it in, text out: a number, a day, a moment or a time of day.

use std::io::Write as _;

use super::cells::write_number;
use crate::frame::{Stored, civil_seconds};

/// Days from 1970-01-01 to the first day of the Gregorian calendar, from which SPSS counts.
pub(in crate::ingest::readers) const EPOCH_1582: i64 = -141_428;
/// Days from 1970-01-01 to 1960-01-01, from which Stata and SAS count.
pub(in crate::ingest::readers) const EPOCH_1960: i64 = -3_653;

/// How a column shows its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::ingest::readers) enum Look {
    /// As numbers.
    Number,
    /// As days: so many units make one, counted from some day.
    Date { per_day: f64, epoch: i64 },
    /// As moments: so many units make a second, counted from the start of some day.
    Moment { per_second: f64, epoch: i64 },
    /// As times of day: so many units make a second.
    Clock { per_second: f64 },
    /// As the first day of a period of so many months, counted from January 1960.
    Months(i64),
    /// As the first day of a week of Stata, of which each year has 52.
    Weeks,
}

impl Look {
    /// What such a column stores.
    pub(in crate::ingest::readers) fn stored(self) -> Stored {
        match self {
            Self::Number => Stored::Number,
            Self::Date { .. } | Self::Months(_) | Self::Weeks => Stored::Date,
            Self::Moment { .. } => Stored::Datetime,
            Self::Clock { .. } => Stored::Text,
        }
    }

    /// The text of a cell; a number that is no day of the years 1 to 9999 stays a number.
    pub(in crate::ingest::readers) fn text(self, value: f64) -> String {
        let mut text = Vec::new();
        self.write(value, &mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    /// Writes the text of a cell; nothing where the value is not a number.
    pub(super) fn write(self, value: f64, text: &mut Vec<u8>) {
        let written = match self {
            Self::Number => None,
            Self::Date { per_day, epoch } => whole((value / per_day).floor()).and_then(|days| write_date(days.checked_add(epoch)?, text)),
            Self::Moment { per_second, epoch } => write_moment(value, per_second, epoch, text),
            Self::Clock { per_second } => write_clock(value, per_second, text),
            Self::Months(length) => whole(value).and_then(|period| write_month(period.checked_mul(length)?, text)),
            Self::Weeks => whole(value).and_then(|week| {
                let january = first_of_month(1960 + week.div_euclid(52), 1)?;
                write_date(january + 7 * week.rem_euclid(52), text)
            }),
        };
        if written.is_none() {
            write_number(value, text);
        }
    }
}

/// A number without decimals that is small enough to count days or seconds of the calendar.
fn whole(value: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the size is checked")]
    let whole = value as i64;
    (value.abs() < 1e12 && value.fract() == 0.0).then_some(whole)
}

/// The first day of a month, counted from January 1960.
fn write_month(month: i64, text: &mut Vec<u8>) -> Option<()> {
    write_date(first_of_month(1960 + month.div_euclid(12), 1 + month.rem_euclid(12))?, text)
}

/// A day, counted from 1970-01-01.
fn write_date(days: i64, text: &mut Vec<u8>) -> Option<()> {
    let (year, month, day) = civil(days)?;
    write!(text, "{year:04}-{month:02}-{day:02}").ok()
}

/// A moment with the fractions of a second that the value has, to the microsecond.
fn write_moment(value: f64, per_second: f64, epoch: i64, text: &mut Vec<u8>) -> Option<()> {
    let (seconds, micros) = split_seconds(value, per_second)?;
    write_date(seconds.div_euclid(86_400).checked_add(epoch)?, text)?;
    text.push(b'T');
    write_hours(seconds.rem_euclid(86_400), micros, text)
}

/// A time of day; what lies outside of a day is a length of time in hours, minutes and seconds.
fn write_clock(value: f64, per_second: f64, text: &mut Vec<u8>) -> Option<()> {
    let (seconds, micros) = split_seconds(value.abs(), per_second)?;
    if value < 0.0 && (seconds, micros) != (0, 0) {
        text.push(b'-');
    }
    write_hours(seconds, micros, text)
}

fn write_hours(seconds: i64, micros: i64, text: &mut Vec<u8>) -> Option<()> {
    write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()?;
    if micros > 0 {
        write!(text, ".{micros:06}").ok()?;
        while text.last() == Some(&b'0') {
            text.pop();
        }
    }
    Some(())
}

/// Whole seconds and microseconds, rounded to the latter.
fn split_seconds(value: f64, per_second: f64) -> Option<(i64, i64)> {
    let seconds = (value / per_second).floor();
    let rest = value - seconds * per_second;
    let (seconds, micros) = (whole(seconds)?, whole((rest / per_second * 1e6).round())?);
    Some(if micros >= 1_000_000 { (seconds + 1, 0) } else { (seconds, micros) })
}

/// Days from 1970-01-01 to the first day of a month.
fn first_of_month(year: i64, month: i64) -> Option<i64> {
    civil_seconds(year, month, 1, 0).map(|seconds| seconds.div_euclid(86_400))
}

/// Year, month and day of a day counted from 1970-01-01; `None` outside of the years 1 to 9999.
fn civil(days: i64) -> Option<(i64, i64, i64)> {
    let shifted = days.checked_add(719_468)?;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (1..=9999).contains(&year).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_agree_with_the_calendar_library() {
        let first = jiff::civil::date(1970, 1, 1);
        for days in (-700_000..2_900_000).step_by(377) {
            let date = first.checked_add(jiff::Span::new().days(days)).expect("a day of the calendar");
            let look = Look::Date { per_day: 86_400.0, epoch: EPOCH_1582 };
            assert_eq!(look.text((days - EPOCH_1582) as f64 * 86_400.0), date.to_string());
            assert_eq!(first_of_month(i64::from(date.year()), i64::from(date.month())), Some(days + 1 - i64::from(date.day())));
        }
    }

    #[test]
    fn moments_and_times_keep_fractions_and_signs() {
        let moment = Look::Moment { per_second: 1.0, epoch: EPOCH_1960 };
        assert_eq!([0.0, -0.5, 86_399.25].map(|value| moment.text(value)), ["1960-01-01T00:00:00", "1959-12-31T23:59:59.5", "1960-01-01T23:59:59.25"]);
        let clock = Look::Clock { per_second: 1000.0 };
        assert_eq!([36_610_000.0, -1000.0, 360_000_000.0, 0.0].map(|value| clock.text(value)), ["10:10:10", "-00:00:01", "100:00:00", "00:00:00"]);
    }

    #[test]
    fn periods_are_their_first_day_and_other_numbers_stay() {
        assert_eq!(["1960-01-01", "1959-12-01"], [0.0, -1.0].map(|value| Look::Months(1).text(value)));
        assert_eq!([Look::Months(3).text(257.0), Look::Months(6).text(128.0)], ["2024-04-01", "2024-01-01"]);
        assert_eq!([0.0, 53.0].map(|value| Look::Weeks.text(value)), ["1960-01-01", "1961-01-08"]);
        let date = Look::Date { per_day: 1.0, epoch: EPOCH_1960 };
        assert_eq!([1e9, f64::INFINITY, 1e300].map(|value| date.text(value)), ["1000000000", "inf", "1e300"]);
        assert_eq!([Look::Months(1).text(0.5), date.text(0.5), date.text(f64::NAN)], ["0.5", "1960-01-01", ""]);
    }
}
