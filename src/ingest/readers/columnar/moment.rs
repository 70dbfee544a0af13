//! Ticks of a column in; days, times of day and moments as ISO 8601 out.
//!
//! A moment of a column with a time zone is what the clock of that zone showed, with the offset behind it: a survey filled
//! in at nine in New York was filled in at nine. The zones come with the program, so that every machine reads the same.

use std::sync::OnceLock;

use arrow::array::{Array as _, ArrayRef, AsArray as _, types};
use arrow::datatypes::{DataType, TimeUnit};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use super::text::{Write, put};
use crate::error::{Problem, Severity, some_of};
use crate::frame::offset_seconds;

/// The zone of a name or of an offset; `None` for a name that nobody gave to a zone.
fn zone(name: &str) -> Option<TimeZone> {
    static ZONES: OnceLock<TimeZoneDatabase> = OnceLock::new();
    if let Some(seconds) = offset_seconds(name.as_bytes()) {
        return Offset::from_seconds(seconds).ok().map(TimeZone::fixed);
    }
    ZONES.get_or_init(TimeZoneDatabase::bundled).get(name).ok()
}

/// The note on columns whose moments have a time zone.
pub(super) fn note(name: &str, columns: &[&str], place: &str) -> Problem {
    let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    let columns = some_of(columns.iter().map(String::as_str));
    let message = match zone(name) {
        Some(zone) if zone == TimeZone::UTC => format!("the times of {columns} are universal time, not that of a place"),
        Some(_) => format!("the times of {columns} are those of the clock in {name}"),
        None => format!("the times of {columns} are universal time: their time zone `{name}` is not known"),
    };
    Problem::new("input::time_zone", message).at(place).severity(Severity::Note)
}

/// A writer of dates, times and lengths of time.
pub(super) fn writer(column: &ArrayRef) -> Result<Write<'_>, String> {
    use types::{
        Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType, Time32MillisecondType,
        Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
        TimestampSecondType,
    };
    fn ticks<'a, T: types::ArrowPrimitiveType>(column: &'a ArrayRef) -> Box<dyn Fn(usize) -> i64 + 'a>
    where
        T::Native: Into<i64>,
    {
        let values = column.as_primitive::<T>().values();
        Box::new(move |row| values[row].into())
    }
    let (kind, unit, ticks) = match column.data_type() {
        DataType::Date32 => return Ok(days(ticks::<Date32Type>(column), 86_400)),
        DataType::Date64 => return Ok(days(ticks::<Date64Type>(column), 0)),
        DataType::Timestamp(unit @ TimeUnit::Second, zone) => (Moment::of(zone.as_deref()), unit, ticks::<TimestampSecondType>(column)),
        DataType::Timestamp(unit @ TimeUnit::Millisecond, zone) => (Moment::of(zone.as_deref()), unit, ticks::<TimestampMillisecondType>(column)),
        DataType::Timestamp(unit @ TimeUnit::Microsecond, zone) => (Moment::of(zone.as_deref()), unit, ticks::<TimestampMicrosecondType>(column)),
        DataType::Timestamp(unit @ TimeUnit::Nanosecond, zone) => (Moment::of(zone.as_deref()), unit, ticks::<TimestampNanosecondType>(column)),
        DataType::Time32(unit @ TimeUnit::Second) => (Moment::Clock, unit, ticks::<Time32SecondType>(column)),
        DataType::Time32(unit) => (Moment::Clock, unit, ticks::<Time32MillisecondType>(column)),
        DataType::Time64(unit @ TimeUnit::Microsecond) => (Moment::Clock, unit, ticks::<Time64MicrosecondType>(column)),
        DataType::Time64(unit) => (Moment::Clock, unit, ticks::<Time64NanosecondType>(column)),
        DataType::Duration(unit @ TimeUnit::Second) => (Moment::Clock, unit, ticks::<DurationSecondType>(column)),
        DataType::Duration(unit @ TimeUnit::Millisecond) => (Moment::Clock, unit, ticks::<DurationMillisecondType>(column)),
        DataType::Duration(unit @ TimeUnit::Microsecond) => (Moment::Clock, unit, ticks::<DurationMicrosecondType>(column)),
        DataType::Duration(unit) => (Moment::Clock, unit, ticks::<DurationNanosecondType>(column)),
        other => return Err(format!("values of type {other}")),
    };
    let unit = *unit;
    Ok(Box::new(move |row, out| kind.write(length(ticks(row), unit), out)))
}

/// What a number of ticks means.
enum Moment {
    /// A time of day, or a length of time.
    Clock,
    /// A moment on the file's own clock.
    Civil,
    /// A moment in a time zone.
    Zoned(TimeZone),
}

impl Moment {
    fn of(name: Option<&str>) -> Self {
        name.map_or(Self::Civil, |name| Self::Zoned(zone(name).unwrap_or(TimeZone::UTC)))
    }

    fn write(&self, length: SignedDuration, out: &mut Vec<u8>) -> Result<(), String> {
        let offset = match self {
            Self::Clock => return write_clock(length, out),
            Self::Civil => Offset::UTC,
            Self::Zoned(zone) => zone.to_offset(moment(length)?),
        };
        let civil = offset.to_datetime(moment(length)?);
        put(out, format_args!("{}{}", civil.strftime("%Y-%m-%dT%H:%M:%S"), fraction(civil.subsec_nanosecond().unsigned_abs())))?;
        match self {
            Self::Zoned(zone) if *zone == TimeZone::UTC => put(out, format_args!("Z")),
            Self::Zoned(_) => write_offset(offset.seconds(), out),
            _ => Ok(()),
        }
    }
}

/// A moment so long after 1970, or before.
fn moment(length: SignedDuration) -> Result<Timestamp, String> {
    Timestamp::from_duration(length).map_err(|_| format!("a moment {} seconds from 1970", length.as_secs()))
}

/// Writes a time of day, or a length of time.
fn write_clock(length: SignedDuration, out: &mut Vec<u8>) -> Result<(), String> {
    let (sign, seconds) = (if length.is_negative() { "-" } else { "" }, length.as_secs().unsigned_abs());
    let fraction = fraction(length.subsec_nanos().unsigned_abs());
    put(out, format_args!("{sign}{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}

/// Writes `-05:00`; with seconds where a place had them, long ago.
fn write_offset(seconds: i32, out: &mut Vec<u8>) -> Result<(), String> {
    let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    put(out, format_args!("{sign}{:02}:{:02}", size / 3600, size / 60 % 60))?;
    if size % 60 == 0 { Ok(()) } else { put(out, format_args!(":{:02}", size % 60)) }
}

/// A fraction of a second without zeros at its end; nothing for none.
fn fraction(nanos: u32) -> String {
    if nanos == 0 { String::new() } else { format!(".{nanos:09}").trim_end_matches('0').to_owned() }
}

/// A writer of days, from days or, where `seconds_of_day` is 0, from milliseconds.
fn days<'a>(ticks: Box<dyn Fn(usize) -> i64 + 'a>, seconds_of_day: i64) -> Write<'a> {
    Box::new(move |row, out| {
        let ticks = ticks(row);
        let seconds = if seconds_of_day == 0 { ticks.div_euclid(1000) } else { ticks.saturating_mul(seconds_of_day) };
        let day = Timestamp::from_second(seconds).map_err(|_| format!("a day {seconds} seconds from 1970"))?;
        put(out, format_args!("{}", day.strftime("%Y-%m-%d")))
    })
}

fn length(ticks: i64, unit: TimeUnit) -> SignedDuration {
    match unit {
        TimeUnit::Second => SignedDuration::from_secs(ticks),
        TimeUnit::Millisecond => SignedDuration::from_millis(ticks),
        TimeUnit::Microsecond => SignedDuration::from_micros(ticks),
        TimeUnit::Nanosecond => SignedDuration::from_nanos(ticks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_what_the_clock_of_its_zone_showed() {
        let text = |zone: Option<&str>, seconds: i64| {
            let mut out = Vec::new();
            Moment::of(zone).write(SignedDuration::from_secs(seconds), &mut out).map(|()| String::from_utf8(out).unwrap_or_default())
        };
        // 2024-03-05T14:12:00Z, and noon of July 1 in universal time.
        let (winter, summer) = (1_709_647_920, 1_719_835_200);
        let told = |zone| (text(Some(zone), winter), text(Some(zone), summer));
        let both = |one: &str, other: &str| (Ok(one.to_owned()), Ok(other.to_owned()));
        assert_eq!(told("America/New_York"), both("2024-03-05T09:12:00-05:00", "2024-07-01T08:00:00-04:00"));
        assert_eq!(told("Europe/London"), both("2024-03-05T14:12:00+00:00", "2024-07-01T13:00:00+01:00"));
        assert_eq!(told("+05:30"), both("2024-03-05T19:42:00+05:30", "2024-07-01T17:30:00+05:30"));
        for universal in ["UTC", "Z", "+00:00", "Nowhere/Land"] {
            assert_eq!(told(universal), both("2024-03-05T14:12:00Z", "2024-07-01T12:00:00Z"), "{universal}");
        }
        assert_eq!(text(None, winter).as_deref(), Ok("2024-03-05T14:12:00"));
        // Before 1883 the clocks of New York showed the sun's time.
        assert_eq!(text(Some("America/New_York"), -3_000_000_000).as_deref(), Ok("1874-12-07T13:43:58-04:56:02"));
    }
}
