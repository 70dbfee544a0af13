//! Codebooks from dictionaries and schemas of others, and codebooks for others.
//!
//! The dictionaries are those of real REDCap projects (`tests/reference/redcap`); the order of elements that a DDI
//! codebook must keep is that of the published schema, version 2.5.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use recovista::{ExportFormat, ExportOptions, ImportOptions, Imported, export_codebook, import_codebook};
use serde_json::Value;

fn import(file: &Path) -> Imported {
    import_codebook(&ImportOptions { file: file.to_path_buf(), ..ImportOptions::default() }).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn redcap(project: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/redcap").join(project).join("dictionary.csv")
}

/// The lines of one field.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    let start = text.find(&format!("name = \"{name}\"")).unwrap_or_else(|| panic!("no {name} in\n{text}"));
    let start = text[..start].rfind("\n\n").unwrap_or(0);
    let end = text[start + 2..].find("\n\n").map_or(text.len(), |end| start + 2 + end);
    &text[start..end]
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}

#[test]
fn every_dictionary_becomes_a_codebook_without_a_problem() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/redcap");
    let mut count = 0;
    for project in fs::read_dir(folder).unwrap().filter_map(Result::ok).filter(|entry| entry.path().join("dictionary.csv").exists()) {
        let imported = import(&project.path().join("dictionary.csv"));
        assert!(imported.notes.is_empty() && imported.kind == "a REDCap data dictionary", "{:?}: {:?}", project.path(), imported.notes);
        count += 1;
    }
    assert_eq!(count, 17);
    // Both kinds of headings say the same.
    let body = |imported: Imported| imported.text.split_once("[[field]]").unwrap().1.to_owned();
    let words = body(import(&redcap("decimal-comma-and-dot")));
    let names = body(import(&redcap("decimal-comma-and-dot").with_file_name("metadata.csv")));
    // In the second file the comma fields have a range.
    assert_eq!(
        words.lines().filter(|line| !line.starts_with("range")).collect::<Vec<_>>(),
        names.lines().filter(|line| !line.starts_with("range")).collect::<Vec<_>>()
    );
}

#[test]
fn a_dictionary_gives_kinds_ranges_choices_and_conditions() {
    let text = import(&redcap("longitudinal")).text;
    has(&text, &["key = [\"study_id\", \"redcap_event_name\", \"redcap_repeat_instance\"]"]);
    has(field(&text, "given_birth"), &["ask_if = { field = \"sex\", is = [\"Female\"] }", "{ code = \"1\", label = \"Yes\" }"]);
    has(field(&text, "num_children"), &["# shown only if [sex] = \"0\" and [given_birth] = \"1\"", "type = \"integer\"", "range = [0, inf]"]);
    has(field(&text, "gym"), &["type = \"multi\"", "{ column = \"gym___0\", label = \"Monday\" }", "# row of the matrix weekly_schedule"]);
    has(field(&text, "bmi"), &["# calculated: round(([weight]*10000)/(([height])^(2)),1)", "type = \"number\""]);
    has(field(&text, "specify_mood"), &["range = [0, 100]", "# slider: Very sad | Indifferent | Very happy"]);
    has(field(&text, "height"), &["range = [130, 215]"]);
    has(field(&text, "first_name"), &["identifies = true"]);
    let comma = import(&redcap("decimal-comma-and-dot")).text;
    has(field(&comma, "weight_comma"), &["decimal = \",\"", "range = [35, 200]"]);
    assert!(!field(&comma, "weight_dot").contains("decimal"));
    let kinds = import(&redcap("validation-types-1")).text;
    assert!(!kinds.contains("f_descriptive"));
    for (name, kind) in [
        ("v_date_dmy", "date"),
        ("v_datetime_seconds_mdy", "datetime"),
        ("v_number_4dp_comma_decimal", "number"),
        ("v_zipcode", "text"),
        ("f_slider", "number"),
    ] {
        has(field(&kinds, name), &[&format!("type = \"{kind}\"")]);
    }
    has(field(&kinds, "v_zipcode"), &["# checked on the form as zipcode"]);
    has(field(&kinds, "f_slider"), &["range = [-1, 101]"]);
}

#[test]
fn an_export_narrows_the_codebook_to_one_of_its_tables() {
    let dictionary = redcap("vignette-repeating");
    let mut options = ImportOptions { data: Some(dictionary.with_file_name("data.csv")), file: dictionary, ..ImportOptions::default() };
    options.read.sheet = Some("laboratory".into());
    let imported = import_codebook(&options).unwrap();
    assert_eq!(imported.fields, 5);
    has(&imported.text, &["key = [\"record_id\", \"redcap_repeat_instance\"]"]);
    assert!(!imported.text.contains("optional") && !imported.text.contains("height"));
}

#[test]
fn an_xlsform_as_csv_becomes_a_codebook() {
    let folder = tempfile::tempdir().unwrap();
    let survey = "type,name,label::English (en),hint,relevant,constraint,required\nstart,start,,,,,\nbegin_group,person,About you,,,,\ninteger,age,How old are you?,in years,,. >= 18 and . <= 110,yes\nselect_one yes_no,smokes,Do you smoke?,,,,\nend_group,,,,,,\nselect_multiple drinks,drinks,What do you drink?,,${smokes} = 'y',,\nnote,thanks,Thank you,,,,\ntext,other,Other,,\"selected(${drinks}, 'tea')\",,\ncalculate,score,,,,,\n";
    let choices = "list_name,name,label::English (en)\nyes_no,y,Yes\nyes_no,n,No\ndrinks,tea,<b>Tea</b>\ndrinks,water,Water\n";
    fs::write(folder.path().join("form_survey.csv"), survey).unwrap();
    fs::write(folder.path().join("form_choices.csv"), choices).unwrap();
    let imported = import(&folder.path().join("form_survey.csv"));
    assert_eq!((imported.kind, imported.fields, imported.notes.len()), ("an XLSForm", 6, 0));
    let text = &imported.text;
    has(field(text, "age"), &["aliases = [\"person/age\"]", "range = [18, 110]", "# hint on the form: in years", "type = \"integer\""]);
    has(field(text, "smokes"), &["{ code = \"y\", label = \"Yes\" }"]);
    has(field(text, "drinks"), &["type = \"multi\"", "separator = \" \"", "label = \"Tea\"", "ask_if = { field = \"smokes\", is = [\"Yes\"] }"]);
    has(field(text, "other"), &["ask_if = { field = \"drinks\", is = [\"Tea\"] }"]);
    has(field(text, "start"), &["# the survey platform fills this column", "type = \"datetime\""]);
    // One file with both sheets says the same.
    let indented = |text: &str| text.lines().fold(String::new(), |sheet, line| sheet + "," + line + "\n");
    let pad = |sheet: &str| format!("{sheet},,,,,,,\n");
    let wide = |text: &str| {
        indented(text)
            .lines()
            .fold(String::new(), |sheet, line| sheet + line + &",".repeat(7 - line.replace("(${drinks}, 'tea')", "").matches(',').count().min(7)) + "\n")
    };
    fs::write(folder.path().join("form.csv"), pad("survey") + &wide(survey) + &pad("choices") + &wide(choices)).unwrap();
    let one = import(&folder.path().join("form.csv"));
    assert_eq!(one.text.split_once("[[field]]").unwrap().1, text.split_once("[[field]]").unwrap().1);
}

#[test]
fn a_form_needs_no_choices() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("form.xlsx");
    let rows: [&[&str]; 4] = [
        &["type", "name", "label", "required", "parameters"],
        &["integer", "age", "How old are you?", "yes", ""],
        &["select_multiple_from_file towns.csv", "towns", "In which towns?", "", ""],
        &["range", "share", "How much of it?", "", "start=0 end=1 step=0.1"],
    ];
    fs::write(&path, crate::worker::workbook_of("survey", &rows)).unwrap();
    let imported = import(&path);
    assert_eq!((imported.kind, imported.fields, imported.notes.len()), ("an XLSForm", 3, 0));
    // Answers whose codes stand in another file, and steps between whole numbers, are no mistakes.
    has(field(&imported.text, "towns"), &["type = \"text\""]);
    has(field(&imported.text, "share"), &["type = \"number\""]);
}

#[test]
fn a_table_schema_of_others_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("datapackage.json");
    let schema = r#"{ "fields": [
        { "name": "id", "type": "integer", "constraints": { "required": true, "unique": true } },
        { "name": "Site Name", "type": "string", "title": "Site", "constraints": { "enum": ["A", "B"] } },
        { "name": "rating", "type": "integer", "categories": [{ "value": 1, "label": "low" }, { "value": 2, "label": "high" }], "categoriesOrdered": true },
        { "name": "cost", "type": "number", "decimalChar": ",", "constraints": { "minimum": 0 }, "missingValues": ["-", { "value": "-99", "label": "Refused" }] },
        { "name": "ok", "type": "boolean", "trueValues": ["T"], "falseValues": ["F"] },
        { "name": "when", "type": "date", "format": "%d/%m/%Y" },
        { "name": "tags", "type": "list", "delimiter": "|" },
        { "name": "zip", "type": "string", "constraints": { "pattern": "[0-9]{5}" } }
      ], "primaryKey": "id", "missingValues": ["", "n/a"],
      "foreignKeys": [{ "fields": "Site Name", "reference": { "resource": "sites", "fields": "name" } }] }"#;
    fs::write(&path, format!(r#"{{ "name": "p", "resources": [ {{ "name": "visits", "title": "All visits", "schema": {schema} }} ] }}"#)).unwrap();
    let imported = import(&path);
    assert!(imported.notes.is_empty(), "{:?}", imported.notes);
    let text = &imported.text;
    has(text, &["title = \"All visits\"", "key = [\"id\"]", "\"n/a\" = \"skipped\"", "# refers to another table: "]);
    has(field(text, "site_name"), &["column = \"Site Name\"", "type = \"category\"", "label = \"Site\""]);
    has(field(text, "rating"), &["type = \"ordinal\"", "{ code = \"2\", label = \"high\" }"]);
    has(field(text, "cost"), &["decimal = \",\"", "range = [0, inf]", "missing = { \"-\" = \"skipped\", \"-99\" = \"refused\" }"]);
    has(field(text, "ok"), &["{ code = \"T\", label = \"Yes\" }", "{ code = \"F\", label = \"No\" }"]);
    has(field(text, "when"), &["type = \"text\"", "# format: %d/%m/%Y"]);
    has(field(text, "tags"), &["separator = \"|\""]);
    has(field(text, "zip"), &["# constraint pattern: [0-9]{5}"]);
    let options =
        ImportOptions { file: path.clone(), read: recovista::ingest::ReadOptions { sheet: Some("visit".into()), ..Default::default() }, ..Default::default() };
    assert_eq!(import_codebook(&options).unwrap_err().problems[0].help.as_deref(), Some("did you mean `visits`?"));
}

#[test]
fn files_that_say_nothing_are_refused_with_a_way_on() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let error = import_codebook(&ImportOptions { file: path, ..ImportOptions::default() }).unwrap_err();
        error.problems[0].code
    };
    assert_eq!(refused("a.csv", "a,b\n1,2\n"), "schema::nothing_described");
    assert_eq!(refused("a.json", "{ \"a\": 1 }"), "schema::not_a_table_schema");
    assert_eq!(refused("b.json", "{ \"fields\": [ "), "schema::not_a_table_schema");
    assert_eq!(refused("c.json", &"{\"a\":".repeat(10_000)), "schema::not_a_table_schema");
    let unknown = ExportOptions { codebook: "member_survy".into(), format: ExportFormat::Html };
    assert_eq!(export_codebook(&unknown).unwrap_err().problems[0].help.as_deref(), Some("did you mean `member_survey`?"));
}

#[test]
fn broken_dictionaries_and_schemas_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let json = export_codebook(&ExportOptions { codebook: "followup".into(), format: ExportFormat::Frictionless }).unwrap();
    for (name, good) in [("d.csv", fs::read(redcap("longitudinal")).unwrap()), ("s.json", json.into_bytes())] {
        let path = folder.path().join(name);
        for step in 0..80 {
            let mut bytes = good.clone();
            let place = bytes.len() * step / 80;
            if step % 2 == 0 {
                bytes.truncate(place);
            } else {
                bytes[place] ^= 1 << (step % 8);
            }
            fs::write(&path, &bytes).unwrap();
            let _ = import_codebook(&ImportOptions { file: path.clone(), ..ImportOptions::default() });
        }
    }
}

fn export(codebook: &str, format: ExportFormat) -> String {
    export_codebook(&ExportOptions { codebook: codebook.into(), format }).unwrap()
}

#[test]
fn a_table_schema_names_every_column() {
    let schema: Value = serde_json::from_str(&export("member_survey", ExportFormat::Frictionless)).unwrap();
    let fields = schema["fields"].as_array().unwrap();
    let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    let header = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/members_2024.csv")).unwrap();
    let columns: Vec<&str> = header.lines().next().unwrap().split(',').collect();
    let unnamed: Vec<_> = columns.iter().filter(|column| !names.contains(column)).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
    assert_eq!((&schema["primaryKey"][0], &fields[3]["constraints"]["minimum"]), (&Value::from("respondent_id"), &Value::from(18)));
}

/// Children of `var` in the order of the published schema.
const VAR: [&str; 7] = ["labl", "qstn", "valrng", "universe", "catgry", "varFormat", "notes"];

#[test]
fn a_ddi_codebook_keeps_the_order_of_the_schema() {
    for codebook in ["member_survey", "followup", "coach_survey"] {
        let text = export(codebook, ExportFormat::Ddi);
        has(&text, &["<codeBook xmlns=\"ddi:codebook:2_5\" version=\"2.5\">", "<titl>"]);
        let (mut open, mut ids, mut last) = (Vec::new(), Vec::new(), 0);
        for tag in text.split('<').skip(2).map(|piece| piece.split('>').next().unwrap()) {
            let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{codebook}");
                continue;
            }
            match open.last().copied() {
                Some("var") => {
                    let place = VAR.iter().position(|known| *known == name).unwrap_or_else(|| panic!("{name} in var"));
                    assert!(place >= last, "{name} comes too late in {codebook}");
                    last = place;
                }
                Some("dataDscr") if name == "varGrp" => assert!(ids.iter().all(|id: &&str| id.starts_with("VG")), "groups come first"),
                _ => {}
            }
            if name == "var" || name == "varGrp" {
                last = 0;
                ids.push(tag.split("ID=\"").nth(1).unwrap().split('"').next().unwrap());
            }
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert!(open.is_empty() && unique.len() == ids.len() && ids.len() > 10);
    }
    has(
        &export("member_survey", ExportFormat::Ddi),
        &["<catgry missing=\"Y\">\n        <catValu>-7</catValu>\n        <labl>refused</labl>", "<range UNITS=\"INT\" min=\"18\" max=\"110\"/>"],
    );
}

#[test]
fn a_page_is_one_accessible_file() {
    let page = export("member_survey", ExportFormat::Html);
    has(
        &page,
        &[
            "<html lang=\"en\">",
            "<caption>Fields</caption>",
            "scope=\"col\"",
            "scope=\"row\"",
            "prefers-color-scheme: dark",
            "name=\"viewport\"",
            "<h1>Member survey</h1>",
        ],
    );
    assert!(!page.contains("http") && !page.contains("<script"));
}

#[test]
fn the_command_writes_where_the_user_says() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_recovista")).args(arguments).current_dir(folder.path()).output().unwrap();
    let dictionary = redcap("simple");
    let output = run(&["schema", "import", dictionary.to_str().unwrap(), "--id", "simple", "--out", "simple.toml"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    has(&fs::read_to_string(folder.path().join("simple.toml")).unwrap(), &["id = \"simple\"", "type = \"multi\""]);
    let output = run(&["schema", "export", "simple.toml", "--to", "ddi"]);
    has(&String::from_utf8(output.stdout).unwrap(), &["name=\"race___1\"", "multipleResp"]);
}
