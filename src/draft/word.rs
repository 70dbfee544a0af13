//! Bytes of a Word document in, the XML of its text out, never more than a document can be.

use std::io::{Cursor, Read as _};
use std::path::Path;

use zip::ZipArchive;

use crate::error::{Error, Problem};

/// The part that holds the text.
const PART: &str = "word/document.xml";
/// The text may unpack to so many bytes whatever its packed size,
const ALWAYS_FINE: u64 = 16 << 20;
/// beyond them to so many times its packed size,
const MOST_RATIO: u64 = 150;
/// and never to more than this.
const MOST: u64 = 256 << 20;

/// The XML of a document's text.
pub(super) fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Error> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(path, &format!("not a Word document: {error}")))?;
    let part = archive.by_name(PART).map_err(|_| unreadable(path, "an archive without word/document.xml"))?;
    let (size, packed) = (part.size(), part.compressed_size());
    if size > ALWAYS_FINE.max(packed.saturating_mul(MOST_RATIO)).min(MOST) {
        return Err(unreadable(path, &format!("a text of {size} bytes in {packed}")));
    }
    let mut text = String::new();
    // What the directory claims is not what unpacks: one byte more is too much.
    let read = part.take(size + 1).read_to_string(&mut text).map_err(|error| unreadable(path, &error.to_string()))?;
    if u64::try_from(read).is_ok_and(|read| read > size) { Err(unreadable(path, "more text than its directory says")) } else { Ok(text) }
}

/// The draft cannot be read.
pub(super) fn unreadable(path: &Path, found: &str) -> Error {
    let problem = Problem::new("draft::unreadable", format!("{} cannot be read as a draft", path.display())).found(found.to_owned());
    Error::input(problem.expected("a Word document (.docx), a page (.html) or text").help("open it and save it again as .docx"))
}
