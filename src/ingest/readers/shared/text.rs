//! Bytes in the code page of a file in, text out, strictly: bytes that do not belong are an error with their place.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::super::super::decode::by_label;
use crate::error::{Error, Problem, Severity};

/// How the text of a file is encoded.
#[derive(Debug)]
pub(in crate::ingest::readers) struct Text {
    file: String,
    name: String,
    /// `None` where the code page is one that nobody here can decode: only ASCII is read then.
    encoding: Option<&'static Encoding>,
    /// Whether nobody says it: text that is UTF-8 is read as such then.
    guessed: bool,
    /// Whether any text was not ASCII.
    met: bool,
    /// Texts whose last character was cut off by the width of the column, and the row of the first.
    cut: (u64, u64),
}

impl Text {
    /// The encoding that the user names, else the one that the file names, else UTF-8 where text is that, and windows-1252 where it is not.
    pub(in crate::ingest::readers) fn new(file: &std::path::Path, declared: Option<&str>, named: Option<&str>) -> Result<Self, Error> {
        let file = file.display().to_string();
        if let Some(label) = declared {
            let encoding = by_label(label)?;
            return Ok(Self { file, name: encoding.name().to_owned(), encoding: Some(encoding), guessed: false, met: false, cut: (0, 0) });
        }
        let encoding = named.map_or(Some(WINDOWS_1252), of_name);
        let name = encoding.map_or_else(|| named.unwrap_or_default().to_owned(), |encoding| encoding.name().to_owned());
        Ok(Self { file, name, encoding, guessed: named.is_none(), met: false, cut: (0, 0) })
    }

    /// Text of the head of a file, such as a label.
    pub(in crate::ingest::readers) fn label(&mut self, bytes: &[u8], at: u64) -> Result<String, Error> {
        let bytes = trimmed(bytes);
        match self.decode(bytes) {
            Ok(text) => Ok(text.into_owned()),
            Err(Some(whole)) => self.decode(&bytes[..whole]).map(Cow::into_owned).map_err(|_| self.wrong(bytes, &format!("byte {at}"))),
            Err(None) => Err(self.wrong(bytes, &format!("byte {at}"))),
        }
    }

    /// Text of a cell, without what fills it up. A last character that the width of the column cut in two is left out and counted.
    pub(in crate::ingest::readers) fn cell<'a>(&mut self, bytes: &'a [u8], row: u64, column: usize) -> Result<Cow<'a, str>, Error> {
        let cell = trimmed(bytes);
        self.whole_cell(cell, cell.len() == bytes.len(), row, column)
    }

    /// Text of a cell as it is; whether it fills its width, so that its last character may be cut in two.
    pub(in crate::ingest::readers) fn whole_cell<'a>(&mut self, cell: &'a [u8], is_full: bool, row: u64, column: usize) -> Result<Cow<'a, str>, Error> {
        let cut = match self.decode(cell) {
            Ok(text) => return Ok(text),
            // Half a character before blanks was cut by another program; its first byte alone may as well be a letter of another encoding.
            Err(Some(whole)) if is_full || cell.len() > whole + 1 => whole,
            Err(_) => return Err(self.wrong(cell, &format!("row {row}, column {}", column + 1))),
        };
        self.cut = (self.cut.0 + 1, if self.cut.0 == 0 { row } else { self.cut.1 });
        self.decode(&cell[..cut]).map_err(|_| self.wrong(cell, &format!("row {row}, column {}", column + 1)))
    }

    /// The text, or where a last incomplete character begins, or nothing.
    fn decode<'a>(&mut self, bytes: &'a [u8]) -> Result<Cow<'a, str>, Option<usize>> {
        if bytes.is_ascii() {
            return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| None);
        }
        self.met = true;
        if self.guessed
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Ok(Cow::Borrowed(text));
        }
        let encoding = self.encoding.ok_or(None)?;
        if encoding == UTF_8 {
            return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| error.error_len().is_none().then_some(error.valid_up_to()));
        }
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return Ok(text);
        }
        let shorter = bytes.len() - 1;
        let cut_in_two = !encoding.is_single_byte() && encoding.decode_without_bom_handling_and_without_replacement(&bytes[..shorter]).is_some();
        Err(cut_in_two.then_some(shorter))
    }

    fn wrong(&self, bytes: &[u8], place: &str) -> Error {
        let shown: Vec<String> = bytes.iter().skip_while(|byte| byte.is_ascii()).take(4).map(|byte| format!("{byte:02x}")).collect();
        let what = if self.encoding.is_some() {
            format!("a text of {} is not {}", self.file, self.name)
        } else {
            format!("{} is in {}, which is not known here", self.file, self.name)
        };
        let problem = Problem::new("input::encoding", what).at(format!("{}, {place}", self.file)).found(format!("bytes {}", shown.join(" ")));
        Error::input(
            problem
                .expected(format!("text in {}", self.name))
                .help("name the encoding that the file was written in with --encoding, such as windows-1252 or utf-8"),
        )
    }

    /// What is worth knowing about the text so far.
    pub(in crate::ingest::readers) fn notes(&self) -> Vec<Problem> {
        let mut notes = Vec::new();
        if self.guessed && self.met {
            let how = format!("{} does not say how its text is encoded; it was read as UTF-8 where it is that, else as {}", self.file, self.name);
            let note = Problem::new("input::assumed_encoding", how);
            notes.push(note.help("if letters look wrong, name the encoding with --encoding").severity(Severity::Note));
        }
        if self.cut.0 > 0 {
            let note = Problem::new("input::cut_character", format!("{} texts of {} end inside a character, which is left out", self.cut.0, self.file));
            notes.push(note.at(format!("{}, row {}", self.file, self.cut.1)).severity(Severity::Note));
        }
        notes
    }
}

/// Text without the blanks and zero bytes that fill a field up.
pub(in crate::ingest::readers) fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |last| last + 1);
    &bytes[..end]
}

/// The encoding of a name as statistical programs write it, or of the number of a Windows code page.
fn of_name(name: &str) -> Option<&'static Encoding> {
    let name = name.trim().to_ascii_lowercase();
    let bare = name.trim_start_matches("windows-").trim_start_matches("cp").trim_start_matches("ibm-").trim_start_matches("ms-");
    let label = match bare {
        "65001" | "utf8" | "unicode" => "utf-8",
        "874" => "windows-874",
        "866" => "ibm866",
        "932" | "shift-jis" | "sjis" => "shift_jis",
        "936" => "gbk",
        "949" | "1361" | "51949" => "euc-kr",
        "950" => "big5",
        "10000" | "macroman" => "macintosh",
        "10007" | "maccyrillic" | "macukraine" => "x-mac-cyrillic",
        "20127" | "us-ascii" | "ascii" | "ansi" => "windows-1252",
        "20866" => "koi8-r",
        "21866" => "koi8-u",
        "20932" | "51932" => "euc-jp",
        "54936" => "gb18030",
        _ => "",
    };
    let page = |first: &str| bare.strip_prefix(first).filter(|rest| rest.len() == 1 && rest.bytes().all(|digit| digit.is_ascii_digit())).map(str::to_owned);
    let windows = page("125").map(|digit| format!("windows-125{digit}"));
    let iso = page("2859").map(|digit| format!("iso-8859-{digit}")).or_else(|| (bare == "28605").then(|| "iso-8859-15".to_owned()));
    let by_number = windows.or(iso).unwrap_or_else(|| label.to_owned());
    Encoding::for_label_no_replacement(if by_number.is_empty() { name.as_bytes() } else { by_number.as_bytes() })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Text, of_name};

    #[test]
    fn names_of_code_pages_are_known() {
        let names = ["1252", "windows-1252", "CP932", "65001", "UTF-8", "Shift_JIS", "28591", "28605", "866", "EUC-KR", "cp1251", "850"];
        let known = names.map(|name| of_name(name).map_or("none", encoding_rs::Encoding::name));
        let expected = [
            "windows-1252",
            "windows-1252",
            "Shift_JIS",
            "UTF-8",
            "UTF-8",
            "Shift_JIS",
            "windows-1252",
            "ISO-8859-15",
            "IBM866",
            "EUC-KR",
            "windows-1251",
            "none",
        ];
        assert_eq!(known, expected);
    }

    #[test]
    fn what_is_no_text_has_a_place_and_what_the_width_cuts_is_counted() {
        let Ok(mut text) = Text::new(Path::new("f.sav"), None, Some("UTF-8")) else { panic!("is known") };
        assert_eq!(text.cell(b"caf\xc3\xa9  ", 1, 0).as_deref(), Ok("café"));
        assert_eq!(text.cell("ab\u{e9}".as_bytes().get(..3).unwrap_or_default(), 2, 0).as_deref(), Ok("ab"));
        assert_eq!(text.notes().len(), 1);
        let Err(error) = text.cell(b"caf\xe9 x", 7, 2) else { panic!("is not UTF-8") };
        assert_eq!(error.problems[0].place.as_deref(), Some("f.sav, row 7, column 3"));
        let Ok(mut dos) = Text::new(Path::new("f.sav"), None, Some("850")) else { panic!("ASCII is read") };
        assert!(dos.cell(b"abc", 1, 0).is_ok() && dos.cell(b"caf\x82", 1, 0).is_err());
    }
}
