//! Values in, a batch of text out: numbers in shortest form, missing values empty.

use std::io::Write as _;

use super::looks::Look;
use crate::frame::{BATCH_ROWS, RawBatch};

/// Bytes of text after which a batch ends early, so that long answers do not pile up.
const MAX_TEXT: usize = 64 << 20;

/// A batch that grows cell by cell.
pub(in crate::ingest::readers) struct Cells {
    batch: RawBatch,
    row: u64,
}

impl Cells {
    /// An empty batch after so many rows.
    pub(super) fn new(width: usize, row: u64) -> Self {
        Self { batch: RawBatch { width, ..RawBatch::default() }, row }
    }

    /// Whether no further row belongs into this batch.
    pub(in crate::ingest::readers) fn is_full(&self) -> bool {
        self.batch.lines.len() >= BATCH_ROWS || self.batch.text.len() >= MAX_TEXT
    }

    /// Rows of the file so far.
    pub(in crate::ingest::readers) fn row(&self) -> u64 {
        self.row
    }

    /// An empty cell.
    pub(in crate::ingest::readers) fn empty(&mut self) {
        self.batch.ends.push(self.batch.text.len());
    }

    /// A cell of text.
    pub(in crate::ingest::readers) fn text(&mut self, text: &str) {
        self.batch.text.extend_from_slice(text.as_bytes());
        self.empty();
    }

    /// A number as its column shows it; not a number is an empty cell.
    pub(in crate::ingest::readers) fn number(&mut self, value: f64, look: Look) {
        look.write(value, &mut self.batch.text);
        self.empty();
    }

    /// The row is complete.
    pub(in crate::ingest::readers) fn end_row(&mut self) {
        self.row += 1;
        self.batch.lines.push(self.row);
    }

    /// The batch; `None` where it has no row.
    pub(super) fn finish(self) -> Option<RawBatch> {
        (!self.batch.lines.is_empty()).then_some(self.batch)
    }
}

/// The shortest text that reads back as this number.
pub(in crate::ingest::readers) fn number(value: f64) -> String {
    let mut text = Vec::new();
    write_number(value, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes a number in shortest form; nothing where it is not a number.
pub(super) fn write_number(value: f64, text: &mut Vec<u8>) {
    let size = value.abs();
    let written = match value {
        _ if value.is_nan() => Ok(()),
        _ if value == 0.0 => write!(text, "0"),
        _ if (1e-5..1e17).contains(&size) || value.is_infinite() => write!(text, "{value}"),
        _ => write!(text, "{value:e}"),
    };
    let Ok(()) = written else { unreachable!("writing to a vector cannot fail") };
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let numbers = [1.0, -0.0, 0.1 + 0.2, -1000.3, 1e20, 1.5e-9, 99_999_999_999.0, f64::NAN].map(number);
        assert_eq!(numbers, ["1", "0", "0.30000000000000004", "-1000.3", "1e20", "1.5e-9", "99999999999", ""]);
    }
}
