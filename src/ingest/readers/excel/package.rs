//! First bytes and the directory of a ZIP archive in, the kind of workbook out, before anything is unpacked.
//!
//! A workbook that would unpack to far more than anyone writes is refused here: its sizes stand in the directory.

use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;

/// First bytes of an archive without files.
pub(super) const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
/// First bytes of the file system that old Office files are.
pub(super) const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// A part may unpack to so many bytes whatever its packed size,
const ALWAYS_FINE: u64 = 256 << 20;
/// and beyond them to so many times its packed size. Sheets of all equal rows reach 60, the packing itself 1032.
const MOST_RATIO: u64 = 150;
/// Parts of one archive: a workbook has a few for each sheet and picture.
const MOST_PARTS: usize = 100_000;

/// A kind of workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Excel since 2007.
    Xlsx,
    /// Excel since 2007, binary.
    Xlsb,
    /// `OpenDocument`, as `LibreOffice` writes it.
    Ods,
}

/// Why an archive is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is damaged.
    Damaged(String),
    /// It holds something else than a workbook.
    Other(&'static str),
    /// A part unpacks to too much: its name, its size and its packed size.
    Bomb(String, u64, u64),
}

/// The kind of workbook that an archive holds.
pub(super) fn kind(file: impl Read + Seek) -> Result<Kind, Refusal> {
    let damaged = |error: zip::result::ZipError| Refusal::Damaged(error.to_string());
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    if archive.len() > MOST_PARTS {
        return Err(Refusal::Damaged(format!("an archive of {} parts", archive.len())));
    }
    for part in 0..archive.len() {
        let part = archive.by_index_raw(part).map_err(damaged)?;
        if part.size() > ALWAYS_FINE.max(part.compressed_size().saturating_mul(MOST_RATIO)) {
            let name = part.name().map_err(damaged)?.into_owned();
            return Err(Refusal::Bomb(name, part.size(), part.compressed_size()));
        }
    }
    let names = || archive.file_names().filter_map(Result::ok);
    let holds = |wanted: &str| names().any(|name| name.trim_start_matches('/').eq_ignore_ascii_case(wanted));
    let folder = |wanted: &str| names().any(|name| name.starts_with(wanted));
    match () {
        () if holds("xl/workbook.bin") => Ok(Kind::Xlsb),
        () if holds("xl/workbook.xml") => Ok(Kind::Xlsx),
        () if folder("word/") => Err(Refusal::Other("a Word document")),
        () if folder("ppt/") => Err(Refusal::Other("a PowerPoint presentation")),
        // A workbook may keep its parts elsewhere, as its relations say.
        () if holds("[Content_Types].xml") => Ok(Kind::Xlsx),
        () if holds("content.xml") => Ok(Kind::Ods),
        () => Err(Refusal::Other("a ZIP archive without a workbook")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::{Kind, Refusal, kind};

    fn archive(parts: &[(&str, usize)]) -> Cursor<Vec<u8>> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, size) in parts {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("starts");
            writer.write_all(&vec![b' '; *size]).expect("writes");
        }
        writer.finish().expect("ends")
    }

    #[test]
    fn archives_are_known_by_their_parts() {
        assert_eq!(kind(archive(&[("xl/workbook.xml", 1), ("xl/worksheets/sheet1.xml", 9)])), Ok(Kind::Xlsx));
        assert_eq!(kind(archive(&[("mimetype", 1), ("content.xml", 9)])), Ok(Kind::Ods));
        assert_eq!(kind(archive(&[("[Content_Types].xml", 1), ("word/document.xml", 9)])), Err(Refusal::Other("a Word document")));
        assert!(matches!(kind(Cursor::new(b"PK\x03\x04".to_vec())), Err(Refusal::Damaged(_))));
    }
}
