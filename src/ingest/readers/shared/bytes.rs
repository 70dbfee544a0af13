//! A file in, its bytes from any place out: what is asked for is there, or the error says where the file ends.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::super::super::source::{Input, damaged, sha256_of};
use crate::error::Error;

/// Bytes that are read at once.
const WINDOW: usize = 64 * 1024;

/// A file that is read from any place.
pub(in crate::ingest::readers) struct Bytes {
    path: PathBuf,
    kind: &'static str,
    file: File,
    length: u64,
    /// Hash of the file, where it is kept.
    sha256: Option<String>,
    /// Bytes of the file from `window_at` on.
    window: Vec<u8>,
    window_at: u64,
    at: u64,
}

impl Bytes {
    /// Starts at the first byte of a file of some kind.
    pub(in crate::ingest::readers) fn open(input: Input, kind: &'static str) -> Result<Self, Error> {
        let (path, hashed) = (input.path.clone(), input.hashed);
        let failed = |error: std::io::Error| Error::io("read", &path, &error);
        let mut file = input.into_file()?;
        let sha256 = hashed.then(|| sha256_of(&path, &mut file)).transpose()?;
        let length = file.metadata().map_err(failed)?.len();
        Ok(Self { path, kind, file, length, sha256, window: Vec::new(), window_at: 0, at: 0 })
    }

    /// Path as the user gave it.
    pub(in crate::ingest::readers) fn path(&self) -> &Path {
        &self.path
    }

    /// Hash of the file, where it is kept.
    pub(in crate::ingest::readers) fn sha256(&self) -> Option<String> {
        self.sha256.clone()
    }

    /// Bytes in the file.
    pub(in crate::ingest::readers) fn length(&self) -> u64 {
        self.length
    }

    /// Bytes from here to the end.
    pub(in crate::ingest::readers) fn left(&self) -> u64 {
        self.length.saturating_sub(self.at)
    }

    /// Place of the next byte, counted from 0.
    pub(in crate::ingest::readers) fn at(&self) -> u64 {
        self.at
    }

    /// Goes on at another place.
    pub(in crate::ingest::readers) fn seek(&mut self, at: u64) {
        self.at = at;
    }

    /// Passes over bytes.
    pub(in crate::ingest::readers) fn skip(&mut self, count: u64) -> Result<(), Error> {
        if count > self.left() {
            return Err(self.cut_short(count));
        }
        self.at += count;
        Ok(())
    }

    /// The next bytes, all of them.
    pub(in crate::ingest::readers) fn take(&mut self, count: usize) -> Result<Vec<u8>, Error> {
        let wanted = u64::try_from(count).unwrap_or(u64::MAX);
        if wanted > self.left() {
            return Err(self.cut_short(wanted));
        }
        let mut bytes = vec![0; count];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The next bytes of a known number.
    pub(in crate::ingest::readers) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Fills the buffer.
    pub(in crate::ingest::readers) fn fill(&mut self, mut buffer: &mut [u8]) -> Result<(), Error> {
        while !buffer.is_empty() {
            let start = self.at.checked_sub(self.window_at).and_then(|start| usize::try_from(start).ok());
            let there = start.and_then(|start| self.window.get(start..)).filter(|there| !there.is_empty());
            let Some(there) = there else {
                self.read_on(buffer.len())?;
                continue;
            };
            let count = there.len().min(buffer.len());
            let (now, later) = buffer.split_at_mut(count);
            now.copy_from_slice(&there[..count]);
            buffer = later;
            self.at += u64::try_from(count).unwrap_or_default();
        }
        Ok(())
    }

    /// Reads the window that starts here.
    fn read_on(&mut self, missing: usize) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error::io("read", &self.path, &error);
        self.file.seek(SeekFrom::Start(self.at)).map_err(failed)?;
        self.window.resize(WINDOW, 0);
        let count = loop {
            match self.file.read(&mut self.window) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other.map_err(failed)?,
            }
        };
        self.window.truncate(count);
        self.window_at = self.at;
        if count == 0 { Err(self.cut_short(u64::try_from(missing).unwrap_or_default())) } else { Ok(()) }
    }

    /// A number of one byte.
    pub(in crate::ingest::readers) fn u8(&mut self) -> Result<u8, Error> {
        Ok(self.array::<1>()?[0])
    }

    /// A number of two bytes.
    pub(in crate::ingest::readers) fn u16(&mut self, order: Order) -> Result<u16, Error> {
        Ok(order.u16(self.array()?))
    }

    /// A number of four bytes.
    pub(in crate::ingest::readers) fn u32(&mut self, order: Order) -> Result<u32, Error> {
        Ok(order.u32(self.array()?))
    }

    /// A signed number of four bytes.
    pub(in crate::ingest::readers) fn i32(&mut self, order: Order) -> Result<i32, Error> {
        Ok(self.u32(order)?.cast_signed())
    }

    /// A number of eight bytes.
    pub(in crate::ingest::readers) fn u64(&mut self, order: Order) -> Result<u64, Error> {
        Ok(order.u64(self.array()?))
    }

    /// The error of a file that ends too early.
    fn cut_short(&self, wanted: u64) -> Error {
        self.fail(format!("the file ends at byte {}, and {wanted} more bytes were to follow byte {}", self.length, self.at))
    }

    /// The error of something that cannot be at this place.
    pub(in crate::ingest::readers) fn fail(&self, found: impl Into<String>) -> Error {
        self.fail_at(found, self.at)
    }

    /// The error of something that cannot be at some place.
    pub(in crate::ingest::readers) fn fail_at(&self, found: impl Into<String>, at: u64) -> Error {
        self.fail_in(found, &format!("byte {at}"))
    }

    /// The error of something that cannot be in some row.
    pub(in crate::ingest::readers) fn fail_in(&self, found: impl Into<String>, place: &str) -> Error {
        let mut error = damaged(&self.path, self.kind, &found.into());
        for problem in &mut error.problems {
            problem.place = Some(format!("{}, {place}", self.path.display()));
        }
        error
    }
}

/// The order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest::readers) enum Order {
    /// The lowest first.
    Little,
    /// The highest first.
    Big,
}

impl Order {
    /// A number of two bytes.
    pub(in crate::ingest::readers) fn u16(self, bytes: [u8; 2]) -> u16 {
        if self == Self::Little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
    }

    /// A number of four bytes.
    pub(in crate::ingest::readers) fn u32(self, bytes: [u8; 4]) -> u32 {
        if self == Self::Little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }

    /// A number of eight bytes.
    pub(in crate::ingest::readers) fn u64(self, bytes: [u8; 8]) -> u64 {
        if self == Self::Little { u64::from_le_bytes(bytes) } else { u64::from_be_bytes(bytes) }
    }

    /// A double.
    pub(in crate::ingest::readers) fn f64(self, bytes: [u8; 8]) -> f64 {
        f64::from_bits(self.u64(bytes))
    }

    /// The number of two bytes at some place of a slice; `None` where the slice ends before.
    pub(in crate::ingest::readers) fn u16_in(self, bytes: &[u8], at: usize) -> Option<u16> {
        bytes.get(at..)?.first_chunk().map(|bytes| self.u16(*bytes))
    }

    /// The number of four bytes at some place of a slice.
    pub(in crate::ingest::readers) fn u32_in(self, bytes: &[u8], at: usize) -> Option<u32> {
        bytes.get(at..)?.first_chunk().map(|bytes| self.u32(*bytes))
    }

    /// The number of eight bytes at some place of a slice.
    pub(in crate::ingest::readers) fn u64_in(self, bytes: &[u8], at: usize) -> Option<u64> {
        bytes.get(at..)?.first_chunk().map(|bytes| self.u64(*bytes))
    }
}
