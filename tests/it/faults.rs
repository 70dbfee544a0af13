//! Every file of the tests, and of the real data where they are at hand, damaged in many ways: a reader gives an error
//! with a message or batches that fit together; it never panics, never hangs and loses no record.

#![allow(clippy::print_stderr, reason = "a test says what it could not run")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use recovista::ingest::{ReadOptions, open};

/// Ample for a file of this size on a busy machine; a reader that hangs takes for ever.
const LONGEST: Duration = Duration::from_secs(30);
/// Larger files take long and have no other shapes.
const LARGEST: u64 = 300 << 10;

fn folders() -> Vec<PathBuf> {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let real = std::env::var_os("RECOVISTA_REAL_DATA").map(PathBuf::from);
    if real.is_none() {
        eprintln!("RECOVISTA_REAL_DATA is not set: only the files of the project are damaged");
    }
    [own.join("tests/reference"), own.join("sample_data")].into_iter().chain(real).collect()
}

fn files() -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), folders());
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
            match entry.metadata() {
                Ok(what) if what.is_dir() => open.push(entry.path()),
                Ok(what) if what.len() <= LARGEST && !is_script(&entry.path()) => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    assert!(found.len() > 20, "there are files to damage");
    found
}

fn is_script(path: &Path) -> bool {
    path.extension().is_none_or(|ending| ["R", "py", "md", "toml", "json", "snap"].iter().any(|script| ending == *script))
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % end.max(1)
    }
}

/// The file cut off, with flipped bits, with a part twice, with zeros.
fn damaged(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut dice = Dice(whole.len() as u64);
    let mut variants = vec![("nothing left".to_owned(), Vec::new())];
    for end in [1, 2, 4, 16, whole.len() / 4, whole.len() / 2, whole.len().saturating_sub(1), dice.below(whole.len()), dice.below(whole.len())] {
        variants.push((format!("cut after {end} bytes"), whole[..end.min(whole.len())].to_vec()));
    }
    for round in 0..10_usize {
        let mut bytes = whole.to_vec();
        let reach = if round % 2 == 0 { bytes.len().min(600) } else { bytes.len() };
        let places: Vec<usize> = (0..=round / 3).map(|_| dice.below(reach)).collect();
        for place in &places {
            if let Some(byte) = bytes.get_mut(*place) {
                *byte ^= 1 << dice.below(8);
            }
        }
        variants.push((format!("bits flipped in bytes {places:?}"), bytes));
    }
    let (from, to) = (dice.below(whole.len()), dice.below(whole.len()));
    let (from, to) = (from.min(to), from.max(to));
    variants.push((format!("bytes {from} to {to} twice"), [&whole[..to], &whole[from..]].concat()));
    let mut zeros = whole.to_vec();
    zeros[from..to].fill(0);
    variants.push((format!("bytes {from} to {to} are zero"), zeros));
    variants
}

/// Reads all that can be read; what does not fit together is told.
fn read(path: &Path) -> Result<(), String> {
    let Ok(mut reader) = open(path, &ReadOptions::default()) else { return Ok(()) };
    let width = reader.header().len();
    if !reader.described().is_empty() && reader.described().len() != width {
        return Err(format!("{} columns, {} of them described", width, reader.described().len()));
    }
    let mut rows = 0;
    loop {
        match reader.next_batch() {
            Err(error) if error.problems.is_empty() => return Err("an error that says nothing".to_owned()),
            Err(_) => return Ok(()),
            Ok(None) => break,
            Ok(Some(batch)) if batch.width != width || batch.ends.len() != batch.rows() * width => return Err("records of another width".to_owned()),
            Ok(Some(batch)) => rows += batch.rows() as u64,
        }
    }
    let all = rows + reader.rejected().len() as u64;
    if reader.rows_in() == all { Ok(()) } else { Err(format!("{} records came in, {all} are told of", reader.rows_in())) }
}

#[test]
fn damaged_files_end_in_an_error_or_in_records() {
    crate::worker::with_worker();
    let folder = tempfile::tempdir().unwrap();
    let wrong: Vec<String> = files()
        .par_iter()
        .enumerate()
        .flat_map_iter(|(number, file)| {
            let whole = std::fs::read(file).unwrap();
            let ending = file.extension().unwrap_or_default().to_string_lossy().into_owned();
            let path = folder.path().join(format!("{number}.{ending}"));
            let mut wrong = Vec::new();
            for (damage, bytes) in damaged(&whole) {
                std::fs::write(&path, bytes).unwrap();
                let start = Instant::now();
                // A panic here fails the test with the file in its message.
                let outcome = std::panic::catch_unwind(|| read(&path)).unwrap_or_else(|_| Err("it panics".to_owned()));
                let outcome = if start.elapsed() > LONGEST { Err(format!("it takes {:?}", start.elapsed())) } else { outcome };
                wrong.extend(outcome.err().map(|found| format!("{} ({damage}): {found}", file.display())));
            }
            wrong
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
