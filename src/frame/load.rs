//! Parquet in, raw text out, one row group at a time: with `store` the only place where a frame meets Polars.

use std::fs::File;

use polars::prelude::{AnyValue, ArrowDataType, DataFrame, ParallelStrategy, ParquetReader, SerReader, TimeUnit};

use super::{BATCH_ROWS, RawBatch};

/// A Parquet file whose rows are taken in batches.
pub(crate) struct ParquetSource {
    file: File,
    columns: Vec<(String, ArrowDataType)>,
    /// Rows of each row group.
    groups: Vec<usize>,
    next_group: usize,
    group: DataFrame,
    taken: usize,
    rows_before: u64,
}

impl ParquetSource {
    /// Reads the names, the types and the sizes; no values.
    pub(crate) fn open(file: File) -> Result<Self, String> {
        let mut reader = ParquetReader::new(file.try_clone().map_err(|error| error.to_string())?);
        let schema = reader.schema().map_err(|error| error.to_string())?;
        let columns = schema.iter_values().map(|field| (field.name.to_string(), field.dtype.clone())).collect();
        let metadata = reader.get_metadata().map_err(|error| error.to_string())?;
        let mut groups = Vec::with_capacity(metadata.row_groups.len());
        for group in &*metadata.row_groups {
            groups.push(group.num_rows());
        }
        Ok(Self { file, columns, groups, next_group: 0, group: DataFrame::empty(), taken: 0, rows_before: 0 })
    }

    /// Column names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Name and type of the columns whose values are no plain text, number, date or time.
    pub(crate) fn unreadable(&self) -> Vec<(String, String)> {
        let unreadable = self.columns.iter().filter(|(_, kind)| !is_plain(kind));
        unreadable.map(|(name, kind)| (name.clone(), kind_in_words(kind))).collect()
    }

    /// The next rows as text; missing is empty. A row's line is its number, the first one being 1.
    pub(crate) fn next_batch(&mut self) -> Result<Option<RawBatch>, String> {
        while self.taken == self.group.height() {
            let Some(rows) = self.groups.get(self.next_group).copied() else { return Ok(None) };
            let before: usize = self.groups[..self.next_group].iter().sum();
            let file = self.file.try_clone().map_err(|error| error.to_string())?;
            let reader = ParquetReader::new(file).read_parallel(ParallelStrategy::None).with_slice(Some((before, rows)));
            self.group = reader.set_rechunk(true).finish().map_err(|error| error.to_string())?;
            if self.group.height() != rows || self.group.width() != self.columns.len() {
                return Err(format!("row group {} has {} rows of {rows}", self.next_group + 1, self.group.height()));
            }
            self.next_group += 1;
            self.taken = 0;
        }
        let offset = i64::try_from(self.taken).map_err(|error| error.to_string())?;
        let frame = self.group.slice(offset, BATCH_ROWS);
        self.taken += frame.height();
        let batch = to_text(&frame, self.rows_before)?;
        self.rows_before += u64::try_from(frame.height()).unwrap_or_default();
        Ok(Some(batch))
    }
}

fn to_text(frame: &DataFrame, rows_before: u64) -> Result<RawBatch, String> {
    let width = frame.width();
    let mut batch = RawBatch { width, ..RawBatch::default() };
    batch.ends.reserve(width * frame.height());
    let mut columns: Vec<_> = frame.columns().iter().map(|column| column.as_materialized_series().iter()).collect();
    for row in 0..frame.height() {
        for column in &mut columns {
            if let Some(value) = column.next() {
                as_text(&value, &mut batch.text)?;
            }
            batch.ends.push(batch.text.len());
        }
        batch.lines.push(rows_before + u64::try_from(row).unwrap_or_default() + 1);
    }
    Ok(batch)
}

fn is_plain(kind: &ArrowDataType) -> bool {
    use ArrowDataType::{
        Binary, BinaryView, Boolean, Date32, Float32, Float64, Int8, Int16, Int32, Int64, LargeBinary, LargeUtf8, Null, Timestamp, UInt8, UInt16, UInt32,
        UInt64, Utf8, Utf8View,
    };
    matches!(
        kind,
        Null | Boolean
            | Int8
            | Int16
            | Int32
            | Int64
            | UInt8
            | UInt16
            | UInt32
            | UInt64
            | Float32
            | Float64
            | Date32
            | Timestamp(..)
            | Utf8
            | LargeUtf8
            | Utf8View
            | Binary
            | LargeBinary
            | BinaryView
    )
}

fn kind_in_words(kind: &ArrowDataType) -> String {
    match kind {
        ArrowDataType::List(_) | ArrowDataType::LargeList(_) | ArrowDataType::FixedSizeList(..) => "list".to_owned(),
        ArrowDataType::Struct(_) => "nested".to_owned(),
        ArrowDataType::Map(..) => "map".to_owned(),
        ArrowDataType::Decimal(..) | ArrowDataType::Decimal32(..) | ArrowDataType::Decimal64(..) | ArrowDataType::Decimal256(..) => "decimal".to_owned(),
        ArrowDataType::Dictionary(..) => "categorical".to_owned(),
        ArrowDataType::Time32(_) | ArrowDataType::Time64(_) => "time-of-day".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn as_text(value: &AnyValue<'_>, text: &mut Vec<u8>) -> Result<(), String> {
    use std::io::Write as _;
    let written = match value {
        AnyValue::Null => Ok(()),
        AnyValue::String(value) => text.write_all(value.as_bytes()),
        AnyValue::Boolean(flag) => write!(text, "{}", u8::from(*flag)),
        AnyValue::Float32(number) if number.is_nan() => Ok(()),
        AnyValue::Float64(number) if number.is_nan() => Ok(()),
        AnyValue::Float32(number) => write!(text, "{number}"),
        AnyValue::Float64(number) => write!(text, "{number}"),
        AnyValue::Binary(bytes) => {
            let value = std::str::from_utf8(bytes).map_err(|_| "a binary value that is not UTF-8 text".to_owned())?;
            text.write_all(value.as_bytes())
        }
        AnyValue::Date(days) => text.write_all(moment(i64::from(*days) * 86_400, "%Y-%m-%d")?.as_bytes()),
        AnyValue::Datetime(ticks, unit, _) => text.write_all(moment(seconds(*ticks, *unit), "%Y-%m-%dT%H:%M:%S")?.as_bytes()),
        other if other.is_integer() => write!(text, "{other}"),
        other => return Err(format!("values of type {}", other.dtype())),
    };
    written.map_err(|error| error.to_string())
}

fn seconds(ticks: i64, unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Milliseconds => ticks.div_euclid(1_000),
        TimeUnit::Microseconds => ticks.div_euclid(1_000_000),
        TimeUnit::Nanoseconds => ticks.div_euclid(1_000_000_000),
    }
}

fn moment(seconds: i64, format: &str) -> Result<String, String> {
    let moment = jiff::Timestamp::from_second(seconds).map_err(|_| format!("a date {seconds} seconds from 1970"))?;
    Ok(moment.strftime(format).to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::ParquetSource;
    use crate::frame::{Batch, Column, Levels, NO_LEVEL, ParquetSink, Values, missing};

    #[test]
    fn what_the_sink_wrote_comes_back_group_by_group() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let mut sink = ParquetSink::new(file.path(), file.reopen().expect("opens"));
        let levels = BTreeMap::from([("city".to_owned(), Levels::new(["Lynn", "Bo;ston"]))]);
        for group in 0..3 {
            let mut batch = Batch::new(2);
            let scores = Values::Number(vec![f64::from(group) + 0.5, f64::NAN]);
            batch.push(Column { name: "score".to_owned(), values: scores, missing: vec![missing::PRESENT, missing::SKIPPED] });
            batch.push(Column { name: "city".to_owned(), values: Values::Level(vec![1, NO_LEVEL]), missing: Vec::new() });
            batch.push(Column { name: "on".to_owned(), values: Values::Time(vec![86_400 + 61, i64::MIN]), missing: Vec::new() });
            sink.write(&batch, &levels).expect("writes");
        }
        sink.finish().expect("writes");
        let mut source = ParquetSource::open(file.reopen().expect("opens")).expect("opens");
        assert_eq!(source.names().collect::<Vec<_>>(), ["score", "score__missing", "city", "on"]);
        assert!(source.unreadable().is_empty());
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        while let Some(batch) = source.next_batch().expect("reads") {
            rows.extend((0..batch.rows()).map(|row| (0..4).map(|column| batch.field_str(row, column)).collect::<Vec<_>>().join("|")));
            lines.extend(batch.lines);
        }
        let kept = |score: &str| format!("{score}|0|Bo;ston|1970-01-02T00:01:01");
        assert_eq!(rows, [kept("0.5"), "|3||".to_owned(), kept("1.5"), "|3||".to_owned(), kept("2.5"), "|3||".to_owned()]);
        assert_eq!(lines, [1, 2, 3, 4, 5, 6]);
    }
}
