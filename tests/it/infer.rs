//! Proposed codebooks: they parse, they type the very file that they come from, and they say what they guessed.

#![allow(clippy::print_stderr, reason = "a test that did not run says so")]

use std::path::{Path, PathBuf};

use recovista::ingest::ReadOptions;
use recovista::{InferOptions, Inferred, infer};

fn of(text: &str) -> Inferred {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("survey_2024.csv");
    std::fs::write(&file, text).unwrap();
    infer(&InferOptions { file, ..InferOptions::default() }).unwrap()
}

/// A table of forty rows: each column by a name and a function of the row.
fn table(columns: &[(&str, &dyn Fn(usize) -> String)]) -> String {
    let mut text = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",");
    for row in 0..40 {
        text.push('\n');
        text.push_str(&columns.iter().map(|(_, cell)| cell(row)).collect::<Vec<_>>().join(","));
    }
    text + "\n"
}

#[test]
fn types_missing_codes_instruments_and_keys_are_found_with_their_evidence() {
    let item = |row: usize| (row % 4 + 1).to_string();
    let text = table(&[
        ("respondent_id", &|row| format!("r{row}")),
        ("email", &|row| format!("p{row}@example.org")),
        ("age", &|row| if row == 7 { "999".into() } else { (20 + row).to_string() }),
        ("gender", &|row| ["Female", "Male", "Prefer not to say"][row % 3].into()),
        ("came_on", &|row| format!("2024-03-{:02}", row % 28 + 1)),
        ("left_on", &|row| format!("3/{}/2024", row % 28 + 1)),
        ("race___1", &|row| (row % 2).to_string()),
        ("race___2", &|row| (row % 3 / 2).to_string()),
        ("help", &|row| ["Housing;Work", "Work", "Housing;Health;Work"][row % 3].into()),
        ("zip", &|row| format!("0213{}", row % 4)),
        ("house", &|row| ["1", "2", "-99"][row % 3].into()),
        ("remarks", &|row| format!("came because of friend {row} and stayed")),
        ("phq9_1", &item),
        ("phq9_2", &item),
        ("phq9_3", &item),
        ("phq9_4", &item),
        ("phq9_5", &item),
        ("phq9_6", &item),
        ("phq9_7", &item),
        ("phq9_8", &item),
        ("phq9_9", &item),
    ]);
    let found = of(&text);
    assert_eq!((found.rows, found.refused), (40, 0), "{}", found.text);
    for words in [
        "id = \"survey_2024\"\n",
        "key = [\"respondent_id\"]\nperson = \"respondent_id\"\n",
        "missing = { \"999\" = \"skipped\" }",
        "missing = { \"Prefer not to say\" = \"refused\" }",
        "missing = { \"-99\" = \"skipped\" }",
        "name = \"came_on\"\nlabel = \"came on\"\ntype = \"date\"",
        "# sure: 40 of 40 cells are dates, written as month/day/year such as `3/13/2024`",
        "{ column = \"race___1\", label = \"1\" }",
        "separator = \";\"",
        "name = \"zip\"\nlabel = \"zip\"\ntype = \"id\"",
        "name = \"remarks\"\nlabel = \"remarks\"\ntype = \"text\"",
        "[[instrument]]\nid = \"phq9\"\n",
        "coding = \"1-4\"",
        "range = [1, 4]",
        "#   email: e-mail addresses say who people are",
        "On that file it refuses 0 of",
    ] {
        assert!(found.text.contains(words), "{words}\n{}", found.text);
    }
}

fn csv_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            csv_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "csv") {
            found.push(path);
        }
    }
}

#[test]
fn every_real_file_that_opens_is_typed_by_its_own_codebook() {
    let Some(folder) = std::env::var_os("RECOVISTA_REAL_DATA") else {
        eprintln!("not run: RECOVISTA_REAL_DATA is not set");
        return;
    };
    let mut files = Vec::new();
    csv_files(Path::new(&folder), &mut files);
    files.sort();
    let mut typed = 0;
    for file in files {
        let options = InferOptions { file: file.clone(), ..InferOptions::default() };
        // What cannot be read is the reader's business; what can must be typed.
        let Ok(found) = infer(&options) else { continue };
        typed += 1;
        assert!(found.refused * 100 <= found.values, "{}: {} of {} values refused\n{}", file.display(), found.refused, found.values, found.text);
        toml::from_str::<toml::Table>(&found.text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    assert!(typed >= 80, "{typed} files typed");
}

/// A codebook for a real file; none where the files are not at hand.
fn of_real(path: &str, encoding: Option<&str>) -> Option<Inferred> {
    let Some(folder) = std::env::var_os("RECOVISTA_REAL_DATA") else {
        eprintln!("not run: RECOVISTA_REAL_DATA is not set");
        return None;
    };
    let read = ReadOptions { encoding: encoding.map(str::to_owned), ..ReadOptions::default() };
    Some(infer(&InferOptions { file: Path::new(&folder).join(path), read, ..InferOptions::default() }).unwrap())
}

/// The block of one field in the codebook.
fn block<'a>(found: &'a Inferred, words: &str) -> &'a str {
    found.text.split("[[field]]").find(|block| block.contains(words)).unwrap_or_else(|| panic!("{words}\n{}", found.text))
}

#[test]
fn several_answers_in_a_cell_of_a_form_become_a_list() {
    let Some(found) = of_real("other_platforms/google_forms_jupyter_2016.csv", None) else { return };
    let tools = block(&found, "Jupyter/IPython tools your class is utilizing");
    assert!(tools.contains("type = \"multi\"") && tools.contains("separator = \", \"") && tools.contains("{ code = \"JupyterHub\""), "{tools}");
    assert_eq!(found.refused, 0, "{}", found.text);
}

#[test]
fn ticked_cells_that_hold_the_option_itself_are_boxes() {
    let Some(found) = of_real("surveymonkey/star_wars.csv", Some("windows-1252")) else { return };
    let films = block(&found, "Which of the following Star Wars films have you seen");
    assert!(films.contains("options = [") && films.contains("Episode V The Empire Strikes Back"), "{films}");
    assert_eq!(found.refused, 0, "{}", found.text);
}

#[test]
fn one_answer_with_a_comma_stays_one_and_scales_stand_in_their_order() {
    let Some(found) = of_real("surveymonkey/flying_etiquette.csv", None) else { return };
    let rude = block(&found, "move to an unsold seat on a plane");
    assert!(rude.contains("{ code = \"No, not rude at all\"") && rude.contains("type = \"category\""), "{rude}");
    let recline = block(&found, "Do you ever recline your seat");
    let places: Vec<Option<usize>> =
        ["Never", "Once in a while", "About half the time", "Usually", "Always"].iter().map(|word| recline.find(&format!("{{ code = \"{word}\""))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted() && recline.contains("type = \"ordinal\""), "{recline}");
}

#[test]
fn a_single_large_amount_is_no_missing_code() {
    let Some(found) = of_real("other_platforms/kobo_safi_clean.csv", None) else { return };
    let rooms = block(&found, "name = \"rooms\"");
    assert!(rooms.contains("type = \"integer\"") && !rooms.contains("missing"), "{rooms}");
}

#[test]
fn a_column_that_names_nearly_every_row_is_the_key() {
    let rows: Vec<String> = (0..200).map(|row| format!("{},{}", if row == 150 { 7 } else { row }, row % 3)).collect();
    let found = of(&format!("member_id,mood\n{}\n", rows.join("\n")));
    assert!(found.text.contains("key = [\"member_id\"]") && found.text.contains("every row but one, which comes twice"), "{}", found.text);
    assert_eq!(found.refused, 1, "{}", found.text);
}
