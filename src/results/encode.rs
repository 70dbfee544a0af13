//! Rows in, CSV, JSON, Markdown, Arrow and Parquet out; the columns are the contract of the design.
//!
//! Encoders take a `Rows`, which a raw `ResultTable` is not: rows reach a file as a released table
//! or, in `restricted/` and on standard output, as `Restricted`.

use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use polars::prelude::{IpcStreamReader, IpcStreamWriter, ParquetCompression, ParquetReader, ParquetWriter, SerReader, SerWriter, StatisticsOptions};
use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;

use super::{ResultRow, Stat, Status, Support, Unit};

/// Rows that may be encoded.
pub(crate) trait Rows {
    /// The rows in reading order.
    fn rows(&self) -> &[ResultRow];
}

/// The columns of every result file, in order.
pub const COLUMNS: [&str; 29] = [
    "id",
    "analysis",
    "dataset",
    "wave",
    "groups",
    "variable",
    "level",
    "stat",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "test_statistic",
    "df",
    "df2",
    "p_value",
    "n",
    "n_weighted",
    "n_missing",
    "denominator",
    "deff",
    "cv",
    "unit",
    "method",
    "status",
    "note",
    "label",
    "sentence",
];

/// One value of a row in the form of files.
pub(crate) enum Cell {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// Missing.
    Empty,
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        value.filter(|number| number.is_finite()).map_or(Self::Empty, Self::Number)
    }
}

impl From<Option<&String>> for Cell {
    fn from(value: Option<&String>) -> Self {
        value.map_or(Self::Empty, |text| Self::Text(text.clone()))
    }
}

fn is_number(column: usize) -> bool {
    (8..23).contains(&column)
}

/// `k=v;k=v`, sorted by key, parts percent-encoded as in ids.
fn groups_text(row: &ResultRow) -> String {
    let parts: Vec<String> = row.groups.iter().map(|(key, level)| format!("{}={}", super::encode_part(key), super::encode_part(level))).collect();
    parts.join(";")
}

/// The values of a row, in the order of `COLUMNS`.
pub(crate) fn cells(row: &ResultRow) -> [Cell; 29] {
    let text = |text: &str| Cell::Text(text.to_owned());
    [
        Cell::Text(row.id()),
        text(&row.analysis),
        text(&row.dataset),
        row.wave.as_ref().into(),
        Cell::Text(groups_text(row)),
        text(&row.variable),
        row.level.as_ref().into(),
        text(row.stat.word()),
        row.estimate.into(),
        row.std_error.into(),
        row.conf_low.into(),
        row.conf_high.into(),
        row.conf_level.into(),
        row.test_statistic.into(),
        row.df.into(),
        row.df2.into(),
        row.p_value.into(),
        row.n.into(),
        row.n_weighted.into(),
        row.n_missing.into(),
        row.denominator.into(),
        row.deff.into(),
        row.cv.into(),
        text(row.unit.word()),
        text(&row.method),
        text(row.status.word()),
        row.note.as_ref().into(),
        row.label.as_ref().into(),
        row.sentence.as_ref().into(),
    ]
}

/// Comma-separated text with a header row; empty cells are missing.
pub(crate) fn to_csv(table: &impl Rows) -> String {
    let lines: Vec<String> = table.rows().par_chunks(ROWS_AT_ONCE).map(lines).collect();
    format!("{}\n{}", COLUMNS.join(","), lines.concat())
}

/// Rows that one thread encodes at a time.
const ROWS_AT_ONCE: usize = 1024;

/// Lines of comma-separated text.
fn lines(rows: &[ResultRow]) -> String {
    let mut csv = String::new();
    for row in rows {
        for (position, cell) in cells(row).into_iter().enumerate() {
            if position > 0 {
                csv.push(',');
            }
            match cell {
                Cell::Text(text) if text.contains([',', '"', '\n', '\r']) => {
                    let _ = write!(csv, "\"{}\"", text.replace('"', "\"\""));
                }
                Cell::Text(text) => csv.push_str(&text),
                Cell::Number(number) => {
                    let _ = write!(csv, "{number}");
                }
                Cell::Empty => {}
            }
        }
        csv.push('\n');
    }
    csv
}

/// An array of objects with the contract's columns in order; `groups` is an object, missing is null.
pub(crate) fn to_json(table: &impl Rows) -> String {
    let object = |row: &ResultRow| {
        let fields = COLUMNS.iter().zip(cells(row)).map(|(name, cell)| {
            let value: serde_json::Value = match cell {
                _ if *name == "groups" => serde_json::json!(row.groups),
                Cell::Text(text) => text.into(),
                Cell::Number(number) => number.into(),
                Cell::Empty => serde_json::Value::Null,
            };
            format!("    \"{name}\": {value}")
        });
        format!("  {{\n{}\n  }}", fields.collect::<Vec<_>>().join(",\n"))
    };
    let rows: Vec<String> = table.rows().iter().map(object).collect();
    if rows.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", rows.join(",\n")) }
}

/// A Markdown table of what a reader asks first.
pub(crate) fn to_markdown(table: &impl Rows) -> String {
    let mut text = String::from("| figure | estimate | 95% interval | base | status |\n| --- | ---: | --- | ---: | --- |\n");
    for row in table.rows() {
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value}"));
        let interval = match (row.conf_low, row.conf_high) {
            (Some(low), Some(high)) => format!("{low} to {high}"),
            _ => String::new(),
        };
        let base = number(row.denominator.or(row.n));
        let name = row.label.clone().unwrap_or_else(|| row.id()).replace('|', "\\|");
        let _ = writeln!(text, "| {name} | {} | {interval} | {base} | {} |", number(row.estimate), row.status);
    }
    text
}

/// The Arrow schema of the result table: text and 64-bit floats, missing is null.
pub fn arrow_schema() -> Schema {
    let field = |(position, name): (usize, &&str)| {
        let kind = if is_number(position) { DataType::Float64 } else { DataType::Utf8 };
        Field::new(*name, kind, true)
    };
    Schema::new(COLUMNS.iter().enumerate().map(field).collect::<Vec<_>>())
}

/// The rows as one Arrow record batch.
pub(crate) fn to_record_batch(table: &impl Rows) -> Result<RecordBatch, ArrowError> {
    let mut texts: Vec<Vec<Option<String>>> = vec![Vec::new(); COLUMNS.len()];
    let mut numbers: Vec<Vec<Option<f64>>> = vec![Vec::new(); COLUMNS.len()];
    for row in table.rows() {
        for (position, cell) in cells(row).into_iter().enumerate() {
            match cell {
                Cell::Number(number) => numbers[position].push(Some(number)),
                Cell::Text(text) => texts[position].push(Some(text)),
                Cell::Empty if is_number(position) => numbers[position].push(None),
                Cell::Empty => texts[position].push(None),
            }
        }
    }
    let columns: Vec<ArrayRef> = texts
        .into_iter()
        .zip(numbers)
        .enumerate()
        .map(|(position, (text, number))| -> ArrayRef {
            if is_number(position) { Arc::new(Float64Array::from(number)) } else { Arc::new(StringArray::from(text)) }
        })
        .collect();
    RecordBatch::try_new(Arc::new(arrow_schema()), columns)
}

/// Parquet bytes: Arrow rows cross to Polars as an IPC stream and are written by its Parquet writer.
pub(crate) fn to_parquet(table: &impl Rows) -> Result<Vec<u8>, String> {
    let batch = to_record_batch(table).map_err(|error| error.to_string())?;
    let mut stream = Vec::new();
    let mut writer = arrow::ipc::writer::StreamWriter::try_new(&mut stream, &batch.schema()).map_err(|error| error.to_string())?;
    writer.write(&batch).and_then(|()| writer.finish()).map_err(|error| error.to_string())?;
    drop(writer);
    let mut frame = IpcStreamReader::new(Cursor::new(stream)).finish().map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Uncompressed)
        .with_statistics(StatisticsOptions::empty())
        .set_parallel(false)
        .finish(&mut frame)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// The rows of a Parquet file that `to_parquet` wrote; support is not stored, so it is not known.
pub(crate) fn read_parquet(bytes: &[u8]) -> Result<Vec<ResultRow>, String> {
    let mut frame = ParquetReader::new(Cursor::new(bytes.to_vec())).finish().map_err(|error| error.to_string())?;
    let mut stream = Vec::new();
    IpcStreamWriter::new(&mut stream).finish(&mut frame).map_err(|error| error.to_string())?;
    let reader = arrow::ipc::reader::StreamReader::try_new(Cursor::new(stream), None).map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    for batch in reader {
        rows_of(&batch.map_err(|error| error.to_string())?, &mut rows)?;
    }
    Ok(rows)
}

fn rows_of(batch: &RecordBatch, rows: &mut Vec<ResultRow>) -> Result<(), String> {
    let column = |name: &str| batch.column_by_name(name).cloned().ok_or_else(|| format!("column `{name}` is not there"));
    let texts = |name: &str| -> Result<Vec<Option<String>>, String> {
        let array = arrow::compute::cast(&column(name)?, &DataType::Utf8).map_err(|error| error.to_string())?;
        Ok(array.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect())
    };
    let numbers = |name: &str| -> Result<Vec<Option<f64>>, String> {
        let array = column(name)?;
        let array = array.as_any().downcast_ref::<Float64Array>().ok_or_else(|| format!("column `{name}` does not hold numbers"))?;
        Ok(array.iter().collect())
    };
    let mut text = std::collections::BTreeMap::new();
    let mut number = std::collections::BTreeMap::new();
    for (position, name) in COLUMNS.iter().enumerate() {
        if is_number(position) {
            number.insert(*name, numbers(name)?);
        } else {
            text.insert(*name, texts(name)?);
        }
    }
    for row in 0..batch.num_rows() {
        let word = |name: &str| text[name][row].clone();
        let value = |name: &str| number[name][row];
        let required = |name: &str| word(name).unwrap_or_default();
        rows.push(ResultRow {
            analysis: required("analysis"),
            dataset: required("dataset"),
            wave: word("wave"),
            groups: parse_groups(&required("groups")),
            variable: required("variable"),
            level: word("level"),
            stat: Stat::from_word(&required("stat")).ok_or("a stat is not known")?,
            estimate: value("estimate"),
            std_error: value("std_error"),
            conf_low: value("conf_low"),
            conf_high: value("conf_high"),
            conf_level: value("conf_level"),
            test_statistic: value("test_statistic"),
            df: value("df"),
            df2: value("df2"),
            p_value: value("p_value"),
            n: value("n"),
            n_weighted: value("n_weighted"),
            n_missing: value("n_missing"),
            denominator: value("denominator"),
            deff: value("deff"),
            cv: value("cv"),
            unit: Unit::from_word(&required("unit")).ok_or("a unit is not known")?,
            method: required("method"),
            status: Status::from_word(&required("status")).ok_or("a status is not known")?,
            note: word("note"),
            label: word("label"),
            sentence: word("sentence"),
            support: Support::Quality,
        });
    }
    Ok(())
}

fn parse_groups(text: &str) -> std::collections::BTreeMap<String, String> {
    text.split(';').filter_map(|pair| pair.split_once('=')).map(|(key, level)| (decode_part(key), decode_part(level))).collect()
}

fn decode_part(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while position < bytes.len() {
        let escaped = (bytes[position] == b'%').then(|| text.get(position + 1..position + 3)).flatten();
        let escaped = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(escaped.unwrap_or(bytes[position]));
        position += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Restricted, ResultTable};

    fn table() -> ResultTable {
        let mut row = ResultRow::new("members", "who-we-reach", "gender", Stat::Proportion, Unit::Percent);
        row.level = Some("Female, \"she\"".into());
        row.groups.insert("region".into(), "Metro West; MA".into());
        row.estimate = Some(0.5);
        row.n = Some(12.0);
        ResultTable::new(vec![row]).expect("one row is unique")
    }

    #[test]
    fn parquet_gives_back_what_went_in() {
        let table = table();
        let bytes = to_parquet(&Restricted(&table)).expect("encodes");
        assert_eq!(read_parquet(&bytes).expect("decodes"), table.rows());
    }

    #[test]
    fn json_and_csv_carry_the_contract_columns() {
        let table = table();
        let json: serde_json::Value = serde_json::from_str(&to_json(&Restricted(&table))).expect("is json");
        assert_eq!(json[0]["groups"]["region"], "Metro West; MA");
        assert_eq!(json[0]["std_error"], serde_json::Value::Null);
        assert_eq!(json[0].as_object().map(serde_json::Map::len), Some(29));
        let text = to_json(&Restricted(&table));
        let keys: Vec<&str> = text.lines().filter_map(|line| line.trim_start().strip_prefix('"')?.split('"').next()).collect();
        assert_eq!(keys, COLUMNS);
        let csv = to_csv(&Restricted(&table));
        assert!(csv.lines().next().is_some_and(|header| header == COLUMNS.join(",")));
        assert!(csv.contains("region=Metro%20West%3B%20MA"));
        assert!(csv.contains("\"Female, \"\"she\"\"\""));
    }
}
