//! Serial days of a workbook in, ISO 8601 out, and dates that people typed as text, where they can mean only one day.
//!
//! Excel counts days from 1900 or from 1904, and in the first system it believes that 1900 was a leap year: day 60 is a
//! day that never was, and the days before it lie one day later than the rest of the count says.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span};

const DAY_MILLIS: f64 = 86_400_000.0;
/// First day after year 9999, which no workbook can show.
const END: f64 = 2_958_466.0;

/// How the dates of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Style {
    /// As days; a moment within a day keeps its time.
    #[default]
    Days,
    /// All as days with a time, because some have one.
    Moments,
}

/// Days of the workbook's calendar as ISO 8601: a day, a day with a time, or below one day a time of day; `None` for what is no day.
pub(super) fn from_serial(days: f64, is_1904: bool, style: Style) -> Option<String> {
    if !(0.0..END).contains(&days) {
        return None;
    }
    let millis = (days * DAY_MILLIS).round();
    let day = (millis / DAY_MILLIS).floor();
    let time = time_of_day(millis - day * DAY_MILLIS)?;
    if day < 1.0 {
        return Some(time);
    }
    let date = calendar_day(day, is_1904)?;
    Some(if style == Style::Days && time == "00:00:00" { date } else { format!("{date}T{time}") })
}

fn calendar_day(day: f64, is_1904: bool) -> Option<String> {
    #[expect(clippy::cast_possible_truncation, reason = "below three million")]
    let day = day as i64;
    let epoch = match day {
        _ if is_1904 => Date::constant(1904, 1, 1),
        60 => return Some("1900-02-29".to_owned()),
        ..60 => Date::constant(1899, 12, 31),
        _ => Date::constant(1899, 12, 30),
    };
    epoch.checked_add(Span::new().try_days(day).ok()?).ok().map(|date| date.to_string())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds of one day")]
fn time_of_day(millis: f64) -> Option<String> {
    if !(0.0..DAY_MILLIS).contains(&millis) {
        return None;
    }
    Some(clock(millis as u64))
}

/// A length of time in days as hours, minutes and seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just before")]
pub(super) fn elapsed(days: f64) -> Option<String> {
    let millis = (days * DAY_MILLIS).round();
    if millis.is_nan() || millis.abs() >= END * DAY_MILLIS {
        return None;
    }
    let sign = if millis < 0.0 { "-" } else { "" };
    Some(format!("{sign}{}", clock(millis.abs() as u64)))
}

fn clock(millis: u64) -> String {
    let (seconds, rest) = (millis / 1000, millis % 1000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 { clock } else { format!("{clock}.{rest:03}") }
}

/// A date of an `OpenDocument` sheet as we write it: no zero fractions, lengths of time as hours, minutes and seconds.
pub(super) fn tidy_iso(text: &str, style: Style) -> String {
    if let Some(length) = text.strip_prefix('P').and_then(|_| text.parse::<SignedDuration>().ok()) {
        return u64::try_from(length.as_millis()).map_or_else(|_| text.to_owned(), clock);
    }
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    match (style, whole.strip_suffix("T00:00:00")) {
        (Style::Days, Some(day)) => day.to_owned(),
        (Style::Moments, None) if whole.len() == 10 && is_day(whole) => format!("{whole}T00:00:00"),
        _ => whole.to_owned(),
    }
}

/// Whether a date of an `OpenDocument` sheet is a day or a moment, not a length of time.
pub(super) fn is_day(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Whether a date of an `OpenDocument` sheet has a time that says something.
pub(super) fn has_time(text: &str) -> bool {
    is_day(text) && tidy_iso(text, Style::Days).contains('T')
}

/// What a text says beside dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// One day, or one moment.
    Date(String),
    /// A date whose day and month, or whose century, may be meant in two ways.
    Ambiguous,
    /// No date.
    Other,
}

/// Reads a date that was typed as text.
pub(super) fn typed(text: &str, style: Style) -> Typed {
    let text = text.trim();
    let (date, time) = split_time(text);
    let Some(time) = time.map_or(Some(Time::midnight()), parse_time) else { return Typed::Other };
    let parts: Vec<&str> = date.split(['-', '/', '.', ',', ' ']).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts[..] else { return Typed::Other };
    let found = match (month_named(first), month_named(second)) {
        (Some(month), None) => named(second, month, third),
        (None, Some(month)) => named(first, month, third),
        _ => numbered(first, second, third),
    };
    match found {
        Found::Day(day) if style == Style::Days && time == Time::midnight() => Typed::Date(day.to_string()),
        Found::Day(day) => Typed::Date(DateTime::from_parts(day, time).to_string()),
        Found::Ambiguous => Typed::Ambiguous,
        Found::Nothing => Typed::Other,
    }
}

enum Found {
    Day(Date),
    Ambiguous,
    Nothing,
}

fn day(year: &str, month: &str, day: &str) -> Found {
    let parsed = year.parse().ok().zip(month.parse().ok()).zip(day.parse().ok());
    parsed.and_then(|((year, month), day)| Date::new(year, month, day).ok()).map_or(Found::Nothing, Found::Day)
}

/// Day and month are told apart by what cannot be a month.
fn numbered(first: &str, second: &str, third: &str) -> Found {
    if ![first, second, third].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return Found::Nothing;
    }
    match (first.len(), second.len(), third.len()) {
        (4, 1..=2, 1..=2) => day(first, second, third),
        (1..=2, 1..=2, 4) => match (day(third, first, second), day(third, second, first)) {
            (Found::Day(one), Found::Day(other)) if one != other => Found::Ambiguous,
            (Found::Day(date), _) | (_, Found::Day(date)) => Found::Day(date),
            _ => Found::Nothing,
        },
        (1..=2, 1..=2, 1..=2) => Found::Ambiguous,
        _ => Found::Nothing,
    }
}

fn named(of_month: &str, month: u8, year: &str) -> Found {
    let of_month = of_month.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    match year.len() {
        4 => day(year, &month.to_string(), of_month),
        2 if year.bytes().all(|byte| byte.is_ascii_digit()) => Found::Ambiguous,
        _ => Found::Nothing,
    }
}

/// Number of an English month, by at least its first three letters.
fn month_named(text: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let text = text.to_lowercase();
    let position = MONTHS.iter().position(|month| text == "sept" && *month == "september" || text.len() >= 3 && month.starts_with(&text))?;
    u8::try_from(position + 1).ok()
}

/// Splits a text where its clock begins.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else { return (text, None) };
    let before = text.get(..colon).unwrap_or_default();
    match before.rfind([' ', 'T']) {
        Some(end) => (before.get(..end).unwrap_or_default(), text.get(end + 1..)),
        None => (text, None),
    }
}

fn parse_time(text: &str) -> Option<Time> {
    let upper = text.trim().trim_end_matches('Z').to_uppercase();
    let (clock, half) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (upper.as_str(), None),
    };
    let mut parts = clock.trim().split(':');
    let (hour, minute) = (parts.next()?.parse::<i8>().ok()?, parts.next()?.parse::<i8>().ok()?);
    let second = parts.next().map_or(Ok(0), str::parse::<i8>).ok()?;
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
    };
    if parts.next().is_some() { None } else { Time::new(hour, minute, second, 0).ok() }
}

#[cfg(test)]
mod tests {
    use super::{Style, Typed, elapsed, from_serial, tidy_iso, typed};

    #[test]
    fn serial_days_of_both_systems() {
        let day = |days| from_serial(days, false, Style::Days).unwrap_or_default();
        // Days that Excel itself shows: its first, the day that never was and its neighbours, and the last.
        assert_eq!([1.0, 59.0, 60.0, 61.0, 39_448.0].map(day), ["1900-01-01", "1900-02-28", "1900-02-29", "1900-03-01", "2008-01-01"]);
        assert_eq!((day(2_958_465.0).as_str(), day(0.5).as_str(), day(42_488.479_166_666_664).as_str()), ("9999-12-31", "12:00:00", "2016-04-28T11:30:00"));
        assert_eq!(from_serial(1.0, true, Style::Moments).as_deref(), Some("1904-01-02T00:00:00"));
        assert_eq!(
            (from_serial(-1.0, false, Style::Days), from_serial(f64::NAN, false, Style::Days), from_serial(3e6, false, Style::Days)),
            (None, None, None)
        );
        // A moment that is a hair before the next day is the next day.
        assert_eq!(day(44_196.999_999_999_9), "2021-01-01");
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!((elapsed(1.520_833_333_333_333_3).as_deref(), elapsed(-0.25).as_deref()), (Some("36:30:00"), Some("-06:00:00")));
        assert_eq!(
            (tidy_iso("PT09H12M00S", Style::Days).as_str(), tidy_iso("2024-03-05T09:12:00.000", Style::Days).as_str()),
            ("09:12:00", "2024-03-05T09:12:00")
        );
        assert_eq!(tidy_iso("2024-03-05", Style::Moments), "2024-03-05T00:00:00");
    }

    #[test]
    fn typed_dates_count_only_where_they_mean_one_day() {
        let date = |text: &str| Typed::Date(text.to_owned());
        let days = |text| typed(text, Style::Days);
        assert_eq!(
            ["2024-03-05", "2024/3/5", "25.3.2024", "3/25/2024", "4/4/2024"].map(days),
            ["2024-03-05", "2024-03-05", "2024-03-25", "2024-03-25", "2024-04-04"].map(date)
        );
        assert_eq!(["5 Mar 2024", "March 5th, 2024", "5-Sept-2024"].map(days), ["2024-03-05", "2024-03-05", "2024-09-05"].map(date));
        assert_eq!(["3/4/2024", "25/3/24", "5-Mar-24"].map(days), [Typed::Ambiguous, Typed::Ambiguous, Typed::Ambiguous]);
        assert_eq!(["", "unknown", "3", "13/13/2024", "2024-02-30", "1.5", "10-20"].map(days), [const { Typed::Other }; 7]);
        assert_eq!(days("3/25/2024 1:05 PM"), date("2024-03-25T13:05:00"));
        assert_eq!(typed("25 March 2024", Style::Moments), date("2024-03-25T00:00:00"));
    }
}
