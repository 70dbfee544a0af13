//! Parquet in, records out as text, some rows at a time, the row's number as its line.

use std::fs::File;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::super::ReadOptions;
use super::super::source::{Input, damaged, sha256_of};
use super::columnar::{AT_ONCE, Plan};
use super::{Format, Records};
use crate::error::Error;

/// The entry in the table of readers.
pub(crate) struct Parquet;

impl Format for Parquet {
    fn id(&self) -> &'static str {
        "parquet"
    }

    fn summary(&self) -> &'static str {
        "Parquet files of plain columns"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["parquet", "pq"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        head.starts_with(b"PAR1")
    }

    fn is_fragile(&self) -> bool {
        true
    }

    fn open(&self, input: Input, _options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let path = input.path.clone();
        if !self.recognizes(&input.head) {
            return Err(damaged(&path, "Parquet", "other first bytes than PAR1"));
        }
        let hashed = input.hashed;
        let mut file = input.into_file()?;
        let sha256 = hashed.then(|| sha256_of(&path, &mut file)).transpose()?;
        let (rows, source) = open(file).map_err(|found| damaged(&path, "Parquet", &found))?;
        let plan = Plan::new(source.schema(), &path, "Parquet")?;
        let kept = ProjectionMask::roots(source.parquet_schema(), plan.kept.iter().copied());
        let source = source.with_projection(kept).build().map_err(|error| damaged(&path, "Parquet", &error.to_string()))?;
        Ok(plan.table(Box::new(source.map(|group| group.map_err(|error| error.to_string()))), Some(rows), sha256))
    }
}

/// Reads the names, the types and the sizes; no values.
fn open(file: File) -> Result<(u64, ParquetRecordBatchReaderBuilder<File>), String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    let metadata = builder.metadata();
    let rows = u64::try_from(metadata.file_metadata().num_rows()).map_err(|_| "a negative number of rows".to_owned())?;
    Ok((rows, builder.with_batch_size(AT_ONCE)))
}
