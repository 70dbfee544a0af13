//! Parts in, the bytes of an Office package (a ZIP archive) out: fixed dates, fixed order, the same bytes every time.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, Exit, Problem};

/// An archive in the making.
pub(super) struct Package(ZipWriter<Cursor<Vec<u8>>>);

impl Package {
    /// An empty archive.
    pub(super) fn new() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }

    /// Adds a part; pictures, which are compressed already, are stored as they are.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.0.start_file(name, options_for(name, DateTime::default())).map_err(|error| broken(&error.to_string()))?;
        self.0.write_all(bytes).map_err(|error| broken(&error.to_string()))
    }

    /// The finished archive.
    pub(super) fn finish(self) -> Result<Vec<u8>, Error> {
        self.0.finish().map(Cursor::into_inner).map_err(|error| broken(&error.to_string()))
    }
}

/// Date and compression of a part.
pub(super) fn options_for(name: &str, date: DateTime) -> SimpleFileOptions {
    let picture = name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("png"));
    let method = if picture { CompressionMethod::Stored } else { CompressionMethod::Deflated };
    SimpleFileOptions::default().last_modified_time(date).compression_method(method).unix_permissions(0o644)
}

fn broken(why: &str) -> Error {
    Error::new(Exit::Internal, Problem::new("report::package", "a document could not be packed").found(why))
}

/// Text for the inside of an element or of an attribute in double quotes; what XML 1.0 cannot hold is left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_is_safe_in_elements_and_attributes() {
        assert_eq!(escape("a<b & \"c\"\u{1}\u{ffff}"), "a&lt;b &amp; &quot;c&quot;");
    }
}
