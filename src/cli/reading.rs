//! The arguments that say how a file is read, where guessing is not enough.

use std::path::PathBuf;

use recovista::error::{Error, Problem};
use recovista::ingest::{ReadOptions, ShortRecords};

/// How a file is read.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Reading")]
pub(super) struct ReadArgs {
    /// Kind of file, where its name and content do not say
    #[arg(long, value_name = "ID")]
    reader: Option<String>,
    /// Encoding of the text, such as `windows-1252`
    #[arg(long)]
    encoding: Option<String>,
    /// Character between the fields; `tab` for a tab
    #[arg(long, value_name = "CHAR")]
    delimiter: Option<String>,
    /// Sheet of a workbook, or one of the tables that an export holds
    #[arg(long)]
    sheet: Option<String>,
    /// File that says what the codes mean: REDCap dictionary, XLSForm, Qualtrics .qsf, SAS catalog
    #[arg(long, value_name = "FILE")]
    dictionary: Option<PathBuf>,
    /// Line or row of the column names, counted from 1
    #[arg(long, value_name = "N")]
    header_row: Option<u64>,
    /// Records with fewer fields than the header are kept; what they lack is empty
    #[arg(long)]
    fill_short: bool,
}

impl ReadArgs {
    /// What the arguments say.
    ///
    /// # Errors
    /// A delimiter of more than one character.
    pub(super) fn options(&self) -> Result<ReadOptions, Error> {
        let delimiter = match self.delimiter.as_deref() {
            None => None,
            Some("tab" | "\\t") => Some(b'\t'),
            Some(text) => match text.as_bytes() {
                [byte] => Some(*byte),
                _ => return Err(Error::usage(Problem::new("usage::delimiter", format!("`{text}` is not one character")).expected("one character, or `tab`"))),
            },
        };
        Ok(ReadOptions {
            reader: self.reader.clone(),
            encoding: self.encoding.clone(),
            delimiter,
            sheet: self.sheet.clone(),
            dictionary: self.dictionary.clone(),
            header_row: self.header_row,
            short_records: if self.fill_short { ShortRecords::Fill } else { ShortRecords::Refuse },
        })
    }
}
