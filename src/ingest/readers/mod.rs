//! The table of readers: one file per format, each turning bytes into the same records.
//!
//! To add a format, add one file, one `mod` line and one line in `ALL`.

mod arrow;
mod columnar;
mod delimited;
mod excel;
mod parquet;
mod sas;
mod shared;
mod spss;
mod stata;

pub(crate) use self::delimited::{DelimitedText, Part, rejected};
use super::ReadOptions;
use super::sniff::looks_like;
use super::source::Input;
use crate::error::{Error, Problem};
use crate::frame::{Described, Places, RawBatch};

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRecord {
    /// Line on which it starts, counted from 1.
    pub line: u64,
    /// Its first 200 characters as they stand in the file.
    pub raw: String,
    /// Rule that was broken.
    pub rule: &'static str,
    /// What the rule asks for.
    pub expected: String,
}

/// What is known of a file once it is open.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct About {
    /// Column names.
    pub(crate) header: Vec<String>,
    /// What the file says about its columns, one entry a column; empty where it says nothing.
    pub(crate) described: Vec<Described>,
    /// How places are told.
    pub(crate) places: Places,
    /// Columns that had no name in the file, counted from 1.
    pub(crate) unnamed: Vec<usize>,
    /// The tables that the file holds, where there are several.
    pub(crate) tables: Vec<String>,
    /// Columns whose values together name each row once, where the whole file was looked through for that.
    pub(crate) key: Vec<String>,
}

/// An open file of some format.
pub(crate) trait Records: Send {
    /// What is known since it was opened.
    fn about(&self) -> &About;
    /// The next records; never an empty batch.
    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error>;
    /// Records that could not be read so far.
    fn rejected(&self) -> &[RejectedRecord];
    /// Notes so far.
    fn notes(&self) -> Vec<Problem>;
    /// Hash of the file's bytes, once known.
    fn sha256(&self) -> Option<&str>;
    /// Column names.
    fn header(&self) -> &[String] {
        &self.about().header
    }
    /// Delimited text, whose bytes can be taken by who reads them faster.
    fn delimited(&mut self) -> Option<&mut DelimitedText> {
        None
    }
}

/// A kind of file.
pub(crate) trait Format: Sync {
    /// Id, as in `--reader`.
    fn id(&self) -> &'static str;
    /// One line for help.
    fn summary(&self) -> &'static str;
    /// Endings of file names, lowercase, without the dot.
    fn extensions(&self) -> &'static [&'static str];
    /// Whether the first bytes can only be this format.
    fn recognizes(&self, head: &[u8]) -> bool;
    /// Whether the library that reads it may fall over damaged files, so that it reads in a process of its own.
    fn is_fragile(&self) -> bool {
        false
    }
    /// Reads the header.
    fn open(&self, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error>;
}

/// All readers; the first one takes what no other recognizes.
pub(crate) static ALL: &[&dyn Format] =
    &[&delimited::Delimited, &excel::Excel, &spss::System, &spss::Portable, &stata::Stata, &sas::DataSet, &sas::Transport, &parquet::Parquet, &arrow::Arrow];

/// The reader of this id, else the one that recognizes the content, else the one of the file's ending.
pub(crate) fn choose(input: &Input, id: Option<&str>) -> Result<&'static dyn Format, Error> {
    if let Some(format) = ALL.iter().find(|format| Some(format.id()) == id) {
        return Ok(*format);
    }
    if input.holds_tables() {
        return Ok(ALL[0]);
    }
    if let Some(format) = ALL.iter().find(|format| format.recognizes(&input.head)) {
        return Ok(*format);
    }
    if let Some(kind) = looks_like(&input.head) {
        return Err(kind.error(&input.path));
    }
    let ending = input.path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    // Many systems write text and call it .xls.
    let text_as_xls = ending == "xls" && !input.head.contains(&0);
    let by_ending = ALL.iter().find(|format| !text_as_xls && format.extensions().contains(&ending.as_str()));
    Ok(*by_ending.unwrap_or(&ALL[0]))
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn ids_and_endings_are_unique() {
        let mut ids: Vec<_> = ALL.iter().map(|format| format.id()).collect();
        let mut endings: Vec<_> = ALL.iter().flat_map(|format| format.extensions()).collect();
        let (all_ids, all_endings) = (ids.len(), endings.len());
        ids.sort_unstable();
        ids.dedup();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!((ids.len(), endings.len()), (all_ids, all_endings));
    }
}
