//! Columns of Arrow arrays in, records of text out: numbers in shortest form, dates and times as ISO 8601, missing values empty.
//!
//! Parquet and Arrow files both come this way. A column that is no plain list of values is refused by name before anything is read.

use std::io::Write as _;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch, downcast_dictionary_array, types};
use arrow::datatypes::{DataType, Schema, TimeUnit};
use jiff::{SignedDuration, Timestamp};

use crate::error::{Error, Exit, Problem};
use crate::frame::{RawBatch, shortest};

/// Refuses columns that hold no plain values, all at once.
pub(super) fn check(schema: &Schema, path: &Path) -> Result<(), Error> {
    let nested = schema.fields().iter().filter_map(|field| in_words(field.data_type()).map(|kind| (field.name(), kind)));
    let problem = |(name, kind): (&String, &str)| {
        Problem::new("input::unreadable_column", format!("column `{name}` holds {kind} values"))
            .at(path.display().to_string())
            .expected("text, numbers, dates, times or true/false")
            .help("leave the column away when the file is written, or write it as text")
    };
    let problems: Vec<Problem> = nested.map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error { exit: Exit::Input, problems }) }
}

/// What a column holds that cannot be a field; `None` for plain values.
fn in_words(kind: &DataType) -> Option<&'static str> {
    match kind {
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) | DataType::ListView(_) | DataType::LargeListView(_) => Some("list"),
        DataType::Struct(_) => Some("nested"),
        DataType::Map(..) => Some("map"),
        DataType::Union(..) => Some("union"),
        DataType::Interval(_) => Some("interval"),
        DataType::RunEndEncoded(..) => Some("run-end encoded"),
        DataType::Dictionary(_, values) => in_words(values),
        _ => None,
    }
}

/// Adds rows as text to a batch; the first one has the line after `rows_before`.
pub(super) fn add(rows: &RecordBatch, rows_before: u64, batch: &mut RawBatch) -> Result<(), String> {
    batch.width = rows.num_columns();
    batch.ends.reserve(batch.width.saturating_mul(rows.num_rows()));
    let named = rows.schema_ref().fields().iter().zip(rows.columns());
    let columns: Vec<Write<'_>> = named.map(|(field, column)| writer(column, field.name())).collect::<Result<_, _>>()?;
    for row in 0..rows.num_rows() {
        for (column, write) in rows.columns().iter().zip(&columns) {
            if !column.is_null(row) {
                write(row, &mut batch.text)?;
            }
            batch.ends.push(batch.text.len());
        }
        batch.lines.push(rows_before + u64::try_from(row).unwrap_or_default() + 1);
    }
    Ok(())
}

/// Writes one value of a column that is there.
type Write<'a> = Box<dyn Fn(usize, &mut Vec<u8>) -> Result<(), String> + 'a>;

/// A writer of numbers that print themselves.
macro_rules! plain {
    ($column:expr, $kind:ty) => {{
        let values = $column.as_primitive::<$kind>().values();
        Box::new(move |row, out| put(out, format_args!("{}", values[row])))
    }};
}

/// A writer of numbers in shortest form, where not a number is missing.
macro_rules! float {
    ($column:expr, $kind:ty) => {{
        let values = $column.as_primitive::<$kind>().values();
        Box::new(move |row, out| if values[row].is_nan() { Ok(()) } else { put(out, format_args!("{}", values[row])) })
    }};
}

/// A writer of decimals without zeros at their end.
macro_rules! decimal {
    ($column:expr, $kind:ty) => {{
        let values = $column.as_primitive::<$kind>();
        Box::new(move |row, out| {
            out.extend_from_slice(shortest(values.value_as_string(row).as_bytes()));
            Ok(())
        })
    }};
}

/// A writer of text.
macro_rules! text {
    ($values:expr) => {{
        let values = $values;
        Box::new(move |row, out| {
            out.extend_from_slice(values.value(row).as_bytes());
            Ok(())
        })
    }};
}

/// A writer of bytes that should be text.
macro_rules! bytes {
    ($values:expr, $name:expr) => {{
        let (values, name) = ($values, $name);
        Box::new(move |row, out| utf8(values.value(row), name, out))
    }};
}

fn writer<'a>(column: &'a ArrayRef, name: &'a str) -> Result<Write<'a>, String> {
    Ok(match column.data_type() {
        DataType::Null => Box::new(|_, _| Ok(())),
        DataType::Boolean => {
            let values = column.as_boolean();
            Box::new(move |row, out| put(out, format_args!("{}", u8::from(values.value(row)))))
        }
        DataType::Int8 => plain!(column, types::Int8Type),
        DataType::Int16 => plain!(column, types::Int16Type),
        DataType::Int32 => plain!(column, types::Int32Type),
        DataType::Int64 => plain!(column, types::Int64Type),
        DataType::UInt8 => plain!(column, types::UInt8Type),
        DataType::UInt16 => plain!(column, types::UInt16Type),
        DataType::UInt32 => plain!(column, types::UInt32Type),
        DataType::UInt64 => plain!(column, types::UInt64Type),
        DataType::Float16 => float!(column, types::Float16Type),
        DataType::Float32 => float!(column, types::Float32Type),
        DataType::Float64 => float!(column, types::Float64Type),
        DataType::Decimal32(..) => decimal!(column, types::Decimal32Type),
        DataType::Decimal64(..) => decimal!(column, types::Decimal64Type),
        DataType::Decimal128(..) => decimal!(column, types::Decimal128Type),
        DataType::Decimal256(..) => decimal!(column, types::Decimal256Type),
        DataType::Utf8 => text!(column.as_string::<i32>()),
        DataType::LargeUtf8 => text!(column.as_string::<i64>()),
        DataType::Utf8View => text!(column.as_string_view()),
        DataType::Binary => bytes!(column.as_binary::<i32>(), name),
        DataType::LargeBinary => bytes!(column.as_binary::<i64>(), name),
        DataType::BinaryView => bytes!(column.as_binary_view(), name),
        DataType::FixedSizeBinary(_) => bytes!(column.as_fixed_size_binary(), name),
        DataType::Dictionary(..) => dictionary(column, name)?,
        _ => moment_writer(column)?,
    })
}

/// A writer of dates, times and lengths of time.
fn moment_writer(column: &ArrayRef) -> Result<Write<'_>, String> {
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
        DataType::Date32 => return Ok(day_writer(ticks::<Date32Type>(column), 86_400)),
        DataType::Date64 => return Ok(day_writer(ticks::<Date64Type>(column), 0)),
        DataType::Timestamp(unit @ TimeUnit::Second, zone) => (Moment::of(zone.is_some()), unit, ticks::<TimestampSecondType>(column)),
        DataType::Timestamp(unit @ TimeUnit::Millisecond, zone) => (Moment::of(zone.is_some()), unit, ticks::<TimestampMillisecondType>(column)),
        DataType::Timestamp(unit @ TimeUnit::Microsecond, zone) => (Moment::of(zone.is_some()), unit, ticks::<TimestampMicrosecondType>(column)),
        DataType::Timestamp(unit @ TimeUnit::Nanosecond, zone) => (Moment::of(zone.is_some()), unit, ticks::<TimestampNanosecondType>(column)),
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
#[derive(Clone, Copy)]
enum Moment {
    /// A time of day, or a length of time.
    Clock,
    /// A moment on the file's own clock.
    Civil,
    /// A moment in universal time.
    Universal,
}

impl Moment {
    fn of(has_zone: bool) -> Self {
        if has_zone { Self::Universal } else { Self::Civil }
    }

    fn write(self, length: SignedDuration, out: &mut Vec<u8>) -> Result<(), String> {
        let nanos = length.subsec_nanos().unsigned_abs();
        let fraction = if nanos == 0 { String::new() } else { format!(".{nanos:09}").trim_end_matches('0').to_owned() };
        if let Self::Clock = self {
            let (sign, seconds) = (if length.is_negative() { "-" } else { "" }, length.as_secs().unsigned_abs());
            return put(out, format_args!("{sign}{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60));
        }
        let moment = Timestamp::from_duration(length).map_err(|_| format!("a moment {} seconds from 1970", length.as_secs()))?;
        // Before 1970 the fraction of a second counts from the second before.
        let nanos = moment.as_nanosecond().rem_euclid(1_000_000_000);
        let whole = moment.checked_sub(SignedDuration::from_nanos(i64::try_from(nanos).unwrap_or_default())).unwrap_or(moment);
        let fraction = if nanos == 0 { String::new() } else { format!(".{nanos:09}").trim_end_matches('0').to_owned() };
        put(out, format_args!("{}{fraction}{}", whole.strftime("%Y-%m-%dT%H:%M:%S"), if matches!(self, Self::Universal) { "Z" } else { "" }))
    }
}

/// A writer of days, from days or, where `seconds_of_day` is 0, from milliseconds.
fn day_writer<'a>(ticks: Box<dyn Fn(usize) -> i64 + 'a>, seconds_of_day: i64) -> Write<'a> {
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

/// A writer of the values that a column of keys stands for.
fn dictionary<'a>(column: &'a ArrayRef, name: &'a str) -> Result<Write<'a>, String> {
    downcast_dictionary_array!(
        column => {
            let values = column.values();
            let write = writer(values, name)?;
            Ok(Box::new(move |row, out| match column.key(row) {
                Some(key) if key >= values.len() => Err(format!("column `{name}` names a level that is not there")),
                Some(key) if !values.is_null(key) => write(key, out),
                _ => Ok(()),
            }))
        }
        other => Err(format!("values of type {other}"))
    )
}

fn utf8(bytes: &[u8], name: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| format!("column `{name}` has a binary value that is not UTF-8 text"))?;
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

fn put(out: &mut Vec<u8>, value: std::fmt::Arguments<'_>) -> Result<(), String> {
    out.write_fmt(value).map_err(|error| error.to_string())
}
