//! The worker's side: a request in, the records of one file out, under limits that it sets on itself.

use std::ffi::OsString;
use std::io::{BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::path::{Path, PathBuf};

use super::super::readers::{ALL, Records};
use super::super::source::Input;
use super::super::{ReadOptions, RejectedRecord};
use super::wire::{Tag, Wire, batch_parts, put_all, receive, send};
use super::{Limits, open_here};
use crate::error::{Error, Problem};

/// First argument of a program that is started as a worker.
pub const WORKER_COMMAND: &str = "__read";

/// Does the work of a worker: reads what `input` asks for from the file that the arguments after `WORKER_COMMAND` name, and writes
/// its records to `output`. When `input` ends, its owner has ended, and so does the process.
///
/// # Errors
/// The owner is gone, or says something that no owner says.
pub fn work(mut arguments: impl Iterator<Item = OsString>, mut input: impl Read + Send + 'static, output: impl Write) -> std::io::Result<()> {
    let nonsense = || std::io::Error::other("no request");
    let (Some(path), dictionary) = (arguments.next(), arguments.next().map(PathBuf::from)) else { return Err(nonsense()) };
    let Some((Tag::Request, request)) = receive(&mut input) else { return Err(nonsense()) };
    let mut request = &request[..];
    let (reader, hashed, (memory, seconds)) = <(String, bool, (u64, u64))>::take(&mut request).ok_or_else(nonsense)?;
    let options = ReadOptions { dictionary, ..ReadOptions::take(&mut request).ok_or_else(nonsense)? };
    std::thread::spawn(move || end_with_owner(input));
    limit(Limits { memory, seconds });
    // What a panic says goes to the owner.
    set_hook(Box::new(|_| {}));
    let mut output = BufWriter::with_capacity(1 << 16, output);
    match read(Path::new(&path), &reader, hashed, &options, &mut output) {
        Ok(()) => Ok(()),
        Err(Stop::Gone(error)) => Err(error),
        Err(Stop::Failed(error)) => {
            let mut bytes = Vec::new();
            error.put(&mut bytes);
            send(&mut output, Tag::Failed, &[&bytes])
        }
    }
}

/// Waits for the end of the owner.
#[expect(clippy::exit, reason = "nobody is left to return to, and the thread that reads may compute for long")]
fn end_with_owner(mut input: impl Read) {
    let _ = input.read(&mut [0]);
    std::process::exit(1);
}

/// Sets limits of memory and time on this process, where the system knows them; a stricter limit stays.
fn limit(limits: Limits) {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        for (resource, wanted, grace) in [(Resource::As, limits.memory, 0), (Resource::Cpu, limits.seconds, 5), (Resource::Core, 0, 0)] {
            let now = getrlimit(resource);
            let at_most = |wanted: u64, now: Option<u64>| Some(now.map_or(wanted, |now| now.min(wanted)));
            let new = Rlimit { current: at_most(wanted, now.current), maximum: at_most(wanted.saturating_add(grace), now.maximum) };
            // A system that refuses leaves us as safe as we were.
            let _ = setrlimit(resource, new);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = limits;
}

/// Why reading stopped.
enum Stop {
    /// The file cannot be read.
    Failed(Error),
    /// The owner is gone.
    Gone(std::io::Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Gone(error)
    }
}

fn read(path: &Path, reader: &str, hashed: bool, options: &ReadOptions, output: &mut impl Write) -> Result<(), Stop> {
    let unknown = || Error::usage(Problem::new("input::unknown_reader", format!("there is no reader `{reader}`")));
    let format = ALL.iter().find(|format| format.id() == reader).ok_or_else(unknown)?;
    let mut input = Input::open(path)?;
    input.hashed = hashed;
    let mut records = open_here(*format, input, options)?;
    let mut bytes = Vec::new();
    records.about().put(&mut bytes);
    records.notes().put(&mut bytes);
    send(output, Tag::Opened, &[&bytes])?;
    let mut told = 0;
    while let Some(batch) = records.next_batch()? {
        let rejected = rejected_since(&*records, &mut told);
        let (front, text) = batch_parts(&batch);
        send(output, Tag::Batch, &[&rejected, &front, text])?;
    }
    let mut bytes = rejected_since(&*records, &mut told);
    (records.notes(), records.sha256().map(str::to_owned)).put(&mut bytes);
    send(output, Tag::End, &[&bytes])?;
    // What is left may panic when it is dropped; the owner has everything.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(records)));
    Ok(())
}

/// The records that were rejected since the last call.
fn rejected_since(records: &dyn Records, told: &mut usize) -> Vec<u8> {
    let new: &[RejectedRecord] = records.rejected().get(*told..).unwrap_or_default();
    *told += new.len();
    let mut bytes = Vec::new();
    put_all(new, &mut bytes);
    bytes
}
