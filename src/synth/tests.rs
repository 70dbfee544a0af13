//! The sample data against the rest of the program: the codebooks refuse exactly what was planted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{SynthOptions, synthesize};
use crate::frame::Levels;
use crate::ingest::{self, ReadOptions};
use crate::schema::{Codebook, Crosswalk, Origin, Typist};

/// Line, column, raw text and rule of each refusal.
type Refusals = Vec<(u64, String, String, String)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn codebook(name: &str) -> Codebook {
    let (book, problems) = Codebook::parse(name, &text(&root().join("schemas/datasets").join(name)));
    assert!(problems.is_empty(), "{name}: {problems:?}");
    book
}

/// Everything that the codebook refuses in a file, and the rows that it keeps.
fn refusals(file: &str, book: &Codebook, crosswalk: &Crosswalk) -> (Refusals, u64) {
    let mut reader = ingest::open(&root().join("sample_data").join(file), &ReadOptions::default()).expect("the file opens");
    let origin = Origin { dataset: book.id.clone(), wave: String::new(), file: file.to_owned(), places: reader.places() };
    let mut typist = Typist::new(book, crosswalk, reader.header(), &[], origin).expect("the columns are there");
    let mut levels: BTreeMap<String, Levels> = BTreeMap::new();
    while let Some(batch) = reader.next_batch().expect("the file is whole") {
        typist.batch(&batch, &mut levels);
    }
    assert!(reader.rejected().is_empty() && typist.unknown_columns().is_empty());
    let ledger = typist.ledger;
    let mut found: Refusals = ledger.entries.into_iter().map(|entry| (entry.line, entry.column, entry.raw, entry.rule.to_owned())).collect();
    found.sort();
    (found, ledger.rows_kept)
}

fn planted(file: &str) -> Refusals {
    let list = text(&root().join("sample_data/planted_faults.csv"));
    let rows = list.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let mut planted: Refusals =
        rows.filter(|row| row[0] == file).map(|row| (row[1].parse().unwrap_or(0), row[2].clone(), row[3].clone(), row[4].clone())).collect();
    planted.sort();
    planted
}

#[test]
fn the_codebooks_refuse_exactly_the_planted_faults() {
    let (crosswalk, problems) = Crosswalk::parse("crosswalk", &text(&root().join("schemas/crosswalks/members_2022_to_2024.toml")));
    assert!(problems.is_empty(), "{problems:?}");
    let mut all = 0;
    for (file, book, rows) in [
        ("centers.csv", "centers.toml", 39),
        ("members_2022.csv", "member_survey.toml", 1486),
        ("members_2023.csv", "member_survey.toml", 1512),
        ("members_2024.csv", "member_survey.toml", 1534),
        ("attendance_2024.csv.gz", "attendance.toml", 197_824),
        ("teams_2024.csv", "team_survey.toml", 21),
        ("coaches_2024.csv", "coach_survey.toml", 350),
        ("landscape_2024.csv", "landscape.toml", 431),
        ("followup_2024.csv", "followup.toml", 934),
    ] {
        let old_form = if file == "members_2022.csv" { crosswalk.clone() } else { Crosswalk::default() };
        let (found, kept) = refusals(file, &codebook(book), &old_form);
        assert_eq!((&found, kept), (&planted(file), rows), "{file}");
        all += found.len();
    }
    assert!(all >= 40, "{all} planted faults");
}

#[test]
fn the_codebooks_of_real_data_fit_their_files() {
    for (file, book, rows) in [
        ("real/nhis_2018_sample_adult_500.csv", "nhis_2018.toml", 500),
        ("real/ctn0094_visit.csv.gz", "ctn0094_visits.toml", 53_899),
        ("real/ctn0094_demographics.csv", "ctn0094_people.toml", 3560),
    ] {
        let book = codebook(book);
        let mut reader = ingest::open(&root().join("sample_data").join(file), &ReadOptions::default()).expect("the file opens");
        let origin = Origin { dataset: book.id.clone(), wave: String::new(), file: file.to_owned(), places: reader.places() };
        let crosswalk = Crosswalk::default();
        let mut typist = Typist::new(&book, &crosswalk, reader.header(), &[], origin).expect("the columns are there");
        while let Some(batch) = reader.next_batch().expect("the file is whole") {
            typist.batch(&batch, &mut BTreeMap::new());
        }
        assert_eq!((typist.ledger.entries.len(), typist.ledger.rows_kept), (0, rows), "{file}: {:?}", typist.ledger.entries.first());
    }
}

#[test]
fn every_codebook_can_be_drawn_from() {
    let mut books: Vec<PathBuf> = std::fs::read_dir(root().join("schemas/datasets")).expect("a folder").flatten().map(|entry| entry.path()).collect();
    books.sort();
    for schema in books {
        let name = schema.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let options = SynthOptions::Codebook { schema, rows: 40, seed: 5, faults: String::new() };
        let files = synthesize(&options).unwrap_or_else(|error| panic!("{name}: {error}"));
        let book = codebook(&name);
        let rows: Vec<String> = String::from_utf8_lossy(&files[0].bytes).lines().map(str::to_owned).collect();
        assert_eq!(rows.len(), 41, "{name}");
        assert!(rows[0].split(',').count() >= book.fields.len(), "{name}");
    }
}
