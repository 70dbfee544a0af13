//! A path in, bytes out: opened with `std::fs`, unpacked from gzip, zstd or a ZIP archive as they pass, hashed as they lie on the disk where a run keeps the hash.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, ErrorKind, Read, Seek as _};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::archive::{self, Unpacked, ZIP};
use crate::error::{Error, Problem};

/// First bytes of a gzip file.
pub(crate) const GZIP: &[u8] = &[0x1f, 0x8b];
/// First bytes of a zstd file.
pub(crate) const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Bytes that are looked at before a reader is chosen.
const HEAD: u64 = 4096;

/// An open file and its first bytes.
pub(crate) struct Input {
    /// Path as the user gave it.
    pub(crate) path: PathBuf,
    /// Up to 4,096 first bytes, already taken from `file`.
    pub(crate) head: Vec<u8>,
    /// Whether the bytes are hashed as they pass.
    pub(crate) hashed: bool,
    file: File,
}

impl Input {
    /// Opens a file and looks at its first bytes. Its bytes will be hashed.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if path.to_string_lossy().contains("://") {
            let problem = Problem::new("input::url", format!("{} is an address, not a path", path.display()));
            return Err(Error::input(problem.expected("a path: nothing is downloaded").help("save the file on this machine and name its path")));
        }
        let failed = |error: io::Error| Error::io("read", path, &error);
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(io::Error::new(ErrorKind::IsADirectory, "it is a folder")));
        }
        let mut head = Vec::new();
        (&file).take(HEAD).read_to_end(&mut head).map_err(failed)?;
        if head.is_empty() {
            return Err(empty_file(path));
        }
        Ok(Self { path: path.to_owned(), head, hashed: true, file })
    }

    /// Whether it is an archive that holds tables of text.
    pub(crate) fn holds_tables(&self) -> bool {
        self.head.starts_with(ZIP) && archive::holds_tables(&self.file)
    }

    /// The file from its first byte, for formats that are not read from front to back.
    pub(crate) fn into_file(mut self) -> Result<File, Error> {
        self.file.rewind().map_err(|error| Error::io("read", &self.path, &error))?;
        Ok(self.file)
    }
}

/// The error of a file without a single record.
pub(crate) fn empty_file(path: &Path) -> Error {
    let problem = Problem::new("input::empty_file", format!("{} has nothing in it", path.display()));
    Error::input(problem.expected("a header line with the column names").help("export the file again"))
}

/// The bytes of a file, unpacked.
pub(crate) struct Source {
    path: PathBuf,
    packing: Packing,
    /// Bytes that were taken and put back.
    returned: Cursor<Vec<u8>>,
    /// Bytes that came out so far.
    given: u64,
    sha256: Option<String>,
}

enum Packing {
    Plain(Hashed),
    Gzip(Box<MultiGzDecoder<Hashed>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<Hashed>>>),
    /// A file in an archive, and the archive's own hash.
    Zip(Box<Unpacked>, Option<String>),
}

impl Source {
    /// Starts at the first byte.
    pub(crate) fn new(mut input: Input) -> Result<Self, Error> {
        if input.holds_tables() {
            input.file.rewind().map_err(|error| Error::io("read", &input.path, &error))?;
            let sha256 = input.hashed.then(|| sha256_of(&input.path, &mut input.file)).transpose()?;
            if let Some(unpacked) = archive::open(&input.path, input.file)? {
                let packing = Packing::Zip(Box::new(unpacked), sha256);
                return Ok(Self { path: input.path, packing, returned: Cursor::default(), given: 0, sha256: None });
            }
            return Err(damaged(&input.path, "ZIP", "an archive that changes"));
        }
        let Input { path, head, hashed, file } = input;
        let (gzip, zstd) = (head.starts_with(GZIP), head.starts_with(ZSTD));
        let hashed = Hashed { bytes: Cursor::new(head).chain(file), digest: hashed.then(Sha256::new) };
        let packing = if gzip {
            Packing::Gzip(Box::new(MultiGzDecoder::new(hashed)))
        } else if zstd {
            Packing::Zstd(Box::new(zstd::Decoder::new(hashed).map_err(|error| Error::io("read", &path, &error))?))
        } else {
            Packing::Plain(hashed)
        };
        Ok(Self { path, packing, returned: Cursor::default(), given: 0, sha256: None })
    }

    /// Path as the user gave it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the bytes are unpacked as they pass.
    pub(crate) fn is_packed(&self) -> bool {
        !matches!(self.packing, Packing::Plain(_))
    }

    /// The name of the file in the archive, and those of the others.
    pub(crate) fn member(&self) -> Option<(&str, &[String])> {
        match &self.packing {
            Packing::Zip(unpacked, _) => Some((unpacked.name(), &unpacked.others)),
            _ => None,
        }
    }

    /// Puts bytes back that were taken last; they come again.
    pub(crate) fn put_back(&mut self, bytes: Vec<u8>) {
        self.returned = Cursor::new(bytes);
    }

    /// Fills the buffer as far as the file goes; fewer bytes than asked for mean its end.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut filled = self.returned.read(buffer).unwrap_or_default();
        while filled < buffer.len() {
            let rest = &mut buffer[filled..];
            let read = match &mut self.packing {
                Packing::Plain(file) => file.read(rest),
                Packing::Gzip(file) => file.read(rest),
                Packing::Zstd(file) => file.read(rest),
                Packing::Zip(file, _) => file.read(rest),
            };
            match read {
                Ok(0) => {
                    self.finish()?;
                    break;
                }
                Ok(count) => {
                    filled += count;
                    self.given += u64::try_from(count).unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
        Ok(filled)
    }

    /// Hash of the file as it lies on the disk; known at the end.
    pub(crate) fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }

    /// Reads what the unpacker left unread, so that the hash covers every byte.
    fn finish(&mut self) -> Result<(), Error> {
        let file = match &mut self.packing {
            Packing::Plain(file) => file,
            Packing::Gzip(file) => file.get_mut(),
            Packing::Zstd(file) => file.get_mut().get_mut(),
            Packing::Zip(_, sha256) => {
                self.sha256 = sha256.take().or(self.sha256.take());
                return Ok(());
            }
        };
        if file.digest.is_none() {
            return Ok(());
        }
        io::copy(file, &mut io::sink()).map_err(|error| Error::io("read", &self.path, &error))?;
        self.sha256 = file.digest.take().map(hex);
        Ok(())
    }

    fn failed(&self, error: &io::Error) -> Error {
        let from_system = error.raw_os_error().is_some();
        let kind = match &self.packing {
            Packing::Gzip(_) if !from_system => "gzip",
            Packing::Zstd(_) if !from_system => "zstd",
            Packing::Zip(..) if !from_system => "ZIP",
            _ => return Error::io("read", &self.path, error),
        };
        damaged(&self.path, kind, &format!("{error}, after {} unpacked bytes", self.given))
    }
}

/// The error of a file whose packing or layout is broken.
pub(crate) fn damaged(path: &Path, kind: &str, found: &str) -> Error {
    let problem = Problem::new("input::damaged", format!("{} is damaged or cut short", path.display()));
    Error::input(problem.found(found.to_owned()).expected(format!("a whole {kind} file")).help("copy or export the file again"))
}

/// SHA-256 of a whole file.
pub(crate) fn sha256_of(path: &Path, file: &mut File) -> Result<String, Error> {
    let mut hashed = Hashed { bytes: Cursor::new(Vec::new()).chain(file), digest: Some(Sha256::new()) };
    io::copy(&mut hashed, &mut io::sink()).map_err(|error| Error::io("read", path, &error))?;
    Ok(hashed.digest.map(hex).unwrap_or_default())
}

/// The hash of the file at a path.
pub(crate) fn hash_of_file(path: &Path) -> Result<String, Error> {
    let mut file = File::open(path).map_err(|error| Error::io("read", path, &error))?;
    sha256_of(path, &mut file)
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let Ok(()) = write!(text, "{byte:02x}") else { unreachable!("writing to a string cannot fail") };
        text
    })
}

/// Bytes that are hashed as they pass, where the hash is wanted.
struct Hashed<F = File> {
    bytes: Chain<Cursor<Vec<u8>>, F>,
    digest: Option<Sha256>,
}

impl<F: Read> Read for Hashed<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        if let Some(digest) = &mut self.digest {
            digest.update(&buffer[..count]);
        }
        Ok(count)
    }
}
