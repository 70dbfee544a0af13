//! The first records in, the line of the column names out: titles, comments and blank rows above them are found where that is sure.
//!
//! What stands above is sure to be no header when it fills at most one field of a wider table (or two, where the lines
//! themselves are short), reads like a title or a comment, and the first full record below it names columns: no numbers
//! but years, no text twice. Everything else is left as it is, and the user can name the line.

use csv_core::ReadRecordResult;

use super::quoting::Quoting;

/// Records that are looked at.
const RECORDS: usize = 100;
/// Lines above the column names, at most.
const ABOVE: usize = 50;
/// Characters of a line that are shown.
const SHOWN: usize = 80;

/// A record as far as it matters here.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) fields: Vec<String>,
    filled: usize,
}

/// The line of the column names, counted from 1, when it is not that of the first record.
pub(crate) fn line_of_names(sample: &[u8], delimiter: u8, quoting: Quoting) -> Option<u64> {
    let rows = rows(sample, delimiter, quoting, RECORDS);
    let width = usual_width(&rows)?;
    let names = rows.iter().take(ABOVE).position(|row| !stands_above(row, width, delimiter))?;
    let (above, below) = (rows.get(..names)?, rows.get(names..)?);
    let is_title = |row: &Row| {
        let text = row.fields.iter().find(|field| !field.is_empty()).map_or("", String::as_str);
        row.filled == 0 || row.fields.len() < width || text.contains(char::is_whitespace) || text.starts_with('#')
    };
    let is_sure = above.iter().any(|row| row.filled > 0 && is_title(row)) || above.iter().all(|row| row.filled == 0);
    (!above.is_empty() && is_sure && below.len() > 1 && names_columns(below.first()?, width)).then(|| below.first().map(|row| row.line)).flatten()
}

/// The first records of the sample that it holds as a whole, as far as two are left.
pub(crate) fn whole_rows(sample: &[u8], delimiter: u8, quoting: Quoting) -> Vec<Row> {
    let mut rows = rows(sample, delimiter, quoting, RECORDS);
    if rows.len() > 2 && rows.len() < RECORDS && !sample.ends_with(b"\n") && !sample.ends_with(b"\r") {
        rows.pop();
    }
    rows
}

/// All records of a whole text.
pub(crate) fn all_rows(text: &[u8], delimiter: u8, quoting: Quoting) -> Vec<Row> {
    rows(text, delimiter, quoting, usize::MAX)
}

/// The first records of the sample; it may cut the last one off.
fn rows(sample: &[u8], delimiter: u8, quoting: Quoting, most: usize) -> Vec<Row> {
    let mut csv = quoting.splitter(delimiter);
    let (mut text, mut ends, mut rows) = (vec![0; sample.len() + 2], vec![0; sample.len() + 2], Vec::new());
    let (mut at, mut line) = (0, 1);
    while rows.len() < most {
        let blank = sample[at..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        line += super::records::line_ends(&sample[at..at + blank]);
        at += blank;
        let (mut result, read, wrote, mut fields) = csv.read_record(&sample[at..], &mut text, &mut ends);
        if result == ReadRecordResult::InputEmpty && read > 0 {
            let (last, _, _, more) = csv.read_record(b"\n", &mut text[wrote..], &mut ends[fields..]);
            (result, fields) = (last, fields + more);
        }
        if result != ReadRecordResult::Record {
            break;
        }
        let mut start = 0;
        let field = |end: &usize| {
            let field = String::from_utf8_lossy(&text[start..*end]).trim().to_owned();
            start = *end;
            field
        };
        let fields: Vec<String> = ends[..fields].iter().map(field).collect();
        let filled = fields.iter().filter(|field| !field.is_empty()).count();
        rows.push(Row { line, fields, filled });
        // The line feed of a CR LF is left for the next look at blank lines; it was counted with the CR.
        let taken = &sample[at..at + read];
        line += super::records::line_ends(taken);
        at += read;
        if taken.last() == Some(&b'\r') && sample.get(at) == Some(&b'\n') {
            at += 1;
        }
    }
    rows
}

/// The number of fields that most records have; `None` where no number is frequent, and for a single column.
fn usual_width(rows: &[Row]) -> Option<usize> {
    let mut widths: Vec<usize> = rows.iter().filter(|row| row.filled > 1).map(|row| row.fields.len()).collect();
    widths.sort_unstable();
    let longest = widths.chunk_by(|a, b| a == b).max_by_key(|run| run.len())?;
    let width = *longest.first()?;
    (width > 1 && longest.len() * 2 > widths.len()).then_some(width)
}

/// Whether a record fills so little of the table that it is a title, a comment, a blank row or a line like `Region: all`.
fn stands_above(row: &Row, width: usize, delimiter: u8) -> bool {
    let short = row.fields.len() < width;
    let key_and_value = short && row.filled == 2 && (width >= 5 || row.fields.first().is_some_and(|key| key.ends_with(':')));
    // A header with another delimiter than its records is no title.
    let other =
        |candidate: u8| candidate != delimiter && row.fields.iter().flat_map(|field| field.bytes()).filter(|byte| *byte == candidate).count() + 1 == width;
    let is_comment = short && row.fields.first().is_some_and(|field| field.starts_with('#'));
    let title_wide_enough = short || width > 2 || row.filled == 0;
    is_comment || key_and_value || (row.filled <= 1 && title_wide_enough && ![b',', b';', b'\t', b'|'].into_iter().any(other))
}

/// Whether a record names columns: mostly filled, no number but a year, nothing twice.
fn names_columns(row: &Row, width: usize) -> bool {
    let is_name = |field: &String| match field.parse::<f64>() {
        Ok(number) => (1800.0..2200.0).contains(&number) && field.len() == 4,
        Err(_) => !field.starts_with(|first: char| first.is_ascii_digit()) || field.contains(' '),
    };
    let filled: Vec<&String> = row.fields.iter().filter(|field| !field.is_empty()).collect();
    let mut once = filled.clone();
    once.sort_unstable();
    once.dedup();
    let names_rows = row.fields.first().is_some_and(|first| first.is_empty() || first.parse::<f64>().is_err());
    row.fields.len() == width && row.filled >= 2 && row.filled * 10 >= width * 6 && once.len() == filled.len() && names_rows && filled.into_iter().all(is_name)
}

/// The lines above the column names, as they are shown in a note: those that hold anything, at most five.
pub(crate) fn shown(above: &[u8]) -> String {
    let text = String::from_utf8_lossy(above);
    let lines: Vec<&str> =
        text.split(['\n', '\r']).map(|line| line.trim_matches(|c: char| c.is_whitespace() || ",;|\"".contains(c))).filter(|line| !line.is_empty()).collect();
    let cut = |line: &&str| format!("`{}{}`", line.chars().take(SHOWN).collect::<String>(), if line.chars().count() > SHOWN { "…" } else { "" });
    let shown: Vec<String> = lines.iter().take(5).map(cut).collect();
    match lines.len() {
        0 => "nothing".to_owned(),
        count if count > 5 => format!("{} and {} more", shown.join(", "), count - 5),
        _ => shown.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::{Quoting, line_of_names};

    fn line(text: &str) -> Option<u64> {
        line_of_names(text.as_bytes(), b',', Quoting::default())
    }

    #[test]
    fn titles_comments_and_blank_rows_are_found() {
        assert_eq!(line("Report of 2024,,\nid,name,city\n1,Ann,Lynn\n"), Some(2));
        assert_eq!(line("Report of 2024\r\n\r\nid,name,city\r\n1,Ann,Lynn\r\n"), Some(3));
        assert_eq!(line("# made by hand\nid,name\n1,Ann\n"), Some(2));
        assert_eq!(line(",,\n,,\nid,name,city\n1,Ann,Lynn\n"), Some(3));
        assert_eq!(line("Title,,,,\r\"two\rlines\",,,,\r,1999,2000,2001,2002\rA,1,2,3,4\r"), Some(4));
        assert_eq!(line("Region:,All\nSex:,All\nyear,a,b,c,d\nx,1,2,3,4\ny,1,2,3,4\nz,1,2,3,4\n"), Some(3));
    }

    #[test]
    fn what_is_not_sure_is_left() {
        for text in [
            "id,name\n1,Ann\n",
            "id,\n1,Ann\n",
            "id,,\n1,Ann,Lynn\n",
            "name,,\nSmith,Ann,Lynn\nLee,Bob,Lynn\n",
            "name,city\nx,Ann,Lynn\ny,Bob,Lynn\n",
            "#,name\n1,Ann\n",
            "id;name;city\nx,Ann,Lynn\ny,Bob,Lynn\n",
            "id\n1\n2\n",
            "Which films,,,\nA,B,A,D\n1,2,3,4\n",
            "RespondentID,Which films have you seen?,,,,,,,\n,A,B,C,D,E,F,G,H\n1,A,,,,,,,\n",
            "",
        ] {
            assert_eq!(line(text), None, "{text}");
        }
    }
}
