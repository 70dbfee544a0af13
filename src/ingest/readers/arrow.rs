//! Arrow IPC in (files, which Feather 2 is, and streams), records out as text, the row's number as its line.

use std::fs::File;
use std::io::{BufReader, Seek as _};
use std::path::Path;

use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};

use super::super::ReadOptions;
use super::super::source::{Input, damaged, sha256_of};
use super::columnar::{Groups, Plan};
use super::{Format, Records};
use crate::error::{Error, Problem};

const FILE: &[u8] = b"ARROW1";
/// A stream starts with a marker and the length of its schema, which is below 16 MiB.
const STREAM: &[u8] = &[0xff, 0xff, 0xff, 0xff];
/// The first Feather, of 2016, which has little in common with today's.
const OLD_FEATHER: &[u8] = b"FEA1";

/// The entry in the table of readers.
pub(crate) struct Arrow;

impl Format for Arrow {
    fn id(&self) -> &'static str {
        "arrow"
    }

    fn summary(&self) -> &'static str {
        "Arrow files and streams of plain columns (Feather 2)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["arrow", "arrows", "feather", "ipc"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        [FILE, OLD_FEATHER].iter().any(|magic| head.starts_with(magic)) || head.starts_with(STREAM) && head.get(7) == Some(&0)
    }

    fn is_fragile(&self) -> bool {
        true
    }

    fn open(&self, input: Input, _options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let path = input.path.clone();
        if input.head.starts_with(OLD_FEATHER) {
            return Err(old_feather(&path));
        }
        if !self.recognizes(&input.head) {
            return Err(damaged(&path, "Arrow", "first bytes that no Arrow file has"));
        }
        let (hashed, is_file) = (input.hashed, input.head.starts_with(FILE));
        let mut file = input.into_file()?;
        let sha256 = hashed.then(|| sha256_of(&path, &mut file)).transpose()?;
        let failed = |error: ArrowError| damaged(&path, "Arrow", &error.to_string());
        let (schema, mut groups) = open(&file, is_file, None).map_err(failed)?;
        let plan = Plan::new(&schema, &path, "Arrow")?;
        if plan.kept.len() < schema.fields().len() {
            (_, groups) = open(&file, is_file, Some(plan.kept.clone())).map_err(failed)?;
        }
        Ok(plan.table(groups, None, sha256))
    }
}

/// All columns of a file, or those of these places.
fn open(file: &File, is_file: bool, kept: Option<Vec<usize>>) -> Result<(SchemaRef, Groups), ArrowError> {
    let mut file = file.try_clone()?;
    file.rewind()?;
    let file = BufReader::new(file);
    let told = |error: ArrowError| error.to_string();
    Ok(if is_file {
        let groups = FileReader::try_new(file, kept)?;
        (groups.schema(), Box::new(groups.map(move |group| group.map_err(told))))
    } else {
        let groups = StreamReader::try_new(file, kept)?;
        (groups.schema(), Box::new(groups.map(move |group| group.map_err(told))))
    })
}

fn old_feather(path: &Path) -> Error {
    let problem = Problem::new("input::old_feather", format!("{} is a Feather file of version 1", path.display())).expected("Feather 2, which is Arrow IPC");
    Error::input(problem.help("write it again: in Python `pandas.read_feather(…).to_feather(…)`, in R `arrow::write_feather(arrow::read_feather(…), …)`"))
}
