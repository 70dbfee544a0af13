//! SAS data sets (`.sas7bdat`, with the labels of a catalog) and transport files (`.xpt`) in, records and what the file says of its columns out.

mod catalog;
mod columns;
mod data;
mod formats;
mod header;
mod labels;
mod members;
mod pages;
mod transport;
mod unpack;

use super::super::ReadOptions;
use super::super::source::Input;
use super::shared::{Bytes, Text, table};
use super::{Format, Records};
use crate::error::Error;

/// The entry of data sets in the table of readers.
pub(crate) struct DataSet;

impl Format for DataSet {
    fn id(&self) -> &'static str {
        "sas"
    }

    fn summary(&self) -> &'static str {
        "SAS data sets, plain or compressed"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["sas7bdat", "sas7bcat"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        header::is_data_set(head) || header::is_catalog(head)
    }

    fn open(&self, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        let mut bytes = Bytes::open(input, "SAS")?;
        let path = bytes.path().to_owned();
        let header = header::read(&mut bytes)?;
        if header.is_catalog {
            let error = bytes.fail_at("a catalog of value labels, not a data set", 0);
            return Err(labels::name_as_dictionary(error));
        }
        let mut text = Text::new(&path, options.encoding.as_deref(), Some(header.encoding))?;
        let mut columns = columns::read(&mut bytes, &header, &mut text)?;
        let catalog = options.dictionary.as_deref().map(|path| catalog::read(path, options)).transpose()?;
        let mut head = columns.head(&path, catalog.as_ref());
        head.sha256 = bytes.sha256();
        let mut data = data::Data::new(bytes, header, columns, text);
        labels::describe_met(&data.met(), &mut head.described);
        table(&path, head, data)
    }
}

/// The entry of transport files in the table of readers.
pub(crate) struct Transport;

impl Format for Transport {
    fn id(&self) -> &'static str {
        "sas-transport"
    }

    fn summary(&self) -> &'static str {
        "SAS transport files of version 5 and 8, one of their data sets at a time"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xpt", "xport", "xpt5", "xpt8"]
    }

    fn recognizes(&self, head: &[u8]) -> bool {
        [&b"HEADER RECORD*******LIBRARY "[..], b"HEADER RECORD*******LIBV8   "].iter().any(|start| head.starts_with(start))
    }

    fn open(&self, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
        transport::open(Bytes::open(input, "SAS transport")?, options)
    }
}
