//! Batches in, Parquet out: the only place where a frame meets Polars.

use std::fs::File;
use std::path::Path;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    Column as PolarsColumn, DataFrame, DataType, IntoColumn, NamedFrom, ParquetCompression, ParquetWriter, PolarsResult, Series, StatisticsOptions, TimeUnit,
};

use super::{Batch, Column, Levels, NO_LEVEL, Values};
use crate::error::{Error, Problem};

/// A Parquet file that takes batches as they pass.
pub(crate) struct ParquetSink {
    path: String,
    file: Option<File>,
    writer: Option<BatchedWriter<File>>,
}

impl ParquetSink {
    /// A sink for a file that the caller has opened.
    pub(crate) fn new(path: &Path, file: File) -> Self {
        Self { path: path.display().to_string(), file: Some(file), writer: None }
    }

    /// Writes one batch; the first one fixes the columns.
    pub(crate) fn write(&mut self, batch: &Batch, levels: &std::collections::BTreeMap<String, Levels>) -> Result<(), Error> {
        self.try_write(batch, levels).map_err(|error| self.failed(&error))
    }

    /// Writes the end of the file; a sink without a batch leaves an empty file.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        match self.writer.take() {
            Some(writer) => writer.finish().map(drop).map_err(|error| self.failed(&error)),
            None => Ok(()),
        }
    }

    fn try_write(&mut self, batch: &Batch, levels: &std::collections::BTreeMap<String, Levels>) -> PolarsResult<()> {
        let frame = to_polars(batch, levels)?;
        if let Some(file) = self.file.take() {
            let writer = ParquetWriter::new(file).with_compression(ParquetCompression::Snappy).with_statistics(StatisticsOptions::empty()).set_parallel(false);
            self.writer = Some(writer.batched(frame.schema())?);
        }
        match &mut self.writer {
            Some(writer) => writer.write_batch(&frame),
            None => unreachable!("the writer is made with the first batch"),
        }
    }

    fn failed(&self, error: &polars::prelude::PolarsError) -> Error {
        Error::input(Problem::new("output::parquet", format!("cannot write {}", self.path)).found(error.to_string()))
    }
}

/// A batch as a Polars frame: `x` is null where missing and `x__missing` says why.
fn to_polars(batch: &Batch, levels: &std::collections::BTreeMap<String, Levels>) -> PolarsResult<DataFrame> {
    let mut columns: Vec<PolarsColumn> = Vec::new();
    for column in batch.columns() {
        columns.push(to_series(column, levels.get(&column.name))?.into_column());
        if !column.missing.is_empty() {
            columns.push(Series::new(format!("{}__missing", column.name).into(), &column.missing).into_column());
        }
    }
    DataFrame::new(batch.rows(), columns)
}

fn to_series(column: &Column, levels: Option<&Levels>) -> PolarsResult<Series> {
    let name = column.name.as_str().into();
    let level_name = |position: u32| levels.and_then(|levels| levels.name(position));
    Ok(match &column.values {
        Values::Number(values) => Series::new(name, values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect::<Vec<_>>()),
        Values::Level(values) => {
            Series::new(name, values.iter().map(|position| if *position == NO_LEVEL { None } else { level_name(*position) }).collect::<Vec<_>>())
        }
        Values::Flags(values) => {
            let present = |row: usize| column.missing.get(row).is_none_or(|reason| *reason == super::missing::PRESENT);
            let texts = values.iter().enumerate().map(|(row, bits)| present(row).then(|| flags_text(*bits, levels))).collect::<Vec<_>>();
            Series::new(name, texts)
        }
        Values::Time(values) => Series::new(name, values.iter().map(|value| (*value != i64::MIN).then_some(value.saturating_mul(1000))).collect::<Vec<_>>())
            .cast(&DataType::Datetime(TimeUnit::Milliseconds, None))?,
        Values::Text(values) => Series::new(name, values.iter().map(|value| (!value.is_empty()).then_some(value.as_str())).collect::<Vec<_>>()),
    })
}

/// The options whose bits are set, joined with `;`.
fn flags_text(bits: u64, levels: Option<&Levels>) -> String {
    let names = levels.map_or(&[][..], Levels::names);
    names.iter().enumerate().filter(|(position, _)| bits >> position & 1 == 1).map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(";")
}
