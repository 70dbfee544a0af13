//! Columns of Arrow arrays in, cells of text out: numbers in shortest form, dates and times as ISO 8601, missing values empty.

use std::cell::Cell;
use std::io::Write as _;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch, downcast_dictionary_array, types};
use arrow::datatypes::DataType;

use super::moment;
use crate::frame::{RawBatch, shortest};

/// Adds rows as text to a batch; the first one has the line after `rows_before`. Counts the values of each column that are no text.
pub(super) fn add(rows: &RecordBatch, rows_before: u64, batch: &mut RawBatch, not_text: &mut [u64]) -> Result<(), String> {
    batch.width = rows.num_columns();
    batch.ends.reserve(batch.width.saturating_mul(rows.num_rows()));
    let counts: Vec<Cell<u64>> = not_text.iter().map(|count| Cell::new(*count)).collect();
    let columns: Vec<Write<'_>> = rows.columns().iter().zip(&counts).map(|(column, count)| writer(column, count)).collect::<Result<_, _>>()?;
    for row in 0..rows.num_rows() {
        for (column, write) in rows.columns().iter().zip(&columns) {
            if !column.is_null(row) {
                write(row, &mut batch.text)?;
            }
            batch.ends.push(batch.text.len());
        }
        batch.lines.push(rows_before + u64::try_from(row).unwrap_or_default() + 1);
    }
    not_text.iter_mut().zip(&counts).for_each(|(known, count)| *known = count.get());
    Ok(())
}

/// Writes one value of a column that is there.
pub(super) type Write<'a> = Box<dyn Fn(usize, &mut Vec<u8>) -> Result<(), String> + 'a>;

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
        Box::new(move |row, out| match (values[row], f64::from(values[row]).abs()) {
            (_, size) if size.is_nan() => Ok(()),
            (_, 0.0) => put(out, format_args!("0")),
            (value, size) if (1e-5..1e17).contains(&size) || size.is_infinite() => put(out, format_args!("{value}")),
            (value, _) => put(out, format_args!("{value:e}")),
        })
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
    ($values:expr, $not_text:expr) => {{
        let (values, not_text) = ($values, $not_text);
        Box::new(move |row, out| write_bytes(values.value(row), not_text, out))
    }};
}

fn writer<'a>(column: &'a ArrayRef, not_text: &'a Cell<u64>) -> Result<Write<'a>, String> {
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
        DataType::Binary => bytes!(column.as_binary::<i32>(), not_text),
        DataType::LargeBinary => bytes!(column.as_binary::<i64>(), not_text),
        DataType::BinaryView => bytes!(column.as_binary_view(), not_text),
        DataType::FixedSizeBinary(_) => bytes!(column.as_fixed_size_binary(), not_text),
        DataType::Dictionary(..) => dictionary(column, not_text)?,
        _ => moment::writer(column)?,
    })
}

/// A writer of the values that a column of keys stands for.
fn dictionary<'a>(column: &'a ArrayRef, not_text: &'a Cell<u64>) -> Result<Write<'a>, String> {
    downcast_dictionary_array!(
        column => {
            let values = column.values();
            let write = writer(values, not_text)?;
            Ok(Box::new(move |row, out| match column.key(row) {
                Some(key) if key >= values.len() => Err("a column names a level that is not there".to_owned()),
                Some(key) if !values.is_null(key) => write(key, out),
                _ => Ok(()),
            }))
        }
        other => Err(format!("values of type {other}"))
    )
}

/// Writes bytes as the text that they are, or as hexadecimal digits.
fn write_bytes(bytes: &[u8], not_text: &Cell<u64>, out: &mut Vec<u8>) -> Result<(), String> {
    if std::str::from_utf8(bytes).is_ok() {
        out.extend_from_slice(bytes);
        return Ok(());
    }
    not_text.set(not_text.get() + 1);
    out.extend_from_slice(b"0x");
    bytes.iter().try_for_each(|byte| put(out, format_args!("{byte:02x}")))
}

pub(super) fn put(out: &mut Vec<u8>, value: std::fmt::Arguments<'_>) -> Result<(), String> {
    out.write_fmt(value).map_err(|error| error.to_string())
}
