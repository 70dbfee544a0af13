//! Two survey files in, what changed between them out, and a crosswalk that a person can confirm.
//!
//! What a file says of itself (labels, wording, levels) is used where it is there, the observed values
//! always, the codebook where it is given. A difference that a crosswalk accounts for is found again and
//! shown as covered: the earlier file is translated by the crosswalk and compared a second time.

mod changes;
mod profile;
mod propose;
mod recode;
mod rename;
mod similar;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::changes::differences;
pub use self::changes::{Change, Difference, Status};
use self::profile::Profile;
pub(crate) use self::similar::{Meaning, meaning};
use crate::error::{Error, Exit, Problem};
use crate::ingest::ReadOptions;
use crate::schema::{Codebook, Crosswalk, open_codebook};

/// Which two files to compare.
#[derive(Debug, Clone, Default)]
pub struct DiffOptions {
    /// File of the earlier wave.
    pub before: PathBuf,
    /// File of the later wave.
    pub after: PathBuf,
    /// How both files are read.
    pub read: ReadOptions,
    /// Codebook: the path of a `.toml` file or the id of a built-in one.
    pub schema: Option<String>,
    /// Crosswalk from the earlier to the later wave.
    pub crosswalk: Option<PathBuf>,
}

/// What changed between two files.
#[derive(Debug, Clone, Default)]
pub struct Drift {
    /// Every difference.
    pub differences: Vec<Difference>,
    /// A crosswalk for what nobody has declared yet, in TOML; a person writes the reasons. Empty where there is nothing to declare.
    pub proposal: String,
    /// Rows of the earlier and of the later file.
    pub rows: (u64, u64),
    /// Columns of the earlier and of the later file.
    pub columns: (usize, usize),
    /// Columns that belong together by name or by a rename.
    pub shared: usize,
}

impl Drift {
    /// Columns of the table.
    pub const HEADING: [&'static str; 6] = ["field", "change", "before", "after", "status", "evidence"];

    /// A line for each difference.
    #[must_use]
    pub fn lines(&self) -> Vec<Vec<String>> {
        let line = |difference: &Difference| {
            let status = match &difference.status {
                Status::Open => "open".to_owned(),
                Status::Covered(by) => format!("covered: {by}"),
                Status::Note => "note".to_owned(),
            };
            let change = difference.change.word().to_owned();
            vec![difference.field.clone(), change, difference.before.clone(), difference.after.clone(), status, difference.evidence.join("; ")]
        };
        self.differences.iter().map(line).collect()
    }

    /// Whether so few columns belong together that these are no waves of one survey.
    #[must_use]
    pub fn are_unrelated(&self) -> bool {
        self.shared * 5 < self.columns.0.min(self.columns.1)
    }

    /// Differences that nobody has accounted for.
    #[must_use]
    pub fn open(&self) -> usize {
        self.differences.iter().filter(|difference| difference.status == Status::Open).count()
    }
}

/// Compares two survey files.
///
/// # Errors
/// A file that cannot be read, a codebook or crosswalk with mistakes, and folders: two runs are compared by `diff_runs`.
///
/// # Example
/// ```
/// let dir = tempfile::tempdir().unwrap();
/// let path = |name: &str| dir.path().join(name);
/// let rows: String = (0..60).map(|i| format!("{i},{}\n", i % 4)).collect();
/// std::fs::write(path("2023.csv"), format!("id,distress\n{rows}")).unwrap();
/// let rows: String = (0..60).map(|i| format!("{},{}\n", i + 90, 1 + i % 4)).collect();
/// std::fs::write(path("2024.csv"), format!("id,distress\n{rows}")).unwrap();
/// let options = recovista::DiffOptions { before: path("2023.csv"), after: path("2024.csv"), ..Default::default() };
/// let drift = recovista::diff(&options).unwrap();
/// assert_eq!(drift.lines()[0][..4], ["distress", "range_shifted", "0 1 2 3", "1 2 3 4"]);
/// assert!(drift.proposal.contains(r#"map = { "0" = "1", "1" = "2", "2" = "3", "3" = "4" }"#));
/// ```
pub fn diff(options: &DiffOptions) -> Result<Drift, Error> {
    for path in [&options.before, &options.after] {
        refuse_folder(path)?;
    }
    let book = options.schema.as_deref().map(open_codebook).transpose()?;
    let crosswalk = options.crosswalk.as_deref().map(|path| crosswalk(path, book.as_ref())).transpose()?;
    let read = |path: &Path, options: &ReadOptions| Profile::read(path, options, book.as_ref());
    let (before, after) = (read(&options.before, &options.read), read(&options.after, &options.read));
    // A sheet is that of the one file which has sheets; where none has, the error stays.
    let without_sheet = ReadOptions { sheet: None, ..options.read.clone() };
    let (before, after) = match (before, after) {
        (Err(error), Ok(after)) if has_no_sheets(&error) => (read(&options.before, &without_sheet)?, after),
        (Ok(before), Err(error)) if has_no_sheets(&error) => (before, read(&options.after, &without_sheet)?),
        (before, after) => (before?, after?),
    };
    let mut found = differences(&before, &after, book.as_ref());
    if let Some(crosswalk) = &crosswalk {
        found = cover(found, &before, &after, crosswalk, book.as_ref());
    }
    let proposal = propose::crosswalk(&found, &before, &after);
    let same_name = |column: &&profile::Column| after.columns.iter().any(|other| other.name == column.name);
    let renamed = found.iter().filter(|difference| difference.change == Change::Renamed).count();
    let shared = before.columns.iter().filter(same_name).count() + renamed;
    Ok(Drift { differences: found, proposal, rows: (before.rows, after.rows), columns: (before.columns.len(), after.columns.len()), shared })
}

/// Whether a sheet was asked of a file that has none.
fn has_no_sheets(error: &Error) -> bool {
    error.problems.iter().all(|problem| problem.code == "input::no_tables")
}

/// Runs are folders; comparing two of them is another job.
fn refuse_folder(path: &Path) -> Result<(), Error> {
    if !path.is_dir() {
        return Ok(());
    }
    let problem = Problem::new("diff::folder", format!("{} is a folder", path.display()));
    Err(Error::usage(
        problem.expected("two survey files of two waves, or the folders of two runs").help("name a file inside it, or a folder that `recovista run` wrote"),
    ))
}

fn read_text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::io("read", path, &error))
}

fn crosswalk(path: &Path, book: Option<&Codebook>) -> Result<Crosswalk, Error> {
    let (text, name) = (read_text(path)?, path.display().to_string());
    let (crosswalk, problems) = match book {
        Some(book) => Crosswalk::of_book(&name, &text, book),
        None => Crosswalk::parse(&name, &text),
    };
    Error::gather(Exit::Usage, problems).map(|_| crosswalk)
}

/// What the crosswalk accounts for: differences that are gone once the earlier file is translated, and fields declared broken or the same.
fn cover(raw: Vec<Difference>, before: &Profile, after: &Profile, crosswalk: &Crosswalk, book: Option<&Codebook>) -> Vec<Difference> {
    let (translated, gaps) = translate(before.clone(), crosswalk);
    let left = differences(&translated, after, book);
    let is_left = |one: &Difference| left.iter().any(|other| (other.change, &other.field) == (one.change, &one.field));
    let new_name = |field: &str| crosswalk.renames.iter().find(|rename| rename.from == field).map_or(field.to_owned(), |rename| rename.to.clone());
    let mut covered: Vec<Difference> = raw.into_iter().filter(|one| !is_left(one)).collect();
    for one in &mut covered {
        if one.status == Status::Open || one.change == Change::Added {
            one.status = Status::Covered("crosswalk".to_owned());
        }
        if one.change == Change::Dropped || one.change == Change::Added {
            // A rename that the crosswalk declares although nothing else points to it.
            one.change = Change::Renamed;
            one.field = new_name(&one.field);
        }
    }
    let mut seen: Vec<(Change, String)> = Vec::new();
    covered.retain(|one| {
        let key = (one.change, one.field.clone());
        let is_new = one.change != Change::Renamed || !seen.contains(&key);
        seen.push(key);
        is_new
    });
    covered.extend(gaps);
    covered.extend(left.into_iter().map(|one| declared(one, crosswalk)));
    covered.sort_by_key(|one| after.columns.iter().position(|column| column.name == one.field).unwrap_or(usize::MAX));
    covered
}

/// A difference that is left, with what the crosswalk says of its field.
fn declared(one: Difference, crosswalk: &Crosswalk) -> Difference {
    let broken = crosswalk.breaks(&one.field).map(|broken| format!("trend broken, {}", broken.reason));
    let form_only = !matches!(one.change, Change::Dropped | Change::Retyped);
    let same = crosswalk.same.iter().find(|same| same.field == one.field && form_only).map(|same| format!("same question, {}", same.reason));
    match broken.or(same) {
        Some(by) if one.status == Status::Open => Difference { status: Status::Covered(by), ..one },
        _ => one,
    }
}

/// The earlier file in the names and codes of the later one, and the codes that the crosswalk forgets.
fn translate(mut before: Profile, crosswalk: &Crosswalk) -> (Profile, Vec<Difference>) {
    let mut gaps = Vec::new();
    for column in &mut before.columns {
        if let Some(rename) = crosswalk.renames.iter().find(|rename| rename.from == column.name) {
            column.name.clone_from(&rename.to);
            column.written.clone_from(&rename.to);
        }
        let Some(recode) = crosswalk.recode(&column.name) else { continue };
        for (code, count) in &column.codes {
            if !recode.map.iter().any(|(from, _)| from == code) && !recode.dropped.contains(code) {
                let mut gap = Difference::new(Change::Unmapped, &column.name, code, "");
                gap.evidence = vec![format!("observed {count} times, and neither in `map` nor in `drop` of the crosswalk")];
                gaps.push(gap);
            }
        }
        column.translate(&recode.map, &recode.dropped);
    }
    (before, gaps)
}
