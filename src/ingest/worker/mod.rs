//! A file that may be damaged in, its records out, read in a process of ourselves that may fall over without us.
//!
//! The libraries that read workbooks and columnar files panic, abort or ask for all memory on some damaged files. Where the
//! program has said how it is started (`register_worker`), such files are read by a copy of it under limits of memory and time
//! that it sets on itself, and its end is an error of the file. Elsewhere they are read here and panics are caught.

mod serve;
mod wire;

use std::io::{BufReader, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::OnceLock;

pub use self::serve::{WORKER_COMMAND, work};
use self::wire::{Tag, Wire, receive, send, take_batch};
use super::ReadOptions;
use super::readers::{About, Format, Records, RejectedRecord};
use super::source::{Input, damaged};
use crate::error::{Error, Problem};
use crate::frame::RawBatch;

/// Memory that a worker may use.
const MEMORY: u64 = 3 << 30;
/// Seconds that a worker may compute, and as many more for each MiB of the file.
const SECONDS: u64 = 60;
const SECONDS_FOR_MIB: u64 = 2;
/// Bytes of a worker's last words that are kept.
const LAST_WORDS: u64 = 4096;

static WORKER: OnceLock<PathBuf> = OnceLock::new();

/// Says which program reads files that may be damaged: one that calls `work` when its first argument is `WORKER_COMMAND`. The first call counts.
pub fn register_worker(program: PathBuf) {
    let _ = WORKER.set(program);
}

/// Opens a file with a reader, in a process of its own where the reader is fragile and there is one.
pub(crate) fn open(format: &'static dyn Format, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
    if !format.is_fragile() {
        return format.open(input, options);
    }
    let started = WORKER.get().and_then(|program| start(program, &input.path, options).ok());
    match started {
        Some(child) => Remote::open(child, format.id(), &input, options).map(|remote| Box::new(remote) as Box<dyn Records>),
        None => open_here(format, input, options),
    }
}

/// Opens a file in this process; a panic is an error of the file.
fn open_here(format: &'static dyn Format, input: Input, options: &ReadOptions) -> Result<Box<dyn Records>, Error> {
    let path = input.path.clone();
    let opened = catch_unwind(AssertUnwindSafe(|| format.open(input, options)));
    let records = opened.map_err(|panic| damaged(&path, format.id(), &last_words(&*panic)))??;
    Ok(Box::new(Guarded { records, path, kind: format.id() }))
}

/// What a panic says.
fn last_words(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("its reader gave up: {}", words.unwrap_or("no words"))
}

/// Records whose reader may panic.
struct Guarded {
    records: Box<dyn Records>,
    path: PathBuf,
    kind: &'static str,
}

impl Records for Guarded {
    fn about(&self) -> &About {
        self.records.about()
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        let records = &mut self.records;
        catch_unwind(AssertUnwindSafe(|| records.next_batch())).map_err(|panic| damaged(&self.path, self.kind, &last_words(&*panic)))?
    }

    fn rejected(&self) -> &[RejectedRecord] {
        self.records.rejected()
    }

    fn notes(&self) -> Vec<Problem> {
        self.records.notes()
    }

    fn sha256(&self) -> Option<&str> {
        self.records.sha256()
    }
}

/// Starts a worker on a file. Paths are arguments, because they need not be text.
fn start(program: &Path, path: &Path, options: &ReadOptions) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    command.arg(WORKER_COMMAND).arg(path).args(&options.dictionary);
    // Each thread reserves memory of its own, which counts against the limit.
    command.env("MALLOC_ARENA_MAX", "2").env("RAYON_NUM_THREADS", "2").env("POLARS_MAX_THREADS", "2");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// Limits that a worker sets on itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limits {
    memory: u64,
    seconds: u64,
}

impl Limits {
    fn of(path: &Path) -> Self {
        let size = path.metadata().map_or(0, |metadata| metadata.len());
        Self { memory: MEMORY, seconds: SECONDS.saturating_add((size >> 20).saturating_mul(SECONDS_FOR_MIB)) }
    }
}

/// A file that is read by a worker.
struct Remote {
    path: PathBuf,
    kind: &'static str,
    limits: Limits,
    child: Child,
    /// Held open: a worker ends when it is closed, however we end.
    lifeline: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    about: About,
    notes: Vec<Problem>,
    rejected: Vec<RejectedRecord>,
    sha256: Option<String>,
    ended: bool,
}

impl Remote {
    fn open(mut child: Child, kind: &'static str, input: &Input, options: &ReadOptions) -> Result<Self, Error> {
        let (Some(mut lifeline), Some(output)) = (child.stdin.take(), child.stdout.take()) else { unreachable!("both are pipes") };
        let limits = Limits::of(&input.path);
        let mut request = Vec::new();
        (kind.to_owned(), input.hashed, (limits.memory, limits.seconds)).put(&mut request);
        options.put(&mut request);
        // Where the worker is already gone, the answer that does not come says so.
        let _ = send(&mut lifeline, Tag::Request, &[&request]);
        let output = BufReader::with_capacity(1 << 16, output);
        let path = input.path.clone();
        let (about, lifeline) = (About::default(), Some(lifeline));
        let mut remote = Self { path, kind, limits, child, lifeline, output, about, notes: Vec::new(), rejected: Vec::new(), sha256: None, ended: false };
        match remote.receive()? {
            (Tag::Opened, bytes) => (remote.about, remote.notes) = Wire::take(&mut &bytes[..]).ok_or_else(|| remote.nonsense())?,
            _ => return Err(remote.nonsense()),
        }
        Ok(remote)
    }

    /// The next message that is no error.
    fn receive(&mut self) -> Result<(Tag, Vec<u8>), Error> {
        match receive(&mut self.output) {
            Some((Tag::Failed, bytes)) => Err(Error::take(&mut &bytes[..]).filter(|error| !error.problems.is_empty()).unwrap_or_else(|| self.nonsense())),
            Some(message) => Ok(message),
            None => Err(self.died()),
        }
    }

    fn nonsense(&self) -> Error {
        damaged(&self.path, self.kind, "its reader lost its way")
    }

    /// The error of a worker that is gone.
    fn died(&mut self) -> Error {
        let mut words = Vec::new();
        self.lifeline = None;
        if let Some(errors) = self.child.stderr.take() {
            let _ = errors.take(LAST_WORDS).read_to_end(&mut words);
        }
        let words = String::from_utf8_lossy(&words);
        let status = self.child.wait().ok();
        damaged(&self.path, self.kind, &obituary(status, words.trim(), self.limits))
    }

    /// Takes the records that were rejected since the last message.
    fn add_rejected(&mut self, bytes: &mut &[u8]) -> Option<()> {
        self.rejected.extend(Vec::<RejectedRecord>::take(bytes)?);
        Some(())
    }
}

/// Why a worker ended.
fn obituary(status: Option<ExitStatus>, words: &str, limits: Limits) -> String {
    #[cfg(unix)]
    let signal = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status));
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let _ = status;
    match signal {
        _ if words.contains("memory allocation") => format!("its reader asked for more than {} MB of memory", limits.memory >> 20),
        Some(24) => format!("its reader computed for more than {} seconds", limits.seconds),
        Some(9) => "its reader was killed".to_owned(),
        Some(signal) => format!("its reader fell over with signal {signal}"),
        None => format!("its reader ended early{}{}", if words.is_empty() { "" } else { ": " }, words.lines().last().unwrap_or_default()),
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.lifeline = None;
        // It may have ended already; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Records for Remote {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<RawBatch>, Error> {
        if self.ended {
            return Ok(None);
        }
        let (tag, bytes) = self.receive()?;
        let mut bytes = &bytes[..];
        self.add_rejected(&mut bytes).ok_or_else(|| self.nonsense())?;
        if tag == Tag::Batch {
            let fits = |batch: &RawBatch| batch.width == self.about.header.len() && batch.rows() > 0;
            return take_batch(&mut bytes).filter(fits).map(Some).ok_or_else(|| self.nonsense());
        }
        let (notes, sha256) = Wire::take(&mut bytes).ok_or_else(|| self.nonsense())?;
        (self.notes, self.sha256, self.ended) = (notes, sha256, true);
        Ok(None)
    }

    fn rejected(&self) -> &[RejectedRecord] {
        &self.rejected
    }

    fn notes(&self) -> Vec<Problem> {
        self.notes.clone()
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }
}
