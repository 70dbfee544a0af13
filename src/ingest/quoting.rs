//! How a text quotes its fields: plainly, with backslashes before quotes inside them, with blanks before the opening quote,
//! or with single quotes.
//!
//! A first look counts the quotes that stand where they cannot; the plain way is left only for one that has none.
//! `csv-core` knows backslashes; blanks before a quote are taken out of the text before it sees them.

use super::preamble;

/// What is not plain about the quotes of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Quoting {
    /// A quote inside a quoted field has a backslash before it.
    pub(crate) backslash: bool,
    /// Blanks may stand between a delimiter and an opening quote.
    pub(crate) blanks: bool,
    /// Quotes are `'`.
    pub(crate) single: bool,
}

impl Quoting {
    /// The plain way, unless its quotes do not fit the sample and another way fits all of it.
    pub(crate) fn of(sample: &[u8], delimiter: u8) -> Self {
        let plain = Self::default();
        if memchr::memchr(b'"', sample).is_none() && is_single(sample, delimiter) {
            return Self { single: true, ..plain };
        }
        if memchr::memchr(b'"', sample).is_none() || plain.misplaced(sample, delimiter) == 0 {
            return plain;
        }
        let others = [(false, true), (true, false), (true, true)].map(|(backslash, blanks)| Self { backslash, blanks, single: false });
        others.into_iter().find(|other| other.misplaced(sample, delimiter) == 0).unwrap_or(plain)
    }

    /// A splitter of such text.
    pub(crate) fn splitter(self, delimiter: u8) -> csv_core::Reader {
        csv_core::ReaderBuilder::new().delimiter(delimiter).escape(self.backslash.then_some(b'\\')).quote(self.mark()).build()
    }

    /// The quote.
    pub(crate) fn mark(self) -> u8 {
        if self.single { b'\'' } else { b'"' }
    }

    /// Whether quotes are used as everywhere.
    pub(crate) fn is_plain(self) -> bool {
        self == Self::default()
    }

    /// What differs, in words.
    pub(crate) fn in_words(self) -> &'static str {
        match (self.backslash, self.blanks) {
            _ if self.single => "fields are quoted with single quotes, which were taken away",
            (true, true) => "a backslash stands before quotes inside fields, and blanks before opening quotes were left out",
            (true, false) => "a backslash stands before quotes inside fields",
            _ => "blanks before opening quotes were left out",
        }
    }

    /// Quotes that open inside a field or close before its end.
    fn misplaced(self, sample: &[u8], delimiter: u8) -> usize {
        let (mut count, mut at) = (0, Place::Start);
        let mut bytes = sample.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            at = match (at, byte) {
                (Place::Quoted, b'\\') if self.backslash => {
                    bytes.next();
                    Place::Quoted
                }
                (Place::Quoted, b'"') if bytes.peek() == Some(&b'"') => {
                    bytes.next();
                    Place::Quoted
                }
                (Place::Quoted, b'"') => {
                    let ends = bytes.peek().is_none_or(|next| *next == delimiter || matches!(next, b'\n' | b'\r'));
                    count += usize::from(!ends);
                    Place::Field
                }
                (Place::Quoted, _) => Place::Quoted,
                (_, b'\n' | b'\r') => Place::Start,
                (_, byte) if byte == delimiter => Place::Start,
                (Place::Start, b' ') if self.blanks => Place::Start,
                (Place::Start, b'"') => Place::Quoted,
                (_, byte) => {
                    count += usize::from(byte == b'"');
                    Place::Field
                }
            };
        }
        count
    }
}

/// Whether single quotes are quotes: every record then has as many fields as the first, and either it would not without
/// them, or each field of text that holds anything stands in them.
fn is_single(sample: &[u8], delimiter: u8) -> bool {
    if memchr::memchr(b'\'', sample).is_none() {
        return false;
    }
    let single = Quoting { single: true, ..Quoting::default() };
    let of = |quoting| preamble::whole_rows(sample, delimiter, quoting);
    let (plain, quoted) = (of(Quoting::default()), of(single));
    let same_width =
        |rows: &[preamble::Row]| rows.first().is_some_and(|first| first.fields.len() > 1 && rows.iter().all(|row| row.fields.len() == first.fields.len()));
    let in_quotes = |field: &String| field.len() > 1 && field.starts_with('\'') && field.ends_with('\'');
    let fields = || plain.iter().flat_map(|row| &row.fields).filter(|field| !field.is_empty());
    let all = fields().all(|field| in_quotes(field) || field.parse::<f64>().is_ok());
    quoted.len() > 1 && same_width(&quoted) && if same_width(&plain) { all && fields().any(in_quotes) } else { fields().any(|field| field.starts_with('\'')) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Field,
    Quoted,
}

/// Takes blanks before opening quotes out of a text that comes in blocks.
#[derive(Debug)]
pub(crate) struct Unblanked {
    delimiter: u8,
    backslash: bool,
    at: Place,
    /// Whether the last byte was a backslash inside quotes.
    escaped: bool,
    /// Blanks at the start of a field that are not yet known to stay.
    waiting: usize,
}

impl Unblanked {
    /// Starts at the start of a field.
    pub(crate) fn new(delimiter: u8, quoting: Quoting) -> Self {
        Self { delimiter, backslash: quoting.backslash, at: Place::Start, escaped: false, waiting: 0 }
    }

    /// The next block without the blanks.
    pub(crate) fn take(&mut self, block: &mut Vec<u8>) {
        let mut kept = Vec::with_capacity(block.len() + self.waiting);
        for byte in block.iter().copied() {
            if self.at == Place::Start && byte == b' ' {
                self.waiting += 1;
                continue;
            }
            if byte != b'"' {
                kept.resize(kept.len() + self.waiting, b' ');
            }
            self.waiting = 0;
            self.at = match (self.at, byte) {
                // A doubled quote closes and opens again at once.
                (Place::Start, b'"') => Place::Quoted,
                (Place::Quoted, b'"') if !self.escaped => Place::Start,
                (Place::Quoted, _) => {
                    self.escaped = byte == b'\\' && self.backslash && !self.escaped;
                    Place::Quoted
                }
                (_, b'\n' | b'\r') => Place::Start,
                (_, byte) if byte == self.delimiter => Place::Start,
                _ => Place::Field,
            };
            kept.push(byte);
        }
        *block = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::{Quoting, Unblanked};

    fn of(text: &str) -> (bool, bool) {
        let quoting = Quoting::of(text.as_bytes(), b',');
        (quoting.backslash, quoting.blanks)
    }

    #[test]
    fn the_plain_way_is_left_only_for_one_that_fits() {
        assert_eq!(of("a,b\n1,\"x\"\"y\"\n"), (false, false));
        assert_eq!(of("a,b\n1,\"x\\\"y\"\n"), (true, false));
        assert_eq!(of("a,b\n1, \"x, y\"\n"), (false, true));
        assert_eq!(of("a,b\n1, \"x \\\" y\"\n"), (true, true));
        assert_eq!(of("a,b\n1,C:\\\n2,\"D:\\\",\n"), (false, false));
        assert_eq!(of("a,b\n1,5\" pipe\n"), (false, false));
        assert_eq!(of("a,b\n\"x\"y,\"1\\\"2\"\n"), (false, false));
    }

    #[test]
    fn single_quotes_are_quotes_where_that_is_evident() {
        let single = |text: &str| Quoting::of(text.as_bytes(), b',').single;
        assert!(single("id,name\n1,'Lee, Ann'\n2,'Ng, Bo'\n"));
        assert!(single("'id','name'\n1,'Ann'\n2,'O''Neil'\n"));
        for text in ["id,name\n1,O'Neil\n2,'t Hooft\n", "id,name\n1,'tis\n2,rock 'n' roll\n", "id,name\n1,Ann\n", "id,name\n1,'a'\n2,b\n", "a\n'b'\n"] {
            assert!(!single(text), "{text}");
        }
    }

    #[test]
    fn blanks_go_only_before_quotes_whatever_the_blocks() {
        let text = b"a,  \"b, \"\" c\", d , \"e\"\n  \"x\",  y";
        for size in 1..text.len() {
            let mut filter = Unblanked::new(b',', Quoting { blanks: true, ..Quoting::default() });
            let mut whole = Vec::new();
            for block in text.chunks(size) {
                let mut block = block.to_vec();
                filter.take(&mut block);
                whole.extend(block);
            }
            assert_eq!(whole, b"a,\"b, \"\" c\", d ,\"e\"\n\"x\",  y");
        }
    }
}
