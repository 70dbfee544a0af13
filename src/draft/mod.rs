//! A narrative and a run in, a verdict on every number of the narrative out.
//!
//! `passages` and its neighbours take a document apart, `tokens`, `masks` and `claims` find the numbers that
//! claim something, `index` says what words mean each released figure, `meaning` finds the figures that a
//! number can mean, and `judge` says whether it is right. Nothing but released figures is read.

mod cited;
mod claims;
mod context;
mod index;
mod judge;
mod markup;
mod masks;
mod meaning;
mod page;
mod pairs;
mod passages;
mod people;
mod plain;
mod rounding;
mod tokens;
mod word;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use self::index::Index;
use self::judge::Judge;
pub use self::judge::Verdict;
use self::passages::{Passage, sentences};
use crate::error::{Error, Problem};
use crate::results::ResultRow;
use crate::runs::{self, Run};

/// Which draft to check against what.
#[derive(Debug, Clone, Default)]
pub struct DraftOptions {
    /// The narrative: `.docx`, `.html`, `.md` or plain text.
    pub file: PathBuf,
    /// Folder of a run; the run under `reports/` that says most of its numbers when absent.
    pub run: Option<PathBuf>,
    /// Folder of an earlier run: what only it says is stale; `[privacy] previous_release` of the run when absent.
    pub former: Option<PathBuf>,
}

/// One number of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedNumber {
    /// Line and column, or paragraph.
    pub place: String,
    /// As it is written.
    pub number: String,
    /// What became of it.
    pub verdict: Verdict,
    /// What should stand there.
    pub right: String,
    /// Short code of the figure that it means.
    pub code: String,
    /// Name of the figure.
    pub figure: String,
    /// Why the verdict is what it is.
    pub because: String,
    /// The sentence that it stands in.
    pub sentence: String,
}

/// Every number of a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckedDraft {
    /// In reading order.
    pub numbers: Vec<CheckedNumber>,
    /// The run that it was held against.
    pub run: PathBuf,
}

impl CheckedDraft {
    /// Columns of the table.
    pub const HEADING: [&'static str; 8] = ["place", "number", "verdict", "right", "code", "figure", "because", "sentence"];

    /// A line for each number; only those that are not right, or all.
    #[must_use]
    pub fn lines(&self, all: bool) -> Vec<Vec<String>> {
        let shown = self.numbers.iter().filter(|one| all || one.verdict != Verdict::Right);
        let line = |one: &CheckedNumber| {
            let verdict = one.verdict.word().to_owned();
            [&one.place, &one.number, &verdict, &one.right, &one.code, &one.figure, &one.because, &one.sentence].map(Clone::clone).to_vec()
        };
        shown.map(line).collect()
    }

    /// Numbers with a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.numbers.iter().filter(|one| one.verdict == verdict).count()
    }

    /// Numbers that are not right.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.numbers.len() - self.count(Verdict::Right)
    }
}

/// Checks every number of a draft.
///
/// # Errors
/// The draft cannot be read, or there is no run.
pub fn check_draft(options: &DraftOptions) -> Result<CheckedDraft, Error> {
    let passages = read(&options.file)?;
    let mut best: Option<CheckedDraft> = None;
    for folder in runs::named_or_here(options.run.as_deref())? {
        let run = Run::open(&folder)?;
        let former = options.former.clone().or_else(|| run.previous()).map(|folder| Run::open(&folder)).transpose()?;
        let checked = CheckedDraft { numbers: check(&passages, &run, former.as_ref()), run: folder };
        if best.as_ref().is_none_or(|best| checked.count(Verdict::Right) > best.count(Verdict::Right)) {
            best = Some(checked);
        }
    }
    Ok(best.unwrap_or_default())
}

fn check(passages: &[Passage], run: &Run, former: Option<&Run>) -> Vec<CheckedNumber> {
    let index = Index::of(run.table.rows(), &nouns(run));
    let former = former.map(|run| run.table.rows()).unwrap_or_default();
    let judge = Judge { index: &index, former: former.iter().map(|row| (row.id(), row)).collect() };
    let mut numbers = Vec::new();
    for placed in sentences(passages) {
        let passage = &passages[placed.passage];
        for judged in judge.judge(&placed.sentence) {
            let figure = judged.figure.and_then(|place| index.figures.get(place));
            let written = placed.sentence.text.get(judged.claim.at.clone()).unwrap_or_default();
            numbers.push(CheckedNumber {
                place: passage.place.of(&passage.text, placed.start + judged.claim.at.start),
                number: written.to_owned(),
                verdict: judged.verdict,
                right: judged.right,
                code: figure.map(|figure| figure.code.clone()).unwrap_or_default(),
                figure: figure.and_then(|figure| figure.row.label.clone()).unwrap_or_default(),
                because: judged.because,
                sentence: placed.sentence.text.trim().to_owned(),
            });
        }
    }
    numbers
}

/// What the rows of each dataset are called.
fn nouns(run: &Run) -> BTreeMap<String, String> {
    let datasets = run.table.rows().iter().map(|row: &ResultRow| row.dataset.as_str());
    let noun = |dataset: &str| {
        let about = run.dataset(dataset);
        [&about["noun"], &about["unit"]].into_iter().find_map(Value::as_str).unwrap_or("people").to_owned()
    };
    datasets.map(|dataset| (dataset.to_owned(), noun(dataset))).collect()
}

/// Longest draft that is read.
const LONGEST: u64 = 64 << 20;

fn read(path: &Path) -> Result<Vec<Passage>, Error> {
    let failed = |error: std::io::Error| Error::io("read", path, &error);
    let length = std::fs::metadata(path).map_err(failed)?.len();
    if length > LONGEST {
        return Err(word::unreadable(path, "more than 64 megabytes"));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(page::word(&word::text(path, bytes)?));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let problem = Problem::new("draft::not_text", format!("{} is neither a Word document nor text in UTF-8", path.display()));
        let found = format!("byte {} is not UTF-8", error.utf8_error().valid_up_to());
        Error::input(problem.found(found).expected("a .docx, .html, .md or .txt file").help("save it as .docx, or as text in UTF-8"))
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let start: String = text.trim_start().chars().take(15).collect::<String>().to_lowercase();
    let is_page = start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || path.extension().is_some_and(|ending| ["html", "htm"].iter().any(|known| ending.eq_ignore_ascii_case(known)));
    Ok(if is_page { page::html(text) } else { plain::passages(text) })
}
