//! A project full of things that may not be public: none of them stands in any byte of `public/`, and what is meant to be public does.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use rust_xlsxwriter::Workbook;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::project::Project;
use crate::spellings::{View, of_folder, places};

const BOOK: &str = r#"id = "people"
title = "Member survey"
unit = "people"
key = ["respondent_id"]
person = "respondent_id"
[[field]]
name = "respondent_id"
type = "id"
[[field]]
name = "center_id"
type = "id"
[[field]]
name = "full_name"
type = "text"
identifies = true
[[field]]
name = "email"
type = "text"
[[field]]
name = "phone"
type = "text"
[[field]]
name = "born"
type = "date"
[[field]]
name = "comment"
type = "text"
[[field]]
name = "gender"
type = "category"
levels = [ { code = "1", label = "Woman, \"as\" <said> & Żółw" }, { code = "2", label = "Man" }, { code = "3", label = "Other" } ]
other = { column = "gender_said", coding = "coding.csv", level = "Other" }
[[field]]
name = "housing"
type = "category"
levels = [ { code = "1", label = "Own home" }, { code = "2", label = "Rented" }, { code = "yurt behind the depot", label = "Another answer" }, { code = "aunt Philomena", label = "Another answer" }, { code = "call 617-555-0100", label = "Elsewhere" } ]
[[field]]
name = "savings"
type = "number"
range = [0, 1000000]
[[field]]
name = "helped"
type = "multi"
levels = [ { code = "a", label = "Meetings" }, { code = "b", label = "Coaching" } ]
"#;

const PIPELINE: &str = r#"title = "Sentinels"
as_of = "2024-12-31"
reject_limit = 0.5
[[dataset]]
id = "members"
schema = "book.toml"
file = "caseload-of-quillfeather/members.xlsx"
sheet = "Quillfeather caseload"
[[dataset.join]]
file = "registry-of-quillfeather/centers.csv"
on = "center_id"
columns = ["region"]
[[analysis]]
id = "who"
kind = "demographics"
dataset = "members"
variables = ["gender", "housing", "savings", "helped"]
by = ["center_id"]
[[analysis]]
id = "scores"
kind = "demographics"
dataset = "members"
variables = ["savings", "gender"]
by = ["region"]
[report]
formats = ["html", "docx", "xlsx"]
template = "funder.docx"
"#;

/// What each kind of file must show: the search is worth nothing that does not find it there.
const PUBLIC_LEVEL: &str = "Woman, \"as\" <said> & Żółw";
/// A center that many people name, although no codebook declares it.
const PUBLIC_CENTER: &str = "C-Lighthouse-40417";

const HEADER: [&str; 13] = [
    "respondent_id",
    "center_id",
    "full_name",
    "email",
    "phone",
    "born",
    "comment",
    "gender",
    "gender_said",
    "housing",
    "savings",
    "helped",
    "Interviewed by Bartholomew Quillfeather",
];

/// The rows of the survey, and every text in them that may not be public.
fn people() -> (Vec<Vec<String>>, BTreeSet<String>) {
    let (mut rows, mut secret) = (Vec::new(), BTreeSet::new());
    for i in 0..150_u32 {
        let center = match i {
            0 | 1 => "c/o Wilhelmina Xanthopoulou".to_owned(),
            2..=4 => "C-Hidden-73219".to_owned(),
            _ => [PUBLIC_CENTER, "C-Harbor-51023", PUBLIC_CENTER, "C-Meadow-66104", PUBLIC_CENTER][i as usize % 5].to_owned(),
        };
        // Three people of a hidden group have savings that nobody else comes near.
        let savings = if (2..=4).contains(&i) { format!("{}.8125", 731_000 + 1_371 * i) } else { format!("{}", 100 + 7 * (i % 13)) };
        let person = |what: &str| format!("{what}-{}", 918_273 + 7_919 * i);
        let gender = if i % 7 == 0 { "3" } else { ["1", "2"][i as usize % 2] };
        let row = vec![
            person("RID"),
            center,
            format!("Quixley{i:02} Zoë"),
            format!("zq{i:02}@planted.example"),
            format!("617-555-{:04}", 1000 + 37 * i),
            format!("19{:02}-{:02}-{:02}", 40 + i % 50, 1 + i % 12, 1 + i % 28),
            person("I told \"nobody\" & <me>"),
            gender.to_owned(),
            if gender == "3" { person("two-spirit") } else { String::new() },
            ["1", "2"][(i / 3) as usize % 2].to_owned(),
            savings,
            ["a", "b", "a;b"][i as usize % 3].to_owned(),
            person("note by BQ"),
        ];
        secret.insert(row[5].clone());
        rows.push(row);
    }
    // Values that are refused, a record that is refused, and what they hold.
    for (row, column, raw) in [(10, 10, "ask my sister Philippa"), (11, 7, "Zed-the-third"), (12, 9, "tent behind Elm St 4711")] {
        raw.clone_into(&mut rows[row][column]);
        secret.insert(raw.to_owned());
    }
    let twice = rows[20].clone();
    rows.push(twice);
    secret.extend(
        [
            "RID-",
            "yurt behind",
            "Philomena",
            "Quixley",
            "planted.example",
            "617-555-",
            "I told",
            "two-spirit",
            "note by BQ",
            "Wilhelmina Xanthopoulou",
            "C-Hidden-73219",
            "Quillfeather",
            "quillfeather",
            "Bartholomew",
            "gender_said",
        ]
        .map(str::to_owned),
    );
    (rows, secret)
}

/// A Word file whose controls ask for figures, hidden ones among them.
fn funder() -> Vec<u8> {
    let tags = [
        "members.who.gender=Woman%2C%20%22as%22%20%3Csaid%3E%20%26%20Żółw.proportion.sentence",
        "members.who.savings.mean.sentence",
        "members.who.people.count.center_id=C-Lighthouse-40417.label",
    ];
    let control =
        |tag: &&str| format!("<w:p><w:sdt><w:sdtPr><w:tag w:val=\"{tag}\"/></w:sdtPr><w:sdtContent><w:r><w:t>?</w:t></w:r></w:sdtContent></w:sdt></w:p>");
    let body: String = tags.iter().map(control).collect();
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    let document = format!("<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>");
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("[Content_Types].xml", types), ("word/document.xml", &document)] {
        archive.start_file(name, SimpleFileOptions::default()).expect("starts");
        archive.write_all(text.as_bytes()).expect("writes");
    }
    archive.finish().expect("ends").into_inner()
}

fn planted(rows: &[Vec<String>]) -> Project {
    let project = Project::new();
    for folder in ["caseload-of-quillfeather", "registry-of-quillfeather"] {
        std::fs::create_dir(project.path(folder)).expect("a folder");
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Quillfeather caseload").expect("a name");
    for (row, cells) in std::iter::once(HEADER.map(str::to_owned).to_vec()).chain(rows.iter().cloned()).enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string(u32::try_from(row).expect("few rows"), u16::try_from(column).expect("few columns"), cell).expect("writes");
        }
    }
    book.save(project.path("caseload-of-quillfeather/members.xlsx")).expect("saves");
    project.write(
        "registry-of-quillfeather/centers.csv",
        format!(
            "center_id,region\n{PUBLIC_CENTER},Shore\nC-Harbor-51023,Shore\nC-Meadow-66104,Hills\nC-Hidden-73219,Hills\nc/o Wilhelmina Xanthopoulou,Hills\n"
        )
        .as_bytes(),
    );
    project.write("coding.csv", b"text,level\nnothing at all,Man\n");
    project.write("book.toml", BOOK.as_bytes());
    project.write("pipeline.toml", PIPELINE.as_bytes());
    project.write("funder.docx", &funder());
    project
}

/// Digits of numbers that only hidden figures have: from `results.csv` before disclosure control, less those that are shown.
fn hidden_digits(project: &Project) -> BTreeSet<String> {
    let numbers = |text: &str, keep: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        let lines = text.lines().skip(1).filter(|line| keep(line.split(',').next().unwrap_or_default()));
        let digits = |cell: &str| cell.parse::<f64>().ok().map(|_| cell.chars().take(9).collect::<String>());
        lines.flat_map(|line| line.split(',').filter_map(digits).collect::<Vec<_>>()).filter(|digits| digits.len() == 9 && digits.contains('.')).collect()
    };
    let public = project.read("out/public/results.csv");
    let hidden: BTreeSet<&str> = public.lines().filter(|line| line.contains(",suppressed")).filter_map(|line| line.split(',').next()).collect();
    let named: BTreeSet<&str> = public.lines().filter_map(|line| line.split(',').next()).collect();
    assert!(hidden.len() >= 10, "{} hidden figures", hidden.len());
    let shown = numbers(&public, &|_| true);
    numbers(&project.read("out/restricted/results.csv"), &|id| hidden.contains(id) || !named.contains(id)).difference(&shown).cloned().collect()
}

/// Kinds of files in which a text stands.
fn kinds(views: &[View], wanted: &str) -> BTreeSet<String> {
    let ending = |place: &str| place.split(" > ").next().and_then(|name| name.split(" as ").next()?.rsplit('.').next()).unwrap_or_default().to_owned();
    places(views, wanted).into_iter().map(ending).collect()
}

#[test]
fn nothing_that_is_planted_stands_in_any_byte_of_a_release() {
    let (rows, secret) = people();
    let project = planted(&rows);
    let (code, _, said) = project.run("run pipeline.toml --out out");
    assert_eq!(code, Some(0), "{said}");
    let views = of_folder(&project.path("out/public"));
    // What is public is found by the same search in every kind of file that holds words.
    for ending in ["html", "docx", "xlsx", "csv", "parquet", "json", "svg"] {
        assert!(kinds(&views, PUBLIC_LEVEL).contains(ending), "{ending} is not searched: {:?}", kinds(&views, PUBLIC_LEVEL));
    }
    assert!(
        kinds(&views, PUBLIC_CENTER).is_superset(&["html", "docx", "xlsx", "csv", "parquet"].map(str::to_owned).into()),
        "{:?}",
        kinds(&views, PUBLIC_CENTER)
    );
    assert!(
        places(&views, "funder.docx > word/document.xml").is_empty()
            && places(&views, "Żółw").iter().any(|place| place.starts_with("funder.docx > word/document.xml"))
    );
    // The same texts stand where the holder of the data has them.
    let restricted = of_folder(&project.path("out/restricted"));
    for text in ["Quixley00 Zoë", "zq89@planted.example", "ask my sister Philippa", "two-spirit-918273", "C-Hidden-73219", "Bartholomew"] {
        assert!(!places(&restricted, text).is_empty(), "{text}");
    }
    let digits = hidden_digits(&project);
    assert!(digits.len() > 30, "{digits:?}");
    // The mean of the three, as anybody would print it.
    let mean = (2..=4).map(|i| f64::from(731_000 + 1_371 * i) + 0.8125).sum::<f64>() / 3.0;
    let printed = [format!("{mean:.0}"), format!("{:.0},{:03.0}", (mean / 1000.0).floor(), mean % 1000.0)];
    let leaks: Vec<(&String, BTreeSet<&str>)> =
        secret.iter().chain(&digits).chain(&printed).map(|text| (text, places(&views, text))).filter(|(_, places)| !places.is_empty()).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn names_own_words_and_ids_are_no_variables() {
    let (rows, _) = people();
    let project = planted(&rows);
    project.edit("pipeline.toml", "\"housing\", \"savings\", \"helped\"]", "\"comment\", \"full_name\", \"center_id\"]");
    project.edit("pipeline.toml", "by = [\"center_id\"]", "by = [\"center_id\", \"respondent_id\"]");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r#"
exit 2
error[pipeline::free_text]: analysis `who` names `comment`, which holds people's own words
  --> pipeline.toml:17:24
   |
17 | variables = ["gender", "comment", "full_name", "center_id"]
   |                        ^^^^^^^^^
   |
   = expected: a field with levels, or a number
   = help: read the answers, and give them levels: type = "category", or `other = { … }` of the question that they belong to
error[pipeline::names_people]: analysis `who` names `full_name`, which is marked as naming people
  --> pipeline.toml:17:35
   |
17 | variables = ["gender", "comment", "full_name", "center_id"]
   |                                   ^^^^^^^^^^^
   |
   = expected: a variable that many share
   = help: leave it out, or take the mark away where it names nobody (`identifies` in the codebook, `pseudonyms` in [privacy])
error[pipeline::id_as_variable]: analysis `who` lists the id `center_id` under `variables`
  --> pipeline.toml:17:48
   |
17 | variables = ["gender", "comment", "full_name", "center_id"]
   |                                                ^^^^^^^^^^^
   |
   = expected: a field with levels, or a number
   = help: by = ["center_id"] splits figures by it; shares of each need its levels in the codebook (type = "category")
error[pipeline::names_people]: analysis `who` names `respondent_id`, which tells one person from another
  --> pipeline.toml:18:20
   |
18 | by = ["center_id", "respondent_id"]
   |                    ^^^^^^^^^^^^^^^
   |
   = expected: a variable that many share
   = help: leave it out; people are counted without being named
"#);
    let (code, _, _) = project.run("run pipeline.toml --out out");
    assert!(code == Some(2) && !project.path("out").exists());
}

#[test]
fn texts_that_point_at_a_person_stop_a_release() {
    let (mut rows, _) = people();
    for (place, row) in rows.iter_mut().enumerate().skip(5).filter(|(place, _)| place % 3 > 0) {
        row[1] = if place % 3 == 1 { "ask Zoë: 617-555-0142".to_owned() } else { "at Quixley07 Zoë's".to_owned() };
    }
    let project = planted(&rows);
    project.edit("pipeline.toml", "by = [\"region\"]", "by = [\"center_id\"]");
    insta::assert_snapshot!(project.said("run pipeline.toml --out out"), @r"
exit 4
error[disclosure::identifying_text]: a value of `center_id` of `members` holds a phone number and would be public
  where:    members.xlsx, Quillfeather caseload!B9
  found:    aaa aaa: 999-999-9999 (letters shown as a, digits as 9)
  expected: texts that point at nobody
  help:     mend it with a ledger of corrections, or declare the field's levels in the codebook; nothing public was written
error[disclosure::identifying_text]: a value of `center_id` of `members` holds a value of `full_name` and would be public
  where:    members.xlsx, Quillfeather caseload!B7
  found:    aa aaaaaaa99 aaa'a (letters shown as a, digits as 9)
  expected: texts that point at nobody
  help:     mend it with a ledger of corrections, or declare the field's levels in the codebook; nothing public was written
");
    assert!(!project.path("out").exists(), "nothing is written");
    // What the codebook declares, a person has read.
    project.edit("pipeline.toml", "template = \"funder.docx\"\n", "");
    let levels = "type = \"category\"\nlevels = [ { code = \"ask Zoë: 617-555-0142\", label = \"Line 617-555-0142\" }, { code = \"at Quixley07 Zoë's\", label = \"At home\" } ]";
    project.edit("book.toml", "name = \"center_id\"\ntype = \"id\"", &format!("name = \"center_id\"\n{levels}"));
    assert_eq!(project.run("run pipeline.toml --out out").0, Some(0));
    assert!(project.read("out/public/results.csv").contains("Line 617-555-0142"));
}

#[test]
fn a_file_whose_name_points_at_a_person_stops_a_release() {
    let project = Project::new();
    project.edit("pipeline.toml", "data.csv", "wq@planted.example.csv");
    std::fs::rename(project.path("data.csv"), project.path("wq@planted.example.csv")).expect("renames");
    insta::assert_snapshot!(project.said("run pipeline.toml --out out"), @r"
exit 4
error[disclosure::identifying_text]: the name of a file of `members` holds an e-mail address and would be public
  where:    pipeline.toml
  found:    aa@aaaaaaa.aaaaaaa.aaa (letters shown as a, digits as 9)
  expected: texts that point at nobody
  help:     names of files are public: give the file another name
");
}
