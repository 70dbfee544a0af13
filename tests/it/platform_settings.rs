//! Exports of survey platforms as their settings vary: choice text or numbers, with or without header rows, CSV or workbook.
//!
//! Truth: hand-made exports whose right reading is evident, and twins of one real export in two kinds of file.

use recovista::ingest::ReadOptions;
use recovista::{InferOptions, infer};

use super::platforms::{Export, levels, qualtrics, read, with_dictionary, written};

/// Answers of a question with several choices as Qualtrics joins them: by a comma without a blank.
const JOINED: [&str; 12] = [
    "Yes, daily,Sometimes (a, b)",
    "Yes, daily",
    "Other (please, specify)",
    "Sometimes (a, b),Other (please, specify)",
    "Yes, daily,Sometimes (a, b),Other (please, specify)",
    "Sometimes (a, b)",
    "Yes, daily",
    "Never",
    "Yes, daily,Never",
    "Sometimes (a, b),Never",
    "Other (please, specify)",
    "Yes, daily,Sometimes (a, b)",
];
const CHOICES: [&str; 4] = ["Yes, daily", "Sometimes (a, b)", "Other (please, specify)", "Never"];

fn joined_rows() -> Vec<String> {
    JOINED.iter().enumerate().map(|(row, text)| format!("R_{row},\"{text}\"")).collect()
}

#[test]
fn qualtrics_choice_texts_are_split_at_bare_commas() {
    let rows = joined_rows();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let text = qualtrics(&[("ResponseId", "Response ID", "_recordId"), ("Q1", "How often?", "QID1")], &rows);
    let export = read(&text);
    assert_eq!((export.layout.as_str(), export.of("Q1").separator.as_deref()), ("qualtrics", Some(",")));
    assert_eq!(levels(export.of("Q1")).iter().map(|(code, _)| *code).collect::<Vec<_>>(), CHOICES);
    // The same answers in a plain file, and one question with one answer that has a comma in it.
    let single = ["Yes, often", "No, never", "Other (please, specify)"];
    let lines: Vec<String> = rows.iter().cycle().take(36).enumerate().map(|(row, line)| format!("{row}{line},\"{}\"", single[row % 3])).collect();
    let plain = written(&format!("id,often,ever\n{}\n", lines.join("\n")));
    let inferred = infer(&InferOptions { file: plain.path().to_owned(), ..InferOptions::default() }).expect("infers");
    assert_eq!(inferred.refused, 0, "{}", inferred.text);
    for choice in CHOICES.iter().chain(&single) {
        assert!(inferred.text.contains(&format!("\"{choice}\"")), "{choice}: {}", inferred.text);
    }
    assert!(inferred.text.contains("separator = \",\"") && !inferred.text.contains("\"never\""), "{}", inferred.text);
}

#[test]
fn a_survey_definition_knows_choices_with_commas() {
    let choice = |number: usize| format!("\"{}\":{{\"Display\":\"{}\"}}", number + 1, CHOICES[number]);
    let question = format!(
        "{{\"QuestionID\":\"QID1\",\"DataExportTag\":\"Q1\",\"QuestionText\":\"How often?\",\"QuestionType\":\"MC\",\"Selector\":\"MAVR\",\"Choices\":{{{}}}}}",
        (0..4).map(choice).collect::<Vec<_>>().join(",")
    );
    let mut definition = tempfile::Builder::new().suffix(".qsf").tempfile().expect("a temporary file");
    std::io::Write::write_all(&mut definition, format!("{{\"SurveyElements\":[{{\"Element\":\"SQ\",\"Payload\":{question}}}]}}").as_bytes()).expect("writes");
    // Two answers only: the texts alone would tell nothing.
    let rows = ["R_1,\"Yes, daily,Other (please, specify)\"", "R_2,\"Other (please, specify)\""];
    let file = written(&qualtrics(&[("ResponseId", "Response ID", "_recordId"), ("Q1", "How often?", "QID1")], &rows));
    let inferred = infer(&InferOptions { file: file.path().to_owned(), read: with_dictionary(definition.path()), ..InferOptions::default() }).expect("infers");
    assert_eq!(inferred.refused, 0, "{}", inferred.text);
    assert!(!inferred.text.contains("does not name"), "{}", inferred.text);
}

#[test]
fn qualtrics_exports_without_import_ids_have_two_header_rows() {
    let wording = "Start Date,Response Type,Duration (in seconds),Response ID,How old are you?,Which? - Selected Choice - Pear,Which? - Selected Choice - Plum";
    let texts = [
        format!("StartDate,Status,Duration (in seconds),ResponseId,Q1,Q2_1,Q2_2\n{wording}\n2024-01-02 10:00:00,IP Address,61,R_1,31,1,\n2024-01-02 11:00:00,IP Address,62,R_2,44,1,1\n"),
        "ResponseId,Q1,Q2\nResponse ID,How old are you?,Well?\nR_1,31,Yes\nR_2,44,No\n".to_owned(),
        "V1,V8,V9,age\nResponseID,StartDate,EndDate,How old are you?\nR_1,2014-01-02 10:00:00,2014-01-02 10:00:00,31\nR_2,2014-01-02 10:00:00,2014-01-02 10:00:00,44\n".to_owned(),
        "Q1,Q2\nHow old are you?,How well are you?\n31,4\n44,2\n".to_owned(),
    ];
    for text in &texts {
        let export = read(text);
        assert_eq!((export.layout.as_str(), export.rows()), ("qualtrics", 2), "{text}");
        let age = export.described.iter().position(|described| described.label == "How old are you?").expect("the wording is the label");
        assert_eq!(export.cells(&export.header[age].clone()), ["31", "44"], "{text}");
    }
    let whole = read(&texts[0]);
    assert_eq!((whole.platform(), whole.option("Q2_2")), (4, ("Q2", "Plum")));
    // Answers in words, and files whose first record is one, stay as they are.
    for text in ["Q1,Q2\nnot at all well,very well indeed\nnot at all well,so so I think\nwell,well\n", "ResponseId,Q1\nR_1,Response ID\nR_2,3\n"] {
        assert_eq!(Export::read(written(text).path(), &ReadOptions::default()).expect("reads").layout, "delimited", "{text}");
    }
}

fn reference(name: &str) -> Export {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/platforms").join(name);
    Export::read(&path, &ReadOptions::default()).expect("reads")
}

/// The cells of every column, with line ends as everywhere.
fn frame(export: &Export) -> Vec<Vec<String>> {
    export.header.iter().map(|name| export.cells(name).into_iter().map(|cell| cell.trim().replace("\r\n", "\n")).collect()).collect()
}

#[test]
fn surveymonkey_workbooks_are_what_their_text_is() {
    let text = reference("survey_monkey.csv");
    assert_eq!((text.layout.as_str(), text.rows()), ("surveymonkey", 60));
    for name in ["survey_monkey.xlsx", "survey_monkey_merged.xlsx"] {
        let workbook = reference(name);
        assert_eq!((workbook.layout.as_str(), workbook.rows()), ("surveymonkey", 60), "{name}: {:?}", workbook.notes);
        assert_eq!((&workbook.header, &workbook.described), (&text.header, &text.described), "{name}");
        assert_eq!(frame(&workbook), frame(&text), "{name}");
    }
}

#[test]
fn google_forms_workbooks_are_what_their_text_is() {
    let (text, workbook) = (reference("google_forms.csv"), reference("google_forms.xlsx"));
    assert_eq!((text.layout.as_str(), workbook.layout.as_str(), text.rows()), ("google_forms", "google_forms", 60), "{:?}", workbook.notes);
    assert_eq!((&workbook.header, &workbook.described), (&text.header, &text.described));
    assert!(text.described.iter().any(|described| described.separator.is_some()));
    // Text says 4/22/2016 19:57:50, a workbook 2016-04-22T19:57:50.
    let american = |cell: &String| {
        let (day, time) = cell.split_once(' ').expect("day and time");
        let [month, day, year] = day.split('/').collect::<Vec<_>>()[..] else { panic!("{cell}") };
        format!("{year}-{month:0>2}-{day:0>2}T{time:0>8}")
    };
    let (text, workbook) = (frame(&text), frame(&workbook));
    assert_eq!(text[0].iter().map(american).collect::<Vec<_>>(), workbook[0]);
    assert_eq!(text[1..], workbook[1..]);
}

#[test]
fn surveymonkey_numbers_tick_options() {
    let head = "Respondent ID,Collector ID,Start Date,Who helps you?,,,,How are food and room?,\n,,,Peers,Family,Nobody,Other (please specify),Food,Room\n";
    let text = read(&format!("{head}1,9,,1,,,,4,5\n2,9,,1,2,,,4,5\n3,9,,,,3,,4,\n4,9,,,2,,a priest,5,5\n5,9,,,,,,,\n"));
    assert_eq!(text.option("who_helps__family"), ("who_helps", "Family"));
    assert_eq!(levels(text.of("who_helps__nobody")), [("1", "Nobody")]);
    assert_eq!((text.cells("who_helps__family"), text.cells("who_helps__nobody")), (vec!["", "1", "", "1", ""], vec!["", "", "1", "", ""]));
    assert!(text.of("who_helps__other_specify").option_of.is_none() && text.of("how_food_room__food").option_of.is_none(), "{:?}", text.header);
    let flags = read(&format!("{head}1,9,,1,0,0,,4,5\n2,9,,1,1,0,,4,5\n3,9,,0,0,1,,4,4\n4,9,,,,,,5,5\n"));
    assert_eq!(flags.option("who_helps__peers"), ("who_helps", "Peers"));
    // Names of newer exports, and a variable that the survey was sent with.
    let newer = read(
        "respondent_id,collector_id,date_created,custom_1,campus,Who helps you?,,Your age?\n,,,,,Peers,Family,Open-Ended Response\n1,9,,,North,Peers,,31\n2,9,,,South,,Family,44\n",
    );
    assert_eq!((newer.layout.as_str(), newer.rows(), newer.platform(), newer.cells("age")), ("surveymonkey", 2, 4, vec!["31", "44"]));
    assert_eq!((newer.option("who_helps__family"), newer.cells("campus")), (("who_helps", "Family"), vec!["North", "South"]));
    // Ranks and a matrix that everybody answered alike are no ticks.
    let ranks = read(&format!("{head}1,9,,1,2,3,,1,2\n2,9,,1,2,3,,1,2\n3,9,,1,2,3,,1,2\n"));
    assert!(ranks.described.iter().all(|described| described.option_of.is_none()));
    let file = written(&format!("{head}1,9,,1,,,,4,5\n2,9,,1,2,,,4,5\n3,9,,,,3,,4,\n4,9,,,2,,a priest,5,5\n5,9,,,,,,,\n"));
    let inferred = infer(&InferOptions { file: file.path().to_owned(), ..InferOptions::default() }).expect("infers");
    // One answer in words is no category.
    let other = inferred.text.split("[[field]]").find(|field| field.contains("who_helps__other_specify\"\n"));
    assert!(other.is_some_and(|field| field.contains("type = \"text\"")), "{}", inferred.text);
    assert!(inferred.refused == 0 && inferred.text.contains("name = \"who_helps\"") && inferred.text.contains("type = \"multi\""), "{}", inferred.text);
}

#[test]
fn kobo_groups_that_repeat_keep_the_keys_that_join_them() {
    // The list of answers beside the boxes is asked for once.
    let row = |row: usize| {
        let (list, peers, kin) = [("My peers kin", 1, 1), ("My peers", 1, 0), ("kin", 0, 1)][row % 3];
        format!("2024-03-05,{list},{peers},{kin},{row},u-{row},2024-03-05T14:21:00")
    };
    let boxes = (0..9).map(row).collect::<Vec<_>>().join("\n");
    let file = written(&format!("today,Help?,Help?/My peers,Help?/kin,_id,_uuid,_submission_time\n{boxes}"));
    let inferred = infer(&InferOptions { file: file.path().to_owned(), ..InferOptions::default() }).expect("infers");
    assert!(inferred.refused == 0 && inferred.text.matches("type = \"multi\"").count() == 1, "{}", inferred.text);
    assert!(inferred.text.contains("code = \"My peers\"") && inferred.text.contains("holds the same answers"), "{}", inferred.text);
    // A group in another, as in a workbook of KoBoToolbox, and a table of ODK Central.
    let kobo = "age,_index,_parent_table_name,_parent_index,_submission__id,_submission__uuid,_submission__submission_time\n\
        31,1,Household,1,101,u-1,2024-03-05T14:21:00\n8,2,Household,1,101,u-1,2024-03-05T14:21:00\n40,3,Household,2,102,u-2,2024-03-06T14:21:00\n";
    let odk = "age,PARENT_KEY,KEY\n31,uuid:a,uuid:a/member[1]\n8,uuid:a,uuid:a/member[2]\n40,uuid:b,uuid:b/member[1]\n";
    for (text, key, kept) in [
        (kobo, "key = [\"_submission__id\", \"_index\"]", vec!["_parent_index", "_submission__id", "_index"]),
        (odk, "key = [\"PARENT_KEY\", \"KEY\"]", vec!["PARENT_KEY", "KEY"]),
    ] {
        let file = written(text);
        let inferred = infer(&InferOptions { file: file.path().to_owned(), ..InferOptions::default() }).expect("infers");
        assert_eq!(Export::read(file.path(), &ReadOptions::default()).expect("reads").layout, "kobo");
        assert!(inferred.refused == 0 && inferred.text.contains(key), "{}", inferred.text);
        for name in kept {
            let field = inferred.text.split("[[field]]").find(|field| field.contains(&format!("\"{name}\"")) && field.contains("name ="));
            assert!(field.is_some_and(|field| field.contains("type = \"id\"")), "{name}: {}", inferred.text);
        }
    }
}
