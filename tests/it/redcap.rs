//! REDCap exports become one table for each grain, with a proved key, and the same cells whether exported raw or with labels.
//!
//! The files are real projects of the R package `REDCapR` (`tests/reference/redcap`); what is expected of them stands in
//! their own texts (`check_one___1 should be 1`) and in counts of their lines.

use std::fs;
use std::path::{Path, PathBuf};

use recovista::frame::{Described, Stored};
use recovista::ingest::{ReadOptions, Reader, open};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/redcap").join(path)
}

/// A table as it was read.
struct Read {
    reader: Reader,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    lines: Vec<u64>,
}

impl Read {
    fn of(path: &Path, dictionary: Option<PathBuf>, sheet: Option<&str>) -> Self {
        let options = ReadOptions { dictionary, sheet: sheet.map(str::to_owned), ..ReadOptions::default() };
        let mut reader = open(path, &options).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let header = reader.header().to_vec();
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        while let Some(batch) = reader.next_batch().unwrap() {
            rows.extend((0..batch.rows()).map(|row| (0..batch.width).map(|column| batch.field_str(row, column).to_owned()).collect::<Vec<_>>()));
            lines.extend(batch.lines);
        }
        Self { reader, header, rows, lines }
    }

    fn project(name: &str, sheet: Option<&str>) -> Self {
        Self::of(&project(name).join("data.csv"), Some(project(name).join("dictionary.csv")), sheet)
    }

    fn column(&self, name: &str) -> Vec<&str> {
        let place = self.header.iter().position(|known| known == name).unwrap_or_else(|| panic!("no {name} in {:?}", self.header));
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }

    fn about(&self, name: &str) -> &Described {
        &self.reader.described()[self.header.iter().position(|known| known == name).unwrap()]
    }

    fn codes(&self) -> Vec<&'static str> {
        self.reader.notes().iter().map(|note| note.code).collect()
    }
}

/// Name, rows and key of every table of a project.
fn tables(name: &str) -> Vec<(String, usize, Vec<String>)> {
    let names = Read::project(name, None).reader.tables().to_vec();
    let table = |sheet: &String| {
        let read = Read::project(name, Some(sheet));
        (sheet.clone(), read.rows.len(), read.reader.key().to_vec())
    };
    names.iter().map(table).collect()
}

/// Name, rows and key of a table.
type Expected = (&'static str, usize, &'static [&'static str]);

#[test]
fn every_grain_is_a_table_with_a_key() {
    let expected: [(&str, &[Expected]); 9] = [
        ("simple", &[("records", 5, &["record_id"])]),
        ("clinical-trial-1", &[("records", 500, &["record_id"])]),
        ("longitudinal", &[("records", 18, &["study_id", "redcap_event_name"])]),
        ("arm-multiple-delete", &[("records", 60, &["record_id", "redcap_event_name"])]),
        ("repeating-instruments", &[("records", 2, &["record_id"]), ("bp", 4, &["record_id", "redcap_repeat_instance"])]),
        ("repeating-instruments-sparse", &[("records", 5, &["record_id"]), ("bp", 4, &["record_id", "redcap_repeat_instance"])]),
        ("multilevel-model-1", &[("records", 20, &["patient_id"]), ("appointment", 200, &["patient_id", "redcap_repeat_instance"])]),
        ("dag", &[("records", 3, &["record_id"])]),
        (
            "vignette-repeating",
            &[
                ("records", 2, &["record_id"]),
                ("blood_pressure", 6, &["record_id", "redcap_repeat_instance"]),
                ("image", 5, &["record_id", "redcap_repeat_instance"]),
                ("laboratory", 4, &["record_id", "redcap_repeat_instance"]),
            ],
        ),
    ];
    for (name, expected) in expected {
        let expected: Vec<_> =
            expected.iter().map(|(table, rows, key)| ((*table).to_owned(), *rows, key.iter().map(ToString::to_string).collect::<Vec<_>>())).collect();
        assert_eq!(tables(name), expected, "{name}");
    }
}

#[test]
fn a_table_has_its_own_columns_and_true_lines() {
    let base = Read::project("vignette-repeating", None);
    assert_eq!(base.header, ["record_id", "height", "weight", "bmi", "intake_complete"]);
    assert_eq!((base.rows[1].join("|"), base.lines), ("2|2.0|22.0|222.0|2".to_owned(), vec![2, 10]));
    let lab = Read::project("vignette-repeating", Some("laboratory"));
    assert_eq!(lab.header, ["record_id", "redcap_repeat_instance", "lab", "conc", "laboratory_complete"]);
    assert_eq!((lab.column("conc"), lab.lines.as_slice()), (vec!["1.1 ppm", "1.2 ppm", "2.1 ppm", "2.2 ppm"], &[6, 7, 14, 15][..]));
    assert_eq!((lab.about("lab").label.as_str(), lab.reader.name()), ("lab value", "redcap"));
    // Without the dictionary the states of the forms tell what belongs together.
    let data = project("vignette-repeating/data.csv");
    for table in ["records", "blood_pressure", "image", "laboratory"] {
        let (with, without) = (Read::project("vignette-repeating", Some(table)), Read::of(&data, None, Some(table)));
        assert_eq!((with.header, with.rows), (without.header, without.rows));
    }
}

#[test]
fn the_note_names_the_other_tables_and_how_to_get_them() {
    let note = Read::project("vignette-repeating", None).reader.notes().remove(0);
    assert_eq!(note.message, "a REDCap export, read as its table `records` (2 rows, one for each record_id)");
    assert!(note.found.unwrap().contains("`image` (5 rows, one for each record_id + redcap_repeat_instance)"));
    assert!(note.help.unwrap().contains("--sheet blood_pressure"));
    let options = ReadOptions { sheet: Some("imagee".into()), ..ReadOptions::default() };
    let error = open(&project("vignette-repeating/data.csv"), &options).unwrap_err();
    assert_eq!((error.problems[0].code, error.problems[0].help.as_deref()), ("input::unknown_table", Some("did you mean `image`?")));
}

#[test]
fn checkboxes_choices_and_states_are_described() {
    let read = Read::project("checkboxes-1", None);
    // Of the last record nothing was begun: its state is 0 and everything else blank or unticked.
    assert_eq!((read.column("check_one___1"), read.column("check_two___c")), (vec!["1", "0", "1", ""], vec!["1", "0", "0", ""]));
    let option = read.about("check_two___c").option_of.as_ref().unwrap();
    assert_eq!(option.question, "check_two");
    let simple = Read::project("simple", None);
    assert_eq!(simple.about("race___3").option_of.as_ref().unwrap().option, "Native Hawaiian or Other Pacific Islander");
    assert_eq!(simple.about("sex").levels, [("0".to_owned(), "Female".to_owned()), ("1".to_owned(), "Male".to_owned())]);
    assert_eq!((simple.about("dob").stored, simple.about("bmi").stored, simple.about("name_first").stored), (Stored::Date, Stored::Number, Stored::Text));
    // The file was saved by R, which made truth values of the codes 0 and 1.
    assert_eq!((simple.column("sex"), simple.codes().contains(&"input::truth_values")), (vec!["0", "1", "1", "0", "1"], true));
    assert_eq!((simple.about("health_complete").levels[2].1.as_str(), simple.about("health_complete").platform), ("Complete", true));
    let survey = Read::project("survey", None);
    assert!(survey.about("prescreening_survey_timestamp").platform && survey.about("redcap_survey_identifier").platform);
    assert_eq!(survey.about("prescreening_survey_timestamp").stored, Stored::Datetime);
    assert_eq!(Read::project("dag", None).column("redcap_data_access_group"), ["daga", "daga", "dagb"]);
}

#[test]
fn an_export_without_records_has_the_columns_of_the_dictionary() {
    for name in ["empty-rows", "potentially-problematic-dictionary"] {
        let read = Read::project(name, None);
        assert_eq!((read.rows.len(), read.codes(), read.header[0].as_str()), (0, vec!["input::no_records"], "record_id"));
        assert!(read.header.len() > 6 && read.header.last().unwrap().ends_with("_complete"), "{:?}", read.header);
    }
    let error = open(&project("empty-rows/data.csv"), &ReadOptions::default()).unwrap_err();
    assert_eq!(error.problems[0].code, "input::empty_file");
}

/// `repeating-instruments` as REDCap exports it with labels.
const LABELS: &str = "record_id,redcap_repeat_instrument,redcap_repeat_instance,date_enrolled,first_name,dob,age,ethnicity,race,sex,demographics_complete,date_bp,bp_systolic,bp_diastolic,bp_complete
1,,,2019-10-14,aaa,2010-10-14,8.9,NOT Hispanic or Latino,White,Female,Complete,,,,
1,Bp,1,,,,,,,,,2019-10-14,110,100,Complete
1,Bp,2,,,,,,,,,2019-10-14,111,101,Complete
1,Bp,3,,,,,,,,,2019-10-14,112,102,Complete
2,,,2019-02-02,bbb,2010-02-02,9.6,Hispanic or Latino,Unknown / Not Reported,Male,Complete,,,,
2,Bp,1,,,,,,,,,2004-04-04,114,104,Complete
";

/// Its header with labels. Two columns are named `Complete?`.
const HEADINGS: &str = "Record ID,Repeat Instrument,Repeat Instance,Date of Consent Signed:,Subject Initials (FML),Date of Birth,Age (years),Ethnicity,Race,Gender,Complete?,date_bp,bp_systolic,bp_diastolic,Complete?";

#[test]
fn raw_and_label_exports_are_the_same_tables() {
    let folder = tempfile::tempdir().unwrap();
    let (labels, headings) = (folder.path().join("labels.csv"), folder.path().join("headings.csv"));
    fs::write(&labels, LABELS).unwrap();
    let body = LABELS.split_once('\n').unwrap().1;
    fs::write(&headings, format!("{HEADINGS}\n{body}")).unwrap();
    let dictionary = || Some(project("repeating-instruments/dictionary.csv"));
    for table in ["records", "bp"] {
        let raw = Read::project("repeating-instruments", Some(table));
        let labelled = Read::of(&labels, dictionary(), Some(table));
        assert_eq!((&raw.header, &raw.rows), (&labelled.header, &labelled.rows));
        assert_eq!(raw.reader.described(), labelled.reader.described());
        assert!(labelled.codes().contains(&"input::labels"));
        let headed = Read::of(&headings, dictionary(), Some(table));
        assert_eq!((&raw.header, &raw.rows), (&headed.header, &headed.rows));
        assert_eq!(raw.reader.described(), headed.reader.described());
    }
}

/// A longitudinal project with a repeating event and missing-data codes, as REDCap writes it raw and with labels.
const RAW: &str =
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,age,pain___1,pain____9,pain___nask,visit_complete,dose,drug_complete
1,enrollment_arm_1,,,31,1,0,0,2,,
1,visit_1_arm_1,,1,UNK,0,1,0,1,,
1,visit_1_arm_1,,2,33,0,0,1,0,,
1,visit_1_arm_1,drug,1,,,,,,5,2
2,enrollment_arm_1,,,,0,0,0,,,
";
const TWIN: &str =
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,age,pain___1,pain____9,pain___nask,visit_complete,dose,drug_complete
1,Enrollment,,,31,Checked,Unchecked,Unchecked,Complete,,
1,Visit 1,,1,Unknown,Unchecked,Checked,Unchecked,Unverified,,
1,Visit 1,,2,33,Unchecked,Unchecked,Checked,Incomplete,,
1,Visit 1,Drug,1,,,,,,5,Complete
2,Enrollment,,,,Unchecked,Unchecked,Unchecked,,,
";
const DICTIONARY: &str = "field_name,form_name,field_type,field_label,select_choices_or_calculations,text_validation_type_or_show_slider_number
record_id,visit,text,Record ID,,
age,visit,text,Age,,integer
pain,visit,checkbox,<b>Pain</b>,\"1, Head | -9, Elsewhere\",
dose,drug,text,Dose,,number
";

#[test]
fn repeating_events_missing_codes_and_their_label_twin() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let (raw, twin, dictionary) = (path("raw.csv", RAW), path("twin.csv", TWIN), path("dictionary.csv", DICTIONARY));
    let read = |file: &Path, table: &str| Read::of(file, Some(dictionary.clone()), Some(table));
    let events = read(&raw, "repeating_events");
    assert_eq!(events.reader.key(), ["record_id", "redcap_event_name", "redcap_repeat_instance"]);
    assert_eq!((events.column("age"), events.column("pain____9")), (vec!["UNK", "33"], vec!["1", "NASK"]));
    assert_eq!((events.about("age").missing_reason("UNK"), events.about("pain____9").missing_reason("NASK")), (Some("unknown"), Some("not asked")));
    assert_eq!(events.about("pain____9").option_of.as_ref().unwrap().option, "Elsewhere");
    // The second record's form was never opened, so its boxes are not unticked but blank.
    let records = read(&raw, "records");
    assert_eq!((records.rows.len(), records.column("pain___1")), (2, vec!["1", ""]));
    assert!(records.codes().contains(&"input::unopened_form"));
    assert_eq!(read(&raw, "drug").header, ["record_id", "redcap_event_name", "redcap_repeat_instance", "dose", "drug_complete"]);
    for table in ["records", "repeating_events", "drug"] {
        let (raw, twin) = (read(&raw, table), read(&twin, table));
        assert_eq!((&raw.header, &raw.rows, raw.lines), (&twin.header, &twin.rows, twin.lines));
    }
    assert_eq!(read(&twin, "records").about("redcap_event_name").levels[0], ("enrollment_arm_1".to_owned(), "Enrollment".to_owned()));
}

/// The same with wordings as headings: choices, codes for missing data and states go by their labels, and headings come twice.
const HEADED: &str =
    "Record ID,Event Name,Repeat Instrument,Repeat Instance,Age,Pain (choice=Head),Pain (choice=Elsewhere),Pain (choice=Not asked),Complete?,Dose,Complete?";

#[test]
fn headings_join_the_fields_of_the_dictionary() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let headed = format!("{HEADED}\n{}", TWIN.split_once('\n').unwrap().1);
    let (raw, headed, dictionary) = (path("raw.csv", RAW), path("headed.csv", &headed), path("dictionary.csv", DICTIONARY));
    for table in ["records", "repeating_events", "drug"] {
        let (raw, headed_table) = (Read::of(&raw, Some(dictionary.clone()), Some(table)), Read::of(&headed, Some(dictionary.clone()), Some(table)));
        assert_eq!((&raw.header, &raw.rows, &raw.lines), (&headed_table.header, &headed_table.rows, &headed_table.lines));
        // Only labels tell the titles of events.
        let answers = |read: &Read| read.reader.described()[2..].to_vec();
        assert_eq!(answers(&raw), answers(&headed_table));
    }
    // Without it, the tables of instruments that repeat have their titles for names.
    assert_eq!(Read::of(&headed, None, None).reader.tables(), ["records", "repeating_events", "drug"]);
    assert_eq!(Read::of(&headed, None, Some("drug")).rows.len(), 1);
}

#[test]
fn codes_for_missing_data_are_known_without_a_dictionary() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    let text =
        "record_id,age,born,note,race___1,race____99,visit_complete\n1,31,1990-02-03,UNK,1,0,2\n2,UNK,NASK,fine,0,1,2\n3,NI,1991-02-03,,1,0,2\n4,52,,4,0,0,0\n";
    fs::write(&path, text).unwrap();
    let read = Read::of(&path, None, None);
    let missing = |name: &str| read.about(name).missing.iter().map(|(code, reason)| format!("{code}={reason}")).collect::<Vec<_>>();
    assert_eq!(
        (missing("age"), missing("born"), missing("note")),
        (vec!["NI=no information".into(), "UNK=unknown".into()], vec!["NASK=not asked".into()], vec![])
    );
    assert_eq!(read.about("race____99").option_of.as_ref().unwrap().option, "-99");
    assert!(read.codes().contains(&"input::missing_codes"));
    // A form of state 0 with an answer was begun.
    assert_eq!(read.column("race___1"), ["1", "0", "1", "0"]);
}

#[test]
fn a_project_in_xml_is_named_with_what_to_export_instead() {
    let Some(folder) = std::env::var_os("RECOVISTA_REAL_DATA") else { return };
    for name in ["simple", "longitudinal", "repeating-instruments"] {
        let error = open(&Path::new(&folder).join("redcap").join(name).join("project.xml"), &ReadOptions::default()).unwrap_err();
        let problem = &error.problems[0];
        assert!(problem.message.contains("ODM") && problem.help.as_deref().unwrap_or_default().contains("--dictionary"), "{problem:?}");
    }
}

#[test]
fn a_key_that_does_not_hold_is_named_and_not_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    fs::write(&path, "record_id,age,visit_complete\n1,30,2\n2,31,2\n1,32,2\n,5,0\n").unwrap();
    let read = Read::of(&path, None, None);
    assert_eq!((read.rows.len(), read.reader.key().len()), (4, 0));
    let note = read.reader.notes().into_iter().find(|note| note.code == "input::key_not_unique").unwrap();
    assert_eq!((note.message.as_str(), note.found.as_deref()), ("2 of 4 rows have the record_id of another row, or none", Some("first on lines 4, 5")));
}

#[test]
fn other_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("a.csv", "record_id,age\n1,2\n"), ("b.csv", "id,task_complete\n1,often\n"), ("c.csv", "id,a___b\n1,red\n")] {
        fs::write(folder.path().join(name), text).unwrap();
        assert_eq!(Read::of(&folder.path().join(name), None, None).reader.name(), "delimited", "{name}");
    }
}

#[test]
fn broken_exports_and_dictionaries_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let (data, dictionary) = (folder.path().join("data.csv"), folder.path().join("dictionary.csv"));
    for name in ["repeating-instruments", "checkboxes-1", "survey"] {
        let good = [fs::read(project(name).join("data.csv")).unwrap(), fs::read(project(name).join("dictionary.csv")).unwrap()];
        for (broken, kept) in [(0, 1), (1, 0)] {
            for step in 0..60 {
                let mut bytes = good[broken].clone();
                let place = bytes.len() * step / 60;
                if step % 2 == 0 {
                    bytes.truncate(place);
                } else {
                    bytes[place] ^= 1 << (step % 8);
                }
                let files = [(&data, &dictionary), (&dictionary, &data)][broken];
                fs::write(files.0, &bytes).unwrap();
                fs::write(files.1, &good[kept]).unwrap();
                for sheet in [None, Some("bp".to_owned())] {
                    let options = ReadOptions { dictionary: Some(dictionary.clone()), sheet, ..ReadOptions::default() };
                    let Ok(mut reader) = open(&data, &options) else { continue };
                    while let Ok(Some(batch)) = reader.next_batch() {
                        assert_eq!(batch.width, reader.header().len());
                        assert_eq!(batch.ends.len(), batch.width * batch.rows());
                    }
                }
            }
        }
    }
}
