//! First bytes in, a guess out: which known kind of file they are, and which delimiter the text has.

use std::path::Path;

use crate::error::{Error, Problem};

/// A kind of file that is not delimited text.
pub(crate) struct Kind {
    what: &'static str,
    help: &'static str,
}

impl Kind {
    /// The kind in words.
    pub(crate) fn what(&self) -> &'static str {
        self.what
    }

    /// The error of such a file where text was expected.
    pub(crate) fn error(&self, path: &Path) -> Error {
        let problem = Problem::new("input::not_text", format!("{} looks like {}", path.display(), self.what));
        Error::input(problem.expected("delimited text or Parquet").help(self.help))
    }
}

const EXPORT: &str = "open it in the program that made it and save it as CSV";
const KINDS: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "a PDF document", "ask for the data behind it"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", EXPORT),
    (b"ARROW1", "an Arrow file", "save it as Parquet"),
    (b"SQLite format 3", "a database", EXPORT),
    (b"PAR1", "a Parquet file", "leave --reader away or say --reader parquet"),
    (b"BZh", "a bzip2 archive", "unpack it first"),
    (b"\xfd7zXZ", "an xz archive", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"\x89PNG", "a picture", "name the data file"),
    (b"\xff\xd8\xff", "a picture", "name the data file"),
    (b"GIF8", "a picture", "name the data file"),
    (b"RDX2", "an R data file", "write it from R with write.csv"),
    (b"RDX3", "an R data file", "write it from R with write.csv"),
    (b"\x7fELF", "a program", "name the data file"),
    (b"{\\rtf", "a rich-text document", EXPORT),
];

/// The kind of file that the first bytes name, when it is not delimited text.
pub(crate) fn looks_like(head: &[u8]) -> Option<Kind> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let holds = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
        let what = match () {
            () if holds(b"xl/") => "an Excel workbook",
            () if holds(b"word/") => "a Word document",
            () if holds(b"opendocument") => "an OpenDocument file",
            () => "a ZIP archive or an Office file",
        };
        return Some(Kind { what, help: "save the sheet as CSV, or unpack the archive first" });
    }
    if let Some((_, what, help)) = KINDS.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Some(Kind { what, help });
    }
    let start = head.trim_ascii_start();
    if start.starts_with(b"<?xml") && start.windows(4).any(|window| window == b"<ODM") {
        let help = "in REDCap, export the records as CSV (raw data) and download the data dictionary; name that with --dictionary";
        return Some(Kind { what: "a project or study in CDISC ODM (XML), as REDCap's \"Download metadata & data (XML)\" gives it", help });
    }
    let web = [&b"<!doctype html"[..], b"<html", b"<?xml"].iter().any(|tag| start.get(..tag.len()).is_some_and(|text| text.eq_ignore_ascii_case(tag)));
    web.then_some(Kind { what: "a web page or XML", help: "the download may have saved a sign-in page; export the data as CSV" })
}

const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
const SAMPLE_RECORDS: usize = 100;

/// The delimiter of a first line such as `sep=;`, which Excel writes and takes away again.
pub(crate) fn declared_delimiter(sample: &[u8]) -> Option<u8> {
    let [b's', b'e', b'p', b'=', delimiter, b'\n' | b'\r'] = sample.get(..6)? else { return None };
    Some(*delimiter).filter(|byte| *byte != b'"' && (byte.is_ascii_punctuation() || *byte == b'\t'))
}

/// The delimiter that splits most of the first records into as many fields as the header; ties go to more fields.
/// Where the first record agrees with few of them, as a title does, the delimiter that most records agree on.
pub(crate) fn delimiter(sample: &[u8], whole: bool) -> u8 {
    let records = counts(sample, whole);
    let Some(header) = records.first() else { return b',' };
    let (by_header, agreeing) = best(&records, |position| header[position]);
    if agreeing >= 0.5 {
        return by_header;
    }
    let (by_most, share) = best(&records, |position| most_frequent(&records, position));
    if share > agreeing { by_most } else { by_header }
}

/// The candidate whose number in a record is most often the one wanted of it, and the share of such records.
fn best(records: &[[usize; 4]], wanted: impl Fn(usize) -> usize) -> (u8, f64) {
    let mut best = (b',', 0.0, 0);
    for (position, candidate) in CANDIDATES.into_iter().enumerate() {
        let count = wanted(position);
        let agreeing = records.iter().filter(|counts| counts[position] == count).count();
        let share = agreeing as f64 / records.len() as f64;
        if count > 0 && (share > best.1 || (share >= best.1 && count > best.2)) {
            best = (candidate, share, count);
        }
    }
    (best.0, best.1)
}

/// The number of a candidate in a record that most records have, other than none.
fn most_frequent(records: &[[usize; 4]], position: usize) -> usize {
    let mut numbers: Vec<usize> = records.iter().map(|counts| counts[position]).filter(|count| *count > 0).collect();
    numbers.sort_unstable();
    let longest = numbers.chunk_by(|a, b| a == b).max_by_key(|run| run.len());
    longest.and_then(|run| run.first()).copied().unwrap_or_default()
}

/// How often each candidate stands outside quotes in the first records. A quote opens where a field starts
/// with any of the candidates, so that a comma inside `1;"a, b"` counts for none of them.
fn counts(sample: &[u8], whole: bool) -> Vec<[usize; 4]> {
    let (mut records, mut counts) = (Vec::new(), [0; 4]);
    let (mut quoted, mut field_starts, mut record_started) = (false, true, false);
    for byte in sample {
        if quoted {
            quoted = *byte != b'"';
            // A doubled quote closes and opens again at once.
            field_starts = !quoted;
            continue;
        }
        match CANDIDATES.iter().position(|candidate| candidate == byte) {
            Some(position) => counts[position] += 1,
            None if matches!(byte, b'\n' | b'\r') => {
                if std::mem::take(&mut record_started) {
                    records.push(std::mem::take(&mut counts));
                }
                if records.len() == SAMPLE_RECORDS {
                    return records;
                }
                field_starts = true;
                continue;
            }
            None => quoted = *byte == b'"' && field_starts,
        }
        record_started = true;
        field_starts = CANDIDATES.contains(byte);
    }
    // The record that the sample cuts off is counted only when it is the last one of the file, or the only one.
    if record_started && (whole || records.is_empty()) {
        records.push(counts);
    }
    records
}

#[cfg(test)]
mod tests {
    use super::{delimiter, looks_like};

    #[test]
    fn delimiters_outside_quotes_count() {
        assert_eq!(delimiter(b"id;\"a, b, c\"\n1;\"x, y, z\"\n", true), b';');
        assert_eq!(delimiter(b"id\tscore\n1\t2,5\n", true), b'\t');
        assert_eq!(delimiter(b"a|b\n1|2\n", true), b'|');
        assert_eq!(delimiter(b"one\n2\n3\n", true), b',');
        assert_eq!(delimiter(b"a,b;c,d\n1,2,3\n4,5,6\n", true), b',');
        assert_eq!(delimiter(b"a,b\n\"x; \"\"y;\"\" z\",1\n", true), b',');
        assert_eq!(delimiter(b"size,b\n5\" pipe,1\n6\" pipe,2\n", true), b',');
        assert_eq!(delimiter(b"a;b;c", false), b';');
        assert_eq!(delimiter(b"", true), b',');
        assert_eq!(delimiter(b"Persons, by year, sex, region\n*****\n\nRegion:;All\n;1999;2000\nA;1;2\nB;3;4\nC;5;6\n", true), b';');
    }

    #[test]
    fn known_files_are_named() {
        assert_eq!(looks_like(b"%PDF-1.7").map(|kind| kind.what), Some("a PDF document"));
        assert_eq!(looks_like(b"PK\x03\x04....xl/workbook.xml").map(|kind| kind.what), Some("an Excel workbook"));
        assert_eq!(looks_like(b"\n <!DOCTYPE html>").map(|kind| kind.what), Some("a web page or XML"));
        let odm = b"<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\">";
        assert!(looks_like(odm).is_some_and(|kind| kind.what.contains("ODM") && kind.help.contains("--dictionary")));
        assert!(looks_like(b"id,name\n").is_none());
    }
}
