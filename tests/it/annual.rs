//! The sample run against figures that `tests/reference/annual/recompute.py` makes from the raw files without recovista.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use recovista::{Locking, RunOptions, Summary};

/// Absolute difference that is rounding, for figures that are zero.
const ROUNDING: f64 = 1e-9;

/// Columns of a result that a hidden figure must not have.
const NUMBERS: [&str; 14] = [
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "test_statistic",
    "df",
    "p_value",
    "n",
    "n_weighted",
    "n_missing",
    "denominator",
    "deff",
    "cv",
];

/// One run for all tests of this file, by one thread.
pub(crate) static RUN: LazyLock<(tempfile::TempDir, Summary)> = LazyLock::new(|| sample_run(1));

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sample_run(jobs: usize) -> (tempfile::TempDir, Summary) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = Some(folder.path().join("annual"));
    let options = RunOptions { pipeline: root().join("pipelines/annual.toml"), out, jobs: Some(jobs), lock: Locking::Leave, ..RunOptions::default() };
    let summary = recovista::run(&options, &mut |_, _| {}).expect("the sample run succeeds");
    (folder, summary)
}

pub(crate) fn public(run: &tempfile::TempDir) -> PathBuf {
    run.path().join("annual/public")
}

/// Records of comma-separated text, header first; a quoted cell may hold commas, quotes and line breaks.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    rows
}

/// The folder of the sample run.
pub(crate) fn run_folder() -> PathBuf {
    RUN.0.path().join("annual")
}

/// The records of a file as maps from column to cell.
pub(crate) fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut rows = records(&text).into_iter();
    let header = rows.next().expect("a header");
    rows.map(|row| header.iter().cloned().zip(row).collect()).collect()
}

fn results(folder: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    table(&folder.join("results.csv")).into_iter().map(|row| (row["id"].clone(), row)).collect()
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or_else(|_| panic!("`{cell}` is not a number"))
}

#[test]
fn every_recomputed_figure_agrees() {
    let found = results(&RUN.0.path().join("annual/restricted"));
    let (mut wrong, mut checked) = (Vec::new(), BTreeMap::<String, usize>::new());
    let references = ["annual", "followup"].map(|area| table(&root().join(format!("tests/reference/{area}/expected.csv"))));
    for row in references.into_iter().flatten() {
        let (id, column, expected) = (&row["id"], &row["column"], number(&row["expected"]));
        let Some(figure) = found.get(id) else {
            wrong.push(format!("{id}: not in the run"));
            continue;
        };
        *checked.entry(figure["analysis"].clone()).or_default() += 1;
        let agrees = figure[column].parse::<f64>().is_ok_and(|value| {
            let scale = expected.abs().max(value.abs());
            (value - expected).abs() <= (number(&row["tolerance"]) * scale).max(ROUNDING)
        });
        if !agrees {
            wrong.push(format!("{id} {column}: {} instead of {expected} ({})", figure[column], row["how"]));
        }
    }
    assert!(wrong.is_empty(), "{} figures differ:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
    assert_eq!(checked.len(), 9, "every analysis is checked: {checked:?}");
    assert!(checked.iter().all(|(analysis, count)| *count >= 40 || analysis == "data-quality"), "{checked:?}");
}

#[test]
fn changes_are_the_sum_of_their_parts() {
    let found = results(&RUN.0.path().join("annual/restricted"));
    let mut checked = 0;
    let is_trend = |row: &&BTreeMap<String, String>| row["analysis"] == "what-changed" && row["stat"] == "difference" && row["level"].is_empty();
    for row in found.values().filter(is_trend) {
        let same =
            |other: &&BTreeMap<String, String>| other["variable"] == row["variable"] && other["groups"] == row["groups"] && other["stat"] == "change_part";
        let parts: Vec<f64> = found.values().filter(same).map(|part| number(&part["estimate"])).collect();
        assert_eq!(parts.len(), 3, "{}", row["id"]);
        assert!((parts.iter().sum::<f64>() - number(&row["estimate"])).abs() < 1e-12, "{}: {parts:?}", row["id"]);
        checked += 1;
    }
    assert_eq!(checked, 12);
}

#[test]
fn planted_faults_are_refused_at_their_place() {
    let place = |row: &BTreeMap<String, String>| ["file", "line", "column", "raw", "rule"].map(|column| row[column].clone());
    let refused: BTreeSet<_> = table(&RUN.0.path().join("annual/restricted/rejects.csv")).iter().map(place).collect();
    let planted: BTreeSet<_> = table(&root().join("sample_data/planted_faults.csv")).iter().map(place).collect();
    assert!(planted.len() >= 10);
    assert_eq!(planted, refused);
}

#[test]
fn rows_in_are_rows_kept_and_rows_rejected() {
    let found = results(&RUN.0.path().join("annual/restricted"));
    for dataset in ["members", "attendance", "teams", "coaches", "landscape", "followup"] {
        let count = |variable: &str| number(&found[&format!("{dataset}.data-quality.{variable}.count")]["estimate"]);
        assert!((count("rows_in") - count("rows_kept") - count("rows_rejected")).abs() < 0.5, "{dataset}");
    }
    let summary = &RUN.1;
    let kept: u64 = summary.datasets.iter().map(|dataset| dataset.1).sum();
    assert_eq!(summary.rows_in, kept + summary.rows_rejected);
    assert!(!summary.has_findings(), "the sample run has nothing to find: {:?}", summary.findings);
}

#[test]
fn hidden_figures_have_no_number_and_all_others_are_the_restricted_ones() {
    let (raw, released) = (results(&RUN.0.path().join("annual/restricted")), results(&public(&RUN.0)));
    assert_eq!(raw.keys().collect::<Vec<_>>(), released.keys().collect::<Vec<_>>());
    for (id, row) in &released {
        let hidden = row["status"].starts_with("suppressed");
        for column in NUMBERS {
            let wanted = if hidden { "" } else { raw[id][column].as_str() };
            assert_eq!(row[column], wanted, "{id} {column}");
        }
    }
}

#[test]
fn the_committed_results_are_current() {
    let committed = root().join("reports/annual/public/results.csv");
    if committed.exists() {
        let read = |path: &Path| std::fs::read(path).expect("a results file");
        assert!(read(&committed) == read(&public(&RUN.0).join("results.csv")), "run pipelines/annual.toml again and commit its results.csv and report.html");
    }
}

#[test]
fn threads_change_no_byte() {
    let other = sample_run(2);
    let (one, two) = (files(&public(&RUN.0)), files(&public(&other.0)));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    assert!(one.len() > 4);
    for (name, bytes) in one {
        assert!(bytes == two[&name], "{} differs between one thread and two", name.display());
    }
}

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file");
                found.insert(path.strip_prefix(folder).expect("below").to_path_buf(), bytes);
            }
        }
    }
    found
}

/// Syllables of a word by groups of vowels, the silent end left out.
fn syllables(word: &str) -> f64 {
    let word = word.to_lowercase();
    let mut letters = word.trim_end_matches("'s").trim_end_matches("’s");
    if letters.len() > 3 && !letters.ends_with("le") {
        letters = letters.strip_suffix("es").or_else(|| letters.strip_suffix('e')).unwrap_or(letters);
        letters = letters.strip_suffix("ed").filter(|stem| !stem.ends_with(['t', 'd'])).unwrap_or(letters);
    }
    let mut before = false;
    let mut groups = 0_u32;
    for letter in letters.chars() {
        let vowel = "aeiouy".contains(letter);
        groups += u32::from(vowel && !before);
        before = vowel;
    }
    f64::from(groups.max(1))
}

/// The school grade that a text asks for (Kincaid and others 1975): `0.39 · words/sentences + 11.8 · syllables/words − 15.59`.
fn grade<'a>(texts: impl Iterator<Item = &'a str>) -> f64 {
    let (mut words, mut sentences, mut spoken) = (0.0, 0.0, 0.0);
    for text in texts {
        for word in text.split_whitespace() {
            let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
            words += f64::from(u8::from(!bare.is_empty()));
            spoken += if bare.is_empty() { 0.0 } else { bare.split('-').map(syllables).sum() };
            sentences += f64::from(u8::from(word.trim_end_matches(['”', ')']).ends_with(['.', '?', '!'])));
        }
    }
    0.39 * words / sentences + 11.8 * spoken / words - 15.59
}

#[test]
fn the_sentences_ask_for_eight_years_of_school_at_most() {
    // Three sentences with the grades that the formula gives when counted by hand: 6 words of 6 syllables, 7 of 9, 3 of 11.
    for (text, wanted) in [("The cat sat on the mat.", -1.45), ("In 2024, 12 people came to visit.", 2.31), ("Different families participated.", 28.85)] {
        let found = grade([text].into_iter());
        assert!((found - wanted).abs() < 0.01, "{text}: {found}");
    }
    let rows = table(&public(&RUN.0).join("results.csv"));
    let told: Vec<&str> = rows.iter().map(|row| row["sentence"].as_str()).filter(|sentence| !sentence.is_empty()).collect();
    assert!(told.len() > 3_000, "{} sentences", told.len());
    let found = grade(told.iter().copied());
    assert!(found <= 8.0, "all sentences together ask for grade {found:.2}");
    let awkward: Vec<&&str> = told.iter().filter(|sentence| sentence.starts_with("1 ") && sentence.contains(" were ")).collect();
    assert!(awkward.is_empty(), "{awkward:?}");
}
