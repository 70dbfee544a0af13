//! Exports of survey platforms: their header rows are no answers, and what they say about the columns is kept.
//!
//! Truth: the shapes that the files' README states, the survey definitions beside them, and what the platforms document.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use recovista::error::Problem;
use recovista::frame::{Described, RawBatch, Stored};
use recovista::ingest::{ReadOptions, open};

pub(crate) struct Export {
    pub(crate) layout: String,
    pub(crate) header: Vec<String>,
    pub(crate) described: Vec<Described>,
    pub(crate) batches: Vec<RawBatch>,
    pub(crate) notes: Vec<Problem>,
}

impl Export {
    pub(crate) fn read(path: &Path, options: &ReadOptions) -> Result<Self, Box<Problem>> {
        let first = |mut error: recovista::error::Error| Box::new(error.problems.remove(0));
        let mut reader = open(path, options).map_err(first)?;
        let mut batches = Vec::new();
        while let Some(batch) = reader.next_batch().map_err(first)? {
            batches.push(batch);
        }
        let (header, described) = (reader.header().to_vec(), reader.described().to_vec());
        assert!(described.is_empty() || described.len() == header.len());
        Ok(Self { layout: reader.name().to_owned(), header, described, batches, notes: reader.notes() })
    }

    pub(crate) fn rows(&self) -> usize {
        self.batches.iter().map(RawBatch::rows).sum()
    }

    pub(crate) fn place(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name} in {:?}", self.header))
    }

    pub(crate) fn of(&self, name: &str) -> &Described {
        &self.described[self.place(name)]
    }

    pub(crate) fn cells(&self, name: &str) -> Vec<&str> {
        let column = self.place(name);
        self.batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| batch.field_str(row, column))).collect()
    }

    pub(crate) fn option(&self, name: &str) -> (&str, &str) {
        let option = self.of(name).option_of.as_ref().unwrap_or_else(|| panic!("{name} is no option"));
        (&option.question, &option.option)
    }

    pub(crate) fn platform(&self) -> usize {
        self.described.iter().filter(|described| described.platform).count()
    }
}

pub(crate) fn real(path: &str) -> Option<PathBuf> {
    Some(Path::new(&std::env::var_os("RECOVISTA_REAL_DATA")?).join(path))
}

pub(crate) fn real_export(path: &str, options: &ReadOptions) -> Option<Export> {
    Some(Export::read(&real(path)?, options).expect("reads"))
}

pub(crate) fn with_dictionary(path: &Path) -> ReadOptions {
    ReadOptions { dictionary: Some(path.to_owned()), ..ReadOptions::default() }
}

pub(crate) fn written(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("writes");
    file
}

pub(crate) fn read(text: &str) -> Export {
    Export::read(written(text).path(), &ReadOptions::default()).expect("reads")
}

pub(crate) fn levels(described: &Described) -> Vec<(&str, &str)> {
    described.levels.iter().map(|(code, label)| (code.as_str(), label.as_str())).collect()
}

#[test]
fn qualtrics_has_three_header_rows() {
    let Some(export) = real_export("qualtrics/qualtRics_sample.csv", &ReadOptions::default()) else { return };
    assert_eq!((export.layout.as_str(), export.rows(), export.header.len(), export.platform()), ("qualtrics", 1, 20, 17));
    assert_eq!((export.of("Q1").label.as_str(), export.of("StartDate").stored), ("This is a multiple choice question.", Stored::Datetime));
    assert_eq!((export.cells("Q2"), export.batches[0].lines.as_slice()), (vec!["Hello World!"], &[4][..]));
    let Some(export) = real_export("qualtrics/excluder_qualtrics_raw.csv", &ReadOptions::default()) else { return };
    assert_eq!((export.rows(), export.header.len(), export.platform()), (100, 16, 16));
    assert_eq!(export.cells("Status").iter().filter(|status| **status == "Survey Preview").count(), 2);
}

#[test]
fn old_qualtrics_exports_have_two_header_rows() {
    let Some(export) = real_export("qualtrics/qualtRics_sample_legacy.csv", &ReadOptions::default()) else { return };
    assert_eq!((export.layout.as_str(), export.rows(), export.header.len()), ("qualtrics", 1, 16));
    assert_eq!((export.of("V1").label.as_str(), export.of("V8").stored, export.of("Q1").platform), ("ResponseID", Stored::Datetime, false));
    let Some(export) = real_export("qualtrics/tufts_single_answer_matrix.csv", &ReadOptions::default()) else { return };
    assert_eq!((export.rows(), export.header.len()), (5, 30));
    assert_eq!(export.of("question_one__2").label.rsplit('-').next(), Some("Click to write Statement 1"));
    assert!(export.notes.iter().any(|note| note.code == "input::duplicate_column"));
}

#[test]
fn the_survey_definition_gives_labels_and_options() {
    let (Some(path), Some(qsf)) = (real("qualtrics/tufts_sample_survey.csv"), real("qualtrics/tufts_sample_survey.qsf")) else { return };
    let export = Export::read(&path, &with_dictionary(&qsf)).expect("reads");
    assert_eq!((export.rows(), export.header.len(), export.platform()), (5, 74, 14));
    assert_eq!(levels(export.of("q2_favorite")), [("1", "Canteloupe"), ("2", "Kiwi"), ("3", "Pomagranite")]);
    assert_eq!(levels(export.of("q4_rank_2")), [("1", "Enjoy"), ("2", "Ambivalent"), ("3", "Dislike"), ("-1", "Never Tried It")]);
    assert_eq!(export.option("q3_volunteer_4"), ("q3_volunteer", "None of the above"));
    assert_eq!(export.option("q1_recent_q1_recent_2_3"), ("q1_recent_q1_recent_2", "In the last year"));
    assert_eq!(levels(export.of("q6_reservations#1_2")), [("1", "Yes"), ("2", "No"), ("3", "Unsure")]);
    assert_eq!(export.of("q5_position").stored, Stored::Text);
    let error = Export::read(&path, &with_dictionary(&path)).err().expect("is no definition");
    assert_eq!(error.code, "input::bad_dictionary");
    let plain = Export::read(&path, &ReadOptions::default()).expect("reads");
    assert_eq!(plain.option("q3_volunteer_4"), ("q3_volunteer", "None of the above"));
    assert!(plain.of("q4_rank_2").option_of.is_none());
    for name in ["tufts_better_sample", "tufts_single_answer_matrix"] {
        let (Some(path), Some(qsf)) = (real(&format!("qualtrics/{name}.csv")), real(&format!("qualtrics/{name}.qsf"))) else { return };
        let export = Export::read(&path, &with_dictionary(&qsf)).expect("reads");
        assert!(export.described.iter().any(|described| !described.levels.is_empty()), "{name}");
    }
}

/// Names, wording and import ids of a made-up export.
pub(crate) fn qualtrics(columns: &[(&str, &str, &str)], rows: &[&str]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let row = |of: &dyn Fn(&(&str, &str, &str)) -> String| columns.iter().map(of).collect::<Vec<_>>().join(",");
    let head = [row(&|column| quoted(column.0)), row(&|column| quoted(column.1)), row(&|column| quoted(&format!("{{\"ImportId\":\"{}\"}}", column.2)))];
    head.iter().map(String::as_str).chain(rows.iter().copied()).collect::<Vec<_>>().join("\n")
}

#[test]
fn multiple_answers_missing_codes_loops_and_other_texts_are_told_apart() {
    let columns = [
        ("ResponseId", "Response ID", "_recordId"),
        ("Q1", "Which\nof these?", "QID1"),
        ("Q2_1", "Who helps? - Selected Choice - Peers", "QID2_1"),
        ("Q2_2", "Who helps? - Selected Choice - Family", "QID2_2"),
        ("Q2_9_TEXT", "Who helps? - Other - Text", "QID2_9_TEXT"),
        ("1_Q3", "How was [Field-1]?", "1_QID3"),
        ("Q4_1", "Rate - Food", "QID4_1"),
        ("Q4_2", "Rate - Room", "QID4_2"),
        ("Q5_First Click", "Timing - First Click", "QID5_FIRST_CLICK"),
        ("center", "center", "center"),
    ];
    let rows = ["R_1,\"1,2,5\",1,,neighbour,2,1,3,0.5,Lynn", "R_2,-99,,1,-99,1,2,3,1.5,Lynn", "R_3,2,1,1,,1,3,1,2,Boston"];
    let export = read(&qualtrics(&columns, &rows));
    assert_eq!((export.layout.as_str(), export.rows(), export.batches[0].lines[0]), ("qualtrics", 3, 5));
    let Described { label, separator, levels: codes, missing, .. } = export.of("Q1");
    assert_eq!((label.as_str(), separator.as_deref(), codes.len()), ("Which of these?", Some(","), 3));
    assert_eq!(missing, &[("-99".to_owned(), "seen but not answered".to_owned())]);
    assert_eq!(export.option("Q2_2"), ("Q2", "Family"));
    assert_eq!(export.of("Q2_1").option_of.as_ref().map(|option| option.wording.as_str()), Some("Who helps?"));
    assert_eq!((export.of("Q2_9_TEXT").stored, export.of("Q4_1").option_of.is_none()), (Stored::Text, true));
    assert!(export.of("1_Q3").has_missing_codes() && export.of("Q5_First Click").platform && !export.of("center").platform);
    assert!(!export.of("center").has_missing_codes() && !export.of("ResponseId").has_missing_codes());
}

#[test]
fn rows_that_only_look_alike_stay_answers() {
    for text in [
        "ResponseId,StartDate,Q1\nR_1,2024-01-01,2\nR_2,2024-01-02,3\n",
        "V1,V2,V3,V4\n1,2,3,4\nStatus,2,3,4\n",
        "RespondentID,Q1,Q2\n1,Response,No\n2,Response,Yes\n",
        "RespondentID,Q1,Q2\n,Yes,No\n2,No,Yes\n",
        "Timestamp,Temperature,Humidity\n4/22/2016 19:57:50,20,30\n",
        "Timestamp,How are you?,What is your age?\n1461355070,well,20\n",
        "_id,score\n1,2\n",
        "key,start,end\n1,2,3\n",
    ] {
        let export = read(text);
        assert_eq!((export.layout.as_str(), export.rows()), ("delimited", text.lines().count() - 1), "{text}");
        assert!(export.described.is_empty());
    }
    let Some(export) = real_export("qualtrics/qualtRics_sample.csv", &ReadOptions { reader: Some("delimited".to_owned()), ..ReadOptions::default() }) else {
        return;
    };
    assert_eq!((export.layout.as_str(), export.rows()), ("delimited", 3));
}

#[test]
fn a_named_layout_says_what_is_not_as_expected() {
    let file = written("a,b\n1,2\n");
    for (reader, code) in [
        ("qualtrics", "input::not_qualtrics"),
        ("surveymonkey", "input::not_surveymonkey"),
        ("google_forms", "input::not_google_forms"),
        ("alchemer", "input::not_alchemer"),
    ] {
        let options = ReadOptions { reader: Some(reader.to_owned()), ..ReadOptions::default() };
        assert_eq!(Export::read(file.path(), &options).err().map(|problem| problem.code), Some(code));
    }
}

#[test]
fn surveymonkey_names_continue_the_question_at_their_left() {
    let encoding = ReadOptions { encoding: Some("windows-1252".to_owned()), ..ReadOptions::default() };
    let Some(export) = real_export("surveymonkey/star_wars.csv", &encoding) else { return };
    assert_eq!((export.layout.as_str(), export.rows(), export.header.len(), export.platform()), ("surveymonkey", 1186, 38, 1));
    let options: Vec<_> = export.described.iter().filter_map(|described| described.option_of.as_ref()).collect();
    assert_eq!(options.len(), 6);
    assert!(options.iter().all(|option| option.wording.starts_with("Which of the following Star Wars films have you seen?")));
    assert_eq!((options[4].option.as_str(), export.described[9].option_of.is_none()), ("Star Wars: Episode V The Empire Strikes Back", true));
    assert_eq!(export.described[16].label.rsplit(" – ").next(), Some("Luke Skywalker"));
    assert_eq!(export.header.iter().collect::<std::collections::BTreeSet<_>>().len(), 38);
    assert!(export.header.iter().all(|name| name.chars().count() <= 70 && name.chars().all(|c| c.is_alphanumeric() || c == '_')), "{:?}", export.header);
    let Some(export) = real_export("surveymonkey/steak_risk.csv", &ReadOptions::default()) else { return };
    assert_eq!((export.rows(), export.header.len()), (550, 15));
    assert!(export.described[1].label.starts_with("Consider the following hypothetical situations: In Lottery A"));
    for name in ["flying_etiquette", "weather_check"] {
        let Some(export) = real_export(&format!("surveymonkey/{name}.csv"), &ReadOptions::default()) else { return };
        assert_eq!(export.layout, "delimited", "{name} has one header row");
    }
}

#[test]
fn surveymonkey_others_and_open_answers_are_text() {
    let export = read(
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,Custom Data 1,Where do you live?,,How did you hear of us?,,,Any wishes?\n\
         ,,,,,,,,,Response,Other (please specify),Friend,Radio,Other (please specify),Open-Ended Response\n\
         1,9,01/02/2024 03:04:05 PM,,,,,,,Lynn,,Friend,,,None\n2,9,,,,,,,,,Salem,,Radio,a poster,\n",
    );
    assert_eq!((export.layout.as_str(), export.rows(), export.platform(), export.of("start_date").stored), ("surveymonkey", 2, 9, Stored::Datetime));
    assert_eq!(
        export.header[9..],
        ["where_live", "where_live__other_specify", "how_hear_us", "how_hear_us", "how_hear_us", "wishes"]
            .map(str::to_owned)
            .into_iter()
            .enumerate()
            .map(|(at, name)| match at {
                2 => "how_hear_us__friend".to_owned(),
                3 => "how_hear_us__radio".to_owned(),
                4 => "how_hear_us__other_specify".to_owned(),
                _ => name,
            })
            .collect::<Vec<_>>()
    );
    assert_eq!(export.option("how_hear_us__radio"), ("how_hear_us", "Radio"));
    assert_eq!(
        (export.of("how_hear_us__other_specify").stored, export.of("wishes").stored, export.of("where_live").stored),
        (Stored::Text, Stored::Text, Stored::Unknown)
    );
    assert_eq!(export.of("where_live__other_specify").label, "Where do you live? – Other (please specify)");
}

#[test]
fn google_forms_keep_their_questions_as_names() {
    let Some(export) = real_export("other_platforms/google_forms_jupyter_2016.csv", &ReadOptions::default()) else { return };
    assert_eq!((export.layout.as_str(), export.rows(), export.header.len()), ("google_forms", 125, 25));
    assert_eq!((export.of("Timestamp").stored, export.platform()), (Stored::Datetime, 1));
    let tools = export.of("Please indicate which of the following Jupyter/IPython tools your class is utilizing:");
    assert_eq!(tools.separator.as_deref(), Some(", "));
    assert!(tools.levels.iter().any(|(code, _)| code == "nbgrader"));
    let cells = export.cells("Please indicate which of the following Jupyter/IPython tools your class is utilizing:");
    let parts = cells.iter().flat_map(|cell| cell.split(", ")).filter(|part| !part.is_empty());
    assert!(parts.into_iter().all(|part| tools.levels.iter().any(|(code, _)| code == part)));
    assert!(export.of("How often is this course taught?").separator.is_none());
    assert!(export.of("What are the names of the course instructors?").levels.is_empty());
}

#[test]
fn alchemer_options_stand_before_their_question() {
    let export = read(
        "Response ID,Time Started,Date Submitted,Status,Language,Peers:Who helps you?,Family:Who helps you?,Other - Write In:Who helps you?,Food:Please rate,Room:Please rate,Country\n\
         1,2024-01-02 03:04:05,2024-01-02 03:09:05,Complete,English,Peers,,,Good,Poor,US\n2,2024-01-03 03:04:05,,Partial,English,Peers,Family,a neighbour,Good,Good,US\n",
    );
    assert_eq!((export.layout.as_str(), export.rows(), export.platform()), ("alchemer", 2, 5));
    assert_eq!(export.option("Family:Who helps you?"), ("who_helps", "Family"));
    assert_eq!((export.of("Other - Write In:Who helps you?").stored, export.of("Food:Please rate").label.as_str()), (Stored::Text, "Please rate – Food"));
    assert!(export.of("Food:Please rate").option_of.is_none() && !export.of("Country").platform);
}

const KOBO: &str = "start,end,household/consent,household/help,household/help/peers,household/help/family,note,loc,_loc_latitude,_id,_uuid,_submission_time,_index\n\
    2024-03-05T09:12:00.000-05:00,2024-03-05T09:20:00.000-05:00,1,peers family,1,1,fine,,,11,u-1,2024-03-05T14:21:00,1\n\
    2024-03-06T09:12:00.000-05:00,2024-03-06T09:20:00.000-05:00,0,,,,,,,12,u-2,2024-03-06T14:21:00,2\n\
    2024-03-07T09:12:00.000-05:00,2024-03-07T09:20:00.000-05:00,1,family,0,1,,,,13,u-3,2024-03-07T14:21:00,3\n";
const FORM: &str = "survey,,,,\n,type,name,label::English (en),hint\n,start,start,,\n,begin_group,household,Your household,\n,select_one yes_no,consent,Do you agree?,\n\
    ,select_multiple helpers,help,\"Who <b>helps</b>\nyou?\",\n,end_group,,,\n,text,note,Anything else?,\n,geopoint,loc,Where?,\nchoices,,,,\n,list_name,name,label::English (en),\n\
    ,yes_no,1,Yes,\n,yes_no,0,No,\n,helpers,peers,Peers in recovery,\n,helpers,family,Family,\n";

#[test]
fn kobo_columns_are_described_by_their_form() {
    let (data, form) = (written(KOBO), written(FORM));
    let export = Export::read(data.path(), &with_dictionary(form.path())).expect("reads");
    assert_eq!((export.layout.as_str(), export.rows()), ("kobo", 3));
    assert_eq!(levels(export.of("household/consent")), [("1", "Yes"), ("0", "No")]);
    let help = export.of("household/help");
    assert_eq!((help.label.as_str(), help.separator.as_deref()), ("Who helps you?", Some(" ")));
    assert_eq!(levels(help), [("peers", "Peers in recovery"), ("family", "Family")]);
    assert_eq!(export.option("household/help/family"), ("household/help", "Family"));
    assert_eq!((export.of("note").label.as_str(), export.of("note").stored), ("Anything else?", Stored::Text));
    for name in ["start", "end", "_id", "_uuid", "_submission_time", "_index"] {
        assert!(export.of(name).platform, "{name}");
    }
    assert_eq!(export.of("_submission_time").stored, Stored::Datetime);
    assert_eq!(Export::read(data.path(), &with_dictionary(data.path())).err().map(|problem| problem.code), Some("input::bad_dictionary"));
}

#[test]
fn kobo_options_are_found_without_a_form() {
    let export = read(KOBO);
    assert_eq!(export.option("household/help/peers"), ("household/help", "peers"));
    assert_eq!(
        (export.of("household/help").separator.as_deref(), levels(export.of("household/help"))),
        (Some(" "), vec![("peers", "peers"), ("family", "family")])
    );
    assert!(export.of("household/consent").option_of.is_none());
}

#[test]
fn exports_of_other_settings_are_known_too() {
    let monkey = read("respondent_id,collector_id,date_created,What do you eat?,\n,,,Fruit,Bread\n1,7,2024-01-02,Fruit,\n2,7,2024-01-03,,Bread\n");
    assert_eq!((monkey.layout.as_str(), monkey.rows()), ("surveymonkey", 2));
    let google = read("Timestamp,How are you?\n2024/01/02 10:00:00 AM AST,Well\n2024/01/03 11:30:00 PM AST,So so\n");
    assert_eq!((google.layout.as_str(), google.described[0].platform), ("google_forms", true));
    let kobo =
        read("use,use/Tea,use/Other specify,_uuid,_submission_time\nTea Other specify,1,1,a,2024-01-02T10:00:00\nOther specify,0,1,b,2024-01-02T11:00:00\n");
    assert_eq!(kobo.option("use/Other specify"), ("use", "Other specify"));
    let newer = "ResponseId,Q2_1,Q2_2\nResponse ID,Eat? - Fruit,Eat? - Bread\n\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"QID2\"\",\"\"choiceId\"\":\"\"1\"\"}\",\"{\"\"ImportId\"\":\"\"QID2\"\",\"\"choiceId\"\":\"\"2\"\"}\"\nR_1,1,\nR_2,1,1\n";
    let newer = read(newer);
    assert_eq!((newer.layout.as_str(), newer.rows(), newer.option("Q2_2").1), ("qualtrics", 2, "Bread"));
    // Text that a system calls .xls is text.
    let mut file = tempfile::Builder::new().suffix(".xls").tempfile().expect("a temporary file");
    file.write_all(b"id\tage\n1\t31\n").expect("writes");
    assert_eq!(Export::read(file.path(), &ReadOptions::default()).expect("reads").header, ["id", "age"]);
}

#[test]
fn every_export_cut_or_changed_is_read_or_refused() {
    let Some(folder) = real("qualtrics") else { return };
    let mut texts: Vec<Vec<u8>> =
        vec![KOBO.as_bytes().to_vec(), qualtrics(&[("Q1", "x - a", "QID1_1"), ("Q2", "x - é", "QID1_2")], &["1,", ",1"]).into_bytes()];
    texts.extend(
        std::fs::read_dir(&folder).expect("a folder").flatten().map(|entry| std::fs::read(entry.path()).expect("reads")).filter(|bytes| bytes.len() < 30_000),
    );
    let Some(google) = real("other_platforms/google_forms_jupyter_2016.csv") else { return };
    texts.push(std::fs::read(google).expect("reads").into_iter().take(20_000).collect());
    let form = written(FORM);
    for bytes in texts {
        for at in (0..bytes.len()).step_by(bytes.len() / 10 + 1) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            for changed in [&bytes[..at], &flipped] {
                let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
                file.write_all(changed).expect("writes");
                for reader in [None, Some("qualtrics"), Some("surveymonkey"), Some("google_forms"), Some("kobo")] {
                    let options = ReadOptions { reader: reader.map(str::to_owned), ..ReadOptions::default() };
                    let _ = Export::read(file.path(), &options);
                    let _ = Export::read(file.path(), &ReadOptions { dictionary: Some(form.path().to_owned()), ..options.clone() });
                }
                let _ = Export::read(form.path(), &ReadOptions { reader: Some("qualtrics".to_owned()), ..with_dictionary(file.path()) });
            }
        }
    }
}
