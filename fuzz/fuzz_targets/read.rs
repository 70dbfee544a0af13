//! Arbitrary bytes in; whatever they are, a reader gives batches or an error, and what it gives fits together.
//!
//! `RECOVISTA_FUZZ_READER` names the reader or layout, `RECOVISTA_FUZZ_DICTIONARY` a dictionary; without them the content decides.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use recovista::ingest::{self, ReadOptions, ShortRecords};

static OPTIONS: LazyLock<ReadOptions> = LazyLock::new(|| ReadOptions {
    reader: std::env::var("RECOVISTA_FUZZ_READER").ok(),
    dictionary: std::env::var_os("RECOVISTA_FUZZ_DICTIONARY").map(PathBuf::from),
    short_records: ShortRecords::Fill,
    ..ReadOptions::default()
});

/// A file of this process alone, in memory where the system has such a place.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("recovista-fuzz-{}", std::process::id()))
});

fuzz_target!(|bytes: &[u8]| {
    std::fs::write(&*FILE, bytes).expect("the folder for temporary files can be written");
    let Ok(mut reader) = ingest::open(&FILE, &OPTIONS) else { return };
    let width = reader.header().len();
    assert!(reader.header().iter().all(|name| !name.is_empty()), "a column without a name");
    let mut names = reader.header().to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), width, "two columns of one name");
    assert!(reader.described().is_empty() || reader.described().len() == width, "descriptions of other columns");
    let mut rows = 0_u64;
    loop {
        match reader.next_batch() {
            Err(_) => return,
            Ok(None) => break,
            Ok(Some(batch)) => {
                assert_eq!(batch.width, width, "records of another width");
                assert_eq!(batch.ends.len(), batch.rows() * width, "fields that are not there");
                assert!(std::str::from_utf8(&batch.text).is_ok(), "text that is not UTF-8");
                assert!(batch.ends.is_sorted() && batch.ends.last().is_none_or(|end| *end <= batch.text.len()), "fields outside the text");
                rows += batch.rows() as u64;
            }
        }
    }
    assert_eq!(reader.rows_in(), rows + reader.rejected().len() as u64, "records were lost");
    reader.notes();
});
