//! A ZIP archive in, the one table of text in it out, unpacked as it is read; an archive with several is told apart.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Take};
use std::path::Path;

use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::source::damaged;
use crate::error::{Error, Problem, some_of};

/// First bytes of a ZIP archive.
pub(crate) const ZIP: &[u8] = b"PK\x03\x04";
/// Endings of tables of text, and of what may be one where there is none of them.
const TABLES: [&str; 3] = ["csv", "tsv", "tab"];
const MAYBE: [&str; 2] = ["txt", "dat"];
/// Files of one archive that are looked at.
const MOST_FILES: usize = 10_000;

/// A file in an archive.
#[derive(Debug, Clone)]
struct Member {
    name: String,
    start: u64,
    packed: u64,
    size: u64,
    crc: u32,
    deflated: bool,
    readable: bool,
}

/// The bytes of a file in an archive, unpacked.
pub(crate) struct Unpacked {
    bytes: CrcReader<Box<dyn Read + Send>>,
    member: Member,
    /// Names of the other files.
    pub(crate) others: Vec<String>,
    given: u64,
}

impl Unpacked {
    /// Name of the file in the archive.
    pub(crate) fn name(&self) -> &str {
        &self.member.name
    }

    /// Reads on; at the end the bytes are compared with the sum that the archive keeps of them.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.given += u64::try_from(count).unwrap_or_default();
        let ended = count == 0 && !buffer.is_empty();
        let whole = self.given == self.member.size && self.bytes.crc().sum() == self.member.crc;
        if self.given > self.member.size || ended && !whole {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("`{}` does not unpack to what the archive says", self.member.name)));
        }
        Ok(count)
    }
}

/// Whether the file is an archive that holds tables of text and is no document of some office.
pub(crate) fn holds_tables(file: &File) -> bool {
    members(file).is_ok_and(|members| !is_document(&members) && !tables(&members).is_empty())
}

/// The one table of text in an archive; `None` for what is no archive of such.
///
/// # Errors
/// Several tables, one that is encrypted or packed in a rare way, and a damaged archive.
pub(crate) fn open(path: &Path, mut file: File) -> Result<Option<Unpacked>, Error> {
    let Ok(members) = members(&file) else { return Ok(None) };
    let tables = tables(&members);
    let member = match tables[..] {
        _ if is_document(&members) => return Ok(None),
        [] => return Ok(None),
        [one] => one.clone(),
        _ => {
            let problem = Problem::new("input::several_files", format!("{} holds {} tables", path.display(), tables.len()));
            let problem = problem.found(some_of(tables.iter().map(|member| member.name.as_str()))).expected("an archive with one");
            return Err(Error::input(problem.help("unpack it and name the file that you mean")));
        }
    };
    if !member.readable {
        let problem = Problem::new("input::packed", format!("`{}` in {} is encrypted or packed in a rare way", member.name, path.display()));
        return Err(Error::input(problem.expected("a plain ZIP archive").help("unpack it first")));
    }
    file.seek(SeekFrom::Start(member.start)).map_err(|error| damaged(path, "ZIP", &error.to_string()))?;
    let packed: Take<BufReader<File>> = BufReader::new(file).take(member.packed);
    let bytes: Box<dyn Read + Send> = if member.deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
    let others = members.into_iter().map(|other| other.name).filter(|name| *name != member.name).collect();
    Ok(Some(Unpacked { bytes: CrcReader::new(bytes), member, others, given: 0 }))
}

/// The files of an archive, without folders and what systems leave beside files.
fn members(file: &File) -> zip::result::ZipResult<Vec<Member>> {
    let mut archive = ZipArchive::new(BufReader::new(file))?;
    let mut members = Vec::new();
    for place in 0..archive.len().min(MOST_FILES) {
        let part = archive.by_index_raw(place)?;
        let name = part.name()?.into_owned();
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        if part.is_dir() || last.is_empty() || last.starts_with('.') || name.starts_with("__MACOSX/") {
            continue;
        }
        let method = part.compression();
        members.push(Member {
            start: part.data_start().unwrap_or_default(),
            packed: part.compressed_size(),
            size: part.size(),
            crc: part.crc32(),
            deflated: method == CompressionMethod::Deflated,
            readable: !part.encrypted() && part.data_start().is_some() && matches!(method, CompressionMethod::Deflated | CompressionMethod::Stored),
            name,
        });
    }
    Ok(members)
}

/// The tables among them, by their endings.
fn tables(members: &[Member]) -> Vec<&Member> {
    let with = |endings: &[&str]| {
        let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        members.iter().filter(|member| endings.contains(&ending(&member.name).as_str())).collect::<Vec<_>>()
    };
    let sure = with(&TABLES);
    if sure.is_empty() { with(&MAYBE) } else { sure }
}

/// Whether the archive is a document or a workbook.
fn is_document(members: &[Member]) -> bool {
    members.iter().any(|member| matches!(member.name.as_str(), "[Content_Types].xml" | "content.xml" | "mimetype") || member.name.starts_with("xl/"))
}
