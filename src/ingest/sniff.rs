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
    markup(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start())
}

/// The kind of a text of tags: what some systems save as `.xls`, or a page that was saved instead of the data.
fn markup(start: &[u8]) -> Option<Kind> {
    let text = String::from_utf8_lossy(start).to_lowercase();
    let begins = |tag: &str| text.starts_with(tag);
    let is_page = ["<!doctype html", "<html", "<table", "<head", "<meta"].into_iter().any(begins);
    match () {
        () if !is_page && !begins("<?xml") => None,
        () if begins("<?xml") && text.contains("<odm") => {
            let help = "in REDCap, export the records as CSV (raw data) and download the data dictionary; name that with --dictionary";
            Some(Kind { what: "a project or study in CDISC ODM (XML), as REDCap's \"Download metadata & data (XML)\" gives it", help })
        }
        () if text.contains("urn:schemas-microsoft-com:office:spreadsheet") => {
            Some(Kind { what: "an XML Spreadsheet of Excel 2003", help: "open it in Excel or LibreOffice and save it as xlsx or CSV" })
        }
        () if text.contains("<table") || text.contains("urn:schemas-microsoft-com:office:excel") => {
            Some(Kind { what: "a web page (HTML) with a table", help: "open it in Excel or LibreOffice and save it as xlsx or CSV" })
        }
        () => Some(Kind { what: "a web page or XML", help: "the download may have saved a sign-in page; export the data as CSV" }),
    }
}

/// Delimiters of most files.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Delimiters of few files, which stand in texts too: they count only where every record has as many as the first.
const RARE: [u8; 4] = [b'^', b'~', b':', b' '];
const SAMPLE_RECORDS: usize = 100;

/// The delimiter of a first line such as `sep=;`, which Excel writes and takes away again.
pub(crate) fn declared_delimiter(sample: &[u8]) -> Option<u8> {
    let [b's', b'e', b'p', b'=', delimiter, b'\n' | b'\r'] = sample.get(..6)? else { return None };
    Some(*delimiter).filter(|byte| *byte != b'"' && (byte.is_ascii_punctuation() || *byte == b'\t'))
}

/// The delimiter that splits most of the first records into as many fields as the header; ties go to more fields.
/// Where the first record agrees with few of them, as a title does, the delimiter that most records agree on.
pub(crate) fn delimiter(sample: &[u8], whole: bool) -> u8 {
    let records = counts(sample, whole, CANDIDATES);
    let Some(header) = records.first() else { return b',' };
    if let Some(rare) = Some(header).filter(|header| header.iter().all(|count| *count == 0)).and_then(|_| rare(sample, whole)) {
        return rare;
    }
    let (by_header, agreeing) = best(&records, |position| header[position]);
    if agreeing >= 0.5 {
        return by_header;
    }
    let (by_most, share) = best(&records, |position| most_frequent(&records, position));
    if share > agreeing { by_most } else { by_header }
}

/// The rare delimiter that all records have as often as the first one, which may lack one field: a program such as R has no name for the first column.
fn rare(sample: &[u8], whole: bool) -> Option<u8> {
    let records = counts(sample, whole, RARE);
    let (header, rest) = records.split_first()?;
    let usual = rest.first()?;
    let quotes = memchr::memchr(b'"', sample).is_some();
    let is_one = |(position, byte): &(usize, u8)| {
        let (named, wanted) = (header[*position], usual[*position]);
        // Blanks and colons stand in sentences, times and names.
        let least = if matches!(byte, b'^' | b'~') || quotes && *byte == b' ' { 1 } else { 2 };
        let same = rest.iter().all(|counts| counts[*position] == wanted);
        rest.len() > 1 && same && wanted >= least && named > 0 && (named == wanted || named + 1 == wanted)
    };
    RARE.into_iter().enumerate().find(is_one).map(|(_, byte)| byte)
}

/// A delimiter that stands in the first record and in most others of a text that was read as one column.
pub(crate) fn overlooked(sample: &[u8], delimiter: u8) -> Option<u8> {
    let likely = [CANDIDATES.as_slice(), &RARE[..2]].concat();
    let of_line = |line: &[u8], byte: u8| memchr::memchr_iter(byte, line).count();
    let lines: Vec<&[u8]> = sample.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty()).take(SAMPLE_RECORDS).collect();
    let stands = |byte: &u8| {
        let found = lines.iter().filter(|line| of_line(line, *byte) > 0).count();
        *byte != delimiter && lines.first().is_some_and(|first| of_line(first, *byte) > 0) && 2 * found > lines.len()
    };
    let aligned = || {
        let has_gap = |line: &&&[u8]| line.trim_ascii().windows(2).any(|pair| pair == b"  ");
        lines.first().is_some_and(|first| has_gap(&first)) && 2 * lines.iter().filter(has_gap).count() > lines.len()
    };
    likely.into_iter().find(stands).or_else(|| aligned().then_some(b' '))
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
fn counts(sample: &[u8], whole: bool, candidates: [u8; 4]) -> Vec<[usize; 4]> {
    let (mut records, mut counts) = (Vec::new(), [0; 4]);
    let (mut quoted, mut field_starts, mut record_started) = (false, true, false);
    for byte in sample {
        if quoted {
            quoted = *byte != b'"';
            // A doubled quote closes and opens again at once.
            field_starts = !quoted;
            continue;
        }
        match candidates.iter().position(|candidate| candidate == byte) {
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
        field_starts = candidates.contains(byte);
    }
    // The record that the sample cuts off is counted only when it is the last one of the file, or the only one.
    if record_started && (whole || records.is_empty()) {
        records.push(counts);
    }
    records
}

#[cfg(test)]
mod tests {
    use super::{delimiter, looks_like, overlooked};

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
    fn rare_delimiters_count_where_every_record_has_them() {
        assert_eq!(delimiter(b"a^b\n1,5^2\n3^4\n", true), b'^');
        assert_eq!(delimiter(b"a:b:c\n1:2:3\n4:5:6\n", true), b':');
        assert_eq!(delimiter(b"id weight name\n1 61,5 Ann\n2 72,5 Bo\n", true), b' ');
        assert_eq!(delimiter(b"\"mpg\" \"cyl\"\n\"Mazda RX4\" 21 6\n\"Fiat\" 30 4\n", true), b' ');
        for text in ["full name\nAnn Lee\nBo Ng\n", "When did it start: date\n09:12\n10:30\n", "what was it\na b c\na b\n", "start\n2024-03-05 09:12:30\n"] {
            assert_eq!(delimiter(text.as_bytes(), true), b',', "{text}");
        }
        assert_eq!(overlooked(b"a;b\n1;2\n3\n", b','), Some(b';'));
        assert_eq!(overlooked(b"What else?\nnothing, really\nno, thanks\n", b';'), None);
    }

    #[test]
    fn known_files_are_named() {
        assert_eq!(looks_like(b"%PDF-1.7").map(|kind| kind.what), Some("a PDF document"));
        assert_eq!(looks_like(b"PK\x03\x04....xl/workbook.xml").map(|kind| kind.what), Some("an Excel workbook"));
        let sheet = b"<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">";
        assert_eq!(looks_like(sheet).map(|kind| kind.what), Some("an XML Spreadsheet of Excel 2003"));
        assert_eq!(looks_like(b"\xef\xbb\xbf<TABLE border=1><tr>").map(|kind| kind.what), Some("a web page (HTML) with a table"));
        assert_eq!(looks_like(b"\n <!DOCTYPE html>").map(|kind| kind.what), Some("a web page or XML"));
        let odm = b"<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\">";
        assert!(looks_like(odm).is_some_and(|kind| kind.what.contains("ODM") && kind.help.contains("--dictionary")));
        assert!(looks_like(b"id,name\n").is_none());
    }
}
